"""Which axis of an array in a file holds the outputs of its layer, so that rows of its mask are outputs."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.masks.names import Shape


@dataclass(frozen=True)
class Orientation:
    """Outputs are the first axis, [outputs, inputs, …]; or the last (Keras, Flax); or the second, as transposed convolutions
    [inputs, outputs / groups, …] have them. Of several groups each output reads the inputs of its group alone."""

    outputs: Literal["first", "last", "second"] = "first"
    groups: int = 1

    def units(self, shape: Shape) -> tuple[int, int]:
        """Inputs that an output reads, and outputs: of a convolution channels."""
        if self.outputs == "last":
            return shape[-2], shape[-1]
        if self.outputs == "second":
            return shape[0] // self.groups, shape[1] * self.groups
        return shape[1], shape[0]

    def as_first(self, shape: Shape) -> Shape:
        """The shape with outputs first, then inputs."""
        if self.outputs == "second":
            inputs, outputs = self.units(shape)
            return (outputs, inputs, *shape[2:])
        return tuple(reversed(shape)) if self.outputs == "last" else shape

    def columns(self, shape: Shape) -> int:
        """Weights of an output."""
        return prod(shape) // self.units(shape)[1] if len(shape) > 1 else 1

    def rows_of(self, flat: NDArray[Any], shape: Shape) -> NDArray[Any]:
        """The entries of an array in C order as rows of outputs [m, n].

        Examples:
            >>> stored = np.arange(8)  # a transposed convolution from two channels to two, with kernels of two places
            >>> Orientation("second").rows_of(stored, (2, 2, 2)).tolist()
            [[0, 1, 4, 5], [2, 3, 6, 7]]
        """
        if self.outputs == "last":
            return np.ascontiguousarray(flat.reshape(-1, shape[-1]).T)
        if self.outputs == "second":
            each = flat.reshape(self.groups, shape[0] // self.groups, shape[1], -1)
            return each.transpose(0, 2, 1, 3).reshape(self.units(shape)[1], -1)
        return flat.reshape(shape[0], -1)

    def flat_of(self, rows: NDArray[Any], shape: Shape) -> NDArray[Any]:
        """Rows of outputs [m, n] as entries of the array in C order.

        Examples:
            >>> Orientation("second").flat_of(np.array([[0, 1, 4, 5], [2, 3, 6, 7]]), (2, 2, 2)).tolist()
            [0, 1, 2, 3, 4, 5, 6, 7]
        """
        if self.outputs == "last":
            return rows.T.reshape(-1)
        if self.outputs == "second":
            each = rows.reshape(self.groups, shape[1], shape[0] // self.groups, -1)
            return each.transpose(0, 2, 1, 3).reshape(-1)
        return rows.reshape(-1)

    def places(self, positions: NDArray[np.int64], shape: Shape) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The rows and the columns of entries by their positions in C order."""
        if self.outputs == "last":
            columns, rows = np.divmod(positions, shape[-1])
            return rows, columns
        if self.outputs == "second":
            kernel, width = prod(shape[2:]), shape[0] // self.groups
            inputs, rest = np.divmod(positions, shape[1] * kernel)
            outputs, places = np.divmod(rest, kernel)
            return inputs // width * shape[1] + outputs, inputs % width * kernel + places
        rows, columns = np.divmod(positions, prod(shape[1:]))
        return rows, columns


FIRST, LAST = Orientation(), Orientation("last")
