"""Q8: how many parameters an equivariant ticket must be chosen from, whatever the source: volumes of coefficients."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance.orbits import free
from sparse_limits.theory.equivariance.symbols import (
    BASIS,
    CHANNELS,
    ORBITS_OF_PAIRS,
    ORDER,
    POINT,
    POINTS_AFTER,
    POINTS_BEFORE,
    B,
    X,
    Y,
    order,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, induction, nonnegative, same
from sparse_limits.theory.subset_sum import volume
from sparse_limits.theory.subset_sum.symbols import delta, eps
from sparse_limits.theory.subset_sum.volume import Theta, c, measure, p, q

n_in, n_out = sp.symbols("n_in n_out", nonnegative=True, integer=True)  # channels before and after
s = sp.Symbol("s", positive=True)  # basis elements have entries 0 and 1/s

CHANNELS_BEFORE = Quantity(n_in, "number of channels before the layer", COUNT)
CHANNELS_AFTER = Quantity(n_out, "number of channels after the layer", COUNT)
ERROR = Quantity(eps, "largest error of an output", POSITIVE)
FAILURE = Quantity(
    delta, "probability of failure that is allowed, with which no mask is good enough", sp.Interval.Lopen(0, 1)
)

entry = {volume.D: n_in * n_out * B, eps: s * eps}  # R9 at one entry of each basis element, whose weight is w/s
linear_share, relu_share = volume.linear_share.subs(entry), volume.relu_share.subs(entry)
linear_success, relu_success = volume.linear_success.subs(entry), volume.relu_success.subs(entry)
linear_parameters, relu_parameters = volume.linear_parameters.subs(entry), volume.relu_parameters.subs(entry)
weights = n_in * n_out * B
interval, largest = 2 * eps, 4 * eps  # of the values of an entry that one function serves, linear and ReLU
linear_fraction, relu_fraction = (each.subs(eps, s * eps) / (2 * c) for each in (interval, largest))
saving = X * Y / B
half = sp.Rational(1, 2)
LAYER = {n_in: 1, n_out: 1, B: 9, c: half, s: 1}  # a convolution with a window of nine cells
free_saving = order

STEPS = proof(
    r"""
orbits (by Q2): The supports of the elements $B_b$ are disjoint orbits. For each $b$ choose an entry $(y,x)$ of its orbit. At $\pm e_x$ in
the channel $i$ the target's output $(o,y)$ is $\sigma(\pm w_{iob}/s)$, since all other elements are 0 there.

one entry (by R9 for measure): Fix a mask, hence a function $g$ that does not depend on $w$, and let $p$, $q$ be its outputs at these two
inputs. For ReLU, the values of the entry $w_{iob}/s$ for which both outputs are within $\varepsilon$ of the target's outputs form a set of
measure $[[measure]]$, as for a weight of R9.

largest measure (from one entry): This measure is at most $[[largest]]$: it has this value at $p=q=\varepsilon$, and $p+q+2\varepsilon$
increases in $p,q\le\varepsilon$.

one linear entry: For linear targets these values of the entry are within $\varepsilon$ of $p$ and of $-q$. They form a set of measure at
most $[[interval]]$, with equality if $q=-p$.

divisor (from orbits, largest measure, one linear entry): A coefficient is $s$ times its entry, and it is uniform on an interval of length
$2c$. So the fractions are $[[relu_fraction]]$ and $[[linear_fraction]]$.

shares (from divisor): So one function serves at most the share $[[relu_share]]$ of the values of each coefficient (ReLU), or
$[[linear_share]]$ (linear). If the interval about 0 is longer, it contains all of $[-c,c]$, and the share is 1.

all coefficients: There are $[[weights]]$ coefficients: one for each input channel, output channel and basis element.

one function (from shares, all coefficients; by independence): The coefficients are independent. So one function serves all of them with
probability at most the product of the shares.

all masks (from one function; by union bound): With probability at most the sum of these probabilities over all $2^\Theta$ masks, the
function of some mask serves all coefficients. For a random source the same bound holds on average over the source.

ReLU (from all masks): So a mask succeeds with probability at most $[[relu_success]]$ for ReLU.

linear targets (from all masks): For linear targets a mask succeeds with probability at most $[[linear_success]]$. This is attained: $K$
coefficients $2\varepsilon s\cdot(1,2,\dots,2^{K-2},-2^{K-1})$ for each $(i,o,b)$, between copies of the channels, have $2^K$ subset sums
that are $2\varepsilon s$ apart, so that their intervals do not overlap.

random coefficients (by tower): If every $w$ succeeds with probability at least $1-\delta$, so does a random one, whose probability of
success is the mean of these probabilities over $w$.

parameters (from divisor, ReLU, linear targets, random coefficients): So $1-\delta\le2^\Theta$ times the fraction to the power of the number
of coefficients. The logarithm to base 2 gives $\Theta\ge[[relu_parameters]]$ for ReLU and $\Theta\ge[[linear_parameters]]$ for linear
targets. Where a fraction is 1 or more, the bound is trivial.

saving (from parameters): Without symmetry each of the $|X||Y|$ entries is its own orbit. So, apart from the term in $\delta$, the bound is
$[[saving]]$ times as large.

largest saving (by orbit–stabiliser): An orbit has at most $|G|$ entries. So there are at least $|X||Y|/|G|$ orbits, with equality if the
action on pairs is free.

free action (from saving, largest saving): In that case the saving is $[[free_saving]]=|G|$; otherwise it is smaller.
""",
    globals(),
    measure=measure,
)

ENTRIES = X * Y


y_1, y_2 = sp.symbols("y_1 y_2", nonnegative=True)


def least(gap: sp.Expr) -> sp.Expr:
    """With Max(x, y) = −Min(−x, −y)."""
    return sp.simplify(gap.replace(sp.Max, lambda *sides: -sp.Min(*(-side for side in sides))))


def small_outputs_serve_most(largest: sp.Expr, measure: sp.Expr) -> Relations:
    """The measure at p = q = ε; what is lost of it in its last branch at p = ε − x, q = ε − y; and in the middle one."""
    yield same(largest, measure.subs({p: eps, q: eps}))
    small = measure.args[-1].expr.subs({p: eps - y_1, q: eps - y_2})
    yield nonnegative(largest - small, y_1 + y_2)
    yield nonnegative(largest - measure.args[1].expr, 2 * eps)


def fractions_are_of_all_coefficients(
    relu_fraction: sp.Expr, linear_fraction: sp.Expr, largest: sp.Expr, interval: sp.Expr
) -> Relations:
    """s times the measure over the length from −c to c."""
    for fraction, entries in ((relu_fraction, largest), (linear_fraction, interval)):
        yield same(fraction, s * entries / (c - -c))


def shares_are_at_most_all(
    relu_share: sp.Expr, linear_share: sp.Expr, relu_fraction: sp.Expr, linear_fraction: sp.Expr
) -> Relations:
    """All of a coefficient where ε is large; in units of c, the part of [−1, 1] in an interval about 0 of so many times its length."""
    for share, fraction in ((relu_share, relu_fraction), (linear_share, linear_fraction)):
        yield same(share.subs(eps, c * (1 + y_1) / s), sp.S.One)
        inside = sp.Min(1, fraction) - sp.Max(-1, -fraction)
        yield same(share, inside / 2, by=least)


def coefficients_are_counted(weights: sp.Expr) -> Relations:
    """Channel by channel: one before adds one for each channel after and each element."""
    yield induction(weights, n_in, sp.S.Zero, lambda term: term + n_out * B, by=sp.expand)


def masks_add_up_for_linear_targets(linear_success: sp.Expr, linear_share: sp.Expr, weights: sp.Expr) -> Relations:
    """The same product and sum; and the subset sums of powers of two, the last negative, which are all different."""
    yield same(linear_success, sp.Min(1, 2**Theta * linear_share**weights))
    for items in (1, 2, 3, 4, 5):
        powers = [2**k for k in range(items - 1)] + [-(2 ** (items - 1))]
        sums = sorted(sum(part) for part in product(*((0, power) for power in powers)))
        yield holds(sums == list(range(-(2 ** (items - 1)), 2 ** (items - 1))), f"{items} items: {len(sums)} sums")


def bounds_are_compared(saving: sp.Expr, relu_parameters: sp.Expr) -> Relations:
    """The bound with an orbit for each entry over the one with B orbits, where δ does not count."""
    alone = relu_parameters.subs(delta, 0)
    yield same(saving, alone.subs(B, ENTRIES) / alone)


pruning_lower_bound = Claim(
    label="Q8",
    title="A lower bound for pruning to equivariant networks",
    headline=r"A network is chosen without its target, an equivariant ReLU layer of $B$ orbits, entries $0$ and $\frac1s$, coefficients in $[-c,c]$. If each target has a mask within $\varepsilon$ at $\pm e_x$ with probability $1-\delta$, this takes at least $$[[relu_parameters]]$$ parameters.",
    statement=r"""
**Target.** Let $G$ permute finite sets $X$ and $Y$. Let $B_b$ be the orbit basis (Q2), all its elements divided by the same $s>0$, so that
their entries are $0$ and $\frac1s$. The target $f(x)_o=\sigma(\sum_{i,b}w_{iob}B_bx_i)$ has `n_in` input and `n_out` output channels. It is
a ReLU layer or linear, $\sigma(t)=t$. Its coefficients $w$ are independent and uniform on $[-c,c]$.

**Source.** The source is a network with $\Theta$ parameters. It may be random, but is independent of $w$, and it need not be equivariant.
It may be pruned by any of its $2^\Theta$ masks. The error of a function $g$, such as a mask leaves, is the supremum of $|g-f|$ over outputs
and over a set of inputs that contains all $\pm e_x$ ($x\in X$) in every single channel.

**One function.** One function is within $\varepsilon$ for at most the following share of the values of each coefficient: $$[[relu_share]]$$ (ReLU) or
$$[[linear_share]]$$ (linear targets). At the inputs $\pm e_x$ alone these shares are attained, by $g=\varepsilon$ and by $g=0$.

**All masks.** Some mask is within $\varepsilon$ with probability at most $$[[relu_success]]$$ (ReLU) or $$[[linear_success]]$$ (linear
targets). At the inputs $\pm e_x$ alone the bound for linear targets is attained by masked copies of one layer whose
coefficients are $2\varepsilon s$ times powers of two, if $\Theta$ is a multiple of the number of coefficients and all numbers within
$\varepsilon s$ of their sums lie in $[-c,c]$.

**Parameters.** Suppose that for every $w$ some mask is within $\varepsilon$ with probability at least $1-\delta$, $0\le\delta<1$. Then
$$\Theta\ge[[relu_parameters]]$$ for ReLU, and $$\Theta\ge[[linear_parameters]]$$ for linear targets.

**Own divisors.** If each $B_b$ is divided by its own $s_b$, the bounds on the shares hold with $s_b$ in place of $s$. In the bounds on the
probabilities the product over $b$ of these shares, each to the power `n_in`·`n_out`, replaces the power of one share.

**What symmetry saves.** The same bound for an unstructured layer has the $|X||Y|$ entries in place of the $B$ orbits. So, apart from the
term in $\delta$, symmetry saves the factor $$[[saving]].$$ It is never more than $|G|$, and is exactly $[[free_saving]]=|G|$ if $G$ acts
freely on $Y\times X$.

**What the bounds for ReLU rest on.** Let $p$ and $q$ be the values of one output of $g$ at $e_x$ and
$-e_x$ in one channel. The weights $w$ of one entry for which
$|\sigma(w)-p|\le\varepsilon$ and $|\sigma(-w)-q|\le\varepsilon$, where $\sigma$ is ReLU, form a set of measure $$[[measure]].$$
""",
    steps=STEPS,
    source=Source(
        "2206.04270",
        "v2",
        "abstract: “provides a lower bound on the number of effective parameters as a function of the error "
        "tolerance”; constants and normalised elements are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        replace(CHANNELS_BEFORE, within=COUNT_FROM_ZERO, drawn=(0, 3)),
        replace(CHANNELS_AFTER, within=COUNT_FROM_ZERO, drawn=(0, 3)),
        BASIS.drawn_from(1, 4),
        Quantity(Theta, "number of parameters of the source that a mask keeps or drops", NON_NEGATIVE, drawn=(0, 12)),
        Quantity(c, "largest modulus of the target's coefficients", POSITIVE, drawn=(sp.Rational(1, 4), 2)),
        Quantity(s, "number by which the 0–1 matrices of the orbits are divided", POSITIVE, drawn=(1, 3)),
        ERROR.drawn_from(sp.Rational(1, 1000), sp.Rational(1, 100)),
        replace(FAILURE, within=sp.Interval.Ropen(0, 1), drawn=(sp.Rational(1, 100), sp.Rational(1, 2))),
        Quantity(p, "output of a function at the positive probe of a weight", sp.S.Reals, drawn=(-1, 2)),
        Quantity(q, "output of the function at the negative probe of the weight", sp.S.Reals, drawn=(-1, 2)),
        POINTS_BEFORE,
        POINTS_AFTER,
        ORDER,
    ),
    hypotheses=(
        Hypothesis("permutation representations and the orbit basis"),
        Hypothesis("uniform coefficients, independent of the source"),
        Hypothesis(r"the input set contains $\pm e_x$ in every single channel"),
        ORBITS_OF_PAIRS,
    ),
    symbols={
        **CHANNELS,
        "w": "all coefficients of the target; at the end the weight of one entry",
        "s_b": "number by which element $b$ of the basis is divided, if each has its own",
        "f(x)_o": "channel $o$ of the target's output at the input $x$",
        r"\sigma": r"ReLU, or for linear targets the identity $\sigma(t)=t$",
        "g": "function that is to approximate the target, such as what a mask leaves of the source",
        **POINT,
    },
    aids={"enough": volume.enough},
    sharp=(
        Sharp(
            expression="relu_share", example=r"$g=\varepsilon$; inputs $\pm e_x$", check="one_function_serves_its_share"
        ),
        Sharp(expression="linear_share", example=r"$g=0$; inputs $\pm e_x$", check="one_function_serves_its_share"),
        Sharp(
            expression="linear_success",
            example=r"masked copies of one layer, coefficients $2\varepsilon s$ times powers of two, as long as their intervals lie within $[-c,c]$; inputs $\pm e_x$",
            check="the_bounds_are_attained",
        ),
        Sharp(expression="free_saving", example="a group that acts freely on $Y\\times X$", check="symmetry_saves"),
    ),
    loose=(
        Loose(
            expression="relu_success",
            truth="linear_success",
            at=tuple({**LAYER, B: size, Theta: 4 * size, eps: sp.Rational(1, 2**9)} for size in (1, 9)),
            lost="at most, since the sources that attain the bound for linear targets succeed after a ReLU with the same probability: in the share of each coefficient, which only small coefficients attain",
        ),
        *(
            Loose(
                expression=number,
                truth="enough",
                at=tuple({**LAYER, volume.D: LAYER[B], delta: half, eps: half / (2**bits - 1)} for bits in (5, 10)),
                lost=lost,
                order=r"by the doubling numbers of R9, masked copies of which are enough at the inputs $\pm e_x$",
                side=Side.BELOW,
            )
            for number, lost in (
                ("linear_parameters", r"at the ends of $[-c,c]$, and in the probability $\delta$"),
                (
                    "relu_parameters",
                    "at most one for each coefficient: in the share that one function serves, which only small coefficients attain",
                ),
            )
        ),
    ),
    because={
        "largest measure": small_outputs_serve_most,
        "divisor": fractions_are_of_all_coefficients,
        "shares": shares_are_at_most_all,
        "all coefficients": coefficients_are_counted,
        "ReLU": lambda relu_success, relu_share, weights: same(relu_success, sp.Min(1, 2**Theta * relu_share**weights)),
        "linear targets": masks_add_up_for_linear_targets,
        "saving": bounds_are_compared,
        "free action": lambda free_saving, saving: same(free_saving, saving.subs(B, free)),
    },
    wrong=lambda: {
        "measure: an interval about p alone": 2 * eps,
        "measure: for outputs that are not negative": sp.Piecewise((0, sp.Or(p < 0, q < 0)), (measure, True)),
        "measure: all that are small serve": sp.Piecewise((4 * eps, sp.Max(p, q) <= eps), (measure, True)),
        "relu_share: the linear constant for ReLU": linear_share,
        "relu_share: not more than all, forgotten": 2 * s * eps / c,
        "relu_share: elements not divided": sp.Min(1, 2 * eps / c),
        "relu_share: elements multiplied": sp.Min(1, 2 * eps / (s * c)),
        "linear_share: ReLU's constant for linear targets": relu_share,
        "linear_share: not more than all, forgotten, linear": s * eps / c,
        "linear_share: elements not divided, in one": sp.Min(1, eps / c),
        "relu_success: entries in place of the basis": relu_success.subs(B, ENTRIES),
        "relu_success: the linear constant for ReLU": linear_success,
        "relu_success: one coefficient for each pair of channels": relu_success.subs(B, 1),
        "relu_success: channels before alone": relu_success.subs(n_out, 1),
        "relu_success: masks that do not count": relu_success.subs(Theta, 0),
        "relu_success: the linear constant for ReLU without masks": linear_success.subs(Theta, 0),
        "relu_success: masks to base 4, ReLU": relu_success.subs(Theta, 2 * Theta),
        "linear_success: entries in place of the basis, linear": linear_success.subs(B, ENTRIES),
        "linear_success: ReLU's constant for linear targets": relu_success,
        "linear_success: masks that do not count": linear_success.subs(Theta, 0),
        "linear_success: as many masks as parameters": sp.Min(1, (1 + Theta) * linear_success.subs(Theta, 0)),
        "linear_success: elements not divided": linear_success.subs(s, 1),
        "linear_success: masks to base 4": linear_success.subs(Theta, 2 * Theta),
        "relu_parameters: entries in place of the basis": relu_parameters.subs(B, ENTRIES),
        "relu_parameters: linear targets' bound for ReLU": linear_parameters,
        "relu_parameters: whatever the probability": relu_parameters.subs(delta, 0),
        "relu_parameters: one for each pair of channels": relu_parameters.subs(B, 1),
        "linear_parameters: ReLU's bound for linear targets": relu_parameters,
        "linear_parameters: entries in place of the basis, linear": linear_parameters.subs(B, ENTRIES),
        "saving: coefficients": B,
        "saving: entries": ENTRIES,
        "saving: entries squared": ENTRIES**2 / B,
        "saving: orbits over entries": 1 / saving,
        "free_saving: pairs": order**2,
        "free_saving: elements but the neutral one": order - 1,
        "relu_fraction: elements not divided": 2 * eps / c,
        "relu_fraction: elements multiplied": 2 * eps / (s * c),
        "linear_fraction: elements not divided, linear": eps / c,
        "weights: entries in place of the basis": n_in * n_out * ENTRIES,
        "weights: one coefficient for each pair of channels": n_in * n_out,
        "weights: channels before alone": n_in * B,
    },
)
