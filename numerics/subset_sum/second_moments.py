"""Exact second moments: two subsets of one sample that hit together, integrated over their common part."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import factorial

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.subset_sum.exact_numbers import Number, exact_number
from sparse_limits.numerics.subset_sum.moments import sum_distribution


def _checked(count: int, z: Number, eps: Number) -> tuple[int, Fraction, Fraction]:
    if isinstance(count, bool) or not isinstance(count, (int, np.integer)) or count < 0:
        raise InputError(f"{count!r} items: expected a whole number that is not negative")
    target, distance = exact_number("z", z), exact_number("eps", eps)
    if distance <= 0:
        raise InputError(f"eps = {eps}: expected a positive number")
    return int(count), target, distance


def _closeness(k: int, t: Fraction, eps: Fraction) -> Fraction:
    """The probability that a sum of k items is within ε of t."""
    return sum_distribution(k, t + eps) - sum_distribution(k, t - eps) if k else Fraction(abs(t) <= eps)


def _density(k: int, t: Fraction) -> Fraction:
    """Of a sum of k ≥ 1 items: ½[F_{k−1}(t + 1) − F_{k−1}(t − 1)]."""
    return _closeness(k - 1, t, Fraction(1)) / 2


@lru_cache(maxsize=64)
def _rule(nodes: int) -> tuple[tuple[Fraction, Fraction], ...]:
    """Places in (0, 1) and weights that integrate polynomials of degree below `nodes` exactly."""
    places = [Fraction(2 * i + 1, 2 * nodes) for i in range(nodes)]
    found = []
    for i, place in enumerate(places):
        basis = [Fraction(1)]  # the polynomial that is 1 at this place and 0 at the others, lowest power first
        for other in (*places[:i], *places[i + 1 :]):
            shifted, scaled = [Fraction(0), *basis], [*(-other * x for x in basis), Fraction(0)]
            basis = [(x + y) / (place - other) for x, y in zip(shifted, scaled, strict=True)]
        found.append((place, sum((x / (power + 1) for power, x in enumerate(basis)), Fraction(0))))
    return tuple(found)


def _breaks(n: int, z: Fraction, eps: Fraction) -> list[Fraction]:
    """Where the densities of common parts and the probabilities of their complements change polynomials."""
    whole = range(-n, n + 1)
    ends = {Fraction(i) for i in whole} | {z + side + i for side in (eps, -eps) for i in whole}
    return sorted(end for end in ends if -n <= end <= n)


def second_moment(n: int, z: Number, eps: Number) -> Fraction:
    """E N² for the number N of subsets of n uniform items with a sum within ε of z, exactly. n = 10: one second.

    Raises:
        InputError: for n < 0, eps ≤ 0, or numbers that are not finite.
    """
    n, z, eps = _checked(n, z, eps)
    apart = [_closeness(k, z, eps) for k in range(n + 1)]
    found = _pairs(n, n, apart)
    for low, high in pairwise(_breaks(n, z, eps)):
        for place, weight in _rule(n):
            s = low + (high - low) * place
            near = [_closeness(k, z - s, eps) for k in range(n)]
            value = sum((_density(c, s) * _pairs(n, n - c, near) for c in range(1, n + 1)), Fraction(0))
            found += (high - low) * weight * value
    return found


def _pairs(n: int, free: int, near: list[Fraction]) -> Fraction:
    """Σ n!/(a! b! c! (n−a−b−c)!) p_a p_b over a + b ≤ free = n − c."""
    return sum(
        (
            Fraction(factorial(n), factorial(a) * factorial(b) * factorial(n - free) * factorial(free - a - b))
            * near[a]
            * near[b]
            for a in range(free + 1)
            for b in range(free - a + 1)
        ),
        Fraction(0),
    )


def random_pair_hits(rng: np.random.Generator, n: int, z: float, eps: float, draws: int) -> NDArray[np.bool_]:
    """Whether the sums over two random subsets of one sample both come within ε of z. bool[draws]."""
    first, second = np.zeros(draws), np.zeros(draws)
    for _ in range(n):
        x, member = rng.uniform(-1, 1, draws), rng.integers(0, 4, draws)
        first += x * (member & 1)
        second += x * (member >> 1)
    return (np.abs(first - z) <= eps) & (np.abs(second - z) <= eps)
