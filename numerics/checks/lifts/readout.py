"""Evidence for L15: a trained readout beside any other."""

from typing import NamedTuple

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.lifts.exact_flows import left, p_0
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.readout import HALF, Delta, T, e, h, readout_comparison, share, y
from sparse_limits.theory.lifts.tangent import L, epsilon, t

NINE = sp.Rational(9, 10)


class Standing(NamedTuple):
    """An output F that stands still, ℓ'(F), ℓ(F) > ε = e², and the time by which the readout has vanished."""

    output: sp.Expr
    slope: sp.Expr
    loss: sp.Expr

    @property
    def end(self) -> sp.Expr:
        return Delta**2 / (2 * self.output * self.slope)


STANDING = (
    Standing(y, sp.S.One, y + e**2),  # ℓ(f) = f + ε
    Standing(sp.sqrt(2) * y, sp.sqrt(2) * (y + e), (y + e) ** 2),  # f* = −√(2ε)
)


Modes = tuple[sp.Rational, sp.Rational, sp.Rational]  # μ, the error of a(0), that of ā


def mode_tables(rng: np.random.Generator, count: int) -> list[tuple[list[Modes], sp.Rational, sp.Rational]]:
    """Three modes of fixed features, T, and the loss that no readout is below; in some of them one mode near the worst."""
    tables = []
    for place in range(count):
        table = [tuple(sp.Rational(int(n), 8) for n in row) for row in rng.integers(1, 25, size=(3, 3))]
        time, floor = (sp.Rational(int(n), 8) for n in rng.integers(1, 25, size=2))
        error = table[0][1]
        if place % 3 == 0:  # near the worst for (c), not at it, where the bound is attained
            table = [(sp.Rational(499, 1000) / time, error, sp.S.Zero)]
        elif place % 3 == 1:  # near the worst for (b): μ → 0
            table = [(sp.Rational(1, 1000) / time, error, sp.Rational(998, 1000) * error)]
        tables.append((table, time, floor))
    return tables


@enclosed(readout_comparison)
def modes_keep_the_bounds(fixed_bound: sp.Expr, interpolating_bound: sp.Expr, trial: Trial) -> Findings:
    """Fixed features and the square loss, mode by mode; ā anywhere, or where the loss is 0."""
    for table, time, floor in trial.draw(mode_tables, trial.size(12)):
        left = sum(m * first**2 * sp.exp(-2 * m * time) for m, first, _ in table) / 2
        there = {
            epsilon: floor + sum(m * other**2 for m, _, other in table) / 2,
            Delta: sp.sqrt(sum((first - other) ** 2 for _, first, other in table)),
            T: time,
        }
        yield trial.below(floor + left, valued(fixed_bound, there), at=[{}])
        distance = sp.sqrt(sum(first**2 for _, first, _ in table))
        yield trial.below(left, interpolating_bound.subs({Delta: distance, T: time}), at=[{}])


z_0, z_1 = sp.symbols("z_0 z_1", real=True)  # a(0) and ā


def exponential_points(rng: np.random.Generator, count: int) -> list[dict[sp.Symbol, sp.Rational]]:
    """Two readouts a(0) < ā and a time."""
    draws = rng.integers(1, 24, size=(count, 3))
    return [
        {z_0: sp.Rational(int(a), 8), z_1: sp.Rational(int(a + b), 8), T: sp.Rational(int(c), 2)} for a, b, c in draws
    ]


@enclosed(readout_comparison, cost=0.5)
def other_flows_keep_the_bounds(
    fixed_bound: sp.Expr, moving_bound: sp.Expr, square_bound: sp.Expr, trial: Trial
) -> Findings:
    """Bounds for e^{−f} on one fixed feature; for the product aφ of L12's check, with the feature φ = a, compared with ā = 1; and for
    outputs that stand still.
    """
    readout = sp.log(sp.exp(z_0) + T)
    points = trial.draw(exponential_points, trial.size(10))
    yield trial.same(sp.diff(readout, T), sp.exp(-readout), by=None, at=points[:3])
    beside = {epsilon: sp.exp(-z_1), Delta: z_1 - z_0}
    forward = {z_0: 0}  # a shift of both readouts multiplies the time and both sides
    times = (sp.Rational(1, 8), 12)
    sides = [each.subs(forward) for each in (sp.exp(-readout), fixed_bound.subs(beside))]
    yield trial.everywhere(*sides, within={z_1: (0, 3), T: times}, strict=True)
    feature = sp.sqrt(p_0)  # it grows to 1, so that ā = 1 is worst at first
    within = {p_0: (sp.Rational(1, 20), NINE), T: (sp.Rational(1, 100), 1)}
    nearly, drops = {share: sp.Rational(99, 100)}, {e: (0, 2), y: (sp.Rational(1, 4), 1)}
    for case, bound in zip(STANDING, (moving_bound, square_bound), strict=True):
        share_of_most = sp.simplify(bound.subs({epsilon: y**2 / 2, Delta: y}) / (y**2 / 2))  # y: 1 − the feature
        yield trial.everywhere((1 + feature) ** 2, share_of_most / left.subs(t, T), within=within)
        there = {epsilon: e**2, T: share * case.end}
        yield trial.everywhere(case.loss, valued(valued(bound, there), nearly), within=drops)


# Payment bounds the loss; payment bounds the square loss


def in_roots(expression: sp.Expr) -> sp.Expr:
    """Simplify, with the squares below the roots found."""
    half = sp.Rational(1, 2)
    return sp.simplify(
        expression.replace(lambda part: part.is_Pow and part.exp == half, lambda part: sp.sqrt(sp.factor(part.base)))
    )


@exact(readout_comparison, step="moving features")
def payment_bounds_the_loss(paid: sp.Expr, standstill_end: sp.Expr, moving_bound: sp.Expr, trial: Trial) -> Findings:
    """Δ²/2 less what is paid is T times the bound less L; for an output that stands still, the bound at its end is its loss."""
    yield trial.same(HALF - paid, T * (moving_bound - L), by=sp.expand)
    case = STANDING[0]
    end = standstill_end.subs(h, case.output * case.slope)
    yield trial.same(moving_bound.subs({epsilon: e**2, T: end}), case.loss, by=sp.cancel)


@exact(readout_comparison, step="square loss")
def payment_bounds_the_square_loss(
    least_product: sp.Expr, standstill_end: sp.Expr, square_bound: sp.Expr, trial: Trial
) -> Findings:
    """Δ²/2 less what is paid has two roots √L, that of the bound and √ε less it; the case ε = 0, and an output that stands still."""
    root = sp.sqrt(square_bound)
    other = sp.sqrt(epsilon) - root
    left = -2 * T * (sp.sqrt(L) - root) * (sp.sqrt(L) - other)
    yield trial.same(HALF - T * least_product, left, by=sp.expand)
    yield trial.same(square_bound.subs(epsilon, 0), Delta**2 / (4 * T))
    case = STANDING[1]
    end = standstill_end.subs(h, case.output * case.slope)
    yield trial.same(square_bound.subs({epsilon: e**2, T: end}), case.loss, by=in_roots)
