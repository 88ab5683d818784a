"""`sparse-limits scan`: what a few passes over a mask tell, for masks that are too large to fit."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from sparse_limits.numerics.commands.common import (
    READING,
    add_layer,
    add_limit,
    add_quiet,
    add_reading,
    given,
    mask_files,
    progress_of,
)
from sparse_limits.numerics.commands.output_paths import check_places
from sparse_limits.numerics.reports.writing import write_json

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.masks.scan import Blocks, Bounds, Lines, MaskScan

EPILOG = (
    "Rows are neurons and columns are inputs. 10^8 kept weights took 12 minutes of processor time and 6 GB. The mask is compared with the averages of blocks of rows and "
    "columns of about equal degrees, and so is a mask that is drawn from these averages, entry by entry. Nothing in a file is executed."
)


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.epilog = EPILOG
    add = parser.add_argument
    add("mask", metavar="MASK", help="a file or a folder as for sparse-limits fit")
    add_layer(parser, "the layer")
    add_reading(parser)
    add("--groups", type=int, metavar="N", help="groups of rows, and of columns, by degree, from 1 to 256 (default 32)")
    add("--seed", type=int, default=0, metavar="S", help="seed of all random numbers (default 0)")
    add("--json", metavar="FILE", help="write all numbers (-: to standard output, no table)")
    add_limit(parser)
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Read, scan, show. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console
    from threadpoolctl import threadpool_limits

    from sparse_limits.numerics.masks.files import load_mask
    from sparse_limits.numerics.masks.scan import scan_mask

    check_places(mask_files("MASK", arguments.mask), {"--json": arguments.json})
    console = Console(quiet=arguments.json == "-")
    with threadpool_limits(1), progress_of(arguments) as progress:
        progress.stage("reading the mask")
        read = load_mask(arguments.mask, arguments.layer, **given(arguments, *READING))
        name, notes, masks = read.name, read.notes, [read.mask]
        del read  # what is read is not held beside what is made of it
        found = scan_mask(masks.pop(), **given(arguments, "groups", "seed"), progress=progress.stage)
    if arguments.json is not None:
        write_json(arguments.json, found)
    _show(console, name, notes, found)
    return 0


def _show(console: Console, name: str, notes: tuple[str, ...], found: MaskScan) -> None:
    from sparse_limits.numerics.printing.tables import print_facts

    m, n = found["shape"]
    facts = [
        ("mask", f"{name}: {m} rows (neurons) x {n} columns (inputs)"),
        ("density", f"{found['density']:.6g}: {found['kept']} of {m * n} weights kept"),
        *(("weights", note) for note in notes),
        ("rows", _lines(found["rows"])),
        ("columns", _lines(found["columns"])),
        *(("blocks" if at == 0 else "", _block(each)) for at, each in enumerate(found["blocks"])),
    ]
    value, edge, to_constant = found["singular_value"], found["noise_edge"], found["to_constant"]
    to_degrees, drawn = found["to_degrees"], found["drawn"]
    if value is not None and edge is not None:
        facts.append(
            ("spectrum", f"largest singular value {value:.5g}, noise of what degrees explain up to {edge:.5g}")
        )
    if to_constant and to_degrees and drawn:
        facts += [
            ("cut norm", f"{_bounds(to_constant)}: distance to one density for all entries"),
            ("", f"{_bounds(to_degrees)}: distance to what degrees explain, averages over blocks"),
            ("", f"{_bounds(drawn)}: the same for a mask that degrees explain"),
            ("verdict", str(found["verdict"])),
        ]
    print_facts(console, facts)


def _lines(lines: Lines) -> str:
    least, most = lines["least"], lines["most"]
    spread = "" if lines["spread"] is None else f", spread {lines['spread']:.3g} (random pruning: about 1)"
    return (
        f"keep {least} to {most}, {lines['mean']:.5g} on average; {lines['empty']} empty, {lines['full']} full{spread}"
    )


def _block(block: Blocks) -> str:
    kept = {"row": block["in_rows"], "column": block["in_columns"]}
    said = " and ".join(f"{most} in a {line}" for line, most in kept.items() if most is not None)
    return f"of {block['length']} neighbours at most {said} are kept"


def _bounds(bounds: Bounds) -> str:
    return f"{bounds['lower']:.4g} to {bounds['upper']:.4g}"
