"""An array in a file as it is read: its shape, and its entries in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from sparse_limits.numerics.files import reading
from sparse_limits.numerics.masks.names import Shape

WHOLE = "a whole file"
LONGEST_SIDE = 2**27  # rows or columns of a mask
PIECE = 2**22  # entries read at a time

Positions = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Stored:
    """An array in a file, in pieces: flat positions (`order`: C or F) and the entries there; dense: all of them, else what is missing is 0.

    quantised: the type of the whole numbers in the file that entries are made from, if they are.
    """

    name: str
    shape: Shape
    pieces: Callable[[], Iterator[tuple[Positions, NDArray[Any]]]]
    order: Literal["C", "F"] = "C"
    dense: bool = True
    quantised: str = ""


@dataclass(frozen=True, eq=False)
class Arrays:
    """The arrays in a file: shapes by their names, in the order of layers; read: one by its name; alone: a file of one array, in words."""

    shapes: Mapping[str, Shape]
    read: Callable[[str], Stored]
    alone: str = ""


def spans(size: int) -> Iterator[tuple[int, int]]:
    """Where the pieces of an array of so many entries begin and end."""
    return ((start, min(size, start + PIECE)) for start in range(0, size, PIECE))


def of_coordinates(name: str, matrix: Any) -> Stored:
    """A sparse matrix or array of any format."""
    if len(matrix.shape) != 2 or max(matrix.shape) > LONGEST_SIDE:  # refused with arrays of such a shape
        return Stored(name, matrix.shape, lambda: iter(()), dense=False)
    with reading("a sparse matrix"):
        if hasattr(matrix, "check_format"):
            matrix.check_format(full_check=True)  # indices from a file may point anywhere
        entries = coo_array(matrix)
        entries.sum_duplicates()
    rows, columns = (np.asarray(side, np.int64) for side in entries.coords)
    return Stored(name, entries.shape, lambda: iter([(rows * entries.shape[1] + columns, entries.data)]), dense=False)
