"""Networks of the limit: units with the latents that D2 gives them, on the data, and what meets in a score.

A unit i of layer l has a preactivation z_i and a signal c_i along the data, z_i ~ N(0, Σ^l) and c_i ~ N(0, Π^l ∘ rrᵀ)
(layer 1: z_i = w_i·x/√d; layer L: c_i = a_i·r). The same z_i is what layer l + 1 reads, h_i = φ(z_i), so that layers
share their units as those of a network do. A weight w from unit j to unit i has the slope E_D[h_j φ′(z_i) c_i].

With batch normalisation z̃ = (z − mean)/s stands for z in φ and φ′, and what reaches z is P(φ′(z̃_i) c_i)/s_i with
P = I − 11ᵀ/N − z̃z̃ᵀ/N, which mixes the samples. As z̃ is not normal at finite N, Σ^{l+1} = v E φ(z̃)φ(z̃)ᵀ is the mean over the
drawn units of layer l, and the covariance of the signals c of layer l, v times that of what reaches z in layer l + 1, the mean
over the drawn units there. The errors of these means are not in those that the law gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.prediction.architecture import Architecture, normalise, through_norm, values
from sparse_limits.numerics.prediction.layers.covariances import (
    Floats,
    Latents,
    Root,
    advance,
    advance_first,
    drawn,
    first_covariance,
    first_units,
    root_of,
)
from sparse_limits.numerics.prediction.settings import MOST_UNITS
from sparse_limits.numerics.printing.plain_text import many

MEMORY = 0.65e9  # bytes that units are fitted to
FEWEST_NETWORKS, FEWEST_UNITS = 8, 2**8
NARROW_NETWORKS = 16  # where none is as wide as the network: as sure of shares as 8 of twice the width, as measured, from half as many pairs of units

WHOLE_NETWORKS = 8  # drawn one after another, where not so many fit at once
MOST_WHOLE = 2e11  # operations for all of them: some seconds of one core
DRAW = 100  # operations that take as long as a weight that is drawn and compared


class Sizes(NamedTuple):
    """Networks of the limit that are drawn: how many, and how many units each has in its hidden layers."""

    networks: int
    units: tuple[int, ...]


def sizes_of(network: Architecture, samples: int, units: int = MOST_UNITS) -> Sizes:
    """As many networks as `units` units of the widest layer give; where that is fewer than 8, 16 with narrower layers.

    Fewer units where `MEMORY` would not do. InputError if the fewest take more than is allowed (`check_work`).
    """
    fewest, widest = min(units, FEWEST_UNITS), max(network.widths)
    while True:
        networks = units // widest if units >= FEWEST_NETWORKS * widest else NARROW_NETWORKS
        most = max(1, units // networks)
        sizes = Sizes(networks, tuple(min(width, most) for width in network.widths))
        needed = memory(network, samples, sizes)
        if needed <= MEMORY:
            return sizes
        if units <= fewest:
            break
        units = max(fewest, units * 3 // 4)
    check_work(
        f"{many(network.depth, 'hidden layer')}, {many(network.inputs, 'input')} and {many(samples, 'sample')}",
        needed,
        instead="fewer samples or layers",
    )
    return sizes


def drawn_whole(network: Architecture, samples: int) -> bool:
    """Whether some whole networks can be drawn one after another, for where their last paths end: little work, and memory."""
    sizes, pairs = network.widths, sum(network.sizes)
    work = samples * (2 * sum(sizes) * samples + 2 * pairs) + DRAW * pairs
    weights = 12 * max(network.sizes)  # bytes: those of one layer are drawn in double precision, and made scores
    needed = memory(network, samples, Sizes(1, tuple(sizes))) + weights
    return WHOLE_NETWORKS * work <= MOST_WHOLE and needed <= MEMORY


def narrowed(network: Architecture, samples: int, units: int = MOST_UNITS) -> str:
    """Why no networks of the limit are drawn whole, neither at once nor one after another; "" if they are.

    Examples:
        >>> narrowed(Architecture(64, (1500, 1500), 1), 200)
        ''
        >>> narrowed(Architecture(64, (1500, 1500), 1), 1797)
        'the law draws networks with at most 512 units of a layer, where the network has 1500: --units 12000 gives them whole'
        >>> narrowed(Architecture(64, (1024,) * 4, 1), 4096).rpartition(": ")[2]
        'expected at most 2165 --samples, then whole at the same --units'
    """
    drawn_units = sizes_of(network, samples, units).units
    if drawn_units == tuple(network.widths) or drawn_whole(network, samples):
        return ""
    widest, enough = max(network.widths), FEWEST_NETWORKS * max(network.widths)
    said = f"the law draws networks with at most {max(drawn_units)} units of a layer, where the network has {widest}"
    whole = Sizes(FEWEST_NETWORKS, tuple(network.widths))
    if memory(network, samples, whole) <= MEMORY:
        return f"{said}: --units {enough} gives them whole"
    said += f" and {FEWEST_NETWORKS} of them whole would take {memory(network, samples, whole) / 1e9:.2g} GB, of {MEMORY / 1e9:.2g}"
    at_once = _most(lambda count: memory(network, count, whole) <= MEMORY, samples)
    in_turn = _most(lambda count: drawn_whole(network, count), samples)
    if not max(at_once, in_turn):
        return f"{said}: expected narrower layers"
    if in_turn >= at_once:
        return f"{said}: expected at most {in_turn} --samples, then whole one after another"
    then = f"--units {enough}" if enough > units else "the same --units"
    return f"{said}: expected at most {at_once} --samples, then whole at {then}"


def _most(holds: Callable[[int], bool], beyond: int) -> int:
    """The largest number at which it holds, 0 if there is none; it holds up to there, and not at `beyond`."""
    least, most = 0, beyond
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if holds(middle) else (least, middle)
    return least


def memory(network: Architecture, samples: int, sizes: Sizes) -> float:
    """Bytes: covariances, preactivations, slopes and what counts them, the first layer's weights and scores."""
    chain = (network.inputs, *sizes.units, network.outputs)
    slopes = sum(rows * columns for columns, rows in pairwise(chain))
    covariances = 8 * samples**2 * max(2, network.depth)
    return covariances + sizes.networks * (
        4 * samples * sum(sizes.units) + 8 * slopes + 20 * sizes.units[0] * network.inputs
    )


@dataclass(frozen=True, eq=False)
class Units:
    """The units of all networks of the limit, without a residual.

    x [N, d]; weights [M_1, d] of the first layer; preactivations: z of each hidden layer, [M_l, N], normalised where the
    network does that; signals: Π¹, …, Π^{L−1}, [N, N], none with batch normalisation, where they depend on the residual;
    output: covariance of f₀ [N, N], None unless asked for; jitter: the largest that was added; roots: what the units of each
    layer were divided by, [M_l], if they were.
    """

    network: Architecture
    sizes: Sizes
    x: Floats
    weights: Floats
    preactivations: tuple[Latents, ...]
    signals: list[Floats]
    output: Floats | None
    jitter: float
    roots: tuple[Latents, ...] = ()


def units_of(
    network: Architecture, x: Floats, sizes: Sizes, rng: np.random.Generator, *, output: bool = False
) -> Units:
    """Draw the units of `sizes.networks` networks on inputs x [N, d]; output: with the covariance of f₀.

    InputError where covariances are not finite, or an activation's duals are not known well enough.
    """
    if network.normalised:
        return _normalised_units(network, x, sizes, rng, output)
    counts = [sizes.networks * each for each in sizes.units]
    sigma = first_covariance(network, x)
    weights, z = first_units(network, x, counts[0], rng)
    found, signals, jitter = [z], [], 0.0
    for layer in range(2, network.depth + 1):
        if layer == 2:
            advance_first(network, x, sigma, rng)
        sigma *= network.initialisation.weight
        sigma += network.bias_variance(layer)
        root = root_of(sigma, keep=True)
        jitter = max(jitter, root.jitter)
        found.append(drawn(root, counts[layer - 1], rng))
        del root
        signals.append(advance(network.phi, sigma, last=layer == network.depth and not output))
        signals[-1] *= network.initialisation.weight
    if output and network.depth == 1:
        advance_first(network, x, sigma, rng)
    if output:
        sigma *= network.initialisation.weight
        sigma += network.initialisation.bias_variance(network.widths[-1]) if network.bias else 0.0
    for below, above in zip(reversed(signals[:-1]), reversed(signals[1:]), strict=True):
        below *= above
    for signal in signals:
        signal *= network.initialisation.weight
    return Units(network, sizes, x, weights, tuple(found), signals, sigma if output else None, jitter)


def _normalised_units(network: Architecture, x: Floats, sizes: Sizes, rng: np.random.Generator, output: bool) -> Units:
    """As `units_of` with batch normalisation; the biases of hidden layers cancel."""
    weights, z = first_units(network, x, sizes.networks * sizes.units[0], rng)
    found, roots, jitter = [z], [_normalise(z)], 0.0
    for size in sizes.units[1:]:
        root = root_of(_passed_on(network, found[-1]))
        jitter = max(jitter, root.jitter)
        found.append(drawn(root, sizes.networks * size, rng))
        roots.append(_normalise(found[-1]))
    outputs = None
    if output:
        outputs = _passed_on(network, found[-1])
        outputs += network.initialisation.bias_variance(network.widths[-1]) if network.bias else 0.0
    return Units(network, sizes, x, weights, tuple(found), [], outputs, jitter, tuple(roots))


def _normalise(z: Latents) -> Latents:
    """Normalise preactivations [units, N] in place, block by block; their roots."""
    step = max(1, 2**20 // z.shape[1])
    return np.concatenate([normalise(z[start : start + step]) for start in range(0, len(z), step)])


def _passed_on(network: Architecture, z: Latents) -> Floats:
    """v times the mean of φ(z)φ(z)ᵀ over units [units, N], in double precision: [N, N]."""
    total = np.zeros((z.shape[1],) * 2)
    step = max(1, 2**20 // z.shape[1])
    for start in range(0, len(z), step):
        image = values(network.phi.function, z[start : start + step]).astype(float)
        total += image.T @ image
    total *= network.initialisation.weight / len(z)
    return total


class Slopes(NamedTuple):
    """What the weights of one layer are multiplied by in their scores, float32[networks, rows, columns], on the scale of the limit.

    layer: from L + 1, the readout, down to 1. weights: those that slopes contain, of the same shape: the first layer's as they
    are, and the readout's over their deviation, which the slopes below contain; None between. jitter: of the signals' covariance.
    more: the scores of further units, [units, columns], where they need no layer below: of the first layer.
    """

    layer: int
    slopes: Latents
    weights: Latents | None
    jitter: float
    more: Callable[[int, np.random.Generator], Latents] | None = None


def slopes_of(units: Units, residual: Floats, rng: np.random.Generator, *, last: bool = True) -> Iterator[Slopes]:
    """The slopes of every layer for a residual [N, K], from the readout down; last: no other is to follow.

    The last residual takes the place of the signals' covariances, which need as much memory as anything here.
    """
    network, (networks, each) = units.network, units.sizes
    law = network.initialisation.law
    r = (residual / len(residual)).astype(np.float32)
    readout = law.draw(rng, (networks, r.shape[1], each[-1])).astype(np.float32)
    yield Slopes(network.depth + 1, np.stack([r.T @ image.T for image in _images(units, network.depth)]), readout, 0.0)
    sent = np.zeros((0, 0))  # with batch normalisation, the covariance of what a layer sends down
    for layer in range(network.depth, 0, -1):
        root = None
        if layer < network.depth and network.normalised:
            root = root_of(sent)
        elif layer < network.depth:
            root = root_of(_times(units.signals.pop() if last else units.signals[layer - 1].copy(), residual))
        signals = _Signals(network, root, r)
        below = each[layer - 2] if layer > 1 else network.inputs
        slopes = np.empty((networks, each[layer - 1], below), np.float32)
        if network.normalised and layer > 1:
            sent = np.zeros((len(residual),) * 2)
        for number, image in enumerate(_images(units, layer - 1)):
            c = signals.readout(readout[number].T) if root is None else signals.fresh(each[layer - 1], rng)
            c = signals.through(c, _part(units, layer, number), _roots(units, layer, number))
            if network.normalised and layer > 1:
                wide = c.astype(float)
                sent += wide.T @ wide * (network.initialisation.weight / len(units.roots[layer - 1]))
            np.matmul(c, image.T, out=slopes[number])
        weights = units.weights.reshape(slopes.shape).astype(np.float32) if layer == 1 else None
        more = partial(_further_units, units.x, signals) if layer == 1 else None
        yield Slopes(layer, slopes, weights, 0.0 if root is None else root.jitter, more)
        del signals, more  # with their root, which is as much memory as the next one


@dataclass(frozen=True, eq=False)
class _Signals:
    """The signals of units of one layer along the data: of a covariance with this root, or, in the last layer, of readout and residual.

    r: the residual over the number of samples, [N, K].
    """

    network: Architecture
    root: Root | None
    r: Latents

    def readout(self, weights: Latents) -> Latents:
        """The signals c [units, N] of the last layer under weights [units, K] over their deviation."""
        sent: Latents = weights @ self.r.T
        sent *= np.float32(self.network.weight_deviation())
        return sent

    def fresh(self, count: int, rng: np.random.Generator) -> Latents:
        """The signals c [count, N] of so many units."""
        if self.root is None:
            return self.readout(self.network.initialisation.law.draw(rng, (count, self.r.shape[1])).astype(np.float32))
        found = drawn(self.root, count, rng)
        found /= np.float32(1 if self.network.normalised else len(self.r))
        return found

    def through(self, c: Latents, z: Latents, roots: Latents | None) -> Latents:
        """What passes units of preactivations z [units, N], in the place of c; roots: what normalised units were divided by."""
        c *= values(self.network.phi.derivative, z)
        if roots is not None:
            through_norm(c, z, roots)
        return c


def _further_units(x: Floats, signals: _Signals, count: int, rng: np.random.Generator) -> Latents:
    """The scores of so many further units of the first layer on inputs x [N, d], float32[count, d], on the scale of the limit."""
    network, found = signals.network, np.empty((count, x.shape[1]), np.float32)
    step = max(1, 2**22 // len(x))
    for start in range(0, count, step):
        weights, z = first_units(network, x, min(step, count - start), rng)
        roots = normalise(z) if network.normalised else None
        c = signals.through(signals.fresh(len(z), rng), z, roots)
        found[start : start + step] = weights * (c @ x.astype(np.float32))
    return found


def _roots(units: Units, layer: int, number: int) -> Latents | None:
    """What the units of one network in a hidden layer were divided by, [units]; None without normalisation."""
    if not units.roots:
        return None
    roots: list[Latents] = np.split(units.roots[layer - 1], units.sizes.networks)
    return roots[number]


def _times(signal: Floats, residual: Floats) -> Floats:
    """A signal's covariance [N, N] times ⟨r, r′⟩, in its place."""
    step = max(1, 2**22 // len(signal))
    for start in range(0, len(signal), step):
        signal[start : start + step] *= residual[start : start + step] @ residual.T
    return signal


def _part(units: Units, layer: int, number: int) -> Latents:
    """The preactivations of one network in a hidden layer, [units, N]."""
    size = units.sizes.units[layer - 1]
    return units.preactivations[layer - 1][number * size : (number + 1) * size]


def _images(units: Units, layer: int) -> Iterator[Latents]:
    """What each network's layer passes on, [units, N]; layer 0: the inputs, transposed."""
    inputs = units.x.T.astype(np.float32)
    for number in range(units.sizes.networks):
        yield values(units.network.phi.function, _part(units, layer, number)) if layer else inputs
