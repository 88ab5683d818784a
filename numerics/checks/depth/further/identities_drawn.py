"""Evidence for D1.1: drawn networks in exact arithmetic."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.keyed import stream_name
from sparse_limits.numerics.networks import Activation, Network, activations, forward, gradient, jacobian
from sparse_limits.theory.depth.further.identities import (
    above,
    above_product,
    below_product,
    degree,
    fan_in,
    gain,
    layer_identities,
    other_residual,
    output_mean,
    residual,
)

Floats = NDArray[np.floating]

# Drawn networks: weights and data are small integers and fan-ins squares, so that every number is a dyadic fraction
# with fewer than 53 digits and floating point makes no error at all.

SAMPLES = 8
DEEP, SQUARED = (4, 16, 4, 4), (4, 16, 4, 2)


class Drawn(NamedTuple):
    """A network with its data x[N, d] and residual r[N, q]."""

    network: Network
    x: Floats
    r: Floats


@stream_name("numerics.checks.depth.identities_drawn._square")
def _square(z: Floats) -> Floats:
    return np.maximum(z, 0) ** 2


@stream_name("numerics.checks.depth.identities_drawn._square_slope")
def _square_slope(z: Floats) -> Floats:
    return 2 * np.maximum(z, 0)


SQUARED_RELU = Activation("squared relu", _square, _square_slope)


def whole_network(rng: np.random.Generator, widths: tuple[int, ...], activation: object, largest: int) -> Drawn:
    """Weights, inputs and residuals are whole numbers up to `largest`."""

    def whole(*shape: int) -> Floats:
        return rng.integers(-largest, largest + 1, shape).astype(float)

    network = Network(tuple(whole(rows, columns) for columns, rows in pairwise(widths)), activation)  # type: ignore[arg-type]
    return Drawn(network, whole(SAMPLES, widths[0]), whole(SAMPLES, widths[-1]))


def scores(drawn: Drawn) -> list[Floats]:
    """w ∂L/∂w of all layers."""
    slopes = gradient(drawn.network, drawn.x, drawn.r)
    return [weight * each for weight, each in zip(drawn.network.weights, slopes, strict=True)]


def drawn_networks(trial: Trial) -> list[tuple[int, Drawn]]:
    """The degree of the activation, and the network."""
    return [
        (1, trial.draw(whole_network, DEEP, "relu", 3)),
        (2, trial.draw(whole_network, SQUARED, SQUARED_RELU, 1)),
    ]


@exact(layer_identities)
def drawn_networks_scale_and_balance(
    scaling: sp.Expr, compensation: sp.Expr, layer_sum: sp.Expr, trial: Trial
) -> Findings:
    """Exact arithmetic: scores with each layer doubled, with one unit rescaled, and the sums of all layers."""
    for power, drawn in drawn_networks(trial):
        weights, plain = drawn.network.weights, scores(drawn)
        hidden = len(weights) - 1
        mean = sp.Rational(float((drawn.r * forward(drawn.network, drawn.x)).sum()) / SAMPLES)
        for layer in range(len(weights)):
            at = {degree: power, above: hidden - layer}
            total = sp.Rational(float(plain[layer].sum()))
            claimed = layer_sum.subs({**at, output_mean: mean})
            yield trial.holds(total == claimed, f"layer {layer + 1} of degree {power}: {total}, claimed {claimed}")
            doubled = tuple(2 * each if k == layer else each for k, each in enumerate(weights))
            factor = float(scaling.subs({**at, gain: 2}))
            seen = scores(drawn._replace(network=Network(doubled, drawn.network.activation)))
            alike = all(np.array_equal(one, factor * other) for one, other in zip(seen, plain, strict=True))
            yield trial.holds(alike, f"layer {layer + 1} of degree {power} doubled: all scores times {factor}")
        changed = [each.copy() for each in weights]
        busiest = int(np.abs(plain[0]).sum(axis=1).argmax())  # a dead unit could be rescaled in any way
        changed[0][busiest] *= 2
        changed[1][:, busiest] *= float(compensation.subs({degree: power, gain: 2}))
        seen = scores(drawn._replace(network=Network(tuple(changed), drawn.network.activation)))
        alike = all(np.array_equal(one, other) for one, other in zip(seen, plain, strict=True))
        yield trial.holds(alike, f"a unit rescaled, degree {power}: no score changes")


@exact(layer_identities)
def drawn_networks_have_the_energy(energy: sp.Expr, layer_kernel: sp.Expr, trial: Trial) -> Findings:
    """Exact arithmetic: squares of the derivatives of each layer, and its block of the Jacobian, beside the products."""
    names = (residual, other_residual, below_product, above_product, fan_in)
    weigh = numeric(names, energy)
    part = numeric((below_product, above_product, fan_in), layer_kernel)
    for power, drawn in drawn_networks(trial):
        outputs = drawn.network.widths[-1]
        columns = np.split(
            jacobian(drawn.network, drawn.x).reshape(SAMPLES * outputs, -1),
            np.cumsum([weight.size for weight in drawn.network.weights])[:-1],
            axis=1,
        )
        values, slopes = activations(drawn.network, drawn.x), gradient(drawn.network, drawn.x, drawn.r)
        r = drawn.r.reshape(-1)
        for layer, each in enumerate(values):
            size = each.shape[1]
            leaving = leaving_slopes(drawn.network, drawn.x, layer)
            q = (each @ each.T).repeat(outputs, axis=0).repeat(outputs, axis=1)
            b = leaving @ leaving.T
            seen = float((slopes[layer] ** 2).sum())
            with np.errstate(invalid="ignore"):  # roots of negative numbers, in wrong formulas
                energies = weigh(r[:, None], r[None, :], q, b, float(size))
            claimed = float(np.broadcast_to(energies, q.shape).sum()) / SAMPLES**2
            yield trial.holds(seen == claimed, f"layer {layer + 1} of degree {power}: {seen}, claimed {claimed}")
            alike = np.array_equal(columns[layer] @ columns[layer].T, np.broadcast_to(part(q, b, float(size)), q.shape))
            yield trial.holds(alike, f"layer {layer + 1} of degree {power}: its part of the tangent kernel")


def leaving_slopes(network: Network, x: Floats, layer: int) -> Floats:
    """∂f_o/∂z_i of a layer, by rates of the outputs along the biases of its units: float[N·q, n]."""
    z = activations(network, x)[layer] @ network.weights[layer].T / np.sqrt(network.weights[layer].shape[1])
    outputs, width = network.widths[-1], z.shape[1]
    rate = np.broadcast_to(np.eye(width), (len(z), width, width))
    for weight in network.weights[layer + 1 :]:
        rate = (rate * network.activation.derivative(z)[:, None]) @ weight.T / np.sqrt(weight.shape[1])
        z = network.activation.function(z.copy()) @ weight.T / np.sqrt(weight.shape[1])
    return rate.transpose(0, 2, 1).reshape(len(x) * outputs, width)
