"""Evidence for L16.2: the loss that isolated copies of a witness guarantee, by its derivation."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.lifts.copies import (
    EXACT_COPIES,
    ends_at,
    guaranteed_by_copies,
    in_errors,
    inside,
    positive,
)
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.no_guarantee import guaranteed
from sparse_limits.theory.lifts.copies import (
    A_2,
    Lambda,
    M,
    approximation_loss,
    copies_bound,
    copies_time,
    epsilon_w,
    isolated_best_radius,
    isolated_best_time,
    isolated_best_value,
    isolated_longest_time,
    isolated_moved_cells,
    isolated_radius,
    isolated_time,
    isolated_value,
    longest_time,
    loss_bound,
    per_copy,
    rho,
)
from sparse_limits.theory.lifts.isolated_copies import (
    b,
    c,
    isolated_along,
    isolated_copy_bounds,
    load,
    radius_square,
)
from sparse_limits.theory.lifts.readout import Delta, T
from sparse_limits.theory.lifts.tangent import L, epsilon

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(isolated_copy_bounds, step="moved cells")
@control("the readout stays small", isolated_moved_cells=per_copy(isolated_moved_cells / 4))
@control("loss ε all the way", isolated_moved_cells=per_copy(isolated_moved_cells.subs(A_2**2 / M, 0)))
@control("10 % more", isolated_moved_cells=per_copy(ELEVEN * isolated_moved_cells))
@control("0 without copies", isolated_moved_cells=isolated_moved_cells)
@control("one survivor", squared_readout=per_copy(A_2**2))
@control("the witness is exact", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("no more than the other readout", readout_square=b)
@control("the loss L all the way", integrated_loss=T * epsilon)
@control("the square, not halved", integrated_loss=epsilon * T + b)
@control("the loss for the square", square_speed=Lambda**2 * L)
def slow_cells_share_the_loss(
    squared_readout: sp.Expr,
    approximation_loss: sp.Expr,
    readout_square: sp.Expr,
    integrated_loss: sp.Expr,
    square_speed: sp.Expr,
    isolated_moved_cells: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """T times the integral of all squared speeds; its derivative in T is a sum of what is not negative."""
    carried = {b: inside(squared_readout), epsilon: approximation_loss}
    speeds = readout_square * square_speed.subs(L, integrated_loss)  # the square of a speed is a multiple of L
    yield trial.same(square_speed, L * sp.diff(square_speed, L))
    yield trial.same(inside(isolated_moved_cells) * rho**2, T * speeds.subs(carried), by=in_errors)
    yield trial.nonnegative(sp.diff(T * speeds, T), 8 * Lambda**2 * b * (2 * epsilon * T + b / 2), by=sp.expand)
    yield from guaranteed_by_copies(isolated_moved_cells, trial)


@exact(isolated_copy_bounds, step="longest time", cost=0.6)
@control("10 % less", isolated_longest_time=per_copy(NINE * isolated_longest_time))
@control("that of any cells", isolated_longest_time=per_copy(longest_time))
@control(
    "the negative root", isolated_longest_time=per_copy(-(A_2**2) / (M * approximation_loss) - isolated_longest_time)
)
@control("0 without copies", isolated_longest_time=isolated_longest_time)
@control("moved 10 % more", isolated_moved_cells=per_copy(ELEVEN * isolated_moved_cells))
def half_of_the_isolated_copies_may_move(
    isolated_moved_cells: sp.Expr, isolated_longest_time: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The positive root of the equation for half of the copies."""
    yield trial.same(inside(isolated_moved_cells).subs(T, inside(isolated_longest_time)), M / 2, by=in_errors)
    yield positive(inside(isolated_longest_time), trial)
    yield from guaranteed_by_copies(isolated_longest_time, trial)


@exact(isolated_copy_bounds, step="bound")
@control("for any T", isolated_bound=guaranteed(loss_bound, M >= 1))
@control("10 % less", isolated_bound=guaranteed(NINE * loss_bound, M >= 1, isolated_moved_cells <= M / 2))
@control("all cells may move", isolated_bound=guaranteed(loss_bound, M >= 1, isolated_moved_cells <= M))
@control("0 without copies", isolated_bound=loss_bound)
@control("one survivor", squared_readout=per_copy(A_2**2))
@control("the witness is exact", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("features that stand still", moving_bound=epsilon + Delta**2 / (4 * T))
@control("that of any cells", isolated_longest_time=per_copy(longest_time))
def isolated_survivors_are_compared(
    squared_readout: sp.Expr,
    approximation_loss: sp.Expr,
    moving_bound: sp.Expr,
    isolated_longest_time: sp.Expr,
    isolated_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """What L15 says of their readout, up to the longest time; no guarantee beyond it and without copies."""
    carried = {Delta: sp.sqrt(inside(squared_readout)), epsilon: approximation_loss}
    yield trial.same(inside(isolated_bound), moving_bound.subs(carried), by=in_errors)
    yield from ends_at(isolated_bound, isolated_longest_time, trial)
    yield from guaranteed_by_copies(isolated_bound, trial)


@exact(isolated_copy_bounds, step="times of exact copies", cost=0.5)
@control("twice the load", load=2 * load)
@control("its root", load=sp.sqrt(load))
@control("load 10 % more", load=ELEVEN * load)
@control("no load", radius_square=radius_square * (1 - load))
@control("of one copy", radius_square=M**2 * radius_square)
@control("radius 10 % more", radius_square=ELEVEN * radius_square)
@control("no load of the bound", isolated_along=isolated_along * (1 - load))
@control("the first order in M", isolated_along=M * isolated_along)
@control("bound 10 % less", isolated_along=NINE * isolated_along)
@control("moved 10 % more", isolated_moved_cells=per_copy(ELEVEN * isolated_moved_cells))
@control("bounds 10 % less", isolated_bound=guaranteed(NINE * loss_bound, M >= 1, isolated_moved_cells <= M / 2))
def exact_copies_move_half_of_them(
    isolated_moved_cells: sp.Expr,
    isolated_bound: sp.Expr,
    load: sp.Expr,
    radius_square: sp.Expr,
    isolated_along: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """M/2 less those that move is a multiple of the square of the radius less that one; the bound there."""
    cells = inside(isolated_moved_cells).subs(EXACT_COPIES).subs(T, c * M)
    yield trial.same(M / 2 - cells, M * (1 - load) * (1 - radius_square / rho**2) / 2)
    yield trial.same(radius_square * (1 - load) * M**2, 32 * c * Lambda**2 * A_2**4, by=sp.cancel)
    chosen = inside(isolated_bound).subs(EXACT_COPIES).subs(T, c * M).subs(rho, sp.sqrt(radius_square))
    yield trial.same(isolated_along, chosen)


@exact(isolated_copy_bounds, step="convenient choice")
@control("value 10 % less", B2=NINE * per_copy(isolated_value))
@control("the best constant", B2=per_copy(isolated_best_value))
@control("value 0 without copies", B2=isolated_value)
@control("time 10 % more", T2=ELEVEN * per_copy(isolated_time))
@control("the best time", T2=per_copy(isolated_best_time))
@control("10 % further", rho2=ELEVEN * per_copy(isolated_radius))
@control("the best radius", rho2=per_copy(isolated_best_radius))
@control("twice the load", load=2 * load)
@control("of one copy", radius_square=M**2 * radius_square)
@control("the first order in M", isolated_along=M * isolated_along)
def convenient_choice_has_half_the_load(
    load: sp.Expr,
    radius_square: sp.Expr,
    isolated_along: sp.Expr,
    B2: sp.Expr,
    T2: sp.Expr,
    rho2: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The load, the radius and the bound at that time."""
    yield from chosen_at(sp.Rational(1, 2), (load, radius_square, isolated_along), (B2, T2, rho2), trial)


@exact(isolated_copy_bounds, step="best choice")
@control("constant 10", B2_best=per_copy(copies_bound(sp.Integer(10))))
@control("the convenient one is best", B2_best=per_copy(isolated_value))
@control("value 0 without copies", B2_best=isolated_best_value)
@control("the time of constant 6", T2_best=per_copy(copies_time(6 * sp.sqrt(3))))
@control("the convenient time", T2_best=per_copy(isolated_time))
@control("10 % nearer", rho2_best=NINE * per_copy(isolated_best_radius))
@control("the convenient radius", rho2_best=per_copy(isolated_radius))
@control("twice the load", load=2 * load)
@control("of one copy", radius_square=M**2 * radius_square)
@control("the first order in M", isolated_along=M * isolated_along)
def best_choice_lacks_a_multiple_of_a_square(
    load: sp.Expr,
    radius_square: sp.Expr,
    isolated_along: sp.Expr,
    B2_best: sp.Expr,
    T2_best: sp.Expr,
    rho2_best: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The load, the radius and the bound at that time; c(1 − ξ) is two thirds of the best c there, and less elsewhere."""
    yield from chosen_at(sp.Rational(1, 3), (load, radius_square, isolated_along), (B2_best, T2_best, rho2_best), trial)
    best = inside(T2_best) / M
    lacking = (c - best) ** 2 * (c + 2 * best) / (3 * best**2)
    yield trial.same(1 / inside(B2_best) - 1 / isolated_along, M**2 / A_2**2 * lacking)


def chosen_at(
    share: sp.Rational, formulas: tuple[sp.Expr, ...], choice: tuple[sp.Expr, ...], trial: Trial
) -> Iterator[Finding]:
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
@control("the load less 1", radius_square=radius_square * (load - 1))
@control("the other sign", radius_square=-radius_square)
def radii_have_positive_squares(radius_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From the load 1 on no radius is large enough for half of the copies to stay within."""
    yield trial.below(0, radius_square, strict=True, needed="radius_square")
