"""Evidence for O4.1: the noise edge of a profile, its duality, and the outliers above it."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.spectra.noise_edge import noise_edge_bounds
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n, variance
from sparse_limits.theory.operators.noise import (
    column_flow,
    column_inflow,
    column_resolvent,
    column_share,
    largest_column,
    largest_row,
    noise_edge,
    raw,
    row_flow,
    row_inflow,
    row_resolvent,
    row_share,
)
from sparse_limits.theory.operators.symbols import sigma

HALF = sp.Rational(1, 2)


def shares(seed: int) -> list[sp.Rational]:
    """Eight positive rationals."""
    return [sp.Rational(1 + (seed * k * k + 5 * k) % 11, 7) for k in range(1, 9)]


@enclosed(noise_edge, cost=0.4)
def heights_exceed_the_bound_by_squares(
    row_height: sp.Expr, column_height: sp.Expr, row_bound: sp.Expr, column_bound: sp.Expr, trial: Trial
) -> Findings:
    """Mean height − bound = Σ p(√(1/a) − √(aQ/np))² + Σ q(…)² on three profiles of 2×2 cells: this is weak duality."""
    for seed in (1, 2, 3):
        a, b, p, q = (shares(seed)[k : k + 2] for k in (0, 2, 4, 6))
        V = sp.Matrix(2, 2, shares(seed + 4)[:4]) / 8
        total = sum(p) / 2 + sum(q) / 2  # cells of weight ½
        p, q = ([x / total for x in each] for each in (p, q))
        gap, squares = sp.Integer(0), sp.Integer(0)
        for i in range(2):
            flow, inflow = (sum(V[i, j] * each[j] for j in range(2)) / 2 for each in (b, q))
            rows = {row_resolvent: a[i], row_flow: flow, row_share: p[i], row_inflow: inflow}
            gap += valued(p[i] * row_height - row_bound, rows) / 2
            squares += p[i] * (1 / sp.sqrt(a[i]) - sp.sqrt(a[i] * inflow / (n * p[i]))) ** 2 / 2
            flow, inflow = (sum(V[j, i] * each[j] for j in range(2)) / 2 for each in (a, p))
            columns = {column_resolvent: b[i], column_flow: flow, column_share: q[i], column_inflow: inflow}
            gap += valued(q[i] * column_height - column_bound, columns) / 2
            squares += q[i] * (1 / sp.sqrt(b[i]) - sp.sqrt(b[i] * inflow / (m * q[i]))) ** 2 / 2
        yield trial.same(gap, squares, by=None)


@exact(noise_edge)
def constant_profile_attains_both_bounds(
    constant_edge: sp.Expr,
    edge_bound: sp.Expr,
    row_height: sp.Expr,
    column_height: sp.Expr,
    row_bound: sp.Expr,
    column_bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """At a = √(n/C), b = √(m/R) both heights are the upper bound; at constant V the lower bound with p = q = ½ has the same value."""
    a, b = sp.sqrt(n / largest_column), sp.sqrt(m / largest_row)
    flows = {row_resolvent: a, row_flow: largest_row * b, column_resolvent: b, column_flow: largest_column * a}
    for height in (row_height, column_height):
        yield trial.same(valued(height, flows), edge_bound)
    yield trial.same(edge_bound.subs({largest_row: variance, largest_column: variance}), constant_edge)
    halves = {row_share: HALF, row_inflow: variance / 2, column_share: HALF, column_inflow: variance / 2}
    yield trial.same(valued(row_bound + column_bound, halves), constant_edge)


@exact(noise_edge)
def edge_of_a_quarter_is_not_that_of_the_mean(
    edge_bound: sp.Expr, row_bound: sp.Expr, column_bound: sp.Expr, trial: Trial
) -> Findings:
    """If V is constant on half of the rows and columns and 0 elsewhere, and m = n, both bounds are √2 times 2√(∬V/n).

    The lower bound has p = q = 1 on these halves.
    """
    above = valued(edge_bound, {largest_row: variance / 2, largest_column: variance / 2, m: n})
    inside = {row_share: 1, row_inflow: variance / 2, column_share: 1, column_inflow: variance / 2, m: n}
    yield trial.same(above, valued(row_bound + column_bound, inside) / 2)
    yield trial.same(above, sp.sqrt(2 * variance / n))
    yield trial.same(above / (2 * sp.sqrt(variance / 4 / n)), sp.sqrt(2))


@enclosed(noise_edge, cost=0.4)
def outlier_is_the_pole_and_meets_the_edge(
    outlier: sp.Expr,
    visible: sp.Expr,
    debiased: sp.Expr,
    constant_edge: sp.Expr,
    row_height: sp.Expr,
    column_height: sp.Expr,
    trial: Trial,
) -> Findings:
    """At z = outlier, a and b with ab = σ⁻² have both heights z. The outlier is stationary in σ where σ is just visible.

    There it is equal to the edge; and the formula that removes the bias inverts the outlier.
    """
    a, b = ((1 + variance / (size * sigma**2)) / outlier for size in (m, n))
    flows = {row_resolvent: a, row_flow: variance * b, column_resolvent: b, column_flow: variance * a}
    yield trial.same(a * b, sigma**-2)
    for height in (row_height, column_height):
        yield trial.same(valued(height, flows), outlier)
    yield trial.same(sp.diff(outlier**2, sigma).subs(sigma, visible), 0)
    yield trial.same(outlier.subs(sigma, visible), constant_edge, by=None)
    yield trial.same(debiased.subs(raw, outlier), sigma, by=None)


z, flow = sp.symbols("z y", positive=True)
TWO_CLASSES = ((sp.Rational(1, 4), sp.Rational(1, 4)), (sp.Rational(3, 4), sp.Rational(1, 50)))  # weight, variance
SIZES = {m: 3, n: 5}


def engine_bounds() -> tuple[sp.Rational, sp.Rational]:
    """The engine's bounds of the edge for the two classes of rows."""
    weights, variances = zip(*TWO_CLASSES, strict=True)
    found = noise_edge_bounds([[float(x)] for x in variances], 3, 5, row_weights=[float(x) for x in weights])
    return sp.Rational(found.low), sp.Rational(found.high)


@exact(noise_edge, cost=0.3)
def discriminant_vanishes_at_the_edge(row_height: sp.Expr, column_height: sp.Expr, trial: Trial) -> Findings:
    """For two classes of rows the equation in one variable is a cubic; two of its positive roots merge between the engine's bounds.

    Just below the lower bound there is no positive root, just above the upper bound there are two.
    """
    a_total = sp.Integer(0)
    for weight, V in TWO_CLASSES:
        (a,) = sp.solve(row_height.subs(row_flow, V * flow) - z, row_resolvent, simplify=False)
        a_total += weight * V * a
    equation = sp.together((column_height - z).subs({column_flow: a_total, column_resolvent: flow}).subs(SIZES))
    cubic = sp.numer(equation)
    low, high = trial.once(engine_bounds)
    slack = sp.Rational(1, 10**9)
    pole = sp.Integer(3) * z / max(V for _, V in TWO_CLASSES)  # a(u) > 0 where m z > V b
    for point, expected in ((low * (1 - slack), 0), (high * (1 + slack), 2)):
        roots = sp.Poly(cubic.subs(z, point), flow).count_roots(sp.Rational(1, 10**6), pole.subs(z, point) - slack)
        yield trial.holds(
            roots == expected, f"{roots} positive solutions at z = {float(point):.9f}, expected {expected}"
        )
