"""All layers of a fully connected network: what a method keeps of each, predicted from the data, with pruned networks beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError, seed_sequence
from sparse_limits.numerics.data import Dataset, check_scale
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.answer import forecast
from sparse_limits.numerics.prediction.layers.observation import pruned_by, second_term_alone, work_alone, work_of
from sparse_limits.numerics.prediction.layers.predicted import COPIES, check_residual
from sparse_limits.numerics.prediction.layers.rounds import fewer_rounds
from sparse_limits.numerics.prediction.layers.validity import OutsideError, check_answerable
from sparse_limits.numerics.prediction.question import Question
from sparse_limits.numerics.prediction.result import Result
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, MOST_COMPARED, ROUNDS, Settings
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.processes.parallel import in_order
from sparse_limits.numerics.store import Store, stored

Floats = NDArray[np.float64]
SECONDS_OF_ROUND = 1.5e-8  # of a weight, measured on one core at 512 units


def of_layers(
    question: Question, progress: Callable[[str], object] = lambda doing: None, store: Store | None = None
) -> Result:
    """All layers of a fully connected network, by a law of wide layers; a result in the store that is still valid is taken.

    No law of synflow-iterative is known, and its prediction is an average over networks drawn for this purpose.

    References
    ----------
    Claims D1, D2, D3.
    """
    settings, root = question.settings, seed_sequence(question.seed)
    sample = settings.sample
    streams = root.entropy, root.spawn_key, root.n_children_spawned
    batching, sampling, drawing = root.spawn(3)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        progress("reading data")
        used, given = question.batch(batching)
        network = question.architecture(used)
        check_fit(settings, network, used)
        check_residual(settings, np.asarray(used.x, float), np.asarray(used.y, float))

        def started(number: int) -> None:
            progress(f"pruning network {min(number + 1, settings.networks)} of {settings.networks}")

        def compute() -> Result:
            x, y = np.asarray(used.x, float), np.asarray(used.y, float)
            second_term = None
            streams = drawing.spawn(settings.networks) if sample else []
            seen = list(in_order(partial(pruned_by, settings, network, x, y), streams, started))
            progress("predicting")
            if work_alone(settings, network, len(x)) is not None:
                second_term = second_term_alone(settings, network, x, y, np.random.default_rng(drawing.spawn(1)[0]))
            return forecast(settings, network, used, given, seen, np.random.default_rng(sampling), second_term)

        known = {"settings": settings, "network": network, "data": used, "given": given, "first": None}
        return stored(store, Result, compute, f"{settings.method} on {used.name}", known, streams)


def check_fit(settings: Settings, network: Architecture, data: Dataset) -> None:
    """InputError for targets that are no classes under cross-entropy, extreme data, and what would not fit in memory.

    It is an OutsideError if GraSP's second term, which decides whether the law answers, would not fit.
    """
    if settings.method.startswith("grasp"):
        network.need_plain("GraSP")
    if settings.data_driven:
        check_scale(f"{data.name}: x", data.x, ": standardise the columns", data.about.inputs)
        check_scale(f"{data.name}: y", data.y, ": scale the targets")
        if network.normalised and not (data.x != data.x[0]).any():
            raise InputError(f"{data.name}: x is the same on all samples, expected other data with the norm batch")
    if settings.loss == "cross-entropy":
        check_classes(data)
    check_compared(settings, sum(network.sizes))
    check_answerable(settings, network)
    if settings.sample:
        named, samples = ", ".join(map(str, network.widths)), len(data.x)
        check_work(
            f"{many(settings.networks, 'network')} of widths {named} on {samples} samples",
            *work_of(settings, network, samples),
            instead="narrower layers, fewer samples or no sample (predict only)",
        )
    elif (work := work_alone(settings, network, len(data.x))) is not None:
        try:
            check_work("GraSP's second term in a drawn network", *work, instead="narrower layers or fewer samples")
        except InputError as error:  # other methods answer
            raise OutsideError(str(error)) from error


def check_compared(settings: Settings, weights: int) -> None:
    """InputError for rounds that would take too long with so many weights: in one network, or in all that are drawn."""
    if settings.method != IN_ROUNDS:
        return
    rounds = settings.rounds or ROUNDS
    compared = weights * rounds
    if compared > MOST_COMPARED:
        raise InputError(
            f"{weights} weights in {rounds} rounds are compared {compared:.2g} times in one network, "
            f"expected at most {MOST_COMPARED:.2g}: narrower layers, or fewer rounds (--rounds)"
        )
    of_the_prediction = COPIES * ((1 + len(settings.curve)) * rounds + sum(fewer_rounds(rounds)))
    of_the_sample = settings.networks * rounds if settings.sample else 0
    check_work(
        f"{many(settings.networks, 'network')} of {weights} weights in {rounds} rounds, and {COPIES} for the prediction",
        0.0,
        SECONDS_OF_ROUND * weights * (of_the_prediction + of_the_sample),
        instead="narrower layers, fewer rounds (--rounds) or fewer networks",
    )


def check_classes(data: Dataset) -> None:
    """InputError unless each sample is in one of two classes or more, as cross-entropy has them here."""
    if not (data.y.shape[1] > 1 and np.isin(data.y, (0, 1)).all() and (data.y.sum(axis=1) == 1).all()):
        several = (
            "; as sequences: prune with --loss FILE.py:loss, in Python loss=function" if data.y.shape[1] > 1 else ""
        )
        raise InputError(
            f"{data.name}: targets are {data.labelling}, expected onehot with the loss cross-entropy (--labels onehot), or the loss "
            f"mse{several}"
        )
