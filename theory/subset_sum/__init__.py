"""Subset sums of random numbers: how many subsets come close to a target, how many items that takes, and the best one."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.subset_sum.counting import counting_bounds as counting_bounds
    from sparse_limits.theory.subset_sum.expected_count import count_expansion as count_expansion
    from sparse_limits.theory.subset_sum.expected_count import subset_count as subset_count
    from sparse_limits.theory.subset_sum.further.block_scheme import block_scheme as block_scheme
    from sparse_limits.theory.subset_sum.further.digits import digits_ticket as digits_ticket
    from sparse_limits.theory.subset_sum.further.item_contractions import product_contractions as product_contractions
    from sparse_limits.theory.subset_sum.further.second_moment import subset_pairs as subset_pairs
    from sparse_limits.theory.subset_sum.further.single_candidate import single_candidates as single_candidates
    from sparse_limits.theory.subset_sum.item_counts import annealed_count as annealed_count
    from sparse_limits.theory.subset_sum.item_counts import quenched_count as quenched_count
    from sparse_limits.theory.subset_sum.item_products import item_products as item_products
    from sparse_limits.theory.subset_sum.miss_probability import conditional_poisson as conditional_poisson
    from sparse_limits.theory.subset_sum.potential import subset_cover as subset_cover
    from sparse_limits.theory.subset_sum.power_potential import two_phases as two_phases
    from sparse_limits.theory.subset_sum.solver import exact_solver as exact_solver
    from sparse_limits.theory.subset_sum.two_layers import two_layer_ticket as two_layer_ticket
    from sparse_limits.theory.subset_sum.volume import volume_bound as volume_bound
else:
    lazily(__name__)
