"""N5.2: behind a ReLU output whole neurons are many: of the order of 1/ε, up to a logarithm."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.neuron_pruning.alignment import ERROR, NEURONS, N, eps
from theory.neuron_pruning.jumps import fits, g, h, jump, k, most_pairs
from theory.quantities import COUNT, UNIT, Hypothesis, Quantity
from theory.steps import Carrier, Step

s = sp.Symbol("s", positive=True)  # a power, below 1
product = sp.Symbol("P", positive=True)  # of the k + 1 gaps

length = sp.pi - 2 * sp.asin(eps)  # of the arc
outside = 1 - (1 - 2 * sp.asin(eps) / sp.pi) ** N
half_cot = 2 * eps / sp.tan(g / 2)
sure = 2 * sp.atan(2 * eps)
primitive = 4 * eps * sp.log(sp.sin(g / 2))
one_kink = 2 * N / sp.pi * (sure + 4 * eps * sp.log(sp.sin(length / 4) / sp.sin(sure / 2)))
sets = sp.ff(N, k) / sp.pi**k
by_gaps = 2 * most_pairs * eps**k * (sp.pi / 2) ** (k + 1) / product
simplex = length ** ((k + 1) * (1 - s) - 1) * sp.gamma(1 - s) ** (k + 1) / sp.gamma((k + 1) * (1 - s))
term = sets * (2 * most_pairs * eps**k * (sp.pi / 2) ** (k + 1)) ** s * simplex
bound = outside + one_kink + sp.Sum(term, (k, 2, N))

STEPS = (
    Step(
        name="zonotope",
        sentence=r"""Let some $S$ succeed, in a plane through $w^*$, and let $k$ kinks of $S$ be in the arc, which has the length $[[length]]$. No gap exceeding $\frac\pi2$, their strengths fit with a
probability of at most $[[fits]]$ given the kinks, and with $[[most_pairs]]$ for $\binom{k+2}2$ if gaps are cut at $\frac\pi2$; for $k=1$ the strength is $[[jump]]$, its density at most $\frac12$.""",
        by=Carrier.CLAIM,
        source="N5.1",
        gives={
            "length": length,
            "fits": fits,
            "most_pairs": most_pairs,
            "jump": jump,
        },
    ),
    Step(
        name="no kink inside",
        sentence=r"The empty sum errs by $1$. So for $k=0$ some neuron has its kink off the arc: kinks are independent, and that has the probability $[[outside]]$.",
        by=Carrier.RULE,
        source="product",
        gives={"outside": outside},
        uses=("zonotope",),
    ),
    Step(
        name="one kink inside",
        sentence=r"""For $k=1$ the strength is at most $\varepsilon(\cot\frac g2+\cot\frac h2)\le[[half_cot]]$ in modulus, where $g\le h$ (the sum of the cotangents of both gaps is positive, as they
add up to less than $\pi$): this has at most that probability.""",
        gives={"half_cot": half_cot},
        uses=("zonotope",),
    ),
    Step(
        name="near the ends",
        sentence=r"""The bound is $1$ at $g=[[sure]]$, and it has the antiderivative $[[primitive]]$, $0$ at $\pi$. With $N$ neurons, a density of $\frac1\pi$ for the kink, and two halves of the arc, $k=1$ has at most the
probability $[[one_kink]]$.""",
        gives={"sure": sure, "primitive": primitive, "one_kink": one_kink},
        uses=("one kink inside",),
    ),
    Step(
        name="gaps",
        sentence=r"""$\sin x\ge\frac2\pi x$ up to $\frac\pi2$, and of the gaps, which are less than $\pi$, at most one is halved or less by cutting. So with the product $P$ of the $k+1$ gaps the strengths
fit with a probability of at most $[[by_gaps]]$.""",
        gives={"by_gaps": by_gaps},
        uses=("zonotope",),
    ),
    Step(
        name="power",
        sentence=r"$\min(1,Y)\le Y^s$ for $0<s<1$.",
        by=Carrier.RULE,
        source="monotonicity",
    ),
    Step(
        name="sets",
        sentence=r"There are $\binom Nk$ sets of $k$ neurons, with $k!$ orders of their kinks: the sum over sets of the mean is $[[sets]]$ times an integral over gaps of the sum $\ell$ of the *zonotope*.",
        by=Carrier.RULE,
        source="union bound",
        gives={"sets": sets},
        uses=("zonotope",),
    ),
    Step(
        name="simplex",
        sentence=r"""The integral of $P^{-s}$ over all $k+1$ positive gaps of this sum is $[[simplex]]$: one gap more integrates a Beta density.""",
        gives={"simplex": simplex},
        uses=("zonotope",),
    ),
    Step(
        name="term",
        sentence=r"So for $k\ge2$ some set of $k$ has strengths that fit with a probability of at most $[[term]]$.",
        gives={"term": term},
        uses=("gaps", "power", "sets", "simplex"),
    ),
    Step(
        name="bound",
        sentence=r"Together, some $S$ succeeds with a probability of at most $[[bound]]$.",
        gives={"bound": bound},
        uses=("no kink inside", "near the ends", "term"),
    ),
)

jump_bound = Claim(
    label="N5.2",
    title="Whole neurons behind a ReLU output: 1/ε up to a logarithm",
    statement=r"""
As in N5.1 let $\sigma(g_S)$ keep a subset $S$ of $N$ neurons with independent standard normal weights $w_i$, $\alpha_i$, $d\ge2$; the error is the supremum of $|f-\sigma(g_S)|$ over the unit ball. For
$0<s<1$ and $0<\varepsilon\le\frac15$
$$\Pr(\exists S:\text{error}\le\varepsilon)\le[[bound]],$$ where $[[outside]]$ is for tickets without a kink in the arc, $[[one_kink]]$ for those with one, and a term
for those with $k\ge2$.
""",
    steps=STEPS,
    source=Source("2603.02234", "beyond Theorem 1, “Lower bound for neuron pruning”, which is for one hidden layer"),
    provenance=Provenance.EXTENSION,
    proof=Proof.CITED,
    quantities=(
        Quantity(
            eps,
            ERROR.meaning,
            sp.Interval.Lopen(0, sp.Rational(1, 5)),
            drawn=(sp.Rational(1, 10**6), sp.Rational(1, 5)),
        ),
        NEURONS.drawn_from(1, 9),
        Quantity(s, "power to which a probability is raised", UNIT, drawn=(sp.Rational(1, 2), sp.Rational(19, 20))),
        Quantity(k, "number of kinks in the arc", COUNT, drawn=(1, 6)),
        Quantity(
            g,
            "smaller gap beside one kink, in radians",
            sp.Interval.open(0, sp.pi),
            drawn=(sp.Rational(1, 10), sp.Rational(3, 2)),
        ),
        Quantity(
            h,
            "larger gap beside one kink, in radians",
            sp.Interval.open(0, sp.pi),
            drawn=(sp.Rational(1, 10), sp.Rational(3, 2)),
        ),
        Quantity(product, "product of the gaps", sp.Interval.open(0, sp.oo)),
    ),
    hypotheses=(
        Hypothesis("two inputs or more, and a ReLU after the output"),
        Hypothesis("output weights are random too: for retrained ones this is not said"),
        Hypothesis("the weights are independent of the target"),
    ),
    uses=("N5.1",),
    remarks=(
        Remark(
            r"With $1-s=1/\ln\frac1\varepsilon$ the terms together are of the order of $N\varepsilon\ln\frac1\varepsilon$ while this is small: success takes "
            r"$N\ge c_\delta/(\varepsilon\ln\frac1\varepsilon)$ neurons.",
        ),
    ),
    expressions={"outside": outside, "one_kink": one_kink, "term": term, "bound": bound},
)
