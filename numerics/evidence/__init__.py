"""What a check is written with, and how a check is run: `exact`, `enclosed`, `statistical`, `empirical` and `control`."""

from sparse_limits.numerics.evidence.check import (
    Check,
    Control,
    checks_in,
    control,
    empirical,
    enclosed,
    exact,
    reasons,
    statistical,
)
from sparse_limits.numerics.evidence.findings import Finding, Findings, Kind, Refutation, Scope, Verdict
from sparse_limits.numerics.evidence.outcomes import CheckResult, ControlResult, in_order, kills, run, scaled
from sparse_limits.numerics.evidence.trial import Trial

__all__ = [
    "Check",
    "CheckResult",
    "Control",
    "ControlResult",
    "Finding",
    "Findings",
    "Kind",
    "Refutation",
    "Scope",
    "Trial",
    "Verdict",
    "checks_in",
    "control",
    "empirical",
    "enclosed",
    "exact",
    "in_order",
    "kills",
    "reasons",
    "run",
    "scaled",
    "statistical",
]
