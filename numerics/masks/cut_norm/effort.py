"""How long bounds of the cut norm of a large sparse matrix are sought."""

from __future__ import annotations

from typing import NamedTuple


class Effort(NamedTuple):
    """The work of each part.

    rank, steps: of the relaxation; starts, generations: of the search for a cut; probes, degree, failure: of the
    certificate (`norm_by_probes`); certified: whether an upper bound is sought at all.
    """

    rank: int = 64
    steps: int = 200
    starts: int = 32
    generations: int = 40
    probes: int = 16
    degree: int = 64
    failure: float = 2.0**-34
    certified: bool = True


FULL = Effort()
COARSE = Effort(rank=8, steps=15, starts=8, generations=0, probes=2, degree=32, failure=2.0**-10)
FOUND = Effort(certified=False)
