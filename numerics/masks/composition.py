"""Composition of layers, masks or graphons, on shared hidden units, and the share of paths they keep (O7.1, O7.3).

Layers are listed from the input on: masks [hidden, input], …, [output, hidden].
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import prod
from numbers import Real
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, issparse

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.masks.arrays import known_to_scipy
from sparse_limits.numerics.masks.threshold import threshold_for
from sparse_limits.numerics.spectra.jumps import LINES, checked_breaks, find_jump, with_ends
from sparse_limits.theory.saliency.model import SaliencyModel, tau, u, v

Floats = NDArray[np.float64]
REACH = 3.0  # of the tanh-sinh rule: what it leaves out at each end has mass 2e-14


class PathDensity(NamedTuple):
    """The share of kept paths, exactly: from each input [d], and of all of them."""

    inputs: list[Fraction]
    overall: Fraction


@dataclass(frozen=True, eq=False)
class Latent:
    """The positions of units in [0, 1] and their weights [q], which add up to 1. Two are the same only by identity.

    breaks: of nodes that stand for all of [0, 1], where their rule is split; None if the units are all there is.
    """

    positions: Floats
    weights: Floats
    breaks: Sequence[float] | None = None

    def __post_init__(self) -> None:
        x, weights = _array("positions", self.positions), _array("weights", self.weights)
        if x.ndim != 1 or x.size == 0 or weights.shape != x.shape:
            raise InputError(
                f"positions and weights have shapes {x.shape} and {weights.shape}, expected one [q], q > 0"
            )
        if not (np.all((x >= 0) & (x <= 1)) and np.all(weights >= 0) and abs(weights.sum() - 1) < 1e-6):
            raise InputError(f"weights add up to {weights.sum()}, expected 1, none negative, and positions in [0, 1]")


@dataclass(frozen=True, eq=False)
class GridGraphon:
    """A graphon by its values [a, b] at the positions of two latents."""

    values: Floats
    rows: Latent
    columns: Latent

    def __post_init__(self) -> None:
        expected = (self.rows.positions.size, self.columns.positions.size)
        values = _array("values", self.values)
        if values.shape != expected or not np.isfinite(values).all():
            raise InputError(f"values have shape {values.shape}, expected finite ones of shape {expected}")

    @property
    def row_degrees(self) -> Floats:
        return self.values @ self.columns.weights

    @property
    def column_degrees(self) -> Floats:
        """Of a composition: the path density of each input."""
        return self.rows.weights @ self.values

    @property
    def density(self) -> float:
        return float(self.rows.weights @ self.row_degrees)


def path_counts(layers: Sequence[ArrayLike | csr_array]) -> csr_array:
    """The number of paths between each output and input, exactly: the product M_L ⋯ M_1, int64 [output, input].

    InputError if there is no layer, one is no 0/1 matrix or does not fit the one before, or an output is reached by
    2⁶³ paths or more (`path_density` counts them all the same).
    """
    masks = _masks(layers)
    most = max(_paths(masks[::-1], transposed=False))
    if most >= 2**63:
        raise InputError(f"an output is reached by {most} paths, expected fewer than 2**63")
    counts = masks[0]
    for mask in masks[1:]:
        counts = csr_array(mask @ counts)
    return counts


def compose(layers: Sequence[ArrayLike | csr_array]) -> csr_array:
    """The share of kept paths between each output and input: M_L ⋯ M_1 over the product of the hidden widths.

    InputError as in `path_counts`.
    """
    shares = path_counts(layers).astype(np.float64)
    for mask in layers[:-1]:  # one by one: the product of many widths is no float
        shares = shares / np.shape(mask)[0]
    return shares


def path_density(layers: Sequence[ArrayLike | csr_array]) -> PathDensity:
    """The share of kept paths from each input and overall, as fractions, for any number of paths.

    A product of matrices with one vector, in time proportional to the non-zeros. InputError as in `path_counts`, save
    for the number of paths.
    """
    masks = _masks(layers)
    counts = _paths(masks, transposed=True)
    possible = prod(mask.shape[0] for mask in masks)
    return PathDensity([Fraction(count, possible) for count in counts], Fraction(sum(counts), possible * len(counts)))


def compose_graphons(layers: Sequence[GridGraphon]) -> GridGraphon:
    """W_L ∘ ⋯ ∘ W_1: consecutive layers share their hidden latent, which must be one object.

    InputError if there is no layer, or the columns of one are not the rows of the one before.
    """
    if not layers:
        raise InputError("layers is empty, expected at least one graphon")
    values = layers[0].values
    for place, (before, after) in enumerate(pairwise(layers)):
        if after.columns is not before.rows:
            raise InputError(f"layers {place} and {place + 1} have different hidden latents, expected one they share")
        values = (after.values * after.columns.weights) @ values
    return GridGraphon(values, layers[-1].rows, layers[0].columns)


def uniform_latent(nodes: int = 200, breaks: Sequence[float] = ()) -> Latent:
    """The uniform law on [0, 1] by the tanh-sinh rule, made for profiles that blow up at an end, such as that of |a|.

    breaks: where profiles have steps; each piece between them has as many nodes, and weights that add up to its length.

    InputError unless there are 1 to 2²⁰ nodes, and the breaks increase strictly between 0 and 1.
    """
    nodes, breaks = checked_integer("nodes", nodes, 1, 2**20), checked_breaks(breaks)
    step = 2 * REACH / nodes
    s = -REACH + step * (np.arange(nodes) + 0.5)
    positions = 1 / (1 + np.exp(-np.pi * np.sinh(s)))
    weights = np.cosh(s) * positions * (1 - positions)
    edges = np.array([0.0, *breaks, 1.0])
    lengths = np.diff(edges)[:, None]
    positions, weights = edges[:-1, None] + lengths * positions, lengths * weights / weights.sum()
    return Latent(positions.ravel(), weights.ravel(), breaks)


def point_latent() -> Latent:
    """A single unit, such as the output of a scalar network."""
    return Latent(np.full(1, 0.5), np.ones(1))


def saliency_graphon(model: SaliencyModel, density: float, rows: Latent, columns: Latent) -> GridGraphon:
    """The limit of the masks of a factorised saliency at a density in (0, 1), its threshold solved on the grid (S1).

    Steps of a profile must be breaks of its latent (`uniform_latent`), or units of their own.

    InputError for another density, a model whose profiles are left open, or one that jumps elsewhere.
    """
    if not isinstance(density, Real) or not 0 < density < 1:
        raise InputError(f"density is {density!r}, expected a number strictly between 0 and 1")
    kernel = model.kernel()
    if kernel.atoms(sp.core.function.AppliedUndef) or kernel.free_symbols - {u, v, tau}:
        raise InputError(f"model has the kernel {kernel}, expected one in u, v and tau alone")
    formula = numeric((u, v, tau), kernel)

    def at(x: Floats, y: Floats, threshold: float) -> Floats:
        return np.broadcast_to(formula(x[:, None], y, threshold), (x.size, y.size))

    def values(threshold: float) -> Floats:
        return at(rows.positions, columns.positions, threshold)

    threshold = threshold_for(lambda level: np.atleast_1d(rows.weights @ values(level) @ columns.weights), density)
    some_rows, some_columns = (each.positions[:: -(-each.positions.size // LINES)] for each in (rows, columns))
    _refuse_jumps("row", lambda x: at(x, some_columns, threshold), rows)
    _refuse_jumps("column", lambda y: at(some_rows, y, threshold).T, columns)
    return GridGraphon(values(threshold), rows, columns)


def _refuse_jumps(name: str, values: Callable[[Floats], Floats], latent: Latent) -> None:
    """InputError if a graphon jumps between nodes that stand for all of [0, 1]."""
    if latent.breaks is None:
        return
    jump = find_jump(values, with_ends(latent.positions, latent.breaks), latent.breaks)
    if jump is not None:
        raise InputError(
            f"the graphon jumps by {jump.size:.3g} at the {name} position {jump.at:.6g}, expected a break of its latent "
            f"there: uniform_latent(nodes, breaks)"
        )


def _array(name: str, values: Floats) -> Floats:
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "biuf":
        raise InputError(f"{name} is a {type(values).__name__}, expected an array of real numbers")
    return values


def _paths(masks: Sequence[csr_array], transposed: bool) -> list[int]:
    """Paths through the layers from each input (transposed: the masks are M_1, …, M_L) or to each output (M_L, …)."""
    ends = masks[-1].shape[0 if transposed else 1]
    counts = np.full(ends, 1, dtype=object)
    for mask in reversed(masks):
        matrix = mask.T.tocsr() if transposed else mask
        sums = np.full(matrix.shape[0], 0, dtype=object)
        filled = np.flatnonzero(np.diff(matrix.indptr))
        if filled.size:
            sums[filled] = np.add.reduceat(counts[matrix.indices], matrix.indptr[filled])
        counts = sums
    return counts.tolist()


def _masks(layers: Sequence[ArrayLike | csr_array]) -> list[csr_array]:
    """As matrices of ones in int64, without stored zeros."""
    if issparse(layers) or not isinstance(layers, Sequence | np.ndarray):
        raise InputError(f"layers is a {type(layers).__name__}, expected a sequence of masks, from the input on")
    if not len(layers):
        raise InputError("layers is empty, expected at least one mask")
    masks: list[csr_array] = []
    for place, layer in enumerate(layers):
        given = csr_array(layer, copy=True) if issparse(layer) else checked_array(f"layer {place}", layer)
        if given.ndim != 2 or 0 in given.shape or given.dtype.kind not in "biuf":
            raise InputError(f"layer {place} is {given.dtype} of shape {given.shape}, expected a non-empty 0/1 matrix")
        mask = csr_array(given if issparse(given) else known_to_scipy(given))
        mask.sum_duplicates()
        mask.eliminate_zeros()
        if not (mask.data == 1).all():
            raise InputError(f"layer {place} holds {mask.data[mask.data != 1][0]}, expected zeros and ones alone")
        if masks and mask.shape[1] != masks[-1].shape[0]:
            raise InputError(f"layer {place} has {mask.shape[1]} columns, expected {masks[-1].shape[0]}")
        masks.append(mask.astype(np.int64))
    return masks
