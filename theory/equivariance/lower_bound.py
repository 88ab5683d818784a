"""Q8: how many parameters an equivariant ticket must be chosen from, whatever the source: volumes of coefficients."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.equivariance.symbols import (
    BASIS,
    ORBITS_OF_PAIRS,
    ORDER,
    POINTS_AFTER,
    POINTS_BEFORE,
    B,
    X,
    Y,
    order,
)
from theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, UNIT, Hypothesis, Quantity
from theory.subset_sum import volume
from theory.subset_sum.symbols import delta, eps
from theory.subset_sum.volume import Theta, c, measure, p, q

n_in, n_out = sp.symbols("n_in n_out", positive=True, integer=True)  # channels before and after
s = sp.Symbol("s", positive=True)  # basis elements have entries 0 and 1/s

CHANNELS_BEFORE = Quantity(n_in, "number of channels before the layer", COUNT)
CHANNELS_AFTER = Quantity(n_out, "number of channels after the layer", COUNT)
ERROR = Quantity(eps, "largest error of an output", POSITIVE)
FAILURE = Quantity(delta, "probability with which no mask may be good enough", UNIT)

entry = {volume.D: n_in * n_out * B, eps: s * eps}  # R9 at one entry of each basis element, whose weight is w/s
linear_share, relu_share = volume.linear_share.subs(entry), volume.relu_share.subs(entry)
linear_success, relu_success = volume.linear_success.subs(entry), volume.relu_success.subs(entry)
linear_parameters, relu_parameters = volume.linear_parameters.subs(entry), volume.relu_parameters.subs(entry)
saving = X * Y / B
free_saving = order

pruning_lower_bound = Claim(
    label="Q8",
    title="A lower bound for pruning to equivariant networks",
    statement=r"""
Let $G$ permute finite sets $X$ and $Y$, and let $B_b$ be the orbit basis (Q2), all elements divided by one $s>0$ ($s=1$: entries 0 and 1). The target
has `n_in` channels before and `n_out` after,
$f(x)_o=\sigma(\sum_{i,b}w_{iob}B_bx_i)$ with $\sigma=\mathrm{ReLU}$ or $\sigma(t)=t$, and coefficients $w$ independent and uniform on $[-c,c]$. A source with
$\Theta$ parameters, random or not but independent of $w$, equivariant or not, may be pruned by any of its $2^\Theta$ masks. The error is the supremum of
$|g-f|$ over outputs and over an input set which contains all $\pm e_x$ ($x\in X$) in every single channel. Then

* one function $g$ is within $\varepsilon$ for at most the share $$[[relu_share]]$$ of the values of each coefficient (ReLU; attained by $g=\varepsilon$ at all
  probes), or $$[[linear_share]]$$ (linear targets; attained by $g=0$);
* some mask is within $\varepsilon$ with probability at most $$[[relu_success]]$$ (ReLU) or $$[[linear_success]]$$ (linear targets; attained, for instance by
  masked copies of one layer whose coefficients are $2\varepsilon s$ times powers of two);
* if every $w$ succeeds with probability at least $1-\delta$, $0<\delta<1$, then $$\Theta\ge[[relu_parameters]]$$ for ReLU, and
  $$\Theta\ge[[linear_parameters]]$$ for linear targets.

If $B_b$ is divided by its own $s_b$, the share is that of $s_b$ and its power becomes the product over $b$ of the powers `n_in`·`n_out`. Both rest on this: the weights $w$ of one
entry for which $|\sigma(w)-p|\le\varepsilon$ and $|\sigma(-w)-q|\le\varepsilon$, $\sigma$ = ReLU, have the measure $$[[measure]].$$
The same bound for an unstructured layer has the $|X||Y|$ entries in place of $|B|$: symmetry saves the factor $$[[saving]],$$ never more than $|G|$, and exactly
$[[free_saving]]=|G|$ if $G$ acts freely on $Y\times X$.
""",
    proof_text=r"""
*Each coefficient is an entry.* Fix a mask, hence a function $g$ that does not depend on $w$. For each $b$ choose an entry $(y,x)$ of its orbit. All other
elements are 0 there, so at $\pm e_x$ in the channel $i$ the target's output $(o,y)$ is $\sigma(\pm w_{iob}/s)$. With $p$, $q$ the outputs of $g$ there, $w_{iob}/s$ lies in
$M=\{w:|\sigma(w)-p|\le\varepsilon,|\sigma(-w)-q|\le\varepsilon\}$.

*One entry.* Linear: $M\subset[p-\varepsilon,p+\varepsilon]$, all of it if $q=-p$: length at most $2\varepsilon$. ReLU: $M$ is empty if $p$ or $q$ is below $-\varepsilon$, and if both exceed $\varepsilon$, since
$\sigma(w)$ or $\sigma(-w)$ is 0. If $p>\varepsilon\ge q$, then $w>0$ and $M=[p-\varepsilon,p+\varepsilon]$, up to an end; likewise for $q>\varepsilon\ge p$. If $|p|,|q|\le\varepsilon$, then
$M=[-q-\varepsilon,p+\varepsilon]$: the measure as stated, at most $4\varepsilon$, attained at $p=q=\varepsilon$ by an interval about 0. Multiplied by $s$ and divided by $2c$ these are the shares.

*All.* The coefficients are independent, so $g$ serves $w$ with probability at most the product of the shares. The sum over $2^\Theta$ masks, then the mean over the source, bound the
success probability. If every $w$ succeeds with probability at least $1-\delta$, so does a random one, and the logarithm to base 2 bounds $\Theta$. Attained, linear: $K$ coefficients
$2\varepsilon s\cdot(1,2,\dots,2^{K-2},-2^{K-1})$ for each $(i,o,b)$, between copies of the input channel $i$ and the output $o$, have the subset sums $2\varepsilon s\cdot\{-2^{K-1},\dots,2^{K-1}-1\}$, whose $2^K$ intervals do not overlap; as long as they
stay within $[-c,c]$ the masks serve the share $2^K\varepsilon s/c$ of each coefficient.

*Saving.* Without symmetry ($G=1$) every entry is an orbit. An orbit has at most $|G|$ entries, and exactly $|G|$ if the action is free. ∎
""",
    source=Source(
        "2206.04270",
        "abstract: “provides a lower bound on the number of effective parameters as a function of the error "
        "tolerance”; constants and normalised elements are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        CHANNELS_BEFORE.drawn_from(1, 3),
        CHANNELS_AFTER.drawn_from(1, 3),
        BASIS.drawn_from(1, 4),
        Quantity(Theta, "number of parameters of the source that a mask keeps or drops", NON_NEGATIVE, drawn=(0, 12)),
        Quantity(c, "largest modulus of the target's coefficients", POSITIVE, drawn=(sp.Rational(1, 4), 2)),
        Quantity(s, "number by which the 0–1 matrices of the orbits are divided", POSITIVE, drawn=(1, 3)),
        ERROR.drawn_from(sp.Rational(1, 1000), sp.Rational(1, 100)),
        FAILURE.drawn_from(sp.Rational(1, 100), sp.Rational(1, 2)),
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
    uses=("Q2", "R9"),
    expressions={
        "measure": measure,
        "relu_share": relu_share,
        "linear_share": linear_share,
        "relu_success": relu_success,
        "linear_success": linear_success,
        "relu_parameters": relu_parameters,
        "linear_parameters": linear_parameters,
        "saving": saving,
        "free_saving": free_saving,
    },
)
