"""K1: the dual activations of ReLU, erf and the identity, and the dense kernels they give at every depth."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.kernel.dual import (
    CAUCHY_SCHWARZ,
    COSINE,
    DEPTH,
    J_2,
    PREACTIVATIONS,
    a,
    angle,
    angle_step,
    b,
    c,
    cosine,
    dense_nngp,
    dense_ntk,
    erf,
    kappa_0,
    kappa_1,
    linear,
    ntk_step,
    relu,
    tangent,
)
from theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity

k = sp.Symbol("k", integer=True, nonnegative=True)

variance_slope = sp.sqrt(a * b - c**2) / (2 * sp.pi * a)
squares = 2 * a * b * J_2.subs(cosine, c / sp.sqrt(a * b)) / sp.pi
taylor_0 = sp.binomial(2 * k, k) / (sp.pi * 4**k * (2 * k + 1))
taylor_1 = sp.binomial(2 * k, k) / (sp.pi * 4**k * (2 * k + 1) * (2 * k + 2))

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
    proof_text=r"""
Let $E_\psi(c)=E\,\psi(z)\psi(z')$. The normal density $p$ satisfies $\partial_cp=\partial_z\partial_{z'}p$, so
$E_\psi'(c)=E_{\psi'}(c)$ (Price; for functions of at most polynomial growth, derivatives in the sense of distributions), and at
$c=0$ the expectation factorises. *ReLU:* $\ddot\varphi=\sqrt2\,\delta$, hence $\partial_cE\dot\varphi\dot\varphi'=2p(0,0)=
\frac1{\pi\sqrt{ab-c^2}}$, and $(E\dot\varphi)^2=\frac12$ at $c=0$ give $\kappa_0$; $\partial_cF=\kappa_0$ and
$E\varphi(z)E\varphi(z')=\frac{\sqrt{ab}}\pi$ give $F$; $\varphi^2=2z_+^2$ has the derivative $4z_+=2\sqrt2\,\varphi$, so
$\partial_cE\varphi^2\varphi'^2=8F$, with $ab$ at $c=0$. The derivative in $a$ is a computation. $\kappa_0'=\frac1{\pi\sqrt{1-r^2}}$
is the binomial series $\frac1\pi\sum_k\binom{2k}k(r/2)^{2k}$; integrate it once, and twice. *erf:*
$\dot\varphi=\frac2{\sqrt\pi}e^{-z^2}$, so $E\dot\varphi\dot\varphi'=\frac4\pi\det(1+2S)^{-1/2}$, $S$ the covariance matrix; integrate
in $c$ from $0$, where $E\varphi=0$. *Identity:* clear. *Depth:* $F$ is homogeneous and $F(a,a,a)=a$, so variances stay $1$
and the covariance goes from $r$ to $\kappa_1(r)$; by the chain rule $\Theta_{l+1}=\kappa_1(\cos\theta_l)+\kappa_0(\cos\theta_l)\Theta_l$
(K2 with $W=1$), where $\kappa_1(\cos\theta)=\cos\theta+\frac{\sin\theta-\theta\cos\theta}\pi$ and
$\sin^2\frac{\theta_{l+1}}2=\frac{1-\kappa_1}2$. ∎
""",
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
    expressions={
        "kappa_0": kappa_0,
        "kappa_1": kappa_1,
        "J_2": J_2,
        "value": relu.value,
        "slope": relu.slope,
        "squares": squares,
        "variance_slope": variance_slope,
        "taylor_0": taylor_0,
        "taylor_1": taylor_1,
        "erf_value": erf.value,
        "erf_slope": erf.slope,
        "linear_value": linear.value,
        "linear_slope": linear.slope,
        "angle_step": angle_step,
        "ntk_step": ntk_step,
        "dense_nngp": dense_nngp,
        "dense_ntk": dense_ntk,
    },
    aids={"activations": (relu, erf, linear)},
)
