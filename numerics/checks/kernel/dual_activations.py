"""Evidence for K1, besides its reasons: relu follows from its derivatives; and more."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erf as erf_function

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import (
    DualActivation,
    a,
    angle,
    b,
    c,
    cosine,
    depth,
    kappa_0,
    kappa_1,
    relu,
    tangent,
    z,
)
from sparse_limits.theory.kernel.dual_activations import (
    dual_activations,
    k,
    mean,
    squares,
    taylor_0,
    taylor_1,
    within_the_half_turn,
)

Floats = NDArray[np.float64]
NINE = sp.Rational(9, 10)


@exact(dual_activations, cost=0.6)
@control("ReLU without √2", value=relu.value / 2, slope=relu.slope / 2)
def relu_follows_from_its_derivatives(
    value: sp.Expr, slope: sp.Expr, squares: sp.Expr, activations: tuple[DualActivation, ...], trial: Trial
) -> Findings:
    """Price's theorem gives ∂_c E ψψ′ = E ψ̇ψ̇′ for squares, values and slopes, down to the density at 0 of two kinks.

    At c = 0 the means factorise.
    """
    phi = activations[0].function
    density_at_zero = 1 / (2 * sp.pi * sp.sqrt(a * b - c**2))
    gate = sp.sqrt(2) * sp.Heaviside(z)
    ladder = ((slope, 2 * density_at_zero, gate), (value, slope, phi), (squares, 8 * value, phi**2))
    for dual, derivative, function in ladder:
        yield trial.same(sp.diff(dual, c), derivative)
        yield trial.same(dual.subs(c, 0), trial.once(mean, function, a) * trial.once(mean, function, b))


@exact(dual_activations)
def smooth_activations_follow_from_gaussian_integrals(
    erf_value: sp.Expr,
    erf_slope: sp.Expr,
    linear_value: sp.Expr,
    linear_slope: sp.Expr,
    activations: tuple[DualActivation, ...],
    trial: Trial,
) -> Findings:
    """The slope is constant for the identity, and for erf the mean of a Gaussian, a determinant; it is ∂/∂c of the value.

    The values are 0 at c = 0, as both φ are odd.
    """
    _, error_function, identity = activations
    precision = sp.eye(2) + 2 * sp.Matrix([[a, c], [c, b]])
    height = sp.diff(error_function.function, z).subs(z, 0)
    shape = sp.log(sp.diff(error_function.function, z) / height)
    yield trial.same(shape, -(z**2), by=split_logarithms)
    yield trial.same(erf_slope, height**2 / sp.sqrt(precision.det()))
    yield trial.same(linear_slope, sp.diff(identity.function, z) ** 2)
    for value, slope, phi in ((erf_value, erf_slope, error_function), (linear_value, linear_slope, identity)):
        yield trial.same(sp.diff(value, c), slope)
        yield trial.same(phi.function.subs(z, -z), -phi.function)
        yield trial.same(value.subs(c, 0), 0)


@exact(dual_activations, cost=0.3)
def functions_of_the_cosine_are_consistent(
    kappa_0: sp.Expr, kappa_1: sp.Expr, J_2: sp.Expr, variance_slope: sp.Expr, trial: Trial
) -> Findings:
    """At a = b = 1 the functions of the cosine are the duals, and each is up to a factor the derivative of the next.

    They have the stated values at cosine 1, and the derivative in a is the stated one.
    """
    unit = {a: 1, b: 1, c: cosine}
    yield trial.same(kappa_0, relu.slope.subs(unit))
    yield trial.same(kappa_1, relu.value.subs(unit))
    yield trial.same(J_2, squares.subs(unit) * sp.pi / 2)
    yield trial.same(sp.diff(kappa_1, cosine), kappa_0)
    yield trial.same(sp.diff(J_2, cosine), 4 * sp.pi * kappa_1)
    yield trial.same(variance_slope, sp.diff(relu.value, a))
    for function, end in ((kappa_0, 1), (kappa_1, 1), (J_2, 3 * sp.pi)):
        yield trial.same(function.subs(cosine, 1), end)


@exact(dual_activations)
@control("10 % less", taylor_0=NINE * taylor_0, taylor_1=NINE * taylor_1)
def coefficients_are_those_of_taylor(taylor_0: sp.Expr, taylor_1: sp.Expr, trial: Trial) -> Findings:
    """The stated coefficients are those of Taylor at r = 0, up to the order 8."""
    for series, first, lowest in ((taylor_0, kappa_0, 1), (taylor_1, kappa_1, 2)):
        for order in range(4):
            power = 2 * order + lowest
            yield trial.same(series.subs(k, order), trial.once(taylor_coefficient, first, power))


def taylor_coefficient(function: sp.Expr, power: int) -> sp.Expr:
    return valued(sp.diff(function, cosine, power, simplify=False), {cosine: 0}) / sp.factorial(power)


def polar_integral(power: int, theta: sp.Expr) -> sp.Expr:
    """E z₊ⁿ z′₊ⁿ for standard normals with the angle θ: the length of the pair, and an arc where both are positive."""
    t, length = sp.symbols("t R", positive=True)
    radial = sp.integrate(length ** (2 * power + 1) * sp.exp(-(length**2) / 2), (length, 0, sp.oo))
    arc = sp.Integral((sp.cos(t) * sp.cos(t - theta)) ** power, (t, theta - sp.pi / 2, sp.pi / 2))
    return radial * arc / (2 * sp.pi)


@enclosed(dual_activations)
def polar_coordinates_give_the_same(kappa_0: sp.Expr, kappa_1: sp.Expr, J_2: sp.Expr, trial: Trial) -> Findings:
    """Polar coordinates, in which lengths and angles separate (Cho and Saul), give the same means at four angles."""
    angles = [{angle: sp.Rational(step, 8)} for step in (1, 9, 15, 24)]
    for power, closed in enumerate((kappa_0 / 2, kappa_1 / 2, J_2 / (2 * sp.pi))):
        claimed = closed.subs(cosine, sp.cos(angle))
        yield trial.same(claimed, trial.once(polar_integral, power, angle), by=None, at=angles)


@enclosed(dual_activations)
def a_layer_applies_the_duals(angle_step: sp.Expr, ntk_step: sp.Expr, trial: Trial) -> Findings:
    """A layer takes cos θ to κ₁(cos θ) and, by the chain rule, Θ to κ₁ + κ₀ Θ; the new angle lies between 0 and π/2."""
    value, slope = (kernel.subs(cosine, sp.cos(angle)) for kernel in (kappa_1, kappa_0))
    below = [{angle: sp.Rational(step, 7), tangent: sp.Rational(step, 5) - 1} for step in (1, 7, 13, 21)]
    yield trial.same(ntk_step, value + slope * tangent, by=within_the_half_turn, at=below)
    yield trial.same(sp.cos(angle_step), value, by=within_the_half_turn, at=below)
    yield trial.everywhere(sp.Integer(0), angle_step)
    yield trial.everywhere(angle_step, sp.pi / 2)


def stacked(layers: int) -> tuple[sp.Expr, sp.Expr]:
    """Both kernels from κ₀ and κ₁ alone, layer upon layer, written out."""
    output = ntk = cosine
    for _ in range(layers):
        output, ntk = kappa_1.subs(cosine, output), kappa_1.subs(cosine, output) + kappa_0.subs(cosine, output) * ntk
    return output, ntk


@enclosed(dual_activations)
def depth_iterates_the_layer(dense_nngp: sp.Expr, dense_ntk: sp.Expr, trial: Trial) -> Findings:
    """The kernels of 1, 2 and 4 layers are those of stacked layers.

    At parallel, orthogonal and opposite inputs they have known elementary values.
    """
    for layers in (1, 2, 4):
        for claimed, kernel in zip((dense_nngp, dense_ntk), trial.once(stacked, layers), strict=True):
            yield trial.same(claimed.subs(depth, layers), kernel, by=None)
    two = (2 * sp.pi - 2 * sp.acos(1 / sp.pi) + sp.sqrt(sp.pi**2 - 1)) / sp.pi**2
    for layers, place, known in ((5, 1, 6), (2, 0, two), (1, -1, 0)):
        yield trial.same(dense_ntk.subs({depth: layers, cosine: place}), known, by=None)
    yield trial.same(dense_nngp.subs({depth: 5, cosine: 1}), 1, by=None)


VARIANCES, CORRELATION = (2.0, 0.5), 0.5
PAIR = {a: 2, b: sp.Rational(1, 2), c: sp.Rational(1, 2)}


def preactivations(rng: np.random.Generator, size: int) -> tuple[Floats, Floats, Floats]:
    """z, z′ at `PAIR`, and the squared length of the pair of independent normals they are made of. float[size] each"""
    first, second = rng.standard_normal((2, size))
    other = CORRELATION * first + np.sqrt(1 - CORRELATION**2) * second
    return np.sqrt(VARIANCES[0]) * first, np.sqrt(VARIANCES[1]) * other, first**2 + second**2


@statistical(dual_activations, tests=5, cost=0.4)
def sampled_pairs_have_the_duals(
    value: sp.Expr, slope: sp.Expr, squares: sp.Expr, erf_value: sp.Expr, erf_slope: sp.Expr, trial: Trial
) -> Findings:
    """For sampled normal pairs with a = 2, b = ½, r = ½, the means are the stated duals.

    (φφ′)² has the mean `squares`, a variance for φφ′. Direction and length R of a normal pair in the plane are
    independent and E R⁴ = 8, so φ²φ′² may be divided by R⁴/8, which bounds it by 32 ab.
    """
    size = trial.size(200_000)
    first, second, length = trial.draw(preactivations, size)
    both = int(((first > 0) & (second > 0)).sum())
    yield trial.counts(both, size, trial.value(slope, PAIR) / 2)
    products = 2 * np.maximum(first, 0) * np.maximum(second, 0)
    second_moment = trial.value(dual_activations.expressions["squares"], PAIR)
    yield trial.unbounded_averages(products, trial.value(value, PAIR), second_moment)
    yield trial.averages(8 * (products / length) ** 2, trial.value(squares, PAIR), 0.0, 32.0)
    yield trial.averages(erf_function(first) * erf_function(second), trial.value(erf_value, PAIR), -1.0, 1.0)
    slopes = 4 / np.pi * np.exp(-(first**2) - second**2)
    yield trial.averages(slopes, trial.value(erf_slope, PAIR), 0.0, 4 / np.pi)
