"""Evidence for K6: mean and variance of the tangent kernel of one hidden layer, at every width."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, relu
from sparse_limits.theory.kernel.finite_width import at_covariance, finite_width_moments, k, mean, n, q, second_moment
from sparse_limits.theory.saliency.model import rho

first_length, second_length = sp.symbols("A B", positive=True)  # √a and √b
theta = sp.Symbol("theta", positive=True)  # the angle, in (0, π)
wave = sp.Symbol("u", real=True)
ANGLES = [{first_length: 1 + sp.Rational(k, 7), second_length: sp.Rational(k, 3), theta: k} for k in (1, 2, 3)]

X, Y = (2.0, 0.0), (1.0, float(np.sqrt(3)))
PAIR = {a: 2, b: 2, c: 1}  # their variances and covariance


def neuron_moment(order: int) -> sp.Expr:
    """E Xᵏ of one neuron, by integrating over the arc where both gates are open: lengths A, B and angle θ.

    With u = 2t − θ, X = R²(cos θ + cos u) AB + 2 α² c on |u| < π − θ.
    """
    radial, readout = sp.symbols("R2 alpha2")
    lengths = first_length * second_length
    inside = lengths * (radial * (sp.cos(theta) + sp.cos(wave)) + 2 * readout * sp.cos(theta))
    total = sp.Integer(0)
    for (j, i), term in sp.Poly(inside**order, radial, readout).terms():
        total += term * 2**j * sp.factorial(j) * sp.factorial2(2 * i - 1)  # E R^2j = 2^j j!, E α^2i = (2i − 1)!!
    powers = sp.Poly(total, sp.cos(wave)).terms()
    return sum(part * sp.integrate(sp.cos(wave) ** j, (wave, 0, sp.pi - theta)) for (j,), part in powers) / (2 * sp.pi)


def at_angle(expression: sp.Expr) -> sp.Expr:
    """A formula in a, b, c (or the cosine) at lengths A, B and angle θ."""
    covariance = first_length * second_length * sp.cos(theta)
    polar = {a: first_length**2, b: second_length**2, c: covariance, cosine: sp.cos(theta)}
    return valued(expression, polar)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify with arccos(cos θ) = θ and √(1 − cos²θ) = sin θ, 0 < θ < π."""
    sine = sp.sqrt(1 - sp.cos(theta) ** 2)
    plain = sp.expand(expression.subs({sp.acos(sp.cos(theta)): theta, sine: sp.sin(theta)}))
    return sp.expand(plain.subs(sp.cos(theta) ** 3, sp.cos(theta) * (1 - sp.sin(theta) ** 2)))


@exact(finite_width_moments, cost=0.6)
def moments_are_integrals_over_the_arc(mean: sp.Expr, second_moment: sp.Expr, trial: Trial) -> Findings:
    """E X and E X² of one neuron are integrals in polar coordinates, over the arc where both gates are open."""
    for claimed, order in ((mean, 1), (second_moment, 2)):
        yield trial.same(at_angle(claimed), trial.once(neuron_moment, order), by=reduce, at=ANGLES)


@exact(finite_width_moments)
def pieces_add_up(variance: sp.Expr, deviation: sp.Expr, fourth: sp.Expr, trial: Trial) -> Findings:
    """Var X = E X² − (E X)², and the deviation is that of an average of n neurons.

    ∂/∂c of E φ²φ′² is 8 E φφ′ (Price), and E φ²φ′² is 0 at c = −√(ab).
    """
    yield trial.same(variance, second_moment - mean**2)
    yield trial.same(n * deviation**2, variance)
    size = trial.value(deviation, {**PAIR, n: 1})
    yield trial.holds(size > 0, f"root mean square {size:.4g} at width 1")
    yield trial.same(sp.diff(a * b * at_covariance(fourth), c), 8 * relu.value)
    yield trial.same(fourth.subs(cosine, -1), 0)


INPUTS = (Fraction(1), Fraction(-2), Fraction(1, 2), Fraction(3, 2))
DENSITY = Fraction(1, 3)


def diagonal_moments(inputs: tuple[Fraction, ...], density: Fraction) -> tuple[Fraction, Fraction]:
    """E X and E X² at x = x′ over all masks of a row, a neuron with the input variance S having 2S and 16S²."""
    first = second = Fraction(0)
    for mask in product((0, 1), repeat=len(inputs)):
        chance = density ** sum(mask) * (1 - density) ** (len(mask) - sum(mask))
        size = sum((x * x for x, kept in zip(inputs, mask, strict=True) if kept), Fraction(0)) / len(inputs)
        first += chance * 2 * size
        second += chance * 16 * size**2
    return first, second


@exact(finite_width_moments)
def diagonal_is_the_sum_over_masks(diagonal_mean: sp.Expr, diagonal_variance: sp.Expr, trial: Trial) -> Findings:
    """Mean and total variance at x = x′ are sums over all masks of a row."""
    same_input = {b: a, c: a}
    yield trial.same(mean.subs(same_input), 2 * a)
    yield trial.same(second_moment.subs(same_input), 16 * a**2)
    for inputs, density in ((INPUTS, DENSITY), (INPUTS[:2], Fraction(4, 5))):
        squares = sum(x * x for x in inputs) / len(inputs)
        fourths = sum(x**4 for x in inputs) / Fraction(len(inputs) ** 2)
        at = {q: sp.Rational(squares), k: sp.Rational(fourths), rho: sp.Rational(density)}
        first, second = diagonal_moments(inputs, density)
        for claimed, seen in ((diagonal_mean, first), (diagonal_variance, second - first**2)):
            yield trial.holds(claimed.subs(at) == sp.Rational(seen), f"enumerated {seen}, claimed {claimed.subs(at)}")


WIDTH = 2


def kernels(
    rng: np.random.Generator, networks: int, width: int, x: tuple[float, ...], y: tuple[float, ...], density: float
) -> NDArray[np.float64]:
    """Θ_n(x, y) of networks with Bernoulli masks (density 1: dense), from their gradients. float[networks]"""
    w = rng.standard_normal((networks, width, len(x)))
    mask = rng.random(w.shape) < density
    readout = rng.standard_normal((networks, width))
    gradients = []
    for point in (np.array(x), np.array(y)):
        z = (mask * w) @ point / np.sqrt(len(point))
        hidden = np.sqrt(2) * np.maximum(z, 0)
        first = (np.sqrt(2) * readout * (z > 0))[:, :, None] * mask * point / np.sqrt(len(point))
        gradients.append(np.concatenate([hidden[:, :, None], first], axis=2) / np.sqrt(width))
    products: NDArray[np.float64] = np.einsum("sij,sij->s", *gradients)
    return products


def squared_spread() -> float:
    """Var (Θ_n − μ)² at the pair and the width, exact from the moments of one neuron."""
    at = {first_length: sp.sqrt(2), second_length: sp.sqrt(2), theta: sp.pi / 3}
    first, second, third, last = (neuron_moment(order).subs(at) for order in (1, 2, 3, 4))
    spread = second - first**2
    kurtosis = last - 4 * first * third + 6 * first**2 * second - 3 * first**4
    return float(sp.N((kurtosis + 3 * (WIDTH - 1) * spread**2) / WIDTH**3 - spread**2 / WIDTH**2))


@statistical(finite_width_moments, tests=2, cost=1.0)
def networks_have_the_mean_and_the_variance(mean: sp.Expr, variance: sp.Expr, trial: Trial) -> Findings:
    """Kernels of networks of width 2, from their gradients at x = (2, 0) and x′ = (1, √3), have the stated mean and variance."""
    sample = trial.draw(kernels, trial.size(250_000), WIDTH, X, Y, 1.0)
    truth = finite_width_moments.expressions["mean"], finite_width_moments.expressions["variance"]
    centre, spread = (trial.value(each, PAIR) for each in truth)
    yield trial.unbounded_averages(sample, trial.value(mean, PAIR), spread / WIDTH)
    square = (sample - centre) ** 2
    yield trial.unbounded_averages(square, trial.value(variance, PAIR) / WIDTH, trial.once(squared_spread))


MASKED = ((1, 2, -1), (2, 1, 1))


def over_masks(formula: sp.Expr) -> sp.Expr:
    """The mean of a formula in a, b, c over the masks of a row at density ½; a neuron without inputs contributes 0."""
    x, y = MASKED
    total = sp.Integer(0)
    for mask in product((0, 1), repeat=len(x)):
        kept = [(sp.Integer(s), sp.Integer(t)) for s, t, bit in zip(x, y, mask, strict=True) if bit]
        if kept:
            variances = (sum(s * s for s, _ in kept), sum(t * t for _, t in kept), sum(s * t for s, t in kept))
            row = dict(zip((a, b, c), (each / len(x) for each in variances), strict=True))
            total += formula.subs(row) / 2 ** len(x)
    return total


@statistical(finite_width_moments, tests=1)
def masked_networks_have_the_mean(mean: sp.Expr, second_moment: sp.Expr, trial: Trial) -> Findings:
    """Masked networks of density ½, three inputs and width 2 have the exact mean over masks.

    The exact total variance over masks is used for the test.
    """
    sample = trial.draw(kernels, trial.size(60_000), WIDTH, *MASKED, 0.5)
    claimed = trial.value(over_masks(mean))
    spread = trial.value(over_masks(second_moment)) - claimed**2
    yield trial.holds(spread > 0, f"total variance {spread:.4g}")
    yield trial.unbounded_averages(sample, claimed, spread / WIDTH)
