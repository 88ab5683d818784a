"""Evidence for N7: the walk on all parities, and how often it is back where no bin is broken."""

from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Findings, Trial, control, exact, statistical
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.neuron_pruning.broken_bins import bins_of, breakpoints, no_bins_broken, parities
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.broken_bins import T, b, broken_bin_chain, d, in_factorials, j, s

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
