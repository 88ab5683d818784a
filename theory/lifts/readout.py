"""L15: a linear readout comes close to whatever readout reaches low loss, even while its features move."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.lifts.tangent import epsilon
from theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity

Delta = sp.Symbol("Delta", nonnegative=True)  # the distance of the two readouts
T = sp.Symbol("T", positive=True)  # the time
mu = sp.Symbol("mu", positive=True)  # an eigenvalue of the Gram matrix of the features

TRAINED = Quantity(T, "time for which the readout is trained", POSITIVE)

moving_bound = epsilon + Delta**2 / (2 * T)
square_bound = (sp.sqrt(epsilon) + sp.sqrt(epsilon + Delta**2 / T)) ** 2 / 4
fixed_bound = epsilon + Delta**2 / (4 * T)
interpolating_bound = Delta**2 / (4 * sp.E * T)
mode_loss = mu * Delta**2 * sp.exp(-2 * mu * T) / 2
worst_eigenvalue = 1 / (2 * T)

readout_comparison = Claim(
    label="L15",
    title="A trained readout is compared with any other",
    statement=r"""
Let $F(t)=\sum_ia_i(t)\phi_i(t)$, $\dot a=-\nabla_aL$, $L=\ell(F)$, $\ell$ convex and differentiable, the features continuous in $t$, and $\Delta=\|a(0)-\bar a\|$. **(a)**
If $\ell(\sum_i\bar a_i\phi_i(t))\le\varepsilon$ for all $t\le T$ and $L$ never grows, $$L(T)\le[[moving_bound]],$$ however the features move; and for the square loss
$\ell(f)=\frac12\|f-f^*\|^2$ even $L(T)\le[[square_bound]]$, or $\Delta^2/4T$ for $\varepsilon=0$. **(b)** If the features do not move, $$L(T)\le[[fixed_bound]].$$ **(c)** If, besides, the loss is the square
loss and $\varepsilon=0$, $$L(T)\le[[interpolating_bound]].$$ All four are sharp: (c) is attained by one feature with $\|\phi\|^2=\mu=[[worst_eigenvalue]]$, for which $L(T)=[[mode_loss]]$.
""",
    proof_text=r"""
(a) Let $R(t)=\|a(t)-\bar a\|$. By convexity in $a$, $\frac d{dt}\frac{R^2}2=\langle\nabla_aL,\bar a-a\rangle\le\varepsilon-L(t)\le\varepsilon-L(T)$; integrate. For the square loss, with residuals
$\rho$ and $\bar\rho$ of $a$ and $\bar a$, $\langle\nabla_aL,a-\bar a\rangle=\langle\rho,\rho-\bar\rho\rangle\ge2L-2\sqrt{L\varepsilon}$, which grows with $L$ for $L\ge\varepsilon$, so
$2T(L-\sqrt{L\varepsilon})\le\frac{\Delta^2}2$ at $L=L(T)$ (if $L(T)<\varepsilon$ there is nothing to show): a quadratic inequality for $\sqrt L$. *Sharp:* one feature $\phi=k/a$, $a(0)=\Delta$, $\bar a=0$, so that $F=k$ stands still, with $\ell(f)=f$, $\varepsilon=0$, or
$f^*=-\sqrt{2\varepsilon}$ and the square loss. In both $\frac d{dt}a^2=-2h$, $h=k$ or $k(k+\sqrt{2\varepsilon})$, and the bound at the time $T=\Delta^2/2h$, when $a$ vanishes, is $L$.
(b) Let $D=L(T)-\varepsilon$, $g=\|\nabla L\|$ and $R$ at time $T$. Along the flow of a convex function $\|\nabla L\|$ never grows, so $L(t)\ge L(T)+(T-t)g^2$ and the integral in (a) gives
$\frac{\Delta^2}2\ge TD+\frac{T^2g^2}2+\frac{R^2}2\ge TD+TgR$; and $D\le gR$ by convexity. So $\frac{\Delta^2}2\ge2TD$. *Sharp:* $\ell(f)=-f$ on one feature of norm $g$: $a=a(0)+gt$ at unit output,
$L(T)-\ell(\bar a g)=g(\bar a-a(0))-g^2T$, greatest at $g=\Delta/2T$ for $\bar a=a(0)+\Delta$ (add a constant to $\ell$ to make $\varepsilon\ge0$).
(c) $\ell(F(\bar a))=0$, so in an eigenbasis of the Gram matrix $L(T)=\frac12\sum_i\mu_ic_i^2e^{-2\mu_iT}$ with $\sum_ic_i^2=\Delta^2$, and $\max_\mu\mu e^{-2\mu T}=\frac1{2eT}$, at $\mu=\frac1{2T}$. ∎
""",
    source=Source("2501.05930", "Definition 4.1 for the readout; beyond it"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(epsilon, "bound of the loss of the other readout", NON_NEGATIVE, drawn=(sp.Rational(1, 20), 2)),
        Quantity(
            Delta, "distance of the other readout from the one at the start", NON_NEGATIVE, (sp.Rational(1, 8), 4)
        ),
        TRAINED,
        Quantity(mu, "squared norm of the one feature, the eigenvalue of its Gram matrix", POSITIVE),
    ),
    hypotheses=(
        Hypothesis("the curve of readouts is a solution of its flow; the features may depend on it, or on anything"),
        Hypothesis(
            "in (a), the loss never grows: true if the features follow the gradient of the same loss, or do not move",
            needed_by=("moving_bound", "square_bound"),
        ),
    ),
    expressions={
        "moving_bound": moving_bound,
        "square_bound": square_bound,
        "fixed_bound": fixed_bound,
        "interpolating_bound": interpolating_bound,
        "mode_loss": mode_loss,
        "worst_eigenvalue": worst_eigenvalue,
    },
)
