"""Any torch module, the modules among them that the law of wide layers does not follow: what a method keeps of each layer.

What holds by the method's definition is a theorem; magnitude pruning rests on the tested laws of weights (a limit, S2). What the
other methods keep is counted in pruned modules, which no law known here tells sooner. On request independent copies predict it for SNIP
and SynFlow: they say which assumption of the theory holds in a module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import nn

from sparse_limits.numerics.arguments import InputError, seed_sequence
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.layers.forecast import check_classes, check_compared
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, MaskStatistics, first_kept, mask_statistics
from sparse_limits.numerics.prediction.layers.notes import unknown_on
from sparse_limits.numerics.prediction.layers.rounds import empty_rows, fewer_rounds, in_rounds, notes_on
from sparse_limits.numerics.prediction.layers.validity import LEVEL, contradicted
from sparse_limits.numerics.prediction.modules.building import builder, built, generators, name_of, seeded
from sparse_limits.numerics.prediction.modules.calling import for_module
from sparse_limits.numerics.prediction.modules.copies import check_copies
from sparse_limits.numerics.prediction.modules.inputs import missing, silent_inputs
from sparse_limits.numerics.prediction.modules.layout import Layout, layout_of
from sparse_limits.numerics.prediction.modules.mask_statistics import kept_in_rounds, least_p, tested_apart
from sparse_limits.numerics.prediction.modules.predicted_parts import PredictedParts, predicted_parts
from sparse_limits.numerics.prediction.modules.pruned import pruned_layers
from sparse_limits.numerics.prediction.modules.saliencies import module_scores
from sparse_limits.numerics.prediction.modules.synflow import masks_in_rounds
from sparse_limits.numerics.prediction.modules.weights import check_fresh
from sparse_limits.numerics.prediction.question import Question
from sparse_limits.numerics.prediction.result import LIMIT, MEASURED, THEOREM, LayerResult, Result
from sparse_limits.numerics.prediction.settings import COPIED, IN_ROUNDS, ROUNDS, Settings
from sparse_limits.numerics.printing.plain_text import many

Floats = NDArray[np.float64]


def of_parts(
    question: Question,
    progress: Callable[[str], object] = lambda doing: None,
    *,
    reason: str = "",
) -> Result:
    """All linear and convolutional layers of any module, the modules among them that the law of wide layers does not follow.

    Methods other than random, magnitude and wanda have no prediction with scope global, unless copies are asked for: then
    predictions for snip and synflow come from independent copies of the module, each made of two modules built afresh.
    Magnitude has no prediction for weights of an unknown law.

    Parameters
    ----------
    question : the residual is that of the copies, averaged (their own outputs) or target; modules are pruned at their own outputs
    progress : function that is called with the name of each step as the step begins; the default reports nothing
    reason : why the law does not follow the module, for messages

    Raises
    ------
    InputError : for builds that are not random, a module without linear and convolutional layers, data that do not fit
        the module, a density above the share of scores that are not 0, or units, which copies do not have; without
        pruned modules also for a method without a prediction.

    References
    ----------
    Claims S2, S14.1 (magnitude), S12 (wanda); D2 (snip) and S11 (synflow) for wide fully connected layers. For other
    layers, the independence of the copies is measured, not proved.

    Examples
    --------
    >>> from torch import nn
    >>> def build():
    ...     front = nn.Unflatten(1, (1, 8, 8)), nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten()
    ...     return nn.Sequential(*front, nn.Linear(288, 10))
    >>> from sparse_limits.numerics.prediction.question import question
    >>> found = of_parts(question("snip", "digits", build, scope="global", samples=100, seed=0))
    >>> found.outside
    ('1 (Conv2d)',)
    >>> [(layer.name, layer.kind, layer.says) for layer in found.layers]
    [('1', 'Conv2d', 'measured'), ('4', 'Linear', 'measured')]
    >>> found.layers[0].predicted is None, 0 < found.layers[0].observed < 1
    (True, True)
    """
    settings, build = question.settings, question.model
    method, networks, sample = settings.method, settings.networks, settings.sample
    followed = f": {reason}" if reason else ""
    if settings.units is not None:
        raise InputError(
            f"units is {settings.units}, expected none with a module that the law does not follow{followed}"
        )
    if settings.residual == "output":
        raise InputError(
            f"residual is 'output', expected averaged or target for a module that the law does not follow{followed}"
        )
    batching, testing, drawing, calling = seed_sequence(question.seed).spawn(4)
    progress("reading data")
    used, whole = question.batch(batching)
    if settings.loss == "cross-entropy" and settings.data_driven:
        check_classes(used)
    progress("building modules")
    fresh = builder(build)
    streams, modules = built(fresh, networks, drawing)
    kept, silent, empty = [], [], []
    fewer = fewer_rounds(settings.rounds or ROUNDS) if method == IN_ROUNDS else ()
    used = for_module(modules[0], used)
    with generators(calling):  # should forwards draw
        read = layout_of(modules, used)
        check_compared(settings, sum(int(np.prod(shape)) for shape in read.shapes.values()))
        check_fresh([pruned_layers(module) for module in modules])
        if settings.copies is not None:
            together = (*read.uncalled, *read.depthwise)
            check_copies(modules[:2], method, used, times=settings.copies, loss=settings.loss, together=together)
        if sample:
            for number, (module, stream) in enumerate(zip(modules[:networks], streams, strict=False), start=1):
                progress(f"pruning module {number} of {networks}")
                times = networks if number == 1 else None  # estimated once, for all
                if method == IN_ROUNDS:
                    found, masks = kept_in_rounds(module, used, settings, read.reading, times)
                    counted = [
                        masks_in_rounds(module, used, settings.density, settings.scope, n, "index") for n in fewer
                    ]
                    empty.append([empty_rows(list(each.values())) for each in (*counted, masks)])
                else:
                    scores = module_scores(module, method, used, loss=settings.loss, seed=stream, times=times)
                    found, masks = mask_statistics(scores, settings, read.reading, first=networks)
                kept.append(found)
                silent.append(silent_inputs(module, masks, used))
        progress("predicting")
        told = predicted_parts(settings, read, modules, used, lambda: seeded(fresh, drawing.spawn(1)[0]), progress)
    tested = (
        tested_apart(kept, told.copies, np.random.default_rng(testing))
        if kept and told.copies and told.says != THEOREM
        else None
    )
    remarks = [*told.notes, *_tested(told, len(kept), None if tested is None else tested[1])]
    if withdrawn := _contradicted(read, told, kept, None if tested is None else tested[1]):
        remarks = [f"measured alone, in the {many(len(kept), 'module')} pruned here: {withdrawn}", *told.notes[1:]]
        told = PredictedParts(MEASURED)
    layers = tuple(_layers(read, told, kept, None if tested is None else tested[0]))
    if told.densities is None and not kept:
        more = ", or copies" if method in COPIED else ""
        raise InputError(
            f"{method} is not predicted for this module ({read.reason or 'no law is known here'}), expected a sample{more}"
        )
    rounds = in_rounds(settings.density, (*fewer, settings.rounds or ROUNDS), empty, None) if empty else None
    along = told.curve if told.curve is not None else _mean([each.curve for each in kept])
    paths, known = list(read.shapes), [each.astype(float) for each in silent if each is not None]
    return Result(
        settings,
        used,
        whole,
        layers,
        (
            *remarks,
            *(() if rounds is None else notes_on(rounds, settings.density, (), ())),
            *_notes(read, used, whole, modules[0]),
            *_of_loss(read, settings),
            *(missing() if sample else ()),
            *(
                ()
                if along is None
                else unknown_on(
                    along,
                    settings.curve,
                    "the threshold falls among scores that are 0",
                    [name or ITSELF for name in read.shapes],
                )
            ),
        ),
        network=None,
        columns=_columns(settings, read, told),
        observed_columns=_mean([each.columns for each in kept if each.columns is not None]),
        reads=None if read.reading is None else paths.index(read.reading),
        gives=None if read.giving is None else paths.index(read.giving),
        lost=_mean(known),
        path_share=float(np.mean([not each.all() for each in known])) if known else None,
        curve=along,
        in_rounds=rounds,
        model=name_of(build),
        reason=read.reason,
        outside=read.outside,
        withdrawn=withdrawn,
    )


def _layers(
    read: Layout, told: PredictedParts, kept: Sequence[MaskStatistics], tested: Floats | None
) -> Iterator[LayerResult]:
    expected = told.dead if told.dead is not None else _mean([each.dead for each in told.copies])
    seen = _mean([each.dead for each in kept])
    ends = told.ends if told.ends is not None else first_kept(kept) if kept and told.densities is None else None
    for number, (path, shape) in enumerate(read.shapes.items()):
        shares = np.array([each.densities[number] for each in kept])
        yield LayerResult(
            layer=number + 1,
            name=path,
            kind=read.kinds[path],
            shape=shape,
            says=told.says,
            predicted=None if told.densities is None else float(told.densities[number]),
            error=None if told.errors is None else float(told.errors[number]),
            observed=float(shares.mean()) if len(shares) else None,
            sd=float(shares.std(ddof=1)) if len(shares) > 1 else None,
            p=None if tested is None else float(tested[number]),
            dead_rows=None if expected is None else float(expected[number, 0]),
            dead_columns=None if expected is None else float(expected[number, 1]),
            seen_dead_rows=None if seen is None else float(seen[number, 0]),
            seen_dead_columns=None if seen is None else float(seen[number, 1]),
            collapse=None if ends is None else ends[number],
        )


def _mean(found: Sequence[Floats]) -> Floats | None:
    return np.asarray(np.mean(found, axis=0)) if found else None


def _columns(settings: Settings, read: Layout, told: PredictedParts) -> Floats | None:
    """The share of each input's weights that the layer that reads the data keeps; alike where scores do not know inputs."""
    if read.reading is None or told.densities is None:
        return None
    if settings.method in ("random", "magnitude"):
        place = list(read.shapes).index(read.reading)
        return np.full(read.shapes[read.reading][1], float(told.densities[place]))
    return _mean([each.columns for each in told.copies if each.columns is not None])


def _tested(told: PredictedParts, modules: int, p: float | None) -> Iterator[str]:
    """Whether pruned modules were distinguished from copies; p: of the test of all layers together."""
    if not told.copies:
        return
    if p is None:
        why = "each layer keeps what is asked" if told.says == THEOREM else "no module was pruned"
        yield f"the independence was not tested: {why}"
        return
    least = least_p(modules, len(told.copies))
    if least > LEVEL:
        yield (
            f"the independence was not tested: {many(modules, 'pruned module')} cannot be distinguished from copies at the "
            f"level {LEVEL:g}, since no p is below {least:.2g}; prune more of them"
        )
    else:
        yield f"the pruned modules are not distinguished from copies (p = {p:.2g}, all layers together)"


def _contradicted(read: Layout, told: PredictedParts, kept: Sequence[MaskStatistics], p: float | None) -> str:
    """How pruned modules contradict copies, or the limit of their weights' laws; nothing where they do not.

    p: of the test that copies and pruned modules keep the same, all layers together.
    """
    if p is not None and p <= LEVEL:
        return (
            "they are distinguished from independent copies, which had predicted what is kept "
            f"(p = {p:.2g}, all layers together, at most {LEVEL:g})"
        )
    if told.says != LIMIT or told.densities is None or told.copies:
        return ""
    names, sizes = list(read.shapes), [int(np.prod(shape)) for shape in read.shapes.values()]
    said, seen = np.array(told.densities), np.array([each.densities for each in kept])
    return contradicted([name or ITSELF for name in names], sizes, said, np.zeros(len(said)), seen)


def _of_loss(read: Layout, settings: Settings) -> Iterator[str]:
    """A remark on a softmax that is taken twice; of log-softmax it is the same once and twice."""
    if read.probabilities and settings.data_driven and settings.loss == "cross-entropy":
        yield (
            "the outputs are probabilities, as after a softmax, and cross-entropy applies the softmax once more: a module "
            "that ends before its softmax has the usual loss"
        )


def _notes(read: Layout, data: Dataset, given: int, module: nn.Module) -> Iterator[str]:
    if len(data.x) < given:
        yield f"a random batch of {len(data.x)} of the {given} samples, for all modules alike"
    for shared in read.tied:
        yield f"{shared} are one weight: it is counted, scored and masked once, for all its uses"
    for name, other in read.overlaid:
        yield (
            f"{name} lies in the memory of {other} as another parameter: each is counted, scored and masked separately, as "
            f"autograd treats it; one parameter in both places would be one weight"
        )
    if read.unpruned:
        every = sum(each.numel() for each in module.parameters())
        share = sum(module.get_parameter(name).numel() for name in read.unpruned) / every
        yield (
            f"not pruned, since they belong to no nn.Linear and no nn.Conv1d to nn.Conv3d: {', '.join(read.unpruned)}, "
            f"{100 * share:.1f} % of all parameters"
        )
