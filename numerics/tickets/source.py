"""The random network that a seed stands for: two equivariant layers for each layer of a target, drawn block by block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.equivariance.layers import Reader

Floats = NDArray[np.float64]


class Split(NamedTuple):
    """The identity as a sum of projections, so that each basis element reads the coordinates of one of them.

    diagonals: float[parts, coordinates] of the projections; part_of: int[b], the projection P with B_b P = B_b.
    """

    diagonals: Floats
    part_of: NDArray[np.intp]


def split_identity(basis: NDArray[Any]) -> Split:
    """The finest such sum. basis: [b, out coordinates, in coordinates]

    The coordinates that an equivariant map reads are mapped to each other by the group, so the projections are
    equivariant; for an orbit basis they are the diagonal orbits.
    """
    reads = (basis != 0).any(axis=1)
    labels = np.where(reads.any(axis=0), np.arange(basis.shape[2]), int(reads.any(axis=0).argmax()))
    for columns in reads[reads.any(axis=1)]:
        labels[np.isin(labels, labels[columns])] = labels[columns].min()
    names, part = np.unique(labels, return_inverse=True)
    return Split((labels == names[:, None]).astype(float), part[reads.argmax(axis=1)])


@dataclass(frozen=True, eq=False)
class Source:
    """A random network with independent coefficients uniform on [−1, 1].

    For layer ℓ of a target it has two layers, with ReLU between them. The channels between are in blocks of `width`:
    for each input channel one for each part of the identity. The first layer is spanned by these parts (a larger basis
    is this one with coefficients that every ticket prunes), the second one by the basis of the target's layer.

    seed: an integer of at least 0; shapes: (in, out) channels of each layer; bases: [b, out coordinates, in coordinates]
    of each layer, floats.
    """

    seed: int
    width: int
    shapes: tuple[tuple[int, int], ...]
    bases: tuple[Floats, ...]

    @classmethod
    def of(cls, layers: Sequence[EquivariantLayer], width: int, seed: int) -> Source:
        """The source for targets shaped like these layers."""
        shapes = tuple((layer.coeffs.shape[0], layer.coeffs.shape[1]) for layer in layers)
        return cls(seed, width, shapes, tuple(np.asarray(layer.basis, dtype=np.float64) for layer in layers))

    @cached_property
    def splits(self) -> tuple[Split, ...]:
        """The parts of the identity, layer by layer."""
        return tuple(map(split_identity, self.bases))

    @cached_property
    def readers(self) -> tuple[tuple[tuple[NDArray[np.intp], Reader], ...], ...]:
        """The basis elements that read each part of the identity, by their places, layer by layer."""
        found = []
        for basis, (diagonals, part_of) in zip(self.bases, self.splits, strict=True):
            places = [np.flatnonzero(part_of == part) for part in range(len(diagonals))]
            found.append(tuple((mine, Reader(basis if len(places) == 1 else basis[mine])) for mine in places))
        return tuple(found)

    def block(self, layer: int, i: int) -> tuple[Floats, Floats]:
        """What a ticket may keep for input channel i of a layer.

        First the first-layer coefficients of each part, from channel i to the channels of the part's block:
        float[parts, width]. Then the second-layer coefficients of basis element b from the channels of *its* part's
        block: float[width, out, b].
        """
        rng = np.random.default_rng([self.seed, layer, i])
        lambdas = rng.uniform(-1, 1, (len(self.splits[layer].diagonals), self.width))
        mus = rng.uniform(-1, 1, (self.width, self.shapes[layer][1], len(self.bases[layer])))
        return lambdas, mus

    def layers(self, layer: int) -> tuple[EquivariantLayer, EquivariantLayer]:
        """Both layers whole, with the coefficients that no ticket keeps.

        Channel (i, part, k) between them has the place (i·parts + part)·width + k.
        """
        (before, after), (diagonals, part_of) = self.shapes[layer], self.splits[layer]
        parts = len(diagonals)
        rng = np.random.default_rng([self.seed, layer, before])
        first = rng.uniform(-1, 1, (before, before, parts, self.width, parts))
        second = rng.uniform(-1, 1, (before, parts, self.width, after, len(part_of)))
        elements = np.arange(len(part_of))
        for i in range(before):
            lambdas, mus = self.block(layer, i)
            first[i, i, np.arange(parts), :, np.arange(parts)] = lambdas
            second[i, part_of, :, :, elements] = mus.transpose(2, 0, 1)
        channels = before * parts * self.width
        return (
            EquivariantLayer(
                first.reshape(before, channels, parts), diagonals[:, :, None] * np.eye(diagonals.shape[1])
            ),
            EquivariantLayer(second.reshape(channels, after, len(part_of)), self.bases[layer]),
        )
