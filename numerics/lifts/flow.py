"""Gradient flow θ' = −∇L(θ) of any objective by Runge–Kutta steps, the loss watched at every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, isfinite, sqrt
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.integrate import DOP853, RK45

from sparse_limits.numerics.arguments import InputError

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]

ADAPTIVE = {"rk45": RK45, "dop853": DOP853}  # both evaluate the end of a step last, and start the next one from there
METHODS = (*ADAPTIVE, "rk4")
ROUNDING = 1e-12  # of the loss: more than its sums lose
MOST_STEPS = 10**8


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A gradient flow at k times; its arrays belong to these times, the first of which is 0.

    times, losses float[k]. energies float[k]: ∫‖∇L‖² up to each time, integrated beside θ by the same method; for the
    exact flow it is L(0) − L(t). lengths float[k]: ∫‖∇L‖, that of the path. displacements float[k]: ‖θ(t) − θ(0)‖.
    theta float[p]: the last position; positions float[k, p]: all of them, or None. evaluations: calls of the objective.
    """

    times: Floats
    losses: Floats
    energies: Floats
    lengths: Floats
    displacements: Floats
    theta: Floats
    positions: Floats | None
    evaluations: int

    @property
    def energy_defects(self) -> Floats:
        """L(0) − L(t) − ∫‖∇L‖², which is 0 up to the error of the method: float[k]."""
        defects: Floats = self.losses[0] - self.losses - self.energies
        return defects


def gradient_flow(
    objective: Objective,
    theta: ArrayLike,
    T: float,
    *,
    method: str = "rk45",
    rtol: float = 1e-6,
    atol: float = 1e-9,
    step: float | None = None,
    times: Sequence[float] | None = None,
    positions: bool = False,
) -> Trajectory:
    """Follow θ' = −∇L(θ) from theta float[p] for the time T > 0. `objective(θ)` gives L(θ) and its gradient float[p].

    method: "rk45" or "dop853" (SciPy's, with steps chosen so that the error of each keeps rtol and atol), or "rk4" with
    the fixed `step`, rounded down so that it divides what it has to. times: ascending, in [0, T], where steps end and
    the trajectory is recorded (0 and T are added); without them it is recorded after each step. positions: keep θ too.

    The loss of a gradient flow never rises. InputError if it does by more than the method explains: an error e within
    the tolerances moves it by ‖∇L‖‖e‖ at first order; "rk4", which does not estimate its error, is granted atol a
    step. InputError for an argument that does not fit, and if a loss or gradient is not finite.
    """
    start = _vector(theta)
    stops = _stops(T, times)
    if method not in METHODS:
        raise InputError(f"method is {method!r}, expected one of {', '.join(METHODS)}")
    if (step is not None) != (method == "rk4"):
        raise InputError(f"step is {step!r} with method {method!r}, expected a step with rk4 and with no other")
    for name, value in {"rtol": rtol, "atol": atol, "step": 1.0 if step is None else step}.items():
        _positive(name, value)
    velocity = _Velocity(objective, len(start))
    loss, _ = velocity.at(0.0, start)
    first, state = loss, np.concatenate([start, [0.0, 0.0]])
    rows, kept = [(0.0, first, 0.0, 0.0, 0.0)], [start]
    for begin, end in pairwise([0.0, *stops]):
        marched = (
            _fixed(velocity, begin, state, end, step, atol)
            if step is not None
            else _adaptive(ADAPTIVE[method], velocity, begin, state, end, rtol, atol)
        )
        for time, state, allowed in marched:
            theta, before = state[:-2], loss
            loss, _ = velocity.at(time, theta)
            allowed += ROUNDING * max(abs(first), abs(before))
            if loss > before + allowed:
                raise InputError(
                    f"the loss rises by {loss - before:.3g} at t = {time:.6g}, expected at most {allowed:.3g}: steps "
                    "are too long, or the gradient is not that of the loss"
                )
            if times is None or time == end:
                rows.append((time, loss, state[-2], state[-1], float(np.linalg.norm(theta - start))))
                if positions:
                    kept.append(theta)
    ends, losses, energies, lengths, displacements = np.array(rows).T.copy()
    return Trajectory(
        times=ends,
        losses=losses,
        energies=energies,
        lengths=lengths,
        displacements=displacements,
        theta=state[:-2].copy(),
        positions=np.array(kept) if positions else None,
        evaluations=velocity.evaluations,
    )


def rk4_step(
    velocity: Callable[[float, Floats], Floats], time: float, state: Floats, first: Floats, step: float
) -> Floats:
    """The classical Runge–Kutta step of order four for state' = velocity(time, state), for arrays of any shape.

    first: velocity(time, state), which who watches the loss has already.
    """
    second = velocity(time + step / 2, state + (step / 2) * first)
    third = velocity(time + step / 2, state + (step / 2) * second)
    fourth = velocity(time + step, state + step * third)
    return state + (step / 6) * (first + 2 * (second + third) + fourth)


class _Velocity:
    """(−∇L, ‖∇L‖², ‖∇L‖), the velocity of (θ, energy, length); remembers the last point, where steps meet."""

    def __init__(self, objective: Objective, size: int) -> None:
        self.objective, self.size, self.evaluations = objective, size, 0
        self._last: tuple[Floats, float, Floats] | None = None

    def at(self, time: float, theta: Floats) -> tuple[float, Floats]:
        """The loss and its gradient."""
        if self._last is None or not np.array_equal(self._last[0], theta):
            self._last = (theta.copy(), *self._evaluated(time, theta))
        return self._last[1:]

    def _evaluated(self, time: float, theta: Floats) -> tuple[float, Floats]:
        self.evaluations += 1
        loss, gradient = self.objective(theta.copy())  # the objective may keep or change what it is given
        loss, gradient = float(loss), np.array(gradient, dtype=float)
        if gradient.shape != (self.size,):
            raise InputError(f"the gradient has shape {gradient.shape}, expected {(self.size,)}")
        if not isfinite(loss):
            raise InputError(f"the loss is {loss} at t = {time:.6g}, expected a finite number")
        if not np.isfinite(gradient).all():
            raise InputError(f"the gradient holds nan or infinite numbers at t = {time:.6g}, expected finite ones")
        return loss, gradient

    def __call__(self, time: float, state: Floats) -> Floats:
        _, gradient = self.at(time, state[:-2])
        square = float(gradient @ gradient)
        return np.concatenate([-gradient, [square, sqrt(square)]])


def _adaptive(
    method: Any,
    velocity: _Velocity,
    begin: float,
    state: Floats,
    end: float,
    rtol: float,
    atol: float,
) -> Iterator[tuple[float, Floats, float]]:
    """After each step: the time, the state, and the rise of the loss that the error granted to it explains."""
    solver = method(velocity, begin, state, end, rtol=rtol, atol=atol)
    while solver.status == "running":
        before = np.abs(solver.y[:-2]).max()
        why = solver.step()
        if solver.status == "failed":
            raise InputError(f"no step is short enough at t = {solver.t:.6g}, expected a smoother loss: {why}")
        _, gradient = velocity.at(solver.t, solver.y[:-2])
        # SciPy keeps the root mean square of error / (atol + rtol |state|) below 1
        error = sqrt(len(solver.y)) * (atol + rtol * max(before, np.abs(solver.y[:-2]).max()))
        yield float(solver.t), solver.y.copy(), float(np.linalg.norm(gradient)) * error


def _fixed(
    velocity: _Velocity, begin: float, state: Floats, end: float, step: float, atol: float
) -> Iterator[tuple[float, Floats, float]]:
    if (end - begin) / step > MOST_STEPS:
        raise InputError(f"step is {step:g}, expected at most {MOST_STEPS} of them in {end - begin:g}")
    count = steps_within(end - begin, step)
    times = np.linspace(begin, end, count + 1)
    for time, after in pairwise(times.tolist()):
        state = rk4_step(velocity, time, state, velocity(time, state), (end - begin) / count)
        yield after, state, atol


def steps_within(time: float, step: float) -> int:
    """The fewest equal steps, none longer than `step`, that make up a time; a quotient rounded up counts as whole."""
    return max(1, ceil(time / step * (1 - 1e-12)))


def _vector(theta: ArrayLike) -> Floats:
    try:
        start = np.array(theta, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"theta is {theta!r:.60}, expected real numbers") from error
    if start.ndim != 1 or not start.size:
        raise InputError(f"theta has shape {start.shape}, expected [p] with at least one parameter")
    if not np.isfinite(start).all():
        raise InputError("theta holds nan or infinite numbers, expected finite ones")
    return start


def _stops(T: float, times: Sequence[float] | None) -> list[float]:
    """The ends of the intervals between recorded times."""
    end = _positive("T", T)
    given = [] if times is None else [float(time) for time in times]
    if not all(0 <= time <= end for time in given) or any(a >= b for a, b in pairwise(given)):
        raise InputError(f"times are {given!r:.60}, expected ascending numbers in [0, {end:g}]")
    return [time for time in given if 0 < time < end] + [end]


def _positive(name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 < float(value) < float("inf"):
        raise InputError(f"{name} is {value!r}, expected a positive number")
    return float(value)
