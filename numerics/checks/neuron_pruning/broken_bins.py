"""Evidence for N7: the chain of broken bins."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.broken_bins_walk import equal
from sparse_limits.numerics.evidence import Findings, Trial, control, exact, statistical
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.neuron_pruning.broken_bins import bins_of, breakpoints
from sparse_limits.theory.neuron_pruning.broken_bins import (
    T,
    b,
    broken_bin_chain,
    in_factorials,
    j,
    k,
    one_less,
    one_more,
    t,
)

HALF = sp.Rational(1, 2)


# The law of a breakpoint


@exact(broken_bin_chain, step="density")
def a_ratio_has_this_density(density: sp.Expr, trial: Trial) -> Findings:
    """The density of −w/v at t given v is |v|φ(tv), and its mean over v is twice that over v > 0."""
    v = sp.Symbol("v", positive=True)
    normal = sp.Lambda(v, sp.exp(-(v**2) / 2) / sp.sqrt(2 * sp.pi))
    mean = trial.once(sp.integrate, sp.powsimp(v * normal(t * v) * normal(v)), (v, 0, sp.oo))
    yield trial.same(density, 2 * mean)


def below_counts(rng: np.random.Generator, size: int) -> list[int]:
    """How many breakpoints lie below −1, below 1/2 and below 2."""
    places = breakpoints(rng.standard_normal((size, 2)))
    return [int(np.count_nonzero(places < at)) for at in (-1.0, 0.5, 2.0)]


@statistical(broken_bin_chain, tests=1)
def breakpoints_of_random_neurons_are_cauchy(breakpoint_cdf: sp.Expr, trial: Trial) -> Findings:
    """How many breakpoints lie below each of three points."""
    size = trial.size(40_000)
    p = [trial.value(breakpoint_cdf, {t: at}) for at in (sp.Integer(-1), HALF, sp.Integer(2))]
    yield trial.counts_each(trial.draw(below_counts, size), size, p)


# The chain


@exact(broken_bin_chain)
@control("symmetric chain", one_more=HALF, one_less=HALF)
@control("ends exchanged", one_more=one_less, one_less=one_more)
def each_neuron_changes_one_parity(one_more: sp.Expr, one_less: sp.Expr, trial: Trial) -> Findings:
    """From every state of T ≤ 5 bins: among the T bins that the next breakpoint may hit, how many break and how many are mended."""
    for bins in range(1, 6):
        for state in range(2**bins):
            now = state.bit_count()
            after = [(state ^ 1 << place).bit_count() for place in range(bins)]
            for chance, to in ((one_more, now + 1), (one_less, now - 1)):
                yield equal(chance, sp.Rational(after.count(to), bins), {b: now, T: bins}, trial)


@exact(broken_bin_chain, step="ratio")
def increments_have_the_ratio_of_the_steps(
    one_more: sp.Expr, one_less: sp.Expr, ratio: sp.Expr, trial: Trial
) -> Findings:
    """From h = up·h₊ + down·h₋ with an increment of 1 below and of the ratio above: up·ratio = down, and up + down = 1."""
    here, below = sp.symbols("here below", real=True)  # values of h
    up, down = (chance.subs(b, k) for chance in (one_more, one_less))
    above = here + ratio * (here - below)
    yield trial.same(here, up * above + down * below)


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
def sums_have_the_increments(weight: sp.Expr, all_broken_first: sp.Expr, trial: Trial) -> Findings:
    """From k to k + 1 the probability grows by the first increment times the weight; it is 0 at k = 0 and 1 at k = T."""
    none, one = (listed(all_broken_first.subs(k, start)) for start in (0, 1))
    increment = all_broken_first.subs(k, k + 1) - all_broken_first
    yield trial.same(increment * weight.subs(j, 0), (one - none) * weight.subs(j, k), by=last_term_apart)
    yield trial.same(none, sp.S.Zero)
    yield trial.same(all_broken_first.subs(k, T), sp.S.One)


@exact(broken_bin_chain)
@control("symmetric steps", one_more=HALF, one_less=HALF)
def the_probability_is_harmonic(
    one_more: sp.Expr, one_less: sp.Expr, all_broken_first: sp.Expr, trial: Trial
) -> Findings:
    """The probability is 0 with no broken bin, 1 with all broken, and between them its mean over the next step, as fractions for T ≤ 7."""
    later = one_more.subs(b, k) * all_broken_first.subs(k, k + 1) + one_less.subs(b, k) * all_broken_first.subs(
        k, k - 1
    )
    for bins in range(1, 8):
        yield equal(all_broken_first, sp.Integer(0), {T: bins, k: 0}, trial)
        yield equal(all_broken_first, sp.Integer(1), {T: bins, k: bins}, trial)
        for start in range(1, bins):
            yield equal(all_broken_first - later, sp.Integer(0), {T: bins, k: start}, trial)


@exact(broken_bin_chain, step="stationary law")
def steps_balance(one_more: sp.Expr, one_less: sp.Expr, stationary: sp.Expr, trial: Trial) -> Findings:
    """In the stationary law steps from b to b + 1 are as frequent as those back; the law adds up to 1 over b."""
    yield trial.same(stationary * one_more, (stationary * one_less).subs(b, b + 1), by=in_factorials)
    yield trial.same(trial.once(sp.summation, stationary, (b, 0, T)), sp.S.One)


@exact(broken_bin_chain)
@control("symmetric steps", one_more=HALF, one_less=HALF)
def mean_times_solve_their_equations(
    one_more: sp.Expr, one_less: sp.Expr, mean_steps: sp.Expr, trial: Trial
) -> Findings:
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
def random_neurons_break_all_bins_as_often(all_broken_first: sp.Expr, trial: Trial) -> Findings:
    """Gaussian neurons are added until all bins or none are broken."""
    runs = trial.size(20_000)
    for bins, start in ((8, 3), (4, 1)):
        p = trial.value(all_broken_first, {T: sp.Integer(bins), k: sp.Integer(start)})
        yield trial.counts(trial.draw(hits, bins, start, runs), runs, p)
