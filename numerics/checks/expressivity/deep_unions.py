"""Evidence for E12.1: neurons for several functions in each of several layers, over all masks of small networks and in drawn ones."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, permutations, product
from itertools import count as whole_numbers

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.expressivity.approximation import larger, tail_of
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.deep_unions import (
    deep_failure,
    deep_union,
    deep_width,
    fan_in,
    first_failure,
    functions,
    later_failure,
    layer_failure,
    layer_success,
    least_width,
    most,
    needed,
    no_path,
    own_success,
    passed,
    size,
    small_failure,
    y,
)
from sparse_limits.theory.expressivity.relays import bound as largest_input
from sparse_limits.theory.expressivity.relays import x
from sparse_limits.theory.expressivity.symbols import alpha, k, m, n, p, units
from sparse_limits.theory.expressivity.wired_counts import poisson_bound
from sparse_limits.theory.expressivity.wired_neurons import at_least
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import delta
from sparse_limits.theory.kernel.dual import depth

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(deep_union, step="one function after the other")
@control("of the others alone", needed=(functions - 1) * units)
@control("by each count itself", needed=units)
@control("one unit each", needed=functions)
@control("10 % more", needed=ELEVEN * needed)
def each_function_takes_its_units(needed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One function needs N; one more function takes N before the last. And all sets of neurons of few functions."""
    yield trial.induction(needed, functions, units, lambda term: term + units, start=1)
    for number, own in ((1, 1), (1, 2), (2, 1), (2, 2), (3, 1)):
        least = trial.once(least_enough, number, own)
        claimed = needed.subs({functions: number, units: own})
        yield trial.holds(claimed == least, f"{number} functions of {own} units: {claimed}, by all sets {least}")


def least_enough(number: int, own: int) -> int:
    """How many wired neurons each function needs at least, so that all find theirs, one after the other, whichever neurons these are."""

    def enough(wired: int) -> bool:
        sets = list(combinations(range(wired + 1), wired))
        return all(served(family, own) for family in product(sets, repeat=number))

    wired = 1
    while not enough(wired):
        wired += 1
    return wired


def served(family: tuple[tuple[int, ...], ...], own: int) -> bool:
    """Whether each function finds so many neurons of its set that none before it has taken."""
    taken: set[int] = set()
    for wired in family:
        free = [v for v in wired if v not in taken][:own]
        if len(free) < own:
            return False
        taken.update(free)
    return True


@exact(deep_union, step="a layer fails")
@control("as many as one function needs", layer_failure=layer_failure.subs(units, units / functions))
@control("one function", layer_failure=layer_failure / functions)
@control("single edges", layer_failure=layer_failure.subs(fan_in, 1))
@control("10 % more", layer_failure=ELEVEN * layer_failure)
@control("by each count itself", needed=units)
def layers_fail_by_the_tail_of_wired_neurons(
    needed: sp.Expr, layer_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One less the sum of the chances of MN and more wired neurons, for each function, all letters free."""
    yield trial.same(layer_failure, functions * (1 - tail_of(alpha * p**fan_in, needed)), by=sp.expand)


@exact(deep_union, step="all layers")
@control("inputs in each layer", deep_failure=depth * first_failure)
@control("one layer", deep_failure=first_failure)
@control("a layer more", deep_failure=first_failure + depth * later_failure)
@control("10 % more", deep_failure=ELEVEN * deep_failure)
@control("one function", layer_failure=layer_failure / functions)
def layers_fail_one_by_one(layer_failure: sp.Expr, deep_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The first layer by itself, and what one more adds, all letters free."""
    first, later = layer_failure.subs(fan_in, k), layer_failure.subs(fan_in, units)
    yield trial.induction(deep_failure, depth, first, lambda term: term + later, start=1, by=sp.expand)


@exact(deep_union, step="a layer of one's own")
@control("single edges", layer_success=layer_success.subs(fan_in, 1))
@control("all neurons", layer_success=layer_success.subs(alpha, 1))
@control("one unit less", layer_success=at_least(n, alpha * p**fan_in, units - 1))
@control("10 % less", layer_success=NINE * layer_success)
def own_layers_succeed_by_the_tail(layer_success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The sum of the chances of N and more wired neurons, all letters free."""
    yield trial.same(layer_success, tail_of(alpha * p**fan_in, units))


@exact(deep_union, step="all layers of one's own")
@control("inputs in each layer", own_success=layer_success.subs(fan_in, k) ** (depth * functions))
@control("one function", own_success=own_success.subs(functions, 1))
@control("one layer", own_success=own_success.subs(depth, 1))
@control("10 % more", own_success=ELEVEN * own_success)
@control("all neurons", layer_success=layer_success.subs(alpha, 1))
def own_layers_succeed_one_by_one(layer_success: sp.Expr, own_success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One layer of one function; one more function, and one more layer of one function, bring a factor each."""
    start, later = (layer_success.subs(fan_in, below) for below in (k, units))
    one = own_success.subs(functions, 1)
    yield trial.induction(one, depth, start, lambda term: term * later, start=1, by=powers)
    yield trial.induction(own_success, functions, one, lambda term: term * one, start=1, by=powers)


def powers(gap: sp.Expr) -> sp.Expr:
    """Powers of tails collected in the two cases of all of them, more units than neurons or not; each sum a positive letter."""
    for case in (0, 1):
        there = gap.replace(lambda each: isinstance(each, sp.Piecewise), lambda each: each.args[case].expr)  # noqa: B023
        sums = {each: sp.Dummy(positive=True) for each in sorted(there.atoms(sp.Sum), key=sp.default_sort_key)}
        if (left := sp.simplify(there.xreplace(sums))) != 0:
            return left
    return sp.S.Zero


@exact(deep_union, step="larger exponent")
@control("the smaller one", most=sp.Min(k, units))
@control("inputs in each layer", most=k)
@control("units in each layer", most=units)
@control("both at once", most=k + units)
@control("10 % more", most=ELEVEN * most)
def larger_exponent_is_neither_below_inputs_nor_units(most: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """It exceeds k by what N does, if N is the larger, and else by nothing; likewise N."""
    yield trial.nonnegative(most - k, sp.Max(0, units - k), by=larger)
    yield trial.nonnegative(most - units, sp.Max(0, k - units), by=larger)


WIDE = (  # more inputs than units, and more units than inputs
    {k: 4, units: 1, functions: 1, depth: 1, p: sp.Rational(1, 2), alpha: 1, delta: sp.Rational(1, 100)},
    {k: 2, units: 1, functions: 2, depth: 3, p: sp.Rational(1, 2), alpha: NINE, delta: sp.Rational(1, 1000)},
    {k: 1, units: 3, functions: 2, depth: 3, p: sp.Rational(1, 2), alpha: 1, delta: sp.Rational(1, 100)},
)


@enclosed(deep_union)
@control("the smaller exponent", deep_width=deep_width * p**most / p ** sp.Min(k, units))
@control("inputs in each layer", deep_width=deep_width * p**most / p**k)
@control("units in each layer", deep_width=deep_width * p**most / p**units)
@control("single edges", deep_width=deep_width * p**most / p)
@control("edges half as likely", deep_failure=deep_failure.subs(p, p / 2))
def layers_of_the_width_fail_as_rarely_as_said(
    deep_failure: sp.Expr, deep_width: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At the least whole number from the width on, the sum of the tails, with k > N and with N > k."""
    for at in WIDE:
        neurons = sp.ceiling(valued(deep_width, at))
        yield trial.below(deep_failure, delta, at=[{**at, n: neurons}])


@exact(deep_union, step="small failure")
@control("one layer", small_failure=small_failure / depth)
@control("one function", small_failure=small_failure / functions)
@control("without the half", small_failure=small_failure * sp.exp(-(1 - sp.log(2)) / 2 * alpha * n * p**most))
@control("single edges", small_failure=small_failure.subs({k: 1, units: 1}))
@control("10 % less", small_failure=NINE * small_failure)
@control("the smaller exponent", most=sp.Min(k, units))
def small_failures_are_lower_tails(most: sp.Expr, small_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The second-best bound of E2 for n neurons, each wired to the larger of k and N, for each layer and function."""
    tail = valued(poisson_bound, {m: n, k: 1, p: alpha * p**most})
    yield trial.same(small_failure, depth * functions * tail)


@exact(deep_union, step="width")
@control("as many as on average", deep_width=deep_width / 2)
@control("one layer", deep_width=deep_width.subs(depth, 1))
@control("inputs in each layer", deep_width=deep_width * p**most / p**k)
@control("10 % more", deep_width=ELEVEN * deep_width)
@control("one function", small_failure=small_failure / functions)
@control("both at once", most=k + units)
def both_conditions_hold_from_the_width_on(
    most: sp.Expr, small_failure: sp.Expr, deep_width: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What it exceeds the n by that solve either condition: one of the excesses is 0; the failure falls with n."""
    chance = alpha * p**most
    exponent = sp.log(small_failure.subs(n, 0)) - sp.expand_log(sp.log(small_failure))
    rate = sp.simplify(sp.expand(exponent) / (n * chance))
    ends = 2 * functions * units, sp.log(small_failure.subs(n, 0) / delta) / rate
    for end, other in (ends, ends[::-1]):
        yield trial.nonnegative(
            deep_width - end / chance, sp.Max(0, other - end) / chance, by=lambda gap: larger(gap * chance)
        )
    yield trial.nonnegative(rate, (1 - sp.log(2)) / 2)


@enclosed(deep_union)
@control("10 % more", passed=ELEVEN * passed)
@control("twice the bias", passed=sp.Max(y + 2 * size, 0))
def outputs_are_passed_on_whole(passed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Taking the bias away leaves no more than the output, which is not below it."""
    yield trial.below(passed - size, y, needed="passed")


@exact(deep_union, step="passed on")
@control("without the bias", passed=sp.Max(y, 0))
@control("half the bias", passed=sp.Max(y + size / 2, 0))
@control("10 % more", passed=ELEVEN * passed)
def outputs_are_passed_on(passed: sp.Expr, relay: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The relay of E8, for an output in place of an input; at every distance of y from −B it has that distance as its value."""
    yield trial.same(passed, relay.subs({x: y, largest_input: size}))
    distance = sp.Symbol("distance", nonnegative=True)
    yield trial.same(passed.subs(y, distance - size), distance)


# Masks of the layers, neurons × neurons below; functions read inputs apart from each other
Network = tuple[tuple[tuple[bool, ...], ...], ...]


def chosen(masks: Network, below: list[list[int]], count: int, greedy: bool) -> bool:
    """Whether each function finds `count` neurons of its own in each layer, wired to those that it has below.

    Greedy: one function after the other takes the first ones, in its own part of the layer. Else all choices are tried.
    """
    if not masks:
        return True
    layer, rest = masks[0], masks[1:]
    if greedy:
        part = len(layer) // len(below)
        taken = []
        for q, inputs in enumerate(below):
            wired = [v for v in range(q * part, (q + 1) * part) if all(layer[v][i] for i in inputs)][:count]
            if len(wired) < count:
                return False
            taken.append(wired)
        return chosen(rest, taken, count, greedy)
    for order in permutations(range(len(layer)), count * len(below)):
        there = [list(order[q * count : (q + 1) * count]) for q in range(len(below))]
        whole = all(layer[v][i] for inputs, own in zip(below, there, strict=True) for v in own for i in inputs)
        if whole and chosen(rest, there, count, greedy):
            return True
    return False


def successes(shape: tuple[int, int, int, int], inputs: int, count: int, greedy: bool) -> dict[int, int]:
    """Masks in which all functions find their neurons, by the number of their edges: over all masks.

    shape: number of functions, neurons of a layer, layers, all inputs.
    """
    number, neurons, layers, everything = shape
    edges, widths = neurons * (everything + neurons * (layers - 1)), [everything] + [neurons] * (layers - 1)
    starts = [neurons * sum(widths[:layer]) for layer in range(layers)]
    found: dict[int, int] = {}
    below = [list(range(q * inputs, (q + 1) * inputs)) for q in range(number)]
    for bits in product((False, True), repeat=edges):
        masks = tuple(
            tuple(bits[start + v * width : start + (v + 1) * width] for v in range(neurons))
            for start, width in zip(starts, widths, strict=True)
        )
        if chosen(masks, below, count, greedy):
            found[sum(bits)] = found.get(sum(bits), 0) + 1
    return found


def probability(found: dict[int, int], edges: int, density: Fraction) -> sp.Rational:
    total = sum(
        (number * density**kept * (1 - density) ** (edges - kept) for kept, number in found.items()), Fraction(0)
    )
    return sp.Rational(total.numerator, total.denominator)


SMALL = (  # functions, neurons, layers, all inputs; inputs of each function, units of each in a layer
    ((1, 2, 2, 2), 2, 1),
    ((1, 2, 3, 1), 1, 1),
    ((1, 3, 2, 1), 1, 2),
    ((2, 2, 2, 2), 1, 1),
)


@exact(deep_union)
@control("inputs in each layer", own_success=layer_success.subs(fan_in, k) ** (depth * functions))
@control("one function", own_success=own_success.subs(functions, 1))
@control("single edges", own_success=own_success.subs(p**units, p))
@control("10 % more", own_success=ELEVEN * own_success)
@control("one layer", deep_failure=first_failure)
@control("an eighth", deep_failure=deep_failure / 8)
def small_networks_over_all_masks(own_success: sp.Expr, deep_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Up to 12 edges: the first wired neurons of each part, and all choices there are, at three densities."""
    for shape, inputs, count in SMALL:
        number, neurons, layers, everything = shape
        edges = neurons * everything + neurons * neurons * (layers - 1)
        greedy, best = (trial.once(successes, shape, inputs, count, each) for each in (True, False))
        at = {alpha: 1, k: inputs, units: count, depth: layers, functions: number}
        for density in (Fraction(1, 2), Fraction(4, 5), Fraction(9, 10)):
            here = {letter: sp.Rational(value) for letter, value in {**at, p: density}.items()}
            success = written_out(own_success, {**here, n: sp.Integer(neurons // number)})
            yield trial.same(success, probability(greedy, edges, density), by=None)
            failed = 1 - probability(best, edges, density)
            high = written_out(deep_failure, {**here, n: sp.Integer(neurons)})
            yield trial.holds(failed <= high, f"{float(failed):.4g} ≤ {float(high):.4g}")


@exact(deep_union)
@control("one layer", no_path=(1 - p) ** n)
@control("the bound", no_path=2 * (1 - p) ** n)
@control("a layer more", no_path=no_path.subs(n, n + 1))
@control("10 % less", no_path=NINE * no_path)
def one_unit_a_layer_needs_a_path(no_path: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All masks of two layers of up to three neurons on one input."""
    for neurons in (1, 2, 3):
        found = trial.once(successes, (1, neurons, 2, 1), 1, 1, False)
        for density in (Fraction(1, 2), Fraction(4, 5)):
            failed = 1 - probability(found, neurons + neurons**2, density)
            yield trial.same(valued(no_path, {n: neurons, p: sp.Rational(density)}), failed, by=None)


@enclosed(deep_union)
@control("one neuron more", least_width=least_width + 1)
@control("half of it", least_width=least_width / 2)
def least_widths_of_paths_are_found_neuron_by_neuron(least_width: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At edges of probability ½."""
    for odds in (10, 1000):
        widths = (
            width
            for width in whole_numbers(1)
            if (1 - Fraction(1, 2) * (1 - Fraction(1, 2**width))) ** width * odds <= 1
        )
        at = {p: sp.Rational(1, 2), delta: sp.Rational(1, odds)}
        yield trial.same(valued(least_width, at), sp.Integer(next(widths)), by=None)


def networks_that_fail(
    rng: np.random.Generator,
    networks: int,
    number: int,
    neurons: int,
    layers: int,
    density: float,
    inputs: int,
    count: int,
) -> int:
    """Networks in which some function, one after the other, finds too few neurons that nobody has taken."""
    failed = 0
    for _ in range(networks):
        below = [list(range(q * inputs, (q + 1) * inputs)) for q in range(number)]
        for layer in range(layers):
            edges = rng.random((neurons, number * inputs if layer == 0 else neurons)) < density
            taken: set[int] = set()
            above = []
            for units_below in below:
                wired = [int(v) for v in np.flatnonzero(edges[:, units_below].all(axis=1)) if v not in taken][:count]
                taken.update(wired)
                above.append(wired)
            if any(len(wired) < count for wired in above):
                failed += 1
                break
            below = above
    return failed


@statistical(deep_union, tests=2)
@control("inputs in each layer", deep_failure=depth * first_failure)
@control("one layer", deep_failure=first_failure)
@control("the mean over layers", deep_failure=deep_failure / depth)
def drawn_networks_fail_less(deep_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Three layers, functions of one input each, two units in each layer, p = 7/10: one function, and two."""
    networks = trial.size(4000)
    for number, neurons in ((1, 6), (2, 12)):
        at = {n: neurons, p: sp.Rational(7, 10), alpha: 1, k: 1, units: 2, functions: number, depth: 3}
        limit = trial.value(deep_failure, at)
        failed = trial.draw(networks_that_fail, networks, number, neurons, 3, 0.7, 1, 2)
        yield trial.counts(failed, networks, min(1.0, limit), "above")
