"""What tests of the engine share."""

from __future__ import annotations

import numpy as np
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import Check, Finding, Trial, Verdict
from sparse_limits.numerics.statistics.exact_tests import binomial_at_least

a, b = sp.symbols("a b", positive=True)


half = sp.Rational(1, 2)


SURPRISE = 1e-9  # how unlikely an outcome must be to call a simulated rate wrong


def trial(label: str = "Z1", **others) -> Trial:
    return Trial(toy(label, {"value": a}), "check", **others)


def checks(topic: str) -> dict[str, Check]:
    return {check.claim.label: check for check in checks_of(topic)}


def assert_rate(events: int, trials: int, at_most: float) -> None:
    """That events of probability `at_most` or less can have happened so often."""
    assert binomial_at_least(events, trials, at_most) > SURPRISE, f"{events} of {trials}, promised {at_most}"


# Rates of alarm and detection, at a level where they can be seen

OBSERVABLE = 0.01


TOYS = 2000


def toss(rng: np.random.Generator, n: int, permille: int) -> int:
    return int(rng.binomial(n, permille / 1000))


def refuted(finding: Finding) -> bool:
    return finding.verdict is Verdict.REFUTES
