"""Operators: masks and graphons as integral operators, their norms, spectra, compositions and motif densities."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.operators.bias import second_order_bias as second_order_bias
    from sparse_limits.theory.operators.further.composition import composed_graphons as composed_graphons
    from sparse_limits.theory.operators.further.composition import composed_masks as composed_masks
    from sparse_limits.theory.operators.further.composition import shared_latent as shared_latent
    from sparse_limits.theory.operators.further.motif_means import finite_size_motifs as finite_size_motifs
    from sparse_limits.theory.operators.further.noise_finite import block_noise as block_noise
    from sparse_limits.theory.operators.further.noise_finite import sparse_noise as sparse_noise
    from sparse_limits.theory.operators.further.planar_forms import planar_forms as planar_forms
    from sparse_limits.theory.operators.motifs import counting_lemma as counting_lemma
    from sparse_limits.theory.operators.noise import noise_edge as noise_edge
    from sparse_limits.theory.operators.norms import degree_continuity as degree_continuity
    from sparse_limits.theory.operators.norms import norm_chain as norm_chain
    from sparse_limits.theory.operators.singular_values import masks_are_operators as masks_are_operators
    from sparse_limits.theory.operators.singular_values import nystrom as nystrom
else:
    lazily(__name__)
