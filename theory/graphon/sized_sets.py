"""G1.4: cut norms of sampled masks, sets of each size by themselves."""

from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.citations import MC_DIARMID, SUDAKOV_FERNIQUE
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon import comparison
from sparse_limits.theory.graphon.comparison import largest_scale, normal_density, normal_tail, z
from sparse_limits.theory.graphon.rate import fair_constant, fair_deviation, least_rate
from sparse_limits.theory.graphon.symbols import (
    ANY_FAILURE,
    COLUMNS,
    CUT,
    DEVIATION,
    RECTANGLE,
    ROWS,
    VARIANCE,
    delta,
    m,
    n,
    s,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.model import width
from sparse_limits.theory.saliency.support_recovery import c, missed, p_s
from sparse_limits.theory.saliency.symbols import MASK, PROBABILITIES

w = sp.Symbol("w", real=True)  # for columns what z is for rows
y = sp.Symbol("y", real=True)  # a quantile up to 6
shared_rows, shared_columns = sp.symbols("r_0 c_0", integer=True, nonnegative=True)
other_rows, other_columns = sp.symbols("r_1 c_1", integer=True, nonnegative=True)  # of each set alone

set_rows, set_columns = shared_rows + other_rows, shared_columns + other_columns
sum_increment = 2 * (set_rows * set_columns - shared_rows * shared_columns)
line_increment = 2 * set_columns * other_rows + 2 * set_rows * other_columns

normal_excess = normal_density - z * normal_tail  # the mean of what exceeds z
top_mean = m * normal_density
column_tail, column_density = (each.subs(z, w) for each in (normal_tail, normal_density))
pair_mean = sp.sqrt(column_tail) * normal_density / sp.sqrt(n) + sp.sqrt(normal_tail) * column_density / sp.sqrt(m)

balance = sp.Rational(12, 25)
one_side = (normal_density**2 / balance + balance * normal_tail).subs(z, y)
beyond = balance + normal_density.subs(z, 6) ** 2 / balance
most_pair = sp.Rational(3, 5)

short, long = 1 / sp.sqrt(sp.Max(m, n)), 1 / sp.sqrt(sp.Min(m, n))
sized_normal = most_pair * short + (long - short) / sp.sqrt(2 * sp.pi)
sized_mean = largest_scale * sized_normal
one_size_failure = sp.exp(-2 * m * n * s**2)
sized_failure = 2 * m * n * one_size_failure
sized_fluctuation = sp.sqrt(sp.log(2 * m * n / delta) / (2 * m * n))
sized_rate = sized_mean + sized_fluctuation
sized_constant = most_pair * largest_scale

pairs_mean = fair_deviation(2 * n) / (4 * n)  # fair coins, even m: the better row of each of m/2 pairs
all_heads = missed.subs(
    {p_s: sp.Rational(1, 2), width: m * n, c: sp.floor(m * n / 2 - m * n * s)}, simultaneous=True
)  # the sum of all fair coins

STEPS = proof(
    r"""
sizes (by monotonicity): For $1\le a\le m$ and $1\le b\le n$ let $F_{ab}(A)$ be the largest sum of the entries of $A$ over $S\times T$ with
$|S|=a$ and $|T|=b$, or let $F_{ab}$ be the largest sum over its complement. At a mean of matrices each such sum is the mean of the sums, so
that $F_{ab}$ there is at most the mean of its values: $F_{ab}$ is convex. $mn\|M-P\|_\square$ is the largest of $0$ and all $F_{ab}(M-P)$
and $F_{ab}(P-M)$ for rectangles.

normal entries (from sizes; by G1.2 for normal entries): For independent standard normal $g_{ij}$ and $\sigma=[[largest_scale]]$,
$E\,F_{ab}(M-P)\le\sigma\,E\,F_{ab}(g)$.

two rectangles: Let $S$ and $S'$ share $r_0$ rows and have $r_1$ more each, and let $T$ and $T'$ share $c_0$ columns and have $c_1$ more
each, so that $a=r_0+r_1$, $b=c_0+c_1$. The mean square of the difference of two sums of $g$, or of those over the complements, is
$[[sum_increment]]$. That of $\sqrt b\sum_Sh_i+\sqrt a\sum_Tk_j$ is $[[line_increment]]$, which is larger by $2r_1c_1$.

comparison (from two rectangles; by SUDAKOV_FERNIQUE): So $E\,F_{ab}(g)\le\sqrt b\,E\max_{|S|=a}\sum_Sh_i+\sqrt a\,E\max_{|T|=b}\sum_Tk_j$,
for independent standard normal $h_i$ and $k_j$.

excess (gives normal_tail, normal_density, normal_excess): A standard normal variable exceeds $z$ with probability $[[normal_tail]]$. Its
mean excess over $z$ is $[[normal_excess]]$, with the excess $0$ where it does not exceed the threshold; its density there is
$\varphi(z)=[[normal_density]]$.

largest sums (from excess): A sum of $a$ of the $h_i$ is at most $az$ plus the sum of the excesses of all $h_i$ over $z$. At $a=m$ times the
probability of *excess* the mean of this bound is $[[top_mean]]$. For $a=m$ the mean of the sum is $0$, which is the limit of this
expression for $z\to-\infty$.

pair of sizes (from comparison, largest sums): So, with $w$ for columns, $\frac1{mn}E\,F_{ab}(g)\le[[pair_mean]]$.

one side (from excess; gives one_side, beyond, most_pair): $[[one_side]]$ is at most $[[most_pair]]$ for $|y|\le6$. So is $[[beyond]]$,
which is at least as large as the former for $|y|\ge6$.

both sides (from one side): Let $p,q$ be the tails at $z$ and $w$, let $\varphi_z,\varphi_w$ be the densities, and let
$\lambda=[[balance]]$. Then $\sqrt q\varphi_z+\sqrt p\varphi_w$ is at most the mean of *one side* at $z$ and at $w$, as $2\sqrt
q\varphi_z\le\varphi_z^2/\lambda+\lambda q$. So it is at most $[[most_pair]]$.

unequal sides (from pair of sizes, both sides): If $n\le m$, split off a part $\frac1{\sqrt m}$ of both factors. What remains is
$(\frac1{\sqrt n}-\frac1{\sqrt m})\sqrt q\varphi_z$, and $\sqrt q\varphi_z\le\varphi(0)$. Likewise for $m\le n$. So *pair of sizes* is at
most $[[sized_normal]]$.

mean (from normal entries, unequal sides): So $\frac1{mn}E\,F_{ab}(M-P)\le[[sized_mean]]$, and the same holds for $P-M$.

one entry (from sizes; by MC_DIARMID): Changing one entry changes $\frac1{mn}F_{ab}$ by at most $\frac1{mn}$. So this quantity exceeds its
mean by $s$ or more with probability at most $[[one_size_failure]]$.

all sizes (from one entry): At least one of these quantities over rectangles, for some $a$, $b$ and sign, does so with probability at most
$[[sized_failure]]$.

fluctuation (from all sizes): This is $\delta$ at $s=[[sized_fluctuation]]$.

rate (from sizes, mean, fluctuation): So $\|M-P\|_\square\le[[sized_rate]]$ with probability at least $1-\delta$.

limit (from rate): For $m=n$ the rate times $\sqrt n$ tends to $[[sized_constant]]$. That of G1.2 times $\sqrt n$ tends to
$\frac12$ if $V\ge\frac18$.
""",
    globals(),
    MC_DIARMID=MC_DIARMID,
    SUDAKOV_FERNIQUE=SUDAKOV_FERNIQUE,
)


def increments_by_classes(sum_increment: sp.Expr, line_increment: sp.Expr) -> Relations:
    """Entries in one rectangle alone, by the classes of row and column; squares of the weights of rows and columns of one set alone."""
    rows = (shared_rows, other_rows, other_rows)  # of both sets, of the first alone, of the second alone
    columns = (shared_columns, other_columns, other_columns)
    alone = sp.S.Zero
    for i, j in product(range(3), repeat=2):
        alone += int((i < 2 and j < 2) != (i != 1 and j != 1)) * rows[i] * columns[j]
    yield same(sum_increment, alone, by=sp.expand)
    size, other = shared_rows + other_rows, shared_columns + other_columns
    yield same(line_increment, sum(rows[1:]) * other + sum(columns[1:]) * size, by=sp.expand)
    yield nonnegative(line_increment - sum_increment, 2 * other_rows * other_columns, by=sp.expand)


def excess_is_the_integral_of_the_tail(
    normal_tail: sp.Expr, normal_density: sp.Expr, normal_excess: sp.Expr
) -> Relations:
    """The slopes −φ of the tail, −zφ of φ, and minus the tail of the excess; all fall to 0, the tail from 1."""
    yield same(normal_tail.diff(z), -normal_density)
    yield same(normal_density.diff(z), -z * normal_density)
    yield same(normal_excess.diff(z), -normal_tail)
    for each in (normal_tail, normal_density, normal_excess):
        yield same(sp.limit(each, z, sp.oo), 0)
    yield same(sp.limit(normal_tail, z, -sp.oo), 1)


def pair_of_largest_sums(normal_tail: sp.Expr, top_mean: sp.Expr, pair_mean: sp.Expr) -> Relations:
    """√b times the largest sum of rows and √a times that of columns, over mn."""
    rows, columns = m * normal_tail, n * normal_tail.subs(z, w)
    of_columns = valued(top_mean, {m: n, z: w})
    yield same(m * n * pair_mean, sp.sqrt(columns) * top_mean + sp.sqrt(rows) * of_columns)


def two_sides_are_squares(
    normal_tail: sp.Expr, normal_density: sp.Expr, one_side: sp.Expr, balance: sp.Expr
) -> Relations:
    """One side is f²/λ + λp at the density f and the tail p; two of them exceed 2(f√q + g√p) by two squares."""
    f, g, p, q = sp.symbols("f g p q", positive=True)
    yield same(one_side, (normal_density**2 / balance + balance * normal_tail).subs(z, y))
    both = f**2 / balance + balance * p + g**2 / balance + balance * q
    squares = (f - balance * sp.sqrt(q)) ** 2 / balance + (g - balance * sp.sqrt(p)) ** 2 / balance
    yield nonnegative(both - 2 * (f * sp.sqrt(q) + g * sp.sqrt(p)), squares, by=sp.expand)


def rest_of_the_longer_side(normal_density: sp.Expr, most_pair: sp.Expr, sized_normal: sp.Expr) -> Relations:
    """The pair for what both sides share, and φ(0) for the rest: in all, and for either side the longer by k."""
    at_most = normal_density.subs(z, 0)
    yield same(sized_normal, most_pair * short + (long - short) * at_most)
    k = sp.Symbol("k", integer=True, nonnegative=True)
    for shorter, longer in ((m, n), (n, m)):
        split = most_pair / sp.sqrt(shorter + k) + (1 / sp.sqrt(shorter) - 1 / sp.sqrt(shorter + k)) * at_most
        yield same(sized_normal.subs(longer, shorter + k), split)


sized_sets = Claim(
    label="G1.4",
    title="Treating sets of each size separately: a smaller constant for large masks",
    headline=r"To leading order, with any fixed probability below $1$, a large $n\times n$ mask of independent entries is within $$[[sized_constant]]\,n^{-1/2}$$ of its probabilities in cut norm. This is about $\frac34$ of G1.2's rate if the mean variance is at least $\frac18$.",
    statement=r"""
**Setting.** A mask $M$ has $m$ rows and $n$ columns. Its entries $M_{ij}$, each $0$ or $1$, are independent, with means $P_{ij}$. A *rectangle* $S\times T$
consists of the entries whose row is in the set $S$ and whose column is in the set $T$. The *cut norm* $\|M-P\|_\square$ is the largest
modulus of a sum of $M-P$ over a rectangle, divided by $mn$.

**The rate.** With probability at least $1-\delta$ $$\|M-P\|_\square\le[[sized_rate]],\qquad\mu=[[sized_mean]].$$

**Rectangles of one size.** More precisely, let $1\le a\le m$ and $1\le b\le n$. Take the largest sum of $M-P$ over a rectangle of $|S|=a$ rows and
$|T|=b$ columns, and divide it by $mn$. The result is a random number of mean at most $\mu$. It exceeds its own mean by $s\ge0$ or more with
probability at most $[[one_size_failure]]$. The same holds for $P-M$, and, for both $M-P$ and $P-M$, for the largest sum over complements of
such rectangles, divided by $mn$.

**Large masks.** For $m=n\to\infty$ and fixed $\delta$ the rate is $[[sized_constant]]\,n^{-1/2}$ to leading order. Let
$V=\frac1{mn}\sum P_{ij}(1-P_{ij})$, the mean variance of an entry. If $V\ge\frac18$, the rate of G1.2 is $\frac12n^{-1/2}$ to leading order, so
that the quotient of the two rates tends to about three quarters.

**Other rates.** The rate of G1.2 may be smaller: what it adds to its bound on the mean is never larger than here, and that bound tends to $0$
as $V$ does, while $\mu$ does not depend on $V$. No constant is claimed to be the best.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "beyond the abstract, which announces convergence (G4.1): a comparison of normal processes for sets of given sizes",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(2, 6),
        COLUMNS.drawn_from(2, 6),
        ANY_FAILURE,
        DEVIATION,
        Quantity((z, w), "number that a standard normal variable exceeds", sp.S.Reals, drawn=(-3, 3)),
        Quantity(
            y,
            "such a number up to 6 in modulus",
            sp.Interval(-6, 6),
            convention="where it is larger, one side is at most a number, which the proof treats separately",
        ),
        Quantity((shared_rows, shared_columns), "number of rows, and columns, that two sets share", COUNT_FROM_ZERO),
        Quantity((other_rows, other_columns), "number of rows, and columns, of either set alone", COUNT_FROM_ZERO),
    ),
    hypotheses=(Hypothesis("the entries of the mask are independent"),),
    named={r"\mu": sized_mean},
    symbols={
        **MASK,
        **PROBABILITIES,
        **CUT,
        **RECTANGLE,
        "a, b": "number of rows of $S$, and of columns of $T$",
        "V": VARIANCE.meaning,
    },
    aids={
        "least_rate": least_rate,
        "fair_constant": fair_constant,
        "pairs_mean": pairs_mean,
        "all_heads": all_heads,
    },
    loose=(
        Loose(
            expression="sized_rate",
            truth="least_rate",
            at=tuple({m: size, n: size, delta: sp.Rational(1, 1000)} for size in (100, 1000)),
            lost="in the expectation, and in the union over all sizes; at most this factor, as every bound for fair coins is at least that (G5)",
            order="by G5, for $m=n$",
        ),
        Loose(
            expression="sized_mean",
            truth="pairs_mean",
            at=tuple({m: size, n: size} for size in (10, 100, 1000)),
            lost=r"in the comparison with rows and columns that are independent; at most this factor, as $a=\frac m2$, $b=n$ gives at least the mean of the better row of each of $\frac m2$ pairs",
            order="for $m=n$, by de Moivre's and Stirling's formulas in G5, for $2n$ coins",
        ),
        Loose(
            expression="one_size_failure",
            truth="all_heads",
            at=tuple({m: 10, n: 10, s: sp.Rational(tenths, 10)} for tenths in (1, 2)),
            lost="in the exponential moment of the sum of all entries, $a=m$ and $b=n$, of fair coins",
        ),
        Loose(
            expression="sized_constant",
            truth="fair_constant",
            at=({},),
            lost="in the comparison with rows and columns that are independent; at most this factor, as the least constant lies between the two",
            order="both are constants",
        ),
    ),
    because={
        "two rectangles": increments_by_classes,
        "excess": excess_is_the_integral_of_the_tail,
        "largest sums": lambda normal_tail, normal_excess, top_mean: (
            same(top_mean, (m * normal_tail) * z + m * normal_excess),
            same(sp.limit(top_mean, z, -sp.oo), 0),
        ),
        "pair of sizes": pair_of_largest_sums,
        "both sides": two_sides_are_squares,
        "unequal sides": rest_of_the_longer_side,
        "mean": lambda largest_scale, sized_normal, sized_mean: (
            same(sized_mean, largest_scale * sized_normal),
            same(largest_scale, comparison.largest_scale),
        ),
        "rate": lambda sized_mean, sized_fluctuation, sized_rate: same(sized_rate, sized_mean + sized_fluctuation),
    },
    wrong=lambda: {
        "sum_increment: shared entries once": sum_increment + shared_rows * shared_columns,
        "line_increment: rows alone": 2 * (shared_columns + other_columns) * other_rows,
        "normal_excess: the mean beyond z": normal_density,
        "normal_excess: from z on the other side": normal_density + z * normal_tail,
        "top_mean: of one row": normal_density,
        "top_mean: half of the rows": m / sp.sqrt(2 * sp.pi),
        "pair_mean: rows alone": sp.sqrt(column_tail) * normal_density / sp.sqrt(n),
        "pair_mean: shares for their roots": column_tail * normal_density / sp.sqrt(n),
        "one_side: equal weights": normal_density.subs(z, y) ** 2 + normal_tail.subs(z, y),
        "sized_normal: equal sides": most_pair * short,
        "sized_normal: the longer side": most_pair * long,
        "sized_mean: the deviation of a fair coin": sized_normal / 2,
        "sized_mean: the longer side": largest_scale * most_pair * long,
        "sized_mean: over all entries": sized_mean / sp.sqrt(m * n),
        "sized_failure: one size": 2 * one_size_failure,
        "sized_failure: all sets": 2 * 2 ** (m + n) * one_size_failure,
        "one_size_failure: half the exponent": sp.exp(-m * n * s**2),
        "sized_fluctuation: one size": sp.sqrt(sp.log(2 / delta) / (2 * m * n)),
        "sized_fluctuation: one sign": sized_fluctuation.subs(delta, 2 * delta),
        "sized_rate: the mean alone": sized_mean,
        "sized_rate: the fluctuation alone": sized_fluctuation,
        "sized_rate: a tenth of the mean": sized_mean / 10 + sized_fluctuation,
        "pairs_mean: both rows": 2 * pairs_mean,
        "pairs_mean: the better of two coins": pairs_mean.subs(n, 1) / n,
        "all_heads: both signs": 2 * all_heads,
    },
)
