"""G1.1: masks sampled from probabilities are close to them in cut norm."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.rate import least_rate
from sparse_limits.theory.graphon.symbols import (
    ANY_FAILURE,
    COLUMNS,
    CUT,
    DEVIATION,
    ENTRY,
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
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity, whole_from
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.saliency.model import width
from sparse_limits.theory.saliency.snip_row_law import equal_failure, exponent
from sparse_limits.theory.saliency.symbols import CHANCE, MASK, PROBABILITIES

tilt = sp.Symbol("lambda", positive=True)  # of the exponential moment
k = sp.Symbol("k", integer=True, positive=True)  # the order of a moment

# An entry M, a Bernoulli(p) variable: K = ln E e^{λ(M−p)}, and the probability of M = 1 under the tilt, K′ + p
centred_cumulant = sp.log(1 - p + p * sp.exp(tilt)) - tilt * p
tilted = p * sp.exp(tilt) / (1 - p + p * sp.exp(tilt))
most_curvature = sp.Rational(1, 4)
hoeffding_cumulant = most_curvature * tilt**2 / 2

moment = p * (1 - p) ** k + (1 - p) * p**k  # E|M − p|^k
least_factorial = 2 * 3 ** (k - 2)
series = tilt**2 / (2 * (1 - tilt / 3))
bernstein_cumulant = variance * series

hoeffding_tilt = 4 * s
hoeffding_exponent = 2 * s**2
bernstein_tilt = 3 * (1 - 1 / sp.sqrt(1 + 2 * s / (3 * variance)))
bernstein_exponent = 9 * variance * (1 + s / (3 * variance) - sp.sqrt(1 + 2 * s / (3 * variance)))

pairs = 2 * 2 ** (m + n)  # two signs, 2^m sets of rows, 2^n sets of columns
hoeffding_failure = pairs * sp.exp(-m * n * hoeffding_exponent)
bernstein_failure = pairs * sp.exp(-m * n * bernstein_exponent)

subsets = (m + n) * sp.log(2) + sp.log(2 / delta)  # L: the logarithm of the number of events over δ
root = 1 + sp.sqrt(2 * subsets / (variance * m * n)) / 3  # of 1 + 2s/(3V) at the rate
hoeffding_rate = sp.sqrt(subsets / (2 * m * n))
bernstein_rate = sp.sqrt(2 * variance * subsets / (m * n)) + subsets / (3 * m * n)

all_alike = valued(equal_failure, {width: m * n, exponent: s})  # of the sum of all fair coins
FAIR_RATES = tuple({variance: sp.Rational(1, 4), m: size, n: size, delta: sp.Rational(1, 1000)} for size in (100, 1000))
FAIR_FAILURES = tuple({variance: sp.Rational(1, 4), m: size, n: size, s: sp.Rational(9, 20)} for size in (5, 10))

STEPS = proof(
    r"""
entry: For an entry $M$ of mean $p$ let $K(\lambda)=\ln Ee^{\lambda(M-p)}=[[centred_cumulant]]$, where the mean is over the two values of
the entry. The negative $-(M-p)$ is also an entry less its mean, with $1-p$ in place of $p$. So what holds for $K$ at every $p$ holds for
both signs.

curvature (from entry): $K(0)=0$, $K'=q-p$ with $q=[[tilted]]$, which is $p$ at $\lambda=0$, and $K''=q(1-q)$.

a quarter (from curvature): $K''=q(1-q)$ is at most $[[most_curvature]]$.

Hoeffding's lemma (from curvature, a quarter; by integration): Integrating the bound on $K''$ twice from $K(0)=K'(0)=0$ gives
$K(\lambda)\le[[hoeffding_cumulant]]$ for $\lambda\ge0$.

moments: $E|M-p|^k=[[moment]]$ is the variance $p(1-p)$ at $k=2$ and does not grow with $k$, since $|M-p|\le1$: it is at most $p(1-p)$ for
$k\ge2$.

factorials: $k!\ge[[least_factorial]]$ for $k\ge2$: both sides are equal at $k=2$, and the step from $k$ to the next number multiplies the
left side by $k+1\ge3$ and the right side by three.

series (from factorials): Hence $\sum_{k\ge2}\frac{\lambda^k}{k!}\le[[series]]$ for $0\le\lambda<3$, a geometric series of ratio
$\frac\lambda3$.

exponential moment (from moments, series; by linearity): $Ee^{\lambda(M-p)}\le1+\sum_{k\ge2}\frac{\lambda^k}{k!}E|M-p|^k$, since $E(M-p)=0$
and the series converges absolutely; so it is at most $1+p(1-p)\,[[series]]$ for $0\le\lambda<3$.

Bernstein's form (from entry, exponential moment): As $\ln(1+x)\le x$ for $x\ge0$, $K(\lambda)\le[[bernstein_cumulant]]$ for
$0\le\lambda<3$, with $V$ for the variance $p(1-p)$ of the entry.

sum over a pair of sets (from entry; by product): For sets $S$ of rows and $T$ of columns let $X=\pm\sum_{S\times T}(M_{ij}-P_{ij})$. The
entries are independent, so that $\ln Ee^{\lambda X}$ is the sum of the corresponding logarithms of the entries.

all entries (from Hoeffding's lemma, Bernstein's form, sum over a pair of sets; by monotonicity): Both bounds for an entry are at least $0$,
and Bernstein's is proportional to the variance. Let $\psi(\lambda)$ be $[[hoeffding_cumulant]]$ or $[[bernstein_cumulant]]$, where $V$ is
now the mean of the variances. Then $\ln Ee^{\lambda X}\le mn\,\psi(\lambda)$.

tilt (from all entries; by Markov): So $\Pr(X\ge mns)=\Pr(e^{\lambda X}\ge e^{\lambda mns})\le e^{-mn(\lambda s-\psi(\lambda))}$ for each
admissible $\lambda$.

Hoeffding's tilt (from Hoeffding's lemma): In the first form $\lambda=[[hoeffding_tilt]]$ is the best choice, with $\lambda
s-\psi(\lambda)=[[hoeffding_exponent]]$.

Bernstein's tilt (from Bernstein's form): In the second form, if $V>0$, the best choice is $\lambda=[[bernstein_tilt]]$, which lies between
$0$ and $3$, with $\lambda s-\psi(\lambda)=[[bernstein_exponent]]$. For $V=0$ the mask is $P$.

events (from sum over a pair of sets): There are $[[pairs]]$ such sums $X$: two signs, and each row and each column belongs to its set or
not.

cut norm (from events, tilt; by union bound): By definition $\|M-P\|_\square$ is the largest $X$ divided by $mn$. Where it exceeds $s$, one
of these sums exceeds $mns$.

failures (from cut norm, Hoeffding's tilt, Bernstein's tilt): So $\Pr(\|M-P\|_\square>s)\le[[hoeffding_failure]]$, and
$\le[[bernstein_failure]]$.

logarithm (from events): Let $L=[[subsets]]$, the logarithm of the number of events divided by $\delta\le1$.

Hoeffding's rate (from failures, logarithm): The first bound is $\delta$ at $s=[[hoeffding_rate]]$, where its exponent is $L$.

Bernstein's rate (from failures, logarithm): The second bound is $\delta$ at $s=[[bernstein_rate]]$: there $1+\frac{2s}{3V}$ is the square
of $[[root]]$, and the exponent is $L$.
""",
    globals(),
)

ONE_EVENT = sp.log(2 / delta)


def outcomes() -> list[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """The two values of an entry: its chance, the value less p, and the modulus of that."""
    return [(p**value * (1 - p) ** (1 - value), value - p, (-1) ** (1 - value) * (value - p)) for value in (0, 1)]


odds, over = sp.symbols("x y", positive=True)


AT_ODDS = {p: odds / (1 + odds)}  # all p in (0, 1)


def by_powers(expression: sp.Expr) -> sp.Expr:
    """Quotients of positive numbers taken apart under powers."""
    return sp.simplify(sp.powsimp(sp.expand_power_base(sp.expand(expression))))


def by_roots(expression: sp.Expr) -> sp.Expr:
    """Positive letters taken out of roots before expanding."""
    return sp.simplify(sp.expand(sp.expand_power_base(sp.expand(expression))))


def cumulant_is_that_of_two_values(centred_cumulant: sp.Expr) -> Relations:
    """The mean of e^(λ(M−p)) over both values, and of e^(−λ(M−p)) at 1 − p for p."""
    for sign, bound in ((1, centred_cumulant), (-1, centred_cumulant.subs(p, 1 - p))):
        mean = sum(chance * sp.exp(sign * tilt * value) for chance, value, _ in outcomes())
        yield same(sp.exp(bound), mean)


def curvature_is_a_variance(centred_cumulant: sp.Expr, tilted: sp.Expr) -> Relations:
    """K′ = q − p, K″ = q(1 − q), and K = K′ = 0 at λ = 0."""
    yield same(centred_cumulant.diff(tilt), tilted - p)
    yield same(centred_cumulant.diff(tilt, 2), tilted * (1 - tilted))
    yield same(tilted.subs(tilt, 0), p)
    yield same(centred_cumulant.subs(tilt, 0), 0)


def curvature_is_at_most_a_quarter(tilted: sp.Expr, most_curvature: sp.Expr) -> Relations:
    """What q(1 − q) leaves is (q − ½)², at all odds p : 1 − p; q(1 − q) is its value at q = ½."""
    q = valued(tilted, AT_ODDS)
    share = odds * sp.exp(tilt) / (1 + odds * sp.exp(tilt))
    yield nonnegative(most_curvature - q * (1 - q), (share - sp.Rational(1, 2)) ** 2)


def lemma_is_the_curvature_integrated_twice(most_curvature: sp.Expr, hoeffding_cumulant: sp.Expr) -> Relations:
    """The integral of the integral of the largest curvature."""
    inner, middle = sp.symbols("x y", positive=True)
    slope = sp.integrate(most_curvature, (inner, 0, middle))
    yield same(hoeffding_cumulant, sp.integrate(slope, (middle, 0, tilt)))


def moments_do_not_grow(moment: sp.Expr) -> Relations:
    """The mean of |M − p|^k over both values; EM² − (EM)² at k = 2; its fall p²(1−p)^k + (1−p)²p^k from k to k + 1."""
    yield same(moment, sum(chance * modulus**k for chance, _, modulus in outcomes()))
    yield same(moment.subs(k, 2), p - p**2)
    fall = (odds**2 + odds**k) / (1 + odds) ** (k + 2)
    yield nonnegative((moment - moment.subs(k, k + 1)).subs(AT_ODDS), fall, by=by_powers)


def factorials_grow_by_three_at_least(least_factorial: sp.Expr) -> Relations:
    """2! at k = 2 and a factor 3 for each k, where k! has k + 1 = j + 3."""
    j = sp.Symbol("j", integer=True, nonnegative=True)
    yield induction(least_factorial, k, sp.factorial(2), lambda term: 3 * term, start=2)
    yield nonnegative(sp.factorial(j + 3) / sp.factorial(j + 2) - 3, j, by=sp.gammasimp)


def series_is_geometric(least_factorial: sp.Expr, series: sp.Expr) -> Relations:
    """(λ/3)^(k−2) times the sum falls by the k-th term from k to k + 1 (and goes to 0 for λ < 3, as a power of λ/3)."""
    rest = series * (tilt / 3) ** (k - 2)
    yield same(rest - rest.subs(k, k + 1), tilt**k / least_factorial)


def logarithm_lies_below_its_argument(series: sp.Expr, bernstein_cumulant: sp.Expr) -> Relations:
    """What x leaves of ln(1 + x), x = V times the series: 0 at V = 0, of a slope in V that is not negative for λ < 3."""
    left = bernstein_cumulant - sp.log(1 + variance * series)
    slope = variance * series**2 / (1 + variance * series)
    yield same(left.diff(variance), slope)
    yield same(left.subs(variance, 0), 0)
    inside = 3 * over / (1 + over)  # all λ in (0, 3)
    sum_inside = sp.Rational(9, 2) * over**2 / (1 + over)
    yield nonnegative(left.diff(variance).subs(tilt, inside), variance * sum_inside**2 / (1 + variance * sum_inside))


def second_tilt_is_best(bernstein_cumulant: sp.Expr, bernstein_tilt: sp.Expr, bernstein_exponent: sp.Expr) -> Relations:
    """The same; the tilt lies below 3, and above 0, with 1 + y for the root of 1 + 2s/(3V)."""
    yield same(bernstein_cumulant.diff(tilt).subs(tilt, bernstein_tilt), s)
    yield same(s * bernstein_tilt - bernstein_cumulant.subs(tilt, bernstein_tilt), bernstein_exponent)
    yield nonnegative(3 - bernstein_tilt, 3 / sp.sqrt(1 + 2 * s / (3 * variance)))
    at_root = bernstein_tilt.subs(s, 3 * variance * ((1 + over) ** 2 - 1) / 2)
    yield nonnegative(at_root, 3 * over / (1 + over))


def each_row_and_column_is_in_or_out(pairs: sp.Expr) -> Relations:
    """One event for each sign without rows and columns; each of these, in its set or not, doubles their number."""
    signs, choices = len((1, -1)), len((True, False))
    yield induction(pairs, m, signs * choices**n, lambda term: choices * term)
    yield induction(pairs, n, signs * choices**m, lambda term: choices * term)


cut_norm_rate = Claim(
    label="G1.1",
    title="Masks of independent entries concentrate in cut norm, by a union bound over all sets",
    headline=r"Let $M$ be a mask of $m\times n$ independent entries, and $P$ the matrix of their means. With probability at least $1-\delta$ $$\|M-P\|_\square\le[[hoeffding_rate]].$$",
    statement=r"""
Let $M_{ij}$ be independent with means $P_{ij}$, and let $V=\frac1{mn}\sum P_{ij}(1-P_{ij})$. With probability at least $1-\delta$
$$\|M-P\|_\square\le[[hoeffding_rate]],$$
and with probability at least $1-\delta$ (better at low density)
$$\|M-P\|_\square\le[[bernstein_rate]].$$
The underlying tail bounds are $P(\|M-P\|_\square>s)\le[[hoeffding_failure]]$ and $\le[[bernstein_failure]]$. If $V=0$, then $M=P$.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "textbook sampling bound (Lovász 2012, chapter 10), here for two sides and with constants; beyond the "
        "abstract, which announces convergence (G4.1)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(2, 6),
        COLUMNS.drawn_from(2, 6),
        ANY_FAILURE,
        DEVIATION,
        ENTRY,
        replace(VARIANCE, within=sp.Interval.Lopen(0, sp.Rational(1, 4))),
        Quantity(
            tilt,
            "tilt of the exponential moment of an entry",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), sp.Rational(11, 4)),
        ),
        Quantity(k, "order of a moment of an entry", whole_from(2), drawn=(2, 9)),
    ),
    hypotheses=(
        Hypothesis("the entries of the mask are independent"),
        Hypothesis("in Bernstein's form a tilt at which its series converges", tilt < 3, ("bernstein_cumulant",)),
    ),
    symbols={
        **MASK,
        **PROBABILITIES,
        **CHANCE,
        **CUT,
    },
    also=("hoeffding_cumulant", "bernstein_cumulant"),
    aids={"least_rate": least_rate, "all_alike": all_alike},
    loose=(
        *(
            Loose(
                expression=each,
                truth="least_rate",
                at=FAIR_RATES,
                lost="in the union over all sets; at most this factor, as every bound for fair coins is at least that (G5)",
                order="by G5, for $m=n$ and one probability for all entries",
            )
            for each in ("hoeffding_rate", "bernstein_rate")
        ),
        Loose(
            expression="hoeffding_failure",
            truth="all_alike",
            at=FAIR_FAILURES,
            lost=r"in the union over all sets: for fair coins and $s\ge\frac12-\frac1{2\max(m,n)}$ only the sum of all entries exceeds $mns$",
        ),
        Loose(
            expression="bernstein_failure",
            truth="all_alike",
            at=FAIR_FAILURES,
            lost="in the union over all sets, and in the third moments, which are $0$ for fair coins",
        ),
    ),
    sharp=(
        Sharp(
            expression="hoeffding_cumulant",
            example=r"$p=\frac12$, $\lambda\to0$",
            check="cumulants_bound_that_of_an_entry",
        ),
        Sharp(
            expression="bernstein_cumulant",
            example=r"$\lambda\to0$, at every $p$",
            check="cumulants_bound_that_of_an_entry",
        ),
    ),
    because={
        "entry": cumulant_is_that_of_two_values,
        "curvature": curvature_is_a_variance,
        "a quarter": curvature_is_at_most_a_quarter,
        "Hoeffding's lemma": lemma_is_the_curvature_integrated_twice,
        "moments": moments_do_not_grow,
        "factorials": factorials_grow_by_three_at_least,
        "series": series_is_geometric,
        "Bernstein's form": logarithm_lies_below_its_argument,
        "Hoeffding's tilt": lambda hoeffding_cumulant, hoeffding_tilt, hoeffding_exponent: (
            same(hoeffding_cumulant.diff(tilt).subs(tilt, hoeffding_tilt), s),
            same(s * hoeffding_tilt - hoeffding_cumulant.subs(tilt, hoeffding_tilt), hoeffding_exponent),
        ),
        "Bernstein's tilt": second_tilt_is_best,
        "events": each_row_and_column_is_in_or_out,
        "logarithm": lambda pairs, subsets: same(sp.exp(subsets), pairs / delta),
        "Bernstein's rate": lambda subsets, root, bernstein_rate: (
            same(1 + 2 * bernstein_rate / (3 * variance), root**2, by=by_roots),
            same((root - 1) ** 2 * 9 * variance * m * n / 2, subsets, by=by_roots),
        ),
    },
    wrong=lambda: {
        "hoeffding_rate: Hoeffding forgets the union over sets": sp.sqrt(ONE_EVENT / (2 * m * n)),
        "hoeffding_rate: Hoeffding with the leading constant 0.17": sp.Rational(17, 100)
        * sp.sqrt((m + n) / (2 * m * n)),
        "hoeffding_failure: one set of rows": hoeffding_failure / 2**m,
        "hoeffding_failure: Hoeffding with half the exponent": 2 * 2 ** (m + n) * sp.exp(-m * n * s**2),
        "bernstein_rate: Bernstein forgets the union over sets": sp.sqrt(2 * variance * ONE_EVENT / (m * n))
        + ONE_EVENT / (3 * m * n),
        "bernstein_rate: Bernstein without its linear term": sp.sqrt(2 * variance * subsets / (m * n)),
        "bernstein_cumulant: Bernstein without its linear term": variance * tilt**2 / 2,
        "bernstein_cumulant: Bernstein with λ/2 for λ/3": variance * tilt**2 / (2 * (1 - tilt / 2)),
        "bernstein_cumulant: the deviation for the variance": sp.sqrt(variance) * series,
        "centred_cumulant: an entry that is not centred": centred_cumulant + tilt * p,
        "centred_cumulant: the entry's opposite": centred_cumulant.subs(p, 1 - p),
        "tilted: untilted": p,
        "tilted: the tilt the other way": tilted.subs(tilt, -tilt),
        "tilted: the odds for the probability": tilted / (1 - tilted),
        "hoeffding_cumulant: with a slope": hoeffding_cumulant + tilt,
        "moment: one value": p * (1 - p) ** k,
        "moment: values exchanged": (1 - p) * (1 - p) ** k + p * p**k,
        "moment: one value and its variance": p * (1 - p) ** k + p * (1 - p),
        "moment: a power less": moment.subs(k, k - 1),
        "least_factorial: powers of 4": 2 * 4 ** (k - 2),
        "least_factorial: powers of 2": 2 ** (k - 1),
        "least_factorial: from k = 1": 3 ** (k - 1),
        "series: without the ratio": tilt**2 / 2,
        "series: with λ/2 for λ/3": tilt**2 / (2 * (1 - tilt / 2)),
        "series: from the next term": series * tilt / 3,
        "bernstein_tilt: the tilt of a small deviation": s / variance,
        "bernstein_exponent: the exponent of a small deviation": s**2 / (2 * variance),
        "pairs: sets of rows alone": 2 * 2**m,
        "pairs: pairs of a row and a column": 2 * m * n,
        "pairs: no empty sets": 2 * (2**m - 1) * (2**n - 1),
        "bernstein_failure: Bernstein for one row": pairs * sp.exp(-n * bernstein_exponent),
        "subsets: one event": ONE_EVENT,
        "subsets: one sign": subsets - sp.log(2),
        "root: without its half": 2 * root - 1,
        "root: less its root": 2 - root,
        "root: the root less its half": (1 + root) / 2,
        "all_alike: one sign": all_alike / 2,
        "all_alike: one row": all_alike.subs(m, 1),
    },
)
