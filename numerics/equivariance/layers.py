"""Equivariant layers: coefficients times a basis. Masks act on coefficients, so that a pruned layer stays equivariant.

Features are [..., channels, coordinates]. Whole numbers and fractions are added and multiplied exactly, whatever their
size; as soon as anything is a float, all are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Rational
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import InputError, checked_array

LARGE = 2**22  # entries of a whole map, beyond which it is not made
FEW = 32  # an entry of a basis in so many, or fewer, is multiplied on its own


@dataclass(frozen=True, eq=False)
class Reader:
    """A basis that is applied to features of all its elements: few entries one by one, many as matrices.

    basis: float[b, out coordinates, in coordinates].
    """

    basis: NDArray[np.float64]

    def apply(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Σ_b basis[b]·x[..., b] in each channel: float[..., out coordinates, channels] of x: [..., in coordinates, channels, b]."""
        if self._entries is None:
            found = np.tensordot(x, self.basis, axes=((-3, -1), (2, 0)))
            return np.swapaxes(found, -1, -2)
        each = np.moveaxis(x.reshape(-1, *x.shape[-3:]), (1, 3), (0, 1))  # [in, b, samples, channels]
        rows = np.asarray(self._entries @ each.reshape(self._entries.shape[1], -1), dtype=np.float64)
        return np.moveaxis(rows.reshape(-1, *each.shape[2:]), 0, 1).reshape(*x.shape[:-3], -1, x.shape[-2])

    @cached_property
    def _entries(self) -> csr_array | None:
        """[out, (in, b)], where they are few."""
        if np.count_nonzero(self.basis) * FEW > self.basis.size:
            return None
        return csr_array(np.moveaxis(self.basis, 0, 2).reshape(self.basis.shape[1], -1))


@dataclass(frozen=True, eq=False)
class EquivariantLayer:
    """The linear map x → Σ_i Σ_b coeffs[i, o, b]·basis[b]·x_i in each output channel o.

    coeffs: [in, out, b]; basis: [b, out coordinates, in coordinates]; whole numbers, fractions or floats.

    Raises:
        InputError: for empty or ragged arrays, wrong shapes, and what is no finite real number.
    """

    coeffs: NDArray[Any]
    basis: NDArray[Any]

    def __post_init__(self) -> None:
        coeffs, basis = _numbers("coeffs", self.coeffs), _numbers("basis", self.basis)
        if coeffs.ndim != 3 or basis.ndim != 3 or coeffs.shape[2] != len(basis):
            raise InputError(
                f"coeffs {list(coeffs.shape)} and basis {list(basis.shape)}: expected [in, out, b] and [b, out, in]"
            )
        for name, array in (("coeffs", coeffs.copy()), ("basis", basis.copy())):
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def accepted(self, x: ArrayLike) -> NDArray[Any]:
        """The inputs [..., in, in coordinates], exact or float64. InputError for another shape or what is no finite real number."""
        given = _numbers("inputs", x)
        expected = len(self.coeffs), self.basis.shape[2]
        if given.ndim < 2 or given.shape[-2:] != expected:
            raise InputError(f"inputs {list(given.shape)}: expected [..., {expected[0]}, {expected[1]}]")
        return given

    def apply(self, x: ArrayLike) -> NDArray[Any]:
        """The outputs [..., out, out coordinates] for inputs [..., in, in coordinates].

        InputError as for `accepted`, and for exact numbers beyond the largest float that meet floats.
        """
        x = self.accepted(x)
        if x.dtype.kind == "f" and self._is_large:
            return self._mixed(x, doubles("coeffs", self.coeffs), self._reader)
        return np.tensordot(*_of_one_kind(x, self.weights), axes=2)

    def prune(self, mask: ArrayLike) -> EquivariantLayer:
        """The layer without the coefficients where the mask is 0. mask: bool[in, out, b].

        InputError for another shape or entries other than 0 and 1.
        """
        given = checked_array("mask", mask)
        if given.shape != self.coeffs.shape or given.dtype.kind not in "biu" or not np.isin(given, (0, 1)).all():
            raise InputError(f"mask {given.dtype}{list(given.shape)}: expected 0 and 1, {list(self.coeffs.shape)}")
        return replace(self, coeffs=np.where(given.astype(bool), self.coeffs, self.coeffs.dtype.type(0)))

    def apply_moduli(
        self, coeffs: NDArray[np.float64], x: NDArray[np.float64], least: float = 0.0
    ) -> NDArray[np.float64]:
        """The outputs with these coefficients, shaped as those of the layer, where they and the basis have their moduli.

        Infinite or nan where something overflowed.
        least: added to all that a large layer multiplies by entries of the basis, where sums over channels underflow.
        """
        if self._is_large:
            return self._mixed(x, np.abs(coeffs), self._reader_of_moduli, least)
        whole = EquivariantLayer(np.abs(coeffs), np.abs(self.basis)).weights
        return np.asarray(np.tensordot(x, whole, axes=2), dtype=np.float64)

    @staticmethod
    def _mixed(
        x: NDArray[np.float64], coeffs: NDArray[np.float64], reader: Reader, least: float = 0.0
    ) -> NDArray[np.float64]:
        """Channels first, then coordinates."""
        read = np.tensordot(x, coeffs, axes=((-2,), (0,)))
        read += least
        return np.swapaxes(reader.apply(read), -1, -2)

    @cached_property
    def _reader(self) -> Reader:
        return Reader(doubles("basis", self.basis))

    @cached_property
    def _reader_of_moduli(self) -> Reader:
        return Reader(np.abs(doubles("basis", self.basis)))

    @property
    def _is_large(self) -> bool:
        """Whether the whole map of doubles has more entries than are worth making."""
        before, after, _ = self.coeffs.shape
        both = self.coeffs.dtype.kind, self.basis.dtype.kind
        return "f" in both and before * after * self.basis[0].size > LARGE

    @cached_property
    def weights(self) -> NDArray[Any]:
        """The whole linear map. [in, in coordinates, out, out coordinates]"""
        product = np.tensordot(*_of_one_kind(self.coeffs, self.basis), axes=1)
        return product.transpose(0, 3, 1, 2)


def forward(layers: Sequence[EquivariantLayer], x: ArrayLike) -> NDArray[Any]:
    """The network: layer after layer with ReLU between them, none after the last.

    InputError as for `apply`, and where hidden values overflow.
    """
    if not layers:
        raise InputError("no layers: expected at least one")
    *hidden, last = layers
    for k, layer in enumerate(hidden):
        x = rectified(layer.apply(x), k)
    return last.apply(x)


def rectified(outputs: NDArray[Any], layer: int) -> NDArray[Any]:
    """ReLU of what a layer of this number puts out. InputError for an overflow, whose sign and size are unknown."""
    if outputs.dtype.kind == "f" and not np.isfinite(outputs).all():
        raise InputError(f"layer {layer}: its outputs overflow, expected smaller inputs, or smaller weights")
    positive: NDArray[Any] = np.maximum(outputs, 0)
    return positive


def checked_reals(name: str, values: Any) -> NDArray[np.float64]:
    """The values as float64. InputError for ragged lists, and for what is no finite real number."""
    array = checked_array(name, values)
    exact = array.dtype.kind == "O" and all(isinstance(each, Rational) for each in array.flat)
    if not exact and array.dtype.kind not in "biuf":
        raise InputError(f"{name} of type {array.dtype}: expected whole numbers, fractions or floats")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise InputError(f"{name}: holds nan or infinite numbers")
    return doubles(name, array)


def doubles(name: str, values: NDArray[Any]) -> NDArray[np.float64]:
    """Finite numbers, exact ones or floats of any kind, as float64. InputError for what is beyond the largest one."""
    try:
        with np.errstate(over="ignore"):
            found = values.astype(np.float64)
    except OverflowError:  # of a whole number or a fraction
        found = np.full(1, np.inf)
    if not np.isfinite(found).all():
        raise InputError(f"{name}: holds numbers beyond the largest float, expected smaller ones")
    return found


def _numbers(what: str, values: ArrayLike) -> NDArray[Any]:
    """Exact numbers as Python integers and fractions, others as float64; InputError for what is no finite real number."""
    array = checked_array(what, values)
    if not array.size:
        raise InputError(f"{what} {list(array.shape)}: expected numbers, got none")
    kinds: set[type] = set(map(type, array.flat)) if array.dtype.kind == "O" else set()
    if kinds and all(issubclass(kind, Rational) for kind in kinds):
        if not any(issubclass(kind, np.integer) for kind in kinds):
            return array
        plain = [int(x) if isinstance(x, np.integer) else x for x in array.flat]  # words would overflow
        return np.array([*plain, None], dtype=object)[:-1].reshape(array.shape)
    if array.dtype.kind in "biu":
        return array.astype(np.int64).astype(object) if array.dtype.kind == "b" else array.astype(object)
    return checked_reals(what, array)


def _of_one_kind(a: NDArray[Any], b: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both exact, or both floats."""
    if a.dtype == b.dtype:
        return a, b
    left, right = (x if x.dtype.kind == "f" else doubles("exact numbers beside floats", x) for x in (a, b))
    return left, right
