"""A key that missed a dependency would keep what is no longer true: what checks import and open is held against their keys."""

from __future__ import annotations

import ast
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from helpers import ROOT

from sparse_limits.numerics.checks import checks_of_claims
from sparse_limits.numerics.ledger.verification import checks_by_claim, modules_of
from sparse_limits.numerics.store.keys import PRINTERS
from sparse_limits.theory.dependencies import FOLDERS, PACKAGE, _statements, files_behind
from sparse_limits.theory.ledger import ledger_for, load_ledger

# Run all checks of each claim whose label and modules come, in a process of its own; print the files that were imported, and those that were opened.
# Packages that take long to load are loaded once: nothing of ours is among them
RECORD = """
import json, os, sys, traceback
from importlib import import_module
import mpmath, numba, scipy.integrate, scipy.optimize, scipy.sparse.linalg, scipy.special, scipy.stats, sympy
sys.dont_write_bytecode = True

def record(label, home, *places):
    opened = set()
    def hook(event, arguments):
        if event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
            opened.add(os.path.realpath(os.fsdecode(arguments[0])))
    sys.addaudithook(hook)
    (claim,) = {each for each in vars(import_module(home)).values() if getattr(each, "label", "") == label}
    from sparse_limits.numerics.evidence import checks_in, run
    from sparse_limits.numerics.evidence.check import reasons
    from sparse_limits.numerics.evidence.comparison import comparisons
    checks = [each for place in places for each in checks_in(import_module(place)) if each.claim is claim]
    results = [run(check) for check in (*reasons(claim), *checks, *comparisons(claim))]
    imported = {module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)}
    return sorted(map(os.path.realpath, imported)), sorted(opened), sorted({each.status for each in results})

for line in sys.stdin:
    if child := os.fork():
        if os.waitpid(child, 0)[1]:
            print("null", flush=True)
        continue
    try:
        print(json.dumps(record(*line.split())), flush=True)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
"""
PRINTER = re.compile(rf"^\s*(?:from|import) (?:{'|'.join(sorted(PRINTERS))})\b", re.MULTILINE)
LABELS = [entry.label for entry in load_ledger()]
OF_THE_SYSTEM = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/", "/lib", "/tmp/")


def modules(label: str) -> tuple[str, ...]:
    """The modules on which the key of a claim's results rests: the claim's own is the first."""
    (entry,) = ledger_for([label])
    return modules_of(entry, *checks_of_claims(entry.topic, [label]))


@pytest.fixture(scope="session")
def own_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all these processes share, so that one compiles what the next one needs."""
    return tmp_path_factory.mktemp("recorded")


@pytest.fixture(scope="session")
def recorder(own_folder: Path) -> Iterator[Popen[str]]:
    """A process that records claims, one after the other."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(own_folder)}
    command = [sys.executable, "-c", RECORD]
    with Popen(command, cwd=own_folder, env=environment, stdin=PIPE, stdout=PIPE, text=True) as process:
        yield process


def recorded(label: str, recorder: Popen[str]) -> tuple[set[Path], set[Path], list[str]]:
    """The files that the checks of a claim import and open, and their statuses."""
    home, *places = modules(label)
    of_checks = [each for each in places if each.startswith("sparse_limits.numerics.checks.")]
    assert recorder.stdin
    assert recorder.stdout
    print(label, home, *of_checks, file=recorder.stdin, flush=True)
    imported, opened, statuses = json.loads(recorder.stdout.readline())
    return set(map(Path, imported)), set(map(Path, opened)), statuses


def ours(files: set[Path]) -> set[Path]:
    """Of some files the source files of the packages."""
    homes = tuple(str((ROOT / package).resolve()) + os.sep for package in FOLDERS)
    return {path for path in files if str(path).startswith(homes) and path.suffix == ".py"}


@pytest.mark.sliced
@pytest.mark.parametrize(
    "label", [pytest.param(each, marks=pytest.mark.xdist_group(f"files of {each}")) for each in LABELS]
)
def test_checks_import_and_open_what_is_in_their_keys(label: str, recorder: Popen[str], own_folder: Path) -> None:
    imported, opened, statuses = recorded(label, recorder)
    assert statuses == ["holds"]
    behind = {path.resolve() for path in files_behind(modules(label))}
    assert ours(imported) - behind == set()
    assert {path for path in opened - behind if is_data(path, own_folder)} == set()


def is_data(path: Path, folder: Path) -> bool:
    """Whether a file is neither Python's, nor the system's, nor of the run's own folder: its content may decide a result."""
    pythons = tuple(f"{Path(place).resolve()}{os.sep}" for place in (sys.prefix, sys.base_prefix, folder))
    if not path.is_file() or path.suffix == ".pyc" or str(path).startswith(pythons):
        return False
    return path.is_relative_to(ROOT) or not str(path).startswith(OF_THE_SYSTEM)


def test_a_key_has_a_share_of_all_files() -> None:
    """A control: a key of everything would pass the test above and keep nothing."""
    files = sum(1 for package in FOLDERS for _ in (ROOT / package).rglob("*.py"))
    assert len(files_behind(modules("N1"))) < files / 4


def test_imports_that_are_read_line_by_line_are_all() -> None:
    """Beside Python's own parser: no import of this package is missed, in whatever file of the repository."""
    for folder in (*FOLDERS, "tests", "docs", "book"):
        for path in (ROOT / folder).rglob("*.py"):
            every = {
                node.module for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
            }
            lines = {each.module for each in _statements(path.read_text("utf-8")) if isinstance(each, ast.ImportFrom)}
            assert {each for each in every if each and each.startswith(PACKAGE)} <= lines, path


def test_a_sentence_that_begins_like_an_import_hides_none() -> None:
    text = '"""\nfrom sparse_limits import what you like,\n"""\nfrom sparse_limits.theory.tails import t\n'
    assert [node.module for node in _statements(text) if isinstance(node, ast.ImportFrom)] == [
        "sparse_limits.theory.tails"
    ]


def test_what_is_imported_and_opened_is_seen(recorder: Popen[str]) -> None:
    """A control of the record."""
    imported, opened, _ = recorded("T1", recorder)
    assert {ROOT / "theory" / "generalisation" / "__init__.py", ROOT / "numerics" / "data.py"} <= imported
    assert any("digits" in path.name for path in opened)  # the data of scikit-learn, whose version is in the key


def test_no_check_needs_a_printer() -> None:
    """So their versions may differ between two environments that share a store."""
    ledger = load_ledger()
    checks = checks_by_claim(list(ledger))
    modules = {each for label, found in checks.items() for each in modules_of(ledger[label], *found)}
    importing = [path for path in files_behind(modules) if PRINTER.search(path.read_text("utf-8"))]
    assert importing == []
    assert PRINTER.search((ROOT / "numerics" / "printing" / "tables.py").read_text("utf-8"))  # a control
