"""Evidence for the steps of L11.2: one vertex, one child or one isolated copy more, for all numbers of them."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.lifts.coverage_steps import over, where_some
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import N_1, N_2, i, m, omega, q, r
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.isolated import (
    cell_chance,
    copy_chance,
    edge,
    expected_copies,
    factorial_moment,
    isolated_cells,
    isolated_mean,
    isolated_variance,
    isolation,
    places,
    tail_weight,
    tuple_chance,
    tuples,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
p = sp.Symbol("p", positive=True)  # of an edge
more = sp.Symbol("l", integer=True, nonnegative=True)  # isolated copies beyond m


def by_edges(chance: sp.Expr) -> sp.Expr:
    """A probability in that of an edge, which stays the same as vertices are added."""
    return chance.subs(lam, p * n)


@exact(isolated_cells, step="places")
@control("children without order", places=places / sp.factorial(r))
@control("children may coincide", places=n ** (r + 1))
@control("one root", places=sp.ff(n, r))
@control("10 % more", places=ELEVEN * places)
def children_are_chosen_one_by_one(places: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A further child is none of the r chosen; one child, and one root, are any."""
    yield trial.same(places.subs(r, r + 1), (n - r) * places, by=over(places))
    yield trial.same(places.subs(r, 1), n**2, by=sp.expand_func)


@exact(isolated_cells, step="one place")
@control("at least r children", cell_chance=cell_chance * (1 - edge) ** (r - n))
@control("types forgotten", cell_chance=cell_chance / q**r)
@control("top weights forgotten", cell_chance=cell_chance / omega)
@control("10 % more", cell_chance=ELEVEN * cell_chance)
def cells_are_extended_vertex_by_vertex(cell_chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One vertex more that the root does not hear, and one more that it hears and that has its type; one vertex alone."""
    yield trial.same(cell_chance.subs(r, r + 1), cell_chance * q * lam / (n - lam), by=over(cell_chance))
    chance = by_edges(cell_chance)
    yield trial.same(chance.subs(n, n + 1), (1 - p) * chance, by=over(chance))
    yield trial.same(valued(chance, {n: n + 1, r: r + 1}), p * q * chance, by=over(chance))
    yield trial.same(chance.subs({n: 1, r: 1}), p * q * omega)


@exact(isolated_cells, step="copies")
@control("at least r children", expected_copies=expected_copies * (1 - edge) ** (r - n))
@control("children without order", expected_copies=expected_copies / sp.factorial(r))
@control("children may coincide", expected_copies=expected_copies * n**r / sp.ff(n, r))
@control("one root", places=sp.ff(n, r))
@control("types forgotten", cell_chance=cell_chance / q**r)
def copies_are_summed_over_places(
    places: sp.Expr, cell_chance: sp.Expr, expected_copies: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All choices have the same probability; one child more than there are vertices has no choice."""
    yield trial.same(where_some(expected_copies), places * cell_chance)
    yield trial.vanishes(places.subs(r, n + 1))


@exact(isolated_cells, step="isolation")
@control("of one child", isolation=(1 - edge) ** (n - 1))
@control("n in place of n − 1 other roots", isolation=(1 - edge) ** (r * n))
@control("edges that are there", isolation=edge ** (r * (n - 1)))
@control("10 % more", isolation=ELEVEN * isolation)
def roots_are_added_one_by_one(isolation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One root more hears none of r children; one child more is not heard by n − 1 roots; one root is none other."""
    chance = by_edges(isolation)
    yield trial.same(isolation.subs(r, r + 1), (1 - edge) ** (n - 1) * isolation, by=over(isolation))
    yield trial.same(chance.subs(n, n + 1), (1 - p) ** r * chance, by=over(chance))
    yield trial.same(chance.subs(n, 1), 1)


@exact(isolated_cells, step="isolated copies")
@control("every copy is isolated", isolated_mean=expected_copies)
@control("n in place of n − 1 other roots", isolated_mean=expected_copies * (1 - edge) ** (r * n))
@control("10 % less", isolated_mean=NINE * isolated_mean)
@control("of one child", isolation=(1 - edge) ** (n - 1))
@control("children may coincide", expected_copies=expected_copies * n**r / sp.ff(n, r))
def isolated_ones_are_a_share(
    expected_copies: sp.Expr, isolation: sp.Expr, isolated_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The edges of isolation are others than those of the copy."""
    yield trial.same(where_some(isolated_mean), isolation * where_some(expected_copies))


@exact(isolated_cells, step="several places")
@control("children in common", tuples=sp.ff(n, k) * sp.ff(n, r) ** k)
@control("roots in common", tuples=n**k * sp.ff(n, r * k))
@control("without order", tuples=tuples / sp.factorial(k))
@control("10 % more", tuples=ELEVEN * tuples)
def lists_are_extended_one_by_one(tuples: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A further root and its children are others than those chosen; no cell can be chosen in one way."""
    here = sp.ff(n, k) * sp.ff(n, r * k)
    further = (n - k) * sp.ff(n - r * k, r)
    apart = {sp.ff(n, k + 1): sp.ff(n, k) * (n - k), sp.ff(n, r * (k + 1)): sp.ff(n, r * k) * sp.ff(n - r * k, r)}
    yield trial.same(tuples.subs(k, k + 1), tuples * further, by=lambda gap: over(here)(gap.subs(apart)))
    yield trial.same(tuples.subs(k, 0), 1)


@exact(isolated_cells, step="all at once")
@control("independent copies", tuple_chance=(cell_chance * isolation) ** k)
@control("copies that need not be isolated", tuple_chance=cell_chance**k)
@control("other vertices forgotten", tuple_chance=tuple_chance * (1 - edge) ** (-k * (n - r * k)))
@control("10 % more", tuple_chance=ELEVEN * tuple_chance)
@control("of one child", isolation=(1 - edge) ** (n - 1))
@control("types forgotten", cell_chance=cell_chance / q**r)
def cells_are_added_one_by_one(
    cell_chance: sp.Expr, isolation: sp.Expr, tuple_chance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A further copy: of its edges, present or absent, 2rk are known to be absent, as k are isolated; none, and one copy."""
    known = (1 - edge) ** (2 * r * k)
    yield trial.same(
        valued(tuple_chance, {k: k + 1}), tuple_chance * cell_chance * isolation / known, by=over(tuple_chance)
    )
    yield trial.same(tuple_chance.subs(k, 0), 1)


@exact(isolated_cells, step="factorial moments")
@control("independent roots", factorial_moment=sp.ff(n, k) / n**k * isolated_mean**k)
@control("Poisson moments", factorial_moment=isolated_mean**k)
@control("10 % more", factorial_moment=ELEVEN * factorial_moment)
@control("roots in common", tuples=n**k * sp.ff(n, r * k))
@control("independent copies", tuple_chance=(cell_chance * isolation) ** k)
def moments_are_summed_over_lists(
    tuples: sp.Expr, tuple_chance: sp.Expr, factorial_moment: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All lists have the same probability."""
    yield trial.same(where_some(factorial_moment), tuples * tuple_chance)


@exact(isolated_cells, step="variance")
@control("Poisson variance", isolated_variance=isolated_mean)
@control("without the mean", isolated_variance=isolated_variance - isolated_mean)
@control("10 % more", isolated_variance=ELEVEN * isolated_variance)
@control("Poisson moments", factorial_moment=isolated_mean**k)
@control("every copy is isolated", isolated_mean=expected_copies)
def squares_are_falling_squares(
    isolated_mean: sp.Expr, factorial_moment: sp.Expr, isolated_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """x² = x(x − 1) + x, in the mean; the first factorial moment is the mean."""
    mean = where_some(isolated_mean)
    square = where_some(factorial_moment.subs(k, 2)) + where_some(factorial_moment.subs(k, 1))
    yield trial.same(where_some(isolated_variance) + mean**2, square, by=over(mean))


@exact(isolated_cells, step="weights of a tail")
@control("of the probability of m", tail_weight=(-1) ** (i - m) * sp.binomial(i, m))
@control("without signs", tail_weight=(-1) ** (i - m) * tail_weight)
@control("one copy more", tail_weight=tail_weight.subs(m, m + 1))
@control("10 % more", tail_weight=ELEVEN * tail_weight)
def weights_of_tails_telescope(tail_weight: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 for x = m copies; from x = m + l to x + 1 copies the i-th term grows by differences, 0 before m and beyond x + 1."""
    yield trial.same(tail_weight.subs(i, m), 1)
    size = m + more
    part = (-1) ** (i - m) * sp.binomial(size, m - 1) * sp.binomial(more, i - m)
    grown = tail_weight * sp.binomial(size, i - 1)
    yield trial.same(grown, part - part.subs(i, i - 1), by=over(sp.binomial(size, i - 1)))
    for outside in (m - 1, size + 1):
        yield trial.vanishes(part.subs(i, outside))


@exact(isolated_cells, step="two children")
@control("a third child", copy_chance=copy_chance / (1 - edge) ** (n - 2))
@control("one pair of children", copy_chance=copy_chance / (N_1 * N_2))
@control("10 % more", copy_chance=ELEVEN * copy_chance)
@control("top weights forgotten", cell_chance=cell_chance / omega)
def pairs_exclude_each_other(cell_chance: sp.Expr, copy_chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Each pair of children of the right types is that of a copy as in *one place*, its types given."""
    given = cell_chance.subs(r, 2) / q**2
    yield trial.same(where_some(copy_chance), N_1 * N_2 * given)
