"""Files of tensors in the format .safetensors, little-endian.

A certificate holds for one reading of a file, so that a file that can be read in two ways is refused; the library safetensors
(0.8) takes a tensor that is named twice, and reads no bfloat16 into NumPy.
"""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files.headers import Header, OpenArrays, checked_header, once, whole_file
from sparse_limits.numerics.printing.plain_text import plain

TYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "U8": "|u1", "BOOL": "|b1"}
NAME = re.compile(r"[!-~]{1,200}")
LONGEST_HEADER = 2**20


def open_safetensors(path: Path, files: ExitStack) -> OpenArrays:
    """The tensors of a file that stays open as long as `files`.

    Eight bytes for the length of a header in JSON, the header, and the numbers, which belong to one tensor each.
    InputError for names of other letters than visible ones of ASCII, names that occur twice, and numbers of no tensor or
    of two.
    """
    stream = files.enter_context(path.open("rb"))
    size = path.stat().st_size
    with whole_file(".safetensors"):
        start = 8 + int.from_bytes(stream.read(8), "little")
        if not 8 < start <= min(size, 8 + LONGEST_HEADER):
            raise InputError(f"damaged (a header up to byte {start} of {size}), expected a whole .safetensors file")
        entries = json.loads(stream.read(start - 8).decode(), object_pairs_hook=once)
        entries.pop("__metadata__", None)
        headers = {name: _header(name, entry) for name, entry in entries.items()}
        places = {name: _place(name, headers[name], entry["data_offsets"]) for name, entry in entries.items()}
    end = 0
    for name, (begin, until) in sorted(places.items(), key=lambda each: each[1]):
        if begin != end:
            raise InputError(f"{name}: its numbers start at byte {begin}, expected {end}, where others end")
        end = until
    if start + end != size:
        raise InputError(f"its tensors end at byte {start + end} of {size}, expected the last one")

    def read(name: str) -> NDArray[Any]:
        begin, until = places[name]
        with whole_file(".safetensors"):
            stream.seek(start + begin)
            return np.frombuffer(stream.read(until - begin), headers[name].dtype).reshape(headers[name].shape)

    return OpenArrays(headers, read)


def _header(name: str, entry: dict[str, Any]) -> Header:
    if not NAME.fullmatch(name):
        raise InputError(f"holds '{plain(name, 80)}', expected names of visible letters of ASCII")
    if entry["dtype"] not in TYPES:
        raise InputError(f"{name}: entries {plain(entry['dtype'], 40)}, expected one of {', '.join(TYPES)}")
    return checked_header(name, entry["shape"], np.dtype(TYPES[entry["dtype"]]))


def _place(name: str, header: Header, offsets: list[int]) -> tuple[int, int]:
    begin, end = offsets
    if (
        not all(type(place) is int for place in offsets)
        or begin < 0
        or end - begin != header.size * header.dtype.itemsize
    ):
        raise InputError(f"{name}: bytes {plain(begin, 40)} to {plain(end, 40)}, expected those of {header}")
    return begin, end
