"""Evidence for G5: masks do not converge in L¹, entry by entry."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erfc

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.graphon.rate import DENSITY, log_size, optimal_rate, squared_kernel
from sparse_limits.theory.graphon.symbols import p
from sparse_limits.theory.saliency.model import synflow_model, tau, u
from sparse_limits.theory.tails import half_normal


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
