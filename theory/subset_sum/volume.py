"""R9: how many parameters any source of tickets needs: volumes of weights that one function serves."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.subset_sum.counting import reach as farthest
from sparse_limits.theory.subset_sum.potential import MASS, a, contraction, kappa
from sparse_limits.theory.subset_sum.symbols import FAILURE, TARGET_LAYER, delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import (
    INPUTS,
    OUTPUTS,
    PRODUCT_DENSITY,
    PRODUCT_REACH,
    UNITS,
    WEIGHT_ERROR,
    d_0,
    d_1,
    half_usable,
    size,
)

D = sp.Symbol("D", positive=True, integer=True)  # weights of the target
Theta = sp.Symbol("Theta", nonnegative=True, integer=True)  # parameters of the source that a mask keeps or drops
c = sp.Symbol("c", positive=True)  # weights are at most c in modulus
p, q = sp.symbols("p q", real=True)  # a function's outputs at the two probes of a weight

interval = 2 * eps
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
doubling = 2 ** (Theta / D) * eps / c  # the share that sums of so many doubling numbers serve, each for an interval
enough = D * sp.log(1 + c / eps) / sp.log(2)

# R8's sources: n·d_0·(d_1 + 1) parameters in the blocks that they use, for weights up to a/2
power = sp.Symbol("gamma", nonnegative=True)  # d_0·d_1/δ is this power of 1/ε
units = large_parameters.subs(D, d_0 * d_1) / (d_0 * (d_1 + 1))
unit_excess = (2 + power) * (1 + 1 / d_1) * sp.log(2) / -sp.log(contraction.subs(half_usable))

OUTPUT = (-sp.Rational(1, 10), sp.Rational(3, 20))  # as large as the error, and larger

STEPS = proof(
    r"""
interval: Fix a mask, and hence a function $g$ that does not depend on $W$. At $x=\pm e_i$ the output $j$ of the target is $\sigma(\pm
w_{ji})$; let $p$, $q$ be the outputs of $g$. For a linear target the condition is $|w_{ji}-p|\le\varepsilon$: an interval of length
$[[interval]]$. If $q=-p$, all of this interval serves.

linear share (from interval): Of the length $2c$ of $[-c,c]$ this is at most the share $[[linear_share]]$, attained at $p=q=0$.

measure: For ReLU the outputs of the target are $w$ and $0$ if $w\ge0$, and $0$ and $-w$ if $w\le0$. So positive $w$ serve only for
$|q|\le\varepsilon$, namely those in $[p-\varepsilon,p+\varepsilon]$, and negative ones only for $|p|\le\varepsilon$, namely those in
$[-q-\varepsilon,-q+\varepsilon]$. Their measure is $[[measure]]$.

ReLU share (from measure): This measure is at most $4\varepsilon$, attained at $p=q=\varepsilon$ by $[-2\varepsilon,2\varepsilon]$. Of
$[-c,c]$ it is at most the share $[[relu_share]]$.

large share (from measure): If $|p|,|q|\le\varepsilon$, no weight beyond $2\varepsilon$ serves. Otherwise the measure is at most
$2\varepsilon$, attained at $p=3\varepsilon$, $q=0$ by $[2\varepsilon,4\varepsilon]$, if $c\ge4\varepsilon$. Of the length
$2(c-2\varepsilon)$ this is at most the share $[[large_share]]$.

all weights (from linear share, ReLU share, large share; by independence): The weights of a uniform $W$ are independent. So one function
serves all of them with probability at most the $D$-th power of the share.

masks (from all weights; by union bound): A source of $\Theta$ parameters has $2^\Theta$ masks, and it does not depend on $W$. So, given the
source and hence on average over it, some mask serves with probability at most $[[relu_success]]$ (ReLU), $[[large_success]]$ (beyond
$2\varepsilon$), and $2^\Theta$ times the power of the *linear share*.

doubling numbers (by R3): The sums of $K$ numbers $2\varepsilon\cdot(1,2,\dots,2^{K-2},-2^{K-1})$ are the $2^K$ multiples of $2\varepsilon$
from $-2^K\varepsilon$ to $(2^K-2)\varepsilon$. They come within $\varepsilon$ of all of $[-(2^K+1)\varepsilon,(2^K-1)\varepsilon]$, in
intervals that do not overlap.

doubling (from doubling numbers): Take $K=\Theta/D$ of these numbers for each weight: copies of the input $i$ into the output $j$, or into a
unit of its own after a ReLU. As long as the intervals lie within $[-c,c]$, they serve the share $[[doubling]]$ of each weight.

linear success (from masks, doubling): So the bound of *masks* for linear targets, $[[linear_success]]$, is attained: as long as the
intervals lie within $[-c,c]$, the $D$-th power of $[[doubling]]$ is $2^\Theta(\varepsilon/c)^D$.

random target (by Fubini): If every $W$ succeeds with probability at least $1-\delta$ over the source, a random $W$ of either law succeeds
with at least this probability over both.

parameters (from masks, linear success, random target): The bounds increase with $\Theta$. They are at most $2^\Theta$ times the $D$-th
power of $\frac\varepsilon c$, $\frac{2\varepsilon}c$ or $\frac\varepsilon{c-2\varepsilon}$, which is $1-\delta$ at $[[linear_parameters]]$,
$[[relu_parameters]]$ and $[[large_parameters]]$. The last number is larger than the one before for $c>4\varepsilon$.

enough (from doubling numbers): Let $c=(2^K-1)\varepsilon$. Then $K$ *doubling numbers* come within $\varepsilon$ of each weight, and the
error is at most $\varepsilon\|x\|_1$. Altogether this requires $DK=[[enough]]$ parameters.

source of R8 (by R8 for size): From a certain number of units for each input on, R8's sources succeed for every $W\in[-\frac a2,\frac a2]^D$
with probability at least $1-\delta$.

units (from parameters, source of R8): In the block of an input, each of the $n$ units has one incoming entry and $d_1$ outgoing entries,
and no mask of R8 keeps any other entry. So *parameters* with $D=d_0d_1$ and $c=\frac a2$ requires $n\ge[[units]]$.

excess (from units): Let $d_0d_1/\delta$ be $\varepsilon$ to the power of $-\gamma$, up to a fixed factor, and let $\delta\le\frac12$, so
that $\log_2(1-\delta)$ is at least $-1$. As $\ln\frac1\varepsilon$ grows, R8's number and this bound grow in proportion to it, and the
quotient of their rates is $[[unit_excess]]$.
""",
    globals(),
)


def doubling_numbers_serve_an_interval(doubling: sp.Expr) -> Relations:
    """From one end that R3 says to the other, which is 2ε farther, of the length 2c."""
    reach = farthest.subs(n, Theta / D)
    yield same(doubling, (reach + (reach + 2 * eps)) / (2 * c))


def doubling_numbers_reach_all_weights(enough: sp.Expr) -> Relations:
    """The largest weight is as far as R3 says that the numbers for one of D weights reach."""
    reach = farthest.subs(n, enough / D)
    yield same(D * reach / eps, D * c / eps, by=lambda gap: sp.simplify(gap.rewrite(sp.exp)))


volume_bound = Claim(
    label="R9",
    title="The number of parameters that tickets need: bounds by volumes of weights",
    headline=r"A network is chosen without its target, a ReLU layer of $D$ weights in $[-c,c]$. If, for each target, some mask is within $\varepsilon$ at all $\|x\|_1\le1$ with probability at least $1-\delta$, the network has at least $$[[relu_parameters]]$$ parameters.",
    statement=r"""
**Setting.** The target is a layer $f(x)=\sigma(Wx)$ with $D=d_0d_1$ weights in $[-c,c]$. It is a ReLU layer or linear,
$\sigma(t)=t$. The source is a network with $\Theta$ parameters, of any architecture. It may be random, but does not
depend on $W$. It may be pruned by any of its $2^\Theta$ masks. The error of a function $g$, such as a mask leaves, is
$\sup_{\|x\|_1\le1}\|g(x)-f(x)\|_\infty$.

**One function.** Let $W$ be uniform on $[-c,c]^D$. One function is within $\varepsilon$ for at most the following share of the values of each weight: $$[[linear_share]]\ \text{(linear)}\qquad\text{or}\qquad[[relu_share]]\ \text{(ReLU)}.$$ Both
shares are attained.

**All masks.** For this $W$ some mask is within $\varepsilon$ with probability at most $$[[linear_success]]\
\text{(linear)}\qquad\text{or}\qquad[[relu_success]]\ \text{(ReLU)}.$$ The bound for linear targets is attained if
$\Theta/D\ge1$ is a whole number and $(2^{\Theta/D}+1)\varepsilon\le c$.

**Parameters.** Suppose that for every $W\in[-c,c]^D$ some mask is within $\varepsilon$ with probability at least
$1-\delta$, $0<\delta<1$. Then $$\Theta\ge[[linear_parameters]]\
\text{(linear)},\qquad\Theta\ge[[relu_parameters]]\ \text{(ReLU)}.$$

**Larger weights.** The bound for ReLU also counts the weights of modulus at most $2\varepsilon$, all of which one
function serves. Let $c>2\varepsilon$, and let $W$ be uniform on $2\varepsilon<|w|\le c$ instead. Then the share is at most
$$[[large_share]],$$ attained if $c\ge4\varepsilon$, and the probability is at most $[[large_success]]$. So the supposition under **Parameters** requires
$$\Theta\ge[[large_parameters]],$$ more than before if $c>4\varepsilon$. This is sharp in the limit
$\frac c\varepsilon\to\infty$: wherever $\log_2(1+c/\varepsilon)$ is a whole number, $$\Theta=[[enough]]$$ parameters
serve every $W\in[-c,c]^D$, linear or ReLU.

**What the bounds for ReLU rest on.** Let $p$ and $q$ be the outputs of $g$ at the unit input that a weight reads, and
at its negative. The weights $w$ with $|\sigma(w)-p|\le\varepsilon$ and $|\sigma(-w)-q|\le\varepsilon$, where $\sigma$
is ReLU, have the measure $$[[measure]].$$

**Compared with R8.** With $n$ units for each input, the random sources of R8 choose among $nd_0(d_1+1)$ parameters,
those of the blocks that they use. So for $c=\frac a2$ they need $$n\ge[[units]].$$ Let $\varepsilon\to0$. Suppose that
$d_0d_1/\delta$ grows like $\varepsilon$ to the power $-\gamma$, that $\delta\le\frac12$, and that $d_1$, $a$ and
$\kappa$ are fixed. Then R8's number of units divided by this bound tends to $$[[unit_excess]].$$ So R8's number has the
right order as long as $d_0d_1/\delta$ is at most a fixed power of $\frac1\varepsilon$. Beyond that, R8's number grows
with $\ln\frac{d_0d_1}\delta$ and this bound does not.
""",
    steps=STEPS,
    source=Source(
        "2006.07990",
        "NeurIPS 2020",
        "abstract: “this logarithmic over-parameterization is essentially optimal for constant depth networks”; the bound, and "
        "weights beyond 2ε, are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        Quantity(D, "number of weights of the target", COUNT, drawn=(1, 4)),
        Quantity(
            Theta, "number of parameters of the source that a mask keeps or drops", COUNT_FROM_ZERO, drawn=(0, 12)
        ),
        Quantity(c, "largest modulus of a weight of the target", POSITIVE, drawn=(sp.Rational(1, 4), 2)),
        WEIGHT_ERROR.drawn_from(sp.Rational(1, 20), sp.Rational(1, 10)),
        replace(FAILURE, within=sp.Interval.Ropen(0, 1)),
        Quantity(p, "output of a function at the unit input that a weight reads", sp.S.Reals, drawn=OUTPUT),
        Quantity(q, "output of a function at the negative of this input", sp.S.Reals, drawn=OUTPUT),
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
            "the intervals of the sums, which begin at −(2^(Θ/D) + 1)ε, lie within those of the weights",
            doubling + eps / c <= 1,
            needed_by=("doubling",),
        ),
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
    symbols={
        **TARGET_LAYER,
        "x": "input",
        r"\sigma": "activation, ReLU or the identity",
        "t": "argument of the activation",
        "w": "weight of the target",
        "n": UNITS.meaning,
    },
    remarks=(
        Remark(
            r"For a thousand inputs, one output, uniform entries, $\varepsilon=10^{-3}$ and $\delta=\frac12$, R8 asks for $442$ units "
            r"for each input; by this bound four are necessary. The blocks of R8 need a logarithm of "
            r"$\frac{d_0d_1}\delta$ (Q11.3); whether other random sources do is not known (R12).",
            "the_order_depends_on_the_shape",
        ),
    ),
    aids={"size": size},
    loose=(
        Loose(
            expression="relu_success",
            truth="linear_success",
            at=tuple({Theta: 4 * weights, D: weights, c: 40, eps: 1} for weights in (1, 4)),
            lost=r"at most, as doubling numbers after a ReLU reach *linear success* (step *doubling*): in the share $2\varepsilon/c$, which the functions "
            r"for weights below $2\varepsilon$ alone have",
        ),
        Loose(
            expression="linear_parameters",
            truth="enough",
            at=tuple({D: 10, delta: sp.Rational(1, 10), c: reach, eps: 1} for reach in (3, 1023)),
            lost=r"in the interval of the lowest sum, which lies beyond $-c$, and in the probability $\delta$ of failure, which *enough* does not use",
            order=r"by *enough*: the quotient tends to $1$ as $\frac c\varepsilon\to\infty$",
            side=Side.BELOW,
        ),
        Loose(
            expression="relu_parameters",
            truth="enough",
            at=tuple({D: 10, delta: sp.Rational(1, 10), c: reach, eps: 1} for reach in (3, 1023)),
            lost=r"in the share $2\varepsilon/c$, which the functions for weights below $2\varepsilon$ alone have",
            order=r"by *enough*: the quotient tends to $1$ as $\frac c\varepsilon\to\infty$",
            side=Side.BELOW,
        ),
        Loose(
            expression="units",
            truth="size",
            at=tuple(
                {
                    d_0: 10,
                    d_1: 10,
                    a: sp.exp(-1),
                    c: sp.exp(-1) / 2,
                    kappa: sp.Rational(1, 2),
                    eps: sp.Rational(1, x),
                    delta: sp.Rational(1, 2),
                }
                for x in (100, 10_000)
            ),
            lost=r"at most, as the truth lies between: in the masks, all of which are counted as if no two made the same function, and in R4's "
            r"proof, which gives R8's number and follows the measure that is covered",
            order=r"by R8, if $d_0d_1/\delta$ is at most a fixed power of $\frac1\varepsilon$: step *excess*",
            side=Side.BELOW,
        ),
    ),
    sharp=(
        Sharp(expression="linear_share", example="the function $0$", check="one_function_serves_its_share"),
        Sharp(
            expression="relu_share",
            example=r"the function $\varepsilon$ at $\pm e_1$",
            check="one_function_serves_its_share",
        ),
        Sharp(
            expression="large_share",
            example=r"$3\varepsilon$ at $e_1$ and $0$ at $-e_1$, if $c\ge4\varepsilon$",
            check="one_function_serves_its_share",
        ),
        Sharp(
            expression="linear_success",
            example=r"numbers that double, $2\varepsilon$ the first, as long as their intervals lie within $[-c,c]$",
            check="doubling_numbers_attain_the_bounds",
        ),
        Sharp(
            expression="large_success",
            example=r"the numbers $3\varepsilon\cdot(1,2,4,\dots)$ after a ReLU, all of whose sums except $0$ serve separate intervals: the bound is $(1-2^{-\Theta/D})^{-D}$ "
            r"times what they attain, $\frac\Theta D\to\infty$",
            check="numbers_that_double_from_three_attain_the_bound",
        ),
        Sharp(
            expression="large_parameters",
            example=r"numbers that double, $\frac c\varepsilon\to\infty$",
            check="tickets_that_exist_are_allowed",
            side=Side.BELOW,
        ),
    ),
    because={
        "doubling": doubling_numbers_serve_an_interval,
        "enough": doubling_numbers_reach_all_weights,
        "interval": lambda interval: same(interval, sp.Interval(p - eps, p + eps).measure),
    },
    wrong=lambda: {
        "relu_success: masks that do not count, ReLU": relu_success.subs(Theta, 0),
        "relu_success: masks to base 4, ReLU": relu_success.subs(Theta, 2 * Theta),
        "relu_success: the linear constant without masks": linear_success.subs(Theta, 0),
        "large_success: masks that do not count, large": large_success.subs(Theta, 0),
        "large_success: masks to base 4, large": large_success.subs(Theta, 2 * Theta),
        "large_success: masks to base √2": large_success.subs(Theta, Theta / 2),
        "large_success: small weights as well": relu_success,
        "large_success: all weights": linear_success,
        "relu_share: the linear share": linear_share,
        "relu_share: not more than all, forgotten": 2 * eps / c,
        "large_share: small weights as well": relu_share,
        "large_share: all weights": linear_share,
        "large_share: of the positive weights alone": sp.Min(1, 2 * eps / (c - 2 * eps)),
        "doubling: one weight": doubling.subs(D, 1),
        "linear_success: ReLU's constant for linear targets": relu_success,
        "linear_success: masks that do not count": linear_success.subs(Theta, 0),
        "linear_success: as many masks as parameters": sp.Min(1, (1 + Theta) * linear_success.subs(Theta, 0)),
        "linear_success: one weight": linear_success.subs(D, 1),
        "linear_success: masks to base √2": linear_success.subs(Theta, Theta / 2),
        "linear_success: half as many masks": valued(linear_success, {Theta: Theta - 1}),
        "linear_success: masks to base 4": linear_success.subs(Theta, 2 * Theta),
        "linear_share: the share of ReLU": relu_share,
        "linear_share: not more than all, forgotten": eps / c,
        "enough: twice the intervals": D * sp.log(c / eps) / sp.log(2),
        "enough: for one weight": enough.subs(D, 1),
        "linear_parameters: ReLU's bound for linear targets": relu_parameters,
        "linear_parameters: weights squared, linear": linear_parameters.subs(D, D**2),
        "relu_parameters: whatever the probability": relu_parameters.subs(delta, 0),
        "relu_parameters: exponential in the accuracy": relu_parameters.subs(eps, eps**9),
        "large_parameters: small weights as well": relu_parameters,
        "large_parameters: all weights": linear_parameters,
        "large_parameters: weights squared": large_parameters.subs(D, D**2),
        "units: all entries of both layers": large_parameters.subs(D, d_0 * d_1) / (d_0 * (d_0 + d_1)),
        "units: one parameter for each unit": large_parameters.subs(D, d_0 * d_1) / d_0,
        "units: a part in d_1 more": units * (1 + 1 / d_1),
        "units: ReLU's small weights as well": relu_parameters.subs(D, d_0 * d_1) / (d_0 * (d_1 + 1)),
        "unit_excess: one factor 1/ε": unit_excess.subs(power, power - 1),
        "unit_excess: whatever the failure": unit_excess.subs(power, 0),
        "unit_excess: many outputs": unit_excess * d_1 / (d_1 + 1),
        "unit_excess: all items usable": unit_excess.subs(kappa, 2 * kappa),
        "measure: an interval about p alone": 2 * eps,
        "measure: for outputs that are not negative": sp.Piecewise((0, sp.Or(p < 0, q < 0)), (measure, True)),
        "measure: all that are small serve": sp.Piecewise((4 * eps, sp.Max(p, q) <= eps), (measure, True)),
        "measure: an interval about p alone, by cases": sp.Piecewise((eps, p > eps), (measure, True)),
    },
)
