"""How many samples a batch holds, as far as its tensors say: the weight of the mean loss of the batch."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import torch

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files.loaders import in_words
from sparse_limits.numerics.prediction.modules.nested import held_in

WAY_OUT = "a loss that returns the sum over the samples, and their number"


def samples_in(batch: Any) -> int | None:
    """The length that all tensors of a batch share; None where there is no tensor, or they share no length.

    A number alone beside others, such as a temperature, is left out of a mapping, and is a label in a list of samples.

    Examples:
        >>> x, y = torch.zeros(5, 3), torch.zeros(5)
        >>> samples_in({"x": x, "y": y, "heat": torch.tensor(2.0)}), samples_in([(x[0], y[0]), (x[1], y[1])])
        (5, None)
    """
    lengths = {len(each) if each.ndim else None for each in _tensors(batch)}
    if len(lengths) > 1 and not isinstance(batch, (tuple, list)):
        lengths.discard(None)
    return lengths.pop() if len(lengths) == 1 else None


@dataclass
class Counting:
    """The numbers of samples of batches, one after the other: as `samples_in`, or 1 of each where the first does not say.

    Batches that do not say it alike are refused, as are lists of which some are longer: they hold samples.
    """

    first: tuple[int, bool] | None = None
    batches: int = 0

    @property
    def alike(self) -> bool:
        """Whether several batches count 1 each."""
        return self.batches > 1 and self.first is not None and not self.first[1]

    def samples(self, batch: Any) -> int:
        count = samples_in(batch)
        listed = count is None or isinstance(batch, list)
        found = len(_tensors(batch)) if listed else 0, count is not None
        self.first, self.batches = self.first or found, self.batches + 1
        if found != self.first:
            raise InputError(f"batches do not tell alike how many samples they have, expected {WAY_OUT}")
        return 1 if count is None else count


def checked_count(count: object) -> int:
    """The number of samples that a loss returns beside its sum."""
    value = count.item() if isinstance(count, torch.Tensor) and count.numel() == 1 else count
    value = int(value) if isinstance(value, (float, np.floating)) and float(value).is_integer() else value
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 0:
        said = in_words(value) if isinstance(value, torch.Tensor) else f"{value!r:.60}"
        raise InputError(f"the loss returns {said} in the second place, expected the number of samples")
    return int(value)


def _tensors(batch: Any) -> list[torch.Tensor]:
    return [each for each in held_in(batch) if isinstance(each, torch.Tensor)]
