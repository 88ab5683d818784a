"""Slices of the tests that are expensive and many: `pytest --slice I/N` takes one of N parts of those marked `sliced`.

A commit's number chooses the slice (`.ci/run`), so that every such test comes up within N commits. `--rest I/N` slices the
other tests as well, file by file, but for those marked `fast`. With `--since REV` those are taken too that the changes since a
revision touch, as far as the time reaches: first those whose own file has changed, then file by file, in another order in each slice.

A test is touched when a file has changed that its marker names, `sliced("book/lifts.md")`, or else when its own file has, or
one that this imports of `theory` and `numerics`, at whatever depth.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

import pytest
from fast import FAST
from helpers import ROOT
from long import LONG, LONG_FILES
from shards import shard

from sparse_limits.theory.dependencies import files_behind, imports_of

TOUCHED = pytest.StashKey[bool]()
BEGIN = time.monotonic()
MOST_CHANGED = 20  # pages that are taken because they have changed; of more, those in the slice


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("slices")
    group.addoption("--slice", metavar="I/N", help="of the tests marked sliced take the I-th of N parts (default: all)")
    group.addoption("--rest", metavar="I/N", help="of the files of other tests take the I-th of N parts (default: all)")
    group.addoption("--since", metavar="REV", help="and those that the changes since a revision touch")
    group.addoption("--within", type=float, metavar="S", help="touched tests are skipped after so many seconds")


def in_slice(name: str, words: str) -> bool:
    """Whether the slice `I/N` has what a name stands for: a test, a page, a claim. Its name alone decides."""
    number, many = shard(words)
    return crc32(name.encode()) % many == number - 1


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no file of which no test is taken: the imports of all take longer than many a slice."""
    rest, since = config.getoption("rest"), config.getoption("since")
    if config.getoption("slice") is None or rest is None or since or collection_path.suffix != ".py":
        return None
    name = collection_path.relative_to(config.rootpath).as_posix()
    return None if in_slice(name, rest) or has_other_tests(collection_path, name) else True


def has_other_tests(path: Path, name: str) -> bool:
    """Whether a file has tests that are taken in every slice, or that are sliced by themselves."""
    name, text = name.removeprefix("tests/"), path.read_text("utf-8")
    of_lists = path.stem in FAST or name in LONG_FILES or any(each.startswith(f"{name}::") for each in LONG)
    return of_lists or ".sliced" in text or ".fast" in text


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is in no slice asked for and is not touched; what is merely touched comes last."""
    if (words := config.getoption("slice")) is None:
        return
    changed = changed_since(config.getoption("since"))
    rest = config.getoption("rest") or "1/1"
    taken, left = [], []
    for item in items:
        sliced = item.get_closest_marker("sliced") is not None
        always = not sliced and item.get_closest_marker("fast") is not None
        if always or (in_slice(unit_of(item), words) if sliced else in_slice(file_of(item), rest)):
            taken.append(item)
            continue
        item.stash[TOUCHED] = bool(changed) and not changed.isdisjoint(files_of(item))
        (taken if item.stash[TOUCHED] else left).append(item)
    items[:] = sorted(taken, key=lambda item: urgency(item, changed, words))
    config.hook.pytest_deselected(items=left)


def urgency(item: pytest.Item, changed: frozenset[Path], words: str) -> tuple[bool, bool, int]:
    """By this a test is sorted: what is merely touched comes last, and what the time does not reach is another part in each slice."""
    if not item.stash.get(TOUCHED, False):
        return False, False, 0
    return True, item.path not in changed, crc32(f"{words} {file_of(item)}".encode())


def file_of(item: pytest.Item) -> str:
    """The path of a test's file, as tests are named by it."""
    return item.nodeid.partition("::")[0]


def unit_of(item: pytest.Item) -> str:
    """What decides the slice of a test: its file, if this is sliced as a whole and the test has no files of its own, else its name."""
    file = file_of(item)
    own = any(marker.args for marker in item.iter_markers("sliced"))
    return file if file.removeprefix("tests/") in LONG_FILES and not own else item.nodeid


def pytest_runtest_setup(item: pytest.Item) -> None:
    within = item.config.getoption("within")
    if item.stash.get(TOUCHED, False) and within is not None and time.monotonic() > BEGIN + within:
        pytest.skip("touched by the change, but there is no time left")


def changed_since(revision: str | None) -> frozenset[Path]:
    """The files of the repository that differ from a revision; none without one."""
    if revision is None:
        return frozenset()
    command = ["git", "diff", "--name-only", revision]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(ROOT / line for line in done.stdout.splitlines())


def files_of(item: pytest.Item) -> frozenset[Path]:
    """The files by whose change a test is touched."""
    named = [name for marker in item.iter_markers("sliced") for name in marker.args]
    return frozenset(ROOT / name for name in named) if named else behind(item.path)


@cache
def behind(path: Path) -> frozenset[Path]:
    """A test's file and what it imports of the packages."""
    return files_behind(imports_of(path)) | {path}


def sliced(names: Sequence[str], config: pytest.Config) -> list[str]:
    """Of what one test goes through, files of the repository or not, those that are taken."""
    return taken(names, config.getoption("slice"), config.getoption("since"))


def taken(names: Sequence[str], words: str | None, since: str | None) -> list[str]:
    """The names in a slice, and those of files that have changed since a revision, unless these are too many; all without a slice."""
    if words is None:
        return list(names)
    number, many = shard(words)
    changed = [each for each in names if ROOT / each in changed_since(since)]
    found = {*names[number - 1 :: many], *(changed if len(changed) <= MOST_CHANGED else ())}
    return [each for each in names if each in found]


if __name__ == "__main__":  # python tests/slices.py I/N REV: the pages whose code is run
    files = taken(sorted(f"book/{page.name}" for page in (ROOT / "book").glob("*.md")), *sys.argv[1:3])
    print(*(Path(each).stem for each in files))
