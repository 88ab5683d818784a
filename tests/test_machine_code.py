"""Compiled loops: the code that one process leaves serves the next, and no other types, options or source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT

from sparse_limits.numerics.machine_code import CodeFiles

LOOP = """
def total(x):
    s = x[0] * 0
    for i in range(x.shape[0]):
        s += x[i]
    return s{more}
"""
CALL = """
import json, sys
import numpy as np
from sparse_limits.numerics.machine_code import compiled
from loop import total
code = compiled(total, sys.argv[2] == "reassociate")
print(json.dumps([float(code(np.arange(5).astype(sys.argv[1]))), sum(code.stats.cache_hits.values())]))
"""


NO_PLACE = """
from numba.core import caching

def refuse(self):
    raise OSError("read-only")

for locator in caching.CacheImpl._locator_classes:
    locator.ensure_cache_path = refuse
import numpy as np
from sparse_limits.numerics.machine_code import compiled
from loop import total
print(float(compiled(total)(np.arange(5.0))))
"""


def test_without_a_folder_to_keep_code_in_each_process_compiles(tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text(LOOP.format(more=""))
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    command, own = [sys.executable, "-c", NO_PLACE], {**os.environ, "PYTHONPATH": path}
    assert subprocess.run(command, capture_output=True, check=True, text=True, env=own).stdout == "10.0\n"


def test_where_numba_is_not_to_compile_the_loop_runs_as_it_is() -> None:
    call = "from sparse_limits.numerics.machine_code import compiled; print(compiled(len) is len)"
    own = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-c", call]
    assert subprocess.run(command, capture_output=True, check=True, text=True, env=own).stdout == "True\n"


def called(folder: Path, *words: str) -> subprocess.Popen[str]:
    path = os.pathsep.join([str(folder), str(ROOT)])
    command = [sys.executable, "-c", CALL, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path})


def result(process: subprocess.Popen[str]) -> list[float]:
    """The sum, and how often its code was found."""
    said, _ = process.communicate(timeout=300)
    found: list[float] = json.loads(said)
    return found


def test_code_serves_the_next_process_for_the_same_types_options_and_source(tmp_path: Path) -> None:
    (tmp_path / "loop.py").write_text(LOOP.format(more=""))
    both = [called(tmp_path, kind, "exact") for kind in ("float64", "int32")]  # beside each other, and nothing is there
    assert [result(each) for each in both] == [[10, 0], [10, 0]]
    for kind in ("float64", "int32"):
        assert result(called(tmp_path, kind, "exact")) == [10, 1]
    assert result(called(tmp_path, "float64", "reassociate")) == [10, 0]
    (tmp_path / "loop.py").write_text(LOOP.format(more=" + 1"))
    assert result(called(tmp_path, "float64", "exact")) == [11, 0]
    assert result(called(tmp_path, "float64", "exact")) == [11, 1]
    assert len(list((tmp_path / "__pycache__").glob("*.nbc"))) == 2, "the old code of exact sums is still there"


def test_processes_that_compile_at_the_same_time_do_not_get_the_code_of_each_other(tmp_path: Path) -> None:
    """Each has looked before the other has written: in numba's own index both codes would take one name."""
    first, second = (CodeFiles(tmp_path, "loop.total-1", "source") for _ in "12")
    assert first.load("float64") is second.load("int32") is None
    first.save("float64", "code for float64")
    second.save("int32", "code for int32")
    for each in (first, second):
        assert (each.load("float64"), each.load("int32")) == ("code for float64", "code for int32")


def test_a_file_is_taken_for_what_it_says_that_it_is_of(tmp_path: Path) -> None:
    files = CodeFiles(tmp_path, "loop.total-1", "source")
    files.save("float64", "code")
    (file,) = tmp_path.iterdir()
    file.rename(files._file("int32"))
    assert files.load("int32") is None
    files.save("int32", "other code")
    assert files.load("int32") == "other code"
    files._file("int32").write_bytes(b"torn")
    assert files.load("int32") is None


def test_code_of_another_source_is_deleted_and_that_of_other_loops_is_not(tmp_path: Path) -> None:
    for base, source in (("loop.total-1", "old"), ("loop.total-12", "old"), ("loop.total-1", "new")):
        CodeFiles(tmp_path, base, source).save("float64", f"{base}, {source}")
    assert CodeFiles(tmp_path, "loop.total-1", "old").load("float64") is None
    assert CodeFiles(tmp_path, "loop.total-12", "old").load("float64") == "loop.total-12, old"
    new = CodeFiles(tmp_path, "loop.total-1", "new")
    assert new.load("float64") == "loop.total-1, new"
    new.flush()
    assert new.load("float64") is None
    assert len(list(tmp_path.iterdir())) == 1


def test_where_code_cannot_be_kept_it_is_compiled(tmp_path: Path) -> None:
    files = CodeFiles(tmp_path / "none", "loop.total-1", "source")
    files.save("float64", "code")
    assert files.load("float64") is None


@pytest.mark.parametrize("reassociate", [False, True])
def test_numba_asks_these_files(reassociate: bool) -> None:
    """Numba has no public way to name them: were its own attribute another one, it would go on with its own index."""
    from sparse_limits.numerics.machine_code import compiled

    code = compiled(_nothing, reassociate)
    assert isinstance(code._cache._cache_file, CodeFiles)
    assert code(3) == 3
    assert code._cache._cache_file.load(code._cache._index_key(code.signatures[0], code.targetctx.codegen()))


def _nothing(x: int) -> int:
    return x
