"""How many subsets come close to a target, sample by sample, and the rate that R7 gives for them."""

from __future__ import annotations

from math import ceil, floor

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.subset_sum.exact_numbers import Number, exact_number
from sparse_limits.numerics.subset_sum.half_sums import add_item, count_between, count_each
from sparse_limits.numerics.subset_sum.solver import BEYOND, LISTED
from sparse_limits.theory.subset_sum import miss_probability as theory
from sparse_limits.theory.subset_sum.symbols import eps as width
from sparse_limits.theory.subset_sum.symbols import n as size
from sparse_limits.theory.subset_sum.symbols import z as target

Floats = NDArray[np.float64]

UNIT = 2**52  # items are taken in whole multiples of 1/UNIT, which those of numpy's uniform law are


def _samples(items: ArrayLike) -> Floats:
    given = np.asarray(items)
    if given.ndim != 2 or given.dtype.kind != "f" or not (np.abs(given) <= 1).all():
        raise InputError(f"items {given.dtype}{list(given.shape)}: expected float[samples, n] within [-1, 1]")
    return given.astype(np.float64, copy=False)  # narrower floats hold neither multiples of 1/UNIT nor tiny squares


def subset_counts(items: ArrayLike, z: Number, eps: Number) -> NDArray[np.int64]:
    """How many subsets of each sample have a sum in [z − eps, z + eps]; items that are 0 are left out. int[samples]

    items: float[samples, n] within [−1, 1], rounded to multiples of 2⁻⁵². Time 2^{k/2} for a sample with k items.

    Raises:
        InputError: for another shape or range, a sample with more than 44 items that are not 0, or eps < 0.
    """
    given = np.rint(_samples(items) * UNIT).astype(np.int64)
    z, eps = exact_number("z", z), exact_number("eps", eps)
    most = int(np.count_nonzero(given, axis=1).max(initial=0))
    if eps < 0 or most > LISTED:
        raise InputError(f"eps = {eps} and {most} items: expected at least 0, and at most {LISTED}")
    low, high = (max(-BEYOND, min(end, BEYOND)) for end in (ceil((z - eps) * UNIT), floor((z + eps) * UNIT)))
    found = np.empty(len(given), dtype=np.int64)
    compiled(count_each, calls=(add_item, count_between))(given, low, high, most, found)
    return found


def subset_rates(items: ArrayLike, z: float, eps: float, formula: sp.Expr = theory.rate) -> Floats:
    """R7's rate for each sample; items that are 0 are left out. float[samples]

    items: float[samples, n] within [−1, 1]; formula: another expression in R7's symbols.

    Raises:
        InputError: for another shape or range.
    """
    given = _samples(items)
    squares = np.maximum((given**2).sum(axis=1), 1e-300)  # without items the rate is 0 at z ≠ 0, as it is for tiny ones
    arguments = (size, width, target, theory.S_1, theory.S_2)
    rates = numeric(arguments, formula)(np.count_nonzero(given, axis=1), eps, z, given.sum(axis=1), squares)
    return np.broadcast_to(np.asarray(rates, dtype=np.float64), squares.shape)
