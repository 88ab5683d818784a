"""Evidence for N10.1 and N10.2: random planks and the corners of a cube."""

from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.covering_order import full, in_logarithms
from sparse_limits.numerics.checks.neuron_pruning.zones import check_of_the_letters, is_least
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.formulas.let import opened
from sparse_limits.theory.formulas.valued import put_in
from sparse_limits.theory.neuron_pruning.alignment import N, delta, eps
from sparse_limits.theory.neuron_pruning.covering import moment, rho, slope, steepness
from sparse_limits.theory.neuron_pruning.covering_order import a, ball_covering_order, eta, lamda, most
from sparse_limits.theory.neuron_pruning.cube_covering import (
    cube_covering,
    cube_covering_order,
    half,
    moment_at,
    pyramid,
    t,
    thin,
)
from sparse_limits.theory.neuron_pruning.cube_planks import cube_ratio
from sparse_limits.theory.neuron_pruning.inputs import d


@enclosed(cube_covering, step="half-width")
def corners_are_unit_vectors_times_their_length(corner_ratio: sp.Expr, thin: sp.Expr, trial: Trial) -> Findings:
    """The half-width is the ratio of N3.2 below 1/4 over the length √(d − 1) of a corner; its square is at most 1/2."""
    yield trial.same(corner_ratio, cube_ratio, by=None)
    yield trial.same(thin, corner_ratio / sp.sqrt(d - 1))
    more, y = sp.symbols("more y", nonnegative=True)
    at = {d: 3 + more, eps: 1 / (4 * (1 + y))}
    slack = (more * (1 + y) ** 2 + 2 * y * (2 + y)) / (2 * (2 + more) * (1 + y) ** 2)
    yield trial.nonnegative(sp.Rational(1, 2) - thin.subs(at) ** 2, slack)


@exact(cube_covering)
def an_open_share_of_two_values_attains_the_bound(success: sp.Expr, trial: Trial) -> Findings:
    """If all corners are open with probability 1/R, and else none, the probability of success is the bound 1 − 1/R; at the R of the claim
    too.
    """
    yield trial.same(success, 1 - 1 / moment_at, by=put_in)
    yield trial.same(opened(success).subs(moment, 1 / t), 1 - t, by=sp.cancel)


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


@statistical(cube_covering, tests=1, cost=0.3)
def random_planks_cover_corners_no_more_often(success: sp.Expr, trial: Trial) -> Findings:
    """Five inputs, ε = 1/10, and 10, 20 or 30 neurons: all eight pairs of opposite corners."""
    inputs, sizes, nets = 5, (10, 20, 30), trial.size(6000)
    counts = trial.draw(covered_corners, 0.4, inputs, sizes, nets)
    at = {d: sp.Integer(inputs), eps: sp.Rational(1, 10)}
    claimed = [min(1.0, trial.value(success, {**at, N: sp.Integer(size)})) for size in sizes]
    yield trial.counts_each(counts, nets, claimed, "above")


SOME = {d: sp.Integer(6), N: sp.Integer(40), eps: sp.Rational(1, 10)}
CLOSE = sp.Rational(1, 10**12)


@enclosed(cube_covering)
def letters_stand_for_formulas(cube_moment: sp.Expr, success: sp.Expr, trial: Trial) -> Findings:
    """Each formula has the value of its printed form with the values of the formulas for its letters, up to 10⁻¹²."""
    width = sp.Rational(trial.value(thin, SOME))
    known = {**SOME, rho: width, slope: sp.Rational(trial.value(steepness, {rho: width}))}
    mean = sp.Rational(trial.value(opened(cube_moment), known))
    for formula, value in ((cube_moment, mean), (success, opened(success).subs(moment, mean))):  # the values in doubles
        yield trial.below(formula, value + CLOSE, at=[SOME])
        yield trial.below(value, formula + CLOSE, at=[SOME])


@enclosed(cube_covering, step="neurons", cost=0.3)
def the_number_is_the_least(success: sp.Expr, neurons: sp.Expr, trial: Trial) -> Findings:
    """The number is the first, from 1 on, at which 1 less the bound is at most 1 − δ; so the bound is at least δ there, and less than δ
    with one neuron fewer.
    """
    yield from is_least(success, neurons, ((3, "1/5", "3/10"), (4, "1/20", "3/4"), (9, "1/5", "1/10")), trial)


# The order


@exact(cube_covering)
def pyramids_have_this_share_of_directions(pyramid: sp.Expr, trial: Trial) -> Findings:
    """The share is 0 at 0; its derivative in half of the side is, by squares, an integral over each of the four sides of the square, by a
    primitive, over 4π.
    """
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
def drawn_planks_cover_corners_as_often(all_corners: sp.Expr, trial: Trial) -> Findings:
    """Three inputs and 3 or 10 neurons."""
    draws = trial.size(120_000)
    for size in (3, 10):
        chance = trial.value(all_corners, {N: sp.Integer(size), eps: sp.Rational(1, 20)})
        yield trial.counts(trial.draw(corners_covered, size, draws), draws, chance)


@exact(cube_covering)
def one_neuron_is_enough_in_a_pyramid(enough: sp.Expr, trial: Trial) -> Findings:
    """|y| + |z| ≤ ε is a square whose half side is ε/√2, the distance of a side from 0; with the number of neurons that is enough, none
    lies there with probability 1 − δ.
    """
    middle = sp.Matrix([eps / 2, eps / 2])  # of a side, from (ε, 0) to (0, ε)
    yield trial.same(middle.norm() ** 2, (eps / sp.sqrt(2)) ** 2)
    yield trial.same(enough * sp.log(1 - pyramid.subs(half, middle.norm())), sp.log(1 - delta), by=sp.simplify)


@enclosed(cube_covering_order, step="two zones")
def both_zones_add_up(
    weight: sp.Expr, square_mean: sp.Expr, tail: sp.Expr, two_zones: sp.Expr, trial: Trial
) -> Findings:
    """The two zones are the mean of the square at the weight of N9.2, and the tail times the power; also at a twentieth of ρ."""
    yield trial.same(weight, ball_covering_order.claimed["weight"])
    both = square_mean.subs(lamda, weight) + tail * most**N
    shrunk = {rho: rho / 20}
    yield trial.same(two_zones, both)
    yield trial.same(two_zones.subs(shrunk), both.subs(shrunk), by=None)


@exact(cube_covering_order, step="near number")
def the_near_part_is_full(two_zones: sp.Expr, part: sp.Expr, near_count: sp.Expr, trial: Trial) -> Findings:
    """At this number the zone of the near points equals the part, which is that of N9.2."""
    yield trial.same(part, ball_covering_order.claimed["part"])
    yield trial.same(near_count, full(two_zones, part), by=in_logarithms)


@enclosed(cube_covering_order, step="leading order")
def the_near_number_leads(
    thin: sp.Expr, near_slope: sp.Expr, tail: sp.Expr, part: sp.Expr, far_count: sp.Expr, leading: sp.Expr, trial: Trial
) -> Findings:
    """The leading order is the exponent (d − 1) log 2 of the tail over that of one neuron; the tail has this exponent up to (d − 1)η, for η
    from 10⁻⁹ to 1.

    The far number over the leading order is η√(d − 1) times a factor that has a limit at η = 0.
    """
    limit = (1 - (1 + part) ** -2) / (4 * a * eps * sp.pi * sp.log(2))
    yield trial.same(far_count.subs(rho, thin) / leading, limit * eta * (1 + eta) * sp.sqrt(d - 1))
    yield trial.same(leading, (d - 1) * sp.log(2) / (near_slope * thin))
    exponent = sp.cancel(sp.expand_log(-sp.log(tail / 2), force=True) / (d - 1))
    yield trial.everywhere(sp.Abs(exponent - sp.log(2)), eta, within={eta: (sp.Rational(1, 10**9), 1)})


letters_stand_for_formulas_of_the_order = check_of_the_letters(cube_covering_order, thin)


@enclosed(cube_covering)
def corners_are_far_enough(thin: sp.Expr, trial: Trial) -> Findings:
    """The half-width is below 1/√2, as planks of N9.1 have it."""
    yield trial.below(thin, 1 / sp.sqrt(2), strict=True)


@enclosed(cube_covering_order)
def more_success_asks_for_more_on_the_cube(thin: sp.Expr, near_count: sp.Expr, trial: Trial) -> Findings:
    """The half-width is below 1/√2; and the near number grows with the probability of success."""
    yield trial.below(thin, 1 / sp.sqrt(2), strict=True)
    yield trial.below(near_count, near_count.subs(delta, (1 + delta) / 2))
