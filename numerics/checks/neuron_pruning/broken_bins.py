"""Evidence for N7: the chain of broken bins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.bridge import numeric
from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.exact.rationals import rational
from numerics.neuron_pruning.broken_bins import bins_of, breakpoints, no_bins_broken, parities
from numerics.neuron_pruning.circle import exact_sup_on_circle
from theory.neuron_pruning.broken_bins import (
    T,
    all_broken_first,
    b,
    back,
    bin_edge,
    breakpoint_cdf,
    broken_bin_chain,
    bump,
    d,
    density,
    eigenvalue,
    h,
    i,
    j,
    k,
    mean_steps,
    none_broken,
    none_broken_anywhere,
    one_less,
    one_more,
    phi,
    ratio,
    repaired_error,
    s,
    share,
    spacing,
    stationary,
    t,
    weight,
)
from theory.neuron_pruning.kink import kink, kink_bound, radius

HALF = sp.Rational(1, 2)
MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)


def equal(formula: sp.Expr, value: sp.Expr, at: dict[sp.Symbol, int], trial: Trial) -> Finding:
    """That a rational formula has exactly this value."""
    point = {symbol: sp.Integer(whole) for symbol, whole in at.items()}
    return trial.same(formula, value, at=[point], by=lambda difference: rational(difference, point))


# The law of a breakpoint


@exact(broken_bin_chain, step="density")
@control("normal law", density=sp.exp(-(t**2) / 2) / sp.sqrt(2 * sp.pi))
@control("one weight has a sign", density=2 * density)
@control("10 % more", density=MORE * density)
def a_ratio_has_this_density(density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The density of −w/v at t given v is |v|φ(tv), and its mean over v is twice that over v > 0."""
    v = sp.Symbol("v", positive=True)
    normal = sp.Lambda(v, sp.exp(-(v**2) / 2) / sp.sqrt(2 * sp.pi))
    yield trial.same(density, 2 * sp.integrate(sp.powsimp(v * normal(t * v) * normal(v)), (v, 0, sp.oo)))


@exact(broken_bin_chain, step="distribution")
@control("normal law", breakpoint_cdf=(1 + sp.erf(t / sp.sqrt(2))) / 2)
@control("one-sided", breakpoint_cdf=2 * sp.atan(t) / sp.pi)
@control("10 % more", breakpoint_cdf=MORE * breakpoint_cdf)
@control("one weight has a sign", density=2 * density)
def the_distribution_has_the_density(density: sp.Expr, breakpoint_cdf: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its derivative is the density, and at −∞ it is 0."""
    yield trial.same(sp.diff(breakpoint_cdf, t), density)
    yield trial.holds(sp.limit(breakpoint_cdf, t, -sp.oo) == 0, "no mass at −∞")


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
    yield trial.same(breakpoint_cdf.subs(t, bin_edge), i * share, by=inner_angles)
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


def in_factorials(gap: sp.Expr) -> sp.Expr:
    """Simplified, with binomial coefficients as quotients of factorials."""
    return sp.gammasimp(gap.rewrite(sp.gamma))


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


@exact(broken_bin_chain, step="characters")
@control("eigenvalues 1 − j/T", eigenvalue=1 - j / T)
@control("of the complement", eigenvalue=2 * j / T - 1)
@control("10 % more", eigenvalue=MORE * eigenvalue)
@control("one bin more", share=share.subs(T, T + 1))
def a_flip_in_the_set_changes_the_sign(share: sp.Expr, eigenvalue: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The shares of the T − j bins outside of A, less those of the j bins in it."""
    yield trial.same(eigenvalue, (T - j) * share - j * share)


def walks_by_sets(bins: int) -> sp.Expr:
    """The probability that no bin is broken after s flips, by the walk's matrix: eigenvalues of all products of signs.

    Raises:
        ValueError: if one of them is no eigenvector, or if they do not add up to the state without broken bins.
    """
    states = list(product((0, 1), repeat=bins))
    walk = sp.Matrix(len(states), len(states), lambda x, y: int(sum(map(int.__ne__, states[x], states[y])) == 1))
    signs = [
        sp.Matrix([(-1) ** sum(map(int.__mul__, chosen, state)) for state in states])
        for chosen in states  # those of the set
    ]
    values = [(walk * each)[0] for each in signs]  # in state 0 each is 1
    if any(walk * each != value * each for each, value in zip(signs, values, strict=True)):
        raise ValueError("no eigenvector")
    if list(sum(signs, sp.zeros(len(states), 1)) / len(states)) != [1] + [0] * (len(states) - 1):
        raise ValueError("another state")
    return sum(((value / bins) ** s for value in values), sp.S.Zero) / len(states)


@exact(broken_bin_chain, step="back")
@control("eigenvalues 1 − j/T", back=sp.Sum(sp.binomial(T, j) * (1 - j / T) ** s, (j, 0, T)) / 2**T)
@control("one neuron more", back=back.subs(s, s + 1))
@control("stationary law", back=2**-T)
@control("one bin more", back=back.subs(T, T + 1))
@control("10 % more", back=MORE * back)
def walks_return_by_their_eigenvectors(back: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The walks on {0, 1}ᵀ for T ≤ 4, whatever the number of neurons is."""
    cases = ((back.subs(T, bins).doit(), trial.once(walks_by_sets, bins)) for bins in range(1, 5))
    yield trial.at_sizes(cases, "walks")


def term_by_term(gap: sp.Expr) -> sp.Expr:
    """The summand of a sum of multiples of sums over j from 0 to T, simplified; anything else as it is."""
    u = sp.Symbol("u", real=True)  # 1 − 2j/T
    terms = []
    for part in sp.Add.make_args(sp.expand(gap)):
        sums = list(part.atoms(sp.Sum))
        if [each.limits for each in sums] != [((j, 0, T),)]:
            return gap
        terms.append(part.subs(sums[0], sums[0].function))
    powers = sp.Add(*terms).subs(j, T * (1 - u) / 2)
    powers = powers.replace(lambda each: each.is_Pow and each.exp == s, lambda each: sp.expand(each.base) ** s)
    return in_factorials(sp.expand_power_base(powers))


@exact(broken_bin_chain, step="none broken")
@control("the even terms alone", none_broken=back / 2)
@control("as much for an odd number", none_broken=(1 - (-1) ** s) / 2 * back)
@control("one neuron more", none_broken=none_broken.subs(s, s + 1))
@control("10 % more", none_broken=MORE * none_broken)
@control("eigenvalues 1 − j/T", back=sp.Sum(sp.binomial(T, j) * (1 - j / T) ** s, (j, 0, T)) / 2**T)
def complements_cancel(back: sp.Expr, none_broken: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of the sum and of the same with T − j for j, term by term."""
    turned = back.replace(
        lambda each: isinstance(each, sp.Sum), lambda each: sp.Sum(each.function.subs(j, T - j), *each.limits)
    )
    yield trial.same(none_broken, (back + turned) / 2, by=term_by_term)


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
    yield trial.same(sp.Sum(stationary, (b, 0, T)).doit(), sp.S.One)


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


@exact(broken_bin_chain, step="pairs")
@control("a chain for every input", none_broken_anywhere=none_broken**d)
@control("pairs that overlap", none_broken_anywhere=none_broken ** (d - 1))
@control("half a pair counts", none_broken_anywhere=none_broken ** (d / 2))
@control("10 % more", none_broken_anywhere=MORE * none_broken_anywhere)
@control("one neuron more", none_broken=none_broken.subs(s, s + 1))
def pairs_multiply(none_broken: sp.Expr, none_broken_anywhere: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The product over the pairs of inputs 2i − 1 and 2i, listed for d ≤ 7; the number of bins and of neurons free."""
    pairs = {inputs: [(2 * i - 1, 2 * i) for i in range(1, inputs + 1) if 2 * i <= inputs] for inputs in range(2, 8)}
    cases = ((none_broken_anywhere.subs(d, inputs), none_broken ** len(pairs[inputs])) for inputs in pairs)
    yield trial.at_sizes(cases, "numbers of inputs")


# The smallest counterexample to a reading of "broken"


@exact(broken_bin_chain, step="hat")
@control("an odd bin cannot be repaired", odd_bin_error=kink_bound.subs({kink: 1, radius: sp.Rational(1, 4)}))
@control("10 % more", odd_bin_error=MORE * spacing)
def three_kinks_cancel_but_for_a_hat(
    odd_bin_error: sp.Expr, three_kinks: tuple[tuple[int, int], ...], trial: Trial
) -> Iterator[Finding]:
    """The sum is piecewise linear: it is 0 beyond the kinks, and its largest modulus is at one of them."""
    yield trial.holds(len(three_kinks) % 2 == 1, "an odd number of breakpoints in one bin")
    yield trial.holds(sum(c for _, c in three_kinks) == 0, "no slope behind the last")
    yield trial.holds(sum(c * place for place, c in three_kinks) == 0, "no value behind the last")
    values = [sp.Add(*(c * sp.Max(spacing * (at - place), 0) for place, c in three_kinks)) for at, _ in three_kinks]
    yield trial.same(odd_bin_error, sp.Max(*map(sp.Abs, values)))


# A broken bin that is repaired

Strengths = tuple[sp.Expr, sp.Expr, sp.Expr]


TURNS = (-h, sp.Integer(0), h)


def by_angles(gap: sp.Expr) -> sp.Expr:
    """Simplified, with sines and cosines of sums expanded."""
    return sp.simplify(sp.expand_trig(gap))


@exact(broken_bin_chain, step="three neurons")
@control("second difference without curvature", repairing=(sp.Integer(1), sp.Integer(-2), sp.Integer(1)))
@control("half in the middle", repairing=(sp.Integer(1), -sp.cos(h), sp.Integer(1)))
@control("not symmetric", repairing=(sp.Integer(1), -2 * sp.cos(h), sp.cos(h)))
def three_neurons_add_up_to_nothing(repairing: Strengths, trial: Trial) -> Iterator[Finding]:
    """The functional where all three are active, on two vectors."""
    for turned in (sp.cos, sp.sin):
        outer, middle, other = (c * turned(turn) for c, turn in zip(repairing, TURNS, strict=True))
        yield trial.same(outer + other, -middle, by=by_angles)


@exact(broken_bin_chain, step="bump")
@control("second difference without curvature", repairing=(sp.Integer(1), sp.Integer(-2), sp.Integer(1)))
@control("half in the middle", repairing=(sp.Integer(1), -sp.cos(h), sp.Integer(1)))
@control("from the middle kink", bump=sp.sin(phi))
@control("from the far kink", bump=sp.sin(h + phi))
@control("10 % more", bump=MORE * bump)
def one_or_two_neurons_are_active(repairing: Strengths, bump: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At an angle φ on either side of the place where the middle neuron bends, with the neurons active that turn further."""
    for side, active in ((1, (2,)), (-1, (1, 2))):
        angle = sp.pi / 2 + side * phi
        yield trial.same(
            bump, sp.Add(*(repairing[each] * sp.cos(angle - TURNS[each]) for each in active)), by=by_angles
        )


@enclosed(broken_bin_chain, step="repaired error")
@control("nothing is left", repaired_error=sp.Integer(0))
@control("a quarter of the kink", repaired_error=sp.sin(2 * h) / 4)
@control("10 % more", repaired_error=MORE * repaired_error)
@control("from the middle kink", bump=sp.sin(phi))
@control("from the far kink", bump=sp.sin(h + phi))
def the_bump_falls_from_the_middle(bump: sp.Expr, repaired_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its value in the middle; 0 at φ = h, and a slope that is not positive for 0 ≤ h − φ ≤ 1, which holds π/4 and more."""
    left = sp.Symbol("left", nonnegative=True)  # h − φ
    yield trial.same(repaired_error, bump.subs(phi, 0))
    yield trial.same(bump.subs(phi, h), sp.S.Zero)
    yield trial.everywhere(bump.diff(phi).subs(h, phi + left), sp.S.Zero, within={left: (0, 1)})


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
    directions = [sp.Matrix([sp.cos(turn), sp.sin(turn)]) for turn in TURNS]
    active = sum((c * u for c, u in zip(repairing, directions, strict=True)), sp.zeros(2, 1))
    for part in active:
        yield trial.same(part, 0, by=by_angles)
    for bend, value in zip(TURNS, (0, repaired_error, 0), strict=True):
        place = sp.Matrix([-sp.sin(bend), sp.cos(bend)])  # at a right angle to the neuron that bends there
        heights = [sp.expand_trig(place.dot(u)) for u in directions]  # the sine of turn − bend
        seen = sum(
            c * height for c, height, turn in zip(repairing, heights, TURNS, strict=True) if turn - bend in (h, 2 * h)
        )
        yield trial.same(sp.simplify(seen), value, by=by_angles)
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
