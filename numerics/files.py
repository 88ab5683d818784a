"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary name beside `path`, with its suffix, that takes its place when the block ends without an error.

    A link keeps pointing where it does; a device or a pipe is written to, not replaced.

    Raises ValueError, in one line, if the file cannot be written there.
    """
    try:
        special = path.exists() and not path.is_file()
        target = path if special else path.resolve()
        folder = None if special else target.parent
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=folder)
        os.close(handle)
        temporary = Path(name)
        try:
            yield temporary
            if special:
                target.write_bytes(temporary.read_bytes())
            else:
                temporary.chmod(0o666 & ~_umask())
                temporary.replace(target)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}, expected a place to write to") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
