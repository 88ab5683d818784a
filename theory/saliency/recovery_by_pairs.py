"""S16.2: when the densest columns of a mask are the support of the data, by pairs of columns."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.saliency.model import ANY_FAILURE, delta
from sparse_limits.theory.saliency.support_recovery import (
    HIGHER,
    INDEPENDENT_ROWS,
    KEPT,
    OFF,
    ON,
    ROWS,
    SUPPORT,
    WIDE,
    c,
    d,
    i,
    k,
    kept_law,
    missed,
    n,
    p_0,
    p_s,
)

tilt = sp.Symbol("t", positive=True)  # of an exponential moment, as a factor

row_factor = (1 - p_0 + p_0 * tilt) * (1 - p_s + p_s / tilt)
best_tilt = sp.sqrt(p_s * (1 - p_0) / (p_0 * (1 - p_s)))
overlap = sp.sqrt(p_s * p_0) + sp.sqrt((1 - p_s) * (1 - p_0))
separation = (sp.sqrt(p_s * (1 - p_0)) - sp.sqrt(p_0 * (1 - p_s))) ** 2
pair_failure = k * (d - k) * overlap ** (2 * n)
enough_rows = sp.log(k * (d - k) / delta) / (-2 * sp.log(overlap))
root_mass = sp.binomial(n, i) * sp.sqrt(p_s * p_0) ** i * sp.sqrt((1 - p_s) * (1 - p_0)) ** (n - i)
pair_floor = overlap ** (2 * n) / (n + 1)

# Two independent columns, k = 1 and d = 2
others_kept = sp.Symbol("j", integer=True, nonnegative=True)
pair_misses = sp.Sum(kept_law(p_0).subs(i, others_kept) * missed.subs(c, others_kept), (others_kept, 0, n))
pair_ties = sp.Sum(kept_law(p_s) * kept_law(p_0), (i, 0, n))
rows_needed = Smallest(sp.Lambda(n, pair_misses), delta, sp.S.One)
PAIRS = tuple({p_s: sp.Rational(3, 4), p_0: sp.Rational(1, 4), k: 1, d: 2, n: number} for number in (10, 30))

PAIR_STEPS = proof(
    r"""
pairs (by union bound): If $S$ is not the set of the $k$ densest columns, without a tie, some column of $S$ has no more entries than some
other: $N_j\le N_l$ with $j\in S$, $l\notin S$. The chance is at most the sum over the $k(d-k)$ pairs.

Markov (from pairs; by Markov): For $t\ge1$, $N_j\le N_l$ where $t^{N_l-N_j}\ge1$, which has at most the probability $E\,t^{N_l-N_j}$.

independent entries (from Markov): Two independent entries, kept with the probabilities $p_S$ and $p_0$, bring the factor $[[row_factor]]$,
its mean over their four states.

latent (from independent entries; by Chebyshev): Given the latent of a row its entries are independent, and their probabilities do not fall
with the latent. As $t\ge1$, in that factor what holds $p_0$ does not fall with it either, and what holds $p_S$ does not rise. So the mean
of the product is at most that at the means $p_l$ and $p_j$ of the probabilities, in which each part is affine.

rows (from latent; by product): The rows are independent: $E\,t^{N_l-N_j}$ is the product of their means.

worst pair (from rows; by monotonicity): For $t\ge1$ the factor rises with $p_l\le p_0$ and falls with $p_j\ge p_S$: it is largest at $p_0$
and $p_S$.

best factor (from independent entries): In $t$ it is smallest at $t=[[best_tilt]]$, which exceeds $1$ as $p_S>p_0$.

overlap (from independent entries, best factor): There it is $\beta^2$, with $\beta=[[overlap]]$.

all pairs (from worst pair, overlap): So all pairs together fail with probability at most $[[pair_failure]]$: the factor $\beta^2$ for each
row.

separation (from overlap): $1-\beta^2=[[separation]]$, which is positive.

rows that suffice (from all pairs, separation): As $\beta<1$ the bound falls with $n$, and it is $\delta$ at $n=[[enough_rows]]$.

ties: If two columns are independent, both keep $i$ entries with a probability of which the root is $[[root_mass]]$.

sum of roots (from overlap, ties; by induction): Row by row these roots add up to $\beta^n$.

floor (from sum of roots; by Cauchy–Schwarz): Their squares, for $n+1$ counts, add up to at least $[[pair_floor]]$: $N_j=N_l$ with at least
this probability.
""",
    globals(),
)

recovery_by_pairs = Claim(
    label="S16.2",
    title="The support from pairs of columns",
    statement=r"""
Let the rows of a mask be independent, and have iid latents, given which their entries are independent, kept with probabilities that do not fall with the latent, as
those of a factorised saliency do not with $f$ (S1). With $p_S$, $p_0$ and $S$ as in S16.1 the $k$ columns with the most kept entries are $S$, without a tie, except with a probability of at most
$$[[pair_failure]],$$
where $\beta=[[overlap]]<1$. So $n\ge[[enough_rows]]$ rows suffice for $1-\delta$. It is sharp in its exponent: if some column of $S$ and some other, of the
probabilities $p_S$ and $p_0$, are independent, they tie with probability at least $[[pair_floor]]$. For few rows S16.1 may be smaller; both hold.
""",
    steps=PAIR_STEPS,
    source=Source("2602.06675", "beyond the abstract (implicit feature selection)"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ROWS,
        WIDE,
        SUPPORT,
        ON,
        OFF,
        KEPT,
        ANY_FAILURE,
        Quantity(
            tilt,
            "factor of an exponential moment for each entry that one column has more",
            sp.Interval(1, sp.oo),
            drawn=(1, 4),
        ),
    ),
    hypotheses=(
        INDEPENDENT_ROWS,
        Hypothesis("some columns are not of the support", k < d),
        HIGHER,
        Hypothesis(
            "given the latent of its row entries are independent, of probabilities that do not fall with it",
            needed_by=("pair_failure", "enough_rows"),
        ),
        Hypothesis("two columns that are independent", needed_by=("root_mass", "pair_floor")),
    ),
    uses=("S1", "S16.1"),
    aids={"pair_misses": pair_misses, "pair_ties": pair_ties, "rows_needed": rows_needed},
    loose=(
        Loose(
            expression="pair_failure",
            truth="pair_misses",
            at=PAIRS,
            lost="in Markov's inequality, for two independent columns",
            exponent="by *floor*: the factor is at most $n+1$",
        ),
        Loose(
            expression="enough_rows",
            truth="rows_needed",
            at=tuple(
                {p_s: sp.Rational(3, 4), p_0: sp.Rational(1, 4), k: 1, d: 2, delta: sp.Rational(1, 10**digits)}
                for digits in (2, 6)
            ),
            lost="in Markov's inequality, for two independent columns",
            order=r"by *floor*: the factor tends to $1$ as $\delta\to0$",
        ),
        Loose(
            expression="pair_floor",
            truth="pair_ties",
            at=PAIRS,
            lost="in Cauchy's and Schwarz's inequality for counts that are not equally likely to be those of a tie",
            side=Side.BELOW,
        ),
    ),
)
