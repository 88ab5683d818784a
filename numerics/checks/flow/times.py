"""Evidence for F1.3: losses at the claimed times, the convex logarithm, and spectra of whole numbers between the bounds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.flow.linear import amplitude, eigenvalue, eta, mode_loss, time
from sparse_limits.theory.flow.times import (
    double_time,
    lam,
    latest_left,
    latest_time,
    left,
    log_curvature,
    mean_left,
    mean_time,
    mu,
    nu,
    part,
    root,
    share,
    single_time,
    slow_time,
    stuck,
    time_to_a_share,
    two_left,
    two_time,
)
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(time_to_a_share, step="shares")
@control("the exponent of the residual", left=part * sp.exp(-eta * lam * time / m))
@control("rate not over the samples", left=left.subs(m, 1))
@control("the root of the share", left=sp.sqrt(part) * left / part)
@control("10 % more", left=ELEVEN * left)
def shares_fade_as_losses(left: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The loss of F1.1 in a mode whose squared component is a share of the sum of all squares."""
    energy = sp.Symbol("E", positive=True)
    yield trial.same(left, mode_loss.subs({amplitude: sp.sqrt(part * energy), eigenvalue: lam}) * 2 * m / energy)


@exact(time_to_a_share, step="one eigenvalue")
@control("of the residual", single_time=2 * single_time)
@control("not times the samples", single_time=single_time / m)
@control("the inverse eigenvalue", single_time=single_time * lam**2)
@control("10 % less", single_time=NINE * single_time)
@control("a share of the residual", left=part * sp.exp(-eta * lam * time / m))
def one_eigenvalue_is_left_at_its_time(left: sp.Expr, single_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left of all of the loss at the claimed time."""
    yield trial.same(left, share, where={part: 1, time: single_time})


@exact(time_to_a_share, step="two eigenvalues")
@control("equal shares", two_left=two_left.subs(part, sp.Rational(1, 2)))
@control("shares exchanged", two_left=two_left.subs({lam: nu, nu: lam}, simultaneous=True))
@control("a mean eigenvalue", two_left=sp.exp(-2 * eta * (part * lam + (1 - part) * nu) * time / m))
@control("10 % more", two_left=ELEVEN * two_left)
@control("a share of the residual", left=part * sp.exp(-eta * lam * time / m))
def two_are_left_together(left: sp.Expr, two_left: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left of a share, and of the rest at the other eigenvalue."""
    yield trial.same(two_left, left + left.subs({part: 1 - part, lam: nu}, simultaneous=True))


@exact(time_to_a_share, step="time of two")
@control("of the residual", two_time=2 * two_time)
@control("the first alone", two_time=single_time)
@control("of the mean eigenvalue", two_time=single_time.subs(lam, part * lam + (1 - part) * nu))
@control("10 % less", two_time=NINE * two_time)
@control("left in equal shares", two_left=two_left.subs(part, sp.Rational(1, 2)))
def two_are_left_at_their_time(two_left: sp.Expr, two_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The equation that defines the time is that the share is left; any other formula is held against it by value."""
    defined = isinstance(two_time, Level)
    left_over = two_left - share
    yield trial.same(
        two_time.function(time) if defined else left_over.subs(time, two_time), left_over if defined else 0
    )


@exact(time_to_a_share, step="twice as fast")
@control("the other root", root=-part / (1 - part) - root)
@control("not over twice", root=2 * root)
@control("10 % more", root=ELEVEN * root)
@control("equal shares", two_left=two_left.subs(part, sp.Rational(1, 2)))
def roots_solve_the_quadratic_equation(two_left: sp.Expr, root: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Where the root is the exponential of −2ηλt/m, the share is left; it is the root with a plus before the square root."""
    at = {nu: 2 * lam, time: -sp.log(root) * m / (2 * eta * lam)}
    yield trial.same(two_left.subs(at), share)
    first, less = sp.symbols("f g", positive=True)  # p and 1 − p over their sum: then the root is plain
    inside = (first / (first + less)) ** 2 + 4 * less / (first + less) * share
    plain = (sp.sqrt(inside) - first / (first + less)) * (first + less) / (2 * less)
    yield trial.same(root.subs(part, first / (first + less)), plain)


@exact(time_to_a_share, step="time of two, twice as fast")
@control("of the residual", double_time=2 * double_time)
@control("not times the samples", double_time=double_time / m)
@control("10 % more", double_time=ELEVEN * double_time)
@control("the other root", root=-part / (1 - part) - root)
@control("left in equal shares", two_left=two_left.subs(part, sp.Rational(1, 2)))
def closed_forms_are_the_time_of_two(
    two_left: sp.Expr, root: sp.Expr, double_time: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What is left at ν = 2λ at the closed form; and the logarithm of the root."""
    yield trial.same(two_left, share, where={nu: 2 * lam, time: double_time})
    yield trial.same(sp.exp(-2 * eta * lam * time / m), root, where={time: double_time})


@exact(time_to_a_share, step="curvature")
@control("of the loss", log_curvature=sp.diff(two_left, time, 2))
@control("half", log_curvature=log_curvature / 2)
@control("not over the samples", log_curvature=m**2 * log_curvature)
@control("none", log_curvature=sp.S.Zero)
@control("equal shares", two_left=two_left.subs(part, sp.Rational(1, 2)))
def logarithms_are_convex(two_left: sp.Expr, log_curvature: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The second derivative; and a square times what is positive, the share being a quotient of positive letters."""
    yield trial.same(log_curvature, sp.diff(sp.log(two_left), time, 2))
    first, less = sp.symbols("f g", positive=True)
    split = {part: first / (first + less)}
    fading = sp.exp(-2 * eta * (lam + nu) * time / m)
    above = first * sp.exp(-2 * eta * lam * time / m) + less * sp.exp(-2 * eta * nu * time / m)
    square = 4 * eta**2 * first * less * (lam - nu) ** 2 * fading / (m**2 * above**2)
    yield trial.nonnegative(log_curvature.subs(split), square)


@exact(time_to_a_share, step="tangent")
@control("the exponent of the residual", mean_left=mean_left.subs(time, time / 2))
@control("all of it fades", mean_left=sp.exp(-2 * eta * mu * time / m))
@control("rate not over the samples", mean_left=mean_left.subs(m, 1))
@control("10 % more", mean_left=ELEVEN * mean_left)
@control("a share of the residual", left=part * sp.exp(-eta * lam * time / m))
def tangents_have_the_slope_of_the_mean(left: sp.Expr, mean_left: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One eigenvalue μ beside what is stuck; two of the mean μ: value and slope at the start; the logarithm of the rest is linear."""
    yield trial.same(mean_left, stuck + left.subs({part: 1 - stuck, lam: mu}, simultaneous=True))
    rest = left.subs(part, (1 - stuck) * part)
    rest += left.subs({part: (1 - stuck) * (1 - part), lam: nu}, simultaneous=True)
    mean = part * lam + (1 - part) * nu
    bound = mean_left.subs(mu, mean)
    for order in (0, 1):
        yield trial.same(sp.diff(bound - stuck - rest, time, order).subs(time, 0), sp.S.Zero)
    yield trial.same(sp.diff(sp.log(mean_left - stuck), time, 2), sp.S.Zero)


@exact(time_to_a_share, step="mean time")
@control("of the residual", mean_time=2 * mean_time)
@control("nothing stuck", mean_time=mean_time.subs(stuck, 0))
@control("not times the samples", mean_time=mean_time / m)
@control("10 % more", mean_time=ELEVEN * mean_time)
@control("all of it fades", mean_left=sp.exp(-2 * eta * mu * time / m))
def mean_times_reach_the_share(mean_left: sp.Expr, mean_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left at the claimed time."""
    yield trial.same(mean_left, share, where={time: mean_time})


@exact(time_to_a_share, step="slowest")
@control("the exponent of the residual", latest_left=latest_left.subs(time, time / 2))
@control("nothing stuck", latest_left=latest_left.subs(stuck, 0))
@control("10 % more", latest_left=ELEVEN * latest_left)
@control("a share of the residual", left=part * sp.exp(-eta * lam * time / m))
def the_slowest_leaves_most(left: sp.Expr, latest_left: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A share stuck for good, and the rest at the eigenvalue; what a mode leaves falls as its eigenvalue grows."""
    yield trial.same(latest_left, stuck + left.subs(part, 1 - stuck))
    yield trial.nonnegative(-sp.diff(left, lam), 2 * eta * time / m * part * sp.exp(-2 * eta * lam * time / m))


@exact(time_to_a_share, step="latest time")
@control("of the residual", latest_time=2 * latest_time)
@control("nothing stuck", latest_time=latest_time.subs(stuck, 0))
@control("not times the samples", latest_time=latest_time / m)
@control("10 % less", latest_time=NINE * latest_time)
@control("left with nothing stuck", latest_left=latest_left.subs(stuck, 0))
def latest_times_reach_the_share(latest_left: sp.Expr, latest_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left at the claimed time."""
    yield trial.same(latest_left, share, where={time: latest_time})


@exact(time_to_a_share, step="slow time")
@control("of the residual", slow_time=2 * slow_time)
@control("all of the loss", slow_time=single_time)
@control("not times the samples", slow_time=slow_time / m)
@control("10 % less", slow_time=NINE * slow_time)
@control("a share of the residual", left=part * sp.exp(-eta * lam * time / m))
def slow_times_reach_the_share(left: sp.Expr, slow_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the slow eigenvectors alone leave at the claimed time."""
    yield trial.same(left, share, where={time: slow_time})


@enclosed(time_to_a_share)
@control("of the residual", single_time=2 * single_time)
@control("mean time of the residual", mean_time=2 * mean_time)
@control("latest time of the squared loss", latest_time=latest_time / 2)
@control("slow time of the residual", slow_time=2 * slow_time)
def one_eigenvalue_attains_the_bounds(
    single_time: sp.Expr,
    mean_time: sp.Expr,
    latest_time: sp.Expr,
    slow_time: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """All bounds at one eigenvalue, the first and the last at its time; and what is left at the latest time beside a plateau."""
    alike = {mu: lam, stuck: 0, part: 1}
    for below in (mean_time, slow_time):
        yield trial.same(below.subs(alike), single_time)
    yield trial.same(latest_time.subs(alike), single_time)
    yield trial.same(latest_left.subs(time, latest_time), share)


def spectrum_left(
    at: sp.Expr, values: tuple[int, ...], shares: tuple[sp.Rational, ...], plain: Mapping[sp.Symbol, sp.Expr]
) -> sp.Expr:
    """What is left at a time of losses at several eigenvalues."""
    pairs = zip(map(sp.Integer, values), shares, strict=True)
    return sum(left.xreplace({**plain, part: p, time: at, lam: value}) for value, p in pairs)


def whole_spectra(rng: np.random.Generator, count: int) -> list[tuple[tuple[int, ...], tuple[int, ...], sp.Rational]]:
    """Four eigenvalues from 1 to 9, four whole weights, and a share."""
    drawn = ((rng.integers(1, 10, 4), rng.integers(1, 9, 4), int(rng.integers(5, 95))) for _ in range(count))
    return [(tuple(map(int, a)), tuple(map(int, b)), sp.Rational(c, 100)) for a, b, c in drawn]


@enclosed(time_to_a_share, cost=0.6)
@control("mean time of the residual", mean_time=2 * mean_time)
@control("latest time of the squared loss", latest_time=latest_time / 2)
@control("slow time of the residual", slow_time=2 * slow_time)
@control("two with equal shares", two_left=two_left.subs(part, sp.Rational(1, 2)))
@control("twice as fast, of the residual", double_time=2 * double_time)
def whole_spectra_are_between(
    mean_time: sp.Expr,
    latest_time: sp.Expr,
    slow_time: sp.Expr,
    two_left: sp.Expr,
    double_time: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """At the bounds from below at least the share is left, at that from above at most it; of drawn spectra."""
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
