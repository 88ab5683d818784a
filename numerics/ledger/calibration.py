"""The study of calibration: whether the statistical checks of the ledger keep the levels and the powers that they state.

The checks run at many seeds, with samples of a part of their usual size: the misses that they plan for wrong forms are then
large enough to be counted. Three questions, each answered by counts over independent seeds:

| question | counted | at most, if the tests are calibrated |
|---|---|---|
| are p-values of true claims too small? | p ≤ t, for several t | a binomial count with probability t |
| are true claims refuted? | p ≤ the level of a test | a binomial count with this level |
| are wrong forms missed more often than planned? | findings that do not refute | a binomial count with the planned miss |

p-values of one seed may depend on each other, counts of different tests as well: what is tested is one test over the seeds,
and the level of the study is divided by the number of all comparisons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from typing import NamedTuple

from flint import ctx

from sparse_limits.numerics.arguments import HIGHEST_SEED, InputError, checked_integer, seed_number
from sparse_limits.numerics.checks import checks_of_claims
from sparse_limits.numerics.evidence import Check, Control, Finding, Kind, Trial, Verdict
from sparse_limits.numerics.evidence.outcomes import OF_THE_MACHINE
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.ledger.verification import modules_of
from sparse_limits.numerics.statistics.exact_tests import Betting, Binomial, Majority, MedianOfMeans, TwoCounts
from sparse_limits.numerics.studies.calibration_counts import Attempt, Outcome, PValue, counted
from sparse_limits.numerics.studies.calibration_summary import CalibrationSummary, LeftOut
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.ledger import ledger_for

MOST_SEEDS, MOST_REDUCED = 100_000, 1024
BLOCK = 25  # seeds of one piece of work: what a check computes without its seed is then computed once
QUICK = {"seeds": 5}
NAMES = {
    Binomial: "binomial count",
    TwoCounts: "two counts",
    Majority: "majority",
    Betting: "betting",
    MedianOfMeans: "median of means",
}


@dataclass(frozen=True)
class Settings:
    """What a study runs over; InputError, in one line, for anything outside its range.

    names: labels or topics, all claims if empty. seeds: how many. reduce: what sizes of samples are divided by. most: seconds;
    checks that are expected to take longer are left out.
    """

    names: tuple[str, ...] = ()
    seeds: int = 25
    reduce: int = 8
    most: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        checked_integer("seeds", self.seeds, 1, MOST_SEEDS)
        checked_integer("reduce", self.reduce, 1, MOST_REDUCED)
        if isinstance(self.most, bool) or not isinstance(self.most, (int, float)) or not 0 < self.most <= inf:
            raise InputError(f"most is {self.most!r:.60}, expected a positive number of seconds")
        checked_integer("seed", self.seed, 0, HIGHEST_SEED)
        if other := [name for name in self.names if not isinstance(name, str)]:
            raise InputError(f"names holds {other[0]!r:.60}, expected labels or topics")
        if self.names:
            ledger_for(self.names).select(self.names)


class Piece(NamedTuple):
    """A check at some seeds; not what else a study runs over, so that a store has it for other studies too."""

    label: str
    topic: str
    check: str
    first: int
    beyond: int
    reduce: int
    seed: int


@dataclass
class Smaller(Trial):
    """A trial whose samples are a part of their usual size."""

    reduce: int = 1

    def size(self, quick: int) -> int:
        return max(1, quick // self.reduce)


def checks_asked(settings: Settings) -> list[tuple[Entry, Check]]:
    """The statistical checks of the claims that are named, in the order of the ledger, costly ones too."""
    entries = ledger_for(settings.names).select(settings.names)
    return [
        (entry, check)
        for entry in entries
        for check in _checks(entry.topic, entry.label)
        if check.kind is Kind.STATISTICAL
    ]


@cache
def _checks(topic: str, label: str) -> tuple[Check, ...]:
    return tuple(checks_of_claims(topic, [label]))


def pieces(settings: Settings) -> list[Piece]:
    """Every check at a block of seeds, what costs most first.

    Raises:
        InputError: if the claims that are named have no statistical check that is cheap enough.
    """
    asked = checks_asked(settings)
    cheap = [(entry, check) for entry, check in asked if check.cost <= settings.most]
    if not asked:
        raise InputError(f"names is {' '.join(settings.names)}, expected a claim with a statistical check")
    if not cheap:
        least = min(check.cost for _, check in asked)
        raise InputError(f"most is {settings.most:g}, expected {least:g} or more, the seconds of the cheapest check")
    return [
        Piece(
            entry.label,
            entry.topic,
            check.name,
            first,
            min(first + BLOCK, settings.seeds),
            settings.reduce,
            settings.seed,
        )
        for entry, check in sorted(cheap, key=lambda each: -each[1].cost)
        for first in range(0, settings.seeds, BLOCK)
    ]


def modules(piece: Piece) -> tuple[str, ...]:
    """The modules on whose code the outcomes of a piece depend."""
    (entry,) = ledger_for([piece.label])
    return (__name__, *modules_of(entry, _named(piece)))


def named(piece: Piece) -> str:
    """A piece, for a message."""
    return f"{piece.label} {piece.check}, seeds {piece.first + 1} to {piece.beyond}"


def _named(piece: Piece) -> Check:
    return next(check for check in _checks(piece.topic, piece.label) if check.name == piece.check)


def measure(piece: Piece) -> list[Outcome]:
    """An outcome for each seed."""
    check = _named(piece)
    return [outcome(check, at, piece.seed, piece.reduce) for at in range(piece.first, piece.beyond)]


def outcome(check: Check, at: int, seed: int = 0, reduce: int = 1) -> Outcome:
    """What a check finds about its claim and about every control at one of the study's seeds.

    A check that raises, or that refutes its claim without a test, does not work with samples of this size.
    """
    number = seed_number(keyed_seed(seed, "calibration", at))  # the same for all checks, of which some share their data
    trial = Smaller(check.claim, check.name, seed=number, reduce=reduce)
    precision = ctx.prec
    try:
        truth = list(check.findings(trial))
        flaw = next((f.detail for f in truth if f.verdict is Verdict.REFUTES and f.p_value is None), "")
        tried = [] if flaw else [each for control in check.controls for each in _tried(check, control, trial, truth)]
    except OF_THE_MACHINE:  # another one may have an outcome
        raise
    except Exception as error:
        return Outcome(check.claim.label, check.name, at, [], [], f"{type(error).__name__}: {error}")
    finally:
        ctx.prec = precision
    return Outcome(check.claim.label, check.name, at, list(_tested(truth)), tried, flaw and f"refuted: {flaw}")


def _tested(truth: Sequence[Finding]) -> Iterator[PValue]:
    for place, finding in enumerate(truth, 1):
        if finding.p_value is not None:
            yield PValue(place, NAMES[type(finding.powers[0].test)], finding.p_value)


def _tried(check: Check, control: Control, trial: Trial, truth: Sequence[Finding]) -> Iterator[Attempt]:
    """What each test says about a control, if its plan knew the truth beforehand and not from the same sample."""
    try:
        for place, finding in enumerate(check.findings(trial, control.changes)):
            if finding.p_value is not None:
                known = not finding.observed
                planned = finding.planned_miss(truth[place] if place < len(truth) else None) if known else None
                yield Attempt(control.title, place + 1, planned, finding.verdict is Verdict.REFUTES)
    except OF_THE_MACHINE:
        raise
    except Exception:  # an error refutes nothing, and what was found before it stands
        return


def in_order(settings: Settings, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Outcomes by check, as the ledger has them, and by seed."""
    order = {(entry.label, check.name): at for at, (entry, check) in enumerate(checks_asked(settings))}
    return sorted(outcomes, key=lambda each: (order[each.label, each.check], each.at))


def summarise(settings: Settings, outcomes: Sequence[Outcome]) -> CalibrationSummary:
    """All numbers of the study."""
    costly: list[LeftOut] = [
        {"label": entry.label, "check": check.name, "why": "cost", "reason": f"expected to take {check.cost:g} s"}
        for entry, check in checks_asked(settings)
        if check.cost > settings.most
    ]
    return counted(outcomes, costly, settings.seeds, settings.reduce, settings.most, settings.seed)
