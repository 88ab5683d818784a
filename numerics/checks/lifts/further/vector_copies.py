"""Evidence for L21.1: units with several features."""

from functools import cache
from itertools import product
from math import sqrt
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.copies import (
    ends_at,
    guaranteed_by_copies,
    in_errors,
    is_least_size,
    positive,
    slack,
)
from sparse_limits.numerics.evidence import Findings, Trial, empirical, exact
from sparse_limits.numerics.lifts.flow import Trajectory, gradient_flow
from sparse_limits.numerics.lifts.gradients import objective
from sparse_limits.numerics.lifts.pooled import (
    cells_of,
    count_filters,
    count_heads,
    lift_of,
    pooled_attention,
    pooled_convolution,
    sparse_signs,
)
from sparse_limits.theory.lifts.attention import d
from sparse_limits.theory.lifts.convergence import delta
from sparse_limits.theory.lifts.convolution import H, cyclic_convolution, k
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    Lambda,
    M,
    epsilon_w,
    inside,
    isolated_best_radius,
    isolated_best_time,
    isolated_moved_cells,
    moved_cells,
    rho,
    rho_0,
    survivors,
)
from sparse_limits.theory.lifts.coverage import q, r
from sparse_limits.theory.lifts.further.attention_copies import R_x, b_w, head_lipschitz
from sparse_limits.theory.lifts.further.convolution_copies import entry_lipschitz, filter_lipschitz, nu
from sparse_limits.theory.lifts.further.vector_copies import PAIRS, vector_copies
from sparse_limits.theory.lifts.module import PerceptronModule
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


# Filters and heads with several features, followed by gradient flow beside both bounds

Floats = NDArray[np.float64]
CHANNELS = 2
PLACES = {"filter": 3, "pixels": 3, "head": 2, "wide head": 2}  # pixels or tokens
UNITS: dict[str, Floats] = {  # [channels, *W]; the second channel has edges to the wide head alone
    "filter": np.array([[1.0, 1.0], [0.0, 0.0]]),
    "pixels": np.array([[1.0, 1.0], [0.0, 0.0]]),
    "head": np.array([np.ones((3, 1)), np.zeros((3, 1))]),
    "wide head": np.array([[[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]], [[1.0, -1.0], [1.0, -1.0], [1.0, -1.0]]]),
}
READOUTS: dict[str, Floats] = {  # as long as 1
    "filter": np.array([1.0]),
    "pixels": np.array([2.0, 1.0, -2.0]) / 3,
    "head": np.array([1.0]),
    "wide head": np.array([0.6, -0.8]),
}
HALVINGS = 10  # of the last time, at which a flow is looked at
ROUNDED = 1 + sp.Rational(1, 10**9)


@cache
def module(kind: str) -> PerceptronModule:
    """Kernels of two weights with or without pooling, heads of width one or two, pooled."""
    if kind == "pixels":
        return cyclic_convolution(PLACES[kind], 2, sp.tanh)
    if kind == "filter":
        return pooled_convolution(PLACES[kind], 2)
    return pooled_attention(PLACES[kind], UNITS[kind].shape[-1])


LIPSCHITZ = {
    "filter": filter_lipschitz.subs({k: 2, nu: 1}),
    "head": head_lipschitz.subs({R_x: 1, b_w: 1, d: 1}).subs(rho, isolated_best_radius),
}
COUNTS = {"filter": count_filters, "head": count_heads}


def time_of_bound(kind: str, cells: Floats, target: float) -> float:
    """The time from which on the bound of the copies of a unit holds, rounded up: 0 without copies."""
    copies = COUNTS[kind](cells, UNITS[kind])
    point = {M: copies, A_1: sp.Rational(target), A_2: sp.Rational(target)}
    constant = {Lambda: LIPSCHITZ[kind].subs(point)} if copies else {}
    return float((isolated_best_time * ROUNDED).subs(point).subs(constant)) if copies else 0.0


SEVERAL = 2.0  # what several times is more than, by the meaning of the word


def reached_far(loss: float, limit: float, start: float, trial: Trial) -> Findings:
    """That a loss is more than a hundredth of its bound, where this is several times the loss at the start."""
    yield trial.at_most(0.01, loss / limit, "a hundredth, beside the loss over its bound")
    yield trial.at_most(SEVERAL, limit / start, "several times, beside the bound over the loss at the start")


class Run(NamedTuple):
    """A flow towards a multiple of a unit, the cells at its start [n, channels, *W], and the loss there, rounded up."""

    trajectory: Trajectory
    cells: Floats
    start: sp.Rational


def run(kind: str, cells: Floats, target: float, last: float) -> Run:
    """Follow the lift of these cells towards `target` times the unit's readout, all inputs ±1 equally likely.

    Looked at after the last time, some of its halves, and the time of the bound, up to which it goes if that is later.
    """
    base = module(kind)
    inputs = np.array(list(product((-1.0, 1.0), repeat=CHANNELS * PLACES[kind]))).reshape(-1, CHANNELS, PLACES[kind])
    witness, weights = lift_of(base, UNITS[kind][None])
    readout = target * READOUTS[kind]
    sought = objective(witness, weights, {"x": inputs}, np.zeros(len(inputs)), readout)
    aims = sought.output(sought.start)[:, 0]
    loss = objective(*lift_of(base, cells), {"x": inputs}, aims)
    times = {last / 2.0**halvings for halvings in range(HALVINGS, -1, -1)}
    if kind in COUNTS:
        times.add(time_of_bound(kind, cells, target))
    return Run(
        gradient_flow(loss, loss.start, max(times), times=sorted(times - {0.0}), rtol=1e-5),
        cells,
        sp.Rational(float(aims @ aims) / len(aims) / 2) * ROUNDED,
    )


def copies_alone(kind: str, copies: int, target: float, last: float) -> Run:
    """The flow of copies of the unit and nothing else."""
    return run(kind, np.repeat(UNITS[kind][None], copies, axis=0), target, last)


def random_lift(rng: np.random.Generator, kind: str, n: int, last: float) -> Run:
    """The flow of a random sparse lift with n terminals, which have an edge from each channel with probability ½."""
    return run(kind, cells_of(*sparse_signs(module(kind), CHANNELS, n, 0.5, rng)), 1.0, last)


LARGEST = sp.Rational(1, 2)  # radius for which the constants of heads are taken
CONSTANTS = {
    "pixels": entry_lipschitz.subs({H: PLACES["pixels"], k: 2, nu: 1}),
    "wide head": head_lipschitz.subs({R_x: sp.sqrt(2), b_w: 2, d: 2, rho: LARGEST}),
}


def least_radii(time: float, copies: int, target: float, constant: float, start: float) -> dict[str, float]:
    """The least ρ for which (B1) and (B2) allow a time, for exact copies of one unit; those that are allowed."""
    radii = {"bound": sqrt(2 * time * start / copies)}
    moving, growing = 16 * constant**2 * target**4 * time / copies**2, 8 * (constant * target) ** 4 * time**2 / copies
    if growing < copies / 2:
        radii["isolated_bound"] = sqrt(moving / (copies / 2 - growing))
    return {name: radius for name, radius in radii.items() if radius < LARGEST}


@empirical(vector_copies, cost=0.6)
def filters_and_heads_keep_the_bounds(bound: sp.Expr, isolated_bound: sp.Expr, trial: Trial) -> Findings:
    """Copies of a filter with a readout for each pixel, and of a head with two features, at the least ρ that a time allows."""
    formulas = {"bound": bound, "isolated_bound": isolated_bound}
    for kind, copies, target, last in (("pixels", 64, 1.0, 0.2), ("wide head", 64, 1.0, 0.1)):
        trajectory, _, start = trial.once(copies_alone, kind, copies, target, last)
        constant = CONSTANTS[kind]
        point = {M: copies, A_1: sp.Rational(target), A_2: sp.Rational(target), L_0: start, Lambda: constant}
        point |= {epsilon_w: 0, rho_0: 0}
        ratios: dict[str, list[float]] = {name: [] for name in formulas}
        for time, loss in zip(trajectory.times[1:], trajectory.losses[1:], strict=True):
            radii = least_radii(float(time), copies, target, float(constant), float(start))
            for name, radius in radii.items():
                here = {**point, T: sp.Rational(float(time)), rho: sp.Rational(radius) * ROUNDED}
                ratios[name].append(float(loss) / trial.value(formulas[name], here))
        for name, found in ratios.items():
            yield trial.at_most(max(found), 1.0, f"{kind}: loss beside {name} at {len(found)} times, {copies} copies")
