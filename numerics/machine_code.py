"""From Python loops to machine code, which is kept on disk for the next process."""

from __future__ import annotations

import pickle
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast


@cache
def compiled(
    loop: Callable[..., Any], reassociate: bool = False, calls: tuple[Callable[..., Any], ...] = ()
) -> Callable[..., Any]:
    """Compile the loop to machine code; `reassociate` lets sums be taken in another order, which vector units need.

    Where numba is told not to compile (NUMBA_DISABLE_JIT), the loop is returned as it is.

    calls: the functions that the loop calls. They are in its file: what is kept compiled is renewed with the file.
    """
    from numba import config, njit  # here, because importing numba takes a good part of a second
    from numba.extending import register_jitable

    if config.DISABLE_JIT:
        return loop
    for function in calls:
        register_jitable(function)
    fastmath = {"reassoc", "contract"} if reassociate else False
    try:
        machine_code: Any = njit(loop, cache=True, error_model="numpy", fastmath=fastmath)
    except RuntimeError:  # no folder that code could be kept in: each process compiles anew
        return cast(Callable[..., Any], njit(loop, error_model="numpy", fastmath=fastmath))
    kept, own = machine_code._cache, machine_code._cache._cache_file
    base = kept._impl.filename_base + ("-reassociated" if reassociate else "")
    kept._cache_file = CodeFiles(Path(kept.cache_path), base, (own._version, own._source_stamp))
    return cast(Callable[..., Any], machine_code)


class CodeFiles:
    """Where numba keeps the code of one function: a file for each list of types of its arguments, written at once.

    Numba's own index, by which these files are named, is read, changed and written without a lock, and before the file: two
    processes that compile for other types at the same time both take the next number, and each may then run the code of the
    other (numba issue 4807). Here the name follows from what the code is of, and the file says it again.

    Args:
        folder, base: where the files lie, and how their names begin.
        made_from: the version of numba and the source; files made from others are deleted.
    """

    def __init__(self, folder: Path, base: str, made_from: object) -> None:
        self._folder, self._base, self._source = folder, base, _digest(made_from)

    def load(self, key: object) -> Any:
        """The code for a key, the types and the processor; None where there is none."""
        try:
            of, code = pickle.loads(self._file(key).read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError):
            return None
        return code if of == key else None

    def save(self, key: object, code: object) -> None:
        """Keep the code for a key; where there is no place for it, the next process compiles again."""
        from numba.core.serialize import dumps

        file = self._file(key)
        unfinished = file.with_suffix(f".{uuid.uuid4().hex}")
        with suppress(OSError):
            try:
                unfinished.write_bytes(dumps((key, code)))
                unfinished.replace(file)
            finally:
                unfinished.unlink(missing_ok=True)
        self._delete(but=f"{self._base}.{self._source}.")

    def flush(self) -> None:
        """Forget the code for every key."""
        self._delete(but=" ")

    def _file(self, key: object) -> Path:
        return self._folder / f"{self._base}.{self._source}.{_digest(key)}.nbc"

    def _delete(self, but: str) -> None:
        for file in self._folder.glob(f"{self._base}.*"):
            if not file.name.startswith(but):
                with suppress(OSError):
                    file.unlink()


def _digest(value: object) -> str:
    return sha256(repr(value).encode()).hexdigest()[:16]
