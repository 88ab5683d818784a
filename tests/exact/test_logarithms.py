"""Logarithms and powers are taken apart where signs allow it, and nowhere else."""

import pytest
import sympy as sp

from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms, split_powers

p, q = sp.symbols("p q", positive=True)
r = sp.Symbol("r", real=True)
z = sp.Symbol("z")


def test_positive_factors_are_taken_apart():
    assert split_logarithms(sp.log(p * q**r) - sp.log(p) - r * sp.log(q)) == 0
    assert split_logarithms(sp.log(p * sp.exp(r)) - sp.log(p) - r) == 0
    assert sp.simplify(split_powers((p * q) ** r - p**r * q**r)) == 0


def test_a_sum_is_one_argument():
    assert expanded_logarithms(sp.log(1 - p)) == sp.log(1 - p)


@pytest.mark.parametrize(
    "wrong", [sp.log(r**2), sp.log(p * r), sp.log(p * (1 - q)), sp.log(p**z), sp.log(p * sp.exp(z))]
)
def test_an_unknown_sign_is_refused(wrong):
    with pytest.raises(ValueError, match="sign of"):
        expanded_logarithms(wrong)


def test_a_hypothesis_may_give_the_sign():
    assert split_logarithms(sp.log(p * (1 - q)) - sp.log(p) - sp.log(1 - q), 1 - q) == 0


def test_powers_of_unknown_signs_are_refused():
    with pytest.raises(ValueError, match="sign of"):
        split_powers(sp.sqrt(r * z))
