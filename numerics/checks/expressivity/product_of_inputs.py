"""Evidence for E6.2 and E6.3: the network of a product in rationals, the masks that admit it, and its floor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.expressivity.approximation import some_wired
from sparse_limits.numerics.checks.expressivity.wired_neurons import exact_fraction
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.expressivity.counts import Unit, fully_wired, product_network
from sparse_limits.theory.expressivity.approximation import success
from sparse_limits.theory.expressivity.product_of_inputs import (
    bend,
    chord,
    chord_gap,
    corners,
    first_slope,
    knot,
    left,
    masked_product,
    network,
    one_input_each,
    pieces,
    point,
    product_success,
    product_units,
    right,
    square_error,
    squares,
    sup_error,
    x_1,
    x_2,
)
from sparse_limits.theory.expressivity.symbols import alpha, j, k, n, p, units
from sparse_limits.theory.expressivity.wired_neurons import at_least

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = sp.Rational(1, 2)


def output(network: Sequence[Unit], first: Fraction, second: Fraction) -> Fraction:
    return sum((r * max(w[0] * first + w[1] * second + bias, Fraction(0)) for w, bias, r in network), Fraction(0))


def largest_error(network: Sequence[Unit], count: int) -> Fraction:
    """The largest |x₁x₂ − network| where x₁ + x₂ and x₁ − x₂ are knots, midpoints or quarters of pieces."""
    places = [Fraction(place, count) for place in range(-2 * count, 2 * count + 1)]
    points = [((s + t) / 2, (s - t) / 2) for s, t in product(places, repeat=2) if abs(s) + abs(t) <= 2]
    return max(abs(x * y - output(network, x, y)) for x, y in points)


@exact(masked_product)
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


@exact(masked_product)
@control("one wired edge for the product", product_success=at_least(n, p, 2 * pieces))
@control("half of the units", product_success=at_least(n, p**2, pieces))
@control("product 10 % less", product_success=NINE * product_success)
def chance_of_enough_units_for_the_product(product_success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In rationals; p = 1, and more units than neurons, included."""
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


@exact(masked_product)
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


# Step by step


@exact(masked_product, step="two squares")
@control("the sum of the squares", squares=(x_1 + x_2) ** 2 / 4 + (x_1 - x_2) ** 2 / 4)
@control("without the quarter", squares=4 * squares)
@control("10 % more", squares=ELEVEN * squares)
def products_are_differences_of_squares(squares: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The product of the inputs, multiplied out."""
    yield trial.same(squares, x_1 * x_2, by=sp.expand)


@exact(masked_product, step="knots")
@control("of [−1, 1]", knot=knot / 2)
@control("one knot more", knot=4 * j / (pieces + 1) - 2)
@control("without the first", knot=knot + 4 / pieces)
def knots_cut_the_range_into_pieces(knot: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The first, one from that before, and the one of number M."""
    yield trial.induction(knot, j, sp.Integer(-2), lambda term: term + 4 / pieces)
    yield trial.same(knot.subs(j, pieces), sp.Integer(2))


@exact(masked_product, step="chord")
@control("the tangent", chord=left**2 + 2 * left * (point - left))
@control("through 0", chord=(left + right) * (point - left))
@control("10 % more", chord=ELEVEN * chord)
def chords_meet_the_square_at_both_knots(chord: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The line through (a, a²) of the slope (b² − a²)/(b − a), and its value at b."""
    yield trial.same(chord, left**2 + (right**2 - left**2) / (right - left) * (point - left))
    yield trial.same(chord.subs(point, right), right**2)


@exact(masked_product, step="below the chord")
@control("the other sign", chord_gap=-chord_gap)
@control("half of it", chord_gap=chord_gap / 2)
@control("the tangent", chord=left**2 + 2 * left * (point - left))
def squares_lie_below_their_chords(chord: sp.Expr, chord_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Chord less square; and its sign at t = a + x, b = a + x + y for x, y ≥ 0."""
    x, y = sp.symbols("x y", nonnegative=True)
    yield trial.same(chord_gap, chord - point**2, by=sp.expand)
    yield trial.nonnegative(chord_gap.subs({point: left + x, right: left + x + y}), x * y)


@exact(masked_product, step="one square")
@control("of pieces of length 2/M", square_error=square_error / 4)
@control("without the quarter", square_error=4 * square_error)
@control("10 % less", square_error=NINE * square_error)
@control("10 % more", square_error=ELEVEN * square_error)
@control("twice the gap", chord_gap=2 * chord_gap)
@control("of [−1, 1]", knot=knot / 2)
def gaps_are_largest_in_the_middle(
    knot: sp.Expr, chord_gap: sp.Expr, square_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What is left of it, the squared distance from the middle, on every piece; which is 0 in the middle."""
    here = chord_gap.subs({left: knot, right: knot.subs(j, j + 1)})
    middle = (4 * j + 2) / pieces - 2
    yield trial.nonnegative(square_error - here, (point - middle) ** 2)
    yield trial.same(here.subs(point, middle) + j, square_error + j)


@exact(masked_product, step="error of the product")
@control("one piece more", sup_error=1 / (pieces + 1) ** 2)
@control("the error of one square", sup_error=square_error)
@control("10 % more", sup_error=ELEVEN * sup_error)
@control("without the quarter of a square", square_error=4 * square_error)
@control("the sum of the squares", squares=(x_1 + x_2) ** 2 / 4 + (x_1 - x_2) ** 2 / 4)
def the_difference_of_two_gaps_attains_the_error(
    squares: sp.Expr, square_error: sp.Expr, sup_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A quarter of x − y, with gaps x and y up to that of a square, from either side; and at a middle beside a knot.

    The knot next to 0 from below is 0 for even M, and −2/M for odd; there the two gaps are evaluated.
    """
    x, y, rest = sp.symbols("x y rest", nonnegative=True)
    coefficient = squares.expand().coeff(x_1 * x_2) / 4  # of (x₁ + x₂)²; that of (x₁ − x₂)² is its negative
    yield trial.same(squares, coefficient * ((x_1 + x_2) ** 2 - (x_1 - x_2) ** 2), by=sp.expand)
    within = {x: square_error - rest}  # the larger gap, up to its largest
    left_over = pieces**2 * (sup_error - coefficient * (x - y).subs(within))
    yield trial.nonnegative(left_over, pieces**2 * (rest + y) / 4)
    for begins, middle, end in ((pieces / 2, 2 / pieces, 0), ((pieces - 1) / 2, 0, 2 / pieces)):
        ends = {left: knot.subs(j, begins), right: knot.subs(j, begins + 1)}
        gaps = [chord_gap.subs(ends).subs(point, place) for place in (middle, end)]
        yield trial.same(sup_error, coefficient * (gaps[0] - gaps[1]))


@exact(masked_product, step="slopes")
@control("bends for knots of [−1, 1]", bend=4 / pieces)
@control("bends 10 % less", bend=NINE * bend)
@control("a slope at the knot", first_slope=sp.Integer(-4))
@control("first slope 10 % more", first_slope=ELEVEN * first_slope)
@control("the tangent", chord=left**2 + 2 * left * (point - left))
def slopes_and_bends_are_those_of_chords(
    chord: sp.Expr, first_slope: sp.Expr, bend: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The slope of the first chord, and how it changes; and the sum of all units up to any knot, which is its square."""
    slope = chord.diff(point).subs({left: knot, right: knot.subs(j, j + 1)})
    yield trial.same(first_slope, slope.subs(j, 0))
    yield trial.same(bend + j, slope.subs(j, j + 1) - slope + j)
    i = sp.Symbol("i", integer=True)
    inner = sp.Sum(sp.expand(bend * (knot - knot.subs(j, i))), (i, 1, j - 1)).doit()
    yield trial.same(4 + first_slope * (knot + 2) + inner, knot**2)


@exact(masked_product, step="units")
@control("one square only", product_units=pieces)
@control("units for the knots", product_units=2 * (pieces + 1))
@control("units 10 % more", product_units=ELEVEN * 2 * pieces)
def units_are_those_of_two_squares(product_units: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two squares of one unit for M = 1, and one inner knot more for each piece more."""
    yield trial.induction(product_units, pieces, sp.Integer(2), lambda term: term + 2, start=1)


@exact(masked_product, step="masks for the product")
@control("one wired edge for the product", product_success=at_least(n, p, 2 * pieces))
@control("half of the units", product_success=at_least(n, p**2, pieces))
@control("10 % less", product_success=NINE * product_success)
@control("one square only", product_units=pieces)
@control("one unit less", product_success=at_least(n, p**2, product_units - 1))
def product_needs_two_edges_for_each_unit(
    product_units: sp.Expr, product_success: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The chance of that many neurons with both edges, all rows alike."""
    yield trial.same(product_success, success.subs({alpha: 1, k: 2, units: product_units}))


@exact(one_input_each, step="one input each")
@control("all with one sign", corners=corners.subs({network(1, -1): -network(1, -1), network(-1, 1): -network(-1, 1)}))
@control("three corners", corners=corners - network(-1, -1))
@control("10 % more", corners=ELEVEN * corners)
def sums_of_functions_of_one_input_cancel(corners: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Any values of g₁ and g₂ at ±1; the product, with a sum of functions added to it."""
    values = [{end: sp.Symbol(f"g_{place}{end}", real=True) for end in (-1, 1)} for place in (1, 2)]
    yield trial.same(corners.replace(network, lambda x, y: values[0][x] + values[1][y]), sp.S.Zero)
    yield trial.same(corners.replace(network, lambda x, y: x * y + values[0][x]), sp.Integer(4))


@enclosed(one_input_each, step="additive floor")
@control("the floor of the corners", additive_floor=sp.Integer(4))
@control("none", additive_floor=sp.S.Zero)
@control("10 % less", additive_floor=NINE)
@control("10 % more", additive_floor=ELEVEN)
@control("three corners", corners=corners - network(-1, -1))
def sums_of_functions_of_one_input_fail(corners: sp.Expr, additive_floor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The product at the corners over their number; and on the whole square it is no larger, the error of the network 0."""
    yield trial.same(corners.replace(network, lambda x, y: x * y), 4 * additive_floor)
    yield trial.everywhere(sp.Abs(x_1 * x_2), additive_floor, within={x_1: (-1, 1), x_2: (-1, 1)})
