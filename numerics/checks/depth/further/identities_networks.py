"""Evidence for D1.1: whole symbolic networks with biases, for all values of their letters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.depth.further.identities import NETWORKS, Symbolic
from sparse_limits.numerics.evidence import Finding, Trial, exact
from sparse_limits.numerics.evidence.sums import adds_up
from sparse_limits.theory.depth.further.identities import (
    above_product,
    below_product,
    bias_sum,
    biases_from,
    degree,
    fan_in,
    gain,
    layer_identities,
    other_residual,
    output_mean,
    residual,
    sum_above,
)
from sparse_limits.theory.formulas.valued import valued


def sums_with_biases() -> list[tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]]:
    """Σ w∂ of a layer, ⟨r, f⟩, Σ b∂ over the layer's own biases and over those from it on; power one, readouts too."""
    found = []
    for network in NETWORKS:
        if network.power > 1:
            continue
        total, last = network.total(), len(network.widths) - 1
        own = [
            sum(bias * sp.diff(total, bias) for i in range(network.widths[layer]) for bias in [network.bias(layer, i)])
            for layer in range(1, last + 1)
        ]
        for layer in range(1, last + 1):
            found.append((network.weighted(layer, total), total, own[layer - 1], sum(own[layer - 1 :])))
    return found


@exact(layer_identities, step="sum with biases", cost=1.0)
def layers_and_biases_make_the_output(biased_sum: sp.Expr, passed_down: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From one layer to the next one below, down from the readout; and every layer of symbolic networks of power one."""
    below = passed_down.subs({degree: 1, sum_above: biased_sum})
    yield trial.same(below, biased_sum.subs(biases_from, biases_from + bias_sum))
    yield trial.same(biased_sum.subs(biases_from, bias_sum), output_mean - bias_sum)  # the readout's own biases
    cases = [
        (seen, valued(biased_sum, {output_mean: total, bias_sum: own, biases_from: all_from}))
        for seen, total, own, all_from in trial.once(sums_with_biases)
    ]
    yield trial.at_sizes(cases, "layers")


def rescaled_units() -> list[tuple[int, sp.Symbol, sp.Expr, sp.Expr]]:
    """Power, letter c of what leaves the unit, w ∂⟨r, f⟩/∂w of a weight or bias of each layer: a unit rescaled, and not."""
    found = []
    factor = sp.Symbol("c_out", positive=True)
    for network in NETWORKS:
        total, last = network.total(), len(network.widths) - 1
        for layer in range(1, last):
            at = {network.weight(layer, 0, j): gain for j in range(network.widths[layer - 1])}
            at |= {network.bias(layer, 0): gain}
            at |= {network.weight(layer + 1, i, 0): factor for i in range(network.widths[layer + 1])}
            moved = {letter: times * letter for letter, times in at.items()}
            for other in range(1, last + 1):
                for letter in (network.weight(other, 0, 0), network.bias(other, 0)):
                    plain = letter * sp.diff(total, letter)
                    found.append((network.power, factor, valued(plain, moved), plain))
    return found


@exact(layer_identities, cost=1.0)
def rescaled_units_keep_all_scores(compensation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Symbolic networks with biases in all layers: the unit's weights and bias multiplied, its outgoing weights, too."""
    cases = [
        (moved.subs(factor, compensation.subs(degree, power)), plain)
        for power, factor, moved, plain in trial.once(rescaled_units)
    ]
    yield trial.at_sizes(cases, "weights and biases")


def energies() -> list[tuple[sp.Expr, list[dict[sp.Symbol, sp.Expr]]]]:
    """Squares of the derivatives over each layer, data of two samples, two outputs; letters of all pairs of both.

    Gates differ between the samples, as do inputs and residuals.
    """
    found = []
    for power in (1, 2):
        network = Symbolic((2, 2, 2), power)
        letters = [*network.inputs(), *network.residuals()]
        letters += [sp.Symbol(f"g1_{i}", real=True) for i in range(2)]
        moved = {letter: sp.Symbol(f"{letter}_y", real=True) for letter in letters}
        r, total = network.residuals(), sp.expand(network.total())
        for layer in (1, 2):
            expanded, values = [sp.expand(each) for each in network.signals(layer)], network.below(layer)
            samples = []
            for at in ({}, moved):
                outputs = [total.coeff(each).xreplace(at) for each in r]
                signals = [[each.coeff(one).xreplace(at) for each in expanded] for one in r]
                below = [each.xreplace(at) for each in values]
                samples.append(([each.xreplace(at) for each in r], outputs, signals, below))
            slopes = [
                sum(
                    r * sp.diff(f, network.weight(layer, *cell))
                    for residuals, outputs, _, _ in samples
                    for r, f in zip(residuals, outputs, strict=True)
                )
                / len(samples)
                for cell in network.cells(layer)
            ]
            parts = [
                {
                    residual: one[0][o],
                    other_residual: other[0][p],
                    below_product: sum(h * k for h, k in zip(one[3], other[3], strict=True)),
                    above_product: sum(s * t for s, t in zip(one[2][o], other[2][p], strict=True)),
                    fan_in: sp.Integer(len(one[3])),
                }
                for one, other in product(samples, repeat=2)
                for o, p in product(range(2), repeat=2)
            ]
            found.append((sum(each**2 for each in slopes), parts))
    return found


@exact(layer_identities, step="energy", cost=1.0)
def energy_weighs_the_kernel(energy: sp.Expr, layer_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Row by row, for any number of them, the residuals times the kernel's part; and networks of two outputs on two samples."""
    one, other = sp.symbols("s_i t_i", real=True)
    row = residual * other_residual * layer_kernel.subs(above_product, one * other)
    yield adds_up(trial, energy, {above_product: one * other}, row)
    cases = [(seen, sum(energy.xreplace(each) for each in parts) / 4) for seen, parts in trial.once(energies)]
    yield trial.at_sizes(cases, "layers")
