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
    ceiling,
    delta,
    eps,
    error_bound,
    four,
    half_length,
    leading,
    neurons,
    phi,
    pieces,
    ratio,
    success,
    t,
    top,
    union,
    widest,
    zero,
)
from theory.neuron_pruning.kink import kink, kink_bound, radius

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
two = eps / 2  # 2ε where 4ε stands
y = sp.Symbol("y", nonnegative=True)

# Where the formulas come from


def by_halves(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, as a rational function of the tangents of half the angles."""
    halves = [2 * sp.atan(sp.Symbol(name, positive=True)) for name in ("u", "v")]
    rational = expression.subs(dict(zip((angle, phi), halves, strict=True)))
    return sp.cancel(sp.together(sp.expand_trig(rational)))


@exact(alignment_bound, step="segment")
@control("no room for it", segment=sp.ImmutableMatrix([1, t]))
@control("sine across", segment=sp.ImmutableMatrix([sp.sin(angle), t]))
@control("angle for its sine", half_length=angle)
@control("half as long", half_length=half_length / 2)
def segment_lies_in_the_ball(segment: sp.Matrix, half_length: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the squared length of its points leaves of 1."""
    yield trial.same(1 - segment.dot(segment), half_length**2 - t**2)


@exact(alignment_bound, step="zero")
@control("cotangent", zero=sp.cos(angle) / sp.tan(phi))
@control("a segment through the middle", zero=sp.tan(phi))
@control("twice as far", zero=2 * zero)
@control("sine across", segment=sp.ImmutableMatrix([sp.sin(angle), t]))
@control("tangent for the sine", half_length=sp.tan(angle))
def neurons_bend_beyond_the_ends(
    segment: sp.Matrix, half_length: sp.Expr, zero: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A neuron on the line of the segment, by its one zero; how far beyond the half length that lies."""
    neuron = sp.Matrix([sp.sin(phi), sp.cos(phi)])
    yield trial.same(segment.dot(neuron), sp.cos(phi) * (t + zero))
    yield trial.same(zero - half_length, sp.sin(phi - angle) / sp.cos(phi))


@exact(alignment_bound, step="error bound")
@control("half instead of a quarter", error_bound=2 * error_bound)
@control("tangent instead of sine", error_bound=sp.tan(angle) / 4)
@control("10 % less", error_bound=LESS * error_bound)
@control("half as long", half_length=half_length / 2)
@control("twice as fast", segment=sp.ImmutableMatrix([sp.cos(angle), 2 * t]))
def segment_meets_the_kink_lemma(
    segment: sp.Matrix, half_length: sp.Expr, error_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The bound of N1 at the change of slope of the target, which is the slope in front of its ReLU, and the half length."""
    yield trial.same(error_bound, kink_bound.subs({kink: sp.diff(segment[1], t), radius: half_length}))


@exact(alignment_bound, step="widest angle")
@control("2ε instead of 4ε", widest=widest.subs(eps, two))
@control("arctangent", widest=sp.atan(4 * eps))
@control("half instead of a quarter", error_bound=2 * error_bound)
@control("sine of twice the angle", error_bound=error_bound.subs(angle, 2 * angle))
def bound_is_the_error_at_the_widest_angle(error_bound: sp.Expr, widest: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound at this angle; its slope is not negative below a right angle, the double of the arctangent of 1/(1 + y)."""
    yield trial.same(error_bound.subs(angle, widest), eps)
    slope = sp.diff(error_bound, angle).subs(angle, 2 * sp.atan(1 / (1 + y)))
    yield trial.nonnegative(sp.expand_trig(slope), y * (y + 2) / (4 * (1 + (1 + y) ** 2)))


@exact(alignment_bound, step="ratio")
@control("2ε instead of 4ε", ratio=ratio.subs(eps, two))
@control("sine instead of tangent", ratio=4 * eps)
@control("10 % more", ratio=MORE * ratio)
@control("arctangent", widest=sp.atan(4 * eps))
def ratio_is_the_tangent_of_the_widest_angle(widest: sp.Expr, ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its sine, by its cosine."""
    yield trial.same(ratio * sp.cos(widest), sp.sin(widest))


@exact(alignment_bound, step="aligned")
@control("2ε instead of 4ε", aligned=aligned.subs(eps, two))
@control("one sign only", aligned=aligned / 2)
@control("arctangent", aligned=2 * sp.atan(4 * eps) / sp.pi)
@control("leading order", aligned=8 * eps / sp.pi)
@control("ratio 10 % more", ratio=MORE * ratio)
@control("the widest angle of 2ε", widest=widest.subs(eps, two))
def a_cauchy_ratio_is_as_small_with_this_probability(
    widest: sp.Expr, ratio: sp.Expr, aligned: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Four angles of the circle; and the mass 2∫1/(π(1+t²)) up to ρ(ε): both sides vanish at 0 and grow alike."""
    yield trial.same(aligned, 4 * widest / (2 * sp.pi))
    yield trial.same(sp.diff(aligned, eps), 2 * sp.diff(ratio, eps) / (sp.pi * (1 + ratio**2)))
    yield trial.same(sp.limit(aligned, eps, 0), sp.Integer(0))


@exact(alignment_bound, step="some of them")
@control("no factor 2 in the probability", aligned=aligned / 2)
@control("power N + 1", success=1 - (1 - aligned) ** (N + 1))
@control("all aligned", success=aligned**N)
def none_of_many_is_aligned_neuron_by_neuron(aligned: sp.Expr, success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """That none is: one neuron, and one more, independent of those before."""
    yield trial.induction(1 - success, N, 1 - aligned, lambda term: term * (1 - aligned), start=1, by=sp.expand)


@exact(alignment_bound, step="union")
@control("no factor 2 in the probability", aligned=aligned / 2)
@control("one neuron less", union=union.subs(N, N - 1))
@control("half the probabilities", union=union / 2)
def probabilities_add_up(aligned: sp.Expr, union: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One neuron, and one more."""
    yield trial.induction(union, N, aligned, lambda term: term + aligned, start=1)


@exact(alignment_bound, step="neurons")
@control("neurons for twice the probability", neurons=2 * neurons)
@control("10 % less", neurons=LESS * neurons)
@control("one neuron less", union=union.subs(N, N - 1))
@control("no factor 2 in the probability", aligned=aligned / 2)
def many_neurons_from_one(aligned: sp.Expr, union: sp.Expr, neurons: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The union bound passes δ there, and every further neuron adds the probability of one."""
    yield trial.same(union - delta, aligned * (N - neurons))


@exact(alignment_bound, step="leading order")
@control("2ε instead of 4ε", leading=leading.subs(eps, two))
@control("square root of the error", leading=leading * sp.sqrt(eps))
@control("10 % less", leading=LESS * leading)
@control("neurons for twice the probability", neurons=2 * neurons)
@control("arctangent", neurons=sp.pi * delta / (2 * sp.atan(4 * eps)))
def leading_order_drops_the_arcsine(neurons: sp.Expr, leading: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The number of neurons with the argument of its arcsine for it; and the limit of the quotient."""
    yield trial.same(leading, neurons.replace(sp.asin, lambda argument: argument))
    yield trial.same(sp.limit(neurons / leading, eps, 0), sp.S.One)


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


ENDS = (sp.S.Zero, sp.pi / 2 - angle, sp.pi / 2, sp.pi / 2 + angle, sp.pi)  # of the arcs of the half circle


@exact(alignment_bound, step="pieces")
@control("one of two neurons", four=(*four[:1], *four[2:]))
@control("outputs one", four=((sp.S.One, angle), *four[1:]))
@control("no repair", four=four[:2])
@control("a repair of one side", four=four[:3])
@control("first piece on the second arc", pieces=(pieces[0], pieces[0], *pieces[2:]))
@control("target on the third arc", pieces=(*pieces[:2], pieces[1], pieces[3]))
@control("all signs turned", pieces=tuple(-piece for piece in pieces))
def four_neurons_make_these_pieces(
    four: tuple[tuple[sp.Expr, sp.Expr], ...], pieces: tuple[sp.Expr, ...], trial: Trial
) -> Iterator[Finding]:
    """Mirror images of each other; who is active on an arc, in its middle: every change of sign lies at an end of one."""
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


@exact(alignment_bound, step="ceiling")
@control("twice as high", ceiling=2 * ceiling)
@control("cosine", ceiling=error_bound * sp.cos(phi))
@control("all signs turned", pieces=tuple(-piece for piece in pieces))
@control("first piece on the second arc", pieces=(pieces[0], pieces[0], *pieces[2:]))
def later_pieces_keep_below(pieces: tuple[sp.Expr, ...], ceiling: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Five differences, each of one sign on its arc, as cos(φ + angle) ≤ 0 from the second arc on, cos(φ − angle) ≥ 0 up to the third."""
    inner, second, third, last = pieces
    yield trial.same(last, -ceiling)
    yield trial.same(ceiling - second, (1 - sp.cos(angle) / 2) * sp.cos(phi), by=by_halves)
    yield trial.same(second - inner, -sp.cos(phi + angle) / 2, by=by_halves)
    yield trial.same(ceiling - third, -sp.cos(angle) * sp.cos(phi) / 2, by=by_halves)
    yield trial.same(third - last, sp.cos(phi - angle) / 2, by=by_halves)


@exact(alignment_bound, step="top")
@control("the tangent", top=sp.tan(angle / 2) / 4)
@control("without the quarter", top=4 * top)
@control("10 % more", top=MORE * top)
@control("one of two neurons", pieces=(-(1 - sp.cos(angle) / 2) * sp.cos(phi) - error_bound * sp.sin(phi), *pieces[1:]))
def first_piece_turns_at_the_top(pieces: tuple[sp.Expr, ...], top: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The slope of the first piece; and the tangent of the end of its arc against the one claimed."""
    inner = pieces[0]
    yield trial.same(sp.diff(inner, phi), (1 - sp.cos(angle)) * sp.cos(phi) * (sp.tan(phi) - top), by=by_halves)
    half = sp.tan(angle / 2)
    yield trial.same(4 * half * (sp.sin(ENDS[1]) / sp.cos(ENDS[1]) - top), 1 - 2 * half**2, by=by_halves)


@exact(alignment_bound, step="attained")
@control("the bound itself", attained=error_bound)
@control("half the angle", attained=attained.subs(angle, angle / 2))
@control("10 % less", attained=LESS * attained)
@control("all signs turned", attained=-attained)
@control("twice as high", ceiling=2 * ceiling)
@control("half instead of a quarter", error_bound=2 * error_bound)
@control("first piece of the second arc", pieces=(pieces[1], *pieces[1:]))
def largest_modulus_is_attained(
    pieces: tuple[sp.Expr, ...], ceiling: sp.Expr, error_bound: sp.Expr, attained: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its square as that of the first piece and of the slope, and as the highest ceiling's and more; the limit at 0."""
    inner = pieces[0]
    yield trial.same(attained**2, inner**2 + sp.diff(inner, phi) ** 2, by=by_halves)
    yield trial.same(attained**2, ceiling.subs(phi, sp.pi / 2) ** 2 + (1 - sp.cos(angle)) ** 2, by=by_halves)
    yield trial.same(sp.limit(attained / error_bound, angle, 0), sp.S.One)


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
