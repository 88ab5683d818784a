"""`sparse-limits notebooks DIR`: the pages of the book as Jupyter notebooks."""

from __future__ import annotations

import argparse
from functools import partial

from sparse_limits.numerics.commands.common import add_quiet, available_cores, progress_of


def configure(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("folder", metavar="DIR", help="folder to write to, outside the book's folder")
    add("pages", nargs="*", metavar="PAGE", help="pages to convert, such as graphon (default: all)")
    add(
        "--book",
        metavar="FOLDER",
        help="folder of the book (default: those installed with the package, or of its repository)",
    )
    add("--no-verify", dest="check", action="store_false", help="do not run the checks of the claims on these pages")
    add("--overwrite", action="store_true", help="replace existing notebooks")
    add("--seed", type=int, default=0, help="seed of the checks (default 0)")
    add("--jobs", type=int, default=available_cores(), help="processes for the checks (default: all available cores)")
    add_quiet(parser)


def run(arguments: argparse.Namespace) -> int:
    from sparse_limits.numerics.printing.plain_text import many, plain
    from sparse_limits.numerics.reports.notebooks.writing import write_notebooks
    from sparse_limits.numerics.reports.run import closing_line, failures

    with progress_of(arguments) as progress:
        progress.stage("reading the book")
        written = write_notebooks(
            arguments.folder,
            arguments.pages,
            book=arguments.book,
            check=arguments.check,
            overwrite=arguments.overwrite,
            seed=arguments.seed,
            jobs=arguments.jobs,
            progress=partial(progress.count, pieces="checks"),
        )
    print(f"{many(len(written.files), 'notebook')} in {plain(arguments.folder)}")
    if written.run is None:
        return 0
    for line in failures(written.run):
        print(line)
    print(closing_line(written.run))
    return int(written.run.failed)
