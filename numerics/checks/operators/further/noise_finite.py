"""Evidence for O4.2: what finite sizes add to the edge, by fourth cumulants, squares of entries and heavy rows."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import comb

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n, variance
from sparse_limits.theory.operators.further.noise_finite import sparse_noise
from sparse_limits.theory.operators.noise import (
    column_flow,
    column_fourth,
    column_resolvent,
    column_share,
    level,
    reach,
    row_flow,
    row_fourth,
    row_resolvent,
    row_share,
)

HALF = sp.Rational(1, 2)

share, turn = sp.symbols("P theta", positive=True)  # chance of an entry; argument of generating functions


@exact(sparse_noise)
def entries_have_these_moments(fourth_cumulant: sp.Expr, square_variance: sp.Expr, trial: Trial) -> Findings:
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
            sides = max(rows) + 1, max(columns) + 1
            if sum(sides) != steps:
                continue
            edges = [*zip(rows, columns, strict=True), *zip((*rows[1:], rows[0]), columns, strict=True)]
            times = sorted(edges.count(edge) for edge in set(edges))
            if times == [2] * (steps - 2) + [4]:
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


@exact(sparse_noise, cost=0.6)
def closed_walks_have_these_fourth_cumulants(
    row_height: sp.Expr, column_height: sp.Expr, row_excess: sp.Expr, column_excess: sp.Expr, trial: Trial
) -> Findings:
    """E tr(HHᵀ)^k to first order in κ and leading order in m, n, by counting walks; from the equation, the series of a.

    Both sides are polynomials of degree k in m and n, of degree k − 2 in V: four sizes tell them apart.
    """
    heights = (row_height - 1 / row_resolvent + row_excess, column_height - 1 / column_resolvent + column_excess)
    for rows, columns in ((2, 3), (5, 2), (3, 7), (4, 9)):
        at = {m: rows, n: columns, variance: sp.Rational(1, 7)}
        series = resolvent_series(heights[0].subs(at), heights[1].subs(at), at[variance])
        for k in range(2, STEPS + 1):
            claimed = sp.QQ.to_sympy(series.coeff(w ** (2 * k + 1) * fourth)) * rows * (rows * columns) ** k
            walks = trial.once(walks_with_a_fourfold_edge, k)
            counted = sum(count * rows**i * columns**j for (i, j), count in walks.items()) * at[variance] ** (k - 2)
            yield trial.holds(claimed == counted, f"{rows} × {columns}, k = {k}: {claimed}, counted {counted}")


STEPS = 4
SERIES, w, fourth = sp.ring("w kappa", sp.QQ)


def resolvent_series(to_rows: sp.Expr, to_columns: sp.Expr, V: sp.Rational) -> sp.polys.rings.PolyElement:
    """The a of z = 1/a + to_rows and the like for b, constant V: its series in w = 1/z to first order in κ."""
    a = b = w
    share = sp.QQ.from_sympy(V)
    for _ in range(STEPS):
        rows = {row_flow: b * share, row_fourth: fourth * b**2, row_resolvent: a}
        columns = {column_flow: a * share, column_fourth: fourth * a**2, column_resolvent: b}
        a, b = (geometric(composed(fed, {**rows, **columns})) for fed in (to_rows, to_columns))
    return a


def composed(fed: sp.Expr, flows: Mapping[sp.Symbol, sp.polys.rings.PolyElement]) -> sp.polys.rings.PolyElement:
    """A polynomial with series for its letters."""
    total = SERIES.zero
    for powers, coefficient in sp.Poly(fed, *flows, domain=sp.QQ).rep.to_dict().items():
        term = SERIES(coefficient)
        for flow, power in zip(flows.values(), powers, strict=True):
            term *= flow**power
        total += term
    return total


def geometric(fed: sp.polys.rings.PolyElement) -> sp.polys.rings.PolyElement:
    """The series of 1/(1/w − fed), which vanishes at w = 0."""
    total = term = w
    while term:
        product = term * fed * w
        term = SERIES.from_dict(
            {powers: c for powers, c in product.items() if powers[0] <= 2 * STEPS + 1 and powers[1] <= 1}
        )
        total += term
    return total


@exact(sparse_noise)
def squares_move_the_edge(
    sensitivity: sp.Expr,
    edge_spread: sp.Expr,
    square_variance: sp.Expr,
    constant_edge: sp.Expr,
    row_height: sp.Expr,
    column_height: sp.Expr,
    trial: Trial,
) -> Findings:
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


@enclosed(sparse_noise)
def rows_are_fed_to_a_level_rarely(row_tail: sp.Expr, trial: Trial) -> Findings:
    """Chernoff's exponent is least where claimed; exact chances of rows of 40 entries lie below."""
    exponent = -turn * m * n * level + n * row_flow / reach * (sp.exp(turn * reach) - 1)
    (least,) = sp.solve(sp.diff(exponent, turn), turn)
    yield trial.same(sp.exp(exponent.subs(turn, least)), row_tail, by=None)
    for chance in (Fraction(1, 10), Fraction(1, 20), Fraction(1, 50)):
        for times in (8, 12, 20):
            squares = times * (1 - chance) ** 2 + (40 - times) * chance**2
            at = {**FED, row_flow: sp.Rational(2 * chance * (1 - chance)), level: sp.Rational(2 * squares / 280)}
            at[reach] = sp.Rational(2 * (1 - chance) ** 2)
            yield trial.below(sp.Rational(fed_beyond(chance, times)), valued(row_tail, at), at=[{}])


def twice_the_mean(entries: int, chance: Fraction) -> Fraction:
    """The chance that the squares of so many entries less their mean add up to twice the mean, one after the other."""
    law = {Fraction(0): Fraction(1)}
    for _ in range(entries):
        grown: dict[Fraction, Fraction] = {}
        for total, mass in law.items():
            for square, weight in (((1 - chance) ** 2, chance), (chance**2, 1 - chance)):
                grown[total + square] = grown.get(total + square, Fraction(0)) + mass * weight
        law = grown
    return sum((mass for total, mass in law.items() if total >= 2 * entries * chance * (1 - chance)), Fraction(0))


@exact(sparse_noise)
def tenths_are_fed_twice(tenth_tail: sp.Expr, trial: Trial) -> Findings:
    """Squares of entries of density 1/10, in fractions: rows of up to 40, and of 80, where twice the mean can be met."""
    for entries in (7, 12, 40, 80):
        seen = trial.once(twice_the_mean, entries, Fraction(1, 10))
        yield trial.same(written_out(tenth_tail, {n: sp.Integer(entries)}), sp.Rational(seen), by=None)
