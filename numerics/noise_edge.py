"""What the noise of independent entries does to the spectrum of a mask: its edge, and singular values freed from it."""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.special import ndtri

from numerics.masks import checked_integer
from numerics.moments import numeric
from numerics.spectra import Matrix, Triplets, is_sparse, leading_triplets, real_matrix
from theory.graphon.symbols import m as row_count
from theory.graphon.symbols import n as column_count
from theory.operators import bias
from theory.operators import noise as theory

Floats = NDArray[np.floating]

MOST_STEPS = 100_000
CELLS = 64  # of rows and of columns, by degree, where the variance profile is read off a mask
RARE_EDGE = 3.27  # the Tracy–Widom law (β = 1) exceeds it with probability 1e-3

_row_height = numeric((theory.row_resolvent, theory.row_flow, row_count), theory.row_height)
_column_height = numeric((theory.column_resolvent, theory.column_flow, column_count), theory.column_height)
_row_bound = numeric((theory.row_share, theory.row_inflow, column_count), theory.row_bound)
_column_bound = numeric((theory.column_share, theory.column_inflow, row_count), theory.column_bound)

_from_rows, _from_columns = bias.row_noise, bias.column_noise  # here V_a/m and V_b/n
_debiased = numeric((theory.raw, _from_rows, _from_columns), theory.debiased_of(_from_rows, _from_columns))
_value_sd = numeric((bias.joint_noise, row_count, column_count), bias.value_sd)


class Edge(NamedTuple):
    """Bounds low ≤ e ≤ high of the edge, up to rounding, each by a witness of the duality in O4."""

    low: float
    high: float


def noise_edge(
    variance: ArrayLike,
    rows: int,
    columns: int | None = None,
    *,
    row_weights: ArrayLike | None = None,
    column_weights: ArrayLike | None = None,
    tolerance: float = 1e-10,
) -> float:
    """The edge of the singular values of (M − P)/√(mn) for independent entries of a variance profile (claim O4).

    variance: a number, or float[a, b] on cells of rows and columns with the given weights (default: equal); m = `rows`,
    n = `columns` (default: as many). The relative error is below `tolerance`.

    Raises:
        ValueError: for a variance that is negative or not finite, weights that are no probabilities of that many cells,
            or sizes below 1.
        ArithmeticError: if the bounds do not meet.
    """
    edge = noise_edge_bounds(
        variance, rows, columns, row_weights=row_weights, column_weights=column_weights, tolerance=tolerance
    )
    return (edge.low + edge.high) / 2


def noise_edge_bounds(
    variance: ArrayLike,
    rows: int,
    columns: int | None = None,
    *,
    row_weights: ArrayLike | None = None,
    column_weights: ArrayLike | None = None,
    tolerance: float = 1e-10,
) -> Edge:
    """The edge from both sides, within `tolerance` relative to each other; arguments and errors as in `noise_edge`.

    Densities (p, q) give a lower bound; a = √(p/Q), b = √(q/P), which attain it term by term, give an upper one. Where
    the heights at (a, b) exceed the bound, p or q is raised: at the optimum all heights are the edge.
    """
    V = np.atleast_2d(np.asarray(variance, dtype=float))
    if V.ndim != 2 or not V.size or not np.isfinite(V).all() or V.min() < 0:
        raise ValueError(f"variance has shape {V.shape}, expected finite values ≥ 0 in a matrix of cells")
    m = checked_integer("rows", rows, 1, 2**53)
    n = m if columns is None else checked_integer("columns", columns, 1, 2**53)
    r, c = _weights("row_weights", row_weights, V.shape[0]), _weights("column_weights", column_weights, V.shape[1])
    used_rows, used_columns = (V @ c > 0) & (r > 0), (V.T @ r > 0) & (c > 0)
    if not used_rows.any():
        return Edge(0.0, 0.0)
    V, r, c = V[np.ix_(used_rows, used_columns)], r[used_rows], c[used_columns]
    p, q = np.full(r.size, 0.5 / r.sum()), np.full(c.size, 0.5 / c.sum())
    low, high = 0.0, np.inf
    for _ in range(MOST_STEPS):
        to_rows, to_columns = V @ (c * q), V.T @ (r * p)
        a, b = np.sqrt(n * p / to_rows), np.sqrt(m * q / to_columns)
        row_heights, column_heights = _row_height(a, V @ (c * b), m), _column_height(b, V.T @ (r * a), n)
        bound = r @ _row_bound(p, to_rows, n) + c @ _column_bound(q, to_columns, m)
        low, high = max(low, float(bound)), min(high, float(max(row_heights.max(), column_heights.max())))
        if high - low <= tolerance * high:
            return Edge(low, high)
        p, q = p * np.sqrt(row_heights / bound), q * np.sqrt(column_heights / bound)
        total = r @ p + c @ q
        p, q = p / total, q / total
    raise ArithmeticError(f"the noise edge lies in [{low:.12g}, {high:.12g}], expected a relative gap of {tolerance}")


def _weights(name: str, weights: ArrayLike | None, size: int) -> Floats:
    values = np.full(size, 1 / size) if weights is None else np.asarray(weights, dtype=float)
    if values.shape != (size,) or not (values.min() >= 0 and abs(values.sum() - 1) < 1e-9):
        raise ValueError(f"{name} have shape {values.shape}, sum {values.sum():.6g}, expected {size} probabilities")
    return values


class CorrectedValue(NamedTuple):
    """A singular value of the expected matrix P/√(mn): estimate, interval, the raw σ_i(M)/√(mn), and whether it shows.

    One that is not visible has the value 0 and an interval from 0 to the level below which nothing shows.
    """

    value: float
    low: float
    high: float
    raw: float
    visible: bool


def corrected_singular_values(
    mask: ArrayLike | csr_array,
    count: int,
    variance: ArrayLike | None = None,
    *,
    confidence: float = 0.95,
    seed: int = 0,
) -> list[CorrectedValue]:
    """The `count` leading singular values of P/√(mn) behind a mask M, freed from the bias of its noise (O3, O4).

    The raw s is moved to the σ with s² = (σ² + V_a/m)(σ² + V_b/n)/σ²: exact in the limit for a constant variance, right
    to second order (O3) for a profile, V_a and V_b averaged with the empirical singular vectors. The interval is normal,
    with the variance V_ab/mn of O3; it covers with the stated confidence asymptotically, for independent entries and
    separated values (a top-K mask varies less). Visible is what exceeds the noise edge by more than the Tracy–Widom
    law allows in one mask of a thousand. `variance`: a number, float[m, n], or None: read off the mask, row and
    column averages of P − P² from the degrees and the visible values, the edge from cells of like degrees.

    Raises:
        ValueError: as in `mask_singular_values`, for a confidence outside (0, 1) or a variance of another shape.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence!r}, expected a number strictly between 0 and 1")
    triplets = leading_triplets(mask, count, seed=seed)
    matrix = real_matrix(mask)
    m, n = matrix.shape
    if variance is None and not np.isin(matrix.data if is_sparse(matrix) else matrix, (0, 1)).all():
        raise ValueError("mask has entries beside 0 and 1, expected a 0/1 mask where no variance is given")
    profile = None if variance is None else _profile(variance, m, n)
    edge = _read_edge(matrix) if profile is None else noise_edge(profile, m, n)
    level = edge * (1 + RARE_EDGE * _edge_scale(m, n))
    visible = triplets.values > level
    sigma = np.where(visible, triplets.values, 0.0)
    for _ in range(2):  # where the variance is read off the mask, the corrected values correct it
        noise = _read_noise(matrix, triplets, sigma) if profile is None else _noise(profile, triplets)
        sigma = _unbiased(triplets.values, noise, visible)
    reach = float(ndtri((1 + confidence) / 2)) * _value_sd(noise.joint, m, n)
    hidden = (noise.rows * noise.columns) ** 0.25  # the σ below which nothing shows
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


def _edge_scale(m: int, n: int) -> float:
    """The scale of the Tracy–Widom law of the largest noise value, relative to the edge (Johnstone)."""
    return float((m**-0.5 + n**-0.5) ** (1 / 3) / (m**0.5 + n**0.5) / 2)


def _profile(variance: ArrayLike, m: int, n: int) -> Floats:
    V = np.asarray(variance, dtype=float)
    if V.shape not in ((), (m, n)) or not np.isfinite(V).all() or V.min() < 0:
        raise ValueError(f"variance has shape {V.shape}, expected a number or float[{m}, {n}], finite and ≥ 0")
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
    in_left, in_right = (np.einsum("ik,il,ij->klj", part**2, part * sigma, part) for part in (left, right))
    joint = np.sum(a * (matrix @ b), axis=0) - m * n * np.sum(in_left * np.swapaxes(in_right, 1, 2), axis=(1, 2))
    return _Noise(*(np.maximum(part, 0.0) for part in (rows @ a / m, columns @ b / n, joint)))


def _unbiased(raw: Floats, noise: _Noise, visible: NDArray[np.bool_]) -> Floats:
    """σ of each raw value, 0 where none shows. float[k]"""
    shows = visible & (raw > np.sqrt(noise.rows) + np.sqrt(noise.columns))
    values = np.zeros_like(raw)
    values[shows] = _debiased(raw[shows], noise.rows[shows], noise.columns[shows])
    return values


def _read_edge(matrix: Matrix) -> float:
    """The edge for V = p(1 − p) of the densities p in cells of rows and columns of like degrees.

    By concavity averaging over a cell can only raise V.
    """
    m, n = matrix.shape
    rows, columns = _like(matrix.mean(axis=1)), _like(matrix.mean(axis=0))
    sums: Matrix = rows @ (matrix @ columns.T)
    r, c = np.asarray(rows.sum(axis=1)), np.asarray(columns.sum(axis=1))
    p = np.asarray(sums.toarray() if is_sparse(sums) else sums) / np.outer(r, c)
    return noise_edge(np.maximum(p * (1 - p), 0.0), m, n, row_weights=r / m, column_weights=c / n)


def _like(degrees: Floats) -> csr_array:
    """The indicators of cells of like degrees, ⌊√size⌋ of them but at most 64. csr[cells, size]"""
    size = len(degrees)
    count = min(CELLS, isqrt(size))
    cell = np.argsort(np.argsort(degrees, kind="stable"), kind="stable") * count // size
    return csr_array((np.ones(size), (cell, np.arange(size))), shape=(count, size))
