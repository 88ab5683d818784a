"""Evidence for G8: the coefficients of the probit graphon, its singular values, and drawn scores."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.graphon.lognormal import SHARED, by_level, level, normal_mean, same_density
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.lognormal import (
    balanced_squared_kernel,
    captured,
    column_order,
    column_scale,
    column_shift,
    correlation,
    hermite_coefficient,
    moment,
    noise_scale,
    normal_cdf,
    order,
    probit_graphon,
    row_order,
    row_scale,
    row_shift,
    sigma,
    simplified,
    size,
    total_variance,
    x,
    y,
)
from sparse_limits.theory.saliency.model import rho


@exact(probit_graphon, step="shifted latents")
def shifted_latents_shift_the_threshold(kernel: sp.Expr, shifted: sp.Expr, trial: Trial) -> Findings:
    """The shifted density is the mean of the kernel at X + a and Y + b, by its slope in the level as a Gaussian integral.

    At the centre it is ½.
    """
    centre = {row_shift: 0, column_shift: 0, rho: sp.Rational(1, 2)}
    yield trial.same(shifted.subs(centre), sp.Rational(1, 2))
    moved = valued(kernel, {x: x + row_shift, y: y + column_shift})
    mean = normal_mean(normal_mean(-sp.diff(by_level(moved), level), y), x)
    yield same_density(-sp.diff(by_level(shifted), level), mean, trial)


ORDERS = 5  # up to which derivatives are compared


def slopes_of(shifted: sp.Expr) -> list[sp.Expr]:
    """The derivatives at 0 in s_f a + s_g b, orders 0 to ORDERS, found at b = 0 with this sum as variable."""
    shift = sp.Symbol("shift", real=True)
    slopes = [by_level(shifted.subs({column_shift: 0, row_shift: shift / row_scale}))]
    for _ in range(ORDERS):
        slopes.append(sp.diff(slopes[-1], shift))
    return [slope.subs(shift, 0) for slope in slopes]


@exact(probit_graphon, step="derivatives", cost=0.4)
def derivatives_of_the_shifted_density(shifted: sp.Expr, derivative: sp.Expr, trial: Trial) -> Findings:
    """The stated derivatives are those of Φ((c − t)/Σ) at c = 0, for orders up to 5; all other letters are free."""
    cases = ((by_level(derivative.subs(order, m)), slope) for m, slope in enumerate(trial.once(slopes_of, shifted)))
    yield trial.at_sizes(cases, "orders", by=simplified)


@exact(probit_graphon, step="coefficients", cost=0.4)
def coefficients_are_derivatives_of_the_shifted_density(
    derivative: sp.Expr, coefficient: sp.Expr, trial: Trial
) -> Findings:
    """The coefficients are Taylor coefficients in (a, b) of g(s_f a + s_g b), where g has the stated derivatives, orders up to 2 + 2."""
    point = row_scale * row_shift + column_scale * column_shift
    cases = []
    for j in range(3):
        for k in range(3):
            power = sp.diff(point ** (j + k), (row_shift, j), (column_shift, k)) / sp.factorial(j + k)
            taylor = power * derivative.subs(order, j + k) / sp.sqrt(sp.factorial(j) * sp.factorial(k))
            cases.append((coefficient.subs({row_order: j, column_order: k}), taylor))
    yield trial.at_sizes(cases, "pairs of orders", by=sp.factor)


@exact(probit_graphon, step="one order")
def squares_of_one_order_add_up(
    correlation: sp.Expr, coefficient: sp.Expr, order_share: sp.Expr, trial: Trial
) -> Findings:
    """The squares of the coefficients with j + k = m add up to the m-th power of the correlation times the share, m = 0, …, 4.

    For k = 0 the square is a part of that for all orders m, and twice the noise leaves the share unchanged.
    """
    rows_alone = coefficient.subs({row_order: order, column_order: 0}) ** 2
    part = row_scale ** (2 * order) / total_variance**order
    yield trial.same(rows_alone, part * order_share, by=lambda each: sp.powsimp(sp.expand(each)))
    cases = []
    for m in range(ORDERS):
        squares = [coefficient.subs({row_order: j, column_order: m - j}) ** 2 for j in range(m + 1)]
        share = order_share.subs(order, m)
        cases.append((by_level(sum(squares)), by_level(correlation**m * share)))
        cases += [(by_level(share), by_level(share.subs(noise_scale, 2 * noise_scale)))]
    yield trial.at_sizes(cases, "orders", by=simplified)


SIDE = 10  # coefficients c_jk with j, k < SIDE
POINTS = [
    dict(zip((row_scale, column_scale, noise_scale, rho), map(sp.Rational, values), strict=True))
    for values in (("4/5", "3/5", "1", "1/5"), ("1/3", "1/2", "1", "3/5"))
]


@enclosed(probit_graphon, cost=0.4)
def squares_of_the_coefficients_exhaust_the_moments(
    derivative: sp.Expr,
    coefficient: sp.Expr,
    squared_kernel: sp.Expr,
    squared_row_degree: sp.Expr,
    squared_column_degree: sp.Expr,
    truncation: sp.Expr,
    trial: Trial,
) -> Findings:
    """c_jk² = s_f^2j s_g^2k d² / j!k!, and 0 ≤ moment − Σ c² ≤ truncation at two points.

    For the kernel the sum is over all j, k < SIDE, for the degrees over the first column and the first row.
    """
    weight = row_scale ** (2 * row_order) / sp.factorial(row_order)
    weight *= column_scale ** (2 * column_order) / sp.factorial(column_order)
    yield trial.same(coefficient**2, weight * derivative.subs(order, row_order + column_order) ** 2, by=None)
    all_orders = [(row_order, 0, SIDE - 1), (column_order, 0, SIDE - 1)]
    for whole, scale, limits in (
        (squared_kernel, {}, all_orders),
        (squared_row_degree, {column_order: 0}, all_orders[:1]),
        (squared_column_degree, {row_order: 0}, all_orders[1:]),
    ):
        part = sp.Sum((coefficient**2).subs(scale), *limits)
        yield trial.below(part, whole, at=POINTS)  # boxes: a normal law in two dimensions, an integral
        yield trial.below(whole - part, truncation.subs(size, SIDE), at=POINTS)


@exact(probit_graphon, step="truncation")
def truncation_is_geometric(truncation: sp.Expr, trial: Trial) -> Findings:
    """At K = 0, and without noise, the truncation is the variance of an indicator; from K to K + 1 it is multiplied by the correlation."""
    shared = SHARED["squared_kernel"] / total_variance
    yield trial.induction(truncation, size, rho - rho**2, lambda left_out: shared * left_out)
    yield trial.same(truncation.subs(noise_scale, 0), rho - rho**2)


def square_matrices(rng: np.random.Generator) -> list[list[int]]:
    """Integer 2×2 matrices, entry by entry, with no zero among them. int[4] each"""
    return [[int(entry) for entry in rng.choice([-1, 1], 4) * rng.integers(1, 10, 4)] for _ in range(12)]


TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17))


@enclosed(probit_graphon)
def certificate_and_truncation_are_below_plain_bounds(
    certificate: sp.Expr, truncation: sp.Expr, trial: Trial
) -> Findings:
    """The certificate is at most the root of ∬W² and at most 1; the truncation is at most the correlation times ρ(1 − ρ)."""
    yield trial.below(certificate, sp.sqrt(moment))
    yield trial.below(certificate, 1)
    yield trial.below(truncation, correlation * rho * (1 - rho))
    at = {size: sp.S.One, row_scale: sp.S.One, column_scale: sp.S.One, noise_scale: sp.S.One, rho: sp.Rational(1, 2)}
    yield trial.below(truncation, correlation * rho * (1 - rho), at=[at])


@exact(probit_graphon, step="certificate")
def certificate_is_attained(certificate: sp.Expr, trial: Trial) -> Findings:
    """The square of the certificate is σ² plus what is left out.

    For the matrix (p, q)ᵀ with p² + q² = r², cut down to its first row p, the certificate is the singular value r.
    """
    yield trial.same(certificate**2, sigma**2 + (moment - captured))
    for p, q, r in TRIPLES:
        yield trial.same(certificate.subs({sigma: p, moment: p**2 + q**2, captured: p**2}), r)


@enclosed(probit_graphon)
def certificate_bounds_singular_values(certificate: sp.Expr, trial: Trial) -> Findings:
    """|a| ≤ σ₁ ≤ certificate and σ₂ ≤ certificate for integer matrices (a b; c d) cut down to (a)."""
    for p, q, r, s in trial.draw(square_matrices):
        total, root = p * p + q * q + r * r + s * s, 4 * (p * s - q * r) ** 2
        first, second = (sp.sqrt((total + sign * sp.sqrt(total**2 - root)) / 2) for sign in (1, -1))
        for value, of_part in ((first, abs(p)), (second, 0)):
            bound = valued(certificate, {sigma: of_part, moment: total, captured: p * p})
            yield trial.below(of_part, value, at=[{}])
            yield trial.below(value, bound, at=[{}])


CUT = sp.Rational(6, 5)  # threshold of the logarithms: density near 1/5
SCALES = {row_scale: sp.Rational(4, 5), column_scale: sp.Rational(3, 5), noise_scale: sp.Integer(1)}
AT_CUT = {**SCALES, rho: normal_cdf(-CUT / sp.sqrt(total_variance)).subs(SCALES)}
GRID = (-1, 1)  # fixed latents


def score_counts(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """The number of scores above 6/5 in n draws each: with x and y fixed, with x fixed, with y fixed, and in pairs of scores.

    The pairs have x and y, x, or y in common. int[2 + 2 + 2 + 3]
    """

    def above(first: object, second: object) -> NDArray[np.bool_]:
        return 0.8 * np.asarray(first) + 0.6 * np.asarray(second) + rng.standard_normal(n) > 1.2

    def latents() -> NDArray[np.float64]:
        return rng.standard_normal(n)

    found = [above(place, 1.0) for place in GRID]
    found += [above(place, latents()) for place in GRID]
    found += [above(latents(), place) for place in GRID]
    rows, columns = latents(), latents()
    found.append(above(rows, columns) & above(rows, columns))
    found.append(above(rows, latents()) & above(rows, latents()))
    found.append(above(latents(), columns) & above(latents(), columns))
    return np.array([each.sum() for each in found])


@statistical(probit_graphon, tests=1)
def scores_keep_the_degrees_and_moments(
    kernel: sp.Expr,
    row_degree: sp.Expr,
    column_degree: sp.Expr,
    squared_kernel: sp.Expr,
    squared_row_degree: sp.Expr,
    squared_column_degree: sp.Expr,
    trial: Trial,
) -> Findings:
    """Scores exceed a threshold as often as stated: at fixed latents, over the columns of a row, and in pairs that share latents."""
    n = trial.size(100_000)
    points = [(kernel, {x: place, y: 1}) for place in GRID]
    points += [(row_degree, {x: place}) for place in GRID] + [(column_degree, {y: place}) for place in GRID]
    points += [(moment, {}) for moment in (squared_kernel, squared_row_degree, squared_column_degree)]
    claimed = [trial.value(formula, {**AT_CUT, **place}) for formula, place in points]
    yield trial.counts_each(trial.draw(score_counts, n), n, claimed)


@enclosed(probit_graphon)
def bounds_of_the_spectrum_are_attained(certificate: sp.Expr, truncation: sp.Expr, trial: Trial) -> Findings:
    """With one column (s_g = 0) the certificate is the only singular value; one coefficient leaves out strictly less than the truncation.

    The latter holds at balance for any scales and any noise, written by u where the correlation is sin(πu/2), with equality without noise.
    """
    for j, k in product(range(3), (1, 2)):
        yield trial.same(hermite_coefficient(j, k).subs(column_scale, 0), 0)
    yield trial.same(certificate.subs(sigma, sp.sqrt(captured)) ** 2, moment)
    half = {rho: sp.Rational(1, 2)}
    left = balanced_squared_kernel - hermite_coefficient(0, 0).subs(half) ** 2
    u = sp.Symbol("u", positive=True)
    noise = sp.sqrt((row_scale**2 + column_scale**2) * (1 / sp.sin(sp.pi * u / 2) - 1))
    sides = [
        trial.once(sp.simplify, each.subs(noise_scale, noise)) for each in (left, truncation.subs({**half, size: 1}))
    ]
    sides = [each.subs(sp.asin(sp.sin(sp.pi * u / 2)), sp.pi * u / 2) for each in sides]
    yield trial.everywhere(*sides, within={u: (0, 1)}, zero={u: [(0, 1), (1, 1)]}, strict=True)
