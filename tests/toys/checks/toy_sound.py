"""Checks as they should be."""

from __future__ import annotations

import numpy as np
import sympy as sp
from sparse_limits.theory.toy_sound import a, b, coin, q, square

from sparse_limits.numerics.evidence import Findings, Trial, control, exact, statistical


@exact(square)
@control("forgets the product", expansion=a**2 + b**2)
@control("10 % more", expansion=sp.Rational(11, 10) * (a**2 + 2 * a * b + b**2))
def expands(expansion: sp.Expr, trial: Trial) -> Findings:
    yield trial.same((a + b) ** 2, expansion, by=sp.expand)


def tosses(rng: np.random.Generator, percent: int, size: int) -> int:
    return int(rng.binomial(size, percent / 100))


@statistical(coin, tests=2, cost=1.0)
@control("10 % more", heads=sp.Rational(11, 10) * q)
@control("tails", heads=1 - q)
@control("impossible", heads=3 * q)
def falls_on_heads(heads: sp.Expr, trial: Trial) -> Findings:
    """Counts of heads < tosses & more."""
    n = trial.size(60_000)
    for percent in (40, 70):
        yield trial.counts(trial.draw(tosses, percent, n), n, trial.value(heads, {q: sp.Rational(percent, 100)}))
