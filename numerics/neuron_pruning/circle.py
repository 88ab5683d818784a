"""The exact error of networks of neurons on the plane: one with whole weights without rounding, or many at once (N2, N5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError

Vector = tuple[int, int]
Floats = NDArray[np.floating]
Number = TypeVar("Number", int, Floats)
AT_ONCE = 512  # networks, lest the arrays leave the cache


def squared_error(target: Vector, neurons: Sequence[Vector], outputs: Sequence[int]) -> Fraction:
    """sup |σ(⟨target, x⟩) − Σ outputs·σ(⟨neuron, x⟩)|² over the unit disc, for whole numbers.

    Between neighbouring kinks the difference is linear, ⟨v, x⟩: on such an arc its square is largest at ±v/‖v‖, if one of
    these lies there, or at an end.

    Raises:
        InputError: for a target of zero, or unless every neuron has one output weight.
    """
    if target == (0, 0):
        raise InputError("target (0, 0): expected a vector that is not zero")
    if len(neurons) != len(outputs):
        raise InputError(f"{len(outputs)} output weights for {len(neurons)} neurons: expected as many")
    kinks = {ray for x, y in (target, *neurons) if (x, y) != (0, 0) for ray in ((-y, x), (y, -x))}
    rays = sorted(kinks | {target, (-target[0], -target[1])}, key=_direction)
    terms = [(1, target), *((-output, neuron) for output, neuron in zip(outputs, neurons, strict=True))]
    worst = Fraction(0)
    for start, end in zip(rays, rays[1:] + rays[:1], strict=True):
        inside = (start[0] + end[0], start[1] + end[1])  # the rays ±target keep them at most a right angle apart
        active = [(c, w) for c, w in terms if _dot(w, inside) > 0]
        v = (sum(c * w[0] for c, w in active), sum(c * w[1] for c, w in active))
        worst = max(worst, *(Fraction(_dot(v, ray) ** 2, _dot(ray, ray)) for ray in (start, end)))
        if any(_cross(start, top) >= 0 and _cross(top, end) >= 0 for top in (v, (-v[0], -v[1]))):
            worst = max(worst, Fraction(_dot(v, v)))
    return worst


def squared_sine(target: Vector, neuron: Vector) -> Fraction:
    """The squared sine of the angle between a neuron and the axis of the target.

    Raises:
        InputError: if one of them is zero.
    """
    if (0, 0) in (target, neuron):
        raise InputError(f"target {target}, neuron {neuron}: expected vectors that are not zero")
    return Fraction(_cross(target, neuron) ** 2, _dot(target, target) * _dot(neuron, neuron))


def exact_sup_on_circle(c: ArrayLike, theta: ArrayLike, target_theta: float, relu_out: bool = False) -> Floats:
    """sup |σ(cos(φ − target_theta)) − g(φ)| over all φ, g = Σ c·σ(cos(φ − theta)) or, with `relu_out`, σ of this sum.

    It is the error over the unit disc. Between neighbouring kinks g and the target are linear, so the supremum lies at a
    kink, at the top of a linear piece, at a zero of the sum or at the target: no grid, an error of rounding only.

    Args:
        c: float[..., n]: outputs of the same n neurons in any number of networks; 0 prunes a neuron.
        theta: float[n]: their directions.

    Returns:
        float[...]

    Raises:
        InputError: for other shapes, or numbers that are not finite.
    """
    c, theta = np.asarray(c, dtype=float), np.asarray(theta, dtype=float)
    if theta.ndim != 1 or c.shape[-1:] != theta.shape:
        raise InputError(f"outputs of shape {c.shape}, directions of shape {theta.shape}: expected [..., n] and [n]")
    if not (np.isfinite(c).all() and np.isfinite(theta).all() and np.isfinite(target_theta)):
        raise InputError("outputs or directions are not all finite: expected numbers")
    rows = c.reshape(prod(c.shape[:-1]), c.shape[-1])
    errors = np.empty(len(rows))
    for first in range(0, len(rows), AT_ONCE):
        errors[first : first + AT_ONCE] = _errors(rows[first : first + AT_ONCE], theta, target_theta, relu_out)
    return errors.reshape(c.shape[:-1])


def _errors(c: Floats, theta: Floats, target_theta: float, relu_out: bool) -> Floats:
    """The suprema for outputs float[m, n]: float[m]."""
    angles = np.append(theta, target_theta)
    kinks = (angles + np.pi / 2) % np.pi  # the rays ±target besides keep neighbours at most a right angle apart
    rays = np.sort(np.concatenate([kinks, kinks + np.pi, (target_theta + np.array([0, np.pi])) % (2 * np.pi)]))
    ends = np.append(rays[1:], rays[0] + 2 * np.pi)
    middles = (rays + ends) / 2
    active = np.cos(middles[:, None] - angles) > 0
    x, y = active * np.cos(angles), active * np.sin(angles)  # float[arcs, n + 1]
    start, middle, end = ((np.cos(at), np.sin(at)) for at in (rays, middles, ends))
    target, pruned = (x[:, -1], y[:, -1]), (c @ x[:, :-1].T, c @ y[:, :-1].T)
    gap = (pruned[0] - target[0], pruned[1] - target[1])
    at_start = _dot(pruned, start)
    top = _cross(start, gap) * _cross(gap, end) > 0  # one of the rays ±gap, where the piece is largest, lies inside
    if not relu_out:
        errors: Floats = np.maximum(np.abs(at_start - _dot(target, start)), top * np.hypot(*gap)).max(axis=-1)
        return errors
    top &= _dot(gap, middle) * _dot(gap, pruned) >= 0  # and the sum is not negative there
    across = (-pruned[1], pruned[0])
    zero = _cross(start, across) * _cross(across, end) > 0
    length = np.hypot(*pruned)
    at_zero = np.abs(_dot(target, across)) / np.where(length > 0, length, 1)
    at_start = np.abs(np.maximum(at_start, 0) - _dot(target, start))
    errors = np.maximum.reduce([at_start, top * np.hypot(*gap), zero * at_zero]).max(axis=-1)
    return errors


def _direction(ray: Vector) -> tuple[bool, bool, Fraction]:
    """What grows with the angle from 0 to 2π, exactly: angles in doubles would confuse neighbours among large numbers."""
    x, y = ray
    if y == 0:
        return x < 0, False, Fraction(0)
    return y < 0, True, Fraction(-x, y)


def _dot(a: tuple[Number, Number], b: tuple[Number, Number]) -> Number:
    return a[0] * b[0] + a[1] * b[1]


def _cross(a: tuple[Number, Number], b: tuple[Number, Number]) -> Number:
    return a[0] * b[1] - a[1] * b[0]
