"""Local tree-likeness of random sparse lifts: exact probabilities, bounds, samples and complete enumerations (L8, L9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import combinations_with_replacement, pairwise
from math import comb, prod
from numbers import Rational, Real
from typing import Any, Literal, NamedTuple

import numpy as np
import sympy as sp
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import MOST_COUNT, InputError, checked_integer
from sparse_limits.numerics.exact.balls import number
from sparse_limits.theory.lifts import degrees as letters
from sparse_limits.theory.lifts import trees as symbols

Vertex = Any  # anything hashable
Edge = tuple[Vertex, Vertex]
Sampling = Literal["independent", "constant"]
Number = int | float | Fraction

MOST_ENUMERATED = 22  # edges, each of which is in a graph or not
NEGLIGIBLE = 1e-18


def tree_probability(n: int, lam: Number, depth: int, exact: bool = True) -> Fraction | float:
    """P(T_K): of no vertex reached twice, walking back K = depth layers of n with edge probability λ/n (L9).

    λ in [0, n]; a float counts as the fraction it is. Exact, the fraction has some depth·n²·log10(n) digits, which takes
    seconds at n = 100; else a float with an error of some 1e-14, which takes seconds at n = 10⁴. InputError outside these ranges.
    """
    n, depth = checked_integer("n", n, 1, MOST_COUNT), checked_integer("depth", depth, 0, MOST_COUNT)
    degree = _degree("lam", lam, n)
    return _exact_probability(n, degree, depth) if exact else _float_probability(n, degree, depth)


def _exact_probability(n: int, degree: Fraction, depth: int) -> Fraction:
    if depth <= 1:
        return Fraction(1)
    entry = sp.lambdify((letters.n, letters.lam, letters.k, symbols.j), symbols.transition, [{"binomial": comb}])
    lam = fmpq(degree.numerator, degree.denominator)
    states = range(n + 1)
    rows = [[entry(n, lam, k, j) if k else int(j == 0) for j in states] for k in states]
    matrix, weights = fmpq_mat(rows), fmpq_mat([rows[1]])
    for _ in range(depth - 1):
        weights = weights * matrix
    return _fraction(sum(weights.entries(), fmpq(0)))


def _float_probability(n: int, degree: Fraction, depth: int) -> float:
    """Frontiers that are too rare to matter are left out: the larger a frontier, the more does it reach."""
    at = {letters.n: sp.Integer(n), letters.lam: sp.Rational(degree)}
    from scipy.stats import binom  # here: `scipy.stats` takes most of a second to import

    kept, share = [1.0], [0.0]  # of each size of the frontier, from 0
    weights = np.array([0.0, 1.0])
    for _ in range(depth):
        for size in range(len(kept), len(weights)):
            here = {**at, letters.k: sp.Integer(size)}
            kept.append(number(symbols.no_collision, here))
            share.append(number(symbols.parent_share, here))
        sizes = slice(len(weights))
        last = int(binom.isf(NEGLIGIBLE, n, share[len(weights) - 1]))
        reached = binom.pmf(np.arange(last + 1), n, np.array(share[sizes])[:, None])
        weights = (weights * kept[sizes]) @ reached
        rest = np.cumsum(weights[::-1])[::-1]
        weights = weights[: max(2, int((rest > NEGLIGIBLE).sum()))]
    return float(weights.sum())


def tree_union_bound(n: int, lam: Number, depth: int) -> Fraction:
    """The bound of L9 on 1 − P(T_K), the expected number of lassos; arguments of `tree_probability`. It may exceed 1."""
    n, depth = checked_integer("n", n, 1, MOST_COUNT), checked_integer("depth", depth, 0, MOST_COUNT)
    degree = sp.Rational(_degree("lam", lam, n))
    return _fraction(symbols.union_bound.subs({letters.n: n, letters.lam: degree, symbols.K: depth}).doit())


class Lasso(NamedTuple):
    """Two walks with a common end: the stem, which they share, and the branches. Each vertex has an edge to the one before."""

    stem: tuple[Vertex, ...]
    branches: tuple[tuple[Vertex, ...], tuple[Vertex, ...]]

    @property
    def edges(self) -> list[Edge]:
        """Its edges, each as often as it is passed."""
        return [(u, v) for walk in (self.stem, *self.branches) for v, u in pairwise(walk)]

    @property
    def same(self) -> bool:
        """Whether both branches are the same walk."""
        return self.branches[0] == self.branches[1]

    @property
    def shared(self) -> int:
        """The number of vertices inside both branches."""
        first, second = (set(branch[1:-1]) for branch in self.branches)
        return len(first & second)


def lassos(edges: Iterable[Edge], root: Vertex, depth: int | None = None) -> Iterator[Lasso]:
    """All lassos (L9) of walks from `root` back along edges (u, v), u → v; both walks of at most `depth` edges.

    InputError for edges with a cycle.
    """
    sources = _sources(edges)
    longest = len(sources) if depth is None else checked_integer("depth", depth, 0, MOST_COUNT)
    for stem in _walks(sources, (root,), longest):
        walks = list(_walks(sources, stem[-1:], longest - len(stem) + 1))
        for pair in combinations_with_replacement(walks, 2):
            if pair[0][-1] == pair[1][-1] and max(map(len, pair)) > 2:
                yield Lasso(stem, pair)


def _sources(edges: Iterable[Edge]) -> dict[Vertex, list[Vertex]]:
    """The in-neighbours of every vertex."""
    found: dict[Vertex, list[Vertex]] = {}
    for u, v in edges:
        found.setdefault(u, [])
        found.setdefault(v, []).append(u)
    try:
        TopologicalSorter(found).prepare()
    except CycleError as error:
        raise InputError(f"a cycle of edges, {' → '.join(map(str, reversed(error.args[1])))}; expected none") from error
    return found


def _walks(
    sources: Mapping[Vertex, Sequence[Vertex]], walk: tuple[Vertex, ...], steps: int
) -> Iterator[tuple[Vertex, ...]]:
    """The walks that go on from one by at most so many steps backward, itself included."""
    yield walk
    if steps > 0:
        for u in sources.get(walk[-1], ()):
            yield from _walks(sources, (*walk, u), steps - 1)


def lasso_bound(degrees: Mapping[Edge, Number], root: Vertex, n: int, depth: int | None = None) -> Fraction:
    """The bound of L9 on the probability that some vertex is reached by two walks back from a vertex above `root`.

    degrees: λ_e in [0, n] for each edge (u, v) of the base, u → v, between fibres of size n; without the edges from
    inputs. depth: the longest walk. InputError for a cycle or a λ_e outside its range.
    """
    n = checked_integer("n", n, 1, MOST_COUNT)
    exact = {edge: _degree(f"degree of {edge[0]} → {edge[1]}", value, n) for edge, value in degrees.items()}
    total = Fraction(0)
    for each in lassos(exact, root, depth):
        weight = prod((exact[edge] for edge in each.edges), start=Fraction(1))
        value = symbols.lasso.subs({symbols.w: sp.Rational(weight), symbols.c: each.shared, letters.n: n})
        total += _fraction(value) / (2 if each.same else 1)
    return total


def path(depth: int) -> tuple[Edge, ...]:
    """The edges of the path depth → … → 1 → 0."""
    return tuple((layer + 1, layer) for layer in range(checked_integer("depth", depth, 0, MOST_COUNT)))


def full_lift_edges(edges: Sequence[Edge], root: Vertex, n: int) -> list[tuple[tuple[Vertex, int], tuple[Vertex, int]]]:
    """The edges of the lift with n copies (vertex, i) of every vertex, one of the root, that could be present."""
    copies = {v: range(1 if v == root else n) for edge in edges for v in edge}
    return [((u, i), (v, k)) for u, v in edges for i in copies[u] for k in copies[v]]


def graphs(edges: Sequence[Edge]) -> NDArray[np.bool_]:
    """Every set of some edges: whether each edge is in it. bool[2^edges, edges]; InputError for more than 22 edges."""
    count = checked_integer("the number of edges", len(edges), 0, MOST_ENUMERATED)
    present: NDArray[np.bool_] = (np.arange(2**count)[:, None] >> np.arange(count)) & 1 == 1
    return present


def most_walks(edges: Sequence[Edge], root: Vertex, present: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The largest number of walks from the root back to one vertex, in each of several graphs. int[graphs]

    present: bool[graphs, edges]. InputError for edges with a cycle.
    """
    order = list(TopologicalSorter(_sources(edges)).static_order())
    walks = {v: np.full(len(present), int(v == root)) for v in (*order, root)}
    for v in reversed(order):
        for place, edge in enumerate(edges):
            if edge[1] == v:
                walks[edge[0]] += present[:, place] * walks[v]
    most: NDArray[np.int64] = np.max(list(walks.values()), axis=0)
    return most


def in_neighbours(
    rng: np.random.Generator, vertices: int, n: int, lam: Number, sampling: Sampling = "independent"
) -> NDArray[np.bool_]:
    """Which of n vertices have an edge to each of several: with probability λ/n each, or a constant number λ. bool[vertices, n]

    InputError unless λ is in [0, n], and a whole number for `constant`.
    """
    _degree("lam", lam, checked_integer("n", n, 1, MOST_COUNT))
    uniform = rng.random((checked_integer("vertices", vertices, 0, MOST_COUNT), n))
    if sampling == "independent":
        return uniform < float(lam / n)
    if sampling != "constant" or lam != int(lam):
        raise InputError(
            f"sampling {sampling!r} with lam {lam}: expected 'independent', or 'constant' with a whole number"
        )
    ordered = np.sort(np.column_stack([uniform, np.ones(len(uniform))]), axis=1)
    return uniform < ordered[:, int(lam), None]


def in_degrees(
    rng: np.random.Generator, vertices: int, n: int, lam: Number, sampling: Sampling = "independent"
) -> NDArray[np.int64]:
    """The in-degrees of several vertices above one base edge; arguments of `in_neighbours`. int[vertices]"""
    degrees: NDArray[np.int64] = in_neighbours(rng, vertices, n, lam, sampling).sum(axis=1)
    return degrees


def tree_like(
    rng: np.random.Generator, lifts: int, n: int, lam: Number, depth: int, sampling: Sampling = "independent"
) -> NDArray[np.bool_]:
    """Whether T_K holds at one vertex of each of several lifts; arguments of `in_neighbours`. bool[lifts]

    Only the edges into vertices that were reached are drawn: no others matter.
    """
    frontier = np.arange(checked_integer("lifts", lifts, 0, MOST_COUNT))  # the lift of each vertex on it
    holds = np.ones(lifts, dtype=bool)
    for _ in range(checked_integer("depth", depth, 0, MOST_COUNT)):
        edges = in_neighbours(rng, len(frontier), n, lam, sampling)
        first = np.flatnonzero(np.diff(frontier, prepend=-1))  # of each lift
        reached = np.zeros((lifts, n), dtype=np.int64)
        reached[frontier[first]] = np.add.reduceat(edges, first, axis=0, dtype=np.int64)
        holds &= (reached <= 1).all(axis=1)
        frontier = np.nonzero(reached * holds[:, None])[0]
    return holds


def _degree(name: str, value: Number, n: int) -> Fraction:
    if not isinstance(value, Real) or isinstance(value, bool | np.bool_) or not 0 <= value <= n:
        raise InputError(f"{name} is {value!r}, expected a number from 0 to n = {n}")
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    return Fraction(float(value))


def _fraction(value: sp.Rational | fmpq) -> Fraction:
    return Fraction(int(value.p), int(value.q))
