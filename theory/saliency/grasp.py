"""S8: GraSP is SNIP with the residual smoothed by the neural tangent kernel."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Remark, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import DIMENSION, WIDTH, dimension, width
from sparse_limits.theory.saliency.snip import FIXED_RESIDUAL, GATED_MEAN, LENGTH, READOUT, a, norm
from sparse_limits.theory.saliency.snip import g as plain

theta = sp.Symbol("theta", positive=True)  # angle between two inputs, in (0, π)
other_norm = sp.Symbol("R_2", positive=True)  # ‖x′‖
smoothed, activation = sp.symbols("G E", real=True)

kappa_0 = (sp.pi - theta) / (2 * sp.pi)
kappa_1 = (sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)) / (2 * sp.pi)

plane_square = sp.Integer(2)  # E of the squared length of a standard normal vector of the plane
mixed = plain / sp.sqrt(width * dimension)  # E_D[r ∂²f/∂a_i ∂w_ij]
readout_slope = activation / sp.sqrt(width)  # ∂L/∂a_i
smoothed_slope = a * smoothed / sp.sqrt(width * dimension)  # (Jᵀ Θ̂r) at w_ij
tangent_kernel = norm * other_norm / dimension * (sp.cos(theta) * kappa_0 + kappa_1)
hessian_gradient = (a * smoothed + activation * plain / sp.sqrt(width)) / sp.sqrt(width * dimension)

STEPS = proof(
    r"""
gradient (by chain rule): With $J$ the derivatives of $f$ by the parameters at each input, $J^\top r=E_D[r\nabla f]$, square loss has
$\nabla L=J^\top r$.

Hessian (from gradient; by chain rule): Off the kinks its derivative is $H=J^\top J+E_D[r\nabla^2f]$. So $Hg=J^\top\hat\Theta
r+E_D[r\nabla^2f]\,g$ with $\hat\Theta=JJ^\top$.

one unit (from gradient): In the parameters of one unit, off its kinks, $E_D[rf]$ is $n^{-1/2}a_i$ times $E=E_D[r\,\sigma(z_i)]$, which is
linear in $w_{ij}$ with slope $g/\sqrt d$. So $\partial L/\partial a_i=[[readout_slope]]$, and of the second derivatives with $w_{ij}$ only
that with $a_i$ is not zero: $[[mixed]]$.

smoothed term (from Hessian): Likewise $J^\top\hat\Theta r$ has the entry $[[smoothed_slope]]$ at $w_{ij}$, with $\hat\Theta r$ for $r$.

Hessian times gradient (from Hessian, one unit, smoothed term): Together $(Hg)_{w_{ij}}=[[hessian_gradient]]$, the term in $E$ smaller by
$n^{-1/2}$.

kernel of a unit (from Hessian; by chain rule): $\hat\Theta(x,x')$ is the mean over the units of $a_i^2\frac{x\cdot
x'}d1\{z_i>0\}1\{z_i'>0\}+\sigma(z_i)\sigma(z_i')$, the products of their derivatives by $w_i$ and $a_i$.

many units (from kernel of a unit; by large numbers): The units are iid, $a_i$ independent of $w_i$ with $Ea_i^2=1$. So as $n\to\infty$ it
tends to $\frac{x\cdot x'}d$ times the chance of both gates, and $E[\sigma(z)\sigma(z')]$.

plane (from many units; by rotation): In the plane of $x$ and $x'$, $w$ has a uniform direction and an independent length; both gates are
open where the direction lies within a right angle of both: on a sector.

share of the sector (from plane): The sector has the share $\kappa_0=[[kappa_0]]$ of all directions.

squared length (from plane): The squared length of $w$ in the plane has the mean $[[plane_square]]$.

mean over the sector (from plane, squared length): For unit vectors the product of the two projections is the squared length times
$\cos\alpha\cos(\alpha-\theta)$, $\alpha$ the angle of $w$ with $x$: its mean over the directions of the sector, $0$ elsewhere, gives
$\kappa_1=[[kappa_1]]$.

tangent kernel (from many units, share of the sector, mean over the sector): With $x\cdot x'=RR_2\cos\theta$, $\Theta=[[tangent_kernel]]$.
It depends on the inputs alone: where $r$ is a fixed function of the data so is $\Theta r$, which is what S3–S6 ask of a residual.
""",
    globals(),
)

smoothed_snip = Claim(
    label="S8",
    title="GraSP is SNIP with the residual smoothed by the tangent kernel",
    statement=r"""
For any network and square loss with $g=J^\top r$, the product with the Hessian is
$Hg=J^\top\hat\Theta r+E_D[r\nabla^2f]\,g$, $(\hat\Theta r)(x)=E_{D'}[\hat\Theta(x,x')r(x')]$. For one hidden ReLU layer, all
parameters trained, almost everywhere
$$(Hg)_{w_{ij}}=[[hessian_gradient]],$$
with $G=E_D[(\hat\Theta r)\,x_j1\{z_i>0\}]$, $E=E_D[r\,\sigma(z_i)]$, $g=E_D[r\,x_j1\{z_i>0\}]$, $z_i=w_i\cdot x/\sqrt d$. So the
GraSP saliency $w\odot Hg$ is that of SNIP with $r\to\hat\Theta r$, plus a term smaller by $n^{-1/2}$; and
$\hat\Theta\to\Theta=[[tangent_kernel]]$ ($R,R_2$ the lengths of $x,x'$, $\theta$ the angle, or any number where an input is $0$, as $\Theta$ is $0$ there) with $\kappa_0=[[kappa_0]]$, $\kappa_1=[[kappa_1]]$.
If $r$ is a fixed function of the data (initial output subtracted), so is $\Theta r$, and the claims S3–S6 hold with
$\Theta r$ for $r$.
""",
    steps=STEPS,
    source=Source("2602.06675", "beyond the abstract (which calls GraSP heterogeneous)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(theta, "angle between two inputs, in radians", sp.Interval(0, sp.pi), drawn=(sp.Rational(1, 10), 3)),
        replace(LENGTH, within=NON_NEGATIVE),
        Quantity(other_norm, "Euclidean length of another input", NON_NEGATIVE),
        WIDTH,
        DIMENSION,
        READOUT,
        Quantity(
            smoothed,
            "mean over the data of smoothed residual times input where the neuron is active, $0$ where it is not",
            sp.S.Reals,
        ),
        Quantity(activation, "mean over the data of residual times activation of a neuron", sp.S.Reals),
        GATED_MEAN,
    ),
    hypotheses=(
        Hypothesis("square loss"),
        Hypothesis("one hidden ReLU layer; the point is off every kink"),
        Hypothesis(
            "for S3–S6: " + FIXED_RESIDUAL + r", and $\Theta r$, the limit, in place of the realised $\hat\Theta r$"
        ),
    ),
    remarks=(
        Remark(
            r"Measured on digits: the columns that GraSP keeps are those of SNIP rows with the realised $\hat\Theta r$, within "
            r"$1.5$ noise floors (S6) of the difference of both samples, $2048$ rows and $4096$.",
            checked_by="grasp_keeps_what_smoothed_snip_keeps",
        ),
    ),
    uses=("S3", "S6"),
)
