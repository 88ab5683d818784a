"""Whether masks are what magnitude pruning, or LAMP, chooses from the weights before: entry by entry, up to ties.

A layer keeps its largest weights if none that is pruned is larger than one that is kept. All layers together do so if that holds
between any two of them, and LAMP keeps them (Lee et al. 2021) if it holds of its scores: that of the least weight kept is its
square over the sum of squares kept, that of the largest weight pruned its square over this sum and itself. So four numbers describe a
layer, however large it is. Scores are sums, and the program that pruned had them in single precision: the sum T of n squares, rounded as at
random, has an error of about √n · T · 2⁻²⁴. Scores count as equal within ROUNDINGS times that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import inf, log, sqrt

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.fitting.chances import log_choose
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.masks.layers import LayerFile
from sparse_limits.numerics.printing.plain_text import plain

MAGNITUDE, GLOBAL, LAMP, BY_LAYERS = "magnitude", "global magnitude", "lamp", "magnitude layer by layer"
ROUNDINGS = 4.0
SINGLE = 2.0**-24
TINY = 2.0**-1022  # the least float of full precision


@dataclass(frozen=True)
class Edge:
    """Where a layer's mask parts its weights before. kept, pruned: how many, of pruned ones those that were not 0. least: the smallest
    modulus kept, inf for none; most: the largest pruned, -inf for none; at_least, at_most: how many there are of each. squares: their sum
    over what is kept; total: over all; both of moduli over `unit`, a power of two near the
    largest, since squares of the moduli themselves may be too large, or too small, for floats."""

    kept: int
    pruned: int
    least: float
    at_least: int
    most: float
    at_most: int
    squares: float
    total: float
    unit: float

    @property
    def in_order(self) -> bool:
        return self.least >= self.most

    @property
    def log_chance(self) -> float:
        """The logarithm of the chance that a uniform mask of as many entries keeps the largest weights, up to ties."""
        ties = log_choose(self.at_least + self.at_most, self.at_least) if self.least == self.most else 0.0
        return ties - log_choose(self.kept + self.pruned, self.kept)

    @property
    def scores(self) -> tuple[float, float]:
        """LAMP's scores of the least weight kept and of the largest one pruned, as far as rounding may raise one and lower the other."""
        least, most = ((each / self.unit) ** 2 for each in (self.least, self.most))
        kept = least / self.squares if self.kept and self.squares else (0.0 if self.kept else inf)
        pruned = most / (self.squares + most) if self.pruned else -inf
        rounded = ROUNDINGS * SINGLE * sqrt(self.kept + self.pruned) * self.total
        off = min(rounded / self.squares, 1.0) if self.squares else 0.0
        return kept * (1 + off), pruned * (1 - off) if self.pruned else -inf


def edge_of(pieces: Iterable[tuple[NDArray[np.floating], NDArray[np.bool_]]], kept: int) -> Edge:
    """The edge of a layer of which so many weights are kept, from moduli and which of these are kept; what is missing is 0.

    Examples:
        >>> edge = edge_of([(np.array([3.0, 0.0, 1.0, 2.0]), np.array([True, False, False, True]))], 2)
        >>> (edge.pruned, edge.least, edge.most, edge.squares * edge.unit**2, [round(score, 3) for score in edge.scores])
        (1, 2.0, 1.0, 13.0, [0.308, 0.071])
    """
    least, at_least, most, at_most, stayed, gone, squares, total, unit = inf, 0, -inf, 0, 0, 0, 0.0, 0.0, TINY
    for moduli, stay in pieces:
        held, lost = moduli[stay], moduli[~stay & (moduli > 0)]
        low, high = float(held.min(initial=inf)), float(lost.max(initial=-inf))
        at_least = (at_least if least <= low else 0) + (int((held == low).sum()) if low <= least else 0)
        at_most = (at_most if most >= high else 0) + (int((lost == high).sum()) if high >= most else 0)
        least, most = min(least, low), max(most, high)
        stayed, gone = stayed + held.size, gone + lost.size
        before, unit = unit, max(unit, 2.0**52 * float(np.spacing(float(moduli.max(initial=0.0)))))
        squares, total = (each * (before / unit) ** 2 for each in (squares, total))
        sums = [float(np.square(each.astype(np.float64) / unit).sum()) for each in (held, lost)]
        squares, total = squares + sums[0], total + sum(sums)
    if stayed < kept:
        at_least, least = kept - stayed + (at_least if least == 0 else 0), 0.0
    return Edge(kept, gone, least, at_least, most, at_most, squares, total, unit)


def rules_of(edges: Sequence[Edge]) -> list[str]:
    """Which rules leave these masks: none, where a layer does not keep its largest weights, or masks drawn at random might keep them.

    Of one layer alone all rules are magnitude.

    Examples:
        >>> first, second = np.linspace(1, 2, 50), np.linspace(10, 20, 50)
        >>> edges = [edge_of([(first, first > 1.8)], 10), edge_of([(second, second > 18)], 10)]
        >>> rules_of(edges), rules_of(edges[:1])
        (['lamp'], ['magnitude'])
    """
    if not edges or not all(edge.in_order for edge in edges):
        return []
    if sum(edge.log_chance for edge in edges) > log(UNLIKELY):
        return []
    if len(edges) == 1:
        return [MAGNITUDE]
    scores = [edge.scores for edge in edges]
    found = []
    if min(edge.least for edge in edges) >= max(edge.most for edge in edges):
        found.append(GLOBAL)
    if min(kept for kept, _ in scores) >= max(pruned for _, pruned in scores):
        found.append(LAMP)
    return found or [BY_LAYERS]


def edge_between(before: LayerFile, name: str, kept: NDArray[np.bool_], after: NDArray[np.bool_]) -> Edge | None:
    """The edge at which a mask `after` parts the weights of a layer; None where the file has a mask alone. kept, after [m, n]: of both files.

    Weights that the file before has masked are 0.
    """
    weights = before.weights_name(name)
    if weights is None:
        return None
    stored, orientation = before.arrays.read(weights), before.orientation(name)
    flat_before, flat_after = (orientation.flat_of(each, stored.shape) for each in (kept, after))
    if stored.order == "F":
        flat_before, flat_after = (
            each.reshape(stored.shape).reshape(-1, order="F") for each in (flat_before, flat_after)
        )

    def pieces() -> Iterable[tuple[NDArray[np.floating], NDArray[np.bool_]]]:
        for positions, values in stored.pieces():
            moduli = np.abs(values.astype(np.float64) if values.dtype.kind in "biu" else values)
            moduli = np.where(flat_before[positions], moduli, 0)
            if not np.isfinite(moduli).all():
                raise InputError(
                    f"{plain(before.path)}, {plain(weights, 80)}: some weights are not finite, expected finite weights"
                )
            yield moduli, flat_after[positions]

    return edge_of(pieces(), int(np.count_nonzero(after)))
