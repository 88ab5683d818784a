"""Evidence for the steps of L10.2: maps, their probability, and the power of the width."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.lifts.coverage import p_0
from sparse_limits.theory.lifts.degrees import lam, n
from sparse_limits.theory.lifts.unfolding import (
    E_0,
    E,
    V,
    chance,
    components,
    cycles,
    diamond,
    expected_morphisms,
    growth,
    h,
    h_1,
    h_2,
    h_3,
    leading,
    next_share,
    p,
    placements,
    tree,
    tree_witnesses,
)

ELEVEN = sp.Rational(11, 10)


@exact(tree_witnesses, step="one fibre")
@control("maps that need not be injective", placements=n**h)
@control("without order", placements=placements / sp.factorial(h))
@control("10 % more", placements=ELEVEN * placements)
def vertices_are_mapped_one_by_one(placements: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One vertex more has n − h places left; none have one map."""
    more = placements.subs(h, h + 1)
    yield trial.same(more, (n - h) * placements, by=lambda gap: sp.expand_func(gap / placements).simplify())
    yield trial.same(placements.subs(h, 0), sp.S.One)


@exact(tree_witnesses, step="one map")
@control("inputs sampled like the rest", chance=p ** (E + E_0))
@control("one edge more", chance=p * chance)
@control("10 % more", chance=ELEVEN * chance)
def edges_are_there_one_by_one(chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One edge more of either kind; none are there for sure."""
    yield trial.same(chance.subs(E, E + 1), p * chance)
    yield trial.same(chance.subs(E_0, E_0 + 1), p_0 * chance)
    yield trial.same(chance.subs({E: 0, E_0: 0}), sp.S.One)


@exact(tree_witnesses, step="all maps")
@control("inputs sampled like the rest", expected_morphisms=expected_morphisms.subs(p_0, p))
@control("without order", expected_morphisms=expected_morphisms / sp.factorial(h_1))
@control("10 % more", expected_morphisms=ELEVEN * expected_morphisms)
@control("one edge more", chance=p * chance)
@control("maps that need not be injective", placements=n**h)
def maps_and_edges_are_multiplied(
    placements: sp.Expr, chance: sp.Expr, expected_morphisms: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Fibre by fibre."""
    maps = sp.Mul(*(placements.subs(h, each) for each in (h_1, h_2, h_3)))
    yield trial.same(expected_morphisms, maps * chance)


@exact(tree_witnesses, step="next vertex")
@control("one vertex on", next_share=1 - (h + 1) / n)
@control("no loss", next_share=sp.S.One)
@control("10 % less", next_share=sp.Rational(9, 10) * next_share)
@control("without order", placements=placements / sp.factorial(h))
def shares_of_places_tend_to_one(placements: sp.Expr, next_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the share of the n^h maps that are injective gains with one vertex more."""
    more = placements.subs(h, h + 1)
    yield trial.same(more, next_share * n * placements, by=lambda gap: sp.expand_func(gap / placements).simplify())
    yield trial.same(sp.limit(next_share, n, sp.oo), sp.S.One)


@exact(tree_witnesses, step="leading term")
@control("power E − V", leading=leading.subs({V: E, E: V}, simultaneous=True))
@control("one power more", leading=n * leading)
@control("inputs sampled like the rest", leading=leading.subs(p_0, lam / n))
@control("10 % more", leading=ELEVEN * leading)
@control("10 % more of the maps", expected_morphisms=ELEVEN * expected_morphisms)
def falling_powers_become_powers(expected_morphisms: sp.Expr, leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The expected number with powers for falling powers, and without its edges the number of all maps."""
    powers = expected_morphisms.replace(sp.ff, sp.Pow).subs(p, lam / n).subs(h_3, V - h_1 - h_2)
    yield trial.same(leading, powers, by=lambda gap: sp.powsimp(sp.expand_power_base(gap)))


@exact(tree_witnesses, step="growth")
@control("cycles add", growth=components + cycles)
@control("one component", growth=1 - cycles)
@control("twice", growth=2 * growth)
@control("one power more", leading=n * leading)
def powers_are_cycle_ranks(growth: sp.Expr, leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The power of n, with E by the cycle rank."""
    power = leading.subs({lam: 1, p_0: 1}).subs(E, V - components + cycles)
    yield trial.same(n**growth, power)


@exact(tree_witnesses, step="tree")
@control("the diamond's number", tree=diamond)
@control("children without order", tree=tree / 2)
@control("10 % more", tree=ELEVEN * tree)
@control("10 % more of all", expected_morphisms=ELEVEN * expected_morphisms)
def trees_are_counted(expected_morphisms: sp.Expr, tree: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its vertices and edges."""
    yield trial.same(tree, expected_morphisms.subs({E_0: 0, E: 4, h_1: 2, h_2: 2, h_3: 1}))


@exact(tree_witnesses, step="diamond")
@control("the tree's number", diamond=tree)
@control("children without order", diamond=diamond / 2)
@control("10 % more", diamond=ELEVEN * diamond)
@control("10 % more of all", expected_morphisms=ELEVEN * expected_morphisms)
def diamonds_are_counted(expected_morphisms: sp.Expr, diamond: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its vertices and edges."""
    yield trial.same(diamond, expected_morphisms.subs({E_0: 0, E: 4, h_1: 1, h_2: 2, h_3: 1}))
