"""Whether counts of one side vary more than those of the other side let them by chance.

Given its number of kept entries, each line of the other side is shuffled. Two lines overlap in the entries that both keep:
the sum of squares of the counts is their sum and twice the number of overlaps, so that a large spread is many overlaps.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

Counts = NDArray[np.int64]

# Variance of the number of overlaps up to which it is drawn. Beyond, the gamma law with its mean, variance and third moment is taken:
# where overlaps are rare among many entries their number is Poisson, and the law at p = 5e-4 right within 2 % from this variance on
FEW_OVERLAPS = 100.0
MOST_SHUFFLED = 20_000  # lines, if they are drawn
LEAST_SKEWNESS = 1e-3  # of the gamma law, which is the normal one there


def given_p(counts: Counts, others: Counts, draws: int, rng: np.random.Generator) -> float:
    """The chance of a larger spread of `counts` if each line of the other side, of which `others` are kept, is shuffled.

    It is the rank of the overlaps among `draws` drawn numbers of them, and so exact, where they are few; otherwise that of the gamma law.
    """
    number = counts.size
    kept = np.sort(others[(others > 0) & (others < number)])[::-1]
    if kept.size < 2:
        return 1.0
    rest = counts - np.count_nonzero(others == number)
    seen = int((rest * (rest - 1)).sum()) // 2
    mean, variance, third = _moments(number, kept.astype(np.float64))
    if variance < FEW_OVERLAPS and kept.size <= MOST_SHUFFLED:
        drawn = _drawn_overlaps(number, kept, draws, rng)
        return (1 + int((drawn >= seen).sum())) / (1 + draws)
    skewness = max(third / variance**1.5, LEAST_SKEWNESS)
    shape = 4 / skewness**2
    standard = (seen - _half_step(rest) - mean) / sqrt(variance)
    return float(gammaincc(shape, max(0.0, shape + standard * sqrt(shape))))


def _moments(number: int, kept: NDArray[np.float64]) -> tuple[float, float, float]:
    """The mean, the variance and the third central moment of the number of overlaps.

    The overlaps of two lines are hypergeometric, those of two pairs are uncorrelated, and of three pairs only those among
    three lines have a product whose mean is not 0.
    """
    squares = kept * (1 - kept / number)  # of the centred lines
    skewed = squares * (1 - 2 * kept / number)
    one, two, three = (float((squares**power).sum()) for power in (1, 2, 3))
    pairs = (one**2 - two) / 2
    of_pairs = (float(skewed.sum()) ** 2 - float((skewed**2).sum())) / 2 * number / max(1, number - 2)
    of_triples = one**3 - 3 * one * two + 2 * three
    mean = (float(kept.sum()) ** 2 - float((kept**2).sum())) / 2 / number
    return mean, pairs / (number - 1), (of_pairs + of_triples / (number - 1)) / (number - 1)


def _half_step(counts: Counts) -> float:
    """Half the least number of overlaps that are lost where one entry moves to another line: between these numbers the gamma law is cut."""
    values = np.unique(counts)
    gaps = np.concatenate((np.diff(values), values[2:] - values[:-2]))
    return float(gaps[gaps > 1].min(initial=values[-1] - values[0] + 1) - 1) / 2


def _drawn_overlaps(number: int, kept: Counts, draws: int, rng: np.random.Generator) -> Counts:
    """How many overlaps lines have that keep so many of `number` entries each, the most first, in each draw.

    Of each draw it is known how many counts have each value [draws, values]: the next line chooses among those.
    """
    held = np.zeros((draws, 2), np.int64)
    held[:, 0], held[:, 1] = number - kept[0], kept[0]
    for each in kept[1:]:
        if held[:, -1].any():
            held = np.pad(held, ((0, 0), (0, 1)))
        left, rest = np.full(draws, each), np.full(draws, number)
        for value in range(held.shape[1] - 2, -1, -1):
            here = held[:, value].copy()
            rest -= here
            chosen = rng.hypergeometric(here, rest, left) if value else left
            left = left - chosen
            held[:, value] -= chosen
            held[:, value + 1] += chosen
    values = np.arange(held.shape[1])
    return np.asarray(held @ (values * (values - 1) // 2))
