"""Square grids: shifts that wrap around, turns and reflections, and features that these carry along.

Cells (x, y) are numbered size·x + y. Turns and reflections come as a `plane`: a representation of a group by whole 2 × 2
matrices, such as `cyclic_irreducibles(4)["rotation"]` or `dihedral_irreducibles(4)["E"]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.equivariance.groups import Group, Permutation, cyclic, inverse_word, power
from sparse_limits.numerics.equivariance.representations import Representation, inflate, tensor_product, trivial

MOST_CELLS = 512  # along a side
NO_TURNS = trivial(cyclic(1), 2)  # shifts alone


def torus_group(plane: Representation, size: int) -> Group:
    """The shifts of a size × size grid that wraps around, with the matrices of the plane about the cell (0, 0).

    Generators: the shift along x, that along y, and those of the plane's group.

    InputError unless the plane consists of whole 2 × 2 matrices and 1 ≤ size ≤ 512.
    """
    matrices = _whole_matrices(plane)
    size = checked_integer("size", size, 1, MOST_CELLS)
    cells = size * size
    turns = [
        (*_cells(matrix, size), *(cells + x for x in generator))  # the second part distinguishes turns on small grids
        for matrix, generator in zip(matrices, plane.group.generators, strict=True)
    ]
    still = tuple(range(cells, cells + plane.group.points))
    relators = [power(0, size), power(1, size), (0, 1, ~0, ~1)]
    relators += [tuple(x + 2 if x >= 0 else x - 2 for x in relator) for relator in plane.group.relators]
    for letter, matrix in enumerate(matrices, 2):
        for shift in (0, 1):
            moved = power(0, int(matrix[0, shift])) + power(1, int(matrix[1, shift]))
            relators.append((letter, shift, ~letter, *inverse_word(moved)))
    shifts = ((*_shift(size, 1, 0), *still), (*_shift(size, 0, 1), *still))
    return Group(f"Z{size}^2 with {plane.group.name}", (*shifts, *turns), tuple(relators))


def feature_field(plane: Representation, size: int, fibre: Representation | None = None) -> Representation:
    """Features on the grid that wraps around: cells move, and turns act on the feature in each by `fibre` (trivial).

    The coordinates of a cell stand together. InputError as for `torus_group`, or if the fibre is of another group.
    """
    group = torus_group(plane, size)
    fibre = trivial(plane.group) if fibre is None else fibre
    if fibre.group != plane.group:
        raise InputError(f"a fibre of {fibre.group.name} on a grid with {plane.group.name}")
    grid = Representation(group, tuple(generator[: size * size] for generator in group.generators))
    return tensor_product(grid, inflate(fibre, group, {i + 2: i for i in range(len(fibre.images))}))


def centred_grid(plane: Representation, size: int) -> Representation:
    """The cells of a size × size square, turned about its centre: the positions of a convolution kernel.

    InputError unless the plane consists of whole matrices that keep the square, and 1 ≤ size ≤ 512.
    """
    size = checked_integer("size", size, 1, MOST_CELLS)
    along = 2 * np.arange(size) - (size - 1)
    places = np.stack(np.meshgrid(along, along, indexing="ij")).reshape(2, -1)
    images = []
    for matrix in _whole_matrices(plane):
        x, y = (matrix @ places + size - 1) // 2
        if (np.abs(matrix).sum(axis=1) != 1).any():
            raise InputError(
                f"{plane.group.name}: {matrix.tolist()} does not keep the square about its centre, as signed permutations "
                "of the axes alone do (Q12.1)"
            )
        images.append(tuple((size * x + y).tolist()))
    return Representation(plane.group, tuple(images))


def kernel_space(plane: Representation, size: int, source: Representation) -> Representation:
    """What a kernel is applied to: a feature in each cell of the centred square, its coordinates together.

    The equivariant maps from here to a feature are the steerable kernels.
    """
    return tensor_product(centred_grid(plane, size), source)


def within_window(
    basis: Sequence[NDArray[Any]], size: int, window: int, source: int = 1, target: int = 1
) -> list[NDArray[Any]]:
    """The matrices between features on the wrapping grid that reach no further than a centred window.

    source, target: coordinates per cell before and after; window: odd, at most size.
    """
    size = checked_integer("size", size, 1, MOST_CELLS)
    window = checked_integer("window", window, 1, size)
    if window % 2 == 0:
        raise InputError(f"window {window}: expected an odd number of cells")
    cells = np.arange(size * size)
    gaps = [np.abs((part[:, None] - part + size // 2) % size - size // 2) for part in divmod(cells, size)]
    far = np.maximum(*gaps) > window // 2
    shape = size * size, target, size * size, source
    return [matrix for matrix in basis if not np.any(matrix.reshape(shape) != 0, axis=(1, 3))[far].any()]


def _whole_matrices(plane: Representation) -> list[NDArray[np.int64]]:
    matrices = [plane.matrix((i,)) for i in range(len(plane.images))]
    if plane.dimension != 2 or any(entry.q != 1 for matrix in matrices for entry in matrix.entries()):
        raise InputError(f"a plane of {plane.group.name} in dimension {plane.dimension}: expected whole 2 × 2 matrices")
    return [np.array([[int(entry.p) for entry in row] for row in matrix.tolist()]) for matrix in matrices]


def _cells(matrix: NDArray[np.int64], size: int) -> Permutation:
    x, y = matrix @ np.array(np.divmod(np.arange(size * size), size)) % size
    return tuple((size * x + y).tolist())


def _shift(size: int, along_x: int, along_y: int) -> Permutation:
    x, y = np.divmod(np.arange(size * size), size)
    return tuple((size * ((x + along_x) % size) + (y + along_y) % size).tolist())
