"""Predictions beside pruned networks: what fits in memory, the cases themselves, and what to know before trusting them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.networks import Network, random_network
from sparse_limits.numerics.networks.work import work_of_networks
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.first_layer.observation import Observation, observe
from sparse_limits.numerics.prediction.first_layer.prediction import Prediction
from sparse_limits.numerics.prediction.first_layer.prediction import predict as predict_problem
from sparse_limits.numerics.prediction.first_layer.row_law import check_method, limit_smoothing, posed
from sparse_limits.numerics.prediction.methods import SMOOTHED
from sparse_limits.numerics.prediction.settings import Settings
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.printing.progress import Stage
from sparse_limits.numerics.processes.parallel import in_order


@dataclass(frozen=True, eq=False)
class Case:
    """A network's prediction and, if it was pruned, what was observed; the network itself where it is to be trained."""

    prediction: Prediction
    observation: Observation | None
    network: Network | None = None


def check_size(settings: Settings, network: Architecture, data: Dataset, needed: bool = False) -> None:
    """Refuse what is outside the theory, or would not fit in memory, before anything is drawn.

    needed: whether networks are, so that prediction alone is no way out.

    Raises:
        InputError: naming the width and what to ask for instead.
    """
    check_method(settings.method, network.depth)
    if not settings.sample and not settings.reads_output:
        return
    width, depth = network.widths[0], network.depth
    reads_data = settings.method not in ("random", "magnitude", "synflow")
    samples = len(data.x) if reads_data else 0
    curvature = settings.method in SMOOTHED
    check_work(
        f"width is {width}: {many(settings.networks, 'network')} of depth {depth} on {many(len(data.x), 'sample')}",
        *work_of_networks(settings.networks, sum(network.sizes), width * depth, samples, curvature=curvature),
        instead=f"fewer samples or a narrower network{'' if needed else ', or no sample (predict only)'}",
    )


def cases_of(
    settings: Settings,
    network: Architecture,
    data: Dataset,
    sampling: np.random.SeedSequence,
    drawing: np.random.SeedSequence,
    keep: bool = False,
    progress: Callable[[str], object] = lambda doing: None,
) -> Iterator[Case]:
    """Predict, and prune networks; keep: hold on to the networks, to train them. progress: told what is being done."""
    reads_output = settings.reads_output
    own = reads_output or (settings.sample and settings.method in SMOOTHED)  # each network has its own prediction
    progress("predicting")
    common = None if own else _predicted(settings, network, data, None, sampling)
    if common is not None and not settings.sample:
        yield Case(common, None)
        return

    def started(number: int) -> None:
        if settings.sample:
            progress(Stage(f"pruning network {min(number + 1, of)} of {of}", number, of))

    of = settings.networks
    streams = list(zip(*(seed.spawn(of) for seed in (sampling, drawing)), strict=True))
    yield from in_order(partial(_case, settings, network, data, common, keep), streams, started)


def _predicted(
    settings: Settings, network: Architecture, data: Dataset, pruned: Network | None, seed: np.random.SeedSequence
) -> Prediction:
    """The prediction for a network that is drawn, or for all."""
    problem = posed(
        settings.method,
        settings.density,
        network.widths[0],
        data,
        pruned,
        subtract_output=not settings.reads_output,
        depth=network.depth,
    )
    return predict_problem(problem, settings.fresh_rows, np.random.default_rng(seed))


def _case(
    settings: Settings,
    network: Architecture,
    data: Dataset,
    common: Prediction | None,
    keep: bool,
    streams: tuple[np.random.SeedSequence, np.random.SeedSequence],
) -> Case:
    """A network and its prediction. streams: of fresh rows, and of the network."""
    fresh, drawn = streams
    rng = np.random.default_rng(drawn)
    pruned = random_network((network.inputs, *network.widths, network.outputs), rng)
    prediction = common or _predicted(settings, network, data, pruned, fresh)
    observation = observe(prediction, pruned, rng) if settings.sample else None
    return Case(prediction, observation, pruned if keep else None)


def notes_of(settings: Settings, cases: Sequence[Case], given: int, data: Dataset) -> list[str]:
    """Say what a reader should know about the prediction before trusting it; data: a batch of so many samples."""
    problem, law = cases[0].prediction.problem, cases[0].prediction.law
    notes = []
    if len(data.x) < given:
        alike = ", for prediction and network alike" if settings.sample else ""
        notes.append(f"a random batch of {len(data.x)} of the {given} samples{alike}")
    if law.rows < settings.fresh_rows:
        notes.append(f"{law.rows} fresh rows, not {settings.fresh_rows}: more scores would not fit in memory")
    if problem.by_row and abs(problem.share - problem.density) > 1e-12:
        kept = round(problem.share * problem.inputs)
        notes.append(f"rows keep {kept} of {problem.inputs} weights each: density {problem.share:.4g}")
    if problem.method in SMOOTHED and problem.fixed_residual and not settings.sample:
        notes.append(
            "residual smoothed by the limit kernel Θ (S8); a network's own kernel differs by O(n^-1/2), on raw balanced data "
            "by much: a network pruned for comparison is predicted with its own kernel"
        )
    elif problem.method in SMOOTHED:
        limit = limit_smoothing(problem.x, problem.residual)
        distance = float(np.linalg.norm(problem.driver - limit) / np.linalg.norm(limit))
        notes.append(
            f"residual smoothed by the drawn network's own kernel (S8), {distance:.3f} of its norm from the limit's"
        )
    if not problem.fixed_residual:
        notes.append("the residual is that of the drawn network: its rows are exchangeable, not independent (S6)")
    if problem.method == "synflow" and problem.depth > 1:
        notes.append("deep SynFlow: rows by the limit of constant row factors; a finite network's rows vary more (S11)")
    return notes
