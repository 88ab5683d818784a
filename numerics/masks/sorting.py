"""Masks brought into the order of their degrees, and their averages in that order: the graphon they come from (G10.1, G10.2).

A mask is a matrix [m, n] of zeros and ones, an array or `scipy.sparse`; memory is proportional to its non-zeros.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, issparse, sparray, spmatrix

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer
from sparse_limits.numerics.door import door
from sparse_limits.numerics.masks.arrays import known_to_scipy

Integers = NDArray[np.int64]
MaskLike = ArrayLike | sparray | spmatrix


class DegreeOrder(NamedTuple):
    """Permutations of rows [m] and columns [n]: `mask[rows][:, columns]` has nondecreasing degrees."""

    rows: Integers
    columns: Integers


def sort_by_degree(mask: MaskLike) -> DegreeOrder:
    """The order of the row and column sums of a mask [m, n], smallest first; equal ones keep their order.

    InputError if the mask is not a non-empty matrix of zeros and ones.
    """
    return _order(_entries(mask))


@door
def smoothed(mask: MaskLike, blocks: int) -> NDArray[np.float64]:
    """Average a mask over a grid of nearly equal blocks after its rows and columns are sorted by degree.

    The smallest degrees come first. Position i of m falls into block ⌊i·blocks/m⌋. As the mask and the number of blocks
    grow, the averages converge to the graphon of the mask if this graphon is monotone (nondecreasing in both
    variables).

    Parameters
    ----------
    mask : mask of zeros and ones, [m, n], an array or a scipy.sparse matrix
    blocks : number of blocks along each side, 1 to min(m, n)

    Returns
    -------
    Average of each block, float[blocks, blocks] in [0, 1].

    Raises
    ------
    InputError : if the mask is not a non-empty matrix of zeros and ones, or for another number of blocks.

    References
    ----------
    Claim G10.2; arXiv 2510.17515.

    Examples
    --------
    >>> smoothed([[1, 0, 0, 0], [1, 1, 1, 0], [1, 0, 1, 0], [0, 0, 0, 0]], blocks=2)
    array([[0.  , 0.25],
           [0.25, 1.  ]])
    """
    entries = _entries(mask)
    blocks = checked_integer("blocks", blocks, 1, min(entries.shape))
    return _averages(entries, _order(entries), blocks)


def cross_fitted(mask: ArrayLike, blocks: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Average a mask over a grid of blocks, each entry in an order that other entries gave.

    Rows and columns are halved at random. A quarter of the mask is averaged after its rows are sorted by their sums over
    the columns of the other half, its columns likewise; the result is the mean over the four quarters. Sorting by the
    entries that are averaged makes a slope of what is only noise, as `smoothed` does: a random mask of density ρ has
    averages above ρ in one corner and below in the other (H4). Here each average of a random mask has the mean ρ.

    mask: zeros and ones, [m, n], an array. blocks: 1 to min(m, n)/2. Returns float[blocks, blocks], smallest degrees first.

    InputError as `smoothed`.

    Examples:
        >>> rng = np.random.default_rng(0)
        >>> mask = rng.random((100, 100)) < 0.2
        >>> [round(float(np.ptp(averages)), 2) for averages in (smoothed(mask, 4), cross_fitted(mask, 4, rng))]
        [0.19, 0.04]
    """
    entries = _entries(mask)
    blocks = checked_integer("blocks", blocks, 1, min(entries.shape) // 2)
    array = entries.toarray().astype(bool)
    rows, columns = (np.array_split(rng.permutation(size), 2) for size in array.shape)
    found = []
    for r, c in product((0, 1), repeat=2):
        quarter = array[np.ix_(rows[r], columns[c])]
        by_rows = np.argsort(array[np.ix_(rows[r], columns[1 - c])].sum(axis=1), kind="stable")
        by_columns = np.argsort(array[np.ix_(rows[1 - r], columns[c])].sum(axis=0), kind="stable")
        found.append(_averages(_entries(quarter), DegreeOrder(by_rows, by_columns), blocks))
    averages: NDArray[np.float64] = np.mean(found, axis=0)
    return averages


def _averages(entries: coo_array, order: DegreeOrder, blocks: int) -> NDArray[np.float64]:
    """The share of ones in each block of a grid, in this order of rows and columns."""
    block_of = []
    for line, size in zip(order, entries.shape, strict=True):
        places = np.empty(size, np.int64)
        places[line] = np.arange(size) * blocks // size
        block_of.append(places)
    rows, columns = block_of
    kept = np.bincount(rows[entries.row] * blocks + columns[entries.col], minlength=blocks**2)
    sizes = np.outer(np.bincount(rows), np.bincount(columns))
    return kept.reshape(blocks, blocks) / sizes


def _order(entries: coo_array) -> DegreeOrder:
    rows, columns = (
        np.bincount(places, minlength=size)
        for places, size in zip((entries.row, entries.col), entries.shape, strict=True)
    )
    return DegreeOrder(np.argsort(rows, kind="stable"), np.argsort(columns, kind="stable"))


def _entries(mask: MaskLike) -> coo_array:
    """The positions of the ones, each once."""
    if not issparse(mask):
        mask = checked_array("mask", mask)
    if mask.ndim != 2 or not all(mask.shape) or mask.dtype.kind not in "biuf":
        raise InputError(f"mask is {mask.dtype} of shape {mask.shape}, expected a non-empty matrix of zeros and ones")
    found = coo_array(mask if issparse(mask) else known_to_scipy(mask), copy=True)
    if found.dtype.kind != "b":  # duplicates of bool add up to bool
        found.sum_duplicates()
    if not np.isin(found.data, (0, 1)).all():
        wrong = found.data[~np.isin(found.data, (0, 1))][0]
        raise InputError(f"mask contains {wrong}, expected zeros and ones only")
    found.sum_duplicates()
    found.eliminate_zeros()
    return found
