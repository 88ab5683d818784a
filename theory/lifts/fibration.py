"""The fibration lemma (L3), on a diamond with maps about which nothing is assumed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.lifts.activation_map import EDGE_MAP
from sparse_limits.theory.lifts.lift import Lift
from sparse_limits.theory.lifts.module import Edge, PerceptronModule
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

DIAMOND = (("0", "1"), ("0", "2"), ("1", "3"), ("2", "3"))
x, w01, w02, w13, w23, c = sp.symbols("x w_01 w_02 w_13 w_23 c", real=True)
diamond_weights = dict(zip(DIAMOND, (w01, w02, w13, w23), strict=True))
DIAMOND_WEIGHTS = Quantity((w01, w02, w13, w23), "weights of the edges of the diamond, by their ends", sp.S.Reals)


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
    function: Callable[[Any, Any], Any] = sp.Function(name, real=True)
    return function


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

completing_weight = base_weight - rest

STEPS = proof(
    r"""
order (by topological order): The vertices of $B$ have an order in which all edges lead forward. The vertices of $G$ are computed in the
order of the vertices below them; those over inputs have given values.

pre-activations (from order; by induction): Suppose that $y_u=y_B(\pi u)$ for all in-neighbours $u$ of $v$. Then the pre-activation of $v$
above $b$ is $\sum_uM(w_{(u,v)},y_B(b))$, the sum over the in-neighbours above $b$. If all these pre-activations agree with those of $B$ at
$\pi v$, then $y_v=y_B(\pi v)$.

one term (from pre-activations; gives fibration): (a) Along an in-fibration the sum has the single term $M(w_B(b,\pi v),y_B(b))$, whatever
$M$ is. So the activations are pulled back above the diamond, for all maps: $G$ has the vertices 1a, 1b, 1c, 2a, 2b, 3a, 3b, the edges
1a→3a, 2b→3a, 1a→3b, 2a→3b, and all edges from the input into 1·, 2·.

sum of weights (from pre-activations): (b) If $M$ is linear in the weight, the sum is $M(\sum_uw_{(u,v)},y_B(b))$, which is $0=M(0,y_B(b))$
if the sum is empty. The sum equals that of $B$ if the weights add up to $w_B(b,\pi v)$. Given the sum $r$ of the others, one of the weights
is then $[[completing_weight]]$.

split weight (from sum of weights; gives split): So the activations are pulled back above the diamond, for all maps $w\cdot m(y)$, if
$w_{13}$ is split into $c$ on 1a→3a and $w_{13}-c$ on 1b→3a, for every $c$. This lift is not an in-fibration.

lifts compose (by fibres): (c) An edge of the upper graph has an edge of $G$ below it, which in turn has an edge of $B$ below it. The fibres
of the composition over $b$ are unions of fibres over vertices of $G$ above $b$. So its sums are the sums of the sums by which $G$ acts as a
module, and both have the same activations.

in-fibrations compose (from one term, lifts compose; gives cover): Let $v$ lie over $u$ in $G$. Each edge of $B$ into $\pi u$ has exactly
one edge of $G$ into $u$ above it, and this edge has exactly one edge into $v$ above it. Every edge into $v$ above the edge of $B$ arises in
this way. An example is a cover of the $G$ of (a) with two sheets, between which three edges cross.
""",
    globals(),
    fibration=diamond_fibration,
    split=diamond_split,
    cover=diamond_cover,
)


def with_edge(lift: Lift, edge: Edge, weight: sp.Expr) -> Lift:
    """The lift with an edge added, or with another weight on it."""
    return replace(lift, weights={**lift.weights, edge: weight})


def without_edge(lift: Lift, edge: Edge) -> Lift:
    """The lift with an edge taken out."""
    return replace(lift, weights={e: w for e, w in lift.weights.items() if e != edge})


def halved(lift: Lift, *edges: Edge) -> Lift:
    """The lift whose sum over these edges has become their mean."""
    return replace(lift, weights={e: w / len(edges) if e in edges else w for e, w in lift.weights.items()})


def square(name: str) -> Callable[[Any, Any], Any]:
    """An edge map w²·m(y), which violates linearity in the weight."""
    return lambda w, y: w**2 * sp.Function(name, real=True)(y)


fibre_size = sp.Symbol("m", positive=True)  # for controls that look at the number of edges above a base edge


def mean_of_fibre() -> sp.Expr:
    """The last weight if fibres were averaged instead of summed."""
    return fibre_size * base_weight - rest


def linear_maps_add_up_their_weights(completing_weight: sp.Expr) -> Relations:
    """Two components of a map that is linear in the weight: those of the others and of the last one add up to that of the base."""
    for component in sp.symbols("m_1 m_2", real=True):
        yield same(component * rest + component * completing_weight, component * base_weight)


fibration_lemma = Claim(
    label="L3",
    title="Fibration lemma: activations pull back",
    headline=r"If each vertex of a lift has exactly one in-neighbour above each in-neighbour of the vertex below it, and weights and inputs are pulled back from the base, then so are all activations.",
    statement=r"""
Let $\pi:G\to B$ be a lift of a perceptron module and let the inputs of $G$ be pulled back from $B$. Call $\pi$ an
*in-fibration* if for all $v\in G$, $b\in B(-,\pi v)$ exactly one in-neighbour of $v$ lies over $b$. (a) If $\pi$ is
an in-fibration and $w_G=\pi^*w_B$, then $y_G=\pi^*y_B$. (b) If every $M_e$ is linear in the weight and $\sum_{u\in
G(-,v),\,\pi u=b}w_{(u,v)}=w_B(b,\pi v)$ for all $v\in G$, $b\in B(-,\pi v)$, then $y_G=\pi^*y_B$ for any lift. In
other words, one weight of each nonempty fibre is $[[completing_weight]]$, where $r$ is the sum of the others, and
$w_B=0$ where the fibre is empty. (c) Lifts compose; in-fibrations compose.
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "fibrations of graphs (Boldi and Vigna 2002), for perceptron modules; beyond the list of theorems",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        DIAMOND_WEIGHTS,
        Quantity(c, "weight of the first of two edges above one edge of the base", sp.S.Reals),
        Quantity(base_weight, "weight of an edge of the base", sp.S.Reals),
        Quantity(rest, "sum of all weights but one above an edge of the base and into one vertex", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("the base graph is acyclic and no edge enters an input"),
        Hypothesis("the inputs of the lift are pulled back"),
        Hypothesis("every map of an edge is linear in the weight", needed_by=("split", "completing_weight")),
    ),
    symbols={
        "B": "perceptron module, the base",
        "G": "lift of $B$",
        r"\pi": "map that takes each vertex of $G$ to the vertex of $B$ below it",
        r"\pi^*": "pullback, which gives what belongs to a vertex or an edge of $B$ to all above it",
        "u,v": "vertices of $G$",
        "b": "vertex of $B$",
        r"B(-,\pi v)": r"set of the vertices from which an edge of $B$ leads into $\pi v$",
        "G(-,v)": "set of the vertices from which an edge of $G$ leads into $v$",
        "w_G": "weights of the edges of $G$",
        "w_{(u,v)}": "weight of the edge from $u$ to $v$",
        "y_G,y_B": "activations of the vertices of $G$ and of $B$",
        **EDGE_MAP,
    },
    also=("fibration", "split", "cover"),
    because={
        "sum of weights": linear_maps_add_up_their_weights,
    },
    wrong=lambda: {
        "fibration: an edge with a copied weight": with_edge(diamond_fibration, ("1b", "3a"), w13),
        "fibration: missing edge": without_edge(diamond_fibration, ("2a", "3b")),
        "fibration: a weight of another edge": with_edge(diamond_fibration, ("1a", "3b"), w01),
        "fibration: vertex in the wrong fibre": replace(diamond_fibration, over={**diamond_fibration.over, "1c": "2"}),
        "fibration: lower weight doubled": with_edge(diamond_fibration, ("1a", "3b"), 2 * w13),
        "split: copies the weight": with_edge(with_edge(diamond_split, ("1a", "3a"), w13), ("1b", "3a"), w13),
        "split: mean over the fibre": halved(diamond_split, ("1a", "3a"), ("1b", "3a")),
        "split: missing edge": without_edge(diamond_split, ("1b", "3a")),
        "split: maps not linear in the weight": replace(diamond_split, module=diamond(square)),
        "cover: upper edge doubled": with_edge(diamond_cover, ("1a+", "3a-"), w13),
        "cover: upper edge missing": without_edge(diamond_cover, ("2a+", "3b+")),
        "cover: upper weight of another edge": with_edge(diamond_cover, ("1a+", "3a+"), w01),
        "completing_weight: copies the weight": base_weight,
        "completing_weight: adds the others": base_weight + rest,
        "completing_weight: mean over the fibre": mean_of_fibre(),
        "completing_weight: equal shares": base_weight / fibre_size,
    },
)
