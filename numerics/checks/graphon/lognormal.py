"""Evidence for G8: the probit graphon of lognormal scores."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.exact.logarithms import expanded_logarithms, split_logarithms
from theory.graphon.lognormal import (
    captured,
    certificate,
    coefficient,
    column_degree,
    column_order,
    column_scale,
    correlation,
    derivative,
    kernel,
    moment,
    noise_scale,
    normal_cdf,
    order,
    orthant,
    probit_graphon,
    row_degree,
    row_order,
    row_scale,
    sigma,
    size,
    squared_column_degree,
    squared_kernel,
    squared_row_degree,
    threshold,
    total_variance,
    truncation,
    x,
    y,
)
from theory.saliency.model import rho
from theory.tails import Tail

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
level = sp.Symbol("c", real=True)  # erfcinv(2ρ): the density as a point of the normal law
a, b = sp.symbols("a b", real=True)  # shifts of the two latents
SHARED = {  # variance of what two scores have in common
    "squared_kernel": row_scale**2 + column_scale**2,
    "squared_row_degree": row_scale**2,
    "squared_column_degree": column_scale**2,
}


def by_level(expression: sp.Expr) -> sp.Expr:
    """The expression with erfcinv(2ρ) as its variable: normal laws are then Gaussian integrals."""
    return expression.subs(sp.erfcinv(2 * rho), level).subs(rho, sp.erfc(level) / 2)


@lru_cache
def normal_mean(expression: sp.Expr, latent: sp.Symbol) -> sp.Expr:
    """E of an expression C e^{quadratic} of a standard normal latent, by completing the square."""
    exponent, factor = -(latent**2) / 2, 1 / sp.sqrt(2 * sp.pi)
    for part in sp.Mul.make_args(sp.powsimp(expression)):
        if part.has(latent):
            exponent += expanded_logarithms(sp.log(part))
        else:
            factor *= part
    square, linear, rest = sp.Poly(sp.expand(exponent), latent).all_coeffs()
    return factor * sp.sqrt(sp.pi / -square) * sp.exp(rest - linear**2 / (4 * square))


simplified = lru_cache(sp.simplify)  # controls leave most identities as they are


@lru_cache
def simplified_logarithm(expression: sp.Expr) -> sp.Expr:
    return split_logarithms(expression)


def same_density(left: sp.Expr, right: sp.Expr, trial: Trial) -> Finding:
    """That two expressions C e^{quadratic} are equal, by the logarithm of their quotient."""
    return trial.same(sp.log(left / right), 0, by=simplified_logarithm)


@exact(probit_graphon)
@control("upper quantile of the density", threshold=-threshold)
@control("threshold 10 % more", threshold=ELEVEN * threshold)
@control("sum of the scales", threshold=threshold.subs(total_variance, (row_scale + column_scale + noise_scale) ** 2))
@control("columns without their scale", kernel=kernel.subs(column_scale, 1))
@control("kernel 10 % more", kernel=ELEVEN * kernel)
def kernel_is_the_tail_of_a_lognormal_score(
    threshold: sp.Expr, kernel: sp.Expr, noise: Tail, trial: Trial
) -> Iterator[Finding]:
    """P(|ξ| > e^t/(fφ)) for lognormal noise and profiles."""
    tail = noise.at(sp.exp(threshold) / sp.exp(row_scale * x + column_scale * y))
    yield trial.same(by_level(tail), by_level(kernel), by=simplified_logarithm)


@exact(probit_graphon, cost=0.7)
@control("row degree without the columns' scale", row_degree=row_degree.subs(column_scale, 0))
@control("as if all rows had the noise alone", row_degree=kernel.subs(y, 0))
@control("column degree without the rows' scale", column_degree=column_degree.subs(row_scale, 0))
@control("rows and columns exchanged", row_degree=column_degree.subs(y, x), column_degree=row_degree.subs(x, y))
@control("mirrored latents", row_degree=row_degree.subs(x, -x), column_degree=column_degree.subs(y, -y))
@control("10 % more", row_degree=ELEVEN * row_degree)
@control("10 % less", column_degree=NINE * column_degree)
@control("kernel of the middle row", kernel=kernel.subs(x, 0))
def degrees_average_the_kernel(
    kernel: sp.Expr, row_degree: sp.Expr, column_degree: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """½ at the centre, symmetry, and E over a latent, then over both, of the derivative in the density's level."""
    for each in (kernel, row_degree, column_degree):
        yield trial.same(each.subs({x: 0, y: 0, rho: sp.Rational(1, 2)}), sp.Rational(1, 2))
    transposed = {x: y, y: x, row_scale: column_scale, column_scale: row_scale}
    yield trial.same(kernel.subs(transposed, simultaneous=True), kernel)
    yield trial.same(row_degree.subs(transposed, simultaneous=True), column_degree)
    slope, rows = (sp.diff(by_level(each), level) for each in (kernel, row_degree))
    yield same_density(normal_mean(slope, y), rows, trial)
    yield same_density(normal_mean(rows, x), sp.diff(sp.erfc(level) / 2, level), trial)


def bivariate_density(h: sp.Expr, r: sp.Expr) -> sp.Expr:
    """The density at (h, h) of two standard normals of correlation r."""
    return sp.exp(-(2 * h**2 - 2 * r * h**2) / (2 * (1 - r**2))) / (2 * sp.pi * sp.sqrt(1 - r**2))


@exact(probit_graphon, cost=0.6)
@control("independent scores", squared_kernel=rho**2)
@control("one score", squared_kernel=rho)
@control("10 % more", squared_kernel=ELEVEN * squared_kernel)
@control("the noise is shared", squared_kernel=orthant(1 - correlation))
@control("without the shared rows", squared_row_degree=orthant(column_scale**2 / (total_variance - row_scale**2)))
@control("rows and columns exchanged", squared_row_degree=squared_column_degree)
@control("columns beside all", squared_column_degree=squared_kernel)
@control("the arc cosine", balanced_squared_kernel=sp.Rational(1, 4) + sp.acos(correlation) / (2 * sp.pi))
@control("balanced, 10 % more", balanced_squared_kernel=sp.Rational(1, 4) + ELEVEN * sp.asin(correlation) / (2 * sp.pi))
def moments_grow_by_the_bivariate_density(
    squared_kernel: sp.Expr,
    squared_row_degree: sp.Expr,
    squared_column_degree: sp.Expr,
    balanced_squared_kernel: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Plackett: ∂Φ₂(h, h; r)/∂r is the density at (h, h), here along the scale of the noise; ρ² at r = 0."""
    moments = (squared_kernel, squared_row_degree, squared_column_degree)
    for claimed, shared in zip(moments, SHARED.values(), strict=True):
        r = shared / total_variance
        growth = bivariate_density(sp.sqrt(2) * level, r) * sp.diff(r, noise_scale)
        yield same_density(sp.diff(by_level(claimed), noise_scale), growth, trial)
        yield trial.same(claimed.subs({row_scale: 0, column_scale: 0}).doit(), rho**2)
    balanced = squared_kernel.subs(rho, sp.Rational(1, 2)).doit()
    yield trial.same(balanced, balanced_squared_kernel, by=simplified)


@exact(probit_graphon, cost=0.4)
@control("without the scale", derivative=derivative * total_variance ** (order / 2))
@control("sign of the argument", derivative=(-1) ** order * derivative)
@control("derivatives of one order more", derivative=derivative.subs(order, order + 1))
@control("derivatives 10 % more", derivative=ELEVEN * derivative)
@control("not normalised", coefficient=coefficient * sp.sqrt(sp.factorial(row_order) * sp.factorial(column_order)))
@control("normalised twice", coefficient=coefficient / sp.sqrt(sp.factorial(row_order) * sp.factorial(column_order)))
@control("rows and columns exchanged", coefficient=coefficient.subs(row_order, 0))
@control("coefficients 10 % less", coefficient=NINE * coefficient)
def coefficients_are_derivatives_of_the_shifted_density(
    derivative: sp.Expr, coefficient: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Taylor coefficients in (a, b) of E W(X + a, Y + b) = Φ((s_f a + s_g b − t)/Σ), orders up to 2 + 2 and 5."""
    shift = sp.Symbol("shift", real=True)
    cdf = by_level(normal_cdf((shift - threshold) / sp.sqrt(total_variance)))
    slopes = [cdf]
    for _ in range(5):
        slopes.append(sp.diff(slopes[-1], shift))
    slopes = [slope.subs(shift, 0) for slope in slopes]
    for m, slope in enumerate(slopes):
        yield trial.same(by_level(derivative.subs(order, m)), slope, by=simplified)
    for j in range(3):
        for k in range(3):
            scale = row_scale**j * column_scale**k / sp.sqrt(sp.factorial(j) * sp.factorial(k))
            yield trial.same(
                by_level(coefficient.subs({row_order: j, column_order: k})), scale * slopes[j + k], by=simplified
            )


SIDE = 10  # coefficients c_jk with j, k < SIDE
POINTS = [
    dict(zip((row_scale, column_scale, noise_scale, rho), map(sp.Rational, values), strict=True))
    for values in (("4/5", "3/5", "1", "1/5"), ("1/3", "1/2", "1", "3/5"))
]


@enclosed(probit_graphon, cost=0.4)
@control("not normalised", coefficient=coefficient * sp.sqrt(sp.factorial(row_order) * sp.factorial(column_order)))
@control("without the scale", coefficient=coefficient * total_variance ** ((row_order + column_order) / 2))
@control("derivatives without the scale", derivative=derivative * total_variance ** (order / 2))
@control("10 % more", coefficient=ELEVEN * coefficient)
@control("10 % less", squared_kernel=NINE * squared_kernel)
@control("rows and columns exchanged", squared_row_degree=squared_column_degree)
@control("columns beside rows", squared_column_degree=squared_row_degree)
@control("twice the order", truncation=truncation.subs(size, 2 * size))
def squares_of_the_coefficients_exhaust_the_moments(
    derivative: sp.Expr,
    coefficient: sp.Expr,
    squared_kernel: sp.Expr,
    squared_row_degree: sp.Expr,
    squared_column_degree: sp.Expr,
    truncation: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """c_jk² = s_f^2j s_g^2k d² / j!k!; and 0 ≤ moment − Σ c² ≤ truncation.

    Of the kernel over all j, k < SIDE, of the degrees over the first column and the first row.
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
        yield trial.below(part, whole, at=POINTS)
        yield trial.below(whole - part, truncation.subs(size, SIDE), at=POINTS)


@exact(probit_graphon)
@control("twice", truncation=2 * truncation)
@control("10 % less", truncation=NINE * truncation)
@control("one order less", truncation=truncation.subs(size, size + 1))
@control("squared", truncation=truncation**2)
def truncation_is_geometric(truncation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At K = 0, and without noise, it is the variance of an indicator; it shrinks by the correlation."""
    yield trial.same(truncation.subs(size, 0), rho - rho**2)
    yield trial.same(truncation.subs(noise_scale, 0), rho - rho**2)
    yield trial.same(truncation.subs(size, size + 1), truncation * SHARED["squared_kernel"] / total_variance)


def square_matrices(rng: np.random.Generator) -> list[list[int]]:
    """Integer 2×2 matrices, entry by entry, with no zero among them. int[4] each"""
    return [[int(entry) for entry in rng.choice([-1, 1], 4) * rng.integers(1, 10, 4)] for _ in range(12)]


TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17))


@exact(probit_graphon)
@control("linear, not squared", certificate=sigma + moment - captured)
@control("what is left alone", certificate=sp.sqrt(moment - captured))
@control("nothing is left", certificate=sigma)
@control("10 % more", certificate=ELEVEN * certificate)
@control("10 % less", certificate=NINE * certificate)
def certificate_is_attained(certificate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The matrix (p, q)ᵀ with p² + q² = r² has the singular value r, its first row p: equality."""
    for p, q, r in TRIPLES:
        yield trial.same(certificate.subs({sigma: p, moment: p**2 + q**2, captured: p**2}), r)


@enclosed(probit_graphon)
@control("what is left alone", certificate=sp.sqrt(moment - captured) / 2)
@control("nothing is left", certificate=sigma)
def certificate_bounds_singular_values(certificate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """|a| ≤ σ₁ ≤ certificate and σ₂ ≤ certificate for integer matrices (a b; c d) cut down to (a)."""
    for p, q, r, s in trial.draw(square_matrices):
        total, root = p * p + q * q + r * r + s * s, 4 * (p * s - q * r) ** 2
        first, second = (sp.sqrt((total + sign * sp.sqrt(total**2 - root)) / 2) for sign in (1, -1))
        for value, of_part in ((first, abs(p)), (second, 0)):
            bound = certificate.subs({sigma: of_part, moment: total, captured: p * p})
            yield trial.below(of_part, value, at=[{}])
            yield trial.below(value, bound, at=[{}])


CUT = sp.Rational(6, 5)  # threshold of the logarithms: density near 1/5
SCALES = {row_scale: sp.Rational(4, 5), column_scale: sp.Rational(3, 5), noise_scale: sp.Integer(1)}
AT_CUT = {**SCALES, rho: normal_cdf(-CUT / sp.sqrt(total_variance)).subs(SCALES)}
GRID = (-1, 1)  # fixed latents


def score_counts(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    """Of n draws each, those above 6/5: scores with x and y fixed, x fixed, y fixed; then pairs of scores with x and y,
    x, y in common. int[2 + 2 + 2 + 3]
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
@control("row degree without the columns' scale", row_degree=row_degree.subs(column_scale, 0))
@control("column degree without the rows' scale", column_degree=column_degree.subs(row_scale, 0))
@control("10 % more", row_degree=ELEVEN * row_degree)
@control("independent scores", squared_kernel=rho**2)
@control("rows and columns exchanged", squared_row_degree=squared_column_degree)
@control("columns beside all", squared_column_degree=squared_kernel)
@control("the kernel of the middle column", kernel=kernel.subs(y, 0))
def scores_keep_the_degrees_and_moments(
    kernel: sp.Expr,
    row_degree: sp.Expr,
    column_degree: sp.Expr,
    squared_kernel: sp.Expr,
    squared_row_degree: sp.Expr,
    squared_column_degree: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Scores above a threshold: at fixed latents, over the columns of a row, over pairs that share latents."""
    n = trial.size(100_000)
    points = [(kernel, {x: place, y: 1}) for place in GRID]
    points += [(row_degree, {x: place}) for place in GRID] + [(column_degree, {y: place}) for place in GRID]
    points += [(moment, {}) for moment in (squared_kernel, squared_row_degree, squared_column_degree)]
    claimed = [trial.value(formula, {**AT_CUT, **place}) for formula, place in points]
    yield trial.counts_each(trial.draw(score_counts, n), n, claimed)
