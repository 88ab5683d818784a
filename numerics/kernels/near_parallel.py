"""Pairs of nearly parallel or opposite inputs: the angle from differences, since a cosine near ±1 has lost half of it.

For an angle θ between two units' preactivations the recursion carries minus = 1 − cos θ and plus = 1 + cos θ, both to
relative accuracy. With α_v² and β_v² the shares of a variance that come from unit v below, Σ_v α_v² = Σ_v β_v² = 1,

    1 ∓ Σ_v α_v β_v cos θ_v = ½ Σ_v (α_v − β_v)² + Σ_v α_v β_v (1 ∓ cos θ_v),

a sum of positive terms, and θ = 2 atan2(√minus, √plus).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, factorial, pi

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.kernels.activations import Homogeneous
from sparse_limits.numerics.kernels.layers import Layer
from sparse_limits.numerics.machine_code import compiled

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

NEAR = 2.0**-9  # of 1 − |cos θ|, θ = 0.06: farther off, a cosine with an error ε gives θ and π − θ to 16 ε
LEAST = 1e-280  # of a covariance: a smaller one may stand beside variances that have underflowed
CHUNK = 2**15  # shares of variances in flight
_SERIES = tuple((-1) ** k * (2 * k + 2) / factorial(2 * k + 3) for k in range(10))  # of (sin θ − θ cos θ)/θ³
SMALL = 2.0**-6  # of 1 − cos θ, θ = 0.18: below it both series end early
_ARC = tuple(comb(2 * k, k) / (8**k * (2 * k + 1)) for k in range(8))  # of θ/√(2 (1 − cos θ)), in 1 − cos θ
_ARC0, _ARC1, _ARC2, _ARC3, _ARC4, _ARC5, _ARC6, _ARC7 = _ARC
_LUNE0, _LUNE1, _LUNE2, _LUNE3, _LUNE4, _LUNE5 = _SERIES[:6]


def near_units(sigma: Floats, left: Floats, right: Floats, sign: int = 0) -> Indices:
    """The units and pairs, int[3, near], with |cos θ| within `NEAR` of 1; sigma [U, I, J], left [1, U, I], right; sign: of cos θ, 0 for both."""
    arguments = (sigma, left[0], right[0], 1 - NEAR, sign)
    found = np.empty((3, compiled(_count_near)(*arguments)), np.int64)
    if found.size:
        compiled(_find_near)(*arguments, found)
    return found


def _count_near(sigma: Floats, left: Floats, right: Floats, least: float, sign: int) -> int:
    count = 0
    for u in range(sigma.shape[0]):
        for i in range(sigma.shape[1]):
            for j in range(sigma.shape[2]):
                value = sign * sigma[u, i, j] if sign else abs(sigma[u, i, j])
                count += value > max(least * (left[u, i] * right[u, j]), LEAST)
    return count


def _find_near(sigma: Floats, left: Floats, right: Floats, least: float, sign: int, found: Indices) -> None:
    count = 0
    for u in range(sigma.shape[0]):
        for i in range(sigma.shape[1]):
            for j in range(sigma.shape[2]):
                value = sign * sigma[u, i, j] if sign else abs(sigma[u, i, j])
                if value > max(least * (left[u, i] * right[u, j]), LEAST):
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
    opposite: bool,
) -> tuple[Floats, Floats]:
    """`Activation.advance` for the first units, forward [U, d], x [I, d], x2 [J, d], good at all angles; opposite: those near π alone are corrected.

    A unit with few inputs, or one large weight, is near for most pairs, whatever the other units receive: so angles are corrected unit by
    unit.
    """
    units = near_units(sigma, left, right, -1 if opposite else 0)
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
    most = max(layer.forward.size + len(layer.forward) for layer in (Layer(layers[0].forward[:, :1]), *layers[1:]))
    parts = np.array_split(np.arange(i.size), -(-i.size * most // CHUNK))
    scales = [np.sqrt(layers[0].forward @ (each * each).T) for each in (x, x2)]
    return np.concatenate([_kernels(layers, x, x2, scales, i[p], j[p], activation) for p in parts if p.size], axis=1)


def _kernels(
    layers: Sequence[Layer],
    x: Floats,
    x2: Floats,
    deviations: Sequence[Floats],
    i: Indices,
    j: Indices,
    activation: Homogeneous,
) -> Floats:
    """As above, for pairs few enough to stay in cache; deviations: of the first units at x and at x2."""
    first, *others = layers
    forward = np.ascontiguousarray(first.forward)
    left, right = deviations
    sigma, minus, plus = np.empty((3, len(forward), i.size))
    compiled(_pairs, reassociate=True)(forward, np.sqrt(forward), x, x2, i, j, left, right, sigma, minus, plus)
    theta, left, right = sigma.copy(), left[:, i], right[:, j]
    if first.trained is not None:
        compiled(_products, reassociate=True)(np.ascontiguousarray(first.trained), x, x2, i, j, theta)
    scales = activation.bend / activation.moment, activation.line / activation.moment, activation.moment
    for left_over, layer in zip(reversed(range(len(others))), others, strict=True):
        cosine = np.empty_like(minus)
        passed = compiled(_passed_small) if minus.max() < SMALL else compiled(_passed, calls=(_lune,))
        passed(minus, plus, theta, left, right, cosine, *scales)
        left, right = np.sqrt(activation.moment) * left, np.sqrt(activation.moment) * right
        sigma = left * right * cosine
        sigma, theta = layer.above(sigma, theta)
        if left_over:
            minus, plus, left, right = _mixed(layer, minus, plus, left, right)
    return np.stack([sigma[0], theta[0]])


def _products(weights: Floats, x: Floats, x2: Floats, i: Indices, j: Indices, found: Floats) -> None:
    """Σ_v weights[u, v] x[i, v] x2[j, v], found [U, P]."""
    for u in range(weights.shape[0]):
        for p in range(i.size):
            a, b, total = i[p], j[p], 0.0
            for v in range(weights.shape[1]):
                total += weights[u, v] * x[a, v] * x2[b, v]
            found[u, p] = total


def _pairs(
    forward: Floats,
    root: Floats,
    x: Floats,
    x2: Floats,
    i: Indices,
    j: Indices,
    left: Floats,
    right: Floats,
    sigma: Floats,
    minus: Floats,
    plus: Floats,
) -> None:
    """The covariances of the first units at some pairs and 1 ∓ their cosines, [U, P], the small one of these summed."""
    scaled, known = np.empty(forward.shape[1]), (-1, -1)
    for u in range(forward.shape[0]):
        for p in range(i.size):
            a, b = i[p], j[p]
            if left[u, a] * right[u, b] == 0:
                sigma[u, p], minus[u, p], plus[u, p] = 0.0, 2.0, 0.0
                continue
            scale, other = 1 / left[u, a], 1 / right[u, b]
            if known != (u, a):
                for v in range(forward.shape[1]):
                    scaled[v] = root[u, v] * x[a, v] * scale
                known = (u, a)
            low = 0.0
            for v in range(forward.shape[1]):
                low += (scaled[v] - root[u, v] * x2[b, v] * other) ** 2
            low /= 2
            high = 2 - low
            if low > 1:
                high = 0.0
                for v in range(forward.shape[1]):
                    high += (scaled[v] + root[u, v] * x2[b, v] * other) ** 2
                high /= 2
                low = 2 - high
            minus[u, p], plus[u, p] = low, high
            sigma[u, p] = left[u, a] * right[u, b] * (1 - low if low < high else high - 1)


def _passed(
    minus: Floats,
    plus: Floats,
    theta: Floats,
    left: Floats,
    right: Floats,
    cosine: Floats,
    bend: float,
    line: float,
    moment: float,
) -> None:
    """An activation: 1 ∓ the cosine above it, that cosine, and the tangents times the slopes; all but `left` and `right` in place."""
    for u in range(minus.shape[0]):
        for p in range(minus.shape[1]):
            low, high = minus[u, p], plus[u, p]
            ahead = low <= high
            small = 2 * np.arctan2(np.sqrt(low if ahead else high), np.sqrt(high if ahead else low))
            supplement = pi - small if ahead else small
            alive = left[u, p] * right[u, p] > 0
            theta[u, p] *= moment * (bend / pi * supplement + line) if alive else 0.0
            lost = _lune(small)
            if ahead:  # κ₁(cos θ) is cos θ + lost
                bent = 1 - low + lost
                minus[u, p] = low - bend * lost
            else:
                bent = lost
                minus[u, p] = 1 + line - bend * bent - line * high
            cosine[u, p] = bend * bent + line * (1 - low if ahead else high - 1)
            plus[u, p] = bend * (1 + bent) + line * high


def _passed_small(
    minus: Floats,
    plus: Floats,
    theta: Floats,
    left: Floats,
    right: Floats,
    cosine: Floats,
    bend: float,
    line: float,
    moment: float,
) -> None:
    """`_passed` where no 1 − cos θ reaches `SMALL`: by polynomials and without cases, so that vector units take it."""
    for u in range(minus.shape[0]):
        for p in range(minus.shape[1]):
            low = minus[u, p]
            arc = _ARC4 + low * (_ARC5 + low * (_ARC6 + low * _ARC7))
            arc = _ARC0 + low * (_ARC1 + low * (_ARC2 + low * (_ARC3 + low * arc)))
            angle, square = np.sqrt(2 * low) * arc, 2 * low * arc * arc
            lost = _LUNE2 + square * (_LUNE3 + square * (_LUNE4 + square * _LUNE5))
            lost = angle * square * (_LUNE0 + square * (_LUNE1 + square * lost)) / pi
            alive = 1.0 if left[u, p] * right[u, p] > 0 else 0.0
            theta[u, p] *= alive * moment * (bend / pi * (pi - angle) + line)
            minus[u, p] = low - bend * lost
            cosine[u, p] = bend * (1 - low + lost) + line * (1 - low)
            plus[u, p] = bend * (2 - low + lost) + line * (2 - low)


def _lune(angle: float) -> float:
    """(sin θ − θ cos θ)/π to relative accuracy; κ₁(cos θ) is that of π − θ, and 1 − κ₁ is 1 − cos θ − that of θ."""
    if angle >= 1:
        return float((np.sin(angle) - angle * np.cos(angle)) / pi)
    total, power = 0.0, angle**3
    for coefficient in _SERIES:
        total += coefficient * power
        power *= angle * angle
    return total / pi


def _mixed(
    layer: Layer, minus: Floats, plus: Floats, left: Floats, right: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """1 ∓ cos θ and both standard deviations of the units above; 2, 0 where one of these vanishes."""
    if (
        layer.forward.size == 1 and layer.forward[0, 0] > 0 and not layer.bias
    ):  # one unit above one: the angle is the same
        scale = np.sqrt(layer.forward[0, 0])
        return minus, plus, scale * left, scale * right
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
