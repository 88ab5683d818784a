"""Reports written to a file or to standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from math import isfinite
from pathlib import Path

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


def write_json(destination: str, data: object) -> None:
    """Write data as JSON, in ASCII; a number that is not finite becomes null. Errors as for `write_text`."""
    write_text(destination, json.dumps(_finite(data), indent=2, allow_nan=False) + "\n")


def _finite(value: object) -> object:
    """The same with None for numbers that JSON cannot hold."""
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not isfinite(value) else value
