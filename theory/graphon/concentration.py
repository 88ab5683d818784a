"""G1.1: masks sampled from probabilities are close to them in cut norm."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.rate import least_rate
from sparse_limits.theory.graphon.symbols import (
    ANY_FAILURE,
    COLUMNS,
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
from sparse_limits.theory.saliency.model import width
from sparse_limits.theory.saliency.snip_row_law import equal_failure, exponent

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
entry: For an entry $M$ of mean $p$ let $K(\lambda)=\ln Ee^{\lambda(M-p)}=[[centred_cumulant]]$, the mean over its two values. The negative
$-(M-p)$ is such an entry less its mean, at $1-p$ for $p$: what holds for $K$ at every $p$ holds for both signs.

curvature (from entry): $K(0)=0$, $K'=q-p$ with $q=[[tilted]]$, which is $p$ at $\lambda=0$, and $K''=q(1-q)$.

a quarter (from curvature): $K''=q(1-q)$ is at most $[[most_curvature]]$.

Hoeffding's lemma (from curvature, a quarter; by integration): So $K(\lambda)\le[[hoeffding_cumulant]]$ for $\lambda\ge0$, the bound of
$K''$ integrated twice from $K(0)=K'(0)=0$.

moments: $E|M-p|^k=[[moment]]$ is the variance $p(1-p)$ at $k=2$ and does not grow with $k$, since $|M-p|\le1$: it is at most $p(1-p)$ for
$k\ge2$.

factorials: $k!\ge[[least_factorial]]$ for $k\ge2$: equal at $k=2$, and then a factor $k+1\ge3$ for each $k$.

series (from factorials): Hence $\sum_{k\ge2}\frac{\lambda^k}{k!}\le[[series]]$ for $0\le\lambda<3$, a geometric series of ratio
$\frac\lambda3$.

exponential moment (from moments, series; by linearity): $Ee^{\lambda(M-p)}\le1+\sum_{k\ge2}\frac{\lambda^k}{k!}E|M-p|^k$, since $E(M-p)=0$
and the series converges absolutely; so it is at most $1+p(1-p)\,[[series]]$ for $0\le\lambda<3$.

Bernstein's form (from entry, exponential moment): As $\ln(1+x)\le x$ for $x\ge0$, $K(\lambda)\le[[bernstein_cumulant]]$ for
$0\le\lambda<3$, with $V$ for the variance $p(1-p)$ of the entry.

sum over a pair of sets (from entry; by product): For sets $S$ of rows and $T$ of columns let $X=\pm\sum_{S\times T}(M_{ij}-P_{ij})$. Its
entries are independent, so that $\ln Ee^{\lambda X}$ is the sum of theirs.

all entries (from Hoeffding's lemma, Bernstein's form, sum over a pair of sets; by monotonicity): Both bounds of an entry are at least $0$,
and Bernstein's is proportional to the variance. So with $\psi(\lambda)$ for $[[hoeffding_cumulant]]$ or $[[bernstein_cumulant]]$, $V$ now
the mean of the variances, $\ln Ee^{\lambda X}\le mn\,\psi(\lambda)$.

tilt (from all entries; by Markov): So $\Pr(X\ge mns)=\Pr(e^{\lambda X}\ge e^{\lambda mns})\le e^{-mn(\lambda s-\psi(\lambda))}$, for each
$\lambda$ allowed.

Hoeffding's tilt (from Hoeffding's lemma): $\lambda=[[hoeffding_tilt]]$ is best in the first form: $\lambda
s-\psi(\lambda)=[[hoeffding_exponent]]$ there.

Bernstein's tilt (from Bernstein's form): $\lambda=[[bernstein_tilt]]$, which lies between $0$ and $3$, is best in the second form, if
$V>0$: $\lambda s-\psi(\lambda)=[[bernstein_exponent]]$ there. For $V=0$ the mask is $P$.

events (from sum over a pair of sets): There are $[[pairs]]$ such sums $X$: two signs, and each row and each column belongs to its set or
not.

cut norm (from events, tilt; by union bound): $\|M-P\|_\square$ is the largest $X$ over $mn$, by its definition: where it exceeds $s$, one
of these sums exceeds $mns$.

failures (from cut norm, Hoeffding's tilt, Bernstein's tilt): So $\Pr(\|M-P\|_\square>s)\le[[hoeffding_failure]]$, and
$\le[[bernstein_failure]]$.

logarithm (from events): Let $L=[[subsets]]$, the logarithm of the number of events over $\delta$, positive as $\delta\le1$.

Hoeffding's rate (from failures, logarithm): The first bound is $\delta$ at $s=[[hoeffding_rate]]$, where its exponent is $L$.

Bernstein's rate (from failures, logarithm): The second bound is $\delta$ at $s=[[bernstein_rate]]$: there $1+\frac{2s}{3V}$ is the square
of $[[root]]$, and the exponent is $L$.
""",
    globals(),
)

cut_norm_rate = Claim(
    label="G1.1",
    title="Masks sampled from probabilities concentrate in cut norm, by the union over all sets",
    statement=r"""
Let $M_{ij}$ be independent with means $P_{ij}$ and $V=\frac1{mn}\sum P_{ij}(1-P_{ij})$. With probability at least
$1-\delta$
$$\|M-P\|_\square\le[[hoeffding_rate]],$$
and with probability at least $1-\delta$ (better at low density)
$$\|M-P\|_\square\le[[bernstein_rate]].$$
Indeed $P(\|M-P\|_\square>s)\le[[hoeffding_failure]]$ and $\le[[bernstein_failure]]$; where $V=0$, $M=P$.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "textbook sampling bound (Lovász 2012, chapter 10), here for two sides and with constants; beyond the "
        "abstract, which announces convergence (G4.1)",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    also=("hoeffding_cumulant", "bernstein_cumulant"),
    aids={"least_rate": least_rate, "all_alike": all_alike},
    loose=(
        Loose(
            expression="hoeffding_rate",
            truth="least_rate",
            at=FAIR_RATES,
            lost="in the union over all sets; at most so much, as every bound for fair coins is at least that (G5)",
            order="by G5, for $m=n$ and one probability of all entries",
        ),
        Loose(
            expression="bernstein_rate",
            truth="least_rate",
            at=FAIR_RATES,
            lost="in the union over all sets; at most so much, as every bound for fair coins is at least that (G5)",
            order="by G5, for $m=n$ and one probability of all entries",
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
)
