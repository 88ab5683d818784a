"""Evidence for the steps of E10, besides their reasons: two layers over all sets reached; paths are broken one by one."""

from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.paths import isolated_input, n_1, n_2, p_1, p_2, p_3, reached
from sparse_limits.theory.formulas.valued import valued


@exact(isolated_input, step="two layers")
def two_layers_over_all_sets_reached(two_layers: sp.Expr, reach_law: sp.Expr, lost: sp.Expr, trial: Trial) -> Findings:
    """The formula is a mean over all sets of reached neurons in a first layer of one to three neurons, and over their number.

    The width of the second layer is left free.
    """
    cases = []
    for width in range(1, 4):
        sets = [sum(each) for each in product((0, 1), repeat=width)]
        total = sum(p_1**each * (1 - p_1) ** (width - each) * lost.subs(reached, each) for each in sets)
        numbers = sum(valued(reach_law * lost, {n_1: width, reached: number}) for number in range(width + 1))
        cases += [(written_out(two_layers, {n_1: sp.Integer(width)}), total), (numbers, total)]
    yield trial.at_sizes(cases, "widths")


@exact(isolated_input, step="paths apart")
def paths_are_broken_one_by_one(two_layers: sp.Expr, independent_paths: sp.Expr, trial: Trial) -> Findings:
    """One more neuron in the first or the second layer multiplies the formula for independent paths by the factor of its paths.

    At the widths (1, 1), (2, 1) and (1, 2), the formula for two layers exceeds that for independent paths by a known polynomial, or is
    equal to it: at (2, 1) two paths share the readout edge, at (1, 2) the first edge.
    """
    apart = 1 - p_1 * p_2 * p_3
    single = independent_paths.subs(n_1, 1)
    yield trial.induction(independent_paths, n_1, single, lambda term: single * term, start=1, by=sp.powsimp)
    yield trial.induction(single, n_2, apart, lambda term: apart * term, start=1, by=sp.powsimp)
    gap = two_layers - independent_paths
    shared = {(1, 1): sp.S.Zero, (2, 1): p_3 * (1 - p_3) * (p_1 * p_2) ** 2, (1, 2): p_1 * (1 - p_1) * (p_2 * p_3) ** 2}
    for (first, second), excess in shared.items():
        yield trial.same(written_out(gap, {n_1: sp.Integer(first), n_2: sp.Integer(second)}), excess, by=sp.expand)
