"""Sums of any number of terms and functions left open: proved for all, refuted by numbers, never proved by a coincidence."""

from __future__ import annotations

import sympy as sp
from evidence_cases import a, b, refuted, trial

from sparse_limits.numerics.evidence import Kind, Scope, Verdict
from sparse_limits.numerics.evidence.sums import adds_up, grows_by, interpreted, same_whatever, sloped, termwise

k, n = sp.symbols("k n", integer=True, positive=True)
f, g = (sp.Function(name, real=True) for name in "fg")


def test_what_holds_for_all_functions_is_proved_for_all_values() -> None:
    found = same_whatever(trial(), sp.diff(f(a) * g(a), a), sp.diff(f(a), a) * g(a) + f(a) * sp.diff(g(a), a))
    assert (found.kind, found.verdict, found.scope) == (Kind.EXACT, Verdict.SUPPORTS, Scope.ALL)
    assert found.letters == {a}
    assert refuted(same_whatever(trial(), sp.diff(f(a) * g(a), a), sp.diff(f(a), a) * sp.diff(g(a), a)))


def test_what_holds_for_the_polynomials_alone_is_found_at_points() -> None:
    found = same_whatever(trial(), f(a), interpreted(f(a)))
    assert found.verdict is Verdict.SUPPORTS
    assert found.scope is Scope.POINTS
    assert refuted(same_whatever(trial(), f(a), interpreted(f(a)) + b))


def test_sums_of_any_number_of_terms_are_multiplied_out() -> None:
    total = sp.Sum(f(k) * (a + b * g(k)), (k, 1, n))
    found = same_whatever(trial(), total, a * sp.Sum(f(k), (k, 1, n)) + b * sp.Sum(f(k) * g(k), (k, 1, n)))
    assert found.scope is Scope.ALL
    assert refuted(same_whatever(trial(), total, a * sp.Sum(f(k), (k, 1, n)) + b * sp.Sum(g(k), (k, 1, n))))
    assert termwise(sp.Sum(a * f(k), (k, 2, n + 2)) - a * sp.Sum(f(k), (k, 2, n)) - a * f(n + 1) - a * f(n + 2)) == 0
    assert termwise(sp.Sum(f(k), (k, 1, 3))) == f(1) + f(2) + f(3)


def test_a_formula_of_sums_adds_up_term_by_term() -> None:
    one, other = sp.symbols("x_1 y_1", real=True)
    good = adds_up(trial(), 2 * a - b, {a: one, b: other}, 2 * one - other)
    assert (good.verdict, good.scope) == (Verdict.SUPPORTS, Scope.ALL)
    assert good.letters == {a, b, one, other}
    step = adds_up(trial(), a * b, {a: one, b: other}, one * other)
    assert refuted(step)
    assert "one more" in step.detail
    base = adds_up(trial(), 2 * a + 1, {a: one}, 2 * one)
    assert refuted(base)
    assert "no term" in base.detail


def test_a_formula_grows_by_its_own_term() -> None:
    good = grows_by(trial(), sp.Sum(f(k), (k, 1, n)) + a * n, n, f(n) + a)
    assert (good.verdict, good.scope, good.letters) == (Verdict.SUPPORTS, Scope.ALL, {a, n})
    assert refuted(grows_by(trial(), sp.Sum(f(k), (k, 1, n)) + a, n, f(n)))  # the step holds, the start does not
    assert refuted(grows_by(trial(), sp.Sum(f(k), (k, 1, n)) + a * n**2, n, f(n) + a))  # the start holds alone


def test_slopes_of_open_functions_are_put_in_by_name() -> None:
    weight, slope, above = sp.symbols("w s t", real=True)
    assert sloped(sp.diff(f(2 * g(3 * weight)), weight), f=above, g=slope) == 6 * above * slope
    assert sloped(sp.diff(f(g(3 * weight)), weight), f=above, g=slope) == 3 * above * slope
    assert sloped(sp.diff(f(weight), weight), f=above) == above
