"""Evidence for G8: the probit graphon of lognormal scores, its degrees and second moments."""

from functools import lru_cache

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, exact
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.lognormal import (
    column_degree,
    column_scale,
    common,
    log_threshold,
    noise_scale,
    probit_graphon,
    row_degree,
    row_scale,
    x,
    y,
)
from sparse_limits.theory.saliency.model import rho
from sparse_limits.theory.tails import Tail

level = sp.Symbol("c", real=True)  # erfcinv(2ρ): the density as a point of the normal law
SHARED = {  # variance of what two scores have in common
    "squared_kernel": row_scale**2 + column_scale**2,
    "squared_row_degree": row_scale**2,
    "squared_column_degree": column_scale**2,
}


def by_level(expression: sp.Expr) -> sp.Expr:
    """The expression with erfcinv(2ρ) as its variable: normal laws are then Gaussian integrals."""
    return expression.xreplace({sp.erfcinv(2 * rho): level}).xreplace({rho: sp.erfc(level) / 2})


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
    square = sp.factor(square)
    return factor * sp.sqrt(sp.pi / -square) * sp.exp(rest - linear**2 / (4 * square))


@lru_cache
def simplified_logarithm(expression: sp.Expr) -> sp.Expr:
    return split_logarithms(expression)


def same_density(left: sp.Expr, right: sp.Expr, trial: Trial) -> Finding:
    """That two positive expressions C e^{quadratic} are equal, by the logarithm of their quotient."""
    sides = (each.xreplace({level: sp.erfcinv(2 * rho)}) for each in (left, right))
    return trial.same(*sides, by=lambda difference: simplified_logarithm(sp.log(left / right)))


@exact(probit_graphon, step="score")
def probit_is_the_tail_of_lognormal_noise(probit_kernel: sp.Expr, noise: Tail, trial: Trial) -> Findings:
    """The kernel is P(|ξ| > e^t/(fφ)) for lognormal noise and profiles."""
    tail = noise.at(sp.exp(log_threshold) / (sp.exp(row_scale * x) * sp.exp(column_scale * y)))
    yield trial.same(tail, probit_kernel, by=simplified_logarithm)


@exact(probit_graphon, step="density")
def probit_averages_to_the_density(probit_kernel: sp.Expr, total_density: sp.Expr, trial: Trial) -> Findings:
    """Kernel and density are ½ at t = 0 (and x = y = 0); the slope of the density in t is the mean of that of the kernel over both latents.

    The mean is a Gaussian integral.
    """
    for each in (probit_kernel, total_density):
        yield trial.same(each.subs({x: 0, y: 0, log_threshold: 0}), sp.Rational(1, 2))
    slope = -sp.diff(probit_kernel, log_threshold)
    mean = normal_mean(normal_mean(slope, y), x)
    yield same_density(-sp.diff(total_density, log_threshold), mean, trial)


@exact(probit_graphon, step="threshold")
def threshold_inverts_the_density(total_density: sp.Expr, threshold: sp.Expr, trial: Trial) -> Findings:
    """The threshold is 0 at the density ½, and the density is ½ at the threshold 0; the slope of each is the inverse of the other's."""
    yield trial.vanishes(threshold.subs(rho, sp.Rational(1, 2)))
    yield trial.same(total_density.subs(log_threshold, 0), sp.Rational(1, 2))
    slope = sp.diff(total_density, log_threshold).subs(log_threshold, threshold)
    yield trial.same(sp.diff(threshold, rho), 1 / slope)


@exact(probit_graphon)
def kernel_is_the_tail_of_a_lognormal_score(threshold: sp.Expr, kernel: sp.Expr, noise: Tail, trial: Trial) -> Findings:
    """The kernel at the threshold of the density is P(|ξ| > e^t/(fφ)) for lognormal noise and profiles."""
    tail = noise.at(sp.exp(threshold) / sp.exp(row_scale * x + column_scale * y))
    yield trial.same(by_level(tail), by_level(kernel), by=simplified_logarithm)


@exact(probit_graphon, step="degrees", cost=0.7)
@control("rows and columns exchanged", row_degree=column_degree.subs(y, x), column_degree=row_degree.subs(x, y))
@control("mirrored latents", row_degree=row_degree.subs(x, -x), column_degree=column_degree.subs(y, -y))
def degrees_average_the_kernel(kernel: sp.Expr, row_degree: sp.Expr, column_degree: sp.Expr, trial: Trial) -> Findings:
    """The degrees are means of the kernel over one latent, and ρ is the mean over both, by derivatives in the level of the density.

    Kernel and degrees are ½ at the centre, and exchanging rows and columns exchanges the degrees.
    """
    slope, rows, columns = (-sp.diff(by_level(each), level) for each in (kernel, row_degree, column_degree))
    yield same_density(normal_mean(slope, y), rows, trial)
    yield same_density(normal_mean(slope, x), columns, trial)
    yield same_density(normal_mean(rows, x), -sp.diff(sp.erfc(level) / 2, level), trial)
    for each in (kernel, row_degree, column_degree):
        yield trial.same(each.subs({x: 0, y: 0, rho: sp.Rational(1, 2)}), sp.Rational(1, 2))
    transposed = {x: y, y: x, row_scale: column_scale, column_scale: row_scale}
    yield trial.same(valued(kernel, transposed), kernel)
    yield trial.same(valued(row_degree, transposed), column_degree)


@exact(probit_graphon, step="correlation")
def shared_latents_correlate_scores(correlation: sp.Expr, trial: Trial) -> Findings:
    """The correlation is the covariance of two scores with common x and y over the variance of one score.

    The mean of the square of a latent is 1, that of other products 0.
    """
    shared = row_scale * x + column_scale * y
    noises = sp.symbols("Z_1 Z_2", real=True)
    one, other = (shared + noise_scale * noise for noise in noises)
    latents = (x, y, *noises)
    squares = [latent**2 for latent in latents]
    covariance, extent = (
        sum(sp.Poly(product, *latents).coeff_monomial(square) for square in squares)
        for product in (one * other, one**2)
    )
    yield trial.same(correlation, covariance / extent)


@exact(probit_graphon, step="Plackett's identity")
def density_has_the_slope_of_both_variables(bivariate: sp.Expr, trial: Trial) -> Findings:
    """The bivariate density has ∂/∂r equal to ∂²/∂x∂y, and is that of two independent normals at r = 0.

    Given x, the density of y is stationary at y = rx.
    """
    slope = sp.diff(bivariate, common) / bivariate
    mixed = sp.diff(bivariate, x, y, simplify=False) / bivariate
    yield trial.same(slope, mixed)
    yield trial.same(bivariate.subs(common, 0), sp.exp(-(x**2 + y**2) / 2) / (2 * sp.pi))
    given = sp.log(bivariate / sp.exp(-(x**2) / 2))  # y given x: a normal law around rx
    yield trial.vanishes(sp.diff(given, y).subs(y, common * x))


@exact(probit_graphon, step="second moments", cost=0.6)
def moments_grow_by_the_bivariate_density(
    correlation: sp.Expr,
    bivariate: sp.Expr,
    squared_kernel: sp.Expr,
    squared_row_degree: sp.Expr,
    squared_column_degree: sp.Expr,
    trial: Trial,
) -> Findings:
    """The slope of each moment in the scale of the noise is the bivariate density at (h, h) times that of r (Plackett).

    At r = 0 each moment is ρ².
    """
    moments = (squared_kernel, squared_row_degree, squared_column_degree)
    for claimed, shared in zip(moments, SHARED.values(), strict=True):
        r = correlation * shared / SHARED["squared_kernel"]
        h = sp.sqrt(2) * level
        growth = bivariate.xreplace({x: h, y: h, common: r}) * -sp.diff(r, noise_scale)
        yield same_density(-sp.diff(by_level(claimed), noise_scale), growth, trial)
        yield trial.same(claimed.subs({row_scale: 0, column_scale: 0}).doit(), rho**2)
