"""What the study of calibration counts over its seeds, and the exact tests of these counts.

A p-value p of a true claim is super-uniform: P(p ≤ t) ≤ t for every t. Of n independent seeds at most Bin(n, t) have p ≤ t then,
in the sense that P(count ≥ k) ≤ P(Bin(n, t) ≥ k). Likewise a wrong form that is missed with probability m at most is missed at
most Bin(n, m) times. All comparisons share one level (Bonferroni): they may depend on each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from sparse_limits.numerics.statistics.exact_tests import LEVEL, binomial_at_least
from sparse_limits.numerics.studies.calibration_sentences import sentences
from sparse_limits.numerics.studies.calibration_summary import (
    Alarms,
    CalibrationProtocol,
    CalibrationSummary,
    ControlRow,
    LeftOut,
    MissRow,
    ShareRow,
    TestRow,
)

STUDY_LEVEL = 1e-3  # chance that a study of calibrated tests calls any of them uncalibrated
THRESHOLDS = (0.5, 0.1, 0.01, 0.001, LEVEL)  # the last one: of a false alarm
CURVE = tuple(10 ** (-place / 5) for place in range(16))
# Counts of unequal events, with a mean μ, keep to the binomial tail below an edge that lies one count from μ or further
# (Hoeffding 1956). A binomial count is at most its mean with a chance above 1/4 (Greenberg, Mohri 2014): a smaller miss
# puts the edge there.
PROMISED = 0.25
MISSES = (0.0, LEVEL, 1e-6, 1e-3, 1e-2, 0.1, PROMISED)  # ends of bins of planned misses
ALL = "all tests"


class PValue(NamedTuple):
    """A p-value of a true claim: the number of the finding in its check, the kind of its test, the p-value."""

    place: int
    test: str
    p: float


class Attempt(NamedTuple):
    """What a test said of a wrong form; planned: how probable a miss was, None if only its own sample can tell."""

    control: str
    place: int
    planned: float | None
    refuted: bool


class Outcome(NamedTuple):
    """A check at one seed; failed: why it did not work, empty if it did."""

    label: str
    check: str
    at: int
    tested: list[PValue]
    tried: list[Attempt]
    failed: str


def counted(
    outcomes: Sequence[Outcome], costly: Sequence[LeftOut], seeds: int, reduce: int, most: float, seed: int
) -> CalibrationSummary:
    """All numbers of a study. A check that fails at any seed is left out at all seeds: the rest would be a biased choice."""
    failed: dict[tuple[str, str], str] = {}
    for each in outcomes:
        if each.failed:
            failed.setdefault((each.label, each.check), each.failed)
    left_out: list[LeftOut] = [
        {"label": label, "check": check, "why": "size", "reason": reason} for (label, check), reason in failed.items()
    ]
    kept = [each for each in outcomes if (each.label, each.check) not in failed]
    tests, plans = _by_test(kept), _by_control(kept)
    comparisons = len(tests) * len(THRESHOLDS) + sum(_largest(each) <= PROMISED for each in plans.values())
    level = STUDY_LEVEL / max(comparisons, 1)
    test_rows = [_test_row(*place, found, level) for place, found in tests.items()]
    control_rows = [_control_row(*place, found, level) for place, found in plans.items() if _largest(found) < 1]
    p_values = [each.p for outcome in kept for each in outcome.tested]
    protocol: CalibrationProtocol = {
        "seeds": seeds,
        "reduce": reduce,
        "most": most,
        "checks": len({(each.label, each.check) for each in kept}),
        "level": STUDY_LEVEL,
        "comparisons": comparisons,
        "thresholds": list(THRESHOLDS),
        "curve": list(CURVE),
        "refused": [_refused(seeds, t, level) for t in THRESHOLDS],
    }
    summary: CalibrationSummary = {
        "study": "calibration",
        "seed": seed,
        "protocol": protocol,
        "shares": _shares(tests),
        "alarms": _alarms(p_values),
        "misses": _misses(control_rows),
        "tests": test_rows,
        "controls": control_rows,
        "unplanned": len(plans) - len(control_rows),
        "left_out": [*left_out, *costly],
        "sentences": [],
    }
    return {**summary, "sentences": sentences(summary)}


def _by_test(outcomes: Iterable[Outcome]) -> dict[tuple[str, str, int], list[PValue]]:
    found: dict[tuple[str, str, int], list[PValue]] = {}
    for outcome in outcomes:
        for each in outcome.tested:
            found.setdefault((outcome.label, outcome.check, each.place), []).append(each)
    return found


def _by_control(outcomes: Iterable[Outcome]) -> dict[tuple[str, str, str, int], list[Attempt]]:
    found: dict[tuple[str, str, str, int], list[Attempt]] = {}
    for outcome in outcomes:
        for each in outcome.tried:
            found.setdefault((outcome.label, outcome.check, each.control, each.place), []).append(each)
    return found


def _largest(tried: Iterable[Attempt]) -> float:
    """The largest planned miss; 1, which promises nothing, without a plan."""
    return max(1.0 if each.planned is None else each.planned for each in tried)


def at_most(p_values: Iterable[float], threshold: float) -> int:
    """How many p-values are at most a threshold.

    Examples:
        >>> at_most([0.02, 0.5, 0.7], 0.5)
        2
    """
    return sum(p <= threshold for p in p_values)


def _refused(seeds: int, threshold: float, level: float) -> int | None:
    """The least number of p-values at most a threshold that is refused; None if that of all seeds is not."""
    return next((k for k in range(1, seeds + 1) if binomial_at_least(k, seeds, threshold) <= level), None)


def _test_row(label: str, check: str, place: int, found: Sequence[PValue], level: float) -> TestRow:
    counts = [at_most((each.p for each in found), t) for t in THRESHOLDS]
    p = min(binomial_at_least(count, len(found), t) for count, t in zip(counts, THRESHOLDS, strict=True))
    return {
        "label": label,
        "check": check,
        "place": place,
        "test": found[0].test,
        "seeds": len(found),
        "counts": counts,
        "p": p,
        "calibrated": p > level,
    }


def _control_row(
    label: str, check: str, control: str, place: int, found: Sequence[Attempt], level: float
) -> ControlRow:
    missed, planned = sum(not each.refuted for each in found), _largest(found)
    p = binomial_at_least(missed, len(found), planned) if planned <= PROMISED else None
    return {
        "label": label,
        "check": check,
        "control": control,
        "place": place,
        "seeds": len(found),
        "planned": planned,
        "mean": sum(each.planned or 0.0 for each in found) / len(found),
        "missed": missed,
        "p": p,
        "calibrated": p is None or p > level,
    }


def _shares(tests: dict[tuple[str, str, int], list[PValue]]) -> list[ShareRow]:
    """All tests, then each kind of test."""
    kinds = sorted({found[0].test for found in tests.values()})
    groups = {ALL: list(tests.values())}
    groups |= {kind: [found for found in tests.values() if found[0].test == kind] for kind in kinds}
    return [_share_row(kind, found) for kind, found in groups.items() if found]


def _share_row(kind: str, tests: Sequence[Sequence[PValue]]) -> ShareRow:
    p_values = [each.p for found in tests for each in found]
    shares, curve = ([at_most(p_values, t) / len(p_values) for t in ends] for ends in (THRESHOLDS, CURVE))
    return {"test": kind, "tests": len(tests), "p_values": len(p_values), "shares": shares, "curve": curve}


def _alarms(p_values: Sequence[float]) -> Alarms:
    return {"tests": len(p_values), "refuted": at_most(p_values, LEVEL), "allowed": len(p_values) * LEVEL}


def _misses(rows: Sequence[ControlRow]) -> list[MissRow]:
    found = []
    for low, high in pairwise(MISSES):
        inside = [row for row in rows if low < row["planned"] <= high or (row["planned"] == low == 0)]
        if inside:
            found.append(_miss_row(low, high, inside))
    return found


def _miss_row(low: float, high: float, rows: Sequence[ControlRow]) -> MissRow:
    return {
        "low": low,
        "high": high,
        "controls": len(rows),
        "tried": sum(row["seeds"] for row in rows),
        "missed": sum(row["missed"] for row in rows),
        "planned": sum(row["mean"] * row["seeds"] for row in rows),
    }
