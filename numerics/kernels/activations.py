"""Activations and their duals: E φ(z)φ(z′) and E φ′(z)φ′(z′) at (z, z′) ~ N(0, [[a, c], [c, b]]).

Positively homogeneous activations (ReLU, leaky ReLU, |z|, z) and erf have closed forms, those of `sparse_limits.theory.kernel.dual`;
any other goes by quadrature (`sparse_limits.numerics.kernels.quadrature`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import pi, sqrt
from typing import ClassVar

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.theory.kernel import dual as symbols

Floats = NDArray[np.float64]
Function = Callable[[Floats], ArrayLike]

SMALLEST = 1e-140  # of a standard deviation; a smaller one counts as 0, so that the inverse of a product is a number


class Activation(ABC):
    """A function with its derivative and its duals, all vectorised."""

    name: str
    seconds: ClassVar[float] = 3e-7  # of both duals of one unit at a pair of inputs, within a factor of three

    @abstractmethod
    def function(self, z: ArrayLike) -> Floats: ...

    @abstractmethod
    def derivative(self, z: ArrayLike) -> Floats:
        """φ′; at a kink a value between those on its sides."""

    @abstractmethod
    def dual(self, a: ArrayLike, b: ArrayLike, c: ArrayLike) -> tuple[Floats, Floats]:
        """E φ(z)φ(z′) and E φ′(z)φ′(z′), of the shape a, b, c broadcast to; a, b ≥ 0 are variances, c² ≤ ab.

        No check of the arguments: c may exceed √(ab) by rounding.
        """

    def diagonal(self, a: ArrayLike) -> tuple[Floats, Floats]:
        """E φ(z)² and E φ′(z)² at z ~ N(0, a)."""
        return self.dual(a, a, a)

    def profile(self, deviation: Floats) -> Floats:
        """What `advance` needs to know of the standard deviations [U, N] of N inputs, float[K, U, N]."""
        return deviation[None]

    def advance(self, left: Floats, right: Floats, sigma: Floats, theta: Floats) -> tuple[Floats, Floats]:
        """The first dual at c = sigma, and theta times the second, float[U, I, J]; both may be overwritten.

        left [K, U, I] and right [K, U, J] are contiguous parts of profiles.
        """
        value, slope = self.dual(left[0, :, :, None] ** 2, right[0, :, None] ** 2, sigma)
        return value, theta * slope


@dataclass(frozen=True)
class Homogeneous(Activation):
    """φ(z) = positive·z for z > 0, negative·z for z < 0, and φ′(0) = 0.

    φ = (positive + negative)/2 · z + (positive − negative)/2 · |z|, hence its duals are `bend` times those of √2·relu
    and `line` times those of z.
    """

    seconds: ClassVar[float] = 4e-9
    name: str
    positive: float
    negative: float

    @property
    def bend(self) -> float:
        return (self.positive - self.negative) ** 2 / 2

    @property
    def line(self) -> float:
        return self.positive * self.negative

    @property
    def moment(self) -> float:
        """E φ(z)² for a standard normal z, and E φ′(z)²."""
        return (self.positive**2 + self.negative**2) / 2

    def function(self, z: ArrayLike) -> Floats:
        z = np.asarray(z, np.float64)
        values: Floats = self.positive * np.maximum(z, 0) + self.negative * np.minimum(z, 0)
        return values

    def derivative(self, z: ArrayLike) -> Floats:
        z = np.asarray(z, np.float64)
        return self.positive * (z > 0) + self.negative * (z < 0)

    def diagonal(self, a: ArrayLike) -> tuple[Floats, Floats]:
        a = np.asarray(a, np.float64)
        return self.moment * a, np.where(a > 0, self.moment, 0.0)

    def dual(self, a: ArrayLike, b: ArrayLike, c: ArrayLike) -> tuple[Floats, Floats]:
        """The slope is 0 where a or b is. Near c = ±√(ab) angles are as good as c: their error is √(2ε) for an error εc."""
        a, b, c = np.broadcast_arrays(*(np.asarray(value, np.float64) for value in (a, b, c)))
        flat = (1, 1, c.size)
        root, value, slope = np.sqrt(a) * np.sqrt(b), c.reshape(flat).copy(), np.ones(flat)
        self.advance(np.ones((1, 1, 1)), root.reshape(flat), value, slope)
        return value.reshape(c.shape), slope.reshape(c.shape)

    def advance(self, left: Floats, right: Floats, sigma: Floats, theta: Floats) -> tuple[Floats, Floats]:
        compiled(_arc_cosine)(left[0], right[0], sigma, theta, self.bend / pi, self.line)
        return sigma, theta


def _arc_cosine(left: Floats, right: Floats, sigma: Floats, theta: Floats, bend: float, line: float) -> None:
    """In place, with root = left·right: sigma becomes bend·root·πκ₁ + line·sigma, theta is multiplied by
    bend·πκ₀ + line, or by 0 where root is 0.

    The formulas of `sparse_limits.theory.kernel.dual.relu`, with the rational approximation of arccos in FreeBSD's msun (e_acos.c),
    written without branches so that the inner loop is vectorised.
    """
    inverse = np.empty(sigma.shape[2])
    for u in range(sigma.shape[0]):
        for j in range(sigma.shape[2]):
            inverse[j] = 1 / right[u, j] if right[u, j] > SMALLEST else 0.0
        for i in range(sigma.shape[1]):
            scale = 1 / left[u, i] if left[u, i] > SMALLEST else 0.0
            for j in range(sigma.shape[2]):
                root, per_root = left[u, i] * right[u, j], scale * inverse[j]
                covariance = sigma[u, i, j]
                alive = per_root > 0
                cosine = covariance * per_root if alive else -1.0
                size = min(abs(cosine), 1.0)
                steep, half = size > 0.5, (1 - size) / 2
                z = half if steep else size * size
                p = 3.479331075960212e-05
                p = 0.0007915349942898145 + z * p
                p = -0.04005553450067941 + z * p
                p = 0.20121253213486293 + z * p
                p = -0.3255658186224009 + z * p
                p = 0.16666666666666666 + z * p
                q = 0.07703815055590194
                q = -0.6882839716054533 + z * q
                q = 2.0209457602335057 + z * q
                q = -2.403394911734414 + z * q
                q = 1 + z * q
                s = np.sqrt(half) if steep else size
                s += s * (z * p / q)
                angle = 2 * s if steep else pi / 2 - s  # arccos of size
                supplement = angle if cosine < 0 else pi - angle
                sine = np.sqrt((1 - size) * (1 + size))
                sigma[u, i, j] = bend * root * (sine + supplement * cosine) + line * covariance
                theta[u, i, j] *= bend * supplement + line if alive else 0.0


@dataclass(frozen=True)
class ClosedForm(Activation):
    """An activation whose duals are in `sparse_limits.theory.kernel.dual`."""

    seconds: ClassVar[float] = 2.5e-8
    symbolic: symbols.DualActivation

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.symbolic.name

    def function(self, z: ArrayLike) -> Floats:
        return _evaluated(self.symbolic.function, {symbols.z: z})

    def derivative(self, z: ArrayLike) -> Floats:
        return _evaluated(sp.diff(self.symbolic.function, symbols.z), {symbols.z: z})

    def dual(self, a: ArrayLike, b: ArrayLike, c: ArrayLike) -> tuple[Floats, Floats]:
        arguments = {symbols.a: a, symbols.b: b, symbols.c: c}
        return _evaluated(self.symbolic.value, arguments), _evaluated(self.symbolic.slope, arguments)

    def diagonal(self, a: ArrayLike) -> tuple[Floats, Floats]:
        value, slope = (_on_diagonal(dual) for dual in (self.symbolic.value, self.symbolic.slope))
        return _evaluated(value, {symbols.a: a}), _evaluated(slope, {symbols.a: a})


@cache
def _on_diagonal(dual: sp.Expr) -> sp.Expr:
    return sp.simplify(dual.subs({symbols.b: symbols.a, symbols.c: symbols.a}))  # which cancels what would cancel badly


def _evaluated(expression: sp.Expr, values: Mapping[sp.Symbol, ArrayLike]) -> Floats:
    arrays = [np.asarray(value, np.float64) for value in values.values()]
    return np.asarray(numeric(tuple(values), expression)(*arrays), np.float64)


RELU = Homogeneous("relu", sqrt(2), 0.0)
LINEAR = Homogeneous("linear", 1.0, 1.0)
ERF = ClosedForm(symbols.erf)


def leaky_relu(slope: float) -> Homogeneous:
    """z for z > 0 and slope·z for z < 0."""
    return Homogeneous(f"leaky relu {slope:g}", 1.0, float(slope))
