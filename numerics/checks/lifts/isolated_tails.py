"""Evidence for L11.4: factorial moments of isolated copies are no larger than a Poisson variable's, and their mean rises with the width."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage_enumeration import exactly
from sparse_limits.numerics.checks.lifts.coverage_steps import over, where_some
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.no_guarantee import no_guarantee, unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import i, m, omega, q, r
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.isolated_tails import (
    V,
    base,
    bernoulli_gap,
    cantelli,
    child_bound,
    child_factor,
    child_slope,
    generating_bound,
    growth,
    increasing_from,
    lower_tail,
    mean_factor,
    mu,
    poisson_degree,
    poisson_tails,
    power_term,
    quotient_slope,
    root_part,
    root_slope,
    s,
    shifted,
    t,
    tilted,
    u,
    upper_tail,
    x,
    y,
)
from sparse_limits.theory.lifts.wide_lifts import isolated_rate

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
beyond = sp.Symbol("l", integer=True, nonnegative=True)  # vertices beyond the children
above = sp.Symbol("l", positive=True)  # beyond a number of copies


@exact(poisson_tails, step="one copy more")
@control("independent copies", growth=sp.S.One)
@control("roots in common", growth=growth / (1 - k / n))
@control("absent edges counted twice", growth=growth * (1 - lam / n) ** (2 * r * k))
@control("10 % more", growth=ELEVEN * growth)
def moments_grow_copy_by_copy(
    growth: sp.Expr, factorial_moment: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A factorial moment over the one before and the mean."""
    moment, mean = where_some(factorial_moment), where_some(isolated_mean)
    apart = {sp.ff(n, k + 1): sp.ff(n, k) * (n - k), sp.ff(n, r * (k + 1)): sp.ff(n, r * k) * sp.ff(n - r * k, r)}
    further = moment.subs(k, k + 1) / (moment * mean)
    yield trial.same(growth, further, by=lambda gap: over(growth)(gap.subs(apart)))


@exact(poisson_tails, step="factors")
@control("as if children were drawn anew", child_factor=child_bound)
@control("one child on", child_factor=child_factor.subs(i, i + 1))
@control("10 % more", child_factor=ELEVEN * child_factor)
@control("of one copy", child_bound=1 - r / n)
@control("one child on in all", child_bound=child_factor.subs(i, 1))
@control("bound 10 % more", child_bound=ELEVEN * child_bound)
def children_have_these_factors(child_factor: sp.Expr, child_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(n − rk)_i/(n)_i, from i children to i + 1; the first factor, and what others lack of it, for n = i + 1 + l."""
    product = sp.ff(n - r * k, i) / sp.ff(n, i)
    apart = {sp.ff(n - r * k, i + 1): sp.ff(n - r * k, i) * (n - r * k - i), sp.ff(n, i + 1): sp.ff(n, i) * (n - i)}
    cancel = lambda gap: sp.cancel(gap.subs(apart))  # noqa: E731
    yield trial.induction(product, i, sp.S.One, lambda term: term * child_factor, by=cancel)
    yield trial.same(child_bound, child_factor.subs(i, 0), by=sp.cancel)
    size = i + 1 + beyond
    lacking = (child_bound - child_factor).subs(n, size)
    yield trial.nonnegative(lacking, r * k * i / (size * (beyond + 1)), by=sp.cancel)


@exact(poisson_tails, step="one factor more")
@control("without the number", bernoulli_gap=y**2)
@control("nothing", bernoulli_gap=sp.S.Zero)
@control("10 % more", bernoulli_gap=ELEVEN * bernoulli_gap)
def products_exceed_tangents(bernoulli_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the product is more than the next tangent; not negative."""
    yield trial.same((1 - y) * (1 - k * y), 1 - (k + 1) * y + bernoulli_gap, by=sp.expand)
    yield trial.nonnegative(bernoulli_gap, k * y**2)


@exact(poisson_tails, step="one base")
@control("roots in common", base=base / (1 - 1 / n))
@control("children in common", base=base / (1 - r / n) ** r)
@control("10 % more", base=ELEVEN * base)
@control("absent edges counted twice", growth=growth * (1 - lam / n) ** (2 * r * k))
@control("bound of one copy", child_bound=1 - r / n)
def factors_become_powers(growth: sp.Expr, child_bound: sp.Expr, base: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The base is the growth from one copy on, its children's factors replaced by the bound; 1 − k/n and the bound are 1 − ky."""
    replaced = growth * sp.ff(n, r) / sp.ff(n - r * k, r) * child_bound**r
    yield trial.same(base, replaced.subs(k, 1), by=over(base))
    left = (1 - k * y).subs(y, 1 / n) * (1 - k * y).subs(y, r / n) ** r
    yield trial.same(replaced, left * (1 - lam / n) ** (-2 * r * k), by=over(left))


@exact(poisson_tails, step="mean of the factors")
@control("the root's alone", mean_factor=1 - 1 / (2 * r * n))
@control("the children's alone", mean_factor=1 - r / (2 * n))
@control("without those that are 1", mean_factor=1 - (1 + r**2) / ((1 + r) * n))
@control("10 % more", mean_factor=ELEVEN * mean_factor)
@control("roots in common", base=base / (1 - 1 / n))
def factors_have_this_mean(base: sp.Expr, mean_factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of 2r numbers, whose product is the base without its last factor."""
    numbers = ((1 - 1 / n, 1), (1 - r / n, r), (sp.S.One, r - 1))
    yield trial.same(2 * r * mean_factor, sum(number * times for number, times in numbers), by=sp.expand)
    product = sp.Mul(*(number**times for number, times in numbers))
    yield trial.same(base, product * (1 - lam / n) ** (-2 * r), by=over(product))


@exact(poisson_tails, step="sparse enough")
@control("twice", poisson_degree=2 * poisson_degree)
@control("the best degree", poisson_degree=r / (r + 1))
@control("2 % more", poisson_degree=sp.Rational(51, 50) * poisson_degree)
@control("the children's alone", mean_factor=1 - r / (2 * n))
@control("Poisson", dispersion=sp.S.One)
@control("one degree", dispersion=1 - (1 + r**2 - r * lam) * isolated_rate)
def spread_passes_that_of_poisson_there(
    mean_factor: sp.Expr, poisson_degree: sp.Expr, dispersion: sp.Expr, isolated_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean is 1 − λ/n there; and the limit of Var M'/EM' is 1 there, and exceeds it by a multiple of what λ is more."""
    yield trial.same(1 - lam / n - mean_factor, (poisson_degree - lam) / n, by=sp.expand)
    yield trial.same(dispersion - 1, 2 * r * isolated_rate * (lam - poisson_degree), by=sp.expand)


@exact(poisson_tails, step="powers")
@control("without binomials", power_term=s**x)
@control("with order", power_term=s**x * sp.ff(m, x))
@control("without powers", power_term=sp.binomial(m, x))
@control("10 % more", power_term=ELEVEN * power_term)
def powers_are_expanded(power_term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One factor 1 + s more adds s times the term before; without factors there is the first term, 1."""
    grown = valued(power_term, {m: m + 1, x: x + 1})
    unit = s**x * sp.binomial(m, x)
    yield trial.same(grown, power_term.subs(x, x + 1) + s * power_term, by=over(unit))
    yield trial.same(power_term.subs(x, 0), 1)


@exact(poisson_tails)
@control("without s", generating_bound=sp.exp(mu))
@control("the mean alone", generating_bound=1 + s * mu)
@control("10 % more", generating_bound=ELEVEN * generating_bound)
def moments_of_poisson_add_up(generating_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """It is its own derivative, μ times, in s, and 1 at s = 0: the sum of (sμ)^k/k!."""
    yield trial.same(sp.diff(generating_bound, s), mu * generating_bound)
    yield trial.same(generating_bound.subs(s, 0), 1)


@exact(poisson_tails, step="upper tail")
@control("without the deviation", upper_tail=(mu / m) ** m)
@control("of twice the mean", upper_tail=upper_tail.subs(mu, 2 * mu))
@control("10 % less", upper_tail=NINE * upper_tail)
@control("one copy fewer", tilted=tilted * (1 + s))
@control("the moment alone", tilted=generating_bound)
@control("without s", generating_bound=sp.exp(mu))
def best_tilt_has_the_mean_moved(
    generating_bound: sp.Expr, tilted: sp.Expr, upper_tail: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The value at 1 + s = m/μ, where the logarithm, convex, has the derivative 0; no guarantee below the mean."""
    yield trial.same(unconditional(upper_tail), tilted.subs(s, m / mu - 1), by=sp.expand)
    count = sp.Symbol("m", positive=True)
    slope = sp.diff(sp.log(tilted), s).subs(m, count)
    yield trial.vanishes(slope.subs(s, count / mu - 1))
    yield trial.nonnegative(sp.diff(slope, s), count / (1 + s) ** 2)
    yield trial.same(tilted * (1 + s) ** m, generating_bound)
    yield trial.holds(upper_tail.subs({m: 1, mu: 2}) == no_guarantee, "no guarantee below the mean")


@exact(poisson_tails, step="Cantelli")
@control("Chebyshev", cantelli=sp.Piecewise((V / (mu - m + 1) ** 2, m < mu + 1), (no_guarantee, True)))
@control("fewer than m − 1", cantelli=cantelli.subs(m, m - 1))
@control("10 % less", cantelli=NINE * cantelli)
@control("for any m", cantelli=unconditional(cantelli))
@control("not shifted", shifted=V / t**2)
@control("10 % more", shifted=ELEVEN * shifted)
def best_shift_is_cantelli(shifted: sp.Expr, cantelli: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The value at u = V/t, and what it is more at other shifts."""
    best = shifted.subs(u, V / t).subs(t, mu - m + 1)
    yield trial.same(unconditional(cantelli), best, by=sp.cancel)
    bound = unconditional(cantelli).subs(mu, t + m - 1)
    yield trial.nonnegative(shifted - bound, (V - t * u) ** 2 / ((t + u) ** 2 * (V + t**2)))
    yield trial.holds(cantelli.subs({m: 3, mu: 2, V: 1}) == no_guarantee, "no guarantee from the mean on")


@exact(poisson_tails)
@control("Chebyshev", cantelli=sp.Piecewise((V / (mu - m + 1) ** 2, m < mu + 1), (no_guarantee, True)))
@control("10 % less", cantelli=NINE * cantelli)
@control("half the variance", cantelli=cantelli.subs(V, V / 2))
def two_values_attain_cantelli(cantelli: sp.Expr, factorial_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A variable with the values μ − t and μ + V/t: the smaller one with that probability has mean μ and variance V.

    Where 2r > n, no two isolated copies are there: M' is 0 or 1, V = μ(1 − μ), and it is P(M' = 0) = 1 − μ.
    """
    for children in (1, 2, 3):
        for size in range(children, 2 * children):
            pairs = valued(factorial_moment, {k: 2, r: children, n: size})
            yield trial.holds(pairs == 0, f"{children} children, {size} vertices: {pairs} pairs of isolated copies")
    yield trial.same(unconditional(cantelli).subs({m: 1, V: mu * (1 - mu)}), 1 - mu, by=sp.cancel)
    chance = unconditional(cantelli).subs(mu, t + m - 1)
    low, high = -t, V / t
    yield trial.vanishes(chance * low + (1 - chance) * high)
    yield trial.same(chance * low**2 + (1 - chance) * high**2, V)


@exact(poisson_tails, step="lower tail")
@control("one over the mean", lower_tail=sp.Piecewise((1 / mu, m < mu + 1), (no_guarantee, True)))
@control("four over the mean", lower_tail=sp.Piecewise((4 / mu, m < mu + 1), (no_guarantee, True)))
@control("10 % less", lower_tail=NINE * lower_tail)
@control("for any m", lower_tail=unconditional(lower_tail))
@control("fewer than m − 1", cantelli=cantelli.subs(m, m - 1))
def lower_tails_have_the_mean_for_the_variance(
    cantelli: sp.Expr, lower_tail: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Cantelli's bound at V = μ, and what it is less for a smaller variance."""
    general, poisson = unconditional(cantelli), unconditional(lower_tail)
    away = mu - m + 1
    yield trial.same(poisson - general, away**2 * (mu - V) / ((V + away**2) * (mu + away**2)), by=sp.cancel)
    more = sp.Symbol("more", nonnegative=True)
    least = away**2 * mu * more / ((mu + (1 + more) * away**2) * (mu + away**2))
    yield trial.nonnegative(poisson - general, least, where={V: mu / (1 + more)}, by=sp.cancel)
    yield trial.same(poisson, general.subs(V, mu))
    yield trial.holds(lower_tail.subs({m: 3, mu: 2}) == no_guarantee, "no guarantee from the mean on")


@exact(poisson_tails, step="logarithm")
@control("one root", root_part=root_part - sp.log(n))
@control("every copy is isolated", root_part=sp.log(n) + (n - r) * sp.log(1 - lam / n))
@control("10 % more", root_part=ELEVEN * root_part)
def means_have_this_logarithm(root_part: sp.Expr, isolated_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With (n)_r/n^r, one child more of which is one factor 1 − r/n more, and ω(λq)^r."""
    rest = omega * (lam * q) ** r * sp.ff(n, r) / n**r
    root = sp.expand_power_exp(sp.exp(root_part))

    def quotient(gap: sp.Expr) -> sp.Expr:
        return sp.simplify(sp.powsimp(sp.powdenest((gap + root) / root))) - 1

    yield trial.same(where_some(isolated_mean) / rest, root, by=quotient)
    yield trial.same(sp.ff(n, r + 1) / n ** (r + 1), sp.ff(n, r) / n**r * (1 - r / n), by=over(sp.ff(n, r) / n**r))


@exact(poisson_tails, step="children")
@control("of the other sign", child_slope=-child_slope)
@control("of n − i alone", child_slope=1 / (n - i))
@control("10 % more", child_slope=ELEVEN * child_slope)
def children_have_this_slope(child_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of the logarithm of 1 − i/n; not negative for n = i + 1 + l."""
    yield trial.same(child_slope, sp.diff(sp.log(1 - i / n), n), by=sp.cancel)
    size = i + 1 + beyond
    yield trial.nonnegative(child_slope.subs(n, size), i / (size * (beyond + 1)), by=sp.cancel)


@exact(poisson_tails, step="root")
@control("one degree", root_slope=(1 - r * lam / (n - lam)) / n)
@control("isolation forgotten", root_slope=1 / n)
@control("10 % more", root_slope=ELEVEN * root_slope)
@control("one root", root_part=root_part - sp.log(n))
def roots_have_this_slope(root_part: sp.Expr, root_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative, less r + 1 times log(1 − x) + x/(1 − x) at x = λ/n."""
    bracket = sp.log(1 - lam / n) + lam / (n - lam)
    yield trial.same(sp.diff(root_part, n), root_slope + (r + 1) * bracket)


@exact(poisson_tails, step="increasing means")
@control("from r on", increasing_from=r)
@control("from the degree on", increasing_from=lam)
@control("one degree", increasing_from=(r + 1) * lam)
@control("10 % more", increasing_from=ELEVEN * increasing_from)
@control("isolation forgotten", root_slope=1 / n)
@control("of the other sign", child_slope=-child_slope)
@control("bound that rises", quotient_slope=-quotient_slope)
def means_rise_from_there(
    root_slope: sp.Expr, child_slope: sp.Expr, quotient_slope: sp.Expr, increasing_from: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The slope has the sign of what the width is more; the other slopes are nowhere negative."""
    yield trial.same(root_slope, (n - increasing_from) / (n * (n - lam)), by=sp.cancel)
    size = i + 1 + beyond
    yield trial.nonnegative(child_slope.subs(n, size), i / (size * (beyond + 1)), by=sp.cancel)
    some = x + 1  # copies
    certificate = above * (2 * x + above) / (x + above) ** 2
    yield trial.nonnegative(quotient_slope.subs(m, some).subs(mu, x + above), certificate, by=sp.cancel)


@exact(poisson_tails, step="falling bounds")
@control("of the other sign", quotient_slope=-quotient_slope)
@control("one copy more", quotient_slope=quotient_slope.subs(m, m + 1))
@control("10 % more", quotient_slope=ELEVEN * quotient_slope)
@control("four over the mean", lower_tail=sp.Piecewise((4 / mu, m < mu + 1), (no_guarantee, True)))
def bounds_fall_with_the_mean(lower_tail: sp.Expr, quotient_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 over the bound is 1 and (μ − m + 1)²/μ: the derivative of that, and its sign at m = 1 + x and μ = x + z."""
    yield trial.same(quotient_slope, sp.diff(1 / unconditional(lower_tail), mu))
    others, above = sp.Symbol("x", integer=True, nonnegative=True), sp.Symbol("z", positive=True)
    least = above * (2 * others + above) / (others + above) ** 2
    yield trial.nonnegative(quotient_slope, least, where={m: 1 + others, mu: others + above}, by=sp.cancel)


DEGREES = ((1, 3), (2, 36), (3, 76))  # 2 % more is too much from these widths on


@exact(poisson_tails)
@control("the best degree", poisson_degree=r / (r + 1))
@control("twice", poisson_degree=2 * poisson_degree)
@control("2 % more", poisson_degree=sp.Rational(51, 50) * poisson_degree)
@control("2 % less", poisson_degree=sp.Rational(49, 50) * poisson_degree)
def pairs_are_no_more_than_those_of_poisson(
    poisson_degree: sp.Expr, factorial_moment: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """E(M')₂ against (EM')² in fractions, at that degree, and at one that is 2 % larger."""
    ratio = where_some(factorial_moment).subs(k, 2) / where_some(isolated_mean) ** 2
    for children, size in DEGREES:
        for share, kept in ((sp.S.One, True), (sp.Rational(51, 50), False)):
            at = {n: sp.Integer(size), r: sp.Integer(children), q: sp.S.One, omega: sp.S.One}
            at[lam] = share * poisson_degree.subs(r, children)
            value = exactly(ratio, at)
            words = f"{children} children, {share} times that degree, {size} vertices: {float(value):.6f} times"
            yield trial.holds((value <= 1) == kept, words)


@exact(poisson_tails)
@control("from r on", increasing_from=r)
@control("from the degree on", increasing_from=lam)
@control("half", increasing_from=increasing_from / 2)
def means_rise_with_the_width(increasing_from: sp.Expr, isolated_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In fractions, at four widths from the first whole one on."""
    for children, degree in ((1, "3/5"), (1, "9/10"), (1, "1"), (2, "6/5"), (2, "3/2"), (3, "2")):
        at = {r: sp.Integer(children), lam: sp.Rational(degree), q: sp.S.One, omega: sp.S.One}
        start = max(children, sp.ceiling(increasing_from.subs(at)))
        means = [exactly(where_some(isolated_mean), {**at, n: start + more}) for more in range(4)]
        rising = all(a <= b for a, b in pairwise(means))
        yield trial.holds(rising, f"{children} children, degree {degree}: from {start} on {list(map(float, means))}")


@enclosed(poisson_tails)
@control("the mean alone", generating_bound=1 + s * mu)
@control("without s", generating_bound=sp.exp(mu))
@control("half of the exponent", generating_bound=sp.exp(s * mu / 2))
def nearly_poisson_copies_attain_the_generating_bound(
    generating_bound: sp.Expr, factorial_moment: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At r = 1, λ = 1/n and s = 2: twelve terms of the mean, none of them negative."""
    alone = {r: 1, q: 1, omega: 1}
    terms = [s**j / sp.factorial(j) * valued(where_some(factorial_moment), {**alone, k: j}) for j in range(12)]
    bound = generating_bound.subs(mu, where_some(isolated_mean).subs(alone))
    yield trial.below(sp.Add(*terms), bound, at=[{n: 10**4, lam: sp.Rational(1, 10**4), s: sp.Integer(2)}])
