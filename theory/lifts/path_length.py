"""L14.1 and L14.2: how far gradient flow travels, with tangents of low loss whose length is bounded or may grow."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.lifts.tangent import (
    CONVEX,
    FLOW,
    GOAL,
    L_0,
    LOSS,
    MODEL,
    PARAMETER,
    REACHED,
    START,
    STEP,
    TANGENT,
    TIME,
    L,
    descent,
    epsilon,
    eta,
    example_loss,
    from_above,
    gradient_bound,
    kappa,
    t,
    to_reach,
    x,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same

s = sp.Symbol("s", nonnegative=True)  # the length of the path so far
WALKED = Quantity(s, "length of the path so far", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4))

_above = L_0 - epsilon
path_per_loss = kappa / (L - epsilon)
length = to_reach(kappa * sp.log(_above / (eta - epsilon)))
energy_length = sp.sqrt(t * (L_0 - L))

growing_bound = (L - epsilon) / (kappa + s)
kept_product = (L - epsilon) * (kappa + s)
growing_loss = from_above(epsilon + _above * kappa / (kappa + s))
growing_length = to_reach(kappa * (_above / (eta - epsilon) - 1))
growing_fall = (L - epsilon) ** 4 / (kappa * _above) ** 2
cubic_gain = 3 / (kappa * _above) ** 2
inverse_cube = _above**-3 + 3 * t / (kappa * _above) ** 2
growing_rate = from_above(epsilon + _above / (1 + 3 * t * _above / kappa**2) ** sp.Rational(1, 3))
growing_example = epsilon + _above * kappa / (kappa + x)
growing_slope = _above * kappa / (kappa + x) ** 2
growing_position = (kappa**3 + 3 * kappa * _above * t) ** sp.Rational(1, 3) - kappa

LENGTH_STEPS = proof(
    r"""
gradient (by L12): As long as $L>\eta>\varepsilon$, we have $\|\nabla L\|\ge(L-\varepsilon)/\kappa$.

path (by chain rule): Since $\|\dot\theta\|=\|\nabla L\|$ and $\dot L=-\|\nabla L\|^2$, the length of the path grows by $1/\|\nabla L\|$ for
each unit by which the loss falls.

path and loss (from gradient, path): This length per unit of loss is at most $[[path_per_loss]]$.

sum of the path (from path and loss; by integration): So the length of the path down to $\eta$ is at most the integral of the bound of *path
and loss* from $\eta$ to $L_0$.

example (by L12): For $\ell(z)=z$, one parameter $x$ and $F(x)=[[example_loss]]$, the inequality of *gradient* is an equality.

length (from sum of the path, example): The integral is $[[length]]$. The example attains this bound: its path down to the loss at $x$ has
the length $x$.

energy (by chain rule): $\int_0^t\|\dot\theta\|^2=L_0-L$, as $\dot L=-\|\dot\theta\|^2$.

energy and length (from energy; by Cauchy–Schwarz): So $\int_0^t\|\dot\theta\|\le[[energy_length]]$, the square root of $t$ times the
*energy*, with equality if and only if the speed is constant, as for a loss of constant slope.
""",
    globals(),
    example_loss=example_loss,
)

travelled_length = Claim(
    label="L14.1",
    title="How far gradient flow travels",
    headline=r"Let tangent steps of length at most $\kappa$ reach a loss $\varepsilon$ as long as $L>\eta$, where $\varepsilon<\eta<L_0$. Then the path of gradient flow from $L_0$ down to $\eta$ is no longer than $\kappa$ times the logarithm of the factor by which $L-\varepsilon$ falls.",
    statement=r"""
In the setting of L12 let $L_0>\varepsilon$. If $\theta\in A(\kappa,\varepsilon)$ as long as $L>\eta$, the path down to the loss $\eta$
is no longer than
$$[[length]].$$ This is sharp, by the example of L12.

**Any gradient flow.** Up to the time $t$, at which the loss is $L$, its path is no longer than $[[energy_length]]$. This is sharp: a loss of constant slope attains it.
""",
    steps=LENGTH_STEPS,
    source=Source("2501.05930", "v1", "beyond Theorem 2.1, of which L14.3 has the convergence"),
    provenance=Provenance.EXTENSION,
    quantities=(STEP, REACHED, START, LOSS, GOAL, TIME, PARAMETER),
    hypotheses=(
        CONVEX,
        FLOW,
        Hypothesis("the loss never grows", L <= L_0, needed_by=("energy_length",)),
    ),
    symbols={
        **TANGENT,
    },
    aids={"gradient_bound": gradient_bound},
    sharp=(
        Sharp(expression="length", example="the flow of L12's example", check="lengths_are_integrals"),
        Sharp(expression="energy_length", example="a loss of constant slope", check="energy_bounds_the_length"),
    ),
    because={
        "path and loss": lambda path_per_loss, gradient_bound: same(path_per_loss, 1 / gradient_bound, by=sp.cancel),
    },
    wrong=lambda: {
        "path_per_loss: the bound of the gradient": 1 / path_per_loss,
        "path_per_loss: forgets ε": kappa / L,
        "length: as if tangents grew": growing_length,
        "length: half of κ": length.subs(kappa, kappa / 2),
        "energy_length: forgets the time": sp.sqrt(L_0 - L),
        "energy_length: the square": energy_length**2,
    },
)

GROWING_STEPS = proof(
    r"""
distance (by triangle inequality): After a path of length $s$, we have $\|\theta-\theta_0\|\le s$.

gradient (from distance; by L12): So $\theta\in A(\kappa+s,\varepsilon)$, and $\|\nabla L\|\ge[[growing_bound]]$ as long as $L>\varepsilon$.

path (by chain rule): Since $\|\dot\theta\|=\|\nabla L\|$ and $\dot L=-\|\nabla L\|^2$, we have $dL/ds=-\|\nabla L\|$. The loss never grows.
Let $L>\varepsilon$; otherwise there is nothing to show.

product (from gradient, path): The derivative of $[[kept_product]]$ with respect to $s$ is at most $0$, the value for $dL/ds$ equal to its
bound.

no growth (from product; by integration): So this product is at most its value at $s=0$, $L=L_0$.

loss (from no growth): Solved for $L$, this is $L\le[[growing_loss]]$; in the first case the loss has not grown.

length (from no growth): Solved for $s$ at $L=\eta$, it is $s\le[[growing_length]]$.

fall (from gradient, path, length): At the largest length that *length* allows for the loss $L$, *gradient* gives $\dot
L\le-[[growing_fall]]$.

reciprocal (from fall): So the derivative of $(L-\varepsilon)^{-3}$ is at least $[[cubic_gain]]$.

integral (from reciprocal; by integration): Hence $(L-\varepsilon)^{-3}\ge[[inverse_cube]]$.

rate (from integral): Solved for $L$, this is $L\le[[growing_rate]]$.

example (a definition): Let $\ell(z)=z$ and, for one parameter $x$, $F(x)=[[growing_example]]$.

slope (from gradient, example): In the example $\|\nabla L\|=[[growing_slope]]$, which is the bound of *gradient* at $s=x$: the tangent step
$u=\kappa+x$ reaches exactly $\varepsilon$.

flow (from slope, loss, length, rate): The flow of the example from $0$ moves in one direction only, and $x(t)=[[growing_position]]$ is the
length of its path: *loss*, *length* and *rate* are equalities.
""",
    globals(),
)

fixed_tangents = epsilon + (L_0 - epsilon) * sp.exp(-s / kappa)


square_power = epsilon + (L_0 - epsilon) / sp.sqrt(1 + 2 * t * (L_0 - epsilon) / kappa**2)


def product_is_kept_at_the_bound(growing_bound: sp.Expr, kept_product: sp.Expr, gradient_bound: sp.Expr) -> Relations:
    """Its derivatives by L, times minus the bound, and by s."""
    yield same(growing_bound, gradient_bound.subs(kappa, kappa + s))
    yield same(kept_product, (L - epsilon) ** 2 / growing_bound, by=sp.cancel)
    by_loss, by_path = sp.diff(kept_product, L), sp.diff(kept_product, s)
    yield same(by_path, by_loss * growing_bound, by=sp.cancel)
    yield nonnegative(by_loss, kappa + s)


def growing_example_has_the_slope_of_the_bound(
    growing_bound: sp.Expr, growing_example: sp.Expr, growing_slope: sp.Expr
) -> Relations:
    """It starts at L_0; its tangent reaches ε with the step κ + x."""
    yield same(growing_example.subs(x, 0), L_0)
    yield same(growing_slope, -sp.diff(growing_example, x), by=sp.cancel)
    yield same(growing_example - growing_slope * (kappa + x), epsilon, by=sp.cancel)
    yield same(growing_slope, growing_bound.subs({L: growing_example, s: x}, simultaneous=True), by=sp.cancel)


growing_tangents = Claim(
    label="L14.2",
    title="Tangents that may grow with the distance travelled",
    headline=r"If tangent steps of length up to $\kappa+\|\theta-\theta_0\|$, which may grow with the distance travelled, reach the loss $\varepsilon$, then $L-\varepsilon$ is under gradient flow at most of the order $t^{-1/3}$, which an example attains.",
    statement=r"""
In the setting of L12 let $L_0>\varepsilon$ and $\theta_0=\theta(0)$. Suppose only that
$\theta\in A(\kappa+\|\theta-\theta_0\|,\varepsilon)$ on $[0,t]$. Then $L(\theta(t))\le[[growing_loss]]$, where $s$ is the length of the
path up to $t$, and
$$L(\theta(t))\le[[growing_rate]].$$ If this condition holds as long as $L>\eta$, the path down to $\eta$ is no longer than
$$[[growing_length]].$$ All three bounds are sharp, by $\ell(z)=z$, $F(x)=[[growing_example]]$ and its flow
$x(t)=[[growing_position]]$.
""",
    steps=GROWING_STEPS,
    source=Source("2501.05930", "v1", "beyond Theorem 2.1"),
    provenance=Provenance.EXTENSION,
    quantities=(STEP, REACHED, START, LOSS, GOAL, TIME, PARAMETER, WALKED),
    hypotheses=(CONVEX, FLOW, descent("growing_example", "growing_position")),
    named={"h": sp.Lambda(s, epsilon + _above * kappa / (kappa + s))},
    symbols={
        **TANGENT,
        r"\theta_0": "parameters at the start",
        **MODEL,
        "z": "output of the example, a number",
    },
    aids={"gradient_bound": gradient_bound},
    sharp=(
        Sharp(expression="growing_loss", example="the example of the statement", check="growing_example_attains_all"),
        Sharp(expression="growing_length", example="the example of the statement", check="growing_example_attains_all"),
        Sharp(expression="growing_rate", example="the flow of the example", check="growing_example_attains_all"),
    ),
    because={
        "product": product_is_kept_at_the_bound,
        "reciprocal": lambda growing_fall, cubic_gain: same(
            cubic_gain, sp.diff((L - epsilon) ** -3, L) * -growing_fall, by=sp.cancel
        ),
        "integral": lambda cubic_gain, inverse_cube: same(
            inverse_cube, (L_0 - epsilon) ** -3 + cubic_gain * t, by=sp.cancel
        ),
        "slope": growing_example_has_the_slope_of_the_bound,
    },
    wrong=lambda: {
        "kept_product: tangents that do not grow": (L - epsilon) * kappa,
        "kept_product: forgets ε": L * (kappa + s),
        "kept_product: the square": (L - epsilon) ** 2 * (kappa + s),
        "growing_bound: a bound that does not grow": (L - epsilon) / kappa,
        "growing_loss: as if tangents did not grow": fixed_tangents,
        "growing_length: forgets the start": growing_length + kappa,
        "growing_length: as if tangents did not grow": length,
        "growing_fall: the square": ((L - epsilon) / kappa) ** 2,
        "growing_fall: of the bound itself": (L - epsilon) ** 2 / (kappa * (L_0 - epsilon)),
        "cubic_gain: without the start": 3 / kappa**2,
        "inverse_cube: from an infinite loss": 3 * t / (kappa * (L_0 - epsilon)) ** 2,
        "inverse_cube: of the square": (L_0 - epsilon) ** -2 + 3 * t / (kappa * (L_0 - epsilon)) ** 2,
        "growing_rate: the power 1/2": square_power,
        "growing_rate: as if tangents did not grow": epsilon + kappa**2 / (t + kappa**2 / (L_0 - epsilon)),
        "growing_slope: the slope of fixed tangents": (L_0 - epsilon) / kappa * sp.exp(-x / kappa),
        "growing_example: half the growth": growing_example.subs(kappa, 2 * kappa),
        "growing_position: the square root": sp.sqrt(kappa**2 + 2 * (L_0 - epsilon) * t) - kappa,
        "growing_position: forgets ε": growing_position.subs(epsilon, 0),
    },
)
