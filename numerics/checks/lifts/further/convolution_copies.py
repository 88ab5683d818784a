"""Evidence for L21.2: constants of filters, chances and sizes of random sparse lifts of convolutions, and their flows."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.copies import guaranteed_by_copies, is_least_size, positive
from sparse_limits.numerics.checks.lifts.further.vector_copies import (
    UNITS,
    copies_alone,
    random_lift,
    reached_far,
    time_of_bound,
)
from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact
from sparse_limits.numerics.lifts.pooled import count_filters
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import delta
from sparse_limits.theory.lifts.convergence_limit import goal
from sparse_limits.theory.lifts.convolution import C_i, H, k
from sparse_limits.theory.lifts.copies import A_1, A_2, Lambda, M, inside, signs
from sparse_limits.theory.lifts.coverage import p_0, r
from sparse_limits.theory.lifts.further.convolution_copies import copied_filters, copies_needed, filter_copy, heard, nu


def second_moments(signals: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """The sum over cyclic windows of so many pixels of z zᵀ, for whole numbers."""
    length = signals.shape[1]
    windows = [np.stack([signals[:, (p + a) % length] for a in range(size)], axis=1).ravel() for p in range(length)]
    stacked = np.array(windows)
    found: NDArray[np.int64] = stacked.T @ stacked
    return found


SIGNALS = (  # [channels, pixels]
    np.array([[1, 1, 1, 1]]),
    np.array([[1, -2, 0, 3]]),
    np.array([[1, 2, 0], [1, 2, 0]]),
    np.array([[2, 2, 2], [1, 1, 1]]),
)


@exact(copied_filters)
def windows_have_no_larger_eigenvalue(window_eigenvalue: sp.Expr, trial: Trial) -> Findings:
    """kν less the second moments of all windows of a signal is positive semidefinite, for ν as exact as they are."""
    for signal, size in product(SIGNALS, (1, 2, 3)):
        largest = max(sp.Matrix((signal @ signal.T).tolist()).eigenvals())
        claimed = window_eigenvalue.subs({k: size, nu: largest})
        gap = claimed * sp.eye(size * len(signal)) - sp.Matrix(second_moments(signal, size).tolist())
        yield trial.holds(gap.is_positive_semidefinite, f"windows of {size} of the signal {signal.tolist()}")


@exact(copied_filters)
def constant_signals_attain_the_constants(
    filter_lipschitz: sp.Expr, entry_lipschitz: sp.Expr, trial: Trial
) -> Findings:
    """One channel of the constant signal √ν; k weights that go from 0 to δ/√k, and H readouts 1/√H of the pixels."""
    step = sp.Symbol("delta", positive=True)
    change = sp.tanh(k * step / sp.sqrt(k) * sp.sqrt(nu))
    yield trial.same(sp.limit(change / step, step, 0), filter_lipschitz)
    yield trial.same(sp.limit(H / sp.sqrt(H) * change / step, step, 0), entry_lipschitz)


@exact(copied_filters, step="all pixels")
def squares_of_pixels_add_up(filter_lipschitz: sp.Expr, entry_lipschitz: sp.Expr, trial: Trial) -> Findings:
    """H of them."""
    yield trial.same(entry_lipschitz**2, H * filter_lipschitz**2)
    yield positive(entry_lipschitz, trial)


@exact(copied_filters)
def filters_enumerated(filter_copy: sp.Expr, trial: Trial) -> Findings:
    """All kernels of two weights, or none, on two channels, with their probabilities as polynomials in p₀."""
    kernels = [*product((-1.0, 1.0), repeat=2), (0.0, 0.0)]
    for unit in ([[1.0, 1.0], [0.0, 0.0]], [[1.0, -1.0], [-1.0, 1.0]]):
        total = sp.Integer(0)
        for cell in product(kernels, repeat=2):
            if count_filters(np.array([cell]), unit):
                there = sum(kernel != (0.0, 0.0) for kernel in cell)
                total += (p_0 / 4) ** there * (1 - p_0) ** (2 - there)
        number = int(np.any(unit, axis=1).sum())
        yield trial.same(filter_copy.subs({C_i: 2, k: 2, signs: number}), total, by=sp.expand)


@exact(copied_filters, step="loss")
def filters_have_this_loss(
    best_loss: sp.Expr, filter_lipschitz: sp.Expr, filter_loss: sp.Expr, trial: Trial
) -> Findings:
    """The bound of isolated copies, at the constant of a filter."""
    yield trial.same(inside(filter_loss), inside(best_loss).subs(Lambda, filter_lipschitz))
    yield from guaranteed_by_copies(filter_loss, trial)


@exact(copied_filters, step="copies needed")
def so_many_copies_reach_the_goal(filter_loss: sp.Expr, copies_needed: sp.Expr, trial: Trial) -> Findings:
    """The loss there is the goal, and as that of a copy over the square of their number less beyond."""
    loss = inside(filter_loss)
    yield trial.same(loss, goal, where={M: copies_needed})
    yield trial.same(loss * M**2, goal * copies_needed**2)
    yield positive(copies_needed, trial)


HALF = sp.Rational(1, 2)
SIZE_POINTS = [
    {r: 7, delta: sp.Rational(1, 20), A_1: sp.Rational(7, 3), A_2: sp.Rational(3, 2), **common}
    for common in (
        {goal: sp.Rational(1, 30), p_0: sp.Rational(2, 5), C_i: 4, signs: 1, k: 2, nu: sp.Rational(5, 3)},
        {goal: sp.Rational(1, 9), p_0: sp.Rational(1, 3), C_i: 5, signs: 2, k: 3, nu: HALF},
        {
            goal: sp.Rational(1, 2),
            p_0: sp.Rational(3, 5),
            C_i: 3,
            signs: 2,
            k: 1,
            nu: sp.Rational(4, 3),
            delta: sp.Rational(1, 10**20),
        },  # the chance decides
    )
]


@exact(copied_filters)
def sizes_keep_the_conditions(filter_size: sp.Expr, trial: Trial) -> Findings:
    """Against the two conditions at the size, and at one channel fewer."""
    yield from is_least_size(filter_size, copies_needed, filter_copy, SIZE_POINTS, trial)


WIDTH = 160
LAST = 4.0
ENOUGH = 12  # copies, for a bound below the loss at the start


@empirical(copied_filters, cost=0.7)
def filters_end_below_the_bound(filter_loss: sp.Expr, trial: Trial) -> Findings:
    """A random sparse lift, whose bound is below the loss at the start if it has twelve copies or more; and copies alone whose readout
    grows so far that the time of the bound is short.
    """
    unit = UNITS["filter"]
    for target, run in (
        (1.0, trial.draw(random_lift, "filter", WIDTH, LAST)),
        (14.0, trial.once(copies_alone, "filter", 64, 14.0, 0.2)),
    ):
        copies = count_filters(run.cells, unit)
        point = {M: copies, A_1: sp.Rational(target), A_2: sp.Rational(target), k: 2, nu: 1}
        if not copies:
            yield trial.holds(filter_loss.subs(point) == no_guarantee, "no copies, no guarantee")
            continue
        ended = run.trajectory.losses[run.trajectory.times >= time_of_bound("filter", run.cells, target)]
        limit = trial.value(filter_loss, point)
        said = f"{copies} copies in {len(run.cells)} channels, bound {limit / float(run.start):.3g} of the start"
        yield trial.at_most(float(ended[0]) / limit, 1.0, f"loss beside its bound: {said}")
        if target > 1:
            yield from reached_far(float(ended[0]), limit, float(run.start), trial)
        else:
            yield trial.holds(
                (limit < float(run.start)) == (copies >= ENOUGH), f"below the start from {ENOUGH} copies on: {said}"
            )


@exact(copied_filters)
def bounds_are_informative_from_seven_copies(filter_loss: sp.Expr, filter_size: sp.Expr, trial: Trial) -> Findings:
    """One unit with readout 1, whose loss at the start is ½ at most; and the size for a tenth, but for one time in ten."""
    at = {A_1: 1, A_2: 1, nu: 1, k: 2, signs: 1, C_i: 2, p_0: sp.Rational(1, 2)}
    few, more = (valued(filter_loss, {**at, M: copies}) for copies in (6, 7))
    yield trial.holds(bool(few > sp.Rational(1, 2) > more), f"{few} at 6 copies, {more} at one more")
    needed = valued(filter_size, {**at, r: 1, goal: sp.Rational(1, 10), delta: sp.Rational(1, 10)})
    yield trial.holds(needed == 240, f"{needed}, said to be 240")


@enclosed(copied_filters)
def copies_are_no_likelier_than_their_parts(filter_copy: sp.Expr, trial: Trial) -> Findings:
    """No more than the chance of the right channels, nor than that of edges and weights: other channels can only be too many."""
    yield trial.below(filter_copy, heard)
    yield trial.below(filter_copy, 2 * p_0**signs / sp.Integer(2) ** (k * signs))
