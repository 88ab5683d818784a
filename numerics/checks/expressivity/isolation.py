"""Evidence for the steps of E10: no edge, no path, and two layers whose paths share edges."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.paths import (
    degree,
    independent_paths,
    isolated_input,
    lost,
    n_1,
    n_2,
    no_edge,
    no_path,
    p_1,
    p_2,
    p_3,
    reach_law,
    reached,
    rho_path,
    served,
    two_layers,
)
from sparse_limits.theory.expressivity.symbols import n
from sparse_limits.theory.formulas.valued import valued

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(isolated_input, step="no edge")
@control("Poisson", no_edge=sp.exp(-n * degree))
@control("one edge less", no_edge=(1 - degree) ** (n - 1))
@control("10 % less", no_edge=NINE * no_edge)
def edges_are_missing_one_by_one(no_edge: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One neuron, and the factor of one more."""
    yield trial.induction(no_edge, n, 1 - degree, lambda term: (1 - degree) * term, start=1, by=sp.powsimp)


@exact(isolated_input, step="no path")
@control("Poisson", no_path=sp.exp(-n * rho_path))
@control("one neuron less", no_path=(1 - rho_path) ** (n - 1))
@control("10 % more", no_path=ELEVEN * no_path)
def paths_are_missing_one_by_one(no_path: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One neuron, and the factor of one more."""
    yield trial.induction(no_path, n, 1 - rho_path, lambda term: (1 - rho_path) * term, start=1, by=sp.powsimp)


def in_missing(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability of a neuron that is not reached, below 1."""
    missing = sp.Symbol("missing", positive=True)
    return sp.expand(sp.expand_power_exp(sp.combsimp(gap.subs(p_1, 1 - missing))))


@exact(isolated_input, step="reached neurons")
@control("Poisson", reach_law=sp.exp(-n_1 * p_1) * (n_1 * p_1) ** reached / sp.factorial(reached))
@control("one order of the neurons", reach_law=reach_law / sp.binomial(n_1, reached))
@control("without those that are not reached", reach_law=sp.binomial(n_1, reached) * p_1**reached)
@control("10 % more", reach_law=ELEVEN * reach_law)
def neurons_are_reached_one_by_one(reach_law: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The law of n₁ + 1 neurons from that of n₁, at i + 1 of them and at none; and that of one."""
    more, none = reach_law.subs(n_1, n_1 + 1), {reached: 0}
    after = p_1 * reach_law + (1 - p_1) * reach_law.subs(reached, reached + 1)
    yield trial.same(more.subs(reached, reached + 1), after, by=in_missing)
    yield trial.same(more.subs(none), (1 - p_1) * reach_law.subs(none), by=in_missing)
    for count, chance in ((0, 1 - p_1), (1, p_1)):
        yield trial.same(reach_law.subs({n_1: 1, reached: count}), chance)


@exact(isolated_input, step="served neuron")
@control("the readout forgotten", served=served / p_3)
@control("edges to all of them", served=p_3 * p_2**reached)
@control("one neuron more", served=served.subs(reached, reached + 1))
@control("10 % less", served=NINE * served)
def neurons_are_served_one_by_one(served: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """None where none is reached; one more serves by its edge a neuron with a readout that had no other."""
    yield trial.induction(served, reached, sp.S.Zero, lambda term: term + (p_3 - term) * p_2)


@exact(isolated_input, step="no served neuron")
@control("one neuron less", lost=lost / (1 - served))
@control("one neuron for all", lost=1 - served)
@control("10 % more", lost=ELEVEN * lost)
@control("the readout forgotten", served=served / p_3)
def neurons_are_lost_one_by_one(served: sp.Expr, lost: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One neuron of the second layer, and the factor of one more."""
    yield trial.induction(lost, n_2, 1 - served, lambda term: (1 - served) * term, start=1, by=sp.powsimp)


@exact(isolated_input, step="two layers")
@control("independent paths", two_layers=independent_paths)
@control("no edge at all", two_layers=(1 - p_1) ** n_1)
@control("the readout forgotten", two_layers=two_layers.subs(p_3, 1))
@control("10 % more", two_layers=ELEVEN * two_layers)
@control("one neuron for all", lost=1 - served)
@control("one order of the neurons", reach_law=reach_law / sp.binomial(n_1, reached))
def two_layers_over_all_sets_reached(
    two_layers: sp.Expr, reach_law: sp.Expr, lost: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean over all sets of up to three neurons that are reached, and over their numbers, the second layer left open."""
    cases = []
    for width in range(1, 4):
        sets = [sum(each) for each in product((0, 1), repeat=width)]
        total = sum(p_1**each * (1 - p_1) ** (width - each) * lost.subs(reached, each) for each in sets)
        numbers = sum(valued(reach_law * lost, {n_1: width, reached: number}) for number in range(width + 1))
        cases += [(written_out(two_layers, {n_1: sp.Integer(width)}), total), (numbers, total)]
    yield trial.at_sizes(cases, "widths")


@exact(isolated_input, step="paths apart")
@control("paths added", independent_paths=1 - n_1 * n_2 * p_1 * p_2 * p_3)
@control("one path for each neuron", independent_paths=(1 - p_1 * p_2 * p_3) ** n_2)
@control("10 % less", independent_paths=NINE * independent_paths)
@control("the readout forgotten", two_layers=two_layers.subs(p_3, 1))
def paths_are_broken_one_by_one(two_layers: sp.Expr, independent_paths: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One neuron of the first layer and the factor of one more, of either layer; and what two layers have beyond, where it is short.

    Two neurons in the first layer and one in the second share the readout, one and two the first edge.
    """
    apart = 1 - p_1 * p_2 * p_3
    single = independent_paths.subs(n_1, 1)
    yield trial.induction(independent_paths, n_1, single, lambda term: single * term, start=1, by=sp.powsimp)
    yield trial.induction(single, n_2, apart, lambda term: apart * term, start=1, by=sp.powsimp)
    gap = two_layers - independent_paths
    shared = {(1, 1): sp.S.Zero, (2, 1): p_3 * (1 - p_3) * (p_1 * p_2) ** 2, (1, 2): p_1 * (1 - p_1) * (p_2 * p_3) ** 2}
    for (first, second), excess in shared.items():
        yield trial.same(written_out(gap, {n_1: sp.Integer(first), n_2: sp.Integer(second)}), excess, by=sp.expand)
