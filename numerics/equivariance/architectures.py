"""Types of equivariant networks: the levels of features, how the group moves them, and the bases of the layers between.

Every type has as many layers as wanted; with coefficients it becomes a network, a sequence of `EquivariantLayer`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import MOST_ENTRIES, InputError, checked_array, checked_bool, checked_integer
from sparse_limits.numerics.equivariance.bases import equivariant_basis
from sparse_limits.numerics.equivariance.grids import MOST_CELLS, NO_TURNS, feature_field, kernel_space
from sparse_limits.numerics.equivariance.groups import MOST_POINTS, cyclic, dihedral, symmetric
from sparse_limits.numerics.equivariance.layers import EquivariantLayer
from sparse_limits.numerics.equivariance.representations import (
    Representation,
    natural,
    regular,
    ring_entries,
    tensor_power,
    trivial,
)
from sparse_limits.numerics.limits import check_work

MOST_LAYERS = 64
MOST_ON_A_RING = 1024  # samples


@dataclass(frozen=True, eq=False)
class Architecture:
    """A type of network.

    levels: how the group moves the features, one representation for each level, the input first; bases: the basis of
    each layer, whole numbers or fractions [b, out coordinates, in coordinates].
    """

    levels: tuple[Representation, ...]
    bases: tuple[NDArray[Any], ...]

    def shapes(self, channels: Sequence[int]) -> list[tuple[int, int, int]]:
        """The shapes [in, out, b] of the coefficients, given the channels on each level. InputError for another number."""
        if len(channels) != len(self.levels):
            raise InputError(f"channels on {len(channels)} levels: expected {len(self.levels)}")
        counts = [checked_integer("channels", each, 1, 10**6) for each in channels]
        return [(*pair, len(basis)) for pair, basis in zip(pairwise(counts), self.bases, strict=True)]

    def network(self, coeffs: Sequence[ArrayLike]) -> tuple[EquivariantLayer, ...]:
        """The layers with these coefficients [in, out, b]; exact ones make exact layers.

        InputError for another number of layers, and as for `EquivariantLayer`.
        """
        if len(coeffs) != len(self.bases):
            raise InputError(f"coefficients of {len(coeffs)} layers: expected {len(self.bases)}")
        layers = []
        for given, basis in zip(coeffs, self.bases, strict=True):
            array = checked_array("coeffs", given)
            layers.append(EquivariantLayer(array, basis.astype(np.float64) if array.dtype.kind == "f" else basis))
        return tuple(layers)


def perceptron(depth: int = 2) -> Architecture:
    """A multilayer perceptron without biases: one coordinate, one basis element."""
    point = trivial(cyclic(1))
    return _repeated([point], [np.ones((1, 1, 1), np.int64)], depth)


def convolution(size: int, window: int, depth: int = 2) -> Architecture:
    """Convolutions on the size × size grid that wraps around, window × window cells wide (Q4): window² elements.

    InputError unless the window is odd and at most size.
    """
    return steerable(NO_TURNS, size, window, depth)


def steerable(plane: Representation, size: int, window: int, depth: int = 2) -> Architecture:
    """Convolutions that also commute with turns (p4, p4m): plain pixels, then regular features of the plane's group (Q4).

    plane: whole 2 × 2 matrices that keep the grid, such as `cyclic_irreducibles(4)["rotation"]`. There are window²
    elements from pixels and |G|·window² between features. InputError unless the window is odd and at most size.
    """
    size = checked_integer("size", size, 1, MOST_CELLS)
    window = checked_integer("window", window, 1, size)
    if window % 2 == 0:
        raise InputError(f"window {window}: expected an odd number of cells")
    pixel, feature = trivial(plane.group), regular(plane.group)
    levels = [feature_field(plane, size, fibre) for fibre in (pixel, feature)]
    bases = [_on_the_torus(plane, size, window, fibre, feature) for fibre in (pixel, feature)]
    return _repeated(levels, bases, depth)


def deep_sets(points: int, depth: int = 2) -> Architecture:
    """Layers on m ≥ 2 points in any order: a point's own value and the mean of all, I and J/m."""
    points = checked_integer("points", points, 2, 10**4)
    unit = np.eye(points, dtype=np.int64).astype(object)
    return _repeated([natural(symmetric(points))], [np.stack([unit, np.full_like(unit, Fraction(1, points))])], depth)


def pairs(points: int, depth: int = 2) -> Architecture:
    """Layers on pairs of m points in any order (2-IGN): each element is the mean over one orbit (Q3), 15 for m ≥ 4."""
    points = checked_integer("points", points, 1, 12)
    level = tensor_power(natural(symmetric(points)), 2)
    orbits = equivariant_basis(level, level)
    means = np.zeros((len(orbits), *orbits[0].shape), dtype=object)
    for mean, orbit in zip(means, orbits, strict=True):
        mean[orbit == 1] = Fraction(1, int(orbit.sum(axis=1).max()))
    return _repeated([level], [means], depth)


def rings(samples: int, radii: int = 1, reflections: bool = False, depth: int = 2) -> Architecture:
    """Layers on rings of equally spaced samples, which C_n permutes, or D_n with reflections, for any n (Q12.2).

    samples: n on each ring; radii: how many rings each level has. There are radii²·n elements, with reflections
    radii²·(⌊n/2⌋ + 1), each an orbit of pairs of samples. This carries C₈ and D₈, which keep no grid of the plane (Q12.1).
    InputError as for `ring_samples`, and where the elements have more than 2^25 entries.

    Examples:
        >>> eight = rings(8, radii=2, reflections=True)
        >>> eight.levels[0].group.name, [len(basis) for basis in eight.bases]
        ('D8', [20, 20])
    """
    level = ring_samples(samples, radii, reflections)
    entries = ring_entries(samples, radii, reflections)
    if entries > MOST_ENTRIES:
        raise InputError(f"bases of {entries} entries for rings({samples}, {radii}): expected at most {MOST_ENTRIES}")
    return _repeated([level], [np.array(equivariant_basis(level, level))], depth)


def ring_samples(samples: int, radii: int = 1, reflections: bool = False) -> Representation:
    """How C_n, or D_n, permutes n samples on each of some rings: j goes to j + 1, and by the reflection to −j (Q12.2).

    Those of one ring stand together. InputError unless there are 1 to 1024 samples on at least one ring, 10 000 at most
    in all.
    """
    samples = checked_integer("samples on a ring", samples, 1, MOST_ON_A_RING)
    checked_bool("reflections", reflections)
    radii = checked_integer("radii", radii, 1, MOST_POINTS // samples)
    moves = [tuple((each + 1) % samples for each in range(samples))]
    if reflections:
        moves.append(tuple(-each % samples for each in range(samples)))
    group = dihedral(samples) if reflections else cyclic(samples)
    images = tuple(tuple(ring * samples + each for ring in range(radii) for each in move) for move in moves)
    return Representation(group, images)


def message_passing(adjacency: ArrayLike, depth: int = 2) -> Architecture:
    """Layers on the vertices of a graph: a vertex's own value and the sum over its neighbours, I and A.

    Equivariant when the graph moves along (`relabelled`). adjacency: 0 and 1, [m, m], none on the diagonal; [i, j] says whether i receives
    from j. InputError for anything else, and for a graph without edges.
    """
    graph = checked_array("adjacency matrix", adjacency)
    if graph.ndim != 2 or graph.shape[0] != graph.shape[1] or not np.isin(graph, (0, 1)).all():
        raise InputError(f"an adjacency matrix {graph.dtype}{list(graph.shape)}: expected 0 and 1 in a square")
    graph = graph.astype(np.int64)
    if graph.diagonal().any() or not graph.any():
        raise InputError("an adjacency matrix: expected edges, none of them from a vertex to itself")
    unit = np.eye(len(graph), dtype=np.int64)
    return _repeated([natural(symmetric(len(graph)))], [np.stack([unit, graph])], depth)


def relabelled(adjacency: ArrayLike, permutation: ArrayLike) -> NDArray[Any]:
    """The graph whose vertex permutation[i] is the old vertex i. [m, m]

    InputError unless each of m vertices has one place.
    """
    graph, places = np.asarray(adjacency), np.asarray(permutation)
    old = np.argsort(places)
    if graph.shape != 2 * old.shape or (places[old] != np.arange(len(old))).any():
        raise InputError(f"permutation {places.tolist()}: expected one of the {len(graph)} vertices")
    return graph[np.ix_(old, old)]


def read_out(architecture: Architecture) -> Architecture:
    """With one more layer, to a single coordinate that the group leaves as it is: the mean over each orbit of coordinates.

    InputError where the last level is not permuted.
    """
    last = architecture.levels[-1]
    if not last.is_permutation:
        raise InputError(
            f"features of {last.group.name} that are not permuted: expected permutations, for means of orbits"
        )
    one = trivial(last.group)
    orbits = equivariant_basis(last, one)
    means = np.array([[[Fraction(int(x), int(orbit.sum())) for x in row] for row in orbit] for orbit in orbits])
    return Architecture((*architecture.levels, one), (*architecture.bases, means))


def _repeated(levels: Sequence[Representation], bases: Sequence[NDArray[Any]], depth: int) -> Architecture:
    """So many layers, the last level and basis repeated as often as needed."""
    depth = checked_integer("layers", depth, 1, MOST_LAYERS)
    *first, last = levels
    *opening, repeated = bases
    return Architecture(
        (*first, *[last] * (depth + 1 - len(first))), (*opening, *[repeated] * (depth - len(opening)))[:depth]
    )


def _on_the_torus(
    plane: Representation, size: int, window: int, source: Representation, target: Representation
) -> NDArray[np.int64]:
    """All equivariant kernels as maps of features on the torus: the output at p takes the kernel at v from p + v."""
    positions = window * window
    entries = positions * source.dimension**2 * target.dimension * size**4  # there are window² elements for each source
    check_work(f"bases of {entries} entries for {size} × {size} cells", 16 * entries, 4e-8 * entries)
    kernels = np.array(equivariant_basis(kernel_space(plane, window, source), target))
    kernels = kernels.reshape(-1, target.dimension, positions, source.dimension)
    cells = np.arange(size * size)
    x, y = np.divmod(cells, size)
    found = np.zeros((len(kernels), len(cells), target.dimension, len(cells), source.dimension), np.int64)
    for place in range(positions):
        across, along = np.array(divmod(place, window)) - window // 2
        there = size * ((x + across) % size) + (y + along) % size
        found[:, cells, :, there, :] = kernels[:, :, place, :]
    return found.reshape(len(kernels), len(cells) * target.dimension, -1)
