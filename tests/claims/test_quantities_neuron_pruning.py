"""N1–N11 refuse what they do not speak of, and answer at the edges of what they do."""

from __future__ import annotations

from math import e, log, pi, sqrt

import pytest
from scipy.special import k0

import sparse_limits as sl

WRONG = [
    ("N1 bound h=1 r=0", "r=0: r is half the width of the interval, expected a positive number"),
    ("N2 success epsilon=0.6 N=2", "expected a number strictly between 0 and 1/2"),
    ("N2 ratio epsilon=1/2", "expected a number strictly between 0 and 1/2"),
    ("N2 error_bound angle=2", "in radians, expected a number from 0 to pi/2"),
    ("N2 four.0.0 angle=pi/2", "neurons beside the axis and not across it"),
    ("N2 neurons epsilon=1/8 delta=11/10", "delta is probability of success, expected a number from 0 to 1"),
    ("N3.1 ball_mean d=2", "d is number of inputs, expected a whole number from 3"),
    ("N3.2 cube_success d=3 N=1 epsilon=0.6", "strictly between 0 and 1/2"),
    ("N3.2 cube_error r=-1", "expected a number from 0"),
    ("N3.1 ball_success d=2 N=1 epsilon=0.1", "expected a whole number from 3"),
    ("N4.2 success N=5 epsilon=0.11 plane_length=1/2", "a length at which two coordinates allow so little"),
    ("N4.2 neurons epsilon=0.11 plane_length=1/2 delta=1", "a length at which two coordinates allow so little"),
    ("N4.2 error_bound angle=1 plane_length=1/2 least=2/5", "the smaller one of two coordinates"),
    ("N4.2 error_bound angle=1 plane_length=0 least=0", "expected a positive number"),
    ("N4.2 aligned epsilon=13/25 plane_length=1", "aligned means up to a right angle at most"),
    ("N4.2 flat_neurons d=4 epsilon=3/20 delta=1", "an error below that of single weights of a flat target"),
    ("N4.1 failure d=0 epsilon=1/8 n=9", "d is number of inputs, expected a whole number from 1"),
    ("N5.1 fits k=0 epsilon=1/10 Pi=1", "expected a whole number from 1"),
    ("N5.1 volume k=1 epsilon=1/10 Pi=0", "expected a positive number"),
    ("N5.2 one_kink N=1 epsilon=2/5", "expected a number above 0, up to 1/3"),
    ("N5.2 neurons epsilon=1/10 s=1/2 delta=2", "expected a number from 0 to 1"),
    ("N5.2 term N=2 k=2 epsilon=1/10 s=1", "expected a number from 0, below 1"),
    ("N6.2 tail d=1 N=1", "expected a whole number from 2"),
    ("N6.1 kernel d=2 r=11/10", "expected a number from -1 to 1"),
    ("N6.2 solved d=2 T=1/3 epsilon=0.1", "no more is left than the squared norm of the target"),
    ("N6.2 success d=2 N=3 epsilon=1/2", "an error below the norm of the target"),
    ("N6.2 neurons d=2 epsilon=1/2 delta=1/2", "an error below the norm of the target"),
    ("N6.3 lower d=1 N=1", "expected a whole number from 2"),
    ("N7 bin_edge T=1 i=1", "an edge between two bins, expected i < T"),
    ("N7 bin_edge T=2 i=0", "expected a whole number from 1"),
    ("N7 one_more T=3 b=4", "no more broken bins than bins, expected b ≤ T"),
    ("N7 all_broken_first T=3 k=4", "no more broken bins than bins at the start"),
    ("N7 repaired_error h=2", "kinks no further apart than a quarter of a turn"),
    ("N8 near_bound total=2 mass=1 largest_angle=0", "a sum is no larger than the sum of the moduli"),
    ("N8 window epsilon=0 k=1", "expected a positive number"),
    ("N8 weight_steepest epsilon_1=1/10 epsilon_2=1/10", "two different errors"),
    ("N8 weight_steepest epsilon_1=2 epsilon_2=1/10", "expected a number strictly between 0 and 1"),
    ("N9.1 ratio epsilon=1/6", "expected a number strictly between 0 and "),
    ("N9.1 second_moment d=2 N=1 epsilon=1/10", "expected a whole number from 3"),
    ("N9.1 one_neuron theta=1 rho=3/4", "expected a number strictly between 0 and "),
    ("N9.1 success d=3 N=1 epsilon=4/25", "expected a number strictly between 0 and "),
    (
        "N9.1 success d=3 N=1 R=2",
        "'R' is no letter of the formula; expected N or neurons, d or dimension, epsilon or error",
    ),
    ("N9.1 neurons d=2 epsilon=1/100 delta=1/2", "expected a whole number from 3"),
    (
        "N9.1 neurons d=3 epsilon=1/100 delta=1",
        "delta is probability of success, expected a number strictly between 0 and 1",
    ),
    ("N9.2 near_size d=3 eta=1/2 delta=1 epsilon=1/100", "expected a number strictly between 0 and 1"),
    ("N9.2 leading d=3 epsilon=1/6", "expected a number strictly between 0 and "),
    ("N9.2 order d=3 epsilon=1/10 delta=1/2", "an error up to that of every dimension"),
    ("N9.2 zones d=3 N=1000 epsilon=1/40 eta=1/2", "a positive root"),
    ("N10.1 thin d=5 epsilon=1/4", "expected a number strictly between 0 and 1/4"),
    ("N10.1 cube_moment d=2 N=1 epsilon=1/100", "expected a whole number from 3"),
    ("N10.1 success d=5 N=9 epsilon=1/4", "expected a number strictly between 0 and 1/4"),
    ("N10.1 neurons d=5 epsilon=1/100 delta=1", "expected a number strictly between 0 and 1"),
    ("N11 enough d=1 epsilon=1/10 delta=1/2", "expected a whole number from 2"),
    ("N11 needed epsilon=2/5 delta=1/2", "expected a number above 0, up to 1/3"),
    ("N11 needed epsilon=1/10 delta=1", "expected a number strictly between 0 and 1"),
    ("N10.2 zones d=3 N=1000 epsilon=1/40 eta=1/2", "a positive root"),
]

THREE = 2 * sqrt(2) * log(1 + sqrt(2)) / pi  # the mean ratio on the cube, in polar coordinates of the two others
EDGES = [
    ("N1 bound h=0 r=1", 0),
    ("N1 best_affine h=1 r=1 x=1", 3 / 4),
    ("N2 error_bound angle=0", 0),
    ("N2 error_bound angle=pi/2", 1 / 2),
    ("N2 success epsilon=sqrt(3)/6 N=1", 2 / 3),  # 2ε = 1/√3, the tangent of a third of a right angle
    ("N2 success epsilon=sqrt(3)/6 N=2", 8 / 9),
    ("N2 union epsilon=sqrt(3)/6 N=2", 4 / 3),
    ("N2 neurons epsilon=sqrt(3)/6 delta=1", 3 / 2),
    ("N3.1 ball_mean d=3", 1),
    ("N3.2 cube_mean d=3", THREE),
    ("N3.1 ratio_cdf d=3 r=1", 1 / sqrt(2)),
    ("N3.1 ball_neurons d=3 epsilon=1/4 delta=1", 3 / 4),  # ρ = 4/3
    ("N3.2 cube_neurons d=3 epsilon=1/5 delta=1", 5 / 4 / THREE),
    ("N3.2 cube_neurons d=3 epsilon=2/5 delta=1", 1 / 4 / THREE),
    ("N3.2 cube_ratio epsilon=1/4", 1),
    ("N3.2 cube_error r=1/2", 1 / 8),
    ("N3.2 cube_error r=2", 1 / 3),
    ("N4.2 aligned epsilon=1/2 plane_length=1", 1),
    ("N4.2 error_bound angle=0 plane_length=1 least=7/10", 0),
    ("N4.2 error_bound angle=1 plane_length=1/2 least=3/10", 1 / 12),
    (
        "N4.2 success epsilon=(2-sqrt(3))/4 plane_length=1/2 N=1 least=1/3",
        1 / 3,
    ),  # 2ε/r = 2 − √3, the tangent of a sixth of a right angle
    ("N4.2 neurons epsilon=(2-sqrt(3))/4 plane_length=1/2 delta=1 least=1/3", 3),
    ("N4.2 flat_neurons d=2 epsilon=(2-sqrt(3))/2 delta=1", 3),
    ("N4.2 flat_error d=4", (1 - 1 / sqrt(2)) / 2),
    ("N4.1 size d=4 epsilon=2 delta=1/2", -log(128) / log(1 - k0(2) / (2 * pi))),  # eight sums, each at an error of 1
    ("N5.1 most_pairs k=1", 3),
    ("N5.1 most_pairs k=2", 9),
    ("N5.1 strength_density c=0", 1 / 2),
    ("N5.1 fits k=1 epsilon=1/10 Pi=1", 3 / 10),
    ("N5.2 outside N=1 epsilon=(sqrt(6)-sqrt(2))/4", 1 / 6),
    ("N5.2 slow epsilon=exp(-2)", 1 / 2),
    ("N6.1 coefficient d=2 k=0", 1 / pi),
    ("N6.1 coefficient d=2 k=1", 1 / 4),
    ("N6.1 coefficient d=2 k=3", 0),
    ("N6.1 multiplicity d=2 k=0", 1),
    ("N6.1 kernel d=2 r=1", 1 / 4),
    ("N6.1 kernel d=2 r=-1", 0),
    ("N6.2 ranks d=2 m=0", 3),
    ("N6.2 tail d=2 N=1", 1 / 4 - 1 / pi**2),
    ("N6.2 success d=2 N=1 epsilon=0.01", (1 - 4 * (1 / 4 - 1 / pi**2)) / (1 - 4e-4)),
    ("N6.2 neurons d=2 epsilon=9/20 delta=9/10", 1),
    ("N6.3 exponent d=2", -3),
    ("N6.3 lower d=2 N=1", 1 / (3 * pi**2)),
    ("N7 bin_edge T=2 i=1", 0),
    ("N7 one_more T=3 b=3", 0),
    ("N7 all_broken_first T=1 k=0", 0),
    ("N7 all_broken_first T=1 k=1", 1),
    ("N7 none_broken T=1 s=0", 1),
    ("N7 none_broken T=2 s=2", 1 / 2),  # the second neuron must hit the bin of the first
    ("N7 none_broken T=2 s=3", 0),
    ("N7 none_broken_anywhere T=2 s=3 d=1", 1),  # there are no pairs
    ("N7 mean_steps T=1", 1),
    ("N7 odd_bin_error h=3", 3),
    ("N8 near_bound total=1 mass=1 largest_angle=0", 0),
    ("N9.1 one_neuron theta=pi/2 rho=1/10", 1),
    ("N9.2 leading d=3 epsilon=exp(-2)", pi * e**2 / 4),
    ("N9.2 order d=9 epsilon=1/20 delta=1/2", 5),
    ("N10.1 thin d=5 epsilon=1/5", 2 / 5),
    ("N10.2 leading d=5 epsilon=1/8", 8 * pi * log(2)),
    ("N8 window epsilon=1 k=1", 1 / 4),
    ("N8 tail k=1", 2 / e),
    ("N8 weight_steepest epsilon_1=1/2 epsilon_2=1/4", -1),  # twice the logarithm at half the error
    ("N8 neuron_steepest epsilon_1=1/4 epsilon_2=1/2", -3),
    ("N8 certificate plus=[0,0] minus=[0,0]", 0),
]


SUMMED = [  # what half-widths that add up to 1 ask for, at an even chance
    ("N3.1 ball_neurons d=10 epsilon=1/100", 42.93),
    ("N3.1 ball_neurons d=100 epsilon=1/100", 154.6),
    ("N3.1 ball_neurons d=100 epsilon=1/20", 30.63),
    ("N3.2 cube_neurons d=10 epsilon=1/100", 105.0),
    ("N3.2 cube_neurons d=100 epsilon=1/100", 1229.9),
]


@pytest.mark.parametrize(("call", "number"), SUMMED)
def test_the_mean_ratio_is_in_the_numbers_of_planks(call, number):
    assert float(sl.evaluate(*call.split(), "delta=1/2").text) == pytest.approx(number, rel=5e-4)


LEAST = [  # where the second moment is 2, by quadrature of its mean over the weight along the target, which N9.1 bounds
    ("N9.1", 3, "1/100", "1/2", 149.5),
    ("N9.1", 10, "1/100", "1/2", 1479.8),
    ("N9.1", 20, "1/100", "1/2", 3398.4),
    ("N9.1", 100, "1/100", "1/2", 18730.7),
    ("N9.1", 10, "1/1000", "1/2", 24108.6),
    ("N9.1", 10, "1/100", "1/10", 1097.7),
    ("N10.1", 10, "1/100", "1/2", 647.2),
    ("N10.1", 20, "1/100", "1/2", 2121.7),
    ("N10.1", 100, "1/100", "1/2", 26468.4),
]


@pytest.mark.parametrize(("label", "inputs", "error", "chance", "exact"), LEAST)
def test_numbers_of_neurons_come_in_one_call(label, inputs, error, chance, exact):
    found = sl.evaluate(label, "neurons", f"d={inputs}", f"epsilon={error}", f"delta={chance}")
    assert 0.995 * exact < int(found.text) < exact + 1
    assert found.vouched == ("nonincreasing in n: 1/R",)


@pytest.mark.parametrize(("call", "words"), WRONG)
def test_values_that_mean_nothing_are_refused(call, words):
    with pytest.raises(sl.InputError, match=words):
        sl.evaluate(*call.split())


@pytest.mark.parametrize(("call", "value"), EDGES)
def test_edges_have_their_values(call, value):
    assert float(sl.evaluate(*call.split()).text) == pytest.approx(value, rel=1e-13, abs=0)
