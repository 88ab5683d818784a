"""Gradient flow of the loss ½E r² with a kernel that stays: its losses, its residuals and the time to a share (F1.1, F1.3)."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from sparse_limits.numerics.arguments import InputError, checked_array, non_negative_vector, proper_share
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.kernels.regression import rounding_of_eigenvalues, symmetric, zero_to_rounding
from sparse_limits.theory.flow.linear import amplitude, eigenvalue, eta, mode, mode_loss, time
from sparse_limits.theory.flow.times import lam, latest_time, mean_time, mu, part, stuck
from sparse_limits.theory.flow.times import left as left_of_part
from sparse_limits.theory.flow.times import share as share_left
from sparse_limits.theory.graphon.symbols import m

Floats = NDArray[np.float64]


def loss_curve(kernel: ArrayLike, residual: ArrayLike, rate: float, times: ArrayLike) -> Floats:
    """The loss 1/2m Σ r² at some times of the flow r' = −rate/m · K r: float[k]. Source: F1.1.

    kernel [m, m]: symmetric, of no negative eigenvalue. residual [m], or [m, q] of q outputs that share the kernel, at
    the start; the loss sums over outputs. rate > 0. times [k]: not negative. An eigenvalue that is 0 to rounding counts as 0.

    InputError for shapes that do not fit, numbers that are not finite, a negative eigenvalue, rate or time.

    Examples:
        >>> import numpy as np
        >>> loss_curve(np.diag([2.0, 0.0]), [1.0, 1.0], rate=1.0, times=[0.0, 1.0, 100.0]).round(6)
        array([0.5     , 0.283834, 0.25    ])
    """
    values, components, _ = _modes(kernel, residual)
    at, speed = non_negative_vector("times", times), _rate(rate)
    losses = numeric((amplitude, eigenvalue, eta, time, m), mode_loss)
    squares = np.sqrt((components**2).sum(axis=1))  # one amplitude for the outputs of a mode
    with np.errstate(under="ignore"):
        found: Floats = losses(squares[:, None], values[:, None], speed, at, len(values)).sum(axis=0)
    return found


def residual_curve(kernel: ArrayLike, residual: ArrayLike, rate: float, times: ArrayLike) -> Floats:
    """The residuals at some times of the flow: float[k, m] or [k, m, q]. Arguments and errors as in `loss_curve`.

    Examples:
        >>> import numpy as np
        >>> residual_curve(np.diag([2.0, 0.0]), [1.0, 3.0], rate=1.0, times=[1.0]).round(6)
        array([[0.367879, 3.      ]])
    """
    values, components, vectors = _modes(kernel, residual)
    at, speed = non_negative_vector("times", times), _rate(rate)
    modes = numeric((amplitude, eigenvalue, eta, time, m), mode)
    with np.errstate(under="ignore"):
        later = modes(components[None], values[None, :, None], speed, at[:, None, None], len(values))
    found: Floats = vectors @ later
    return found.reshape(len(at), *np.shape(residual))


def time_to(kernel: ArrayLike, residual: ArrayLike, rate: float, share: float) -> float:
    """The time at which the loss is `share` of that at the start, infinite below the plateau. Source: F1.3.

    share: strictly between 0 and 1; arguments and errors otherwise as in `loss_curve`, and for residuals that are all 0.
    The relative error is some 1e-13, beside what rounding the eigenvalues brings: near the plateau more.

    Examples:
        >>> import numpy as np
        >>> round(time_to(np.eye(3), [1.0, 2.0, 3.0], rate=1.0, share=0.1), 6)
        3.453878
        >>> time_to(np.diag([2.0, 0.0]), [1.0, 1.0], rate=1.0, share=0.4)
        inf
    """
    values, components, _ = _modes(kernel, residual)
    speed, target = _rate(rate), proper_share("share", share)
    scale = -np.frexp(np.abs(components).max())[1]  # by a power of 2, which rounds nothing, so that no square vanishes
    energies = (np.ldexp(components, scale) ** 2).sum(axis=1)
    if not energies.any():
        raise InputError("residual is 0 at all samples, expected a loss at the start")
    parts = energies / energies.sum()
    learnt = values > 0
    if (plateau := float(parts[~learnt].sum())) >= target:
        return math.inf
    values, parts = values[learnt], parts[learnt]
    earliest, latest = _bounds(values, parts, plateau, speed, target, len(components))

    left = numeric((part, lam, eta, time, m), left_of_part)

    def excess(at: float) -> float:
        with np.errstate(under="ignore"):
            return float(plateau + left(parts, values, speed, at, len(components)).sum() - target)

    if excess(earliest) <= 0:
        return earliest
    return latest if excess(latest) >= 0 else float(brentq(excess, earliest, latest, xtol=1e-300, rtol=1e-14))


def _bounds(
    values: Floats, parts: Floats, plateau: float, speed: float, target: float, samples: int
) -> tuple[float, float]:
    """Between which times the share is reached: from the mean eigenvalue, and from leaving out the slowest ones."""
    letters = {eta: speed, m: samples, share_left: target}
    names = (lam, stuck, *letters)
    latest = numeric(names, latest_time)
    order = np.argsort(values)
    values, parts = values[order], parts[order]
    left_out = plateau + np.concatenate([[0.0], np.cumsum(parts)[:-1]])
    possible = left_out < target
    ends = latest(values[possible], left_out[possible], *letters.values())
    average = float(values @ parts / parts.sum())
    early = numeric((mu, stuck, *letters), mean_time)(average, plateau, *letters.values())
    return float(early), float(ends.min())


def _modes(kernel: ArrayLike, residual: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Eigenvalues [m], components [m, q] of the residuals along the eigenvectors, and these as columns [m, m]."""
    K = symmetric("kernel", kernel)
    start = np.asarray(checked_array("residual", residual))
    if start.ndim not in (1, 2) or len(start) != len(K) or not start.size or start.dtype.kind not in "biuf":
        raise InputError(
            f"residual is {start.dtype} of shape {start.shape}, expected real numbers [{len(K)}] or [{len(K)}, q]"
        )
    start = start.astype(np.float64)
    if not np.isfinite(start).all():
        raise InputError("residual holds nan or infinite numbers, expected finite ones")
    values, vectors = np.linalg.eigh(K)
    rounding = rounding_of_eigenvalues(kernel)
    if values[0] < -max(1e-8 * max(values[-1], 0.0), rounding):
        raise InputError(f"kernel has the eigenvalue {values[0]:.3g}, expected none below 0")
    values = np.where(values > zero_to_rounding(kernel, values), values, 0.0)
    return values, vectors.T @ start.reshape(len(K), -1), vectors


def _rate(rate: float) -> float:
    if not isinstance(rate, Real) or isinstance(rate, bool) or not 0 < rate < math.inf:
        raise InputError(f"rate is {rate!r:.60}, expected a positive number")
    return float(rate)
