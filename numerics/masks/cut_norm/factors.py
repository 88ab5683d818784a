"""A sparse mask minus left @ right, never multiplied out: scaled, and summed without error."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import scipy.sparse as sp

from sparse_limits.numerics.masks.cut_norm.matrices import Floats, checked
from sparse_limits.numerics.masks.cut_norm.rounding import exact_sum


def scaled_factors(
    mask: sp.csr_array, left: Floats, right: Floats
) -> tuple[sp.csr_array, Floats, Floats, int, Fraction]:
    """All three with entries below 1, in all times 2^−exponent, each column of left balanced with its row of right; and
    what underflow may have taken from the sum over any set of entries."""
    balance = np.frexp(np.abs(left).max(axis=0))[1]
    with np.errstate(over="ignore"):
        largest = max(np.abs(mask.data).max(initial=0), np.ldexp(np.abs(right).max(axis=1), balance).max(initial=0))
    exponent = int(np.frexp(checked(np.array(largest), "left @ right"))[1])
    powers = np.array(-exponent), -balance, (balance - exponent)[:, None]
    before = mask.data, left, right
    data, left, right = after = tuple(map(np.ldexp, before, powers))
    whole = all((np.ldexp(y, -e) == x).all() for x, y, e in zip(before, after, powers, strict=True))
    lost = Fraction(0) if whole else (mask.nnz + 2 * left.size * right.shape[1]) * Fraction(2) ** -1074
    return sp.csr_array((data, mask.indices, mask.indptr), mask.shape), left, right, exponent, lost


def sum_over(mask: sp.csr_array, left: Floats, right: Floats, rows: Any, columns: Any) -> Fraction:
    """Σ (mask − left @ right) over rows × columns, without error."""
    down = [exact_sum(each) for each in left[rows].T]
    across = [exact_sum(each) for each in right[:, columns]]
    return exact_sum(mask[rows][:, columns].data) - sum((x * y for x, y in zip(down, across, strict=True)), Fraction(0))


def larger_part(mask: sp.csr_array, left: Floats, right: Floats) -> Fraction:
    """A bound of the sums of the positive and of the negative entries of mask − left @ right."""
    parts = Fraction(0), Fraction(0)  # what left @ right takes away at most, and adds at most
    for x, y in zip(left.T, right, strict=True):
        up, down = ((exact_sum(np.maximum(z, 0)), exact_sum(np.maximum(-z, 0))) for z in (x, y))
        parts = parts[0] + up[0] * down[0] + up[1] * down[1], parts[1] + up[0] * down[1] + up[1] * down[0]
    return max(exact_sum(np.maximum(mask.data, 0)) + parts[1], exact_sum(np.maximum(-mask.data, 0)) + parts[0])


def shortened(left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Factors of left @ right up to the rounding of single precision, with as few columns and rows as singular values demand."""
    (q, down), (p, across) = np.linalg.qr(left), np.linalg.qr(right.T)
    u, sizes, v = np.linalg.svd(down @ across.T)
    kept = sizes > sizes[0] * np.finfo(np.float32).eps / 2
    return q @ (u[:, : kept.size] * sizes)[:, kept], (p @ v[: kept.size].T)[:, kept].T
