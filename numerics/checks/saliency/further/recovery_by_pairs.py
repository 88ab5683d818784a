"""Evidence for S16.2, besides its reasons: support is denser and the factor above one; and more."""

from fractions import Fraction
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.saliency.support_recovery import distribution
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.further.recovery_by_pairs import recovery_by_pairs
from sparse_limits.theory.saliency.model import delta
from sparse_limits.theory.saliency.support_recovery import d, k, n, p_0, p_s


@enclosed(recovery_by_pairs)
def support_is_denser_and_the_factor_above_one(row_factor: sp.Expr, best_tilt: sp.Expr, trial: Trial) -> Findings:
    """The best factor exceeds 1 as p_S > p_0; for t ≥ 1 the factor of a row does not fall with p_0, nor rise with p_S."""
    yield trial.below(sp.S.One, best_tilt, strict=True)
    yield trial.below(sp.S.Zero, sp.diff(row_factor, p_0))
    yield trial.below(sp.diff(row_factor, p_s), sp.S.Zero)


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
def independent_columns_lie_between(pair_failure: sp.Expr, pair_floor: sp.Expr, trial: Trial) -> Findings:
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
def rows_with_latents_fail_less(pair_failure: sp.Expr, trial: Trial) -> Findings:
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
def independent_columns_miss_and_tie(
    pair_misses: sp.Expr, pair_ties: sp.Expr, rows_needed: sp.Expr, trial: Trial
) -> Findings:
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
