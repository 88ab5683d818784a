"""`predict_layers`: what a method keeps of every layer, predicted from the data, with pruned networks beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from numerics.arguments import MOST_ENTRIES, MOST_SAMPLES, InputError, Seed, seed_sequence
from numerics.data import Dataset, Dropped, check_scale
from numerics.depth.architecture import INITIALISATIONS, Architecture
from numerics.depth.latents import MOST_UNITS, narrowed
from numerics.depth.measured import error_seen
from numerics.depth.observed import Seen, pruned
from numerics.depth.predicted import COPIES, OUTPUTS_DRAWN, Said, predicted
from numerics.depth.samples import batch_for
from numerics.depth.settings import IN_ROUNDS, MOST_COMPARED, ROUNDS, LayersSettings
from numerics.depth.standing import MEASURED, standing_of
from numerics.door import door
from numerics.kernels.activations import Homogeneous
from numerics.reports.plain_text import many
from numerics.store import Place, store_at, stored

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LayerForecast:
    """One layer of weights. name: its path in a module, None without one. predicted, error: the density and the standard deviation of its sampling; observed, sd: of the
    pruned networks. dead_rows, dead_columns: expected to keep nothing; seen_*: mean counts in the pruned networks.
    collapse: the density at which the layer is expected to keep one weight. None: not known, or nothing was pruned.
    """

    layer: int
    name: str | None
    inputs: int
    outputs: int
    predicted: float
    error: float
    dead_rows: float
    dead_columns: float | None
    collapse: float | None
    observed: float | None = None
    sd: float | None = None
    seen_dead_rows: float | None = None
    seen_dead_columns: float | None = None

    @property
    def weights(self) -> int:
        return self.inputs * self.outputs


@dataclass(frozen=True, eq=False)
class LayersForecast:
    """All layers, first to last, the readout included. model: the name of the module's builder, None without one.

    columns, observed_columns: the share of its weights that each input keeps, float[d]. path_ends: their own densities at
    which networks of the limit lose their last path from input to output, quartiles; None where they are narrower than the
    network. path_share: of the pruned networks that have a path. lost: the probability of each input that it keeps no
    weight, float[d]. curve: predicted densities of layers at the densities of settings.curve, float[curve, L + 1]; nan where
    they are not known.
    """

    settings: LayersSettings
    network: Architecture
    data: Dataset
    given: int
    layers: tuple[LayerForecast, ...]
    columns: Floats
    observed_columns: Floats | None
    path_ends: tuple[float, float, float] | None
    path_share: float | None
    notes: tuple[str, ...]
    lost: Floats
    curve: Floats
    model: str | None = None

    @property
    def says(self) -> str:
        """What densities of layers rest on: theorem; limit, of wide layers; measured, not proved."""
        return standing_of(self.settings, self.network).layers


UNKNOWN = "too few drawn scores lie beyond the threshold (take more --units), or it falls among scores that are 0"


@door
def predict_layers(
    method: str,
    data: Dataset | str | PathLike[str] = "digits",
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
    labels: str | None = None,
    standardise: bool | None = None,
    target: str | int | None = None,
    missing: str | None = None,
    drop: Dropped | None = None,
    samples: int = MOST_SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
    keep: Place = None,
) -> LayersForecast:
    """Predict the density of every layer of a deep network that a method prunes, from data; then prune to compare.

    method: snip, grasp, grasp-magnitude, magnitude, random, synflow, wanda or synflow-iterative, with so many rounds, 100
    unless given, of which no law is known: networks are drawn for the prediction as well. data, labels, standardise, target, missing, drop,
    samples: as in `predict`; with the loss cross-entropy, labels are onehot unless given. widths: of the hidden layers.
    density: in (0, 1). scope: global, one threshold for all layers, or layer. activation, init, bias, norm: see
    `Architecture`; GraSP is refused with batch normalisation. loss: mse or cross-entropy. residual: target or zero, the initial
    output taken as 0; output, that of each pruned network; averaged, over initial outputs as wide networks have them.
    units: so many units of each layer the law draws; more make its sampling error smaller. networks: pruned to compare, none without `sample`. curve:
    other densities at which layers are predicted too. keep: a folder of results; one that is still true is taken from there.

    Raises:
        InputError: for an unknown name, a number out of range, data that do not fit, or what would not fit in memory.

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
        used, whole = batch_for(loss, data, labels, standardise, target, missing, drop, samples, batching)
        network = Architecture(used.x.shape[1], widths, used.y.shape[1], activation, init, bias, norm)
        check_fit(settings, network, used)

        def compute() -> LayersForecast:
            x, y = np.asarray(used.x, float), np.asarray(used.y, float)
            seen = []
            for number, stream in enumerate(drawing.spawn(settings.networks) if sample else (), start=1):
                progress(f"pruning network {number} of {settings.networks}")
                seen.append(pruned(settings, network, x, y, np.random.default_rng(stream)))
            progress("predicting")
            return forecast(settings, network, used, whole, seen, np.random.default_rng(sampling))

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
    largest = max(*network.sizes, len(data.x) * max(network.widths))
    if settings.sample and largest > MOST_ENTRIES:
        raise InputError(
            f"widths are {', '.join(map(str, network.widths))}: a network on {len(data.x)} samples would need arrays of "
            f"{largest:.2g} numbers, expected narrower layers, fewer samples or no sample (predict only)"
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


def forecast(
    settings: LayersSettings,
    network: Architecture,
    data: Dataset,
    given: int,
    seen: Sequence[Seen],
    rng: np.random.Generator,
) -> LayersForecast:
    """What the law says of a network on data, set beside pruned ones; given: the samples that data are a batch of."""
    said = list(predicted(settings, network, np.asarray(data.x, float), np.asarray(data.y, float), seen, rng))
    densities, errors = np.mean([each.densities for each in said], axis=0), _error(settings, said)
    layers = [_layer(network, layer, densities[layer], errors[layer], said, seen) for layer in range(len(densities))]
    curve = np.mean([each.curve for each in said], axis=0)
    ends_of_paths = [each.path_ends for each in said if each.path_ends is not None]
    quartiles = np.quantile(np.concatenate(ends_of_paths), [0.25, 0.5, 0.75]).tolist() if ends_of_paths else None
    return LayersForecast(
        settings,
        network,
        data,
        given,
        tuple(layers),
        np.mean([each.columns for each in said], axis=0),
        np.mean([each.masks[0].mean(axis=0) for each in seen], axis=0) if seen else None,
        None if quartiles is None else (quartiles[0], quartiles[1], quartiles[2]),
        float(np.mean([each.path for each in seen])) if seen else None,
        (*_notes(settings, network, data, given, said, seen), *unknown_on(curve, settings.curve, UNKNOWN)),
        np.mean([each.lost for each in said], axis=0),
        curve,
    )


def unknown_on(curve: Floats, densities: Sequence[float], why: str) -> Iterator[str]:
    """A remark on where a curve has no value, and why it may be; curve: float[densities, layers].

    Examples:
        >>> list(unknown_on(np.array([[0.1, np.nan], [0.2, 0.3]]), [0.01, 0.2], "scores are 0"))
        ['the curve has no value for every layer at density 0.01: scores are 0']
    """
    unknown = [f"{density:g}" for density, row in zip(densities, curve, strict=True) if np.isnan(row).any()]
    if unknown:
        yield f"the curve has no value for every layer at density {', '.join(unknown)}: {why}"


def _small(network: Architecture) -> str:
    """Why the second term is large where weights are small: the terms have the degrees 3L and 2L − 1 in all weights of L + 1 layers."""
    if network.init != "torch" or not isinstance(network.phi, Homogeneous):
        return ""
    of_he = network.weight_deviation() / np.sqrt(INITIALISATIONS["he"].weight)
    return (
        f"; its share grows by s^-{network.depth + 1} with weights s times as large (no biases, output 0), and torch's are "
        f"{of_he:.2f} times He's"
    )


def _layer(
    network: Architecture, layer: int, density: float, error: float, said: Sequence[Said], seen: Sequence[Seen]
) -> LayerForecast:
    """What is said and seen of a layer (0 the first)."""
    outputs, inputs = network.shapes[layer]
    kept = [each.masks[layer] for each in seen]
    shares = [float(mask.mean()) for mask in kept]
    counts = [each.dead[layer][1] for each in said]
    ends = [end for each in said if (end := each.collapse[layer]) is not None]
    return LayerForecast(
        layer=layer + 1,
        name=None,
        inputs=inputs,
        outputs=outputs,
        predicted=float(density),
        error=float(error),
        dead_rows=float(np.mean([each.dead[layer][0] for each in said])),
        dead_columns=None if None in counts else float(np.mean([count for count in counts if count is not None])),
        collapse=float(np.mean(ends)) if len(ends) == len(said) else None,
        observed=float(np.mean(shares)) if shares else None,
        sd=float(np.std(shares, ddof=1)) if len(shares) > 1 else None,
        seen_dead_rows=float(np.mean([(~mask.any(axis=1)).sum() for mask in kept])) if kept else None,
        seen_dead_columns=float(np.mean([(~mask.any(axis=0)).sum() for mask in kept])) if kept else None,
    )


def _error(settings: LayersSettings, said: Sequence[Said]) -> Floats:
    """Of the mean prediction: of the law's own sampling, and of the initial outputs or tangent kernels drawn."""
    own: Floats = np.sqrt(np.mean([each.errors**2 for each in said], axis=0))  # the same units for every residual
    if settings.residual == "output" or len(said) == 1:
        return own
    spread = np.std([each.densities for each in said], axis=0, ddof=1) / np.sqrt(len(said))
    return np.asarray(np.hypot(own, spread))


def _notes(
    settings: LayersSettings,
    network: Architecture,
    data: Dataset,
    given: int,
    said: Sequence[Said],
    seen: Sequence[Seen],
) -> Iterator[str]:
    if len(data.x) < given:
        alike = ", for prediction and networks alike" if settings.sample else ""
        yield f"a random batch of {len(data.x)} of the {given} samples{alike}"
    if network.normalised and settings.data_driven:
        yield (
            "measured, not proved: the law of wide layers (D2) with batch normalisation over these samples, its covariances "
            "known by the drawn units"
        )
    elif settings.data_driven:
        exact = network.depth == 1 and settings.method == "snip" and settings.residual == "target"
        yield (
            "rows have exactly this law at every width (S6; S7.1, D1.2), at a fixed threshold"
            if exact
            else "the law of wide layers (D2)"
        )
    if settings.method == IN_ROUNDS:
        yield (
            f"measured, not proved: no law of the rounds is known here; predicted are means over {COPIES} networks drawn "
            f"for it and pruned in {many(settings.rounds or ROUNDS, 'round')}, ± their standard errors"
        )
    if network.normalised and settings.method in ("synflow", IN_ROUNDS):
        yield (
            "SynFlow has batch normalisation at its initial mean 0 and variance 1 (evaluation mode): one factor of all scores"
        )
    if settings.data_driven and settings.residual != "target":
        yield "measured, not proved: the law takes the initial output for independent of what a unit carries"
    biases = network.bias and not network.normalised
    if settings.data_driven and network.depth > 1 and biases and network.init in ("uniform", "torch"):
        yield "measured, not proved: biases that are not normal count as normal ones of their variance from the second layer on"
    if settings.method.startswith("grasp"):
        share = [each.second_term for each in seen if each.second_term is not None]
        found = f": {np.mean(share):.2f} of the first's norm in the networks pruned here" if share else ""
        yield f"measured, not proved: GraSP's law leaves out the second term of Hg, of order n^-1/2 (S8){found}{_small(network)}"
    if standing_of(settings, network).kind == MEASURED and (error := error_seen(settings, network.norm)) is not None:
        yield error
    if settings.residual == "averaged" and settings.data_driven:
        yield f"averaged over {OUTPUTS_DRAWN} initial outputs; a single network lies as far from it as its output leads"
    if any(each.path_ends is not None for each in said):
        yield (
            "where the last path ends is said of the limit: its layers share their units, but no signal there contains "
            "the weight that it meets"
        )
    asked = settings.data_driven and settings.scope == "global"
    if asked and (why := narrowed(network, len(data.x), settings.units)):
        ends = zip(*(each.collapse for each in said), strict=True)
        unknown = [str(layer) for layer, found in enumerate(ends, start=1) if None in found]
        layers = f"layer{'s' if len(unknown) > 1 else ''} {', '.join(unknown)}"
        single = f"where one weight is left of {layers} (one left), and where the last path ends, is"
        yield f"{single if unknown else 'where the last path ends is'} not known: {why}"
    if not all(each.resolved for each in said):
        yield "some layers keep so little that too few drawn scores lie beyond the threshold for a share: take more --units"
    largest = max(each.jitter for each in said)
    if largest > 0:
        yield f"{largest:g} of their mean was added to variances, so that covariances have factors"
