"""Kernels of infinitely wide networks pruned along graphons, with masks that may depend on the weights (K2, K4)."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_integer
from sparse_limits.numerics.door import door
from sparse_limits.numerics.kernels.activations import RELU, Activation, Function
from sparse_limits.numerics.kernels.analytic import inputs
from sparse_limits.numerics.kernels.blocks import kernels
from sparse_limits.numerics.kernels.layers import Kernels, Layer
from sparse_limits.numerics.kernels.quadrature import activation as as_activation
from sparse_limits.numerics.masks.composition import GridGraphon, Latent

Floats = NDArray[np.float64]


class LayerGraphons(NamedTuple):
    """trained: W(u, v), the share of edges kept, which alone carry a gradient.

    second_moment: Q(u, v) = E[M w² | u, v], the variance that reaches u through the kept edges; W itself if the mask
    is independent of the weights. Both on the same two latents.
    """

    trained: GridGraphon
    second_moment: GridGraphon


def input_latent(d: int) -> Latent:
    """The d inputs of a network, of equal weight."""
    d = checked_integer("d", d, 1, 2**31)
    return Latent((np.arange(d) + 0.5) / d, np.full(d, 1 / d))


@door
def graphon_kernel(
    x: ArrayLike,
    layers: Sequence[LayerGraphons],
    x2: ArrayLike | None = None,
    *,
    activation: Activation | str | Function = RELU,
    folder: str | PathLike[str] | None = None,
    dtype: Literal["float64", "float32"] = "float64",
) -> Kernels:
    """Compute the NNGP kernel and the neural tangent kernel of pruned networks with infinitely wide hidden layers.

    The number d of inputs stays finite, and the masks may depend on the weights. Each `LayerGraphons` holds two
    graphons on the same latents: `trained` is W, the share of edges kept, and `second_moment` is Q = E[M w²]. If pruned
    weights are trained too, W is 1. Neighbouring layers share one latent object. Nodes of a latent with equal rows are
    merged first: a constant graphon costs one node, and a step graphon costs as many nodes as it has blocks.

    With `folder`, the kernels may be larger than memory, as for `dense_kernel`.

    Parameters
    ----------
    x : inputs, float[N, d], one per row
    layers : `LayerGraphons`; columns of the first are the d inputs (`input_latent`), the row of the last is the output (`point_latent`)
    x2 : second inputs, float[N′, d]; None means x itself, and the kernels are then exactly symmetric
    activation : relu, linear, erf, abs, tanh, sigmoid, softplus, silu, gelu, elu, sin, cos, a SymPy expression, a function or an `Activation`
    folder : existing folder that receives nngp.npy and ntk.npy, with room for both; None keeps both kernels in memory
    dtype : "float64" or "float32", of the kernels

    Returns
    -------
    Kernels, with `nngp` and `ntk`, float[N, N′] each; with `folder`, read-only memory maps of the two files.

    Raises
    ------
    InputError : for inputs or latents that do not fit, numbers that are not finite, a graphon with negative values,
        kernels that overflow, or an activation that is unknown or not integrated accurately; for `folder`, `dtype`
        and more memory or time than `limit` allows, as `dense_kernel`.

    References
    ----------
    Claims K2, K4.

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits.numerics.kernels import method_layers
    >>> layers = method_layers("random", 0.5, np.ones(2))  # a first layer of density 1/2, a dense readout
    >>> graphon_kernel(np.eye(2), layers).ntk.diagonal()
    array([0.5, 0.5])
    """
    x, x2 = inputs(x, x2)
    _check(layers, x.shape[1])
    return kernels(_merged(layers), x, x2, as_activation(activation), folder, dtype)


def _merged(layers: Sequence[LayerGraphons]) -> list[Layer]:
    """The layers with measures folded in, one node for all nodes of a latent that receive the same from below."""
    found = []
    weights = layers[0].trained.columns.weights
    member = np.arange(weights.size)
    for trained, second_moment in layers:
        both = [_folded(graphon.values, weights, member) for graphon in (second_moment, trained)]
        stacked = np.concatenate(both, axis=1)
        _, first, member = np.unique(_sortable(stacked), return_index=True, return_inverse=True)
        member, weights = member.ravel(), trained.rows.weights
        forward, own = (part.copy() for part in np.split(stacked[first], 2, axis=1))
        found.append(Layer(forward, None if np.array_equal(forward, own) else own))
    return found


def _folded(values: Floats, weights: Floats, member: NDArray[np.int64]) -> Floats:
    """Values [r, n] times the weights of their columns, summed over the columns that are one node."""
    weighted: Floats = values * weights
    if member.max() == member.size - 1:
        return weighted[:, np.argsort(member)]
    order = np.argsort(member, kind="stable")
    starts = np.searchsorted(member[order], np.arange(member.max() + 1))
    return np.add.reduceat(weighted[:, order], starts, axis=1)


def _sortable(rows: Floats) -> NDArray[np.void]:
    """Rows of numbers ≥ 0 as strings of bytes of the same order: NumPy compares these at once, and rows field by field."""
    most_significant_first = np.ascontiguousarray(rows + 0.0, ">f8")  # and 0 for −0
    return most_significant_first.view(f"V{8 * rows.shape[1]}")[:, 0]


def _check(layers: Sequence[LayerGraphons], d: int) -> None:
    if isinstance(layers, LayerGraphons) or not len(layers):
        raise InputError("layers is empty or a single layer, expected a sequence of LayerGraphons")
    below = None
    for place, pair in enumerate(layers):
        if not isinstance(pair, LayerGraphons):
            raise InputError(f"layer {place} is a {type(pair).__name__}, expected LayerGraphons")
        trained, second_moment = pair
        if trained.rows is not second_moment.rows or trained.columns is not second_moment.columns:
            raise InputError(f"layer {place} has two graphons on different latents, expected one pair of latents")
        if below is None and trained.columns.weights.size != d:
            raise InputError(f"layer 0 has {trained.columns.weights.size} columns, expected the {d} inputs of x")
        if below is not None and trained.columns is not below:
            raise InputError(f"layers {place - 1} and {place} have different hidden latents, expected one they share")
        if min(trained.values.min(), second_moment.values.min()) < 0:
            raise InputError(f"layer {place} has negative values, expected shares and second moments")
        below = trained.rows
    if below is not None and below.weights.size != 1:
        raise InputError(f"the last layer has {below.weights.size} rows, expected the one output of point_latent()")
