"""N5.1: behind a ReLU output the strengths at the kinks lie in a zonotope of small volume."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.neuron_pruning.alignment import ERROR, eps
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import (
    CLOSED_UNIT,
    COUNT,
    COUNT_FROM_ZERO,
    NON_NEGATIVE,
    POSITIVE,
    Hypothesis,
    Quantity,
)

k = sp.Symbol("k", integer=True, nonnegative=True)  # kinks in the arc
j = sp.Symbol("j", integer=True, nonnegative=True)  # kinks before a gap
phi, kink = sp.symbols("phi x", real=True)  # a place on the circle, and that of a kink
g, h, distance = sp.symbols("g h D", positive=True)  # the gaps after a kink and before it, and between two nodes
here, after, ahead = sp.symbols("e e_+ e_-", real=True)  # errors at a node, at the next and at the one before
sines = sp.Symbol("Pi", positive=True)  # Π sin g_j over the gaps
c = sp.Symbol("c", real=True)  # a strength
t = sp.Symbol("t", positive=True)  # argument of a characteristic function

arc = sp.pi / 2 - sp.asin(eps)
strength_density = sp.exp(-sp.Abs(c)) / 2
transform = 1 / (1 + t**2)
piece = (here * sp.sin(kink + g - phi) + after * sp.sin(phi - kink)) / sp.sin(g)
jump = (after - here * sp.cos(g)) / sp.sin(g) + (ahead - here * sp.cos(h)) / sp.sin(h)
kernel_minor = sp.sin(distance)
minor = sp.sin(distance) / sines
volume = (2 * eps) ** k * sp.binomial(k + 2, 2) / sines
fits = eps**k * sp.binomial(k + 2, 2) / sines
one_length = 2 * eps * (sp.sin(g) + sp.sin(h) + sp.sin(g + h)) / (sp.sin(g) * sp.sin(h))  # of the strengths of one kink
one_fits = 1 - sp.exp(-one_length / 2)
EQUAL_GAPS = tuple({g: sp.pi / part, h: sp.pi / part, sines: sp.sin(sp.pi / part) ** 2} for part in (3, 6))
pairs = sp.binomial(j + 2, 2) * sp.binomial(k - j + 2, 2)
rise = (j + 3) * (k - j) / ((j + 1) * (k - j + 2))
most_pairs = pairs.subs(j, sp.floor(k / 2))

STEPS = proof(
    r"""
plane (by rotation): In a plane through $w^*$ the weights $w_i$ are normal vectors of two dimensions: their directions are uniform, and
independent of their lengths $R_i$. So the kinks are uniform on $(-\frac\pi2,\frac\pi2)$, and independent of the strengths
$c_i=\alpha_iR_i$.

characteristic function (from plane): A strength has the characteristic function $\mathbb Ee^{-t^2R^2/2}=[[transform]]$, as $R$ has the
density $Re^{-R^2/2}$.

strengths (from characteristic function): So its density is $[[strength_density]]\le\frac12$.

arc: On $A=\{|\varphi|<[[arc]]\}$, $f=\cos\varphi>\varepsilon$. So an error of at most $\varepsilon$ leaves $\sigma(g_S)>0$ there,
$\sigma(g_S)=g_S$, and $e=g_S-f$ keeps to $|e|\le\varepsilon$ on its closure.

pieces (from arc): Let $x_1<\dots<x_k$ be the kinks of kept neurons in $A$, and $x_0$, $x_{k+1}$ its ends. Between neighbours $e$ is a
combination of $\cos\varphi$ and $\sin\varphi$: from a node $x$ with the error $e$ to the next, a gap of $g$ later with the error $e_+$, it
is $[[piece]]$.

jumps (from pieces): A neuron of strength $c$ adds $c$ to the slope where $\varphi$ passes its kink, whichever side it is active on. So with
the error $e_-$ at the node a gap of $h$ before, $c=[[jump]]$: the strengths are $Je$, with a $k\times(k+2)$ matrix $J$.

kernel (from jumps): $J$ takes $\cos(x_i)$ and $\sin(x_i)$ to $0$. Of these two vectors the minor of the nodes $x$ and $x+D$ is
$[[kernel_minor]]$.

complementary minors (from kernel, jumps; by determinants): The minors of $J$ without two columns are, up to signs, one multiple of these:
without its last two columns $J$ is triangular, with $\frac1{\sin g_j}$ on the diagonal, so that it has a right inverse $G$. The matrix of
the rows of $J$ and of the unit rows of two nodes, times that of the columns of $G$ and of the two vectors, is block triangular, with the
identity and the minor of the two vectors at these nodes. The second of the two factors does not depend on the nodes.

minors (from complementary minors, jumps): Without its last two columns $J$ is triangular, with $\frac1{\sin g_j}$, $j<k$, on the diagonal.
So with the product $\Pi$ of the sines of all $k+1$ gaps the minor without two nodes at the distance $D$ has the modulus $[[minor]]$.

zonotope (from jumps; by induction): The image of $[-\varepsilon,\varepsilon]^{k+2}$ has $(2\varepsilon)^k$ times the sum of the moduli of
the minors as volume, as every zonotope, of any number of columns and any $k$: one column $v\ne0$ more makes each line along $v$ that meets
the body, which is convex, longer by $2\varepsilon\|v\|$. So the volume grows by $2\varepsilon\|v\|$ times that of the projection along $v$,
a zonotope of $k-1$ dimensions, of which the minors times $\|v\|$ are those with $v$. In one dimension lengths add up.

volume (from minors, zonotope; by monotonicity): As no sine exceeds $1$, that is at most $[[volume]]$: there are $\binom{k+2}2$ pairs of
nodes.

fits (from strengths, volume): Given the kinks, the strengths are independent, with densities of at most $\frac12$: they fit with a
probability of at most $[[fits]]$.

two clusters (from fits): A gap of more than $\frac\pi2$ (there is one at most) is cut: an end of it that is no kink is moved to a distance
of $\frac\pi2$; between the $j$-th and the next kink two such nodes are put in, and the $j$ strengths and the others fit each on their own.
The product of both bounds has $[[pairs]]$ for $\binom{k+2}2$.

most pairs (from two clusters): From $j$ to $j+1$ these grow by the factor $[[rise]]$, which exceeds $1$ while $2j+1<k$. So they are at most
$q_k=[[most_pairs]]$, no less than $\binom{k+2}2$.
""",
    globals(),
)

kink_jumps = Claim(
    label="N5.1",
    title="Behind a ReLU output the strengths at the kinks lie in a small zonotope",
    statement=r"""
Let $f(x)=\sigma(\langle w^*,x\rangle)$, $\|w^*\|_2=1$, and let $\sigma(g_S)$, $g_S=\sum_{i\in S}\alpha_i\sigma(\langle w_i,x\rangle)$, keep neurons with independent
standard normal weights $w_i$, $\alpha_i$, $d\ge2$. In a plane through $w^*$ they act as $c_i\sigma(\langle u_i,\cdot\rangle)$, with kinks that are uniform on $(-\frac\pi2,\frac\pi2)$, measured from $w^*$, and, independent of
these, strengths $c_i$ of the density $[[strength_density]]$. Suppose $|f-\sigma(g_S)|\le\varepsilon$, $0\le\varepsilon\le1$, on the unit circle of this plane. Let $k\ge1$ kept kinks be in the arc
$|\varphi|<[[arc]]$, and let $\Pi$ be the product of the sines of the $k+1$ gaps between them and its ends. Then the strength at a kink, with the gaps $h$ before and $g$ after, is
$c=[[jump]]$, with the errors $e=g_S-f\in[-\varepsilon,\varepsilon]$ there, $e_+$ at the next node and $e_-$ at the one before (kinks or ends of the arc). All $k$ strengths together lie in a zonotope with a volume of at most
$[[volume]]$, which given the kinks has at most the probability $[[fits]]$. Where a gap exceeds $\frac\pi2$ its sine may be small, and a second bound can be better: that with gaps cut at $\frac\pi2$ in $\Pi$,
and $q_k=[[most_pairs]]$ for $\binom{k+2}2$.
""",
    steps=STEPS,
    source=Source("2603.02234", "beyond Theorem 1, “Lower bound for neuron pruning”, which is for one hidden layer"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(eps, ERROR.meaning, CLOSED_UNIT, drawn=(sp.Rational(1, 10**4), sp.Rational(1, 5))),
        Quantity(k, "number of kinks in the arc", COUNT, drawn=(1, 6)),
        Quantity(j, "number of kinks before a gap", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(c, "strength of a neuron, output weight times length of its weights", sp.S.Reals, drawn=(-3, 3)),
        Quantity(
            g, "gap after a kink, in radians", sp.Interval.open(0, sp.pi), drawn=(sp.Rational(1, 10), sp.Rational(3, 2))
        ),
        Quantity(
            h,
            "gap before a kink, in radians",
            sp.Interval.open(0, sp.pi),
            drawn=(sp.Rational(1, 10), sp.Rational(3, 2)),
        ),
        Quantity(here, "error at a kink", sp.S.Reals),
        Quantity(after, "error at the next node", sp.S.Reals),
        Quantity(ahead, "error at the node before", sp.S.Reals),
        Quantity(sines, "product of the sines of the gaps", POSITIVE, drawn=(sp.Rational(1, 20), 1)),
        Quantity(t, "argument of a characteristic function", NON_NEGATIVE),
    ),
    hypotheses=(
        Hypothesis("two inputs or more, and a ReLU after the output"),
        Hypothesis("output weights are random too: for retrained ones this is not said"),
        Hypothesis("the weights are independent of the target"),
        Hypothesis("a kink after the gap", j < k),
    ),
    aids={"one_length": one_length, "one_fits": one_fits},
    sharp=(
        Sharp(
            expression="most_pairs",
            example="as many kinks before the gap as after it, or one more",
            check="pairs_are_most_in_the_middle",
        ),
    ),
    loose=tuple(
        Loose(
            expression=number,
            truth=truth,
            at=tuple({**each, k: 1, eps: sp.Rational(1, 100)} for each in EQUAL_GAPS),
            lost=lost,
        )
        for number, truth, lost in (
            ("volume", "one_length", "for one kink: in the sines of the distances of two nodes, which are at most $1$"),
            (
                "fits",
                "one_fits",
                "for one kink: in the volume, and in the density of the strength, which is at most $\\frac12$",
            ),
        )
    ),
)
