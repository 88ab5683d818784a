"""The tensors in a file of PyTorch or in a .safetensors, as arrays that are read in pieces."""

from __future__ import annotations

import json
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from itertools import count
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import reading
from sparse_limits.numerics.files.headers import once
from sparse_limits.numerics.masks.names import in_natural_order
from sparse_limits.numerics.masks.stored import PIECE, WHOLE, Arrays, Positions, Stored, of_coordinates, spans
from sparse_limits.numerics.printing.plain_text import plain

if TYPE_CHECKING:
    import torch

MOST_PARTS = 2**18  # dictionaries, lists and tensors of a file
DEEPEST = 64  # dictionaries and lists one in another
LONGEST_HEADER = 10**8  # bytes, of .safetensors

# PyTorch


def from_torch(file: Path) -> Arrays:
    if find_spec("torch") is None:
        raise InputError("PyTorch is not installed, expected after pip install torch")
    tensors = tensors_of(file)

    def again(key: str) -> torch.Tensor:
        return tensors_of(file)[key]

    def read(key: str) -> Stored:
        mapped = zipfile.is_zipfile(file) and tensors[key].numel() > PIECE
        return _of_tensor(key, key if len(tensors) > 1 else "", tensors[key].detach(), again if mapped else None)

    return Arrays({name: tuple(tensor.shape) for name, tensor in tensors.items()}, read)


def tensors_of(file: Path) -> dict[str, torch.Tensor]:
    """The tensors of a file of PyTorch, of nested dictionaries by dotted names; InputError for a damaged or pickled one, and for a name of two."""
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = torch.load(file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file))
    except Exception as error:  # a damaged or pickled file can raise nearly anything
        pickled = re.search(r"GLOBAL (\S+)", str(error))  # what PyTorch calls a class that it does not read
        what = f"holds a pickled {plain(pickled[1], 80)}" if pickled else "damaged, or holds pickled objects"
        raise InputError(f"{what}; expected tensors, such as torch.save(model.state_dict(), FILE) writes") from error
    found: dict[str, torch.Tensor] = {}
    for name, tensor in _tensors("", held, (), count(1)):
        if name in found:
            raise InputError(f"holds two tensors named '{plain(name, 80)}', expected a name of its own for each")
        found[name] = tensor
    return found


def _of_tensor(key: str, name: str, tensor: torch.Tensor, again: Callable[[str], torch.Tensor] | None) -> Stored:
    """again: loads the tensor once more, which lets go of the part of the file that was read."""
    import torch

    quantised = str(tensor.dtype) if tensor.is_quantized else ""
    if quantised:
        tensor, again = tensor.dequantize(), None
    if tensor.layout != torch.strided:
        with reading("a sparse matrix"):
            found = tensor.to_sparse_coo().coalesce()
        if found.dense_dim() or found.ndim != 2:
            raise InputError(f"{key or 'the tensor'}: sparse of shape {tuple(found.shape)}, expected a sparse matrix")
        values = _numbers(found.values())
        return of_coordinates(name, coo_array((values, tuple(found.indices().numpy())), shape=tuple(found.shape)))
    contiguous = tensor.is_contiguous()

    def pieces() -> Iterator[tuple[Positions, NDArray[Any]]]:
        flat = tensor.reshape(-1)
        for start, stop in spans(flat.numel()):
            source = again(key).detach().reshape(-1) if again is not None and contiguous else flat
            yield np.arange(start, stop), _numbers(source[start:stop])

    return Stored(name, tuple(tensor.shape), pieces, quantised=quantised)


def _numbers(tensor: torch.Tensor) -> NDArray[Any]:
    import torch

    narrow = tensor.is_floating_point() and tensor.dtype not in (torch.float16, torch.float32, torch.float64)
    with reading(f"entries of another type than {tensor.dtype}"):
        array: NDArray[Any] = (tensor.float() if narrow else tensor).numpy()  # NumPy knows no bfloat16
        return array


def _tensors(
    prefix: str, held: object, around: tuple[int, ...], visited: Iterator[int]
) -> Iterator[tuple[str, torch.Tensor]]:
    """All tensors of nested dictionaries and lists, by dotted names, but those without entries or one shape.

    around: which objects these are in. InputError for one that holds itself, and for more parts than a file of weights has.
    """
    import torch

    if next(visited) > MOST_PARTS:
        raise InputError(f"holds more than {MOST_PARTS} parts one in another, expected at most as many tensors")
    if isinstance(held, torch.Tensor):
        if not held.is_meta and not held.is_nested:
            yield prefix, held
    elif isinstance(held, (Mapping, list, tuple)):
        if id(held) in around or len(around) >= DEEPEST:
            raise InputError(
                f"'{plain(prefix, 80)}' holds itself, expected tensors in dictionaries at most {DEEPEST} deep"
            )
        for name, value in held.items() if isinstance(held, Mapping) else enumerate(held):
            yield from _tensors(f"{prefix}.{name}" if prefix else str(name), value, (*around, id(held)), visited)


# safetensors


def from_safetensors(file: Path) -> Arrays:
    if find_spec("safetensors") is None:
        raise InputError("safetensors is not installed, expected after pip install safetensors")
    from safetensors import safe_open

    _check_names(file)
    with reading(WHOLE), safe_open(file, "np") as held:
        slices = {name: held.get_slice(name) for name in in_natural_order(list(held.keys()))}
        shapes = {name: tuple(map(int, each.get_shape())) for name, each in slices.items()}
        kinds = {name: str(each.get_dtype()) for name, each in slices.items()}

    def read(key: str) -> Stored:
        if kinds[key] not in _SAFE_KINDS and find_spec("torch") is None:
            raise InputError(f"{key}: entries are {kinds[key]}, expected after pip install torch")
        shape = shapes[key]
        name = key if len(shapes) > 1 else ""
        if not shape:
            return Stored(name, shape, lambda: iter(()))
        across = max(1, prod(shape[1:]))
        step = max(1, PIECE // across)

        def pieces() -> Iterator[tuple[Positions, NDArray[Any]]]:
            for start in range(0, shape[0], step):
                stop = min(shape[0], start + step)
                # opened for each piece, as a file that stays mapped stays in memory where it was read
                with reading(WHOLE), safe_open(file, "np" if kinds[key] in _SAFE_KINDS else "pt") as held:
                    rows = held.get_slice(key)[start:stop]
                values = rows if isinstance(rows, np.ndarray) else _numbers(rows)
                yield np.arange(start * across, stop * across), values.reshape(-1)

        return Stored(name, shape, pieces)

    return Arrays(shapes, read)


def _check_names(file: Path) -> None:
    """InputError for a name that stands twice in the header: the library takes the one that comes last."""
    with reading(WHOLE), file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length <= LONGEST_HEADER:  # a longer one is damaged to the library
            json.loads(stream.read(length), object_pairs_hook=once)


_SAFE_KINDS = {"BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64", "F16", "F32", "F64"}  # of NumPy too
