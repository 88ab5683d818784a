"""Evidence for E6.1 and E7: how many neurons are wired, and floors that none can beat."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.checks.expressivity.wired_neurons import exact_fraction, poisson_binomial
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from theory.expressivity.approximation import (
    FLOORS,
    SOBOL,
    a,
    b,
    inactive_inputs,
    inputs,
    projection_error,
    resampled_error,
    success,
    sufficient_width,
    target,
    too_few,
    universal_approximation,
    x_1,
    x_2,
)
from theory.expressivity.symbols import alpha, k, m, n, p, units
from theory.expressivity.wired_counts import poisson_bound
from theory.expressivity.wired_neurons import at_least
from theory.graphon.symbols import delta

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = sp.Rational(1, 2)


def some_wired(width: int, chance: Fraction, count: int) -> Fraction:
    """P(N ≥ count), one neuron after the other."""
    return sum(poisson_binomial([chance] * width)[count:], Fraction(0))


@exact(universal_approximation)
@control("one wired edge suffices", success=success.subs(k, 1))
@control("all rows", success=success.subs(alpha, 1))
@control("one unit less", success=at_least(n, alpha * p**k, units - 1))
@control("10 % more", success=ELEVEN * success)
def chance_of_enough_units(success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In rationals; p = 1, and more units than neurons, included."""
    half, two_thirds = HALF, sp.Rational(2, 3)
    for width, part, density, active, count in (
        (8, half, two_thirds, 2, 2),
        (7, two_thirds, half, 1, 4),
        (5, sp.S.One, sp.S.One, 3, 5),
        (3, half, half, 1, 4),
    ):
        at = {n: width, alpha: part, p: density, k: active, units: count}
        seen = trial.once(some_wired, width, exact_fraction(part * density**active), count)
        yield trial.same(success.subs(at).doit(), sp.Rational(seen), by=None)


@enclosed(universal_approximation)
@control("as many as on average", sufficient_width=sufficient_width / 2)
@control("10 % more", sufficient_width=ELEVEN * sufficient_width)
@control("the usual constant 1/8", sufficient_width=sp.Max(2 * units, 8 * sp.log(1 / delta)) / (alpha * p**k))
@control("single edges", sufficient_width=sufficient_width.subs(k, 1))
def width_solves_the_lower_tail(sufficient_width: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half of the mean is N, or the second-best bound of E2 is δ, whatever comes last; then P(N ≥ N_ε) ≥ 1 − δ."""
    rare, common = {delta: sp.Rational(1, 10**6), units: 3}, {delta: HALF, units: 30}
    mean = alpha * sufficient_width * p**k
    yield trial.same(poisson_bound.subs(m, alpha * sufficient_width).subs(rare), rare[delta], by=None)
    yield trial.same(mean.subs(common) / 2, common[units], by=None)
    for at in (rare, common):
        point = {**at, alpha: sp.Rational(3, 5), p: sp.Rational(4, 5), k: 3}
        width = sp.ceiling(sufficient_width.subs(point))
        yield trial.below(1 - at[delta], success.subs({**point, n: width}), at=[{}])


@exact(universal_approximation, step="success")
@control("one wired edge suffices", success=success.subs(k, 1))
@control("all rows", success=success.subs(alpha, 1))
@control("one unit less", success=at_least(n, alpha * p**k, units - 1))
@control("10 % more", success=ELEVEN * success)
def enough_neurons_in_all_sets(success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The probabilities of all sets of at least N of one and two neurons, α, p and k free."""
    chance, cases = alpha * p**k, []
    for neurons in (1, 2):
        sets = [sum(each) for each in product((0, 1), repeat=neurons)]
        for count in range(1, neurons + 1):
            total = sum(chance**each * (1 - chance) ** (neurons - each) for each in sets if each >= count)
            cases.append((success.subs({n: neurons, units: count}).doit(), total))
    yield trial.at_sizes(cases, "numbers of neurons")


@exact(universal_approximation, step="too few")
@control("of all rows", too_few=too_few.subs(alpha, 1))
@control("single edges", too_few=too_few.subs(k, 1))
@control("without the half", too_few=too_few**2)
@control("10 % less", too_few=NINE * too_few)
def too_few_is_the_lower_tail(too_few: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The second-best bound of E2 for n neurons, each wired with probability αp^k."""
    yield trial.same(too_few, poisson_bound.subs({m: n, k: 1, p: alpha * p**k}, simultaneous=True))


def larger(gap: sp.Expr) -> sp.Expr:
    """The larger of two numbers by the modulus of their difference."""
    return sp.simplify(sp.expand(gap.rewrite(sp.Abs)))


@exact(universal_approximation, step="width")
@control("as many as on average", sufficient_width=sufficient_width / 2)
@control("10 % more", sufficient_width=ELEVEN * sufficient_width)
@control("the usual constant 1/8", sufficient_width=sp.Max(2 * units, 8 * sp.log(1 / delta)) / (alpha * p**k))
@control("single edges", sufficient_width=sufficient_width.subs(k, 1))
@control("without the half", too_few=too_few**2)
def both_conditions_hold_from_the_width_on(
    too_few: sp.Expr, sufficient_width: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What it exceeds the n by that solve either condition, which both hold from there on: one of the excesses is 0."""
    chance, exponent = alpha * p**k, sp.expand_log(sp.log(too_few))
    rate = sp.cancel(-exponent / (n * chance))
    ends = 2 * units, -sp.log(delta) / rate
    for end, other in (ends, ends[::-1]):
        yield trial.nonnegative(
            sufficient_width - end / chance, sp.Max(0, other - end) / chance, by=lambda gap: larger(gap * chance)
        )
    yield trial.nonnegative(rate, (1 - sp.log(2)) / 2)


FUNCTIONS: tuple[Callable[[sp.Expr, sp.Expr], sp.Expr], ...] = (
    lambda x, y: x * y,
    lambda x, y: x**2 * y + 2 * x - y**2,
)


@exact(inactive_inputs)
@control(
    "without the mean given the others", projection_error=sp.Integral(target(x_1, x_2) ** 2, (x_1, 0, 1), (x_2, 0, 1))
)
@control(
    "the mean over all inputs",
    projection_error=sp.Integral(
        (target(x_1, x_2) - sp.Integral(target(x_1, x_2), (x_1, 0, 1), (x_2, 0, 1))) ** 2, (x_1, 0, 1), (x_2, 0, 1)
    ),
)
@control("10 % more", projection_error=ELEVEN * projection_error)
@control("forgets the half", resampled_error=2 * resampled_error)
@control("resampled 10 % less", resampled_error=NINE * resampled_error)
def floor_is_what_projection_leaves(
    projection_error: sp.Expr, resampled_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Polynomials of two inputs, the first inactive: E f² − E (E[f | x₂])²."""
    for function in FUNCTIONS:
        given = sp.integrate(sp.expand(function(x_1, x_2)), (x_1, 0, 1))
        square = sp.integrate(sp.expand(function(x_1, x_2) ** 2), (x_1, 0, 1), (x_2, 0, 1))
        left = square - sp.integrate(sp.expand(given**2), (x_2, 0, 1))
        for claimed in (projection_error, resampled_error):
            yield trial.same(claimed.replace(target, function).doit(), left, by=sp.expand)


def variance_given(function: sp.Expr, names: str) -> sp.Expr:
    """Var E[f | the named inputs] on the cube."""
    mean = second = function
    for place, x in enumerate(inputs, start=1):
        if str(place) not in names:
            mean = sp.integrate(sp.expand(mean), (x, 0, 1))
    second, whole = sp.expand(mean**2), mean
    for x in inputs:
        second, whole = (sp.integrate(sp.expand(part), (x, 0, 1)) for part in (second, whole))
    return sp.expand(second - whole**2)


@exact(inactive_inputs)
@control("main effects alone", floors={**FLOORS, "1": SOBOL["1"]})
@control("parts of one input", floors={**FLOORS, "12": SOBOL["1"] + SOBOL["2"]})
@control("one floor 10 % more", floors={**FLOORS, "3": ELEVEN * FLOORS["3"]})
@control("no interaction", sobol={**SOBOL, "12": sp.S.Zero})
@control("a part 10 % less", sobol={**SOBOL, "3": NINE * SOBOL["3"]})
def floors_are_total_sobol_indices(
    floors: Mapping[str, sp.Expr], sobol: Mapping[str, sp.Expr], example: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Floors as Var f − Var E[f | active inputs], parts by inclusion and exclusion, all integrals of polynomials."""
    for names, claimed in floors.items():
        active = "".join(name for name in "123" if name not in names)
        left = trial.once(variance_given, example, "123") - trial.once(variance_given, example, active)
        yield trial.same(claimed, left, by=sp.expand)
    for size in (1, 2, 3):
        for chosen in combinations("123", size):
            parts = (
                (-1) ** (size - inner) * trial.once(variance_given, example, "".join(part))
                for inner in range(1, size + 1)
                for part in combinations(chosen, inner)
            )
            yield trial.same(sobol.get("".join(chosen), sp.S.Zero), sum(parts, sp.S.Zero), by=sp.expand)


UNIT = {a: 1, b: 1}


def resampled_pairs(rng: np.random.Generator, count: int, inactive: int) -> NDArray[np.float64]:
    """½(f(x) − f(x'))² for f = x₁x₂ + x₃², x' being x with one input drawn afresh. float[count], at most ½"""
    x = rng.random((count, 3))
    other = x.copy()
    other[:, inactive] = rng.random(count)
    value, again = (each[:, 0] * each[:, 1] + each[:, 2] ** 2 for each in (x, other))
    return (value - again) ** 2 / 2


@statistical(inactive_inputs, tests=2)
@control("main effects alone", floors={**FLOORS, "1": SOBOL["1"]})
@control("the half forgotten", floors={**FLOORS, "3": 2 * FLOORS["3"]})
@control("10 % more", floors={**FLOORS, "1": ELEVEN * FLOORS["1"]})
@control("10 % less", floors={**FLOORS, "3": NINE * FLOORS["3"]})
def drawn_pairs_have_the_floor(floors: Mapping[str, sp.Expr], trial: Trial) -> Iterator[Finding]:
    """Pairs that agree in the active inputs."""
    for name in ("1", "3"):
        pairs = trial.draw(resampled_pairs, trial.size(100_000), int(name) - 1)
        yield trial.averages(pairs, trial.value(floors[name], UNIT), 0.0, 0.5)


FEATURES, TRAINING = 48, 20_000


def fitted_errors(
    rng: np.random.Generator, count: int, inactive: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(f − g)² and (E[f | active] − g)² at `count` test points: g a masked ReLU network fitted on others. 2 × float[count]

    f = x₁x₂ + x₃² on the cube; no edge leaves the inactive input; g is clipped to the range [0, 2] of f.
    """
    mask = np.ones((FEATURES, 3))
    mask[:, inactive] = 0
    weights = rng.standard_normal((FEATURES, 3)) * mask
    biases = -(weights * rng.random((FEATURES, 3))).sum(axis=1)  # kinks that meet the cube

    def hidden(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack([np.maximum(x @ weights.T + biases, 0), np.ones(len(x))])

    def function(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return x[:, 0] * x[:, 1] + x[:, 2] ** 2

    train, test = rng.random((TRAINING, 3)), rng.random((count, 3))
    readout = np.linalg.lstsq(hidden(train), function(train), rcond=None)[0]
    network = np.clip(hidden(test) @ readout, 0, 2)
    mean = test[:, 1] / 2 + test[:, 2] ** 2 if inactive == 0 else test[:, 0] * test[:, 1] + 1 / 3
    return (function(test) - network) ** 2, (mean - network) ** 2


@statistical(inactive_inputs, tests=1, cost=0.6)
@control("main effects alone", floors={**FLOORS, "1": SOBOL["1"]})
@control("with another input", floors={**FLOORS, "1": FLOORS["12"]})
def fitted_networks_stay_above_the_floor(floors: Mapping[str, sp.Expr], trial: Trial) -> Iterator[Finding]:
    """Networks without edges from x₁: the error less the distance from E[f | x₂, x₃] is the floor, within [−2, 2] each."""
    errors, distances = trial.draw(fitted_errors, trial.size(60_000), 0)
    yield trial.averages(errors - distances, trial.value(floors["1"], UNIT), -2.0, 2.0)


@empirical(inactive_inputs, cost=0.8)
@control("main effects alone", floors={**FLOORS, "1": SOBOL["1"]})
@control("x₃ as if its part were smaller", floors={**FLOORS, "3": NINE * FLOORS["3"]})
def fitted_networks_come_close(floors: Mapping[str, sp.Expr], trial: Trial) -> Iterator[Finding]:
    """Test errors of networks fitted without x₁, without x₃: within 2 % of the floor, and the sampling error of a mean."""
    for name in ("1", "3"):
        errors, _ = trial.draw(fitted_errors, trial.size(20_000), int(name) - 1)
        floor = trial.value(floors[name], UNIT)
        spread = 6 * errors.std() / np.sqrt(len(errors))
        what = f"test error over floor without x_{name}"
        yield trial.at_most(errors.mean() / floor, 1.02 + spread / floor, what)
        yield trial.at_most(floor / errors.mean(), 1 + spread / floor, f"floor over {what[:10]}")
