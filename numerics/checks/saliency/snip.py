"""Evidence for S3: the SNIP gradient, its mean and its fluctuations."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Refutation, Trial, exact, statistical
from sparse_limits.theory.saliency.snip import cosine, gradient_moments, norm, theta, z
from sparse_limits.theory.tails import normal_density


@exact(gradient_moments, step="one half")
def opposite_samples_open_opposite_gates(mean_weight: sp.Expr, trial: Trial) -> Findings:
    """For samples (x, r) and (−x, −r), the gated mean of r x is the stated multiple of the mean without gates, whichever gate is open."""
    sample, residual = sp.symbols("x_1 r_1", real=True)
    pair = ((sample, residual), (-sample, -residual))
    whole = sum(each * slope for each, slope in pair) / 2
    for gates in ((1, 0), (0, 1)):
        gated = sum(gate * each * slope for gate, (each, slope) in zip(gates, pair, strict=True)) / 2
        yield trial.same(gated, mean_weight * whole)


@exact(gradient_moments, step="second gate")
def second_gate_opens_with_the_conditional_law(open_gate: sp.Expr, trial: Trial) -> Findings:
    """The probability is ½ at z = 0, and its slope in z is that for a normal variable of mean cz and variance 1 − c²."""
    mean, spread = cosine * z, sp.sqrt(1 - cosine**2)
    yield trial.same(sp.diff(open_gate, z), cosine * normal_density(mean / spread) / spread)
    yield trial.same(open_gate.subs(z, 0), sp.Rational(1, 2))


@exact(gradient_moments, step="covariance")
def covariance_is_that_of_two_gates(
    covariance_kernel: sp.Expr, gate_rate: sp.Expr, mean_weight: sp.Expr, trial: Trial
) -> Findings:
    """The slope of the covariance in the cosine is that of P(z > 0, z′ > 0); it is 0 at the cosine 0.

    At the cosines ±1 it is P less the square of the mean, where P is ½ or 0.
    """
    yield trial.same(sp.diff(covariance_kernel, cosine), gate_rate)
    yield trial.same(covariance_kernel.subs(cosine, 0), 0)
    for end, both in ((1, sp.Rational(1, 2)), (-1, 0)):
        yield trial.same(covariance_kernel.subs(cosine, end), both - mean_weight**2)


@exact(gradient_moments, step="half of a normal")
def half_of_a_normal_has_the_mean(half_mean: sp.Expr, trial: Trial) -> Findings:
    """The mean is the integral of z times the normal density over z > 0."""
    yield trial.same(half_mean, trial.once(sp.integrate, z * normal_density(z), (z, 0, sp.oo)))


@exact(gradient_moments, step="Stein moment")
def stein_moment_is_a_mean_over_the_half_plane(stein_kernel: sp.Expr, half_mean: sp.Expr, trial: Trial) -> Findings:
    """E[w_j 1{w·x > 0}] for x at the angle θ to axis j, integrated by SymPy over the length and the angle of w."""
    angle = sp.Symbol("alpha", real=True)
    length = trial.once(sp.integrate, z * z * sp.exp(-(z**2) / 2), (z, 0, sp.oo))
    direction = sp.integrate(sp.cos(angle), (angle, theta - sp.pi / 2, theta + sp.pi / 2)) / (2 * sp.pi)
    yield trial.same(sp.cos(theta) * stein_kernel, length * direction / norm)
    yield trial.same(sp.cos(theta) * stein_kernel, sp.cos(theta) * half_mean / norm)


def integer_data(data: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixel levels (or two points) and labels ±1 as integers: x[N, d], r[N]."""
    if data == "atom":
        return np.array([[1, 0], [-1, 0]]), np.array([1, -1])
    bundle = digits("ge5", standardise=False)
    inputs, labels = np.rint(16 * bundle.x).astype(np.int64), np.rint(bundle.y[:, 0]).astype(np.int64)
    if data == "symmetrised":
        return np.concatenate([inputs, -inputs]), np.concatenate([labels, -labels])
    return inputs, labels


def integer_weights(rng: np.random.Generator, data: str, rows: int) -> NDArray[np.int64]:
    """Rows of weights, normal in units of 2^-16 and rounded; for the atom the row on its hyperplane."""
    if data == "atom":
        return np.array([[0, 1]])
    return np.rint(rng.standard_normal((rows, 64)) * 2**16).astype(np.int64)


def gated_sums(data: str, weights: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Σ r x over the inputs with w·x > 0, int[rows, d], and over all, int[d], in exact integers."""
    inputs, labels = integer_data(data)
    weighted = labels[:, None] * inputs
    return ((weights @ inputs.T) > 0).astype(np.int64) @ weighted, weighted.sum(axis=0)


def rational(value: object) -> sp.Rational:
    if not isinstance(value, sp.Rational):
        raise Refutation(f"{value} is not rational")
    return value


@exact(gradient_moments)
def symmetric_data_make_the_gradient_constant(mean_weight: sp.Expr, data: str, trial: Trial) -> Findings:
    """On symmetrised digits g_ij = h_j/2 for eight drawn rows, in exact integer arithmetic."""
    weight = rational(mean_weight)
    gated, whole = gated_sums(data, trial.draw(integer_weights, data, 8))
    yield trial.holds(
        np.array_equal(int(weight.q) * gated, np.broadcast_to(int(weight.p) * whole, gated.shape)),
        f"{gated.size} integer identities",
    )


@exact(gradient_moments)
def opposite_weights_average_to_the_mean(mean_weight: sp.Expr, trial: Trial) -> Findings:
    """(g(w) + g(−w))/2 is the stated multiple of h on raw digits for eight drawn w, exactly."""
    weight = rational(mean_weight)
    rows = trial.draw(integer_weights, "raw", 8)
    (one, whole), (other, _) = gated_sums("raw", rows), gated_sums("raw", -rows)
    yield trial.holds(
        np.array_equal(int(weight.q) * (one + other), np.broadcast_to(2 * int(weight.p) * whole, one.shape)),
        f"{one.size} integer identities",
    )


PAIRS = ((0.6, 0.8), (-0.8, 0.6))  # second inputs of unit length; the first is (1, 0)


def open_gates(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """The number of normal weights that open both gates of each pair of inputs."""
    w = rng.standard_normal((size, 2))
    return np.array([((w[:, 0] > 0) & (w @ np.array(pair) > 0)).sum() for pair in PAIRS])


@statistical(gradient_moments, tests=1)
def two_gates_open_together(covariance_kernel: sp.Expr, trial: Trial) -> Findings:
    """The number of normal weights that open both gates is binomial with ¼ plus the covariance."""
    n = trial.size(400_000)
    cosines = (sp.Rational(3, 5), sp.Rational(-4, 5))
    nulls = [0.25 + trial.value(covariance_kernel, {cosine: c}) for c in cosines]
    yield trial.counts_each(trial.draw(open_gates, n), n, nulls)


SAMPLES = 300  # digits whose gradient is drawn below


def weighted_digits() -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Raw digits x[300, 64], and r x for the labels ±1."""
    bundle = digits("ge5", standardise=False)
    return bundle.x[:SAMPLES], -bundle.y[:SAMPLES] * bundle.x[:SAMPLES]


def gradient_spread(rng: np.random.Generator, size: int, residual: str) -> NDArray[np.floating]:
    """Σ_j (g_j − h_j/2)² of the SNIP gradient on digits, for `size` normal weight vectors, h = −E[y x].

    The residual is −y (fixed), or f₀ − y with the output f₀ of a network of four neurons, the first of which is taken.
    """
    if residual == "of the network":
        lengths: NDArray[np.floating] = (two_gradients(rng, size // 16, residual)[:, 0] ** 2).sum(axis=1)
        return lengths
    inputs, weighted = weighted_digits()
    gates = (rng.standard_normal((size, inputs.shape[1])) @ inputs.T) > 0
    lengths = (((gates - 0.5) @ weighted / SAMPLES) ** 2).sum(axis=1)
    return lengths


def two_gradients(rng: np.random.Generator, networks: int, residual: str) -> NDArray[np.floating]:
    """g − h/2 of two of the four neurons of networks on digits, h = −E[y x]. float[networks, 2, 64]

    The residual is −y (fixed) or f₀ − y, f₀ the output of the network (of the network).
    """
    inputs, weighted = weighted_digits()
    z = rng.standard_normal((networks, 4, inputs.shape[1])) @ inputs.T / np.sqrt(inputs.shape[1])
    output = np.einsum("si,sik->sk", rng.standard_normal((networks, 4)), np.maximum(z, 0)) / 2
    gates = z[:, :2] > 0
    centred = (gates - 0.5) @ weighted
    if residual == "of the network":
        centred += (gates * output[:, None]) @ inputs
    gradients: NDArray[np.floating] = centred / SAMPLES
    return gradients


@statistical(gradient_moments, tests=1)
def gradient_fluctuates_with_the_covariance(covariance_kernel: sp.Expr, residual: str, trial: Trial) -> Findings:
    """On digits the mean of Σ_j (g_j − h_j/2)² over weights is the trace of the stated covariance."""
    inputs, weighted = weighted_digits()
    lengths = np.linalg.norm(inputs, axis=1)
    cosines = np.clip(inputs @ inputs.T / np.outer(lengths, lengths), -1.0, 1.0)
    kernel = numeric((cosine,), covariance_kernel)(cosines)
    trace = float((kernel * (weighted @ weighted.T)).sum() / SAMPLES**2)
    highest = float((np.abs(weighted).mean(axis=0) ** 2).sum() / 4)
    sample = trial.draw(gradient_spread, trial.size(40_000), residual)
    observed = residual != "fixed"  # the claim's own draws depend on nothing that a formula changes
    yield trial.averages(np.minimum(sample, highest), trace, 0.0, highest, observed=observed)


# The smallest counterexample


@exact(gradient_moments)
def one_sample_opens_half_of_the_gates(
    mean_weight: sp.Expr, covariance_kernel: sp.Expr, one_sample: tuple[sp.Expr, sp.Expr], trial: Trial
) -> Findings:
    """For one data point (x, r), g is rx if the gate is open and else 0; at c = 1 the formulas give its mean and its variance."""
    point, residual = one_sample
    gradients = [residual * point * int(bool(weight * point > 0)) for weight in (1, -1)]
    mean = sum(gradients) / 2
    yield trial.same(mean_weight * residual * point, mean)
    spread = sum((each - mean) ** 2 for each in gradients) / 2
    yield trial.same(residual**2 * point**2 * covariance_kernel.subs(cosine, 1), spread)
