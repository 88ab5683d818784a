"""Evidence for E6 and E7: the network of a product in rationals, the masks that admit it, and floors that none can beat."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.checks.expressivity.wired_neurons import exact_fraction, poisson_binomial
from numerics.evidence import Finding, Trial, control, empirical, enclosed, exact, statistical
from numerics.expressivity.counts import Unit, fully_wired, product_network
from theory.expressivity.approximation import (
    FLOORS,
    SOBOL,
    a,
    b,
    inactive_inputs,
    inputs,
    pieces,
    product_success,
    projection_error,
    resampled_error,
    success,
    sufficient_width,
    target,
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


def output(network: Sequence[Unit], first: Fraction, second: Fraction) -> Fraction:
    return sum((r * max(w[0] * first + w[1] * second + bias, Fraction(0)) for w, bias, r in network), Fraction(0))


def largest_error(network: Sequence[Unit], count: int) -> Fraction:
    """The largest |x₁x₂ − network| where x₁ + x₂ and x₁ − x₂ are knots, midpoints or quarters of pieces."""
    places = [Fraction(place, count) for place in range(-2 * count, 2 * count + 1)]
    points = [((s + t) / 2, (s - t) / 2) for s, t in product(places, repeat=2) if abs(s) + abs(t) <= 2]
    return max(abs(x * y - output(network, x, y)) for x, y in points)


@exact(universal_approximation)
@control("one piece more", sup_error=1 / (pieces + 1) ** 2)
@control("the error of one square", sup_error=4 / pieces**2)
@control("10 % more", sup_error=ELEVEN / pieces**2)
@control("one square only", product_units=pieces)
@control("units for the knots", product_units=2 * (pieces + 1))
@control("units 10 % more", product_units=ELEVEN * 2 * pieces)
@control("bends for knots of [−1, 1]", bend=4 / pieces)
@control("bends 10 % less", bend=NINE * 8 / pieces)
@control("a slope at the knot", first_slope=sp.Integer(-4))
@control("first slope 10 % more", first_slope=ELEVEN * (4 / pieces - 4))
def product_has_an_explicit_network(
    product_units: sp.Expr, first_slope: sp.Expr, bend: sp.Expr, sup_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its units are counted and its sup error measured in rationals. Knots and midpoints decide: (t − a)(b − t) between."""
    left, right, t = sp.symbols("left right t")
    chord = left**2 + (left + right) * (t - left)
    yield trial.same(chord - t**2, (t - left) * (right - t), by=sp.expand)
    for count in (1, 2, 3, 4):
        at = {pieces: count}
        slopes = [part.subs(at) for part in (first_slope, bend)]
        if not all(part.is_Rational for part in slopes):
            yield trial.holds(False, f"slopes {slopes} are not rational")
            continue
        network = product_network(count, *map(exact_fraction, slopes))
        yield trial.holds(len(network) == product_units.subs(at), f"{len(network)} units for {count} pieces")
        seen = largest_error(network, count)
        yield trial.holds(sp.Rational(seen) == sup_error.subs(at), f"{count} pieces: sup error {seen}")


def some_wired(width: int, chance: Fraction, count: int) -> Fraction:
    """P(N ≥ count), one neuron after the other."""
    return sum(poisson_binomial([chance] * width)[count:], Fraction(0))


@exact(universal_approximation)
@control("one wired edge suffices", success=success.subs(k, 1))
@control("all rows", success=success.subs(alpha, 1))
@control("one unit less", success=at_least(n, alpha * p**k, units - 1))
@control("10 % more", success=ELEVEN * success)
@control("one wired edge for the product", product_success=at_least(n, p, 2 * pieces))
@control("half of the units", product_success=at_least(n, p**2, pieces))
@control("product 10 % less", product_success=NINE * product_success)
def chance_of_enough_units(success: sp.Expr, product_success: sp.Expr, trial: Trial) -> Iterator[Finding]:
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
    for width, density, count in ((12, two_thirds, 2), (9, half, 1), (6, sp.S.One, 3), (3, half, 2)):
        seen = trial.once(some_wired, width, exact_fraction(density**2), 2 * count)
        yield trial.same(product_success.subs({n: width, p: density, pieces: count}).doit(), sp.Rational(seen), by=None)


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


def masks_with_enough(rng: np.random.Generator, masks: int, width: int, count: int) -> int:
    """Masks of density ½ in which `count` neurons have both of two edges."""
    wired = (rng.integers(0, 4, size=(masks, width), dtype=np.uint8) == 3).sum(axis=1)
    return int((wired >= count).sum())


@statistical(universal_approximation, tests=1)
@control("one wired edge suffices", product_success=at_least(n, p, 2 * pieces))
@control("half of the units", product_success=at_least(n, p**2, pieces))
@control("10 % more", product_success=ELEVEN * product_success)
@control("10 % less", product_success=NINE * product_success)
def drawn_masks_admit_the_network(product_success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Sixteen neurons, density ½, two pieces: a sup error of ¼."""
    masks = trial.size(100_000)
    expected = trial.value(product_success, {n: 16, p: HALF, pieces: 2})
    yield trial.counts(trial.draw(masks_with_enough, masks, 16, 4), masks, expected)


INPUTS, ACTIVE, NEURONS = 5, (1, 3), 24  # of a drawn layer: its inputs, the two of the product, its neurons


def drawn_masks(rng: np.random.Generator, masks: int) -> NDArray[np.int64]:
    """Masks of density ½. int[masks, neurons, inputs]"""
    return rng.integers(0, 2, size=(masks, NEURONS, INPUTS))


def masked_output(
    network: Sequence[Unit], rows: Sequence[int], mask: NDArray[np.int64], x: Sequence[Fraction]
) -> Fraction:
    """The output at x of a layer under its mask: its rows hold the units of a network of the active inputs, the others 0."""
    weights = np.zeros((NEURONS, INPUTS), dtype=int)
    for row, unit in zip(rows, network, strict=False):
        weights[row, list(ACTIVE)] = unit.weights
    total = Fraction(0)
    for row, unit in zip(rows, network, strict=False):
        kept = (weights[row] * mask[row]).tolist()
        total += unit.readout * max(sum(w * each for w, each in zip(kept, x, strict=True)) + unit.bias, Fraction(0))
    return total


@exact(universal_approximation)
@control("any neurons", neurons="any")
@control("one square only", product_units=pieces)
@control("the error of one square", sup_error=4 / pieces**2)
@control("one piece more", sup_error=1 / (pieces + 1) ** 2)
@control("10 % more", sup_error=ELEVEN / pieces**2)
def drawn_masks_carry_the_network(
    product_units: sp.Expr, sup_error: sp.Expr, neurons: str, trial: Trial
) -> Iterator[Finding]:
    """Weights on the mask of a drawn layer with five inputs, two of them active: the sup error, in rationals.

    The inactive inputs take any values. A mask with fewer fully wired neurons than the product has units is left out.
    """
    places = [Fraction(place, 2) for place in range(-4, 5)]
    count = 2
    needed = product_units.subs(pieces, count)
    admitted = 0
    for mask in trial.draw(drawn_masks, 12):
        wired = fully_wired(mask, ACTIVE) if neurons == "fully wired" else np.arange(NEURONS)
        if wired.size < needed:
            continue
        admitted += 1
        rows, network = wired[: int(needed)].tolist(), product_network(count)
        errors = []
        for s, t in product(places, repeat=2):
            if abs(s) + abs(t) <= 2:
                x = [s - t, (s + t) / 2, s / 3, (s - t) / 2, t]  # at the places of `ACTIVE`: the inputs of the product
                errors.append(abs(x[1] * x[3] - masked_output(network, rows, mask, x)))
        yield trial.holds(sp.Rational(max(errors)) == sup_error.subs(pieces, count), f"sup error {max(errors)}")
    yield trial.holds(admitted, f"{admitted} masks admit the network")


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
