"""What a mask can still represent: fully wired neurons, relays and inputs without a path, counted exactly (E1–E10).

Layers are listed from the input on: masks [hidden, input], …, [output, hidden], dense or sparse, of zeros and ones. What
is counted is sufficient for what it stands for, not necessary. `sparse_limits.numerics.expressivity.laws` has what graphons predict.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array, issparse
from scipy.sparse.csgraph import maximum_flow

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer
from sparse_limits.theory.expressivity.product_of_inputs import masked_product, pieces

Indices = NDArray[np.int64]
Layer = ArrayLike | csr_array
Matrix = NDArray[Any] | csr_array


class Representable(NamedTuple):
    """What is left of some inputs: neurons of the first layer wired to all of them, neurons of the second that relays
    connect with all of them (None without a second hidden layer), and those of the inputs that no path leaves."""

    wired: Indices
    relayed: Indices | None
    isolated: Indices


def representable(layers: Sequence[Layer], inputs: ArrayLike | None = None) -> Representable:
    """What a network of these masks can still make of `inputs` (all of them by default), by index.

    InputError unless there are a hidden layer and an output that fit, and `inputs` are distinct columns.
    """
    masks = _masks(layers)
    if len(masks) < 2:
        raise InputError(f"layers has {len(masks)} mask, expected a hidden layer and an output at least")
    columns = masks[0].shape[1]
    active = column_indices(columns, np.arange(columns) if inputs is None else inputs)
    lost = np.intersect1d(_isolated(masks), active)
    second = relayed(masks[0], masks[1], active) if len(masks) > 2 else None
    return Representable(fully_wired(masks[0], active), second, lost)


def fully_wired(mask: Layer, inputs: ArrayLike) -> Indices:
    """The neurons (rows) of a mask [n, d] that are connected to all of `inputs`, ascending (E1).

    InputError unless the mask holds zeros and ones alone and `inputs` are distinct columns, at least one.
    """
    matrix = mask_matrix("mask", mask)
    active = column_indices(matrix.shape[1], inputs)
    return np.flatnonzero(matrix[:, active].sum(axis=1) == active.size)


def isolated_inputs(layers: Sequence[Layer]) -> Indices:
    """The inputs that no path joins to any output, ascending, for any number of layers (E7, E10).

    InputError unless there is a mask, all are of zeros and ones, and each fits the one before.
    """
    return _isolated(_masks(layers))


def relay_split(mask: Layer, inputs: ArrayLike) -> Indices:
    """Which of `inputs` each neuron of a mask [m, d] should relay, its place in `inputs`, or −1 without an edge to any.

    As many neurons as possible serve with at most ⌊m/k⌋ for an input (a maximum flow); others go where the fewest are.
    int64[m]. InputError as in `fully_wired`.
    """
    matrix = mask_matrix("mask", mask)
    active = column_indices(matrix.shape[1], inputs)
    rows, count = matrix.shape[0], active.size
    edges = csr_array(matrix[:, active])
    neurons, places = edges.nonzero()
    split = np.full(rows, -1)
    source, sink = rows + count, rows + count + 1  # nodes: neurons, inputs, the two ends
    tails = np.concatenate([np.full(count, source), rows + places, np.arange(rows)])
    heads = np.concatenate([rows + np.arange(count), neurons, np.full(rows, sink)])
    capacity = np.concatenate([np.full(count, rows // count), np.ones(len(places) + rows)]).astype(np.int32)
    graph = csr_array(coo_array((capacity, (tails, heads)), shape=(sink + 1, sink + 1)))
    flow = csr_array(maximum_flow(graph, source, sink).flow)[rows:source, :rows].tocoo()
    used = flow.data > 0
    split[flow.col[used]] = flow.row[used]
    served = np.bincount(split[split >= 0], minlength=count)
    for neuron in np.flatnonzero((split < 0) & (np.diff(edges.indptr) > 0)):
        choices = edges.indices[edges.indptr[neuron] : edges.indptr[neuron + 1]]
        split[neuron] = choices[np.argmin(served[choices])]
        served[split[neuron]] += 1
    return split


def relayed(first: Layer, second: Layer, inputs: ArrayLike, split: ArrayLike | None = None) -> Indices:
    """The neurons of a second hidden layer with an edge to a relay of each of `inputs`, ascending (E8).

    first [m, d], second [n₂, m]. `split`, int[m]: the place in `inputs` that each neuron of the first layer relays if it
    has the edge, −1 for none; by default `relay_split`, which looks at the mask (E8's law is that of `even_split`).
    InputError as in `fully_wired`, or unless the layers fit and the split is one of m places.
    """
    below, above = _masks([first, second])
    active = column_indices(below.shape[1], inputs)
    chosen = relay_split(below, active) if split is None else checked_array("split", split)
    if chosen.shape != (below.shape[0],) or chosen.dtype.kind not in "iu":
        raise InputError(f"split is {chosen.dtype} of shape {chosen.shape}, expected integers [{below.shape[0]}]")
    if not ((chosen >= -1) & (chosen < active.size)).all():
        raise InputError(f"split holds places from {chosen.min()} to {chosen.max()}, expected −1 to {active.size - 1}")
    neurons, places = below[:, active].nonzero()
    kept = chosen[neurons] == places
    shape = len(chosen), active.size
    roles = csr_array((np.ones(kept.sum(), np.int64), (neurons[kept], places[kept])), shape=shape)
    reached = csr_array(csr_array(above) @ roles)
    return np.flatnonzero((reached > 0).sum(axis=1) == active.size)


def even_split(neurons: int, inputs: int) -> Indices:
    """The split that looks at no mask: ⌊m/k⌋ neurons for each input in turn, the rest for none (E8). int64[m]"""
    neurons = checked_integer("neurons", neurons, 1, 2**31 - 1)
    inputs = checked_integer("inputs", inputs, 1, 2**31 - 1)
    group = neurons // inputs
    split = np.full(neurons, -1)
    split[: group * inputs] = np.repeat(np.arange(inputs), group)
    return split


class Unit(NamedTuple):
    """A ReLU unit, readout · max(⟨weights, x⟩ + bias, 0)."""

    weights: tuple[int, int]
    bias: Fraction
    readout: Fraction


def product_network(count: int, first_slope: Fraction | None = None, bend: Fraction | None = None) -> list[Unit]:
    """The 2M units whose sum is within 1/M² of x₁x₂ on [−1, 1]², M = `count` (E6.2), or the same with other slopes.

    InputError unless 1 ≤ M ≤ 10⁶.
    """
    count = checked_integer("count", count, 1, 10**6)
    first, later = (
        _rational(name, count) if value is None else value
        for name, value in (("first_slope", first_slope), ("bend", bend))
    )
    return [
        Unit((1, sign), 2 - Fraction(4 * place, count), sign * (later if place else first) / 4)
        for sign in (1, -1)
        for place in range(count)
    ]


def _rational(name: str, count: int) -> Fraction:
    value = masked_product.expressions[name].subs(pieces, count)
    return Fraction(int(value.p), int(value.q))


def _masks(layers: Sequence[Layer]) -> list[Matrix]:
    if issparse(layers) or not isinstance(layers, Sequence | np.ndarray) or not len(layers):
        raise InputError(f"layers is a {type(layers).__name__}, expected a sequence of at least one mask")
    masks = [mask_matrix(f"layer {place}", layer) for place, layer in enumerate(layers)]
    for place, (below, above) in enumerate(pairwise(masks), start=1):
        if above.shape[1] != below.shape[0]:
            raise InputError(f"layer {place} has {above.shape[1]} columns, expected {below.shape[0]}")
    return masks


def mask_matrix(name: str, mask: Layer) -> Matrix:
    """A mask as bool[m, n], dense or CSR as it came, its duplicate entries added up.

    InputError unless it is a non-empty matrix of zeros and ones.
    """
    given = csr_array(mask, copy=True) if issparse(mask) else checked_array(name, mask)
    if given.ndim != 2 or 0 in given.shape or given.dtype.kind not in "biuf":
        raise InputError(f"{name} is {given.dtype} of shape {given.shape}, expected a non-empty 0/1 matrix")
    if isinstance(given, csr_array):
        given.sum_duplicates()
        given.eliminate_zeros()
    entries = given.data if isinstance(given, csr_array) else given
    if not (wrong := (entries == 0) | (entries == 1)).all():
        raise InputError(f"{name} holds {entries[~wrong][0]}, expected zeros and ones alone")
    return given.astype(bool)


def column_indices(columns: int, inputs: ArrayLike) -> Indices:
    """`inputs` as int64[k]; InputError unless they are distinct columns from 0 to columns − 1, at least one."""
    indices = checked_array("inputs", inputs)
    if indices.ndim != 1 or indices.size == 0 or indices.dtype.kind not in "iu":
        raise InputError(f"inputs is {indices.dtype} of shape {indices.shape}, expected a list of column numbers")
    if not ((indices >= 0) & (indices < columns)).all() or np.unique(indices).size < indices.size:
        raise InputError(f"inputs are {indices.tolist()}, expected distinct columns from 0 to {columns - 1}")
    return indices.astype(np.int64)


def _isolated(masks: Sequence[Matrix]) -> Indices:
    alive = np.ones(masks[-1].shape[0], dtype=bool)
    for mask in reversed(masks):
        alive = np.asarray(mask[alive].sum(axis=0) > 0)
    return np.flatnonzero(~alive)
