"""N9.2: random planks that cover a ball are of the order of (d − 2) ln(1/ε)/ε."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.neuron_pruning.alignment import NEURONS, N, delta, eps, ratio
from theory.neuron_pruning.covering import (
    ANGLE,
    SLOPE,
    THIN,
    narrow,
    one_neuron,
    rho,
    slope,
    steepness,
    theta,
    wide,
    widest,
)
from theory.neuron_pruning.planks import INPUTS, d
from theory.quantities import POSITIVE, UNIT, Quantity, whole_from
from theory.steps import Carrier, Step

eta = sp.Symbol("eta", positive=True)
long = sp.Symbol("L", positive=True)  # log 1/ρ
a = sp.Symbol("a", positive=True)  # the spread
most = sp.Symbol("M", positive=True)  # what one neuron counts for equal points

ETA = Quantity(eta, "sine of an angle that divides near points from far ones", UNIT)
CHANCE = Quantity(delta, "probability of success", UNIT, drawn=(sp.Rational(1, 10), sp.Rational(9, 10)))

SPREAD = Quantity(
    a, "factor in the excess of far points, `spread`", POSITIVE, drawn=(sp.Rational(1, 2), sp.Rational(3, 2))
)
MOST = Quantity(
    most,
    "what one neuron counts for equal points, `near_neuron`",
    sp.Interval.open(1, sp.oo),
    drawn=(sp.Rational(11, 10), 2),
)

square_gap = 4 * rho**2 * sp.cos(theta) / sp.sin(theta) ** 2 * wide**2 * narrow**2
spread = (2 * widest**3 + 4 * slope * widest**4) / sp.pi
far_neuron = 1 + a * rho**2 * (1 / sp.sin(theta) - 1)
near_neuron = one_neuron.subs(theta, 0)
near_slope = 2 / sp.pi
cap = eta ** (d - 2)
zones = sp.exp(N * a * rho**2 * (1 / eta - 1)) + cap * most**N
part = delta / (2 * (1 - delta))
far_size = sp.log(1 + part) / (a * rho**2 * (1 / eta - 1))
near_size = sp.log(part / cap) / sp.log(most)
divide = rho * sp.log(1 / rho) ** 2
leading = sp.pi * (d - 2) * sp.log(1 / eps) / (8 * eps)

STEPS = (
    Step(
        name="one neuron",
        sentence=r"""By N9.1 the planks cover with a probability of at most $1-1/R$, where $R$ is the mean, at least $1$, of $m(\theta)^N$ over the angle $\theta$ of two points, of a density proportional to
$\sin^{d-3}\theta$. It falls in the angle, at the rate of the difference of the two widths $[[wide]]$ and $[[narrow]]$ and $D$ times that of their squares, over $\pi$; and $D$ tends to $0$ with $\rho$.""",
        by=Carrier.CLAIM,
        source="N9.1",
        gives={"wide": wide, "narrow": narrow, "widest": widest},
    ),
    Step(
        name="difference of squares",
        sentence=r"The squares of the two widths differ by $[[square_gap]]$, which is not negative.",
        gives={"square_gap": square_gap},
        uses=("one neuron",),
    ),
    Step(
        name="spread",
        sentence=r"""The widths differ by this over their sum, and $v^2/(v+v')$ grows with $v$: no width exceeding $[[widest]]$, the rate is at most $a=[[spread]]$ times
$\rho^2\cos\theta/\sin^2\theta$.""",
        gives={"spread": spread},
        uses=("difference of squares",),
    ),
    Step(
        name="far points",
        sentence=r"Integrated from the angle up to a right one: $m\le[[far_neuron]]$.",
        gives={"far_neuron": far_neuron},
        uses=("spread",),
    ),
    Step(
        name="near points",
        sentence=r"As $m$ falls, it is at most $M=[[near_neuron]]$, its value for equal points.",
        gives={"near_neuron": near_neuron},
        uses=("one neuron",),
    ),
    Step(
        name="near slope",
        sentence=r"As $\rho\to0$ this is $1$, and its logarithm over $\rho$ tends to $[[near_slope]]$.",
        gives={"near_slope": near_slope},
        uses=("near points",),
    ),
    Step(
        name="cap",
        sentence=r"The angle has a sine of at most $\eta$ with a probability of at most $[[cap]]$.",
        gives={"cap": cap},
        uses=("one neuron",),
    ),
    Step(
        name="far power",
        sentence=r"For $\sin\theta\ge\eta$ the $N$-th power is at most the exponential of $N$ times what $m$ exceeds $1$ by at $\eta$.",
        by=Carrier.RULE,
        source="exponential",
        uses=("far points",),
    ),
    Step(
        name="two zones",
        sentence=r"So $R\le[[zones]]$.",
        gives={"zones": zones},
        uses=("far power", "near points", "cap"),
    ),
    Step(
        name="shares",
        sentence=r"A success of $\delta$ needs $R\ge\frac1{1-\delta}$, that is $1$ and twice $[[part]]$.",
        gives={"part": part},
        uses=("one neuron",),
    ),
    Step(
        name="far number",
        sentence=r"The first term of the bound is $1$ and this part at $N=[[far_size]]$, and less below.",
        gives={"far_size": far_size},
        uses=("two zones", "shares"),
    ),
    Step(
        name="near number",
        sentence=r"The second term is this part at $N=[[near_size]]$, and less below.",
        gives={"near_size": near_size},
        uses=("two zones", "shares"),
    ),
    Step(
        name="where to divide",
        sentence=r"Let $\eta$ be $[[divide]]$, which tends to $0$ with $\rho$.",
        by=Carrier.DEFINED,
        gives={"divide": divide},
    ),
    Step(
        name="leading order",
        sentence=r"""Then the *near number*, $\rho=[[ratio]]$, has the limit $1$ over $[[leading]]$; and the *far number*, of the order of $\rho^{-1}\log^2\frac1\rho$, is larger by a
factor without limit.""",
        gives={"leading": leading, "ratio": ratio},
        uses=("far number", "near number", "near slope", "where to divide"),
    ),
)

ball_covering_order = Claim(
    label="N9.2",
    title="Whole neurons on the ball: (d − 2) ln(1/ε)/ε",
    statement=r"""
Target, neurons and error are those of N9.1, $\rho=[[ratio]]<\frac1{\sqrt2}$. For every $\eta\in(0,1)$ the mean $R$ is at most
$$[[zones]],\qquad a=[[spread]],\quad M=[[near_neuron]].$$ So success with probability $\delta<1$ takes at least $$[[far_size]]\quad\text{or}\quad[[near_size]]$$ neurons, whichever is less, for every $\eta$. At $\eta=[[divide]]$ that is, for
fixed $d\ge3$ and $\delta$, $$[[leading]]\,(1+o(1))$$ as $\varepsilon\to0$.
""",
    steps=STEPS,
    source=Source("2603.02234", "beyond the text at hand, which announces d/ε"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(d, INPUTS.meaning, whole_from(3), drawn=(3, 9)),
        NEURONS.drawn_from(2, 9),
        Quantity(
            eps,
            "largest error allowed",
            sp.Interval.open(0, sp.Rational(1, 2)),
            drawn=(sp.Rational(1, 100), sp.Rational(3, 20)),
        ),
        CHANCE,
        ETA,
        SPREAD,
        MOST,
        THIN,
        SLOPE,
        ANGLE,
    ),
    uses=("N9.1",),
    expressions={
        "zones": zones,
        "spread": spread,
        "near_neuron": near_neuron,
        "far_size": far_size,
        "near_size": near_size,
        "divide": divide,
        "ratio": ratio,
        "leading": leading,
    },
    aids={"steepness": steepness},
)
