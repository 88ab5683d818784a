"""Values of the generalisation claims at the ends of their ranges, and calls that the claims do not speak of."""

from __future__ import annotations

import re

import pytest
import sympy as sp

import sparse_limits as sl
from sparse_limits.theory.ledger import load_ledger

WRONG = {
    "B1 confidence delta=2 m=1": "expected a number above 0, up to 1",
    "B1 risk_bound B_0=1 T=1 delta=1/2 m=1 q=2": "an interpolant in the ball, expected q ≤ B_0**2",
    "B1 peeled_bound T=4 b=1 i=0 m=2 delta=1/2 q=2": "an interpolant in the ball of that step",
    "B1 random_label_energy T=4 T_inv=1/2 m=2": "traces of a matrix and of its inverse, expected T*T_inv ≥ m**2",
    "B2.1 constant L=-1": "number of hidden layers, expected a whole number from 0",
    "B2.3 many_ratio r=0": "r is correlation in the second layer of two inputs of one sign, expected a number strictly between 0 and 1",
    "B2.2 sphere_constant L=1 d=1": "a sphere of inputs, in two dimensions at least, expected d ≥ 2",
    "B2.2 sphere_excess L=1 d=1": "a sphere of inputs, in two dimensions at least, expected d ≥ 2",
    "B2.2 sphere_excess L=0 d=3": "a hidden layer at least, expected L ≥ 1",
    "B2.2 sphere_constant L=7 d=3": "six hidden layers at most, as far as the integral is written out, expected L ≤ 6",
    "B2.2 layer_step.linear s=1 p=1 t=1 q=1": "s is correlation of a layer at orthogonal inputs, expected a number from 0, below 1",
    "B3 path_term L=1 beta=1 d=1 rho_path=2": "expected a number above 0, up to 1",
    "B4 water_level R=1 d=2 k=1 rho=1/2": "fewer capped features than the budget pays for, expected k < d*rho",
    "B4 water_level R=1 d=2 k=0 rho=1": "a budget below all paths, since more coefficients than it pays for are not 0, expected rho < 1",
    "B4 optimum C=1/2 R=1 d=3 k=1 rho=2/3": "capped coefficients that reach the water level",
    "B4 optimum C=5 R=1 d=3 k=0 rho=2/3": "no squares to add up where no feature is capped",
    "B5 below_cap a=3 rho=.6": "B5 assumes no feature at the cap, expected rho ≤ 1/(a + 1)",
    "B5 excess a=1 rho=1/4": "some features at the cap, expected rho ≥ 1/(a + 1)",
    "B5 uniform a=1 rho=2": "rho is mean path density, the budget, expected a number above 0, up to 1",
    "B6 optimum beta=1/2 p=1/2 r=1": "expected a number from 1",
    "B6 uniform beta=2 p=1 r=1": "p is share of the strong features, expected a number from 0, below 1",
    "B6 strong_share beta=2 p=1/2 r=2": "r is mean path density, the budget, expected a number above 0, up to 1",
    "B7 kernel_scale rho=2 L=3": "expected a number above 0, up to 1",
    "B7 shrinkage lambda=2 T=1 m=1 gamma=0": "no eigenvalue of a kernel exceeds its trace, expected lambda ≤ T",
    "B8 residual_term b=-1 mu=2 y=1": "b=-1: b is ",
    "B9 gap k_0=1 epsilon=2 kappa=1 m=1 zeta=0": "it stays nearer than the least eigenvalue, expected epsilon < kappa",
    "T3 edge_gradient H=2 M=1 a=1 x=1 n=2 d=1": "H is gate of the neuron, 1 where its preactivation is positive, expected 0 or 1",
}  # a call, and what it is told

RIGHT = {
    "B1 complexity B_0=1 T=1 m=1": "1",
    "B1 risk_bound B_0=1 T=4 delta=1/2 m=2 q=1": "2 + 3*sqrt(log(4))/2",  # twice the root of 4 over 2, and three roots of log 4 over 4
    "B1 level_share delta=1/2 i=0": "3/pi**2",
    "B1 random_label_energy T=2 T_inv=2 m=2": "1",  # the identity
    "B1 rank_one_complexity k=1": "1/2",  # two signs agree with chance 1/2
    "B1 label_kernel_energy m=1 epsilon=1": "1",  # one sample
    "B2.1 constant L=1": "1",
    "B2.1 constant L=0": "1",  # the kernel is its linear part
    "B2.3 least_ratio": "3/4",
    "B2.2 best_constant L=1": "1",
    "B2.2 sphere_constant L=1 d=2": "1",
    "B2.2 sphere_excess L=1 d=2": "0",
    "B2.2 layer_step.correlation s=0": "1/pi",  # the mean of two independent ReLUs, each 1/√π
    "B2.2 layer_step.linear s=0 p=1 t=0 q=1": "1",  # twice the chance 1/2 of an open gate
    "B2.1 antipodal_determinant S=1 c=1": "0",
    "B3 path_term L=1 beta=0 d=1 rho_path=1": "0",
    "B3 linear_term L=1 beta=1 d=1 rho_path=1": "1/2",  # one weight in each of two layers
    "B4 share beta=0 lambda=1": "0",
    "B4 water_level R=1 d=2 k=0 rho=1/2": "1",
    "B4 optimum C=4 R=1 d=3 k=1 rho=2/3": "5",  # coefficients 2, 1/2, 1/2 with paths 1, 1/2, 1/2
    "B4 optimum C=0 R=1 d=3 k=0 rho=1/3": "1",
    "B4 uncapped_optimum A=1 d=1 rho=1": "1",
    "B5 optimum a=1 rho=1": "1/3",  # ∫v²
    "B5 optimum a=1 rho=1/2": "1/2",  # (∫v)² over 1/2: the cap is just reached
    "B5 below_cap a=1 rho=1/2": "1/2",
    "B5 excess a=1 rho=1/2": "1/6",  # 1/2 − 1/3
    "B5 excess a=1 rho=1": "0",
    "B5 edge a=1 rho=1": "0",  # all features have all paths
    "B5 uniform_excess a=1 rho=1": "0",
    "B6 strong_share beta=1 p=1/2 r=1": "1",
    "B6 optimum beta=2 p=1/2 r=1": "5/2",  # the mean of 4 and 1
    "B6 uniform beta=1 p=1/2 r=1": "1",
    "B6 pareto_share phi=1 tau=1": "1",
    "B7 kernel_scale rho=1 L=3": "1",
    "B7 shrinkage lambda=1 T=1 m=1 gamma=0": "1",  # no ridge
    "B7 shrinkage lambda=1 T=2 m=2 gamma=1": "1/2",  # a ridge as large as the eigenvalue
    "B8 residual_term b=0 mu=1 y=1": "1",
    "B9 fade m=4 eta=1 kappa=1 epsilon=0 t=0": "2",  # four residuals of 1
    "B9 apart m=1 eta=1 kappa=1 epsilon=0 t=1": "0",  # the kernel does not move
    "B9 gap k_0=1 epsilon=0 kappa=1 m=1 zeta=0": "0",
    "T3 edge_gradient H=1 M=1 a=1 x=1 n=2 d=1": "1",
    "T3 edge_gradient H=1 M=0 a=1 x=1 n=2 d=1": "0",  # a pruned weight
}  # a call at an end of a range, and its value by hand


@pytest.mark.parametrize(("call", "words"), WRONG.items())
def test_a_call_outside_a_claim_is_told_why(call: str, words: str) -> None:
    with pytest.raises(sl.InputError, match=re.escape(words)):
        sl.evaluate(*call.split())


@pytest.mark.parametrize(("call", "value"), RIGHT.items())
def test_a_call_at_an_end_of_a_range_has_its_value(call: str, value: str) -> None:
    assert float(sl.evaluate(*call.split()).text) == pytest.approx(float(sp.sympify(value)), rel=1e-13, abs=0)


def test_every_claim_with_letters_refuses_something() -> None:
    entries = load_ledger().select(["generalisation"])
    said = {entry.label for entry in entries if entry.claim.quantities}
    assert {call.split()[0] for call in WRONG} == said
