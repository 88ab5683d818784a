"""Laws of items: density, distribution and characteristic function of arrays, samples, and what R4 needs of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from scipy.special import gamma, modstruve

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.keyed import stream_name
from sparse_limits.theory.subset_sum import product_laws as theory

Floats = NDArray[np.float64]

FAR = 50.0  # beyond which every law here has no mass that a double could tell


def _struve_series(above: tuple[float], below: tuple[float, float], x: Floats) -> Floats:
    """The hypergeometric function by which theory/tails writes a modified Struve function."""
    order, root = sum(below) - 3, np.sqrt(x)
    return modstruve(order, 2 * root) * gamma(1.5) * gamma(order + 1.5) / root ** (order + 1)


@lru_cache(maxsize=16)
def _function(variable: sp.Symbol, formula: sp.Expr) -> Callable[[Floats], Floats]:
    function: Callable[[Floats], Floats] = sp.lambdify(variable, formula, [{"hyper": _struve_series}, "scipy", "numpy"])
    return function


def _at(variable: sp.Symbol, formula: sp.Expr, x: Floats) -> Floats:
    with np.errstate(all="ignore"):  # branches not taken, and densities that are infinite at 0
        return np.asarray(_function(variable, formula)(x), dtype=np.float64)


def _numbers(name: str, values: ArrayLike) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    if np.isnan(found).any():
        raise InputError(f"{name} holds nan: expected numbers")
    return found


class Law(ABC):
    """A symmetric law on the line whose density decreases away from 0, by the formulas of R5.1."""

    formulas: ClassVar[theory.Law]

    @abstractmethod
    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
        """Independent numbers of this law. float[shape]."""

    def pdf(self, t: ArrayLike) -> Floats:
        """The density at t, that of an atom left out; same shape."""
        return _at(theory.t, self.formulas.density, _numbers("t", t))

    def cdf(self, t: ArrayLike) -> Floats:
        """P(X ≤ t); same shape."""
        x = np.clip(_numbers("t", t), -FAR, FAR)
        return np.clip(_at(theory.t, self.formulas.distribution, x), 0.0, 1.0)

    def cf(self, u: ArrayLike) -> Floats:
        """E exp(iuX), a real number; same shape."""
        x = np.abs(_numbers("u", u))
        ends = (x == 0) | (x == np.inf)  # where it is 1, and 0 as for every density
        return np.where(ends, x == 0, _at(theory.u, self.formulas.characteristic, np.where(ends, 1.0, x)))

    def subdensity(self, a: float) -> float:
        """The largest κ with P(X ∈ B) ≥ κ|B| for B ⊂ [−a, a]: the density at a (R4).

        Raises:
            InputError: unless a is a positive number.
        """
        if isinstance(a, bool) or not 0 < a < np.inf:
            raise InputError(f"a = {a!r}: expected a positive number")
        return float(self.pdf(a))


@stream_name("numerics.subset_sum.laws.Uniform")
@dataclass(frozen=True)
class Uniform(Law):
    """Uniform on [−1, 1]."""

    formulas: ClassVar[theory.Law] = theory.uniform

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
        return rng.uniform(-1, 1, shape)


@stream_name("numerics.subset_sum.laws.Gaussian")
@dataclass(frozen=True)
class Gaussian(Law):
    """Standard normal."""

    formulas: ClassVar[theory.Law] = theory.gaussian

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
        return rng.standard_normal(shape)


@stream_name("numerics.subset_sum.laws.UniformProduct")
@dataclass(frozen=True)
class UniformProduct(Law):
    """The product of two numbers uniform on [−1, 1]."""

    formulas: ClassVar[theory.Law] = theory.uniform_product

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
        return rng.uniform(-1, 1, shape) * rng.uniform(-1, 1, shape)


@stream_name("numerics.subset_sum.laws.GaussianProduct")
@dataclass(frozen=True)
class GaussianProduct(Law):
    """The product of two standard normal numbers."""

    formulas: ClassVar[theory.Law] = theory.gaussian_product

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
        return rng.standard_normal(shape) * rng.standard_normal(shape)


@stream_name("numerics.subset_sum.laws.Thinned")
@dataclass(frozen=True)
class Thinned(Law):
    """A law kept with probability p, and 0 otherwise.

    Raises:
        InputError: for a p outside [0, 1].
    """

    law: Law
    p: float

    def __post_init__(self) -> None:
        if isinstance(self.p, bool) or not 0 <= self.p <= 1:
            raise InputError(f"p = {self.p!r}: expected a probability")

    def sample(self, rng: np.random.Generator, shape: int | tuple[int, ...]) -> Floats:
        return self.law.sample(rng, shape) * (rng.random(shape) < self.p)

    def pdf(self, t: ArrayLike) -> Floats:
        return self.p * self.law.pdf(t)

    def cdf(self, t: ArrayLike) -> Floats:
        return self.p * self.law.cdf(t) + (1 - self.p) * (np.asarray(t) >= 0)

    def cf(self, u: ArrayLike) -> Floats:
        return 1 - self.p + self.p * self.law.cf(u)


def subset_sums(items: NDArray[np.floating]) -> Floats:
    """The sums over all subsets of each sample. items: float[samples, n]; float[samples, 2**n], item i in those whose place has bit i."""
    sums = np.zeros((len(items), 1))
    for column in np.asarray(items).T:
        sums = np.concatenate([sums, sums + column[:, None]], axis=1)
    return sums


LISTED = 2**16  # sums of the first items of `first_hit`


def first_hit(rng: np.random.Generator, law: Law, z: float, eps: float, most: int) -> int:
    """How many items of a law it takes until some subset sum is within ε of z; most + 1 if none does so far.

    Items that are 0 are counted, but double no list of sums.
    """
    first, rest = np.zeros(1), np.zeros(1)  # sums of the first items, in order, and of the others: no list of all pairs
    if abs(z) <= eps:
        return 0
    for count, x in enumerate(law.sample(rng, (most,)), start=1):
        if x == 0:
            continue
        left = z - (rest + x)
        place = first.searchsorted(left)
        below, above = first[np.maximum(place - 1, 0)], first[np.minimum(place, first.size - 1)]
        if (np.minimum(np.abs(left - below), np.abs(left - above)) <= eps).any():
            return count
        if first.size < LISTED:
            first = np.sort(np.concatenate([first, first + x]), kind="stable")  # which merges two lists in order
        else:
            rest = np.concatenate([rest, rest + x])
    return most + 1
