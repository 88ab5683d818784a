"""What a check finds: whether it supports or refutes, what that rests on, and how likely a test was to miss it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TypeAlias

import sympy as sp

from sparse_limits.numerics.statistics.exact_tests import Test


class Kind(IntEnum):
    """What a finding rests on, the strongest first."""

    EXACT = 0  # computer algebra or exact arithmetic
    ENCLOSED = 1  # balls
    STATISTICAL = 2  # a test with a stated level
    EMPIRICAL = 3  # an observation or a fit, no level


class Scope(IntEnum):
    """For which values a finding holds, the widest first."""

    ALL = 0  # all that the letters may take
    SIZES = 1  # all that some letters may take, at some whole numbers
    POINTS = 2  # some
    SAMPLED = 3  # as far as a test with a level can tell
    OBSERVED = 4  # the case that was measured


USUAL = {
    Kind.EXACT: Scope.POINTS,
    Kind.ENCLOSED: Scope.POINTS,
    Kind.STATISTICAL: Scope.SAMPLED,
    Kind.EMPIRICAL: Scope.OBSERVED,
}


class Verdict(Enum):
    SUPPORTS = "supports"
    REFUTES = "refutes"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Power:
    """A statistical test as it was run: its planned power, the claimed value and the one that was seen."""

    test: Test
    null: float
    estimate: float
    observed: bool = False  # plan with what was seen: a bound, or data that depend on the subject, has no other truth

    def miss(self, truth: Power) -> float:
        """How likely this test overlooks its null when the null of `truth` holds."""
        return self.test.miss(self.null, self.estimate if self.observed else truth.null)


@dataclass(frozen=True)
class Finding:
    kind: Kind
    verdict: Verdict
    detail: str
    powers: tuple[Power, ...] = ()
    empty: bool = False  # a bound that says nothing, such as a probability of at most 1: true, and no support
    vouched: tuple[str, ...] = ()  # what its numbers rest on without a check
    scope: Scope | None = None  # None: what is usual for its kind
    letters: frozenset[sp.Symbol] = frozenset()  # that were free, for a scope of all values
    order: bool = False  # it is about a sign, or about which of two sides is larger
    p_value: float | None = None  # of its test if the claim is true, several counts allowed for; None without a test

    def reach(self, letters: frozenset[sp.Symbol]) -> Scope:
        """For which values of an object's letters it holds: a letter that was not free had some value."""
        scope = USUAL[self.kind] if self.scope is None else self.scope
        return Scope.POINTS if scope is Scope.ALL and not letters <= self.letters else scope

    @property
    def detectable(self) -> float | None:
        """The smallest deviation found with probability 0.999, the largest over the tests of the finding."""
        return max(power.test.detectable(power.null) for power in self.powers) if self.powers else None

    @property
    def observed(self) -> bool:
        """Whether its tests are planned with what was seen alone; so is a finding without a test."""
        return all(power.observed for power in self.powers)

    def planned_miss(self, truth: Finding | None) -> float:
        """How likely this refutation was to fail, given the finding of the true claim at the same place.

        No test, no chance of a miss. Tests that the true claim was not put to cannot be planned: their miss is 1.
        """
        others = self.powers if self.observed else truth.powers if truth else ()
        if len(self.powers) != len(others):
            return 1.0
        return min((mine.miss(other) for mine, other in zip(self.powers, others, strict=True)), default=0.0)


Findings: TypeAlias = Iterator[Finding]  # what a check yields


class Refutation(Exception):
    """Raised while a check computes with a subject that is proved impossible, such as a probability of 1.3."""
