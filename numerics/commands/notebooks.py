"""`sparse-limits notebooks DIR`: the pages of the book as Jupyter notebooks."""

from __future__ import annotations

import argparse
from itertools import count
from typing import TYPE_CHECKING

from numerics.commands.common import available_cores, bar

if TYPE_CHECKING:
    from numerics.evidence.check import CheckResult


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("folder", metavar="DIR", help="folder to write to, outside of the book's")
    add("pages", nargs="*", metavar="PAGE", help="pages to take, such as graphon (default: all)")
    add("--book", metavar="FOLDER", help="the book's pages (default: those of the repository the package runs from)")
    add("--no-verify", dest="check", action="store_false", help="do not run the checks of the claims on these pages")
    add("--overwrite", action="store_true", help="replace notebooks that are there")
    add("--seed", type=int, default=0, help="of the checks (default 0)")
    add("--jobs", type=int, default=available_cores(), help="processes of the checks (default: the cores there are)")


def run(arguments: argparse.Namespace) -> int:
    from rich.console import Console

    from numerics.reports.notebooks.writing import write_notebooks
    from numerics.reports.plain_text import many, plain
    from numerics.reports.run import closing_line, failures

    console = Console(stderr=True, highlight=False, markup=False)
    with bar(console, "checks done", "reading the book") as move:
        done = count(1)

        def told(result: CheckResult) -> None:
            ended = next(done)
            move(ended, ended)

        written = write_notebooks(
            arguments.folder,
            arguments.pages,
            book=arguments.book,
            check=arguments.check,
            overwrite=arguments.overwrite,
            seed=arguments.seed,
            jobs=arguments.jobs,
            on_result=told,
        )
    print(f"{many(len(written.files), 'notebook')} in {plain(arguments.folder)}")
    if written.run is None:
        return 0
    for line in failures(written.run):
        print(line)
    print(closing_line(written.run))
    return int(written.run.failed)
