"""Evidence for E1: fully wired neurons, counted over all masks of small layers and in drawn ones."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate, product
from math import prod

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.symbols import alpha, j, k, kernel, n, p, positions
from sparse_limits.theory.expressivity.wired_neurons import background, column, share, wired_count
from sparse_limits.theory.formulas.valued import valued

HALF, THIRD = sp.Rational(1, 2), sp.Rational(1, 3)

Cells = Sequence[tuple[Fraction, Sequence[Fraction]]]  # the share of some rows, their probabilities on S


def exact_fraction(value: sp.Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def mask_chance(chances: Sequence[Fraction], edges: Sequence[int]) -> Fraction:
    """The probability of these edges and no others, each 0 or 1, independent."""
    return prod((q if edge else 1 - q for q, edge in zip(chances, edges, strict=True)), start=Fraction(1))


def law_by_enumeration(cells: Cells, neurons: int) -> list[Fraction]:
    """P(N = j), j = 0, …, from every cell and every set of edges that each neuron can have."""
    outcomes = []
    for size, chances in cells:
        for edges in product((0, 1), repeat=len(chances)):
            outcomes.append((size * mask_chance(chances, edges), all(edges)))
    law = [Fraction(0)] * (neurons + 1)
    for layer in product(outcomes, repeat=neurons):
        law[sum(wired for _, wired in layer)] += prod(weight for weight, _ in layer)
    return law


def columns_of(first: sp.Expr, second: sp.Expr) -> Cells:
    """The cells of the step kernel that is `first` on u < 1/3 and `second` beyond, functions of the column."""
    values = [[exact_fraction(part.subs(column, place)) for place in PLACES] for part in (first, second)]
    return [(Fraction(1, 3), values[0]), (Fraction(2, 3), values[1])]


PLACES = (HALF, sp.Rational(1, 4), sp.Rational(4, 5))  # of the three inputs
STEPS = ((column, 1 - column / 2), (THIRD, column**2), (sp.S.One, column))


@exact(wired_count)
def law_is_that_of_all_masks(wired_share: sp.Expr, count_law: sp.Expr, tail_law: sp.Expr, trial: Trial) -> Findings:
    """For step kernels, three inputs, one and two neurons: P(N = j) and P(N ≥ j) equal sums over all cells and masks, in rationals."""
    for first, second in STEPS:
        step = wired_share.replace(
            kernel,
            lambda row, place, a=first, b=second: sp.Piecewise(
                (a.subs(column, place), row < THIRD), (b.subs(column, place), True)
            ),
        )
        found = valued(step, dict(zip(positions, PLACES, strict=True))).doit()
        for neurons in (1, 2):
            law = trial.once(law_by_enumeration, columns_of(first, second), neurons)
            tails = list(accumulate(reversed(law)))[::-1]
            for count, (mass, tail) in enumerate(zip(law, tails, strict=True)):
                at = {n: sp.Integer(neurons), j: sp.Integer(count), share: found}
                yield trial.same(valued(count_law, at), sp.Rational(mass), by=None)
                yield trial.same(valued(tail_law, at).doit(), sp.Rational(tail), by=None)


@exact(wired_count)
def two_levels_and_the_floor_that_they_attain(floor_share: sp.Expr, two_level_share: sp.Expr, trial: Trial) -> Findings:
    """The share at two levels by enumeration, for one to three inputs; at p_0 = 0 it is the floor."""
    chances = {alpha: Fraction(2, 5), p: Fraction(1, 2), background: Fraction(1, 7)}
    for inputs in (1, 2, 3):
        cells = [
            (chances[alpha], [chances[p]] * inputs),
            (1 - chances[alpha], [chances[background]] * inputs),
        ]
        _, wired = trial.once(law_by_enumeration, cells, 1)
        yield trial.same(two_level_share.subs({**chances, k: inputs}), sp.Rational(wired), by=None)
        yield trial.same(two_level_share.subs({background: 0, k: inputs}), floor_share.subs(k, inputs))


def in_missing(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability of a neuron that is not wired, below 1."""
    missing = sp.Symbol("missing", positive=True)
    return sp.expand(sp.expand_power_exp(sp.combsimp(expression.subs(share, 1 - missing))))


@exact(wired_count, step="count")
def count_grows_neuron_by_neuron(count_law: sp.Expr, trial: Trial) -> Findings:
    """The law of n + 1 neurons follows from that of n, at the count j + 1 and at 0; and the law of one neuron is as stated."""
    more = count_law.subs(n, n + 1)
    yield trial.same(more.subs(j, j + 1), share * count_law + (1 - share) * count_law.subs(j, j + 1), by=in_missing)
    yield trial.same(more.subs(j, 0), (1 - share) * count_law.subs(j, 0), by=in_missing)
    for count, chance in ((sp.S.Zero, 1 - share), (sp.S.One, share), (j + 2, sp.S.Zero)):
        yield trial.same(count_law.subs(n, 1).subs(j, count), chance)


@exact(wired_count, step="tail")
def tails_are_those_of_all_sets_of_wired_neurons(tail_law: sp.Expr, trial: Trial) -> Findings:
    """The tail is the sum of the probabilities of all sets of at least j wired neurons, for up to four neurons; t is free."""
    cases = []
    for neurons in range(1, 5):
        sets = list(product((0, 1), repeat=neurons))
        for count in range(neurons + 1):
            total = sum(share ** sum(s) * (1 - share) ** (neurons - sum(s)) for s in sets if sum(s) >= count)
            claimed = written_out(tail_law, {n: sp.Integer(neurons), j: sp.Integer(count)})
            cases.append((share + claimed, share + total))
    yield trial.at_sizes(cases, "numbers of neurons")


def poisson_binomial(chances: Sequence[Fraction]) -> list[Fraction]:
    """The law of the number of successes in independent trials with these chances."""
    law = [Fraction(1)]
    for q in chances:
        law = [a * (1 - q) + b * q for a, b in zip([*law, Fraction(0)], [Fraction(0), *law], strict=True)]
    return law


def random_rows(rng: np.random.Generator, layers: int, size: int) -> list[list[tuple[Fraction, ...]]]:
    """Edge probabilities of neurons on two inputs, multiples of 1/10. [layers][size]"""
    tenths = rng.integers(1, 11, size=(layers, size, 2))
    return [[tuple(Fraction(int(q), 10) for q in row) for row in layer] for layer in tenths]


@exact(wired_count)
def count_dominates_the_floor(floor_share: sp.Expr, tail_law: sp.Expr, trial: Trial) -> Findings:
    """P(N ≥ 1) and P(N ≥ 2) are at least those of the floor, in rationals, for rows near the floor and for random rows.

    The latents are fixed, one for each row, or drawn among the rows.
    """
    floor, smallest = Fraction(1, 2), 1.0
    near: Sequence[tuple[Fraction, ...]] = [(floor, floor)] * 4 + [(Fraction(1, 10), Fraction(1, 5))] * 3
    for rows in (near, *trial.draw(random_rows, trial.size(4), 7)):
        wired = [a * b for a, b in rows]
        on_floor = sum(min(row) >= floor for row in rows)
        mixed = sum(wired, Fraction(0)) / len(rows)
        laws = [
            (poisson_binomial(wired), on_floor, sp.S.One),
            (poisson_binomial([mixed] * 5), 5, sp.Rational(on_floor, 7)),
        ]
        for law, size, part in laws:
            if not on_floor:
                continue
            chance = floor_share.subs({alpha: part, p: sp.Rational(floor), k: 2})
            for count in (1, 2):
                claimed = written_out(tail_law, {n: sp.Integer(size), share: chance, j: sp.Integer(count)})
                seen = sum(law[count:], Fraction(0))
                yield trial.holds(sp.Rational(seen) >= claimed, f"P(N ≥ {count}) = {seen}, claimed at least {claimed}")
                smallest = min(smallest, float(seen - claimed))
    yield trial.holds(smallest >= 0, f"smallest gap {smallest:.3g}")


TWO_LEVELS = {alpha: sp.Rational(2, 5), p: HALF, background: sp.Rational(1, 20), k: 4}


def wired_in_masks(rng: np.random.Generator, neurons: int) -> int:
    """Neurons wired to four inputs, edges of probability ½ on u < 0.4 and 0.05 beyond."""
    chances = np.where(rng.random(neurons) < 0.4, 0.5, 0.05)
    return int((rng.random((neurons, 4)) < chances[:, None]).all(axis=1).sum())


@statistical(wired_count, tests=1)
def drawn_masks_have_the_count(two_level_share: sp.Expr, trial: Trial) -> Findings:
    """Drawn neurons are wired to four inputs as often as stated at two levels, with latents and edges drawn."""
    neurons = trial.size(700_000)
    yield trial.counts(trial.draw(wired_in_masks, neurons), neurons, trial.value(two_level_share, TWO_LEVELS))
