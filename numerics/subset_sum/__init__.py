"""Subset sums: exact expectations and samples, the exact solver, and what subset sums cover."""

from sparse_limits.numerics.subset_sum.covered import IntervalUnion, OuterUnion, covered_set, outer_covered_set
from sparse_limits.numerics.subset_sum.laws import Gaussian, GaussianProduct, Law, Thinned, Uniform, UniformProduct
from sparse_limits.numerics.subset_sum.moments import (
    all_subset_sums,
    excess_grows,
    expected_subsets,
    largest_log,
    log_coefficients,
    random_subset_sums,
    rational,
    sum_distribution,
)
from sparse_limits.numerics.subset_sum.second_moments import second_moment
from sparse_limits.numerics.subset_sum.solver import SubsetResult, SubsetResults, SubsetSums, SubsetSumSolver

__all__ = [
    "Gaussian",
    "GaussianProduct",
    "IntervalUnion",
    "Law",
    "OuterUnion",
    "SubsetResult",
    "SubsetResults",
    "SubsetSumSolver",
    "SubsetSums",
    "Thinned",
    "Uniform",
    "UniformProduct",
    "all_subset_sums",
    "covered_set",
    "excess_grows",
    "expected_subsets",
    "largest_log",
    "log_coefficients",
    "outer_covered_set",
    "random_subset_sums",
    "rational",
    "second_moment",
    "sum_distribution",
]
