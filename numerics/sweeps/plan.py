"""What a sweep is asked: methods, densities, widths, depths, data sets and seeds, each with each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from sparse_limits.numerics.arguments import InputError, checked_integer, proper_share
from sparse_limits.numerics.door import OF_THE_DATA
from sparse_limits.numerics.prediction.settings import FIRST, IN_ROUNDS, METHODS, SCOPES
from sparse_limits.theory.selection import meant

AXES = ("methods", "densities", "widths", "depths", "data", "seeds")
OF_THE_NETWORK = ("activation", "init", "bias", "norm")
OF_THE_PREDICTION = ("scope", "loss", "residual", "networks", "sample", "units", "rounds", "samples")
OPTIONS = (*OF_THE_DATA, *OF_THE_NETWORK, *OF_THE_PREDICTION)
MOST_CASES = 10**6
MOST_WIDTH, MOST_DEPTH = 2**16, 1000
MOST_SEED = 2**63 - 1  # as TOML and Parquet have whole numbers


@dataclass(frozen=True)
class Plan:
    """The cases of a sweep: every combination of the values of its axes.

    Attributes:
        widths: of every hidden layer; depths: numbers of hidden layers. options: of `predict layers`, the same for all cases.
    """

    methods: tuple[str, ...] = ("random", "magnitude", "snip", "synflow")
    densities: tuple[float, ...] = (0.1,)
    widths: tuple[int, ...] = (128,)
    depths: tuple[int, ...] = (2,)
    data: tuple[str, ...] = ("digits",)
    seeds: tuple[int, ...] = (0,)
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in AXES:
            values = getattr(self, name)
            if not values:
                raise InputError(f"{name} is empty, expected one value at least")
        if self.size > MOST_CASES:
            raise InputError(f"the plan has {self.size} cases, expected at most {MOST_CASES}")
        for method in self.methods:
            if method not in (*METHODS, IN_ROUNDS):
                raise InputError(f"methods has {method!r:.60}, expected {', '.join((*METHODS, IN_ROUNDS))}")
        for density in self.densities:
            proper_share("densities", density)
        for name, most in (("widths", MOST_WIDTH), ("depths", MOST_DEPTH), ("seeds", MOST_SEED)):
            for value in getattr(self, name):
                checked_integer(name, value, 0 if name == "seeds" else 1, most)
        for source in self.data:
            if not isinstance(source, str):
                raise InputError(f"data has {source!r:.60}, expected digits or names of files")
        for name in AXES:
            seen: set[object] = set()
            for value in getattr(self, name):
                if value in seen:
                    raise InputError(f"{name} has {value!r} twice, expected different values")
                seen.add(value)
        _known("options", self.options, OPTIONS)
        if self.options.get("scope") == FIRST:
            raise InputError(
                f"options has scope {FIRST!r}, expected one of {', '.join(SCOPES)}: a sweep has all layers"
            )

    @property
    def axes(self) -> dict[str, list[str | float | int]]:
        """The values of each axis."""
        return {name: list(getattr(self, name)) for name in AXES}

    @property
    def size(self) -> int:
        """The number of cases."""
        return prod(len(getattr(self, name)) for name in AXES)


def read_plan(place: str | PathLike[str]) -> Plan:
    """The plan in a TOML file; names of data files are looked up beside it.

    Raises:
        InputError: for a file that is no TOML, and as `plan_of`.
    """
    path = Path(place)
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{fspath(place) or 'the empty name'}: {why:.200}, expected a plan in TOML") from None
    data = given.get("data")
    if isinstance(data, list) and all(isinstance(each, str) for each in data):
        given["data"] = [each if each == "digits" else str(path.parent / each) for each in data]
    try:
        return plan_of(given)
    except InputError as error:
        raise InputError(f"{fspath(place)}: {error}") from None


def plan_of(given: Mapping[str, Any]) -> Plan:
    """A plan from plain data: lists under the names of the axes, and `options`. seeds: a list, or how many from 0.

    Raises:
        InputError: for unknown names, values of a wrong kind or out of range, and more than a million cases.

    Examples:
        >>> plan_of({"methods": ["snip"], "densities": [0.1, 0.2], "seeds": 3}).size
        6
    """
    _known("plan", given, (*AXES, "options"))
    axes: dict[str, tuple[Any, ...]] = {}
    for name in (each for each in AXES if each in given):
        values = given[name]
        if name == "seeds" and isinstance(values, int) and not isinstance(values, bool):
            values = range(checked_integer("seeds", values, 1, MOST_CASES))
        if not isinstance(values, (list, tuple, range)):
            expected = "a list, or how many from 0" if name == "seeds" else "a list"
            raise InputError(f"{name} is {values!r:.60}, expected {expected}")
        axes[name] = tuple(values)
    options = given.get("options", {})
    if not isinstance(options, Mapping):
        raise InputError(f"options is {options!r:.60}, expected a table")
    return Plan(**axes, options=dict(options))


def _known(what: str, given: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """InputError for a name that is none of these, with the one that is meant."""
    for name in given:
        if name not in names:
            raise InputError(f"{what} has {name!r:.60}, expected {', '.join(names)}{meant(name, list(names))}")
