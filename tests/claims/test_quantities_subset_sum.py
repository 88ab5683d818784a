"""Where the claims on subset sums speak: values outside are refused in words, at the edges they are right."""

from __future__ import annotations

from math import exp, log, log2, pi, sqrt

import pytest

import sparse_limits as sl

LABELS = [f"R{number}" for number in range(1, 12)]
MASS = "assumes a density whose mass is at most 1, expected a\\*kappa ≤ 1/2"
NEAR = "assumes a distance up to half the reach .*, expected epsilon ≤ a/2"
FAILURE = "delta is probability of failure that is allowed, expected a number above 0, up to 1"
LARGE = "that there are such, expected c > 2\\*epsilon"

OUTSIDE = [
    ("R1.2", "leading", "n=0 epsilon=1", "n=0: n is .*, expected a whole number from 1"),
    ("R1.2", "remainder", "n=0 r=1", "expected a whole number from 1"),
    ("R1.1", "expected_count", "n=1 z=0 epsilon=-1", "epsilon=-1: epsilon is .*, expected a"),
    ("R2", "truncated_power", "a=1 b=1 c=1 x=2 y=1", "arguments of the truncated power in order, expected x ≤ y"),
    ("R2", "hit_at_least", "mean=3 square=1", "a mean square that is at least the squared mean"),
    ("R2", "hit_at_least", "mean=1/2 square=1/3", "at least the mean, as the number is whole, expected mu_1 ≤ mu_2"),
    ("R3", "covering_items", "epsilon=1/2", "targets that the empty subset does not all serve, expected epsilon < 1/2"),
    ("R3", "covering_volume", "epsilon=3/4", "targets that the empty subset does not all serve"),
    ("R3", "hit_items", "p=2 m=1 epsilon=1/10", "p is probability of a hit, expected a number above 0, up to 1"),
    ("R4", "failure", "a=1 kappa=3 n=5 epsilon=.01", MASS),
    ("R4", "looseness", "a=1 kappa=1", MASS),
    ("R4", "failure", "a=1 kappa=1/2 n=40 epsilon=1", NEAR),
    ("R4", "start", "a=1 epsilon=3/4", NEAR),
    ("R4", "law_size", "a=1 kappa=1/2 delta=2 epsilon=1/4", FAILURE),
    ("R4", "odds", "v=3/2", "v is share of the interval of all targets that is covered"),
    ("R5.4", "uniform_contraction", "a=2", "products of which reach no farther than 1, expected a ≤ 1"),
    ("R5.2", "annealed_size", "epsilon=2", "a distance that tends to 0, expected epsilon < 1"),
    ("R5.3", "quenched_size", "epsilon=1", "a distance that tends to 0"),
    ("R5.1", "uniform_density", "t=0", "infinite at t=0"),
    ("R6", "example_gap", "n=8 u=1/1024", "two halves of an odd number of items"),
    ("R6", "summation_error", "m=2 A=1 u=-1", "u is bound of the relative errors .*, expected a number from 0"),
    ("R7", "rate", "n=1 z=0 epsilon=1/100 S_1=2 S_2=1", "assumes sums that so many items can have"),
    ("R8", "failure", "a=1 kappa=3 d_0=1 d_1=1 n=1 epsilon=1/2", MASS),
    ("R8", "size", "a=1 kappa=1/2 d_0=1 d_1=1 delta=2 epsilon=1/2", FAILURE),
    ("R12", "wide_excess", "a=1 kappa=3", MASS),
    ("R12", "least_units", "d_0=1 d_1=1 delta=2", "expected a number strictly between 0 and 1"),
    (
        "R13",
        "two_phase_failure",
        "a=1 kappa=1/2 epsilon=1/10 theta=1/2 v_1=1/2 n=3 n_1=4",
        "no more first items than items",
    ),
    ("R13", "best_rate", "a=1 kappa=3", MASS),
    ("R9", "large_share", "c=1 epsilon=.6", LARGE),
    ("R9", "large_success", "D=1 Theta=0 c=1 epsilon=3/5", LARGE),
    ("R9", "large_parameters", "D=1 c=1 epsilon=1/2 delta=1/2", LARGE),
    ("R9", "units", "c=1 d_0=1 d_1=1 delta=1/2 epsilon=1/2", LARGE),
    ("R9", "enough", "D=2 c=2 epsilon=1", "a whole number for each weight"),
    ("R9", "unit_excess", "a=1 d_1=1 kappa=3 power=0", MASS),
    ("R9", "linear_success", "D=1 Theta=1/2 c=1 epsilon=1/2", "Theta=1/2: Theta is .*, expected a"),
    ("R9", "linear_parameters", "D=1 c=1 epsilon=1/8 delta=1", "expected a number from 0, below 1"),
    ("R10", "single_hit", "w=1/2 epsilon=1", "an error below the weight, so that it cannot be dropped"),
    ("R10", "success", "w=0 epsilon=1/10 n=5", "an error below the weight"),
    ("R10", "median_items", "w=2 epsilon=1/10", "a weight that some candidate can serve"),
    ("R10", "leading", "w=19/20 epsilon=1/10", "a weight no nearer to 1 than the error"),
    ("R11", "error", "w=1 d=1 e=-1 h=1", "e=-1: e is .*, expected a"),
]

EDGES = [
    ("R1.1", "sum_cdf", "k=1 t=1", 1),
    ("R1.1", "sum_cdf", "k=1 t=-5", 0),
    ("R1.1", "expected_count", "n=1 z=0 epsilon=1", 2),  # both subsets, always
    ("R1.2", "leading", "n=2 epsilon=1/10", 8 / 10 * sqrt(3 / (2 * pi))),
    ("R2", "truncated_power", "a=0 b=0 c=0 x=0 y=0", 1),
    ("R2", "truncated_power", "a=0 b=0 c=2 x=1 y=1", 1 / 2),  # ∫ v over [0, 1]
    ("R2", "second_moment", "n=1 z=0 epsilon=1", 4),
    ("R2", "second_moment", "n=1 z=1/2 epsilon=1/4", 1 / 4),  # one subset, a hit on [1/4, 3/4]
    ("R2", "hit_at_least", "mean=1/2 square=1/2", 1 / 2),
    ("R2", "hit_at_most", "mean=3", 1),
    ("R3", "covering_items", "epsilon=1/6", 2),  # −2/3 and 1/3 with their sums, 0 and −1/3
    ("R3", "equal_count", "n=1 m=2 z=1/2 epsilon=1/4", 1 / 16),
    ("R3", "vector_count.2", "n=1 z_1=0 z_2=0 epsilon=1/4", 17 / 16),
    ("R3", "count_bound", "n=1 m=1 z=0 epsilon=1", 2),
    ("R3", "hit_items", "p=1 m=1 epsilon=1", 1),
    ("R4", "growth", "a=1 kappa=1/2 v=1", 1),
    ("R4", "odds", "v=1", 0),
    ("R4", "start", "a=1 epsilon=1/2", 1),
    ("R4", "contraction", "a=1 kappa=1/2", 3 / 4),
    ("R4", "failure", "a=1 kappa=1/2 n=1 epsilon=1/2", 8 * 3 / 4),
    ("R4", "size", "delta=1/10 epsilon=1/2", log(80) / log(4 / 3)),
    ("R5.1", "uniform_density", "t=1", 0),
    ("R5.1", "uniform_distribution", "t=0", 1 / 2),
    ("R5.1", "uniform_distribution", "t=-3", 0),
    ("R5.1", "sum_density", "k=2 t=0", 1 / 2),
    ("R5.3", "usable_count", "K=0 z=0 epsilon=1", 1),  # the empty subset
    ("R5.3", "usable_count", "K=0 z=2 epsilon=1", 0),
    ("R5.3", "quenched_bound", "n=1 z=0 epsilon=1", 1),
    ("R5.4", "uniform_contraction", "a=1", 1),
    ("R5.3", "quenched_size", "epsilon=1/2", 2),
    ("R6", "half_sums", "n=1", 3),  # 0; 0 and the item
    ("R6", "operations", "n=1", 4),  # two writes and two steps
    ("R6", "summation_error", "m=1 A=0 u=1/2", 0),
    ("R6", "example_gap", "n=6 u=1/1024", 4 / 1024),
    ("R7", "rate", "n=1 z=0 epsilon=1/100 S_1=1 S_2=1", 4 / 100 * exp(-1 / 2) / sqrt(pi / 2)),
    ("R8", "nonnegative_failure", "a=1 kappa=1/2 d_0=1 d_1=1 n=1 epsilon=1/2", 8 * 7 / 8),
    ("R8", "failure", "a=1 kappa=1/2 d_0=1 d_1=1 n=1 epsilon=1/2", 14),
    ("R8", "error", "epsilon=1/10 moduli_of_input=0", 0),
    ("R8", "next_error", "epsilon=1/10 row_norm=0 before=0 hidden_length=0", 0),
    ("R9", "measure", "p=1 q=1 epsilon=1", 4),
    ("R9", "measure", "p=-2 q=1 epsilon=1", 0),
    ("R9", "large_share", "c=2 epsilon=1/2", 1 / 2),
    ("R9", "linear_share", "c=1 epsilon=2", 1),
    ("R9", "linear_success", "D=1 Theta=0 c=1 epsilon=1/2", 1 / 2),
    ("R9", "enough", "D=2 c=3 epsilon=1", 4),
    ("R9", "unit_excess", "a=1 d_1=1 kappa=1/2 power=0", 4 * log(2) / log(8 / 7)),
    ("R10", "single_hit", "w=2 epsilon=1/10", 0),
    ("R10", "success", "w=2 epsilon=1/10 n=5", 0),
    ("R10", "leading", "w=-1/2 epsilon=1/10", 20),
    ("R11", "error", "w=-1 d=1 e=0 h=0", 0),
    ("R12", "scheme_success", "d_0=1 d_1=2 n=1", 1 / 4),
    ("R13", "enough_items", "a=1 kappa=1/2 delta=1/10 epsilon=1/10 theta=1/2 v_1=3/4", 27),
    ("R13", "enough_items", "a=1 kappa=1/2 delta=1/10 epsilon=1/100000000000000000000 theta=4/5 v_1=35/36", 252),
    ("R13", "two_phase_failure", "a=1 kappa=1/2 epsilon=1/2 theta=1 v_1=1/2 n=1 n_1=1", 3 / 4 + 2),
    ("R11", "margin", "top=1 other=1 top_error=0 other_error=0", 0),
    ("R11", "total", "d_0=65 d_1=24 d_2=10 n=48", 48 * (65 * 89 + 24 * 34)),
]


@pytest.mark.parametrize(("label", "expression", "values", "words"), OUTSIDE)
def test_values_outside_are_refused(label, expression, values, words):
    with pytest.raises(sl.InputError, match=words):
        sl.evaluate(label, expression, *values.split())


@pytest.mark.parametrize(("label", "expression", "values", "expected"), EDGES)
def test_edges_are_inside(label, expression, values, expected):
    assert float(sl.evaluate(label, expression, *values.split()).text) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_enough_parameters_at_any_whole_number():
    """1 + c/ε = 2^j exactly, however large; one part in 2^60 beside it is refused."""
    assert float(sl.evaluate("R9", "enough", "D=1", f"c={2**60 - 1}", "epsilon=1").text) == log2(2**60)
    with pytest.raises(sl.InputError, match="a whole number for each weight"):
        sl.evaluate("R9", "enough", "D=1", f"c={2**60}", "epsilon=1")
