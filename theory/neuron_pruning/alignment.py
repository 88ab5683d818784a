"""N2: some kept neuron must break where the target does, so of the order of 1/ε of them are needed."""

from __future__ import annotations

import sympy as sp

from theory.bounds import Sharp, Side
from theory.claims import Claim, Proof, Provenance, Source
from theory.neuron_pruning.kink import kink, kink_bound, radius
from theory.quantities import COUNT, Hypothesis, Quantity
from theory.steps import Carrier, Step

eps = sp.Symbol("epsilon", positive=True)  # the error, below 1/4
angle = sp.Symbol("angle", nonnegative=True)  # of the nearest kept neuron from the axis of the target, at most π/2
delta = sp.Symbol("delta", positive=True)  # the probability of success
t = sp.Symbol("t", real=True)  # place on a segment, measured along the axis of the target
phi = sp.Symbol("phi", nonnegative=True)  # an angle in a plane
N = sp.Symbol("N", integer=True, positive=True)  # neurons

ERROR = Quantity(eps, "largest error allowed", sp.Interval.open(0, sp.Rational(1, 4)))
ANGLE = Quantity(
    angle,
    "least angle, in a plane, of a kept neuron with the axis of the target, in radians",
    sp.Interval(0, sp.pi / 2),
)
SUCCESS = Quantity(delta, "probability of success", sp.Interval.Lopen(0, 1))
NEURONS = Quantity(N, "number of neurons before pruning", COUNT)

segment = sp.ImmutableMatrix([sp.cos(angle), t])  # across the axis of the target and along it
half_length = sp.sin(angle)
zero = sp.cos(angle) * sp.tan(phi)
error_bound = kink_bound.subs({kink: 1, radius: half_length})
widest = sp.asin(4 * eps)
ratio = sp.tan(widest)

four = (  # outputs and angles of neurons of length 1
    (sp.Rational(1, 2), angle),
    (sp.Rational(1, 2), -angle),
    (-error_bound, sp.pi / 2),
    (-error_bound, -sp.pi / 2),
)
pieces = (  # of their sum less the target, at angles that grow from 0 to π
    -(1 - sp.cos(angle)) * sp.cos(phi) - error_bound * sp.sin(phi),
    -(1 - sp.cos(angle) / 2) * sp.cos(phi) + error_bound * sp.sin(phi),
    sp.cos(angle) * sp.cos(phi) / 2 + error_bound * sp.sin(phi),
    -error_bound * sp.sin(phi),
)
top = 1 / (4 * sp.tan(angle / 2))
ceiling = error_bound * sp.sin(phi)
attained = error_bound * sp.sqrt(1 + 16 * sp.tan(angle / 2) ** 2)

aligned = 2 * widest / sp.pi
success = 1 - (1 - aligned) ** N
union = N * aligned
neurons = delta / aligned
leading = sp.pi * delta / (8 * eps)

STEPS = (
    Step(
        name="segment",
        sentence=r"""Take the least angle of a kept neuron with the axis, in the plane of $x_0$ and $w^*$ (one without a projection is $0$ on the
plane and counts as none). The points $[[segment]]$, by their coordinates along $x_0$ and $w^*$, lie in the unit ball for $|t|\le[[half_length]]$:
their squared length is $1$ less the square of this *half length*, plus $t^2$.""",
        gives={"segment": segment, "half_length": half_length},
    ),
    Step(
        name="zero",
        sentence=r"""On the line of the segment a neuron at an angle $\varphi<\frac\pi2$ from the axis has its one zero at a distance of
$[[zero]]$ from the middle. For $\varphi\ge\text{angle}$ that is $\frac{\sin(\varphi-\text{angle})}{\cos\varphi}\ge0$ more than the half length; at
$\varphi=\frac\pi2$ the neuron is constant there.""",
        gives={"zero": zero},
        uses=("segment",),
    ),
    Step(
        name="kink lemma",
        sentence=r"""So no kept neuron changes its sign inside the segment, and $g_S$ is affine on it, while $f=\sigma(t)$ bends by $1$ in
the middle: there N1 speaks.""",
        by=Carrier.CLAIM,
        source="N1",
        uses=("zero",),
    ),
    Step(
        name="error bound",
        sentence=r"The bound of N1 for a kink of height $1$ and this half length is $[[error_bound]]$ (at an angle of $0$ it says nothing).",
        gives={"error_bound": error_bound},
        uses=("segment", "kink lemma"),
    ),
    Step(
        name="widest angle",
        sentence=r"That grows with the angle up to $\frac\pi2$, and is $\varepsilon$ at $[[widest]]$: no error of $\varepsilon<\frac14$ has a larger least angle.",
        gives={"widest": widest},
        uses=("error bound",),
    ),
    Step(
        name="ratio",
        sentence=r"""The least angle is that of some kept neuron, since it is below $\frac\pi2$, and $|\langle w_i,x_0\rangle|$ is
$|\langle w_i,w^*\rangle|$ times its tangent, at most $[[ratio]]$.""",
        gives={"ratio": ratio},
        uses=("widest angle",),
    ),
    Step(
        name="four neurons",
        sentence=r"""In the plane, with $w^*$ at the angle $0$, keep four neurons of length $1$ with these outputs and angles:
$[[four]]$. All neurons and the target lie in one plane and scale with the length of $x$, so that the error is a largest modulus
over the unit circle; by symmetry over $0\le\varphi\le\pi$.""",
        by=Carrier.DEFINED,
        gives={"four": four},
    ),
    Step(
        name="pieces",
        sentence=r"""Signs change only at $\frac\pi2$ and at the angle on either side of it. On the four arcs between, $g-f$ at the
angle $\varphi$ is, one after the other, $[[pieces]]$.""",
        gives={"pieces": pieces},
        uses=("four neurons",),
    ),
    Step(
        name="ceiling",
        sentence=r"""Behind the first arc $g-f$ is at most $[[ceiling]]$, and it is nowhere below the first or the last piece, continued
(what is between is a neuron, or the target, that is not negative there). The last piece is the ceiling with a minus.""",
        gives={"ceiling": ceiling},
        uses=("pieces",),
    ),
    Step(
        name="top",
        sentence=r"""The modulus of the first piece is largest where $\tan\varphi=[[top]]$. That place lies on the first arc if
$\tan^2\frac{\text{angle}}2\le\frac12$.""",
        gives={"top": top},
        uses=("pieces",),
    ),
    Step(
        name="attained",
        sentence=r"""There the modulus is $[[attained]]$, whose square is that of the first piece and of its slope together; so this is
no less than the first piece anywhere, and no less than the ceiling. Over the bound it tends to $1$ as the angle tends to $0$.""",
        gives={"attained": attained},
        uses=("error bound", "ceiling", "top"),
    ),
    Step(
        name="random direction",
        sentence=r"The projection of $w_i\sim N(0,I_d)$ on the plane has a uniform direction, whatever $d\ge2$ is, and almost surely it is not $0$.",
        by=Carrier.RULE,
        source="rotation",
    ),
    Step(
        name="aligned",
        sentence=r"""On the circle the directions within the *widest angle* of the axis, at both of its ends and on both sides, are the
share $[[aligned]]$.""",
        gives={"aligned": aligned},
        uses=("ratio", "random direction"),
    ),
    Step(
        name="some of them",
        sentence=r"""None of $N$ independent neurons is aligned with the $N$-th power of the probability that one is not; an error of
$\varepsilon$, with whatever $S$ and $\alpha$, needs one that is. So its probability is at most $[[success]]$.""",
        by=Carrier.RULE,
        source="independence",
        gives={"success": success},
        uses=("aligned",),
    ),
    Step(
        name="union",
        sentence=r"That is at most $[[union]]$.",
        by=Carrier.RULE,
        source="union bound",
        gives={"union": union},
        uses=("some of them",),
    ),
    Step(
        name="neurons",
        sentence=r"So success with probability $\delta$ takes $N\ge[[neurons]]$.",
        gives={"neurons": neurons},
        uses=("union",),
    ),
    Step(
        name="leading order",
        sentence=r"With $4\varepsilon$ for $\arcsin4\varepsilon$ that is $[[leading]]$, and the two have the quotient $1$ in the limit.",
        gives={"leading": leading},
        uses=("neurons",),
    ),
)

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
    steps=STEPS,
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
        Quantity(t, "place on a segment through the unit ball, along the axis of the target", sp.Interval(-1, 1)),
        Quantity(
            phi,
            "angle in the plane, of a kept neuron or of an input, with the axis of the target",
            sp.Interval(0, sp.pi),
            drawn=(sp.Rational(1, 20), sp.Rational(6, 5)),
        ),
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
    sharp=(
        Sharp(
            expression="error_bound",
            example="two neurons at the angle on either side of the axis and two at right angles to it, as the angle tends to $0$",
            check="every_subset_has_this_error",
            side=Side.BELOW,
        ),
    ),
)
