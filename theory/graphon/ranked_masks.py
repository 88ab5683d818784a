"""G1.3: masks of the largest scores are nearly as close to their probabilities as masks of independent entries."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.graphon.comparison import mean_bound, one_failure
from sparse_limits.theory.graphon.rate import least_ranked_rate
from sparse_limits.theory.graphon.sized_sets import one_size_failure, sized_mean
from sparse_limits.theory.graphon.symbols import ANY_FAILURE, COLUMNS, DEVIATION, ROWS, VARIANCE, delta, m, n, variance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity

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
independent entries (by independence): Scores of different entries are independent, and so are the entries of the mask $M$ of the scores
above the threshold, $N$ in number.

four sums (from independent entries; by G1.2 for mean_bound, one_failure): The largest sum of $M-P$ over a rectangle, that over the
complement of one, and both for $P-M$: divided by $mn$ each of the four exceeds $[[mean_bound]]+s$ with probability at most
$[[one_failure]]$.

one support in the other (by G2): The mask $M_K$ of the $K$ largest scores holds all entries of $M$ or is held by it.

more entries (from one support in the other): Let $M-P$ have the sum $x$ over $S\times T$ and $y$ over its complement. If $K\ge N$, let
$M_K$ have $a$ entries more in $S\times T$ and $b$ more off it. Then $K-\sum P=[[excess]]$, and $M_K-P$ has over $S\times T$ the sum
$[[more_entries]]$: at least $x$, and at most $K-\sum P-y$.

fewer entries (from one support in the other): If $K<N$, let $M$ have $a$ entries more in $S\times T$ and $b$ more off it. Then $K-\sum
P=[[missing]]$, and the sum is $[[fewer_entries]]$: at most $x$, and at least $K-\sum P-y$.

four failures (from four sums): One of the four sums exceeds its bound with probability at most $[[four_failures]]$.

fluctuation (from four failures): That is $\delta$ at $s=[[four_fluctuation]]$.

rate (from four sums, more entries, fewer entries, fluctuation): Else $x$ and $-y$, and $-x$ and $y$, are at most $mn$ times
$[[mean_bound]]+s$ for all rectangles. So $\|M_K-P\|_\square\le[[ranked_rate]]$, with $\kappa=\frac1{mn}|K-\sum P|$.

sums of each size (from independent entries; by G1.4): The same four sums, over rectangles of $k\ge1$ rows and $l\ge1$ columns and over
their complements: divided by $mn$ each exceeds $[[sized_mean]]+s$ with probability at most $[[one_size_failure]]$.

failures of all sizes (from sums of each size): One of them, for some $k\le m$ and $l\le n$, does with probability at most
$[[all_failures]]$.

wide fluctuation (from failures of all sizes): That is $\delta$ at $s=[[wide_fluctuation]]$.

wide rate (from sums of each size, more entries, fewer entries, wide fluctuation): Else, in the same way,
$\|M_K-P\|_\square\le[[wide_rate]]$.
""",
    globals(),
)

ranked_masks = Claim(
    label="G1.3",
    title="Ranking costs a second pair of signs",
    statement=r"""
Let scores be independent, $P_{ij}$ the probability that score $(i,j)$ exceeds a fixed threshold,
$V=\frac1{mn}\sum P_{ij}(1-P_{ij})$, and $M_K$ a mask of $K\le mn$ largest scores, ties broken in any way. With probability at least $1-\delta$
$$\|M_K-P\|_\square\le[[ranked_rate]],\qquad\kappa=\tfrac1{mn}\Big|K-\sum P_{ij}\Big|,$$
and with probability at least $1-\delta$, better for large $V$ where both sides are large beside $\ln\frac{mn}\delta$, $\|M_K-P\|_\square\le[[wide_rate]]$.
For scores of one continuous law and the threshold that each exceeds with probability $\frac K{mn}$, $0<K<mn$, this is $\kappa=0$ and $P=\frac K{mn}$: the bounds for a mask
that is uniform among those of $K$ entries. No constant is claimed to be the best.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "beyond the abstract, which announces convergence (G4.1)",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    uses=("G1.2", "G1.4", "G2"),
    aids={"least_ranked_rate": least_ranked_rate},
    loose=tuple(
        Loose(
            expression=rate,
            truth="least_ranked_rate",
            at=tuple(
                {variance: sp.Rational(1, 4), shift: 0, m: size, n: size, delta: sp.Rational(1, 1000)}
                for size in (100, 1000)
            ),
            lost="in the mean; at most so much, as every bound for masks of half of the entries is at least that (G5)",
            order="by G5, for $m=n$ and masks of half of the entries",
        )
        for rate in ("ranked_rate", "wide_rate")
    ),
)
