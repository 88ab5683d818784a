"""Whether a ticket's file is true: what it says about itself, and what it says about the target that somebody else has."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from os import PathLike
from typing import NamedTuple

import numpy as np

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.door import door
from sparse_limits.numerics.limits import Limit
from sparse_limits.numerics.tickets.comparison import Finding, Reference, comparisons, moves
from sparse_limits.numerics.tickets.digests import digest_of_words, digests
from sparse_limits.numerics.tickets.files import StoredTicket, load_ticket
from sparse_limits.numerics.tickets.limits import USUAL
from sparse_limits.numerics.tickets.statement import Statement
from sparse_limits.numerics.tickets.target_files import broken_symmetry
from sparse_limits.numerics.tickets.widths import guaranteed_width


class Check(NamedTuple):
    """What a ticket's file says, and whether that is so.

    own: what the file says about itself, which somebody who forges a file and all its digests can make true; compared: what
    it has in common with the target given, None without one.
    """

    statement: Statement
    own: list[Finding]
    compared: list[Finding] | None

    @property
    def findings(self) -> list[Finding]:
        return [*self.own, *(self.compared or ())]


@door
def check_ticket(path: str | PathLike[str], target: Reference | None = None, limit: Limit = USUAL) -> Check:
    """Check all that a ticket's file says: compute it again from the seed, exactly, and compare.

    Without a target, the check only shows whether the file is consistent.

    Parameters
    ----------
    path : ticket in a .npz file
    target : Reference of the network that the ticket should be of, scaled as in the file (`networks.rescaled`); None for none
    limit : memory and time that the check may take by estimate; 1 GiB and 1 min by default

    Returns
    -------
    Check, with the `statement` of the file and its `findings`, each with `holds`: `own`, about the file alone, and
    `compared`, about the target (None without a target).

    Raises
    ------
    InputError : for a file that is missing, damaged, pickled or no ticket, and for work beyond `limit`

    References
    ----------
    Claims R8, Q7.1.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> from sparse_limits.numerics.tickets import find_ticket, multilayer_perceptron
    >>> from sparse_limits.numerics.tickets.files import save_ticket
    >>> target = multilayer_perceptron([np.array([[0.1], [-0.05]])])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     statement = save_ticket(f"{folder}/ticket.npz", find_ticket(target, width=40, eps=1e-3), delta=0.01)
    ...     found = check_ticket(f"{folder}/ticket.npz")
    >>> all(each.holds for each in found.findings)
    True
    """
    return check_stored(load_ticket(path, limit), target)


def check_stored(stored: StoredTicket, target: Reference | None = None) -> Check:
    """`check_ticket` for a ticket that has been read."""
    own = [
        *_digests_hold(stored),
        *_errors_hold(stored),
        _counts_hold(stored),
        _width_holds(stored),
        *(_permutations_hold(stored) if target is None else ()),
    ]
    return Check(stored.statement, own, None if target is None else list(comparisons(stored, target)))


def _digests_hold(stored: StoredTicket) -> Iterator[Finding]:
    stated, found = stored.statement.digests, digests(stored.ticket, stored.permutations)
    found["statement"] = digest_of_words(stored.statement)
    wrote, here = stored.statement.versions.get("numpy", "unknown"), np.__version__
    other = "" if wrote == here else f"; written with numpy {wrote:.40}, checked with {here}"
    meaning = {
        "statement": ("statement unchanged", "what is said"),
        "target": ("target unchanged", "coefficients and bases"),
        "masks": ("masks unchanged", "what is kept"),
        "source": ("random network rebuilt", f"from seed {stored.ticket.seed} at width {stored.ticket.width}{other}"),
    }
    for name, (what, of) in meaning.items():
        holds = stated.get(name) == found[name]
        yield Finding(what, holds, f"{of}: SHA-256 {'as stated' if holds else 'differs'}, {found[name][:16]}…")


def _errors_hold(stored: StoredTicket) -> Iterator[Finding]:
    statement, ticket = stored.statement, stored.ticket
    errors, eps = ticket.coef_errors, Fraction(ticket.eps)
    pairs = zip(map(str, errors), statement.coef_errors, strict=True)
    differ = [k for k, (found, stated) in enumerate(pairs, 1) if found != stated]
    said = f"differ from the stated ones in layer {', '.join(map(str, differ))}" if differ else "as stated, exactly"
    by_layer = ", ".join(f"{float(error):.4g}" for error in errors)
    yield Finding("errors of coefficients", not differ, f"{said}; the largest by layer: {by_layer}")
    within = max(errors) <= eps
    relation = "all are at most" if within else f"the largest, {float(max(errors)):.4g}, exceeds"
    claimed = "" if within == statement.within_eps else ", against the statement"
    largest = max(float(np.abs(layer.coeffs).max()) for layer in ticket.target)
    vast = (
        f", no less than the largest coefficient, {largest:.4g}: nothing need be kept for that"
        if eps >= largest
        else ""
    )
    what = f"errors {'within' if statement.within_eps else 'beyond'} epsilon"
    yield Finding(what, within == statement.within_eps, f"{relation} {float(eps):g}{vast}{claimed}")


def _counts_hold(stored: StoredTicket) -> Finding:
    ticket, statement = stored.ticket, stored.statement
    found = ticket.kept, ticket.candidates, ticket.total
    holds = found == (statement.kept, statement.candidates, statement.total)
    said = f"{found[0]} of {found[1]} in the blocks, of {found[2]} in all"
    return Finding("kept coefficients", holds, said if holds else f"{said}: not as stated")


def _width_holds(stored: StoredTicket) -> Finding:
    """The theorem's width, and on which side of it the ticket's is."""
    ticket, statement = stored.ticket, stored.statement
    try:
        least = guaranteed_width(ticket.target, ticket.eps, statement.delta, ticket.signed)
    except InputError as error:
        return Finding("width of the theorem", False, str(error))
    holds = least == statement.guaranteed_width
    beside = "has it" if ticket.width >= least else f"has only {ticket.width}"
    detail = f"{least} for epsilon {ticket.eps:g}, delta {statement.delta:g}; the random network {beside}"
    said = detail if holds else f"{detail}; {statement.guaranteed_width} is stated"
    return Finding("width of the theorem", holds, said)


def _permutations_hold(stored: StoredTicket) -> Iterator[Finding]:
    """What the file says about a symmetry, where there is no target to compare that with."""
    if stored.permutations is None:
        return
    generators = len(moves(stored.permutations))
    problem = broken_symmetry(stored.ticket.target, stored.permutations)
    counted = "1 permutation" if generators == 1 else f"{generators} permutations"
    said = f"every basis element commutes with the {counted} that the file states, exactly"
    if not generators:
        said = "all that the file states are the identity: it says nothing of a symmetry"
    yield Finding("permutations commute", problem is None, problem or said)
