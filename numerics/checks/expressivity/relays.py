"""Evidence for E8: relays counted over all small pairs of masks, and in drawn ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.theory.expressivity.relays import (
    THOUSAND,
    both_missed,
    both_relayed,
    bound,
    budget_failure,
    chosen,
    group,
    input_budget,
    lower_bound,
    missed,
    most_inputs,
    relay,
    relay_layer,
    relayed,
    rounded,
    second_width,
    shared,
    variance,
    x,
)
from sparse_limits.theory.expressivity.symbols import epsilon, k, m, p
from sparse_limits.theory.formulas.valued import valued

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def relays_of_all_masks(neurons: int, inputs: int) -> NDArray[np.int64]:
    """All masks [neurons, inputs] and [2, neurons] by their number of edges. int[3, edges + 1]

    Row 0: those in which neuron 1 of the second layer has a relay of every input; row 1: both have; row 2: as row 0,
    the first layer dense, by the edges of neuron 1.
    """
    first, size = neurons * inputs, neurons * (inputs + 2)
    bits = np.arange(2**size)[:, None] >> np.arange(size) & 1
    lower = bits[:, :first].reshape(-1, neurons, inputs)
    upper = bits[:, first:].reshape(-1, 2, neurons)
    held = neurons // inputs
    connected = np.ones((len(bits), 2), dtype=bool)
    for place in range(inputs):
        members = slice(place * held, (place + 1) * held)
        connected &= (upper[:, :, members] * lower[:, None, members, place]).any(axis=2)
    dense = lower.all(axis=(1, 2)) & (upper[:, 1] == 0).all(axis=1)
    events = (connected[:, 0], connected.all(axis=1))
    counted = [np.bincount(bits[event].sum(axis=1), minlength=size + 1) for event in events]
    counted.append(np.bincount(upper[dense & connected[:, 0], 0].sum(axis=1), minlength=size + 1))
    return np.array(counted)


def probability(counts: NDArray[np.int64], size: int, density: sp.Rational) -> sp.Rational:
    """Of the masks counted by their number of edges, out of `size`."""
    return sum(int(c) * density**e * (1 - density) ** (size - e) for e, c in enumerate(counts[: size + 1]))


SIZES = ((2, 1), (3, 2), (4, 2), (3, 3), (2, 3))  # ⌊m/k⌋ rounds in the second, and is 0 in the last


@exact(relay_layer, cost=0.6)
@control("full wiring", relayed=p**k)
@control("forgets the input edge", relayed=(1 - (1 - p) ** group) ** k)
@control("one group for all inputs", relayed=1 - (1 - p**2) ** m)
@control("all neurons relay every input", relayed=(1 - (1 - p**2) ** m) ** k)
@control("10 % more", relayed=ELEVEN * relayed)
@control("independent neurons", both_relayed=relayed**2)
@control("relays of their own", both_relayed=(1 - 2 * (1 - p**2) ** group + (1 - p**2) ** (2 * group)) ** k)
@control("both 10 % less", both_relayed=NINE * both_relayed)
@control("chosen as if fixed", chosen=relayed)
@control("chosen 10 % more", chosen=ELEVEN * chosen)
def relays_in_all_small_masks(
    relayed: sp.Expr, both_relayed: sp.Expr, chosen: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Up to 16 edges, in rationals: one neuron, two neurons, and one above a first layer that has every edge."""
    for neurons, inputs in SIZES:
        counts, size = trial.once(relays_of_all_masks, neurons, inputs), neurons * (inputs + 2)
        for density in (sp.Rational(1, 3), sp.Rational(3, 4), sp.S.One):
            at = {m: neurons, k: inputs, p: density}
            for claimed, row in ((relayed, counts[0]), (both_relayed, counts[1])):
                yield trial.same(valued(claimed, at), probability(row, size, density), by=None)
            yield trial.same(chosen.subs(at), probability(counts[2], neurons, density), by=None)


@exact(relay_layer, step="relay")
@control("without the bias", relay=sp.Max(x, 0))
@control("a bias of half the bound", relay=sp.Max(x + bound / 2, 0))
@control("10 % more", relay=ELEVEN * relay)
def relays_pass_their_input_on(relay: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The input and its bound, at every distance y of the former from −B."""
    above = bound * sp.Symbol("y", nonnegative=True)
    yield trial.same(relay, x + bound, by=lambda gap: sp.expand(gap.subs(x, above - bound)))


@exact(relay_layer, step="groups")
@control("rounded up", group=sp.ceiling(m / k))
@control("not rounded", group=m / k)
@control("all neurons", group=m)
def groups_are_as_large_as_they_can_be(group: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """k neurons more bring one more; and k groups, of whole numbers, leave less than k of up to twelve neurons."""
    yield trial.same(group.subs(m, m + k), group + 1, by=sp.expand)
    for neurons, inputs in product(range(1, 13), range(1, 6)):
        held = sp.sympify(valued(group, {m: neurons, k: inputs}))
        left = neurons - inputs * held
        yield trial.holds(held.is_Integer and 0 <= left < inputs, f"{inputs} groups of {neurons} neurons leave {left}")


def unserved(served: int) -> sp.Expr:
    """The probability that one neuron of a group serves none of some of the second layer, over all sets of its edges."""
    total = sp.S.Zero
    for to_input, *upper in product((0, 1), repeat=served + 1):
        if not (to_input and any(upper)):
            edges = to_input + sum(upper)
            total += p**edges * (1 - p) ** (served + 1 - edges)
    return sp.expand(total)


def in_factor(chance: sp.Expr) -> Callable[[sp.Expr], sp.Expr]:
    """Powers of a sum put together, the sum being a letter meanwhile."""
    letter = sp.Symbol("factor", positive=True)
    return lambda gap: sp.expand(sp.powsimp(sp.expand_power_exp(gap.subs(chance, letter))).subs(letter, chance))


@exact(relay_layer, step="one input")
@control("forgets the input edge", missed=(1 - p) ** group)
@control("any edge", missed=(1 - p) ** (2 * group))
@control("all neurons relay every input", missed=(1 - p**2) ** m)
@control("10 % more", missed=ELEVEN * missed)
def groups_miss_an_input(missed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """k more neurons bring the factor of one, over all sets of its two edges; and no neuron none."""
    yield from grow_neuron_by_neuron(missed, 1, 1 - p**2, trial)


@exact(relay_layer, step="one input, two neurons")
@control("independent neurons", both_missed=missed**2)
@control("neither edge", both_missed=(1 - p) ** (2 * group))
@control("10 % more", both_missed=ELEVEN * both_missed)
def groups_miss_an_input_twice(both_missed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """k more neurons bring the factor of one, over all sets of its three edges; and no neuron none."""
    yield from grow_neuron_by_neuron(both_missed, 2, 1 - p + p * (1 - p) ** 2, trial)


def grow_neuron_by_neuron(claimed: sp.Expr, served: int, base: sp.Expr, trial: Trial) -> Iterator[Finding]:
    factor = trial.once(unserved, served)
    more = claimed.subs(m, m + k).subs(sp.floor((m + k) / k), group + 1)
    yield trial.same(more, factor * claimed, by=in_factor(base))
    yield trial.at_sizes(((p + claimed.subs(m, k * held), p + factor**held) for held in range(3)), "sizes of a group")


@exact(relay_layer, step="all inputs")
@control("full wiring", relayed=p**k)
@control("one group for all inputs", relayed=1 - (1 - p**2) ** m)
@control("10 % more", relayed=ELEVEN * relayed)
@control("forgets the input edge", missed=(1 - p) ** group)
def inputs_are_relayed_independently(missed: sp.Expr, relayed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What is left where one input is missed, then another, up to four of them."""
    cases = []
    for inputs in range(1, 5):
        one, left = missed.subs({k: inputs}), sp.S.One
        for _ in range(inputs):
            left -= left * one
        cases.append((relayed.subs(k, inputs), left))
    yield trial.at_sizes(cases, "numbers of inputs")


@exact(relay_layer, step="two neurons")
@control("independent neurons", both_relayed=relayed**2)
@control("both 10 % less", both_relayed=NINE * both_relayed)
@control("neither edge", both_missed=(1 - p) ** (2 * group))
@control("forgets the input edge", missed=(1 - p) ** group)
def inputs_are_relayed_to_both(
    missed: sp.Expr, both_missed: sp.Expr, both_relayed: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Inclusion and exclusion, up to three inputs."""
    cases = []
    for inputs in range(1, 4):
        one, both = missed.subs(k, inputs), both_missed.subs(k, inputs)
        either = (one - both) + (one - both) + both  # the first alone, the second alone, both
        cases.append((both_relayed.subs(k, inputs), sp.Mul(*[1 - either] * inputs)))
    yield trial.at_sizes(cases, "numbers of inputs")


@exact(relay_layer, step="lower bound")
@control("without the number of inputs", lower_bound=1 - sp.exp(-(p**2) * group))
@control("one edge", lower_bound=1 - k * sp.exp(-p * group))
@control("bound 10 % less", lower_bound=NINE * lower_bound)
@control("bound 10 % more", lower_bound=ELEVEN * lower_bound)
@control("forgets the input edge", missed=(1 - p) ** group)
def exponentials_stand_for_edges(missed: sp.Expr, lower_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """k times what one input is missed with, e^{−p²} in place of 1 − p²."""
    yield trial.same(lower_bound, 1 - k * missed.subs(1 - p**2, sp.exp(-(p**2))))


@exact(relay_layer, step="rounding")
@control("without rounding", rounded=rounded * sp.exp(-(p**2)))
@control("10 % more", rounded=ELEVEN * rounded)
@control("without the number of inputs", lower_bound=1 - sp.exp(-(p**2) * group))
def rounding_costs_a_neuron(lower_bound: sp.Expr, rounded: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """k e^{−p²g} at g = m/k − r, r < 1, times e^{p²(1−r)} ≥ 1; and the slope in k."""
    r = sp.Symbol("r", nonnegative=True)
    yield trial.same(rounded, (1 - lower_bound).subs(group, m / k - r) * sp.exp(p**2 * (1 - r)))
    inputs = sp.Symbol("inputs", positive=True)
    rise = sp.exp(p**2 - p**2 * m / inputs) * (1 + p**2 * m / inputs)
    yield trial.nonnegative(rounded.diff(k), rise, where={k: inputs})


@exact(relay_layer, step="budget")
@control("budget of full wiring", input_budget=sp.log(m) / sp.log(1 / p))
@control("budget without ε", input_budget=p**2 * m / sp.log(m))
@control("budget 10 % more", input_budget=ELEVEN * input_budget)
@control("twice the exponent", rounded=k * sp.exp(p**2 - 2 * p**2 * m / k))
def budget_solves_the_exponent(rounded: sp.Expr, input_budget: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound with m^{−1−ε} for what depends on m/k, at the budget."""
    yield trial.same(rounded.subs(k, input_budget), input_budget * sp.exp(p**2) * m ** (-1 - epsilon))


@exact(relay_layer, step="failure")
@control("without rounding", budget_failure=budget_failure * sp.exp(-(p**2)))
@control("failure 10 % more", budget_failure=ELEVEN * budget_failure)
@control("budget without ε", input_budget=p**2 * m / sp.log(m))
@control("without rounding, before", rounded=rounded * sp.exp(-(p**2)))
def failure_at_the_budget(
    rounded: sp.Expr, input_budget: sp.Expr, budget_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The bound at the budget, which is the largest up to it; and its limit at p = 1 and ε = 1."""
    yield trial.same(budget_failure, rounded.subs(k, input_budget))
    yield trial.same(sp.limit(budget_failure.subs({p: 1, epsilon: 1}), m, sp.oo), sp.S.Zero)


one, two = sp.symbols("q e_2", positive=True)


def in_chances(gap: sp.Expr) -> sp.Expr:
    """With letters for the chances of one neuron and of two."""
    return sp.simplify(gap.subs(both_relayed, two).subs(relayed, one))


@exact(relay_layer, step="share")
@control("independent neurons", variance=(relayed - relayed**2) / second_width)
@control("one neuron", variance=relayed - relayed**2)
@control("pairs over n₂ − 2", variance=variance + (both_relayed - relayed**2) / second_width)
@control("10 % more", variance=ELEVEN * variance)
@control("both 10 % less", both_relayed=NINE * both_relayed)
@control("q 10 % more", relayed=ELEVEN * relayed)
def squares_of_counts_grow_neuron_by_neuron(
    relayed: sp.Expr, both_relayed: sp.Expr, variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The mean square of the count: q for one neuron; one more brings itself, and a pair with each, in either order."""
    square = second_width**2 * (variance + relayed**2)

    def more(term: sp.Expr) -> sp.Expr:
        return term + relayed + 2 * second_width * both_relayed

    yield trial.induction(square, second_width, relayed, more, start=1, by=in_chances)


@exact(relay_layer, step="shared relays")
@control("none", shared=sp.S.Zero)
@control("those of one neuron", shared=relayed - relayed**2)
@control("10 % more", shared=ELEVEN * shared)
@control("independent neurons", variance=(relayed - relayed**2) / second_width)
def what_many_neurons_share(variance: sp.Expr, shared: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the variance exceeds it by, times n₂, does not depend on n₂; one input and one neuron of p = ½ share 1/16."""
    excess = second_width * (variance - shared)
    yield trial.same(excess, excess.subs(second_width, 1), by=in_chances)
    yield trial.same(shared.subs({m: 1, k: 1, p: sp.Rational(1, 2)}), sp.Rational(1, 16))


@exact(relay_layer, step="chosen split")
@control("as if fixed", chosen=relayed)
@control("of one input", chosen=1 - (1 - p) ** group)
@control("10 % more", chosen=ELEVEN * chosen)
def chosen_relays_need_one_edge_more(chosen: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All sets of edges from groups of up to three neurons, for one and two inputs."""
    cases = []
    for held in range(1, 4):
        sets = [sum(edges) for edges in product((0, 1), repeat=held) if any(edges)]
        some = sum(p**edges * (1 - p) ** (held - edges) for edges in sets)
        cases += [(chosen.subs({m: inputs * held, k: inputs}), some**inputs) for inputs in (1, 2)]
    yield trial.at_sizes(cases, "groups")


@enclosed(relay_layer)
@control("without the number of inputs", lower_bound=1 - sp.exp(-(p**2) * group))
@control("one edge", lower_bound=1 - k * sp.exp(-p * group))
@control("bound 10 % more", lower_bound=ELEVEN * lower_bound)
@control("budget of full wiring", input_budget=sp.log(m) / sp.log(1 / p))
@control("a failure without the power of m", budget_failure=budget_failure / m)
def bounds_of_relays(
    lower_bound: sp.Expr, input_budget: sp.Expr, budget_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The first bound on a whole range, the second at points within the budget; that for one input is tangent at p = 0."""
    relays = sp.Symbol("g", integer=True, positive=True)  # for each input, as they are for up to 60 neurons
    densities = {p: (sp.Rational(1, 20), sp.Rational(19, 20))}
    for inputs in range(2, 6):
        sides = [valued(each, {k: inputs, m: inputs * relays}) for each in (lower_bound, relayed)]
        yield trial.everywhere(*sides, within=densities, integers={relays: (1, 60 // inputs)})
    single = (1 - lower_bound).subs(k, 1)
    yield trial.same(sp.limit(sp.log(single) / sp.log((1 - relayed).subs(k, 1)), p, 0), 1, by=None)
    for neurons, density, inputs in ((1000, NINE, 58), (1000, sp.Rational(1, 2), 18), (4096, sp.Rational(3, 10), 22)):
        at = {m: neurons, p: density, k: inputs, epsilon: 1}
        yield trial.holds(trial.value(input_budget, at) >= inputs, f"{inputs} of {neurons} neurons within the budget")
        yield trial.below(1 - budget_failure, relayed, at=[at])  # boxes: floors of thousands


@enclosed(relay_layer)
@control("one input more", most_inputs=most_inputs + 1)
@control("a failure without the power of m", budget_failure=budget_failure * m)
@control("one input less", most_inputs=most_inputs - 1)
@control("the share", unrelayed=relayed)
@control("of one input", unrelayed=missed)
def inputs_of_a_thousand_neurons(
    most_inputs: sp.Expr, unrelayed: sp.Expr, budget_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The failure at the most inputs, and at one more, beside what is claimed for the budget; it grows with their number."""
    yield trial.same(unrelayed + relayed, sp.S.One)
    claimed = budget_failure.subs(THOUSAND)
    yield trial.below(valued(unrelayed, {**THOUSAND, k: most_inputs}), claimed, at=[{}])
    yield trial.below(claimed, unrelayed.subs({**THOUSAND, k: most_inputs + 1}), at=[{}])


FIRST, INPUTS, DENSITY = 64, 4, 0.3


def relayed_neurons(rng: np.random.Generator, masks: int) -> tuple[int, int]:
    """Masks in which the first, and in which both of two second-layer neurons have a relay of each of four inputs."""
    lower = rng.random((masks, INPUTS, FIRST // INPUTS), dtype=np.float32) < DENSITY
    upper = rng.random((2, *lower.shape), dtype=np.float32) < DENSITY
    one, other = ((edges & lower).any(axis=2).all(axis=1) for edges in upper)
    return int(one.sum()), int((one & other).sum())


@statistical(relay_layer, tests=2, cost=0.6)
@control("full wiring", relayed=p**k)
@control("forgets the input edge", relayed=chosen)
@control("10 % more", relayed=ELEVEN * relayed)
@control("10 % less", relayed=NINE * relayed)
@control("independent neurons", both_relayed=relayed**2)
@control("both 10 % more", both_relayed=ELEVEN * both_relayed)
def drawn_masks_have_the_relays(relayed: sp.Expr, both_relayed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """64 neurons of density 3/10 on four inputs."""
    masks = trial.size(120_000)
    at = {m: FIRST, k: INPUTS, p: sp.Rational(3, 10)}
    for seen, claimed in zip(trial.draw(relayed_neurons, masks), (relayed, both_relayed), strict=True):
        yield trial.counts(seen, masks, trial.value(claimed, at))
