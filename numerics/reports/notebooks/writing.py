"""Notebooks of the book's pages, written into a folder; and a page's notebook with the outputs of another."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sparse_limits.numerics.arguments import MOST_JOBS, checked_integer, seed_number
from sparse_limits.numerics.ledger.verification import Run, checks_by_claim, verify
from sparse_limits.numerics.reports.notebooks.pages import PROVENANCES, Book, Chapter, Notebook, Page, read_pages
from sparse_limits.numerics.reports.writing import write_text
from sparse_limits.theory.dependencies import ROOT
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.selection import meant

if TYPE_CHECKING:
    from sparse_limits.numerics.evidence.outcomes import CheckResult


class Written(NamedTuple):
    """The notebooks that were written, and the run of the claims in them; None where their checks were not run."""

    files: tuple[Path, ...]
    run: Run | None


def write_notebooks(
    folder: str | Path,
    pages: Sequence[str] = (),
    *,
    book: str | Path | None = None,
    check: bool = True,
    overwrite: bool = False,
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> Written:
    """Write pages of the book (all of them if none is named) as notebooks into a folder, which is made if need be.

    book: the folder of the pages; None for those that came with the package, or of its repository. check: run the checks of
    the claims on these pages, whose findings are in the notebooks. overwrite: whether a notebook that is there may be
    replaced. seed, jobs: as `verify` takes them. progress: told how many checks are done, and of how many.

    No notebook is written unless all of them can be made.

    Raises:
        InputError: if there is no book, for a page that it lacks, for a folder in the book's, whose pages would stand
            there twice, for a notebook that cannot be written or is there, for no seed, or another number of jobs.
    """
    if folder == "":
        raise InputError("the folder is '', expected a folder to write to")
    seed_number(seed)
    checked_integer("jobs", jobs, 1, MOST_JOBS)
    source = book_folder(book)
    found = read_pages(source)
    wanted = chosen(found, pages)
    target = Path(folder)
    if target.resolve().is_relative_to(source.resolve()):
        raise InputError(f"{target}: lies in the folder of the book's pages, expected another folder")
    files = {name: target / f"{name}.ipynb" for name in wanted}
    for file in files.values():
        if file.exists() and not overwrite:
            raise InputError(f"{file}: is there already, expected a new name, another folder or `overwrite`")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{target}: {error.strerror or error}, expected a folder to write to") from error
    there = {file.stem for file in target.glob("*.ipynb")}
    ledger = load_ledger()
    whole = Book(source, found, ledger, None, frozenset({*wanted, *there} & found.keys()))
    labels = sorted({label for name in wanted for label in claims_shown(found[name], ledger)})
    run = None
    if check and labels:
        checks = sum(map(len, checks_by_claim([ledger[label] for label in labels]).values()))
        run = verify(labels, ledger=ledger, seed=seed, jobs=jobs, on_result=_counted(checks, progress))
    texts = {name: as_text(Chapter(replace(whole, run=run), found[name]).notebook()) for name in wanted}
    for name, file in files.items():
        write_text(str(file), texts[name])
    return Written(tuple(files.values()), run)


def _counted(checks: int, progress: Callable[[int, int], object]) -> Callable[[CheckResult], None]:
    """What counts the checks that end, of so many."""
    done = count(1)

    def tell(result: CheckResult) -> None:
        progress(next(done), checks)

    return tell


def book_folder(named: str | Path | None) -> Path:
    """The folder of the book's pages: the one that is named, or the one beside the package, installed or in its repository.

    Raises:
        InputError: if none is named and there is none beside the package.
    """
    if named is not None:
        return Path(named)
    folder = ROOT / "book"
    if not (folder / "_toc.yml").is_file():
        raise InputError("the pages of the book are not installed with the package, expected `book`, their folder")
    return folder


def chosen(pages: dict[str, Page], names: Sequence[str]) -> list[str]:
    """The pages that are named, with or without .md; all of them if none is."""
    wanted = [name.removesuffix(".md") for name in names]
    for name in wanted:
        if name not in pages:
            raise InputError(f"no page {name!r}{meant(name, pages)}; expected one of {', '.join(pages)}")
    return list(dict.fromkeys(wanted)) or list(pages)


def claims_shown(page: Page, ledger: Ledger) -> list[str]:
    """The labels of the claims of whose checks a page says what they found: its boxes, and forms that fail."""
    asked = {each.argument for each in page.directives if each.name == "errata"} & {*PROVENANCES}
    return page.labels + [entry.label for entry in ledger if entry.claim.provenance in asked]


def with_outputs(notebook: Notebook, executed: Notebook) -> Notebook:
    """A notebook with the outputs of one whose cells with the same code, in the same order, were executed.

    Raises:
        ValueError: if their code differs.
    """
    cells: list[dict[str, Any]] = []
    ran = iter([cell for cell in executed["cells"] if cell["cell_type"] == "code"])
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell["id"] != "requirements":
            done = next(ran, None)
            if (
                done is None or "".join(done["source"]).strip() != cell["source"].strip()
            ):  # text, or a list of its lines
                raise ValueError(f"the cell {cell['id']} was not executed as it stands")
            alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt")
            outputs = [_described(output, alt) if alt else output for output in done["outputs"]]
            cell = {**cell, "outputs": outputs, "execution_count": done["execution_count"]}
        cells.append(cell)
    return {**notebook, "cells": cells}


def _described(output: dict[str, Any], alt: str) -> dict[str, Any]:
    """An output with the words for its picture where a converter to HTML looks for them."""
    kinds = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
    return (
        {**output, "metadata": {**output.get("metadata", {}), **{kind: {"alt": alt} for kind in kinds}}}
        if kinds
        else output
    )


def as_text(notebook: Notebook) -> str:
    """The file of a notebook."""
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
