"""Evidence for E11: neurons for two functions of few inputs each, over all masks of small layers and in drawn ones."""

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.expressivity.wired_neurons import poisson_binomial
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.subspace_union import (
    all_inputs,
    chances,
    first,
    k_1,
    k_2,
    second,
    subspace_union,
    units_1,
    units_2,
    x_1,
    x_2,
)
from sparse_limits.theory.expressivity.symbols import alpha, n, p
from sparse_limits.theory.formulas.valued import valued

Law = tuple[Fraction, Fraction, Fraction]  # of a neuron: wired to the first set alone, to the second alone, to both


@enclosed(subspace_union)
def either_set_lies_between(either: sp.Expr, trial: Trial) -> Findings:
    """The probability of being wired to either set is at least that of each set, and at most that of two disjoint sets."""
    for one in chances:
        yield trial.below(one, either)
    yield trial.below(either, chances[0] + chances[1] - alpha * p ** (k_1 + k_2))


@exact(subspace_union)
def lacking_units_are_counted(lacking: sp.Expr, trial: Trial) -> Findings:
    """The number of units without a neuron of their own, counted one by one, for up to four neurons and units of each kind."""
    for a, b, needs_1, needs_2 in product(range(5), repeat=4):
        left = len(range(a, needs_1)) + len(range(b, needs_2))
        found = valued(lacking, {first: a, second: b, units_1: needs_1, units_2: needs_2})
        if found != left:
            yield trial.holds(
                False, f"{found} units lack a neuron, counted {left}, at a = {a}, b = {b}, N = {needs_1}, {needs_2}"
            )
            return
    yield trial.holds(True, "the number of units that lack a neuron is as counted in 625 cases")


def enough(a: int, b: int, c: int, first_needs: int, second_needs: int) -> bool:
    """Whether some share of the common neurons serves both."""
    return any(a + given >= first_needs and b + c - given >= second_needs for given in range(c + 1))


def law_of(at: Mapping[sp.Symbol, int | Fraction]) -> Law:
    """The law of a neuron under the floor."""
    density, share = Fraction(at[p]), Fraction(at[alpha])
    both = share * density ** int(at[all_inputs])
    return share * density ** int(at[k_1]) - both, share * density ** int(at[k_2]) - both, both


def too_few(law: Law, neurons: int, needs: tuple[int, int]) -> Fraction:
    """The probability that no split of the common neurons serves both functions, over all counts, neuron by neuron."""
    counts: dict[tuple[int, int, int], Fraction] = {(0, 0, 0): Fraction(1)}
    for _ in range(neurons):
        grown: dict[tuple[int, int, int], Fraction] = {}
        for (a, b, c), mass in counts.items():
            for at, weight in (
                ((a + 1, b, c), law[0]),
                ((a, b + 1, c), law[1]),
                ((a, b, c + 1), law[2]),
                ((a, b, c), 1 - sum(law)),
            ):
                grown[at] = grown.get(at, Fraction(0)) + mass * weight
        counts = grown
    return sum((mass for at, mass in counts.items() if not enough(*at, *needs)), Fraction(0))


def falls_short(law: Law, neurons: int, needs: tuple[int, int]) -> Fraction:
    """The three probabilities that a count falls short, added up."""
    return sum(
        (
            sum(poisson_binomial([chance] * neurons)[:least], Fraction(0))
            for chance, least in (
                (law[0] + law[2], needs[0]),
                (law[1] + law[2], needs[1]),
                (sum(law, Fraction(0)), sum(needs)),
            )
        ),
        Fraction(0),
    )


def layer(
    neurons: int, density: Fraction, share: Fraction, sizes: tuple[int, int, int], needs: tuple[int, int]
) -> dict[sp.Symbol, int | Fraction]:
    values = (neurons, density, share, *sizes, *needs)
    return dict(zip((n, p, alpha, k_1, k_2, all_inputs, units_1, units_2), values, strict=True))


HALF, MOST = Fraction(1, 2), Fraction(4, 5)
LAYERS = (
    layer(1, Fraction(1), Fraction(1), (1, 1, 2), (1, 1)),
    layer(6, MOST, Fraction(1), (1, 2, 3), (2, 1)),
    layer(7, MOST, MOST, (2, 2, 3), (1, 2)),
    layer(9, HALF, Fraction(1), (1, 1, 2), (3, 2)),
    layer(8, HALF, MOST, (2, 1, 2), (1, 1)),
    layer(3, MOST, Fraction(1), (1, 2, 2), (2, 2)),
    layer(0, HALF, MOST, (1, 2, 3), (0, 1)),
    layer(4, HALF, MOST, (0, 2, 2), (2, 0)),
    layer(2, Fraction(0), MOST, (0, 1, 1), (1, 1)),
    layer(2, MOST, Fraction(0), (1, 1, 1), (0, 0)),
)


def at_sympy(at: Mapping[sp.Symbol, int | Fraction]) -> dict[sp.Symbol, sp.Expr]:
    return {symbol: sp.Rational(value) for symbol, value in at.items()}


@exact(subspace_union, step="three counts")
def three_counts_fall_short(union_failure: sp.Expr, either: sp.Expr, trial: Trial) -> Findings:
    """The union bound is the sum of three binomial probabilities, found neuron by neuron in fractions.

    The probability that a neuron is wired to either set is the sum of the three cases of its law.
    """
    for at in LAYERS:
        law, needs = law_of(at), (at[units_1], at[units_2])
        values = at_sympy(at)
        seen = sp.Rational(trial.once(falls_short, law, at[n], needs))
        yield trial.same(written_out(union_failure, values), seen, by=None)
        yield trial.same(valued(either, values), sp.Rational(sum(law)), by=None)


@exact(subspace_union)
def layers_fail_between_the_bounds(
    union_failure: sp.Expr, union_floor: sp.Expr, one_neuron: Mapping[sp.Symbol, int], trial: Trial
) -> Findings:
    """The probability of failure lies between both bounds, by all counts of neurons and all splits of the common neurons.

    The smallest case has one neuron for two units.
    """
    for at in ({symbol: Fraction(value) for symbol, value in one_neuron.items()}, *LAYERS):
        needs = (int(at[units_1]), int(at[units_2]))
        seen = sp.Rational(trial.once(too_few, law_of(at), int(at[n]), needs))
        low, high = (written_out(each, at_sympy(at)) for each in (union_floor, union_failure))
        yield trial.holds(low <= seen <= high, f"{float(low):.4g} ≤ {float(seen):.4g} ≤ {float(high):.4g}")


@exact(subspace_union)
def floor_is_a_third(union_floor: sp.Expr, union_failure: sp.Expr, trial: Trial) -> Findings:
    """The floor is a third of the union bound, a sum of three probabilities."""
    yield trial.same(3 * union_floor, union_failure, by=sp.expand)


@exact(subspace_union)
def one_unit_errs_by_as_much(one_unit: sp.Expr, one_unit_error: sp.Expr, kinks: sp.Expr, trial: Trial) -> Findings:
    """The largest difference between the unit and the target is the stated error.

    The difference is linear between the axes and the line x₁ + x₂ = 0, so it is largest at 0 or where these meet the boundary.
    """
    ends = [dict(zip((x_1, x_2), at, strict=True)) for at in product((-1, 0, 1), repeat=2)]
    largest = max(abs((kinks - one_unit).subs(at)) for at in ends)
    yield trial.holds(largest == one_unit_error, f"the unit errs by {largest}, claimed at least {one_unit_error}")


@exact(subspace_union)
def one_unit_each_fails_as_claimed(pair_failure: sp.Expr, trial: Trial) -> Findings:
    """With one unit for each function, the failure is a sum over all counts of neurons of either kind, in fractions, for three layers."""
    for neurons, density, floor, sizes in (
        (1, "1/2", "1", (1, 1, 2)),
        (5, "2/3", "1/2", (1, 2, 2)),
        (8, "3/4", "4/5", (2, 3, 4)),
    ):
        at = layer(neurons, Fraction(density), Fraction(floor), sizes, (1, 1))
        seen = trial.once(too_few, law_of(at), neurons, (1, 1))
        yield trial.same(valued(pair_failure, at_sympy(at)), sp.Rational(seen), by=None)


def masks_that_fail(
    rng: np.random.Generator,
    masks: int,
    neurons: int,
    density: float,
    sizes: tuple[int, int, int],
    needs: tuple[int, int],
) -> int:
    """Masks whose wired neurons do not serve both functions; the sets overlap in their middle."""
    edges = rng.random((masks, neurons, sizes[2])) < density
    in_first, in_second = edges[..., : sizes[0]].all(axis=-1), edges[..., sizes[2] - sizes[1] :].all(axis=-1)
    a, b, c = ((x & y).sum(axis=1) for x, y in ((in_first, ~in_second), (~in_first, in_second), (in_first, in_second)))
    short = np.maximum(0, needs[0] - a) + np.maximum(0, needs[1] - b)
    return int((short > c).sum())


@statistical(subspace_union, tests=1)
def drawn_masks_fail_less(union_failure: sp.Expr, trial: Trial) -> Findings:
    """Drawn masks fail no more often than the bound: 14 neurons, density 9/10, two inputs, one for each function, seven units for each."""
    masks, sizes, needs = trial.size(20_000), (1, 1, 2), (7, 7)
    at = {n: 14, p: sp.Rational(9, 10), alpha: 1, k_1: 1, k_2: 1, all_inputs: 2, units_1: 7, units_2: 7}
    bound = trial.value(union_failure, at)
    yield trial.counts(trial.draw(masks_that_fail, masks, 14, 0.9, sizes, needs), masks, min(1.0, bound), "above")
