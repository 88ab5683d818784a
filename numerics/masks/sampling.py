"""Random masks from a graphon, in time proportional to the weights they keep.

Entries are independent, entry (i, j) is kept with probability W(u_i, v_j). Cells are grouped into rectangles with
a common upper bound b of their probabilities. Within a rectangle the gaps between successes of a Bernoulli(b)
sequence are geometric, so the candidates are reached by jumps (the integer part of an exponential variable of rate
−log(1−b) is geometric), and a candidate of probability p is kept with chance p/b. The law is exact whatever the
bounds; tight bounds make it fast. A probability found above its bound raises InputError.

Masks are `scipy.sparse.csr_array` of bool with sorted indices: row = neuron, column = input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import InputError, Seed, finite_vector, generator, non_negative_vector
from sparse_limits.numerics.door import door
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.masks.sampling_loops import SLACK, Floats, Indices, Names, counting_sort, jump, thin

Chunk = tuple[Indices, Indices, Floats]  # rows, columns and bounds of some candidates

_CHUNK = 2**15  # candidates in flight: their temporaries stay in cache
# What sampling takes, measured: a weight that is kept, a rectangle, a row or column, and a candidate
BYTES_OF_KEPT, BYTES_OF_RECTANGLE, BYTES_OF_LINE = 24, 64, 32
SECONDS_OF_CANDIDATE, SECONDS_OF_ENTRY = 1e-7, 5e-9  # the latter where the kernel is evaluated once
_EXACT = 2**53  # positions in a block are floats


@door
def sample_mask(
    kernel: Callable[[Floats, Floats], ArrayLike],
    u: ArrayLike,
    v: ArrayLike,
    rng: Seed,
    row_bound: ArrayLike | None = None,
) -> csr_array:
    """Draw a random mask whose entry (i, j) is kept with probability kernel(u_i, v_j), independently of the others.

    With `row_bound`, the time is proportional to m + n·Σ row_bound. For a kernel that never decreases in v,
    `kernel(u, max(v))` is such a bound. Without `row_bound`, the kernel is first evaluated at all m·n entries.

    Parameters
    ----------
    kernel : function of two float arrays that broadcast to one shape; it returns probabilities of that shape, or one number
    u : latents of the rows, float[m], finite
    v : latents of the columns, float[n], finite
    rng : whole number ≥ 0, SeedSequence or Generator
    row_bound : upper bounds of the probabilities in each row, a number or float[m] in [0, 1]; None takes the maximum of each row

    Returns
    -------
    Mask, csr_array of bool, [m, n].

    Raises
    ------
    InputError : for an argument out of range, a probability that is NaN, negative or above its bound, a kernel that returns
        another shape, or a mask that would take more memory or time than is allowed (`limit`).

    References
    ----------
    Claim G1.1 (the sampling).

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> u = np.linspace(0, 1, 400)
    >>> mask = sample_mask(lambda u, v: u * v / 2, u, u, rng)
    >>> mask.shape, 0.12 < mask.nnz / 400**2 < 0.13
    ((400, 400), True)
    """
    u, v = finite_vector("u", u), finite_vector("v", v)
    bound = _row_maxima(kernel, u, v) if row_bound is None else _probabilities("row_bound", row_bound)
    if bound.shape not in ((), u.shape):
        raise InputError(f"row_bound has shape {bound.shape}, expected a scalar or {u.shape}")
    grid = Rectangles(np.broadcast_to(bound, u.shape), *_corners(np.arange(u.size + 1), np.array([0, v.size])))
    _check_candidates(grid, (u.size, v.size), all_kept=False)
    rng = generator(rng)
    places = np.arange(u.size, dtype=np.int32), np.arange(v.size, dtype=np.int32)
    chunks = (_thinned(kernel(u[c[0]], v[c[1]]), c, rng, *places) for c in candidates(grid, rng))
    return _csr_of_sorted(*_joined(chunks), (u.size, v.size))


def sample_factorised(
    probability: Callable[[Floats], ArrayLike], row: ArrayLike, column: ArrayLike, rng: Seed
) -> csr_array:
    """A mask [m, n] with independent entries of probability W_ij = probability(row_i · column_j).

    probability is vectorised and nondecreasing on [0, ∞), with values in [0, 1]; row [m] and column [n] are finite
    and ≥ 0. This is the limit graphon F̄(τ/(fφ)) of factorised saliencies (arXiv 2602.06675) for
    `probability = lambda x: survival(tau / x)`. Rows and columns are binned by size, so the time is proportional to
    the weights kept (plus m + n) however uneven the profiles are.

    InputError if an argument is out of range, or if probability is seen to decrease or to leave [0, 1].
    """
    row, column = non_negative_vector("row", row), non_negative_vector("column", column)
    by_row, by_column = descending(row), descending(column)
    large, small = row[by_row], column[by_column]
    grid, corner = rank_grid(large, small)
    grid = grid._replace(bound=_probabilities("probability(row·column)", _shaped(probability(corner), corner.shape)))
    _check_candidates(grid, (row.size, column.size))
    rng = generator(rng)
    chunks = (
        _thinned(probability(large[c[0]] * small[c[1]]), c, rng, by_row, by_column) for c in candidates(grid, rng)
    )
    return csr_of(*_joined(chunks), (row.size, column.size))


@door
def sample_rank_one(p: ArrayLike, q: ArrayLike, rng: Seed) -> csr_array:
    """Draw a random mask whose entry (i, j) is kept with probability p_i q_j, independently of the others.

    The time is proportional to the number of weights kept, plus m + n.

    Parameters
    ----------
    p : factors of the rows, float[m], at least 0
    q : factors of the columns, float[n], at least 0, with max(p)·max(q) ≤ 1
    rng : whole number ≥ 0, SeedSequence or Generator

    Returns
    -------
    Mask, csr_array of bool, [m, n].

    Raises
    ------
    InputError : for factors that are negative, not finite or not real, for products above 1, and for a mask that would
        take more memory or time than is allowed (`limit`).

    References
    ----------
    Claim S1 (factorised masks).

    Examples
    --------
    >>> import numpy as np
    >>> mask = sample_rank_one([1.0, 0.0], [1.0, 1.0, 0.0], np.random.default_rng(0))
    >>> mask.toarray().astype(int)
    array([[1, 1, 0],
           [0, 0, 0]])
    """
    p, q = non_negative_vector("p", p), non_negative_vector("q", q)
    if not p.max() * q.max() <= SLACK:
        raise InputError(f"max(p)·max(q) is {p.max() * q.max():g}, expected at most 1")
    return sample_factorised(lambda x: x, p, q, rng)


def sample_step(probabilities: ArrayLike, row_sizes: ArrayLike, column_sizes: ArrayLike, rng: Seed) -> csr_array:
    """A mask of a step graphon: block (a, b) of row_sizes[a] × column_sizes[b] entries, each kept with
    probabilities[a, b], independently.

    probabilities [A, B] in [0, 1]; row_sizes [A] and column_sizes [B] positive integers. InputError otherwise.
    """
    steps = _probabilities("probabilities", probabilities)
    tops, lefts = _edges("row_sizes", row_sizes), _edges("column_sizes", column_sizes)
    if steps.shape != (expected := (tops.size - 1, lefts.size - 1)):
        raise InputError(f"probabilities has shape {steps.shape}, expected {expected} from the sizes")
    m, n = int(tops[-1]), int(lefts[-1])
    kept = float(np.diff(tops) @ steps @ np.diff(lefts))
    _check_kept(kept, kept, min(m * steps.shape[1], kept) + steps.size, (m, n))
    by_row = m * steps.shape[1] <= kept
    if by_row:  # the blocks have more entries to keep than pieces of rows: go by these, and nothing need be sorted
        steps, tops = np.repeat(steps, np.diff(tops), axis=0), np.arange(m + 1)
    rows, columns = _joined(
        (c[0], c[1]) for c in candidates(Rectangles(steps.ravel(), *_corners(tops, lefts)), generator(rng))
    )
    return (_csr_of_sorted if by_row else csr_of)(rows, columns, (m, n))


def sample_constant(density: float, m: int, n: int, rng: Seed) -> csr_array:
    """A mask [m, n] with independent Bernoulli(density) entries; density in [0, 1], m, n ≥ 1. InputError otherwise."""
    return sample_step(np.full((1, 1), density), [m], [n], rng)


def _check_candidates(grid: Rectangles, shape: tuple[int, int], *, all_kept: bool = True) -> None:
    """InputError, before any is drawn, for more candidates than there is time for, or memory if all are kept."""
    expected = float((grid.bound * grid.height * grid.width).sum())
    _check_kept(expected if all_kept else 0.0, expected, grid.bound.size, shape)


def _check_kept(kept: float, candidates: float, rectangles: float, shape: tuple[int, int]) -> None:
    memory = BYTES_OF_KEPT * kept + BYTES_OF_RECTANGLE * rectangles + BYTES_OF_LINE * sum(shape)
    number = f" that keeps some {kept:.2g}" if kept else ""
    what = f"a mask of {shape[0]} × {shape[1]} entries{number}"
    check_work(what, memory, SECONDS_OF_CANDIDATE * candidates, instead="fewer entries or a lower density")


class Rectangles(NamedTuple):
    """Disjoint rectangles of cells, each with an upper bound of its probabilities; all fields have shape [R]."""

    bound: Floats
    top: Indices
    left: Indices
    height: Indices
    width: Indices


def candidates(grid: Rectangles, rng: np.random.Generator) -> Iterator[Chunk]:
    """The successes of independent Bernoulli(bound) cells, rectangle by rectangle and row-major in each.

    Yields (rows, columns, bounds) of at most `_CHUNK` candidates. The arrays are reused: copy what is to be kept.
    """
    if (cells := int(np.where(grid.bound > 0, grid.height * grid.width, 0).max())) >= _EXACT:
        raise InputError(f"a block has {cells} entries, expected fewer than 2^53: smaller blocks")
    with np.errstate(divide="ignore"):  # bound 1 has rate ∞: every jump is 0
        rate = -np.log1p(-grid.bound)
    rows, columns, group = np.empty((3, _CHUNK), np.int64)
    fill, at, position = compiled(jump), 0, -1.0
    while at < rate.size:
        filled, at, position = fill(rng, rate, *grid[1:], at, position, rows, columns, group)
        if filled:
            yield rows[:filled], columns[:filled], grid.bound[group[:filled]]


def rank_grid(row: Floats, column: Floats) -> tuple[Rectangles, Floats]:
    """Rectangles of similar row_i · column_j, for profiles sorted in descending order, and each one's largest product.

    The bins of ranks grow geometrically, from single ranks at the top to 1/16 of the rank, so that few rectangles
    suffice and the largest entries, which decide at low density, are bounded tightly. `bound` is left at 1.
    """
    corners = _corners(_bins(row.size), _bins(column.size))
    return Rectangles(np.ones(corners[0].size), *corners), row[corners[0]] * column[corners[1]]


def csr_of(rows: Names, columns: Names, shape: tuple[int, int]) -> csr_array:
    """The mask with the given distinct entries, in any order."""
    indices, starts = compiled(counting_sort)(rows, columns, *shape)
    return csr_array((np.ones(indices.size, bool), indices, starts), shape=shape)


def descending(values: Floats) -> Names:
    """The order that sorts values [n] from the largest to the smallest, ties by position."""
    return np.argsort(-values, kind="stable").astype(np.int32)


def _row_maxima(kernel: Callable[[Floats, Floats], ArrayLike], u: Floats, v: Floats) -> Floats:
    entries = f"a kernel at {u.size} × {v.size} entries"
    check_work(entries, 0, SECONDS_OF_ENTRY * u.size * v.size, instead="`row_bound`")
    step = max(1, _CHUNK // v.size)
    blocks = (u[i : i + step, None] for i in range(0, u.size, step))
    values = (_shaped(kernel(block, v[None]), (block.size, v.size)) for block in blocks)
    return np.concatenate([_probabilities("kernel(u, v)", value).max(axis=1) for value in values])


def _thinned(
    values: ArrayLike, chunk: Chunk, rng: np.random.Generator, row_of: Names, column_of: Names
) -> tuple[Names, Names]:
    """The rows and columns of the candidates that stay, each with chance values/bounds, by the names they are given [m], [n]."""
    bounds = chunk[2]
    p = _shaped(values, bounds.shape)
    if p.dtype.kind not in "biuf":
        raise InputError(f"probabilities are {p.dtype}, expected real numbers")
    p = np.ascontiguousarray(p, np.float64)
    down, across = np.empty((2, p.size), np.int32)
    kept = compiled(thin)(rng.random(p.size), p, *chunk, row_of, column_of, down, across)
    if kept < 0:
        at = int((~((p >= 0) & (p <= bounds * SLACK))).argmax())
        raise InputError(f"a probability is {p[at]}, expected a value from 0 to its bound {bounds[at]}")
    return down[:kept].copy(), across[:kept].copy()  # a view would hold room for all candidates


def _shaped(values: ArrayLike, shape: tuple[int, ...]) -> NDArray[Any]:
    try:
        return np.broadcast_to(values, shape)
    except ValueError:
        raise InputError(
            f"probabilities have shape {np.shape(values)}, expected {shape}, that of their arguments"
        ) from None


def _joined(
    chunks: Iterable[tuple[NDArray[np.integer], NDArray[np.integer]]],
) -> tuple[Names, Names]:
    none, kept = np.empty(0, np.int32), 0
    narrow: list[tuple[Names, Names]] = []
    for down, across in chunks:
        narrow.append((down.astype(np.int32, copy=False), across.astype(np.int32, copy=False)))
        kept += len(down)
        check_work(f"a mask that keeps {kept} weights or more", BYTES_OF_KEPT * kept)
    rows, columns = map(np.concatenate, zip((none, none), *narrow, strict=True))
    return rows, columns


def _csr_of_sorted(rows: Names, columns: Names, shape: tuple[int, int]) -> csr_array:
    starts = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=shape[0]))))
    return csr_array((np.ones(columns.size, bool), columns, starts), shape=shape)


def _corners(tops: Indices, lefts: Indices) -> tuple[Indices, Indices, Indices, Indices]:
    """top, left, height, width of the product grid of two sequences of edges."""
    top, left = np.meshgrid(tops[:-1], lefts[:-1], indexing="ij")
    height, width = np.meshgrid(np.diff(tops), np.diff(lefts), indexing="ij")
    return top.ravel(), left.ravel(), height.ravel(), width.ravel()


def _bins(size: int) -> Indices:
    edges = [0]
    while edges[-1] < size:
        edges.append(min(size, edges[-1] + 1 + edges[-1] // 16))
    return np.array(edges)


def _edges(name: str, sizes: ArrayLike) -> Indices:
    array = np.asarray(sizes)
    if array.ndim != 1 or array.size == 0 or array.dtype.kind not in "iu" or array.min() < 1:
        raise InputError(f"{name} is {sizes!r}, expected positive integers")
    edges = np.concatenate(([0], np.cumsum(array, dtype=np.int64)))
    if edges[-1] >= 2**31:
        raise InputError(f"{name} sums to {edges[-1]}, expected less than 2^31")
    return edges


def _probabilities(name: str, values: ArrayLike) -> Floats:
    array = np.asarray(values)
    if array.dtype.kind not in "biuf" or array.size == 0 or not (array.min() >= 0 and array.max() <= SLACK):
        raise InputError(f"{name} is {np.array2string(array, threshold=4)}, expected probabilities in [0, 1]")
    return np.minimum(array.astype(np.float64), 1) + 0.0  # a negative 0 would have an infinite rate below 0
