"""Reports written to a file or to standard output."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any

from sparse_limits.numerics.files import replacing


def write_text(destination: str, text: str) -> None:
    """Write to a file, whole or not at all, or to standard output for `-`.

    Raises:
        InputError: if the destination cannot be written.
    """
    if destination == "-":
        sys.stdout.write(text)
        return
    with replacing(Path(destination)) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace")  # a file's name need not be text


def write_outputs(*outputs: tuple[str | Path | None, Callable[[Any], object]]) -> None:
    """Call the writer of each destination that is given, files first: standard output may have lost its reader."""
    given = [(destination, write) for destination, write in outputs if destination is not None]
    for destination, write in sorted(given, key=lambda each: each[0] == "-"):
        write(destination)


def write_json(destination: str, data: object) -> None:
    """Write data as JSON, in ASCII; a number that is not finite becomes null. Errors as for `write_text`."""
    write_text(destination, json.dumps(_finite(data), indent=2, allow_nan=False) + "\n")


def write_csv(destination: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Write a table with a header: numbers in full, nothing where nothing is known, sizes as 64x32. Errors as for `write_text`.

    rows: of the same names; a row within a row has its names after a dot; the words of a list are separated by semicolons.
    """
    flat = [dict(_flat(row)) for row in rows]
    text = io.StringIO()
    table = csv.DictWriter(text, list(dict.fromkeys(name for row in flat for name in row)), lineterminator="\n")
    table.writeheader()
    table.writerows(flat)
    write_text(destination, text.getvalue())


def _flat(row: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, (list, tuple)):
            yield before + name, ("x" if all(isinstance(each, int) for each in value) else "; ").join(map(str, value))
        else:
            yield before + name, value


def _finite(value: object) -> object:
    """The same with None for numbers that JSON cannot hold."""
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value
