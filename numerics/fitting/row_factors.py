"""Whether the rows of a mask vary as the readout of a network makes them vary.

The row factor of SynFlow is the sum of the moduli of the weights from a neuron to K outputs, for one output half-normal
(S4, S11); that of SNIP and GraSP comes from the same weights. K is not known from a mask, so the likeliest is taken, and
with it the law of row counts is known. The counts are held against it by two tests: by the distance of Anderson and
Darling, whose law is that of rows drawn from the model, and by the number of empty rows, which is binomial. The model
was fitted to the mask, so that its distance is smaller than that of a law known beforehand: the test rejects less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from math import pi, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import bdtrc, erf

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.fitting.factor_model import COARSE, Fitted, count, fit_family
from sparse_limits.numerics.fitting.homogeneity import Counts, degrees
from sparse_limits.theory.saliency.model import half_normal_quantile, u
from sparse_limits.theory.tails import half_normal

Floats = NDArray[np.floating]

# outputs that are tried: so near each other that MOST_ROWS rows do not distinguish neighbours at the level of the test
OUTPUTS = (*range(1, 9), 10, 12, 14, 17, 20, 24, 29, 35, 42, 50, 60, 72, 86, 100, 140, 200, 300, 500, 1000)
MOST_ROWS = 1024  # that are compared
FEWEST_ROWS = 8  # below, rows tell nothing
DRAWN_ROWS, DRAWS = 2**15, 4999  # rows that tell the law; masks that tell the distance's
DRAWN_COUNTS = 2**20  # held at a time
GRID, REACH = 2**14, 12.0  # cells of a sum's law; deviations above its mean where they end


def rows_p(mask: csr_array, uneven_columns: bool, rng: np.random.Generator) -> float:
    """The chance of row counts as far from those that a readout leaves, for a mask [m, n] of bool whose rows vary.

    Examples:
        >>> import numpy as np
        >>> from sparse_limits.numerics.masks.selection import top_k_mask
        >>> rng = np.random.default_rng(0)
        >>> readout, weights = abs(rng.standard_normal((300, 1))), abs(rng.standard_normal((300, 64)))
        >>> rows_p(csr_array(top_k_mask(readout * weights, 3000)), False, rng) > 0.01
        True
        >>> two_sizes = rng.random((300, 64)) < np.where(np.arange(300) < 150, 0.05, 0.4)[:, None]
        >>> rows_p(csr_array(two_sizes), False, rng) < 0.001
        True
    """
    m, n = mask.shape
    if m < FEWEST_ROWS:
        return 1.0
    if m > MOST_ROWS:
        mask = csr_array(mask[np.sort(rng.choice(m, MOST_ROWS, replace=False))])
    data = count(mask, True, uneven_columns, COARSE.groups, transposed=False)

    def fitted(outputs: int) -> Fitted:
        middles = (np.arange(2 * COARSE.atoms) + 0.5) / (2 * COARSE.atoms)
        law = np.log(factor_quantiles(outputs, middles)), np.full(middles.size, 1 / middles.size)
        return fit_family(half_normal.name, data, middles.size, law)

    outputs, likeliest = _peak(fitted)
    atoms = np.log(factor_quantiles(outputs, rng.random(DRAWN_ROWS)))
    shares = replace(likeliest, atoms=atoms).table
    drawn = rng.binomial(data.sizes.astype(np.int64), shares).sum(axis=1)
    law = np.bincount(drawn, minlength=n + 1) / DRAWN_ROWS
    seen = degrees(mask)[0]
    empty = int((seen == 0).sum())
    of_empty = float(bdtrc(empty - 1, seen.size, max(law[0], 1 / DRAWN_ROWS))) if empty else 1.0
    return min(1.0, 2 * min(of_empty, _distance_p(seen, law, rng)))


def factor_quantiles(outputs: int, at: Floats) -> Floats:
    """Quantiles `at` of the sum of so many independent half-normal numbers, over their mean.

    Examples:
        >>> factor_quantiles(1, np.array([0.5])).round(3), factor_quantiles(1000, np.array([0.1, 0.9])).round(3)
        (array([0.845]), array([0.97 , 1.031]))
    """
    if outputs == 1:
        return np.asarray(numeric((u,), half_normal_quantile)(at) / sqrt(2 / pi))
    sums, shares = _law_of_sums(outputs)
    return np.interp(at, shares, sums)


@cache
def _law_of_sums(outputs: int) -> tuple[Floats, Floats]:
    """A grid of values of the sum, over their mean, and the distribution function there."""
    mean, deviation = outputs * sqrt(2 / pi), sqrt(outputs * (1 - 2 / pi))
    step = (mean + REACH * deviation) / GRID
    one = np.diff(
        erf(np.arange(2 * GRID + 1) * step / sqrt(2))
    )  # twice as long: what leaves the grid does not come back
    density = np.fft.irfft(np.fft.rfft(one) ** outputs, 2 * GRID)[:GRID]
    shares = np.maximum(density, 0.0).cumsum()
    sums = (
        np.arange(GRID) + 0.5 + outputs / 2
    ) * step  # a sum of middles of cells, and half a cell for the cell itself
    grows = np.concatenate(([True], np.diff(shares) > 0))
    return sums[grows] / mean, shares[grows] / shares[-1]


def _peak(fitted: Callable[[int], Fitted]) -> tuple[int, Fitted]:
    """The likeliest of OUTPUTS, of which the likelihood has one peak: thirds without it are left out."""
    known: dict[int, Fitted] = {}

    def value(place: int) -> float:
        if place not in known:
            known[place] = fitted(OUTPUTS[place])
        return known[place].log_likelihood

    low, high = 0, len(OUTPUTS) - 1
    while high - low > 2:
        third = (high - low) // 3
        if value(low + third) < value(high - third):
            low += third
        else:
            high -= third
    best = max(range(low, high + 1), key=value)
    return OUTPUTS[best], known[best]


def _distance_p(seen: Counts, law: Floats, rng: np.random.Generator) -> float:
    """The chance of a larger distance of Anderson and Darling between a law and row counts, both known from samples."""
    mine = law.cumsum()
    weights = law / (mine * (1 - mine) + 1 / DRAWN_ROWS)
    some = np.flatnonzero(law)  # other counts are not drawn, and have weight 0

    def distances(number: int) -> Floats:
        of_mask = rng.multinomial(seen.size, law[some], number).cumsum(axis=1) / seen.size
        of_law = rng.multinomial(DRAWN_ROWS, law[some], number).cumsum(axis=1) / DRAWN_ROWS
        return np.asarray((of_mask - of_law) ** 2 @ weights[some])

    step = max(1, DRAWN_COUNTS // some.size)
    drawn = np.concatenate([distances(min(step, DRAWS - start)) for start in range(0, DRAWS, step)])
    found = float((np.bincount(seen, minlength=law.size).cumsum() / seen.size - mine) ** 2 @ weights)
    return float((1 + (drawn >= found).sum()) / (1 + DRAWS))
