"""What a few passes over a mask tell: degrees, empty lines, N:M, the largest singular value, the distance to what degrees explain.

Memory is some 60 bytes for a kept weight and time some microseconds, so that masks with 10^8 kept weights take minutes, for
which `fit` asks ten hours (`work_in_depth`).
"""

from __future__ import annotations

from collections.abc import Callable
from math import log, sqrt
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import Seed, checked_integer, seed_number
from sparse_limits.numerics.door import door
from sparse_limits.numerics.fitting.homogeneity import degrees
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.masks.arrays import sparse_mask
from sparse_limits.numerics.masks.cut_norm import CutNorm, cut_distance
from sparse_limits.numerics.masks.sampling import sample_step
from sparse_limits.numerics.spectra.corrected_values import corrected_singular_values
from sparse_limits.numerics.spectra.noise_edge import noise_edge

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

GROUPS = 32  # of rows, and of columns, with about equal degrees
MEMBERS = 16  # lines of a group at least: averages of few entries are the mask itself
LENGTHS = (2, 4, 8, 16)  # of blocks
EDGE_WITHIN = 1e-4  # relative
BYTES, SECONDS = 60, 4e-6  # of a kept weight, measured
BYTES_OF_LINE, SECONDS_OF_LINE = 2_000, 2e-4


class Lines(TypedDict):
    """Rows, or columns: the least, mean and largest number of weights that a line keeps; how many keep none, and all.

    spread: the variance of these numbers over that of independent entries of one probability, about 1 for random pruning;
    None where no entry or every entry is kept.
    """

    number: int
    least: int
    mean: float
    most: int
    empty: int
    full: int
    spread: float | None


class Blocks(TypedDict):
    """The largest number of weights kept in a block of `length` neighbours, of the inputs of a neuron (rows) or the neurons of an input.

    None where such blocks do not divide the line, or are not two at least.
    """

    length: int
    in_rows: int | None
    in_columns: int | None


class Bounds(TypedDict):
    """lower ≤ distance in cut norm ≤ upper; failure: a bound on the probability that upper is wrong."""

    lower: float
    upper: float
    failure: float


class MaskScan(TypedDict):
    """All that is found about a mask [m, n].

    singular_value: the largest one over √(mn); noise_edge: where those of the noise of independent entries end, if the
    mask is what degrees explain. to_constant: the distance to the density; to_degrees: to the averages over blocks of
    rows and columns of about equal degrees; drawn: the same distance of a mask with independent entries, drawn from
    those averages; margin: by how much the two may differ by chance (`margin_of`); verdict: what that says. None where no entry or every entry is kept.
    """

    shape: list[int]
    kept: int
    density: float
    rows: Lines
    columns: Lines
    blocks: list[Blocks]
    singular_value: float | None
    noise_edge: float | None
    to_constant: Bounds | None
    to_degrees: Bounds | None
    drawn: Bounds | None
    margin: float | None
    verdict: str | None


@door
def scan_mask(
    mask: Any, *, groups: int = GROUPS, seed: Seed = 0, progress: Callable[[str], None] | None = None
) -> MaskScan:
    """Describe a mask of any size by a few passes over its kept weights.

    The mask is compared with two graphons: the constant one of its density, and the one that degrees explain, the
    averages over blocks of rows and columns of about equal degrees. A mask with independent entries is drawn from the
    second one and goes through the same lines: a mask that degrees explain is about as far from its own averages.

    Parameters
    ----------
    mask : zeros and ones [m, n], an array or of scipy.sparse; rows are neurons, columns are inputs of the layer
    groups : number of groups of rows, and of columns, by degree, 1 to 256; fewer where a group would have less than 16 lines
    seed : seed of all random numbers, a whole number from 0 below 2¹²⁸, a NumPy `SeedSequence` or a `Generator`
    progress : called with the name of each part before it begins; None says nothing

    Returns
    -------
    MaskScan, a dictionary with the density, the degrees of `rows` and `columns`, the fullest `blocks`, the
    largest singular value, the edge of the noise, and certified distances.

    Raises
    ------
    InputError : for a mask that is not a matrix, is empty, or has entries other than 0 and 1; for a number out of range; for
        more kept weights than the memory and time allowed permit (`limit`; ten minutes by default).

    References
    ----------
    Claims G1.1 and H4 (distances of sampled and of sorted masks), O4 (the edge of the noise).

    Examples
    --------
    >>> from sparse_limits import sample_rank_one
    >>> found = scan_mask(sample_rank_one([0.2] * 300 + [0.8] * 300, [0.5] * 600, rng=0))
    >>> found["to_constant"]["lower"] > 2 * found["drawn"]["upper"] > found["to_degrees"]["lower"]
    True
    """
    mask, groups = sparse_mask(mask), checked_integer("groups", groups, 1, 256)
    seeds = np.random.SeedSequence(seed_number(seed)).spawn(4)
    m, n = mask.shape
    asked = f"a scan of a mask of {m} × {n} entries that keeps {mask.nnz}"
    check_work(asked, BYTES * mask.nnz + BYTES_OF_LINE * (m + n), SECONDS * mask.nnz + SECONDS_OF_LINE * (m + n))
    say = progress or (lambda _: None)
    say("counting")
    along, down = degrees(mask)
    density = mask.nnz / (m * n)
    found = MaskScan(
        shape=[m, n],
        kept=int(mask.nnz),
        density=density,
        rows=_lines(along, n),
        columns=_lines(down, m),
        blocks=_blocks(mask),
        singular_value=None,
        noise_edge=None,
        to_constant=None,
        to_degrees=None,
        drawn=None,
        margin=None,
        verdict=None,
    )
    if mask.nnz in (0, m * n):
        return found
    say("the largest singular value")
    found["singular_value"] = corrected_singular_values(mask, 1, seed=seeds[0])[0].raw
    say("distance to the density")
    found["to_constant"] = _bounds(cut_distance(mask, density, seed=seeds[1], coarse=True))
    say("distance to what degrees explain")
    averages, sizes = _averages(mask, groups)
    found["noise_edge"] = _edge(averages * (1 - averages), m, n, *(each / each.sum() for each in sizes))
    found["to_degrees"] = own = _to_degrees(mask, groups, seeds[2])
    del mask  # the memory of the next one
    say("a mask that degrees explain")
    drawing, comparing = seeds[3].spawn(2)
    found["drawn"] = other = _to_degrees(
        sample_step(averages, *sizes, np.random.default_rng(drawing)), groups, comparing
    )
    found["margin"] = margin = margin_of(m, n)
    found["verdict"] = verdict_of(own, other, margin)
    return found


def _lines(degrees: Counts, length: int) -> Lines:
    mean = float(degrees.mean())
    variance = mean * (1 - mean / length)  # of a sum of independent entries
    return Lines(
        number=degrees.size,
        least=int(degrees.min()),
        mean=mean,
        most=int(degrees.max()),
        empty=int((degrees == 0).sum()),
        full=int((degrees == length).sum()),
        spread=float(degrees.var() / variance) if variance > 0 else None,
    )


def _blocks(mask: csr_array) -> list[Blocks]:
    """For each length that divides rows or columns, at least twice: how many weights the fullest block keeps."""
    if not mask.has_sorted_indices:
        mask = mask.sorted_indices()
    m, n = mask.shape
    found = []
    for length in LENGTHS:
        in_rows = in_columns = None
        if n % length == 0 and n >= 2 * length:
            in_rows = int(compiled(fullest_in_rows)(mask.indptr, mask.indices, length))
        if m % length == 0 and m >= 2 * length:
            in_columns = int(compiled(fullest_in_columns)(mask.indptr, mask.indices, length, n))
        if in_rows is not None or in_columns is not None:
            found.append(Blocks(length=length, in_rows=in_rows, in_columns=in_columns))
    return found


def _groups(degrees: Counts, number: int) -> Counts:
    """The group of each line, of about as many lines each, the emptiest first."""
    order = np.argsort(degrees, kind="stable")
    number = max(1, min(number, degrees.size // MEMBERS))
    group = np.empty(degrees.size, np.int64)
    group[order] = np.arange(degrees.size) * number // degrees.size
    return group


def _averages(mask: csr_array, number: int) -> tuple[Floats, tuple[Counts, Counts]]:
    """The share of entries that is kept in each block of a group of rows and a group of columns, and the sizes of groups."""
    groups = _grouped(mask, number)
    rows, columns = map(np.bincount, groups)
    counts = np.zeros((rows.size, columns.size), np.int64)
    compiled(count_blocks)(mask.indptr, mask.indices, *groups, counts)
    return counts / np.outer(rows, columns), (rows, columns)


def _grouped(mask: csr_array, number: int) -> tuple[Counts, Counts]:
    along, down = degrees(mask)
    return _groups(along, number), _groups(down, number)


def _edge(variance: Floats, m: int, n: int, rows: Floats, columns: Floats) -> float:
    return noise_edge(variance, m, n, row_weights=rows, column_weights=columns, tolerance=EDGE_WITHIN)


def _to_degrees(mask: csr_array, number: int, seed: Seed) -> Bounds:
    """The distance of a mask to its own averages."""
    (averages, _), (rows, columns) = _averages(mask, number), _grouped(mask, number)
    left = np.zeros((rows.size, len(averages)))
    left[np.arange(rows.size), rows] = 1
    return _bounds(cut_distance(mask, (left, averages[:, columns]), seed=seed, coarse=True))


def _bounds(found: CutNorm) -> Bounds:
    return Bounds(lower=found.lower, upper=found.upper, failure=found.failure)


def margin_of(m: int, n: int) -> float:
    """By how much the distances of two masks differ by chance, but for a chance of UNLIKELY at most.

    A distance in cut norm changes by 1/(mn) with an entry, so that it leaves its mean by t on one side with a chance of
    at most exp(−2t²mn) (McDiarmid 1989), for independent entries and averages that stay. That the averages are fitted to
    their masks is not allowed for: so this is a yardstick, and no level of a test.
    """
    return 2 * sqrt(log(2 / UNLIKELY) / (2 * m * n))


def verdict_of(to_degrees: Bounds, drawn: Bounds, margin: float) -> str:
    """Whether the mask is farther from its averages than a mask with independent entries, or nearer."""
    if to_degrees["lower"] > drawn["upper"] + margin:
        return "farther from what degrees explain than a mask that they explain"
    if to_degrees["upper"] + margin < drawn["lower"]:
        return "nearer to what degrees explain than a mask with independent entries"
    return "not told from a mask that degrees explain"


# Loops, compiled


def fullest_in_rows(starts: Counts, columns: Counts, length: int) -> int:
    """The largest number of weights that a row keeps in a block of `length` columns; columns ascend in each row."""
    most = 0
    for row in range(len(starts) - 1):
        block, kept = -1, 0
        for at in range(starts[row], starts[row + 1]):
            here = columns[at] // length
            kept = kept + 1 if here == block else 1
            block = here
            most = max(most, kept)
    return most


def fullest_in_columns(starts: Counts, columns: Counts, length: int, n: int) -> int:
    """The largest number of weights that a column keeps in a block of `length` rows."""
    most, kept = 0, np.zeros(n, np.int64)
    for row in range(len(starts) - 1):
        if row % length == 0:
            kept[:] = 0
        for at in range(starts[row], starts[row + 1]):
            kept[columns[at]] += 1
            most = max(most, kept[columns[at]])
    return most


def count_blocks(starts: Counts, columns: Counts, row_groups: Counts, column_groups: Counts, counts: Counts) -> None:
    """How many weights each group of rows keeps from each group of columns."""
    for row in range(len(starts) - 1):
        group = row_groups[row]
        for at in range(starts[row], starts[row + 1]):
            counts[group, column_groups[columns[at]]] += 1
