"""`sparse-limits ticket`: a trained network found inside a random one by pruning alone, and the check of such a find."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.commands.common import add_drop, add_quiet, data_file, given, progress_of
from sparse_limits.numerics.commands.output_paths import check_places, same_file
from sparse_limits.numerics.reports.writing import write_json

if TYPE_CHECKING:
    from rich.console import Console

    from sparse_limits.numerics.tickets.calls import Checked, Found

TRAINED = (
    "digits-mlp",
    "digits-cnn",
    "shapes-steerable",
    "rings-c8",
    "rings-d8",
    "graphs-pairs",
    "graphs-messages",
    "pointset-deepsets",
)  # `sparse_limits.numerics.tickets.targets.TARGETS`, which takes long to import
ALL = "all"
SEARCH_ALONE = ("output", "width_factor", "delta", "output_error", "radius", "seed")  # not beside --check
CHECK_ALONE = ("agreement", "kept")
KNOWN = {
    "data": ("digits", ".npz", ".csv", ".tsv", ".parquet", ".npy", ".pt", ".pth"),
    "check": (".npz",),
    "output": (".npz",),
}  # words, and suffixes of files
EPILOG = (
    "Nothing in a file is executed. Claims are named by their labels, such as Q7: sparse-limits show Q7. Without --target and "
    "demands, --check only shows that a file is consistent: its author chose the target and the epsilon. Exit status: 0 if "
    "every coefficient is within epsilon or, with --check, if all statements of the file are true and agree with the target "
    "given, and all demands are met; 1 otherwise."
)


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = (
        "Find a trained network inside a random one by pruning alone, with a certificate, or check such a ticket."
    )
    parser.epilog = EPILOG
    add = parser.add_argument
    add(
        "--target",
        metavar="TARGET",
        help=f"{', '.join(TRAINED)}, all for one table of these, or a .npz, .safetensors or .pt file of a network",
    )
    add(
        "--check",
        metavar="FILE",
        help="check a ticket exactly: rebuild the random network from its seed, and check everything that the file says",
    )
    add(
        "--data",
        metavar="DATA",
        help="samples for a target from a file: .npz (x, optionally y), .csv, .tsv, .parquet or .npy (labels last, if any), .pt, or digits",
    )
    add(
        "--label-column",
        metavar="NAME|NUMBER",
        help="column of labels in a table, by name or number from 1 (default: the last, if there is one more than inputs)",
    )
    add("--missing", metavar="HOW", help="missing values: drop (leave out the sample) or mean (of the column)")
    add_drop(parser)
    add("--nonnegative", action="store_true", help="inputs of a target from a file, or of a ticket, are never negative")
    add(
        "--width-factor",
        metavar="F",
        help="width of the random network relative to the width of the theorem (default 1)",
    )
    add(
        "--epsilon",
        type=float,
        metavar="E",
        help="largest error of a coefficient, where the largest coefficient is 1/(2e) (default 1e-6; with --check: a demand)",
    )
    add("--agreement", metavar="A", help="with --check: smallest share of samples with the same largest output")
    add("--kept", metavar="R", help="with --check: largest share of the coefficients of the blocks that may be kept")
    add("--delta", type=float, metavar="D", help="probability with which the theorem may fail (default 0.01)")
    add(
        "--output-error",
        type=float,
        metavar="E",
        help="instead of --epsilon: largest error of the outputs of the target as given (trained here: as rescaled), at all inputs up to --radius (Q11.1)",
    )
    add("--radius", type=float, metavar="R", help="with --output-error: bound on |input| (default 1)")
    add(
        "--seed",
        type=int,
        metavar="S",
        help="seed of the random network and, if a target is trained, of the training (then at most 2^32; default 0)",
    )
    add("--limit", metavar="L", help="largest estimated memory and time (default 1GiB,1min)")
    add("--output", metavar="FILE", help="write the ticket, a .npz file: target, masks and seed of the random network")
    add("--json", metavar="FILE", help="write all numbers as JSON; - for standard output, without the tables")
    add_quiet(parser)


def run(arguments: Namespace) -> int:
    """Find or check, report. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    _check_call(arguments)
    console = Console(quiet=arguments.json == "-")
    if arguments.target == ALL:
        return _find_all(arguments, console)
    found = _find(arguments, console) if arguments.check is None else _check(arguments, console)
    return 0 if found.holds else 1


def _check_call(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    if arguments.check is None and arguments.target is None:
        raise InputError(f"neither --target nor --check is given, expected --target FILE, {' or '.join(TRAINED)}")
    _check_company(arguments)
    known_target = arguments.target in (None, ALL, *TRAINED)
    if not known_target and not Path(arguments.target).suffix:
        raise InputError(
            f"--target is {arguments.target!r:.80}, expected {', '.join(TRAINED)}, all, or a file of a network"
        )
    for name, known in KNOWN.items():
        given = getattr(arguments, name)
        if given is not None and given not in known and Path(given).suffix.lower() not in known:
            raise InputError(f"--{name} is {given!r:.80}, expected {' or '.join(known)}")
    _check_places(arguments)


def _check_company(arguments: Namespace) -> None:
    """Options that mean nothing beside others."""
    beside, alone = ("--check", SEARCH_ALONE) if arguments.check is not None else ("", CHECK_ALONE)
    for name in alone:
        if getattr(arguments, name) is not None:
            option = name.replace("_", "-")
            raise InputError(f"--{option} is given, expected only {'without' if beside else 'beside'} --check")
    if arguments.output_error is not None and arguments.epsilon is not None:
        raise InputError("--epsilon and --output-error are both given, expected one of them")
    if arguments.radius is not None and arguments.output_error is None:
        raise InputError("--radius is given, expected only beside --output-error")
    if arguments.target == ALL:
        for name in ("check", "output"):
            if getattr(arguments, name) is not None:
                raise InputError(f"--{name} is given, expected one target, such as --target {TRAINED[0]}")
    if arguments.target in (ALL, *TRAINED) and (arguments.data is not None or arguments.nonnegative):
        raise InputError(f"--target {arguments.target} brings its samples, expected neither --data nor --nonnegative")
    if arguments.agreement is not None and arguments.data is None and arguments.target not in TRAINED:
        raise InputError(f"--agreement is given without samples, expected --data, or --target {' or '.join(TRAINED)}")
    if None not in (arguments.check, arguments.target) and same_file(arguments.check, arguments.target):
        raise InputError(
            f"--target is {arguments.target!r:.80}, the ticket itself, expected a file of your own network"
        )


def _check_places(arguments: Namespace) -> None:
    """Files that can be written, and none of them one that is read."""
    target = None if arguments.target in (ALL, *TRAINED) else arguments.target
    reads = {"--target": target, "--data": data_file(arguments.data), "--check": arguments.check}
    check_places(reads, {"--output": arguments.output, "--json": arguments.json})


def _find(arguments: Namespace, console: Console) -> Found:
    from sparse_limits.numerics.commands._ticket_report import show

    found = _found(arguments, arguments.target)
    _write(arguments, found.summary)
    show(console, found.summary)
    return found


def _find_all(arguments: Namespace, console: Console) -> int:
    """A ticket of each target that is trained here, in one table."""
    from sparse_limits.numerics.commands._ticket_report import show_all

    summaries = [_found(arguments, target).summary for target in TRAINED]
    _write(arguments, summaries)
    show_all(console, summaries)
    return 0 if all(each["ticket"]["within_epsilon"] for each in summaries) else 1


def _found(arguments: Namespace, target: str) -> Found:
    from sparse_limits.numerics.tickets.calls import ticket

    with progress_of(arguments) as progress:
        if target in TRAINED:
            progress.stage(f"training {target}")
        return ticket(
            target,
            **given(
                arguments, "data", "label_column", "missing", "drop", "nonnegative", "epsilon", *SEARCH_ALONE, "limit"
            ),
            progress=partial(progress.count, pieces="channels"),
        )


def _check(arguments: Namespace, console: Console) -> Checked:
    from sparse_limits.numerics.commands._ticket_report import show_check
    from sparse_limits.numerics.tickets.calls import check

    asked = given(
        arguments, "target", "data", "label_column", "missing", "drop", "nonnegative", "epsilon", *CHECK_ALONE, "limit"
    )
    with progress_of(arguments) as progress:
        progress.stage(f"checking {arguments.check}")
        checked = check(arguments.check, **asked)
    _write(arguments, checked.summary)
    show_check(console, checked.summary)
    return checked


def _write(arguments: Namespace, summary: object) -> None:
    """Before anything is printed, which nobody may read."""
    if arguments.json is not None:
        write_json(arguments.json, summary)
