"""Evidence for S16.1: the support of the data from the densest columns, whatever columns have to do with one another."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.support_recovery import (
    c,
    d,
    i,
    k,
    kept_law,
    law,
    missed,
    mistaken,
    n,
    p_0,
    p_s,
    recovery_failure,
    support_recovery,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
Floats = NDArray[np.float64]


def in_misses(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability of an entry that is not kept."""
    removed = sp.Symbol("removed", positive=True)
    return sp.expand(sp.expand_power_exp(sp.combsimp(expression.subs(p_s, 1 - removed))))


@exact(support_recovery, step="law")
@control("one order of the rows", law=law / sp.binomial(n, i))
@control("Poisson", law=sp.exp(-n * p_s) * (n * p_s) ** i / sp.factorial(i))
@control("removed entries", law=law.subs(p_s, 1 - p_s))
def law_grows_row_by_row(law: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The law for n + 1 rows from that for n, at a count of i + 1 and at none."""
    more = law.subs(n, n + 1)
    yield trial.same(more.subs(i, i + 1), p_s * law + (1 - p_s) * law.subs(i, i + 1), by=in_misses)
    yield trial.same(more.subs(i, 0), (1 - p_s) * law.subs(i, 0), by=in_misses)


@exact(support_recovery, step="law")
@control("removed entries", law=law.subs(p_s, 1 - p_s))
@control("of one row more", law=law.subs(n, n + 1))
@control("10 % more", law=ELEVEN * law)
def law_of_one_row(law: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """No entry, one, and more than there are rows."""
    for count, chance in ((0, 1 - p_s), (1, p_s), (i + 2, 0)):
        yield trial.same(law.subs(n, 1).subs(i, count), sp.sympify(chance))


def chance_of(chance: sp.Expr, rows: int, counted: range) -> sp.Expr:
    """The probability of these counts, over all sets of rows in which a column keeps its entry."""
    sets = (sum(each) for each in product((0, 1), repeat=rows))
    return sp.Add(*(chance**kept * (1 - chance) ** (rows - kept) for kept in sets if kept in counted))


def at_size(tail: sp.Expr, rows: int, most: int) -> sp.Expr:
    """The sum written out, the probability of an entry left free."""
    return written_out(tail, {n: sp.Integer(rows), c: sp.Integer(most)})


SIZES = [(rows, most) for rows in range(1, 6) for most in range(rows)]


@enclosed(support_recovery)
@control("surely", missed=sp.S.Zero, mistaken=sp.S.One)
@control("columns of S alone, 10 % less", recovery_failure=NINE * k * missed)
@control("the other sign", recovery_failure=-recovery_failure)
def columns_may_fail_or_not(
    missed: sp.Expr, mistaken: sp.Expr, recovery_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A column of S fails with some probability, at no count even, and another not surely; others do not make S fail less."""
    yield trial.below(0, missed.subs(c, 0), strict=True)
    yield trial.below(mistaken.subs(c, 0), 1, strict=True)
    yield trial.below(k * missed.subs(c, 0), recovery_failure.subs(c, 0))


@exact(support_recovery, step="missed")
@control("fewer than c", missed=sp.Sum(law, (i, 0, c - 1)))
@control("more than c", missed=sp.Sum(law, (i, c + 1, n)))
@control("10 % less", missed=NINE * missed)
@control("removed entries", missed=missed.subs(p_s, 1 - p_s))
def missed_are_all_sets_of_few_rows(missed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sets of at most c of up to five rows, p_S free."""
    cases = [(p_s * at_size(missed, rows, most), p_s * chance_of(p_s, rows, range(most + 1))) for rows, most in SIZES]
    yield trial.at_sizes(cases, "numbers of rows and of kept entries")


@exact(support_recovery, step="mistaken")
@control("c or more", mistaken=1 - sp.Sum(kept_law(p_0), (i, 0, c - 1)))
@control("at most c", mistaken=1 - mistaken)
@control("10 % less", mistaken=NINE * mistaken)
@control("of the support", mistaken=mistaken.subs(p_0, p_s))
def mistaken_are_all_sets_of_more_rows(mistaken: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sets of more than c of up to five rows, p_0 free."""
    cases = [
        (p_0 * at_size(mistaken, rows, most), p_0 * chance_of(p_0, rows, range(most + 1, rows + 1)))
        for rows, most in SIZES
    ]
    yield trial.at_sizes(cases, "numbers of rows and of kept entries")


@exact(support_recovery, step="sum")
@control("one column of each kind", recovery_failure=missed + mistaken)
@control("the support twice", recovery_failure=k * missed + d * mistaken)
@control("both must fail", recovery_failure=k * (d - k) * missed * mistaken)
@control("10 % less", recovery_failure=NINE * recovery_failure)
@control("fewer than c", missed=sp.Sum(law, (i, 0, c - 1)))
@control("at most c", mistaken=1 - mistaken)
def failures_add_up_over_the_columns(
    missed: sp.Expr, mistaken: sp.Expr, recovery_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """None without columns; one more column of S brings the one probability in place of the other, one more input the other."""
    yield trial.same(valued(recovery_failure, {k: 0, d: 0}), sp.S.Zero, by=sp.expand)
    one_more = recovery_failure.subs(k, k + 1) - recovery_failure
    yield trial.same(one_more, missed - mistaken, by=sp.expand)
    yield trial.same(recovery_failure.subs(d, d + 1) - recovery_failure, mistaken, by=sp.expand)


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
@control("columns off the support never fail", recovery_failure=k * missed)
@control("columns of the support never fail", recovery_failure=(d - k) * mistaken)
@control("both must fail", recovery_failure=k * (d - k) * missed * mistaken)
def rows_of_three_columns_fail_less_often(recovery_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Every c, rows whose entries are independent, alike and against each other, in fractions."""
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
    """The probability that quantiles at U and at U + 1 − m, less 1 beyond 1, do not rank the first column first."""
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


PAIRS = (
    (Fraction(1, 2), Fraction(1, 5), 6),
    (Fraction(3, 5), Fraction(2, 5), 9),
    (Fraction(9, 10), Fraction(1, 10), 4),
)


@exact(support_recovery)
@control("5 % less", recovery_failure=sp.Rational(19, 20) * recovery_failure)
@control("5 % more", recovery_failure=sp.Rational(21, 20) * recovery_failure)
@control("both must fail", recovery_failure=missed * mistaken)
@control("fewer than c", recovery_failure=k * sp.Sum(law, (i, 0, c - 1)) + (d - k) * mistaken)
@control("Hoeffding, pairs", recovery_failure=k * (d - k) * sp.exp(-n * (p_s - p_0) ** 2 / 2))
def two_columns_fail_as_often(recovery_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Counts drawn together as quantiles at shifted places, in fractions."""
    for on, off, rows in PAIRS:
        bound = min(failures(recovery_failure, 2, on, off, rows))
        tails = (distribution(each, rows) for each in (on, off))
        least = min(below + 1 - other for below, other in zip(*tails, strict=True))
        seen = trial.once(coupled_failure, (on, off), rows, least)
        yield trial.same(bound, sp.Rational(seen), by=None)
