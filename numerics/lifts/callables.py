"""Maps of a module that are known only as functions of arrays: called on all edges or copies at once, and probed.

M(w, y) is called with weights [1, E, *W] and activations [N, E, *Y] of E edges, σ(z, …) with pre-activations
[N, n, *Z] of n copies: leading axes are to be carried along, as the operators of arrays do. A map may offer its
derivative: `map.vjp(cotangent, *arguments)` gives the derivatives in the arguments, in shapes that broadcast to theirs
with all leading axes, of a number whose derivative in the map's value is `cotangent`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.lifts.contraction import Array
from sparse_limits.theory.lifts.bundle import Shape

Places = NDArray[np.integer]

MOST = 2**22  # numbers that are gathered at a time


@dataclass(frozen=True, eq=False)
class Gathered:
    """A map M on all edges above a base edge; the shapes of a weight, an activation and a pre-activation.

    copies, pattern and layout of weights as for `Contraction`.
    """

    function: Any
    weight: Shape
    activation: Shape
    preactivation: Shape
    copies: tuple[int, int]
    pattern: csr_array | None = None

    def apply(self, weights: Array, y: Array) -> Array:
        """z_v = Σ_u M(w_vu, y_u): y [N, sources, *Y] → z [N, targets, *Z]."""
        w, (targets, sources) = self._by_edge(weights), self._ends
        z = np.zeros((len(y), self.copies[0], *self.preactivation), y.dtype)
        for rows in self._blocks(len(y)):
            terms = self.function(w, y[rows][:, sources])
            z[rows] = _sums(np.broadcast_to(terms, (len(z[rows]), targets.size, *self.preactivation)), targets, z[rows])
        return z

    def pull(self, weights: Array, y: Array, dz: Array, deeper: bool = True) -> tuple[Array, Array | None]:
        """The derivatives in the weights and (None unless `deeper`) in y of a number whose derivative in z is dz."""
        w, (targets, sources) = self._by_edge(weights), self._ends
        dw, dy = np.zeros(w.shape[1:], y.dtype), np.zeros(y.shape, y.dtype)
        order = np.argsort(sources, kind="stable")
        for rows in self._blocks(len(y)):
            gathered = y[rows][:, sources]
            by_weight, by_activation = self.function.vjp(dz[rows][:, targets], w, gathered)
            dw += np.broadcast_to(by_weight, (len(gathered), *dw.shape)).sum(axis=0)
            if deeper:
                terms = np.broadcast_to(by_activation, gathered.shape)[:, order]
                dy[rows] = _sums(terms, sources[order], dy[rows])
        return dw.reshape(weights.shape), dy if deeper else None

    @cached_property
    def _ends(self) -> tuple[Places, Places]:
        return edge_ends(self.copies, self.pattern)

    def _by_edge(self, weights: Array) -> Array:
        return weights.reshape(1, self._ends[0].size, *self.weight)

    def _blocks(self, samples: int) -> list[slice]:
        """Samples a few at a time, so that what is gathered stays small."""
        each = self._ends[0].size * max(prod(self.activation), prod(self.preactivation), 1)
        step = max(1, MOST // max(each, 1))
        return [slice(i, i + step) for i in range(0, samples, step)]


def edge_ends(copies: tuple[int, int], pattern: csr_array | None) -> tuple[Places, Places]:
    """Target and source of each edge of a pattern, or of all pairs of copies (targets, sources): int[E] each."""
    if pattern is None:
        targets, sources = np.indices(copies).reshape(2, -1)
        return targets, sources
    return np.repeat(np.arange(copies[0]), np.diff(pattern.indptr)), pattern.indices


def _sums(terms: Array, places: Places, like: Array) -> Array:
    """Sums over axis 1 of terms [N, E, ...] with equal places [E], which ascend; shape and dtype of `like`."""
    sums = np.zeros_like(like)
    if places.size:
        starts = np.flatnonzero(np.diff(places, prepend=-1))
        sums[:, places[starts]] = np.add.reduceat(terms, starts, axis=1)
    return sums


def probe(
    what: str,
    function: Callable[..., Any],
    arguments: Sequence[tuple[Shape, Shape]],
    result: Shape,
    convert: Callable[[Array], Any] = np.asarray,
) -> None:
    """InputError, beginning with `what`, unless a function of arrays carries leading axes along.

    Each argument has leading axes and a shape, and goes through `convert`; the value should have the leading axes to
    which those broadcast (or axes of length 1), and then the shape `result`.
    """
    rng = np.random.default_rng(0)
    values = [convert(rng.uniform(0.5, 1.5, (*leading, *shape))) for leading, shape in arguments]
    leading = np.broadcast_shapes(*(leading for leading, _ in arguments))
    described = ", ".join(str(list(value.shape)) for value in values)
    with np.errstate(all="ignore"):
        try:
            found = np.asarray(function(*values), dtype=float)
            alone = [np.asarray(function(*_at(values, i, j)), dtype=float) for i, j in np.ndindex(*leading)]
        except Exception as error:
            why = " ".join(str(error).split()) or type(error).__name__
            raise InputError(f"{what} fails on arrays of shapes {described}: {why}") from None
    if found.shape[:2] not in {(a, b) for a in {1, leading[0]} for b in {1, leading[1]}} or found.shape[2:] != result:
        wanted = [*leading, *result]
        raise InputError(f"{what} turns arrays of shapes {described} into {list(found.shape)}, expected {wanted}")
    together = np.broadcast_to(found, (*leading, *result)).reshape(-1, *result)
    if any(each.shape != (1, 1, *result) for each in alone) or not np.allclose(
        together, np.concatenate(alone)[:, 0], rtol=1e-9, equal_nan=True
    ):
        raise InputError(f"{what} mixes the leading axes of arrays, expected it to act on the last ones alone")


def _at(values: Sequence[Any], i: int, j: int) -> list[Any]:
    """One place of the leading axes of arrays; axes of length 1 have it everywhere."""
    return [value[i % value.shape[0], j % value.shape[1]][None, None] for value in values]
