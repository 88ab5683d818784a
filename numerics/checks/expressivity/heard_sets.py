"""Evidence for E12.2: maps that leave the interactions which no neuron hears, and networks with the masks that name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.expressivity.inactive import reduced
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.expressivity.heard_sets import (
    HEARD,
    interaction,
    interaction_floor,
    main_effects,
    mean_given,
    mean_over_one,
    overall_mean,
    relays_only,
    residual_maps,
    target,
    unheard_maps,
    unheard_parts,
    x_1,
    x_2,
)
from sparse_limits.theory.expressivity.inactive import over, part_maps

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
Maps = Mapping[str, sp.Expr]
above = sp.Symbol("s", positive=True)  # distance from the line x₁ + x₂ = 0 along x₂
P_1, P_2, P_3 = over
ALL = part_maps["123"]


@exact(unheard_parts, step="what takes sums away")
@control("one set of two", residual_maps={**residual_maps, "12,23": 1 - P_3})
@control("one input of two", residual_maps={**residual_maps, "12": 1 - P_1})
@control("inputs that are heard", residual_maps={**residual_maps, "12,3": 1 - P_1 * P_2})
@control("constants stay", residual_maps={**residual_maps, "none": sp.S.One})
def sums_of_heard_functions_go(
    residual_maps: Maps, heard: Mapping[str, tuple[str, ...]], trial: Trial
) -> Iterator[Finding]:
    """What is taken away is all of a constant, and of a function of a set that is heard; twice takes away no more."""
    for name, sets in heard.items():
        for each in (sp.Mul(*over), *map(mean_given, sets)):
            yield trial.same(reduced((1 - residual_maps[name]) * each), each, by=sp.expand)
        yield trial.same(reduced(residual_maps[name] ** 2), residual_maps[name], by=sp.expand)


@exact(unheard_parts, step="what it keeps")
@control("one set of two", residual_maps={**residual_maps, "12,23": 1 - P_3})
@control("pairs alone", unheard_maps={**unheard_maps, "1,2,3": unheard_maps["1,2,3"] - ALL})
@control("the three together", unheard_maps={**unheard_maps, "12,13,23": sp.S.Zero})
@control("parts that are heard", unheard_maps={**unheard_maps, "12,23": part_maps["12"] + part_maps["23"]})
@control("edges to the first layer", unheard_maps={**unheard_maps, "12,23": unheard_maps["1,2,3"]})
def what_is_left_is_what_nobody_hears(residual_maps: Maps, unheard_maps: Maps, trial: Trial) -> Iterator[Finding]:
    """The two are equal, whatever the means over the inputs are."""
    for name, each in residual_maps.items():
        yield trial.same(each, unheard_maps[name], by=sp.expand)


def outputs(name: str, seed: int) -> np.ndarray:
    """A ReLU network of three hidden layers with whole weights, on {−1, 0, 1}³, whose last neurons hear the sets.

    In the first layer each neuron has one input; in the others it has edges to those below that hear part of its set.
    """
    rng = np.random.default_rng(seed)
    points = np.array(list(product((-1, 0, 1), repeat=3)))
    values, sets = points.T, ["1", "2", "3"]
    for layer, wanted in enumerate((["1", "1", "2", "2", "3", "3"], HEARD[name] * 3, HEARD[name] * 2)):
        edges = np.array([set(below) <= set(each) for each in wanted for below in sets], dtype=int)
        weights = rng.integers(-3, 4, (len(wanted), len(sets))) * edges.reshape(len(wanted), len(sets))
        values = np.maximum(weights @ values + rng.integers(-2, 3, (len(wanted), 1)) + (layer == 1), 0)
        sets = list(wanted)
    readout = rng.choice((-2, -1, 1, 2), len(sets))
    found: np.ndarray = (readout @ values + 3).reshape(3, 3, 3).astype(object)
    return found


def applied(operator: sp.Expr, values: np.ndarray) -> list[Fraction]:
    """A polynomial in the means over single inputs, applied to a table of values."""
    found = np.full(values.shape, Fraction(0), dtype=object)
    for powers, factor in sp.Poly(operator, *over).terms():
        term = values * Fraction(int(factor))
        for axis, power in enumerate(powers):
            if power:
                term = np.broadcast_to(term.sum(axis=axis, keepdims=True) * Fraction(1, 3), values.shape)
        found = found + term
    return list(found.ravel())


@exact(unheard_parts)
@control("edges to the first layer", residual_maps={**residual_maps, "12,23": residual_maps["1,2,3"]})
@control("inputs that are heard", residual_maps={**residual_maps, "12,3": 1 - P_1 * P_2})
@control("the three together", residual_maps={**residual_maps, "12,13,23": 1 - P_1 * P_2 * P_3})
@control("one set of two", residual_maps={**residual_maps, "12,23": 1 - P_3})
def deep_networks_have_no_unheard_parts(residual_maps: Maps, trial: Trial) -> Iterator[Finding]:
    """Networks of three hidden layers with relays in the first, in fractions: three for each of the masks."""
    for name in HEARD:
        for seed in range(3):
            left = applied(residual_maps[name], trial.once(outputs, name, seed))
            most = max(map(abs, left))
            yield trial.holds(most == 0, f"{name}: {float(most):.3g} is left of what no neuron hears")


@exact(unheard_parts, step="main effects")
@control("not halved", mean_over_one=2 * mean_over_one)
@control("of the positive half", mean_over_one=x_1 / 2)
@control("10 % more", mean_over_one=ELEVEN * mean_over_one)
def means_over_one_input(mean_over_one: sp.Expr, target: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half the integral over the other input from −x₁, where the target begins, to 1; x₁ free."""
    beyond = target.subs(x_2, above - x_1)
    yield trial.same(mean_over_one, sp.integrate(beyond, (above, 0, 1 + x_1)) / 2, by=sp.expand)


@exact(unheard_parts, step="overall mean")
@control("at the mean of the input", overall_mean=mean_over_one.subs(x_1, 0))
@control("not halved", overall_mean=2 * overall_mean)
@control("10 % less", overall_mean=NINE * overall_mean)
@control("a main effect not halved", mean_over_one=2 * mean_over_one)
def mean_of_the_means(mean_over_one: sp.Expr, overall_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half the integral over the first input."""
    yield trial.same(overall_mean, sp.integrate(sp.expand(mean_over_one), (x_1, -1, 1)) / 2)


@exact(unheard_parts, step="interaction")
@control("without the mean", interaction=interaction - overall_mean)
@control("one main effect", interaction=target - main_effects[0])
@control("10 % more", interaction=ELEVEN * interaction)
@control("a mean 10 % less", overall_mean=NINE * overall_mean)
@control("a main effect not halved", mean_over_one=2 * mean_over_one)
def interactions_are_what_means_leave(
    interaction: sp.Expr, mean_over_one: sp.Expr, overall_mean: sp.Expr, target: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The map of the part of both inputs, its means over x₁ and x₂ put in; the target left open."""
    means = {P_2: mean_over_one, P_1: mean_over_one.subs(x_1, x_2), P_1 * P_2: overall_mean}
    value = sp.Symbol("f", real=True)
    part = sp.Poly((1 - P_1) * (1 - P_2), P_1, P_2)
    found = sp.S.Zero
    for (first, second), factor in part.terms():
        monomial = P_1**first * P_2**second
        found += factor * means.get(monomial, value)
    yield trial.same(interaction.subs(target, value), found, by=sp.expand)


@exact(unheard_parts, step="its variance")
@control("of the target", interaction_floor=sp.Rational(2, 9))
@control("on one side of the line", interaction_floor=interaction_floor / 2)
@control("not halved twice", interaction_floor=4 * interaction_floor)
@control("10 % more", interaction_floor=ELEVEN * interaction_floor)
@control("without the mean", interaction=interaction - overall_mean)
def mean_square_of_the_interaction(interaction: sp.Expr, interaction_floor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A quarter of the integral over the square, above the line x₁ + x₂ = 0 and below it, where it is a polynomial."""
    total = sp.S.Zero
    for sign in (1, -1):
        there = sp.expand(interaction.subs(x_2, sign * above - x_1) ** 2)
        if not there.is_polynomial(x_1, above):
            yield trial.holds(False, f"no polynomial on one side: {there}")
            return
        inner = sp.integrate(there, (above, 0, 1 + sign * x_1))
        total += sp.integrate(sp.expand(inner), (x_1, -1, 1)) / 4
    yield trial.same(interaction_floor, total)


@exact(unheard_parts, step="nothing is left")
@control("edges to the first layer", two_relays_error=interaction_floor)
@control("10 % more", relays_only=ELEVEN * relays_only)
@control("biases forgotten", relays_only=sp.Max(0, sp.Max(0, x_1) + sp.Max(0, x_2)))
@control("one bias taken away", relays_only=sp.Max(0, sp.Max(0, x_1 + 1) + sp.Max(0, x_2 + 1) - 1))
def relays_leave_nothing(
    relays_only: sp.Expr, two_relays_error: sp.Expr, target: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At all distances of the inputs from −1: the square of the error."""
    distances = sp.symbols("s_1 s_2", nonnegative=True)
    there = dict(zip((x_1, x_2), (each - 1 for each in distances), strict=True))
    yield trial.same((target.subs(there) - relays_only.subs(there)) ** 2, two_relays_error)


@exact(unheard_parts)
@control("always on", relays_only=sp.Max(0, x_1 + 1) + sp.Max(0, x_2 + 1) - 2)
@control("one bias taken away", relays_only=sp.Max(0, sp.Max(0, x_1 + 1) + sp.Max(0, x_2 + 1) - 1))
@control("off at one", relays_only=sp.Max(1, sp.Max(0, x_1 + 1) + sp.Max(0, x_2 + 1) - 2))
def relays_are_the_target_on_a_grid(relays_only: sp.Expr, target: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """On both sides of the line x₁ + x₂ = 0, and on it, in quarters."""
    quarters = [sp.Rational(each, 4) for each in range(-4, 5)]
    apart = [
        at
        for at in product(quarters, repeat=2)
        if (target - relays_only).xreplace(dict(zip((x_1, x_2), at, strict=True)))
    ]
    yield trial.holds(not apart, f"{len(apart)} of {len(quarters) ** 2} points differ")


@enclosed(unheard_parts)
@control("less than nothing", two_relays_error=sp.Rational(-1, 10))
@control("always on", relays_only=sp.Max(0, x_1 + 1) + sp.Max(0, x_2 + 1) - 2)
@control("10 % more", relays_only=ELEVEN * relays_only)
@control("one bias taken away", relays_only=sp.Max(0, sp.Max(0, x_1 + 1) + sp.Max(0, x_2 + 1) - 1))
def relays_keep_to_the_target_on_the_square(
    relays_only: sp.Expr, two_relays_error: sp.Expr, target: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The square of the error at drawn inputs of the square; beyond −1 a relay is silent, and the other one is heard alone."""
    yield trial.below((target - relays_only) ** 2, two_relays_error)


@enclosed(unheard_parts, step="main effects")
@control("not halved", mean_over_one=2 * mean_over_one)
@control("falls", mean_over_one=-mean_over_one)
@control("half a chance more", mean_over_one=mean_over_one + x_1 / 2)
def means_rise_with_the_chance_to_be_on(mean_over_one: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean over one input rises with the other at the rate at which x₁ + x₂ is positive: from 0 to 1, at either input."""
    for each in (x_1, x_2):
        rate = sp.diff(mean_over_one, x_1).subs(x_1, each)
        yield trial.below(0, rate)
        yield trial.below(rate, 1)
