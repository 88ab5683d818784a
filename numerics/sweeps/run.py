"""Every case of a plan, in any order, in processes of this machine or on a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from itertools import product
from os import PathLike
from typing import Any, NamedTuple, TypedDict

import numpy as np

from sparse_limits.numerics.arguments import MOST_JOBS, MOST_SAMPLES, InputError, checked_integer
from sparse_limits.numerics.data import Dataset, load_data
from sparse_limits.numerics.door import OF_THE_DATA, door
from sparse_limits.numerics.keyed import key
from sparse_limits.numerics.prediction.architecture import FullyConnected
from sparse_limits.numerics.prediction.layers.forecast import check_fit
from sparse_limits.numerics.prediction.predict import predict
from sparse_limits.numerics.prediction.question import question
from sparse_limits.numerics.prediction.result import Result
from sparse_limits.numerics.processes.lost_tasks import LostTaskError, reason
from sparse_limits.numerics.store import Place, run_stored, store_at
from sparse_limits.numerics.sweeps.plan import OF_THE_NETWORK, OF_THE_PREDICTION, Plan, plan_of, read_plan
from sparse_limits.theory.selection import part_of

LIMIT = 3600.0  # seconds of processor time that a case may take


class SweepRow(TypedDict):
    """A layer of a case. seed: of the case. predicted, error: density by the law, and how exact it is.

    observed, sd: mean density in pruned networks, and its standard deviation. empty: expected number of neurons (rows) that
    keep no weight; empty_observed: their mean number in pruned networks; neurons: of how many. paths: the share of pruned
    networks with a path from an input to an output; paths_end: the median density at which networks of the limit lose the last one.
    """

    method: str
    density: float
    width: int
    depth: int
    data: str
    seed: int
    layer: int
    weights: int
    neurons: int
    predicted: float | None
    error: float | None
    observed: float | None
    sd: float | None
    empty: float | None
    empty_observed: float | None
    paths: float | None
    paths_end: float | None


@dataclass(frozen=True)
class Case:
    """One network, pruned in one way. content: a digest of its data."""

    method: str
    density: float
    width: int
    depth: int
    data: str
    seed: int
    content: str
    options: tuple[tuple[str, Any], ...]

    @property
    def name(self) -> str:
        return f"{self.method} at {self.density}, width {self.width}, depth {self.depth}, {self.data}, seed {self.seed}"


class Sweep(NamedTuple):
    """The rows of all cases that gave a result, in the order of the plan; lost: the others, and why."""

    plan: Plan
    rows: list[SweepRow]
    lost: dict[str, str]


@door
def sweep(
    plan: str | PathLike[str] | Mapping[str, Any] | Plan,
    *,
    jobs: int = 1,
    progress: Callable[[int, int], object] = lambda done, of: None,
    keep: Place = None,
    join: Sequence[str | PathLike[str]] = (),
    shard: str | None = None,
) -> Sweep:
    """Predict and prune fully connected networks in every combination of methods, densities, widths, depths, data and seeds.

    Widths are those of every hidden layer, and depths the numbers of hidden layers. Data are digits or files. Instead of a list of
    seeds the plan may have their number. The options are those of `predict` and `load_data`, the same for all cases.

    Parameters
    ----------
    plan : TOML file, or mapping, with lists named methods, densities, widths, depths, data and seeds, and a table named options
    jobs : number of processes, from 1 to 1024, which does not change the numbers; a `cluster` is used instead if there is one
    progress : function called with the number of cases done and their total
    keep : folder of results (or Store): cases that are there are not run again, the others are written to it as they end
    join : folders of results of other runs, to be copied into `keep`
    shard : "2/4" runs the second of four parts of the cases; None runs all of them

    Returns
    -------
    Sweep: plan, rows (a dictionary for each layer of each case), and lost (why a case gave no result, by its name).

    Raises
    ------
    InputError : for a plan with unknown names, values of a wrong kind or out of range, data that cannot be read, networks that
        would take more memory or time than `limit` allows, and `join` without `keep`

    References
    ----------
    Claims D1, D2, D3, as `predict`.

    Examples
    --------
    >>> found = sweep({"methods": ["random"], "densities": [0.1, 0.2], "widths": [32], "options": {"samples": 50, "units": 256}})
    >>> [(row["density"], row["layer"], round(row["predicted"], 2)) for row in found.rows][:3]
    [(0.1, 1, 0.1), (0.1, 2, 0.1), (0.1, 3, 0.1)]
    """
    asked = plan if isinstance(plan, Plan) else plan_of(plan) if isinstance(plan, Mapping) else read_plan(plan)
    checked_integer("jobs", jobs, 1, MOST_JOBS)
    datasets = {name: _read(name, asked.options) for name in asked.data}
    cases = cases_of(asked, datasets)
    chosen = part_of(cases, shard)
    _check(chosen, datasets)
    found: dict[Case, list[SweepRow]] = {}
    lost: dict[str, str] = {}

    def failed(case: Case, error: BaseException) -> tuple[Case, None]:
        if not isinstance(error, (InputError, LostTaskError, MemoryError)):
            raise error  # a bug of ours
        lost[case.name] = str(error) if isinstance(error, InputError) else reason(error)
        return case, None

    order = sorted(chosen, key=lambda case: -case.depth * case.width**2)  # no long one is left to the end alone
    results = run_stored(
        store_at(keep, join), partial(measure, datasets), order, failed, jobs, LIMIT, modules=lambda case: (__name__,)
    )
    for done, ((case, rows), _) in enumerate(results, start=1):
        if rows is not None:
            found[case] = rows
        progress(done, len(chosen))
    return Sweep(asked, [row for case in chosen if case in found for row in found[case]], lost)


def cases_of(plan: Plan, datasets: Mapping[str, Dataset]) -> list[Case]:
    """All cases, in the order of the plan."""
    digests = {name: sha256(key(datasets[name]).encode()).hexdigest() for name in plan.data}
    options = tuple(sorted((name, value) for name, value in plan.options.items() if name not in OF_THE_DATA))
    axes = product(plan.methods, plan.densities, plan.widths, plan.depths, plan.data, plan.seeds)
    return [Case(*each, digests[each[4]], options) for each in axes]


def measure(datasets: Mapping[str, Dataset], case: Case) -> tuple[Case, list[SweepRow] | None]:
    """The case with a row for each of its layers."""
    return case, rows_of(case, predict(case.method, datasets[case.data], **_asked(case)))


def rows_of(case: Case, found: Result) -> list[SweepRow]:
    """A row for each layer of a result."""
    return [
        {
            "method": case.method,
            "density": case.density,
            "width": case.width,
            "depth": case.depth,
            "data": case.data,
            "seed": case.seed,
            "layer": layer.layer,
            "weights": layer.weights,
            "neurons": layer.shape[0],
            "predicted": layer.predicted,
            "error": layer.error,
            "observed": layer.observed,
            "sd": layer.sd,
            "empty": layer.dead_rows,
            "empty_observed": layer.seen_dead_rows,
            "paths": found.path_share,
            "paths_end": None if found.path_ends is None else found.path_ends[1],
        }
        for layer in found.layers
    ]


def _asked(case: Case) -> dict[str, Any]:
    """The arguments of `predict` but for the method and the data."""
    options = dict(case.options)
    described = {name: options[name] for name in OF_THE_NETWORK if name in options}
    told = {name: options[name] for name in OF_THE_PREDICTION if name in options}
    network = FullyConnected((case.width,) * case.depth, **described)
    return {"network": network, "density": case.density, "seed": case.seed, **told}


def _read(name: str, options: Mapping[str, Any]) -> Dataset:
    """A data set, with the labels that its loss needs."""
    given = {word: options[word] for word in OF_THE_DATA if word in options}
    if options.get("loss") == "cross-entropy":
        given.setdefault("labels", "onehot")
    return load_data(name, **given)


def _check(cases: Sequence[Case], datasets: Mapping[str, Dataset]) -> None:
    """InputError, before anything is computed, for what a case would refuse; each size is asked once."""
    asked = {(each.method, each.width, each.depth, each.data): each for each in cases}
    for case in asked.values():
        told = _asked(case)
        options: dict[str, Any] = {"scope": "global", "samples": MOST_SAMPLES} | told
        with np.errstate(over="ignore", invalid="ignore"):
            put = question(case.method, datasets[case.data], options.pop("network"), **options)
            used, _ = put.batch(np.random.SeedSequence(0))
            check_fit(put.settings, put.architecture(used), used)
