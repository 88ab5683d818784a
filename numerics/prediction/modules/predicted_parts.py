"""What is said of every layer of any module before it is pruned: by theorems, limits of the tested laws of weights, or independent copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.masks.selection import kept_count
from sparse_limits.numerics.prediction.layers.data_free import keeps_nothing
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, MaskStatistics, first_kept, mask_statistics
from sparse_limits.numerics.prediction.modules.conditions import failing
from sparse_limits.numerics.prediction.modules.copies import scores_of_copies
from sparse_limits.numerics.prediction.modules.layout import Layout
from sparse_limits.numerics.prediction.modules.mask_statistics import emptied
from sparse_limits.numerics.prediction.modules.pruned import pruned_layers
from sparse_limits.numerics.prediction.modules.weights import (
    WeightLaw,
    magnitude_densities,
    magnitude_ends,
    weight_laws,
)
from sparse_limits.numerics.prediction.result import LIMIT, MEASURED, THEOREM
from sparse_limits.numerics.prediction.settings import COPIED, IN_ROUNDS, Settings
from sparse_limits.numerics.printing.progress import Stage

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PredictedParts:
    """What is predicted of all layers: what it rests on, densities and their errors, what copies keep, dead rows and
    columns, densities of the module at which a layer is down to one weight, those of layers along a curve, remarks."""

    says: str
    densities: Sequence[float] | None = None
    errors: Floats | None = None
    copies: Sequence[MaskStatistics] = ()
    dead: Floats | None = None
    ends: Sequence[float | None] | None = None
    curve: Floats | None = None
    notes: tuple[str, ...] = ()


def predicted_parts(
    settings: Settings,
    read: Layout,
    modules: Sequence[nn.Module],
    data: Dataset,
    fresh: Callable[[], nn.Module],
    progress: Callable[[str], object],
) -> PredictedParts:
    """What is known of a module without pruning it; modules: some builds; fresh: builds the modules of copies, two for each."""
    sizes = [int(np.prod(shape)) for shape in read.shapes.values()]
    layers = [pruned_layers(module) for module in modules]
    if settings.method == "wanda":
        rows = [size // shape[0] for size, shape in zip(sizes, read.shapes.values(), strict=True)]
        note = "theorem: Wanda keeps the same number of weights in each row"
        empty = emptied("wanda", settings.density, dict(zip(read.shapes, rows, strict=True)))
        return _counted(settings, rows, notes=(note, *empty))
    if settings.scope == "layer" and settings.copies is None:
        dead = _dead_at_random(settings.density, sizes, read.shapes) if settings.method == "random" else None
        return _counted(
            settings,
            sizes,
            dead=dead,
            ends=[1 / size for size in sizes],
            notes=("theorem: each layer keeps what is asked",),
        )
    if settings.method == "random":
        total = sum(sizes)
        note = (
            f"theorem: {kept_count(settings.density, total)} of {total} weights are kept, every choice equally likely, so the "
            "expected density of every layer is that of the module"
        )
        among = [total] * len(sizes)
        dead = _dead_at_random(settings.density, among, read.shapes)
        return _counted(settings, among, dead=dead, ends=[1 / size for size in sizes], notes=(note,))
    if settings.method == "magnitude":
        return _magnitude(settings, weight_laws(layers), read.shapes)
    if settings.copies is None:
        return PredictedParts(MEASURED, notes=(_measured_alone(settings.method),))
    found = []
    for number in range(settings.copies):
        progress(Stage(f"copy {number + 1} of {settings.copies}", number, settings.copies))
        scores = scores_of_copies(
            [fresh() for _ in range(2)],
            settings.method,
            data,
            loss=settings.loss,
            residual=settings.residual,
            together=(*read.uncalled, *read.depthwise),
        )
        found.append(mask_statistics(scores, settings, read.reading, first=settings.copies)[0])
    unmet = failing(modules[0], settings, read, weight_laws(layers))
    return _of_copies(settings, found, sizes, read, unmet)


def _measured_alone(method: str) -> str:
    """Why what modules keep is counted, and not predicted."""
    if method in COPIED:
        return "measured alone, in the modules pruned here: no law known here follows these parts; predict layers --copies 16 predicts by independent copies"
    if method == IN_ROUNDS:
        return "measured alone, in the modules pruned here: no law of the rounds is known in such a module"
    return "measured alone: GraSP's scores have a second term (S8), whose law is not known through these parts"


def _counted(
    settings: Settings,
    among: Sequence[int],
    *,
    dead: Floats | None = None,
    ends: Sequence[float] | None = None,
    notes: tuple[str, ...],
) -> PredictedParts:
    """Layers that keep, by the method's definition, a whole number of so many weights."""
    densities, *curve = (
        [kept_count(density, total) / total for total in among] for density in (settings.density, *settings.curve)
    )
    found = np.reshape(np.array(curve, float), (-1, len(among)))
    return PredictedParts(THEOREM, densities, np.zeros(len(among)), dead=dead, ends=ends, curve=found, notes=notes)


def _of_copies(
    settings: Settings, found: Sequence[MaskStatistics], sizes: Sequence[int], read: Layout, unmet: Sequence[str]
) -> PredictedParts:
    """What independent copies keep, on average; unmet: conditions of D8.2."""
    densities = np.array([each.densities for each in found])
    note = (
        f"predictions are those of {len(found)} independent copies, each of two builds: the weights of one carry values and are "
        "scored, the weights of the other carry signals back"
    )
    reached = (
        f"measured, not proved: D8.2 does not say that a module keeps the same as its copies, since {'; '.join(unmet)}"
        if unmet
        else "limit: a module keeps the same as its copies as all numbers of channels grow (D8.2); that weights are independent is assumed"
    )
    more = []
    if read.uncalled:
        named = ", ".join(read.uncalled)
        more.append(
            f"the weights of {named} may be used outside the forward of their layer: in a copy they come from one build"
        )
    if read.depthwise:
        named = ", ".join(read.depthwise)
        more.append(
            f"outputs of {named} read one channel each, however many there are: in a copy their weights come from one build"
        )
    alone = settings.scope == "layer" or len(sizes) == 1
    if alone:
        reached = "theorem: each layer keeps what is asked; which rows, columns and inputs are kept is measured"
    return PredictedParts(
        THEOREM if alone else MEASURED if unmet else LIMIT,
        densities.mean(axis=0).tolist(),
        np.asarray(densities.std(axis=0, ddof=1) / np.sqrt(len(found))),
        found,
        ends=[1 / size for size in sizes] if alone else first_kept(found),
        curve=np.mean([each.curve for each in found], axis=0),
        notes=(reached, note, *more),
    )


def _magnitude(
    settings: Settings, laws: Mapping[str, WeightLaw | None], shapes: Mapping[str, tuple[int, ...]]
) -> PredictedParts:
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    known = [law for law in laws.values() if law is not None]
    unknown = [path for path, law in laws.items() if law is None]
    if unknown:
        return PredictedParts(
            MEASURED,
            notes=(
                f"measured alone: the weights of {', '.join(path or ITSELF for path in unknown)} follow no law known here",
            ),
        )
    densities = magnitude_densities(known, sizes, settings.density)
    by_name: dict[str, list[str]] = {}
    for path, law in laws.items():
        by_name.setdefault(law.name if law is not None else "", []).append(path)
    found = "; ".join(f"{', '.join(path or ITSELF for path in paths)}: {name}" for name, paths in by_name.items())
    note = f"limit: large layers with independent weights (assumed) of the laws (S2) that tests of fresh modules do not reject: {found}"
    curve = [magnitude_densities(known, sizes, density).tolist() for density in settings.curve]
    return PredictedParts(
        LIMIT,
        densities.tolist(),
        dead=_dead(densities.tolist(), shapes),
        ends=magnitude_ends(known, sizes),
        curve=np.reshape(np.array(curve, float), (-1, len(sizes))),
        notes=(note,),
    )


def _dead(shares: Sequence[float], shapes: Mapping[str, tuple[int, ...]]) -> Floats:
    """Rows and columns that are expected to keep nothing, where all weights of a layer are alike and independent."""
    found = []
    for share, (rows, columns, *kernel) in zip(shares, shapes.values(), strict=True):
        places = int(np.prod(kernel))
        found.append((rows * (1 - share) ** (columns * places), columns * (1 - share) ** (rows * places)))
    return np.array(found)


def _dead_at_random(density: float, among: Sequence[int], shapes: Mapping[str, tuple[int, ...]]) -> Floats:
    """Rows and columns that are expected to keep nothing; among: the weights of which a fixed number is kept at random."""
    found = []
    for total, (rows, columns, *kernel) in zip(among, shapes.values(), strict=True):
        places, kept = int(np.prod(kernel)), kept_count(density, total)
        found.append(
            (rows * keeps_nothing(columns * places, kept, total), columns * keeps_nothing(rows * places, kept, total))
        )
    return np.array(found)
