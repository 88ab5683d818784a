"""Evidence for H9: masks of two rows counted out, and the blocks of many sorted masks."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, empirical, exact
from sparse_limits.numerics.masks.sorting import smoothed
from sparse_limits.theory.hypothesis.further.sorted_means import influence, sorted_means
from sparse_limits.theory.hypothesis.sorted_histograms import blocks, cell, k, l, n
from sparse_limits.theory.saliency.model import rho

Floats = NDArray[np.float64]
BLOCKS = 4
WIDTH, MASKS = 256, 2000


def places(lines: NDArray[np.int64]) -> NDArray[np.intp]:
    """The place of each row in the order of degrees, equal ones in the order of their positions."""
    order = lines.sum(axis=1).argsort(kind="stable")
    return np.argsort(order)


def chances_of_the_last_corner() -> tuple[sp.Expr, sp.Expr]:
    """Over all masks of two rows: the mean of the last corner, and how much an entry changes the chance to be there, over all entries."""
    mean, change = sp.S.Zero, sp.S.Zero
    for entries in product((0, 1), repeat=4):
        mask = np.reshape(entries, (2, 2))
        chance = rho ** sum(entries) * (1 - rho) ** (4 - sum(entries))
        rows, columns = places(mask), places(mask.T)
        mean += chance * int(mask[rows.argmax(), columns.argmax()])
        for row, column in product(range(2), repeat=2):
            given = chance / (rho if mask[row, column] else 1 - rho)  # of the other entries
            sign = 1 if mask[row, column] else -1
            change += sign * given * int(rows[row] == 1 and columns[column] == 1) / 4
    return sp.expand(mean), sp.expand(change)


@exact(sorted_means, step="block average")
def all_masks_of_two_rows(block_average: sp.Expr, trial: Trial) -> Findings:
    """The last corner of all sixteen, at every density."""
    mean, change = trial.once(chances_of_the_last_corner)
    yield trial.same(block_average.subs({blocks: 2, influence: change}), mean, by=sp.expand)


def histograms(rng: np.random.Generator, density: float) -> Floats:
    """Histograms of independent masks that are sorted by their own degrees. float[MASKS, BLOCKS, BLOCKS]"""
    return np.array([smoothed(rng.random((WIDTH, WIDTH)) < density, BLOCKS) for _ in range(MASKS)])


@empirical(sorted_means, cost=1.5)
def means_have_a_next_term(next_term: sp.Expr, trial: Trial) -> Findings:
    """Masks to a fifth of one width: each block, after the slope of H4.

    What the limit leaves out is taken to be n^(−3/2), beside five standard errors of the mean.
    """
    density = sp.Rational(1, 5)
    seen = trial.draw(histograms, float(density))
    errors = seen.std(axis=0, ddof=1) / np.sqrt(MASKS)
    for row, column in product(range(BLOCKS), repeat=2):
        at = {rho: density, blocks: BLOCKS, k: row + 1, l: column + 1, n: WIDTH}
        slope = trial.value(cell, at) / np.sqrt(WIDTH)
        left = seen[:, row, column].mean() - float(density) - slope
        gap = abs(left - trial.value(next_term, at) / WIDTH)
        yield trial.at_most(gap, WIDTH**-1.5 + 5 * errors[row, column], f"distance in block {row + 1}, {column + 1}")
