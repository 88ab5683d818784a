"""What a formula rests on: the weakest link of its proof, from the definitions to it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from numerics.evidence.check import CheckResult
from numerics.evidence.findings import Scope
from theory.claims import Claim, Proof
from theory.steps import RULES, Carrier, Step, path


class Link(IntEnum):
    """What carries a step, the strongest first."""

    ALL = 0  # computed for all values of all letters, or a definition
    RULE = 1  # a rule that is named, or another claim
    CITED = 2
    SIZES = 3  # computed at some sizes, for all values of the other letters
    POINTS = 4  # computed at some values
    SAMPLED = 5  # tested, or measured
    ARGUED = 6  # by a sentence

    def __str__(self) -> str:
        return self.name.lower()


OF_SCOPE = {
    Scope.ALL: Link.ALL,
    Scope.SIZES: Link.SIZES,
    Scope.POINTS: Link.POINTS,
    Scope.SAMPLED: Link.SAMPLED,
    Scope.OBSERVED: Link.SAMPLED,
}
OF_CARRIER = {
    Carrier.DEFINED: Link.ALL,
    Carrier.RULE: Link.RULE,
    Carrier.CLAIM: Link.RULE,
    Carrier.CITED: Link.CITED,
    Carrier.ARGUED: Link.ARGUED,
}
OF_PROSE = {Proof.PROVED: Link.ARGUED, Proof.CITED: Link.CITED, Proof.MEASURED: Link.SAMPLED}


WORDS = {
    Link.ALL: "computed for all values",
    Link.SIZES: "computed at some sizes",
    Link.POINTS: "computed at points",
    Link.SAMPLED: "tested on samples",
    Link.ARGUED: "argued",
}


def carried(step: Step, link: Link) -> str:
    """What carries a step, in words; of a computed one that does not reach all values also why."""
    match step.by:
        case Carrier.COMPUTED:
            return f"{WORDS[link]} ({step.limited})" if step.limited else WORDS[link]
        case Carrier.RULE:
            return f"by {step.source}: {RULES[step.source]}"
        case Carrier.CLAIM:
            return f"by {step.source}"
        case Carrier.CITED:
            return f"cited: {step.source}"
        case _:
            return str(step.by)


def step_link(step: Step, checks: Sequence[CheckResult]) -> Link:
    """What carries a step; for a computed one its scope (`step_scope`).

    A check reaches an object where a control that replaces nothing else was refuted; without one the step is argued.
    """
    if step.by is not Carrier.COMPUTED:
        return OF_CARRIER[step.by]
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


def weakest_links(claim: Claim, checks: Sequence[CheckResult]) -> dict[str, Link]:
    """For each expression of a claim the weakest link on its path; all that prose can show for a proof without steps."""
    if not claim.steps:
        return dict.fromkeys(claim.expressions, OF_PROSE[claim.proof])
    links = {step.name: step_link(step, checks) for step in claim.steps}
    return {name: max(links[step.name] for step in path(claim.steps, name)) for name in claim.expressions}
