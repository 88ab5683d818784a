"""Evidence for the steps of L11.3, besides their reasons: rates grow child by child; and more."""

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage_steps import over
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.limits import limit_by_logarithm
from sparse_limits.theory.lifts.coverage import omega, q, r, where_some
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.wide_lifts import copies_in_wide_lifts, degree, flattest, steepest

further = sp.Symbol("l", nonnegative=True)  # children beyond two


def limits_of(mean: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The limit of a mean for one child, over n, and of what one child more multiplies it by, for all r."""
    formula = where_some(mean).subs(lam, degree)
    multiple = sp.simplify(sp.gammasimp(sp.powsimp(formula.subs(r, r + 1) / formula)))
    first, following = (limit_by_logarithm(each, n) for each in (sp.expand_func(formula.subs(r, 1)) / n, multiple))
    return first.subs(degree, lam), following.subs(degree, lam)


@exact(copies_in_wide_lifts, step="rates", cost=0.5)
def rates_grow_child_by_child(
    copies_rate: sp.Expr, isolated_rate: sp.Expr, expected_copies: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Findings:
    """The limit of what one child more multiplies the means by, for all r; and the limits for one child."""
    for mean, rate in ((expected_copies, copies_rate), (isolated_mean, isolated_rate)):
        first, multiple = trial.once(limits_of, mean)
        yield trial.same(rate.subs(r, r + 1), rate * multiple, by=over(rate))
        yield trial.same(rate.subs(r, 1), first, by=sp.expand)


@exact(copies_in_wide_lifts, step="two of them")
def second_moments_are_exact(
    pair_ratio: sp.Expr, factorial_moment: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Findings:
    """The second factorial moment over the square of the mean."""
    second, mean = where_some(factorial_moment).subs(k, 2), where_some(isolated_mean)
    apart = {sp.ff(n, 2 * r): sp.ff(n, r) * sp.ff(n - r, r), sp.ff(n, 2): n * (n - 1)}
    yield trial.same(pair_ratio, second / mean**2, by=lambda gap: over(pair_ratio)(gap.subs(apart)))


@exact(copies_in_wide_lifts, step="largest differences")
def differences_are_largest_at_these_degrees(
    isolated_rate: sp.Expr, best_lambda: sp.Expr, most_below: sp.Expr, most_above: sp.Expr, trial: Trial
) -> Findings:
    """The first is taken with q^r = r^{−r} and ω = 1 at the best degree; the second at the degree 1, where λ times the rate has the slope 0
    and a concave logarithm.
    """
    largest = isolated_rate.subs({omega: 1, q: 1 / r})
    below = (1 + r**2) * largest.subs(lam, best_lambda)
    yield trial.same(most_below, below, by=over(most_below))
    above = 2 * r * lam * largest
    yield trial.same(most_above, above.subs(lam, 1), by=over(most_above))
    rise = sp.simplify(sp.diff(above, lam) / above).subs(lam, degree)
    yield trial.vanishes(rise.subs(degree, 1))
    yield trial.nonnegative(-sp.diff(rise, degree), (r + 1) / degree**2)


@enclosed(copies_in_wide_lifts, step="extremes")
def one_child_has_the_extremes(
    dispersion: sp.Expr,
    slope: sp.Expr,
    most_below: sp.Expr,
    most_above: sp.Expr,
    least_dispersion: sp.Expr,
    most_dispersion: sp.Expr,
    trial: Trial,
) -> Findings:
    """For one child the extremes are the values where the derivative is 0. For r = 2 the largest differences stay inside, and one child
    more multiplies them by less than 1.

    (1 + 1/(1 + r))^{-r} and (1 + 1/r)^{-r} are at most 1 from r = 2 on: what is left of the multiples is compared with 1.
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
