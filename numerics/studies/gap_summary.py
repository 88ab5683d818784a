"""All numbers of the study of the gap, by their names in its JSON; sentences, tables and the picture read these."""

from __future__ import annotations

from typing import Literal, TypedDict


class SizeRow(TypedDict):
    """N at which half of the networks hold a ticket of a curve within eps: the median, and its interval from low to high.

    None: beyond what was searched. found: in how many networks a ticket was; at_least, enough: what is proved of N.
    """

    curve: str
    eps: float
    networks: int
    found: int
    median: float | None
    low: float | None
    high: float | None
    at_least: int
    enough: int | None


# the log–log slope of a curve between two errors, its interval at a level, and the bracket that N8 states
SlopeRow = TypedDict(
    "SlopeRow",
    {
        "curve": str,
        "from": float,
        "to": float,
        "slope": float | None,
        "low": float | None,
        "high": float | None,
        "level": float,
        "steepest": float,
        "flattest": float,
    },
)


class BoundRow(TypedDict):
    """What N is at least, by a theorem."""

    eps: float
    at_least: int


class WithoutRelu(TypedDict):
    """The errors, without their output ReLU, of tickets of weights that were found with one."""

    tickets: int
    least: float | None
    largest: float | None


class Protocol(TypedDict):
    """target: of unit length, [2]; confidence: of each interval."""

    target: list[float]
    confidence: float


class NetworkRow(TypedDict):
    """The first N at which a network holds a ticket, as `Outcome`; None if none was found."""

    curve: str
    eps: float
    network: int
    neurons: float | None
    linear_error: float | None


class Findings(TypedDict):
    """What sentences are made of. bounds: by curve; crossing: the error below which the gap is all proved."""

    rows: list[SizeRow]
    slopes: list[SlopeRow]
    bounds: dict[str, list[BoundRow]]
    without_relu: WithoutRelu
    crossing: float


class GapSummary(Findings):
    """Everything. epsilons: descending; least: the smallest error at which whole neurons are searched."""

    study: Literal["gap"]
    seed: int
    networks: int
    epsilons: list[float]
    least: float
    protocol: Protocol
    sentences: list[str]
    outcomes: list[NetworkRow]
