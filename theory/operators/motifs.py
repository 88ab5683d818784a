"""O8: densities of small bipartite graphs in masks and graphons, and their continuity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.simplifying import powers_together
from sparse_limits.theory.graphon.symbols import CUT, UP_TO_ONE
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.operators.symbols import CUT_NORM, INTEGRAL_OPERATOR, SINGULAR_VALUE, cut
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, Hypothesis, Quantity, whole_from
from sparse_limits.theory.reasons import Relations, induction, same

Side = Literal["row", "column"]


@dataclass(frozen=True)
class Motif:
    """A bipartite graph F by its edges (row vertex, column vertex), numbered as one likes.

    t(F, M) is the share of maps of its vertices into the rows and columns of M that send edges to entries of M, each
    weighted by the product of those entries: homomorphisms, not copies.

    Raises:
        InputError: without edges, for an edge named twice, or a vertex that is not an integer ≥ 0.
    """

    edges: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "edges", tuple(map(tuple, self.edges)))  # lists could not be hashed
        if not self.edges or len(set(self.edges)) < len(self.edges):
            raise InputError(f"edges are {self.edges}, expected at least one, each named once")
        for edge in self.edges:
            if len(edge) != 2 or not all(type(vertex) is int and vertex >= 0 for vertex in edge):
                raise InputError(f"edge {edge!r}: expected a row vertex and a column vertex, integers from 0 on")

    @property
    def row_degrees(self) -> tuple[int, ...]:
        """The degrees of the row vertices, in the order of their numbers."""
        return _degrees(row for row, _ in self.edges)

    @property
    def column_degrees(self) -> tuple[int, ...]:
        """The degrees of the column vertices, in the order of their numbers."""
        return _degrees(column for _, column in self.edges)

    @property
    def transposed(self) -> Motif:
        """The same graph with rows and columns exchanged."""
        return Motif(tuple((row, column) for column, row in self.edges))


def _degrees(ends: Iterator[int]) -> tuple[int, ...]:
    counts = Counter(ends)
    return tuple(counts[vertex] for vertex in sorted(counts))


def path(vertices: int, start: Side = "row") -> Motif:
    """The path on `vertices` ≥ 2 vertices, the first of them on the side `start`."""
    _at_least("vertices", vertices, 2)
    return _sided(Motif(tuple(((k + 1) // 2, k // 2) for k in range(vertices - 1))), start)


def star(leaves: int, centre: Side = "row") -> Motif:
    """A centre on the side `centre`, joined to `leaves` ≥ 1 vertices of the other side."""
    return _sided(complete(1, leaves), centre)


def cycle(length: int) -> Motif:
    """The cycle of an even `length` ≥ 4."""
    if _at_least("length", length, 4) % 2:
        raise InputError(f"length is {length}, expected an even number")
    half = length // 2
    return Motif(tuple(edge for k in range(half) for edge in ((k, k), ((k + 1) % half, k))))


def complete(rows: int, columns: int) -> Motif:
    """K_{rows, columns}: every row vertex joined to every column vertex."""
    _at_least("rows", rows, 1)
    _at_least("columns", columns, 1)
    return Motif(tuple((i, j) for i in range(rows) for j in range(columns)))


def _sided(motif: Motif, side: Side) -> Motif:
    if side not in ("row", "column"):
        raise InputError(f"side is {side!r}, expected 'row' or 'column'")
    return motif if side == "row" else motif.transposed


def _at_least(name: str, value: int, least: int) -> int:
    if type(value) is not int or value < least:
        raise InputError(f"{name} is {value!r}, expected an integer from {least} on")
    return value


MOTIFS = {
    "edge": complete(1, 1),
    "P3": path(3),  # row – column – row
    "P4": path(4),
    "P5": path(5),
    "S3": star(3),
    "C4": cycle(4),
    "C6": cycle(6),
    "C8": cycle(8),
    "K23": complete(2, 3),
}


def expected_density(motif: Motif, rows: sp.Expr, columns: sp.Expr, kept: Callable[[int], sp.Expr]) -> sp.Expr:
    """E t(F, M) for a random mask of rows × columns in which r given entries are kept with probability kept(r).

    Exact at every size: maps of the vertices are sorted by which vertices they identify. kept(r) is ρ^r for
    independent entries. The number of terms grows like that of the partitions of both sides (O9).
    """
    row_names, column_names = ({edge[side]: None for edge in motif.edges} for side in (0, 1))
    quotients: Counter[tuple[int, int, int]] = Counter()
    for row_blocks in _partitions(len(row_names)):
        row_of = dict(zip(row_names, row_blocks, strict=True))
        for column_blocks in _partitions(len(column_names)):
            column_of = dict(zip(column_names, column_blocks, strict=True))
            edges = {(row_of[i], column_of[j]) for i, j in motif.edges}
            quotients[len(set(row_blocks)), len(set(column_blocks)), len(edges)] += 1
    maps = sp.Add(
        *(
            number * sp.ff(rows, distinct_rows) * sp.ff(columns, distinct_columns) * kept(edges)
            for (distinct_rows, distinct_columns, edges), number in quotients.items()
        )
    )
    return maps / (rows ** len(row_names) * columns ** len(column_names))


def _partitions(size: int) -> Iterator[tuple[int, ...]]:
    """The partitions of `size` things, each as the block of every thing, blocks numbered as they appear."""
    if size == 0:
        yield ()
        return
    for rest in _partitions(size - 1):
        for block in range(max(rest, default=-1) + 2):
            yield (*rest, block)


edges, half_length = sp.symbols("e k", integer=True, positive=True)  # e(F), and k of the cycle C_2k
sigmas = sp.symbols("sigma_1:3", nonnegative=True)

counting_bound = edges * cut
cycle_density = sum(sigma ** (2 * half_length) for sigma in sigmas)

lack = sp.Symbol("varepsilon", positive=True)  # by how much the constant graphon of the example is below 1
example_change = 1 - (1 - lack) ** edges
example_ratio = (1 - (1 - lack) ** edges) / (edges * lack)

COUNTING_STEPS = proof(
    r"""
one edge after the other (by telescope): Replace $U$ by $W$ one edge after the other: $t(F,U)-t(F,W)$ is a sum of $e$ terms, in each of
which one edge $ij$ carries $U-W$ and every other edge $U$ or $W$.

other vertices (from one edge after the other; by Fubini): Fix all vertices except $i$ and $j$. No other edge joins these two, so that the
other factors multiply to $f(x_i)g(y_j)$ with $f,g\in[0,1]$: each term is the mean of $\int f(U-W)g$ over the fixed vertices.

indicators (from other vertices; by monotonicity): For given $g$ let $h(x)=\int(U-W)(x,y)\,g(y)\,dy$: then $\int fh\le\int_{h>0}h$, and
$\int fh\ge\int_{h<0}h$. So the modulus is largest for indicators $f$ and then, in the same way, for indicators $g$: it is at most $c$.

example: $U=1$ and $W=1-\varepsilon$ have $c=\varepsilon$ and differ by $[[example_change]]$ in $t(F,\cdot)$, which has one factor for each
edge.

counting (from indicators): So $|t(F,U)-t(F,W)|\le[[counting_bound]]$, one $c$ for each edge.

sharpness (from example, counting): In the example the difference is $[[example_ratio]]$ of the bound, which tends to $1$ as
$\varepsilon\to0$.

closed walks (by Fubini): $t(C_{2k},W)$ is the trace of $(T_WT_W^*)^k$: integrate over the column vertices first, then over the row vertices.

eigenvalues (from closed walks; by trace): The eigenvalues of $T_WT_W^*$ are the $\sigma_i^2$, so that the trace is $\sum_i\sigma_i^{2k}$,
$k\ge2$.

two singular values (from eigenvalues): For two of them this is $[[cycle_density]]$.
""",
    globals(),
)


def example_nearly_attains_the_bound(
    example_change: sp.Expr, counting_bound: sp.Expr, example_ratio: sp.Expr
) -> Relations:
    """The change over the bound at c = ε; and the limit of the ratio, by its slopes at 0."""
    yield same(example_change, example_ratio * counting_bound.subs(cut, lack))
    slopes = [sp.diff(each, lack).subs(lack, 0) for each in (example_change, counting_bound.subs(cut, lack))]
    yield same(slopes[0], slopes[1])


def traces_of_powers_follow_from_two(cycle_density: sp.Expr) -> Relations:
    """The traces of G and G² by trace and determinant of G = TT*; and by G² = tr G · G − det G that of each power."""
    trace, determinant = sum(sigma**2 for sigma in sigmas), sp.prod(sigma**2 for sigma in sigmas)
    following = trace * cycle_density.subs(half_length, half_length + 1) - determinant * cycle_density
    yield same(cycle_density.subs(half_length, half_length + 2), following, by=powers_together)
    yield same(cycle_density.subs(half_length, 1), trace)
    yield same(cycle_density.subs(half_length, 2), trace**2 - 2 * determinant)


counting_lemma = Claim(
    label="O8",
    title="Counting lemma: motif densities are Lipschitz in cut norm",
    headline=r"Let two kernels with values in $[0,1]$ differ by $c$ in cut norm. The densities of a bipartite motif with $e$ edges, none of them double, then differ by at most $$[[counting_bound]].$$ The constant is sharp for every such motif.",
    statement=r"""
**Motifs.** A *motif* $F$ is a bipartite graph: its vertices are of two kinds, *row vertices* and *column vertices*, and each edge joins a row
vertex $i$ to a column vertex $j$. Let no two edges join the same two vertices. Let $E(F)$ be the set of the edges, and $e\ge1$ their number.

**Densities.** A *kernel* is here a function on $[0,1]^2$ with values in $[0,1]$. It is like a matrix whose rows and columns have positions
in $[0,1]$. Give each vertex $i$ the position $x_i$ of a row, and each vertex $j$ the position $y_j$ of a column. The *density* of $F$ in a
kernel $W$ is the mean, over all these positions, of the product of the values of $W$ at the edges:
$$t(F,W)=\int\prod_{ij\in E(F)}W(x_i,y_j)\,dx\,dy.$$
For a single edge this is the mean of $W$.

**Counting lemma.** Let $U$ and $W$ be two kernels. Let $c=\|U-W\|_\square$ be the *cut norm* of their difference: the largest modulus that
its integral has over any set of rows times any set of columns. Then
$$|t(F,U)-t(F,W)|\le[[counting_bound]].$$

**Sharpness.** The constant is sharp for every $F$. For $U=1$ and $W=1-\varepsilon$, $0<\varepsilon\le1$, the ratio of the left side to the
right side is $[[example_ratio]]$. It tends to $1$ as $\varepsilon\to0$.

**Cycles.** Let $C_{2k}$ be the cycle of length $2k$, $k\ge2$. Let $T_W$ be the integral operator with the kernel $W$: it turns a function
$g$ of the position $y$ of a column into the function $\int W(x,y)g(y)\,dy$ of the position $x$ of a row. Let $T_W^*$ be the same with rows and columns exchanged. The squares
of the singular values $\sigma_i$ of $T_W$ are the eigenvalues of $T_WT_W^*$, as for a matrix. Then
$$t(C_{2k},W)=\sum_i\sigma_i^{2k}.$$
If no singular values except $\sigma_1$ and $\sigma_2$ differ from $0$, this is $[[cycle_density]]$.
""",
    steps=COUNTING_STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 4.2: “the density of any fixed subgraph $F$ in $(G_n)$ converges to the density of "
        "$F$ in $W$”, one of two directions, with a rate: the counting lemma (Lovász 2012, section "
        "10.5)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        CUT_NORM,
        Quantity(edges, "number of edges of the motif", COUNT),
        Quantity(half_length, "half the length of a cycle", whole_from(2), drawn=(2, 5)),
        Quantity(sigmas, "singular value of a graphon that has two of them", sp.Interval(0, 1), drawn=(0, 1)),
        Quantity(lack, "difference of two constant graphons, one of which is 1", UP_TO_ONE),
    ),
    hypotheses=(
        Hypothesis(r"$0\le U,W\le1$"),
        Hypothesis("$F$ has no multiple edges"),
        Hypothesis("squares of singular values add up to at most one", sum(sigma**2 for sigma in sigmas) <= 1),
    ),
    symbols={
        "F": "motif, a bipartite graph",
        "E(F)": "set of the edges of $F$, each from a row vertex $i$ to a column vertex $j$",
        "x_i, y_j": "position of the row of vertex $i$, and of the column of vertex $j$, in the unit interval",
        "U, W": "kernels, functions on the unit square with values in $[0,1]$",
        "t(F,W)": "density of the motif in a kernel",
        **CUT,
        **INTEGRAL_OPERATOR,
        "T_W^*": "adjoint of $T_W$",
        "x, y": "positions of a row and of a column",
        "g": "function to which an operator is applied",
        **SINGULAR_VALUE,
        "C_{2k}": "cycle of length $2k$",
    },
    aids={"motifs": MOTIFS},
    remarks=(
        Remark(
            r"For random masks the bound is loose. If all entries have one probability, neither $0$ nor $1$, and $m=n$, then the densities "
            r"of mask and graphon, $t$ of one edge, differ by $O_P(n^{-1})$, while $c$ is of order $n^{-1/2}$ (G5)."
        ),
    ),
    sharp=(
        Sharp(
            expression="counting_bound",
            example=r"$U=1$ and $W=1-\varepsilon$, as $\varepsilon\to0$",
            check="constant_is_sharp",
        ),
    ),
    because={
        "example": lambda example_change: induction(
            example_change, edges, lack, lambda change: 1 - (1 - change) * (1 - lack), start=1, by=powers_together
        ),
        "counting": lambda counting_bound: induction(counting_bound, edges, cut, lambda bound: bound + cut, start=1),
        "sharpness": example_nearly_attains_the_bound,
        "two singular values": traces_of_powers_follow_from_two,
    },
    wrong=lambda: {
        "example_change: one edge": lack,
        "example_change: each edge": edges * lack,
        "example_change: what is left": 1 - example_change,
        "counting_bound: one cut for all edges": cut,
        "counting_bound: one edge more": (edges + 1) * cut,
        "counting_bound: the root of the cut norm": edges * sp.sqrt(cut),
        "counting_bound: as the square of the cut norm": edges * cut**2,
        "example_ratio: of one edge": edges * example_ratio,
        "example_ratio: what is left": (1 - lack) ** edges,
        "cycle_density: the fourth power for every cycle": sum(sigma**4 for sigma in sigmas),
        "cycle_density: one power less": sum(sigma ** (2 * half_length - 1) for sigma in sigmas),
        "cycle_density: the first singular value": sigmas[0] ** (2 * half_length),
        "cycle_density: the powers of one": 1 + cycle_density,
        "cycle_density: the roots": 2 + cycle_density,
    },
)
