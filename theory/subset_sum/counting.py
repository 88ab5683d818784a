"""R3: counting bounds on the number of items, for all targets, for one, and for several that share a subset."""

from fractions import Fraction
from itertools import product
from math import prod

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, induction, nonnegative, same
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
sums: There are at most $[[sums]]$ distinct subset sums of $n$ numbers, with $0$ among them, because each item at most doubles their number.

one side: Let $h$ of the sums be negative. Intervals of length $2\varepsilon$ around these sums and half of the interval around $0$ cover
$[-\frac12,0]$, so that $[[side]]\ge\frac12$: a positive sum comes close to no negative number that $0$ does not come close to. The same
holds for positive sums and $[0,\frac12]$.

fewer (from sums): In (a) $n\ge1$, since $0$ alone does not reach $\frac12>\varepsilon$. The number of sums other than $0$ is at most
$2^n-1$, which is odd. So $h\le[[fewer]]$ for one of the two signs.

powers of two: The sums of $2\varepsilon\cdot(1,2,\dots,2^{n-2},-2^{n-1})$ are $2\varepsilon$ times all integers from $-2^{n-1}$ to
$2^{n-1}-1$. They come within $\varepsilon$ of all numbers from $-(2^n+1)\varepsilon$ to $[[reach]]$.

covering (from one side, fewer, powers of two): *One side* increases with $h$, and at *fewer* it is $(2^n-1)\varepsilon\ge\frac12$. So
$n\ge[[covering_items]]$, with equality for the *powers of two* if $(2^n-1)\varepsilon=\frac12$.

without the one (from covering): In particular $n\ge[[covering_volume]]$: without the $1$ the logarithm is smaller.

hit (by Markov): If $\Pr(N\ge1)\ge p$, then $\mathbb EN\ge p$.

one coordinate (by R1.1): A coordinate of the sum of $k\ge1$ items has the distribution function $F_k$, which has no jumps.

all coordinates (from one coordinate; by product): For a fixed subset of $k\ge1$ items the coordinates of its sum are independent. So the
sum comes close in all coordinates with probability $\prod_j[F_k(z_j+\varepsilon)-F_k(z_j-\varepsilon)]$.

all subsets (from all coordinates; by linearity; gives equal_count, vector_count): Add up over the $\binom nk$ subsets of $k$ items, for
$k=1,\dots,n$, and the empty subset, whose sum is $0$. For equal coordinates this gives $\mathbb EN=[[equal_count]]$.

density (by convolution): A coordinate of the sum of $k\ge1$ items has a density of at most $[[most_density]]$, because the density of one
item has this bound.

bound (from sums, all subsets, density): So each factor is at most $\varepsilon$, and the $2^n-1$ nonempty subsets give $\mathbb
EN\le[[count_bound]]$, with the indicator of $\|z\|_\infty\le\varepsilon$ for unequal coordinates. At $n=1$ the factors are $\varepsilon$
where $[z_j-\varepsilon,z_j+\varepsilon]\subset[-1,1]$.

items (from hit, bound): For $\|z\|_\infty>\varepsilon$ the indicator is absent. So by *hit*, $p\le(2^n-1)\varepsilon^m$, which means
$n\ge[[hit_items]]$.

volume (from sums, items): In particular $p\le2^n\varepsilon^m$, which means $n\ge[[hit_volume]]$.
""",
    globals(),
)


def number_of_sums(quantity: sp.Expr, height: sp.Expr) -> sp.Expr:
    """What 2ⁿ has to be for a quantity to have a height."""
    power = sp.Symbol("X", positive=True)
    (found,) = sp.solve(sp.simplify(quantity.subs(n, sp.log(power) / sp.log(2))) - height, power)
    return found


def best_items(size: int) -> list[Fraction]:
    """The items of the statement, at the ε that they attain."""
    powers = [*(2**i for i in range(size - 1)), -(2 ** (size - 1))]
    return [Fraction(power, 2**size - 1) for power in powers]


def powers_of_two_leave_no_gap(reach: sp.Expr) -> Relations:
    """The largest sum, of all positive items, and ε; for n ≤ 6 the sums are all multiples of 2ε between the two ends."""
    i = sp.Symbol("i", integer=True)
    yield same(reach, sp.summation(2 * eps * 2**i, (i, 0, n - 2)) + eps)
    for size in range(1, 7):
        items = [item * (2**size - 1) for item in best_items(size)]
        found = sorted(sum(chosen) for chosen in product(*((0, item) for item in items)))
        yield holds(found == list(range(-(2 ** (size - 1)), 2 ** (size - 1))), f"{len(found)} sums without a gap")


def fewer_intervals_cover_a_half(side: sp.Expr, fewer: sp.Expr, reach: sp.Expr, covering_items: sp.Expr) -> Relations:
    """2ⁿ where the intervals of the side with fewer sums have the length ½; and n at the ε that powers of two reach ½ with."""
    yield same(covering_items, sp.log(number_of_sums(side.subs(h, fewer), sp.Rational(1, 2))) / sp.log(2))
    yield nonnegative(side.diff(h), 2 * eps)
    attained = sp.Rational(1, 2) / (reach / eps)
    yield same(covering_items.subs(eps, attained), n, by=lambda each: sp.simplify(sp.expand_log(sp.simplify(each))))


def subsets_have_factors_up_to_the_distance(sums: sp.Expr, most_density: sp.Expr, count_bound: sp.Expr) -> Relations:
    """All sums but one, each with an interval of length 2ε under the largest density in every coordinate."""
    factor = (eps - -eps) * most_density
    yield same(count_bound, empty_subset + (sums - 1) * factor**m)


def items_bring_the_bound_to_the_probability(count_bound: sp.Expr, hit_items: sp.Expr) -> Relations:
    """2ⁿ where the bound, without the indicator, is p."""
    bound = count_bound - empty_subset
    yield same(hit_items, sp.log(number_of_sums(bound, p)) / sp.log(2))


counting_bounds = Claim(
    label="R3",
    title="Counting bounds: every target, one target, several targets with one subset",
    headline=r"If every number in $[-\frac12,\frac12]$ is within $\varepsilon<\frac12$ of the sum of some of $n$ numbers, then $$n\ge[[covering_items]],$$ whatever these numbers are. Where the bound is an integer, some numbers attain it.",
    statement=r"""
(a) **Every target.** Let $\varepsilon<\frac12$. If every $z\in[-\frac12,\frac12]$ is within $\varepsilon$ of a subset
sum of $n$ numbers, then $$n\ge[[covering_items]],$$ in particular $n\ge[[covering_volume]]$. The first bound is sharp:
wherever it is an integer, the numbers $2\varepsilon\cdot(1,2,\dots,2^{n-2},-2^{n-1})$ attain it.

(b) **One target.** If $\Pr(N\ge1)\ge p$ for a random number $N$ of subsets, then $\mathbb EN\ge p$.

(c) **Several targets with one subset.** Let the items be vectors in $\mathbb R^m$ with independent coordinates, uniform
on $[-1,1]$. Let $N$ count the subsets whose sum is within $\varepsilon$ of $z\in\mathbb R^m$ in every coordinate: one
subset for all of them. With $F_k$ of R1.1, $\mathbb EN=\mathbf
1\{\|z\|_\infty\le\varepsilon\}+\sum_{k\ge1}\binom nk\prod_j[F_k(z_j+\varepsilon)-F_k(z_j-\varepsilon)]$. For equal
coordinates of the target $$\mathbb EN=[[equal_count]]\ \le\ [[count_bound]].$$ With the indicator of
$\|z\|_\infty\le\varepsilon$ as $I$, the bound also holds for unequal coordinates. It is attained at $n=1$ for
$\|z\|_\infty\le1-\varepsilon$. So a hit with probability $p$ at $\|z\|_\infty>\varepsilon$ needs $$n\ge[[hit_items]],$$
in particular $n\ge[[hit_volume]]$. A subset shared by $m$ targets costs a factor $m$, while different subsets of one
sample cost nothing extra (R4).
""",
    steps=STEPS,
    source=Source(
        "2006.07990",
        "NeurIPS 2020",
        "beyond the abstract, which calls the logarithm “essentially optimal for constant depth networks” (R9); textbook "
        "counting (pigeonhole, Markov)",
    ),
    provenance=Provenance.EXTENSION,
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
    named={"I": empty_subset, "F_k": sp.Lambda(t, sum_cdf)},
    symbols={
        "N": r"number of subsets, in (c) of those whose sum is within $\varepsilon$ of $z$ in every coordinate",
        "F_k": "distribution function of the sum of $k$ independent numbers, uniform on $[-1,1]$",
        "t": "argument of $F_k$",
        "j": "number of a coordinate, and index of summation in $F_k$",
        "I": "$1$ where the empty subset counts, else $0$",
    },
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
            order=r"by *covering*, as $\varepsilon\to0$: its bound is attained, and is larger by less than $1$",
            side=Side.BELOW,
        ),
        Loose(
            expression="hit_volume",
            truth="hit_items",
            at=tuple({p: sp.Rational(1, 2), eps: sp.Rational(1, x), m: 1} for x in (10, 1000)),
            lost="in the empty subset, which is counted though it does not serve",
            order=r"compared with the bound of *items*, which is attained by one item, as $\varepsilon\to0$ with $p$ and $m$ fixed: it is larger by at most $1$ for $\varepsilon^m\le p$",
            side=Side.BELOW,
        ),
    ),
    because={
        "sums": lambda sums: induction(sums, n, sp.S.One, lambda term: term + term),
        "one side": lambda side: induction(side, h, eps, lambda term: term + (eps - -eps)),
        "fewer": lambda sums, fewer: (
            same(2 * (fewer + 1), (sums - 1) + 1),
            holds(fewer.subs(n, n + 1).is_integer, "a whole number"),
        ),
        "powers of two": powers_of_two_leave_no_gap,
        "covering": fewer_intervals_cover_a_half,
        "without the one": lambda covering_volume, covering_items: same(
            sp.log(2) * covering_volume, sp.log(2**covering_items - 1)
        ),
        "bound": subsets_have_factors_up_to_the_distance,
        "items": items_bring_the_bound_to_the_probability,
    },
    wrong=lambda: {
        "sums: without the empty subset": 2**n - 1,
        "sums: one item more": 2 ** (n + 1),
        "sums: pairs": n**2,
        "side: all of zero's interval": side + eps,
        "side: forgets zero": side - eps,
        "equal_count: always counts the empty subset": equal_count - empty_subset + 1,
        "equal_count: exponent 1": equal_count.subs(m, 1),
        "equal_count: forgets the empty subset": equal_count - empty_subset,
        "fewer: half of the sums": fewer + 1,
        "fewer: all sums on one side": 2 * fewer + 1,
        "reach: without the last interval": reach - eps,
        "reach: forgets that half of the sums are negative": reach + 2**n * eps,
        "covering_items: all sums on one side": sp.log(2 + 1 / (2 * eps)) / sp.log(2),
        "covering_items: ε for 2ε": sp.log(1 + 1 / eps) / sp.log(2),
        "covering_items: forgets zero": covering_volume,
        "covering_items: one item less": covering_items - 2,
        "covering_volume: intervals of length ε": sp.log(1 / eps) / sp.log(2),
        "covering_volume: one item less, by volume": covering_volume - 5,
        "vector_count: one coordinate is enough": {
            **vector_count,
            2: valued(vector_count[2], {targets[1]: targets[0]}),
        },
        "vector_count: 10 % less": {**vector_count, 3: vector_count[3] / sp.Rational(11, 10)},
        "vector_count: exponent 1": dict.fromkeys((2, 3), equal_count.subs({m: 1, z: targets[0]})),
        "vector_count: 10 % more": {size: sp.Rational(11, 10) * count for size, count in vector_count.items()},
        "count_bound: forgets that the empty subset is no interval": empty_subset + 2**n * eps**m,
        "count_bound: intervals of length ε": empty_subset + (2**n - 1) * (eps / 2) ** m,
        "count_bound: a subset for each coordinate": empty_subset + (2**n - 1) * eps,
        "count_bound: forgets the empty subset": count_bound - empty_subset,
        "hit_items: coordinates do not matter": sp.log(1 + p / eps) / sp.log(2),
        "hit_items: items for every coordinate": m * hit_items,
        "hit_volume: factor 1 for m targets": hit_volume.subs(m, 1),
        "hit_volume: forgets p": hit_volume.subs(p, 1),
    },
)
