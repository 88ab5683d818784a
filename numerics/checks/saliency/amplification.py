"""Evidence for S9: how GraSP's tangent kernel acts on affine residuals over the sphere."""

from collections.abc import Mapping

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, control, empirical, enclosed, exact, statistical
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.numerics.exact.limits import limit_by_logarithm
from sparse_limits.numerics.masks.selection import global_mask
from sparse_limits.numerics.masks.threshold import threshold_for
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.first_layer.moments import ResidualMoments, column_densities
from sparse_limits.numerics.prediction.first_layer.row_law import limit_smoothing
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.saliency.amplification import (
    around,
    b,
    chi_mean,
    lambda_0,
    lambda_1,
    mean_amplification,
    omega,
    reduce,
)
from sparse_limits.theory.saliency.grasp import theta
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.snip import residual_mean as c

# The eigenvalues of the tangent kernel on the sphere, and the bounds of their ratio


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


Floats = NDArray[np.floating]
claimed = mean_amplification.expressions


@exact(mean_amplification, step="mean over a half sphere")
def half_spheres_have_the_mean(half_space_mean: sp.Expr, sines: sp.Expr, trial: Trial) -> Findings:
    """The mean of x_j over the half sphere around w is ω times that of √d cos θ: by *sines* for d ≥ 2, and for x = ±1 at d = 1."""
    at = {d: d + 1}
    yield trial.same(half_space_mean.subs(at), (sp.sqrt(d) * omega / ((d - 1) * sines)).subs(at), by=expand_gamma)
    yield trial.same(half_space_mean.subs(d, 1), omega / 2)


@exact(mean_amplification, step="gradient")
@control("eigenvalues exchanged", lambda_0=lambda_1, lambda_1=lambda_0)
def gradient_adds_both_parts(
    gradient: sp.Expr,
    lambda_0: sp.Expr,
    lambda_1: sp.Expr,
    half_space_mean: sp.Expr,
    half_space_square: sp.Expr,
    trial: Trial,
) -> Findings:
    """The gradient is the sum of λ₀c times the mean of x_j, and of λ₁b times that of x_j², over the half sphere."""
    yield trial.same(gradient, lambda_0 * c * half_space_mean + lambda_1 * b * half_space_square)


@enclosed(mean_amplification)
def eigenvalues_are_funk_hecke_integrals(
    lambda_0: sp.Expr, lambda_1: sp.Expr, kernel: sp.Expr, trial: Trial
) -> Findings:
    """The eigenvalues times ∫sin^(d−2) are the integrals of Θ and of Θ cos θ against sin^(d−2), by quadrature in balls.

    The dimensions are d = 2, 5, 32, 64.
    """
    for dimension in (2, 5, 32, 64):
        weight = sp.sin(theta) ** (dimension - 2)
        whole = sp.Integral(weight, (theta, 0, sp.pi))
        for eigenvalue, order in ((lambda_0, 0), (lambda_1, 1)):
            against = sp.Integral(kernel * sp.cos(theta) ** order * weight, (theta, 0, sp.pi))
            yield trial.same(eigenvalue.subs(d, dimension) * whole, against, by=None)


@enclosed(mean_amplification)
@control("bounds exchanged", lower=claimed["upper"], upper=claimed["lower"])
def ratio_is_between_bounds_that_meet(
    amplification: sp.Expr, lower: sp.Expr, upper: sp.Expr, asymptote: sp.Expr, trial: Trial
) -> Findings:
    """From d to d + 2, λ₀/λ₁ over its lower bound decreases and λ₀/λ₁ over its upper bound increases; both bounds are equivalent to d/π.

    The factors of these steps are rational, those of the proof.
    """
    yield trial.same(lambda_0 / lambda_1, amplification)
    falling, rising = d * (d + 2) / (d + 1) ** 2, (2 * d + 3) * d**2 / ((2 * d - 1) * (d + 1) ** 2)
    yield trial.everywhere(falling, sp.S.One, within={d: (1, sp.oo)}, strict=True, zero={d: (sp.oo, 2)})
    yield trial.everywhere(sp.S.One, rising, within={d: (1, sp.oo)}, strict=True, zero={d: (sp.oo, 3)})
    for bound, step in ((lower, falling), (upper, rising)):
        quotient = amplification / bound
        yield trial.same(quotient.subs(d, d + 2), step * quotient, by=expand_gamma)
        yield trial.same(sp.limit(bound / asymptote, d, sp.oo), 1)
        yield trial.same(sp.limit(asymptote / bound, d, sp.oo), 1)


@exact(mean_amplification)
@control("eigenvalues exchanged", moment=lambda_0 * b, stein_moment=lambda_1 * c / sp.sqrt(2 * sp.pi * d))
def moments_are_those_of_the_gradient(
    gradient: sp.Expr, moment: sp.Expr, stein_moment: sp.Expr, crossover: sp.Expr, trial: Trial
) -> Findings:
    """The gradient is a mean over the half sphere (d = 3, three cases); h/2, β and the crossover follow from it.

    E g is the value at ω = 0, and β is the slope in ω times E‖w‖/d, a mean of the chi law. At the crossover β = |h|/2.
    """
    yield trial.same(gradient.subs(d, 3), trial.once(half_sphere_gradient), at=gradient_points())
    yield trial.same(gradient.subs(omega, 0), moment / 2)
    yield trial.same(sp.diff(gradient, omega) * trial.once(chi_mean) / d, stein_moment, by=sp.gammasimp)
    yield trial.same(stein_moment.subs(c, crossover), sp.Abs(moment) / 2, by=sp.gammasimp)


def half_sphere_gradient() -> sp.Expr:
    """The mean of (λ₀c + λ₁ b x_j) x_j 1{w·x > 0} over the sphere of radius √3, in coordinates around w."""
    x = sp.sqrt(3) * (omega * sp.cos(theta) + sp.sqrt(1 - omega**2) * sp.sin(theta) * sp.cos(around))
    residual = lambda_0.subs(d, 3) * c + lambda_1.subs(d, 3) * b * x
    ring = sp.integrate(sp.expand(residual * x), (around, 0, 2 * sp.pi)) / (2 * sp.pi)
    return sphere_mean(ring, 3, sp.pi / 2)


def gradient_points() -> list[dict[sp.Symbol, sp.Expr]]:
    """Slopes, means and directions at which a gradient is compared."""
    values = ((1, 2, sp.Rational(1, 3)), (-2, 1, sp.Rational(-3, 5)), (3, -1, sp.Rational(7, 9)))
    return [{b: slope, c: mean, omega: direction} for slope, mean, direction in values]


def unit_kernels(rng: np.random.Generator, size: int) -> tuple[Floats, Floats]:
    """What one neuron adds to Θ for pairs of unit inputs in three dimensions, where E a² = 1 and E‖w‖² = 3, and their cosine."""
    e, other, w = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in rng.standard_normal((3, size, 3)))
    cosine, z, z_other = ((p * q).sum(axis=1) for p, q in ((e, other), (w, e), (w, other)))
    return cosine * (z > 0) * (z_other > 0) + 3 * np.maximum(z, 0) * np.maximum(z_other, 0), cosine


@statistical(mean_amplification, tests=2)
def units_average_to_the_eigenvalues(lambda_0: sp.Expr, lambda_1: sp.Expr, trial: Trial) -> Findings:
    """For random neurons and random pairs of inputs on the sphere, d = 3, the kernel averages to λ₀, and the kernel times cos θ to λ₁."""
    kernel, cosine = trial.draw(unit_kernels, trial.size(300_000))
    yield trial.averages(kernel, trial.value(lambda_0, {d: 3}), -1.0, 4.0)
    yield trial.averages(kernel * cosine, trial.value(lambda_1, {d: 3}), -4.0, 4.0)


CORNERS = 180
SLOPES = (1, 0)
LEVEL = sp.Rational(1, 8)


def kept_on_the_circle(rng: np.random.Generator, networks: int, rows: int) -> NDArray[np.int64]:
    """Rows whose saliency exceeds 1/8, for r = 1 + x₁ at the corners of a regular 180-gon, smoothed by S8's kernel."""
    angles = 2 * np.pi * (np.arange(CORNERS) + 0.5) / CORNERS
    x = np.sqrt(2) * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    smoothed = limit_smoothing(x, 1 + x @ np.array(SLOPES)[:, None])
    kept = np.zeros(2, dtype=np.int64)
    for _ in range(networks):  # one large network of independent rows, a part at a time
        (scores,) = saliency("snip", random_network((2, rows, 1), rng), x, smoothed, first_layer=True)
        kept += (np.sqrt(2 * rows) * scores > float(LEVEL)).sum(axis=0)
    return kept


def kept_share(gradient: sp.Expr, slope: int) -> float:
    """P(|a||w_1||g| > 1/8) at d = 2, c = 1, where |a|‖w‖ is exponential and the direction of w uniform.

    The trapezoid rule integrates a smooth periodic function.
    """
    cosine = np.cos(2 * np.pi * (np.arange(2**14) + 0.5) / 2**14)
    g = numeric((b, c, omega), gradient.subs(d, 2))(slope, 1, cosine)
    with np.errstate(divide="ignore"):
        return float(np.exp(-float(LEVEL) / np.abs(cosine * g)).mean())


@statistical(mean_amplification, tests=1)
def columns_on_the_circle_keep_binomial_counts(gradient: sp.Expr, trial: Trial) -> Findings:
    """In a network on a fine regular polygon, each column keeps Bin(n, p) entries, where p is computed on the circle.

    The gates of the polygon are those of the circle up to a degree of the direction of w, which changes p by a
    relative 10⁻⁴.
    """
    networks, rows = trial.size(64), 1000
    kept = trial.draw(kept_on_the_circle, networks, rows)
    yield trial.counts_each(kept, networks * rows, [kept_share(gradient, slope) for slope in SLOPES])


INPUTS, POINTS, WIDTH, STRONG = 64, 2048, 1024, 8
WEAK = sp.Rational(3, 10)  # slope of the other 56 inputs; that of the strong ones is 1


def contrast(columns: Floats) -> float:
    """The mean density of the strong columns over that of the weak ones; columns: float[64]."""
    return float(columns[:STRONG].mean() / columns[STRONG:].mean())


def contrast_of_grasp(rng: np.random.Generator) -> float:
    """Contrast of a GraSP mask of density 1/10 on 2048 points of the sphere, in opposite pairs; the residual has mean 1."""
    half = rng.standard_normal((POINTS // 2, INPUTS))
    half *= np.sqrt(INPUTS) / np.linalg.norm(half, axis=1, keepdims=True)
    x = np.concatenate([half, -half])
    slopes = np.where(np.arange(INPUTS) < STRONG, 1.0, float(WEAK))
    network = random_network((INPUTS, WIDTH, 1), rng)
    (scores,) = saliency("grasp-magnitude", network, x, 1 + x @ slopes[:, None], first_layer=True)
    return contrast(global_mask(scores, 0.1).mean(axis=0))


@empirical(mean_amplification, cost=0.6)
def grasp_hardly_sees_the_strong_columns(moment: sp.Expr, stein_moment: sp.Expr, trial: Trial) -> Findings:
    """The contrast of a GraSP mask at d = 64 is near that predicted by P1.

    N points have second moments within a relative √(d/N) of the sphere's; twice that is allowed for the logarithm.
    """
    slopes = (sp.S.One, WEAK)
    means = np.array([trial.value(moment, {d: INPUTS, b: slope}) for slope in slopes])
    stein = np.full(2, trial.value(stein_moment, {d: INPUTS, c: 1}))
    moments = ResidualMoments(1.0, means, stein, np.diag(stein**2))

    def predicted(threshold: float) -> Floats:
        return np.repeat(column_densities(moments, threshold), [STRONG, INPUTS - STRONG])

    expected = contrast(predicted(threshold_for(predicted, 0.1)))
    distance = abs(np.log(trial.draw(contrast_of_grasp) / expected))
    yield trial.at_most(float(distance), 2 * float(np.sqrt(INPUTS / POINTS)), f"log contrast, P1's is {expected:.3f}")


# The smallest counterexample


def eigenvalue_ratio(kernel: sp.Expr, dimension: int) -> sp.Expr:
    """λ₀/λ₁ of a kernel of the angle on the sphere."""
    return sphere_mean(kernel, dimension) / sphere_mean(sp.cos(theta) * kernel, dimension)


@exact(mean_amplification)
@control("no amplification", amplification=sp.Integer(1), crossover=sp.sqrt(sp.pi * d / 2) * sp.Abs(b))
def three_inputs_amplify_the_mean_by_half(
    amplification: sp.Expr, crossover: sp.Expr, kernel: sp.Expr, three_inputs: Mapping[sp.Symbol, sp.Expr], trial: Trial
) -> Findings:
    """At d = 3, λ₀/λ₁ is a quotient of means over the sphere; the mean residual lies between the crossovers of GraSP and of SNIP.

    Squares are compared.
    """
    size, mean = int(three_inputs[d]), three_inputs[c]
    ratio = trial.once(eigenvalue_ratio, kernel, size)
    yield trial.same(amplification.subs(three_inputs), ratio)
    here = crossover.subs(three_inputs)
    yield trial.holds(here**2 < mean**2, f"GraSP's self-term dominates beyond {here}, so also at {mean}")
    yield trial.holds(mean**2 < (ratio * here) ** 2, f"SNIP's self-term dominates only beyond {ratio * here}")
