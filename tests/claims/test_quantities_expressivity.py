"""Values of the expressivity claims at the ends of their ranges, and calls that the claims do not speak of."""

from __future__ import annotations

import re

import pytest
import sympy as sp

import sparse_limits as sl
from sparse_limits.theory.ledger import load_ledger

WRONG = {
    "E1 tail_law n=2 t=2 j=1": "t is probability that a neuron is fully wired, expected a number from 0 to 1",
    "E1 floor_share alpha=2 k=1 p=1": "expected a number from 0 to 1",
    "E2 usual_bound p=2 k=1 m=1": "expected a number above 0, up to 1",
    "E3 hub_share k=1 w=2": "w is column factor of the graphon at an active input, expected a number from 0 to 1",
    "E4 some_wired p=2 k=3 m=4": "expected a number strictly between 0 and 1",
    "E4 threshold m=8 p=1": "expected a number strictly between 0 and 1",
    "E5.1 maurey_error F=2 G=1 N=3": "E5.1 assumes the squared norm of a mean is at most the mean squared norm, expected F ≤ G",
    "E5.1 average_fourth N=1 m_2=2 m_4=1": "a fourth moment that is at least the squared variance, expected m_2**2 ≤ m_4",
    "E5.2 mse k=1 n=0 p=1/2": "n is width, the number of neurons of a hidden layer, expected a whole number from 1",
    "E5.3 relu_error C=1 alpha=1/2 k=1 n=7 p=1 r=1": "a mean number of wired neurons that is at least four, expected alpha*n*p**k ≥ 4",
    "E6.1 success N=1 alpha=1 k=1 n=2 p=3": "expected a number above 0, up to 1",
    "E6.1 sufficient_width N=1 alpha=1 delta=0 k=1 p=1": "expected a number above 0, up to 1",
    "E6.2 sup_error M=0": "M is number of pieces of each interpolated square, expected a whole number from 1",
    "E8 relayed k=2 m=4 p=3/2": "p is probability of an edge in either layer, expected a number above 0, up to 1",
    "E8 input_budget epsilon=1/2 m=1 p=1/2": "at least two neurons in the first layer, expected m ≥ 2",
    "E8 budget_failure epsilon=1/2 m=1 p=1/2": "at least two neurons in the first layer, expected m ≥ 2",
    "E9 example_density v=2": "v is position of an input in the unit interval, expected a number from 0 to 1",
    "E10 no_path rho_path=3 n=3": "rho_path is share of an input's paths to the output that are kept, expected a number from 0 to 1",
    "E10 two_layers n_1=1 n_2=1 p_1=1 p_2=1 p_3=2": "expected a number from 0 to 1",
    "E12.1 passed y=2 B=1": "an output within its bounds",
    "E12.1 enough_copies N=0 p=1": "at least one unit in each layer",
    "E12.1 copied alpha=1 p=1 N=1 c=-1": "c is number of neurons of the layer below that stand for each unit, expected a whole number from 0",
    "E12.2 interaction x_1=2 x_2=0": "x_1 is input of the example, expected a number from -1 to 1",
    "E11 either alpha=1 k_1=1 k_2=1 k_12=3 p=1/2": "together the functions have no fewer inputs than each",
    "E1 count_law n=2 t=1 j=3": "the formula does not cover",  # more neurons than there are: 0 times a power of 0
}  # a call, and what it is told

RIGHT = {
    "E1 count_law n=2 t=1 j=2": "1",  # every neuron is wired
    "E1 count_law n=2 t=1 j=1": "0",
    "E1 tail_law n=2 t=1 j=3": "0",
    "E1 tail_law n=2 t=1 j=2": "1",
    "E11 union_failure alpha=1 p=1 n=1 k_1=1 k_2=1 k_12=2 N_1=1 N_2=1": "1",  # one neuron for two units
    "E11 either alpha=1 p=1/2 k_1=1 k_2=1 k_12=1": "1/2",  # the same input
    "E12.1 deep_failure alpha=1 p=1 n=1 k=1 N=1 M=1 L=3": "0",  # one chain, all edges there
    "E12.1 own_success alpha=1 p=1/2 n=1 k=2 N=1 M=1 L=2": "1/8",  # two edges, then one
    "E12.1 copied alpha=1/2 p=1 N=3 c=1": "1/2",  # all edges are there
    "E12.1 copied alpha=1 p=1/2 N=1 c=0": "0",  # nothing stands for the unit
    "E12.1 few_copies alpha=1 p=1 N=0 c=0": "1",  # no unit is missed
    "E1 two_level_share alpha=1 k=1 p=1 p_0=1": "1",
    "E2 exact_tail m=3 k=1 p=1": "0",  # all three are wired
    "E2 kl_bound m=3 k=1 p=1": "0",
    "E2 lower_bound m=1 k=1 p=1/2": "1/4",  # half of P(N = 0)
    "E2 lower_bound m=3 k=1 p=1": "0",
    "E3 hub_share k=1 w=1": "1/2",
    "E3 affine_gap b_1=1 b_2=-1": "-1/12",  # the covariance of u and 1 − u
    "E4 threshold m=8 p=1/2": "3",
    "E4 threshold m=1 p=1/2": "0",  # a single neuron
    "E4 above_threshold m=1 epsilon=2": "1",
    "E5.1 maurey_error F=1 G=1 N=3": "0",  # a unit that does not vary
    "E5.1 average_fourth N=1 m_2=1 m_4=1": "1",  # one unit, a fair sign
    "E5.3 relu_error C=1 alpha=1 k=1 n=4 p=1 r=1": "2",  # 2rC over the root of one unit
    "E5.2 mean_inverse k=1 n=2 p=1": "1/2",  # both units
    "E5.2 mse k=1 n=1 p=1/2": "1 - 1/pi",  # one unit, given that there is one
    "E6.1 success N=2 alpha=1 k=1 n=2 p=1": "1",
    "E6.1 success N=0 alpha=1 k=0 n=0 p=1/2": "1",  # nothing is asked of no neurons
    "E6.1 sufficient_width N=1 alpha=1 delta=1 k=0 p=1": "2",
    "E6.1 success N=3 alpha=1 k=1 n=2 p=1": "0",
    "E6.2 product_success M=1 n=2 p=1": "1",
    "E6.2 first_slope M=1": "0",  # the chord of t² on [−2, 2]
    "E8 relayed k=2 m=1 p=1/2": "0",  # a group without neurons
    "E8 relayed k=2 m=2 p=1": "1",
    "E8 both_relayed k=2 m=1 p=1/2": "0",
    "E8 both_relayed k=2 m=2 p=1": "1",
    "E8 variance k=2 m=2 p=1 n_2=1": "0",
    "E8 variance k=1 m=1 p=1/2 n_2=1": "3/16",  # an indicator of chance 1/4
    "E8 input_budget epsilon=1/2 m=2 p=1": "4/(3*log(2))",
    "E9 example_density v=1": "5/36",  # ∫∫u₁(1 − u₁u₂)u₂ = 1/4 − 1/9
    "E10 no_path rho_path=1 n=3": "0",
    "E10 two_layers n_1=1 n_2=1 p_1=1 p_2=1 p_3=1": "0",
    "E10 two_layers n_1=2 n_2=1 p_1=1 p_2=1/2 p_3=1": "1/4",  # both edges between the layers are missing
}  # a call at an end of a range, and its value by hand


@pytest.mark.parametrize(("call", "words"), WRONG.items())
def test_a_call_outside_a_claim_is_told_why(call: str, words: str) -> None:
    with pytest.raises(sl.InputError, match=re.escape(words)):
        sl.evaluate(*call.split())


@pytest.mark.parametrize(("call", "value"), RIGHT.items())
def test_a_call_at_an_end_of_a_range_has_its_value(call: str, value: str) -> None:
    assert float(sl.evaluate(*call.split()).text) == pytest.approx(float(sp.sympify(value)), rel=1e-13, abs=0)


def test_every_claim_with_letters_refuses_something() -> None:
    entries = load_ledger().select(["expressivity"])
    said = {entry.label for entry in entries if entry.claim.quantities}
    assert {call.split()[0] for call in WRONG} == said - {
        "E6.3",
        "E7",
    }  # any network, and any two coefficients, will do
