"""Evidence for E5.1 and E5.2: errors of averages by enumeration, their moments, and networks drawn with their masks."""

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.expressivity.wired_neurons import exact_fraction, poisson_binomial
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.further.maurey import (
    as_ratio,
    average_fourth,
    chance,
    fourth_central,
    maurey_error,
    maurey_identity,
    second_central,
    second_moment,
    square_norm,
    unit_fourth,
    unit_variance,
    variance_bound,
    wired_average,
    x,
)
from sparse_limits.theory.expressivity.symbols import k, n, p, units
from sparse_limits.theory.formulas.valued import valued

# a law of three units, each by its values at two inputs of measures 1/3 and 2/3
UNITS = ((Fraction(1, 2), (3, -1)), (Fraction(1, 3), (0, 2)), (Fraction(1, 6), (-4, 1)))
MEASURE = (Fraction(1, 3), Fraction(2, 3))


def expectation(values: tuple[Fraction, ...]) -> Fraction:
    """The mean of a value of each unit under the law of the units."""
    return sum((weight * value for (weight, _), value in zip(UNITS, values, strict=True)), Fraction(0))


def error_moments(count: int, power: int) -> list[Fraction]:
    """E e^power at each of the inputs, e the error of an average of `count` units, over all choices of them."""
    means = [expectation(tuple(Fraction(g[x]) for _, g in UNITS)) for x in range(2)]
    moments = [Fraction(0), Fraction(0)]
    for chosen in product(UNITS, repeat=count):
        weight = prod((w for w, _ in chosen), start=Fraction(1))
        for place in range(2):
            error = sum((Fraction(g[place]) for _, g in chosen), Fraction(0)) / count - means[place]
            moments[place] += prod([error] * power, start=weight)
    return moments


@exact(maurey_identity)
def errors_of_averages_by_enumeration(maurey_error: sp.Expr, average_fourth: sp.Expr, trial: Trial) -> Findings:
    """A law of three units at two inputs: all choices of up to three, in rationals."""
    squares = sum((w * weight * g[x] ** 2 for w, g in UNITS for x, weight in enumerate(MEASURE)), Fraction(0))
    means = [expectation(tuple(Fraction(g[x]) for _, g in UNITS)) for x in range(2)]
    norm = sum((weight * mean**2 for weight, mean in zip(MEASURE, means, strict=True)), Fraction(0))
    for count in (1, 2, 3):
        seen = sum((w * e for w, e in zip(MEASURE, error_moments(count, 2), strict=True)), Fraction(0))
        at = {second_moment: sp.Rational(squares), square_norm: sp.Rational(norm), units: count}
        yield trial.same(maurey_error.subs(at), sp.Rational(seen), by=None)
        second, fourth = error_moments(1, 2), error_moments(1, 4)
        for place, moment in enumerate(error_moments(count, 4)):
            at = {second_central: sp.Rational(second[place]), fourth_central: sp.Rational(fourth[place]), units: count}
            yield trial.same(average_fourth.subs(at), sp.Rational(moment), by=None)


def instance(width: int, density: sp.Rational, inputs: int) -> dict[sp.Symbol, sp.Expr]:
    return {n: sp.Integer(width), p: density, k: sp.Integer(inputs)}


SMALL = (
    instance(1, sp.Rational(1, 2), 1),
    instance(5, sp.Rational(2, 3), 2),
    instance(6, sp.Rational(3, 4), 4),
    instance(4, sp.S.One, 3),
)


def given_some(width: int, chance: Fraction) -> list[Fraction]:
    """P(N = j | N ≥ 1), j = 0, …, in rationals."""
    law = poisson_binomial([chance] * width)
    return [Fraction(0), *(mass / (1 - law[0]) for mass in law[1:])]


@exact(wired_average)
def moments_over_the_number_of_units(
    mean_inverse: sp.Expr, mse: sp.Expr, fourth_moment: sp.Expr, variance_bound: sp.Expr, trial: Trial
) -> Findings:
    """The law of N in rationals, moments of ‖x‖² (chi-square) and of a unit; ends included: one neuron, p = 1."""
    for at in SMALL:
        law = trial.once(given_some, int(at[n]), exact_fraction(chance.subs(at)))
        counts = range(1, len(law))
        inverse = sum((law[count] / count for count in counts), Fraction(0))
        yield trial.same(written_out(mean_inverse, at), sp.Rational(inverse), by=None)
        square, fourth = (2**r * sp.gamma(at[k] / 2 + r) / sp.gamma(at[k] / 2) for r in (1, 2))  # E‖x‖^2r
        norms = {second_moment: square, square_norm: square / sp.pi}
        average = sum(sp.Rational(law[c]) * valued(maurey_error, {**norms, units: c}) for c in counts)
        yield trial.same(written_out(mse, at), average, by=None)
        centred = {fourth_central: fourth * unit_fourth, second_central: sp.sqrt(fourth) * unit_variance}
        average = sum(sp.Rational(law[c]) * valued(average_fourth, {**centred, units: c}) for c in counts)
        yield trial.same(written_out(fourth_moment, at), average, by=None)
    yield trial.same(variance_bound, fourth_moment - mse**2, by=None)


def errors_of_masked_networks(rng: np.random.Generator, networks: int, width: int, inputs: int) -> NDArray[np.float64]:
    """(f − mean of the wired units)² at one normal input, for masks of density ½ with a wired neuron. float[≤ networks]"""
    bits = rng.integers(0, 2**inputs, size=(networks, width), dtype=np.uint8)
    wired = (bits == 2**inputs - 1).sum(axis=1)
    wired = wired[wired > 0]
    owner = np.repeat(np.arange(len(wired)), wired)
    x = rng.standard_normal((len(wired), inputs))
    weights = rng.standard_normal((len(owner), inputs))
    values = np.sqrt(2) * np.maximum((weights * x[owner]).sum(axis=1), 0)
    network = np.bincount(owner, weights=values) / wired
    errors: NDArray[np.float64] = (np.linalg.norm(x, axis=1) / np.sqrt(np.pi) - network) ** 2
    return errors


@statistical(wired_average, tests=1, cost=0.8)
def drawn_networks_have_the_error(mse: sp.Expr, trial: Trial) -> Findings:
    """Masked networks of 32 neurons on three inputs, four of them wired on average: one network for each input."""
    at = instance(32, sp.Rational(1, 2), 3)
    errors = trial.draw(errors_of_masked_networks, trial.size(400_000), 32, 3)
    yield trial.unbounded_averages(errors, trial.value(mse, at), trial.value(variance_bound, at))


@enclosed(maurey_identity)
def errors_and_moments_are_possible(maurey_error: sp.Expr, average_fourth: sp.Expr, trial: Trial) -> Findings:
    """An error is not negative, and a mean fourth power is no less than the square of the mean square."""
    yield trial.below(sp.S.Zero, maurey_error)
    yield trial.below((second_central / units) ** 2, average_fourth)


# Inverses over all sets of wired neurons


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
