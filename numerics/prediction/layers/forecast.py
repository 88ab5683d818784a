"""`predict_layers`: what a method keeps of every layer, predicted from the data, with pruned networks beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import MOST_SAMPLES, InputError, Seed, seed_sequence
from numerics.data import Data, Dataset, check_scale
from numerics.door import door
from numerics.limits import allowed, check_work
from numerics.prediction.layers.answer import forecast
from numerics.prediction.layers.architecture import Architecture
from numerics.prediction.layers.latents import MOST_UNITS
from numerics.prediction.layers.observation import pruned, second_term_alone, work_of
from numerics.prediction.layers.predicted import check_residual
from numerics.prediction.layers.result import LayersResult
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
) -> LayersResult:
    """Predict the density of each layer of a deep network after pruning, and prune networks for comparison.

    Most predictions rest on a law of wide layers; no law of synflow-iterative is known, and its prediction is an
    average over networks drawn for this purpose. If the network is outside the range of the law
    (`numerics.prediction.layers.validity`), or the pruned networks contradict the law, the predicted densities are withdrawn, and
    the observed densities are the answer. If the loss is cross-entropy and a source leaves the labels open, the labels
    are onehot.

    Parameters
    ----------
    method : snip, grasp, grasp-magnitude, magnitude, random, synflow, wanda or synflow-iterative
    data : digits, the name of a file, a `DataSource` (digits or a file, with options for reading), or a `Dataset` from `load_data`
    widths : number of neurons in each hidden layer, first to last; at most 100 layers
    density : share of all weights kept, in (0, 1)
    scope : global (one threshold for all layers) or layer (one threshold for each layer); wanda ranks each row separately
    activation : relu, leaky, tanh, erf, gelu, silu, elu, softplus, sigmoid, abs or linear
    init : normal or uniform (variance 1, layers divide by √inputs), he (normal, variance 2/inputs) or torch (uniform on ±1/√inputs)
    bias : whether the layers have biases, which are never pruned
    norm : none, or batch (batch normalisation before each activation, refused for grasp and grasp-magnitude)
    loss : mse, ½‖f − y‖², or cross-entropy, which requires onehot labels
    residual : target or zero (initial output taken as 0), output (of the pruned networks) or averaged (over outputs of wide networks)
    networks : number of networks pruned for comparison, from 1 to 1000; none is pruned without `sample`
    units : number of neurons that the law draws for each hidden layer, at least 64; more neurons make the sampling error smaller
    sample : whether networks are pruned for comparison
    curve : further densities, each in (0, 1), at which all layers are predicted
    rounds : number of pruning rounds of synflow-iterative, from 1 to 10,000; None is 100; other methods prune in one round
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn
    seed : seed of all random numbers, a whole number from 0 below 2¹²⁸, a NumPy `SeedSequence` or a `Generator`
    progress : function that is called with the name of each step as the step begins; the default reports nothing
    keep : folder of results, or a `Store`: a result that is still valid is read from the folder, a new result is written; None keeps none

    Returns
    -------
    LayersResult, with a `predicted` and an `observed` density for each of its `layers`, the readout included. A
    withdrawn density is None, and `withdrawn` gives the reason; with scope layer, the densities of layers follow from
    the definition of the method, and stay.

    Raises
    ------
    InputError : for an unknown name, a number out of range, data that do not fit, or a computation beyond the memory or
        time allowed (`limit`); without `sample` also for a network outside the range of the law, unless the scope is
        layer.

    References
    ----------
    Claims D1, D2, D3.

    Examples
    --------
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

        def compute() -> LayersResult:
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
        return stored(store, LayersResult, compute, f"{method} on {used.name}", known, streams)


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
