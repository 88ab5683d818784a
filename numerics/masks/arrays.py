"""Masks given as arrays of any kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, issparse

from sparse_limits.numerics.arguments import InputError, checked_array


def known_to_scipy(values: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in a type that scipy.sparse takes, which knows no halves and one order of bytes alone."""
    if values.dtype.kind == "f" and values.dtype.itemsize == 2:
        return values.astype(np.float32)
    return values.astype(values.dtype.newbyteorder("="), copy=False)


def sparse_mask(mask: Any) -> csr_array:
    """Return a mask [m, n], an array or of scipy.sparse, as a csr_array of bool.

    Raises:
        InputError: unless the mask is a non-empty matrix of zeros and ones.
    """
    values: Any = mask if issparse(mask) else checked_array("mask", mask)
    if values.ndim != 2 or 0 in values.shape or values.dtype.kind not in "biuf":
        raise InputError(
            f"mask is {values.dtype} of shape {values.shape}, expected a non-empty matrix of zeros and ones"
        )
    if not issparse(values):
        values = known_to_scipy(values)
    kept = csr_array(values, copy=True)  # what is summed in place is not the caller's
    kept.sum_duplicates()
    if not np.isin(kept.data, (0, 1)).all():
        raise InputError("mask has entries beside 0 and 1, expected a matrix of zeros and ones")
    kept = kept.astype(bool)
    kept.eliminate_zeros()
    return kept
