"""F1.1: linearised gradient flow takes a loss apart into the eigenvectors of the tangent kernel."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, nonnegative, same

eta = sp.Symbol("eta", positive=True)  # rate of learning
eigenvalue = sp.Symbol("lambda", nonnegative=True)  # of the kernel matrix on the samples, not over their number
amplitude = sp.Symbol("c", real=True)  # of the residual at the start, along a unit eigenvector
time = sp.Symbol("t", nonnegative=True)
own, shared = sp.symbols("a b", real=True)  # kernel of a sample with itself, and of two samples with each other
residuals = sp.symbols("r_1 r_2", real=True)  # at the start, of two samples

RATE = Quantity(eta, "rate of learning", POSITIVE, drawn=(sp.Rational(1, 8), 2))
NUMBER = Quantity(m, "number of samples", COUNT, drawn=(1, 9))
EIGENVALUE = Quantity(
    eigenvalue, "eigenvalue of the kernel matrix on the samples", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4)
)
AMPLITUDE = Quantity(amplitude, "component of the residuals at the start along a unit eigenvector", sp.S.Reals)
TIME = Quantity(time, "time of training", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4))
PAIR = (
    Quantity(own, "kernel of a sample with itself, the same for both of two", POSITIVE, drawn=(1, 3)),
    Quantity(shared, "kernel of one of two samples with the other", sp.S.Reals, drawn=(-1, 1)),
)
RESIDUALS = Quantity(residuals, "residual of one of two samples at the start", sp.S.Reals)
NO_TRAINING = "at the rate 0 nothing is trained"  # why rates of learning are positive
ALLOWED_PAIR = Hypothesis("a kernel matrix without negative eigenvalues", own >= sp.Abs(shared))
LINEARISED = Hypothesis(
    r"$f$ is linear in the parameters, as a wide network is to first order in its parameters about the start; $\Theta$, the Gram "
    r"matrix of the gradients of its $m$ outputs, does not move"
)

pair_velocity = -eta / 2 * sp.ImmutableMatrix([[own, shared], [shared, own]]) * sp.ImmutableMatrix(residuals)
mode_velocity = -eta * eigenvalue * amplitude / m
mode = amplitude * sp.exp(-eta * eigenvalue * time / m)
mode_loss = amplitude**2 * sp.exp(-2 * eta * eigenvalue * time / m) / (2 * m)
mode_descent = -eta * eigenvalue * amplitude**2 * sp.exp(-2 * eta * eigenvalue * time / m) / m**2
plateau = amplitude**2 / (2 * m)

_half_sum, _half_difference = (residuals[0] + residuals[1]) / 2, (residuals[0] - residuals[1]) / 2
_together = _half_sum * sp.exp(-eta * (own + shared) * time / 2)
_apart = _half_difference * sp.exp(-eta * (own - shared) * time / 2)
pair_residuals = sp.ImmutableMatrix([_together + _apart, _together - _apart])

# What letters stand for in the sentences of several claims
MODES = {
    "q_i": "unit eigenvector $i$ of the kernel matrix",
    "r": "residuals on the samples, output less target",
    "L": "loss, half of the mean square of the residuals",
}

STEPS = proof(
    r"""
velocity: The parameters have the velocity $-\eta\nabla L=-\frac\eta mJ^\top r$, where $J$ is the matrix of the gradients of the outputs.
The velocity of the residuals is $J$ times this: $r'=-\frac\eta mJJ^\top r$. For two samples with residuals $r_1,r_2$, whose gradients have
the inner products $a$, $a$ and $b$, it is $[[pair_velocity]]$.

eigenvectors (by spectral theorem): $\Theta=JJ^\top$ has an orthonormal basis of eigenvectors $q_i$ with eigenvalues $\lambda_i\ge0$.

velocity of a mode (from velocity, eigenvectors): The velocity of $q_i\cdot r$ is $-\frac\eta mq_i^\top\Theta r$. At $q_i\cdot r=c$, with
$\lambda$ for $\lambda_i$, this is $[[mode_velocity]]$, whatever the other components are.

one flow (by flows): A linear vector field has exactly one flow line from each point. So a curve with this velocity and this starting point
is the flow line.

mode (from velocity of a mode, one flow): So $q_i\cdot r(t)=[[mode]]$ with $c=q_i\cdot r(0)$.

squares (from eigenvectors; by Parseval): $\sum_jr_j^2=\sum_i(q_i\cdot r)^2$.

loss (from mode, squares): The part of $L=\frac1{2m}\sum_jr_j^2$ in one mode is $[[mode_loss]]$.

descent (from loss): This part changes at the rate $[[mode_descent]]\le0$.

plateau (from loss): If $\lambda=0$, this part is $[[plateau]]$ at all times; otherwise it tends to $0$.

two samples (from velocity, mode): For two samples as in *velocity* the eigenvectors are $(1,\pm1)/\sqrt2$ with the eigenvalues $a\pm b$,
and the residuals at time $t$ are $[[pair_residuals]]$.
""",
    globals(),
)

SIGNS = (1, 1), (1, -1)  # eigenvectors of two samples, times √2


def residuals_follow_the_gradients(pair_velocity: sp.ImmutableMatrix) -> Relations:
    """The loss is differentiated: along the sum and the difference of two gradients; and with three parameters, all free."""
    along, across = sp.sqrt((own + shared) / 2), sp.sqrt((own - shared) / 2)
    pair, plane = ((along, across), (along, -across)), sp.symbols("theta_1:3", real=True)
    seen = sum((sum(map(sp.Mul, each, plane)) + r) ** 2 for each, r in zip(pair, residuals, strict=True)) / 4
    down = [-eta * sp.diff(seen, letter).subs(dict.fromkeys(plane, 0)) for letter in plane]
    for claimed, each in zip(pair_velocity, pair, strict=True):
        yield same(claimed, sum(map(sp.Mul, each, down)), by=sp.expand)
    parameters = sp.symbols("theta_1:4", real=True)
    gradients = sp.ImmutableMatrix(2, 3, sp.symbols("g_1:7", real=True))
    at = gradients * sp.ImmutableMatrix(parameters) - sp.ImmutableMatrix(sp.symbols("y_1:3", real=True))
    loss = sum(each**2 for each in at) / 4
    moved = gradients * sp.ImmutableMatrix([-eta * sp.diff(loss, each) for each in parameters])
    first, second = (sp.ImmutableMatrix(gradients.row(row)) for row in (0, 1))
    longer = {own: first.dot(first), shared: first.dot(second), residuals[0]: at[0], residuals[1]: at[1]}
    swapped = longer | {own: second.dot(second)}
    cases = [(pair_velocity[0].subs(longer, simultaneous=True), moved[0])]
    cases.append((pair_velocity[1].subs(swapped, simultaneous=True), moved[1]))
    yield at_sizes(cases, "samples of a model")


def modes_have_their_own_velocity(pair_velocity: sp.ImmutableMatrix, mode_velocity: sp.Expr) -> Relations:
    """Any eigenvector, its row times the kernel being λ times it; and both eigenvectors of two samples."""
    yield same(mode_velocity, -eta / m * (eigenvalue * amplitude))
    for signs, value in zip(SIGNS, (own + shared, own - shared), strict=True):
        vector = sp.ImmutableMatrix(signs) / sp.sqrt(2)
        here = {m: 2, eigenvalue: value, amplitude: vector.dot(sp.ImmutableMatrix(residuals))}
        yield same(vector.dot(pair_velocity), mode_velocity.subs(here, simultaneous=True), by=sp.expand)


def losses_descend(mode_loss: sp.Expr, mode_descent: sp.Expr) -> Relations:
    """The derivative in the time, and minus a product of what is nowhere negative."""
    yield same(mode_descent, sp.diff(mode_loss, time))
    fading = sp.exp(-2 * eta * eigenvalue * time / m)
    yield nonnegative(-mode_descent, eta * eigenvalue * amplitude**2 * fading / m**2)


def what_has_no_kernel_stays(mode_loss: sp.Expr, plateau: sp.Expr) -> Relations:
    """At the eigenvalue 0 for all times; the limit at a positive one."""
    yield same(mode_loss.subs(eigenvalue, 0), plateau)
    positive = sp.Symbol("lambda", positive=True)
    yield same(sp.limit(mode_loss.subs(eigenvalue, positive), time, sp.oo), sp.S.Zero)


def two_samples_follow_their_flow(
    pair_velocity: sp.ImmutableMatrix, mode: sp.Expr, pair_residuals: sp.ImmutableMatrix
) -> Relations:
    """Both are turned into modes; the derivative in the time is the velocity there; and the start."""
    for signs, value in zip(SIGNS, (own + shared, own - shared), strict=True):
        vector = sp.ImmutableMatrix(signs) / sp.sqrt(2)
        here = {m: 2, eigenvalue: value, amplitude: vector.dot(sp.ImmutableMatrix(residuals))}
        yield same(vector.dot(pair_residuals), valued(mode, here))
    there = dict(zip(residuals, pair_residuals, strict=True))
    moved = pair_velocity.subs(there, simultaneous=True)
    for claimed, velocity, start in zip(pair_residuals, moved, residuals, strict=True):
        yield same(sp.diff(claimed, time), velocity)
        yield same(claimed.subs(time, 0), start)


linearised_flow = Claim(
    label="F1.1",
    title="Linearised gradient flow: the modes of the kernel decay independently",
    headline=r"In linearised gradient flow at the rate $\eta$ on $m$ samples the kernel's eigenvectors decay independently. One with eigenvalue $\lambda$ and initial residual component $c$ carries at time $t$ the loss $$[[mode_loss]].$$",
    statement=r"""
**Setting.** Let the outputs $f$ on $m$ samples be affine in the parameters $\theta$, so that their kernel matrix $\Theta$ does not move. Let
$r=f-y$ be the residuals and $L=\frac12E_D\,r^2=\frac1{2m}\sum_jr_j^2$ the loss, where $E_D$ is the mean over the samples. Let the parameters
follow $\theta'=-\eta\nabla L$, and let $\Theta$ have the orthonormal eigenvectors $q_i$ and the eigenvalues $\lambda_i\ge0$.

**The modes.** With $\lambda$ for $\lambda_i$ and $c=q_i\cdot r(0)$, at every time
$$q_i\cdot r(t)=[[mode]],\qquad r_j(t)=\sum_iq_{ij}\,q_i\cdot r(t),\qquad L(t)=\sum_i[[mode_loss]].$$ Each part of the loss changes at the
rate $[[mode_descent]]\le0$. In the limit of long times the *plateau* is left, the sum of $[[plateau]]$ over the eigenvectors of
eigenvalue $0$.

**Two samples** with kernel $a$ at each sample and $b$ between them have at time $t$ the residuals $$[[pair_residuals]].$$
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 3.1: “Under gradient flow on the mean squared error loss, the predictions evolve according to a linear "
        "differential equation”, “convergence is faster along directions corresponding to larger eigenvalues of the NTK”; the "
        "textbook solution of a linear flow",
    ),
    provenance=Provenance.STATED,
    quantities=(replace(RATE, convention=NO_TRAINING), NUMBER, EIGENVALUE, AMPLITUDE, TIME, *PAIR, RESIDUALS),
    symbols={
        **MODES,
        "f": "outputs of the network on the samples",
        "y": "targets of the samples",
        "E_D": "mean over the samples",
        r"\theta": "parameters of the network",
        r"\Theta": "kernel matrix of the network on the samples",
        "q_{ij}": "entry of $q_i$ at sample $j$",
        r"\lambda_i": "eigenvalue of $q_i$",
    },
    hypotheses=(
        LINEARISED,
        replace(ALLOWED_PAIR, convention="a Gram matrix has no negative eigenvalues; the formula would hold with them"),
    ),
    because={
        "velocity": residuals_follow_the_gradients,
        "velocity of a mode": modes_have_their_own_velocity,
        "mode": lambda mode_velocity, mode: (
            same(sp.diff(mode, time), mode_velocity.subs(amplitude, mode)),
            same(mode.subs(time, 0), amplitude),
        ),
        "loss": lambda mode, mode_loss: same(mode_loss, mode**2 / (2 * m)),
        "descent": losses_descend,
        "plateau": what_has_no_kernel_stays,
        "two samples": two_samples_follow_their_flow,
    },
    wrong=lambda: {
        "pair_velocity: not over the samples": 2 * pair_velocity,
        "pair_velocity: the squares of the gradients alone": pair_velocity.subs(shared, 0),
        "pair_velocity: up the gradient": -pair_velocity,
        "mode_velocity: not over the samples": m * mode_velocity,
        "mode: not over the samples": mode.subs(m, 1),
        "mode: the exponent of the loss": amplitude * sp.exp(-2 * eta * eigenvalue * time / m),
        "mode: growth": amplitude * sp.exp(eta * eigenvalue * time / m),
        "mode_loss: the exponent of the residual": mode**2 / (2 * m) * sp.exp(eta * eigenvalue * time / m),
        "mode_loss: the sum over the samples": m * mode_loss,
        "mode_loss: rate not over the samples": mode_loss.subs(eta, m * eta),
        "mode_descent: not over the samples": m * mode_descent,
        "plateau: the sum over the samples": m * plateau,
        "pair_residuals: each by itself": pair_residuals.subs(shared, 0),
        "pair_residuals: not over the samples": pair_residuals.subs(time, 2 * time),
        "pair_residuals: eigenvalues exchanged": pair_residuals.subs(shared, -shared),
    },
)
