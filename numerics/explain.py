"""Which pruning method made a mask of the first layer, given the data: its columns and its rows against each row law.

The rows of every method are independent draws of a law that the data fix (S6): fresh ones give the densities of the
columns and the distribution of row degrees, and further ones, pruned like the mask, give the noise of both. Where the
mask betrays that weights were ranked in rows, columns or blocks (S12, S13), the scores of every method are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import gammaln, xlog1py, xlogy

from numerics.data import Dataset
from numerics.fit import Selection
from numerics.homogeneity import UNLIKELY, Counts, degrees
from numerics.masks import Mask, n_of_m_mask, top_k_mask
from numerics.moments import noise_floor
from numerics.networks import random_network
from numerics.noise import upper_tail
from numerics.pruning import residual, saliency
from numerics.row_law import DATA_DRIVEN, FEWEST_ROWS, MOST_SCORES, SMOOTHED, Problem, posed, row_scores, sample_row_law

Floats = NDArray[np.floating]

METHODS = ("random", "synflow", "wanda", "snip", "grasp", "grasp-magnitude")  # magnitude has the law of random (S2)
MOST_PRODUCTS = 2**35  # of fresh rows, inputs and samples, for one method: some ten seconds
MOST_ENTRIES = 2**26  # of an array: 512 MB
DRAWN, FEWEST_DRAWN = 39, 7


@dataclass(frozen=True, eq=False)
class Explanation:
    """How well the law of a method fits the columns and the rows of a mask.

    densities [n]: predicted column densities. error: their mean absolute error; ratio: over the noise floor.
    row_distance: the mean absolute difference of sorted row densities; row_noise: that of masks drawn from the law.
    columns_p, rows_p: the chance of a larger deviation under the law. log_likelihood: of column counts (binomial) and of
    row degrees together.
    """

    method: str
    densities: Floats
    error: float
    ratio: float
    row_distance: float
    row_noise: float
    columns_p: float
    rows_p: float
    log_likelihood: float

    @property
    def p(self) -> float:
        return min(1.0, 2 * min(self.columns_p, self.rows_p))

    @property
    def fits(self) -> bool:
        return self.p >= UNLIKELY


@dataclass(frozen=True, eq=False)
class Setting:
    """What all methods prune by: the data, how weights are ranked (None: each method's own way), and the residual.

    subtract_output: residual −y; otherwise f₀ − y, f₀ the output of a network that nobody knows, so of a random one.
    """

    data: Dataset
    selection: Selection | None = None
    subtract_output: bool = True

    def draws_networks(self, method: str) -> bool:
        """Whether rows depend on each other through the residual, so that whole networks are pruned.

        GraSP's do through the smoothed residual, those of both SNIP and GraSP through f₀.
        """
        return method in SMOOTHED or (method in DATA_DRIVEN and not self.subtract_output)


@dataclass(frozen=True)
class Excluded:
    """A method whose theory does not cover the mask or the data, and why."""

    method: str
    reason: str


def explain(
    mask: csr_array, setting: Setting, rows: int, seed: np.random.SeedSequence
) -> tuple[list[Explanation], list[Excluded]]:
    """Every method against a mask [m, n], the likeliest first, and those that do not apply.

    rows: fresh rows that predict; fewer where their scores would not fit in memory. ValueError if the mask keeps none or
    all of its entries, or if the data have another number of inputs.
    """
    (m, n), data = mask.shape, setting.data
    if data.x.shape[1] != n:
        raise ValueError(f"the mask has {n} columns, {data.name} has {data.x.shape[1]} inputs, expected as many")
    if not 0 < mask.nnz < m * n:
        raise ValueError(f"the mask keeps {mask.nnz} of {m * n} entries, expected some, not all")
    found, excluded = [], []
    for method, stream in zip(METHODS, seed.spawn(len(METHODS)), strict=True):
        rng = np.random.default_rng(stream)
        try:
            _check_factor(method, setting.selection)
            _check_size(method, m, setting)
            problem = posed(method, mask.nnz / (m * n), m, data)
            enough = int(min(rows, max(400, 10 / problem.density)))
            sample_row_law(problem, enough, rng)  # refuses a density that would split scores of zero
        except ValueError as error:
            excluded.append(Excluded(method, str(error)))
            continue
        found.append(_explained(mask, problem, setting, rows, rng))
    return sorted(found, key=lambda each: -each.log_likelihood), excluded


def _check_factor(method: str, selection: Selection | None) -> None:
    """ValueError if a method differs from random by a factor alone that all scores ranked together share."""
    if selection is not None and method == ("wanda" if selection.columns else "synflow"):
        side = "columns" if selection.columns else "rows"
        raise ValueError(f"ranked within {side} its factor of {side} drops out, and its masks are those of random")


def _check_size(method: str, width: int, setting: Setting) -> None:
    """ValueError if masks of the method are too large to be made again."""
    samples, inputs = setting.data.x.shape
    if width * inputs > MOST_ENTRIES:
        raise ValueError(f"a mask of {width} x {inputs} weights, expected at most {MOST_ENTRIES} to be made again")
    if setting.draws_networks(method) and width * samples > MOST_ENTRIES:
        fewer = MOST_ENTRIES // width
        raise ValueError(f"{samples} samples, expected at most {fewer} (--samples) for networks of width {width}")


@dataclass(frozen=True, eq=False)
class _Law:
    """Column densities p [n] and the distribution q [n + 1] of row degrees, from `rows` fresh rows."""

    p: Floats
    q: Floats
    rows: int

    def columns(self, counts: Counts, m: int) -> float:
        """The χ² of column counts over m rows."""
        return float(((counts / m - self.p) ** 2 / (self.p * (1 - self.p))).sum())

    def row_laws(self, row_degrees: Counts) -> float:
        """The distance of Anderson and Darling between two distributions of row degrees."""
        mine = self.q.cumsum()
        seen = np.bincount(row_degrees, minlength=self.q.size).cumsum() / row_degrees.size
        return float((self.q * (seen - mine) ** 2 / (mine * (1 - mine) + 1 / self.rows)).sum())

    def row_distance(self, row_degrees: Counts) -> float:
        seen = np.bincount(row_degrees, minlength=self.q.size).cumsum() / row_degrees.size
        return float(np.abs(seen - self.q.cumsum())[:-1].mean())

    def log_likelihood(self, counts: Counts, row_degrees: Counts) -> float:
        m = row_degrees.size
        choices = gammaln(m + 1) - gammaln(counts + 1) - gammaln(m - counts + 1)
        columns = choices + xlogy(counts, self.p) + xlog1py(m - counts, -self.p)
        return float(columns.sum() + np.log(self.q[row_degrees]).sum())


def _explained(mask: csr_array, problem: Problem, setting: Setting, rows: int, rng: np.random.Generator) -> Explanation:
    m, n = mask.shape
    law = _law(problem, setting, max(FEWEST_ROWS, min(rows, MOST_SCORES // n)), rng)
    row_degrees, counts = degrees(mask)
    drawn = []
    for _ in range(_masks_drawn(problem)):
        fresh = _fresh_mask(problem, setting, mask.nnz, rng)
        drawn.append((fresh.sum(axis=1), fresh.sum(axis=0)))
    by_column = np.array([law.columns(across, m) for _, across in drawn])
    by_row = np.array([law.row_laws(down) for down, _ in drawn])
    error = float(np.abs(counts / m - law.p).mean())
    return Explanation(
        problem.method,
        law.p,
        error,
        error / noise_floor(law.p, m),
        law.row_distance(row_degrees),
        float(np.mean([law.row_distance(down) for down, _ in drawn])),
        upper_tail(law.columns(counts, m), by_column),
        upper_tail(law.row_laws(row_degrees), by_row),
        law.log_likelihood(counts, row_degrees),
    )


def _masks_drawn(problem: Problem) -> int:
    samples = len(problem.x) if problem.method in DATA_DRIVEN else 1
    return max(FEWEST_DRAWN, min(DRAWN, MOST_PRODUCTS // (problem.width * problem.inputs * samples)))


def _law(problem: Problem, setting: Setting, rows: int, rng: np.random.Generator) -> _Law:
    selection = setting.selection
    if setting.draws_networks(problem.method):
        number = max(FEWEST_DRAWN, rows // problem.width)
        kept = np.concatenate([_fresh_mask(problem, setting, None, rng) for _ in range(number)])
    else:
        block = selection.length if selection is not None and selection.columns else 1
        scores = row_scores(problem, max(1, rows // block) * block, rng)
        kept = problem.mask(scores) if selection is None else _selected(scores, selection)
    half = 0.5 / len(kept)
    shares = np.bincount(kept.sum(axis=1), minlength=problem.inputs + 1) + 1 / (problem.inputs + 1)
    return _Law(np.clip(kept.mean(axis=0), half, 1 - half), shares / shares.sum(), len(kept))


def _selected(scores: Floats, selection: Selection) -> Mask:
    if selection.columns:
        return n_of_m_mask(scores.T, selection.kept, selection.length).T
    return n_of_m_mask(scores, selection.kept, selection.length)


def _fresh_mask(problem: Problem, setting: Setting, kept: int | None, rng: np.random.Generator) -> Mask:
    """A mask that the method makes of another network, with `kept` entries where all are ranked together."""
    data, selection = setting.data, setting.selection
    if setting.draws_networks(problem.method):
        network = random_network((problem.inputs, problem.width, data.y.shape[1]), rng)
        r = residual(network, data.x, data.y, subtract_output=setting.subtract_output)
        (scores,) = saliency(problem.method, network, data.x, r, first_layer=True)
    else:
        scores = row_scores(problem, problem.width, rng)
    if selection is not None:
        return _selected(scores, selection)
    return problem.mask(scores) if problem.by_row or kept is None else top_k_mask(scores, kept)
