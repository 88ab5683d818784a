"""Slices: each sliced test, page, seed and mutant is in one of them, and what a change touches is taken besides."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from helpers import ROOT
from long import LONG, LONG_FILES
from slices import TOUCHED, behind, files_of, in_slice, sliced, unit_of, urgency

from sparse_limits.numerics.ledger.mutants import mutants_of
from sparse_limits.theory.ledger import claim, load_ledger
from sparse_limits.theory.selection import part_of

SLICES = int(
    next(line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("slices="))
    .split("=")[1]
    .split()[0]
)
MANY = """
import pytest

@pytest.mark.sliced
@pytest.mark.parametrize("number", range(50))
def test_one_of_many(number):
    pass

def test_of_every_run():
    pass
"""


def config(words: str | None, since: str | None = None) -> SimpleNamespace:
    return SimpleNamespace(getoption={"slice": words, "since": since}.get)


def test_ten_or_so_commits_see_everything() -> None:
    assert 5 <= SLICES <= 13
    words = [f"{number}/{SLICES}" for number in range(1, SLICES + 1)]
    for names in ([f"test_{i}" for i in range(200)], [f"book/page_{i}.md" for i in range(145)]):
        assert all(sum(in_slice(name, each) for each in words) == 1 for name in names)
        parts = [sliced(names, config(each)) for each in words]
        assert sorted(name for part in parts for name in part) == sorted(names)
        assert max(map(len, parts)) <= len(names) // SLICES + 1
    assert sliced(["a", "b"], config(None)) == ["a", "b"]


@pytest.mark.parametrize("stride", range(1, 11))
def test_every_few_commits_see_everything_too(stride: int) -> None:
    """A push may have several commits, of which the last is run: no stride up to ten leaves a slice out for good."""
    assert len({stride * number % SLICES for number in range(SLICES)}) == SLICES


def test_claims_of_all_slices_are_all_claims() -> None:
    labels = [entry.label for entry in load_ledger()]
    parts = [part_of(labels, f"{number}/{SLICES}") for number in range(1, SLICES + 1)]
    assert sorted(label for part in parts for label in part) == sorted(labels)


def test_mutants_of_all_parts_are_all_mutants() -> None:
    kink = claim("N1")
    for subject in kink.claimed:
        whole = {mutant.name for mutant in mutants_of(kink, subject)}
        parts = [{mutant.name for mutant in mutants_of(kink, subject, SLICES, first)} for first in range(SLICES)]
        assert whole <= set().union(*parts)


def test_long_tests_are_there() -> None:
    for each in LONG:
        place, _, name = each.partition("::")
        assert f"\ndef {name}(" in (ROOT / "tests" / place).read_text("utf-8"), each


def test_long_files_are_there_and_go_as_one() -> None:
    assert all((ROOT / "tests" / name).is_file() for name in LONG_FILES)
    assert not {each.partition("::")[0] for each in LONG} & LONG_FILES
    file, marks = sorted(LONG_FILES)[0], [pytest.mark.sliced.mark]
    for name, unit in ((f"tests/{file}::test_a[1]", f"tests/{file}"), ("tests/test_cli.py::b", "tests/test_cli.py::b")):
        assert unit_of(SimpleNamespace(nodeid=name, iter_markers=lambda _: marks)) == unit
    page = SimpleNamespace(nodeid=f"tests/{file}::c[x]", iter_markers=lambda _: [pytest.mark.sliced("book/x.md").mark])
    assert unit_of(page) == f"tests/{file}::c[x]"


def collected(folder: Path, *words: str) -> list[str]:
    done = subprocess.run(
        ["python", "-m", "pytest", "--collect-only", "-q", "-p", "slices", "-o", "addopts=", *words],
        cwd=folder,
        env={
            "PATH": f"{Path(pytest.__file__).parents[4] / 'bin'}:/usr/bin:/bin",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return [line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line]


def test_pytest_takes_the_slice_and_all_that_is_not_sliced(tmp_path: Path) -> None:
    (tmp_path / "test_many.py").write_text(MANY)
    parts = [collected(tmp_path, "--slice", f"{number}/4") for number in range(1, 5)]
    assert all("test_of_every_run" in part for part in parts)
    numbers = [name for part in parts for name in part if name != "test_of_every_run"]
    assert len(numbers) == len(set(numbers)) == 50
    assert all(len(part) > 1 for part in parts)
    assert len(collected(tmp_path)) == 51


def test_other_tests_are_sliced_by_files_where_asked(tmp_path: Path) -> None:
    for letter in "abcdef":
        (tmp_path / f"test_{letter}.py").write_text(f"def test_{letter}1(): pass\ndef test_{letter}2(): pass\n")
    parts = [collected(tmp_path, "--slice", "1/4", "--rest", f"{number}/2") for number in (1, 2)]
    assert all(0 < len(part) < 12 and len(part) % 2 == 0 for part in parts)
    assert len({name for part in parts for name in part}) == 12
    assert len(collected(tmp_path, "--rest", "1/2")) == 12  # without slices everything is taken
    (tmp_path / "test_g.py").write_text("import pytest\n@pytest.mark.fast\ndef test_g(): pass\n")
    assert all("test_g" in collected(tmp_path, "--slice", "1/4", "--rest", f"{number}/2") for number in (1, 2))


def test_files_of_which_nothing_is_taken_are_not_imported(tmp_path: Path) -> None:
    for letter in "abcdefgh":
        (tmp_path / f"test_{letter}.py").write_text(
            f"from pathlib import Path\n\nPath('{letter}').touch()\ndef test_{letter}(): pass\n"
        )
    taken = collected(tmp_path, "--slice", "1/4", "--rest", "1/2")
    assert 0 < len(taken) < 8
    assert {name.removeprefix("test_") for name in taken} == {each.name for each in tmp_path.glob("?")}


def test_what_is_merely_touched_comes_last_and_in_another_order_in_each_slice() -> None:
    def item(name: str, touched: bool) -> SimpleNamespace:
        return SimpleNamespace(nodeid=f"{name}::t", path=ROOT / name, stash={TOUCHED: touched})

    names = [f"tests/test_{letter}.py" for letter in "abcdefgh"]
    items = [item(name, touched=True) for name in names] + [item("tests/test_own.py", touched=False)]
    orders = [
        [
            each.nodeid
            for each in sorted(items, key=lambda each: urgency(each, frozenset({ROOT / names[3]}), f"{number}/4"))
        ]
        for number in (1, 2)
    ]
    assert all(order[:2] == ["tests/test_own.py::t", f"{names[3]}::t"] for order in orders)
    assert orders[0] != orders[1]


def test_a_test_is_touched_by_its_file_by_what_it_imports_and_by_what_it_names() -> None:
    own = behind(ROOT / "tests" / "lifts" / "test_lift_torch.py")
    assert ROOT / "tests" / "lifts" / "test_lift_torch.py" in own
    assert ROOT / "numerics" / "lifts" / "__init__.py" in own
    assert ROOT / "numerics" / "commands" / "ticket.py" not in own
    named = SimpleNamespace(iter_markers=lambda name: [pytest.mark.sliced("book/lifts.md").mark])
    assert files_of(named) == {ROOT / "book" / "lifts.md"}


def test_what_a_change_touches_is_taken_beside_the_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "slices.changed_since", lambda revision: frozenset({ROOT / "book" / "c.md"} if revision else ())
    )
    pages = ["book/a.md", "book/b.md", "book/c.md"]
    assert sliced(pages, config("1/3", "HEAD~1")) == ["book/a.md", "book/c.md"]
    assert sliced(pages, config("1/3")) == ["book/a.md"]
    monkeypatch.setattr("slices.MOST_CHANGED", 0)
    assert sliced(pages, config("1/3", "HEAD~1")) == ["book/a.md"]


def test_what_has_passed_elsewhere_is_left_out(tmp_path: Path) -> None:
    """Noted by the one process that workers report to; what was skipped or failed there runs again."""
    (tmp_path / "test_some.py").write_text(
        "import pytest\npytestmark = pytest.mark.xdist_group('some')\n"
        "def test_good(): pass\n@pytest.mark.parametrize('x', ['a@b', 'c'])\ndef test_each(x): pass\n"
        "def test_skipped(): pytest.skip()\ndef test_bad(): assert False\n"
    )
    for workers in ((), ("-n", "2", "--dist", "loadgroup")):
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        words = ["-m", "pytest", "-q", "-p", "passed", "-o", "addopts=", "-p", "no:cacheprovider"]
        subprocess.run(
            [sys.executable, *words, *workers, "--note-passed", "passed.txt"],
            cwd=tmp_path,
            env=environment,
            check=False,
        )
        again = subprocess.run(
            [sys.executable, *words, *workers, "-rA", "--without", "passed.txt"],
            cwd=tmp_path, env=environment, check=False, capture_output=True, text=True,
        )  # fmt: skip
        ran = re.findall(r"^(?:PASSED|FAILED|ERROR) \S+::(test_[^\s@]+)", again.stdout, re.MULTILINE)
        assert "1 skipped" in again.stdout
        assert {"test_bad"} <= set(ran) <= {"test_bad", "test_each[a"}


def test_what_has_passed_before_a_run_is_killed_is_noted(tmp_path: Path) -> None:
    """As it passes, and beside what was noted before."""
    (tmp_path / "passed.txt").write_text("test_some.py::test_old\n")
    (tmp_path / "test_some.py").write_text(
        "import os, signal\ndef test_old(): assert False\ndef test_good(): pass\n"
        "def test_killed(): os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    words = ["-m", "pytest", "-q", "-p", "passed", "-o", "addopts=", "-p", "no:cacheprovider"]
    files = ["--without", "passed.txt", "--note-passed", "passed.txt"]
    done = subprocess.run([sys.executable, *words, *files], cwd=tmp_path, env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "passed.txt").read_text() == "test_some.py::test_old\ntest_some.py::test_good\n"
