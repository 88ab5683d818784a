"""Evidence for L11.4: the bounds beside the laws of small lifts."""

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage_enumeration import (
    SMALL,
    chance_of,
    copies_by_enumeration,
    exactly,
    mean_of,
    small,
)
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.theory.lifts.coverage import m, omega, q, r
from sparse_limits.theory.lifts.degrees import lam, n
from sparse_limits.theory.lifts.isolated_tails import V, mu, poisson_tails, s

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
