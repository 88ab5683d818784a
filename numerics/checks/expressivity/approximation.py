"""Evidence for E6.1: how many neurons are wired."""

from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.expressivity.wired_neurons import exact_fraction, poisson_binomial
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.expressivity.approximation import success, universal_approximation
from sparse_limits.theory.expressivity.symbols import alpha, k, m, n, p, units
from sparse_limits.theory.expressivity.wired_counts import poisson_bound
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import delta

HALF = sp.Rational(1, 2)


def some_wired(width: int, chance: Fraction, count: int) -> Fraction:
    """P(N ≥ count), one neuron after the other."""
    return sum(poisson_binomial([chance] * width)[count:], Fraction(0))


@exact(universal_approximation)
def chance_of_enough_units(success: sp.Expr, trial: Trial) -> Findings:
    """The formula equals P(N ≥ N_ε) found neuron by neuron in rationals, for eight layers.

    Among them are p = 1, more units than neurons, no units, no inputs and no neurons.
    """
    half, two_thirds = HALF, sp.Rational(2, 3)
    for width, part, density, active, count in (
        (8, half, two_thirds, 2, 2),
        (7, two_thirds, half, 1, 4),
        (5, sp.S.One, sp.S.One, 3, 5),
        (3, half, half, 1, 4),
        (4, half, two_thirds, 2, 0),
        (4, two_thirds, half, 0, 2),
        (0, half, half, 1, 0),
        (0, half, half, 1, 1),
    ):
        at = {n: sp.Integer(width), alpha: part, p: density, k: sp.Integer(active), units: sp.Integer(count)}
        seen = trial.once(some_wired, width, exact_fraction(part * density**active), count)
        yield trial.same(written_out(success, at), sp.Rational(seen), by=None)


@enclosed(universal_approximation)
def width_solves_the_lower_tail(sufficient_width: sp.Expr, trial: Trial) -> Findings:
    """At the stated width half of the mean is N_ε (at N_ε = 30, δ = ½), or the Poisson bound of E2 is δ (at N_ε = 3, δ = 10⁻⁶).

    At both points, with the width rounded up, P(N ≥ N_ε) ≥ 1 − δ.
    """
    rare, common = {delta: sp.Rational(1, 10**6), units: 3}, {delta: HALF, units: 30}
    mean = alpha * sufficient_width * p**k
    yield trial.same(valued(valued(poisson_bound, {m: alpha * sufficient_width}), rare), rare[delta], by=None)
    yield trial.same(mean.subs(common) / 2, common[units], by=None)
    for at in (rare, common):
        point = {**at, alpha: sp.Rational(3, 5), p: sp.Rational(4, 5), k: 3}
        width = sp.ceiling(sufficient_width.subs(point))
        yield trial.below(1 - at[delta], valued(success, {**point, n: width}), at=[{}])  # boxes: a sum over ⌈width⌉


@exact(universal_approximation)
def enough_neurons_in_all_sets(success: sp.Expr, trial: Trial) -> Findings:
    """For one and two neurons, the formula is the sum of the probabilities of all sets of at least N_ε neurons; α, p and k are free."""
    chance, cases = alpha * p**k, []
    for neurons in (1, 2):
        sets = [sum(each) for each in product((0, 1), repeat=neurons)]
        for count in range(1, neurons + 1):
            total = sum(chance**each * (1 - chance) ** (neurons - each) for each in sets if each >= count)
            cases.append((written_out(success, {n: sp.Integer(neurons), units: sp.Integer(count)}), total))
    yield trial.at_sizes(cases, "numbers of neurons")


def larger(gap: sp.Expr) -> sp.Expr:
    """The larger of two numbers by the modulus of their difference."""
    return simplified(sp.expand(gap.rewrite(sp.Abs)))


@exact(universal_approximation, step="width")
def both_conditions_hold_from_the_width_on(too_few: sp.Expr, sufficient_width: sp.Expr, trial: Trial) -> Findings:
    """The stated width is the larger of the two widths that solve one condition each, and the rate of the second condition is positive."""
    chance, exponent = alpha * p**k, sp.expand_log(sp.log(too_few))
    rate = sp.cancel(-exponent / (n * chance))
    ends = 2 * units, -sp.log(delta) / rate
    for end, other in (ends, ends[::-1]):
        yield trial.nonnegative(
            sufficient_width - end / chance, sp.Max(0, other - end) / chance, by=lambda gap: larger(gap * chance)
        )
    yield trial.nonnegative(rate, (1 - sp.log(2)) / 2)


def smallest_layer(chance: Fraction, count: int, allowed: Fraction) -> int:
    """The least width at which `count` neurons are wired except with the probability `allowed`, found neuron by neuron."""
    law, width = [Fraction(1), *[Fraction(0)] * count], 0  # of the number wired, all from `count` on together
    while 1 - law[count] > allowed:
        stays = [mass * (1 - chance) for mass in law[:count]] + [law[count]]
        law = [
            stay + come
            for stay, come in zip(stays, [Fraction(0), *(mass * chance for mass in law[:count])], strict=True)
        ]
        width += 1
    return width


@enclosed(universal_approximation)
def least_widths_are_found_neuron_by_neuron(least_width: sp.Expr, trial: Trial) -> Findings:
    """The least width equals the one found by adding neurons one by one, in fractions, in three cases of up to ten units."""
    for count, density, inputs, odds in ((2, HALF, 1, 3), (3, sp.Rational(3, 4), 2, 100), (10, HALF, 3, 10)):
        seen = trial.once(smallest_layer, exact_fraction(density**inputs), count, Fraction(1, odds))
        at = {alpha: 1, p: density, k: inputs, units: count, delta: sp.Rational(1, odds)}
        yield trial.same(least_width.subs(at), sp.Integer(seen), by=None)
