"""Evidence for L16.1: the loss that copies of a witness guarantee, by its derivation."""

from collections.abc import Mapping, Sequence
from itertools import product
from math import ceil, inf

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.balls import NoGuaranteeError
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import delta
from sparse_limits.theory.lifts.convergence_limit import LONGEST_TIME_FOR_LINEAR_COPIES, goal, pac_convergence
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    BEST_FOR_LINEAR_COPIES,
    EXACT_COPIES,
    FAR_LINEAR_COPIES,
    LINEAR_COPIES,
    Lambda,
    M,
    approximation_loss,
    comparison_error,
    copy_bounds,
    epsilon_w,
    gamma,
    inside,
    isolated_moved_cells,
    linear_copies_at,
    linear_witness,
    longest_time,
    moved_cells,
    rho,
    rho_0,
    survivors,
)
from sparse_limits.theory.lifts.coverage import r
from sparse_limits.theory.lifts.further.vector_copies import vector_copies
from sparse_limits.theory.lifts.isolated_copies import (
    BEST_FOR_ISOLATED_LINEAR_COPIES,
    CONVENIENT_FOR_LINEAR_COPIES,
    ISOLATED_LINEAR_COPIES,
    ONE_FAR_COPY,
    isolated_copy_bounds,
)
from sparse_limits.theory.lifts.linear_copies import distance_at, time_to
from sparse_limits.theory.lifts.readout import Delta, T
from sparse_limits.theory.lifts.tangent import L_0, epsilon


def is_least_size(
    claimed: sp.Expr, copies: sp.Expr, chance: sp.Expr, points: Sequence[Mapping[sp.Symbol, sp.Expr]], trial: Trial
) -> Findings:
    """That a size is the least that keeps both conditions of L17.1: twice the copies over the chance, re^{−nq/8} ≤ δ."""
    for point in points:
        try:
            size = trial.value(claimed, point)
        except (OverflowError, ValueError, NoGuaranteeError):  # too large for a float, not real, or none at all
            size = inf
        needed, q = ceil(trial.value(copies, point)), trial.value(chance, point)
        failing = trial.value(8 * sp.log(r / delta), point)
        kept = [n >= 2 * needed / q * (1 - 1e-12) and n >= failing / q for n in (size, size - 1)]
        yield trial.holds(size % 1 == 0 and kept == [True, False], f"{size} is the least size at {point}")


def positive(root: sp.Expr, trial: Trial) -> Finding:
    """That the positive one of two roots is meant."""
    (point,) = trial.points(root, count=1)
    return trial.holds(trial.value(root, point) > 0, f"positive: {root}")


def guaranteed_by_copies(claimed: sp.Expr, trial: Trial) -> Findings:
    """That one copy gives a guarantee, and no copy gives none."""
    yield trial.holds(claimed.subs(M, 0) == no_guarantee, f"without copies: {claimed.subs(M, 0)}")
    yield trial.holds(claimed.subs(M, 1) != no_guarantee, f"with one copy: {claimed.subs(M, 1)}")


def in_errors(gap: sp.Expr) -> sp.Expr:
    """Simplified with a letter for the error of the other readout."""
    return sp.simplify(gap.xreplace({comparison_error: sp.Dummy(positive=True)}))


def slack(claimed: sp.Expr) -> sp.Expr:
    """By how much the condition on T holds, under which something is guaranteed."""
    (relation,) = (each for each in claimed.args[0].cond.args if each.has(T))
    gap = relation.gts - relation.lts
    return gap / (2 * sp.diff(gap, M))  # in cells, of which there are M/2 to move


def ends_at(claimed: sp.Expr, longest: sp.Expr, trial: Trial) -> Findings:
    """That there is a guarantee just before the longest time, and none just after it."""
    (point,) = trial.points(claimed, longest, count=1)
    end = sp.Rational(trial.value(longest, {s: point[s] for s in longest.free_symbols}))
    for factor, known in ((1 - sp.Rational(1, 10**9), True), (1 + sp.Rational(1, 10**9), False)):
        said = claimed.xreplace({**point, T: factor * end})
        yield trial.holds(
            (said != no_guarantee) == known, f"{factor.evalf(10)} of the longest time: {'some' if known else 'none'}"
        )


@exact(copy_bounds)
def a_moving_unit_attains_the_approximation_loss(approximation_loss: sp.Expr, trial: Trial) -> Findings:
    """Linear units Λθ on one data point, all cells moved by ρ₀ + ρ the same way, from a witness that misses by √(2ε_w)."""
    readout = sp.symbols("a_1 a_2", positive=True)
    target = -sp.sqrt(2 * epsilon_w)  # the witness, of weights 0, has the output 0
    output = sum(a * Lambda * (rho_0 + rho) for a in readout)
    claimed = valued(approximation_loss, {A_1: sum(readout), A_2: sp.sqrt(sum(a**2 for a in readout))})
    yield trial.same(claimed, (output - target) ** 2 / 2)


@exact(copy_bounds, step="longest time")
def half_of_the_copies_may_move(moved_cells: sp.Expr, longest_time: sp.Expr, trial: Trial) -> Findings:
    """M/2 less the moved cells is the time that is left, times L₀/ρ²; without copies there is no guarantee."""
    yield trial.same(M / 2 - moved_cells, (inside(longest_time) - T) * L_0 / rho**2, by=sp.expand)
    yield from guaranteed_by_copies(longest_time, trial)


@exact(copy_bounds, step="loss of the other readout")
def losses_are_halves_of_squares(comparison_error: sp.Expr, approximation_loss: sp.Expr, trial: Trial) -> Findings:
    """The approximation loss is half of the square of the positive error of the readout that is compared."""
    yield positive(comparison_error, trial)
    yield trial.same(approximation_loss, comparison_error**2 / 2)


@exact(copy_bounds, step="half of the copies")
def half_of_the_copies_are_enough(survivor_square: sp.Expr, squared_readout: sp.Expr, trial: Trial) -> Findings:
    """The squared readout is the square at M/2 survivors, and with more survivors the square is smaller."""
    square = inside(squared_readout)
    yield trial.same(square, survivor_square.subs(survivors, M / 2))
    yield trial.same(square - survivor_square, A_2**2 * (2 * survivors - M) / (M * survivors))
    yield from guaranteed_by_copies(squared_readout, trial)


@exact(copy_bounds, step="bound", cost=0.4)
def survivors_are_compared(
    squared_readout: sp.Expr,
    approximation_loss: sp.Expr,
    moving_bound: sp.Expr,
    longest_time: sp.Expr,
    bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """The bound is that of L15 for the readout of the survivors, up to the longest time; beyond it, and without copies, there is no
    guarantee.
    """
    carried = {Delta: sp.sqrt(inside(squared_readout)), epsilon: approximation_loss}
    yield from ends_at(bound, longest_time, trial)
    yield from guaranteed_by_copies(bound, trial)
    left = (inside(longest_time) - T) * L_0 / rho**2
    yield trial.same(inside(bound) + slack(bound), moving_bound.subs(carried) + left, by=in_errors)


@exact(copy_bounds, step="best choice")
def best_choice_lacks_a_square(
    longest_time: sp.Expr, along: sp.Expr, B1: sp.Expr, T1: sp.Expr, rho1: sp.Expr, trial: Trial
) -> Findings:
    """At any radius the bound exceeds the best one by half of a square, which is 0 at the best radius; without copies there is no
    guarantee.
    """
    yield positive(inside(rho1), trial)
    yield trial.same(along - inside(B1), (Lambda * A_1 * rho - 2 * sp.sqrt(L_0) * A_2 / (M * rho)) ** 2 / 2)
    yield trial.same(along.subs(rho, inside(rho1)), inside(B1))
    yield trial.same(inside(rho1) ** 2, 2 * A_2 * sp.sqrt(L_0) / (Lambda * A_1 * M))
    yield trial.same(M * inside(T1), M * inside(longest_time).subs(rho, inside(rho1)))
    for each in (B1, T1, rho1):
        yield from guaranteed_by_copies(each, trial)


# Copies of a linear unit, whose flow is known in closed form, beside the bounds

COPIES = 12
A, f = sp.symbols("A f", positive=True)  # the target and the output
TIME = time_to(sp.Integer(COPIES), A, f)
MOVED = distance_at(sp.Integer(COPIES), f)
SHARES = (sp.Rational(2, 5), sp.Rational(9, 10))  # of the target, that the output has reached
SLOW, FAST = sp.Rational(1, 1000), sp.Integer(10)  # targets for each copy


def least_square(cells: sp.Expr) -> sp.Expr:
    """ρ² at which half of exact copies may have moved by the time T, by the number of cells that is claimed."""
    square = sp.Symbol("square", positive=True)
    gap = valued(sp.expand((cells - M / 2) * rho**2), {**EXACT_COPIES, rho: sp.sqrt(square)})
    gap = sp.expand(gap)  # linear in the square
    return -gap.subs(square, 0) / sp.diff(gap, square)


LEAST_SQUARE, ISOLATED_LEAST_SQUARE = map(least_square, (moved_cells, isolated_moved_cells))


def flow(target: sp.Rational, reached: sp.Rational, square_radius: sp.Expr) -> dict[sp.Symbol, sp.Expr]:
    """The place in the flow where some share of the target is reached, with the radius that its time needs."""
    place = linear_witness(COPIES, target, reached)
    goal = place[A_1]
    timed = linear_copies_at(COPIES, target, reached, valued(TIME, {A: goal, f: reached * goal}), sp.S.Zero)
    return {**timed, rho: sp.sqrt(valued(square_radius, timed))}


def loss_of_the_output(copies_loss: sp.Expr, trial: Trial) -> Finding:
    """That it is half of the square by which the output misses the target."""
    return trial.same(valued(copies_loss, {L_0: A**2 / 2, gamma: f / A}), (A - f) ** 2 / 2)


def passed(place: Mapping[sp.Symbol, sp.Expr], time: sp.Expr, trial: Trial) -> Finding:
    """That the share of the target is reached at that time, or later; before that the loss, which never grows, is no less."""
    goal = place[A_1]
    return trial.below(valued(inside(time), place), time_to(place[M], goal, place[gamma] * goal), at=[{}])


def solves_its_equation(trial: Trial) -> Findings:
    """That a' = (A − f)θ, θ' = (A − f)a and f = Maθ, in the time that is claimed."""
    u = sp.Symbol("u", positive=True)
    output = COPIES * sp.sinh(u) * sp.cosh(u)
    at = [{u: sp.Rational(k, 3), A: sp.Integer(40)} for k in (1, 2)]
    yield trial.same(sp.diff(TIME, f).subs(f, output) * sp.diff(output, u) * (A - output), 1, by=None, at=at)
    yield trial.same(sp.cosh(u) - 1, MOVED.subs(f, output), by=None, at=at)
    yield trial.vanishes(TIME.subs(f, 0), by=None, at=at)


@enclosed(copy_bounds)
def linear_copies_keep_the_bound(bound: sp.Expr, moved_cells: sp.Expr, copies_loss: sp.Expr, trial: Trial) -> Findings:
    """The loss is at most the bound at the least radius that the time allows, and the number of copies, which all move, at most that of the
    cells that may; for three targets and two shares of them.
    """
    yield from solves_its_equation(trial)
    yield loss_of_the_output(copies_loss, trial)
    for target, reached in product((SLOW, sp.S.One, FAST), SHARES):
        place = flow(target, reached, LEAST_SQUARE)
        yield trial.below(valued(copies_loss, place), valued(inside(bound), place), at=[{}])
        distance = valued(MOVED, {f: reached * COPIES * target})
        yield trial.below(COPIES, valued(moved_cells, {**place, rho: distance}), at=[{}])


@enclosed(copy_bounds)
def linear_copies_have_passed_the_best_time(T1: sp.Expr, trial: Trial) -> Findings:
    """Linear copies reach their share of the target no earlier than at the best time, and at the other times at which their loss is
    compared with the bounds.
    """
    yield passed(BEST_FOR_LINEAR_COPIES, T1, trial)
    for place in LINEAR_COPIES:
        yield passed(place, place[T], trial)


@enclosed(copy_bounds)
def linear_copies_have_all_moved(moved_copies: sp.Expr, trial: Trial) -> Findings:
    """All copies of the example beside the bound of the moved cells have moved further than the radius before the time named there, and
    none had when the output was a little smaller.
    """
    yield from solves_its_equation(trial)
    far = FAR_LINEAR_COPIES
    copies, goal, radius = far[M], far[A_1], far[rho]
    reached = far[gamma] * goal
    yield trial.below(time_to(copies, goal, reached), far[T], at=[{}], strict=True)
    yield trial.below(radius, distance_at(copies, reached), at=[{}], strict=True)
    yield trial.same(valued(moved_copies, far), copies, by=None, at=[{}])
    early = sp.Rational(22, 25) * goal
    yield trial.below(distance_at(copies, early), radius, at=[{}], strict=True)
    before = {**far, T: time_to(copies, goal, early)}
    yield trial.same(valued(moved_copies, before), sp.S.Zero, by=None, at=[{}])


@enclosed(isolated_copy_bounds)
def isolated_linear_copies_keep_the_bound(isolated_bound: sp.Expr, copies_loss: sp.Expr, trial: Trial) -> Findings:
    """The loss is at most the second bound at the least radius that the time allows, for targets small enough for a guarantee."""
    yield from solves_its_equation(trial)
    yield loss_of_the_output(copies_loss, trial)
    for target, reached in product((SLOW, sp.Rational(1, 10)), SHARES):
        place = flow(target, reached, ISOLATED_LEAST_SQUARE)
        yield trial.below(valued(copies_loss, place), valued(inside(isolated_bound), place), at=[{}])


@enclosed(isolated_copy_bounds)
def linear_copies_have_passed_both_times(T2: sp.Expr, T2_best: sp.Expr, trial: Trial) -> Findings:
    """Linear copies reach their share of the target no earlier than at both times of the choices, and at the other times at which their
    loss is compared with the second bound.
    """
    yield passed(CONVENIENT_FOR_LINEAR_COPIES, T2, trial)
    yield passed(BEST_FOR_ISOLATED_LINEAR_COPIES, T2_best, trial)
    for place in ISOLATED_LINEAR_COPIES:
        yield passed(place, place[T], trial)


@exact(vector_copies)
def one_feature_has_the_loss_of_linear_copies(copies_loss: sp.Expr, trial: Trial) -> Findings:
    """One linear unit with one feature is a vector of one: its loss is half of the square by which the output misses the target."""
    yield loss_of_the_output(copies_loss, trial)


@enclosed(pac_convergence)
def linear_copies_reach_no_more_by_the_longest_time(copies_loss: sp.Expr, copies: sp.Expr, trial: Trial) -> Findings:
    """Linear copies reach the loss of L17.3's example no earlier than at the longest time of (B1), so that so many copies are not enough
    for a smaller loss.
    """
    yield loss_of_the_output(copies_loss, trial)
    place = {**LONGEST_TIME_FOR_LINEAR_COPIES, M: valued(copies, LONGEST_TIME_FOR_LINEAR_COPIES)}
    yield passed(place, longest_time, trial)
    yield trial.same(valued(copies_loss, place), place[goal], by=None, at=[{}])


@enclosed(isolated_copy_bounds)
def one_far_copy_moves_alone(
    isolated_moved_cells: sp.Expr, isolated_longest_time: sp.Expr, moved_copies: sp.Expr, trial: Trial
) -> Findings:
    """One copy at 1 + ρ₀ and all others at 1 − ρ₀ follow a = θ(0) sinh u, θ = θ(0) cosh u, like Σ θ(0)² copies at 1.

    By the time T ≤ *longest time* the first copy has moved by ρ and no other has, while L ≥ ε.
    """
    place = ONE_FAR_COPY
    near, far = 1 - place[rho_0], 1 + place[rho_0]
    goal, copies = place[A_1], far**2 + (place[M] - 1) * near**2
    cosh = 1 + place[rho] / far
    output = copies * cosh * sp.sqrt(cosh**2 - 1)  # when the first has moved by ρ
    share = 1 - place[rho_0] - 2 * place[rho]  # of the target, which is not reached by then
    yield trial.below(time_to(copies, goal, output), place[T], at=[{}])
    yield trial.below(place[T], time_to(copies, goal, share * goal), at=[{}])
    yield trial.below(valued(approximation_loss, place), (goal - share * goal) ** 2 / 2, at=[{}])
    yield trial.below(distance_at(copies, share * goal) * near, place[rho], at=[{}])
    yield trial.below(place[T], valued(inside(isolated_longest_time), place), at=[{}])
    yield trial.same(valued(moved_copies, place), sp.S.One, by=None, at=[{}])
    yield trial.below(sp.S.One, valued(inside(isolated_moved_cells), place), at=[{}])
