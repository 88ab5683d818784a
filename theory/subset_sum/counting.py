"""R3: counting bounds on the number of items, for all targets, for one, and for several that share a subset."""

from __future__ import annotations

from math import prod

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.subset_sum.expected_count import empty_subset, sum_cdf, t
from sparse_limits.theory.subset_sum.symbols import DISTANCE, ITEMS, SUBSET_SIZE, TARGET, eps, k, n, z

m = sp.Symbol("m", positive=True, integer=True)  # coordinates of an item
p = sp.Symbol("p", positive=True)  # the probability of a hit
h = sp.Symbol("h", integer=True, nonnegative=True)  # the number of sums of one sign
targets = sp.symbols("z_1:4", real=True)  # the coordinates of a target


def closeness(target: sp.Expr) -> sp.Expr:
    """The probability that a sum of k ≥ 1 items is within ε of the target."""
    return sum_cdf.subs(t, target + eps) - sum_cdf.subs(t, target - eps)


def vector_expectation(size: int) -> sp.Expr:
    """The expected number of subsets whose sum is within ε of z_1, …, z_size in every coordinate."""
    here = targets[:size]
    empty = sp.Piecewise((1, sp.Max(*map(sp.Abs, here)) <= eps), (0, True))
    return empty + sp.Sum(sp.binomial(n, k) * prod(map(closeness, here)), (k, 1, n))


sums = 2**n
side = (2 * h + 1) * eps
fewer = sums / 2 - 1
reach = (2**n - 1) * eps
covering_volume = sp.log(1 / (2 * eps)) / sp.log(2)
covering_items = sp.log(1 + 1 / (2 * eps)) / sp.log(2)
equal_count = empty_subset + sp.Sum(sp.binomial(n, k) * closeness(z) ** m, (k, 1, n))
vector_count = {2: vector_expectation(2), 3: vector_expectation(3)}
most_density = sp.Rational(1, 2)
count_bound = empty_subset + (sums - 1) * (2 * eps * most_density) ** m
hit_items = sp.log(1 + p / eps**m) / sp.log(2)
hit_volume = (m * sp.log(1 / eps) - sp.log(1 / p)) / sp.log(2)

STEPS = proof(
    r"""
sums: There are at most $[[sums]]$ distinct subset sums of $n$ numbers, $0$ among them: each item doubles their number.

one side: Let $h$ of the sums be negative. Intervals of length $2\varepsilon$ around these and half of the one around $0$ cover
$[-\frac12,0]$, so that $[[side]]\ge\frac12$; a positive sum comes close to no negative number that $0$ does not come close to. Likewise for
positive sums and $[0,\frac12]$.

fewer (from sums): In (a) $n\ge1$, since $0$ alone does not reach $\frac12>\varepsilon$. The sums other than $0$ are at most $2^n-1$, an odd
number, so that $h\le[[fewer]]$ for one of the two signs.

powers of two: The sums of $2\varepsilon\cdot(1,2,\dots,2^{n-2},-2^{n-1})$ are $2\varepsilon$ times all whole numbers from $-2^{n-1}$ to
$2^{n-1}-1$: they come within $\varepsilon$ of all numbers up to $[[reach]]$, and of all down to $-(2^n+1)\varepsilon$.

covering (from one side, fewer, powers of two): *One side*, which grows with $h$, is $(2^n-1)\varepsilon\ge\frac12$ at *fewer*:
$n\ge[[covering_items]]$, with equality for the *powers of two* if $(2^n-1)\varepsilon=\frac12$.

without the one (from covering): In particular $n\ge[[covering_volume]]$: without the $1$ the logarithm is smaller.

hit (by Markov): If $\Pr(N\ge1)\ge p$, then $\mathbb EN\ge p$.

one coordinate (by R1.1): A coordinate of the sum of $k\ge1$ items has the distribution function $F_k$, which has no jumps.

all coordinates (from one coordinate; by product): For a fixed subset of $k\ge1$ items the coordinates of its sum are independent: it comes
close in all of them with probability $\prod_j[F_k(z_j+\varepsilon)-F_k(z_j-\varepsilon)]$.

all subsets (from all coordinates; by linearity; gives equal_count, vector_count): Add up over the $\binom nk$ subsets of $k$ items, for
$k=1,\dots,n$, and the empty one, whose sum is $0$: for equal coordinates $\mathbb EN=[[equal_count]]$.

density (by convolution): A coordinate of the sum of $k\ge1$ items has a density of at most $[[most_density]]$, as that of one item has.

bound (from sums, all subsets, density): So each factor is at most $\varepsilon$, and the $2^n-1$ subsets that are not empty give $\mathbb
EN\le[[count_bound]]$, with the indicator of $\|z\|_\infty\le\varepsilon$ for unequal coordinates. At $n=1$ the factors are $\varepsilon$
where $[z_j-\varepsilon,z_j+\varepsilon]\subset[-1,1]$.

items (from hit, bound): For $\|z\|_\infty>\varepsilon$ there is no indicator: by *hit*, $p\le(2^n-1)\varepsilon^m$, which is
$n\ge[[hit_items]]$.

volume (from sums, items): In particular $p\le2^n\varepsilon^m$, which is $n\ge[[hit_volume]]$.
""",
    globals(),
)

counting_bounds = Claim(
    label="R3",
    title="Counting bounds: every target, one target, several targets with one subset",
    statement=r"""
(a) Let $\varepsilon<\frac12$. If every $z\in[-\frac12,\frac12]$ is within $\varepsilon$ of a subset sum of $n$
numbers, then $$n\ge[[covering_items]],$$ in particular $n\ge[[covering_volume]]$. The first bound is sharp:
wherever it is an integer, the numbers $2\varepsilon\cdot(1,2,\dots,2^{n-2},-2^{n-1})$ attain it. (b) If
$\Pr(N\ge1)\ge p$ for a number $N$ of subsets, then $\mathbb EN\ge p$. (c) Let the items be vectors in $\mathbb R^m$
with independent coordinates, uniform on $[-1,1]$, and let $N$ count the subsets whose sum is within $\varepsilon$
of $z\in\mathbb R^m$ in every coordinate: one subset for all of them. With $F_k$ of R1.1, $\mathbb EN=\mathbf
1\{\|z\|_\infty\le\varepsilon\}+\sum_{k\ge1}\binom nk\prod_j[F_k(z_j+\varepsilon)-F_k(z_j-\varepsilon)]$. For equal
coordinates $$\mathbb EN=[[equal_count]]\ \le\ [[count_bound]],$$ where the bound holds for unequal coordinates as
well, with the indicator of $\|z\|_\infty\le\varepsilon$, and is attained at $n=1$ for
$\|z\|_\infty\le1-\varepsilon$. So a hit with probability $p$ at $\|z\|_\infty>\varepsilon$ needs
$$n\ge[[hit_items]],$$ in particular $n\ge[[hit_volume]]$: a subset shared by $m$ targets pays a factor $m$, while
different subsets of one sample pay nothing (R4).
""",
    steps=STEPS,
    source=Source(
        "2006.07990",
        "no text at hand; textbook counting (pigeonhole, Markov), the lower bound beside its pruning theorem "
        "being reported second-hand",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ITEMS.drawn_from(0, 3),
        Quantity(m, "number of coordinates of an item", COUNT, drawn=(1, 4)),
        SUBSET_SIZE.drawn_from(1, 5),
        Quantity(h, "number of negative subset sums, or of positive ones", COUNT_FROM_ZERO),
        Quantity(p, "probability of a hit", sp.Interval.Lopen(0, 1), drawn=(sp.Rational(1, 20), 1)),
        DISTANCE.drawn_from(sp.Rational(1, 20), sp.Rational(9, 10)),
        TARGET.drawn_from(-2, 2),
        Quantity(targets, "coordinate of the target", sp.S.Reals, drawn=(-2, 2)),
    ),
    hypotheses=(
        Hypothesis("(a) any real numbers as items"),
        Hypothesis(
            "(a) targets that the empty subset does not all serve",
            eps < sp.Rational(1, 2),
            needed_by=("covering_volume", "covering_items"),
        ),
        Hypothesis("(c) independent coordinates, uniform on [−1, 1]; one subset for all coordinates"),
        Hypothesis(
            "(c) for the number of items, a target that the empty subset does not serve",
            needed_by=("hit_items", "hit_volume"),
        ),
    ),
    uses=("R1.1",),
    also=("vector_count",),
    sharp=(
        Sharp(
            expression="covering_items",
            example=r"the numbers $2\varepsilon\cdot(1,2,\dots,2^{n-2},-2^{n-1})$",
            check="powers_of_two_cover_best",
            side=Side.BELOW,
        ),
        Sharp(
            expression="count_bound",
            example=r"one item and $\|z\|_\infty\le1-\varepsilon$",
            check="one_item_attains_the_bounds",
        ),
        Sharp(
            expression="hit_items",
            example=r"one item, $\varepsilon<\|z\|_\infty\le1-\varepsilon$ and its own probability $p=\varepsilon^m$ of a hit",
            check="one_item_attains_the_bounds",
            side=Side.BELOW,
        ),
    ),
    loose=(
        Loose(
            expression="covering_volume",
            truth="covering_items",
            at=tuple({eps: sp.Rational(1, x)} for x in (10, 1000)),
            lost="in the $1$ under the logarithm, the sum that is used twice",
            order=r"by *covering*, as $\varepsilon\to0$: its bound is attained, and is more by less than $1$",
            side=Side.BELOW,
        ),
        Loose(
            expression="hit_volume",
            truth="hit_items",
            at=tuple({p: sp.Rational(1, 2), eps: sp.Rational(1, x), m: 1} for x in (10, 1000)),
            lost="in the empty subset, which is counted though it does not serve",
            order=r"beside the bound of *items*, which is attained by one item, as $\varepsilon\to0$ with $p$ and $m$ fixed: it is more by less than $1$ for $\varepsilon^m\le p$",
            side=Side.BELOW,
        ),
    ),
)
