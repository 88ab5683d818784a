"""R9: how many parameters any source of tickets needs: volumes of weights that one function serves."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.subset_sum.potential import MASS, contraction
from theory.subset_sum.symbols import FAILURE, delta, eps
from theory.subset_sum.two_layers import (
    INPUTS,
    OUTPUTS,
    PRODUCT_DENSITY,
    PRODUCT_REACH,
    WEIGHT_ERROR,
    d_0,
    d_1,
    half_usable,
)

D = sp.Symbol("D", positive=True, integer=True)  # weights of the target
Theta = sp.Symbol("Theta", nonnegative=True, integer=True)  # parameters of the source that a mask keeps or drops
c = sp.Symbol("c", positive=True)  # weights are at most c in modulus
p, q = sp.symbols("p q", real=True)  # a function's outputs at the two probes of a weight

measure = sp.Piecewise(
    (0, sp.Or(p < -eps, q < -eps, sp.And(p > eps, q > eps))),
    (2 * eps, sp.Or(p > eps, q > eps)),
    (p + q + 2 * eps, True),
)
linear_share = sp.Min(1, eps / c)
relu_share = sp.Min(1, 2 * eps / c)
large_share = sp.Min(1, eps / (c - 2 * eps))


def success(share: sp.Expr) -> sp.Expr:
    """At most this probability, when one function serves this share of the values of each weight."""
    return sp.Min(1, 2**Theta * share**D)


def parameters(values: sp.Expr) -> sp.Expr:
    """At least so many parameters, when it takes so many functions to serve all values of one weight."""
    return (D * sp.log(values) + sp.log(1 - delta)) / sp.log(2)


linear_success, relu_success, large_success = map(success, (linear_share, relu_share, large_share))
linear_parameters, relu_parameters = parameters(c / eps), parameters(c / (2 * eps))
large_parameters = parameters(c / eps - 2)
enough = D * sp.log(1 + c / eps) / sp.log(2)

# R8's sources: n·d_0·(d_1 + 1) parameters in the blocks that they use, for weights up to a/2
power = sp.Symbol("power", nonnegative=True)  # d_0·d_1/δ is this power of 1/ε
units = large_parameters.subs(D, d_0 * d_1) / (d_0 * (d_1 + 1))
unit_excess = (2 + power) * (1 + 1 / d_1) * sp.log(2) / -sp.log(contraction.subs(half_usable))

volume_bound = Claim(
    label="R9",
    title="How few parameters a ticket can be chosen from: volumes of weights",
    statement=r"""
Targets $f(x)=\sigma(Wx)$ with $D=d_0d_1$ weights, $\sigma=\mathrm{ReLU}$ or $\sigma(t)=t$ (linear). A source with $\Theta$ parameters, random or not but independent of $W$ and of any architecture, may be pruned by any of its $2^\Theta$
masks; the error is $\sup_{\|x\|_1\le1}\|g(x)-f(x)\|_\infty$. Let $W$ be uniform on $[-c,c]^D$. One function is within $\varepsilon$ for at most the share $$[[linear_share]]\ \text{(linear)}\qquad\text{or}\qquad[[relu_share]]\ \text{(ReLU)}$$ of the
values of each weight, both attained, and some mask is within $\varepsilon$ with probability at most $$[[linear_success]]\ \text{(linear, attained)}\qquad\text{or}\qquad[[relu_success]]\ \text{(ReLU)}.$$ If every $W\in[-c,c]^D$ succeeds with probability at
least $1-\delta$, $0<\delta<1$, then $$\Theta\ge[[linear_parameters]]\ \text{(linear)},\qquad\Theta\ge[[relu_parameters]]\ \text{(ReLU)}.$$ For ReLU this counts the weights below $2\varepsilon$, which one function serves all. Let $W$ be uniform on
$2\varepsilon<|w|\le c$ instead: the share is $$[[large_share]],$$ attained if $c\ge4\varepsilon$, the probability at most $[[large_success]]$, and so for $c>2\varepsilon$ $$\Theta\ge[[large_parameters]],$$ more than before if $c>4\varepsilon$. This is sharp: wherever
$\log_2(1+c/\varepsilon)$ is a whole number, $$\Theta=[[enough]]$$ parameters serve every $W\in[-c,c]^D$, linear or ReLU. All rest on this: the weights $w$ with $|\sigma(w)-p|\le\varepsilon$ and $|\sigma(-w)-q|\le\varepsilon$, $\sigma$ = ReLU,
have the measure $$[[measure]].$$

The random sources of R8 choose among $nd_0(d_1+1)$ parameters, those of the blocks that they use. So with $c=\frac a2$ they need $$n\ge[[units]]$$ units for each input. If $d_0d_1/\delta$ grows like $\varepsilon$ to the power of $-$`power` as $\varepsilon\to0$, $\delta\le\frac12$, and $d_1$, $a$ and
$\kappa$ are fixed, R8's number of units is in the limit $$[[unit_excess]]$$ times as large: right in order as long as $d_0d_1/\delta$ is at most a fixed power of $\frac1\varepsilon$. Beyond that R8's number grows with $\log\frac{d_0d_1}\delta$ and this one does not.
""",
    proof_text=r"""
*One weight.* Fix a mask, hence a function $g$ that does not depend on $W$. At $x=\pm e_i$ the target's output $j$ is $\sigma(\pm w_{ji})$. With $p$, $q$ the outputs of $g$ there, $w_{ji}$ lies in
$M=\{w:|\sigma(w)-p|\le\varepsilon,|\sigma(-w)-q|\le\varepsilon\}$. Linear: $M\subset[p-\varepsilon,p+\varepsilon]$, all of it if $q=-p$. ReLU: $M$ is empty if $p$ or $q$ is below $-\varepsilon$, and if both exceed $\varepsilon$, since
$\sigma(w)$ or $\sigma(-w)$ is 0. If $p>\varepsilon\ge q$, then $w>0$ and $M=[p-\varepsilon,p+\varepsilon]$, up to an end; likewise for $q>\varepsilon\ge p$. If $|p|,|q|\le\varepsilon$, then $M=[-q-\varepsilon,p+\varepsilon]$: the measure as stated, at most
$4\varepsilon$, attained at $p=q=\varepsilon$ by $[-2\varepsilon,2\varepsilon]$. Divide by $2c$. Beyond $2\varepsilon$ this last case has nothing, and the others at most $2\varepsilon$ of the length $2(c-2\varepsilon)$; attained by $p=3\varepsilon$, $q=0$.

*All.* The weights are independent, so $g$ serves $W$ with probability at most the product of the shares. The sum over $2^\Theta$ masks, then the mean over the source, bound the probability of success. If every $W$ succeeds with probability at
least $1-\delta$, so does a random one of either law; the logarithm to base 2 bounds $\Theta$. And $\frac c\varepsilon-2>\frac c{2\varepsilon}$ for $c>4\varepsilon$.

*Attained.* For each weight keep some of $K$ numbers $2\varepsilon\cdot(1,2,\dots,2^{K-2},-2^{K-1})$ and add them up: copies of the input $i$ into the output $j$, or into a unit of its own behind ReLU. Their sums are
$2\varepsilon\cdot\{-2^{K-1},\dots,2^{K-1}-1\}$, whose intervals $\pm\varepsilon$ do not overlap; as long as they lie within $[-c,c]$ they serve the share $2^K\varepsilon/c$ of each weight. They cover $[-(2^K+1)\varepsilon,(2^K-1)\varepsilon]$ (R3), which holds
$[-c,c]$ for $c=(2^K-1)\varepsilon$; then all weights are within $\varepsilon$, the error at most $\varepsilon\|x\|_1$, and $\Theta=DK$.

*R8's sources.* A mask chooses among $nd_0$ entries of $A$, one for each unit, and the $nd_0d_1$ of $B$. To leading order R8's number of units is $(2+$`power`$)\log\frac1\varepsilon/(-\log(1-\frac{a\kappa}4))$ and the necessary one $\frac{d_1}{d_1+1}\log_2\frac1\varepsilon$. ∎
""",
    source=Source(
        "2006.07990",
        "no text at hand; the lower bound beside its pruning theorem, reported second-hand; weights beyond 2ε are ours",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(D, "number of weights of the target", COUNT, drawn=(1, 4)),
        Quantity(
            Theta, "number of parameters of the source that a mask keeps or drops", COUNT_FROM_ZERO, drawn=(0, 12)
        ),
        Quantity(c, "largest modulus of a weight of the target", POSITIVE, drawn=(sp.Rational(1, 4), 2)),
        WEIGHT_ERROR.drawn_from(sp.Rational(1, 1000), sp.Rational(1, 100)),
        FAILURE,
        Quantity(p, "output of a function at the unit input that a weight reads", sp.S.Reals, drawn=(-1, 2)),
        Quantity(q, "output of a function at the negative of this input", sp.S.Reals, drawn=(-1, 2)),
        Quantity(
            power,
            "exponent with which the number of weights over the probability of failure grows as the error falls",
            NON_NEGATIVE,
            drawn=(0, 3),
        ),
        INPUTS,
        OUTPUTS,
        PRODUCT_REACH,
        PRODUCT_DENSITY,
    ),
    hypotheses=(
        Hypothesis("the source does not depend on the target"),
        Hypothesis("the inputs include all ±e_i"),
        Hypothesis(
            "for the weights beyond twice the error, that there are such",
            c > 2 * eps,
            needed_by=("large_share", "large_success", "large_parameters", "units"),
        ),
        Hypothesis(
            "for the parameters that are enough, a whole number for each weight",
            sp.Eq(2 ** sp.floor(sp.log(1 + c / eps) / sp.log(2)), 1 + c / eps),
            needed_by=("enough",),
        ),
        Hypothesis(
            "for the excess, an error that tends to 0, a failure up to a half, and the outputs and the law fixed",
            needed_by=("unit_excess",),
        ),
        MASS,
    ),
    uses=("R3", "R8"),
    expressions={
        "measure": measure,
        "linear_share": linear_share,
        "relu_share": relu_share,
        "large_share": large_share,
        "linear_success": linear_success,
        "relu_success": relu_success,
        "large_success": large_success,
        "linear_parameters": linear_parameters,
        "relu_parameters": relu_parameters,
        "large_parameters": large_parameters,
        "enough": enough,
        "units": units,
        "unit_excess": unit_excess,
    },
    remarks=(
        Remark(
            r"For a thousand inputs, one output, uniform entries, $\varepsilon=10^{-3}$ and $\delta=\frac12$ R8 asks for $442$ units "
            r"for each input, and four are necessary by this bound. Whether $\log\frac{d_0d_1}\delta$ is needed is not known here.",
            "the_order_depends_on_the_shape",
        ),
    ),
)
