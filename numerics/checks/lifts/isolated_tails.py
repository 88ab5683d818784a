"""Evidence for L11.4, besides its reasons: moments grow copy by copy; factors become powers; and more."""

from itertools import pairwise

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage import (
    SMALL,
    chance_of,
    copies_by_enumeration,
    exactly,
    mean_of,
    small,
)
from sparse_limits.numerics.checks.lifts.coverage_steps import over
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.no_guarantee import unconditional
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import m, omega, q, r, where_some
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.isolated_tails import V, mu, poisson_tails, s, t, x, y


@exact(poisson_tails, step="one copy more")
def moments_grow_copy_by_copy(
    growth: sp.Expr, factorial_moment: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Findings:
    """The growth is a factorial moment over the product of the one before and the mean."""
    moment, mean = where_some(factorial_moment), where_some(isolated_mean)
    apart = {sp.ff(n, k + 1): sp.ff(n, k) * (n - k), sp.ff(n, r * (k + 1)): sp.ff(n, r * k) * sp.ff(n - r * k, r)}
    further = moment.subs(k, k + 1) / (moment * mean)
    yield trial.same(growth, further, by=lambda gap: over(growth)(gap.subs(apart)))


@exact(poisson_tails, step="one base")
def factors_become_powers(growth: sp.Expr, child_bound: sp.Expr, base: sp.Expr, trial: Trial) -> Findings:
    """The base is the growth at k = 1, its children's factors replaced by the bound; at any k the growth so replaced is a product of 1 −
    k/n, the bound 1 − kr/n for each child, and a power.
    """
    replaced = growth * sp.ff(n, r) / sp.ff(n - r * k, r) * child_bound**r
    yield trial.same(base, replaced.subs(k, 1), by=over(base))
    left = (1 - k * y).subs(y, 1 / n) * (1 - k * y).subs(y, r / n) ** r
    yield trial.same(replaced, left * (1 - lam / n) ** (-2 * r * k), by=over(left))


@exact(poisson_tails, step="mean of the factors")
def factors_have_this_mean(base: sp.Expr, mean_factor: sp.Expr, trial: Trial) -> Findings:
    """The mean of 2r numbers, whose product is the base without its last factor."""
    numbers = ((1 - 1 / n, 1), (1 - r / n, r), (sp.S.One, r - 1))
    yield trial.same(2 * r * mean_factor, sum(number * times for number, times in numbers), by=sp.expand)
    product = sp.Mul(*(number**times for number, times in numbers))
    yield trial.same(base, product * (1 - lam / n) ** (-2 * r), by=over(product))


@exact(poisson_tails, step="powers")
def powers_are_expanded(power_term: sp.Expr, trial: Trial) -> Findings:
    """One factor 1 + s more adds s times the term before; the first term is 1."""
    grown = valued(power_term, {m: m + 1, x: x + 1})
    unit = s**x * sp.binomial(m, x)
    yield trial.same(grown, power_term.subs(x, x + 1) + s * power_term, by=over(unit))
    yield trial.same(power_term.subs(x, 0), 1)


@exact(poisson_tails)
def moments_of_poisson_add_up(generating_bound: sp.Expr, trial: Trial) -> Findings:
    """The bound is 1 at s = 0, and its derivative in s is μ times the bound: so it is the sum of (sμ)^k/k!."""
    yield trial.same(sp.diff(generating_bound, s), mu * generating_bound)
    yield trial.same(generating_bound.subs(s, 0), 1)


@exact(poisson_tails)
def two_values_attain_cantelli(cantelli: sp.Expr, factorial_moment: sp.Expr, trial: Trial) -> Findings:
    """A variable that is μ − t with Cantelli's probability, and else μ + V/t, has the mean μ and the variance V.

    Where 2r > n there are no two isolated copies: M' is 0 or 1, V = μ(1 − μ), and the bound is P(M' = 0) = 1 − μ.
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


@exact(poisson_tails, step="logarithm")
def means_have_this_logarithm(root_part: sp.Expr, isolated_mean: sp.Expr, trial: Trial) -> Findings:
    """The mean is the root's part times ω(λq)^r and (n)_r/n^r, which gains the factor 1 − r/n with one child more."""
    rest = omega * (lam * q) ** r * sp.ff(n, r) / n**r
    root = sp.expand_power_exp(sp.exp(root_part))

    def quotient(gap: sp.Expr) -> sp.Expr:
        return sp.simplify(sp.powsimp(sp.powdenest((gap + root) / root))) - 1

    yield trial.same(where_some(isolated_mean) / rest, root, by=quotient)
    yield trial.same(sp.ff(n, r + 1) / n ** (r + 1), sp.ff(n, r) / n**r * (1 - r / n), by=over(sp.ff(n, r) / n**r))


DEGREES = ((1, 3), (2, 36), (3, 76))  # children, and a width at which 2 % more is too much


@exact(poisson_tails)
def pairs_are_no_more_than_those_of_poisson(
    poisson_degree: sp.Expr, factorial_moment: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Findings:
    """In fractions, E(M')₂ is at most (EM')² at the stated degree, and larger at a degree that is 2 % larger."""
    ratio = where_some(factorial_moment).subs(k, 2) / where_some(isolated_mean) ** 2
    for children, size in DEGREES:
        for share, kept in ((sp.S.One, True), (sp.Rational(51, 50), False)):
            at = {n: sp.Integer(size), r: sp.Integer(children), q: sp.S.One, omega: sp.S.One}
            at[lam] = share * poisson_degree.subs(r, children)
            value = exactly(ratio, at)
            words = f"{children} children, {share} times that degree, {size} vertices: {float(value):.6f} times"
            yield trial.holds((value <= 1) == kept, words)


@exact(poisson_tails)
def means_rise_with_the_width(increasing_from: sp.Expr, isolated_mean: sp.Expr, trial: Trial) -> Findings:
    """In fractions, the mean does not fall over four widths from the stated one, rounded up, on."""
    for children, degree in ((1, "3/5"), (1, "9/10"), (1, "1"), (2, "6/5"), (2, "3/2"), (3, "2")):
        at = {r: sp.Integer(children), lam: sp.Rational(degree), q: sp.S.One, omega: sp.S.One}
        start = max(children, sp.ceiling(increasing_from.subs(at)))
        means = [exactly(where_some(isolated_mean), {**at, n: start + more}) for more in range(4)]
        rising = all(a <= b for a, b in pairwise(means))
        yield trial.holds(rising, f"{children} children, degree {degree}: from {start} on {list(map(float, means))}")


@enclosed(poisson_tails)
def nearly_poisson_copies_nearly_attain_the_generating_bound(
    generating_bound: sp.Expr, factorial_moment: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Findings:
    """At r = 1, n = 10⁴, λ = 1/n and s = 2: twelve terms of the mean, none of them negative, add up to at most the bound."""
    alone = {r: 1, q: 1, omega: 1}
    terms = [s**j / sp.factorial(j) * valued(where_some(factorial_moment), {**alone, k: j}) for j in range(12)]
    bound = generating_bound.subs(mu, where_some(isolated_mean).subs(alone))
    yield trial.below(sp.Add(*terms), bound, at=[{n: 10**4, lam: sp.Rational(1, 10**4), s: sp.Integer(2)}])


# The bounds beside the laws of small lifts

some_copies, fewer_copies = (poisson_tails.aids[name] for name in ("some_copies", "fewer_copies"))
SPARSE_LIFTS = (
    *(lift for lift in SMALL if lift.density and 0 < lift.size * lift.density <= 1 < lift.size),  # one copy or none
    small(3, "1/3", "1/2"),  # up to three copies, at the largest degree that is allowed
    small(3, "1/4", "1/3", "1/2"),
)


@exact(poisson_tails)
@control("at most m copies", fewer_copies=fewer_copies.subs(m, m + 1))
@control("as many copies", fewer_copies=1 - fewer_copies)
@control("more than m copies", some_copies=some_copies.subs(m, m + 1))
def small_lifts_have_these_tails(some_copies: sp.Expr, fewer_copies: sp.Expr, trial: Trial) -> Findings:
    """The tails of the small lifts listed whose children have equally likely types, in fractions: with one child there are up to three
    isolated copies.
    """
    for lift in SPARSE_LIFTS:
        if len(set(lift.chances)) > 1:
            continue
        law = copies_by_enumeration(lift)
        at = {n: lift.size, r: len(lift.chances), q: lift.chances[0], omega: lift.region, lam: lift.size * lift.density}
        for count in (1, 2, 3):
            seen = chance_of(law, lambda outcome, count=count: outcome[-1] >= count)
            for claimed, found in ((some_copies, seen), (fewer_copies, 1 - seen)):
                value = exactly(claimed, {**at, m: count})
                yield trial.holds(value == found, f"{count} copies in {lift}: {found}, claimed {value}")


@enclosed(poisson_tails, cost=0.5)
def small_lifts_keep_the_bounds(
    generating_bound: sp.Expr, upper_tail: sp.Expr, lower_tail: sp.Expr, cantelli: sp.Expr, trial: Trial
) -> Findings:
    """A power moment, the second factorial moment and the tails of the small lifts listed, in fractions, are at most their bounds."""
    for lift in SPARSE_LIFTS:
        law = copies_by_enumeration(lift)
        mean = mean_of(law, lambda outcome: outcome[-1])
        variance = mean_of(law, lambda outcome: outcome[-1] ** 2) - mean**2
        power = mean_of(law, lambda outcome: 3 ** outcome[-1])
        yield trial.below(power, generating_bound, at=[{mu: mean, s: sp.Integer(2)}])
        pairs = variance + mean**2 - mean
        yield trial.holds(pairs <= mean**2, f"{pairs} ordered pairs of isolated copies on average, the mean is {mean}")
        for count in (1, 2, 3):
            at = {mu: mean, V: variance, m: sp.Integer(count)}
            seen = chance_of(law, lambda outcome, count=count: outcome[-1] >= count)
            yield trial.below(seen, upper_tail.subs(at), at=[{}])
        at = {mu: mean, V: variance, m: sp.S.One}
        seen = chance_of(law, lambda outcome: outcome[-1] < 1)
        yield trial.holds(seen <= lower_tail.subs(at), f"no isolated copy: {seen}")
        yield trial.holds(seen <= cantelli.subs(at), f"no isolated copy, by the variance: {seen}")
