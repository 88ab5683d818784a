"""A paper beside the ledger: each sentence that is at hand of it, with the claims that quote it, and the claims that go further."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.theory.claims import QUOTATION, Claim
from sparse_limits.theory.entries import Entry, Ledger
from sparse_limits.theory.links import status_in_words
from sparse_limits.theory.texts import TEXTS


def quotations(claim: Claim, paper: str, version: str) -> list[str]:
    """What a claim quotes of a version of a paper: at its source, and, of a form that fails, of any version.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> quotations(claim("F2.1"), "2510.17515", "v1")
        ['while the absolute learning speed is reduced, the relative dynamics between modes remain unchanged']
    """
    source = claim.source
    own = [source.place] if (source.paper, source.version) == (paper, version) else []
    return [each for text in (*own, *(form.by for form in claim.pitfalls)) for each in QUOTATION.findall(text)]


def claims_about(sentence: str, paper: str, version: str, entries: Iterable[Entry]) -> list[Claim]:
    """The claims that quote a sentence, or a part of it, of a version of a paper."""
    return [
        entry.claim
        for entry in entries
        if any(quotation in sentence for quotation in quotations(entry.claim, paper, version))
    ]


def listed_paper(paper: str, ledger: Ledger) -> str:
    """All that the ledger says about a paper, in the Markdown of the book: by version, place and sentence, and what goes further.

    Raises:
        KeyError: for a paper of which nothing is at hand.
    """
    parts = [part for version in TEXTS[paper] for part in _version(paper, version, ledger)]
    quoting = {
        claim.label
        for version, text in TEXTS[paper].items()
        for sentence in text.sentences
        for claim in claims_about(sentence, paper, version, ledger)
    }
    rest = [entry for entry in ledger if entry.claim.source.paper == paper and entry.label not in quoting]
    return "\n\n".join([*parts, *_further(rest)])


def _version(paper: str, version: str, ledger: Ledger) -> Iterator[str]:
    text = TEXTS[paper][version]
    yield f"**{version or 'The text'}.** At hand: {text.extent}."
    for place, sentences in text.places.items():
        yield f"*{place[0].upper()}{place[1:]}:*"
        for sentence in sentences:
            yield f"> {' '.join(sentence.split())}"
            about = claims_about(sentence, paper, version, ledger)
            yield "\n".join(map(_line, about)) or "- No claim quotes this sentence."


def _line(claim: Claim) -> str:
    """A claim, whose it is, and how far it is proved."""
    return f"- {{claimref}}`{claim.label}`, {claim.provenance.lower()}: {claim.title} ({status_in_words(claim)})"


def _further(entries: list[Entry]) -> Iterator[str]:
    """The claims beside a paper that quote no sentence of it, by topic."""
    if not entries:
        return
    yield f"**Further.** {many(len(entries), 'claim')} {'stands' if len(entries) == 1 else 'stand'} beside the paper, and quote no sentence of it:"
    topics = dict.fromkeys(entry.topic for entry in entries)
    yield "\n".join(
        f"- {topic.replace('_', ' ')}: "
        + ", ".join(f"{{claimref}}`{entry.label}`" for entry in entries if entry.topic == topic)
        for topic in topics
    )
