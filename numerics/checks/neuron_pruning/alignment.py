"""Evidence for N2: a kept neuron must be aligned with the target."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.neuron_pruning.chances import checks_of_the_number
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.neuron_pruning.circle import Vector, squared_error, squared_sine
from sparse_limits.theory.formulas.simplifying import powers_together
from sparse_limits.theory.neuron_pruning.alignment import (
    N,
    alignment_bound,
    angle,
    by_acute_halves,
    by_halves,
    delta,
    eps,
    in_halves,
    phi,
    t,
    y,
    z,
)

HALF = sp.Rational(1, 2)

# Where the formulas come from


A, B = sp.symbols("A B", real=True)  # of any function that is linear in the plane


@exact(alignment_bound, step="bend")
def what_is_linear_drops_out(arc: sp.Matrix, weights: tuple[sp.Expr, ...], bend: sp.Expr, trial: Trial) -> Findings:
    """The weighted sum of errors at three points, A and B free."""
    error = sp.Max(arc[1], 0) - A * arc[0] - B * arc[1]
    errors = (error.subs(t, place) for place in (-angle, 0, angle))
    added = sp.Add(*(weight * each for weight, each in zip(weights, errors, strict=True)))
    yield trial.same(added, bend, by=by_acute_halves)


@exact(alignment_bound, step="widest angle")
def bound_is_the_error_at_the_widest_angle(error_bound: sp.Expr, widest: sp.Expr, trial: Trial) -> Findings:
    """The bound is ε at the widest angle, and its slope in the angle is not negative."""
    yield trial.same(error_bound.subs(angle, widest), eps)
    half = sp.Symbol("half_theta", positive=True)
    slope = in_halves(sp.diff(error_bound, angle))
    yield trial.nonnegative(slope, (1 + half**2) / 4)


@exact(alignment_bound, step="aligned")
def a_cauchy_ratio_is_as_small_with_this_probability(
    widest: sp.Expr, ratio: sp.Expr, aligned: sp.Expr, trial: Trial
) -> Findings:
    """The probability is that of four widest angles on the circle; it and the mass 2∫1/(π(1+t²)) up to ρ(ε) have the same derivative in ε,
    and it is 0 at 0.
    """
    yield trial.same(aligned, 4 * widest / (2 * sp.pi))
    yield trial.same(sp.diff(aligned, eps), 2 * sp.diff(ratio, eps) / (sp.pi * (1 + ratio**2)), by=sp.factor)
    yield trial.same(sp.limit(aligned, eps, 0), sp.Integer(0))


(
    one_neuron_more_is_not_aligned,
    probabilities_add_up,
    many_neurons_from_one,
    leading_order_drops_the_arctangent,
) = checks_of_the_number(alignment_bound)


@enclosed(alignment_bound)
def union_is_above(success: sp.Expr, union: sp.Expr, aligned: sp.Expr, trial: Trial) -> Findings:
    """The union bound less the probability is 0 for one neuron; one more changes the gap g into (1 − a)g + Na², where a, at most 1, is the
    probability that one neuron is aligned.
    """
    yield trial.everywhere(aligned, sp.S.One, within={eps: (0, HALF)}, zero={eps: (HALF, 1)})
    gap = union - success
    yield trial.induction(
        gap, N, sp.S.Zero, lambda less: (1 - aligned) * less + N * aligned**2, start=1, by=powers_together
    )


@enclosed(alignment_bound)
def leading_order_is_leading(neurons: sp.Expr, leading: sp.Expr, trial: Trial) -> Findings:
    """arctan u ≤ u ≤ (1 + u²/3) arctan u, so 1 ≤ neurons/leading ≤ 1 + u²/3 with u = 2ε: for all errors below a half."""
    whole = {eps: (0, HALF)}
    yield trial.everywhere(eps * leading / neurons, eps, within=whole, zero={eps: (0, 3)})
    yield trial.everywhere(eps, eps * leading / neurons * (1 + 4 * eps**2 / 3), within=whole, zero={eps: (0, 5)})


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


def four_neurons(p: int, q: int) -> tuple[Fraction, Fraction]:
    """The squared sine and the squared error of the four neurons with tan(angle/2) = p/q, both times whole numbers."""
    side, across = q * q - p * p, p * (q * q + p * p)
    target: Vector = (2 * q * side, 0)
    beside = [(side, 2 * p * q), (side, -2 * p * q)]
    error = squared_error(target, [*beside, (0, 1), (0, -1)], [q, q, -across, -across])
    return squared_sine(target, beside[0]), error / target[0] ** 2


HALVES = ((1, 100), (1, 5), (1, 2), (4, 5))  # p and q: tangents of half of the angle of four neurons


@enclosed(alignment_bound, cost=0.5)
def every_subset_has_this_error(error_bound: sp.Expr, trial: Trial) -> Findings:
    """All subsets of networks with whole weights in exact arithmetic; and the four neurons, whose error is the bound."""
    for p, q in HALVES:
        error = sp.Rational(four_neurons(p, q)[1])
        yield trial.same(error_bound**2, error, at=[{angle: 2 * sp.atan(sp.Rational(p, q))}], by=None)
    for sine, error in trial.draw(least_errors, trial.size(8), 5):
        at = [{angle: sp.asin(sp.sqrt(sp.Rational(sine)))}]
        yield trial.below(error_bound**2, sp.Rational(error), at=at)


@enclosed(alignment_bound, cost=0.5)
def some_kept_neuron_has_this_ratio(ratio: sp.Expr, trial: Trial) -> Findings:
    """The tangent of the least angle of a kept neuron is at most the ratio, for the same networks; for the four neurons it is the ratio at
    their error.
    """
    alike = [four_neurons(p, q) for p, q in HALVES]
    for case in alike + trial.draw(least_errors, trial.size(8), 5):
        if (error := case[1]) < Fraction(1, 4):
            at, seen = [{eps: sp.sqrt(sp.Rational(error))}], sp.Rational(case[0] / (1 - case[0]))
            yield trial.same(ratio**2, seen, at=at, by=None) if case in alike else trial.below(seen, ratio**2, at=at)


ENDS = (sp.S.Zero, sp.pi / 2 - angle, sp.pi / 2, sp.pi / 2 + angle, sp.pi)  # of the arcs of the half circle


def arcs() -> Iterator[tuple[sp.Expr, sp.Expr]]:
    """The tangents of half of the angle and of half of φ, on each of the arcs but for ends, by y ≥ 0 and z ≥ 0."""
    low = y / (2 + y)  # of half of the end of the first arc
    for place in (low / (1 + z), (low + z) / (1 + z), (1 + z) / (low + z), (1 + z) / low):
        yield 1 / (1 + y), place


@exact(alignment_bound, step="largest modulus", cost=0.5)
def no_piece_exceeds_the_bound(
    error_bound: sp.Expr, pieces: tuple[sp.Expr, ...], gaps: tuple[sp.Expr, ...], trial: Trial
) -> Findings:
    """The gaps are the squared bound less the squared pieces, and not negative, by tangents of half angles; at φ = π/2 the middle pieces
    are the bound.
    """
    for piece, gap in zip(pieces, gaps, strict=True):
        yield trial.same(gap, error_bound**2 - piece**2, by=by_halves)
    for gap, (half_angle, half_phi) in zip(gaps, arcs(), strict=True):
        inside = sp.factor(in_halves(gap, theta=half_angle, phi=half_phi))
        yield trial.nonnegative(inside, inside)
    for piece in pieces[1:3]:
        yield trial.same(piece.subs(phi, sp.pi / 2), error_bound)


@exact(alignment_bound, step="four neurons")
def four_neurons_make_these_pieces(
    pieces: tuple[sp.Expr, ...], four: tuple[tuple[sp.Expr, sp.Expr], ...], trial: Trial
) -> Findings:
    """The four neurons are mirror images of each other; every change of sign lies at an end of an arc, and on each arc the neurons that are
    active in its middle add up to the piece.
    """
    yield trial.holds({(output, -direction) for output, direction in four} == set(four), "symmetric")
    terms = [(sp.S.NegativeOne, sp.S.Zero), *four]
    for _, direction in terms:
        yield trial.holds(
            any(sp.cos(end - direction) == 0 for end in ENDS), f"{direction} changes at the end of an arc"
        )
    for low, high, piece in zip(ENDS, ENDS[1:], pieces, strict=False):
        middle = ((low + high) / 2).subs(angle, sp.Rational(1, 2))
        active = [
            (output, direction)
            for output, direction in terms
            if sp.cos(middle - direction.subs(angle, sp.Rational(1, 2))) > 0
        ]
        total = sp.Add(*(output * sp.cos(phi - direction) for output, direction in active))
        yield trial.same(piece, total, by=by_halves)


# Random weights


def alignments(rng: np.random.Generator, d: int, size: int, error: float) -> NDArray[np.bool_]:
    """Whether Gaussian neurons lie within 2 arctan(2ε) of the target's axis, in a random plane with the target."""
    target, other = np.linalg.qr(rng.standard_normal((d, 2)))[0].T
    w = rng.standard_normal((size, d))
    along, across = w @ target, w @ other
    aligned: NDArray[np.bool_] = np.arctan2(np.abs(across), np.abs(along)) <= 2 * np.arctan(2 * error)
    return aligned


def aligned_count(rng: np.random.Generator, d: int, size: int, error: float) -> int:
    return int(np.count_nonzero(alignments(rng, d, size, error)))


def some_aligned_count(rng: np.random.Generator, d: int, nets: int, size: int, error: float) -> int:
    return int(np.count_nonzero(alignments(rng, d, nets * size, error).reshape(nets, size).any(axis=1)))


@statistical(alignment_bound, tests=6, cost=0.4)
def random_neurons_are_aligned_as_often(aligned: sp.Expr, trial: Trial) -> Findings:
    """Gaussian neurons in 2, 3 and 8 dimensions are aligned with the same claimed frequency."""
    for error, size in ((sp.Rational(1, 20), 150_000), (sp.Rational(1, 100), 40_000)):
        size = trial.size(size)
        for d in (2, 3, 8):
            yield trial.counts(
                trial.draw(aligned_count, d, size, float(error)), size, trial.value(aligned, {eps: error})
            )


@statistical(alignment_bound, tests=2)
def random_networks_hold_an_aligned_neuron_as_often(success: sp.Expr, trial: Trial) -> Findings:
    """Networks of 5 and of 19 neurons in three dimensions."""
    nets = trial.size(20_000)
    for size, error in ((5, sp.Rational(1, 20)), (19, sp.Rational(1, 100))):
        p = trial.value(success, {N: sp.Integer(size), eps: error})
        yield trial.counts(trial.draw(some_aligned_count, 3, nets, size, float(error)), nets, p)


# One neuron near the target is enough, which in the plane bounds the number of neurons from the other side

TURNED = ((4, 3, 5), (12, 5, 13), (15, 8, 17), (40, 9, 41), (84, 13, 85))  # whole vectors and their lengths


@exact(alignment_bound)
def one_neuron_errs_by_the_sine_of_its_angle(nearest: sp.Expr, trial: Trial) -> Findings:
    """The exact error of one neuron of the target's length is the sine of its angle: π times the share of directions that are as near."""
    for along, across, length in TURNED:
        error = squared_error((length, 0), [(along, across)], [1]) / length**2
        yield trial.holds(error == squared_sine((length, 0), (along, across)), f"({along}, {across}): {error}")
        sine = sp.sin(sp.pi * nearest.subs(eps, sp.Rational(across, length)))
        yield trial.same(sine**2, sp.Rational(error), at=[{}])


@exact(alignment_bound)
def one_of_many_is_near(nearest: sp.Expr, found: sp.Expr, enough: sp.Expr, trial: Trial) -> Findings:
    """The probability that no one of several independent neurons is near, by induction; at the number that is enough it is 1 − δ."""
    p = sp.Symbol("p", positive=True)
    none = (1 - found).subs(nearest, p)
    yield trial.induction(none, N, 1 - p, lambda before: (1 - p) * before, start=1, by=sp.powsimp)
    yield trial.same(enough * sp.log(1 - nearest), sp.log(1 - delta))
