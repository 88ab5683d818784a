"""Evidence for N7: the chain of broken bins."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.neuron_pruning.broken_bins_walk import equal, in_factorials
from sparse_limits.numerics.evidence import Finding, Trial, control, exact, statistical
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.neuron_pruning.broken_bins import bins_of, breakpoints
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.broken_bins import (
    T,
    all_broken_first,
    b,
    bin_edge,
    breakpoint_cdf,
    broken_bin_chain,
    density,
    i,
    j,
    k,
    mean_steps,
    one_less,
    one_more,
    ratio,
    share,
    stationary,
    t,
    weight,
)

HALF = sp.Rational(1, 2)
MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)


# The law of a breakpoint


@exact(broken_bin_chain, step="density")
@control("normal law", density=sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi))
@control("one weight has a sign", density=2 * density)
@control("10 % more", density=MORE * density)
def a_ratio_has_this_density(density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The density of −w/v at t given v is |v|φ(tv), and its mean over v is twice that over v > 0."""
    v = sp.Symbol("v", positive=True)
    normal = sp.Lambda(v, sp.exp(-(v**2) / 2) / sp.sqrt(2 * sp.pi))
    mean = trial.once(sp.integrate, sp.powsimp(v * normal(t * v) * normal(v)), (v, 0, sp.oo))
    yield trial.same(density, 2 * mean)


@exact(broken_bin_chain, step="distribution")
@control("normal law", breakpoint_cdf=(1 + sp.erf(t / sp.sqrt(2))) / 2)
@control("one-sided", breakpoint_cdf=2 * sp.atan(t) / sp.pi)
@control("10 % more", breakpoint_cdf=MORE * breakpoint_cdf)
@control("one weight has a sign", density=2 * density)
def the_distribution_has_the_density(density: sp.Expr, breakpoint_cdf: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its derivative is the density, and at −∞ it is 0."""
    yield trial.same(sp.diff(breakpoint_cdf, t), density)
    yield trial.holds(breakpoint_cdf.subs(t, -sp.oo) == 0, "no mass at −∞")


def inner_angles(gap: sp.Expr) -> sp.Expr:
    """Simplified, with the angle for the arctangent of its tangent where it lies within a quarter turn for 0 < i < T."""
    x, y = sp.symbols("x y", positive=True)  # i and T − i

    def inner(angle: sp.Expr) -> bool:
        return all(sp.factor((sp.pi / 2 + side).subs({i: x, T: x + y})).is_positive for side in (angle, -angle))

    turns = [each for each in gap.atoms(sp.atan) if isinstance(each.args[0], sp.tan) and inner(each.args[0].args[0])]
    return sp.simplify(gap.subs({each: each.args[0].args[0] for each in turns}))


@exact(broken_bin_chain, step="edges")
@control("normal law", breakpoint_cdf=(1 + sp.erf(t / sp.sqrt(2))) / 2)
@control("edges at equal distances", bin_edge=2 * i / T - 1)
@control("one bin less", bin_edge=bin_edge.subs(T, T - 1))
@control("as many bins as edges", share=1 / (T - 1))
@control("10 % more", share=MORE * share)
def bins_are_equally_likely(
    breakpoint_cdf: sp.Expr, bin_edge: sp.Expr, share: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mass to the left of edge i is that of i bins, and T bins have all of it."""
    yield trial.same(valued(breakpoint_cdf, {t: bin_edge}), i * share, by=inner_angles)
    yield trial.same(T * share, sp.S.One)


def bin_counts(rng: np.random.Generator, bins: int, size: int) -> NDArray[np.integer]:
    """How many breakpoints of random neurons fall into each bin."""
    return np.bincount(bins_of(breakpoints(rng.standard_normal((size, 2)))[:, 0], bins), minlength=bins)


def below_counts(rng: np.random.Generator, size: int) -> list[int]:
    """How many breakpoints lie below −1, below 1/2 and below 2."""
    places = breakpoints(rng.standard_normal((size, 2)))
    return [int(np.count_nonzero(places < at)) for at in (-1.0, 0.5, 2.0)]


@statistical(broken_bin_chain, tests=1)
@control("normal law", breakpoint_cdf=(1 + sp.erf(t / sp.sqrt(2))) / 2)
@control("10 % more", breakpoint_cdf=MORE * breakpoint_cdf)
def breakpoints_of_random_neurons_are_cauchy(breakpoint_cdf: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """How many breakpoints lie below three points."""
    size = trial.size(40_000)
    p = [trial.value(breakpoint_cdf, {t: at}) for at in (sp.Integer(-1), HALF, sp.Integer(2))]
    yield trial.counts_each(trial.draw(below_counts, size), size, p)


# The chain


@exact(broken_bin_chain, step="one neuron")
@control("symmetric chain", one_more=HALF)
@control("a bin that is hit stays broken", one_less=sp.Integer(0))
@control("bins counted from one", one_more=1 - (b + 1) / T)
@control("10 % less", one_less=LESS * one_less)
@control("one bin more", share=share.subs(T, T + 1))
def bins_are_hit_one_by_one(share: sp.Expr, one_more: sp.Expr, one_less: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The shares of the b broken bins, added up, and of the others."""
    yield trial.same(one_less, sp.Sum(share, (j, 1, b)).doit())
    yield trial.same(one_more, sp.Sum(share, (j, b + 1, T)).doit())


@exact(broken_bin_chain)
@control("symmetric chain", one_more=HALF, one_less=HALF)
@control("ends exchanged", one_more=one_less, one_less=one_more)
@control("a bin that is hit stays broken", one_less=sp.Integer(0))
@control("bins counted from one", one_more=1 - (b + 1) / T)
@control("10 % more", one_more=MORE * one_more)
def each_neuron_changes_one_parity(one_more: sp.Expr, one_less: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From every state of T ≤ 5 bins: of the T bins the next breakpoint may hit, so many break and so many are mended."""
    for bins in range(1, 6):
        for state in range(2**bins):
            now = state.bit_count()
            after = [(state ^ 1 << place).bit_count() for place in range(bins)]
            for chance, to in ((one_more, now + 1), (one_less, now - 1)):
                yield equal(chance, sp.Rational(after.count(to), bins), {b: now, T: bins}, trial)


@exact(broken_bin_chain, step="ratio")
@control("symmetric chain", ratio=sp.Integer(1))
@control("turned over", ratio=1 / ratio)
@control("10 % more", ratio=MORE * ratio)
@control("bins counted from one", one_more=1 - (b + 1) / T)
@control("a bin that is hit stays broken", one_less=sp.Integer(0))
def increments_have_the_ratio_of_the_steps(
    one_more: sp.Expr, one_less: sp.Expr, ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """From h = up·h₊ + down·h₋ with an increment of 1 below and of the ratio above: up·ratio = down, and up + down = 1."""
    here, below = sp.symbols("here below", real=True)  # values of h
    up, down = (chance.subs(b, k) for chance in (one_more, one_less))
    above = here + ratio * (here - below)
    yield trial.same(here, up * above + down * below)


@exact(broken_bin_chain, step="increments")
@control("binomials of T", weight=weight.subs(T, T + 1))
@control("no reciprocals", weight=1 / weight)
@control("one place on", weight=weight.subs(j, j + 1))
@control("symmetric chain", weight=sp.Integer(1))
@control("turned over", ratio=1 / ratio)
def increments_multiply(ratio: sp.Expr, weight: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The first is 1, and the next is the ratio at k = j + 1 times it."""
    yield trial.induction(weight, j, sp.S.One, lambda term: term * ratio.subs(k, j + 1), by=in_factorials)


def listed(chance: sp.Expr) -> sp.Expr:
    """The same, with sums over a number of terms that is a number carried out."""
    return chance.replace(
        lambda each: isinstance(each, sp.Sum) and (each.limits[0][2] - each.limits[0][1]).is_Integer,
        lambda each: each.doit(),
    )


def last_term_apart(gap: sp.Expr) -> sp.Expr:
    """Simplified, with the last term of the sums up to k taken off."""

    def shorter(total: sp.Sum) -> sp.Expr:
        ((index, low, high),) = total.limits
        return sp.Sum(total.function, (index, low, k - 1)) + total.function.subs(index, k) if high == k else total

    return in_factorials(sp.together(gap.replace(lambda each: isinstance(each, sp.Sum), shorter)))


@exact(broken_bin_chain, step="all first")
@control("symmetric chain", all_broken_first=k / T)
@control("binomials of T", all_broken_first=all_broken_first.subs(T, T + 1))
@control("no reciprocals", all_broken_first=all_broken_first.replace(sp.binomial, lambda n, m: 1 / sp.binomial(n, m)))
@control("one term more", all_broken_first=all_broken_first.subs(k, k + 1))
@control("10 % less", all_broken_first=LESS * all_broken_first)
@control("no reciprocals in the increments", weight=1 / weight)
def sums_have_the_increments(weight: sp.Expr, all_broken_first: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At k + 1 it is larger than at k by the first increment times the weight; it is 0 at 0, and 1 at T."""
    none, one = (listed(all_broken_first.subs(k, start)) for start in (0, 1))
    increment = all_broken_first.subs(k, k + 1) - all_broken_first
    yield trial.same(increment * weight.subs(j, 0), (one - none) * weight.subs(j, k), by=last_term_apart)
    yield trial.same(none, sp.S.Zero)
    yield trial.same(all_broken_first.subs(k, T), sp.S.One)


@exact(broken_bin_chain)
@control("symmetric chain", all_broken_first=k / T)
@control("binomials of T", all_broken_first=all_broken_first.subs(T, T + 1))
@control("no reciprocals", all_broken_first=all_broken_first.replace(sp.binomial, lambda n, m: 1 / sp.binomial(n, m)))
@control("10 % less", all_broken_first=LESS * all_broken_first)
@control("symmetric steps", one_more=HALF, one_less=HALF)
def the_probability_is_harmonic(
    one_more: sp.Expr, one_less: sp.Expr, all_broken_first: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """It is 0 at none, 1 at all, and between them the mean over the next step, as fractions for T ≤ 7."""
    later = one_more.subs(b, k) * all_broken_first.subs(k, k + 1) + one_less.subs(b, k) * all_broken_first.subs(
        k, k - 1
    )
    for bins in range(1, 8):
        yield equal(all_broken_first, sp.Integer(0), {T: bins, k: 0}, trial)
        yield equal(all_broken_first, sp.Integer(1), {T: bins, k: bins}, trial)
        for start in range(1, bins):
            yield equal(all_broken_first - later, sp.Integer(0), {T: bins, k: start}, trial)


@exact(broken_bin_chain, step="stationary law")
@control("uniform on the numbers", stationary=1 / (T + 1))
@control("of one state", stationary=2**-T)
@control("10 % more", stationary=MORE * stationary)
@control("one bin more", stationary=stationary.subs(T, T + 1))
@control("symmetric steps", one_more=HALF)
@control("a bin that is hit stays broken", one_less=sp.Integer(0))
def steps_balance(one_more: sp.Expr, one_less: sp.Expr, stationary: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """As many steps from b to b + 1 as back; and the sum over b."""
    yield trial.same(stationary * one_more, (stationary * one_less).subs(b, b + 1), by=in_factorials)
    yield trial.same(trial.once(sp.summation, stationary, (b, 0, T)), sp.S.One)


@exact(broken_bin_chain, step="mean")
@control("return time from none", mean_steps=2**T)
@control("symmetric chain", mean_steps=2 * T - 1)
@control("half as many states", mean_steps=2 ** (T - 1) - 1)
@control("10 % more", mean_steps=MORE * mean_steps)
@control("uniform on the numbers", stationary=1 / (T + 1))
@control("a first neuron that breaks none", one_more=one_more.subs(b, b + 1))
def the_first_neuron_leads_to_one(
    one_more: sp.Expr, stationary: sp.Expr, mean_steps: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """From none to one surely; the time from none to none less this neuron."""
    yield trial.same(one_more.subs(b, 0), sp.S.One)
    yield trial.same(mean_steps, 1 / stationary.subs(b, 0) - 1)


@exact(broken_bin_chain)
@control("symmetric steps", one_more=HALF, one_less=HALF)
@control("return time from none", mean_steps=2**T)
@control("symmetric chain", mean_steps=2 * T - 1)
@control("half as many states", mean_steps=2 ** (T - 1) - 1)
@control("10 % more", mean_steps=MORE * mean_steps)
def mean_times_solve_their_equations(
    one_more: sp.Expr, one_less: sp.Expr, mean_steps: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The linear equations m_b = 1 + up·m_(b+1) + down·m_(b−1) with m_0 = 0, solved in fractions for six T up to 8."""
    for bins in (1, 2, 3, 4, 6, 8):
        equations = sp.eye(bins)
        for row in range(bins):
            point = {T: sp.Integer(bins), b: sp.Integer(row + 1)}
            if row + 1 < bins:
                equations[row, row + 1] -= rational(one_more, point)
            if row:
                equations[row, row - 1] -= rational(one_less, point)
        steps = equations.LUsolve(sp.ones(bins, 1))[0]
        yield equal(mean_steps, steps, {T: bins}, trial)


# Random neurons


def hits(rng: np.random.Generator, bins: int, start: int, runs: int) -> int:
    """In how many runs, from the first bins broken, the breakpoints of random neurons break all before they mend all."""
    broken = np.tile(np.arange(bins) < start, (runs, 1))
    count, hit = np.full(runs, start), 0
    while len(broken):
        places = breakpoints(rng.standard_normal((len(broken), 2)))[:, 0]
        here = np.arange(len(broken)), bins_of(places, bins)
        broken[here] ^= True
        count += np.where(broken[here], 1, -1)
        hit += int(np.count_nonzero(count == bins))
        left = (count > 0) & (count < bins)
        broken, count = broken[left], count[left]
    return hit


@statistical(broken_bin_chain, tests=2, cost=0.4)
@control("symmetric chain", all_broken_first=k / T)
@control("one term more", all_broken_first=all_broken_first.subs(k, k + 1))
@control("10 % less", all_broken_first=LESS * all_broken_first)
def random_neurons_break_all_bins_as_often(all_broken_first: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Gaussian neurons are added until all bins or none are broken."""
    runs = trial.size(20_000)
    for bins, start in ((8, 3), (4, 1)):
        p = trial.value(all_broken_first, {T: sp.Integer(bins), k: sp.Integer(start)})
        yield trial.counts(trial.draw(hits, bins, start, runs), runs, p)
