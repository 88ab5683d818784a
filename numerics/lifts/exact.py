"""Lifts between the exact objects of `sparse_limits.theory.lifts` and arrays, so that each can be held against the other."""

from __future__ import annotations

from collections.abc import Hashable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.lifts.arrays import ArrayLift, Weights
from sparse_limits.numerics.lifts.contraction import Array
from sparse_limits.theory.lifts.bundle import array, entries
from sparse_limits.theory.lifts.lift import Lift
from sparse_limits.theory.lifts.module import Edge, Vertex, arrow

Place = tuple[Vertex, int]  # a vertex of the base, and which of its copies


class Arrays(NamedTuple):
    """An exact lift on arrays, and where each of its vertices went."""

    lift: ArrayLift
    weights: dict[Edge, Array]
    places: dict[Hashable, Place]


def from_exact(lift: Lift) -> Arrays:
    """An exact lift on arrays; copies are numbered in the order of `lift.over`.

    InputError naming an edge whose weight has entries that are not real numbers, such as symbols.
    """
    fibres: dict[Vertex, list[Hashable]] = {b: [] for b in lift.module.order}
    for vertex, below in lift.over.items():
        fibres[below].append(vertex)
    places = {vertex: (b, i) for b, fibre in fibres.items() for i, vertex in enumerate(fibre)}
    copies = {b: len(fibre) for b, fibre in fibres.items()}
    above: dict[Edge, list[tuple[int, int, Edge]]] = {edge: [] for edge in lift.module.maps}
    for u, v in lift.weights:
        above[lift.below((u, v))].append((places[v][1], places[u][1], (u, v)))
    patterns, weights = {}, {}
    for (b, c), edges in above.items():
        edges.sort(key=lambda edge: edge[:2])
        shape = copies[c], copies[b]
        each = lift.module.weights.shapes[b, c]
        values = [_floats(edge, lift.weights[edge]) for _, _, edge in edges]
        if len(edges) == shape[0] * shape[1]:
            weights[b, c] = np.array(values).reshape(*shape, *each)
        else:
            rows, columns = np.array([edge[:2] for edge in edges], int).reshape(-1, 2).T
            patterns[b, c] = csr_array((np.ones(len(edges), bool), (rows, columns)), shape=shape)
            weights[b, c] = np.array(values).reshape(len(edges), *each)
    return Arrays(ArrayLift(lift.module, copies, patterns), weights, places)


def to_exact(lift: ArrayLift, weights: Weights) -> Lift:
    """The lift with vertices (b, i) over b and the very numbers that the floats are, as SymPy rationals.

    InputError as for `ArrayLift.checked_weights`.
    """
    found: dict[Edge, Any] = {}
    for (b, c), values in lift.checked_weights(weights).items():
        each = lift.module.weights.shapes[b, c]
        by_edge = values.reshape(lift.edge_count((b, c)), *each)
        for target, source, value in zip(*lift.ends((b, c)), by_edge, strict=True):
            numbers = [sp.Rational(*Fraction(float(entry)).as_integer_ratio()) for entry in value.flat]
            found[(b, int(source)), (c, int(target))] = array(numbers, each) if each != (0,) else ()
    return Lift(lift.module, {(b, i): b for b in lift.module.order for i in range(lift.copies[b])}, found)


def _floats(edge: Edge, weight: Any) -> list[float]:
    try:
        found = [float(entry) for entry in entries(weight)]
    except (TypeError, ValueError):
        raise InputError(f"edge {arrow(edge)}: its weight {weight} holds something other than real numbers") from None
    return found
