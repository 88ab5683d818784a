"""Tasks that gave no result, and the times after which a task is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from sparse_limits.theory.input_error import InputError

GRACE = 5.0  # seconds of processor time beyond a limit for the worker's own alarm, and of the clock for the parent's
CLOCK = 10.0  # times its limit of processor time a task may take on the clock: one that sleeps or waits uses none


class LostTaskError(RuntimeError):
    """A task passed its limit twice, or its worker died: nobody's input is wrong, and no result came."""


class LateTaskError(LostTaskError):
    """A task passed its limit twice."""


@dataclass(frozen=True)
class Failure:
    """What a task raised, or why it was lost, in place of its result."""

    error: BaseException


def raise_failure(name: str, error: BaseException) -> NoReturn:
    """Raise what a task raised or why it was lost, under its name: for runs that are worth nothing without a task."""
    if isinstance(error, (InputError, LostTaskError)):
        raise type(error)(f"{name}: {error}") from error
    error.add_note(f"in {name}")
    raise error


def reason(error: BaseException) -> str:
    """One line for an error: its kind, unless it is that of a lost task, and the first line of what it says."""
    said = str(error).splitlines()[0] if str(error) else ""
    return said if isinstance(error, LostTaskError) else f"{type(error).__name__}: {said}"
