"""Samples that a program holds: two arrays (x, y), or a loader or a dataset of torch that gives such pairs, as arrays."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files.headers import check_numbers
from sparse_limits.numerics.files.sample_arrays import array_of
from sparse_limits.theory.own_code import Kind, guarded

EXPECTED = "digits, a file's name, two arrays (x, y), or a loader or a dataset of torch that gives such pairs"
ELSE = "; for other batches: sl.prune(build(), ..., loss=loss), or sparse-limits prune"
TOGETHER = 256  # samples of a dataset of torch that are read at once
LISTED = 4  # entries of a batch in a message
WHAT = "numbers in x and y"


class Held(NamedTuple):
    """Inputs x [N, ...] and labels y [N] or [N, q] in memory, and what they are called in messages."""

    x: NDArray[Any]
    y: NDArray[Any]
    name: str


def held_samples(word: str, data: object, name: str | None = None) -> Held:
    """All samples of arrays (x, y), of a loader or of a dataset of torch, in their order. word: what the call names them by.

    InputError for data of another kind, for a batch that is no pair of arrays with as many entries, for batches of different shapes,
    for data without a batch, and for more numbers than fit in memory.

    Examples:
        >>> batches = [(np.zeros((2, 3)), np.array([0, 1])), (np.ones((1, 3)), np.array([1]))]
        >>> found = held_samples("data", batches)
        >>> found.x.shape, found.y, found.name
        ((3, 3), array([0, 1, 1]), 'list')
    """
    if isinstance(data, (tuple, list)) and len(data) == 2 and all(map(_is_array, data)):
        x, y = _pair(word, data)
        return Held(x, y, "arrays" if name is None else name)
    if isinstance(data, Mapping) or _is_array(data):  # which would be shown in many lines
        raise InputError(f"{word} is {type(data).__name__}, expected {EXPECTED}")
    if isinstance(data, (str, bytes)) or not (isinstance(data, Iterable) or _is_dataset(data)):
        raise InputError(f"{word} is {data!r:.60}, expected {EXPECTED}")
    pairs = [*_pairs(word, data)]
    if not pairs:
        raise InputError(f"{word} has no batch, expected at least one")
    x = _joined(word, "inputs", tuple(x for x, _ in pairs))
    y = _joined(word, "targets", tuple(y for _, y in pairs))
    return Held(x, y, type(data).__name__ if name is None else name)


def _pairs(word: str, data: Any) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """The batches, each as two arrays, as long as all that are read fit in memory."""
    batches = _loader(data) if _is_dataset(data) else data
    number, size = _number(batches), 0
    for place, batch in enumerate(_drawn(word, batches)):
        x, y = _pair(word, batch)
        size += x.size + y.size
        check_numbers(WHAT, size if place else size * number)
        yield x, y


def _number(batches: Any) -> int:
    """How many batches there are, as far as they say it; else one at least."""
    try:
        return len(batches)
    except (TypeError, NotImplementedError):  # a generator, or a loader of a stream
        return 1


def _drawn(word: str, batches: Iterable[Any]) -> Iterator[Any]:
    """What the user's own code gives, one after the other; InputError, with its traceback, if it raises."""
    kind, end = Kind(word, "batches (x, y)"), object()
    source = guarded(word, kind, partial(iter, batches))
    while (batch := guarded(word, kind, partial(next, source, end))) is not end:
        yield batch


def _pair(word: str, batch: object) -> tuple[NDArray[Any], NDArray[Any]]:
    """A batch as two arrays. InputError for any other."""
    if not (isinstance(batch, (tuple, list)) and len(batch) == 2 and all(map(_is_array, batch))):
        raise InputError(f"a batch of {word} is {in_words(batch)}, expected two tensors or arrays (x, y){ELSE}")
    x, y = (each if isinstance(each, np.ndarray) else array_of(word, each) for each in batch)
    if not (x.ndim and y.ndim and len(x) == len(y)):
        raise InputError(f"{word} has x of shape {x.shape} with y of shape {y.shape}, expected as many samples in both")
    return x, y


def _joined(word: str, which: str, parts: tuple[NDArray[Any], ...]) -> NDArray[Any]:
    """Batches as one array. InputError where their samples differ in shape."""
    shapes = {each.shape[1:] for each in parts}
    if len(shapes) > 1:
        first, second, *_ = sorted(shapes)
        raise InputError(f"{word} has {which} of shape {first} and of shape {second}, expected one shape{ELSE}")
    return np.concatenate(parts)


def in_words(value: object) -> str:
    """The kind of a batch, and the kinds of what it holds.

    Examples:
        >>> in_words({"x": 1}), in_words(([1], 2, None, "", 5))
        ('dict', 'tuple (list, int, NoneType, str, ...)')
    """
    kind = type(value).__name__
    if not isinstance(value, (tuple, list)):
        return kind
    held = ", ".join(type(each).__name__ for each in value[:LISTED])
    return f"{kind} ({held}{', ...' if len(value) > LISTED else ''})"


def _is_array(value: object) -> bool:
    torch = sys.modules.get("torch")  # no tensor was made without it
    return isinstance(value, np.ndarray) or (torch is not None and isinstance(value, torch.Tensor))


def _is_dataset(value: object) -> bool:
    """Whether it is a dataset of torch that gives sample after sample; what an IterableDataset gives is taken as batches."""
    of_torch = sys.modules.get("torch.utils.data")
    return (
        of_torch is not None and isinstance(value, of_torch.Dataset) and not isinstance(value, of_torch.IterableDataset)
    )


def _loader(dataset: Any) -> Iterable[Any]:
    from torch.utils.data import DataLoader

    found: Iterable[Any] = DataLoader(dataset, batch_size=TOGETHER)
    return found
