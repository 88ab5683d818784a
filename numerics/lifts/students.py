"""Many students of one hidden layer at once: F(x) = Σ a_i tanh(w_i·x) with masked weights, under gradient flow.

Arrays hold one student after another, so that a step is a few products of large arrays for all of them. The state
float[R, n, d+1] has the weights of unit i of student s in state[s, i, :d] and its readout in state[s, i, d].
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.lifts.flow import rk4_step, steps_within

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RISE = 1e-9  # that the loss of a student may make in a step
MOST_HALVINGS = 20


@dataclass(frozen=True, eq=False)
class Trained:
    """R students after the flow.

    losses, first_losses float[R]: ½ E(F − f)² after and before. weights float[R, n, d]; readouts float[R, n].
    steps, evaluations int[R]: steps of the run that was kept, gradients computed in all runs of a student.
    """

    losses: Floats
    first_losses: Floats
    weights: Floats
    readouts: Floats
    steps: NDArray[np.int64]
    evaluations: NDArray[np.int64]


def train_students(
    weights: Floats, masks: Bools, inputs: Floats, targets: Floats, *, time: float, step: float
) -> Trained:
    """The flow of L = ½ E(F − f)² from the readout 0 for a time, by the classical Runge–Kutta method of fixed step.

    weights float[R, n, d], of which masks bool[R, n, d] keeps some; inputs float[m, d], all equally likely; targets
    float[m]. The step is shortened so that it divides the time; a student whose loss rises by more than 1e-9 in a step
    is trained again with half of it. InputError for shapes that do not fit, numbers that are not finite, or if halving
    does not help.
    """
    _check(weights, masks, inputs, targets, time, step)
    students, n, d = weights.shape
    steps = steps_within(time, step)
    start = np.concatenate([np.where(masks, weights, 0.0), np.zeros((students, n, 1))], axis=2)
    kept = np.concatenate([masks, np.ones((students, n, 1), dtype=bool)], axis=2)
    state, losses = start.copy(), np.empty((2, students))
    taken, evaluations, left = (
        np.zeros(students, dtype=np.int64),
        np.zeros(students, dtype=np.int64),
        np.arange(students),
    )
    for _ in range(MOST_HALVINGS):
        run = _Run(kept[left], inputs, targets)
        state[left], losses[:, left], monotone = run.flow(start[left], time, steps)
        taken[left] = steps
        evaluations[left] += 4 * steps + 1
        left = left[~monotone]
        if not len(left):
            return Trained(losses[1], losses[0], state[..., :d], state[..., d], taken, evaluations)
        steps *= 2
    raise InputError(f"step is {step:g}, expected a shorter one: losses still rise with {steps // 2} steps")


def covered(masks: Bools, supports: Iterable[Collection[int]]) -> Bools:
    """Whether each support, a set of inputs 1, …, d, lies inside the mask of some unit: bool[R], masks bool[R, n, d]."""
    found = np.ones(len(masks), dtype=bool)
    for each in supports:
        found &= np.any(np.all(masks[:, :, [i - 1 for i in each]], axis=2), axis=1)
    return found


class _Run:
    """A batch of students with the same steps."""

    def __init__(self, kept: Bools, inputs: Floats, targets: Floats) -> None:
        self.kept, self.targets = kept, targets
        self.inputs = np.concatenate([inputs, np.zeros((len(inputs), 1))], axis=1)  # the readout sees no input
        self.samples = len(inputs)

    def flow(self, state: Floats, time: float, steps: int) -> tuple[Floats, Floats, Bools]:
        """The state at the end, the losses at both ends float[2, R], and for which students they never rose."""
        monotone = np.ones(len(state), dtype=bool)
        with np.errstate(over="ignore", invalid="ignore"):  # a diverging student is not monotone
            loss, velocity = self.at(state)
            first = loss
            for _ in range(steps):
                state = rk4_step(lambda _, at: self.at(at)[1], 0.0, state, velocity, time / steps)
                before, (loss, velocity) = loss, self.at(state)
                monotone &= loss <= before + RISE
        return state, np.array([first, loss]), monotone

    def at(self, state: Floats) -> tuple[Floats, Floats]:
        """Losses float[R] and minus their gradients float[R, n, d+1]."""
        students, n, columns = state.shape
        flat = (students * n, -1)
        units = np.tanh(state.reshape(flat) @ self.inputs.T).reshape(students, n, self.samples)
        readouts = state[..., -1]
        residuals = self.targets - np.matmul(readouts[:, None], units)[:, 0]
        losses = np.einsum("rm,rm->r", residuals, residuals) / (2 * self.samples)
        residuals /= self.samples
        downhill_readouts = np.matmul(units, residuals[..., None])[..., 0]
        np.multiply(units, units, out=units)
        np.subtract(1.0, units, out=units)
        units *= residuals[:, None]
        downhill = (units.reshape(flat) @ self.inputs).reshape(students, n, columns)
        downhill *= readouts[..., None]
        downhill[..., -1] = downhill_readouts
        downhill *= self.kept
        return losses, downhill


def _check(weights: Floats, masks: Bools, inputs: Floats, targets: Floats, time: float, step: float) -> None:
    if weights.ndim != 3 or not weights.size or masks.shape != weights.shape or masks.dtype != bool:
        raise InputError(f"weights and masks have shapes {weights.shape} and {masks.shape}, expected [R, n, d], bools")
    if inputs.ndim != 2 or inputs.shape[1] != weights.shape[2] or not len(inputs) or targets.shape != inputs.shape[:1]:
        raise InputError(
            f"inputs and targets have shapes {inputs.shape} and {targets.shape}, expected [m, {weights.shape[2]}] and [m]"
        )
    for name, values in {"weights": weights, "inputs": inputs, "targets": targets}.items():
        if not np.isfinite(values).all():
            raise InputError(f"{name} hold nan or infinite numbers, expected finite ones")
    for name, value in {"time": time, "step": step}.items():
        if not 0 < value < np.inf:
            raise InputError(f"{name} is {value!r}, expected a positive number")
