"""Evidence for E8: relays counted over all small pairs of masks, and in drawn ones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from theory.expressivity.relays import (
    both_relayed,
    budget_failure,
    chosen,
    group,
    input_budget,
    lower_bound,
    relay_layer,
    relayed,
    second_width,
    variance,
)
from theory.expressivity.symbols import epsilon, k, m, p

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
                yield trial.same(claimed.subs(at), probability(row, size, density), by=None)
            yield trial.same(chosen.subs(at), probability(counts[2], neurons, density), by=None)


@enclosed(relay_layer)
@control("independent neurons", variance=(relayed - relayed**2) / second_width)
@control("one neuron", variance=relayed - relayed**2)
@control("pairs over n₂ − 2", variance=variance + (both_relayed - relayed**2) / second_width)
@control("10 % more", variance=ELEVEN * variance)
@control("without the number of inputs", lower_bound=1 - sp.exp(-(p**2) * group))
@control("one edge", lower_bound=1 - k * sp.exp(-p * group))
@control("bound 10 % less", lower_bound=NINE * lower_bound)
@control("bound 10 % more", lower_bound=ELEVEN * lower_bound)
@control("budget of full wiring", input_budget=sp.log(m) / sp.log(1 / p))
@control("budget without ε", input_budget=p**2 * m / sp.log(m))
@control("budget 10 % more", input_budget=ELEVEN * input_budget)
@control("without rounding", budget_failure=budget_failure * sp.exp(-(p**2)))
@control("failure 10 % more", budget_failure=ELEVEN * budget_failure)
def bounds_of_relays(
    variance: sp.Expr, lower_bound: sp.Expr, input_budget: sp.Expr, budget_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A mean of exchangeable indicators; k failures, each a power of 1 − p² ≤ e^{−p²}, tangent at p = 0; the budget's e^{−p²m/k}."""
    pairs = second_width * relayed + second_width * (second_width - 1) * both_relayed
    yield trial.same(variance, pairs / second_width**2 - relayed**2, by=None)
    yield trial.below(lower_bound, relayed)
    single = (1 - lower_bound).subs(k, 1)
    yield trial.same(single.subs(p, 0), 1, by=None)
    yield trial.same(sp.limit(sp.log(single) / sp.log((1 - relayed).subs(k, 1)), p, 0), 1, by=None)
    for inputs in (2, 3):
        yield trial.same(
            (1 - lower_bound).subs({k: inputs, m: inputs * m}), inputs * single.subs(group.subs(k, 1), m), by=None
        )
    yield trial.same(sp.exp(-(p**2) * m / input_budget), m ** (-1 - epsilon), by=None)
    yield trial.same(budget_failure, input_budget * sp.exp(p**2 - p**2 * m / input_budget), by=None)
    for neurons, density, inputs in ((1000, NINE, 58), (1000, sp.Rational(1, 2), 18), (4096, sp.Rational(3, 10), 22)):
        at = {m: neurons, p: density, k: inputs, epsilon: 1}
        yield trial.holds(trial.value(input_budget, at) >= inputs, f"{inputs} of {neurons} neurons within the budget")
        yield trial.below(1 - budget_failure, relayed, at=[at])


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
