"""Evidence for L21.3: constants of heads, chances and sizes of random sparse lifts of attention, and lifts that are trained."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.copies import is_least_size, positive
from sparse_limits.numerics.checks.lifts.further.vector_copies import (
    ROUNDED,
    UNITS,
    copies_alone,
    random_lift,
    reached_far,
    time_of_bound,
)
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact
from sparse_limits.numerics.lifts.functions import Attention as AttentionOfArrays
from sparse_limits.numerics.lifts.pooled import count_heads
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.attention import Attention, C, d
from sparse_limits.theory.lifts.bundle import entries
from sparse_limits.theory.lifts.convergence import delta
from sparse_limits.theory.lifts.convergence_limit import goal
from sparse_limits.theory.lifts.copies import A_1, A_2, Lambda, M, inside, isolated_best_radius, rho, signs
from sparse_limits.theory.lifts.coverage import p_0, r
from sparse_limits.theory.lifts.further.attention_copies import (
    MOVED_OUT,
    NEEDED,
    N_t,
    R_x,
    alike,
    b_w,
    copied_heads,
    delta_K,
    delta_Q,
    delta_V,
    gamma,
    head_copy,
    other_share,
    own_share,
    s_1,
    s_2,
    y,
)

Floats = NDArray[np.float64]
NINE = sp.Rational(9, 10)


def first_row(*matrices: tuple[sp.Expr, ...]) -> sp.Matrix:
    """The first row of the attention of L7 on two tokens ±R of one channel, for which Q, K and V are rows."""
    parts = tuple(tuple(tuple(token * part for part in row) for token in (R_x, -R_x)) for row in matrices)
    width = len(matrices[0])
    return sp.Matrix(entries(Attention(width)(parts))[:width])


@exact(copied_heads)
def antipodal_tokens_attain_the_changes(mean_change: sp.Expr, row_change: sp.Expr, trial: Trial) -> Findings:
    """The rate of the mean of two tokens ±R in the score, where both shares are ½; and that of a row in Q and in K, where one
    of the two is 0 and all else as long as it may be; and in V, where one token has all shares."""
    rate = sp.Symbol("v", real=True)
    at = {s_1: R_x * rate, s_2: -R_x * rate, y: 0}
    mean = R_x * own_share.subs(at) - R_x * other_share.subs(at)
    yield trial.same(sp.diff(mean, rate).subs(rate, 0) * gamma, mean_change)
    yield trial.same(trial.once(sp.limit, mean, rate, sp.oo) * delta_V, row_change.subs({delta_Q: 0, delta_K: 0}))
    for width in (1, 4):
        long, moved = MOVED_OUT / sp.sqrt(width), rate / sp.sqrt(width)  # of each entry
        for letters, matrices in (((delta_Q, delta_K), (moved, long)), ((delta_K, delta_Q), (long, moved))):
            slopes = first_row(*((part,) * width for part in (*matrices, long))).diff(rate).subs(rate, 0)
            claimed = row_change.subs({d: width, letters[0]: 1, letters[1]: 0, delta_V: 0})
            yield trial.same(slopes.dot(slopes), claimed**2, by=sp.simplify)


@exact(copied_heads)
def crossed_queries_and_keys_attain_the_change(row_change: sp.Expr, head_lipschitz: sp.Expr, trial: Trial) -> Findings:
    """Q and K of width two at right angles, each moved along the other: no scores, and both change them by as much as they may.

    The row moves as fast as claimed, for all lengths. No constant is less than its speed: at a length of 3 more than
    nine tenths of the one claimed.
    """
    rate = sp.Symbol("v", real=True)
    step = rate / sp.sqrt(2)
    slopes = first_row((MOVED_OUT, step), (step, MOVED_OUT), (MOVED_OUT, sp.S.Zero)).diff(rate).subs(rate, 0)
    speed = row_change.subs({d: 2, delta_Q: 1 / sp.sqrt(2), delta_K: 1 / sp.sqrt(2), delta_V: 0})
    yield trial.same(slopes.dot(slopes), speed**2, by=sp.simplify)
    point = {R_x: 1, b_w: 2, rho: 1, d: 2}
    constant, fastest = trial.value(head_lipschitz, point), trial.value(sp.sqrt(slopes.dot(slopes)), point)
    yield trial.holds(NINE * constant <= fastest <= constant, f"{fastest} of {constant} at {point}")


@exact(copied_heads, step="one head")
def directions_add_up(row_change: sp.Expr, head_lipschitz: sp.Expr, trial: Trial) -> Findings:
    """What is left of the squares is a sum of squares, and nothing along one direction."""
    rates = (delta_Q, delta_K, delta_V)
    slopes = [sp.diff(row_change, rate) for rate in rates]
    certificate = sum((slopes[i] * rates[j] - slopes[j] * rates[i]) ** 2 for i in range(3) for j in range(i))
    gap = head_lipschitz**2 * sum(rate**2 for rate in rates) - row_change**2
    yield trial.nonnegative(gap, certificate)
    yield positive(head_lipschitz, trial)
    yield trial.same(valued(gap, dict(zip(rates, slopes, strict=True))), 0)


@exact(copied_heads, step="all entries")
def squares_of_rows_add_up(head_lipschitz: sp.Expr, entry_lipschitz: sp.Expr, trial: Trial) -> Findings:
    """One for each token."""
    yield trial.same(entry_lipschitz**2, N_t * head_lipschitz**2)
    yield positive(entry_lipschitz, trial)


@exact(copied_heads)
def heads_enumerated(head_copy: sp.Expr, trial: Trial) -> Findings:
    """All heads on two channels of width one, and on one channel of width two, as polynomials in p₀."""
    for channels, width, heard_channels in ((2, 1, 1), (2, 1, 2), (1, 2, 1)):
        size = 3 * width
        rows = [*product((-1.0, 1.0), repeat=size), (0.0,) * size]
        unit = np.zeros((channels, 3, width))
        unit[:heard_channels] = np.where(np.arange(heard_channels * size) % 3, 1.0, -1.0).reshape(-1, 3, width)
        cells = np.array(list(product(rows, repeat=channels)))
        total = sp.Integer(0)
        for cell in cells:
            if count_heads(cell.reshape(1, channels, 3, width), unit):
                there = int(np.any(cell, axis=1).sum())
                total += (p_0 / 2**size) ** there * (1 - p_0) ** (channels - there)
        point = {C: channels, d: width, signs: heard_channels}
        yield trial.same(head_copy.subs(point), total, by=sp.expand)


@exact(copied_heads, step="length of signs")
def signs_are_so_long(sign_length: sp.Expr, trial: Trial) -> Findings:
    """A sum over channels and columns of the squares of alternating signs."""
    i, j = sp.symbols("i j", integer=True, positive=True)
    squares = sp.Sum(sp.Sum(sp.expand(((-1) ** (i + j)) ** 2), (j, 1, d)).doit(), (i, 1, signs)).doit()
    yield trial.same(sign_length**2, squares)
    yield positive(sign_length, trial)


@exact(copied_heads, step="loss")
def heads_have_this_loss(
    best_loss: sp.Expr, radius: sp.Expr, head_lipschitz: sp.Expr, sign_length: sp.Expr, head_loss: sp.Expr, trial: Trial
) -> Findings:
    """The bound of isolated copies at the constant of a head, if its radius is at most ρ, and none otherwise; the constant
    grows with the radius, as its square does."""
    yield trial.same(inside(head_loss), inside(best_loss).subs(Lambda, head_lipschitz.subs(b_w, sign_length)))
    yield trial.nonnegative(sp.diff(head_lipschitz**2, rho), 8 * R_x**6 * (b_w + rho) ** 3 / d)
    yield trial.holds(head_loss.subs(M, 0) == no_guarantee, "without copies no guarantee")
    (point,) = trial.points(head_loss, inside(radius), count=1)
    point = {letter: value for letter, value in point.items() if letter != rho}
    edge = sp.Rational(trial.value(inside(radius), {s: point[s] for s in inside(radius).free_symbols}))
    for factor, known in ((1 + sp.Rational(1, 10**9), True), (1 - sp.Rational(1, 10**9), False)):
        said = valued(head_loss, {**point, rho: factor * edge})
        yield trial.holds(
            (said != no_guarantee) == known, f"{factor.evalf(10)} of the radius: {'some' if known else 'none'}"
        )


@exact(copied_heads, step="copies needed")
def so_many_copies_reach_goal_and_radius(
    head_loss: sp.Expr, copies_for_loss: sp.Expr, copies_for_radius: sp.Expr, trial: Trial
) -> Findings:
    """The loss falls with the square of their number, and the radius with it: they are the goal and ρ there."""
    yield trial.same(inside(head_loss), goal, where={M: copies_for_loss})
    yield trial.same(isolated_best_radius, rho, where={M: copies_for_radius})
    yield trial.same(inside(head_loss) * M**2, goal * copies_for_loss**2)
    yield trial.same(isolated_best_radius * M, rho * copies_for_radius)
    yield positive(copies_for_loss, trial)
    yield positive(copies_for_radius, trial)


AT_SIZE = (goal, delta, p_0, C, signs, d, R_x, rho)
SIZE_POINTS = [
    {r: 7, A_1: sp.Rational(7, 3), A_2: sp.Rational(3, 2), **dict(zip(AT_SIZE, map(sp.sympify, values), strict=True))}
    for values in (
        ("1/30", "1/20", "2/5", 4, 1, 2, "6/5", "1/2"),
        (1, "1/20", "3/5", 3, 2, 1, "sqrt(2)", "1/50"),  # the radius decides
        (1, "1/10**20", "3/5", 4, 2, 2, 1, "1/2"),  # the chance decides
    )
]


@exact(copied_heads)
def sizes_of_heads_keep_the_conditions(head_size: sp.Expr, trial: Trial) -> Findings:
    """Against the two conditions at the size, and at one head fewer: where the loss, the radius or δ decides."""
    yield from is_least_size(head_size, NEEDED, head_copy, SIZE_POINTS, trial)


@exact(copied_heads)
def bounds_are_informative_from_sixteen_copies(head_loss: sp.Expr, head_size: sp.Expr, trial: Trial) -> Findings:
    """One unit with readout 1, whose loss at the start is ½ at most; and the size for a tenth, but for one time in ten."""
    at = {A_1: 1, A_2: 1, R_x: 1, d: 1, signs: 1, C: 2, p_0: sp.Rational(1, 2), rho: sp.Rational(1, 2)}
    few, more = (valued(head_loss, {**at, M: copies}) for copies in (15, 16))
    yield trial.holds(bool(few > sp.Rational(1, 2) > more), f"{few} at 15 copies, {more} at one more")
    needed = valued(head_size, {**at, r: 1, goal: sp.Rational(1, 10), delta: sp.Rational(1, 10)})
    yield trial.holds(needed == 560, f"{needed}, said to be 560")


@enclosed(copied_heads)
def copies_of_heads_are_no_likelier_than_their_parts(head_copy: sp.Expr, trial: Trial) -> Findings:
    """No more than the chance of edges and weights: other channels can only be too many."""
    yield trial.below(head_copy, p_0**signs * alike)


# Lifts that are trained, and drawn heads

WIDTH = 128
ENOUGH = 15  # copies, for a bound below the loss at the start


@empirical(copied_heads, cost=0.7)
def heads_end_below_the_bound(head_loss: sp.Expr, trial: Trial) -> Findings:
    """A random sparse lift, whose bound is below the loss at the start if it has fifteen copies or more; and copies alone whose readout
    grows so far that the time of the bound is short.

    ρ is the radius at which the bound is best.
    """
    unit = UNITS["head"]
    for target, run in (
        (1.0, trial.draw(random_lift, "head", WIDTH, 1.0)),
        (8.0, trial.once(copies_alone, "head", 44, 8.0, 0.05)),
    ):
        copies = count_heads(run.cells, unit)
        point = {M: copies, A_1: sp.Rational(target), A_2: sp.Rational(target), d: 1, R_x: 1, b_w: 1, signs: 1}
        if not copies:
            yield trial.holds(head_loss.subs(point) == no_guarantee, "no copies, no guarantee")
            continue
        point[rho] = sp.Rational(trial.value(isolated_best_radius, point)) * ROUNDED
        ended = run.trajectory.losses[run.trajectory.times >= time_of_bound("head", run.cells, target)]
        limit = trial.value(head_loss, point)
        said = f"{copies} copies in {len(run.cells)} heads, bound {limit / float(run.start):.3g} of the start"
        yield trial.at_most(float(ended[0]) / limit, 1.0, f"loss beside its bound: {said}")
        if target > 1:
            yield from reached_far(float(ended[0]), limit, float(run.start), trial)
        else:
            yield trial.holds(
                (limit < float(run.start)) == (copies >= ENOUGH), f"below the start from {ENOUGH} copies on: {said}"
            )


def head(weights: Floats, tokens: Floats) -> Floats:
    """Rows of attention: weights float[..., s, 3, d], tokens float[..., T, s]."""
    found: Floats = AttentionOfArrays()(np.einsum("...ts,...sfd->...ftd", tokens, weights))
    return found


def steepest(rng: np.random.Generator, tries: int, channels: int, tokens: int, width: int) -> float:
    """How much rows change at most beside what weights do: random heads of length 1 on the ball of radius ½ and tokens of
    length 1, some of which are antipodal, with random changes along and across; and, of width two or more, heads whose Q
    and K are at right angles, each moved along the other."""
    weights = rng.standard_normal((tries, channels, 3, width))
    weights *= 1.5 / np.linalg.norm(weights, axis=(1, 3), keepdims=True)
    weights[::3, :, 1] = 0  # no scores: the shares are equal, where they change most
    given = rng.standard_normal((tries, tokens, channels))
    given /= np.linalg.norm(given, axis=2, keepdims=True)
    given[::2, 1::2] = -given[::2, :1]
    change = rng.standard_normal(weights.shape)
    change[::3, :, 0] = 0
    if width > 1:
        crossed = np.zeros((2, *weights.shape[1:]))
        crossed[0, 0, [0, 1, 2], [0, 1, 0]] = 1.5
        crossed[1, 0, [0, 1], [1, 0]] = 1.0
        weights[0], change[0] = crossed
        given[0] = 0
        given[0, :, 0] = np.where(np.arange(tokens) % 2, -1.0, 1.0)
    change *= 1e-6 / np.sqrt((change**2).sum(axis=(1, 2, 3), keepdims=True))
    moved = np.linalg.norm(head(weights + change, given) - head(weights, given), axis=-1)
    return float(moved.max()) / 1e-6


@empirical(copied_heads, cost=0.3)
def rows_of_random_heads_keep_the_constant(head_lipschitz: sp.Expr, trial: Trial) -> Findings:
    """Differences over a millionth, of rounding 1e-9 of it, beside the constant at b_w = 1 and ρ = ½."""
    for channels, tokens, width in ((1, 2, 1), (2, 3, 2), (3, 6, 4)):
        point = {R_x: 1, b_w: 1, rho: sp.Rational(1, 2), d: width}
        found = trial.draw(steepest, trial.size(3000), channels, tokens, width)
        said = f"{tokens} tokens of {channels} channels, width {width}"
        yield trial.at_most(
            found / trial.value(head_lipschitz, point), 1.0, f"change of a row beside its bound, {said}"
        )
