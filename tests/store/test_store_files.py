"""The files of a store: whole lines are found again, torn ones are not, and several processes may write beside each other."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers import ROOT
from hypothesis import given
from hypothesis import strategies as st

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.store import Store, store_at

A, B, C = ("a" * 64, "b" * 64, "c" * 64)

WRITER = """
import sys
from sparse_limits.numerics.store import Store
store, n = Store(sys.argv[1]), 0
while True:
    store.add(f"{int(sys.argv[2]) + n:064x}", "a number", [n, "x" * 5000])
    n += 1
    print(n, flush=True)
"""


def numbered(place: int) -> str:
    return f"{place:064x}"


def test_what_is_added_is_found_in_this_store_and_in_a_later_one(tmp_path: Path) -> None:
    store = Store(tmp_path / "new" / "folder")
    assert store.find(A) == []
    store.add(A, "a result", {"x": [1.5, float("inf"), "Größe\nand a second line"]})
    store.add(B, "nothing", None)
    for each in (store, Store(store.folder)):
        assert each.find(A) == [{"x": [1.5, float("inf"), "Größe\nand a second line"]}]
        assert each.find(B) == [None]
        assert each.find(C) == []
    (file,) = store.folder.iterdir()
    for line in file.read_text("utf-8").splitlines():
        assert json.loads(line)[1] in (A, B)  # people and other programs can read it


@given(st.integers(min_value=0))
def test_a_file_that_ends_anywhere_gives_its_whole_lines(tmp_path_factory: pytest.TempPathFactory, length: int) -> None:
    folder = tmp_path_factory.mktemp("store")
    store = Store(folder)
    for place in range(3):
        store.add(numbered(place), "a number", place)
    (file,) = folder.iterdir()
    text = file.read_bytes()
    ends = [place for place, each in enumerate(text) if each == ord("\n")]
    kept = length % (len(text) + 1)
    file.write_bytes(text[:kept])
    found = [Store(folder).find(numbered(place)) for place in range(3)]
    assert found == [[place] if kept >= end else [] for place, end in enumerate(ends)]
    again = Store(folder)
    again.add(numbered(2), "a number", 2)
    assert Store(folder).find(numbered(2)) == [2]


def test_a_line_that_has_changed_is_none(tmp_path: Path) -> None:
    Store(tmp_path).add(A, "a verdict", "refuted")
    (file,) = tmp_path.iterdir()
    text = file.read_text("ascii")
    for old, new in (("refuted", "holds"), (A, B), ("a verdict", "another")):
        file.write_text(text.replace(old, new), "ascii")
        assert Store(tmp_path).find(A) == Store(tmp_path).find(B) == []
    file.write_text(text, "ascii")
    assert Store(tmp_path).find(A) == ["refuted"]


def test_processes_write_beside_each_other_and_a_killed_one_loses_one_line_at_most(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [
        subprocess.Popen([*start, str(first)], stdout=subprocess.PIPE, env=environment, text=True)
        for first in (0, 10**6)
    ]
    told = []
    for writer in writers:
        for _ in range(20):
            assert writer.stdout is not None
            told.append(int(writer.stdout.readline()))
    time.sleep(0.05)
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
        assert writer.stdout is not None
        told.append(int(writer.stdout.read().split()[-1]))
        writer.stdout.close()
        writer.wait()
    after = Store(tmp_path)
    for first, written in zip((0, 10**6), told[-2:], strict=True):
        for place in range(written):
            assert after.find(numbered(first + place)) == [[place, "x" * 5000]]
        assert after.find(numbered(first + written + 1)) == []


def test_stores_are_joined_by_name_or_by_copying_their_files(tmp_path: Path) -> None:
    for name, key in (("one", A), ("two", B)):
        Store(tmp_path / name).add(key, name, name)
    whole = Store(tmp_path / "whole", [tmp_path / "one", tmp_path / "two"])
    assert [whole.find(key) for key in (A, B, C)] == [["one"], ["two"], []]
    assert [Store(tmp_path / "whole").find(key) for key in (A, B)] == [["one"], ["two"]]
    for one in (str(tmp_path / "one"), tmp_path / "one"):  # no list: the only folder, and not one for each letter
        assert Store(tmp_path / "few", one).find(A) == ["one"]
    (file,) = (tmp_path / "one").iterdir()
    file.rename(tmp_path / "two" / file.name)
    assert [Store(tmp_path / "two").find(key) for key in (A, B)] == [["one"], ["two"]]


def test_what_is_no_folder_of_results_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "empty").mkdir()
    refused = [
        (lambda: Store(tmp_path / "file"), "keep is .*file.*exists, expected a folder"),
        (lambda: Store(tmp_path / "file" / "below"), "keep is .*below.*expected a folder"),
        (lambda: Store("a\0b"), "keep is .*null byte, expected a folder"),
        (lambda: store_at(""), "keep is '', expected a folder"),
        (lambda: Store(tmp_path / "new", ""), "join is '', which has no results"),
        (lambda: Store(tmp_path / "new", [tmp_path / "empty"]), "join is .*empty', which has no results"),
        (lambda: Store(tmp_path / "new", [tmp_path / "nothing"]), "join is .*nothing', which has no results"),
        (lambda: store_at(None, [tmp_path / "one"]), "join is .*one', expected `keep`, too"),
        (lambda: store_at(None, "one"), "join is 'one', expected `keep`, too"),
        (lambda: store_at(Store(tmp_path / "own"), [tmp_path / "one"]), "join is .*one', expected none with a Store"),
    ]
    for attempt, why in refused:
        with pytest.raises(InputError, match=why):
            attempt()
    assert store_at(None) is None


def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.add(A, "a number", 1)

    class Full(io.BytesIO):
        def write(self, text: bytes) -> int:
            return len(text) // 2

    monkeypatch.setattr(Path, "open", lambda path, mode, buffering: Full())
    with pytest.raises(InputError, match="No space left on device, expected a folder to write to"):
        store.add(B, "a number", 2)
    monkeypatch.undo()
    assert (store.find(B), Store(tmp_path).find(A)) == ([], [1])


def test_what_is_added_after_a_torn_line_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short write leaves half a line, to which the next one must not be joined."""
    store, opened = Store(tmp_path), Path.open

    class Full:
        def __init__(self, file: io.FileIO) -> None:
            self.file = file

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *error: object) -> None:
            self.file.close()

        def write(self, text: bytes) -> int:
            return self.file.write(text[: len(text) // 2])

    monkeypatch.setattr(Path, "open", lambda path, mode, buffering: Full(opened(path, mode, buffering)))
    with pytest.raises(InputError, match="No space left on device"):
        store.add(A, "a number", 1)
    monkeypatch.undo()
    store.add(B, "a number", 2)
    after = Store(tmp_path)
    assert (after.find(A), after.find(B)) == ([], [2])


def test_the_name_of_a_file_need_be_no_text(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.csv")
    Store(tmp_path).add(A, f"snip on {name}", [name, "é"])
    assert Store(tmp_path).find(A) == [[name, "é"]]
