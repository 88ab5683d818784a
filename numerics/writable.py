"""Whether a file can be written, asked before any work is done: needs nothing that takes long to import."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from sparse_limits.theory.input_error import InputError


def check_writable(destination: str | None) -> None:
    """Refuse a file that cannot be written before any work is done.

    Raises:
        InputError: if the folder or a file that is there does not let us write, the folder does not exist, or the name is that
            of a folder or too long.
    """
    if destination is None or destination == "-":
        return
    if "\0" in destination:
        raise InputError(f"{destination!r}: holds a zero byte, expected the name of a file")
    try:
        path = Path(destination)
        if path.is_dir():
            raise InputError(f"{destination or 'the empty name'}: is a folder, expected the name of a file")
        with suppress(FileNotFoundError):
            path.stat()  # it may be too long
        if path.exists() and not os.access(path, os.W_OK):
            raise InputError(f"{destination}: it cannot be written to, expected a place that can")
        if path.exists() and not path.is_file():  # a device or a pipe
            return
        folder = Path(os.path.realpath(destination)).parent
        if not folder.is_dir():
            raise InputError(f"{destination}: the folder {folder} does not exist, expected one that does")
        tempfile.TemporaryFile(dir=folder).close()  # some folders refuse even root
    except OSError as error:
        raise InputError(f"{destination}: {error.strerror or error}, expected a place to write to") from error
