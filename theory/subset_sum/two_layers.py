"""R8: a random network of two layers holds every layer of a network: one subset sum for each weight and sign."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.subset_sum.potential import MASS, NEAR, a, kappa
from theory.subset_sum.potential import failure as one_failure
from theory.subset_sum.potential import law_size as one_size
from theory.subset_sum.product_laws import t, uniform_product, uniform_reach
from theory.subset_sum.symbols import FAILURE, delta, eps, n

d_0, d_1 = sp.symbols("d_0 d_1", positive=True, integer=True)  # inputs and outputs of the layer
UNITS = Quantity(n, "number of units of the random network for each input of a layer", COUNT)
INPUTS = Quantity(d_0, "number of inputs of the layer", COUNT, drawn=(1, 4))
OUTPUTS = Quantity(d_1, "number of outputs of the layer", COUNT, drawn=(1, 4))
PRODUCT_REACH = Quantity(
    a, "reach, half the length of the interval around 0 on which a product of two entries has a least density", POSITIVE
)
PRODUCT_DENSITY = Quantity(
    kappa,
    "least density of a product of two entries within its reach",
    POSITIVE,
    drawn=(sp.Rational(1, 20), sp.Rational(1, 2)),
)
WEIGHT_ERROR = Quantity(eps, "largest error allowed in a weight", POSITIVE)
length = sp.Symbol("length", nonnegative=True)  # ‖x‖₁
row_norm = sp.Symbol("row_norm", nonnegative=True)  # ‖W + Δ‖_∞→∞ of the next layer of the pruned network
before = sp.Symbol("before", nonnegative=True)  # the error in front of the next layer
hidden_length = sp.Symbol("hidden_length", nonnegative=True)  # ‖h‖₁ of the target's values there

half_usable = {kappa: kappa / 2}  # items of the wrong sign count as 0
nonnegative_failure = d_0 * d_1 * one_failure.subs(half_usable)
failure = 2 * nonnegative_failure
size = one_size.subs({**half_usable, delta: delta / (2 * d_0 * d_1)}, simultaneous=True)
uniform_size = size.subs({a: uniform_reach, kappa: uniform_product.density.subs(t, uniform_reach)})
error = eps * length
next_error = row_norm * before + eps * hidden_length

two_layer_ticket = Claim(
    label="R8",
    title="Two random layers for one: tickets of plain networks",
    statement=r"""
Target $f(x)=\sigma(Wx)$ with ReLU $\sigma$ and $W\in[-\frac a2,\frac a2]^{d_1\times d_0}$. Source $\sigma(B\,\sigma(Ax))$ with $n\,d_0$ hidden units, all entries independent, of one symmetric law for which a product of two
has at least the density $\kappa$ on $[-a,a]$. For $0<\varepsilon\le\frac a2$, except with probability at most $$[[failure]],$$ there are masks of $A$ and $B$ such that the pruned network $g$ satisfies, for
*all* $x$, $$\|g(x)-f(x)\|_\infty\le[[error]],\qquad\mathtt{length}=\|x\|_1.$$ At inputs $x\ge0$ (pixels, hidden layers) the probability is at most $[[nonnegative_failure]]$. With failure at most $\delta$: $$n\ge[[size]],$$
and for entries uniform on $[-1,1]$ ($a=\frac1e$, $\kappa=\frac12$) $$n\ge[[uniform_size]].$$ Without the outer $\sigma$ the same holds for $f(x)=Wx$.

*Layers compose.* Replace each layer of a network so, $\Delta$ being the errors of the weights, at most $\varepsilon$ each; the probabilities add up. If the pruned network is wrong by at most `before` in front of a layer, where the
target has the values $h$, then behind it by at most $$[[next_error]],$$ `row_norm` $=\|W+\Delta\|_{\infty\to\infty}$ of this layer, `hidden_length` $=\|h\|_1$. Both errors are attained.
""",
    proof_text=r"""
*Reduction to subset sums.* Split the hidden units into $d_0$ blocks of $n$ and keep in block $i$ only the weights $A_{ki}$. Unit $k$ holds $\sigma(A_{ki}x_i)=|A_{ki}|\,\sigma(\pm x_i)$, by the sign of $A_{ki}$. Keeping the
entries $B_{jk}$ of a set $S$ of units gives $\sum_{k\in S}B_{jk}|A_{ki}|$ times $\sigma(\pm x_i)$. Since $wx=w\sigma(x)-w\sigma(-x)$, one needs for each $(i,j)$ a subset of the $k$ with $A_{ki}>0$ whose sum is near $W_{ji}$,
and one of those with $A_{ki}<0$ whose sum is near $-W_{ji}$: $2d_0d_1$ subset sums, each with entries of $B$ of its own, or $d_0d_1$ if no $x_i$ is negative. A weight $A_{ki}$ is kept if some subset uses it.

*Probability.* Count an item of the wrong sign as $0$. By symmetry $B_{jk}|A_{ki}|$ has the law of $B_{jk}A_{ki}$ and is independent of the sign of $A_{ki}$, so that items have the subdensity $\frac\kappa2$ on $[-a,a]$. R4 with
$\frac\kappa2$ bounds the failure of each subset sum; add up (that they share $A$ does not matter). Uniform entries: the density $\frac12\ln\frac1{|s|}$ of a product is at least $\frac12$ for $|s|\le\frac1e$ (R5).

*Error.* Let $\Delta^\pm_{ji}$ be the errors of the coefficients of $\sigma(\pm x_i)$. One of $\sigma(x_i)$, $\sigma(-x_i)$ is $0$, so $|\Delta^+_{ji}\sigma(x_i)+\Delta^-_{ji}\sigma(-x_i)|\le\varepsilon|x_i|$; add up over $i$. The outer $\sigma$ has
slope at most $1$. Attained: nothing kept, all $W_{ji}=\varepsilon$, $x\ge0$.

*Layers compose.* Values $h,\tilde h\ge0$ in front of the layer: $|\sigma((W+\Delta)\tilde h)-\sigma(Wh)|\le|(W+\Delta)(\tilde h-h)|+|\Delta h|$ in each coordinate. Attained: $W\ge0$ with equal rows, all errors equal and positive. ∎
""",
    source=Source(
        "2006.07990",
        "no text at hand; its pruning theorem, with an unspecified constant, reported second-hand",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        UNITS.drawn_from(2, 60),
        INPUTS,
        OUTPUTS,
        PRODUCT_REACH.drawn_from(sp.Rational(1, 4), 1),
        PRODUCT_DENSITY,
        WEIGHT_ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(1, 10)),
        FAILURE,
        Quantity(length, "sum of the moduli of the input's coordinates", NON_NEGATIVE, drawn=(1, 4)),
        Quantity(
            row_norm,
            "largest sum of the moduli of a row of the next layer of the pruned network",
            NON_NEGATIVE,
            drawn=(1, 4),
        ),
        Quantity(
            before, "largest error of a value in front of the next layer", NON_NEGATIVE, drawn=(sp.Rational(1, 10), 1)
        ),
        Quantity(
            hidden_length,
            "sum of the moduli of the target's values in front of the next layer",
            NON_NEGATIVE,
            drawn=(1, 4),
        ),
    ),
    hypotheses=(
        MASS,
        replace(NEAR, words="an error up to half the reach (for a larger one nothing need be kept)"),
        Hypothesis(
            "for uniform entries, an error up to half the reach",
            eps <= uniform_reach / 2,
            needed_by=("uniform_size",),
        ),
        Hypothesis("independent entries of one symmetric law, independent of the target"),
    ),
    uses=("R4", "R5"),
    remarks=(
        Remark(
            r"For uniform entries, $d_0=d_1=2$, $\varepsilon=\frac1{100}$ and $\delta=\frac1{10}$ a fifth of the stated number of "
            r"units is enough for all four weights just below $\frac a2$, and a twentieth is not. R9 says for which shapes the "
            r"number is right in order.",
            "fewer_units_are_enough",
        ),
    ),
    expressions={
        "failure": failure,
        "nonnegative_failure": nonnegative_failure,
        "size": size,
        "uniform_size": uniform_size,
        "error": error,
        "next_error": next_error,
    },
    aids={"signed": True},
)
