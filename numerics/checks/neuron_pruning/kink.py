"""Evidence for N1: the price of being straight where the target bends."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from numerics.evidence import Finding, Trial, control, exact
from theory.neuron_pruning.kink import kink, kink_bound, kink_lemma, radius, x

slope, offset = sp.symbols("slope offset", real=True)


def errors(kink_function: sp.Expr, affine: sp.Expr) -> Iterator[sp.Expr]:
    """F − g at t* + r, t*, t* − r, where a piecewise affine error has its extremes."""
    for node in (radius, sp.Integer(0), -radius):
        yield (kink_function - affine).subs(x, node)


@exact(kink_lemma)
@control("half instead of a quarter", bound=2 * kink_bound)
@control("10 % more", bound=kink_bound * 11 / 10)
@control("10 % less", bound=kink_bound * 9 / 10)
@control("negative for a kink downwards", bound=kink * radius / 4)
@control("smooth function", kink_function=kink * x**2)
@control("kink of twice the height", kink_function=kink * sp.Abs(x))
def second_difference_is_four_times_the_bound(
    kink_function: sp.Expr, bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The step of the proof: |Δ²(F − g)| = 4·bound for every affine g, and |Δ²| ≤ 4 sup."""
    right, middle, left = errors(kink_function, slope * x + offset)
    yield trial.same(sp.Abs(sp.expand(left - 2 * middle + right)), 4 * bound)


@exact(kink_lemma)
@control("half instead of a quarter", bound=2 * kink_bound)
@control("no offset", best_affine=kink * x / 2)
@control("slope of one side", best_affine=kink * x + kink * radius / 4)
@control("interpolates the ends", best_affine=kink * (x + radius) / 2)
@control("kink of twice the height", kink_function=kink * sp.Abs(x))
def best_affine_function_attains_the_bound(
    kink_function: sp.Expr, bound: sp.Expr, best_affine: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Sharpness: three errors of the size of the bound with alternating signs, and F − g affine between them."""
    for error in errors(kink_function, best_affine):
        yield trial.same(sp.Abs(sp.expand(error)), bound)
    right, middle, left = errors(kink_function, best_affine)
    yield trial.same(left, -middle)
    yield trial.same(right, -middle)
    share = sp.Symbol("share", positive=True)  # part of the way from the kink to an end
    at = [{**point, share: sp.Rational(i, 7)} for i, point in enumerate(trial.points(kink * radius), start=1)]
    for end, error in ((-radius, left), (radius, right)):
        between = (kink_function - best_affine).subs(x, share * end)
        yield trial.same(between, middle + share * (error - middle), at=at)


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
        limit = bound.subs(at)
        best, other = (
            max(abs(error.subs(at)) for error in errors(kink_function, best_affine + change))
            for change in (0, slope * x + offset)
        )
        yield trial.holds(best == limit, f"sup|F−g| = {best} for the best g, bound {limit}")
        yield trial.holds(other >= limit, f"sup|F−g| = {other} for another g, bound {limit}")
