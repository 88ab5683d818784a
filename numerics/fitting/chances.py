"""How likely patterns of uniform masks are: every set of so many entries is equally likely (S2)."""

from __future__ import annotations

from math import inf, isqrt, lgamma, log

import numpy as np


def log_choose(n: int, k: int) -> float:
    """ln C(n, k), -inf for k > n."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) if k <= n else -inf


def log_rectangle(m: int, n: int, rows: int, columns: int) -> float:
    """ln of at most the chance that a uniform mask [m, n] of rows · columns entries is a rectangle of any sides, as unlikely as this one."""
    kept = rows * columns
    sides = log_choose(m, rows) + log_choose(n, columns) + log(len(divisors(kept)))
    return min(0.0, sides - log_choose(m * n, kept))


def divisors(number: int) -> list[int]:
    """All divisors of a whole number from 1, the smallest first.

    Examples:
        >>> divisors(1), divisors(9), divisors(12)
        ([1], [1, 3, 9], [1, 2, 3, 4, 6, 12])
    """
    up_to_root = np.arange(1, isqrt(number) + 1)
    found = up_to_root[number % up_to_root == 0].tolist()
    return sorted({*found, *(number // each for each in found)})
