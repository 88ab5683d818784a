"""Which rule for the column densities holds on real data: errors of several predictors beside pruned networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from os import PathLike
from typing import NamedTuple

import numpy as np

from numerics.arguments import MOST_SAMPLES, RESIDUALS, InputError, Seed, check_residual, seed_number
from numerics.data import Dataset, Dropped, batch, dataset_of
from numerics.door import door
from numerics.forecast.cases import check_size
from numerics.forecast.settings import Settings
from numerics.printing.progress import within
from numerics.pruning.observation import compare as compare_predictors

WIDTHS = (256, 1024, 4096)
NETWORKS, WIDE = 4, 4096  # pruned at each width, halved from this width on
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


class _Kind(NamedTuple):
    """Data, and a residual to prune them by."""

    name: str
    data: Dataset
    residual: str


@door
def compare(
    method: str,
    data: Dataset | str | PathLike[str] = "digits",
    *,
    density: float = 0.1,
    width: int | Sequence[int] = WIDTHS,
    residual: str | None = None,
    labels: str | None = None,
    standardise: bool | None = None,
    target: str | int | None = None,
    missing: str | None = None,
    drop: Dropped | None = None,
    networks: int | None = None,
    fresh_rows: int = 20_000,
    samples: int = MOST_SAMPLES,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> list[Row]:
    """Compare predictors of column densities with pruned networks, and return a row for each kind of data and width.

    method: snip (errors of P0, P1iso, P1, P2, the row law and a constant, S5) or grasp, grasp-magnitude (of kinds of
    smoothing, S8). data: a `Dataset`, or what `load_data` takes. residual, labels, standardise: the only ones to take;
    None takes both residuals, data as they are and standardised, and of the digits several labels. target, missing, drop: as in
    `load_data`. networks: pruned for
    each row, 4 if None, or 2 from width 4096 on. fresh_rows: drawn for the row law. samples: at most so many rows of the
    data, at random. progress: told what is being done. The same seed gives the numbers of `sparse-limits predict
    --compare`.

    Raises:
        InputError: for another method, a number out of range, data that do not fit, or what would not fit in memory.

    Source: S5 (snip), S8 (grasp).

    Examples:
        >>> (row,) = compare("snip", width=256, residual="target", labels="is0", standardise=True, fresh_rows=2000)
        >>> row.setting, row.errors["P0"] > 3 * row.errors["P2"]
        ('std is0, -y', True)
    """
    widths = width if isinstance(width, Sequence) else [width]
    if not widths:
        raise InputError("width is empty, expected at least one")
    asked = [
        Settings(method=method, density=density, width=each, networks=_networks(networks, each), fresh_rows=fresh_rows)
        for each in widths
    ]
    if residual is not None:
        check_residual(residual)
    number = seed_number(seed)
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        kinds = [
            kind._replace(data=batch(kind.data, samples, np.random.default_rng(number)))
            for kind in _kinds(data, labels, standardise, residual, (target, missing, drop))
        ]
        for kind, settings in product(kinds, asked):
            check_size(settings, kind.data, needed=True)
        rows = list(product(kinds, asked))
        return [
            _row(kind, settings, number, within(progress, done, len(rows)))
            for done, (kind, settings) in enumerate(rows)
        ]


def _networks(asked: int | None, width: int) -> int:
    if asked is not None:
        return asked
    return NETWORKS if width < WIDE else NETWORKS // 2


def _kinds(
    data: Dataset | str | PathLike[str],
    labels: str | None,
    standardise: bool | None,
    residual: str | None,
    table: tuple[str | int | None, str | None, Dropped | None],
) -> Iterator[_Kind]:
    """Data and residuals: of the digits the usual settings, else the labels given; raw and standardised; table: target, missing and drop."""
    settings: Iterable[tuple[str | None, bool | None, str]] = DIGITS_SETTINGS
    if isinstance(data, Dataset):
        settings = product((labels,), (standardise,), RESIDUALS)
    elif data != "digits" or labels is not None:
        settings = product((labels,), (True, False), RESIDUALS)
    for labelling, scaled, kind in settings:
        if standardise in (None, scaled) and residual in (None, kind):
            found = dataset_of(data, labelling, scaled, *table)
            scaling = "" if scaled is None else "std " if scaled else "raw "
            yield _Kind(f"{scaling}{found.labelling}, {'-y' if kind == 'target' else 'f0-y'}", found, kind)


def _row(kind: _Kind, settings: Settings, seed: int, progress: Callable[[str], object]) -> Row:
    progress(f"{kind.name}, width {settings.width}")
    found = compare_predictors(
        settings.method,
        kind.data,
        settings.density,
        settings.width,
        settings.networks,
        settings.fresh_rows,
        np.random.SeedSequence([seed, settings.width]),
        subtract_output=kind.residual == "target",
    )
    return Row(kind.name, found.width, found.networks, found.floor, found.errors, list(kind.data.about.notes))
