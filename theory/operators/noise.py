"""O4: the edge of the noise of independent entries, and what is visible above it."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.graphon.symbols import m, n, variance
from theory.operators.symbols import sigma
from theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from theory.saliency.blocks import BLOCK, KEPT, NOT_MORE_THAN_THERE_ARE, block, kept
from theory.saliency.model import COLUMNS, ROWS

raw = sp.Symbol("s", positive=True)  # a singular value observed, σ_k(M)/√(mn)
row_resolvent, column_resolvent = sp.symbols("a b", positive=True)  # a(u), b(v)
row_flow, column_flow = sp.symbols("B A", nonnegative=True)  # ∫V(u, ·)b and ∫V(·, v)a
row_share, column_share = sp.symbols("p q", positive=True)  # a probability density on rows and columns together
row_inflow, column_inflow = sp.symbols("Q P", positive=True)  # ∫V(u, ·)q and ∫V(·, v)p
largest_row, largest_column = sp.symbols("R C", positive=True)  # sup ∫V(u, ·) and sup ∫V(·, v)
row_fourth, column_fourth = sp.symbols("B_4 A_4", real=True)  # ∫κ(u, ·)b² and ∫κ(·, v)a²
level, reach = sp.symbols("z beta", positive=True)  # a level above the edge; the largest square in a row times b

QUARTER = sp.Rational(1, 4)  # the largest variance of an entry

row_height = 1 / row_resolvent + row_flow / m
column_height = 1 / column_resolvent + column_flow / n
row_bound = 2 * sp.sqrt(row_share * row_inflow / n)
column_bound = 2 * sp.sqrt(column_share * column_inflow / m)

fourth_cumulant = variance * (1 - 6 * variance)
row_excess = row_resolvent * row_fourth / (m**2 * n)
column_excess = column_resolvent * column_fourth / (m * n**2)
sensitivity = row_share * column_resolvent / m + column_share * row_resolvent / n
square_variance = variance * (1 - 4 * variance)
overfed = m * level / row_flow  # how often its mean a row is fed where it reaches the level
row_tail = sp.exp(-n * row_flow / reach * (overfed * sp.log(overfed) - overfed + 1))

constant_edge = sp.sqrt(variance) * (1 / sp.sqrt(m) + 1 / sp.sqrt(n))
sparse_edge = constant_edge * (1 + (1 - 6 * variance) / (2 * variance * sp.sqrt(m * n)))
edge_spread = sp.sqrt((1 - 4 * variance) / (4 * variance * m * n))
edge_bound = sp.sqrt(largest_row / m) + sp.sqrt(largest_column / n)


def outlier_of(from_rows: sp.Expr, from_columns: sp.Expr) -> sp.Expr:
    """Where a singular value σ is seen, noise adding V_a/m to the left and V_b/n to the right."""
    return sp.sqrt((sigma**2 + from_rows) * (sigma**2 + from_columns)) / sigma


def debiased_of(from_rows: sp.Expr, from_columns: sp.Expr) -> sp.Expr:
    """The σ that is seen at s: the inverse of `outlier_of` above the edge."""
    lowered = raw**2 - from_rows - from_columns
    return sp.sqrt((lowered + sp.sqrt(lowered**2 - 4 * from_rows * from_columns)) / 2)


outlier = outlier_of(variance / m, variance / n)
debiased = debiased_of(variance / m, variance / n)
visible = sp.sqrt(variance) / (m * n) ** sp.Rational(1, 4)

block_eigenvalue = kept * (block - kept) / (block * (block - 1))
block_edge = sp.sqrt(kept * (block - kept)) / block * (1 / sp.sqrt(m) + sp.sqrt(block / ((block - 1) * n)))
block_floor = sp.sqrt(kept * (block - kept)) / block * sp.Abs(1 / sp.sqrt(m) - sp.sqrt(block / ((block - 1) * n)))

noise_edge = Claim(
    label="O4",
    title="The noise edge and what is visible above it",
    statement=r"""
Let $H=M-P$ have independent centred entries with variance profile $V(u,v)$, and $e$ be the limiting edge of the
singular values of $H/\sqrt{mn}$. **Constant $V$:** $e=[[constant_edge]]$. **Profile:** $e$ is the least $z$ such that
the quadratic vector equation
$$z=\frac1{a(u)}+\frac1m\int V(u,v)\,b(v)\,dv,\qquad z=\frac1{b(v)}+\frac1n\int V(u,v)\,a(u)\,du$$
has a positive solution. With $B=\int V(u,\cdot)b$, $A=\int V(\cdot,v)a$, and $Q=\int V(u,\cdot)q$,
$P=\int V(\cdot,v)p$,
$$e=\min_{a,b>0}\ \max\Big(\sup_u\,[[row_height]],\ \sup_v\,[[column_height]]\Big),$$
$$e=\max_{p,q}\Big(\int[[row_bound]]\,du+\int[[column_bound]]\,dv\Big),$$
the maximum over densities with $\int p+\int q=1$: any positive $(a,b)$ bounds $e$ from above and any $(p,q)$ from below.
In particular $e\le[[edge_bound]]$, $R$ and $C$ the largest row and column averages of $V$; in general
$e\ne2\sqrt{\iint V/n}$ for $m=n$. **Visible values.** For constant $V$ a singular value $\sigma$ of $P/\sqrt{mn}$ shows
above the edge iff $\sigma>[[visible]]$, at $s=[[outlier]]$; from $s$ it is recovered as $\sigma=[[debiased]]$.
**Sparse masks.** An entry has the fourth cumulant $\kappa=[[fourth_cumulant]]$. To first order in
$1/\rho n$ it adds $[[row_excess]]$ to the height of a row and $[[column_excess]]$ to that of a column,
$B_4=\int\kappa(u,\cdot)b^2$, $A_4=\int\kappa(\cdot,v)a^2$, and so their means over $p$ and $q$ at the optimum to $e$; for
constant $V$ the edge is $[[sparse_edge]]$. The squares of the entries, of variance $[[square_variance]]$ each, move the edge
with the derivative $[[sensitivity]]$; for constant $V$ its relative standard deviation is $[[edge_spread]]$. A row whose
squares feed it $\sum_jH_{ij}^2b_j/mn\ge z$ shows by itself at $z$ or above; this has chance at most $[[row_tail]]$, if no
$H_{ij}^2b_j$ exceeds $\beta$. **N:M masks** of scores with constant column profile (exactly $N$ kept in each block of $M$ consecutive columns of a row,
all places alike): the entries of a block have the covariance $[[block_eigenvalue]]\,(I-J/M)$, and the non-zero singular
values of the mask less its density $N/M$, over $\sqrt{mn}$, fill an interval up to $[[block_edge]]$ and, for $m\ge n(1-1/M)$, down to
$[[block_floor]]$.
""",
    proof_text=r"""
*Equation.* Expanding the resolvent of $\begin{pmatrix}0&X\\X^\top&0\end{pmatrix}$, $X=H/\sqrt{mn}$, in its entries, the
averaged diagonal has the limits $a$ (rows) and $b$ (columns), $1/a=z-\sum_jE X_{ij}^2b_j=z-\frac1m\int Vb$, likewise
for $b$ (Ajanki, Erdős, Krüger). $a,b$ are power series in $1/z$ with non-negative coefficients (moments), the sums of the
monotone iteration from $a=b=0$, $a\leftarrow1/(z-\frac1m\int Vb)$; they converge iff $z$ is not below the edge of the
support, so $e$ is the least $z$ with a positive solution; and a supersolution ($z\ge$ both heights) bounds the
iteration, so it suffices: the first formula. *Duality.* Both heights are convex in $(a,b)$; by Sion's theorem the least
maximum is $\max_{p,q}\min_{a,b}\int p\,(\frac1a+\frac1m\int Vb)+\int q\,(\frac1b+\frac1n\int Va)$, and for given
$(p,q)$ the terms in $a(u)$ are $\frac{p}{a}+\frac{a\,Q}n\ge2\sqrt{pQ/n}$, those in $b(v)$
$\frac qb+\frac{b\,P}m\ge2\sqrt{qP/m}$. *Bound.* Take $a=\sqrt{n/C}$, $b=\sqrt{m/R}$. Constant $V$: these are equal to
it, and $p=q=\frac12$ attains it. *Visible values.* For constant $V$ the product $\pi=ab$ solves
$z^2=(1+V\pi/m)(1+V\pi/n)/\pi$, least at $\pi=\sqrt{mn}/V$, where $z=e$. The resolvent of $X+\sigma ab^\top$ has a pole
where $\sigma^2\pi(z)=1$ (Benaych-Georges, Nadakuditi), so $z=s$ at $\pi=\sigma^{-2}$, if that lies on the branch
$\pi<\sqrt{mn}/V$; solving for $\sigma^2$ gives the last form. *Sparse.* In the cumulant
expansion of $E\,X_{ij}G_{ji}$ the fourth cumulant $\kappa/(mn)^2$ contributes $a_i^2b_j^2$, which is $a$ times
$\frac\kappa{(mn)^2}\sum_jb_j^2$ in $z-1/a$ (Lee, Schnelli 2018; Hwang, Lee, Schnelli 2019 for rectangles); the derivative of
a minimax in a parameter is that of the function at the optimum, for $\kappa$ as for $V$. What is left of the fluctuation
is Tracy–Widom; that of the squares is larger below $\rho\approx n^{-2/3}$ (Huang, Landon, Yau 2020). The entries of a row are
independent of the rest, so $1/a=z-\sum_jH_{ij}^2b_j/mn$ for one row: no positive solution where the sum reaches $z$
(Alt, Ducatez, Knowles 2021: this happens where $\rho n$ is below some $2.6\ln n$). $H_{ij}^2b_j\in[0,\beta]$ has mean $Vb$, so
$Ee^{\theta H^2b}\le1+\frac{Vb}\beta(e^{\theta\beta}-1)$ by convexity, and Chernoff's bound at $e^{\theta\beta}=mz/B$ is the last formula
(Bennett). *N:M.* An entry has variance $V=\frac NM(1-\frac NM)$, the
entries of a block sum to $0$ and are exchangeable: covariance $-V/(M-1)$, so $\frac{VM}{M-1}(I-J/M)$ with one
eigenvalue $0$. The rows are independent, so $H$ acts as $m\times n(1-\frac1M)$ with constant variance
$\frac{VM}{M-1}$: Marchenko–Pastur (Bai, Zhou for rows of dependent entries). ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.CITED,
    quantities=(
        ROWS.drawn_from(20, 60),
        COLUMNS.drawn_from(20, 60),
        Quantity(variance, "variance of an entry", sp.Interval.Lopen(0, QUARTER), drawn=(sp.Rational(1, 20), QUARTER)),
        Quantity(
            sigma,
            "singular value of the expected mask, divided by the square root of its number of entries",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 2), 1),
        ),
        Quantity(
            raw,
            "singular value of the mask, divided by the square root of its number of entries",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 2), 1),
        ),
        Quantity(
            (row_resolvent, column_resolvent),
            "averaged resolvent of the noise, or any positive trial value for it, in a row or in a column",
            POSITIVE,
        ),
        Quantity(
            (row_flow, column_flow),
            "average over a row or over a column of variance times the trial value of the other side",
            NON_NEGATIVE,
        ),
        Quantity(
            (row_share, column_share),
            "value in a row or in a column of a probability density on rows and columns together",
            NON_NEGATIVE,
        ),
        Quantity(
            (row_inflow, column_inflow),
            "average over a row or over a column of variance times the probability density of the other side",
            sp.Interval(0, QUARTER),
            drawn=(0, QUARTER),
        ),
        Quantity(
            (largest_row, largest_column),
            "largest average of the variance over a row or over a column",
            sp.Interval(0, QUARTER),
            drawn=(0, QUARTER),
        ),
        Quantity(
            (row_fourth, column_fourth),
            "average over a row or over a column of fourth cumulant times the squared trial value of the other side",
            sp.S.Reals,
        ),
        Quantity(level, "level of the singular values that a row reaches by itself", POSITIVE),
        Quantity(reach, "largest product in a row of squared noise and the trial value of the column", POSITIVE),
        KEPT.drawn_from(1, 3),
        BLOCK.drawn_from(4, 9),
    ),
    hypotheses=(
        Hypothesis(
            r"$m\asymp n\to\infty$, $\rho n\to\infty$ faster than $\ln n$; for sparse masks to first order in $1/\rho n$"
        ),
        Hypothesis(r"the limit of the spectrum is cited, the formulas for its edge are proved here"),
        Hypothesis("the singular value is visible above the noise", sigma >= visible),
        Hypothesis("the observed value is not below the edge of the noise", raw >= constant_edge),
        Hypothesis("the row is fed", row_flow > 0, needed_by=("row_tail",)),
        Hypothesis("the level is not below what feeds the row on average", m * level >= row_flow),
        NOT_MORE_THAN_THERE_ARE,
        Hypothesis(
            "the mask has at least as many rows as the noise has dimensions in a row",
            m >= n * (1 - 1 / block),
            needed_by=("block_floor",),
        ),
    ),
    expressions={
        "constant_edge": constant_edge,
        "row_height": row_height,
        "column_height": column_height,
        "row_bound": row_bound,
        "column_bound": column_bound,
        "edge_bound": edge_bound,
        "fourth_cumulant": fourth_cumulant,
        "row_excess": row_excess,
        "column_excess": column_excess,
        "sparse_edge": sparse_edge,
        "square_variance": square_variance,
        "sensitivity": sensitivity,
        "edge_spread": edge_spread,
        "row_tail": row_tail,
        "outlier": outlier,
        "visible": visible,
        "debiased": debiased,
        "block_eigenvalue": block_eigenvalue,
        "block_edge": block_edge,
        "block_floor": block_floor,
    },
    aids={"edge": "profile"},
    remarks=(
        Remark(
            r"Measured: at $n=1024$ the largest value of the noise of one mask of the probit profile is within 3 % of the edge.",
            checked_by="noise_of_a_profile_ends_at_the_edge",
        ),
        Remark(
            r"How rarely a mask of one density passes the level that is built from these formulas is measured, not proved, by "
            r"`tests/benchmarks/bench_noise_level.py`: promised is one mask of a thousand, seen were 1 of 45 000."
        ),
    ),
)
