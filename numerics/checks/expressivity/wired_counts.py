"""Evidence for E2 and E4: tails of the wired count in rationals, their bounds, and its threshold in the inputs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.checks.expressivity.wired_neurons import exact_fraction, poisson_binomial
from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from theory.expressivity.symbols import epsilon, j, k, m, p
from theory.expressivity.wired_counts import (
    above_threshold,
    below_threshold,
    best_tilt,
    chance,
    exact_tail,
    exponential_bound,
    kl_bound,
    lower_bound,
    lower_tail,
    mean,
    poisson_bound,
    poisson_distance,
    poisson_law,
    poisson_mean,
    relative_entropy,
    some_lower,
    some_wired,
    threshold,
    tilt,
    usual_bound,
    wired_threshold,
)
from theory.expressivity.wired_neurons import binomial_law, i

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = sp.Rational(1, 2)


def instance(rows: int, density: sp.Rational, inputs: int) -> dict[sp.Symbol, sp.Expr]:
    return {m: sp.Integer(rows), p: density, k: sp.Integer(inputs)}


# among them half-means that are whole numbers (strict inequality), one row, one input, and p = 1
SMALL = (
    instance(16, HALF, 2),
    instance(20, sp.Rational(3, 5), 1),
    instance(9, sp.Rational(2, 3), 3),
    instance(1, sp.Rational(4, 5), 1),
    instance(7, sp.S.One, 4),
)


def tail_in_fractions(rows: int, chance: Fraction) -> Fraction:
    """P(N < mean/2), one neuron after the other."""
    law = poisson_binomial([chance] * rows)
    return sum((mass for count, mass in enumerate(law) if 2 * count < rows * chance), Fraction(0))


@exact(lower_tail)
@control("half of the mean counts too", exact_tail=exact_tail.subs(sp.ceiling(mean / 2), sp.floor(mean / 2) + 1))
@control("one edge suffices", exact_tail=exact_tail.subs(k, 1))
@control("Poisson", exact_tail=sp.Sum(sp.exp(-mean) * mean**i / sp.factorial(i), (i, 0, sp.ceiling(mean / 2) - 1)))
@control("10 % more", exact_tail=ELEVEN * exact_tail)
def tail_is_that_of_independent_neurons(exact_tail: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """In rationals, strictly below half of the mean."""
    for at in SMALL:
        seen = trial.once(tail_in_fractions, int(at[m]), exact_fraction(chance.subs(at)))
        yield trial.same(exact_tail.subs(at).doit(), sp.Rational(seen), by=None)


@enclosed(lower_tail)
@control("Hoeffding", kl_bound=sp.exp(-m * chance**2 / 2))
@control("10 % more", kl_bound=ELEVEN * kl_bound)
@control(
    "entropy the other way round",
    relative_entropy=(chance * sp.log(2) + (1 - chance) * sp.log((1 - chance) / (1 - chance / 2))),
)
@control("entropy 10 % less", relative_entropy=NINE * relative_entropy)
@control("tilt of a Poisson variable", best_tilt=sp.log(2))
@control("tilt 10 % more", best_tilt=ELEVEN * best_tilt)
@control("threshold at the mean", exponential_bound=exponential_bound * sp.exp(tilt * mean / 2))
@control("exponential 10 % more", exponential_bound=ELEVEN * exponential_bound)
@control("δ²μ in place of δ²μ/2", usual_bound=sp.exp(-mean / 4))
@control("10 % less, usual", usual_bound=NINE * usual_bound)
@control("the optimum of the other tail", poisson_bound=sp.exp(-(2 * sp.log(2) - 1) * mean))
@control("10 % less, Poisson", poisson_bound=NINE * poisson_bound)
def bounds_come_from_exponential_moments(
    exponential_bound: sp.Expr,
    best_tilt: sp.Expr,
    relative_entropy: sp.Expr,
    kl_bound: sp.Expr,
    poisson_bound: sp.Expr,
    usual_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """E e^{t(μ/2 − N)} term by term; its stationary point and value there; t = ln 2 with 1 + x ≤ e^x; e^{−δ²μ/2} at δ = ½."""
    for at in SMALL[2:4]:
        rows = int(at[m])
        moment = sum(binomial_law(m, chance, count) * sp.exp(tilt * (mean / 2 - count)) for count in range(rows + 1))
        yield trial.same(exponential_bound.subs(at), moment.subs(at), by=None)
    yield trial.vanishes(
        sp.diff(exponential_bound, tilt).subs(tilt, best_tilt) / exponential_bound.subs(tilt, best_tilt), by=None
    )
    yield trial.same(kl_bound, exponential_bound.subs(tilt, best_tilt), by=None)
    yield trial.same(kl_bound, sp.exp(-m * relative_entropy), by=None)
    yield trial.same(poisson_bound, sp.exp(sp.log(2) * mean / 2 + mean * (sp.exp(-sp.log(2)) - 1)), by=None)
    yield trial.same(usual_bound, sp.exp(-(HALF**2) * mean / 2), by=None)


@exact(lower_tail)
@control("the mass itself", lower_bound=(m + 1) * lower_bound)
@control("one class of counts less", lower_bound=lower_bound * (m + 1) / m)
@control("10 % less", lower_bound=NINE * lower_bound)
def lower_bound_is_a_mode_away_from_a_mass(lower_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """P(N = l) over (m + 1) P(Bin(m, l/m) = l), in rationals; the latter is the largest mass of its law."""
    for at in (*SMALL[:4], instance(30, sp.Rational(9, 10), 3)):
        rows, below = int(at[m]), int(sp.ceiling(mean.subs(at) / 2)) - 1
        law = poisson_binomial([exact_fraction(chance.subs(at))] * rows)
        own = poisson_binomial([Fraction(below, rows)] * rows)
        yield trial.holds(own[below] == max(own), f"{below} is the mode of Bin({rows}, {below}/{rows})")
        yield trial.same(lower_bound.subs(at), sp.Rational(law[below] / ((rows + 1) * own[below])), by=None)


TABLE = (instance(1200, HALF, 5), instance(600, sp.Rational(3, 10), 3), instance(400, HALF, 4))


@enclosed(lower_tail)
@control("e^{−μ/2}", usual_bound=sp.exp(-mean / 2))
@control("half of the exponent is missing", poisson_bound=sp.exp(-mean / 8), usual_bound=poisson_bound)
@control("twice the entropy", kl_bound=kl_bound**2)
@control("without m + 1", lower_bound=(m + 1) ** 2 * lower_bound)
@control("the upper tail", exact_tail=1 - exact_tail)
@control("without tilt", exponential_bound=kl_bound * sp.exp(-tilt))
def tail_lies_between_its_bounds(
    exact_tail: sp.Expr,
    lower_bound: sp.Expr,
    kl_bound: sp.Expr,
    poisson_bound: sp.Expr,
    usual_bound: sp.Expr,
    exponential_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """At random points and three sizes; how loose the bounds are."""
    chain = (lower_bound, exact_tail, kl_bound, poisson_bound, usual_bound)
    for low, high in pairwise(chain):
        yield trial.below(low, high, at=[*trial.points(usual_bound), *TABLE])
    yield trial.below(kl_bound, exponential_bound)
    for at in TABLE:
        ratios = [trial.value(bound / exact_tail, at) for bound in chain[2:]]
        text = f"bounds over the tail at μ = {float(mean.subs(at)):.4g}: " + ", ".join(f"{x:.3g}" for x in ratios)
        yield trial.holds(1 <= ratios[0] <= ratios[1] <= ratios[2], text)


def masks_short_of_half(rng: np.random.Generator, masks: int, rows: int, inputs: int) -> int:
    """Masks of density ½ with fewer wired neurons than half of the mean."""
    bits = rng.integers(0, 2**inputs, size=(masks, rows), dtype=np.uint8)
    wired = (bits == 2**inputs - 1).sum(axis=1)
    return int((wired * 2 ** (inputs + 1) < rows).sum())


@statistical(lower_tail, tests=2)
@control("half of the mean counts too", exact_tail=exact_tail.subs(sp.ceiling(mean / 2), sp.floor(mean / 2) + 1))
@control("Poisson", exact_tail=sp.Sum(sp.exp(-mean) * mean**i / sp.factorial(i), (i, 0, sp.ceiling(mean / 2) - 1)))
@control("10 % more", exact_tail=ELEVEN * exact_tail)
@control("10 % less", exact_tail=NINE * exact_tail)
def drawn_masks_fall_short(exact_tail: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """24 neurons on three inputs and 8 on one, density ½: the half-mean is 3/2, and 2."""
    masks = trial.size(150_000)
    for rows, inputs in ((24, 3), (8, 1)):
        expected = trial.value(exact_tail, instance(rows, HALF, inputs))
        yield trial.counts(trial.draw(masks_short_of_half, masks, rows, inputs), masks, expected)


def some_by_enumeration(rows: int, inputs: int, density: Fraction) -> Fraction:
    """The probability that a row of a mask is full, from all masks."""
    total = Fraction(0)
    for mask in product((0, 1), repeat=rows * inputs):
        if any(all(mask[row * inputs : (row + 1) * inputs]) for row in range(rows)):
            total += density ** sum(mask) * (1 - density) ** (len(mask) - sum(mask))
    return total


@exact(wired_threshold)
@control("any edge", some_wired=1 - (1 - p) ** (m * k))
@control("one edge per neuron", some_wired=1 - (1 - p) ** m)
@control("the mean itself", some_wired=mean)
@control("10 % less", some_wired=NINE * some_wired)
@control("mean of single edges", mean=m * p)
@control("mean 10 % more", mean=ELEVEN * mean)
def some_neuron_is_wired_in_all_masks(some_wired: sp.Expr, mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All masks of up to eight entries, in rationals; one row attains the union bound."""
    for rows, inputs, density in ((1, 3, "2/3"), (2, 3, "1/2"), (4, 2, "1/3"), (3, 1, "1/7")):
        at = instance(rows, sp.Rational(density), inputs)
        seen = trial.once(some_by_enumeration, rows, inputs, Fraction(density))
        yield trial.same(some_wired.subs(at), sp.Rational(seen), by=None)
    yield trial.same(mean.subs(m, 1), some_wired.subs(m, 1))
    yield trial.same(mean, m * mean.subs(m, 1))


@enclosed(wired_threshold)
@control("m p in place of m p^k", mean=m * p)
@control("half of the mean", mean=mean / 2)
@control("lower bound e^{−μ/2}", some_lower=sp.exp(-mean / 2))
@control("twice the exponent", some_lower=1 - sp.exp(-2 * mean))
@control("lower bound 10 % less", some_lower=NINE * some_lower)
@control("threshold in natural units", threshold=sp.log(m))
@control("threshold 10 % more", threshold=ELEVEN * threshold)
@control("above, twice the exponent", above_threshold=m ** (-2 * epsilon))
@control("above 10 % more", above_threshold=ELEVEN * above_threshold)
@control("below, without the exponential", below_threshold=1 - m**-epsilon)
@control("below 10 % less", below_threshold=NINE * below_threshold)
@control("never", some_wired=1 - (1 - chance) ** (m / 2))
def threshold_solves_the_two_bounds(
    some_wired: sp.Expr,
    some_lower: sp.Expr,
    mean: sp.Expr,
    threshold: sp.Expr,
    below_threshold: sp.Expr,
    above_threshold: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Both bounds hold; at (1 ∓ ε)k* they are m^ε and m^{−ε}, and at k* the mean is 1. The lower one is 1 − e^{−mean}."""
    yield trial.below(some_lower, some_wired)
    yield trial.below(some_wired.subs(m, m + 1), mean.subs(m, m + 1))
    for low, high in ((some_lower, some_wired), (some_wired.subs(m, m + 1), mean.subs(m, m + 1))):
        yield trial.everywhere(
            low, high, within={p: (sp.Rational(1, 20), sp.Rational(19, 20))}, integers={m: (3, 8), k: (1, 2)}
        )
    yield trial.same(mean.subs(k, threshold), 1, by=None)
    yield trial.same(mean.subs(k, (1 + epsilon) * threshold), above_threshold, by=None)
    yield trial.same(some_lower.subs(k, (1 - epsilon) * threshold), below_threshold, by=None)
    yield trial.same(some_lower, 1 - sp.exp(-mean), by=None)


@enclosed(wired_threshold)
@control("binomial", poisson_law=binomial_law(m, poisson_mean / m, j))
@control("mean doubled", poisson_law=poisson_law.subs(poisson_mean, 2 * poisson_mean))
@control("10 % more", poisson_law=ELEVEN * poisson_law)
@control("a share of 1/m", poisson_distance=poisson_distance / m)
@control("distance 10 % less", poisson_distance=NINE * poisson_distance)
@control("Le Cam, rounded", poisson_distance=mean * chance)
def count_is_nearly_poisson(poisson_law: sp.Expr, poisson_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One neuron is exactly as far from Poisson; several are no farther than the sum of that, counted term by term."""
    yield trial.same(poisson_distance, m * poisson_distance.subs(m, 1), by=None)
    yield trial.same(poisson_law.subs(j, 0), sp.exp(-poisson_mean), by=None)
    yield trial.same((j + 1) * poisson_law.subs(j, j + 1), poisson_mean * poisson_law, by=None)
    for at in (*SMALL[:3], instance(5, sp.Rational(1, 5), 1)):
        for rows in (1, int(at[m])):
            here = {**at, m: sp.Integer(rows)}
            there = poisson_law.subs(poisson_mean, mean)
            masses = [there.subs({**here, j: count}) for count in range(rows + 1)]
            moved = [abs(binomial_law(m, chance, c).subs(here) - mass) for c, mass in enumerate(masses)]
            distance = (sum(moved) + 1 - sum(masses)) / 2
            claimed = poisson_distance.subs(here)
            yield trial.same(distance, claimed, by=None) if rows == 1 else trial.below(distance, claimed)


def masks_with_a_wired_neuron(rng: np.random.Generator, masks: int, rows: int) -> NDArray[np.int64]:
    """Masks of density ½ in which some neuron is wired to the first k inputs, k = 0, …, 16. int[17]"""
    bits = rng.integers(0, 2**16, size=(masks, rows), dtype=np.uint16)
    trailing = np.bitwise_and(~bits, bits + np.uint16(1)) - 1  # the lowest ones alone: 2^k − 1
    longest = np.bitwise_count(trailing).max(axis=1)
    return np.array([(longest >= inputs).sum() for inputs in range(17)])


@statistical(wired_threshold, tests=3, cost=0.4)
@control("m p in place of m p^k", some_wired=1 - (1 - p) ** m)
@control("any edge", some_wired=1 - (1 - p) ** (m * k))
@control("10 % more", some_wired=ELEVEN * some_wired)
@control("10 % less", some_wired=NINE * some_wired)
def drawn_masks_cross_the_threshold(some_wired: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1024 neurons, density ½, threshold ten inputs: eight, ten and twelve of them."""
    masks = trial.size(10_000)
    seen = trial.draw(masks_with_a_wired_neuron, masks, 1024)
    for inputs in (8, 10, 12):
        yield trial.counts(int(seen[inputs]), masks, trial.value(some_wired, instance(1024, HALF, inputs)))
