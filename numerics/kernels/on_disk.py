"""Kernels in files: nngp.npy and ntk.npy in a folder, written block by block, each whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BytesIO
from math import prod
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import other_than_a_file, remove_abandoned, replacing
from sparse_limits.numerics.kernels.layers import Kernels

Folder = str | PathLike[str]
Write = Callable[[slice, slice, NDArray[Any]], None]

FILES = ("nngp.npy", "ntk.npy")  # in the order of `Kernels`
HALF = {"float64": ", or dtype='float32'", "float32": ""}  # of each dtype, a way to need half the room


def check_folder(folder: Folder, shape: tuple[int, int], dtype: str) -> Path:
    """The folder. InputError unless it is there, has room for both kernels, and no folder or device where a file should go."""
    place, said = Path(folder), f"folder is {os.fspath(folder)!r:.200}"
    if not os.path.isdir(folder):
        kind = "is a file" if os.path.exists(folder) else "does not exist"
        raise InputError(f"{said}, which {kind}, expected a folder that exists")
    for file in (place / name for name in FILES):
        if file.exists() and not file.is_file():
            raise InputError(f"{file}: {other_than_a_file(file)}, expected a file, or nothing of this name")
    needed = len(FILES) * (len(_header(shape, dtype)) + prod(shape) * np.dtype(dtype).itemsize)
    try:
        tempfile.TemporaryFile(dir=place).close()  # some folders refuse even root
        for name in FILES:  # kernels that a killed process has left fill the room for others
            remove_abandoned((place / name).resolve())
        free = shutil.disk_usage(place).free
    except OSError as error:
        raise InputError(f"{said}: {error.strerror or error}, expected a folder to write to") from error
    if needed > free:
        raise InputError(f"{said}, with {free} bytes free, expected {needed} for two kernels{HALF[dtype]}")
    return place


@contextmanager
def kernel_files(folder: Path, shape: tuple[int, int], dtype: str) -> Iterator[Write]:
    """What writes rows and columns of both kernels, float[2, I, J]; the files have their names when the block ends.

    By seeking, since pages of a memory map would count as memory of the process, and a full disk would kill it.
    """
    header, size = _header(shape, dtype), np.dtype(dtype).itemsize
    with ExitStack() as stack:
        names = [stack.enter_context(replacing(folder / name)) for name in FILES]
        files = [
            stack.enter_context(name.open("wb")) for name in names
        ]  # closed, hence full, before the first is renamed

        def write(rows: slice, columns: slice, both: NDArray[Any]) -> None:
            for file, kernel in zip(files, both, strict=True):
                for row, values in zip(range(rows.start, rows.stop), kernel, strict=True):
                    file.seek(len(header) + (row * shape[1] + columns.start) * size)
                    file.write(values)

        for file in files:
            file.write(header)
        yield write


def opened(folder: Path) -> Kernels:
    """Both kernels as they lie in their files, read-only; what is read of them comes from disk."""
    return Kernels(*(np.load(folder / name, mmap_mode="r") for name in FILES))


def _header(shape: tuple[int, int], dtype: str) -> bytes:
    stream = BytesIO()
    npy.write_array_header_1_0(
        stream, {"descr": npy.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    )
    return stream.getvalue()
