"""R7: how often no subset comes close to a target: a Poisson law given the items, measured, not proved."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.subset_sum.expected_count import expected_count
from sparse_limits.theory.subset_sum.symbols import DISTANCE, HITS, ITEMS, TARGET, eps, n, z

S_1 = sp.Symbol("S_1", real=True)  # the sum of the items
S_2 = sp.Symbol("S_2", positive=True)  # the sum of their squares

mean, variance = S_1 / 2, S_2 / 4  # of the sum over a random subset, given the items
density = sp.exp(-((z - mean) ** 2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)  # the normal one, at the target
rate = 2**n * 2 * eps * density
served = sp.Abs(z) <= eps  # by the empty subset
miss = sp.Piecewise((0, served), (sp.exp(-rate), True))
agreement = sp.Integer(2)  # the factor within which misses were found to be as predicted

STEPS = proof(
    r"""
mean: Let each item be in the subset with probability $\frac12$, independently of the others. A further item adds half of itself to the mean
of the sum, which is $0$ without items. So the mean is $[[mean]]$.

variance (from mean): With a further item $x$, the mean square of the sum $s$ becomes the mean of $s^2$ and $(s+x)^2$. Subtracting the
square of the *mean* shows that the variance grows by $\frac{x^2}4$. So the variance is $[[variance]]$.

rate (from mean, variance): The rate is the product of the number $2^n$ of subsets, the length $2\varepsilon$ of the window, and the normal
density at $z$ with the *mean* and the *variance* of a random subset: $\lambda=[[rate]]$.

Jensen (from rate; by Jensen): The exponential is convex: $\mathbb E_xe^{-\lambda}\ge e^{-\mathbb E_x\lambda}$.

misses (from rate, Jensen; on samples: a count over drawn items: the sums depend on each other, and no law of their misses is known):
Suppose that the sums were independent, as energies in a random energy model are, and each were within $\varepsilon$ of $z$ with probability
$\lambda2^{-n}$. Then all of them would miss with probability $(1-\lambda2^{-n})^{2^n}\approx e^{-\lambda}$. For $|z|\le\varepsilon$ the
empty sum hits: $[[miss]]$. Sums of overlapping subsets do depend on each other, beyond $S_1$ and $S_2$, and their law is at best near a
normal law. What is known about this was obtained by counting.
""",
    globals(),
)

x = sp.Symbol("x", real=True)  # an item more


def an_item_adds_a_fourth_of_its_square(mean: sp.Expr, variance: sp.Expr) -> Relations:
    """The mean square, variance and squared mean, with an item more is the mean of those of the sum with it and without."""
    square = variance + mean**2
    with_it = square + 2 * x * mean + x**2
    yield same(square.subs({S_1: S_1 + x, S_2: S_2 + x**2}, simultaneous=True), (square + with_it) / 2)
    yield same(variance.subs(S_2, 0), sp.S.Zero)
    yield nonnegative(variance.subs(S_2, S_2 + x**2) - variance, x**2 / 4)


conditional_poisson = Claim(
    label="R7",
    title="Misses are about as likely as under a Poisson law given the items, but not unconditionally (measured)",
    headline=r"Measured, not proved: in the six cases tried, the probability that no subset sum is within $\varepsilon$ of $z$ is, up to a factor of 2, the mean of $e^{-\lambda}$ over the items. These have the sum $S_1$, the sum of squares $S_2$, and $$\lambda=[[rate]].$$",
    statement=r"""
**Measured; nothing is proved but the moments.** For items $x_1,\dots,x_n$ with sum $S_1$ and sum of squares $S_2$,
let $$\lambda(x)=[[rate]].$$ For independent items $$\Pr(N=0)\approx\mathbb E_x\,[[miss]],$$ which is the mean of
$e^{-\lambda(x)}$ over the items for $|z|>\varepsilon$, and exactly $0$ otherwise, as the empty subset hits. The
approximation holds up to a factor of 2 in all cases tried.

*Measured cases:* For uniform items on $[-1,1]$ and $z=0.3$ the cases are
$(n,\varepsilon)=(10,10^{-2}),(14,10^{-3}),(18,10^{-4}),(20,10^{-4})$. For products of two such numbers, each usable
with probability $\frac12$ (R5.2), $n$ is the number of *usable* items, and the cases are $24$ items at
$\varepsilon=10^{-2}$ and $32$ at $10^{-3}$ with $z=0.15$. The ratio of counted misses to the prediction was about
$1.08$, $0.98$, $1.01$, $1.2$ and $1.5$, $1.15$ there. For the uniform items the unconditional $e^{-\mathbb EN}$ with
$\mathbb EN$ of R1.1 is too small: by a factor of about $26$ at $(10,10^{-2})$, and by many orders of magnitude at
$(20,10^{-4})$.

*Proved:* Given the items, the sum over a uniformly random subset has mean $S_1/2$ and variance $S_2/4$, and $\lambda$
is $2^n\cdot2\varepsilon$ times the normal density at $z$ with this mean and variance. By Jensen's inequality
$\mathbb Ee^{-\lambda}\ge e^{-\mathbb E\lambda}$.
""",
    steps=STEPS,
    source=Source("2006.07990", "NeurIPS 2020", "beyond the abstract; a heuristic of ours"),
    provenance=Provenance.EXTENSION,
    quantities=(
        replace(ITEMS, within=COUNT, drawn=(2, 8)),
        TARGET.drawn_from(sp.Rational(1, 10), 1),
        replace(DISTANCE, within=NON_NEGATIVE, drawn=(sp.Rational(1, 100), sp.Rational(1, 10))),
        Quantity(S_1, "sum of the items", sp.S.Reals, drawn=(-2, 2)),
        Quantity(S_2, "sum of the squares of the items", POSITIVE, drawn=(1, 4)),
    ),
    hypotheses=(
        Hypothesis("sums that so many items can have", n * S_2 >= S_1**2),
        Hypothesis("independent items"),
        Hypothesis("nothing is proved about the misses"),
    ),
    named={r"\varphi": density},
    symbols={
        **HITS,
        "x": "all items",
        r"\mathbb E_x": "mean over the items",
        r"\lambda": "rate of the Poisson law, given the items",
        r"\varphi": "density at $z$ of the normal law with the mean and the variance of a random subset's sum",
    },
    uses=("R1.1", "R5.2"),
    open_questions=(
        OpenQuestion(
            asks=r"""Is the number of hits, given $S_1$ and $S_2$ alone, nearly a Poisson variable of the rate $\lambda$, as long as $\lambda$ stays bounded?""",
            obstacle="All subsets share the items. Of $2^n$ dependent events only the first two moments are known, and these unconditionally, not given $S_1$ and $S_2$. Given all items, nothing is random any more.",
            known=r"Both unconditional moments (R1.1, R2), and the rate (R7). For a fixed $\varepsilon$, where $\lambda$ grows exponentially, the answer is no: then the number of hits varies by a share of the order $n^{-3/2}$, with the sum of the fourth powers of the items. For sums with signs, all of which have mean $0$, limits are proved elsewhere (Borgs, Chayes, Mertens, Nair, Proof of the local REM conjecture for number partitioning I, Random Struct. Algorithms 34 (2009) 217).",
            evidence=r"""Misses are within a factor of $2$ of $\mathbb Ee^{-\lambda}$ in all cells tried. This concerns the absence of hits, and says nothing about two or more hits.""",
            checked_by="counted_misses_agree_with_the_prediction",
        ),
    ),
    aids={"agreement": agreement},
    because={
        "mean": lambda mean: (
            same(mean.subs(S_1, S_1 + x), (mean + (mean + x)) / 2),
            same(mean.subs(S_1, 0), sp.S.Zero),
        ),
        "variance": an_item_adds_a_fourth_of_its_square,
        "rate": lambda mean, variance, rate: (
            same(sp.diff(rate, z), rate * (mean - z) / variance),
            same(valued(rate, {z: mean}) * sp.sqrt(2 * sp.pi * variance), 2 * eps * 2**n),
        ),
    },
    wrong=lambda: {
        "rate: items always present": valued(rate, {S_1: 2 * S_1, S_2: 4 * S_2}),
        "rate: second moments for variances": rate.subs(S_2, 2 * S_2),
        "rate: around 0": rate.subs(S_1, 0),
        "variance: of one item": variance / n,
        "miss: whatever the empty subset": sp.exp(-rate),
        "miss: one over the rate": 1 / (1 + rate),
        "miss: the chance of a hit": 1 - sp.exp(-rate),
        "miss: unconditional": sp.exp(-expected_count),
        "miss: around 0": sp.exp(-rate.subs(S_1, 0)),
        "miss: ten times as many": sp.exp(-10 * rate),
    },
)
