"""Arrays out of files, without executing anything in them or trusting the sizes that they state: .npz, .safetensors, .pt.

Names and shapes are read first, so that whoever opens a file can say what the work on it would take before room is made.
Of two readings of a file, ours and NumPy's, only one is possible: an archive whose names could be understood in two ways,
or that holds anything before the first array or after the last one, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import other_than_a_file
from sparse_limits.numerics.files.archives import open_npz
from sparse_limits.numerics.files.headers import OpenArrays
from sparse_limits.numerics.limits import Limit, Work
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.numerics.tickets.limits import USUAL
from sparse_limits.numerics.tickets.safetensors_files import open_safetensors
from sparse_limits.numerics.tickets.torch_files import open_torch

Arrays: TypeAlias = dict[str, NDArray[Any]]
READERS = {".npz": open_npz, ".safetensors": open_safetensors}
OF_TORCH = (".pt", ".pth")


def read_arrays(path: Path, limit: Limit = USUAL) -> Arrays:
    """All arrays of numbers in a .npz or .safetensors file, by their names. InputError as for `open_arrays`."""
    with open_arrays(path, limit) as held:
        return {name: held.read(name) for name in held.headers}


@contextmanager
def open_arrays(path: Path, limit: Limit = USUAL, *, torch: bool = False) -> Iterator[OpenArrays]:
    """The arrays of numbers in a .npz or .safetensors file, of which only the headers have been read; torch: or in a .pt file.

    InputError, in one line with the file's name, for other suffixes, for a file that is missing, damaged, encrypted or
    pickled, for names that could be understood in two ways, and for arrays of more bytes in all than the limit allows;
    and whatever InputError is raised while the file is open gets the file's name.
    """
    try:
        readers = READERS | dict.fromkeys(OF_TORCH, open_torch) if torch else READERS
        if path.suffix.lower() not in readers:
            *others, last = readers
            raise InputError(f"suffix is {path.suffix!r}, expected {', '.join(others)} or {last}")
        if not path.is_file():
            raise InputError(f"{other_than_a_file(path)}, expected a file")
        with ExitStack() as files:
            held = readers[path.suffix.lower()](path, files)
            limit.check("its arrays", Work(sum(each.size * each.dtype.itemsize for each in held.headers.values()), 0))
            yield held
    except OSError as error:
        raise InputError(
            f"{plain(path)}: {plain(error.strerror or error)}, expected a file that can be read"
        ) from error
    except InputError as error:
        raise InputError(f"{plain(path)}: {plain(error)}") from error
