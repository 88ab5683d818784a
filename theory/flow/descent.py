"""F1.2: gradient descent in steps, when it is stable, and how far it is ahead of the flow."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.flow.linear import AMPLITUDE, EIGENVALUE, LINEARISED, NUMBER, RATE, amplitude, eigenvalue, eta
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity

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
one step: A step of length $\eta$ moves $q_i\cdot r$ by its velocity: it is multiplied by $[[factor]]$.

steps (from one step): After $k$ steps $q_i\cdot r=[[step_mode]]$.

loss (from steps): Its part of the loss is $[[step_loss]]$.

contraction (from one step): $1-(1-\frac{\eta\lambda_1}m)^2=[[contraction]]$.

stable rate (from contraction): That is positive for $0<\eta<[[stable_rate]]$, $0$ at the end, and negative beyond it. A smaller eigenvalue
has a later end.

slope of the lead: $2k(-\ln(1-x)-x)$ is $0$ at $x=0$ and has the slope $[[lead_slope]]\ge0$ for $0\le x<1$.

lead (from loss, slope of the lead): With $x=\frac{\eta\lambda}m<1$, the logarithm of the loss of the flow at the time $k$, over that of $k$
steps, is $[[lead]]\ge0$.

best rate (from one step): At $\eta=[[best_rate]]$ the factors at $\lambda_1\ge\lambda_m$ are opposite, of modulus $[[best_factor]]$, and
those between lie between. A larger rate has a larger modulus at $\lambda_1$, a smaller one at $\lambda_m$.
""",
    globals(),
)

gradient_descent = Claim(
    label="F1.2",
    title="Gradient descent in steps: stable below 2m/λ, and ahead of the flow below m/λ",
    statement=r"""
In the setting of F1.1, let the parameters move by $-\eta\nabla L$ in each step. After $k$ steps
$$q_i\cdot r=[[step_mode]],\qquad L=\sum_i[[step_loss]].$$
With $\lambda_1>0$ the largest eigenvalue, no part of the residuals grows, wherever they start, if and only if $\eta\le[[stable_rate]]$, and every part at a positive eigenvalue
tends to $0$, wherever they start, if and only if $\eta<[[stable_rate]]$: the largest stable rate is $2m$ over the largest eigenvalue *of the kernel matrix*. Where $x=\frac{\eta\lambda}m<1$, steps are ahead
of the flow: after $k$ of them the loss in the mode is that of the flow at the time $k$ over the exponential of $[[lead]]\ge0$. If $\lambda_m>0$ is the least
eigenvalue, the rate $[[best_rate]]$ makes the largest modulus of a factor least: $[[best_factor]]$ a step.
""",
    steps=STEPS,
    source=Source("2510.17515", "the textbook analysis of gradient descent; beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        RATE,
        NUMBER,
        EIGENVALUE,
        AMPLITUDE,
        Quantity(count, "number of steps of gradient descent", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity(stride, "rate times eigenvalue over the number of samples", sp.Interval.open(0, 1)),
        Quantity(largest, "largest eigenvalue of the kernel matrix", POSITIVE, drawn=(2, 4)),
        Quantity(least, "least eigenvalue of the kernel matrix", POSITIVE, drawn=(sp.Rational(1, 8), 2)),
    ),
    hypotheses=(
        LINEARISED,
        Hypothesis("eigenvalues in order", least <= largest, needed_by=("best_rate", "best_factor")),
    ),
    uses=("F1.1",),
)
