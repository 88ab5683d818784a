"""Functions for modules of one's own that act on the last axis or entry by entry, on arrays of numpy and of torch."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from sparse_limits.numerics.arguments import InputError


def namespace(x: Any) -> Any:
    """The library an array comes from, numpy or torch: `namespace(x).tanh(x)`."""
    return sys.modules["torch"] if type(x).__module__.partition(".")[0] == "torch" else np


def tanh(x: Any) -> Any:
    return namespace(x).tanh(x)


def exp(x: Any) -> Any:
    return namespace(x).exp(x)


def relu(x: Any) -> Any:
    """max(x, 0)."""
    library = namespace(x)
    return np.maximum(x, 0) if library is np else library.relu(x)


def softmax(x: Any, axis: int = -1) -> Any:
    """exp(x) / Σ exp(x) along an axis, without overflow."""
    library = namespace(x)
    powers = library.exp(x - library.amax(x, axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


@dataclass(frozen=True)
class Attention:
    """σ(z) = softmax(q kᵀ/√d) v of z = (q, k, v), an array [..., 3, tokens, d], with its derivative (L7).

    InputError for an array of another shape.
    """

    def __call__(self, z: Any) -> Any:
        shares, _, _, v = self._parts(z)
        return shares @ v

    def vjp(self, cotangent: Any, z: Any) -> tuple[Any]:
        """The derivative in z of a number whose derivative in the value is `cotangent` [..., tokens, d]."""
        shares, q, k, v = self._parts(z)
        by_shares = cotangent @ v.mT
        by_scores = shares * (by_shares - (by_shares * shares).sum(axis=-1, keepdims=True)) / sqrt(z.shape[-1])
        return (namespace(z).stack([by_scores @ k, by_scores.mT @ q, shares.mT @ cotangent], axis=-3),)

    @staticmethod
    def _parts(z: Any) -> tuple[Any, Any, Any, Any]:
        if len(z.shape) < 3 or z.shape[-3] != 3:
            raise InputError(f"attention is given shape {list(z.shape)}, expected [..., 3, tokens, d]")
        q, k, v = (z[..., i, :, :] for i in range(3))
        return softmax(q @ k.mT / sqrt(z.shape[-1])), q, k, v


@dataclass(frozen=True)
class Tanh:
    """The hyperbolic tangent of each entry, with its derivative."""

    def __call__(self, z: Any) -> Any:
        return tanh(z)

    def vjp(self, cotangent: Any, z: Any) -> tuple[Any]:
        """The derivative in z of a number whose derivative in the value is `cotangent`."""
        return (cotangent * (1 - tanh(z) ** 2),)


@dataclass(frozen=True)
class Pooled:
    """The mean of the values of another σ over their places, with its derivative.

    inner: a function of arrays with a method `vjp`, such as `Tanh` or `Attention`. axis: that of the places, −1 for
    pixels [..., H] or −2 for tokens [..., tokens, d]. InputError for another axis.
    """

    inner: Any
    axis: int

    def __post_init__(self) -> None:
        if self.axis not in (-1, -2):
            raise InputError(f"axis is {self.axis!r}, expected -1 or -2")

    def __call__(self, z: Any) -> Any:
        return self.inner(z).mean(axis=self.axis)

    def vjp(self, cotangent: Any, z: Any) -> tuple[Any]:
        """The derivative with respect to z of a number whose derivative with respect to the mean is `cotangent`."""
        ones = namespace(z).ones_like(self._like_value(z))
        spread = cotangent[..., None] if self.axis == -1 else cotangent[..., None, :]
        found: tuple[Any] = self.inner.vjp(ones * spread / ones.shape[self.axis], z)
        return found

    def _like_value(self, z: Any) -> Any:
        """An array of the shape of the value, which is computed only where the shape is not known otherwise."""
        if isinstance(self.inner, Tanh):
            return z
        return z[..., 0, :, :] if isinstance(self.inner, Attention) else self.inner(z)
