"""Q11.2, Q11.3: tickets beside what any source needs, by counting, and beside what their own blocks need."""

from __future__ import annotations

import sympy as sp

from theory.bounds import Loose, Sharp, Side
from theory.claims import Claim, Proof, Provenance, Source
from theory.equivariance import block_chances, lower_bound, ticket
from theory.equivariance.block_chances import (
    coefficients,
    hit,
    needed,
    nonnegative_needed,
    nonnegative_success,
    pair,
    success,
    usable,
)
from theory.equivariance.lower_bound import CHANNELS_AFTER, CHANNELS_BEFORE, ERROR, FAILURE, n_in, n_out
from theory.equivariance.network_widths import RADIUS, radius
from theory.equivariance.symbols import BASIS, B
from theory.equivariance.ticket import BLOCK, COEFFICIENT_ERROR, EMPTY_SUMS, INPUTS, MASS, NORMS, PRODUCTS, norms
from theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from theory.steps import Carrier, Step
from theory.subset_sum.potential import a, kappa
from theory.subset_sum.product_laws import uniform_reach
from theory.subset_sum.symbols import delta, eps, n
from theory.subset_sum.volume import c

spread = sp.Symbol("spread", positive=True)  # errors of outputs over errors of coefficients
FROM_ONE = sp.Interval(1, sp.oo)

layer_error = ticket.error
ball_spread = radius * n_in * norms
width = ticket.size.subs(eps, eps / spread)
candidates = n * n_in * (1 + n_out * B)
parameters = lower_bound.relu_parameters.subs({c: a / 2, lower_bound.s: 1})
ratio = candidates.subs(n, width) / parameters
rate = -sp.log(1 - a * kappa / 4)
looseness = 2 * sp.log(2) / rate * (1 + 1 / (n_out * B))
whole_source = n * n_in * (n_in + n_out * B)
dense_looseness = 2 * sp.log(2) / rate * (1 + n_in / (n_out * B))
uniform_looseness = looseness.subs({a: uniform_reach, kappa: sp.Rational(1, 2)})
OF_TWO_VALUES = r"for coefficients of one modulus, whose products are the targets' up to signs"
WINDOWS = {n_in: 3, n_out: 8, B: 9}  # convolutions with a window of nine cells
growth = sp.log(2) / (rate * sp.log(a / (4 * eps))) * (1 + 1 / (n_out * B))

STEPS = (
    Step(
        name="probes",
        sentence=r"""The elements of an orbit basis have disjoint supports, and entries $0$ and $1$: at $\pm e_x$ in one channel an output reads one coefficient alone. There errors of the
coefficients up to $\varepsilon$ make an error of up to $\varepsilon$: `spread` is $1$, and for a set that contains these inputs no less.""",
        by=Carrier.CLAIM,
        source="Q2",
    ),
    Step(
        name="all inputs",
        sentence=r"If the coefficients of a layer err by up to $\varepsilon$, its outputs err by at most $[[layer_error]]$.",
        by=Carrier.CLAIM,
        source="Q7.1",
        gives={"layer_error": layer_error},
    ),
    Step(
        name="spread",
        sentence=r"For inputs up to $R$ all channels before add up to at most `n_in`$\cdot R$: `spread` is $[[ball_spread]]$.",
        gives={"ball_spread": ball_spread},
        uses=("all inputs",),
    ),
    Step(
        name="width",
        sentence=r"So the coefficients have to come within $\varepsilon/$`spread`, and $n=[[width]]$ channels do.",
        by=Carrier.CLAIM,
        source="Q7.1",
        gives={"width": width},
        uses=("probes", "spread"),
    ),
    Step(
        name="candidates",
        sentence=r"Each channel of a block has one coefficient in front that may be kept, that of $I$ from its own channel before, and all behind: $[[candidates]]$.",
        gives={"candidates": candidates},
    ),
    Step(
        name="counting",
        sentence=r"A source of $\Theta$ parameters in which every target has a mask, except with probability $\delta$, has $\Theta\ge[[parameters]]$: Q8 with $c=\frac a2$ and $s=1$.",
        by=Carrier.CLAIM,
        source="Q8",
        gives={"parameters": parameters},
    ),
    Step(
        name="ratio",
        sentence=r"The quotient of the two at this $n$ is $[[ratio]]$.",
        gives={"ratio": ratio},
        uses=("width", "candidates", "counting"),
    ),
    Step(
        name="small errors",
        sentence=r"As $\varepsilon\to0$ it tends to $[[looseness]]$, whatever `spread` and $\delta$.",
        gives={"looseness": looseness},
        uses=("ratio",),
    ),
    Step(
        name="whole source",
        sentence=r"The first layer of the source is dense: each of its $n\cdot$`n_in` channels has `n_in` coefficients in front. With all behind these are $[[whole_source]]$.",
        gives={"whole_source": whole_source},
    ),
    Step(
        name="small errors, whole source",
        sentence=r"With these for the candidates the quotient tends to $[[dense_looseness]]$ as $\varepsilon\to0$.",
        gives={"dense_looseness": dense_looseness},
        uses=("width", "counting", "whole source"),
    ),
    Step(
        name="uniform coefficients",
        sentence=r"A product of two numbers uniform on $[-1,1]$ has at least the density $\frac12$ up to $\frac1e$.",
        by=Carrier.CLAIM,
        source="R5.1",
    ),
    Step(
        name="uniform",
        sentence=r"At $a=\frac1e$, $\kappa=\frac12$ that is $[[uniform_looseness]]$.",
        gives={"uniform_looseness": uniform_looseness},
        uses=("small errors", "uniform coefficients"),
    ),
    Step(
        name="many channels",
        sentence=r"For $\varepsilon<\frac a4$ and `spread` fixed the quotient over $\ln$ `n_in` tends to $[[growth]]$ as `n_in` $\to\infty$.",
        gives={"growth": growth},
        uses=("ratio",),
    ),
)

ticket_optimality = Claim(
    label="Q11.2",
    title="Tickets beside what any source needs",
    statement=r"""
Let the target be a layer of Q7.1 with the orbit basis, entries 0 and 1, and coefficients in $[-\frac a2,\frac a2]$, and let the first basis of the source be spanned by $I$: in the blocks of Q7.1, the rest of the first layer dropped beforehand, $[[candidates]]$ of its coefficients may be kept. Let the error be the largest over a set of
inputs that contains all $\pm e_x$ in every single channel, and at most `spread` times the largest error of a coefficient: so `spread` is at least $1$, it is $1$ for the inputs $\pm e_x$ alone, and $[[ball_spread]]$ for all inputs up to $R\ge1$ in modulus. At Q7.1's number of channels for an
error $\varepsilon$ (not rounded up) there are $$[[ratio]]$$ candidates for each of the parameters that *every* source, equivariant or not, needs by Q8 if each target is to be found with probability $1-\delta$, where $\varepsilon$ is so small that Q8 says anything. As $\varepsilon\to0$, all else fixed, that tends to $$[[looseness]],$$ whatever
`spread`: the order $\ln\frac1\varepsilon$ is right. For coefficients uniform on $[-1,1]$ the limit is $[[uniform_looseness]]$. A mask on all of the source, whose first layer is dense, may keep any of
$[[whole_source]]$ coefficients. For these the limit is $$[[dense_looseness]],$$ which is not bounded in `n_in`.

For a fixed $\varepsilon<\frac a4$ the quotient is not bounded: with `spread` fixed, too, it grows like $\ln$ `n_in`, the quotient of both tending to $$[[growth]]$$ as `n_in` $\to\infty$. The blocks need a logarithm of this kind (Q11.3); whether another source does is not said, nor
what a network of several layers needs.
""",
    steps=STEPS,
    source=Source(
        "2206.04270",
        "abstract: “We further prove that our prescribed overparametrization scheme is optimal and provides a lower bound on "
        "the number of effective parameters as a function of the error tolerance”; in which sense, the comparison and its "
        "constants are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        BLOCK.drawn_from(2, 60),
        CHANNELS_BEFORE.drawn_from(1, 9),
        CHANNELS_AFTER.drawn_from(1, 9),
        BASIS.drawn_from(1, 15),
        Quantity(
            spread,
            "largest error of an output over the largest error of a coefficient",
            FROM_ONE,
            drawn=(1, 9),
        ),
        Quantity(radius, RADIUS.meaning, FROM_ONE, drawn=(1, 3)),
        Quantity(norms, NORMS.meaning, FROM_ONE, drawn=(1, 4)),
        INPUTS.drawn_from(1, 4),
        *PRODUCTS,
        ERROR.drawn_from(sp.Rational(1, 1000), sp.Rational(1, 100)),
        FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
    ),
    hypotheses=(
        Hypothesis("the hypotheses of Q7.1"),
        Hypothesis("the orbit basis, entries 0 and 1, and inputs that contain all ±e_x in every single channel"),
        Hypothesis("the first basis of the source is spanned by the identity"),
        Hypothesis("only coefficients of the blocks of Q7.1 may be kept"),
        Hypothesis("elements of norms from 1 on", norms >= B, needed_by=("ball_spread",)),
        MASS,
        Hypothesis(EMPTY_SUMS, eps <= spread * a / 2, needed_by=("ratio",)),
        Hypothesis("an error so small that counting asks for parameters", parameters > 0, needed_by=("ratio",)),
        Hypothesis("an error below half the largest coefficient", eps < a / 4, needed_by=("growth",)),
    ),
    uses=("Q2", "Q7.1", "Q8", "Q11.3", "R5.1"),
    expressions={
        "candidates": candidates,
        "ball_spread": ball_spread,
        "ratio": ratio,
        "looseness": looseness,
        "uniform_looseness": uniform_looseness,
        "whole_source": whole_source,
        "dense_looseness": dense_looseness,
        "growth": growth,
    },
    sharp=(
        Sharp(
            expression="ball_spread",
            example=r"one error $\varepsilon$ for all coefficients, all inputs $R$, orbit bases, transitive levels",
            check="constant_inputs_attain_the_spread",
        ),
    ),
)

most_success = sp.exp(-2 * coefficients * 2 ** (-n / 2))
most_nonnegative_success = sp.exp(-coefficients * sp.Integer(2) ** -n)
size = ticket.size
block_looseness = sp.log(2) / (2 * rate)
uniform_block_looseness = block_looseness.subs({a: uniform_reach, kappa: sp.Rational(1, 2)})

BLOCK_STEPS = (
    Step(
        name="right signs",
        sentence=r"""Fix the first layer. The coefficient of $B_b\sigma(x_i)$ in the output channel $o$ is a sum of $\mu\lambda$ over some of the $m$ channels of block $i$ with $\lambda>0$. If it is within $\varepsilon<|w_{iob}|$ of $w_{iob}$,
one of their $\mu$ has the sign of $w_{iob}$. Each has it with probability at most $\frac12$: so this happens with probability at most $[[hit]]$. Likewise for $\sigma(-x_i)$ and the channels with $\lambda<0$.""",
        by=Carrier.RULE,
        source="independence",
        gives={"hit": hit},
    ),
    Step(
        name="both signs",
        sentence=r"That grows in $m$, and at most $n$ channels have a sign at all: for both signs it happens with probability at most $[[pair]]$, as if half of the channels had each sign.",
        gives={"pair": pair},
        uses=("right signs",),
    ),
    Step(
        name="own coefficients",
        sentence=r"All $i$, $o$, $b$ and signs have coefficients $\mu$ of their own: given the first layer these events are independent, and their bounds multiply. The product is the same whatever the first layer is: so it bounds the mean as well.",
        by=Carrier.RULE,
        source="tower",
        uses=("both signs",),
    ),
    Step(
        name="success",
        sentence=r"So all coefficients come within $\varepsilon$ with probability at most $[[success]]$, and those of $\sigma(x_i)$ alone, with $m\le n$, at most $[[nonnegative_success]]$.",
        gives={"success": success, "nonnegative_success": nonnegative_success},
        uses=("right signs", "both signs", "own coefficients"),
    ),
    Step(
        name="exponentials",
        sentence=r"These are at most $[[most_success]]$ and $[[most_nonnegative_success]]$.",
        by=Carrier.RULE,
        source="exponential",
        gives={"most_success": most_success, "most_nonnegative_success": most_nonnegative_success},
        uses=("success",),
    ),
    Step(
        name="channels needed",
        sentence=r"Both grow in $n$, and are $1-\delta$ at $n=[[needed]]$ and $n=[[nonnegative_needed]]$: with fewer channels success has a smaller probability.",
        gives={"needed": needed, "nonnegative_needed": nonnegative_needed},
        uses=("exponentials",),
    ),
    Step(
        name="channels that do",
        sentence=r"By Q7.1 $n=[[size]]$ channels do.",
        by=Carrier.CLAIM,
        source="Q7.1",
        gives={"size": size},
    ),
    Step(
        name="many coefficients",
        sentence=r"Both depend on `n_in`, `n_out` and $B$ through the product alone. As it grows, the second number over the first tends to $[[block_looseness]]$.",
        gives={"block_looseness": block_looseness},
        uses=("channels needed", "channels that do"),
    ),
    Step(
        name="uniform coefficients",
        sentence=r"A product of two numbers uniform on $[-1,1]$ has at least the density $\frac12$ up to $\frac1e$.",
        by=Carrier.CLAIM,
        source="R5.1",
    ),
    Step(
        name="uniform",
        sentence=r"At $a=\frac1e$, $\kappa=\frac12$ that is $[[uniform_block_looseness]]$.",
        gives={"uniform_block_looseness": uniform_block_looseness},
        uses=("many coefficients", "uniform coefficients"),
    ),
)

ticket_blocks = Claim(
    label="Q11.3",
    title="What the blocks of a ticket need",
    statement=r"""
Let target and source be those of Q7.1, all coefficients of the target larger than $\varepsilon$ in modulus. Keep in each block only the coefficients of $I$ from its own channel before, as Q7.1 does. Whatever the law, if it is symmetric, all coefficients come within $\varepsilon$, for
both signs, with probability at most $$[[success]],$$ and those of $\sigma(x_i)$ alone, which inputs $x\ge0$ need, at most $[[nonnegative_success]]$. So a failure of at most $\delta$ needs $$n\ge[[needed]],$$ or $n\ge[[nonnegative_needed]]$ at inputs $x\ge0$: the logarithm of
`n_in`$\cdot$`n_out`$\cdot B/\delta$ that Q7.1 asks for, and counting does not (Q11.2), is one that these blocks need. As `n_in`$\cdot$`n_out`$\cdot B$ grows, $\varepsilon$ and $\delta$ fixed, Q7.1's number of channels over this one tends to $$[[block_looseness]],$$ for coefficients uniform on $[-1,1]$ to
$[[uniform_block_looseness]]$, and to twice as much at inputs $x\ge0$. Whether sources or masks of another kind need it is not said.
""",
    steps=BLOCK_STEPS,
    source=Source("2206.04270", "beyond the abstract; the bound is ours"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        BLOCK.drawn_from(2, 60),
        Quantity(
            usable,
            "number of channels of a block whose first coefficient has the sign that is wanted",
            COUNT_FROM_ZERO,
            drawn=(0, 60),
        ),
        CHANNELS_BEFORE.drawn_from(1, 3),
        CHANNELS_AFTER.drawn_from(1, 3),
        BASIS.drawn_from(1, 15),
        *PRODUCTS,
        COEFFICIENT_ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(1, 10)),
        FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
    ),
    hypotheses=(
        Hypothesis("permutation representations"),
        Hypothesis("independent coefficients of one symmetric law, independent of the target"),
        Hypothesis("all coefficients of the target are larger than the error"),
        Hypothesis("in each block only the coefficients of the identity from its own channel before are kept"),
        MASS,
    ),
    uses=("Q7.1", "R5.1"),
    expressions={
        "success": success,
        "nonnegative_success": nonnegative_success,
        "needed": needed,
        "nonnegative_needed": nonnegative_needed,
        "block_looseness": block_looseness,
        "uniform_block_looseness": uniform_block_looseness,
    },
    aids={
        "two_values": block_chances.two_values,
        "two_values_nonnegative": block_chances.two_values_nonnegative,
        "two_values_needed": block_chances.two_values_needed,
        "two_values_nonnegative_needed": block_chances.two_values_nonnegative_needed,
    },
    loose=(
        Loose(
            expression="success",
            truth="two_values",
            at=tuple({**WINDOWS, n: count} for count in (16, 32)),
            lost=f"{OF_TWO_VALUES}, which share the signs of their $\\lambda$ as if half of the channels had each",
        ),
        Loose(
            expression="nonnegative_success",
            truth="two_values_nonnegative",
            at=tuple({**WINDOWS, n: count} for count in (16, 32)),
            lost=f"{OF_TWO_VALUES}, as if each channel had the sign that is wanted",
        ),
        Loose(
            expression="needed",
            truth="two_values_needed",
            at=tuple({**WINDOWS, delta: chance} for chance in (sp.Rational(1, 10), sp.Rational(1, 1000))),
            lost=f"{OF_TWO_VALUES}, in the *success*, and in the inequality of the exponential",
            order="by Q7.1, as the quotient of its *size* and this number has a limit",
            side=Side.BELOW,
        ),
        Loose(
            expression="nonnegative_needed",
            truth="two_values_nonnegative_needed",
            at=tuple({**WINDOWS, delta: chance} for chance in (sp.Rational(1, 10), sp.Rational(1, 1000))),
            lost=f"{OF_TWO_VALUES}, in the *nonnegative success*: some channels have the other sign",
            order="by Q7.1, as the quotient of its *size* and this number has a limit",
            side=Side.BELOW,
        ),
    ),
)
