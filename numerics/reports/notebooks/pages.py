"""The pages of the book, and one of them as a notebook: its cells in order, what its directives and links become."""

from __future__ import annotations

import base64
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sparse_limits.numerics.ledger.verification import ClaimResult, Run
from sparse_limits.numerics.printing.plain_text import many
from sparse_limits.numerics.reports.bounds import counted_bounds, listed_bounds
from sparse_limits.numerics.reports.citing import address_of
from sparse_limits.numerics.reports.claim_references import reference
from sparse_limits.numerics.reports.contents import Line, contents, lines_of
from sparse_limits.numerics.reports.failed_forms import forms_table, forms_text
from sparse_limits.numerics.reports.legend import HEADING, legend_rows, legend_table
from sparse_limits.numerics.reports.notebooks.boxes import NOT_RUN, SIGNS, Box, claim_link
from sparse_limits.numerics.reports.notebooks.citations import References
from sparse_limits.numerics.reports.notebooks.markdown import (
    OUTSIDE,
    Directive,
    Rewriting,
    directive,
    folded,
    listed_rows,
    literal,
    one_line_displays,
    parse,
    quoted,
    table,
)
from sparse_limits.numerics.reports.notebooks.preamble import preamble
from sparse_limits.numerics.reports.open_questions import counted_questions, listed_questions
from sparse_limits.numerics.reports.papers import listed_paper
from sparse_limits.numerics.reports.proofs import proofs_text, split_text
from sparse_limits.numerics.reports.run import closing_line
from sparse_limits.theory.entries import Entry, Ledger
from sparse_limits.theory.input_error import InputError

Notebook = dict[str, Any]  # as nbformat 4.5 has it
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
HIDDEN = {"hide-input", "hide-cell", "remove-input", "remove-cell"}  # tags of cells whose source is collapsed
NOTES = ("admonition", "note", "tip", "important", "warning", "seealso")
PROVENANCES = ("CORRECTION", "PITFALL")


@dataclass(frozen=True)
class Page:
    """A page of the book: its name and its text, as tokens say what it holds."""

    name: str
    text: str

    @cached_property
    def directives(self) -> list[Directive]:
        """The directives that stand on the page by themselves, in order."""
        return [found for token in parse(self.text) if (found := directive(token))]

    @cached_property
    def title(self) -> str:
        """The first heading."""
        tokens = parse(self.text)
        inline = (after for token, after in itertools.pairwise(tokens) if token.type == "heading_open")
        return next((token.content for token in inline), self.name)

    @property
    def labels(self) -> list[str]:
        """The labels of the claims whose boxes stand on the page."""
        return [each.argument for each in self.directives if each.name == "claim"]

    @property
    def derived(self) -> list[str]:
        """The labels of the claims whose proofs stand on the page beside their boxes."""
        return [each.argument for each in self.directives if each.name == "derivation"]


@dataclass(frozen=True)
class Book:
    """The pages in a folder, the ledger that they speak of, and what a run of its claims found.

    offered: the pages whose notebooks can be linked to; None for all of them. site: the address of the site that these pages are
    of; None for that of the release.
    """

    folder: Path
    pages: Mapping[str, Page]
    ledger: Ledger
    run: Run | None = None
    offered: frozenset[str] | None = None
    site: str | None = None

    @cached_property
    def address(self) -> str:
        """Of the site; empty while it has none."""
        return (address_of(self.folder) if self.site is None else self.site).rstrip("/")

    @cached_property
    def references(self) -> References:
        return References(self.folder / "references.bib")

    @cached_property
    def places(self) -> dict[str, str]:
        """The page of each claim."""
        return {label: page.name for page in self.pages.values() for label in page.labels}

    @cached_property
    def results(self) -> dict[str, ClaimResult]:
        return {} if self.run is None else {each.entry.label: each for each in self.run.claims}

    @cached_property
    def _lines(self) -> dict[str, Line]:
        return {line.label: line for line in contents()}

    def line(self, entry: Entry) -> Line:
        """The claim as it is announced; computed for one that the table of contents lacks."""
        known = self._lines.get(entry.label)
        return lines_of([entry])[0] if known is None else known

    def leads(self, page: str) -> bool:
        """Whether a link to the notebook of a page leads somewhere."""
        return page in self.pages if self.offered is None else page in self.offered


def read_pages(folder: Path) -> dict[str, Page]:
    """Read the pages of a book.

    Raises:
        InputError: for a folder that is no book: one without pages or literature.
    """
    if not (folder / "references.bib").is_file() or not (found := sorted(folder.glob("*.md"))):
        raise InputError(f"{folder}: is no book, expected a folder with pages (.md) and references.bib")
    return {file.stem: Page(file.stem, file.read_text("utf-8")) for file in found}


@dataclass
class Chapter:
    """A page on its way to a notebook; `cited` collects the keys of the literature in it."""

    book: Book
    page: Page
    cited: list[str] = field(default_factory=list)
    pictures: dict[str, dict[str, str]] = field(default_factory=dict)

    def notebook(self) -> Notebook:
        """The page as a notebook without outputs.

        Raises:
            InputError: for a directive or a role that no notebook has, and for a claim, a page or a citation there is not.
        """
        cells = list(self._cells())
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        if code:
            cells.insert(0, self._cell("code", preamble([cell["source"] for cell in code]), "requirements"))
        named = {each.name for each in self.page.directives}
        if "legend" not in named and (legend := self._legend(self.page.labels)):
            cells.append(self._cell("markdown", f"## {HEADING}\n\n{legend}", "symbols"))
        if self.cited and "bibliography" not in named:
            listed = self.book.references.listed(self.cited)
            cells.append(self._cell("markdown", f"## References\n\n{listed}", "references"))
        if self.book.address:
            link = f"{self.book.address}/{self.page.name}.html"
            cells.append(self._cell("markdown", f"This page on the site: <{link}>", "address"))
        metadata = {
            "kernelspec": KERNEL,
            "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
            "title": self.page.title,
        }
        return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}

    def _cells(self) -> Iterator[dict[str, Any]]:
        """Code cells as they stand; Markdown between them, cut before headings; each claim by itself."""
        lines = self.page.text.split("\n")
        pending, number = 0, 0

        def markdown(end: int) -> Iterator[dict[str, Any]]:
            nonlocal number
            if text := self.markdown("\n".join(lines[pending:end])).strip():
                number += 1
                yield self._cell("markdown", text, f"text-{number}")

        for token in parse(self.page.text):
            if token.level or token.map is None:
                continue
            first, last = token.map
            asked = directive(token)
            if token.type == "heading_open" or (asked is not None and asked.name in ("code-cell", "claim")):
                if token.type == "heading_open" and lines[first - 1].startswith("("):
                    continue  # the name of a place stays above its heading
                yield from markdown(first)
                pending = first
            if asked is not None and asked.name == "code-cell":
                number += 1
                yield self._code(asked, f"code-{number}")
                pending = last
            elif asked is not None and asked.name == "claim":
                yield self._cell("markdown", self._directive(asked), f"claim-{asked.argument.replace('.', '-')}")
                pending = last
        yield from markdown(len(lines))

    def _cell(self, kind: str, source: str, name: str, **metadata: Any) -> dict[str, Any]:
        cell = {"cell_type": kind, "id": name, "metadata": metadata, "source": source}
        if kind == "code":
            return {**cell, "execution_count": None, "outputs": []}
        if used := {name: data for name, data in self.pictures.items() if f"(attachment:{name})" in source}:
            cell["attachments"] = used
        return cell

    def _code(self, asked: Directive, name: str) -> dict[str, Any]:
        metadata: dict[str, Any] = dict(asked.options)
        tags = set(metadata.get("tags", ()))
        if tags & HIDDEN:
            metadata["jupyter"] = {"source_hidden": True}
        if tags & {"hide-output", "hide-cell", "remove-output", "remove-cell"}:
            metadata["jupyter"] = {**metadata.get("jupyter", {}), "outputs_hidden": True}
        return self._cell("code", asked.body, name, **metadata)

    def markdown(self, text: str) -> str:
        """Markdown of the book as Markdown of a notebook."""
        return Rewriting(self._role, self._link, self._picture, self._directive).apply(text)

    def _role(self, name: str, text: str) -> str:
        if name == "claimref":
            return self._claim_link(text.strip())
        if name in ("cite:p", "cite:t"):
            words, keys = self.book.references.cited(name, text)
            self.cited += keys
            return words
        if name in ("ref", "doc"):
            found = re.fullmatch(r"(.*?)\s*<(.+)>", text, re.DOTALL)
            words, target = (found[1], found[2]) if found else ("", text)
            return self.markdown(f"[{words}]({f'#{target}' if name == 'ref' else f'{target}.md'})")
        raise InputError(
            f"page {self.page.name}: a notebook has nothing for the role {name!r}, expected claimref or cite"
        )

    def _claim_link(self, text: str) -> str:
        """A link to the box of a claim, or to a step in it, in this notebook or another; its words alone where that is not at hand."""
        asked = reference(text, self.book.ledger)
        title = literal(self.book.ledger[asked.label].claim.title)
        where = self.book.places.get(asked.label)
        if where is None or (not self.book.leads(where) and where != self.page.name):
            return f"{asked.words} ({f'{asked.label}, ' if asked.step else ''}*{title}*)"
        file = "" if where == self.page.name else f"{where}.ipynb"
        return f'[{asked.words}]({file}#{asked.anchor} "{title}")'

    def _link(self, target: str) -> tuple[str | None, str]:
        """Where a link leads, and the words for one that has none: to a notebook for a page, as it is for all else."""
        path, _, place = target.partition("#")
        if OUTSIDE.match(target) or not path:
            return target, place.replace("-", " ")
        name = Path(path).stem
        if not path.endswith(".md") or name not in self.book.pages:
            raise InputError(f"page {self.page.name}: a link leads to {target!r}, expected a page of the book")
        title = self.book.pages[name].title
        if not self.book.leads(name) and name != self.page.name:
            return None, title
        return f"{name}.ipynb{'#' if place else ''}{place}", title

    def _picture(self, source: str) -> str:
        """Take a picture into the notebook; return what a Markdown cell calls it."""
        file = self.book.folder / source
        try:
            data = base64.b64encode(file.read_bytes()).decode("ascii")
        except OSError as error:
            raise InputError(f"{file}: {error.strerror or error}, expected a picture of the book") from error
        kind = {".png": "image/png", ".svg": "image/svg+xml", ".jpg": "image/jpeg"}[file.suffix]
        self.pictures[file.name] = {kind: data}
        return f"attachment:{file.name}"

    def _directive(self, asked: Directive) -> str:
        """What is in a notebook for a directive of the book."""
        if asked.name == "claim":
            return self._claim(asked.argument)
        if asked.name == "index":  # words for the search of the site
            return ""
        if asked.name == "dropdown" or "dropdown" in str(asked.options.get("class", "")):
            return folded(self.markdown(asked.argument), self.markdown(asked.body))
        if asked.name in NOTES:
            head = asked.argument if asked.name == "admonition" else asked.name.capitalize()
            own = asked.body if asked.name == "admonition" else "\n".join([asked.argument, asked.body])
            return quoted(f"**{head}**\n\n{self.markdown(own).strip()}")
        if asked.name == "list-table":
            titles, *rows = [tuple(map(self.markdown, row)) for row in listed_rows(asked.body)]
            return table(titles, rows)
        if asked.name in ("image", "figure"):
            alt = str(asked.options.get("alt", "")).replace("[", "(").replace("]", ")")
            caption = f"\n\n{self.markdown(asked.body)}" if asked.body else ""
            return f"![{alt}]({self._picture(asked.argument)}){caption}"
        if asked.name == "literalinclude":
            return self._included(asked)
        made = self._generated(asked)
        if made is None:
            raise InputError(f"page {self.page.name}: a notebook has nothing for the directive {asked.name!r}")
        return made

    def _included(self, asked: Directive) -> str:
        """The lines of a file from the one that has `start-at` on, to the one that has `end-before`, as a block of code."""
        file = self.book.folder / asked.argument
        try:
            lines = file.read_text("utf-8").splitlines()
        except OSError as error:
            raise InputError(f"{file}: {error.strerror or error}, expected a file that the book shows") from error
        first, last = (str(asked.options.get(name, "")).strip("'\"") for name in ("start-at", "end-before"))
        start = next((i for i, line in enumerate(lines) if first in line), len(lines))
        end = next((i for i, line in enumerate(lines) if last and i > start and last in line), len(lines))
        return "\n".join([f"```{asked.options.get('language', '')}", *lines[start:end], "```"])

    def _generated(self, asked: Directive) -> str | None:
        """What the ledger, a run or the literature says; None for another directive."""
        ledger = self.book.ledger
        match asked.name:
            case "bounds":
                count = asked.argument == "count"
                return (
                    counted_bounds(ledger)
                    if count
                    else self.markdown(listed_bounds(ledger.select([asked.argument]), ledger))
                )
            case "open-questions":
                if asked.argument == "count":
                    return counted_questions(ledger)
                return self.markdown(listed_questions(ledger.select([asked.argument]), ledger))
            case "paper":
                return self.markdown(listed_paper(asked.argument, ledger))
            case "errata" if asked.argument == "table":
                return self.markdown(
                    forms_table((entry.claim for entry in ledger if entry.claim.provenance == "PITFALL"), ledger)
                )
            case "errata":
                return self._errata(asked.argument)
            case "derivation":
                return self.markdown(
                    self._box(asked.argument).proof(asked.body.split("\n") if asked.body.strip() else ())
                )
            case "legend":
                return self._legend(asked.argument.split())
            case "dashboard":
                return self._of_the_run(proofs_text if asked.argument == "proofs" else _closing)
            case "claim-index":
                return self._map()
            case "bibliography":
                return self.book.references.listed(list(self.book.references.entries))
        return None

    def _legend(self, labels: Sequence[str]) -> str:
        """The letters of some claims, folded; nothing if they have none."""
        rows = legend_rows([self.book.ledger[label].claim for label in labels])
        return folded(many(len(rows), "symbol"), self.markdown(legend_table(rows))) if rows else ""

    def _claim(self, label: str) -> str:
        return self.markdown(self._box(label).markdown())

    def _box(self, label: str) -> Box:
        entry = self.book.ledger[label]
        key = self.book.references.of_paper(entry.claim.source.paper)
        users = self.book.ledger.used_by[label]
        found, derived = self.book.results.get(label), label in self.page.derived
        return Box(entry.claim, self.book.line(entry), found, users, key, self.book.ledger, derived)

    def _errata(self, provenance: str) -> str:
        """The forms that fail beside the claims of one provenance, each with what a run found."""
        parts = []
        for entry in self.book.ledger:
            claim, result = entry.claim, self.book.results.get(entry.label)
            if claim.provenance == provenance:
                text = forms_text(claim, result, self.book.ledger, "In the run that wrote this notebook.")
                untried = "" if result else f"\n\n**{NOT_RUN}**: `sparse-limits verify {claim.label}` tries the form."
                parts.append(f"### {claim.label}: {claim.title}\n\n{one_line_displays(text)}{untried}")
                parts.append(f"Statement, proof and evidence: {claim_link(claim.label)}.")
        return self.markdown("\n\n".join(parts) or f"No claim is marked {provenance}.")

    def _of_the_run(self, told: Callable[[Run], str]) -> str:
        """What is told of the run, if it was of the whole ledger."""
        if self.book.run is None or len(self.book.results) < len(self.book.ledger):
            return f"The whole ledger was {NOT_RUN}: `sparse-limits verify` does so, in a few minutes."
        return told(self.book.run)

    def _map(self) -> str:
        """All claims in a table; the picture of their graph needs the site."""
        rows = [
            (
                claim_link(entry.label),
                literal(entry.claim.title),
                entry.claim.provenance.lower(),
                SIGNS[result.status] if (result := self.book.results.get(entry.label)) else NOT_RUN,
                ", ".join(map(claim_link, entry.claim.uses)),
            )
            for entry in self.book.ledger
        ]
        return self.markdown(table(("", "claim", "provenance", "status", "uses"), rows))


def _closing(run: Run) -> str:
    return f"**{literal(closing_line(run))}**\n\n{literal(split_text(run))}"
