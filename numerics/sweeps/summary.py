"""What the cases of a sweep have in common: their layers put together, over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple, TypedDict

import numpy as np

from sparse_limits.numerics.sweeps.run import Sweep, SweepRow

SETTING = ("method", "density", "width", "depth", "data")
QUANTITIES = {
    "empty": "share of hidden neurons that keep no weight",
    "first": "density of the first layer",
    "paths": "share of networks with a path from input to output",
}


class SeedSpread(NamedTuple):
    """A number over seeds: its median and the quantiles at .1 and .9."""

    median: float
    low: float
    high: float


class SweepSetting(TypedDict):
    """All seeds of a setting; predicted: the median of predictions; observed: of means over pruned networks, with quantiles.

    gap: the median of the largest distance between predicted and observed density of a layer.
    """

    method: str
    density: float
    width: int
    depth: int
    data: str
    cases: int
    first_predicted: float | None
    first_observed: SeedSpread | None
    empty_predicted: float | None
    empty_observed: SeedSpread | None
    paths_observed: float | None
    gap: float | None


class SweepSummary(TypedDict):
    """All numbers of a sweep; axes: the values of each axis of its plan; lost: cases without a result, and why."""

    axes: dict[str, list[str | float | int]]
    options: dict[str, Any]
    settings: list[SweepSetting]
    rows: list[SweepRow]
    lost: dict[str, str]


def summarise(found: Sweep) -> SweepSummary:
    """All numbers of a sweep."""
    return {
        "axes": found.plan.axes,
        "options": dict(found.plan.options),
        "settings": [_setting(list(rows)) for _, rows in groupby(found.rows, _of_setting)],
        "rows": found.rows,
        "lost": found.lost,
    }


def _of_setting(row: SweepRow) -> tuple[object, ...]:
    return tuple(row[word] for word in SETTING)  # type: ignore[literal-required]


def _setting(rows: Sequence[SweepRow]) -> SweepSetting:
    """rows: of all layers of all seeds of one setting."""
    cases = list(_cases(rows))
    first = [case[0] for case in cases]
    gaps = [[abs(row["predicted"] - row["observed"]) for row in case if known(row)] for case in cases]  # type: ignore[operator]
    one = rows[0]
    return {
        "method": one["method"],
        "density": one["density"],
        "width": one["width"],
        "depth": one["depth"],
        "data": one["data"],
        "cases": len(cases),
        "first_predicted": median(row["predicted"] for row in first),
        "first_observed": spread(row["observed"] for row in first),
        "empty_predicted": median(_empty(case, "empty") for case in cases),
        "empty_observed": spread(_empty(case, "empty_observed") for case in cases),
        "paths_observed": None if one["paths"] is None else float(np.mean([row["paths"] for row in first])),
        "gap": median(max(each) for each in gaps if each),
    }


def _cases(rows: Sequence[SweepRow]) -> Iterator[list[SweepRow]]:
    """The layers of each seed."""
    for _, layers in groupby(rows, lambda row: row["seed"]):
        yield list(layers)


def _empty(case: Sequence[SweepRow], word: str) -> float | None:
    """The share of hidden neurons that keep nothing; the last layer has the outputs."""
    hidden = case[:-1]
    counts: list[float | None] = [row[word] for row in hidden]  # type: ignore[literal-required]
    total = sum(row["neurons"] for row in hidden)
    return None if None in counts else sum(each for each in counts if each is not None) / total


def known(row: SweepRow) -> bool:
    """Whether a layer was both predicted and observed."""
    return row["predicted"] is not None and row["observed"] is not None


def median(values: Iterable[float | None]) -> float | None:
    """The median of what is known; None of nothing."""
    found = [each for each in values if each is not None]
    return float(np.median(found)) if found else None


def spread(values: Iterable[float | None]) -> SeedSpread | None:
    """The median and the quantiles of what is known; None of nothing."""
    found = [each for each in values if each is not None]
    return SeedSpread(*map(float, np.quantile(found, (0.5, 0.1, 0.9)))) if found else None
