"""L13: the rate of gradient flow from tangents of low loss is better for the square loss."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.lifts.tangent import (
    FLOW,
    GOAL,
    L_0,
    LOSS,
    PARAMETER,
    REACHED,
    SLOPE,
    START,
    STEP,
    TIME,
    L,
    descent,
    epsilon,
    eta,
    from_above,
    g,
    gradient_bound,
    hitting_time,
    kappa,
    rate,
    t,
    x,
)
from sparse_limits.theory.quantities import Hypothesis
from sparse_limits.theory.steps import Carrier, Step

_start, _goal, _floor, _now = sp.sqrt(L_0), sp.sqrt(eta), sp.sqrt(epsilon), sp.sqrt(L)
residual, reached_residual = sp.sqrt(2 * L), sp.sqrt(2 * epsilon)
most_product = 2 * _now * _floor
least_product = 2 * L - kappa * g
square_gradient_bound = 2 * _now * (_now - _floor) / kappa
faster = (_now - _floor) ** 2 / kappa
too_much = 2 * _floor * (_now - _floor) / kappa
root_fall = 2 * _now * (_now - _floor) ** 2 / kappa**2
cubic_fall = 2 * (_now - _floor) ** 3 / kappa**2
square_gain = 4 / kappa**2
inverse_square = 1 / (_start - _floor) ** 2 + 4 * t / kappa**2
square_rate = from_above((_floor + 1 / sp.sqrt(inverse_square)) ** 2)
square_hitting_time = sp.Piecewise(
    (0, eta >= L_0),
    (kappa**2 / 4 * (1 / eta - 1 / L_0), sp.Eq(epsilon, 0) & (eta > 0)),
    (
        kappa**2
        / 2
        * (
            (1 / (_goal - _floor) - 1 / (_start - _floor)) / _floor
            - sp.log(_goal * (_start - _floor) / (_start * (_goal - _floor))) / epsilon
        ),
        eta > epsilon,
    ),
    (no_guarantee, True),
)
first_fall = 4 * _start * (_start - _floor) ** 3 / kappa**2
crossover = 1 + 2 / sp.sqrt(3)
approach = kappa * _floor
output = sp.sqrt(2) * (_floor + (_start - _floor) * sp.exp(-x / kappa))
output_slope = sp.sqrt(2) * (_start - _floor) * sp.exp(-x / kappa) / kappa
square_example = (_floor + (_start - _floor) * sp.exp(-x / kappa)) ** 2

STEPS = (
    Step(
        name="residual",
        sentence=r"""$\rho=F-f^*$ has the norm $[[residual]]$. With the $u$ of $A(\kappa,\varepsilon)$, $\rho+dF\,u$ has at most the norm
$[[reached_residual]]$.""",
        by=Carrier.DEFINED,
        gives={"residual": residual, "reached_residual": reached_residual},
    ),
    Step(
        name="most",
        sentence=r"So $\langle\rho,\rho+dF\,u\rangle\le[[most_product]]$.",
        by=Carrier.RULE,
        source="Cauchy–Schwarz",
        gives={"most_product": most_product},
        uses=("residual",),
    ),
    Step(
        name="pulled back",
        sentence=r"$\langle\rho,dF\,u\rangle=\langle\nabla L,u\rangle$, and $\dot L=-\|\nabla L\|^2$.",
        by=Carrier.RULE,
        source="chain rule",
    ),
    Step(
        name="least",
        sentence=r"With $g=\|\nabla L\|$, $\langle\rho,\rho+dF\,u\rangle=\|\rho\|^2+\langle\nabla L,u\rangle\ge[[least_product]]$.",
        by=Carrier.RULE,
        source="Cauchy–Schwarz",
        gives={"least_product": least_product},
        uses=("residual", "pulled back"),
    ),
    Step(
        name="gradient",
        sentence=r"The least is at most the most only if $g\ge[[square_gradient_bound]]$.",
        gives={"square_gradient_bound": square_gradient_bound},
        uses=("most", "least"),
    ),
    Step(
        name="faster",
        sentence=r"That is more by $[[faster]]$ than the bound of L12, $(L-\varepsilon)/\kappa$.",
        gives={"faster": faster},
        uses=("gradient",),
    ),
    Step(
        name="descent",
        sentence=r"""By *pulled back* the loss never grows: once it is at most $\varepsilon$, it stays so, and below all that is claimed. Else let
$\sqrt L>\sqrt\varepsilon$ on $[0,t]$.""",
        by=Carrier.RULE,
        source="integration",
        uses=("pulled back",),
    ),
    Step(
        name="fall of the root",
        sentence=r"The derivative of $\sqrt L$ is $-g^2/2\sqrt L\le-[[root_fall]]$.",
        gives={"root_fall": root_fall},
        uses=("gradient", "descent"),
    ),
    Step(
        name="third power",
        sentence=r"This is at most $-[[cubic_fall]]$, with equality only for $\varepsilon=0$.",
        gives={"cubic_fall": cubic_fall},
        uses=("fall of the root",),
    ),
    Step(
        name="reciprocal",
        sentence=r"So the derivative of $(\sqrt L-\sqrt\varepsilon)^{-2}$ is at least $[[square_gain]]$.",
        gives={"square_gain": square_gain},
        uses=("third power",),
    ),
    Step(
        name="integral",
        sentence=r"Hence $(\sqrt L-\sqrt\varepsilon)^{-2}\ge[[inverse_square]]$.",
        by=Carrier.RULE,
        source="integration",
        gives={"inverse_square": inverse_square},
        uses=("reciprocal",),
    ),
    Step(
        name="rate",
        sentence=r"Solved for $L$, this is $L\le[[square_rate]]$; in the first case the loss has not grown.",
        gives={"square_rate": square_rate},
        uses=("descent", "integral"),
    ),
    Step(
        name="first fall",
        sentence=r"At $t=0$ this rate falls by $[[first_fall]]$ in a unit of time.",
        gives={"first_fall": first_fall},
        uses=("rate",),
    ),
    Step(
        name="crossover",
        sentence=r"The rate of L12 falls by $(L_0-\varepsilon)^2/\kappa^2$ there: by less if and only if $\sqrt{L_0/\varepsilon}>[[crossover]]$.",
        gives={"crossover": crossover},
        uses=("first fall",),
    ),
    Step(
        name="end",
        sentence=r"In the end the rate exceeds $\varepsilon$ by $[[approach]]/\sqrt t$, to first order.",
        gives={"approach": approach},
        uses=("rate",),
    ),
    Step(
        name="integral over the loss",
        sentence=r"""The time down to $\eta$ is the integral of $1/g^2$ from $\eta$ to $L_0$, at most that with the bound of $g$. This is no
longer than in L12, by *faster*, nor than the rate takes, by *third power*.""",
        by=Carrier.RULE,
        source="integration",
        uses=("faster", "descent", "third power", "rate"),
    ),
    Step(
        name="time",
        sentence=r"It is $[[square_hitting_time]]$.",
        gives={"square_hitting_time": square_hitting_time},
        uses=("gradient", "integral over the loss"),
    ),
    Step(
        name="too much",
        sentence=r"$2(L-\varepsilon)/\kappa$ exceeds the bound of *gradient* by $[[too_much]]$, which is positive for $L>\varepsilon>0$.",
        gives={"too_much": too_much},
        uses=("gradient",),
    ),
    Step(
        name="example",
        sentence=r"On one data point, with $f^*=0$ and one parameter $x$, let $F(x)=[[output]]$.",
        by=Carrier.DEFINED,
        gives={"output": output},
    ),
    Step(
        name="slope",
        sentence=r"$-F'(x)=[[output_slope]]$, so that the tangent step $u=\kappa$ comes down to $\sqrt{2\varepsilon}$ exactly.",
        gives={"output_slope": output_slope},
        uses=("example",),
    ),
    Step(
        name="attained",
        sentence=r"""Its loss $\frac12F^2=[[square_example]]$ has the slope $-FF'$, which is the bound of *gradient*, so that $2(L-\varepsilon)/\kappa$
is none: the flow takes the *time* and, for $\varepsilon=0$, has the *rate*.""",
        gives={"square_example": square_example},
        uses=("slope", "gradient", "time", "rate", "too much"),
    ),
)

square_loss_rate = Claim(
    label="L13",
    title="The square loss is faster, fourfold where ε = 0",
    statement=r"""
In L12 let $\ell(f)=\frac12\|f-f^*\|^2$. If $\theta\in A(\kappa,\varepsilon)$ then $\|\nabla L\|\ge[[square_gradient_bound]]$, whatever $L$ is,
which is at least $(L-\varepsilon)/\kappa$. If $\theta(s)\in A(\kappa,\varepsilon)$ on $[0,t]$ and $L_0>\varepsilon$,
$$\big(\sqrt{L(\theta(t))}-\sqrt\varepsilon\big)^{-2}\ge[[inverse_square]]\quad\text{while }L>\varepsilon,$$ and so $$L(\theta(t))\le[[square_rate]];$$
for $\varepsilon=0$ this is $L\le1/(1/L_0+4t/\kappa^2)$, four times as fast as L12. For $\varepsilon>0$ it falls faster than L12 at first iff
$\sqrt{L_0/\varepsilon}>[[crossover]]$, and slower in the end, $\sqrt t\,(L-\varepsilon)\to[[approach]]$: take the smaller of both. If $\theta\in A(\kappa,\varepsilon)$ for as long as $L>\eta$, the loss is down to $\eta$ by the time
$$[[square_hitting_time]].$$
The bound of the gradient and this time are sharp for every $\varepsilon$, attained along the flow of $F(x)=\sqrt{2L(x)}$,
$L(x)=[[square_example]]$, with $f^*=0$ on one data point; the explicit rate is so for $\varepsilon=0$ only, and otherwise above the inverse of
that time, which is below L12 as well. The bound $2(L-\varepsilon)/\kappa$ of the gradient is false wherever the other is attained and $\varepsilon>0$.
""",
    steps=STEPS,
    source=Source("2501.05930", "beyond Theorem 2.1"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(STEP, REACHED, START, LOSS, GOAL, TIME, PARAMETER, SLOPE),
    hypotheses=(
        Hypothesis("the loss is half the squared distance in $L^2(D)$"),
        FLOW,
        Hypothesis("the flow starts above what tangent steps reach", epsilon < L_0, needed_by=("inverse_square",)),
        descent("square_example"),
    ),
    uses=("L12",),
    expressions={
        "square_gradient_bound": square_gradient_bound,
        "inverse_square": inverse_square,
        "square_rate": square_rate,
        "crossover": crossover,
        "approach": approach,
        "square_hitting_time": square_hitting_time,
        "square_example": square_example,
    },
    aids={"gradient_bound": gradient_bound, "rate": rate, "hitting_time": hitting_time},
    sharp=(
        Sharp(
            expression="square_gradient_bound",
            example="the example of the statement",
            check="square_example_attains",
            side=Side.BELOW,
        ),
        Sharp(expression="square_hitting_time", example="the flow of the example", check="square_example_attains"),
        Sharp(
            expression="square_rate",
            example=r"the flow of the example, for $\varepsilon=0$",
            check="square_example_attains",
        ),
        Sharp(
            expression="inverse_square",
            example=r"the flow of the example, for $\varepsilon=0$",
            check="square_example_attains",
            side=Side.BELOW,
        ),
    ),
)
