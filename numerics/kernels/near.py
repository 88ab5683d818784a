"""Pairs of nearly parallel or opposite inputs: the angle from differences, since a cosine near ±1 has lost half of it.

For an angle θ between two units' preactivations the recursion carries minus = 1 − cos θ and plus = 1 + cos θ, both to
relative accuracy. With α_v² and β_v² the shares of a variance that come from unit v below, Σ_v α_v² = Σ_v β_v² = 1,

    1 ∓ Σ_v α_v β_v cos θ_v = ½ Σ_v (α_v − β_v)² + Σ_v α_v β_v (1 ∓ cos θ_v),

a sum of positive terms, and θ = 2 atan2(√minus, √plus).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import factorial, pi

import numpy as np
from numpy.typing import NDArray

from numerics.bridge import compiled
from numerics.kernels.activations import Homogeneous
from numerics.kernels.layers import Layer

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

NEAR = 2.0**-9  # of 1 − |cos θ|, θ = 0.06: farther off, a cosine with an error ε gives θ and π − θ to 16 ε
LEAST = 1e-280  # of a covariance: a smaller one may stand beside variances that have underflowed
CHUNK = 2**15  # shares of variances in flight
_SERIES = tuple((-1) ** k * (2 * k + 2) / factorial(2 * k + 3) for k in range(10))  # of (sin θ − θ cos θ)/θ³


def near_units(sigma: Floats, left: Floats, right: Floats) -> Indices:
    """The units and pairs, int[3, near], with |cos θ| within `NEAR` of 1; sigma [U, I, J], left [1, U, I], right."""
    arguments = (sigma, left[0], right[0], 1 - NEAR)
    found = np.empty((3, compiled(_count_near)(*arguments)), np.int64)
    if found.size:
        compiled(_find_near)(*arguments, found)
    return found


def _count_near(sigma: Floats, left: Floats, right: Floats, least: float) -> int:
    count = 0
    for u in range(sigma.shape[0]):
        for i in range(sigma.shape[1]):
            for j in range(sigma.shape[2]):
                count += abs(sigma[u, i, j]) > max(least * (left[u, i] * right[u, j]), LEAST)
    return count


def _find_near(sigma: Floats, left: Floats, right: Floats, least: float, found: Indices) -> None:
    count = 0
    for u in range(sigma.shape[0]):
        for i in range(sigma.shape[1]):
            for j in range(sigma.shape[2]):
                if abs(sigma[u, i, j]) > max(least * (left[u, i] * right[u, j]), LEAST):
                    found[:, count] = u, i, j
                    count += 1


def advance_inputs(
    forward: Floats,
    x: Floats,
    x2: Floats,
    left: Floats,
    right: Floats,
    sigma: Floats,
    theta: Floats,
    activation: Homogeneous,
) -> tuple[Floats, Floats]:
    """`Activation.advance` for the first units, forward [U, d], x [I, d], x2 [J, d], good at all angles.

    A unit with few inputs, or one large weight, is near for most pairs, whatever the other units see: so angles are
    mended unit by unit.
    """
    units = near_units(sigma, left, right)
    covariance, before = sigma[tuple(units)], theta[tuple(units)]
    sigma, theta = activation.advance(left, right, sigma, theta)
    if units.size:
        scales = activation.bend / pi, activation.line
        compiled(_mend, reassociate=True)(
            units, covariance, before, np.sqrt(forward), x, x2, left[0], right[0], sigma, theta, *scales
        )
    return sigma, theta


def _mend(
    units: Indices,
    covariance: Floats,
    before: Floats,
    root: Floats,
    x: Floats,
    x2: Floats,
    left: Floats,
    right: Floats,
    sigma: Floats,
    theta: Floats,
    bend: float,
    line: float,
) -> None:
    """sigma and theta at some (unit, input, input), as `_arc_cosine` of the activations leaves them.

    Of 1 ∓ cos θ the small one is summed, and the other is 2 less that.
    """
    alpha = np.empty(root.shape[1])
    for at in range(units.shape[1]):
        u, i, j = units[0, at], units[1, at], units[2, at]
        ahead = covariance[at] > 0
        scale, other = 1 / left[u, i], 1 / right[u, j]  # neither overflows: the covariance is above `LEAST`
        if at == 0 or u != units[0, at - 1] or i != units[1, at - 1]:
            for v in range(root.shape[1]):
                alpha[v] = root[u, v] * x[i, v] * scale
        signed, small = other if ahead else -other, 0.0
        for v in range(root.shape[1]):
            small += (alpha[v] - root[u, v] * x2[j, v] * signed) ** 2 / 2
        minus, plus = (small, 2 - small) if ahead else (2 - small, small)
        cosine = 1 - small if ahead else small - 1
        supplement = 2 * np.arctan2(np.sqrt(plus), np.sqrt(minus))
        if supplement < 1:
            bent, power = 0.0, supplement**3
            for coefficient in _SERIES:
                bent += coefficient * power
                power *= supplement * supplement
        else:
            bent = np.sin(supplement) - supplement * np.cos(supplement)
        sigma[u, i, j] = left[u, i] * right[u, j] * (bend * bent + line * cosine)
        theta[u, i, j] = before[at] * (bend * supplement + line)


def near_kernels(
    layers: Sequence[Layer], x: Floats, x2: Floats, i: Indices, j: Indices, activation: Homogeneous
) -> Floats:
    """Both kernels at the pairs (x[i], x2[j]), float[2, pairs], whatever their angles in any layer."""
    if not i.size:
        return np.empty((2, 0))
    most = max(layer.forward.size + len(layer.forward) for layer in layers)
    parts = np.array_split(np.arange(i.size), -(-i.size * most // CHUNK))
    return np.concatenate([_kernels(layers, x[i[p]].T, x2[j[p]].T, activation) for p in parts if p.size], axis=1)


def _kernels(layers: Sequence[Layer], x: Floats, x2: Floats, activation: Homogeneous) -> Floats:
    """As above, for the pairs of columns of x and x2, float[d, P]."""
    left, right, cosine = np.abs(x), np.abs(x2), np.sign(x) * np.sign(x2)
    minus, plus = 1 - cosine, 1 + cosine
    theta = np.zeros_like(x)
    bend = activation.bend / activation.moment
    line = activation.line / activation.moment
    for place, layer in enumerate(layers):
        sigma = left * right * cosine
        below = layer.forward @ theta + layer.bias
        theta = (layer.forward if layer.trained is None else layer.trained) @ sigma + below
        if place == len(layers) - 1:
            return np.stack([(layer.forward @ sigma + layer.bias)[0], theta[0]])
        minus, plus, left, right = _mixed(layer, minus, plus, left, right)
        supplement = 2 * np.arctan2(np.sqrt(plus), np.sqrt(minus))
        slope = (bend / pi * supplement + line) * (left * right > 0)
        theta *= activation.moment * slope
        bent = _lune(supplement)
        ahead = minus <= plus
        cosine = bend * bent + line * np.where(ahead, 1 - minus, plus - 1)
        angle = 2 * np.arctan2(np.sqrt(minus), np.sqrt(plus))
        minus = np.where(ahead, minus - bend * _lune(angle), (1 + line) - bend * bent - line * plus)
        plus = bend * (1 + bent) + line * plus
        left, right = np.sqrt(activation.moment) * left, np.sqrt(activation.moment) * right
    raise AssertionError("layers is not empty")


def _mixed(
    layer: Layer, minus: Floats, plus: Floats, left: Floats, right: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """1 ∓ cos θ and both standard deviations of the units above; 2, 0 where one of these vanishes."""
    weight, root = layer.forward[:, :, None], np.sqrt(layer.bias)
    above, beside = (np.sqrt(layer.forward @ scale**2 + layer.bias) for scale in (left, right))
    with np.errstate(divide="ignore"):
        share, other = (np.where(scale > 0, 1 / scale, 0)[:, None] for scale in (above, beside))
    alpha, beta = np.sqrt(weight) * left * share, np.sqrt(weight) * right * other
    apart = ((alpha - beta) ** 2).sum(axis=1) / 2 + ((root * share - root * other) ** 2)[:, 0] / 2
    both = alpha * beta
    minus = apart + (both * minus).sum(axis=1)
    plus = apart + (both * plus).sum(axis=1) + 2 * (layer.bias * share * other)[:, 0]
    alive = above * beside > 0
    return np.where(alive, np.clip(minus, 0, 2), 2), np.where(alive, np.clip(plus, 0, 2), 0), above, beside


def _lune(angle: Floats) -> Floats:
    """(sin θ − θ cos θ)/π to relative accuracy; κ₁(cos θ) is that of π − θ, and 1 − κ₁ is 1 − cos θ − that of θ."""
    series = angle**3 * np.polynomial.polynomial.polyval(angle * angle, _SERIES)
    return np.where(angle < 1, series, np.sin(angle) - angle * np.cos(angle)) / pi
