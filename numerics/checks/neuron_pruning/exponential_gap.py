"""Evidence for N11: what suffices for single weights, what whole neurons need, and how the one grows in the other."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.alignment import LESS, MORE
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import delta, eps
from sparse_limits.theory.neuron_pruning.exponential_gap import (
    C,
    enough,
    exponent,
    exponential_gap,
    needed,
    neuron_rate,
    order,
    weight_rate,
)
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.jump_bound import neurons, s, slow
from sparse_limits.theory.neuron_pruning.weight_pruning import contraction
from sparse_limits.theory.subset_sum.symbols import n

LOGARITHM = sp.Symbol("L", positive=True)  # ln(1/ε)


def rate(formula: sp.Expr) -> sp.Expr:
    """The limit of a formula over ln(1/ε) as ε → 0."""
    at = sp.expand_log(formula.subs(eps, sp.exp(-LOGARITHM)), force=True)
    return sp.limit(sp.expand(at) / LOGARITHM, LOGARITHM, sp.oo)


@enclosed(exponential_gap)
@control("one neuron less for each input", enough=enough - d)
@control("one neuron more for each input", enough=enough + d)
@control("failure with probability δ", enough=enough.subs(delta, 1 - delta))
@control("for one input", enough=enough / d)
def as_many_suffice_and_no_fewer(enough: sp.Expr, failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """For each input it is a number rounded up, by less than 1: there the bound on failure is 1 − δ, times a factor below 1 for what is added.

    So with one neuron less it is above 1 − δ.
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
@control("10 % fewer", needed=LESS * needed)
@control("10 % more", needed=MORE * needed)
@control("a fixed power", needed=neurons.subs(s, sp.Rational(1, 2)))
@control("failure with probability δ", needed=needed.subs(delta, 1 - delta))
def fewer_fail(needed: sp.Expr, share: sp.Expr, pair: sp.Expr, ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound of N5.2 without a sum is δ at this number, with its power; for ε from 1/50 to 1/3 and δ from 1/10 to 9/10 the series converges there."""
    line, first, factor = (part.subs(s, slow) for part in (share, pair, ratio))
    errors = {eps: (sp.Rational(1, 50), sp.Rational(1, 3)), delta: (sp.Rational(1, 10), sp.Rational(9, 10))}
    yield trial.same(line * needed + first * needed**2 / (1 - needed * factor), delta, by=None)
    yield trial.everywhere(sp.S.Zero, needed, within=errors, strict=True)
    yield trial.everywhere(needed * factor, sp.S.One, within=errors, strict=True)


@enclosed(exponential_gap)
@control("the other sign", needed=-needed)
@control("the other sign of the order", order=-order)
def some_neurons_are_needed(needed: sp.Expr, order: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Both numbers are positive, so that they have logarithms."""
    yield trial.below(sp.S.Zero, needed, strict=True)
    yield trial.below(sp.S.Zero, order, strict=True)


@enclosed(exponential_gap)
@control("10 % fewer", needed=LESS * needed)
@control("a power above 1", needed=valued(neurons, {s: 2 - slow}))
@control("a power below 0", needed=valued(neurons, {s: slow - 1}))
def the_power_is_one_of_those_allowed(needed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """It is N5.2's number at some power, from 0 to below 1 as N5.2 asks."""
    powers = {each.exp for each in needed.atoms(sp.Pow)}
    power = next((each for each in powers if valued(neurons, {s: each}) == needed), None)
    yield trial.holds(power is not None, f"N5.2's number at the power {power}")
    if power is not None:
        yield trial.below(sp.S.Zero, power)
        yield trial.below(power, sp.S.One, strict=True)


@enclosed(exponential_gap)
@control("the other sign", enough=-enough)
def a_gap_needs_a_second_weight(enough: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A neuron with one input is kept or pruned with its weight: there what is enough for weights is enough for neurons."""
    small = {eps: sp.Rational(1, 10**9)}
    alike = sp.Piecewise((valued(needed, small), d < 2), (0, True))
    yield trial.below(alike, valued(enough, small))


@exact(exponential_gap, step="rate of weights")
@control("10 % more", weight_rate=MORE * weight_rate)
@control("errors are not squared", weight_rate=weight_rate / 2)
@control("for one input", weight_rate=weight_rate / d)
@control("an accuracy of the square of ε", enough=enough.subs(eps, eps**2))
@control("for each input", enough=enough / d)
@control("its root", enough=sp.sqrt(enough))
def weights_grow_with_the_logarithm(enough: sp.Expr, weight_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A ceiling is between what is rounded and one more: both have this rate."""
    for above in (0, 1):
        yield trial.same(rate(enough.replace(sp.ceiling, lambda x, above=above: x + above)), weight_rate)


@exact(exponential_gap, step="rate of neurons")
@control("10 % more", neuron_rate=MORE * neuron_rate)
@control("a root", neuron_rate=neuron_rate / 2)
@control("no growth", neuron_rate=sp.S.Zero)
@control("a logarithm alone", order=eps * order)
@control("the square", order=order / eps)
@control("no constant", order=order / C)
def neurons_grow_with_the_reciprocal(order: sp.Expr, neuron_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The logarithm of what gives C by its factor ε ln(1/ε)."""
    yield trial.same(order * eps * sp.log(1 / eps), C)
    yield trial.same(rate(sp.log(order)), neuron_rate)


@exact(exponential_gap, step="exponent")
@control("10 % less", exponent=LESS * exponent)
@control("for each input", exponent=d * exponent)
@control("errors are not squared", exponent=2 * exponent)
@control("a root of neurons", neuron_rate=neuron_rate / 2)
@control("10 % more weights", weight_rate=MORE * weight_rate)
def the_exponent_is_a_quotient(
    weight_rate: sp.Expr, neuron_rate: sp.Expr, exponent: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Logarithm of whole neurons over neurons for single weights."""
    yield trial.same(exponent, neuron_rate / weight_rate)
