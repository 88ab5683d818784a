"""Morphisms of lifts over their module: how often a lift lies in another, exactly, and copies of a unit (L10.2, L16)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import sqrt
from numbers import Rational, Real
from typing import Any, NamedTuple

from sparse_limits.numerics.arguments import MOST_COUNT, InputError, checked_integer
from sparse_limits.theory.lifts import degrees as letters
from sparse_limits.theory.lifts import unfolding as symbols
from sparse_limits.theory.lifts.bundle import entries
from sparse_limits.theory.lifts.lift import Lift
from sparse_limits.theory.lifts.module import Edge, Vertex, arrow

Morphism = dict[Vertex, Vertex]


def expected_morphisms(
    H: Lift, copies: Mapping[Vertex, int], p: float | Fraction | Mapping[Edge, float | Fraction]
) -> Fraction:
    """The expected number of injective morphisms of H into a random sparse lift, input vertices fixed (L10.2).

    copies: the size of the fibre of the random lift over each vertex of the base that is no input. p: the probability
    of an edge, one for all or one for each edge of the base; exact, a float counts as the fraction it is.

    Raises:
        InputError: for a fibre without a size that is a whole number ≥ 0, or a probability missing or outside [0, 1].
    """
    total = Fraction(1)
    for edge in H.weights:
        below = H.below(edge)
        if isinstance(p, Mapping) and below not in p:
            raise InputError(f"p: no probability for the edges above {arrow(below)}")
        total *= _probability(p[below] if isinstance(p, Mapping) else p)
    sizes = {v: 0 for v in H.module.order if v not in H.module.inputs}
    for below in H.over.values():
        if below in sizes:
            sizes[below] += 1
    for v, size in sizes.items():
        if v not in copies:
            raise InputError(f"copies of {v}: no size, expected one for each vertex of the base but inputs")
        count = checked_integer(f"copies of {v}", copies[v], 0, MOST_COUNT)
        total *= int(symbols.placements.subs({letters.n: count, symbols.h: size}))
    return total


def _probability(p: float | Fraction) -> Fraction:
    if isinstance(p, bool) or not isinstance(p, Real) or not 0 <= p <= 1:
        raise InputError(f"p is {p!r}, expected a probability in [0, 1]")
    return Fraction(int(p.numerator), int(p.denominator)) if isinstance(p, Rational) else Fraction(float(p))


def morphisms(H: Lift, G: Lift) -> Iterator[Morphism]:
    """The injective morphisms H → G over B that fix input vertices, as maps of all vertices of H.

    An edge of H goes to an edge of G; there may be further edges between the images. InputError if H and G are lifts
    of different modules or an input vertex of H is none of G over the same input.
    """
    _check_over_one_module(H, G)
    yield from _placed(_placing_order(H), 0, {v: v for v in H.inputs}, H, G, _out_neighbours(G))


def _check_over_one_module(H: Lift, G: Lift) -> None:
    if H.module is not G.module and (H.module.maps.keys(), H.module.inputs) != (G.module.maps.keys(), G.module.inputs):
        raise InputError("the two graphs lie over different ones, expected lifts of one module")
    for v in H.inputs:
        if v not in G.over or G.over[v] != H.over[v]:
            raise InputError(
                f"input vertex {v} of one graph is no vertex over {H.over[v]} of the other; expected the same inputs"
            )


def count_morphisms(H: Lift, G: Lift) -> int:
    """How many injective morphisms H → G over B fix the input vertices. InputError as for `morphisms`."""
    return sum(1 for _ in morphisms(H, G))


Neighbours = Mapping[tuple[Vertex, Vertex], tuple[Vertex, ...]]
Step = tuple[Vertex, tuple[Vertex, ...], tuple[Vertex, ...]]  # a vertex, and its placed in- and out-neighbours


def _out_neighbours(G: Lift) -> Neighbours:
    """(vertex, vertex of the base) → the vertices over the latter to which an edge leads."""
    found: dict[tuple[Vertex, Vertex], list[Vertex]] = {}
    for u, v in G.weights:
        found.setdefault((u, G.over[v]), []).append(v)
    return {key: tuple(ends) for key, ends in found.items()}


def _placing_order(H: Lift) -> list[Step]:
    """The vertices of H but inputs, each beside vertices placed before it where there are any.

    Neighbours of inputs do not count: inputs have too many.
    """
    ends: dict[Vertex, list[Vertex]] = {v: [] for v in H.over}
    for u, v in H.weights:
        ends[u].append(v)
    left = [v for v in reversed(H.order) if v not in H.inputs]
    placed = set(H.inputs)
    steps: list[Step] = []

    def nearness(v: Vertex) -> int:
        return sum(u in placed and u not in H.inputs for u in (*H.in_neighbours(v), *ends[v]))

    while left:
        v = max(left, key=nearness)
        left.remove(v)
        before = tuple(u for u in H.in_neighbours(v) if u in placed)
        steps.append((v, before, tuple(u for u in ends[v] if u in placed)))
        placed.add(v)
    return steps


def _placed(
    steps: Sequence[Step], depth: int, image: Morphism, H: Lift, G: Lift, ends: Neighbours
) -> Iterator[Morphism]:
    """The morphisms that go on from an image of the vertices of the first steps."""
    if depth == len(steps):
        yield dict(image)
        return
    v, before, after = steps[depth]
    below = H.over[v]
    near = [ends.get((image[u], below), ()) for u in before] + [G.sources(image[u], below) for u in after]
    candidates = min(near, key=len) if near else tuple(u for u, base in G.over.items() if base == below)
    taken = set(image.values())
    for candidate in candidates:
        if candidate not in taken and all(candidate in each for each in near):
            image[v] = candidate
            yield from _placed(steps, depth + 1, image, H, G, ends)
            del image[v]


class Copy(NamedTuple):
    """A vertex whose cell is that of a unit, and how far its weights are: the Euclidean distance.

    sign: −1 if the weights into the vertex are near the opposite of those of the unit. isolated: no edge leads from the
    cell to another vertex and none of its other vertices is above a terminal; cells of isolated copies are disjoint.
    """

    vertex: Vertex
    distance: Any
    sign: int
    isolated: bool


def find_copies(lift: Lift, unit: Lift, rho_0: float | Fraction = 0, up_to_sign: bool = False) -> tuple[Copy, ...]:
    """The terminal vertices whose backward closure is isomorphic over B to `unit` with weights within rho_0 (D10).

    unit: the backward closure of the one vertex, inputs apart, that has no edge out of it and lies over a terminal; its
    input vertices are those of `lift`, and the isomorphism fixes them. Of several isomorphisms the nearest counts. up_to_sign: so do weights
    within rho_0 of those of −φ for odd σ: the weights into the sink with the opposite sign.

    Raises:
        InputError: for a unit that is no such closure, lifts of different modules, input vertices that are not those of
            the lift, or a radius that is not ≥ 0.
    """
    if isinstance(rho_0, bool) or not isinstance(rho_0, Real) or not rho_0 >= 0:
        raise InputError(f"rho_0 is {rho_0!r}, expected a number ≥ 0")
    _check_over_one_module(unit, lift)
    root = _sink(unit)
    unit = unit.closure(root)
    if unit.over[root] not in lift.module.terminals:
        raise InputError(f"the unit ends over {unit.over[root]}, expected a terminal of the module")
    outgoing = Counter(u for u, _ in lift.weights)
    found = []
    for v in lift.over:
        cell = _cell(lift, v, unit) if lift.over[v] == unit.over[root] else None
        if cell is None:
            continue
        near = min(_distances(cell, unit, root, up_to_sign), default=None)
        if near is not None and near[0] <= rho_0**2:
            squared, sign = near
            found.append(Copy(v, sqrt(squared), -sign, _is_isolated(cell, v, outgoing)))
    return tuple(found)


def _sink(unit: Lift) -> Vertex:
    """The one vertex, inputs apart, out of which no edge leads."""
    sinks = set(unit.over) - {u for u, _ in unit.weights} - set(unit.inputs)
    if len(sinks) != 1:
        raise InputError(f"the unit has {len(sinks)} vertices that end it, expected 1")
    return sinks.pop()


def _cell(lift: Lift, vertex: Vertex, unit: Lift) -> Lift | None:
    """The backward closure of a vertex, None as soon as it is larger than the unit or not of its size."""
    kept, edges = [vertex], []
    for v in kept:
        for u in lift.in_neighbours(v):
            edges.append((u, v))
            if u not in kept:
                kept.append(u)
        if len(kept) > len(unit.over) or len(edges) > len(unit.weights):
            return None
    over = {v: lift.over[v] for v in kept}
    if len(edges) < len(unit.weights) or over != {**over, **{v: unit.over[v] for v in unit.inputs}}:
        return None
    return Lift(lift.module, over, {edge: lift.weights[edge] for edge in edges})


def _distances(cell: Lift, unit: Lift, root: Vertex, up_to_sign: bool) -> Iterator[tuple[Any, int]]:
    """For each isomorphism and sign the squared distance of the weights, and minus the sign.

    An injective morphism between graphs of equally many vertices and edges is an isomorphism.
    """
    for image in morphisms(unit, cell) if len(cell.over) == len(unit.over) else ():
        for sign in (1, -1) if up_to_sign else (1,):
            pairs = (
                (cell.weights[image[u], image[v]], weight, sign if v == root else 1)
                for (u, v), weight in unit.weights.items()
            )
            yield sum((x - s * y) ** 2 for w, e, s in pairs for x, y in zip(entries(w), entries(e), strict=True)), -sign


def _is_isolated(cell: Lift, root: Vertex, outgoing: Mapping[Vertex, int]) -> bool:
    """Whether the cell has all edges out of its vertices, and no vertex over a terminal but its root."""
    inner = Counter(u for u, _ in cell.weights)
    own = [v for v in cell.over if v not in cell.inputs]
    ends = [v for v in own if cell.over[v] in cell.module.terminals]
    return ends == [root] and all(outgoing[v] == inner[v] for v in own)
