"""Sums with symbolic ends, and cases, reduce to 0 exactly where they are 0."""

from __future__ import annotations

import pytest
import sympy as sp

from sparse_limits.numerics.exact.sums import by_cases, merged

n, m, i = sp.symbols("n m i", integer=True, nonnegative=True)
k = sp.Symbol("k", integer=True)
x = sp.Symbol("x", positive=True)
inner = sp.Sum(x**i, (i, 0, n - m))


def total(function: sp.Expr, low: sp.Expr, high: sp.Expr, index: sp.Symbol = i) -> sp.Sum:
    return sp.Sum(function, (index, low, high))


@pytest.mark.parametrize(
    ("gap", "wrong"),
    [
        (total(x**i, 0, n + 2) - total(x**i, 0, n) - x ** (n + 1) - x ** (n + 2), x),
        (total(x**i, 0, m) + total(x**i, m + 1, n) - total(x**m, 0, n, m), 1 / x),
        (2 * total(i / sp.factorial(i), 1, n) - total(2 / sp.factorial(i - 1), 1, n), total(i, 0, n)),
        (total(inner.subs(n, n + 1), 0, n + 1, m) - total(inner, 0, n, m) - total(x ** (n + 1 - i), 0, n + 1), x**n),
        (total(x**i, 0, 2) - 1 - x - x**2, n),
        (total(x**i, 0, sp.Min(n, m)) + total(x**i, sp.Min(n, m) + 1, n) - total(x**i, 0, n), total(x, 0, n)),
    ],
)
def test_sums_reduce_to_what_they_are(gap: sp.Expr, wrong: sp.Expr) -> None:
    assert merged(gap) == 0
    assert merged(gap + wrong) != 0


def test_a_sum_that_stays_keeps_its_value() -> None:
    expression = total(sp.binomial(n, i), 2, n + 1) + x * total(i, 1, m)
    for at in ({n: 3, m: 2}, {n: 1, m: 0}, {n: 5, m: 4}):
        assert sp.simplify((merged(expression) - expression).subs(at).doit()) == 0


def test_a_sum_that_sympy_takes_for_0_stays() -> None:
    expression = total((-1) ** (n - i) * i**2 * sp.binomial(n, i), 0, n)
    assert merged(expression) != 0
    assert merged(expression.subs(n, 2)) == 2


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (total(k, -2, n, k) - total(k, 0, n, k), -3),
        (total(sp.Abs(k), -2, n, k) - total(sp.Abs(k), 0, n, k), 3),
        (x * total(k**2, -2, n + 1, k) - x * total(k**2, -3, n, k), x * ((n + 1) ** 2 - 9)),
        (total(k, -5, -2, k), -14),
        (total(k, -1, n, k) - total(k, 0, n, k), -1),
        (total(k, -1, -2, k), 0),
    ],
)
def test_terms_before_0_count(expression: sp.Expr, value: sp.Expr) -> None:
    assert sp.expand(merged(expression) - value) == 0


def test_a_sum_from_a_letter_below_0_stays() -> None:
    both = merged(total(sp.Abs(k), -n, n, k) - total(k, 0, n, k))
    assert both.subs(n, 3).doit() == 6


def test_cases_are_all_tried() -> None:
    halves = by_cases({n: 2 * m}, {n: 2 * m + 1})
    assert halves(sp.floor(n / 2) + sp.ceiling(n / 2) - n) == 0
    assert halves(n - 2 * sp.floor(n / 2)) == 1
    assert halves(n - 2 * sp.floor(n / 2) - 1) == -1
