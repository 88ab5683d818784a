"""Evidence for E12.2, besides its reasons: deep networks have no unheard parts; and more."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.expressivity.heard_sets import HEARD, Maps, unheard_parts, x_1, x_2
from sparse_limits.theory.expressivity.inactive import over


def outputs(name: str, seed: int) -> np.ndarray:
    """The values on {−1, 0, 1}³ of a ReLU network of three hidden layers with integer weights; the last neurons receive the sets.

    In the first layer each neuron has one input; in the others it has edges to those below that receive part of its set.
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
def deep_networks_lack_the_unreached_parts(residual_maps: Maps, trial: Trial) -> Findings:
    """The map to the unheard parts gives 0, in fractions, for three networks with each of the masks.

    The networks have three hidden layers, the first of which holds relays.
    """
    for name in HEARD:
        for seed in range(3):
            left = applied(residual_maps[name], trial.once(outputs, name, seed))
            most = max(map(abs, left))
            yield trial.holds(most == 0, f"{name}: {float(most):.3g} is left of sets that reach no neuron")


@exact(unheard_parts)
def relays_are_the_target_on_a_grid(relays_only: sp.Expr, target: sp.Expr, trial: Trial) -> Findings:
    """The relays equal the target at all points of the square with coordinates in quarters, on both sides of x₁ + x₂ = 0 and on it."""
    quarters = [sp.Rational(each, 4) for each in range(-4, 5)]
    apart = [
        at
        for at in product(quarters, repeat=2)
        if (target - relays_only).xreplace(dict(zip((x_1, x_2), at, strict=True)))
    ]
    yield trial.holds(not apart, f"{len(apart)} of {len(quarters) ** 2} points differ")


@enclosed(unheard_parts)
def relays_approximate_the_target_on_the_square(
    relays_only: sp.Expr, two_relays_error: sp.Expr, target: sp.Expr, trial: Trial
) -> Findings:
    """The squared difference between the relays and the target is at most the stated error at drawn points of the square."""
    yield trial.below((target - relays_only) ** 2, two_relays_error)


@enclosed(unheard_parts, step="main effects")
def means_rise_with_the_chance_to_be_on(mean_over_one: sp.Expr, trial: Trial) -> Findings:
    """The derivative of the mean over one input lies between 0 and 1, in x₁ and in x₂: it is the probability that x₁ + x₂ is positive."""
    for each in (x_1, x_2):
        rate = sp.diff(mean_over_one, x_1).subs(x_1, each)
        yield trial.below(0, rate)
        yield trial.below(rate, 1)
