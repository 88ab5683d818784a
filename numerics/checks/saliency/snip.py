"""Evidence for S3 and S4: the SNIP gradient and the graphon it has when it factorises."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.bridge import numeric
from numerics.data import digits
from numerics.evidence import Finding, Refutation, Trial, control, enclosed, exact, statistical
from numerics.exact.logarithms import split_powers
from theory.formulas.level import Level
from theory.saliency.model import phi, rho, tau, u
from theory.saliency.snip import (
    cosine,
    covariance_kernel,
    gradient_moments,
    integral_form,
    norm,
    product_density,
    product_graphon,
    theta,
    x,
)
from theory.tails import half_normal, product_survival, t

TENTH = sp.Rational(11, 10)
z, square = sp.symbols("z q", positive=True)  # q stands for 1 − c²


def normal_density(at: sp.Expr) -> sp.Expr:
    return sp.exp(-(at**2) / 2) / sp.sqrt(2 * sp.pi)


@exact(gradient_moments)
@control("arccosine", covariance_kernel=sp.acos(cosine) / (2 * sp.pi))
@control("angle over π", covariance_kernel=sp.asin(cosine) / sp.pi)
@control("the cosine itself", covariance_kernel=cosine / (2 * sp.pi))
def covariance_is_that_of_two_gates(covariance_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its derivative in the cosine is that of P(z > 0, z′ > 0), integrated by SymPy; its values at 0 and at ±1."""
    other = z * sp.sqrt(1 - square) / sp.sqrt(square)  # c z / √(1 − c²)
    rate = sp.integrate(
        sp.simplify(normal_density(z) * normal_density(other)) * z / square ** sp.Rational(3, 2), (z, 0, sp.oo)
    )
    yield trial.same(sp.diff(covariance_kernel, cosine), rate.subs(square, 1 - cosine**2))
    yield trial.same(covariance_kernel.subs(cosine, 0), 0)
    for end in (1, -1):  # equal or opposite gates: P(both open) is ½ or 0
        yield trial.same(covariance_kernel.subs(cosine, end), sp.Rational(end, 4))


@exact(gradient_moments)
@control("a half-normal mean", stein_kernel=sp.sqrt(2 / sp.pi) / norm)
@control("not divided by the norm", stein_kernel=1 / sp.sqrt(2 * sp.pi))
@control("divided by the square", stein_kernel=1 / (sp.sqrt(2 * sp.pi) * norm**2))
def stein_moment_is_a_mean_over_the_half_plane(stein_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E[w_j 1{w·x > 0}] for x at the angle θ to axis j, integrated by SymPy over the length and the angle of w."""
    angle = sp.Symbol("alpha", real=True)
    length = sp.integrate(z * z * sp.exp(-(z**2) / 2), (z, 0, sp.oo))
    direction = sp.integrate(sp.cos(angle), (angle, theta - sp.pi / 2, theta + sp.pi / 2)) / (2 * sp.pi)
    yield trial.same(norm * sp.cos(theta) * stein_kernel, length * direction)


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
@control("data that are not symmetric", data="raw")
@control("an atom on the hyperplane of w", data="atom")
@control("factor one half dropped", mean_weight=sp.Integer(1))
def symmetric_data_make_the_gradient_constant(mean_weight: sp.Expr, data: str, trial: Trial) -> Iterator[Finding]:
    """On symmetrised digits g_ij = h_j/2 for every row, in exact integer arithmetic."""
    weight = rational(mean_weight)
    gated, whole = gated_sums(data, trial.draw(integer_weights, data, 8))
    yield trial.holds(
        np.array_equal(int(weight.q) * gated, np.broadcast_to(int(weight.p) * whole, gated.shape)),
        f"{gated.size} integer identities",
    )


@exact(gradient_moments)
@control("factor one half dropped", mean_weight=sp.Integer(1))
@control("a quarter", mean_weight=sp.Rational(1, 4))
def opposite_weights_average_to_the_mean(mean_weight: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(g(w) + g(−w))/2 is the stated multiple of h on raw digits for every w: the mean over w, exactly."""
    weight = rational(mean_weight)
    rows = trial.draw(integer_weights, "raw", 8)
    (one, whole), (other, _) = gated_sums("raw", rows), gated_sums("raw", -rows)
    yield trial.holds(
        np.array_equal(int(weight.q) * (one + other), np.broadcast_to(2 * int(weight.p) * whole, one.shape)),
        f"{one.size} integer identities",
    )


PAIRS = ((0.6, 0.8), (-0.8, 0.6))  # second inputs of unit length; the first is (1, 0)


def open_gates(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How often both gates of the input pairs are open, over normal weights."""
    w = rng.standard_normal((size, 2))
    return np.array([((w[:, 0] > 0) & (w @ np.array(pair) > 0)).sum() for pair in PAIRS])


@statistical(gradient_moments, tests=1)
@control("angle over π", covariance_kernel=sp.asin(cosine) / sp.pi)
@control("the cosine itself", covariance_kernel=cosine / (2 * sp.pi))
@control("10 % more", covariance_kernel=TENTH * covariance_kernel)
def two_gates_open_together(covariance_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The count of weights that open both gates is binomial with ¼ plus the covariance."""
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

    The residual is −y (fixed), or f₀ − y with the output f₀ of a network of four units, the first of which is looked at.
    """
    if residual == "of the network":
        lengths: NDArray[np.floating] = (two_gradients(rng, size // 16, residual)[:, 0] ** 2).sum(axis=1)
        return lengths
    inputs, weighted = weighted_digits()
    gates = (rng.standard_normal((size, inputs.shape[1])) @ inputs.T) > 0
    lengths = (((gates - 0.5) @ weighted / SAMPLES) ** 2).sum(axis=1)
    return lengths


def two_gradients(rng: np.random.Generator, networks: int, residual: str) -> NDArray[np.floating]:
    """g − h/2 of two of the four units of networks on digits, h = −E[y x]. float[networks, 2, 64]

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
@control("angle over π", covariance_kernel=sp.asin(cosine) / sp.pi)
@control("the cosine itself", covariance_kernel=cosine / (2 * sp.pi))
@control("the network's own output in the residual", residual="of the network")
def gradient_fluctuates_with_the_covariance(
    covariance_kernel: sp.Expr, residual: str, trial: Trial
) -> Iterator[Finding]:
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


order = sp.Symbol("r", positive=True)


def mellin(density: sp.Expr) -> sp.Expr:
    """∫ t^(r−1) density dt."""
    return sp.integrate(t ** (order - 1) * density, (t, 0, sp.oo))


def reduce_gammas(expression: sp.Expr) -> sp.Expr:
    return sp.simplify(split_powers(sp.gammasimp(expression)).rewrite(sp.exp))


@exact(product_graphon, cost=1.0)
@control("one half-normal", noise_density=half_normal.density)
@control("K₁ in place of K₀", noise_density=2 / sp.pi * sp.besselk(1, t))
@control("K₀ of half the argument", noise_density=sp.besselk(0, t / 2) / sp.pi)
@control("not normalised", noise_density=sp.besselk(0, t))
def mellin_transform_is_the_square_of_a_half_normal(noise_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A product of independent variables has the product of their Mellin transforms."""
    single = trial.once(mellin, half_normal.density)
    yield trial.same(
        mellin(noise_density), single**2, by=reduce_gammas, at=[{order: sp.Rational(k, 3)} for k in (4, 7, 8)]
    )


@enclosed(product_graphon)
@control("Gaussian tail: forgets the row factor", column_density=half_normal.at(tau / phi))
@control("exponential tail", column_density=sp.exp(-tau / phi))
@control("profile squared", column_density=product_survival(tau / phi**2))
@control("cosh lost from the denominator", integral_form=integral_form * sp.Rational(101, 100))
def both_forms_of_the_column_density_agree(
    column_density: sp.Expr, integral_form: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The Bessel–Struve form equals the integral, whose tail falls at least like e^−(ax) with a = t sinh R from R on."""
    yield trial.same(column_density, integral_form, by=None)


@enclosed(product_graphon)
@control("Gaussian tail", column_density=half_normal.at(tau / phi))
@control("density of one half-normal", noise_density=half_normal.density)
@control("sign", noise_density=-product_density)
def column_density_falls_with_the_noise_density(
    column_density: sp.Expr, noise_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """−d/dτ of the column density is the noise density at τ/φ, over φ."""
    slope = sp.diff(column_density, tau)
    yield trial.same(-slope, noise_density.subs(t, tau / phi) / phi, by=None)


@exact(product_graphon)
@control("half of it", integral_form=integral_form / 2)
@control("hyperbolic sine", integral_form=sp.Integral(2 / sp.pi * sp.exp(-tau / phi) / sp.cosh(2 * x), (x, 0, sp.oo)))
def everything_is_above_zero(integral_form: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At τ = 0 the integral form is (2/π) ∫ dx/cosh x = 1."""
    at_zero = integral_form.subs(tau, 0).replace(
        sp.Integral, lambda function, limits: sp.integrate(sp.simplify(function.rewrite(sp.exp)), limits)
    )
    yield trial.same(at_zero, 1)


CUT = sp.Rational(1, 16)  # rows with |a| below it keep next to nothing


@enclosed(product_graphon)
@control("|a|² in place of |a|", kernel=product_graphon.expressions["kernel"].subs(u, sp.erf(sp.erfinv(u) ** 2)))
@control("without √2", kernel=sp.erfc(tau / (phi * sp.sqrt(2) * sp.erfinv(u))))
@control("Gaussian tail", column_density=half_normal.at(tau / phi))
def rows_average_to_the_column_density(kernel: sp.Expr, column_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At u = erf(a/√2) the kernel is P(|w| > τ/φa), and averaged over half-normal a > 1/16 it is H but for 1e-6."""
    position = sp.erf(z / sp.sqrt(2))
    rows = [{tau: 1, phi: sp.Rational(3, 2), z: sp.Rational(k, 4)} for k in (1, 3, 6)]
    yield trial.same(kernel.subs(u, position), half_normal.at(tau / (phi * z)), by=None, at=rows)
    at_row = kernel.subs(u, position).replace(sp.erfinv, lambda e: e.args[0] if isinstance(e, sp.erf) else sp.erfinv(e))
    part = sp.Integral(at_row * 2 * normal_density(z), (z, CUT, sp.oo))
    points = [{tau: sp.Rational(a, 7), phi: sp.Rational(b, 5)} for a, b in ((5, 4), (9, 7), (16, 11))]
    rest = sp.Rational(1, 10**6)
    yield trial.below(part, column_density + rest, at=points)
    yield trial.below(column_density, part + rest, at=points)


@enclosed(product_graphon)
@control("Gaussian threshold", threshold=sp.sqrt(2) * sp.erfinv(1 - rho))
@control("exponential threshold", threshold=sp.log(1 / rho))
@control("10 % more", threshold=TENTH * product_graphon.expressions["threshold"])
@control("Gaussian tail", column_density=half_normal.at(tau / phi))
def threshold_keeps_the_density(threshold: sp.Expr, column_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """H(τ_ρ) = ρ at φ = 1, and the level that defines τ_ρ is that of H."""
    if isinstance(threshold, Level):
        yield trial.same(threshold.function(t), column_density.subs({phi: 1, tau: t}) - rho)
    yield trial.same(column_density.subs(phi, 1).subs(tau, threshold), rho, by=None)


LEVEL, PROFILES = 1.36, (2.0, 0.5)


def kept_by_columns(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How many of `size` rows exceed the level in a column of profile 2 and in one of profile ½."""
    a = rng.standard_normal(size)
    return np.array([(abs(a * rng.standard_normal(size)) * profile > LEVEL).sum() for profile in PROFILES])


@statistical(product_graphon, tests=1)
@control("Gaussian tail: forgets the row factor", column_density=half_normal.at(tau / phi))
@control("exponential tail", column_density=sp.exp(-tau / phi))
@control("10 % more", column_density=TENTH * product_survival(tau / phi))
def columns_keep_binomial_counts(column_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Sampled columns keep Bin(n, H(τ/φ)) rows at a fixed threshold."""
    n = trial.size(400_000)
    nulls = [trial.value(column_density, {tau: sp.Rational(34, 25), phi: sp.Rational(profile)}) for profile in PROFILES]
    yield trial.counts_each(trial.draw(kept_by_columns, n), n, nulls)


# The smallest counterexample


@exact(gradient_moments)
@control("it factorises on any data", covariance_kernel=sp.S.Zero)
@control("factor one half dropped", mean_weight=sp.Integer(1))
def one_sample_is_seen_by_half_of_the_units(
    mean_weight: sp.Expr, covariance_kernel: sp.Expr, one_sample: tuple[sp.Expr, sp.Expr], trial: Trial
) -> Iterator[Finding]:
    """One data point (x, r): g is rx for w > 0 and 0 for w < 0, whose mean and variance the formulas have at c = 1."""
    point, residual = one_sample
    gradients = [residual * point * int(bool(weight * point > 0)) for weight in (1, -1)]
    mean = sum(gradients) / 2
    yield trial.same(mean_weight * residual * point, mean)
    spread = sum((each - mean) ** 2 for each in gradients) / 2
    yield trial.same(residual**2 * point**2 * covariance_kernel.subs(cosine, 1), spread)
