"""Lifts of perceptron modules: graphs over the graph of a module, with a weight on every edge (Definition 3.5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import add
from typing import Any

from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.lifts.bundle import array, check_section, entries, freeze, shape_of
from sparse_limits.theory.lifts.module import Edge, PerceptronModule, Vertex, arrow


@dataclass(frozen=True)
class Lift:
    """A graph G over the graph B of a module, with a weight on every edge of G.

    `over`: vertex of G → the vertex of B below it. `weights`: edge of G → its weight; its keys are the edges of G.
    Values may be numbers, SymPy expressions, SymPy matrices and arrays: whatever the maps of the module take.

    Raises:
        InputError: for a vertex over no vertex of B, an edge of G at an unknown vertex or over no edge of B, or a
            weight of the wrong shape; the message names the edge.
    """

    module: PerceptronModule
    over: Mapping[Vertex, Vertex]
    weights: Mapping[Edge, Any]

    def __post_init__(self) -> None:
        freeze(self, "over", "weights")
        for vertex, below in self.over.items():
            if below not in self.module.sigma and below not in self.module.inputs:
                raise InputError(f"vertex {vertex} lies over {below}, which is no vertex of the module")
        for edge in self.weights:
            if not isinstance(edge, tuple) or len(edge) != 2:
                raise InputError(f"edge {edge!r}: expected a pair of vertices")
            for end in edge:
                if end not in self.over:
                    raise InputError(f"edge {arrow(edge)}: {end} is no vertex of the lift")
            if self.below(edge) not in self.module.maps:
                raise InputError(f"edge {arrow(edge)} lies over {arrow(self.below(edge))}, no edge of the module")
        self.module.weights.pullback(self.edges).check(self.weights, "weights", arrow)

    @classmethod
    def identity(cls, module: PerceptronModule, weights: Mapping[Edge, Any]) -> Lift:
        """The module as a lift of itself; `weights` has one value for each edge.

        Raises:
            InputError: naming an edge without a weight or a weight without an edge.
        """
        check_section(weights, module.maps, "weights", arrow)
        return cls(module, {v: v for v in module.order}, weights)

    def __str__(self) -> str:
        """Its edges; a vertex that is a walk is written as the vertices on the walk."""
        names = {v: "".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in self.over}
        return ", ".join(f"{names[u]}→{names[v]}" for u, v in self.weights)

    def _latex(self, printer: object) -> str:
        """The same for SymPy's printer."""
        return str(self).replace("→", r"\to ").replace(", ", r",\ ")

    @cached_property
    def edges(self) -> Mapping[Edge, Edge]:
        """The edges of G, each with the edge of B below it."""
        return {edge: self.below(edge) for edge in self.weights}

    def below(self, edge: Edge) -> Edge:
        """The pair of base vertices below the ends of an edge."""
        return self.over[edge[0]], self.over[edge[1]]

    @cached_property
    def inputs(self) -> tuple[Vertex, ...]:
        """The vertices over inputs of the module."""
        return tuple(v for v, below in self.over.items() if below in self.module.inputs)

    @cached_property
    def order(self) -> tuple[Vertex, ...]:
        """The vertices, each after all that have an edge into it."""
        rank = {vertex: place for place, vertex in enumerate(self.module.order)}
        return tuple(sorted(self.over, key=lambda v: rank[self.over[v]]))

    @cached_property
    def _in_neighbours(self) -> Mapping[tuple[Vertex, Vertex], tuple[Vertex, ...]]:
        found: dict[tuple[Vertex, Vertex], tuple[Vertex, ...]] = {}
        for u, v in self.weights:
            key = (v, self.over[u])
            found[key] = (*found.get(key, ()), u)
        return found

    def in_neighbours(self, vertex: Vertex) -> tuple[Vertex, ...]:
        """The vertices with an edge into a vertex, by the vertices of the base below them."""
        return tuple(u for b in self.module.sources(self.over[vertex]) for u in self.sources(vertex, b))

    def sources(self, vertex: Vertex, below: Vertex) -> tuple[Vertex, ...]:
        """The in-neighbours of a vertex that lie over one vertex of the base."""
        return self._in_neighbours.get((vertex, below), ())

    def activations(self, inputs: Mapping[Vertex, Any]) -> dict[Vertex, Any]:
        """The activation of every vertex: σ of the sums, over each fibre, of M(weight, activation) (Definition 3.4).

        `inputs` has one value for each vertex over an input. An empty sum is the zero of its space.

        Raises:
            InputError: naming an input vertex without a value, a value for any other, or a value of the wrong shape.
        """
        self.module.activations.pullback({v: self.over[v] for v in self.inputs}).check(inputs, "inputs")
        found = dict(inputs)
        for v in self.order:
            if v in found:
                continue
            base = self.over[v]
            found[v] = self.module.activation(base, *(self._sum(v, b, found) for b in self.module.sources(base)))
            if shape_of(found[v]) != self.module.activations.shapes[base]:
                wanted = self.module.activations.shapes[base]
                raise InputError(f"vertex {v}: its σ gives shape {shape_of(found[v])}, expected {wanted}")
        return found

    def _sum(self, vertex: Vertex, below: Vertex, activations: Mapping[Vertex, Any]) -> Any:
        """The pre-activation of a vertex along one edge of the base."""
        edge = below, self.over[vertex]
        terms = []
        for u in self.sources(vertex, below):
            terms.append(self.module.maps[edge](self.weights[u, vertex], activations[u]))
            if shape_of(terms[-1]) != self.module.preactivations.shapes[edge]:
                wanted = self.module.preactivations.shapes[edge]
                raise InputError(f"edge {arrow((u, vertex))}: its map gives shape {shape_of(terms[-1])}, not {wanted}")
        return reduce(_added, terms) if terms else self.module.preactivations.zero(edge)

    def is_in_fibration(self) -> bool:
        """Whether each edge of the base into π(v) has exactly one edge of the lift into v above it, for all v."""
        return all(len(self.sources(v, b)) == 1 for v, base in self.over.items() for b in self.module.sources(base))

    def pull_inputs(self, inputs: Mapping[Vertex, Any]) -> dict[Vertex, Any]:
        """Values on the inputs of the module, copied to every vertex above them."""
        check_section(inputs, self.module.inputs, "inputs of the base")
        return {v: inputs[self.over[v]] for v in self.inputs}

    def pull_weights(self, weights: Mapping[Edge, Any]) -> dict[Edge, Any]:
        """Weights of the module, copied to every edge above them: the section π*w."""
        check_section(weights, self.module.maps, "weights of the base", arrow)
        return {edge: weights[below] for edge, below in self.edges.items()}

    def push_weights(self, section: Mapping[Edge, Any]) -> dict[Edge, Any]:
        """Values on the edges of G, such as a gradient, summed over each fibre: the section π_!t on the edges of B."""
        pushed: dict[Edge, Any] = self.module.weights.push(self.edges, section)
        return pushed

    def with_weights(self, weights: Mapping[Edge, Any]) -> Lift:
        """The same graph with other weights, one for each of its edges."""
        check_section(weights, self.weights, "weights", arrow)
        return Lift(self.module, self.over, weights)

    def closure(self, vertex: Vertex) -> Lift:
        """The backward closure of a vertex: it and its ancestors, with all edges into them.

        Raises:
            InputError: for no vertex of the lift.
        """
        self._check_vertex(vertex)
        kept, seen = [vertex], {vertex}
        for v in kept:
            for u in self.in_neighbours(v):
                if u not in seen:
                    seen.add(u)
                    kept.append(u)
        over = {v: self.over[v] for v in self.order if v in seen}
        return Lift(self.module, over, {edge: w for edge, w in self.weights.items() if edge[1] in seen})

    def unfold(self, vertex: Vertex) -> Lift:
        """The unfolding of G at a vertex, a lift of G as a module: a tree but for its inputs, which are shared.

        Its vertices are the walks that end at the vertex, as tuples, each over its first vertex; walks that begin at
        an input are folded back to it. Compose it with this lift to have it over the base.

        Raises:
            InputError: for no vertex of the lift.
        """
        self._check_vertex(vertex)
        walks: list[tuple[Vertex, ...]] = [(vertex,)]
        weights: dict[Edge, Any] = {}
        for walk in walks:
            for u in self.in_neighbours(walk[0]):
                longer = (u,) if u in self.inputs else (u, *walk)
                if u not in self.inputs:
                    walks.append(longer)
                weights[longer, walk] = self.weights[u, walk[0]]
        over = {walk: walk[0] for walk in walks} | {longer: longer[0] for longer, _ in weights}
        return Lift(self.as_module(), over, weights)

    def _check_vertex(self, vertex: Vertex) -> None:
        if vertex not in self.over:
            raise InputError(f"{vertex} is no vertex of the lift, expected one of its {len(self.over)}")

    def as_module(self) -> PerceptronModule:
        """G as a module of its own: the maps pulled back, σ taking the sums over fibres."""

        def pulled(v: Vertex) -> Callable[..., Any]:
            base, sources = self.over[v], self.in_neighbours(v)

            def sigma(*values: Any) -> Any:
                arrived = dict(zip(sources, values, strict=True))
                sums = []
                for b in self.module.sources(base):
                    terms = [arrived[u] for u in self.sources(v, b)]
                    sums.append(reduce(_added, terms) if terms else self.module.preactivations.zero((b, base)))
                return self.module.activation(base, *sums)

            return sigma

        return PerceptronModule(
            self.inputs,
            tuple(v for v, base in self.over.items() if base in self.module.terminals),
            {(u, v): self.module.maps[self.below((u, v))] for v in self.over for u in self.in_neighbours(v)},
            {v: pulled(v) for v, base in self.over.items() if base in self.module.sigma},
            self.module.activations.pullback(self.over),
            self.module.preactivations.pullback(self.edges),
            self.module.weights.pullback(self.edges),
        )

    def compose(self, upper: Lift) -> Lift:
        """The lift of the module through G: `upper` is a lift of a module on G, and gives the weights.

        Raises:
            InputError: naming an edge or a vertex in which G differs from the graph under `upper`.
        """
        for edge in (*upper.module.maps, *self.weights):
            if edge not in upper.module.maps or edge not in self.weights:
                raise InputError(f"edge {arrow(edge)} is in only one of the two graphs; expected a lift of this graph")
        check_section(dict.fromkeys(upper.module.order), self.over, "vertices below the upper lift")
        return Lift(self.module, {v: self.over[u] for v, u in upper.over.items()}, upper.weights)


def full_lift(module: PerceptronModule, copies: Mapping[Vertex, int], weight: Callable[[Vertex, Vertex], Any]) -> Lift:
    """The fully-connected lift (Definition 3.6): vertices (b, 0), (b, 1), … over b, and all edges above those of B.

    `copies`: how many for each vertex of the base. `weight(u, v)` gives the weight of an edge of the lift.

    Raises:
        InputError: naming a vertex without a positive whole number of copies.
    """
    check_section(copies, module.order, "copies")
    for v, count in copies.items():
        if type(count) is not int or count < 1:
            raise InputError(f"copies of {v}: {count!r}, expected a positive whole number")
    fibres = {v: [(v, i) for i in range(copies[v])] for v in module.order}
    weights = {(a, b): weight(a, b) for u, v in module.maps for b in fibres[v] for a in fibres[u]}
    return Lift(module, {vertex: v for v, fibre in fibres.items() for vertex in fibre}, weights)


def _added(a: Any, b: Any) -> Any:
    """The sum of two values of one shape; `+` would join tuples."""
    return array(map(add, entries(a), entries(b)), shape_of(a)) if isinstance(a, tuple | list) else a + b
