"""Evidence for B9: one sample with constant kernels attains its bounds, and networks that are trained keep them."""

from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact
from sparse_limits.theory.flow.linear import eta
from sparse_limits.theory.flow.linear import time as t
from sparse_limits.theory.generalisation.lazy_bound import epsilon, k_0, kappa, lazy_risk_bound, zeta
from sparse_limits.theory.graphon.symbols import m

Floats = NDArray[np.float64]
WIDTH, INPUTS, SAMPLES, NEW = 1000, 8, 4, 20
STEPS, STEP = 800, 0.1  # of gradient descent, in units of time at the rate 1


@exact(lazy_risk_bound)
def one_sample_attains_the_bounds(
    fade: sp.Expr, apart: sp.Expr, column: sp.Expr, gap: sp.Expr, trial: Trial
) -> Findings:
    """One sample with the label 1 and the kernels K = κ, Θ = κ − ε, and k₀, k₀ + ζ at the new input: the solutions of both flows attain the
    bounds.
    """
    network, linear = sp.exp(-eta * (kappa - epsilon) * t), sp.exp(-eta * kappa * t)
    yield trial.same(fade.subs(m, 1), network)
    yield trial.same(apart.subs(m, 1), network - linear)
    yield trial.same(column.subs(m, 1), k_0)
    reached = (k_0 + zeta) / (kappa - epsilon) - k_0 / kappa
    yield trial.same(gap.subs(m, 1), reached, by=sp.simplify)


@enclosed(lazy_risk_bound)
def no_distance_is_negative(gap: sp.Expr, lazy_risk: sp.Expr, trial: Trial) -> Findings:
    """Both bounds are at least 0 as long as the tangent kernel has moved by less than the least eigenvalue."""
    yield trial.below(0, gap, needed="gap")
    yield trial.below(0, lazy_risk, needed="lazy_risk")


class Training(NamedTuple):
    """What a network of one hidden layer does, beside the kernel at its start.

    kappa: least eigenvalue of that kernel on the sample. moved, moved_new: how far the tangent kernel is from it at most, on
    the sample, and at each new input. lengths: of the residuals after each step. off: distances from the interpolant at
    the new inputs. largest: entry of that kernel on the diagonal.
    """

    kappa: float
    moved: float
    moved_new: Floats
    lengths: Floats
    off: Floats
    largest: float


def trained(rng: np.random.Generator) -> Training:
    """Half of the weights of the hidden layer are kept; all weights are trained, in small steps from outputs of 0."""
    x = rng.standard_normal((SAMPLES + NEW, INPUTS))
    x *= np.sqrt(INPUTS) / np.linalg.norm(x, axis=1, keepdims=True)
    y = rng.choice([-1.0, 1.0], SAMPLES)
    mask = rng.random((WIDTH, INPUTS)) < 0.5
    weights, readout = rng.standard_normal((WIDTH, INPUTS)) * mask, rng.standard_normal(WIDTH)

    def state() -> tuple[Floats, Floats, Floats]:
        z = x @ weights.T / np.sqrt(INPUTS)
        h, back = np.sqrt(2) * np.maximum(z, 0), np.sqrt(2) * (z > 0) * readout
        gradients = (back[:, :, None] * x[:, None, :] * mask / np.sqrt(INPUTS)).reshape(len(x), -1)
        return h @ readout / np.sqrt(WIDTH), np.hstack([h, gradients]) / np.sqrt(WIDTH), back

    first, gradients, _ = state()
    kernel = gradients @ gradients[:SAMPLES].T
    values, largest = np.linalg.eigvalsh(kernel[:SAMPLES]), float((gradients**2).sum(axis=1).max())
    moved, moved_new, lengths = 0.0, np.zeros(NEW), []
    for step in range(STEPS):
        output, gradients, back = state()
        residuals = output[:SAMPLES] - first[:SAMPLES] - y
        lengths.append(np.linalg.norm(residuals))
        if step % 20 == 0:
            change = gradients @ gradients[:SAMPLES].T - kernel
            moved = max(moved, float(np.linalg.norm(change[:SAMPLES], 2)))
            moved_new = np.maximum(moved_new, np.linalg.norm(change[SAMPLES:], axis=1))
        h = np.sqrt(2) * np.maximum(x[:SAMPLES] @ weights.T / np.sqrt(INPUTS), 0)
        pace = STEP / SAMPLES / np.sqrt(WIDTH)
        weights = weights - pace * ((residuals[:, None] * back[:SAMPLES]).T @ x[:SAMPLES]) * mask / np.sqrt(INPUTS)
        readout = readout - pace * residuals @ h
    reached = state()[0] - first
    interpolant = kernel[SAMPLES:] @ np.linalg.solve(kernel[:SAMPLES], y)
    return Training(values[0], moved, moved_new, np.array(lengths), np.abs(reached[SAMPLES:] - interpolant), largest)


@empirical(lazy_risk_bound, cost=2.0)
def trained_networks_keep_the_bounds(fade: sp.Expr, gap: sp.Expr, trial: Trial) -> Findings:
    """A network of width 1000: the residuals at four times, and the mean distance from the interpolant of the first kernel at the end, are
    at most the bounds.

    Small steps of gradient descent are ahead of the flow (F1.2).
    """
    seen = trial.draw(trained)
    at = {m: SAMPLES, eta: 1, kappa: sp.Rational(seen.kappa), epsilon: sp.Rational(seen.moved)}
    for step in (20, 80, 160, 280):
        most = trial.value(fade, {**at, t: step * sp.Rational(STEP)})
        yield trial.at_most(float(seen.lengths[step]), most, f"length of the residuals after {step} steps")
    at |= {zeta: sp.Rational(float(seen.moved_new.mean())), k_0: sp.Rational(seen.largest)}
    yield trial.at_most(float(seen.off.mean()), trial.value(gap, at), "mean distance from the interpolant")
