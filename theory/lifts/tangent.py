"""L12: a tangent that reaches low loss within a bounded step makes gradient flow fast."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same

kappa = sp.Symbol("kappa", positive=True)  # how long a tangent step may be
epsilon = sp.Symbol("epsilon", nonnegative=True)  # the loss that it reaches
L_0 = sp.Symbol("L_0", nonnegative=True)  # at time 0
L = sp.Symbol("L", nonnegative=True)  # now
t = sp.Symbol("t", nonnegative=True)
eta = sp.Symbol("eta", nonnegative=True)  # a loss to be reached
x = sp.Symbol("x", nonnegative=True)  # the parameter of an example with one
g = sp.Symbol("g", nonnegative=True)  # the length of the gradient

STEP = Quantity(kappa, "greatest length of a tangent step", POSITIVE)
REACHED = Quantity(
    epsilon, "loss that a tangent step reaches", NON_NEGATIVE, drawn=(sp.Rational(1, 20), sp.Rational(1, 2))
)
START = Quantity(L_0, "loss at the start", NON_NEGATIVE, drawn=(sp.Rational(6, 5), 3))
LOSS = Quantity(L, "loss now", NON_NEGATIVE, drawn=(sp.Rational(3, 5), 1))
GOAL = Quantity(eta, "loss that is to be reached", NON_NEGATIVE, drawn=(sp.Rational(3, 5), 1))
TIME = Quantity(t, "time of training, since the start", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4))
PARAMETER = Quantity(
    x, "parameter of an example that has one, counted from the start", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4)
)

SLOPE = Quantity(g, "length of the gradient of the loss", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4))

# The letters of sentences on models whose linearisation reaches low loss
TANGENT = {
    r"\theta": "parameters of the model",
    r"A(\kappa,\varepsilon)": r"set of the parameters from which a step of length at most $\kappa$ in the linearisation of the model "
    r"reaches a loss of at most $\varepsilon$",
}
MODEL = {"F": "output of the model, as a function of its parameters", r"\ell": "loss, as a function of the output"}


def from_above(formula: sp.Expr) -> sp.Expr:
    """A bound of the loss for L_0 > ε; from L_0 ≤ ε nothing is known but that it never grows."""
    return sp.Piecewise((L_0, epsilon >= L_0), (formula, True))


def to_reach(formula: sp.Expr) -> sp.Expr:
    """What it takes to come down to the loss η > ε: nothing if that is where the flow starts."""
    return sp.Piecewise((0, eta >= L_0), (formula, eta > epsilon), (no_guarantee, True))


least_reached = L - kappa * g
gradient_bound = (L - epsilon) / kappa
fall = ((L - epsilon) / kappa) ** 2
gain = kappa**-2
inverse = 1 / (L_0 - epsilon) + t / kappa**2
rate = from_above(epsilon + kappa**2 / (t + kappa**2 / (L_0 - epsilon)))
simple_rate = epsilon + kappa**2 / t
hitting_time = to_reach(kappa**2 * (1 / (eta - epsilon) - 1 / (L_0 - epsilon)))
example_loss = epsilon + (L_0 - epsilon) * sp.exp(-x / kappa)
example_slope = (L_0 - epsilon) / kappa * sp.exp(-x / kappa)
example_position = kappa * sp.log(1 + (L_0 - epsilon) * t / kappa**2)

SETTING = r"""
Let $\ell$ be convex and differentiable on $L^2(D)$, let $F:\mathbb R^p\to L^2(D)$ be of class $C^1$ with locally Lipschitz derivative,
and let $L(\theta)=\ell(F(\theta))$. Let $A(\kappa,\varepsilon)$ be the set of all $\theta$ for which there is a $u$ with
$\|u\|\le\kappa$ and $\ell(F(\theta)+dF(\theta)u)\le\varepsilon$. Let $\dot\theta=-\nabla L(\theta)$ on $[0,t]$, and $L_0=L(\theta(0))$.
"""
CONVEX = Hypothesis("the loss is convex and differentiable, the parametrisation of class $C^1$")
FLOW = Hypothesis("the curve is a solution of the flow itself, not of a discretisation")


def descent(*needed_by: str) -> Hypothesis:
    """The hypothesis of an example, whose flow starts no lower than the loss that tangent steps reach."""
    return Hypothesis(
        "the flow of the example starts no lower than what tangent steps reach", epsilon <= L_0, needed_by
    )


GRADIENT_STEPS = proof(
    r"""
tangent (by convexity): For the $u$ in the definition of $A(\kappa,\varepsilon)$,
$\varepsilon\ge\ell(F+dF\,u)\ge\ell(F)+\langle\nabla\ell(F),dF\,u\rangle$.

pulled back (by chain rule): $\langle\nabla\ell(F),dF\,u\rangle=\langle\nabla L,u\rangle$ and $\dot L=-\|\nabla L\|^2$.

length (from tangent, pulled back; by Cauchy–Schwarz): With $g=\|\nabla L\|$, the loss that the tangent step reaches is at least
$[[least_reached]]$.

gradient (from length): This is at most $\varepsilon$ only if $g\ge[[gradient_bound]]$; for $\kappa=0$ there is no such $g$ if
$L>\varepsilon$.
""",
    globals(),
)

STEPS = proof(
    r"""
[[GRADIENT_STEPS]]

descent (from pulled back; by integration): By *pulled back* the loss never grows. Once it is at most $\varepsilon$, it stays so, and it is
below all claimed bounds. Otherwise let $y=L-\varepsilon>0$ on $[0,t]$.

fall (from gradient, descent): $\dot y=-g^2\le-[[fall]]$.

reciprocal (from fall): So the derivative of $\frac1y$, which is $-\dot y/y^2$, is at least $[[gain]]$.

integral (from reciprocal; by integration): Hence $\frac1y\ge[[inverse]]$, with equality if $\dot y$ is always equal to its bound.

rate (from descent, integral): Solved for $L$, this is $L\le[[rate]]$; in the first case the loss has not grown.

simple rate (from rate): This rate is at most $[[simple_rate]]$, its limit for $L_0\to\infty$.

time (from rate): The rate is $\eta$ at the time $[[hitting_time]]$.

example (a definition): Let $\ell(z)=z$ and, for one parameter $x$, $F(x)=[[example_loss]]$.

slope (from gradient, example): In the example $g=[[example_slope]]$, which is the bound of *gradient*: the tangent step $u=\kappa$ reaches
exactly $\varepsilon$.

flow (from slope, rate, time): So all inequalities are equalities along the flow of the example, which is $x(t)=[[example_position]]$: its
loss is the *rate*, and it is $\eta$ at the *time*.
""",
    globals(),
)

linear_rate = epsilon + (L_0 - epsilon) * sp.exp(-t / kappa**2)


first_power = epsilon + kappa / (t + kappa / (L_0 - epsilon))


def reciprocals_are_integrated(gain: sp.Expr, inverse: sp.Expr) -> Relations:
    """Start and derivative."""
    yield same(inverse.subs(t, 0), 1 / (L_0 - epsilon))
    yield same(sp.diff(inverse, t), gain)
    yield same(inverse, 1 / (L_0 - epsilon) + gain * t, by=sp.expand)


def example_has_the_slope_of_the_bound(
    example_loss: sp.Expr, example_slope: sp.Expr, gradient_bound: sp.Expr
) -> Relations:
    """It starts at L_0; its tangent reaches ε with the step κ; its slope is the bound."""
    yield same(example_loss.subs(x, 0), L_0)
    yield same(example_slope, -sp.diff(example_loss, x), by=sp.expand)
    yield same(example_loss - example_slope * kappa, epsilon, by=sp.expand)
    yield same(example_slope, gradient_bound.subs(L, example_loss), by=sp.expand)


tangent_rate = Claim(
    label="L12",
    title="A tangent step that reaches low loss gives a rate of convergence",
    headline=r"Train a model with a convex loss by gradient flow. If at all times a step of length at most $\kappa$ in its linearisation reaches a loss of at most $\varepsilon$, then at the time $t$ the loss is at most $$[[simple_rate]].$$",
    statement=SETTING
    + r"""
Let $\theta\in A(\kappa,\varepsilon)$. If $\kappa>0$, then $\|\nabla L(\theta)\|\ge[[gradient_bound]]$, which says nothing for
$L(\theta)\le\varepsilon$; if $\kappa=0$, then $L(\theta)>\varepsilon$ is impossible. If $\theta(s)\in A(\kappa,\varepsilon)$ for all
$s\in[0,t]$, then
$$L(\theta(t))\le[[rate]]$$
and hence $L(\theta(t))\le[[simple_rate]]$. If this condition holds for as long as $L>\eta$, the loss has fallen to $\eta$ by the time
$$[[hitting_time]].$$
The bound on the gradient, the first bound on the loss and the bound on the time are sharp among convex losses, for all $\kappa$ and
$L_0>\varepsilon$: they are equalities for $\ell(z)=z$, one parameter $x$ and $L(x)=F(x)=[[example_loss]]$, whose flow from $0$ is
$x(t)=[[example_position]]$ (for the square loss see L13).
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "Theorem 2.1, “Probably approximately correct convergence in loss”, of which the opening is at hand, and "
        "Figure 1, “Tangent approximation to” an error; the rate is ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(STEP, REACHED, START, LOSS, GOAL, TIME, PARAMETER, SLOPE),
    hypotheses=(
        CONVEX,
        FLOW,
        Hypothesis("some time has passed", t > 0, needed_by=("simple_rate",)),
        descent("example_loss", "example_position"),
    ),
    symbols={
        **TANGENT,
        **MODEL,
        "D": "law of the data",
        "L^2(D)": "space of the functions of the data whose square has a finite mean",
        "C^1": "class of the maps with a continuous derivative",
        "p": "number of parameters",
        "u": "step of the parameters",
        "s": "time up to $t$",
        "z": "output of the example, a number",
    },
    remarks=(
        Remark(
            r"So neither $\varepsilon+(L_0-\varepsilon)e^{-t/\kappa^2}$ nor $\varepsilon+\kappa/(t+\kappa/(L_0-\varepsilon))$ is a "
            r"bound. The example does not refute them everywhere: the first exceeds its loss if $L_0-\varepsilon>1$ and $t$ is small, "
            r"the second if $t>0$ and $\kappa<1$.",
            "two_false_bounds_are_no_bounds",
        ),
    ),
    sharp=(
        Sharp(
            expression="gradient_bound",
            example="the example of the statement",
            check="example_has_the_slope_of_the_bound",
            side=Side.BELOW,
        ),
        Sharp(expression="rate", example="the flow of the example", check="example_attains_all"),
        Sharp(expression="hitting_time", example="the flow of the example", check="example_attains_all"),
        Sharp(
            expression="simple_rate",
            example=r"the flow of the example, as $L_0\to\infty$",
            check="rate_grows_to_the_simple_one",
        ),
    ),
    because={
        "gradient": lambda least_reached, gradient_bound: same(
            epsilon - least_reached, kappa * (g - gradient_bound), by=sp.expand
        ),
        "fall": lambda gradient_bound, fall: (
            same(fall, gradient_bound**2, by=sp.expand),
            nonnegative(gradient_bound.subs(L, epsilon + x), x / kappa),
        ),
        "reciprocal": lambda fall, gain: same(gain, sp.diff(1 / (L - epsilon), L) * -fall, by=sp.cancel),
        "integral": reciprocals_are_integrated,
        "slope": example_has_the_slope_of_the_bound,
    },
    wrong=lambda: {
        "least_reached: a step as long as its square": L - kappa**2 * g,
        "least_reached: uphill": L + kappa * g,
        "fall: the first power": gradient_bound,
        "fall: κ in place of κ²": kappa * fall,
        "gain: κ in place of κ²": 1 / kappa,
        "gain: a linear equation": gain / (L - epsilon),
        "inverse: from an infinite loss": t / kappa**2,
        "inverse: κ in place of κ²": 1 / (L_0 - epsilon) + t / kappa,
        "rate: the solution of a linear equation": linear_rate,
        "rate: κ in place of κ²": first_power,
        "rate: twice the gradient": rate.subs(kappa, kappa / 2),
        "simple_rate: κ/t": epsilon + kappa / t,
        "simple_rate: forgets ε": simple_rate - epsilon,
        "hitting_time: κ in place of κ²": hitting_time / kappa,
        "example_slope: forgets ε": example_slope.subs(epsilon, 0),
        "example_loss: an example twice as steep": example_loss.subs(kappa, kappa / 2),
        "example_position: forgets ε": example_position.subs(epsilon, 0),
        "example_position: κ in place of κ²": kappa * sp.log(1 + (L_0 - epsilon) * t / kappa),
    },
)
