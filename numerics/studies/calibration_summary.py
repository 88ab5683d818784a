"""All numbers of the study of calibration, by their names in its JSON; tables, sentences and the picture read these."""

from __future__ import annotations

from typing import Literal, TypedDict


class TestRow(TypedDict):
    """A test of a true claim at all seeds; place: the number of the finding in its check, from 1.

    counts: how many p-values are at most each threshold. p: the smallest of the exact p-values of these counts, each under
    the uniform law. calibrated: whether p exceeds what each comparison has of the level of the study.
    """

    label: str
    check: str
    place: int
    test: str
    seeds: int
    counts: list[int]
    p: float
    calibrated: bool


class ControlRow(TypedDict):
    """A wrong form before one test at all seeds. planned: the largest probability of a miss that the plan gives at any seed.

    mean: of these probabilities. missed: at how many seeds the test did not refute the wrong form. p: exact, of so many
    misses if each is as probable as planned; None where the plan does not promise to detect the wrong form.
    """

    label: str
    check: str
    control: str
    place: int
    seeds: int
    planned: float
    mean: float
    missed: int
    p: float | None
    calibrated: bool


class ShareRow(TypedDict):
    """All p-values of one kind of test. shares: of p-values that are at most each threshold. curve: the same at more of them."""

    test: str
    tests: int
    p_values: int
    shares: list[float]
    curve: list[float]


class Alarms(TypedDict):
    """Tests of true claims at all seeds: their number, how many refuted, and how many may on average, by the level of each."""

    tests: int
    refuted: int
    allowed: float


class MissRow(TypedDict):
    """Wrong forms whose planned miss lies above `low` and is at most `high`.

    tried: at all seeds together. missed: how often. planned: how many misses the plan expects.
    """

    low: float
    high: float
    controls: int
    tried: int
    missed: int
    planned: float


class LeftOut(TypedDict):
    """A check that was not tested, and why: it costs too much, or cannot run with samples so small."""

    label: str
    check: str
    why: Literal["cost", "size"]
    reason: str


class CalibrationProtocol(TypedDict):
    """What is the same in all rows. reduce: what sizes of samples are divided by. most: seconds; what takes longer is left out.

    checks: how many ran. level: of the whole study. comparisons: that share it. thresholds, curve: at which p-values are
    counted. refused: for each threshold the smallest count, of so many seeds, at which a test is called uncalibrated; None if
    not even a count of all seeds is enough.
    """

    seeds: int
    reduce: int
    most: float
    checks: int
    level: float
    comparisons: int
    thresholds: list[float]
    curve: list[float]
    refused: list[int | None]


class CalibrationSummary(TypedDict):
    """Everything. unplanned: wrong forms before a test that has no plan ahead, or whose plan is that it detects nothing."""

    study: Literal["calibration"]
    seed: int
    protocol: CalibrationProtocol
    shares: list[ShareRow]
    alarms: Alarms
    misses: list[MissRow]
    tests: list[TestRow]
    controls: list[ControlRow]
    unplanned: int
    left_out: list[LeftOut]
    sentences: list[str]
