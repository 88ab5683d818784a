"""R5.2 and R5.3: how many subsets of products come close to a target, and what the difference between mean and chance costs."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.subset_sum import product_laws
from sparse_limits.theory.subset_sum.item_products import SOURCE
from sparse_limits.theory.subset_sum.potential import a, kappa, law_size
from sparse_limits.theory.subset_sum.product_laws import (
    ENDS,
    HALF,
    PARTS,
    USABLE_HITS,
    closeness,
    count_of,
    eta,
    expected_count,
    far,
    leading,
    left_over,
    near,
    quenched_bound,
    side,
    sum_distribution,
    t,
    total,
    uniform_reach,
    usable,
    usable_count,
    variance,
)
from sparse_limits.theory.subset_sum.symbols import DISTANCE, ITEMS, SUBSET_SIZE, TARGET, delta, eps, k, n

LAWS = (
    Hypothesis("independent weights, all uniform on [−1, 1] or all standard normal"),
    Hypothesis(
        "an item is usable with probability 1/2, independently of its value and of the other items; the empty subset counts"
    ),
)
END_QUANTITIES = (
    Quantity(far, "modulus of the target and the distance together", POSITIVE, drawn=(1, 2)),
    Quantity(
        near, "modulus of their difference, or any number if that is none", POSITIVE, drawn=(sp.Rational(1, 4), 1)
    ),
    Quantity(side, "sign of their difference", sp.Range(-1, 2), drawn=(1, 1)),
)
MEAN_STEPS = proof(
    r"""
products (by R5.1 for uniform_density, gaussian_density, uniform_variance, gaussian_variance, sum_distribution): By R5.1, a product has a
density $f_1$ and a variance, for uniform and for normal factors, and sums of $k$ products of normal numbers have a known distribution
function.

close (from products): By symmetry of the law, the probability that a sum of $k$ products is within $\varepsilon$ of $z$ is the difference
of the distribution function at $h=|z|+\varepsilon$ and at $|z|-\varepsilon=s\cdot l$, which has the modulus $l$ and the sign $s$. It is
$[[closeness]]$.

mean count (from close; by linearity): All $k$ items of a subset are usable with probability $2^{-k}$, whatever their values are, and there
are $\binom nk$ such subsets. So $\mathbb EN=[[expected_count]]$, with $1$ for the empty subset if $|z|\le\varepsilon$.

weight of all subsets: The probabilities that all items of a subset are usable add up, over all subsets, to $\sum_k\binom
nk2^{-k}=[[total]]$: an item is left out, or taken with the factor $\frac12$.

spread (from products, weight of all subsets): Divided by this sum, these probabilities define a random subset that contains every item with
probability $\frac13$, independently. For either law its sum has the variance $[[spread]]$, where $V$ is the variance of a product. The
characteristic function of the sum is the $n$-th power of $\varphi=\frac23+\frac13\psi$, where $\psi$ is that of a product.

density of two (from products): The density of a sum of two products is at most $\int f_1^2$, by the Cauchy–Schwarz inequality, and attains
this at $0$: $[[uniform_pair]]$ for uniform and $[[gaussian_pair]]$ for normal weights.

square integrable (from density of two; by Plancherel): Since $f_1^2$ has a finite integral, so has $|\psi|^2$.

pairs of items (from spread): $\binom n{k+2}$ is $\binom n2\binom{n-2}k$ times $[[pair_share]]$, which is at most $1$. So $\varphi^n$
without its terms of order $0$ and $1$ in $\psi$ is at most $\binom n2\frac{|\psi|^2}9(\frac23+\frac13|\psi|)^{n-2}$.

away from zero (from square integrable, pairs of items; by Riemann–Lebesgue): Off a neighbourhood of $0$ the largest $|\psi|$ is below $1$.
So the integral of this bound decreases geometrically in $n$.

near zero (from spread, away from zero; by dominated convergence): Near $0$, $|\varphi(u)|\le e^{-cu^2}$ for some $c>0$, and $\varphi(\frac
u{\sqrt n})^n\to e^{-Vu^2/6}$ for every $u$. On this scale the integral of $\varphi(u)^ne^{-ius}$ tends to that of the limit, uniformly for
$s$ in a bounded interval.

local density (from near zero): So the density of the sum, of two or more items, is $(1+o(1))[[local_density]]$ on bounded intervals:
$\frac1{2\pi}$ times the integral of $e^{-nVu^2/6}$.

local limit (from mean count, weight of all subsets, local density): For $\varepsilon\le\frac{|z|}2$ the empty subset does not count, and
the subsets of one item have a bounded density at a distance of $\frac{|z|}2$ from $0$, so they add $O(n\varepsilon)$. So $\mathbb
EN\sim[[leading]]$, the weight of all subsets times the local density times the length, uniformly in such $\varepsilon$.

annealed size (from local limit): Since this limit is uniform, $\varepsilon$ may tend to $0$ as $n$ grows. The weight of all subsets times
$\varepsilon$ is $1$ at $n=[[annealed_size]]$, and the remaining factor of the mean has a logarithm of $o(n)$.
""",
    vars(product_laws) | globals(),
)

UNUSABLE = Let(count_of(n, sp.S.One), ENDS)  # as if every item were usable


def by_sign(gap: sp.Expr) -> sp.Expr:
    """What is left of it for each sign of the nearer end; 0 if nothing is."""
    for sign in (1, 0, -1):
        if (left := sp.simplify(gap.subs(side, sign))) != 0:
            return left
    return sp.S.Zero


def probabilities_are_differences_at_both_ends(closeness: sp.Expr) -> Relations:
    """The distribution function at h less that at s·l, for an end l that lies above 0, at it and below."""
    ends = {far: sp.Symbol("h", positive=True), near: sp.Symbol("l", positive=True)}
    difference = sum_distribution.subs(t, far) - sum_distribution.subs(t, side * near)
    yield same(closeness, difference, by=lambda gap: by_sign(valued(gap, ends)))


def every_third_item_adds_its_variance(total: sp.Expr, spread: sp.Expr) -> Relations:
    """The weight ½ of an item that is taken, over that of both cases, times its variance; item by item."""
    one = HALF / total.subs(n, 1) * variance
    yield induction(spread, n, one, lambda term: term + one, start=1)


def larger_subsets_hold_pairs(pair_share: sp.Expr) -> Relations:
    """The quotient of the binomials; 1 less it, with only positive terms."""
    rest = sp.Symbol("rest", integer=True, nonnegative=True)  # n = k + 2 + rest
    share = sp.binomial(n, k + 2) / (sp.binomial(n, 2) * sp.binomial(n - 2, k))
    more = sp.gammasimp(share.subs(n, k + 2 + rest).rewrite(sp.factorial))
    yield same(pair_share, more)
    yield nonnegative(1 - pair_share, k * (k + 3) / ((k + 1) * (k + 2)))


annealed_count = Claim(
    label="R5.2",
    title="Mean number of subsets of products that hit a target",
    headline=r"Items are products of two uniform or normal weights, usable with probability $\frac12$. As $\varepsilon\to0$, on average one subset of the usable ones among $n$ items has a sum within $\varepsilon$ of a fixed $z\ne0$ at $n\sim[[annealed_size]]$.",
    statement=r"""
**Items.** In a block of two layers an *item* is a product of two weights of its own. All weights are independent,
either all uniform on $[-1,1]$ or all standard normal. An item is *usable* with probability $\frac12$ (by the sign of
its first weight), independently of the value of the product and of the other items.

**Hits.** Let there be $n$ items, a target $z$ and a distance $\varepsilon>0$. A subset of usable items is a *hit* if
its sum is within $\varepsilon$ of $z$. So the empty subset, with the sum $0$, is a hit if $|z|\le\varepsilon$. Let $N$
be the number of hits.

**Mean for normal weights.** For normal weights $$\mathbb EN=[[expected_count]].$$ Here $p$ is the probability that the
sum of $k$ products is within $\varepsilon$ of $z$. The number $e$ is $1$ if the empty subset is a hit, and $0$
otherwise.

**Many items.** Let $V$ be the variance of a product, which is $\frac19$ for uniform and $1$ for normal weights. For
either law and fixed $z\ne0$, $$\mathbb EN\sim[[leading]]$$ as $n\to\infty$: the quotient of both sides tends to $1$,
uniformly for $0<\varepsilon\le|z|/2$. So $\varepsilon$ may depend on $n$.

**When the mean reaches 1.** For either law and fixed $z\ne0$, the mean of $N$ reaches $1$ at
$(1+o(1))[[annealed_size]]$ items as $\varepsilon\to0$.

**Two products.** The density of a sum of two products is at most $[[uniform_pair]]$ for uniform weights and at most
$[[gaussian_pair]]$ for normal weights.
""",
    steps=MEAN_STEPS,
    source=SOURCE,
    provenance=Provenance.EXTENSION,
    quantities=(
        SUBSET_SIZE.drawn_from(1, 6),
        replace(ITEMS, within=COUNT, drawn=(2, 4)),
        TARGET.drawn_from(sp.Rational(1, 5), 2),
        DISTANCE.drawn_from(sp.Rational(1, 20), sp.Rational(1, 4)),
        Quantity(
            variance,
            "variance of a product, 1/9 for uniform and 1 for normal weights",
            POSITIVE,
            drawn=(sp.Rational(1, 9), 2),
        ),
        *END_QUANTITIES,
    ),
    hypotheses=(
        *LAWS,
        Hypothesis("for the size, a distance that tends to 0", eps < 1, needed_by=("annealed_size",)),
    ),
    named=PARTS,
    symbols=USABLE_HITS,
    sharp=tuple(
        Sharp(expression=pair, example="the density at $0$", check="densities_of_two_are_integrals_of_squares")
        for pair in ("uniform_pair", "gaussian_pair")
    ),
    because={
        "close": probabilities_are_differences_at_both_ends,
        "weight of all subsets": lambda total: induction(
            total, n, 1 + HALF, lambda term: (1 + HALF) * term, start=1, by=sp.powsimp
        ),
        "spread": every_third_item_adds_its_variance,
        "pairs of items": larger_subsets_hold_pairs,
        "local limit": lambda total, local_density, leading: same(leading, total * local_density * 2 * eps),
    },
    wrong=lambda: {
        "expected_count: every item usable": UNUSABLE,
        "leading: every item usable": leading * sp.Rational(4, 3) ** n,
        "closeness: both ends on one side": closeness.subs(side, -side),
        "closeness: the far end alone": valued(closeness, {side: 0}),
        "closeness: one item more": closeness.subs(k, k + 1),
        "closeness: one item fewer": valued(closeness, {k: k - 1}),
        "total: every item usable": 2**n,
        "total: none left out": HALF**n,
        "total: one item more": total.subs(n, n + 1),
        "pair_share: one of the two": 2 / (k + 1),
    },
)

CHANCE_STEPS = proof(
    r"""
close (by R5.2): R5.2 gives the probability $p$ that a sum of $k$ products of normal numbers is within $\varepsilon$ of $z$, whichever items
they are.

usable count (from close; by linearity): Given $K$ usable items, the mean count is $E_K=[[usable_count]]$, where each of their subsets has
weight $1$.

Markov (from usable count; by Markov): Given $K$, $\Pr(N\ge1)\le\min(1,E_K)$.

binomial (from Markov; by tower): $K$ is $i$ with probability $\binom ni2^{-n}$, so that $\Pr(N\ge1)\le[[quenched_bound]]$.

density of one (by R5.1 for uniform_density, gaussian_density): By R5.1, the density of a product is finite except at $0$, for uniform and
for normal weights.

density of two (by R5.2): A sum of two products has a density that is bounded as in R5.2, for uniform and for normal weights.

density of more (from usable count, density of one, density of two; by convolution): The density of a sum of more items has the same bound.
The density of one item decreases away from $0$, so that on $[z-\varepsilon,z+\varepsilon]$, for $\varepsilon\le\frac{|z|}2$, it is at most
its value at $\frac z2$. So $E_K\le C_z2^K\varepsilon$, with $C_z$ twice the larger of the two bounds.

typical number (by Hoeffding): $K\ge\frac n2+\omega\sqrt n$ has probability at most $2e^{-2\omega^2}$, for every $\omega>0$, because $\frac
Kn$ is a mean of $n$ independent zeros and ones.

quenched size (from binomial, density of more, typical number; gives left_over, quenched_size): With $1-\frac\eta2$ times
$n=[[quenched_size]]$ items, $2^{n/2}\varepsilon$ is $[[left_over]]$. So for a typical $K$ the mean count is at most $C_z2^{\omega\sqrt n}$
times this. For every $\eta>0$ it tends to $0$ with $\varepsilon$, because $\sqrt n$ grows more slowly than $\ln\frac1\varepsilon$. Fewer
items do no better.
""",
    vars(product_laws) | globals(),
)

quenched_count = Claim(
    label="R5.3",
    title="Probability that a subset of products hits a target",
    headline=r"Items are products of two uniform or normal weights, usable with probability $\frac12$. To have a sum of usable ones within $\varepsilon$ of a fixed $z\ne0$ with probability at least $\frac12$ one needs asymptotically at least $$[[quenched_size]]$$ items as $\varepsilon\to0$.",
    statement=r"""
**Items.** An *item* is a product of two weights of its own. All weights are independent, either all uniform on
$[-1,1]$ or all standard normal. An item is *usable* with probability $\frac12$, independently of its value and of the
other items.

**Hits.** Let there be $n$ items, a target $z$ and a distance $\varepsilon>0$. A subset of usable items is a *hit* if
its sum is within $\varepsilon$ of $z$. So the empty subset, with the sum $0$, is a hit if $|z|\le\varepsilon$. Let $N$
be the number of hits.

**Chance of a hit for normal weights.** Let $E_K$ be the mean of $N$ given that $K$ items are usable. For normal weights
$$E_K=[[usable_count]].$$ Here $p$ is the probability that the sum of $k$ products is within $\varepsilon$ of $z$. The
number $e$ is $1$ if the empty subset is a hit, and $0$ otherwise. The probability of a hit is at most
$\min(1,E_K)$, averaged over the number $K$ of usable items: $$\Pr(N\ge1)\le[[quenched_bound]].$$

**Items that are needed.** For either law and fixed $z\ne0$, to have a hit with probability at least $\frac12$ one
needs $$n\ge(1-o(1))[[quenched_size]]$$ as $\varepsilon\to0$. This number is larger than the one at which the mean of
$N$ reaches $1$ (R5.2).
""",
    steps=CHANCE_STEPS,
    source=SOURCE,
    provenance=Provenance.EXTENSION,
    quantities=(
        ITEMS.drawn_from(0, 4),
        Quantity(usable, "number of usable items", COUNT_FROM_ZERO, drawn=(1, 4)),
        TARGET.drawn_from(sp.Rational(1, 5), 2),
        DISTANCE.drawn_from(sp.Rational(1, 20), sp.Rational(1, 4)),
        Quantity(
            eta,
            r"by how much of $\log_2\frac1\varepsilon$ a number of items falls short",
            sp.Interval(0, 2),
        ),
    ),
    hypotheses=(
        *LAWS,
        Hypothesis("for the size, a distance that tends to 0", eps < 1, needed_by=("left_over", "quenched_size")),
    ),
    named=PARTS,
    symbols={
        **USABLE_HITS,
        "E_K": "mean of $N$ given $K$ usable items",
        "k": SUBSET_SIZE.meaning,
        **{str(each.symbols): each.meaning for each in END_QUANTITIES},
    },
    aids={"law_size": law_size},
    sharp=(
        Sharp(
            expression="quenched_bound",
            example="one item: usable and close, or not",
            check="one_item_attains_the_chance",
        ),
    ),
    loose=(
        Loose(
            expression="quenched_size",
            truth="law_size",
            at=tuple(
                {eps: sp.Rational(1, x), delta: HALF, a: uniform_reach, kappa: HALF / 2} for x in (100, 1_000_000)
            ),
            lost=r"at most, as the truth lies between (measured medians are within a quarter of it, R10): in R4's number for all targets up to "
            r"$\frac1{2e}$ and uniform weights, whose proof follows the measure that is covered",
            order=r"by R4, as $\varepsilon\to0$",
            side=Side.BELOW,
        ),
    ),
    wrong=lambda: {
        "usable_count: one item fewer": valued(usable_count, {usable: usable - 1}),
        "quenched_bound: no cap": expected_count,
        "quenched_bound: a third usable": quenched_bound * sp.Rational(2, 3) ** n,
        "left_over: all of the distance": eps**eta,
        "left_over: nothing": eps,
        "left_over: its inverse": 1 / left_over + 1,
    },
)
