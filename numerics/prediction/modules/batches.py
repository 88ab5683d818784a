"""A user's data for a torch module, batch after batch, and the loss of each: a loader, a dataset of torch, two arrays, or ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from math import prod
from typing import Any, TypeAlias, TypeGuard

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.files.loaders import in_words
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.prediction.modules.batch_samples import Counting, checked_count
from sparse_limits.numerics.prediction.modules.calling import (
    as_taken,
    called_by_a_loss,
    drawn,
    enough_memory,
    loss_of_outputs,
    output_of,
    output_of_batch,
)
from sparse_limits.numerics.prediction.modules.nested import held_in, mapped
from sparse_limits.numerics.prediction.settings import LOSSES

Loss: TypeAlias = str | nn.Module | Callable[[nn.Module, Any], torch.Tensor]

TOGETHER = 256  # samples of an array, or of a dataset of torch, in one batch
EXPECTED = "a Dataset, a loader, a dataset of torch, two arrays (x, y), a dict as one batch, or batches"


@dataclass(frozen=True)
class LossOfBatch:
    """The sum of the losses of the samples of one batch, and how many they are."""

    value: torch.Tensor
    samples: int


def check_loss(loss: object) -> None:
    """InputError for what is no loss: neither a name, nor a loss of torch, nor a function."""
    if isinstance(loss, str) and loss not in LOSSES:
        raise InputError(
            f"loss is {loss!r:.60}, expected one of {', '.join(LOSSES)}, a loss of torch, or loss(module, batch)"
        )
    if isinstance(loss, type) or not (isinstance(loss, str) or callable(loss)):
        raise InputError(f"loss is {loss!r:.60}, expected {', '.join(LOSSES)}, a loss of torch, or loss(module, batch)")
    if getattr(loss, "__module__", "") == functional.__name__:
        raise InputError(
            f"loss is the function {getattr(loss, '__name__', loss)!s:.60}, expected its class, as nn.CrossEntropyLoss()"
        )
    if getattr(loss, "reduction", "mean") not in ("mean", "sum"):
        raise InputError(f"the loss has the reduction {loss.reduction!r:.40}, expected mean or sum")  # type: ignore[union-attr]


def batches_of(data: object, most: int | None = None) -> Iterator[Any]:
    """Yield the batches of a user's data, no more than `most`.

    data: ours, cut into batches of 256, the last with one more where a sample would be left alone; a loader, or other iterable,
    whose batches these are; a dataset of torch, or two arrays (x, y), in batches of 256; a dict, which is one batch. InputError for
    anything else, and for data without a batch.
    """
    found = islice(_all_batches(data), most)
    first = next(found, None)
    if first is None:
        raise InputError("the data have no batch, expected at least one")
    return chain([first], found)


def _all_batches(data: object) -> Iterator[Any]:
    if isinstance(data, Dataset):
        return _parts_of(data)
    if is_pair(data):
        x, y = data
        if len(x) != len(y):
            raise InputError(f"data has {len(x)} inputs and {len(y)} targets, expected as many of both")
        return ((x[part], y[part]) for part in _parts(len(x)))
    if _has_samples(data):
        return drawn(torch.utils.data.DataLoader(data, batch_sampler=_places(data)))
    if isinstance(data, Mapping):
        return iter((data,))
    if isinstance(data, Iterable) and not isinstance(data, (str, bytes)) and not _is_array(data):
        return drawn(data)
    raise InputError(f"data is {type(data).__name__}, expected {EXPECTED}")


def number_of_batches(data: object, most: int | None = None) -> int | None:
    """How many batches `batches_of` yields, as far as the data say it before they are read; None where they do not."""
    if isinstance(data, Dataset):
        held = len([*_parts(len(data.x))])
    elif is_pair(data):
        held = len([*_parts(len(data[0]))])
    elif isinstance(data, Mapping):
        held = 1
    else:
        try:
            held = len(data)  # type: ignore[arg-type]
        except (TypeError, NotImplementedError):  # a generator, or a loader of a stream
            return None
        if _has_samples(data):
            held = len([*_parts(held)])
    return held if most is None else min(most, held)


def _is_array(value: object) -> bool:
    return isinstance(value, (torch.Tensor, np.ndarray))


def is_pair(data: object) -> TypeGuard[tuple[Any, Any] | list[Any]]:
    """Whether data are two arrays, which are read as (x, y)."""
    return isinstance(data, (tuple, list)) and len(data) == 2 and all(map(_is_array, data))


def _has_samples(data: object) -> TypeGuard[torch.utils.data.Dataset[Any]]:
    """Whether data are a dataset of torch that gives sample after sample; what an IterableDataset gives is taken as batches."""
    return isinstance(data, torch.utils.data.Dataset) and not isinstance(data, torch.utils.data.IterableDataset)


def _parts(samples: int) -> Iterator[slice]:
    """Samples in parts of 256; none is alone in a part, where batch normalisation has no variance, if there are others."""
    last = samples - 1
    for start in range(0, max(last, samples and 1), TOGETHER):
        yield slice(start, start + TOGETHER if start + TOGETHER < last else samples)


def _places(data: Any) -> Iterator[list[int]]:
    for part in _parts(len(data)):
        yield list(range(part.start, part.stop))


def _parts_of(data: Dataset) -> Iterator[Dataset]:
    for part in _parts(len(data.x)):
        yield Dataset(data.x[part], data.y[part], data.name, data.labelling, data.about)


def losses(
    module: nn.Module, batches: Iterable[Any], loss: Loss, count: Counting | None = None
) -> Iterator[LossOfBatch]:
    """Yield the loss of each batch, on the device of the module, its numbers in double precision.

    loss: mse, ½‖f − y‖², or cross-entropy, of a batch (x, y), with y [N, K], or classes [N]; a loss of torch, of the output and
    y; or loss(module, batch), the mean over the batch, or the sum and the number of samples. Outputs of more axes have their classes on the second, as torch has them,
    or on the last where classes y [N, T] say so, as those of outputs [N, T, K] do: then losses add up over the T places.

    InputError for a batch that does not fit the loss, and for a loss that is no finite number.
    """
    count = count or Counting()
    for place, batch in enumerate(batches):
        found = _loss_of(module, batch, loss, count)
        if not found.samples:
            raise InputError(f"batch {place} has no sample, expected at least one")
        if not isinstance(found.value, torch.Tensor) or found.value.numel() != 1:
            raise InputError(
                f"the loss of batch {place} is {type(found.value).__name__}, expected a tensor with one number"
            )
        if not bool(torch.isfinite(found.value)):
            why = " (the batch has entries that are nan or infinite)" if _is_odd(batch) else ""
            raise InputError(f"the loss of batch {place} is {found.value.item():g}{why}, expected a finite number")
        yield LossOfBatch(found.value.reshape(()), found.samples)


def _is_odd(batch: Any) -> bool:
    """Whether a batch has entries that are not finite, in any of its tensors and arrays."""
    held = (batch.x, batch.y) if isinstance(batch, Dataset) else batch
    return not all(bool(torch.isfinite(_tensor(each)).all()) for each in held_in(held) if _is_array(each))


def pass_through(module: nn.Module, batches: Iterable[Any], loss: Loss) -> None:
    """Call the module on each batch, by the user's own loss where there is one, without derivatives."""
    with torch.no_grad():
        for batch in batches:
            if isinstance(batch, Dataset):
                output_of(module, batch)
                continue
            there = moved(batch, _device(module))
            if is_own(loss):
                called_by_a_loss(loss, module, there)
            else:
                x = there[0] if isinstance(there, (tuple, list)) and there else there
                if not isinstance(x, torch.Tensor):
                    raise InputError(
                        f"a batch is {type(batch).__name__}, expected (x, y), inputs x, or loss(module, batch)"
                    )
                output_of_batch(module, x)


def is_own(loss: Loss) -> TypeGuard[Callable[[nn.Module, Any], torch.Tensor]]:
    """Whether a loss is a function of the module and a batch, not of an output and targets."""
    return callable(loss) and not isinstance(loss, nn.Module)


def _device(module: nn.Module) -> torch.device:
    return next((each.device for each in module.parameters()), torch.device("cpu"))


def shown_to_a_loss(module: nn.Module, batch: Dataset) -> tuple[torch.Tensor, torch.Tensor]:
    """Inputs, as the images that they are where the module takes these alone, and targets, on the device of the module."""
    x, y = moved((np.asarray(batch.x, float), np.asarray(batch.y, float)), _device(module))
    return as_taken(module, x, batch), y


def _loss_of(module: nn.Module, batch: Any, loss: Loss, count: Counting) -> LossOfBatch:
    device = _device(module)
    if isinstance(batch, Dataset):
        x, y = moved((np.asarray(batch.x, float), np.asarray(batch.y, float)), device)
    else:
        batch = moved(batch, device)
        x, y = batch if isinstance(batch, (tuple, list)) and len(batch) == 2 else (None, None)
    if is_own(loss):
        given = shown_to_a_loss(module, batch) if isinstance(batch, Dataset) else batch
        found = called_by_a_loss(loss, module, given)
        if isinstance(found, tuple) and len(found) == 2:  # the user's own count
            return LossOfBatch(found[0], checked_count(found[1]))
        return _summed(found, count.samples(given))
    if not (isinstance(x, torch.Tensor) and isinstance(y, torch.Tensor)):
        raise InputError(
            f"a batch is {in_words(batch)}, expected (x, y) of tensors, or loss(module, batch) that takes it"
        )
    f = output_of(module, batch) if isinstance(batch, Dataset) else output_of_batch(module, x)
    samples = len(y) if y.ndim else len(x)  # inputs may have their time first
    if isinstance(loss, str):
        with enough_memory("the loss of a batch"):
            return LossOfBatch(_named(loss, f, y), samples)
    value = loss_of_outputs(loss, f, y)
    return LossOfBatch(value, samples) if getattr(loss, "reduction", "mean") == "sum" else _summed(value, samples)


def _summed(mean: torch.Tensor, samples: int) -> LossOfBatch:
    """What a loss gave, which `losses` looks at, as the sum over samples."""
    return LossOfBatch(mean * samples if isinstance(mean, torch.Tensor) else mean, samples)


def _named(loss: str, f: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The sum over samples of a loss by its name."""
    if loss == "mse":
        if f.numel() != y.numel() or not _in_one_order(f, y):
            raise InputError(
                f"outputs have the shape {tuple(f.shape)}, and targets {tuple(y.shape)}, expected the same for mse"
            )
        return ((f - y.reshape(f.shape)) ** 2).sum() / 2
    shape, classes = tuple(f.shape), not y.is_floating_point() and y.ndim == f.ndim - 1
    f = _classes_second(f, y) if classes else f
    if f.ndim < 2 or f.shape[1] < 2:  # torch takes the samples of one output for classes
        raise InputError(
            f"outputs have the shape {shape}, expected [N, K], K at least 2, for cross-entropy, or another loss for one "
            "output, as mse or nn.BCEWithLogitsLoss()"
        )
    y = y.long() if classes else y  # torch has no classes of int32
    if y.shape != ((f.shape[0], *f.shape[2:]) if classes else f.shape):
        raise InputError(
            f"outputs have the shape {shape}, and targets {tuple(y.shape)} of {y.dtype}, expected classes, or a "
            "probability of each, for cross-entropy"
        )
    if classes and y.numel() and not bool(((y >= 0) & (y < f.shape[1])).all()):
        worst = int(y.max()) if int(y.max()) >= f.shape[1] else int(y.min())
        raise InputError(f"a class is {worst}, expected 0 to {f.shape[1] - 1}, as the module has {f.shape[1]} outputs")
    return functional.cross_entropy(f, y if classes else y.to(f.dtype), reduction="sum")


def _classes_second(f: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Outputs with the axis of their classes second: the last one comes there if classes y have all axes but that one."""
    second, last = y.shape == (*f.shape[:1], *f.shape[2:]), y.shape == f.shape[:-1]
    if second and last and f.ndim > 2:
        raise InputError(
            f"outputs have the shape {tuple(f.shape)}, and targets {tuple(y.shape)}, so that the classes may be on the second axis or on "
            "the last, expected nn.CrossEntropyLoss(), for the second, or loss(module, batch)"
        )
    return f.movedim(-1, 1) if last and f.ndim > 2 else f


def _in_one_order(f: torch.Tensor, y: torch.Tensor) -> bool:
    """Whether two shapes are the same but for axes of length 1, or one is flat: others may have their axes in another order."""
    of_f, of_y = ([side for side in each.shape if side != 1] for each in (f, y))
    return of_f == of_y or (len(of_f) != len(of_y) and min(len(of_f), len(of_y)) <= 2)


def is_shape(data: object) -> bool:
    """Whether data are the shape of a batch alone."""
    return isinstance(data, (tuple, list)) and bool(data) and all(type(side) is int and side > 0 for side in data)


def example_of(data: Any) -> torch.Tensor | None:
    """The inputs of the first batch, for what needs their shape alone; None for no data.

    The shape of a batch alone, such as (1, 3, 32, 32), is an example without samples.
    """
    if data is None:
        return None
    if is_shape(data):
        _, *rest = data
        check_work(f"two inputs of shape {tuple(rest)}", 16 * prod(rest))
        return torch.empty((0, *rest), dtype=torch.float64)
    if _is_array(data):
        return _tensor(data[:TOGETHER] if data.ndim else data)
    batch = next(batches_of(data, 1))
    x = batch.x if isinstance(batch, Dataset) else batch[0] if isinstance(batch, (tuple, list)) and batch else batch
    if not _is_array(x):
        raise InputError(f"a batch is {type(batch).__name__}, expected (x, y), inputs x as an example, or their shape")
    return _tensor(x)


def _tensor(value: Any) -> torch.Tensor:
    """A tensor, or an array as one: copied, as torch takes no negative strides, and no other order of bytes than the machine's."""
    if isinstance(value, torch.Tensor):
        return value
    try:
        return torch.from_numpy(np.array(value, value.dtype.newbyteorder("="), order="C"))
    except TypeError as error:
        raise InputError(
            f"an array holds {value.dtype}, expected numbers that torch has, as by array.astype(float)"
        ) from error


def moved(value: Any, device: torch.device) -> Any:
    """A copy of what a batch holds, its tensors and arrays on a device: numbers with a point as doubles, whole numbers as they are.

    A forward or loss that changes in place what it gets does not change the user's data.
    """

    def there(each: Any) -> Any:
        if not _is_array(each):
            return each
        tensor = _tensor(each)
        return tensor.to(device, torch.float64 if tensor.is_floating_point() else tensor.dtype, copy=True)

    return mapped(there, value)
