"""Products with a sparse mask of zeros and ones minus factors, for a search, which proves nothing: in single precision.

Most products of a search are with signs y. There Σ_j M_ij y_j is twice the number of j with M_ij = 1 and y_j = 1, minus the
number of j with M_ij = 1: bits are counted, 64 entries at a time, whatever the density. Products with other numbers add
up rows of the factor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.masks.cut_norm.linear import Array, Linear, bordered, of_difference

Bits = NDArray[np.uint64]
Integers = NDArray[np.integer]
Product = Callable[[Array], Array]

# The bits of a word counted in pairs, in fours and in bytes; the product with ones adds the bytes up
_PAIRS, _FOURS, _BYTES, _ONES = (
    np.uint64(each) for each in (0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F, 0x0101010101010101)
)
_1, _2, _4, _56 = (np.uint64(each) for each in (1, 2, 4, 56))


class Products(NamedTuple):
    """A matrix for a search: its products with any numbers, and those with entries ±1 alone."""

    numbers: Linear
    signs: Linear


def twice(b: Linear) -> Products:
    """For a matrix whose products with signs are as any others."""
    return Products(b, b)


def products(mask: sp.csr_array, left: Array, right: Array) -> Products:
    """The bordered mask [m, n] − left [m, k] @ right [k, n] in single precision, whatever the kept entries; bits are
    counted where these are one number > 0."""
    left, right = left.astype(np.float32), right.astype(np.float32)
    if not mask.nnz or not 0 < mask.data.min() == mask.data.max():
        return twice(bordered(of_difference(mask.astype(np.float32), left, right)))
    one = np.float32(mask.data[0])
    (m, n), turned = mask.shape, sp.csr_array(mask.T)
    added, counted = compiled(_added, True), compiled(_counted)
    bits, turned_bits = compiled(_bits)(mask.indptr, mask.indices, m, n)
    kept, turned_kept = np.diff(mask.indptr), np.diff(turned.indptr)

    def less_factors(forward: Product, backward: Product) -> Linear:
        return Linear((m, n), lambda X: forward(X) - left @ (right @ X), lambda Y: backward(Y) - right.T @ (left.T @ Y))

    numbers = less_factors(
        lambda X: added(mask.indptr, mask.indices, X, one), lambda Y: added(turned.indptr, turned.indices, Y, one)
    )
    signs = less_factors(lambda X: counted(bits, kept, X, one), lambda Y: counted(turned_bits, turned_kept, Y, one))
    rows, columns = numbers.forward(np.ones((n, 1), np.float32)), numbers.backward(np.ones((m, 1), np.float32))
    return Products(_bordered(numbers, rows, columns), _bordered(signs, rows, columns))


def _bordered(a: Linear, rows: Array, columns: Array) -> Linear:
    """As `linear.bordered`, from the sums of the rows [m, 1] and of the columns [n, 1]: A has products with signs alone."""
    (m, n), total = a.shape, rows.sum()
    return Linear(
        (m + 1, n + 1),
        lambda X: _with_border(a.forward, np.ascontiguousarray(X), rows, columns, total),
        lambda Y: _with_border(a.backward, np.ascontiguousarray(Y), columns, rows, total),
    )


def _with_border(product: Product, X: Array, rows: Array, columns: Array, total: np.float32) -> Array:
    inner, last = product(X[:-1]), X[-1:]
    return np.concatenate([inner + rows * last, columns.T @ X[:-1] + total * last])


def _bits(starts: Integers, columns: Integers, m: int, n: int) -> tuple[Bits, Bits]:
    """The mask [m, n] and its transpose as bits, in words along each row."""
    found, turned = np.zeros((m, (n + 63) // 64), np.uint64), np.zeros((n, (m + 63) // 64), np.uint64)
    for i in range(m):
        for at in range(starts[i], starts[i + 1]):
            j = columns[at]
            found[i, j // 64] |= np.uint64(1) << np.uint64(j % 64)
            turned[j, i // 64] |= np.uint64(1) << np.uint64(i % 64)
    return found, turned


def _counted(bits: Bits, kept: Integers, X: Array, one: Any) -> Array:
    """The mask of bits, which keeps so many entries in each row, times `one`, times X [n, k], whose entries are ±1."""
    (n, k), words = X.shape, bits.shape[1]
    positive, word = np.empty((k, words), np.uint64), np.empty(k, np.uint64)
    for at in range(words):
        word[:] = 0
        for bit in range(min(64, n - 64 * at)):
            row = X[64 * at + bit]
            for c in range(k):
                word[c] |= np.uint64(row[c] > 0) << np.uint64(bit)
        positive[:, at] = word
    found = np.empty((len(bits), k), X.dtype)
    for i in range(len(bits)):
        row_bits = bits[i]
        for c in range(k):
            column_bits, count = positive[c], np.uint64(0)
            for at in range(words):
                x = row_bits[at] & column_bits[at]
                x -= (x >> _1) & _PAIRS
                x = (x & _FOURS) + ((x >> _2) & _FOURS)
                count += (((x + (x >> _4)) & _BYTES) * _ONES) >> _56
            found[i, c] = one * (2 * np.int64(count) - kept[i])
    return found


def _added(starts: Integers, columns: Integers, X: Array, one: Any) -> Array:
    """The mask with these columns in each row, times `one`, times X [n, k]: four rows of X at a time."""
    k = X.shape[1]
    found = np.zeros((len(starts) - 1, k), X.dtype)
    for i in range(len(found)):
        row, at, end = found[i], starts[i], starts[i + 1]
        while at + 4 <= end:
            a, b, c, d = X[columns[at]], X[columns[at + 1]], X[columns[at + 2]], X[columns[at + 3]]
            for j in range(k):
                row[j] += (a[j] + b[j]) + (c[j] + d[j])
            at += 4
        while at < end:
            a = X[columns[at]]
            for j in range(k):
                row[j] += a[j]
            at += 1
        for j in range(k):
            row[j] *= one
    return found
