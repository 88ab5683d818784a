"""Evidence for S16.2: the support of the data from pairs of columns, in rows that have a latent."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.saliency.support_recovery import distribution
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import delta
from sparse_limits.theory.saliency.recovery_by_pairs import (
    best_tilt,
    enough_rows,
    overlap,
    pair_failure,
    pair_misses,
    pair_ties,
    recovery_by_pairs,
    root_mass,
    row_factor,
    rows_needed,
    separation,
    tilt,
)
from sparse_limits.theory.saliency.support_recovery import d, i, k, kept_law, n, p_0, p_s

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)

odds_s, odds_0 = sp.symbols("odds_S odds_0", positive=True)  # roots of the odds of the two entries


def in_odds(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the roots of the odds of the two entries."""
    chances = {p_s: odds_s**2 / (1 + odds_s**2), p_0: odds_0**2 / (1 + odds_0**2)}
    return sp.simplify(sp.factor(sp.together(valued(expression, chances))))


more = sp.Symbol("more", positive=True)  # what one root of the odds is above the other
ODDS_APART = {p_s: 1 - 1 / (1 + (odds_0 + more) ** 2), p_0: odds_0**2 / (1 + odds_0**2)}
APART = more**2 / ((1 + odds_0**2) * (1 + (odds_0 + more) ** 2))  # 1 − β² there


@exact(recovery_by_pairs, step="independent entries")
@control("the entries the other way round", row_factor=row_factor.subs(tilt, 1 / tilt))
@control("of the support alone", row_factor=1 - p_s + p_s / tilt)
@control("10 % less", row_factor=NINE * row_factor)
@control("of the mean difference", row_factor=tilt ** (p_0 - p_s))
def factor_is_the_mean_over_four_states(row_factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Entry of the other column less entry of the support, as an exponent of t."""
    mean = sp.S.Zero
    for on, off in product((0, 1), repeat=2):
        mean += (p_s if on else 1 - p_s) * (p_0 if off else 1 - p_0) * tilt ** (off - on)
    yield trial.same(row_factor, mean, by=sp.expand)


@exact(recovery_by_pairs, step="best factor")
@control("of a Poisson law", best_tilt=sp.sqrt(p_s / p_0))
@control("its square", best_tilt=best_tilt**2)
@control("10 % more", best_tilt=ELEVEN * best_tilt)
@control("the entries the other way round", row_factor=row_factor.subs(tilt, 1 / tilt))
def factor_is_smallest_at_the_best_tilt(row_factor: sp.Expr, best_tilt: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """No slope there, and a positive second derivative; its square exceeds 1 by p_S − p_0 over a positive number."""
    yield trial.same(sp.diff(row_factor, tilt).subs(tilt, best_tilt), sp.S.Zero, by=in_odds)
    yield trial.same(sp.diff(row_factor, tilt, 2), 2 * p_s * (1 - p_0) / tilt**3)
    yield trial.same(best_tilt**2 - 1, (p_s - p_0) / (p_0 * (1 - p_s)))


@enclosed(recovery_by_pairs)
@control("of a Poisson law, less", best_tilt=sp.sqrt(p_s / p_0) - 1)
@control("the entries the other way round", best_tilt=1 / best_tilt)
@control("the other way round", row_factor=row_factor.subs(tilt, 1 / tilt))
def support_is_denser_and_the_factor_above_one(
    row_factor: sp.Expr, best_tilt: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The best factor exceeds 1 as p_S > p_0; for t ≥ 1 the factor of a row does not fall with p_0, nor rise with p_S."""
    yield trial.below(sp.S.One, best_tilt, strict=True)
    yield trial.below(sp.S.Zero, sp.diff(row_factor, p_0))
    yield trial.below(sp.diff(row_factor, p_s), sp.S.Zero)


@exact(recovery_by_pairs, step="overlap")
@control("not rooted", overlap=p_s * p_0 + (1 - p_s) * (1 - p_0))
@control("of the kept entries alone", overlap=sp.sqrt(p_s * p_0))
@control("10 % less", overlap=NINE * overlap)
@control("of a Poisson law", best_tilt=sp.sqrt(p_s / p_0))
@control("of the support alone", row_factor=1 - p_s + p_s / tilt)
def overlap_is_the_root_of_the_best_factor(
    row_factor: sp.Expr, best_tilt: sp.Expr, overlap: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its square is the factor at the best t; and it is 1 for equal probabilities, not −1."""
    yield trial.same(overlap**2, row_factor.subs(tilt, best_tilt), by=in_odds)
    yield trial.same(overlap.subs(p_0, p_s), sp.S.One, by=in_odds)


@exact(recovery_by_pairs, step="all pairs")
@control("columns in place of pairs", pair_failure=d * overlap ** (2 * n))
@control("half of the exponent", pair_failure=k * (d - k) * overlap**n)
@control("10 % less", pair_failure=NINE * pair_failure)
@control("of the kept entries alone", overlap=sp.sqrt(p_s * p_0))
def pairs_fail_by_a_factor_for_each_row(overlap: sp.Expr, pair_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All pairs where there is no row; the squared overlap for one more."""
    yield trial.induction(pair_failure, n, k * (d - k), lambda term: overlap**2 * term, by=sp.powsimp)


@exact(recovery_by_pairs, step="separation")
@control("Hoeffding's", separation=(p_s - p_0) ** 2 / 2)
@control("of the roots", separation=(sp.sqrt(p_s) - sp.sqrt(p_0)) ** 2)
@control("10 % more", separation=ELEVEN * separation)
@control("10 % less, overlap", overlap=NINE * overlap)
def separation_is_what_the_overlap_lacks(overlap: sp.Expr, separation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One less the square of the overlap; and its sign."""
    yield trial.same(1 - overlap**2, separation, by=in_odds)
    yield trial.nonnegative(separation, APART, where=ODDS_APART, strict=True)


@exact(recovery_by_pairs, step="rows that suffice")
@control("half as many", enough_rows=enough_rows / 2)
@control("of one pair", enough_rows=enough_rows.subs(k, 1))
@control("10 % more", enough_rows=ELEVEN * enough_rows)
@control("half of the exponent", pair_failure=k * (d - k) * overlap**n)
def bound_is_delta_at_these_rows(pair_failure: sp.Expr, enough_rows: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The logarithm of the bound, affine in n, is that of δ there; a row more takes 1 − β² of the bound."""
    at_no_row = sp.log(pair_failure.subs(n, 0))
    rate = sp.log(pair_failure.subs(n, 1) / pair_failure.subs(n, 0))
    yield trial.same(at_no_row + enough_rows * rate, sp.log(delta), by=expanded)
    taken = sp.powsimp(1 - pair_failure.subs(n, n + 1) / pair_failure)
    yield trial.nonnegative(taken, APART, where=ODDS_APART, strict=True)


def expanded(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, the logarithm of the squared overlap taken apart."""
    beta = sp.Symbol("beta", positive=True)
    named = expression.subs(overlap**2, beta**2).subs(overlap, beta)
    return sp.simplify(sp.expand_log(sp.expand(named), force=False))


@exact(recovery_by_pairs, step="ties")
@control("the mass of both", root_mass=root_mass**2)
@control("one order of the rows", root_mass=root_mass / sp.binomial(n, i))
@control("10 % less", root_mass=NINE * root_mass)
def roots_are_those_of_two_laws(root_mass: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its square is the product of two laws of S16.1, and itself one for equal ones; row by row, kept in both or in neither."""
    yield trial.same(root_mass**2, kept_law(p_s) * kept_law(p_0), by=in_roots)
    yield trial.same(root_mass.subs(p_0, p_s), kept_law(p_s), by=in_roots)
    both, none = sp.sqrt(p_s * p_0), sp.sqrt((1 - p_s) * (1 - p_0))
    more = root_mass.subs(n, n + 1).subs(i, i + 1)
    yield trial.same(more, both * root_mass + none * root_mass.subs(i, i + 1), by=in_roots)


def in_roots(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the roots of the four probabilities."""
    a, b, removed_s, removed_0 = sp.symbols("a b removed_S removed_0", positive=True)
    at = {1 - p_s: removed_s**2, 1 - p_0: removed_0**2}
    named = expression.subs(at).subs({p_s: a**2, p_0: b**2})
    return sp.expand(sp.expand_power_base(sp.expand_power_exp(sp.combsimp(sp.powdenest(named)))))


@exact(recovery_by_pairs, step="floor")
@control("as if for one count", pair_floor=overlap ** (2 * n))
@control("of the roots", pair_floor=overlap**n / (n + 1))
@control("for n counts", pair_floor=overlap ** (2 * n) / n)
@control("10 % less, roots", root_mass=NINE * root_mass)
def floor_is_the_square_over_the_counts(root_mass: sp.Expr, pair_floor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square of the sum of the roots over the number of counts, for up to five rows."""
    roots = {p_s: odds_s**2 / (1 + odds_s**2), p_0: odds_0**2 / (1 + odds_0**2)}
    for rows in range(1, 6):
        total = sum(valued(valued(root_mass, {n: rows, i: count}), roots) for count in range(rows + 1))
        claimed = pair_floor.subs(n, rows).subs(roots)
        yield trial.same(claimed * (rows + 1), total**2, by=lambda gap: sp.factor(sp.powdenest(sp.simplify(gap))))


PAIRS = ((Fraction(1, 2), Fraction(1, 5)), (Fraction(3, 5), Fraction(2, 5)), (Fraction(9, 10), Fraction(1, 10)))


def no_more(on: Fraction, off: Fraction, rows: int) -> tuple[Fraction, Fraction]:
    """P(N ≤ M) and P(N = M) for independent binomial N and M."""
    laws = []
    for chance in (on, off):
        levels = distribution(chance, rows)
        laws.append([level - (levels[at - 1] if at else 0) for at, level in enumerate(levels)])
    fails = sum((x * sum(laws[1][at:], Fraction(0)) for at, x in enumerate(laws[0])), Fraction(0))
    return fails, sum((x * y for x, y in zip(*laws, strict=True)), Fraction(0))


@enclosed(recovery_by_pairs)
@control("twice the exponent", pair_failure=k * (d - k) * overlap ** (4 * n))
@control("a quarter", pair_failure=pair_failure / 4)
@control("as if for one count", pair_floor=overlap ** (2 * n))
@control("for the root of the counts", pair_floor=4 * overlap ** (2 * n) / sp.sqrt(n + 1))
def independent_columns_lie_between(pair_failure: sp.Expr, pair_floor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One column each, whose counts are independent, in fractions: 2 to 40 rows."""
    for on, off in PAIRS:
        for rows in (2, 5, 12, 40):
            at = {n: rows, k: 1, d: 2, p_s: sp.Rational(on), p_0: sp.Rational(off)}
            fails, ties = (sp.Rational(x) for x in trial.once(no_more, on, off, rows))
            yield trial.below(fails, valued(pair_failure, at), at=[{}])
            yield trial.below(pair_floor.subs(at), ties, at=[{}])


LATENTS = ((Fraction(1, 2), Fraction(9, 10)), (Fraction(0), Fraction(3, 10)))  # of two latents: on and off the support


def mixed(rows: int) -> Fraction:
    """P(N ≤ M) where each row has one of two latents, with half the probability each, and entries independent given it."""
    law = {0: Fraction(1)}  # of N − M
    for _ in range(rows):
        grown: dict[int, Fraction] = {}
        for gap, mass in law.items():
            for on, off in zip(*LATENTS, strict=True):
                for kept, other in product((0, 1), repeat=2):
                    weight = (on if kept else 1 - on) * (off if other else 1 - off) / 2
                    grown[gap + kept - other] = grown.get(gap + kept - other, Fraction(0)) + mass * weight
        law = grown
    return sum((mass for gap, mass in law.items() if gap <= 0), Fraction(0))


@enclosed(recovery_by_pairs)
@control("twice the exponent", pair_failure=k * (d - k) * overlap ** (4 * n))
@control("the separation taken off twice", pair_failure=k * (d - k) * (overlap**2 - separation) ** n)
@control("a quarter", pair_failure=pair_failure / 4)
def rows_with_latents_fail_less(pair_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two latents, at which both columns are dense or both are not; the means of their probabilities are 7/10 and 3/20."""
    on, off = (sum(pair, Fraction(0)) / 2 for pair in LATENTS)
    for rows in (1, 2, 4, 8):
        at = {n: rows, k: 1, d: 2, p_s: sp.Rational(on), p_0: sp.Rational(off)}
        yield trial.below(sp.Rational(trial.once(mixed, rows)), valued(pair_failure, at), at=[{}])


def misses_and_ties(rows: int, on: Fraction, off: Fraction) -> tuple[Fraction, Fraction]:
    """P(N_S ≤ N_0) and P(N_S = N_0) of independent columns, row by row by the law of the difference."""
    steps = {1: on * (1 - off), 0: on * off + (1 - on) * (1 - off), -1: (1 - on) * off}
    law = {0: Fraction(1)}
    for _ in range(rows):
        law = {
            place: sum((law.get(place - step, Fraction(0)) * chance for step, chance in steps.items()), Fraction(0))
            for place in range(min(law) - 1, max(law) + 2)
        }
    return sum((chance for place, chance in law.items() if place <= 0), Fraction(0)), law[0]


@exact(recovery_by_pairs)
@control("no ties", pair_misses=pair_misses - pair_ties)
@control("10 % less", pair_misses=NINE * pair_misses)
@control("of one probability", pair_ties=pair_ties.subs(p_0, p_s))
@control("10 % more", pair_ties=ELEVEN * pair_ties)
@control("one row more", rows_needed=rows_needed + 1)
@control("half of them", rows_needed=rows_needed / 2)
def independent_columns_miss_and_tie(
    pair_misses: sp.Expr, pair_ties: sp.Expr, rows_needed: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """By the law of the difference of two counts; the rows needed are the first that miss with at most δ."""
    on, off = Fraction(3, 4), Fraction(1, 4)
    at = {p_s: sp.Rational(on), p_0: sp.Rational(off)}
    for rows in (1, 2, 5, 8):
        found = misses_and_ties(rows, on, off)
        for claimed, each in zip((pair_misses, pair_ties), found, strict=True):
            yield trial.same(rational(claimed, {**at, n: sp.Integer(rows)}), sp.Rational(each))
    for allowed in (Fraction(1, 10), Fraction(1, 100)):
        first = next(rows for rows in range(1, 99) if misses_and_ties(rows, on, off)[0] <= allowed)
        claimed = rational(rows_needed, {**at, delta: sp.Rational(allowed)})
        yield trial.holds(bool(claimed == first), f"{first} rows miss with at most {allowed}, claimed {claimed}")
