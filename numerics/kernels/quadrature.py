"""Duals of activations without a closed form, each with the error it has.

Smooth φ: with h_k(a) = E φ(√a g) He_k(g)/√k!, the dual is Σ_k h_k(a) h_k(b) ρ^k, ρ = c/√(ab) (Mehler), and likewise
for φ′. The coefficients are integrals over a line, by the trapezoid rule, which converges geometrically for φ
analytic in a strip. By Parseval, the terms left out add up to at most √(t(a) t(b)), t = E φ(√a g)² − Σ_k h_k².

φ with a kink at 0: polar coordinates, Gauss–Legendre in the radius and in each of the four sectors in which neither
z nor z′ changes sign.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import pi, sqrt
from typing import ClassVar

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.files import one_line
from sparse_limits.numerics.kernels.activations import ERF, LINEAR, RELU, Activation, Function, Homogeneous
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.theory.kernel.dual import z as preactivation

Floats = NDArray[np.float64]

ACCURACY = 1e-10  # of a dual, relative to √(E φ(√a g)² E φ(√b g)²); what would be worse is refused
NEGLIGIBLE = 1e-16  # a share of E φ(√a g)² that rounding hides
TERMS = (32, 128, 512, 2048)  # of the series, for tanh up to variance 10 or so
REACH, STEPS = 16.0, (512, 1024, 2048)  # of the trapezoid rule: exact for φ(√a ·) analytic within 0.4, 0.2, 0.1 of ℝ
SHIFT = (sqrt(5) - 1) / 2  # of a step, irrational: what oscillates as fast as the grid is not the same on both
RADIUS, RADII, ANGLES = 12.0, 48, 24  # of the polar rule
BLOCK = 2**20  # values of φ held at a time
TILE = 32  # pairs whose series are added up together


@dataclass(frozen=True)
class Sampled(Activation):
    """An activation given by two vectorised functions."""

    name: str
    phi: Function
    slope: Function

    def function(self, z: ArrayLike) -> Floats:
        return _values(self.name, self.phi, z)

    def derivative(self, z: ArrayLike) -> Floats:
        return _values(f"the derivative of {self.name}", self.slope, z)


class Smooth(Sampled):
    """By its Hermite series; InputError where the series, or that of φ′, converges too slowly for `ACCURACY`."""

    def dual(self, a: ArrayLike, b: ArrayLike, c: ArrayLike) -> tuple[Floats, Floats]:
        arguments = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in (a, b, c)))
        a, b, c = (argument.reshape(-1, 1) for argument in arguments)
        value, slope = self.advance(
            self.profile(np.sqrt(a)), self.profile(np.sqrt(b)), c[:, None].copy(), np.ones((len(c), 1, 1))
        )
        return value.reshape(arguments[0].shape), slope.reshape(arguments[0].shape)

    def diagonal(self, a: ArrayLike) -> tuple[Floats, Floats]:
        deviations = np.sqrt(np.asarray(a, np.float64))
        value, slope = (_sampled(f, deviations.reshape(-1))[1] for f in (self.function, self.derivative))
        return value.reshape(deviations.shape), slope.reshape(deviations.shape)

    def profile(self, deviation: Floats) -> Floats:
        """The deviations, then h_k of φ and of φ′ for the same k."""
        distinct, place = np.unique(deviation, return_inverse=True)
        parts = [hermite_coefficients(function, distinct, self.name) for function in (self.function, self.derivative)]
        terms = max(map(len, parts))
        parts = [np.pad(part, ((0, terms - len(part)), (0, 0))) for part in parts]
        return np.concatenate([distinct[None], *parts])[:, place.reshape(deviation.shape)]

    def advance(self, left: Floats, right: Floats, sigma: Floats, theta: Floats) -> tuple[Floats, Floats]:
        terms = min(len(left), len(right)) // 2
        ours, theirs = (
            np.stack([side[1 : 1 + terms], side[1 + len(side) // 2 :][:terms]], axis=1) for side in (left, right)
        )
        ours = np.ascontiguousarray(np.moveaxis(ours, (2, 3), (0, 1)))
        compiled(_mehler)(left[0], right[0], ours, theirs, sigma, theta, TILE, NEGLIGIBLE)
        return sigma, theta


def _mehler(
    left: Floats,
    right: Floats,
    left_terms: Floats,
    right_terms: Floats,
    sigma: Floats,
    theta: Floats,
    tile: int,
    negligible: float,
) -> None:
    """In place: both series, terms float[U, I, K, 2] and float[K, 2, U, J], by Horner's rule.

    What stands beyond term k adds up to at most |cosine|^k √(E φ(√a g)² E φ(√b g)²): each tile of columns takes the terms that
    its largest cosine needs for a `negligible` share of that root.
    """
    cosine, value, slope = np.empty(tile), np.empty(tile), np.empty(tile)
    for u in range(sigma.shape[0]):
        for start in range(0, sigma.shape[2], tile):
            width = min(tile, sigma.shape[2] - start)
            terms = right_terms[:, :, u, start : start + width].copy()
            for i in range(sigma.shape[1]):
                largest = 0.0
                for j in range(width):
                    root = left[u, i] * right[u, start + j]
                    cosine[j] = min(1.0, max(-1.0, sigma[u, i, start + j] / root)) if root > 0 else 0.0
                    largest = max(largest, abs(cosine[j]))
                    value[j] = slope[j] = 0.0
                needed = terms.shape[0]
                if largest < 1:
                    needed = min(needed, 1 + int(np.log(negligible) / np.log(max(largest, negligible))))
                for k in range(needed - 1, -1, -1):
                    h, slope_h = left_terms[u, i, k, 0], left_terms[u, i, k, 1]
                    for j in range(width):
                        value[j] = value[j] * cosine[j] + h * terms[k, 0, j]
                        slope[j] = slope[j] * cosine[j] + slope_h * terms[k, 1, j]
                for j in range(width):
                    sigma[u, i, start + j] = value[j]
                    theta[u, i, start + j] *= slope[j]


class SlowSeriesError(InputError):
    """A Hermite series does not reach `ACCURACY`."""


def hermite_coefficients(function: Function, deviations: Floats, name: str = "phi") -> Floats:
    """h_k = E φ(deviation·g) He_k(g)/√k! for each deviation [n], float[K, n], K the terms that are not `NEGLIGIBLE`.

    SlowSeriesError if the last of `TERMS` does not reach `ACCURACY`, or the integrals themselves are in doubt.
    """
    blocks = np.array_split(deviations, -(-deviations.size * STEPS[-1] // BLOCK))
    found = [_coefficients(function, block, name) for block in blocks if block.size]
    terms = max(map(len, found))
    return np.concatenate([np.pad(part, ((0, terms - len(part)), (0, 0))) for part in found], axis=1)


def _coefficients(function: Function, deviations: Floats, name: str) -> Floats:
    values, power, doubt = _sampled(function, deviations)
    whole = np.where(power > 0, power, 1)
    for terms in TERMS:
        found = _hermite_table(len(values) - 1, terms) @ values
        share = found**2 / whole
        rest = np.abs(power / whole - share.sum(axis=0))
        if share[terms // 2 :].sum(axis=0).max() <= NEGLIGIBLE and rest.max() <= ACCURACY:
            break  # and not before the first terms that are not negligible: of sin 12 z, some 100 are
    used = np.flatnonzero((share > NEGLIGIBLE / 100).any(axis=1))
    kept = found[: used[-1] + 1 if used.size else 1]
    worst = np.maximum(rest, doubt)
    if worst.max() <= ACCURACY:
        worst = _aliased(function, deviations, _hermite_table(len(values) - 1, terms, SHIFT)[: len(kept)], kept, power)
    if not worst.max() <= ACCURACY:
        at = worst.argmax()
        raise SlowSeriesError(
            f"{name} at variance {deviations[at] ** 2:.3g} is known to {worst[at]:.1g} by its Hermite series, expected "
            f"{ACCURACY:.0g}: a smooth activation of moderate slope"
        )
    return kept


def _aliased(function: Function, deviations: Floats, table: Floats, found: Floats, power: Floats) -> Floats:
    """How far the terms of a dual, and E φ², are from those on the shifted grid, float[n], relative to E φ².

    On a single grid, and on every second node of it, sin(100 z) passes for a slow sine.
    """
    values = np.asarray(function(_nodes(table.shape[1] - 1, SHIFT)[:, None] * deviations))
    other = table @ values
    terms = (np.abs(other - found) * np.maximum(np.abs(other), np.abs(found))).sum(axis=0)
    apart: Floats = np.maximum(terms, np.abs(table[0] @ values**2 - power)) / np.where(power > 0, power, 1)
    return apart


def _sampled(function: Function, deviations: Floats) -> tuple[Floats, Floats, Floats]:
    """Values at the nodes of the coarsest adequate rule, float[steps + 1, n], E φ² and its relative error, [n] each.

    The error is the square of the difference from the rule of twice the step: both converge geometrically.
    """
    for steps in STEPS:
        values = np.asarray(function(_nodes(steps)[:, None] * deviations))
        weights = _hermite_table(steps, TERMS[0])[0]
        power = weights @ values**2
        doubt = (2 * weights[::2] @ values[::2] ** 2 - power) ** 2 / np.where(power > 0, power, 1) ** 2
        if doubt.max() <= NEGLIGIBLE:
            break
    return values, power, doubt


def _nodes(steps: int, shift: float = 0.0) -> Floats:
    """At equal distances, a share `shift` of them farther right than −`REACH`, …, `REACH`."""
    return np.linspace(-REACH, REACH, steps + 1) + shift * (2 * REACH / steps)


@cache
def _hermite_table(steps: int, terms: int, shift: float = 0.0) -> Floats:
    """The weights of the trapezoid rule times density times He_k/√k!, float[terms, steps + 1].

    Through Hermite functions, since the polynomials would overflow.
    """
    nodes = _nodes(steps, shift)
    half = np.exp(-(nodes**2) / 4) * sqrt((nodes[1] - nodes[0]) / sqrt(2 * pi))
    table = [half, nodes * half]
    for k in range(1, terms - 1):
        table.append((nodes * table[k] - sqrt(k) * table[k - 1]) / sqrt(k + 1))
    return np.array(table) * half


class Kinked(Sampled):
    """By the polar rule, some 10⁴ values of φ an entry; smooth on either side of 0; InputError for variances that it does not reach.

    Slopes of near duplicates have the error of their angle: √ε at worst.
    """

    seconds: ClassVar[float] = 6e-4

    def dual(self, a: ArrayLike, b: ArrayLike, c: ArrayLike) -> tuple[Floats, Floats]:
        return self._dual(a, b, c, RADII, ANGLES)

    def profile(self, deviation: Floats) -> Floats:
        if deviation.size:
            ends = sorted({float(deviation.min()), float(deviation.max())})
            if not (error := self.error(np.square(ends))) <= ACCURACY:
                raise InputError(
                    f"{self.name} at variance {ends[-1] ** 2:.3g} is known to {error:.1g} by the polar rule, expected "
                    f"{ACCURACY:.0g}: inputs of a smaller scale"
                )
        return super().profile(deviation)

    def error(self, variances: ArrayLike = (0.5, 1.0, 2.0)) -> float:
        """How far the rule is from a finer one, relative to the diagonal, at pairs of equal variances: the largest."""
        a, cosine = np.asarray(variances, np.float64)[:, None], np.array([-0.9, 0.0, 0.5, 1.0])
        found, finer = self.dual(a, a, cosine * a), self._dual(a, a, cosine * a, RADII * 4 // 3, ANGLES * 4 // 3)
        whole = np.array(found)[..., -1:]
        return float((np.abs(np.subtract(found, finer)) / np.where(whole > 0, whole, 1)).max())

    def _dual(self, a: ArrayLike, b: ArrayLike, c: ArrayLike, radii: int, angles: int) -> tuple[Floats, Floats]:
        arguments = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in (a, b, c)))
        shape = arguments[0].shape
        flat = np.array([argument.ravel() for argument in arguments])
        blocks = np.array_split(flat, -(-flat.shape[1] * radii * angles * 4 // BLOCK), axis=1)
        found = np.concatenate([self._polar(a, b, c, radii, angles) for a, b, c in blocks], axis=1)
        return found[0].reshape(shape), found[1].reshape(shape)

    def _polar(self, a: Floats, b: Floats, c: Floats, radii: int, angles: int) -> Floats:
        sine, root = np.sqrt(np.maximum(a * b - c * c, 0)), np.sqrt(a * b)
        angle = np.where(root > 0, np.arctan2(sine, c), pi / 2)
        radius, weight = np.polynomial.legendre.leggauss(radii)
        radius = RADIUS * (radius + 1) / 2
        weight = weight * RADIUS / (4 * pi) * radius * np.exp(-(radius**2) / 2)
        node, share = np.polynomial.legendre.leggauss(angles)
        starts = np.stack(
            [angle - pi / 2, np.full_like(angle, pi / 2), angle + pi / 2, np.full_like(angle, 3 * pi / 2)]
        )
        ends = np.stack([starts[1], starts[2], starts[3], starts[0] + 2 * pi])
        middle, half = (starts + ends) / 2, (ends - starts) / 2
        turn = middle[..., None] + half[..., None] * node  # [4, n, angles]
        first = (np.sqrt(a)[:, None] * np.cos(turn))[..., None] * radius
        second = (np.sqrt(b)[:, None] * np.cos(turn - angle[:, None]))[..., None] * radius
        measure = half[..., None, None] * share[:, None] * weight
        return np.array(
            [(measure * f(first) * f(second)).sum(axis=(0, 2, 3)) for f in (self.function, self.derivative)]
        )


NAMED: dict[str, Activation | sp.Expr] = {
    "relu": RELU,
    "linear": LINEAR,
    "erf": ERF,
    "abs": Homogeneous("abs", 1.0, -1.0),
    "tanh": sp.tanh(preactivation),
    "sigmoid": 1 / (1 + sp.exp(-preactivation)),
    "softplus": sp.log(1 + sp.exp(preactivation)),
    "silu": preactivation / (1 + sp.exp(-preactivation)),
    "gelu": preactivation * (1 + sp.erf(preactivation / sp.sqrt(2))) / 2,
    "elu": sp.Piecewise((preactivation, preactivation > 0), (sp.exp(preactivation) - 1, True)),
    "sin": sp.sin(preactivation),
    "cos": sp.cos(preactivation),
}


def activation(
    given: str | sp.Expr | Function | Activation, derivative: Function | None = None, name: str | None = None
) -> Activation:
    """An activation from its name (`NAMED`; "relu" is √2 max(z, 0)), an expression in one symbol, or a vectorised
    function.

    A function found to be positively homogeneous gets its closed form, a smooth one the Hermite series, one with a
    kink at 0 the polar rule. Without `derivative`, that of a function is by differences of tenth order, good to some
    1e-11 where the function is smooth.

    InputError for an unknown name, an expression with several symbols, a function that is not vectorised, that jumps
    at 0, or that no rule integrates to `ACCURACY`, such as one with kinks elsewhere; for a `derivative` beside what is no function.
    """
    if derivative is not None and isinstance(given, (str, sp.Expr, Activation)):
        raise InputError(
            f"derivative is given beside the activation {given!s:.60}, expected it beside a function alone"
        )
    if isinstance(given, Activation):
        return given
    if isinstance(given, str):
        if given not in NAMED:
            raise InputError(f"activation is {given!r}, expected one of {', '.join(NAMED)}")
        name, found = given, NAMED[given]
        if isinstance(found, Activation):
            return found
        given = found
    if isinstance(given, sp.Expr):
        if len(given.free_symbols) != 1:
            raise InputError(f"activation is {given}, expected an expression in one symbol")
        (symbol,) = given.free_symbols
        return _ruled(name or str(given), _broadcast(given, symbol), _broadcast(sp.diff(given, symbol), symbol))
    if not callable(given):
        raise InputError(f"activation is a {type(given).__name__}, expected a name, an expression or a function")
    return _ruled(name or str(getattr(given, "__name__", "phi")), given, derivative or _differences(given))


def _ruled(name: str, phi: Function, slope: Function) -> Activation:
    smooth, kinked = Smooth(name, phi, slope), Kinked(name, phi, slope)
    # irrational ones, too: z + sin 4πz is z at all the others
    rays = np.array([1.0, -1.0]) * np.array([0.25, 0.5, 1.0, sqrt(2), 2.0, 3.0, pi, 10 * sqrt(3), 64.0])[:, None]
    values, close = smooth.function(rays), smooth.function(np.array([0.0, -1e-9, 1e-9]))
    if close[0] == 0 and np.allclose(values, values[2] * np.abs(rays), rtol=1e-14, atol=0):
        return Homogeneous(name, float(values[2, 0]), -float(values[2, 1]))
    if np.ptp(close) > 1e-6 * np.abs(values).max():
        raise InputError(f"{name} jumps by {np.ptp(close):.2g} at 0, expected a continuous activation")
    try:
        smooth.profile(np.ones((1, 1)))
    except SlowSeriesError:
        if not (error := kinked.error()) <= ACCURACY:
            raise InputError(
                f"{name} is known to {error:.1g} by the polar rule, expected {ACCURACY:.0g}: kinks at 0 alone"
            ) from None
        return kinked
    return smooth


_STENCIL = (5 / 6, -5 / 21, 5 / 84, -5 / 504, 1 / 1260)


def _differences(function: Function, step: float = 0.02) -> Function:
    def derivative(z: Floats) -> Floats:
        pairs = [(np.asarray(function(z + k * step)), np.asarray(function(z - k * step))) for k in range(1, 6)]
        slope: Floats = sum(
            weight / step * (after - before) for weight, (after, before) in zip(_STENCIL, pairs, strict=True)
        )
        return slope

    return derivative


def _broadcast(expression: sp.Expr, symbol: sp.Symbol) -> Function:
    return lambda z: np.broadcast_to(numeric((symbol,), expression)(z), z.shape)


def _values(name: str, function: Function, z: ArrayLike) -> Floats:
    z = np.asarray(z, np.float64)
    try:
        with np.errstate(all="ignore"):
            values = np.asarray(function(z), np.float64)
    except (TypeError, ValueError) as error:  # as functions of one number alone raise
        raise InputError(f"{name} fails on an array ({one_line(error)}), expected a vectorised function") from error
    if values.shape != z.shape:
        raise InputError(f"{name} turns shape {z.shape} into {values.shape}, expected a vectorised function")
    if not np.isfinite(values).all():
        raise InputError(f"{name} is not finite at some real numbers, expected an activation defined on all of them")
    return values
