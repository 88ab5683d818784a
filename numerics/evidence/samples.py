"""Statistical findings: what counts and samples say about the probabilities and means that are claimed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.evidence.findings import Finding, Kind, Power, Verdict
from sparse_limits.numerics.statistics.exact_tests import (
    BLOCKS,
    LEVEL,
    Betting,
    Binomial,
    Majority,
    MedianOfMeans,
    Side,
    TwoCounts,
)


class StatisticalFindings:
    """The part of a check's vocabulary that tests data, each time at one share of a run's false-alarm budget."""

    def counts(self, count: int, n: int, p: float, side: Side = "both", *, observed: bool = False) -> Finding:
        """That a count of n independent events has mean n·p (side "above": at most n·p).

        Set `observed` where the count itself depends on the subject: controls are then planned with what was seen.
        """
        return self.counts_each([count], n, [p], side, observed=observed)

    def counts_each(
        self, counts: ArrayLike, n: int | ArrayLike, p: ArrayLike, side: Side = "both", *, observed: bool = False
    ) -> Finding:
        """The same for several counts at once, which may depend on each other: the level is split among them.

        Counts: int[c]; n: int or int[c]; p: float or float[c]. One share of the budget altogether.
        """
        counts = np.atleast_1d(np.asarray(counts))
        p = _unrounded(np.broadcast_to(np.asarray(p, dtype=float), counts.shape), 0.0, 1.0)
        sizes = np.broadcast_to(np.asarray(n), counts.shape)
        if np.isnan(p).any() or not np.all(sizes > 0):
            raise ValueError("a claimed probability is not a number, or nothing was counted")
        if counts.dtype.kind not in "iu" or not np.all((counts >= 0) & (counts <= sizes)):
            raise ValueError("a count is no whole number between 0 and the number of events")
        if not np.all((p >= 0) & (p <= 1)):
            wrong = p[~((p >= 0) & (p <= 1))][0]
            return Finding(Kind.EXACT, Verdict.REFUTES, f"a claimed probability is {wrong:.5g}")
        if side == "above":
            bounds = p < 1
            if not bounds.any():
                return Finding(Kind.EXACT, Verdict.SUPPORTS, "claimed ≤ 1, which says nothing", empty=True)
            counts, sizes, p = counts[bounds], sizes[bounds], p[bounds]
        share = LEVEL / len(counts)
        tests = [Binomial(int(size), side, share) for size in sizes]
        p_values = [test.p_value(int(x), float(q)) for test, x, q in zip(tests, counts, p, strict=True)]
        worst = int(np.argmin(p_values))
        seen = counts[worst] / sizes[worst]
        detail = f"seen {seen:.5g} of {sizes[worst]}, claimed {'≤ ' if side == 'above' else ''}{p[worst]:.5g}"
        if len(counts) > 1:
            detail = f"worst of {len(counts)}: {detail}"
        powers = tuple(
            Power(test, float(q), float(x / test.n), observed or side == "above")
            for test, x, q in zip(tests, counts, p, strict=True)
        )
        return _tested(p_values[worst], share, detail, powers)

    def averages(
        self,
        sample: NDArray[np.floating],
        mean: float,
        low: float,
        high: float,
        *,
        off: float = 0.0,
        observed: bool = False,
    ) -> Finding:
        """That independent numbers within [low, high] have the mean claimed. Sample: float[n].

        What is claimed may be that their mean is at most `off` from a number, such as a limit that a theorem says it is near to.
        Set `observed` where the sample itself depends on the subject: controls are then planned with what was seen.
        """
        if np.isnan(mean) or not len(sample):
            raise ValueError("the claimed mean is not a number, or the sample is empty")
        if not 0 <= off < np.inf:
            raise ValueError(f"a mean that is {off} off: expected 0 or more")
        mean = float(_unrounded(np.asarray(mean), low, high))
        if not low <= mean <= high:
            return Finding(
                Kind.EXACT, Verdict.REFUTES, f"a claimed mean is {mean:.5g}, outside [{low:.5g}, {high:.5g}]"
            )
        if not np.all((sample >= low) & (sample <= high)):
            raise ValueError(f"a sample leaves [{low}, {high}]")
        test = Betting(len(sample), low, high, float(sample.std()), off=off)
        seen = float(sample.mean())
        return _tested(
            test.p_value(sample, mean),
            LEVEL,
            f"mean {seen:.6g} of {len(sample)}, claimed {mean:.6g}" + (f" up to {off:.2g}" if off else ""),
            (Power(test, mean, seen, observed),),
        )

    def unbounded_averages(
        self, sample: NDArray[np.floating], mean: float, variance: float, off: float = 0.0
    ) -> Finding:
        """That independent numbers have the mean claimed; `variance` is a *proved* bound on theirs. Sample: float[n].

        What is claimed may be a limit: then their mean is at most `off` from it, by a proof as well.
        """
        if not np.isfinite(mean) or not 0 <= variance < np.inf or len(sample) < BLOCKS:
            raise ValueError(f"mean {mean}, variance {variance}, {len(sample)} numbers: expected at least {BLOCKS}")
        if not 0 <= off < np.inf:
            raise ValueError(f"a mean that is {off} off: expected 0 or more")
        if not np.isfinite(sample).all():
            raise ValueError("the sample holds nan or infinite numbers")
        test = MedianOfMeans(len(sample), variance, off=off)
        seen = float(sample.mean())
        return _tested(
            test.p_value(sample, mean),
            LEVEL,
            f"mean {seen:.6g} of {len(sample)}, claimed {mean:.6g}" + (f" up to {off:.2g}" if off else ""),
            (Power(test, mean, seen),),
        )

    def two_counts(self, x: ArrayLike, n: int, y: ArrayLike, m: int) -> Finding:
        """That counts x of n and y of m independent events have equal probabilities, column by column. int[c]."""
        x, y = np.atleast_1d(np.asarray(x)), np.atleast_1d(np.asarray(y))
        if x.shape != y.shape or not all(np.all((counts >= 0) & (counts <= size)) for counts, size in ((x, n), (y, m))):
            raise ValueError("a count does not lie between 0 and the number of events, or there are two lengths")
        share = LEVEL / len(x)
        tests = [TwoCounts(n, m, float(a + b) / (n + m), share) for a, b in zip(x, y, strict=True)]
        p_values = [test.p_value(int(a), int(b)) for test, a, b in zip(tests, x, y, strict=True)]
        worst = int(np.argmin(p_values))
        detail = f"worst of {len(x)}: {x[worst] / n:.5g} of {n} beside {y[worst] / m:.5g} of {m}"
        powers = tuple(Power(test, 0.0, float(a / n - b / m), True) for test, a, b in zip(tests, x, y, strict=True))
        return _tested(p_values[worst], share, detail, powers)

    def more_often(self, x: int, n: int, y: int, m: int, what: str) -> Finding:
        """That events counted y of m times are more probable than others, x of n times: supported only if "equally" is rejected.

        The same counts refute where "equally" is rejected and the others are the frequent ones, and else they decide nothing.
        """
        if not (0 <= x <= n and 0 <= y <= m and n >= 1 and m >= 1):
            raise ValueError(f"{x} of {n} and {y} of {m} cases: expected counts of some")
        test = TwoCounts(n, m, (x + y) / (n + m))
        p, more = test.p_value(x, y), y / m - x / n
        against = 1.0 if more > 0 else p
        clear = p <= test.level
        verdict = Verdict.UNDECIDED if not clear else Verdict.SUPPORTS if more > 0 else Verdict.REFUTES
        detail = f"{what}: {y} of {m} beside {x} of {n}, p = {p:.2g} if they were equally probable"
        return Finding(Kind.STATISTICAL, verdict, detail, (Power(test, 0.0, more, True),), p_value=against)

    def mostly(self, successes: int, n: int, what: str) -> Finding:
        """That independent cases are successes more often than not: supported only if "at most half" is rejected.

        The same counts refute where "at least half" is rejected, and else they decide nothing.
        """
        if not 0 <= successes <= n or n < 1:
            raise ValueError(f"{successes} of {n} cases: expected a count of some")
        test = Majority(n)
        p, against = test.p_value(successes), test.opposite_p_value(successes)
        verdict = (
            Verdict.SUPPORTS if p <= test.level else Verdict.REFUTES if test.rejects(successes) else Verdict.UNDECIDED
        )
        detail = f"{what}: {successes} of {n}, p = {p:.2g} if it were half at most"
        return Finding(Kind.STATISTICAL, verdict, detail, (Power(test, 0.5, successes / n, True),), p_value=against)


def _tested(smallest: float, share: float, detail: str, powers: tuple[Power, ...]) -> Finding:
    """smallest: of the p-values of all counts, each of which has its share of the level."""
    verdict = Verdict.REFUTES if smallest <= share else Verdict.SUPPORTS
    p_value = min(1.0, smallest * len(powers))
    return Finding(Kind.STATISTICAL, verdict, f"{detail}; p = {p_value:.3g}", powers, p_value=p_value)


def _unrounded(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.floating]:
    """The values, with an end of the range in place of one that rounding has put beside it: this would refute exactly."""
    within = np.clip(values, low, high)
    slack = 1e-12 * max(abs(low), abs(high))
    return np.where(np.abs(values - within) <= slack, within, values)
