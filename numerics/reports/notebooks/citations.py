"""The literature of the book: authors and years in the text, a list of references below it."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Any

from sparse_limits.theory.input_error import InputError


class References:
    """The entries of a .bib file, by key. InputError if it cannot be read, or for a key that it lacks."""

    def __init__(self, file: Path) -> None:
        try:
            from pybtex.database import parse_string
        except ModuleNotFoundError as error:
            raise InputError(f"{error.name} is not installed, expected after pip install '.[notebooks]'") from None
        try:
            text = file.read_text("utf-8")
        except OSError as error:
            raise InputError(f"{file}: {error.strerror or error}, expected the literature of a book") from error
        self.entries: Any = parse_string(text, "bibtex").entries

    def entry(self, key: str) -> Any:
        """The entry of a key."""
        if key not in self.entries:
            raise InputError(f"no entry {key!r} in the literature, expected one of {', '.join(self.entries)}")
        return self.entries[key]

    def of_paper(self, paper: str) -> str:
        """The key of the entry for an arXiv number."""
        for key, entry in self.entries.items():
            if entry.fields.get("eprint") == paper or entry.fields.get("url", "").endswith(f"/{paper}"):
                return str(key)
        raise InputError(f"no entry for arXiv:{paper} in the literature, expected one")

    def author_year(self, key: str) -> tuple[str, str]:
        """Who wrote an entry, in a few words, and when; works of the same people and year are distinguished by letters."""
        who, year = self._who(key), str(self.entry(key).fields.get("year", "no year"))
        alike = [each for each in self.entries if self._named[each] == (who, year)]
        return who, year if len(alike) == 1 else f"{year}{chr(ord('a') + alike.index(key))}"

    @cached_property
    def _named(self) -> dict[str, tuple[str, str]]:
        return {key: (self._who(key), str(self.entry(key).fields.get("year", "no year"))) for key in self.entries}

    def _who(self, key: str) -> str:
        people = self.entry(key).persons.get("author", [])
        names = [" ".join([*each.prelast_names, *each.last_names]) for each in people]
        if not names:
            return str(self.entry(key).fields.get("organization") or self.entry(key).fields["title"])
        return (
            names[0] if len(names) == 1 else f"{names[0]} and {names[1]}" if len(names) == 2 else f"{names[0]} et al."
        )

    def cited(self, role: str, keys: str) -> tuple[str, list[str]]:
        """What stands for `{cite:p}` or `{cite:t}` and keys between commas, and the keys; links lead to the list below."""
        wanted = [key.strip() for key in keys.split(",")]
        words = []
        for key in wanted:
            who, year = self.author_year(key)
            said = f"{who} ({year})" if role == "cite:t" else f"{who}, {year}"
            words.append(f"[{said}](#{anchor(key)})")
        return (", ".join(words) if role == "cite:t" else f"({'; '.join(words)})"), wanted

    def listed(self, keys: list[str]) -> str:
        """The entries of some keys as a list, in the order of their authors."""
        from pybtex.backends.markdown import Backend
        from pybtex.style.formatting.unsrt import Style

        ordered = sorted(dict.fromkeys(keys), key=lambda key: [part.casefold() for part in self.author_year(key)])
        texts = [each.text.render(Backend()) for each in Style().format_entries([self.entry(key) for key in ordered])]
        return "\n".join(
            f'- <a id="{anchor(key)}"></a>**{", ".join(self.author_year(key))}.** {_one_address(text)}'
            for key, text in zip(ordered, texts, strict=True)
        )


def anchor(key: str) -> str:
    """Where the list of references has an entry."""
    return f"ref-{key}"


def _one_address(text: str) -> str:
    """The text of an entry in one line; an address that is the paper's number is said once, as the number."""
    flat = " ".join(text.split())
    return re.sub(r"URL: \[[^\]]*\]\((\S+?)\), (?=\[arXiv:[^\]]*\]\(\1\))", "", flat)
