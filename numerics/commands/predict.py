"""`sparse-limits predict`: what a pruning method will keep of the first layer, and a pruned network beside it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from numerics.arguments import InputError
from numerics.commands._kernel_study import (
    add_kernel,
    check_kernel,
    held_notes,
    held_out,
    study_kernel,
    summarise_study,
)
from numerics.commands.common import add_data, add_residual, check_residual, check_seed, data_file
from numerics.commands.places import check_places
from numerics.reports.writing import write_json

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.data import Dataset
    from numerics.pruning.forecast import Settings
    from numerics.pruning.observation import Comparison

WIDTH, COMPARED_WIDTHS = 1024, (256, 1024, 4096)
NETWORKS, WIDE = 4, 4096  # compared networks, halved from this width on
MOST_NETWORKS = 10_000
DIGITS_SETTINGS = (  # labels, standardised, initial output subtracted: the settings of S6
    ("ge5", True, True),
    ("is0", True, True),
    ("is0c", True, True),
    ("ge5", False, True),
    ("is0", False, True),
    ("ge5", True, False),
    ("is0", True, False),
    ("ge5", False, False),
    ("is0", False, False),
)

EPILOG = (
    "The theory speaks of ReLU networks in the NTK parametrisation with standard normal weights, and of their first "
    "layer. Claims are named by their labels, such as S2: sparse-limits show S2."
)


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = "Predict the column densities of a pruned first layer from data, and check them on a network."
    parser.epilog = EPILOG
    add = parser.add_argument
    add("--method", required=True, metavar="M", help="random, magnitude, snip, grasp, grasp-magnitude, synflow, wanda")
    add("--density", type=float, default=0.1, metavar="R", help="share of weights kept, in (0, 1) (default 0.1)")
    add("--width", type=int, nargs="+", metavar="N", help="hidden units (default 1024); several with --compare")
    add_data(parser, "digits")
    add("--depth", type=int, default=1, metavar="L", help="hidden layers (default 1)")
    add_residual(parser)
    add("--networks", type=int, metavar="K", help="networks pruned (default 1; --compare: 4, or 2 from width 4096 on)")
    add("--fresh-rows", type=int, default=20_000, metavar="N", help="rows sampled for the row law (default 20000)")
    add("--seed", type=int, default=0, metavar="S", help="of all random numbers (default 0)")
    add("--no-sample", dest="sample", action="store_false", help="predict only, prune no network")
    add("--compare", action="store_true", help="a table of predictors over data, residuals and widths (snip, grasp)")
    add_kernel(parser)
    add("--top", type=int, default=10, metavar="N", help="inputs listed at each end (default 10)")
    add("--plot", type=Path, metavar="FILE", help="a picture, .png or .svg (needs sparse-limits[plot])")
    add("--json", metavar="FILE", help="all numbers; - for standard output, without the tables")


def run(arguments: Namespace) -> int:
    """Predict, sample, report. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    _check(arguments)
    console = Console(quiet=arguments.json == "-")
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        if arguments.compare:
            _compare(arguments, console)
        else:
            _predict(arguments, console)
    return 0


def _check(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    check_seed(arguments.seed)
    for name, least in {"networks": 1, "samples": 2, "top": 1}.items():
        value = getattr(arguments, name)
        if value is not None and value < least:
            raise InputError(f"--{name} is {value}, expected a whole number of at least {least}")
    if (arguments.networks or 1) > MOST_NETWORKS:
        raise InputError(f"--networks is {arguments.networks}, expected at most {MOST_NETWORKS}")
    check_residual(arguments.residual)
    if arguments.width is not None and len(arguments.width) > 1 and not arguments.compare:
        raise InputError(f"--width has {len(arguments.width)} values, expected 1 without --compare")
    if any(width < 1 for width in arguments.width or ()):
        raise InputError(f"--width is {min(arguments.width)}, expected a whole number of at least 1")
    if arguments.plot is not None:
        from numerics.reports.figures import check_plot

        if arguments.compare:
            raise InputError("--plot is given, expected none with --compare")
        check_plot(arguments.plot)
    if arguments.compare and not arguments.sample:
        raise InputError("--no-sample is given, expected none with --compare")
    check_kernel(arguments)
    check_places({"--data": data_file(arguments.data)}, {"--plot": arguments.plot, "--json": arguments.json})


def _predict(arguments: Namespace, console: Console) -> None:
    from numerics.commands._prediction_report import show, summarise
    from numerics.data import batch, load_data
    from numerics.pruning.forecast import cases_of, check_size, notes_of

    batching, sampling, drawing, holding, averaging = np.random.SeedSequence(arguments.seed).spawn(5)
    width = arguments.width[0] if arguments.width else WIDTH
    whole = load_data(arguments.data, arguments.labels, arguments.standardise)
    used = data = batch(whole, arguments.samples, np.random.default_rng(batching))
    settings = _settings_of(arguments, width)
    check_size(settings, data)
    held = held_out(arguments, width, data, holding) if arguments.kernel else None
    if held is not None:
        data = held.train
    with console.status("predicting"):
        cases = list(cases_of(settings, data, sampling, drawing, keep=bool(arguments.train)))
    notes = notes_of(settings, cases, whole, used)
    study = None
    if held is not None:
        notes += held_notes(arguments, cases, held)
        study = study_kernel(arguments, cases, held, averaging, console)
    summary = summarise(arguments, cases, whole, data, notes)
    show(console, arguments, cases, data, notes, summary)
    if study is not None:
        from numerics.commands._kernel_report import show_kernel

        summary |= summarise_study(study, summary["columns"], summary["predictor"])
        show_kernel(console, summary, arguments.top)
    if arguments.plot is not None:
        from numerics.reports.figures import plot_prediction

        shape = (8, 8) if arguments.data == "digits" else None
        plot_prediction(arguments.plot, cases[0].prediction, cases[0].observation, shape)
        console.print(f"picture written to {arguments.plot}")
    if arguments.json is not None:
        write_json(arguments.json, summary)


def _settings_of(arguments: Namespace, width: int) -> Settings:
    from numerics.pruning.forecast import Settings

    return Settings(
        method=arguments.method,
        density=arguments.density,
        width=width,
        depth=arguments.depth,
        residual=arguments.residual,
        networks=arguments.networks or 1,
        fresh_rows=arguments.fresh_rows,
        sample=arguments.sample,
    )


def _compare(arguments: Namespace, console: Console) -> None:
    from numerics.commands._prediction_report import show_comparison
    from numerics.pruning.forecast import check_size

    rows: list[dict[str, object]] = []
    for name, data, subtracted in _compared(arguments):
        for width in arguments.width or COMPARED_WIDTHS:
            check_size(_settings_of(arguments, width), data)
            with console.status(f"{name}, width {width}"):
                rows.append({"setting": name, **asdict(_comparison(arguments, data, subtracted, width))})
    show_comparison(console, arguments.method, arguments.density, rows)
    if arguments.json is not None:
        report = {"method": arguments.method, "density": arguments.density, "seed": arguments.seed, "rows": rows}
        write_json(arguments.json, report)


def _compared(arguments: Namespace) -> Iterator[tuple[str, Dataset, bool]]:
    """Data and residuals: of the digits the usual settings, else the labels given; raw and standardised."""
    from numerics.data import batch, load_data

    settings: tuple[tuple[str | None, bool, bool], ...] = DIGITS_SETTINGS
    if arguments.data != "digits" or arguments.labels is not None:
        settings = tuple(product((arguments.labels,), (True, False), (True, False)))
    for labels, standardise, subtracted in settings:
        if arguments.standardise not in (None, standardise):
            continue
        data = load_data(arguments.data, labels, standardise)
        data = batch(data, arguments.samples, np.random.default_rng(arguments.seed))
        name = f"{'std' if standardise else 'raw'} {data.labelling}, {'-y' if subtracted else 'f0-y'}"
        yield name, data, subtracted


def _comparison(arguments: Namespace, data: Dataset, subtracted: bool, width: int) -> Comparison:
    from numerics.pruning.observation import compare

    networks = arguments.networks or (NETWORKS if width < WIDE else NETWORKS // 2)
    seed = np.random.SeedSequence([arguments.seed, width])
    rows = arguments.fresh_rows
    return compare(arguments.method, data, arguments.density, width, networks, rows, seed, subtract_output=subtracted)
