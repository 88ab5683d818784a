"""Relations at points: strict where sides are equal, and powers that SymPy alone cannot take."""

from __future__ import annotations

import pytest
import sympy as sp

from sparse_limits.numerics.exact.relations import holds

a, b = sp.symbols("a b", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
LARGE = {a: sp.Rational(1234, 997), b: sp.Rational(1361, 997)}  # SymPy: int too large to convert to float


@pytest.mark.parametrize(
    ("relation", "point", "answer"),
    [
        (a < b, {a: 1, b: 2}, True),
        (a < b, {a: 2, b: 2}, False),
        (a <= b, {a: 2, b: 2}, True),
        (a > b, {a: 1, b: 2}, False),
        (sp.sqrt(a) >= b, {a: sp.Rational(1, 9), b: sp.Rational(1, 3)}, True),
        (sp.sqrt(a) > b, {a: 2, b: sp.Rational(7, 5)}, True),
        (a**b < 2, LARGE, True),
        (a**b > 2, LARGE, False),
        (sp.Ne(a, b), {a: 1, b: 1}, False),
        (sp.Eq(sp.Mod(n, 4), 0), {n: 8}, True),
        (sp.log(n) / sp.log(2) <= a, {n: 8, a: 3}, True),
        (sp.log(n) / sp.log(2) >= a, {n: 8, a: 3}, True),
        (sp.log(n) / sp.log(2) < a, {n: 8, a: 3}, False),
        (sp.sqrt(5 + 2 * sp.sqrt(a)) <= sp.sqrt(2) + sp.sqrt(b), {a: 6, b: 3}, True),
        (sp.sqrt(5 + 2 * sp.sqrt(a)) > sp.sqrt(2) + sp.sqrt(b), {a: 6, b: 3}, False),
        (sp.sqrt(5 + 2 * sp.sqrt(a)) <= sp.sqrt(2) + sp.sqrt(b), {a: 6, b: 3 - sp.Rational(1, 10**40)}, False),
        (sp.And(a < b, n > 1), {a: 1, b: 2, n: 1}, False),
    ],
)
def test_relations_are_decided(relation, point, answer):
    assert holds(relation, {letter: sp.Rational(value) for letter, value in point.items()}) is answer
