"""Evidence for K1: dual activations and dense kernels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from scipy.special import erf as erf_function

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import (
    J_2,
    DualActivation,
    a,
    angle,
    angle_step,
    b,
    c,
    cosine,
    dense_nngp,
    dense_ntk,
    depth,
    erf,
    kappa_0,
    kappa_1,
    ntk_step,
    relu,
    tangent,
    z,
)
from sparse_limits.theory.kernel.dual_activations import (
    dual_activations,
    k,
    squares,
    taylor_0,
    taylor_1,
    variance_slope,
)

Floats = NDArray[np.float64]
ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
GEOMETRIC, ROOT = sp.sqrt(a * b), sp.sqrt(1 - cosine**2)


def mean(function: sp.Expr, variance: sp.Symbol) -> sp.Expr:
    """E f(z) at z ~ N(0, variance), for f that vanishes at z < 0."""
    x = sp.Symbol("x", positive=True)
    density = sp.exp(-(x**2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)
    return sp.integrate(function.subs(z, x) * density, (x, 0, sp.oo))


@exact(dual_activations, cost=0.6)
@control("slope of half the angle", slope=relu.slope - sp.Rational(1, 2))
@control("angle for its supplement", value=GEOMETRIC * (kappa_1 - cosine).subs(cosine, c / GEOMETRIC))
@control("ReLU without √2", value=relu.value / 2, slope=relu.slope / 2)
@control("10 % more", value=ELEVEN * relu.value)
@control("squares without 2/π", squares=squares * sp.pi / 2)
@control("squares with J₁ for J₂", squares=2 * a * b * kappa_1.subs(cosine, c / GEOMETRIC))
def relu_follows_from_its_derivatives(
    value: sp.Expr, slope: sp.Expr, squares: sp.Expr, activations: tuple[DualActivation, ...], trial: Trial
) -> Iterator[Finding]:
    """Price's theorem: ∂_c E ψψ′ = E ψ̇ψ̇′, down to the density at 0 of two kinks; at c = 0 the means factorise."""
    phi = activations[0].function
    density_at_zero = 1 / (2 * sp.pi * sp.sqrt(a * b - c**2))
    gate = sp.sqrt(2) * sp.Heaviside(z)
    ladder = ((slope, 2 * density_at_zero, gate), (value, slope, phi), (squares, 8 * value, phi**2))
    for dual, derivative, function in ladder:
        yield trial.same(sp.diff(dual, c), derivative)
        yield trial.same(dual.subs(c, 0), trial.once(mean, function, a) * trial.once(mean, function, b))


@exact(dual_activations, step="gates")
@control("slope of half the angle", slope=relu.slope - sp.Rational(1, 2))
@control("10 % more of the slope", slope=ELEVEN * relu.slope)
@control("κ₀ of the supplement", kappa_0=sp.acos(cosine) / sp.pi)
@control("κ₀ 10 % less", kappa_0=NINE * kappa_0)
def gates_follow_from_the_density_of_two_kinks(slope: sp.Expr, kappa_0: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Twice the density at 0, as a function of the covariance and of the cosine; a half without correlation."""
    yield trial.same(sp.diff(slope, c), 1 / (sp.pi * sp.sqrt(a * b - c**2)))
    yield trial.same(sp.diff(kappa_0, cosine), 1 / (sp.pi * ROOT))
    for function, letter in ((slope, c), (kappa_0, cosine)):
        yield trial.same(function.subs(letter, 0), trial.once(mean, sp.sqrt(2) * sp.Heaviside(z), a) ** 2)


@exact(dual_activations, step="values")
@control("angle for its supplement", value=GEOMETRIC * (kappa_1 - cosine).subs(cosine, c / GEOMETRIC))
@control("10 % more", value=ELEVEN * relu.value)
@control("κ₁ of order 0", kappa_1=kappa_0)
@control("κ₁ 10 % more", kappa_1=ELEVEN * kappa_1)
@control("slope of half the angle", slope=relu.slope - sp.Rational(1, 2))
@control("κ₀ of the supplement", kappa_0=sp.acos(cosine) / sp.pi)
def values_follow_from_the_gates(
    slope: sp.Expr, kappa_0: sp.Expr, value: sp.Expr, kappa_1: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Derivatives in the covariance and in the cosine; the product of the means without correlation."""
    yield trial.same(sp.diff(value, c), slope)
    yield trial.same(sp.diff(kappa_1, cosine), kappa_0)
    phi = sp.sqrt(2) * z
    apart = trial.once(mean, phi, a) * trial.once(mean, phi, b)
    yield trial.same(value.subs(c, 0), apart)
    yield trial.same(kappa_1.subs(cosine, 0), apart.subs({a: 1, b: 1}))


@exact(dual_activations, step="squares")
@control("squares without 2/π", squares=squares * sp.pi / 2)
@control("squares with J₁ for J₂", squares=2 * a * b * kappa_1.subs(cosine, c / GEOMETRIC))
@control("J₂ without the factor 3", J_2=J_2 - 2 * cosine * ROOT)
@control("J₂ 10 % less", J_2=NINE * J_2)
@control("10 % more", value=ELEVEN * relu.value)
@control("κ₁ 10 % more", kappa_1=ELEVEN * kappa_1)
def squares_follow_from_the_values(
    value: sp.Expr, kappa_1: sp.Expr, squares: sp.Expr, J_2: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Derivatives in the covariance and in the cosine; the product of the means without correlation."""
    yield trial.same(sp.diff(squares, c), 8 * value)
    yield trial.same(sp.diff(J_2, cosine), 4 * sp.pi * kappa_1)
    apart = trial.once(mean, 2 * z**2, a) * trial.once(mean, 2 * z**2, b)
    yield trial.same(squares.subs(c, 0), apart)
    yield trial.same(J_2.subs(cosine, 0) * 2 / sp.pi, apart.subs({a: 1, b: 1}))


@exact(dual_activations, step="variances")
@control("half the derivative in a", variance_slope=variance_slope / 2)
@control("derivative in b", variance_slope=variance_slope * a / b)
@control("10 % more", value=ELEVEN * relu.value)
def variance_slope_is_a_derivative(value: sp.Expr, variance_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of F in the first variance."""
    yield trial.same(variance_slope, sp.diff(value, a))


@exact(dual_activations, step="series of the gates")
@control("every power", taylor_0=1 / (sp.pi * 2**k))
@control("10 % less", taylor_0=NINE * taylor_0)
@control("κ₀ of a linear function", kappa_0=cosine)
def gates_have_a_recurrence(kappa_0: sp.Expr, taylor_0: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The coefficients of the derivative, from k to k + 1 and at 0; the differential equation that this expresses."""
    slope = sp.diff(kappa_0, cosine)

    def following(term: sp.Expr) -> sp.Expr:
        return term * (2 * k + 1) / (2 * k + 2)

    yield trial.induction((2 * k + 1) * taylor_0, k, 1 / sp.pi, following, by=sp.combsimp)
    yield trial.same((1 - cosine**2) * sp.diff(slope, cosine), cosine * slope)
    yield trial.same(slope.subs(cosine, 0), 1 / sp.pi)


@exact(dual_activations, step="series of the values")
@control("κ₀ for κ₁", taylor_1=taylor_0)
@control("10 % less", taylor_1=NINE * taylor_1)
@control("every power", taylor_0=1 / (sp.pi * 2**k))
def values_have_the_coefficients_of_their_integral(
    taylor_0: sp.Expr, taylor_1: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The derivative of r^{2k+2} with its coefficient."""
    r = sp.Symbol("r", positive=True)
    yield trial.same(sp.diff(taylor_1 * r ** (2 * k + 2), r), taylor_0 * r ** (2 * k + 1))


@exact(dual_activations, step="slope of erf")
@control("slope at no correlation", erf_slope=erf.slope.subs(c, 0))
@control("erf 10 % less", erf_slope=NINE * erf.slope)
@control("1 + a for 1 + 2a", erf_slope=4 / (sp.pi * sp.sqrt((1 + a) * (1 + b) - c**2)))
def slope_of_erf_is_a_gaussian_integral(erf_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With z′ given z normal, the mean of e^{−z′²} and then that of the rest, integrated one after the other."""
    yield trial.same(erf_slope, 4 / sp.pi * gaussian_mean())


def gaussian_mean() -> sp.Expr:
    """E e^{−z² − z′²}, by E e^{−x²} = (1 + 2v)^{−½} e^{−m²/(1 + 2v)} for normal x of mean m and variance v, used twice."""
    left = b - c**2 / a  # the variance of z′ given z, whose mean is cz/a
    growth = 1 + (c / a) ** 2 / (1 + 2 * left)  # of z² in the exponent, once z′ is integrated
    return 1 / sp.sqrt((1 + 2 * left) * (1 + 2 * a * growth))


@exact(dual_activations, step="erf")
@control("arcsine without 2", erf_value=2 / sp.pi * sp.asin(c / sp.sqrt((1 + 2 * a) * (1 + 2 * b))))
@control("1 + a for 1 + 2a", erf_value=2 / sp.pi * sp.asin(2 * c / sp.sqrt((1 + a) * (1 + b))))
@control("erf 10 % less", erf_slope=NINE * erf.slope)
def value_of_erf_is_an_integral(erf_slope: sp.Expr, erf_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its derivative in the covariance, and none without correlation."""
    yield trial.same(sp.diff(erf_value, c), erf_slope)
    yield trial.same(erf_value.subs(c, 0), 0)


@exact(dual_activations, step="identity")
@control("identity squared", linear_value=c**2)
@control("identity twice", linear_slope=sp.Integer(2))
@control("10 % more", linear_value=ELEVEN * c)
def identity_has_the_covariance(linear_value: sp.Expr, linear_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean product of a pair built of two independent standard normals, and its derivative in the covariance."""
    first, second = sp.symbols("n_1 n_2")  # independent standard normals
    pair = sp.sqrt(a) * first, c / sp.sqrt(a) * first + sp.sqrt(b - c**2 / a) * second
    moments = sp.expand(pair[0] * pair[1]).subs({first * second: 0}).subs(first**2, 1)
    yield trial.same(linear_value, moments)
    yield trial.same(linear_slope, sp.diff(moments, c))


@exact(dual_activations, step="angle")
@control("the angle halves", angle_step=angle / 2)
@control("sine of the whole angle", angle_step=angle_step / 2)
@control("κ₁ 10 % more", kappa_1=ELEVEN * kappa_1)
@control("10 % more", value=ELEVEN * relu.value)
def angle_has_the_new_cosine(value: sp.Expr, kappa_1: sp.Expr, angle_step: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """cos θ′ = κ₁(cos θ) for 0 ≤ θ ≤ π; and F(a, a, a)."""
    yield trial.same(sp.cos(angle_step), kappa_1.subs(cosine, sp.cos(angle)), by=within_the_half_turn)
    yield trial.same(value.subs({b: a, c: a}), a)


@exact(dual_activations, step="layer")
@control("no gates on the way back", ntk_step=ntk_step.subs(tangent, 0) + tangent)
@control("kernel of outputs alone", ntk_step=ntk_step.subs(tangent, 0))
@control("10 % more", ntk_step=ELEVEN * ntk_step)
@control("κ₀ of the supplement", kappa_0=sp.acos(cosine) / sp.pi)
@control("κ₁ 10 % more", kappa_1=ELEVEN * kappa_1)
def layer_adds_and_passes_on(kappa_0: sp.Expr, kappa_1: sp.Expr, ntk_step: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """κ₁ + κ₀ t at the cosine of the angle, 0 ≤ θ ≤ π."""
    value, slope = (kernel.subs(cosine, sp.cos(angle)) for kernel in (kappa_1, kappa_0))
    yield trial.same(ntk_step, value + slope * tangent, by=within_the_half_turn)


@exact(dual_activations)
@control("arcsine without 2", erf_value=2 / sp.pi * sp.asin(c / sp.sqrt((1 + 2 * a) * (1 + 2 * b))))
@control("1 + a for 1 + 2a", erf_value=2 / sp.pi * sp.asin(2 * c / sp.sqrt((1 + a) * (1 + b))))
@control("slope at no correlation", erf_slope=erf.slope.subs(c, 0))
@control("erf 10 % less", erf_slope=NINE * erf.slope)
@control("identity squared", linear_value=c**2)
@control("identity twice", linear_slope=sp.Integer(2))
def smooth_activations_follow_from_gaussian_integrals(
    erf_value: sp.Expr,
    erf_slope: sp.Expr,
    linear_value: sp.Expr,
    linear_slope: sp.Expr,
    activations: tuple[DualActivation, ...],
    trial: Trial,
) -> Iterator[Finding]:
    """φ̇φ̇′ is constant for the identity and a Gaussian for erf, whose mean is a determinant; odd φ vanish at c = 0."""
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
@control("κ₀ of the supplement", kappa_0=sp.acos(cosine) / sp.pi)
@control("κ₁ of order 0", kappa_1=kappa_0)
@control("κ₁ 10 % more", kappa_1=ELEVEN * kappa_1)
@control("J₂ without the factor 3", J_2=J_2 - 2 * cosine * sp.sqrt(1 - cosine**2))
@control("half the derivative in a", variance_slope=variance_slope / 2)
@control("derivative in b", variance_slope=variance_slope * a / b)
def functions_of_the_cosine_are_consistent(
    kappa_0: sp.Expr, kappa_1: sp.Expr, J_2: sp.Expr, variance_slope: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """With a = b = 1 they are the duals; each is a derivative of the next; the derivative in a."""
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
@control("every power", taylor_0=1 / (sp.pi * 2**k))
@control("κ₀ for κ₁", taylor_1=taylor_0)
@control("10 % less", taylor_0=NINE * taylor_0, taylor_1=NINE * taylor_1)
def coefficients_are_those_of_taylor(taylor_0: sp.Expr, taylor_1: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivatives at r = 0 to the order 8."""
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
@control("the complementary arc", kappa_0=sp.acos(cosine) / sp.pi)
@control("sine for cosine", kappa_1=(cosine + (sp.pi - sp.acos(cosine)) * sp.sqrt(1 - cosine**2)) / sp.pi)
@control("J₂ 10 % less", J_2=NINE * J_2)
def polar_coordinates_give_the_same(
    kappa_0: sp.Expr, kappa_1: sp.Expr, J_2: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Another derivation (Cho and Saul): lengths and angles separate."""
    angles = [{angle: sp.Rational(step, 8)} for step in (1, 9, 15, 24)]
    for power, closed in enumerate((kappa_0 / 2, kappa_1 / 2, J_2 / (2 * sp.pi))):
        claimed = closed.subs(cosine, sp.cos(angle))
        yield trial.same(claimed, trial.once(polar_integral, power, angle), by=None, at=angles)


@enclosed(dual_activations)
@control("the angle halves", angle_step=angle / 2)
@control("sine of the whole angle", angle_step=angle_step / 2)
@control("no gates on the way back", ntk_step=ntk_step.subs(tangent, 0) + tangent)
@control("kernel of outputs alone", ntk_step=ntk_step.subs(tangent, 0))
@control("10 % more", ntk_step=ELEVEN * ntk_step)
def a_layer_applies_the_duals(angle_step: sp.Expr, ntk_step: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """cos θ′ = κ₁(cos θ), and the chain rule Θ′ = κ₁ + κ₀ Θ."""
    value, slope = (kernel.subs(cosine, sp.cos(angle)) for kernel in (kappa_1, kappa_0))
    below = [{angle: sp.Rational(step, 7), tangent: sp.Rational(step, 5) - 1} for step in (1, 7, 13, 21)]
    yield trial.same(ntk_step, value + slope * tangent, by=within_the_half_turn, at=below)
    yield trial.same(sp.cos(angle_step), value, by=within_the_half_turn, at=below)
    yield trial.everywhere(sp.Integer(0), angle_step)
    yield trial.everywhere(angle_step, sp.pi / 2)


def within_the_half_turn(expression: sp.Expr) -> sp.Expr:
    """Simplify for 0 ≤ θ ≤ π, where arccos cos θ = θ and √(1 − cos² θ) = sin θ."""
    sine = {sp.acos(sp.cos(angle)): angle, sp.sqrt(1 - sp.cos(angle) ** 2): sp.sin(angle)}
    return sp.simplify(sp.expand_trig(expression.subs(sine)))


def stacked(layers: int) -> tuple[sp.Expr, sp.Expr]:
    """Both kernels from κ₀ and κ₁ alone, layer upon layer, written out."""
    output = ntk = cosine
    for _ in range(layers):
        output, ntk = kappa_1.subs(cosine, output), kappa_1.subs(cosine, output) + kappa_0.subs(cosine, output) * ntk
    return output, ntk


@enclosed(dual_activations)
@control("one layer too many", dense_ntk=dense_ntk.subs(depth, depth + 1))
@control("one layer too few", dense_nngp=dense_nngp.subs(depth, depth - 1))
@control("a linear network", dense_ntk=(depth + 1) * cosine)
@control("10 % less", dense_nngp=NINE * dense_nngp)
def depth_iterates_the_layer(dense_nngp: sp.Expr, dense_ntk: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The kernels of 1, 2, 4 layers; at parallel, orthogonal and opposite inputs, where values are elementary."""
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
    """z, z′ at `PAIR`, and the square of the length of the two independent normals behind them. float[size] each"""
    first, second = rng.standard_normal((2, size))
    other = CORRELATION * first + np.sqrt(1 - CORRELATION**2) * second
    return np.sqrt(VARIANCES[0]) * first, np.sqrt(VARIANCES[1]) * other, first**2 + second**2


@statistical(dual_activations, tests=5, cost=0.4)
@control("gates as if independent", slope=sp.Rational(1, 2))
@control("slope 10 % more", slope=ELEVEN * relu.slope)
@control("angle for its supplement", value=GEOMETRIC * (kappa_1 - cosine).subs(cosine, c / GEOMETRIC))
@control("ReLU without √2", value=relu.value / 2)
@control("squares as if independent", squares=a * b)
@control("squares 10 % more", squares=ELEVEN * squares)
@control("erf as if linear", erf_value=4 * c / sp.pi)
@control("erf 10 % more", erf_value=ELEVEN * erf.value)
@control("erf slope 10 % less", erf_slope=NINE * erf.slope)
def sampled_pairs_have_the_duals(
    value: sp.Expr, slope: sp.Expr, squares: sp.Expr, erf_value: sp.Expr, erf_slope: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Normal pairs with a = 2, b = ½, r = ½.

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
