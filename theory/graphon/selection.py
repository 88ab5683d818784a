"""G2: keeping the K largest scores beside keeping all scores above a threshold."""

from functools import cache
from itertools import pairwise, permutations, product
from math import prod

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.simplifying import by_moduli
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.lognormal import probit_kernel
from sparse_limits.theory.graphon.symbols import COLUMNS, CUT, ENTRY, ROWS, VARIANCE, m, n, p, variance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, same, vanishes
from sparse_limits.theory.saliency.model import rho

kept, above = sp.symbols("K N", integer=True, nonnegative=True)  # kept by rank; above the threshold
scatter = sp.Symbol("nu", nonnegative=True)  # variance over the entries of their probabilities

shared = sp.Min(kept, above)
only_kept = kept - shared
only_above = above - shared
whole_cut = (kept - above) / (m * n)
gap = sp.Abs(kept - above) / (m * n)

entry_variance = p * (1 - p)
spread = variance / (m * n)
mean_variance = rho * (1 - rho) - scatter
binomial = rho * (1 - rho) / (m * n)
shortfall = scatter / (m * n)

STEPS = proof(
    r"""
order (by sorting): Put the entries in order of falling scores, with ties broken as in $M_K$. Then $M_K$ keeps the first $K$ and $M_\tau$
the first $N$, so that the masks share $[[shared]]$ entries.

entries of one mask alone (from order): $M_K$ keeps $[[only_kept]]$ entries that $M_\tau$ does not, and $M_\tau$ keeps $[[only_above]]$ that
$M_K$ does not: one of these numbers is $0$.

cut of all entries (from entries of one mask alone): The mean of all entries of $M_K-M_\tau$ is $[[whole_cut]]$: those of $M_K$ alone count
$1$, those of $M_\tau$ alone $-1$.

no larger cut (by triangle inequality): The sum over any set of rows and any set of columns is in modulus at most the sum of the moduli. So
the cut norm is at most the $L^1$ norm.

both norms (from entries of one mask alone, cut of all entries, no larger cut): The $L^1$ norm counts the entries of one mask alone, which
are a share $[[gap]]$ of all entries. As these have one sign, the cut of all entries has the same modulus, and so has the cut norm.

one entry: An entry of probability $p$ has the variance $[[entry_variance]]$. If it is added to an independent count, it adds as much to the variance of the count.

all entries (from one entry): So the variances of the $mn$ independent entries add up, entry by entry. Their mean is $V$, and $N$ is divided
by $mn$: the variance of $N/mn$ is $[[spread]]$.

mean of the variances (from one entry): Let $\rho$ be the mean of the $P_{ij}$ and $\nu$ their variance, over the entries. Then
$V=[[mean_variance]]$, the mean of $[[entry_variance]]$ at $p=\rho+d$, where $d$ has the mean $0$ and its square the mean $\nu$.

less than binomial (from all entries, mean of the variances): With the probability $\rho$ for all entries the variance would be
$[[binomial]]$. The true variance is less by $[[shortfall]]$, which is $0$ only if all $P_{ij}$ are equal.
""",
    globals(),
)

LEVELS, CUTS = (0, 1, 2), (-1, 0, 1, 2)  # scores with ties, and thresholds


@cache
def shared_entries() -> set[tuple[int, int, int]]:
    """K, N and the entries that both masks keep, for all scores of three entries and all ways to break ties."""
    found = set()
    for scores in product(LEVELS, repeat=3):
        for order in permutations(range(3)):
            if all(scores[i] >= scores[j] for i, j in pairwise(order)):
                for keep, cut in product(range(4), CUTS):
                    over = [i for i in range(3) if scores[i] > cut]
                    found.add((keep, len(over), len({*order[:keep]} & {*over})))
    return found


def masks_share_the_first_entries(shared: sp.Expr) -> Relations:
    """All scores of three entries on three levels, all orders that fall, all numbers to keep and all thresholds."""
    for keep, over, both in sorted(shared_entries()):
        claimed = valued(shared, {kept: keep, above: over})
        yield holds(claimed == both, f"K = {keep}, N = {over}: {both} shared, claimed {claimed}")


def one_mask_alone_keeps_entries(shared: sp.Expr, only_kept: sp.Expr, only_above: sp.Expr) -> Relations:
    """Both numbers and what is shared make up K + N; the product is 0; and they are the positive parts of K − N and N − K."""
    yield same(only_kept + only_above + 2 * shared, kept + above, by=by_moduli)
    yield vanishes(only_kept * only_above, by=by_moduli)
    yield same(only_kept, sp.Max(kept - above, 0), by=by_moduli)
    yield same(only_above, sp.Max(above - kept, 0), by=by_moduli)


def entry_adds_its_variance(entry_variance: sp.Expr) -> Relations:
    """The variance over both values of an entry; and that of a count of any mean and variance, the entry added."""
    mean, extent = sp.symbols("mu w", positive=True)
    chances = {0: 1 - p, 1: p}
    yield same(entry_variance, sum(chance * (value - p) ** 2 for value, chance in chances.items()))
    square = extent + mean**2
    second = sum(chance * (square + 2 * value * mean + value**2) for value, chance in chances.items())
    yield same(second - (mean + p) ** 2, extent + entry_variance)


def variances_of_entries_add_up(spread: sp.Expr) -> Relations:
    """0 if all are 0; and the variance of an entry, which raises V by its share, is divided by (mn)²."""
    extent = sp.Symbol("w", positive=True)
    yield vanishes(spread.subs(variance, 0))
    yield same(spread.subs(variance, variance + extent / (m * n)), spread + extent / (m * n) ** 2)


def variances_average_to_less(entry_variance: sp.Expr, mean_variance: sp.Expr) -> Relations:
    """The mean over a deviation d from ρ, term by term: 1 for 1, 0 for d, ν for d²."""
    deviation = sp.Symbol("d", real=True)
    terms = sp.Poly(entry_variance.subs(p, rho + deviation), deviation)
    yield same(mean_variance, sum(terms.coeff_monomial(deviation**i) * (1, 0, scatter)[i] for i in range(3)))


def binomial_less_what_it_is(
    spread: sp.Expr, mean_variance: sp.Expr, binomial: sp.Expr, shortfall: sp.Expr
) -> Relations:
    """The variance at the mean of the variances; and the second moment of mn entries of probability ρ."""
    yield same(binomial - shortfall, spread.subs(variance, mean_variance))
    pairs = m * n * (m * n - 1) * rho**2  # of different entries
    yield same(binomial, (m * n * rho + pairs - (m * n * rho) ** 2) / (m * n) ** 2)


def count_has_the_variance_of_its_generating_function(spread: sp.Expr, entry_variance: sp.Expr) -> Relations:
    """Var N = G″(1) + G′(1) − G′(1)² with G(z) = ∏ (1 − P + P z), for symbolic P."""
    z = sp.Symbol("z")
    for rows, columns in ((1, 1), (2, 2), (3, 1)):
        size = rows * columns
        entries = sp.symbols(f"p:{size}", positive=True)
        generating = prod(1 - q + q * z for q in entries)
        first, second = (sp.diff(generating, z, order).subs(z, 1) for order in (1, 2))
        claimed = valued(
            spread,
            {
                variance: sum(entry_variance.subs(p, q) for q in entries) / size,
                rho: sum(entries) / size,
                m: rows,
                n: columns,
            },
        )
        yield same(claimed, (second + first - first**2) / size**2, by=sp.expand)


selection_identity = Claim(
    label="G2",
    title="Top-K versus a fixed threshold: an identity",
    headline=r"One mask keeps the $K$ largest of $mn$ scores, another the $N$ scores above a threshold. The share of the entries in which they differ is also their distance in cut norm: $$\|M_K-M_\tau\|_\square=[[gap]].$$",
    statement=r"""
Let $M_K$ keep $K$ largest entries of a matrix of scores (ties broken in any way) and $M_\tau$ the $N$ entries above $\tau$. Then exactly
$\|M_K-M_\tau\|_1=\|M_K-M_\tau\|_\square=[[gap]]$. If the entries of $M_\tau$ are independent with probabilities $P_{ij}$,
then $\operatorname{Var}(N/mn)=[[spread]]$, where $V$ is the mean of $[[entry_variance]]$ over $p=P_{ij}$. Let $\rho$ be the mean of the
$P_{ij}$ and $\nu$ their variance over the entries. Then the above variance is less than the binomial $[[binomial]]$ by $[[shortfall]]$:
it is not binomial unless $P$ is constant.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "elementary; a step towards G4.1, beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS,
        COLUMNS,
        Quantity(kept, "number of entries kept by rank", COUNT_FROM_ZERO, drawn=(1, 40)),
        Quantity(above, "number of entries whose scores exceed the threshold", COUNT_FROM_ZERO, drawn=(1, 40)),
        ENTRY,
        VARIANCE,
        Quantity(rho, "mean of the probabilities of all entries", CLOSED_UNIT),
        Quantity(scatter, "variance over the entries of their probabilities", sp.Interval(0, sp.Rational(1, 4))),
    ),
    hypotheses=(
        Hypothesis("both masks are cut from the same scores"),
        Hypothesis("no more entries are kept by rank than there are", kept <= m * n),
        Hypothesis("no more entries exceed the threshold than there are", above <= m * n),
        Hypothesis(
            "for the variance: independent entries, a threshold fixed in advance",
            needed_by=("spread", "entry_variance", "binomial", "shortfall"),
        ),
        Hypothesis(
            "a variance that numbers from 0 to 1 of this mean can have",
            scatter <= rho * (1 - rho),
            needed_by=("mean_variance", "shortfall"),
        ),
    ),
    symbols={
        "M_K": "mask that keeps the $K$ largest scores",
        r"M_\tau": r"mask that keeps the scores above the threshold $\tau$",
        "P_{ij}": r"chance that the entry of $M_\tau$ in row $i$, column $j$ is $1$",
        **CUT,
        r"\|\cdot\|_1": "mean modulus of an entry",
    },
    aids={"row_shift": 0, "probit_kernel": probit_kernel},
    because={
        "order": masks_share_the_first_entries,
        "entries of one mask alone": one_mask_alone_keeps_entries,
        "cut of all entries": lambda only_kept, only_above, whole_cut: same(
            whole_cut, (only_kept - only_above) / (m * n), by=by_moduli
        ),
        "both norms": lambda only_kept, only_above, whole_cut, gap: (
            same(gap, (only_kept + only_above) / (m * n), by=by_moduli),
            same(gap, sp.Abs(whole_cut), by=by_moduli),
        ),
        "one entry": entry_adds_its_variance,
        "all entries": (variances_of_entries_add_up, count_has_the_variance_of_its_generating_function),
        "mean of the variances": variances_average_to_less,
        "less than binomial": binomial_less_what_it_is,
    },
    wrong=lambda: {
        "gap: without the modulus": (kept - above) / (m * n),
        "gap: share of the kept": sp.Abs(kept - above) / kept,
        "row_shift: masks of different scores": 1,
        "shared: all of both": kept + above - shared,
        "shared: those kept": kept,
        "shared: one less": shared - 1,
        "only_kept: all that are kept": kept,
        "only_kept: with a sign": kept - above,
        "only_above: all that are above": above,
        "binomial: of the mean": rho**2 * (1 - rho) / (m * n),
        "binomial: one entry": rho * (1 - rho),
        "whole_cut: without the sign": gap,
        "whole_cut: of the rows": n * whole_cut,
        "entry_variance: square of the probability": p**2,
        "entry_variance: second moment": p,
        "spread: variance of the count": m * n * variance,
        "spread: as if all were one entry": variance,
        "spread: one entry more": variance / (m * n + 1),
        "spread: binomial": rho * (1 - rho) / (m * n),
        "mean_variance: of the mean": rho * (1 - rho),
        "mean_variance: the other sign": rho * (1 - rho) + scatter,
        "shortfall: the deviation": sp.sqrt(scatter) / (m * n),
    },
)
