"""`sparse-limits ticket`: a trained network found inside a random one by pruning alone, and the check of such a find."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from numerics.arguments import InputError
from numerics.commands.common import bar, check_seed, data_file
from numerics.commands.places import check_places, same_file
from numerics.reports.writing import write_json

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.tickets.calls import Checked, Found

TRAINED = ("digits-mlp", "pointset-deepsets")
SEARCH = {"width_factor": "1", "epsilon": 1e-6, "delta": 0.01, "seed": 0}  # what is taken where nothing is said
SEARCH_ALONE = ("output", "width_factor", "delta", "seed")  # not beside --check
CHECK_ALONE = ("agreement", "kept")
KNOWN = {
    "data": ("digits", ".npz", ".csv"),
    "check": (".npz",),
    "output": (".npz",),
}  # words, and suffixes of files
EPILOG = (
    "Nothing in a file is executed. Claims are named by their labels, such as Q7: sparse-limits show Q7. Without --target and "
    "demands, --check says no more than that a file is consistent: whoever wrote it chose its target and its epsilon. Exit "
    "status: 0 if every coefficient is within epsilon, or all that a checked file says is true, of the target given, and all "
    "that is demanded is met; 1 otherwise."
)


def configure(parser: ArgumentParser) -> None:
    """The arguments of the command."""
    parser.description = (
        "Find a trained network inside a random one by pruning alone, with a certificate; or check a find."
    )
    parser.epilog = EPILOG
    add = parser.add_argument
    add("--target", metavar="TARGET", help=f"{', '.join(TRAINED)}, or a .npz or .safetensors file of a network")
    add(
        "--check", metavar="FILE", help="a ticket: rebuild the random network from its seed, check all it says, exactly"
    )
    add("--data", metavar="DATA", help="samples for a target from a file: .npz (x, maybe y), .csv, or digits")
    add("--nonnegative", action="store_true", help="inputs of a target from a file, or of a ticket, are never negative")
    add("--width-factor", metavar="F", help="width of the random network over that of the theorem (default 1)")
    add(
        "--epsilon",
        type=float,
        metavar="E",
        help="error of a coefficient, the largest being 1/(2e) (default 1e-6; with --check: demanded)",
    )
    add("--agreement", metavar="A", help="with --check: demanded share of samples with the same largest output")
    add("--kept", metavar="R", help="with --check: largest share of the coefficients of the blocks that may be kept")
    add("--delta", type=float, metavar="D", help="probability with which the theorem may fail (default 0.01)")
    add("--seed", type=int, metavar="S", help="of the random network, and of training (default 0)")
    add("--limit", metavar="L", help="memory and time, by estimate, that are allowed (default 1GiB,1min)")
    add("--output", metavar="FILE", help="the ticket, a .npz file: target, masks, and the seed of the random network")
    add("--json", metavar="FILE", help="all numbers; - for standard output, without the tables")


def run(arguments: Namespace) -> int:
    """Find or check, report. Raises InputError, in one line, for anything wrong with the call or its input."""
    from rich.console import Console

    _check_call(arguments)
    console = Console(quiet=arguments.json == "-")
    found = _find(arguments, console) if arguments.check is None else _check(arguments, console)
    if arguments.json is not None:
        write_json(arguments.json, found.summary)
    return 0 if found.holds else 1


def _check_call(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    if arguments.check is None and arguments.target is None:
        raise InputError(f"neither --target nor --check is given, expected --target FILE, {' or '.join(TRAINED)}")
    from numerics.tickets.calls import check_delta, check_epsilon, checked_factor, checked_share
    from numerics.tickets.limits import USUAL, read_limit

    _check_company(arguments)
    arguments.limit = USUAL if arguments.limit is None else read_limit(arguments.limit)
    for name in CHECK_ALONE:
        if (share := getattr(arguments, name)) is not None:
            setattr(arguments, name, checked_share(f"--{name}", share))
    if arguments.check is None:
        for name, value in SEARCH.items():
            if getattr(arguments, name) is None:
                setattr(arguments, name, value)
        arguments.width_factor = checked_factor("--width-factor", arguments.width_factor)
        check_seed(arguments.seed)
        check_delta("--delta", arguments.delta)
    if arguments.epsilon is not None:
        check_epsilon("--epsilon", arguments.epsilon)
    if arguments.target is not None and arguments.target not in TRAINED and not Path(arguments.target).suffix:
        raise InputError(f"--target is {arguments.target!r:.80}, expected {', '.join(TRAINED)}, or a file of a network")
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
    if arguments.target in TRAINED and (arguments.data is not None or arguments.nonnegative):
        raise InputError(f"--target {arguments.target} brings its samples, expected neither --data nor --nonnegative")
    if arguments.agreement is not None and arguments.data is None and arguments.target not in TRAINED:
        raise InputError(f"--agreement is given without samples, expected --data, or --target {' or '.join(TRAINED)}")
    if None not in (arguments.check, arguments.target) and same_file(arguments.check, arguments.target):
        raise InputError(
            f"--target is {arguments.target!r:.80}, the ticket itself, expected a file of your own network"
        )


def _check_places(arguments: Namespace) -> None:
    """Files that can be written, and none of them one that is read."""
    target = None if arguments.target in TRAINED else arguments.target
    reads = {"--target": target, "--data": data_file(arguments.data), "--check": arguments.check}
    check_places(reads, {"--output": arguments.output, "--json": arguments.json})


def _find(arguments: Namespace, console: Console) -> Found:
    from numerics.commands._ticket_report import show
    from numerics.tickets.calls import case_of, ticket

    started, status = perf_counter(), stderr().status(f"training {arguments.target}")
    with status if arguments.target in TRAINED else nullcontext():
        case = case_of(arguments.target, arguments.data, arguments.nonnegative, arguments.seed, arguments.limit)
    seconds = perf_counter() - started
    with bar(stderr(), "subset sums, channel by channel") as progress:
        found = ticket(
            case,
            **{name: getattr(arguments, name) for name in (*SEARCH, "limit", "output")},
            progress=progress,
        )
    found.summary["seconds"]["target"] = seconds
    show(console, found.summary)
    return found


def _check(arguments: Namespace, console: Console) -> Checked:
    from numerics.commands._ticket_report import show_check
    from numerics.reports.plain_text import plain
    from numerics.tickets.calls import check

    asked = {
        name: getattr(arguments, name) for name in ("target", "data", "nonnegative", "epsilon", *CHECK_ALONE, "limit")
    }
    with stderr().status(f"checking {plain(arguments.check)}"):
        checked = check(arguments.check, **asked)
    show_check(console, checked.summary)
    return checked


def stderr() -> Console:
    """Where the state of a run is shown."""
    from rich.console import Console

    return Console(stderr=True)
