"""How much a ticket may take by default: the same on every machine, so that one file is accepted or refused everywhere alike."""

from __future__ import annotations

from sparse_limits.numerics.limits import SECOND, Limit

USUAL = Limit(2**30, 60 * SECOND)
