"""R11: a perceptron trained on digits, found inside a random network by pruning alone."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from theory.subset_sum.layer_error import d, e, error, h, margin, other, other_error, top, top_error, w
from theory.subset_sum.symbols import n
from theory.subset_sum.two_layers import UNITS, d_0, d_1

d_2 = sp.Symbol("d_2", positive=True, integer=True)  # outputs of the second layer


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

digits_ticket = Claim(
    label="R11",
    title="A trained perceptron found in a random network (measured)",
    statement=r"""
*Proved.* Let $f=\sigma(xW_1)W_2$ with ReLU $\sigma$ and $x\ge0$, and let $g$ be a random network of twice as many layers, pruned as in R8, which acts as $\sigma(x(W_1+D_1))(W_2+D_2)$. Coordinate by coordinate
$$|g-f|\le x\,|D_1|\,|W_2+D_2|+h\,|D_2|,\qquad h=\sigma(xW_1),$$ and so on through any number of layers: with errors $e$ in front of a layer, an output of the layer errs by at most the sum of $$[[error]]$$ over the entries $w$, with errors $d$,
that it reads. Attained if all of $x$, $W$, $D$ are positive. The lead of $f$'s largest output `top` over another one is in $g$ at least $$[[margin]],$$ attained too; where this is positive for all others, $f$ and $g$ choose the same class. Such a prediction is *certified*.

With $d_0$ inputs, $d_1$ hidden units and $d_2$ outputs the target has $[[weights]]$ weights; the random network $d_0$–$nd_0$–$d_1$–$nd_1$–$d_2$ has $[[total]]$, of which $[[candidates]]$ lie in the blocks where something may be kept.

*Measured.* Target: 65–24–10, the 64 pixels of scikit-learn's digits in $[0,1]$ and a constant input, no biases; 1297 samples train it (Adam with step $10^{-2}$, 400 steps over all of them, weight decay $10^{-4}$), the other 500
test it; then each layer is multiplied so that its largest weight is $\frac1{2e}$, the reach of R8, which changes no choice. Source: weights uniform on $[-1,1]$; for each weight one subset sum, within $10^{-6}$ if 32 usable items at a time allow, else the nearest. **Asserted:** with $n=48$ at least
$\frac{19}{20}$ of the test samples are certified. **Reported, not asserted,** for the seeds 0, 1, 2 (target's accuracy $.966$, $.964$, $.966$): all samples are certified for $n=48$ and $n=64$, so target and ticket agree on all of them; some $18\,000$ of
$90\,672$ (of $316\,848$) weights are kept for $1800$. With fewer: agreement $.37,.50,.70$ for $n=8$; $.88,.92,.94$ for $n=16$; at least $.98$ for $n=24$ and $.99$ for $n=32$, where $.95$ to $.98$ are certified. Random masks that keep as many agree
with the target on $.03$ to $.22$ of the samples, blocks that are not pruned on $.09$ to $.13$.
""",
    proof_text=r"""
*Error.* $\sigma(\tilde h)(w+d)-\sigma(h)w$, summed over the entries, is $\sum(\tilde h-h)(w+d)+\sum hd$ for values $h,\tilde h\ge0$ in front of the layer; take moduli. $\sigma$ has slope at most 1, so the error behind it is no larger. At the input $\tilde h=h=x$. If
everything is positive, no modulus and no $\sigma$ changes anything: equality. *Lead.* $g$'s outputs lie within `top_error` and `other_error` of $f$'s; the lead is least if the one falls and the other rises by as much. *Sizes.* A block of $n$ units for each input $i$: the
first layer has $n d_0\cdot d_0$ weights, of which those from $i$ to its own block may be kept, $nd_0$; of the second layer all $nd_0\cdot d_1$. *The rest is measured*, on targets trained and random networks drawn anew. Theory does not reach so far down: with failure
$\frac12$ R8 asks for 440 units for each input at $\varepsilon=10^{-3}$. ∎
""",
    source=Source(
        "2006.07990",
        "no text at hand; tickets by subset sums, reported second-hand; experiment and certificate are ours",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.MEASURED,
    quantities=(
        Quantity(w, "weight of the target", sp.S.Reals, drawn=(-3, 3)),
        Quantity(d, "error of this weight in the pruned network", sp.S.Reals, drawn=(-1, 1)),
        Quantity(h, "value of the target in front of the weight", NON_NEGATIVE, drawn=(0, 3)),
        Quantity(e, "error of this value in the pruned network", NON_NEGATIVE, drawn=(0, 3)),
        Quantity(top, "largest output of the target", sp.S.Reals, drawn=(-3, 3)),
        Quantity(other, "another output of the target", sp.S.Reals, drawn=(-3, 3)),
        Quantity(top_error, "largest error of the largest output in the pruned network", NON_NEGATIVE, drawn=(0, 1)),
        Quantity(other_error, "largest error of the other output in the pruned network", NON_NEGATIVE, drawn=(0, 1)),
        UNITS.drawn_from(1, 64),
        Quantity(d_0, "number of inputs of the target", COUNT, drawn=(1, 64)),
        Quantity(d_1, "number of hidden units of the target", COUNT, drawn=(1, 64)),
        Quantity(d_2, "number of outputs of the target", COUNT, drawn=(1, 64)),
    ),
    hypotheses=(
        Hypothesis("outputs in order, the largest first", other <= top),
        Hypothesis("inputs at least 0 (for others see Q10)"),
        Hypothesis(
            "measured: splits of these digits, training and random networks of other seeds; the limit is asserted, not proved"
        ),
    ),
    uses=("R6", "R8"),
    expressions={
        "error": error,
        "margin": margin,
        "weights": weights,
        "candidates": candidates,
        "total": total,
        "found": Pruned("found", 48),
    },
    aids={"exceptions": sp.Rational(1, 20)},
)
