"""Evidence for G5: the rate in cut norm is optimal."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfc

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.masks.cut_norm import exact_cut_norm
from sparse_limits.theory.formulas.simplifying import by_moduli
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.rate import (
    AT_VARIANCE,
    DENSITY,
    last_term,
    log_size,
    mode,
    next_term,
    ones,
    ones_remainder,
    optimal_rate,
    row_sum,
    squared_kernel,
    whole_remainder,
    z,
    zeros,
    zeros_remainder,
)
from sparse_limits.theory.graphon.symbols import n, p, variance
from sparse_limits.theory.saliency.model import synflow_model, tau, u
from sparse_limits.theory.tails import half_normal


@exact(optimal_rate, step="two cuts")
def two_cuts_have_the_moduli(part: sp.Expr, trial: Trial) -> Findings:
    """The positive and the negative part of a row sum add up to its modulus, and differ by the row sum.

    A positive row sum is its own positive part.
    """
    positive = sp.Symbol("x", positive=True)
    other = part.subs(row_sum, -row_sum)
    yield trial.same(part + other, sp.Abs(row_sum), by=by_moduli)
    yield trial.same(part - other, row_sum, by=by_moduli)
    yield trial.same(part.subs(row_sum, positive), positive)


@exact(optimal_rate, step="the better cut")
def better_cut_has_half(part: sp.Expr, row_share: sp.Expr, trial: Trial) -> Findings:
    """The larger of two cuts exceeds the share of their sum by half of their distance; for rows 1 and −1 both cuts are equal to it."""
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
def rows_bound_the_cut_norm(row_share: sp.Expr, trial: Trial) -> Findings:
    """row_share · Σ|row sums| ≤ mn‖A‖□ in integers, with equality if the row sums cancel and each row has one sign."""
    matrices = [*SHARP, *trial.draw(integer_matrices)]
    for place, matrix in enumerate(matrices):
        cut = round(float(exact_cut_norm(matrix)) * matrix.size)
        rows = int(np.abs(matrix.sum(axis=1)).sum())
        holds = row_share * rows == cut if place < len(SHARP) else row_share * rows <= cut
        yield trial.holds(holds, f"{row_share} of the row sums {rows}, compared with the cut {cut}")


def stirling(number: sp.Expr, remainder: sp.Expr) -> sp.Expr:
    """ln z! by Stirling's formula."""
    return (number + sp.Rational(1, 2)) * sp.log(number) - number + sp.log(2 * sp.pi) / 2 + remainder


@exact(optimal_rate, step="Stirling's formula")
def rate_is_that_of_stirling(
    row_share: sp.Expr, whole_deviation: sp.Expr, mean_rate: sp.Expr, loss: sp.Expr, trial: Trial
) -> Findings:
    """The logarithm of the mean is that of the rate less the loss, by Stirling's formula for the binomial coefficient.

    The variance V and p(1 − p) are kept apart.
    """
    numbers = (n, n * p, n - n * p)
    factorials = [
        stirling(*each) for each in zip(numbers, (whole_remainder, ones_remainder, zeros_remainder), strict=True)
    ]
    rest = sp.log(row_share * whole_deviation / n / sp.binomial(n, n * p))
    mean = rest + factorials[0] - factorials[1] - factorials[2]
    apart = (sp.log(variance) - sp.log(p) - sp.log(1 - p)) / 2
    yield trial.same(sp.log(mean_rate) - loss, mean + apart, by=lambda each: sp.simplify(split_logarithms(each, 1 - p)))


@exact(optimal_rate, step="first terms")
def first_terms_are_the_loss(first_term: sp.Expr, loss: sp.Expr, stirling_loss: sp.Expr, trial: Trial) -> Findings:
    """The loss with the first term in place of each remainder, at the p that has the variance V."""
    numbers = {ones_remainder: n * p, zeros_remainder: n * (1 - p), whole_remainder: n}
    terms = {remainder: first_term.subs(z, number.subs(AT_VARIANCE)) for remainder, number in numbers.items()}
    yield trial.same(stirling_loss, loss.subs(terms))


@exact(optimal_rate, step="last terms")
def last_term_is_a_share_of_the_next(
    next_term: sp.Expr, last_term: sp.Expr, last_share: sp.Expr, trial: Trial
) -> Findings:
    """The stated share of the next term exceeds the last term by y(2 + y)/1260z⁵ at z = 1 + y."""
    above = sp.Symbol("y", nonnegative=True)
    left = (last_share * next_term - last_term).subs(z, 1 + above)
    yield trial.nonnegative(left, above * (2 + above) / (1260 * (1 + above) ** 5))


@exact(optimal_rate, step="no more than the first terms")
def rest_is_positive(next_term: sp.Expr, last_share: sp.Expr, least_rest: sp.Expr, trial: Trial) -> Findings:
    """The least rest is that of the next terms of a and b, less the share of the last, minus the next term of a + b; it is not negative.

    Over a common denominator all coefficients are positive.
    """
    terms = [(1 - last_share) * next_term.subs(z, number) for number in (ones, zeros)]
    yield trial.same(least_rest, sum(terms) - next_term.subs(z, ones + zeros))
    over, under = sp.fraction(sp.together(least_rest))
    yield trial.nonnegative(least_rest, sp.expand(over) / under)


@enclosed(optimal_rate)
def rest_and_mode_are_what_they_are_called(least_rest: sp.Expr, mean_deviation: sp.Expr, trial: Trial) -> Findings:
    """The least rest is at most the next terms less the last terms, at means of 1 or more; the mean deviation is largest at its mode."""
    left = sum((next_term - last_term).subs(z, number) for number in (ones, zeros)) - next_term.subs(z, ones + zeros)
    yield trial.below(least_rest, left)
    for other in (mode - 1, mode + 1):
        yield trial.below(mean_deviation.subs(mode, other), mean_deviation, needed="mean_deviation")


@exact(optimal_rate, step="de Moivre")
def mean_deviation_of_a_binomial(mean_deviation: sp.Expr, trial: Trial) -> Findings:
    """De Moivre's closed form equals Σ|j − np| P(j), in rationals, for twelve binomial laws."""
    for size in (1, 2, 7, 12):
        for chance in (sp.Rational(1, 10), sp.Rational(1, 2), sp.Rational(5, 7)):
            law = [sp.binomial(size, j) * chance**j * (1 - chance) ** (size - j) for j in range(size + 1)]
            mean = sum(abs(j - size * chance) * weight for j, weight in enumerate(law))
            yield trial.same(valued(mean_deviation, {n: size, p: chance, mode: sp.floor(size * chance) + 1}), mean)


@enclosed(optimal_rate)
def mean_of_the_bound_has_the_rate(
    row_share: sp.Expr,
    mean_deviation: sp.Expr,
    mean_rate: sp.Expr,
    stirling_loss: sp.Expr,
    stirling_error: sp.Expr,
    trial: Trial,
) -> Findings:
    """θ = ln(rate/mean) lies between the stated loss less its error and the loss, for twelve pairs of width and probability.

    The widths go up to a million.
    """
    loss = sp.log(mean_rate * n / (row_share * mean_deviation))
    points = [
        {n: sp.Integer(size), p: chance, mode: size * chance + 1, variance: chance * (1 - chance)}
        for size in (10, 100, 10_000, 1_000_000)
        for chance in (sp.Rational(1, 10), sp.Rational(1, 2), sp.Rational(4, 5))
    ]
    yield trial.below(loss, stirling_loss, at=points)  # boxes: factorials of a million cancel to 1e-12
    yield trial.below(stirling_loss - stirling_error, loss, at=points)


# Masks do not converge in L¹, entry by entry


def by_integrands(expression: sp.Expr) -> sp.Expr:
    """A difference of integrals over the line: 0 if the difference of the integrands is 0."""
    integrals = expression.atoms(sp.Integral)
    if any(each.limits != squared_kernel.limits for each in integrals):
        return expression
    return sp.simplify(expression.xreplace({each: each.function for each in integrals}))


@exact(optimal_rate, step="second moment")
def second_moment_by_the_logarithm(
    row_kernel: sp.Expr, row_law: sp.Expr, squared_kernel: sp.Expr, trial: Trial
) -> Findings:
    """With u = P(|a| ≤ eˣ), W(u)² du becomes the stated integrand over the line; so do W and the law of ln|a|."""
    position = 1 - half_normal.at(sp.exp(log_size))
    kernel = synflow_model.kernel(tau).subs(u, position.rewrite(sp.erf))
    yield trial.same(row_kernel, kernel)
    yield trial.same(row_law, sp.diff(position, log_size))
    moment = average(kernel**2, sp.diff(position, log_size))
    yield trial.same(squared_kernel, moment, by=by_integrands)


@exact(optimal_rate, step="limit")
def limit_is_the_mean_of_an_entry(
    entry_distance: sp.Expr, kernel_mean: sp.Expr, squared_kernel: sp.Expr, distance_limit: sp.Expr, trial: Trial
) -> Findings:
    """The limit is the distance of an entry, term by term, with the moments of W in place of p and p²."""
    terms = sp.Poly(entry_distance, p)
    moments = (sp.S.One, kernel_mean, squared_kernel)
    yield trial.same(distance_limit, sum(terms.coeff_monomial(p**i) * moments[i] for i in range(3)))


THRESHOLD = {tau: sp.Rational(8, 5)}  # density near 1/10


def average(values: sp.Expr, law: sp.Expr) -> sp.Integral:
    """The mean of a function of ln|a|."""
    return sp.Integral(values * law, (log_size, -sp.oo, sp.oo))


@enclosed(optimal_rate)
def row_kernel_averages_to_the_density(row_kernel: sp.Expr, row_law: sp.Expr, trial: Trial) -> Findings:
    """The law of ln|a| has mass 1, and the first moment of the kernel is H (S4) at τ = 8/5."""
    yield trial.same(average(sp.Integer(1), row_law), 1, by=None)
    yield trial.same(average(row_kernel, row_law), DENSITY, by=None, at=[THRESHOLD])


@enclosed(optimal_rate, cost=0.4)
def distances_average_to_the_limit(
    entry_distance: sp.Expr, distance_limit: sp.Expr, row_kernel: sp.Expr, row_law: sp.Expr, trial: Trial
) -> Findings:
    """The limit is ∫ E|M − W| du, at τ = 8/5."""
    expected = average(entry_distance.subs(p, row_kernel), row_law)
    yield trial.same(distance_limit, expected, by=None, at=[THRESHOLD])


@enclosed(optimal_rate, cost=0.3)
def limit_splits_into_moments(squared_kernel: sp.Expr, distance_limit: sp.Expr, trial: Trial) -> Findings:
    """The limit is 2(H − J) with J the second moment of the kernel, at τ = 8/5."""
    yield trial.same(distance_limit, 2 * (DENSITY - squared_kernel), by=None, at=[THRESHOLD])


def row_distances(rng: np.random.Generator, rows: int, columns: int, fifths: int) -> NDArray[np.floating]:
    """Averages over a row of |M − W| for iid rows of SNIP masks |a||w| > τ, W = P(|w| > τ/|a|). float[rows]"""
    threshold = fifths / 5
    size = np.abs(rng.standard_normal(rows))
    mask = size[:, None] * np.abs(rng.standard_normal((rows, columns))) > threshold
    kernel = erfc(threshold / (np.sqrt(2) * size))
    density = mask.mean(axis=1)
    distances: NDArray[np.floating] = density * (1 - kernel) + (1 - density) * kernel
    return distances


@statistical(optimal_rate, tests=1)
def masks_keep_their_distance(distance_limit: sp.Expr, trial: Trial) -> Findings:
    """Independent SNIP rows have the stated mean distance from their probabilities."""
    distances = trial.draw(row_distances, trial.size(60_000), 16, 8)
    yield trial.averages(distances, trial.value(distance_limit, THRESHOLD), 0.0, 1.0)
