"""O4.2 and O4.3: the edge of the noise of sparse masks, and of masks with blocks."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.expressivity.wired_neurons import at_least
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n, variance
from sparse_limits.theory.operators import noise
from sparse_limits.theory.operators.noise import (
    ENTRY_VARIANCE,
    TRIAL_VALUES,
    block_edge,
    column_flow,
    column_fourth,
    column_resolvent,
    column_share,
    constant_edge,
    edge_spread,
    level,
    reach,
    row_flow,
    row_fourth,
    row_resolvent,
    row_share,
    row_tail,
    sparse_edge,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.blocks import BLOCK, KEPT, NOT_MORE_THAN_THERE_ARE, block, kept
from sparse_limits.theory.saliency.model import COLUMNS, ROWS

turn = sp.Symbol("theta", positive=True)  # the argument of a generating function
tail_exponent = -turn * m * n * level + n * row_flow / reach * (sp.exp(turn * reach) - 1)
entry_variance = kept * (block - kept) / block**2
TENTH = sp.Rational(1, 10)
tenth_tail = at_least(n, TENTH, sp.ceiling(17 * n / 80))  # entries of density 1/10, b = 1, twice the mean or more
twice_fed = {m: 100, row_flow: TENTH * (1 - TENTH), reach: (1 - TENTH) ** 2, level: 2 * TENTH * (1 - TENTH) / 100}

SPARSE_STEPS = proof(
    r"""
edge (by O4.1): The equation has the heights $[[row_height]]$ and $[[column_height]]$; for constant $V$ its edge is $[[constant_edge]]$, at
$a=\sqrt{n/V}$, $b=\sqrt{m/V}$, $p=q=\frac12$.

fourth cumulant: An entry with $V=P(1-P)$ has the fourth central moment $V(1-3V)$, and the fourth cumulant $[[fourth_cumulant]]$.

cumulant expansion (from edge; cited: Lee and Schnelli, Probab. Theory Relat. Fields 171 (2018) 543, and Hwang, Lee and Schnelli, Ann. Appl.
Probab. 29 (2019) 3006, for rectangles: the deterministic shift of the edge of sparse matrices is that of the fourth cumulant): In the
expansion of $E\,X_{ij}G_{ji}$ the fourth cumulant $\kappa/(mn)^2$ contributes $a_i^2b_j^2$, that is $a_i$ times what it adds to the height
of the row: $[[row_excess]]$; likewise $[[column_excess]]$ for a column.

envelope (from edge; cited: Milgrom and Segal, Econometrica 70 (2002) 583: the envelope theorem for saddle points): The derivative of a
minimax in a parameter is that of the function at the optimum: small changes of the heights move $e$ by their means over $p$ and $q$.

sparse edge (from fourth cumulant, cumulant expansion, envelope): For constant $V$ the mean of both excesses consists of half of each, and
the edge is $[[sparse_edge]]$.

squares (from fourth cumulant): The square of an entry has the variance $[[square_variance]]$, which is its fourth moment less $V^2$.

sensitivity (from envelope): The squares take the place of $V$, in which the mean height over $p$ and $q$ has the derivative
$[[sensitivity]]$.

spread (from squares, sensitivity): For constant $V$ the mean of $mn$ squares has $\frac1{mn}$ of their variance, and the edge has the
relative standard deviation $[[edge_spread]]$.

one row (from edge; cited: Alt, Ducatez and Knowles, Ann. Probab. 49 (2021) 1347: extremal eigenvalues of sparse random graphs come from
vertices of large degree): The entries of a row are independent of the rest: $1/a=z-\sum_jH_{ij}^2b_j/mn$ has no positive solution where the
sum reaches $z$.

one square (by monotonicity): $H^2b\in[0,\beta]$ has the mean $Vb$, and $e^{\theta x}$ lies below its chord: $Ee^{\theta
H^2b}\le1+\frac{Vb}\beta(e^{\theta\beta}-1)$.

exponential (from one square; by exponential): As $1+x\le e^x$, the mean of $e^{\theta\sum_jH_{ij}^2b_j}$ is at most
$\exp\frac{nB}\beta(e^{\theta\beta}-1)$.

exponent (from exponential; by Markov): So the sum reaches $mnz$ with probability at most the exponential of $[[tail_exponent]]$.

tail (from one row, exponent): This is least at $e^{\theta\beta}=mz/B$, which is at least $1$: $[[row_tail]]$.
""",
    vars(noise) | globals(),
)


def fourth_moment() -> sp.Expr:
    """E H⁴ of an entry, by its variance."""
    chance = (1 - sp.sqrt(1 - 4 * variance)) / 2
    return sp.expand(chance * (1 - chance) ** 4 + (1 - chance) * chance**4)


def fourth_cumulant_shifts_the_constant_edge(
    sparse_edge: sp.Expr, constant_edge: sp.Expr, fourth_cumulant: sp.Expr, row_excess: sp.Expr, column_excess: sp.Expr
) -> Relations:
    """The mean excess at p = q = ½ and a, b of the edge; for m = n and small V it is that of Lee and Schnelli."""
    a, b = sp.sqrt(n / variance), sp.sqrt(m / variance)
    optimum = {row_resolvent: a, column_resolvent: b}
    optimum |= {row_fourth: fourth_cumulant * b**2, column_fourth: fourth_cumulant * a**2}
    shift = valued(row_excess + column_excess, optimum) / 2
    yield same(sparse_edge - constant_edge, shift)
    square = (sparse_edge.subs(m, n) * sp.sqrt(n / variance) - 2) * n * variance
    yield same(sp.limit(sp.simplify(square), variance, 0), 1)


def mean_height_has_this_derivative(row_height: sp.Expr, column_height: sp.Expr, sensitivity: sp.Expr) -> Relations:
    """Of p·height + q·height in the variance."""
    flows = {row_flow: variance * column_resolvent, column_flow: variance * row_resolvent}
    yield same(sp.diff((row_share * row_height + column_share * column_height).subs(flows), variance), sensitivity)


def edge_moves_with_the_mean_square(
    constant_edge: sp.Expr, square_variance: sp.Expr, sensitivity: sp.Expr, edge_spread: sp.Expr
) -> Relations:
    """The derivative at the optimum, over the edge; its square times the variance of the mean of mn squares."""
    optimum = {row_share: sp.Rational(1, 2), column_share: sp.Rational(1, 2)}
    optimum |= {row_resolvent: sp.sqrt(n / variance), column_resolvent: sp.sqrt(m / variance)}
    relative = sensitivity.subs(optimum) / constant_edge
    yield same(edge_spread**2, square_variance * relative**2 / (m * n))


def exponent_is_least_there(tail_exponent: sp.Expr, row_tail: sp.Expr) -> Relations:
    """The exponent is flat at e^(θβ) = mz/B, and convex; its value there, for a row that is fed."""
    fed = sp.Symbol("B_1", positive=True)
    least = sp.log(m * level / row_flow) / reach

    def simplified(gap: sp.Expr) -> sp.Expr:
        return sp.simplify(sp.expand_log(gap.subs(row_flow, fed)))

    yield same(sp.log(row_tail), tail_exponent.subs(turn, least), by=simplified)
    yield same(sp.diff(tail_exponent, turn).subs(turn, least), 0, by=simplified)
    yield same(sp.diff(tail_exponent, turn, 2), n * row_flow * reach * sp.exp(turn * reach))


sparse_noise = Claim(
    label="O4.2",
    title="The noise edge of sparse masks",
    statement=r"""
Let $H$, $V$, $a$, $b$, $A$, $B$, $p$, $q$ and $e$ be as in O4.1, and let $\rho$ be the density of the mask. An entry of variance $V(u,v)$
has fourth cumulant $[[fourth_cumulant]]$, with $V$ for $V(u,v)$; call it $\kappa(u,v)$. To first order in $1/\rho n$ it adds
$[[row_excess]]$ to the height of a row and $[[column_excess]]$ to the height of a column, where $B_4=\int\kappa(u,\cdot)b^2$ and
$A_4=\int\kappa(\cdot,v)a^2$. So to $e$ it adds the means of these terms over $p$ and $q$ at the optimum; for constant $V$ the edge is
$[[sparse_edge]]$. The squares of the entries, of variance $[[square_variance]]$ each, move the edge with the derivative
$[[sensitivity]]$; for constant $V$ the relative standard deviation of the edge is $[[edge_spread]]$. At a level $z$ a row with
$\sum_jH_{ij}^2b_j/mn\ge z$ is visible by itself at $z$ or above. If no $H_{ij}^2b_j$ exceeds $\beta$, a given row has such a sum with
probability at most $[[row_tail]]$.
""",
    steps=SPARSE_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(20, 60),
        COLUMNS.drawn_from(20, 60),
        ENTRY_VARIANCE,
        *TRIAL_VALUES,
        Quantity(
            (row_fourth, column_fourth),
            "average over a row or over a column of fourth cumulant times the squared trial value of the other side",
            sp.S.Reals,
        ),
        Quantity(level, "level of the singular values that a row reaches by itself", POSITIVE),
        Quantity(reach, "largest product in a row of squared noise and the trial value of the column", POSITIVE),
        Quantity(turn, "argument of a generating function", POSITIVE),
    ),
    hypotheses=(
        Hypothesis(r"$m\asymp n\to\infty$, $\rho n\to\infty$ faster than $\ln n$; to first order in $1/\rho n$"),
        Hypothesis("the row is fed", row_flow > 0, needed_by=("row_tail",)),
        Hypothesis("the level is not below what feeds the row on average", m * level >= row_flow),
    ),
    aids={"tenth_tail": tenth_tail},
    loose=(
        Loose(
            expression="row_tail",
            truth="tenth_tail",
            at=tuple({n: size, **twice_fed} for size in (80, 240)),
            lost=r"in Markov's inequality, and in the exponent, which is that of a Poisson law and not of a binomial one; the example has entries of the density $\frac1{10}$, $b=1$, twice the mean",
        ),
    ),
    remarks=(
        Remark(
            r"The remaining fluctuation is Tracy–Widom; the fluctuation due to the squares is larger below $\rho\approx n^{-2/3}$ "
            r"(Huang, Landon, Yau 2020)."
        ),
        Remark(
            r"How rarely a mask of one density exceeds the level built from these formulas is measured, not proved, by "
            r"`tests/benchmarks/bench_noise_level.py`: the promised rate is one mask in a thousand; 1 of 45 000 masks of up to "
            r"1000 × 1000 entries exceeded it."
        ),
    ),
    because={
        "sparse edge": fourth_cumulant_shifts_the_constant_edge,
        "fourth cumulant": lambda fourth_cumulant: same(
            fourth_cumulant, fourth_moment() - 3 * variance**2, by=sp.expand
        ),
        "squares": lambda square_variance: same(square_variance, fourth_moment() - variance**2, by=sp.expand),
        "sensitivity": mean_height_has_this_derivative,
        "spread": edge_moves_with_the_mean_square,
        "tail": exponent_is_least_there,
    },
    wrong=lambda: {
        "fourth_cumulant: as of a Poisson entry": variance,
        "fourth_cumulant: fourth moment": variance * (1 - 3 * variance),
        "square_variance: as of a Poisson entry's square": variance,
        "square_variance: fourth moment": variance * (1 - 3 * variance),
        "row_excess: once for all rows": row_fourth / (m**2 * n),
        "row_excess: over the other side": row_resolvent * row_fourth / (m * n**2),
        "column_excess: of columns over the other side": column_resolvent * column_fourth / (m**2 * n),
        "row_height: rows without flow": 1 / row_resolvent,
        "column_height: columns without flow": 1 / column_resolvent,
        "sparse_edge: no shift": constant_edge,
        "sparse_edge: twice the shift": 2 * sparse_edge - constant_edge,
        "sparse_edge: over n alone": constant_edge * (1 + (1 - 6 * variance) / (2 * variance * n)),
        "sparse_edge: shifted down": 2 * constant_edge - sparse_edge,
        "constant_edge: edge of rows": sp.sqrt(variance / m),
        "sensitivity: rows alone": row_share * column_resolvent / m,
        "sensitivity: sides exchanged": row_share * column_resolvent / n + column_share * row_resolvent / m,
        "edge_spread: spread of a count": sp.sqrt(1 / (4 * variance * m * n)),
        "edge_spread: spread below the edge": -3 * edge_spread,
        "row_tail: one moment too few": sp.exp(-n * row_flow / reach),
        "row_tail: twice the exponent": row_tail**2,
        "row_tail: without the mean": row_tail * sp.exp(-n * row_flow / reach),
        "row_tail: normal tail": sp.exp(-n * row_flow / reach * (m * level / row_flow - 1) ** 2 / 2),
        "tenth_tail: twice the kept entries": at_least(n, TENTH, sp.ceiling(n / 5)),
        "tenth_tail: more than twice": at_least(n, TENTH, sp.floor(17 * n / 80) + 1),
        "tail_exponent: the mean for the level": tail_exponent.subs(level, row_flow / m),
    },
)

BLOCK_STEPS = proof(
    r"""
entry: An entry is kept with probability $\frac NM$: its variance is $[[entry_variance]]$.

covariance (from entry): The entries of a block are exchangeable and add up to $N$, so that the variance and $M-1$ covariances add up to
$0$: the covariance is $[[block_eigenvalue]]\,(I-J/M)$.

fewer columns (from covariance; cited: Bai and Zhou, Statist. Sinica 18 (2008) 425: the Marchenko–Pastur equation holds for matrices with
independent rows whose entries depend on each other, if quadratic forms of a row concentrate): The rows are independent, and their
covariance is this number times a projection on $n'=n(1-\frac1M)$ dimensions: $H$ has the limiting singular values of $m\times n'$
independent entries of that variance.

edge (by O4.1): The noise of $m\times n$ independent entries of variance $V$ ends at $[[constant_edge]]$.

ends (from fewer columns, edge): Divided by $\sqrt{mn}$ instead of $\sqrt{mn'}$, the noise ends at $[[block_edge]]$. By Marchenko and Pastur
the non-zero values begin at the same expression with a minus sign between the two roots, which for $m\ge n'$ is $[[block_floor]]$.
""",
    vars(noise) | globals(),
)

block_noise = Claim(
    label="O4.3",
    title="The noise edge of N:M masks",
    statement=r"""
Consider N:M masks of scores with constant column profile: exactly $N$ entries are kept in each block of $M$ consecutive columns of a row,
with all places alike. Then the entries of a block have covariance $[[block_eigenvalue]]\,(I-J/M)$, where $J$ is the matrix of ones. The
non-zero singular values of the mask minus its density $N/M$, divided by $\sqrt{mn}$, in the limit fill an interval up to $[[block_edge]]$
and, for $m\ge n(1-1/M)$, down to $[[block_floor]]$.
""",
    steps=BLOCK_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(20, 60),
        COLUMNS.drawn_from(20, 60),
        ENTRY_VARIANCE,
        KEPT.drawn_from(1, 3),
        BLOCK.drawn_from(4, 9),
    ),
    hypotheses=(
        Hypothesis(r"$m\asymp n\to\infty$, $N$ and $M$ fixed"),
        NOT_MORE_THAN_THERE_ARE,
        Hypothesis(
            "the mask has at least as many rows as the noise has dimensions in a row",
            m >= n * (1 - 1 / block),
            needed_by=("block_floor",),
        ),
    ),
    remarks=(
        Remark(
            r"Measured: at $n=1024$ the largest singular value of the noise of one 1:4 mask, and of one 1:2 mask, of equal scores is "
            r"within 3 % of the edge.",
            checked_by="noise_of_blocks_ends_at_the_edge",
        ),
    ),
    because={
        "entry": lambda entry_variance: same(entry_variance, kept / block * (1 - kept / block)),
        "covariance": lambda entry_variance, block_eigenvalue: (
            same(block_eigenvalue * (1 - 1 / block), entry_variance),
            same(entry_variance + (block - 1) * (-block_eigenvalue / block), 0),
        ),
    },
    wrong=lambda: {
        "block_eigenvalue: independent entries": kept * (block - kept) / block**2,
        "block_eigenvalue: the covariance": entry_variance / (block - 1),
        "block_edge: edge of independent entries": constant_edge.subs(variance, kept * (block - kept) / block**2),
        "block_edge: sides exchanged": block_edge.subs({m: n, n: m}, simultaneous=True),
        "constant_edge: edge of rows": sp.sqrt(variance / m),
        "entry_variance: of a Poisson entry": kept / block,
        "entry_variance: of a fair entry": sp.Rational(1, 4),
        "block_floor: the edge for the floor": block_edge,
    },
)
