"""`sparse-limits report`: one question about a network and data, answered for every pruning method on one page."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.commands.common import (
    READING,
    add_cluster,
    add_data,
    add_limit,
    add_quiet,
    add_reading,
    check_data,
    data_file,
    data_source,
    given,
    mask_files,
    progress_of,
)
from sparse_limits.numerics.commands.network_options import (
    OF_A_NETWORK,
    add_density,
    add_network,
    add_of_layers,
    add_seed,
    check_network,
    network_of,
)
from sparse_limits.numerics.commands.output_paths import check_places, code_file
from sparse_limits.numerics.door import OF_THE_DATA
from sparse_limits.numerics.reports.writing import write_json, write_outputs, write_text
from sparse_limits.theory.own_code import is_code

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.prediction.report.summary import Advice, Line, QuestionSummary

NAMES = ("density", "methods", "scope", "loss", "residual", "networks", "units", "samples", "seed", "learning")
OF_PRUNING = (*(name for name in NAMES if name != "seed"), "keep", "widths", "model")
DIGITS, WIDTHS = "digits", (256, 128)  # what is reported on if nothing else is named
SAMPLES = 1024  # `sparse_limits.numerics.prediction.report.report.SAMPLES`, which takes long to import
EPILOG = "Claims are named by their labels, such as D2: sparse-limits show D2."


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = (
        "Summarise a network and its data on one page: what is wrong with the data, which pruning method to use, what is kept, lost and "
        "learnt, and what to do. For a checkpoint: what is left of it."
    )
    parser.epilog = EPILOG
    parser.usage = "sparse-limits report (--widths N ... | --model CODE | TABLE | CHECKPOINT) [options]"
    add = parser.add_argument
    add(
        "file",
        nargs="?",
        metavar="FILE",
        help="data (in .npy: by --data), or a checkpoint or masks",
    )
    add("--html", metavar="FILE", help="write the page (-: to standard output, no text)")
    add("--json", metavar="FILE", help="write all as JSON (-: to standard output, no text)")
    add(
        "--keep",
        metavar="DIR",
        help="folder of results; those still valid are reused",
    )
    add_density(parser)
    add("--methods", nargs="+", metavar="M", help="such as snip grasp (default: all that apply)")
    add_of_layers(parser)
    add("--residual", metavar="KIND", help="default target, with --model averaged; or output")
    add("--networks", type=int, metavar="K", help="networks pruned for comparison (default 4)")
    add("--no-learning", dest="learning", action="store_false", default=None, help="leave out the tangent kernel")
    add_seed(parser)
    add_network(parser)
    add_data(parser, DIGITS, SAMPLES, losses=True, more=("--batch",))
    parser.set_defaults(data=None)  # so that `run` sees whether data are named beside a file
    add_reading(parser.add_argument_group("checkpoint or masks"))
    add_limit(parser)
    add_cluster(parser)
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Compute, then write. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    if arguments.file is not None:
        if not _is_data(arguments.file):
            return _of_checkpoint(arguments)
        _take_as_data(arguments)
    elif arguments.data is None:
        arguments.data = DIGITS
    _refuse_reading(arguments)
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
    write_outputs(
        (arguments.html, lambda to: write_text(to, page)),
        (arguments.json, lambda to: write_json(to, found.summary)),
    )
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


def _is_data(file: str) -> bool:
    """Whether it is a table, a file of arrays x (or X) and y, the digits, or a function of the user's; of other files layers are read."""
    from sparse_limits.numerics.data import PARQUET, SUFFIXES, TEXT
    from sparse_limits.numerics.masks.files import open_arrays

    suffix = Path(file).suffix.lower()
    if suffix in (*TEXT, PARQUET, ".py") or is_code(file) or (file == DIGITS and not Path(file).exists()):
        return True
    held = open_arrays(Path(file)).shapes.keys() if suffix in SUFFIXES else set()
    return "y" in held and len(held & {"x", "X"}) == 1  # as data are read: other arrays beside them are left out


def _take_as_data(arguments: Namespace) -> None:
    """The file in the place of --data, and a network of usual size if none is given."""
    if arguments.data is not None:
        raise InputError(f"--data is given, expected none beside {arguments.file}, which holds data")
    arguments.data = arguments.file
    if arguments.widths is None and arguments.model is None:
        arguments.widths = [*WIDTHS]


def _of_checkpoint(arguments: Namespace) -> int:
    """What is left of a checkpoint; InputError for options that are of a network and data."""
    from rich.console import Console
    from threadpoolctl import threadpool_limits

    others = given(arguments, *OF_PRUNING, *OF_A_NETWORK, *OF_THE_DATA, "data")
    for name in others:
        option = "no-learning" if name == "learning" else "raw" if others.get(name) is False else name
        raise InputError(f"--{option} is given, expected none beside the checkpoint {arguments.file}")
    check_places(mask_files("CHECKPOINT", arguments.file), {"--html": arguments.html, "--json": arguments.json})
    from sparse_limits.numerics.commands._checkpoint_report import as_html, show
    from sparse_limits.numerics.prediction.report.checkpoint import report_checkpoint

    with progress_of(arguments) as progress, threadpool_limits(1):
        progress.stage("reading layers")
        wanted = given(arguments, *READING, "seed")
        found = report_checkpoint(arguments.file, **wanted, progress=progress.stage)
    write_outputs(
        (arguments.html, lambda to: write_text(to, as_html(found))),
        (arguments.json, lambda to: write_json(to, found)),
    )
    console = Console(quiet="-" in (arguments.html, arguments.json))
    show(console, found)
    if arguments.html is not None:
        console.print(f"page written to {arguments.html}", highlight=False, markup=False)
    return 0


def _refuse_reading(arguments: Namespace) -> None:
    """InputError for options that say how layers are read."""
    for name in READING:
        if (value := getattr(arguments, name)) is not None and value is not False:
            raise InputError(f"--{name} is given, expected a checkpoint or a file of masks with it")


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
    check_data(arguments.data)
    reads = {"--data": data_file(arguments.data), "--model": code_file(arguments.model)}
    check_places(reads, {"--html": arguments.html, "--json": arguments.json})
