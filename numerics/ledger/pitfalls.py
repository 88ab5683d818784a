"""The forms that fail beside a claim, as a run saw them fail."""

from __future__ import annotations

from dataclasses import dataclass

from sparse_limits.numerics.checks import checks_of_claims
from sparse_limits.numerics.evidence import CheckResult, ControlResult
from sparse_limits.numerics.ledger.verification import ClaimResult
from sparse_limits.theory.claims import Pitfall


@dataclass(frozen=True)
class FailedForm:
    """A form that fails, the check that computes with its counterexample, and what became of the form there."""

    pitfall: Pitfall
    check: CheckResult
    control: ControlResult


def failed_forms(result: ClaimResult) -> list[FailedForm]:
    """The forms that fail beside a claim, each with the control that a run refuted at its counterexample.

    Raises:
        ValueError: if no check that takes the counterexample has the control.
    """
    claim = result.entry.claim
    found = []
    for pitfall in claim.pitfalls:
        takes = {
            check.name
            for check in checks_of_claims(result.entry.topic, [claim.label])
            if pitfall.counterexample in check.subjects
        }
        outcomes = [
            FailedForm(pitfall, check, control)
            for check in result.checks
            for control in check.controls
            if check.name in takes and control.name == pitfall.control
        ]
        if not outcomes:
            raise ValueError(
                f"{claim.label}: no check of {pitfall.counterexample!r} has the control {pitfall.control!r}"
            )
        found.append(outcomes[0])
    return found
