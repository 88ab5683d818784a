"""K7: with a fixed number of inputs the kernel is that of the masks, not of the graphon they are drawn from."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.kernel.dual import (
    CAUCHY_SCHWARZ,
    COSINE,
    COVARIANCE,
    FIRST_VARIANCE,
    SECOND_VARIANCE,
    a,
    b,
    c,
    cosine,
    kappa_0,
    kappa_1,
    relu,
)
from theory.quantities import COUNT, COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity
from theory.steps import Carrier, Step

share = sp.Symbol("p", positive=True)  # value of the graphon at an input, at most 1
first, second = sp.symbols("x y", real=True)  # an input's values in x and x′
inputs = sp.Symbol("d", integer=True, positive=True)
agreeing = sp.Symbol("A", integer=True, nonnegative=True)  # inputs where x and x′ of signs ±1 agree
opposed = sp.Symbol("B", integer=True, nonnegative=True)  # and those where they do not
multiple = sp.Symbol("lambda", positive=True)  # x′ = λx
kept, kept_agreeing = sp.symbols("k i", integer=True, nonnegative=True)

row_kernel = relu.value + c * relu.slope
parallel = 2 * multiple * a

determinant = a * b - c**2
bend = 3 * a * b - 2 * c**2
hessian = sp.ImmutableMatrix(
    [
        [(2 * c**2 * bend - a**2 * b**2) / (4 * a**2), a * b / 4, -c * bend / (2 * a)],
        [a * b / 4, (2 * c**2 * bend - a**2 * b**2) / (4 * b**2), -c * bend / (2 * b)],
        [-c * bend / (2 * a), -c * bend / (2 * b), bend],
    ]
) / (sp.pi * determinant ** sp.Rational(3, 2))
products = sp.Matrix([first**2, second**2, first * second])  # ξ
covariance = share * (1 - share) / inputs**2 * (products * products.T).as_immutable()  # of what an input adds to S_M
across = first * second / sp.sqrt(a * b) - cosine * (first**2 / a + second**2 / b) / 2
along = first**2 / a - second**2 / b
gap = (
    share
    * (1 - share)
    * sp.sqrt(a * b)
    * ((3 - 2 * cosine**2) * across**2 - (1 - cosine**2) * (1 - 2 * cosine**2) * along**2 / 4)
    / (2 * sp.pi * inputs**2 * (1 - cosine**2) ** sp.Rational(3, 2))
)

angular = kappa_1 + cosine * kappa_0  # h
signs_kernel = share * angular
signs_gap = (1 - share) * (3 - 2 * cosine**2) / (2 * sp.pi * inputs * sp.sqrt(1 - cosine**2))
signs_curvature = (3 - 2 * cosine**2) / (sp.pi * (1 - cosine**2) ** sp.Rational(3, 2))
chance = sp.binomial(agreeing, kept_agreeing) * sp.binomial(opposed, kept - kept_agreeing)
kept_share = share**kept * (1 - share) ** (agreeing + opposed - kept) * kept / (agreeing + opposed)
signs_weight = kept_share * chance
kept_cosine = (2 * kept_agreeing - kept) / kept
mean_cosine = (agreeing - opposed) / (agreeing + opposed)
signs_quenched = sp.Sum(
    kept_share * sp.Sum(chance * angular.subs(cosine, kept_cosine), (kept_agreeing, 0, kept)),
    (kept, 1, agreeing + opposed),
)

STEPS = (
    Step(
        name="wide networks",
        sentence=r"""Neurons are iid, and what one adds to the tangent kernel has a mean, since the moments of a normal law are finite. As
$n\to\infty$ the kernel tends to that mean, $E[\varphi\varphi'+\alpha^2\dot\varphi\dot\varphi'\frac1d\sum_jM_jx_jx_j']$, where the readout weight
$\alpha$ is independent and $E\alpha^2=1$.""",
        by=Carrier.RULE,
        source="large numbers",
    ),
    Step(
        name="given a row",
        sentence=r"""Given $M$ the preactivations are normal with covariance $S_M$, and for these K1 has the mean of either product,
$F$ and its slope $\partial_cF=\kappa_0$.""",
        by=Carrier.CLAIM,
        source="K1",
        uses=("wide networks",),
    ),
    Step(
        name="row kernel",
        sentence=r"At $S_M=(a,b,c)$ that is $F+c\,\partial_cF$, $[[row_kernel]]$; a row that keeps none of an input adds $0$.",
        gives={"row_kernel": row_kernel},
        uses=("given a row",),
    ),
    Step(
        name="parallel inputs",
        sentence=r"""For $x'=\lambda x$ the row kernel at $(a,\lambda^2a,\lambda a)$ is $[[parallel]]$ if $\lambda>0$, and else $0$: it is
linear in $S_M$, and its mean over masks is its value at the mean.""",
        gives={"parallel": parallel},
        uses=("row kernel",),
    ),
    Step(
        name="near the mean",
        sentence=r"""For bounded inputs, $S_M$ leaves a ball around $S_W$ with a probability exponentially small in $d$, as each of its
coordinates is a mean of independent bounded numbers. As $F_\Theta$ is bounded for bounded inputs, so is its part in the mean.""",
        by=Carrier.RULE,
        source="Hoeffding",
        uses=("row kernel",),
    ),
    Step(
        name="expansion",
        sentence=r"""The $S_W$ with $a,b\ge s$, $c^2\le(1-\epsilon)ab$ and entries up to $\beta^2$ are a compact set inside $c^2<ab$, where $F_\Theta$ is
analytic: balls of one radius around them have one bound for the derivatives of order four. In a ball the polynomial of order three errs by
$O(|S_M-S_W|^4)$.""",
        by=Carrier.RULE,
        source="Taylor",
        uses=("near the mean",),
    ),
    Step(
        name="moments",
        sentence=r"""$S_M-S_W$ is $\frac1d$ times a sum of $d$ independent bounded vectors of mean $0$. So its covariance is the sum of theirs; its
third moments are $d^{-3}$ times $d$ bounded terms, its fourth $d^{-4}$ times at most $3d^2$, all $O(d^{-2})$, while the mean of the linear term is $0$.""",
        by=Carrier.RULE,
        source="independence",
        uses=("expansion",),
    ),
    Step(
        name="covariance of an input",
        sentence=r"Input $j$ adds $\frac1dM_j\xi_j$ to $S_M$, whose covariance is $[[covariance]]$, by the two values of $M_j$.",
        gives={"covariance": covariance},
        uses=("moments",),
    ),
    Step(
        name="Hessian",
        sentence=r"The second derivatives of the *row kernel* by $a$, $b$, $c$ are $[[hessian]]$.",
        gives={"hessian": hessian},
        uses=("row kernel",),
    ),
    Step(
        name="gap",
        sentence=r"Half the trace of this *Hessian* times the *covariance of an input* is, with $c=r\sqrt{ab}$, $[[gap]]$.",
        gives={"gap": gap},
        uses=("covariance of an input", "Hessian"),
    ),
    Step(
        name="gap of signs",
        sentence=r"""For signs $S_W=p(1,1,r)$, of the $d$ inputs $d\frac{1+r}2$ agree and $d\frac{1-r}2$ differ, and what they add to the gap is
$[[signs_gap]]$.""",
        gives={"signs_gap": signs_gap},
        uses=("gap",),
    ),
    Step(
        name="weights",
        sentence=r"""A row keeps $k$ inputs, $i$ of them agreeing, with a probability that is, times $\frac kd$, $[[signs_weight]]$; then
$S_M=\frac kd(1,1,\frac{2i-k}k)$.""",
        gives={"signs_weight": signs_weight},
    ),
    Step(
        name="cosines",
        sentence=r"The row kernel at $s(1,1,r)$ is $s\,h(r)$ with $h(r)=[[angular]]$.",
        gives={"angular": angular},
        uses=("row kernel",),
    ),
    Step(
        name="mean over masks",
        sentence=r"So the quenched kernel is the sum of $h$ at the cosines $\frac{2i-k}k$ with these *weights*, $[[signs_quenched]]$.",
        gives={"signs_quenched": signs_quenched},
        uses=("weights", "cosines"),
    ),
    Step(
        name="mean cosine",
        sentence=r"""The weights have the sum $p$ and the mean cosine $r=[[mean_cosine]]$, that of $S_W$: each kept input adds $\frac1d$ to
$\frac kd$, and $\pm\frac1d$ to $\frac kd$ times the cosine.""",
        gives={"mean_cosine": mean_cosine},
        uses=("weights",),
    ),
    Step(
        name="convex",
        sentence=r"""$h''=[[signs_curvature]]$, positive inside $(-1,1)$ since $3-2r^2=1+2(1-r^2)$. As $h$ is continuous, it is strictly convex on
$[-1,1]$.""",
        gives={"signs_curvature": signs_curvature},
        uses=("cosines",),
    ),
    Step(
        name="lower bound",
        sentence=r"""So the sum of $h$ with the weights is at least $p\,h(r)$, and equal only if one cosine has all the weight. For $0<p<1$ and
$A,B\ge1$ it has not: with one input kept the cosine is $1$ or $-1$. For $p=1$ all inputs are kept, and for $A=0$ or $B=0$ they are parallel.""",
        by=Carrier.RULE,
        source="Jensen",
        uses=("parallel inputs", "mean over masks", "mean cosine", "convex"),
    ),
    Step(
        name="graphon kernel",
        sentence=r"That lower bound is the graphon kernel $F_\Theta(p,p,pr)=[[signs_kernel]]$.",
        gives={"signs_kernel": signs_kernel},
        uses=("cosines", "lower bound"),
    ),
)

quenched_kernel = Claim(
    label="K7",
    title="The graphon limit needs many inputs",
    statement=r"""
One hidden layer, dense readout, rows of the mask independent with entries $M_j\sim\mathrm{Bernoulli}(W_j)$ independent
of the weights, $S_M=\frac1d\sum_jM_j\xi_j$ with $\xi_j=(x_j^2,x_j'^2,x_jx_j')$, $S_W=ES_M$. With
$F_\Theta=F+c\,\kappa_0$ of K1,
$$F_\Theta(a,b,c)=[[row_kernel]]$$
(and $0$ at $0$), as $n\to\infty$ at fixed $d$ the tangent kernel tends to the *quenched*
$$E_MF_\Theta(S_M),\quad\text{not to the graphon kernel }F_\Theta(S_W)$$
of K2 (averaged over $u$, if $W$ depends on it). They are equal where $x'$ is a multiple of $x$. If
$|x_j|,|x_j'|\le\beta$, $a,b\ge s>0$ and $c^2\le(1-\epsilon)ab$ at $S_W=(a,b,c)$, then as $d\to\infty$
$$E_MF_\Theta(S_M)-F_\Theta(S_W)=\tfrac12\mathrm{tr}(HC)+O(d^{-2}),$$
with the covariance $C$ of $S_M$ and the Hessian of $F_\Theta$,
$$H=[[hessian]].$$
Input $j$ adds to it, with $p=W_j$, $(x,y)=(x_j,x_j')$ and $r=c/\sqrt{ab}$,
$$[[gap]].$$
**Signs.** For
$x,x'\in\{\pm1\}^d$ that agree in $A$ and differ in $B$ places, and a constant density $p$, the quenched kernel is
$$[[signs_quenched]],$$
the graphon kernel $[[signs_kernel]]$ at the cosine $r=\frac{A-B}d$. If $|r|\le1-\epsilon$, the gap is
$[[signs_gap]]+O(d^{-2})$:
relative to the kernel of order $\frac{1-p}{pd}$, it is governed by the number $pd$ of kept inputs. **Its sign**, at
every $d$: for
$0<p<1$ the quenched kernel exceeds the graphon kernel if $|r|<1$, that is $A,B\ge1$; at $r=\pm1$ or $p=1$ they are
equal. For
$h=\kappa_1+r\kappa_0$ has $h''=[[signs_curvature]]>0$ on $(-1,1)$, and the quenched kernel is the mean of $h$ at the
cosines
$\frac{2i-k}k$ of what rows with $k$ kept inputs, $i$ of them agreeing, keep, with the weights $[[signs_weight]]$,
whose sum is $p$
and whose mean cosine is $r$.
""",
    steps=STEPS,
    source=Source("2510.17515", "the title, “The Graphon Limit Hypothesis”, and its reading reported second-hand"),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        FIRST_VARIANCE.drawn_from(2, 3),
        SECOND_VARIANCE.drawn_from(2, 3),
        COVARIANCE.drawn_from(sp.Rational(-3, 2), sp.Rational(3, 2)),
        COSINE,
        Quantity(
            share,
            "value of the graphon at an input, the probability that its edge is kept",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        Quantity(first, "coordinate of the first input", sp.S.Reals),
        Quantity(second, "coordinate of the second input, at the same place", sp.S.Reals),
        Quantity(multiple, "factor of two parallel inputs, the second over the first", POSITIVE),
        Quantity(inputs, "number of input coordinates", COUNT),
        Quantity(agreeing, "number of places at which two inputs of signs agree", COUNT_FROM_ZERO, drawn=(1, 5)),
        Quantity(opposed, "number of places at which two inputs of signs differ", COUNT_FROM_ZERO, drawn=(1, 5)),
        Quantity(kept, "number of places that a row keeps", COUNT_FROM_ZERO, drawn=(1, 5)),
        Quantity(
            kept_agreeing,
            "number of places that a row keeps and at which the inputs agree",
            COUNT_FROM_ZERO,
            drawn=(0, 1),
        ),
    ),
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis("kept places that agree are some of those that agree", kept_agreeing <= agreeing),
        Hypothesis("kept places that agree are some of those kept", kept_agreeing <= kept),
        Hypothesis("kept places that differ are some of those that differ", kept - kept_agreeing <= opposed),
        Hypothesis("inputs with a coordinate", agreeing + opposed >= 1, needed_by=("signs_weight",)),
        Hypothesis(
            "for the quenched kernel, inputs that agree somewhere (else it is 0, as is the graphon kernel)",
            agreeing >= 1,
            needed_by=("signs_quenched",),
        ),
        Hypothesis("masks independent of the weights, one hidden ReLU layer with dense readout"),
        Hypothesis("for the Hessian, a covariance that does not degenerate", c**2 < a * b, needed_by=("hessian",)),
        Hypothesis(
            "for the gap, inputs that are not parallel",
            sp.And(cosine > -1, cosine < 1),
            needed_by=("gap", "signs_gap", "signs_curvature"),
        ),
        Hypothesis("for the gap, bounded inputs"),
        Hypothesis("for its sign, inputs of signs and one density $p$"),
    ),
    uses=("K1", "K2"),
    expressions={
        "row_kernel": row_kernel,
        "hessian": hessian,
        "gap": gap,
        "signs_quenched": signs_quenched,
        "signs_kernel": signs_kernel,
        "signs_gap": signs_gap,
        "signs_curvature": signs_curvature,
        "signs_weight": signs_weight,
    },
    pitfalls=(
        Pitfall(
            control="the graphon kernel",
            said="As the width grows the kernel tends to that of the graphon, whatever the number of inputs.",
            by=(
                "What one might expect from the title of arXiv:2510.17515, “The Graphon Limit Hypothesis”, "
                "as it is reported second-hand."
            ),
            why=(
                "Every unit has a mask of its own, and the kernel is curved in the covariance that the "
                "mask leaves: the mean over masks is not the value at the mean mask."
            ),
            counterexample="two_inputs",
            by_hand=(
                r"$d=2$, $x=(1,1)$, $x'=(1,-1)$, density $\frac12$. Of the four masks of a row nothing kept "
                "gives $0$, the first input alone $1$ (there $x$ and $x'$ agree), the second alone $0$ "
                r"(they are opposite), both $\frac1\pi$: the mean is $\frac14+\frac1{4\pi}\approx0.330$. "
                r"The graphon's kernel is $\frac1{2\pi}\approx0.159$."
            ),
            instead=(
                r"At fixed $d$ the limit is the mean over masks; the gap closes like $\frac{1-p}{pd}$, the "
                "number $pd$ of kept inputs."
            ),
        ),
    ),
    aids={
        "products": products,
        "two_inputs": ((1, 1), (1, -1)),
    },
)
