"""Evidence for L11.2: copies in two hidden layers, by all small lifts in fractions."""

from __future__ import annotations

from collections.abc import Iterator
from math import perm

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage_enumeration import (
    SMALL,
    chance_of,
    copies_by_enumeration,
    exactly,
    given_counts,
    mean_of,
)
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.lifts.coverage import isolated_below
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import N_1, N_2, copies_law, m, omega, q, q_1, q_2, r
from sparse_limits.theory.lifts.degrees import k, n
from sparse_limits.theory.lifts.isolated import (
    copy_chance,
    edge,
    expected_copies,
    factorial_moment,
    isolated_at_least,
    isolated_cells,
    isolated_mean,
    isolated_variance,
    some_copy,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(isolated_cells, cost=0.5)
@control("at least r children", expected_copies=expected_copies * (1 - edge) ** (r - n))
@control("children without order", expected_copies=expected_copies / sp.factorial(r))
@control("children may coincide", expected_copies=expected_copies * n**r / sp.ff(n, r))
@control("copies 10 % more", expected_copies=ELEVEN * expected_copies)
@control("every copy is isolated", isolated_mean=expected_copies)
@control("n in place of n − 1 other roots", isolated_mean=expected_copies * (1 - edge) ** (r * n))
@control("mean 10 % less", isolated_mean=NINE * isolated_mean)
@control("independent roots", factorial_moment=sp.ff(n, k) / n**k * isolated_mean**k)
@control("Poisson moments", factorial_moment=isolated_mean**k)
@control("moments 10 % more", factorial_moment=ELEVEN * factorial_moment)
@control("Poisson variance", isolated_variance=isolated_mean)
@control("without the mean", isolated_variance=isolated_variance - isolated_mean)
def moments_sum_over_all_lifts(
    expected_copies: sp.Expr,
    isolated_mean: sp.Expr,
    factorial_moment: sp.Expr,
    isolated_variance: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """All graphs, types and top weights of lifts with up to four vertices a layer, in fractions."""
    for lift in SMALL:
        law = copies_by_enumeration(lift)
        seen = mean_of(law, lambda outcome: outcome[-2])
        yield trial.holds(exactly(expected_copies, lift.point) == seen, f"EM = {seen}")
        mean = mean_of(law, lambda outcome: outcome[-1])
        yield trial.holds(exactly(isolated_mean, lift.point) == mean, f"EM' = {mean}")
        variance = mean_of(law, lambda outcome: outcome[-1] ** 2) - mean**2
        yield trial.holds(exactly(isolated_variance, lift.point) == variance, f"Var M' = {variance}")
        for order in range(lift.size + 1):
            seen = mean_of(law, lambda outcome, order=order: perm(outcome[-1], order))
            yield trial.holds(exactly(factorial_moment, {**lift.point, k: order}) == seen, f"E(M')_{order} = {seen}")


@exact(isolated_cells, cost=0.5)
@control("the first term alone", isolated_at_least=factorial_moment.subs(k, m) / sp.factorial(m))
@control(
    "Poisson", isolated_at_least=1 - sp.Sum(isolated_mean**k * sp.exp(-isolated_mean) / sp.factorial(k), (k, 0, m - 1))
)
@control("10 % more", isolated_at_least=ELEVEN * isolated_at_least)
def tails_sum_over_all_lifts(isolated_at_least: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """P(M' ≥ m) from all graphs, types and top weights, in fractions; the engine's truncated sum agrees."""
    for lift in SMALL:
        law = copies_by_enumeration(lift)
        for count in range(lift.size + 2):
            seen = chance_of(law, lambda outcome, count=count: outcome[-1] >= count)
            value = exactly(isolated_at_least, {**lift.point, m: count})
            yield trial.holds(value == seen, f"P(M' ≥ {count}) = {seen}")
            engine = isolated_below(lift.size, lift.size * lift.density, lift.chances, lift.region, count)
            yield trial.holds(abs(engine - float(1 - seen)) < 1e-15, "the engine agrees")


@exact(isolated_cells, cost=0.5)
@control("1 − e^{−EM}", some_copy=1 - sp.exp(-expected_copies.subs({r: 2, q: sp.sqrt(q_1 * q_2)})))
@control("independent roots", some_copy=1 - (1 - expected_copies.subs({r: 2, q: sp.sqrt(q_1 * q_2)}) / n) ** n)
@control("10 % less", some_copy=NINE * some_copy)
@control("a third child", copy_chance=copy_chance / (1 - edge) ** (n - 2))
@control("one pair of children", copy_chance=copy_chance / (N_1 * N_2))
@control("chance 10 % more", copy_chance=ELEVEN * copy_chance)
def roots_are_independent_given_the_first_layer(
    copy_chance: sp.Expr, some_copy: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """M given the counts of two types is binomial, and P(M ≥ 1), from all graphs, types and top weights."""
    for lift in (each for each in SMALL if len(each.chances) == 2):
        law = copies_by_enumeration(lift)
        first, second = map(sp.Rational, lift.chances)
        at = {**lift.point, q_1: first, q_2: second, omega: sp.Rational(lift.region)}
        seen = chance_of(law, lambda outcome: outcome[-2] > 0)
        yield trial.holds(exactly(some_copy, at) == seen, f"P(M ≥ 1) = {seen}")
        for counts, row in given_counts(law).items():
            chance = exactly(copy_chance, {**at, N_1: counts[0], N_2: counts[1]})
            binomial = {
                count: valued(copies_law, {n: lift.size, q: chance, m: count}) for count in range(lift.size + 1)
            }
            agree = all(mass == row.get(count, 0) for count, mass in binomial.items())
            yield trial.holds(agree, f"given {counts} binomial of chance {chance}")
