"""Networks of finite width, really pruned and really trained, beside the kernels that stand for them (T3).

One hidden layer of √2·relu; the first layer pruned by the method's own scores, SNIP's with the residual −y of a centred
output; full-batch gradient descent on the kept weights and the readout, the output centred; the step is one over the
largest eigenvalue of the network's own kernel, and every kernel descends by the same steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.kernels import error_rate, gradient_descent_predict, mean_squared_error
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks import Network, random_network, stable_step, train, train_linearised
from sparse_limits.numerics.networks.training import Trajectory
from sparse_limits.numerics.prediction.methods import prune
from sparse_limits.numerics.studies.generalisation import Settings
from sparse_limits.numerics.studies.generalisation_summary import NetworkRow
from sparse_limits.numerics.studies.kernel_study import Case
from sparse_limits.numerics.studies.tasks import Split, draw_split, task_named

Floats = NDArray[np.floating]

ACTIVATION = "normalised relu"
TASKS, METHODS, DENSITIES = ("noisy-3v8", "parity"), ("random", "magnitude", "snip"), (0.05, 0.2, 0.6)
STEPS = 800
SPLITS = {1024: 3, 4096: 1}  # of each width, at most
ROWS_FACTOR = 2  # times the rows of the kernel study: this kernel is held against networks, not averaged over splits


def pruned_network(
    split: Split, method: str, density: float, width: int, rng: np.random.Generator
) -> tuple[Network, Mask]:
    """A random network for the split, and the mask [width, d] that the method makes of its first layer."""
    network = random_network((split.x.shape[1], width, split.y.shape[1]), rng, ACTIVATION)
    (mask,) = prune(method, network, split.x, -split.y, density, rng=rng, first_layer=True)
    return network, mask


def predictions(
    split: Split,
    method: str,
    density: float,
    width: int,
    rows: int,
    seed: np.random.SeedSequence,
    steps: int,
    own: bool = False,
) -> list[Floats]:
    """Of test samples: by a pruned network, trained, by descent with the rows' kernel and the closed form, and with its own."""
    network_seed, row_seed = seed.spawn(2)
    network, mask = pruned_network(split, method, density, width, np.random.default_rng(network_seed))
    step = stable_step(network, split.x, masks=[mask])

    def trained(by: Callable[..., Trajectory]) -> Floats:
        run = by(network, split.x, split.y, step=step, steps=steps, masks=[mask], x_test=split.x_test)
        found: Floats = np.asarray(run.test_outputs)[-1]
        return found

    kernels = [
        case.predict(gradient_descent_predict(case.train, np.eye(len(split.x)), split.y, step, steps))
        for case in (Case(split, method, density, rows, row_seed), Case(split, method, density))
    ]
    return [trained(train), *kernels, *([trained(train_linearised)] if own else [])]


class Beside(NamedTuple):
    """A trained network beside descent with three kernels: its own, the rows' and the closed form.

    own, rows, graphon: relative L² distances of test predictions. mse, error: of the network; then of the two kernels.
    """

    own: float
    rows: float
    graphon: float
    mse: float
    rows_mse: float
    graphon_mse: float
    error: float
    rows_error: float
    graphon_error: float


def train_beside(
    split: Split, method: str, density: float, width: int, rows: int, seed: np.random.SeedSequence, steps: int = STEPS
) -> Beside:
    """Prune, train, and descend with the kernels as many steps."""
    run, *kernels, own = predictions(split, method, density, width, rows, seed, steps, own=True)
    return Beside(
        *(float(np.linalg.norm(run - other) / np.linalg.norm(other)) for other in (own, *kernels)),
        *(mean_squared_error(found, split.y_test) for found in (run, *kernels)),
        *(error_rate(found, split.y_test) for found in (run, *kernels)),
    )


@dataclass(frozen=True)
class Unit:
    """The work of one process: a network of one kind."""

    settings: Settings
    task: str
    split: int
    method: str
    density: float
    width: int


def pieces(settings: Settings) -> list[Unit]:
    """Widest networks first. Splits are those of the kernel study."""
    tasks = [task for task in TASKS if task in settings.tasks]
    methods = [method for method in METHODS if method in settings.methods]
    if not tasks or not methods:
        raise InputError(
            f"networks is given, expected one of the tasks {', '.join(TASKS)}, and one of the methods {', '.join(METHODS)}, "
            "with which networks are trained"
        )
    return [
        Unit(settings, task, split, method, density, width)
        for width in sorted(SPLITS, reverse=True)
        for task, method, density in product(tasks, methods, DENSITIES)
        for split in range(min(SPLITS[width], settings.seeds))
    ]


def measure(unit: Unit) -> list[tuple[Unit, Beside]]:
    settings = unit.settings
    task = task_named(unit.task)
    split = draw_split(task, np.random.default_rng(keyed_seed(settings.seed, "split", task.name, unit.split)))
    seed = keyed_seed(settings.seed, "network", task.name, unit.split, unit.method, unit.density, unit.width)
    found = train_beside(split, unit.method, unit.density, unit.width, ROWS_FACTOR * settings.rows, seed)
    return [(unit, found)]


def named(unit: Unit) -> str:
    """A network, for a message."""
    return f"{unit.task}, {unit.method} at width {unit.width}"


def in_order(settings: Settings, outcomes: Sequence[tuple[Unit, Beside]]) -> list[tuple[Unit, Beside]]:
    """As they come: `network_rows` puts them in order."""
    return list(outcomes)


def network_rows(settings: Settings, outcomes: Sequence[tuple[Unit, Beside]]) -> list[NetworkRow]:
    """Medians over splits for every task, width, method and density."""
    found = dict(outcomes)
    groups: dict[tuple[str, int, str, float], list[Beside]] = {}
    for unit in sorted(pieces(settings), key=lambda each: (TASKS.index(each.task), each.width)):
        groups.setdefault((unit.task, unit.width, unit.method, unit.density), []).append(found[unit])
    return [_row(*names, runs) for names, runs in groups.items()]


def _row(task: str, width: int, method: str, density: float, runs: Sequence[Beside]) -> NetworkRow:
    middle = Beside(*map(median, zip(*runs, strict=True)))
    return {
        "task": task,
        "width": width,
        "method": method,
        "density": density,
        "splits": len(runs),
        "own": middle.own,
        "rows": middle.rows,
        "graphon": middle.graphon,
        "mse": middle.mse,
        "rows_mse": middle.rows_mse,
        "graphon_mse": middle.graphon_mse,
        "error": middle.error,
        "rows_error": middle.rows_error,
        "graphon_error": middle.graphon_error,
    }
