"""Evidence for G3.3: the distance of a kernel from its values at random latents, sorted."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.graphon.discretisation import at, reduce
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.evidence.simplifying import over
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.graphon.sorted_latents import (
    cut,
    fall,
    latents,
    level_deviation,
    mean_sorted_error,
    rise,
    share,
    sorted_error,
    sorted_latents,
    step_error,
    step_share,
    tail,
    two_sides,
    variable_error,
)
from sparse_limits.theory.graphon.symbols import delta, m, n, s

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def beyond_on_one_side(size: int, far: sp.Rational) -> sp.Rational:
    """The probability that some k-th smallest of n uniform numbers is below k/n − s, from the volume of all others."""
    place = sp.Symbol("u", positive=True)
    volume = sp.Poly(1, place)  # of u_1 < … < u_k below u, each above its bound
    for k in range(1, size + 1):
        grown = volume.integrate(place)
        volume = grown - grown.eval(sp.Max(sp.Rational(k, size) - far, 0))
    return 1 - sp.factorial(size) * volume.eval(1)


@exact(sorted_latents)
@control("one side", two_sides=two_sides / 2)
@control("10 % less", two_sides=NINE * two_sides)
@control("of one number more", two_sides=two_sides.subs(n, n + 1))
def two_sides_are_twice_one(two_sides: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Up to five uniform numbers: the volume of those in order that do not exceed s; s is at least a half."""
    for size, far in product((1, 2, 3, 5), (sp.Rational(1, 2), sp.Rational(2, 3))):
        yield trial.same(written_out(two_sides, {n: sp.Integer(size), s: far}), 2 * beyond_on_one_side(size, far))


@exact(sorted_latents, step="deviation at a level")
@control("the variance", level_deviation=level_deviation**2)
@control("of one latent", level_deviation=sp.sqrt(m) * level_deviation)
@control("10 % more", level_deviation=ELEVEN * level_deviation)
def squares_of_binomial_deviations(level_deviation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of (k/m − c)² under the binomial law, term by term for up to five latents."""
    cases = []
    for size in range(1, 6):
        weights = [comb(size, k) * cut**k * (1 - cut) ** (size - k) for k in range(size + 1)]
        mean = sum((sp.Rational(k, size) - cut) ** 2 * weight for k, weight in enumerate(weights))
        cases.append((level_deviation.subs(m, size) ** 2, mean))
    yield trial.at_sizes(cases, "numbers of latents")


@exact(sorted_latents, step="mean error")
@control("variance for deviation", mean_sorted_error=(1 / m + 1 / n) / 4)
@control("not halved", mean_sorted_error=2 * mean_sorted_error)
@control("10 % less", mean_sorted_error=NINE * mean_sorted_error)
@control("the larger of the two terms", mean_sorted_error=1 / (2 * sp.sqrt(m)))
@control("of one latent", level_deviation=sp.sqrt(m) * level_deviation)
def worst_level_is_a_half(level_deviation: sp.Expr, mean_sorted_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The deviation at ½ for rows and columns; its square there is more by (c − ½)²/m."""
    half = level_deviation.subs(cut, sp.Rational(1, 2))
    yield trial.same(mean_sorted_error, half + half.subs(m, n))
    yield trial.nonnegative(half**2 - level_deviation**2, (cut - sp.Rational(1, 2)) ** 2 / m)


def mean_deviation(size: int, level: Fraction) -> Fraction:
    """E|F(c) − c| for the empirical distribution function F of `size` uniform numbers, term by term."""
    weights = [comb(size, k) * level**k * (1 - level) ** (size - k) for k in range(size + 1)]
    return sum((abs(Fraction(k, size) - level) * weight for k, weight in enumerate(weights)), Fraction(0))


@exact(sorted_latents, step="mean error")
@control("variance for deviation", mean_sorted_error=(1 / m + 1 / n) / 4)
@control("not halved", mean_sorted_error=2 * mean_sorted_error)
@control("10 % less", mean_sorted_error=NINE * mean_sorted_error)
@control("the bound as its own value", step_error=1 / (2 * sp.sqrt(m)))
@control("the whole central weight", step_error=2 * step_error)
@control("a normal step for every size", step_error=1 / sp.sqrt(2 * sp.pi * m))
def mean_error_is_that_of_a_binomial(
    mean_sorted_error: sp.Expr, step_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At most the largest binomial deviation, attained at size one; steps by enumeration of the law."""
    c = sp.Symbol("c", positive=True)
    variance = c * (1 - c) ** 2 + (1 - c) * c**2  # of 1{X ≤ c}
    (worst,) = sp.solve(sp.diff(variance, c), c)
    one = sp.sqrt(variance.subs(c, worst) / m)
    yield trial.same(mean_sorted_error, one + one.subs(m, n))
    term = mean_sorted_error.subs(n, m) / 2
    for size in (1, 2, 5, 8):
        largest = max(mean_deviation(size, Fraction(k, 24)) for k in range(25))
        claimed = term.subs(m, size)
        yield trial.holds(sp.Rational(largest) <= claimed, f"largest mean deviation {largest}, bound {claimed}")
        if size == 1:
            yield trial.holds(sp.Rational(largest) == claimed, f"largest mean deviation {largest}, claimed {claimed}")
        if size % 2 == 0:
            at_half, stated = mean_deviation(size, Fraction(1, 2)), step_error.subs(m, size)
            yield trial.holds(sp.Rational(at_half) == stated, f"step at ½: {at_half}, claimed {stated}")


@enclosed(sorted_latents)
@control("sharp", step_share=sp.Integer(1))
@control("10 % less", step_share=NINE * sp.sqrt(2 / sp.pi))
@control("the whole central weight", step_error=2 * step_error)
@control("not halved", mean_sorted_error=2 * mean_sorted_error)
def steps_have_their_share_of_the_bound(
    step_share: sp.Expr, step_error: sp.Expr, mean_sorted_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Between √(m/(m + 1)) times the limit and the limit, from 2 to 40 latents, and for a million."""
    share = step_error / mean_sorted_error.subs(n, m) * 2
    for low, high in ((step_share * sp.sqrt(m / (m + 1)), share), (share, step_share)):
        yield trial.everywhere(low, high, integers={m: (2, 40)}, strict=True)
        yield trial.below(
            low, high, at=[{m: 10**6}], strict=True
        )  # boxes: large factorials; all m: *limit of the share*


def mean_rectangle_error(rows: int, columns: int, height: Fraction, width: Fraction) -> Fraction:
    """E‖W_P − W‖₁ at sorted uniform latents for W = 1 outside [0, height] × [0, width]: unlike rectangles, by law."""
    total = Fraction(0)
    for a, b in product(range(rows + 1), range(columns + 1)):
        chance = comb(rows, a) * height**a * (1 - height) ** (rows - a)
        chance *= comb(columns, b) * width**b * (1 - width) ** (columns - b)
        x, y = Fraction(a, rows), Fraction(b, columns)
        total += chance * (x * y + height * width - 2 * min(x, height) * min(y, width))
    return total


def largest_rectangle_error(rows: int, columns: int) -> Fraction:
    """The largest of these of rectangles with sides in eighths."""
    eighths = [Fraction(each, 8) for each in range(1, 9)]
    return max(mean_rectangle_error(rows, columns, *sides) for sides in product(eighths, repeat=2))


@exact(sorted_latents)
@control("the larger of the two terms", mean_sorted_error=1 / (2 * sp.sqrt(m)))
@control("a quarter less", mean_sorted_error=sp.Rational(3, 4) * mean_sorted_error)
def mean_errors_of_rectangles_stay_below(mean_sorted_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Kernels of both variables: the mean area between a rectangle and its sample, exactly."""
    for rows, columns in ((1, 1), (25, 1), (3, 4)):
        largest = trial.once(largest_rectangle_error, rows, columns)
        claimed = at(mean_sorted_error, rows, columns)
        yield trial.holds(sp.Rational(largest) <= claimed, f"mean error {largest}, bound {claimed}")


@exact(sorted_latents, step="one variable")
@control("one-sided DKW", empirical_failure=sp.exp(-2 * n * s**2))
@control("DKW with half the exponent", empirical_failure=2 * sp.exp(-n * s**2))
@control("all of δ", variable_error=variable_error.subs(delta, 2 * delta))
@control("10 % less", variable_error=NINE * variable_error)
def one_variable_fails_with_half(
    empirical_failure: sp.Expr, variable_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The logarithm of the bound is that of δ/2, and of what s² differs at other s."""
    away = 2 * n * (variable_error**2 - s**2)
    yield trial.same(sp.log(empirical_failure), sp.log(delta / 2) + away, by=reduce)


@exact(sorted_latents, step="sorted latents")
@control("rows only", sorted_error=sp.sqrt(sp.log(4 / delta) / (2 * m)))
@control("one share of δ for two events", sorted_error=sorted_error.subs(delta, 2 * delta))
@control("10 % less", sorted_error=NINE * sorted_error)
@control("one-sided DKW", empirical_failure=sp.exp(-2 * n * s**2))
@control("all of δ", variable_error=variable_error.subs(delta, 2 * delta))
def sorted_error_solves_its_failure_probability(
    empirical_failure: sp.Expr, variable_error: sp.Expr, sorted_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The errors of rows and of columns, each of which fails with δ/2."""
    yield trial.same(sorted_error, variable_error + variable_error.subs(n, m))
    one = sorted_error.subs(m, n) / 2
    yield trial.same(empirical_failure.subs(s, one), delta / 2, by=reduce)


@exact(sorted_latents, step="telescope")
@control("twice as much", tail=2 * tail)
@control("one more", tail=tail.subs(latents, latents + 1))
@control("10 % more", tail=ELEVEN * tail)
def binomial_tails_telescope(tail: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What it falls by from j to j + 1; that all of it is 0, and that it is 0 from m + 1 on."""
    falls = (latents - m / 2) * sp.binomial(m, latents)
    yield trial.same(tail - tail.subs(latents, latents + 1), falls, by=over(sp.binomial(m, latents)))
    yield trial.vanishes(tail.subs(latents, 0))
    yield trial.vanishes(tail.subs(latents, m + 1))


@exact(sorted_latents, step="step")
@control("the bound as its own value", step_error=1 / (2 * sp.sqrt(m)))
@control("the whole central weight", step_error=2 * step_error)
@control("10 % less", step_error=NINE * step_error)
@control("one side", tail=tail / 2)
def step_error_is_twice_the_tail(tail: sp.Expr, step_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The tail from m/2 on and as much below, over m and the number of all sets."""
    yield trial.same(step_error * m * 2**m, 2 * tail.subs(latents, m / 2))


@enclosed(sorted_latents)
@control("half a set", step_error=step_error + 1 / (2 * 2 ** (m + 1)))
@control("10 % more", step_error=ELEVEN * step_error)
def step_error_counts_sets(step_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Times 2^(m+1) it is the number of sets of half of the rows: a whole number, at which the sine of π times it is 0."""
    yield trial.below(sp.sin(sp.pi * 2 ** (m + 1) * step_error) ** 2, 0, needed="step_error")


@exact(sorted_latents, step="share")
@control("of both terms", share=share / 2)
@control("the central weight", share=sp.binomial(m, m / 2) / 2**m)
@control("10 % more", share=ELEVEN * share)
@control("the whole central weight", step_error=2 * step_error)
@control("variance for deviation", mean_sorted_error=(1 / m + 1 / n) / 4)
def step_has_a_share_of_the_first_term(
    mean_sorted_error: sp.Expr, step_error: sp.Expr, share: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean error of the step over what is left of the bound for ever more columns."""
    yield trial.same(share * sp.limit(mean_sorted_error, n, sp.oo), step_error)


@exact(sorted_latents, step="rise")
@control("no rise", rise=sp.S.Zero)
@control("of the share itself", rise=rise / 2)
@control("10 % more", rise=ELEVEN * rise)
@control("the central weight", share=sp.binomial(m, m / 2) / 2**m)
def square_of_the_share_rises(share: sp.Expr, rise: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square of the share at m + 2."""
    square = share**2
    yield trial.same(square.subs(m, m + 2), square * (1 + rise), by=over(square))
    yield trial.nonnegative(rise, 1 / (m * (m + 2)), strict=True)


@exact(sorted_latents, step="fall")
@control("no fall", fall=sp.S.Zero)
@control("as much as the rise", fall=rise)
@control("10 % more", fall=ELEVEN * fall)
@control("the central weight", share=sp.binomial(m, m / 2) / 2**m)
def square_of_the_larger_share_falls(share: sp.Expr, fall: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square of the share, (m + 1)/m times, at m + 2."""
    square = share**2 * (m + 1) / m
    yield trial.same(square.subs(m, m + 2), square * (1 - fall), by=over(square))
    yield trial.nonnegative(fall, 1 / (m + 2) ** 2, strict=True)


@exact(sorted_latents, step="limit of the share")
@control("sharp", step_share=sp.Integer(1))
@control("10 % less", step_share=NINE * step_share)
@control("the square", step_share=step_share**2)
@control("the central weight", share=sp.binomial(m, m / 2) / 2**m)
@control("no fall", fall=sp.S.Zero)
def share_is_a_product_of_wallis(share: sp.Expr, fall: sp.Expr, step_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The inverse of the larger square is the first factor at m = 2 and gains the factor of i = m/2 + 1; all are π/2."""
    i = sp.Symbol("i", integer=True, positive=True)
    factor = 4 * i**2 / (4 * i**2 - 1)
    yield trial.same(1 / (share**2 * (m + 1) / m).subs(m, 2), factor.subs(i, 1))
    yield trial.same(1 / (1 - fall), factor.subs(i, m / 2 + 1))
    yield trial.same(1 / step_share**2, sp.pi / 2)


def uniform_deviations(rng: np.random.Generator, samples: int, size: int) -> NDArray[np.floating]:
    """sup |F_n − id| of samples of uniform numbers. float[samples]"""
    points = np.sort(rng.random((samples, size)), axis=1)
    steps = np.arange(size + 1) / size
    largest: NDArray[np.floating] = np.maximum(steps[1:] - points, points - steps[:-1]).max(axis=1)
    return largest


@statistical(sorted_latents, tests=3)
@control("one-sided", empirical_failure=sp.exp(-2 * n * s**2))
@control("twice the exponent", empirical_failure=2 * sp.exp(-4 * n * s**2))
@control("the mean error", sorted_error=mean_sorted_error)
def empirical_distributions_deviate_no_more(
    empirical_failure: sp.Expr, sorted_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Dvoretzky–Kiefer–Wolfowitz on samples of 32 uniform numbers; at these levels the bound is nearly attained.

    In the last test one sample is that of the rows, one that of the columns.
    """
    deviations = trial.draw(uniform_deviations, trial.size(20_000), 32)
    for level in (sp.Rational(3, 16), sp.Rational(1, 4)):
        claimed = trial.value(empirical_failure, {n: 32, s: level})
        yield trial.counts(int((deviations > float(level)).sum()), len(deviations), claimed, side="above")
    both = deviations.reshape(2, -1).sum(axis=0)
    limit = trial.value(sorted_error, {m: 32, n: 32, delta: sp.Rational(1, 4)})
    yield trial.counts(int((both > limit).sum()), len(both), 0.25, side="above")
