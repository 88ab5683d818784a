"""Evidence for N9.2: the lesser one of its two numbers of neurons."""

from sparse_limits.numerics.checks.neuron_pruning.zones import check_of_the_lesser, check_of_the_letters
from sparse_limits.theory.neuron_pruning.alignment import ratio
from sparse_limits.theory.neuron_pruning.covering_order import ball_covering_order, near_count, two_zones

the_lesser_number_fills_one_zone = check_of_the_lesser(ball_covering_order, two_zones, near_count, ratio)
letters_stand_for_formulas = check_of_the_letters(ball_covering_order, ratio)
