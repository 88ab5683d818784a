"""Evidence for E12.1: neurons for several functions in each of several layers, over all masks of small networks and in drawn ones."""

from fractions import Fraction
from itertools import count as whole_numbers
from itertools import permutations, product

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.expressivity.approximation import larger
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.expressivity.further.deep_unions import copies, deep_union, functions, size, y
from sparse_limits.theory.expressivity.symbols import alpha, k, n, p, units
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import delta
from sparse_limits.theory.kernel.dual import depth

NINE = sp.Rational(9, 10)


@exact(deep_union, step="larger exponent")
def larger_exponent_is_neither_below_inputs_nor_units(most: sp.Expr, trial: Trial) -> Findings:
    """It exceeds k by what N does, if N is the larger, and else by nothing; likewise N."""
    yield trial.nonnegative(most - k, sp.Max(0, units - k), by=larger)
    yield trial.nonnegative(most - units, sp.Max(0, k - units), by=larger)


WIDE = (  # more inputs than units, and more units than inputs
    {k: 4, units: 1, functions: 1, depth: 1, p: sp.Rational(1, 2), alpha: 1, delta: sp.Rational(1, 100)},
    {k: 2, units: 1, functions: 2, depth: 3, p: sp.Rational(1, 2), alpha: NINE, delta: sp.Rational(1, 1000)},
    {k: 1, units: 3, functions: 2, depth: 3, p: sp.Rational(1, 2), alpha: 1, delta: sp.Rational(1, 100)},
)


@enclosed(deep_union)
def layers_of_the_width_fail_as_rarely_as_said(deep_failure: sp.Expr, deep_width: sp.Expr, trial: Trial) -> Findings:
    """At the least whole number from the width on, the sum of the tails, with k > N and with N > k."""
    for at in WIDE:
        neurons = sp.ceiling(valued(deep_width, at))
        yield trial.below(deep_failure, delta, at=[{**at, n: neurons}])


@exact(deep_union, step="width")
def both_conditions_hold_from_the_width_on(
    most: sp.Expr, small_failure: sp.Expr, deep_width: sp.Expr, trial: Trial
) -> Findings:
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
def outputs_are_passed_on_whole(passed: sp.Expr, trial: Trial) -> Findings:
    """Taking the bias away leaves no more than the output, which is not below it."""
    yield trial.below(passed - size, y, needed="passed")


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
    ((1, 2, 2, 2), 2, 2),  # all neurons: there is no choice
    ((1, 2, 3, 1), 1, 1),
    ((1, 3, 2, 1), 1, 2),
    ((2, 2, 2, 2), 1, 1),
)


@exact(deep_union)
def small_networks_over_all_masks(own_success: sp.Expr, deep_failure: sp.Expr, trial: Trial) -> Findings:
    """Up to 12 edges: the first wired neurons of each part, and all choices there are, at three densities.

    Where one function needs all neurons, both succeed as often as stated.
    """
    for shape, inputs, count in SMALL:
        number, neurons, layers, everything = shape
        edges = neurons * everything + neurons * neurons * (layers - 1)
        greedy, best = (trial.once(successes, shape, inputs, count, each) for each in (True, False))
        at = {alpha: 1, k: inputs, units: count, depth: layers, functions: number}
        for density in (Fraction(1, 2), Fraction(4, 5), Fraction(9, 10)):
            here = {letter: sp.Rational(value) for letter, value in {**at, p: density}.items()}
            success = written_out(own_success, {**here, n: sp.Integer(neurons // number)})
            yield trial.same(success, probability(greedy, edges, density), by=None)
            if neurons == count:
                yield trial.same(success, probability(best, edges, density), by=None)
            failed = 1 - probability(best, edges, density)
            high = written_out(deep_failure, {**here, n: sp.Integer(neurons)})
            yield trial.holds(failed <= high, f"{float(failed):.4g} ≤ {float(high):.4g}")


@exact(deep_union)
def one_unit_a_layer_needs_a_path(no_path: sp.Expr, trial: Trial) -> Findings:
    """All masks of two layers of up to three neurons on one input."""
    for neurons in (1, 2, 3):
        found = trial.once(successes, (1, neurons, 2, 1), 1, 1, False)
        for density in (Fraction(1, 2), Fraction(4, 5)):
            failed = 1 - probability(found, neurons + neurons**2, density)
            yield trial.same(valued(no_path, {n: neurons, p: sp.Rational(density)}), failed, by=None)


@enclosed(deep_union)
def least_widths_of_paths_are_found_neuron_by_neuron(least_width: sp.Expr, trial: Trial) -> Findings:
    """At edges of probability ½."""
    for odds in (10, 1000):
        widths = (
            width
            for width in whole_numbers(1)
            if (1 - Fraction(1, 2) * (1 - Fraction(1, 2**width))) ** width * odds <= 1
        )
        at = {p: sp.Rational(1, 2), delta: sp.Rational(1, odds)}
        yield trial.same(valued(least_width, at), sp.Integer(next(widths)), by=None)


def connected(number: int, each: int) -> dict[int, int]:
    """Choices of edges to so many copies of each of some units with one to each unit at least, by the number of edges: of all choices."""
    found: dict[int, int] = {}
    for edges in product((False, True), repeat=number * each):
        if all(any(edges[unit * each : (unit + 1) * each]) for unit in range(number)):
            found[sum(edges)] = found.get(sum(edges), 0) + 1
    return found


@exact(deep_union)
def neurons_have_edges_to_copies(
    copied: sp.Expr, copied_least: sp.Expr, few_copies: sp.Expr, enough_copies: sp.Expr, trial: Trial
) -> Findings:
    """All edges to up to ten copies, the bounds beside them; and the probability at the numbers that are enough, up to 1000 units.

    With half of the copies with which one unit is missed in the mean, the probability is at most α exp(−√N).
    """
    for number, each in ((1, 1), (1, 4), (2, 1), (2, 3), (3, 2), (2, 5)):
        found = trial.once(connected, number, each)
        for density in (Fraction(1, 5), Fraction(1, 2), Fraction(9, 10)):
            at = {alpha: NINE, p: sp.Rational(density), units: number, copies: each}
            chance = NINE * probability(found, number * each, density)
            yield trial.same(valued(copied, at), chance, by=None)
            low, high = valued(copied_least, at), valued(few_copies, at)
            yield trial.holds(low <= chance <= high, f"{float(low):.4g} ≤ {float(chance):.4g} ≤ {float(high):.4g}")
    for density, number in product((sp.Rational(1, 10), sp.Rational(1, 2), NINE), (1, 10, 1000)):
        at = {alpha: NINE, p: density, units: number}
        chance = valued(copied, {**at, copies: sp.ceiling(valued(enough_copies, at))})
        yield trial.holds(chance >= NINE / 2, f"{number} units, enough copies: {float(chance):.4g}")
    for power in (1, 5, 10):
        few = valued(few_copies, {alpha: NINE, p: sp.Rational(1, 2), units: 4**power, copies: power})
        yield trial.same(few, NINE * sp.exp(-(2**power)), by=None)


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
def drawn_networks_fail_less(deep_failure: sp.Expr, trial: Trial) -> Findings:
    """Three layers, functions of one input each, two units in each layer, p = 7/10: one function, and two."""
    networks = trial.size(4000)
    for number, neurons in ((1, 6), (2, 12)):
        at = {n: neurons, p: sp.Rational(7, 10), alpha: 1, k: 1, units: 2, functions: number, depth: 3}
        limit = trial.value(deep_failure, at)
        failed = trial.draw(networks_that_fail, networks, number, neurons, 3, 0.7, 1, 2)
        yield trial.counts(failed, networks, min(1.0, limit), "above")
