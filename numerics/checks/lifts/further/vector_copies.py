"""Evidence for L21.1: units with several features."""

import sympy as sp

from sparse_limits.numerics.checks.lifts.copies import ends_at, guaranteed_by_copies, in_errors, positive, slack
from sparse_limits.numerics.checks.lifts.further.convolution_copies import is_least_size
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.lifts.convergence import delta
from sparse_limits.theory.lifts.copies import A_2, M, inside, isolated_moved_cells, moved_cells, rho, survivors
from sparse_limits.theory.lifts.coverage import q, r
from sparse_limits.theory.lifts.further.vector_copies import PAIRS, vector_copies
from sparse_limits.theory.lifts.readout import Delta, T
from sparse_limits.theory.lifts.tangent import L_0, epsilon


@exact(vector_copies, step="squares")
def survivors_share_the_readouts(second_norm: sp.Expr, survivor_square: sp.Expr, trial: Trial) -> Findings:
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


@exact(vector_copies, step="first bound")
def half_of_the_copies_are_compared(
    longest_time: sp.Expr,
    approximation_loss: sp.Expr,
    survivor_square: sp.Expr,
    moving_bound: sp.Expr,
    bound: sp.Expr,
    trial: Trial,
) -> Findings:
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
def half_of_the_isolated_copies_are_compared(
    isolated_longest_time: sp.Expr,
    approximation_loss: sp.Expr,
    survivor_square: sp.Expr,
    moving_bound: sp.Expr,
    isolated_bound: sp.Expr,
    trial: Trial,
) -> Findings:
    """The same up to the longest time of isolated cells."""
    carried = {Delta: sp.sqrt(survivor_square.subs(survivors, M / 2)), epsilon: approximation_loss}
    yield trial.same(T * (moving_bound - epsilon), Delta**2 / 2)
    yield trial.same(inside(isolated_bound), moving_bound.subs(carried), by=in_errors)
    yield from ends_at(isolated_bound, isolated_longest_time, trial)
    yield from guaranteed_by_copies(isolated_bound, trial)


@exact(vector_copies)
def half_of_the_cells_move_so_far(isolated_longest_time: sp.Expr, trial: Trial) -> Findings:
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
def sizes_hold_the_copies(size: sp.Expr, trial: Trial) -> Findings:
    """Against the two conditions at the size, and at one terminal fewer; no guarantee without copies."""
    yield from is_least_size(size, M, q, SIZE_POINTS, trial)
    yield from guaranteed_by_copies(size, trial)
