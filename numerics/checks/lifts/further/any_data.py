"""Evidence for L22: one lift, all data; flows with few and with many samples beside one bound."""

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.copies import ends_at, guaranteed_by_copies, in_errors, is_least_size, positive
from sparse_limits.numerics.checks.lifts.further.vector_copies import ROUNDED, reached_far
from sparse_limits.numerics.evidence import Findings, Trial, empirical, exact
from sparse_limits.numerics.lifts.copies import count_copies, tanh_student
from sparse_limits.numerics.lifts.flow import gradient_flow
from sparse_limits.numerics.lifts.gradients import objective
from sparse_limits.theory.formulas.no_guarantee import no_guarantee
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.convergence import delta
from sparse_limits.theory.lifts.convergence_limit import goal
from sparse_limits.theory.lifts.convergence_two_layers import children
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    Lambda,
    M,
    approximation_loss,
    inside,
    isolated_longest_time,
    rho,
    rho_0,
    squared_readout,
)
from sparse_limits.theory.lifts.coverage import q, r
from sparse_limits.theory.lifts.further.any_data import N_s, any_data, at_length, copies_needed
from sparse_limits.theory.lifts.further.attention_copies import R_x
from sparse_limits.theory.lifts.further.copy_examples import child_square, mu
from sparse_limits.theory.lifts.readout import Delta, moving_bound
from sparse_limits.theory.lifts.tangent import epsilon

Floats = NDArray[np.float64]


@exact(any_data, step="one layer")
def inputs_of_one_length_have_this_loss(
    largest_moment: sp.Expr, layer_lipschitz: sp.Expr, best_loss: sp.Expr, uniform_loss: sp.Expr, trial: Trial
) -> Findings:
    """The bound of isolated copies at the largest constant that a law on the ball has, that of one input of length R_x."""
    constant = layer_lipschitz.subs(mu, largest_moment)
    yield trial.same(inside(uniform_loss), inside(best_loss).subs(Lambda, constant))
    yield from guaranteed_by_copies(uniform_loss, trial)


@exact(any_data, step="two layers")
def trees_have_this_loss(
    children_lipschitz: sp.Expr, best_loss: sp.Expr, radius: sp.Expr, tree_loss: sp.Expr, trial: Trial
) -> Findings:
    """The bound at the constant of a tree, if its radius is at most ρ, and none otherwise."""
    yield trial.same(inside(tree_loss), inside(best_loss).subs(Lambda, children_lipschitz))
    yield trial.same(children_lipschitz**2, children * child_square)
    yield positive(children_lipschitz, trial)
    yield trial.holds(tree_loss.subs(M, 0) == no_guarantee, "without copies no guarantee")
    (point,) = trial.points(inside(tree_loss), inside(radius), count=1)
    point = {letter: value for letter, value in point.items() if letter != rho}
    edge = sp.Rational(trial.value(inside(radius), {s: point[s] for s in inside(radius).free_symbols}))
    for factor, known in ((1 + sp.Rational(1, 10**9), True), (1 - sp.Rational(1, 10**9), False)):
        said = tree_loss.xreplace({**point, rho: factor * edge})
        yield trial.holds((said != no_guarantee) == known, f"{factor.evalf(10)} of the radius: {known}")


@exact(any_data, step="other targets")
def other_targets_have_this_loss(
    largest_moment: sp.Expr, layer_lipschitz: sp.Expr, isolated_bound: sp.Expr, noisy_loss: sp.Expr, trial: Trial
) -> Findings:
    """The bound at the same constant, up to its longest time there."""
    constant = layer_lipschitz.subs(mu, largest_moment)
    yield trial.same(inside(noisy_loss), inside(isolated_bound).subs({Lambda: constant, rho_0: 0}))
    compared = moving_bound.subs({Delta: sp.sqrt(squared_readout), epsilon: approximation_loss})
    yield trial.same(inside(isolated_bound), compared, by=in_errors)
    yield from ends_at(noisy_loss, at_length(isolated_longest_time), trial)
    yield from guaranteed_by_copies(noisy_loss, trial)


@exact(any_data, step="copies needed")
def so_many_copies_are_enough(uniform_loss: sp.Expr, copies_needed: sp.Expr, trial: Trial) -> Findings:
    """The loss falls with the square of their number, and is the goal there."""
    yield trial.same(inside(uniform_loss), goal, where={M: copies_needed})
    yield trial.same(inside(uniform_loss) * M**2, goal * copies_needed**2)
    yield positive(copies_needed, trial)


HALF = sp.Rational(1, 2)
SIZE_POINTS = [
    {A_1: 2, A_2: sp.Rational(3, 2), R_x: 1, r: 5, delta: sp.Rational(1, 20), q: sp.Rational(1, 8), goal: HALF},
    {A_1: 3, A_2: 2, R_x: sp.sqrt(3), r: 2, delta: sp.Rational(1, 10), q: sp.Rational(1, 20), goal: 2},
    {
        A_1: 1,
        A_2: 1,
        R_x: 1,
        r: 2,
        delta: sp.Rational(1, 10**6),
        q: HALF,
        goal: sp.Rational(1, 8),
    },  # the chance decides
]


@exact(any_data)
def sizes_for_all_data_keep_the_conditions(uniform_size: sp.Expr, trial: Trial) -> Findings:
    """Against the two conditions at the size, and at one vertex fewer."""
    yield from is_least_size(uniform_size, copies_needed, q, SIZE_POINTS, trial)


INPUTS, VERTICES = 2, 64
UNIT = np.array([[1.0, 0.0]])
SAMPLES = (4, 32, 256, 1024)


def loss_beside_start(weights: Floats, target: float, inputs: Floats, last: float) -> tuple[float, float]:
    """The loss of the flow after a time, and that at the start, for targets that the unit times `target` gives."""
    aims = target * np.tanh(inputs @ UNIT[0])
    loss = objective(*tanh_student(weights), {0: inputs}, aims)
    flow = gradient_flow(loss, loss.start, last, times=[last], rtol=1e-5)
    return float(flow.losses[-1]), float(aims @ aims) / len(aims) / 2


def losses_of_one_lift(rng: np.random.Generator, copies: int, target: float) -> tuple[int, list[tuple[float, float]]]:
    """Its copies of the unit, and its losses for each number of samples, uniform in the square, at the time of the bound.

    A random sparse lift with fair signs, edges with probability ½; or, for copies > 0, so many copies alone.
    """
    weights = np.where(rng.random((VERTICES, INPUTS)) < 0.5, 1.0, -1.0) * (rng.random((VERTICES, INPUTS)) < 0.5)
    if copies:
        weights = np.repeat(UNIT, copies, axis=0)
    found = int(count_copies(weights, UNIT)[0])
    time = found * np.sqrt(3) / (12 * target**2) * float(ROUNDED)
    data = [rng.uniform(-1, 1, (size, INPUTS)) for size in SAMPLES]
    return found, [loss_beside_start(weights, target, each, time) for each in data] if found else []


@empirical(any_data, cost=0.7)
def one_lift_keeps_the_bound_for_all_numbers_of_samples(uniform_loss: sp.Expr, trial: Trial) -> Findings:
    """The same vertices with 4 to 1024 samples of two inputs; and copies alone whose readout grows far."""
    for copies, target in ((0, 1.0), (64, 16.0)):
        found, losses = trial.draw(losses_of_one_lift, copies, target)
        for size, (loss, start) in zip(SAMPLES, losses, strict=False):
            point = {M: found, A_1: sp.Rational(target), A_2: sp.Rational(target), R_x: 1, N_s: size}
            limit = trial.value(uniform_loss, point)
            said = f"{size} samples, {found} copies, bound {limit / start:.3g} of the start"
            yield trial.at_most(loss / limit, 1.0, f"loss beside its bound: {said}")
            if copies:
                yield from reached_far(loss, limit, start, trial)


@exact(any_data)
def bounds_are_informative_from_five_copies(uniform_loss: sp.Expr, uniform_size: sp.Expr, trial: Trial) -> Findings:
    """One unit with readout 1, whose loss at the start is ½ at most; and the size for a tenth, but for one time in ten."""
    at = {A_1: 1, A_2: 1, R_x: 1, q: sp.Rational(1, 4)}
    few, more = (uniform_loss.subs({**at, M: copies}) for copies in (4, 5))
    yield trial.holds(bool(few > sp.Rational(1, 2) > more), f"{few} at 4 copies, {more} at one more")
    needed = valued(uniform_size, {**at, r: 1, goal: sp.Rational(1, 10), delta: sp.Rational(1, 10)})
    yield trial.holds(needed == 88, f"{needed}, said to be 88")
