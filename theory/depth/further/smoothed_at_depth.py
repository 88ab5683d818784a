"""D6: GraSP at depth: the residual smoothed by the tangent kernel, what its scores add up to, and what their signs do."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, Hypothesis, Quantity, whole_from
from sparse_limits.theory.reasons import Relations, exhausts, holds, same
from sparse_limits.theory.saliency.model import DENSITY, rho
from sparse_limits.theory.steps import Step

samples = sp.Symbol("N", integer=True, positive=True)
u = sp.Symbol("u", integer=True, positive=True)  # a sample
kernel, residual = (sp.Function(name, real=True) for name in ("Theta_x", "r"))  # at x and a sample; at a sample
curvature = sp.Symbol("S_f", real=True)  # derivative of the residual in the output
moved_mean = sp.Symbol("e_S", real=True)
energy, layer_energy = sp.symbols("q_g q_l", nonnegative=True)
score, flipped_score = sp.symbols("s_w sprime_w", real=True)
entries, kept = sp.symbols("m_w k_w", integer=True, nonnegative=True)
share = sp.Symbol("p_j", nonnegative=True)
p, q_1, q_2, a_1, a_2, x = sp.symbols("p q_1 q_2 a_1 a_2 x", real=True)

output_change = sp.Sum(kernel(u) * residual(u), (u, 1, samples)) / samples
moved = curvature * output_change
layer_sum = moved_mean + energy - layer_energy
leading_sign, second_sign = sp.S.NegativeOne, sp.S.One
leading = (score - flipped_score) / 2
second = (score + flipped_score) / 2
dual_kept = entries - kept
dual_density = 1 - rho
dual_share = 1 - share
small_output = p * x * (a_1 * q_1 + a_2 * q_2) / sp.sqrt(2)
small_kernel = (x**2 * (a_1 * q_1 + a_2 * q_2) ** 2 + p**2 * x**2 * (a_1**2 + a_2**2 + q_1**2 + q_2**2)) / 2
kernel_change = -2 * x**2 * a_1 * a_2 * q_1 * q_2
positive = (0, 2, 0, 2)  # scores of a column above 0, for the four signs of two weights of the readout
fair = (0, 1, 1, 2)  # as many if each score had a sign of its own
ROWS = ((1, 1), (1, -1), (1, 2), (1, -2), (1, -2))  # of W¹, of W², and the residuals
FIRST, SECOND, RESIDUALS = ", ".join(map(str, ROWS[:2])), ", ".join(map(str, ROWS[2:4])), str(ROWS[4])
SIGNS = ((1, 1), (1, -1), (-1, 1), (-1, -1))  # of the readout of two units
ORDER = "$, $".join(map(str, SIGNS))
KNOWN = ((1, (1, 2)), (-1, (2, 1)))  # the readout's weight and W, equally likely

SYMMETRIC_READOUT = Step(
    name="symmetric readout",
    sentence=r"""Given all other weights, $a$ and $-a$ have the same law, and hence so do the leading scores and their negatives. So for every group of weights the mean share kept at the density $1-\rho$ is $[[dual_share]]$, where $p_j$ is the mean share kept at $\rho$. It is not enough
that $a$ alone has a symmetric law: one unit at $x=(1,1)$ with $r=S=1$, and with $(a,W)$ one of REPLACE with probability $\frac12$ each, always keeps the second column at the density $\frac12$.""".replace(
        "REPLACE", "$" + "$, $".join(map(str, KNOWN)) + "$"
    ),
    gives={"dual_share": dual_share},
    uses=("reversed order",),
)
SIGNS_OF_A_COLUMN = Step(
    name="signs of a column",
    sentence=rf"""Consider two samples $(1,0)$, $(0,1)$ with $r={RESIDUALS}$, $S=1$, $\varphi(z)=\max(z,0)$, $W^1$ of rows ${FIRST}$, $W^2$ of rows ${SECOND}$, and $|a|=(1,1)$. For $a={ORDER}$ the first column of $W^2$ has $[[positive]]$ positive leading scores. If
each score had its own fair sign, the numbers would be $[[fair]]$, in some order.""",
    gives={"positive": positive, "fair": fair},
    uses=("one sign",),
)

STEPS = proof(
    r"""
gradient (by chain rule): A loss $E_D\ell(f)$ with the residual $r=\partial\ell/\partial f$ has the gradient $g=J^\top r=E_D\langle r,\nabla
f\rangle$.

rate (from gradient): Along $g$ the output at $x$ changes at the rate $\dot f=Jg=[[output_change]]$, where $\Theta_x(u)=\hat\Theta(x,x_u)$
and $\hat\Theta=JJ^\top$, for $N$ samples.

Hessian (from rate; by chain rule): With $S=\partial r/\partial f$ the derivative of $g$ along $g$ is $Hg=E_D\langle S\dot f,\nabla
f\rangle+E_D\langle r,\nabla^2f\rangle g$. The first term, the *leading* one, is what SNIP has with the residual $S\dot f$ in place of $r$.

Euler (from gradient; by chain rule): With ReLU and no biases, $F=E_D\langle r,f\rangle$ at fixed $r$ is linear in the scale of each layer.
So $\sum w\,\partial F/\partial w=F$ over a layer. Differentiating this along $g=\nabla F$ gives $\sum w(\nabla^2F\,g)_w+q_l=q_g$, where
$q_l$ and $q_g$ are the sums of the squares of $g$ over the layer and over all weights.

sum over a layer (from Hessian, Euler): Likewise the leading scores of a layer have the sum $e_S=E_D\langle S\dot f,f\rangle$, where $f$ is
the network's own output, even if the loss is one of $f$ minus a fixed function. So $\sum w(Hg)_w=[[layer_sum]]$ over a layer.

kernel in the limit (from rate; by K2 for all layers): With $\varphi(z)=\sqrt2\max(z,0)$, no biases, standard normal weights and inputs
$\ne0$, $\hat\Theta\to\Theta$ in probability, where the limit is the kernel of K2 at $W=1$.

residual in the limit (from Hessian, kernel in the limit; by Slutsky): Leading scores are linear in the residual $S\dot f$. At each of the
residuals that are $1$ at one sample and $0$ at the others, the scores tend in law. So replacing $\hat\Theta$ by $\Theta$ in $\dot f$
changes the leading scores, in units in which they have a limit, by an amount that tends to $0$ in probability.

limit (from residual in the limit; by D2): So the leading scores, before the modulus is taken, tend in law to those of D2 at the fixed
residual $[[moved]]$, with $S_f$ for $S$ and $\Theta$ for $\hat\Theta$.

the readout flipped (from Hessian): With $r$ and $S$ fixed let $a\to-a$ in the whole readout. Then $f$, its derivatives in the weights below
and the second derivatives there change sign. Derivatives with one $\partial_a$ do not change, and neither does $\hat\Theta$, hence neither
does $\dot f$. So leading scores are multiplied by $[[leading_sign]]$, and those of the second term by $[[second_sign]]$, in all layers, the
readout included.

two networks (from the readout flipped): If a weight has the scores $s_w$, $s_w'$ at $a$ and at $-a$, the leading term is $[[leading]]$ and
the second term is $[[second]]$.

reversed order (from two networks): Let ties be broken in a uniformly random order. Then the $k_w$ largest of $m_w$ scores are, in law, the
$k_w$ smallest of their negatives, that is, all that are not among the $[[dual_kept]]$ largest of these. A density $\rho$ becomes
$[[dual_density]]$.

[[SYMMETRIC_READOUT]]

one sign (from rate): Consider one sample $x$, $\varphi(z)=\max(z,0)$, and two units in layer 2 and one in layer 1, all open. Then
$f=[[small_output]]$ has $\hat\Theta=[[small_kernel]]$. If $a_1$ alone changes its sign, $\hat\Theta$ changes by $[[kernel_change]]$, and
hence so do moduli of leading scores.

[[SIGNS_OF_A_COLUMN]]
""",
    globals(),
)

Rows = tuple[tuple[int, ...], ...]


def passed_forward(column: Rows) -> tuple[list[list[int]], ...]:
    """What enters and leaves layer 1, and what enters layer 2, by sample."""
    z1 = [[row[s] for row in column[:2]] for s in range(2)]
    h1 = [[max(each, 0) for each in row] for row in z1]
    return z1, h1, [[sum(w * h for w, h in zip(row, values, strict=True)) for row in column[2:4]] for values in h1]


def second_layer(column: Rows, readout: Sequence[int]) -> list[list[int]]:
    """Leading scores of W² in units of a positive number, on the samples (1, 0) and (0, 1): whole numbers, ReLU, L = 2."""
    above, residuals = column[2:4], column[4]
    z1, h1, z2 = passed_forward(column)
    flat = []
    for s in range(2):
        gates = [int(each > 0) for each in z2[s]]
        carried = [
            (z1[s][j] > 0) * sum(a * g * row[j] for a, g, row in zip(readout, gates, above, strict=True))
            for j in range(2)
        ]
        of_first = [carried[j] * (k == s) for j in range(2) for k in range(2)]
        of_second = [a * g * h for a, g in zip(readout, gates, strict=True) for h in h1[s]]
        flat.append((of_first, of_second, [max(each, 0) for each in z2[s]]))
    tangent = [
        [
            sum(p * q for one, other in zip(flat[s], flat[u], strict=True) for p, q in zip(one, other, strict=True))
            for u in range(2)
        ]
        for s in range(2)
    ]
    rates = [sum(row[u] * residuals[u] for u in range(2)) for row in tangent]
    return [[above[i][j] * sum(rates[s] * flat[s][1][2 * i + j] for s in range(2)) for j in range(2)] for i in range(2)]


def one_layer(column: Rows, readout: Sequence[int]) -> list[int]:
    """Leading scores of the first column of W¹ alone with the readout on top: L = 1, the same samples."""
    first, residuals = column[:2], column[4]
    slopes = [
        (
            [a * (row[s] > 0) * (k == s) for a, row in zip(readout, first, strict=True) for k in range(2)],
            [max(row[s], 0) for row in first],
        )
        for s in range(2)
    ]
    rates = [
        sum(
            residuals[u]
            * sum(
                p * q for one, other in zip(slopes[s], slopes[u], strict=True) for p, q in zip(one, other, strict=True)
            )
            for u in range(2)
        )
        for s in range(2)
    ]
    return [row[0] * sum(rates[s] * slopes[s][0][2 * i] for s in range(2)) for i, row in enumerate(first)]


Known = tuple[tuple[int, tuple[int, int]], ...]  # a readout's weight and W


LISTED = ((3, -1, 4, -5, 2, -6), (0, 2, 0, 0, -2, -2))  # without ties, and with


def chances(scores: Sequence[int], count: int) -> list[Fraction]:
    """Of each score, that it is among the largest, equal ones in a uniformly random order."""
    above = [sum(other > each for other in scores) for each in scores]
    return [
        Fraction(max(0, min(scores.count(each), count - more)), scores.count(each))
        for each, more in zip(scores, above, strict=True)
    ]


def mean_share(scores: Sequence[Sequence[int]], count: int, group: Sequence[int]) -> sp.Rational:
    """Of a group, over equally likely lists of scores."""
    return sp.Rational(sum(chances(each, count)[i] for each in scores for i in group), len(group) * len(scores))


def positive_scores_of_a_column(positive: Sequence[int], fair: Sequence[int], column: Rows) -> Relations:
    """All signs of the readout: two hidden layers, and one with the same data, which has fair coins."""
    z1, _, z2 = passed_forward(column)
    yield holds(0 not in {each for row in z1 + z2 for each in row}, f"{z1} and {z2} are off the kink")
    seen = [sum(row[0] > 0 for row in second_layer(column, signs)) for signs in SIGNS]
    yield exhausts(zip(seen, positive, strict=True), "signs of the readout")
    alone = [sum(each > 0 for each in one_layer(column, signs)) for signs in SIGNS]
    yield exhausts(zip(sorted(alone), sorted(fair), strict=True), "signs of the readout")


def order_is_reversed(dual_kept: sp.Expr, dual_density: sp.Expr) -> Relations:
    """A score's place among equal ones, whatever is above it; the number over all, at any density; and lists of six scores.

    Of the equal ones the share (k − above)/equal is taken, cut off at 0 and 1: x and 1 − x are, if both are.
    """
    larger, equal, smaller = sp.symbols("m_larger m_equal m_smaller", integer=True, positive=True)
    all_three = {larger: entries - smaller - equal}  # of the negatives the smaller ones are the larger
    yield same((dual_kept - smaller) / equal, 1 - (kept - larger) / equal, where=all_three)
    yield same(dual_kept.subs(kept, rho * entries), dual_density * entries)
    for scores, count in product(LISTED, range(len(LISTED[0]) + 1)):
        other = int(dual_kept.subs({entries: len(scores), kept: count}))
        rest = [1 - each for each in chances(scores, count)]
        yield holds(chances([-each for each in scores], other) == rest, f"{count} and {other} of {scores}")


def mean_shares_are_dual(
    dual_share: sp.Expr, dual_kept: sp.Expr, column: Rows, closed: Rows, known: Known
) -> Relations:
    """At a and −a, of shares with the mean p_j: what the other leaves. The four scores of W² at |a| = (1, 3) over all signs.

    With all units open at times there are no ties; with a closed one two scores are 0. And at one number, a readout
    that W knows of, the shares of one unit's weights are not dual.
    """
    at_one, at_other = sp.symbols("p_a p_minus", real=True)
    pair = {at_other: 2 * share - at_one}
    yield same(dual_share, ((1 - at_one) + (1 - at_other)) / 2, where=pair)
    open_at_times, with_zeros = (
        [[each for row in second_layer(rows, (s, 3 * z)) for each in row] for s, z in SIGNS]
        for rows in (column, closed)
    )
    yield holds(all(len(set(each)) == 4 for each in open_at_times), f"{open_at_times} have no ties")
    yield holds(all(each.count(0) == 2 for each in with_zeros), f"{with_zeros} have two zeros each")
    for scores, count, group in product((open_at_times, with_zeros), range(1, 4), ((0, 2), (1, 3))):
        other = int(dual_kept.subs({entries: 4, kept: count}))
        means = [mean_share(scores, number, group) for number in (count, other)]
        yield holds(dual_share.subs(share, means[0]) == means[1], f"{means} at {count} and {other}")
    # of one open unit at x = (1, 1) and r = S = 1 the scores of W are those of a W, times a positive number
    of_unit = [[readout * each for each in row] for readout, row in known]
    always = mean_share(of_unit, 1, (1,))
    yield holds(sum(readout for readout, _ in known) == 0 and always == 1, f"{always} of the second column")
    both = [[sign * each for each in row] for sign, (_, row) in product((1, -1), known)]
    free = mean_share(both, 1, (1,))
    yield holds(dual_share.subs(share, free) == free != always, f"{free} if W does not know of the readout")


smoothed_at_depth = Claim(
    label="D6",
    title="GraSP at depth: the smoothed residual, sums over layers, and signs",
    statement=r"""
Let a network of any depth with one output have the loss $E_D\ell(f)$ with $r=\partial\ell/\partial f$, $S=\partial r/\partial f$,
$g=J^\top r$, off the kinks. Then
$$Hg=E_D\langle S\dot f,\nabla f\rangle+E_D\langle r,\nabla^2f\rangle\,g,\qquad\dot f(x)=[[output_change]],$$
with the tangent kernel $\Theta_x(u)=\hat\Theta(x,x_u)$. So the leading term of GraSP's score $w(Hg)_w$ is the signed score of SNIP with the
residual $S\dot f$ in place of $r$. For $\varphi(z)=\sqrt2\max(z,0)$, no biases, standard normal weights, inputs that are not $0$ and fixed
$r$ and $S$, this term tends in law, as the widths grow one after the other, to the limit in D2, before the modulus is taken, at the
residual $[[moved]]$, with $S_f=S$ and $\Theta_x$ the limit of the tangent kernel.

(a) With ReLU and no biases, in every layer $\sum w(Hg)_w=[[layer_sum]]$ with $e_S=E_D\langle S\dot f,f\rangle$. Here $f$ is the network's
own output (also if the loss is a function of $f$ minus a fixed function), $q_g=|g|^2$, and $q_l$ is the part of $|g|^2$ in the layer.

(b) Let $r$ and $S$ not depend on the network (its initial output subtracted). Flipping all signs of the readout multiplies the leading
scores by $[[leading_sign]]$ and the scores of the second term by $[[second_sign]]$. So the scores $s_w$ and $s_w'$ of the two networks
determine both terms: $[[leading]]$ and $[[second]]$. Let $a$ and $-a$ have one law given all other weights. Rank the weights by their
signed leading scores, with ties in uniformly random order. Then any group of weights keeps on average the share $[[dual_share]]$ at the
density $[[dual_density]]$, if it keeps $p_j$ on average at density $\rho$.

(c) The fair coins of S10 for the signs of a column do not carry over to $L=2$: one sign of the readout changes the moduli of other scores.
In the smallest case (one sample, $\varphi(z)=\max(z,0)$, one unit in layer 1 and two in layer 2) it changes $\hat\Theta=[[small_kernel]]$
by $[[kernel_change]]$. There is a network with $L=2$ and two samples in which, at fixed $W^1$, $W^2$ and $|a|$, a column of $W^2$ has
$[[positive]]$ positive leading scores for $a$ of the signs ORDER; fair coins would give $[[fair]]$, in some order.
""".replace("ORDER", f"${ORDER}$"),
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (one hidden layer: S8, S10)"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(samples, "number of samples", COUNT, drawn=(1, 4)),
        Quantity(u, "a sample, by its place", COUNT),
        Quantity(kernel, "tangent kernel at an input and a sample", sp.S.Reals),
        Quantity(residual, "residual at a sample", sp.S.Reals),
        Quantity(curvature, "derivative of the residual in the output", sp.S.Reals),
        Quantity(moved_mean, "mean over the data of output times the residual's rate of change", sp.S.Reals),
        Quantity((energy, layer_energy), "square of the gradient's length, and the layer's part of it", NON_NEGATIVE),
        Quantity((score, flipped_score), "score of a weight, and with the readout's signs flipped", sp.S.Reals),
        Quantity(entries, "number of weights", whole_from(0), drawn=(5, 9)),
        Quantity(kept, "number of weights that are kept", whole_from(0), drawn=(0, 5)),
        Quantity(share, "mean share of a group that is kept", CLOSED_UNIT),
        replace(DENSITY, within=CLOSED_UNIT),
        Quantity(p, "weight of the one unit of layer 1", sp.S.Reals),
        Quantity((q_1, q_2), "weight from it to the first and to the second unit of layer 2", sp.S.Reals),
        Quantity((a_1, a_2), "weight of the readout, of the first and of the second unit", sp.S.Reals),
        Quantity(x, "input of the one sample", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("one output, and no unit at a kink of the activation on the data"),
        Hypothesis(
            r"for the limit $\varphi(z)=\sqrt2\max(z,0)$, no biases, standard normal weights, $r$ and $S$ fixed, inputs $\ne0$ and widths that grow one after the other",
            needed_by=("moved",),
        ),
        Hypothesis(
            r"$\varphi(z)=\max(z,0)$ in the example, one sample, one unit in layer 1 and two in layer 2, all open",
            needed_by=("small_kernel", "kernel_change"),
        ),
        Hypothesis("ReLU and no biases", needed_by=("layer_sum", "small_kernel", "kernel_change", "positive")),
        Hypothesis(
            "neither the residual nor its derivative in the output depends on the network",
            needed_by=("leading_sign", "second_sign", "leading", "second", "dual_share"),
        ),
        Hypothesis(
            "no bias in the readout", needed_by=("leading_sign", "second_sign", "leading", "second", "dual_share")
        ),
        Hypothesis(
            "given all other weights a readout and its negative have one law; equal leading scores are ranked at random",
            needed_by=("dual_density", "dual_share"),
        ),
    ),
    uses=("S10",),
    aids={
        "column": ROWS,
        "closed": (*ROWS[:3], (-1, -2), ROWS[4]),  # the second unit of layer 2 is closed on both samples
        "known": KNOWN,
    },
    because={
        "signs of a column": positive_scores_of_a_column,
        "reversed order": order_is_reversed,
        "symmetric readout": mean_shares_are_dual,
    },
    wrong=lambda: {
        "output_change: sum for mean over the samples": samples * output_change,
        "output_change: mean twice": output_change / samples,
        "output_change: not smoothed": residual(samples),
        "moved: residual not smoothed": curvature * residual(samples),
        "moved: sum for mean over the samples": samples * moved,
        "moved: the loss's curvature forgotten": moved / curvature,
        "moved: curvature squared": curvature * moved,
        "layer_sum: leading term alone": moved_mean,
        "layer_sum: the layer's own energy left in": moved_mean + energy,
        "layer_sum: second term alone": energy - layer_energy,
        "layer_sum: the layer alone": moved_mean + layer_energy,
        "leading: the score itself": score,
        "second: the other network's score": flipped_score,
        "positive: fair coins at every depth": fair,
        "positive: always one": (1, 1, 1, 1),
        "positive: of the other sign": (2, 0, 2, 0),
        "positive: in another order of the signs": (0, 0, 2, 2),
        "fair: one coin": (0, 0, 2, 2),
        "small_kernel: readout's weights not trained": small_kernel - p**2 * x**2 * (q_1**2 + q_2**2) / 2,
        "dual_kept: the same number": kept,
        "dual_kept: one more": entries - kept + 1,
        "dual_density: the same density": rho,
        "dual_density: half": sp.Rational(1, 2) - rho,
        "dual_share: the same share": share,
        "dual_share: half": sp.Rational(1, 2) - share,
        "dual_share: one more of two": 2 - share,
    },
)
