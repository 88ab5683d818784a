"""`sparse-limits ticket`: a trained network found inside a random one by pruning alone, and the check of such a find."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, Namespace
from fractions import Fraction
from importlib.metadata import version
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from numerics.commands.common import check_writable, write_json

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.commands._ticket_case import Case
    from numerics.tickets import NetworkTicket

TRAINED = ("digits-mlp", "pointset-deepsets")
SEARCH = {"width_factor": "1", "epsilon": 1e-6, "delta": 0.01, "seed": 0}  # what is taken where nothing is said
KNOWN = {
    "data": ("digits", ".npz", ".csv"),
    "check": (".npz",),
    "output": (".npz",),
}  # words, and suffixes of files
PLAIN = re.compile(r"[0-9./]{1,40}(e[+-]?[0-9]{1,2})?")  # no power that would not fit in memory
EPILOG = (
    "Nothing in a file is executed. Claims are named by their labels, such as Q7: sparse-limits show Q7. Exit status: 0 "
    "if every coefficient is within epsilon, or all that a checked file says is true; 1 otherwise."
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
    add("--nonnegative", action="store_true", help="inputs of a target from a file are never negative")
    add("--width-factor", metavar="F", help="width of the random network over that of the theorem (default 1)")
    add("--epsilon", type=float, metavar="E", help="error of a coefficient, the largest being 1/(2e) (default 1e-6)")
    add("--delta", type=float, metavar="D", help="probability with which the theorem may fail (default 0.01)")
    add("--seed", type=int, metavar="S", help="of the random network, and of training (default 0)")
    add("--output", metavar="FILE", help="the ticket, a .npz file: target, masks, and the seed of the random network")
    add("--json", metavar="FILE", help="all numbers; - for standard output, without the tables")


def run(arguments: Namespace) -> int:
    """Find or check, report. Raises ValueError, in one line, for anything wrong with the call or its input."""
    import numpy as np
    from rich.console import Console
    from threadpoolctl import threadpool_limits

    _check_call(arguments)
    console = Console(quiet=arguments.json == "-")
    with threadpool_limits(1), np.errstate(over="ignore", invalid="ignore"):  # layers refuse what is not finite
        return _check_file(arguments, console) if arguments.check is not None else _find(arguments, console)


def _check_call(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    if arguments.check is None and arguments.target is None:
        raise ValueError(f"neither --target nor --check is given, expected --target FILE, {' or '.join(TRAINED)}")
    if arguments.check is not None:
        beside = [name for name in ("data", "output", *SEARCH) if getattr(arguments, name) is not None]
        if beside or arguments.nonnegative:
            name = (beside or ["nonnegative"])[0].replace("_", "-")
            raise ValueError(f"--{name} is given, expected at most --target and --json beside --check")
    for name, value in SEARCH.items():
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    arguments.width_factor = _factor(arguments.width_factor)
    if not 0 <= arguments.seed < 2**128:
        raise ValueError(f"--seed is {arguments.seed!r:.60}, expected a whole number from 0, below 2^128")
    if not 0 < arguments.epsilon < float("inf"):
        raise ValueError(f"--epsilon is {arguments.epsilon:g}, expected a number above 0")
    if not 0 < arguments.delta < 1:
        raise ValueError(f"--delta is {arguments.delta:g}, expected a probability between 0 and 1")
    if arguments.target in TRAINED and (arguments.data is not None or arguments.nonnegative):
        raise ValueError(f"--target {arguments.target} brings its samples, expected neither --data nor --nonnegative")
    if arguments.target is not None and arguments.target not in TRAINED and not Path(arguments.target).suffix:
        raise ValueError(f"--target is {arguments.target!r:.80}, expected {', '.join(TRAINED)}, or a file of a network")
    for name, known in KNOWN.items():
        given = getattr(arguments, name)
        if given is not None and given not in known and Path(given).suffix.lower() not in known:
            raise ValueError(f"--{name} is {given!r:.80}, expected {' or '.join(known)}")
    _check_places(arguments)


def _check_places(arguments: Namespace) -> None:
    """Files that can be written, and none of them one that is read."""
    read = [getattr(arguments, name) for name in ("target", "data", "check")]
    taken = {os.path.realpath(path): path for path in read if path is not None}
    for name in ("output", "json"):
        path = getattr(arguments, name)
        check_writable(path)
        if path is not None and path != "-":
            if (place := os.path.realpath(path)) in taken:
                raise ValueError(f"--{name} is {path}, expected another file than {taken[place]}")
            taken[place] = f"--{name}"


def _factor(text: str) -> Fraction:
    try:
        factor = Fraction(text if PLAIN.fullmatch(text) else "")
    except (ValueError, ZeroDivisionError):
        factor = Fraction(0)
    if not 0 < factor <= 1000:
        raise ValueError(f"--width-factor is {text!r:.60}, expected a number above 0, such as 1/2 or 0.1, at most 1000")
    return factor


def _find(arguments: Namespace, console: Console) -> int:
    from numerics.commands._ticket_report import show
    from numerics.commands._ticket_summary import compare, describe, found, widths
    from numerics.tickets import guaranteed_width
    from numerics.tickets.files import save_ticket
    from numerics.tickets.search import check_size

    started = perf_counter()
    case = _case(arguments, arguments.seed)
    summary: dict[str, Any] = {"version": version("sparse-limits"), "target": describe(case)}
    seconds = {"target": perf_counter() - started}
    guaranteed = guaranteed_width(case.layers, arguments.epsilon, arguments.delta, case.signed)
    width = ceil(arguments.width_factor * guaranteed)
    check_size(case.layers, width)
    summary["width"] = widths(case, arguments.epsilon, arguments.delta, guaranteed, width)
    started = perf_counter()
    ticket = _search(arguments, case, width)
    seconds["search"] = perf_counter() - started
    started = perf_counter()
    summary |= {"delta": arguments.delta, "ticket": found(ticket), **compare(ticket, case), "file": arguments.output}
    summary["seconds"] = {**seconds, "comparison": perf_counter() - started}
    if arguments.output is not None:
        save_ticket(arguments.output, ticket, arguments.delta, case.name, case.permutations)
    show(console, summary)
    if arguments.json is not None:
        write_json(arguments.json, summary)
    return 0 if summary["ticket"]["within_epsilon"] else 1


def _case(arguments: Namespace, seed: int) -> Case:
    """The target, trained or read, with its samples."""
    from numerics.commands._ticket_case import from_files, trained

    if arguments.target not in TRAINED:
        return from_files(arguments.target, arguments.data, arguments.nonnegative)
    with _stderr().status(f"training {arguments.target}"):
        return trained(arguments.target, seed)


def _search(arguments: Namespace, case: Case, width: int) -> NetworkTicket:
    """The ticket, with a bar on a terminal while it is searched."""
    from rich.progress import Progress

    from numerics.tickets import find_ticket

    console = _stderr()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("subset sums, channel by channel", total=None)
        return find_ticket(
            case.layers,
            width,
            arguments.epsilon,
            arguments.seed,
            case.signed,
            lambda done, of: progress.update(bar, completed=done, total=of),
        )


def _check_file(arguments: Namespace, console: Console) -> int:
    from numerics.commands._ticket_report import show_check
    from numerics.commands._ticket_summary import summarise_check
    from numerics.tickets.files import check_ticket, load_ticket

    started = perf_counter()
    case = None if arguments.target is None else _case(arguments, load_ticket(arguments.check).statement.seed)
    with _stderr().status(f"checking {arguments.check}"):
        statement, findings = check_ticket(arguments.check, None if case is None else case.layers)
    summary = summarise_check(arguments.check, statement, findings, case is not None, perf_counter() - started)
    show_check(console, summary)
    if arguments.json is not None:
        write_json(arguments.json, summary)
    return 0 if summary["holds"] else 1


def _stderr() -> Console:
    from rich.console import Console

    return Console(stderr=True)
