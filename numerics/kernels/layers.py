"""What the recursion of kernels takes and gives: the weights of a layer, and the two kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Kernels(NamedTuple):
    """Covariance of the output at initialisation, and neural tangent kernel, float[N, N′] each."""

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
