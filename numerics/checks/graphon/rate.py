"""Evidence for G5: the rate in cut norm is optimal."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.evidence.simplifying import over
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.rate import (
    first_term,
    j,
    last_share,
    last_term,
    least_rest,
    loss,
    mean_deviation,
    mean_rate,
    mode,
    next_term,
    ones,
    ones_remainder,
    optimal_rate,
    part,
    row_sum,
    stirling_error,
    stirling_loss,
    tail,
    weight,
    whole,
    whole_deviation,
    whole_remainder,
    z,
    zeros,
    zeros_remainder,
)
from sparse_limits.theory.graphon.symbols import n, p, variance

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(optimal_rate, step="two cuts")
@control("all rows", part=row_sum)
@control("half of it", part=part / 2)
@control("the other rows", part=part - row_sum)
@control("10 % more", part=ELEVEN * part)
def two_cuts_have_the_moduli(part: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Both parts of a row are its modulus, and their difference its sum; a row of positive sum has one part."""
    positive = sp.Symbol("x", positive=True)
    other = part.subs(row_sum, -row_sum)
    yield trial.same(part + other, sp.Abs(row_sum), by=by_moduli)
    yield trial.same(part - other, row_sum, by=by_moduli)
    yield trial.same(part.subs(row_sum, positive), positive)


def by_moduli(expression: sp.Expr) -> sp.Expr:
    """Maxima written with moduli, multiplied out."""
    return sp.expand(expression.rewrite(sp.Abs))


@exact(optimal_rate, step="the better cut")
@control("the whole sum of the rows", row_share=sp.Integer(1))
@control("10 % more", row_share=ELEVEN / 2)
@control("10 % less", row_share=NINE / 2)
@control("all rows", part=row_sum)
def better_cut_has_half(part: sp.Expr, row_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The larger of two cuts less the share of both is half of their distance; rows 1 and −1 give equal cuts."""
    first, second = sp.symbols("x y", nonnegative=True)
    better = sp.Max(first, second) - row_share * (first + second)
    yield trial.nonnegative(better, sp.Abs(first - second) / 2, by=by_moduli)
    cuts = [sum(part.subs(row_sum, sign * each) for each in (1, -1)) for sign in (1, -1)]
    yield trial.same(max(cuts), row_share * 2)


SHARP = (np.array([[1], [-1]]), np.array([[3, 1], [-2, -2]]))  # rows of one sign, balanced


def integer_matrices(rng: np.random.Generator) -> list[NDArray[np.int64]]:
    """Random integer matrices: centred masks, small integers, and one sign per row."""
    matrices = []
    for rows, columns in ((5, 8), (8, 3), (10, 10)):
        matrices.append(10 * (rng.random((rows, columns)) < 0.1).astype(np.int64) - 1)
        matrices.append(rng.integers(-9, 10, size=(rows, columns)))
        matrices.append(rng.integers(1, 10, size=(rows, columns)) * rng.choice([-1, 1], size=(rows, 1)))
    return matrices


@exact(optimal_rate, step="the better cut")
@control("the whole sum of the rows", row_share=sp.Integer(1))
@control("10 % more", row_share=ELEVEN / 2)
@control("10 % less", row_share=NINE / 2)
def rows_bound_the_cut_norm(row_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """row_share · Σ|row sums| ≤ mn‖A‖□ in integers, with equality where the row sums balance and rows have one sign."""
    matrices = [*SHARP, *trial.draw(integer_matrices)]
    for place, matrix in enumerate(matrices):
        cut = round(float(exact_cut_norm(matrix)) * matrix.size)
        rows = int(np.abs(matrix.sum(axis=1)).sum())
        holds = row_share * rows == cut if place < len(SHARP) else row_share * rows <= cut
        yield trial.holds(holds, f"{row_share} of {rows} beside the cut {cut}")


@exact(optimal_rate, step="telescope")
@control("one more", tail=tail.subs(j, j + 1))
@control("without the other value", tail=j * weight)
@control("10 % more", tail=ELEVEN * tail)
@control("weights of one column more", weight=weight.subs(n, n + 1))
def tails_telescope(weight: sp.Expr, tail: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What it falls by from j to j + 1; and that it is 0 from n + 1 on."""
    yield trial.same(tail - tail.subs(j, j + 1), (j - n * p) * weight, by=over(weight))
    yield trial.vanishes(tail.subs(j, n + 1))


@exact(optimal_rate, step="de Moivre")
@control("the mode itself", mean_deviation=mean_deviation.subs(mode, mode - 1))
@control("one side", mean_deviation=mean_deviation / 2)
@control("normal approximation", mean_deviation=sp.sqrt(2 * n * p * (1 - p) / sp.pi))
@control("10 % more", mean_deviation=ELEVEN * mean_deviation)
@control("another mean", tail=(j + 1) * (1 - p) * weight)
def deviation_is_twice_the_tail(tail: sp.Expr, mean_deviation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The tail from k on, and as much below; all of it is 0."""
    yield trial.same(mean_deviation, 2 * tail.subs(j, mode), by=sp.powsimp)
    yield trial.vanishes(tail.subs(j, 0))


@exact(optimal_rate, step="whole mean")
@control("one column less", whole_deviation=2 * n * p * weight.subs(j, n * p))
@control("one side", whole_deviation=whole_deviation / 2)
@control("10 % more", whole_deviation=ELEVEN * whole_deviation)
@control("the next number", mean_deviation=mean_deviation.subs(mode, mode + 1))
def deviation_at_a_whole_mean(mean_deviation: sp.Expr, whole_deviation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The closed form at k = np + 1."""
    yield trial.same(whole_deviation, mean_deviation.subs(mode, n * p + 1), by=over(weight.subs(j, n * p)))


def stirling(number: sp.Expr, remainder: sp.Expr) -> sp.Expr:
    """ln z! by Stirling's formula."""
    return (number + sp.Rational(1, 2)) * sp.log(number) - number + sp.log(2 * sp.pi) / 2 + remainder


@exact(optimal_rate, step="Stirling's formula")
@control("the standard deviation", mean_rate=sp.sqrt(variance / n) / 2)
@control("without π", mean_rate=sp.sqrt(variance / (2 * n)))
@control("10 % more", mean_rate=ELEVEN * mean_rate)
@control("10 % less", mean_rate=NINE * mean_rate)
@control("the number of columns once more", loss=loss + 2 * whole_remainder)
@control("no loss", loss=sp.S.Zero)
@control("row sums, not half of them", row_share=sp.Integer(1))
@control("one side", whole_deviation=whole_deviation / 2)
def rate_is_that_of_stirling(
    row_share: sp.Expr, whole_deviation: sp.Expr, mean_rate: sp.Expr, loss: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The logarithm of the share of the mean row sum, its binomial by Stirling's formula; V and p(1 − p) apart."""
    numbers = (n, n * p, n - n * p)
    factorials = [
        stirling(*each) for each in zip(numbers, (whole_remainder, ones_remainder, zeros_remainder), strict=True)
    ]
    rest = sp.log(row_share * whole_deviation / n / sp.binomial(n, n * p))
    mean = rest + factorials[0] - factorials[1] - factorials[2]
    apart = (sp.log(variance) - sp.log(p) - sp.log(1 - p)) / 2
    yield trial.same(sp.log(mean_rate) - loss, mean + apart, by=lambda each: sp.simplify(split_logarithms(each, 1 - p)))


AT_VARIANCE = {p: whole / n}  # the smaller of both roots of p(1 − p) = V


@exact(optimal_rate, step="first terms")
@control("no loss", stirling_loss=sp.Integer(0))
@control("loss 10 % less", stirling_loss=NINE * stirling_loss)
@control("without the number of columns", stirling_loss=1 / (12 * n * variance))
@control("another series", first_term=next_term)
@control("all remainders added", loss=loss + 2 * whole_remainder)
def first_terms_are_the_loss(
    first_term: sp.Expr, loss: sp.Expr, stirling_loss: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The loss with the first term for each remainder, at the p that has the variance V."""
    numbers = {ones_remainder: n * p, zeros_remainder: n * (1 - p), whole_remainder: n}
    terms = {remainder: first_term.subs(z, number.subs(AT_VARIANCE)) for remainder, number in numbers.items()}
    yield trial.same(stirling_loss, loss.subs(terms))


@exact(optimal_rate, step="last terms")
@control("a quarter", last_share=sp.Rational(1, 4))
@control("10 % less", last_share=NINE * last_share)
@control("10 % more", last_share=ELEVEN * last_share)
@control("of the first", next_term=first_term)
@control("twice the last", last_term=2 * last_term)
def last_term_is_a_share_of_the_next(
    next_term: sp.Expr, last_term: sp.Expr, last_share: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What the last leaves of this share of the next at z = 1 + y is y(2 + y)/1260z⁵."""
    above = sp.Symbol("y", nonnegative=True)
    left = (last_share * next_term - last_term).subs(z, 1 + above)
    yield trial.nonnegative(left, above * (2 + above) / (1260 * (1 + above) ** 5))


@exact(optimal_rate, step="no more than the first terms")
@control("next terms whole", least_rest=least_rest.subs(ones, ones / 2))
@control("without the number of columns", least_rest=least_rest + (ones + zeros) ** -3 / 360)
@control("10 % more", least_rest=ELEVEN * least_rest)
@control("nothing is left", last_share=sp.Integer(1))
@control("twice the next", next_term=2 * next_term)
def rest_is_positive(next_term: sp.Expr, last_share: sp.Expr, least_rest: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The next terms less the share of the last, and that of a + b; over a common denominator all coefficients are positive."""
    terms = [(1 - last_share) * next_term.subs(z, number) for number in (ones, zeros)]
    yield trial.same(least_rest, sum(terms) - next_term.subs(z, ones + zeros))
    over, under = sp.fraction(sp.together(least_rest))
    yield trial.nonnegative(least_rest, sp.expand(over) / under)


@enclosed(optimal_rate)
@control("next terms whole", least_rest=least_rest.subs(ones, ones / 2))
@control("all next terms", least_rest=least_rest + (ones**-3 + zeros**-3) / 360)
@control("the mode itself", mean_deviation=mean_deviation.subs(mode, mode - 1))
@control("the next number", mean_deviation=mean_deviation.subs(mode, mode + 1))
def rest_and_mode_are_what_they_are_called(
    least_rest: sp.Expr, mean_deviation: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The rest is no more than next terms less last terms leave, at means of 1 or more; the mean deviation is largest at its count."""
    left = sum((next_term - last_term).subs(z, number) for number in (ones, zeros)) - next_term.subs(z, ones + zeros)
    yield trial.below(least_rest, left)
    for other in (mode - 1, mode + 1):
        yield trial.below(mean_deviation.subs(mode, other), mean_deviation, needed="mean_deviation")


@exact(optimal_rate, step="next terms")
@control("error 10 % more", stirling_error=ELEVEN * stirling_error)
@control("1/V³", stirling_error=1 / (360 * n**3 * variance**3))
@control("of one of both", stirling_error=stirling_error / 2)
@control("the first", next_term=first_term)
def next_terms_are_the_error(next_term: sp.Expr, stirling_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The next terms at np and n(1 − p), at the p that has the variance V."""
    terms = (next_term.subs(z, number.subs(AT_VARIANCE)) for number in (n * p, n * (1 - p)))
    yield trial.same(stirling_error, sum(terms))


@exact(optimal_rate, step="de Moivre")
@control("the mode itself", mean_deviation=mean_deviation.subs(mode, mode - 1))
@control("one side", mean_deviation=mean_deviation / 2)
@control("normal approximation", mean_deviation=sp.sqrt(2 * n * p * (1 - p) / sp.pi))
@control("10 % more", mean_deviation=ELEVEN * mean_deviation)
def mean_deviation_of_a_binomial(mean_deviation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """De Moivre's closed form beside Σ|j − np| P(j), in rationals."""
    for size in (1, 2, 7, 12):
        for chance in (sp.Rational(1, 10), sp.Rational(1, 2), sp.Rational(5, 7)):
            law = [sp.binomial(size, j) * chance**j * (1 - chance) ** (size - j) for j in range(size + 1)]
            mean = sum(abs(j - size * chance) * weight for j, weight in enumerate(law))
            yield trial.same(valued(mean_deviation, {n: size, p: chance, mode: sp.floor(size * chance) + 1}), mean)


@enclosed(optimal_rate)
@control("the standard deviation", mean_rate=sp.sqrt(variance / n) / 2)
@control("without π", mean_rate=sp.sqrt(variance / (2 * n)))
@control("10 % more", mean_rate=ELEVEN * mean_rate)
@control("10 % less", mean_rate=NINE * mean_rate)
@control("no loss", stirling_loss=sp.Integer(0))
@control("loss 10 % more", stirling_loss=ELEVEN * stirling_loss)
@control("error 10 % less", stirling_error=NINE * stirling_error)
@control("row sums, not half of them", row_share=sp.Integer(1))
@control("one side", mean_deviation=mean_deviation / 2)
def mean_of_the_bound_has_the_rate(
    row_share: sp.Expr,
    mean_deviation: sp.Expr,
    mean_rate: sp.Expr,
    stirling_loss: sp.Expr,
    stirling_error: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """θ = ln(rate/mean) lies between the loss less the error, and the loss, for twelve pairs of width and probability, widths up to a million."""
    loss = sp.log(mean_rate * n / (row_share * mean_deviation))
    points = [
        {n: sp.Integer(size), p: chance, mode: size * chance + 1, variance: chance * (1 - chance)}
        for size in (10, 100, 10_000, 1_000_000)
        for chance in (sp.Rational(1, 10), sp.Rational(1, 2), sp.Rational(4, 5))
    ]
    yield trial.below(loss, stirling_loss, at=points)  # boxes: factorials of a million cancel to 1e-12
    yield trial.below(stirling_loss - stirling_error, loss, at=points)
