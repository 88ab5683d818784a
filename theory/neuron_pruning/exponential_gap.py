"""N11: with a ReLU output whole neurons must be exponentially more than neurons whose single weights are pruned."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import SUCCESS, delta, eps
from sparse_limits.theory.neuron_pruning.inputs import INPUTS, d
from sparse_limits.theory.neuron_pruning.jump_bound import (
    SMALL,
    excess,
    farthest,
    length,
    near_kinks,
    neurons,
    pair,
    ratio,
    s,
    share,
    slow,
)
from sparse_limits.theory.neuron_pruning.symbols import BESSEL, GAMMA, NEURON, ONE_RELU, VANISHING
from sparse_limits.theory.neuron_pruning.weight_pruning import contraction, failure, size
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, UNIT, Hypothesis, Quantity
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Relations, same

C = sp.Symbol("C", positive=True)  # the limit in N5.2
items = size.subs(delta, 1 - delta)  # for each input, at a failure of 1 − δ
enough = d * sp.ceiling(items)
needed = valued(neurons, {s: slow})
order = C / (eps * sp.log(1 / eps))
weight_rate = -2 * d / sp.log(contraction)
neuron_rate = sp.S.One
exponent = -sp.log(contraction) / (2 * d)

STEPS = proof(
    r"""
single weights (by N4.1 for size): By N4.1 a network of $[[enough]]$ neurons has, with a probability of at least $\delta$, a mask on single
weights with an error of at most $\varepsilon$.

rate of weights (from single weights): For $\varepsilon\to0$ this number divided by $\ln\frac1\varepsilon$ tends to $[[weight_rate]]$.

whole neurons (by N5.2): By N5.2 a network of fewer neurons than $[[needed]]$ has, with a probability below $\delta$, a subset of neurons
with an error of at most $\varepsilon$; and this number divided by $[[order]]$ tends to $1$, for some $C>0$.

rate of neurons (from whole neurons): So its logarithm divided by $\ln\frac1\varepsilon$ tends to $[[neuron_rate]]$, whatever $C$ is.

exponent (from rate of weights, rate of neurons): The quotient of the two rates is $[[exponent]]$.
""",
    globals(),
)

LOGARITHM = sp.Symbol("L", positive=True)  # ln(1/ε)


def rate(formula: sp.Expr) -> sp.Expr:
    """The limit of a formula over ln(1/ε) as ε → 0."""
    at = sp.expand_log(formula.subs(eps, sp.exp(-LOGARITHM)), force=True)
    return sp.limit(sp.expand(at) / LOGARITHM, LOGARITHM, sp.oo)


def weights_grow_with_the_logarithm(enough: sp.Expr, weight_rate: sp.Expr) -> Relations:
    """A ceiling is between what is rounded and one more: both have this rate."""
    for above in (0, 1):
        yield same(rate(enough.replace(sp.ceiling, lambda x, above=above: x + above)), weight_rate)


exponential_gap = Claim(
    label="N11",
    title="The exponential gap between weights and whole neurons with a ReLU output",
    headline=r"With a ReLU output, $W$ neurons, of the order $\ln\frac1\varepsilon$, suffice for a mask on single weights. A choice of whole neurons needs exponentially more, at least $M=e^{(\lambda+o(1))W}$, with $$\lambda=[[exponent]].$$",
    statement=r"""
The target on the unit ball is $f(x)=\sigma(\langle w^*,x\rangle)$, with $\|w^*\|_2=1$ and $d\ge2$, where $\sigma$ is the ReLU. The network
$\sigma\bigl(\sum_{i\le N}\alpha_i\sigma(\langle w_i,x\rangle)\bigr)$ has $N$ neurons, with independent standard normal weights $w_i$,
$\alpha_i$. Let $0<\varepsilon\le\frac13$ and $0<\delta<1$.

**Single weights.** With $$W=[[enough]]$$ neurons some mask on *single weights* has an error of at most $\varepsilon$ with probability at
least $\delta$.

**Whole neurons.** With fewer than $$M=[[needed]]$$ neurons the probability that some subset of *whole neurons* has such an error is below
$\delta$.

**The gap.** For fixed $d$ and $\delta$, as $\varepsilon\to0$,
$$M=e^{(\lambda+o(1))W},\qquad\lambda=[[exponent]].$$
""",
    steps=STEPS,
    source=Source("2603.02234", "v3", "abstract: “revealing an exponential separation between the two approaches”"),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        INPUTS.drawn_from(2, 9),
        SMALL,
        Quantity(delta, SUCCESS.meaning, UNIT, drawn=(sp.Rational(1, 10), sp.Rational(9, 10))),
        Quantity(C, "limit of the number of whole neurons times ε ln(1/ε), N5.2", POSITIVE),
    ),
    named={
        "q": farthest,
        "a": excess,
        "b": near_kinks,
        r"\ell": length,
        r"\eta": 1 / sp.log(1 / eps),
        **{str(letter): part for letter, part in needed.args[1].args},
    },
    symbols={
        **ONE_RELU,
        **NEURON,
        "x": "input",
        "N": "number of neurons of the network",
        "W": "number of neurons that suffice for a mask on single weights",
        "M": "number of neurons that a subset of whole neurons needs at least",
        r"\lambda": "rate of the exponential gap",
        **BESSEL,
        **GAMMA,
        **VANISHING,
    },
    hypotheses=(
        Hypothesis("a ReLU after the output"),
        Hypothesis("output weights are random too: for retrained ones this is not said"),
        Hypothesis("the weights are independent of the target"),
    ),
    remarks=(
        Remark(
            r"$M$ does not grow with $d$. For a linear output N9.2 has $d/\varepsilon$, and for fixed $d$ another logarithm, but there "
            "N4.2 makes the gap false for targets with two nonzero coordinates."
        ),
    ),
    open_questions=(
        OpenQuestion(
            asks=r"""The abstract of arXiv:2603.02234v1 announces that whole neurons of the order $d/\varepsilon$ are needed; that of v3 has $1/\varepsilon$. Is the order $d/\varepsilon$ needed with a ReLU output, too?""",
            obstacle="N9 requires an aligned neuron in each plane that contains $w^*$, and all planes at once cost the factor $d$. With a ReLU output $g$ may change its sign where the target has its kink, so that no plane requires an aligned neuron; N5 considers one plane, where $d$ plays no role.",
            known=r"""At least of the order of $1/(\varepsilon\ln\frac1\varepsilon)$ for each $d\ge2$ (N5.2), and $d/\varepsilon$ with a linear output (N9.2), on the cube $d^{3/2}/\varepsilon$ (N10.2).""",
            evidence="None: sizes were found for two inputs only (N8).",
        ),
    ),
    aids={"failure": failure, "share": share, "pair": pair, "ratio": ratio},
    because={
        "rate of weights": weights_grow_with_the_logarithm,
        "rate of neurons": lambda order, neuron_rate: (
            same(order * eps * sp.log(1 / eps), C),
            same(rate(sp.log(order)), neuron_rate),
        ),
        "exponent": lambda weight_rate, neuron_rate, exponent: same(exponent, neuron_rate / weight_rate),
    },
    wrong=lambda: {
        "enough: one neuron less for each input": enough - d,
        "enough: one neuron more for each input": enough + d,
        "enough: failure with probability δ": enough.subs(delta, 1 - delta),
        "enough: for one input": enough / d,
        "enough: an accuracy of the square of ε": enough.subs(eps, eps**2),
        "enough: its root": sp.sqrt(enough),
        "needed: a fixed power": neurons.subs(s, sp.Rational(1, 2)),
        "needed: failure with probability δ": needed.subs(delta, 1 - delta),
        "needed: a power above 1": valued(neurons, {s: 2 - slow}),
        "needed: a power below 0": valued(neurons, {s: slow - 1}),
        "weight_rate: for one input": weight_rate / d,
        "order: a logarithm alone": eps * order,
        "order: the square": order / eps,
        "order: no constant": order / C,
        "exponent: for each input": d * exponent,
    },
)
