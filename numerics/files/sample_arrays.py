"""Samples in files of arrays: x and y in a .npz file or a .pt file of PyTorch, or one matrix, as a .npy file holds.

Nothing in a file is executed, and no array is read before it is known to be of moderate size.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError, array_of_tensor
from sparse_limits.numerics.files.archives import open_archive
from sparse_limits.numerics.files.headers import check_numbers, checked_header, whole_file
from sparse_limits.numerics.printing.plain_text import plain

_LISTED = 6  # names in a message
_TENSORS = "tensors alone, such as torch.save({'x': x, 'y': y}, FILE) writes"


class SampleArrays(NamedTuple):
    """x [N, ...] and y; y is None where x is a matrix whose columns are inputs and a target, or with `alone` has no labels."""

    x: NDArray[Any]
    y: NDArray[Any] | None
    alone: bool = False


def read_npz(file: Path) -> SampleArrays:
    """The arrays x (or X) and y. InputError unless the file holds both, one of x and X, and numbers."""
    with ExitStack() as files:
        archive = open_archive(file, files)
        names = _names(list(archive.members))
        _check_size(sum(archive.header(name).size for name in names))
        x, y = (archive.read(name) for name in names)
    return SampleArrays(x, y)


def read_npy(file: Path) -> SampleArrays:
    """The one matrix of numbers in a file. InputError for an array of another shape, and for a damaged file."""
    with whole_file(".npy"):
        stored = npy.open_memmap(file, mode="r")
    header = checked_header("the array", stored.shape, stored.dtype)
    _check_size(header.size)
    _check_matrix(header.shape)
    return SampleArrays(np.array(stored), None)


def read_torch(file: Path, *, labelled: bool = True) -> SampleArrays:
    """Tensors x (or X) and y by these names, or a pair of tensors, or one matrix; without `labelled`, x may stand alone by its name.

    InputError if PyTorch is not installed, for a file that holds anything but tensors, and for other tensors.
    """
    if find_spec("torch") is None:
        raise InputError("PyTorch is not installed, expected after pip install torch")
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    except Exception as error:  # a damaged or pickled file can raise nearly anything
        raise InputError(f"damaged, or holds pickled objects; expected {_TENSORS}") from error
    if isinstance(held, torch.Tensor):
        _check_matrix(tuple(held.shape))
        return SampleArrays(array_of("the tensor", held), None)
    if isinstance(held, Mapping) and not labelled and "y" not in held and len({"x", "X"} & held.keys()) == 1:
        return SampleArrays(array_of("x", held["x" if "x" in held else "X"]), None, alone=True)
    if isinstance(held, Mapping):
        found = {name: held[name] for name in _names([name for name in held if isinstance(name, str)])}
    elif isinstance(held, (tuple, list)) and len(held) == 2:
        found = dict(zip("xy", held, strict=True))
    else:
        raise InputError(f"holds {plain(type(held).__name__)}, expected {_TENSORS}")
    _check_size(sum(each.numel() for each in found.values() if isinstance(each, torch.Tensor)))
    x, y = (array_of(name, each) for name, each in found.items())
    return SampleArrays(x, y)


def array_of(name: str, tensor: Any) -> NDArray[Any]:
    """A tensor as an array of its own; what NumPy has no type for, such as bfloat16, as float32."""
    import torch

    if not isinstance(tensor, torch.Tensor):
        raise InputError(f"{name} is {plain(type(tensor).__name__)}, expected a tensor")
    if tensor.is_complex() or tensor.is_quantized or tensor.is_meta or tensor.layout != torch.strided:
        kind = plain(f"{tensor.dtype} {tensor.layout}", 60)
        raise InputError(f"{name} is a tensor of {kind}, expected real numbers, neither sparse nor quantized")
    _check_size(tensor.numel())
    return np.array(array_of_tensor(name, tensor))  # a copy, for the file may be mapped


def _names(held: Sequence[str]) -> list[str]:
    """x or X, and y."""
    names = [name for name in ("x", "X", "y") if name in held]
    if len(names) != 2 or "y" not in names:
        listed = plain(", ".join(held[:_LISTED])) or "nothing"
        raise InputError(f"holds {listed}, expected arrays x (or X) and y")
    return names


def _check_size(size: int) -> None:
    check_numbers("numbers in x and y", size)


def _check_matrix(shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or 0 in shape:
        raise InputError(
            f"holds one array of shape {shape}, expected a matrix with the target in a column, or (.npz, .pt) arrays x and y"
        )
