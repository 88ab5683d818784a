"""L11.4: isolated copies in a sparse lift have factorial moments no larger than those of a Poisson variable, which bound their tails."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.no_guarantee import guaranteed, no_guarantee, unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import ALL_DISJOINT, DISJOINT, NUMBER, REGION, TYPE, TYPES, i, m, omega, q, r
from sparse_limits.theory.lifts.degrees import DEGREE, SPARSE, WIDTH, k, lam, n
from sparse_limits.theory.lifts.isolated import ISOLATED, ORDER, factorial_moment, isolated_at_least, isolated_mean
from sparse_limits.theory.lifts.wide_lifts import dispersion, isolated_rate
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, induction, nonnegative, same, vanishes

mu = sp.Symbol("mu", positive=True)  # EM'
V = sp.Symbol("V", nonnegative=True)  # Var M'
v = sp.Symbol("v", nonnegative=True)  # V or its bound μ
s = sp.Symbol("s", nonnegative=True)
t = sp.Symbol("t", positive=True)  # how far below the mean
u = sp.Symbol("u", nonnegative=True)
x = sp.Symbol("x", integer=True, nonnegative=True)  # a value of M'
y = sp.Symbol("y", nonnegative=True)

growth = (1 - k / n) * sp.ff(n - r * k, r) / sp.ff(n, r) * (1 - lam / n) ** (-2 * r * k)
child_factor = (n - r * k - i) / (n - i)
child_bound = 1 - r * k / n
bernoulli_gap = k * y**2
base = (1 - 1 / n) * (1 - r / n) ** r * (1 - lam / n) ** (-2 * r)
mean_factor = 1 - (1 + r**2) / (2 * r * n)
poisson_degree = (1 + r**2) / (2 * r)
power_term = s**x * sp.binomial(m, x)
generating_bound = sp.exp(s * mu)
tilted = generating_bound * (1 + s) ** (-m)
upper_tail = guaranteed(sp.exp(m - mu) * (mu / m) ** m, m >= mu)
shifted = (V + u**2) / (t + u) ** 2
cantelli = guaranteed(V / (V + (mu - m + 1) ** 2), m < mu + 1)
lower_tail = guaranteed(mu / (mu + (mu - m + 1) ** 2), m < mu + 1)
root_part = sp.log(n) + ((r + 1) * n - 2 * r) * sp.log(1 - lam / n)
child_slope = i / (n * (n - i))
root_slope = (1 - 2 * r * lam / (n - lam)) / n
increasing_from = (2 * r + 1) * lam
quotient_slope = 1 - (m - 1) ** 2 / mu**2


def _at(width: int, count: int) -> dict[sp.Symbol, sp.Expr]:
    """A lift with one child for each root, so many vertices and copies, and the mean that it has."""
    half = sp.Rational(1, 2)
    at = {n: sp.Integer(width), r: sp.S.One, q: half, lam: half, omega: sp.S.One}
    return {**at, m: sp.Integer(count), mu: valued(isolated_mean, at)}


STEPS = proof(
    r"""
exact moments (by L11.2): $E(M')_k$ is known at every width. It is $0$ if $rk>n$, and then there is nothing to prove.

one copy more (from exact moments): For $r(k+1)\le n$ and $0<\lambda<n$, $E(M')_{k+1}=E(M')_k\,EM'\,[[growth]]$.

factors: $(n-rk)_r/(n)_r$ is the product of the numbers $[[child_factor]]$ for $i=0,\dots,r-1$, each of which is at most $[[child_bound]]$,
its value at $i=0$.

one factor more: $(1-y)(1-ky)$ is the sum of $1-(k+1)y$ and $[[bernoulli_gap]]$.

Bernoulli (from one factor more; by induction): So $1-ky\le(1-y)^k$ for $0\le y\le1$.

one base (from one copy more, factors, Bernoulli): With $y=\frac1n$ and $y=\frac rn$, the factor by which *one copy more* multiplies
$E(M')_k\,EM'$ is at most the $k$-th power of $[[base]]$.

mean of the factors (from one base): The factors $1-\frac1n$, $r$ times $1-\frac rn$ and $r-1$ times $1$ have the mean $[[mean_factor]]$.

product of the factors (from mean of the factors; by Jensen): As the logarithm is concave, the product of these factors is at most the
$2r$-th power of their mean.

wide spread (by L11.3 for dispersion): $\mathrm{Var}M'/EM'$ tends to $[[dispersion]]$, unless the limit of $EM'/n$ is $0$.

sparse enough (from product of the factors, wide spread): The mean is at most $1-\frac\lambda n$, and then the base is at most $1$, if and
only if $\lambda\le[[poisson_degree]]$. For larger $\lambda$ the limit of $\mathrm{Var}M'/EM'$ exceeds $1$ by $2r$ times the limit of
$EM'/n$ times the excess of $\lambda$. So $\mathrm{Var}M'>EM'$ in all sufficiently wide lifts, unless the limit of $EM'/n$ is $0$.

factorial moments (from one base, sparse enough; by induction): So $E(M')_k\le(EM')^k$ for all $k$. If $\lambda=0$ or $\lambda=n$, then $M'$
is $0$, or $n=1$ and $(M')_2=0$. At $k=2$ the bound says $\mathrm{Var}M'\le EM'$.

powers: For whole numbers $m\ge0$, $(1+s)^m$ is the sum of $[[power_term]]$ over $x\ge0$.

generating function (from factorial moments, powers; by linearity): So
$E(1+s)^{M'}=\sum_k\frac{s^k}{k!}E(M')_k\le\sum_k\frac{(s\mu)^k}{k!}=[[generating_bound]]$ for $s\ge0$ and $\mu=EM'$.

exponential moment (from generating function; by Markov): $P(M'\ge m)\le P((1+s)^{M'}\ge(1+s)^m)\le[[tilted]]$.

upper tail (from exponential moment): From $m=\mu$ on, this bound is smallest at $1+s=\frac m\mu$, where it is $[[upper_tail]]$.

shifted square (by Markov): For $M'$ of variance $V$, $P(\mu-M'\ge t)\le P((\mu-M'+u)^2\ge(t+u)^2)\le[[shifted]]$ for $t>0$ and $u\ge0$.

Cantelli (from shifted square): With the best choice $u=V/t$ and with $t=\mu-(m-1)$ this gives $P(M'\le m-1)\le[[cantelli]]$.

lower tail (from factorial moments, Cantelli): This bound increases with $V$, which is at most $\mu$. So $P(M'<m)\le[[lower_tail]]$.

logarithm (from exact moments): $\ln EM'$ is the sum of $[[root_part]]$, of $\ln(1-\frac in)$ for all $i<r$, and of terms that do not depend
on $n$.

children (from logarithm): The terms for $i<r$ have the derivatives $[[child_slope]]\ge0$ in $n$.

bracket (by exponential): $\ln(1-x)+\frac x{1-x}\ge0$ for $0\le x<1$, by $1+z\le e^z$ at the point $-\ln(1-x)$.

root (from logarithm, bracket): The derivative of $\ln n+((r+1)n-2r)\ln(1-\frac\lambda n)$ is $[[root_slope]]$ plus $r+1$ times the
expression in *bracket* at $x=\frac\lambda n$.

falling bounds (from lower tail): $\mu$ divided by the bound of the *lower tail*, minus $\mu$, is $(\mu-m+1)^2$. This square divided by
$\mu$ has the derivative $[[quotient_slope]]$, which is not negative for $\mu\ge m-1\ge0$. So the bound decreases as $\mu$ grows.

increasing means (from children, root, falling bounds): So for $n\ge[[increasing_from]]$, $n\ge r$, $EM'$ does not decrease as $n$ grows,
and the bound of the *lower tail* does not increase.
""",
    globals(),
    dispersion=dispersion,
)

beyond = sp.Symbol("l", integer=True, nonnegative=True)  # vertices beyond the children


above = sp.Symbol("l", positive=True)  # beyond a number of copies


def children_have_these_factors(child_factor: sp.Expr, child_bound: sp.Expr) -> Relations:
    """(n − rk)_i/(n)_i, from i children to i + 1; the first factor, and what others lack of it, for n = i + 1 + l."""
    product = sp.ff(n - r * k, i) / sp.ff(n, i)
    apart = {sp.ff(n - r * k, i + 1): sp.ff(n - r * k, i) * (n - r * k - i), sp.ff(n, i + 1): sp.ff(n, i) * (n - i)}
    cancel = lambda gap: sp.cancel(gap.subs(apart))  # noqa: E731
    yield induction(product, i, sp.S.One, lambda term: term * child_factor, by=cancel)
    yield same(child_bound, child_factor.subs(i, 0), by=sp.cancel)
    size = i + 1 + beyond
    lacking = (child_bound - child_factor).subs(n, size)
    yield nonnegative(lacking, r * k * i / (size * (beyond + 1)), by=sp.cancel)


def spread_passes_that_of_poisson_there(
    mean_factor: sp.Expr, poisson_degree: sp.Expr, dispersion: sp.Expr, isolated_rate: sp.Expr
) -> Relations:
    """The mean is 1 − λ/n there; and the limit of Var M'/EM' is 1 there, and exceeds it by a multiple of what λ is more."""
    yield same(1 - lam / n - mean_factor, (poisson_degree - lam) / n, by=sp.expand)
    yield same(dispersion - 1, 2 * r * isolated_rate * (lam - poisson_degree), by=sp.expand)


def best_tilt_has_the_mean_moved(generating_bound: sp.Expr, tilted: sp.Expr, upper_tail: sp.Expr) -> Relations:
    """The value at 1 + s = m/μ, where the logarithm, convex, has the derivative 0; no guarantee below the mean."""
    yield same(unconditional(upper_tail), tilted.subs(s, m / mu - 1), by=sp.expand)
    count = sp.Symbol("m", positive=True)
    slope = sp.diff(sp.log(tilted), s).subs(m, count)
    yield vanishes(slope.subs(s, count / mu - 1))
    yield nonnegative(sp.diff(slope, s), count / (1 + s) ** 2)
    yield same(tilted * (1 + s) ** m, generating_bound)
    yield holds(upper_tail.subs({m: 1, mu: 2}) == no_guarantee, "no guarantee below the mean")


def best_shift_is_cantelli(shifted: sp.Expr, cantelli: sp.Expr) -> Relations:
    """The value at u = V/t, and what it is more at other shifts."""
    best = shifted.subs(u, V / t).subs(t, mu - m + 1)
    yield same(unconditional(cantelli), best, by=sp.cancel)
    bound = unconditional(cantelli).subs(mu, t + m - 1)
    yield nonnegative(shifted - bound, (V - t * u) ** 2 / ((t + u) ** 2 * (V + t**2)))
    yield holds(cantelli.subs({m: 3, mu: 2, V: 1}) == no_guarantee, "no guarantee from the mean on")


def lower_tails_have_the_mean_for_the_variance(cantelli: sp.Expr, lower_tail: sp.Expr) -> Relations:
    """Cantelli's bound at V = μ, and what it is less for a smaller variance."""
    general, poisson = unconditional(cantelli), unconditional(lower_tail)
    away = mu - m + 1
    yield same(poisson - general, away**2 * (mu - V) / ((V + away**2) * (mu + away**2)), by=sp.cancel)
    more = sp.Symbol("more", nonnegative=True)
    least = away**2 * mu * more / ((mu + (1 + more) * away**2) * (mu + away**2))
    yield nonnegative(poisson - general, least, where={V: mu / (1 + more)}, by=sp.cancel)
    yield same(poisson, general.subs(V, mu))
    yield holds(lower_tail.subs({m: 3, mu: 2}) == no_guarantee, "no guarantee from the mean on")


def children_have_this_slope(child_slope: sp.Expr) -> Relations:
    """The derivative of the logarithm of 1 − i/n; not negative for n = i + 1 + l."""
    yield same(child_slope, sp.diff(sp.log(1 - i / n), n), by=sp.cancel)
    size = i + 1 + beyond
    yield nonnegative(child_slope.subs(n, size), i / (size * (beyond + 1)), by=sp.cancel)


def roots_have_this_slope(root_part: sp.Expr, root_slope: sp.Expr) -> Relations:
    """The derivative, less r + 1 times log(1 − x) + x/(1 − x) at x = λ/n."""
    bracket = sp.log(1 - lam / n) + lam / (n - lam)
    yield same(sp.diff(root_part, n), root_slope + (r + 1) * bracket)


def means_rise_from_there(
    root_slope: sp.Expr, child_slope: sp.Expr, quotient_slope: sp.Expr, increasing_from: sp.Expr
) -> Relations:
    """The slope has the sign of what the width is more; the other slopes are nowhere negative."""
    yield same(root_slope, (n - increasing_from) / (n * (n - lam)), by=sp.cancel)
    size = i + 1 + beyond
    yield nonnegative(child_slope.subs(n, size), i / (size * (beyond + 1)), by=sp.cancel)
    some = x + 1  # copies
    certificate = above * (2 * x + above) / (x + above) ** 2
    yield nonnegative(quotient_slope.subs(m, some).subs(mu, x + above), certificate, by=sp.cancel)


def bounds_fall_with_the_mean(lower_tail: sp.Expr, quotient_slope: sp.Expr) -> Relations:
    """1 over the bound is 1 and (μ − m + 1)²/μ: the derivative of that, and its sign at m = 1 + x and μ = x + z."""
    yield same(quotient_slope, sp.diff(1 / unconditional(lower_tail), mu))
    others, above = sp.Symbol("x", integer=True, nonnegative=True), sp.Symbol("z", positive=True)
    least = above * (2 * others + above) / (others + above) ** 2
    yield nonnegative(quotient_slope, least, where={m: 1 + others, mu: others + above}, by=sp.cancel)


poisson_tails = Claim(
    label="L11.4",
    title="Isolated copies in a sparse lift have factorial moments no larger than those of a Poisson variable",
    headline=r"Let the mean degree be at most $[[poisson_degree]]$, for $r$ children. Then the number of isolated copies has no larger factorial moments than a Poisson variable of the same mean. This bounds both of its tails.",
    statement=r"""
**Sparse lifts.** In the lifts of L11.2 let $\mu=EM'>0$ and $V=\mathrm{Var}M'$. If $\lambda\le[[poisson_degree]]$, then all factorial
moments are at most those of a Poisson variable with the same mean, $E(M')_k\le\mu^k$. It follows that $V\le\mu$, and that
$E(1+s)^{M'}\le[[generating_bound]]$ for $s\ge0$. For $m\ge1$ it follows that
$$P(M'\ge m)\le[[upper_tail]],$$ $$P(M'<m)\le[[lower_tail]].$$

**Any degree.** Without this assumption on the degree, $P(M'<m)\le[[cantelli]]$. If $\lambda>[[poisson_degree]]$ and the limit of $EM'/n$ is
not $0$, then $V>\mu$ in all sufficiently wide lifts.

**More vertices.** For fixed $\lambda$, $r$, $\omega$ and types, let $n$ grow from $\max(r,[[increasing_from]])$ on. Then $\mu$ does not
decrease, and the bound on the lower tail of sparse lifts does not
increase.
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "abstract (random graph theory); beyond the text seen"),
    provenance=Provenance.EXTENSION,
    quantities=(
        WIDTH.drawn_from(14, 19),
        DEGREE.drawn_from(sp.Rational(1, 4), 1),
        REGION.drawn_from(sp.Rational(1, 4), 1),
        TYPE.drawn_from(sp.Rational(1, 20), sp.Rational(3, 10)),
        TYPES,
        NUMBER,
        ORDER,
        Quantity(mu, "mean of the number of isolated copies", POSITIVE, drawn=(2, 3)),
        Quantity(V, "variance of the number of isolated copies", NON_NEGATIVE, drawn=(1, 2)),
        Quantity(
            s, "what is added to 1 in the base of a generating function", NON_NEGATIVE, drawn=(sp.Rational(1, 2), 2)
        ),
        Quantity(t, "how far the number of isolated copies is below its mean", POSITIVE, drawn=(sp.Rational(1, 2), 2)),
        Quantity(u, "shift of the number of isolated copies", NON_NEGATIVE, drawn=(sp.Rational(1, 2), 2)),
        Quantity(x, "number of isolated copies that are chosen", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(y, "what is taken off 1", CLOSED_UNIT),
        Quantity(i, "number of children that are placed", COUNT_FROM_ZERO, drawn=(0, 3)),
    ),
    hypotheses=(
        Hypothesis("edges and weights are independent, edges between two layers of one probability"),
        SPARSE,
        DISJOINT,
        ALL_DISJOINT,
        Hypothesis(
            "the expected degree is at most the one named",
            lam <= poisson_degree,
            needed_by=("generating_bound", "tilted", "upper_tail", "lower_tail"),
        ),
    ),
    named={"C": sp.Lambda(v, cantelli.subs(V, v))},
    symbols={
        **ISOLATED,
        "(M')_k": r"falling power $M'(M'-1)\cdots(M'-k+1)$",
        "P": "probability",
        "v": "variance of which $C$ is a function",
    },
    aids={
        "factorial_moment": factorial_moment,
        "isolated_mean": isolated_mean,
        "isolated_rate": isolated_rate,
        "some_copies": isolated_at_least,
        "fewer_copies": 1 - isolated_at_least,
    },
    sharp=(
        Sharp(
            expression="poisson_degree",
            example=r"for any larger $\lambda$, and $q,\omega>0$, the limit of $\mathrm{Var}M'/EM'$ exceeds $1$",
            check="spread_passes_that_of_poisson_there",
            side=Side.BELOW,
        ),
        Sharp(
            expression="cantelli",
            example=r"$m=1$ and $r\le n<2r$, where $M'$ is $0$ or $1$",
            check="two_values_attain_cantelli",
        ),
        Sharp(
            expression="generating_bound",
            example=r"$r=1$ and $\lambda=\frac1n$, as $n\to\infty$, where $M'$ is Poisson in the limit",
            check="nearly_poisson_copies_nearly_attain_the_generating_bound",
        ),
    ),
    loose=(
        Loose(
            expression="upper_tail",
            truth="some_copies",
            at=tuple(_at(80, count) for count in (10, 16)),
            lost="in Markov's inequality for the power, with a factor of the order $\\sqrt m$ even for a Poisson variable if $\\frac m\\mu>1$ is fixed, and in using the mean for the variance",
        ),
        Loose(
            expression="lower_tail",
            truth="fewer_copies",
            at=tuple(_at(width, 2) for width in (40, 80)),
            lost="in Cantelli's inequality, which uses only two moments",
        ),
    ),
    because={
        "factors": children_have_these_factors,
        "one factor more": lambda bernoulli_gap: (
            same((1 - y) * (1 - k * y), 1 - (k + 1) * y + bernoulli_gap, by=sp.expand),
            nonnegative(bernoulli_gap, k * y**2),
        ),
        "sparse enough": spread_passes_that_of_poisson_there,
        "upper tail": best_tilt_has_the_mean_moved,
        "Cantelli": best_shift_is_cantelli,
        "lower tail": lower_tails_have_the_mean_for_the_variance,
        "children": children_have_this_slope,
        "root": roots_have_this_slope,
        "increasing means": means_rise_from_there,
        "falling bounds": bounds_fall_with_the_mean,
    },
    wrong=lambda: {
        "upper_tail: without e^m": upper_tail * sp.exp(-m),
        "upper_tail: without the deviation": (mu / m) ** m,
        "upper_tail: of twice the mean": upper_tail.subs(mu, 2 * mu),
        "cantelli: half the variance": cantelli.subs(V, V / 2),
        "cantelli: Chebyshev": sp.Piecewise((V / (mu - m + 1) ** 2, m < mu + 1), (no_guarantee, True)),
        "cantelli: fewer than m − 1": cantelli.subs(m, m - 1),
        "cantelli: for any m": unconditional(cantelli),
        "generating_bound: without s": sp.exp(mu),
        "generating_bound: the mean alone": 1 + s * mu,
        "generating_bound: half of the exponent": sp.exp(s * mu / 2),
        "growth: independent copies": sp.S.One,
        "growth: roots in common": growth / (1 - k / n),
        "growth: absent edges counted twice": growth * (1 - lam / n) ** (2 * r * k),
        "child_factor: as if children were drawn anew": child_bound,
        "child_factor: one child on": child_factor.subs(i, i + 1),
        "child_bound: of one copy": 1 - r / n,
        "child_bound: one child on in all": child_factor.subs(i, 1),
        "bernoulli_gap: without the number": y**2,
        "base: roots in common": base / (1 - 1 / n),
        "base: children in common": base / (1 - r / n) ** r,
        "mean_factor: the root's alone": 1 - 1 / (2 * r * n),
        "mean_factor: the children's alone": 1 - r / (2 * n),
        "mean_factor: without those that are 1": 1 - (1 + r**2) / ((1 + r) * n),
        "poisson_degree: the best degree": r / (r + 1),
        "dispersion: Poisson": sp.S.One,
        "dispersion: one degree": 1 - (1 + r**2 - r * lam) * isolated_rate,
        "power_term: without binomials": s**x,
        "power_term: with order": s**x * sp.ff(m, x),
        "power_term: without powers": sp.binomial(m, x),
        "tilted: one copy fewer": tilted * (1 + s),
        "tilted: the moment alone": generating_bound,
        "shifted: not shifted": V / t**2,
        "lower_tail: one over the mean": sp.Piecewise((1 / mu, m < mu + 1), (no_guarantee, True)),
        "lower_tail: four over the mean": sp.Piecewise((4 / mu, m < mu + 1), (no_guarantee, True)),
        "lower_tail: for any m": unconditional(lower_tail),
        "root_part: one root": root_part - sp.log(n),
        "root_part: every copy is isolated": sp.log(n) + (n - r) * sp.log(1 - lam / n),
        "child_slope: of n − i alone": 1 / (n - i),
        "root_slope: one degree": (1 - r * lam / (n - lam)) / n,
        "root_slope: isolation forgotten": 1 / n,
        "increasing_from: from r on": r,
        "increasing_from: from the degree on": lam,
        "increasing_from: one degree": (r + 1) * lam,
        "quotient_slope: one copy more": quotient_slope.subs(m, m + 1),
    },
)
