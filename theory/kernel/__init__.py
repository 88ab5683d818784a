"""The neural tangent kernel of masked networks: dual activations, graphon recursions, finite widths and spectra."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.kernel.circle import circle_spectrum as circle_spectrum
    from sparse_limits.theory.kernel.dual_activations import dual_activations as dual_activations
    from sparse_limits.theory.kernel.equal_moduli import quenched_kernel as quenched_kernel
    from sparse_limits.theory.kernel.finite_width import finite_width_moments as finite_width_moments
    from sparse_limits.theory.kernel.fixed_inputs import kernel_of_masks as kernel_of_masks
    from sparse_limits.theory.kernel.further.angle import arc_cosine_numerics as arc_cosine_numerics
    from sparse_limits.theory.kernel.further.circle_sampling import circle_sampling as circle_sampling
    from sparse_limits.theory.kernel.further.collapse import one_input_spectrum as one_input_spectrum
    from sparse_limits.theory.kernel.further.cut_norm import cut_norm_continuity as cut_norm_continuity
    from sparse_limits.theory.kernel.further.deep import tangent_fluctuations as tangent_fluctuations
    from sparse_limits.theory.kernel.further.diagonal import tangent_moments as tangent_moments
    from sparse_limits.theory.kernel.further.off_diagonal import tangent_convergence as tangent_convergence
    from sparse_limits.theory.kernel.further.sphere_metrics import sphere_metrics as sphere_metrics
    from sparse_limits.theory.kernel.graphon_kernel import graphon_tangent_kernel as graphon_tangent_kernel
    from sparse_limits.theory.kernel.homogeneous import homogeneous_constants as homogeneous_constants
    from sparse_limits.theory.kernel.rank_one import feature_reweighting as feature_reweighting
    from sparse_limits.theory.kernel.second_moment import second_moment_graphon as second_moment_graphon
    from sparse_limits.theory.kernel.snip_kernel import snip_laws as snip_laws
    from sparse_limits.theory.kernel.sphere import sphere_spectrum as sphere_spectrum
else:
    lazily(__name__)
