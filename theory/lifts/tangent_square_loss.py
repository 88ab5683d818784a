"""L13: the rate of gradient flow from tangents of low loss is better for the square loss."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.lifts.tangent import (
    FLOW,
    GOAL,
    L_0,
    LOSS,
    MODEL,
    PARAMETER,
    REACHED,
    SLOPE,
    START,
    STEP,
    TANGENT,
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
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis
from sparse_limits.theory.reasons import Relations, nonnegative, same

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

STEPS = proof(
    r"""
residual (a definition): $\rho=F-f^*$ has the norm $[[residual]]$. For the $u$ in the definition of $A(\kappa,\varepsilon)$, the norm of
$\rho+dF\,u$ is at most $[[reached_residual]]$.

most (from residual; by Cauchy–Schwarz): So $\langle\rho,\rho+dF\,u\rangle\le[[most_product]]$.

pulled back (by chain rule): $\langle\rho,dF\,u\rangle=\langle\nabla L,u\rangle$, and $\dot L=-\|\nabla L\|^2$.

least (from residual, pulled back; by Cauchy–Schwarz): With $g=\|\nabla L\|$, $\langle\rho,\rho+dF\,u\rangle=\|\rho\|^2+\langle\nabla
L,u\rangle\ge[[least_product]]$.

gradient (from most, least): The lower bound of *least* is at most the upper bound of *most* only if $g\ge[[square_gradient_bound]]$.

faster (from gradient): This exceeds the bound of L12, $(L-\varepsilon)/\kappa$, by $[[faster]]$.

descent (from pulled back; by integration): By *pulled back* the loss never grows. Once it is at most $\varepsilon$, it stays so, and it is
below all claimed bounds. Otherwise let $\sqrt L>\sqrt\varepsilon$ on $[0,t]$.

fall of the root (from gradient, descent): The derivative of $\sqrt L$ is $-g^2/2\sqrt L\le-[[root_fall]]$.

third power (from fall of the root): This is at most $-[[cubic_fall]]$, with equality only for $\varepsilon=0$.

reciprocal (from third power): So the derivative of $(\sqrt L-\sqrt\varepsilon)^{-2}$ is at least $[[square_gain]]$.

integral (from reciprocal; by integration): Hence $(\sqrt L-\sqrt\varepsilon)^{-2}\ge[[inverse_square]]$.

rate (from descent, integral): Solved for $L$, this is $L\le[[square_rate]]$; in the first case the loss has not grown.

first fall (from rate): At $t=0$ this rate falls by $[[first_fall]]$ per unit of time.

crossover (from first fall): At that time the rate of L12 falls by $(L_0-\varepsilon)^2/\kappa^2$ per unit of time. This is less if and only
if $\sqrt{L_0/\varepsilon}>[[crossover]]$.

end (from rate): In the end the rate exceeds $\varepsilon$ by $[[approach]]/\sqrt t$, to first order.

integral over the loss (from faster, descent, third power, rate; by integration): The time down to $\eta$ is the integral of $1/g^2$ over
the loss from $\eta$ to $L_0$. It is at most the same integral with the bound of *gradient* in place of $g$. The latter is no longer than
the time of L12, by *faster*, and no longer than the time of the rate, by *third power*.

time (from gradient, integral over the loss): This integral is $[[square_hitting_time]]$.

too much (from gradient): $2(L-\varepsilon)/\kappa$ exceeds the bound of *gradient* by $[[too_much]]$, which is positive for
$L>\varepsilon>0$.

example (a definition): On one data point, with $f^*=0$ and one parameter $x$, let $F(x)=[[output]]$.

slope (from example): Since $-F'(x)=[[output_slope]]$, the tangent step $u=\kappa$ reaches exactly $\sqrt{2\varepsilon}$.

attained (from slope, gradient, time, rate, too much): The loss of the example, $\frac12F^2=[[square_example]]$, has the slope $-FF'$. This
is the bound of *gradient*, so that $2(L-\varepsilon)/\kappa$ is not a bound. So the flow takes the *time* and, for $\varepsilon=0$, has the
*rate*.
""",
    globals(),
)

forgets_logarithm = (
    kappa**2 / 2 * (1 / (sp.sqrt(eta) - sp.sqrt(epsilon)) - 1 / (sp.sqrt(L_0) - sp.sqrt(epsilon))) / sp.sqrt(epsilon)
)


e, y, u = sp.symbols("e y u", positive=True)  # √ε, √L − √ε or √L_0 − √ε, and a time


root, floor = sp.sqrt(L), sp.sqrt(epsilon)


def norms_are_multiplied(residual: sp.Expr, reached_residual: sp.Expr, most_product: sp.Expr) -> Relations:
    """Each is the root of twice a loss."""
    yield same(most_product, residual * reached_residual)
    yield same(residual**2 / 2, L)
    yield same(reached_residual**2 / 2, epsilon)


square_loss_rate = Claim(
    label="L13",
    title="A rate for the square loss, four times as fast for ε = 0",
    headline=r"For the square loss and $\varepsilon=0$ the rate of L12 is four times as fast, $L(\theta(t))\le1/(1/L_0+4t/\kappa^2)$. For $\varepsilon>0$ there is also a bound, which in the end falls more slowly than that of L12.",
    statement=r"""
In L12 let $\ell(f)=\frac12\|f-f^*\|^2$. If $\theta\in A(\kappa,\varepsilon)$, then $\|\nabla L\|\ge[[square_gradient_bound]]$, whatever
$L$ is; this bound is at least $(L-\varepsilon)/\kappa$.

**The rate.** If $\theta(s)\in A(\kappa,\varepsilon)$ on $[0,t]$ and $L_0>\varepsilon$, then
$$\big(\sqrt{L(\theta(t))}-\sqrt\varepsilon\big)^{-2}\ge[[inverse_square]]\quad\text{while }L>\varepsilon,$$ and so
$$L(\theta(t))\le[[square_rate]].$$ For $\varepsilon=0$ this is $L\le1/(1/L_0+4t/\kappa^2)$, four times as fast as L12. For
$\varepsilon>0$ this bound falls faster than that of L12 at first if and only if $\sqrt{L_0/\varepsilon}>[[crossover]]$. It falls more
slowly in the end, where it exceeds $\varepsilon$ by $[[approach]]/\sqrt t$ to first order: take the smaller of the two.

**The time.** If $\theta\in A(\kappa,\varepsilon)$ for as long as $L>\eta$, the loss has fallen to $\eta$ by the time
$$[[square_hitting_time]].$$

**Sharpness.** The bound on the gradient and this time are sharp for every $\varepsilon$: they are attained along the flow of
$F(x)=\sqrt{2L(x)}$, $L(x)=[[square_example]]$, with $f^*=0$ on one data point. The explicit rate is sharp for $\varepsilon=0$ only.
Otherwise it lies above the inverse function of that time, which lies below the bound of L12 as well. The bound $2(L-\varepsilon)/\kappa$
on the gradient is false wherever the bound above is attained and $L>\varepsilon>0$.
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "beyond Theorem 2.1"),
    provenance=Provenance.EXTENSION,
    quantities=(STEP, REACHED, START, LOSS, GOAL, TIME, PARAMETER, SLOPE),
    hypotheses=(
        Hypothesis("the loss is half the squared distance in $L^2(D)$"),
        FLOW,
        Hypothesis("the flow starts above what tangent steps reach", epsilon < L_0, needed_by=("inverse_square",)),
        descent("square_example"),
    ),
    named={"b": sp.sqrt(L_0) - sp.sqrt(epsilon)},
    symbols={
        **TANGENT,
        **MODEL,
        "f": "output",
        "f^*": "target",
        "s": "time up to $t$",
    },
    uses=("L12",),
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
    because={
        "most": norms_are_multiplied,
        "least": lambda residual, least_product: same(least_product, residual**2 - kappa * g),
        "gradient": lambda most_product, least_product, square_gradient_bound: same(
            most_product - least_product, kappa * (g - square_gradient_bound), by=sp.expand
        ),
        "faster": lambda gradient_bound, square_gradient_bound, faster: (
            same(square_gradient_bound - gradient_bound, faster, by=sp.expand),
            nonnegative(faster, (root - floor) ** 2 / kappa),
        ),
        "third power": lambda root_fall, cubic_fall: nonnegative(
            root_fall - cubic_fall, 2 * floor * (root - floor) ** 2 / kappa**2, by=sp.expand
        ),
        "reciprocal": lambda cubic_fall, square_gain: same(
            square_gain, sp.diff((y - floor) ** -2, y).subs(y, root) * -cubic_fall
        ),
        "integral": lambda square_gain, inverse_square: same(
            inverse_square, (sp.sqrt(L_0) - floor) ** -2 + square_gain * t, by=sp.expand
        ),
        "too much": lambda square_gradient_bound, too_much: (
            same(too_much, 2 * (L - epsilon) / kappa - square_gradient_bound, by=sp.expand),
            nonnegative(too_much.subs({L: (e + y) ** 2, epsilon: e**2}), 2 * e * y / kappa),
        ),
        "slope": lambda reached_residual, output, output_slope: (
            same(output_slope, -sp.diff(output, x), by=sp.expand),
            same(output - kappa * output_slope, reached_residual, by=sp.expand),
        ),
    },
    wrong=lambda: {
        "square_hitting_time: forgets the logarithm": forgets_logarithm,
        "square_hitting_time: the time of any loss": hitting_time,
        "square_gradient_bound: forgets the cross term": 2 * (L - epsilon) / kappa,
        "square_gradient_bound: the constant of any loss": gradient_bound,
        "square_rate: κ in place of κ²": square_rate.subs(kappa, sp.sqrt(kappa)),
        "square_rate: as if ε were 0": square_rate.subs(epsilon, 0),
        "square_rate: half of κ": square_rate.subs(kappa, kappa / 2),
        "square_rate: a tenth of κ": square_rate.subs(kappa, kappa / 10),
        "square_rate: as if ε were 0, and t squared": 1 / (1 / L_0 + 4 * t / kappa**2),
        "square_rate: ε beside it": epsilon + 1 / (1 / (L_0 - epsilon) + 4 * t / kappa**2),
        "square_rate: factor 2": square_rate.subs(kappa, sp.sqrt(2) * kappa),
        "most_product: the norm of the residual twice": 2 * L,
        "residual: the loss for the norm": L,
        "reached_residual: the loss that is reached for its norm": epsilon,
        "least_product: one loss": least_product - L,
        "least_product: uphill": 2 * L + kappa * g,
        "faster: the difference of the losses": (L - epsilon) / kappa,
        "faster: of the roots": (root - floor) / kappa,
        "root_fall: of the loss": 2 * root * root_fall,
        "root_fall: κ in place of κ²": kappa * root_fall,
        "cubic_fall: the second": 2 * (root - floor) ** 2 / kappa**2,
        "cubic_fall: κ in place of κ²": kappa * cubic_fall,
        "square_gain: κ in place of κ²": 4 / kappa,
        "square_gain: of a reciprocal that is not squared": 2 * (root - floor) / kappa**2,
        "inverse_square: factor 2": inverse_square - 2 * t / kappa**2,
        "inverse_square: no roots": 1 / (L_0 - epsilon) + 4 * t / kappa**2,
        "first_fall: of the root": first_fall / (2 * sp.sqrt(L_0)),
        "first_fall: that of any loss": ((L_0 - epsilon) / kappa) ** 2,
        "too_much: the difference to L12": faster,
        "too_much: the whole bound": square_gradient_bound,
        "output: a tangent to 0": output - sp.sqrt(2) * floor,
        "square_example: a tangent to 0": square_example.subs(epsilon, 0),
        "square_example: twice the slope": square_example.subs(kappa, kappa / 2),
    },
)
