"""O4: the edge of the noise of independent entries, and what is visible above it."""

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n, variance
from sparse_limits.theory.operators.symbols import POSITIONS, sigma
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.blocks import block, kept
from sparse_limits.theory.saliency.model import COLUMNS, ROWS
from sparse_limits.theory.saliency.symbols import MEAN, WHOLE_MASK

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

product = sp.Symbol("w", positive=True)  # of the two resolvents
level_square = (1 + variance * product / m) * (1 + variance * product / n) / product

block_eigenvalue = kept * (block - kept) / (block * (block - 1))
block_edge = sp.sqrt(kept * (block - kept)) / block * (1 / sp.sqrt(m) + sp.sqrt(block / ((block - 1) * n)))
block_floor = sp.sqrt(kept * (block - kept)) / block * sp.Abs(1 / sp.sqrt(m) - sp.sqrt(block / ((block - 1) * n)))

ENTRY_VARIANCE = Quantity(
    variance, "variance of an entry", sp.Interval.Lopen(0, QUARTER), drawn=(sp.Rational(1, 20), QUARTER)
)
TRIAL_VALUES = (
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
)

STEPS = proof(
    r"""
resolvent (cited: Alt, Erdős and Krüger, Local law for random Gram matrices, Electron. J. Probab. 22 (2017), paper 25: for independent
centred entries with any variances the resolvent tends to the solution of these equations, whose measure is the limit of the spectrum): The
averaged diagonal of the resolvent of $\begin{pmatrix}0&X\\X^\top&0\end{pmatrix}$, $X=H/\sqrt{mn}$, has limits $a$ on rows and $b$ on
columns for which $z=[[row_height]]$ and $z=[[column_height]]$. These limits are power series in $1/z$ with coefficients $\ge0$,
which converge if and only if $z$ is not below $e$.

supersolutions (from resolvent; by monotonicity): The series are the limits of the iteration $a\leftarrow1/(z-\frac1m\int Vb)$, and of the
corresponding iteration for $b$, from $a=b=0$; the iterates do not decrease. Any positive $(a,b)$ with heights of at most $z$ stays above
the iterates, so that they converge: $e$ is the least such $z$.

largest averages (from supersolutions): At $a=\sqrt{n/C}$, $b=\sqrt{m/R}$ no height exceeds $[[edge_bound]]$.

minimax (from supersolutions; cited: Sion, Pacific J. Math. 8 (1958) 171: for a function on two convex sets, one of them compact, that is
quasi-convex and lower semicontinuous in one variable, quasi-concave and upper semicontinuous in the other, infimum and supremum may be
exchanged): Let $V$ be continuous or constant on the cells of a grid. Above the edge the solutions $a,b$ are continuous, or constant on
the cells, as $V$ is, and the probability measures $p,q$, on rows and columns together, are weakly compact. The heights are convex in
$(a,b)$, so that the infimum of their maximum is the largest, over $p,q$, of the least $\int p\,(\frac1a+\frac1m\int Vb)+\int q\,(\frac1b+\frac1n\int Va)$.

one place (from minimax; by Fubini): In this expression $a(u)$ occurs in $\frac pa+\frac{aQ}n$ and $b(v)$ in $\frac qb+\frac{bP}m$, with
$Q=\int V(u,\cdot)q$ and $P=\int V(\cdot,v)p$.

least sums (from one place): These sums are at least $[[row_bound]]$ and $[[column_bound]]$: they exceed these bounds by squares, which can
be made $0$. A part of $p$ or $q$ without a density counts in $P$ and $Q$ alone.

densities (from least sums; by Jensen): The averages $p',q'$ of $p,q$ over the cells of a grid are densities. On these cells $V$ is
constant, or nearly so if they are small, so that $p',q'$ have the same $P,Q$, or nearly so. The bounds are square roots: the average of
a bound over a cell is at most the bound at the averages. So the supremum over densities is that over all measures.

constant profile (from largest averages, least sums, densities): For constant $V$ the bound of *largest averages* is $[[constant_edge]]$, and
$p=q=\frac12$ attains it from below.

product (from resolvent): For constant $V$ both heights are $z$ if and only if $z^2=[[level_square]]$ for the product $w=ab$.

pole (from product; cited: Benaych-Georges and Nadakuditi, J. Multivariate Anal. 111 (2012) 120: a perturbation of rank one shows where the
product of the two transforms of the noise is the inverse of its square, and not otherwise): With a singular value $\sigma$ the resolvent
has a pole where $\sigma^2w(z)=1$, on the branch from $w=0$ at $z=\infty$.

outlier (from pole): So the singular value is seen at $z=[[outlier]]$.

visible (from outlier, constant profile): Along the branch $z$ falls up to $w=\sqrt{mn}/V$, where it is $e$. There $\sigma=[[visible]]$, and
larger $\sigma$ are on the branch.

way back (from outlier, visible): Solving this for $\sigma$, with the larger root as $\sigma$ is visible, gives $[[debiased]]$.
""",
    globals(),
)


def heights_at_the_largest_averages(row_height: sp.Expr, column_height: sp.Expr, edge_bound: sp.Expr) -> Relations:
    """Both heights where the averages are largest, at a = √(n/C) and b = √(m/R)."""
    a, b = sp.sqrt(n / largest_column), sp.sqrt(m / largest_row)
    flows = {row_resolvent: a, row_flow: largest_row * b, column_resolvent: b, column_flow: largest_column * a}
    for height in (row_height, column_height):
        yield same(height.subs(flows, simultaneous=True), edge_bound)


def sums_are_more_by_squares(
    row_height: sp.Expr, column_height: sp.Expr, row_bound: sp.Expr, column_bound: sp.Expr
) -> Relations:
    """p/a + aQ/n less the bound is (√(p/a) − √(aQ/n))², and so for columns; at a = √(np/Q) nothing is left."""
    for height, flow, bound, resolvent, share, inflow, size in (
        (row_height, row_flow, row_bound, row_resolvent, row_share, row_inflow, n),
        (column_height, column_flow, column_bound, column_resolvent, column_share, column_inflow, m),
    ):
        total = share * height.subs(flow, 0) + resolvent * inflow / size
        square = (sp.sqrt(share / resolvent) - sp.sqrt(resolvent * inflow / size)) ** 2
        yield nonnegative(total - bound, square, by=lambda gap: sp.simplify(sp.expand(gap)))
        yield same(total.subs(resolvent, sp.sqrt(size * share / inflow)), bound)


def both_bounds_meet_for_one_variance(
    edge_bound: sp.Expr, row_bound: sp.Expr, column_bound: sp.Expr, constant_edge: sp.Expr
) -> Relations:
    """R = C = V from above; p = q = ½ from below."""
    yield same(edge_bound.subs({largest_row: variance, largest_column: variance}), constant_edge)
    halves = {
        row_share: sp.Rational(1, 2),
        row_inflow: variance / 2,
        column_share: sp.Rational(1, 2),
        column_inflow: variance / 2,
    }
    yield same(valued(row_bound + column_bound, halves), constant_edge)


def heights_multiply_to_the_square(row_height: sp.Expr, column_height: sp.Expr, level_square: sp.Expr) -> Relations:
    """The product of both heights, which depends on ab alone."""
    flows = {row_flow: variance * column_resolvent, column_flow: variance * row_resolvent}
    both = (row_height * column_height).subs(flows, simultaneous=True)
    yield same(level_square, both.subs(row_resolvent, product / column_resolvent))


def square_is_least_at_the_edge(outlier: sp.Expr, constant_edge: sp.Expr, visible: sp.Expr) -> Relations:
    """The square of the outlier is more than that of the edge by a square, which is 0 just where σ is visible."""
    over = (sigma - visible**2 / sigma) ** 2
    yield nonnegative(outlier**2 - constant_edge**2, over, by=lambda gap: sp.simplify(sp.expand(gap)))


def way_back_solves_for_the_square(outlier: sp.Expr, visible: sp.Expr, debiased: sp.Expr) -> Relations:
    """x + v⁴/x at x = debiased² is s² less both biases, as it is at σ² for the outlier; and it is the larger root."""
    lowered = raw**2 - variance / m - variance / n
    square = debiased**2
    yield same(square**2 - lowered * square + visible**4, 0, by=sp.expand)
    there = outlier**2 - variance / m - variance / n
    yield same(there, sigma**2 + visible**4 / sigma**2)
    yield same(2 * square - lowered, sp.sqrt(lowered**2 - 4 * visible**4), by=lambda gap: sp.simplify(sp.expand(gap)))


noise_edge = Claim(
    label="O4.1",
    title="The noise edge and what is visible above it",
    headline=r"Let a large $m\times n$ mask have entries of variance $V$. In units of $\sqrt{mn}$, a singular value $\sigma$ of their means shows above the noise if and only if $$\sigma>[[visible]].$$ With other variances the edge of the noise has bounds on both sides.",
    statement=r"""
**Setting.** The *noise* $H=M-E\,M$ has independent centred entries. Their variance $V(u,v)$ depends on the positions of row and column. Let
$e$ be the *edge* of the noise, where the singular values of $H/\sqrt{mn}$ end in the limit.

**One variance.** For constant $V$, $e=[[constant_edge]]$.

**Any variances.** In general $e$ is the least $z$ for which the quadratic vector equation
$$z=\frac1{a(u)}+\frac1m\int V(u,v)\,b(v)\,dv,\qquad z=\frac1{b(v)}+\frac1n\int V(u,v)\,a(u)\,du$$
has a positive solution $a,b$. It is also the value of two extremal problems. With $B=\int V(u,\cdot)b$ and $A=\int V(\cdot,v)a$,
$$e=\inf_{a,b>0}\ \max\Big(\sup_u\,[[row_height]],\ \sup_v\,[[column_height]]\Big).$$
For densities $p$ on the rows and $q$ on the columns with $\int p+\int q=1$, let $Q=\int V(u,\cdot)q$ and $P=\int V(\cdot,v)p$. Then, for
$V$ that is continuous or constant on the cells of a grid,
$$e=\sup_{p,q}\Big(\int[[row_bound]]\,du+\int[[column_bound]]\,dv\Big).$$
So any positive $(a,b)$ bounds $e$ from above, and any $(p,q)$ from below. In particular $e\le[[edge_bound]]$, where $R$ and $C$ are the
largest row and column averages of $V$.

**Visible values.** Let $V$ be constant. A singular value $\sigma$ of $E\,M/\sqrt{mn}$ is visible above the edge iff $\sigma>[[visible]]$. It
is then seen at $s=[[outlier]]$, and from $s$ it is recovered as $\sigma=[[debiased]]$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(20, 60),
        COLUMNS.drawn_from(20, 60),
        ENTRY_VARIANCE,
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
        *TRIAL_VALUES,
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
        Quantity(product, "product of the resolvents of rows and columns", POSITIVE),
    ),
    hypotheses=(
        Hypothesis(r"$m\asymp n\to\infty$, $\rho n\to\infty$ faster than $\ln n$"),
        Hypothesis(r"the limit of the spectrum is cited, the formulas for its edge are proved here"),
        Hypothesis("the singular value is visible above the noise", sigma >= visible),
        Hypothesis("the observed value is not below the edge of the noise", raw >= constant_edge),
    ),
    symbols={
        **WHOLE_MASK,
        **MEAN,
        "H": "noise, the mask less its expectation",
        "e": r"limiting edge of the noise, of the singular values of $H/\sqrt{mn}$",
        "z": "level, a positive number",
        **POSITIONS,
    },
    aids={"edge": "profile"},
    sharp=(
        Sharp(expression="edge_bound", example="a constant profile", check="both_bounds_meet_for_one_variance"),
        *(
            Sharp(
                expression=f"{side}_height",
                example=r"a constant profile, $a=\sqrt{n/V}$, $b=\sqrt{m/V}$",
                check="constant_profile_attains_both_bounds",
            )
            for side in ("row", "column")
        ),
        *(
            Sharp(
                expression=f"{side}_bound",
                example=r"a constant profile, $p=q=\frac12$",
                check="both_bounds_meet_for_one_variance",
                side=Side.BELOW,
            )
            for side in ("row", "column")
        ),
    ),
    remarks=(
        Remark(
            r"In general $e\ne2\sqrt{\iint V/n}$ for $m=n$: a profile that is $V$ for half of the rows and half of the columns, and $0$ "
            r"elsewhere, has $e=\sqrt{2V/n}$, not $\sqrt{V/n}$.",
            checked_by="edge_of_a_quarter_is_not_that_of_the_mean",
        ),
        Remark(
            r"Measured: at $n=1024$ the largest singular value of the noise of one mask with the probit profile is within 3 % of the edge.",
            checked_by="noise_of_a_profile_ends_at_the_edge",
        ),
        Remark(
            r"Measured: for some masks of $256\times1024$ entries drawn with probabilities $\frac12\pm\sigma$, $\sigma=\frac1{20}$, the "
            r"mean of the second singular values is within 2 % of `outlier`, and `debiased` maps it to within 3 % of $\sigma$.",
            checked_by="planted_value_is_seen_where_claimed",
        ),
    ),
    because={
        "largest averages": heights_at_the_largest_averages,
        "least sums": sums_are_more_by_squares,
        "constant profile": both_bounds_meet_for_one_variance,
        "product": heights_multiply_to_the_square,
        "outlier": lambda level_square, outlier: (
            same(outlier**2, level_square.subs(product, sigma**-2)),
            same(outlier / sp.sqrt(level_square.subs(product, sigma**-2)), 1),
        ),
        "visible": square_is_least_at_the_edge,
        "way back": way_back_solves_for_the_square,
    },
    wrong=lambda: {
        "row_height: flow from the wrong side": 1 / row_resolvent + row_flow / n,
        "row_height: rows without flow": 1 / row_resolvent,
        "row_height: twice the resolvent": row_height + 1 / row_resolvent,
        "column_height: columns without flow": 1 / column_resolvent,
        "column_height: twice the flow": 1 / column_resolvent + 2 * column_flow / n,
        "column_height: twice the other resolvent": column_height + 1 / column_resolvent,
        "column_bound: column bound over the other side": 2 * sp.sqrt(column_share * column_inflow / n),
        "constant_edge: rows alone": sp.sqrt(variance / m),
        "constant_edge: of a mean": 2 * sp.sqrt(variance / n),
        "edge_bound: sides exchanged": sp.sqrt(largest_row / n) + sp.sqrt(largest_column / m),
        "edge_bound: of the mean": sp.sqrt(largest_row / (2 * m)) + sp.sqrt(largest_column / (2 * n)),
        "edge_bound: bound of rows alone": sp.sqrt(largest_row / m),
        "outlier: m = n form": sigma + variance / (n * sigma),
        "outlier: one side": sp.sqrt(sigma**2 + variance / m),
        "outlier: not moved": sigma,
        "visible: visible from √V/√n on": sp.sqrt(variance / n),
        "visible: the square": visible**2,
        "debiased: bias of one side removed": sp.sqrt(raw**2 - variance / m),
        "debiased: second order only": sp.sqrt(raw**2 - variance / m - variance / n),
        "debiased: not moved back": raw,
        "edge: mean-field": "mean",
        "edge: rows of the largest variance": "bound",
        "row_bound: row bound over the other side": 2 * sp.sqrt(row_share * row_inflow / m),
        "level_square: one side": (1 + variance * product / m) / product,
        "level_square: one size": level_square.subs(m, n),
    },
)
