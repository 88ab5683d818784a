"""Evidence for N7: the chain of broken bins."""

from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.neuron_pruning.broken_bins import bins_of, breakpoints, no_bins_broken, parities
from sparse_limits.numerics.neuron_pruning.circle import exact_sup_on_circle
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.broken_bins import (
    T,
    b,
    broken_bin_chain,
    d,
    h,
    in_factorials,
    j,
    k,
    one_less,
    one_more,
    phi,
    s,
    spacing,
    t,
)

# The walk on all parities, and how often it is back where no bin is broken


HALF = sp.Rational(1, 2)


def equal(formula: sp.Expr, value: sp.Expr, at: dict[sp.Symbol, int], trial: Trial) -> Finding:
    """That a rational formula has exactly this value."""
    point = {symbol: sp.Integer(whole) for symbol, whole in at.items()}
    return trial.same(formula, value, at=[point], by=lambda difference: rational(difference, point))


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
def walks_return_by_their_eigenvectors(back: sp.Expr, trial: Trial) -> Findings:
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
def complements_cancel(back: sp.Expr, none_broken: sp.Expr, trial: Trial) -> Findings:
    """The mean of the sum and of the same sum with T − j in place of j, term by term."""
    turned = back.replace(
        lambda each: isinstance(each, sp.Sum), lambda each: sp.Sum(each.function.subs(j, T - j), *each.limits)
    )
    yield trial.same(none_broken, (back + turned) / 2, by=term_by_term)


@exact(broken_bin_chain, cost=0.4)
def placements_without_broken_bins_are_counted(none_broken: sp.Expr, trial: Trial) -> Findings:
    """Of all T^s ways to place s breakpoints in T bins, those with an even number in every bin are counted."""
    for bins, most in ((1, 4), (2, 8), (3, 6), (4, 6), (5, 4)):
        for neurons in range(most + 1):
            ways = trial.once(no_bins_broken, bins, neurons)
            yield equal(none_broken, sp.Rational(ways, bins**neurons), {T: bins, s: neurons}, trial)


@exact(broken_bin_chain)
@control("symmetric steps", one_more=HALF, one_less=HALF)
def the_chain_forgets_as_its_steps_say(
    one_more: sp.Expr, one_less: sp.Expr, none_broken: sp.Expr, trial: Trial
) -> Findings:
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


def unbroken(rng: np.random.Generator, bins: int, neurons: int, inputs: int, runs: int) -> int:
    """In how many runs random neurons leave no bin broken along any pair of inputs."""
    places = breakpoints(rng.standard_normal((neurons, runs, inputs)))
    return int(np.count_nonzero(~parities(bins_of(places, bins), bins).any(axis=(1, 2))))


@statistical(broken_bin_chain, tests=5, cost=0.4)
def random_networks_have_no_broken_bin_as_often(none_broken_anywhere: sp.Expr, trial: Trial) -> Findings:
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
def pairs_multiply(none_broken: sp.Expr, none_broken_anywhere: sp.Expr, trial: Trial) -> Findings:
    """The product over the pairs of inputs 2i − 1 and 2i, listed for d ≤ 7; the number of bins and of neurons free."""
    pairs = {inputs: [(2 * i - 1, 2 * i) for i in range(1, inputs + 1) if 2 * i <= inputs] for inputs in range(2, 8)}
    cases = ((valued(none_broken_anywhere, {d: inputs}), none_broken ** len(pairs[inputs])) for inputs in pairs)
    yield trial.at_sizes(cases, "numbers of inputs")


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


# Three kinks that make a bin broken and cost next to nothing


@exact(broken_bin_chain, step="hat")
def three_kinks_cancel_but_for_a_hat(
    odd_bin_error: sp.Expr, three_kinks: tuple[tuple[int, int], ...], trial: Trial
) -> Findings:
    """The sum is piecewise linear: it is 0 beyond the kinks, and its largest modulus is at one of them."""
    yield trial.holds(len(three_kinks) % 2 == 1, "an odd number of breakpoints in one bin")
    yield trial.holds(sum(c for _, c in three_kinks) == 0, "no slope after the last kink")
    yield trial.holds(sum(c * place for place, c in three_kinks) == 0, "no value after the last kink")
    values = [sp.Add(*(c * sp.Max(spacing * (at - place), 0) for place, c in three_kinks)) for at, _ in three_kinks]
    yield trial.same(odd_bin_error, sp.Max(*map(sp.Abs, values)))


Strengths = tuple[sp.Expr, sp.Expr, sp.Expr]


TURNS = (-h, sp.Integer(0), h)


def by_angles(gap: sp.Expr) -> sp.Expr:
    """Simplified, with sines and cosines of sums expanded."""
    return sp.simplify(sp.expand_trig(gap))


@exact(broken_bin_chain, step="three neurons")
def three_active_neurons_add_up_to_zero(repairing: Strengths, trial: Trial) -> Findings:
    """Where all three neurons are active their functionals add up to 0, on two vectors."""
    for turned in (sp.cos, sp.sin):
        outer, middle, other = (c * turned(turn) for c, turn in zip(repairing, TURNS, strict=True))
        yield trial.same(outer + other, -middle, by=by_angles)


@exact(broken_bin_chain, step="bump")
def one_or_two_neurons_are_active(repairing: Strengths, bump: sp.Expr, trial: Trial) -> Findings:
    """At an angle φ on either side of the kink of the middle neuron, the bump is the sum of the neurons that are active there."""
    for side, active in ((1, (2,)), (-1, (1, 2))):
        angle = sp.pi / 2 + side * phi
        yield trial.same(
            bump, sp.Add(*(repairing[each] * sp.cos(angle - TURNS[each]) for each in active)), by=by_angles
        )


@enclosed(broken_bin_chain, step="repaired error")
def the_bump_falls_from_the_middle(bump: sp.Expr, repaired_error: sp.Expr, trial: Trial) -> Findings:
    """The bump is the repaired error in the middle and 0 at φ = h, and its slope is not positive for h − φ from 0 to π/2."""
    rest = sp.Symbol("rest", nonnegative=True)  # what h − φ lacks to π/2
    yield trial.same(repaired_error, bump.subs(phi, 0))
    yield trial.same(bump.subs(phi, h), sp.S.Zero)
    yield trial.everywhere(bump.diff(phi).subs(h, phi + sp.pi / 2 - rest), sp.S.Zero, within={rest: (0, 2)})


@exact(broken_bin_chain)
def three_kinks_repair_a_bin(repairing: Strengths, repaired_error: sp.Expr, trial: Trial) -> Findings:
    """The three neurons add up to 0 where all are active, and have the stated values at their kinks.

    Beside a neuron that is the target, at two distances in doubles, the supremum over the disc is the repaired error, which is the error of
    these four neurons although their bin is broken.
    """
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


@enclosed(broken_bin_chain)
def probability_eigenvalue_and_bump_have_their_ranges(
    one_more: sp.Expr, eigenvalue: sp.Expr, bump: sp.Expr, repaired_error: sp.Expr, trial: Trial
) -> Findings:
    """The probability is at least 0, and the eigenvalue, a mean of ±1, at least −1; the bump is at least 0 and at most its value in the
    middle.
    """
    yield trial.below(sp.S.Zero, one_more)
    yield trial.below(sp.S.NegativeOne, eigenvalue, needed="eigenvalue")
    yield trial.below(bump, repaired_error, needed="repaired_error")
    yield trial.below(sp.S.Zero, bump, needed="bump")
