"""Evidence for F1.3, besides its reasons: one eigenvalue attains the bounds; whole spectra are between."""

from collections.abc import Mapping

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.flow.linear import eta, time
from sparse_limits.theory.flow.times import lam, left, mu, nu, part, share, stuck, time_to_a_share
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m


@enclosed(time_to_a_share)
def one_eigenvalue_attains_the_bounds(
    single_time: sp.Expr, mean_time: sp.Expr, latest_time: sp.Expr, slow_time: sp.Expr, trial: Trial
) -> Findings:
    """With one eigenvalue all three bounds are its time; beside a plateau the share asked for is left at the mean time and at the latest."""
    alike = {mu: lam, stuck: 0, part: 1}
    for below in (mean_time, slow_time):
        yield trial.same(below.subs(alike), single_time)
    yield trial.same(latest_time.subs(alike), single_time)
    beside = stuck + left.subs(part, 1 - stuck)  # one eigenvalue λ, and a share at the eigenvalue 0
    for bound in (mean_time.subs(mu, lam), latest_time):
        yield trial.same(beside.subs(time, bound), share)


def spectrum_left(
    at: sp.Expr, values: tuple[int, ...], shares: tuple[sp.Rational, ...], plain: Mapping[sp.Symbol, sp.Expr]
) -> sp.Expr:
    """The share of the loss that is left at a time, summed over several eigenvalues."""
    pairs = zip(map(sp.Integer, values), shares, strict=True)
    return sum(left.xreplace({**plain, part: p, time: at, lam: value}) for value, p in pairs)


def whole_spectra(rng: np.random.Generator, count: int) -> list[tuple[tuple[int, ...], tuple[int, ...], sp.Rational]]:
    """Four eigenvalues from 1 to 9, four whole weights, and a share."""
    drawn = ((rng.integers(1, 10, 4), rng.integers(1, 9, 4), int(rng.integers(5, 95))) for _ in range(count))
    return [(tuple(map(int, a)), tuple(map(int, b)), sp.Rational(c, 100)) for a, b, c in drawn]


@enclosed(time_to_a_share, cost=0.6)
def whole_spectra_are_between(
    mean_time: sp.Expr, latest_time: sp.Expr, slow_time: sp.Expr, two_left: sp.Expr, double_time: sp.Expr, trial: Trial
) -> Findings:
    """For drawn spectra at least the share asked for is left at both lower bounds, and at most it at the upper bound; with the eigenvalues
    1 and 2, a third is left at the closed-form time.
    """
    plain = {eta: sp.Integer(1), m: sp.Integer(4), stuck: sp.Integer(0)}
    for values, weights, target in trial.draw(whole_spectra, 6):
        shares = tuple(sp.Rational(weight, sum(weights)) for weight in weights)
        average = sum(p * value for p, value in zip(shares, values, strict=True))
        here = plain | {share: target}
        early = mean_time.xreplace(here | {mu: average})
        late = latest_time.xreplace(here | {lam: sp.Integer(min(values))})
        slow = slow_time.xreplace(here | {lam: sp.Integer(max(values)), part: sp.Integer(1)})
        leave = [spectrum_left(at, values, shares, here) for at in (early, slow, late)]
        for low, high in ((target, leave[0]), (target, leave[1]), (leave[2], target)):  # numbers of one spectrum
            yield trial.below(low, high, at=[{}])
    at = valued(double_time, {eta: 1, m: 2, part: sp.Rational(2, 3), lam: 1, share: sp.Rational(1, 3)})
    found = two_left.subs({eta: 1, m: 2, part: sp.Rational(2, 3), lam: 1, nu: 2, time: at})
    yield trial.same(found, sp.Rational(1, 3), by=None)
