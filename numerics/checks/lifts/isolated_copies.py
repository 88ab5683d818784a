"""Evidence for L16.2: the loss that isolated copies of a witness guarantee, by its derivation."""

import sympy as sp

from sparse_limits.numerics.checks.lifts.copies import ends_at, guaranteed_by_copies, in_errors, positive
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.lifts.copies import A_2, Lambda, M, inside, rho
from sparse_limits.theory.lifts.isolated_copies import b, c, isolated_copy_bounds
from sparse_limits.theory.lifts.readout import Delta, T
from sparse_limits.theory.lifts.tangent import L, epsilon


@exact(isolated_copy_bounds, step="moved cells")
def slow_cells_share_the_loss(
    squared_readout: sp.Expr,
    approximation_loss: sp.Expr,
    readout_square: sp.Expr,
    integrated_loss: sp.Expr,
    square_speed: sp.Expr,
    isolated_moved_cells: sp.Expr,
    trial: Trial,
) -> Findings:
    """The moved cells times ρ² are T times the integral of all squared speeds; its derivative in T is a sum of non-negative terms."""
    carried = {b: inside(squared_readout), epsilon: approximation_loss}
    speeds = readout_square * square_speed.subs(L, integrated_loss)  # the square of a speed is a multiple of L
    yield trial.same(square_speed, L * sp.diff(square_speed, L))
    yield trial.same(inside(isolated_moved_cells) * rho**2, T * speeds.subs(carried), by=in_errors)
    yield trial.nonnegative(sp.diff(T * speeds, T), 8 * Lambda**2 * b * (2 * epsilon * T + b / 2), by=sp.expand)
    yield from guaranteed_by_copies(isolated_moved_cells, trial)


@exact(isolated_copy_bounds, step="longest time", cost=0.6)
def half_of_the_isolated_copies_may_move(
    isolated_moved_cells: sp.Expr, isolated_longest_time: sp.Expr, trial: Trial
) -> Findings:
    """The longest time is the positive root of the equation by which half of the copies have moved."""
    yield trial.same(inside(isolated_moved_cells).subs(T, inside(isolated_longest_time)), M / 2, by=in_errors)
    yield positive(inside(isolated_longest_time), trial)
    yield from guaranteed_by_copies(isolated_longest_time, trial)


@exact(isolated_copy_bounds, step="bound")
def isolated_survivors_are_compared(
    squared_readout: sp.Expr,
    approximation_loss: sp.Expr,
    moving_bound: sp.Expr,
    isolated_longest_time: sp.Expr,
    isolated_bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """The bound is that of L15 for the readout of the survivors, up to the longest time; beyond it, and without copies, there is no
    guarantee.
    """
    carried = {Delta: sp.sqrt(inside(squared_readout)), epsilon: approximation_loss}
    yield trial.same(inside(isolated_bound), moving_bound.subs(carried), by=in_errors)
    yield from ends_at(isolated_bound, isolated_longest_time, trial)
    yield from guaranteed_by_copies(isolated_bound, trial)


@exact(isolated_copy_bounds, step="convenient choice")
def convenient_choice_has_half_the_load(
    load: sp.Expr,
    radius_square: sp.Expr,
    isolated_along: sp.Expr,
    B2: sp.Expr,
    T2: sp.Expr,
    rho2: sp.Expr,
    trial: Trial,
) -> Findings:
    """At the convenient time the load is 1/2, and the radius and the bound are the chosen ones."""
    yield from chosen_at(sp.Rational(1, 2), (load, radius_square, isolated_along), (B2, T2, rho2), trial)


@exact(isolated_copy_bounds, step="best choice")
def best_choice_lacks_a_multiple_of_a_square(
    load: sp.Expr,
    radius_square: sp.Expr,
    isolated_along: sp.Expr,
    B2_best: sp.Expr,
    T2_best: sp.Expr,
    rho2_best: sp.Expr,
    trial: Trial,
) -> Findings:
    """At the best time the load is 1/3, and the radius and the bound are the chosen ones; c(1 − ξ) is two thirds of the best c there, and
    less elsewhere.
    """
    yield from chosen_at(sp.Rational(1, 3), (load, radius_square, isolated_along), (B2_best, T2_best, rho2_best), trial)
    best = inside(T2_best) / M
    lacking = (c - best) ** 2 * (c + 2 * best) / (3 * best**2)
    yield trial.same(1 / inside(B2_best) - 1 / isolated_along, M**2 / A_2**2 * lacking)


def chosen_at(share: sp.Rational, formulas: tuple[sp.Expr, ...], choice: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """That at a chosen time the load is some share, and the radius and the bound are those chosen."""
    load, radius_square, bound = formulas
    value, time, radius = map(inside, choice)
    at = {c: time / M}
    yield trial.same(value, bound.subs(at))
    yield positive(radius, trial)
    yield trial.same(radius**2, radius_square.subs(at))
    yield trial.same(load.subs(at), share)
    for each in choice:
        yield from guaranteed_by_copies(each, trial)


@enclosed(isolated_copy_bounds)
def radii_have_positive_squares(radius_square: sp.Expr, trial: Trial) -> Findings:
    """The squared radius is positive for loads below 1; from 1 on no radius is large enough for half of the copies to stay within."""
    yield trial.below(0, radius_square, strict=True, needed="radius_square")
