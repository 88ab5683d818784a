"""Evidence for H4: small masks counted out, and random masks that are sorted by their own degrees or by others'."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact, statistical
from sparse_limits.numerics.masks.sorting import smoothed
from sparse_limits.theory.hypothesis.sorted_histograms import T, blocks, c, gamma, k, l, n, r, sorted_histograms
from sparse_limits.theory.saliency.model import rho

Floats = NDArray[np.float64]
HALF = sp.Rational(1, 2)
BLOCKS = 4
NARROW, WIDE, MASKS = 256, 1024, 60
FINE, PAIRS, WIDEST = 20, 32, 800  # blocks, pairs of masks, and the width of the second mask of each


def masks_by_degrees(size: int) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """The first entry and the number of ones of every mask of this size, by the degrees of its first row and column."""
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for entries in product((0, 1), repeat=size**2):
        mask = np.reshape(entries, (size, size))
        found.setdefault((int(mask[0].sum()), int(mask[:, 0].sum())), []).append((int(mask[0, 0]), sum(entries)))
    return found


@exact(sorted_histograms, step="entry")
def all_masks_of_three_rows(entry: sp.Expr, trial: Trial) -> Findings:
    """The chance that the first entry is 1, over all 512 masks, by the degrees of its row and of its column, at every density."""
    for (row, column), masks in trial.once(masks_by_degrees, 3).items():
        chances = [(first, rho**ones * (1 - rho) ** (9 - ones)) for first, ones in masks]
        kept, total = (sp.Add(*(each for first, each in chances if first >= least)) for least in (1, 0))
        if kept != 0 and kept != total:
            yield trial.same(entry.subs({n: 3, r: row, c: column}), kept / total)


@exact(sorted_histograms, step="corner")
def all_masks_of_two_rows(corner: sp.Expr, trial: Trial) -> Findings:
    """The mean of the last block over all 16 masks of two rows, as `smoothed` sorts and averages them, for fair coins."""
    seen = sum(int(smoothed(np.reshape(mask, (2, 2)), 2)[1, 1]) for mask in product((0, 1), repeat=4))
    yield trial.same(corner.subs(rho, HALF), sp.Rational(seen, 16))


@enclosed(sorted_histograms)
def few_blocks(spread: sp.Expr, block_mean: sp.Expr, trial: Trial) -> Findings:
    """The spread is the mean of the squares of the block means, for one to five blocks."""
    for count in range(1, 6):
        squares = [block_mean.subs({blocks: count, k: each}) ** 2 for each in range(1, count + 1)]
        yield trial.same(spread.subs(blocks, count), sp.Add(*squares) / count)


@enclosed(sorted_histograms)
def no_distance_is_negative(distance: sp.Expr, trial: Trial) -> Findings:
    """The distance is at least 0 where the second mask is wider than the first."""
    yield trial.below(0, distance, needed="distance")


def sorted_by_others(rng: np.random.Generator, masks: int, size: int, density: float) -> Floats:
    """The averages of the first and the last block of a quarter of a mask, sorted by the rest. float[masks, 2]"""
    half, found = size // 2, np.empty((masks, 2))
    for each in found:
        mask = rng.random((size, size)) < density
        rows, columns = mask[:half, half:].sum(axis=1).argsort(), mask[half:, :half].sum(axis=0).argsort()
        own = mask[np.ix_(rows, columns)].reshape(BLOCKS, half // BLOCKS, BLOCKS, half // BLOCKS).mean(axis=(1, 3))
        each[:] = own[0, 0], own[-1, -1]
    return found


@statistical(sorted_histograms, tests=3, step="other entries")
def blocks_in_an_order_that_others_gave(crossed: sp.Expr, trial: Trial) -> Findings:
    """Masks of 32 rows, a quarter of each sorted by the other entries of its rows and columns: its first and its last block have the mean
    ρ, and the last one has the claimed variance.
    """
    size, density = 32, sp.Rational(1, 5)
    sample = trial.draw(sorted_by_others, trial.size(20_000), size, float(density))
    at = {rho: density, n: size, blocks: BLOCKS}
    for seen in sample.T:
        yield trial.averages(seen, float(density), 0.0, 1.0)
    yield trial.averages((sample[:, 1] - float(density)) ** 2, trial.value(crossed, at), 0.0, 1.0)


def mean_histogram(rng: np.random.Generator, size: int) -> Floats:
    """The mean of the histograms of independent masks of fair coins. float[BLOCKS, BLOCKS]"""
    found: Floats = np.mean([smoothed(rng.random((size, size)) < 0.5, BLOCKS) for _ in range(MASKS)], axis=0)
    return found


@empirical(sorted_histograms, cost=1.0)
def random_masks_have_slopes(cell: sp.Expr, distance: sp.Expr, trial: Trial) -> Findings:
    """Fair coins at two widths: each block, and the distance of both histograms.

    What the limit leaves out is taken to be 1/n, and the noise of a block to have the deviation b/2n over the root of the number
    of masks: five of these are allowed in a block, and two in the root mean square, which noise moves by no more than its own.
    """
    narrow, wide = (trial.draw(mean_histogram, size) for size in (NARROW, WIDE))
    at = {rho: HALF, blocks: BLOCKS}
    left_out, noise = 1 / NARROW, BLOCKS / (2 * NARROW * np.sqrt(MASKS))
    for row, column in product(range(BLOCKS), repeat=2):
        claimed = trial.value(cell, {**at, k: row + 1, l: column + 1}) / np.sqrt(NARROW)
        gap = abs(narrow[row, column] - 0.5 - claimed)
        yield trial.at_most(gap, left_out + 5 * noise, f"distance in block {row + 1}, {column + 1}")
    seen = np.sqrt(((narrow - wide) ** 2).mean())
    claimed = trial.value(distance, {**at, gamma: WIDE // NARROW}) / np.sqrt(NARROW)
    yield trial.at_most(
        abs(seen - claimed), left_out + 2 * noise, "distance of the root mean square of the differences"
    )


def mean_square_gap(rng: np.random.Generator, size: int, density: float) -> float:
    """The mean square of the differences between the histograms of two masks, over independent pairs of masks."""
    gaps = [
        smoothed(rng.random((size, size)) < density, FINE) - smoothed(rng.random((WIDEST, WIDEST)) < density, FINE)
        for _ in range(PAIRS)
    ]
    return float(np.mean(np.square(gaps)))


@empirical(sorted_histograms, cost=3.0)
def sorted_masks_have_slopes_and_noise(distance: sp.Expr, noise: sp.Expr, trial: Trial) -> Findings:
    """Masks to a fifth at three widths, each beside one of width 800: the mean square is that of the slopes plus the noise of both masks.

    Left out is what else the means over blocks of rows and of columns do, which are 2b − 1 of the b² numbers of a histogram: this share of
    the mean square is allowed, and five deviations of a mean of (b − 1)² squares of normal numbers, over the pairs.
    """
    density = sp.Rational(1, 5)
    allowed = (2 * FINE - 1) / FINE**2 + 5 * np.sqrt(2 / PAIRS) / (FINE - 1)
    for size in (100, 200, 400):
        seen = trial.draw(mean_square_gap, size, float(density))
        at = {rho: density, blocks: FINE, gamma: WIDEST // size, T: 1}
        noises = [trial.value(noise, {**at, n: width}) for width in (size, WIDEST)]
        claimed = trial.value(distance, at) ** 2 / size + sum(noises)
        yield trial.at_most(
            abs(seen / claimed - 1), allowed, f"distance of the mean square at width {size}, in proportion"
        )
