"""Evidence for L16.1: the loss that copies of a witness guarantee, by its derivation."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.no_guarantee import guaranteed, no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    Lambda,
    M,
    along,
    approximation_loss,
    best_radius,
    best_time,
    best_value,
    comparison_error,
    copy_bounds,
    epsilon_w,
    longest_time,
    loss_bound,
    moved_cells,
    movers,
    per_copy,
    rho,
    rho_0,
    spent,
    squared_readout,
    survivor_square,
    survivors,
)
from sparse_limits.theory.lifts.readout import Delta, T
from sparse_limits.theory.lifts.tangent import L_0, epsilon

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


def in_errors(gap: sp.Expr) -> sp.Expr:
    """Simplified with a letter for the error of the other readout."""
    return sp.simplify(gap.xreplace({comparison_error: sp.Dummy(positive=True)}))


def slack(claimed: sp.Expr) -> sp.Expr:
    """By how much the condition on T holds, under which something is guaranteed."""
    (relation,) = (each for each in claimed.args[0].cond.args if each.has(T))
    gap = relation.gts - relation.lts
    return gap / (2 * sp.diff(gap, M))  # in cells, of which there are M/2 to move


def ends_at(claimed: sp.Expr, longest: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """That there is a guarantee just before the longest time, and none just after it."""
    (point,) = trial.points(claimed, longest, count=1)
    end = sp.Rational(trial.value(longest, {s: point[s] for s in longest.free_symbols}))
    for factor, known in ((1 - sp.Rational(1, 10**9), True), (1 + sp.Rational(1, 10**9), False)):
        said = claimed.xreplace({**point, T: factor * end})
        yield trial.holds(
            (said != no_guarantee) == known, f"{factor.evalf(10)} of the longest time: {'some' if known else 'none'}"
        )


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
    claimed = valued(approximation_loss, {A_1: sum(readout), A_2: sp.sqrt(sum(a**2 for a in readout))})
    yield trial.same(claimed, (output - target) ** 2 / 2)


@exact(copy_bounds, step="moved cells")
@control("moved 10 % less", moved_cells=NINE * moved_cells)
@control("path length for its square", moved_cells=sp.sqrt(moved_cells))
@control("any time", moved_cells=moved_cells / T)
@control("spent 10 % more", spent=ELEVEN * spent)
@control("the distance for its square", spent=spent / rho)
def energy_pays_for_moved_cells(spent: sp.Expr, moved_cells: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What more cells spend beyond L₀; at constant speed all of it is spent on them."""
    yield trial.same(spent - L_0, (movers - moved_cells) * rho**2 / T, by=sp.expand)
    yield trial.same(moved_cells * T * (rho / T) ** 2, L_0)


@exact(copy_bounds, step="longest time")
@control("twice the time", longest_time=per_copy(2 * longest_time))
@control("all cells may move", longest_time=per_copy(M * rho**2 / L_0))
@control("10 % less", longest_time=per_copy(NINE * longest_time))
@control("0 without copies", longest_time=longest_time)
@control("moved 10 % less", moved_cells=NINE * moved_cells)
def half_of_the_copies_may_move(moved_cells: sp.Expr, longest_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Cells that may still move, in the time that is left."""
    yield trial.same(M / 2 - moved_cells, (inside(longest_time) - T) * L_0 / rho**2, by=sp.expand)
    yield from guaranteed_by_copies(longest_time, trial)


@exact(copy_bounds, step="loss of the other readout")
@control("the witness is exact", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("not halved", approximation_loss=2 * approximation_loss)
@control("10 % less", approximation_loss=NINE * approximation_loss)
@control("a loss for a distance", comparison_error=epsilon_w + Lambda * (rho_0 + rho) * A_1)
@control("10 % further", comparison_error=ELEVEN * comparison_error)
def losses_are_halves_of_squares(
    comparison_error: sp.Expr, approximation_loss: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Of what a readout misses by; the witness by its own."""
    yield positive(comparison_error, trial)
    yield trial.same(approximation_loss, comparison_error**2 / 2)


@exact(copy_bounds, step="squares")
@control("one survivor", survivor_square=A_2**2)
@control("the same for each", survivor_square=survivors * A_2**2)
@control("the length", survivor_square=A_2 / survivors)
@control("10 % less", survivor_square=NINE * survivor_square)
def survivors_share_a_readout(survivor_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One share of it at each."""
    yield trial.same(survivor_square, survivors * (A_2 / survivors) ** 2)


@exact(copy_bounds, step="half of the copies")
@control("all copies survive", squared_readout=per_copy(A_2**2 / M))
@control("one survivor", squared_readout=per_copy(A_2**2))
@control("10 % less", squared_readout=per_copy(NINE * squared_readout))
@control("0 without copies", squared_readout=squared_readout)
@control("the length", survivor_square=A_2 / survivors)
def half_of_the_copies_are_enough(
    survivor_square: sp.Expr, squared_readout: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The square at M/2 survivors; with more of them it is less."""
    square = inside(squared_readout)
    yield trial.same(square, survivor_square.subs(survivors, M / 2))
    yield trial.same(square - survivor_square, A_2**2 * (2 * survivors - M) / (M * survivors))
    yield from guaranteed_by_copies(squared_readout, trial)


@exact(copy_bounds, step="bound", cost=0.4)
@control("no survivors counted", bound=guaranteed(approximation_loss + A_2**2 / T, M >= 1, moved_cells <= M / 2))
@control("holds for any T", bound=guaranteed(loss_bound, M >= 1))
@control("0 without copies", bound=sp.Piecewise((loss_bound, (M >= 1) & (moved_cells <= M / 2)), (0, True)))
@control("all cells may move", bound=guaranteed(loss_bound, M >= 1, moved_cells <= M))
@control("10 % less", bound=guaranteed(NINE * loss_bound, M >= 1, moved_cells <= M / 2))
@control("one survivor", squared_readout=per_copy(A_2**2))
@control("the witness is exact", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("features that stand still", moving_bound=epsilon + Delta**2 / (4 * T))
@control("twice the time", longest_time=per_copy(2 * longest_time))
def survivors_are_compared(
    squared_readout: sp.Expr,
    approximation_loss: sp.Expr,
    moving_bound: sp.Expr,
    longest_time: sp.Expr,
    bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """What L15 says of their readout, up to the longest time; no guarantee beyond it and without copies."""
    carried = {Delta: sp.sqrt(inside(squared_readout)), epsilon: approximation_loss}
    yield from ends_at(bound, longest_time, trial)
    yield from guaranteed_by_copies(bound, trial)
    left = (inside(longest_time) - T) * L_0 / rho**2
    yield trial.same(inside(bound) + slack(bound), moving_bound.subs(carried) + left, by=in_errors)


@exact(copy_bounds, step="exact copies")
@control("not halved", along=along + Lambda**2 * A_1**2 * rho**2 / 2)
@control("of one copy", along=along.subs(M, 1))
@control("10 % more", along=ELEVEN * along)
@control("twice the time", longest_time=per_copy(2 * longest_time))
@control("no survivors counted", bound=guaranteed(approximation_loss + A_2**2 / T, M >= 1, moved_cells <= M / 2))
def bounds_at_the_longest_times(
    longest_time: sp.Expr, bound: sp.Expr, along: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The bound there, for exact copies; and how fast it falls before."""
    falling = inside(bound).subs(EXACT_COPIES)
    yield trial.same(along, falling.subs(T, inside(longest_time)))
    some = sp.Symbol("some", integer=True, positive=True)
    yield trial.nonnegative(-sp.diff(falling, T), A_2**2 / (some * T**2), where={M: some}, strict=True)


@exact(copy_bounds, step="best choice")
@control("value 10 % less", B1=NINE * per_copy(best_value))
@control("a unit each", B1=per_copy(best_value.subs(A_1, A_2)))
@control("value 0 without copies", B1=best_value)
@control("two copies at least", B1=guaranteed(best_value, M >= 2))
@control("time 10 % more", T1=ELEVEN * per_copy(best_time))
@control("half of the time", T1=per_copy(best_time / 2))
@control("10 % further", rho1=ELEVEN * per_copy(best_radius))
@control("the square of the radius", rho1=per_copy(best_radius**2))
@control("along 10 % more", along=ELEVEN * along)
@control("twice the time", longest_time=per_copy(2 * longest_time))
def best_choice_lacks_a_square(
    longest_time: sp.Expr, along: sp.Expr, B1: sp.Expr, T1: sp.Expr, rho1: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Half of a square more at other radii; none without copies."""
    yield positive(inside(rho1), trial)
    yield trial.same(along - inside(B1), (Lambda * A_1 * rho - 2 * sp.sqrt(L_0) * A_2 / (M * rho)) ** 2 / 2)
    yield trial.same(along.subs(rho, inside(rho1)), inside(B1))
    yield trial.same(inside(rho1) ** 2, 2 * A_2 * sp.sqrt(L_0) / (Lambda * A_1 * M))
    yield trial.same(M * inside(T1), M * inside(longest_time).subs(rho, inside(rho1)))
    for each in (B1, T1, rho1):
        yield from guaranteed_by_copies(each, trial)
