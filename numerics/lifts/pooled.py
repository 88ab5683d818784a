"""Sparse convolutions and attention with their places averaged, and their copies of a filter or a head (L21)."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import MOST_COUNT, InputError, checked_integer
from sparse_limits.numerics.lifts.arrays import ArrayLift, real_array
from sparse_limits.numerics.lifts.contraction import Array
from sparse_limits.numerics.lifts.functions import Attention, Pooled, Tanh
from sparse_limits.numerics.lifts.sampling import random_sparse_lift, random_weights
from sparse_limits.theory.lifts.attention import attention_block
from sparse_limits.theory.lifts.bundle import Shape
from sparse_limits.theory.lifts.convolution import cyclic_convolution
from sparse_limits.theory.lifts.maps import identity
from sparse_limits.theory.lifts.module import Edge, PerceptronModule

Floats = NDArray[np.float64]


def pooled_convolution(H: int, k: int) -> PerceptronModule:
    """x → y: a cyclic convolution (L6) of H pixels and k weights, the mean over pixels of its hyperbolic tangent.

    Y_x = R^H and Y_y = R. InputError unless 1 ≤ k ≤ H.
    """
    base = cyclic_convolution(H, k, identity)
    return PerceptronModule(
        ("x",),
        ("y",),
        base.maps,
        {"y": Pooled(Tanh(), -1)},
        activations={"x": (H,), "y": ()},
        preactivations={("x", "y"): (H,)},
        weights={("x", "y"): (k,)},
    )


def pooled_attention(tokens: int, d: int) -> PerceptronModule:
    """x → a: attention of width d (L7) without its output matrix, the mean over tokens. Y_x = R^tokens and Y_a = R^d.

    A weight has shape (3, d): rows of Q, K and V. InputError unless both are whole numbers ≥ 1.
    """
    edge = ("x", "a")
    base = attention_block(tokens, d)
    return PerceptronModule(
        ("x",),
        ("a",),
        {edge: base.maps[edge]},
        {"a": Pooled(Attention(), -2)},
        activations={"x": (tokens,), "a": (d,)},
        weights={edge: (3, d)},
    )


def fair_signs(rng: np.random.Generator, shape: Shape) -> Array:
    """−1 and 1 with equal probability."""
    signs: Array = np.where(rng.random(shape) < 0.5, 1.0, -1.0)
    return signs


def sparse_signs(
    module: PerceptronModule, channels: int, copies: int, kept: float, rng: np.random.Generator
) -> tuple[ArrayLift, dict[Edge, Array]]:
    """A random sparse lift (L20) of a module with one edge, each edge there with probability `kept`, weights fair signs.

    channels: copies of its input, copies: of its terminal. InputError for a module with several edges, for `kept` outside
    [0, 1], and as for `random_sparse_lift`.
    """
    edge = _only_edge(module)
    if isinstance(kept, bool) or not isinstance(kept, Real) or not 0 <= float(kept) <= 1:
        raise InputError(f"kept is {kept!r}, expected a probability from 0 to 1")
    channels = checked_integer("channels", channels, 1, MOST_COUNT)
    lift = random_sparse_lift(module, {edge[0]: channels, edge[1]: copies}, {edge: kept * channels}, rng)
    return lift, random_weights(lift, rng, fair_signs)


def lift_of(module: PerceptronModule, cells: ArrayLike) -> tuple[ArrayLift, dict[Edge, Array]]:
    """The lift of a module with one edge whose terminals have the weights `cells` [n, channels, *W], 0 where there is no edge.

    InputError for a module with several edges, and for cells of another shape, without terminals or channels, or not finite.
    """
    edge = _only_edge(module)
    given = real_array("cells", cells, (None, None, *module.weights.shapes[edge]))
    if not given.size:
        raise InputError(f"cells have shape {list(given.shape)}, expected at least one terminal and one channel")
    there = (given != 0).any(axis=tuple(range(2, given.ndim)))
    lift = ArrayLift(module, {edge[0]: given.shape[1], edge[1]: given.shape[0]}, {edge: there})
    return lift, {edge: given[lift.ends(edge)]}


def cells_of(lift: ArrayLift, weights: Mapping[Edge, Array]) -> Floats:
    """The weights into each terminal of a lift of a module with one edge: float[n, channels, *W], 0 where there is no edge.

    InputError for a module with several edges.
    """
    edge = _only_edge(lift.module)
    found = np.zeros((lift.copies[edge[1]], lift.copies[edge[0]], *lift.module.weights.shapes[edge]))
    found[lift.ends(edge)] = weights[edge]
    return found


def count_filters(cells: ArrayLike, unit: ArrayLike) -> int:
    """How many filters float[n, channels, k] are a given one [channels, k] up to a sign, 0 where there is no edge.

    Others may compute the same and are not counted: pooled filters as long as the signal, shifted. InputError for arrays
    that do not fit or are not finite.
    """
    cells, wanted = _fitting(cells, unit, (None, None, None))
    return int(_up_to_sign(cells, wanted, (1, 2)).sum())


def count_heads(cells: ArrayLike, unit: ArrayLike) -> int:
    """How many heads float[n, channels, 3, d] are a given one [channels, 3, d] up to signs, 0 where there is no edge.

    A sign may change a column of both Q and K, and another one a column of V. Other orders of the columns may be copies
    too and are not counted. InputError for arrays that do not fit or are not finite.
    """
    cells, wanted = _fitting(cells, unit, (None, None, 3, None))
    scores = _up_to_sign(cells[:, :, :2], wanted[:, :2], (1, 2))
    values = _up_to_sign(cells[:, :, 2], wanted[:, 2], (1,))
    return int((scores & values).all(axis=-1).sum())


def _up_to_sign(cells: Floats, unit: Floats, axes: tuple[int, ...]) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = np.all(cells == unit, axis=axes) | np.all(cells == -unit, axis=axes)
    return same


def _fitting(cells: ArrayLike, unit: ArrayLike, shape: tuple[int | None, ...]) -> tuple[Floats, Floats]:
    given = real_array("cells", cells, shape)
    wanted = real_array("entries of the unit", unit, shape[1:])
    if wanted.shape != given.shape[1:]:
        raise InputError(f"the unit has shape {wanted.shape}, expected that of cells {given.shape} but the first axis")
    return given, wanted


def _only_edge(module: PerceptronModule) -> Edge:
    if len(module.maps) != 1:
        raise InputError(f"the module has {len(module.maps)} edges, expected one")
    return next(iter(module.maps))
