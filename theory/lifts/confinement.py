"""L14.3: probably approximately correct convergence, by a ball that gradient flow does not leave."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.degrees import PROBABILITY
from sparse_limits.theory.lifts.path_length import growing_length, growing_rate, length
from sparse_limits.theory.lifts.tangent import CONVEX, FLOW, MODEL, PARAMETER, REACHED, STEP, TANGENT, epsilon, kappa, x
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, nonnegative, same

B = sp.Symbol("B", nonnegative=True)  # a bound of the loss at the start, likely
epsilon_0 = sp.Symbol("epsilon_0", nonnegative=True)  # the loss that is approached
delta_1, delta_2 = sp.symbols("delta_1 delta_2", nonnegative=True)
z = sp.Symbol("z", real=True)  # an output

middle = (epsilon + epsilon_0) / 2


def radius(formula: sp.Expr, otherwise: sp.Expr) -> sp.Expr:
    """A radius that the flow needs to come down to ε from a loss of at most B, by tangents that reach `middle`."""
    return sp.Piecewise((otherwise, epsilon >= B), (formula, epsilon > epsilon_0), (no_guarantee, True))


longest_path = 2 * kappa * (B - epsilon) / (epsilon - epsilon_0)
pac_radius = radius(1 + 2 * kappa * (B - epsilon) / (epsilon - epsilon_0), sp.S.One)
needed_radius = radius(kappa * sp.log((2 * B - epsilon - epsilon_0) / (epsilon - epsilon_0)), sp.S.Zero)
probability = 1 - delta_1 - delta_2
standstill = 1 + sp.exp(-x)  # a loss that stays above 1
low_loss = epsilon * sp.exp(z / epsilon - 1)  # of outputs below ε
standstill_radius = 1 + (1 - epsilon) * sp.exp(x)

STEPS = proof(
    r"""
continuity (by chain rule): $\nabla L=dF^*\nabla\ell(F)$ is continuous, and $\dot L=-\|\nabla L\|^2$, so that $0\le L\le L_0$.

bounded path (from continuity; by L14.1): Up to the time $t$ the length of the path is at most $\sqrt{t(L_0-L)}\le\sqrt{tL_0}$.

all times (from continuity, bounded path; by continuation): So the flow exists for all times, and $L$, which never increases, has a limit.

between (a definition): For $\varepsilon>\varepsilon_0$ take $\varepsilon'=[[middle]]$, and $\kappa$ for this $\varepsilon'$.

growing tangents (by L14.2): Let $L_0\le B$. As long as $\theta\in A(\kappa+\|\theta-\theta_0\|,\varepsilon')$, the path down to
$\varepsilon<L_0$ has at most the length $\kappa\bigl(\frac{L_0-\varepsilon'}{\varepsilon-\varepsilon'}-1\bigr)$. The flow traverses this
path in finite time, as the rate tends to $\varepsilon'<\varepsilon$.

path (from between, growing tangents): By *between*, and with $B$ in place of $L_0$, this bound is $[[longest_path]]$.

confinement (by intermediate value): Suppose that the condition on the tangents holds in a ball about $\theta_0$ whose radius exceeds the
bound of the path. To leave this ball while $L>\varepsilon$, the flow would need a path inside the ball at least as long as this radius,
which the bound excludes.

radius (from path, confinement): The radius $[[pac_radius]]$ is enough: it exceeds the bound in *path* by $1$. If $L_0\le\varepsilon$, any
radius is enough, as nothing has to be proved.

both events (from all times, radius; by union bound): The bound of $L_0$ or the condition on the tangents in that ball fails with
probability at most $\delta_1+\delta_2$. So $P(\lim L\le\varepsilon)\ge[[probability]]$.

fixed tangents (by L14.1): If $\theta\in A(\kappa(c),\varepsilon')$ in the ball of radius $c$, the path inside this ball is no longer than
$\kappa(c)\ln\frac{L_0-\varepsilon'}{\varepsilon-\varepsilon'}$.

radius by constants of balls (from between, fixed tangents, confinement, all times): By *between*, and with $B$ in place of $L_0$, this
bound is $[[needed_radius]]$. It is enough if some $c$ exceeds it.

example (a definition): The function $F(x)=[[standstill]]$ exceeds $1$ for every $x$, and decreases with $x$.

loss of low outputs: $\ell(z)=z$ for $z\ge\varepsilon$ and $[[low_loss]]$ below is positive and convex: at $\varepsilon$ both pieces have
the value $\varepsilon$ and the slope $1$, which is the largest slope of the second piece.

step of the example (from example, loss of low outputs): The shortest tangent step that reaches $\varepsilon$ has the length
$[[standstill_radius]]$, which is $L-\varepsilon$ divided by the slope. It increases with $x$, so its largest value on a ball is attained
at the right end.
""",
    globals(),
)


def losses_are_joined(low_loss: sp.Expr) -> Relations:
    """Its value at ε; its slope times ε and its second derivative times ε² are itself, and positive."""
    yield same(low_loss.subs(z, epsilon), epsilon)
    yield same(sp.diff(low_loss, z) * epsilon, low_loss)
    yield same(sp.diff(low_loss, z, 2) * epsilon**2, low_loss)
    least = sp.Symbol("e", positive=True)
    yield nonnegative(low_loss, least * sp.exp(z / least - 1), where={epsilon: least}, strict=True)


def tangents_of_the_example_reach_its_floor(
    standstill: sp.Expr, low_loss: sp.Expr, standstill_radius: sp.Expr
) -> Relations:
    """The step along its slope, which reaches the output ε and so this loss; it grows by (1 − ε)eˣ."""
    reached = standstill + sp.diff(standstill, x) * standstill_radius
    yield same(reached, epsilon, by=sp.expand)
    yield same(valued(low_loss, {z: reached}), epsilon)
    y = sp.Symbol("y", positive=True)
    growth = y / (1 + y) * sp.exp(x)
    yield nonnegative(sp.diff(standstill_radius, x), growth, where={epsilon: 1 / (1 + y)}, strict=True)
    yield nonnegative(standstill - 1, sp.exp(-x), strict=True)


def both_hypotheses_hold_as_likely(probability: sp.Expr) -> Relations:
    """Two failures among 12 equally likely draws, overlapping in every way; attained where they do not."""
    for first, second in ((1, 2), (3, 5), (4, 4), (0, 7)):
        claimed = probability.subs({delta_1: sp.Rational(first, 12), delta_2: sp.Rational(second, 12)})
        left = [12 - len({*range(first), *range(i, i + second)}) for i in range(13 - second)]
        yield holds(claimed == sp.Rational(min(left), 12), f"at least {min(left)} of 12, claimed {claimed}")


confined_flow = Claim(
    label="L14.3",
    title="Probably approximately correct convergence",
    headline=r"If large random networks satisfy L12's condition on balls of any radius, with high probability, for losses above $\varepsilon_0$ and steps as long as $\kappa$ plus the distance from the start, the loss ends near $\varepsilon_0$ or below.",
    statement=r"""
In the setting of L12 let $\ell\ge0$ with $\nabla\ell$ continuous, and let $(F,\theta_0)$ be random, with one law for each size. Suppose
that $L_0\le B$ with probability at least $1-\delta_1$ for all large sizes, and that *for every $\varepsilon'>\varepsilon_0$ there is a
$\kappa$ such that for every* $c$, with probability at least $1-\delta_2$ for all large sizes, all $\theta$ with
$\|\theta-\theta_0\|\le c$ lie in $A(\kappa+\|\theta-\theta_0\|,\varepsilon')$. Then for every $\varepsilon>\varepsilon_0$, for all large
sizes, $P(\lim_tL(\theta(t))\le\varepsilon)\ge[[probability]]$. It suffices that the condition holds at $\varepsilon'=[[middle]]$ and
$c=[[pac_radius]]$.

The order of the quantifiers matters. If $\kappa$ may depend on $c$, the same follows if $c>[[needed_radius]]$ with $\kappa=\kappa(c)$ for
some $c$, but not without such a $c$. A counterexample is the flow from $x=0$ for $F(x)=[[standstill]]$ with $\ell(z)=z$ for
$z\ge\varepsilon$, $0<\varepsilon<1$ (and below it such that $\ell\ge0$ is convex and differentiable): the ball of radius $c$ about $0$
lies in $A(\kappa(c),\varepsilon)$, where $\kappa(c)=[[standstill_radius]]$ at $x=c$, but the loss never comes down to $1$.
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "Theorem 2.1: “Probably approximately correct convergence in loss”; the constants are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        replace(STEP, within=NON_NEGATIVE),
        REACHED,
        PARAMETER,
        Quantity(B, "bound that the loss at the start keeps with high probability", NON_NEGATIVE, drawn=(1, 3)),
        Quantity(epsilon_0, "loss above which every loss is approached", NON_NEGATIVE, drawn=(0, sp.Rational(1, 30))),
        Quantity(
            (delta_1, delta_2),
            "probabilities that the bound of the loss at the start fails, and that the tangents do",
            PROBABILITY,
            drawn=(0, sp.Rational(1, 2)),
        ),
        Quantity(z, "output of the example", sp.S.Reals),
    ),
    hypotheses=(
        CONVEX,
        FLOW,
        Hypothesis(
            "the loss to be reached is above that which is approached", epsilon > epsilon_0, needed_by=("middle",)
        ),
        Hypothesis(
            "the example's loss joins its two pieces at a positive output", epsilon > 0, needed_by=("low_loss",)
        ),
        Hypothesis(
            "the flow that never comes down to $1$ has tangents that reach a positive loss below $1$",
            sp.And(epsilon > 0, epsilon < 1),
            needed_by=("standstill_radius",),
        ),
        Hypothesis("the text of Theorem 2.1 breaks off in its hypotheses: the order of the quantifiers is our reading"),
    ),
    symbols={
        **TANGENT,
        r"\theta_0": "parameters at the start",
        **MODEL,
        "L": "loss, as a function of the parameters",
        "L_0": "loss at the start",
        "t": "time of training",
        "P": "probability",
        r"\varepsilon'": "loss that the tangents reach",
        "c": "radius of a ball about the start",
        r"\kappa(c)": "step length that is enough in that ball",
    },
    uses=("L12",),
    sharp=(
        Sharp(
            expression="probability",
            example="two events that exclude one another",
            check="both_hypotheses_hold_as_likely",
            side=Side.BELOW,
        ),
        Sharp(
            expression="needed_radius",
            example=r"a loss that decreases as $\varepsilon'+(B-\varepsilon')e^{-x/\kappa}$ down to $\varepsilon$ and then linearly with the slope there, $\ell(z)=z$ for $z\ge\varepsilon'$ and $\varepsilon_0+(\varepsilon'-\varepsilon_0)e^{(z-\varepsilon')/(\varepsilon'-\varepsilon_0)}$ below, with $\varepsilon'=$ *middle*: one $\kappa$ serves all balls at $\varepsilon'$, another one at each loss above $\varepsilon_0$, and the path to $\varepsilon$ has this length. Outside a smaller ball the loss might just as well stay above $\varepsilon$",
            check="a_path_with_all_tangents_is_as_long",
        ),
    ),
    loose=(
        Loose(
            expression="pac_radius",
            truth="longest_path",
            at=tuple({kappa: 1, B: 1, epsilon: loss, epsilon_0: 0} for loss in (sp.Rational(1, 2), sp.Rational(1, 10))),
            lost="in the $1$ that is added: any radius above the path is enough, and the example of L14.2 has such a path",
        ),
    ),
    aids={"length": length, "growing_length": growing_length, "growing_rate": growing_rate},
    because={
        "loss of low outputs": losses_are_joined,
        "step of the example": tangents_of_the_example_reach_its_floor,
        "both events": both_hypotheses_hold_as_likely,
    },
    wrong=lambda: {
        "middle: the whole of ε for the tangents": epsilon_0,
        "middle: ε itself": epsilon,
        "middle: the sum": epsilon + epsilon_0,
        "needed_radius: as if tangents grew": longest_path,
        "needed_radius: forgets κ": needed_radius / kappa,
        "needed_radius: ε for ε'": kappa * sp.log(B / epsilon),
        "standstill_radius: twice as long": 2 * standstill_radius + 1,
        "standstill_radius: a tangent to 0": standstill_radius.subs(epsilon, 0),
        "standstill_radius: the constant at the start": 2 - epsilon,
        "standstill: no limit": sp.exp(-x),
        "standstill: a loss that comes down to 0": 2 * sp.exp(-x),
        "low_loss: a slope of 1/ε": sp.exp(z / epsilon - 1),
        "low_loss: the line itself": z,
        "low_loss: a loss below 0": z - (z - epsilon) ** 2,
        "probability: independent events": (1 - delta_1) * (1 - delta_2),
        "probability: the likelier one": 1 - sp.Max(delta_1, delta_2),
        "probability: one event twice": 1 - 2 * delta_1,
    },
)
