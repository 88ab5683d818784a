"""Evidence for H8: thresholds, degrees and distances, enclosed; rows and entries of the limit, drawn."""

import itertools
from collections.abc import Sequence

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.hypothesis.further.rows_in_the_limit import NEAR as CLOSE
from sparse_limits.numerics.checks.hypothesis.further.rows_in_the_limit import (
    rungs,
    shares_cross_at_the_cuts,
    two_cuts,
)
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, statistical
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.hypothesis.further.rows_in_the_limit import a, s_1, s_2, v, v_1, v_2
from sparse_limits.theory.hypothesis.further.sign_in_the_limit import NAMED, sign_in_the_limit, t_2, t_3, u_1, u_2
from sparse_limits.theory.hypothesis.further.two_activations import m
from sparse_limits.theory.hypothesis.labels import density_one, s, t_1
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.tails import half_normal, product_survival, t

Numbers = Sequence[tuple[str, ...]]
HALF, FIFTH, TWENTIETH = sp.Rational(1, 2), sp.Rational(1, 5), sp.Rational(1, 20)
NEAR, FAR = sp.Rational(1, 1000), sp.Integer(30)  # what is nearer to 0, or farther away, is bounded
BEST_PLUS = (  # density; near the degrees where the shares of rows are equal; half of the L¹ distance of sorted degrees
    ("1/5", "0.03058883427924149", "0.4723112757085782", "0.027992516176144"),
    ("1/20", "0.4538882176111836", "1.4847517157378776", "0.003982034281796"),
)
BEST_MINUS = (
    ("1/5", "0.026678819906665232", "0.4176081357242082", "0.026803307088625"),
    ("1/20", "0.342669452209727", "1.251184192198804", "0.003939568988419"),
)
BEST_SIGNS = (("1/5", "0.12609270280491727", "0.005262786875514"), ("1/20", "0.7188564608823701", "0.002065819711469"))
LARGE, ROUGH = sp.Integer(14), sp.Rational(1, 10**8)  # at larger s the shares, times the degrees, differ by less


@enclosed(sign_in_the_limit)
def thresholds_keep_the_density(
    threshold_one: sp.Expr,
    threshold_plus: sp.Expr,
    threshold_minus: sp.Expr,
    density_plus: sp.Expr,
    density_minus: sp.Expr,
    trial: Trial,
) -> Findings:
    """The density at each threshold is ρ, and the threshold is positive."""
    points = [{rho: kept} for kept in (TWENTIETH, FIFTH)]
    of_each = ((threshold_one, density_one), (threshold_plus, density_plus), (threshold_minus, density_minus))
    for threshold, density in of_each:
        yield trial.same(Let(density, [(t, threshold)]), rho, by=None, at=points)
        yield trial.below(sp.S.Zero, threshold, at=points, strict=True)


@enclosed(sign_in_the_limit)
def products_have_these_tails(
    chance_plus: sp.Expr, chance_minus: sp.Expr, larger: sp.Expr, smaller: sp.Expr, trial: Trial
) -> Findings:
    """The mean, over the sum or the difference of two moduli, of the chance that a third one, times it, exceeds m."""
    y = sp.Symbol("y", positive=True)
    for chance, tail in ((chance_plus, larger), (chance_minus, smaller)):
        density = -sp.diff(tail, m).subs(m, y)
        mean = sp.Integral(half_normal.at(m / y) * density, (y, 0, sp.oo))
        yield trial.same(chance, mean, by=None, at=[{m: HALF}, {m: sp.Integer(2)}])


@enclosed(sign_in_the_limit)
def rows_with_two_gates_have_this_degree(
    alike_plus: sp.Expr, alike_minus: sp.Expr, degree_plus: sp.Expr, degree_minus: sp.Expr, trial: Trial
) -> Findings:
    """The degree at a = t/v is that of a row with one open gate at a = t/s."""
    points = [{s: each} for each in (sp.Rational(1, 10), sp.Integer(1))]
    for alike, degree in ((alike_plus, degree_plus), (alike_minus, degree_minus)):
        yield trial.same(Let(2 * degree.subs(a, t / v), [(v, alike)]), product_survival(s), by=None, at=points)


def both_parts(least: sp.Expr, between: sp.Expr, trial: Trial, density: sp.Expr, *cuts: sp.Expr) -> Findings:
    """What lies outside of the two cuts has the modulus of the least distance, up to a bound of what is not integrated; this is positive.

    Between these ends there are all degrees but the largest, which few rows have, and the smallest ones. The cuts are near the degrees at which the
    shares of rows are equal.
    """
    above = between.xreplace({s_1: NEAR, v_1: NEAR, u_1: NEAR, s_2: s_1, v_2: v_1, u_2: u_1})
    below = between.xreplace({s_1: s_2, v_1: v_2, u_1: u_2, s_2: FAR, v_2: FAR, u_2: FAR})
    beyond = 2 * half_normal.at(t_1 / NEAR) + product_survival(FAR) + product_survival(FAR / sp.sqrt(2))
    point = {rho: density, s_1: cuts[0], s_2: cuts[1]}
    yield trial.below(Let(sp.Abs(least - sp.Abs(above + below)), NAMED), Let(beyond, NAMED), at=[point])
    yield trial.below(sp.S.Zero, Let(least, NAMED), at=[point], strict=True)


@enclosed(sign_in_the_limit)
def parts_of_equal_residuals(least_plus: sp.Expr, between_plus: sp.Expr, trial: Trial) -> Findings:
    """The residuals (1, 1) against (1, 0), at the density 1/5."""
    yield from both_parts(least_plus, between_plus, trial, FIFTH, sp.Rational(1, 30), HALF)


@enclosed(sign_in_the_limit)
def parts_of_opposite_residuals(least_minus: sp.Expr, between_minus: sp.Expr, trial: Trial) -> Findings:
    """The residuals (1, −1) against (1, 0), at the density 1/20."""
    yield from both_parts(least_minus, between_minus, trial, TWENTIETH, sp.Rational(2, 5), sp.Rational(5, 4))


@enclosed(sign_in_the_limit)
def parts_of_both_signs(least_signs: sp.Expr, between_signs: sp.Expr, trial: Trial) -> Findings:
    """The residuals (1, 1) against (1, −1), at the density 1/5."""
    yield from both_parts(least_signs, between_signs, trial, FIFTH, sp.Rational(1, 6), sp.Integer(6))


def best_cuts(least: sp.Expr, shares: Sequence[sp.Expr], level: sp.Symbol, numbers: Numbers, trial: Trial) -> Findings:
    """Against one sample: at cuts where the shares of rows are equal the least distance is half of the L¹ distance of sorted degrees."""
    named = [pair for pair in NAMED if pair[0] in (t_1, level)]
    for kept, low, high, half in (map(sp.Rational, each) for each in numbers):
        point = {rho: kept}
        distance = Let(sp.Abs(least - half), NAMED)
        yield trial.below(distance, CLOSE / 4, at=[{**point, s_1: low, s_2: high}])
        yield from two_cuts(trial, shares, named, point, low, high)


@enclosed(sign_in_the_limit, cost=5)
def best_cuts_of_equal_residuals(
    least_plus: sp.Expr,
    share_one: sp.Expr,
    share_single: sp.Expr,
    share_both: sp.Expr,
    alike_plus: sp.Expr,
    trial: Trial,
) -> Findings:
    """Half of the L¹ distance of sorted degrees, up to 1/10¹²: the residuals (1, 1) against (1, 0)."""
    both = Let(share_both.subs(t, t_2), [(v, alike_plus)])
    shares = (share_one.subs(t, t_1), share_single.subs(t, t_2) + both)
    yield from best_cuts(least_plus, shares, t_2, BEST_PLUS, trial)


@enclosed(sign_in_the_limit, cost=5)
def best_cuts_of_opposite_residuals(
    least_minus: sp.Expr,
    share_one: sp.Expr,
    share_single: sp.Expr,
    share_both: sp.Expr,
    alike_minus: sp.Expr,
    trial: Trial,
) -> Findings:
    """The same for the residuals (1, −1) against (1, 0)."""
    both = Let(share_both.subs(t, t_3), [(v, alike_minus)])
    shares = (share_one.subs(t, t_1), share_single.subs(t, t_3) + both)
    yield from best_cuts(least_minus, shares, t_3, BEST_MINUS, trial)


def towards(cut: sp.Expr, far: sp.Expr, factor: sp.Expr, ratio: sp.Expr) -> list[sp.Expr]:
    """Values from a far one to half or twice the cut, each times the factor; from there rungs to a ten thousandth of the cut."""
    values = [far]
    while not cut / 2 <= values[-1] <= 2 * cut:
        values.append(values[-1] * factor)
    return values[:-1] + rungs(cut, values[-1], ratio, 10**4)


@enclosed(sign_in_the_limit, cost=15)
def best_cut_of_both_signs(
    least_signs: sp.Expr,
    alive: sp.Expr,
    share_single: sp.Expr,
    share_both: sp.Expr,
    alike_plus: sp.Expr,
    alike_minus: sp.Expr,
    trial: Trial,
) -> Findings:
    """Half of the L¹ distance of sorted degrees, up to 1/10⁸: the residuals (1, 1) against (1, −1), where the shares are equal at one cut."""
    plus, minus = (
        share_single.subs(t, threshold) + Let(share_both.subs(t, threshold), [(v, alike)])
        for threshold, alike in ((t_2, alike_plus), (t_3, alike_minus))
    )
    named = [pair for pair in NAMED if pair[0] in (t_2, t_3)]
    for kept, cut, half in (map(sp.Rational, each) for each in BEST_SIGNS):
        point = {rho: kept}
        distance = Let(sp.Abs(least_signs - half), NAMED)
        yield trial.below(distance, ROUGH / 5, at=[{**point, s_1: cut, s_2: LARGE}])
        ratio = sp.Rational(6, 5) if kept == FIFTH else sp.Rational(11, 10)
        outside = towards(cut, cut / 100, sp.Rational(5, 4), ratio)
        inside = towards(cut, LARGE, sp.Rational(24, 25), ratio)
        shares, slack = (minus, plus), ROUGH / 4
        yield from shares_cross_at_the_cuts(trial, shares, named[::-1], point, [outside], [inside], slack)
        beyond = Let((alive - plus) * product_survival(s) / 2, named)
        yield trial.below(beyond, ROUGH / 2, at=[{**point, s: LARGE}])


@enclosed(sign_in_the_limit, cost=1.5)
def largest_degrees_are_those_of_equal_residuals(degree_plus: sp.Expr, degree_minus: sp.Expr, trial: Trial) -> Findings:
    """Of the degrees that the check of both signs leaves out, at s below a hundredth of the cut and above ½: more rows of (1, 1) have a larger one.

    The degree at a = t/v falls in v. So from v₁ to v₂ this is so if the degree of (1, 1) at v₂ exceeds that of (1, −1) at v₁t₃/t₂. Hardly any row has
    a larger degree than at the first v, and hardly any row with one gate has one of these degrees.
    """
    plus, minus = (2 * degree.subs(a, t / v) for degree in (degree_plus, degree_minus))
    named = [pair for pair in NAMED if pair[0] in (t_2, t_3)]
    grid = [sp.Rational(k, 128) for k in range(4, 41)]
    for kept, cut, _ in (map(sp.Rational, each) for each in BEST_SIGNS):
        point = {rho: kept}
        cells = [{**point, v_1: low, v_2: high} for low, high in itertools.pairwise(grid)]
        yield trial.below(Let(minus.subs(v, v_1 * t_3 / t_2), named), plus.subs(v, v_2), at=cells, strict=True)
        yield trial.below(Let(half_normal.at(t_2 / v), named), CLOSE / 4, at=[{**point, v: grid[0]}])
        yield trial.below(plus, product_survival(s), at=[{v: grid[-1], s: cut / 100}])
        yield trial.below(Let(half_normal.at(t_3 / s), named), CLOSE / 4, at=[{**point, s: cut / 100}])


def drawn_entries(rng: np.random.Generator, size: int, level: float, readout: float, sign: float) -> tuple[int, ...]:
    """Of `size` independent entries of the limit: how many have a score above the level; in how many rows both gates are open, or none; and how
    many entries of a row with two open gates and this readout weight have a score above the level.

    Preactivations of a row have the correlation 1/π.
    """
    weight, output, one, other, above, below = rng.standard_normal((6, size))
    first, second = above > 0, above / np.pi + np.sqrt(1 - 1 / np.pi**2) * below > 0
    one, other = np.maximum(one, 0), np.maximum(other, 0)
    scores = np.abs(weight * output * (one * first + sign * other * second))
    of_row = np.abs(weight * readout * (one + sign * other))
    both, none = first & second, ~(first | second)
    return tuple(int(each.sum()) for each in (scores > level, both, none, of_row > level))


@statistical(sign_in_the_limit, tests=8)
def drawn_scores_have_these_densities(
    density_plus: sp.Expr,
    density_minus: sp.Expr,
    degree_plus: sp.Expr,
    degree_minus: sp.Expr,
    both_open: sp.Expr,
    alive: sp.Expr,
    trial: Trial,
) -> Findings:
    """Weights, readouts, preactivations and gates are drawn, for both signs."""
    size, level, readout = trial.size(200_000), sp.Rational(1, 3), sp.Rational(3, 4)
    for sign, density, degree in ((1.0, density_plus, degree_plus), (-1.0, density_minus, degree_minus)):
        kept, both, none, of_row = trial.draw(drawn_entries, size, float(level), float(readout), sign)
        yield trial.counts(kept, size, trial.value(density, {t: level}))
        yield trial.counts(both, size, trial.value(both_open))
        yield trial.counts(size - none, size, trial.value(alive))
        yield trial.counts(of_row, size, trial.value(degree, {t: level, a: readout}))


def drawn_rows(rng: np.random.Generator, size: int, level: float) -> tuple[int, int, int]:
    """Of `size` rows: how many have just one open gate, two, or the first one, and a readout weight above the level."""
    readout, above, below = rng.standard_normal((3, size))
    first, second = above > 0, above / np.pi + np.sqrt(1 - 1 / np.pi**2) * below > 0
    large = np.abs(readout) > level
    return int((large & (first ^ second)).sum()), int((large & first & second).sum()), int((large & first).sum())


@statistical(sign_in_the_limit, tests=3)
def drawn_rows_have_these_shares(
    share_one: sp.Expr, share_single: sp.Expr, share_both: sp.Expr, trial: Trial
) -> Findings:
    """Readouts and gates of rows are drawn."""
    size, level, value = trial.size(100_000), sp.Rational(1, 3), sp.Rational(1, 2)
    single, both, first = trial.draw(drawn_rows, size, float(level / value))
    yield trial.counts(single, size, trial.value(share_single, {t: level, s: value}))
    yield trial.counts(both, size, trial.value(share_both, {t: level, v: value}))
    yield trial.counts(first, size, trial.value(share_one, {t: level, s: value}))
