"""What the proofs of a run are and what its formulas rest on, counted: a line for the terminal, a table for the book."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sparse_limits.numerics.ledger.verification import ClaimResult, Run
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.theory.claims import Proof, Provenance
from sparse_limits.theory.links import Link, Status

FIRM = (Link.ALL, Link.RULE, Link.CITED)  # what carries a step for all values
AIM = 85  # per cent of a topic's formulas that are to rest on no less
KINDS = {  # of the proof of a claim as a whole
    Status.PROVED: "with each step computed or by a named rule",
    Status.CITED: "with steps from the literature",
    Status.PARTLY: "with steps computed at some sizes or points alone",
    Status.ARGUED: "with steps argued in words",
    Status.MEASURED: "measured in place of a proof",
}
IN_PART = (Status.PARTLY, Status.ARGUED)
ORIGINS = {  # what is said of one claim, and of more
    Provenance.STATED: ("is stated in a text that we had", "are stated in texts that we had"),
    Provenance.RECONSTRUCTED: (
        "is announced by a sentence of a paper (the precise form and the proof are ours)",
        "are announced by a sentence of a paper (the precise form and the proof are ours)",
    ),
    Provenance.EXTENSION: ("is an extension (ours, or a textbook fact)", "are extensions (ours, or textbook facts)"),
    Provenance.CORRECTION: ("corrects a sentence that is quoted", "correct sentences that are quoted"),
    Provenance.PITFALL: (
        "refutes a form that one might expect or that is reported second-hand",
        "refute a form that one might expect or that is reported second-hand",
    ),
}


def proofs_line(run: Run) -> str:
    """How many proofs are of which kind, and how many formulas rest on nothing weaker than a citation."""
    found = Counter(claim.proof for claim in run.claims)
    kinds = [f"{found[str(kind)]} {words}" for kind, words in KINDS.items() if found[str(kind)]]
    links = _weakest(run.claims)
    firm = _firm(links)
    share = f"{firm if firm == 100 else min(firm, 99):.0f}"  # all of them only where it is all of them
    return f"proofs: {', '.join(kinds)}; {share} % of {links.total()} formulas rest on a citation at worst"


def split_text(run: Run) -> str:
    """How many claims of a run are proved, how far, or measured; and how many come from the papers, and how many are ours."""
    kinds = Counter(claim.proof for claim in run.claims)
    known = [f"{count} {'is' if count == 1 else 'are'} {_known(kind)}" for kind in KINDS if (count := kinds[str(kind)])]
    found = Counter(claim.entry.claim.provenance for claim in run.claims)
    origins = [f"{count} {words[count > 1]}" for origin, words in ORIGINS.items() if (count := found[origin])]
    return f"Of {many(len(run.claims), 'claim')}, {_all(known)}. By origin, {_all(origins)}."


def _known(kind: Status) -> str:
    if kind is Status.MEASURED:
        return KINDS[kind]
    return f"proved in part ({KINDS[kind]})" if kind in IN_PART else f"proved {KINDS[kind]}"


def _all(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)}, and {last}" if first else last


def proofs_text(run: Run) -> str:
    """The proofs of a run in Markdown: how many are lists of steps, what these lead to, and the same topic by topic."""
    by_topic: dict[str, list[ClaimResult]] = {}
    for claim in run.claims:
        by_topic.setdefault(claim.entry.topic, []).append(claim)
    links = {topic.replace("_", " "): _weakest(claims) for topic, claims in by_topic.items()}
    short = [f"{topic} ({_firm(each):.1f} %)" for topic, each in links.items() if _firm(each) < AIM]
    return "\n".join(
        [
            _in_words([claim for claim in run.claims if claim.entry.claim.steps], len(run.claims)),
            "",
            "All formulas by the weakest link; *firm* are those that rest on all values, rules or citations:",
            "",
            *_table({**links, "together": _weakest(run.claims)}),
            "",
            f"The aim is {AIM} % in each topic." + (f" Below it: {', '.join(short)}." if short else ""),
        ]
    )


def _in_words(stepped: Sequence[ClaimResult], claims: int) -> str:
    """How many proofs are lists of steps, of how many claims, and how many of the steps are less than computed for all values."""
    measured = [claim.entry.label for claim in stepped if claim.entry.claim.proof is Proof.MEASURED]
    steps = Counter(link for claim in stepped for link in claim.links.values())
    limited = sum(bool(step.limited) for claim in stepped for step in claim.entry.claim.steps)
    words = f"Of {many(claims, 'claim')} {len(stepped)} have lists of steps"
    words += f", which are a proof but for {', '.join(measured)}: these lead to what is measured" if measured else ""
    words += f". Of {many(steps.total(), 'step')} {steps[Link.ARGUED] or 'none'} are argued in words"
    if limited:
        words += (
            f", and {limited} are computed at some sizes, at points or on samples alone: these say why in `show`, in the boxes of "
            "the book, and as `limited` in `verify --json` and `claims --json`"
        )
    return words + "."


def _table(links: Mapping[str, Counter[Link]]) -> list[str]:
    kinds = [link for link in Link if link is not Link.ARGUED or any(each[link] for each in links.values())]
    head = ["topic", "firm, %", "count", *map(str, kinds)]
    rows = [
        [topic, f"{_firm(each):.1f}", str(each.total()), *(str(each[kind] or "") for kind in kinds)]
        for topic, each in links.items()
    ]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _weakest(claims: Iterable[ClaimResult]) -> Counter[Link]:
    """The weakest link of each formula of the claims."""
    return Counter(link for claim in claims for link in claim.weakest.values())


def _firm(links: Counter[Link]) -> float:
    """Per cent of formulas that rest on no less than a citation."""
    return 100 * sum(links[link] for link in FIRM) / max(links.total(), 1)
