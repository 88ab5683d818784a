"""Evidence for E6.2 and E6.3, besides their reasons: product has an explicit network; and more."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.expressivity.approximation import some_wired
from sparse_limits.numerics.checks.expressivity.wired_neurons import exact_fraction
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.expressivity.counts import Unit, fully_wired, product_network
from sparse_limits.theory.expressivity.product_of_inputs import (
    masked_product,
    network,
    one_input_each,
    pieces,
    x_1,
    x_2,
)
from sparse_limits.theory.expressivity.symbols import n, p

HALF = sp.Rational(1, 2)


def output(network: Sequence[Unit], first: Fraction, second: Fraction) -> Fraction:
    return sum((r * max(w[0] * first + w[1] * second + bias, Fraction(0)) for w, bias, r in network), Fraction(0))


def largest_error(network: Sequence[Unit], count: int) -> Fraction:
    """The largest |x₁x₂ − network| where x₁ + x₂ and x₁ − x₂ are knots, midpoints or quarters of pieces."""
    places = [Fraction(place, count) for place in range(-2 * count, 2 * count + 1)]
    points = [((s + t) / 2, (s - t) / 2) for s, t in product(places, repeat=2) if abs(s) + abs(t) <= 2]
    return max(abs(x * y - output(network, x, y)) for x, y in points)


@exact(masked_product)
def product_has_an_explicit_network(
    product_units: sp.Expr, first_slope: sp.Expr, bend: sp.Expr, sup_error: sp.Expr, trial: Trial
) -> Findings:
    """For one to four pieces, the units are counted and the sup error is found in rationals, from values at knots and midpoints.

    These points decide, as the chord between two knots a and b exceeds t² by (t − a)(b − t).
    """
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


@exact(masked_product)
def chance_of_enough_units_for_the_product(product_success: sp.Expr, trial: Trial) -> Findings:
    """The formula equals the probability found neuron by neuron in rationals, for four layers, p = 1 and too few neurons among them."""
    half, two_thirds = HALF, sp.Rational(2, 3)
    for width, density, count in ((12, two_thirds, 2), (9, half, 1), (6, sp.S.One, 3), (3, half, 2)):
        seen = trial.once(some_wired, width, exact_fraction(density**2), 2 * count)
        at = {n: sp.Integer(width), p: density, pieces: sp.Integer(count)}
        yield trial.same(written_out(product_success, at), sp.Rational(seen), by=None)


def masks_with_enough(rng: np.random.Generator, masks: int, width: int, count: int) -> int:
    """Masks of density ½ in which `count` neurons have both of two edges."""
    wired = (rng.integers(0, 4, size=(masks, width), dtype=np.uint8) == 3).sum(axis=1)
    return int((wired >= count).sum())


@statistical(masked_product, tests=1)
def drawn_masks_admit_the_network(product_success: sp.Expr, trial: Trial) -> Findings:
    """Drawn masks of sixteen neurons and density ½ have enough wired neurons for two pieces (sup error ¼) as often as stated."""
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
    """The output at x of a masked layer: some rows hold the units of a network of the active inputs, the other rows are 0."""
    weights = np.zeros((NEURONS, INPUTS), dtype=int)
    for row, unit in zip(rows, network, strict=False):
        weights[row, list(ACTIVE)] = unit.weights
    total = Fraction(0)
    for row, unit in zip(rows, network, strict=False):
        kept = (weights[row] * mask[row]).tolist()
        total += unit.readout * max(sum(w * each for w, each in zip(kept, x, strict=True)) + unit.bias, Fraction(0))
    return total


@exact(masked_product)
def drawn_masks_carry_the_network(product_units: sp.Expr, sup_error: sp.Expr, neurons: str, trial: Trial) -> Findings:
    """On fully wired neurons of drawn masks (five inputs, two of them active) the network has the stated sup error, in rationals.

    The inactive inputs take arbitrary values. A mask with fewer fully wired neurons than the product has units is left out.
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


# Step by step


@enclosed(one_input_each, step="additive floor")
def sums_of_functions_of_one_input_fail(corners: sp.Expr, additive_floor: sp.Expr, trial: Trial) -> Findings:
    """For the product itself, the sum over the corners is four times the floor.

    The network 0 errs by |x₁x₂|, which is at most the floor on the whole square.
    """
    yield trial.same(corners.replace(network, lambda x, y: x * y), 4 * additive_floor)
    yield trial.everywhere(sp.Abs(x_1 * x_2), additive_floor, within={x_1: (-1, 1), x_2: (-1, 1)})
