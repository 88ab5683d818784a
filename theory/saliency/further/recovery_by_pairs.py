"""S16.2: when the densest columns of a mask are the support of the data, by pairs of columns."""

from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
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
other column: $N_j\le N_l$ with $j\in S$, $l\notin S$. The probability of this is at most the sum over the $k(d-k)$ pairs.

Markov (from pairs; by Markov): For $t\ge1$ the event $N_j\le N_l$ implies $t^{N_l-N_j}\ge1$, which has probability at most
$E\,t^{N_l-N_j}$.

independent entries (from Markov): Two independent entries, kept with the probabilities $p_S$ and $p_0$, contribute the factor
$[[row_factor]]$, a mean over their four states.

latent (from independent entries; by Chebyshev): Given the latent of a row, its entries are independent, and their probabilities are
non-decreasing in the latent. As $t\ge1$, the part of this factor that contains $p_0$ is non-decreasing in the latent, too, and the part
that contains $p_S$ is non-increasing. Each part is affine in its probability. So the mean of the product is at most the product at the
means $p_l$ and $p_j$ of the probabilities.

rows (from latent; by product): The rows are independent, so that $E\,t^{N_l-N_j}$ is the product of the means of the rows.

worst pair (from rows; by monotonicity): For $t\ge1$ the factor increases with $p_l\le p_0$ and decreases with $p_j\ge p_S$, so that it is
largest at $p_0$ and $p_S$.

best factor (from independent entries): As a function of $t$ the factor is smallest at $t=[[best_tilt]]$, which exceeds $1$ as $p_S>p_0$.

overlap (from independent entries, best factor): There the factor is $\beta^2$, with $\beta=[[overlap]]$.

all pairs (from worst pair, overlap): So the probability that some pair fails is at most $[[pair_failure]]$, with the factor $\beta^2$ for
each row.

separation (from overlap): $1-\beta^2=[[separation]]$, which is positive.

rows that suffice (from all pairs, separation): As $\beta<1$ the bound decreases with $n$, and it equals $\delta$ at $n=[[enough_rows]]$.

ties: If two columns are independent, the probability that both keep $i$ entries has the square root $[[root_mass]]$.

sum of roots (from overlap, ties; by induction): By induction over the rows, these roots add up to $\beta^n$.

floor (from sum of roots; by Cauchy–Schwarz): The sum of their squares, over $n+1$ counts, is at least $[[pair_floor]]$. So $N_j=N_l$ has at
least this probability.
""",
    globals(),
)

odds_s, odds_0 = sp.symbols("odds_S odds_0", positive=True)  # roots of the odds of the two entries


def in_odds(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the roots of the odds of the two entries."""
    chances = {p_s: odds_s**2 / (1 + odds_s**2), p_0: odds_0**2 / (1 + odds_0**2)}
    return sp.simplify(sp.factor(sp.together(valued(expression, chances))))


more = sp.Symbol("more", positive=True)  # what one root of the odds is above the other


ODDS_APART = {p_s: 1 - 1 / (1 + (odds_0 + more) ** 2), p_0: odds_0**2 / (1 + odds_0**2)}


APART = more**2 / ((1 + odds_0**2) * (1 + (odds_0 + more) ** 2))  # 1 − β² there


def expanded(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, the logarithm of the squared overlap taken apart."""
    beta = sp.Symbol("beta", positive=True)
    named = expression.subs(overlap**2, beta**2).subs(overlap, beta)
    return sp.simplify(sp.expand_log(sp.expand(named), force=False))


def in_roots(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the roots of the four probabilities."""
    a, b, removed_s, removed_0 = sp.symbols("a b removed_S removed_0", positive=True)
    at = {1 - p_s: removed_s**2, 1 - p_0: removed_0**2}
    named = expression.subs(at).subs({p_s: a**2, p_0: b**2})
    return sp.expand(sp.expand_power_base(sp.expand_power_exp(sp.combsimp(sp.powdenest(named)))))


def factor_is_the_mean_over_four_states(row_factor: sp.Expr) -> Relations:
    """Entry of the other column less entry of the support, as an exponent of t."""
    mean = sp.S.Zero
    for on, off in product((0, 1), repeat=2):
        mean += (p_s if on else 1 - p_s) * (p_0 if off else 1 - p_0) * tilt ** (off - on)
    yield same(row_factor, mean, by=sp.expand)


def factor_is_smallest_at_the_best_tilt(row_factor: sp.Expr, best_tilt: sp.Expr) -> Relations:
    """No slope there, and a positive second derivative; its square exceeds 1 by p_S − p_0 over a positive number."""
    yield same(sp.diff(row_factor, tilt).subs(tilt, best_tilt), sp.S.Zero, by=in_odds)
    yield same(sp.diff(row_factor, tilt, 2), 2 * p_s * (1 - p_0) / tilt**3)
    yield same(best_tilt**2 - 1, (p_s - p_0) / (p_0 * (1 - p_s)))


def bound_is_delta_at_these_rows(pair_failure: sp.Expr, enough_rows: sp.Expr) -> Relations:
    """The logarithm of the bound, affine in n, is that of δ there; a row more takes 1 − β² of the bound."""
    at_no_row = sp.log(pair_failure.subs(n, 0))
    rate = sp.log(pair_failure.subs(n, 1) / pair_failure.subs(n, 0))
    yield same(at_no_row + enough_rows * rate, sp.log(delta), by=expanded)
    taken = sp.powsimp(1 - pair_failure.subs(n, n + 1) / pair_failure)
    yield nonnegative(taken, APART, where=ODDS_APART, strict=True)


def roots_are_those_of_two_laws(root_mass: sp.Expr) -> Relations:
    """Its square is the product of two laws of S16.1, and itself one for equal ones; row by row, kept in both or in neither."""
    yield same(root_mass**2, kept_law(p_s) * kept_law(p_0), by=in_roots)
    yield same(root_mass.subs(p_0, p_s), kept_law(p_s), by=in_roots)
    both, none = sp.sqrt(p_s * p_0), sp.sqrt((1 - p_s) * (1 - p_0))
    more = root_mass.subs(n, n + 1).subs(i, i + 1)
    yield same(more, both * root_mass + none * root_mass.subs(i, i + 1), by=in_roots)


def floor_is_the_square_over_the_counts(root_mass: sp.Expr, pair_floor: sp.Expr) -> Relations:
    """The square of the sum of the roots over the number of counts, for up to five rows."""
    roots = {p_s: odds_s**2 / (1 + odds_s**2), p_0: odds_0**2 / (1 + odds_0**2)}
    for rows in range(1, 6):
        total = sum(valued(valued(root_mass, {n: rows, i: count}), roots) for count in range(rows + 1))
        claimed = pair_floor.subs(n, rows).subs(roots)
        yield same(claimed * (rows + 1), total**2, by=lambda gap: sp.factor(sp.powdenest(sp.simplify(gap))))


recovery_by_pairs = Claim(
    label="S16.2",
    title="Recovery of the support: a bound from pairs of columns",
    statement=r"""
Let the rows of a mask be independent, with iid latents. Given its latent, let the entries of a row be independent and kept with
probabilities that are non-decreasing in the latent, as those of a factorised saliency are in $f$ (S1). With $p_S$, $p_0$ and $S$ as in
S16.1, the $k$ columns with the most kept entries are $S$, without a tie, except with probability at most
$$[[pair_failure]],$$
where $\beta=[[overlap]]<1$. So $n\ge[[enough_rows]]$ rows suffice for this with probability at least $1-\delta$. The bound is sharp in its
exponent: if some column of $S$ and some other column, with the probabilities $p_S$ and $p_0$, are independent, they tie with probability at
least $[[pair_floor]]$. For few rows the bound of S16.1 may be smaller; both hold.
""",
    steps=PAIR_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract (implicit feature selection)"),
    provenance=Provenance.EXTENSION,
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
            lost="in the Cauchy–Schwarz inequality, for counts that are not equally likely to be those of a tie",
            side=Side.BELOW,
        ),
    ),
    because={
        "independent entries": factor_is_the_mean_over_four_states,
        "best factor": factor_is_smallest_at_the_best_tilt,
        "overlap": lambda row_factor, best_tilt, overlap: (
            same(overlap**2, row_factor.subs(tilt, best_tilt), by=in_odds),
            same(overlap.subs(p_0, p_s), sp.S.One, by=in_odds),
        ),
        "all pairs": lambda overlap, pair_failure: induction(
            pair_failure, n, k * (d - k), lambda term: overlap**2 * term, by=sp.powsimp
        ),
        "separation": lambda overlap, separation: (
            same(1 - overlap**2, separation, by=in_odds),
            nonnegative(separation, APART, where=ODDS_APART, strict=True),
        ),
        "rows that suffice": bound_is_delta_at_these_rows,
        "ties": roots_are_those_of_two_laws,
        "floor": floor_is_the_square_over_the_counts,
    },
    wrong=lambda: {
        "row_factor: the entries the other way round": row_factor.subs(tilt, 1 / tilt),
        "row_factor: of the support alone": 1 - p_s + p_s / tilt,
        "row_factor: of the mean difference": tilt ** (p_0 - p_s),
        "best_tilt: of a Poisson law": sp.sqrt(p_s / p_0),
        "best_tilt: its square": best_tilt**2,
        "best_tilt: of a Poisson law, less": sp.sqrt(p_s / p_0) - 1,
        "best_tilt: the entries the other way round": 1 / best_tilt,
        "overlap: not rooted": p_s * p_0 + (1 - p_s) * (1 - p_0),
        "overlap: of the kept entries alone": sp.sqrt(p_s * p_0),
        "pair_failure: columns in place of pairs": d * overlap ** (2 * n),
        "pair_failure: half of the exponent": k * (d - k) * overlap**n,
        "pair_failure: twice the exponent": k * (d - k) * overlap ** (4 * n),
        "pair_failure: the separation taken off twice": k * (d - k) * (overlap**2 - separation) ** n,
        "separation: Hoeffding's": (p_s - p_0) ** 2 / 2,
        "separation: of the roots": (sp.sqrt(p_s) - sp.sqrt(p_0)) ** 2,
        "enough_rows: of one pair": enough_rows.subs(k, 1),
        "root_mass: the mass of both": root_mass**2,
        "root_mass: one order of the rows": root_mass / sp.binomial(n, i),
        "pair_floor: as if for one count": overlap ** (2 * n),
        "pair_floor: of the roots": overlap**n / (n + 1),
        "pair_floor: for n counts": overlap ** (2 * n) / n,
        "pair_floor: for the root of the counts": 4 * overlap ** (2 * n) / sp.sqrt(n + 1),
        "pair_misses: no ties": pair_misses - pair_ties,
        "pair_ties: of one probability": pair_ties.subs(p_0, p_s),
        "rows_needed: one row more": rows_needed + 1,
        "rows_needed: half of them": rows_needed / 2,
    },
)
