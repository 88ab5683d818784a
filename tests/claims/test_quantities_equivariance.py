"""Q1–Q11 refuse what they do not speak of, and answer at the edges of what they do."""

from __future__ import annotations

from math import log

import pytest

import sparse_limits as sl

WRONG = [
    ("Q1 share order=0 class_size=5 chi_in=1 chi_out=1", "N=0: N is .*, expected"),
    ("Q1 c4_dimension t_in=-1", "t_in=-1: t_in is .*, expected"),
    ("Q2 share order=0 class_size=4 fixed_x=1 fixed_y=1", "N=0: N is .*, expected"),
    ("Q2 free X=3 Y=4 order=5", "the group acts freely on pairs of points"),
    ("Q2 symmetric_pairs n=-1", "n=-1: n is .*, expected"),
    ("Q3 two_points k=-1 m=2", "k=-1: k is .*, expected"),
    ("Q4 window K=-1", "K=-1: K is .*, expected"),
    ("Q5 probability X=2 Y=2 B=5", "no more orbits than entries of the matrix, expected B ≤ X\\*Y"),
    ("Q6 commuting n=2 q=-1", "q=-1: q is .*, expected"),
    (
        "Q7.1 failure n=5 n_in=1 n_out=1 B=1 a=1 kappa=3 epsilon=0.01",
        "the density on the interval has at most the mass 1",
    ),
    ("Q7.1 uniform_size n_in=1 n_out=1 B=1 epsilon=1/10 delta=2", "delta is probability .* above 0, up to 1"),
    ("Q7.2 lost points=1", "number of points that the symmetric group permutes, expected a whole number from 2"),
    ("Q8 saving X=2 Y=2 B=5", "no more orbits than entries of the matrix"),
    ("Q8 linear_parameters n_in=1 n_out=1 B=1 c=1 s=1 epsilon=1/5 delta=1", "a number from 0, below 1"),
    ("Q9 two_layers weight_2=-1", "omega_2=-1: omega_2 is .*, expected"),
    ("Q10 total n_0=-1", "n_0=-1: n_0 is .*, expected"),
    ("Q11.1 layer_error L=2 R=1 gains=1/2 epsilon=1/10 n_in=4 norms=1 weight=0", "omega=0: omega is .*, expected"),
    (
        "Q11.2 ratio n_in=4 n_out=8 B=1 a=1 kappa=1/2 spread=1 epsilon=1/4 delta=1/10",
        "an error so small that counting asks for parameters",
    ),
    ("Q11.2 growth n_out=8 B=1 a=1 kappa=1/2 epsilon=1/4", "an error below half the largest coefficient"),
    (
        "Q11.1 uniform_first_width n_in=1 n_out=1 B=1 L=1 norms=1 weight=1/8 gains=1000 R=1 epsilon=1 delta=1/10",
        "the only one for one layer",
    ),
    ("Q11.2 ball_spread R=-1 n_in=1 norms=1", "R=-1: R is .*, expected"),
    ("Q11.2 ball_spread R=1 n_in=1 norms=-1", "beta=-1: beta is .*, expected"),
    (
        "Q11.2 ratio n_in=4 n_out=8 B=1 a=1 kappa=1/2 spread=1/2 epsilon=1/1000 delta=1/10",
        "Lambda=1/2: Lambda is .*, expected",
    ),
    ("Q12.1 orders tau=3", "tau=3: tau is .*, expected a whole number from -2 to 1"),
    ("Q12.2 turning N=0 rings_in=1 rings_out=1", "N=0: N is .*, expected"),
    ("Q12.3 shrunk b=-1 length=1", "b=-1: b is .*, expected"),
    (
        "Q12.4 uniform_width L=1 R=1 strengths=1 strength=1/2 n_in=4 n_out=3 B=2 hull=2 epsilon=1/10 delta=1/10",
        "the only one for one layer",
    ),
    ("Q11.3 needed n_in=4 n_out=8 B=1 delta=1", "strictly between 0 and 1"),
]

EDGES = [
    ("Q1 share order=6 class_size=3 chi_in=1 chi_out=1", 1 / 2),
    ("Q1 share order=1 class_size=1 chi_in=2 chi_out=3", 6),  # every map from two to three dimensions
    ("Q1 c4_dimension t_in=0 s_in=0 r_in=0 t_out=1 s_out=1 r_out=1", 0),
    ("Q2 free X=3 Y=4 order=12", 1),
    ("Q2 symmetric_pairs n=1", 1),
    ("Q2 symmetric_pairs n=0", 0),
    ("Q3 two_points k=0 m=0", 1),
    ("Q3 three_points k=0 m=0", 1),
    ("Q3 dimension n=0 k=1 m=0", 0),
    ("Q4 window K=0", 0),
    ("Q2 semifree order=1 free_x=1 free_y=1 still_x=1 still_y=1", 4),  # no group: all entries of 2 × 2
    ("Q3 dimension n=1 k=0 m=0", 1),
    ("Q3 fixed_points n=1 k=0 m=0", 1),
    ("Q3 bell k=0 m=0", 1),
    ("Q3 fixed_points n=3 k=2 m=2", 15 - 1),  # the Bell number without the partition into four blocks
    ("Q3 deficit n=3 k=2 m=2", 1),
    ("Q3 deficit n=1 k=0 m=0", 0),
    ("Q3 two_points k=1 m=0", 1),
    ("Q3 three_points k=0 m=1", 1),
    ("Q4 d4_orbits D=2", 1),
    ("Q4 c4_kernels.regular_regular D=1", 4),
    ("Q4 window K=1 D=1", 1),
    ("Q5 probability X=2 Y=2 B=4", 1),
    ("Q6 commuting n=1 q=0", 1),
    ("Q6 invertible n=1 q=0", 0),
    ("Q6 probes n=1", 1),
    ("Q7.1 failure n=1 n_in=1 n_out=1 B=1 a=1 kappa=1/2 epsilon=1", 2 * 2 * (1 - 1 / 8)),
    ("Q7.1 size n_in=1 n_out=1 B=1 a=1 kappa=1/2 epsilon=1/2 delta=1/2", log(32) / log(8 / 7)),  # 16 · (7/8)ⁿ = ½
    ("Q7.2 lost points=4", 1 / 2),
    ("Q7.1 error epsilon=1 norms=0 inputs=0", 0),
    ("Q8 saving X=2 Y=2 B=1", 4),
    ("Q8 relu_share c=1 s=1 epsilon=1", 1),
    ("Q8 linear_success n_in=1 n_out=1 B=1 c=1 s=1 epsilon=1/5 Theta=0", 1 / 5),
    ("Q9 gamma L=1 u=1/2", 1),
    ("Q9 forward_error L=1 u=2 moduli_output=1", 2),
    ("Q9 bases.pairs.0 points=1", 1),
    ("Q9 bases.deep_sets.0 points=1", 1),
    ("Q9 two_layers epsilon_1=0 epsilon_2=0 norms_1=1 norms_2=1 inputs_1=1 inputs_2=1 weight_2=0 n_1=1", 0),
    ("Q10 coefficients n_0=3 n_1=12 classes=4", 408),
    ("Q10 candidates n_0=3 n_1=12 classes=4 n=64", 27_840),
    ("Q10 first_error d_plus=0 d_minus=0 x=0", 0),
    ("Q11.1 excess L=1 R=1 gains=1 epsilon=1", 1),
    ("Q11.1 excess L=2 R=1 gains=7/20 epsilon=1/10", 0.13389341902768),
    ("Q11.1 layer_error L=2 R=1 gains=7/20 epsilon=1/10 n_in=4 norms=1 weight=1/2", 0.01673667737846),
    ("Q11.1 network_error l=0 R=1 gains_before=1 t=1/2", 0),
    ("Q11.2 ratio n_in=4 n_out=8 B=1 a=exp(-1) kappa=1/2 spread=1 epsilon=1/1000 delta=1/10", 69.5485325498633),
    ("Q11.2 uniform_looseness n_out=8 B=1", 29.44812477515583 * 9 / 8),
    ("Q11.2 uniform_least_looseness n_out=8 B=1", 18.057659358430055 * 9 / 8),
    ("Q11.2 whole_source n=4 n_in=3 n_out=2 B=5", 4 * 3 * (3 + 10)),
    ("Q11.2 dense_looseness n_in=2 n_out=8 B=1 a=exp(-1) kappa=1/2", 29.44812477515583 * 5 / 4),
    ("Q11.3 success n=2 n_in=1 n_out=1 B=1", 1 / 4),
    ("Q11.3 nonnegative_success n=1 n_in=1 n_out=1 B=1", 1 / 2),
    ("Q11.3 uniform_block_looseness", 29.44812477515583 / 4),
]


@pytest.mark.parametrize(("call", "words"), WRONG)
def test_values_that_mean_nothing_are_refused(call, words):
    with pytest.raises(sl.InputError, match=words):
        sl.evaluate(*call.split())


@pytest.mark.parametrize(("call", "value"), EDGES)
def test_edges_have_their_values(call, value):
    assert float(sl.evaluate(*call.split()).text) == pytest.approx(value, rel=1e-13, abs=0)
