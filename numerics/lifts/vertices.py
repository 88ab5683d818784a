"""The maps σ of a module on arrays [N, copies, ...], with their derivatives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.lifts import functions
from sparse_limits.numerics.lifts.contraction import Array
from sparse_limits.theory.lifts.attention import Attention
from sparse_limits.theory.lifts.maps import Pointwise, z

Pull = Callable[[Array], tuple[Array, ...]]  # from the derivative in a value to those in its arguments
Slope = Callable[[], Any]


def on_arrays(sigma: Any) -> Any:
    """A map σ of a module in the form that takes arrays: exact attention (L7) has another there."""
    return functions.Attention() if isinstance(sigma, Attention) else sigma


def apply_sigma(sigma: Any, into: list[Array]) -> tuple[Array, Pull]:
    """σ of pre-activations, the first of which it may overwrite, and its adjoint there; the slope of a ReLU at 0 is 0."""
    if not isinstance(sigma, Pointwise):
        return sigma(*into), lambda cotangent: sigma.vjp(cotangent, *into)
    total = into[0]
    for each in into[1:]:
        total += each
    value, slope = FAST.get(sigma.expression, _general)(total, sigma)
    return value, lambda cotangent: (slope() * cotangent,) * len(into)


def _general(total: Array, sigma: Pointwise) -> tuple[Array, Slope]:
    value = np.broadcast_to(numeric((z,), sigma.expression)(total), total.shape).astype(total.dtype)
    return value, lambda: numeric((z,), sigma.derivative)(total)


def _linear(total: Array, sigma: Pointwise) -> tuple[Array, Slope]:
    return total, lambda: 1


def _relu(total: Array, sigma: Pointwise) -> tuple[Array, Slope]:
    value = np.maximum(total, 0, out=total)
    return value, lambda: value > 0


def _tanh(total: Array, sigma: Pointwise) -> tuple[Array, Slope]:
    value = np.tanh(total, out=total)
    return value, lambda: 1 - value * value


FAST = {z: _linear, sp.Max(z, 0): _relu, sp.tanh(z): _tanh}
