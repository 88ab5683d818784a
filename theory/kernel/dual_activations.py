"""K1: the dual activations of ReLU, erf and the identity, and the dense kernels they give at every depth."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.kernel import dual
from sparse_limits.theory.kernel.dual import (
    CAUCHY_SCHWARZ,
    COSINE,
    DEPTH,
    J_2,
    PREACTIVATIONS,
    a,
    angle,
    b,
    c,
    cosine,
    erf,
    linear,
    relu,
    tangent,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity

k = sp.Symbol("k", integer=True, nonnegative=True)

variance_slope = sp.sqrt(a * b - c**2) / (2 * sp.pi * a)
squares = 2 * a * b * J_2.subs(cosine, c / sp.sqrt(a * b)) / sp.pi
taylor_0 = sp.binomial(2 * k, k) / (sp.pi * 4**k * (2 * k + 1))
taylor_1 = sp.binomial(2 * k, k) / (sp.pi * 4**k * (2 * k + 1) * (2 * k + 2))

STEPS = proof(
    r"""
Price (by Price): $\partial_cE\,\psi(z)\psi(z')=E\,\psi'(z)\psi'(z')$, since the normal density satisfies
$\partial_cp=\partial_z\partial_{z'}p$: for $\psi$ of at most polynomial growth, derivatives in the sense of distributions.

no correlation (by product): At $c=0$ the mean of a product is the product of the means.

gates (from Price, no correlation): $\ddot\varphi=\sqrt2\,\delta$, so that
$\partial_cE\dot\varphi\dot\varphi'=2p(0,0)=\frac1{\pi\sqrt{ab-c^2}}$, and at $c=0$ the mean is $\frac12$:
$E\dot\varphi\dot\varphi'=[[slope]]$, at $c=r\sqrt{ab}$ $[[kappa_0]]$.

values (from gates): $\partial_cF=\kappa_0$, and $F=\frac{\sqrt{ab}}\pi$ at $c=0$: $F=[[value]]$, which is $\sqrt{ab}$ times $[[kappa_1]]$,
and $\kappa_1'=\kappa_0$.

squares (from values): $\varphi^2$ has the derivative $4z_+=2\sqrt2\,\varphi$, so that $\partial_cE\varphi^2\varphi'^2=8F$, with $ab$ at
$c=0$: $[[squares]]$, where $J_2=[[J_2]]$ and $J_2'=4\pi\kappa_1$.

variances (from values): $\partial_aF=[[variance_slope]]$.

series of the gates (from gates): $g=\kappa_0'=\frac1{\pi\sqrt{1-r^2}}$ solves $(1-r^2)g'=rg$: its coefficient of $r^{2k+2}$ is
$\frac{2k+1}{2k+2}$ times that of $r^{2k}$, and $\frac1\pi$ at $k=0$, odd ones vanish. That of $r^{2k+1}$ in $\kappa_0$ is $[[taylor_0]]$.

series of the values (from values, series of the gates): Integrated once more, that of $r^{2k+2}$ in $\kappa_1$ is $[[taylor_1]]$.

slope of erf: For erf $\dot\varphi=\frac2{\sqrt\pi}e^{-z^2}$, so that $E\dot\varphi\dot\varphi'=\frac4\pi\det(1+2S)^{-1/2}=[[erf_slope]]$,
with $S$ the covariance matrix.

erf (from Price, no correlation, slope of erf): $E\varphi\varphi'=[[erf_value]]$: it has that derivative, and is $0$ at $c=0$, as erf is
odd.

identity (from Price, no correlation): For $\varphi(z)=z$ the means are $[[linear_slope]]$ and $[[linear_value]]$.

angle (from values): As $F(a,a,a)=a$, variances stay $1$ from layer to layer, and the covariance goes from $\cos\theta$ to
$\kappa_1(\cos\theta)$: the angle from $\theta$ to $[[angle_step]]$, by $\sin^2\frac{\theta'}2=\frac{1-\cos\theta'}2$.

chain rule (from gates, values; by chain rule): In wide layers the tangent kernel is that of the readout's own weights, $\kappa_1$, and what
the gates pass on from below, $\kappa_0$ times $t=\Theta_l$. (The passage to the limit is that of K2 at $W=1$, which rests on *gates* and
*values* alone.)

layer (from chain rule, angle): So $\Theta_{l+1}=[[ntk_step]]$ at $\theta=\theta_l$.

depth (from angle, layer; by induction; gives dense_nngp, dense_ntk): From $\theta_0=\arccos r$ and $\Theta_0=r$ the kernels after $L$
hidden layers are $\cos\theta_L$, `dense_nngp`, and $\Theta_L(r)$, `dense_ntk`. At $r=1$ the angle stays $0$, and each layer adds $1$.
""",
    vars(dual) | globals(),
    slope=relu.slope,
    value=relu.value,
    erf_slope=erf.slope,
    erf_value=erf.value,
    linear_slope=linear.slope,
    linear_value=linear.value,
)

dual_activations = Claim(
    label="K1",
    title="Dual activations in closed form, and dense kernels at every depth",
    statement=r"""
Let $(z,z')$ be normal with variances $a,b$ and covariance $c$, $r=c/\sqrt{ab}=\cos\theta$. For
$\varphi(z)=\sqrt2\max(z,0)$, with
$$\kappa_0(r)=[[kappa_0]],\qquad\kappa_1(r)=[[kappa_1]],$$
$$J_2(r)=[[J_2]],$$
$E\,\varphi\varphi'=F(a,b,c)=\sqrt{ab}\,\kappa_1(r)$, $E\,\dot\varphi\dot\varphi'=\kappa_0(r)$ and
$E\,\varphi^2\varphi'^2=\frac2\pi ab\,J_2(r)$; moreover $\kappa_1'=\kappa_0$, $J_2'=4\pi\kappa_1$, $\partial_cF=\kappa_0(r)$,
$\partial_aF=[[variance_slope]]$. In $\kappa_0=\frac12+\dots$ the coefficient of $r^{2k+1}$ is $[[taylor_0]]$, in
$\kappa_1=\frac1\pi+\frac r2+\dots$ that of $r^{2k+2}$ is $[[taylor_1]]$; the other coefficients vanish, so none is negative.
For $\varphi=\mathrm{erf}$: $E\,\varphi\varphi'=[[erf_value]]$ and $E\,\dot\varphi\dot\varphi'=[[erf_slope]]$; for $\varphi(z)=z$:
$[[linear_value]]$ and $[[linear_slope]]$.

**Dense kernels.** Of inputs with mean squares $1$ at the angle $\theta_0=\arccos r$, the preactivations after $l$ hidden ReLU
layers have the angle $\theta_l$,
$$\theta_{l+1}=[[angle_step]]\Big|_{\theta=\theta_l}$$
(that is, $\cos\theta_{l+1}=\kappa_1(\cos\theta_l)$), and $\Theta_{l+1}=[[ntk_step]]$ at $\theta=\theta_l$, $t=\Theta_l$, with
$\Theta_0=r$. So the kernel of the outputs (NNGP) is
$\cos\theta_L$ and the tangent kernel of $L$ hidden layers is $\Theta_L(r)$; $\Theta_L(1)=L+1$. In terms of the angle nothing is
lost near $r=1$.
""",
    steps=STEPS,
    source=Source("2510.17515", "the kernels of Cho and Saul (2009); beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        *PREACTIVATIONS,
        COSINE,
        Quantity(
            angle,
            "angle whose cosine is the correlation of two preactivations",
            sp.Interval(0, sp.pi),
            drawn=(sp.Rational(1, 10), 3),
        ),
        Quantity(tangent, "dense tangent kernel of the layers below", sp.S.Reals, drawn=(-1, 3)),
        DEPTH,
        Quantity(k, "place of a coefficient in a power series, from zero", COUNT_FROM_ZERO, drawn=(0, 8)),
    ),
    hypotheses=(
        CAUCHY_SCHWARZ,
        Hypothesis(r"at $c^2=ab$, $\partial_aF$ and $E\dot\varphi\dot\varphi'$ of ReLU are limits"),
    ),
    also=("value", "slope", "squares", "dense_nngp", "dense_ntk"),
    aids={"activations": (relu, erf, linear)},
)
