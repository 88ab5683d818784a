"""The exact error of a network of neurons on the plane: rational weights, no rounding (N2)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import atan2

Vector = tuple[int, int]


def squared_error(target: Vector, neurons: Sequence[Vector], outputs: Sequence[int]) -> Fraction:
    """sup |σ(⟨target, x⟩) − Σ outputs·σ(⟨neuron, x⟩)|² over the unit disc, for whole numbers.

    Between neighbouring kinks the difference is linear, ⟨v, x⟩: on such an arc its square is largest at ±v/‖v‖, if one of
    these lies there, or at an end.

    Raises:
        ValueError: for a target of zero, or unless every neuron has one output weight.
    """
    if target == (0, 0):
        raise ValueError("target (0, 0): expected a vector that is not zero")
    if len(neurons) != len(outputs):
        raise ValueError(f"{len(outputs)} output weights for {len(neurons)} neurons: expected as many")
    kinks = {ray for x, y in (target, *neurons) if (x, y) != (0, 0) for ray in ((-y, x), (y, -x))}
    rays = sorted(kinks | {target, (-target[0], -target[1])}, key=lambda ray: atan2(ray[1], ray[0]))
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
        ValueError: if one of them is zero.
    """
    if (0, 0) in (target, neuron):
        raise ValueError(f"target {target}, neuron {neuron}: expected vectors that are not zero")
    return Fraction(_cross(target, neuron) ** 2, _dot(target, target) * _dot(neuron, neuron))


def _dot(a: Vector, b: Vector) -> int:
    return a[0] * b[0] + a[1] * b[1]


def _cross(a: Vector, b: Vector) -> int:
    return a[0] * b[1] - a[1] * b[0]
