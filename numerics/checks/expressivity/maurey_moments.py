"""Evidence for the steps of E5.1 and E5.2: moments of a unit and of the inputs, and means over the number of units."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.maurey import (
    average_fourth,
    chance,
    fourth_central,
    fourth_moment,
    given_units,
    input_fourth,
    inverse_mean,
    maurey_error,
    maurey_identity,
    mean_inverse,
    mean_number,
    mse,
    order,
    raw_moment,
    second_central,
    second_moment,
    square_norm,
    unit_fourth,
    unit_square,
    unit_variance,
    wired_average,
)
from sparse_limits.theory.expressivity.symbols import k, n, units
from sparse_limits.theory.expressivity.wired_neurons import binomial_law

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
x, y = sp.symbols("x y", real=True)


def mean_of(polynomial: sp.Expr, moment: Callable[[int, int], sp.Expr]) -> sp.Expr:
    """The mean of a polynomial in x and y, term by term: of xⁱyʲ it is moment(i, j)."""
    return sp.Add(*(factor * moment(*powers) for powers, factor in sp.Poly(sp.expand(polynomial), x, y).terms()))


@exact(maurey_identity, step="one unit")
@control("forgets the norm of f", unit_square=second_moment)
@control("adds the norm of f", unit_square=second_moment + square_norm)
@control("10 % more", unit_square=ELEVEN * unit_square)
def one_unit_errs_by_what_its_mean_lacks(unit_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(g − f)², where gg has the mean G, and gf and ff have F; and all laws of up to three units, values free."""
    yield trial.same(unit_square, mean_of((x - y) ** 2, lambda i, j: second_moment if i == 2 else square_norm))
    values, weights = sp.symbols("g_1:4", real=True), sp.symbols("w_1:4", positive=True)
    cases = []
    for count in (2, 3):
        chances = [*weights[: count - 1], 1 - sp.Add(*weights[: count - 1])]
        units_of = list(zip(values, chances, strict=False))
        mean = sp.Add(*(w * g for g, w in units_of))
        there = {second_moment: sp.Add(*(w * g**2 for g, w in units_of)), square_norm: mean**2}
        cases.append((unit_square.subs(there), sp.Add(*(w * (g - mean) ** 2 for g, w in units_of))))
    yield trial.at_sizes(cases, "numbers of units")


@exact(maurey_identity, step="average")
@control("forgets the norm of f", maurey_error=second_moment / units)
@control("the rate 1/√N for the square", maurey_error=unit_square / sp.sqrt(units))
@control("one unit more", maurey_error=unit_square / (units + 1))
@control("10 % more", maurey_error=ELEVEN * maurey_error)
@control("adds the norm of f", unit_square=second_moment + square_norm)
def squares_of_sums_grow_unit_by_unit(unit_square: sp.Expr, maurey_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """N² times the error: that of one unit, and the mean of (sum + e)², in which sum times e has the mean 0."""

    def more(term: sp.Expr) -> sp.Expr:
        return mean_of((x + y) ** 2, lambda i, j: {(2, 0): term, (0, 2): unit_square}.get((i, j), sp.S.Zero))

    yield trial.induction(units**2 * maurey_error, units, unit_square, more, start=1)


@exact(maurey_identity, step="fourth power of an average")
@control("a normal average", average_fourth=3 * second_central**2 / units**2)
@control("pairs counted once", average_fourth=(fourth_central + (units - 1) * second_central**2) / units**3)
@control("fourth 10 % less", average_fourth=NINE * average_fourth)
@control("the rate 1/√N for the square", maurey_error=unit_square / sp.sqrt(units))
def fourth_powers_of_sums_grow_unit_by_unit(
    maurey_error: sp.Expr, average_fourth: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """N⁴ times the moment: that of one unit, and the mean of (sum + e)⁴ from that of the sum and of its square."""
    square = units**2 * maurey_error.subs(second_moment, square_norm + second_central)

    def more(term: sp.Expr) -> sp.Expr:
        known = {(4, 0): term, (2, 2): square * second_central, (0, 4): fourth_central}
        return mean_of((x + y) ** 4, lambda i, j: known.get((i, j), sp.S.Zero))

    yield trial.induction(units**4 * average_fourth, units, fourth_central, more, start=1)


def half_normal_moments() -> sp.Expr:
    """The integral of (√2 z)ˢ over the positive half of the normal law."""
    z = sp.Symbol("z", positive=True)
    return sp.integrate((sp.sqrt(2) * z) ** order * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, 0, sp.oo))


@exact(wired_average, step="moments")
@control("of the whole normal law", raw_moment=2 * raw_moment)
@control("without √2", raw_moment=raw_moment / 2 ** (order / 2))
@control("the next moment", raw_moment=raw_moment.subs(order, order + 1))
@control("10 % more", raw_moment=ELEVEN * raw_moment)
def moments_of_a_unit_are_integrals(raw_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The moments of any order, integrated; of the first two, and the fourth, also the values."""
    yield trial.same(raw_moment, trial.once(half_normal_moments), by=lambda gap: sp.powsimp(sp.expand_power_base(gap)))
    for power, value in ((1, 1 / sp.sqrt(sp.pi)), (2, sp.S.One), (4, sp.Integer(6))):
        yield trial.same(raw_moment.subs(order, power), value)


@exact(wired_average, step="central moments")
@control("without the mean", unit_variance=sp.S.One)
@control("mean of a ReLU without √2", unit_variance=1 - 1 / (2 * sp.pi))
@control("10 % more", unit_variance=ELEVEN * unit_variance)
@control("the raw fourth moment", unit_fourth=sp.Integer(6))
@control("fourth, normal", unit_fourth=3 * unit_variance**2)
@control("fourth 10 % less", unit_fourth=NINE * unit_fourth)
@control("without √2", raw_moment=raw_moment / 2 ** (order / 2))
def central_moments_follow_from_the_raw_ones(
    raw_moment: sp.Expr, unit_variance: sp.Expr, unit_fourth: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The square and the fourth power of φ less its mean, term by term."""
    mean = raw_moment.subs(order, 1)
    for power, claimed in ((2, unit_variance), (4, unit_fourth)):
        found = mean_of((x - mean) ** power, lambda i, j: raw_moment.subs(order, i) if i else sp.S.One)
        yield trial.same(claimed, found)


@exact(wired_average, step="inputs")
@control("the second moment doubled", input_square=2 * k)
@control("one input more", input_square=k + 1)
@control("the square of the mean", input_fourth=k**2)
@control("moments of one normal number", input_fourth=3 * k)
@control("10 % more", input_fourth=ELEVEN * input_fourth)
def norms_grow_input_by_input(input_square: sp.Expr, input_fourth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """‖x‖² + z² and its square, from the moments 1 and 3 of a standard normal z."""
    yield trial.induction(input_square, k, sp.S.One, lambda term: term + 1, start=1)

    def more(term: sp.Expr) -> sp.Expr:
        known = {(2, 0): term, (1, 1): input_square, (0, 2): sp.Integer(3)}
        return mean_of((x + y) ** 2, lambda i, j: known[i, j])

    yield trial.induction(input_fourth, k, sp.Integer(3), more, start=1)


@exact(wired_average, step="given the units")
@control("without the number of inputs", given_units=unit_variance / units)
@control("without the mean", given_units=k / units)
@control("10 % more", given_units=ELEVEN * given_units)
@control("forgets the norm of f", maurey_error=second_moment / units)
@control("without √2", raw_moment=raw_moment / 2 ** (order / 2))
@control("the second moment doubled", input_square=2 * k)
def a_network_errs_like_an_average(
    maurey_error: sp.Expr, raw_moment: sp.Expr, input_square: sp.Expr, given_units: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The error of an average at G and F, from the first two moments of φ and the mean square of the inputs."""
    norms = {
        second_moment: input_square * raw_moment.subs(order, 2),
        square_norm: input_square * raw_moment.subs(order, 1) ** 2,
    }
    yield trial.same(given_units, maurey_error.subs(norms))


def over_sets(width: int, value: Callable[[int], sp.Expr]) -> sp.Expr:
    """The mean of a value of the number of wired neurons, given that there is one, over all sets of wired neurons."""
    total, some = sp.S.Zero, sp.S.Zero
    for neurons in product((0, 1), repeat=width):
        if wired := sum(neurons):
            mass = chance**wired * (1 - chance) ** (width - wired)
            total, some = total + mass * value(wired), some + mass
    return total / some


def as_ratio(gap: sp.Expr) -> sp.Expr:
    """One fraction, its numerator expanded."""
    return sp.expand(sp.fraction(sp.together(gap))[0])


WIDTHS = (1, 2, 3)


@exact(wired_average)
@control("Jensen", mean_inverse=1 / (n * chance))
@control("not given N ≥ 1", mean_inverse=mean_inverse * (1 - (1 - chance) ** n))
@control("n p in place of n p^k", mean_inverse=mean_inverse.subs(k, 1))
@control("10 % more", mean_inverse=ELEVEN * mean_inverse)
def inverses_over_all_sets_of_wired_neurons(mean_inverse: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1/N over all sets of two and three neurons, p and k free."""
    cases = (
        (written_out(mean_inverse, {n: sp.Integer(w)}), over_sets(w, lambda c: sp.Rational(1, c))) for w in WIDTHS[1:]
    )
    yield trial.at_sizes(cases, "widths", by=as_ratio)


@exact(wired_average)
@control("not given N ≥ 1", mean_number=n * chance)
@control("one neuron more", mean_number=mean_number.subs(n, n + 1))
@control("10 % more", mean_number=ELEVEN * mean_number)
def numbers_over_all_sets_of_wired_neurons(mean_number: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """N over all sets of two and three neurons, p and k free."""
    cases = ((mean_number.subs(n, w), over_sets(w, sp.Integer)) for w in WIDTHS[1:])
    yield trial.at_sizes(cases, "widths", by=as_ratio)


@exact(wired_average, step="Jensen")
@control("not given N ≥ 1", inverse_mean=1 / (n * chance))
@control("more than it is", inverse_mean=1 / (chance * (n - 1) + 1))
@control("10 % less", inverse_mean=NINE * inverse_mean)
@control("10 % more, and the number as well", mean_number=ELEVEN * mean_number)
@control("a wrong mean of the inverse", mean_inverse=NINE * mean_inverse)
def inverses_are_at_least_jensens(
    mean_inverse: sp.Expr, mean_number: sp.Expr, inverse_mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One over the mean; for two neurons the mean of the inverse exceeds it by q(1 − q)/(2(2 − q)), for one by nothing."""
    yield trial.same(inverse_mean * mean_number, sp.S.One)
    gap = mean_inverse - inverse_mean
    yield trial.same(gap.subs(n, 2).doit(), chance * (1 - chance) / (2 * (2 - chance)), by=as_ratio)
    yield trial.same(gap.subs(n, 1).doit(), sp.S.Zero, by=as_ratio)


def without_constants(gap: sp.Expr) -> sp.Expr:
    """What is left when sums over the number of units give their constant factors away."""

    def given_away(function: sp.Expr, *limits: sp.Tuple) -> sp.Expr:
        constant, rest = function.as_independent(units, as_Add=False)
        return constant * sp.Sum(rest, *limits)

    return sp.expand(gap.replace(sp.Sum, given_away))


@exact(wired_average, step="masked error")
@control("without the number of inputs", mse=mse / k)
@control("at 1/EN", mse=k * unit_variance / (n * chance))
@control("10 % less", mse=NINE * mse)
@control("a wrong error of an average", given_units=k / units)
@control("Jensen", mean_inverse=1 / (n * chance))
def errors_are_averaged_over_the_number(
    given_units: sp.Expr, mean_inverse: sp.Expr, mse: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The sum over N of its probability times the error given N; and the mean of the inverse times the error of one unit."""
    mass = binomial_law(n, chance, units)
    average = sp.Sum(mass * given_units, (units, 1, n)) / (1 - (1 - chance) ** n)
    yield trial.same(mse, average, by=without_constants)
    yield trial.same(mse, mean_inverse * given_units.subs(units, 1), by=without_constants)


@exact(wired_average)
@control("inputs on a sphere", fourth_moment=fourth_moment * k / (k + 2))
@control("10 % more", fourth_moment=ELEVEN * fourth_moment)
@control("a normal average", average_fourth=3 * second_central**2 / units**2)
@control("without the mean", unit_variance=sp.S.One)
@control("fourth, normal", unit_fourth=3 * unit_variance**2)
@control("the square of the mean", input_fourth=k**2)
def fourth_powers_over_all_sets_of_wired_neurons(
    average_fourth: sp.Expr,
    unit_variance: sp.Expr,
    unit_fourth: sp.Expr,
    input_fourth: sp.Expr,
    fourth_moment: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Averages of units of variance ‖x‖²v over all sets of up to three neurons, p and k free; they have the factor ‖x‖⁴."""
    given = average_fourth.subs({fourth_central: x**4 * unit_fourth, second_central: x**2 * unit_variance})
    given = given * input_fourth / x**4
    cases = (
        (written_out(fourth_moment, {n: sp.Integer(w)}), over_sets(w, lambda c: given.subs(units, c))) for w in WIDTHS
    )
    yield trial.at_sizes(cases, "widths", by=as_ratio)


def over_law(value: sp.Expr) -> sp.Expr:
    """The mean of a value of N given N ≥ 1, by the binomial law of E1."""
    return sp.Sum(binomial_law(n, chance, units) * value, (units, 1, n)) / (1 - (1 - chance) ** n)


@exact(wired_average, step="inverse")
@control("Jensen", mean_inverse=1 / (n * chance))
@control("not given N ≥ 1", mean_inverse=mean_inverse * (1 - (1 - chance) ** n))
@control("n p in place of n p^k", mean_inverse=mean_inverse.subs(k, 1))
@control("10 % more", mean_inverse=ELEVEN * mean_inverse)
def inverses_by_the_law_of_the_number(mean_inverse: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sum over N of its probability over N, all letters free."""
    yield trial.same(mean_inverse, over_law(1 / units), by=without_constants)


@exact(wired_average, step="number")
@control("not given N ≥ 1", mean_number=n * chance)
@control("one neuron more", mean_number=mean_number.subs(n, n + 1))
@control("10 % more", mean_number=ELEVEN * mean_number)
def numbers_grow_neuron_by_neuron(mean_number: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sum over N of its probability times N, all letters free; and q more for each neuron."""
    yield trial.same(mean_number, over_law(units), by=of_one_neuron_less)
    some = 1 - (1 - chance) ** n
    yield trial.induction(mean_number * some, n, chance, lambda term: term + chance, start=1)


def of_one_neuron_less(gap: sp.Expr) -> sp.Expr:
    """What is left when sums over all N ≥ 1 of a multiple of the law of N − 1 units of n − 1 neurons are that multiple."""
    law = binomial_law(n - 1, chance, units - 1)

    def multiple(function: sp.Expr, *limits: sp.Tuple) -> sp.Expr:
        factor = sp.gammasimp(sp.powsimp(function / law).rewrite(sp.gamma))
        return sp.Sum(function, *limits) if factor.has(units) or limits != ((units, 1, n),) else factor

    return sp.simplify(gap.replace(sp.Sum, multiple))


@exact(wired_average, step="fourth power")
@control("inputs on a sphere", fourth_moment=fourth_moment * k / (k + 2))
@control("10 % more", fourth_moment=ELEVEN * fourth_moment)
@control("a normal average", average_fourth=3 * second_central**2 / units**2)
@control("without the mean", unit_variance=sp.S.One)
@control("fourth, normal", unit_fourth=3 * unit_variance**2)
@control("the square of the mean", input_fourth=k**2)
def fourth_powers_by_the_law_of_the_number(
    average_fourth: sp.Expr,
    unit_variance: sp.Expr,
    unit_fourth: sp.Expr,
    input_fourth: sp.Expr,
    fourth_moment: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The sum over N of its probability times the average's, whose factor ‖x‖⁴ has its mean; all letters free."""
    given = average_fourth.subs({fourth_central: x**4 * unit_fourth, second_central: x**2 * unit_variance})
    yield trial.same(fourth_moment, over_law(sp.expand(given * input_fourth / x**4)), by=in_terms)


def in_terms(gap: sp.Expr) -> sp.Expr:
    """What is left when sums over the number of units are sums of their terms, without constant factors."""
    apart = gap.replace(
        sp.Sum,
        lambda function, *limits: sp.Add(*(sp.Sum(each, *limits) for each in sp.Add.make_args(sp.expand(function)))),
    )
    return sp.simplify(without_constants(apart))
