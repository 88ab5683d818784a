"""Perceptron modules on directed acyclic graphs (arXiv 2501.05930, Definitions 3.3 and 3.4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.lifts.bundle import Bundle, Shape, freeze
from sparse_limits.theory.lifts.maps import Bilinear, Pointwise, Skip

Vertex = Any  # anything hashable
Edge = tuple[Vertex, Vertex]


def arrow(edge: Edge) -> str:
    return f"{edge[0]} → {edge[1]}"


@dataclass(frozen=True)
class PerceptronModule:
    """A directed acyclic graph with a map M_e(w, y) on each edge and a map σ_v(z, ..., z) on each vertex but inputs.

    `maps`: edge (u, v) → M_e, called with a weight and the activation of u. `sigma`: vertex → σ_v, called with one
    pre-activation for each in-edge, in the order in which `maps` lists them. `activations` (of vertices),
    `preactivations` and `weights` (of edges) are the bundles of Y, Z and W: shapes of those values that are not
    numbers; what follows from a `Bilinear` or a `Pointwise` need not be given. All three become full bundles.

    Raises:
        InputError: for an edge into an input, an edge at an unknown vertex, a cycle, an input with a σ, an unknown
            terminal, a space of no vertex or edge, or spaces
            that do not fit a map; the message names the edge or the vertex.
    """

    inputs: tuple[Vertex, ...]
    terminals: tuple[Vertex, ...]
    maps: Mapping[Edge, Callable[[Any, Any], Any]]
    sigma: Mapping[Vertex, Callable[..., Any]]
    activations: Any = field(default_factory=dict)
    preactivations: Any = field(default_factory=dict)
    weights: Any = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", tuple(self.inputs))
        object.__setattr__(self, "terminals", tuple(self.terminals))
        freeze(self, "maps", "sigma")
        self._check_graph()
        self._check_spaces()

    def _check_graph(self) -> None:
        if len(set(self.inputs)) < len(self.inputs):
            raise InputError(f"inputs {', '.join(map(str, self.inputs))}: expected each vertex once")
        for vertex in self.inputs:
            if vertex in self.sigma:
                raise InputError(f"input {vertex} has a map σ; expected one for every other vertex only")
        for edge in self.maps:
            if not isinstance(edge, tuple) or len(edge) != 2:
                raise InputError(f"edge {edge!r}: expected a pair of vertices")
            for end in edge:
                if end not in self.sigma and end not in self.inputs:
                    raise InputError(f"edge {arrow(edge)}: {end} is neither an input nor a vertex with a map σ")
            if edge[1] in self.inputs:
                raise InputError(f"edge {arrow(edge)} enters an input; expected none to")
        for edge, function in self.maps.items():
            if not callable(function):
                raise InputError(f"edge {arrow(edge)}: its map is {function!r}, expected a function of (w, y)")
        for vertex, function in self.sigma.items():
            if not callable(function):
                raise InputError(f"vertex {vertex}: its σ is {function!r}, expected a function of pre-activations")
        for vertex in self.terminals:
            if vertex not in self.sigma and vertex not in self.inputs:
                raise InputError(f"terminal {vertex} is no vertex of the module")
        _ = self.order  # refuses cycles

    def _check_spaces(self) -> None:
        """Complete the bundles in topological order, and refuse a map that does not fit them."""
        given = {name: dict(_bundle(getattr(self, name)).shapes) for name in SPACES}
        activations: dict[Vertex, Shape] = {}
        preactivations: dict[Edge, Shape] = {}
        weights: dict[Edge, Shape] = {}
        for vertex in self.order:
            into = [(source, vertex) for source in self.sources(vertex)]
            for edge in into:
                weights[edge] = given["weights"].pop(edge, (0,) if isinstance(self.maps[edge], Skip) else ())
                asked = given["preactivations"].pop(edge, None)
                preactivations[edge] = self._fits(edge, weights[edge], activations[edge[0]], asked)
            asked = given["activations"].pop(vertex, None)
            activations[vertex] = self._result(vertex, [preactivations[edge] for edge in into], asked)
        for name, rest in given.items():
            if rest:
                raise InputError(f"{name}: a space for {next(iter(rest))}, which is no vertex or edge that has one")
        for name, shapes in zip(SPACES, (activations, preactivations, weights), strict=True):
            object.__setattr__(self, name, Bundle(shapes))

    def _fits(self, edge: Edge, weight: Shape, activation: Shape, asked: Shape | None) -> Shape:
        """The shape of the pre-activations of an edge."""
        found, known = self.maps[edge], asked
        if isinstance(found, Bilinear | Skip):
            try:
                known = found.shape(weight, activation)
            except InputError as error:
                raise InputError(f"edge {arrow(edge)}: {error}") from None
        if asked is not None and asked != known:
            raise InputError(f"edge {arrow(edge)}: its map gives shape {known}, but its pre-activations have {asked}")
        return () if known is None else known

    def _result(self, vertex: Vertex, into: list[Shape], asked: Shape | None) -> Shape:
        """The shape of the activation of a vertex."""
        found, known = self.sigma.get(vertex), asked
        if isinstance(found, Pointwise) and into:
            try:
                known = found.shape(*into)
            except InputError as error:
                edges = ", ".join(arrow((source, vertex)) for source in self.sources(vertex))
                raise InputError(f"vertex {vertex} with edges {edges}: {error}") from None
        if asked is not None and asked != known:
            raise InputError(f"vertex {vertex}: its σ gives shape {known}, but its activation has {asked}")
        return () if known is None else known

    @cached_property
    def order(self) -> tuple[Vertex, ...]:
        """The vertices, each after all that have an edge into it."""
        try:
            return tuple(TopologicalSorter({v: self.sources(v) for v in (*self.inputs, *self.sigma)}).static_order())
        except CycleError as error:
            first, second = error.args[1][:2]
            raise InputError(f"edge {arrow((first, second))} lies on a cycle; expected an acyclic graph") from None

    @cached_property
    def _sources(self) -> Mapping[Vertex, tuple[Vertex, ...]]:
        found: dict[Vertex, list[Vertex]] = {}
        for u, v in self.maps:
            found.setdefault(v, []).append(u)
        return {v: tuple(sources) for v, sources in found.items()}

    def sources(self, vertex: Vertex) -> tuple[Vertex, ...]:
        """The in-neighbours of a vertex, in the order of `maps`."""
        return self._sources.get(vertex, ())

    def activation(self, vertex: Vertex, *preactivations: Any) -> Any:
        """σ of a vertex; of no pre-activations, a pointwise σ is φ(0) in each entry of its space."""
        sigma = self.sigma[vertex]
        if isinstance(sigma, Pointwise) and not preactivations:
            return sigma(self.activations.zero(vertex))
        return sigma(*preactivations)


SPACES = ("activations", "preactivations", "weights")


def _bundle(given: Bundle | Mapping[Any, Shape]) -> Bundle:
    return given if isinstance(given, Bundle) else Bundle(given)
