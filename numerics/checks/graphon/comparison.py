"""Evidence for G1.2: cut norms beside normal sums of rows and columns."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.graphon.concentration import outcomes
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.theory.graphon import concentration
from sparse_limits.theory.graphon.comparison import (
    COLUMN_CLASSES,
    ROW_CLASSES,
    any_mean,
    best_rate,
    column_roots,
    difference_chance,
    differing,
    fluctuation,
    increments,
    largest_scale,
    low_mean,
    mean_bound,
    normal_comparison,
    normal_density,
    normal_mean,
    normal_rate,
    normal_tail,
    positive_part,
    row_roots,
    scale,
    sides,
    sign_scale,
    spare,
    spare_slope,
    z,
)
from sparse_limits.theory.graphon.concentration import bernstein_rate, hoeffding_rate
from sparse_limits.theory.graphon.symbols import delta, m, n, p, s, variance

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
QUARTER = sp.Rational(1, 4)


@exact(normal_comparison, step="beyond a threshold")
@control("both tails", normal_tail=2 * normal_tail)
@control("the other tail", normal_tail=1 - normal_tail)
@control("density 10 % more", normal_density=ELEVEN * normal_density)
@control("density of variance 2", normal_density=sp.exp(-(z**2) / 4) / sp.sqrt(4 * sp.pi))
def density_is_the_mean_beyond(normal_tail: sp.Expr, normal_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """−φ′ = zφ and minus the slope of the tail is φ; both fall to 0, and the tail from 1."""
    yield trial.same(normal_tail.diff(z), -normal_density)
    yield trial.same(normal_density.diff(z), -z * normal_density)
    for each, ends in ((normal_tail, (1, 0)), (normal_density, (0, 0))):
        for place, end in zip((-sp.oo, sp.oo), ends, strict=True):
            yield trial.same(sp.limit(each, z, place), end)


@exact(normal_comparison, step="conditional mean")
@control("the density for the tail", scale=normal_density)
@control("one tail", scale=normal_tail / normal_density)
@control("10 % more", scale=ELEVEN * scale)
@control("both tails", normal_tail=2 * normal_tail)
@control("density 10 % more", normal_density=ELEVEN * normal_density)
def conditional_means_are_the_values(
    normal_tail: sp.Expr, normal_density: sp.Expr, scale: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """σφ/p and −σφ/(1 − p) are the values 1 − p and −p of an entry less its mean."""
    for sign, chance, value in ((1, normal_tail, 1 - normal_tail), (-1, 1 - normal_tail, -normal_tail)):
        yield trial.same(sign * scale * normal_density / chance, value)


def by_error_functions(expression: sp.Expr) -> sp.Expr:
    """Tails as error functions, which are odd."""
    return sp.expand(expression.rewrite(sp.erf))


@exact(normal_comparison, step="slope")
@control("half the variance", spare=spare + normal_tail * (1 - normal_tail) / 2)
@control("the tail alone", spare=largest_scale * normal_density - normal_tail)
@control("10 % more", spare=ELEVEN * spare)
@control("slope without the line", spare_slope=sp.erf(z / sp.sqrt(2)))
@control("slope of one tail", spare_slope=spare_slope / 2)
@control("density 10 % more", normal_density=ELEVEN * normal_density)
def spare_grows_and_then_falls(
    normal_density: sp.Expr, spare: sp.Expr, spare_slope: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The slope; its sign: 0 and rising at z = 0, concave, −∞ in the end; the ends of what it is the slope of."""
    beyond = sp.Symbol("z", nonnegative=True)
    yield trial.same(spare.diff(z), normal_density * spare_slope, by=by_error_functions)
    yield trial.same(spare, spare.subs(z, -z), by=by_error_functions)
    yield trial.same(spare_slope.subs(z, 0), 0)
    yield trial.nonnegative(spare_slope.diff(z).subs(z, 0), (4 - sp.pi) / sp.sqrt(8 * sp.pi))
    bend = beyond * sp.sqrt(2 / sp.pi) * sp.exp(-(beyond**2) / 2)
    yield trial.nonnegative(-spare_slope.diff(z, 2).subs(z, beyond), bend)
    yield trial.holds(sp.limit(spare_slope, z, sp.oo) == -sp.oo, "the slope is negative in the end")
    yield trial.same(spare.subs(z, 0), 0)
    yield trial.same(sp.limit(spare, z, sp.oo), 0)


@exact(normal_comparison, step="largest scale")
@control("the deviation ½ of a fair coin", largest_scale=sp.Rational(1, 2))
@control("10 % more", largest_scale=ELEVEN * largest_scale)
@control("10 % less", largest_scale=NINE * largest_scale)
@control("one tail", scale=normal_tail / normal_density)
@control("without the tails", spare=largest_scale * normal_density)
def scale_is_largest_for_fair_coins(
    scale: sp.Expr, spare: sp.Expr, largest_scale: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What the largest scale leaves, times φ, is the spare part; it is the scale at z = 0."""
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    yield trial.same((largest_scale - scale) * density, spare)
    yield trial.same(scale.subs(z, 0), largest_scale)


@enclosed(normal_comparison, step="largest scale")
@control("the deviation ½ of a fair coin", largest_scale=sp.Rational(1, 2))
@control("10 % less", largest_scale=NINE * largest_scale)
@control("one tail", scale=normal_tail / normal_density)
def scale_is_nowhere_larger(scale: sp.Expr, largest_scale: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """It is even; up to z = 2 it is no larger by balls. Beyond, φ/z less the tail falls to 0, so that σ ≤ 1/z."""
    y, sure = sp.Symbol("y", nonnegative=True), sp.Integer(2)
    yield trial.same(scale * normal_density, normal_tail * (1 - normal_tail))
    yield trial.same(scale, scale.subs(z, -z), by=by_error_functions)
    yield trial.everywhere(scale, largest_scale, within={z: (0, sure)}, zero={z: (0, 2)})
    spare_tail = normal_density / z - normal_tail
    yield trial.nonnegative(-spare_tail.diff(z) / normal_density, (sure + y) ** -2, where={z: sure + y}, strict=True)
    yield trial.same(sp.limit(spare_tail, z, sp.oo), 0)
    room = sp.sqrt(sp.pi / 8) - 1 / sure + y / (sure * (sure + y))
    yield trial.nonnegative(largest_scale - 1 / z, room, where={z: sure + y}, strict=True)


@exact(normal_comparison, step="two rectangles")
@control("shared entries counted once", differing=differing + ROW_CLASSES[0] * COLUMN_CLASSES[0])
@control("rows alone", increments=sum(COLUMN_CLASSES) * (ROW_CLASSES[1] + ROW_CLASSES[2]))
@control("lines of the other side", increments=increments.subs(dict(zip(ROW_CLASSES, COLUMN_CLASSES, strict=True))))
@control("10 % less", increments=NINE * increments)
@control("10 % more", increments=ELEVEN * increments)
def entries_of_one_rectangle_alone(differing: sp.Expr, increments: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Entry by entry, by the classes of its row and column: in one rectangle alone; in lines that one set alone has."""
    left = counted = sp.S.Zero
    for i, j in product(range(4), repeat=2):
        entries = ROW_CLASSES[i] * COLUMN_CLASSES[j]
        in_one = int((i in (0, 1) and j in (0, 1)) != (i in (0, 2) and j in (0, 2)))
        lines = int(i in (1, 2)) + int(j in (1, 2))
        counted += in_one * entries
        left += (lines - in_one) * entries
    yield trial.same(differing, counted, by=sp.expand)
    yield trial.nonnegative(increments - differing, left, by=sp.expand)


@exact(normal_comparison, step="positive parts")
@control("the mean modulus", positive_part=2 * positive_part)
@control("10 % more", positive_part=ELEVEN * positive_part)
@control("rows alone", normal_mean=positive_part / sp.sqrt(m))
@control("10 % less", normal_mean=NINE * normal_mean)
@control("density 10 % more", normal_density=ELEVEN * normal_density)
def positive_parts_add_up(
    normal_density: sp.Expr, positive_part: sp.Expr, normal_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """E g₊ is the mean beyond 0; m parts times √n and n parts times √m, over mn."""
    yield trial.same(positive_part, normal_density.subs(z, 0))
    yield trial.same(m * n * normal_mean, (m * sp.sqrt(n) + n * sp.sqrt(m)) * positive_part)


@exact(normal_comparison, step="any probabilities")
@control("rows alone", any_mean=QUARTER / sp.sqrt(m))
@control("10 % more", any_mean=ELEVEN * any_mean)
@control("10 % less", any_mean=NINE * any_mean)
@control("the deviation ½ of a fair coin", largest_scale=sp.Rational(1, 2))
@control("the mean modulus", normal_mean=2 * normal_mean)
def quarter_is_scale_times_part(
    largest_scale: sp.Expr, normal_mean: sp.Expr, any_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The largest scale times the normal mean."""
    yield trial.same(any_mean, largest_scale * normal_mean)


@exact(normal_comparison, step="a second copy")
@control("one order of both", difference_chance=p * (1 - p))
@control("equal entries", difference_chance=1 - difference_chance)
@control("10 % more", difference_chance=ELEVEN * difference_chance)
def copies_differ_by_a_fair_sign(difference_chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The chance of each difference, over both values of both copies."""
    chances = dict.fromkeys((-1, 0, 1), sp.S.Zero)
    for (first, value, _), (second, other, _) in product(outcomes(), repeat=2):
        chances[int(sp.expand(value - other))] += first * second
    yield trial.same(chances[1] + chances[-1], difference_chance)
    yield trial.same(chances[1], difference_chance / 2)


@exact(normal_comparison, step="signs")
@control("without it", sign_scale=sp.S.One)
@control("the inverse", sign_scale=1 / sign_scale)
@control("10 % less", sign_scale=NINE * sign_scale)
@control("the mean modulus", positive_part=2 * positive_part)
def scaled_modulus_has_mean_one(positive_part: sp.Expr, sign_scale: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Given g > 0, of chance ½, the mean of the scaled g is 1."""
    yield trial.same(sign_scale * positive_part / sp.Rational(1, 2), 1)


@exact(normal_comparison, step="roots")
@control("the variance of one copy", row_roots=m * sp.sqrt(n * variance))
@control("10 % more", column_roots=ELEVEN * column_roots)
@control("sides exchanged", column_roots=row_roots)
@control("one order of both", difference_chance=difference_chance / 2)
@control("of all entries of a column", row_roots=n * row_roots)
def roots_of_mean_sums(
    difference_chance: sp.Expr, row_roots: sp.Expr, column_roots: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """k roots are at most k times the root of the average; the chance is twice the variance of an entry, 2mnV in all."""
    ones = 2 * m * n * variance
    for lines, roots in ((m, row_roots), (n, column_roots)):
        yield trial.same(roots**2, lines**2 * ones / lines)
    entry = sum(chance * value**2 for chance, value, _ in outcomes())
    yield trial.same(difference_chance, 2 * entry)


@exact(normal_comparison, step="low density")
@control("the deviation of an entry", low_mean=sp.sqrt(variance) * sides)
@control("10 % more", low_mean=ELEVEN * low_mean)
@control("rows alone", low_mean=sp.sqrt(variance / 2) / sp.sqrt(n))
@control("signs without their scale", sign_scale=sp.S.One)
@control("the mean modulus", positive_part=2 * positive_part)
@control("rows of one copy", row_roots=row_roots / sp.sqrt(2))
@control("columns of one copy", column_roots=column_roots / sp.sqrt(2))
def low_mean_is_that_of_the_roots(
    positive_part: sp.Expr,
    sign_scale: sp.Expr,
    row_roots: sp.Expr,
    column_roots: sp.Expr,
    low_mean: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The scale of a sign times the mean of a positive part times the roots, over mn."""
    yield trial.same(m * n * low_mean, sign_scale * positive_part * (row_roots + column_roots))


@exact(normal_comparison, step="mean")
@control("the quarter alone", mean_bound=any_mean)
@control("the variance alone", mean_bound=low_mean)
@control("the larger", mean_bound=sp.Max(QUARTER, sp.sqrt(variance / 2)) * sides)
@control("any probabilities 10 % more", any_mean=ELEVEN * any_mean)
@control("low density 10 % less", low_mean=NINE * low_mean)
def mean_is_the_smaller_one(
    any_mean: sp.Expr, low_mean: sp.Expr, mean_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """By the sum of the sides; at a low and at the highest variance too."""
    at = [{m: 2, n: 3, variance: each} for each in (sp.Rational(1, 50), QUARTER)]
    both = mean_bound, sides * sp.Min(any_mean / sides, low_mean / sides)
    yield trial.same(*both)
    yield trial.same(*both, at=at)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms."""
    return split_logarithms(expression)


@exact(normal_comparison, step="two signs")
@control("one sign", fluctuation=fluctuation.subs(delta, 2 * delta))
@control("two moved entries", fluctuation=2 * fluctuation)
@control("half the exponent", one_failure=sp.exp(-m * n * s**2))
@control("one row", one_failure=sp.exp(-2 * n * s**2))
@control("10 % less", fluctuation=NINE * fluctuation)
def two_sums_fail_with_delta(one_failure: sp.Expr, fluctuation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The exponent 2s² over mn squares of 1/mn; at the fluctuation it is ln(2/δ)."""
    change = 1 / (m * n)
    yield trial.same(sp.log(one_failure), -2 * s**2 / (m * n * change**2), by=reduce)
    exponent = -expanded_logarithms(sp.log(one_failure)) / s**2
    yield trial.same(fluctuation**2, sp.log(2 / delta) / exponent, by=reduce)


@exact(normal_comparison, step="rate")
@control("the mean alone", normal_rate=mean_bound)
@control("the fluctuation alone", normal_rate=fluctuation)
@control("10 % more", normal_rate=ELEVEN * normal_rate)
@control("the quarter alone", mean_bound=any_mean)
@control("one sign", fluctuation=fluctuation.subs(delta, 2 * delta))
def rate_is_mean_and_fluctuation(
    mean_bound: sp.Expr, fluctuation: sp.Expr, normal_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Their sum, at a low and at the highest variance, and for all."""
    at = [{m: 2, n: 3, delta: QUARTER, variance: each} for each in (sp.Rational(1, 50), QUARTER)]
    yield trial.same(normal_rate, mean_bound + fluctuation)
    yield trial.same(normal_rate, mean_bound + fluctuation, at=at)


SURE = sp.Rational(1, 10**30)
SMALLEST = (  # where each of three rates is the smallest
    (0, {m: 3, n: 3, delta: SURE, variance: QUARTER}),
    (1, {m: 64, n: 64, delta: SURE, variance: sp.Rational(1, 50)}),
    (2, {m: 64, n: 64, delta: QUARTER, variance: QUARTER}),
    (2, {m: 4096, n: 4096, delta: QUARTER, variance: sp.Rational(1, 50)}),
)


@enclosed(normal_comparison, step="least")
@control("the normal rate alone", best_rate=normal_rate)
@control("the union over sets alone", best_rate=sp.Min(hoeffding_rate, bernstein_rate))
@control("the largest", best_rate=sp.Max(hoeffding_rate, bernstein_rate, normal_rate))
@control("10 % less", best_rate=NINE * best_rate)
@control("Hoeffding 10 % less", hoeffding_rate=NINE * hoeffding_rate)
@control("Bernstein 10 % less", bernstein_rate=NINE * bernstein_rate)
@control("the mean alone", normal_rate=mean_bound)
def best_rate_is_the_least_of_three(
    hoeffding_rate: sp.Expr, bernstein_rate: sp.Expr, normal_rate: sp.Expr, best_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The rates of G1.1; where each of the three is the smallest (those of G1.1 for a small δ, and at low density), and for all."""
    rates = hoeffding_rate, bernstein_rate, normal_rate
    for rate, older in zip(rates, (concentration.hoeffding_rate, concentration.bernstein_rate), strict=False):
        yield trial.same(rate, older)
    yield trial.same(best_rate, trial.once(sp.Min, *rates), by=None)
    for place, point in SMALLEST:
        values = [trial.value(each, point) for each in rates]
        yield trial.holds(values.index(min(values)) == place, f"the smallest of {values}")
        yield trial.same(best_rate, rates[place], by=None, at=[point])
