"""Irreducible fields of the plane: vectors that turn, and networks of them with norm non-linearities (Q12.3).

Features are [..., channels, 2].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_array, checked_bool, checked_integer
from sparse_limits.numerics.equivariance.groups import MOST_POINTS
from sparse_limits.numerics.equivariance.layers import EquivariantLayer, checked_reals, doubles
from sparse_limits.theory.equivariance.fields import hulls, similarity

Floats = NDArray[np.float64]
MOST_TURNS = 2**62  # of an element that acts, either way


@dataclass(frozen=True)
class Field:
    """Vectors of the plane that C_n, or D_n with reflections, turns by `frequency` times its own angle (Q12.3).

    InputError unless there are at least three turns, the frequency is above 0 and below half of their number, and
    `reflections` is True or False.
    """

    turns: int
    frequency: int = 1
    reflections: bool = False

    def __post_init__(self) -> None:
        turns = checked_integer("turns of a field", self.turns, 3, MOST_POINTS)
        checked_integer(f"frequency of a field of {turns} turns", self.frequency, 1, (turns - 1) // 2)
        checked_bool("reflections", self.reflections)

    @property
    def _kind(self) -> str:
        return "turns and reflections" if self.reflections else "turns"

    @property
    def basis(self) -> NDArray[np.int64]:
        """The equivariant maps: I and the quarter turn, with reflections I alone. int[b, 2, 2]"""
        letters = sorted(similarity.free_symbols, key=str)[: 1 if self.reflections else 2]
        return np.array([[[int(sp.diff(x, letter)) for x in row] for row in similarity.tolist()] for letter in letters])

    @property
    def hull(self) -> sp.Expr:
        """The largest norm of a combination of the basis elements with coefficients up to 1."""
        return hulls[self._kind]

    def act(self, turns: int, x: ArrayLike, reflected: bool = False) -> Floats:
        """The vectors [..., 2], first reflected in the first axis where asked, then turned so many times.

        InputError for another last axis, what is no finite real number, turns that are not whole, and for a reflection of
        a field that has none.
        """
        vectors = checked_reals("vectors", x)
        count = checked_integer("turns", turns, -MOST_TURNS, MOST_TURNS)
        checked_bool("reflected", reflected)
        if vectors.ndim == 0 or vectors.shape[-1] != 2:
            raise InputError(f"vectors {list(vectors.shape)}: expected a last axis of 2")
        if reflected and not self.reflections:
            raise InputError(f"a field of {self.turns} turns without reflections: expected no reflection")
        angle = 2 * np.pi * (int(self.frequency) * count % int(self.turns)) / self.turns
        matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        if reflected:
            matrix = matrix @ np.diag([1.0, -1.0])
        moved: Floats = vectors @ matrix.T
        return moved


def irreducible_fields(turns: int, frequency: int = 1, reflections: bool = False) -> Field:
    """Fields of C_n or D_n in the plane, such as those of C₈ and D₈, which keep no grid of the plane (Q12.1).

    Pointwise ReLU is excluded on them (Q6); networks of them have norm non-linearities: `FieldNetwork`.

    Examples:
        >>> irreducible_fields(8, 3).basis.tolist()
        [[[1, 0], [0, 1]], [[0, -1], [1, 0]]]
    """
    return Field(turns, frequency, reflections)


def shrink(x: ArrayLike, thresholds: ArrayLike) -> Floats:
    """The norm non-linearity: each vector shortened by the threshold of its channel, 0 where it is not longer (Q12.3).

    x: [..., channels, coordinates]; thresholds: float[channels], none below 0. InputError for other shapes, and for what
    is no finite real number.
    """
    vectors, least = checked_reals("vectors", x), checked_reals("thresholds", thresholds)
    if vectors.ndim < 2 or least.shape != vectors.shape[-2:-1] or not (least >= 0).all():
        raise InputError(
            f"thresholds {list(least.shape)} of vectors {list(vectors.shape)}: expected one for each channel, none below 0"
        )
    _, powers = np.frexp(np.abs(vectors).max(axis=-1, keepdims=True, initial=0))
    with np.errstate(over="ignore"):  # a threshold that is infinitely longer is longer
        lengths, least = (
            np.linalg.norm(np.ldexp(vectors, -powers), axis=-1, keepdims=True),
            np.ldexp(least[:, None], -powers),
        )
    beyond = lengths > least  # in units in which no square overflows
    return np.where(beyond, vectors * (1 - np.where(beyond, least, 0) / np.where(beyond, lengths, 1)), 0.0)


@dataclass(frozen=True, eq=False)
class FieldNetwork:
    """Equivariant layers of one field, each followed by a norm non-linearity.

    coeffs: for each layer [in, out, b], of the field's basis; thresholds: for each layer float[out], none below 0.

    Raises:
        InputError: for no layers, shapes that do not fit, what is no finite real number, and thresholds below 0.
    """

    field: Field
    coeffs: Sequence[ArrayLike]
    thresholds: Sequence[ArrayLike]

    def __post_init__(self) -> None:
        for name, given in (("coefficients", self.coeffs), ("thresholds", self.thresholds)):
            several = isinstance(given, Sequence) or (isinstance(given, np.ndarray) and given.ndim > 0)
            if isinstance(given, (str, bytes)) or not several:
                raise InputError(f"{name} {given!r:.60}: expected an array for each layer")
        if not len(self.coeffs) or len(self.coeffs) != len(self.thresholds):
            raise InputError(
                f"coefficients of {len(self.coeffs)} layers, thresholds of {len(self.thresholds)}: expected as many"
            )
        thresholds = tuple(checked_reals("thresholds", each) for each in self.thresholds)
        object.__setattr__(self, "thresholds", thresholds)
        channels = self.layers[0].coeffs.shape[0]
        for layer, least in zip(self.layers, thresholds, strict=True):
            before, after, _ = layer.coeffs.shape
            if before != channels or least.shape != (after,) or not (least >= 0).all():
                raise InputError(
                    f"coefficients {list(layer.coeffs.shape)} and thresholds {list(least.shape)} after {channels} "
                    "channels: expected [in, out, b] and [out], none below 0"
                )
            channels = after

    @cached_property
    def layers(self) -> tuple[EquivariantLayer, ...]:
        basis = self.field.basis
        arrays = [checked_array("coeffs", each) for each in self.coeffs]
        return tuple(
            EquivariantLayer(each, basis.astype(np.float64) if each.dtype.kind == "f" else basis) for each in arrays
        )

    def features(self, x: ArrayLike) -> list[Floats]:
        """The input and the features after each layer. InputError as for `EquivariantLayer.apply`."""
        found = [checked_reals("inputs", x)]
        for layer, least in zip(self.layers, self.thresholds, strict=True):
            found.append(shrink(layer.apply(found[-1]), least))
        return found

    def forward(self, x: ArrayLike) -> Floats:
        """The outputs [..., out, 2] for inputs [..., in, 2]. InputError as for `features`."""
        return self.features(x)[-1]

    @property
    def strengths(self) -> tuple[float, ...]:
        """For each layer the largest sum, over an output channel, of the norms of its maps, which stretch by them."""
        return tuple(
            float(np.abs(np.hypot.reduce(doubles("coeffs", layer.coeffs), axis=2)).sum(axis=0).max())
            for layer in self.layers
        )
