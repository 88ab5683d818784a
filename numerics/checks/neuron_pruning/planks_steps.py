"""Evidence for N3.1, step by step: planks, the mean of the ratio, and the number of neurons."""

from sparse_limits.numerics.checks.neuron_pruning.zones import (
    check_of_the_covered,
    check_of_the_lesser,
    check_of_the_mean,
)
from sparse_limits.theory.neuron_pruning.alignment import ratio
from sparse_limits.theory.neuron_pruning.covering_order import near_count, two_zones
from sparse_limits.theory.neuron_pruning.planks import ball_planks, mean

the_lesser_number_fills_one_zone = check_of_the_lesser(ball_planks, two_zones, near_count, ratio)
two_moments_bound_what_is_covered = check_of_the_covered(ball_planks, two_zones, ratio)
the_letter_stands_for_the_mean = check_of_the_mean(ball_planks, "ball", mean)
