"""The recipe of CONTRIBUTING.md inside a copy of the ledger: a new claim is green in every respect, or named."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ROOT, copy_of_the_package, needs

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.commands.skeleton import CLAIM, OF_THE_TEMPLATE, exported, new_claim, next_label, with_row
from sparse_limits.numerics.commands.skeleton import NAME as NAME_OF
from sparse_limits.theory.ledger import load_ledger

NAME = "kept_modulus"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and the book's pages, with a new claim."""
    folder = tmp_path_factory.mktemp("copy")
    copy_of_the_package(folder)
    shutil.copytree(ROOT / "book", folder / "book", ignore=shutil.ignore_patterns("__pycache__", "_build"))
    for each in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / each, folder)
    done = inside(folder, "-m", "sparse_limits.numerics.cli", "new-claim", "saliency", NAME)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout.startswith(f"S17, {NAME}:\n")
    assert f"  {folder / 'README.md'}\n" in done.stdout
    assert done.stdout.splitlines()[-1].partition("python docs/examples.py")[0].endswith("SPARSE_LIMITS_KEEP=DIR ")
    return folder


def inside(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    "words",
    [
        ("-m", "ruff", "check", "."),
        ("-m", "ruff", "format", "--check", "."),
        ("-m", "mypy", "-m", f"sparse_limits.theory.saliency.further.{NAME}"),
        ("-m", "sparse_limits.numerics.cli", "verify", "S17"),
        ("-m", "sparse_limits.numerics.cli", "mutate", "S17"),
        ("-m", "sparse_limits.numerics.cli", "show", "S17"),
        ("-m", "sparse_limits.numerics.cli", "evaluate", "S17", "modulus", "t=1"),
    ],
    ids=lambda words: " ".join(words[1:4]),
)
def test_a_new_claim_is_green(copy: Path, words: tuple[str, ...]) -> None:
    if words[1] in ("ruff", "mypy"):
        needs(words[1])
    done = inside(copy, *words)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_new_claim_stands_in_the_table_and_once_in_the_book(copy: Path) -> None:
    shown = inside(copy, "-m", "sparse_limits.numerics.cli", "show", "S17").stdout
    assert "\n- modulus (exact)" in shown
    assert (copy / "book" / "topic_saliency.md").read_text(encoding="utf-8").count("```{claim} S17\n```") == 1
    row = re.compile(r"^\| `saliency` \| S1–(S\d+) \| (\d+) of (\d+) \| (.*) \|$", re.MULTILINE)
    before, after = ((folder / "README.md").read_text(encoding="utf-8") for folder in (ROOT, copy))
    (_, core, number, about), said = row.search(before).groups(), row.search(after).groups()  # type: ignore[union-attr]
    assert said == ("S17", core, str(int(number) + 1), about)
    assert row.sub("", before) == row.sub("", after)


def test_a_claim_that_is_not_exported_is_named(copy: Path) -> None:
    export = copy / "theory" / "saliency" / "__init__.py"
    text = export.read_text(encoding="utf-8")
    export.write_text("".join(line for line in text.splitlines(True) if NAME not in line), encoding="utf-8")
    try:
        done = inside(copy, "-m", "sparse_limits.numerics.cli", "verify", "saliency")
    finally:
        export.write_text(text, encoding="utf-8")
    assert done.returncode == 2
    assert done.stderr == (
        f"sparse-limits: claim {NAME} stands in theory/saliency/further/{NAME}.py and is no name of sparse_limits.theory.saliency, "
        "expected it imported in theory/saliency/__init__.py\n"
    )


def test_a_row_has_the_labels_of_both_letters() -> None:
    readme = "| `generalisation` | B1–B3 | 1 of 2 | bounds, `T1` |\n| `lifts` | L1 | 1 of 1 | lifts |\n"
    entries = load_ledger().select(["generalisation"])
    core = sum(entry.core for entry in entries)
    first, second = with_row(readme, "generalisation", "B10").splitlines()
    assert first == f"| `generalisation` | B1–B10, T1–T5 | {core} of {len(entries) + 1} | bounds, `T1` |"
    assert second == "| `lifts` | L1 | 1 of 1 | lifts |"
    with pytest.raises(InputError, match=r"README\.md has 0 rows"):
        with_row(readme, "kernel", "K14")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("nonsense", NAME), "topic is 'nonsense'; expected saliency"),
        (("saliency", "Kept"), "name is 'Kept', expected at most 60 small letters"),
        (("saliency", "class"), "name is class, a word of Python"),
        (
            ("saliency", "modulus"),
            "name is modulus, which the skeleton of a claim uses, expected another, such as kept_",
        ),
        (("saliency", "n" * 300), "expected at most 60 small letters"),
        (("saliency", "a-b"), "name is 'a-b', expected at most 60 small letters"),
        (("saliency", "product_graphon"), "name is product_graphon, which sparse_limits.theory.saliency has"),
        (("saliency", "threshold"), "name is threshold, which sparse_limits.theory.saliency has"),
        (("saliency", NAME, "nowhere"), "nowhere.md: no such page"),
    ],
)
def test_what_is_no_new_claim(words: tuple[str, ...], why: str) -> None:
    with pytest.raises(InputError, match=why):
        new_claim(*words)
    assert not (ROOT / "theory" / "saliency" / "further" / f"{NAME}.py").exists()


def test_no_new_claim_takes_a_name_of_its_skeleton() -> None:
    tree = ast.parse(CLAIM.substitute(name=NAME, label="S17"))
    imported = {
        each.asname or each.name
        for line in tree.body
        if isinstance(line, ast.Import | ast.ImportFrom)
        for each in line.names
    }
    stored = {each.id for line in tree.body if isinstance(line, ast.Assign) for each in line.targets}  # type: ignore[attr-defined]
    assert {name for name in imported | stored if NAME_OF.fullmatch(name)} == {*OF_THE_TEMPLATE, NAME}


def test_labels_go_on() -> None:
    assert (next_label("saliency"), next_label("generalisation")) == ("S17", "B10")


def test_a_name_is_imported_in_its_order() -> None:
    text = '"""Doc."""\n\nif TYPE_CHECKING:\n    from sparse_limits.theory.x.g import g as g\nelse:\n    pass\n'
    first = exported(text, "x", "a")
    assert first.splitlines()[3:6] == [
        "    from sparse_limits.theory.x.further.a import a as a",
        "    from sparse_limits.theory.x.g import g as g",
        "else:",
    ]
    assert exported(first, "x", "h").splitlines()[3:6] == [
        "    from sparse_limits.theory.x.further.a import a as a",
        "    from sparse_limits.theory.x.further.h import h as h",
        "    from sparse_limits.theory.x.g import g as g",
    ]
