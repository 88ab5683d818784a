"""D6: GraSP at depth: the residual smoothed by the tangent kernel, what its scores add up to, and what their signs do."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, Hypothesis, Quantity, whole_from
from sparse_limits.theory.saliency.model import DENSITY, rho
from sparse_limits.theory.steps import Step

samples = sp.Symbol("N", integer=True, positive=True)
u = sp.Symbol("u", integer=True, positive=True)  # a sample
kernel, residual = (sp.Function(name, real=True) for name in ("Theta_x", "r"))  # at x and a sample; at a sample
curvature = sp.Symbol("S_f", real=True)  # derivative of the residual in the output
moved_mean = sp.Symbol("e_S", real=True)
energy, layer_energy = sp.symbols("q_g q_l", nonnegative=True)
score, flipped_score = sp.symbols("s_w sprime_w", real=True)
entries, kept = sp.symbols("m_w k_w", integer=True, nonnegative=True)
share = sp.Symbol("p_j", nonnegative=True)
p, q_1, q_2, a_1, a_2, x = sp.symbols("p q_1 q_2 a_1 a_2 x", real=True)

output_change = sp.Sum(kernel(u) * residual(u), (u, 1, samples)) / samples
moved = curvature * output_change
layer_sum = moved_mean + energy - layer_energy
leading_sign, second_sign = sp.S.NegativeOne, sp.S.One
leading = (score - flipped_score) / 2
second = (score + flipped_score) / 2
dual_kept = entries - kept
dual_density = 1 - rho
dual_share = 1 - share
small_output = p * x * (a_1 * q_1 + a_2 * q_2) / sp.sqrt(2)
small_kernel = (x**2 * (a_1 * q_1 + a_2 * q_2) ** 2 + p**2 * x**2 * (a_1**2 + a_2**2 + q_1**2 + q_2**2)) / 2
kernel_change = -2 * x**2 * a_1 * a_2 * q_1 * q_2
positive = (0, 2, 0, 2)  # scores of a column above 0, for the four signs of two weights of the readout
fair = (0, 1, 1, 2)  # as many if each score had a sign of its own
ROWS = ((1, 1), (1, -1), (1, 2), (1, -2), (1, -2))  # of W¹, of W², and the residuals
FIRST, SECOND, RESIDUALS = ", ".join(map(str, ROWS[:2])), ", ".join(map(str, ROWS[2:4])), str(ROWS[4])
SIGNS = ((1, 1), (1, -1), (-1, 1), (-1, -1))  # of the readout of two units
ORDER = "$, $".join(map(str, SIGNS))
KNOWN = ((1, (1, 2)), (-1, (2, 1)))  # the readout's weight and W, equally likely

SYMMETRIC_READOUT = Step(
    name="symmetric readout",
    sentence=r"""Given all other weights $a$ and $-a$ have one law, hence leading scores and their negatives. So for every group of weights the mean share that is kept at the density $1-\rho$ is $[[dual_share]]$, with $p_j$ the mean share kept at $\rho$. That $a$ alone
has a symmetric law is not enough: one unit at $x=(1,1)$ with $r=S=1$, and $(a,W)$ one of REPLACE with the chance $\frac12$ each, always keeps the second column at the density $\frac12$.""".replace(
        "REPLACE", "$" + "$, $".join(map(str, KNOWN)) + "$"
    ),
    gives={"dual_share": dual_share},
    uses=("reversed order",),
)
SIGNS_OF_A_COLUMN = Step(
    name="signs of a column",
    sentence=rf"""Two samples $(1,0)$, $(0,1)$ with $r={RESIDUALS}$, $S=1$, $\varphi(z)=\max(z,0)$, $W^1$ of rows ${FIRST}$, $W^2$ of rows ${SECOND}$, and $|a|=(1,1)$: for $a={ORDER}$ the first column of $W^2$ has $[[positive]]$ positive leading scores; signs of
their own would give $[[fair]]$, in some order.""",
    gives={"positive": positive, "fair": fair},
    uses=("one sign",),
)

STEPS = proof(
    r"""
gradient (by chain rule): A loss $E_D\ell(f)$ with the residual $r=\partial\ell/\partial f$ has the gradient $g=J^\top r=E_D\langle r,\nabla
f\rangle$.

rate (from gradient): Along $g$ the output at $x$ changes at the rate $\dot f=Jg=[[output_change]]$, with $\Theta_x(u)=\hat\Theta(x,x_u)$,
$\hat\Theta=JJ^\top$, for $N$ samples.

Hessian (from rate; by chain rule): With $S=\partial r/\partial f$ the derivative of $g$ along $g$ is $Hg=E_D\langle S\dot f,\nabla
f\rangle+E_D\langle r,\nabla^2f\rangle g$: the first term, the *leading* one, is what SNIP has with the residual $S\dot f$ in the place of
$r$.

Euler (from gradient; by chain rule): With ReLU and no biases $F=E_D\langle r,f\rangle$ at fixed $r$ is linear in the scale of each layer,
so that $\sum w\,\partial F/\partial w=F$ over it. Along $g=\nabla F$ that gives $\sum w(\nabla^2F\,g)_w+q_l=q_g$, with the sums $q_l$ and
$q_g$ of the squares of $g$ over the layer and over all weights.

sum over a layer (from Hessian, Euler): The leading scores of a layer have likewise the sum $e_S=E_D\langle S\dot f,f\rangle$, with the
network's own output $f$, also if the loss is one of $f$ less a fixed function. So $\sum w(Hg)_w=[[layer_sum]]$ over a layer.

kernel in the limit (from rate; by K2 for all layers): With $\varphi(z)=\sqrt2\max(z,0)$, no biases, standard normal weights and inputs
$\ne0$ $\hat\Theta\to\Theta$ in probability, K2's at $W=1$.

residual in the limit (from Hessian, kernel in the limit; by Slutsky): Leading scores are linear in the residual $S\dot f$. At each of the
residuals that are $1$ at one sample and $0$ at the others scores tend in law, so that $\Theta$ for $\hat\Theta$ in $\dot f$ changes leading
scores, in units in which they have a limit, by what tends to $0$ in probability.

limit (from residual in the limit; by D2): So leading scores tend in law to D2's, before the modulus is taken, at the fixed residual
$[[moved]]$, $S_f$ for $S$ and $\Theta$ for $\hat\Theta$.

the readout flipped (from Hessian): With $r$ and $S$ fixed let $a\to-a$ in the whole readout: $f$, its derivatives in the weights below and
second derivatives there change sign, derivatives that take one $\partial_a$ do not, and $\hat\Theta$, hence $\dot f$, does not. So leading
scores get the factor $[[leading_sign]]$, those of the second term $[[second_sign]]$, in all layers, the readout included.

two networks (from the readout flipped): From the scores $s_w$, $s_w'$ of a weight at $a$ and at $-a$ the leading term is $[[leading]]$ and
the second $[[second]]$.

reversed order (from two networks): Let equal scores be taken in a uniformly random order. Then the $k_w$ largest of $m_w$ scores are, in
law, the $k_w$ smallest of their negatives: what is not among the $[[dual_kept]]$ largest of these. A density $\rho$ becomes
$[[dual_density]]$.

[[SYMMETRIC_READOUT]]

one sign (from rate): One sample $x$, $\varphi(z)=\max(z,0)$, two units in layer 2 and one in layer 1, all open: $f=[[small_output]]$ has
$\hat\Theta=[[small_kernel]]$. If $a_1$ alone changes its sign $\hat\Theta$ changes by $[[kernel_change]]$, so that moduli of leading scores
do.

[[SIGNS_OF_A_COLUMN]]
""",
    globals(),
)

smoothed_at_depth = Claim(
    label="D6",
    title="GraSP at depth: the smoothed residual, sums over layers, and signs",
    statement=r"""
Let a network of any depth with one output have the loss $E_D\ell(f)$ with $r=\partial\ell/\partial f$, $S=\partial r/\partial f$, $g=J^\top r$, off the kinks. Then
$$Hg=E_D\langle S\dot f,\nabla f\rangle+E_D\langle r,\nabla^2f\rangle\,g,\qquad\dot f(x)=[[output_change]],$$
with the tangent kernel $\Theta_x(u)=\hat\Theta(x,x_u)$: the leading term of GraSP's score $w(Hg)_w$ is SNIP's with its sign and the residual $S\dot f$ for $r$. For $\varphi(z)=\sqrt2\max(z,0)$, no biases, standard normal weights, inputs that are not $0$ and $r$ and $S$ fixed it tends in law to that of D2 at the residual
$[[moved]]$, $S_f=S$ and $\Theta_x$ the limit of the tangent kernel, as the widths grow one after the other.

(a) With ReLU and no biases, in every layer $\sum w(Hg)_w=[[layer_sum]]$ with $e_S=E_D\langle S\dot f,f\rangle$, $f$ the network's own output (also if the loss is one of $f$ less a fixed function), $q_g=|g|^2$ and $q_l$ the part of $|g|^2$ in the layer.

(b) Let $r$ and $S$ not depend on the network (its output at the start subtracted). To flip all signs of the readout multiplies the leading scores by $[[leading_sign]]$ and the scores of the second term by $[[second_sign]]$, so that the scores $s_w$ and $s_w'$ of the two networks give them: $[[leading]]$ and
$[[second]]$. Let $a$ and $-a$ have one law given all other weights. Ranked by leading scores with their signs, equal ones in a uniformly random order, any group of weights keeps at the density $[[dual_density]]$ in the mean the share $[[dual_share]]$, if it keeps $p_j$ at $\rho$.

(c) S10's fair coins for the signs of a column do not carry over to $L=2$: one sign of the readout changes the moduli of others, in the smallest case (one sample, $\varphi(z)=\max(z,0)$, one unit in layer 1 and two in layer 2) $\hat\Theta=[[small_kernel]]$ by $[[kernel_change]]$. There is a network with $L=2$ and two samples in which a column of $W^2$ has $[[positive]]$ positive leading scores at fixed $W^1$, $W^2$ and $|a|$ for $a$ of the signs ORDER, where fair coins would have
$[[fair]]$, in some order.
""".replace("ORDER", f"${ORDER}$"),
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract (one hidden layer: S8, S10)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(samples, "number of samples", COUNT, drawn=(1, 4)),
        Quantity(u, "a sample, by its place", COUNT),
        Quantity(kernel, "tangent kernel at an input and a sample", sp.S.Reals),
        Quantity(residual, "residual at a sample", sp.S.Reals),
        Quantity(curvature, "derivative of the residual in the output", sp.S.Reals),
        Quantity(moved_mean, "mean over the data of output times the residual's rate of change", sp.S.Reals),
        Quantity((energy, layer_energy), "square of the gradient's length, and the layer's part of it", NON_NEGATIVE),
        Quantity((score, flipped_score), "score of a weight, and with the readout's signs flipped", sp.S.Reals),
        Quantity(entries, "number of weights", whole_from(0), drawn=(5, 9)),
        Quantity(kept, "number of weights that are kept", whole_from(0), drawn=(0, 5)),
        Quantity(share, "mean share of a group that is kept", CLOSED_UNIT),
        replace(DENSITY, within=CLOSED_UNIT),
        Quantity(p, "weight of the one unit of layer 1", sp.S.Reals),
        Quantity((q_1, q_2), "weight from it to the first and to the second unit of layer 2", sp.S.Reals),
        Quantity((a_1, a_2), "weight of the readout, of the first and of the second unit", sp.S.Reals),
        Quantity(x, "input of the one sample", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("one output, and no unit at a kink of the activation on the data"),
        Hypothesis(
            r"for the limit $\varphi(z)=\sqrt2\max(z,0)$, no biases, standard normal weights, $r$ and $S$ fixed, inputs $\ne0$ and widths that grow one after the other",
            needed_by=("moved",),
        ),
        Hypothesis(
            r"$\varphi(z)=\max(z,0)$ in the example, one sample, one unit in layer 1 and two in layer 2, all open",
            needed_by=("small_kernel", "kernel_change"),
        ),
        Hypothesis("ReLU and no biases", needed_by=("layer_sum", "small_kernel", "kernel_change", "positive")),
        Hypothesis(
            "neither the residual nor its derivative in the output depends on the network",
            needed_by=("leading_sign", "second_sign", "leading", "second", "dual_share"),
        ),
        Hypothesis(
            "no bias in the readout", needed_by=("leading_sign", "second_sign", "leading", "second", "dual_share")
        ),
        Hypothesis(
            "given all other weights a readout and its negative have one law; equal leading scores are ranked at random",
            needed_by=("dual_density", "dual_share"),
        ),
    ),
    uses=("D2", "K2", "S10"),
    aids={
        "column": ROWS,
        "closed": (*ROWS[:3], (-1, -2), ROWS[4]),  # the second unit of layer 2 is closed on both samples
        "known": KNOWN,
    },
)
