"""L20: random sparse lifts, the definition, and that full lifts pruned at random at initialization have the same law."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.lifts.coverage import REGION, m, omega
from sparse_limits.theory.lifts.degrees import DEGREE, PROBABILITY, lam, n, sampled, value, variance
from sparse_limits.theory.lifts.perceptrons import n_1
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

N_e = sp.Symbol("N_e", nonnegative=True, integer=True)  # edges above one edge of the base
EDGES = sp.symbols(
    "e_11 e_12 e_21 e_22", integer=True, nonnegative=True
)  # 1 for each pair of two copies and two that is an edge, else 0
p = sp.Symbol("p", nonnegative=True)  # that an edge outlives another pruning

pairs = n * n_1
chance = sampled(lam / n)
graph_probability = sampled((lam / n) ** N_e * (1 - lam / n) ** (pairs - N_e))


def law_of_two(there: sp.Expr, absent: sp.Expr) -> sp.Expr:
    """The probability of a graph on two copies and two: so many pairs are edges, all but so many are none; λ is at most two."""
    return sampled((lam / n) ** there * (1 - lam / n) ** (4 - absent)).subs(n, 2)


two_law = law_of_two(sum(EDGES), sum(EDGES))
skip_law = EDGES[0] * EDGES[3] * (1 - EDGES[1]) * (1 - EDGES[2])
edges_law = sampled(binomial_law(pairs, lam / n, N_e))
joint_law = sampled((lam / n * omega) ** N_e * (1 - lam / n) ** (pairs - N_e))
mean_edges = n_1 * lam
edges_variance = sampled(n_1 * lam * (1 - lam / n))
pruned_degree = p * lam
part_degree = m * lam / n

STEPS = proof(
    r"""
pairs (a definition): Above $e=(u,v)$ there are $[[pairs]]$ pairs of a copy of $u$ and a copy of $v$. Each is an edge with probability
$\min(1,\lambda/n)$, which is $[[chance]]$ for $\lambda\le n$, independently of the other pairs and of all weights.

outcomes (from pairs; by L2): In every outcome, an edge leads from a copy of $u$ to a copy of $v$ for an edge $(u,v)$ of $B$, and has a
weight in $W_{(u,v)}$. Directed cycles would lie over directed cycles of $B$, of which there are none. So the outcome is a lift, and has
exactly one family of activations.

one graph (from pairs, outcomes): The pairs are independent. So a given lift with $N_e$ edges above $e$ has, as regards these edges, the
probability $[[graph_probability]]$, one factor for each pair. This depends only on the number of edges above each $e$, which permutations
of fibres preserve if all edges are sampled.

permuted copies (from one graph): For two copies of $u$ and two of $v$ let $e_{ij}$ be $1$ if copy $i$ of $u$ is joined to copy $j$ of $v$,
and $0$ otherwise. If the edges are sampled, a graph has the probability $[[two_law]]$, which no permutation of a fibre changes. If copies
of the same number are joined and no others, it has the probability $[[skip_law]]$. A permutation that acts alike on both fibres preserves
this probability; a permutation of one of them alone does not.

weights of edges (from one graph; by product): Weights are independent of edges and of one another. So the probability that the lift is a
given one, and that its weights above $e$ lie in given sets of probability $\omega$ each, is the probability of this lift times
$\omega^{N_e}$.

masked weights (by fibres): A masked weight is $0$, and $M(0,\cdot)=0$. So in the sum over a fibre the masked edges add up to $0$, and the
full lift with masked weights computes the same as the lift of the other edges (for perceptrons see L5).

pruned full lift (from weights of edges, masked weights, one graph): Draw weights for all pairs, which gives the full lift, and then the
mask. The mask is the graph. The weights that it keeps are independent, with their laws, and the other weights are unrestricted, which has
probability $1$. So both lifts have the joint law $[[joint_law]]$.

number of edges (from one graph): There are as many graphs of this probability as sets of $N_e$ pairs. So there are $N_e$ edges with
probability $[[edges_law]]$.

one vertex (by L8.1): The number of edges into a copy of $v$ has the mean $\lambda$ and the variance $[[variance]]$, and is independent of
the numbers for all other copies.

all vertices (from one vertex): So the number of edges above $e$ has the mean $[[mean_edges]]$ and the variance $[[edges_variance]]$, $n_1$
times those of one vertex.

pruned again (from pairs): If each edge survives another pruning with probability $p$, independently, a pair is an edge with the probability
$p\lambda/n$ that belongs to $[[pruned_degree]]$. Otherwise the edge was absent, or it was present and is pruned.

part (from pairs): Between $m$ of the copies of $u$ and any of the copies of $v$, the pairs keep their probability, which is that of the
degree $[[part_degree]]$ for $m$ copies. For $m=0$ there are no pairs.
""",
    globals(),
    variance=variance,
)


def one_edge_more_changes_a_factor(pairs: sp.Expr, chance: sp.Expr, graph_probability: sp.Expr) -> Relations:
    """A pair that becomes an edge, in place of one that is none; without edges there are as many factors as pairs."""
    graph, edge = value(graph_probability), value(chance)
    yield same(graph.subs(N_e, N_e + 1) * (1 - edge), graph * edge, by=lambda gap: sp.simplify(sp.powsimp(gap)))
    yield same(graph.subs(N_e, 0), (1 - edge) ** pairs)


def skips_are_the_edges_of_one_graph(skip_law: sp.Expr) -> Relations:
    """The polynomial in the edges that is 1 at that graph and 0 at all others."""
    skips_alone = sp.prod(e if kept else 1 - e for e, kept in zip(EDGES, (1, 0, 0, 1), strict=True))
    yield same(value(skip_law), skips_alone, by=sp.expand)


def vertices_add_up(variance: sp.Expr, mean_edges: sp.Expr, edges_variance: sp.Expr) -> Relations:
    """One copy of the target more adds the mean and the variance of one; the moments of a binomial law of all pairs."""
    one_more = {n_1: n_1 + 1}
    yield same(mean_edges.subs(one_more) - mean_edges, lam)
    yield same(value(edges_variance).subs(one_more) - value(edges_variance), value(variance), by=sp.expand)
    yield same(mean_edges, n * n_1 * lam / n)
    yield same(value(edges_variance), n * n_1 * (lam / n) * (1 - lam / n), by=sp.expand)


random_sparse_lifts = Claim(
    label="L20",
    title="Random sparse lifts are full lifts, sparsified at initialization",
    headline=r"A random sparse lift is a full lift with independent weights, pruned at initialization: each edge above $e$ is kept with probability $\min(1,\lambda_e/n)$, independently. Pruned again like this, it stays one.",
    statement=r"""
**Definition.** Let $B$ be a perceptron module, with a number of copies of each vertex, a number $\lambda_e\ge0$ for each edge $e$, and a
law on each space $W_e$ of weights. The vertices of its *random sparse lift* are these copies. Let $e=(u,v)$, and let $u$ have $n$ copies.
A copy of $u$ and a copy of $v$ are joined by an edge with probability $\min(1,\lambda_e/n)$, and its weight has the law of $e$. All these
choices are independent.

**What is not sampled.** Edges that are not to be sampled, such as skip connections, are treated separately: either all of them are present, or only
those between copies of the same number. Below, all edges are sampled. The readout is linear, $F=\sum_ia_iy_i$ over the copies of the *terminals*, the vertices that are read out (Definition 4.1). It has a number in $a_i$ for each feature of $y_i$, and all of these are present.

**The law of the graph.** Every outcome is a lift. Let $v$ have $n_1$ copies, and let $\lambda=\lambda_e\le n$. The edges above $e$ form a
given graph with $N_e$ edges with probability $$[[graph_probability]],$$ so the law of the lift stays the same under any permutation of
each fibre, the copies of one vertex. For two copies of $u$ and two of $v$, where $e_{ij}$ is $1$ if copy $i$ is joined to copy $j$ and
otherwise $0$, this is $[[two_law]]$. (With edges between copies of the same number it is $[[skip_law]]$ instead, and permutations have to
act alike on both fibres.) There are $N_e$ edges with probability $[[edges_law]]$; their number has the mean $[[mean_edges]]$ and the
variance $[[edges_variance]]$.

**Sparsified at initialization.** Take the full lift with independent weights of these laws, and keep each weight with probability
$[[chance]]$, independently. The result is the same random lift: it has the same joint law of edges and weights. Under this law the edges
above $e$ form a given graph with $N_e$ edges, with weights in given sets of probability $\omega$ each, with probability $$[[joint_law]].$$

**Pruned again**, with each edge kept with probability $p$, independently, it is a random sparse lift with $[[pruned_degree]]$ in place of
$\lambda$. Its part on $m$ of the copies of $u$ is a random sparse lift with $[[part_degree]]$ in this place (without edges for $m=0$).
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "Definition 4.2: “Random sparse lift”, of which only the title was at hand, and the abstract: “obtained by "
        "sparsifying the weight tensors of usual architectures at initialization”; the form stated here is ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        Quantity(n, "number of copies of the source of an edge of the base", COUNT, drawn=(3, 9)),
        Quantity(n_1, "number of copies of its target", COUNT_FROM_ZERO, drawn=(1, 5)),
        DEGREE.drawn_from(sp.Rational(1, 8), 3),
        Quantity(N_e, "number of edges above that edge", COUNT_FROM_ZERO, drawn=(0, 3)),
        REGION.drawn_from(sp.Rational(1, 4), 1),
        Quantity(p, "probability that an edge outlives another pruning", PROBABILITY),
        Quantity(m, "number of copies of the source in the part that is looked at", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(EDGES, "one where two copies are joined by an edge, else zero", sp.FiniteSet(0, 1)),
    ),
    hypotheses=(
        Hypothesis("edges and weights are independent, each of all others"),
        Hypothesis(r"$M(0,y)=0$ where a masked weight is to be an edge that is absent"),
        Hypothesis("the expected degree is at most the number of copies of the source", lam <= n),
        Hypothesis(
            "a graph has no more edges than there are pairs",
            N_e <= pairs,
            needed_by=("graph_probability", "joint_law", "edges_law"),
        ),
        Hypothesis("a part has no more copies than there are", m <= n, needed_by=("part_degree",)),
    ),
    named={"p_e": lam / n, r"\bar p_e": 1 - lam / n},
    symbols={
        "B": "perceptron module, the base of the lift",
        "u,v": "source and target of an edge of the base",
        "e": "edge of the base",
        r"\lambda_e": "expected number of edges above $e$ into a vertex, where there are enough copies",
        "W_e": "space of the weights of edge $e$",
        "F": "output of the network",
        "y_i": "features of copy $i$ of a terminal vertex",
        "a_i": "weights of the readout for copy $i$",
        "i,j": "numbers of copies of the source and of the target",
    },
    because={
        "pruned full lift": lambda graph_probability, joint_law: same(
            value(joint_law), value(graph_probability) * omega**N_e, by=lambda gap: sp.simplify(sp.powsimp(gap))
        ),
        "one graph": one_edge_more_changes_a_factor,
        "permuted copies": skips_are_the_edges_of_one_graph,
        "number of edges": lambda graph_probability, edges_law: same(
            value(edges_law), sp.binomial(n * n_1, N_e) * value(graph_probability)
        ),
        "all vertices": vertices_add_up,
        "pruned again": lambda pruned_degree: same(
            pruned_degree / n + (1 - lam / n) + (1 - p) * lam / n, 1, by=sp.expand
        ),
        "part": lambda chance, part_degree: same(part_degree, m * value(chance)),
    },
    wrong=lambda: {
        "joint_law: the graph alone": graph_probability,
        "joint_law: weights of all pairs": joint_law * omega ** (pairs - N_e),
        "joint_law: masks that look at the weights": joint_law.subs(lam, lam * omega),
        "graph_probability: edges alone": graph_probability / (1 - lam / n) ** (pairs - N_e),
        "graph_probability: λ over the copies of the target": graph_probability.subs(n, n_1),
        "graph_probability: λ over all copies of the source and one more": graph_probability.subs(
            lam, lam * n / (n + 1)
        ),
        "graph_probability: one of all sets of so many": edges_law / sp.binomial(pairs, 2),
        "chance: λ edges in all": chance / n_1,
        "pairs: a pair of copies of one vertex": n**2,
        "two_law: skips between copies of one number": skip_law,
        "two_law: any number of edges from two copies": value(two_law),
        "two_law: one edge into each copy of the target": ((EDGES[0] - EDGES[2]) * (EDGES[1] - EDGES[3])) ** 2 / 4,
        "skip_law: sampled edges in place of skips": two_law,
        "skip_law: all skips at once": EDGES[0] * EDGES[3],
        "edges_law: one graph": graph_probability,
        "edges_law: sets of ordered pairs": edges_law * sp.factorial(N_e),
        "edges_law: sets counted from one graph": value(graph_probability) / 2,
        "mean_edges: λ in all": lam,
        "mean_edges: λ from each copy of the source": n * lam,
        "edges_variance: Poisson": n_1 * lam,
        "edges_variance: of one vertex": edges_variance / n_1,
        "variance: Poisson at one vertex": lam,
        "pruned_degree: not pruned": lam,
        "pruned_degree: what is pruned": (1 - p) * lam,
        "part_degree: of the whole": lam,
        "part_degree: the other way round": lam * n / m,
        "part_degree: twice the whole": 2 * lam,
    },
)
