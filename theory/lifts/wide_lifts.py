"""L11.3: copies of a witness in wide random sparse lifts, and how far their number spreads."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.lifts.coverage import ALL_DISJOINT, DISJOINT, REGION, TYPE, TYPES, i, omega, q, r
from sparse_limits.theory.lifts.degrees import DEGREE, SPARSE, WIDTH, lam, n
from sparse_limits.theory.lifts.isolated import (
    ISOLATED,
    expected_copies,
    factorial_moment,
    isolated_mean,
    isolated_variance,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same

copies_rate = omega * lam**r * sp.exp(-lam) * q**r
isolated_rate = omega * lam**r * sp.exp(-lam * (1 + r)) * q**r
best_lambda = r / (r + 1)
pair_ratio = (1 - 1 / n) * sp.ff(n - r, r) / sp.ff(n, r) * (1 - lam / n) ** (-2 * r)
factor = (n - r - i) / (n - i)
excess = 2 * r * lam - 1 - r**2
dispersion = 1 - (1 + r**2 - 2 * r * lam) * isolated_rate  # Var M'/EM'
variance_rate = isolated_rate * dispersion

steepest, flattest = 1 - 1 / sp.sqrt(2), 1 + 1 / sp.sqrt(2)  # where it is extreme for one child, ωq = 1
at_one_child = dispersion.subs({r: 1, q: 1, omega: 1})
slope = -4 * sp.exp(-2 * lam) * (lam - steepest) * (lam - flattest)
least_dispersion, most_dispersion = (at_one_child.subs(lam, sp.expand(place)) for place in (steepest, flattest))
most_below = (1 + r**2) / ((1 + r) * sp.E) ** r
most_above = 2 * r ** (1 - r) * sp.exp(-1 - r)

change_of_root = 1 + 6 * lam + 4 * lam**2
efron_stein = n * (1 + 3 * lam + 2 * lam**2)

STEPS = proof(
    r"""
exact means (by L11.2): $EM$, $EM'$ and $E(M')_2$ are known at every width.

rates (from exact means): $EM/n\to[[copies_rate]]$ and $EM'/n\to[[isolated_rate]]$: this holds for $r=1$, and one more child multiplies $EM$
and $EM'$ by numbers that tend to $\lambda q$ and to $\lambda qe^{-\lambda}$.

best degree (from rates): The logarithm of the second rate has the derivative $\frac r\lambda-1-r$, which falls, and is $0$ at
$\lambda=[[best_lambda]]$.

two of them (from exact means): $E(M')_2=(EM')^2\,[[pair_ratio]]$, for $2r\le n$, $n\ge2$ and $0<\lambda<n$.

factors: $(n-r)_r/(n)_r$ is the product of the numbers $[[factor]]$ for $i=0,\dots,r-1$.

first order (from two of them, factors): So the factor of $(EM')^2$ is $1+\frac cn+O(n^{-2})$ with $c=[[excess]]$: each of the $r$ numbers
is $1-\frac rn$ to first order.

variance (from rates, first order): $\mathrm{Var}M'/n=EM'/n+(EM'/n)^2\,n(\frac{E(M')_2}{(EM')^2}-1)$ tends to $[[variance_rate]]$, which is
$\mu+c\mu^2$ for the rate $\mu$ of isolated copies.

dispersion (from variance): So $\mathrm{Var}M'/EM'\to[[dispersion]]$ if $\mu>0$.

one child (from dispersion): For $r=1$ and $\omega q=1$ the derivative of the dispersion is $[[slope]]$. The dispersion falls from $1$, at
$\lambda=0$, to the first point where its derivative is $0$, rises to the second, and falls back to $1$.

more children (by Jensen): For disjoint types $\sum q_i\le1$, so that the product of the $q_i$ is at most $r^{-r}$ (the logarithm is
concave), and $\omega\le1$.

largest differences (from rates, best degree, dispersion, more children): So $(1+r^2)\mu\le[[most_below]]$, attained at the best degree, and
$2r\lambda\mu\le[[most_above]]$, attained at $\lambda=1$. The dispersion can be below $1$ by at most the former, and above it by at most the
latter.

extremes (from one child, largest differences): Both bounds fall as $r$ grows, and at $r=2$ they are less than the differences for one
child. So the least and the largest value are $[[least_dispersion]]$ and $[[most_dispersion]]$, those of one child. Both values are
positive. So if $\mu>0$, $\mathrm{Var}M'$ is of order $n$. If $\omega q<1$, the dispersion of one child has only a fraction of the
difference from $1$.

one piece anew (cited: Steele, Ann. Statist. 14 (1986) 753, without the symmetry that Efron and Stein asked for: the variance of a function
of independent variables of one law (pieces of different laws are functions of such) is at most half the sum of the mean squares of its
changes, one variable being drawn anew): The lift consists of $2n$ independent pieces: the edges from the inputs to a vertex of the first
layer, or the edges into a root, each with their weights. So $\mathrm{Var}M'\le\frac12\sum E\Delta^2$, where $\Delta$ is the change of $M'$
if one piece is drawn anew.

a vertex anew (from one piece anew; by triangle inequality): A vertex of the first layer is in at most one isolated cell, and no other
isolated cell changes. So $|\Delta|\le1$.

a root anew (from one piece anew; by triangle inequality): A root that is connected to $A'$ instead of $A$ changes its own cell and, for
each vertex of $A\cup A'$, at most the one other cell that contains this vertex while the root is not connected to it. So
$|\Delta|\le1+|A|+|A'|$.

mean square (from a root anew): $|A|$ and $|A'|$ are independent and binomial, so that the mean square of this bound is at most
$[[change_of_root]]$.

all pieces (from a vertex anew, mean square): Half the sum over $n$ vertices and $n$ roots is $[[efron_stein]]$.
""",
    globals(),
)

x = sp.Symbol("x", positive=True)  # 1/n


degree = sp.Symbol("lambda", positive=True)


def rate_rises_and_falls(isolated_rate: sp.Expr, best_lambda: sp.Expr) -> Relations:
    """The derivative of the logarithm is 0 there, and falls by r/λ²."""
    rise = sp.diff(sp.expand_log(sp.log(isolated_rate.subs(lam, degree)), force=True), degree)
    yield same(rise, r / degree - (1 + r), by=sp.expand)
    yield same(r / best_lambda, 1 + r, by=sp.cancel)
    yield nonnegative(-sp.diff(rise, degree), r / degree**2)


def products_have_these_factors(factor: sp.Expr) -> Relations:
    """(n − r)_i/(n)_i, from i children to i + 1."""
    product = sp.ff(n - r, i) / sp.ff(n, i)
    apart = {sp.ff(n - r, i + 1): sp.ff(n - r, i) * (n - r - i), sp.ff(n, i + 1): sp.ff(n, i) * (n - i)}
    cancel = lambda gap: sp.cancel(gap.subs(apart))  # noqa: E731
    yield induction(product, i, sp.S.One, lambda term: term * factor, by=cancel)


def ratios_have_this_first_order(pair_ratio: sp.Expr, factor: sp.Expr, excess: sp.Expr) -> Relations:
    """In x = 1/n: the derivatives at 0 of r such numbers, and of what is left of the ratio without their product."""
    rest = (pair_ratio * sp.ff(n, r) / sp.ff(n - r, r)).subs(n, 1 / x)
    one = sp.cancel(factor.subs(n, 1 / x))
    yield same(excess, (sp.diff(rest, x) + r * sp.diff(one, x)).subs(x, 0))
    yield same(rest.subs(x, 0), 1)
    yield same(one.subs(x, 0), 1)


def one_child_turns_twice(dispersion: sp.Expr, slope: sp.Expr) -> Relations:
    """Its derivative; 1 at both ends. Signs before, between and after the two places."""
    one = dispersion.subs({r: 1, q: 1, omega: 1})
    yield same(slope, sp.diff(one, lam), by=sp.expand)
    for end in (0, sp.oo):
        yield same(sp.limit(one, lam, end), 1)
    y = sp.Symbol("y", nonnegative=True)
    first, second, apart = 1 - 1 / sp.sqrt(2), 1 + 1 / sp.sqrt(2), sp.sqrt(2)
    rise = slope * sp.exp(2 * lam)
    yield nonnegative(-rise, 4 * (y / (1 + y) * first + apart) * first * y / (1 + y), where={lam: first / (1 + y)})
    yield nonnegative(rise, 8 * y / (1 + y) ** 2, where={lam: (first + second * y) / (1 + y)})
    yield nonnegative(-rise, 4 * y * (y + apart), where={lam: second + y})


def mean_squares_are_binomial(change_of_root: sp.Expr) -> Relations:
    """|A| + |A'| is binomial of 2n trials: the mean of (1 + |A| + |A'|)² from its generating function lacks 2λ²/n."""
    s = sp.Symbol("s", positive=True)
    law = s * (1 - lam / n + lam / n * s) ** (2 * n)
    square = sp.simplify(sp.diff(s * sp.diff(law, s), s).subs(s, 1))
    yield nonnegative(change_of_root - square, 2 * lam**2 / n)


copies_in_wide_lifts = Claim(
    label="L11.3",
    title="Coverage of wide lifts: rates and dispersion of isolated copies",
    headline=r"In wide lifts the numbers of copies and of isolated copies grow linearly in the width. With $r$ children, isolated copies are most frequent at mean degree $\lambda=[[best_lambda]]$, and their number is not quite Poisson.",
    statement=r"""
In the lifts of L11.2 let $n\to\infty$ with $\lambda$ fixed. Then $EM/n\to[[copies_rate]]$ and $EM'/n\to\mu=[[isolated_rate]]$. The rate
$\mu$ of isolated copies is largest at $\lambda=[[best_lambda]]$.

**Dispersion.** Moreover, $$\mathrm{Var}M'/n\to[[variance_rate]].$$ So if $\mu\ne0$, $\mathrm{Var}M'$ is of order $n$ and
$\mathrm{Var}M'/EM'\to[[dispersion]]$, whereas this ratio is 1 for a Poisson law. Its limit lies between $[[least_dispersion]]$ and
$[[most_dispersion]]$. Both are attained for $r=1$ and $\omega q=1$, at $\lambda=1\mp\frac1{\sqrt2}$. If $\mu$ is small, $M'$ is in this
respect close to a Poisson variable.

**For any laws** of types and weights, whatever makes a root and its children a copy, $\mathrm{Var}M'\le[[efron_stein]]$.
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "abstract (random graph theory); beyond the text seen"),
    provenance=Provenance.EXTENSION,
    quantities=(
        WIDTH.drawn_from(9, 14),
        DEGREE.drawn_from(sp.Rational(1, 4), 3),
        REGION.drawn_from(sp.Rational(1, 4), 1),
        TYPE.drawn_from(sp.Rational(1, 20), sp.Rational(3, 10)),
        TYPES,
        Quantity(i, "number of children that are placed", COUNT_FROM_ZERO, drawn=(0, 3)),
    ),
    hypotheses=(
        Hypothesis("edges and weights are independent, edges between two layers of one probability"),
        SPARSE,
        DISJOINT,
        ALL_DISJOINT,
    ),
    named={r"\mu": isolated_rate},
    symbols={
        "M": "number of copies of the witness",
        **ISOLATED,
    },
    aids={
        "expected_copies": expected_copies,
        "isolated_mean": isolated_mean,
        "factorial_moment": factorial_moment,
        "isolated_variance": isolated_variance,
    },
    loose=(
        Loose(
            expression="efron_stein",
            truth="isolated_variance",
            at=tuple({n: width, lam: sp.Rational(1, 2), r: 1, q: sp.Rational(1, 2), omega: 1} for width in (20, 200)),
            lost=r"in changes of one piece, which are counted as if each of its edges made or ended a copy; the bound holds for all laws of the cells, and does not depend on $q$, $\omega$",
            order=r"by *variance*, for fixed $\lambda,q,\omega>0$: both grow like $n$",
        ),
    ),
    sharp=(
        Sharp(
            expression="least_dispersion",
            example=r"$r=1$, $\omega q=1$ and $\lambda=1-\frac1{\sqrt2}$",
            check="dispersion_lies_between_its_extremes",
            side=Side.BELOW,
        ),
        Sharp(
            expression="most_dispersion",
            example=r"$r=1$, $\omega q=1$ and $\lambda=1+\frac1{\sqrt2}$",
            check="dispersion_lies_between_its_extremes",
        ),
    ),
    because={
        "best degree": rate_rises_and_falls,
        "factors": products_have_these_factors,
        "first order": ratios_have_this_first_order,
        "variance": lambda isolated_rate, excess, variance_rate: same(
            variance_rate, isolated_rate + excess * isolated_rate**2, by=sp.expand
        ),
        "dispersion": lambda isolated_rate, variance_rate, dispersion: same(
            dispersion * isolated_rate, variance_rate, by=sp.expand
        ),
        "one child": one_child_turns_twice,
        "mean square": mean_squares_are_binomial,
        "all pieces": lambda change_of_root, efron_stein: same(efron_stein, n * (1 + change_of_root) / 2, by=sp.expand),
    },
    wrong=lambda: {
        "copies_rate: at least r children": copies_rate * sp.exp(lam),
        "copies_rate: types forgotten": copies_rate / q**r,
        "isolated_rate: every copy is isolated": copies_rate,
        "isolated_rate: one child isolated": isolated_rate * sp.exp((r - 1) * lam),
        "best_lambda: the best for all copies": r,
        "best_lambda: one": sp.S.One,
        "variance_rate: Poisson": isolated_rate,
        "variance_rate: roots that do not meet": isolated_rate * (1 - isolated_rate),
        "dispersion: Poisson": sp.Integer(1),
        "dispersion: roots that do not meet": 1 - isolated_rate,
        "dispersion: every copy is isolated": 1 - (1 + r**2 - 2 * r * lam) * copies_rate,
        "efron_stein: a root's own cell alone": n,
        "change_of_root: only the vertices it loses": 1 + 3 * lam + lam**2,
        "change_of_root: in-degrees without fluctuation": (1 + 2 * lam) ** 2,
        "pair_ratio: independent copies": sp.S.One,
        "pair_ratio: roots in common": pair_ratio / (1 - 1 / n),
        "pair_ratio: absent edges counted twice": pair_ratio * (1 - lam / n) ** (2 * r),
        "factor: as if children were drawn anew": 1 - r / n,
        "factor: one child on": factor.subs(i, i + 1),
        "factor: as if no child were taken": sp.S.One,
        "excess: children of one root only": 2 * r * lam - 1 - r,
        "excess: isolation forgotten": -1 - r**2,
        "excess: one degree": r * lam - 1 - r**2,
        "slope: one place": slope / (lam - flattest),
        "slope: the other places": slope.subs(lam, lam / 2),
        "most_below: without the root": r**2 * most_below / (1 + r**2),
        "most_below: one type for all": r**r * most_below,
        "most_above: at the best degree": 2 * r ** (1 - r) * (r / (r + 1)) ** (r + 1) * sp.exp(-r),
    },
)
