"""Evidence for N5.2: one kink exactly, many by powers, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.alignment import LESS, MORE
from sparse_limits.numerics.checks.neuron_pruning.jumps import random_neurons
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.theory.neuron_pruning.alignment import N, eps
from sparse_limits.theory.neuron_pruning.jump_bound import (
    bound,
    by_gaps,
    excess,
    farthest,
    jump_bound,
    largest,
    one_kink,
    outside,
    primitive,
    product,
    s,
    sets,
    simplex,
    sure,
    term,
)
from sparse_limits.theory.neuron_pruning.jumps import (
    after,
    ahead,
    arc,
    fits,
    g,
    h,
    here,
    k,
    sines,
)

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
@control("the smaller gap on both sides", largest=2 * eps / sp.tan(g / 2))
@control("the smaller gap alone", largest=eps / sp.tan(g / 2))
@control("of the gap", largest=largest.subs(g, 2 * g))
@control("10 % less", largest=LESS * largest)
@control("of chords", jump=(after - here) / sp.sin(g) + (ahead - here) / sp.sin(h))
@control("all of the half circle", length=sp.pi)
def largest_strength_of_one_kink(jump: sp.Expr, length: sp.Expr, largest: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With errors of both signs: cotangents of half of both gaps, which fall; the larger gap at its least, half of the arc.

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
@control("half of it", sure=sure / 2)
@control("to first order", sure=2 * eps)
@control("10 % less", sure=LESS * sure)
@control("of the cosine", primitive=primitive.subs(sp.cos(g), -sp.cos(g)))
@control("half of the primitive", primitive=primitive / 2)
@control("10 % more of the primitive", primitive=MORE * primitive)
@control("one half of the arc", one_kink=one_kink / 2)
@control("the ends alone", one_kink=2 * N * sure / sp.pi)
@control("10 % more", one_kink=MORE * one_kink)
@control("half of the strength", largest=largest / 2)
@control("all of the half circle", length=sp.pi)
def one_kink_by_its_primitive(
    length: sp.Expr, largest: sp.Expr, sure: sp.Expr, primitive: sp.Expr, one_kink: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Where it is 1, its primitive, and both parts up to the middle of the arc, where it is less than 1."""
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
@control("one end", outside=outside.subs(eps, sp.sin(sp.asin(eps) / 2)))
@control("of one neuron", outside=2 * sp.asin(eps) / sp.pi)
@control("all neurons", outside=(2 * sp.asin(eps) / sp.pi) ** N)
@control("10 % less", outside=LESS * outside)
@control("10 % more", outside=MORE * outside)
def kinks_are_off_the_arc_as_often(outside: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In 2 and in 5 dimensions, in planes that are drawn."""
    nets = trial.size(30_000)
    for d, size, error in ((2, 2, sp.Rational(3, 10)), (5, 4, sp.Rational(1, 5))):
        probability = trial.value(outside, {N: sp.Integer(size), eps: error})
        yield trial.counts(trial.draw(off_the_arc, d, nets, size, float(error)), nets, probability)


@exact(jump_bound, step="gaps")
@control("without the cut", by_gaps=by_gaps / 2)
@control("of k gaps", by_gaps=2 * by_gaps / sp.pi)
@control("10 % more", by_gaps=MORE * by_gaps)
@control("one cluster", most_pairs=sp.binomial(k + 2, 2))
@control("density 1", fits=2**k * fits)
def gaps_for_sines(fits: sp.Expr, most_pairs: sp.Expr, by_gaps: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A factor of 2/π for each of k + 1 sines, one of ½ for the gap that is cut, other pairs; chords of sines."""
    worst = fits.subs(sines, (2 / sp.pi) ** (k + 1) * product / 2) * most_pairs / sp.binomial(k + 2, 2)
    yield trial.same(by_gaps, worst, by=lambda gap: sp.simplify(sp.powsimp(gap)))
    yield trial.same(by_gaps.subs(product, 2 * product), by_gaps / 2)


@exact(jump_bound, step="simplex")
@control("of k gaps", simplex=simplex.subs(k, k - 1))
@control("without the power of the length", simplex=sp.gamma(1 - s) ** (k + 1) / sp.gamma((k + 1) * (1 - s)))
@control("10 % more", simplex=MORE * simplex)
@control("of the half circle", length=sp.pi)
def simplices_grow_by_a_beta_density(length: sp.Expr, simplex: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One more gap x: the power of the rest integrates to a Beta function; no kink leaves one gap, all of the length."""
    power = (k + 1) * (1 - s) - 1
    beta = sp.gamma(1 - s) * sp.gamma(power + 1) / sp.gamma(power + 2 - s)  # ∫ x^(−s) (1 − x)^power over (0, 1)
    grown = simplex * length ** (1 - s) * beta

    def shared(gap: sp.Expr) -> sp.Expr:
        return sp.simplify(sp.powsimp(sp.expand(gap / (length ** (power + 1) * sp.gamma(1 - s) ** (k + 2)))))

    yield trial.same(simplex.subs(k, k + 1), grown, by=shared)
    yield trial.same(simplex.subs(k, 0), length**-s)


@exact(jump_bound, step="term")
@control("all orders of sets", term=term * sp.factorial(k))
@control("the first power", term=sets * simplex.subs(s, 1 - s))
@control("10 % more", term=MORE * term)
@control("sets in any order", sets=sets * sp.factorial(k))
@control("without the cut", by_gaps=by_gaps / 2)
@control("of k gaps", simplex=simplex.subs(k, k - 1))
def terms_are_products(
    by_gaps: sp.Expr, sets: sp.Expr, simplex: sp.Expr, term: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The power of what does not depend on the gaps; sets of one more neuron, from N sets of one."""
    yield trial.same(term, sets * by_gaps.subs(product, 1) ** s * simplex)
    yield trial.same(sets.subs(k, k + 1), sets * (N - k) / sp.pi, by=lambda gap: sp.simplify(sp.combsimp(gap)))
    yield trial.same(sets.subs(k, 1), N / sp.pi)


@exact(jump_bound, step="bound")
@control("one kink left out", bound=bound - one_kink)
@control("ends left out", bound=bound - outside)
@control("10 % less", bound=LESS * bound)
@control("half of the terms", term=term / 2)
@control("one half of the arc", one_kink=one_kink / 2)
@control("ends of all kinds", outside=outside + outside**2)
def bound_adds_its_parts(
    outside: sp.Expr, one_kink: sp.Expr, term: sp.Expr, bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """From two kinks to all N; nobody is off the arc but for what is left of it."""
    yield trial.same(bound, outside + one_kink + sp.Sum(term, (k, 2, N)))
    inside = 1 - outside.subs(N, 1)
    yield trial.same(1 - outside.subs(N, N + 1), (1 - outside) * inside, by=lambda gap: sp.powsimp(sp.expand(gap)))
    yield trial.same(inside, 2 * arc / sp.pi, by=sp.expand)


def by_clusters(gap: sp.Expr) -> sp.Expr:
    """A weaker bound, by the chains of kinks that are at most a gap apart: they have to cancel one another up to 4ε/sin(gap)."""
    return N * (2 * (gap + sp.asin(eps)) / sp.pi + 4 * eps / sp.sin(gap) / (1 - N * gap / sp.pi))


@enclosed(jump_bound)
@control("density 1", term=term * 2 ** (s * k))
@control("without the end nodes", term=term * (sp.binomial(k, 2) / sp.binomial(k + 2, 2)) ** s)
@control("one half of the arc", one_kink=one_kink / 2)
@control("both sides", outside=outside / 2)
@control("clusters of kinks", bound=by_clusters(sp.pi / (4 * N)))
@control("the smaller gap on both sides", one_kink=2 * one_kink)
@control("five times as much", bound=5 * bound)
@control("10 % less", bound=LESS * bound)
def values_of_an_independent_computation(
    outside: sp.Expr, one_kink: sp.Expr, term: sp.Expr, bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At ε = 10⁻⁶ with 300 and with 1000 neurons, 1 − s = 0.075; all for 300, where clusters bound nothing."""
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
