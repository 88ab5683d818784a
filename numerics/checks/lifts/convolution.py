"""Evidence for convolutions as lifts."""

from collections.abc import Mapping
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.lifts.fibration import all_free
from sparse_limits.numerics.evidence import Finding, Findings, Trial, enclosed, exact
from sparse_limits.numerics.evidence.sums import interpreted
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.bundle import entries
from sparse_limits.theory.lifts.convolution import (
    KERNEL,
    PIXELS,
    C_i,
    C_o,
    H,
    activation,
    cyclic_convolution,
    k,
    kernel,
    lifted_convolutions,
    m,
    pixel_graph,
)
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.maps import relu
from sparse_limits.theory.lifts.module import Edge

INPUTS = [[sp.Symbol(f"x_{i}{p}", real=True) for p in range(PIXELS)] for i in range(2)]
Signals = list[list[Any]]


def outputs(lift: Lift, channels: Signals) -> Signals:
    """The output channels of a lifted convolution."""
    found = lift.activations({("x", i): sp.Array(channel) for i, channel in enumerate(channels)})
    return [entries(found[v]) for v in lift.over if v[0] == "y"]


def shifted(channels: Signals, s: int) -> Signals:
    return [[channel[(p + s) % len(channel)] for p in range(len(channel))] for channel in channels]


def free_zero(trial: Trial, difference: sp.Expr) -> Finding:
    """That a difference vanishes for every function in it."""
    return trial.vanishes(interpreted(difference), by=lambda _: difference)


@exact(lifted_convolutions, step="channels")
def the_full_lift_convolves(channels: Lift, trial: Trial) -> Findings:
    """The full lift commutes with all shifts and is the sum over pixels written out, for all weights, inputs and functions of a pixel."""
    found = outputs(channels, INPUTS)
    for s in range(1, PIXELS):
        for ours, theirs in zip(shifted(found, s), outputs(channels, shifted(INPUTS, s)), strict=True):
            for left, right in zip(ours, theirs, strict=True):
                yield free_zero(trial, left - right)
    totals = [
        sum(kernel(j, i, KERNEL)[a] * INPUTS[i][(p + a) % PIXELS] for i in range(2) for a in range(KERNEL))
        for j, p in product(range(2), range(PIXELS))
    ]
    yield all_free(trial, [value for channel in found for value in channel], list(map(activation, totals)))


@exact(lifted_convolutions, step="repetition")
def covers_repeat_the_output(cover: Lift, trial: Trial) -> Findings:
    """The two-fold cover of three pixels, for all weights, inputs and functions of a pixel."""
    signal = {("x", q): INPUTS[0][q] for q in range(3)}
    w_0, w_1 = kernel(0, 0, 2)
    found = cover.activations(cover.pull_inputs(signal))
    once = [activation(w_0 * INPUTS[0][p % 3] + w_1 * INPUTS[0][(p + 1) % 3]) for p in range(6)]
    yield all_free(trial, [found["y", p] for p in range(6)], once)
    yield trial.holds(cover.is_in_fibration(), "an in-fibration of the graph of pixels")
    yield trial.holds(len(set(cover.over.values())) == 6 and len(cover.over) == 12, "two sheets over every pixel")


@enclosed(lifted_convolutions)
def edges_and_errors_are_counts(pixel_edges: sp.Expr, padding_errors: sp.Expr, trial: Trial) -> Findings:
    """There are at most as many edges as pairs of an input and an output pixel; the number of outputs that differ lies between 0 and that
    of all outputs.
    """
    yield trial.below(pixel_edges, C_i * C_o * H**2)
    yield trial.below(0, padding_errors)
    yield trial.below(padding_errors, m * H * C_o)


class Instance(NamedTuple):
    """Integer weights int[C_o, C_i, k] and inputs int[C_i, H] of a convolution, and a number of sheets."""

    weights: NDArray[np.int64]
    inputs: NDArray[np.int64]
    sheets: int

    @property
    def sizes(self) -> Mapping[sp.Symbol, int]:
        """H, k, C_i, C_o and m."""
        outgoing, incoming, width = self.weights.shape
        return {H: self.inputs.shape[1], k: width, C_i: incoming, C_o: outgoing, m: self.sheets}


def random_instances(rng: np.random.Generator, count: int, low: int, high: int) -> list[Instance]:
    """With entries from low to high − 1; the sizes of the first are given."""
    instances = []
    for place in range(count):
        pixels, incoming, outgoing, sheets = (int(rng.integers(1, most)) for most in (8, 4, 4, 5))
        width = int(rng.integers(1, pixels + 1))
        if place == 0:
            pixels, width, incoming, outgoing, sheets = 7, 3, 2, 3, 3
        weights = rng.integers(low, high, size=(outgoing, incoming, width))
        instances.append(Instance(weights, rng.integers(low, high, size=(incoming, pixels)), sheets))
    return instances


def convolved(weights: NDArray[np.int64], signals: NDArray[np.int64], cyclic: bool) -> NDArray[np.int64]:
    """ReLU of Σ_i Σ_a w_{jia} x_{i,p+a}: int[C_o, H]; not cyclic: zeros beyond the end."""
    total = np.zeros((len(weights), signals.shape[1]), dtype=np.int64)
    for a in range(weights.shape[2]):
        moved = np.roll(signals, -a, axis=1)
        if not cyclic and a:
            moved[:, -a:] = 0
        total += weights[:, :, a] @ moved
    return np.maximum(total, 0)


def lifted(instance: Instance) -> Lift:
    sizes = instance.sizes
    return full_lift(
        cyclic_convolution(sizes[H], sizes[k], relu),
        {"x": sizes[C_i], "y": sizes[C_o]},
        lambda u, v: tuple(instance.weights[v[1], u[1]].tolist()),
    )


@exact(lifted_convolutions, cost=0.4)
def random_convolutions(weights: sp.Expr, pixel_edges: sp.Expr, trial: Trial) -> Findings:
    """Integer instances with ReLU against the sum over pixels; weights and edges of the graph of pixels counted."""
    for instance in trial.draw(random_instances, trial.size(4), -9, 10):
        sizes, lift = instance.sizes, lifted(instance)
        found = outputs(lift, instance.inputs.tolist())
        expected = convolved(instance.weights, instance.inputs, cyclic=True).tolist()
        yield trial.holds(found == expected, "the lift is the multichannel convolution")
        counted = sum(len(weight) for weight in lift.weights.values())
        yield trial.same(weights.subs(sizes), sp.Integer(counted))
        base = pixel_graph(sizes[H], sizes[k], relu)
        copies = {v: sizes[C_i] if v[0] == "x" else sizes[C_o] for v in base.order}
        pixels = full_lift(base, copies, partial(_pixel_weight, instance))
        yield trial.same(pixel_edges.subs(sizes), sp.Integer(len(pixels.weights)))
        by_pixel = pixels.activations({v: int(instance.inputs[v[1], v[0][1]]) for v in pixels.inputs})
        same = all(by_pixel[("y", p), j] == value for j, row in enumerate(expected) for p, value in enumerate(row))
        yield trial.holds(same, "the graph of pixels computes the same")


def _pixel_weight(instance: Instance, u: Edge, v: Edge) -> int:
    (_, q), i = u
    (_, p), j = v
    return int(instance.weights[j, i, (q - p) % instance.inputs.shape[1]])


@exact(lifted_convolutions)
def padded_signals_differ_at_inner_seams(padding_errors: sp.Expr, trial: Trial) -> Findings:
    """Positive integers: with zeros beyond the end, the claimed number of outputs differs from the repetition; on a cycle none does."""
    for instance in trial.draw(random_instances, trial.size(30), 1, 10):
        long = np.tile(instance.inputs, instance.sheets)
        for cyclic, wrong in ((True, sp.Integer(0)), (False, valued(padding_errors, instance.sizes))):
            repeated = np.tile(convolved(instance.weights, instance.inputs, cyclic), instance.sheets)
            differing = int((convolved(instance.weights, long, cyclic) != repeated).sum())
            yield trial.same(wrong, sp.Integer(differing))
