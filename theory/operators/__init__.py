"""Operators: masks and graphons as integral operators, their norms, spectra, compositions and motif densities."""

from typing import TYPE_CHECKING

from theory.lazy import lazily

if TYPE_CHECKING:
    from theory.operators.bias import second_order_bias
    from theory.operators.composition import composed_graphons, composed_masks, shared_latent
    from theory.operators.finite_noise import block_noise, sparse_noise
    from theory.operators.motif_means import finite_size_motifs
    from theory.operators.motifs import counting_lemma
    from theory.operators.noise import noise_edge
    from theory.operators.norms import degree_continuity, norm_chain
    from theory.operators.planar_forms import planar_forms
    from theory.operators.singular_values import masks_are_operators, nystrom
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
