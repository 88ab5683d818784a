"""The residual that a loss has at an output, and how it moves with the output."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Residual:
    """∂loss/∂f at outputs and targets [N, K]: f − y of ½‖f − y‖², softmax(f) − y of the cross-entropy.

    Examples:
        >>> Residual("cross-entropy", np.zeros((1, 4)), np.array([[1.0, 0, 0, 0]])).values
        array([[-0.75,  0.25,  0.25,  0.25]])
    """

    loss: str
    output: Floats
    y: Floats

    @cached_property
    def values(self) -> Floats:
        """The residual, float[N, K]."""
        return (self.output if self.loss == "mse" else self._shares) - self.y

    def moved(self, change: Floats) -> Floats:
        """What a change [N, K] of the output does to the residual, to first order: GraSP's Hessian has it (S8)."""
        if self.loss == "mse":
            return change
        moved: Floats = self._shares * (change - (self._shares * change).sum(axis=1, keepdims=True))
        return moved

    @cached_property
    def _shares(self) -> Floats:
        powers = np.exp(self.output - self.output.max(axis=1, keepdims=True))
        shares: Floats = powers / powers.sum(axis=1, keepdims=True)
        return shares
