"""N7: bins with an odd number of breakpoints, and how long it takes until none is left."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.quantities import COUNT, COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity

T = sp.Symbol("T", integer=True, positive=True)  # the number of bins
b, k, s = sp.symbols("b k s", integer=True, nonnegative=True)  # broken bins now and at the start; neurons added
d = sp.Symbol("d", integer=True, positive=True)  # inputs
i = sp.Symbol("i", integer=True, nonnegative=True)  # a bin
j = sp.Symbol("j", integer=True)
t = sp.Symbol("t", real=True)  # a place on the axis of breakpoints
spacing = sp.Symbol("h", positive=True)  # of three breakpoints in one bin

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

# Three kinks in one bin, at −h, 0 and h about a place: broken, and repaired
h = sp.Symbol("h", positive=True)
repairing = (sp.Integer(1), -2 * sp.cos(h), sp.Integer(1))  # the strengths of the neurons
repaired_error = sp.sin(h)

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

That *broken* means an odd number of breakpoints is our reading of the paper's word. In this sense a broken bin can be repaired, and forces no error but one
that shrinks with the bin: three neurons of the plane, unit vectors turned by $-h$, $0$ and $h$, $0<h\le\frac\pi4$, with the strengths
$[[repairing]]$ have their three breakpoints within an angle of $2h$, and their sum vanishes but between these and there is at most $[[repaired_error]]$ on the unit disc, attained.
A lemma by which every broken bin costs a fixed error does not hold in this reading.
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

*Three kinks.* $u_{-h}+u_h=2\cos h\,u_0$, so the sum is $0$ where all three neurons are active, as where none is. Between the kinks of $u_{-h}$ and $u_0$ one or two
are active, and the sum is $\pm$ the sine of the angle from the outer kink: it grows to $\sin h$ at the middle kink and falls again.
""",
    source=Source(
        "2603.02234",
        "Definition 2, “Broken bin”, Lemma 1, “Broken bin prevents approximation”, and Figure 2, “Stacked "
        "state-line representation of the birth–death chain”: that broken means an odd number of breakpoints is "
        "our reading",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        Quantity(T, "number of bins", COUNT, drawn=(4, 7)),
        Quantity(k, "number of broken bins at the start", COUNT_FROM_ZERO, drawn=(1, 4)),
        Quantity(b, "number of broken bins now", COUNT_FROM_ZERO, drawn=(0, 4)),
        Quantity(i, "number of bins to the left of an edge", COUNT, drawn=(1, 3)),
        Quantity(s, "number of neurons that were added", COUNT_FROM_ZERO, drawn=(2, 6)),
        Quantity(d, "number of inputs", COUNT, drawn=(4, 9)),
        Quantity(t, "place on the axis of breakpoints", sp.S.Reals),
        Quantity(
            h,
            "distance between neighbouring kinks of three, along a line or as an angle in radians",
            POSITIVE,
            drawn=(sp.Rational(1, 50), sp.Rational(3, 4)),
        ),
    ),
    hypotheses=(
        Hypothesis("the neurons are added without looking at their weights: for a chosen subset the law is another"),
        Hypothesis("“broken” as an odd number of breakpoints is our reading"),
        Hypothesis(
            "a bin with a single kink away from the target's costs an error (N1); one with three may cost next to none"
        ),
        Hypothesis("an edge between two bins", i < T),
        Hypothesis("no more broken bins than bins at the start", k <= T),
        Hypothesis("no more broken bins than bins", b <= T),
        Hypothesis(
            "kinks no further apart than an eighth of a turn",
            h <= sp.pi / 4,
            needed_by=("repairing", "repaired_error"),
        ),
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
        "odd_bin_error": spacing,
        "repairing": repairing,
        "repaired_error": repaired_error,
    },
    aids={
        "three_kinks": ((-1, 1), (0, -2), (1, 1)),  # places in units of h, and output weights
    },
    pitfalls=(
        Pitfall(
            control="an odd bin cannot be repaired",
            said="A bin with an odd number of breakpoints prevents approximation.",
            by=(
                "“Broken bin prevents approximation” (arXiv:2603.02234, title of Lemma 1), if broken means "
                "odd, which is our reading: the paper's definition, which was not at hand, must ask for more."
            ),
            why="Three kinks near each other can cancel but for a bump as small as their distance.",
            counterexample="three_kinks",
            by_hand=(
                r"Along $x(t)=(t,1)$ the neurons $\sigma(t+\frac1{100})$, $\sigma(t)$, "
                r"$\sigma(t-\frac1{100})$ with the output weights $1,-2,1$ have three breakpoints in one "
                r"bin and add up to a hat of height $\frac1{100}$, zero outside. They can be added to any "
                r"network at that price. (On the circle, with $1,-2\cos h,1$ at the angles $-h,0,h$, the "
                r"price is $\sin h$.) A single kink of height $1$ in the middle of a bin of half-width "
                r"$\frac14$ costs at least $\frac1{16}$ (N1)."
            ),
            instead=(
                "Three kinks at distances $h$ cost $[[odd_bin_error]]$, however wide the bin; only the law "
                "of the parities is claimed."
            ),
        ),
    ),
)
