"""L14: how far gradient flow travels, and convergence when tangents of low loss grow with the distance travelled."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.formulas.no_guarantee import no_guarantee
from theory.lifts.degrees import PROBABILITY
from theory.lifts.tangent import (
    CONVEX,
    FLOW,
    GOAL,
    L_0,
    LOSS,
    PARAMETER,
    REACHED,
    START,
    STEP,
    TIME,
    L,
    descent,
    epsilon,
    eta,
    from_above,
    gradient_bound,
    kappa,
    t,
    to_reach,
    x,
)
from theory.quantities import NON_NEGATIVE, Hypothesis, Quantity

s = sp.Symbol("s", nonnegative=True)  # the length of the path so far
B = sp.Symbol("B", nonnegative=True)  # a bound of the loss at the start, likely
epsilon_0 = sp.Symbol("epsilon_0", nonnegative=True)  # the loss that is approached
delta_1, delta_2 = sp.symbols("delta_1 delta_2", nonnegative=True)

_above = L_0 - epsilon
length = to_reach(kappa * sp.log(_above / (eta - epsilon)))
energy_length = sp.sqrt(t * (L_0 - L))
growing_loss = from_above(epsilon + _above * kappa / (kappa + s))
growing_length = to_reach(kappa * (_above / (eta - epsilon) - 1))
growing_rate = from_above(epsilon + _above / (1 + 3 * t * _above / kappa**2) ** sp.Rational(1, 3))
growing_example = epsilon + _above * kappa / (kappa + x)
growing_position = (kappa**3 + 3 * kappa * _above * t) ** sp.Rational(1, 3) - kappa

middle = (epsilon + epsilon_0) / 2


def radius(formula: sp.Expr, otherwise: sp.Expr) -> sp.Expr:
    """A radius that the flow needs to come down to ε from a loss of at most B, by tangents that reach `middle`."""
    return sp.Piecewise((otherwise, epsilon >= B), (formula, epsilon > epsilon_0), (no_guarantee, True))


pac_radius = radius(1 + 2 * kappa * (B - epsilon) / (epsilon - epsilon_0), sp.S.One)
needed_radius = radius(kappa * sp.log((2 * B - epsilon - epsilon_0) / (epsilon - epsilon_0)), sp.S.Zero)
probability = 1 - delta_1 - delta_2
standstill = 1 + sp.exp(-x)  # a loss that stays above 1
standstill_radius = 1 + (1 - epsilon) * sp.exp(x)

travelled_length = Claim(
    label="L14",
    title="Path length, a growing radius, and probably approximately correct convergence",
    statement=r"""
In the setting of L12, $L_0>\varepsilon$: **(a)** If $\theta\in A(\kappa,\varepsilon)$ as long as $L>\eta$, the path down to the loss $\eta$ is no longer than
$$[[length]]$$
(sharp, by the example of L12). The length of any gradient flow up to time $t$, where the loss is $L$, is at most $[[energy_length]]$
(sharp, by a loss of constant slope). **(b)** If only $\theta\in A(\kappa+\|\theta-\theta_0\|,\varepsilon)$, then $L\le[[growing_loss]]$ after a path of
length $s$; the path down to $\eta$ is no longer than $$[[growing_length]],$$ and $$L(\theta(t))\le[[growing_rate]].$$ All three are sharp, by $\ell(z)=z$,
$F(x)=[[growing_example]]$ and its flow $x(t)=[[growing_position]]$. **(c)** Let $\ell\ge0$ with $\nabla\ell$ continuous, and $(F,\theta_0)$ random, of a law for each size. Suppose
that $L_0\le B$ with probability at least $1-\delta_1$ for all large sizes, and that *for every $\varepsilon'>\varepsilon_0$ there is a $\kappa$ such that for every* $c$,
with probability at least $1-\delta_2$ for all large sizes, all $\theta$ with $\|\theta-\theta_0\|\le c$ lie in
$A(\kappa+\|\theta-\theta_0\|,\varepsilon')$. Then for every $\varepsilon>\varepsilon_0$, for all large sizes, $P(\lim_tL(\theta(t))\le\varepsilon)\ge[[probability]]$; it is enough to
know the condition at $\varepsilon'=[[middle]]$ and $c=[[pac_radius]]$. The order of the quantifiers matters: if $\kappa$ may depend on $c$,
(a) concludes if $c>[[needed_radius]]$ with $\kappa=\kappa(c)$ for some $c$ and otherwise nothing follows. The loss $F(x)=[[standstill]]$,
$\ell(z)=z$ for $z\ge\varepsilon$, $0<\varepsilon\le1$ (and below it such that $\ell\ge0$ is convex and differentiable), lies in
$A(\kappa(c),\varepsilon)$ on every ball, $\kappa(c)=[[standstill_radius]]$ at $x=c$, and never comes down to $1$.
""",
    proof_text=r"""
(a) The length has $ds=-dL/\|\nabla L\|\le-\kappa\,dL/(L-\varepsilon)$. By Cauchy–Schwarz $(\int_0^t\|\dot\theta\|)^2\le t\int_0^t\|\dot\theta\|^2=t(L_0-L)$.
(b) $\|\theta-\theta_0\|\le s$, so with $y=L-\varepsilon$, L12 gives $dy/ds\le-y/(\kappa+s)$: $y(\kappa+s)$ never grows, whence the first two. So
$\kappa+s\le\kappa y_0/y$, and $\dot y=-\|\nabla L\|^2\le-\frac{y^2}{(\kappa+s)^2}\le-\frac{y^4}{(\kappa y_0)^2}$; integrate $\frac d{dt}y^{-3}\ge\frac3{(\kappa y_0)^2}$. The
example has $-F'=(F-\varepsilon)/(\kappa+x)$ and one direction, so all steps are equalities.
(c) The flow exists for all times: $\nabla L=dF^*\nabla\ell(F)$ is continuous, and the length up to $t$ is at most $\sqrt{tL_0}$, so it stays in a compact set on finite intervals. Let both events hold, which
has probability at least $1-\delta_1-\delta_2$. If $L_0\le\varepsilon$ there is nothing to show. Else (b) with $\varepsilon'$ and $\eta=\varepsilon$ bounds the
path down to $\varepsilon$ by $\kappa(\frac{L_0-\varepsilon'}{\varepsilon-\varepsilon'}-1)\le c-1$: the flow cannot leave the ball of radius $c$ before $L\le\varepsilon$, and comes down to
$\varepsilon>\varepsilon'$ in finite time since the rate in (b) tends to $\varepsilon'$. With $\kappa(c)$ in place of the growing radius, (a) says the same as soon as its
length is less than $c$. In the example $u=(L-\varepsilon)e^x$ is the shortest step that reaches $\varepsilon$; it grows with $x$. ∎
""",
    source=Source(
        "2501.05930",
        "Theorem 2.1: “Probably approximately correct convergence in loss”; lengths and rates are ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        STEP,
        REACHED,
        START,
        LOSS,
        GOAL,
        TIME,
        PARAMETER,
        Quantity(s, "length of the path so far", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4)),
        Quantity(B, "bound that the loss at the start keeps with high probability", NON_NEGATIVE, drawn=(1, 3)),
        Quantity(epsilon_0, "loss above which every loss is approached", NON_NEGATIVE, drawn=(0, sp.Rational(1, 30))),
        Quantity(
            (delta_1, delta_2),
            "probabilities that the bound of the loss at the start fails, and that the tangents do",
            PROBABILITY,
            drawn=(0, sp.Rational(1, 2)),
        ),
    ),
    hypotheses=(
        CONVEX,
        FLOW,
        Hypothesis("the loss never grows", L <= L_0, needed_by=("energy_length",)),
        descent("growing_example", "growing_position"),
        Hypothesis(
            "the loss to be reached is above that which is approached", epsilon > epsilon_0, needed_by=("middle",)
        ),
        Hypothesis(
            "the flow that never comes down to $1$ has tangents that reach a positive loss of at most $1$",
            sp.And(epsilon > 0, epsilon <= 1),
            needed_by=("standstill_radius",),
        ),
        Hypothesis(
            "the text of Theorem 2.1 breaks off after its hypotheses: the order of quantifiers in (c) is our reading, (b) is "
            "ours"
        ),
    ),
    uses=("L12",),
    expressions={
        "length": length,
        "energy_length": energy_length,
        "growing_loss": growing_loss,
        "growing_length": growing_length,
        "growing_rate": growing_rate,
        "growing_example": growing_example,
        "growing_position": growing_position,
        "middle": middle,
        "pac_radius": pac_radius,
        "needed_radius": needed_radius,
        "probability": probability,
        "standstill": standstill,
        "standstill_radius": standstill_radius,
    },
    aids={"gradient_bound": gradient_bound},
)
