"""Evidence for N2: a kept neuron must be aligned with the target."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.neuron_pruning.circle import Vector, squared_error, squared_sine
from theory.neuron_pruning.alignment import (
    N,
    aligned,
    alignment_bound,
    angle,
    attained,
    delta,
    eps,
    error_bound,
    leading,
    neurons,
    ratio,
    success,
    union,
)
from theory.neuron_pruning.kink import kink, kink_bound, radius

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
two = eps / 2  # 2ε where 4ε stands

# Where the formulas come from


@exact(alignment_bound)
@control("2ε instead of 4ε", ratio=ratio.subs(eps, two))
@control("sine instead of tangent", ratio=4 * eps)
@control("10 % more", ratio=MORE * ratio)
@control("half instead of a quarter", error_bound=2 * error_bound)
@control("tangent instead of sine", error_bound=sp.tan(angle) / 4)
@control("10 % less", error_bound=LESS * error_bound)
def segment_meets_the_kink_lemma(ratio: sp.Expr, error_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half the length s of the segment with a loss of ε by N1 is the sine of the angle whose tangent is the ratio."""
    half_length = sp.Symbol("half_length", positive=True)
    loss = kink_bound.subs({kink: 1, radius: half_length})
    (longest,) = sp.solve(loss - eps, half_length)
    yield trial.same(ratio, longest / sp.sqrt(1 - longest**2))
    yield trial.same(error_bound, loss.subs(half_length, sp.sin(angle)))


@exact(alignment_bound)
@control("2ε instead of 4ε", aligned=aligned.subs(eps, two))
@control("one sign only", aligned=aligned / 2)
@control("arctangent", aligned=2 * sp.atan(4 * eps) / sp.pi)
@control("leading order", aligned=8 * eps / sp.pi)
@control("ratio 10 % more", ratio=MORE * ratio)
def a_cauchy_ratio_is_as_small_with_this_probability(
    ratio: sp.Expr, aligned: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mass 2∫1/(π(1+t²)) up to ρ(ε): both sides vanish at 0 and grow alike."""
    yield trial.same(sp.diff(aligned, eps), 2 * sp.diff(ratio, eps) / (sp.pi * (1 + ratio**2)))
    yield trial.same(sp.limit(aligned, eps, 0), sp.Integer(0))


@exact(alignment_bound)
@control("neurons for twice the probability", neurons=2 * neurons)
@control("10 % less", neurons=LESS * neurons)
@control("one neuron less", union=union.subs(N, N - 1))
@control("no factor 2 in the probability", aligned=aligned / 2)
@control("power N + 1", success=1 - (1 - aligned) ** (N + 1))
@control("all aligned", success=aligned**N)
def many_neurons_from_one(
    aligned: sp.Expr, success: sp.Expr, union: sp.Expr, neurons: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Some of N independent events; their union bound, solved for N."""
    fails = sp.Integer(1)
    for count in range(1, 4):
        fails *= 1 - aligned
        yield trial.same(success.subs(N, count), 1 - fails)
        yield trial.same(union.subs(N, count), count * aligned)
    yield trial.same(union.subs(N, neurons), delta)


@enclosed(alignment_bound)
@control("union of half the probabilities", union=union / 2)
@control("10 % less", union=LESS * union)
@control("a neuron more", success=success.subs(N, N + 1))
def union_is_above(success: sp.Expr, union: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From two neurons on, and close for a small ε."""
    points = [{N: sp.Integer(n), eps: sp.Rational(1, q)} for n, q in ((2, 1000), (3, 100), (9, 5), (40, 20))]
    yield trial.below(success, union, at=points, strict=True)


@enclosed(alignment_bound)
@control("2ε instead of 4ε", leading=leading.subs(eps, two))
@control("square root of the error", leading=leading * sp.sqrt(eps))
@control("10 % more", leading=MORE * leading)
@control("10 % less", leading=LESS * leading)
@control("arctangent", neurons=sp.pi * delta / (2 * sp.atan(4 * eps)))
def leading_order_is_leading(neurons: sp.Expr, leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(arcsin u − u)/u³ grows up to π/2 − 1 at u = 1, so 1 ≤ leading/neurons ≤ 1 + (π/2 − 1)u² with u = 4ε."""
    points = [{eps: sp.Rational(1, q), delta: sp.Rational(p, 7)} for q, p in ((5, 2), (40, 3), (1000, 7))]
    yield trial.below(neurons, leading, at=points)
    yield trial.below(leading, neurons * (1 + (sp.pi / 2 - 1) * 16 * eps**2), at=points)


# No subset does better, and four neurons do as well

TARGET = (120, 160)  # of the length 200, beside neurons of lengths up to 85


def least_errors(rng: np.random.Generator, nets: int, size: int) -> list[tuple[Fraction, Fraction]]:
    """For random neurons on the plane with whole weights: the squared sine of the nearest kept neuron (1 if none is kept)
    and the least squared error, relative to the target, over all subsets of which it is the nearest."""
    found = []
    for _ in range(nets):
        weights = [(int(x), int(y) | 1) for x, y in rng.integers(-60, 61, (size, 2))]
        outputs = [int(x) for x in rng.integers(-1, 5, size)]
        least: dict[Fraction, Fraction] = {}
        for kept in product((False, True), repeat=size):
            chosen = [i for i in range(size) if kept[i]]
            sine = min((squared_sine(TARGET, weights[i]) for i in chosen), default=Fraction(1))
            error = squared_error(TARGET, [weights[i] for i in chosen], [outputs[i] for i in chosen])
            least[sine] = min(least.get(sine, error), error)
        found += [(sine, error / 200**2) for sine, error in least.items() if sine]
    return found


def four_neurons(m: int) -> tuple[Fraction, Fraction]:
    """The squared sine and the squared error of the four neurons with tan(angle/2) = 1/m."""
    target: Vector = (2 * (m * m + 1), 0)
    beside = [(m * m - 1, 2 * m), (m * m - 1, -2 * m)]
    error = squared_error(target, [*beside, (0, 1), (0, -1)], [1, 1, -m, -m])
    return squared_sine(target, beside[0]), error / target[0] ** 2


def below_the_error(bound: sp.Expr, sine: Fraction, error: Fraction, trial: Trial) -> Finding:
    """That a bound in the angle is at most the error, both given as squares."""
    return trial.below(bound**2, sp.Rational(error), at=[{angle: sp.asin(sp.sqrt(sp.Rational(sine)))}])


@enclosed(alignment_bound, cost=0.5)
@control("half instead of a quarter", error_bound=2 * error_bound)
@control("10 % more", error_bound=MORE * error_bound)
@control("angle instead of sine", error_bound=angle / 3)
def every_subset_has_this_error(error_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All subsets of networks with whole weights in exact arithmetic; and the four neurons, which come close."""
    for m in (2, 5, 20, 100):
        yield below_the_error(error_bound, *four_neurons(m), trial)
    for sine, error in trial.draw(least_errors, trial.size(8), 5):
        yield below_the_error(error_bound, sine, error, trial)


@enclosed(alignment_bound)
@control("the bound itself", attained=error_bound)
@control("half the angle", attained=attained.subs(angle, angle / 2))
@control("10 % less", attained=LESS * attained)
def four_neurons_attain_the_constant(attained: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Their error in exact arithmetic has the closed form, from a right angle's half on."""
    for m in (2, 3, 7, 50):
        error = sp.sqrt(sp.Rational(four_neurons(m)[1]))
        yield trial.same(attained, error, at=[{angle: 2 * sp.atan(sp.Rational(1, m))}], by=None)


# Random weights


def alignments(rng: np.random.Generator, d: int, size: int, error: float) -> NDArray[np.bool_]:
    """Whether Gaussian neurons lie within arcsin(4ε) of the target's axis, in a random plane with the target."""
    target, other = np.linalg.qr(rng.standard_normal((d, 2)))[0].T
    w = rng.standard_normal((size, d))
    along, across = w @ target, w @ other
    aligned: NDArray[np.bool_] = np.abs(across) <= 4 * error * np.hypot(along, across)
    return aligned


def aligned_count(rng: np.random.Generator, d: int, size: int, error: float) -> int:
    return int(np.count_nonzero(alignments(rng, d, size, error)))


def some_aligned_count(rng: np.random.Generator, d: int, nets: int, size: int, error: float) -> int:
    return int(np.count_nonzero(alignments(rng, d, nets * size, error).reshape(nets, size).any(axis=1)))


@statistical(alignment_bound, tests=6, cost=0.4)
@control("2ε instead of 4ε", aligned=aligned.subs(eps, two))
@control("one sign only", aligned=aligned / 2)
@control("10 % more", aligned=MORE * aligned)
@control("10 % less", aligned=LESS * aligned)
def random_neurons_are_aligned_as_often(aligned: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In 2, 3 and 8 dimensions the same frequency."""
    for error, size in ((sp.Rational(1, 20), 150_000), (sp.Rational(1, 100), 40_000)):
        size = trial.size(size)
        for d in (2, 3, 8):
            yield trial.counts(
                trial.draw(aligned_count, d, size, float(error)), size, trial.value(aligned, {eps: error})
            )


@statistical(alignment_bound, tests=2)
@control("union bound", success=union)
@control("2ε instead of 4ε", success=success.subs(eps, two))
@control("one neuron less", success=success.subs(N, N - 1))
@control("10 % less", success=LESS * success)
@control("ten per cent more", success=MORE * success)
def random_networks_hold_an_aligned_neuron_as_often(success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Networks of 5 and of 19 neurons in three dimensions."""
    nets = trial.size(20_000)
    for size, error in ((5, sp.Rational(1, 20)), (19, sp.Rational(1, 100))):
        p = trial.value(success, {N: sp.Integer(size), eps: error})
        yield trial.counts(trial.draw(some_aligned_count, 3, nets, size, float(error)), nets, p)
