"""The edge of the spectrum of the noise of independent entries of a mask, and the level that it rarely passes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer, finite_vector
from sparse_limits.numerics.bridge import numeric
from sparse_limits.theory.graphon.symbols import m as row_count
from sparse_limits.theory.graphon.symbols import n as column_count
from sparse_limits.theory.graphon.symbols import variance as entry_variance
from sparse_limits.theory.operators import noise as theory

Floats = NDArray[np.floating]

MOST_STEPS = 100_000
LEAST = 1e-200  # of a density: of cells with a lower edge than others it tends to 0, which divides nothing
NO_FLOW = 1e-40  # a flow below this share of the largest moves the edge by less than rounding does
RARE = 1e-3  # masks whose noise alone passes the level, split among edge, squares, rows and columns
RARE_EDGE = 3.9413  # the Tracy–Widom law (β = 1) exceeds it with probability RARE/4
RARE_SPREAD = 3.4808  # and the normal law this
MOST_VARIANCE = 0.25 * (1 + 1e-9)  # of an entry that is 0 or 1, up to rounding
NEAR = 1e-7  # relative change at which the resolvents count as solved

_row_height = numeric((theory.row_resolvent, theory.row_flow, row_count), theory.row_height)
_column_height = numeric((theory.column_resolvent, theory.column_flow, column_count), theory.column_height)
_row_excess = numeric((theory.row_resolvent, theory.row_fourth, row_count, column_count), theory.row_excess)
_column_excess = numeric((theory.column_resolvent, theory.column_fourth, row_count, column_count), theory.column_excess)
_row_tail = numeric((theory.level, theory.row_flow, theory.reach, row_count, column_count), theory.row_tail)
_square_variance = numeric((entry_variance,), theory.square_variance)
_fourth_cumulant = numeric((entry_variance,), theory.fourth_cumulant)
_sensitivity = numeric(
    (
        theory.row_share,
        theory.column_share,
        theory.row_resolvent,
        theory.column_resolvent,
        row_count,
        column_count,
    ),
    theory.sensitivity,
)
_row_bound = numeric((theory.row_share, theory.row_inflow, column_count), theory.row_bound)
_column_bound = numeric((theory.column_share, theory.column_inflow, row_count), theory.column_bound)


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
        InputError: for a variance that is negative or not finite, weights that are no probabilities of that many cells,
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

    Cells of negligible weight and flow, as Gauss–Hermite nodes far out have, are left out.
    """
    noise = _noise_cells(variance, rows, columns, row_weights, column_weights)
    return Edge(0.0, 0.0) if noise is None else _optimum(noise, tolerance).edge


def rare_level(
    variance: ArrayLike,
    rows: int,
    columns: int | None = None,
    *,
    row_weights: ArrayLike | None = None,
    column_weights: ArrayLike | None = None,
) -> float:
    """The level that the largest singular value of (M − P)/√(mn) passes in some one mask of a thousand (claim O4).

    M is a 0/1 mask of independent entries, sparse or dense; entries of variance V have the fourth cumulant V(1 − 6V),
    whether P or 1 − P is small. The level is the edge with its first-order shift and what the Tracy–Widom law allows, or
    where a row or a column with many entries shows by itself, and on top what the squares of the entries allow: each of
    the four with probability 1/4000 by its limit law or bound. No theorem says that so few masks pass it at finite sizes:
    it is counted. Of 3000 homogeneous masks for each of 500 × 500, 400 × 1600 and 1000 × 1000 entries with 5, 10, 20, 50
    and 100 in a row, one of all 45 000 passed (bench_noise_level.py). Arguments and errors as in `noise_edge`, and
    InputError for a variance above ¼.
    """
    noise = _noise_cells(variance, rows, columns, row_weights, column_weights)
    if noise is None:
        return 0.0
    if noise.variance.max() > MOST_VARIANCE:
        raise InputError(f"variance is {noise.variance.max():.6g}, expected at most 1/4, as entries 0 and 1 have")
    found = _optimum(noise, tolerance=1e-6)
    edge = found.edge.high
    of_all = edge + _shift(noise, found) + RARE_EDGE * edge * edge_scale(noise.m, noise.n)
    return _raised_by_heavy(noise, of_all) + RARE_SPREAD * _spread(noise, found)


class _Cells(NamedTuple):
    """Variances [a, b] and fourth cumulants [a, b] on cells of weights r [a] and c [b], for m rows and n columns."""

    variance: Floats
    fourth: Floats
    r: Floats
    c: Floats
    m: int
    n: int


class _Optimum(NamedTuple):
    """The edge with the resolvents a, b and the densities p, q that show it."""

    edge: Edge
    a: Floats
    b: Floats
    p: Floats
    q: Floats


def _noise_cells(
    variance: ArrayLike, rows: int, columns: int | None, row_weights: ArrayLike | None, column_weights: ArrayLike | None
) -> _Cells | None:
    """The arguments of `noise_edge`, checked, without the cells that no noise reaches; None where there is no noise."""
    V = np.atleast_2d(checked_array("variance", variance))
    if V.ndim != 2 or not V.size or V.dtype.kind not in "biuf" or not np.isfinite(V).all() or V.min() < 0:
        raise InputError(f"variance has shape {V.shape}, expected finite values ≥ 0 in a matrix of cells")
    V = V.astype(float)
    m = checked_integer("rows", rows, 1, 2**53)
    n = m if columns is None else checked_integer("columns", columns, 1, 2**53)
    r, c = _weights("row_weights", row_weights, V.shape[0]), _weights("column_weights", column_weights, V.shape[1])
    left_out = -1
    while left_out:
        to_rows, to_columns = V @ c, V.T @ r
        if not to_rows.any():
            return None
        used_rows = (to_rows > NO_FLOW * to_rows.max()) & (r > 0)
        used_columns = (to_columns > NO_FLOW * to_columns.max()) & (c > 0)
        left_out = (~used_rows).sum() + (~used_columns).sum()
        V, r, c = V[np.ix_(used_rows, used_columns)], r[used_rows], c[used_columns]
    return _Cells(V, _fourth_cumulant(V), r, c, m, n)


def _optimum(noise: _Cells, tolerance: float) -> _Optimum:
    """The edge by the duality of O4.

    Densities (p, q) give a lower bound; a = √(p/Q), b = √(q/P), which attain it term by term, give an upper one. Where
    the heights at (a, b) exceed the bound, p or q is raised: at the optimum all heights are the edge.
    """
    V, _, r, c, m, n = noise
    p, q = np.full(r.size, 0.5 / r.sum()), np.full(c.size, 0.5 / c.sum())
    low, high = 0.0, np.inf
    for _ in range(MOST_STEPS):
        to_rows, to_columns = V @ (c * q), V.T @ (r * p)
        a, b = np.sqrt(n * p / to_rows), np.sqrt(m * q / to_columns)
        row_heights, column_heights = _row_height(a, V @ (c * b), m), _column_height(b, V.T @ (r * a), n)
        bound = r @ _row_bound(p, to_rows, n) + c @ _column_bound(q, to_columns, m)
        low, high = max(low, float(bound)), min(high, float(max(row_heights.max(), column_heights.max())))
        if high - low <= tolerance * high:
            return _Optimum(Edge(low, high), a, b, p, q)
        p, q = p * np.sqrt(row_heights / bound), q * np.sqrt(column_heights / bound)
        total = r @ p + c @ q
        p, q = np.maximum(p / total, LEAST), np.maximum(q / total, LEAST)
    raise ArithmeticError(f"the noise edge lies in [{low:.12g}, {high:.12g}], expected a relative gap of {tolerance}")


def _excess(noise: _Cells, a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """What the fourth cumulants add to the heights of rows and columns."""
    _, fourth, r, c, m, n = noise
    return _row_excess(a, fourth @ (c * b**2), m, n), _column_excess(b, fourth.T @ (r * a**2), m, n)


def _shift(noise: _Cells, found: _Optimum) -> float:
    """How far the fourth cumulants move the edge, to first order."""
    rows, columns = _excess(noise, found.a, found.b)
    return float(noise.r @ (found.p * rows) + noise.c @ (found.q * columns))


def _spread(noise: _Cells, found: _Optimum) -> float:
    """The standard deviation of the edge by that of the squares of the entries."""
    V, _, r, c, m, n = noise
    moved = _sensitivity(found.p[:, None], found.q, found.a[:, None], found.b, m, n)
    return float(np.sqrt(r @ (_square_variance(V) * moved**2) @ c / (m * n)))


def _raised_by_heavy(noise: _Cells, level: float) -> float:
    """The level, or a higher one that rows, and columns, reach by themselves with probability RARE/4 each at most."""

    def excess(logarithm: float) -> float:
        with np.errstate(divide="ignore"):  # far above the edge both chances underflow to 0
            return float(np.log(max(_heavy(noise, float(np.exp(logarithm))))) - np.log(RARE / 4))

    low = high = float(np.log(level))
    if excess(low) <= 0:
        return level
    while excess(high) > 0:
        low, high = high, high + 0.1
    return float(np.exp(brentq(excess, low, high, xtol=1e-3)))


def _heavy(noise: _Cells, z: float) -> tuple[float, float]:
    """Bounds of the chance that some row, and that some column, reaches z by itself: 1 for z that is not above the edge."""
    V, _, r, c, m, n = noise
    found = _resolvents(noise, z)
    if found is None:  # of one row or column the first-order shift may end below the edge of the fourth cumulants
        return 1.0, 1.0
    a, b = found
    squares = ((1 + np.sqrt(np.maximum(1 - 4 * V, 0.0))) / 2) ** 2  # the largest H² of an entry
    rows = _row_tail(z, V @ (c * b), (squares * b).max(axis=1), m, n)
    columns = _row_tail(z, V.T @ (r * a), (squares.T * a).max(axis=1), n, m)
    return m * float(r @ rows), n * float(c @ columns)


def _resolvents(noise: _Cells, z: float) -> tuple[Floats, Floats] | None:
    """The a and b whose heights, with the fourth cumulants', are z: by monotone iteration; None for z that is not above the edge."""
    V, _, r, c, m, n = noise
    a, b = np.zeros(r.size) + 1 / z, np.zeros(c.size) + 1 / z
    for _ in range(MOST_STEPS):
        rows, columns = _excess(noise, a, b)
        to_rows = _row_height(a, V @ (c * b), m) - 1 / a + rows
        to_columns = _column_height(b, V.T @ (r * a), n) - 1 / b + columns
        if max(to_rows.max(), to_columns.max()) >= z:
            break
        last, a, b = a, 1 / (z - to_rows), 1 / (z - to_columns)
        if np.abs(a / last - 1).max() < NEAR:
            return a, b
    return None


def _weights(name: str, weights: ArrayLike | None, size: int) -> Floats:
    values = np.full(size, 1 / size) if weights is None else finite_vector(name, weights)
    if values.shape != (size,) or not (values.min() >= 0 and abs(values.sum() - 1) < 1e-9):
        raise InputError(f"{name} have shape {values.shape}, sum {values.sum():.6g}, expected {size} probabilities")
    return values


def edge_scale(m: int, n: int) -> float:
    """The scale of the Tracy–Widom law of the largest noise value, relative to the edge (Johnstone)."""
    return float((m**-0.5 + n**-0.5) ** (1 / 3) / (m**0.5 + n**0.5) / 2)
