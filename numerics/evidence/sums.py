"""Sums of any number of terms, and functions that are left open: what holds for all of them, with numbers that refute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sympy as sp
from sympy.core.function import AppliedUndef

from sparse_limits.numerics.evidence.findings import Finding, Kind, Scope, Verdict
from sparse_limits.numerics.evidence.points import sorted_letters
from sparse_limits.numerics.evidence.trial import Trial


def same_whatever(trial: Trial, left: sp.Expr, right: sp.Expr) -> Finding:
    """That two expressions are equal for all functions that are left open in them, and all numbers of terms of their sums.

    The proof multiplies out, with sums term by term (`termwise`), and knows of an open function nothing but its name. A
    definite polynomial for each of them may refute: one is witness enough. Where they leave a difference that does not
    cancel, equality at points is all that is found.
    """
    left, right = sp.sympify(left, strict=True), sp.sympify(right, strict=True)
    found = trial.same(interpreted(left), interpreted(right), by=None)
    if found.verdict is not Verdict.SUPPORTS:
        return found
    letters = frozenset(sorted_letters(left, right))
    if termwise(left - right) != 0:
        return replace(found, kind=Kind.ENCLOSED, scope=Scope.POINTS, letters=letters)
    detail = "reduces to 0, functions left open; and is 0 with polynomials for them"
    return replace(found, kind=Kind.EXACT, scope=Scope.ALL, letters=letters, detail=detail)


def adds_up(trial: Trial, formula: sp.Expr, more: Mapping[sp.Symbol, sp.Expr], term: sp.Expr) -> Finding:
    """That a formula of sums is the sum of terms such as `term`, however many: by induction in their number.

    It is 0 where the sums are, and one term more, which adds `more` to each of them, adds `term` to the formula.
    """
    base = same_whatever(trial, formula.subs(dict.fromkeys(more, sp.S.Zero), simultaneous=True), sp.S.Zero)
    further = {letter: letter + each for letter, each in more.items()}
    step = same_whatever(trial, formula.subs(further, simultaneous=True), formula + term)
    for each, place in ((base, "no term"), (step, "one more")):
        if each.verdict is not Verdict.SUPPORTS or each.scope is not Scope.ALL:
            return replace(each, detail=f"sum over any number of terms, {place}: {each.detail}")
    return replace(step, detail="sum over any number of terms: start and step reduce to 0", letters=step.letters)


def grows_by(trial: Trial, formula: sp.Expr, n: sp.Symbol, term: sp.Expr, *, start: int = 1) -> Finding:
    """That a formula is the sum of a term over its places `start`, …, n, for all n: it is the first, and n + 1 adds its own."""
    base = same_whatever(trial, formula.subs(n, start), term.subs(n, start))
    step = same_whatever(trial, formula.subs(n, n + 1), formula + term.subs(n, n + 1))
    for each, place in ((base, "start"), (step, "step")):
        if each.verdict is not Verdict.SUPPORTS or each.scope is not Scope.ALL:
            return replace(each, detail=f"induction in {n}, {place}: {each.detail}")
    detail = f"induction in {n}: start and step reduce to 0"
    return replace(step, detail=detail, letters=base.letters | step.letters)


def interpreted(expression: sp.Expr) -> sp.Expr:
    """The expression with a definite polynomial for each function that is left open, and derivatives of these taken."""
    names = sorted({str(applied.func) for applied in expression.atoms(AppliedUndef)})

    def polynomial(applied: sp.Expr) -> sp.Expr:
        total = sum(((i + 1) * argument for i, argument in enumerate(applied.args)), names.index(str(applied.func)) + 1)
        return total**2 + names.index(str(applied.func)) + total

    definite = expression.replace(lambda e: isinstance(e, AppliedUndef), polynomial)
    return definite.replace(lambda e: isinstance(e, (sp.Derivative, sp.Subs)), lambda e: e.doit())


def sloped(expression: sp.Expr, **slopes: sp.Expr) -> sp.Expr:
    """The expression with what is given for the derivatives of functions that are left open, by their names.

    Examples:
        >>> w, x, g = sp.symbols("w x g")
        >>> sloped(sp.diff(sp.Function("phi")(2 * w * x), w), phi=g)
        2*g*x
    """
    inside = expression.replace(sp.Subs, lambda inner, *_: slopes[inner.expr.func.__name__])
    return inside.replace(sp.Derivative, lambda inner, *_: slopes[inner.func.__name__])


def termwise(expression: sp.Expr) -> sp.Expr:
    """Multiply out, with sums term by term: factors without the place before the sum, terms beyond n written out.

    Examples:
        >>> k, n = sp.symbols("k n", integer=True, positive=True)
        >>> a, b = sp.Function("a"), sp.Symbol("b")
        >>> termwise(sp.Sum(b * a(k) + a(k) ** 2, (k, 1, n + 1)))
        b*a(n + 1) + b*Sum(a(k), (k, 1, n)) + a(n + 1)**2 + Sum(a(k)**2, (k, 1, n))
    """
    return sp.expand(expression.replace(lambda e: isinstance(e, sp.Sum) and len(e.limits) == 1, _term_by_term))


def _term_by_term(total: sp.Sum) -> sp.Expr:
    place, low, high = total.limits[0]
    if (high - low).is_Integer:
        return total.doit()
    beyond, last = high.as_coeff_Add() if high.is_Add else (sp.S.Zero, high)
    body, found = sp.expand(total.function), sp.S.Zero
    for more in range(int(beyond) if beyond.is_Integer and beyond > 0 else 0):
        found += body.subs(place, last + more + 1)
        high = last
    for term in sp.Add.make_args(body):
        before, inside = term.as_independent(place, as_Add=False)
        found += before * sp.Sum(inside, (place, low, high))
    return found
