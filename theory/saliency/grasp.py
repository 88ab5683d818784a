"""S8: GraSP is SNIP with the residual smoothed by the neural tangent kernel."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.quantities import POSITIVE, Hypothesis, Quantity
from theory.saliency.model import DIMENSION, WIDTH, dimension, width
from theory.saliency.snip import FIXED_RESIDUAL, GATED_MEAN, LENGTH, READOUT, a, norm
from theory.saliency.snip import g as plain

theta = sp.Symbol("theta", positive=True)  # angle between two inputs, in (0, π)
other_norm = sp.Symbol("R_2", positive=True)  # ‖x′‖
smoothed, activation = sp.symbols("G E", real=True)

kappa_0 = (sp.pi - theta) / (2 * sp.pi)
kappa_1 = (sp.sin(theta) + (sp.pi - theta) * sp.cos(theta)) / (2 * sp.pi)

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
$\hat\Theta\to\Theta=[[tangent_kernel]]$ ($R,R_2$ the lengths of $x,x'$, $\theta$ the angle) with $\kappa_0=[[kappa_0]]$, $\kappa_1=[[kappa_1]]$.
If $r$ is a fixed function of the data (initial output subtracted), so is $\Theta r$, and the claims S3–S6 hold with
$\Theta r$ for $r$.
""",
    proof_text=r"""
$\nabla L=J^\top r$, so $H=J^\top J+E[r\nabla^2f]$. $f$ is linear in $a$ and piecewise linear in $w$, so $\nabla^2f$ couples
$(a_i,w_i)$ only: $\partial_{a_i}\partial_{w_{ij}}f=1\{z_i>0\}x_j/\sqrt{nd}$, and $g_{a_i}=n^{-1/2}E[r\sigma(z_i)]$. One unit
contributes $a_i^2\frac{x\cdot x'}d1\{z>0\}1\{z'>0\}+\sigma(z)\sigma(z')$ to $\hat\Theta$. In the plane of $x$ and $x'$ the
direction of $w$ is uniform: both gates are open on a sector of angle $\pi-\theta$, whence $\kappa_0$, and with $E R^2=2$ for the
squared length $\kappa_1=\frac1\pi\int_{\theta-\pi/2}^{\pi/2}\cos\alpha\cos(\alpha-\theta)\,d\alpha$.
""",
    source=Source("2602.06675", "beyond the abstract (which calls GraSP heterogeneous)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(theta, "angle between two inputs, in radians", sp.Interval(0, sp.pi), drawn=(sp.Rational(1, 10), 3)),
        LENGTH,
        Quantity(other_norm, "Euclidean length of another input", POSITIVE),
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
            r"$1.5$ noise floors.",
            checked_by="grasp_keeps_what_smoothed_snip_keeps",
        ),
    ),
    uses=("S3", "S6"),
    expressions={
        "kappa_0": kappa_0,
        "kappa_1": kappa_1,
        "tangent_kernel": norm * other_norm / dimension * (sp.cos(theta) * kappa_0 + kappa_1),
        "hessian_gradient": (a * smoothed + activation * plain / sp.sqrt(width)) / sp.sqrt(width * dimension),
    },
)
