"""Q11.2: tickets beside what any source needs, by counting."""

from dataclasses import replace
from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance import lower_bound, ticket
from sparse_limits.theory.equivariance.block_chances import coefficients
from sparse_limits.theory.equivariance.lower_bound import CHANNELS_AFTER, CHANNELS_BEFORE, ERROR, FAILURE, n_in, n_out
from sparse_limits.theory.equivariance.network_widths import RADIUS, radius
from sparse_limits.theory.equivariance.symbols import BASIS, IDENTITY, MATRIX, POINT, B
from sparse_limits.theory.equivariance.ticket import BLOCK, INPUTS, MASS, NORMS, PRODUCTS, inputs, norms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, holds, induction, nonnegative, same
from sparse_limits.theory.subset_sum import power_potential
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.product_laws import uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.volume import c

spread = sp.Symbol("Lambda", positive=True)  # at least errors of outputs over errors of coefficients

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
# R13 for items of half the density and for each of the sums, one for each sign of each coefficient
_of_each_sum = {kappa: kappa / 2, eps: eps / spread, delta: delta / (2 * n_in * n_out * B)}
first_channels, later_channels = (
    valued(items, _of_each_sum) for items in (power_potential.first_items, power_potential.later_items)
)
phases_looseness = sp.log(2) * (1 + 1 / (n_out * B)) * power_potential.power_rate.subs(kappa, kappa / 2)
least_looseness = sp.log(2) * (1 + 1 / (n_out * B)) * power_potential.best_rate.subs(kappa, kappa / 2)
uniform_least_looseness = least_looseness.subs({a: uniform_reach, kappa: sp.Rational(1, 2)})
growth = sp.log(2) / (rate * sp.log(a / (4 * eps))) * (1 + 1 / (n_out * B))

STEPS = proof(
    r"""
probes (by Q2): The elements of an orbit basis have disjoint supports and entries $0$ and $1$. So at $\pm e_x$ in one channel an output
depends on one coefficient alone. There, errors of the coefficients of up to $\varepsilon$ cause an error of up to $\varepsilon$. So the
quotient $\Lambda$ is $1$ for these inputs, and at least as large for a set that contains them.

all inputs (by Q7.1 for error): If the coefficients of a layer have errors of up to $\varepsilon$, its outputs have errors of at most
$[[layer_error]]$ with $\beta=\sum_b\|B_b\|$ and $\xi=\sum_i\|x_i\|$ (maximum norms and the operator norms induced by them).

spread (from all inputs): For inputs of modulus up to $R$ the sizes of all input channels add up to at most `n_in`$\cdot R$. So
$\Lambda=[[ball_spread]]$ is enough.

width (from probes, spread; by Q7.1 for size): So the coefficients have to come within $\varepsilon/\Lambda$, and $n=[[width]]$ channels
suffice.

candidates: Of the incoming coefficients of each channel of a block one may be kept, the coefficient of $I$ from its own input channel; of
the outgoing coefficients all may be kept. So there are $[[candidates]]$ candidates.

counting (by Q8): A source of $\Theta$ parameters in which every target has a mask, except with probability $\delta$, satisfies
$\Theta\ge[[parameters]]$, by Q8 with $c=\frac a2$ and $s=1$.

ratio (from width, candidates, counting): At this $n$ the number of candidates divided by this bound is $[[ratio]]$.

small errors (from ratio): As $\varepsilon\to0$ this ratio tends to $[[looseness]]$, whatever $\Lambda$ and $\delta$.

whole source: The first layer of the source is dense: each of its $n\cdot$`n_in` channels has `n_in` incoming coefficients. Together with
all outgoing coefficients there are $[[whole_source]]$.

small errors, whole source (from width, counting, whole source): With these coefficients as candidates the ratio tends to
$[[dense_looseness]]$ as $\varepsilon\to0$.

uniform coefficients (by R5.1 for uniform_density): A product of two numbers uniform on $[-1,1]$ has at least the density $\frac12$ up to
$\frac1e$.

uniform (from small errors, uniform coefficients): At $a=\frac1e$, $\kappa=\frac12$ the limit of *small errors* is $[[uniform_looseness]]$.

two phases (by R13 for first_items, later_items): R13, like R4, bounds the probability that one of the sums of Q7.1 fails; the items of
these sums have half the density.

channels in two phases (from two phases, probes, spread): So at $n=\lceil x\rceil+\lceil y\rceil$ channels with $x=[[first_channels]]$ and
$y=[[later_channels]]$, each of the $2\,$`n_in`$\cdot$`n_out`$\cdot B$ sums fails with at most its share of the probability $\delta$, and
some sum fails with probability at most $\delta$.

small errors, two phases (from candidates, counting, channels in two phases): With these numbers of channels the ratio tends to
$[[phases_looseness]]$ as $\varepsilon\to0$, whether they are rounded up or not: rounding $x$ and $y$ up adds less than $2$ channels.

best phases (from small errors, two phases): As $\theta\to0$ and $v_1\to1$ this limit tends to $[[least_looseness]]$.

uniform, best phases (from best phases, uniform coefficients): At $a=\frac1e$, $\kappa=\frac12$ this is $[[uniform_least_looseness]]$.

many channels (from ratio): For $\varepsilon<\frac a4$ and fixed $\Lambda$ the ratio divided by $\ln$ `n_in` tends to $[[growth]]$ as `n_in`
$\to\infty$.
""",
    globals(),
)

y, z = sp.symbols("y z", positive=True)


def in_parts(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, the logarithms of the factors of one channel being letters."""
    factors = power_potential.power_contraction, power_potential.later_contraction
    letters = {factor.subs(kappa, kappa / 2): letter for factor, letter in zip(factors, (y, z), strict=True)}
    return sp.simplify(sp.expand(sp.powsimp(gap.subs(letters))))


@cache
def for_many_channels(ratio: sp.Expr) -> sp.Expr:
    """The limit over ln n_in, by the letters 1/ln n_in and 1/n_in: a quotient that is continuous where both are 0."""
    written = sp.expand_log(ratio, force=True).subs(sp.log(n_in), 1 / z).subs(n_in, 1 / y)
    return sp.cancel(written * z).subs({y: 0, z: 0})


def channels_of_blocks_are_added(candidates: sp.Expr) -> Relations:
    """None without channels, and one in front and all behind for each channel before."""
    behind = n_out * B
    yield induction(candidates, n, sp.S.Zero, lambda term: term + n_in * (1 + behind), by=sp.expand)


def layers_of_the_source_are_added(whole_source: sp.Expr) -> Relations:
    """None without channels; with a channel more for each one before, all in front of these and all behind."""
    more = n_in * n_in + n_in * n_out * B
    yield induction(whole_source, n, sp.S.Zero, lambda term: term + more, by=sp.expand)


def shares_of_the_failure_add_up(first_channels: sp.Expr, later_channels: sp.Expr) -> Relations:
    """R13's failure at these numbers and half the density, for each coefficient and sign: together δ."""
    channels = {n: first_channels + later_channels, power_potential.n_1: first_channels}
    one_sum = valued(power_potential.two_phase_failure, {kappa: kappa / 2, eps: eps / spread})
    yield same(2 * coefficients * one_sum, delta, where=channels, by=in_parts)


def small_errors_leave_fewer(
    first_channels: sp.Expr,
    later_channels: sp.Expr,
    candidates: sp.Expr,
    parameters: sp.Expr,
    phases_looseness: sp.Expr,
) -> Relations:
    """The quotient as ε → 0, by the slopes of both in ln ε, which have limits; and parameters grow beyond all bounds."""
    counts = candidates.subs(n, first_channels + later_channels), parameters
    slopes = [sp.expand(eps * sp.diff(sp.expand_log(count, force=True), eps)).subs(eps, 0) for count in counts]
    yield same(slopes[0] / slopes[1], phases_looseness)
    yield holds(sp.limit(parameters.subs({n_in: 1, n_out: 1, B: 1}), eps, 0) == sp.oo, "parameters have no bound")


def best_phases_are_the_limit(phases_looseness: sp.Expr, least_looseness: sp.Expr) -> Relation:
    """The least constant is that of two phases at v_1 = 1 and as θ → 0."""
    return same(power_potential.at_no_power(phases_looseness.subs(power_potential.far, 1)), least_looseness)


ticket_optimality = Claim(
    label="Q11.2",
    title="Tickets compared with the lower bound for every source",
    headline=r"Let the first basis be $I$ alone. As $\varepsilon\to0$, the blocks of Q7.1 hold $$[[looseness]]$$ times as many coefficients as every source needs parameters, by counting (Q8). So the order $\ln\frac1\varepsilon$ of Q7.1 is right.",
    statement=r"""
**Target and source.** Let the target be a layer of Q7.1 with the orbit basis, entries 0 and 1, and coefficients in $[-\frac a2,\frac a2]$.
Let the first basis of the source be spanned by $I$. Of its first layer drop beforehand all but the blocks of Q7.1. Then a mask may keep any of
$[[candidates]]$ coefficients, the *candidates*.

**Errors.** Let the error be the largest one over a set of inputs that contains all $\pm e_x$ in every single channel. Let it be at most
$\Lambda$ times the largest error of a coefficient, so that $\Lambda\ge1$. For the inputs $\pm e_x$ alone $\Lambda=1$ is enough. For all
inputs up to $R$ in modulus, which include the former if $R\ge1$, $\Lambda=[[ball_spread]]$ is enough, where $\beta=\sum_b\|B_b\|$ (operator
norms induced by the maximum norm). For transitive levels no smaller $\Lambda$ is enough.

**The comparison.** Take Q7.1's number of channels for an error $\varepsilon$, not rounded up. Compare the candidates with the parameters
that *every* source, equivariant or not, needs by Q8 if each target is to be found with probability $1-\delta$. Let $\varepsilon$ be so small
that this bound of Q8 is not trivial. Then for each of these parameters there are $$[[ratio]]$$ candidates.

**Small errors.** As $\varepsilon\to0$ with all else fixed, this ratio tends to $$[[looseness]],$$ whatever $\Lambda$: the order
$\ln\frac1\varepsilon$ is right. For coefficients uniform on $[-1,1]$ the limit is $[[uniform_looseness]]$. For very small errors R13 needs
fewer channels: with its numbers the limit comes arbitrarily close to $$[[least_looseness]]$$ and, for uniform coefficients, to
$[[uniform_least_looseness]]$.

**Masks on the whole source.** Its first layer is dense, so such a mask may keep any of $[[whole_source]]$ coefficients. With these as
candidates the limit is $$[[dense_looseness]],$$ which is not bounded in `n_in`.

**Many channels.** For a fixed $\varepsilon<\frac a4$ the ratio is not bounded. With $\Lambda$ fixed, too, it grows like $\ln$ `n_in`: the
quotient of the two tends to $$[[growth]]$$ as `n_in` $\to\infty$. The blocks need a logarithm of this kind (Q11.3). This claim does not say
whether another source needs one, nor what a network of several layers needs.
""",
    steps=STEPS,
    source=Source(
        "2206.04270",
        "v2",
        "abstract: “We further prove that our prescribed overparametrization scheme is optimal and provides a lower bound on "
        "the number of effective parameters as a function of the error tolerance”; in which sense, the comparison and its "
        "constants are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        BLOCK.drawn_from(0, 60),
        CHANNELS_BEFORE.drawn_from(1, 9),
        CHANNELS_AFTER.drawn_from(1, 9),
        BASIS.drawn_from(1, 15),
        Quantity(
            spread,
            "upper bound of the largest error of an output over the largest error of a coefficient",
            sp.Interval(1, sp.oo),
            drawn=(1, 9),
            convention="no quotient is below 1, as at some input an output is one coefficient alone",
        ),
        Quantity(radius, RADIUS.meaning, NON_NEGATIVE, drawn=(1, 3)),
        NORMS.drawn_from(1, 4),
        INPUTS.drawn_from(1, 4),
        *PRODUCTS,
        *power_potential.PHASES,
        ERROR.drawn_from(sp.Rational(1, 1000), sp.Rational(1, 100)),
        replace(FAILURE, within=UNIT, drawn=(sp.Rational(1, 100), sp.Rational(1, 2))),
    ),
    hypotheses=(
        Hypothesis("the hypotheses of Q7.1"),
        Hypothesis("the orbit basis, entries 0 and 1, and inputs that contain all ±e_x in every single channel"),
        Hypothesis("the first basis of the source is spanned by the identity"),
        Hypothesis("only coefficients of the blocks of Q7.1 may be kept"),
        MASS,
        Hypothesis("an error so small that counting asks for parameters", parameters > 0, needed_by=("ratio",)),
        Hypothesis("an error below half the largest coefficient", eps < a / 4, needed_by=("growth",)),
    ),
    symbols={**MATRIX, **IDENTITY, **POINT},
    uses=("Q11.3",),
    sharp=(
        Sharp(
            expression="ball_spread",
            example=r"one error $\varepsilon$ for all coefficients, all inputs $R$, orbit bases, transitive levels",
            check="constant_inputs_attain_the_spread",
        ),
    ),
    because={
        "spread": lambda layer_error, ball_spread: (
            same(layer_error.subs(inputs, n_in * radius), eps * ball_spread),
            nonnegative(sp.diff(layer_error, inputs), eps * norms),
        ),
        "candidates": channels_of_blocks_are_added,
        "whole source": layers_of_the_source_are_added,
        "channels in two phases": shares_of_the_failure_add_up,
        "small errors, two phases": small_errors_leave_fewer,
        "best phases": best_phases_are_the_limit,
        "many channels": lambda ratio, growth: same(for_many_channels(ratio), growth),
    },
    wrong=lambda: {
        "ball_spread: without the channels": radius * norms,
        "ball_spread: without the norms": radius * n_in,
        "ball_spread: the square": ball_spread**2,
        "layer_error: without the inputs": eps * norms,
        "candidates: those behind alone": n * n_in * n_out * B,
        "candidates: one element": candidates.subs(B, 1),
        "candidates: all in front": n * n_in * (n_in + n_out * B),
        "ratio: upside down": 1 / ratio,
        "ratio: without the spread": ratio.subs(spread, 1),
        "width: without the spread in the width": width.subs(spread, 1),
        "width: for the squared probability": width.subs(delta, delta**2),
        "parameters: whatever the probability": parameters.subs(delta, 0),
        "first_channels: of twice the density": first_channels.subs(kappa, 2 * kappa),
        "first_channels: one element": first_channels.subs(B, 1),
        "looseness: those behind alone": looseness / (1 + 1 / (n_out * B)),
        "whole_source: the blocks alone": candidates,
        "whole_source: those behind alone": n * n_in * n_out * B,
        "whole_source: those in front alone": n * n_in**2,
        "dense_looseness: the blocks alone": looseness,
        "later_channels: for one sign": later_channels.subs(delta, 2 * delta),
        "later_channels: without the spread": later_channels.subs(spread, 1),
        "phases_looseness: R4's": looseness,
        "phases_looseness: of the whole density": phases_looseness.subs(kappa, 2 * kappa),
        "phases_looseness: those behind alone": phases_looseness / (1 + 1 / (n_out * B)),
        "least_looseness: R4's": looseness,
        "growth: those behind alone": growth / (1 + 1 / (n_out * B)),
        "growth: the largest coefficient for half of it": growth.subs(eps, eps / 2),
    },
)
