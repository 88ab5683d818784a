"""Evidence for the steps of E6: how many neurons are wired, the network of a product piece by piece, and its floor."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from numerics.evidence import Finding, Trial, control, enclosed, exact
from theory.expressivity.approximation import (
    bend,
    chord,
    chord_gap,
    corners,
    first_slope,
    knot,
    left,
    network,
    pieces,
    point,
    product_success,
    right,
    square_error,
    squares,
    success,
    sufficient_width,
    sup_error,
    too_few,
    universal_approximation,
    x_1,
    x_2,
)
from theory.expressivity.symbols import alpha, j, k, m, n, p, units
from theory.expressivity.wired_counts import poisson_bound
from theory.expressivity.wired_neurons import at_least
from theory.graphon.symbols import delta

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


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


@exact(universal_approximation, step="two squares")
@control("the sum of the squares", squares=(x_1 + x_2) ** 2 / 4 + (x_1 - x_2) ** 2 / 4)
@control("without the quarter", squares=4 * squares)
@control("10 % more", squares=ELEVEN * squares)
def products_are_differences_of_squares(squares: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The product of the inputs, multiplied out."""
    yield trial.same(squares, x_1 * x_2, by=sp.expand)


@exact(universal_approximation, step="knots")
@control("of [−1, 1]", knot=knot / 2)
@control("one knot more", knot=4 * j / (pieces + 1) - 2)
@control("without the first", knot=knot + 4 / pieces)
def knots_cut_the_range_into_pieces(knot: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The first, one from that before, and the one of number M."""
    yield trial.induction(knot, j, sp.Integer(-2), lambda term: term + 4 / pieces)
    yield trial.same(knot.subs(j, pieces), sp.Integer(2))


@exact(universal_approximation, step="chord")
@control("the tangent", chord=left**2 + 2 * left * (point - left))
@control("through 0", chord=(left + right) * (point - left))
@control("10 % more", chord=ELEVEN * chord)
def chords_meet_the_square_at_both_knots(chord: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The line through (a, a²) of the slope (b² − a²)/(b − a), and its value at b."""
    yield trial.same(chord, left**2 + (right**2 - left**2) / (right - left) * (point - left))
    yield trial.same(chord.subs(point, right), right**2)


@exact(universal_approximation, step="below the chord")
@control("the other sign", chord_gap=-chord_gap)
@control("half of it", chord_gap=chord_gap / 2)
@control("the tangent", chord=left**2 + 2 * left * (point - left))
def squares_lie_below_their_chords(chord: sp.Expr, chord_gap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Chord less square; and its sign at t = a + x, b = a + x + y for x, y ≥ 0."""
    x, y = sp.symbols("x y", nonnegative=True)
    yield trial.same(chord_gap, chord - point**2, by=sp.expand)
    yield trial.nonnegative(chord_gap.subs({point: left + x, right: left + x + y}), x * y)


@exact(universal_approximation, step="one square")
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


@exact(universal_approximation, step="error of the product")
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


@exact(universal_approximation, step="slopes")
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


@exact(universal_approximation, step="units")
@control("one square only", product_units=pieces)
@control("units for the knots", product_units=2 * (pieces + 1))
@control("units 10 % more", product_units=ELEVEN * 2 * pieces)
def units_are_those_of_two_squares(product_units: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two squares of one unit for M = 1, and one inner knot more for each piece more."""
    yield trial.induction(product_units, pieces, sp.Integer(2), lambda term: term + 2, start=1)


@exact(universal_approximation, step="masks for the product")
@control("one wired edge for the product", product_success=at_least(n, p, 2 * pieces))
@control("half of the units", product_success=at_least(n, p**2, pieces))
@control("10 % less", product_success=NINE * product_success)
@control("one square only", product_units=pieces)
@control("one unit less", success=at_least(n, alpha * p**k, units - 1))
def product_needs_two_edges_for_each_unit(
    success: sp.Expr, product_units: sp.Expr, product_success: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The chance of that many neurons with both edges, all rows alike."""
    yield trial.same(product_success, success.subs({alpha: 1, k: 2, units: product_units}))


@exact(universal_approximation, step="one input each")
@control("all with one sign", corners=corners.subs({network(1, -1): -network(1, -1), network(-1, 1): -network(-1, 1)}))
@control("three corners", corners=corners - network(-1, -1))
@control("10 % more", corners=ELEVEN * corners)
def sums_of_functions_of_one_input_cancel(corners: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Any values of g₁ and g₂ at ±1; the product, with a sum of functions added to it."""
    values = [{end: sp.Symbol(f"g_{place}{end}", real=True) for end in (-1, 1)} for place in (1, 2)]
    yield trial.same(corners.replace(network, lambda x, y: values[0][x] + values[1][y]), sp.S.Zero)
    yield trial.same(corners.replace(network, lambda x, y: x * y + values[0][x]), sp.Integer(4))


@enclosed(universal_approximation, step="additive floor")
@control("the floor of the corners", additive_floor=sp.Integer(4))
@control("none", additive_floor=sp.S.Zero)
@control("10 % less", additive_floor=NINE)
@control("10 % more", additive_floor=ELEVEN)
@control("three corners", corners=corners - network(-1, -1))
def sums_of_functions_of_one_input_fail(corners: sp.Expr, additive_floor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The product at the corners over their number; and on the whole square it is no larger, the error of the network 0."""
    yield trial.same(corners.replace(network, lambda x, y: x * y), 4 * additive_floor)
    yield trial.everywhere(sp.Abs(x_1 * x_2), additive_floor, within={x_1: (-1, 1), x_2: (-1, 1)})
