"""K11.3: the metrics of the spectrum of a sphere, and their direction as inputs disappear."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.kernel import circle
from sparse_limits.theory.kernel.sphere import (
    HALF_DEGREE,
    KEPT,
    by_gammas,
    ell,
    half_degree,
    k,
    sphere_eigenvalue,
    wallis,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis
from sparse_limits.theory.reasons import Relations, holds, induction, nonnegative, same

_gammas = (sp.gamma(k / sp.Integer(2)) / sp.gamma((k + 1) / sp.Integer(2))) ** 2
first = (k + 1) * _gammas / (2 * sp.pi)
second_even = (3 * k + 1) / (k + 1) ** 3 * first
trace_ratio = 4 * sp.pi / ((k + 1) * _gammas)
gap_ratio = k * (k + 1) * _gammas / (2 * sp.pi)
top_energy = sp.Piecewise(
    (1, sp.Eq(k, 1)),
    (circle.top_energy, sp.Eq(k, 2)),
    (sp.Rational(101, 128), sp.Eq(k, 3)),
    ((k + 1) * _gammas / (4 * sp.pi) + 2 / k, True),
)
few_inputs = sp.ImmutableMatrix([[top_energy.subs(k, number) for number in (1, 2, 3, 4)]])

neighbours = (k + 1) * (k + 2) / (sp.pi**2 * k**2)
two_apart = (k + 1) ** 3 / (k**2 * (k + 3))
odd_first = (half_degree + 1) / ((2 * half_degree + 1) * wallis)
limit = 1 / sp.pi
ratio_fall = (k + 1) ** 5 * (k + 4) / (k**2 * (k + 2) ** 3 * (k + 3))
ratio_rise = (k + 1) ** 4 * (k + 4) / (k * (k + 2) ** 4)

STEPS = proof(
    r"""
list (by K11.2 for sphere_eigenvalue, multiplicity, fall_ratio): The eigenvalues are $\lambda_0$, once, $\lambda_1=\frac1k$, $k$ times, and
those of even $\ell\ge2$, which decrease from $\lambda_0$ on. For $k=1$ they are $1$ and $1$.

first (from list): $\lambda_0=[[first]]$, which is $1$ at $k=1$.

neighbours (from first): The product of $\lambda_0$ at $k$ and $\lambda_0$ at $k+1$ is $[[neighbours]]$, as the Gamma functions cancel.

two apart (from neighbours): So $\lambda_0$ at $k$ is $[[two_apart]]$ times its value at $k+2$.

odd numbers (from first): At $k=2j+1$, $\lambda_0=[[odd_first]]$, where the denominator contains the product of $\frac{4i^2}{4i^2-1}$ up to
$i=j$.

Wallis (by Wallis): This product tends to $\frac\pi2$.

limit (from neighbours, odd numbers, Wallis): Along odd $k$, and hence by *neighbours* along all, $\lambda_0\to[[limit]]$.

falls (from two apart, limit): The ratio of $\lambda_0$ at $k$ to its value at $k+1$ tends to $1$. At $k$ this ratio is $[[ratio_fall]]>1$
times its value at $k+2$. So it is above $1$, and $\lambda_0$ falls.

rises (from falls): Likewise the ratio of $k\lambda_0$ at $k$ to its value at $k+1$ tends to $1$ and is $[[ratio_rise]]<1$ times its value
at $k+2$. So it is below $1$, and $k\lambda_0$ rises.

second even degree (from list, first, falls, rises): $\lambda_2=[[second_even]]\le\frac1k\le\lambda_0$: as $\lambda_0$ falls it is at most
$1$, and as $k\lambda_0$ rises it is at least $1$.

trace (by trace): The sum of the eigenvalues is the mean of the kernel at equal inputs, $\kappa_0+\kappa_1=2$.

ratios (from first, second even degree, trace): So in descending order $\mathrm{tr}/\lambda_{(1)}=[[trace_ratio]]$ and
$\lambda_{(1)}/\lambda_{(2)}$ is $[[gap_ratio]]$.

five largest (from falls, second even degree, trace): From $k=4$ on, the five largest eigenvalues are $\lambda_0$ and four times $\frac1k$,
and their sum falls, as both do. Below, eigenvalues of $\ell=2$ are among the five. Their share of the trace is $[[top_energy]]$. At
$k=1,\dots,4$ it has the values $[[few_inputs]]$, which fall too.
""",
    globals(),
)

v = sp.Symbol("v", integer=True, nonnegative=True)


def by_ratio(one: sp.Expr, other: sp.Expr) -> sp.Expr:
    """The quotient, its Gamma functions cancelled."""
    return sp.gammasimp(one / other)


def odd_numbers_have_products(first: sp.Expr, odd_first: sp.Expr) -> Relations:
    """At k = 2j + 1; and the rational factor over the product, from one j to the next."""
    yield same(odd_first, first.subs(k, 2 * half_degree + 1), by=by_gammas)
    yield holds(odd_first.subs(half_degree, 1) == sp.Rational(1, 2), "½ at three inputs")
    factor, i = (2 * half_degree + 1) / (half_degree + 1), half_degree + 1
    yield induction(
        odd_first * factor, half_degree, sp.S.One, lambda term: term * (4 * i**2 - 1) / (4 * i**2), by=by_gammas
    )


def limits_follow_wallis(neighbours: sp.Expr, odd_first: sp.Expr, limit: sp.Expr) -> Relations:
    """The rational factor in the limit, over π/2; and the limit of the products of neighbours is its square."""
    factor = sp.cancel(odd_first * wallis)
    yield same(sp.limit(factor, half_degree, sp.oo) / (sp.pi / 2), limit)
    yield same(sp.limit(neighbours, k, sp.oo), limit**2)


def first_falls(two_apart: sp.Expr, limit: sp.Expr, ratio_fall: sp.Expr) -> Relations:
    """From two ratios of numbers two apart; it is more than 1 by a fraction of positive terms. In the limit it is 1."""
    yield same(ratio_fall * two_apart.subs(k, k + 1), two_apart, by=sp.cancel)
    gap = ratio_fall - 1
    numerator, denominator = map(sp.expand, sp.fraction(sp.together(gap)))
    yield nonnegative(gap, numerator / denominator, by=sp.cancel)
    yield same(limit / limit.subs(k, k + 1), 1)


def multiples_of_the_first_rise(ratio_fall: sp.Expr, ratio_rise: sp.Expr) -> Relations:
    """With the ratio of k to k + 1, over that of k + 2 to k + 3; it is less than 1 by a fraction of positive terms."""
    multiples = (k / (k + 1)) / ((k + 2) / (k + 3))
    yield same(ratio_rise, ratio_fall * multiples, by=sp.cancel)
    gap = (1 - ratio_rise).subs(k, v + 1)
    numerator, denominator = map(sp.expand, sp.fraction(sp.together(gap)))
    yield nonnegative(gap, numerator / denominator, by=sp.cancel)
    yield same(sp.limit(multiples, k, sp.oo), 1)


def second_even_degree_is_below(first: sp.Expr, second_even: sp.Expr) -> Relations:
    """The eigenvalue at degree 2; as the first is at most 1, 1/k exceeds it by at least (k³ + 2k + 1)/k(k + 1)³."""
    yield same(second_even.subs(k, k + 1), sphere_eigenvalue.subs(ell, 2).subs(k, k + 1), by=by_gammas)
    share = by_ratio(second_even, first)
    yield nonnegative(1 / k - share, (k**3 + 2 * k + 1) / (k * (k + 1) ** 3), by=sp.cancel)
    yield same(first.subs(k, 1), 1)


sphere_metrics = Claim(
    label="K11.3",
    title="Under collapse both ratios of the spectrum fall, and the share of the largest rises",
    statement=r"""
Let the spectrum of K11.2 (for $k=1$ that of two points, $1$ and $1$) have the eigenvalues $\lambda_{(1)}\ge\lambda_{(2)}\ge\dots$ in
descending order. Its metrics are
$$\frac{\mathrm{tr}}{\lambda_{(1)}}=[[trace_ratio]],\qquad\frac{\lambda_{(1)}}{\lambda_{(2)}}=[[gap_ratio]],\qquad\text{share of the five largest}=[[top_energy]].$$
They run from $2$, $1$ and $1$ at one input to $2\pi$, $\frac k\pi(1+o(1))$ and $\frac1{2\pi}$ at many inputs, each
monotonically: under collapse $\mathrm{tr}/\lambda_{(1)}$ and $\lambda_{(1)}/\lambda_{(2)}$ both *fall*, and the share rises.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "that spectra collapse is reported second-hand, not in the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(KEPT, HALF_DEGREE),
    hypotheses=(Hypothesis("the hypotheses of K11.2"),),
    because={
        "first": lambda first: (same(first, sphere_eigenvalue.subs(ell, 0), by=by_gammas), same(first.subs(k, 1), 1)),
        "neighbours": lambda first, neighbours: same(neighbours, first * first.subs(k, k + 1), by=by_gammas),
        "two apart": lambda neighbours, two_apart: same(
            two_apart * neighbours.subs(k, k + 1), neighbours, by=sp.cancel
        ),
        "odd numbers": odd_numbers_have_products,
        "limit": limits_follow_wallis,
        "falls": first_falls,
        "rises": multiples_of_the_first_rise,
        "second even degree": second_even_degree_is_below,
        "ratios": lambda first, trace_ratio, gap_ratio: (
            same(first, 2 / trace_ratio, by=by_gammas),
            same(gap_ratio, first * k, by=by_gammas),
        ),
    },
    wrong=lambda: {
        "trace_ratio: λ₁ = λ₂": 2 * k,
        "gap_ratio: falling with k": 1 / gap_ratio,
        "top_energy: each eigenvalue once": 1 / trace_ratio + 1 / (2 * k),
        "first: of one input more": first.subs(k, k + 1),
        "first: its limit": limit,
        "neighbours: its limit": limit**2,
        "neighbours: one input more": neighbours.subs(k, k + 1),
        "two_apart: its inverse": 1 / two_apart,
        "two_apart: none": sp.S.One,
        "odd_first: its inverse": 1 / odd_first,
        "odd_first: one factor more": odd_first.subs(half_degree, half_degree + 1),
        "ratio_fall: its inverse": 1 / ratio_fall,
        "ratio_fall: of two apart": two_apart,
        "limit: another limit": 1 / k,
        "ratio_rise: its inverse": 1 / ratio_rise,
        "ratio_rise: without k": ratio_fall,
        "second_even: as the first": first,
        "second_even: of one input more": second_even.subs(k, k + 1),
        "few_inputs: from two inputs on": sp.ImmutableMatrix([[top_energy.subs(k, i) for i in (2, 3, 4, 5)]]),
        "few_inputs: all of it": sp.ones(1, 4).as_immutable(),
    },
)
