"""Singular values of the expected matrix behind a mask, freed from the noise of its entries."""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.special import ndtri

from sparse_limits.numerics.arguments import InputError, Seed, checked_array
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.door import door
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.spectra.noise_edge import MOST_VARIANCE, rare_level
from sparse_limits.numerics.spectra.singular_values import (
    RESIDUAL,
    Matrix,
    Triplets,
    is_sparse,
    leading_triplets,
    mask_matrix,
)
from sparse_limits.theory.graphon.symbols import m as row_count
from sparse_limits.theory.graphon.symbols import n as column_count
from sparse_limits.theory.operators import bias
from sparse_limits.theory.operators import noise as theory

Floats = NDArray[np.floating]
CELLS = 64  # of rows and of columns, by degree, where the variance profile is read off a mask

_from_rows, _from_columns = bias.row_noise, bias.column_noise  # here V_a/m and V_b/n
_debiased = numeric((theory.raw, _from_rows, _from_columns), theory.debiased_of(_from_rows, _from_columns))
_value_sd = numeric((bias.joint_noise, row_count, column_count), bias.value_sd)


class CorrectedValue(NamedTuple):
    """A singular value of the expected matrix P/√(mn): estimate, interval, the raw σ_i(M)/√(mn), and whether it shows.

    One that is not visible has the value 0 and an interval from 0 to the σ that is seen at the level of what shows.
    """

    value: float
    low: float
    high: float
    raw: float
    visible: bool


@door
def corrected_singular_values(
    mask: ArrayLike | csr_array,
    count: int,
    variance: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    seed: Seed = 0,
) -> list[CorrectedValue]:
    """Estimate the leading singular values of the matrix of probabilities behind a mask, corrected for noise.

    P [m, n] holds the probabilities that the entries of the mask M are 1. Noise raises a singular value σ of P/√(mn) to
    a singular value s of M/√(mn). The estimate is the σ that solves s² = (σ² + V_a/m)(σ² + V_b/n)/σ². Here V = P − P²
    holds the variances of the entries, and V_a, V_b and V_ab are averages of V weighted by the squares of the left
    singular vector of M, of the right singular vector, and of both. The solution is exact in the limit for a constant
    variance, and correct to second order for other variances.

    The interval is normal, with the variance V_ab/(mn). It covers with the stated confidence asymptotically, for
    independent entries and separated singular values; the values of a top-K mask vary less. A value is visible if s
    exceeds the level that noise alone exceeds in one of a thousand masks, and 1e-10 of the largest value. If `variance`
    is None, row and column averages of V come from the degrees and the visible values, and the level comes from cells
    of rows and columns with similar degrees. The level of a sparse mask is then too high, by about a tenth at ten
    entries per row, because degrees also vary by chance. In a mask of one row or one column, V counts as 0, and the
    interval of a visible value is the raw value alone.

    Parameters
    ----------
    mask : 0/1 mask M, [m, n], an array or a scipy.sparse matrix
    count : number of singular values, 1 to min(m, n)
    variance : variances V of the entries, a number or float[m, n] in [0, 1/4]; None estimates V from the mask
    confidence : confidence of the intervals, in (0, 1)
    seed : whole number ≥ 0, SeedSequence or Generator, for the iterative decomposition of large masks

    Returns
    -------
    List of `count` CorrectedValue in descending order of s, each with the `value`, its interval from `low` to `high`, s
    as `raw`, and `visible`. If a value is not visible, it is 0, and its interval runs from 0 to the σ whose s is the
    level.

    Raises
    ------
    InputError : for a mask that is not a non-empty matrix of zeros and ones, a count outside 1 to min(m, n), a
        confidence outside (0, 1), or a variance of another shape or outside [0, 1/4].
    ArithmeticError : if the decomposition leaves a residual above 1e-10 of the largest singular value, or if the bounds
        of the noise level do not meet.

    References
    ----------
    Claims O3, O4.1.

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import sample_rank_one
    >>> u = np.linspace(0.1, 0.9, 500)
    >>> first, second = corrected_singular_values(sample_rank_one(u, u, np.random.default_rng(0)), 2)
    >>> first.visible, second.visible  # a mask of rank one: the second value is noise
    (True, False)
    """
    if not 0 < confidence < 1:
        raise InputError(f"confidence is {confidence!r}, expected a number strictly between 0 and 1")
    triplets = leading_triplets(mask, count, seed=seed)
    matrix = mask_matrix(mask)
    m, n = matrix.shape
    if not np.isin(matrix.data if is_sparse(matrix) else matrix, (0, 1)).all():
        raise InputError("mask has entries beside 0 and 1, expected a 0/1 mask")
    profile = None if variance is None else _profile(variance, m, n)
    level = _read_level(matrix) if profile is None else rare_level(profile, m, n)
    level = max(level, RESIDUAL * float(triplets.values[0]))  # what rounding leaves of a value 0 is not visible
    visible = triplets.values > level
    sigma = np.where(visible, triplets.values, 0.0)
    for _ in range(2):  # where the variance is read off the mask, the corrected values correct it
        noise = _read_noise(matrix, triplets, sigma) if profile is None else _noise(profile, triplets)
        sigma = _unbiased(triplets.values, noise, visible)
    reach = float(ndtri((1 + confidence) / 2)) * _value_sd(noise.joint, m, n)
    at_level = _unbiased(np.full(count, level), noise, np.full(count, True))
    hidden = np.maximum(at_level, (noise.rows * noise.columns) ** 0.25)
    return [
        CorrectedValue(float(x), float(max(x - d, 0.0)), float(x + d), float(s), True)
        if x > 0
        else CorrectedValue(0.0, 0.0, float(h), float(s), False)
        for x, d, s, h in zip(sigma, reach, triplets.values, hidden, strict=True)
    ]


class _Noise(NamedTuple):
    """V_a/m, V_b/n and V_ab of each triplet: float[k] each."""

    rows: Floats
    columns: Floats
    joint: Floats


def _profile(variance: ArrayLike, m: int, n: int) -> Floats:
    given = checked_array("variance", variance)
    if given.dtype.kind not in "biuf":
        raise InputError(f"variance is {given.dtype}, expected a number or float[{m}, {n}] within [0, 1/4]")
    V = given.astype(float)
    if V.shape not in ((), (m, n)) or not ((V >= 0) & (V <= MOST_VARIANCE)).all():
        what = f"is {V:g}" if V.shape == () else f"has shape {V.shape}" if V.shape != (m, n) else "leaves [0, 1/4]"
        raise InputError(f"variance {what}, expected a number or float[{m}, {n}] within [0, 1/4]")
    return V


def _noise(V: Floats, triplets: Triplets) -> _Noise:
    m, n = len(triplets.left), len(triplets.right)
    V, a, b = np.broadcast_to(V, (m, n)), triplets.left**2, triplets.right**2
    return _Noise(V.mean(axis=1) @ a / m, V.mean(axis=0) @ b / n, np.sum(a * (V @ b), axis=0))


def _read_noise(matrix: Matrix, triplets: Triplets, sigma: Floats) -> _Noise:
    """The same for V = P − P², P from the mask itself where it is averaged, P² from the visible triplets."""
    left, _, right = triplets
    (m, n), a, b = matrix.shape, left**2, right**2
    rows = matrix.mean(axis=1) - m * (a @ sigma**2)
    columns = matrix.mean(axis=0) - n * (b @ sigma**2)
    shown, count = sigma > 0, len(sigma)
    triples = float(count) * int(shown.sum()) ** 2
    check_work(f"{count} singular values, {shown.sum()} of them visible", 24 * triples, 1e-9 * (m + n) * triples)
    in_left, in_right = (
        np.einsum("ik,il,ij->klj", part**2, (part * sigma)[:, shown], part[:, shown]) for part in (left, right)
    )
    joint = np.sum(a * (matrix @ b), axis=0) - m * n * np.sum(in_left * np.swapaxes(in_right, 1, 2), axis=(1, 2))
    return _Noise(*(np.maximum(part, 0.0) for part in (rows @ a / m, columns @ b / n, joint)))


def _unbiased(raw: Floats, noise: _Noise, visible: NDArray[np.bool_]) -> Floats:
    """σ of each raw value, 0 where none shows. float[k]"""
    shows = visible & (raw > np.sqrt(noise.rows) + np.sqrt(noise.columns))
    values = np.zeros_like(raw)
    values[shows] = _debiased(raw[shows], noise.rows[shows], noise.columns[shows])
    return values


def _read_level(matrix: Matrix) -> float:
    """The level for V = p(1 − p) of the densities p in cells of rows and columns of like degrees.

    By concavity averaging over a cell can only raise V.
    """
    m, n = matrix.shape
    rows, columns = _like(matrix.mean(axis=1)), _like(matrix.mean(axis=0))
    sums: Matrix = rows @ (matrix @ columns.T)
    r, c = np.asarray(rows.sum(axis=1)), np.asarray(columns.sum(axis=1))
    p = np.asarray(sums.toarray() if is_sparse(sums) else sums) / np.outer(r, c)
    return rare_level(np.maximum(p * (1 - p), 0.0), m, n, row_weights=r / m, column_weights=c / n)


def _like(degrees: Floats) -> csr_array:
    """The indicators of cells of like degrees, ⌊√size⌋ of them but at most 64. csr[cells, size]"""
    size = len(degrees)
    count = min(CELLS, isqrt(size))
    cell = np.argsort(np.argsort(degrees, kind="stable"), kind="stable") * count // size
    return csr_array((np.ones(size), (cell, np.arange(size))), shape=(count, size))
