"""The potential of R4: how the covered set grows by one random item, exactly and along chains."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.subset_sum.covered import IntervalUnion, outer_covered_set
from sparse_limits.numerics.subset_sum.exact_numbers import Number, exact_number


def mean_next_measure(covered: IntervalUnion, reach: Number, density: Number, atom: Number = 0) -> Fraction:
    """The expected length of the covered set and its translate by an item, within the frame; exact.

    The item has the density on [−reach, reach] and its other mass at the atom. The length is a piecewise linear
    function of the item, so the trapezoid rule over its kinks is exact.

    Raises:
        InputError: for a density that is negative or too large for a law, a reach ≤ 0, or numbers not finite.
    """
    a, kappa = exact_number("reach", reach), exact_number("density", density)
    if a <= 0 or kappa < 0 or 2 * a * kappa > 1:
        raise InputError(f"density {density} on [-{reach}, {reach}]: expected mass at most 1")
    ends = [end for piece in covered.pieces for end in piece]
    kinks = {target - end for target in (*ends, *covered.frame) for end in ends}
    points = sorted({-a, a} | {x for x in kinks if -a < x < a})
    lengths = [covered.with_item(x).measure for x in points]
    trapezoids = zip(pairwise(points), pairwise(lengths), strict=True)
    inside = sum(((y - x) * (low + high) / 2 for (x, y), (low, high) in trapezoids), Fraction(0))
    return kappa * inside + (1 - 2 * a * kappa) * covered.with_item(atom).measure


def uncovered_odds(rng: np.random.Generator, n: int, eps: float, chains: int) -> NDArray[np.float64]:
    """The odds of a point of [−½, ½] being uncovered after n uniform items on [−1, 1]. float[chains]."""
    share = np.array([outer_covered_set(x, eps, (-0.5, 0.5)).measure for x in rng.uniform(-1, 1, (chains, n))])
    odds: NDArray[np.float64] = np.maximum(0.0, 1 - share) / share
    return odds


def covers(x: NDArray[np.float64], eps: float) -> bool:
    """Whether the covered set of these items proves each z in [−½, ½] to be within ε of a subset sum, rounding included.

    What it covers is within ε/2 of one, so that gaps may have the length ε, or ε/2 at an end. It is computed in doubles:
    each item moves an end by less than 2⁻⁵¹, as sums that reach into [−½, ½] are below 2. So all points are within ε/2 and
    as many 2⁻⁵¹ as there are items of a subset sum, and gaps must be so much shorter.
    """
    found = outer_covered_set(x, eps, (-0.5, 0.5))
    slack = (len(x) + 1) * 2.0**-51  # one more for the rounding in these lines
    inner = float(np.max(found.low[1:] - found.high[:-1], initial=0.0))
    outer = float(max(found.low[0] + 0.5, 0.5 - found.high[-1]))
    return inner + 2 * slack <= eps and outer + slack <= eps / 2


def sums_cover(x: NDArray[np.float64], eps: float) -> bool:
    """Whether each z in [−½, ½] is within ε of one of all 2ⁿ subset sums. x: float[n], n ≤ 24 or so."""
    sums = np.zeros(1)
    for item in x:
        sums = np.concatenate([sums, sums + item])
    near = sums[np.abs(sums) <= 0.5 + eps]
    cells = np.bincount(((near + 0.5 + eps) / eps).astype(np.int64), minlength=int(1 / eps) + 2)
    if cells[: int(1 / eps) + 2].all():  # two sums in cells of length ε that touch are no farther apart than 2ε
        return True
    ends = -0.5 - eps, 0.5 + eps
    return not (np.diff(np.concatenate([[ends[0]], np.sort(near), [ends[1]]])) > 2 * eps).any()


def first_cover(
    rng: np.random.Generator,
    eps: float,
    most: int,
    chains: int,
    suffice: Callable[[NDArray[np.float64], float], bool] = covers,
) -> NDArray[np.int64]:
    """The first number of uniform items that suffice, at most `most`: by the covered set or by `sums_cover`. int[chains]."""
    found = np.empty(chains, dtype=np.int64)
    for chain in range(chains):
        items = rng.uniform(-1, 1, most)

        def enough(size: int, items: NDArray[np.float64] = items) -> bool:
            return suffice(items[:size], eps)

        found[chain] = bisect_left(range(most), True, key=enough)
    return found
