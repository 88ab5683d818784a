"""`sparse-limits fit`: the graphon that a mask came from, how far it is from homogeneous, and which method made it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.arguments import FRESH_ROWS, InputError
from sparse_limits.numerics.commands.common import (
    READING,
    add_data,
    add_layer,
    add_limit,
    add_quiet,
    add_reading,
    add_residual,
    check_data,
    data_file,
    data_source,
    given,
    mask_files,
    progress_of,
)
from sparse_limits.numerics.commands.output_paths import check_places
from sparse_limits.numerics.door import OF_THE_DATA
from sparse_limits.numerics.reports.writing import write_csv, write_json, write_outputs, write_text

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.fitting.fit import Fit
    from sparse_limits.numerics.fitting.summary import Summary
    from sparse_limits.numerics.masks.files import MaskFile

EPILOG = (
    "Rows are neurons and columns are inputs; convolutions [out, in, h, w] are read as [out, in h w]. Nothing in a file is "
    "executed. For a file with several layers, fit prints a table of all layers, unless --layer names one. Claims are named by their labels, such as G6: sparse-limits show G6."
)

# Options that ask for one layer in depth
IN_DEPTH = ("data", *OF_THE_DATA, "samples", "residual", "fresh_rows", "widths", "place", "plot")


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = "Find the graphon that a mask came from, with certificates, and the method that made the mask."
    parser.epilog = EPILOG
    parser.usage = "sparse-limits fit MASK [MASK ...] [options]"
    add = parser.add_argument
    add(
        "mask",
        metavar="MASK",
        nargs="+",
        help="a .npy, .npz (arrays or scipy.sparse), .pt, .pth, .ckpt, .bin, .tar or .safetensors file, the folder or the .index.json of a model in shards, or several",
    )
    add_layer(parser, "a layer to analyse in depth")
    add_reading(parser)
    add_data(parser, None)
    add_residual(parser)
    add("--fresh-rows", type=int, metavar="N", help=f"rows drawn for each method's law (default {FRESH_ROWS})")
    add(
        "--widths",
        type=int,
        nargs="+",
        metavar="N",
        help="widths of all hidden layers, to compare with the law of this layer",
    )
    add("--place", type=int, metavar="L", help="position of the layer in that network, from 1 (default: by its shape)")
    add("--seed", type=int, default=0, metavar="S", help="seed of all random numbers (default 0)")
    add("--json", metavar="FILE", help="write all numbers (-: to standard output, no tables)")
    add(
        "--csv",
        metavar="FILE",
        help="write one row per layer (-: as with --json)",
    )
    add_limit(parser)
    add_quiet(parser)
    add("--html", metavar="FILE", help="write a page with pictures (needs matplotlib)")
    add("--plot", type=Path, metavar="FILE", help="write the pictures, .png or .svg (needs matplotlib)")


def run(arguments: Namespace) -> int:
    """Read, fit, report. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console
    from threadpoolctl import threadpool_limits

    _check(arguments)
    from sparse_limits.numerics.masks.files import file_of, load_mask, open_arrays
    from sparse_limits.numerics.masks.names import has_several

    console = Console(quiet="-" in (arguments.json, arguments.csv, arguments.html))
    first, *more = arguments.mask
    if more and arguments.layer is not None:
        raise InputError(f"--layer is given for {1 + len(more)} files, expected one file beside it")
    shapes = {} if more or arguments.layer is not None else open_arrays(file_of(first)).shapes
    if more or has_several(shapes):
        with threadpool_limits(1):
            _all_layers(arguments, console)
        return 0
    from sparse_limits.numerics.fitting.fit import work_in_depth
    from sparse_limits.numerics.limits import allowed

    _refuse_deeper(arguments)
    file = load_mask(first, arguments.layer, **given(arguments, *READING))
    kept = file.mask.nnz
    as_table = arguments.layer is None and shapes != {"": ()} and not given(arguments, *IN_DEPTH)
    if as_table and not allowed(*work_in_depth(kept, file.mask.shape)):
        del file  # its memory is needed below
        said = f"{kept} weights are kept, more than are fitted in depth within --limit: a line of the table of layers"
        console.print(said, highlight=False)
        with threadpool_limits(1):
            _all_layers(arguments, console)
        return 0
    if arguments.csv is not None:
        raise InputError("--csv is given for one layer, expected a file of several layers with it, or --json")
    with threadpool_limits(1):  # products of small matrices: more threads than one wait for each other
        _fit(arguments, file, console)
    return 0


def _check(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    if arguments.html is not None or arguments.plot is not None:
        from sparse_limits.numerics.pictures.masks import check_matplotlib, check_plot

        check_matplotlib("--html" if arguments.plot is None else "--plot")
        if arguments.plot is not None:
            check_plot(arguments.plot)
    check_data(arguments.data)
    reads: dict[str, str | Path | None] = {"--data": data_file(arguments.data)}
    for place, name in enumerate(arguments.mask, 1):
        reads |= mask_files("MASK" if len(arguments.mask) == 1 else f"MASK {place}", name)
    check_places(reads, {f"--{name}": getattr(arguments, name) for name in ("json", "csv", "html", "plot")})


def _all_layers(arguments: Namespace, console: Console) -> None:
    """A table of all layers of a file, or of each of several."""
    from sparse_limits.numerics.commands._fit_layers import as_html, in_columns, show, show_files
    from sparse_limits.numerics.fitting.in_depth import Reading
    from sparse_limits.numerics.fitting.layers import fit_layers

    _refuse_in_depth(arguments)
    wanted = given(arguments, *READING, "seed")
    with progress_of(arguments) as progress:
        progress.stage("reading layers")
        found = fit_layers(arguments.mask, **wanted, progress=progress.stage)
    summaries = found["files"]
    rows = [{"file": each["file"]} | in_columns(layer) for each in summaries for layer in each["layers"]]
    reading = Reading(**given(arguments, *READING))
    write_outputs(
        (arguments.json, lambda to: write_json(to, summaries[0] if len(summaries) == 1 else found)),
        (arguments.csv, lambda to: write_csv(to, rows)),
        (arguments.html, lambda to: write_text(to, as_html(found, reading))),
    )
    if len(summaries) == 1:
        show(console, summaries[0], reading)
    else:
        show_files(console, found)
    if arguments.html not in (None, "-"):
        console.print(f"page written to {arguments.html}", markup=False)


def _refuse_deeper(arguments: Namespace) -> None:
    """InputError for a layer that is not the first of its file, if methods would be compared by the law of first layers."""
    from sparse_limits.numerics.masks.layers import open_layers
    from sparse_limits.numerics.masks.names import choose

    if arguments.layer is None or arguments.data is None or arguments.widths is not None:
        return
    file = open_layers(arguments.mask[0], **given(arguments, "nonzero", "transpose", "transposed"))
    chosen = choose(file.arrays.shapes, arguments.layer)
    if chosen in file.names[1:]:
        raise InputError(
            f"{arguments.layer} is layer {1 + file.names.index(chosen)} of {arguments.mask[0]}, not compared: without --widths "
            "the law is that of a first layer, expected --widths of all hidden layers, and --place, beside it"
        )


def _refuse_in_depth(arguments: Namespace) -> None:
    """InputError for options of one layer in depth."""
    from sparse_limits.numerics.masks.layers import open_layers
    from sparse_limits.numerics.masks.names import listed

    for option in given(arguments, *IN_DEPTH):
        if len(arguments.mask) > 1:
            raise InputError(f"{option} is given for {len(arguments.mask)} files, expected one file beside it")
        file = open_layers(arguments.mask[0], **given(arguments, "nonzero", "transpose", "transposed"))
        known = listed(file.names, file.shapes)
        raise InputError(f"{option} is given for several layers, expected `layer` beside it, one of {known}")


def _fit(arguments: Namespace, file: MaskFile, console: Console) -> None:
    from sparse_limits.numerics.commands._fit_report import show
    from sparse_limits.numerics.fitting.fit import fit
    from sparse_limits.numerics.fitting.summary import summarise

    wanted = given(arguments, "samples", "residual", "fresh_rows", "widths", "place")
    data = data_source(arguments) if arguments.data is not None else None
    for name in given(arguments, *OF_THE_DATA) if data is None else ():
        raise InputError(f"{name} is given and there are no data, expected data beside it")
    with progress_of(arguments) as progress:
        found = fit(file.mask, data, seed=arguments.seed, progress=progress.stage, **wanted)
    summary = summarise(found, seed=arguments.seed, name=file.name, stored_shape=file.shape, notes=file.notes)
    write_outputs(
        (arguments.json, lambda to: write_json(to, summary)),
        (arguments.plot, lambda to: _plot(to, found)),
        (arguments.html, lambda to: _write_page(to, summary, found)),
    )
    show(console, summary)
    if arguments.plot is not None:
        console.print(f"pictures written to {arguments.plot}", markup=False)
    if arguments.html not in (None, "-"):
        console.print(f"page written to {arguments.html}", markup=False)


def _plot(path: Path, found: Fit) -> None:
    from sparse_limits.numerics.pictures.masks import plot_fit

    plot_fit(path, found)


def _write_page(destination: str, summary: Summary, found: Fit) -> None:
    from sparse_limits.numerics.commands._fit_page import as_html

    write_text(destination, as_html(summary, found))
