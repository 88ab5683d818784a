"""What carries the steps of a proof, as the checks of a run found."""

from __future__ import annotations

from collections.abc import Sequence

from sparse_limits.numerics.evidence.findings import Scope
from sparse_limits.numerics.evidence.outcomes import CheckResult
from sparse_limits.theory.links import Link, announced
from sparse_limits.theory.steps import Carrier, Step

OF_SCOPE = {
    Scope.ALL: Link.ALL,
    Scope.SIZES: Link.SIZES,
    Scope.POINTS: Link.POINTS,
    Scope.SAMPLED: Link.SAMPLED,
    Scope.OBSERVED: Link.SAMPLED,
}


def step_link(step: Step, checks: Sequence[CheckResult]) -> Link:
    """What carries a step by itself; for a computed one its scope (`step_scope`), for others as announced.

    A check reaches an object where a control that replaces nothing else was refuted; without one the step is argued.
    """
    if step.by is not Carrier.COMPUTED:
        return announced(step)
    scope = step_scope(step, checks)
    return Link.ARGUED if scope is None else OF_SCOPE[scope]


def step_scope(step: Step, checks: Sequence[CheckResult]) -> Scope | None:
    """For which values a computed step holds: the narrowest scope of what it gives, each by the check that reached farthest.

    None where no check reached an object, and for a step that is not computed.
    """
    if step.by is not Carrier.COMPUTED:
        return None
    own = [check for check in checks if check.step == step.name]
    reached = [[check.reached[name] for check in own if name in check.reached] for name in step.gives]
    return max(map(min, reached)) if all(reached) else None
