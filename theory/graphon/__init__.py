"""Limits of masks: how close, in which sense, and of which shape."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.graphon.any_latents import any_latents as any_latents
    from sparse_limits.theory.graphon.chi_statistic import chi_statistic as chi_statistic
    from sparse_limits.theory.graphon.comparison import normal_comparison as normal_comparison
    from sparse_limits.theory.graphon.concentration import cut_norm_rate as cut_norm_rate
    from sparse_limits.theory.graphon.discretisation import kernel_discretisation as kernel_discretisation
    from sparse_limits.theory.graphon.discretisation import lipschitz_discretisation as lipschitz_discretisation
    from sparse_limits.theory.graphon.fixed_inputs import fixed_inputs as fixed_inputs
    from sparse_limits.theory.graphon.further.hidden_halves import hidden_halves as hidden_halves
    from sparse_limits.theory.graphon.further.pareto import pareto_graphon as pareto_graphon
    from sparse_limits.theory.graphon.further.sorted_averages import sorted_averages as sorted_averages
    from sparse_limits.theory.graphon.further.sorting import degree_sorting as degree_sorting
    from sparse_limits.theory.graphon.further.step import step_spectrum as step_spectrum
    from sparse_limits.theory.graphon.limit import mask_limit as mask_limit
    from sparse_limits.theory.graphon.lognormal import probit_graphon as probit_graphon
    from sparse_limits.theory.graphon.ranked_masks import ranked_masks as ranked_masks
    from sparse_limits.theory.graphon.rate import optimal_rate as optimal_rate
    from sparse_limits.theory.graphon.row_label import row_label as row_label
    from sparse_limits.theory.graphon.row_latent import row_latent as row_latent
    from sparse_limits.theory.graphon.selection import selection_identity as selection_identity
    from sparse_limits.theory.graphon.sized_sets import sized_sets as sized_sets
    from sparse_limits.theory.graphon.sorted_latents import sorted_latents as sorted_latents
    from sparse_limits.theory.graphon.taxonomy import graphon_taxonomy as graphon_taxonomy
else:
    lazily(__name__)
