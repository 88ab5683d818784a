"""L17.2: how large a random sparse lift with two hidden layers must be to reach low loss with high probability."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Remark
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.no_guarantee import guaranteed, unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import (
    ALLOWED,
    BOUND_OF_COPIES,
    CHANCE,
    THEOREM,
    TRAINED,
    F,
    P,
    delta,
    size,
    smallest,
    x,
)
from sparse_limits.theory.lifts.copies import COPIES, UNITS, M
from sparse_limits.theory.lifts.coverage import REGION, m, omega, q, r
from sparse_limits.theory.lifts.degrees import DEGREE, SPARSE, WIDTH, lam, n
from sparse_limits.theory.lifts.isolated import isolated_at_least, isolated_mean, isolated_variance
from sparse_limits.theory.lifts.isolated_tails import V, cantelli, increasing_from, mu, poisson_degree
from sparse_limits.theory.lifts.wide_lifts import efron_stein
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NOTHING_BEYOND, Hypothesis, Quantity

HALF = sp.Rational(1, 2)
G = sp.Symbol("G", nonnegative=True)  # the bound of F by the mean and the variance

children = sp.Symbol("c", positive=True, integer=True)  # of a unit with two hidden layers


def of_children(law: sp.Expr) -> sp.Expr:
    """A law of L11.2 or L11.4, whose r counts the children of a root."""
    return valued(law, {r: children, m: M})


mean, variance = of_children(isolated_mean.args[-1].expr), of_children(isolated_variance)  # the first for λ ≤ n
sparse_degree, rising_from = of_children(poisson_degree), of_children(increasing_from)
spread = sp.Piecewise((mu, lam <= sparse_degree), (variance, True))


def by_moments(bound: sp.Expr) -> sp.Expr:
    """A formula in the mean μ of M′ and in V, which is not less than its variance."""
    return guaranteed(Let(bound, [(mu, mean), (V, spread)]), lam <= n, children <= n, M >= 1)


def where_copies_are_had(value: sp.Expr) -> sp.Expr:
    """The value, where there are copies at some width; none elsewhere."""
    return guaranteed(value, M >= 1, q > 0, lam > 0, omega > 0)


def smallest_from(failure: sp.Expr, degrees: sp.Expr, called: sp.Symbol) -> sp.Expr:
    """The smallest size with so small a probability of failure from some width on; none where there are no copies to be had."""
    start = sp.Max(children, sp.ceiling(degrees))
    return where_copies_are_had(smallest(failure, start, called))


two_layer_failure = Let(r * (1 - P), [(P, of_children(isolated_at_least))])
by_cantelli = guaranteed(r * unconditional(of_children(cantelli)), mu > M - 1)
cantelli_failure = by_moments(by_cantelli)
TWO_LAYER_SIZES = {
    "exact": smallest_from(two_layer_failure, lam, F),
    "cantelli": smallest_from(cantelli_failure, rising_from, G),
}
two_layer_size, cantelli_size = TWO_LAYER_SIZES.values()

STEPS = proof(
    r"""
enough copies (by L16.1): If each unit has $M$ isolated copies, (B1) gives $L(t)\le B(M)$ for all $t\ge T$, since the cells of isolated
copies are disjoint from all others.

isolated cells (from enough copies; by L16.2): As these copies are isolated, $B(M)$ may also be the bound of (B2).

isolated copies (by L11.2): The law of the number $M'$ of isolated copies of a unit is known at every width.

all units (from isolated cells, isolated copies; by union bound): At least one of the $r$ units has fewer than $M$ isolated copies with
probability at most $[[two_layer_failure]]$.

exact size (from all units; a definition): $[[two_layer_size]]$ denotes the number that a search finds. From the first number in this
expression on, the search doubles its step until the bound is at most $\delta$, and then halves the step. At the number found the bound is
at most $\delta$, and at one vertex fewer it is not, unless the search starts there.

lower tail (from all units; by L11.4 for factorial moments, cantelli): Let $\mu$ be the mean of $M'$, and let $V=\mu$ for
$\lambda\le[[sparse_degree]]$ and $V=\mathrm{Var}M'$ otherwise. Where $\mu>M-1$, the bound is at most $[[cantelli_failure]]$.

wider lifts (from lower tail; by L11.4 for increasing_from, lower_tail): For $\lambda\le[[sparse_degree]]$, from $\max(c,[[rising_from]])$
on, this last bound does not increase with $n$, and $\mu$ does not decrease.

size by the mean (from wider lifts; by monotonicity): So for these $\lambda$ the bound is at most $\delta$ from $[[cantelli_size]]$ on, and
for other degrees the same holds at this number.
""",
    globals(),
)

two_layer_convergence = Claim(
    label="L17.2",
    title="Random sparse lifts with two hidden layers reach low loss with high probability",
    headline=r"Random sparse lifts with two hidden layers obey the bounds of L16.1 and L16.2 for $M$ isolated copies of each of $r$ units, except with probability at most $r\,P(M'<M)$, where $M'$ counts those of one unit.",
    statement=r"""
**Setting.** Let a random sparse lift with two hidden layers of $n$ vertices and expected degree $\lambda$ train by gradient flow from the
readout $0$. Compare it with a witness of $r$ units, each with $c$ children of types of probability $q$ each and with top weights in a region
of probability $\omega$; the types of different units are disjoint. Let $B(M)$ be the bound (B1) or (B2) of L16.1 and L16.2 for $M\ge1$
isolated copies within $\rho_0$ of each unit, at a time $T$ that satisfies its condition. Let $M'$ be the number of isolated copies of a
unit (L11.2).

**The bound.** Then $P(L(t)\le B(M)\text{ for all }t\ge T)$ is at least $1-F$ with
$$F=r\,P(M'<M)=[[two_layer_failure]],$$ and $F\le G$ with $$G=[[cantelli_failure]].$$

**Enough vertices.** $F$ need not decrease with $n$. So its *size*, written $$[[two_layer_size]],$$ denotes the number that a search finds.
Starting from $n=\max(c,\lceil\lambda\rceil)$ the search doubles its step until the bound is at most $\delta$, and then halves the step. The
number found is enough, and one fewer is not, unless the search starts there. It need not be the smallest number that is enough, and a larger
number need not be enough. $G$ is at most $\delta$ at $$[[cantelli_size]],$$ and, if $\lambda\le\frac{1+c^2}{2c}$, at all larger $n$.
""",
    steps=STEPS,
    source=THEOREM,
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        WIDTH.drawn_from(450, 500),
        COPIES.drawn_from(1, 2),
        replace(UNITS, within=COUNT_FROM_ZERO, drawn=(0, 2)),
        Quantity(children, "number of children of a unit with two hidden layers", COUNT, drawn=(1, 2)),
        CHANCE,
        DEGREE.drawn_from(sp.Rational(1, 2), sp.Rational(3, 4)),
        REGION.drawn_from(sp.Rational(3, 4), 1),
        ALLOWED,
    ),
    hypotheses=(
        TRAINED,
        Hypothesis(
            "disjoint types of children have together a probability of at most one",
            children * q <= 1,
            convention=NOTHING_BEYOND,
        ),
        Hypothesis("edges and weights are independent"),
        SPARSE,
    ),
    named={
        "p": lam / n,
        "F": two_layer_failure,
        "G": cantelli_failure,
        r"\mu": mean,
        r"\mathrm{Var}M'": variance,
        "V": spread,
        "C": by_cantelli,
        "g": sp.Lambda(x, where_copies_are_had(x)),
    },
    symbols={
        **BOUND_OF_COPIES,
        "M'": "number of isolated copies of a unit",
        "i": "index of summation",
    },
    remarks=(
        Remark(
            r"For one unit with one child, $\omega q=1$, the probability of failure is $0$ at $n=1$ and $\frac58$ at $n=2$ for "
            r"$M=\lambda=1$, and rises from $\frac{119}{128}$ at $n=2$ to $\frac{61}{64}$ at $n=3$ for $M=2$, $\lambda=\frac32$.",
            "failures_can_rise_with_the_width",
        ),
        Remark(
            r"Sampled lifts with 16 vertices a layer hold fewer than $M$ isolated copies of one unit as often as $F$ says, for $M=1$ and "
            r"$2$: on this number of copies the probability rests, and no lift is trained for it.",
            "isolated_copies_fall_short",
        ),
        Remark(
            r"Lifts with two hidden layers are trained in L16.1 and compared with (B1) there. A trained lift may satisfy $B(M)$ without "
            r"having the copies. So a count of the lifts that violate it could not refute a failure probability smaller than that of "
            r"too few copies."
        ),
    ),
    aids={"mean": mean, "variance": variance},
    sharp=(
        Sharp(
            expression="two_layer_failure",
            example="one unit, which has fewer than $M$ isolated copies with that probability",
            check="failures_can_rise_with_the_width",
        ),
    ),
    loose=(
        Loose(
            expression="cantelli_failure",
            truth="two_layer_failure",
            at=tuple({n: width, M: 2, r: 1, children: 1, q: HALF, lam: HALF, omega: 1} for width in (40, 80)),
            lost="in Cantelli's inequality, which uses only two moments, and in using the mean for the variance",
        ),
        Loose(
            expression="cantelli_size",
            truth="two_layer_size",
            at=tuple(
                {delta: sp.Rational(1, x), M: 2, r: 1, children: 1, q: HALF, lam: HALF, omega: 1} for x in (4, 10, 50)
            ),
            lost="in Cantelli's inequality: its bound decreases like the inverse of the mean, the probability exponentially",
        ),
    ),
    wrong=lambda: {
        "sparse_degree: the best degree": children / (children + 1),
        "rising_from: from the degree on": lam,
        "rising_from: one degree": (children + 1) * lam,
        "two_layer_failure: cells need not be isolated": valued(two_layer_failure, {lam: 2 * lam}),
        "two_layer_failure: one copy more": valued(two_layer_failure, {M: M + 1}),
        "two_layer_failure: one unit": two_layer_failure.subs(r, 1),
        "two_layer_failure: one vertex fewer": valued(two_layer_failure, {n: n - 1}),
        "two_layer_failure: one copy fewer": valued(two_layer_failure, {M: M - 1}),
        "cantelli_failure: one unit by Cantelli": valued(cantelli_failure, {r: 1}),
        "cantelli_failure: Chebyshev": by_moments(r * V / (mu - M + 1) ** 2),
        "cantelli_failure: Chebyshev at half the mean, four times as wide": by_moments(4 * r * V / mu**2),
        "cantelli_failure: Efron–Stein, thousands of times as wide": by_moments(4 * r * efron_stein / mu**2),
        "cantelli_failure: fewer than M − 1": valued(cantelli_failure, {M: M - 1}),
        "cantelli_failure: always as if Poisson": by_moments(r * mu / (mu + (mu - M + 1) ** 2)),
        "two_layer_size: one more": TWO_LAYER_SIZES["exact"] + 1,
        "two_layer_size: one unit": TWO_LAYER_SIZES["exact"].subs(r, 1),
        "two_layer_size: any copies, isolated or not": size,
        "two_layer_size: Cantelli's": TWO_LAYER_SIZES["cantelli"],
        "cantelli_size: one more by Cantelli": TWO_LAYER_SIZES["cantelli"] + 1,
        "cantelli_size: one less by Cantelli": TWO_LAYER_SIZES["cantelli"] - 1,
        "cantelli_size: 0 without copies": TWO_LAYER_SIZES["cantelli"].args[0].expr,
        "mean: negative": -mean,
        "mean: edges that are there for certain": mean * (n / lam) ** children,
    },
)
