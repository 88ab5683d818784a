"""`sparse-limits report`: one question about a network and data, answered for every pruning method on one page."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from numerics.arguments import InputError
from numerics.commands.common import add_data, add_limit, add_quiet, data_file, data_source, given, progress_of
from numerics.commands.output_paths import check_places, code_file
from numerics.reports.writing import write_json, write_text

NAMES = (
    "widths",
    "model",
    "density",
    "methods",
    "scope",
    "activation",
    "init",
    "bias",
    "norm",
    "loss",
    "residual",
    "networks",
    "units",
    "samples",
    "seed",
    "learning",
)

SAMPLES = 1024  # `numerics.prediction.forecasts.question.SAMPLES`, which takes long to import
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
    add = parser.add_argument
    add("--html", metavar="FILE", help="write the page; - for standard output, without the sentences")
    add("--json", metavar="FILE", help="write all numbers and sentences as JSON; - for standard output, alone")
    add(
        "--keep",
        metavar="DIR",
        help="folder of results: results that are still valid are reused, new results are added",
    )
    add("--widths", type=int, nargs="+", metavar="N", help="widths of the hidden layers, first to last")
    add("--model", metavar="CODE", help="your own module: FILE.py:build or package.module:build; your code is run")
    add("--density", type=float, metavar="R", help="share of weights kept, in (0, 1) (default 0.1)")
    add(
        "--methods", nargs="+", metavar="M", help="methods such as snip and grasp (default: all that the theory covers)"
    )
    add_data(parser, "digits", SAMPLES, losses=True)
    parser.set_defaults(samples=None)
    add("--scope", metavar="S", help="global: one threshold for all layers (default); layer: one for each")
    add(
        "--activation",
        metavar="F",
        help="relu (default), leaky, tanh, erf, gelu, silu, elu, softplus, sigmoid, abs or linear",
    )
    add("--init", metavar="I", help="normal (default), uniform, he or torch (uniform on ±1/√inputs)")
    add("--bias", action="store_true", default=None, help="give the hidden layers biases")
    add("--norm", metavar="K", help="none (default) or batch: normalisation before the activations; not with GraSP")
    add("--loss", metavar="L", help="mse or cross-entropy (default mse; cross-entropy with --model)")
    add("--residual", metavar="KIND", help="target, output or averaged (default target; averaged with --model)")
    add("--networks", type=int, metavar="K", help="networks pruned to compare with each prediction (default 4)")
    add(
        "--units",
        type=int,
        metavar="N",
        help="number of units that the law samples in each layer; more units lower its error (default 8192)",
    )
    add("--no-learning", dest="learning", action="store_false", default=None, help="leave out the tangent kernel")
    add("--seed", type=int, default=0, metavar="S", help="seed of all random numbers (default 0)")
    add_limit(parser)
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Compute, then write. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    _check(arguments)
    from numerics.prediction.forecasts.question import report
    from numerics.store import store_at

    store = store_at(arguments.keep)
    with progress_of(arguments) as progress:
        found = report(data_source(arguments), **given(arguments, *NAMES), keep=store, progress=progress.stage)
        page = ""
        if arguments.html is not None:
            progress.stage("making the page")
            page = found.page
    if arguments.html is not None:
        write_text(arguments.html, page)
    if arguments.json is not None:
        write_json(arguments.json, found.summary)
    console = Console(quiet="-" in (arguments.html, arguments.json))
    console.print(found.summary["question"], style="bold", highlight=False, markup=False)
    for line in (*found.summary["answer"], *found.summary["advice"]):
        console.print(f"- {line['text']} [{line['kind']}]", highlight=False, markup=False)
    for other in found.summary["left_out"]:
        console.print(f"Not followed here: {other['method']}: {other['reason']}.", highlight=False, markup=False)
    if store is not None:
        console.print(
            f"{store.taken} results kept from before, {store.written} written to {store.folder}", markup=False
        )
    if arguments.html is not None:
        console.print(f"page written to {arguments.html}", highlight=False, markup=False)
    return 0


def _check(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    if (arguments.widths is None) == (arguments.model is None):
        how = "neither is" if arguments.widths is None else "both are"
        raise InputError(f"--widths and --model: {how} given, expected one of them")
    if arguments.keep is not None and arguments.model is not None:
        raise InputError("--keep is given, expected none with --model: what your code reads is not known")
    reads = {"--data": data_file(arguments.data), "--model": code_file(arguments.model)}
    check_places(reads, {"--html": arguments.html, "--json": arguments.json})
