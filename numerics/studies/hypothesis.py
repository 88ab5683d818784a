"""The study of the Graphon Limit Hypothesis: Figures 1 and 4 to 10 of arXiv 2510.17515, with what they cannot show.

Fully connected ReLU networks without biases, of 2 or 3 hidden layers of equal width, are pruned on the digits, all layers
under one threshold; the masks between hidden layers are looked at, as in the paper. Of each the study has

| number | which is |
|---|---|
| distance | the paper's, of histograms sorted by degrees from those at the largest width; averaged over masks, where the paper does not say what it averages |
| random | the same distance of random masks of these densities, whose graphon is constant: sorting alone makes it |
| unbiased | the same with entries that did not sort themselves (`cross_fitted`) |
| spread, dead, living | how the densities of neurons differ, beyond independent entries of one density |
| data | distances of masks from other data, which the hypothesis does not name |

Distances are root mean squares over the grid: the paper's Euclidean distance over the number of intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import HIGHEST_SEED, InputError, checked_integer, proper_share
from sparse_limits.numerics.data import Dataset, batch, digits
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.masks.selection import Mask, top_k_mask
from sparse_limits.numerics.masks.sorting import cross_fitted, smoothed
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction import methods as pruning
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, ROUNDS
from sparse_limits.numerics.statistics.distribution_free import MOST_DIVIDED, equal_laws_p_value
from sparse_limits.numerics.studies.hypothesis_sentences import LEVEL, sentences, shape
from sparse_limits.numerics.studies.hypothesis_summary import DataRow, HypothesisRow, HypothesisSummary, Side, WidthRow
from sparse_limits.numerics.studies.lists import check_lists

Floats = NDArray[np.float64]

METHODS = ("random", "magnitude", "snip", "grasp", "synflow", "synflow-iterative")
DATA = ("digits", "shuffled labels", "one class")  # the first in all rows, the others beside it
LISTS = ("methods", "depths", "densities", "widths")
MOST_DEPTH, MOST_WIDTH = 10, 4096
FEWEST_MASKS = 4  # of three and three no division has a probability below LEVEL
QUICK = {"densities": (0.2,), "depths": (2,), "widths": (32, 64), "reference": 128, "masks": 4, "grid": 8}


@dataclass(frozen=True)
class Settings:
    """What a study runs over; InputError, in one line, for anything outside its range.

    depths: numbers of hidden layers, of which there are one fewer masks between them. widths: of hidden layers, two or
    more, compared with the reference. masks: of each setting and width. grid: intervals of each axis of a histogram.
    """

    methods: tuple[str, ...] = METHODS
    depths: tuple[int, ...] = (2, 3)
    densities: tuple[float, ...] = (0.3, 0.2, 0.1)
    widths: tuple[int, ...] = (100, 200, 400)
    reference: int = 800
    masks: int = 6
    grid: int = 20
    samples: int = 400
    seed: int = 0

    def __post_init__(self) -> None:
        check_lists(self, LISTS, {"methods": METHODS})
        if len(self.widths) < 2:
            raise InputError(
                f"widths is {self.widths[0]!r:.60}, expected two or more, for distances that fall with the width"
            )
        for depth in self.depths:
            checked_integer("depths", depth, 2, MOST_DEPTH)
        for density in self.densities:
            proper_share("densities", density)
        checked_integer("grid", self.grid, 2, MOST_WIDTH // 2)
        checked_integer("reference", self.reference, 2 * self.grid + 1, MOST_WIDTH)
        for width in self.widths:
            checked_integer("widths", width, 2 * self.grid, self.reference - 1)
        object.__setattr__(self, "widths", tuple(sorted(self.widths)))
        checked_integer("masks", self.masks, FEWEST_MASKS, MOST_DIVIDED)
        checked_integer("samples", self.samples, 10, 1797)
        checked_integer("seed", self.seed, 0, HIGHEST_SEED)


class Case(NamedTuple):
    """One setting of a study."""

    settings: Settings
    method: str
    depth: int
    density: float


class Seen(NamedTuple):
    """Of the masks of one layer, one entry each: histograms [masks, grid²], without bias likewise, and of random masks;
    degrees of rows and columns, as shares [masks, n]; those of random masks."""

    sorted: Floats
    unbiased: Floats
    random: Floats
    rows: Floats
    columns: Floats
    random_rows: Floats
    random_columns: Floats


def data_of(settings: Settings, name: str) -> Dataset:
    """The digits, ten columns of 0 and 1, or what stands beside them: the same images with labels of others, or zeros alone.

    Examples:
        >>> data_of(Settings(), "one class").y.sum(axis=0)[:3]
        array([178.,   0.,   0.])
    """
    whole = digits("onehot")
    rng = np.random.default_rng(keyed_seed(settings.seed, "hypothesis", "data"))
    if name == "one class":
        zeros = whole.y[:, 0] == 1
        whole = replace(whole, x=whole.x[zeros], y=whole.y[zeros])
    part = batch(whole, settings.samples, rng)
    return replace(part, y=rng.permutation(part.y)) if name == "shuffled labels" else part


def masks_of(case: Case, data: str, width: int) -> list[list[Mask]]:
    """The masks between hidden layers, one list for each layer: networks of their own for each data and width."""
    settings, method, depth, density = case
    part = data_of(settings, data)
    found = []
    for at in range(settings.masks):
        rng = np.random.default_rng(keyed_seed(settings.seed, "hypothesis", *case[1:], data, width, at))
        network = random_network((part.x.shape[1], *(width,) * depth, part.y.shape[1]), rng)
        rounds = ROUNDS if method == IN_ROUNDS else None
        kept = pruning.prune(method, network, part.x, -part.y, density, rng=rng, rounds=rounds, ties="index")
        found.append(kept[1:-1])
    return [list(layer) for layer in zip(*found, strict=True)]


def measure(case: Case) -> list[HypothesisRow]:
    """A row for each layer between hidden ones."""
    settings = case.settings
    every = (*settings.widths, settings.reference)
    beside = DATA if case.method in pruning.DATA_DRIVEN else DATA[:1]
    found = {
        (data, width): [
            seen(settings.grid, layer, _stream(case, data, width, place)) for place, layer in enumerate(masks)
        ]
        for data, width in product(beside, every)
        for masks in [masks_of(case, data, width)]
    }
    return [
        _row(case, place + 1, {key: layers[place] for key, layers in found.items()}) for place in range(case.depth - 1)
    ]


def _stream(case: Case, data: str, width: int, place: int) -> np.random.Generator:
    words = ("histograms", *case[1:], data, width, place)
    return np.random.default_rng(keyed_seed(case.settings.seed, "hypothesis", *words))


def seen(grid: int, masks: Sequence[Mask], rng: np.random.Generator) -> Seen:
    """What the study looks at, of the masks of one layer at one width."""
    beside = [top_k_mask(rng.random(mask.shape), int(np.count_nonzero(mask))) for mask in masks]
    return Seen(
        np.array([smoothed(mask, grid).ravel() for mask in masks]),
        np.array([cross_fitted(mask, grid, rng).ravel() for mask in masks]),
        np.array([smoothed(mask, grid).ravel() for mask in beside]),
        *(np.array([mask.mean(axis=axis) for mask in each]) for each in (masks, beside) for axis in (1, 0)),
    )


def _row(case: Case, layer: int, found: dict[tuple[str, int], Seen]) -> HypothesisRow:
    settings, own = case.settings, DATA[0]
    every = (*settings.widths, settings.reference)
    reference = found[own, settings.reference]
    widths = [_at(settings.grid, width, found[own, width], reference) for width in every]
    distances = np.array([_distances(found[own, width].sorted, reference.sorted) for width in settings.widths])
    p = equal_laws_p_value(
        *(_spreads(reference, of) for of in (("rows", "columns"), ("random_rows", "random_columns")))
    )
    return {
        "method": case.method,
        "depth": case.depth,
        "density": case.density,
        "layer": layer,
        "widths": widths,
        "fell": int((np.diff(distances, axis=0) < 0).all(axis=0).sum()),
        "shape": shape(widths[-1], p),
        "p": p,
        "data": [
            compared(data, width, found[data, width].sorted, found[own, width].sorted)
            for data, width in found
            if data != own
        ],
    }


def _at(grid: int, width: int, here: Seen, reference: Seen) -> WidthRow:
    def apart(of: Callable[[Seen], Floats]) -> float:
        return float(_distances(of(here).mean(axis=0), of(reference).mean(axis=0)))

    return {
        "width": width,
        "density": float(here.rows.mean()),
        "distance": apart(lambda each: each.sorted),
        "random": apart(lambda each: each.random),
        "unbiased": apart(lambda each: each.unbiased),
        "rows": side(here.rows, here.columns.shape[1]),
        "columns": side(here.columns, here.rows.shape[1]),
        "histogram": np.round(here.sorted.mean(axis=0).reshape(grid, grid), 4).tolist(),
    }


def _distances(first: Floats, second: Floats) -> Floats:
    """Root mean squares of the differences over the last axis."""
    found: Floats = np.sqrt(np.mean((first - second) ** 2, axis=-1))
    return found


def spread(shares: Floats, entries: int) -> Floats:
    """The standard deviation of shares [..., n] of so many entries over their mean, less what independent entries add; 0 if nothing is left.

    Examples:
        >>> rng = np.random.default_rng(0)
        >>> draws = [(rng.random((1000, 400)) < chance).mean(axis=1) for chance in (0.2, rng.choice([0.1, 0.3], (1000, 1)))]
        >>> [round(float(spread(each, 400)), 2) for each in draws]
        [0.01, 0.48]
    """
    mean = shares.mean(axis=-1)
    added = (shares * (1 - shares)).mean(axis=-1) / max(entries - 1, 1)  # unbiased where a line's entries are alike
    left = np.sqrt(np.maximum(shares.var(axis=-1, ddof=1) - added, 0.0))
    found: Floats = np.divide(left, mean, out=np.zeros_like(left), where=mean > 0)
    return found


def side(shares: Floats, entries: int) -> Side:
    """The spreads of the densities [masks, n] of a layer's lines, averaged over masks."""
    living = [line[line > 0] for line in shares]
    return {
        "spread": float(spread(shares, entries).mean()),
        "dead": float((shares == 0).mean()),
        "living": float(np.mean([spread(line, entries) if line.size > 1 else 0.0 for line in living])),
    }


def _spreads(found: Seen, of: tuple[str, str]) -> Floats:
    """Spreads of rows and columns of each mask: [masks, 2]."""
    lines = [getattr(found, name) for name in of]
    entries = (found.columns.shape[1], found.rows.shape[1])
    return np.stack([spread(each, size) for each, size in zip(lines, entries, strict=True)], axis=1)


def compared(data: str, width: int, other: Floats, own: Floats) -> DataRow:
    """Histograms [masks, cells] from other data beside those from the digits."""
    noise = sum(each.var(axis=0, ddof=1).mean() / len(each) for each in (other, own))
    square = float(_distances(other.mean(axis=0), own.mean(axis=0)) ** 2 - noise)
    return {
        "data": data,
        "width": width,
        "distance": float(np.sqrt(square)) if square > 0 else None,
        "p": equal_laws_p_value(other, own),
    }


def pieces(settings: Settings) -> list[Case]:
    """Every setting, in the order of the report."""
    settled = product(settings.methods, settings.depths, settings.densities)
    return [Case(settings, *each) for each in settled]


def named(case: Case) -> str:
    """A setting, for a message."""
    return ", ".join(map(str, case[1:]))


def in_order(settings: Settings, rows: Sequence[HypothesisRow]) -> list[HypothesisRow]:
    """Rows as the report has them."""
    order = {case[1:]: at for at, case in enumerate(pieces(settings))}
    return sorted(rows, key=lambda row: (order[row["method"], row["depth"], row["density"]], row["layer"]))


def summarise(settings: Settings, rows: Sequence[HypothesisRow]) -> HypothesisSummary:
    """All numbers of the study."""
    return {
        "study": "hypothesis",
        "seed": settings.seed,
        "protocol": {
            "masks": settings.masks,
            "grid": settings.grid,
            "samples": settings.samples,
            "rounds": ROUNDS,
            "level": LEVEL,
        },
        "rows": list(rows),
        "sentences": sentences(rows, settings.masks),
    }
