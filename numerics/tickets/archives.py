"""Arrays out of files, without executing anything in them or trusting the sizes that they state: .npz and .safetensors."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path
from typing import IO, Any, TypeAlias

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

Arrays: TypeAlias = dict[str, NDArray]
MOST_BYTES = 2**30  # of all arrays in a file
_SAFETENSORS = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "U8": "|u1", "BOOL": "|b1"}


def read_arrays(path: Path) -> Arrays:
    """The arrays of numbers in a .npz or .safetensors file, by their names.

    ValueError, in one line with the file's name, for other suffixes, for a file that is missing, damaged or pickled, and
    for arrays of more than 1 GiB in all, which are refused before room is made for them.
    """
    readers: dict[str, Callable[[Path], Arrays]] = {".npz": _from_npz, ".safetensors": _from_safetensors}
    suffix = path.suffix.lower()
    if suffix not in readers:
        raise ValueError(f"{path}: suffix is {path.suffix!r}, expected {' or '.join(readers)}")
    try:
        if not path.is_file():
            raise ValueError(f"{'is a folder' if path.is_dir() else 'there is no such file'}, expected a file")
        return readers[suffix](path)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}, expected a file that can be read") from error
    except ValueError as error:
        raise ValueError(f"{path}: {_line(error)}") from error
    except Exception as error:  # a damaged archive can raise nearly anything
        raise ValueError(f"{path}: damaged ({_line(error)}), expected a whole {suffix} file") from error


def _from_npz(path: Path) -> Arrays:
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
        if len(set(members)) < len(members):
            raise ValueError(f"holds {len(members)} arrays of {len(set(members))} names, expected one for each name")
        _check_size(_stated_bytes(archive.open(name)) for name in members)
        return {name.removesuffix(".npy"): _npy(archive.open(name)) for name in members}


def _stated_bytes(stream: IO[bytes]) -> int:
    """What the header of an array asks for. Version 1 alone: headers of others may be of any length."""
    with stream:
        if npy.read_magic(stream) != (1, 0):
            raise ValueError("holds an array with names or a long header, expected arrays of numbers")
        shape, _, dtype = npy.read_array_header_1_0(stream)
    if dtype.kind not in "biuf":
        raise ValueError(f"holds entries {dtype}{' (pickled)' if dtype.hasobject else ''}, expected numbers")
    return _bytes(shape, dtype)


def _npy(stream: IO[bytes]) -> NDArray:
    with stream:
        return npy.read_array(stream, allow_pickle=False)


def _from_safetensors(path: Path) -> Arrays:
    """Eight bytes for the length of a header in JSON, the header, and the numbers, little-endian."""
    size = path.stat().st_size
    _check_size([size])
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    if not 8 < start <= size:
        raise ValueError(f"damaged (a header up to byte {start} of {size}), expected a whole .safetensors file")
    header = json.loads(content[8:start])
    return {name: _tensor(name, entry, content[start:]) for name, entry in header.items() if name != "__metadata__"}


def _tensor(name: str, entry: dict[str, Any], numbers: bytes) -> NDArray:
    if entry["dtype"] not in _SAFETENSORS:
        raise ValueError(f"{name}: entries {entry['dtype']}, expected one of {', '.join(_SAFETENSORS)}")
    dtype, shape = np.dtype(_SAFETENSORS[entry["dtype"]]), tuple(entry["shape"])
    begin, end = entry["data_offsets"]
    if not 0 <= begin <= end <= len(numbers) or _bytes(shape, dtype) != end - begin:
        raise ValueError(f"{name}: bytes {begin} to {end} of {len(numbers)}, expected those of {list(shape)} numbers")
    return np.frombuffer(numbers[begin:end], dtype).reshape(shape)


def _bytes(shape: tuple[int, ...], dtype: np.dtype) -> int:
    if not all(isinstance(side, int) and side >= 0 for side in shape):
        raise ValueError(f"shape is {shape}, expected whole numbers")
    return prod(shape) * dtype.itemsize


def _check_size(sizes: Iterator[int] | list[int]) -> None:
    total = sum(sizes)
    if total > MOST_BYTES:
        raise ValueError(f"its arrays would need {total:.3g} bytes, expected at most {MOST_BYTES}")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
