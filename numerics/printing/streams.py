"""Standard output and standard error as a command writes to them: what cannot be written is distinguished from a bug."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import Any, TextIO, cast


class OutputError(Exception):
    """Standard output takes no more, and why: `reader_left` if it is a pipe that nobody reads any more.

    No OSError, so that no library takes it for one of its own: rich ends the process at a BrokenPipeError.
    """

    reader_left = False


class _Stream:
    """A stream that hands a failure on, or, if `silent`, drops it with all that follows."""

    def __init__(self, stream: TextIO, silent: bool) -> None:
        self._stream, self._silent = stream, silent
        if hasattr(stream, "reconfigure"):  # a name of a file need not be text, nor the terminal know Greek
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        with self._handed_on():
            return self._stream.write(text)
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        with self._handed_on():
            self._stream.flush()

    @contextmanager
    def _handed_on(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            _to_nowhere(self._stream)  # what is still in its buffer must not fail again when the process ends
            if not self._silent:
                lost = OutputError(error.strerror or str(error))
                lost.reader_left = isinstance(error, BrokenPipeError)
                raise lost from error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def guarded_streams() -> Iterator[None]:
    """Standard output that raises OutputError where it cannot be written; standard error that is silent about it."""
    output, error = (cast(TextIO, _Stream(stream, silent)) for stream, silent in _open_streams())
    with redirect_stdout(output), redirect_stderr(error):
        yield


def open_missing_descriptors() -> bool:
    """Give standard input, output and error that the caller closed a place that takes nothing; whether output was open.

    Otherwise the next file opened would be standard output, and be written into.
    """
    was_open = _is_open(1)
    for descriptor in (0, 1, 2):
        if not _is_open(descriptor):
            opened = os.open(os.devnull, os.O_RDWR)
            if opened != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
            os.set_inheritable(descriptor, True)
    return was_open


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def _open_streams() -> Iterator[tuple[TextIO, bool]]:
    for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
        yield stream if stream is not None else os.fdopen(descriptor, "w", closefd=False), descriptor == 2


def _to_nowhere(stream: TextIO) -> None:
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
