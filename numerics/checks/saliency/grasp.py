"""Evidence for S8, besides its reasons: gates open with the arc cosine kernel; and more."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, empirical, statistical
from sparse_limits.numerics.masks.selection import global_mask, kth_largest
from sparse_limits.numerics.networks import random_network, single_precision, tangent_residual
from sparse_limits.numerics.prediction.first_layer.moments import noise_floor
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.saliency.grasp import other_norm, smoothed, smoothed_snip, theta
from sparse_limits.theory.saliency.model import dimension, width
from sparse_limits.theory.saliency.snip import norm

Floats = NDArray[np.floating]


ANGLES = (0.6, -0.8)  # cosines of the second input with the first


def gate_products(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """The number of normal weights that open both gates, for two pairs of inputs."""
    w = rng.standard_normal((size, 2))
    return np.array([((w[:, 0] > 0) & (c * w[:, 0] + np.sqrt(1 - c * c) * w[:, 1] > 0)).sum() for c in ANGLES])


@statistical(smoothed_snip, tests=1)
def gates_open_with_the_arc_cosine_kernel(kappa_0: sp.Expr, trial: Trial) -> Findings:
    """The number of normal weights that open both gates of a pair of inputs is binomial with κ₀."""
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
def smoothed_residual_is_that_of_wide_networks(tangent_kernel: sp.Expr, trial: Trial) -> Findings:
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
def grasp_keeps_what_smoothed_snip_keeps(hessian_gradient: sp.Expr, trial: Trial) -> Findings:
    """On digits, GraSP keeps the same share of each column as SNIP rows with the realised Θ̂r, within 1.5 noise floors of both samples.

    The residual in the leading term of Hg is read off the expression: G (smoothed) or g (plain).
    """
    leading = sp.limit(hessian_gradient * sp.sqrt(width), width, sp.oo)
    for labelling in ("ge5", "is0"):
        observed, with_smoothed, with_plain = trial.draw(grasp_columns, labelling)
        predicted = with_smoothed if leading.has(smoothed) else with_plain
        allowed = 1.5 * np.sqrt(1 + ROWS / FRESH)
        error = float(np.abs(predicted - observed).mean()) / noise_floor(observed, ROWS)
        yield trial.at_most(error, float(allowed), f"error in noise floors, {labelling}")
