"""Evidence for L11.2: copies in two hidden layers, by all small lifts in fractions."""

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
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.lifts.coverage import isolated_below
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import N_1, N_2, copies_law, m, omega, q, q_1, q_2
from sparse_limits.theory.lifts.degrees import k, n
from sparse_limits.theory.lifts.isolated import isolated_cells


@exact(isolated_cells, cost=0.5)
def moments_sum_over_all_lifts(
    expected_copies: sp.Expr,
    isolated_mean: sp.Expr,
    factorial_moment: sp.Expr,
    isolated_variance: sp.Expr,
    trial: Trial,
) -> Findings:
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
def tails_sum_over_all_lifts(isolated_at_least: sp.Expr, trial: Trial) -> Findings:
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
def roots_are_independent_given_the_first_layer(copy_chance: sp.Expr, some_copy: sp.Expr, trial: Trial) -> Findings:
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
