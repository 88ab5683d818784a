"""Evidence for N5.2: one kink exactly, many by powers, and what they add up to."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from numerics.checks.neuron_pruning.alignment import LESS, MORE
from numerics.evidence import Finding, Trial, control, enclosed, exact
from theory.formulas.no_guarantee import unconditional
from theory.neuron_pruning import relu_output
from theory.neuron_pruning.alignment import N, eps
from theory.neuron_pruning.jump_bound import (
    bound,
    by_gaps,
    half_cot,
    jump_bound,
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
from theory.neuron_pruning.jumps import (
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


@exact(jump_bound, step="one kink inside")
@control("half of it", half_cot=half_cot / 2)
@control("of the gap", half_cot=2 * eps / sp.tan(g))
@control("10 % less", half_cot=LESS * half_cot)
@control("of chords", jump=(after - here) / sp.sin(g) + (ahead - here) / sp.sin(h))
def largest_strength_of_one_kink(jump: sp.Expr, half_cot: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With errors of both signs; equal gaps make it all of the bound; the next node is that beyond g."""
    largest = jump.subs({after: eps, ahead: eps, here: -eps})
    halves = half_cot / 2 + half_cot.subs(g, h) / 2
    yield trial.same(largest, halves, by=in_halves)
    yield trial.same(sp.diff(jump, after), 1 / sp.sin(g))
    yield trial.same(half_cot.subs(g, h), halves.subs(g, h))
    yield trial.same(half_cot, 2 * eps * sp.cos(g / 2) / sp.sin(g / 2))


@enclosed(jump_bound, step="near the ends")
@control("half of it", sure=sure / 2)
@control("to first order", sure=4 * eps)
@control("10 % less", sure=LESS * sure)
@control("of the cosine", primitive=4 * eps * sp.log(sp.cos(g / 2)))
@control("half of the primitive", primitive=primitive / 2)
@control("10 % more of the primitive", primitive=MORE * primitive)
@control("one half of the arc", one_kink=one_kink / 2)
@control("without the ends", one_kink=2 * N * sure / sp.pi)
@control("10 % more", one_kink=MORE * one_kink)
@control("half of the strength", half_cot=half_cot / 2)
@control("all of the half circle", length=sp.pi)
def one_kink_by_its_primitive(
    length: sp.Expr, half_cot: sp.Expr, sure: sp.Expr, primitive: sp.Expr, one_kink: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Where it is 1, its primitive, and both parts up to the middle of the arc, which lies beyond."""
    yield trial.same(sp.tan(sure / 2), 2 * eps)
    yield trial.same(half_cot * sp.tan(g / 2), 2 * eps)
    yield trial.same(sp.diff(primitive, g), half_cot)
    yield trial.vanishes(primitive.subs(g, sp.pi))
    rest = primitive.subs(g, length / 2) - primitive.subs(g, sure)
    yield trial.same(one_kink, 2 * N / sp.pi * (sure + rest), by=lambda gap: sp.simplify(sp.expand_log(gap)))
    yield trial.everywhere(sure, length / 2, within={eps: (0, sp.Rational(1, 5))}, strict=True)


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


@enclosed(jump_bound)
@control("density 1", term=term * 2 ** (s * k))
@control("without the end nodes", term=term * (sp.binomial(k, 2) / sp.binomial(k + 2, 2)) ** s)
@control("one half of the arc", one_kink=one_kink / 2)
@control("both sides", outside=outside / 2)
@control("clusters of kinks (N5.3)", bound=unconditional(relu_output.bound).subs(relu_output.s, sp.pi / (4 * N)))
@control("five times as much", bound=5 * bound)
@control("10 % less", bound=LESS * bound)
def values_of_an_independent_computation(
    outside: sp.Expr, one_kink: sp.Expr, term: sp.Expr, bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At ε = 10⁻⁶ with 300 and with 1000 neurons, 1 − s = 0.075; all for 300, where N5.3 bounds nothing."""
    at = {N: sp.Integer(300), eps: sp.Rational(1, 10**6), s: sp.Rational(37, 40)}
    for low, high in ((sp.Rational(1151, 10**5), bound), (bound, sp.Rational(1152, 10**5))):
        yield trial.below(low, high, at=[at])
    for neurons, off, one, more in (
        (300, "0.00019096775583938", "0.010523927808184", "0.00079689"),
        (1000, "0.00063641737550909", "0.035079759360613", "0.00919329"),
    ):
        at = {N: sp.Integer(neurons), eps: sp.Rational(1, 10**6), s: sp.Rational(37, 40)}
        for part, known, digits in ((outside, off, 12), (one_kink, one, 12)):
            yield trial.below(sp.Abs(part / sp.Rational(known) - 1), sp.Rational(1, 10**digits), at=[at])
        several = sum(trial.value(term, {**at, k: sp.Integer(number)}) for number in range(2, 25))
        yield trial.holds(
            abs(several / float(more) - 1) < 1e-5, f"terms from 2 to 24 kinks: {several:.6g}, known {more}"
        )
