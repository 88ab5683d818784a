"""Evidence for N1: the price of being straight where the target bends."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.kink import (
    kink,
    kink_bound,
    kink_lemma,
    radius,
    sawtooth,
    second_difference,
    x,
)

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
WEIGHTS = (1, -2, 1)  # of the second difference
slope, offset = sp.symbols("slope offset", real=True)  # of any affine function


def errors(kink_function: sp.Expr, affine: sp.Expr) -> Iterator[sp.Expr]:
    """F − g at t* + r, t*, t* − r, where a piecewise affine error has its extremes."""
    for node in (radius, sp.Integer(0), -radius):
        yield (kink_function - affine).subs(x, node)


@exact(kink_lemma, step="second difference")
@control("without the radius", second_difference=kink)
@control("10 % more", second_difference=MORE * second_difference)
@control("smooth function", kink_function=kink * x**2)
@control("kink of twice the height", kink_function=kink * sp.Abs(x))
def second_difference_knows_no_affine_function(
    kink_function: sp.Expr, second_difference: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The second difference of F − g at −r, 0, r, slope and offset free."""
    values = errors(kink_function, slope * x + offset)
    yield trial.same(second_difference, sp.Add(*(w * e for w, e in zip(WEIGHTS, values, strict=True))))


@exact(kink_lemma, step="bound")
@control("half instead of a quarter", bound=2 * kink_bound)
@control("10 % more", bound=MORE * kink_bound)
@control("10 % less", bound=LESS * kink_bound)
@control("negative for a kink downwards", bound=kink * radius / 4)
@control("without the radius", second_difference=kink)
def second_difference_is_four_times_the_bound(
    second_difference: sp.Expr, bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """|Δ²| is the bound times the moduli of the weights of the three errors."""
    yield trial.same(sp.Abs(second_difference), bound * sum(map(abs, WEIGHTS)))


@exact(kink_lemma, step="sawtooth")
@control("half instead of a quarter", bound=2 * kink_bound)
@control("twice as large", sawtooth=2 * sawtooth)
@control("10 % less", sawtooth=LESS * sawtooth)
@control("one side of it", sawtooth=sawtooth.subs(sp.Abs(x), x))
@control("shifted to one sign", sawtooth=sawtooth + second_difference / 4)
def sawtooth_keeps_to_the_bound(bound: sp.Expr, sawtooth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its square is below that of the bound by a product that is not negative for |x| ≤ r, and 0 at −r, 0 and r."""
    yield trial.same(bound**2 - sawtooth**2, kink**2 / 4 * sp.Abs(x) * (radius - sp.Abs(x)))


def by_moduli(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, once a larger of two is half of their sum and their distance."""
    return sp.expand(expression.rewrite(sp.Abs))


@exact(kink_lemma, step="equality")
@control("no offset", best_affine=kink * x / 2)
@control("slope of one side", best_affine=kink * x + kink * radius / 4)
@control("interpolates the ends", best_affine=kink * (x + radius) / 2)
@control("kink of twice the height", kink_function=kink * sp.Abs(x))
@control("twice as large", sawtooth=2 * sawtooth)
@control("half instead of a quarter", bound=2 * kink_bound)
def best_affine_function_attains_the_bound(
    kink_function: sp.Expr, bound: sp.Expr, sawtooth: sp.Expr, best_affine: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """F − g is the sawtooth, for a g that is affine; three errors of the size of the bound, with alternating signs."""
    yield trial.same(kink_function - best_affine, sawtooth, by=by_moduli)
    yield trial.same(sp.diff(best_affine, x, 2), sp.S.Zero)
    right, middle, left = errors(kink_function, best_affine)
    yield trial.same(left, -middle)
    yield trial.same(right, -middle)
    for error in (right, middle, left):
        yield trial.same(sp.Abs(sp.expand(error)), bound)


def rational_instances(rng: np.random.Generator, count: int) -> list[dict[str, tuple[int, int]]]:
    """Kinks of both signs, radii, and small and large changes of an affine function, as fractions."""
    return [
        {
            "h": (int(rng.choice([-1, 1]) * rng.integers(1, 64)), 16),
            "r": (int(rng.integers(1, 64)), 16),
            "slope": (int(rng.integers(-24, 25)), 2 ** int(rng.integers(2, 12))),
            "offset": (int(rng.integers(-24, 25)), 2 ** int(rng.integers(2, 12))),
        }
        for _ in range(count)
    ]


@exact(kink_lemma)
@control("half instead of a quarter", bound=2 * kink_bound)
@control("10 % more", bound=kink_bound * 11 / 10)
@control("no offset", best_affine=kink * x / 2)
@control("offset of the kink upwards", best_affine=kink * x / 2 + sp.Abs(kink) * radius / 4)
@control("smooth function", kink_function=kink * x**2 / radius)
def no_affine_function_does_better(
    kink_function: sp.Expr, bound: sp.Expr, best_affine: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """On instances in exact arithmetic: the best g has the error of the bound, any change of it at least that."""
    symbols = {str(s): s for s in (kink, radius, slope, offset)}
    for instance in trial.draw(rational_instances, trial.size(20)):
        at = {symbols[name]: sp.Rational(*value) for name, value in instance.items()}
        limit = valued(bound, at)
        best, other = (
            max(abs(valued(error, at)) for error in errors(kink_function, best_affine + change))
            for change in (0, slope * x + offset)
        )
        yield trial.holds(best == limit, f"sup|F−g| = {best} for the best g, bound {limit}")
        yield trial.holds(other >= limit, f"sup|F−g| = {other} for another g, bound {limit}")
