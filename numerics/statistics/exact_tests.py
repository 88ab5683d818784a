"""Finite-sample tests with a guaranteed level, and the power they are planned with.

Every test answers three questions: how surprising is what was seen (`p_value`), how likely is it to overlook a
stated wrong value (`miss`), and what is the smallest deviation it finds with probability 0.999 (`detectable`).
No level rests on an asymptotic law; powers of the betting test are estimates, on the safe side, and decide no verdict about
the truth.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor, log, sqrt
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Side = Literal["both", "above"]

LEVEL = 1e-9  # false alarms of one test; a thousand tests stay within the budget of a run
BUDGET = 1e-6  # false alarms of a whole run on a true ledger
PLANNED_MISS = 1e-9  # how rarely a control may be overlooked
REPORTED_MISS = 1e-3  # the deviation reported beside a test is found except with this probability


class Test(Protocol):
    """What the engine asks of a test when it plans a control."""

    def miss(self, null: float, truth: float) -> float:
        """The probability of not rejecting `null` when `truth` holds."""
        ...

    def detectable(self, null: float) -> float:
        """The smallest deviation from `null` that is found with probability 0.999."""
        ...


# `scipy.special` takes a quarter of a second to import: the functions that need it import it, since the evidence of many
# claims needs none. `scipy.stats.binom` rests on the same beta function, and takes some three times as long.
def binomial_at_most(k: float, n: float, p: float) -> float:
    """P(Bin(n, p) ≤ k)."""
    from scipy.special import betainc

    k = floor(k)
    if k < 0:
        return 0.0
    return 1.0 if k >= n else float(betainc(n - k, k + 1, 1 - p))


def binomial_at_least(k: float, n: float, p: float) -> float:
    """P(Bin(n, p) ≥ k)."""
    from scipy.special import betainc

    k = ceil(k)
    if k <= 0:
        return 1.0
    return 0.0 if k > n else float(betainc(k, n - k + 1, p))


@dataclass(frozen=True)
class Binomial:
    """An exact test that a count of independent events has the mean n·p.

    The events may have unequal probabilities with mean p (Hoeffding 1956: beyond one count from the mean the
    binomial tail bounds theirs), which covers Poisson-binomial and hypergeometric counts. With side "above", p is
    an upper bound and only too large a count is an alarm.
    """

    n: int
    side: Side = "both"
    level: float = LEVEL

    def p_value(self, count: int, p: float) -> float:
        if not 0 <= p <= 1:  # nan, too: min(1, nan) is 1, as if nothing spoke against it
            raise ValueError(f"the claimed probability is {p}, expected a number in [0, 1]")
        above = binomial_at_least(count, self.n, p)
        if self.side == "above":
            return above
        return min(1.0, 2 * min(above, binomial_at_most(count, self.n, p)))

    def acceptance(self, p: float) -> tuple[int, int]:
        """The smallest and the largest count that raise no alarm."""
        return _accepted(self.n, p, self.side, self.level)

    def miss(self, null: float, truth: float) -> float:
        low, high = self.acceptance(null)
        return max(0.0, binomial_at_most(high, self.n, truth) - binomial_at_most(low - 1, self.n, truth))

    def detectable(self, null: float) -> float:
        found = [
            abs(_bisect(lambda p: self.miss(null, p) <= REPORTED_MISS, null, end) - null)
            for end in ((1.0,) if self.side == "above" else (0.0, 1.0))
            if self.miss(null, end) <= REPORTED_MISS
        ]
        return max(found, default=float("inf"))


@lru_cache(maxsize=2**12)  # planning a test asks for the same interval a hundred times
def _accepted(n: int, p: float, side: Side, level: float) -> tuple[int, int]:
    tail = level if side == "above" else level / 2
    high = _last(lambda k: binomial_at_least(k, n, p) > tail, n)
    if side == "above":
        return 0, high
    low = n - _last(lambda k: binomial_at_most(n - k, n, p) > tail, n)
    return low, high


def _last(holds: Callable[[int], bool], n: int) -> int:
    """Return the largest k ≤ n for which a decreasing condition holds (it holds at 0)."""
    return bisect_left(range(1, n + 1), True, key=lambda k: not holds(k))


def _bisect(holds: Callable[[float], bool], start: float, end: float, steps: int = 50) -> float:
    """The point nearest to `start` from which on a condition holds that holds at `end`."""
    for _ in range(steps):
        middle = (start + end) / 2
        start, end = (start, middle) if holds(middle) else (middle, end)
    return end


@dataclass(frozen=True)
class Betting:
    """A test of the mean of independent numbers in [low, high] by betting against it; p is one over the wealth.

    Wealth ½∏(1+λᵢ(xᵢ−μ)) + ½∏(1−λᵢ(xᵢ−μ)) with bets λᵢ ≥ 0 that know only the past is a non-negative martingale
    under the claimed mean, so P(wealth ≥ 1/α) ≤ α (Ville). What is claimed may be a number that the mean is at most `off`
    from: then the first product bets against μ + off, the second against μ − off, and the wealth does not grow on average.
    `spread` is the standard deviation for planning.
    """

    n: int
    low: float
    high: float
    spread: float
    level: float = LEVEL
    off: float = 0.0

    def p_value(self, sample: NDArray[np.floating], mean: float) -> float:
        """`sample`: float[n], every entry within [low, high]; ValueError otherwise."""
        if np.isnan(mean) or not np.all((sample >= self.low) & (sample <= self.high)):  # for nan p would be 1
            raise ValueError(
                f"the mean is {mean}, or a sample leaves [{self.low}, {self.high}], expected numbers in it"
            )
        least, most = mean - self.off, mean + self.off
        before = np.arange(1, self.n + 1)
        quarter = ((self.high - self.low) / 4) ** 2  # a first guess at the variance, worth one observation
        centre = (mean + np.concatenate([[0.0], np.cumsum(sample)[:-1]])) / before
        squares = quarter + np.concatenate([[0.0], np.cumsum((sample - centre) ** 2)[:-1]])
        bet = np.sqrt(2 * log(2 / self.level) / (self.n * squares / before))
        up = np.minimum(bet, 0.5 / max(most - self.low, 1e-300))
        down = np.minimum(bet, 0.5 / max(self.high - least, 1e-300))
        wealth = np.logaddexp(
            np.log1p(up * (sample - most)).sum() - log(2), np.log1p(-down * (sample - least)).sum() - log(2)
        )
        return float(np.exp(min(0.0, -wealth)))

    def _deviation(self, quantile: float) -> float:
        lost = log(2 / self.level)
        return (sqrt(2 * lost) + quantile) * self.spread / sqrt(self.n) + 2 * (self.high - self.low) * lost / self.n

    def miss(self, null: float, truth: float) -> float:
        excess = abs(null - truth) - self.off - self._deviation(0.0)
        if self.spread == 0:
            return 0.0 if excess > 0 else 1.0
        return _normal_below(-excess * sqrt(self.n) / self.spread)

    def detectable(self, null: float) -> float:
        """From the true number, from which the mean may be `off`, too."""
        return 2 * self.off + self._deviation(-_normal_quantile(REPORTED_MISS))


@dataclass(frozen=True)
class Majority:
    """An exact test that decides between "in most cases" and its opposite, "in at most half", and may decide neither.

    Unlike a test of one value, this test supports a sentence only where it rejects the opposite sentence. Null and
    truth are rates of success; the null of the sentence is one half.
    """

    n: int
    level: float = LEVEL

    def p_value(self, successes: int) -> float:
        """The probability of at least as many successes if at most half of the cases are successes."""
        return binomial_at_least(successes, self.n, 0.5)

    def opposite_p_value(self, successes: int) -> float:
        """The probability of at most as many successes if at least half of the cases are successes."""
        return binomial_at_most(successes, self.n, 0.5)

    def rejects(self, successes: int) -> bool:
        """Whether "in at least half" is rejected: the sentence with its opposite exchanged."""
        return self.opposite_p_value(successes) <= self.level

    def miss(self, null: float, truth: float) -> float:
        """How likely a sentence that is true in the share `truth` of all cases is not rejected."""
        low = self.n - _last(lambda k: binomial_at_most(self.n - k, self.n, 0.5) > self.level, self.n)
        return binomial_at_least(low, self.n, truth)

    def detectable(self, null: float) -> float:
        """The excess over one half that is found with probability 0.999; infinite where too few cases are counted."""
        high = _last(lambda k: binomial_at_least(k, self.n, 0.5) > self.level, self.n) + 1
        if high > self.n:
            return float("inf")
        return _bisect(lambda p: binomial_at_least(high, self.n, p) >= 1 - REPORTED_MISS, 0.5, 1.0) - 0.5


BLOCKS = 51  # odd; the number that makes the radius at level 1e-9 the smallest


@dataclass(frozen=True)
class MedianOfMeans:
    """A test of the mean of independent numbers whose variance is at most a *proved* bound; no range is needed.

    A block's mean lies t standard deviations to one side with probability at most 1/(1 + t²) (Cantelli), and the median
    of the blocks' means only if more than half of the blocks do. What is claimed is that the mean is at most `off` from a
    number, such as a limit that a theorem says it is near to.
    """

    n: int
    variance: float
    level: float = LEVEL
    off: float = 0.0

    @property
    def _scale(self) -> float:
        """The standard deviation of a block's mean, at most."""
        return sqrt(self.variance / (self.n // BLOCKS))

    def p_value(self, sample: NDArray[np.floating], mean: float) -> float:
        """`sample`: float[n], at least `BLOCKS` numbers; those beyond the last full block are left out.

        ValueError for a mean or a sample that is not finite.
        """
        if not (np.isfinite(mean) and np.isfinite(sample).all()):  # for nan p would be 1
            raise ValueError(f"the mean is {mean}, or a sample holds nan or infinite numbers, expected finite ones")
        size = self.n // BLOCKS
        median = np.median(sample[: BLOCKS * size].reshape(BLOCKS, size).mean(axis=1))
        return min(1.0, 2 * self._beyond(max(0.0, abs(median - mean) - self.off)))

    def _beyond(self, deviation: float) -> float:
        """At most the probability that the median exceeds the mean by the deviation."""
        t = deviation / self._scale if self._scale > 0 else float("inf") if deviation > 0 else 0.0
        return binomial_at_least(BLOCKS // 2 + 1, BLOCKS, 1 / (1 + t * t))

    def _radius(self, miss: float) -> float:
        """The deviation that the median exceeds to one side with probability at most `miss`."""
        tail = _bisect(lambda p: binomial_at_least(BLOCKS // 2 + 1, BLOCKS, p) <= miss, 0.5, 0.0)
        return sqrt(1 / tail - 1) * self._scale

    def miss(self, null: float, truth: float) -> float:
        """Of a number claimed, `null`, where the mean is `truth`."""
        excess = abs(null - truth) - self.off - self._radius(self.level / 2)
        return self._beyond(excess) if excess > 0 else 1.0

    def detectable(self, null: float) -> float:
        """From the true number, from which the mean may be `off`, too."""
        return 2 * self.off + self._radius(self.level / 2) + self._radius(REPORTED_MISS)


BANDS = 256  # of the first count, within which the accepted second counts of both ends are taken together
GAP_STEP = 2.0**-25  # to which the smallest gap that is found is known
OUTSIDE = 1e-30  # chance of a first count on either side of all bands


@dataclass(frozen=True)
class TwoCounts:
    """Fisher's exact test that two counts of independent events have one probability, whatever it is.

    Given the total, the first count is hypergeometric. Null and truth are differences of the two probabilities, whose mean,
    weighted with the numbers of events, is `pooled`. Misses are bounds from above, exact for up to `BANDS` likely first counts.
    """

    n: int
    m: int
    pooled: float
    level: float = LEVEL

    def p_value(self, x: int, y: int) -> float:
        total = x + y
        k = np.arange(max(0, total - self.m), min(self.n, total) + 1)
        log_mass = _log_choose(self.n, k) + _log_choose(self.m, total - k) - _log_choose(self.n + self.m, total)
        mass = np.exp(log_mass)
        return min(1.0, 2 * min(float(mass[k <= x].sum()), float(mass[k >= x].sum())))

    def miss(self, null: float, truth: float) -> float:
        """An upper bound: the larger probability of a miss, the gap being of either sign."""
        gap = abs(truth - null)
        return max(self._missed(*self._probabilities(each)) for each in (gap, -gap))

    def _probabilities(self, gap: float) -> tuple[float, float]:
        """Two probabilities that differ by the gap, with the mean `pooled` or, where one would leave [0, 1], the nearest possible mean."""
        size = self.n + self.m
        first, second = self.pooled + gap * self.m / size, self.pooled - gap * self.n / size
        moved = max(0.0, -first, -second) - max(0.0, first - 1, second - 1)
        return min(1.0, max(0.0, first + moved)), min(1.0, max(0.0, second + moved))

    def _missed(self, first: float, second: float) -> float:
        least = _last(lambda k: binomial_at_most(k - 1, self.n, first) <= OUTSIDE, self.n)
        most = self.n - _last(lambda k: binomial_at_least(self.n - k + 1, self.n, first) <= OUTSIDE, self.n)
        band = 1 << max(0, ((most - least) // BANDS).bit_length())  # aligned: other truths ask for the same counts
        starts = np.arange(least // band * band, most + 1, band)
        ends = np.minimum(starts + band - 1, self.n)
        chance = _at_most(ends, self.n, first) - _at_most(starts - 1, self.n, first)
        low = np.array([_second_accepted(self.n, self.m, int(x), self.level)[0] for x in starts])
        high = np.array([_second_accepted(self.n, self.m, int(x), self.level)[1] for x in ends])
        kept = _at_most(high, self.m, second) - _at_most(low - 1, self.m, second)
        return min(1.0, 2 * OUTSIDE + float((np.maximum(chance, 0) * np.maximum(kept, 0)).sum()))

    def detectable(self, null: float) -> float:
        if self.miss(0.0, 1.0) > REPORTED_MISS:
            return float("inf")
        from scipy.optimize import brentq  # the logarithm is smooth: a third of the steps of halving

        edge = brentq(lambda gap: log(self.miss(0.0, gap) / REPORTED_MISS), 0.0, 1.0, xtol=GAP_STEP)
        return min(1.0, float(edge) + GAP_STEP)  # at most so far beyond the edge, and never before it


def _at_most(k: NDArray[np.integer], n: int, p: float) -> NDArray[np.float64]:
    """P(Bin(n, p) ≤ k), entry by entry."""
    from scipy.special import betainc

    inside = np.clip(k, 0, n - 1)
    found: NDArray[np.float64] = np.where(k < 0, 0.0, np.where(k >= n, 1.0, betainc(n - inside, inside + 1, 1 - p)))
    return found


@lru_cache(maxsize=2**16)
def _second_accepted(n: int, m: int, x: int, level: float) -> tuple[int, int]:
    """The smallest and the largest second count beside which a first count x of n raises no alarm: both rise with x."""
    middle = round(x * m / n)
    spread = sqrt(-2 * log(level) * max(1.0, middle) * (1 + m / n) * max(1.0 - x / n, 1 / n))  # about so far are alarms

    def accepted(y: int) -> bool:
        return 2 * _smaller_tail(n, m, x, y) > level

    low = middle - _last_from(lambda k: accepted(middle - k), middle, round(spread))
    high = middle + _last_from(lambda k: accepted(middle + k), m - middle, round(spread))
    return low, high


def _smaller_tail(n: int, m: int, x: int, y: int) -> float:
    """The chance of a first count as far from its mean as x, to one side, given the total: what is left out is below rounding."""
    total, share = x + y, n / (n + m)
    mean = total * share
    width = 40 + ceil(10 * sqrt(mean * (1 - share) * max(0.0, 1 - total / (n + m))))
    low, high = (max(0, total - m, x - width), x) if x <= mean else (x, min(n, total, x + width))
    k = np.arange(low, high + 1)
    log_mass = _log_choose(n, k) + _log_choose(m, total - k) - _log_choose(n + m, total)
    return float(np.exp(log_mass).sum())


def _last_from(holds: Callable[[int], bool], most: int, guess: int) -> int:
    """`_last` for a condition that ends near a guess: steps from there, each twice as long, then halves."""
    place, step = min(guess, most), 1
    if holds(place):
        while place < most and holds(min(most, place + step)):
            place, step = min(most, place + step), 2 * step
        low, high = place, min(most + 1, place + step)
    else:
        high = place
        while high > 0 and not holds(max(0, high - step)):
            high, step = max(0, high - step), 2 * step
        low = max(0, high - step)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _log_choose(n: int | NDArray[np.integer], k: int | NDArray[np.integer]) -> NDArray[np.float64]:
    from scipy.special import gammaln

    return gammaln(np.asarray(n) + 1.0) - gammaln(np.asarray(k) + 1.0) - gammaln(np.asarray(n) - k + 1.0)


def _normal_below(x: float) -> float:
    """P(Z ≤ x) of a standard normal Z."""
    from scipy.special import ndtr

    return float(ndtr(x))


def _normal_quantile(p: float) -> float:
    """The x with P(Z ≤ x) = p."""
    from scipy.special import ndtri

    return float(ndtri(p))
