"""L9: how often a random sparse lift looks like a tree from one of its vertices."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.transfer import Transfer
from theory.lifts.degrees import DEGREE, SPARSE, WIDTH, k, lam, n, sampled
from theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity

K = sp.Symbol("K", integer=True, nonnegative=True)  # sampled layers
j = sp.Symbol("j", integer=True, nonnegative=True)
s, a = sp.symbols("s a", integer=True, nonnegative=True)  # lengths of a stem and of the branches of a lasso
w = sp.Symbol("w", nonnegative=True)  # the product of λ_e over the edges of a lasso
c = sp.Symbol("c", integer=True, nonnegative=True)  # base vertices inside both branches

no_collision = ((1 + (k - 1) * lam / n) * (1 - lam / n) ** (k - 1)) ** n
parent_share = k * lam / (n + (k - 1) * lam)
transition = sp.binomial(n, j) * (k * lam / n) ** j * ((n - lam) / n) ** (k * n - j)
transfer = Transfer(sp.Lambda((k, j), transition), n, K, 1)
tree_probability = sampled(transfer)


def over_lassos(term: sp.Expr) -> sp.Expr:
    """The sum over the lassos of a path with K layers."""
    return sp.Sum(sp.Sum(term, (s, 0, K - a)), (a, 2, sp.Max(K, 1)))


lasso = w * (1 - 1 / n) ** c / n
union_bound = over_lassos(lasso.subs({w: lam ** (s + 2 * a), c: a - 1}) / 2)
limit = over_lassos(lam ** (s + 2 * a) / 2)

local_trees = Claim(
    label="L9",
    title="Random sparse lifts look like trees: an exact transfer formula and the 1/n law",
    statement=r"""
*Path.* Consecutive layers have $n$ vertices, edges between them probability $p=\frac\lambda n$, $0\le\lambda\le n$. Walk backward
from one vertex through $K$ sampled layers, and let $T_K$ be the event that no vertex is reached by two distinct walks. (a) A
layer in which $k\ge1$ vertices are reached, none twice, is followed by one without a vertex reached twice with probability
$[[no_collision]]$; given that, the vertices reached in it are $\mathrm{Bin}(n,r)$, $r=[[parent_share]]$. So
$P(T_K)$ is a power of the matrix of both, exactly $$[[tree_probability]]$$ with $0^0=1$ and $Q_{0,j}=\mathbf 1_{j=0}$; it is $1$ for $K\le1$ and for $n=1$. (b)
$$1-P(T_K)\le[[union_bound]]\le\frac1n[[limit]],$$ and $n(1-P(T_K))$ converges to the sum on the right.
So both bounds are sharp for $n\to\infty$; for small $n$ they may exceed $1$.

*Any base DAG*, edges $e$ with $p_e=\lambda_e/n\le1$. Consider the backward walks from one vertex of the lift to vertices with fibres
of size $n$ (inputs, with fibres of fixed size, are shared by all and left out), of length at most $K$, if so wished. A *lasso* is
a backward walk in the base from what lies below that vertex, the stem, with an unordered pair of walks from its end, the branches,
that have a common end, have at least one edge each and not both only one. Their lengths may differ, and both may be the same. Let $w$ be the product
of $\lambda_e$ over its edges, each as often as it is passed, and $c$ the number of vertices inside both branches. (c) The expected
number of its lifts with disjoint branches is $[[lasso]]$, or half of that if the branches are the same walk. Summed over all
lassos of the base it bounds the probability that some vertex is reached by two walks. So this is at most $C/n$, where $C$ is the
sum of $w$ (or $\frac w2$) over the lassos; and $n$ times it tends to $C$.
""",
    proof_text=r"""
(a) Edges into different layers are independent. Each of the $n$ vertices of the next layer independently has no edge to the $k$
reached, with probability $q^k$, $q=1-p$, one, with probability $kpq^{k-1}$, or more. None has more with probability
$(q^k+kpq^{k-1})^n$, and given that, each has one with probability $r=\frac{kp}{q+kp}$; $Q_{k,j}=\binom nj(kpq^{k-1})^jq^{k(n-j)}$.

(c) Let a vertex $v$ be reached by two distinct walks. Cut off their common ending: their last edges differ. (Neither is then
used up, as the DAG has no closed walk.) Both meet their common vertices in the same order; let $u$ be the last before $v$. Behind
$u$ they are disjoint up to $v$; let the second begin as the first does. This is a lift of a lasso with branches disjoint but for
their ends; two branches of length $1$ would be one edge. Base walks in a DAG pass a vertex at most once, so a stem shares no base vertex with the
branches but $u$'s, and the branches may share those inside both. With $m$ edges there are $m-1$ vertices to choose besides the root, in $n$
ways each or, for the second of a pair above one base vertex, $n-1$: $n^{m-1}(1-\frac1n)^c$ choices, each with probability $wn^{-m}$; if
the branches are the same walk each subgraph is counted twice. Markov's inequality. *Limit:* let $X$ count these
subgraphs, $EX-E\binom X2\le P(X\ge1)\le EX$ (Bonferroni), $nEX\to C$. Each has one cycle, and is that cycle with the only path from the root to
it; so two that differ have a union, connected, with at least two independent cycles: of $V$ vertices
and at least $V+1$ edges. There are finitely many shapes of such unions, each with at most $n^{V-1}$ choices, of probability $O(n^{-V-1})$:
$E\binom X2=O(n^{-2})$.

(b) is (c) for a path: a lasso has a stem of length $s$ and twice one walk of length $a\ge2$, $s+a\le K$, $w=\lambda^{s+2a}$, $c=a-1$. ∎
""",
    source=Source("2501.05930", "as for sparse random graphs (Erdős and Rényi 1960); beyond the list of theorems"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    ),
    hypotheses=(
        Hypothesis("edges are independent, each of a probability of at most $1$"),
        SPARSE,
        Hypothesis("all vertices that count have fibres of one size, the width: the inputs do not count"),
        Hypothesis("no more vertices are reached than there are in a layer", k <= n),
    ),
    uses=("L8",),
    expressions={
        "tree_probability": tree_probability,
        "no_collision": no_collision,
        "parent_share": parent_share,
        "union_bound": union_bound,
        "limit": limit,
        "lasso": lasso,
    },
    aids={"sampling": "independent"},
)
