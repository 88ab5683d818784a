"""Evidence for S9: the eigenvalues of the tangent kernel on the sphere, and the bounds of their ratio."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.numerics.exact.limits import limit_by_logarithm
from sparse_limits.theory.saliency.amplification import mean_amplification, reduce
from sparse_limits.theory.saliency.grasp import theta
from sparse_limits.theory.saliency.model import dimension as d

HALF = sp.Rational(1, 2)


def expand_gamma(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in Gamma functions whose arguments differ by whole numbers."""
    return simplified(sp.expand_func(expression))


def sphere_mean(function: sp.Expr, dimension: int, to: sp.Expr = sp.pi) -> sp.Expr:
    """The mean over the sphere of a function of the angle θ to an axis, 0 beyond θ = `to`; dimension ≥ 2."""
    weight = sp.sin(theta) ** (dimension - 2)
    whole = sp.integrate(weight, (theta, 0, sp.pi))
    return sp.integrate(sp.expand(function * weight), (theta, 0, to)) / whole


@exact(mean_amplification, step="sines")
def sines_are_integrated_by_parts(sines: sp.Expr, trial: Trial) -> Findings:
    """The step from d to d + 2: −cos θ sin^(d−1) is an antiderivative of d sin^d − (d−1) sin^(d−2); and the integrals at d = 2 and 3."""
    parts = sp.diff(-sp.cos(theta) * sp.sin(theta) ** (d - 1), theta)
    yield trial.same(parts, d * sp.sin(theta) ** d - (d - 1) * sp.sin(theta) ** (d - 2), by=reduce)
    shifted = d + 1  # the integrals are those of d ≥ 2
    yield trial.same(shifted * sines.subs(d, d + 3), (shifted - 1) * sines.subs(d, d + 1), by=expand_gamma)
    for dimension in (2, 3):
        whole = sp.integrate(sp.sin(theta) ** (dimension - 2), (theta, 0, sp.pi))
        yield trial.same(sines.subs(d, dimension), whole)


@exact(mean_amplification, step="half of a direction")
def gamma_is_the_mean_of_a_direction(gamma: sp.Expr, sines: sp.Expr, trial: Trial) -> Findings:
    """γ = E ω₁⁺ is 1/((d−1)I_d) with I_d = ∫sin^(d−2) over [0, π]; its values at d = 1, 2, 3, and its step from d to d + 2."""
    primitive = sp.diff(sp.sin(theta) ** (d - 1) / (d - 1), theta)
    yield trial.same(primitive, sp.cos(theta) * sp.sin(theta) ** (d - 2), by=reduce)
    yield trial.same(d * gamma.subs(d, d + 1), 1 / sines.subs(d, d + 1), by=sp.gammasimp)
    yield trial.same(gamma.subs(d, 1), HALF)
    for dimension in (2, 3):
        yield trial.same(gamma.subs(d, dimension), sphere_mean(sp.cos(theta), dimension, sp.pi / 2))
    yield trial.same((d + 1) * gamma.subs(d, d + 2), d * gamma, by=expand_gamma)


@exact(mean_amplification, step="linear functions")
def kernel_multiplies_linear_functions(
    lambda_1: sp.Expr, mean_square: sp.Expr, kernel: sp.Expr, trial: Trial
) -> Findings:
    """λ₁ = E[Θ cos θ]: Θ cos θ and its mirror image at π − θ add up to cos²θ; and at d = 1 the mean is over two points."""
    mirrored = kernel * sp.cos(theta) + (kernel * sp.cos(theta)).subs(theta, sp.pi - theta)
    share = trial.once(sp.simplify, mirrored / sp.cos(theta) ** 2)
    yield trial.same(lambda_1, share * mean_square / 2)
    yield trial.same(mirrored, sp.cos(theta) ** 2)
    ends = [kernel.subs(theta, angle) for angle in (0, sp.pi)]
    yield trial.same(lambda_1.subs(d, 1), (ends[0] - ends[1]) / 2)


@exact(mean_amplification, step="falling")
def squares_fall_in_steps_of_two(gamma: sp.Expr, falling: sp.Expr, trial: Trial) -> Findings:
    """dγ² at d + 2 is the stated factor times dγ² at d, and the factor is below 1 for all d."""
    yield trial.same((d + 2) * gamma.subs(d, d + 2) ** 2, falling * d * gamma**2, by=expand_gamma)
    yield trial.nonnegative(1 - falling, 1 / (d + 1) ** 2)


@exact(mean_amplification, step="rising")
def other_squares_rise_in_steps_of_two(gamma: sp.Expr, rising: sp.Expr, trial: Trial) -> Findings:
    """(2d−1)γ² at d + 2 is the stated factor times (2d−1)γ² at d, and the factor is above 1 for all d."""
    yield trial.same((2 * d + 3) * gamma.subs(d, d + 2) ** 2, rising * (2 * d - 1) * gamma**2, by=expand_gamma)
    yield trial.nonnegative(rising - 1, 1 / ((2 * d - 1) * (d + 1) ** 2))


@exact(mean_amplification, step="Stirling")
def squares_tend_to_a_limit(gamma: sp.Expr, limit_square: sp.Expr, trial: Trial) -> Findings:
    """The limit of dγ² is the stated one, by SymPy, and (2d−1)γ² tends to twice that."""
    factor, square = (d * gamma**2).as_independent(d)
    half = sp.Symbol("h", positive=True)  # d = 2h
    root = sp.powdenest(sp.sqrt(square.subs(d, 2 * half)), force=True)
    limit = factor * trial.once(limit_by_logarithm, root, half) ** 2
    yield trial.same(limit_square, limit)
    yield trial.same(2 * limit_square, limit * sp.limit((2 * d - 1) / d, d, sp.oo))
