"""S9: on the sphere GraSP amplifies the mean of the residual by d/π."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.quantities import Hypothesis, Quantity
from theory.saliency.grasp import kappa_0, kappa_1, theta
from theory.saliency.model import DIMENSION
from theory.saliency.model import dimension as d
from theory.saliency.snip import RESIDUAL_IS_FIXED, RESIDUAL_MEAN
from theory.saliency.snip import residual_mean as c

b = sp.Symbol("b", real=True)  # slope of the residual along an input
omega = sp.Symbol("omega", real=True)  # w_j / ‖w‖

gamma = sp.gamma(d / 2) / (2 * sp.sqrt(sp.pi) * sp.gamma((d + 1) / 2))
lambda_0 = (d + 1) * gamma**2
lambda_1 = 1 / (2 * d)
amplification = 2 * d * (d + 1) * gamma**2

mean_amplification = Claim(
    label="S9",
    title="GraSP amplifies the mean of the residual by d/π",
    statement=r"""
Let $x$ be uniform on the sphere of radius $\sqrt d$, $d\ge1$, with residual $r=c+b\cdot x$ (initial output subtracted), and
$\gamma_d=E\,\omega_1^+=[[gamma]]$ for a uniform direction $\omega$. The tangent kernel $\Theta$ of S8 multiplies constants by
$\lambda_0=[[lambda_0]]$ and linear functions by $\lambda_1=[[lambda_1]]$, so $\Theta r=\lambda_0c+\lambda_1b\cdot x$, and
$$[[lower]]<\frac{\lambda_0}{\lambda_1}=[[amplification]]<[[upper]],\qquad\frac{\lambda_0}{\lambda_1}\sim[[asymptote]].$$
With the data infinitely many and $\omega=w_j/\|w\|$, the gradient that GraSP prunes by is exactly
$g_j=[[gradient]]$ in column $j$ ($b=b_j$). Its moments are those of P1 in S5 with $h_j=[[moment]]$ and
$\beta_j=[[stein_moment]]$, where SNIP has $h_j=b$ and $\beta_j=c/\sqrt{2\pi d}$, and $\|w\|/\sqrt d\to1$ makes P1 itself the
limit. The self-term $\beta_jw_j$ of a weight $w_j=1$ exceeds the data term $h_j/2$ once $|c|>[[crossover]]$, which for
fixed $b$ tends to $0$ as $d\to\infty$ (for SNIP it is $\sqrt{\pi d/2}\,|b|$, and tends to infinity). So unless the mean of the
residual is removed, GraSP keeps rows, not features: its graphon tends to one that depends on $u$ only.
""",
    proof_text=r"""
For unit vectors $\Theta=\cos\theta\,\kappa_0+\kappa_1$ with $\kappa_0=E_w1\{w\cdot e>0\}1\{w\cdot e'>0\}$,
$\kappa_1=E_w\sigma(w\cdot e)\sigma(w\cdot e')$, $w$ normal with $E\|w\|^2=d$. By rotation invariance
$E_{e'}e'1\{w\cdot e'>0\}=\gamma_dw/\|w\|$ and $E_{e'}\sigma(w\cdot e')=\gamma_d\|w\|$; squaring and averaging over $w$ gives
$\lambda_0=\gamma_d^2+d\gamma_d^2$. For $\lambda_1=E[\cos\theta\,\Theta]$: $\Theta(\theta)-\Theta(\pi-\theta)=\cos\theta$, so
$\lambda_1=\frac12E\cos^2\theta=\frac1{2d}$. For the bounds $\gamma_{d+2}=\frac d{d+1}\gamma_d$; so $d\gamma_d^2$ decreases
along steps of two, as $d(d+2)<(d+1)^2$, and $(2d-1)\gamma_d^2$ increases, as $(2d+3)d^2>(2d-1)(d+1)^2$; both tend to $\frac1{2\pi}$ and
$\frac1\pi$ by Stirling's formula, whence $\frac1{2\pi d}<\gamma_d^2<\frac1{\pi(2d-1)}$. The gradient is
$\lambda_0c\,E[x_j1]+\lambda_1E[b\cdot x\,x_j1]$ over the half sphere $w\cdot x>0$: the first mean is
$\sqrt d\gamma_d\omega$, the second $\frac12b_j$ by $x\to-x$. Then $\beta_j=E_w[w_jg_j]=\lambda_0c\sqrt d\gamma_d\,E\|w\|/d$ and
$E\|w\|=1/(\sqrt{2\pi}\gamma_d)$. The crossover solves $\beta_j=\frac12h_j$. Where it tends to $0$ the
self-term outgrows the data term, and the scores tend to be proportional to $|a|\,w^2$: a row factor and noise. ∎
""",
    source=Source(
        "2602.06675",
        "abstract: “data-driven methods (e.g., SNIP, GraSP) converge to heterogeneous graphons that encode "
        "implicit feature selection”",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        DIMENSION.drawn_from(2, 60),
        Quantity(b, "slope of the residual along an input", sp.S.Reals),
        RESIDUAL_MEAN,
        Quantity(
            omega, "cosine of the angle between the weights of a neuron and an axis", sp.Interval(-1, 1), drawn=(-1, 1)
        ),
    ),
    hypotheses=(
        Hypothesis(r"inputs uniform on the sphere of radius $\sqrt d$, residual affine, the kernel at infinite width"),
        Hypothesis("one hidden ReLU layer with normal weights, square loss"),
        RESIDUAL_IS_FIXED,
    ),
    uses=("S5", "S8"),
    expressions={
        "gamma": gamma,
        "lambda_0": lambda_0,
        "lambda_1": lambda_1,
        "amplification": amplification,
        "lower": (d + 1) / sp.pi,
        "upper": 2 * d * (d + 1) / (sp.pi * (2 * d - 1)),
        "asymptote": d / sp.pi,
        "gradient": lambda_1 * b / 2 + lambda_0 * c * sp.sqrt(d) * gamma * omega,
        "moment": lambda_1 * b,
        "stein_moment": lambda_0 * c / sp.sqrt(2 * sp.pi * d),
        "crossover": sp.sqrt(sp.pi * d / 2) * sp.Abs(b) / amplification,
    },
    pitfalls=(
        Pitfall(
            control="no amplification",
            said="GraSP selects features as SNIP does, whatever the mean of the residual.",
            by=(
                "What one might expect from the abstract of arXiv:2602.06675, “data-driven methods (e.g., "
                "SNIP, GraSP) converge to heterogeneous graphons that encode implicit feature selection”, "
                "which says nothing of the mean."
            ),
            why=(
                "The tangent kernel multiplies the mean of the residual by more than its slope, and the "
                "mean is what feeds the self-term of a weight."
            ),
            counterexample="three_inputs",
            by_hand=(
                "$d=3$: the cosine of the angle of two points of the sphere is uniform on $[-1,1]$, and "
                r"integrating $\Theta$ and $\cos\theta\,\Theta$ over it gives $\lambda_0=\frac14$ and "
                r"$\lambda_1=\frac16$: the ratio is $\frac32$. With $b=1$, $c=2$ the self-term of a weight "
                r"$w_j=1$ exceeds the data term for GraSP, which takes $|c|>\sqrt{6\pi}/3\approx1.45$, and "
                r"does not for SNIP, which takes $|c|>\sqrt{3\pi/2}\approx2.17$."
            ),
            instead=(
                r"The mean is amplified by $[[amplification]]\sim[[asymptote]]$: remove it, or GraSP keeps "
                "rows, not features."
            ),
        ),
    ),
    aids={
        "kernel": sp.cos(theta) * kappa_0 + kappa_1,
        "three_inputs": {d: sp.Integer(3), b: sp.Integer(1), c: sp.Integer(2)},
    },
)
