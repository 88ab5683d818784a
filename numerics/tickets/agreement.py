"""How often a ticket and its target agree on the largest output."""

from __future__ import annotations

import numpy as np

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance import forward
from sparse_limits.numerics.limits import Limit
from sparse_limits.numerics.tickets.cases import Case
from sparse_limits.numerics.tickets.certificate import agreeing
from sparse_limits.numerics.tickets.costs import evaluating, shapes_of
from sparse_limits.numerics.tickets.demands import Agreement
from sparse_limits.numerics.tickets.files import StoredTicket
from sparse_limits.numerics.tickets.report import pieces


def agreement_of(stored: StoredTicket, case: Case | None, limit: Limit, *, needed: bool) -> Agreement | None:
    """On how many samples ticket and target have the same largest output; the target given need not be the one in the ticket's file.

    A sample of which an output overflows is none of these. None without samples. needed: whether an agreement is demanded;
    InputError then where there is none to measure.
    """
    if case is None or case.samples is None:
        if needed:
            raise InputError("agreement is given without samples, expected data, or a target that is trained here")
        return None
    mine, x = stored.ticket, case.samples.x
    shapes = shapes_of(mine.target)
    if [layer.coeffs.shape + layer.basis.shape for layer in case.layers] != [
        layer.coeffs.shape + layer.basis.shape for layer in mine.target
    ]:
        return Agreement(None, len(x), "not measured: the layers of the target have other shapes")
    if shapes[-1].after * shapes[-1].rows == 1:
        if needed:
            raise InputError("agreement is given, expected none for a target of one output: it has no classes")
        return Agreement(None, len(x), "one output: no classes to agree on")
    if not mine.signed and x.min() < 0:
        return Agreement(None, len(x), "not measured: some inputs are negative, the ticket is for others only")
    touched = [int(mask.any(axis=(2, 3)).sum(axis=1).max()) for mask in mine.masks]
    limit.check(f"{len(x)} samples: comparing them", evaluating(shapes, mine.width, len(x), 1, touched))
    agree = 0
    for piece in pieces(mine, x):
        with np.errstate(over="ignore", invalid="ignore"):  # where outputs overflow, they do not agree
            outputs = forward(case.layers, piece), mine.forward(piece)
        agree += int(np.count_nonzero(agreeing(*outputs)))
    return Agreement(agree, len(x))
