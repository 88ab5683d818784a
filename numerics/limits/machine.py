"""The memory that this process can have: of the machine, of the control group that it is in, and by its own limits."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from pathlib import Path

UNKNOWN = 2**33  # bytes, where the system does not say


def machine_memory() -> int:
    """The bytes that this process can have: the least of the machine's, its control group's and its own limits (`ulimit`).

    Examples:
        >>> machine_memory() > 2**20
        True
    """
    found = [_installed(), *_of_groups(Path("/"))]
    with suppress(ImportError):  # on Windows there are no such limits
        import resource

        soft = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
        found += [each for each in soft if each != resource.RLIM_INFINITY]
    return min(found)


@cache
def _installed() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return UNKNOWN


@cache
def _of_groups(root: Path) -> tuple[int, ...]:
    """The limits of memory of the control groups that the process is in, of either version; none where there are no such groups."""
    folders = {root / "sys/fs/cgroup", root / "sys/fs/cgroup/memory"}
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, kinds, path = line.split(":", 2)
            if kinds in ("", "memory"):
                own = root / "sys/fs/cgroup" / kinds / path.strip("/")
                folders |= {own, *own.parents}
    found = []
    for name in ("memory.max", "memory.limit_in_bytes"):
        for folder in folders:
            with suppress(OSError, ValueError):  # "max" is no number
                found.append(int((folder / name).read_text()))
    return tuple(found)
