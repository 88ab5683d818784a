"""L10: unfoldings are trees that compute the same, and only trees have a number of copies that grows with the width."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.lifts.coverage import INPUT_KEPT, p_0
from theory.lifts.degrees import DEGREE, PROBABILITY, SPARSE, WIDTH, lam, n
from theory.lifts.lift import Lift
from theory.lifts.maps import PRODUCT, SUM
from theory.lifts.module import Edge, PerceptronModule, Vertex
from theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity

p = sp.Symbol("p", nonnegative=True)
h, h_1, h_2, h_3 = sp.symbols("h h_1 h_2 h_3", nonnegative=True, integer=True)
V, E, E_0 = sp.symbols("V E E_0", nonnegative=True, integer=True)
components, cycles = sp.symbols("c beta", nonnegative=True, integer=True)
x = sp.Symbol("x", real=True)

placements = sp.ff(n, h)  # of the h vertices of a fibre
expected_morphisms = p_0**E_0 * p**E * sp.prod([placements.subs(h, each) for each in (h_1, h_2, h_3)])
growth = components - cycles
leading = p_0**E_0 * lam**E * n ** (V - E)

tree = expected_morphisms.subs({E_0: 0, E: 4, h_1: 2, h_2: 2, h_3: 1})
diamond = expected_morphisms.subs({E_0: 0, E: 4, h_1: 1, h_2: 2, h_3: 1})


def sparse(count: sp.Expr) -> sp.Expr:
    """The count at edge probability λ/n; without a value where that is none."""
    return sp.Piecewise((sp.factor(count.subs(p, lam / n)), lam <= n))


def layers(edges: Iterable[Edge], over: dict[Vertex, Vertex]) -> Lift:
    """A graph above 1 → 2 → 3, where no vertex is an input; its weights say nothing."""
    base = PerceptronModule((), ("3",), dict.fromkeys((("1", "2"), ("2", "3")), PRODUCT), dict.fromkeys("123", SUM))
    return Lift(base, over, dict.fromkeys(edges, 1))


tree_graph = layers(
    (("1a", "2a"), ("1b", "2b"), ("2a", "3a"), ("2b", "3a")), {v: v[0] for v in ("1a", "1b", "2a", "2b", "3a")}
)
diamond_graph = layers(
    (("1a", "2a"), ("1a", "2b"), ("2a", "3a"), ("2b", "3a")), {v: v[0] for v in ("1a", "2a", "2b", "3a")}
)

SKIPPING = (("0", "1"), ("0", "2"), ("1", "2"), ("0", "3"), ("1", "3"), ("2", "3"), ("1", "4"), ("2", "4"), ("3", "4"))


def free_module(edges: Iterable[Edge], inputs: tuple[Vertex, ...] = ("0",)) -> PerceptronModule:
    """Maps M(w, y) and σ of which nothing is known; the last vertex by name is the terminal."""
    edges = tuple(edges)
    vertices = sorted({*inputs}.union(*edges))
    return PerceptronModule(
        inputs,
        (vertices[-1],),
        {(u, v): sp.Function(f"M_{u}{v}", real=True) for u, v in edges},
        {v: sp.Function(f"sigma_{v}", real=True) for v in vertices if v not in inputs},
    )


skipping_weights = {(u, v): sp.Symbol(f"w_{u}{v}", real=True) for u, v in SKIPPING}
skipping = Lift.identity(free_module(SKIPPING), skipping_weights)

tree_witnesses = Claim(
    label="L10",
    title="Unfolding, and why witnesses must be trees",
    statement=r"""
(a) The *unfolding* of a module at $t$ has the walks that end at $t$ for vertices, each over its first vertex; $(u,P)\to P$ are its edges, with
the weight below; walks that begin at an input are folded back to that input. It is an in-fibration, and a tree but for the shared
inputs; so by L3 it computes the same at $t$, for all maps $M$ and $\sigma$: any witness equals a tree-shaped one as a function.

(b) Let $H$ be a lift of $B$ with $V$ vertices that are no inputs, $h_b$ of them above $b$, $E$ edges between them and $E_0$ edges from inputs.
Let $G$ have $n$ vertices above each $b$ that is no input, and each edge above an edge of $B$ independently: with
probability $p_0$ from inputs, $p$ elsewhere. The expected number of injective (not necessarily induced) morphisms $H\to G$ over $B$
that fix the inputs is $p_0^{E_0}p^E\prod_b(n)_{h_b}$, for three $b$ $$[[expected_morphisms]]$$ ($\prod_ep_e$ for different probabilities of edges), and
with $p=\lambda/n$, $\lambda>0$ fixed and $n\to\infty$ asymptotically $[[leading]]$. If the graph of the $V$ vertices has $c$ components and $\beta$ independent cycles,
$V-E=[[growth]]$. If it is connected the number grows linearly for a tree, and stays bounded as soon as there is one cycle: above $1\to2\to3$
the tree of a root, two children and a grandchild below each is found $[[sparse_tree]]$ times, but with one
grandchild in common (a diamond) $[[sparse_diamond]]$ times.
""",
    proof_text=r"""
(a) The edges into a walk $P$ that begins at $v$ are those from $(u,P)$, one for each edge $(u,v)$ of the base; a walk longer than $P$ leads to one walk only,
so every vertex but inputs and $t$ has one edge out, and from each one comes to $t$. (b) There are $\prod_b(n)_{h_b}$ injective maps over $B$; each is a morphism
with probability $p_0^{E_0}p^E$, since it takes different edges to different edges; expectations add up. $(n)_h=n^h(1+O(1/n))$. A graph with $V$ vertices, $E$ edges and
$c$ components has cycle rank $\beta=E-V+c$. ∎
""",
    source=Source("2501.05930", "abstract (random graph theory); beyond the list of theorems"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WIDTH,
        DEGREE.drawn_from(sp.Rational(1, 8), 1),
        INPUT_KEPT.drawn_from(sp.Rational(1, 8), 1),
        Quantity(p, "probability of an edge that comes from no input", PROBABILITY, drawn=(sp.Rational(1, 8), 1)),
        Quantity(V, "number of vertices of the witness that are no inputs", COUNT_FROM_ZERO),
        Quantity((h_1, h_2, h_3), "numbers of these above each of three vertices of the base", COUNT_FROM_ZERO),
        Quantity(E, "number of edges of the witness between vertices that are no inputs", COUNT_FROM_ZERO),
        Quantity(E_0, "number of edges of the witness from inputs", COUNT_FROM_ZERO),
        Quantity(components, "number of connected components of the witness without its inputs", COUNT_FROM_ZERO),
        Quantity(cycles, "number of independent cycles of the witness without its inputs", COUNT_FROM_ZERO),
        Quantity(tuple(skipping_weights.values()), "weights of the edges of the example, by their ends", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("the edges of $G$ are independent"),
        SPARSE,
        Hypothesis(
            "two vertices of the witness are joined by one edge at most, and only above different vertices of the base",
            h_1 * h_2 + h_1 * h_3 + h_2 * h_3 >= E,
        ),
        Hypothesis("two vertices of the witness are joined by one edge at most", V * (V - 1) / 2 >= E),
    ),
    uses=("L3",),
    expressions={
        "unfolding": skipping.unfold("4"),
        "expected_morphisms": expected_morphisms,
        "leading": leading,
        "growth": growth,
        "tree": tree,
        "diamond": diamond,
        "sparse_tree": sparse(tree),
        "sparse_diamond": sparse(diamond),
    },
    aids={"tree_graph": tree_graph, "diamond_graph": diamond_graph},
)
