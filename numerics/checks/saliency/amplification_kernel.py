"""Evidence for S9: the eigenvalues of the tangent kernel on the sphere, and the bounds of their ratio."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.numerics.exact.limits import limit_by_logarithm
from sparse_limits.theory.saliency.amplification import (
    amplification,
    asymptote,
    gamma,
    lambda_0,
    lambda_1,
    limit_square,
    lower,
    mean_amplification,
    sines,
    upper,
)
from sparse_limits.theory.saliency.grasp import theta
from sparse_limits.theory.saliency.model import dimension as d

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = sp.Rational(1, 2)
claimed = mean_amplification.expressions


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in powers of sin θ, of which sin^(d−2) is a factor."""
    return sp.simplify(sp.powsimp(sp.expand(expression / sp.sin(theta) ** (d - 2))))


def expand_gamma(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in Gamma functions whose arguments differ by whole numbers."""
    return simplified(sp.expand_func(expression))


def sphere_mean(function: sp.Expr, dimension: int, to: sp.Expr = sp.pi) -> sp.Expr:
    """The mean over the sphere of a function of the angle θ to an axis, 0 beyond θ = `to`; dimension ≥ 2."""
    weight = sp.sin(theta) ** (dimension - 2)
    whole = sp.integrate(weight, (theta, 0, sp.pi))
    return sp.integrate(sp.expand(function * weight), (theta, 0, to)) / whole


@exact(mean_amplification, step="sines")
@control("one power more", sines=sines.subs(d, d + 1))
@control("over a quarter circle", sines=sines / 2)
@control("10 % more", sines=ELEVEN * sines)
def sines_are_integrated_by_parts(sines: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """−cos θ sin^(d−1) is an antiderivative of d sin^d − (d−1) sin^(d−2): the step from d to d + 2, and the start at 2 and 3."""
    parts = sp.diff(-sp.cos(theta) * sp.sin(theta) ** (d - 1), theta)
    yield trial.same(parts, d * sp.sin(theta) ** d - (d - 1) * sp.sin(theta) ** (d - 2), by=reduce)
    shifted = d + 1  # the integrals are those of d ≥ 2
    yield trial.same(shifted * sines.subs(d, d + 3), (shifted - 1) * sines.subs(d, d + 1), by=expand_gamma)
    for dimension in (2, 3):
        whole = sp.integrate(sp.sin(theta) ** (dimension - 2), (theta, 0, sp.pi))
        yield trial.same(sines.subs(d, dimension), whole)


@exact(mean_amplification, step="half of a direction")
@control("a full normal mean", gamma=2 * gamma)
@control("the limit of many inputs", gamma=1 / sp.sqrt(2 * sp.pi * d))
@control("one input more", gamma=gamma.subs(d, d + 1))
@control("10 % more", gamma=ELEVEN * gamma)
@control("over a quarter circle", sines=sines / 2)
def gamma_is_the_mean_of_a_direction(gamma: sp.Expr, sines: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E ω₁⁺ = 1/((d−1)I_d) with I_d = ∫sin^(d−2) over [0, π]; at d = 1, 2, 3; and its step from d to d + 2."""
    primitive = sp.diff(sp.sin(theta) ** (d - 1) / (d - 1), theta)
    yield trial.same(primitive, sp.cos(theta) * sp.sin(theta) ** (d - 2), by=reduce)
    yield trial.same(d * gamma.subs(d, d + 1), 1 / sines.subs(d, d + 1), by=sp.gammasimp)
    yield trial.same(gamma.subs(d, 1), HALF)
    for dimension in (2, 3):
        yield trial.same(gamma.subs(d, dimension), sphere_mean(sp.cos(theta), dimension, sp.pi / 2))
    yield trial.same((d + 1) * gamma.subs(d, d + 2), d * gamma, by=expand_gamma)


@exact(mean_amplification, step="constants")
@control("no amplification", lambda_0=lambda_1)
@control("without κ₁", lambda_0=gamma**2)
@control("without κ₀", lambda_0=d * gamma**2)
@control("d/π taken for the ratio", lambda_0=lambda_1 * d / sp.pi)
@control("mean 10 % more", lambda_0=ELEVEN * lambda_0)
@control("one power more", sines=sines.subs(d, d + 1))
@control("a full normal mean", gamma=2 * gamma)
def kernel_multiplies_constants(
    lambda_0: sp.Expr, sines: sp.Expr, gamma: sp.Expr, kernel: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """λ₀ = E Θ: by parts for every d ≥ 2, and the two points of d = 1.

    (π−θ)sin^(d−1)/π(d−1) is an antiderivative of Θ sin^(d−2) − (d+1)/2π(d−1) · sin^(d−1), so λ₀ is the last factor
    times I_{d+1}/I_d; both terms of E_w of the squared means over a half space, γ² and dγ², add up to it.
    """
    factor = (d + 1) / (2 * sp.pi * (d - 1))
    primitive = (sp.pi - theta) * sp.sin(theta) ** (d - 1) / (sp.pi * (d - 1))
    weighted = kernel * sp.sin(theta) ** (d - 2) - factor * sp.sin(theta) ** (d - 1)
    yield trial.same(sp.diff(primitive, theta), weighted, by=reduce)
    at = {d: d + 1}  # d ≥ 2
    yield trial.same(lambda_0.subs(at) * sines.subs(at), (factor * sines.subs(d, d + 1)).subs(at), by=sp.gammasimp)
    ends = [kernel.subs(theta, angle) for angle in (0, sp.pi)]
    yield trial.same(lambda_0.subs(d, 1), (ends[0] + ends[1]) / 2)
    yield trial.same(lambda_0, gamma**2 + d * gamma**2)


@exact(mean_amplification, step="mean square")
@control("one", mean_square=sp.S.One)
@control("one input more", mean_square=1 / (d + 1))
@control("10 % more", mean_square=ELEVEN / d)
def cosines_have_the_mean_square(mean_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """cos θ sin^(d−1) is an antiderivative of (cos²θ/E cos² − 1) sin^(d−2)."""
    primitive = sp.diff(sp.cos(theta) * sp.sin(theta) ** (d - 1), theta)
    yield trial.same(primitive, (sp.cos(theta) ** 2 / mean_square - 1) * sp.sin(theta) ** (d - 2), by=reduce)


@exact(mean_amplification, step="linear functions")
@control("κ₁ alone on linear functions", lambda_1=lambda_1 / 2)
@control("trace 1 on linear functions", lambda_1=1 / d)
@control("linear 10 % less", lambda_1=NINE * lambda_1)
@control("one input more", mean_square=1 / (d + 1))
def kernel_multiplies_linear_functions(
    lambda_1: sp.Expr, mean_square: sp.Expr, kernel: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """λ₁ = E[Θ cos θ]: with its mirror image at π − θ it adds up to cos²θ; and the two points of d = 1."""
    mirrored = kernel * sp.cos(theta) + (kernel * sp.cos(theta)).subs(theta, sp.pi - theta)
    share = trial.once(sp.simplify, mirrored / sp.cos(theta) ** 2)
    yield trial.same(lambda_1, share * mean_square / 2)
    yield trial.same(mirrored, sp.cos(theta) ** 2)
    ends = [kernel.subs(theta, angle) for angle in (0, sp.pi)]
    yield trial.same(lambda_1.subs(d, 1), (ends[0] - ends[1]) / 2)


@exact(mean_amplification, step="ratio")
@control("no amplification", amplification=sp.Integer(1))
@control("d/π taken for exact", amplification=d / sp.pi)
@control("10 % more", amplification=ELEVEN * amplification)
@control("without κ₁", lambda_0=gamma**2)
@control("trace 1 on linear functions", lambda_1=1 / d)
def ratio_of_the_eigenvalues(
    lambda_0: sp.Expr, lambda_1: sp.Expr, amplification: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """λ₁ times the ratio is λ₀."""
    yield trial.same(lambda_1 * amplification, lambda_0)


@exact(mean_amplification, step="falling")
@control("equal", falling=sp.S.One)
@control("that of γ", falling=d**2 / (d + 1) ** 2)
@control("one input more", gamma=gamma.subs(d, d + 1))
def squares_fall_in_steps_of_two(gamma: sp.Expr, falling: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(d+2)γ² at d + 2 over dγ², below 1 for all d."""
    yield trial.same((d + 2) * gamma.subs(d, d + 2) ** 2, falling * d * gamma**2, by=expand_gamma)
    yield trial.nonnegative(1 - falling, 1 / (d + 1) ** 2)


@exact(mean_amplification, step="rising")
@control("equal", rising=sp.S.One)
@control("that of γ", rising=d**2 / (d + 1) ** 2)
@control("one input more", gamma=gamma.subs(d, d + 1))
def other_squares_rise_in_steps_of_two(gamma: sp.Expr, rising: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(2d+3)γ² at d + 2 over (2d−1)γ², above 1 for all d."""
    yield trial.same((2 * d + 3) * gamma.subs(d, d + 2) ** 2, rising * (2 * d - 1) * gamma**2, by=expand_gamma)
    yield trial.nonnegative(rising - 1, 1 / ((2 * d - 1) * (d + 1) ** 2))


@exact(mean_amplification, step="Stirling")
@control("a full normal mean", limit_square=2 / sp.pi)
@control("10 % more", limit_square=ELEVEN * limit_square)
@control("twice the mean", gamma=2 * gamma)
def squares_tend_to_a_limit(gamma: sp.Expr, limit_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The limit of dγ², by SymPy, and twice that for (2d−1)γ²."""
    factor, square = (d * gamma**2).as_independent(d)
    half = sp.Symbol("h", positive=True)  # d = 2h
    root = sp.powdenest(sp.sqrt(square.subs(d, 2 * half)), force=True)
    limit = factor * trial.once(limit_by_logarithm, root, half) ** 2
    yield trial.same(limit_square, limit)
    yield trial.same(2 * limit_square, limit * sp.limit((2 * d - 1) / d, d, sp.oo))


@exact(mean_amplification, step="bounds")
@control("lower bound of 10 % more", lower=ELEVEN * lower)
@control("upper bound of 10 % less", upper=NINE * upper)
@control("lower bound without κ₀", lower=d / sp.pi)
@control("upper bound without the shift", upper=lower)
@control("d/π taken for exact", amplification=d / sp.pi)
@control("limit of a full normal mean", limit_square=2 / sp.pi)
def bounds_take_the_limits(
    lower: sp.Expr, upper: sp.Expr, amplification: sp.Expr, limit_square: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The ratio with the limit in place of dγ², and with twice the limit in place of (2d−1)γ²."""
    yield trial.same(lower * d * gamma**2, amplification * limit_square)
    yield trial.same(upper * (2 * d - 1) * gamma**2, amplification * 2 * limit_square)


@exact(mean_amplification, step="asymptote")
@control("as √d", asymptote=sp.sqrt(d / sp.pi))
@control("d/2π", asymptote=d / (2 * sp.pi))
@control("10 % more", asymptote=ELEVEN * asymptote)
@control("lower bound of 10 % more", lower=ELEVEN * lower)
@control("upper bound of 10 % less", upper=NINE * upper)
def bounds_are_equivalent(asymptote: sp.Expr, lower: sp.Expr, upper: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Both bounds are the asymptote times a factor that tends to 1."""
    for bound, factor in ((lower, 1 + 1 / d), (upper, (1 + 1 / d) / (1 - 1 / (2 * d)))):
        yield trial.same(bound, asymptote * factor)
        yield trial.same(sp.limit(bound / asymptote, d, sp.oo), 1)
