"""Logarithms and powers are taken apart where signs allow it, and nowhere else."""

import pytest
import sympy as sp

from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms, split_powers

p, q = sp.symbols("p q", positive=True)
r = sp.Symbol("r", real=True)
z = sp.Symbol("z")
k = sp.Symbol("k", integer=True)
m, n = sp.symbols("m n", negative=True)


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


@pytest.mark.parametrize("kept", [sp.Abs(r) - r, sp.Max(r, 0) - r, sp.sign(r) - 1, sp.Abs(sp.sqrt(r**2)) - r])
def test_what_is_no_power_keeps_the_signs_of_its_letters(kept):
    found = split_powers(kept)
    assert found == kept
    assert found.subs(r, -1) != 0


@pytest.mark.parametrize("wrong", [sp.sqrt(sp.exp(z)) - sp.exp(z / 2), (sp.exp(z)) ** p])
def test_a_root_of_an_exponential_is_not_that_of_the_exponent(wrong):
    """At z = 2πi they are 1 and −1."""
    with pytest.raises(ValueError, match="sign of exp"):
        split_powers(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        sp.log(sp.exp(z)) - z,
        sp.log(sp.Product(r, (k, 1, 2))) - sp.Sum(sp.log(r), (k, 1, 2)),
        sp.log(sp.Product((m * n) ** r, (k, 1, 2))),
        sp.log((m * n) ** r),
    ],
)
def test_signs_inside_exponentials_products_and_powers_are_checked(wrong):
    """log(mn)^r = r log(mn), which is not r (log m + log n) for negative m and n."""
    with pytest.raises(ValueError, match="sign of"):
        split_logarithms(wrong)


def test_products_of_positive_factors_are_sums():
    assert split_logarithms(sp.log(sp.Product(p, (k, 1, 2))) - sp.Sum(sp.log(p), (k, 1, 2))) == 0
    assert split_powers((p * (1 - q)) ** r, 1 - q) == p**r * (1 - q) ** r
    assert split_powers((p**r * q) ** z) == p ** (r * z) * q**z
