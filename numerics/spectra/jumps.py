"""Jumps of functions that are integrated by quadrature: found between the nodes, or read off a formula beforehand.

A rule for smooth functions is wrong by some share of a weight where the function jumps between two nodes, and nothing in
its result tells. Where a jump is known, the rule is split there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.core.relational import Relational

from sparse_limits.numerics.arguments import InputError

Floats = NDArray[np.floating]

LEAST = 1e-4  # a smaller jump of a graphon passes; it moves an integral over 64 nodes by 1e-6 or so
LINES = 64  # at most so many lines of a graphon or kernel are searched for jumps
HALVINGS = 45  # of an interval, after which a function that still varies jumps there
INSET = 1e-12  # of a piece, by which its ends are moved inwards where functions are tried


class Jump(NamedTuple):
    """Where a function jumps, and by how much at least."""

    at: float
    size: float


def find_jump(values: Callable[..., Floats], points: Floats, breaks: Sequence[float] = ()) -> Jump | None:
    """The largest jump of values(x) [len(x), k] between neighbours among increasing points, but for those at breaks.

    The half of each interval in which the function varies more is halved again. A jump of less than 1e-4 is not seen, nor
    one that a later jump between the same two points takes back.
    """
    low, high = points[:-1], points[1:]
    split = np.zeros(low.size, bool)
    for place in breaks:
        split |= (low <= place) & (place <= high)
    low, high = low[~split], high[~split]
    if not low.size:
        return None
    at_low, at_high = values(low), values(high)
    for _ in range(HALVINGS):
        left = np.abs(at_high - at_low).max(axis=1) >= LEAST
        if not left.any():
            return None
        low, high, at_low, at_high = low[left], high[left], at_low[left], at_high[left]
        middle = (low + high) / 2
        at_middle = values(middle)
        first = np.abs(at_middle - at_low).max(axis=1) >= np.abs(at_high - at_middle).max(axis=1)
        low, high = np.where(first, low, middle), np.where(first, middle, high)
        at_low = np.where(first[:, None], at_low, at_middle)
        at_high = np.where(first[:, None], at_middle, at_high)
    sizes = np.abs(at_high - at_low).max(axis=1)
    worst = int(np.argmax(sizes))
    return Jump(float(high[worst]), float(sizes[worst])) if sizes[worst] >= LEAST else None


def with_ends(nodes: Floats, breaks: Sequence[float]) -> Floats:
    """Nodes on (0, 1) with points beside 0, 1 and every break, so that no jump lies outside of neighbours."""
    edges = np.array([0.0, *breaks, 1.0])
    inset = INSET * np.diff(edges)
    return np.unique(np.concatenate([edges[:-1] + inset, nodes, edges[1:] - inset]))


def checked_breaks(breaks: Sequence[float]) -> tuple[float, ...]:
    """InputError unless the breaks are increasing numbers strictly between 0 and 1."""
    found = tuple(float(place) for place in breaks)
    if not all(low < high for low, high in zip((0.0, *found), (*found, 1.0), strict=True)):
        raise InputError(f"breaks are {found}, expected increasing numbers strictly between 0 and 1")
    return found


def breaks_of(profile: sp.Expr, position: sp.Symbol) -> tuple[float, ...]:
    """Where the formula of a profile changes on (0, 1): the ends of the cases of Piecewise, Heaviside, sign, Abs, Min, Max.

    Cases with a condition that is no polynomial in the position tell nothing; `find_jump` sees what they do.
    """
    found: set[float] = set()
    for condition in profile.rewrite(sp.Piecewise).atoms(Relational):
        difference = condition.lhs - condition.rhs
        if difference.free_symbols == {position} and difference.is_polynomial(position):
            found |= {float(root) for root in sp.real_roots(sp.Poly(difference, position))}
    return tuple(sorted(root for root in found if 0 < root < 1))
