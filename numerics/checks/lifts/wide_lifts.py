"""Evidence for the steps of L11.3: limits of rates by one child more, first orders, and the extremes of the dispersion."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage_steps import over, where_some
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.limits import limit_by_logarithm
from sparse_limits.theory.lifts.coverage import i, omega, q, r
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.wide_lifts import (
    at_one_child,
    best_lambda,
    change_of_root,
    copies_in_wide_lifts,
    copies_rate,
    dispersion,
    efron_stein,
    excess,
    factor,
    flattest,
    isolated_rate,
    least_dispersion,
    most_above,
    most_below,
    most_dispersion,
    pair_ratio,
    slope,
    steepest,
    variance_rate,
)

ELEVEN, NINE, HALF = sp.Rational(11, 10), sp.Rational(9, 10), sp.Rational(1, 2)
x = sp.Symbol("x", positive=True)  # 1/n
degree = sp.Symbol("lambda", positive=True)

further = sp.Symbol("l", nonnegative=True)  # children beyond two


def limits_of(mean: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The limit of a mean for one child, over n, and of what one child more multiplies it by, for all r."""
    formula = where_some(mean).subs(lam, degree)
    multiple = sp.simplify(sp.gammasimp(sp.powsimp(formula.subs(r, r + 1) / formula)))
    first, following = (limit_by_logarithm(each, n) for each in (sp.expand_func(formula.subs(r, 1)) / n, multiple))
    return first.subs(degree, lam), following.subs(degree, lam)


@exact(copies_in_wide_lifts, step="rates", cost=0.5)
@control("at least r children", copies_rate=copies_rate * sp.exp(lam))
@control("types forgotten", copies_rate=copies_rate / q**r)
@control("10 % more copies", copies_rate=ELEVEN * copies_rate)
@control("every copy is isolated", isolated_rate=copies_rate)
@control("one child isolated", isolated_rate=isolated_rate * sp.exp((r - 1) * lam))
@control("10 % less isolated ones", isolated_rate=NINE * isolated_rate)
def rates_grow_child_by_child(
    copies_rate: sp.Expr,
    isolated_rate: sp.Expr,
    expected_copies: sp.Expr,
    isolated_mean: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The limit of what one child more multiplies the means by, for all r; and the limits for one child."""
    for mean, rate in ((expected_copies, copies_rate), (isolated_mean, isolated_rate)):
        first, multiple = trial.once(limits_of, mean)
        yield trial.same(rate.subs(r, r + 1), rate * multiple, by=over(rate))
        yield trial.same(rate.subs(r, 1), first, by=sp.expand)


@exact(copies_in_wide_lifts, step="best degree")
@control("the best for all copies", best_lambda=r)
@control("one", best_lambda=sp.S.One)
@control("10 % more", best_lambda=ELEVEN * best_lambda)
@control("every copy is isolated", isolated_rate=copies_rate)
def rate_rises_and_falls(isolated_rate: sp.Expr, best_lambda: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of the logarithm is 0 there, and falls by r/λ²."""
    rise = sp.diff(sp.expand_log(sp.log(isolated_rate.subs(lam, degree)), force=True), degree)
    yield trial.same(rise, r / degree - (1 + r), by=sp.expand)
    yield trial.same(r / best_lambda, 1 + r, by=sp.cancel)
    yield trial.nonnegative(-sp.diff(rise, degree), r / degree**2)


@exact(copies_in_wide_lifts, step="two of them")
@control("independent copies", pair_ratio=sp.S.One)
@control("roots in common", pair_ratio=pair_ratio / (1 - 1 / n))
@control("absent edges counted twice", pair_ratio=pair_ratio * (1 - lam / n) ** (2 * r))
@control("10 % more", pair_ratio=ELEVEN * pair_ratio)
def second_moments_are_exact(
    pair_ratio: sp.Expr, factorial_moment: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The second factorial moment over the square of the mean."""
    second, mean = where_some(factorial_moment).subs(k, 2), where_some(isolated_mean)
    apart = {sp.ff(n, 2 * r): sp.ff(n, r) * sp.ff(n - r, r), sp.ff(n, 2): n * (n - 1)}
    yield trial.same(pair_ratio, second / mean**2, by=lambda gap: over(pair_ratio)(gap.subs(apart)))


@exact(copies_in_wide_lifts, step="factors")
@control("as if children were drawn anew", factor=1 - r / n)
@control("one child on", factor=factor.subs(i, i + 1))
@control("10 % more", factor=ELEVEN * factor)
def products_have_these_factors(factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(n − r)_i/(n)_i, from i children to i + 1."""
    product = sp.ff(n - r, i) / sp.ff(n, i)
    apart = {sp.ff(n - r, i + 1): sp.ff(n - r, i) * (n - r - i), sp.ff(n, i + 1): sp.ff(n, i) * (n - i)}
    cancel = lambda gap: sp.cancel(gap.subs(apart))  # noqa: E731
    yield trial.induction(product, i, sp.S.One, lambda term: term * factor, by=cancel)


@exact(copies_in_wide_lifts, step="first order")
@control("children of one root only", excess=2 * r * lam - 1 - r)
@control("isolation forgotten", excess=-1 - r**2)
@control("one degree", excess=r * lam - 1 - r**2)
@control("10 % more", excess=ELEVEN * excess)
@control("roots in common", pair_ratio=pair_ratio / (1 - 1 / n))
@control("as if no child were taken", factor=sp.S.One)
def ratios_have_this_first_order(
    pair_ratio: sp.Expr, factor: sp.Expr, excess: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """In x = 1/n: the derivatives at 0 of r such numbers, and of what is left of the ratio without their product."""
    rest = (pair_ratio * sp.ff(n, r) / sp.ff(n - r, r)).subs(n, 1 / x)
    one = sp.cancel(factor.subs(n, 1 / x))
    yield trial.same(excess, (sp.diff(rest, x) + r * sp.diff(one, x)).subs(x, 0))
    yield trial.same(rest.subs(x, 0), 1)
    yield trial.same(one.subs(x, 0), 1)


@exact(copies_in_wide_lifts, step="variance")
@control("Poisson", variance_rate=isolated_rate)
@control("roots that do not meet", variance_rate=isolated_rate * (1 - isolated_rate))
@control("10 % more", variance_rate=ELEVEN * variance_rate)
@control("isolation forgotten", excess=-1 - r**2)
@control("every copy is isolated", isolated_rate=copies_rate)
def variances_have_both_terms(
    isolated_rate: sp.Expr, excess: sp.Expr, variance_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The rate, and its square times the first order of the ratio."""
    yield trial.same(variance_rate, isolated_rate + excess * isolated_rate**2, by=sp.expand)


@exact(copies_in_wide_lifts, step="dispersion")
@control("Poisson", dispersion=sp.S.One)
@control("roots that do not meet", dispersion=1 - isolated_rate)
@control("every copy is isolated", dispersion=1 - (1 + r**2 - 2 * r * lam) * copies_rate)
@control("10 % more", dispersion=ELEVEN * dispersion)
@control("Poisson variance", variance_rate=isolated_rate)
@control("every rate is that of all copies", isolated_rate=copies_rate)
def dispersions_are_quotients(
    isolated_rate: sp.Expr, variance_rate: sp.Expr, dispersion: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The limit of the variance over that of the mean."""
    yield trial.same(dispersion * isolated_rate, variance_rate, by=sp.expand)


@exact(copies_in_wide_lifts, step="one child")
@control("of the other sign", slope=-slope)
@control("one place", slope=slope / (lam - flattest))
@control("10 % more", slope=ELEVEN * slope)
@control("roots that do not meet", dispersion=1 - isolated_rate)
def one_child_turns_twice(dispersion: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its derivative; 1 at both ends. Signs before, between and after the two places."""
    one = dispersion.subs({r: 1, q: 1, omega: 1})
    yield trial.same(slope, sp.diff(one, lam), by=sp.expand)
    for end in (0, sp.oo):
        yield trial.same(sp.limit(one, lam, end), 1)
    y = sp.Symbol("y", nonnegative=True)
    first, second, apart = 1 - 1 / sp.sqrt(2), 1 + 1 / sp.sqrt(2), sp.sqrt(2)
    rise = slope * sp.exp(2 * lam)
    yield trial.nonnegative(
        -rise, 4 * (y / (1 + y) * first + apart) * first * y / (1 + y), where={lam: first / (1 + y)}
    )
    yield trial.nonnegative(rise, 8 * y / (1 + y) ** 2, where={lam: (first + second * y) / (1 + y)})
    yield trial.nonnegative(-rise, 4 * y * (y + apart), where={lam: second + y})


@exact(copies_in_wide_lifts, step="largest differences")
@control("without the root", most_below=r**2 * most_below / (1 + r**2))
@control("one type for all", most_below=r**r * most_below)
@control("10 % less below", most_below=NINE * most_below)
@control("at the best degree", most_above=2 * r ** (1 - r) * (r / (r + 1)) ** (r + 1) * sp.exp(-r))
@control("not twice", most_above=most_above / 2)
@control("10 % less above", most_above=NINE * most_above)
@control("every copy is isolated", isolated_rate=copies_rate)
@control("the best for all copies", best_lambda=r)
def differences_are_largest_there(
    isolated_rate: sp.Expr, best_lambda: sp.Expr, most_below: sp.Expr, most_above: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """With q^r = r^{−r} and ω = 1 at the best degree; and at 1, where λ times the rate rises no more and its logarithm is concave."""
    largest = isolated_rate.subs({omega: 1, q: 1 / r})
    below = (1 + r**2) * largest.subs(lam, best_lambda)
    yield trial.same(most_below, below, by=over(most_below))
    above = 2 * r * lam * largest
    yield trial.same(most_above, above.subs(lam, 1), by=over(most_above))
    rise = sp.simplify(sp.diff(above, lam) / above).subs(lam, degree)
    yield trial.vanishes(rise.subs(degree, 1))
    yield trial.nonnegative(-sp.diff(rise, degree), (r + 1) / degree**2)


@enclosed(copies_in_wide_lifts, step="extremes")
@control("Poisson at the least", least_dispersion=sp.S.One)
@control("largest rate", least_dispersion=at_one_child.subs(lam, HALF))
@control("10 % less", least_dispersion=NINE * least_dispersion)
@control("two children", most_dispersion=dispersion.subs({r: 2, q: HALF, omega: 1, lam: flattest}))
@control("10 % more", most_dispersion=ELEVEN * most_dispersion)
@control("one type for all", most_below=r**r * most_below)
@control("five times above", most_above=5 * most_above)
@control("roots that do not meet", dispersion=1 - isolated_rate)
@control("the other places", slope=slope.subs(lam, lam / 2))
def one_child_has_the_extremes(
    dispersion: sp.Expr,
    slope: sp.Expr,
    most_below: sp.Expr,
    most_above: sp.Expr,
    least_dispersion: sp.Expr,
    most_dispersion: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The values where the derivative is 0; for r = 2 less is possible, and from r = 2 on what one child more multiplies by is below 1.

    (1 + 1/(1 + r))^{-r} and (1 + 1/r)^{-r} are at most 1 there: what is left of the multiples is compared with 1.
    """
    one = dispersion.subs({r: 1, q: 1, omega: 1})
    for place, extreme in ((steepest, least_dispersion), (flattest, most_dispersion)):
        yield trial.vanishes(slope.subs(lam, place))
        yield trial.same(one.subs(lam, place), extreme, by=sp.expand)
    yield trial.everywhere(0, least_dispersion, strict=True)
    yield trial.everywhere(least_dispersion, 1 - most_below.subs(r, 2), strict=True)
    yield trial.everywhere(1 + most_above.subs(r, 2), most_dispersion, strict=True)
    below = (1 + (r + 1) ** 2) / ((1 + r**2) * (r + 2) * sp.E)
    multiple = most_below.subs(r, r + 1) / most_below * ((r + 2) / (r + 1)) ** r
    yield trial.same(multiple, below, by=over(below))
    spare = (1 + r**2) * (r + 2) - (1 + (r + 1) ** 2)
    certificate = 10 + 15 * further + 7 * further**2 + further**3
    yield trial.nonnegative(spare.subs(r, further + 2), certificate, by=sp.expand)
    multiple = most_above.subs(r, r + 1) / most_above * ((r + 1) / r) ** r
    yield trial.same(multiple, 1 / (r * sp.E), by=over(multiple))


@exact(copies_in_wide_lifts, step="mean square")
@control("only the vertices it loses", change_of_root=1 + 3 * lam + lam**2)
@control("in-degrees without fluctuation", change_of_root=(1 + 2 * lam) ** 2)
@control("10 % more", change_of_root=ELEVEN * change_of_root)
def mean_squares_are_binomial(change_of_root: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """|A| + |A'| is binomial of 2n trials: the mean of (1 + |A| + |A'|)² from its generating function lacks 2λ²/n."""
    s = sp.Symbol("s", positive=True)
    law = s * (1 - lam / n + lam / n * s) ** (2 * n)
    square = sp.simplify(sp.diff(s * sp.diff(law, s), s).subs(s, 1))
    yield trial.nonnegative(change_of_root - square, 2 * lam**2 / n)


@exact(copies_in_wide_lifts, step="all pieces")
@control("a root's own cell alone", efron_stein=n)
@control("both halves", efron_stein=2 * efron_stein)
@control("10 % less", efron_stein=NINE * efron_stein)
@control("in-degrees without fluctuation", change_of_root=(1 + 2 * lam) ** 2)
def pieces_are_added(change_of_root: sp.Expr, efron_stein: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of n times 1 and of n times the mean square of a root."""
    yield trial.same(efron_stein, n * (1 + change_of_root) / 2, by=sp.expand)
