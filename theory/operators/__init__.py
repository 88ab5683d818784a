"""Operators: masks and graphons as integral operators, their norms, spectra, compositions and motif densities."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.operators.bias import second_order_bias
    from sparse_limits.theory.operators.further.composition import composed_graphons, composed_masks, shared_latent
    from sparse_limits.theory.operators.further.motif_means import finite_size_motifs
    from sparse_limits.theory.operators.further.noise_finite import block_noise, sparse_noise
    from sparse_limits.theory.operators.further.planar_forms import planar_forms
    from sparse_limits.theory.operators.motifs import counting_lemma
    from sparse_limits.theory.operators.noise import noise_edge
    from sparse_limits.theory.operators.norms import degree_continuity, norm_chain
    from sparse_limits.theory.operators.singular_values import masks_are_operators, nystrom
else:
    lazily(__name__)

__all__ = [
    "block_noise",
    "composed_graphons",
    "composed_masks",
    "counting_lemma",
    "degree_continuity",
    "finite_size_motifs",
    "masks_are_operators",
    "noise_edge",
    "norm_chain",
    "nystrom",
    "planar_forms",
    "second_order_bias",
    "shared_latent",
    "sparse_noise",
]
