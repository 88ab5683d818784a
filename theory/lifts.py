"""Perceptron modules on directed acyclic graphs, their lifts, and what a lift inherits from its base.

The objects are those of arXiv 2501.05930 (Definitions 3.3 to 3.5): a module attaches a map to each edge and to each
vertex of a base graph B; a lift is a graph homomorphism G → B with an independent weight on every edge of G. Values
may be numbers, SymPy expressions, SymPy matrices or arrays: whatever the maps of the module take and `+` adds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from types import MappingProxyType
from typing import Any

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source

Vertex = Any  # anything hashable
Edge = tuple[Vertex, Vertex]


def _named(vertices: Any) -> str:
    return ", ".join(sorted(map(str, vertices)))


def _arrow(edge: Edge) -> str:
    return f"{edge[0]} → {edge[1]}"


def _freeze(value: object, *names: str) -> None:
    """Replace mappings of a frozen dataclass by copies that cannot be changed."""
    for name in names:
        object.__setattr__(value, name, MappingProxyType(dict(getattr(value, name))))


def _check_section(section: Mapping, wanted: Any, what: str, tell: Callable[[Any], str] = str) -> None:
    """Refuse a family of values that misses a point or has one too many."""
    for point in wanted:
        if point not in section:
            raise ValueError(f"{what}: no value for {tell(point)}; expected one for each of {len(wanted)}")
    for point in section:
        if point not in wanted:
            raise ValueError(f"{what}: a value for {tell(point)}, which is none of the {len(wanted)} expected")


@dataclass(frozen=True)
class PerceptronModule:
    """A directed acyclic graph with a map M_e(w, y) on each edge and a map σ_v(z, ..., z) on each vertex but inputs.

    `maps`: edge (u, v) → M_e, called with a weight and the activation of u. `sigma`: vertex → σ_v, called with one
    pre-activation for each in-edge, in the order in which `maps` lists them. `zeros`: the zero of the space of
    pre-activations of an edge, needed where that is not the number 0.

    Raises:
        ValueError: for an edge into an input, an edge at an unknown vertex, a cycle, an input with a σ, an unknown
            terminal, or a zero for no edge; the message names the edge or the vertex.
    """

    inputs: tuple[Vertex, ...]
    terminals: tuple[Vertex, ...]
    maps: Mapping[Edge, Callable[[Any, Any], Any]]
    sigma: Mapping[Vertex, Callable[..., Any]]
    zeros: Mapping[Edge, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _freeze(self, "maps", "sigma", "zeros")
        for vertex in self.inputs:
            if vertex in self.sigma:
                raise ValueError(f"input {vertex} has a map σ; expected one for every other vertex only")
        for edge in self.maps:
            for end in edge:
                if end not in self.sigma and end not in self.inputs:
                    raise ValueError(f"edge {_arrow(edge)}: {end} is neither an input nor a vertex with a map σ")
            if edge[1] in self.inputs:
                raise ValueError(f"edge {_arrow(edge)} enters an input; expected none to")
        for vertex in self.terminals:
            if vertex not in self.sigma and vertex not in self.inputs:
                raise ValueError(f"terminal {vertex} is no vertex of the module")
        for edge in self.zeros:
            if edge not in self.maps:
                raise ValueError(f"a zero for {_arrow(edge)}, which is no edge of the module")
        _ = self.order  # refuses cycles

    @cached_property
    def order(self) -> tuple[Vertex, ...]:
        """The vertices, each after all that have an edge into it."""
        try:
            return tuple(TopologicalSorter({v: self.sources(v) for v in (*self.inputs, *self.sigma)}).static_order())
        except CycleError as error:
            first, second = error.args[1][:2]
            raise ValueError(f"edge {_arrow((first, second))} lies on a cycle; expected an acyclic graph") from None

    def sources(self, vertex: Vertex) -> tuple[Vertex, ...]:
        """The in-neighbours of a vertex, in the order of `maps`."""
        return tuple(u for u, v in self.maps if v == vertex)

    def with_weights(self, weights: Mapping[Edge, Any]) -> Lift:
        """The module as a lift of itself; `weights` has one value for each edge.

        Raises:
            ValueError: naming an edge without a weight or a weight without an edge.
        """
        _check_section(weights, self.maps, "weights", _arrow)
        return Lift(self, {v: v for v in self.order}, weights)


@dataclass(frozen=True)
class Lift:
    """A graph G over the graph B of a module, with a weight on every edge of G.

    `over`: vertex of G → the vertex of B below it. `weights`: edge of G → its weight; its keys are the edges of G.

    Raises:
        ValueError: for a vertex over no vertex of B, or an edge of G at an unknown vertex or over no edge of B; the
            message names the edge.
    """

    module: PerceptronModule
    over: Mapping[Vertex, Vertex]
    weights: Mapping[Edge, Any]

    def __post_init__(self) -> None:
        _freeze(self, "over", "weights")
        for vertex, below in self.over.items():
            if below not in self.module.sigma and below not in self.module.inputs:
                raise ValueError(f"vertex {vertex} lies over {below}, which is no vertex of the module")
        for edge in self.weights:
            for end in edge:
                if end not in self.over:
                    raise ValueError(f"edge {_arrow(edge)}: {end} is no vertex of the lift")
            if self.below(edge) not in self.module.maps:
                raise ValueError(f"edge {_arrow(edge)} lies over {_arrow(self.below(edge))}, no edge of the module")

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

    def sources(self, vertex: Vertex, below: Vertex) -> tuple[Vertex, ...]:
        """The in-neighbours of a vertex that lie over one vertex of the base."""
        return self._in_neighbours.get((vertex, below), ())

    def activations(self, inputs: Mapping[Vertex, Any]) -> dict[Vertex, Any]:
        """The activation of every vertex: σ of the sums, over each fibre, of M(weight, activation) (Definition 3.4).

        `inputs` has one value for each vertex over an input. An empty sum is the zero of the module.

        Raises:
            ValueError: naming an input vertex without a value or a value for any other.
        """
        _check_section(inputs, self.inputs, "inputs")
        found = dict(inputs)
        for v in self.order:
            if v in found:
                continue
            base = self.over[v]
            found[v] = self.module.sigma[base](*(self._sum(v, b, found) for b in self.module.sources(base)))
        return found

    def _sum(self, vertex: Vertex, below: Vertex, activations: Mapping[Vertex, Any]) -> Any:
        """The pre-activation of a vertex along one edge of the base."""
        edge = below, self.over[vertex]
        terms = [self.module.maps[edge](self.weights[u, vertex], activations[u]) for u in self.sources(vertex, below)]
        return sum(terms, self.module.zeros.get(edge, 0))

    def is_in_fibration(self) -> bool:
        """Whether each edge of the base into π(v) has exactly one edge of the lift into v above it, for all v."""
        return all(len(self.sources(v, b)) == 1 for v, base in self.over.items() for b in self.module.sources(base))

    def pull_inputs(self, inputs: Mapping[Vertex, Any]) -> dict[Vertex, Any]:
        """Values on the inputs of the module, copied to every vertex above them."""
        _check_section(inputs, self.module.inputs, "inputs of the base")
        return {v: inputs[self.over[v]] for v in self.inputs}

    def pull_weights(self, weights: Mapping[Edge, Any]) -> dict[Edge, Any]:
        """Weights of the module, copied to every edge above them: the section π*w."""
        _check_section(weights, self.module.maps, "weights of the base", _arrow)
        return {edge: weights[self.below(edge)] for edge in self.weights}

    def as_module(self) -> PerceptronModule:
        """G as a module of its own: the maps pulled back, σ taking the sums over fibres."""

        def pulled(v: Vertex) -> Callable[..., Any]:
            base, sources = self.over[v], [u for u, w in self.weights if w == v]

            def sigma(*z: Any) -> Any:
                return self.module.sigma[base](
                    *(
                        sum(
                            (value for u, value in zip(sources, z, strict=True) if self.over[u] == b),
                            self.module.zeros.get((b, base), 0),
                        )
                        for b in self.module.sources(base)
                    )
                )

            return sigma

        zeros = self.module.zeros
        return PerceptronModule(
            self.inputs,
            tuple(v for v, base in self.over.items() if base in self.module.terminals),
            {edge: self.module.maps[self.below(edge)] for edge in self.weights},
            {v: pulled(v) for v, base in self.over.items() if base in self.module.sigma},
            {edge: zeros[self.below(edge)] for edge in self.weights if self.below(edge) in zeros},
        )

    def compose(self, upper: Lift) -> Lift:
        """The lift of the module through G: `upper` is a lift of a module on G, and gives the weights.

        Raises:
            ValueError: naming an edge or a vertex in which G differs from the graph under `upper`.
        """
        for edge in (*upper.module.maps, *self.weights):
            if edge not in upper.module.maps or edge not in self.weights:
                raise ValueError(f"edge {_arrow(edge)} is in only one of the two graphs; expected a lift of this graph")
        _check_section(dict.fromkeys(upper.module.order), self.over, "vertices below the upper lift")
        return Lift(self.module, {v: self.over[u] for v, u in upper.over.items()}, upper.weights)


# The diamond 0 → {1, 2} → 3 with maps about which nothing is assumed

DIAMOND = (("0", "1"), ("0", "2"), ("1", "3"), ("2", "3"))
x, w01, w02, w13, w23, c = sp.symbols("x w_01 w_02 w_13 w_23 c", real=True)
diamond_weights = dict(zip(DIAMOND, (w01, w02, w13, w23), strict=True))


def diamond(edge_map: Callable[[str], Callable[[Any, Any], Any]]) -> PerceptronModule:
    """The diamond with free vertex maps σ_v and the edge maps that `edge_map` makes of names such as "M_13"."""
    return PerceptronModule(
        inputs=("0",),
        terminals=("3",),
        maps={(u, v): edge_map(f"M_{u}{v}") for u, v in DIAMOND},
        sigma={v: sp.Function(f"sigma_{v}", real=True) for v in "123"},
    )


def free(name: str) -> Callable[[Any, Any], Any]:
    """An edge map M(w, y) of which nothing is known."""
    return sp.Function(name, real=True)


def linear(name: str) -> Callable[[Any, Any], Any]:
    """An edge map w·m(y), linear in the weight and otherwise unknown."""
    return lambda w, y: w * sp.Function(name, real=True)(y)


_over = {name: name[0] for name in ("0", "1a", "1b", "1c", "2a", "2b", "3a", "3b")}
_first = {("0", v): w for v, w in (("1a", w01), ("1b", w01), ("1c", w01), ("2a", w02), ("2b", w02))}
_last = {("1a", "3a"): w13, ("2b", "3a"): w23, ("1a", "3b"): w13, ("2a", "3b"): w23}

diamond_fibration = Lift(diamond(free), _over, {**_first, **_last})
diamond_split = Lift(diamond(linear), _over, {**_first, **_last, ("1a", "3a"): c, ("1b", "3a"): w13 - c})

_sheets = {f"{v}{sheet}": v for v in _over for sheet in "+-"}
_swapped = {("0", "1b"), ("0", "2a"), ("1a", "3b")}  # edges of the upper lift that change the sheet
_other = {"+": "-", "-": "+"}
diamond_cover = Lift(
    diamond_fibration.as_module(),
    _sheets,
    {
        (f"{u}{_other[sheet] if (u, v) in _swapped else sheet}", f"{v}{sheet}"): weight
        for (u, v), weight in diamond_fibration.weights.items()
        for sheet in "+-"
    },
)

base_weight, rest = sp.symbols("w_B r", real=True)  # w_B(b, πv) and the sum of all but one weight of a fibre

fibration_lemma = Claim(
    label="L3",
    title="Fibration lemma: activations pull back",
    statement=r"""
Let $\pi:G\to B$ be a lift of a perceptron module and let the inputs of $G$ be pulled back from $B$. Call $\pi$ an
*in-fibration* if for all $v\in G$, $b\in B(-,\pi v)$ exactly one in-neighbour of $v$ lies over $b$. (a) If $\pi$ is
an in-fibration and $w_G=\pi^*w_B$, then $y_G=\pi^*y_B$. (b) If every $M_e$ is linear in the weight and $\sum_{u\in
G(-,v),\,\pi u=b}w_{(u,v)}=w_B(b,\pi v)$ for all $v\in G$, $b\in B(-,\pi v)$, then $y_G=\pi^*y_B$ for any lift; that
is, one weight of each fibre is $[[completing_weight]]$, where the others have the sum $r$, and $w_B=0$ over an
empty fibre. (c) Lifts compose; in-fibrations compose.
""",
    proof_text=r"""
Induction in topological order. If $y_u=y_B(\pi u)$ for all in-neighbours $u$ of $v$, the pre-activation of $v$
above $b$ is $\sum_uM(w_{(u,v)},y_B(b))$, the sum over the $u$ above $b$. In (b) it is
$M(\sum_uw_{(u,v)},y_B(b))=M(w_B(b,\pi v),y_B(b))$ by linearity; the empty sum is $M(0,y_B(b))=0$. In (a) it has the
one term $M(w_B(b,\pi v),y_B(b))$, and linearity is not needed. So $\sigma_{\pi v}$ is applied to the same
pre-activations as in $B$ at $\pi v$. (c) Homomorphisms compose, and an edge of the upper graph has an edge of $B$
below it. For $v$ in the upper graph over $u$ in $G$, each edge of $B$ into $\pi u$ has exactly one edge of $G$ into
$u$ above it, and that one exactly one edge into $v$; every edge into $v$ above the edge of $B$ arises so. The
fibres of the composition are unions of fibres, so sums over them are sums of sums, and the activations over $B$ are
those over $G$ taken as a module.
""",
    source=Source("2501.05930", "Definitions 3.3 to 3.5"),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    assumptions=(
        "the base graph is acyclic and no edge enters an input",
        "the inputs of the lift are pulled back",
        "for (b): every map of an edge is linear in the weight",
    ),
    expressions={
        "fibration": diamond_fibration,
        "split": diamond_split,
        "cover": diamond_cover,
        "completing_weight": base_weight - rest,
    },
)
