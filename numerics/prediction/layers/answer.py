"""A forecast of all layers: what the law says about them or, where it does not answer, what pruned networks keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.evidence_level import evidence_level, level_of
from sparse_limits.numerics.prediction.layers.mask_statistics import first_kept
from sparse_limits.numerics.prediction.layers.notes import notes_of, of_batch, of_evaluation, unknown_on
from sparse_limits.numerics.prediction.layers.observation import ObservedNetwork
from sparse_limits.numerics.prediction.layers.predicted import LayersPrediction, predicted, shares_of
from sparse_limits.numerics.prediction.layers.validity import check_answerable, contradicted, too_large, too_narrow
from sparse_limits.numerics.prediction.result import THEOREM, LayerResult, Result
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, Settings
from sparse_limits.numerics.printing.plain_text import many

Floats = NDArray[np.float64]


UNKNOWN = (
    "too few drawn scores lie beyond the threshold (take more --units), or the threshold falls among scores that are "
)


def forecast(
    settings: Settings,
    network: Architecture,
    data: Dataset,
    given: int,
    seen: Sequence[ObservedNetwork],
    rng: np.random.Generator,
    second_term: float | None = None,
    names: Sequence[str] = (),
) -> Result:
    """What the law says about a network on data, set beside pruned ones, or where it does not answer what these keep.

    given: the samples that data are a batch of; second_term: the share that GraSP's law leaves out, as far as `seen` do not tell;
    names: of the layers, where they are not numbers.
    """
    names = names or layer_names(network.depth + 1)
    left_out = [each.second_term for each in seen if each.second_term is not None]
    second_term = float(np.mean(left_out)) if left_out else second_term
    check_answerable(settings, network, second_term)
    if why := too_narrow(settings, network) or too_large(settings, second_term):
        return _measured(settings, network, data, given, seen, why, names)
    said = list(predicted(settings, network, np.asarray(data.x, float), np.asarray(data.y, float), seen, rng))
    densities, errors = np.mean([each.densities for each in said], axis=0), _error(settings, said)
    if _testable(settings, network) and (
        why := contradicted(
            names,
            network.sizes,
            densities,
            errors,
            np.array([each.kept.densities for each in seen]),
        )
    ):
        return _measured(settings, network, data, given, seen, why, names)
    says = level_of(settings, network, withdrawn=False).layers
    layers = [
        _layer(network, layer, says, densities[layer], errors[layer], said, seen) for layer in range(len(densities))
    ]
    curve, lost = (np.mean([getattr(each, name) for each in said], axis=0) for name in ("curve", "lost"))
    ends_of_paths = [each.path_ends for each in said if each.path_ends is not None]
    quartiles = np.quantile(np.concatenate(ends_of_paths), [0.25, 0.5, 0.75]).tolist() if ends_of_paths else None
    return Result(
        settings,
        data,
        given,
        tuple(layers),
        (
            *notes_of(settings, network, data, given, said, second_term, names, averaged=bool(seen)),
            *unknown_on(
                curve, settings.curve, UNKNOWN + ("not positive" if settings.method == "grasp" else "0"), names
            ),
        ),
        network,
        columns=np.mean([each.columns for each in said], axis=0),
        observed_columns=_columns_of(seen),
        reads=0,
        gives=network.depth,
        lost=lost if np.isfinite(lost).all() else None,
        path_ends=None if quartiles is None else (quartiles[0], quartiles[1], quartiles[2]),
        path_share=_path_share(seen),
        curve=curve,
        in_rounds=said[0].in_rounds,
    )


def _testable(settings: Settings, network: Architecture) -> bool:
    """Whether networks may contradict what is predicted: no theorem, and not what networks like these predict."""
    return settings.method != IN_ROUNDS and evidence_level(settings, network).layers != THEOREM


def _measured(
    settings: Settings,
    network: Architecture,
    data: Dataset,
    given: int,
    seen: Sequence[ObservedNetwork],
    why: str,
    names: Sequence[str],
) -> Result:
    """What pruned networks keep, where the law does not answer, and why it does not."""
    kept = [each.kept for each in seen]
    if settings.scope == "layer":  # as the method defines it
        asked = shares_of(settings.density, network.sizes)
        ends: list[float | None] = [1 / size for size in network.sizes]
        what = "which rows, columns and inputs are kept"
    else:
        asked, ends = None, first_kept(kept)
        what = "the densities of layers"
    says = level_of(settings, network, withdrawn=True).layers
    layers = [replace(_seen_layer(network, layer, says, seen), collapse=end) for layer, end in enumerate(ends)]
    if asked is not None:
        layers = [replace(each, predicted=float(share), error=0.0) for each, share in zip(layers, asked, strict=True)]
    if seen:
        curve = np.mean([each.curve for each in kept], axis=0)
        lost: Floats | None = np.mean([each.columns == 0 for each in kept], axis=0)
        note = f"measured alone, in the {many(len(seen), 'network')} pruned here, are {what}: {why}"
    else:
        curve = np.reshape([shares_of(each, network.sizes) for each in settings.curve], (-1, len(layers)))
        lost = None
        note = f"not known without pruned networks: {what}; {why}"
    return Result(
        settings,
        data,
        given,
        tuple(layers),
        (
            *of_batch(settings, data, given),
            note,
            *of_evaluation(settings, network),
            *unknown_on(
                curve,
                settings.curve,
                "in a network pruned here the threshold falls among scores that are 0",
                names,
            ),
        ),
        network,
        observed_columns=_columns_of(seen),
        reads=0,
        gives=network.depth,
        lost=lost,
        path_share=_path_share(seen),
        curve=curve,
        withdrawn=why,
    )


def _columns_of(seen: Sequence[ObservedNetwork]) -> Floats | None:
    """The mean share of its weights that each input keeps in pruned networks."""
    found = [each.kept.columns for each in seen if each.kept.columns is not None]
    return np.asarray(np.mean(found, axis=0)) if found else None


def _path_share(seen: Sequence[ObservedNetwork]) -> float | None:
    return float(np.mean([each.path for each in seen])) if seen else None


def layer_names(count: int) -> list[str]:
    """What layers of weights are called without a module: numbers, the last the readout.

    Examples:
        >>> layer_names(3)
        ['1', '2', 'readout']
    """
    return [*map(str, range(1, count)), "readout"]


def _layer(
    network: Architecture,
    layer: int,
    says: str,
    density: float,
    error: float,
    said: Sequence[LayersPrediction],
    seen: Sequence[ObservedNetwork],
) -> LayerResult:
    """What is said and seen of a layer (0 the first)."""
    counts = [each.dead[layer][1] for each in said]
    ends = [end for each in said if (end := each.collapse[layer]) is not None]
    return replace(
        _seen_layer(network, layer, says, seen),
        predicted=float(density),
        error=float(error),
        dead_rows=float(np.mean([each.dead[layer][0] for each in said])),
        dead_columns=None if None in counts else float(np.mean([count for count in counts if count is not None])),
        collapse=float(np.mean(ends)) if len(ends) == len(said) else None,
    )


def _seen_layer(network: Architecture, layer: int, says: str, seen: Sequence[ObservedNetwork]) -> LayerResult:
    """What is seen of a layer (0 the first) in pruned networks, and nothing said."""
    shares = [float(each.kept.densities[layer]) for each in seen]
    dead = np.array([each.kept.dead[layer] for each in seen])
    return LayerResult(
        layer=layer + 1,
        name=None,
        kind=None,
        shape=network.shapes[layer],
        says=says,
        observed=float(np.mean(shares)) if shares else None,
        sd=float(np.std(shares, ddof=1)) if len(shares) > 1 else None,
        seen_dead_rows=float(dead[:, 0].mean()) if shares else None,
        seen_dead_columns=float(dead[:, 1].mean()) if shares else None,
    )


def _error(settings: Settings, said: Sequence[LayersPrediction]) -> Floats:
    """Of the mean prediction: of the law's own sampling, and of the initial outputs or tangent kernels drawn."""
    own: Floats = np.sqrt(np.mean([each.errors**2 for each in said], axis=0))  # the same units for every residual
    if settings.residual == "output" or len(said) == 1:
        return own
    spread = np.std([each.densities for each in said], axis=0, ddof=1) / np.sqrt(len(said))
    return np.asarray(np.hypot(own, spread))
