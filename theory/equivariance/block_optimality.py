"""Q11.3: tickets beside what their own blocks need."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance import block_chances, ticket
from sparse_limits.theory.equivariance.block_chances import (
    coefficients,
    hit,
    needed,
    nonnegative_success,
    pair,
    success,
    two_values,
    two_values_nonnegative,
    two_values_nonnegative_needed,
    usable,
)
from sparse_limits.theory.equivariance.block_chances import least as least_number
from sparse_limits.theory.equivariance.lower_bound import CHANNELS_AFTER, CHANNELS_BEFORE, FAILURE, n_in, n_out
from sparse_limits.theory.equivariance.symbols import BASIS, IDENTITY, RELU, B
from sparse_limits.theory.equivariance.ticket import BLOCK, COEFFICIENT_ERROR, MASS, PRODUCTS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.product_laws import uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, n

OF_TWO_VALUES = r"for coefficients of one modulus, whose products equal the targets up to signs"
WINDOWS = {n_in: 3, n_out: 8, B: 9}  # convolutions with a window of nine cells

most_success = sp.exp(-2 * coefficients * 2 ** (-n / 2))
most_nonnegative_success = sp.exp(-coefficients * sp.Integer(2) ** -n)
size = ticket.size
block_looseness = sp.log(2) / (-2 * sp.log(1 - a * kappa / 4))
uniform_block_looseness = block_looseness.subs({a: uniform_reach, kappa: sp.Rational(1, 2)})

STEPS = proof(
    r"""
right signs (by independence): Fix the first layer. The coefficient of $B_b\sigma(x_i)$ in the output channel $o$ is a sum of $\mu\lambda$
over some of the $m$ channels of block $i$ with $\lambda>0$. If this sum is within $\varepsilon<|w_{iob}|$ of $w_{iob}$, one of these $\mu$
has the sign of $w_{iob}$. Each of them has this sign with probability at most $\frac12$. So the sum is this close with probability at most
$[[hit]]$. The same holds for $\sigma(-x_i)$ and the channels with $\lambda<0$.

both signs (from right signs): This bound increases in $m$, and at most $n$ channels have a sign at all. So the sums for both signs are this
close with probability at most $[[pair]]$, as if half of the channels had each sign.

own coefficients (from both signs; by tower): All $i$, $o$, $b$ and signs have their own coefficients $\mu$. So, given the first layer,
these events are independent, and their bounds multiply. The product does not depend on the first layer, so it bounds the mean over the
first layer as well.

success (from right signs, both signs, own coefficients): So all coefficients come within $\varepsilon$ with probability at most
$[[success]]$. The coefficients of $\sigma(x_i)$ alone, where $m\le n$, do so with probability at most $[[nonnegative_success]]$.

exponentials (from success; by exponential): These probabilities are at most $[[most_success]]$ and $[[most_nonnegative_success]]$.

channels needed (from exponentials): Both bounds increase in $n$, and they are $1-\delta$ at $n=[[needed]]$ and $n=[[nonnegative_needed]]$.
So with fewer channels success has a smaller probability.

channels that do (by Q7.1 for size): By Q7.1 $n=[[size]]$ channels suffice.

many coefficients (from channels needed, channels that do): The number of channels that are needed and the number that suffices both depend
on `n_in`, `n_out` and $B$ through the product alone. As the product grows, the second number divided by the first tends to
$[[block_looseness]]$.

uniform coefficients (by R5.1 for uniform_density): A product of two numbers uniform on $[-1,1]$ has at least the density $\frac12$ up to
$\frac1e$.

uniform (from many coefficients, uniform coefficients): At $a=\frac1e$, $\kappa=\frac12$ this limit is $[[uniform_block_looseness]]$.
""",
    vars(block_chances) | globals(),
)

y, z = sp.symbols("y z", positive=True)


def by_rate(gap: sp.Expr) -> sp.Expr:
    """With δ = 1 − e^(−y), which is any probability."""
    return sp.simplify(sp.expand_log(gap.subs(delta, 1 - sp.exp(-y))))


def both_signs_share_the_channels(hit: sp.Expr, pair: sp.Expr) -> Relations:
    """The rest for m and n − m channels is a square; and more channels do not lower the probability."""
    rest = (2 ** (-usable / 2) - 2 ** ((usable - n) / 2)) ** 2
    yield same(pair - hit * hit.subs(usable, n - usable), rest)
    yield nonnegative(sp.diff(hit, usable), sp.log(2) * 2**-usable)


def powers_are_below_exponentials(
    success: sp.Expr, nonnegative_success: sp.Expr, most_success: sp.Expr, most_nonnegative_success: sp.Expr
) -> Relations:
    """1 + x and eˣ to the same power, x = −2^(−n/2) and −2^(−n)."""
    for x, power, low, high in (
        (-(2 ** (-n / 2)), 2 * coefficients, success, most_success),
        (-(sp.Integer(2) ** -n), coefficients, nonnegative_success, most_nonnegative_success),
    ):
        yield same(low, (1 + x) ** power)
        yield same(sp.log(high), power * x, by=sp.expand_log)


def success_is_rarer_with_fewer_channels(
    most_success: sp.Expr, most_nonnegative_success: sp.Expr, needed: sp.Expr, nonnegative_needed: sp.Expr
) -> Relations:
    """At these n the logarithm of −log of the bounds is that of −log(1 − δ); and how their logarithms grow."""
    for bound, count, rise in (
        (most_success, needed, coefficients * sp.log(2) * 2 ** (-n / 2)),
        (most_nonnegative_success, nonnegative_needed, coefficients * sp.log(2) * sp.Integer(2) ** -n),
    ):
        level = sp.expand_log(sp.log(bound))
        yield same(sp.expand_log(sp.log(-level)).subs(n, count), sp.log(-sp.log(1 - delta)), by=by_rate)
        yield nonnegative(sp.diff(level, n), rise)


ticket_blocks = Claim(
    label="Q11.3",
    title="Lower bounds on the number of channels in the blocks of a ticket",
    headline=r"With probability $1-\delta$ blocks as in Q7.1 hold coefficients larger than $\varepsilon$ only if they have $$n\ge[[needed]]$$ channels, whatever the symmetric law. Counting does not require this logarithm of the number of coefficients.",
    statement=r"""
**Setting.** Let the target and the source be those of Q7.1, and let all coefficients of the target be larger than $\varepsilon$ in modulus.
As in Q7.1, keep in each block only the coefficients of $I$ from its own input channel.

**Success.** For every symmetric law, the probability that some mask brings all coefficients of $\sigma(x_i)$ and of $\sigma(-x_i)$ within
$\varepsilon$ is at most $$[[success]].$$ For the coefficients of $\sigma(x_i)$ alone, which are all that inputs $x\ge0$ need, it is at most
$[[nonnegative_success]]$.

**Channels.** So a failure probability of at most $\delta$ requires $$n\ge[[needed]],$$ or $n\ge[[nonnegative_needed]]$ at inputs $x\ge0$.
Q7.1 asks for the logarithm of `n_in`$\cdot$`n_out`$\cdot B/\delta$, and counting does not (Q11.2); these blocks do need it.

**Compared with Q7.1.** Let `n_in`$\cdot$`n_out`$\cdot B$ grow, with $\varepsilon$ and $\delta$ fixed. Then the ratio of Q7.1's number of
channels to this lower bound tends to $$[[block_looseness]].$$ For coefficients uniform on $[-1,1]$ it tends to $[[uniform_block_looseness]]$.
At inputs $x\ge0$ the limits are twice as large. This claim does not say whether sources or masks of another kind need the logarithm.
""",
    steps=STEPS,
    source=Source("2206.04270", "v2", "beyond the abstract; the bound is ours"),
    provenance=Provenance.EXTENSION,
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
        replace(FAILURE, within=UNIT, drawn=(sp.Rational(1, 100), sp.Rational(1, 2))),
    ),
    hypotheses=(
        Hypothesis("permutation representations"),
        Hypothesis("independent coefficients of one symmetric law, independent of the target"),
        Hypothesis("all coefficients of the target are larger in modulus than the error"),
        Hypothesis("in each block only the coefficients of the identity from its own channel before are kept"),
        MASS,
    ),
    symbols={**IDENTITY, **RELU, "x, x_i": "input of a layer, and its channel $i$"},
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
            lost=f"{OF_TWO_VALUES}, which share the signs of their $\\lambda$: the bound treats half of the channels as having each sign",
        ),
        Loose(
            expression="nonnegative_success",
            truth="two_values_nonnegative",
            at=tuple({**WINDOWS, n: count} for count in (16, 32)),
            lost=f"{OF_TWO_VALUES}: the bound treats every channel as having the sign that is needed",
        ),
        Loose(
            expression="needed",
            truth="two_values_needed",
            at=tuple({**WINDOWS, delta: chance} for chance in (sp.Rational(1, 10), sp.Rational(1, 1000))),
            lost=f"{OF_TWO_VALUES}, in *success* and in the inequality of the exponential",
            order="by Q7.1, as the quotient of its *size* and this number has a limit",
            side=Side.BELOW,
        ),
        Loose(
            expression="nonnegative_needed",
            truth="two_values_nonnegative_needed",
            at=tuple({**WINDOWS, delta: chance} for chance in (sp.Rational(1, 10), sp.Rational(1, 1000))),
            lost=f"{OF_TWO_VALUES}, in *nonnegative success*: some channels have the other sign",
            order="by Q7.1, as the quotient of its *size* and this number has a limit",
            side=Side.BELOW,
        ),
    ),
    because={
        "both signs": both_signs_share_the_channels,
        "success": lambda hit, pair, success, nonnegative_success: (
            same(success, pair**coefficients),
            same(nonnegative_success, hit.subs(usable, n) ** coefficients),
        ),
        "exponentials": powers_are_below_exponentials,
        "channels needed": success_is_rarer_with_fewer_channels,
    },
    wrong=lambda: {
        "pair: of one sign": 1 - 2 ** (-n / 2),
        "pair: all channels for both": (1 - sp.Integer(2) ** -n) ** 2,
        "hit: one channel less": 1 - 2 ** (1 - usable),
        "hit: all channels": sp.S.One,
        "hit: half of the channels": hit.subs(usable, usable / 2),
        "success: one sign": (1 - 2 ** (-n / 2)) ** coefficients,
        "success: all channels for both": nonnegative_success**2,
        "success: one coefficient": pair,
        "success: the square": success**2,
        "success: half of the channels": success.subs(n, n / 2),
        "success: all pairs of coefficients": success**n_in,
        "nonnegative_success: both signs": success,
        "nonnegative_success: one element": nonnegative_success.subs(B, 1),
        "nonnegative_success: the cube, one sign": nonnegative_success**3,
        "nonnegative_success: half of the channels, one sign": nonnegative_success.subs(n, n / 2),
        "two_values: half of the channels for each sign": success,
        "two_values: one sign": two_values_nonnegative,
        "two_values: one channel before": two_values.subs(n_in, 1),
        "two_values_nonnegative: all channels for one sign": nonnegative_success,
        "two_values_nonnegative: all pairs on their own": two_values_nonnegative.subs(n_out, 1) ** n_out,
        "two_values_needed: half of the channels needed": needed,
        "two_values_needed: one sign needed": two_values_nonnegative_needed,
        "two_values_nonnegative_needed: all channels needed": least_number(nonnegative_success),
        "most_success: one sign": sp.exp(-coefficients * 2 ** (-n / 2)),
        "most_success: all channels for both": sp.exp(-2 * coefficients * sp.Integer(2) ** -n),
        "most_nonnegative_success: both signs": most_success,
        "needed: one sign": needed.subs(n_in, n_in / 2),
        "nonnegative_needed: both signs": needed,
        "nonnegative_needed: δ itself": sp.log(coefficients / delta) / sp.log(2),
        "size: all items usable": size.subs(kappa, 2 * kappa),
    },
)
