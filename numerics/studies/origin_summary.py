"""All numbers of the study of origins, by their names in its JSON; tables and the picture read these."""

from __future__ import annotations

from typing import Literal, TypedDict

Said = Literal["rightly_named", "not_told_apart", "none_explains", "not_tested", "structured", "wrongly_named"]


class OriginRow(TypedDict):
    """What was said of the masks of a kind, in numbers of masks.

    truth: the method whose name is right, None where no name is; rejected: how often it was.
    """

    kind: str
    at_initialisation: bool
    truth: str | None
    masks: int
    structured: int
    none_explains: int
    not_tested: int
    not_told_apart: int
    rightly_named: int
    wrongly_named: int
    rejected: int


class Protocol(TypedDict):
    """width: hidden units; level: of rejection; confidence: of the share that is named wrongly."""

    width: int
    density: float
    samples: int
    fresh_rows: int
    level: float
    confidence: float


class OutcomeRow(TypedDict):
    """A mask, as `Outcome`."""

    kind: str
    at: int
    status: str
    named: list[str]
    left: list[str]


class OriginSummary(TypedDict):
    """Everything."""

    study: Literal["origins"]
    seed: int
    protocol: Protocol
    rows: list[OriginRow]
    sentences: list[str]
    masks: list[OutcomeRow]
