"""S15: how strongly a mask of few weights prefers one column to another is decided by the tail of the noise."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.quantities import POSITIVE, Hypothesis, Quantity
from theory.saliency.model import TAIL_INDEX, THRESHOLD, tau
from theory.saliency.snip import x
from theory.tails import alpha, half_normal, t

phi_1, phi_2 = sp.symbols("phi_1 phi_2", positive=True)

mills_upper = sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2) / t
mills_lower = mills_upper * t**2 / (t**2 + 1)

product_upper = sp.sqrt(2 / (sp.pi * t)) * sp.exp(-t)
product_share = 1 / ((1 + 1 / (2 * t)) * sp.sqrt(1 + 1 / (4 * t)))  # of the upper bound
product_lower = product_upper * product_share
# πe^t H(t)/2, for large t, where the closed form of H cancels
scaled_product = sp.Integral(sp.exp(t * (1 - sp.cosh(x))) / sp.cosh(x), (x, 0, sp.oo))


def ratio(survival: sp.Expr) -> sp.Expr:
    """W(φ₁)/W(φ₂) for a survival function in `t`."""
    return survival.subs(t, tau / phi_1) / survival.subs(t, tau / phi_2)


exponential_ratio = sp.exp(tau * (1 / phi_2 - 1 / phi_1))
snip_ratio = exponential_ratio * ratio(scaled_product)
gaussian_asymptotic = phi_1 / phi_2 * sp.exp(tau**2 / 2 * (1 / phi_2**2 - 1 / phi_1**2))
snip_asymptotic = sp.sqrt(phi_1 / phi_2) * sp.exp(tau * (1 / phi_2 - 1 / phi_1))

tail_selectivity = Claim(
    label="S15",
    title="Selectivity in extreme sparsity is decided by the tail",
    statement=r"""
Let $W(\varphi)=\bar F(\tau/\varphi)$ be the density of a column of profile $\varphi$, and $\varphi_1>\varphi_2$. The
density falls to $0$ as $\tau\to\infty$, and $W(\varphi_1)/W(\varphi_2)$ is for *Pareto* noise $[[pareto_ratio]]$
exactly, at every $\tau\ge\varphi_1$ (no column saturated); for *exponential* noise $[[exponential_ratio]]$
exactly; for *half-normal* noise $[[gaussian_ratio]]\sim[[gaussian_asymptotic]]$, the quotient of the two lying
between $[[gaussian_lower]]$ and $[[gaussian_upper]]$; and for SNIP, with the tail $H$ of the product of two normals
(S4),
$$\frac{H(\tau/\varphi_1)}{H(\tau/\varphi_2)}=[[snip_ratio]]\sim[[snip_asymptotic]],$$
the quotient lying between $[[snip_lower]]$ and $[[snip_upper]]$. So SNIP at low density selects columns like an
exponential score, up to $\sqrt{\varphi_1/\varphi_2}$, and a power law never selects more than it did. The bounds come
from $[[mills_lower]]<\operatorname{erfc}(t/\sqrt2)<[[mills_upper]]$ and from
$$[[product_lower]]<H(t)<[[product_upper]],\qquad1<\frac{2K_0(t)}{\pi H(t)}<[[hazard_upper]],$$
valid for all $t>0$ and sharp as $t\to\infty$.
""",
    proof_text=r"""
*Half-normal:* with $g(t)=\sqrt{2/\pi}\,e^{-t^2/2}$ the derivatives of the upper and of the lower bound are
$-g(1+t^{-2})<-g$ and $-g\big(1-\frac2{(1+t^2)^2}\big)>-g$, while $\operatorname{erfc}(t/\sqrt2)$ has the derivative
$-g$, and all three vanish at infinity. *Product:* put $\cosh x=1+s$ in $H(t)=\frac2\pi\int_0^\infty e^{-t\cosh
x}\frac{dx}{\cosh x}$:
$$H(t)=\frac2\pi e^{-t}\int_0^\infty\frac{e^{-ts}}{\sqrt{2s}}\,\kappa(s)\,ds,\qquad
\kappa(s)=\frac1{(1+s)\sqrt{1+s/2}}.$$
The weight $e^{-ts}/\sqrt{2s}$ has the mass $\sqrt{\pi/2t}$ and the mean $\frac1{2t}$. As $\kappa<\kappa(0)=1$, the
upper bound follows; as $\ln\kappa$, hence $\kappa$, is convex, Jensen's inequality gives the lower bound with
$\kappa(\frac1{2t})$. The same substitution in $K_0(t)=\int_0^\infty e^{-t\cosh x}dx$ puts $(1+s)\kappa(s)$ in place
of $\kappa(s)$, so $\frac{2K_0}{\pi H}-1$ is the mean of $s$ under the weight times $\kappa$. It is positive and, as
$\kappa$ decreases, less than the mean $\frac1{2t}$ without it (Chebyshev's association inequality). *Ratios:* the
form of SNIP's ratio is the integral for $H$ without its factor $e^{-t}$. The asymptotic forms are the ratios of the
upper bounds at $t=\tau/\varphi_1$ and $\tau/\varphi_2$; divide upper by lower bounds. The first two laws are
substitutions. ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        THRESHOLD.drawn_from(1, 8),
        Quantity(phi_1, "profile of the stronger of two columns", POSITIVE, drawn=(sp.Rational(3, 2), 3)),
        Quantity(phi_2, "profile of the weaker of two columns", POSITIVE, drawn=(sp.Rational(1, 2), sp.Rational(5, 4))),
        Quantity(t, "threshold divided by a column profile", POSITIVE, drawn=(sp.Rational(1, 8), 12)),
        TAIL_INDEX.drawn_from(sp.Rational(1, 2), 3),
    ),
    hypotheses=(
        Hypothesis("a factorised saliency with one global threshold; rows of equal weight, or averaged as in S4"),
        Hypothesis("the first column is not the weaker one", phi_1 >= phi_2),
        Hypothesis("no column is saturated", tau >= phi_1, needed_by=("pareto_ratio",)),
    ),
    uses=("S1", "S4"),
    expressions={
        "pareto_ratio": (phi_1 / phi_2) ** alpha,
        "exponential_ratio": exponential_ratio,
        "gaussian_ratio": ratio(half_normal.survival),
        "gaussian_asymptotic": gaussian_asymptotic,
        "gaussian_lower": 1 / (1 + phi_1**2 / tau**2),
        "gaussian_upper": 1 + phi_2**2 / tau**2,
        "snip_ratio": snip_ratio,
        "snip_asymptotic": snip_asymptotic,
        "snip_lower": product_share.subs(t, tau / phi_1),
        "snip_upper": 1 / product_share.subs(t, tau / phi_2),
        "mills_lower": mills_lower,
        "mills_upper": mills_upper,
        "product_lower": product_lower,
        "product_upper": product_upper,
        "hazard_upper": 1 + 1 / (2 * t),
    },
)
