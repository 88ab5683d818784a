"""Matrices at the door: converted without error, checked, scaled, and equal rows and columns merged."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_array

Floats = NDArray[np.float64]
_PART = 256  # columns in which two rows are held against each other first


def finite_array(A: ArrayLike, name: str = "A") -> Floats:
    """A as float64 [..., m, n]; InputError unless it is real, non-empty, finite and equal to float64 numbers."""
    array = checked_array(name, A)
    if array.ndim < 2 or array.size == 0:
        raise InputError(f"{name} is {array.dtype} of shape {array.shape}, expected a non-empty real matrix")
    floats = exact_floats(array, name)
    with np.errstate(over="ignore"):
        if not np.isfinite(2 * np.abs(floats).sum(axis=(-2, -1))).all():  # an enumeration passes through twice the sum
            raise InputError(f"{name} contains NaN or infinity, or twice its sum overflows, expected finite values")
    return floats


def exact_floats(array: NDArray[Any], name: str) -> Floats:
    """The same numbers in float64; InputError if they are not real or one of them is no float64."""
    if array.dtype.kind not in "biuf":
        raise InputError(f"{name} is {array.dtype} of shape {array.shape}, expected a non-empty real matrix")
    with np.errstate(over="ignore"):
        floats = array.astype(np.float64)
    if array.dtype.itemsize >= 8 and array.dtype != np.float64:
        large = array[(np.abs(floats) >= 2.0**53) | (array != floats)]
        for x in large.tolist() if array.dtype.kind in "iu" else large:
            if float(x) != x and x == x:
                raise InputError(f"{name} contains {x}, expected numbers that float64 holds exactly")
    return floats


def checked(floats: Floats, name: str) -> Floats:
    """The same numbers; InputError unless all are finite."""
    if not np.isfinite(floats).all():
        raise InputError(f"{name} contains NaN or infinity, expected finite values")
    return floats


class Scaled(NamedTuple):
    """values · 2^exponent is the matrix given, up to `lost` in the sum over any set of entries; ½ ≤ max |values| < 1."""

    values: Floats
    exponent: int
    lost: Fraction


def scaled_by_power_of_two(values: Floats) -> Scaled:
    exponent = int(np.frexp(max(values.max(), -values.min()))[1])
    if exponent == 0:
        return Scaled(values, 0, Fraction(0))
    small = np.ldexp(values, -exponent)
    whole = exponent <= 0 or bool((np.ldexp(small, exponent) == values).all())
    return Scaled(small, exponent, Fraction(0) if whole else values.size * Fraction(2) ** -1075)


class Merged(NamedTuple):
    """A matrix whose equal rows and equal columns were added up, and the place of each row [m] and column [n] in it."""

    values: Floats
    row: NDArray[np.int64]
    column: NDArray[np.int64]


def merged(A: Floats) -> Merged:
    """Equal rows have equal sums over any columns, so some largest cut takes all of them or none: the cut norm times
    the number of entries stays the same."""
    few, row = _without_repetition(A)
    fewer, column = _without_repetition(few.T)
    return Merged(fewer.T, row, column)


def repeats(mask: sp.csr_array, left: Floats, right: Floats) -> bool:
    """Whether two rows, or two columns, of mask − left @ right are equal because they are so in the mask and in the factors."""
    rows, columns = (_hashes_of_rows(*each) for each in ((mask, left), (sp.csr_array(mask.T), right.T)))
    return any(len(np.unique(hashes)) < len(hashes) for hashes in (rows, columns))


def _hashes_of_rows(mask: sp.csr_array, left: Floats) -> NDArray[np.uint64]:
    bits = sp.csr_array((_bits(mask.data), mask.indices, mask.indptr), mask.shape)
    return _hashes(bits) * np.uint64(3) + _hashes(_bits(left))


def _without_repetition(A: Floats) -> tuple[Floats, NDArray[np.int64]]:
    part = A[:, :: max(1, A.shape[1] // _PART)]  # rows that differ here differ
    if part.shape[1] < A.shape[1] and len(np.unique(_hashes(_bits(part)))) == len(A):
        return A, np.arange(len(A))
    bits = _bits(A)
    _, first, place, copies = np.unique(_hashes(bits), return_index=True, return_inverse=True, return_counts=True)
    if len(first) == len(A) or not (bits[first[place]] == bits).all():  # no hash, or a hash of different rows, repeats
        return A, np.arange(len(A))
    return A[first] * copies[:, None], place


def _bits(A: Floats) -> NDArray[np.uint64]:
    bits = np.ascontiguousarray(A + 0.0).view(np.uint64)  # −0 becomes 0
    return bits ^ (bits >> np.uint64(32))  # short numbers have zeros in the lower half


def _hashes(bits: Any) -> NDArray[np.uint64]:
    """A number for each row, the same for equal rows."""
    odd = np.random.default_rng(0).integers(0, 2**63, bits.shape[1], np.uint64) * 2 + 1
    return np.asarray(bits @ odd)
