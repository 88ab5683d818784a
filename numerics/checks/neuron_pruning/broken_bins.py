"""Evidence for N7: the chain of broken bins."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.bridge import numeric
from numerics.evidence import Finding, Trial, control, exact, statistical
from numerics.exact.rationals import rational
from numerics.neuron_pruning.broken_bins import bins_of, breakpoints, no_bins_broken, parities
from numerics.neuron_pruning.circle import exact_sup_on_circle
from theory.neuron_pruning.broken_bins import (
    T,
    all_broken_first,
    b,
    bin_edge,
    breakpoint_cdf,
    broken_bin_chain,
    d,
    h,
    i,
    j,
    k,
    mean_steps,
    none_broken,
    none_broken_anywhere,
    one_less,
    one_more,
    repaired_error,
    s,
    spacing,
    t,
)
from theory.neuron_pruning.kink import kink, kink_bound, radius

HALF = sp.Rational(1, 2)
MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)


def equal(formula: sp.Expr, value: sp.Expr, at: dict[sp.Symbol, int], trial: Trial) -> Finding:
    """That a rational formula has exactly this value."""
    point = {symbol: sp.Integer(whole) for symbol, whole in at.items()}
    return trial.same(formula, value, at=[point], by=lambda difference: rational(difference, point))


# The law of a breakpoint


@exact(broken_bin_chain)
@control("normal law", breakpoint_cdf=(1 + sp.erf(t / sp.sqrt(2))) / 2)
@control("one-sided", breakpoint_cdf=2 * sp.atan(t) / sp.pi)
@control("10 % more", breakpoint_cdf=MORE * breakpoint_cdf)
@control("edges at equal distances", bin_edge=2 * i / T - 1)
@control("one bin less", bin_edge=bin_edge.subs(T, T - 1))
def bins_are_equally_likely(breakpoint_cdf: sp.Expr, bin_edge: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The density of a ratio of normal numbers is ∫|v|φ(v)φ(tv)dv, its mass to the left of edge i is i/T."""
    v = sp.Symbol("v", positive=True)
    density = sp.integrate(v * sp.exp(-(v**2) * (1 + t**2) / 2), (v, 0, sp.oo)) / sp.pi
    yield trial.same(sp.diff(breakpoint_cdf, t), density)
    yield trial.holds(sp.limit(breakpoint_cdf, t, -sp.oo) == 0, "no mass at −∞")
    for bins in (3, 4):
        for place in range(1, bins):
            edge = bin_edge.subs({i: place, T: bins})
            yield trial.same(breakpoint_cdf.subs(t, edge), sp.Rational(place, bins))


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


@exact(broken_bin_chain, cost=0.4)
@control("independent bins", none_broken=((1 + (1 - 2 / T) ** s) / 2) ** T)
@control("stationary law", none_broken=2**-T)
@control("eigenvalues 1 − j/T", none_broken=sp.Sum(sp.binomial(T, j) * (1 - j / T) ** s, (j, 0, T)) / 2**T)
@control("one neuron more", none_broken=none_broken.subs(s, s + 1))
@control("10 % more", none_broken=MORE * none_broken)
def placements_without_broken_bins_are_counted(none_broken: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All T^s ways to place s breakpoints in T bins, those with even numbers everywhere counted."""
    for bins, most in ((1, 4), (2, 8), (3, 6), (4, 6), (5, 4)):
        for neurons in range(most + 1):
            ways = trial.once(no_bins_broken, bins, neurons)
            yield equal(none_broken, sp.Rational(ways, bins**neurons), {T: bins, s: neurons}, trial)


@exact(broken_bin_chain)
@control("symmetric steps", one_more=HALF, one_less=HALF)
@control("stationary law", none_broken=2**-T)
@control("one bin more", none_broken=none_broken.subs(T, T + 1))
def the_chain_forgets_as_its_steps_say(
    one_more: sp.Expr, one_less: sp.Expr, none_broken: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The law of the chain, step by step in fractions, for 6, 10 and 20 bins, which are too many to list."""
    for bins, neurons in ((6, 9), (10, 6), (20, 8)):
        at = [{T: sp.Integer(bins), b: sp.Integer(now)} for now in range(bins + 1)]
        up, down = ([rational(step, point) for point in at] for step in (one_more, one_less))
        law = [sp.Integer(now == 0) for now in range(bins + 1)]
        for _ in range(neurons):
            fuller = [sp.Integer(0), *(law[now] * up[now] for now in range(bins))]
            emptier = [*(law[now] * down[now] for now in range(1, bins + 1)), sp.Integer(0)]
            law = [x + y for x, y in zip(fuller, emptier, strict=True)]
        yield equal(none_broken, law[0], {T: bins, s: neurons}, trial)


@exact(broken_bin_chain)
@control("symmetric steps", one_more=HALF, one_less=HALF)
@control("return time from none", mean_steps=2**T)
@control("symmetric chain", mean_steps=2 * T - 1)
@control("half as many states", mean_steps=2 ** (T - 1) - 1)
@control("10 % more", mean_steps=MORE * mean_steps)
def mean_times_solve_their_equations(
    one_more: sp.Expr, one_less: sp.Expr, mean_steps: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The linear equations m_b = 1 + up·m_(b+1) + down·m_(b−1) with m_0 = 0, solved in fractions for T ≤ 8."""
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
    hit = 0
    while len(broken):
        places = breakpoints(rng.standard_normal((len(broken), 2)))[:, 0]
        broken[np.arange(len(broken)), bins_of(places, bins)] ^= True
        count = broken.sum(axis=1)
        hit += int(np.count_nonzero(count == bins))
        broken = broken[(count > 0) & (count < bins)]
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


def unbroken(rng: np.random.Generator, bins: int, neurons: int, inputs: int, runs: int) -> int:
    """In how many runs random neurons leave no bin broken along any pair of inputs."""
    places = breakpoints(rng.standard_normal((neurons, runs, inputs)))
    return int(np.count_nonzero(~parities(bins_of(places, bins), bins).any(axis=(1, 2))))


@statistical(broken_bin_chain, tests=5, cost=0.4)
@control("one chain", none_broken_anywhere=none_broken)
@control("a chain for every input", none_broken_anywhere=none_broken**d)
@control("pairs that overlap", none_broken_anywhere=none_broken ** (d - 1))
@control("half a pair counts", none_broken_anywhere=none_broken ** (d / 2))
@control("10 % more", none_broken_anywhere=MORE * none_broken_anywhere)
@control("10 % less", none_broken_anywhere=LESS * none_broken_anywhere)
def random_networks_have_no_broken_bin_as_often(none_broken_anywhere: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Networks of Gaussian neurons with several pairs of inputs."""
    for bins, neurons, inputs, runs in (
        (2, 4, 2, 20_000),
        (2, 2, 5, 60_000),
        (4, 2, 4, 40_000),
        (2, 5, 6, 20_000),
        (2, 6, 7, 60_000),
    ):
        at = {T: sp.Integer(bins), s: sp.Integer(neurons), d: sp.Integer(inputs)}
        runs = trial.size(runs)
        yield trial.counts(
            trial.draw(unbroken, bins, neurons, inputs, runs), runs, trial.value(none_broken_anywhere, at)
        )


# The smallest counterexample to a reading of "broken"


@exact(broken_bin_chain)
@control("an odd bin cannot be repaired", odd_bin_error=kink_bound.subs({kink: 1, radius: sp.Rational(1, 4)}))
@control("10 % more", odd_bin_error=MORE * spacing)
def three_kinks_cancel_but_for_a_hat(
    odd_bin_error: sp.Expr, three_kinks: tuple[tuple[int, int], ...], trial: Trial
) -> Iterator[Finding]:
    """The sum is piecewise linear: it is 0 beyond the kinks, and its largest modulus is at one of them."""
    yield trial.holds(len(three_kinks) % 2 == 1, "an odd number of breakpoints in one bin")
    yield trial.holds(sum(c for _, c in three_kinks) == 0, "no slope behind the last")
    yield trial.holds(sum(c * place for place, c in three_kinks) == 0, "no value behind the last")
    for width in (sp.Rational(1, 100), sp.Rational(1, 10)):
        values = [abs(sum(c * max(width * (at - place), 0) for place, c in three_kinks)) for at, _ in three_kinks]
        yield trial.same(odd_bin_error.subs(spacing, width), max(values))


# A broken bin that is repaired

Strengths = tuple[sp.Expr, sp.Expr, sp.Expr]


@exact(broken_bin_chain)
@control("second difference without curvature", repairing=(sp.Integer(1), sp.Integer(-2), sp.Integer(1)))
@control("half in the middle", repairing=(sp.Integer(1), -sp.cos(h), sp.Integer(1)))
@control("not symmetric", repairing=(sp.Integer(1), -2 * sp.cos(h), sp.cos(h)))
@control("nothing is left", repaired_error=sp.Integer(0))
@control("a quarter of the kink", repaired_error=sp.sin(2 * h) / 4)
@control("10 % more", repaired_error=MORE * repaired_error)
def three_kinks_repair_a_bin(repairing: Strengths, repaired_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The functionals left and right of the three kinks, the values at these; and, beside a neuron that is the target, the
    supremum over the disc, which is the error of these four neurons although their bin is broken."""
    turns = (-h, sp.Integer(0), h)
    directions = [sp.Matrix([sp.cos(turn), sp.sin(turn)]) for turn in turns]
    active = sum((c * u for c, u in zip(repairing, directions, strict=True)), sp.zeros(2, 1))
    for part in active:
        yield trial.same(part, 0, by=lambda gap: sp.simplify(sp.expand_trig(gap)))
    for bend, value in zip(turns, (0, repaired_error, 0), strict=True):
        place = sp.Matrix([-sp.sin(bend), sp.cos(bend)])  # at a right angle to the neuron that bends there
        heights = [sp.expand_trig(place.dot(u)) for u in directions]  # the sine of turn − bend
        seen = sum(
            c * height for c, height, turn in zip(repairing, heights, turns, strict=True) if turn - bend in (h, 2 * h)
        )
        yield trial.same(sp.simplify(seen), value, by=lambda gap: sp.simplify(sp.expand_trig(gap)))
    for width in (0.01, 0.3):
        outputs = np.array([1.0, *(float(numeric((h,), c)(width)) for c in repairing)])
        theta = np.array([2.0, 0.4 - width, 0.4, 0.4 + width])
        error, claimed = float(exact_sup_on_circle(outputs, theta, 2.0)), float(numeric((h,), repaired_error)(width))
        yield trial.holds(abs(error - claimed) < 1e-12, f"error {error:.8f} at h = {width}, claimed {claimed:.8f}")
        bends = bins_of(breakpoints(np.column_stack([np.cos(theta[1:]), np.sin(theta[1:])]))[:, 0], 4)
        broken = parities(bends[:, None], 4)[0]
        yield trial.holds(
            broken.sum() == 1 and len(set(bends)) == 1, f"three breakpoints in bin {bends[0]} of 4, which is broken"
        )
