"""Evidence for S16.1: the support of the data from the densest columns, however the columns depend on each other."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.saliency.support_recovery import (
    c,
    d,
    k,
    n,
    p_0,
    p_s,
    support_recovery,
)

Floats = NDArray[np.float64]


def chance_of(chance: sp.Expr, rows: int, counted: range) -> sp.Expr:
    """The probability of these counts, over all sets of rows in which a column keeps its entry."""
    sets = (sum(each) for each in product((0, 1), repeat=rows))
    return sp.Add(*(chance**kept * (1 - chance) ** (rows - kept) for kept in sets if kept in counted))


def at_size(tail: sp.Expr, rows: int, most: int) -> sp.Expr:
    """The sum written out; the probability of an entry is left free."""
    return written_out(tail, {n: sp.Integer(rows), c: sp.Integer(most)})


SIZES = [(rows, most) for rows in range(1, 6) for most in range(rows)]


@enclosed(support_recovery)
@control("surely", missed=sp.S.Zero, mistaken=sp.S.One)
def columns_may_fail_or_not(
    missed: sp.Expr, mistaken: sp.Expr, recovery_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At c = 0 a column of S is missed with positive probability, and another column is mistaken with probability below 1.

    The failure is at least that of the columns of S alone.
    """
    yield trial.below(0, missed.subs(c, 0), strict=True)
    yield trial.below(mistaken.subs(c, 0), 1, strict=True)
    yield trial.below(k * missed.subs(c, 0), recovery_failure.subs(c, 0))


@exact(support_recovery, step="missed")
def missed_are_all_sets_of_few_rows(missed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The tail is the sum over all sets of at most c of up to five rows; p_S is free."""
    cases = [(p_s * at_size(missed, rows, most), p_s * chance_of(p_s, rows, range(most + 1))) for rows, most in SIZES]
    yield trial.at_sizes(cases, "numbers of rows and of kept entries")


@exact(support_recovery, step="mistaken")
def mistaken_are_all_sets_of_more_rows(mistaken: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The tail is the sum over all sets of more than c of up to five rows; p_0 is free."""
    cases = [
        (p_0 * at_size(mistaken, rows, most), p_0 * chance_of(p_0, rows, range(most + 1, rows + 1)))
        for rows, most in SIZES
    ]
    yield trial.at_sizes(cases, "numbers of rows and of kept entries")


Row = list[tuple[Fraction, tuple[int, ...]]]  # the probabilities of the states of a row


def rows_of(on: Fraction, off: Fraction) -> dict[str, Row]:
    """Rows of one column of the support and two others: independent entries, one number for all, one against the first."""
    chances = (on, off, off)
    states: dict[str, Row] = {"independent": [], "alike": [], "against": []}
    for state in product((0, 1), repeat=3):
        weight = Fraction(1)
        for kept, chance in zip(state, chances, strict=True):
            weight *= chance if kept else 1 - chance
        states["independent"].append((weight, state))
    places = sorted({Fraction(0), Fraction(1), on, off, 1 - off})
    for left, right in pairwise(places):
        u = (left + right) / 2
        states["alike"].append((right - left, (int(u < on), int(u < off), int(u < off))))
        states["against"].append((right - left, (int(u < on), int(u > 1 - off), int(u > 1 - off))))
    return states


def failure_of(row: Row, rows: int) -> Fraction:
    """The probability that the first column does not have more entries than each other, over all states of the rows."""
    laws: dict[tuple[int, ...], Fraction] = {(0, 0, 0): Fraction(1)}
    for _ in range(rows):
        grown: dict[tuple[int, ...], Fraction] = {}
        for counts, mass in laws.items():
            for weight, state in row:
                at = tuple(x + y for x, y in zip(counts, state, strict=True))
                grown[at] = grown.get(at, Fraction(0)) + mass * weight
        laws = grown
    return sum((mass for counts, mass in laws.items() if counts[0] <= max(counts[1:])), Fraction(0))


def failures(bound: sp.Expr, columns: int, on: Fraction, off: Fraction, rows: int) -> list[sp.Expr]:
    """The bound for one column of the support, at every c."""
    at = {n: rows, k: 1, d: columns, p_s: on, p_0: off}
    return [
        written_out(bound, {**{x: sp.Rational(y) for x, y in at.items()}, c: sp.Integer(most)})
        for most in range(rows + 1)
    ]


LAWS = ((Fraction(4, 5), Fraction(1, 5), 6), (Fraction(9, 10), Fraction(2, 5), 8))


@exact(support_recovery)
def rows_of_three_columns_fail_less_often(recovery_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One column of S and two others fail at most as often as the bound at every c, in fractions.

    The entries of a row are independent, or they all depend on one number, in the same direction or opposed.
    """
    for on, off, rows in LAWS:
        bounds = failures(recovery_failure, 3, on, off, rows)
        for name, row in rows_of(on, off).items():
            seen = sp.Rational(trial.once(failure_of, row, rows))
            small = min(bounds)
            yield trial.holds(seen <= small, f"{name}: {float(seen):.4g}, claimed at most {float(small):.4g}")


def distribution(chance: Fraction, rows: int) -> list[Fraction]:
    """P(N ≤ 0), P(N ≤ 1), …, row by row."""
    masses = [Fraction(1)]
    for _ in range(rows):
        masses = [
            (1 - chance) * (masses[at] if at < len(masses) else 0) + chance * (masses[at - 1] if at else 0)
            for at in range(len(masses) + 1)
        ]
    return [sum(masses[: at + 1], Fraction(0)) for at in range(rows + 1)]


def quantile(levels: list[Fraction], u: Fraction) -> int:
    """The least count at which the distribution is at least u."""
    return next(at for at, level in enumerate(levels) if level >= u)


def coupled_failure(chances: tuple[Fraction, Fraction], rows: int, least: Fraction) -> Fraction:
    """The probability that quantiles at U and at U + 1 − m, less 1 if that exceeds 1, do not rank the first column first."""
    on, off = (distribution(each, rows) for each in chances)
    ends = sorted({Fraction(0), least, *on, *(level + least + shift for level in off for shift in (-1, 0))})
    ends = [each for each in ends if 0 <= each <= 1]
    total = Fraction(0)
    for left, right in pairwise(ends):
        u = (left + right) / 2  # between the ends nothing changes
        shifted = u + 1 - least if u <= least else u - least
        if quantile(on, u) <= quantile(off, shifted):
            total += right - left
    return total


def two_rows_fail(on: Fraction, off: Fraction, other: Fraction) -> Fraction:
    """The probability that two independent rows do not rank the first column first; `other` is kept alone in this share of rows."""
    chances = {1: on - off + other, -1: other, 0: 1 - on + off - 2 * other}
    return sum((chances[a] * chances[b] for a, b in product(chances, repeat=2) if a + b <= 0), Fraction(0))


PAIRS = (
    (Fraction(3, 5), Fraction(1, 2), 1),
    (Fraction(1, 2), Fraction(1, 5), 6),
    (Fraction(3, 5), Fraction(2, 5), 9),
    (Fraction(9, 10), Fraction(1, 10), 4),
)


@exact(support_recovery)
def two_columns_fail_as_often(recovery_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two counts that are drawn together, as quantiles at shifted places, fail exactly as often as the best bound, in fractions.

    Those of one row are the entries of a row, as the claim has them; those of more rows are not counts of independent rows. Of two
    independent rows with p_S = 3/5 and p_0 = 1/2 at most 81/100 fail, which is less than the best bound.
    """
    for on, off, rows in PAIRS:
        bound = min(failures(recovery_failure, 2, on, off, rows))
        tails = (distribution(each, rows) for each in (on, off))
        least = min(below + 1 - other for below, other in zip(*tails, strict=True))
        seen = trial.once(coupled_failure, (on, off), rows, least)
        yield trial.same(bound, sp.Rational(seen), by=None)
    on, off, _ = PAIRS[0]
    worst = max(
        two_rows_fail(on, off, Fraction(k, 40)) for k in range(17)
    )  # other shares lie between, in a concave function
    bound = min(failures(recovery_failure, 2, on, off, 2))
    yield trial.holds(worst == Fraction(81, 100) and worst < bound, f"two rows: {worst}, claimed at most {bound}")
