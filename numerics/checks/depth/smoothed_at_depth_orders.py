"""Evidence for D6: orders of scores and of their negatives, and what a group keeps of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.depth.smoothed_at_depth import Rows, second_layer
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.depth.smoothed_at_depth import SIGNS, entries, kept, share, smoothed_at_depth
from sparse_limits.theory.saliency.model import rho

Known = tuple[tuple[int, tuple[int, int]], ...]  # a readout's weight and W
HALF = sp.Rational(1, 2)
LISTED = ((3, -1, 4, -5, 2, -6), (0, 2, 0, 0, -2, -2))  # without ties, and with


def chances(scores: Sequence[int], count: int) -> list[Fraction]:
    """Of each score, that it is among the largest, equal ones in a uniformly random order."""
    above = [sum(other > each for other in scores) for each in scores]
    return [
        Fraction(max(0, min(scores.count(each), count - more)), scores.count(each))
        for each, more in zip(scores, above, strict=True)
    ]


@exact(smoothed_at_depth, step="reversed order")
@control("the same number", dual_kept=kept)
@control("one more", dual_kept=entries - kept + 1)
@control("the same density", dual_density=rho)
@control("half", dual_density=HALF - rho)
def order_is_reversed(dual_kept: sp.Expr, dual_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A score's place among equal ones, whatever is above it; the number over all, at any density; and lists of six scores.

    Of the equal ones the share (k − above)/equal is taken, cut off at 0 and 1: x and 1 − x are, if both are.
    """
    larger, equal, smaller = sp.symbols("m_larger m_equal m_smaller", integer=True, positive=True)
    all_three = {larger: entries - smaller - equal}  # of the negatives the smaller ones are the larger
    yield trial.same((dual_kept - smaller) / equal, 1 - (kept - larger) / equal, where=all_three)
    yield trial.same(dual_kept.subs(kept, rho * entries), dual_density * entries)
    for scores, count in product(LISTED, range(len(LISTED[0]) + 1)):
        other = int(dual_kept.subs({entries: len(scores), kept: count}))
        rest = [1 - each for each in chances(scores, count)]
        yield trial.holds(chances([-each for each in scores], other) == rest, f"{count} and {other} of {scores}")


def mean_share(scores: Sequence[Sequence[int]], count: int, group: Sequence[int]) -> sp.Rational:
    """Of a group, over equally likely lists of scores."""
    return sp.Rational(sum(chances(each, count)[i] for each in scores for i in group), len(group) * len(scores))


@exact(smoothed_at_depth, step="symmetric readout")
@control("the same share", dual_share=share)
@control("half", dual_share=HALF - share)
@control("one more of two", dual_share=2 - share)
@control("the same number", dual_kept=kept)
def mean_shares_are_dual(
    dual_share: sp.Expr, dual_kept: sp.Expr, column: Rows, closed: Rows, known: Known, trial: Trial
) -> Iterator[Finding]:
    """At a and −a, of shares with the mean p_j: what the other leaves. The four scores of W² at |a| = (1, 3) over all signs.

    With all units open at times there are no ties; with a closed one two scores are 0. And at one number, a readout
    that W knows of, the shares of one unit's weights are not dual.
    """
    at_one, at_other = sp.symbols("p_a p_minus", real=True)
    pair = {at_other: 2 * share - at_one}
    yield trial.same(dual_share, ((1 - at_one) + (1 - at_other)) / 2, where=pair)
    open_at_times, with_zeros = (
        [[each for row in second_layer(rows, (s, 3 * z)) for each in row] for s, z in SIGNS]
        for rows in (column, closed)
    )
    yield trial.holds(all(len(set(each)) == 4 for each in open_at_times), f"{open_at_times} have no ties")
    yield trial.holds(all(each.count(0) == 2 for each in with_zeros), f"{with_zeros} have two zeros each")
    for scores, count, group in product((open_at_times, with_zeros), range(1, 4), ((0, 2), (1, 3))):
        other = int(dual_kept.subs({entries: 4, kept: count}))
        means = [mean_share(scores, number, group) for number in (count, other)]
        yield trial.holds(dual_share.subs(share, means[0]) == means[1], f"{means} at {count} and {other}")
    # of one open unit at x = (1, 1) and r = S = 1 the scores of W are those of a W, times a positive number
    of_unit = [[readout * each for each in row] for readout, row in known]
    always = mean_share(of_unit, 1, (1,))
    yield trial.holds(sum(readout for readout, _ in known) == 0 and always == 1, f"{always} of the second column")
    both = [[sign * each for each in row] for sign, (_, row) in product((1, -1), known)]
    free = mean_share(both, 1, (1,))
    yield trial.holds(dual_share.subs(share, free) == free != always, f"{free} if W does not know of the readout")
