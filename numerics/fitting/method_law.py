"""The law that a method gives to the masks of the first layer: fresh rows of it, whole masks, and how far a mask is from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, xlog1py, xlogy

from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.fitting.block_patterns import Selection
from sparse_limits.numerics.fitting.homogeneity import Counts
from sparse_limits.numerics.masks.selection import Mask, n_of_m_mask, top_k_mask
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.first_layer.row_law import Problem, row_scores
from sparse_limits.numerics.prediction.methods import DATA_DRIVEN, SMOOTHED, residual, saliency

Floats = NDArray[np.floating]

FEWEST_DRAWN = 7  # masks of a method, where more than these would take too long
MOST_COMPARED = 1024  # rows whose patterns are compared, of a mask and of the law


@dataclass(frozen=True, eq=False)
class Setting:
    """What all methods prune by: the data, how weights are ranked (None: each method's own way), and the residual.

    subtract_output: residual −y; otherwise f₀ − y, f₀ the output of the network before pruning, which is not known, so of a random one.
    """

    data: Dataset
    selection: Selection | None = None
    subtract_output: bool = True

    def draws_networks(self, method: str) -> bool:
        """Whether rows depend on each other through the residual, so that whole networks are pruned.

        GraSP's do through the smoothed residual, those of both SNIP and GraSP through f₀.
        """
        return method in SMOOTHED or (method in DATA_DRIVEN and not self.subtract_output)


@dataclass(frozen=True, eq=False)
class MethodLaw:
    """Column densities p [n] and the distribution q [n + 1] of row degrees, from `rows` fresh rows.

    patterns [r, n]: some of these rows; scale: the median of their distances from each other, in entries; likeness: the
    mean of the kernel exp(−distance/scale) among them.
    """

    p: Floats
    q: Floats
    rows: int
    patterns: Mask
    scale: float
    likeness: float

    def columns(self, counts: Counts, m: int) -> float:
        """The χ² of column counts over m rows."""
        return float(((counts / m - self.p) ** 2 / (self.p * (1 - self.p))).sum())

    def row_laws(self, row_degrees: Counts) -> float:
        """The distance of Anderson and Darling between two distributions of row degrees."""
        mine = self.q.cumsum()
        seen = np.bincount(row_degrees, minlength=self.q.size).cumsum() / row_degrees.size
        return float((self.q * (seen - mine) ** 2 / (mine * (1 - mine) + 1 / self.rows)).sum())

    def pattern_distance(self, kept: Mask) -> float:
        """How far rows [r, n] of a mask are from those of the law: the squared distance of means of a Gaussian kernel.

        Gretton et al., A kernel two-sample test, JMLR 13 (2012).
        """
        among, across = (_likeness(kept, others, self.scale) for others in (kept, self.patterns))
        return max(0.0, among - 2 * across + self.likeness)

    def row_distance(self, row_degrees: Counts) -> float:
        seen = np.bincount(row_degrees, minlength=self.q.size).cumsum() / row_degrees.size
        return float(np.abs(seen - self.q.cumsum())[:-1].mean())

    def log_likelihood(self, counts: Counts, row_degrees: Counts) -> float:
        m = row_degrees.size
        choices = gammaln(m + 1) - gammaln(counts + 1) - gammaln(m - counts + 1)
        columns = choices + xlogy(counts, self.p) + xlog1py(m - counts, -self.p)
        return float(columns.sum() + np.log(self.q[row_degrees]).sum())


def law_of(problem: Problem, setting: Setting, rows: int, rng: np.random.Generator) -> MethodLaw:
    """The law of a method's rows, estimated from about so many fresh rows, or from whole networks where rows depend on each other."""
    selection = setting.selection
    if setting.draws_networks(problem.method):
        number = max(FEWEST_DRAWN, rows // problem.width)
        kept = np.concatenate([fresh_mask(problem, setting, None, rng) for _ in range(number)])
    else:
        block = selection.length * selection.step if selection is not None and selection.columns else 1
        scores = row_scores(problem, max(1, rows // block) * block, rng)
        kept = problem.mask(scores) if selection is None else ranked_in(scores, selection)
    half = 0.5 / len(kept)
    shares = np.bincount(kept.sum(axis=1), minlength=problem.inputs + 1) + 1 / (problem.inputs + 1)
    patterns = kept[rng.choice(len(kept), min(len(kept), MOST_COMPARED), replace=False)]
    scale = max(1.0, float(np.median(_distances(patterns, patterns))))
    densities = np.clip(kept.mean(axis=0), half, 1 - half)
    return MethodLaw(densities, shares / shares.sum(), len(kept), patterns, scale, _likeness(patterns, patterns, scale))


def fresh_mask(problem: Problem, setting: Setting, kept: int | None, rng: np.random.Generator) -> Mask:
    """A mask that the method makes of another network, with `kept` entries where all are ranked together."""
    data, selection = setting.data, setting.selection
    if setting.draws_networks(problem.method):
        network = random_network((problem.inputs, problem.width, data.y.shape[1]), rng)
        r = residual(network, data.x, data.y, subtract_output=setting.subtract_output)
        (scores,) = saliency(problem.method, network, data.x, r, first_layer=True)
    else:
        scores = row_scores(problem, problem.width, rng)
    if selection is not None:
        return ranked_in(scores, selection)
    return problem.mask(scores) if problem.by_row or kept is None else top_k_mask(scores, kept)


def ranked_in(scores: Floats, selection: Selection) -> Mask:
    """The mask of scores [m, n] that are ranked as a selection says."""
    if selection.columns:
        return ranked_in(scores.T, selection._replace(columns=False)).T
    order, mask = selection.places(scores.shape[1]).ravel(), np.empty(scores.shape, bool)
    mask[:, order] = n_of_m_mask(scores[:, order], selection.kept, selection.length)
    return mask


def deviations_from(law: MethodLaw, kept: Mask, rng: np.random.Generator) -> tuple[float, float, float]:
    """How far the columns, the degrees and the patterns of the rows of a mask [m, n] are from the law."""
    compared = kept if len(kept) <= MOST_COMPARED else kept[rng.choice(len(kept), MOST_COMPARED, replace=False)]
    return law.columns(kept.sum(axis=0), len(kept)), law.row_laws(kept.sum(axis=1)), law.pattern_distance(compared)


def _likeness(kept: Mask, others: Mask, scale: float) -> float:
    """The mean of exp(−distance/scale) over all pairs of rows [r, n] and [s, n]."""
    return float(np.exp(-_distances(kept, others) / np.float32(scale)).mean(dtype=np.float64))


def _distances(kept: Mask, others: Mask) -> Floats:
    """In how many entries rows [r, n] and rows [s, n] differ: [r, s]."""
    a, b = kept.astype(np.float32), others.astype(np.float32)
    distances: Floats = a.sum(axis=1)[:, None] + b.sum(axis=1) - 2 * a @ b.T
    return distances
