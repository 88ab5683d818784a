"""How far a command is, on standard error: a bar on a terminal, lines elsewhere, nothing where a command is to be quiet.

Standard output is left to results. A command that ends within `WAIT` seconds prints no line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from time import monotonic
from typing import TYPE_CHECKING

from sparse_limits.numerics.printing.plain_text import plain

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

WAIT = 2.0  # seconds before the first line
APART = 5.0  # seconds between two lines that only count
AT_ONCE = 1.0  # seconds: what is done by then, such as results that were kept, does not tell the pace
LEAST = 0.01  # share of the work after which the pace is known


class Stage(str):
    """What is being done, in words, with the number of steps that are done before it, and of how many.

    A stage within a step is `Stage(stage, done, of)`: its own share of the step is added. before: put in front of the words.

    Examples:
        >>> stage = Stage(Stage("pruning network 3 of 4", 2, 4), 1, 8, before="snip: ")
        >>> stage, stage.counted, stage.share
        ('snip: pruning network 3 of 4', '1 of 8 steps', 0.1875)
    """

    share: float
    counted: str

    def __new__(cls, doing: str, done: int, of: int, before: str = "") -> Stage:
        stage = super().__new__(cls, before + doing)
        inside = doing.share if isinstance(doing, Stage) else 0.0
        stage.share, stage.counted = (done + inside) / of, f"{done} of {of} steps" if of > 1 else ""
        return stage


def within(progress: Callable[[str], object], done: int, of: int, before: str = "") -> Callable[[str], object]:
    """What reports to `progress` the stages of one step of many, as `Stage` does."""
    return lambda doing: progress(Stage(doing, done, of, before))


class Pace:
    """How long the rest of the work takes, by what is done of it up to now."""

    def __init__(self, share: float = 0.0) -> None:
        self._share = self._share_before = share
        self._start = self._first = self._last = monotonic()

    def advance(self, share: float) -> None:
        """Take note of the share of the work that is done."""
        if share > self._share:
            self._share, self._last = min(share, 1.0), monotonic()
        if self._last < self._first + AT_ONCE:
            self._start, self._share_before = self._last, self._share

    @property
    def share(self) -> float:
        """The share of the work that is done."""
        return self._share

    @property
    def left(self) -> float:
        """Seconds; 0 where the pace is not known yet, and where the work should have ended at the pace of the last advance."""
        known = self._share - self._share_before
        if known < LEAST:
            return 0.0
        left = (self._last - self._start) * (1.0 - self._share) / known
        return max(0.0, left - (monotonic() - self._last))


class Progress:
    """What a command reports its stages and counts to; this one shows nothing."""

    def __init__(self) -> None:
        self._pace, self._uncounted = Pace(), False

    def stage(self, doing: str) -> None:
        """Say what is being done now; a `Stage` says how much is done before it."""
        if isinstance(doing, Stage):
            self._advance(doing.share)
            self._show(doing, self._known(doing.counted))
        else:
            self._uncounted = True
            self._show(doing, "")

    def count(self, done: int, of: int, pieces: str, share: float | None = None) -> None:
        """Say how many pieces are done; share: of the work, where pieces differ."""
        self._advance(done / of if share is None else share)
        self._show("", self._known(f"{done} of {of} {pieces}"))

    def ended(self, piece: str, counted: str) -> None:
        """Say how a piece ended, after the count of what is done."""

    def failed(self, what: str) -> None:
        """Say at once that something failed, which the command reports at its end."""

    def _advance(self, share: float) -> None:
        """Take note of how much is done; a stage that counts nothing, such as reading, does not tell the pace of the rest."""
        if self._uncounted:
            self._pace, self._uncounted = Pace(self._pace.share), False
        self._pace.advance(share)

    def _known(self, counted: str) -> str:
        """How much is done, and the time left where that is known."""
        left = self._pace.left
        return ", ".join(filter(None, (counted, f"about {in_words(left)} left" if left else "")))

    def _show(self, doing: str, known: str) -> None:
        """Show what is being done, and how much is done; either may be empty."""


class _Lines(Progress):
    """One plain line for each stage and each piece that has ended, and one every few seconds for counts."""

    def __init__(self, command: str) -> None:
        super().__init__()
        self._command, self._stream = command, sys.stderr
        self._opens, self._printed, self._waiting = monotonic() + WAIT, -APART, ""
        self._lock = Lock()
        self._timer: Timer | None = None

    def ended(self, piece: str, counted: str) -> None:
        self._line(f"{piece}; {self._known(counted)}")

    def _show(self, doing: str, known: str) -> None:
        if doing and self._timer is None:  # not for counts: no thread is to run where workers are forks
            self._timer = Timer(WAIT, self._print)
            self._timer.daemon = True
            self._timer.start()
        self._line("; ".join(filter(None, (doing, known))), apart=0.0 if doing else APART)

    def _line(self, line: str, apart: float = 0.0) -> None:
        self._waiting = line
        if monotonic() >= max(self._opens, self._printed + apart):
            self._print()

    def _print(self) -> None:
        """Print the line that waits; the timer does so, too, since a first stage may be long."""
        with self._lock:
            if self._waiting:
                print(f"{self._command}: {plain(self._waiting)}", file=self._stream, flush=True)
                self._printed, self._waiting = monotonic(), ""

    def close(self) -> None:
        """Print nothing more."""
        if self._timer is not None:
            self._timer.cancel()


class _Drawn(Progress):
    """A bar on a terminal, which goes when the work is done."""

    def __init__(self, command: str, bar: Bar) -> None:
        super().__init__()
        self._command, self._bar = command, bar
        self._task = bar.add_task(command, total=None, known="")

    def failed(self, what: str) -> None:
        self._bar.console.print(plain(what), style="red", markup=False, highlight=False)

    def _show(self, doing: str, known: str) -> None:
        total = 1.0 if known else None  # the bar moves to and fro until a total is known
        said = plain(doing or self._command)
        self._bar.update(self._task, description=said, known=known, completed=self._pace.share, total=total)


@contextmanager
def progress(command: str, *, quiet: bool) -> Iterator[Progress]:
    """What a command reports its progress to, shown while the block runs."""
    bar = None if quiet else _bar()
    if quiet:
        yield Progress()
    elif bar is not None:
        with bar:
            yield _Drawn(command, bar)
    else:
        lines = _Lines(command)
        try:
            yield lines
        finally:
            lines.close()


def _bar() -> Bar | None:
    """A bar, if standard error is a terminal that can draw one."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(file=sys.stderr)
    if not console.is_interactive:
        return None
    doing, known = (TextColumn(f"{{task.{each}}}", markup=False) for each in ("description", "fields[known]"))
    columns = (doing, BarColumn(), known, TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True, redirect_stdout=False)


def in_words(seconds: float) -> str:
    """A time in the unit in which it is short.

    Examples:
        >>> in_words(0.2), in_words(40.4), in_words(754), in_words(9000)
        ('1 s', '40 s', '13 min', '2.5 h')
    """
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
