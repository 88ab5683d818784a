"""G1.3: masks of the largest scores are nearly as close to their probabilities as masks of independent entries."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.graphon import comparison
from sparse_limits.theory.graphon.comparison import fluctuation, largest_scale, mean_bound, one_failure, sides
from sparse_limits.theory.graphon.rate import least_ranked_rate
from sparse_limits.theory.graphon.sized_sets import long, most_pair, one_size_failure, sized_mean
from sparse_limits.theory.graphon.symbols import (
    ANY_FAILURE,
    COLUMNS,
    CUT,
    DEVIATION,
    ROWS,
    VARIANCE,
    delta,
    m,
    n,
    s,
    variance,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same

shift = sp.Symbol("kappa", nonnegative=True)  # |K − ΣP| over mn
SHIFT = Quantity(
    shift,
    "difference of the number of entries kept and of the expected number above the threshold, over the number of all entries, or a bound on it",
    NON_NEGATIVE,
    drawn=(0, 1),
)
inside, outside = sp.symbols("x y", real=True)  # sums of M − P over a rectangle and over its complement
moved_inside, moved_outside = sp.symbols(
    "a b", integer=True, nonnegative=True
)  # entries there of one of the two masks alone

excess = inside + outside + moved_inside + moved_outside
more_entries = inside + moved_inside
missing = inside + outside - moved_inside - moved_outside
fewer_entries = inside - moved_inside
four_failures = 4 * one_failure
four_fluctuation = sp.sqrt(sp.log(4 / delta) / (2 * m * n))
ranked_rate = mean_bound + four_fluctuation + shift
all_failures = 4 * m * n * one_size_failure
wide_fluctuation = sp.sqrt(sp.log(4 * m * n / delta) / (2 * m * n))
wide_rate = sized_mean + wide_fluctuation + shift

STEPS = proof(
    r"""
independent entries (by independence): Scores of different entries are independent. So are the entries of the mask $M$ of the scores above
the threshold, whose number is $N$.

four sums (from independent entries; by G1.2 for mean_bound, one_failure): Consider the largest sum of $M-P$ over a rectangle, the largest
over the complement of a rectangle, and both for $P-M$. Each of the four, divided by $mn$, exceeds $[[mean_bound]]+s$ with probability at
most $[[one_failure]]$.

one support in the other (by G2): The mask $M_K$ of the $K$ largest scores contains all entries of $M$ or is contained in it.

more entries (from one support in the other): Let $M-P$ have the sum $x$ over $S\times T$ and $y$ over its complement. If $K\ge N$, let
$M_K$ have $a$ more entries in $S\times T$ and $b$ more outside it. Then $K-\sum P=[[excess]]$, and the sum of $M_K-P$ over $S\times T$ is
$[[more_entries]]$: at least $x$, and at most $K-\sum P-y$.

fewer entries (from one support in the other): If $K<N$, let $M$ have $a$ more entries in $S\times T$ and $b$ more outside it. Then $K-\sum
P=[[missing]]$, and the sum is $[[fewer_entries]]$: at most $x$, and at least $K-\sum P-y$.

four failures (from four sums): One of the four sums exceeds its bound with probability at most $[[four_failures]]$.

fluctuation (from four failures): This is $\delta$ at $s=[[four_fluctuation]]$.

rate (from four sums, more entries, fewer entries, fluctuation): Otherwise $x$ and $-y$, as well as $-x$ and $y$, are at most $mn$ times
$[[mean_bound]]+s$ for all rectangles. So $\|M_K-P\|_\square\le[[ranked_rate]]$, with $\kappa=\frac1{mn}|K-\sum P|$.

sums of each size (from independent entries; by G1.4): Consider the same four sums over rectangles of $k\ge1$ rows and $l\ge1$ columns and
over their complements. Each of them, divided by $mn$, exceeds $[[sized_mean]]+s$ with probability at most $[[one_size_failure]]$.

failures of all sizes (from sums of each size): At least one of them, for some $k\le m$ and $l\le n$, does so with probability at most
$[[all_failures]]$.

wide fluctuation (from failures of all sizes): This is $\delta$ at $s=[[wide_fluctuation]]$.

wide rate (from sums of each size, more entries, fewer entries, wide fluctuation): Otherwise, in the same way,
$\|M_K-P\|_\square\le[[wide_rate]]$.
""",
    globals(),
)

OF_EACH_SIZE = sized_mean, one_size_failure  # as G1.4 has them


LOW, HIGH = (
    {m: 2, n: 3, delta: sp.Rational(1, 5), variance: each, shift: sp.Rational(1, 3)}
    for each in (sp.Rational(1, 50), sp.Rational(1, 4))
)


def more_entries_lie_between_two_sums(excess: sp.Expr, more_entries: sp.Expr) -> Relations:
    """a above x, and b below K − ΣP − y; all entries are those of the rectangle and the others."""
    yield same(excess, (inside + moved_inside) + (outside + moved_outside))
    yield same(more_entries + (outside + moved_outside), excess)
    yield nonnegative(more_entries - inside, moved_inside)
    yield nonnegative(excess - outside - more_entries, moved_outside)


def fewer_entries_lie_between_two_sums(missing: sp.Expr, fewer_entries: sp.Expr) -> Relations:
    """a below x, and b above K − ΣP − y; all entries are those of the rectangle and the others."""
    yield same(missing, (inside - moved_inside) + (outside - moved_outside))
    yield same(fewer_entries + (outside - moved_outside), missing)
    yield nonnegative(inside - fewer_entries, moved_inside)
    yield nonnegative(fewer_entries - (missing - outside), moved_outside)


def two_signs_of_two_families(one_failure: sp.Expr, four_failures: sp.Expr) -> Relations:
    """One failure, that of G1.2, for each."""
    cases = [(sign, family) for sign in (1, -1) for family in ("rectangles", "complements")]
    yield same(four_failures, sum(one_failure for _ in cases))
    yield same(one_failure, comparison.one_failure)


def rate_is_the_farthest_sum(
    mean_bound: sp.Expr,
    four_fluctuation: sp.Expr,
    excess: sp.Expr,
    more_entries: sp.Expr,
    missing: sp.Expr,
    fewer_entries: sp.Expr,
    ranked_rate: sp.Expr,
) -> Relations:
    """The mean of G1.2; with κ more, or fewer, entries than expected: the sum of a rectangle whose rest is at its bound, none moved off it."""
    bound = mean_bound + four_fluctuation
    yield same(mean_bound, comparison.mean_bound)
    yield same(mean_bound, comparison.mean_bound, at=[LOW, HIGH])
    for sign, number, total in ((1, excess, more_entries), (-1, missing, fewer_entries)):
        rest = {outside: -sign * bound, moved_outside: 0}
        each, others = sp.Poly(number.subs(rest) - sign * shift, moved_inside).all_coeffs()
        moved = -others / each
        farthest = sp.expand(sign * total.subs(moved_inside, moved).subs(rest))
        yield same(ranked_rate, farthest, by=sp.expand)
        yield same(ranked_rate, farthest, at=[LOW, HIGH])


def four_sums_of_each_size(one_size_failure: sp.Expr, all_failures: sp.Expr) -> Relations:
    """One failure, that of G1.4, for each of two signs and two families of mn pairs of sizes."""
    cases = [(sign, family) for sign in (1, -1) for family in ("rectangles", "complements")]
    yield same(all_failures, sum(m * n * one_size_failure for _ in cases))
    yield same(one_size_failure, OF_EACH_SIZE[1])


def wide_rate_is_the_farthest_sum(
    sized_mean: sp.Expr,
    wide_fluctuation: sp.Expr,
    excess: sp.Expr,
    more_entries: sp.Expr,
    missing: sp.Expr,
    fewer_entries: sp.Expr,
    wide_rate: sp.Expr,
) -> Relations:
    """The mean of G1.4; the rest as for the first rate."""
    yield same(sized_mean, OF_EACH_SIZE[0])
    bound = sp.Symbol("B", positive=True)
    for sign, number, total in ((1, excess, more_entries), (-1, missing, fewer_entries)):
        rest = {outside: -sign * bound, moved_outside: 0}
        each, others = sp.Poly(number.subs(rest) - sign * shift, moved_inside).all_coeffs()
        moved = -others / each
        farthest = sp.expand(sign * total.subs(moved_inside, moved).subs(rest))
        yield same(wide_rate, farthest.subs(bound, sized_mean + wide_fluctuation), by=sp.expand)


ranked_masks = Claim(
    label="G1.3",
    title="Masks of the largest scores concentrate in cut norm",
    headline=r"A mask of the $K$ largest of $mn$ independent scores is near the chances $P$ of exceeding a threshold: with probability at least $1-\delta$, for $\kappa=|K-\sum P|/mn$ and the mean $V$ of $P(1-P)$, $$\|M_K-P\|_\square\le[[ranked_rate]].$$",
    statement=r"""
Let scores be independent, let $P_{ij}$ be the probability that score $(i,j)$ exceeds a fixed threshold, and let $V=\frac1{mn}\sum
P_{ij}(1-P_{ij})$. Let $M_K$ be a mask of $K\le mn$ largest scores, ties broken in any way. With probability at least $1-\delta$
$$\|M_K-P\|_\square\le[[ranked_rate]],\qquad\kappa=\tfrac1{mn}\Big|K-\sum P_{ij}\Big|,$$
and with probability at least $1-\delta$ also $\|M_K-P\|_\square\le[[wide_rate]]$, which is better for large $V$ if both sides are large
compared with $\ln\frac{mn}\delta$.
If all scores have one continuous law and each exceeds the threshold with probability $\frac K{mn}$, $0<K<mn$, then $\kappa=0$ and
$P=\frac K{mn}$: these are the bounds for a mask that is uniform among the masks of $K$ entries. No constant is claimed to be the best.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "beyond the abstract, which announces convergence (G4.1)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(2, 6),
        COLUMNS.drawn_from(2, 6),
        ANY_FAILURE,
        DEVIATION,
        VARIANCE,
        SHIFT,
        Quantity(inside, "sum of the mask above the threshold less its probabilities over a rectangle", sp.S.Reals),
        Quantity(outside, "the same over the complement of the rectangle", sp.S.Reals),
        Quantity(
            (moved_inside, moved_outside),
            "number of entries of one of the two masks alone, in the rectangle and off it",
            COUNT_FROM_ZERO,
        ),
    ),
    hypotheses=(Hypothesis("the scores are independent"),),
    symbols={
        "M_K": "mask that keeps the $K$ largest scores",
        "P_{ij}": "chance that the score in row $i$, column $j$ exceeds the threshold",
        **CUT,
    },
    aids={"least_ranked_rate": least_ranked_rate},
    loose=tuple(
        Loose(
            expression=rate,
            truth="least_ranked_rate",
            at=tuple(
                {variance: sp.Rational(1, 4), shift: 0, m: size, n: size, delta: sp.Rational(1, 1000)}
                for size in (100, 1000)
            ),
            lost="in the expectation; at most this factor, as every bound for masks of half of the entries is at least that (G5)",
            order="by G5, for $m=n$ and masks of half of the entries",
        )
        for rate in ("ranked_rate", "wide_rate")
    ),
    because={
        "more entries": more_entries_lie_between_two_sums,
        "fewer entries": fewer_entries_lie_between_two_sums,
        "four failures": two_signs_of_two_families,
        "rate": rate_is_the_farthest_sum,
        "failures of all sizes": four_sums_of_each_size,
        "wide rate": wide_rate_is_the_farthest_sum,
    },
    wrong=lambda: {
        "more_entries: entries of the rectangle twice": more_entries + moved_inside,
        "more_entries: no entries more": inside,
        "excess: entries more in one place": excess - moved_outside,
        "excess: all entries more twice": excess + outside,
        "fewer_entries: entries of the rectangle twice": fewer_entries - moved_inside,
        "fewer_entries: no entries less": inside,
        "missing: entries less in one place": missing + moved_outside,
        "missing: all entries less twice": missing + outside,
        "four_failures: rectangles and complements at once": 4 * one_failure**2,
        "one_failure: half the exponent": sp.exp(-m * n * s**2),
        "four_fluctuation: two signs": fluctuation,
        "ranked_rate: forgets the number of entries": ranked_rate - shift,
        "ranked_rate: wasteful: the mask above the threshold between": ranked_rate + four_fluctuation,
        "ranked_rate: the fluctuation alone": four_fluctuation,
        "ranked_rate: an eighth of the mean": mean_bound / 8 + four_fluctuation,
        "ranked_rate: over all entries": ranked_rate / sp.sqrt(m * n),
        "mean_bound: the variance alone": sp.sqrt(variance / 2) * sides,
        "all_failures: one size": 4 * one_size_failure,
        "all_failures: all sets": 4 * 2 ** (m + n) * one_size_failure,
        "one_size_failure: half the exponent": sp.exp(-m * n * s**2),
        "wide_fluctuation: one size": four_fluctuation,
        "wide_rate: forgets the number of entries": wide_rate - shift,
        "wide_rate: over all entries, sizes apart": wide_rate / sp.sqrt(m * n),
        "sized_mean: the longer side": largest_scale * most_pair * long,
    },
)
