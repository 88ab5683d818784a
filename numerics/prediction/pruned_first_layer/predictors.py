"""Which rule for the column densities holds on real data: errors of several predictors beside pruned networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple, TypedDict

import numpy as np

from sparse_limits.numerics.arguments import (
    FRESH_ROWS,
    MOST_SAMPLES,
    RESIDUALS,
    InputError,
    Seed,
    check_residual,
    checked_integer,
    seed_number,
)
from sparse_limits.numerics.data import Data, Dataset, DataSource, batch, source_of
from sparse_limits.numerics.door import door
from sparse_limits.numerics.prediction.architecture import FullyConnected
from sparse_limits.numerics.prediction.first_layer.observation import compare
from sparse_limits.numerics.prediction.pruned_first_layer.cases import check_size
from sparse_limits.numerics.prediction.settings import FIRST, MOST, Settings
from sparse_limits.numerics.printing.progress import within

WIDTHS = (256, 1024, 4096)
NETWORKS, WIDE = 4, 4096  # pruned at each width, halved from this width on
SAID = {"target": "-y", "output": "f0-y"}  # of residuals, in the name of a row
DIGITS_SETTINGS = (  # labels, standardised, residual: the settings of S6
    ("ge5", True, "target"),
    ("is0", True, "target"),
    ("is0c", True, "target"),
    ("ge5", False, "target"),
    ("is0", False, "target"),
    ("ge5", True, "output"),
    ("is0", True, "output"),
    ("ge5", False, "output"),
    ("is0", False, "output"),
)


@dataclass(frozen=True)
class Row:
    """Errors of several predictors on one kind of data at one width, averages of mean_j |p̂_j − p_j| over networks.

    setting: data and residual, such as `std ge5, -y`; floor: what the noise of networks alone leaves; notes: what was
    recognised in the data.
    """

    setting: str
    width: int
    networks: int
    floor: float
    errors: Mapping[str, float]
    notes: list[str] = field(default_factory=list)


class Comparison(TypedDict):
    """A comparison of predictors; seed: of all random numbers."""

    method: str
    density: float
    seed: int
    rows: list[Row]


class _Kind(NamedTuple):
    """Data, and a residual to prune them by."""

    name: str
    data: Dataset
    residual: str


@door
def compare_predictors(
    method: str,
    data: Data,
    *,
    density: float = 0.1,
    width: int | Sequence[int] = WIDTHS,
    residual: str | None = None,
    networks: int | None = None,
    fresh_rows: int = FRESH_ROWS,
    samples: int = MOST_SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> list[Row]:
    """Compare predictors of column densities with pruned networks, for each kind of data and each width.

    The predictors of snip are P0, P1iso, P1, P2, the row law and a constant. The predictors of grasp and
    grasp-magnitude differ in the smoothing of the residual. A source that leaves the scaling open gives raw and
    standardised columns, and digits without `labels` give several labellings; a `Dataset` stays as it is. The same seed
    gives the same numbers as the command `sparse-limits predict predictors`.

    Parameters
    ----------
    method : snip, grasp or grasp-magnitude
    data : digits, the name of a file, arrays (x, y), a loader or dataset of torch, a `DataSource` (one of these, with options for reading), or a `Dataset`
    density : share of the first-layer weights kept, in (0, 1)
    width : number of neurons in the hidden layer, or a sequence of numbers
    residual : target for −y (the initial output is subtracted) or output for f₀ − y; None takes both
    networks : number of networks pruned for each row of the result, from 1 to 10,000; None is 4, and 2 from width 4096 on
    fresh_rows : number of rows drawn at random for the row law, at least 100; fewer if their scores do not fit in memory
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn
    seed : seed of all random numbers, a whole number from 0 below 2¹²⁸, a NumPy `SeedSequence` or a `Generator`
    progress : function that is called with the name of each step as the step begins; the default reports nothing

    Returns
    -------
    list[Row], with a row for each kind of data and each width. The `errors` of a row are mean_j |p̂_j − p_j| for each
    predictor, and the `floor` is the error from the noise of the networks alone; both are averages over networks.

    Raises
    ------
    InputError : for another method, a number out of range, data that do not fit, or a computation beyond the memory or
        time allowed (`limit`).

    References
    ----------
    Claims S5 (snip), S8 (grasp).

    Examples
    --------
    >>> from sparse_limits import load_data
    >>> (row,) = compare_predictors("snip", load_data("digits", labels="is0"), width=256, residual="target", fresh_rows=2000)
    >>> row.setting, row.errors["P0"] > 3 * row.errors["P2"]
    ('is0, -y', True)
    """
    widths = width if isinstance(width, Sequence) else [width]
    if not widths:
        raise InputError("width is empty, expected at least one")
    for each in widths:
        checked_integer("width", each, 1, MOST)
    asked = [
        (
            FullyConnected((each,)),
            Settings(
                method=method,
                density=density,
                scope=FIRST,
                networks=_networks(networks, each),
                fresh_rows=fresh_rows,
            ),
        )
        for each in widths
    ]
    if residual is not None:
        check_residual(residual)
    number = seed_number(seed)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        kinds = [
            kind._replace(data=batch(kind.data, samples, np.random.default_rng(number)))
            for kind in _kinds(source_of(data), residual)
        ]
        rows = list(product(kinds, asked))
        for kind, (network, settings) in rows:
            check_size(settings, network.of(kind.data.x.shape[1], kind.data.y.shape[1]), kind.data, needed=True)
        return [
            _row(kind, network.widths[0], settings, number, within(progress, done, len(rows)))
            for done, (kind, (network, settings)) in enumerate(rows)
        ]


def _networks(asked: int | None, width: int) -> int:
    if asked is not None:
        return asked
    return NETWORKS if width < WIDE else NETWORKS // 2


def _kinds(data: Dataset | DataSource, residual: str | None) -> Iterator[_Kind]:
    """Data and residuals: of the digits the usual settings, else the labels given; raw and standardised."""
    residuals = RESIDUALS if residual is None else (residual,)
    if isinstance(data, Dataset):
        for kind in residuals:
            yield _Kind(f"{data.labelling}, {SAID[kind]}", data, kind)
        return
    settings: Iterable[tuple[str | None, bool, str]] = product((data.labels,), (True, False), RESIDUALS)
    if data.source == "digits" and data.labels is None:
        settings = DIGITS_SETTINGS
    for labels, standardise, kind in settings:
        if data.standardise in (None, standardise) and kind in residuals:
            found = replace(data, labels=labels, standardise=standardise).read()
            scaling = "std" if standardise else "raw"
            yield _Kind(f"{scaling} {found.labelling}, {SAID[kind]}", found, kind)


def _row(kind: _Kind, width: int, settings: Settings, seed: int, progress: Callable[[str], object]) -> Row:
    progress(f"{kind.name}, width {width}")
    found = compare(
        settings.method,
        kind.data,
        settings.density,
        width,
        settings.networks,
        settings.fresh_rows,
        np.random.SeedSequence([seed, width]),
        subtract_output=kind.residual == "target",
    )
    return Row(kind.name, found.width, found.networks, found.floor, found.errors, list(kind.data.about.notes))
