"""N5.3: a weaker bound behind a ReLU output, without a sum: of the order of ε^(−1/2) neurons at least."""

from __future__ import annotations

import sympy as sp

from theory.bounds import Sharp
from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.formulas.let import Let
from theory.formulas.level import Level
from theory.formulas.no_guarantee import guaranteed
from theory.neuron_pruning.alignment import ERROR, NEURONS, SUCCESS, N, delta, eps
from theory.quantities import COUNT, UNIT, Hypothesis, Quantity

s = sp.Symbol("s", positive=True)  # the gap between clusters of kinks, below π/2
p = sp.Symbol("p", positive=True)  # s as a share of the mean gap π/N
k = sp.Symbol("k", integer=True, positive=True)  # kinks in a chain
x = sp.Symbol("x", real=True)  # a strength

strength_density = sp.exp(-sp.Abs(x)) / 2
near_end = 2 * (s + sp.asin(eps)) / sp.pi
piece = eps / sp.sin(s / 2)
cluster = 4 * eps / sp.sin(s)
attained = 2 * eps / sp.tan(s / 2)
chains = N**k * (s / sp.pi) ** (k - 1)
bound = guaranteed(N * near_end + N * cluster / (1 - N * s / sp.pi), N * s < sp.pi)

# The N at which the bound is δ: the smaller root of (N·near_end − δ)(1 − Ns/π) + N·cluster = 0
slope = near_end + cluster + delta * s / sp.pi
neurons = 2 * delta / (slope + sp.sqrt(slope**2 - 4 * near_end * delta * s / sp.pi))
best_gap = Level(sp.Lambda(s, sp.diff(sp.log(neurons), s)))
most_neurons = Let(neurons, [(s, best_gap)])

limit = 2 * p + 4 * N**2 * eps / (sp.pi * p * (1 - p))
square = sp.pi / 4 * p * (1 - p) * (delta - 2 * p)
best_share = (2 + delta - sp.sqrt(4 - 2 * delta + delta**2)) / 6
constant = sp.sqrt(square.subs(p, best_share))
simple_constant = delta * sp.sqrt(sp.pi * (1 - delta / 4) / 32)

relu_output_bound = Claim(
    label="N5.3",
    title="Whole neurons behind a ReLU output: ε^(−1/2) at least",
    statement=r"""
Let $f(x)=\sigma(\langle w^*,x\rangle)$, $\|w^*\|_2=1$, $d\ge2$, and let $\sigma(g_S)$, $g_S=\sum_{i\in
S}\alpha_i\sigma(\langle w_i,x\rangle)$, keep a subset $S$ of $N$ neurons with independent standard normal weights $w_i$,
$\alpha_i$. The error is the supremum of $|f-\sigma(g_S)|$ over the unit ball. For $0<\varepsilon<1$ and every
$s\in(0,\frac\pi2)$ with $Ns<\pi$ $$\Pr(\exists S:\text{error}\le\varepsilon)\le[[bound]].$$ So success with probability
$\delta$ takes, for any $s\in(0,\frac\pi2)$, at least $$[[neurons]]$$ neurons; the largest of these numbers is at the one $s$
where its derivative vanishes. For $\varepsilon\to0$ the bound tends, at $s=\pi p/N$ and with $N^2\varepsilon$ fixed, to $[[limit]]$, and the largest of these numbers of
neurons, times $\sqrt\varepsilon$, stays below and tends to $$y_\delta=\Big(\max_p[[square]]\Big)^{1/2}=[[constant]]\ge[[simple_constant]],$$ with the maximum at
$p=[[best_share]]$: $$N\ge\frac{y_\delta}{\sqrt\varepsilon}(1-o(1)).$$

*Steps.* In a plane through $w^*$ the neurons act as $c_i\sigma(\langle u_i,\cdot\rangle)$ with independent uniform unit
vectors $u_i$ and independent strengths $c_i$ of density $[[strength_density]]$. Each has one kink $\varphi_i$ with
$|\varphi_i|<\frac\pi2$, measured from $w^*$; it is within $s+\arcsin\varepsilon$ of $\pm\frac\pi2$ with
probability $[[near_end]]$ (or $1$, if that is less). The mean number of chains
$(i_1,\dots,i_k)$ of kinks in order, with gaps of at most $s$, is at most $[[chains]]$. *Cluster lemma:* if the error is at most
$\varepsilon$ and a cluster of kept kinks is at least $s$ away from all others and $s+\arcsin\varepsilon$ from
$\pm\frac\pi2$, then $\big\|\sum c_i\nu_i\big\|\le[[cluster]]$ over the cluster, $\nu_i$ the unit normal of the kink, since the two linear pieces beside it
differ from $w^*$ by at most $[[piece]]$. A zigzag attains $[[attained]]$, so the constant $4$ is sharp as $s\to0$.
""",
    proof_text=r"""
*The plane.* In polar coordinates a normal vector of the plane has a uniform direction and, independently, a length $R$ with the density
$re^{-r^2/2}$. The strength $\alpha R$ has the characteristic function $\mathbb Ee^{-t^2R^2/2}=\frac1{1+t^2}$: the Laplace law, of
density at most $\frac12$.

*Linear pieces.* Let the error be at most $\varepsilon$. Then $S\ne\emptyset$, as the empty sum has the error $1$. On the arc
$A=\{|\varphi|<\frac\pi2-\arcsin\varepsilon\}$, $f=\cos\varphi>\varepsilon$, so $\sigma(g_S)>0$ and $\sigma(g_S)=g_S$:
$|g_S-\langle w^*,\cdot\rangle|\le\varepsilon$ there, and by continuity on its closure. The kink of neuron $i$ in $(-\frac\pi2,\frac\pi2)$ is
perpendicular to $u_i$, hence uniform, and as $\varphi$ grows past it the linear functional of $g_S$ changes by $c_i\nu_i$, where $\nu_i$ is
the kink turned by $+\frac\pi2$, whichever side the neuron is active on.

*Cluster lemma.* For an arc of length $s$ on which a linear functional $\langle v,\cdot\rangle$ is at most $\varepsilon$ in modulus, the ends are unit vectors at the
angle $s\le\frac\pi2$; with values $a,b$ there $\|v\|^2=\frac{a^2+b^2-2ab\cos s}{\sin^2s}$, largest for $a=-b=\pm\varepsilon$: $\|v\|\le\varepsilon/\sin\frac s2$. Such arcs
lie on both sides of the cluster, in the closure of $A$ and free of kept kinks. The pieces on them differ by $\sum c_i\nu_i$ over the cluster,
so its norm is at most $2\varepsilon/\sin\frac s2\le4\varepsilon/\sin s$. *Attained:* let $z$ be even under $x\mapsto-x$, with kinks at all multiples of
$s=\frac\pi{2m}$, and on the arcs between them alternately $\pm\varepsilon\sin(\varphi-\text{middle})/\sin\frac s2$. It is a sum of
neurons, $u$ and $-u$ with equal strengths at each kink; $w^*$ and $-w^*$ with strengths $\pm1$ add $\langle w^*,\cdot\rangle$. Then
$\sigma(\langle w^*,\cdot\rangle+z)$ has an error of at most $\varepsilon$, and the slope at each kink jumps by $2\varepsilon\cot\frac s2$.

*Union.* If no kink of the $N$ neurons is within $s+\arcsin\varepsilon$ of $\pm\frac\pi2$ and some $S$ succeeds, take the first cluster of $S$ (gaps
of at most $s$ within, of more than $s$ around): it is a chain with $\|\sum c_i\nu_i\|\le4\varepsilon/\sin s$. Given all but $c_{i_1}$, the component along
$\nu_{i_1}$ is $c_{i_1}$ plus a number, so this has probability at most $2\cdot\frac{4\varepsilon}{\sin s}\cdot\frac12$. There are at most $N^k$
tuples, and each further kink is in the next arc of length $s$ with probability at most $\frac s\pi$. Sum the geometric series over $k$. No union over subsets is
needed: it is inside the one over chains.

*Numbers.* With $\delta$ for the bound and denominators cleared, a quadratic equation for $N$ remains whose smaller root is below $\frac\pi s$ and is stated; below it the bound is
less than $\delta$. For fixed $N$ the bound is strictly convex in $s$: $-\log\sin s-\log(1-\frac{Ns}\pi)$ is. It is infinite at $0$ and, if $N\ge2$, at
$\frac\pi N$; if $N<2$, it rises at $\frac\pi2$. So its only minimum is inside. So the $s$ at which the root is at least $N$ form an interval, the root as a function of $s$ first rises, then falls, and its derivative vanishes only at the largest. With $s=\pi p/N$,
$\sin s\le s$ and $\arcsin\varepsilon\ge0$ the bound is at least its limit, so $N\sqrt\varepsilon\le y_\delta$ for the largest root; for fixed $p$ and $N^2\varepsilon$ it tends there. The limit is at least
$\delta$ iff $N^2\varepsilon\ge\frac\pi4p(1-p)(\delta-2p)$, whose derivative in $p$ vanishes at the stated point of $(0,\frac\delta2)$; $p=\frac\delta4$ gives the simple constant. ∎
""",
    source=Source(
        "2603.02234",
        "beyond Theorem 1, “Lower bound for neuron pruning”, which is for one hidden layer",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(
            s,
            "gap between clusters of kinks, in radians",
            sp.Interval.open(0, sp.pi / 2),
            drawn=(sp.Rational(1, 20), sp.Rational(3, 10)),
        ),
        Quantity(
            p, "gap between clusters, as a share of the mean gap", UNIT, drawn=(sp.Rational(1, 50), sp.Rational(1, 4))
        ),
        Quantity(eps, ERROR.meaning, UNIT, drawn=(sp.Rational(1, 10**4), sp.Rational(1, 5))),
        SUCCESS.drawn_from(sp.Rational(1, 10), 1),
        NEURONS.drawn_from(2, 9),
        Quantity(k, "number of kinks in a chain", COUNT, drawn=(1, 5)),
        Quantity(x, "strength of a neuron, output weight times length of its weights", sp.S.Reals, drawn=(-3, 3)),
    ),
    hypotheses=(
        Hypothesis("two inputs or more, and a ReLU after the output"),
        Hypothesis("output weights are random too: for retrained ones this is not said"),
        Hypothesis("the weights are independent of the target"),
        Hypothesis("gaps below the mean gap", N * s < sp.pi, needed_by=("bound",)),
        Hypothesis(r"the zigzag of `attained` has gaps of $\frac\pi{2m}$ with a whole $m$"),
    ),
    uses=("N2",),
    remarks=(
        Remark(
            r"The exponent $-\frac12$ is not the right one: N5.2 excludes more for small $\varepsilon$, and nothing better than N8's "
            r"$\varepsilon^{-1}\log^2\frac1\varepsilon$ is known to be enough."
        ),
    ),
    expressions={
        "strength_density": strength_density,
        "near_end": near_end,
        "piece": piece,
        "cluster": cluster,
        "attained": attained,
        "chains": chains,
        "bound": bound,
        "neurons": neurons,
        "best_gap": best_gap,
        "most_neurons": most_neurons,
        "limit": limit,
        "square": square,
        "best_share": best_share,
        "constant": constant,
        "simple_constant": simple_constant,
    },
    sharp=(Sharp(expression="cluster", example=r"zigzags, as $s\to0$", check="no_cluster_jumps_more"),),
)
