"""Which pruning method made a mask of the first layer, given the data: the mask against the law of each method.

The rows of every method are independent draws of a law that the data fix (S6): fresh ones give the densities of the
columns, the distribution of row degrees, and patterns that rows may show. Further ones, pruned like the mask, are masks
of the method. The mask is held against these by three deviations from the law and by its empty rows and columns at once: if
the method made it, it is one of them, and the rank of its deviation among theirs is a p-value without any approximation. Where the mask
betrays that weights were ranked in rows, columns or blocks (S12, S13), the scores of every method are ranked so, too.

The methods that are not rejected are a set that misses the true one, if any of them is, with chance REJECTED at most;
a method is named if it is alone in that set (`origin_of`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import FRESH_ROWS, InputError, Seed, seed_sequence
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.door import door
from sparse_limits.numerics.fitting.empty_lines import empty_lines
from sparse_limits.numerics.fitting.homogeneity import degrees
from sparse_limits.numerics.fitting.levels import ENOUGH_DRAWN, FEW_ROWS, REJECTED
from sparse_limits.numerics.fitting.method_law import FEWEST_DRAWN, Setting, deviations_from, fresh_mask, law_of
from sparse_limits.numerics.masks.arrays import sparse_mask
from sparse_limits.numerics.prediction.first_layer.moments import noise_floor
from sparse_limits.numerics.prediction.first_layer.row_law import (
    FEWEST_ROWS,
    MOST_SCORES,
    NotCoveredError,
    Problem,
    check_fresh_rows,
    posed,
    sample_row_law,
)
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN
from sparse_limits.numerics.statistics.noise import upper_tail

Floats = NDArray[np.floating]

METHODS = ("random", "synflow", "wanda", "snip", "grasp", "grasp-magnitude")
SAME_LAW = {"random": "magnitude"}  # S2
READ_DATA = ("wanda", *DATA_DRIVEN)
TRAINING = "magnitude after training"  # an origin that no law here covers
MOST_PRODUCTS = 2**35  # of fresh rows, inputs and samples, for one method: some ten seconds
MOST_REMADE = 2**26  # of an array: 512 MB


@dataclass(frozen=True, eq=False)
class Explanation:
    """How well the law of a method fits the columns and the rows of a mask.

    densities [n]: predicted column densities. error: their mean absolute error; ratio: over the noise floor.
    row_distance: the mean absolute difference of sorted row densities; row_noise: that of masks drawn from the law.
    columns_p, rows_p, patterns_p: the chance of a larger deviation of the columns, of row degrees and of the patterns of
    rows under the law, extrapolated from the `drawn` masks (Student's t of logarithms). empty_p: that of so many empty rows, or
    so many empty columns, of a mask with independent rows of the law. p: of all together; the mask's rank among the drawn
    ones, and so exact, if these are ENOUGH_DRAWN, else extrapolated from the three deviations alone.
    log_likelihood: of column counts (binomial) and of row degrees together, a measure of nearness.
    """

    method: str
    densities: Floats
    error: float
    ratio: float
    row_distance: float
    row_noise: float
    columns_p: float
    rows_p: float
    patterns_p: float
    empty_p: float
    p: float
    drawn: int
    log_likelihood: float

    @property
    def exact(self) -> bool:
        """Whether p is a rank among drawn masks."""
        return self.drawn >= ENOUGH_DRAWN

    @property
    def fits(self) -> bool:
        """Whether the method is not rejected."""
        return self.p > REJECTED


@dataclass(frozen=True)
class Excluded:
    """A method without a test of its own, and why: no theory covers it here, or its law is that of `same_as`."""

    method: str
    reason: str
    same_as: str | None = None


class Status(StrEnum):
    """What the tests of all methods say about the origin of a mask."""

    EXPLAINED = "explained"  # one law is not rejected, every other is
    NOT_TOLD_APART = "not_told_apart"  # several are not rejected, or one is not and another could not be tested
    NONE_EXPLAINS = "none_explains"  # every law is rejected
    STRUCTURED = "structured"  # whole lines are gone or kept, and no law that prunes weight by weight passes
    NOT_TESTED = "not_tested"  # no law, or every law that could be tested is rejected and another could not be


@dataclass(frozen=True)
class Origin:
    """What the tests leave of the methods.

    laws: the methods not rejected, the likeliest first, those of one law together. untested: methods of which nothing is
    known here, and TRAINING where too few rows distinguish it from a method that reads the data. nearest: the likeliest method.
    """

    status: Status
    laws: tuple[tuple[str, ...], ...]
    untested: tuple[str, ...]
    nearest: str | None


def origin_of(
    found: Sequence[Explanation], excluded: Sequence[Excluded], rows: int, structured: bool = False
) -> Origin:
    """The set of methods that are not rejected for a mask of so many rows, and whether it names one.

    structured: whether whole lines are gone or kept.
    """
    laws = tuple(one_law(each.method, excluded) for each in found if each.fits)
    untested = tuple(each.method for each in excluded if each.same_as is None)
    if rows < FEW_ROWS and any(law[0] in READ_DATA for law in laws):
        untested = (*untested, TRAINING)
    if laws:
        status = Status.EXPLAINED if len(laws) == 1 and not untested else Status.NOT_TOLD_APART
    elif structured:
        status = Status.STRUCTURED
    else:
        status = Status.NONE_EXPLAINS if found and not untested else Status.NOT_TESTED
    return Origin(status, laws, untested, found[0].method if found else None)


def one_law(method: str, excluded: Sequence[Excluded]) -> tuple[str, ...]:
    """The methods whose masks have the law of this one, itself first."""
    others = (each.method for each in excluded if each.same_as == method)
    return (method, *((SAME_LAW[method],) if method in SAME_LAW else ()), *others)


@door
def explain(
    mask: Any, setting: Setting | Dataset, rows: int = FRESH_ROWS, seed: Seed = 0
) -> tuple[list[Explanation], list[Excluded]]:
    """Test each pruning method against a mask of the first layer of a network with one hidden layer.

    The test of random pruning is also the test of magnitude pruning, whose masks have the same law (S2).

    Parameters
    ----------
    mask : zeros and ones [m, n], an array or of scipy.sparse; it keeps some entries but not all
    setting : `Dataset` with n inputs, or a `Setting`, which also has the residual and the ranking of weights
    rows : number of fresh rows drawn to predict a method, at least 100; fewer if their scores do not fit in memory
    seed : seed of all random numbers, a whole number from 0 below 2¹²⁸, a NumPy `SeedSequence` or a `Generator`

    Returns
    -------
    Two lists: an `Explanation` for each tested method, the likeliest first, and an `Excluded` for each method without a
    test of its own.

    Raises
    ------
    InputError : if the mask is not a matrix of zeros and ones, or keeps all or none of its entries, if the data have
        another number of inputs, or for rows out of range.

    References
    ----------
    Claims S2, S4, S6, S8, S11, S12, S13.

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import global_mask, load_data
    >>> data = load_data("digits", labels="is0")
    >>> weights = np.random.default_rng(0).standard_normal((64, 64))
    >>> found, _ = explain(global_mask(abs(weights), 0.1), data, rows=2000)
    >>> [each.method for each in found if each.fits]
    ['random']
    """
    mask = sparse_mask(mask)
    setting = Setting(setting) if isinstance(setting, Dataset) else setting
    (m, n), data = mask.shape, setting.data
    if data.x.shape[1] != n:
        raise InputError(f"the mask has {n} columns, {data.name} has {data.x.shape[1]} inputs, expected as many")
    if not 0 < mask.nnz < m * n:
        raise InputError(f"the mask keeps {mask.nnz} of {m * n} entries, expected some, not all")
    check_fresh_rows(rows, "rows")
    found, excluded = [], []
    for method, stream in zip(METHODS, seed_sequence(seed).spawn(len(METHODS)), strict=True):
        rng = np.random.default_rng(stream)
        if (reason := law_of_random(method, setting)) is not None:
            excluded.append(Excluded(method, reason, "random"))
            continue
        try:
            _check_size(method, m, setting)
            problem = posed(method, mask.nnz / (m * n), m, data)
            enough = int(min(rows, max(400, 10 / problem.density)))
            sample_row_law(problem, enough, rng)  # refuses a density that would split scores of zero
        except NotCoveredError as error:
            excluded.append(Excluded(method, str(error)))
            continue
        found.append(_explained(mask, problem, setting, rows, rng))
    return sorted(found, key=lambda each: -each.log_likelihood), excluded


def law_of_random(method: str, setting: Setting) -> str | None:
    """Why the masks of a method have the law of random ones: its factor is one that all scores ranked together share."""
    selection = setting.selection
    if selection is None:
        return None
    side = "columns" if selection.columns else "rows"
    if method == ("wanda" if selection.columns else "synflow"):
        return f"ranked within {side} its factor of {side} drops out, and its masks have the law of random ones"
    if method == "wanda":
        norms = np.linalg.norm(setting.data.x, axis=0)
        if np.ptp(norms) <= 1e-9 * norms.max():
            return "all inputs have one norm here, so its masks have the law of random ones"
    return None


def _check_size(method: str, width: int, setting: Setting) -> None:
    """NotCoveredError if masks of the method are too large to be made again."""
    samples, inputs = setting.data.x.shape
    if width * inputs > MOST_REMADE:
        raise NotCoveredError(f"a mask of {width} x {inputs} weights, expected at most {MOST_REMADE} to be made again")
    if setting.draws_networks(method) and width * samples > MOST_REMADE:
        fewer = MOST_REMADE // width
        raise NotCoveredError(f"{samples} samples, expected at most {fewer} for networks of width {width}")


def _explained(mask: csr_array, problem: Problem, setting: Setting, rows: int, rng: np.random.Generator) -> Explanation:
    m, n = mask.shape
    law = law_of(problem, setting, max(FEWEST_ROWS, min(rows, MOST_SCORES // n)), rng)
    row_degrees, counts = degrees(mask)
    kept = mask.toarray()
    empty = empty_lines(law.q[0], law.p, m)
    masks, surprises, distances = [deviations_from(law, kept, rng)], [empty.surprise(kept)], []
    for _ in range(_masks_drawn(problem)):
        fresh = fresh_mask(problem, setting, mask.nnz, rng)
        masks.append(deviations_from(law, fresh, rng))
        surprises.append(empty.surprise(fresh))
        distances.append(law.row_distance(fresh.sum(axis=1)))
    found = np.array(masks)
    tails = [upper_tail(each[0], each[1:]) for each in found.T]
    enough = len(distances) >= ENOUGH_DRAWN
    error = float(np.abs(counts / m - law.p).mean())
    return Explanation(
        problem.method,
        law.p,
        error,
        error / noise_floor(law.p, m),
        law.row_distance(row_degrees),
        float(np.mean(distances)),
        tails[0],
        tails[1],
        tails[2],
        empty.chance(kept),
        rank_among(found, np.array(surprises)) if enough else min(1.0, len(tails) * min(tails)),
        len(distances),
        law.log_likelihood(counts, row_degrees),
    )


def rank_among(deviations: Floats, surprises: Floats | float = 0.0) -> float:
    """The share of masks that deviate at least as much as the first. deviations: float[masks, kinds] ≥ 0; surprises [masks].

    Logarithms of each kind are standardised over all masks, and the squares of those above the mean and the surprises added
    up. That treats all masks alike: if they are exchangeable, the share is at most α with chance at most α.
    """
    logs = np.log(deviations + 1e-300)
    spread = logs.std(axis=0)
    above = np.maximum((logs - logs.mean(axis=0)) / np.where(spread > 0, spread, 1.0), 0.0)
    together = (above**2).sum(axis=1) + surprises
    return float((together >= together[0]).mean())


def _masks_drawn(problem: Problem) -> int:
    samples = len(problem.x) if problem.method in DATA_DRIVEN else 1
    return max(FEWEST_DRAWN, min(ENOUGH_DRAWN, MOST_PRODUCTS // (problem.width * problem.inputs * samples)))
