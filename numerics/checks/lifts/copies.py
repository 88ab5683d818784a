"""Evidence for L16: the loss that copies of a witness guarantee, by its derivation."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from numerics.evidence import Finding, Trial, control, exact
from theory.formulas.no_guarantee import guaranteed, no_guarantee
from theory.lifts.copies import (
    A_1,
    A_2,
    Lambda,
    M,
    approximation_loss,
    best_radius,
    best_time,
    best_value,
    copies_bound,
    copies_time,
    copy_bounds,
    epsilon_w,
    isolated_best_radius,
    isolated_best_value,
    isolated_bound,
    isolated_longest_time,
    isolated_moved_cells,
    isolated_radius,
    isolated_time,
    isolated_value,
    longest_time,
    loss_bound,
    moved_cells,
    per_copy,
    rho,
    rho_0,
    squared_readout,
    tree_lipschitz,
)
from theory.lifts.coverage import r
from theory.lifts.readout import Delta, T
from theory.lifts.tangent import L_0, epsilon

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
EXACT_COPIES = {epsilon_w: 0, rho_0: 0}


def inside(guarded: sp.Expr) -> sp.Expr:
    """What is claimed where something is guaranteed."""
    return guarded.replace(lambda part: isinstance(part, sp.Piecewise), lambda part: part.args[0].expr)


def positive(root: sp.Expr, trial: Trial) -> Finding:
    """That the positive one of two roots is meant."""
    (point,) = trial.points(root, count=1)
    return trial.holds(trial.value(root, point) > 0, f"positive: {root}")


def guaranteed_by_copies(claimed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """That one copy is enough to say something, and none is not."""
    yield trial.holds(claimed.subs(M, 0) == no_guarantee, f"without copies: {claimed.subs(M, 0)}")
    yield trial.holds(claimed.subs(M, 1) != no_guarantee, f"with one copy: {claimed.subs(M, 1)}")


@exact(copy_bounds)
@control("the witness is exact", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("losses in place of distances", approximation_loss=epsilon_w + (Lambda * (rho_0 + rho) * A_1) ** 2 / 2)
@control("the copies start at the witness", approximation_loss=approximation_loss.subs(rho_0, 0))
@control("‖a*‖₂ in place of ‖a*‖₁", approximation_loss=approximation_loss.subs(A_1, A_2))
@control("10 % less", approximation_loss=NINE * approximation_loss)
def a_moving_unit_attains_the_approximation_loss(approximation_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Linear units Λθ on one data point, all cells moved by ρ₀ + ρ the same way, from a witness that misses by √(2ε_w)."""
    readout = sp.symbols("a_1 a_2", positive=True)
    target = -sp.sqrt(2 * epsilon_w)  # the witness, of weights 0, has the output 0
    output = sum(a * Lambda * (rho_0 + rho) for a in readout)
    claimed = approximation_loss.subs({A_1: sum(readout), A_2: sp.sqrt(sum(a**2 for a in readout))})
    yield trial.same(claimed, (output - target) ** 2 / 2)


@exact(copy_bounds)
@control("all copies survive", squared_readout=per_copy(A_2**2 / M))
@control("one survivor", squared_readout=per_copy(A_2**2))
@control("10 % less", squared_readout=NINE * squared_readout)
@control("no survivors counted", bound=guaranteed(approximation_loss + A_2**2 / T, M >= 1, moved_cells <= M / 2))
@control("holds for any T", bound=guaranteed(loss_bound, M >= 1))
@control("0 without copies", bound=sp.Piecewise((loss_bound, (M >= 1) & (moved_cells <= M / 2)), (0, True)))
@control("all cells may move", bound=guaranteed(loss_bound, M >= 1, moved_cells <= M))
@control("isolated for any T", isolated_bound=guaranteed(loss_bound, M >= 1))
@control("isolated 10 % less", isolated_bound=NINE * isolated_bound)
@control("moved 10 % less", moved_cells=NINE * moved_cells)
@control("path length for its square", moved_cells=sp.sqrt(moved_cells))
@control("the readout stays small", isolated_moved_cells=isolated_moved_cells / 4)
@control("loss ε all the way", isolated_moved_cells=isolated_moved_cells.subs(A_2**2 / M, 0))
@control("moved isolated 10 % more", isolated_moved_cells=ELEVEN * isolated_moved_cells)
@control("twice the time", longest_time=2 * longest_time)
@control("time 10 % less", isolated_longest_time=NINE * isolated_longest_time)
@control("times in no constraint", isolated_longest_time=longest_time)
def the_proof_adds_up(
    squared_readout: sp.Expr,
    moved_cells: sp.Expr,
    isolated_moved_cells: sp.Expr,
    bound: sp.Expr,
    isolated_bound: sp.Expr,
    longest_time: sp.Expr,
    isolated_longest_time: sp.Expr,
    moving_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Survivors carry the readout, L15 the loss, and the energy L₀ pays for cells that move at constant speed.

    Up to the longest times there is a guarantee, beyond them and without copies there is none.
    """
    survivors, speed = M / 2, rho / T
    readout = sp.symbols("a_1 a_2", positive=True)
    carried = sum(survivors * (a / survivors) ** 2 for a in readout)
    squared = inside(squared_readout)
    yield trial.same(squared.subs(A_2, sp.sqrt(sum(a**2 for a in readout))), carried)
    for claimed in (bound, isolated_bound):
        yield trial.same(inside(claimed), moving_bound.subs({Delta: sp.sqrt(squared), epsilon: approximation_loss}))
    yield trial.same(moved_cells * T * speed**2, L_0)
    integrated_loss = approximation_loss * T + squared / 2
    square_speeds = (2**2 * squared) * Lambda**2 * 2 * integrated_loss  # ∫ Σ |a_i|² Λ² 2L
    yield trial.same(inside(isolated_moved_cells) * rho**2, T * square_speeds)
    for claimed, cells, longest in (
        (bound, moved_cells, longest_time),
        (isolated_bound, isolated_moved_cells, isolated_longest_time),
    ):
        yield trial.same(inside(cells).subs(T, inside(longest)), M / 2)
        yield positive(inside(longest), trial)
        (point,) = trial.points(claimed, longest, count=1)
        end = sp.Rational(trial.value(longest, {s: point[s] for s in longest.free_symbols}))
        for factor, known in ((1 - sp.Rational(1, 10**9), True), (1 + sp.Rational(1, 10**9), False)):
            said = claimed.subs({**point, T: factor * end})
            yield trial.holds(
                (said != no_guarantee) == known,
                f"{factor.evalf(10)} of the longest time: {'some' if known else 'none'}",
            )
        for each in (claimed, squared_readout):
            yield from guaranteed_by_copies(each, trial)


def candidates(value: sp.Expr, time: sp.Expr, radius: sp.Expr) -> dict[str, sp.Expr]:
    return {"value": value, "time": time, "radius": radius}


@exact(copy_bounds)
@control("value 10 % less", B1=NINE * per_copy(best_value))
@control("a unit each", B1=per_copy(best_value.subs(A_1, A_2)))
@control("time 10 % more", T1=ELEVEN * per_copy(best_time))
@control("0 without copies", B1=best_value)
@control("two copies at least", B1=guaranteed(best_value, M >= 2))
@control("10 % further", rho1=ELEVEN * per_copy(best_radius))
def the_first_choice_is_the_best(B1: sp.Expr, T1: sp.Expr, rho1: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """On the longest time of (B1) the bound is convex in ρ² and stationary at ρ₁; none without copies."""
    yield positive(inside(rho1), trial)
    square = sp.Symbol("R", positive=True)
    along = loss_bound.subs(EXACT_COPIES).subs(T, longest_time).subs(rho, sp.sqrt(square))
    chosen = inside(rho1) ** 2
    yield trial.same(sp.diff(along, square).subs(square, chosen), 0)
    above_zero = {s: sp.Symbol(s.name, positive=True) for s in (M, L_0)}
    yield trial.holds(sp.simplify(sp.diff(along, square, 2).subs(above_zero)).is_positive, "convex in ρ²")
    yield trial.same(inside(B1), along.subs(square, chosen))
    yield trial.same(inside(T1), longest_time.subs(rho, inside(rho1)))
    for each in (B1, T1, rho1):
        yield from guaranteed_by_copies(each, trial)


@exact(copy_bounds, cost=0.4)
@control("value 10 % less", B2=NINE * per_copy(isolated_value))
@control("the best constant at the convenient place", B2=per_copy(isolated_best_value))
@control("time 10 % more", T2=ELEVEN * per_copy(isolated_time))
@control("10 % further", rho2=ELEVEN * per_copy(isolated_radius))
@control("constant 10", B2_best=per_copy(copies_bound(sp.Integer(10))))
@control("the convenient one is best", B2_best=per_copy(isolated_value))
@control("the time of constant 6", T2_best=per_copy(copies_time(6 * sp.sqrt(3))))
@control("10 % nearer", rho2_best=NINE * per_copy(isolated_best_radius))
@control("0 without copies", B2_best=isolated_best_value)
def the_second_choices_keep_the_constraint(
    B2: sp.Expr,
    T2: sp.Expr,
    rho2: sp.Expr,
    B2_best: sp.Expr,
    T2_best: sp.Expr,
    rho2_best: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Both attain the constraint of (B2) and their values; the best is stationary along it, and its one minimum."""
    cells, value = isolated_moved_cells.subs(EXACT_COPIES), loss_bound.subs(EXACT_COPIES)
    for claimed, time, radius in ((B2, T2, rho2), (B2_best, T2_best, rho2_best)):
        yield positive(inside(radius), trial)
        at = {T: inside(time), rho: inside(radius)}
        yield trial.same(cells.subs(at), M / 2)
        yield trial.same(inside(claimed), value.subs(at))
        for each in (claimed, time, radius):
            yield from guaranteed_by_copies(each, trial)
    square = sp.Symbol("R", positive=True)
    (solution,) = sp.solve(sp.Eq(cells.subs(rho, sp.sqrt(square)), M / 2), square)  # linear in ρ²
    along = value.subs(rho, sp.sqrt(solution))
    yield trial.same(sp.diff(along, T).subs(T, inside(T2_best)), 0)
    bend = sp.simplify(sp.diff(1 / along, T, 2)).subs(M, sp.Symbol("M", positive=True))
    yield trial.holds(bend.is_negative, "1/bound is concave in T")


@exact(copy_bounds)
@control("weights that do not grow", tree_lipschitz=tree_lipschitz.subs(rho, 0))
@control("the upper weights alone", tree_lipschitz=sp.sqrt(r))
@control("one child", tree_lipschitz=tree_lipschitz.subs(r, 1))
@control("10 % less", tree_lipschitz=NINE * tree_lipschitz)
def partial_derivatives_of_a_tree(tree_lipschitz: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The suprema of the partial derivatives over inputs and weights at ±1 moved by ρ, which the constant adds up."""
    v, w = sp.symbols("v w", positive=True)
    by_upper = sp.limit(sp.diff(v * sp.tanh(w), v), w, sp.oo)
    by_lower = sp.limit(sp.diff(v * sp.tanh(w), w), w, 0, "-").subs(v, 1 + rho)
    yield positive(tree_lipschitz, trial)
    for children in (1, 2, 3):
        total = sum((by_upper**2 + by_lower**2 for _ in range(children)), sp.Integer(0))
        yield trial.same(tree_lipschitz.subs(r, children) ** 2, total)
