"""The study of generalisation: every task, split, method and density, and what the splits say about the bounds (T1–T5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import HIGHEST_SEED, InputError, checked_bool, checked_integer
from sparse_limits.numerics.prediction.first_layer.row_law import FEWEST_ROWS
from sparse_limits.numerics.statistics.distribution_free import CONFIDENCE, Interval, sign_p_value
from sparse_limits.numerics.studies.generalisation_summary import (
    Difference,
    Ends,
    GeneralisationSummary,
    OrderRow,
    OutcomeRow,
    PairRow,
    ResultRow,
    SpectrumRow,
    Spread,
)
from sparse_limits.numerics.studies.kernel_study import (
    FAMILIES,
    METHODS,
    PREDICTORS,
    PROFILE_RIDGE,
    RIDGE_SHARE,
    Outcome,
    split_outcomes,
)
from sparse_limits.numerics.studies.ordering import NoOrderError, Summary, order, pair, summary
from sparse_limits.numerics.studies.sentences import sentences
from sparse_limits.numerics.studies.tasks import NOISE_DEVIATION, TASKS, task_named

Floats = NDArray[np.float64]

DENSITIES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0)
LEAST_DENSITY = 0.01
SPLITS, ROWS = 10, 4096
QUICK = {"densities": (0.05, 0.2, 0.7), "seeds": 6, "rows": 1024}  # six splits are the fewest that bound a median


@dataclass(frozen=True)
class Settings:
    """What a study runs over; InputError, in one line, for anything outside its range.

    densities: in [0.01, 1], ascending. seeds: random splits of each task. rows: fresh rows of a pruned network.
    networks: whether masked networks are trained too (T3).
    """

    tasks: tuple[str, ...] = tuple(TASKS)
    methods: tuple[str, ...] = METHODS
    densities: tuple[float, ...] = DENSITIES
    seeds: int = SPLITS
    rows: int = ROWS
    networks: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for task in _listed("tasks", self.tasks):
            task_named(task)
        for method in _listed("methods", self.methods):
            if method not in METHODS:
                raise InputError(f"method is {method!r}, expected one of {', '.join(METHODS)}")
        for density in _listed("densities", self.densities):
            if not isinstance(density, Real) or not LEAST_DENSITY <= float(density) <= 1:
                raise InputError(
                    f"density is {density!r:.60}, expected a number in [{LEAST_DENSITY}, 1]: below, a neuron that sees 64 "
                    "pixels keeps less than one"
                )
        checked_integer("seeds", self.seeds, 1, 10_000)
        checked_integer("rows", self.rows, FEWEST_ROWS, 2**20)
        checked_bool("networks", self.networks)
        checked_integer("seed", self.seed, 0, HIGHEST_SEED)
        object.__setattr__(self, "densities", tuple(sorted(map(float, self.densities))))

    def family(self, name: str) -> tuple[str, ...]:
        """The methods asked for that a family of kernels has, in its order."""
        return tuple(method for method in FAMILIES[name] if method in self.methods)


def _listed(name: str, values: Sequence[Any]) -> Sequence[Any]:
    """The values, at least one and none twice."""
    if not values:
        raise InputError(f"{name} is empty, expected at least one")
    if len(set(values)) < len(values):
        raise InputError(f"{name} names {next(v for v in values if values.count(v) > 1)!r} twice, expected once")
    return values


@dataclass(frozen=True)
class Unit:
    """The work of one process: a split of a task, all methods and densities."""

    settings: Settings
    task: str
    split: int


def pieces(settings: Settings) -> list[Unit]:
    """The tasks with the most samples first, so that no long one is left to the end."""
    largest = sorted(settings.tasks, key=lambda name: -task_named(name).training)
    return [Unit(settings, task, split) for task, split in product(largest, range(settings.seeds))]


def measure(unit: Unit) -> list[Outcome]:
    settings = unit.settings
    families = {name: settings.family(name) for name in FAMILIES}
    outcomes: list[Outcome] = split_outcomes(
        task_named(unit.task), unit.split, families, settings.densities, settings.rows, settings.seed
    )
    return outcomes


def named(unit: Unit) -> str:
    """A split of a task, for a message."""
    return f"{unit.task}, split {unit.split}"


def in_order(settings: Settings, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Tasks as they are asked for, their splits by number."""
    return sorted(outcomes, key=lambda each: (settings.tasks.index(each.task), each.split))


class Table:
    """The outcomes of one task and family of kernels as arrays over splits, densities and methods."""

    def __init__(self, settings: Settings, outcomes: Iterable[Outcome], task: str, family: str) -> None:
        self.task, self.family = task, family
        self.methods = settings.family(family)
        self.densities = settings.densities
        self.splits = settings.seeds
        self._held = {
            (each.split, each.density, each.method): each
            for each in outcomes
            if (each.task, each.family) == (task, family)
        }

    @property
    def pruned(self) -> tuple[float, ...]:
        """The densities below 1: at 1 all methods are one."""
        return tuple(density for density in self.densities if density < 1)

    @property
    def predictors(self) -> tuple[str, ...]:
        """Those that this family has."""
        return tuple(next(iter(self._held.values())).predictors)

    @property
    def metrics(self) -> tuple[str, ...]:
        """Of the spectra."""
        return tuple(next(iter(self._held.values())).spectrum)

    def array(self, read: Callable[[Outcome], float], densities: Sequence[float]) -> Floats:
        """A number of every outcome at some densities: float[s, r, k]."""
        places = product(range(self.splits), densities, self.methods)
        values = [read(self._held[place]) for place in places]
        return np.reshape(values, (self.splits, len(densities), len(self.methods)))


def mse(outcome: Outcome) -> float:
    return outcome.mse


def error(outcome: Outcome) -> float:
    return outcome.error


TARGETS = {"mse": mse, "error": error}


def signed(name: str) -> Callable[[Outcome], float]:
    """A predictor, with the sign that makes it small where the error should be small."""
    return lambda outcome: PREDICTORS[name].sign * outcome.predictors[name]


def tables(settings: Settings, outcomes: Sequence[Outcome]) -> list[Table]:
    """One for each task and family that was measured."""
    measured = {(each.task, each.family) for each in outcomes}
    pairs = product(settings.tasks, FAMILIES)
    return [Table(settings, outcomes, *names) for names in pairs if names in measured]


def summarise(settings: Settings, outcomes: Sequence[Outcome]) -> GeneralisationSummary:
    """All numbers of a study as plain values, for JSON: what was asked, results, orders, sentences, every outcome."""
    found = tables(settings, outcomes)
    orders = [row for table in found for row in order_rows(table)]
    results = [row for table in found for row in result_rows(table)]
    return {
        "study": "generalisation",
        "seed": settings.seed,
        "splits": settings.seeds,
        "tasks": list(settings.tasks),
        "methods": list(settings.methods),
        "densities": list(settings.densities),
        "protocol": {
            "ridge_share": RIDGE_SHARE,
            "profile_ridge": PROFILE_RIDGE,
            "rows": settings.rows,
            "useless_feature_deviation": NOISE_DEVIATION,
            "confidence": CONFIDENCE,
            "independent": "random splits, given the digits; not the densities, methods and tasks of one split",
        },
        "sentences": sentences(results, orders),
        "results": results,
        "orders": orders,
        "spectra": [row for table in found for row in spectrum_rows(table)],
        "outcomes": list(map(_outcome, outcomes)),
    }


def _outcome(found: Outcome) -> OutcomeRow:
    return {
        "task": found.task,
        "split": found.split,
        "family": found.family,
        "method": found.method,
        "density": found.density,
        "error": found.error,
        "mse": found.mse,
        "predictors": found.predictors,
        "spectrum": found.spectrum,
    }


def result_rows(table: Table) -> Iterator[ResultRow]:
    """Errors of every method and density, and the paired difference from Random's."""
    for name, target in TARGETS.items():
        values = table.array(target, table.densities)
        for (r, density), (k, method) in product(enumerate(table.densities), enumerate(table.methods)):
            paired = "random" in table.methods and method != "random"
            difference = values[:, r, k] - values[:, r, table.methods.index("random")] if paired else None
            yield {
                "task": table.task,
                "family": table.family,
                "method": method,
                "density": density,
                "target": name,
                "value": _summary(summary(values[:, r, k])),
                "minus_random": None if difference is None else _difference(difference),
            }


def _difference(values: Floats) -> Difference:
    return {
        **_summary(summary(values)),
        "negative": int((values < 0).sum()),
        "positive": int((values > 0).sum()),
        "sign_p": sign_p_value(values),
    }


def order_rows(table: Table) -> Iterator[OrderRow]:
    """How each predictor orders the methods beside each error, densities below 1 together; and SNIP beside Random."""
    if not table.pruned or len(table.methods) < 2:
        return
    for (name, target), predictor in product(TARGETS.items(), table.predictors):
        quantity, true = table.array(signed(predictor), table.pruned), table.array(target, table.pruned)
        try:
            found = order(quantity, true)
        except NoOrderError:  # every method has the same error
            continue
        yield {
            "task": table.task,
            "family": table.family,
            "predictor": predictor,
            "target": name,
            "correlation": _summary(found.correlation),
            "splits": found.splits,
            "positive": found.positive,
            "sign_p": found.sign_p,
            "methods_p": found.methods_p,
            "verdict": str(found.verdict),
            "snip_and_random": list(_pairs(table, quantity, true)),
        }


def _pairs(table: Table, quantity: Floats, true: Floats) -> Iterator[PairRow]:
    if not {"snip", "random"} <= set(table.methods):
        return
    first, second = table.methods.index("snip"), table.methods.index("random")
    for r, density in enumerate(table.pruned):
        found = pair(quantity[:, r], true[:, r], first, second)
        yield {"density": density, "right": found.right, "splits": found.splits, **_ends(found.interval)}


def spectrum_rows(table: Table) -> Iterator[SpectrumRow]:
    """Medians over splits of the spectral metrics of K and of HKH."""
    for metric in table.metrics:
        values = np.median(table.array(_metric(metric), table.densities), axis=0)
        for (r, density), (k, method) in product(enumerate(table.densities), enumerate(table.methods)):
            yield {
                "task": table.task,
                "family": table.family,
                "method": method,
                "density": density,
                "metric": metric,
                "median": float(values[r, k]),
            }


def _metric(name: str) -> Callable[[Outcome], float]:
    return lambda outcome: outcome.spectrum[name]


def _summary(found: Summary) -> Spread:
    return {"mean": found.mean, "median": found.median, **_ends(found.interval)}


def _ends(interval: Interval) -> Ends:
    return {"low": interval.low, "high": interval.high}
