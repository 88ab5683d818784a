"""Subset sums of random numbers: how many subsets come close to a target, how many items that takes, and the best one."""

from theory.subset_sum.expected_count import subset_count
from theory.subset_sum.solver import exact_solver

__all__ = [
    "exact_solver",
    "subset_count",
]
