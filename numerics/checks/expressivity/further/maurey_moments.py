"""Evidence for the steps of E5.1 and E5.2, besides their reasons: inverses over all sets of wired neurons; and more."""

from collections.abc import Callable
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.further.maurey import (
    as_ratio,
    chance,
    fourth_central,
    second_central,
    wired_average,
    x,
)
from sparse_limits.theory.expressivity.symbols import n, units


def over_sets(width: int, value: Callable[[int], sp.Expr]) -> sp.Expr:
    """The mean of a value of the number of wired neurons, given that there is one, over all sets of wired neurons."""
    total, some = sp.S.Zero, sp.S.Zero
    for neurons in product((0, 1), repeat=width):
        if wired := sum(neurons):
            mass = chance**wired * (1 - chance) ** (width - wired)
            total, some = total + mass * value(wired), some + mass
    return total / some


WIDTHS = (1, 2, 3)


@exact(wired_average)
def inverses_over_all_sets_of_wired_neurons(mean_inverse: sp.Expr, trial: Trial) -> Findings:
    """1/N over all sets of two and three neurons, p and k free."""
    cases = (
        (written_out(mean_inverse, {n: sp.Integer(w)}), over_sets(w, lambda c: sp.Rational(1, c))) for w in WIDTHS[1:]
    )
    yield trial.at_sizes(cases, "widths", by=as_ratio)


@exact(wired_average)
def numbers_over_all_sets_of_wired_neurons(mean_number: sp.Expr, trial: Trial) -> Findings:
    """N over all sets of two and three neurons, p and k free."""
    cases = ((mean_number.subs(n, w), over_sets(w, sp.Integer)) for w in WIDTHS[1:])
    yield trial.at_sizes(cases, "widths", by=as_ratio)


@exact(wired_average)
def fourth_powers_over_all_sets_of_wired_neurons(
    average_fourth: sp.Expr,
    unit_variance: sp.Expr,
    unit_fourth: sp.Expr,
    input_fourth: sp.Expr,
    fourth_moment: sp.Expr,
    trial: Trial,
) -> Findings:
    """Averages of units of variance ‖x‖²v over all sets of up to three neurons, p and k free; they have the factor ‖x‖⁴."""
    given = average_fourth.subs({fourth_central: x**4 * unit_fourth, second_central: x**2 * unit_variance})
    given = given * input_fourth / x**4
    cases = (
        (written_out(fourth_moment, {n: sp.Integer(w)}), over_sets(w, lambda c: given.subs(units, c))) for w in WIDTHS
    )
    yield trial.at_sizes(cases, "widths", by=as_ratio)
