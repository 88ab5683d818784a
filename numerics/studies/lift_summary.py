"""All numbers of the study of lifts, by their names in its JSON; sentences, tables and the picture read these."""

from __future__ import annotations

from typing import Literal, TypedDict


class Share(TypedDict):
    """How many of some students, as a share of them, and the ends of its exact interval."""

    count: int
    share: float
    low: float
    high: float


class StudentRow(TypedDict):
    """What became of the students of a kind with n hidden units.

    role: sparse, dense or control. parameters: their mean number. coverage: the exact chance that a mask covers what
    success needs, coverage_value: the same as a float; coverage_p: of as many that do. median_ratio: of losses over the
    initial one. least_floor, least_excess, at_their_floor: of the exact bounds on their losses, and above these. steps:
    the fewest; evaluations: gradients computed, of all students.
    """

    kind: str
    role: str
    n: int
    students: int
    parameters: float
    success: Share
    covered: Share
    coverage: str
    coverage_value: float
    coverage_p: float
    success_without_cover: int
    median_ratio: float
    least_loss: float
    least_floor: float
    least_excess: float
    at_their_floor: int
    steps: int
    with_halved_steps: int
    evaluations: int


class TrendRow(TypedDict):
    """Two neighbouring sizes of a kind; fall_p: the chance of so large a fall of success if it did not depend on n."""

    kind: str
    fewer: int
    more: int
    fall_p: float


class Protocol(TypedDict):
    """target, step: formulas. time: of the flow. threshold: the loss of a success. needed: sets of inputs, to be covered."""

    target: str
    time: float
    step: str
    threshold: float
    initial_loss: float
    needed: list[list[int]]
    confidence: float


class OutcomeRow(TypedDict):
    """A student, as `Outcome`."""

    kind: str
    n: int
    student: int
    loss: float
    floor: float
    covered: bool
    parameters: int
    steps: int
    evaluations: int


class LiftSummary(TypedDict):
    """Everything. students: of each size and kind; densities: exact; levels: the least losses without some inputs, by name."""

    study: Literal["lifts"]
    seed: int
    students: int
    sizes: list[int]
    densities: list[str]
    protocol: Protocol
    levels: dict[str, float]
    sentences: list[str]
    rows: list[StudentRow]
    trends: list[TrendRow]
    outcomes: list[OutcomeRow]
