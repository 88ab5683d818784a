"""Evidence for L16.1: the loss that copies of a witness guarantee, by its derivation."""

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, exact
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    Lambda,
    M,
    comparison_error,
    copy_bounds,
    epsilon_w,
    inside,
    rho,
    rho_0,
    survivors,
)
from sparse_limits.theory.lifts.readout import Delta, T
from sparse_limits.theory.lifts.tangent import L_0, epsilon


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
