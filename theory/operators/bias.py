"""O3: independent entries lift a singular value by a second-order bias."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.symbols import m, n
from theory.operators.symbols import sigma
from theory.quantities import Hypothesis, Quantity
from theory.saliency.model import ANY_DENSITY, COLUMNS, ROWS, rho

row_noise, column_noise, joint_noise = sp.symbols("V_a V_b V_ab", positive=True)  # ∬V a², ∬V b², ∬V a²b²
along = sp.Symbol("h", real=True)  # ⟨a, Hb⟩ over √(mn)
left, right = sp.symbols("p q", nonnegative=True)  # ‖Hᵀa‖², ‖Hb‖², each over mn
other = sp.Symbol("sigma_l", positive=True)  # another singular value
onto, back = sp.symbols("x y", real=True)  # ⟨a_k, Hb_l⟩ and ⟨a_l, Hb_k⟩, over √(mn)

UP_TO_ONE = sp.Interval.Lopen(0, 1)
UP_TO_A_QUARTER = sp.Interval(0, sp.Rational(1, 4))  # V = P(1 − P) is no larger
QUARTER = (0, sp.Rational(1, 4))
TWO_SIDED = sp.Interval(-1, 1)

expansion = sigma**2 + 2 * sigma * along + left + right - along**2
cross_term = (other**2 * (onto**2 + back**2) + 2 * sigma * other * onto * back) / (sigma**2 - other**2)
square_mean = sigma**2 + row_noise / m + column_noise / n
value_sd = sp.sqrt(joint_noise / (m * n))
random_value = rho + (1 - rho) / 2 * (1 / m + 1 / n)
random_sd = sp.sqrt(rho * (1 - rho) / (m * n))

second_order_bias = Claim(
    label="O3",
    title="Noise lifts a singular value by a second-order bias",
    statement=r"""
Let $M=P+H$ be a mask of independent entries with mean $P$ and variances $V=P(1-P)$, and
$\sigma=\sigma_k(P)/\sqrt{mn}$ with unit singular functions $a=a_k(u)$, $b=b_k(v)$ (the singular vectors of $P$ as step
functions). If $m\asymp n\to\infty$ while $\sigma$, its distance from the other singular values and
$\sup|a|,\sup|b|$ stay fixed, then
$$\frac{\sigma_k(M)^2}{mn}=[[square_mean]]+2\sigma\,[[value_sd]]\,\mathcal N+O_P(n^{-3/2}),$$
$V_a=\iint Va^2$, $V_b=\iint Vb^2$, $V_{ab}=\iint Va^2b^2$, $\mathcal N$ asymptotically standard normal. The deterministic half, for $P=\sigma\sqrt{mn}\,ab^\top$ of rank one: to
second order in $H$ the square is $[[expansion]]$ with $h=\frac{\langle a,Hb\rangle}{\sqrt{mn}}$,
$p=\frac{\|H^\top a\|^2}{mn}$, $q=\frac{\|Hb\|^2}{mn}$, whose means are $Eh=0$, $(Eh^2)^{1/2}=[[value_sd]]$,
$Ep=[[left_mean]]$, $Eq=[[right_mean]]$ exactly. Each other singular value $\sigma_l>0$ of $P/\sqrt{mn}$ adds
$[[cross_term]]$ with
$x=\frac{\langle a,Hb_l\rangle}{\sqrt{mn}}$, $y=\frac{\langle a_l,Hb\rangle}{\sqrt{mn}}$, all of them together
$O_P(n^{-3/2})$, whatever the rank of $P$. For a random mask (constant $P=\rho$): $\sigma_1(M)/\sqrt{mn}$
is $[[random_value]]$ with standard deviation $[[random_sd]]$. With exactly $K=\rho mn$ kept entries $h=0$ there, and
the fluctuation is of second order. The bias is relative to $P$: passing from $P$ to its graphon costs the
discretisation error besides (O5).
""",
    proof_text=r"""
Let $X=H/\sqrt{mn}$ and $P/\sqrt{mn}=\sum_l\sigma_la_lb_l^\top$. Then
$(P+H)(P+H)^\top/mn=\sum\sigma_l^2a_la_l^\top+E_1+XX^\top$, $E_1=\sum_l\sigma_l(a_lb_l^\top X^\top+Xb_la_l^\top)$. By analytic
perturbation theory the $k$-th eigenvalue is $\sigma_k^2+\langle a_k,(E_1+XX^\top)a_k\rangle
+\sum_{l\ne k}\frac{\langle a_l,E_1a_k\rangle^2}{\sigma_k^2-\sigma_l^2}$, up to $O(\|X\|^3)$ while $\|X\|$ is below half the
gap; here $l$ runs over a basis, $\sigma_l=0$ outside the range of $P$. With $h_{kl}=\langle a_k,Xb_l\rangle$ the terms are
$2\sigma_kh_{kk}$, $\|X^\top a_k\|^2$ and $\frac{(\sigma_lh_{kl}+\sigma_kh_{lk})^2}{\sigma_k^2-\sigma_l^2}
=h_{lk}^2+\frac{\sigma_l^2(h_{kl}^2+h_{lk}^2)+2\sigma_k\sigma_lh_{kl}h_{lk}}{\sigma_k^2-\sigma_l^2}$. Over $l\ne
k$ the first parts, $\langle a_l,Xb_k\rangle^2$,
sum to $\|Xb_k\|^2-h_{kk}^2$: the expansion stated; the others are $0$ where $\sigma_l=0$. Their sum: as $V\le\frac14$
and
$\sum\sigma_l^2=\|P\|_{HS}^2\le1$, $E\sum_l\sigma_l^2(h_{kl}^2+h_{lk}^2)\le\frac1{2mn}$, and
$\sum_l\sigma_l|h_{kl}h_{lk}|\le(\sum\sigma_l^2h_{kl}^2)^{1/2}\|Xb_k\|=O_P(n^{-1})\,O_P(n^{-1/2})$; the denominators
stay away from $0$. $E\,HH^\top$ and $E\,H^\top H$ are diagonal with the row and column sums
of $V$, so $E\|X^\top a\|^2=V_a/m$, $E\|Xb\|^2=V_b/n$, $Eh_{kl}^2=\frac1{mn}\iint Va_k^2b_l^2$. The variance of
$\|X^\top a\|^2$ is $O(n^{-3})$ (a sum of $n$ independent terms over $mn$, and likewise for the other),
$h_{kk}^2=O_P(1/mn)$, and $\|X\|=O_P(n^{-1/2})$: all this is $O_P(n^{-3/2})$. $h_{kk}$ is a sum of independent terms
of variance $V_{ab}/mn$, normal in the limit by Lindeberg as $a$ and $b$ are bounded. Constant $P$: $a=b=1$,
$\sigma=\rho$, all three averages are $\rho(1-\rho)$; take the root. With $K=\rho mn$ entries $\langle1,H1\rangle=0$. ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ROWS.drawn_from(2, 60),
        COLUMNS.drawn_from(2, 60),
        Quantity(
            sigma,
            "singular value of the expected mask, divided by the square root of its number of entries",
            UP_TO_ONE,
            drawn=(sp.Rational(1, 2), sp.Rational(4, 5)),
        ),
        Quantity(
            other,
            "another singular value of the expected mask, divided likewise",
            UP_TO_ONE,
            drawn=(sp.Rational(1, 8), sp.Rational(1, 2)),
        ),
        Quantity(
            row_noise, "variance of the entries, averaged with the squared left function", UP_TO_A_QUARTER, QUARTER
        ),
        Quantity(
            column_noise, "variance of the entries, averaged with the squared right function", UP_TO_A_QUARTER, QUARTER
        ),
        Quantity(
            joint_noise,
            "variance of the entries, averaged with the squares of both functions",
            UP_TO_A_QUARTER,
            QUARTER,
        ),
        Quantity(
            along,
            "product of the noise with both singular vectors, divided by the square root of the number of entries",
            TWO_SIDED,
            drawn=(-1, 1),
        ),
        Quantity(
            (left, right),
            "squared length of the noise times the left or the right singular vector, divided by the number of entries",
            sp.Interval(0, 1),
            drawn=(0, 1),
        ),
        Quantity(
            (onto, back),
            "product of the noise with one singular vector of each of the two values, divided by the square root of the "
            "number of entries",
            TWO_SIDED,
            drawn=(-1, 1),
        ),
        ANY_DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
    ),
    hypotheses=(
        Hypothesis("independent entries (a fixed threshold); for exactly K entries the last remark alone"),
        Hypothesis(
            r"$\sigma$ simple, its gap and the sup-norms of $a,b$ fixed as $m\asymp n\to\infty$; the remainder has no "
            "constant"
        ),
        Hypothesis("the singular value is simple", sp.Ne(sigma, other)),
        Hypothesis("the product is no longer than the noise times the left vector", along**2 <= left),
        Hypothesis("the product is no longer than the noise times the right vector", along**2 <= right),
        Hypothesis("one probability for all entries", needed_by=("random_value", "random_sd")),
    ),
    uses=("O1",),
    expressions={
        "expansion": expansion,
        "cross_term": cross_term,
        "square_mean": square_mean,
        "value_sd": value_sd,
        "left_mean": row_noise / m,
        "right_mean": column_noise / n,
        "random_value": random_value,
        "random_sd": random_sd,
    },
)
