"""Evidence for D1.1: one unit and one weight for all values, symbolic networks with letters free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.evidence.sums import adds_up, sloped
from sparse_limits.theory.depth.identities import (
    above,
    above_product,
    activation,
    behind,
    below_product,
    bias_sum,
    compensation,
    degree,
    entering,
    fan_in,
    gain,
    into_unit,
    layer_identities,
    layer_kernel,
    layer_sum,
    out_of_unit,
    outgoing,
    output_factor,
    output_mean,
    preactivation,
    scaling,
    signal,
    slope,
    slope_at_one,
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
@control("not divided by the root of the fan-in", slope=slope * sp.sqrt(fan_in))
@control("divided by the fan-in", slope=slope / sp.sqrt(fan_in))
@control("the signal alone", slope=signal / sp.sqrt(fan_in))
def slopes_are_signal_times_value(slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """⟨r, f⟩ any function of what the weight adds to; and every weight of networks of up to three layers, power one and two."""
    weight, others = sp.symbols("w_ij z_ij", real=True)
    output = sp.Function("F_z", real=True)(others + weight * entering / sp.sqrt(fan_in))
    yield trial.same(sloped(sp.diff(output, weight), F_z=signal), slope)
    cases = [(seen, valued(slope, parts)) for seen, parts in trial.once(slopes_and_parts)]
    yield trial.at_sizes(cases, "weights")


@exact(layer_identities, step="into a unit")
@control("biases ignored", into_unit=into_unit - signal * sp.Symbol("b_u", real=True))
@control("divided by √3", into_unit=into_unit / sp.sqrt(3))
@control("the square of what enters", into_unit=signal * preactivation**2)
@control("not divided by the root of the fan-in", slope=slope * sp.sqrt(fan_in))
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
@control("the slope of the unit", out_of_unit=behind)
@control("squared", out_of_unit=out_of_unit**2)
@control("not divided by the root of the fan-in", slope=slope * sp.sqrt(fan_in))
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


@exact(layer_identities, step="degree")
@control("degree forgotten", activation_slope=activation / preactivation)
@control("value for slope", activation_slope=degree * activation)
@control("degree plus one", activation_slope=(degree + 1) * activation / preactivation)
@control("not homogeneous", activation=slope_at_one * (sp.exp(degree * preactivation) - 1))
def activation_has_the_slope(activation: sp.Expr, activation_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative off 0; φ(cz) = c^p φ(z) for c > 0; φ(±1) is the letter."""
    factor = sp.Symbol("c_z", positive=True)
    derivative = sp.diff(activation, preactivation).replace(sp.sign, lambda z: sp.Abs(z) / z)
    yield trial.same(derivative, activation_slope)
    multiplied = activation.subs(preactivation, factor * preactivation)
    yield trial.same(multiplied, factor**degree * activation, by=expanded)
    for side in (1, -1):
        yield trial.same(activation.subs(preactivation, side), slope_at_one)


def expanded(gap: sp.Expr) -> sp.Expr:
    """Reduce products of powers of positive letters."""
    return sp.simplify(sp.expand_power_base(gap))


@exact(layer_identities, step="through a unit")
@control("as much out as in", unit_ratio=sp.S.One)
@control("the other way round", unit_ratio=1 / degree)
@control("degree forgotten", activation_slope=activation / preactivation)
@control("value for slope", activation_slope=degree * activation)
@control("not homogeneous", activation=slope_at_one * (sp.exp(degree * preactivation) - 1))
@control("the slope of the unit", out_of_unit=behind)
@control("the square of what enters", into_unit=signal * preactivation**2)
def what_goes_in_comes_out(
    unit_ratio: sp.Expr,
    activation: sp.Expr,
    activation_slope: sp.Expr,
    into_unit: sp.Expr,
    out_of_unit: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """With δ = φ′(z) ε and the value φ(z)."""
    goes_in = into_unit.subs(signal, activation_slope * behind)
    goes_out = out_of_unit.subs(outgoing, activation)
    yield trial.same(goes_in, unit_ratio * goes_out)


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
@control("biases ignored", passed_down=degree * sum_above)
@control("biases added", passed_down=degree * sum_above + bias_sum)
@control("degree forgotten", passed_down=sum_above - bias_sum)
@control("degree of the biases, too", passed_down=degree * (sum_above - bias_sum))
@control("as much out as in", unit_ratio=sp.S.One)
def layers_pass_their_sums_down(passed_down: sp.Expr, unit_ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Unit by unit for any number of them and any degree; and symbolic networks of power one and two with biases."""
    out, bias = sp.symbols("s_out s_bias", real=True)  # of one unit: of what leaves it, and of its bias
    yield adds_up(trial, passed_down, {sum_above: out, bias_sum: bias}, unit_ratio * out - bias)
    cases = [
        (own, passed_down.subs({degree: power, sum_above: next_one, bias_sum: biases}))
        for power, own, next_one, biases in trial.once(layer_sums)
    ]
    yield trial.at_sizes(cases, "layers")


@exact(layer_identities, step="without biases")
@control("degree times the number of layers", layer_sum=degree * above * output_mean)
@control("one layer less", layer_sum=layer_sum / degree)
@control("the same for all activations", layer_sum=output_mean)
@control("biases added", passed_down=degree * sum_above + bias_sum)
@control("degree forgotten", passed_down=sum_above - bias_sum)
def sums_go_down_by_the_degree(layer_sum: sp.Expr, passed_down: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From the readout on, without biases."""
    if passed_down.subs(bias_sum, 1) == passed_down.subs(bias_sum, -1):
        raise ValueError("biases have no part")
    below = passed_down.subs(bias_sum, 0)
    yield trial.induction(layer_sum, above, output_mean, lambda term: below.subs(sum_above, term))
    left = passed_down.subs({degree: 1, sum_above: layer_sum.subs(degree, 1)}) + bias_sum
    yield trial.same(left, output_mean)


@exact(layer_identities, step="factor of the output")
@control("the square", output_factor=output_factor**2)
@control("degree times the number of layers", output_factor=gain ** (degree * above))
@control("not at all", output_factor=gain**0)
@control("as if ReLU", output_factor=gain)
@control("a constant added", activation=activation + slope_at_one)
def one_more_activation_takes_the_power(output_factor: sp.Expr, activation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The factor is that of the weights at first; an activation takes it to its value at one layer more."""
    through = activation.subs(preactivation, output_factor * preactivation)
    yield trial.same(through, output_factor.subs(above, above + 1) * activation, by=powers)
    yield trial.same(output_factor.subs(above, 0), gain)


@exact(layer_identities, step="scores of all layers", cost=1.0)
@control("the square", scaling=scaling**2)
@control("degree times the number of layers", scaling=gain ** (degree * above))
@control("not at all", scaling=gain**0)
@control("as if ReLU", scaling=gain)
@control("as if ReLU in the output", output_factor=gain)
def scores_scale_with_a_layer(scaling: sp.Expr, output_factor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """w ∂⟨r, f⟩/∂w of a weight of each layer of symbolic networks, one of the layers multiplied."""
    yield trial.same(scaling, output_factor)
    cases = []
    for network, layer, multiplied, plain in trial.once(multiplied_layers):
        at = {degree: network.power, above: len(network.widths) - 1 - layer}
        cases.append((multiplied, scaling.subs(at) * plain))
    yield trial.at_sizes(cases, "layers")


def powers(gap: sp.Expr) -> sp.Expr:
    """Reduce powers of powers of positive letters."""
    return sp.simplify(sp.powdenest(sp.expand_power_base(gap), force=True))


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


@exact(layer_identities, step="one unit")
@control("on one side only", compensation=gain**0)
@control("as if ReLU", compensation=1 / gain)
@control("the other way round", compensation=1 / compensation)
@control("a constant added", activation=activation + slope_at_one)
def rescaled_unit_computes_the_same(compensation: sp.Expr, activation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The value of a unit times the outgoing weight, on either side of 0."""
    size = sp.Symbol("y_z", positive=True)
    for side in (1, -1):
        value = activation.subs(preactivation, side * size)
        yield trial.same(compensation * value.subs(size, gain * size), value, by=powers)


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
@control("divided by the root of the fan-in", layer_kernel=layer_kernel * sp.sqrt(fan_in))
@control("the layer above alone", layer_kernel=above_product / fan_in)
@control("the layer below alone", layer_kernel=below_product / fan_in)
@control("divided by the square", layer_kernel=layer_kernel / fan_in)
@control("not divided by the root of the fan-in", slope=slope * sp.sqrt(fan_in))
def products_of_slopes_factor(layer_kernel: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Row by row, and in a row column by column, for any numbers of both; and networks at two samples, gates of their own."""
    one, other, value, there = sp.symbols("s_i t_i h_j k_j", real=True)
    row = layer_kernel.subs(above_product, one * other)
    both = slope.subs({signal: one, entering: value}) * slope.subs({signal: other, entering: there})
    yield adds_up(trial, layer_kernel, {above_product: one * other}, row)
    yield adds_up(trial, row, {below_product: value * there}, both)
    cases = [(seen, valued(layer_kernel, parts)) for seen, parts in trial.once(kernel_parts)]
    yield trial.at_sizes(cases, "layers")
