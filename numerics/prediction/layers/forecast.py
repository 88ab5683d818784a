"""`predict_layers`: what a method keeps of every layer, predicted from the data, with pruned networks beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import MOST_SAMPLES, InputError, Seed, seed_sequence
from numerics.data import Data, Dataset, check_scale
from numerics.door import door
from numerics.limits import allowed, check_work
from numerics.prediction.layers.answer import LayersForecast, forecast
from numerics.prediction.layers.architecture import Architecture
from numerics.prediction.layers.latents import MOST_UNITS
from numerics.prediction.layers.observation import pruned, second_term_alone, work_of
from numerics.prediction.layers.predicted import check_residual
from numerics.prediction.layers.samples import batch_for
from numerics.prediction.layers.settings import IN_ROUNDS, MOST_COMPARED, ROUNDS, LayersSettings
from numerics.prediction.layers.validity import check_answerable
from numerics.prediction.methods import SMOOTHED
from numerics.printing.plain_text import many
from numerics.store import Place, store_at, stored

Floats = NDArray[np.float64]


@door
def predict_layers(
    method: str,
    data: Data = "digits",
    *,
    widths: Sequence[int] = (1024, 1024),
    density: float = 0.1,
    scope: str = "global",
    activation: str = "relu",
    init: str = "normal",
    bias: bool = False,
    norm: str = "none",
    loss: str = "mse",
    residual: str = "target",
    networks: int = 4,
    units: int = MOST_UNITS,
    sample: bool = True,
    curve: Sequence[float] = (),
    rounds: int | None = None,
    samples: int = MOST_SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
    keep: Place = None,
) -> LayersForecast:
    """Predict the density of every layer of a deep network that a method prunes, from data; then prune to compare.

    Where the law of wide layers is out of its range (`numerics.prediction.layers.validity`), or the pruned networks contradict it, its
    densities are withdrawn (None), and what the networks keep is the answer.

    method: snip, grasp, grasp-magnitude, magnitude, random, synflow, wanda or synflow-iterative, with so many rounds, 100
    unless given, of which no law is known: networks are drawn for the prediction as well. data, samples: as in `predict`; with the loss
    cross-entropy, labels that a source leaves open are onehot. widths: of the hidden layers.
    density: in (0, 1). scope: global, one threshold for all layers, or layer. activation, init, bias, norm: see
    `Architecture`; GraSP is refused with batch normalisation. loss: mse or cross-entropy. residual: target or zero, the initial
    output taken as 0; output, that of each pruned network; averaged, over initial outputs as wide networks have them.
    units: so many units of each layer the law draws; more make its sampling error smaller. networks: pruned to compare, none without `sample`. curve:
    other densities at which layers are predicted too. keep: a folder of results; one that is still true is taken from there.

    Raises:
        InputError: for an unknown name, a number out of range, data that do not fit, or what would not fit in memory; without
            `sample` also where the law is out of its range.

    Source: D1, D2, D3.

    Examples:
        >>> found = predict_layers("snip", widths=(128, 128), samples=200, units=1024, networks=2)
        >>> [layer.weights for layer in found.layers]
        [8192, 16384, 128]
        >>> max(abs(layer.predicted - layer.observed) for layer in found.layers) < 0.1
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
    root, store = seed_sequence(seed), store_at(keep)
    streams = root.entropy, root.spawn_key, root.n_children_spawned
    batching, sampling, drawing = root.spawn(3)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        progress("reading data")
        used, whole = batch_for(loss, data, samples, batching)
        network = Architecture(used.x.shape[1], widths, used.y.shape[1], activation, init, bias, norm)
        check_fit(settings, network, used)
        check_residual(settings, np.asarray(used.x, float), np.asarray(used.y, float))

        def compute() -> LayersForecast:
            x, y = np.asarray(used.x, float), np.asarray(used.y, float)
            seen, second_term = [], None
            for number, stream in enumerate(drawing.spawn(settings.networks) if sample else (), start=1):
                progress(f"pruning network {number} of {settings.networks}")
                seen.append(pruned(settings, network, x, y, np.random.default_rng(stream)))
            progress("predicting")
            if settings.method in SMOOTHED and not sample and allowed(*work_of(settings, network, len(x))):
                second_term = second_term_alone(settings, network, x, y, np.random.default_rng(drawing.spawn(1)[0]))
            return forecast(settings, network, used, whole, seen, np.random.default_rng(sampling), second_term)

        known = {"settings": settings, "network": network, "data": used, "given": whole}
        return stored(store, LayersForecast, compute, f"{method} on {used.name}", known, streams)


def check_fit(settings: LayersSettings, network: Architecture, data: Dataset) -> None:
    """InputError for targets that are no classes under cross-entropy, extreme data, and what would not fit in memory."""
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


def check_compared(settings: LayersSettings, weights: int) -> None:
    """InputError for rounds that would take too long with so many weights of a network."""
    compared = weights * (settings.rounds or ROUNDS)
    if settings.method == IN_ROUNDS and compared > MOST_COMPARED:
        raise InputError(
            f"{weights} weights in {settings.rounds or ROUNDS} rounds are compared {compared:.2g} times in one network, "
            f"expected at most {MOST_COMPARED:.2g}: narrower layers, or fewer rounds (--rounds)"
        )


def check_classes(data: Dataset) -> None:
    """InputError unless each sample is in one of two classes or more, as cross-entropy has them here."""
    if not (data.y.shape[1] > 1 and np.isin(data.y, (0, 1)).all() and (data.y.sum(axis=1) == 1).all()):
        raise InputError(f"{data.name}: targets are {data.labelling}, expected onehot with the loss cross-entropy")
