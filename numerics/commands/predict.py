"""`sparse-limits predict`: what a pruning method will keep of the first layer, or of all, and pruned networks beside it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import asdict
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numerics.arguments import InputError, checked_integer
from numerics.commands.common import add_data, add_limit, add_quiet, data_file, data_source, given, progress_of
from numerics.commands.output_paths import check_places, code_file
from numerics.reports.writing import write_json

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.prediction.forecasts.predict import Forecast
    from numerics.prediction.layers.result import LayersResult

KERNEL, TRAIN = ("test_share", "kernel_rows"), ("steps",)  # require --kernel, --train
SHARED = (
    "density",
    "networks",
    "fresh_rows",
    "samples",
    "seed",
)  # with --compare and without
OF_A_MODULE = ("widths", "width", "activation", "init", "bias", "norm")  # what --model has itself
ALONE = ("depth", "sample", "kernel", "train", *KERNEL, *TRAIN)  # without
LAYERS = ("widths", "activation", "init", "bias", "norm", "loss", "scope", "units", "rounds")  # of all layers
IN_ROUNDS = "synflow-iterative"
FIRST = "first"  # the scope of the theory of one layer
SCOPES = ("global", "layer")  # `numerics.prediction.layers.settings.SCOPES`, which takes long to import

EPILOG = (
    "Without any option for all layers, the theory of one layer applies: ReLU networks in the NTK parametrisation with standard "
    "normal weights, whose first layer is scored and pruned. With such an option, or more than one hidden layer, all layers "
    "are scored and pruned, at any depth. Claims are named by their labels, such as S2: sparse-limits show S2."
)


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = "Predict from data what pruning keeps of the first layer's columns, or of every layer, and compare with pruned networks."
    parser.epilog = EPILOG
    add = parser.add_argument
    add(
        "--method",
        required=True,
        metavar="M",
        help="random, magnitude, snip, grasp, grasp-magnitude, synflow, wanda or synflow-iterative; all: compare all methods, for all layers",
    )
    add("--density", type=float, metavar="R", help="share of weights kept, in (0, 1) (default 0.1)")
    add("--width", type=int, nargs="+", metavar="N", help="hidden units (default 1024); several with --compare")
    add_data(parser, "digits", losses=True)
    add("--depth", type=int, metavar="L", help="number of hidden layers (default 1)")
    add(
        "--residual",
        metavar="KIND",
        help="target or zero: -y, with the initial output subtracted (default; --compare uses target and output); output: f0 - y; "
        "averaged: over initial outputs, for all layers (default with --model)",
    )
    add(
        "--networks",
        type=int,
        metavar="K",
        help="number of networks pruned (default 1; for all layers 4; with --compare 4, or 2 from width 4096 on)",
    )
    add(
        "--fresh-rows",
        type=int,
        metavar="N",
        help="number of rows sampled for the row law (default 20000)",
    )
    add("--seed", type=int, default=0, metavar="S", help="seed of all random numbers (default 0)")
    add("--no-sample", dest="sample", action="store_false", help="only predict, without pruning networks")
    add("--compare", action="store_true", help="compare predictors over data, residuals and widths (snip, grasp)")
    add("--kernel", action="store_true", help="path densities, spectrum, bounds and test error of the pruned kernel")
    add("--train", action="store_true", help="train the pruned networks and compare with the kernel (implies --kernel)")
    add("--test-share", type=float, metavar="R", help="with --kernel: share of the samples held out (default 0.25)")
    add("--kernel-rows", type=int, metavar="N", help="with --kernel: fresh rows averaged over (default 4096)")
    add("--steps", type=int, metavar="T", help="with --train: steps of gradient descent (default 800)")
    layers = parser.add_argument_group("all layers")
    more = layers.add_argument
    more("--scope", metavar="S", help="first: the first layer only; global: one threshold for all; layer: one for each")
    more("--model", metavar="CODE", help="your own module: FILE.py:build or package.module:build; your code is run")
    more("--widths", type=int, nargs="+", metavar="N", help="widths of the hidden layers, first to last")
    more(
        "--activation",
        metavar="F",
        help="relu (default), leaky, tanh, erf, gelu, silu, elu, softplus, sigmoid, abs or linear",
    )
    more("--init", metavar="I", help="normal (default), uniform, he or torch (uniform on ±1/√inputs)")
    more("--bias", action="store_true", default=None, help="give the hidden layers biases")
    more("--norm", metavar="K", help="none (default) or batch: normalisation before the activations; not with GraSP")
    more("--loss", metavar="L", help="mse or cross-entropy (default mse; cross-entropy with --model)")
    more("--rounds", type=int, metavar="T", help="rounds of synflow-iterative (default 100); other methods: one")
    more("--batch", type=int, metavar="N", help="with --model: another name for --samples")
    more(
        "--units",
        type=int,
        metavar="N",
        help="number of units that the law samples in each layer; more units lower its error (default 8192)",
    )
    add("--top", type=int, default=10, metavar="N", help="number of inputs listed at each end (default 10)")
    add("--plot", type=Path, metavar="FILE", help="write a picture, .png or .svg (needs matplotlib)")
    add("--json", metavar="FILE", help="write all numbers as JSON; - for standard output, without the tables")
    add_limit(parser)
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Predict, sample, report. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    if arguments.residual == "zero":  # of the initial output: another name
        arguments.residual = "target"
    check(arguments)
    console = Console(quiet=arguments.json == "-")
    if arguments.compare:
        _compare(arguments, console)
    elif _asks_for_layers(arguments):
        _predict_layers(arguments, console)
    else:
        _predict(arguments, console)
    return 0


def _take_batch(arguments: Namespace) -> None:
    """A batch is so many samples, for a model; InputError without one, or beside another number of them."""
    if arguments.batch is None:
        return
    if arguments.model is None or arguments.samples not in (None, arguments.batch):
        why = "none without --model" if arguments.model is None else f"none beside --samples {arguments.samples}"
        raise InputError(f"--batch is given, expected {why}: it is another name of --samples")
    arguments.samples = arguments.batch


def check(arguments: Namespace) -> None:
    """What the options alone can have wrong, before anything is computed or read. InputError in one line."""
    _take_batch(arguments)
    if arguments.top < 1:
        raise InputError(f"--top is {arguments.top}, expected a whole number of at least 1")
    if arguments.compare:
        _check_compared(arguments)
    if arguments.width is not None and len(arguments.width) > 1 and not arguments.compare:
        raise InputError(f"--width has {len(arguments.width)} values, expected 1 without --compare")
    if arguments.model is not None:
        _check_module(arguments)
    if arguments.scope not in (None, FIRST, *SCOPES):
        raise InputError(f"--scope is {arguments.scope!r:.60}, expected one of {', '.join((FIRST, *SCOPES))}")
    if arguments.scope == FIRST:
        _refuse_with(arguments, tuple(name for name in LAYERS if name != "scope"), "--scope first: it is of all layers")
    if arguments.method == "all" and (arguments.compare or not _asks_for_layers(arguments)):
        raise InputError(
            "--method is all, expected one of its methods with --compare, --kernel, --train or --scope first"
        )
    if _asks_for_layers(arguments) and not arguments.compare:
        _check_layers(arguments)
    if arguments.train and not arguments.sample:
        raise InputError("--no-sample is given, expected none with --train")
    if not arguments.train:
        _refuse(arguments, TRAIN, "--train")
        if not arguments.kernel:
            _refuse(arguments, KERNEL, "--kernel")
    if arguments.plot is not None:
        from numerics.pictures.masks import check_plot

        check_plot(arguments.plot)
    reads = {"--data": data_file(arguments.data), "--model": code_file(arguments.model)}
    check_places(reads, {"--plot": arguments.plot, "--json": arguments.json})


def _asks_for_layers(arguments: Namespace) -> bool:
    return bool(_all_layers_by(arguments))


def _all_layers_by(arguments: Namespace) -> str:
    """The option that asks for all layers: one of theirs, or more than one hidden layer without its kernel; "" without any."""
    if arguments.scope == FIRST:
        return ""
    options = {f"--{name}": getattr(arguments, name) is not None for name in (*LAYERS, "model")}
    if not (arguments.kernel or arguments.train):
        options[f"--depth {arguments.depth}"] = (arguments.depth or 1) > 1
        options["--method all"] = arguments.method == "all"
        options["--residual averaged"] = arguments.residual == "averaged"
        options[f"--method {IN_ROUNDS}"] = arguments.method == IN_ROUNDS and not arguments.compare
    return next((option for option, there in options.items() if there), "")


def _check_module(arguments: Namespace) -> None:
    """Options that say what a module says itself, or ask for what is not known of one."""
    _refuse_with(arguments, OF_A_MODULE, "--model")
    if arguments.depth is not None:
        raise InputError(f"--depth is {arguments.depth}, expected none with --model")
    if arguments.scope == FIRST or arguments.compare:
        raise InputError(
            f"{'--compare' if arguments.compare else '--scope first'} is given, expected none with --model"
        )


def _check_layers(arguments: Namespace) -> None:
    """Options that mean nothing for all layers."""
    for option, there in {
        "--train": arguments.train,
        "--kernel": arguments.kernel,
        "--fresh-rows": arguments.fresh_rows is not None,
    }.items():
        if there:
            for_all = _all_layers_by(arguments)
            raise InputError(
                f"{option} and {for_all} are given, expected one of them: {option} is of the first layer, {for_all} of all layers"
            )
    if arguments.method == "all":
        for option, there in {
            "--plot": arguments.plot is not None,
            "--networks": arguments.networks is not None,
            "--residual output": arguments.residual == "output",
        }.items():
            if there:
                raise InputError(f"{option} is given, expected none with --method all, which prunes no network")
    if arguments.widths is not None:
        if arguments.width is not None:
            raise InputError("--width and --widths are given, expected one of them")
        if arguments.depth not in (None, len(arguments.widths)):
            raise InputError(f"--depth is {arguments.depth} and --widths has {len(arguments.widths)}, expected as many")


def _refuse(arguments: Namespace, names: Sequence[str], needed: str) -> None:
    """InputError if an option is given that says nothing without another."""
    for name in given(arguments, *names):
        raise InputError(f"{name} is given, expected {needed} with it")


def _refuse_with(arguments: Namespace, names: Sequence[str], other: str) -> None:
    """InputError if an option is given that says nothing beside another."""
    for name in given(arguments, *names):
        raise InputError(f"--{name} is given, expected none with {other}")


def _check_compared(arguments: Namespace) -> None:
    """Options that mean nothing beside --compare."""
    alone = {
        "--plot": arguments.plot is not None,
        "--no-sample": not arguments.sample,
        "--train": arguments.train,
        "--kernel": arguments.kernel,
    }
    option = next((option for option, there in alone.items() if there), None)
    if option is not None:
        raise InputError(f"{option} is given, expected none with --compare")
    if arguments.depth not in (None, 1):
        raise InputError(f"--depth is {arguments.depth}, expected 1 with --compare")
    _refuse_with(arguments, LAYERS, "--compare")


def _predict(arguments: Namespace, console: Console) -> None:
    from numerics.commands._kernel_report import show_kernel
    from numerics.commands._prediction_report import show
    from numerics.prediction.forecasts.predict import predict
    from numerics.prediction.forecasts.summary import summarise

    asked = given(arguments, *SHARED, *ALONE, "residual")
    if arguments.width is not None:
        asked["width"] = arguments.width[0]
    with progress_of(arguments) as progress:
        found = predict(arguments.method, data_source(arguments), **asked, progress=progress.stage)
    summary = summarise(found, seed=arguments.seed)
    show(console, summary, arguments.top)
    if "kernel" in summary:
        show_kernel(console, summary, arguments.top)
    if arguments.plot is not None:
        _plot(arguments, found)
        console.print(f"picture written to {arguments.plot}")
    if arguments.json is not None:
        write_json(arguments.json, summary)


def _predict_layers(arguments: Namespace, console: Console) -> None:
    from numerics.commands._layers_report import show_layers
    from numerics.prediction.forecasts.layers import predict_model
    from numerics.prediction.layers.architecture import MOST_DEPTH, MOST_WIDTH
    from numerics.prediction.layers.forecast import predict_layers
    from numerics.prediction.layers.summary import summarise_layers

    names = tuple(name for name in (*SHARED, *LAYERS, "model", "sample", "residual") if name != "fresh_rows")
    asked = given(arguments, *names)
    if arguments.model is None:
        width = 1024 if arguments.width is None else checked_integer("width", arguments.width[0], 1, MOST_WIDTH)
        depth = 1 if arguments.depth is None else checked_integer("depth", arguments.depth, 1, MOST_DEPTH)
        asked.setdefault("widths", (width,) * depth)
    if arguments.method == "all":
        _predict_methods(arguments, asked, console)
        return
    ask: Callable[..., LayersResult] = predict_layers
    if arguments.model is not None:
        ask = predict_model if arguments.plot is None else _with_a_picture
    with progress_of(arguments) as progress:
        found = ask(method=arguments.method, data=data_source(arguments), **asked, progress=progress.stage)
    summary = summarise_layers(found, seed=arguments.seed)
    show_layers(console, summary, arguments.top)
    if arguments.plot is not None:
        from numerics.pictures.layers import plot_layers

        plot_layers(arguments.plot, found)
        console.print(f"picture written to {arguments.plot}")
    if arguments.json is not None:
        write_json(arguments.json, summary)


def _with_a_picture(*, model: str, **asked: Any) -> LayersResult:
    """`predict_module`: of the law alone there is a picture."""
    from numerics.prediction.modules.building import builder

    builder(model)  # without torch, or without such code, this says so first
    from numerics.prediction.modules.forecast import predict_module
    from numerics.prediction.modules.reading import NotFollowedError

    try:
        return predict_module(model, **asked)
    except NotFollowedError as error:
        raise InputError(
            f"--plot is given, expected none with a module that the law does not follow: {error}"
        ) from error


def _predict_methods(arguments: Namespace, asked: dict[str, Any], console: Console) -> None:
    """All methods, and report; asked: options by name."""
    from numerics.commands._layers_report import show_methods
    from numerics.prediction.forecasts.layers import predict_methods
    from numerics.prediction.layers.summary import summarise_layers

    del asked["sample"]
    with progress_of(arguments) as progress:
        found = predict_methods(data_source(arguments), **asked, progress=progress.stage)
    reasons: dict[str, list[str]] = {}
    for each in found.left_out:
        reasons.setdefault(each["reason"], []).append(each["method"])
    refused = [f"{', '.join(methods)}: {reason}" for reason, methods in reasons.items()]
    summaries = [summarise_layers(each, seed=arguments.seed) for each in found.forecasts]
    show_methods(console, summaries, refused)
    if arguments.json is not None:
        write_json(arguments.json, {"methods": summaries, "refused": refused})


def _plot(arguments: Namespace, found: Forecast) -> None:
    from numerics.pictures.masks import plot_prediction

    plot_prediction(arguments.plot, found.cases[0].prediction, found.cases[0].observation, found.data.about)


def _compare(arguments: Namespace, console: Console) -> None:
    from numerics.commands._prediction_report import show_comparison
    from numerics.prediction.forecasts.compare import compare

    asked = given(arguments, *SHARED, "residual", "width")
    with progress_of(arguments) as progress:
        rows = compare(arguments.method, data_source(arguments), **asked, progress=progress.stage)
    density = asked.get("density", signature(compare).parameters["density"].default)
    show_comparison(console, arguments.method, density, rows)
    if arguments.json is not None:
        report = {"method": arguments.method, "density": density, "seed": arguments.seed}
        write_json(arguments.json, report | {"rows": [asdict(row) for row in rows]})
