"""Masks of factorised scores S_ij = row_i · column_j · ξ_ij, without the m × n matrix.

`factorised_top_k` streams the draws that the matrix would be made of; `tail_top_k` draws only what can be kept. Both
keep exactly k entries by the tie rule of `sparse_limits.numerics.masks.selection`, as `scipy.sparse.csr_array` of bool with sorted indices.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import InputError, checked_integer, non_negative_vector
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.masks.sampling import Rectangles, candidates, csr_of, descending, rank_grid
from sparse_limits.numerics.masks.sampling_loops import Floats, Indices
from sparse_limits.numerics.masks.selection import kth_largest, largest_of_rows

Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]

_BLOCK = 2**17  # noise drawn at a time: it stays in cache
_PILOT = 2**16  # scores sampled to bracket the threshold


@dataclass(frozen=True)
class Noise:
    """A continuous law of the noise ξ ≥ 0 of factorised scores; the functions are vectorised.

    draw(rng, shape): iid draws. survival(t) = P(ξ > t) for t in [0, ∞]. inverse_survival(p), p in (0, 1]: the t with
    survival(t) = p. InputError unless survival falls from 1 at 0 to 0 at ∞.
    """

    draw: Draw
    survival: Callable[[Floats], Floats]
    inverse_survival: Callable[[Floats], Floats]

    def __post_init__(self) -> None:
        ends = np.asarray(self.survival(np.array([0.0, inf])))
        if ends.tolist() != [1, 0]:
            raise InputError(f"survival at 0 and infinity is {ends}, expected 1 and 0")


def factorised_top_k(row: ArrayLike, column: ArrayLike, draw: Draw, k: int, rng: np.random.Generator) -> csr_array:
    """The mask [m, n] of the k largest scores row[:, None] * (column * ξ), with ξ = draw(rng, (m, n)).

    The mask is, bit for bit, that of the matrix formed in these products, provided that draw, which is called for
    blocks of rows in order, fills them one entry after the other (as the methods of a Generator do). The k-th
    largest is bracketed from a sample, and only scores within the bracket are stored; should it miss, rng is set back
    and everything drawn again. row [m], column [n] are finite and ≥ 0, 0 ≤ k ≤ mn.

    InputError if not, or if draw returns a wrong shape, a NaN, a negative value or a score that overflows.
    """
    row, column = non_negative_vector("row", row), non_negative_vector("column", column)
    k = checked_integer("k", k, 0, row.size * column.size)
    start = rng.bit_generator.state
    bracket = _sampled_bracket(row, column, draw, k, deepcopy(rng))
    mask = _bracketed_top_k(bracket, row, column, draw, k, rng)
    if mask is None:
        rng.bit_generator.state = start
        mask = _bracketed_top_k((0.0, inf), row, column, draw, k, rng)
    assert mask is not None  # every score lies in the second bracket
    return mask


def tail_top_k(row: ArrayLike, column: ArrayLike, noise: Noise, k: int, rng: np.random.Generator) -> csr_array:
    """A mask [m, n] with the law of that of `factorised_top_k`, from other draws, in time proportional to k + m + n.

    Only scores above a level are drawn, from their conditional law. The level is low enough for fewer than k scores
    to lie above it with chance at most e⁻⁴⁰; then the draw is repeated, which moves the law by no more than that.
    For k above mn/16, and for matrices too small or too full of zeros for that, this *is* `factorised_top_k`.

    Arguments and errors as in `factorised_top_k`; InputError also if survival and inverse_survival do not fit each other.
    """
    row, column = non_negative_vector("row", row), non_negative_vector("column", column)
    k = checked_integer("k", k, 0, row.size * column.size)
    by_row, by_column = descending(row), descending(column)
    large, small = row[by_row], column[by_column]
    grid, most = rank_grid(large, small)
    least = large[grid.top + grid.height - 1] * small[grid.left + grid.width - 1]
    level = _safe_level(noise.survival, least, grid.height * grid.width, k)
    if level == 0:
        return factorised_top_k(row, column, noise.draw, k, rng)
    grid = grid._replace(bound=_above(noise.survival, level, most))
    _check_inverse(noise, grid.bound[grid.bound > 0])
    while True:
        rows, columns, scores = _tail(level, large, small, noise, grid, rng)
        if scores.size >= k:
            break
    kept = largest_of_rows(scores[None], k)[0]
    return csr_of(by_row[rows[kept]], by_column[columns[kept]], (row.size, column.size))


def _sampled_bracket(row: Floats, column: Floats, draw: Draw, k: int, rng: np.random.Generator) -> tuple[float, float]:
    """Two levels with the k-th largest score nearly surely between: ranks of a sample, five deviations to each side."""
    share = _PILOT * (k / (row.size * column.size))
    spread = 5 * sqrt(share) + 5
    if row.size * column.size < 4 * _PILOT:
        return 0.0, inf
    rows, columns = rng.integers(row.size, size=_PILOT), rng.integers(column.size, size=_PILOT)
    sample = row[rows] * (column[columns] * _drawn(draw, rng, (1, _PILOT)))
    upper, lower = int(share - spread), int(share + spread)
    return (
        kth_largest(sample, lower) if lower <= _PILOT else 0.0,
        kth_largest(sample, upper) if upper >= 1 else inf,
    )


def _bracketed_top_k(
    bracket: tuple[float, float], row: Floats, column: Floats, draw: Draw, k: int, rng: np.random.Generator
) -> csr_array | None:
    """The mask, or None if the k-th largest score is outside the bracket."""
    low, high = bracket
    step = min(row.size, max(1, _BLOCK // column.size))
    reached, reach = np.empty(step * column.size, np.int32), np.empty(step * column.size)
    scan, found = compiled(_scan), 0
    parts = []
    for top in range(0, row.size, step):
        factor = row[top : top + step]
        ends = scan(_drawn(draw, rng, (factor.size, column.size)), factor, column, low, reached, reach)
        if ends[-1] < 0:
            raise InputError("draw returned a negative value, NaN or infinity, expected finite noise ≥ 0")
        scores = reach[: ends[-1]]
        if scores.size and not scores.max() < inf:
            raise InputError("a score is infinite, expected finite products of row, column and noise")
        inside = np.flatnonzero(scores <= high)
        parts.append((reached[: ends[-1]].copy(), found + ends, found + inside, scores[inside]))
        found += int(ends[-1])
    columns, row_ends, near, near_scores = map(np.concatenate, zip(*parts, strict=True))
    spare = found - k
    if not 0 <= spare <= near.size:
        return None
    dropped = near[~largest_of_rows(near_scores[None], near.size - spare)[0]]
    kept = np.ones(found, bool)
    kept[dropped] = False
    starts = np.concatenate(([0], row_ends - np.searchsorted(dropped, row_ends)))
    return csr_array((np.ones(k, bool), columns[kept], starts), shape=(row.size, column.size))


def _scan(
    noise: Floats, row: Floats, column: Floats, low: float, columns: NDArray[np.int32], scores: Floats
) -> NDArray[np.int64]:
    """Writes columns and values of the scores row[:, None] * (column * noise) ≥ low, or NaN; returns where each row ends.

    Groups of 32 without any are passed over in a loop that compiles to vector instructions. The last end is −1 if
    noise is negative, NaN or infinite anywhere.
    """
    ends, found, bad = np.empty(row.size, np.int64), 0, np.int64(0)
    for i in range(row.size):
        factor = row[i]
        for start in range(0, column.size, 32):
            x, across = noise[i, start : start + 32], column[start : start + 32]
            hits = np.int64(0)
            for j in range(x.size):
                hits += np.int64(not factor * (across[j] * x[j]) < low)  # true of NaN, 0 times an overflow
                bad += np.int64(not 0 <= x[j] < np.inf)
            if hits:
                for j in range(x.size):
                    columns[found] = start + j
                    scores[found] = factor * (across[j] * x[j])
                    found += not scores[found] < low
        ends[i] = found
    if bad:
        ends[-1] = -1
    return ends


def _drawn(draw: Draw, rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    noise = np.asarray(draw(rng, shape))
    if noise.shape != shape or noise.dtype.kind not in "biuf":
        raise InputError(f"draw returned {noise.dtype} of shape {noise.shape}, expected real of shape {shape}")
    return np.ascontiguousarray(noise, np.float64)


def _tail(
    level: float, row: Floats, column: Floats, noise: Noise, grid: Rectangles, rng: np.random.Generator
) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
    """Rows, columns and values of the scores > level, for profiles sorted in descending order.

    A candidate's noise is drawn given that its survival is below the bound of its rectangle. No score above the level
    is lost by that; a candidate whose score is below is dropped, as thinning would have done.
    """
    found = [(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))]
    for rows, columns, bounds in candidates(grid, rng):
        scores = row[rows] * (column[columns] * noise.inverse_survival(bounds * (1 - rng.random(bounds.size))))
        at = np.flatnonzero(scores > level)
        found.append((rows[at].astype(np.int32), columns[at].astype(np.int32), scores[at]))
    all_rows, all_columns, all_scores = map(np.concatenate, zip(*found, strict=True))
    return all_rows, all_columns, all_scores


def _safe_level(survival: Callable[[Floats], Floats], least: Floats, cells: Indices, k: int) -> float:
    """A level that fewer than k scores exceed with chance at most e⁻⁴⁰; 0 if k is too large for this to pay.

    least [R] is the smallest product row_i · column_j of each rectangle and cells [R] its size, so that
    Σ cells · survival(level / least) ≤ μ, the expected number; P(N < k) ≤ exp(−(μ−k)²/2μ) (Chernoff).
    """
    target = k + 40 + sqrt(1600 + 80 * k)
    if 16 * k > cells.sum() or 2 * target > cells[least > 0].sum():
        return 0.0

    def safe(level: float) -> bool:
        return bool((cells * _above(survival, level, least)).sum() >= target)

    low = high = float(least.max())
    while safe(high):
        low, high = high, 2 * high
    while low > 0 and not safe(low):
        low, high = low / 2, low
    for _ in range(8):  # to within 1/256: a lower level is as safe, only slower
        middle = (low + high) / 2
        low, high = (middle, high) if safe(middle) else (low, middle)
    return low


def _above(survival: Callable[[Floats], Floats], level: float, products: Floats) -> Floats:
    """P(product · ξ > level)."""
    with np.errstate(divide="ignore", over="ignore"):  # a zero product is above no level
        p = np.asarray(survival(level / products))
    if p.shape != products.shape or not (p.min() >= 0 and p.max() <= 1):
        raise InputError(f"survival returned shape {p.shape}, values {p.min()} to {p.max()}, expected [0, 1]")
    return p


def _check_inverse(noise: Noise, p: Floats) -> None:
    back = noise.survival(noise.inverse_survival(p))
    if not np.allclose(back, p, rtol=1e-6, atol=1e-300):
        raise InputError(f"survival(inverse_survival(p)) differs by {np.abs(back - p).max()}, expected p")
