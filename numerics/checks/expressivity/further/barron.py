"""Evidence for E5.3, besides its reasons: enough pairs are wired."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations, product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.expressivity.further.barron import barron_layer, barron_norm, floor_mean
from sparse_limits.theory.expressivity.symbols import alpha, k, n, p, units
from sparse_limits.theory.formulas.valued import valued


@enclosed(barron_layer)
def enough_pairs_are_wired(relu_error: sp.Expr, pairs: sp.Expr, unit_error: sp.Expr, trial: Trial) -> Findings:
    """Pairs of the least number of neurons from half of the mean on; where that is even, all of them; bound over error."""
    ratio = relu_error / unit_error
    for width, inputs, part in product((32, 33, 47, 48, 64), (1, 2), (sp.Rational(1, 2), sp.Rational(3, 4))):
        at = {n: sp.Integer(width), p: sp.Rational(1, 2), k: sp.Integer(inputs), alpha: part}
        wired = sp.ceiling(floor_mean.subs(at) / 2)
        found = valued(ratio, {**at, units: wired // 2})
        least, even = wired // 2 - pairs.subs(at), floor_mean.subs(at) % 4 == 0
        yield trial.holds(found == 1 if even else found >= 1, f"{wired} wired neurons: bound over error {found}")
        yield trial.holds(least == 0 if even else least >= 0, f"{wired} wired neurons: {pairs.subs(at)} pairs")


# A cosine that alternates on equidistant points, and what steps and kinks leave of it


def alternates(count: int, norm: sp.Expr) -> bool:
    """Whether cos(C(x + 1)), of Barron's norm C, is 1 and −1 in turn on so many equidistant points of [−1, 1]."""
    points = (-1 + sp.Rational(2 * i, count - 1) for i in range(count))
    return all(sp.cos(norm * (x + 1)) == (-1) ** i for i, x in enumerate(points))


def left_by_steps(count: int, steps: int) -> Fraction:
    """The least mean square that functions with so many steps leave of ±1 in turn, over all places of the steps."""
    values = [Fraction((-1) ** i) for i in range(count)]
    found = []
    for places in combinations(range(1, count), steps):
        runs = [values[a:b] for a, b in zip((0, *places), (*places, count), strict=True)]
        found.append(
            sum(((x - sum(run, Fraction(0)) / len(run)) ** 2 for run in runs for x in run), Fraction(0))
            * Fraction(1, count)
        )
    return min(found)


def point_of(name: str) -> Mapping[sp.Symbol, sp.Expr]:
    """Where a bound of the claim is compared."""
    (bound,) = (each for each in barron_layer.loose if each.expression == name)
    return bound.at[0]


@exact(barron_layer)
def two_steps_on_four_points(steps_error: sp.Expr, barron_error: sp.Expr, trial: Trial) -> Findings:
    """All places of two steps between four points."""
    place = point_of("barron_error")
    yield trial.holds(alternates(4, place[barron_norm]), "the cosine alternates")
    yield trial.same(steps_error**2, sp.Rational(left_by_steps(4, 2)))
    yield trial.holds(steps_error <= barron_error.subs(place), "within the bound")


@exact(barron_layer)
def four_kinks_on_eighteen_points(kinks_error: sp.Expr, relu_error: sp.Expr, trial: Trial) -> Findings:
    """Of six triples of neighbours two have no kink between their ends; an affine function leaves 8/3 of the squares of 1, −1, 1."""
    place = point_of("relu_error")
    yield trial.holds(alternates(18, place[barron_norm]), "the cosine alternates")
    design, values = sp.Matrix([[1, 0], [1, 1], [1, 2]]), sp.Matrix([1, -1, 1])
    left = values - design * (design.T * design).solve(design.T * values)
    yield trial.same(18 * kinks_error**2, (18 // 3 - 4) * (left.T * left)[0])
    yield trial.holds(kinks_error <= relu_error.subs(place), "within the bound")
