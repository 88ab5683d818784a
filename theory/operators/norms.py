"""O2 and O6: what a small cut norm says about other norms, spectra and degrees."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.operators.symbols import CUT_NORM, cut
from theory.quantities import NON_NEGATIVE, Hypothesis

infinity_one_bound = 4 * cut
operator_bound = sp.sqrt(8 * cut)
four_cycle_bound = 4 * cut

norm_chain = Claim(
    label="O2",
    title="Norms of an operator between powers of its cut norm; spectra converge",
    statement=r"""
Let $|W|\le1$ on $[0,1]^2$, $T$ its integral operator on $L^2$, $\|W\|_{\infty\to1}=\sup_{|f|,|g|\le1}|\int fWg|$ over real
$f,g$, and $c=\|W\|_\square$. Then
$$[[operator_least]]\le\|T\|_{op}\le[[operator_bound]],\qquad\|W\|_{\infty\to1}\le[[infinity_one_bound]],\qquad
[[four_cycle_least]]\le t(C_4,W)\le[[four_cycle_bound]].$$
Hence for a mask and its graphon, at $c=\|W_M-W\|_\square$, $\max_i|\sigma_i(M)/\sqrt{mn}-\sigma_i(W)|\le[[operator_bound]]\to0$,
and singular spaces converge wherever there is a gap (Wedin). The lower bounds are attained by $W=1$, both constants $4$ by
$\begin{pmatrix}1&-1\\-1&1\end{pmatrix}$. There $\|T\|_{op}=1=\sqrt{4c}$: of the constant $8$ at least half is needed.
""",
    proof_text=r"""
Indicators have $L^2$ norm at most $1$, which gives the first bound. $\int fWg$ is affine in $f$ and in $g$, so the supremum is
over $\pm1$-valued functions; each is a difference of two indicators, and four pairs of indicators give the factor $4$.
Complex $f,g$ are $f_1+if_2$, $g_1+ig_2$ with $|f_k|,|g_k|\le1$; turned by a phase the form is real, so
$|\int fWg|=\int f_1Wg_1-\int f_2Wg_2\le2\|W\|_{\infty\to1}$. By Riesz–Thorin between $L^\infty\to L^1$ (norm at most $8c$ over
the complex numbers) and $L^1\to L^\infty$ (norm at most $\sup|W|\le1$), $\|T\|_{op}\le\sqrt{8c\cdot1}$. Next
$t(C_4,W)=\sum_i\sigma_i^4\ge\|T\|_{op}^4\ge c^4$. For fixed $x',y'$ the integral of $W(x,y)\,W(x,y')W(x',y)\cdot W(x',y')$ over
$x,y$ is $\int fWg\cdot W(x',y')$ with $|f|,|g|\le1$, hence at most $\|W\|_{\infty\to1}$. The last statement is Weyl's
inequality $|\sigma_i(A)-\sigma_i(B)|\le\|A-B\|_{op}$ for $A=W_M$, $B=W$, whose difference is bounded by $1$. ∎
""",
    source=Source(
        "2602.06675",
        "textbook but for the constants (Lovász 2012, section 8.2 for the norms, chapter 11 for spectra; "
        "Riesz–Thorin, Wedin); beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(CUT_NORM,),
    hypotheses=(Hypothesis(r"$|W|\le1$ (a mask, a graphon, or the difference of two such)"),),
    expressions={
        "operator_least": cut,
        "operator_bound": operator_bound,
        "infinity_one_bound": infinity_one_bound,
        "four_cycle_least": cut**4,
        "four_cycle_bound": four_cycle_bound,
    },
    aids={"complex_factor": sp.Integer(2), "largest_entry": sp.Integer(1)},
    remarks=(
        Remark(
            r"For independent entries $\|M-P\|_{op}/\sqrt{mn}$ is of order $n^{-1/2}$ (O4, cited there), where the bound with G1 gives "
            r"$n^{-1/4}$."
        ),
    ),
)

degree_bound = 2 * cut
density_bound = cut

degree_continuity = Claim(
    label="O6",
    title="Degrees are Lipschitz in cut norm",
    statement=r"""
Let $U,W$ be integrable on $[0,1]^2$, $d_U(u)=\int U(u,v)\,dv$, $\rho_U=\iint U$ and $c=\|U-W\|_\square$. Then
$$\|d_U-d_W\|_1\le[[degree_bound]],\qquad|\rho_U-\rho_W|\le[[density_bound]],$$
and likewise for the degrees of columns. Both constants are sharp: the first is attained when $U-W$ is $\varepsilon$ on one
half of the rows and $-\varepsilon$ on the other, the second when $U-W$ is constant.
""",
    proof_text=r"""
Let $S=\{d_U>d_W\}$. Then $\|d_U-d_W\|_1=\int_S(d_U-d_W)+\int_{S^c}(d_W-d_U)$ is the sum of the two cuts $S\times[0,1]$ and
$S^c\times[0,1]$ of $U-W$, each at most $c$. The density is the cut of everything. In the first example each cut is
$\varepsilon/2$, and so is $c$. ∎
""",
    source=Source(
        "2602.06675",
        "elementary, from the definition of the cut norm (Lovász 2012, section 8.2); beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(replace(CUT_NORM, within=NON_NEGATIVE),),
    hypotheses=(Hypothesis("the kernels are integrable"),),
    expressions={"degree_bound": degree_bound, "density_bound": density_bound},
)
