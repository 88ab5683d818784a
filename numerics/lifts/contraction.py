"""A bilinear map on all edges above one base edge at once, and its adjoint.

The indices of M(w, y) fall into four groups: shared by weight, activation and result (`batch`), summed over
(`contracted`), and those that the result has from the weight (`left`) or from the activation (`right`) alone. Over
copies v and u of the ends of the edge and N samples, the map is a product of matrices,

    z[batch, (v, left), (right, N)] = w[batch, (v, left), (u, contracted)] · y[batch, (u, contracted), (right, N)],

the first of which has a block for each pair (v, u) that is an edge. A constant is a matrix by which activations are
multiplied first, sparse if it is: a convolution becomes the product of its weights with shifted signals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from string import ascii_lowercase
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.theory.lifts.bundle import Shape, entries, shape_of
from sparse_limits.theory.lifts.maps import Bilinear

Array = NDArray[Any]
Indices = NDArray[np.integer]
Axes = list[int]

SAMPLE, TARGET, SOURCE, EDGE, FIRST_LETTER = range(5)  # axes as einsum numbers them
FEW = 0.1  # the share of entries below which a constant is taken as sparse


class Fold(NamedTuple):
    """How an array is laid out, axis by axis, and how as a factor of the product: each group is one axis there."""

    axes: Axes
    groups: tuple[Axes, ...]

    @property
    def order(self) -> Axes:
        return [axis for group in self.groups for axis in group]


class Carrier(NamedTuple):
    """A constant as a matrix [made, given]; axes of an activation that it takes, makes of them, and leaves alone."""

    matrix: Any
    given: Axes
    made: Axes
    rest: Axes

    @property
    def carried(self) -> Axes:
        return [*self.made, *self.rest]


@dataclass(frozen=True, eq=False)
class Contraction:
    """A map, the shapes of a weight and of an activation, and the copies (targets, sources) that edges join.

    pattern bool[targets, sources]: which pairs are edges; None: all. Weights are [edges, *W] in the order of the
    pattern, or [targets, sources, *W].
    """

    bilinear: Bilinear
    weight: Shape
    activation: Shape
    copies: tuple[int, int]
    pattern: csr_array | None = None

    def apply(self, weights: Array, y: Array) -> Array:
        """z_v = Σ_u M(w_vu, y_u): y [N, sources, *Y] → z [N, targets, *Z]."""
        w_fold, y_fold, z_fold = self.folds
        left, right = self._folded(weights, w_fold), self._folded(self._carried(y), y_fold, len(y))
        if self.pattern is None:
            product = (right.mT @ left.mT).mT  # BLAS is quicker this way round when samples are few
        else:
            product = compiled(_apply, True)(self.pattern.indptr, self.pattern.indices, left, right)
        return self._unfolded(product, z_fold, len(y))

    def pull(self, weights: Array, y: Array, dz: Array, deeper: bool = True) -> tuple[Array, Array | None]:
        """The derivatives in the weights and (None unless `deeper`) in y of a number whose derivative in z is dz."""
        return self.pull_weights(y, dz), self.pull_activations(weights, dz) if deeper else None

    def pull_weights(self, y: Array, dz: Array) -> Array:
        """The derivative in the weights."""
        w_fold, y_fold, z_fold = self.folds
        delta, right = self._folded(dz, z_fold, len(dz)), self._folded(self._carried(y), y_fold, len(y))
        if self.pattern is None:
            return self._unfolded(delta @ right.mT, w_fold)
        product = compiled(_outer, True)(self.pattern.indptr, self.pattern.indices, delta, right)
        return self._unfolded(product, w_fold)

    def pull_activations(self, weights: Array, dz: Array) -> Array:
        """The derivative in y."""
        w_fold, y_fold, z_fold = self.folds
        left, delta = self._folded(weights, w_fold), self._folded(dz, z_fold, len(dz))
        if self.pattern is None:
            product = left.mT @ delta
        else:
            starts, sources = self.pattern.indptr, self.pattern.indices
            product = compiled(_pull, True)(starts, sources, left, delta, self.copies[1])
        return self._carried_back(self._unfolded(product, y_fold, len(dz)), len(dz))

    @cached_property
    def folds(self) -> tuple[Fold, Fold, Fold]:
        """Of weights, activations and pre-activations."""
        weight, *constant, activation = map(set, self.bilinear.factors)
        kept, seen = set(self.bilinear.kept), activation.union(*constant)
        batch, left = self._axes(weight & seen & kept), self._axes(weight & kept - seen)
        contracted, right = self._axes(weight & seen - kept), self._axes(seen & kept - weight)
        w_axes, y_axes = self._axes(self.bilinear.factors[0]), self.carrier.carried if constant else self.y_axes
        z_axes = [SAMPLE, TARGET, *self._axes(self.bilinear.kept)]
        if self.pattern is None:
            rows, inner, columns = [TARGET, *left], [SOURCE, *contracted], [*right, SAMPLE]
            return (
                Fold([TARGET, SOURCE, *w_axes], (batch, rows, inner)),
                Fold(y_axes, (batch, inner, columns)),
                Fold(z_axes, (batch, rows, columns)),
            )
        return (
            Fold([EDGE, *w_axes], (batch, [EDGE], left, contracted)),
            Fold(y_axes, (batch, [SOURCE], contracted, [*right, SAMPLE])),
            Fold(z_axes, (batch, [TARGET], left, [*right, SAMPLE])),
        )

    def _axes(self, letters: Iterable[str]) -> Axes:
        """Numbers of letters, which are sorted unless they come in a string."""
        every = sorted(set("".join(self.bilinear.factors)))
        return [FIRST_LETTER + every.index(i) for i in (letters if isinstance(letters, str) else sorted(letters))]

    @cached_property
    def lengths(self) -> dict[int, int]:
        """Of every axis but that of samples."""
        constant = () if self.bilinear.constant is None else (shape_of(self.bilinear.constant),)
        lengths = {
            TARGET: self.copies[0],
            SOURCE: self.copies[1],
            EDGE: 0 if self.pattern is None else self.pattern.nnz,
        }
        for letters, shape in zip(self.bilinear.factors, (self.weight, *constant, self.activation), strict=True):
            lengths.update(zip(self._axes(letters), shape, strict=True))
        return lengths

    @property
    def y_axes(self) -> Axes:
        """Of activations."""
        return [SAMPLE, SOURCE, *self._axes(self.bilinear.factors[-1])]

    @cached_property
    def constant(self) -> tuple[Any, ...]:
        """The constant of the map and its axes, as einsum takes them; empty if there is none."""
        constant = self.bilinear.constant
        if constant is None:
            return ()
        try:
            values = np.array([float(entry) for entry in entries(constant)]).reshape(shape_of(constant))
        except (TypeError, ValueError):
            wanted = f"real numbers of shape {shape_of(constant)}"
            raise InputError(f"bilinear map {self.bilinear.spec!r}: its constant is not {wanted}") from None
        return values, self._axes(self.bilinear.factors[1])

    @cached_property
    def carrier(self) -> Carrier:
        """The constant as a matrix; letters that it alone has are summed."""
        values, axes = self.constant
        needed = self._axes(set(self.bilinear.factors[0] + self.bilinear.kept))
        given, made = [a for a in axes if a in self.y_axes], [a for a in axes if a in needed]
        nonzero, index = values[values != 0], np.argwhere(values).T
        columns, rows = (_places([index[axes.index(a)] for a in group], self._sizes(group)) for group in (given, made))
        shape = prod(self._sizes(made)), prod(self._sizes(given))
        matrix = csr_array((nonzero, np.broadcast_arrays(rows, columns, nonzero)[:2]), shape=shape)
        rest = [a for a in (*self.y_axes[1:], SAMPLE) if a not in given]
        return Carrier(matrix if matrix.nnz < FEW * prod(shape) else matrix.toarray(), given, made, rest)

    def _carried(self, y: Array) -> Array:
        """Activations, multiplied by the constant if there is one."""
        if not self.constant:
            return y
        carrier = self.carrier
        rows = np.einsum(y, self.y_axes, [*carrier.given, *carrier.rest])
        rows = rows.reshape(carrier.matrix.shape[1], -1)
        carried: Array = (carrier.matrix.astype(y.dtype) @ rows).reshape(self._sizes(carrier.carried, len(y)))
        return carried

    def _carried_back(self, carried: Array, samples: int) -> Array:
        """The adjoint of `_carried`."""
        if not self.constant:
            return carried
        carrier = self.carrier
        rows = carrier.matrix.T.astype(carried.dtype) @ carried.reshape(carrier.matrix.shape[0], -1)
        axes = [*carrier.given, *carrier.rest]
        y: Array = np.einsum(rows.reshape(self._sizes(axes, samples)), axes, self.y_axes)
        return y

    def _folded(self, array: Array, fold: Fold, samples: int = 0) -> Array:
        """The array as a factor of the product; letters that it alone has are summed."""
        shape = [prod(self._sizes(group, samples)) for group in fold.groups]
        factor = np.einsum(array, fold.axes, fold.order).reshape(shape)
        return factor if self.pattern is None else np.ascontiguousarray(factor)

    def _unfolded(self, factor: Array, fold: Fold, samples: int = 0) -> Array:
        """The adjoint of `_folded`."""
        factor = factor.reshape(self._sizes(fold.order, samples))
        alone = [axis for axis in fold.axes if axis not in fold.order]
        ones = (np.ones(self._sizes(alone, samples), factor.dtype), alone) if alone else ()
        unfolded: Array = np.einsum(factor, fold.order, *ones, fold.axes)
        return unfolded

    def _sizes(self, axes: Axes, samples: int = 0) -> list[int]:
        return [samples if axis == SAMPLE else self.lengths[axis] for axis in axes]


def _places(index: Sequence[Array], sizes: Sequence[int]) -> Array:
    """Positions in an array of these sizes, the last index fastest; 0 for the only entry of a number."""
    return np.ravel_multi_index(tuple(index), tuple(sizes)) if sizes else np.array(0)


@dataclass(frozen=True, eq=False)
class Skips:
    """Skips above a base edge, the sum of all activations that reach a vertex; as a `Contraction`, without weights."""

    activation: Shape
    copies: tuple[int, int]
    pattern: csr_array | None = None

    @cached_property
    def contraction(self) -> Contraction:
        letters = ascii_lowercase[: len(self.activation)]
        return Contraction(Bilinear(f",{letters}->{letters}"), (), self.activation, self.copies, self.pattern)

    @property
    def weight_shape(self) -> Shape:
        """Of the weights of the contraction, which are all 1."""
        return self.copies if self.pattern is None else (self.pattern.nnz,)

    def apply(self, weights: Array, y: Array) -> Array:
        return self.contraction.apply(np.ones(self.weight_shape, y.dtype), y)

    def pull(self, weights: Array, y: Array, dz: Array, deeper: bool = True) -> tuple[Array, Array | None]:
        ones = np.ones(self.weight_shape, dz.dtype)
        return np.zeros_like(weights), self.contraction.pull_activations(ones, dz) if deeper else None


def _apply(starts: Indices, sources: Indices, weights: Array, y: Array) -> Array:
    """Rows of z [batch, targets, left, columns] from blocks [batch, edges, left, contracted] and y."""
    batch, _, lefts, inner = weights.shape
    columns = y.shape[3]
    z = np.zeros((batch, starts.size - 1, lefts, columns), y.dtype)
    for b in range(batch):
        for v in range(starts.size - 1):
            for edge in range(starts[v], starts[v + 1]):
                for i in range(lefts):
                    for j in range(inner):
                        value, source, target = weights[b, edge, i, j], y[b, sources[edge], j], z[b, v, i]
                        for column in range(columns):
                            target[column] += value * source[column]
    return z


def _pull(starts: Indices, sources: Indices, weights: Array, delta: Array, width: int) -> Array:
    batch, _, lefts, inner = weights.shape
    columns = delta.shape[3]
    pulled = np.zeros((batch, width, inner, columns), delta.dtype)
    for b in range(batch):
        for v in range(starts.size - 1):
            for edge in range(starts[v], starts[v + 1]):
                for i in range(lefts):
                    for j in range(inner):
                        value, source, target = weights[b, edge, i, j], delta[b, v, i], pulled[b, sources[edge], j]
                        for column in range(columns):
                            target[column] += value * source[column]
    return pulled


def _outer(starts: Indices, sources: Indices, delta: Array, y: Array) -> Array:
    batch, _, lefts, columns = delta.shape
    blocks = np.zeros((batch, sources.size, lefts, y.shape[2]), y.dtype)
    for b in range(batch):
        for v in range(starts.size - 1):
            for edge in range(starts[v], starts[v + 1]):
                for i in range(lefts):
                    for j in range(y.shape[2]):
                        row, column, total = delta[b, v, i], y[b, sources[edge], j], y.dtype.type(0)
                        for sample in range(columns):
                            total += row[sample] * column[sample]
                        blocks[b, edge, i, j] = total
    return blocks
