"""`sparse-limits ticket --check`: a ticket's file, whether it is true, of the target given, and what is demanded."""

from __future__ import annotations

from argparse import Namespace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from numerics.arguments import InputError
from numerics.commands._ticket_case import Case, of_ticket
from numerics.commands._ticket_report import show_check
from numerics.commands._ticket_summary import Summary, pieces, summarise_check
from numerics.commands.ticket import case_of, stderr
from numerics.equivariance import forward
from numerics.reports.plain_text import plain
from numerics.reports.writing import write_json
from numerics.tickets import NetworkTicket
from numerics.tickets.checking import check_stored
from numerics.tickets.costs import evaluating, shapes_of
from numerics.tickets.demands import Agreement, Demands, demanded
from numerics.tickets.files import StoredTicket, load_ticket

if TYPE_CHECKING:
    from rich.console import Console


def check_file(arguments: Namespace, console: Console) -> int:
    """Check, report; 0 if all that the file says holds, of the target given, and all demands are met."""
    started = perf_counter()
    stored = load_ticket(arguments.check, arguments.limit)
    case = _case(arguments, stored)
    target = None if arguments.target is None or case is None else case
    with stderr().status(f"checking {plain(arguments.check)}"):
        check = check_stored(stored, None if target is None else target.reference)
        agreement = None if case is None or case.samples is None else _agreement(arguments, stored.ticket, case)
        demands = list(demanded(stored.ticket, _demands(arguments, target), agreement))
    samples = None if case is None or case.samples is None or agreement is None else _samples(case, agreement)
    summary = summarise_check(arguments.check, check, demands, samples, perf_counter() - started)
    show_check(console, summary)
    if arguments.json is not None:
        write_json(arguments.json, summary)
    return 0 if summary["holds"] and all(demand.met for demand in demands) else 1


def _case(arguments: Namespace, stored: StoredTicket) -> Case | None:
    """The target given; where none is, that in the file, if there are samples for it."""
    if arguments.target is not None:
        return case_of(arguments, stored.statement.seed)
    if arguments.data is not None:
        return of_ticket(stored, arguments.data, arguments.nonnegative, arguments.limit)
    return None


def _demands(arguments: Namespace, target: Case | None) -> Demands:
    """Signs of inputs are those of the target given; else the ticket is to meet any, unless they are never negative."""
    given = (arguments.epsilon, arguments.kept, arguments.agreement)
    anything = arguments.nonnegative or arguments.data is not None or any(each is not None for each in given)
    return Demands(*given, signed=not arguments.nonnegative if anything and target is None else None)


def _agreement(arguments: Namespace, ticket: NetworkTicket, case: Case) -> Agreement:
    """How often the ticket has the largest output of the target given, which need not be the one in its file."""
    assert case.samples is not None
    x, shapes = case.samples.x, shapes_of(ticket.target)
    if shapes_of(case.layers) != shapes:
        return Agreement(None, len(x), "not measured: the layers of the target have other shapes")
    if shapes[-1].after * shapes[-1].rows == 1:
        if arguments.agreement is not None:
            raise InputError("--agreement is given, expected none for a target of one output: it has no classes")
        return Agreement(None, len(x), "one output: no classes to agree on")
    if not ticket.signed and x.min() < 0:
        return Agreement(None, len(x), "not measured: inputs are negative, the ticket is made for others alone")
    arguments.limit.check(f"{len(x)} samples: comparing them", evaluating(shapes, ticket.width, len(x), 2))
    agree = 0
    for piece in pieces(ticket, x):
        tops = [
            each.reshape(len(piece), -1).argmax(axis=1) for each in (forward(case.layers, piece), ticket.forward(piece))
        ]
        agree += int(np.count_nonzero(tops[0] == tops[1]))
    return Agreement(agree, len(x))


def _samples(case: Case, agreement: Agreement) -> Summary:
    assert case.samples is not None
    return {
        "name": case.samples.name,
        "count": agreement.samples,
        "agree": agreement.agree,
        "problem": agreement.problem or None,
    }
