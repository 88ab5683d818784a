"""Perceptron modules lifted to arrays: so many copies of each vertex, all edges above a base edge or some of them.

Activations of a vertex v of the base are float[N, copies, *Y]: N samples. Weights above an edge (u, v) of the base are
float[copies of v, copies of u, *W] if all its edges are there, float[E, *W] for E edges in the order of their pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array, eye_array, issparse

from sparse_limits.numerics.arguments import MOST_COUNT, InputError, checked_array, checked_integer
from sparse_limits.numerics.lifts.callables import Gathered, Places, edge_ends, probe
from sparse_limits.numerics.lifts.contraction import Array, Contraction, Skips
from sparse_limits.numerics.lifts.vertices import apply_sigma, on_arrays
from sparse_limits.theory.lifts.bundle import Shape, check_section, freeze
from sparse_limits.theory.lifts.maps import Bilinear, Pointwise, Skip
from sparse_limits.theory.lifts.module import Edge, PerceptronModule, Vertex, arrow

Weights = Mapping[Edge, ArrayLike]
Inputs = Mapping[Vertex, ArrayLike]


@dataclass(frozen=True, eq=False)
class ArrayLift:
    """A lift of a module: `copies` of every vertex of the base, and the edges above each of its edges.

    patterns: base edge (u, v) → bool[copies of v, copies of u], dense or sparse, kept as `csr_array` with sorted
    indices; a base edge without a pattern has all edges above it. Weights are data beside it, as above.

    Raises:
        InputError: for a vertex without a number of copies (0 is one), a pattern of no edge or of the wrong shape, and
            for a map that is no function of arrays or gives another shape; the message names the edge or the vertex.
    """

    module: PerceptronModule
    copies: Mapping[Vertex, int]
    patterns: Mapping[Edge, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_section(self.copies, self.module.order, "copies")
        copies = {v: checked_integer(f"copies of {v}", count, 0, MOST_COUNT) for v, count in self.copies.items()}
        for edge in self.patterns:
            if edge not in self.module.maps:
                raise InputError(f"patterns: one for {edge}, which is no edge of the module")
        patterns = {edge: _pattern(edge, given, copies) for edge, given in self.patterns.items()}
        object.__setattr__(self, "copies", copies)
        object.__setattr__(self, "patterns", patterns)
        freeze(self, "copies", "patterns")
        self.probe()

    def __deepcopy__(self, memo: object) -> ArrayLift:
        return self  # it cannot change

    def probe(self, convert: Callable[[Array], Any] = np.asarray) -> None:
        """Try all σ, and maps that are known only by what they return, on arrays or on what `convert` makes of them.

        InputError, naming the edge or the vertex, if one fails, gives another shape or mixes leading axes.
        """
        spaces, many = self.module, (2, 3)
        for edge, function in spaces.maps.items():
            if not isinstance(function, Bilinear | Skip):
                given = [((1, 3), spaces.weights.shapes[edge]), (many, spaces.activations.shapes[edge[0]])]
                probe(f"edge {arrow(edge)}: its map", function, given, spaces.preactivations.shapes[edge], convert)
        for v, sigma in self.sigma.items():
            into, wanted = self.edges_into(v), spaces.activations.shapes[v]
            if not into:
                if (found := np.shape(sigma())) != wanted and not isinstance(
                    sigma, Pointwise
                ):  # which is φ(0) everywhere
                    raise InputError(f"vertex {v}: its σ gives shape {found}, expected {wanted}")
            elif isinstance(sigma, Pointwise):
                probe(f"vertex {v}: its σ", partial(_value, sigma), [(many, ())], ())
            else:
                given = [(many, spaces.preactivations.shapes[edge]) for edge in into]
                probe(f"vertex {v}: its σ", sigma, given, wanted, convert)

    def edges_into(self, vertex: Vertex) -> list[Edge]:
        """The base edges into a vertex of the base, in the order of its σ."""
        return [(source, vertex) for source in self.module.sources(vertex)]

    def edge_count(self, edge: Edge) -> int:
        """The number of edges above an edge of the base."""
        return self.patterns[edge].nnz if edge in self.patterns else prod(self._sizes(edge))

    def weight_shape(self, edge: Edge) -> Shape:
        """The shape of the array of all weights above an edge of the base."""
        each = self.module.weights.shapes[edge]
        return (self.edge_count(edge), *each) if edge in self.patterns else (*self._sizes(edge), *each)

    def ends(self, edge: Edge) -> tuple[Places, Places]:
        """Target and source of each edge above an edge of the base, int[E] each, in the order of its weights."""
        return edge_ends(self._sizes(edge), self.patterns.get(edge))

    def activation_shape(self, vertex: Vertex) -> Shape:
        """The shape of the activations of all copies of a vertex of the base: (copies, *Y)."""
        return (self.copies[vertex], *self.module.activations.shapes[vertex])

    @property
    def features(self) -> int:
        """The number of entries of the activations of all terminals: the length of a linear readout (D7)."""
        return sum(prod(self.activation_shape(v)) for v in self.module.terminals)

    @property
    def parameters(self) -> int:
        """The number of weights, a matrix counting as many as it has entries."""
        return sum(prod(self.weight_shape(edge)) for edge in self.module.maps)

    def _sizes(self, edge: Edge) -> tuple[int, int]:
        return self.copies[edge[1]], self.copies[edge[0]]

    @cached_property
    def sigma(self) -> dict[Vertex, Any]:
        """The maps σ on arrays."""
        return {v: on_arrays(sigma) for v, sigma in self.module.sigma.items()}

    @cached_property
    def edge_maps(self) -> dict[Edge, Contraction | Gathered | Skips]:
        """The sums over edges above each edge of the base, and their adjoints."""
        return {edge: self._edge_map(edge) for edge in self.module.maps}

    def _edge_map(self, edge: Edge) -> Contraction | Gathered | Skips:
        found, spaces = self.module.maps[edge], self.module
        weight, activation = spaces.weights.shapes[edge], spaces.activations.shapes[edge[0]]
        sizes, pattern = self._sizes(edge), self.patterns.get(edge)
        if isinstance(found, Bilinear):
            contraction = Contraction(found, weight, activation, sizes, pattern)
            try:
                _ = contraction.constant
            except InputError as error:
                raise InputError(f"edge {arrow(edge)}: {error}") from None
            return contraction
        if isinstance(found, Skip):
            return Skips(activation, sizes, pattern)
        return Gathered(found, weight, activation, spaces.preactivations.shapes[edge], sizes, pattern)

    def checked_weights(self, weights: Weights) -> dict[Edge, Array]:
        """The weights as arrays of floats; edges whose weights are empty, such as skips, may be left out.

        Raises:
            InputError: naming an edge whose weights are missing, not finite, or of another shape.
        """
        empty = {
            edge: np.zeros(shape, np.float32) for edge in self.module.maps if not prod(shape := self.weight_shape(edge))
        }
        given = {**empty, **weights}
        check_section(given, self.module.maps, "weights", arrow)
        return {
            edge: real_array(f"weights of {arrow(edge)}", given[edge], self.weight_shape(edge))
            for edge in self.module.maps
        }

    def checked_inputs(self, inputs: Inputs) -> dict[Vertex, Array]:
        """The activations of all inputs as arrays of floats, with as many samples, at least one.

        Raises:
            InputError: naming an input whose values are missing, not finite, or of another shape.
        """
        check_section(inputs, self.module.inputs, "inputs")
        found: dict[Vertex, Array] = {}
        samples = None
        for v in self.module.inputs:
            found[v] = real_array(f"inputs of {v}", inputs[v], (samples, *self.activation_shape(v)))
            samples = len(found[v])
            if not samples:
                raise InputError(f"inputs of {v} have shape {found[v].shape}, expected at least one sample")
        return found


def full_lift(module: PerceptronModule, copies: Mapping[Vertex, int], diagonal: Iterable[Edge] = ()) -> ArrayLift:
    """The fully-connected lift, but for base edges that join copies one to one: residual skips (L5–L7).

    InputError as for `ArrayLift`, and naming a `diagonal` edge whose ends have different numbers of copies.
    """
    copies = positive_copies(module, copies)
    for edge in (diagonal := list(diagonal)):
        if edge not in module.maps:
            raise InputError(f"diagonal: {edge}, which is no edge of the module")
    return ArrayLift(module, copies, {edge: diagonal_pattern(edge, copies) for edge in diagonal})


def diagonal_pattern(edge: Edge, copies: Mapping[Vertex, int]) -> csr_array:
    """The edges (u, i) → (v, i) above an edge (u, v). InputError unless its ends have as many copies."""
    sources, targets = copies[edge[0]], copies[edge[1]]
    if sources != targets:
        raise InputError(f"edge {arrow(edge)}: {sources} copies and {targets}, expected as many for a diagonal")
    return csr_array(eye_array(sources, dtype=bool))


def positive_copies(module: PerceptronModule, copies: Mapping[Vertex, int]) -> dict[Vertex, int]:
    """InputError, naming the vertex of the module, unless each has a positive whole number of copies."""
    check_section(copies, module.order, "copies")
    return {v: checked_integer(f"copies of {v}", count, 1, MOST_COUNT) for v, count in copies.items()}


def real_array(name: str, value: ArrayLike, shape: tuple[int | None, ...]) -> Array:
    """value as a finite float array of a shape (None: any length); otherwise a InputError that starts with `name`."""
    array = checked_array(name, value)
    if array.dtype.kind not in "biuf":
        raise InputError(f"{name} are {array.dtype}, expected real numbers")
    if len(array.shape) != len(shape) or any(b not in (None, a) for a, b in zip(array.shape, shape, strict=True)):
        wanted = ", ".join("N" if size is None else str(size) for size in shape)
        raise InputError(f"{name} have shape {list(array.shape)}, expected [{wanted}]")
    array = array.astype(np.result_type(array.dtype, np.float32), copy=False)
    squares = np.vdot(array, array)  # finite only if all entries are; the quickest way to look at each
    if not isfinite(squares) and not np.isfinite(array).all():
        raise InputError(f"{name} hold nan or infinite entries, expected finite numbers")
    return array


def _pattern(edge: Edge, given: Any, copies: Mapping[Vertex, int]) -> csr_array:
    """The pattern as sorted rows of bools."""
    name, shape = f"pattern of {arrow(edge)}", (copies[edge[1]], copies[edge[0]])
    if not issparse(given):
        given = checked_array(name, given)
    if given.shape != shape:
        raise InputError(f"{name} has shape {list(given.shape)}, expected {list(shape)}: targets, then sources")
    pattern = csr_array(given)
    if pattern.dtype.kind not in "biuf" or not np.isin(pattern.data, (0, 1)).all():
        raise InputError(f"{name} holds values other than 0 and 1")
    pattern = pattern.astype(bool)
    pattern.sum_duplicates()
    pattern.eliminate_zeros()
    return pattern


def _value(sigma: Pointwise, total: ArrayLike) -> Array:
    return apply_sigma(sigma, [np.array(total)])[0]
