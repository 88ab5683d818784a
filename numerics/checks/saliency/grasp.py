"""Evidence for S8: GraSP as SNIP with the residual smoothed by the tangent kernel."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Finding, Trial, control, empirical, exact, statistical
from sparse_limits.numerics.masks.selection import global_mask, kth_largest
from sparse_limits.numerics.networks import random_network, single_precision, tangent_residual
from sparse_limits.numerics.prediction.first_layer.moments import noise_floor
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.grasp import (
    activation,
    kappa_0,
    kappa_1,
    mixed,
    other_norm,
    readout_slope,
    smoothed,
    smoothed_snip,
    theta,
)
from sparse_limits.theory.saliency.model import dimension, width
from sparse_limits.theory.saliency.snip import a, norm, w
from sparse_limits.theory.saliency.snip import g as plain

Floats = NDArray[np.floating]
angle = sp.Symbol("alpha", real=True)
SECTOR = (angle, theta - sp.pi / 2, sp.pi / 2)  # directions of w that open both gates
TENTH = sp.Rational(11, 10)


@exact(smoothed_snip, step="share of the sector")
@control("angle itself", kappa_0=theta / (2 * sp.pi))
@control("angle over π", kappa_0=(sp.pi - theta) / sp.pi)
@control("of the half plane", kappa_0=sp.Rational(1, 2))
def share_of_the_sector(kappa_0: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """κ₀ is the angle of the sector over that of all directions."""
    yield trial.same(kappa_0, sp.integrate(sp.S.One, SECTOR) / (2 * sp.pi))


@exact(smoothed_snip, step="squared length")
@control("of one weight", plane_square=sp.S.One)
@control("the mean length squared", plane_square=sp.pi / 2)
def squared_length_in_the_plane(plane_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of R² over the density R e^(−R²/2) of the length."""
    yield trial.same(plane_square, sp.integrate(norm**3 * sp.exp(-(norm**2) / 2), (norm, 0, sp.oo)))


@exact(smoothed_snip, step="mean over the sector")
@control("sine lost", kappa_1=(sp.pi - theta) * sp.cos(theta) / (2 * sp.pi))
@control("normalised to 1 at θ = 0", kappa_1=2 * kappa_1)
@control("cosine lost", kappa_1=kappa_1 / sp.cos(theta))
@control("length of one weight", plane_square=sp.S.One)
def mean_over_the_sector(kappa_1: sp.Expr, plane_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """κ₁ is the mean of R² cos α cos(α − θ) over the sector, by SymPy."""
    yield trial.same(kappa_1, plane_square * trial.once(mean_over_directions, sp.cos(angle) * sp.cos(angle - theta)))


def mean_over_directions(integrand: sp.Expr) -> sp.Expr:
    """The mean over all directions of what is 0 outside the sector."""
    return sp.integrate(integrand, SECTOR) / (2 * sp.pi)


@exact(smoothed_snip, step="tangent kernel")
@control("κ₁ forgotten", tangent_kernel=norm * other_norm / dimension * sp.cos(theta) * kappa_0)
@control("cosine forgotten", tangent_kernel=norm * other_norm / dimension * (kappa_0 + kappa_1))
@control("not divided by d", tangent_kernel=norm * other_norm * (sp.cos(theta) * kappa_0 + kappa_1))
@control("10 % more", tangent_kernel=TENTH * smoothed_snip.expressions["tangent_kernel"])
@control("share of all directions", kappa_0=2 * kappa_0)
@control("normalised to 1 at θ = 0", kappa_1=2 * kappa_1)
def tangent_kernel_is_the_mean_of_a_unit(
    tangent_kernel: sp.Expr, kappa_0: sp.Expr, kappa_1: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean over a and w of a² (x·x′/d) 1{z > 0}1{z′ > 0} + σ(z)σ(z′), z = w·x/√d, integrated over the plane."""
    gates = trial.once(mean_over_directions, sp.S.One)
    outputs = 2 * trial.once(mean_over_directions, sp.cos(angle) * sp.cos(angle - theta))
    inner = norm * other_norm * sp.cos(theta)
    yield trial.same(tangent_kernel, inner / dimension * gates + norm * other_norm / dimension * outputs)
    yield trial.same(tangent_kernel, inner / dimension * kappa_0 + norm * other_norm / dimension * kappa_1)


def of_one_unit(mean: sp.Expr, rest: sp.Expr) -> sp.Expr:
    """E_D[r f] as far as one readout weight and one weight move it, off the kinks: E_D[r σ(z)] is linear in the weight."""
    return a * (w * mean + rest) / sp.sqrt(dimension) / sp.sqrt(width)


@exact(smoothed_snip, step="one unit")
@control("readout weight on it", mixed=a * mixed)
@control("not divided by √n", mixed=sp.sqrt(width) * mixed)
@control("twice", mixed=2 * mixed)
@control("divided by √d once more", readout_slope=readout_slope / sp.sqrt(dimension))
@control("not divided by √n, by the readout", readout_slope=activation)
@control("twice, by the readout", readout_slope=2 * readout_slope)
def one_unit_is_bilinear(mixed: sp.Expr, readout_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivatives of E_D[r f] by a_i and w_ij, E for what the readout multiplies; the second by w_ij twice is 0."""
    rest = sp.sqrt(dimension) * activation - w * plain
    local = of_one_unit(plain, sp.Symbol("rest", real=True))
    yield trial.same(mixed, sp.diff(local, a, w))
    yield trial.same(sp.diff(local, w, 2), 0)
    yield trial.same(readout_slope, sp.diff(of_one_unit(plain, rest), a))


@exact(smoothed_snip, step="smoothed term")
@control("readout weight forgotten", smoothed_slope=smoothed / sp.sqrt(width * dimension))
@control("the residual not smoothed", smoothed_slope=a * plain / sp.sqrt(width * dimension))
@control("not divided by √n", smoothed_slope=a * smoothed / sp.sqrt(dimension))
def smoothed_term_is_a_gradient(smoothed_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of E_D[(Θ̂r) f] by one weight, Θ̂r held fixed."""
    yield trial.same(smoothed_slope, sp.diff(of_one_unit(smoothed, sp.Symbol("rest", real=True)), w))


@exact(smoothed_snip, step="Hessian times gradient")
@control("Gauss–Newton term alone", hessian_gradient=a * smoothed / sp.sqrt(width * dimension))
@control("second term as large", hessian_gradient=(a * smoothed + activation * plain) / sp.sqrt(width * dimension))
@control("second term alone", hessian_gradient=activation * plain / (width * sp.sqrt(dimension)))
@control("readout weight on the second term", mixed=a * mixed)
@control("not divided by √n", readout_slope=activation)
@control("the residual not smoothed", smoothed_slope=a * plain / sp.sqrt(width * dimension))
def hessian_adds_what_the_readout_couples(
    hessian_gradient: sp.Expr, smoothed_slope: sp.Expr, mixed: sp.Expr, readout_slope: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The smoothed term, and the one second derivative times the derivative by the readout; their ratio is of order n^(−½)."""
    yield trial.same(hessian_gradient, smoothed_slope + mixed * readout_slope)
    ratio = sp.sqrt(width) * mixed * readout_slope / smoothed_slope
    yield trial.same(sp.diff(ratio, width), 0)


def small_network() -> list[tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]]:
    """The entries of H·g for the first layer of three units, two inputs and three samples, and what they are at."""
    third = sp.Rational(1, 3)
    weights, readout = sp.Matrix([[2, -1], [-third, 1], [1, third]]), sp.Matrix([third, -2, 5])
    data, labels = sp.Matrix([[1, 1], [-1, 2], [2, -third]]), sp.Matrix([1, -2, third])
    rows, inputs, size = weights.rows, weights.cols, data.rows
    w_, a_ = sp.Matrix(rows, inputs, sp.symbols("w:6", real=True)), sp.Matrix(sp.symbols("a:3", real=True))
    parameters, at, scale = [*w_, *a_], [*weights, *readout], sp.Symbol("scale")  # 1/√(nd), put in at the end
    products = weights * data.T
    gates = [[int(bool(products[i, k] > 0)) for i in range(rows)] for k in range(size)]
    outputs = [
        sp.Poly(scale * sum(gates[k][i] * a_[i] * (w_[i, :] * data[k, :].T)[0] for i in range(rows)), *parameters)
        for k in range(size)
    ]
    loss = sum((output - label) ** 2 for output, label in zip(outputs, labels, strict=True)) * sp.Rational(1, 2 * size)
    slopes = [loss.diff(each) for each in parameters]
    gradient = sp.Matrix([slope(*at) for slope in slopes])
    hessian = sp.Matrix([[slope.diff(each)(*at) for each in parameters] for slope in slopes])

    jacobian = sp.Matrix([[output.diff(each)(*at) for each in parameters] for output in outputs])
    residual = sp.Matrix([output(*at) for output in outputs]) - labels
    smooth = jacobian * jacobian.T * residual / size
    product, smooth, residual = (
        each.subs(scale, 1 / sp.sqrt(rows * inputs)) for each in (hessian * gradient, smooth, residual)
    )
    entries = []
    for i in range(rows):
        active = sum(residual[k] * gates[k][i] * products[i, k] / sp.sqrt(inputs) for k in range(size)) / size
        for j in range(inputs):
            means = [sum(r[k] * data[k, j] * gates[k][i] for k in range(size)) / size for r in (smooth, residual)]
            point = {
                a: readout[i],
                smoothed: means[0],
                plain: means[1],
                activation: active,
                width: rows,
                dimension: inputs,
            }
            entries.append((product[i * inputs + j], point))
    return entries


@exact(smoothed_snip, step="Hessian times gradient")
@control("Gauss–Newton term alone", hessian_gradient=a * smoothed / sp.sqrt(width * dimension))
@control("second term as large", hessian_gradient=(a * smoothed + activation * plain) / sp.sqrt(width * dimension))
@control("second term alone", hessian_gradient=activation * plain / (width * sp.sqrt(dimension)))
@control(
    "readout weight on both",
    hessian_gradient=a * (smoothed + activation * plain / sp.sqrt(width)) / sp.sqrt(width * dimension),
)
def hessian_times_gradient_of_a_small_network(hessian_gradient: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Three units, two inputs, three samples: H and g differentiated by SymPy at a rational point, all parameters."""
    for entry, point in trial.once(small_network):
        yield trial.same(entry, valued(hessian_gradient, point))


ANGLES = (0.6, -0.8)  # cosines of the second input with the first


def gate_products(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How often both gates of a pair of inputs are open over normal weights."""
    w = rng.standard_normal((size, 2))
    return np.array([((w[:, 0] > 0) & (c * w[:, 0] + np.sqrt(1 - c * c) * w[:, 1] > 0)).sum() for c in ANGLES])


@statistical(smoothed_snip, tests=1)
@control("angle itself", kappa_0=theta / (2 * sp.pi))
@control("10 % more", kappa_0=TENTH * kappa_0)
def gates_open_with_the_arc_cosine_kernel(kappa_0: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The count of weights that open both gates is binomial with κ₀."""
    n = trial.size(100_000)
    nulls = [trial.value(kappa_0, {theta: sp.acos(c)}) for c in (sp.Rational(3, 5), sp.Rational(-4, 5))]
    yield trial.counts_each(trial.draw(gate_products, n), n, nulls)


UNITS, SAMPLES = 4096, 600


def realised_smoothing(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Θ̂r at 600 digits for two independent networks of 4096 units."""
    bundle = digits("is0", standardise=True)
    x, r = bundle.x[:SAMPLES].astype(np.float32), -bundle.y[:SAMPLES].astype(np.float32)
    first, second = (
        tangent_residual(single_precision(random_network((64, UNITS, 1), rng)), x, r)[:, 0] for _ in range(2)
    )
    return first, second


@empirical(smoothed_snip, cost=1.5)
@control("κ₁ forgotten", tangent_kernel=norm * other_norm / dimension * sp.cos(theta) * kappa_0)
@control("cosine forgotten", tangent_kernel=norm * other_norm / dimension * (kappa_0 + kappa_1))
@control("twice", tangent_kernel=2 * smoothed_snip.expressions["tangent_kernel"])
def smoothed_residual_is_that_of_wide_networks(tangent_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """‖Θ̂r − Θr‖ on digits is within three of the distances ‖Θ̂r − Θ̂′r‖/√2 between two networks of 4096 units."""
    bundle = digits("is0", standardise=True)
    x, r = bundle.x[:SAMPLES], -bundle.y[:SAMPLES, 0]
    lengths = np.linalg.norm(x, axis=1)
    angles = np.arccos(np.clip(x @ x.T / np.outer(lengths, lengths), -1.0, 1.0))
    kernel = numeric((norm, other_norm, theta, dimension), tangent_kernel)
    limit = kernel(lengths[:, None], lengths[None, :], np.maximum(angles, 1e-9), 64.0) @ r / SAMPLES
    first, second = trial.draw(realised_smoothing)
    scale = float(np.linalg.norm(first - second)) / np.sqrt(2)
    yield trial.at_most(float(np.linalg.norm(first - limit)) / scale, 3.0, "distance in standard errors")


ROWS, FRESH = 2048, 4096


def grasp_columns(rng: np.random.Generator, labelling: str) -> tuple[Floats, Floats, Floats]:
    """Column densities of magnitude GraSP on digits (ρ = 0.1), and of fresh rows under Θ̂r and under r."""
    bundle = digits(labelling, standardise=True)
    x, r = bundle.x.astype(np.float32), -bundle.y.astype(np.float32)
    network = single_precision(random_network((64, ROWS, 1), rng))
    (scores,) = saliency("grasp-magnitude", network, x, r, first_layer=True)
    observed = global_mask(scores, 0.1).mean(axis=0)
    fresh = single_precision(random_network((64, FRESH, 1), rng))
    predictions = []
    for residual in (tangent_residual(network, x, r), r):
        (rows,) = saliency("snip", fresh, x, residual, first_layer=True)
        predictions.append((rows > kth_largest(rows, rows.size // 10)).mean(axis=0))
    return observed, predictions[0], predictions[1]


@empirical(smoothed_snip, cost=3.0)
@control("SNIP's profile: the residual not smoothed", hessian_gradient=a * plain / sp.sqrt(width * dimension))
def grasp_keeps_what_smoothed_snip_keeps(hessian_gradient: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """On digits the columns GraSP keeps are those of SNIP rows with the realised Θ̂r, within 1.5 noise floors of both samples.

    The residual that the leading term of Hg carries is read off the expression: G (smoothed) or g (plain).
    """
    leading = sp.limit(hessian_gradient * sp.sqrt(width), width, sp.oo)
    for labelling in ("ge5", "is0"):
        observed, with_smoothed, with_plain = trial.draw(grasp_columns, labelling)
        predicted = with_smoothed if leading.has(smoothed) else with_plain
        allowed = 1.5 * np.sqrt(1 + ROWS / FRESH)
        error = float(np.abs(predicted - observed).mean()) / noise_floor(observed, ROWS)
        yield trial.at_most(error, float(allowed), f"error in noise floors, {labelling}")
