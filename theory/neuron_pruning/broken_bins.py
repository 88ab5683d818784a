"""N7: bins with an odd number of breakpoints, and how long it takes until none is left."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source

T = sp.Symbol("T", integer=True, positive=True)  # the number of bins
b, k, s = sp.symbols("b k s", integer=True, nonnegative=True)  # broken bins now and at the start; neurons added
d = sp.Symbol("d", integer=True, positive=True)  # inputs
i = sp.Symbol("i", integer=True, nonnegative=True)  # a bin
j = sp.Symbol("j", integer=True)
t = sp.Symbol("t", real=True)  # a place on the axis of breakpoints

breakpoint_cdf = sp.Rational(1, 2) + sp.atan(t) / sp.pi
bin_edge = sp.tan(sp.pi * (i / T - sp.Rational(1, 2)))
one_more = 1 - b / T
one_less = b / T
weight = 1 / sp.binomial(T - 1, j)
all_broken_first = sp.Sum(weight, (j, 0, k - 1)) / sp.Sum(weight, (j, 0, T - 1))
even = (1 + (-1) ** s) / 2  # an odd number of neurons leaves a broken bin: 0 exactly
none_broken = even * sp.Sum(sp.binomial(T, j) * (1 - 2 * j / T) ** s, (j, 0, T)) / 2**T
mean_steps = 2**T - 1
none_broken_anywhere = none_broken ** sp.floor(d / 2)

broken_bin_chain = Claim(
    label="N7",
    title="Broken bins make an Ehrenfest chain",
    statement=r"""
Along $x(t)=te_{2i-1}+e_{2i}$ a neuron with weights $w\sim N(0,I_d)$ has its breakpoint at $-w_{2i}/w_{2i-1}$, with the
distribution function $[[breakpoint_cdf]]$. Cut this axis at the points $[[bin_edge]]$, $0<i<T$, into $T$ bins, which are
equally likely; a bin is *broken* if it holds an odd number of breakpoints. Add neurons one at a time, without looking at
their weights. From $b$ broken bins there is one more with probability $[[one_more]]$ and one less with probability
$[[one_less]]$. From $k\le T$ broken bins all are broken before none is with probability $$[[all_broken_first]].$$ From
none, after $s$ neurons none is broken with probability $$[[none_broken]],$$ and from one broken bin it takes
$[[mean_steps]]$ neurons in the mean until none is. For the $\lfloor d/2\rfloor$ disjoint pairs of inputs the chains are
independent: after $s$ neurons no bin is broken along any of them with probability $$[[none_broken_anywhere]].$$
""",
    proof_text=r"""
The ratio of two independent normal numbers has the Cauchy law, whose quantiles are the edges. Each neuron changes the
parity of one bin, uniform and independent of the others: the broken bins are the ones of a walk on $\{0,1\}^T$ that flips a
uniform coordinate, and $b$ of the $T$ flips mend.

*Which end first.* Let $h_k$ be the probability, $h_0=0$, $h_T=1$. From $h_k=(1-\frac kT)h_{k+1}+\frac kTh_{k-1}$,
$(h_{k+1}-h_k)(T-k)=(h_k-h_{k-1})k$, so $h_{j+1}-h_j$ is proportional to
$\prod_{i\le j}\frac i{T-i}=\binom{T-1}j^{-1}$.

*None after $s$.* The characters $\prod_{i\in A}(-1)^{x_i}$ are eigenfunctions of the walk, with the eigenvalue
$1-\frac{2|A|}T$; the probability to be back at the start is the mean of their $s$-th powers over the $2^T$ sets $A$; for odd $s$ a set and its complement cancel.

*Mean.* The walk is irreducible and its stationary law is uniform, so it returns to the start after $2^T$ steps in the
mean, the first of which leads to one broken bin.

*All pairs.* They involve disjoint, hence independent weights.
""",
    source=Source("2603.02234", "Definition 2 (broken bin) and Figure 2 (birth–death chain)"),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    assumptions=(
        "the neurons are added without looking at their weights: for a chosen subset the law is another",
        "a bin with a single kink away from the target's cannot be repaired (N1); of three kinks in a bin this is not said",
    ),
    uses=("N1",),
    expressions={
        "breakpoint_cdf": breakpoint_cdf,
        "bin_edge": bin_edge,
        "one_more": one_more,
        "one_less": one_less,
        "all_broken_first": all_broken_first,
        "none_broken": none_broken,
        "mean_steps": mean_steps,
        "none_broken_anywhere": none_broken_anywhere,
    },
    domain={T: (4, 7), k: (1, 4), b: (0, 4), i: (1, 3), s: (2, 6), d: (4, 9)},
)
