"""`sparse-limits ticket`: a trained network found inside a random one by pruning alone, and the check of such a find."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from fractions import Fraction
from importlib.metadata import version
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from numerics.arguments import InputError
from numerics.commands.common import bar, check_places, check_seed, data_file, same_file
from numerics.reports.writing import write_json

if TYPE_CHECKING:
    from rich.console import Console

    from numerics.commands._ticket_case import Case
    from numerics.tickets import NetworkTicket
    from numerics.tickets.limits import Work

TRAINED = ("digits-mlp", "pointset-deepsets")
SEARCH = {"width_factor": "1", "epsilon": 1e-6, "delta": 0.01, "seed": 0}  # what is taken where nothing is said
SEARCH_ALONE = ("output", "width_factor", "delta", "seed")  # not beside --check
CHECK_ALONE = ("agreement", "kept")
KNOWN = {
    "data": ("digits", ".npz", ".csv"),
    "check": (".npz",),
    "output": (".npz",),
}  # words, and suffixes of files
PLAIN = re.compile(r"[0-9./]{1,40}(e[+-]?[0-9]{1,2})?")  # no power that would not fit in memory
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
    import numpy as np
    from rich.console import Console
    from threadpoolctl import threadpool_limits

    _check_call(arguments)
    console = Console(quiet=arguments.json == "-")
    with threadpool_limits(1), np.errstate(over="ignore", invalid="ignore"):  # layers refuse what is not finite
        if arguments.check is None:
            return _find(arguments, console)
        from numerics.commands._ticket_check import check_file

        return check_file(arguments, console)


def _check_call(arguments: Namespace) -> None:
    """What can be refused before anything is computed or read."""
    if arguments.check is None and arguments.target is None:
        raise InputError(f"neither --target nor --check is given, expected --target FILE, {' or '.join(TRAINED)}")
    from numerics.tickets.limits import USUAL, read_limit

    _check_company(arguments)
    arguments.limit = USUAL if arguments.limit is None else read_limit(arguments.limit)
    for name in CHECK_ALONE:
        setattr(arguments, name, _share(name, getattr(arguments, name)))
    if arguments.check is None:
        for name, value in SEARCH.items():
            if getattr(arguments, name) is None:
                setattr(arguments, name, value)
        arguments.width_factor = _factor(arguments.width_factor)
        check_seed(arguments.seed)
        if not 0 < arguments.delta < 1:
            raise InputError(f"--delta is {arguments.delta:g}, expected a probability between 0 and 1")
    if arguments.epsilon is not None and not 0 < arguments.epsilon < float("inf"):
        raise InputError(f"--epsilon is {arguments.epsilon:g}, expected a number above 0")
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


def _factor(text: str) -> Fraction:
    try:
        factor = Fraction(text if PLAIN.fullmatch(text) else "")
    except (ValueError, ZeroDivisionError):
        factor = Fraction(0)
    if not 0 < factor <= 1000:
        raise InputError(f"--width-factor is {text!r:.60}, expected a number above 0, such as 1/2 or 0.1, at most 1000")
    return factor


def _share(name: str, text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        share = Fraction(text if PLAIN.fullmatch(text) else "")
    except (ValueError, ZeroDivisionError):
        share = Fraction(-1)
    if not 0 <= share <= 1:
        raise InputError(f"--{name} is {text!r:.60}, expected a share from 0 to 1, such as 0.99 or 199/200")
    return share


def _find(arguments: Namespace, console: Console) -> int:
    from numerics.commands._ticket_report import show
    from numerics.commands._ticket_summary import compare, describe, found, widths
    from numerics.tickets import guaranteed_width
    from numerics.tickets.files import save_ticket

    started = perf_counter()
    case = case_of(arguments, arguments.seed)
    summary: dict[str, Any] = {"version": version("sparse-limits"), "target": describe(case)}
    seconds = {"target": perf_counter() - started}
    guaranteed = guaranteed_width(case.layers, arguments.epsilon, arguments.delta, case.signed)
    width = ceil(arguments.width_factor * guaranteed)
    arguments.limit.check(f"width {width}: the search and what follows", _work(arguments.epsilon, case, width))
    summary["width"] = widths(case, arguments.epsilon, arguments.delta, guaranteed, width)
    started = perf_counter()
    ticket = _search(arguments, case, width)
    seconds["search"] = perf_counter() - started
    started = perf_counter()
    summary |= {"delta": arguments.delta, "ticket": found(ticket), **compare(ticket, case), "file": arguments.output}
    summary["seconds"] = {**seconds, "comparison": perf_counter() - started}
    if arguments.output is not None:
        save_ticket(arguments.output, ticket, arguments.delta, case.name, case.permutations, case.biased)
    show(console, summary)
    if arguments.json is not None:
        write_json(arguments.json, summary)
    return 0 if summary["ticket"]["within_epsilon"] else 1


def _work(eps: float, case: Case, width: int) -> Work:
    """Of the search and of the comparison, for which a ticket usually keeps something of the first items alone."""
    from numerics.subset_sum.batch import MOST_ITEMS
    from numerics.tickets.costs import evaluating, items_for, searching, shapes_of
    from numerics.tickets.limits import Work

    shapes = shapes_of(case.layers)
    numbers = shapes[0].before * shapes[0].columns
    inputs = numbers if case.samples is None else len(case.samples.x)
    passes = 2 if case.permutations is None else 3 + len(case.permutations[0])
    touched = 4 * MOST_ITEMS if items_for(eps) < MOST_ITEMS else None
    comparison = evaluating(shapes, width, inputs, passes, touched).then(Work(16 * inputs * numbers, 0))
    return searching(shapes, width, eps, case.signed).then(comparison)


def case_of(arguments: Namespace, seed: int) -> Case:
    """The target, trained or read, with its samples."""
    from numerics.commands._ticket_case import from_files, trained

    if arguments.target not in TRAINED:
        return from_files(arguments.target, arguments.data, arguments.nonnegative, arguments.limit)
    with stderr().status(f"training {arguments.target}"):
        return trained(arguments.target, seed)


def _search(arguments: Namespace, case: Case, width: int) -> NetworkTicket:
    """The ticket, with a bar on a terminal while it is searched."""
    from numerics.tickets import find_ticket

    with bar(stderr(), "subset sums, channel by channel") as progress:
        return find_ticket(
            case.layers, width, arguments.epsilon, arguments.seed, case.signed, progress, arguments.limit
        )


def stderr() -> Console:
    """Where the state of a run is shown."""
    from rich.console import Console

    return Console(stderr=True)
