"""Evidence for O4: the noise edge and what is visible above it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.checks.operators.bias import expected_matrix
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact
from numerics.masks import n_of_m_mask
from numerics.noise_edge import noise_edge as edge_of_profile
from numerics.noise_edge import noise_edge_bounds
from numerics.spectra import mask_singular_values
from theory.graphon.symbols import m, n, variance
from theory.operators.noise import (
    block,
    block_edge,
    block_eigenvalue,
    block_floor,
    column_bound,
    column_flow,
    column_inflow,
    column_resolvent,
    column_share,
    constant_edge,
    edge_bound,
    kept,
    largest_column,
    largest_row,
    noise_edge,
    outlier,
    raw,
    row_bound,
    row_flow,
    row_height,
    row_inflow,
    row_resolvent,
    row_share,
    sigma,
    visible,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = sp.Rational(1, 2)


def shares(seed: int) -> list[sp.Rational]:
    """Eight positive rationals."""
    return [sp.Rational(1 + (seed * k * k + 5 * k) % 11, 7) for k in range(1, 9)]


@enclosed(noise_edge, cost=0.4)
@control("flow from the wrong side", row_height=1 / row_resolvent + row_flow / n)
@control("rows without flow", row_height=1 / row_resolvent)
@control("columns without flow", column_height=1 / column_resolvent)
@control("half the row bound", row_bound=row_bound / 2)
@control("column bound over the other side", column_bound=2 * sp.sqrt(column_share * column_inflow / n))
def heights_exceed_the_bound_by_squares(
    row_height: sp.Expr, column_height: sp.Expr, row_bound: sp.Expr, column_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Mean height − bound = Σ p(√(1/a) − √(aQ/np))² + Σ q(…)² on a profile of 2×2 cells: weak duality, with equality."""
    for seed in (1, 2, 3):
        a, b, p, q = (shares(seed)[k : k + 2] for k in (0, 2, 4, 6))
        V = sp.Matrix(2, 2, shares(seed + 4)[:4]) / 8
        total = sum(p) / 2 + sum(q) / 2  # cells of weight ½
        p, q = ([x / total for x in each] for each in (p, q))
        gap, squares = sp.Integer(0), sp.Integer(0)
        for i in range(2):
            flow, inflow = (sum(V[i, j] * each[j] for j in range(2)) / 2 for each in (b, q))
            rows = {row_resolvent: a[i], row_flow: flow, row_share: p[i], row_inflow: inflow}
            gap += (p[i] * row_height - row_bound).subs(rows, simultaneous=True) / 2
            squares += p[i] * (1 / sp.sqrt(a[i]) - sp.sqrt(a[i] * inflow / (n * p[i]))) ** 2 / 2
            flow, inflow = (sum(V[j, i] * each[j] for j in range(2)) / 2 for each in (a, p))
            columns = {column_resolvent: b[i], column_flow: flow, column_share: q[i], column_inflow: inflow}
            gap += (q[i] * column_height - column_bound).subs(columns, simultaneous=True) / 2
            squares += q[i] * (1 / sp.sqrt(b[i]) - sp.sqrt(b[i] * inflow / (m * q[i]))) ** 2 / 2
        yield trial.same(gap, squares, by=None)


@exact(noise_edge)
@control("rows alone", constant_edge=sp.sqrt(variance / m))
@control("10 % more", constant_edge=ELEVEN * constant_edge)
@control("bound 10 % less", edge_bound=NINE * edge_bound)
@control("sides exchanged", edge_bound=sp.sqrt(largest_row / n) + sp.sqrt(largest_column / m))
@control("rows without flow", row_height=1 / row_resolvent)
@control("columns without flow", column_height=1 / column_resolvent)
@control("half the row bound", row_bound=row_bound / 2)
@control("half the column bound", column_bound=column_bound / 2)
def constant_profile_attains_both_bounds(
    constant_edge: sp.Expr,
    edge_bound: sp.Expr,
    row_height: sp.Expr,
    column_height: sp.Expr,
    row_bound: sp.Expr,
    column_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """a = √(n/C), b = √(m/R) have the heights of the bound; at constant V, p = q = ½ attains it from below."""
    a, b = sp.sqrt(n / largest_column), sp.sqrt(m / largest_row)
    flows = {row_resolvent: a, row_flow: largest_row * b, column_resolvent: b, column_flow: largest_column * a}
    for height in (row_height, column_height):
        yield trial.same(height.subs(flows, simultaneous=True), edge_bound)
    yield trial.same(edge_bound.subs({largest_row: variance, largest_column: variance}), constant_edge)
    halves = {row_share: HALF, row_inflow: variance / 2, column_share: HALF, column_inflow: variance / 2}
    yield trial.same((row_bound + column_bound).subs(halves, simultaneous=True), constant_edge)


@enclosed(noise_edge, cost=0.4)
@control("m = n form", outlier=sigma + variance / (n * sigma))
@control("one side", outlier=sp.sqrt(sigma**2 + variance / m))
@control("10 % more", outlier=ELEVEN * outlier)
@control("visible from √V/√n on", visible=sp.sqrt(variance / n))
@control("visible 10 % later", visible=ELEVEN * visible)
@control("bias of one side removed", debiased=sp.sqrt(raw**2 - variance / m))
@control("second order only", debiased=sp.sqrt(raw**2 - variance / m - variance / n))
@control("edge of rows", constant_edge=sp.sqrt(variance / m))
@control("flow over the wrong side", row_height=1 / row_resolvent + row_flow / n)
@control("columns without flow", column_height=1 / column_resolvent)
def outlier_is_the_pole_and_meets_the_edge(
    outlier: sp.Expr,
    visible: sp.Expr,
    debiased: sp.Expr,
    constant_edge: sp.Expr,
    row_height: sp.Expr,
    column_height: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """ab = σ⁻² solves the equation at z = outlier; least where σ is just visible, there equal to the edge."""
    a, b = ((1 + variance / (size * sigma**2)) / outlier for size in (m, n))
    flows = {row_resolvent: a, row_flow: variance * b, column_resolvent: b, column_flow: variance * a}
    yield trial.same(a * b, sigma**-2)
    for height in (row_height, column_height):
        yield trial.same(height.subs(flows, simultaneous=True), outlier)
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
@control("flow over the wrong side", row_height=1 / row_resolvent + row_flow / n)
@control("twice the flow", column_height=1 / column_resolvent + 2 * column_flow / n)
@control("10 % higher", row_height=ELEVEN * row_height)
def discriminant_vanishes_at_the_edge(row_height: sp.Expr, column_height: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two classes of rows: eliminated, the equation is a cubic, whose positive roots merge between the engine's bounds.

    Below the edge there is no positive root, above it there are two.
    """
    a_total = sp.Integer(0)
    for weight, V in TWO_CLASSES:
        (a,) = sp.solve(row_height.subs(row_flow, V * flow) - z, row_resolvent)
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


def block_covariance(keep: int, of: int) -> tuple[Fraction, Fraction]:
    """Variance of an entry and covariance of two in a block that keeps a uniform set."""
    masks = [[int(i in chosen) for i in range(of)] for chosen in combinations(range(of), keep)]
    share = Fraction(keep, of)
    both = Fraction(sum(mask[0] * mask[1] for mask in masks), len(masks))
    return share * (1 - share), both - share**2


@enclosed(noise_edge)
@control("independent entries", block_eigenvalue=kept * (block - kept) / block**2)
@control("10 % more", block_eigenvalue=ELEVEN * block_eigenvalue)
@control("edge of independent entries", block_edge=constant_edge.subs(variance, kept * (block - kept) / block**2))
@control("sides exchanged", block_edge=block_edge.subs({m: n, n: m}, simultaneous=True))
@control("floor of independent entries", block_floor=sp.Integer(0))
@control("10 % less floor", block_floor=NINE * block_floor)
@control("edge of rows", constant_edge=sp.sqrt(variance / m))
def blocks_act_as_fewer_columns(
    block_eigenvalue: sp.Expr, block_edge: sp.Expr, block_floor: sp.Expr, constant_edge: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The covariance of a block by enumeration; the edges are those of m × n(1 − 1/M) entries of its eigenvalue."""
    for of in range(2, 7):
        for keep in range(1, of):
            diagonal, beside = block_covariance(keep, of)
            claimed = block_eigenvalue.subs({kept: keep, block: of})
            off = -claimed / of
            yield trial.holds(
                sp.Rational(diagonal) == claimed + off and sp.Rational(beside) == off,
                f"{keep}:{of}: covariance {diagonal}, {beside}, claimed {claimed}(I − J/{of})",
            )
    columns = sp.Symbol("r", positive=True)
    rank = n * (1 - 1 / block)
    as_fewer = constant_edge.subs({variance: block_eigenvalue, n: columns}) * sp.sqrt(columns / n)
    yield trial.same(block_edge, as_fewer.subs(columns, rank), by=None)
    mirrored = constant_edge.subs({variance: block_eigenvalue, n: columns, sp.sqrt(m): -sp.sqrt(m)}) * sp.sqrt(
        columns / n
    )
    yield trial.same(block_floor, sp.Abs(mirrored.subs(columns, rank)), by=None)
    yield trial.below(block_floor, block_edge, strict=True)


SIDE = 1024
TOLERANCE = 0.03  # some eight Tracy–Widom scales at this side: one mask leaves it with probability near 1e-6


def largest_noise(rng: np.random.Generator, name: str) -> float:
    """The largest singular value of (M − P)/n for one mask of 1024 × 1024 entries: probit, or N:M of equal scores."""
    if name == "probit":
        P = expected_matrix(name, SIDE, SIDE)
        return float(mask_singular_values((rng.random(P.shape) < P) - P, 1)[0])
    keep, of = map(int, name.split(":"))
    mask = n_of_m_mask(rng.random((SIDE, SIDE), dtype=np.float32), keep, of)
    return float(mask_singular_values(mask - np.float32(keep / of), 1)[0])


def probit_variance(cells: int) -> NDArray[np.floating]:
    P = expected_matrix("probit", cells, cells)
    return P * (1 - P)


@empirical(noise_edge, cost=1.0)
@control("mean-field", edge="mean")
@control("rows of the largest variance", edge="bound")
def noise_of_a_profile_ends_at_the_edge(edge: str, trial: Trial) -> Iterator[Finding]:
    """The probit profile: within 3 % at n = 1024."""
    V = trial.once(probit_variance, 128)
    claimed = {
        "profile": edge_of_profile(V, SIDE),
        "mean": trial.value(constant_edge, {variance: sp.Rational(float(V.mean())), m: SIDE, n: SIDE}),
        "bound": float(np.sqrt(V.mean(axis=1).max() / SIDE) + np.sqrt(V.mean(axis=0).max() / SIDE)),
    }[edge]
    seen = trial.draw(largest_noise, "probit")
    yield trial.at_most(
        abs(seen / claimed - 1), TOLERANCE, f"noise ends at {seen:.5f}, claimed {claimed:.5f}, relative error"
    )


@empirical(noise_edge, cost=1.0)
@control("independent entries", block_edge=constant_edge.subs(variance, kept * (block - kept) / block**2))
@control("10 % more", block_edge=ELEVEN * block_edge)
def noise_of_blocks_ends_at_the_edge(block_edge: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Masks 1:4 and 1:2 of equal scores: within 3 % at n = 1024."""
    for keep, of in ((1, 4), (1, 2)):
        seen = trial.draw(largest_noise, f"{keep}:{of}")
        claimed = trial.value(block_edge, {kept: keep, block: of, m: SIDE, n: SIDE})
        yield trial.at_most(
            abs(seen / claimed - 1), TOLERANCE, f"{keep}:{of}: {seen:.5f}, claimed {claimed:.5f}, error"
        )


def planted_values(rng: np.random.Generator, rows: int, columns: int, strength: float, masks: int) -> float:
    """The mean second singular value of masks of P = ½ ± strength, the signs of rank one."""
    values = []
    for _ in range(masks):
        signs = np.sign(rng.standard_normal(rows))[:, None] * np.sign(rng.standard_normal(columns))
        values.append(mask_singular_values(rng.random(signs.shape) < 0.5 + strength * signs, 2)[1])
    return float(np.mean(values))


@empirical(noise_edge, cost=0.4)
@control("not moved", outlier=sigma)
@control("one side", outlier=sp.sqrt(sigma**2 + variance / m))
@control("10 % more", outlier=ELEVEN * outlier)
@control("not moved back", debiased=raw)
def planted_value_is_seen_where_claimed(outlier: sp.Expr, debiased: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """σ = 1/20 in 256 × 1024 entries of variance ¼ − σ², and back: five standard deviations of the mean are 2 and 3 %."""
    at = {m: 256, n: 1024, sigma: sp.Rational(1, 20), variance: sp.Rational(1, 4) - sp.Rational(1, 400)}
    seen = trial.draw(planted_values, 256, 1024, 0.05, trial.size(12))
    yield trial.at_most(abs(seen / trial.value(outlier, at) - 1), 0.02, f"seen at {seen:.5f}, relative error")
    back = trial.value(debiased, {**at, raw: sp.Rational(seen)})
    yield trial.at_most(abs(back / 0.05 - 1), 0.03, f"moved back to {back:.5f}, relative error")
