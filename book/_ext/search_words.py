"""What a page is found by: its words in `{index}`, in the spellings that a reader may type.

The search of the site compares what is typed with whole entries of the index, letter by letter. So each entry is entered as
well in the plural, in American spelling, and without accents and dashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import combining, normalize

from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

DASHES = re.compile("[‐–—-]")


def spellings(words: str) -> Iterator[str]:
    """Other ways to type an entry.

    Examples:
        >>> list(spellings("Erdős–Rényi"))
        ['Erdős-Rényi', 'Erdős Rényi', 'Erdos–Renyi', 'Erdos-Renyi', 'Erdos Renyi']
        >>> list(spellings("generalisation bound"))
        ['generalisation bounds', 'generalization bound', 'generalization bounds']
        >>> list(spellings("SNIP"))
        []
    """
    found = {words: None}
    for respell in (_many, _american, lambda each: DASHES.sub("-", each), lambda each: DASHES.sub(" ", each), _plain):
        found |= dict.fromkeys(map(respell, tuple(found)))
    del found[words]
    yield from found


def _many(words: str) -> str:
    """The plural of a noun; names, numbers and what ends in s stay."""
    last = words.split()[-1]
    if last != last.lower() or not last.isalpha() or last.endswith(("s", "ing", "isation")):
        return words
    return f"{words[:-1]}ies" if last.endswith("y") else f"{words}s"


def _american(words: str) -> str:
    return words.replace("isation", "ization")


def _plain(words: str) -> str:
    return "".join(each for each in normalize("NFD", words) if not combining(each))


class Respelt(SphinxTransform):
    """Enters the spellings beside each entry, before Sphinx gathers the entries of a page."""

    default_priority = 400

    def apply(self, **_: object) -> None:
        for node in self.document.findall(addnodes.index):
            node["entries"] += [
                (kind, other, *rest)
                for kind, words, *rest in node["entries"]
                if kind == "single"
                for other in spellings(words)
            ]


def setup(app: Sphinx) -> dict[str, object]:
    app.add_transform(Respelt)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
