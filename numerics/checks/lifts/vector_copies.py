"""Evidence for L21.1: units with several features."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.lifts.convolution_copies import is_least_size
from sparse_limits.numerics.checks.lifts.copies import ends_at, guaranteed_by_copies, in_errors, inside, positive, slack
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.no_guarantee import guaranteed
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import chernoff_size, delta
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    Lambda,
    M,
    approximation_loss,
    epsilon_w,
    isolated_longest_time,
    isolated_moved_cells,
    longest_time,
    loss_bound,
    moved_cells,
    per_copy,
    rho,
    rho_0,
    survivor_square,
    survivors,
)
from sparse_limits.theory.lifts.coverage import q, r
from sparse_limits.theory.lifts.isolated_copies import square_speed
from sparse_limits.theory.lifts.readout import Delta, T
from sparse_limits.theory.lifts.tangent import L_0, L, epsilon
from sparse_limits.theory.lifts.vector_copies import READOUTS, first_norm, second_norm, vector_copies

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
PAIRS = (READOUTS[:2], READOUTS[2:])
POSITIVE = {letter: sp.Symbol(str(letter), positive=True) for letter in READOUTS}


def linear_unit(weights: tuple[sp.Expr, ...], readout: tuple[sp.Expr, ...]) -> sp.Expr:
    """Φ(θ)a = Λ θ·a, the unit whose Lipschitz constant is attained in each direction."""
    return Lambda * sum(w * a for w, a in zip(weights, readout, strict=True))


@exact(vector_copies, step="loss of the other readout")
@control("the witness is exact", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("the copies start at the witness", approximation_loss=approximation_loss.subs(rho_0, 0))
@control("entries one by one", first_norm=sum(sp.Abs(letter) for letter in READOUTS))
@control("the length of all", first_norm=second_norm)
@control("10 % less", approximation_loss=NINE * approximation_loss)
@control("a loss for a distance", comparison_error=epsilon_w + Lambda * (rho_0 + rho) * A_1)
def moving_units_attain_the_loss(
    first_norm: sp.Expr, comparison_error: sp.Expr, approximation_loss: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Linear units on one data point, all cells of a unit moved by ρ₀ + ρ along its readout, from a witness of weights 0
    that misses by √(2ε_w): readouts of any directions whose lengths add up to A₁; and of four free entries."""
    target = -sp.sqrt(2 * epsilon_w)
    along = [(sp.cos(angle), sp.sin(angle)) for angle in sp.symbols("theta_1 theta_2", real=True)]
    first = sp.Symbol("a", positive=True)
    output = (rho_0 + rho) * sum(
        linear_unit(way, tuple(length * each for each in way))
        for way, length in zip(along, (first, A_1 - first), strict=True)
    )
    yield trial.same(comparison_error, output - target)
    yield trial.same(approximation_loss, (output - target) ** 2 / 2)
    moved = [tuple((rho_0 + rho) * a / sp.sqrt(sum(each**2 for each in pair)) for a in pair) for pair in PAIRS]
    output = sum(linear_unit(weights, pair) for weights, pair in zip(moved, PAIRS, strict=True))
    for claimed, found in (
        (comparison_error, output - target),
        (approximation_loss, (output - target) ** 2 / 2),
    ):
        yield trial.same(
            valued(valued(claimed, {A_1: first_norm}), POSITIVE),
            found.subs(POSITIVE),
            by=lambda gap: sp.simplify(sp.expand(gap)),
        )


@exact(vector_copies, step="squares")
@control("sum of lengths", second_norm=first_norm)
@control("one survivor", survivor_square=A_2**2)
@control("the same for each", survivor_square=survivors * A_2**2)
@control("10 % less", survivor_square=NINE * survivor_square)
def survivors_share_the_readouts(second_norm: sp.Expr, survivor_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Each of m copies has a share of each entry, in whatever orthonormal basis: after a rotation too; readouts of any directions
    and lengths that make A₂; and of four free entries."""
    parts, *ways = sp.symbols("varphi alpha beta", real=True)
    readouts = [
        A_2 * length(parts) * entry(way)
        for length, way in zip((sp.cos, sp.sin), ways, strict=True)
        for entry in (sp.cos, sp.sin)
    ]
    yield trial.same(survivor_square, survivors * sum((entry / survivors) ** 2 for entry in readouts))
    angle = sp.Symbol("theta", real=True)
    rotation = sp.Matrix([[sp.cos(angle), -sp.sin(angle)], [sp.sin(angle), sp.cos(angle)]])
    shares = [rotation * sp.Matrix(pair) / survivors for pair in PAIRS]
    found = survivors * sum(entry**2 for share in shares for entry in share)
    yield positive(second_norm, trial)
    yield trial.same(survivor_square.subs(A_2, second_norm), found, by=lambda gap: sp.simplify(sp.expand(gap)))


@exact(vector_copies, step="speeds")
@control("not squared", square_speed=sp.sqrt(2 * L) * Lambda)
@control("a loss that is no half", square_speed=L * Lambda**2)
@control("10 % less", square_speed=NINE * square_speed)
def linear_units_move_so_fast(square_speed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The gradient of the loss in the weights of a linear unit, on one data point."""
    weights, target = sp.symbols("w_1 w_2", real=True), sp.Symbol("f", real=True)
    loss = (linear_unit(weights, PAIRS[0]) - target) ** 2 / 2
    speed = sum(sp.diff(loss, weight) ** 2 for weight in weights)
    yield trial.same(square_speed.subs(L, loss) * sum(a**2 for a in PAIRS[0]), speed, by=sp.expand)


@exact(vector_copies, step="first bound")
@control("no survivors counted", bound=guaranteed(approximation_loss + A_2**2 / T, M >= 1, moved_cells <= M / 2))
@control("holds for any T", bound=guaranteed(loss_bound, M >= 1))
@control("0 without copies", bound=sp.Piecewise((loss_bound, (M >= 1) & (moved_cells <= M / 2)), (0, True)))
@control("all cells may move", bound=guaranteed(loss_bound, M >= 1, moved_cells <= M))
@control("10 % less", bound=guaranteed(NINE * loss_bound, M >= 1, moved_cells <= M / 2))
@control("one survivor", survivor_square=A_2**2)
@control("the witness is exact", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("features that stand still", moving_bound=epsilon + Delta**2 / (4 * T))
@control("twice the time", longest_time=per_copy(2 * longest_time))
def half_of_the_copies_are_compared(
    longest_time: sp.Expr,
    approximation_loss: sp.Expr,
    survivor_square: sp.Expr,
    moving_bound: sp.Expr,
    bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """What L15 says of half of the copies, up to the longest time; no guarantee beyond it and without copies."""
    carried = {Delta: sp.sqrt(survivor_square.subs(survivors, M / 2)), epsilon: approximation_loss}
    yield trial.same(T * (moving_bound - epsilon), Delta**2 / 2)
    yield trial.same(moved_cells.subs(T, inside(longest_time)), M / 2)
    yield from guaranteed_by_copies(longest_time, trial)
    yield from ends_at(bound, longest_time, trial)
    yield from guaranteed_by_copies(bound, trial)
    left = (inside(longest_time) - T) * L_0 / rho**2
    yield trial.same(inside(bound) + slack(bound), moving_bound.subs(carried) + left, by=in_errors)


@exact(vector_copies, step="second bound")
@control("for any T", isolated_bound=guaranteed(loss_bound, M >= 1))
@control("10 % less", isolated_bound=guaranteed(NINE * loss_bound, M >= 1, isolated_moved_cells <= M / 2))
@control("all cells may move", isolated_bound=guaranteed(loss_bound, M >= 1, isolated_moved_cells <= M))
@control("0 without copies", isolated_bound=loss_bound)
@control("one survivor", survivor_square=A_2**2)
@control("the witness is exact", approximation_loss=approximation_loss.subs(epsilon_w, 0))
@control("features that stand still", moving_bound=epsilon + Delta**2 / (4 * T))
@control("that of any cells", isolated_longest_time=per_copy(longest_time))
def half_of_the_isolated_copies_are_compared(
    isolated_longest_time: sp.Expr,
    approximation_loss: sp.Expr,
    survivor_square: sp.Expr,
    moving_bound: sp.Expr,
    isolated_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The same up to the longest time of isolated cells."""
    carried = {Delta: sp.sqrt(survivor_square.subs(survivors, M / 2)), epsilon: approximation_loss}
    yield trial.same(T * (moving_bound - epsilon), Delta**2 / 2)
    yield trial.same(inside(isolated_bound), moving_bound.subs(carried), by=in_errors)
    yield from ends_at(isolated_bound, isolated_longest_time, trial)
    yield from guaranteed_by_copies(isolated_bound, trial)


@exact(vector_copies)
@control("that of any cells", isolated_longest_time=per_copy(longest_time))
@control("10 % more", isolated_longest_time=per_copy(ELEVEN * isolated_longest_time))
def half_of_the_cells_move_so_far(isolated_longest_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The cells that L16.2 counts, at the longest time."""
    yield trial.same(isolated_moved_cells.subs(T, inside(isolated_longest_time)), M / 2, by=in_errors)
    yield positive(inside(isolated_longest_time), trial)
    yield from guaranteed_by_copies(isolated_longest_time, trial)


SIZE_POINTS = [
    {M: 20, q: sp.Rational(1, 8), r: 3, delta: sp.Rational(1, 20)},
    {M: 3, q: sp.Rational(1, 8), r: 5, delta: sp.Rational(1, 100)},  # the chance decides
    {M: 1, q: sp.Rational(1, 3), r: 1, delta: sp.Rational(9, 10)},
]


@exact(vector_copies)
@control("M/q terminals", size=chernoff_size.subs(q, 2 * q))
@control("one unit", size=chernoff_size.subs(r, 1))
@control("one copy", size=chernoff_size.subs(M, 1))
@control("10 % more", size=ELEVEN * chernoff_size)
def sizes_hold_the_copies(size: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Against the two conditions at the size, and at one terminal fewer; no guarantee without copies."""
    yield from is_least_size(size, M, q, SIZE_POINTS, trial)
    yield from guaranteed_by_copies(size, trial)
