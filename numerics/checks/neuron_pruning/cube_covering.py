"""Evidence for N10.1 and N10.2: random planks and the corners of a cube."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.covering_order import full, in_logarithms
from sparse_limits.numerics.checks.neuron_pruning.zones import check_of_the_letters, is_least
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.theory.formulas.let import Told, opened
from sparse_limits.theory.formulas.valued import put_in, valued
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps
from sparse_limits.theory.neuron_pruning.covering import moment, one_neuron, rho, slope, steepness, success, theta
from sparse_limits.theory.neuron_pruning.covering_order import (
    a,
    ball_covering_order,
    eta,
    far_count,
    far_share,
    lamda,
    most,
    part,
    square_mean,
    weight,
)
from sparse_limits.theory.neuron_pruning.cube_covering import (
    all_corners,
    chance,
    corner_ratio,
    cosine,
    cube_covering,
    cube_covering_order,
    cube_moment,
    enough,
    half,
    k,
    leading,
    moment_at,
    near_count,
    neurons,
    one_corner,
    pyramid,
    success_at,
    tail,
    thin,
    two_zones,
)
from sparse_limits.theory.neuron_pruning.cube_planks import cube_ratio
from sparse_limits.theory.neuron_pruning.inputs import d

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
t = sp.Symbol("t", positive=True)


@enclosed(cube_covering, step="half-width")
@control("of the corner itself", thin=corner_ratio)
@control("over the number of coordinates", thin=corner_ratio / (d - 1))
@control("with the first coordinate", thin=corner_ratio / sp.sqrt(d))
@control("half", corner_ratio=corner_ratio / 2)
def corners_are_unit_vectors_times_their_length(
    corner_ratio: sp.Expr, thin: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The ratio of N3.2 below 1/4, over the length of a corner."""
    yield trial.same(corner_ratio, cube_ratio, by=None)
    yield trial.same(thin, corner_ratio / sp.sqrt(d - 1))
    more, y = sp.symbols("more y", nonnegative=True)
    at = {d: 3 + more, eps: 1 / (4 * (1 + y))}
    slack = (more * (1 + y) ** 2 + 2 * y * (2 + y)) / (2 * (2 + more) * (1 + y) ** 2)
    yield trial.nonnegative(sp.Rational(1, 2) - thin.subs(at) ** 2, slack)


@exact(cube_covering)
@control("squared", success=1 - 1 / moment**2)
@control("10 % less", success=LESS * success)
@control("the mean square alone", success=1 - moment)
def an_open_share_of_two_values_attains_the_bound(success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All corners are open with probability 1/R, else none; at the R of the claim too."""
    yield trial.same(success, 1 - 1 / moment_at, by=put_in)
    yield trial.same(opened(success).subs(moment, 1 / t), 1 - t, by=sp.cancel)


@exact(cube_covering, step="differing coordinates")
@control("of d coordinates", chance=chance.subs(d, d + 1))
@control("all alike", chance=1 / d)
@control("biased", chance=chance * 2**k)
@control("twice that", chance=2 * chance)
def each_coordinate_differs_or_not(chance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With one coordinate more, half of the chances for k and k − 1; and one coordinate, which differs or not."""
    more = chance.subs(d, d + 1)
    yield trial.same((chance + chance.subs(k, k - 1)) / (2 * more), sp.S.One, by=sp.combsimp)
    for first in (0, 1):
        yield trial.same(chance.subs(d, 2).subs(k, first), sp.Rational(1, 2))


@exact(cube_covering, step="cosine")
@control("one for each", cosine=1 - k / (d - 1))
@control("over d", cosine=1 - 2 * k / d)
@control("its sine", cosine=sp.sqrt(1 - cosine**2))
def differing_coordinates_lower_the_product(cosine: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """d − 1 − k coordinates are alike."""
    yield trial.same(cosine, ((d - 1 - k) - k) / (d - 1), by=sp.cancel)


@exact(cube_covering, step="second moment")
@control("10 % more", cube_moment=MORE * cube_moment)
@control("one neuron less", cube_moment=valued(cube_moment, {N: N - 1}))
@control("of one neuron alone", cube_moment=valued(cube_moment, {N: 1}))
@control("biased", chance=chance * 2**k)
@control("one for each", cosine=1 - k / (d - 1))
def the_mean_is_over_the_differing_coordinates(
    chance: sp.Expr, cosine: sp.Expr, cube_moment: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What is summed from 0 to d − 1, one neuron and one more."""
    cube_moment = put_in(cube_moment)
    (total,) = cube_moment.atoms(sp.Sum)
    ((variable, low, high),) = total.limits
    yield trial.holds((low, high) == (0, d - 1), f"from {low} to {high}")
    inside = cube_moment.xreplace({total: total.function.subs(variable, k)})
    there = put_in(Told(one_neuron.subs(theta, sp.acos(cosine)), [(rho, thin), (slope, steepness)]))
    letter = sp.Dummy(positive=True)
    yield trial.induction(
        inside,
        N,
        chance * there,
        lambda term: term * there,
        start=1,
        by=lambda gap: sp.powsimp(gap.xreplace({there: letter})),
    )


def covered_corners(
    rng: np.random.Generator, ratio: float, inputs: int, sizes: tuple[int, ...], nets: int
) -> list[int]:
    """In how many networks the planks of the first so many neurons cover all corners."""
    corners = np.array([(1, *rest) for rest in product((1, -1), repeat=inputs - 2)])
    open_corners = np.ones((nets, len(corners)), dtype=bool)
    counts, before = [], 0
    for size in sizes:
        w = rng.standard_normal((nets, size - before, inputs))
        inside = np.abs(w[..., 1:] @ corners.T) <= ratio * np.abs(w[..., :1])
        open_corners &= ~inside.any(axis=1)
        counts.append(int(np.count_nonzero(~open_corners.any(axis=1))))
        before = size
    return counts


def at_width(width: sp.Expr) -> sp.Expr:
    """The bound with another half-width."""
    return Told(success, [(moment, Told(cube_moment, [(rho, width), (slope, steepness)]))])


@statistical(cube_covering, tests=1, cost=0.3)
@control("of half the error", success=success_at.subs(eps, eps / 2))
@control("half", success=success_at / 2)
@control("without the dimension", success=at_width(corner_ratio / (d - 1)))
@control("of half the neurons", success=valued(success_at, {N: N / 2}))
def random_planks_cover_corners_no_more_often(success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Five inputs, ε = 1/10, and 10, 20 or 30 neurons: all eight pairs of opposite corners."""
    inputs, sizes, nets = 5, (10, 20, 30), trial.size(6000)
    counts = trial.draw(covered_corners, 0.4, inputs, sizes, nets)
    at = {d: sp.Integer(inputs), eps: sp.Rational(1, 10)}
    claimed = [min(1.0, trial.value(success, {**at, N: sp.Integer(size)})) for size in sizes]
    yield trial.counts_each(counts, nets, claimed, "above")


SOME = {d: sp.Integer(6), N: sp.Integer(40), eps: sp.Rational(1, 10)}
CLOSE = sp.Rational(1, 10**12)


@enclosed(cube_covering)
@control("of half the error", cube_moment=moment_at.subs(eps, eps / 2))
@control("at another steepness", cube_moment=Told(cube_moment, [(rho, thin), (slope, steepness / 2)]))
@control(
    "at the half-width of the corner itself", cube_moment=Told(cube_moment, [(rho, corner_ratio), (slope, steepness)])
)
@control("of one neuron more", success=valued(success_at, {N: N + 1}))
@control("of the mean square", success=Told(success, [(moment, moment_at**2)]))
def letters_stand_for_formulas(cube_moment: sp.Expr, success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Each formula is what it prints as, with the values of the formulas that its letters are."""
    width = sp.Rational(trial.value(thin, SOME))
    known = {**SOME, rho: width, slope: sp.Rational(trial.value(steepness, {rho: width}))}
    mean = sp.Rational(trial.value(opened(cube_moment), known))
    for formula, value in ((cube_moment, mean), (success, opened(success).subs(moment, mean))):  # the values in doubles
        yield trial.below(formula, value + CLOSE, at=[SOME])
        yield trial.below(value, formula + CLOSE, at=[SOME])


@enclosed(cube_covering, step="neurons", cost=0.3)
@control("one less", neurons=neurons - 1)
@control("one more", neurons=neurons + 1)
@control("10 % more", neurons=MORE * neurons)
@control("for half the chance", neurons=neurons.subs(delta, delta / 2))
@control("that all fail", neurons=neurons.subs(delta, 1 - delta))
@control("a bound for one neuron more", success=success_at.subs(N, N + 1))
def the_number_is_the_least(success: sp.Expr, neurons: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 less the bound is searched, from 1 on, until it is 1 − δ or less; so the bound is δ or more there, and less one neuron earlier."""
    yield from is_least(success, neurons, ((3, "1/5", "3/10"), (4, "1/20", "3/4"), (9, "1/5", "1/10")), trial)


# The order


@exact(cube_covering)
@control("of a disc", pyramid=(1 - 1 / sp.sqrt(1 + half**2)) / 2)
@control("of the area", pyramid=half**2 / sp.pi)
@control("in both directions", pyramid=2 * pyramid)
def pyramids_have_this_share_of_directions(pyramid: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The rate in half of the side: four sides of the square, each an integral over it by its primitive, over 4π; nothing at 0."""
    y = sp.Symbol("y", real=True)
    far = 1 + half**2
    primitive = y / (far * sp.sqrt(far + y**2))
    yield trial.same(sp.diff(primitive, y), (far + y**2) ** sp.Rational(-3, 2), by=sp.factor)
    side = primitive.subs(y, half) - primitive.subs(y, -half)
    yield trial.same(sp.diff(pyramid, half) ** 2, (4 * side / (4 * sp.pi)) ** 2, by=sp.factor)
    yield trial.same(pyramid.subs(half, 0), sp.S.Zero)


def corners_covered(rng: np.random.Generator, size: int, draws: int) -> int:
    """How often neurons of three inputs have planks at all four corners, at ε = 1/20."""
    w = rng.standard_normal((draws, size, 3))
    hit = [np.abs(w[..., 1] + sign * w[..., 2]) <= np.abs(w[..., 0]) / 5 for sign in (1, -1)]
    return int(np.count_nonzero(hit[0].any(axis=1) & hit[1].any(axis=1)))


@statistical(cube_covering, tests=2, cost=0.2)
@control("independent corners", all_corners=(1 - (1 - one_corner) ** N) ** 2)
@control("one corner", all_corners=1 - (1 - one_corner) ** N)
@control("10 % more", all_corners=MORE * all_corners)
@control("10 % less", all_corners=LESS * all_corners)
def drawn_planks_cover_corners_as_often(all_corners: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Three inputs and 3 or 10 neurons."""
    draws = trial.size(120_000)
    for size in (3, 10):
        chance = trial.value(all_corners, {N: sp.Integer(size), eps: sp.Rational(1, 20)})
        yield trial.counts(trial.draw(corners_covered, size, draws), draws, chance)


@exact(cube_covering)
@control("half as far", enough=enough.subs(eps, eps / 2))
@control("a square with this side", enough=sp.log(1 - delta) / sp.log(1 - pyramid.subs(half, eps / 2)))
@control("by the union bound", enough=delta / pyramid.subs(half, eps / sp.sqrt(2)))
@control("10 % more", enough=MORE * enough)
def one_neuron_is_enough_in_a_pyramid(enough: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """|y| + |z| ≤ ε is a square whose half side is ε/√2, the distance of a side from 0; none of so many is there with 1 − δ."""
    middle = sp.Matrix([eps / 2, eps / 2])  # of a side, from (ε, 0) to (0, ε)
    yield trial.same(middle.norm() ** 2, (eps / sp.sqrt(2)) ** 2)
    yield trial.same(enough * sp.log(1 - pyramid.subs(half, middle.norm())), sp.log(1 - delta), by=sp.simplify)


def by_share(gap: sp.Expr) -> sp.Expr:
    """The gap in the letter t for √(1 − η²)."""
    return sp.expand(sp.expand_log(gap.subs(far_share, t).subs(eta, sp.sqrt((1 - t) * (1 + t))), force=True))


@exact(cube_covering_order, step="tail")
@control("one side", tail=tail / 2)
@control("a dimension more", tail=tail.subs(d, d + 1))
@control("Hoeffding's, wasteful", tail=2 * sp.exp(-(d - 1) * far_share**2 / 2))
def the_tail_is_the_best_exponential(tail: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Both sides; cosh s e^(−s tanh s) to the power d − 1, s half the logarithm of (1 + t)/(1 − t)."""
    exponent = sp.log(1 / eta) - far_share * (sp.log(1 + far_share) - sp.log(1 - far_share)) / 2
    yield trial.same(sp.log(tail), sp.log(2) + (d - 1) * exponent, by=by_share)


@enclosed(cube_covering_order, step="two zones")
@control("far points alone", two_zones=square_mean.subs(lamda, weight))
@control("near points alone", two_zones=tail * most**N)
@control("half as far", two_zones=valued(two_zones, {eta: eta / 2}))
@control("one side", tail=tail / 2)
@control("by the exponential at η", two_zones=sp.exp(N * a * rho**2 * (1 / eta - 1)) + tail * most**N)
@control("half the weight", weight=weight / 2)
@control("squared", square_mean=square_mean**2)
def both_zones_add_up(
    weight: sp.Expr, square_mean: sp.Expr, tail: sp.Expr, two_zones: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean of the square at the weight of N9.2, and the tail times the power; where the root is that of 1/2 and less."""
    yield trial.same(weight, ball_covering_order.claimed["weight"])
    both = square_mean.subs(lamda, weight) + tail * most**N
    shrunk = {rho: rho / 20}
    yield trial.same(two_zones, both)
    yield trial.same(two_zones.subs(shrunk), both.subs(shrunk), by=None)


@exact(cube_covering_order, step="near number")
@control("10 % more", near_count=MORE * near_count)
@control("without the part", near_count=near_count - sp.log(part) / sp.log(most))
@control("one dimension more", near_count=near_count.subs(d, d + 1))
@control("twice the part", part=2 * part)
@control("one side", two_zones=square_mean.subs(lamda, weight) + tail * most**N / 2)
def the_near_part_is_full(two_zones: sp.Expr, part: sp.Expr, near_count: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The second zone is the part at this number, and the part is that of N9.2."""
    yield trial.same(part, ball_covering_order.claimed["part"])
    yield trial.same(near_count, full(two_zones, part), by=in_logarithms)


@enclosed(cube_covering_order, step="leading order")
@control("d for d − 1", leading=leading.subs(d, d + 1))
@control("the announced order", leading=leading / sp.sqrt(d - 1))
@control("without log 2", leading=leading / sp.log(2))
@control("10 % more", leading=MORE * leading)
@control("for the unknown mean", near_slope=sp.sqrt(2 / sp.pi))
@control("without the dimension", thin=corner_ratio)
@control("of half the exponent", tail=2 * sp.sqrt(tail / 2))
@control("of the near order", far_count=far_count * rho)
@control("far points for η²", far_count=far_count * eta)
@control("twice the part", part=2 * part)
def the_near_number_leads(
    thin: sp.Expr,
    near_slope: sp.Expr,
    tail: sp.Expr,
    part: sp.Expr,
    far_count: sp.Expr,
    leading: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The exponent of the tail over that of one neuron, to leading order; the former is (d − 1) log 2 up to (d − 1)η, for η from 10⁻⁹ to 1. The far number over that is
    η√(d − 1) times what has a limit at η = 0."""
    limit = (1 - (1 + part) ** -2) / (4 * a * eps * sp.pi * sp.log(2))
    yield trial.same(far_count.subs(rho, thin) / leading, limit * eta * (1 + eta) * sp.sqrt(d - 1))
    yield trial.same(leading, (d - 1) * sp.log(2) / (near_slope * thin))
    exponent = sp.cancel(sp.expand_log(-sp.log(tail / 2), force=True) / (d - 1))
    yield trial.everywhere(sp.Abs(exponent - sp.log(2)), eta, within={eta: (sp.Rational(1, 10**9), 1)})


letters_stand_for_formulas_of_the_order = check_of_the_letters(cube_covering_order, thin)


@enclosed(cube_covering)
@control("twice as wide", thin=2 * thin)
def corners_are_far_enough(thin: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """For planks of N9.1."""
    yield trial.below(thin, 1 / sp.sqrt(2), strict=True)


@enclosed(cube_covering_order)
@control("twice as wide", thin=2 * thin)
@control("for the opposite", near_count=-near_count)
def more_success_asks_for_more_on_the_cube(thin: sp.Expr, near_count: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Planks are thin enough; and the near number grows with the probability of success."""
    yield trial.below(thin, 1 / sp.sqrt(2), strict=True)
    yield trial.below(near_count, near_count.subs(delta, (1 + delta) / 2))
