"""The exact Jacobian of a network in its weights, and its empirical neural tangent kernel Θ̂(x, x') = J(x) J(x')ᵀ.

∂f_o(x)/∂W_ij = δ_i(x) h_j(x) / √in, where h enters the layer and δ = ∂f_o/∂z leaves it. All weights of a layer
together give (Σ_i δ_i δ'_i)(Σ_j h_j h'_j)/in, which needs no Jacobian. Where a mask keeps some, the sum runs over
columns of the Jacobian, or over units, each with the samples at which it is alive: half of them after a ReLU, so a quarter of all products
is left. All in double precision.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg.blas import dgemm, dsyrk

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.door import door
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.machine_code import compiled
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.networks.derivatives import backward
from sparse_limits.numerics.networks.network import Array, Network, activations_and_slopes, inputs, pruned

CHUNK = 2**17  # entries of the Jacobian held at once: 1 MB stays in cache
BYTES_OF_ENTRY = 24  # of the kernel: a double, and two more while layers are added and triangles joined
FEWEST_COLUMNS = 512  # of a chunk, whatever its size: fewer would not pay for a pass over the kernel
STRIP, LANES = 32, 8  # alive samples of a product, small enough for BLAS to be fastest; doubles of a vector
UNIT_COST, ENTRY_COST = 250_000, 30  # of one unit, and of adding up one entry of its products, in multiplications


class Side(NamedTuple):
    """One argument of a layer's kernel at N samples: what enters, h [N, in], and δ [N·q, out], outputs innermost."""

    entering: Array
    leaving: Array


def jacobian(network: Network, x: ArrayLike, masks: Sequence[Any] | None = None) -> Array:
    """∂f/∂W at each sample, exact off kinks: [N, q, P], or [N, P] if there is one output.

    Parameters run through the layers first to last, each row by row. With `masks` for the first layers (0 or 1,
    dense or sparse) the network is pruned by them, and only kept weights have a column. InputError if x or the
    masks do not fit.
    """
    network, kept = pruned(network, masks)
    sides = _sides(network, inputs(network, x))
    outputs = network.widths[-1]
    counts = [w.size if mask is None else mask.sum() for w, mask in zip(network.weights, kept, strict=True)]
    found = np.empty((len(sides[0].leaving), sum(counts)))
    blocks = np.split(found, np.cumsum(counts)[:-1], axis=1)
    for block, mask, weight, side in zip(blocks, kept, network.weights, sides, strict=True):
        rows, columns = np.nonzero(np.ones(weight.shape, bool) if mask is None else mask)
        np.multiply(side.leaving[:, rows], side.entering.repeat(outputs, axis=0)[:, columns], out=block)
        block /= math.sqrt(weight.shape[1])
    return found if outputs == 1 else found.reshape(len(found) // outputs, outputs, found.shape[1])


@door
def tangent_kernel(
    network: Network,
    x: ArrayLike,
    x2: ArrayLike | None = None,
    *,
    masks: Sequence[Any] | None = None,
    layers: Sequence[int] | None = None,
) -> Array:
    """Compute the empirical neural tangent kernel Θ̂(x, x2) = J(x) J(x2)ᵀ, where J is the Jacobian in the weights.

    Every weight that is not pruned counts, also a weight of 0. The kernel is exact, except at kinks of the activation.
    The time grows with N·N′ and with the number of kept weights, or of pruned weights if these are fewer. The memory
    grows with N·N′ and with the number of activations.

    Parameters
    ----------
    network : `Network`, such as `random_network` returns
    x : inputs, float[N, d]
    x2 : second inputs, float[N′, d]; None means x itself, and the kernel is then exactly symmetric
    masks : 0/1 masks [out, in] of the first layers, dense or sparse; pruned weights are 0 and do not count. None: all weights count
    layers : numbers of the layers whose weights count, from 0 on, each once; None means all layers

    Returns
    -------
    Kernel, float[N, N′], or float[N, q, N′, q] if there are q > 1 outputs.

    Raises
    ------
    InputError : if the inputs, masks or layers do not fit, or the kernel would take more memory than is allowed (`limit`).

    References
    ----------
    Jacot, Gabriel and Hongler, arXiv 1806.07572; Claims K1, K4 (the limits of wide layers).

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import random_network
    >>> network = random_network((3, 2000, 1), np.random.default_rng(0))
    >>> kernel = tangent_kernel(network, np.eye(3))
    >>> kernel.shape, bool(abs(kernel[0, 0] - 1 / 3) < 0.05)  # limit (|x|²/d)(L + 1)/2^L, here L = 1 hidden layer
    ((3, 3), True)
    """
    network, kept = pruned(network, masks)
    chosen = range(len(kept)) if layers is None else _chosen(layers, len(kept))
    first, second = inputs(network, x), None if x2 is None else inputs(network, x2, "x2")
    shape = [len(each) * network.widths[-1] for each in (first, first if second is None else second)]
    check_work(
        f"a kernel of {shape[0]} × {shape[1]} entries", BYTES_OF_ENTRY * shape[0] * shape[1], instead="fewer samples"
    )
    left = _sides(network, first)
    right = left if second is None else _sides(network, second)
    kernel: Array = np.zeros((len(left[0].leaving), len(right[0].leaving)), order="F")
    for layer in chosen:
        kernel = _add_layer(kernel, kept[layer], left[layer], right[layer])
    if right is left:
        kernel = np.tril(kernel) + np.tril(kernel, -1).T
    outputs = network.widths[-1]
    return kernel if outputs == 1 else kernel.reshape(len(kernel) // outputs, outputs, -1, outputs)


def _chosen(layers: Sequence[int], count: int) -> list[int]:
    chosen = [checked_integer("layers", layer, 0, count - 1) for layer in layers]
    if len(set(chosen)) != len(chosen):
        raise InputError(f"layers is {layers!r}, expected each layer once")
    return chosen


def _sides(network: Network, x: Array) -> list[Side]:
    """Both halves of every row of the Jacobian, layer by layer."""
    entering, slopes = activations_and_slopes(network, x.astype(float, copy=False))
    outputs = network.widths[-1]
    repeated = tuple(slope.repeat(outputs, axis=0) for slope in slopes) if outputs > 1 else slopes
    units = np.tile(np.eye(outputs), (len(x), 1))
    return list(map(Side, entering, backward(network, repeated, units)))


def _add_layer(kernel: Array, mask: Mask | None, left: Side, right: Side) -> Array:
    """kernel += the part of one layer's weights; if both sides are one, only the lower triangle need be right."""
    scale = 1 / left.entering.shape[1]
    if mask is None:
        return _add_all(kernel, scale, left, right)
    if 2 * np.count_nonzero(mask) > mask.size and _keeps_scale(mask, left) and _keeps_scale(mask, right):
        return _add_kept(_add_all(kernel, scale, left, right), ~mask, -scale, left, right)
    return _add_kept(kernel, mask, scale, left, right)


def _keeps_scale(mask: Mask, side: Side) -> bool:
    """Whether kept weights have a tenth of Θ̂(x, x) over all, so that all less pruned loses one digit at most."""
    squares = (side.entering**2).repeat(len(side.leaving) // len(side.entering), axis=0)
    kept = np.sum((side.leaving**2 @ mask.astype(float)) * squares, axis=1)
    return bool(np.all(10 * kept >= np.sum(side.leaving**2, axis=1) * np.sum(squares, axis=1)))


def _add_all(kernel: Array, scale: float, left: Side, right: Side) -> Array:
    """kernel += scale (Σ_i δ_i δ'_i)(Σ_j h_j h'_j)."""
    product = left.leaving @ right.leaving.T
    inner = left.entering @ right.entering.T
    inner *= scale
    samples, samples2 = inner.shape
    by_sample = product.reshape(samples, len(product) // samples, samples2, -1)
    by_sample *= inner[:, None, :, None]
    kernel += product
    return kernel


def _add_kept(kernel: Array, mask: Mask, scale: float, left: Side, right: Side) -> Array:
    """kernel += scale Σ_{ij kept} δ_i δ'_i h_j h'_j, in the way that takes less time."""
    alive = np.count_nonzero(left.leaving, axis=0) * np.count_nonzero(right.leaving, axis=0)  # pairs, by unit
    kept = np.count_nonzero(mask, axis=1)
    by_unit = UNIT_COST * len(mask) + alive @ (kept + ENTRY_COST)
    add = _add_units if by_unit < kernel.size * kept.sum() else _add_columns
    return add(kernel, mask, scale, left, right)


def _add_columns(kernel: Array, mask: Mask, scale: float, left: Side, right: Side) -> Array:
    """By columns of the Jacobians, some at a time."""
    rows, columns = np.nonzero(mask)
    step = max(FEWEST_COLUMNS, CHUNK // max(kernel.shape))
    deltas = [np.ascontiguousarray(side.leaving.T) for side in _distinct(left, right)]
    entering = [
        np.repeat(side.entering.T, len(side.leaving) // len(side.entering), axis=1) for side in _distinct(left, right)
    ]
    for at in range(0, len(rows), step):
        parts = [delta[rows[at : at + step]] for delta in deltas]
        for part, h in zip(parts, entering, strict=True):
            part *= h[columns[at : at + step]]
        kernel = _add_product(kernel, scale, parts)
    return kernel


def _add_units(kernel: Array, mask: Mask, scale: float, left: Side, right: Side) -> Array:
    """By units, each with the products of its alive rows of the Jacobians, scattered into the kernel."""
    sides = _distinct(left, right)
    deltas = [np.ascontiguousarray(side.leaving.T) for side in sides]
    entering = [np.ascontiguousarray(side.entering.T) for side in sides]
    outputs = len(left.leaving) // len(left.entering)
    add = compiled(_sum_units, calls=(_strips, _scatter))
    add(kernel, mask, scale, outputs, right is left, entering[0], deltas[0], entering[-1], deltas[-1])
    return kernel


def _distinct(left: Side, right: Side) -> list[Side]:
    return [left] if right is left else [left, right]


def _add_product(kernel: Array, scale: float, parts: Sequence[Array]) -> Array:
    """kernel += scale parts[0]ᵀ parts[1], in place; of one part with itself only the lower triangle."""
    if len(parts) == 1:
        return dsyrk(scale, parts[0].T, 1.0, kernel, lower=1, overwrite_c=1)
    return dgemm(scale, parts[0].T, parts[1].T, 1.0, kernel, trans_b=1, overwrite_c=1)


def _sum_units(
    kernel: Array,
    mask: Mask,
    scale: float,
    outputs: int,
    lower: bool,
    h: Array,
    delta: Array,
    h2: Array,
    delta2: Array,
) -> None:
    """`_add_units` of h [in, N], delta [out, N·q], h2, delta2; or the lower triangle alone, where both sides are one."""
    for unit in range(len(mask)):
        columns, rows, rows2 = np.flatnonzero(mask[unit]), np.flatnonzero(delta[unit]), np.flatnonzero(delta2[unit])
        if not columns.size:
            continue
        parts = _strips(h, columns, rows // outputs)
        parts2 = parts if lower else _strips(h2, columns, rows2 // outputs)
        for b in range(len(parts2)):
            for a in range(b if lower else 0, len(parts)):
                at, at2 = rows[a * STRIP : (a + 1) * STRIP], rows2[b * STRIP : (b + 1) * STRIP]
                product = np.dot(parts2[b].T, parts[a])
                _scatter(kernel, product, at, at2, scale * delta[unit], delta2[unit], lower and a == b)


def _strips(h: Array, columns: NDArray[np.intp], samples: NDArray[np.intp]) -> list[Array]:
    """h[columns, samples], `STRIP` samples at a time and made up to whole vectors by sample 0: [columns, samples] each."""
    strips: list[Array] = []
    for start in range(0, samples.size, STRIP):
        chosen = samples[start : start + STRIP]
        places = np.zeros(-(-chosen.size // LANES) * LANES, np.uint32)
        places[: chosen.size] = chosen
        found = np.empty((columns.size, places.size))
        for c in range(columns.size):
            row = h[columns[c]]
            for s in range(places.size):
                found[c, s] = row[places[s]]
        strips.append(found)
    return strips


def _scatter(
    kernel: Array,
    product: Array,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    factors: Array,
    factors2: Array,
    lower: bool,
) -> None:
    """kernel[rows, columns] += the product's transpose, each entry times both its factors; or the lower triangle alone."""
    for b in range(columns.size):
        target, source, factor = kernel[:, columns[b]], product[b], factors2[columns[b]]
        for a in range(b if lower else 0, rows.size):
            target[rows[a]] += source[a] * (factors[rows[a]] * factor)
