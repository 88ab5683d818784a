"""Evidence for E4: the number of inputs at which full wiring ends, and the Poisson law of the wired count near it."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.expressivity.wired_counts import SMALL, instance
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.expressivity.symbols import epsilon, j, k, m, p
from sparse_limits.theory.expressivity.wired_counts import chance, in_missing, mean, poisson_mean, wired_threshold
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.formulas.simplifying import powers_together
from sparse_limits.theory.formulas.valued import valued

HALF = sp.Rational(1, 2)


def some_by_enumeration(rows: int, inputs: int, density: Fraction) -> Fraction:
    """The probability that a row of a mask is full, from all masks."""
    total = Fraction(0)
    for mask in product((0, 1), repeat=rows * inputs):
        if any(all(mask[row * inputs : (row + 1) * inputs]) for row in range(rows)):
            total += density ** sum(mask) * (1 - density) ** (len(mask) - sum(mask))
    return total


@exact(wired_threshold)
def some_neuron_is_wired_in_all_masks(some_wired: sp.Expr, mean: sp.Expr, trial: Trial) -> Findings:
    """P(N ≥ 1) is a sum over all masks of up to eight entries, in rationals; one neuron attains the union bound, the mean."""
    for rows, inputs, density in ((1, 3, "2/3"), (2, 3, "1/2"), (4, 2, "1/3"), (3, 1, "1/7")):
        at = instance(rows, sp.Rational(density), inputs)
        seen = trial.once(some_by_enumeration, rows, inputs, Fraction(density))
        yield trial.same(some_wired.subs(at), sp.Rational(seen), by=None)
    yield trial.same(mean.subs(m, 1), some_wired.subs(m, 1))
    yield trial.same(mean, m * mean.subs(m, 1))


@exact(wired_threshold, step="mean")
def the_mean_grows_faster_than_the_chance(some_wired: sp.Expr, mean: sp.Expr, trial: Trial) -> Findings:
    """The difference of the mean and P(N ≥ 1) is 0 for one neuron, and grows by q P(N ≥ 1) with each further neuron."""
    gap = mean - some_wired
    yield trial.induction(gap, m, sp.S.Zero, lambda term: term + chance * some_wired, start=1, by=in_missing)
    yield trial.induction(mean, m, chance, lambda term: term + chance, start=1, by=in_missing)


def in_exponents(gap: sp.Expr) -> sp.Expr:
    """Powers of p = e^{−y} put together."""
    return sp.simplify(sp.expand_log(gap.subs(p, sp.exp(-sp.Symbol("y", positive=True)))))


def in_logarithms(gap: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_log(gap))


@exact(wired_threshold, step="threshold")
def mean_is_one_at_the_threshold(mean: sp.Expr, threshold: sp.Expr, trial: Trial) -> Findings:
    """The logarithm of the mean is (k − k*) ln p, so the mean is 1 at the threshold k*; one more input multiplies it by p < 1."""
    yield trial.same(sp.log(mean), (k - threshold) * sp.log(p), by=in_logarithms)
    y = sp.Symbol("y", positive=True)
    yield trial.nonnegative(1 - mean.subs(k, k + 1) / mean, y / (1 + y), where={p: 1 / (1 + y)}, strict=True)


@exact(wired_threshold, step="below")
def lower_bound_below_the_threshold(
    some_lower: sp.Expr, threshold: sp.Expr, below_threshold: sp.Expr, trial: Trial
) -> Findings:
    """At (1 − ε)k* inputs the lower bound is the stated one; with x ≥ 0 inputs less its exponent is p^{−x} ≥ 1 times as large."""
    yield trial.same(valued(some_lower, {k: (1 - epsilon) * threshold}), below_threshold, by=in_exponents)
    x = sp.Symbol("x", nonnegative=True)
    exponent = sp.expand_log(sp.log(-sp.log(1 - some_lower)))
    claimed = sp.log(-sp.log(1 - below_threshold))
    yield trial.same(exponent.subs(k, (1 - epsilon) * threshold - x), claimed - x * sp.log(p), by=in_logarithms)
    y = sp.Symbol("y", positive=True)
    more = exponent.subs(k, k - x) - exponent
    yield trial.nonnegative(more, x * sp.log(1 + y), where={p: 1 / (1 + y)}, by=in_logarithms)


@exact(wired_threshold, step="above")
def mean_above_the_threshold(threshold: sp.Expr, above_threshold: sp.Expr, trial: Trial) -> Findings:
    """With x ≥ 0 inputs more than (1 + ε)k*, the mean is the stated bound times p^x ≤ 1."""
    x = sp.Symbol("x", nonnegative=True)
    there = sp.expand_log(sp.log(mean)).subs(k, (1 + epsilon) * threshold + x)
    yield trial.same(there, sp.log(above_threshold) + x * sp.log(p), by=in_logarithms)


@exact(wired_threshold, step="Poisson law")
def poisson_variables_add_up(poisson_law: sp.Expr, trial: Trial) -> Findings:
    """Each Poisson mass follows from the one before; and the sum of two Poisson variables, with free means, has Poisson masses up to 3."""
    first = sp.exp(-poisson_mean)
    yield trial.induction(poisson_law, j, first, lambda term: term * poisson_mean / (j + 1))
    second, cases = sp.Symbol("mu", positive=True), []
    for count in range(4):
        masses = [poisson_law.subs(j, i) for i in range(count + 1)]
        both = sum(a * b.subs(poisson_mean, second) for a, b in zip(masses, masses[::-1], strict=True))
        cases.append((poisson_law.subs(j, count).subs(poisson_mean, poisson_mean + second), both))
    yield trial.at_sizes(cases, "counts", by=lambda gap: sp.expand(sp.powsimp(sp.expand(gap, power_exp=True))))


@exact(wired_threshold, step="one neuron")
def one_neuron_has_more_mass_at_one(poisson_law: sp.Expr, one_distance: sp.Expr, trial: Trial) -> Findings:
    """The distance for one neuron is its mass at 1 less the Poisson mass at 1.

    It is also the Poisson mass from 2 on, plus the Poisson mass at 0 less the mass of the neuron at 0.
    """
    none, one = (poisson_law.subs({j: count, poisson_mean: chance}) for count in (0, 1))
    yield trial.same(one_distance, chance - one)
    yield trial.same(one_distance, (none - (1 - chance)) + (1 - none - one))


@enclosed(wired_threshold)
def both_bounds_hold_on_ranges(some_wired: sp.Expr, some_lower: sp.Expr, mean: sp.Expr, trial: Trial) -> Findings:
    """P(N = 0) and its bound are m-th powers of those for one neuron, and the latter are in order for all q = pᵏ.

    For one neuron the mean is P(N ≥ 1); with one more neuron, the gap g between them becomes (1 − q)g + mq².
    Near p = 0 the lower bound and P(N ≥ 1) agree to first order.
    """
    one, whole = {m: 1, k: 1}, {p: (0, 1)}
    for none in (1 - some_wired, 1 - some_lower):
        yield trial.same(none, none.subs(one).subs(p, chance) ** m)
    yield trial.everywhere(some_lower.subs(one), some_wired.subs(one), within=whole, zero={p: (0, 2)})
    gap = mean - some_wired
    yield trial.induction(
        gap, m, sp.S.Zero, lambda less: (1 - chance) * less + m * chance**2, start=1, by=powers_together
    )


@enclosed(wired_threshold)
def thresholds_are_attained_by_many_neurons(
    some_wired: sp.Expr, below_threshold: sp.Expr, above_threshold: sp.Expr, trial: Trial
) -> Findings:
    """With 2²⁰ neurons of density ½, the threshold is twenty inputs: the lower bound holds at nineteen, the upper bound at thirty."""
    for inputs, margin, low, high in (
        (19, sp.Rational(1, 20), below_threshold, some_wired),
        (30, HALF, some_wired, above_threshold),
    ):
        yield trial.below(low, high, at=[{**instance(2**20, HALF, inputs), epsilon: margin}])


@enclosed(wired_threshold)
def count_is_nearly_poisson(poisson_law: sp.Expr, poisson_distance: sp.Expr, trial: Trial) -> Findings:
    """The distance from the Poisson law, summed count by count, is the stated one for one neuron, and at most the stated one for several.

    The stated distance for m neurons is m times that for one.
    """
    yield trial.same(poisson_distance, m * poisson_distance.subs(m, 1), by=None)
    yield trial.same(poisson_law.subs(j, 0), sp.exp(-poisson_mean), by=None)
    yield trial.same((j + 1) * poisson_law.subs(j, j + 1), poisson_mean * poisson_law, by=None)
    for at in (*SMALL[:3], instance(5, sp.Rational(1, 5), 1)):
        for rows in (1, int(at[m])):
            here = {**at, m: sp.Integer(rows)}
            there = poisson_law.subs(poisson_mean, mean)
            masses = [valued(there, {**here, j: count}) for count in range(rows + 1)]
            moved = [abs(valued(binomial_law(m, chance, c), here) - mass) for c, mass in enumerate(masses)]
            distance = (sum(moved) + 1 - sum(masses)) / 2
            claimed = poisson_distance.subs(here)
            yield trial.same(distance, claimed, by=None) if rows == 1 else trial.below(distance, claimed, at=[{}])


def masks_with_a_wired_neuron(rng: np.random.Generator, masks: int, rows: int) -> NDArray[np.int64]:
    """Masks of density ½ in which some neuron is wired to the first k inputs, k = 0, …, 16. int[17]"""
    bits = rng.integers(0, 2**16, size=(masks, rows), dtype=np.uint16)
    trailing = np.bitwise_and(~bits, bits + np.uint16(1)) - 1  # the lowest ones alone: 2^k − 1
    longest = np.bitwise_count(trailing).max(axis=1)
    return np.array([(longest >= inputs).sum() for inputs in range(17)])


@statistical(wired_threshold, tests=3, cost=0.4)
def drawn_masks_cross_the_threshold(some_wired: sp.Expr, trial: Trial) -> Findings:
    """In drawn masks of 1024 neurons and density ½ (threshold ten), some neuron is wired to 8, 10 and 12 inputs as often as stated."""
    masks = trial.size(10_000)
    seen = trial.draw(masks_with_a_wired_neuron, masks, 1024)
    for inputs in (8, 10, 12):
        yield trial.counts(int(seen[inputs]), masks, trial.value(some_wired, instance(1024, HALF, inputs)))
