"""L10: unfoldings are trees that compute the same (L10.1), and only trees have more copies the wider the lift is (L10.2)."""

from collections.abc import Iterable
from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.lifts.coverage import INPUT_KEPT, p_0
from sparse_limits.theory.lifts.degrees import DEGREE, PROBABILITY, SPARSE, WIDTH, lam, n
from sparse_limits.theory.lifts.lift import Lift
from sparse_limits.theory.lifts.maps import PRODUCT, SUM
from sparse_limits.theory.lifts.module import Edge, PerceptronModule, Vertex
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

p = sp.Symbol("p", nonnegative=True)
h, h_1, h_2, h_3 = sp.symbols("h h_1 h_2 h_3", nonnegative=True, integer=True)
V, E, E_0 = sp.symbols("V E E_0", nonnegative=True, integer=True)
components, cycles = sp.symbols("c beta", nonnegative=True, integer=True)
x = sp.Symbol("x", real=True)

placements = sp.ff(n, h)  # of the h vertices of a fibre
chance = p_0**E_0 * p**E
expected_morphisms = p_0**E_0 * p**E * sp.prod([placements.subs(h, each) for each in (h_1, h_2, h_3)])
next_share = 1 - h / n
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
unfolding = skipping.unfold("4")
sparse_tree, sparse_diamond = sparse(tree), sparse(diamond)

UNFOLDING_STEPS = proof(
    r"""
edges into a walk (by injectivity): The edges into a walk $P$ that begins at $v$ come from the walks $(u,P)$ for the edges $(u,v)$ of the
module. The first edge of $(u,P)$ is $(u,v)$. So different edges into $v$ belong to different walks, and over each of these edges lies
exactly one edge into the walk.

one way on (by induction): The walk $(u,P)$ leads to $P$ and to nothing else. By induction on the length of the walk, exactly one path leads
to $t$ from each vertex other than the inputs. So apart from the inputs the unfolding is a tree.

in-fibration (from edges into a walk; by L3): So the unfolding is an in-fibration, and its activation at a walk is that of the module at the
first vertex of the walk.

example (from one way on, in-fibration): Four layers with all edges that skip layers, except the edge from the input to the last layer,
unfold at the last layer to $[[unfolding]]$.
""",
    globals(),
)

END = ("4",)


unfolded_module = Claim(
    label="L10.1",
    title="Every module unfolds to a tree-shaped module that computes the same function",
    headline=r"Unfolded along the walks that end at a vertex, a module is a tree, apart from shared inputs, and computes the same value at this vertex, whatever its maps are.",
    statement=r"""
The *unfolding* of a module at $t$ has as vertices the walks that end at $t$, each over its first vertex, and the edges $(u,P)\to P$, with
the weight of the edge below; walks that begin at an input are identified with that input. The unfolding is an in-fibration and, apart
from the shared inputs, a tree. So by L3 it computes the same value at $t$, for all maps $M$ and $\sigma$: any witness equals a
tree-shaped witness as a function.
""",
    steps=UNFOLDING_STEPS,
    source=Source("2501.05930", "v1", "abstract (random graph theory); beyond the list of theorems"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(tuple(skipping_weights.values()), "weights of the edges of the example, by their ends", sp.S.Reals),
    ),
    symbols={
        "t": "vertex whose value is computed",
        "P": "walk that ends at $t$",
        "u": "vertex with an edge to the first vertex of $P$",
        "(u,P)": "walk that begins with that edge and goes on as $P$",
        r"M,\sigma": "maps of the edges and of the vertices of the module",
    },
    also=("unfolding",),
    wrong=lambda: {
        "unfolding: a walk forgotten": replace(
            unfolding, weights={e: w for e, w in unfolding.weights.items() if e != (("0",), ("1", "4"))}
        ),
        "unfolding: weight of another edge": replace(
            unfolding, weights={**unfolding.weights, (("1", "4"), END): skipping_weights["2", "4"]}
        ),
        "unfolding: the module itself": Lift(
            skipping.as_module(),
            {(v,): v for v in skipping.over},
            {((u,), (v,)): w for (u, v), w in skipping.weights.items()},
        ),
    },
)

COUNTING_STEPS = proof(
    r"""
one fibre: There are $[[placements]]$ injective maps of $h$ vertices above one vertex of the base into $n$ vertices.

one map (by product): An injective map over $B$ maps different edges to different edges. So it is a morphism with probability $[[chance]]$.

all maps (from one fibre, one map): For three vertices of the base, the number of maps times this probability is $[[expected_morphisms]]$,
the expected number.

next vertex (from one fibre): $(n)_h/n^h$ is a product of factors such as $[[next_share]]$, which tend to $1$.

leading term (from all maps, next vertex): So with $n^h$ in place of $(n)_h$, $V=\sum_bh_b$ and $p=\lambda/n$, the expected number is
$[[leading]]$, up to a factor that tends to $1$.

growth (from leading term; by cycle rank): The graph of the $V$ vertices has $E=V-c+\beta$. So the exponent of $n$ is $[[growth]]$. It is
$1$ for a tree, and at most $0$ if the graph is connected and has a cycle.

tree (from all maps): The tree has two vertices above $1$, two above $2$ and one above $3$, and four edges. Its expected number is
$[[tree]]$.

diamond (from all maps): The diamond has one vertex above $1$, two above $2$, one above $3$, and four edges. Its expected number is
$[[diamond]]$.

sparse lifts (from tree, diamond): At $p=\lambda/n$ these numbers are $[[sparse_tree]]$ and $[[sparse_diamond]]$.
""",
    globals(),
)


def formula(piecewise: sp.Expr) -> sp.Expr:
    """The value where there is one."""
    return piecewise.args[0][0] if isinstance(piecewise, sp.Piecewise) else piecewise


def sparse_counts_of_tree_and_diamond(sparse_tree: sp.Expr, sparse_diamond: sp.Expr) -> Relations:
    """At p = λ/n, and divided by n or by 1 in the limit."""
    for count, law in ((formula(sparse_tree), tree), (formula(sparse_diamond), diamond)):
        yield same(count, law.subs(p, lam / n))
    yield same(sp.limit(formula(sparse_tree) / n, n, sp.oo), lam**4)
    yield same(sp.limit(formula(sparse_diamond), n, sp.oo), lam**4)


def vertices_are_mapped_one_by_one(placements: sp.Expr) -> Relations:
    """One vertex more has n − h places left; none have one map."""
    more = placements.subs(h, h + 1)
    yield same(more, (n - h) * placements, by=lambda gap: sp.expand_func(gap / placements).simplify())
    yield same(placements.subs(h, 0), sp.S.One)


def edges_are_there_one_by_one(chance: sp.Expr) -> Relations:
    """One edge more of either kind; none are there for sure."""
    yield same(chance.subs(E, E + 1), p * chance)
    yield same(chance.subs(E_0, E_0 + 1), p_0 * chance)
    yield same(chance.subs({E: 0, E_0: 0}), sp.S.One)


def maps_and_edges_are_multiplied(placements: sp.Expr, chance: sp.Expr, expected_morphisms: sp.Expr) -> Relations:
    """Fibre by fibre."""
    maps = sp.Mul(*(placements.subs(h, each) for each in (h_1, h_2, h_3)))
    yield same(expected_morphisms, maps * chance)


def shares_of_places_tend_to_one(placements: sp.Expr, next_share: sp.Expr) -> Relations:
    """What the share of the n^h maps that are injective gains with one vertex more."""
    more = placements.subs(h, h + 1)
    yield same(more, next_share * n * placements, by=lambda gap: sp.expand_func(gap / placements).simplify())
    yield same(sp.limit(next_share, n, sp.oo), sp.S.One)


def falling_powers_become_powers(expected_morphisms: sp.Expr, leading: sp.Expr) -> Relations:
    """The expected number with powers for falling powers, and without its edges the number of all maps."""
    powers = expected_morphisms.replace(sp.ff, sp.Pow).subs(p, lam / n).subs(h_3, V - h_1 - h_2)
    yield same(leading, powers, by=lambda gap: sp.powsimp(sp.expand_power_base(gap)))


def powers_are_cycle_ranks(growth: sp.Expr, leading: sp.Expr) -> Relations:
    """The power of n, with E by the cycle rank."""
    power = leading.subs({lam: 1, p_0: 1}).subs(E, V - components + cycles)
    yield same(n**growth, power)


tree_witnesses = Claim(
    label="L10.2",
    title="Expected numbers of copies: linear in the width for trees, bounded for connected graphs with a cycle",
    headline=r"In random sparse lifts of width $n$ and fixed mean degree, the expected number of copies of a connected graph grows in proportion to $n$ for a tree, inputs aside. With a cycle it stays bounded.",
    statement=r"""
Let $H$ be a lift of $B$ with $V$ vertices that are not inputs, $h_b$ of them above $b$, with $E$ edges between them and $E_0$ edges from
inputs. Let $G$ have $n$ vertices above each $b$ that is not an input, and let each edge above an edge of $B$ be present independently, with
probability $p_0$ from inputs and $p$ elsewhere. The expected number of injective (not necessarily induced) morphisms $H\to G$ over $B$
that fix the inputs is $p_0^{E_0}p^E\prod_b(n)_{h_b}$, for three $b$ $$[[expected_morphisms]]$$ (if edges have different
probabilities, all are present with probability $\prod_ep_e$).

**Fixed degree.** With $p=\lambda/n$, $\lambda>0$ fixed and $n\to\infty$, this number is asymptotically $[[leading]]$. If the graph of the
$V$ vertices has $c$ components and $\beta$ independent cycles, then $V-E=[[growth]]$. If it is connected and $p_0>0$, the expected number
grows linearly for a tree, and stays bounded if there is at least one cycle.

**An example** above $1\to2\to3$. The expected number is $[[sparse_tree]]$ for the tree of a root, two children and one grandchild below each
child. It is $[[sparse_diamond]]$ if the two children share one grandchild (a diamond).
""",
    steps=COUNTING_STEPS,
    source=Source("2501.05930", "v1", "abstract (random graph theory); beyond the list of theorems"),
    provenance=Provenance.EXTENSION,
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
        Quantity(h, "number of vertices of the witness above one vertex of the base", COUNT_FROM_ZERO, drawn=(0, 4)),
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
    symbols={
        "B": "base of the lifts, an acyclic graph",
        "H": "witness, a lift of $B$",
        "G": "random sparse lift of $B$",
        "b": "vertex of $B$",
        "(n)_{h_b}": r"falling power $n(n-1)\cdots(n-h_b+1)$",
        "e": "edge of the witness",
        "p_e": "probability of an edge of $G$ onto which $e$ may be mapped",
    },
    also=("tree", "diamond"),
    aids={"tree_graph": tree_graph, "diamond_graph": diamond_graph},
    because={
        "sparse lifts": sparse_counts_of_tree_and_diamond,
        "one fibre": vertices_are_mapped_one_by_one,
        "one map": edges_are_there_one_by_one,
        "all maps": maps_and_edges_are_multiplied,
        "next vertex": shares_of_places_tend_to_one,
        "leading term": falling_powers_become_powers,
        "growth": powers_are_cycle_ranks,
        "tree": lambda expected_morphisms, tree: same(
            tree, expected_morphisms.subs({E_0: 0, E: 4, h_1: 2, h_2: 2, h_3: 1})
        ),
        "diamond": lambda expected_morphisms, diamond: same(
            diamond, expected_morphisms.subs({E_0: 0, E: 4, h_1: 1, h_2: 2, h_3: 1})
        ),
    },
    wrong=lambda: {
        "growth: cycles add": components + cycles,
        "growth: one component": 1 - cycles,
        "growth: cycles only": -cycles,
        "diamond: the tree's number for the diamond": tree,
        "tree: the diamond's number for the tree": diamond,
        "tree: induced": tree * (1 - p) ** 2,
        "expected_morphisms: inputs sampled like the rest": expected_morphisms.subs(p_0, p),
        "expected_morphisms: maps that need not be injective": expected_morphisms.replace(sp.ff, sp.Pow),
        "expected_morphisms: without order": expected_morphisms / sp.factorial(h_1),
        "sparse_diamond: diamonds grow linearly": lam**4 * (n - 1),
        "sparse_diamond: the tree's number for the diamond": sparse_tree,
        "sparse_tree: trees grow quadratically": lam**4 * (n - 1) ** 2,
        "leading: power E − V": leading.subs({V: E, E: V}, simultaneous=True),
        "leading: one power more": n * leading,
        "leading: without the degree": leading.subs(lam, 1),
        "leading: inputs sampled like the rest": leading.subs(p_0, lam / n),
        "placements: maps that need not be injective": n**h,
        "placements: without order": placements / sp.factorial(h),
        "chance: inputs sampled like the rest": p ** (E + E_0),
        "chance: one edge more": p * chance,
        "next_share: one vertex on": 1 - (h + 1) / n,
        "next_share: no loss": sp.S.One,
    },
)
