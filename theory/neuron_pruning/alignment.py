"""N2: some kept neuron must break where the target does, so of the order of 1/ε of them are needed."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import COUNT, Hypothesis, Quantity

eps = sp.Symbol("epsilon", positive=True)  # the error, below 1/4
angle = sp.Symbol("angle", nonnegative=True)  # of the nearest kept neuron from the axis of the target, at most π/2
delta = sp.Symbol("delta", positive=True)  # the probability of success
N = sp.Symbol("N", integer=True, positive=True)  # neurons

ERROR = Quantity(eps, "largest error allowed", sp.Interval.open(0, sp.Rational(1, 4)))
ANGLE = Quantity(
    angle,
    "least angle, in a plane, of a kept neuron with the axis of the target, in radians",
    sp.Interval(0, sp.pi / 2),
)
SUCCESS = Quantity(delta, "probability of success", sp.Interval.Lopen(0, 1))
NEURONS = Quantity(N, "number of neurons before pruning", COUNT)

ratio = 4 * eps / sp.sqrt(1 - 16 * eps**2)
error_bound = sp.sin(angle) / 4
attained = error_bound * sp.sqrt(1 + 16 * sp.tan(angle / 2) ** 2)
aligned = 2 * sp.asin(4 * eps) / sp.pi
success = 1 - (1 - aligned) ** N
union = N * aligned
neurons = sp.pi * delta / (2 * sp.asin(4 * eps))
leading = sp.pi * delta / (8 * eps)

alignment_bound = Claim(
    label="N2",
    title="A kept neuron must be aligned: 1/ε neurons for a linear output",
    statement=r"""
Let $f(x)=\sigma(\langle w^*,x\rangle)$, $\|w^*\|_2=1$, $d\ge2$, and let $g_S=\sum_{i\in S}\alpha_i\sigma(\langle
w_i,x\rangle)$ keep a subset $S$ of $N$ neurons, with any output weights $\alpha$, which may depend on everything. The error is
the supremum of $|f-g_S|$ over the unit ball. Let $x_0\perp w^*$ be a unit vector. If the error is at most
$\varepsilon<\frac14$ then some kept $i$ has $|\langle w_i,x_0\rangle|\le\rho\,|\langle w_i,w^*\rangle|$,
$\rho=[[ratio]]$. In other words the error is at least $[[error_bound]]$, where the angle is the least one, over the kept
neurons, between the projection of $w_i$ on the plane of $x_0$ and $w^*$ and the axis $\pm w^*$ ($\frac\pi2$ if none is
kept). The constant is sharp as the angle tends to $0$: for $\tan^2(\text{angle}/2)\le\frac12$ some four neurons have the error $[[attained]]$.

For random $w_i\sim N(0,I_d)$ a neuron is so aligned with probability $[[aligned]]$, in every dimension. Hence
$$\Pr(\exists S:\text{error}\le\varepsilon)\le[[success]]\le[[union]],$$ and success with probability $\delta$ takes
$N\ge[[neurons]]$ neurons, which is $[[leading]]$ to leading order as $\varepsilon\to0$.
""",
    proof_text=r"""
For $0<s<1$ put $x(t)=\sqrt{1-s^2}\,x_0+tw^*$, $|t|\le s$, a segment of the unit ball. There $f=\sigma(t)$. If no kept
neuron changes its sign inside, $g_S$ is affine on it and the error is at least $\frac s4$ (N1). Neuron $i$ changes its sign
inside only if $\sqrt{1-s^2}\,|\langle w_i,x_0\rangle|<s\,|\langle w_i,w^*\rangle|$. An error of at most $\varepsilon$
thus gives such a neuron for every $s>4\varepsilon$; there are finitely many, so let $s\downarrow4\varepsilon$. The
inequality says that the tangent of the angle is at most $\rho$, its sine at most $4\varepsilon$. If nothing is kept the error
is $1$.

*Sharp.* In the plane let $w^*=(1,0)$ and keep $(\cos a,\pm\sin a)$ with $\alpha=\frac12$ and $(0,\pm1)$ with
$\alpha=-\frac14\sin a$. At the angle $\varphi\le\frac\pi2-a$ the difference $g-f$ is
$-(1-\cos a)\cos\varphi-\frac14\sin a\sin\varphi$, whose largest modulus is the root of
$(1-\cos a)^2+\frac1{16}\sin^2a$, the value stated; it is reached where $\tan\varphi=\frac14\cot\frac a2$, which lies there
if $\tan^2\frac a2\le\frac12$. For $\frac\pi2-a\le\varphi\le\frac\pi2$,
$g-f=-(1-\frac12\cos a)\cos\varphi+\frac14\sin a\sin\varphi$ increases, up to $\frac14\sin a$; beyond $\frac\pi2$, $f=0$ and $g$
decreases from there to $-\frac14\sin a\cos a$ at $\frac\pi2+a$ and then rises to $0$. The rest is symmetric.

*Random weights.* $\langle w_i,x_0\rangle/\langle w_i,w^*\rangle$ is a standard Cauchy variable, so the probability is
$\frac2\pi\arctan\rho=\frac2\pi\arcsin4\varepsilon$, independently over $i$; the second bound is Bernoulli's. With
$\arcsin u\sim u$ the leading order follows.
""",
    source=Source(
        "2603.02234",
        "Theorem 1, “Lower bound for neuron pruning”, without its factor d, and Lemma 2, “A breakpoint is "
        "necessary for approximation”",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(6, 25)),
        ANGLE.drawn_from(sp.Rational(1, 20), sp.Rational(6, 5)),
        SUCCESS.drawn_from(sp.Rational(1, 10), 1),
        NEURONS.drawn_from(2, 9),
    ),
    hypotheses=(
        Hypothesis("two inputs or more"),
        Hypothesis("the output is linear: an output ReLU makes a kink of its own"),
        Hypothesis("the weights of the neurons are independent of the target"),
        Hypothesis(
            "an angle at which the four neurons of the proof have this error",
            sp.tan(angle / 2) ** 2 <= sp.Rational(1, 2),
            needed_by=("attained",),
        ),
    ),
    uses=("N1",),
    expressions={
        "ratio": ratio,
        "error_bound": error_bound,
        "attained": attained,
        "aligned": aligned,
        "success": success,
        "union": union,
        "neurons": neurons,
        "leading": leading,
    },
)
