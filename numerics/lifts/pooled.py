"""Sparse convolutions and attention with their places averaged, and their copies of a filter or a head (L21)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from numerics.arguments import InputError
from numerics.lifts.arrays import ArrayLift
from numerics.lifts.contraction import Array
from numerics.lifts.functions import Attention, Pooled, Tanh
from numerics.lifts.sampling import random_sparse_lift, random_weights
from theory.lifts.attention import attention_block
from theory.lifts.bundle import Shape
from theory.lifts.convolution import cyclic_convolution
from theory.lifts.maps import identity
from theory.lifts.module import Edge, PerceptronModule

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

    channels: copies of its input, copies: of its terminal. InputError as for `random_sparse_lift`.
    """
    (edge,) = module.maps
    lift = random_sparse_lift(module, {edge[0]: channels, edge[1]: copies}, {edge: kept * channels}, rng)
    return lift, random_weights(lift, rng, fair_signs)


def lift_of(module: PerceptronModule, cells: ArrayLike) -> tuple[ArrayLift, dict[Edge, Array]]:
    """The lift of a module with one edge whose terminals have the weights `cells` [n, channels, *W], 0 where there is no edge."""
    (edge,) = module.maps
    given = np.asarray(cells, dtype=float)
    there = (given != 0).any(axis=tuple(range(2, given.ndim)))
    lift = ArrayLift(module, {edge[0]: given.shape[1], edge[1]: given.shape[0]}, {edge: there})
    return lift, {edge: given[lift.ends(edge)]}


def cells_of(lift: ArrayLift, weights: Mapping[Edge, Array]) -> Floats:
    """The weights into each terminal of a lift of a module with one edge: float[n, channels, *W], 0 where there is no edge."""
    (edge,) = lift.module.maps
    found = np.zeros((lift.copies[edge[1]], lift.copies[edge[0]], *lift.module.weights.shapes[edge]))
    found[lift.ends(edge)] = weights[edge]
    return found


def count_filters(cells: Floats, unit: ArrayLike) -> int:
    """How many filters float[n, channels, k] are a given one [channels, k] up to a sign, 0 where there is no edge."""
    wanted = _fitting(cells, unit, 2)
    return int(_up_to_sign(cells, wanted, (1, 2)).sum())


def count_heads(cells: Floats, unit: ArrayLike) -> int:
    """How many heads float[n, channels, 3, d] are a given one [channels, 3, d] up to signs, 0 where there is no edge.

    A sign may change a column of both Q and K, and another one a column of V.
    """
    wanted = _fitting(cells, unit, 3)
    scores = _up_to_sign(cells[:, :, :2], wanted[:, :2], (1, 2))
    values = _up_to_sign(cells[:, :, 2], wanted[:, 2], (1,))
    return int((scores & values).all(axis=-1).sum())


def _up_to_sign(cells: Floats, unit: Floats, axes: tuple[int, ...]) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = np.all(cells == unit, axis=axes) | np.all(cells == -unit, axis=axes)
    return same


def _fitting(cells: Floats, unit: ArrayLike, axes: int) -> Floats:
    wanted = np.asarray(unit, dtype=float)
    if cells.ndim != axes + 1 or wanted.shape != cells.shape[1:]:
        raise InputError(f"the unit has shape {wanted.shape}, expected that of cells {cells.shape} but the first axis")
    return wanted
