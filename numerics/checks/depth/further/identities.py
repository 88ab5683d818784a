"""Evidence for D1.1: one unit and one weight for all values, symbolic networks with letters free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.evidence.sums import adds_up, sloped
from sparse_limits.theory.depth.further.identities import (
    above,
    above_product,
    behind,
    below_product,
    bias_sum,
    biases_from,
    degree,
    entering,
    fan_in,
    gain,
    layer_identities,
    other_residual,
    outgoing,
    output_mean,
    preactivation,
    residual,
    signal,
    sum_above,
)
from sparse_limits.theory.formulas.valued import valued

WIDTHS = ((1, 1), (2, 2, 1), (2, 2, 2, 1), (1, 2, 1, 2))  # inputs, hidden widths, outputs
POWERS = (1, 2)
Parts = dict[sp.Symbol, sp.Expr]  # what a formula takes


class Symbolic(NamedTuple):
    """A network on one sample, all letters free: φ(z) = g z^power, g the letter of a unit (its gate, for power 1)."""

    widths: tuple[int, ...]
    power: int

    @property
    def layers(self) -> range:
        return range(1, len(self.widths))

    def weight(self, layer: int, i: int, j: int) -> sp.Symbol:
        return sp.Symbol(f"W{layer}_{i}{j}", real=True)

    def bias(self, layer: int, i: int) -> sp.Symbol:
        return sp.Symbol(f"B{layer}_{i}", real=True)

    def cells(self, layer: int) -> list[tuple[int, int]]:
        return list(product(range(self.widths[layer]), range(self.widths[layer - 1])))

    def activate(self, layer: int, i: int, z: sp.Expr) -> sp.Expr:
        return sp.Symbol(f"g{layer}_{i}", real=True) * z**self.power

    def inputs(self) -> list[sp.Expr]:
        return list(sp.symbols(f"x_0:{self.widths[0]}", real=True))

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
        return sum(scored(total, self.weight(layer, *cell)) for cell in self.cells(layer))

    def biased(self, layer: int, total: sp.Expr) -> sp.Expr:
        """Σ b ∂/∂b over the biases of a layer."""
        return sum(scored(total, self.bias(layer, i)) for i in range(self.widths[layer]))

    def elsewhere(self) -> Parts:
        """The letters of another sample: inputs, residuals and gates."""
        gates = [sp.Symbol(f"g{layer}_{i}", real=True) for layer in self.layers for i in range(self.widths[layer])]
        return {each: sp.Symbol(f"{each}_y", real=True) for each in (*self.inputs(), *self.residuals(), *gates)}


def scored(total: sp.Expr, letter: sp.Symbol) -> sp.Expr:
    return letter * sp.diff(total, letter)


NETWORKS = tuple(Symbolic(widths, power) for widths in WIDTHS for power in POWERS if power == 1 or len(widths) < 4)


def slopes_and_parts() -> list[tuple[sp.Expr, Parts]]:
    """Derivatives of ⟨r, f⟩ in weights of all layers, with signal, entering value and fan-in of each."""
    found = []
    for network in NETWORKS:
        total = network.total()
        for layer in network.layers:
            h, signals = network.below(layer), network.signals(layer)
            for i, j in network.cells(layer):
                parts = {signal: signals[i], entering: h[j], fan_in: sp.Integer(len(h))}
                found.append((sp.diff(total, network.weight(layer, i, j)), parts))
    return found


@exact(layer_identities, step="one weight", cost=1.0)
def slopes_are_signal_times_value(slope: sp.Expr, trial: Trial) -> Findings:
    """⟨r, f⟩ any function of what the weight adds to; and every weight of networks of up to three layers, power one and two."""
    weight, others = sp.symbols("w_ij z_ij", real=True)
    output = sp.Function("F_z", real=True)(others + weight * entering / sp.sqrt(fan_in))
    yield trial.same(sloped(sp.diff(output, weight), F_z=signal), slope)
    cases = [(seen, valued(slope, parts)) for seen, parts in trial.once(slopes_and_parts)]
    yield trial.at_sizes(cases, "weights")


@exact(layer_identities, step="into a unit")
def weights_into_a_unit_add_up(into_unit: sp.Expr, slope: sp.Expr, trial: Trial) -> Findings:
    """Weight by weight, for any number of them, and the bias, whose derivative is the signal itself."""
    weight, bias = sp.symbols("w_ij b_u", real=True)
    yield adds_up(trial, into_unit, {preactivation: weight * entering / sp.sqrt(fan_in)}, weight * slope)
    yield adds_up(trial, into_unit, {preactivation: bias}, bias * signal)


@exact(layer_identities, step="out of a unit")
def weights_out_of_a_unit_add_up(out_of_unit: sp.Expr, slope: sp.Expr, trial: Trial) -> Findings:
    """Weight by weight, for any number of them; ε is Σ w δ/√n_in, by the chain rule."""
    weight = sp.Symbol("w_ij", real=True)
    seen = {behind: weight * signal / sp.sqrt(fan_in)}
    yield adds_up(trial, out_of_unit, seen, weight * slope.subs(entering, outgoing))


def layer_sums() -> list[tuple[sp.Expr, Parts]]:
    """Σ w∂ of all layers but the last, with the power, Σ w∂ of the next one and Σ b∂ of the layer; biases in all."""
    found = []
    for network in NETWORKS:
        total = network.total()
        for layer in network.layers[:-1]:
            parts = {sum_above: network.weighted(layer + 1, total), bias_sum: network.biased(layer, total)}
            found.append((network.weighted(layer, total), {degree: sp.Integer(network.power), **parts}))
    return found


@exact(layer_identities, step="through a layer", cost=1.0)
def layers_pass_their_sums_down(passed_down: sp.Expr, unit_ratio: sp.Expr, trial: Trial) -> Findings:
    """Unit by unit for any number of them and any degree; and symbolic networks of power one and two with biases."""
    out, bias = sp.symbols("s_out s_bias", real=True)  # of one unit: of what leaves it, and of its bias
    yield adds_up(trial, passed_down, {sum_above: out, bias_sum: bias}, unit_ratio * out - bias)
    yield trial.at_sizes([(own, passed_down.subs(parts)) for own, parts in trial.once(layer_sums)], "layers")


def sums_with_biases() -> list[tuple[sp.Expr, Parts]]:
    """Σ w∂ of a layer, with ⟨r, f⟩ and Σ b∂ over its own biases and over those from it on; power one, readouts too."""
    found = []
    for network in NETWORKS:
        if network.power == 1:
            total = network.total()
            own = [network.biased(layer, total) for layer in network.layers]
            for layer, biases in zip(network.layers, own, strict=True):
                parts = {output_mean: total, bias_sum: biases, biases_from: sum(own[layer - 1 :])}
                found.append((network.weighted(layer, total), parts))
    return found


@exact(layer_identities, step="sum with biases", cost=1.0)
def layers_and_biases_make_the_output(biased_sum: sp.Expr, passed_down: sp.Expr, trial: Trial) -> Findings:
    """From one layer to the next one below, down from the readout; and every layer of symbolic networks of power one."""
    below = passed_down.subs({degree: 1, sum_above: biased_sum})
    yield trial.same(below, biased_sum.subs(biases_from, biases_from + bias_sum))
    yield trial.same(biased_sum.subs(biases_from, bias_sum), output_mean - bias_sum)  # the readout's own biases
    yield trial.at_sizes([(seen, valued(biased_sum, parts)) for seen, parts in trial.once(sums_with_biases)], "layers")


def multiplied_layers() -> list[tuple[Parts, sp.Expr, sp.Expr]]:
    """Power and hidden layers above a layer, w ∂⟨r, f⟩/∂w of a weight of each layer: with this layer multiplied, and as it was."""
    found = []
    for network in NETWORKS:
        total = network.total(biases=False)
        for layer, other in product(network.layers, network.layers):
            letters = [network.weight(layer, *cell) for cell in network.cells(layer)]
            plain = scored(total, network.weight(other, 0, 0))
            at = {degree: sp.Integer(network.power), above: sp.Integer(network.layers[-1] - layer)}
            found.append((at, valued(plain, {letter: gain * letter for letter in letters}), plain))
    return found


@exact(layer_identities, step="scores of all layers", cost=1.0)
def scores_scale_with_a_layer(scaling: sp.Expr, output_factor: sp.Expr, trial: Trial) -> Findings:
    """w ∂⟨r, f⟩/∂w of a weight of each layer of symbolic networks, one of the layers multiplied."""
    yield trial.same(scaling, output_factor)
    cases = [(multiplied, scaling.subs(at) * plain) for at, multiplied, plain in trial.once(multiplied_layers)]
    yield trial.at_sizes(cases, "layers")


FACTOR = sp.Symbol("c_out", positive=True)  # of what leaves a unit


def rescaled_units() -> list[tuple[int, sp.Expr, sp.Expr]]:
    """Power, and w ∂⟨r, f⟩/∂w of a weight or bias of each layer: with a unit rescaled, what leaves it by `FACTOR`, and not."""
    found = []
    for network in NETWORKS:
        total = network.total()
        for layer in network.layers[:-1]:
            entries = [*(network.weight(layer, 0, j) for j in range(network.widths[layer - 1])), network.bias(layer, 0)]
            leaving = [network.weight(layer + 1, i, 0) for i in range(network.widths[layer + 1])]
            moved = {each: gain * each for each in entries} | {each: FACTOR * each for each in leaving}
            for other in network.layers:
                for letter in (network.weight(other, 0, 0), network.bias(other, 0)):
                    plain = scored(total, letter)
                    found.append((network.power, valued(plain, moved), plain))
    return found


@exact(layer_identities, cost=1.0)
def rescaled_units_keep_all_scores(compensation: sp.Expr, trial: Trial) -> Findings:
    """Symbolic networks with biases in all layers: the unit's weights and bias multiplied, its outgoing weights, too."""
    cases = [
        (moved.subs(FACTOR, compensation.subs(degree, power)), plain)
        for power, moved, plain in trial.once(rescaled_units)
    ]
    yield trial.at_sizes(cases, "weights and biases")


class Gradients(NamedTuple):
    """Of one output at one sample, in a layer: its residual, derivatives in the weights, what enters the layer, and signals."""

    residual: sp.Expr
    slopes: list[sp.Expr]
    entering: list[sp.Expr]
    signals: list[sp.Expr]

    def beside(self, other: Gradients) -> Parts:
        """What the kernel and the energy take of two outputs or samples."""
        return {
            residual: self.residual,
            other_residual: other.residual,
            below_product: dot(self.entering, other.entering),
            above_product: dot(self.signals, other.signals),
            fan_in: sp.Integer(len(self.entering)),
        }


def dot(left: Sequence[sp.Expr], right: Sequence[sp.Expr]) -> sp.Expr:
    return sum(one * other for one, other in zip(left, right, strict=True))


def gradients(network: Symbolic, layer: int, sample: Mapping[sp.Symbol, sp.Expr]) -> list[Gradients]:
    """Of each output at a sample, its letters in place of those of the first."""
    total, signals = sp.expand(network.total()), [sp.expand(each) for each in network.signals(layer)]
    found = []
    for r in network.residuals():
        slopes = [sp.diff(total.coeff(r), network.weight(layer, *cell)) for cell in network.cells(layer)]
        parts = (slopes, network.below(layer), [each.coeff(r) for each in signals])
        found.append(Gradients(r.xreplace(sample), *([each.xreplace(sample) for each in part] for part in parts)))
    return found


def kernel_parts() -> list[tuple[sp.Expr, Parts]]:
    """Σ ∂f/∂w ∂f′/∂w over the weights of a layer at two samples, with both products and the fan-in."""
    found = []
    for network in NETWORKS:
        for layer in network.layers:
            one, other = (gradients(network, layer, sample)[0] for sample in ({}, network.elsewhere()))
            found.append((dot(one.slopes, other.slopes), one.beside(other)))
    return found


@exact(layer_identities, step="kernel of a layer", cost=2.0)
def products_of_slopes_factor(layer_kernel: sp.Expr, slope: sp.Expr, trial: Trial) -> Findings:
    """Row by row, and in a row column by column, for any numbers of both; and networks at two samples, gates of their own."""
    one, other, value, there = sp.symbols("s_i t_i h_j k_j", real=True)
    row = layer_kernel.subs(above_product, one * other)
    both = slope.subs({signal: one, entering: value}) * slope.subs({signal: other, entering: there})
    yield adds_up(trial, layer_kernel, {above_product: one * other}, row)
    yield adds_up(trial, row, {below_product: value * there}, both)
    yield trial.at_sizes([(seen, valued(layer_kernel, parts)) for seen, parts in trial.once(kernel_parts)], "layers")


def energies() -> list[tuple[sp.Expr, list[Parts]]]:
    """Squares of the derivatives over each layer, data of two samples, two outputs; letters of all pairs of both."""
    found = []
    for power in POWERS:
        network = Symbolic((2, 2, 2), power)
        for layer in network.layers:
            each = [one for sample in ({}, network.elsewhere()) for one in gradients(network, layer, sample)]
            residuals, slopes = [one.residual for one in each], zip(*(one.slopes for one in each), strict=True)
            squares = sum((dot(residuals, of_a_weight) / 2) ** 2 for of_a_weight in slopes)
            found.append((squares, [one.beside(other) for one, other in product(each, repeat=2)]))
    return found


@exact(layer_identities, step="energy", cost=1.0)
def energy_weighs_the_kernel(energy: sp.Expr, layer_kernel: sp.Expr, trial: Trial) -> Findings:
    """Row by row, for any number of them, the residuals times the kernel's part; and networks of two outputs on two samples."""
    one, other = sp.symbols("s_i t_i", real=True)
    row = residual * other_residual * layer_kernel.subs(above_product, one * other)
    yield adds_up(trial, energy, {above_product: one * other}, row)
    cases = [(seen, sum(energy.xreplace(each) for each in parts) / 4) for seen, parts in trial.once(energies)]
    yield trial.at_sizes(cases, "layers")
