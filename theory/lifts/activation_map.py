"""L2: the activation map of a module exists, is unique, and sums over paths where everything is linear."""

from collections.abc import Callable, Iterable
from typing import Any

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.lifts.maps import PRODUCT, SUM
from sparse_limits.theory.lifts.module import Edge, PerceptronModule
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

w, y = sp.symbols("w y", real=True)
w01, w02, w12, w13, w23, w34 = sp.symbols("w_01 w_02 w_12 w_13 w_23 w_34", real=True)


# The letters of sentences on the maps of edges
EDGE_MAP = {"M_e": "map that makes what edge $e$ passes on, from its weight and the value at its source"}


def linear_module(edges: Iterable[Edge], edge_map: Callable[[Any, Any], Any] = PRODUCT) -> PerceptronModule:
    """Numbers, σ the sum, and one map on all edges; "0" is the only input and the last vertex by name the terminal."""
    edges = tuple(edges)
    vertices = sorted({"0"}.union(*edges))
    return PerceptronModule(("0",), (vertices[-1],), dict.fromkeys(edges, edge_map), dict.fromkeys(vertices[1:], SUM))


def weight_of(edge: Edge) -> sp.Symbol:
    """w_01 for the edge ("0", "1")."""
    return sp.Symbol(f"w_{edge[0]}{edge[1]}", real=True)


graph = (("0", "1"), ("0", "2"), ("1", "2"), ("1", "3"), ("2", "3"), ("3", "4"))
path_sum = w01 * w12 * w23 * w34 + w01 * w13 * w34 + w02 * w23 * w34
diamond = (("0", "1"), ("0", "2"), ("1", "3"), ("2", "3"))
diamond_sum = w01 * w13 + w02 * w23
edge_map = w * y

STEPS = proof(
    r"""
graphs (a definition): Consider two graphs, given by their edges: $[[graph]]$ and the diamond $[[diamond]]$, both with the input $0$.

order (by topological order): The vertices have an order in which all edges lead forward; it may begin with the inputs, since no edge leads
into them.

one solution (from order; by induction): Along such an order the values at the in-neighbours of $v$ are computed first, and the equation at
$v$ then determines $y_v$. So there is exactly one family. The equations do not mention the order, so all orders give this family.

linear edges: In the linear case $M(w,y)=[[edge_map]]$ maps sums in $y$ to sums and $1$ to $w$. It maps the product of the weights along a
path to the product along the path extended by one edge.

paths (from one solution, linear edges; by fibres): Let $p_v$ be the sum, over all paths from $i$ to $v$, of the products of their weights;
$p_i=1$, from the empty path alone. A path to $v\ne i$ is a path to an in-neighbour $u$, followed by the edge $(u,v)$, so that
$p_v=\sum_uM(w_{(u,v)},p_u)$: $p$ is the unique solution.

first graph (from graphs, paths): On the first graph three paths lead from $0$ to $4$, so $y_4=[[path_sum]]$.

both orders (from graphs, paths): On the diamond, $1$ may come before $2$ or after it; both orders give $y_3=[[diamond_sum]]$.
""",
    globals(),
)


def edges_carry_sums_and_products(edge_map: sp.Expr) -> Relations:
    """M(w, y + y′), M(w, 1), and M(w, M(w′, y)), which is that of an edge with the weight ww′."""
    before, other = sp.symbols("w' y'", real=True)
    yield same(edge_map.subs(y, y + other), edge_map + edge_map.subs(y, other))
    yield same(edge_map.subs(y, 1), w)
    yield same(edge_map.subs(y, edge_map.subs(w, before)), edge_map.subs(w, w * before))


path_sums = Claim(
    label="L2",
    title="Activations exist, are unique, and sum over paths in the linear case",
    headline=r"On a finite directed graph without cycles the values of all vertices exist and are unique, in whatever order one computes. In the linear case a value is the sum, over paths, of products of weights.",
    statement=r"""
Consider a finite directed graph without cycles, with a set $I$ of inputs, into which no edge leads. Each edge $e=(u,v)$ has a map
$M_e:W_e\times Y_u\to Z_e$. Each vertex $v\notin I$ has a map $\sigma_v:\prod_uZ_{(u,v)}\to Y_v$, where $u$ runs over the set $B(-,v)$ of
the vertices from which an edge leads into $v$. Then for any weights $w$ and values $y_i$, $i\in I$, there is exactly one family of values with
$$y_v=\sigma_v\big((M_{(u,v)}(w_{(u,v)},y_u))_{u\in B(-,v)}\big)\quad(v\notin I),$$ whatever the order in which it is computed.

**Linear case.** Suppose that all spaces are $\mathbb R$, $M(w,y)=[[edge_map]]$, every $\sigma_v$ is the sum (0 if no edge leads into $v$),
and there is one input, with $y_i=1$. Then $$y_t=\sum_{P:i\to t}\prod_{e\in P}w_e.$$ The sum is over all paths from $i$ to $t$; if $t=i$,
one of them is empty.

**Two examples**, with input 0. On the graph $01,02,12,13,23,34$, $y_4=[[path_sum]]$. The diamond $01,02,13,23$ has two topological orders,
and both give $y_3=[[diamond_sum]]$.
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        'Definition 3.4: “Activation map, or "forward" function, of a perceptron module”; that it exists and is '
        "unique is what the definition needs",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        Quantity(w, "weight of an edge", sp.S.Reals),
        Quantity(y, "activation of the vertex that an edge leaves", sp.S.Reals),
        Quantity((w01, w02, w12, w13, w23, w34), "weights of the edges, by their ends", sp.S.Reals),
    ),
    hypotheses=(Hypothesis("the graph is finite and acyclic, and no edge leads into an input"),),
    symbols={
        "I": "set of the inputs",
        "i": "input",
        "u,v": "vertices",
        "e": "edge",
        "B(-,v)": "set of the vertices from which an edge leads into $v$",
        "W_e": "space of the weights of edge $e$",
        "Y_v": "space of the values of vertex $v$",
        "Z_e": "space of what edge $e$ passes on",
        **EDGE_MAP,
        r"\sigma_v": "map that makes the value of vertex $v$, from what its edges pass on",
        "t": "vertex at which paths end",
        "P": "path",
    },
    also=("graph", "diamond"),
    because={
        "linear edges": edges_carry_sums_and_products,
    },
    wrong=lambda: {
        "graph: a directed cycle": (*graph, ("3", "1")),
        "graph: a loop": (*graph, ("2", "2")),
        "graph: an edge into the input": (*graph, ("4", "0")),
        "graph: an edge turned round": (*graph[:2], ("2", "1"), *graph[3:]),
        "graph: an edge left out": graph[1:],
        "path_sum: a path left out": w34 * (w01 * w13 + w02 * w23),
        "path_sum: product over each edge once": w01 * w02 * w12 * w13 * w23 * w34,
        "diamond: a chain": (("0", "1"), ("1", "2"), ("2", "3")),
        "diamond: one side": diamond[:3],
        "diamond_sum: one path": w02 * w23,
        "diamond_sum: the last edges swapped": w01 * w23 + w02 * w13,
        "edge_map: weight added": w + y,
        "edge_map: a bias": w * y + w,
        "edge_map: activation squared": w * y**2,
        "edge_map: weight squared": w**2 * y,
    },
)
