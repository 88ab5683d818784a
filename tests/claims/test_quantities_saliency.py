"""Saliency: values outside a claim are refused in its words, and its formulas hold at the ends of their ranges."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

import sparse_limits as sl

OUTSIDE = [
    ("S1 threshold rho=1", "the share of weights kept, expected a number strictly between 0 and 1"),
    ("S1 noises.pareto.survival t=0 alpha=2", "t is value that the noise may exceed, expected a positive number"),
    ("S2 graphon rho=3/2", "the share of weights kept, expected a number above 0, up to 1"),
    ("S3 covariance_kernel c=2", "c is cosine of the angle between two inputs, expected a number from -1 to 1"),
    ("S3 stein_kernel R=0", "R is Euclidean length of an input, expected a positive number"),
    ("S4 flat_threshold rho=1", "expected a number strictly between 0 and 1"),
    ("S4 kernel u=1 tau=1 phi=1", "u is position of a neuron"),
    ("S5 conditional_density tau=1 w=0 h=1 beta=1 s=1 zeta=1", "S5 assumes the weight is not zero"),
    ("S5 conditional_density tau=1 w=1 h=0 beta=0 s=0 zeta=1", "S5 assumes the gradient is not zero"),
    ("S5 residual_variance V=1/4 beta=3/5", "explains at most the variance of its gradient, expected V ≥ beta**2"),
    ("S5 closure h=1 beta=1 w=1 s=-1 zeta=1", "does not explain, expected a number from 0"),
    ("S5 isotropic_beta c=1 d=3/2", "d is number of inputs, expected a whole number from 1"),
    ("S5 gate x_j=3 w=1 R=3", "a coordinate is smaller than the length of its input, expected Abs(x_j) < R"),
    (
        "S6 concentration delta=2 n=10",
        "delta is probability of failure that is allowed, expected a number above 0, up to 1",
    ),
    ("S6 pattern_rate d=0 n=1", "expected a whole number from 1"),
    ("S6 floor p=2 n=5", "expected a number from 0 to 1"),
    ("S7.1 kernel tau=1 a_1=1 a_2=0 a_3=0 h_1=0 h_2=1 h_3=1", "the readout weights are not orthogonal to the means"),
    ("S7.1 column_density tau=1 h_1=0 h_2=0 h_3=0", "the means of the column are not all zero"),
    ("S7.3 conditional_density tau=1 w=0 g_1=1 g_2=0 g_3=0", "S7.3 assumes the weight is not zero"),
    ("S7.3 conditional_density tau=1 w=1 g_1=0 g_2=0 g_3=0", "S7.3 assumes the gradients are not all zero"),
    ("S7.3 inversion omega=1 tau=1 w=0", "S7.3 assumes the weight is not zero"),
    ("S7.3 mode_exponent V=-1 omega=1 h=2 beta=0 w=1", "the weight leaves unexplained, expected a number from 0"),
    ("S7.2 reversed_pairs theta=22/7", "in radians, expected a number from 0 to pi"),
    ("S8 kappa_0 theta=-1", "theta is angle between two inputs, in radians, expected a number from 0 to pi"),
    (
        "S8 hessian_gradient a=1 G=2 E=1 g=-1 n=1/2 d=4",
        "n is width, the number of neurons of a hidden layer, expected a whole number from 1",
    ),
    ("S9 gradient d=3 b=1 c=1 omega=2", "expected a number from -1 to 1"),
    ("S9 gamma d=0", "d is number of inputs, expected a whole number from 1"),
    ("S10 magnitude_density rho=3/4", "no more than the positive half is kept, expected rho ≤ 1/2"),
    ("S10 dual_graphon W=2", "the probability that an entry is kept, expected a number from 0 to 1"),
    ("S10 selectivity tau=-1 g=-1 phi=1", "expected a number from 0"),
    ("S11 variance_inflation rho=1 t=1", "expected a number strictly between 0 and 1"),
    ("S11 row_kernel tau=1 a=0", "enters the output, expected a positive number"),
    ("S12 degree_variance p_1=2 p_2=1 p_3=1/2", "probability that an entry of a row is kept"),
    ("S12 bound A=-1 n=4", "expected a number from 0"),
    ("S13 density N=3 M=2", "a block keeps no more entries than it has, expected N ≤ M"),
    ("S13 density N=1 M=0", "M is number of consecutive columns in a block, expected a whole number from 1"),
    ("S13 failure N=2 M=2 m=2 n=2 s=1", "something of each block is removed, expected N < M"),
    ("S13 second_place p_k=3/4 p_j=1/2", "shares add up to at most one, expected p_j + p_k ≤ 1"),
    ("S14.2 equal_rho_1 rho=2", "rho is density, the share of weights kept, expected a number above 0, up to 1"),
    ("S14.2 threshold rho=1 a=1/2 s_1=1 s_2=2", "something is removed, expected rho < 1"),
    ("S14.2 threshold rho=1/2 a=1/2 s_1=2 s_2=1", "the first layer does not have the larger scale, expected s_1 ≤ s_2"),
    ("S14.2 pareto_rho_2 rho=3/4 a=1/2 s_1=1 s_2=2 alpha=2", "no score is saturated"),
    ("S14.2 pareto_threshold rho=3/4 a=1/2 s_1=1 s_2=2 alpha=2", "no score is saturated"),
    ("S14.2 pareto_rho_1 rho=9/10 a=2/3 s_1=1.1 s_2=1.7 alpha=1.234", "no score is saturated"),
    ("S14.3 collapse.pareto s_1=1 s_2=1 alpha=2", "the scales differ, expected s_1 < s_2"),
    ("S14.1 count_error delta=1/2 n_l=5 n=4", "a layer holds no more weights than all layers, expected n_l ≤ n"),
    (
        "S14.2 twofold_rho_2 rho=1/2 a=0",
        "share of all weights that lie in the first of two layers, expected a number above 0, up to 1",
    ),
    ("S15 pareto_ratio phi_1=1 phi_2=2 alpha=1", "the first column is not the weaker one, expected phi_1 ≥ phi_2"),
    ("S15 mills_upper t=0", "t is threshold divided by a column profile, expected a positive number"),
    (
        "S16.1 recovery_failure n=5 d=3 k=4 c=1 p_S=1/2 p_0=1/4",
        "the support is not larger than the number of inputs, expected k ≤ d",
    ),
    ("S16.2 pair_failure n=5 d=3 k=1 p_S=1/4 p_0=1/2", "columns of the support are denser, expected p_0 < p_S"),
    ("S16.2 enough_rows delta=1/2 d=3 k=3 p_S=1/2 p_0=1/4", "some columns are not of the support, expected k < d"),
    (
        "S16.3 ranked_failure n=5 d=3 k=1 c=1 p_S=1/2 p_0=1/4 rho=1/2 r_1=3/5 r_2=4/5",
        "the mask keeps no less than the higher of two thresholds, expected r_1 ≤ rho",
    ),
]

AT_THE_EDGE = [  # each known by hand
    ("S2 threshold rho=1 s=2", "0"),  # everything is kept
    ("S2 second_moment s=2 t=0", "4"),  # s², all of it
    ("S3 covariance_kernel c=1", "1/4"),  # one gate, of variance ¼
    ("S3 covariance_kernel c=-1", "-1/4"),
    ("S5 closure h=1 beta=0 w=0 s=0 zeta=1", "1/2"),  # P0
    ("S5 residual_variance V=1/4 beta=1/2", "0"),  # the weight explains all
    ("S5 gate x_j=0 w=1 R=3", "1/2"),  # the weight does not matter
    ("S6 floor p=0 n=5", "0"),  # nothing fluctuates
    ("S6 floor p=1 n=5", "0"),
    ("S6 row_saliency a=0 w=-1 g=2", "0"),
    ("S7.2 reversed_pairs theta=0", "0"),  # parallel columns agree
    ("S7.1 profile h_1=0 h_2=0 h_3=0", "0"),
    ("S7.3 mode_exponent V=0 omega=1 h=2 beta=0 w=1", "-1/2"),  # ln E e^{iωg'a} at g = 1
    ("S8 kappa_0 theta=0", "1/2"),  # one gate
    ("S8 kappa_1 theta=0", "1/2"),  # E σ(z)²
    ("S8 tangent_kernel theta=0 R=2 R_2=3 d=6", "1"),  # R R₂ (½ + ½)/d
    ("S9 gamma d=1", "1/2"),  # the mean of ω₊ for ω = ±1
    ("S9 amplification d=1", "1"),  # two points: constants and linear functions are treated alike
    ("S9 gradient d=1 b=1 c=0 omega=1", "1/4"),  # λ₁b/2
    ("S9 crossover d=1 b=0", "0"),
    ("S10 magnitude_density rho=1/2", "1"),
    ("S10 flat_threshold rho=1/2", "0"),
    ("S10 dual_graphon W=0", "1"),
    ("S10 kernel tau=0 phi=1", "1/2"),
    ("S12 degree_variance p_1=0 p_2=1 p_3=1/2", "1/4"),
    ("S12 bound A=0 n=1", "3/2"),
    ("S13 density N=2 M=2", "1"),
    ("S13 block_range N=2 M=2", "0"),
    ("S13 density N=1 M=1", "1"),
    ("S13 second_place p_k=0 p_j=1", "0"),
    ("S14.2 twofold_rho_2 rho=1/4 a=1", "1/2"),  # of the one layer that is there, the square is kept
    ("S16.1 recovery_failure n=0 d=2 k=1 p_S=1/2 p_0=0 c=0", "1"),  # no row
    ("S16.2 pair_floor n=0 p_S=1/2 p_0=1/4", "1"),  # a tie
    ("S13 cut_bound N=2 M=2 m=2 n=2 delta=1/2", "0"),  # the mask is its probabilities
    ("S13 failure N=1 M=2 m=1 n=2 s=0", "16"),  # 2·2^(m+n): no exponent at s = 0
    ("S13 second_place p_k=3/4 p_j=1/4", "3/4"),  # of two columns the other one is second
    ("S13 one_of_four phi_1=1 phi_2=1 phi_3=1 phi_4=1 alpha=2", "1/4"),
    ("S14.2 equal_rho_1 rho=1", "1"),
    ("S14.2 twofold_rho_2 rho=1 a=1/3", "1"),
    ("S14.2 pareto_rho_2 rho=5/8 a=1/2 s_1=1 s_2=2 alpha=2", "1"),  # the layer of larger scale is just saturated
    ("S14.2 pareto_threshold rho=1 a=1/2 s_1=1 s_2=1 alpha=2", "1"),  # Pareto scores begin at their scale
    ("S15 pareto_ratio phi_1=2 phi_2=2 alpha=1 tau=2", "1"),  # equal columns
    ("S15 gaussian_ratio phi_1=1 phi_2=1 tau=1", "1"),
    ("S16.1 missed n=3 c=3 p_S=1/2", "1"),  # no column keeps more entries than there are rows
    ("S16.1 recovery_failure n=1 d=2 k=1 c=0 p_S=1/2 p_0=1/4", "3/4"),  # one row: ½ + ¼
    ("S16.2 pair_failure n=1 d=2 k=1 p_S=4/5 p_0=1/5", "16/25"),  # β = ⅘
]


@pytest.mark.parametrize(("call", "words"), OUTSIDE, ids=[call for call, _ in OUTSIDE])
def test_what_the_claim_does_not_speak_of_is_refused_in_its_words(call, words):
    with pytest.raises(sl.InputError, match=re.escape(words)):
        sl.evaluate(*call.split())


@pytest.mark.parametrize(("call", "value"), AT_THE_EDGE, ids=[call for call, _ in AT_THE_EDGE])
def test_formulas_hold_at_the_ends_of_their_ranges(call, value):
    assert Fraction(sl.evaluate(*call.split()).text) == Fraction(value)


def test_an_equal_layer_has_the_threshold_of_one():
    """ln 2 is the median of the exponential law; two layers of one scale are one layer."""
    assert sl.evaluate("S14.2", "threshold", "rho=1/2", "a=1/3", "s_1=1", "s_2=1", digits=10).text == "0.6931471806"


def test_a_profile_of_steps_has_its_own_threshold():
    """As a level of the mean of two column densities, which tests/claims/test_saliency.py writes out."""
    found = sl.evaluate("S4", "threshold", "rho=1/10", "varphi=step(1/4:2, 3/4:1/2)", digits=20)
    assert found.text == "1.3589369653344860175"


@pytest.mark.parametrize("call", ["S4 {} rho=3/10", "S10 {} rho=3/10", "S10 {} rho=1/2", "S10 {} rho=4/5"])
def test_a_flat_profile_is_a_profile(call):
    flat = sl.evaluate(*call.format("flat_threshold").split()).text
    assert sl.evaluate(*call.format("threshold").split(), "varphi=step(1:1)").text == flat
