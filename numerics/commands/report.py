"""`sparse-limits report`: one question about a network and data, answered for every pruning method on one page."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.commands.common import (
    add_data,
    add_limit,
    add_quiet,
    data_file,
    data_source,
    given,
    progress_of,
)
from sparse_limits.numerics.commands.network_options import (
    add_density,
    add_network,
    add_of_layers,
    add_seed,
    check_network,
    network_of,
)
from sparse_limits.numerics.commands.output_paths import check_places, code_file
from sparse_limits.numerics.reports.writing import write_json, write_text

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.prediction.report.summary import Advice, Line, QuestionSummary

NAMES = ("density", "methods", "scope", "loss", "residual", "networks", "units", "samples", "seed", "learning")
SAMPLES = 1024  # `sparse_limits.numerics.prediction.report.report.SAMPLES`, which takes long to import
EPILOG = (
    "The page loads nothing and runs nothing; its last section says how to reproduce it. Claims are named by their labels, "
    "such as D2: sparse-limits show D2."
)


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = (
        "Summarise a network and its data on one page: what each pruning method would keep, which layers and inputs would be lost, "
        "what the tangent kernel predicts about learning, and what to do."
    )
    parser.epilog = EPILOG
    parser.usage = "sparse-limits report (--widths N ... | --model CODE) [options]"
    add = parser.add_argument
    add("--html", metavar="FILE", help="write the page; - for standard output, without the sentences")
    add("--json", metavar="FILE", help="write all numbers and sentences as JSON; - for standard output, alone")
    add(
        "--keep",
        metavar="DIR",
        help="folder of results: results that are still valid are reused, new results are added",
    )
    add_density(parser)
    add(
        "--methods", nargs="+", metavar="M", help="methods such as snip and grasp (default: all that the theory covers)"
    )
    add_of_layers(parser)
    add("--residual", metavar="KIND", help="target (default), output, averaged (default with --model)")
    add("--networks", type=int, metavar="K", help="networks pruned for comparison (default 4)")
    add("--no-learning", dest="learning", action="store_false", default=None, help="leave out the tangent kernel")
    add_seed(parser)
    add_network(parser)
    add_data(parser, "digits", SAMPLES, losses=True, more=("--batch",))
    add_limit(parser)
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Compute, then write. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    _check(arguments)
    from sparse_limits.numerics.prediction.report.report import report
    from sparse_limits.numerics.store import store_at

    store = store_at(arguments.keep)
    with progress_of(arguments) as progress:
        asked = given(arguments, *NAMES)
        found = report(data_source(arguments), network_of(arguments), **asked, keep=store, progress=progress.stage)
        page = ""
        if arguments.html is not None:
            progress.stage("making the page")
            page = found.page
    if arguments.html is not None:
        write_text(arguments.html, page)
    if arguments.json is not None:
        write_json(arguments.json, found.summary)
    console = Console(quiet="-" in (arguments.html, arguments.json))
    _show(console, found.summary)
    for other in found.summary["left_out"]:
        console.print(f"Not followed here: {other['method']}: {other['reason']}.", highlight=False, markup=False)
    if store is not None:
        console.print(
            f"{store.taken} results kept from before, {store.written} written to {store.folder}", markup=False
        )
    if arguments.html is not None:
        console.print(f"page written to {arguments.html}", highlight=False, markup=False)
    return 0


def _show(console: Console, summary: QuestionSummary) -> None:
    """The question, what is wrong with the data, and under headings what to take, to expect and to do."""
    console.print(summary["question"], style="bold", highlight=False, markup=False)
    sections = {
        "What is wrong with the data": [f"{each['what']}. {each['instead']}." for each in summary["flaws"]],
        "Recommendation": _told(summary["recommendation"]),
        "What to expect": _told(summary["answer"]),
        "What to do": _told(summary["advice"]),
    }
    for name, lines in sections.items():
        if lines:
            console.print(f"\n{name}", style="bold", highlight=False, markup=False)
        for line in lines:
            console.print(f"- {line}", highlight=False, markup=False)


def _told(lines: Sequence[Line | Advice]) -> list[str]:
    return [f"{line['text']} [{line['kind']}]" for line in lines]


def _check(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    check_network(arguments)
    if arguments.keep is not None and arguments.model is not None:
        raise InputError("--keep is given, expected none with --model: what your code reads is not known")
    reads = {"--data": data_file(arguments.data), "--model": code_file(arguments.model)}
    check_places(reads, {"--html": arguments.html, "--json": arguments.json})
