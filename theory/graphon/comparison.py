"""G1.2: masks sampled from probabilities are no farther from them in cut norm than normal sums allow."""

from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.citations import MC_DIARMID, SUDAKOV_FERNIQUE
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.graphon.concentration import FAIR_RATES, bernstein_rate, hoeffding_rate, outcomes
from sparse_limits.theory.graphon.rate import fair_mean, least_rate
from sparse_limits.theory.graphon.symbols import (
    ANY_FAILURE,
    COLUMNS,
    CUT,
    DEVIATION,
    ENTRY,
    RECTANGLE,
    ROWS,
    VARIANCE,
    delta,
    m,
    n,
    p,
    s,
    variance,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.support_recovery import c, missed, p_s
from sparse_limits.theory.saliency.symbols import MASK, MEAN, PROBABILITIES

z = sp.Symbol("z", real=True)  # beyond it a standard normal variable makes an entry

# Rows, and columns, in both of two sets, in the first alone, in the second alone, in neither
ROW_CLASSES = sp.symbols("r_0:4", integer=True, nonnegative=True)
COLUMN_CLASSES = sp.symbols("c_0:4", integer=True, nonnegative=True)

# An entry less its mean as the conditional mean of a normal variable
normal_tail = sp.erfc(z / sp.sqrt(2)) / 2
normal_density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
scale = normal_tail * (1 - normal_tail) / normal_density
largest_scale = sp.sqrt(sp.pi / 8)
spare = largest_scale * normal_density - normal_tail * (1 - normal_tail)
spare_slope = sp.erf(z / sp.sqrt(2)) - largest_scale * z

# Two rectangles, and the largest of normal sums over rectangles
differing = (
    (ROW_CLASSES[0] + ROW_CLASSES[1]) * (COLUMN_CLASSES[0] + COLUMN_CLASSES[1])
    + (ROW_CLASSES[0] + ROW_CLASSES[2]) * (COLUMN_CLASSES[0] + COLUMN_CLASSES[2])
    - 2 * ROW_CLASSES[0] * COLUMN_CLASSES[0]
)
increments = sum(COLUMN_CLASSES) * (ROW_CLASSES[1] + ROW_CLASSES[2]) + sum(ROW_CLASSES) * (
    COLUMN_CLASSES[1] + COLUMN_CLASSES[2]
)
positive_part = 1 / sp.sqrt(2 * sp.pi)
sides = 1 / sp.sqrt(m) + 1 / sp.sqrt(n)
normal_mean = positive_part * sides
any_mean = sides / 4

# The same by a second copy of the mask
difference_chance = 2 * p * (1 - p)
sign_scale = sp.sqrt(sp.pi / 2)
row_roots = m * sp.sqrt(2 * n * variance)
column_roots = n * sp.sqrt(2 * m * variance)
low_mean = sp.sqrt(variance / 2) * sides
mean_bound = sp.Min(sp.Rational(1, 4), sp.sqrt(variance / 2)) * sides

one_failure = sp.exp(-2 * m * n * s**2)
fluctuation = sp.sqrt(sp.log(2 / delta) / (2 * m * n))
normal_rate = mean_bound + fluctuation
best_rate = sp.Min(hoeffding_rate, bernstein_rate, normal_rate)

# Of one row of fair coins the largest sum is half the number of heads
one_row_failure = missed.subs({p_s: sp.Rational(1, 2), c: sp.floor(n / 2 - 2 * n * s)}, simultaneous=True)

STEPS = proof(
    r"""
sums (by monotonicity): Let $F(A)$ be the largest sum of the entries of $A$ over a rectangle $S\times T$, or let $F$ be the largest sum over the complement of a
rectangle. At a mean of matrices each such sum is the mean of the sums, so that $F$ there is at most the mean of its values: $F$ is convex. With sums over
rectangles, $mn\|M-P\|_\square$ is the larger of $F(M-P)$ and $F(P-M)$.

beyond a threshold: A standard normal $g$ exceeds $z$ with probability $p=[[normal_tail]]$, and
$E\,g1\{g>z\}=\varphi(z)=[[normal_density]]$, so that $E\,g1\{g\le z\}=-\varphi(z)$.

conditional mean (from beyond a threshold): Let $X=1\{g>z\}-p$, an entry less its mean. At $\sigma=[[scale]]$ the conditional mean of $\sigma g$ given $X$ is $X$: it
is $\sigma\varphi(z)/p=1-p$ on $g>z$ and $-\sigma\varphi(z)/(1-p)=-p$ elsewhere.

slope (from beyond a threshold): $[[spare]]$ is even in $z$, and $0$ at $z=0$ and at infinity. Its derivative is $\varphi(z)$ times $[[spare_slope]]$. This factor is
$0$ at $z=0$, has a positive slope there, is concave for $z\ge0$, and is eventually negative.

largest scale (from conditional mean, slope): So on the positive half-line the function of *slope* first grows and then falls, from $0$ to $0$, and is never
negative: $\sigma\le[[largest_scale]]$, with equality at $z=0$, that is, at $p=\frac12$.

normal entries (from sums, conditional mean, largest scale; by Jensen): Let the $g_{ij}$ be independent, so that $M-P$ is the conditional mean of
$(\sigma_{ij}g_{ij})$, with $0$ for a constant entry. With $\sigma=[[largest_scale]]$ the entries $\sigma g_{ij}$ have the law of $\sigma_{ij}g_{ij}$ plus an
independent normal variable of mean $0$. So $E\,F(M-P)\le E\,F(\sigma_{ij}g_{ij})\le E\,F(\sigma g)$, for these $F$ and for all convex functions. The same holds for
$P-M$, with $-g$.

two rectangles: Let $r_0$ rows be in both $S$ and $S'$, $r_1$ in $S$ alone, $r_2$ in $S'$ alone and $r_3$ in neither, and define $c_0,\dots,c_3$ likewise for the
columns. $[[differing]]$ entries lie in exactly one of $S\times T$ and $S'\times T'$, and these are the entries in exactly one of the complements. Their number is at
most $[[increments]]=n|S\triangle S'|+m|T\triangle T'|$.

normal rows and columns (from two rectangles; by product): For independent standard normal $h_i$ and $k_j$ let $Y_{S,T}=\sqrt n\sum_Sh_i+\sqrt m\sum_Tk_j$. The mean
square of $Y_{S,T}-Y_{S',T'}$ is $n|S\triangle S'|+m|T\triangle T'|$. The mean square of the difference of the sums of $g$ over $S\times T$ and $S'\times T'$, or
over their complements, is the number of entries in exactly one of them.

comparison (from normal rows and columns; by SUDAKOV_FERNIQUE): So $E\,F(g)\le E\max_{S,T}Y_{S,T}$.

positive parts (from beyond a threshold, comparison): The largest $Y_{S,T}$ is the one of the rows and columns with positive $h_i$ and $k_j$. The positive part of a
standard normal variable has the mean $[[positive_part]]$, so that $\frac1{mn}E\max Y=[[normal_mean]]$.

any probabilities (from normal entries, positive parts): So $\frac1{mn}E\,F(M-P)\le[[any_mean]]$.

a second copy: Let $M'$ be an independent copy of $M$. An entry of $M-M'$ is $\varepsilon b$ with a fair sign $\varepsilon$ and an independent $b$, which is $1$ with
probability $[[difference_chance]]$ and $0$ otherwise.

signs (from positive parts): Given the sign of $g$, the conditional mean of $[[sign_scale]]\,g$ is this sign.

symmetrisation (from sums, a second copy, signs; by Jensen): $M-P$ is the conditional mean of $M-M'=(\varepsilon_{ij}b_{ij})$ given $M$, and this matrix is the
conditional mean of $([[sign_scale]]\,g_{ij}b_{ij})$ given the signs and $b$. So $E\,F(M-P)$ is at most the mean of $F$ at the last matrix.

ones of a row (from two rectangles; by additivity): Given $b$, let $r_i$ and $c_j$ now be its row and column sums. An entry in exactly one of $S\times T$ and
$S'\times T'$ has its row in $S\triangle S'$ or its column in $T\triangle T'$. So $\sum_S\sqrt{r_i}h_i+\sum_T\sqrt{c_j}k_j$ takes the place of $Y$.

roots (from a second copy): The sum $\sum r_i=\sum c_j$ has the mean $2mnV$. So $m$ times the root of the expected average row sum is $[[row_roots]]$, and $n$ times
the root of the expected average column sum is $[[column_roots]]$.

means of roots (from roots; by Jensen): The root is concave: $E\sum_i\sqrt{r_i}\le[[row_roots]]$ and $E\sum_j\sqrt{c_j}\le[[column_roots]]$.

low density (from comparison, positive parts, signs, symmetrisation, ones of a row, means of roots): So
$\frac1{mn}E\,F(M-P)\le[[low_mean]]$.

mean (from any probabilities, low density): Both bounds together give $\frac1{mn}E\,F(M-P)\le[[mean_bound]]$. The same holds for $P-M$: its entries are those of the
mask of all entries that $M$ lacks, less their means.

one entry (from sums; by MC_DIARMID): Changing one entry of $M$ changes $\frac1{mn}F$ by at most $\frac1{mn}$. So $\frac1{mn}F(M-P)$ exceeds its mean by $s$ or more
with probability at most $[[one_failure]]$.

two signs (from one entry): At least one of $F(M-P)$ and $F(P-M)$ does so with at most twice this probability, which is $\delta$ at $s=[[fluctuation]]$.

rate (from sums, mean, two signs): So $\|M-P\|_\square\le[[normal_rate]]$ with probability at least $1-\delta$.

union over sets (by G1.1): $[[hoeffding_rate]]$ and $[[bernstein_rate]]$ are such bounds too.

least (from rate, union over sets): The three bounds are numbers that do not depend on the mask. So the least of them is such a bound: $[[best_rate]]$.
""",
    globals(),
    MC_DIARMID=MC_DIARMID,
    SUDAKOV_FERNIQUE=SUDAKOV_FERNIQUE,
)


def density_is_the_mean_beyond(normal_tail: sp.Expr, normal_density: sp.Expr) -> Relations:
    """−φ′ = zφ and minus the slope of the tail is φ; both fall to 0, and the tail from 1."""
    yield same(normal_tail.diff(z), -normal_density)
    yield same(normal_density.diff(z), -z * normal_density)
    for each, ends in ((normal_tail, (1, 0)), (normal_density, (0, 0))):
        for place, end in zip((-sp.oo, sp.oo), ends, strict=True):
            yield same(sp.limit(each, z, place), end)


def conditional_means_are_the_values(normal_tail: sp.Expr, normal_density: sp.Expr, scale: sp.Expr) -> Relations:
    """σφ/p and −σφ/(1 − p) are the values 1 − p and −p of an entry less its mean."""
    for sign, chance, value in ((1, normal_tail, 1 - normal_tail), (-1, 1 - normal_tail, -normal_tail)):
        yield same(sign * scale * normal_density / chance, value)


def scale_is_largest_for_fair_coins(scale: sp.Expr, spare: sp.Expr, largest_scale: sp.Expr) -> Relations:
    """What the largest scale leaves, times φ, is the spare part; it is the scale at z = 0."""
    density = sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi)
    yield same((largest_scale - scale) * density, spare)
    yield same(scale.subs(z, 0), largest_scale)


def entries_of_one_rectangle_alone(differing: sp.Expr, increments: sp.Expr) -> Relations:
    """Entry by entry, by the classes of its row and column: in one rectangle alone; in lines that one set alone has."""
    left = counted = sp.S.Zero
    for i, j in product(range(4), repeat=2):
        entries = ROW_CLASSES[i] * COLUMN_CLASSES[j]
        in_one = int((i in (0, 1) and j in (0, 1)) != (i in (0, 2) and j in (0, 2)))
        lines = int(i in (1, 2)) + int(j in (1, 2))
        counted += in_one * entries
        left += (lines - in_one) * entries
    yield same(differing, counted, by=sp.expand)
    yield nonnegative(increments - differing, left, by=sp.expand)


def copies_differ_by_a_fair_sign(difference_chance: sp.Expr) -> Relations:
    """The chance of each difference, over both values of both copies."""
    chances = dict.fromkeys((-1, 0, 1), sp.S.Zero)
    for (first, value, _), (second, other, _) in product(outcomes(), repeat=2):
        chances[int(sp.expand(value - other))] += first * second
    yield same(chances[1] + chances[-1], difference_chance)
    yield same(chances[1], difference_chance / 2)


def roots_of_mean_sums(difference_chance: sp.Expr, row_roots: sp.Expr, column_roots: sp.Expr) -> Relations:
    """k roots are at most k times the root of the average; the chance is twice the variance of an entry, 2mnV in all."""
    ones = 2 * m * n * variance
    for lines, roots in ((m, row_roots), (n, column_roots)):
        yield same(roots**2, lines**2 * ones / lines)
    entry = sum(chance * value**2 for chance, value, _ in outcomes())
    yield same(difference_chance, 2 * entry)


def mean_is_the_smaller_one(any_mean: sp.Expr, low_mean: sp.Expr, mean_bound: sp.Expr) -> Relations:
    """By the sum of the sides; at a low and at the highest variance too."""
    at = [{m: 2, n: 3, variance: each} for each in (sp.Rational(1, 50), sp.Rational(1, 4))]
    both = mean_bound, sides * sp.Min(any_mean / sides, low_mean / sides)
    yield same(*both)
    yield same(*both, at=at)


def rate_is_mean_and_fluctuation(mean_bound: sp.Expr, fluctuation: sp.Expr, normal_rate: sp.Expr) -> Relations:
    """Their sum, at a low and at the highest variance, and for all."""
    at = [{m: 2, n: 3, delta: sp.Rational(1, 4), variance: each} for each in (sp.Rational(1, 50), sp.Rational(1, 4))]
    yield same(normal_rate, mean_bound + fluctuation)
    yield same(normal_rate, mean_bound + fluctuation, at=at)


normal_comparison = Claim(
    label="G1.2",
    title="Masks of independent entries concentrate in cut norm: comparison with normal row and column sums",
    headline=r"Let a mask $M$ have independent entries with means $P$. Let $V$ be the mean of $P(1-P)$ over its $m$ rows and $n$ columns. With probability at least $1-\delta$ the mask is close to $P$, $$\|M-P\|_\square\le[[normal_rate]].$$",
    statement=r"""
**The rate.** Let $M_{ij}$ be independent with means $P_{ij}$, and let $V=\frac1{mn}\sum P_{ij}(1-P_{ij})$. With probability at least $1-\delta$
$$\|M-P\|_\square\le[[normal_rate]],\qquad\mu=[[mean_bound]].$$

**Mean and fluctuation.** More precisely, take the largest sum of $M-P$ over a rectangle $S\times T$, divided by $mn$. It has mean at most $\mu$, and it exceeds its
mean by $s$ or more with probability at most $[[one_failure]]$. The same holds for $P-M$, and for the largest sums over complements of rectangles.

**Normal entries.** For every convex function $\Phi$ of matrices, $E\,\Phi(M-P)\le E\,\Phi(\sigma g)$ with independent standard normal $g_{ij}$ and
$\sigma=[[largest_scale]]$. The same holds for $P-M$.

**The best of three rates.** The rates of G1.1 are smaller for some small masks, for very small $\delta$ and at some low densities. The least of the three is a bound, too:
$\|M-P\|_\square\le[[best_rate]]$ with probability at least $1-\delta$. If all entries have one fixed probability, neither $0$ nor $1$, then for $m=n\to\infty$ and
fixed $\delta<1$ the rate is of the right order (G5). No constant is claimed to be the best.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "beyond the abstract, which announces convergence (G4.1): a comparison of normal processes and bounded differences",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(2, 6),
        COLUMNS.drawn_from(2, 6),
        ANY_FAILURE,
        DEVIATION,
        ENTRY,
        VARIANCE,
        Quantity(z, "number that a standard normal variable exceeds", sp.S.Reals, drawn=(-3, 3)),
        Quantity(
            ROW_CLASSES,
            "number of rows in both of two sets, in the first alone, in the second alone, in neither",
            COUNT_FROM_ZERO,
            drawn=(0, 5),
        ),
        Quantity(COLUMN_CLASSES, "the same for columns", COUNT_FROM_ZERO, drawn=(0, 5)),
    ),
    hypotheses=(Hypothesis("the entries of the mask are independent"),),
    named={r"\mu": mean_bound},
    symbols={
        **MASK,
        **PROBABILITIES,
        **CUT,
        **RECTANGLE,
        **MEAN,
        r"\Phi": "convex function of matrices",
        "g_{ij}": "independent standard normal numbers",
        r"\sigma": "their scale",
    },
    aids={"fair_mean": fair_mean, "least_rate": least_rate, "one_row_failure": one_row_failure},
    loose=(
        Loose(
            expression="mean_bound",
            truth="fair_mean",
            at=tuple({variance: sp.Rational(1, 4), m: size, n: size} for size in (10, 100, 1000)),
            lost="in the comparison with rows and columns that are independent; at most this factor, as the mean lies between the two",
            order="by G5, for $m=n$ and one probability for all entries",
        ),
        *(
            Loose(
                expression=each,
                truth="least_rate",
                at=FAIR_RATES,
                lost="in the expectation; at most this factor, as every bound for fair coins is at least that (G5)",
                order="by G5, for $m=n$ and one probability for all entries",
            )
            for each in ("normal_rate", "best_rate")
        ),
        Loose(
            expression="one_failure",
            truth="one_row_failure",
            at=tuple({m: 1, n: size, s: sp.Rational(1, 10)} for size in (20, 100)),
            lost="in McDiarmid's inequality: the largest sum of a row of fair coins is half the number of heads, and an entry changes it by half of what the inequality allows",
        ),
    ),
    sharp=(
        Sharp(
            expression="largest_scale",
            example=r"fair coins, $p=\frac12$ at $z=0$",
            check="scale_is_largest_for_fair_coins",
        ),
    ),
    remarks=(
        Remark(
            r"Measured for fair coins on some masks of $128\times128$ entries: cuts found by a search exceed half of "
            r"$\frac1{2\sqrt n}$, a term of the rate.",
            checked_by="masks_reach_half_of_the_mean_bound",
        ),
    ),
    because={
        "beyond a threshold": density_is_the_mean_beyond,
        "conditional mean": conditional_means_are_the_values,
        "largest scale": scale_is_largest_for_fair_coins,
        "two rectangles": entries_of_one_rectangle_alone,
        "positive parts": lambda normal_density, positive_part, normal_mean: (
            same(positive_part, normal_density.subs(z, 0)),
            same(m * n * normal_mean, (m * sp.sqrt(n) + n * sp.sqrt(m)) * positive_part),
        ),
        "any probabilities": lambda largest_scale, normal_mean, any_mean: same(any_mean, largest_scale * normal_mean),
        "a second copy": copies_differ_by_a_fair_sign,
        "signs": lambda positive_part, sign_scale: same(sign_scale * positive_part / sp.Rational(1, 2), 1),
        "roots": roots_of_mean_sums,
        "low density": lambda positive_part, sign_scale, row_roots, column_roots, low_mean: same(
            m * n * low_mean, sign_scale * positive_part * (row_roots + column_roots)
        ),
        "mean": mean_is_the_smaller_one,
        "rate": rate_is_mean_and_fluctuation,
    },
    wrong=lambda: {
        "normal_tail: the other tail": 1 - normal_tail,
        "normal_density: density of variance 2": sp.exp(-(z**2) / 4) / sp.sqrt(4 * sp.pi),
        "scale: the density for the tail": normal_density,
        "scale: one tail": normal_tail / normal_density,
        "spare: half the variance": spare + normal_tail * (1 - normal_tail) / 2,
        "spare: the tail alone": largest_scale * normal_density - normal_tail,
        "spare: without the tails": largest_scale * normal_density,
        "spare_slope: slope without the line": sp.erf(z / sp.sqrt(2)),
        "differing: shared entries counted once": differing + ROW_CLASSES[0] * COLUMN_CLASSES[0],
        "increments: rows alone": sum(COLUMN_CLASSES) * (ROW_CLASSES[1] + ROW_CLASSES[2]),
        "increments: lines of the other side": increments.subs(dict(zip(ROW_CLASSES, COLUMN_CLASSES, strict=True))),
        "normal_mean: rows alone": positive_part / sp.sqrt(m),
        "any_mean: rows alone": sp.Rational(1, 4) / sp.sqrt(m),
        "difference_chance: equal entries": 1 - difference_chance,
        "column_roots: sides exchanged": row_roots,
        "row_roots: of all entries of a column": n * row_roots,
        "low_mean: rows alone": sp.sqrt(variance / 2) / sp.sqrt(n),
        "mean_bound: the quarter alone": any_mean,
        "mean_bound: the variance alone": low_mean,
        "mean_bound: the larger": sp.Max(sp.Rational(1, 4), sp.sqrt(variance / 2)) * sides,
        "mean_bound: half, any probabilities": any_mean / 2,
        "mean_bound: the variance for the deviation": variance * sides / 2,
        "mean_bound: over all entries": mean_bound / sp.sqrt(m * n),
        "mean_bound: both sides multiplied": mean_bound * sp.sqrt(m),
        "fluctuation: one sign": fluctuation.subs(delta, 2 * delta),
        "one_failure: half the exponent": sp.exp(-m * n * s**2),
        "one_failure: one row": sp.exp(-2 * n * s**2),
        "one_failure: ten times the exponent": sp.exp(-20 * m * n * s**2),
        "one_failure: all entries moved": sp.exp(-2 * (m * n * s) ** 2),
        "one_failure: four times s for its square": sp.exp(-8 * m * n * s),
        "normal_rate: the mean alone": mean_bound,
        "normal_rate: the fluctuation alone": fluctuation,
        "normal_rate: the mean over all entries": mean_bound / sp.sqrt(m * n) + fluctuation,
        "best_rate: the normal rate alone": normal_rate,
        "best_rate: the union over sets alone": sp.Min(hoeffding_rate, bernstein_rate),
        "best_rate: the largest": sp.Max(hoeffding_rate, bernstein_rate, normal_rate),
        "best_rate: the fluctuation alone as the best": fluctuation,
        "one_row_failure: both signs": 2 * one_row_failure,
        "one_row_failure: as far as the sum": one_row_failure.subs(s, s / 2),
    },
)
