"""Kernels of all pairs of inputs, block by block: in memory, or in files that may be larger than memory.

Both ways take the same blocks, hence give the same kernels to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf, prod

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.kernels.activations import Activation
from sparse_limits.numerics.kernels.layers import Kernels, Layer
from sparse_limits.numerics.kernels.on_disk import HALF, Folder, check_folder, kernel_files, opened
from sparse_limits.numerics.kernels.recursion import Side, diagonal, fill, profiles, tile_width
from sparse_limits.numerics.limits import check_work

Floats = NDArray[np.float64]

BLOCK = 4096  # inputs on a side of a block at most: each of its two kernels takes 128 MiB
ROOM = 2**27  # bytes of the profiles of a block's rows or columns: to compute them takes a few times as much
KEPT = 2**28  # bytes of profiles that are kept beside files; kernels in memory leave room for all
SECONDS_OF_PAIR, SECONDS_OF_PRODUCT = 2e-8, 1.2e-10  # of the first layer and of what is written; of a multiplication


@dataclass(frozen=True, eq=False)
class Pairs:
    """The pairs of inputs x [N, d] and x2 [N′, d] of a network with one output unit; x2 is x itself if symmetric."""

    layers: Sequence[Layer]
    x: Floats
    x2: Floats
    activation: Activation

    @property
    def symmetric(self) -> bool:
        return self.x2 is self.x

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.x), len(self.x2)

    @property
    def sides(self) -> tuple[Floats, ...]:
        return (self.x,) if self.symmetric else (self.x, self.x2)


def kernels(
    layers: Sequence[Layer],
    x: Floats,
    x2: Floats | None,
    activation: Activation,
    folder: Folder | None = None,
    dtype: str = "float64",
) -> Kernels:
    """Both kernels of a network with one output unit; x [N, d], x2 [N′, d] or None for x itself.

    folder: where files of the kernels go, which need not fit into memory then. BLAS is held to one thread: the products
    are small, and on a busy machine more threads than one wait for each other.
    """
    if not isinstance(dtype, str) or dtype not in HALF:
        raise InputError(f"dtype is {dtype!r:.60}, expected 'float64' or 'float32'")
    if layers[0].bias:
        layers = [_with_constant(layers[0]), *layers[1:]]
        x, x2 = _with_one(x), None if x2 is None else _with_one(x2)
    pairs = Pairs(layers, x, x if x2 is None else x2, activation)
    with _blas().limit(limits=1, user_api="blas"):
        if folder is None:
            return _in_memory(pairs, dtype)
        return _on_disk(pairs, folder, dtype)


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()


def _with_constant(layer: Layer) -> Layer:
    """The layer without bias that has one more input, a constant."""
    added = np.full((len(layer.forward), 1), layer.bias)
    trained = None if layer.trained is None else np.hstack([layer.trained, added])
    return Layer(np.hstack([layer.forward, added]), trained)


def _with_one(x: Floats) -> Floats:
    return np.hstack([x, np.ones((len(x), 1))])


def _in_memory(pairs: Pairs, dtype: str) -> Kernels:
    _check_work(pairs, dtype, prod(pairs.shape) * 2, "a `folder` to write both to" + HALF[dtype])
    blocks = _blocks(pairs, _side(pairs), dtype, keep=inf)
    both = np.empty((2, *pairs.shape), dtype)
    for rows, columns, left, right in blocks:
        mirror = both[:, columns, rows] if pairs.symmetric else None
        fill(pairs.layers, left, right, pairs.activation, both[:, rows, columns], mirror)
    return Kernels(*both)


def _on_disk(pairs: Pairs, folder: Folder, dtype: str) -> Kernels:
    place = check_folder(folder, pairs.shape, dtype)
    _check_work(pairs, dtype, prod(min(BLOCK, length) for length in pairs.shape) * 4, "fewer inputs")
    side = _side(pairs)
    blocks = _blocks(pairs, side, dtype, keep=KEPT)
    room, mirrored = np.empty((2, 2, *(min(side, length) for length in pairs.shape)), dtype)
    with kernel_files(place, pairs.shape, dtype) as write:
        for rows, columns, left, right in blocks:
            found, other = room[:, : len(left.x), : len(right.x)], mirrored[:, : len(right.x), : len(left.x)]
            twice = pairs.symmetric and right is not left
            fill(pairs.layers, left, right, pairs.activation, found, other if twice else None)
            write(rows, columns, found)
            if twice:
                write(columns, rows, other)
    return opened(place)


def _check_work(pairs: Pairs, dtype: str, entries: int, instead: str) -> None:
    """entries: that are in memory at a time. instead: the way out where these are too many."""
    layers = pairs.layers
    products = layers[0].forward.size + 2 * sum(layer.forward.size for layer in layers[1:])
    units = sum(len(layer.forward) for layer in layers[:-1])
    seconds = SECONDS_OF_PAIR + SECONDS_OF_PRODUCT * products + pairs.activation.seconds * units
    seconds *= prod(pairs.shape) / (2 if pairs.symmetric else 1)
    what = "two kernels of {} × {} entries".format(*pairs.shape)
    check_work(what, 0, seconds, instead="fewer inputs")
    check_work(what, np.dtype(dtype).itemsize * entries, seconds, instead=instead)


def _blocks(pairs: Pairs, side: int, dtype: str, keep: float) -> Iterator[tuple[slice, slice, Side, Side]]:
    """Rows and columns of the blocks that cover all pairs, those on and above the diagonal if symmetric, and their inputs.

    keep: bytes of profiles. InputError at once for an input that is refused, not when its block comes.
    """
    sides = [_profiled(pairs, x, side, keep) for x in pairs.sides]
    _check_size(pairs, side, dtype)
    return _each_block(pairs, side, sides[0], sides[-1])


def _each_block(
    pairs: Pairs, side: int, at_rows: Callable[[slice], Side], at_columns: Callable[[slice], Side]
) -> Iterator[tuple[slice, slice, Side, Side]]:
    for rows in _parts(len(pairs.x), side):
        left = at_rows(rows)
        for columns in _parts(len(pairs.x2), side):
            if not pairs.symmetric:
                yield rows, columns, left, at_columns(columns)
            elif rows.start <= columns.start:
                yield rows, columns, left, left if rows == columns else at_columns(columns)


def _side(pairs: Pairs) -> int:
    """Inputs on a side of a block: of whole tiles, and so few that profiles like those of the longest input fit into `ROOM`."""
    wide = tile_width(pairs.layers)
    if max(pairs.shape) <= wide:
        return wide
    longest = [x[[np.einsum("ij,ij->i", x, x).argmax()]] for x in pairs.sides]
    size = max(1, *(_size(profiles(pairs.layers, x, pairs.activation)) for x in longest))
    return max(1, min(BLOCK, ROOM // size) // wide) * wide


def _profiled(pairs: Pairs, x: Floats, side: int, keep: float) -> Callable[[slice], Side]:
    """What gives parts of x with their profiles: these are kept if those of all parts take so few bytes, and otherwise computed anew."""
    parts = list(_parts(len(x), side))
    kept: dict[int, Side] = {}

    def at(part: slice) -> Side:
        if part.start in kept:
            return kept[part.start]
        found = Side(x[part], profiles(pairs.layers, x[part], pairs.activation))
        if len(parts) == 1 or _size(found.profiles) * len(parts) <= keep:
            kept[part.start] = found
        return found

    for part in parts:
        at(part)
    return at


def _size(arrays: Sequence[Floats]) -> int:
    return sum(each.nbytes for each in arrays)


def _check_size(pairs: Pairs, side: int, dtype: str) -> None:
    """InputError for kernels that leave the dtype: no entry is larger than the largest on the diagonal."""
    parts = [x[part] for x in pairs.sides for part in _parts(len(x), side)]
    with np.errstate(over="ignore", invalid="ignore"):  # of inf and nan the largest is none
        largest = max(_largest(pairs, part) for part in parts)
    if not largest < inf:
        raise InputError(
            f"entries reach {largest} in {len(pairs.layers)} layers, expected finite kernels: fewer layers, or weights of a "
            "smaller variance"
        )
    if not largest <= float(np.finfo(dtype).max):
        raise InputError(f"dtype is {dtype!r}, but entries reach {largest:.2g}, expected 'float64' above 3.4e+38")


def _largest(pairs: Pairs, x: Floats) -> float:
    found = float(np.max(diagonal(pairs.layers, x, pairs.activation)))
    return found if found < inf else inf  # nan, too: max() may pass over it


def _parts(length: int, side: int) -> Iterator[slice]:
    for start in range(0, length, side):
        yield slice(start, min(length, start + side))
