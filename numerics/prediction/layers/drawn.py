"""Drawn networks with biases and any activation: outputs, and the scores of every layer's weights.

The loss is read through its residual r = ∂loss/∂f [N, K], the same for all of D: slopes are E_D⟨r, ∂f⟩.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.kernels.activations import Homogeneous
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks import Network
from sparse_limits.numerics.prediction.architecture import Architecture, normalise, through_norm
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.prediction.methods import Scope, prune, saliency

Floats = NDArray[np.float64]
Layers = tuple[Floats, ...]

STEP = 1e-4  # of the difference quotient of φ′


@dataclass(frozen=True, eq=False)
class DrawnNetwork:
    """weights: W of each layer [n_l, n_{l−1}], to be divided by √n_{l−1}; biases: b [n_l], zero where there are none."""

    network: Architecture
    weights: Layers
    biases: Layers


def draw(network: Architecture, rng: np.random.Generator) -> DrawnNetwork:
    """A network of an architecture, its readout with a bias where hidden layers have one.

    Examples:
        >>> made = draw(Architecture(64, (32, 16), 1, bias=True), np.random.default_rng(0))
        >>> [weight.shape for weight in made.weights], made.biases[0].shape
        ([(32, 64), (16, 32), (1, 16)], (32,))
    """
    init = network.initialisation
    weights = tuple(network.weight_deviation() * init.law.draw(rng, shape) for shape in network.shapes)
    biases = tuple(
        np.sqrt(init.bias_variance(columns)) * init.law.draw(rng, (rows,)) if network.bias else np.zeros(rows)
        for rows, columns in network.shapes
    )
    return DrawnNetwork(network, weights, biases)


@dataclass(frozen=True, eq=False)
class Pass:
    """What a forward pass leaves. entering: x, h¹, …, h^L; preactivations: z¹, …, z^L, normalised where the network does that;
    output: f [N, K]; roots: of variances over the samples, [n_l], by which the units of each layer were divided, if they were.
    """

    entering: Layers
    preactivations: Layers
    output: Floats
    roots: Layers = ()


def forward(made: DrawnNetwork, x: Floats) -> Pass:
    """Run a network on inputs x [N, d], the batch of its normalisation; InputError unless they have its number of columns."""
    if x.shape[1] != made.network.inputs:
        raise InputError(f"x has {x.shape[1]} columns, expected {made.network.inputs}")
    entering, before, roots = [np.asarray(x, float)], [], []
    for layer, (weight, bias) in enumerate(zip(made.weights, made.biases, strict=True)):
        before.append(entering[-1] @ weight.T / np.sqrt(weight.shape[1]) + bias)
        if layer < made.network.depth:
            if made.network.normalised:
                roots.append(normalise(before[-1].T))
            entering.append(made.network.phi.function(before[-1]))
    return Pass(tuple(entering), tuple(before[:-1]), before[-1], tuple(roots))


def gradient(made: DrawnNetwork, seen: Pass, residual: Floats) -> Layers:
    """E_D⟨r, ∂f/∂W⟩ of every layer, for a residual [N, K]."""
    found: list[Floats] = []
    delta = residual / len(residual)
    for layer in range(made.network.depth, -1, -1):
        root = np.sqrt(made.weights[layer].shape[1])
        found.append(delta.T @ seen.entering[layer] / root)
        if layer:
            z = seen.preactivations[layer - 1]
            delta = (delta @ made.weights[layer] / root) * made.network.phi.derivative(z)
            if made.network.normalised:
                through_norm(delta.T, z.T, seen.roots[layer - 1])
    return tuple(reversed(found))


def _rates(made: DrawnNetwork, seen: Pass, slopes: Layers) -> tuple[list[Floats], list[Floats], list[Floats]]:
    """Steps along a gradient, and the rates of h^0, …, h^L and of z¹, …, f along them.

    InputError with batch normalisation.
    """
    made.network.need_plain("GraSP's curvature")
    steps = [made.network.gradient_scale(layer) * slope for layer, slope in enumerate(slopes, start=1)]
    rates, inner = [np.zeros_like(seen.entering[0])], []
    for layer, weight in enumerate(made.weights):
        inner.append((rates[-1] @ weight.T + seen.entering[layer] @ steps[layer].T) / np.sqrt(weight.shape[1]))
        if layer < made.network.depth:
            rates.append(made.network.phi.derivative(seen.preactivations[layer]) * inner[-1])
    return steps, rates, inner


def moved_output(made: DrawnNetwork, seen: Pass, slopes: Layers) -> Floats:
    """The rate of the output [N, K] along a gradient: Θ̂r/N for that of a residual r."""
    return _rates(made, seen, slopes)[2][-1]


def curvature_along_gradient(made: DrawnNetwork, seen: Pass, residual: Residual) -> Layers:
    """Hg of every layer's weights: g moved along itself, the residual moving with f (Pearlmutter 1994).

    Where libraries write weights of order 1/√inputs, g and H are those of such weights (an overall W stays in front).
    φ″ is a difference quotient of φ′, and 0 where φ is straight on both sides of 0.
    """
    phi = made.network.phi
    steps, rates, inner = _rates(made, seen, gradient(made, seen, residual.values))
    samples = len(residual.values)
    delta, change = residual.values / samples, residual.moved(inner[-1]) / samples
    found: list[Floats] = []
    for layer in range(made.network.depth, -1, -1):
        weight, root = made.weights[layer], np.sqrt(made.weights[layer].shape[1])
        found.append((change.T @ seen.entering[layer] + delta.T @ rates[layer]) / root)
        if layer:
            z = seen.preactivations[layer - 1]
            above, moved = delta @ weight / root, (change @ weight + delta @ steps[layer]) / root
            slope = phi.derivative(z)
            change = moved * slope
            if not isinstance(phi, Homogeneous):
                bend = (phi.derivative(z + STEP) - phi.derivative(z - STEP)) / (2 * STEP)
                change += above * bend * inner[layer - 1]
            delta = above * slope
    return tuple(reversed(found))


def second_term(made: DrawnNetwork, seen: Pass, residual: Residual) -> float | None:
    """The norm of what Hg has beside Jᵀṙ/N, ṙ the residual moved by Θ̂r, over the norm of that, all layers together (S8).

    None where the first term is 0.
    """
    whole = curvature_along_gradient(made, seen, residual)
    change = moved_output(made, seen, gradient(made, seen, residual.values))
    first = gradient(made, seen, residual.moved(change))
    apart = sum(float(((a - b) ** 2).sum()) for a, b in zip(whole, first, strict=True))
    size = sum(float((b**2).sum()) for b in first)
    return float(np.sqrt(apart / size)) if size > 0 else None


def _scaled(made: DrawnNetwork) -> Network:
    """With weights of order 1/√inputs."""
    return Network(tuple(weight / np.sqrt(weight.shape[1]) for weight in made.weights))


def masks_in_rounds(made: DrawnNetwork, density: float, scope: str, rounds: int) -> tuple[Mask, ...]:
    """SynFlow's masks of every layer after so many rounds.

    Examples:
        >>> made = draw(Architecture(8, (16, 16), 1), np.random.default_rng(0))
        >>> sum(int(mask.sum()) for mask in masks_in_rounds(made, 0.1, "global", 100))
        40
    """
    compared: Scope = "layers" if scope == "global" else "layer"
    return prune("synflow-iterative", _scaled(made), None, None, density, scope=compared, rounds=rounds, ties="index")


def scores(method: str, made: DrawnNetwork, seen: Pass, residual: Residual) -> Layers:
    """Scores of every layer: snip, grasp, grasp-magnitude, magnitude or synflow, the largest to be kept."""
    if method == "magnitude":
        return tuple(
            np.abs(weight) * (weight.shape[1] ** -0.5 if made.network.initialisation.by_inputs else 1.0)
            for weight in made.weights
        )
    if method == "synflow":
        return tuple(np.asarray(score, float) for score in saliency("synflow", _scaled(made)))
    if method == "snip":
        slopes = gradient(made, seen, residual.values)
    else:
        slopes = curvature_along_gradient(made, seen, residual)
    found = tuple(weight * slope for weight, slope in zip(made.weights, slopes, strict=True))
    return found if method == "grasp" else tuple(map(np.abs, found))
