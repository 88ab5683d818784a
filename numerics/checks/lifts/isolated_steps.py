"""Evidence for the steps of L11.2: one vertex, one child or one isolated copy more, for all numbers of them."""

from math import perm

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage import (
    SMALL,
    chance_of,
    copies_by_enumeration,
    exactly,
    given_counts,
    mean_of,
)
from sparse_limits.numerics.checks.lifts.coverage_steps import over
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.lifts.coverage import isolated_below
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import N_1, N_2, copies_law, i, m, omega, q, q_1, q_2, r, where_some
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.isolated import edge, isolated_cells

p = sp.Symbol("p", positive=True)  # of an edge
more = sp.Symbol("l", integer=True, nonnegative=True)  # isolated copies beyond m


def by_edges(chance: sp.Expr) -> sp.Expr:
    """A probability in that of an edge, which stays the same as vertices are added."""
    return chance.subs(lam, p * n)


@exact(isolated_cells, step="places")
def children_are_chosen_one_by_one(places: sp.Expr, trial: Trial) -> Findings:
    """A further child is one of the n − r vertices that are not chosen; the one child and the one root are any of n."""
    yield trial.same(places.subs(r, r + 1), (n - r) * places, by=over(places))
    yield trial.same(places.subs(r, 1), n**2, by=sp.expand_func)


@exact(isolated_cells, step="one place")
def cells_are_extended_vertex_by_vertex(cell_chance: sp.Expr, trial: Trial) -> Findings:
    """One vertex more without an edge to the root gives the factor 1 − p, one child more of its type the factor pq; the cell of one vertex
    alone.
    """
    yield trial.same(cell_chance.subs(r, r + 1), cell_chance * q * lam / (n - lam), by=over(cell_chance))
    chance = by_edges(cell_chance)
    yield trial.same(chance.subs(n, n + 1), (1 - p) * chance, by=over(chance))
    yield trial.same(valued(chance, {n: n + 1, r: r + 1}), p * q * chance, by=over(chance))
    yield trial.same(chance.subs({n: 1, r: 1}), p * q * omega)


@exact(isolated_cells, step="isolation")
def roots_are_added_one_by_one(isolation: sp.Expr, trial: Trial) -> Findings:
    """One root more has no edge from any of r children; one child more has no edge to the n − 1 other roots; with one root there is no
    other.
    """
    chance = by_edges(isolation)
    yield trial.same(isolation.subs(r, r + 1), (1 - edge) ** (n - 1) * isolation, by=over(isolation))
    yield trial.same(chance.subs(n, n + 1), (1 - p) ** r * chance, by=over(chance))
    yield trial.same(chance.subs(n, 1), 1)


@exact(isolated_cells, step="several places")
def lists_are_extended_one_by_one(tuples: sp.Expr, trial: Trial) -> Findings:
    """A further root and its children are among those not chosen yet; there is one way to choose no cell."""
    here = sp.ff(n, k) * sp.ff(n, r * k)
    further = (n - k) * sp.ff(n - r * k, r)
    apart = {sp.ff(n, k + 1): sp.ff(n, k) * (n - k), sp.ff(n, r * (k + 1)): sp.ff(n, r * k) * sp.ff(n - r * k, r)}
    yield trial.same(tuples.subs(k, k + 1), tuples * further, by=lambda gap: over(here)(gap.subs(apart)))
    yield trial.same(tuples.subs(k, 0), 1)


@exact(isolated_cells, step="all at once")
def cells_are_added_one_by_one(
    cell_chance: sp.Expr, isolation: sp.Expr, tuple_chance: sp.Expr, trial: Trial
) -> Findings:
    """A further copy gives the factors of one cell and its isolation, without the 2rk edges already known to be absent, as k are isolated;
    without copies the probability is 1.
    """
    known = (1 - edge) ** (2 * r * k)
    yield trial.same(
        valued(tuple_chance, {k: k + 1}), tuple_chance * cell_chance * isolation / known, by=over(tuple_chance)
    )
    yield trial.same(tuple_chance.subs(k, 0), 1)


@exact(isolated_cells, step="variance")
def squares_are_falling_squares(
    isolated_mean: sp.Expr, factorial_moment: sp.Expr, isolated_variance: sp.Expr, trial: Trial
) -> Findings:
    """x² = x(x − 1) + x, in the mean; the first factorial moment is the mean."""
    mean = where_some(isolated_mean)
    square = where_some(factorial_moment.subs(k, 2)) + where_some(factorial_moment.subs(k, 1))
    yield trial.same(where_some(isolated_variance) + mean**2, square, by=over(mean))


@exact(isolated_cells, step="weights of a tail")
def weights_of_tails_telescope(tail_weight: sp.Expr, trial: Trial) -> Findings:
    """The weight is 1 for x = m copies; from x = m + l to x + 1 copies the i-th term grows by a difference of terms that are 0 before m and
    beyond x + 1.
    """
    yield trial.same(tail_weight.subs(i, m), 1)
    size = m + more
    part = (-1) ** (i - m) * sp.binomial(size, m - 1) * sp.binomial(more, i - m)
    grown = tail_weight * sp.binomial(size, i - 1)
    yield trial.same(grown, part - part.subs(i, i - 1), by=over(sp.binomial(size, i - 1)))
    for outside in (m - 1, size + 1):
        yield trial.vanishes(part.subs(i, outside))


# Copies in two hidden layers, by all small lifts in fractions


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
