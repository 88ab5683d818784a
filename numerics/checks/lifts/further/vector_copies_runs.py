"""Evidence for L21.1: filters and heads with several features, followed by gradient flow beside both bounds."""

from functools import cache
from itertools import product
from math import sqrt
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, empirical
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
from sparse_limits.theory.lifts.convolution import H, cyclic_convolution, k
from sparse_limits.theory.lifts.copies import (
    A_1,
    A_2,
    Lambda,
    M,
    epsilon_w,
    isolated_best_radius,
    isolated_best_time,
    rho,
    rho_0,
)
from sparse_limits.theory.lifts.further.attention_copies import R_x, b_w, head_lipschitz
from sparse_limits.theory.lifts.further.convolution_copies import entry_lipschitz, filter_lipschitz, nu
from sparse_limits.theory.lifts.further.vector_copies import vector_copies
from sparse_limits.theory.lifts.module import PerceptronModule
from sparse_limits.theory.lifts.readout import T
from sparse_limits.theory.lifts.tangent import L_0

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
