"""A torch module that the law of wide layers follows: what a method keeps of each layer, with modules pruned beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError, seed_sequence
from sparse_limits.numerics.data import Dataset, fitting_labels, for_outputs
from sparse_limits.numerics.limits import allowed
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.answer import forecast
from sparse_limits.numerics.prediction.layers.forecast import check_fit
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, mask_statistics
from sparse_limits.numerics.prediction.layers.observation import ObservedNetwork, has_path, work_of
from sparse_limits.numerics.prediction.methods import SMOOTHED
from sparse_limits.numerics.prediction.modules.building import builder, built, name_of
from sparse_limits.numerics.prediction.modules.calling import output_of
from sparse_limits.numerics.prediction.modules.initial import initialisation_of
from sparse_limits.numerics.prediction.modules.mask_statistics import emptied, kept_in_rounds
from sparse_limits.numerics.prediction.modules.reading import Chain, NotFollowedError, chain_of
from sparse_limits.numerics.prediction.modules.saliencies import check_reached, module_scores, residual_of, second_term
from sparse_limits.numerics.prediction.question import Question
from sparse_limits.numerics.prediction.result import Result
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, Settings

PASSING = ("relu", "leaky", "abs", "linear")  # activations that leave positive numbers as they are
FLOWS = ("synflow", IN_ROUNDS)


def of_module(question: Question, progress: Callable[[str], object] = lambda doing: None) -> Result:
    """All layers of a chain of linear layers with the same activation between each two, by the law of wide layers.

    Batch normalisation before every activation, dropout and flattening are allowed; dropout is off while scores are
    computed. Tests of modules built afresh find the law of the initial weights.

    Raises
    ------
    NotFollowedError : for a module or an initialisation that the law does not cover, with the path of the part in
        question, and for a method that the law does not cover in this module; `of_parts` accepts such a module.

    References
    ----------
    Claims D1, D2, D3.

    Examples
    --------
    >>> def build():
    ...     return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    >>> from sparse_limits.numerics.prediction.question import question
    >>> found = of_module(question("snip", "digits", build, scope="global", samples=128, seed=0, units=1024))
    >>> [(layer.name, layer.weights) for layer in found.layers]
    [('0', 4096), ('2', 4096), ('4', 640)]
    >>> max(abs(layer.predicted - layer.observed) for layer in found.layers) < 0.2
    True
    """
    settings, build = question.settings, question.model
    method, networks, sample = settings.method, settings.networks, settings.sample
    batching, sampling, drawing = seed_sequence(question.seed).spawn(3)
    progress("reading data")
    used, given = question.batch(batching)
    progress("building modules")
    fresh = builder(build)
    streams, modules = built(fresh, networks, drawing)
    chain = _common_chain(modules)
    first, last = chain.layers[0], chain.layers[-1]
    used = for_outputs(used, last.outputs)
    if (first.inputs, last.outputs) != (used.x.shape[1], used.y.shape[1]):
        raise InputError(
            f"the module takes {first.inputs} inputs to {last.outputs} outputs, expected {used.x.shape[1]} to {used.y.shape[1]}, "
            f"those of {used.name} with the labels {used.labelling}{fitting_labels(used, last.outputs)}"
        )
    if method in FLOWS and chain.activation not in PASSING:
        raise NotFollowedError(
            f"activation is {chain.activation}, expected one of {', '.join(PASSING)} with {method} (S11)"
        )
    if method.startswith("grasp") and chain.norm == "batch":
        raise NotFollowedError(f"{_norm_of(modules[0])}: no law of GraSP is known here through batch normalisation")
    with torch.no_grad():
        output_of(modules[0], used)  # refused before anything takes time
    if settings.data_driven or method in FLOWS:
        check_reached(modules[0], method, used)
    tested = initialisation_of(chain, modules)
    network = Architecture(
        first.inputs, chain.widths, last.outputs, chain.activation, tested.init, chain.bias, chain.norm
    )
    check_fit(settings, network, used)
    seen = []
    if sample:
        for number, (module, stream) in enumerate(zip(modules[:networks], streams, strict=False), start=1):
            progress(f"pruning module {number} of {networks}")
            times = networks if number == 1 else None  # rounds are estimated once, for all; the rest was by `check_fit`
            seen.append(_pruned(settings, chain, module, used, stream, times))
    progress("predicting")
    alone = None
    if settings.method in SMOOTHED and not sample and allowed(*work_of(settings, network, len(used.x))):
        alone = second_term(modules[0], used, settings.loss)
    paths = [layer.path or ITSELF for layer in chain.layers]
    found = forecast(settings, network, used, given, seen, np.random.default_rng(sampling), alone, paths)
    read = (
        f"the initialisation, {tested.init}, was found by tests of the weights of {len(modules)} modules "
        f"(p = {tested.p:.2g}, all layers together): each layer's law alone; that weights are independent is assumed"
    )
    return replace(
        found,
        layers=tuple(replace(each, name=layer.path) for each, layer in zip(found.layers, chain.layers, strict=True)),
        notes=(
            read,
            *emptied(method, settings.density, {each.path: each.inputs for each in chain.layers}),
            *found.notes,
        ),
        model=name_of(build),
    )


def _norm_of(module: nn.Module) -> str:
    """The first batch normalisation of a module, by path and kind."""
    return next(f"{path} (BatchNorm1d)" for path, part in module.named_modules() if isinstance(part, nn.BatchNorm1d))


def _common_chain(modules: list[nn.Module]) -> Chain:
    chain, *others = map(chain_of, modules)
    if any(other != chain for other in others):
        raise InputError("two builds have different layers, expected the same each time")
    return chain


def _pruned(
    settings: Settings,
    chain: Chain,
    module: nn.Module,
    data: Dataset,
    stream: np.random.SeedSequence,
    times: int | None,
) -> ObservedNetwork:
    """Prune a module at its own output, as the method itself does; times: as of `kept_in_rounds`."""
    first = chain.layers[0].path
    if settings.method == IN_ROUNDS:
        kept, by_path = kept_in_rounds(module, data, settings, first, times)
    else:
        scores = module_scores(module, settings.method, data, loss=settings.loss, seed=stream)
        in_order = {layer.path: scores[layer.path] for layer in chain.layers}
        kept, by_path = mask_statistics(in_order, settings, first, first=settings.networks)
    masks = tuple(by_path[layer.path] for layer in chain.layers)
    second = second_term(module, data, settings.loss) if settings.method in SMOOTHED else None
    return ObservedNetwork(kept, has_path(masks), residual_of(module, data, settings.loss), second)
