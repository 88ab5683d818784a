"""What somebody demands of a ticket, whatever its file says, and whether the ticket meets it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from sys import float_info
from typing import NamedTuple

import numpy as np

from sparse_limits.numerics.subset_sum.exact_numbers import exact_number
from sparse_limits.numerics.tickets.networks import REACH
from sparse_limits.numerics.tickets.search import NetworkTicket

BEYOND = Fraction(float_info.max)


class Demand(NamedTuple):
    """One thing that is demanded, what was found, and whether that is enough; both as numbers where they are numbers."""

    what: str
    demanded: float | str
    found: float | str
    met: bool
    detail: str


class Demands(NamedTuple):
    """epsilon: how near each coefficient is to come, where the largest of a layer is 1/(2e); kept: the largest share of the
    coefficients of the blocks that may be kept; agreement: the least share of samples; signed: whether the inputs may be
    negative, None where a target says that. None: not demanded.
    """

    epsilon: float | None = None
    kept: Fraction | None = None
    agreement: Fraction | None = None
    signed: bool | None = None


class Agreement(NamedTuple):
    """At how many samples target and ticket have the same largest output; why, where that could not be found out."""

    agree: int | None
    samples: int
    problem: str = ""


def demanded(ticket: NetworkTicket, demands: Demands, agreement: Agreement | None = None) -> Iterator[Demand]:
    """Each demand with what was found, in exact arithmetic. agreement: needed where one is demanded."""
    if demands.signed is not None:
        yield _inputs(ticket.signed, demands.signed)
    if demands.epsilon is not None:
        yield _near(ticket, demands.epsilon)
    if demands.kept is not None:
        yield _few(ticket, demands.kept)
    if demands.agreement is not None and agreement is not None:
        yield _agreeing(agreement, demands.agreement)


def _inputs(mine: bool, wanted: bool) -> Demand:
    words = {True: "of either sign", False: "not negative"}
    met = mine or not wanted
    detail = f"the ticket is made for inputs {words[mine]}"
    return Demand(
        "inputs", words[wanted], words[mine], met, detail if met else f"{detail} (unless yours never are: nonnegative)"
    )


def _near(ticket: NetworkTicket, epsilon: float) -> Demand:
    """Errors at the scale of the guarantee, so that small coefficients are no excuse; those of a layer of zeros are 0."""
    largest = [Fraction(float(np.abs(layer.coeffs).max())) for layer in ticket.target]
    pairs = zip(ticket.coef_errors, largest, strict=True)
    found = max(error * Fraction(REACH) / size if size else (BEYOND if error else Fraction(0)) for error, size in pairs)
    scaled = (
        "" if all(size == Fraction(REACH) for size in largest) else ", after scaling each layer's largest to 1/(2e)"
    )
    shown = float(min(found, BEYOND))
    detail = f"the largest error of a coefficient is {shown:.4g}{scaled}"
    return Demand("epsilon", float(epsilon), shown, found <= exact_number("epsilon", epsilon), detail)


def _few(ticket: NetworkTicket, most: Fraction) -> Demand:
    found = Fraction(ticket.kept, ticket.candidates)
    detail = f"{float(found):.2%} ({ticket.kept:,} of {ticket.candidates:,}) in the blocks of the source"
    return Demand("kept", float(most), float(found), found <= most, detail)


def _agreeing(found: Agreement, least: Fraction) -> Demand:
    if found.agree is None:
        return Demand("agreement", float(least), "not measured", False, found.problem)
    share = Fraction(found.agree, found.samples)
    detail = f"{float(share):.2%} ({found.agree:,} of {found.samples:,}): the same output is the largest"
    return Demand("agreement", float(least), float(share), share >= least, detail)
