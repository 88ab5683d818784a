"""Evidence for E1 and E3: fully wired neurons, counted over all masks of small layers and in drawn ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import accumulate, product
from math import prod

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, exact, statistical
from theory.expressivity.symbols import alpha, j, k, kernel, n, p, positions, u
from theory.expressivity.wired_neurons import (
    affine_gap,
    at_least,
    background,
    chebyshev_gap,
    column,
    count_law,
    density_product,
    floor_share,
    hub_gain,
    hub_share,
    hubs,
    share,
    slopes,
    tail_law,
    two_level_share,
    wired_count,
    wired_share,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
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
@control(
    "the product of the column densities",
    wired_share=sp.Mul(*(sp.Integral(kernel(u, v), (u, 0, 1)) for v in positions)),
)
@control(
    "two of the three inputs", wired_share=sp.Integral(kernel(u, positions[0]) * kernel(u, positions[1]), (u, 0, 1))
)
@control("10 % more", wired_share=ELEVEN * wired_share)
@control("Poisson", count_law=sp.exp(-n * share) * (n * share) ** j / sp.factorial(j))
@control("without the neurons that are not wired", count_law=sp.binomial(n, j) * share**j)
@control("count 10 % more", count_law=ELEVEN * count_law)
@control("strictly more", tail_law=at_least(n, share, j + 1))
@control("tail 10 % less", tail_law=NINE * tail_law)
def law_is_that_of_all_masks(
    wired_share: sp.Expr, count_law: sp.Expr, tail_law: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Step kernels and three inputs: P(N = j) and P(N ≥ j) from all cells and masks, in rationals."""
    for first, second in STEPS:
        step = wired_share.replace(
            kernel,
            lambda row, place, a=first, b=second: sp.Piecewise(
                (a.subs(column, place), row < THIRD), (b.subs(column, place), True)
            ),
        )
        found = step.subs(dict(zip(positions, PLACES, strict=True))).doit()
        for neurons in (1, 2):
            law = trial.once(law_by_enumeration, columns_of(first, second), neurons)
            tails = list(accumulate(reversed(law)))[::-1]
            for count, (mass, tail) in enumerate(zip(law, tails, strict=True)):
                at = {n: neurons, j: count, share: found}
                yield trial.same(count_law.subs(at), sp.Rational(mass), by=None)
                yield trial.same(tail_law.subs(at).doit(), sp.Rational(tail), by=None)


@exact(wired_count)
@control("forgets the share of the rows", floor_share=p**k)
@control("the density of the rows, to the power", floor_share=(alpha * p) ** k)
@control("floor 10 % less", floor_share=NINE * floor_share)
@control("floor 10 % more", floor_share=ELEVEN * floor_share)
@control("the mean density, to the power", two_level_share=(alpha * p + (1 - alpha) * background) ** k)
@control("only the floor", two_level_share=alpha * p**k)
@control("10 % more", two_level_share=ELEVEN * two_level_share)
def two_levels_and_the_floor_that_they_attain(
    floor_share: sp.Expr, two_level_share: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Two levels by enumeration for k ≤ 3; the floor is what remains of them at p_0 = 0."""
    chances = {alpha: Fraction(2, 5), p: Fraction(1, 2), background: Fraction(1, 7)}
    for inputs in (1, 2, 3):
        cells = [
            (chances[alpha], [chances[p]] * inputs),
            (1 - chances[alpha], [chances[background]] * inputs),
        ]
        _, wired = trial.once(law_by_enumeration, cells, 1)
        yield trial.same(two_level_share.subs({**chances, k: inputs}), sp.Rational(wired), by=None)
        yield trial.same(two_level_share.subs({background: 0, k: inputs}), floor_share.subs(k, inputs))


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
@control("forgets the share of the rows", floor_share=p**k)
@control("one factor of the density too few", floor_share=alpha * p ** (k - 1))
@control("the tail one off", tail_law=at_least(n, share, j - 1))
def count_dominates_the_floor(floor_share: sp.Expr, tail_law: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Rows near the floor and random ones, latents fixed or drawn among them: tails of N, in rationals, beside the floor's."""
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
                claimed = tail_law.subs({n: size, share: chance, j: count}).doit()
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
@control("the mean density, to the power", two_level_share=(alpha * p + (1 - alpha) * background) ** k)
@control("forgets the share of the rows", two_level_share=p**k)
@control("10 % more", two_level_share=ELEVEN * two_level_share)
@control("10 % less", two_level_share=NINE * two_level_share)
def drawn_masks_have_the_count(two_level_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Wired neurons, latents and edges drawn."""
    neurons = trial.size(700_000)
    yield trial.counts(trial.draw(wired_in_masks, neurons), neurons, trial.value(two_level_share, TWO_LEVELS))


@exact(hubs)
@control("the product of the densities", hub_share=density_product)
@control("one more in the denominator", hub_share=column**k / (k + 2))
@control("10 % more", hub_share=ELEVEN * hub_share)
@control("densities without the half", density_product=column**k)
@control("densities 10 % less", density_product=NINE * density_product)
@control("the gain of one input less", hub_gain=2 ** (k - 1) / k)
@control("the gain 10 % more", hub_gain=ELEVEN * hub_gain)
def hub_shares_are_integrals(
    hub_share: sp.Expr, density_product: sp.Expr, hub_gain: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """∫(uw)^k du for a symbolic k, the column density ∫uw du to the power, and their ratio."""
    yield trial.same(hub_share, sp.integrate(sp.expand((u * column) ** k), (u, 0, 1)))
    yield trial.same(density_product, sp.integrate(u * column, (u, 0, 1)) ** k)
    yield trial.same(hub_gain, hub_share / density_product)
    yield trial.holds(hub_gain.subs(k, 1) == 1, "one input gains nothing")


KERNELS: tuple[Callable[[sp.Expr, sp.Expr], sp.Expr], ...] = (
    lambda row, place: row * place,
    lambda row, place: place + row**2 / 2,
    lambda row, place: (1 - row) * place + row * place**2,
    lambda row, place: 1 - row * place,
)


@exact(hubs)
@control("forgets the half", chebyshev_gap=2 * chebyshev_gap)
@control("10 % more", chebyshev_gap=ELEVEN * chebyshev_gap)
@control("one column twice", chebyshev_gap=chebyshev_gap.subs(positions[1], positions[0]))
@control("affine, twice", affine_gap=2 * affine_gap)
@control("affine 10 % less", affine_gap=NINE * affine_gap)
def gap_is_an_integral_over_pairs_of_rows(
    chebyshev_gap: sp.Expr, affine_gap: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Polynomial kernels: ∫W(u,v₁)W(u,v₂)du − r(v₁)r(v₂), and what it is for affine ones."""
    first, second = positions[:2]
    for form in KERNELS:
        joint = sp.integrate(sp.expand(form(u, first) * form(u, second)), (u, 0, 1))
        apart = sp.prod(sp.integrate(sp.expand(form(u, v)), (u, 0, 1)) for v in (first, second))
        yield trial.same(chebyshev_gap.replace(kernel, form).doit(), joint - apart, by=sp.expand)
    lines = dict(zip((first, second), slopes, strict=True))
    affine = chebyshev_gap.replace(kernel, lambda row, place: 1 + row * place).doit().subs(lines)
    yield trial.same(affine, affine_gap, by=sp.expand)
    yield trial.holds(affine_gap.subs({slopes[0]: 1, slopes[1]: -1}) < 0, "opposite columns lose")


def step_columns(rng: np.random.Generator, tries: int, order: str) -> NDArray[np.int64]:
    """Three columns of five rows in tenths, each sorted as `order` says. int[tries, 3, 5]"""
    columns = np.sort(rng.integers(0, 11, size=(tries, 3, 5)), axis=2)
    if order == "falling":
        columns = columns[:, :, ::-1]
    if order == "opposite":
        columns[:, 0] = columns[:, 0, ::-1]
    return columns


@exact(hubs)
@control("opposite columns", orders=("opposite",))
@control("rising and opposite columns", orders=("rising", "opposite"))
def monotone_columns_never_lose(orders: tuple[str, ...], trial: Trial) -> Iterator[Finding]:
    """Sorted step columns, in integers: the mean of the product is at least the product of the means."""
    for order in orders:
        columns = trial.draw(step_columns, trial.size(200), order)
        together, apart = 25 * columns.prod(axis=1).sum(axis=1), columns.sum(axis=2).prod(axis=1)
        ratio = float((together[apart > 0] / apart[apart > 0]).min())
        yield trial.holds((together >= apart).all(), f"{order} columns: smallest ratio {ratio:.3f}")


def wired_hubs(rng: np.random.Generator, neurons: int, inputs: int) -> int:
    """Neurons wired to `inputs` inputs at W = 0.9 u."""
    chances = 0.9 * rng.random(neurons)
    return int((rng.random((neurons, inputs)) < chances[:, None]).all(axis=1).sum())


@statistical(hubs, tests=2)
@control("the product of the densities", hub_share=density_product)
@control("10 % more", hub_share=ELEVEN * hub_share)
@control("10 % less", hub_share=NINE * hub_share)
def drawn_hubs_have_the_share(hub_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Wired neurons at w = 9/10, for three and for eight inputs."""
    for inputs, quick in ((3, 80_000), (8, 250_000)):
        neurons = trial.size(quick)
        expected = trial.value(hub_share, {column: sp.Rational(9, 10), k: inputs})
        yield trial.counts(trial.draw(wired_hubs, neurons, inputs), neurons, expected)
