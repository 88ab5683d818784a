"""S16.1 and S16.3: when the densest columns of a mask are the support of the data."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.model import COLUMN, DENSITY, DIMENSION, THRESHOLD, dimension, phi, rho, tau, width
from sparse_limits.theory.saliency.snip import integral_form, x
from sparse_limits.theory.saliency.symbols import KEPT_ENTRIES, WHOLE_MEAN

n, d = width, dimension  # rows and columns of the mask
k = sp.Symbol("k", integer=True, positive=True)  # columns of the support
c = sp.Symbol("c", integer=True, nonnegative=True)  # kept entries, the most of a column that is taken for no support
i = sp.Symbol("i", integer=True, nonnegative=True)
p_s = sp.Symbol("p_S", positive=True)  # a column of the support keeps an entry
p_0 = sp.Symbol("p_0", positive=True)  # another column does


def kept_law(chance: sp.Expr) -> sp.Expr:
    """P(N = i) for the number N of entries that a column keeps."""
    return sp.binomial(n, i) * chance**i * (1 - chance) ** (n - i)


law = kept_law(p_s)
missed = sp.Sum(law, (i, 0, c))
mistaken = 1 - missed.subs(p_s, p_0)
recovery_failure = k * missed + (d - k) * mistaken

ROWS = Quantity(n, "number of rows of the mask", COUNT_FROM_ZERO, drawn=(3, 30))
WIDE = DIMENSION.drawn_from(6, 12)
SUPPORT = Quantity(k, "number of columns of the support", COUNT, drawn=(1, 5))
ON = Quantity(
    p_s,
    "probability with which a column of the support keeps an entry, a lower bound where it varies",
    UNIT,
    drawn=(sp.Rational(1, 2), sp.Rational(19, 20)),
)
OFF = Quantity(
    p_0,
    "probability with which another column keeps an entry, an upper bound where it varies",
    UNIT,
    drawn=(sp.Rational(1, 20), sp.Rational(9, 20)),
)
ANY_SUPPORT = replace(SUPPORT, within=COUNT_FROM_ZERO)  # of bounds that hold for no column, too
ANY_ON, ANY_OFF = (replace(each, within=sp.Interval.Ropen(0, 1)) for each in (ON, OFF))
CUT = Quantity(c, "number of kept entries that a column of the support exceeds and no other does", COUNT_FROM_ZERO)
SUPPORT_SET = {"S": "set of $k$ columns, the support"}
KEPT = Quantity(i, "number of kept entries of a column", COUNT_FROM_ZERO, drawn=(0, 9))
SMALLER = Hypothesis("the support is not larger than the number of inputs", k <= d)
HIGHER = Hypothesis("columns of the support are denser", p_0 < p_s)
INDEPENDENT_ROWS = Hypothesis("the rows are independent, and have one law")

COUNT_STEPS = proof(
    r"""
law: A column keeps an entry of each row with probability $p_S$, independently. So it keeps $i$ of $n$ with probability $[[law]]$, as one
more row leaves the count unchanged with probability $1-p_S$, and otherwise raises it by one.

missed (from law; by additivity): The column keeps at most $c$ entries with probability $[[missed]]$, the sum over these counts.

mistaken (from missed; by additivity): At $p_0$ a column keeps more than $c$ entries with probability $[[mistaken]]$, the complement.

other probabilities (from missed, mistaken; by coupling): Give each entry its own uniform number, and keep the entry if this number is at
most its probability. Then a higher probability keeps at least as many entries. So a column of $S$ keeps at most $c$ entries with at most
the probability *missed*, and another column keeps more than $c$ with at most the probability *mistaken*.

no column fails (from other probabilities; by union bound): If each column of $S$ keeps more than $c$ entries and each other column at most
$c$, those of $S$ are the densest. Otherwise one of these $d$ columns fails. The probability of this is at most the sum of the probabilities
for the single columns, however the columns depend on one another.

two columns (from missed, mistaken; by monotonicity): Let $k=1$, $d=2$, $p_1=p_S$ and $p_2=p_0$. Let $F_S$ and $F_0$ be the distribution
functions of the two counts, and $m$ the least value of $F_S(c)+1-F_0(c)$ over $c$. Draw $U$ uniformly from $[0,1]$. Let the counts be the
quantiles of their laws at $U$ and at $U+1-m$, less $1$ where that exceeds $1$. Let $U\le m$. If the first count is $x\ge1$, then
$F_S(x-1)<U$ and $m\le F_S(x-1)+1-F_0(x-1)$. So $F_0(x-1)<U+1-m$, and the second count is at least $x$, which also holds for $x=0$. So $S$
fails with probability at least $m$.

sum (from missed, mistaken, no column fails, two columns): There are $k$ columns of $S$ and $d-k$ others. So the sum is
$[[recovery_failure]]$. In *two columns* it is $m$ at the best $c$, so that $S$ fails there with exactly this probability.
""",
    globals(),
)

FEWER = sp.Sum(law, (i, 0, c - 1))


def in_misses(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability of an entry that is not kept."""
    removed = sp.Symbol("removed", positive=True)
    return sp.expand(sp.expand_power_exp(sp.combsimp(expression.subs(p_s, 1 - removed))))


def law_grows_row_by_row(law: sp.Expr) -> Relations:
    """The law for n + 1 rows from that for n, at a count of i + 1 and at none."""
    more = law.subs(n, n + 1)
    yield same(more.subs(i, i + 1), p_s * law + (1 - p_s) * law.subs(i, i + 1), by=in_misses)
    yield same(more.subs(i, 0), (1 - p_s) * law.subs(i, 0), by=in_misses)


def law_of_one_row(law: sp.Expr) -> Relations:
    """No entry, one, and more than there are rows."""
    for count, chance in ((0, 1 - p_s), (1, p_s), (i + 2, 0)):
        yield same(law.subs(n, 1).subs(i, count), sp.sympify(chance))


def failures_add_up_over_the_columns(missed: sp.Expr, mistaken: sp.Expr, recovery_failure: sp.Expr) -> Relations:
    """None without columns; one more column of S brings the one probability in place of the other, one more input the other."""
    yield same(valued(recovery_failure, {k: 0, d: 0}), sp.S.Zero, by=sp.expand)
    one_more = recovery_failure.subs(k, k + 1) - recovery_failure
    yield same(one_more, missed - mistaken, by=sp.expand)
    yield same(recovery_failure.subs(d, d + 1) - recovery_failure, mistaken, by=sp.expand)


support_recovery = Claim(
    label="S16.1",
    title="Recovery of the support from the densest columns",
    headline=r"Let a mask have $n$ iid rows. Let $k$ of $d$ columns keep an entry with probability at least $p_S$, all others with at most $p_0$. These $k$ are the densest, except with probability at most $$[[recovery_failure]],$$ for every whole $c\ge0$.",
    statement=r"""
**Setting.** A mask has $n$ rows and $d$ columns. The rows are independent, and have one law. How the entries of a row depend on one another
does not matter. An entry of column $j$ is kept with probability $p_j$. Let $S$ be a set of $k$ columns. Let $p_j\ge p_S$ for the columns of
$S$, and $p_j\le p_0$ for the $d-k$ others. (Of interest is $p_0<p_S$.)

**Recovery.** Call $S$ *recovered* if each column of $S$ has more kept entries than each column outside $S$. The $k$ columns with the most kept
entries are then those of $S$, and no column outside $S$ ties with one of them. For every whole $c\ge0$, $S$ is recovered except with
probability at most $$[[recovery_failure]].$$ As the bound holds for each such $c$, it holds for the best $c$, at which it is least.

**Each column's own probability.** The bound also holds with the $p_j$ themselves. It is then a sum with one term for each column. For
column $j$ of $S$ this is the probability that it keeps at most $c$ entries, $[[missed]]$ at $p_S=p_j$. For another column $j$ it is the
probability that it keeps more than $c$ entries, $[[mistaken]]$ at $p_0=p_j$.

**Two columns.** Let $k=1$, $d=2$, $p_1=p_S$ and $p_2=p_0$. For some joint law of the two columns' numbers of kept entries, in which each number
has its binomial law, $S$ is not recovered with exactly the probability of the bound at the best $c$. So the two laws alone give no smaller
bound. Such a joint law need not come from independent rows.
""",
    steps=COUNT_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (implicit feature selection)"),
    provenance=Provenance.EXTENSION,
    quantities=(ROWS, WIDE, ANY_SUPPORT, ANY_ON, ANY_OFF, CUT.drawn_from(0, 9), KEPT),
    hypotheses=(INDEPENDENT_ROWS, SMALLER),
    symbols={**SUPPORT_SET, "p_j": "probability that an entry of column $j$ is kept"},
    sharp=(
        Sharp(
            expression="recovery_failure",
            example=r"one row, for $k=1$ and $d=2$: let $c$ minimise the bound, to $m$, and let the two counts be the quantiles of their "
            r"laws at $U$ and at $U+1-m$, less $1$ where that exceeds $1$, for uniform $U$: where $U\le m$ the column of $S$ keeps no more "
            r"than the other. With more rows two such counts attain the bound, too, but they are not those of independent rows: two such "
            r"rows with $p_S=\frac35$, $p_0=\frac12$ fail with probability at most $0.81$, and the bound is $0.89$",
            check="two_columns_fail_as_often",
        ),
    ),
    because={
        "law": (law_grows_row_by_row, law_of_one_row),
        "sum": failures_add_up_over_the_columns,
    },
    wrong=lambda: {
        "missed: fewer than c": FEWER,
        "missed: removed entries": missed.subs(p_s, 1 - p_s),
        "missed: more than c": sp.Sum(law, (i, c + 1, n)),
        "mistaken: c or more": 1 - FEWER.subs(p_s, p_0),
        "mistaken: at most c": 1 - mistaken,
        "mistaken: of the support": mistaken.subs(p_0, p_s),
        "recovery_failure: for the rows of nine masks": recovery_failure.subs(n, 9 * n).subs(c, 9 * c),
        "recovery_failure: columns of S alone, 10 % less": sp.Rational(9, 10) * k * missed,
        "recovery_failure: one column of each kind": missed + mistaken,
        "recovery_failure: the support twice": k * missed + d * mistaken,
        "recovery_failure: both must fail": k * (d - k) * missed * mistaken,
        "recovery_failure: columns off the support never fail": k * missed,
        "recovery_failure: columns of the support never fail": (d - k) * mistaken,
        "recovery_failure: both must fail, independently": missed * mistaken,
        "recovery_failure: fewer than c": k * FEWER + (d - k) * mistaken,
        "recovery_failure: Hoeffding, pairs": k * (d - k) * sp.exp(-n * (p_s - p_0) ** 2 / 2),
        "law: one order of the rows": law / sp.binomial(n, i),
        "law: Poisson": sp.exp(-n * p_s) * (n * p_s) ** i / sp.factorial(i),
        "law: removed entries": law.subs(p_s, 1 - p_s),
        "law: of one row more": law.subs(n, n + 1),
    },
)

r_low, r_high = sp.symbols("r_1 r_2", positive=True)  # densities at a higher and at a lower threshold

deviation = ((r_low / rho) ** rho * ((1 - r_low) / (1 - rho)) ** (1 - rho)) ** n
too_few = deviation.subs(r_low, r_high)
ranked_failure = recovery_failure + deviation + too_few
column_slope = sp.Integral(2 * tau / (sp.pi * phi**2) * sp.exp(-tau / phi * sp.cosh(x)), (x, 0, sp.oo))

_high, _above, _left = sp.Symbol("B", integer=True), sp.Symbol("H", integer=True), n / 2 - sp.Symbol("B", integer=True)
HIGHEST = sp.Rational(3, 5)  # that the first of two columns has a score above all uniform ones
two_columns_failure = sp.Sum(  # n of 2n entries are kept, of the first column at most half of these
    sp.binomial(n, _high)
    * HIGHEST**_high
    * (1 - HIGHEST) ** (n - _high)
    * sp.Sum(sp.binomial(n - _high, _above) * sp.binomial(n, n - _high - _above), (_above, 0, _left))
    / sp.binomial(2 * n - _high, n - _high),
    (_high, 0, n / 2),
)
TWO_COLUMNS = {  # of thirty rows, at the thresholds that 1/50 and 1/2 of the uniform scores exceed
    **{n: sp.Integer(30), d: sp.Integer(2), k: sp.S.One, c: sp.Integer(16), rho: sp.Rational(1, 2)},
    **{p_s: sp.Rational(76, 125), p_0: sp.Rational(1, 2), r_low: sp.Rational(157, 500), r_high: sp.Rational(13, 20)},
}

RANKED_STEPS = proof(
    r"""
mean of the rows (by independence): The shares that the rows keep at a threshold are independent numbers in $[0,1]$, and their mean is the
density at this threshold.

Hoeffding (from mean of the rows; cited: Hoeffding, J. Amer. Statist. Assoc. 58, 1963, 13–30, Theorem 1: for the mean X of n independent
numbers in [0, 1], E X = μ and 0 < t < 1 − μ, P(X − μ ≥ t) is at most the n-th power of (μ/(μ + t))^(μ+t) ((1 − μ)/(1 − μ − t))^(1−μ−t)): If
the density at the threshold is $r_1<\rho$, the mean over the rows is $\rho$ or more with probability at most $[[too_many]]$.

too few (from Hoeffding): If the density is $r_2>\rho$, the mean over the rows is $\rho$ or less with probability at most $[[too_few]]$:
this is the same bound for the shares that are removed.

nested masks (by sorting): If at most $K$ scores exceed the higher of two thresholds and at least $K$ exceed the lower one, the $K$ largest
scores include those above the higher threshold, and lie above the lower one. So a column of $S$ keeps at least as many entries as at the
higher threshold, and another column at most as many as at the lower one.

columns (from nested masks; by S16.1): With $p_S$ at the higher threshold and $p_0$ at the lower one, some column fails with probability at
most $[[column_failure]]$.

three events (from Hoeffding, too few, columns): So a ranked mask fails with probability at most $[[ranked_failure]]$, the sum of the three
bounds.

density of a column (by S4 for column_density): If the saliency of SNIP factorises, a column of profile $\phi$ keeps an entry with
probability $[[column_density]]$.

slope (from density of a column): The derivative of this probability in $\phi$ is $[[column_slope]]$, which is positive. So of two columns
the one with the larger profile is denser.
""",
    globals(),
    too_many=deviation,
    column_failure=recovery_failure,
    column_density=integral_form,
)


def in_logarithms(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, the logarithms of powers and quotients of shares below 1 taken apart."""
    apart = {share: 1 / (1 + sp.Symbol(f"odds_{share}", positive=True)) for share in (rho, r_low, r_high)}
    parts = expression.xreplace(apart).replace(sp.log, lambda inner: sp.log(sp.factor(inner)))
    return sp.simplify(sp.expand(sp.expand_log(parts)))


def integrand(expression: sp.Expr) -> sp.Expr:
    """What stands under the integral over x, with the factors before it."""
    (integral,) = expression.atoms(sp.Integral)
    return expression.subs(integral, integral.function)


def too_few_kept_are_too_many_removed(too_many: sp.Expr, too_few: sp.Expr) -> Relations:
    """The logarithm of the bound for the removed shares, at densities 1 − r_2 and 1 − ρ."""
    removed = valued(too_many, {r_low: 1 - r_high, rho: 1 - rho})
    yield same(sp.log(too_few), sp.log(removed), by=in_logarithms)


def slope_is_the_derivative_in_the_profile(column_density: sp.Expr, column_slope: sp.Expr) -> Relations:
    """Under the integral; what is integrated is positive, the exponential of a real number times positive letters."""
    density, slope = (integrand(each) for each in (column_density, column_slope))
    yield same(sp.diff(density, phi), slope)
    yield nonnegative(slope, 2 * tau * sp.exp(-tau * sp.cosh(x) / phi) / (sp.pi * phi**2), strict=True)


ranked_recovery = Claim(
    label="S16.3",
    title="Recovery of the support from a mask of given density",
    headline=r"With iid rows, the $k$ densest columns of a mask of given density are the likeliest to keep an entry, with a bound on failure. For SNIP on symmetrised data these have the largest $|E_D[rx_j]|$, $r$ the residual.",
    statement=r"""
**Setting.** Let a mask keep the $K=\rho nd$ largest of $nd$ scores, whose rows are iid. Take a higher and a lower threshold. Let $r_1$ and
$r_2$ be their densities, the mean shares of scores above them, with $r_1\le\rho\le r_2$. Let each column of a set $S$ of $k$ columns keep
an entry with probability at least $p_S$ at the higher threshold, and each other column with probability at most $p_0$ at the lower one.

**Recovery.** The $k$ densest columns are $S$, without a tie, except with probability at most $[[ranked_failure]]$. The two $n$-th powers in
it bound the probability that the threshold of the mask does not lie between those two.

**SNIP on symmetrised data** (S4). The column of profile $\phi$ keeps an entry with probability $[[column_density]]$, which increases with
$\phi$, with slope $[[column_slope]]$. So the densest columns are those of largest $|h_j|$. On other data this order need not be that of
$|h_j|$ (S5).
""",
    steps=RANKED_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (implicit feature selection)"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS,
        WIDE,
        ANY_SUPPORT,
        ANY_ON,
        ANY_OFF,
        CUT.drawn_from(0, 9),
        replace(DENSITY, drawn=(sp.Rational(2, 5), sp.Rational(3, 5))),
        Quantity(
            r_low,
            "density at the higher of two thresholds",
            sp.Interval.Ropen(0, 1),
            drawn=(sp.Rational(1, 10), sp.Rational(3, 10)),
        ),
        Quantity(
            r_high,
            "density at the lower of two thresholds",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(7, 10), sp.Rational(9, 10)),
        ),
        THRESHOLD,
        COLUMN.drawn_from(sp.Rational(1, 2), 3),
    ),
    hypotheses=(
        INDEPENDENT_ROWS,
        SMALLER,
        Hypothesis("the mask keeps no less than the higher of two thresholds", r_low <= rho),
        Hypothesis("the mask keeps no more than the lower of two thresholds", rho <= r_high),
    ),
    symbols={
        **KEPT_ENTRIES,
        **SUPPORT_SET,
        "i": KEPT.meaning,
        "x": "variable of the integrals",
        **WHOLE_MEAN,
        "E_D, r": "mean over the data, and residual at a sample, output less target",
        "x_j": "coordinate $j$ of the input of a sample",
    },
    uses=("S5",),
    aids={"two_columns_failure": two_columns_failure},
    loose=(
        Loose(
            expression="ranked_failure",
            truth="two_columns_failure",
            at=(TWO_COLUMNS,),
            lost=r"at most, as other laws of scores may fail more often: of two columns with uniform scores, a score of the first lies above all scores of the second with probability $\frac35$, and half of the entries are kept; in three events, none of which need make the mask fail, and in Hoeffding's bound",
        ),
    ),
    because={
        "too few": too_few_kept_are_too_many_removed,
        "three events": lambda column_failure, too_many, too_few, ranked_failure: same(
            ranked_failure, column_failure + too_many + too_few, by=sp.expand
        ),
        "slope": slope_is_the_derivative_in_the_profile,
    },
    wrong=lambda: {
        "two_columns_failure: half of it": two_columns_failure / 2,
        "too_few: of the other threshold": deviation,
        "too_few: Hoeffding's weaker form": sp.exp(-2 * n * (r_high - rho) ** 2),
        "too_few: entropy the other way round": ((rho / r_high) ** r_high * ((1 - rho) / (1 - r_high)) ** (1 - r_high))
        ** n,
        "too_few: the complement, too few": 1 / too_few,
        "too_few: twice the exponent, too few": too_few**2,
        "too_many: half of the exponent": sp.sqrt(deviation),
        "too_many: the complement": 1 / deviation,
        "too_many: twice the exponent": deviation**2,
        "too_many: all columns of all rows": deviation**4,
        "ranked_failure: the largest": recovery_failure,
        "ranked_failure: one threshold": recovery_failure + deviation,
        "column_failure: the support twice": k * missed - d * mistaken,
        "column_failure: surely": k + (d - k),
        "column_failure: one column of each kind": missed + mistaken,
        "column_failure: the support, and all inputs": k * missed + d * mistaken,
        "column_slope: of the noise": column_slope * phi**2 / tau,
        "column_density: of the row factor alone": sp.erfc(tau / (phi * sp.sqrt(2))),
        "column_density: exponential noise": sp.exp(-tau / phi),
    },
)
