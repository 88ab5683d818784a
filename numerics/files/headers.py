"""What a file of arrays says that it holds, before it is believed."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import one_line
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.printing.plain_text import plain

LONGEST_AXIS = 2**48  # beyond it a header does not say what any memory holds
BYTES_OF_NUMBER = 24  # of samples: as they stand in the file, as doubles, and scaled


class Header(NamedTuple):
    """The shape and the type of an array of numbers."""

    shape: tuple[int, ...]
    dtype: np.dtype

    @property
    def size(self) -> int:
        return prod(self.shape)

    def __str__(self) -> str:
        return f"{self.dtype}{list(self.shape)}"


class OpenArrays(NamedTuple):
    """A file of arrays: what it holds, by name, and the arrays one by one."""

    headers: Mapping[str, Header]
    read: Callable[[str], NDArray[Any]]


def checked_header(name: str, shape: object, dtype: np.dtype) -> Header:
    """InputError unless sides are whole numbers of moderate size, and entries numbers."""
    if dtype.kind not in "biuf":
        pickled = " (pickled)" if dtype.hasobject else ""
        raise InputError(f"{plain(name, 80)} holds entries {plain(dtype, 80)}{pickled}, expected numbers")
    whole = isinstance(shape, (tuple, list)) and len(shape) <= 32 and all(type(side) is int for side in shape)
    if not isinstance(shape, (tuple, list)) or not whole or not all(0 <= side <= LONGEST_AXIS for side in shape):
        raise InputError(f"{plain(name, 80)}: shape is {plain(shape, 80)}, expected whole numbers of at most 2^48")
    return Header(tuple(shape), dtype)


def check_numbers(what: str, size: int) -> None:
    """InputError, before they are read, if so many numbers of samples would not fit in memory."""
    check_work(f"{size} {what}", BYTES_OF_NUMBER * size, instead="fewer samples")


@contextmanager
def whole_file(suffix: str) -> Iterator[None]:
    """Whatever a damaged file raises, as one line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what NumPy would only warn of is not what it writes
            yield
    except (InputError, OSError, MemoryError):
        raise
    except Exception as error:  # nearly anything
        said = plain(one_line(error), 200)
        raise InputError(f"damaged ({said}), expected a whole {suffix} file") from error


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. InputError for a key that is in it twice, of which readers may take either."""
    found = dict(pairs)
    if len(found) < len(pairs):
        double = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise InputError(f"says '{plain(double, 80)}' twice, expected once")
    return found
