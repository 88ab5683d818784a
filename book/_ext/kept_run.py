"""The run of the ledger that a build was made with, for the next build: where no code has changed, nothing is run or read again."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import cache
from pathlib import Path

from sphinx.application import Sphinx

from sparse_limits import numerics, theory
from sparse_limits.numerics.files import replacing
from sparse_limits.numerics.ledger.verification import Run
from sparse_limits.numerics.store.keys import digest_of, environment
from sparse_limits.theory.entries import Entry, Ledger

CODE = (Path(numerics.__file__).parent, Path(theory.__file__).parent, Path(__file__).parent)


class _Writer(pickle.Pickler):
    def persistent_id(self, value: object) -> str | None:
        """An entry is in the ledger, and stands in the file by its label."""
        return value.label if isinstance(value, Entry) else None


class _Reader(pickle.Unpickler):
    def __init__(self, file: object, ledger: Ledger) -> None:
        super().__init__(file)  # type: ignore[arg-type]
        self.ledger = ledger

    def persistent_load(self, label: str) -> Entry:
        return self.ledger[label]


def read_run(app: Sphinx, ledger: Ledger) -> Run | None:
    """The run of the build before; None if there is none, or if code has changed since: then it is gone."""
    path = _file(app)
    if path.is_file():
        with path.open("rb") as file:
            if pickle.load(file) == _code(app.srcdir):
                run: Run = _Reader(file, ledger).load()
                return replace(run, kept=run.totals["checks"])
        path.unlink()
    return None


def keep_run(app: Sphinx, error: Exception | None) -> None:
    """Write a new run for the next build, unless a check has failed, which may have lacked the time."""
    if error is None and app.new_run and not app.run.failed:  # type: ignore[attr-defined]
        with replacing(_file(app)) as temporary, temporary.open("wb") as file:
            pickle.dump(_code(app.srcdir), file)
            _Writer(file).dump(app.run)  # type: ignore[attr-defined]


def is_of_the_run(app: Sphinx, file: Path) -> bool:
    """Whether a file that a build has made is of the run that is kept: not older."""
    return file.is_file() and _file(app).is_file() and file.stat().st_mtime_ns >= _file(app).stat().st_mtime_ns


def _file(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "run.pickle"


@cache
def _code(pages: Path) -> str:
    """A digest of the code behind the book's claims and boxes, and of its literature."""
    return digest_of(
        [*(file for folder in CODE for file in folder.rglob("*.py")), *Path(pages).glob("*.bib")], environment()
    )
