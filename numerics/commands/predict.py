"""`sparse-limits predict`: what pruning will keep of a network's layers, or of the columns of its first, and pruned networks beside it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.arguments import FRESH_ROWS, InputError, checked_integer
from sparse_limits.numerics.commands.common import (
    add_cluster,
    add_data,
    add_limit,
    add_quiet,
    check_data,
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
from sparse_limits.numerics.commands.predict_spelling import new_spelling
from sparse_limits.numerics.reports.writing import write_csv, write_json, write_outputs

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.prediction.architecture import FullyConnected
    from sparse_limits.numerics.prediction.result import Result

EPILOG = "Claims are named by their labels, such as S2: sparse-limits show S2."
ONE_LAYER = (
    "The network is a ReLU network in the NTK parametrisation with standard normal weights; only its first layer is scored "
    f"and pruned. {EPILOG}"
)
OF_ALL_LAYERS = ("layers", "methods")
OF_LAYERS = ("density", "scope", "loss", "residual", "units", "samples", "seed")
OF_COLUMNS = ("density", "residual", "networks", "fresh_rows", "sample", "samples", "seed")
OF_PREDICTORS = ("density", "width", "residual", "networks", "fresh_rows", "samples", "seed")
OF_THE_KERNEL = ("test_share", "kernel_rows", "train", "steps")


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = "Predict from data what pruning will keep of a network, and compare with pruned networks."
    parser.epilog = "For the options of one of them, see for example sparse-limits predict layers --help."
    questions = parser.add_subparsers(dest="question", metavar="WHAT", required=True)
    for name, (purpose, options, usage, _) in QUESTIONS.items():
        each = questions.add_parser(
            name,
            help=purpose,
            description=f"{purpose[0].upper()}{purpose[1:]}.",
            epilog=EPILOG if name in OF_ALL_LAYERS else ONE_LAYER,
            usage=f"sparse-limits predict {name} {usage} [options]",
        )
        options(each)
        output = each.add_argument_group("output")
        add = output.add_argument
        if name != "predictors":
            add("--top", type=int, default=10, metavar="N", help="inputs listed at each end (default 10)")
        if name in ("layers", "columns", "kernel"):
            add("--plot", type=Path, metavar="FILE", help="write a picture, .png or .svg (needs matplotlib)")
        add("--json", metavar="FILE", help="write all numbers (-: to standard output, no tables)")
        if name in OF_ALL_LAYERS:
            add("--csv", metavar="FILE", help="write one row per layer (-: as with --json)")
        add_limit(output)
        add_cluster(output)
        add_quiet(output)


def check_words(words: Sequence[str]) -> None:
    """InputError for a call without its question; one that was right before the questions had names is spelt anew."""
    if words and not {*words} & {"-h", "--help"} and words[0] not in QUESTIONS:
        named = ", ".join(QUESTIONS)
        raise InputError(f"predict is called without its question, expected one of {named}: {new_spelling(words)}")


def run(arguments: Namespace) -> int:
    """Predict, sample, report. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    _check(arguments)
    QUESTIONS[arguments.question][-1](arguments, Console(quiet="-" in (arguments.json, vars(arguments).get("csv"))))
    return 0


def _layers_options(parser: ArgumentParser) -> None:
    _add_method(parser, "random, magnitude, snip, grasp, grasp-magnitude, synflow, wanda or synflow-iterative")
    add_density(parser)
    add_of_layers(parser)
    add = parser.add_argument
    add("--residual", metavar="KIND", help="target (default), output, averaged (default with --model)")
    add("--rounds", type=int, metavar="T", help="rounds of synflow-iterative (default 100)")
    add("--networks", type=int, metavar="K", help="networks pruned for comparison (default 4)")
    add("--no-sample", dest="sample", action="store_false", default=None, help="only predict, do not prune networks")
    add("--copies", type=int, metavar="C", help="with --model: predict from C independent copies")
    add_seed(parser)
    add_network(parser)
    add_data(parser, "digits", losses=True, more=("--batch",))


def _methods_options(parser: ArgumentParser) -> None:
    add_density(parser)
    add_of_layers(parser)
    parser.add_argument("--residual", metavar="KIND", help="target (default) or averaged (default with --model)")
    add_seed(parser)
    add_network(parser)
    add_data(parser, "digits", losses=True, more=("--batch",))


def _columns_options(parser: ArgumentParser) -> None:
    _add_method(parser, "random, magnitude, snip, grasp, grasp-magnitude, synflow or wanda")
    add_density(parser)
    add = parser.add_argument
    add("--width", type=int, default=1024, metavar="N", help="neurons in each hidden layer (default 1024)")
    add("--depth", type=int, default=1, metavar="L", help="number of hidden layers (default 1)")
    _add_of_rows(parser)
    add("--networks", type=int, metavar="K", help="networks pruned for comparison (default 1)")
    add("--no-sample", dest="sample", action="store_false", default=None, help="only predict, do not prune networks")
    add_seed(parser)
    add_data(parser, "digits")


def _kernel_options(parser: ArgumentParser) -> None:
    _columns_options(parser)
    add = parser.add_argument_group("kernel").add_argument
    add("--train", action="store_true", default=None, help="train the pruned networks and compare with the kernel")
    add("--steps", type=int, metavar="T", help="with --train: steps of gradient descent (default 800)")
    add("--test-share", type=float, metavar="R", help="share of the samples held out (default 0.25)")
    add("--kernel-rows", type=int, metavar="N", help="fresh rows to average over (default 4096)")


def _predictors_options(parser: ArgumentParser) -> None:
    _add_method(parser, "snip, grasp or grasp-magnitude")
    add_density(parser)
    add = parser.add_argument
    add("--width", type=int, nargs="+", metavar="N", help="neurons in the hidden layer (default 256 1024 4096)")
    _add_of_rows(parser, "default: both")
    add("--networks", type=int, metavar="K", help="networks per row of the table (default 4, or 2 from width 4096 on)")
    add_seed(parser)
    add_data(parser, "digits")


def _add_method(parser: ArgumentParser, known: str) -> None:
    parser.add_argument("--method", required=True, metavar="M", help=known)


def _add_of_rows(parser: ArgumentParser, usual: str = "default target") -> None:
    parser.add_argument("--residual", metavar="KIND", help=f"target: -y; output: f0 - y ({usual})")
    parser.add_argument(
        "--fresh-rows", type=int, metavar="N", help=f"rows drawn for the row law (default {FRESH_ROWS})"
    )


def _check(arguments: Namespace) -> None:
    """What the options alone can have wrong, before anything is computed or read. InputError in one line."""
    named = vars(arguments)
    if named.get("top", 1) < 1:
        raise InputError(f"--top is {arguments.top}, expected a whole number of at least 1")
    if arguments.question in OF_ALL_LAYERS:
        check_network(arguments)
        if arguments.scope == "first":
            raise InputError(
                "--scope is 'first', expected global or layer: predict columns is of the first layer alone"
            )
    if arguments.question == "kernel":
        if arguments.steps is not None and not arguments.train:
            raise InputError("--steps is given, expected --train with it")
        if arguments.train and arguments.sample is not None:
            raise InputError("--no-sample is given, expected none with --train")
    if named.get("plot") is not None:
        from sparse_limits.numerics.pictures.masks import check_plot

        check_plot(arguments.plot)
    check_data(arguments.data)
    reads = {"--data": data_file(arguments.data), "--model": code_file(named.get("model"))}
    check_places(reads, {"--plot": named.get("plot"), "--json": arguments.json, "--csv": named.get("csv")})


def _layers(arguments: Namespace, console: Console) -> None:
    from sparse_limits.numerics.commands._layers_report import show_layers
    from sparse_limits.numerics.prediction.layers.summary import summarise_layers
    from sparse_limits.numerics.prediction.predict import predict

    asked = given(arguments, *OF_LAYERS, "networks", "sample", "rounds", "copies")
    with progress_of(arguments) as progress:
        found = predict(
            arguments.method, data_source(arguments), network_of(arguments), **asked, progress=progress.stage
        )
    summary = summarise_layers(found, seed=arguments.seed)
    write_outputs(
        (arguments.plot, lambda to: _plot_layers(to, found)),
        (arguments.json, lambda to: write_json(to, summary)),
        (arguments.csv, lambda to: write_csv(to, summary["layers"])),
    )
    show_layers(console, summary, arguments.top)
    if arguments.plot is not None:
        console.print(f"picture written to {arguments.plot}", markup=False)


def _plot_layers(path: Path, found: Result) -> None:
    from sparse_limits.numerics.pictures.layers import plot_layers

    plot_layers(path, found)


def _methods(arguments: Namespace, console: Console) -> None:
    from sparse_limits.numerics.commands._layers_report import show_methods
    from sparse_limits.numerics.prediction.layers.summary import summarise_layers
    from sparse_limits.numerics.prediction.predict import compare_methods

    asked = given(arguments, *OF_LAYERS)
    with progress_of(arguments) as progress:
        found = compare_methods(data_source(arguments), network_of(arguments), **asked, progress=progress.stage)
    reasons: dict[str, list[str]] = {}
    for each in found.left_out:
        reasons.setdefault(each["reason"], []).append(each["method"])
    refused = [f"{', '.join(methods)}: {reason}" for reason, methods in reasons.items()]
    summaries = [summarise_layers(result, seed=arguments.seed) for result in found.results]
    rows = [{"method": each["method"]} | layer for each in summaries for layer in each["layers"]]
    write_outputs(
        (arguments.json, lambda to: write_json(to, {"methods": summaries, "refused": refused})),
        (arguments.csv, lambda to: write_csv(to, rows)),
    )
    show_methods(console, summaries, refused)


def _columns(arguments: Namespace, console: Console) -> None:
    from sparse_limits.numerics.commands._kernel_report import show_kernel
    from sparse_limits.numerics.commands._prediction_report import show
    from sparse_limits.numerics.prediction.predict import predict
    from sparse_limits.numerics.prediction.pruned_first_layer.summary import summarise
    from sparse_limits.numerics.prediction.settings import FIRST, KernelSettings

    kernel = KernelSettings(**given(arguments, *OF_THE_KERNEL)) if arguments.question == "kernel" else None
    asked = given(arguments, *OF_COLUMNS) | {"scope": FIRST, "kernel": kernel}
    with progress_of(arguments) as progress:
        found = predict(arguments.method, data_source(arguments), _alike(arguments), **asked, progress=progress.stage)
    summary = summarise(found, seed=arguments.seed)
    write_outputs(
        (arguments.plot, lambda to: _plot(to, found)),
        (arguments.json, lambda to: write_json(to, summary)),
    )
    show(console, summary, arguments.top)
    if "kernel" in summary:
        show_kernel(console, summary, arguments.top)
    if arguments.plot is not None:
        console.print(f"picture written to {arguments.plot}", markup=False)


def _alike(arguments: Namespace) -> FullyConnected:
    """Hidden layers of one width."""
    from sparse_limits.numerics.prediction.architecture import MOST_DEPTH, MOST_WIDTH, FullyConnected

    width = checked_integer("width", arguments.width, 1, MOST_WIDTH)
    return FullyConnected((width,) * checked_integer("depth", arguments.depth, 1, MOST_DEPTH))


def _plot(path: Path, found: Result) -> None:
    from sparse_limits.numerics.pictures.masks import plot_prediction
    from sparse_limits.numerics.prediction.pruned_first_layer.summary import first_layer

    case = first_layer(found).cases[0]
    plot_prediction(path, case.prediction, case.observation, found.data.about)


def _predictors(arguments: Namespace, console: Console) -> None:
    from sparse_limits.numerics.commands._prediction_report import show_comparison
    from sparse_limits.numerics.prediction.pruned_first_layer.predictors import compare_predictors

    asked = given(arguments, *OF_PREDICTORS)
    with progress_of(arguments) as progress:
        rows = compare_predictors(arguments.method, data_source(arguments), **asked, progress=progress.stage)
    density = asked.get("density", signature(compare_predictors).parameters["density"].default)
    if arguments.json is not None:
        report = {"method": arguments.method, "density": density, "seed": arguments.seed}
        write_json(arguments.json, report | {"rows": [asdict(row) for row in rows]})
    show_comparison(console, arguments.method, density, rows)


Question = tuple[str, Callable[[ArgumentParser], None], str, Callable[[Namespace, "Console"], None]]
QUESTIONS: dict[str, Question] = {  # purpose, options, what has to be given, and what answers
    "layers": (
        "what a method keeps of each layer of a network",
        _layers_options,
        "--method M (--widths N ... | --model CODE)",
        _layers,
    ),
    "methods": (
        "what each method keeps of each layer",
        _methods_options,
        "(--widths N ... | --model CODE)",
        _methods,
    ),
    "columns": ("what a method keeps of each column of the first layer", _columns_options, "--method M", _columns),
    "kernel": (
        "what the tangent kernel says about learning with a pruned first layer",
        _kernel_options,
        "--method M",
        _columns,
    ),
    "predictors": (
        "which predictor of column densities is right, across data, residuals and widths",
        _predictors_options,
        "--method M",
        _predictors,
    ),
}
