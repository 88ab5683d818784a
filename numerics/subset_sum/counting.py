"""What counting bounds are about: how finely subset sums cover an interval, and subsets shared by several targets."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import prod

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.subset_sum.covered import exact_interval
from sparse_limits.numerics.subset_sum.exact_numbers import Number, Numbers, exact_number, exact_numbers
from sparse_limits.numerics.subset_sum.moments import sum_distribution

MOST_ITEMS = 20  # of which all subset sums are written down


def covering_radius(x: Numbers, interval: tuple[Number, Number]) -> Fraction:
    """The smallest ε with every point of the interval within ε of a subset sum, exactly. Time: n 2ⁿ.

    Raises:
        InputError: for more than 20 items, numbers that are not finite, or an interval of no length.
    """
    items, (low, high) = exact_numbers("x", x), exact_interval("interval", interval)
    if len(items) > MOST_ITEMS:
        raise InputError(f"{len(items)} items: expected at most {MOST_ITEMS}")
    if low >= high:
        raise InputError(f"interval = {interval!r}: expected two ends in ascending order")
    sums = [Fraction(0)]
    for item in items:
        sums += [total + item for total in sums]
    sums.sort()
    worst = max(min(abs(end - total) for total in sums) for end in (low, high))
    halves = ((b - a) / 2 for a, b in pairwise(sums) if low <= (a + b) / 2 <= high)
    return max([worst, *halves])


def expected_vector_subsets(n: int, targets: Sequence[Number], eps: Number) -> Fraction:
    """The expected number of subsets of n uniform vectors that come within ε of a target in every coordinate.

    Subset by subset, in exact arithmetic: for n up to about twelve.

    Raises:
        InputError: for n outside 0, …, 20, no target, eps ≤ 0 or numbers that are not finite.
    """
    n = checked_integer("n", n, 0, MOST_ITEMS)
    at, distance = exact_numbers("targets", targets), exact_number("eps", eps)
    if not at or distance <= 0:
        raise InputError(f"targets = {targets!r}, eps = {eps}: expected at least one and a positive number")
    probability = [Fraction(all(abs(z) <= distance for z in at))]
    for k in range(1, n + 1):
        near = (sum_distribution(k, z + distance) - sum_distribution(k, z - distance) for z in at)
        probability.append(prod(near, start=Fraction(1)))
    return sum((probability[sum(subset)] for subset in product((0, 1), repeat=n)), Fraction(0))


def random_vector_sums(rng: np.random.Generator, n: int, coordinates: int, draws: int) -> NDArray[np.float64]:
    """Sums over one random subset each of `draws` samples of n uniform vectors. float[draws, coordinates]."""
    total = np.zeros((draws, coordinates))
    for _ in range(n):
        total += rng.uniform(-1, 1, (draws, coordinates)) * (rng.random((draws, 1)) < 0.5)
    return total
