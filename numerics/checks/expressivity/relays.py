"""Evidence for E8, besides its reasons: relays in all small masks; groups miss an input; and more."""

from collections.abc import Callable
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.expressivity.relays import THOUSAND, group, relay_layer, relayed
from sparse_limits.theory.expressivity.symbols import epsilon, k, m, p
from sparse_limits.theory.formulas.valued import valued

NINE = sp.Rational(9, 10)


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
def relays_in_all_small_masks(relayed: sp.Expr, both_relayed: sp.Expr, chosen: sp.Expr, trial: Trial) -> Findings:
    """The formulas equal sums over all masks of up to 16 edges, in rationals.

    They are for one neuron of the second layer, for two, and for one above a dense first layer.
    """
    for neurons, inputs in SIZES:
        counts, size = trial.once(relays_of_all_masks, neurons, inputs), neurons * (inputs + 2)
        for density in (sp.Rational(1, 3), sp.Rational(3, 4), sp.S.One):
            at = {m: neurons, k: inputs, p: density}
            for claimed, row in ((relayed, counts[0]), (both_relayed, counts[1])):
                yield trial.same(valued(claimed, at), probability(row, size, density), by=None)
            yield trial.same(chosen.subs(at), probability(counts[2], neurons, density), by=None)


def unserved(served: int) -> sp.Expr:
    """The probability that a neuron of a group is a relay for none of `served` second-layer neurons, over all sets of its edges."""
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
def groups_miss_an_input(missed: sp.Expr, trial: Trial) -> Findings:
    """k more neurons multiply the probability by that of one neuron that is no relay, summed over all sets of its two edges.

    For groups of no, one and two neurons it is the power of that factor.
    """
    yield from grow_neuron_by_neuron(missed, 1, 1 - p**2, trial)


@exact(relay_layer, step="one input, two neurons")
def groups_miss_an_input_twice(both_missed: sp.Expr, trial: Trial) -> Findings:
    """k more neurons multiply the probability by that of one neuron that is no relay, summed over all sets of its three edges.

    For groups of no, one and two neurons it is the power of that factor.
    """
    yield from grow_neuron_by_neuron(both_missed, 2, 1 - p + p * (1 - p) ** 2, trial)


def grow_neuron_by_neuron(claimed: sp.Expr, served: int, base: sp.Expr, trial: Trial) -> Findings:
    factor = trial.once(unserved, served)
    more = claimed.subs(m, m + k).subs(sp.floor((m + k) / k), group + 1)
    yield trial.same(more, factor * claimed, by=in_factor(base))
    yield trial.at_sizes(((p + claimed.subs(m, k * held), p + factor**held) for held in range(3)), "sizes of a group")


@enclosed(relay_layer)
def bounds_of_relays(lower_bound: sp.Expr, input_budget: sp.Expr, budget_failure: sp.Expr, trial: Trial) -> Findings:
    """The first bound holds for p from 1/20 to 19/20 with up to 60 neurons, the second one at three points within the budget.

    For one input the logarithms of both sides of the first bound have the ratio 1 as p → 0.
    """
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
def inputs_of_a_thousand_neurons(
    most_inputs: sp.Expr, unrelayed: sp.Expr, budget_failure: sp.Expr, trial: Trial
) -> Findings:
    """The failure claimed for the budget lies between the exact failure at the largest number of inputs and that at one input more."""
    yield trial.same(unrelayed + relayed, sp.S.One)
    claimed = budget_failure.subs(THOUSAND)
    yield trial.below(valued(unrelayed, {**THOUSAND, k: most_inputs}), claimed, at=[{}])
    yield trial.below(claimed, unrelayed.subs({**THOUSAND, k: most_inputs + 1}), at=[{}])


FIRST, INPUTS, DENSITY = 64, 4, 0.3


def relayed_neurons(rng: np.random.Generator, masks: int) -> tuple[int, int]:
    """Masks in which the first of two second-layer neurons has a relay for each of four inputs, and those in which both have."""
    lower = rng.random((masks, INPUTS, FIRST // INPUTS), dtype=np.float32) < DENSITY
    upper = rng.random((2, *lower.shape), dtype=np.float32) < DENSITY
    one, other = ((edges & lower).any(axis=2).all(axis=1) for edges in upper)
    return int(one.sum()), int((one & other).sum())


@statistical(relay_layer, tests=2, cost=0.6)
def drawn_masks_have_the_relays(relayed: sp.Expr, both_relayed: sp.Expr, trial: Trial) -> Findings:
    """Drawn masks of 64 neurons and density 3/10 on four inputs have the relays for one and for two neurons as often as stated."""
    masks = trial.size(120_000)
    at = {m: FIRST, k: INPUTS, p: sp.Rational(3, 10)}
    for seen, claimed in zip(trial.draw(relayed_neurons, masks), (relayed, both_relayed), strict=True):
        yield trial.counts(seen, masks, trial.value(claimed, at))
