"""`predict_module`: what a method keeps of every layer of a user's torch module, with modules pruned beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import nn

from numerics.arguments import MOST_SAMPLES, InputError, Seed, seed_sequence
from numerics.data import Data, Dataset
from numerics.limits import allowed
from numerics.prediction.layers.answer import forecast
from numerics.prediction.layers.architecture import Architecture
from numerics.prediction.layers.forecast import check_fit
from numerics.prediction.layers.latents import MOST_UNITS
from numerics.prediction.layers.mask_statistics import ITSELF, mask_statistics
from numerics.prediction.layers.observation import ObservedNetwork, has_path, work_of
from numerics.prediction.layers.result import LayersResult
from numerics.prediction.layers.samples import batch_for
from numerics.prediction.layers.settings import IN_ROUNDS, LayersSettings
from numerics.prediction.methods import SMOOTHED
from numerics.prediction.modules.building import builder, built, name_of
from numerics.prediction.modules.calling import output_of
from numerics.prediction.modules.initial import initialisation_of
from numerics.prediction.modules.mask_statistics import emptied, kept_in_rounds
from numerics.prediction.modules.pruning import check_reached, module_scores, residual_of, second_term
from numerics.prediction.modules.reading import Chain, NotFollowedError, chain_of

PASSING = ("relu", "leaky", "abs", "linear")  # activations that leave positive numbers as they are
FLOWS = ("synflow", IN_ROUNDS)


def predict_module(
    build: str | Callable[[], nn.Module],
    method: str,
    data: Data = "digits",
    *,
    density: float = 0.1,
    scope: str = "global",
    loss: str = "cross-entropy",
    residual: str = "averaged",
    networks: int = 4,
    units: int = MOST_UNITS,
    sample: bool = True,
    curve: Sequence[float] = (),
    rounds: int | None = None,
    samples: int = MOST_SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> LayersResult:
    """Predict each layer's density after pruning by the law of wide layers, and prune torch modules for comparison.

    The module is a chain of linear layers with the same activation between each two. Batch normalisation before every
    activation, dropout and flattening are allowed; dropout is off while scores are computed. Tests of modules built
    afresh find the law of the initial weights. If the loss is cross-entropy and a source leaves the labels open, the
    labels are onehot.

    Parameters
    ----------
    build : function without arguments that returns a torch module, or its name, FILE.py:build or package.module:build; the code is run
    method : snip, grasp, grasp-magnitude, magnitude, random, synflow, wanda or synflow-iterative
    data : digits, the name of a file, a `DataSource` (digits or a file, with options for reading), or a `Dataset` from `load_data`
    density : share of all weights kept, in (0, 1)
    scope : global (one threshold for all layers) or layer (one threshold for each layer); wanda ranks each row separately
    loss : mse, ½‖f − y‖², or cross-entropy, which requires onehot labels
    residual : assumed initial output: averaged (outputs of wide networks), output (of the modules), or target or zero (0)
    networks : number of modules pruned for comparison, from 1 to 1000; none is pruned without `sample`
    units : number of neurons that the law draws for each hidden layer, at least 64; more neurons make the sampling error smaller
    sample : whether modules are pruned for comparison, at their own initial outputs
    curve : further densities, each in (0, 1), at which all layers are predicted
    rounds : number of pruning rounds of synflow-iterative, from 1 to 10,000; None is 100; other methods prune in one round
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn
    seed : seed of all random numbers, also of torch, NumPy and `random` during builds; a whole number, a `SeedSequence` or a `Generator`
    progress : function that is called with the name of each step as the step begins; the default reports nothing

    Returns
    -------
    LayersResult, with a `predicted` and an `observed` density for each of its `layers`, which have the names of the
    layers in the module. If the module is outside the range of the law, or the pruned modules contradict the law, the
    predicted densities are withdrawn (None), and `withdrawn` gives the reason.

    Raises
    ------
    NotFollowedError : for a module or an initialisation that the law does not cover, with the path of the part in
        question, and for a method that the law does not cover in this module; `predict_parts` accepts such a module.
    InputError : if PyTorch is not installed, for builds that are not random, an unknown name, a number out of range,
        data that do not fit, or a computation beyond the memory or time allowed (`limit`); without `sample` also for a
        module outside the range of the law, unless the scope is layer.

    References
    ----------
    Claims D1, D2, D3.

    Examples
    --------
    >>> def build():
    ...     return nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 10))
    >>> found = predict_module(build, "snip", samples=128, units=1024)
    >>> [(layer.name, layer.weights) for layer in found.layers]
    [('0', 4096), ('2', 4096), ('4', 640)]
    >>> max(abs(layer.predicted - layer.observed) for layer in found.layers) < 0.2
    True
    """
    settings = LayersSettings(
        method=method,
        density=density,
        scope=scope,
        loss=loss,
        residual=residual,
        networks=networks,
        units=units,
        sample=sample,
        curve=tuple(curve),
        rounds=rounds,
    )
    batching, sampling, drawing = seed_sequence(seed).spawn(3)
    progress("reading data")
    used, whole = batch_for(loss, data, samples, batching)
    progress("building modules")
    fresh = builder(build)
    streams, modules = built(fresh, networks, drawing)
    chain = _common_chain(modules)
    first, last = chain.layers[0], chain.layers[-1]
    if (first.inputs, last.outputs) != (used.x.shape[1], used.y.shape[1]):
        raise InputError(
            f"the module takes {first.inputs} inputs to {last.outputs} outputs, expected {used.x.shape[1]} to {used.y.shape[1]}, "
            f"those of {used.name} with the labels {used.labelling}"
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
            seen.append(_pruned(settings, chain, module, used, stream))
    progress("predicting")
    alone = None
    if settings.method in SMOOTHED and not sample and allowed(*work_of(settings, network, len(used.x))):
        alone = second_term(modules[0], used, loss)
    paths = [layer.path or ITSELF for layer in chain.layers]
    found = forecast(settings, network, used, whole, seen, np.random.default_rng(sampling), alone, paths)
    read = (
        f"the initialisation, {tested.init}, was found by tests of the weights of {len(modules)} modules "
        f"(p = {tested.p:.2g}, all layers together): each layer's law alone; that weights are independent is assumed"
    )
    return replace(
        found,
        layers=tuple(replace(each, name=layer.path) for each, layer in zip(found.layers, chain.layers, strict=True)),
        notes=(read, *emptied(method, density, {each.path: each.inputs for each in chain.layers}), *found.notes),
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
    settings: LayersSettings, chain: Chain, module: nn.Module, data: Dataset, stream: np.random.SeedSequence
) -> ObservedNetwork:
    """Prune a module at its own output, as the method itself does."""
    first = chain.layers[0].path
    if settings.method == IN_ROUNDS:
        kept, by_path = kept_in_rounds(module, data, settings, first)
    else:
        scores = module_scores(module, settings.method, data, loss=settings.loss, seed=stream)
        in_order = {layer.path: scores[layer.path] for layer in chain.layers}
        kept, by_path = mask_statistics(in_order, settings, first, first=settings.networks)
    masks = tuple(by_path[layer.path] for layer in chain.layers)
    second = second_term(module, data, settings.loss) if settings.method in SMOOTHED else None
    return ObservedNetwork(kept, has_path(masks), residual_of(module, data, settings.loss), second)
