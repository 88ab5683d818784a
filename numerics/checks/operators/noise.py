"""Evidence for O4: the noise edge and what is visible above it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.checks.operators.bias import expected_matrix
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from numerics.masks.sampling import sample_constant
from numerics.masks.selection import n_of_m_mask
from numerics.spectra.noise_edge import RARE, RARE_EDGE, RARE_SPREAD, edge_scale, noise_edge_bounds
from numerics.spectra.noise_edge import noise_edge as edge_of_profile
from numerics.spectra.singular_values import mask_singular_values
from theory.graphon.symbols import m, n, variance
from theory.operators.noise import (
    block_edge,
    block_eigenvalue,
    block_floor,
    column_bound,
    column_flow,
    column_fourth,
    column_inflow,
    column_resolvent,
    column_share,
    constant_edge,
    edge_bound,
    edge_spread,
    largest_column,
    largest_row,
    level,
    noise_edge,
    outlier,
    raw,
    reach,
    row_bound,
    row_excess,
    row_flow,
    row_fourth,
    row_height,
    row_inflow,
    row_resolvent,
    row_share,
    row_tail,
    sparse_edge,
    square_variance,
    visible,
)
from theory.operators.symbols import sigma
from theory.saliency.blocks import block, kept

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


share, turn = sp.symbols("P theta", positive=True)  # chance of an entry; argument of generating functions


@exact(noise_edge)
@control("as of a Poisson entry", fourth_cumulant=variance)
@control("fourth moment", fourth_cumulant=variance * (1 - 3 * variance))
@control("as of a Poisson entry's square", square_variance=variance)
@control("10 % more", square_variance=ELEVEN * square_variance)
def entries_have_these_moments(fourth_cumulant: sp.Expr, square_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The fourth derivative of the cumulant generating function of an entry, and the variance of its square."""
    at = {variance: share * (1 - share)}
    generating = sp.log(1 - share + share * sp.exp(turn))
    yield trial.same(fourth_cumulant.subs(at), sp.diff(generating, turn, 4).subs(turn, 0))
    fourth = share * (1 - share) ** 4 + (1 - share) * share**4
    yield trial.same(square_variance.subs(at), fourth - (share * (1 - share)) ** 2)


def walks_with_a_fourfold_edge(steps: int) -> dict[tuple[int, int], int]:
    """Closed walks of 2·steps on trees, once four times over an edge and twice over each other, by rows and columns."""
    found: dict[tuple[int, int], int] = {}
    for rows in groupings(steps):
        for columns in groupings(steps):
            edges = [*zip(rows, columns, strict=True), *zip((*rows[1:], rows[0]), columns, strict=True)]
            times = sorted(edges.count(edge) for edge in set(edges))
            sides = max(rows) + 1, max(columns) + 1
            if times == [2] * (steps - 2) + [4] and sum(sides) == steps:
                found[sides] = found.get(sides, 0) + 1
    return found


def groupings(size: int) -> Iterator[tuple[int, ...]]:
    """All ways to put things into unnamed groups, as the group of each thing."""
    if size == 0:
        yield ()
        return
    for few in groupings(size - 1):
        for group in range(max(few, default=-1) + 2):
            yield (*few, group)


@exact(noise_edge, cost=0.6)
@control("once for all rows", row_excess=row_fourth / (m**2 * n))
@control("over the other side", row_excess=row_resolvent * row_fourth / (m * n**2))
@control("half of it", row_excess=row_excess / 2)
@control("of columns over the other side", column_excess=column_resolvent * column_fourth / (m**2 * n))
@control("no columns", column_excess=sp.Integer(0))
@control("rows without flow", row_height=1 / row_resolvent)
@control("columns without flow", column_height=1 / column_resolvent)
def closed_walks_have_these_fourth_cumulants(
    row_height: sp.Expr, column_height: sp.Expr, row_excess: sp.Expr, column_excess: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """E tr(HHᵀ)^k to first order in κ and leading order in m, n, by counting walks; from the equation, the series of a.

    Both sides are polynomials of degree k in m and n, of degree k − 2 in V: four sizes tell them apart.
    """
    heights = (row_height - 1 / row_resolvent + row_excess, column_height - 1 / column_resolvent + column_excess)
    for rows, columns in ((2, 3), (5, 2), (3, 7), (4, 9)):
        at = {m: rows, n: columns, variance: sp.Rational(1, 7)}
        series = resolvent_series(heights[0].subs(at), heights[1].subs(at), at[variance])
        for k in range(2, STEPS + 1):
            claimed = series.coeff_monomial(w ** (2 * k + 1) * fourth) * rows * (rows * columns) ** k
            walks = trial.once(walks_with_a_fourfold_edge, k)
            counted = sum(count * rows**i * columns**j for (i, j), count in walks.items()) * at[variance] ** (k - 2)
            yield trial.holds(claimed == counted, f"{rows} × {columns}, k = {k}: {claimed}, counted {counted}")


STEPS = 4
w, fourth = sp.symbols("w kappa")


def resolvent_series(to_rows: sp.Expr, to_columns: sp.Expr, V: sp.Rational) -> sp.Poly:
    """The a of z = 1/a + to_rows and the like for b, constant V: its series in w = 1/z to first order in κ."""
    a = b = sp.Poly(w, w, fourth)
    for _ in range(STEPS):
        flows = {row_flow: V * b.as_expr(), row_fourth: fourth * b.as_expr() ** 2, row_resolvent: a.as_expr()}
        flows |= {column_flow: V * a.as_expr(), column_fourth: fourth * a.as_expr() ** 2, column_resolvent: b.as_expr()}
        a, b = (geometric(sp.Poly(fed.subs(flows, simultaneous=True), w, fourth)) for fed in (to_rows, to_columns))
    return a


def geometric(fed: sp.Poly) -> sp.Poly:
    """The series of 1/(1/w − fed), which vanishes at w = 0."""
    total = term = sp.Poly(w, w, fourth)
    while not term.is_zero:
        product = (term * fed).mul(sp.Poly(w, w, fourth))
        kept_terms = {powers: c for powers, c in product.terms() if powers[0] <= 2 * STEPS + 1 and powers[1] <= 1}
        term = sp.Poly.from_dict(kept_terms or {(0, 0): 0}, w, fourth)
        total += term
    return total


@exact(noise_edge)
@control("no shift", sparse_edge=constant_edge)
@control("twice the shift", sparse_edge=2 * sparse_edge - constant_edge)
@control("over n alone", sparse_edge=constant_edge * (1 + (1 - 6 * variance) / (2 * variance * n)))
@control("no fourth cumulant", fourth_cumulant=sp.Integer(0))
@control("rows alone", column_excess=sp.Integer(0))
@control("columns alone", row_excess=sp.Integer(0))
@control("edge of rows", constant_edge=sp.sqrt(variance / m))
def fourth_cumulant_shifts_the_constant_edge(
    sparse_edge: sp.Expr,
    constant_edge: sp.Expr,
    fourth_cumulant: sp.Expr,
    row_excess: sp.Expr,
    column_excess: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The mean excess at p = q = ½ and a, b of the edge; for m = n and small V it is that of Lee and Schnelli."""
    a, b = sp.sqrt(n / variance), sp.sqrt(m / variance)
    optimum = {row_resolvent: a, column_resolvent: b}
    optimum |= {row_fourth: fourth_cumulant * b**2, column_fourth: fourth_cumulant * a**2}
    shift = (row_excess + column_excess).subs(optimum, simultaneous=True) / 2
    yield trial.same(sparse_edge - constant_edge, shift)
    square = (sparse_edge.subs(m, n) * sp.sqrt(n / variance) - 2) * n * variance
    yield trial.same(sp.limit(sp.simplify(square), variance, 0), 1)


@exact(noise_edge)
@control("rows alone", sensitivity=row_share * column_resolvent / m)
@control("sides exchanged", sensitivity=row_share * column_resolvent / n + column_share * row_resolvent / m)
@control("twice the spread", edge_spread=2 * edge_spread)
@control("spread of a count", edge_spread=sp.sqrt(1 / (4 * variance * m * n)))
@control("squares as entries", square_variance=variance)
@control("edge of rows", constant_edge=sp.sqrt(variance / m))
@control("rows without flow", row_height=1 / row_resolvent)
@control("columns without flow", column_height=1 / column_resolvent)
def squares_move_the_edge(
    sensitivity: sp.Expr,
    edge_spread: sp.Expr,
    square_variance: sp.Expr,
    constant_edge: sp.Expr,
    row_height: sp.Expr,
    column_height: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The derivative of p·height + q·height in V; for constant V that of the edge, and its relative deviation."""
    flows = {row_flow: variance * column_resolvent, column_flow: variance * row_resolvent}
    lagrangian = (row_share * row_height + column_share * column_height).subs(flows)
    yield trial.same(sp.diff(lagrangian, variance), sensitivity)
    optimum = {row_share: HALF, column_share: HALF}
    optimum |= {row_resolvent: sp.sqrt(n / variance), column_resolvent: sp.sqrt(m / variance)}
    yield trial.same(sensitivity.subs(optimum), sp.diff(constant_edge, variance))
    relative = sp.diff(constant_edge, variance) / constant_edge
    yield trial.same(edge_spread**2, square_variance * relative**2 / (m * n))


FED = {m: 7, n: 40, reach: sp.Rational(81, 50)}  # squares of entries of chance 1/10 or less, times b = 2


def fed_beyond(chance: Fraction, times: int) -> Fraction:
    """The chance that `times` or more of 40 entries are kept."""
    return sum((comb(40, k) * chance**k * (1 - chance) ** (40 - k) for k in range(times, 41)), Fraction(0))


@enclosed(noise_edge)
@control("one moment too few", row_tail=sp.exp(-n * row_flow / reach))
@control("twice the exponent", row_tail=row_tail**2)
@control("without the mean", row_tail=row_tail * sp.exp(-n * row_flow / reach))
@control("normal tail", row_tail=sp.exp(-n * row_flow / reach * (m * level / row_flow - 1) ** 2 / 2))
def rows_are_fed_to_a_level_rarely(row_tail: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Chernoff's exponent is least where claimed; exact chances of rows of 40 entries lie below."""
    exponent = -turn * m * n * level + n * row_flow / reach * (sp.exp(turn * reach) - 1)
    (least,) = sp.solve(sp.diff(exponent, turn), turn)
    yield trial.same(sp.exp(exponent.subs(turn, least)), row_tail, by=None)
    for chance in (Fraction(1, 10), Fraction(1, 20), Fraction(1, 50)):
        for times in (8, 12, 20):
            squares = times * (1 - chance) ** 2 + (40 - times) * chance**2
            at = {**FED, row_flow: sp.Rational(2 * chance * (1 - chance)), level: sp.Rational(2 * squares / 280)}
            at[reach] = sp.Rational(2 * (1 - chance) ** 2)
            yield trial.below(sp.Rational(fed_beyond(chance, times)), row_tail.subs(at), at=[{}])


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


def largest_of_sparse(rng: np.random.Generator, side: int, kept_in_row: int, masks: int) -> NDArray[np.floating]:
    """The second singular values of square masks of one density, float[masks]."""
    each = (sample_constant(kept_in_row / side, side, side, rng) for _ in range(masks))
    return np.array([mask_singular_values(mask, 2)[1] for mask in each])


@statistical(noise_edge, tests=1, cost=2.0)
@control("no shift", sparse_edge=constant_edge)
@control("shifted down", sparse_edge=2 * constant_edge - sparse_edge)
@control("spread below the edge", edge_spread=-3 * edge_spread)
def few_sparse_masks_pass_the_level(sparse_edge: sp.Expr, edge_spread: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """2000 × 2000 entries, 20 in a row: the second value passes the level in at most one mask of a thousand."""
    side, kept_in_row, masks = 2000, 20, trial.size(40)
    density = sp.Rational(kept_in_row, side)
    at = {m: side, n: side, variance: density * (1 - density)}
    width = RARE_EDGE * edge_scale(side, side) + RARE_SPREAD * trial.value(edge_spread, at)
    highest = trial.value(sparse_edge, at) + trial.value(constant_edge, at) * width
    seen = trial.draw(largest_of_sparse, side, kept_in_row, masks)
    yield trial.counts(int((seen > highest).sum()), masks, RARE, "above", observed=True)


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
