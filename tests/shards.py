"""Shares of the tests for several machines: `pytest --shard I/N` runs the I-th of N, whole groups of `pytest -n` each."""

from collections.abc import Iterable
from zlib import crc32

import pytest


def shard(words: str) -> tuple[int, int]:
    """The numbers I and N of `I/N`."""
    first, _, many = words.partition("/")
    if first.isdecimal() and many.isdecimal() and 1 <= int(first) <= int(many):
        return int(first), int(many)
    raise pytest.UsageError(f"--shard is {words!r}, expected I/N with I from 1 to N, such as 1/4")


def group(item: pytest.Item) -> str:
    """The group of a test: `pytest -n` runs the tests of a group in one process."""
    return next(item.iter_markers("xdist_group")).args[0]


def shared_out(items: Iterable[pytest.Item], words: str) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """The tests of the shard `I/N`, and all others. The name of its group alone decides where a test belongs."""
    number, many = shard(words)
    parts: tuple[list[pytest.Item], list[pytest.Item]] = ([], [])
    for item in items:
        parts[crc32(group(item).encode()) % many != number - 1].append(item)
    return parts
