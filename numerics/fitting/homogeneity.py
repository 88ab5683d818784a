"""Exact tests of a mask against the uniform one, in which every set of K entries is equally likely (S2, G6.2).

The counts of the rows, or of the columns, of a uniform K-subset are multivariate hypergeometric whatever K is. A side
is tested twice: by its most extreme count, and by the statistic χ of G6.2, its p-value from counts drawn exactly. Counts
that vary too little betray a selection row by row (S12) or block by block (N:M, S13).

A side that varies evens out the counts of the other, which then could hide a profile of its own. So the other is tested
once more, given the counts of the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import binom

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.fitting.block_patterns import Blocks, Selection, blocks_of
from sparse_limits.numerics.fitting.chances import log_choose, log_rectangle
from sparse_limits.numerics.fitting.given_counts import given_p
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.statistics.exact_tests import TwoCounts
from sparse_limits.theory.graphon import chi_statistic, symbols
from sparse_limits.theory.graphon.taxonomy import Heterogeneity, heterogeneity

Counts = NDArray[np.int64]

DRAWS = 4999  # of the counts of a side: enough to refuse at the level
MOST_LINES = 20_000  # whose counts are drawn: of more, as many at random are tested


@dataclass(frozen=True)
class Side:
    """The rows, or the columns, of a mask beside those of a uniform K-subset.

    length: entries of each. extreme: p-value of the most extreme count (hypergeometric, Bonferroni over all counts), or of
    that many empty lines.
    chi: χ over its expectation, 1 for a uniform mask; chi_p: its two-sided p-value, from `draws` exact draws. Of more than
    20 000 lines both are those of 20 000, chosen at random. p: of both tests together. equal: whether all counts are the
    same, and could not be so by chance. whole: whether each row (column) is kept as a whole or not at all, and not by
    chance: structured pruning. given: p-value of a larger χ given the counts of the other side; None if those are even.
    """

    number: int
    length: int
    smallest: int
    largest: int
    empty: int
    expected_empty: float
    extreme: float
    chi: float
    chi_p: float
    draws: int
    equal: bool
    whole: bool
    given: float | None = None

    @property
    def p(self) -> float:
        return min(1.0, 2 * min(self.extreme, self.chi_p))

    @property
    def uneven(self) -> bool:
        """Whether counts vary more than chance lets them: this side has a profile."""
        return (self.p < UNLIKELY and self.chi > 1) or (self.given is not None and 2 * self.given < UNLIKELY)

    @property
    def too_even(self) -> bool:
        """Whether counts vary less than chance lets them, though the other side is even."""
        return self.given is None and 2 * self.chi_p < UNLIKELY and self.chi < 1


@dataclass(frozen=True)
class Homogeneity:
    """Both sides of a mask and the smallest exact block pattern, if any."""

    rows: Side
    columns: Side
    blocks: Blocks | None

    @property
    def kind(self) -> Heterogeneity:
        """The class of G6.1: along which axes the mask varies."""
        return heterogeneity(self.rows.uneven, self.columns.uneven)


def homogeneity_of(mask: csr_array, rng: np.random.Generator) -> Homogeneity:
    """Both exact tests on both sides of a mask [m, n] of bool that keeps some of its entries, not all.

    InputError if it keeps none or all.
    """
    m, n = mask.shape
    if not 0 < mask.nnz < m * n:
        raise InputError(f"the mask keeps {mask.nnz} of {m * n} entries, expected some, not all")
    return homogeneity_of_counts(*degrees(mask), blocks_of(mask), rng)


def homogeneity_of_counts(
    rows: Counts, columns: Counts, blocks: Blocks | None, rng: np.random.Generator
) -> Homogeneity:
    """The same from what each row [m] and each column [n] keeps, some entries in all, not all of them, and the block pattern."""
    m, n = rows.size, columns.size
    some_rows, some_columns = _tested(rows, rng), _tested(columns, rng)
    drawn = _drawn_spreads(some_rows, n, rng)
    other = drawn if m == n <= MOST_LINES else _drawn_spreads(some_columns, m, rng)
    down, across = _side(rows, n, some_rows, drawn), _side(columns, m, some_columns, other)
    return Homogeneity(
        replace(down, given=given_p(rows, columns, DRAWS, rng)) if across.uneven else down,
        replace(across, given=given_p(columns, rows, DRAWS, rng)) if down.uneven else across,
        blocks,
    )


def held_out(mask: NDArray[np.bool_]) -> tuple[int, int]:
    """How many weights the half of the columns that is denser in the even rows of a mask [m, n] keeps in the odd rows, out of how many.

    If entries of a row are exchangeable, given the counts of the rows, the first number has the mean of half the second,
    and is binomial or narrower. InputError unless the mask is bool, with two rows and two columns at least.
    """
    if mask.dtype != bool or mask.ndim != 2 or min(mask.shape) < 2:
        raise InputError(
            f"mask is {mask.dtype} of shape {mask.shape}, expected bool, two rows and two columns at least"
        )
    n = mask.shape[1] // 2 * 2
    dense = np.argsort(-mask[::2, :n].sum(axis=0), kind="stable")[: n // 2]
    rest = mask[1::2, :n]
    return int(rest[:, dense].sum()), int(rest.sum())


def degrees(mask: csr_array) -> tuple[Counts, Counts]:
    """Kept entries of each row [m] and of each column [n]."""
    return np.diff(mask.indptr).astype(np.int64), np.bincount(mask.indices, minlength=mask.shape[1])


def _tested(counts: Counts, rng: np.random.Generator) -> Counts:
    """The counts whose spread is tested. Lines that are chosen without a look at the mask have, given their sum, the same law as all."""
    return counts if counts.size <= MOST_LINES else rng.choice(counts, MOST_LINES, replace=False)


def _drawn_spreads(counts: Counts, length: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """The spreads of counts with the same sum, of uniform sets."""
    kept = int(counts.sum())
    return np.array([_spread(_uniform_counts(counts.size, length, kept, rng)) for _ in range(DRAWS)])


def _side(counts: Counts, length: int, tested: Counts, drawn: NDArray[np.float64]) -> Side:
    number, kept = counts.size, int(counts.sum())
    size = number * length
    smallest, largest, empty = int(counts.min()), int(counts.max()), int((counts == 0).sum())
    seen, expected = _spread(tested), _expected_spread(tested.size, length, int(tested.sum()))
    tail = min(int((drawn >= seen * (1 - 1e-12)).sum()), int((drawn <= seen * (1 + 1e-12)).sum()))
    none = log_choose(size - length, kept) - log_choose(size, kept)
    chance = number * log_choose(length, smallest) - log_choose(size, kept)
    return Side(
        number,
        length,
        smallest,
        largest,
        empty,
        number * exp(none),
        _extreme(counts, length),
        seen / expected if expected > 0 else 1.0,  # else one line, or lines chosen that keep all or none
        min(1.0, 2 * (1 + tail) / (1 + drawn.size)),
        drawn.size,
        smallest == largest and chance < log(UNLIKELY),
        length > 1
        and bool(np.isin(counts, (0, length)).all())
        and log_rectangle(number, length, kept // length, length) < log(UNLIKELY),
    )


def _extreme(counts: Counts, length: int) -> float:
    """The chance of so extreme a count, or of so many empty lines, in a uniform set: union bounds over lines, and over sets of them.

    That e given lines are empty, times the number of sets of e lines, is the mean number of such sets: at least the chance
    of e empty lines. It is log-concave in e and 1 for none, so that below any level lie the large e alone.
    """
    number, kept = counts.size, int(counts.sum())
    if number == 1:
        return 1.0
    size, empty = number * length, int((counts == 0).sum())
    test = TwoCounts(length, size - length, pooled=kept / size)
    ends = [number * test.p_value(count, kept - count) for count in {int(counts.min()), int(counts.max())}]
    if empty > 1:
        sets = log_choose(number, empty) + log_choose(size - empty * length, kept) - log_choose(size, kept)
        ends.append(2 * exp(min(0.0, sets)))
    return min(1.0, *ends)


def _spread(counts: Counts) -> float:
    """Σ (count − mean)², which is χ up to a factor that the uniform law fixes."""
    return float(((counts - counts.mean()) ** 2).sum())


def _expected_spread(number: int, length: int, kept: int) -> float:
    """Its mean under the uniform law: that of χ (G6.2) times the factor ρ(1 − ρ) · length."""
    chi = numeric((symbols.m, symbols.n), chi_statistic.expressions["expected_chi"])(length, number)
    density = kept / (number * length)
    return float(chi) * length * density * (1 - density)


def _uniform_counts(number: int, length: int, kept: int, rng: np.random.Generator) -> Counts:
    """Counts of the `number` rows of `length` entries in a uniform set of `kept` entries; many rows come in no random order.

    Independent entries give a uniform set of a random size; surplus entries are taken out at random.
    """
    size = number * length
    if 2 * kept > size:
        return length - _uniform_counts(number, length, size - kept, rng)
    share = min(1.0, (kept + np.sqrt(kept) + 1) / size)  # few draws are too small, and little is surplus
    counts = _binomial(number, length, share, rng)
    while counts.sum() < kept:
        counts = _binomial(number, length, share, rng)
    ends = counts.cumsum()
    taken = rng.choice(ends[-1], ends[-1] - kept, replace=False, shuffle=False)
    taken.sort()  # in order they are found faster
    return counts - np.bincount(np.searchsorted(ends, taken, "right"), minlength=number)


def _binomial(number: int, length: int, share: float, rng: np.random.Generator) -> Counts:
    """So many independent counts; where few values are likely, how many have each value is drawn instead, which is faster."""
    if number < 4 * _reach(length, share):
        return rng.binomial(length, share, number)
    values, chances = _law(length, share)
    return np.repeat(values, rng.multinomial(number, chances))


def _reach(length: int, share: float) -> float:
    """A binomial count is farther from its mean with a chance below 2⁻⁵³ (2e-19 at most, for lengths 1 to 10⁷)."""
    return min(float(length), 9 * sqrt(length * share * (1 - share)) + 40)


@lru_cache(maxsize=4)
def _law(length: int, share: float) -> tuple[Counts, NDArray[np.float64]]:
    """The values that a binomial count takes, and their chances."""
    mean, reach = length * share, _reach(length, share)
    values = np.arange(max(0, int(mean - reach)), min(length, int(mean + reach)) + 1)
    chances = binom.pmf(values, length, share)
    return values, chances / chances.sum()


def selected_by(homogeneity: Homogeneity) -> Selection | None:
    """The selection that a mask betrays by counts that are all equal; None for one threshold and for whole units."""
    rows, columns, blocks = homogeneity.rows, homogeneity.columns, homogeneity.blocks
    if rows.whole or columns.whole:
        return None
    if blocks is not None:
        return Selection(blocks.length, blocks.kept, blocks.along == "columns", blocks.step)
    if rows.equal or columns.equal:
        side = rows if rows.equal else columns
        return Selection(side.length, side.smallest, not rows.equal)
    return None
