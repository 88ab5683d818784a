"""Evidence for S16.1 on drawn networks: SNIP finds a planted support as often as the claim says, or more often."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import Dataset, symmetrised
from sparse_limits.numerics.evidence import Finding, Trial, statistical
from sparse_limits.numerics.masks.threshold import threshold_for
from sparse_limits.numerics.networks import random_network
from sparse_limits.numerics.prediction.first_layer.moments import ResidualMoments, column_densities, residual_moments
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.saliency.support_recovery import (
    c,
    d,
    k,
    n,
    p_0,
    p_s,
    support_recovery,
)

Floats = NDArray[np.floating]
CHUNK = 20_000  # rows of a network at once


def planted(samples: int, inputs: int, active: int) -> Dataset:
    """Normal inputs and their opposites, always the same; the target is the sum of the first `active` inputs and a normal number."""
    rng = np.random.default_rng(3)
    x = rng.standard_normal((samples, inputs))
    y = x[:, :active].sum(axis=1) + rng.standard_normal(samples)
    return symmetrised(Dataset(x, y[:, None], "planted", "as-is"))


def column_counts(
    rng: np.random.Generator, x: Floats, residual: Floats, threshold: float, rows: int, masks: int
) -> NDArray[np.int64]:
    """The entries that each column of each mask has above the threshold, [masks, inputs]."""
    inputs, each = x.shape[1], max(1, CHUNK // rows)
    counts = []
    for start in range(0, masks, each):
        drawn = min(each, masks - start)
        network = random_network((inputs, rows * drawn, 1), rng)
        (scores,) = saliency("snip", network, x, residual, first_layer=True)
        scores = scores * np.sqrt(rows * drawn * inputs)
        counts.append((scores.reshape(drawn, rows, inputs) > threshold).sum(axis=1))
    return np.concatenate(counts)


def profile_of(data: Dataset) -> ResidualMoments:
    """The moments of the residual on such data, of which S3 keeps only the mean."""
    return residual_moments(data.x, -data.y).truncated("P0")


def tail_numbers(missed: sp.Expr, mistaken: sp.Expr, rows: int, most: int, chances: Floats, size: int) -> Floats:
    """The probability of failing at c = `most` for each column, the first `size` of which are the support."""
    tails = [numeric((n, c, p), tail) for tail, p in ((missed, p_s), (mistaken, p_0))]
    found = [
        np.broadcast_to(tail(rows, most, part), part.shape)
        for tail, part in zip(tails, (chances[:size], chances[size:]), strict=True)
    ]
    return np.concatenate(found)


@statistical(support_recovery, tests=2, cost=2.0)
def planted_support_is_found(
    missed: sp.Expr, mistaken: sp.Expr, recovery_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Columns of real SNIP scores fail as often as stated, and masks fail no more often than the bound.

    There are 20 inputs, of which 4 are planted, 100 samples with their opposites, density 3/20 and 30 rows.
    Columns are tested at their own mean counts, failures of masks at the best c.
    """
    rows, size, masks = 30, 4, trial.size(4000)
    data = trial.once(planted, 100, 20, size)
    moments = profile_of(data)
    threshold = threshold_for(partial(column_densities, moments), 0.15)
    chances = column_densities(moments, threshold)
    counts = trial.draw(column_counts, data.x, -data.y, threshold, rows, masks)
    means = np.round(rows * chances).astype(int)
    failing = {most: tail_numbers(missed, mistaken, rows, most, chances, size) for most in set(map(int, means))}
    expected = [failing[int(most)][at] for at, most in enumerate(means)]
    fails = np.where(np.arange(len(means)) < size, counts <= means, counts > means).sum(axis=0)
    yield trial.counts_each(fails, masks, np.array(expected))
    columns = len(chances)
    tied = counts[:, :size].min(axis=1) <= counts[:, size:].max(axis=1)
    low, high = float(chances[:size].min()), float(chances[size:].max())
    at = {n: rows, k: size, d: columns, p_s: sp.Rational(low), p_0: sp.Rational(high)}
    bounds = [
        trial.value(recovery_failure, {**at, c: sp.Integer(most)})
        for most in range(int(rows * high), int(rows * low) + 1)
    ]
    yield trial.counts(int(tied.sum()), masks, min(1.0, *bounds), "above")
