"""Evidence for H7: degrees of rows and the distance, enclosed; pairs of entries of one row in the limit, drawn."""

import itertools
from collections.abc import Sequence

import numpy as np
import sympy as sp
from scipy.special import iti0k0

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, statistical
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.hypothesis.further.rows_in_the_limit import (
    NAMED,
    a,
    c_1,
    c_2,
    heights,
    rows_in_the_limit,
    s_1,
    s_2,
    v,
    v_1,
    v_2,
)
from sparse_limits.theory.hypothesis.labels import density_one, density_two, r, s, t_1, t_2
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.tails import product_survival, t

Point = dict[sp.Symbol, sp.Expr]
Pair = Sequence[sp.Expr]
Named = list[tuple[sp.Symbol, sp.Expr]]
HALF = sp.Rational(1, 2)
RESIDUALS = (HALF, sp.Integer(1), sp.Integer(2))
LEVELS = (sp.Rational(1, 3), sp.Rational(4, 3))
BEST = (  # density, second residual; near the degrees where the shares of rows are equal; half of the L¹ distance of sorted degrees
    ("1/5", "1", "0.02918058859840675", "0.5232197703672292", "0.036903265808070"),
    ("1/5", "1/2", "0.029041166240250143", "0.5379908509950697", "0.035699242300217"),
    ("1/20", "1", "0.42145960183154263", "1.4329242999218323", "0.005143735474882"),
    ("1/20", "1/2", "0.4285897499328062", "1.5219144492602183", "0.004306715707766"),
)
FAR = sp.Integer(10)
NEAR = sp.Rational(1, 10**12)
RATIO = {sp.Rational(1, 5): sp.Integer(3), sp.Rational(1, 20): sp.Rational(5, 4)}  # of distances of rungs from a cut


@enclosed(rows_in_the_limit)
def mean_degrees_are_densities(
    share_one: sp.Expr, share_single: sp.Expr, share_both: sp.Expr, rate: sp.Expr, rate_both: sp.Expr, trial: Trial
) -> Findings:
    """The integrals over all degrees of the tails are the densities of H2, with one open gate and with two."""
    one = sp.Integral(share_one * rate, (s, 0, sp.oo))
    yield trial.same(one, density_one, by=None, at=[{t: each} for each in LEVELS])
    points = [{t: each, r: other} for each in LEVELS for other in RESIDUALS]
    for tail, speed, letter in ((share_single, rate, s), (share_both, rate_both, v)):
        yield trial.same(sp.Integral(tail * speed, (letter, 0, sp.oo)), density_two / 2, by=None, at=points)


@enclosed(rows_in_the_limit)
def rows_with_two_gates_have_this_degree(alike: sp.Expr, trial: Trial) -> Findings:
    """H at the level and at the level over r add up to H(s)."""
    points = [{s: each, r: other} for each in (sp.Rational(1, 10), sp.Integer(1)) for other in RESIDUALS]
    yield trial.same(Let(heights, [(v, alike)]), product_survival(s), by=None, at=points)


@enclosed(rows_in_the_limit)
def both_parts_are_equal(
    least_distance: sp.Expr, gap: sp.Expr, rate: sp.Expr, share_both: sp.Expr, rate_both: sp.Expr, trial: Trial
) -> Findings:
    """At equal densities what lies outside of the two cuts, which the formula leaves out, has the modulus of the least distance;
    and this is positive.
    """
    two = share_both.subs(t, NAMED[1][0]) * rate_both
    outside = sum(
        sp.Integral(function, (letter, low, high))
        for function, letter, ends in ((gap * rate, s, (s_1, s_2)), (two, v, (v_1, v_2)))
        for low, high in ((0, ends[0]), (ends[1], sp.oo))
    )
    outside = Let(sp.Abs(outside), NAMED)
    for kept, cuts in (
        (sp.Rational(1, 20), (HALF, sp.Rational(3, 2))),
        (sp.Rational(1, 5), (sp.Rational(1, 30), HALF)),
    ):
        points = [{rho: kept, r: each, s_1: cuts[0], s_2: cuts[1]} for each in RESIDUALS]
        yield trial.same(least_distance, outside, by=None, at=points)
        yield trial.below(sp.S.Zero, least_distance, at=points, strict=True)


def rungs(cut: sp.Expr, end: sp.Expr, ratio: sp.Expr, nearest: int = 10**6) -> list[sp.Expr]:
    """Values from an end towards a cut: their distances from it fall by the ratio, to the cut over `nearest`."""
    values = [end]
    while abs(values[-1] - cut) > cut / nearest:
        values.append(cut + (values[-1] - cut) / ratio)
    return values


def pairs(values: Pair) -> list[Point]:
    """Neighbours, the smaller one for s₁."""
    return [dict(zip((s_1, s_2), sorted(pair), strict=True)) for pair in itertools.pairwise(values)]


def shares_cross_at_the_cuts(
    trial: Trial,
    shares: Pair,
    named: Named,
    point: Point,
    outside: list[list[sp.Expr]],
    inside: list[list[sp.Expr]],
    slack: sp.Expr = NEAR / 4,
) -> Findings:
    """Of one law more rows have a degree above H(s)/2 on one side of each cut, and fewer on the other side. So, as the mean degrees are equal,
    the integral between the cuts is half of that of the modulus.

    Shares grow with s. So one is larger than another from s₁ to s₂ if it is larger at s₁ than the other one at s₂. Very near to a
    cut nothing is said but that the integral of the modulus of the difference of the shares, over these degrees, is at most the slack.

    Args:
        shares: of rows with a degree above H(s)/2, in both laws.
        named: the letters of their thresholds, and what these stand for.
        point: the density, and the residual if there is one.
        outside: for each cut, values towards it between which the second share is larger.
        inside: the same where the first share is larger.
    """
    near = {letter: sp.Rational(trial.value(threshold, point)) for letter, threshold in named}
    for letter, threshold in named:
        yield trial.below(sp.Abs(threshold - near[letter]), NEAR, at=[point])
    (first_low, second_low), (first_high, second_high) = ([each.subs(s, end) for each in shares] for end in (s_1, s_2))
    for less, more, parts, sign in ((first_high, second_low, outside, 1), (second_high, first_low, inside, -1)):
        margins = (-sign * NEAR, sign * NEAR)  # shares fall as their thresholds grow
        there = {letter: value + margin for (letter, value), margin in zip(near.items(), margins, strict=True)}
        points = [{**point, **there, **pair} for values in parts for pair in pairs(values)]
        yield trial.below(less, more, at=points, strict=True)
    spread = first_high - first_low + second_high - second_low
    unknown = Let(spread * (product_survival(s_1) - product_survival(s_2)) / 2, named)
    closest = [pair for out, into in zip(outside, inside, strict=True) for pair in pairs([out[-1], into[-1]])]
    yield trial.below(unknown, slack, at=[{**point, **pair} for pair in closest])


def two_cuts(trial: Trial, shares: Pair, named: Named, point: Point, low: sp.Expr, high: sp.Expr) -> Findings:
    """Between two cuts the first law, in which a row has one gate, has more rows above a degree; outside it has fewer.

    For very small s its share is at most NEAR/4, and for s above FAR the other one exceeds half, the share of all rows with an open gate.
    """
    ratio, smallest = RATIO[point[rho]], low / 100
    outside = [rungs(low, smallest, ratio), rungs(high, FAR, ratio)]
    inside = [rungs(cut, (low + high) / 2, ratio) for cut in (low, high)]
    yield from shares_cross_at_the_cuts(trial, shares, named, point, outside, inside)
    first, second = (Let(share, named) for share in shares)
    yield trial.below(first, NEAR / 4, at=[{**point, s: smallest}])
    yield trial.below(HALF, second, at=[{**point, s: FAR}], strict=True)


@enclosed(rows_in_the_limit, cost=5)
def best_cuts_give_half_of_the_modulus(
    least_distance: sp.Expr,
    share_one: sp.Expr,
    share_single: sp.Expr,
    share_both: sp.Expr,
    alike: sp.Expr,
    trial: Trial,
) -> Findings:
    """Half of the L¹ distance of sorted degrees, up to 1/10¹²: the least distance at cuts where the shares of rows are equal."""
    shares = (share_one.subs(t, t_1), share_single.subs(t, t_2) + Let(share_both.subs(t, t_2), [(v, alike)]))
    for numbers in BEST:
        kept, residual, low, high, half = map(sp.Rational, numbers)
        point = {rho: kept, r: residual}
        yield trial.below(sp.Abs(least_distance - half), NEAR / 4, at=[{**point, s_1: low, s_2: high}])
        yield from two_cuts(trial, shares, NAMED[:2], point, low, high)


def kept_entries(rng: np.random.Generator, size: int, level: float, readout: float, second: float, gate: bool) -> int:
    """How many of `size` entries of a row have a score above the level: its gate is open at the first sample, or at both.

    Weights and preactivations of columns are drawn; the residuals are 1 and `second`.
    """
    weight, below = rng.standard_normal((2, size))
    heard = np.where(below > 0, 1.0, second * gate)
    return int((np.abs(weight * below * readout * heard) > level).sum())


@statistical(rows_in_the_limit, tests=4)
def rows_keep_as_many_entries(degree_one: sp.Expr, degree_both: sp.Expr, trial: Trial) -> Findings:
    """Entries of one row are drawn, with one open gate and with two; the second residual is ½ or −2."""
    size, level, readout = trial.size(100_000), sp.Rational(1, 3), sp.Rational(3, 4)
    for second in (HALF, sp.Integer(-2)):
        for gate, degree in ((False, degree_one), (True, degree_both)):
            kept = trial.draw(kept_entries, size, float(level), float(readout), float(second), gate)
            yield trial.counts(kept, size, trial.value(degree, {t: level, a: readout, r: abs(second)}))


def kept_with_two_signals(rng: np.random.Generator, size: int, level: float, signals: tuple[float, float]) -> int:
    """How many of `size` entries of a row with two open gates and these signals, times the residuals, have a score above the level."""
    weight, below = rng.standard_normal((2, size))
    scores = weight * (np.maximum(below, 0) * signals[0] + np.maximum(-below, 0) * signals[1])
    return int((np.abs(scores) > level).sum())


@statistical(rows_in_the_limit, tests=1)
def rows_with_two_signals_keep_as_many(degree_signals: sp.Expr, trial: Trial) -> Findings:
    """Entries of one row are drawn, with the signals 3/4 and −5/4; the second residual is ½."""
    size, level, signals = trial.size(100_000), sp.Rational(1, 3), (sp.Rational(3, 4), -sp.Rational(5, 4))
    kept = trial.draw(kept_with_two_signals, size, float(level), (float(signals[0]), float(signals[1] * HALF)))
    point = {t: level, r: HALF, c_1: abs(signals[0]), c_2: abs(signals[1])}
    yield trial.counts(kept, size, trial.value(degree_signals, point))


def rows_above(rng: np.random.Generator, size: int, level: float, second: float, value: float) -> tuple[int, int, int]:
    """Of `size` rows of the limit: how many have one open gate, and how many have two, and a degree above that of a value.

    The degree of a value is half of the chance that a product of two normals exceeds it, here by an integral of K₀. Last, how many rows keep
    anything. The residuals are 1 and `second`.
    """

    def chance(x: np.ndarray | float) -> np.ndarray:
        return np.asarray(1 - 2 / np.pi * iti0k0(x)[1])

    readout = np.abs(rng.standard_normal(size))
    gates = rng.standard_normal((2, size)) > 0
    first, other = chance(level / readout), chance(level / (readout * second)) if second else np.zeros(size)
    degrees = (gates[0] * first + gates[1] * other) / 2
    above = degrees > chance(value) / 2
    one = gates[0] ^ gates[1]
    return int((above & one).sum()), int((above & ~one).sum()), int((gates[0] | (gates[1] & (second > 0))).sum())


@statistical(rows_in_the_limit, tests=5)
def drawn_rows_have_these_degrees(
    share_one: sp.Expr,
    share_single: sp.Expr,
    share_both: sp.Expr,
    alike: sp.Expr,
    alive_one: sp.Expr,
    alive_two: sp.Expr,
    trial: Trial,
) -> Findings:
    """Readouts and gates of rows are drawn, with the second residual ½ and without it."""
    size, level, value = trial.size(100_000), sp.Rational(1, 3), sp.Rational(2, 3)
    point = {t: level, r: HALF, s: value}
    one, both, alive = trial.draw(rows_above, size, float(level), 0.5, float(value))
    yield trial.counts(one, size, trial.value(share_single, point))
    yield trial.counts(both, size, trial.value(Let(share_both, [(v, alike)]), point))
    yield trial.counts(alive, size, trial.value(alive_two))
    one, both, alive = trial.draw(rows_above, size, float(level), 0.0, float(value))
    yield trial.counts(one + both, size, trial.value(share_one, point))
    yield trial.counts(alive, size, trial.value(alive_one))
