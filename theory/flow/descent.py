"""F1.2: gradient descent in steps, when it is stable, and how far it is ahead of the flow."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.flow.linear import (
    AMPLITUDE,
    EIGENVALUE,
    LINEARISED,
    MODES,
    NUMBER,
    RATE,
    amplitude,
    eigenvalue,
    eta,
    mode_loss,
    mode_velocity,
    time,
)
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same

count = sp.Symbol("k", integer=True, nonnegative=True)  # of steps
stride = sp.Symbol("x", positive=True)  # ηλ/m, below 1
largest, least = sp.symbols("lambda_1 lambda_m", positive=True)  # eigenvalues of the kernel matrix

factor = 1 - eta * eigenvalue / m
step_mode = amplitude * factor**count
step_loss = amplitude**2 * factor ** (2 * count) / (2 * m)
stable_rate = 2 * m / largest
contraction = eta * largest / m * (2 - eta * largest / m)
lead = 2 * count * (-sp.log(1 - stride) - stride)
lead_slope = 2 * count * stride / (1 - stride)
best_rate = 2 * m / (largest + least)
best_factor = (largest - least) / (largest + least)

STEPS = proof(
    r"""
one step: In a step of length $\eta$ the component $q_i\cdot r$ changes by its velocity: the step multiplies the component by $[[factor]]$.

steps (from one step): After $k$ steps $q_i\cdot r=[[step_mode]]$.

loss (from steps): So this component contributes $[[step_loss]]$ to the loss.

contraction (from one step): At the largest eigenvalue one minus the squared factor is
$1-(1-\frac{\eta\lambda_1}m)^2=[[contraction]]$.

stable rate (from contraction): This difference is positive for $0<\eta<[[stable_rate]]$, $0$ at the upper end of this interval and negative
beyond it. For a smaller eigenvalue the upper end is larger.

slope of the lead: The function $2k(-\ln(1-x)-x)$ is $0$ at $x=0$ and has the slope $[[lead_slope]]\ge0$ for $0\le x<1$.

lead (from loss, slope of the lead): For $x=\frac{\eta\lambda}m<1$ the logarithm of the ratio of the flow's loss at the time $k$ to the loss
after $k$ steps is $[[lead]]\ge0$.

best rate (from one step): At $\eta=[[best_rate]]$ the factors at $\lambda_1\ge\lambda_m$ are opposite numbers of modulus
$[[best_factor]]<1$, and the factors at the eigenvalues in between lie between these two. A larger rate gives a larger modulus at
$\lambda_1$, a smaller rate gives a larger modulus at $\lambda_m$.
""",
    globals(),
)

rest = sp.Symbol("u", positive=True)


STRIDE = rest / (1 + rest)  # below one, whatever the rest is


def in_factors(gap: sp.Expr) -> sp.Expr:
    """Powers of one letter for the factor of a step."""
    letter = sp.Symbol("g", real=True)
    return sp.expand(sp.expand_power_exp(sp.expand(gap.subs(eta, (1 - letter) * m / eigenvalue))))


def in_logarithms(gap: sp.Expr) -> sp.Expr:
    """Logarithms of positive letters."""
    return sp.simplify(sp.expand_log(gap))


def rates_are_stable_up_to_the_end(contraction: sp.Expr, stable_rate: sp.Expr) -> Relations:
    """A share s of the rate: 4s(1 − s); at less of the eigenvalue so much of s. The signs at s/(1 + s) and 1 + s of the rate,
    which falls in the eigenvalue."""
    share, less = sp.symbols("s u", positive=True)
    at = {eta: share * stable_rate}
    yield same(contraction, 4 * share * (1 - share), where=at, by=sp.expand)
    smaller = 4 * less * share * (1 - less * share)
    yield same(contraction, smaller, where=at | {largest: less * largest}, by=sp.expand)
    below, beyond = {eta: stable_rate * share / (1 + share)}, {eta: stable_rate * (1 + share)}
    yield nonnegative(contraction, 4 * share / (1 + share) ** 2, where=below, strict=True)
    yield nonnegative(-contraction, 4 * share * (1 + share), where=beyond, strict=True)
    yield nonnegative(-sp.diff(stable_rate, largest), 2 * m / largest**2, strict=True)


def steps_are_ahead_of_the_flow(step_loss: sp.Expr, lead_slope: sp.Expr, lead: sp.Expr) -> Relations:
    """The slope of the lead, and its start; the loss of F1.1 at the time k, at λ = xm/η, over that of the steps."""
    yield same(sp.diff(lead, stride), lead_slope)
    yield same(sp.limit(lead, stride, 0), sp.S.Zero)
    yield nonnegative(sp.diff(lead, stride), 2 * count * rest, where={stride: STRIDE})
    at = {eigenvalue: STRIDE * m / eta}
    steps = sp.powsimp(sp.simplify(step_loss.subs(at)))
    quotient = sp.log(mode_loss.subs(time, count).subs(at) / amplitude**2) - sp.log(steps / amplitude**2)
    yield same(lead.subs(stride, STRIDE), quotient, by=in_logarithms)


def best_rates_balance_the_ends(factor: sp.Expr, best_rate: sp.Expr, best_factor: sp.Expr) -> Relations:
    """Opposite factors at both ends, of a modulus from 0 on and below 1; linear between, and in the rate falling from one."""
    yield same(factor, -best_factor, where={eta: best_rate, eigenvalue: largest})
    yield same(factor, best_factor, where={eta: best_rate, eigenvalue: least})
    yield same(sp.diff(factor, eigenvalue, 2), sp.S.Zero)
    yield same(factor.subs(eta, 0), sp.S.One)
    yield same(sp.diff(factor, eta), -eigenvalue / m)
    more = sp.Symbol("more", nonnegative=True)
    yield nonnegative(best_factor, more / (2 * least + more), where={largest: least + more})
    yield nonnegative(1 - best_factor, 2 * least / (largest + least), strict=True)


gradient_descent = Claim(
    label="F1.2",
    title="Gradient descent: stable for rates below 2m/λ, and ahead of the flow below m/λ",
    headline=r"In linearised gradient descent on $m$ samples no part of the residuals grows, wherever they start, if and only if the rate is at most $$[[stable_rate]],$$ where $\lambda_1>0$ is the largest eigenvalue of the kernel matrix.",
    statement=r"""
In the setting of F1.1, let the parameters move by $-\eta\nabla L$ in each step. After $k$ steps
$$q_i\cdot r=[[step_mode]],\qquad L=\sum_i[[step_loss]].$$

**Stable rates.** Let $\lambda_1>0$ be the largest eigenvalue of the kernel matrix. No part of the residuals grows, wherever they start, if
and only if $\eta\le[[stable_rate]]$. Every part at a positive eigenvalue tends to $0$, wherever they start, if and only if
$\eta<[[stable_rate]]$.

**Ahead of the flow.** Where $x=\frac{\eta\lambda}m<1$, gradient descent is ahead of the flow: after $k$ steps the loss in the mode is the
loss of the flow at the time $k$ divided by the exponential of $[[lead]]\ge0$.

**The best rate.** If $\lambda_m>0$ is the smallest eigenvalue, the rate $[[best_rate]]$ minimises the largest modulus of a factor by which a step
multiplies a part of the residuals; it is then $[[best_factor]]$.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "the textbook analysis of gradient descent; beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        RATE,
        NUMBER,
        EIGENVALUE,
        AMPLITUDE,
        Quantity(count, "number of steps of gradient descent", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity(stride, "rate times eigenvalue over the number of samples", sp.Interval.Ropen(0, 1)),
        Quantity(largest, "largest eigenvalue of the kernel matrix", POSITIVE, drawn=(2, 4)),
        Quantity(least, "least eigenvalue of the kernel matrix", POSITIVE, drawn=(sp.Rational(1, 8), 2)),
    ),
    symbols=MODES,
    hypotheses=(
        LINEARISED,
        Hypothesis("eigenvalues in order", least <= largest, needed_by=("best_rate", "best_factor")),
    ),
    uses=("F1.1",),
    because={
        "one step": lambda factor: same(factor * amplitude, amplitude + mode_velocity, by=sp.expand),
        "steps": lambda factor, step_mode: induction(
            step_mode, count, amplitude, lambda term: factor * term, by=in_factors
        ),
        "loss": lambda step_mode, step_loss: same(step_loss, step_mode**2 / (2 * m)),
        "contraction": lambda factor, contraction: same(
            contraction, 1 - factor.subs(eigenvalue, largest) ** 2, by=sp.expand
        ),
        "stable rate": rates_are_stable_up_to_the_end,
        "slope of the lead": lambda lead_slope: (
            same(sp.diff(2 * count * (-sp.log(1 - stride) - stride), stride), lead_slope),
            nonnegative(lead_slope.subs(stride, STRIDE), 2 * count * rest),
        ),
        "lead": steps_are_ahead_of_the_flow,
        "best rate": best_rates_balance_the_ends,
    },
    wrong=lambda: {
        "factor: not over the samples": 1 - eta * eigenvalue,
        "factor: the flow's factor": sp.exp(-eta * eigenvalue / m),
        "step_mode: a step more": step_mode.subs(count, count + 1),
        "step_mode: not over the samples": step_mode.subs(m, 1),
        "step_loss: the exponent of the residual": amplitude**2 * factor**count / (2 * m),
        "step_loss: the sum over the samples": m * step_loss,
        "step_loss: not over the samples": step_loss.subs(eta, m * eta),
        "contraction: of one factor": eta * largest / m,
        "contraction: not over the samples": contraction.subs(m, 1),
        "stable_rate: not over the samples": 2 / largest,
        "lead_slope: of the square": 2 * count * stride,
        "lead: leading order": count * stride**2,
        "best_rate: the stable rate": 2 * m / largest,
        "best_rate: not over the samples": best_rate / m,
        "best_factor: the squared factor": best_factor**2,
    },
)
