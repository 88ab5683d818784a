"""Evidence for E6: the network of a product in rationals, and the masks that admit it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.checks.expressivity.wired_neurons import exact_fraction, poisson_binomial
from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.expressivity.counts import Unit, fully_wired, product_network
from theory.expressivity.approximation import (
    pieces,
    product_success,
    success,
    sufficient_width,
    universal_approximation,
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
