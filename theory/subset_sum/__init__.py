"""Subset sums of random numbers: how many subsets come close to a target, how many items that takes, and the best one."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.subset_sum.counting import counting_bounds
    from sparse_limits.theory.subset_sum.expected_count import count_expansion, subset_count
    from sparse_limits.theory.subset_sum.further.block_scheme import block_scheme
    from sparse_limits.theory.subset_sum.further.digits import digits_ticket
    from sparse_limits.theory.subset_sum.further.item_contractions import product_contractions
    from sparse_limits.theory.subset_sum.further.second_moment import subset_pairs
    from sparse_limits.theory.subset_sum.further.single_candidate import single_candidates
    from sparse_limits.theory.subset_sum.item_counts import annealed_count, quenched_count
    from sparse_limits.theory.subset_sum.item_products import item_products
    from sparse_limits.theory.subset_sum.miss_probability import conditional_poisson
    from sparse_limits.theory.subset_sum.potential import subset_cover
    from sparse_limits.theory.subset_sum.power_potential import two_phases
    from sparse_limits.theory.subset_sum.solver import exact_solver
    from sparse_limits.theory.subset_sum.two_layers import two_layer_ticket
    from sparse_limits.theory.subset_sum.volume import volume_bound
else:
    lazily(__name__)

__all__ = [
    "annealed_count",
    "block_scheme",
    "conditional_poisson",
    "count_expansion",
    "counting_bounds",
    "digits_ticket",
    "exact_solver",
    "item_products",
    "product_contractions",
    "quenched_count",
    "single_candidates",
    "subset_count",
    "subset_cover",
    "subset_pairs",
    "two_layer_ticket",
    "two_phases",
    "volume_bound",
]
