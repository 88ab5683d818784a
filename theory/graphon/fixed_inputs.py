"""G4.2: masks with fixed inputs, and all sets of columns at once."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.citations import MC_DIARMID
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.graphon.concentration import outcomes
from sparse_limits.theory.graphon.limit import rounding
from sparse_limits.theory.graphon.symbols import ANY_FAILURE, DEVIATION, ENTRY, VARIANCE, delta, m, n, p, s, variance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.saliency.snip_row_law import equal_concentration, equal_failure, exponent
from sparse_limits.theory.saliency.symbols import MASK

inputs = sp.Symbol("d", integer=True, positive=True)  # a fixed number of columns

INPUTS = Quantity(inputs, "number of inputs", COUNT, drawn=(3, 20))

set_failure = 2 * sp.exp(-2 * n * s**2)
column_failure = 2 * 2**inputs * sp.exp(-2 * n * s**2)
union_bound = sp.sqrt((inputs * sp.log(2) + sp.log(2 / delta)) / (2 * n))
mean_deviation = sp.sqrt(p * (1 - p) / n) / 2  # of the positive part of a column's excess
mean_excess = sp.sqrt(variance / n) / 2
one_column_failure = sp.exp(-2 * n * s**2)
row_fluctuation = sp.sqrt(sp.log(2 / delta) / (2 * n))
free_bound = mean_excess + row_fluctuation
column_bound = sp.Min(union_bound, free_bound)
column_rounding = rounding.subs({m: n, n: inputs}, simultaneous=True)
chosen, others = sp.symbols("x y", real=True)  # sums of M − p over chosen columns and over the others
moved, moved_elsewhere = sp.symbols("a b", integer=True, nonnegative=True)  # entries there of one of two masks alone
column_excess = chosen + others + moved + moved_elsewhere
column_sum = chosen + moved
ranked_column_bound = column_bound + 1 / (2 * n * inputs)
equal_column_failure = equal_failure.subs(exponent, s)  # rows of equal entries, each a fair coin
opposite_concentration = equal_concentration / 2  # two columns, of which each row keeps one

COLUMN_STEPS = proof(
    r"""
one set of columns (by Hoeffding): For a set $T$ the averages $\frac1d\sum_{j\in T}M_{ij}$ of the rows are iid with values in $[0,1]$. Their
mean is farther than $s$ from its expectation with probability at most $[[set_failure]]$.

all sets of columns (from one set of columns): Each column is in the set or not. So some set of columns has such a deviation with
probability at most $[[column_failure]]$.

union of sets (from all sets of columns): This probability is $\delta$ at $s=[[union_bound]]$.

positive parts (by monotonicity): Let $\hat p_j$ be the density of column $j$. The largest $\frac1d\sum_T(\hat p_j-p_j)$ is the one over the
columns with $\hat p_j>p_j$: it is the average over all columns of the positive parts of $\hat p_j-p_j$.

mean of a positive part: A variable of mean $0$ has a positive part of mean $\frac12E|X|\le\frac12\sqrt{EX^2}$. For $\hat p_j-p_j$, the mean
of $n$ independent entries less their means, this bound is $[[mean_deviation]]$, with $p$ for $p_j$.

mean over the columns (from positive parts, mean of a positive part; by Jensen): The average of this bound over the columns is at most
$[[mean_excess]]$, as the root is concave.

one row (from positive parts; by MC_DIARMID): Replacing one row changes each $\hat p_j$, and so their average, by at most $\frac1n$. So the
largest $\frac1d\sum_T(\hat p_j-p_j)$ exceeds its mean by $s$ or more with probability at most $[[one_column_failure]]$. The same holds for
$p_j-\hat p_j$.

two signs (from one row): At least one of the two does so with probability at most $\delta$ at $s=[[row_fluctuation]]$.

no union of sets (from mean over the columns, two signs): So $[[free_bound]]$ holds for all sets at once with probability at least
$1-\delta$.

columns (from union of sets, no union of sets): Neither bound depends on the mask, so that the smaller of the two also holds:
$[[column_bound]]$.

one support in the other (by G2): Of the mask of the $K$ largest scores and the mask of the $N$ scores above a threshold, one contains the
other.

rounding of columns: $K$ is within $\frac12$ of $\rho nd$, which is a share of $[[column_rounding]]$ of the entries.

other columns (from one support in the other): Let $M_{ij}-p_j$ have the sum $x$ over the columns $T$ and $y$ over the other columns. If
$K\ge N$, let the mask of the $K$ largest scores have $a$ more entries in $T$ and $b$ more elsewhere: $K-\rho nd=[[column_excess]]$. Over
$T$ its sum less that of the $p_j$ is $[[column_sum]]$, which is at least $x$ and at most $K-\rho nd-y$. If $K<N$, exchange ones and zeros.

ranked columns (from other columns, rounding of columns, columns): Both $x$ and $y$ are sums over sets of columns, hence in modulus at most
$nd$ times *columns*. So the averages of the mask of the $K$ largest scores are within $[[ranked_column_bound]]$ of the means.
""",
    globals(),
    MC_DIARMID=MC_DIARMID,
)


def each_column_is_in_or_out(set_failure: sp.Expr, column_failure: sp.Expr) -> Relations:
    """Two sets of one column; each further column, in or out, doubles their number."""
    choices = len((True, False))
    yield induction(column_failure, inputs, choices * set_failure, lambda term: choices * term, start=1)


def positive_part_is_half_a_deviation(mean_deviation: sp.Expr) -> Relations:
    """(|x| + x)/2 is the positive part; the variance of an entry by its two values, that of n over n² of their mean."""
    x = sp.Symbol("x", positive=True)
    for value in (x, -x):
        yield same((sp.Abs(value) + value) / 2, sp.Max(value, 0))
    entry = sum(chance * value**2 for chance, value, _ in outcomes())
    yield same((2 * mean_deviation) ** 2, n * entry / n**2)


def root_of_the_average_is_at_least_the_average(mean_deviation: sp.Expr, mean_excess: sp.Expr) -> Relations:
    """Equal for columns of one probability; for two variances x² and y², the squares differ by (x − y)²/16n."""
    yield same(mean_excess.subs(variance, p * (1 - p)), mean_deviation)
    x, y = sp.symbols("x y", positive=True)
    apart = mean_excess.subs(variance, (x**2 + y**2) / 2) ** 2 - ((x + y) / 2) ** 2 / (4 * n)
    yield nonnegative(apart, (x - y) ** 2 / (16 * n))


def rows_of_entries_are_rounded(column_rounding: sp.Expr) -> Relations:
    """What is left beside the rounding ½ − x of nd entries; and that of G4.1 for a mask of d rows."""
    below = sp.Symbol("x", nonnegative=True)
    size = n * inputs
    yield nonnegative(column_rounding - (sp.Rational(1, 2) - below) / size, below / size)
    yield same(column_rounding, rounding.subs(m, inputs))


def chosen_columns_are_the_rest_of_all(column_excess: sp.Expr, column_sum: sp.Expr) -> Relations:
    """a more than x, and b less than what the others, y, leave of the excess of all."""
    yield same(column_sum + (others + moved_elsewhere), column_excess)
    yield nonnegative(column_sum - chosen, moved)
    yield nonnegative(column_excess - others - column_sum, moved_elsewhere)
    yield same(column_excess, chosen + moved + others + moved_elsewhere)


fixed_inputs = Claim(
    label="G4.2",
    title="Masks with fixed inputs: all sets of columns at once",
    headline=r"With iid rows, the averages of a mask over all sets of columns at once are within $$[[free_bound]]$$ of their means with probability at least $1-\delta$, however many columns there are.",
    statement=r"""
Let scores have $n$ iid rows of $d$ entries, where the entries of a row may depend on each other in any way. Let $M$ be the mask of the
scores above a fixed threshold, and let $p_j$ be the probability that an entry in column $j$ is kept. With probability at least
$1-\delta$, for all sets $T$ of columns at once,
$$\Big|\frac1{nd}\sum_i\sum_{j\in T}M_{ij}-\frac1d\sum_{j\in T}p_j\Big|\le B,\qquad B=[[column_bound]],$$
with $V=\frac1d\sum p_j(1-p_j)\le\frac14$. One of the two bounds in the minimum is a union bound over all sets; it is smaller only for few
columns or very small $\delta$. The other, $B_2=[[free_bound]]$, does not grow with $d$.

On the same event, if $M$ is replaced by the mask of the $\mathrm{round}(\rho nd)$ largest scores, where $\rho$ is the mean of the $p_j$,
these differences are at most $[[ranked_column_bound]]$. No constant is claimed to be the best.
""",
    steps=COLUMN_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(n, "number of rows of the mask", COUNT, drawn=(3, 60)),
        INPUTS,
        ANY_FAILURE,
        DEVIATION,
        VARIANCE,
        ENTRY,
        Quantity(
            (chosen, others), "sums of the mask less its probabilities over some columns and the others", sp.S.Reals
        ),
        Quantity(
            (moved, moved_elsewhere),
            "numbers of entries of one of two masks alone, in these columns and elsewhere",
            COUNT_FROM_ZERO,
        ),
    ),
    hypotheses=(Hypothesis("independent rows of one law, and nothing else"),),
    named={"B_2": free_bound, "B": column_bound},
    symbols={
        **MASK,
        "p_j": "chance that an entry of column $j$ is $1$",
        "T": "set of columns",
        r"\rho": "mean of the $p_j$ over all columns",
    },
    also=("column_failure",),
    aids={
        "equal_concentration": equal_concentration,
        "equal_column_failure": equal_column_failure,
        "opposite_concentration": opposite_concentration,
    },
    loose=(
        *(
            Loose(
                expression=bound,
                truth="equal_concentration",
                at=tuple(
                    {variance: sp.Rational(1, 4), n: size, inputs: 64, delta: sp.Rational(1, 20)}
                    for size in (100, 1000)
                ),
                lost="in the mean and its fluctuation, which are added; at most this factor, as rows of equal entries, fair coins, have this deviation (S6)",
            )
            for bound in ("column_bound", "free_bound")
        ),
        Loose(
            expression="ranked_column_bound",
            truth="opposite_concentration",
            at=tuple(
                {variance: sp.Rational(1, 4), n: size, inputs: 2, delta: sp.Rational(1, 20)} for size in (100, 1000)
            ),
            lost="in the mean and its fluctuation, which are added; at most this factor, as two columns, of which each row keeps one by a fair coin, have this deviation",
        ),
        Loose(
            expression="column_failure",
            truth="equal_column_failure",
            at=tuple({n: 100, inputs: number, s: sp.Rational(1, 5)} for number in (1, 8)),
            lost="in the union over all sets of columns, and in Hoeffding's inequality; at most this factor, as rows of equal entries, fair coins, fail with this probability",
        ),
    ),
    because={
        "all sets of columns": each_column_is_in_or_out,
        "mean of a positive part": positive_part_is_half_a_deviation,
        "mean over the columns": root_of_the_average_is_at_least_the_average,
        "no union of sets": lambda mean_excess, row_fluctuation, free_bound: same(
            free_bound, mean_excess + row_fluctuation
        ),
        "rounding of columns": rows_of_entries_are_rounded,
        "other columns": chosen_columns_are_the_rest_of_all,
    },
    wrong=lambda: {
        "column_failure: one set of columns": 2 * sp.exp(-2 * n * s**2),
        "column_failure: single columns": 2 * inputs * sp.exp(-2 * n * s**2),
        "column_failure: no empty set": column_failure - set_failure,
        "set_failure: half the exponent": 2 * sp.exp(-n * s**2),
        "union_bound: one set of columns in the bound": sp.sqrt(sp.log(2 / delta) / (2 * n)),
        "mean_deviation: of one row": sp.sqrt(n) * mean_deviation,
        "mean_deviation: the variance": p * (1 - p) / (2 * n),
        "row_fluctuation: one sign": row_fluctuation.subs(delta, 2 * delta),
        "one_column_failure: half the exponent": sp.exp(-n * s**2),
        "one_column_failure: all entries": sp.exp(-2 * n * inputs * s**2),
        "free_bound: the mean alone": mean_excess,
        "free_bound: the fluctuation alone": row_fluctuation,
        "column_bound: wasteful: the union over sets": union_bound,
        "column_bound: the other bound alone": free_bound,
        "column_bound: the larger": sp.Max(union_bound, free_bound),
        "column_bound: all entries as if independent": free_bound / sp.sqrt(inputs),
        "column_bound: half of the fluctuation": row_fluctuation / 2,
        "column_bound: half of the mean": mean_excess / 2,
        "column_rounding: of one row": n * column_rounding,
        "column_excess: entries moved in one place": column_excess - moved_elsewhere,
        "column_excess: all entries twice": column_excess + others,
        "column_sum: entries of the chosen columns twice": column_sum + moved,
        "column_sum: without the entries moved": chosen,
        "ranked_column_bound: fixed inputs, threshold for rank": column_bound,
        "ranked_column_bound: wasteful: by way of the mask above the threshold": 2 * column_bound + column_rounding,
        "equal_column_failure: one side": equal_column_failure / 2,
        "opposite_concentration: equal entries": 2 * opposite_concentration,
        "opposite_concentration: one row less": opposite_concentration - 1 / (2 * n),
    },
)
