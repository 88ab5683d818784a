"""Masks from scores: exactly k kept entries, the largest, ties broken by position.

The tie rule everywhere: of equal scores the one with the lowest flat index is kept first; so a zero score is never kept
before a positive one. Scores are finite real arrays of any numeric type (negative ones too), compared as they are.
Masks are arrays of bool, 1 = kept. All of it takes linear time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer, proper_share
from sparse_limits.numerics.door import door

Mask = NDArray[np.bool_]
TIES = ("refuse", "index")  # what becomes of a threshold among scores of 0


class TiesError(InputError):
    """Of the weights whose score is 0 some would be kept, and others not."""


def kept_count(density: float, size: int) -> int:
    """The number of kept entries of `size` ≥ 1: density·size in floating point, rounded, halves to the even integer.

    InputError unless density is in (0, 1). The count may be 0 or size when size is small.
    """
    return round(proper_share("density", density) * checked_integer("size", size, 1, 2**53))


def top_k_mask(scores: ArrayLike, k: int) -> Mask:
    """The mask, of the shape of scores, that keeps the k largest; 0 ≤ k ≤ size.

    InputError if scores are empty, not real or not finite, or k is out of range. Linear time.
    """
    scores = _scores("scores", scores)
    k = checked_integer("k", k, 0, scores.size)
    return largest_of_rows(scores.reshape(1, -1), k).reshape(scores.shape)


def kth_largest(scores: ArrayLike, k: int) -> float:
    """The k-th largest of all scores as a Python number, 1 ≤ k ≤ size; equal scores count as often as they occur.

    InputError as in `top_k_mask`.
    """
    flat = _scores("scores", scores).ravel()
    at = flat.size - checked_integer("k", k, 1, flat.size)
    value: float = np.partition(flat, at)[at].item()
    return value


@door
def global_mask(scores: ArrayLike, density: float) -> Mask:
    """Compute the mask that keeps the largest scores of an array.

    The mask keeps exactly round(density · size) scores; halves go to the even number. Among equal scores, the first in
    flat order are kept.

    Parameters
    ----------
    scores : real numbers, an array of any shape
    density : share of scores kept, in (0, 1)

    Returns
    -------
    Mask, bool, of the shape of `scores`.

    Raises
    ------
    InputError : for a density outside (0, 1), and for scores that are empty, not real or not finite.

    References
    ----------
    Claim G2 (the mask of the largest scores compared with the mask of a fixed threshold).

    Examples
    --------
    >>> global_mask([[3.0, 1.0], [2.0, 5.0]], density=0.5)
    array([[ True, False],
           [False,  True]])
    """
    scores = _scores("scores", scores)
    return top_k_mask(scores, kept_count(density, scores.size))


def global_masks(scores: Sequence[ArrayLike], density: float) -> list[Mask]:
    """Masks of several arrays of scores (layers) with one threshold, which keep kept_count(density, total size) in all.

    Of tied scores those in earlier arrays are kept first. Arrays of several types are compared in the common one
    that numpy promotes them to. InputError if there is no array, or as in `top_k_mask`.
    """
    arrays = [_scores(f"scores[{at}]", array) for at, array in enumerate(scores)]
    if not arrays:
        raise InputError("scores is empty, expected at least one array")
    mask = global_mask(np.concatenate([array.ravel() for array in arrays]), density)
    ends = np.cumsum([array.size for array in arrays])
    return [part.reshape(a.shape) for part, a in zip(np.split(mask, ends[:-1]), arrays, strict=True)]


def zeros_split(scores: NDArray[Any], kept: int) -> float | None:
    """The share of scores above 0 in a row, if its `kept` largest scores would include some of the zeros and not the others.

    Which of these are kept, no score says. scores: [rows, n]; of several such rows the least share; None where there is none.

    Examples:
        >>> scores = np.array([[3.0, 0.0, 0.0, 1.0]])
        >>> zeros_split(scores, 2), zeros_split(scores, 3), zeros_split(scores, 4)
        (None, 0.5, None)
    """
    above = np.count_nonzero(scores > 0, axis=1)
    split = (above < kept) & (kept < above + np.count_nonzero(scores == 0, axis=1))
    return float(above[split].min() / scores.shape[1]) if split.any() else None


def split_ties(groups: Iterable[tuple[str, NDArray[Any]]], density: float) -> str:
    """The message for a density at which some of the zero scores would be kept, and others not; nothing for other densities.

    groups: scores [rows, n] of which each row is compared by itself, and where these stand, in words.
    """
    for where, rows in groups:
        if (share := zeros_split(rows, kept_count(density, rows.shape[1]))) is not None:
            sign = "positive" if rows.min() < 0 else "non-zero"
            return (
                f"density is {density:.6g}: {sign} scores have {share:.4g} of the weights {where}, expected a density of at most "
                "that (`prune` with `ties` index keeps the first of the others)"
            )
    return ""


def row_mask(scores: ArrayLike, density: float) -> Mask:
    """The mask [m, n] that keeps the kept_count(density, n) largest scores of each row. InputError as above.

    A positive factor of a row leaves its mask unchanged (S12; Wanda, arXiv 2306.11695).
    """
    scores = _matrix(scores)
    return largest_of_rows(scores, kept_count(density, scores.shape[1]))


def n_of_m_mask(scores: ArrayLike, n: int, m: int) -> Mask:
    """The mask that keeps, in each row, the n largest scores of each block of m consecutive columns (N:M, S13).

    InputError unless 1 ≤ n ≤ m, m divides the number of columns, and scores are a finite real matrix.
    """
    scores = _matrix(scores)
    m = checked_integer("m", m, 1, scores.shape[1])
    n = checked_integer("n", n, 1, m)
    if scores.shape[1] % m:
        raise InputError(f"scores have {scores.shape[1]} columns, expected a multiple of m = {m}")
    return largest_of_rows(scores.reshape(-1, m), n).reshape(scores.shape)


def largest_of_rows(scores: NDArray[Any], k: int) -> Mask:
    """The k largest of each row of scores [r, c]; the lowest column first among equals."""
    if k == 0:
        return np.zeros(scores.shape, bool)
    at = scores.shape[1] - k
    threshold = np.partition(scores, at, axis=1)[:, at, None]
    kept = scores >= threshold
    crowded = np.flatnonzero(np.count_nonzero(kept, axis=1) > k)
    if crowded.size:
        tied = scores[crowded] == threshold[crowded]
        room = k - np.count_nonzero(kept[crowded] & ~tied, axis=1)
        kept[crowded] &= ~tied | (np.cumsum(tied, axis=1) <= room[:, None])
    return kept


def _scores(name: str, values: ArrayLike) -> NDArray[Any]:
    array = checked_array(name, values)
    if array.dtype.kind not in "biuf" or array.size == 0:
        raise InputError(f"{name} is {array.dtype} of shape {array.shape}, expected a non-empty real array")
    if not (np.isfinite(array.min()) and np.isfinite(array.max())):
        raise InputError(f"{name} contains NaN or infinity, expected finite values")
    return array


def _matrix(values: ArrayLike) -> NDArray[Any]:
    array = _scores("scores", values)
    if array.ndim != 2:
        raise InputError(f"scores have shape {array.shape}, expected a matrix")
    return array
