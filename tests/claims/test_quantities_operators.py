"""Operators: values outside a claim are refused in its words, and its formulas hold at the ends of their ranges."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

import sparse_limits as sl

OUTSIDE = [
    ("O1 upper rho=2", "rho is mean of the graphon, for a mask its density, expected a number from 0 to 1"),
    ("O1 row_value tau=0", "expected a positive number"),
    (
        "O2.1 operator_bound c=2",
        "c is cut norm of a kernel, such as the difference of two graphons, expected a number from 0",
    ),
    ("O2.2 planar_operator_bound c=-1", "expected a number from 0 to 1"),
    ("O3 expansion sigma=2 h=0 p=0 q=0", "expected a number above 0, up to 1"),
    ("O3 expansion sigma=1/2 h=-1/2 p=0 q=1/4", "times the left vector, expected h**2 ≤ p"),
    ("O3 expansion sigma=1/2 h=-1/2 p=1/4 q=0", "times the right vector, expected h**2 ≤ q"),
    ("O3 cross_term sigma=1/2 sigma_l=1/2 x=1 y=1", "the singular value is simple"),
    (
        "O3 square_mean sigma=1/2 V_a=1/2 V_b=0 m=4 n=4",
        "averaged with the squared left function, expected a number from 0",
    ),
    ("O3 random_value rho=0 m=2 n=2", "expected a number above 0, up to 1"),
    ("O4.1 constant_edge V=1/2 m=4 n=4", "V is variance of an entry, expected a number above 0, up to 1/4"),
    ("O4.1 outlier sigma=1/8 V=1/4 m=4 n=4", "the singular value is visible above the noise"),
    ("O4.1 debiased s=1/4 V=1/4 m=4 n=4", "the observed value is not below the edge of the noise"),
    (
        "O4.2 row_tail m=20 n=20 z=1/8 B=4 beta=1",
        "the level is not below what feeds the row on average, expected m*z ≥ B",
    ),
    ("O4.2 row_tail m=20 n=20 z=1/8 B=0 beta=1", "the row is fed, expected B > 0"),
    ("O4.3 block_eigenvalue N=1 M=1", "M is number of consecutive columns in a block, expected a whole number from 2"),
    ("O4.3 block_edge N=3 M=2 m=4 n=4", "a block keeps no more entries than it has, expected N ≤ M"),
    ("O4.3 block_floor N=1 M=2 m=1 n=4", "at least as many rows as the noise has dimensions in a row"),
    ("O4.1 edge_bound R=1 C=1/4 m=4 n=4", "largest average of the variance"),
    ("O5 power_value kappa=1", "exponent of the graphon on its diagonal, expected a number strictly between 0 and 1"),
    ("O5 entry w=2 omega=1 nu=1", "w is value of the graphon at two nodes, expected a number from 0 to 1"),
    ("O5 degree q=0", "q is number of Gauss nodes for each law, expected a whole number from 1"),
    ("O6 degree_bound c=-1", "expected a number from 0"),
    ("O7.1 composition_bound c_1=2 c_2=1", "expected a number from 0 to 1"),
    ("O7.2 deviation p_1=1/2 p_2=1/8 n=1", "a mean square is at least the square of the mean, expected p_2 ≥ p_1**2"),
    ("O7.2 deviation p_1=1/4 p_2=1/2 n=1", "probabilities are no smaller than their squares, expected p_2 ≤ p_1"),
    ("O7.3 sorted_density tau_1=1 rho_2=1", "something of the second layer is removed, expected rho_2 < 1"),
    ("O7.3 relabelled_density rho_1=2 rho_2=1", "the share of weights kept, expected a number above 0, up to 1"),
    ("O8 counting_bound e=0 c=1", "e is number of edges of the motif, expected a whole number from 1"),
    ("O8 cycle_density k=1 sigma_1=1/2 sigma_2=1/2", "k is half the length of a cycle, expected a whole number from 2"),
    ("O8 cycle_density k=2 sigma_1=1 sigma_2=1", "squares of singular values add up to at most one"),
    ("O9 subset_mean K=5 m=2 n=2", "no more entries are kept than there are, expected K ≤ m*n"),
    ("O9 subset_mean K=3 m=1 n=5", "two rows, for the uniform set as it is written, expected m ≥ 2"),
    ("O9 subset_mean K=3 m=5 n=1", "two columns, for the uniform set as it is written, expected n ≥ 2"),
    ("O9 bernoulli_mean rho=2 m=3 n=1", "the probability that an entry is kept, expected a number from 0 to 1"),
    ("O9 motif_means.P3 kappa_1=1/4 kappa_2=1/2 m=2 n=2", "more entries are not kept more often"),
]

AT_THE_EDGE = [  # each known by hand
    ("O1 upper rho=1", "1"),
    ("O1 upper rho=0", "0"),  # W = 0
    ("O1 scale m=1 n=1", "1"),
    ("O2.1 operator_bound c=0", "0"),
    ("O2.1 four_cycle_bound c=1", "4"),
    ("O2.2 planar_operator_bound c=0", "0"),
    ("O3 expansion sigma=1 h=-1/2 p=1/4 q=1/4", "1/4"),  # H = −ab^⊤/2 shortens the value to ½
    ("O3 cross_term sigma=1/2 sigma_l=1 x=0 y=0", "0"),
    ("O3 random_value rho=1 m=1 n=1", "1"),  # the mask of ones
    ("O3 random_sd rho=1 m=1 n=1", "0"),
    ("O4.1 constant_edge V=1/4 m=1 n=1", "1"),
    ("O4.1 outlier sigma=1/4 V=1/4 m=4 n=4", "1/2"),  # just visible: at the edge √V(1/√m + 1/√n)
    ("O4.1 debiased s=1/2 V=1/4 m=4 n=4", "1/4"),  # and back
    ("O4.2 edge_spread V=1/4 m=4 n=4", "0"),  # squares of ±½ do not fluctuate
    ("O4.2 row_tail m=8 n=20 z=1/2 B=4 beta=1", "1"),  # at the mean nothing is excluded
    ("O4.3 block_eigenvalue N=2 M=2", "0"),
    ("O4.3 block_floor N=1 M=2 m=2 n=4", "0"),  # a square matrix
    ("O4.1 row_height a=1 B=0 m=4", "1"),
    ("O4.1 row_bound p=0 Q=0 n=4", "0"),
    ("O5 degree q=1", "0"),  # one node: a constant
    ("O5 entry w=0 omega=1 nu=1", "0"),
    ("O6 degree_bound c=7", "14"),  # not only for graphons
    ("O6 both_bound c=7", "14"),  # and not 21, the sum of both bounds
    ("O7.1 composition_bound c_1=0 c_2=1", "1"),
    ("O7.2 deviation p_1=1 p_2=1 n=1", "0"),  # no chance left
    ("O7.3 relabelled_density rho_1=1 rho_2=1", "1"),
    ("O7.1 layers_bound L=1 c=1", "1"),
    ("O8 counting_bound e=1 c=1", "1"),
    ("O8 cycle_density k=2 sigma_1=1 sigma_2=0", "1"),  # W = 1
    ("O9 subset_mean K=4 m=2 n=2", "1"),
    ("O9 subset_mean K=0 m=2 n=2", "0"),
    ("O9 bernoulli_mean rho=0 m=1 n=1", "0"),
    ("O9 bernoulli_mean rho=1 m=3 n=1", "1"),
    ("O9 square_excess rho=1 n=1", "0"),
    ("O9 motif_means.P3 kappa_1=1/2 kappa_2=1/4 m=2 n=2", "3/8"),  # κ₁/m + (1 − 1/m)κ₂
]


@pytest.mark.parametrize(("call", "words"), OUTSIDE, ids=[call for call, _ in OUTSIDE])
def test_what_the_claim_does_not_speak_of_is_refused_in_its_words(call, words):
    with pytest.raises(sl.InputError, match=re.escape(words)):
        sl.evaluate(*call.split())


@pytest.mark.parametrize(("call", "value"), AT_THE_EDGE, ids=[call for call, _ in AT_THE_EDGE])
def test_formulas_hold_at_the_ends_of_their_ranges(call, value):
    assert Fraction(sl.evaluate(*call.split()).text) == Fraction(value)


def test_everything_kept_in_one_layer_leaves_the_density_of_the_other():
    """At τ₂ = 0 the share of paths is the density H(τ₁) of the first layer, S4's with φ = 1."""
    kept = sl.evaluate("O7", "path_density", "tau_1=1", "tau_2=0", digits=12).text
    assert kept == sl.evaluate("S4", "column_density", "tau=1", "phi=1", digits=12).text
