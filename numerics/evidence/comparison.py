"""Loose bounds beside what they bound: a check of each, and by which factor it is beyond the truth."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache, reduce

import sympy as sp
from flint import arb

from sparse_limits.numerics.evidence.check import Check, control, enclosed
from sparse_limits.numerics.evidence.findings import Finding, Findings, Kind, Verdict
from sparse_limits.numerics.evidence.points import located
from sparse_limits.numerics.evidence.trial import Trial
from sparse_limits.numerics.exact import balls
from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim


def comparisons(claim: Claim) -> list[Check]:
    """For each loose bound of a claim, the check that it holds at its points and is not attained there."""
    return [_comparison(claim, bound) for bound in claim.loose]


def factors(claim: Claim, bound: Loose) -> tuple[str, ...]:
    """By which factor a loose bound is beyond the truth at each of its points, to three digits."""
    known = {**claim.aids, **claim.claimed}
    return tuple(_factor(bound, known[bound.expression], known[bound.truth], point) for point in bound.at)


def _factor(bound: Loose, value: sp.Expr, truth: sp.Expr, point: Mapping[sp.Symbol, object]) -> str:
    ratio = bound.ratio(*(_enclosed(side, point) for side in (value, truth)))
    return f"{float(ratio.mid()):.3g}"


def _enclosed(side: sp.Expr, point: Mapping[sp.Symbol, object]) -> arb:
    """The value of a side at a point, in a ball whose radius is below 10^-17 of it.

    Raises:
        NoEnclosureError: if it has none or is not real.
    """
    letters = balls.free_symbols(side)
    ball = balls.enclose(side, {letter: sp.sympify(x, strict=True) for letter, x in point.items() if letter in letters})
    if ball.imag != 0:
        raise balls.NoEnclosureError(f"{side} is not real{located(point)}")
    return ball.real


def _below(trial: Trial, low: sp.Expr, high: sp.Expr, point: Mapping[sp.Symbol, object]) -> Finding:
    """That low < high: by a ball around each, which gives their ratio, too, else by a ball around the gap."""
    with suppress(balls.NoEnclosureError):
        if bool(_enclosed(low, point) < _enclosed(high, point)):
            return Finding(Kind.ENCLOSED, Verdict.SUPPORTS, "less")
    return trial.below(low, high, at=[point], strict=True)


def _allowed(claim: Claim, trial: Trial, point: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Whether a point keeps to the ranges of its letters and to the hypotheses between them."""
    ranges = [(quantity.within, point[letter]) for letter in point if (quantity := claim.quantity(letter)) is not None]
    return trial.allows(point) and all(_lies_in(value, within) for within, value in ranges)


@lru_cache(maxsize=1024)
def _lies_in(value: sp.Expr, within: sp.Set) -> bool:
    """Whether a range holds a value, remembered: controls are compared at the points of the claim."""
    return bool(within.contains(value) == sp.true)


def _comparison(claim: Claim, bound: Loose) -> Check:
    known = {**claim.aids, **claim.claimed}

    def body(*, trial: Trial, **values: sp.Expr) -> Findings:
        value, truth = values[bound.expression], values[bound.truth]
        low, high = (truth, value) if bound.side is Side.ABOVE else (value, truth)
        for point in bound.at:
            if not _allowed(claim, trial, {letter: sp.sympify(x, strict=True) for letter, x in point.items()}):
                raise ValueError(f"{bound.expression} is compared at {dict(point)}, outside the hypotheses")
            finding = _below(trial, low, high, point)
            if finding.verdict is Verdict.SUPPORTS:
                finding = replace(finding, detail=f"{_factor(bound, value, truth, point)} times{located(point)}")
            yield finding

    body.__name__ = f"{bound.expression}_beside_{bound.truth}"
    body.__doc__ = f"{bound.expression.replace('_', ' ')} at its points, and by which factor it is beyond the truth."
    names = (bound.expression, bound.truth, "trial")
    body.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    )
    changes = {bound.expression: bound.beyond(known[bound.truth])}
    marks = [control("1 % beyond the truth", **changes)]
    if bound.truth in claim.claimed:
        wrong = known[bound.expression] / bound.beyond(sp.S.One)
        marks.append(control("a truth 1 % beyond the bound", **{bound.truth: wrong}))
    return replace(enclosed(claim)(reduce(lambda made, mark: mark(made), marks, body)), one_sided=True)
