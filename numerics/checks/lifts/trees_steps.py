"""Evidence for the steps of L9: a layer behind some vertices, and lassos for all lengths."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.degrees import k, lam, n
from sparse_limits.theory.lifts.trees import (
    K,
    X,
    a,
    at_least_one,
    c,
    j,
    lasso,
    limit,
    local_trees,
    m,
    no_collision,
    none,
    once,
    parent_share,
    placements,
    s,
    transition,
    union_bound,
    w,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
CHANCE = lam / n


def absent(gap: sp.Expr) -> sp.Expr:
    """A gap simplified with a letter for the probability that an edge is absent."""
    return sp.simplify(gap.subs(lam, n * (1 - sp.Symbol("q", positive=True))))


def over_the_first(gap: sp.Expr) -> sp.Expr:
    """A gap of products over the first of them."""
    terms = sp.Add.make_args(gap)
    return sp.simplify(sum(sp.simplify(each / terms[0]) for each in terms))


@exact(local_trees, step="one vertex")
@control("one edge", none=1 - CHANCE)
@control("10 % less", none=NINE * none)
@control("all k", none=1 - k * CHANCE)
@control("any one", once=k * CHANCE)
@control("a certain one", once=once / k)
@control("10 % more", once=ELEVEN * once)
def edges_come_one_by_one(none: sp.Expr, once: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One vertex more is reached, to which there is an edge or not; and the first."""
    yield trial.same(none, (1 - CHANCE) ** k)
    yield trial.same(none.subs(k, k + 1), none * (1 - CHANCE), by=absent)
    yield trial.same(once.subs(k, k + 1), once * (1 - CHANCE) + none * CHANCE, by=absent)
    yield trial.same(none.subs(k, 1), 1 - CHANCE)
    yield trial.same(once.subs(k, 1), CHANCE)


@exact(local_trees, step="no collision")
@control("the k − 1 others only", no_collision=((1 - CHANCE) ** (k - 1)) ** n)
@control("pairs of edges", no_collision=(1 - sp.binomial(k, 2) * CHANCE**2) ** n)
@control("10 % less", no_collision=NINE * no_collision)
@control("one edge", none=1 - CHANCE)
@control("any one", once=k * CHANCE)
def all_vertices_have_at_most_one(
    none: sp.Expr, once: sp.Expr, no_collision: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The n-th power of the sum."""
    yield trial.same(no_collision, (none + once) ** n, by=absent)


@exact(local_trees, step="share")
@control("the share before it is known that none has two", parent_share=k * CHANCE)
@control("share 10 % more", parent_share=ELEVEN * parent_share)
@control("of those without an edge", parent_share=1 - parent_share)
@control("one edge", none=1 - CHANCE)
@control("a certain one", once=once / k)
def one_edge_of_at_most_one(none: sp.Expr, once: sp.Expr, parent_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One, over one or none."""
    yield trial.same(parent_share, once / (none + once), by=absent)


@exact(local_trees, step="transition")
@control("a vertex may be reached twice", transition=binomial_law(n, 1 - (1 - CHANCE) ** k, j))
@control("edges instead of the vertices reached", transition=binomial_law(k * n, CHANCE, j))
@control("10 % more", transition=ELEVEN * transition)
@control("10 % less of the first", no_collision=NINE * no_collision)
@control("the share before it is known that none has two", parent_share=k * CHANCE)
def transitions_are_products(
    no_collision: sp.Expr, parent_share: sp.Expr, transition: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """No collision, and then a binomial number."""
    yield trial.same(transition, no_collision * binomial_law(n, parent_share, j), by=over_the_first)


@exact(local_trees, step="placements")
@control("copies may coincide", placements=n ** (m - 1))
@control("the root as well", placements=n * placements)
@control("10 % more", placements=ELEVEN * placements)
@control("all of them different", placements=sp.ff(n, m - 1))
def vertices_are_placed_one_by_one(placements: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One vertex more is placed in n ways, a pair above one base vertex in n(n − 1); one edge at the root asks for no other."""
    yield trial.same(placements.subs(m, m + 1), n * placements)
    pair = {m: m + 2, c: c + 1}
    yield trial.same(valued(placements, pair), n * (n - 1) * placements)
    yield trial.same(placements.subs({m: 1, c: 0}), sp.S.One)


@exact(local_trees, step="lasso")
@control("copies may coincide", lasso=w / n)
@control("one more shared", lasso=lasso.subs(c, c + 1))
@control("a copy too many", lasso=n * lasso)
@control("10 % less", lasso=NINE * lasso)
@control("the root as well", placements=n * placements)
def lassos_are_placed(placements: sp.Expr, lasso: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Each placement, with the probability of its m edges."""
    yield trial.same(lasso, placements * w / n**m)


def of_terms(gap: sp.Expr) -> sp.Expr:
    """A gap of sums over one range, as the gap of their terms."""
    if len({each.limits for each in gap.atoms(sp.Sum)}) != 1:
        return gap
    return sp.simplify(gap.replace(sp.Sum, lambda function, *_: function))


def over_pairs(term: sp.Expr) -> sp.Expr:
    """The sum over stems of length s and branches of length a ≥ 2 of a path with K layers."""
    return sp.Sum(sp.Sum(term, (s, 0, K - a)), (a, 2, sp.Max(K, 1)))


@exact(local_trees, step="path")
@control("ordered pairs", union_bound=2 * union_bound)
@control("no stems", union_bound=sp.Sum(lam ** (2 * a) * (1 - 1 / n) ** (a - 1) / (2 * n), (a, 2, sp.Max(K, 1))))
@control("copies may coincide on a path", union_bound=limit / n)
@control("bound 10 % less", union_bound=NINE * union_bound)
@control("copies may coincide", lasso=w / n)
def lassos_of_a_path_are_added(lasso: sp.Expr, union_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of each, as its branches are the same walk."""
    one = lasso.subs({w: lam ** (s + 2 * a), c: a - 1}, simultaneous=True)
    yield trial.same(union_bound, over_pairs(one / 2), by=of_terms)


@exact(local_trees, step="Bonferroni")
@control("ordered pairs", at_least_one=X - X * (X - 1))
@control("all of them", at_least_one=X)
@control("10 % more", at_least_one=ELEVEN * at_least_one)
def numbers_less_pairs_are_no_more_than_one(at_least_one: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """It lacks as many pairs as X − 1 things have; for X = 0 it is 0."""
    yield trial.same(1 - at_least_one, (X - 1) * (X - 2) / 2, by=sp.expand)
    more = sp.Symbol("r", integer=True, nonnegative=True)
    yield trial.nonnegative(sp.expand(1 - at_least_one.subs(X, more + 2)), (more + 1) * more / 2)
    for number, value in ((0, 0), (1, 1)):
        yield trial.same(at_least_one.subs(X, number), value)


@exact(local_trees, step="limit")
@control("ordered pairs", limit=2 * limit)
@control("no stems", limit=sp.Sum(lam ** (2 * a) / 2, (a, 2, sp.Max(K, 1))))
@control("10 % more", limit=ELEVEN * limit)
@control("10 % less", limit=NINE * limit)
@control("bound 10 % less", union_bound=NINE * union_bound)
@control("copies may coincide", lasso=n * lasso)
def widths_take_the_shared_vertices_away(
    lasso: sp.Expr, union_bound: sp.Expr, limit: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """n times a lasso is w times a power of 1 − 1/n, which grows to 1; so is each term of n times the bound."""
    yield trial.same(n * lasso, w * (1 - 1 / n) ** c)
    yield trial.same(sp.limit(n * lasso.subs(c, 2), n, sp.oo), w)
    more, some = sp.symbols("z w", positive=True)
    growth = more * (1 + more) * sp.diff(sp.log(n * lasso.subs(w, some)), n)
    yield trial.nonnegative(growth, c, where={n: 1 + more})
    fading = (1 - 1 / n) ** (a - 1)
    without = union_bound.replace(lambda part: part == fading, lambda part: sp.S.One)
    yield trial.same(limit, n * without, by=of_terms)
