"""Evidence for N11: what suffices for single weights, what whole neurons need, and how the one grows in the other."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import delta, eps
from sparse_limits.theory.neuron_pruning.exponential_gap import exponential_gap, needed
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.jump_bound import neurons, s, slow
from sparse_limits.theory.neuron_pruning.weight_pruning import contraction
from sparse_limits.theory.subset_sum.symbols import n


@enclosed(exponential_gap)
def as_many_suffice_and_no_fewer(enough: sp.Expr, failure: sp.Expr, trial: Trial) -> Findings:
    """For each input the number is rounded up, by less than 1: there the bound on failure is 1 − δ times a power of a factor below 1, with
    what is added as exponent.

    So with one neuron less for each input the bound is above 1 − δ.
    """
    point = trial.points(enough, count=1)[0]
    each = sp.simplify(valued(enough / d, point))
    yield trial.holds(each.is_integer, f"{each} neurons for each input")
    yield trial.below(contraction, sp.S.One, at=[{}], strict=True)  # a number
    added = sp.Symbol("r", nonnegative=True)
    rounded = (enough / d).replace(sp.ceiling, lambda number: number + added)
    claimed = sp.log(1 - delta) + added * sp.log(contraction)
    yield trial.same(sp.log(failure.subs(n, rounded)), claimed, by=in_logarithms)


def in_logarithms(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, with logarithms of positive factors taken apart: of δ < 1 too."""
    return simplified(sp.expand_log(gap, force=True))


@enclosed(exponential_gap)
def fewer_fail(needed: sp.Expr, share: sp.Expr, pair: sp.Expr, ratio: sp.Expr, trial: Trial) -> Findings:
    """With its power, the bound of N5.2 without a sum is δ at this number; the series converges there for ε from 1/50 to 1/3 and δ from
    1/10 to 9/10.
    """
    line, first, factor = (part.subs(s, slow) for part in (share, pair, ratio))
    errors = {eps: (sp.Rational(1, 50), sp.Rational(1, 3)), delta: (sp.Rational(1, 10), sp.Rational(9, 10))}
    yield trial.same(line * needed + first * needed**2 / (1 - needed * factor), delta, by=None)
    yield trial.everywhere(sp.S.Zero, needed, within=errors, strict=True)
    yield trial.everywhere(needed * factor, sp.S.One, within=errors, strict=True)


@enclosed(exponential_gap)
def some_neurons_are_needed(needed: sp.Expr, order: sp.Expr, trial: Trial) -> Findings:
    """Both numbers are positive, so that they have logarithms."""
    yield trial.below(sp.S.Zero, needed, strict=True)
    yield trial.below(sp.S.Zero, order, strict=True)


@enclosed(exponential_gap)
def the_power_is_one_of_those_allowed(needed: sp.Expr, trial: Trial) -> Findings:
    """The number is N5.2's at some power, which is at least 0 and below 1 as N5.2 asks."""
    powers = {each.exp for each in needed.atoms(sp.Pow)}
    power = next((each for each in powers if valued(neurons, {s: each}) == needed), None)
    yield trial.holds(power is not None, f"N5.2's number at the power {power}")
    if power is not None:
        yield trial.below(sp.S.Zero, power)
        yield trial.below(power, sp.S.One, strict=True)


@enclosed(exponential_gap)
def a_gap_needs_a_second_weight(enough: sp.Expr, trial: Trial) -> Findings:
    """Why N11 begins with two inputs: with one, a whole neuron is a single weight, and yet at ε = 10⁻⁹ its formulas would need more whole
    neurons than are enough for single weights. From two inputs on nothing is compared.
    """
    small = {eps: sp.Rational(1, 10**9)}
    alike = sp.Piecewise((valued(needed, small), d < 2), (0, True))
    yield trial.below(alike, valued(enough, small))
