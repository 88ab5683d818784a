"""G6.2: a statistic of the densities of columns, and its mean over uniform masks."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.graphon.symbols import COLUMNS, ROWS, m, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import ANY_DENSITY, rho
from sparse_limits.theory.saliency.symbols import KEPT_ENTRIES, MEAN

CHI = ("pair_chance", "covariance", "column_variance")  # what leads to the mean of the statistic
pair_chance = rho * (rho * m * n - 1) / (m * n - 1)
covariance = -rho * (1 - rho) / (m * n - 1)
column_variance = m * rho * (1 - rho) * (m * n - m) / (m * n - 1)
expected_chi = (n - 1) * m * n / (m * n - 1)

STEPS = proof(
    r"""
equally likely sets (by same law): Independent scores of one continuous law have no ties, and permuting them does not change their joint
law. So all sets of $K=\rho mn$ entries are kept with the same probability.

two entries (from equally likely sets): Then an entry is kept with probability $\rho$, and two entries are both kept with probability
$[[pair_chance]]$.

covariance (from two entries): So two entries of the mask have the covariance $[[covariance]]$.

column (from covariance): The count of a column is the sum of $m$ entries of variance $\rho(1-\rho)$ with these covariances. So it has the
variance $[[column_variance]]$.

mean of the statistic (from column): $\hat p_j$ is the count divided by $m$ and has the mean $\rho$. So $E\chi$ is the sum of $n$ such
variances divided by $m\rho(1-\rho)$: $[[expected_chi]]$, which does not depend on $\rho$.
""",
    globals(),
)


def sets_with_two_entries_are_counted(pair_chance: sp.Expr) -> Relations:
    """The sets of ρmn entries that hold two given ones, over all sets of as many."""
    size = m * n
    with_both = sp.binomial(size - 2, rho * size - 2) / sp.binomial(size, rho * size)
    yield same(pair_chance, with_both, by=sp.gammasimp)


chi_statistic = Claim(
    label="G6.2",
    title="The mean of a statistic of column densities over uniform masks",
    headline=r"Over all masks of $m\times n$ entries with one density $\rho$, $0<\rho<1$, the statistic $\chi$ of the column densities, defined below, has the mean $$[[expected_chi]],$$ which does not depend on $\rho$.",
    statement=r"""
**Setting.** A mask has $m$ rows and $n$ columns. Its *density* $\rho$ is the share of its $mn$ entries that are kept, $0<\rho<1$. The *column
density* $\hat p_j$ is the share of the $m$ entries of column $j$ that are kept.

**The statistic.** The statistic $\chi$ is the sum of the squared deviations of the column densities from $\rho$, in units of $\rho(1-\rho)/m$:
$$\chi=\sum_j(\hat p_j-\rho)^2m/(\rho(1-\rho)).$$

**Its mean.** Let the mask keep $K=\rho mn$ entries, and let all sets of $K$ entries be equally likely to be the kept ones (as for
random pruning to a given number of entries, and for magnitude pruning of iid weights of a continuous law). Then $$E\chi=[[expected_chi]]$$ for every $K$ from $1$ to $mn-1$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS,
        COLUMNS,
        ANY_DENSITY,
    ),
    hypotheses=(
        Hypothesis("at least two entries, of which some are kept and some are not", m * n >= 2, (*CHI, "expected_chi")),
        Hypothesis("some of the entries are kept", rho * m * n >= 1, CHI),
    ),
    symbols={
        r"\hat p_j": "share of the entries of column $j$ that are kept",
        r"\chi": "statistic of the column densities, large where they differ",
        **KEPT_ENTRIES,
        **MEAN,
    },
    because={
        "two entries": sets_with_two_entries_are_counted,
        "covariance": lambda pair_chance, covariance: (
            same(covariance, pair_chance - rho**2),
            same(m * n * (m * n - 1) * covariance, -m * n * rho * (1 - rho)),
        ),
        "column": lambda covariance, column_variance: (
            same(column_variance, m * rho * (1 - rho) + m * (m - 1) * covariance),
            same(n * column_variance, -n * (n - 1) * m**2 * covariance),
        ),
        "mean of the statistic": lambda column_variance, expected_chi: same(
            expected_chi, n * column_variance / m**2 * m / (rho * (1 - rho))
        ),
    },
    wrong=lambda: {
        "pair_chance: independent entries": rho**2,
        "pair_chance: the first put back": rho * (rho * m * n - 1) / (m * n),
        "pair_chance: two entries less": rho * (rho * m * n - 2) / (m * n - 1),
        "pair_chance: less than none": pair_chance - 1,
        "covariance: of one more": -rho * (1 - rho) / (m * n),
        "column_variance: binomial": m * rho * (1 - rho),
        "column_variance: of a row": n * rho * (1 - rho) * (m * n - n) / (m * n - 1),
        "expected_chi: chi-square of n − 1": n - 1,
        "expected_chi: independent entries": n,
        "expected_chi: rows": (m - 1) * m * n / (m * n - 1),
    },
)
