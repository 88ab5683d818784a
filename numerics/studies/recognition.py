"""What `fit` says about masks of known origin and of none: each with its data and without. `docs/recognised.py` writes it down.

Of known origin are masks of every pruning method at initialisation, ranked over the first layer, over all layers, in rows and
in blocks of four. Of no such origin are masks with lines emptied, blocks, patterns, rows of given sizes, and those of the largest
weights of a trained network. `fit` may say less than it could, but it names no method for a mask that the method did not make.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.data import Dataset, digits
from sparse_limits.numerics.fitting.fit import fit
from sparse_limits.numerics.fitting.verdict import account, verdict
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.masks.selection import Mask, kept_count, n_of_m_mask, top_k_mask
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction import methods as pruning
from sparse_limits.numerics.studies.origins import TRAINED, default_weights, trained

Floats = NDArray[np.floating]
Maker = Callable[[np.random.Generator], Mask]

SAMPLES, FRESH_ROWS = 100, 2000
DENSITY, WIDTHS = 0.15, {"ge5": 256, "onehot": 320}
INPUTS = 64
DATA_DRIVEN = pruning.DATA_DRIVEN
METHODS = ("random", "magnitude", "synflow", "snip", "grasp", "grasp-magnitude")
LITTLE = (3, TRAINED[1])  # epochs and step of descent


class Known(NamedTuple):
    """A mask of a method; ranked: layer, layers, row or 2:4. labels, standardise: of the digits."""

    method: str
    ranked: str
    labels: str
    standardise: bool = True


class Said(NamedTuple):
    """What is said of a mask: the status of its verdict and the methods of its class without data; with data the methods that are
    not rejected, and those that could not be tested."""

    status: str
    alone: list[str]
    with_data: list[str]
    untested: list[str]


def known() -> list[Known]:
    """The 44 masks of known origin: not GraSP's in blocks of four, where as many scores are above 0 as are below."""
    found = [
        Known(method, ranked, labels)
        for method in METHODS
        for ranked in ("layer", "row", "2:4")
        for labels in WIDTHS
        if (method, ranked) != ("grasp", "2:4")
    ]
    found += [Known("wanda", ranked, "ge5", standardise) for ranked in ("row", "2:4") for standardise in (True, False)]
    return [*found, *(Known(method, "layers", "ge5") for method in METHODS)]


@cache
def data_of(labels: str, standardise: bool = True) -> Dataset:
    """A part of the digits, the same for all masks."""
    whole = digits(labels, standardise)
    chosen = np.random.default_rng(keyed_seed(0, "recognition", "data")).choice(len(whole.x), SAMPLES, replace=False)
    return replace(whole, x=whole.x[chosen], y=whole.y[chosen])


def mask_of(case: Known) -> Mask:
    """The mask of a case, of the first layer."""
    data, rng = data_of(case.labels, case.standardise), np.random.default_rng(keyed_seed(0, "recognition", *case))
    network = random_network((INPUTS, WIDTHS[case.labels], data.y.shape[1]), rng)
    if case.ranked == "2:4":
        (scores,) = pruning.saliency(case.method, network, data.x, -data.y, rng, first_layer=True)
        return n_of_m_mask(scores, 2, 4)
    if case.method == "wanda":
        return pruning.prune("wanda", network, data.x, -data.y, DENSITY, rng=rng, first_layer=True)[0]
    first = case.ranked != "layers"
    scope: pruning.Scope = "row" if case.ranked == "row" else "layers"
    return pruning.prune(case.method, network, data.x, -data.y, DENSITY, scope=scope, rng=rng, first_layer=first)[0]


def said_of(mask: Mask, data: Dataset) -> Said:
    """What `fit` says about a mask, by itself and with data."""
    found = fit(mask, data, fresh_rows=FRESH_ROWS)
    alone, told = verdict(replace(found, methods=None, data=None)), account(found)
    return Said(alone.status, alone.compatible_methods, [name for law in told.methods for name in law], told.untested)


def said_of_known(case: Known) -> Said:
    """What is said of a mask of known origin, with the data that it was made with."""
    return said_of(mask_of(case), data_of(case.labels, case.standardise))


def said_of_none(name: str) -> Said:
    """What is said of a mask of NONE, with the digits."""
    return said_of(mask_of_none(name), data_of("onehot"))


def named(said: Said) -> list[str]:
    """The methods at initialisation that are named, without data or with: all but what was structured."""
    return [name for name in (*said.alone, *said.with_data) if name != "structured pruning"]


def right(case: Known, names: Sequence[str]) -> bool:
    """Whether the method of a case is among the names, alone or as one of a class ("or any score with a column factor")."""
    columns = case.method in ("wanda", *DATA_DRIVEN)
    return any(case.method in name or ("column factor" in name and columns) for name in names)


def table(known_said: Sequence[tuple[Known, Said]], none_said: Sequence[tuple[str, Said]]) -> str:
    """The counts as a table in Markdown: a row for each method, one for the masks of none."""
    head = (
        "masks",
        "number",
        "alone: right",
        "alone: not named",
        "alone: wrong",
        "with data: left",
        "with data: rejected",
    )
    rows = []
    for method in (*METHODS, "wanda"):
        said = [(case, each) for case, each in known_said if case.method == method]
        alone = [right(case, each.alone) if each.alone else None for case, each in said]
        left = sum(case.method in (*each.with_data, *each.untested) for case, each in said)
        counts = (len(said), alone.count(True), alone.count(None), alone.count(False), left, len(said) - left)
        rows.append((method, *map(str, counts)))
    wrong = sum(any(name != "structured pruning" for name in each.alone) for _, each in none_said)
    passed = sum(bool(each.with_data) for _, each in none_said)
    rows.append(
        (
            "of no method",
            str(len(none_said)),
            "-",
            str(len(none_said) - wrong),
            str(wrong),
            str(passed),
            str(len(none_said) - passed),
        )
    )
    lines = [head, ("---", *["---:"] * (len(head) - 1)), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# Masks of no pruning method at initialisation


def _uniform(rng: np.random.Generator, density: float = 0.2, rows: int = 256) -> Mask:
    return rng.random((rows, INPUTS)) < density


def _lines(rng: np.random.Generator, rows: int, columns: int, value: bool = False) -> Mask:
    mask = _uniform(rng)
    mask[rng.choice(256, rows, replace=False)] = value
    mask[:, rng.choice(INPUTS, columns, replace=False)] = value
    return mask


def _blocks(rng: np.random.Generator, tall: int, wide: int, density: float = 0.2) -> Mask:
    blocks = rng.random((256 // tall, INPUTS // wide)) < density
    return np.kron(blocks, np.ones((tall, wide), bool))


def _shuffled(rng: np.random.Generator, mask: Mask) -> Mask:
    return mask[rng.permutation(mask.shape[0])][:, rng.permutation(mask.shape[1])]


def _rows_of(rng: np.random.Generator, sizes: NDArray[np.integer]) -> Mask:
    return rng.random((256, INPUTS)).argsort(axis=1).argsort(axis=1) < sizes[:, None]


def _low_rank(rng: np.random.Generator, rank: int) -> Mask:
    scores = rng.standard_normal((256, rank)) @ rng.standard_normal((rank, INPUTS))
    return top_k_mask(np.abs(scores), kept_count(DENSITY, scores.size))


def _diagonal(shares: Callable[[Floats], Floats], rng: np.random.Generator) -> Mask:
    """Entries kept with a chance that the distance from the diagonal decides, in columns."""
    rows, columns = np.indices((256, INPUTS))
    return rng.random(rows.shape) < shares(np.abs(columns - rows * INPUTS / 256))


def _trained(rng: np.random.Generator, schedule: tuple[int, float]) -> Mask:
    data = digits("onehot")
    weights = default_weights(INPUTS, 256, data.y.shape[1], rng)
    scores = np.abs(trained(weights, data, *schedule, rng)[0])
    return top_k_mask(scores, kept_count(DENSITY, scores.size))


NONE: dict[str, Maker] = {
    "40 rows emptied": lambda rng: _lines(rng, 40, 0),
    "6 rows emptied": lambda rng: _lines(rng, 6, 0),
    "12 columns emptied": lambda rng: _lines(rng, 0, 12),
    "rows and columns emptied": lambda rng: _lines(rng, 30, 8),
    "blocks 8 x 8": lambda rng: _blocks(rng, 8, 8),
    "blocks 1 x 4": lambda rng: _blocks(rng, 1, 4),
    "blocks 4 x 1": lambda rng: _blocks(rng, 4, 1),
    "blocks 8 x 8, rows and columns permuted": lambda rng: _shuffled(rng, _blocks(rng, 8, 8, 0.4)),
    "blocks 8 x 8, half of their weights": lambda rng: _blocks(rng, 8, 8, 0.4) & _uniform(rng, 0.5),
    "checkerboard": lambda rng: np.indices((256, INPUTS)).sum(axis=0) % 2 == 0,
    "band": lambda rng: _diagonal(lambda distance: (distance < 4).astype(float), rng),
    "band that fades": lambda rng: _diagonal(lambda distance: 0.6 * np.exp(-distance / 6), rng),
    "triangle, permuted": lambda rng: _shuffled(rng, np.less.outer(np.arange(256) / 256, np.arange(INPUTS) / INPUTS)),
    "largest products, rank 1": lambda rng: _low_rank(rng, 1),
    "largest products, rank 2": lambda rng: _low_rank(rng, 2),
    "rows of sizes 0 to 64": lambda rng: _rows_of(rng, rng.integers(0, INPUTS + 1, 256)),
    "rows of two sizes": lambda rng: _rows_of(rng, rng.choice([4, 20], 256)),
    "each row twice": lambda rng: np.concatenate([_uniform(rng, rows=128)] * 2),
    "magnitude, trained 3 epochs": lambda rng: _trained(rng, LITTLE),
    "magnitude, trained 20 epochs": lambda rng: _trained(rng, TRAINED),
}


def mask_of_none(name: str) -> Mask:
    """The mask of a name of NONE."""
    return NONE[name](np.random.default_rng(keyed_seed(0, "recognition", name)))
