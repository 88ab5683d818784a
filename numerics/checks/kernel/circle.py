"""Evidence for K10.1 and K10.2: the spectrum of the tangent kernel on the circle."""

from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.simplify.fu import TR8  # products of waves as sums

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.kernels.spectra import kernel_eigenvalues, sphere_spectrum
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import delta, m
from sparse_limits.theory.kernel.circle import (
    circle_spectrum,
    high,
    k,
    low,
    ntk_eigenvalue,
    points,
    rank,
    sum_x,
    sum_xx,
    sum_xy,
    sum_y,
)
from sparse_limits.theory.kernel.further.circle_sampling import KERNELS, circle_sampling, squares

HALF = sp.Rational(1, 2)

theta = sp.Symbol("theta", positive=True)  # the angle between two inputs, in (0, π)
i = sp.Symbol("i", integer=True, nonnegative=True)
j = sp.Symbol("j", positive=True)  # a frequency


def coefficient(name: str, frequency: sp.Expr) -> sp.Expr:
    """(1/π)∫₀^π K cos kθ, by products of waves."""
    a, b = (frequency + 1) * theta, (frequency - 1) * theta
    waves = {
        sp.cos(theta): (sp.cos(a) + sp.cos(b)) / 2,
        sp.sin(theta): (sp.sin(a) - sp.sin(b)) / 2,
        sp.Integer(1): sp.cos(frequency * theta),
    }
    kernel = sp.expand(KERNELS[name])
    total = sp.Integer(0)
    for term in sp.Add.make_args(kernel):
        factor = next((wave for wave in (sp.cos(theta), sp.sin(theta)) if term.has(wave)), sp.Integer(1))
        total += sum(map(over_half, sp.Add.make_args(sp.expand(term / factor * waves[factor])))) / sp.pi
    return total


def over_half(term: sp.Expr) -> sp.Expr:
    """The integral over (0, π) of a number times a power of θ times a wave cos jθ or sin jθ, if there is one."""
    number, rest = term.as_independent(theta)
    wave = next(iter(rest.atoms(sp.cos, sp.sin)), None)
    if wave is None:
        return number * sp.integrate(rest, (theta, 0, sp.pi))
    frequency = sp.cancel(wave.args[0] / theta)
    return number * of_any_frequency(rest.subs(wave, wave.func(j * theta))).subs(j, frequency)


@cache
def of_any_frequency(term: sp.Expr) -> sp.Expr:
    return sp.integrate(term, (theta, 0, sp.pi))


@exact(circle_spectrum, cost=1.2)
def eigenvalues_are_fourier_coefficients(
    ntk_eigenvalue: sp.Expr, slope_eigenvalue: sp.Expr, value_eigenvalue: sp.Expr, trial: Trial
) -> Findings:
    """The eigenvalues of three kernels are the integrals against cos kθ, for k = 0, 1 and for every k ≥ 2."""
    for name, claimed in (("ntk", ntk_eigenvalue), ("slope", slope_eigenvalue), ("value", value_eigenvalue)):
        for frequency in (sp.Integer(0), sp.Integer(1), i + 2):
            yield trial.same(claimed.subs(k, frequency), trial.once(coefficient, name, frequency), by=sp.cancel)


@cache
def eigenvalue_at(frequency: int) -> sp.Expr:
    return valued(ntk_eigenvalue, {k: frequency})


def descending(count: int) -> list[sp.Expr]:
    """The beginning of the list, from the eigenvalue of each frequency."""
    values = list(map(eigenvalue_at, range(count + 2)))
    return sorted((v for f, v in enumerate(values) for _ in range(1 + (f > 0))), key=float, reverse=True)[:count]


@exact(circle_spectrum, cost=0.4)
def metrics_are_those_of_the_list(
    ranked: sp.Expr, trace_ratio: sp.Expr, gap_ratio: sp.Expr, top_energy: sp.Expr, trial: Trial
) -> Findings:
    """The first 24 of the list are the eigenvalues sorted with multiplicities, and the ratios follow from them.

    The trace is K(0) = 2 by Mercer's theorem.
    """
    trace = KERNELS["ntk"].subs(theta, 0)
    order = trial.once(descending, 24)
    for place, value in enumerate(order, start=1):
        yield trial.same(ranked.subs(rank, place), value)
    yield trial.same(trace_ratio * order[0], trace)
    yield trial.same(gap_ratio, order[0] / order[1])
    yield trial.same(top_energy, sum(order[:5]) / trace)


x, y = sp.symbols("x_1:4", real=True), sp.symbols("y_1:4", real=True)
SUMS = {
    points: 3,
    sum_x: sum(x),
    sum_y: sum(y),
    sum_xx: sum(a**2 for a in x),
    sum_xy: sum(a * b for a, b in zip(x, y, strict=True)),
}


@exact(circle_spectrum)
def fit_and_limit(fit_slope: sp.Expr, exponent: sp.Expr, trial: Trial) -> Findings:
    """The residuals of a line fitted to three points are orthogonal to x; λ_k k^exponent has a positive limit at even k."""
    slope = fit_slope.subs(SUMS)
    offset = (sum(y) - slope * sum(x)) / 3
    yield trial.vanishes(sum(a * (b - offset - slope * a) for a, b in zip(x, y, strict=True)))
    ratio = sp.limit(ntk_eigenvalue.subs(k, 2 * i + 2) * (2 * i + 2) ** exponent, i, sp.oo)
    yield trial.holds(ratio.is_finite and ratio.is_positive, f"λ_k k^{exponent} → {ratio}")


def centred_slope(first: int, last: int) -> sp.Expr:
    """Minus the slope of the sorted list by centred logarithms."""
    order = descending(2 * last)
    logs = [(sp.log(place), sp.log(order[place - 1])) for place in range(first, last + 1)]
    middle = sum(a for a, _ in logs) / len(logs)
    return -sum((a - middle) * b for a, b in logs) / sum((a - middle) ** 2 for a, _ in logs)


@enclosed(circle_spectrum, cost=0.5)
def decay_of_the_list(decay: sp.Expr, trial: Trial) -> Findings:
    """The decay is the slope in centred logarithms on ranks 6 to 30 and on two other ranges, to 30 digits.

    On ranks 6 to 60 it is 2.384, rounded.
    """
    for first, last in ((6, 30), (5, 12), (7, 16)):
        yield trial.same(
            valued(decay, {low: first, high: last}), trial.once(centred_slope, first, last), by=None, at=[{}]
        )
    window, half = {low: 6, high: 60}, sp.Rational(1, 2000)
    yield trial.below(sp.Abs(decay - sp.Rational(2384, 1000)), half, at=[window])


@exact(circle_sampling, cost=0.5)
def sampling_error_has_its_constants(
    squares: sp.Expr, mean_distance: sp.Expr, sampling_radius: sp.Expr, trial: Trial
) -> Findings:
    """Σλ² = (1/π)∫K², the mean distance is the variance of a mean of rank-one operators, and at the radius McDiarmid's bound is δ.

    The radius is positive at m = 100.
    """
    kernel = KERNELS["ntk"]
    yield trial.same(squares, trial.once(mean_square, "ntk"))
    yield trial.same(mean_distance, (kernel.subs(theta, 0) ** 2 - squares) / m)
    difference = sp.sqrt(2 * kernel.subs(theta, 0) ** 2) / m  # what one sample changes
    excess = sampling_radius - sp.sqrt(mean_distance)
    yield trial.same(sp.exp(-2 * excess**2 / (m * difference**2)), delta)
    size = trial.value(sampling_radius, {m: 100, delta: HALF})
    yield trial.holds(size > 0, f"radius {size:.4g} at m = 100")


def mean_square(name: str) -> sp.Expr:
    """(1/π)∫₀^π K²."""
    terms = sp.Add.make_args(sp.expand(TR8(sp.expand(KERNELS[name] ** 2))))
    return sum(map(over_half, terms)) / sp.pi


def sampled_distances(rng: np.random.Generator, matrices: int, size: int) -> NDArray[np.floating]:
    """Of random kernel matrices: √Σ(λ̂_i − λ_i)² over the list, and Σλ̂² = ΣK²/m². float[2, matrices]"""
    kernel = numeric((theta,), KERNELS["ntk"])
    exact_list = sphere_spectrum(2, size)
    found = np.empty((2, matrices))
    for each in found.T:
        angles = rng.uniform(0, 2 * np.pi, size)
        apart = np.abs((angles[:, None] - angles + np.pi) % (2 * np.pi) - np.pi)
        K = kernel(apart)
        each[:] = np.sqrt(((kernel_eigenvalues(K) - exact_list) ** 2).sum()), (K**2).mean()
    return found


@statistical(circle_sampling, tests=2, cost=0.6)
def random_points_have_the_spectrum(sampling_radius: sp.Expr, mean_distance: sp.Expr, trial: Trial) -> Findings:
    """For kernel matrices at 50 uniform points, the eigenvalues are outside the radius with probability δ = 1/20 at most.

    The mean of Σλ̂² is the stated one.
    """
    size, share = 50, sp.Rational(1, 20)
    distances, sums = trial.draw(sampled_distances, trial.size(400), size)
    limit = trial.value(sampling_radius, {m: size, delta: share})
    yield trial.counts(int((distances > limit).sum()), len(distances), float(share), side="above")
    claimed = trial.value(squares) + trial.value(mean_distance, {m: size})
    yield trial.averages(sums, claimed, 0.0, 4.0)


def network_waves(rng: np.random.Generator, networks: int, width: int) -> NDArray[np.floating]:
    """Θ_n(θ) cos kθ of networks at uniform angles, k = 0, 1, from gradients with |x|² = d = 2. float[2, networks]"""
    angle = rng.uniform(0, 2 * np.pi, networks)
    w = rng.standard_normal((networks, width, 2))
    first, second = w[:, :, 0], w[:, :, 0] * np.cos(angle)[:, None] + w[:, :, 1] * np.sin(angle)[:, None]
    gates = 2 * (first > 0) * (second > 0)
    readout = rng.standard_normal((networks, width))
    kernel = (gates * (first * second + readout**2 * np.cos(angle)[:, None])).mean(axis=1)
    return np.stack([kernel, kernel * np.cos(angle)])


@statistical(circle_spectrum, tests=2, cost=0.6)
def networks_have_the_leading_eigenvalues(ntk_eigenvalue: sp.Expr, trial: Trial) -> Findings:
    """Kernels of networks of width 8, over uniform angles, average to λ₀, and times cos θ to λ₁.

    Their variance is at most E Θ(x, x)² = 4 + 12/n.
    """
    width = 8
    waves = trial.draw(network_waves, trial.size(250_000), width)
    for frequency, wave in enumerate(waves):
        yield trial.unbounded_averages(wave, trial.value(ntk_eigenvalue, {k: frequency}), 4 + 12 / width)
