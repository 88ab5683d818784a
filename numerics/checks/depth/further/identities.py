"""Evidence for D1.1: one unit and one weight for all values, symbolic networks with letters free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, exact
from sparse_limits.numerics.evidence.sums import adds_up, sloped
from sparse_limits.theory.depth.further.identities import (
    above,
    above_product,
    behind,
    below_product,
    bias_sum,
    degree,
    entering,
    fan_in,
    gain,
    layer_identities,
    outgoing,
    preactivation,
    signal,
    sum_above,
)
from sparse_limits.theory.formulas.valued import valued

Floats = NDArray[np.floating]
NINE = sp.Rational(9, 10)
WIDTHS = ((1, 1), (2, 2, 1), (2, 2, 2, 1), (1, 2, 1, 2))  # inputs, hidden widths, outputs
POWERS = (1, 2)


class Symbolic(NamedTuple):
    """A network on one sample, all letters free: φ(z) = g z^power, g the letter of a unit (its gate, for power 1)."""

    widths: tuple[int, ...]
    power: int

    def weight(self, layer: int, i: int, j: int) -> sp.Symbol:
        return sp.Symbol(f"W{layer}_{i}{j}", real=True)

    def bias(self, layer: int, i: int) -> sp.Symbol:
        return sp.Symbol(f"B{layer}_{i}", real=True)

    def cells(self, layer: int) -> list[tuple[int, int]]:
        return list(product(range(self.widths[layer]), range(self.widths[layer - 1])))

    def activate(self, layer: int, i: int, z: sp.Expr) -> sp.Expr:
        return sp.Symbol(f"g{layer}_{i}", real=True) * z**self.power

    def inputs(self, sample: str = "x") -> list[sp.Expr]:
        return list(sp.symbols(f"{sample}_0:{self.widths[0]}", real=True))

    def residuals(self) -> list[sp.Expr]:
        return list(sp.symbols(f"r_0:{self.widths[-1]}", real=True))

    def into(self, layer: int, h: Sequence[sp.Expr], biases: bool) -> list[sp.Expr]:
        """What enters the activations of a layer, or the outputs."""
        root = sp.sqrt(len(h))
        return [
            sum(self.weight(layer, i, j) * each for j, each in enumerate(h)) / root
            + (self.bias(layer, i) if biases else 0)
            for i in range(self.widths[layer])
        ]

    def upward(self, layer: int, z: Sequence[sp.Expr], biases: bool = True) -> list[sp.Expr]:
        """The outputs, from what enters the activations of a layer."""
        for later in range(layer, len(self.widths) - 1):
            z = self.into(later + 1, [self.activate(later, i, each) for i, each in enumerate(z)], biases)
        return list(z)

    def below(self, layer: int, biases: bool = True) -> list[sp.Expr]:
        """What enters a layer: inputs, or values of the hidden layer below."""
        h = self.inputs()
        for earlier in range(1, layer):
            h = [self.activate(earlier, i, each) for i, each in enumerate(self.into(earlier, h, biases))]
        return h

    def total(self, z: Sequence[sp.Expr] | None = None, layer: int = 1, biases: bool = True) -> sp.Expr:
        """⟨r, f⟩, from the inputs or from what enters the activations of a layer."""
        start = self.into(layer, self.below(layer, biases), biases) if z is None else z
        return sum(r * f for r, f in zip(self.residuals(), self.upward(layer, start, biases), strict=True))

    def signals(self, layer: int) -> list[sp.Expr]:
        """The derivatives of ⟨r, f⟩ in what enters the activations of a layer."""
        letters = sp.symbols(f"z_0:{self.widths[layer]}", real=True)
        at = dict(zip(letters, self.into(layer, self.below(layer), True), strict=True))
        return [sp.diff(self.total(letters, layer), letter).subs(at) for letter in letters]

    def weighted(self, layer: int, total: sp.Expr) -> sp.Expr:
        """Σ w ∂/∂w over the weights of a layer."""
        return sum(self.weight(layer, *cell) * sp.diff(total, self.weight(layer, *cell)) for cell in self.cells(layer))


NETWORKS = tuple(Symbolic(widths, power) for widths in WIDTHS for power in POWERS if power == 1 or len(widths) < 4)


def slopes_and_parts() -> list[tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]]:
    """Derivatives of ⟨r, f⟩ in weights of all layers, with signal, entering value and fan-in of each."""
    found = []
    for network in NETWORKS:
        total = network.total()
        for layer in range(1, len(network.widths)):
            h, signals = network.below(layer), network.signals(layer)
            for i, j in network.cells(layer):
                parts = {signal: signals[i], entering: h[j], fan_in: sp.Integer(len(h))}
                found.append((sp.diff(total, network.weight(layer, i, j)), parts))
    return found


@exact(layer_identities, step="one weight", cost=1.0)
def slopes_are_signal_times_value(slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """⟨r, f⟩ any function of what the weight adds to; and every weight of networks of up to three layers, power one and two."""
    weight, others = sp.symbols("w_ij z_ij", real=True)
    output = sp.Function("F_z", real=True)(others + weight * entering / sp.sqrt(fan_in))
    yield trial.same(sloped(sp.diff(output, weight), F_z=signal), slope)
    cases = [(seen, valued(slope, parts)) for seen, parts in trial.once(slopes_and_parts)]
    yield trial.at_sizes(cases, "weights")


@exact(layer_identities, step="into a unit")
def weights_into_a_unit_add_up(into_unit: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Weight by weight for any number of them, and the bias, whose derivative is the signal itself; one to five written out."""
    weight, bias = sp.symbols("w_ij b_u", real=True)
    yield adds_up(trial, into_unit, {preactivation: weight * entering / sp.sqrt(fan_in)}, weight * slope)
    yield adds_up(trial, into_unit, {preactivation: bias}, bias * signal)
    cases = []
    for size in range(1, 6):
        weights, values = (sp.symbols(f"{letter}_0:{size}", real=True) for letter in "wh")
        slopes = [slope.subs({entering: value, fan_in: size}) for value in values]
        z = sum(w * h for w, h in zip(weights, values, strict=True)) / sp.sqrt(size) + bias
        added = sum(w * each for w, each in zip(weights, slopes, strict=True)) + bias * signal
        cases.append((added, into_unit.subs(preactivation, z)))
    yield trial.at_sizes(cases, "numbers of weights")


@exact(layer_identities, step="out of a unit")
def weights_out_of_a_unit_add_up(out_of_unit: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Weight by weight for any number of them, one to five written out; ε is Σ w δ/√n_in, by the chain rule."""
    weight = sp.Symbol("w_ij", real=True)
    seen = {behind: weight * signal / sp.sqrt(fan_in)}
    yield adds_up(trial, out_of_unit, seen, weight * slope.subs(entering, outgoing))
    cases = []
    for size in range(1, 6):
        weights, signals = (sp.symbols(f"{letter}_0:{size}", real=True) for letter in ("w", "delta"))
        slopes = [slope.subs({signal: each, entering: outgoing}) for each in signals]
        added = sum(w * each for w, each in zip(weights, slopes, strict=True))
        through = sum(w * each for w, each in zip(weights, signals, strict=True)) / sp.sqrt(fan_in)
        cases.append((added, out_of_unit.subs(behind, through)))
    yield trial.at_sizes(cases, "numbers of weights")


def layer_sums() -> list[tuple[int, sp.Expr, sp.Expr, sp.Expr]]:
    """(power, Σ w∂ of a layer, of the next one, Σ b∂ of the first of both) of all layers but the last, biases in all."""
    found = []
    for network in NETWORKS:
        total = network.total()
        for layer in range(1, len(network.widths) - 1):
            biases = [network.bias(layer, i) for i in range(network.widths[layer])]
            own = sum(bias * sp.diff(total, bias) for bias in biases)
            found.append((network.power, network.weighted(layer, total), network.weighted(layer + 1, total), own))
    return found


@exact(layer_identities, step="through a layer", cost=1.0)
def layers_pass_their_sums_down(passed_down: sp.Expr, unit_ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Unit by unit for any number of them and any degree; and symbolic networks of power one and two with biases."""
    out, bias = sp.symbols("s_out s_bias", real=True)  # of one unit: of what leaves it, and of its bias
    yield adds_up(trial, passed_down, {sum_above: out, bias_sum: bias}, unit_ratio * out - bias)
    cases = [
        (own, passed_down.subs({degree: power, sum_above: next_one, bias_sum: biases}))
        for power, own, next_one, biases in trial.once(layer_sums)
    ]
    yield trial.at_sizes(cases, "layers")


@exact(layer_identities, step="scores of all layers", cost=1.0)
def scores_scale_with_a_layer(scaling: sp.Expr, output_factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """w ∂⟨r, f⟩/∂w of a weight of each layer of symbolic networks, one of the layers multiplied."""
    yield trial.same(scaling, output_factor)
    cases = []
    for network, layer, multiplied, plain in trial.once(multiplied_layers):
        at = {degree: network.power, above: len(network.widths) - 1 - layer}
        cases.append((multiplied, scaling.subs(at) * plain))
    yield trial.at_sizes(cases, "layers")


def multiplied_layers() -> list[tuple[Symbolic, int, sp.Expr, sp.Expr]]:
    """Networks without biases, a layer, and w ∂⟨r, f⟩/∂w of one weight: with this layer multiplied, and as it was."""
    found = []
    for network in NETWORKS:
        total = network.total(biases=False)
        layers = range(1, len(network.widths))
        for layer, other in product(layers, layers):
            at = {network.weight(layer, *cell): gain * network.weight(layer, *cell) for cell in network.cells(layer)}
            plain = network.weight(other, 0, 0) * sp.diff(total, network.weight(other, 0, 0))
            found.append((network, layer, valued(plain, at), plain))
    return found


def kernel_parts() -> list[tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]]:
    """Σ ∂f/∂w ∂f′/∂w over the weights of a layer at two samples, with both products and the fan-in."""
    found = []
    for network in NETWORKS:
        letters = set(network.inputs())
        for layer in range(1, len(network.widths)):
            gates = [
                f"g{earlier}_{i}" for earlier in range(1, len(network.widths)) for i in range(network.widths[earlier])
            ]
            other = {sp.Symbol(name, real=True): sp.Symbol(f"{name}_y", real=True) for name in gates}
            other |= {letter: sp.Symbol(f"y_{str(letter)[2:]}", real=True) for letter in letters}
            first = network.residuals()[0]
            output = network.total().coeff(first)
            slopes = [sp.diff(output, network.weight(layer, *cell)) for cell in network.cells(layer)]
            h, signals = network.below(layer), [each.coeff(first) for each in map(sp.expand, network.signals(layer))]
            found.append(
                (
                    sum(each * valued(each, other) for each in slopes),
                    {
                        below_product: sum(each * each.subs(other) for each in h),
                        above_product: sum(each * each.subs(other) for each in signals),
                        fan_in: sp.Integer(len(h)),
                    },
                )
            )
    return found


@exact(layer_identities, step="kernel of a layer", cost=2.0)
def products_of_slopes_factor(layer_kernel: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Row by row, and in a row column by column, for any numbers of both; and networks at two samples, gates of their own."""
    one, other, value, there = sp.symbols("s_i t_i h_j k_j", real=True)
    row = layer_kernel.subs(above_product, one * other)
    both = slope.subs({signal: one, entering: value}) * slope.subs({signal: other, entering: there})
    yield adds_up(trial, layer_kernel, {above_product: one * other}, row)
    yield adds_up(trial, row, {below_product: value * there}, both)
    cases = [(seen, valued(layer_kernel, parts)) for seen, parts in trial.once(kernel_parts)]
    yield trial.at_sizes(cases, "layers")
