"""The first layer alone: the share of each input's weights that a method keeps, predicted from data, with pruned networks beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sparse_limits.numerics.arguments import InputError, seed_sequence
from sparse_limits.numerics.data import Dataset, DataSource
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.pruned_first_layer.cases import cases_of, check_size, notes_of
from sparse_limits.numerics.prediction.question import Question
from sparse_limits.numerics.prediction.result import THEOREM, FirstLayer, LayerResult, Result
from sparse_limits.numerics.prediction.settings import Settings


def of_first_layer(question: Question, progress: Callable[[str], object] = lambda doing: None) -> Result:
    """The prediction for a ReLU network in the NTK parametrisation with standard normal weights, whose first layer is pruned.

    With a question about the kernel some samples are held out, and prediction and pruning use the other samples.

    References
    ----------
    Claims S2 (random, magnitude), S5, S6, S7.3 (snip), S8 (grasp), S11 (synflow), S12 (wanda); K4, B2, B7 (kernel).
    """
    settings, wanted = question.settings, question.kernel
    train = wanted is not None and wanted.train
    if train and not settings.sample:
        raise InputError("train is given without networks to train, expected a sample")
    batching, sampling, drawing, holding, averaging = seed_sequence(question.seed).spawn(5)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        progress("reading data")
        used, given = question.batch(batching)
        network = question.architecture(used)
        check_size(settings, network, used, needed=train)
        if wanted is None:
            cases = tuple(cases_of(settings, network, used, sampling, drawing, progress=progress))
            notes = notes_of(settings, cases, given, used)
            return result_of(settings, network, used, given, notes, FirstLayer(cases))

        from sparse_limits.numerics.prediction.pruned_first_layer.kernel import (  # imports much
            held_notes,
            held_out,
            study_kernel,
        )

        held = held_out(settings, network, wanted, used, holding)
        progress("predicting")
        cases = tuple(cases_of(settings, network, held.train, sampling, drawing, keep=train))
        standardised = isinstance(question.data, DataSource) and question.data.standardised
        notes = notes_of(settings, cases, given, used)
        notes += held_notes(cases, held, standardised=standardised, train=train)
        study = study_kernel(wanted, cases, held, averaging, progress)
        return result_of(settings, network, held.train, given, notes, FirstLayer(cases, study))


def result_of(
    settings: Settings, network: Architecture, data: Dataset, given: int, notes: Sequence[str], first: FirstLayer
) -> Result:
    """The densities of columns, averages over networks, None if they are withdrawn; the density of the whole layer is as asked."""
    withdrawn = _withdrawn(first.p_value)
    seen = [case.observation for case in first.cases if case.observation is not None]
    shares = [float(each.mask.mean()) for each in seen]
    layer = LayerResult(
        layer=1,
        name=None,
        kind=None,
        shape=network.shapes[0],
        says=THEOREM,
        predicted=first.cases[0].prediction.problem.share,
        error=0.0,
        observed=float(np.mean(shares)) if seen else None,
        sd=float(np.std(shares, ddof=1)) if len(seen) > 1 else None,
    )
    return Result(
        settings,
        data,
        given,
        (layer,),
        tuple(notes),
        network,
        columns=None if withdrawn else np.mean([case.prediction.densities for case in first.cases], axis=0),
        observed_columns=np.mean([each.densities for each in seen], axis=0) if seen else None,
        reads=0,
        withdrawn=withdrawn,
        first=first,
    )


def _withdrawn(p_value: float | None) -> str:
    """Why the predicted densities do not answer, and the observed ones do; "" if the predicted ones answer."""
    if p_value is None or p_value >= UNLIKELY:
        return ""
    return (
        f"the pruned networks contradict the row law (p = {p_value:.2g}, below {UNLIKELY:g}), so what they keep is the "
        "answer"
    )
