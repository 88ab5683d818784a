"""What the recursion of kernels takes and gives: the weights of a layer, and the two kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Kernels(NamedTuple):
    """Covariance of the output at initialisation, and neural tangent kernel, float[N, N′] each; float32 if that was asked for."""

    nngp: Floats
    ntk: Floats


@dataclass(frozen=True, eq=False)
class Layer:
    """Weights of one layer, float[units, units below] ≥ 0, the measure of the units below included.

    forward: variance of each weight. trained: which weights carry a gradient; None if it is the same as forward.
    """

    forward: Floats
    trained: Floats | None = None
    bias: float = 0.0

    def above(self, value: Floats, theta: Floats) -> tuple[Floats, Floats]:
        """Covariances and tangents of the layer's preactivations, float[units, ...], from those of the units below.

        May overwrite both.
        """
        sigma, tangent = _product(self.forward, value), _product(self.forward, theta)
        tangent += sigma if self.trained is None else _product(self.trained, value)
        if self.bias:
            sigma += self.bias
            tangent += self.bias
        return sigma, tangent


def _product(matrix: Floats, values: Floats) -> Floats:
    """Over the first axis of values; for a single unit without BLAS, slow at that."""
    if matrix.size == 1:
        return values if matrix[0, 0] == 1 else values * matrix[0, 0]
    return (matrix @ values.reshape(len(values), -1)).reshape(len(matrix), *values.shape[1:])
