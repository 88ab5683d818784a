"""Limits of products with gamma functions, beside SymPy's own of the products and values far out."""

from __future__ import annotations

import pytest
import sympy as sp

from sparse_limits.numerics.exact.limits import exponent, limit_by_logarithm, limit_of_logarithms

x = sp.Symbol("x", positive=True)
y = sp.Symbol("y", real=True)


@pytest.mark.parametrize(
    ("product", "limit"),
    [
        (3 * sp.sqrt(x) * sp.gamma(x + sp.Rational(1, 2)) / sp.gamma(x + 1), 3),
        (sp.sqrt(2) * sp.sqrt(x) * sp.gamma(x) / sp.gamma(x + sp.Rational(1, 2)), sp.sqrt(2)),
        (4**x * sp.sqrt(x) * sp.gamma(x) ** 2 / sp.gamma(2 * x) / 2, sp.sqrt(sp.pi)),
        (sp.gamma(1 + 1 / x) * sp.gamma(x + 1) / sp.gamma(x) / x, 1),
        (x * sp.gamma(x) / sp.gamma(x + 2), 0),
        ((1 + 1 / x) ** x / sp.pi, sp.E / sp.pi),
    ],
)
def test_limits_of_products(product, limit):
    found = limit_by_logarithm(product, x)
    assert found == limit
    assert (
        abs(float(product.subs(x, sp.Float(10**6, 30))) - float(limit)) < 1e-5
    )  # a Float: SymPy writes gamma of 10⁶ out


def test_a_factor_may_be_positive_for_large_numbers_alone():
    assert limit_by_logarithm((1 - 5 / x) ** x, x) == sp.exp(-5)
    assert limit_by_logarithm(((1 - y / x) * (2 + y / x)) ** 2, x) == 4


def test_a_sign_that_is_not_known_has_no_limit():
    with pytest.raises(ValueError, match="sign of"):
        limit_by_logarithm(y**x * x, x)
    with pytest.raises(ValueError, match="sign of y"):
        limit_of_logarithms(sp.log(y * x) / sp.log(x), x, sp.exp(exponent))
    assert limit_of_logarithms(sp.log(y * x) / sp.log(x), x, sp.exp(exponent), y) == 1
