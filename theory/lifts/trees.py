"""L9: how often a random sparse lift looks like a tree from one of its vertices."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.formulas.transfer import Transfer
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.degrees import CHANCE, DEGREE, SPARSE, WIDTH, k, lam, n, sampled
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, NOTHING_BEYOND, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same

K = sp.Symbol("K", integer=True, nonnegative=True)  # sampled layers
j = sp.Symbol("j", integer=True, nonnegative=True)
s, a = sp.symbols("s a", integer=True, nonnegative=True)  # lengths of a stem and of the branches of a lasso
w = sp.Symbol("w", nonnegative=True)  # the product of λ_e over the edges of a lasso
c = sp.Symbol("c", integer=True, nonnegative=True)  # base vertices inside both branches
m = sp.Symbol("m", integer=True, positive=True)  # edges of a lasso
X = sp.Symbol("X", integer=True, nonnegative=True)  # lifts of lassos that are there

none = (1 - lam / n) ** k
once = k * lam / n * (1 - lam / n) ** (k - 1)
no_collision = ((1 + (k - 1) * lam / n) * (1 - lam / n) ** (k - 1)) ** n
parent_share = k * lam / (n + (k - 1) * lam)
transition = sp.binomial(n, j) * (k * lam / n) ** j * ((n - lam) / n) ** (k * n - j)
transfer = Transfer(sp.Lambda((k, j), transition), n, K, 1)
tree_probability = sampled(transfer)


def over_lassos(term: sp.Expr) -> sp.Expr:
    """The sum over the lassos of a path with K layers."""
    return sp.Sum(sp.Sum(term, (s, 0, K - a)), (a, 2, sp.Max(K, 1)))


placements = n ** (m - 1 - 2 * c) * (n * (n - 1)) ** c
lasso = w * (1 - 1 / n) ** c / n
at_least_one = X - X * (X - 1) / 2
union_bound = over_lassos(lasso.subs({w: lam ** (s + 2 * a), c: a - 1}) / 2)
limit = over_lassos(lam ** (s + 2 * a) / 2)

STEPS = proof(
    r"""
vertices of a layer (by independence): The vertices of the next layer have disjoint sets of edges to the $k$ reached, and so have vertices
of different layers. So they are reached independently.

one vertex: A vertex of the next layer has no edge to the $k$ vertices with probability $[[none]]$, and exactly one with probability
$[[once]]$.

no collision (from vertices of a layer, one vertex): So with probability $[[no_collision]]$ none of the $n$ vertices has more than one edge.

share (from vertices of a layer, one vertex): Given this, each vertex has one edge with probability $[[parent_share]]$, independently.

transition (from no collision, share): So no vertex of the layer is reached twice and exactly $j$ are reached with probability
$Q_{k,j}=[[transition]]$.

layers (from vertices of a layer, transition; by tower): From one vertex through $K$ layers, these probabilities are multiplied, and summed
over the numbers of vertices reached in between. So $P(T_K)$ is $[[tree_probability]]$.

one order (by topological order): Let a vertex $v$ be reached by two distinct walks, and cut off their common ending, so that their last
edges differ. Neither walk is used up, as no walk is closed. Both meet their common vertices in the same order.

common vertices (from one order; by last one): From the last common vertex before $v$ on, the walks are disjoint up to $v$. Let both
walks begin as that one which reaches this vertex by fewer edges, so that neither becomes longer. This gives a lift of a lasso with disjoint branches, which do not both have only one edge,
as their last edges differ.

placements (from common vertices): A lift with $m$ edges has $m-1$ vertices besides the root. Of these, $2c$ form pairs above one base
vertex each: the stem and the branches share no other base vertex. There are $[[placements]]$ choices.

lasso (from placements): Each choice is present with probability $wn^{-m}$, so that the expected number is $[[lasso]]$. If the branches are
the same walk, each subgraph is counted twice.

expected number (from common vertices, lasso; by Markov): The probability that some lift of a lasso is present is at most the expected
number of these lifts.

path (from lasso, expected number): A lasso of the path has a stem of length $s$ and twice the same walk of length $a\ge2$, with $s+a\le K$,
$w=\lambda^{s+2a}$ and $c=a-1$. The sum of these expected numbers, halved, is $[[union_bound]]$.

Bonferroni: If $X$ lifts of lassos are present, $[[at_least_one]]$ is at most $1$, and it is $0$ for $X=0$. So its mean is at most
$P(X\ge1)$.

one cycle (from common vertices, placements; by cycle rank): A lift of a lasso has as many edges as vertices, and so one cycle. In a
connected graph with one independent cycle there is no other cycle, and only one path leads to it from the root. So the graph contains no
other lift of a lasso.

two cycles (from one cycle; by cycle rank): The union of two different lifts of lassos is connected, and so has at least two independent
cycles: with $V$ vertices, it has at least $V+1$ edges.

pairs (from two cycles; by linearity): Each of the finitely many shapes of such unions has at most $n^{V-1}$ choices of its vertices besides
the root, each present with probability $O(n^{-V-1})$. So the mean number of pairs is $O(n^{-2})$.

limit (from expected number, path, Bonferroni, pairs): So $n$ times the probability lies between $nEX-O(1/n)$ and $nEX$, and $n$ times the
number of *lasso* grows to $w$. For the path the limit is $[[limit]]$.
""",
    globals(),
)

constant_degree = sp.binomial(n - 2, 2) / sp.binomial(n, 2)  # the second choice of two avoids the first, K = 2


def with_entry(entry: sp.Expr) -> sp.Expr:
    """Another transition from k to j."""
    return sampled(Transfer(sp.Lambda((k, j), entry), n, K, 1))


def absent(gap: sp.Expr) -> sp.Expr:
    """A gap simplified with a letter for the probability that an edge is absent."""
    return sp.simplify(gap.subs(lam, n * (1 - sp.Symbol("q", positive=True))))


def over_the_first(gap: sp.Expr) -> sp.Expr:
    """A gap of products over the first of them."""
    terms = sp.Add.make_args(gap)
    return sp.simplify(sum(sp.simplify(each / terms[0]) for each in terms))


def of_terms(gap: sp.Expr) -> sp.Expr:
    """A gap of sums over one range, as the gap of their terms."""
    if len({each.limits for each in gap.atoms(sp.Sum)}) != 1:
        return gap
    return sp.simplify(gap.replace(sp.Sum, lambda function, *_: function))


def over_pairs(term: sp.Expr) -> sp.Expr:
    """The sum over stems of length s and branches of length a ≥ 2 of a path with K layers."""
    return sp.Sum(sp.Sum(term, (s, 0, K - a)), (a, 2, sp.Max(K, 1)))


def edges_come_one_by_one(none: sp.Expr, once: sp.Expr) -> Relations:
    """One vertex more is reached, to which there is an edge or not; and the first."""
    yield same(none, (1 - CHANCE) ** k)
    yield same(none.subs(k, k + 1), none * (1 - CHANCE), by=absent)
    yield same(once.subs(k, k + 1), once * (1 - CHANCE) + none * CHANCE, by=absent)
    yield same(none.subs(k, 1), 1 - CHANCE)
    yield same(once.subs(k, 1), CHANCE)


def vertices_are_placed_one_by_one(placements: sp.Expr) -> Relations:
    """One vertex more is placed in n ways, a pair above one base vertex in n(n − 1); one edge at the root asks for no other."""
    yield same(placements.subs(m, m + 1), n * placements)
    pair = {m: m + 2, c: c + 1}
    yield same(valued(placements, pair), n * (n - 1) * placements)
    yield same(placements.subs({m: 1, c: 0}), sp.S.One)


def lassos_of_a_path_are_added(lasso: sp.Expr, union_bound: sp.Expr) -> Relations:
    """Half of each, as its branches are the same walk."""
    one = lasso.subs({w: lam ** (s + 2 * a), c: a - 1}, simultaneous=True)
    yield same(union_bound, over_pairs(one / 2), by=of_terms)


def numbers_less_pairs_are_no_more_than_one(at_least_one: sp.Expr) -> Relations:
    """It lacks as many pairs as X − 1 things have; for X = 0 it is 0."""
    yield same(1 - at_least_one, (X - 1) * (X - 2) / 2, by=sp.expand)
    more = sp.Symbol("r", integer=True, nonnegative=True)
    yield nonnegative(sp.expand(1 - at_least_one.subs(X, more + 2)), (more + 1) * more / 2)
    for number, value in ((0, 0), (1, 1)):
        yield same(at_least_one.subs(X, number), value)


def widths_take_the_shared_vertices_away(lasso: sp.Expr, union_bound: sp.Expr, limit: sp.Expr) -> Relations:
    """n times a lasso is w times a power of 1 − 1/n, which grows to 1; so is each term of n times the bound."""
    yield same(n * lasso, w * (1 - 1 / n) ** c)
    yield same(sp.limit(n * lasso.subs(c, 2), n, sp.oo), w)
    more, some = sp.symbols("z w", positive=True)
    growth = more * (1 + more) * sp.diff(sp.log(n * lasso.subs(w, some)), n)
    yield nonnegative(growth, c, where={n: 1 + more})
    fading = (1 - 1 / n) ** (a - 1)
    without = union_bound.replace(lambda part: part == fading, lambda part: sp.S.One)
    yield same(limit, n * without, by=of_terms)


local_trees = Claim(
    label="L9",
    title="Random sparse lifts look like trees: an exact transfer formula and the 1/n law",
    headline=r"Seen from one vertex, wide random sparse lifts look like trees, apart from inputs. At the width $n$ two backward walks meet with probability at most $C/n$; the known constant $C$ is the limit of $n$ times it.",
    statement=r"""
**A path.** Let consecutive layers have $n$ vertices each, and let each edge between them be present independently with probability
$p=\frac\lambda n$, $0\le\lambda\le n$. Walk backward from one vertex through $K$ sampled layers, and let $T_K$ be the event that no
vertex is reached by two distinct walks.

(a) Suppose that $k\ge1$ vertices of a layer are reached, none of them twice. Then the probability that no vertex of the next layer is
reached twice is $[[no_collision]]$. Given this, the number of vertices reached there is $\mathrm{Bin}(n,r)$, $r=[[parent_share]]$. So the
transition probabilities form a matrix $Q$, and $P(T_K)$ is given by a power of it, exactly $$[[tree_probability]]$$ with $0^0=1$ and
$Q_{0,j}=\mathbf 1_{j=0}$. It is $1$ for $K\le1$ and for $n=1$.

(b) $$1-P(T_K)\le[[union_bound]]\le\frac1n[[limit]],$$ and $n(1-P(T_K))$ converges to the sum on the right. So both bounds are sharp for
$n\to\infty$; for small $n$ they may exceed $1$.

**Any base DAG.** Let each edge above a base edge $e$ be present independently with probability $p_e=\lambda_e/n\le1$. Consider the
backward walks, if so wished only those of length at most $K$, from one vertex of the lift to vertices with fibres of size $n$. (Inputs
have fibres of fixed size, are shared by all, and are left out.)

A *lasso* consists of a backward walk in the base, the stem, that starts at the base vertex below the starting vertex, and an unordered
pair of walks from the end of the stem, the branches. The branches have a common end. Each has at least one edge, and not both have only
one. Their lengths may differ, and both may be the same walk. If walks are limited, the stem and either branch together have at most $K$
edges. Let $w$ be the product of $\lambda_e$ over the edges of the lasso, each as often as it is passed, and $c$ the number of vertices
inside both branches.

(c) The expected number of lifts of a given lasso in which the branches are disjoint is $[[lasso]]$, or half of that if the branches of the
lasso are the same walk. The sum of these numbers over all lassos of the base bounds the probability that some vertex is reached by two
walks. So this probability is at most $C/n$, where $C$ is the sum over the lassos of $w$ (or of $\frac w2$ if the branches are the same
walk), and $n$ times this probability tends to $C$.
""",
    steps=STEPS,
    source=Source(
        "2501.05930", "v1", "as for sparse random graphs (Erdős and Rényi 1960); beyond the list of theorems"
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        WIDTH.drawn_from(3, 12),
        DEGREE.drawn_from(sp.Rational(1, 8), 3),
        Quantity(K, "number of sampled layers that are walked through", COUNT_FROM_ZERO, drawn=(2, 4)),
        Quantity(k, "number of vertices of a layer that are reached", COUNT, drawn=(1, 4)),
        Quantity(
            w,
            "product of the expected degrees over the edges of a lasso, each as often as it is passed",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 4),
        ),
        Quantity(c, "number of vertices of the base inside both branches of a lasso", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(m, "number of edges of a lasso", COUNT, drawn=(3, 9)),
        Quantity(X, "number of lifts of lassos that are there", COUNT_FROM_ZERO),
        Quantity(j, "number of vertices of the next layer that are reached", COUNT_FROM_ZERO, drawn=(0, 3)),
    ),
    hypotheses=(
        Hypothesis("edges are independent, each of a probability of at most $1$"),
        SPARSE,
        Hypothesis("all vertices that count have fibres of one size, the width: the inputs do not count"),
        Hypothesis("no more vertices are reached than there are in a layer", k <= n, convention=NOTHING_BEYOND),
    ),
    named={"h_{a,s}": lam ** (s + 2 * a) / 2},
    symbols={
        "p": "probability of an edge",
        "T_K": "event that no vertex is reached by two distinct walks",
        "P": "probability",
        "r": "probability that a vertex of the next layer is reached, if none is reached twice",
        r"\mathrm{Bin}(n,r)": "binomial law of $n$ trials that succeed with probability $r$",
        "Q_{k,j}": "probability that $j$ vertices of the next layer are reached from $k$, none of them twice",
        "Q": "matrix of these probabilities",
        "a": "length of a branch of a lasso of the path",
        "s": "length of its stem",
        "e": "edge of the base",
        "p_e": "probability of an edge above $e$",
        r"\lambda_e": "expected number of edges above $e$ into a vertex",
        "C": "sum of the products $w$ over the lassos, halved where both branches are one walk",
    },
    aids={"sampling": "independent"},
    sharp=(Sharp(expression="union_bound", example=r"$n\to\infty$", check="bounds_hold_and_become_sharp"),),
    because={
        "one vertex": edges_come_one_by_one,
        "no collision": lambda none, once, no_collision: same(no_collision, (none + once) ** n, by=absent),
        "share": lambda none, once, parent_share: same(parent_share, once / (none + once), by=absent),
        "transition": lambda no_collision, parent_share, transition: same(
            transition, no_collision * binomial_law(n, parent_share, j), by=over_the_first
        ),
        "placements": vertices_are_placed_one_by_one,
        "lasso": lambda placements, lasso: same(lasso, placements * w / n**m),
        "path": lassos_of_a_path_are_added,
        "Bonferroni": numbers_less_pairs_are_no_more_than_one,
        "limit": widths_take_the_shared_vertices_away,
    },
    wrong=lambda: {
        "tree_probability: a vertex may be reached twice": with_entry(binomial_law(n, 1 - (1 - lam / n) ** k, j)),
        "tree_probability: edges instead of the vertices reached": with_entry(binomial_law(k * n, lam / n, j)),
        "tree_probability: a layer less": tree_probability.subs(K, K - 1),
        "tree_probability: one minus the union bound": 1 - union_bound,
        "tree_probability: the limit": 1 - limit / n,
        "tree_probability: an edge too few": tree_probability.subs(lam, lam * sp.Rational(9, 10)),
        "tree_probability: the law of a constant in-degree": constant_degree,
        "no_collision: the k − 1 others only": ((1 - lam / n) ** (k - 1)) ** n,
        "no_collision: pairs of edges": (1 - sp.binomial(k, 2) * (lam / n) ** 2) ** n,
        "no_collision: ordered pairs collide": no_collision**2,
        "parent_share: the share before it is known that none has two": k * lam / n,
        "parent_share: of those without an edge": 1 - parent_share,
        "lasso: copies may coincide": w / n,
        "lasso: one more shared": lasso.subs(c, c + 1),
        "lasso: a copy too many": n * lasso,
        "union_bound: no stems": sp.Sum(lam ** (2 * a) * (1 - 1 / n) ** (a - 1) / (2 * n), (a, 2, sp.Max(K, 1))),
        "union_bound: copies may coincide on a path": limit / n,
        "union_bound: branches of length 2 alone": lam**4 * (1 - 1 / n) / (2 * n),
        "limit: no stems": sp.Sum(lam ** (2 * a) / 2, (a, 2, sp.Max(K, 1))),
        "limit: branches of length 1 as well": sp.Sum(sp.Sum(lam ** (s + 2 * a) / 2, (s, 0, K - a)), (a, 1, K)),
        "sampling: constant in-degree": "constant",
        "none: one edge": 1 - CHANCE,
        "none: all k": 1 - k * CHANCE,
        "once: any one": k * CHANCE,
        "once: a certain one": once / k,
        "transition: a vertex may be reached twice": binomial_law(n, 1 - (1 - CHANCE) ** k, j),
        "transition: edges instead of the vertices reached": binomial_law(k * n, CHANCE, j),
        "placements: copies may coincide": n ** (m - 1),
        "placements: the root as well": n * placements,
        "placements: all of them different": sp.ff(n, m - 1),
        "at_least_one: ordered pairs": X - X * (X - 1),
        "at_least_one: all of them": X,
    },
)
