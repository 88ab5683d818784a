"""A ledger of one's own, in a file or a package, beside that of the project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from helpers import ROOT

import sparse_limits as sl
from sparse_limits.numerics.cli import main
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.own_ledger import is_own

EXAMPLE = ROOT / "docs" / "examples" / "own_theorem" / "one_of_m.py"
SMALL = '''
import sympy as sp
from sparse_limits.numerics.evidence import control, exact
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
n = sp.Symbol("n", integer=True, positive=True)
half = Claim(label="LABEL", title="t", statement="$[[half]]$", source=Source(), provenance=Provenance.EXTENSION,
             proof=Proof.PROVED, proof_text="By hand.", expressions={"half": n / 2}, uses=USES)
@exact(half)
@control("all", half=n)
def twice(half, trial):
    """Twice the half is all."""
    yield trial.same(2 * half, n)
'''


def written(folder: Path, name: str, label: str = "X1", uses: str = "()", more: str = "") -> str:
    path = folder / name
    path.write_text(SMALL.replace("LABEL", label).replace("USES", uses) + more, encoding="utf-8")
    return str(path)


def test_the_worked_example_holds_and_leaves_no_survivor() -> None:
    run = sl.verify(ledger=str(EXAMPLE), jobs=2)
    assert (run.totals["hold"], run.totals["survived"], run.totals["controls"]) == (1, 0, 6)
    (result,) = run.claims
    assert {str(link) for link in result.weakest.values()} == {"all"}
    assert sl.mutate("X1", ledger=str(EXAMPLE)).survivors == 0
    assert sl.evaluate("X1", "share", "m=4", exact=True, ledger=str(EXAMPLE)).text == "2/5"


def test_a_wrong_formula_in_it_is_refuted(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    (tmp_path / "wrong.py").write_text(text.replace("share = 2 / (m + 1)", "share = 2 / (m + 2)"), encoding="utf-8")
    run = sl.verify(ledger=str(tmp_path / "wrong.py"))
    assert [claim.status for claim in run.claims] == ["refuted"]


def test_a_package_is_a_ledger_and_uses_claims_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "mytheory"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.move(written(tmp_path, "halves.py", uses='("S4",)'), package / "halves.py")
    (package / "ledger.py").write_text("from mytheory.halves import half, twice\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    ledger = load_ledger("mytheory.ledger")
    assert ledger["X1"].topic == "mytheory.ledger"
    assert isinstance(ledger["X1"].claim, Claim)
    assert ledger.used_by["S4"] == ("X1",)
    assert main(["verify", "--ledger", "mytheory.ledger", "--jobs", "2"]) == 0
    assert "1 of 1 claims hold" in capsys.readouterr().out
    assert main(["show", "X1", "--ledger", "mytheory.ledger"]) == 0
    assert "mytheory.ledger · half · EXTENSION, ARGUED · no paper" in capsys.readouterr().out
    assert main(["claims", "--ledger", "mytheory.ledger", "--search", "HALF"]) == 0
    assert "X1" in capsys.readouterr().out


def test_what_is_no_topic_of_the_project_is_own() -> None:
    assert not any(map(is_own, load_ledger().topics))


@pytest.mark.parametrize(
    ("label", "uses", "more", "said"),
    [
        ("S4", "()", "", "half has the label S4, which the project has"),
        ("G3", "()", "", "half has the label G3, which the project has"),  # in parts there
        ("X1", '("X7",)', "", "X1 uses X7, which is no claim of the ledger"),
        (
            "X1",
            "()",
            "\nimport dataclasses\nagain = dataclasses.replace(half)",
            "label X1 is used twice: by half and by again",
        ),
        (
            "X1",
            "()",
            "\nimport dataclasses\nhalf = dataclasses.replace(half, because={'nowhere': lambda: None})\ndel twice",
            "X1: nowhere",
        ),
        ("X1", "()", "\ndel half", "which has no claim"),
        ("x1", "()", "", "raised ValueError"),
        ("X1", "()", "\n1 / 0", "raised ZeroDivisionError"),
        ("X1", "()", "\nraise SystemExit(3)", "raised SystemExit"),
        (
            "X1",
            "()",
            "\nimport dataclasses\nother, half = half, dataclasses.replace(half, label='X2')\ndel other",
            "claim X1 is checked in",
        ),
    ],
)
def test_code_that_makes_no_ledger_is_refused_in_one_line(
    label: str, uses: str, more: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path, "mine.py", label, uses, more)
    assert main(["verify", "--ledger", source]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("sparse-limits: ")
    assert said in last


@pytest.mark.parametrize("source", ["nowhere.py", "nowhere.ledger", ".", "..", "saliency", "a b", "1", ""])
def test_what_is_no_code_is_refused(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["claims", "--ledger", source]) == 2
    assert capsys.readouterr().err.startswith("sparse-limits: --ledger is ")


@pytest.mark.parametrize("ledger", [3, b"x.py", "", ["x.py"]])
def test_what_names_no_code_is_refused_in_python(ledger: object) -> None:
    for call in (sl.verify, sl.mutate):
        with pytest.raises(sl.InputError, match=r"expected FILE\.py or package\.module"):
            call(ledger=ledger)  # type: ignore[arg-type]


def test_a_path_names_a_file_and_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = Path(written(tmp_path, "mine.py"))
    assert sl.evaluate("X1", "half", "n=6", ledger=path).text == "3"
    path.write_text(path.read_text("utf-8").replace("n / 2", "n / 3"), encoding="utf-8")
    assert sl.evaluate("X1", "half", "n=6", ledger=path).text == "2"


def test_a_module_beside_one_file_is_not_that_beside_another(tmp_path: Path) -> None:
    for name, part in (("one", 2), ("two", 3)):
        (tmp_path / name).mkdir()
        path = Path(written(tmp_path / name, "mine.py"))
        path.write_text(path.read_text("utf-8").replace("n / 2", "n / helper.part") + "", encoding="utf-8")
        path.write_text("import own_ledger_helper as helper\n" + path.read_text("utf-8"), encoding="utf-8")
        (tmp_path / name / "own_ledger_helper.py").write_text(f"part = {part}\n", encoding="utf-8")
    found = [
        sl.evaluate("X1", "half", "n=6", ledger=tmp_path / name / "mine.py").text for name in ("one", "two", "one")
    ]
    assert found == ["3", "2", "3"]


def test_a_module_beside_a_file_that_failed_is_read_again_and_serves_no_other(tmp_path: Path) -> None:
    for name, part in (("bad", 2), ("good", 3)):
        (tmp_path / name).mkdir()
        path = Path(written(tmp_path / name, "mine.py"))
        text = path.read_text("utf-8").replace("n / 2", "n / helper.part")
        path.write_text("import failing_ledger_helper as helper\n" + text, encoding="utf-8")
        (tmp_path / name / "failing_ledger_helper.py").write_text(f"part = {part}\n", encoding="utf-8")
    whole = (tmp_path / "bad" / "mine.py").read_text("utf-8")
    (tmp_path / "bad" / "mine.py").write_text(whole + "\nraise ValueError\n", encoding="utf-8")
    with pytest.raises(sl.InputError, match="raised ValueError"):
        sl.evaluate("X1", "half", "n=6", ledger=tmp_path / "bad" / "mine.py")
    assert sl.evaluate("X1", "half", "n=6", ledger=tmp_path / "good" / "mine.py").text == "2"
    (tmp_path / "bad" / "mine.py").write_text(whole, encoding="utf-8")
    assert sl.evaluate("X1", "half", "n=6", ledger=tmp_path / "bad" / "mine.py").text == "3"


def test_code_may_take_its_folder_out_of_the_path(tmp_path: Path) -> None:
    path = Path(written(tmp_path, "mine.py"))
    path.write_text("import sys\nsys.path.pop(0)\n" + path.read_text("utf-8"), encoding="utf-8")
    assert sl.evaluate("X1", "half", "n=6", ledger=path).text == "3"


def test_mutants_of_a_claim_without_checks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(sl.InputError, match="X1 has no check"):
        sl.mutate(ledger=written(tmp_path, "mine.py", more="\ndel twice"))


def test_files_in_the_current_folder_hide_no_module_from_the_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token.py").write_text("raise SystemExit('not the module')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert not sl.verify(ledger=written(tmp_path, "mine.py"), jobs=2).failed


def test_a_file_may_import_a_claim_of_the_project_to_build_on_it(tmp_path: Path) -> None:
    more = "from sparse_limits.theory.saliency import product_graphon\n"
    run = sl.verify(ledger=written(tmp_path, "own.py", uses='("S4",)', more=more))
    assert [claim.entry.label for claim in run.claims] == ["X1"]
    assert run.totals["hold"] == 1


def test_two_checks_of_one_name_are_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "from dataclasses import replace\nother = replace(twice)\n"
    assert main(["verify", "--ledger", written(tmp_path, "own.py", more=more)]) == 2
    assert "two checks of X1 are called twice, expected another name" in capsys.readouterr().err


def test_a_check_of_a_claim_of_the_project_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would not be run: the claim is not one of the file."""
    more = (
        "from sparse_limits.theory.saliency import product_graphon\n"
        "@exact(product_graphon)\n@control('none', W=sp.S.Zero)\n"
        "def mine(W, trial):\n    yield trial.same(W, W)\n"
    )
    name = next(iter(load_ledger()["S4"].claim.expressions))
    assert main(["verify", "--ledger", written(tmp_path, "own.py", more=more.replace("W", name))]) == 2
    assert "checks S4, which is the project's, expected a claim of its own" in capsys.readouterr().err
