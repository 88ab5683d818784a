"""Evidence for N5.2, besides its reasons: largest strength of one kink; one kink by its primitive; and more."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.jumps import random_neurons
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.neuron_pruning.alignment import N, eps
from sparse_limits.theory.neuron_pruning.jump_bound import excess, farthest, jump_bound, s
from sparse_limits.theory.neuron_pruning.jumps import after, ahead, g, h, here, k

x = sp.Symbol("x", positive=True)


def in_halves(gap: sp.Expr) -> sp.Expr:
    """A rational function of the tangents of half of both gaps."""
    first, second = sp.symbols("tan_g tan_h", positive=True)
    waves: dict[sp.Expr, sp.Expr] = {}
    for place, v in ((g, first), (h, second)):
        waves |= {sp.sin(place): 2 * v / (1 + v**2), sp.cos(place): (1 - v**2) / (1 + v**2), sp.tan(place / 2): v}
    return sp.cancel(gap.subs(waves))


def in_sines(gap: sp.Expr) -> sp.Expr:
    """Cotangents over a common denominator."""
    return sp.simplify(sp.expand_trig(gap).rewrite(sp.cos))


def in_tangents(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, of twice an arc tangent."""
    return sp.simplify(sp.expand_trig(gap))


@exact(jump_bound, step="one kink inside")
def largest_strength_of_one_kink(jump: sp.Expr, length: sp.Expr, largest: sp.Expr, trial: Trial) -> Findings:
    """With errors of both signs the strength is ε times the sum of the cotangents of half of both gaps, and falls with the gaps; the
    largest one has the larger gap at its least, half of the arc.

    The signs in the tangents a and b of half of the gaps, ab < 1.
    """
    strength = jump.subs({after: eps, ahead: eps, here: -eps})
    yield trial.same(strength, eps / sp.tan(g / 2) + eps / sp.tan(h / 2), by=in_halves)
    yield trial.same(largest, strength.subs(h, length / 2), by=in_halves)
    yield trial.same(sp.diff(jump, after), 1 / sp.sin(g))
    yield trial.same(sp.diff(jump, here), -sp.sin(g + h) / (sp.sin(g) * sp.sin(h)), by=in_sines)
    a, b, y = sp.symbols("a b y", positive=True)
    falling = -sp.diff(strength, h)
    yield trial.nonnegative(falling, eps * (1 + b**2) / (2 * b**2), where={h: 2 * sp.atan(b)}, strict=True)
    below = {g: 2 * sp.atan(a), h: 2 * sp.atan(1 / (a * (1 + y)))}
    least = (a**2 * (1 + y) + 1) * y / (2 * a * (1 + y))
    yield trial.nonnegative(-sp.diff(jump, here), least, where=below, by=in_tangents, strict=True)


def with_a_letter(gap: sp.Expr) -> sp.Expr:
    """For the excess of 1/ε, so that the logarithms of its square add up."""
    short = sp.expand_trig(gap.subs(excess, sp.Symbol("y", real=True)))
    return simplified(sp.expand_log(short.replace(sp.log, lambda inside: sp.log(sp.factor(inside)))))


@enclosed(jump_bound, step="near the ends", cost=0.3)
def one_kink_by_its_primitive(
    length: sp.Expr, largest: sp.Expr, sure: sp.Expr, primitive: sp.Expr, one_kink: sp.Expr, trial: Trial
) -> Findings:
    """The largest strength is 1 at the sure gap; one kink is the sure part plus the integral from there to the middle of the arc, by its
    primitive. In the middle the largest strength is below 1.
    """
    yield trial.same(sure, 2 * sp.atan(eps / (1 - eps * farthest)))
    yield trial.same(largest.subs(g, sure), 1)
    yield trial.same(sp.diff(primitive, g), largest, by=in_halves)
    rest = primitive.subs(g, length / 2) - primitive.subs(g, sure)
    yield trial.same(one_kink, 2 * N / sp.pi * (sure + rest), by=with_a_letter)
    yield trial.everywhere(
        largest.subs(sp.tan(g / 2), 1 / farthest), sp.S.One, within={eps: (0, sp.Rational(1, 3))}, strict=True
    )


def off_the_arc(rng: np.random.Generator, d: int, nets: int, size: int, error: float) -> int:
    """In how many networks some neuron has its kink off the arc, seen in a plane, with a strength of either sign."""
    found = random_neurons(rng, d, nets, size)
    return int(np.count_nonzero((np.abs(found.kinks) >= np.arccos(error)).any(axis=1)))


@statistical(jump_bound, tests=2)
def kinks_are_off_the_arc_as_often(outside: sp.Expr, trial: Trial) -> Findings:
    """In 2 and in 5 dimensions, in planes that are drawn."""
    nets = trial.size(30_000)
    for d, size, error in ((2, 2, sp.Rational(3, 10)), (5, 4, sp.Rational(1, 5))):
        probability = trial.value(outside, {N: sp.Integer(size), eps: error})
        yield trial.counts(trial.draw(off_the_arc, d, nets, size, float(error)), nets, probability)


@enclosed(jump_bound)
def values_of_an_independent_computation(
    outside: sp.Expr, one_kink: sp.Expr, term: sp.Expr, bound: sp.Expr, trial: Trial
) -> Findings:
    """The parts at ε = 10⁻⁶ and 1 − s = 0.075, for 300 and for 1000 neurons; and the whole bound for 300."""
    at = {N: sp.Integer(300), eps: sp.Rational(1, 10**6), s: sp.Rational(37, 40)}
    for low, high in ((sp.Rational(6814, 10**6), bound), (bound, sp.Rational(6815, 10**6))):
        yield trial.below(low, high, at=[at])
    for neurons, off, one, more in (
        (300, "0.00019096775583938", "0.0058267263513164", "0.00079689"),
        (1000, "0.00063641737550909", "0.0194224211710549", "0.00919329"),
    ):
        at = {N: sp.Integer(neurons), eps: sp.Rational(1, 10**6), s: sp.Rational(37, 40)}
        for part, known, digits in ((outside, off, 12), (one_kink, one, 12)):
            yield trial.below(sp.Abs(part / sp.Rational(known) - 1), sp.Rational(1, 10**digits), at=[at])
        several = sum(trial.value(term, {**at, k: sp.Integer(number)}) for number in range(2, 25))
        yield trial.holds(
            abs(several / float(more) - 1) < 1e-5, f"terms from 2 to 24 kinks: {several:.6g}, known {more}"
        )
