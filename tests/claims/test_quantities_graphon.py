"""Values of the graphon claims at the ends of their ranges, and calls that the claims do not speak of."""

from __future__ import annotations

import re

import pytest
import sympy as sp

import sparse_limits as sl
from sparse_limits.theory.ledger import load_ledger

WRONG = {
    "G1.1 hoeffding_rate m=1 n=1 delta=2": "delta is probability of failure that is allowed, expected a number above 0, up to 1",
    "G1.1 bernstein_rate m=1 n=1 delta=1/2 V=1/3": "expected a number above 0, up to 1/4",
    "G1.1 bernstein_cumulant lambda=3 V=1/4": "G1.1 assumes in Bernstein's form a tilt at which its series converges, expected lambda < 3",
    "G1.2 normal_rate m=1 n=1 delta=1/2 V=1/3": "expected a number from 0 to 1/4",
    "G1.2 best_rate m=0 n=1 delta=1/2 V=1/4": "m is number of rows of the mask, expected a whole number from 1",
    "G1.3 ranked_rate m=1 n=1 delta=1/2 V=1/4 kappa=-1": "over the number of all entries, or a bound on it, expected a",
    "G1.4 sized_rate m=0 n=1 delta=1/2": "m is number of rows of the mask, expected a whole number from 1",
    "G2 gap K=5 N=0 m=2 n=2": "G2 assumes no more entries are kept by rank than there are, expected K ≤ m*n",
    "G2 gap K=0 N=5 m=2 n=2": "no more entries exceed the threshold than there are",
    "G2 entry_variance p=2": "p is probability of an entry of the mask, expected a number from 0 to 1",
    "G3.3 step_error m=3": "an even number of rows, expected m mod 2 = 0",
    "G3.1 midpoint_supremum m=0 n=1": "m is number of rows of the grid, expected a whole number from 1",
    "G3.2 lipschitz_error m=1 n=1 L=-1": "expected a number from 0",
    "G3.3 sorted_error m=1 n=1 delta=2": "expected a number above 0, up to 1",
    "G4.1 midpoint_bound m=0 n=1 delta=1/2": "m is number of rows of the mask, expected a whole number from 1",
    "G4.2 column_bound d=1 n=1 delta=3 V=1/4": "expected a number above 0, up to 1",
    "G4.3 limit_bound m=1 n=1 delta=1/2 eta_u=-1 eta_v=0 eta_xi=0": "eta_u is largest deviation of the distribution function of the rows' latents",
    "G5 mean_deviation n=4 p=1/2 k=2": "G5 assumes the count of (b) is the least above the mean, expected k = floor(n*p) + 1",
    "G5 mean_rate n=3 V=1/4": "a mean count that is a whole number",
    "G5 stirling_loss n=10 V=1/10": "a mean count that is a whole number",
    "G5 entry_distance p=3/2": "expected a number from 0 to 1",
    "G6.1 sensitivity t=-1 g=1 r=1": "t is threshold over the product of the profiles, expected a number from 0",
    "G6.2 expected_chi m=1 n=1": "G6.2 assumes at least two entries, of which some are kept and some are not, expected m*n ≥ 2",
    "G7 threshold rho=.6 A=7/3 B=7/3 alpha=2 F=4": "G7 assumes nothing is saturated, expected F**alpha*rho ≤ A*B",
    "G7 rank_one_kernel rho=1/4 f=2 phi=2 alpha=1 A=1 B=1 F=2": "values of the profiles up to their supremum, expected f*phi ≤ F",
    "G7 critical_density A=2 B=1 F=1 alpha=1": "means that do not exceed the supremum",
    "G7 largest_singular_value rho=1/4 A=1 B=1 A_2=1/2 B_2=1 alpha=1 F=1": "a mean square of rows that is at least the squared mean",
    "G7 linear_singular_value rho=1/2": "in the example nothing is saturated, expected rho ≤ 49/144",
    "G8 threshold rho=1 s=1 s_f=0 s_g=0": "rho is density, the share of weights kept, expected a number strictly between 0 and 1",
    "G8 certificate sigma=1/2 moment=1/3 captured=1/2": "expected mu_K ≤ mu",
    "G8 certificate sigma=3/4 moment=1/2 captured=1/2": "expected sigma**2 ≤ mu_K",
    "G8 certificate sigma=1/2 moment=4 captured=1/4": "mu is integral of the squared graphon, expected a number from 0 to 1",
    "G9 entry P=2 alpha=1 beta=1": "expected a number from 0 to 1",
    "G9 sigma_2 P_11=0 P_12=0 P_21=0 P_22=0 alpha_1=1/2 alpha_2=1/2 beta_1=1/2 beta_2=1/2": "G9 assumes a graphon that does not vanish",
    "G10.1 both_bound epsilon_c=-2": "expected a number from 0",
    "G10.2 smoothed_bound b=0 epsilon_c=0": "b is number of blocks on each side of the grid of averages, expected a whole",
    "G10.3 hidden_error X=3 n=4": "no more misplaced rows than a half has, expected 2*X ≤ n",
    "G10.3 hidden_error X=0 n=3": "an even number of rows",
    "G10.3 hidden_variance n=1": "an even number of rows",
    "G11.1 four_cycle n=1 kappa=0 eta=2": "expected a number from 0 to 1",
    "G11.2 limit_distance rho=1/2": "expected a number strictly between 0 and 1/2",
    "G11.2 kernel a=0 g=1 tau=1": "an entry whose score is not always zero",
    "G11.2 blurred a=1 h=0 tau=1": "a column whose scores are not always zero",
    "G11.2 column_density h=0 tau=1": "a column whose moment is not zero",
}  # a call, and what it is told

RIGHT = {
    "G9 trace P_11=1 P_12=1 P_21=1 P_22=1 alpha_1=1/2 alpha_2=1 beta_1=1/3 beta_2=2/3": "3/2",  # a constant: the area
    "G1.1 hoeffding_failure m=1 n=1 s=1": "8*exp(-2)",  # two signs, two sets of one row, two of one column
    "G1.1 bernstein_cumulant lambda=2 V=1/4": "3/2",  # (1/4)·4/(2·(1 − 2/3))
    "G1.2 normal_rate m=1 n=1 delta=1 V=0": "sqrt(log(2)/2)",  # no entry is random
    "G1.2 mean_bound m=1 n=1 V=1/4": "1/2",  # a quarter for each side
    "G1.2 mean_bound m=1 n=1 V=1/8": "1/2",  # where both factors are a quarter
    "G1.2 mean_bound m=4 n=1 V=1/32": "3/16",  # (1/8)(1/2 + 1)
    "G1.2 one_failure m=1 n=1 s=1": "exp(-2)",
    "G1.3 ranked_rate m=1 n=1 delta=1/2 V=1/4 kappa=0": "1/2 + sqrt(3*log(2)/2)",  # ln(4/δ) = 3 ln 2
    "G1.3 wide_rate m=1 n=1 delta=1/2 kappa=1": "3*sqrt(pi/8)/5 + sqrt(3*log(2)/2) + 1",  # ln(4mn/δ) = 3 ln 2
    "G1.4 sized_mean m=1 n=1": "3*sqrt(pi/8)/5",
    "G1.4 sized_mean m=1 n=4": "3*sqrt(pi/8)/10 + 1/8",  # half of the pair, and half of the longer side
    "G2 gap K=4 N=0 m=2 n=2": "1",  # all entries beside none
    "G2 entry_variance p=1": "0",
    "G3.1 any_point_supremum m=1 n=1": "1",  # one cell, the kernel 1 but at its corner
    "G3.1 midpoint_supremum m=1 n=1": "3/4",  # 1 − (1 − 1/2)²
    "G3.3 step_error m=2": "1/4",  # both or no latent on one side with chance 1/2, an error of 1/2
    "G4.1 rounding m=1 n=1": "1/2",
    "G4.1 rate_constant": "1/2",
    "G4.1 wide_constant": "3*sqrt(pi/8)/5",
    "G4.2 free_bound n=1 delta=1/2 V=1/4": "1/4 + sqrt(log(2))",  # ln(2/δ) = 2 ln 2
    "G4.2 column_failure d=1 n=1 s=1": "4*exp(-2)",  # two signs, two sets of one column
    "G5 mean_deviation n=4 p=1/2 k=3": "3/4",  # (2·2·1 + 2·1·4)/16
    "G5 mean_deviation n=4 p=1 k=5": "0",  # a constant
    "G5 mean_rate n=2 V=1/4": "1/(4*sqrt(pi))",
    "G5 entry_distance p=1": "0",
    "G6.2 expected_chi m=1 n=2": "2",  # one of two entries kept: two deviations of 1/2 over 1/4
    "G6.2 expected_chi m=2 n=1": "0",  # the only column has the density of the mask
    "G7 threshold rho=49/144 A=7/3 B=7/3 alpha=2 F=4": "4",  # the largest product of the profiles
    "G7 critical_density A=1 B=1 F=1 alpha=1": "1",  # constant profiles
    "G7 linear_singular_value rho=49/144": "31/80",  # ∫(1 + u)⁴ over the squared threshold, 31/5 over 16
    "G7 linear_density tau=1": "1",  # all products are at least 1
    "G7 linear_threshold rho=49/144": "4",
    "G8 squared_kernel rho=1/3 s=1 s_f=0 s_g=0": "1/9",  # a constant graphon
    "G8 balanced_squared_kernel s=1 s_f=0 s_g=0": "1/4",
    "G8 derivative rho=1/3 s=1 s_f=0 s_g=0 m=0": "1/3",
    "G8 derivative rho=1/2 s=1 s_f=0 s_g=0 m=1": "1/sqrt(2*pi)",  # the normal density at 0
    "G8 coefficient rho=1/3 s=1 s_f=0 s_g=0 j=0 k=0": "1/3",  # 0⁰ = 1
    "G8 coefficient rho=1/3 s=1 s_f=0 s_g=0 j=1 k=0": "0",
    "G8 truncation rho=1/3 s=1 s_f=0 s_g=0 K=1": "0",  # a constant graphon has one coefficient
    "G8 certificate sigma=1/2 moment=1/4 captured=1/4": "1/2",  # nothing is left out
    "G9 entry P=1 alpha=1 beta=1": "1",
    "G9 sigma_1 P_11=1 P_12=1 P_21=1 P_22=1 alpha_1=1/2 alpha_2=1/2 beta_1=1/3 beta_2=2/3": "1",  # the constant 1
    "G9 sigma_1 P_11=0 P_12=0 P_21=0 P_22=0 alpha_1=1/2 alpha_2=1/2 beta_1=1/2 beta_2=1/2": "0",
    "G9 sigma_2 P_11=1 P_12=0 P_21=0 P_22=1 alpha_1=1/2 alpha_2=1/2 beta_1=1/2 beta_2=1/2": "1/2",  # two blocks apart
    "G10.1 row_distance d_1=0 d_2=1": "1",
    "G10.2 smoothed_bound b=1 epsilon_c=0": "1",  # one block
    "G10.3 hidden_error X=2 n=4": "4/5",  # all rows in the wrong half
    "G10.3 hidden_variance n=2": "4/25",  # 0 or 4/5 with equal chance
    "G11.1 four_cycle n=1 kappa=0 eta=1": "1",
    "G11.2 kernel a=1 g=1 tau=1": "erfc(1/sqrt(2))",
    "G11.2 limit_distance rho=1/4": "1/8",
}  # a call at an end of a range, and its value by hand


@pytest.mark.parametrize(("call", "words"), WRONG.items())
def test_a_call_outside_a_claim_is_told_why(call: str, words: str) -> None:
    with pytest.raises(sl.InputError, match=re.escape(words)):
        sl.evaluate(*call.split())


@pytest.mark.parametrize(("call", "value"), RIGHT.items())
def test_a_call_at_an_end_of_a_range_has_its_value(call: str, value: str) -> None:
    assert float(sl.evaluate(*call.split()).text) == pytest.approx(float(sp.sympify(value)), rel=1e-13, abs=0)


def test_every_claim_with_letters_refuses_something() -> None:
    entries = load_ledger().select(["graphon"])
    said = {entry.label for entry in entries if entry.claim.quantities}
    assert {call.split()[0] for call in WRONG} == said
