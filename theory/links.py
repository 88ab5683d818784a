"""What a formula rests on, from the definitions to it, through the claims that its proof cites; and what is said of a proof."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum, StrEnum
from typing import NamedTuple

from sparse_limits.theory.claims import Claim, Proof
from sparse_limits.theory.steps import RULES, Carrier, Reach, Step, path, up_to


class Link(IntEnum):
    """What carries a step, the strongest first."""

    ALL = 0  # computed for all values of all letters, or a definition
    RULE = 1  # a rule that is named, or another claim of which all that is used rests on no less
    CITED = 2
    SIZES = 3  # computed at some sizes, for all values of the other letters
    POINTS = 4  # computed at some values
    SAMPLED = 5  # tested, or measured
    ARGUED = 6  # by a sentence

    def __str__(self) -> str:
        return self.name.lower()


Links = Mapping[str, Link]  # of steps, or of expressions, by name


class Weakest(NamedTuple):
    """The weakest links on the paths to the expressions and to the steps of a claim, from the definitions."""

    expressions: Links
    steps: Links

    def of(self, takes: Iterable[str]) -> Link:
        """What a step by this claim rests on that takes these expressions or steps; all expressions, if it names none."""
        named = [self.expressions[name] if name in self.expressions else self.steps[name] for name in takes]
        return max(Link.RULE, *(named or self.expressions.values()))

    @property
    def ambiguous(self) -> bool:
        """Whether a step by this claim must say what it takes: the expressions do not all weigh the same."""
        return len({max(Link.RULE, link) for link in self.expressions.values()}) > 1


OF_REACH = {
    Reach.ALL: Link.ALL,
    Reach.SIZES: Link.SIZES,
    Reach.POINTS: Link.POINTS,
    Reach.SAMPLED: Link.SAMPLED,
}
OF_CARRIER = {
    Carrier.DEFINED: Link.ALL,
    Carrier.RULE: Link.RULE,
    Carrier.CLAIM: Link.RULE,
    Carrier.CITED: Link.CITED,
    Carrier.ARGUED: Link.ARGUED,
}
OF_PROSE = {Proof.PROVED: Link.ARGUED, Proof.MEASURED: Link.SAMPLED}


WORDS = {
    Link.ALL: "computed for all values",
    Link.SIZES: "computed at some sizes",
    Link.POINTS: "computed at points",
    Link.SAMPLED: "tested on samples",
    Link.ARGUED: "argued",
}


def announced(step: Step) -> Link:
    """What carries a step by itself, as the proof says before any check is run; tests hold that against a run."""
    return OF_REACH[step.reach] if step.by is Carrier.COMPUTED else OF_CARRIER[step.by]


def step_links(claim: Claim, own: Callable[[Step], Link], cited: Mapping[str, Weakest]) -> dict[str, Link]:
    """What carries each step of a proof; own: by itself; cited: of each claim that a step names, what it rests on."""
    return {
        step.name: cited[step.source].of(step.takes) if step.by is Carrier.CLAIM else own(step) for step in claim.steps
    }


def weakest_links(claim: Claim, links: Links) -> Weakest:
    """For each expression and step the weakest link on its path, of the links of the steps; all that prose can show without any."""
    if not claim.steps:
        return Weakest(dict.fromkeys(claim.expressions, OF_PROSE[claim.proof]), {})
    return Weakest(
        {name: max(links[step.name] for step in path(claim.steps, name)) for name in claim.expressions},
        {each: max(links[step.name] for step in up_to(claim.steps, {each})) for each in links},
    )


def cited_by(claim: Claim) -> tuple[str, ...]:
    """The labels of the claims that carry steps of a proof."""
    return tuple(dict.fromkeys(step.source for step in claim.steps if step.by is Carrier.CLAIM))


def links_of(
    labels: Iterable[str], claim_of: Callable[[str], Claim], own: Callable[[str, Step], Link]
) -> dict[str, Weakest]:
    """For some claims and all that their proofs cite what they rest on.

    own: what carries a step of the claim of a label by itself. Claims do not cite each other in a circle.
    """
    found: dict[str, Weakest] = {}

    def visit(label: str) -> None:
        if label in found:
            return
        claim = claim_of(label)
        for used in cited_by(claim):
            visit(used)
        found[label] = weakest_links(claim, step_links(claim, lambda step: own(label, step), found))

    for label in labels:
        visit(label)
    return found


def carried(step: Step, link: Link) -> str:
    """What carries a step, in words; of a computed one that does not reach all values also why."""
    match step.by:
        case Carrier.COMPUTED:
            return f"{WORDS[link]} ({step.limited})" if step.limited else WORDS[link]
        case Carrier.RULE:
            return f"by {step.source}: {RULES[step.source]}"
        case Carrier.CLAIM:
            return f"by {step.source}{of_claim(step, link)}"
        case Carrier.CITED:
            return f"cited: {step.source}"
        case _:
            return str(step.by)


def of_claim(step: Step, link: Link) -> str:
    """What a step takes of a claim, where it names some, and what that rests on if on less than rules."""
    names = f" ({', '.join(step.takes)})" if step.takes else ""
    if link <= Link.RULE:
        return names
    return f"{names}, which rests on {'a citation' if link is Link.CITED else f'what is {WORDS[link]}'}"


class Status(StrEnum):
    """What a proof is, computed from what carries its steps."""

    PROVED = "PROVED"  # each step is computed for all values, or follows by a rule or another claim
    CITED = "CITED"  # the same, but for steps that are cited
    PARTLY = "PARTLY"  # steps are computed at some sizes or at points alone
    ARGUED = "ARGUED"  # a step, or all in prose, by words alone
    MEASURED = "MEASURED"  # what is claimed is counted on samples


STATUS = {
    Link.ALL: Status.PROVED,
    Link.RULE: Status.PROVED,
    Link.CITED: Status.CITED,
    Link.SIZES: Status.PARTLY,
    Link.POINTS: Status.PARTLY,
    Link.SAMPLED: Status.MEASURED,
    Link.ARGUED: Status.ARGUED,
}
HEADS = {
    Status.PROVED: "proved",
    Status.CITED: "proved",
    Status.PARTLY: "proved in part",
    Status.ARGUED: "argued",
    Status.MEASURED: "measured, not proved",
}
PARTS = (
    (Link.CITED, "cited"),
    (Link.SIZES, "computed at some sizes"),
    (Link.POINTS, "computed at points"),
    (Link.SAMPLED, "counted on samples"),
    (Link.ARGUED, "argued"),
)


def status(claim: Claim, own: Callable[[Step], Link] = announced) -> Status:
    """The weakest of what carries the steps of a proof by themselves: another claim counts as a rule.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> str(status(claim("S1"))), str(status(claim("S4"))), str(status(claim("T1")))
        ('PARTLY', 'CITED', 'MEASURED')
    """
    links = [own(step) for step in claim.steps] or [OF_PROSE[claim.proof]]
    return STATUS[max(links)]


def status_in_words(claim: Claim, own: Callable[[Step], Link] = announced) -> str:
    """The same in a sentence with the steps counted.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> status_in_words(claim("N1"))
        'proved: each of 6 steps is computed, or follows by a rule or another claim'
        >>> status_in_words(claim("S4"))
        'proved, 1 of 14 steps cited'
    """
    found = status(claim, own)
    links = [own(step) for step in claim.steps]
    if not links:
        return "argued in prose" if found is Status.ARGUED else HEADS[found]
    if found is Status.PROVED:
        return f"proved: each of {len(links)} steps is computed, or follows by a rule or another claim"
    counts = [(links.count(link), words) for link, words in PARTS if link in links]
    (first, words), rest = counts[0], counts[1:]
    said = [f"{first} of {len(links)} steps {words}", *(f"{number} {words}" for number, words in rest)]
    return f"{HEADS[found]}, {', '.join(said)}"
