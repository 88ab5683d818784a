"""The tasks of the study on handwritten digits, and independent splits of each into training and test samples.

| task | samples | targets | training samples |
|---|---|---|---|
| 3v8, 4v9 | the digits named | ±1 | 200 |
| 8-vs-rest | all | ±1 | 400 |
| ten-classes | all | ten columns of 0 and 1 | 400 |
| parity | all | +1 for odd digits, −1 for even | 300 |
| noisy-3v8 | threes and eights, with 192 useless normal features of deviation 0.3 | ±1 | 150 |

Pixels lie in [0, 1]. The mean of the training samples is subtracted, then every sample scaled to |x|² = d, as the
kernel of a network without biases asks for; all samples of the task that are not trained on are tested on.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.labels import targets

Floats = NDArray[np.floating]

NOISE_DEVIATION = 0.3


@dataclass(frozen=True)
class Task:
    """Which digits, how they are labelled, how many are trained on, and how many useless features they get."""

    name: str
    labelling: str  # as in sparse_limits.numerics.data
    training: int
    classes: tuple[int, ...] = tuple(range(10))
    useless: int = 0
    parity: bool = False  # label the digit modulo 2

    @property
    def labels(self) -> int:
        """Columns of y."""
        return len(self.classes) if self.labelling == "onehot" else 1


TASKS = {
    task.name: task
    for task in (
        Task("3v8", "is:8", 200, (3, 8)),
        Task("4v9", "is:9", 200, (4, 9)),
        Task("8-vs-rest", "is:8", 400),
        Task("ten-classes", "onehot", 400),
        Task("parity", "is:1", 300, parity=True),
        Task("noisy-3v8", "is:8", 150, (3, 8), useless=192),
    )
}


@dataclass(frozen=True, eq=False)
class Split:
    """Training samples x [m, d], y [m, q] and test samples x_test [t, d], y_test [t, q], every |x|² = d."""

    x: Floats
    y: Floats
    x_test: Floats
    y_test: Floats


def task_named(name: str) -> Task:
    """InputError for a name that no task has."""
    if name not in TASKS:
        raise InputError(f"task is {name!r}, expected one of {', '.join(TASKS)}")
    return TASKS[name]


def draw_split(task: Task, rng: np.random.Generator) -> Split:
    """A random split. Splits are independent draws given the digits; useless features are drawn anew for each."""
    raw = digits("as-is", standardise=False)
    chosen = np.isin(raw.y[:, 0], task.classes)
    pixels, values = raw.x[chosen], raw.y[chosen]
    y = targets(values % 2 if task.parity else values, task.labelling)
    useless = rng.normal(0.0, NOISE_DEVIATION, (len(pixels), task.useless))
    x = np.hstack([pixels, useless])
    order = rng.permutation(len(x))
    train, test = order[: task.training], order[task.training :]
    x = _on_the_sphere(x - x[train].mean(axis=0))
    return Split(x[train], y[train], x[test], y[test])


def _on_the_sphere(x: Floats) -> Floats:
    """Samples [N, d] scaled to |x|² = d."""
    scaled: Floats = x * (sqrt(x.shape[1]) / np.linalg.norm(x, axis=1, keepdims=True))
    return scaled
