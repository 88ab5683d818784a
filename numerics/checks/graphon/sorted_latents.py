"""Evidence for G3.3, besides its reasons: two sides are twice one; steps have their share of the bound; and more."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.theory.graphon.discretisation import at
from sparse_limits.theory.graphon.sorted_latents import sorted_latents
from sparse_limits.theory.graphon.symbols import delta, m, n, s


def beyond_on_one_side(size: int, far: sp.Rational) -> sp.Rational:
    """The probability that some k-th smallest of n uniform numbers is below k/n − s, from the volume of all others."""
    place = sp.Symbol("u", positive=True)
    volume = sp.Poly(1, place)  # of u_1 < … < u_k below u, each above its bound
    for k in range(1, size + 1):
        grown = volume.integrate(place)
        volume = grown - grown.eval(sp.Max(sp.Rational(k, size) - far, 0))
    return 1 - sp.factorial(size) * volume.eval(1)


@exact(sorted_latents)
def two_sides_are_twice_one(two_sides: sp.Expr, trial: Trial) -> Findings:
    """If s is at least a half, two sides fail twice as often as one.

    That one fails is found from a volume of ordered points, for up to five uniform numbers.
    """
    for size, far in product((1, 2, 3, 5), (sp.Rational(1, 2), sp.Rational(2, 3))):
        yield trial.same(written_out(two_sides, {n: sp.Integer(size), s: far}), 2 * beyond_on_one_side(size, far))


@enclosed(sorted_latents)
def steps_have_their_share_of_the_bound(
    step_share: sp.Expr, step_error: sp.Expr, mean_sorted_error: sp.Expr, trial: Trial
) -> Findings:
    """The share of the bound lies between √(m/(m + 1)) times its limit and the limit, for 2 to 40 latents, and for a million."""
    share = step_error / mean_sorted_error.subs(n, m) * 2
    for low, high in ((step_share * sp.sqrt(m / (m + 1)), share), (share, step_share)):
        yield trial.everywhere(low, high, integers={m: (2, 40)}, strict=True)
        yield trial.below(
            low, high, at=[{m: 10**6}], strict=True
        )  # boxes: large factorials; all m: *limit of the share*


def mean_rectangle_error(rows: int, columns: int, height: Fraction, width: Fraction) -> Fraction:
    """E‖W_P − W‖₁ at sorted uniform latents, for W = 1 outside [0, height] × [0, width], by binomial laws."""
    total = Fraction(0)
    for a, b in product(range(rows + 1), range(columns + 1)):
        chance = comb(rows, a) * height**a * (1 - height) ** (rows - a)
        chance *= comb(columns, b) * width**b * (1 - width) ** (columns - b)
        x, y = Fraction(a, rows), Fraction(b, columns)
        total += chance * (x * y + height * width - 2 * min(x, height) * min(y, width))
    return total


def largest_rectangle_error(rows: int, columns: int) -> Fraction:
    """The largest mean error of rectangles with sides in eighths."""
    eighths = [Fraction(each, 8) for each in range(1, 9)]
    return max(mean_rectangle_error(rows, columns, *sides) for sides in product(eighths, repeat=2))


@exact(sorted_latents)
def mean_errors_of_rectangles_stay_below(mean_sorted_error: sp.Expr, trial: Trial) -> Findings:
    """The mean area between a rectangle and its sample is at most the bound, exactly, for rectangles with sides in eighths."""
    for rows, columns in ((1, 1), (25, 1), (3, 4)):
        largest = trial.once(largest_rectangle_error, rows, columns)
        claimed = at(mean_sorted_error, rows, columns)
        yield trial.holds(sp.Rational(largest) <= claimed, f"mean error {largest}, bound {claimed}")


@exact(sorted_latents, step="one variable")
def one_variable_fails_with_half(empirical_failure: sp.Expr, variable_error: sp.Expr, trial: Trial) -> Findings:
    """At the error of one variable the failure is δ/2; at any s its logarithm differs by 2n times the difference of the squares."""
    away = 2 * n * (variable_error**2 - s**2)
    yield trial.same(sp.log(empirical_failure), sp.log(delta / 2) + away, by=split_logarithms)


@exact(sorted_latents, step="sorted latents")
def sorted_error_solves_its_failure_probability(
    empirical_failure: sp.Expr, variable_error: sp.Expr, sorted_error: sp.Expr, trial: Trial
) -> Findings:
    """The sorted error is the sum of the errors of rows and of columns, each of which fails with probability δ/2."""
    yield trial.same(sorted_error, variable_error + variable_error.subs(n, m))
    one = sorted_error.subs(m, n) / 2
    yield trial.same(empirical_failure.subs(s, one), delta / 2, by=split_logarithms)


@enclosed(sorted_latents)
def step_error_counts_sets(step_error: sp.Expr, trial: Trial) -> Findings:
    """Times 2^(m+1) the step error is a whole number, that of sets of half of the rows: the sine of π times it is 0."""
    yield trial.below(sp.sin(sp.pi * 2 ** (m + 1) * step_error) ** 2, 0, needed="step_error")


def uniform_deviations(rng: np.random.Generator, samples: int, size: int) -> NDArray[np.floating]:
    """sup |F_n − id| of samples of uniform numbers. float[samples]"""
    points = np.sort(rng.random((samples, size)), axis=1)
    steps = np.arange(size + 1) / size
    largest: NDArray[np.floating] = np.maximum(steps[1:] - points, points - steps[:-1]).max(axis=1)
    return largest


@statistical(sorted_latents, tests=3)
def empirical_distributions_deviate_no_more(
    empirical_failure: sp.Expr, sorted_error: sp.Expr, trial: Trial
) -> Findings:
    """Distribution functions of 32 uniform numbers deviate no more often than the bound (Dvoretzky–Kiefer–Wolfowitz).

    At these levels the bound is nearly attained. In the last test one sample is that of the rows, one that of the columns.
    """
    deviations = trial.draw(uniform_deviations, trial.size(20_000), 32)
    for level in (sp.Rational(3, 16), sp.Rational(1, 4)):
        claimed = trial.value(empirical_failure, {n: 32, s: level})
        yield trial.counts(int((deviations > float(level)).sum()), len(deviations), claimed, side="above")
    both = deviations.reshape(2, -1).sum(axis=0)
    limit = trial.value(sorted_error, {m: 32, n: 32, delta: sp.Rational(1, 4)})
    yield trial.counts(int((both > limit).sum()), len(both), 0.25, side="above")
