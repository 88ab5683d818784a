"""G11: what the rows of a mask have to be labelled with."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.symbols import n
from theory.saliency.model import rho, tau
from theory.saliency.snip import a, g, h
from theory.tails import half_normal, product_survival

kappa, gamma, eta = sp.symbols("kappa gamma eta", nonnegative=True)  # κ, γ and E(‖A_1‖²/d)²

four_cycle = (1 - 1 / n) * kappa + eta / n
kernel = half_normal.at(tau / sp.Abs(a * g))
blurred = half_normal.at(tau / sp.Abs(a * h)) / 2

row_latent = Claim(
    label="G11",
    title="On real data the row latent is not |a| alone",
    statement=r"""
**When a labelled graphon is the limit.** Let $M$ be a mask of $n$ iid rows of $d$ entries (SNIP: S6), $\ell_i$ a function
of row $i$, $W(\ell,j)\in[0,1]$ any kernel, $A_{ij}=M_{ij}-W(\ell_i,j)$, $\Gamma_{jk}=E[A_{1j}A_{1k}]$,
$\kappa=\frac1{d^2}\sum_{jk}\Gamma_{jk}^2$ and $\gamma=\max_T\frac1{d^2}\sum_{j,k\in T}\Gamma_{jk}$ over sets of columns. Then
$$[[projection]]\le E\|A\|_\square\le[[upper]],\qquad\kappa\le[[comparison]],$$
the upper bound from $E\,t(C_4,A)=[[four_cycle]]$ with $\eta=E(\|A_{1\cdot}\|^2/d)^2\le1$. So, as $n,d\to\infty$, the masks
converge to $W$ in cut norm (in mean; rows labelled by $\ell$) iff $\kappa\to0$: iff what the label leaves unexplained has no
long-range correlation across the columns of a row. The constants of $\gamma/2$ and $4\gamma$ are sharp;
the upper bound is loose, by a factor that tends to $4$ for rows $\pm(1,-1)$. **A data set on which $|a|$ fails.** If all inputs are positive multiples of one vector, then
$g_{ij}=h_j1\{w_i\cdot x>0\}$: a unit is on or off for all data. With the row latent $(a_i,g_{i\cdot})$ and
$W=[[kernel]]$ ($0$ at $g=0$) the bound of G1 holds for every $n$ and $d$; labelled by $|a_i|$ the best kernel is $[[blurred]]$ (here $h=h_j$),
its column densities, $H(\tau/|h_j|)/2$ with $H$ of S4, are right, and yet the masks stay at a distance from it that tends to
$[[limit_distance]]$, $\rho$ their density; no relabelling of the rows makes it their limit. **Measured on digits** ($\rho=0.1$, $n=2048$):
$\|M-W\|_{op}/\sqrt{nd}$ is within $15\%$ of that of a mask of independent entries of means $W$ with the latent
$(a_i,g_{i\cdot})$, but not with $|a_i|$. At least $60\%$ of $\operatorname{Cov}(g)$ lies in three directions.
""",
    proof_text=r"""
For $i\ne i'$ rows are independent, so $E[A_{ij}A_{ik}A_{i'j}A_{i'k}]=\Gamma_{jk}^2$; for $i=i'$ the sum over $j,k$ is
$\|A_{i\cdot}\|^4\le d^2$. Cauchy–Schwarz, twice: $(1_S^\top A1_T)^2\le n\,1_T^\top A^\top A1_T\le nd\,\|A^\top A\|_F$, hence
$\|A\|_\square^4\le t(C_4,A)$; take means (Jensen). For the lower bound fix $T$ and let $R_i=\frac1d\sum_{j\in T}A_{ij}\in[-1,1]$:
the better of the rows with $R_i>0$ and those with $R_i<0$ gives $\|A\|_\square\ge\frac1{2n}\sum|R_i|$, and $E|R|\ge ER^2=\frac1{d^2}1_T^\top\Gamma1_T$.
Last, $d^2\kappa=\langle\Gamma,\Gamma\rangle=E[A_{1\cdot}^\top\Gamma A_{1\cdot}]\le\max_{x\in[-1,1]^d}x^\top\Gamma x$, and with the positive and negative
parts $x^\top\Gamma x\le2(x_+^\top\Gamma x_++x_-^\top\Gamma x_-)\le4d^2\gamma$, as $\Gamma$ is positive semidefinite (a convex function is largest at the
corners). *One direction:* the gate is $1\{w\cdot x>0\}$ for all inputs. Given $|w_1|,\dots,|w_d|$ the signs are fair and
independent, and $w\mapsto-w$ turns the gate: it is open with probability $\frac12$, independently of $|w|$. So given $(a,\text{gate})$
the entries $1\{|a||w_j||h_j|>\tau\}$ of an open row are independent with the stated means, and G1 applies; given $|a|$ alone their means
are half of that, and $|ab|$ has the tail $H$. The difference of the two kernels is $\pm\frac12\operatorname{erfc}$, positive on open rows, negative on the others:
the best cut takes all open rows and all columns, $\frac12\cdot\frac12E\operatorname{erfc}=\frac\rho2$. Half the
rows of the first kernel are empty and none of the second, and graphons at cut distance $0$ have one distribution of degrees. ∎
""",
    source=Source("2602.06675", "abstract (masks converge to deterministic bipartite graphons)"),
    provenance=Provenance.CORRECTION,
    proof=Proof.PROVED,
    assumptions=(
        "rows of the mask are iid: a fixed threshold, and a residual that does not depend on the network",
        "for the data set on which |a| fails: inputs on one ray from the origin, not all zero",
        "the figures on digits are measured, not proved",
    ),
    uses=("G1", "S4", "S6"),
    expressions={
        "four_cycle": four_cycle,
        "upper": four_cycle.subs(eta, 1) ** sp.Rational(1, 4),
        "projection": gamma / 2,
        "comparison": 4 * gamma,
        "kernel": kernel,
        "blurred": blurred,
        "column_density": product_survival(tau / sp.Abs(h)) / 2,
        "limit_distance": rho / 2,
    },
    announced={
        "labelled by |a| alone": r"SNIP's masks converge to a graphon of the positions of the unit, $|a_i|$, and of the input, $j$.",
    },
    aids={"latent": "(a, g)"},
    domain={
        n: (2, 40),
        kappa: (sp.Rational(1, 100), 1),
        gamma: (sp.Rational(1, 100), 1),
        eta: (sp.Rational(1, 100), 1),
        rho: (sp.Rational(1, 50), sp.Rational(1, 2)),
    },
)
