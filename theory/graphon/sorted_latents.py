"""G3.3: the step function of a kernel's values at sorted random latents, beside the kernel."""

from fractions import Fraction
from math import comb

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.simplifying import over
from sparse_limits.theory.graphon.symbols import ANY_FAILURE, DEVIATION, delta, m, n, s
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, holds, nonnegative, same, vanishes
from sparse_limits.theory.saliency.snip_row_law import equal_concentration
from sparse_limits.theory.saliency.symbols import CHANCE, MEAN

cut = sp.Symbol("c", positive=True)  # the share of a variable where a kernel is no larger than some value
latents = sp.Symbol("j", integer=True, nonnegative=True)  # a number of latents up to ½

level_deviation = sp.sqrt(cut * (1 - cut) / m)
mean_sorted_error = (1 / sp.sqrt(m) + 1 / sp.sqrt(n)) / 2
tail = latents * sp.binomial(m, latents) / 2
step_error = sp.binomial(m, m / 2) / 2 ** (m + 1)
share = sp.sqrt(m) * sp.binomial(m, m / 2) / 2**m
rise = 1 / (m * (m + 2))
fall = 1 / (m + 2) ** 2
step_share = sp.sqrt(2 / sp.pi)
empirical_failure = 2 * sp.exp(-2 * n * s**2)
variable_error = sp.sqrt(sp.log(4 / delta) / (2 * n))
sorted_error = sp.sqrt(sp.log(4 / delta) / (2 * m)) + sp.sqrt(sp.log(4 / delta) / (2 * n))

# P(sup(F_n − id) > s), twice: exact for s ≥ ½, where F_n − id cannot exceed s on both sides
two_sides = 2 * sp.Sum(
    s * sp.binomial(n, latents) * (s + latents / n) ** (latents - 1) * (1 - s - latents / n) ** (n - latents),
    (latents, 0, sp.floor(n * (1 - s))),
)

STEPS = proof(
    r"""
one variable at a time (by triangle inequality): Let $Q$ be the quantile function of the latents of rows. $W_P$ is $W$ with $Q(x)$ in place
of $x$, and likewise for $y$: change first one of the variables, then the other.

distribution functions (from one variable at a time; by Fubini): For monotone $g$ with values in $[0,1]$,
$\int|g(Q(x))-g(x)|dx=\int_0^1|F_m(c(t))-c(t)|dt$ with $c(t)=|\{g\le t\}|$ and the distribution function $F_m$ of the $m$ latents: both
sides integrate $|1\{g(Q(x))\le t\}-1\{g(x)\le t\}|$ over $x$ and $t$, and $Q(x)\le c$ if and only if $x\le F_m(c)$.

deviation at a level (by Jensen): $E|F_m(c)-c|\le[[level_deviation]]$, the root of its mean square, as $mF_m(c)$ is binomial.

mean error (from distribution functions, deviation at a level): This is largest at $c=\frac12$. So the mean of the error is at most
$[[mean_sorted_error]]$, with one term for each variable.

Dvoretzky–Kiefer–Wolfowitz (cited: Massart, Ann. Probab. 18 (1990) 1269: the inequality of Dvoretzky, Kiefer and Wolfowitz holds with the
constant 2, for all s > 0): $P(\sup|F_n-\mathrm{id}|>s)\le[[empirical_failure]]$.

one variable (from Dvoretzky–Kiefer–Wolfowitz): This is $\frac\delta2$ at $s=[[variable_error]]$.

two failures (from distribution functions, one variable; by union bound): The integrals over $t$ are at most the largest $|F-\mathrm{id}|$.
The bounds for rows and for columns may fail with probability $\frac\delta2$ each.

sorted latents (from two failures): So the error is at most $[[sorted_error]]$, except with probability $\delta$.

telescope: $\sum_{i\ge j}(i-\frac m2)\binom mi=[[tail]]$: from $j$ to $j+1$ the sum falls by $(j-\frac m2)\binom mj$, and it is $0$ at
$j=m+1$.

step (from distribution functions, telescope): A step at $\frac12$ has the error $|F_m(\frac12)-\frac12|$. For even $m$ the mean of this
error is $[[step_error]]$, twice *telescope* at $j=\frac m2$, divided by $m2^m$. For $m=1$ it is $\frac12$, the whole term in $m$.

share (from mean error, step): This is the share $[[share]]$ of the term in $m$ of *mean error*.

rise (from share): From $m$ to $m+2$ the square of the share rises by the fraction $[[rise]]$ of itself.

fall (from share): The square of the share times $\frac{m+1}m$ falls by the fraction $[[fall]]$ of itself.

Wallis (from share; by Wallis): $\frac m{m+1}$ divided by the square of the share is the product of $\frac{4i^2}{4i^2-1}$ up to $i=\frac
m2$, which tends to $\frac\pi2$.

limit of the share (from rise, fall, Wallis): So the share tends to $[[step_share]]$ from below, and times $\sqrt{(m+1)/m}$ from above.
""",
    globals(),
)


def mean_deviation(size: int, level: Fraction) -> Fraction:
    """E|F(c) − c| for the empirical distribution function F of `size` uniform numbers, term by term."""
    weights = [comb(size, k) * level**k * (1 - level) ** (size - k) for k in range(size + 1)]
    return sum((abs(Fraction(k, size) - level) * weight for k, weight in enumerate(weights)), Fraction(0))


def squares_of_binomial_deviations(level_deviation: sp.Expr) -> Relations:
    """The mean of (k/m − c)² under the binomial law, term by term for up to five latents."""
    cases = []
    for size in range(1, 6):
        weights = [comb(size, k) * cut**k * (1 - cut) ** (size - k) for k in range(size + 1)]
        mean = sum((sp.Rational(k, size) - cut) ** 2 * weight for k, weight in enumerate(weights))
        cases.append((level_deviation.subs(m, size) ** 2, mean))
    yield at_sizes(cases, "numbers of latents")


def worst_level_is_a_half(level_deviation: sp.Expr, mean_sorted_error: sp.Expr) -> Relations:
    """The deviation at ½ for rows and columns; its square there is more by (c − ½)²/m."""
    half = level_deviation.subs(cut, sp.Rational(1, 2))
    yield same(mean_sorted_error, half + half.subs(m, n))
    yield nonnegative(half**2 - level_deviation**2, (cut - sp.Rational(1, 2)) ** 2 / m)


def mean_error_is_that_of_a_binomial(mean_sorted_error: sp.Expr, step_error: sp.Expr) -> Relations:
    """At most the largest binomial deviation, attained at size one; steps by enumeration of the law."""
    c = sp.Symbol("c", positive=True)
    variance = c * (1 - c) ** 2 + (1 - c) * c**2  # of 1{X ≤ c}
    (worst,) = sp.solve(sp.diff(variance, c), c)
    one = sp.sqrt(variance.subs(c, worst) / m)
    yield same(mean_sorted_error, one + one.subs(m, n))
    term = mean_sorted_error.subs(n, m) / 2
    for size in (1, 2, 5, 8):
        largest = max(mean_deviation(size, Fraction(k, 24)) for k in range(25))
        claimed = term.subs(m, size)
        yield holds(sp.Rational(largest) <= claimed, f"largest mean deviation {largest}, bound {claimed}")
        if size == 1:
            yield holds(sp.Rational(largest) == claimed, f"largest mean deviation {largest}, claimed {claimed}")
        if size % 2 == 0:
            at_half, stated = mean_deviation(size, Fraction(1, 2)), step_error.subs(m, size)
            yield holds(sp.Rational(at_half) == stated, f"step at ½: {at_half}, claimed {stated}")


def binomial_tails_telescope(tail: sp.Expr) -> Relations:
    """What it falls by from j to j + 1; that all of it is 0, and that it is 0 from m + 1 on."""
    falls = (latents - m / 2) * sp.binomial(m, latents)
    yield same(tail - tail.subs(latents, latents + 1), falls, by=over(sp.binomial(m, latents)))
    yield vanishes(tail.subs(latents, 0))
    yield vanishes(tail.subs(latents, m + 1))


def square_of_the_share_rises(share: sp.Expr, rise: sp.Expr) -> Relations:
    """The square of the share at m + 2."""
    square = share**2
    yield same(square.subs(m, m + 2), square * (1 + rise), by=over(square))
    yield nonnegative(rise, 1 / (m * (m + 2)), strict=True)


def square_of_the_larger_share_falls(share: sp.Expr, fall: sp.Expr) -> Relations:
    """The square of the share, (m + 1)/m times, at m + 2."""
    square = share**2 * (m + 1) / m
    yield same(square.subs(m, m + 2), square * (1 - fall), by=over(square))
    yield nonnegative(fall, 1 / (m + 2) ** 2, strict=True)


def share_is_a_product_of_wallis(share: sp.Expr, fall: sp.Expr, step_share: sp.Expr) -> Relations:
    """The inverse of the larger square is the first factor at m = 2 and gains the factor of i = m/2 + 1; all are π/2."""
    i = sp.Symbol("i", integer=True, positive=True)
    factor = 4 * i**2 / (4 * i**2 - 1)
    yield same(1 / (share**2 * (m + 1) / m).subs(m, 2), factor.subs(i, 1))
    yield same(1 / (1 - fall), factor.subs(i, m / 2 + 1))
    yield same(1 / step_share**2, sp.pi / 2)


sorted_latents = Claim(
    label="G3.3",
    title="A monotone kernel at sorted random latents",
    headline=r"Let $W:[0,1]^2\to[0,1]$ be nondecreasing in each variable, and let the step function $W_P$ have its values at $m$ sorted uniform latents of rows and $n$ of columns. This bound is sharp in order: $$E\|W_P-W\|_1\le[[mean_sorted_error]].$$",
    statement=r"""
Let $W:[0,1]^2\to[0,1]$ be nondecreasing in each variable, and let $W_P$ be constant on each cell of a uniform $m\times n$ grid, with the
values of $W$ at sorted iid uniform latents. Then $\|W_P-W\|_1$ has mean at most $[[mean_sorted_error]]$. With probability at least
$1-\delta$ it is at most $[[sorted_error]]$, since $P(\sup|F_n-\mathrm{id}|>s)\le[[empirical_failure]]$ for the distribution function
$F_n$ of $n$ uniform numbers.

The bound on the mean is sharp in order. For even $m$ a step at $\frac12$ in the first variable has
mean error $[[step_error]]$, which is between $\sqrt{m/(m+1)}\,[[step_share]]$ and $[[step_share]]$ times the term in $m$. For $m=1$ the
mean error of this step is the whole term.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(m, "number of rows of the grid and of their latents", COUNT, drawn=(3, 60)),
        Quantity(n, "number of columns of the grid and of their latents", COUNT, drawn=(3, 60)),
        ANY_FAILURE,
        DEVIATION,
        Quantity(cut, "share of a variable where the kernel is no larger than some value", CLOSED_UNIT),
        Quantity(latents, "number of latents up to one half", COUNT_FROM_ZERO, drawn=(0, 9)),
    ),
    hypotheses=(
        Hypothesis("the kernel is nondecreasing in each variable (rows and columns sorted)"),
        Hypothesis(
            "in the example of a step at one half an even number of rows",
            sp.Eq(sp.Mod(m, 2), 0),
            ("step_error", "share", "rise", "fall"),
        ),
    ),
    symbols={
        "W": "kernel, a function of the unit square that does not fall in either variable",
        "W_P": "kernel that has the value of $W$ at two sorted latents on each cell of the grid",
        r"\|\cdot\|_1": "integral of the modulus",
        "F_n": "share of $n$ uniform numbers up to a value, as a function of the value",
        **MEAN,
        **CHANCE,
    },
    aids={"two_sides": two_sides, "equal_concentration": equal_concentration},
    loose=(
        Loose(
            expression="mean_sorted_error",
            truth="step_error",
            at=tuple({m: size, n: size} for size in (10, 100)),
            lost="in the term of the other variable, and in the mean square in place of the mean modulus; at most this factor, as a step in one variable has this error",
            order="by *limit of the share*, for $m=n$, and for $m<n$ as well",
        ),
        Loose(
            expression="sorted_error",
            truth="equal_concentration",
            at=tuple({m: size, n: size, delta: sp.Rational(1, 20)} for size in (20, 100, 1000)),
            lost="in the two variables, each with half of $\\delta$, and in the largest deviation in place of that at one level; at most this factor, as a step at $\\frac12$ in the second variable has the error of fair rows (S6)",
        ),
        Loose(
            expression="empirical_failure",
            truth="two_sides",
            at=tuple({n: size, s: sp.Rational(1, 2)} for size in (1, 4, 16)),
            lost="in lower orders: Massart's constant is for $n\\to\\infty$",
        ),
    ),
    because={
        "deviation at a level": squares_of_binomial_deviations,
        "mean error": (worst_level_is_a_half, mean_error_is_that_of_a_binomial),
        "telescope": binomial_tails_telescope,
        "step": lambda tail, step_error: same(step_error * m * 2**m, 2 * tail.subs(latents, m / 2)),
        "share": lambda mean_sorted_error, step_error, share: same(
            share * sp.limit(mean_sorted_error, n, sp.oo), step_error
        ),
        "rise": square_of_the_share_rises,
        "fall": square_of_the_larger_share_falls,
        "limit of the share": share_is_a_product_of_wallis,
    },
    wrong=lambda: {
        "two_sides: one side": two_sides / 2,
        "two_sides: of one number more": two_sides.subs(n, n + 1),
        "level_deviation: the variance": level_deviation**2,
        "level_deviation: of one latent": sp.sqrt(m) * level_deviation,
        "mean_sorted_error: variance for deviation": (1 / m + 1 / n) / 4,
        "mean_sorted_error: the larger of the two terms": 1 / (2 * sp.sqrt(m)),
        "step_error: the bound as its own value": 1 / (2 * sp.sqrt(m)),
        "step_error: a normal step for every size": 1 / sp.sqrt(2 * sp.pi * m),
        "step_error: half a set": step_error + 1 / (2 * 2 ** (m + 1)),
        "empirical_failure: DKW with half the exponent": 2 * sp.exp(-n * s**2),
        "empirical_failure: twice the exponent": 2 * sp.exp(-4 * n * s**2),
        "variable_error: all of δ": variable_error.subs(delta, 2 * delta),
        "sorted_error: rows only": sp.sqrt(sp.log(4 / delta) / (2 * m)),
        "sorted_error: one share of δ for two events": sorted_error.subs(delta, 2 * delta),
        "sorted_error: the mean error": mean_sorted_error,
        "tail: one more": tail.subs(latents, latents + 1),
        "share: the central weight": sp.binomial(m, m / 2) / 2**m,
        "fall: as much as the rise": rise,
    },
)
