"""Evidence for S5: the closed form of the densities of columns, on simulated and on real data."""

from functools import partial

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, Verdict, empirical, enclosed, exact, statistical
from sparse_limits.numerics.masks.selection import global_mask
from sparse_limits.numerics.masks.threshold import threshold_for
from sparse_limits.numerics.networks import random_network, single_precision
from sparse_limits.numerics.prediction.first_layer.moments import (
    ResidualMoments,
    column_densities,
    noise_floor,
    residual_moments,
)
from sparse_limits.numerics.prediction.methods import residual as residual_of
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.saliency.model import dimension
from sparse_limits.theory.saliency.snip import beta, h, norm, residual_mean, spread, variance, w, zeta
from sparse_limits.theory.saliency.snip_closed_form import (
    REST,
    coordinate,
    kappa,
    normal_mean,
    slope_and_rate,
    stein_model,
)

Floats = NDArray[np.floating]


@enclosed(stein_model)
def what_is_unexplained_has_a_variance(residual_variance: sp.Expr, trial: Trial) -> Findings:
    """The residual variance is not negative: a weight of variance one explains at most the variance of its gradient."""
    yield trial.below(sp.S.Zero, residual_variance)


@exact(stein_model, step="closure")
def closure_has_the_exact_moments(closure: sp.Expr, trial: Trial) -> Findings:
    """The closure is linear in w and ζ; its mean is h/2, its covariance with w is β, and its variance is β² + s²."""
    for each in (w, zeta):
        curvature = trial.vanishes(sp.diff(closure, each, 2))
        yield curvature
        if curvature.verdict is Verdict.REFUTES:
            return
    mean = normal_mean(closure)
    yield trial.same(mean, h / 2)
    yield trial.same(normal_mean(closure * w), beta)
    yield trial.same(normal_mean((closure - mean) ** 2), beta**2 + spread**2)


@enclosed(stein_model, step="gate")
def gate_has_the_moments_of_the_line(gate: sp.Expr, stein_kernel: sp.Expr, trial: Trial) -> Findings:
    """Gates at w and −w add up to 1, so that their mean is ½; by Stein's lemma E[w·gate] = E[gate′], a Gaussian integral."""
    at = {norm: sp.sqrt(coordinate**2 + REST**2)}
    opened = gate.subs(at)
    yield trial.same(opened + opened.subs(w, -w), 1)
    steep, rate = slope_and_rate(opened)
    yield trial.same(steep, steep.subs(w, 0) * sp.exp(-rate * w**2), by=None)
    yield trial.same(steep.subs(w, 0) * sp.sqrt(sp.pi / rate), coordinate * stein_kernel.subs(at), by=None)


INPUTS = ((5, 6, 1), (5, 6, -2), (1, 6, 2), (-3, 4, 1))  # x_j, R and the weight w_j


def open_gates(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """The number of gates w·x > 0 that are open, for inputs (x_j, √(R² − x_j²), 0, …) and normal weights with given w_j."""
    return np.array(
        [(x_j * w_j + np.sqrt(R**2 - x_j**2) * rng.standard_normal(size) > 0).sum() for x_j, R, w_j in INPUTS]
    )


@statistical(stein_model, tests=1)
def gates_open_as_often(gate: sp.Expr, trial: Trial) -> Findings:
    """Given the weight w_j, the gates of four inputs are open as often as stated, also where x_j is most of the length."""
    size = trial.size(100_000)
    chances = [trial.value(gate, {coordinate: x_j, norm: R, w: w_j}) for x_j, R, w_j in INPUTS]
    yield trial.counts_each(trial.draw(open_gates, size), size, chances)


@enclosed(stein_model, step="rate of change")
def gate_changes_at_most_so(flip: sp.Expr, flip_bound: sp.Expr, trial: Trial) -> Findings:
    """The chance is at most half the root of the share; it is ½ for an input of one coordinate, where the gate is a new coin."""
    yield trial.below(flip, flip_bound)
    alone = {kappa: 1}
    yield trial.same(flip.subs(alone), sp.Rational(1, 2))
    yield trial.below(sp.Rational(1, 2), flip_bound.subs(alone))


SHARES = (sp.Rational(1, 64), sp.Rational(1, 4), sp.Rational(3, 4))  # x_j²/R²


def changed_gates(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How often the gate of an input of length 1 changes if the weight of a coordinate, of these shares, is drawn anew."""
    counts = []
    for share in map(float, SHARES):
        before, after, rest = rng.standard_normal((3, size))
        others = np.sqrt(1 - share) * rest
        counts.append((((np.sqrt(share) * before + others) > 0) != ((np.sqrt(share) * after + others) > 0)).sum())
    return np.array(counts)


@statistical(stein_model, tests=1)
def gates_change_as_often_with_their_own_weight(flip: sp.Expr, trial: Trial) -> Findings:
    """At three shares the gate changes as often as stated: at 1/64 with probability 0.0563."""
    size = trial.size(100_000)
    chances = [trial.value(flip, {kappa: share}) for share in SHARES]
    yield trial.counts_each(trial.draw(changed_gates, size), size, chances)


CLOSURES = (("1.0", "0.3", "0.5", "0.6"), ("-0.4", "0.8", "0.2", "0.5"), ("0.5", "-0.2", "1.5", "1.0"))  # h, β, s, τ


def closure_counts(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How often |a||w||h/2 + βw + sζ| exceeds τ, for each of the closures above."""
    counts = []
    for closure in CLOSURES:
        h_, beta_, s_, tau_ = map(float, closure)
        a_, w_, zeta_ = rng.standard_normal((3, size))
        counts.append((np.abs(a_ * w_ * (h_ / 2 + beta_ * w_ + s_ * zeta_)) > tau_).sum())
    return np.array(counts)


@statistical(stein_model, tests=1)
def closure_keeps_binomial_counts(conditional_density: sp.Expr, trial: Trial) -> Findings:
    """Sampled saliencies of the closure exceed τ as often as the Gaussian mean of the conditional density says."""
    size = trial.size(400_000)
    nulls = []
    for closure in CLOSURES:
        h_, beta_, s_, tau_ = map(float, closure)
        moments = ResidualMoments(0.0, np.array([h_]), np.array([beta_]), np.array([[beta_**2 + s_**2]]))
        nulls.append(column_densities(moments, tau_, conditional_density)[0])
    yield trial.counts_each(trial.draw(closure_counts, size), size, nulls)


TEACHER_SIZE, TEACHER_INPUTS, TEACHER_ACTIVE = 4_000, 128, 32


def teacher_rows(rng: np.random.Generator, width: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Normal inputs x[N, 128], r = −(b·x + 1), and the column counts of SNIP at density 0.1 and this width."""
    x = rng.standard_normal((TEACHER_SIZE, TEACHER_INPUTS))
    b = np.zeros(TEACHER_INPUTS)
    b[:TEACHER_ACTIVE] = 2 * np.linspace(0.2, 1, TEACHER_ACTIVE) / np.sqrt(TEACHER_INPUTS)
    residual = -(x @ b + 1)[:, None]
    network = single_precision(random_network((TEACHER_INPUTS, width, 1), rng))
    (scores,) = saliency("snip", network, x.astype(np.float32), residual.astype(np.float32), first_layer=True)
    return x, residual, global_mask(scores, 0.1).sum(axis=0)


@empirical(stein_model, cost=4.0)
def teacher_with_a_mean_needs_the_self_term(isotropic_beta: sp.Expr, trial: Trial) -> Findings:
    """For a linear teacher with an offset on normal inputs, n = 8192, P1iso predicts the column densities within two noise floors."""
    width = 8192
    x, residual, counts = trial.draw(teacher_rows, width)
    mean_residual, mean = float(residual.mean()), (residual * x).mean(axis=0)
    self_term = numeric((residual_mean, dimension), isotropic_beta)(abs(mean_residual), TEACHER_INPUTS)
    stein = np.full(TEACHER_INPUTS, np.sign(mean_residual) * float(self_term))
    moments = ResidualMoments(mean_residual, mean, stein, np.diag(stein**2))
    threshold = threshold_for(lambda at: column_densities(moments, at), 0.1)
    p = column_densities(moments, threshold)
    error = float(np.abs(p - counts / width).mean())
    yield trial.at_most(error / noise_floor(counts / width, width), 2.0, "error in noise floors")


DIGITS = (("ge5", True), ("is0", True), ("ge5", False))
WIDTH = 1024


def digit_counts(rng: np.random.Generator, labelling: str, standardise: bool, residual: str) -> NDArray[np.int64]:
    """Column counts of SNIP on digits at density 0.1 and n = 1024, initial output subtracted (residual fixed) or not."""
    bundle = digits(labelling, standardise)
    network, x = single_precision(random_network((64, WIDTH, 1), rng)), bundle.x.astype(np.float32)
    slopes = residual_of(network, x, bundle.y.astype(np.float32), subtract_output=residual == "fixed")
    (scores,) = saliency("snip", network, x, slopes, first_layer=True)
    counts: NDArray[np.int64] = global_mask(scores, 0.1).sum(axis=0)
    return counts


def digit_moments(labelling: str, standardise: bool) -> ResidualMoments:
    bundle = digits(labelling, standardise)
    return residual_moments(bundle.x, -bundle.y)


def predicted_densities(moments: ResidualMoments, formula: sp.Expr) -> Floats:
    """Column densities with mean 0.1, by a formula for the conditional density."""
    at = threshold_for(partial(column_densities, moments, formula=formula), 0.1)
    return column_densities(moments, at, formula)


@empirical(stein_model, cost=6.0)
def closed_form_on_digits(conditional_density: sp.Expr, residual: str, trial: Trial) -> Findings:
    """P2 predicts the share that SNIP keeps of each column on digits, within two noise floors (ρ = 0.1, n = 1024)."""
    for labelling, standardise in DIGITS:
        observed = trial.draw(digit_counts, labelling, standardise, residual) / WIDTH
        predicted = trial.once(
            predicted_densities, trial.once(digit_moments, labelling, standardise), conditional_density
        )
        error = float(np.abs(predicted - observed).mean())
        floors = error / noise_floor(observed, WIDTH)
        yield trial.at_most(floors, 2.0, f"error in noise floors, {labelling}{'' if standardise else ' raw'}")


# The smallest counterexample to P0 and P1


@exact(stein_model)
def two_opposite_points_cancel_in_the_mean_only(
    closure: sp.Expr, residual_variance: sp.Expr, two_points: tuple[tuple[sp.Expr, sp.Expr], ...], trial: Trial
) -> Findings:
    """One input and points (x, r): g has one value for w > 0 and one for w < 0, and the closure has the second moment of g."""
    size = len(two_points)
    positive, negative = (sum(r * x * int(bool(side * x > 0)) for x, r in two_points) / size for side in (1, -1))
    half_mean = (positive + negative) / 2
    exact_square = (positive**2 + negative**2) / 2
    self_term = sp.sqrt(2 / sp.pi) * (positive - negative) / 2  # E[wg], as E|w| = √(2/π)
    moments = {h: sum(r * x for x, r in two_points) / size, beta: self_term, variance: exact_square - half_mean**2}
    rest = sp.sqrt(residual_variance.subs(moments))
    yield trial.same(normal_mean(closure.subs({**moments, spread: rest}) ** 2), exact_square)
