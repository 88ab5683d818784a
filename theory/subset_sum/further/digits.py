"""R11: a perceptron trained on digits, found inside a random network by pruning alone."""

from dataclasses import dataclass
from itertools import pairwise

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.subset_sum.layer_error import (
    activation,
    argument,
    change,
    d,
    e,
    error,
    h,
    margin,
    other,
    other_error,
    shift,
    top,
    top_error,
    w,
)
from sparse_limits.theory.subset_sum.symbols import n
from sparse_limits.theory.subset_sum.two_layers import UNITS, d_0, d_1

d_2 = sp.Symbol("d_2", nonnegative=True, integer=True)  # outputs of the second layer


@dataclass(frozen=True)
class Pruned:
    """A random network with `width` units for each input of a layer of the target, and masks on it.

    masks: "found" by subset sums, "random" with as many kept, or "all" kept that can be.
    """

    masks: str
    width: int


weights = d_0 * d_1 + d_1 * d_2
candidates = n * d_0 * (1 + d_1) + n * d_1 * (1 + d_2)
total = n * d_0 * (d_0 + d_1) + n * d_1 * (d_1 + d_2)

found = Pruned("found", 48)

STEPS = proof(
    r"""
change: Let an entry $w$ of the target read the value $h\ge0$, and let the entry $w+d$ of the pruned network read a value that is larger by
$u$. The product changes by $[[change]]$. At the input, $u=0$.

error (from change): For $|u|\le e$ the modulus of this change is at most $[[error]]$, which is attained at $u=e$ if $w+d$ and $d$ are
nonnegative.

activation: The ReLU, $[[activation]]$, changes by at most as much as its argument $z$, and by exactly as much where the arguments are
positive.

layers (from error, activation; by triangle inequality): The error of an output is at most the sum of *error* over the entries that it
reads, and at most this after the ReLU. These errors are the $e$ of the next layer. If all of $x$, $W$, $D$ are positive, equality holds
everywhere.

lead (from layers): So the outputs of $g$ lie within $e_1$ and $e_2$ of the outputs $y_1$ and $y_2$ of $f$. The lead is least if the first
output falls and the second rises by as much: $[[margin]]$.

target: The target's two matrices have $[[weights]]$ entries.

network: The four matrices of the random network between layers of $d_0$, $nd_0$, $d_1$, $nd_1$ and $d_2$ units have $[[total]]$ entries.

blocks of R8 (by R8 for unit): R8 gives each input of a layer a block of $n$ units. For each unit it keeps at most the entry from this
input, and entries to all outputs.

candidates (from blocks of R8): For the two layers these are $[[candidates]]$ entries.

nearest sums (by R6): R6 finds exactly the subset whose sum is nearest to a number, among 32 items or fewer.

found (from lead, blocks of R8, nearest sums; gives found; on samples: a measurement on trained targets): On trained targets and random
networks that are drawn anew, with $n=48$ and the masks *found* in this way, at most a twentieth of the test samples lack a positive *lead*.
The theory does not reach this far down: for nonnegative inputs, R8's bounds for the 1800 weights of both layers add up to $\frac12$ at 440
units for each input, at $\varepsilon=10^{-3}$.
""",
    globals(),
    error=error,
    margin=margin,
    change=change,
    activation=activation,
)

x, y, u, v = sp.symbols("x y u v", positive=True)


def entries(inputs: sp.Expr, outputs: sp.Expr) -> sp.Expr:
    """The entries of a matrix, counted row by row."""
    i, j = sp.symbols("i j", integer=True)
    return sp.Sum(sp.Sum(sp.S.One, (j, 1, outputs)), (i, 1, inputs)).doit()


def leads_are_least_at_the_ends(margin: sp.Expr) -> Relations:
    """The lead with the top's error downwards and the other's upwards; with any others within them it is more."""
    least = (top - top_error) - (other + other_error)
    yield same(margin, least)
    lead = top + top_error * (x - y) / (x + y) - (other + other_error * (u - v) / (u + v))
    yield nonnegative(lead - margin, 2 * top_error * x / (x + y) + 2 * other_error * v / (u + v))


def the_network_has_four_matrices(total: sp.Expr) -> Relations:
    """The entries between layers of these sizes, one by one."""
    sizes = (d_0, n * d_0, d_1, n * d_1, d_2)
    yield same(total, sp.Add(*(entries(*pair) for pair in pairwise(sizes))))


def blocks_have_an_entry_in_front_of_each_unit(candidates: sp.Expr) -> Relations:
    """A block of n units for each input: one column in front of it, a matrix behind."""
    blocks = ((inputs, entries(1, n) + entries(n, outputs)) for inputs, outputs in ((d_0, d_1), (d_1, d_2)))
    yield same(candidates, sp.Add(*(inputs * block for inputs, block in blocks)))


digits_ticket = Claim(
    label="R11",
    title="A trained perceptron found in a random network (measured)",
    statement=r"""
*Proved.* Let $f=\sigma(xW_1)W_2$ with ReLU $\sigma$ and $x\ge0$. Let $g$ be a random network of twice as many layers,
pruned as in R8, which acts as $\sigma(x(W_1+D_1))(W_2+D_2)$. Then, coordinate by coordinate,
$$|g-f|\le x\,|D_1|\,|W_2+D_2|+h\,|D_2|,\qquad h=\sigma(xW_1),$$ and so on through any number of layers: with errors
$e$ before a layer, the error of an output of the layer is at most the sum of $$[[error]]$$ over the entries $w$, with
errors $d$, that the output reads. The bound is attained if all of $x$, $W$, $D$ are positive. Let $g$ have an error
of at most $e_1$ in an output $y_1$ of $f$ and of at most $e_2$ in another output $y_2$. Then the lead of the first
output in $g$ is at least $$[[margin]],$$ which is also attained. If this is positive for all other outputs $y_2$,
then $f$ and $g$ choose the same class. Such a prediction is *certified*.

With $d_0$ inputs, $d_1$ hidden units and $d_2$ outputs the target has $[[weights]]$ weights; the random network
$d_0$–$nd_0$–$d_1$–$nd_1$–$d_2$ has $[[total]]$, of which $[[candidates]]$ lie in the blocks where weights may be
kept.

*Measured.* The target is 65–24–10: the 64 pixels of scikit-learn's digits in $[0,1]$ and a constant input, no biases.
It is trained on 1297 samples (Adam with step $10^{-2}$, 400 steps over all of them, weight decay $10^{-4}$) and
tested on the other 500. Then each layer is scaled so that its largest weight in modulus is $\frac1{2e}$, half the reach of R8, which
changes no choice. The source has weights uniform on $[-1,1]$. Each weight of the target is replaced by one subset
sum, within $10^{-6}$ if 32 usable items at a time allow this, otherwise by the nearest. **Asserted:** with $n=48$ at
least $\frac{19}{20}$ of the test samples are certified. **Reported, not asserted,** for the seeds 0, 1, 2 (target's
accuracy $.966$, $.964$, $.966$): all samples are certified for $n=48$ and $n=64$, so target and ticket agree on all
of them; for $n=48$ some $18\,000$ of $90\,672$ (of $316\,848$) weights are kept for $1800$. With fewer units the agreement is
$.37,.50,.70$ for $n=8$ and $.88,.92,.94$ for $n=16$; it is at least $.98$ for $n=24$ and $.99$ for $n=32$. For
$n=32$, $.95$ to $.98$ are certified. Random masks that keep as many weights agree with the target on $.03$ to $.22$ of the
samples, and blocks that are not pruned on $.09$ to $.13$.
""",
    steps=STEPS,
    source=Source(
        "2006.07990",
        "NeurIPS 2020",
        "abstract: “connecting pruning random ReLU networks to random instances of the Subset Sum problem”; experiment and "
        "certificate are ours",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(w, "weight of the target", sp.S.Reals, drawn=(-3, 3)),
        Quantity(d, "error of this weight in the pruned network", sp.S.Reals, drawn=(-1, 1)),
        Quantity(h, "value of the target in front of the weight", NON_NEGATIVE, drawn=(0, 3)),
        Quantity(e, "error of this value in the pruned network", NON_NEGATIVE, drawn=(0, 3)),
        Quantity(
            shift, "how far the value in front of the weight is off in the pruned network", sp.S.Reals, drawn=(-3, 3)
        ),
        Quantity(argument, "sum that a unit takes the positive part of", sp.S.Reals, drawn=(-3, 3)),
        Quantity(top, "an output of the target", sp.S.Reals, drawn=(-3, 3)),
        Quantity(other, "another output of the target", sp.S.Reals, drawn=(-3, 3)),
        Quantity(top_error, "largest error of this output in the pruned network", NON_NEGATIVE, drawn=(0, 1)),
        Quantity(other_error, "largest error of the other output in the pruned network", NON_NEGATIVE, drawn=(0, 1)),
        UNITS.drawn_from(0, 64),
        Quantity(d_0, "number of inputs of the target", COUNT_FROM_ZERO, drawn=(0, 64)),
        Quantity(d_1, "number of hidden units of the target", COUNT_FROM_ZERO, drawn=(0, 64)),
        Quantity(d_2, "number of outputs of the target", COUNT_FROM_ZERO, drawn=(0, 64)),
    ),
    hypotheses=(
        Hypothesis("inputs at least 0 (for others see Q10)"),
        Hypothesis(
            "measured: splits of these digits, training and random networks of other seeds; the limit is asserted, not proved"
        ),
    ),
    also=("found",),
    aids={"exceptions": sp.Rational(1, 20)},
    sharp=(
        Sharp(expression="error", example="positive inputs, weights and errors", check="outputs_stay_within_the_bound"),
        Sharp(
            expression="margin",
            example="errors that all lower the lead",
            check="margin_is_the_least_lead",
            side=Side.BELOW,
        ),
    ),
    because={
        "lead": leads_are_least_at_the_ends,
        "target": lambda weights: same(weights, entries(d_0, d_1) + entries(d_1, d_2)),
        "network": the_network_has_four_matrices,
        "candidates": blocks_have_an_entry_in_front_of_each_unit,
    },
    wrong=lambda: {
        "change: the target's entries": w * shift + d * h,
        "change: without the error in front": d * h,
        "error: the target's entries": sp.Abs(w) * e + sp.Abs(d) * h,
        "error: without the error in front": sp.Abs(d) * h,
        "error: without the errors of the entries": sp.Abs(w + d) * e,
        "error: without moduli": (w + d) * e + d * h,
        "error: both entries": (sp.Abs(w) + 2 * sp.Abs(d)) * e + sp.Abs(d) * h,
        "activation: a square": argument**2,
        "margin: the top's error alone": top - other - top_error,
        "margin: the larger error": top - other - sp.Max(top_error, other_error),
        "margin: whatever leads": top - other,
        "weights: first layers alone": d_0 * d_1,
        "total: blocks alone": candidates,
        "candidates: second-layer weights alone": n * d_0 * d_1 + n * d_1 * d_2,
        "candidates: one block": candidates / n,
        "candidates: the whole network": total,
        "found: random masks": Pruned("random", 48),
        "found: nothing pruned": Pruned("all", 48),
        "found: 8 units for an input": Pruned("found", 8),
    },
)
