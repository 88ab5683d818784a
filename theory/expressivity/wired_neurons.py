"""E1 and E3: how many neurons see all active inputs, and why hubs make them many."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.expressivity.symbols import (
    ACTIVE,
    COUNTED,
    EDGE,
    FLOOR_SHARE,
    GRAPHON,
    NEURONS,
    POSITIONS,
    alpha,
    j,
    k,
    kernel,
    n,
    p,
    positions,
    u,
)
from theory.graphon.symbols import UP_TO_ONE
from theory.quantities import Hypothesis, Quantity

share = sp.Symbol("t", positive=True)  # t_S(W)
background = sp.Symbol("p_0", positive=True)  # density of the other rows
i = sp.Symbol("i", integer=True, nonnegative=True)


def binomial_law(trials: sp.Expr, chance: sp.Expr, count: sp.Expr) -> sp.Expr:
    """P(Bin(trials, chance) = count)."""
    return sp.binomial(trials, count) * chance**count * (1 - chance) ** (trials - count)


def at_least(trials: sp.Expr, chance: sp.Expr, count: sp.Expr) -> sp.Expr:
    """P(Bin(trials, chance) ≥ count)."""
    return sp.Piecewise((0, count > trials), (sp.Sum(binomial_law(trials, chance, i), (i, count, trials)), True))


wired_share = sp.Integral(sp.Mul(*(kernel(u, v) for v in positions)), (u, 0, 1))
two_level_share = alpha * p**k + (1 - alpha) * background**k
floor_share = alpha * p**k
count_law = binomial_law(n, share, j)
tail_law = at_least(n, share, j)

wired_count = Claim(
    label="E1",
    title="Fully wired neurons: a binomial count",
    statement=r"""
One hidden layer of $n$ neurons with iid uniform latents $u_i$, edges independent given them with probabilities
$W(u_i,v_j)$. The number $N$ of neurons connected to *all* of a set $S$ of $k$ inputs is binomial, $P(N=j)=[[count_law]]$ and
$P(N\ge j)=[[tail_law]]$, with $t=t_S(W)=\int_0^1\prod_{j\in S}W(u,v_j)\,du$ (for three inputs $[[wired_share]]$). If
$W(u,v_j)\ge p$ for $j\in S$ and a share $\alpha$ of the latents, $t_S\ge[[floor_share]]$ and $N$ is stochastically at least
$\mathrm{Bin}(n,\alpha p^k)$; given latents of which $m$ have that floor, at least $\mathrm{Bin}(m,p^k)$. With $W=p_0$ elsewhere,
$t_S=[[two_level_share]]$, so the floor is sharp ($p_0\to0$). The network's inputs beyond $S$ do not matter. A fully wired
neuron can compute every $\varphi(\omega\cdot x_S+b)$: enough of them are sufficient for what E5 and E6 say, not necessary.
""",
    proof_text=r"""
Given $u_i$, neuron $i$ has all its edges to $S$ with probability $\prod_{j\in S}W(u_i,v_j)$; integrate over $u_i$. The neurons are
iid, so $N$ is binomial. On a set of latents of measure $\alpha$ the product is at least $p^k$. For the order, give each edge a
uniform variable and keep it where that is below $W$: lowering $W$ removes edges, and the neurons that are wired at density $p$ on
the floor (of which there are $\mathrm{Bin}(n,\alpha p^k)$, or $\mathrm{Bin}(m,p^k)$ given the latents) are wired at $W$. ∎
""",
    source=Source("2602.06675", "elementary; a step towards E6, beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        NEURONS,
        ACTIVE,
        COUNTED,
        Quantity(
            share,
            "probability that a neuron is fully wired",
            UP_TO_ONE,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        FLOOR_SHARE,
        EDGE,
        Quantity(
            background,
            "probability of an edge to an active input at the other neurons",
            UP_TO_ONE,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        GRAPHON,
        POSITIONS,
    ),
    hypotheses=(
        Hypothesis("iid latents, edges independent given them"),
        Hypothesis("the mask does not look at the function to be learnt"),
    ),
    expressions={
        "wired_share": wired_share,
        "two_level_share": two_level_share,
        "floor_share": floor_share,
        "count_law": count_law,
        "tail_law": tail_law,
    },
)

column = sp.Symbol("w", positive=True)  # the column factor of a hub graphon, the same for all of S
other = sp.Symbol("x", positive=True)  # a second latent

hub_share = column**k / (k + 1)
density_product = (column / 2) ** k
hub_gain = 2**k / (k + 1)
first, second = positions[:2]
chebyshev_gap = (
    sp.Integral(
        (kernel(u, first) - kernel(other, first)) * (kernel(u, second) - kernel(other, second)),
        (u, 0, 1),
        (other, 0, 1),
    )
    / 2
)
slopes = sp.symbols("b_1 b_2", real=True)
affine_gap = slopes[0] * slopes[1] / 12

hubs = Claim(
    label="E3",
    title="Hubs beat the product of densities",
    statement=r"""
For $W(u,v)=u\,w(v)$ the share of neurons wired to all of $S$ is $t_S=\prod_{j\in S}w(v_j)/(k+1)$, hence $[[hub_share]]$ for a
common $w$, where the product of the column densities is $[[density_product]]$: heterogeneity gains the factor $[[hub_gain]]$ at the same
densities, a polynomial price $k+1$ in place of $2^k$ (the factor $w^k$ stays). In general, if $W(\cdot,v)$ is
nondecreasing for every $v\in S$ (or nonincreasing for every one), $t_S\ge\prod_{j\in S}r(v_j)$ with $r(v)=\int W(u,v)\,du$. For two
inputs the gap is $[[chebyshev_gap]]$, which is $[[affine_gap]]$ for affine $W=a_j+b_ju$: where one input has its edges at the
neurons at which the other has none, it is negative.
""",
    proof_text=r"""
$\int_0^1u^kdu=\frac1{k+1}$ and $r(v)=w(v)/2$. *Chebyshev's inequality:* for $f,g$ expand
$\frac12\iint(f(u)-f(x))(g(u)-g(x))\,du\,dx=\int fg-\int f\int g$; if both are monotone in the same sense the integrand is
nonnegative. A product of nonnegative functions monotone in one sense is so too: induction over $S$. For affine functions the
integrand is $b_1b_2(u-x)^2$ and $\iint(u-x)^2=\frac16$. ∎
""",
    source=Source("2602.06675", "beyond the abstract (heterogeneous graphons)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ACTIVE,
        Quantity(
            column,
            "column factor of the graphon at an active input",
            UP_TO_ONE,
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        GRAPHON,
        POSITIONS,
        Quantity(
            slopes,
            "derivative of an affine graphon in the latent, at one of two inputs",
            sp.Interval(-1, 1),
            drawn=(-1, 1),
        ),
    ),
    hypotheses=(
        Hypothesis("as in E1"),
        Hypothesis("for the inequality: all columns of $S$ monotone in the same sense"),
    ),
    uses=("E1",),
    expressions={
        "hub_share": hub_share,
        "density_product": density_product,
        "hub_gain": hub_gain,
        "chebyshev_gap": chebyshev_gap,
        "affine_gap": affine_gap,
    },
    aids={"orders": ("rising", "falling")},
)
