"""What README.md, the how-to pages and CONTRIBUTING.md show is run here as it stands."""

import argparse
import contextlib
import importlib
import io
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp
from helpers import ROOT
from page_cases import docs_examples, pages_with_examples, wrong_examples
from rich.console import Console

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.cli import COMMANDS
from sparse_limits.numerics.commands import network_options
from sparse_limits.numerics.evidence import Check, reasons, run
from sparse_limits.numerics.exact.balls import digits
from sparse_limits.numerics.ledger.mutants import mutate_expression
from sparse_limits.numerics.prediction.architecture import ACTIVATIONS
from sparse_limits.numerics.reports.run import print_summary
from sparse_limits.numerics.statistics.exact_tests import LEVEL
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.saliency import product_graphon
from sparse_limits.theory.saliency.model import phi, tau
from sparse_limits.theory.selection import reading_order


def python_of(page: str) -> str:
    """The Python blocks of a page, one after the other."""
    return docs_examples.python_of((ROOT / page).read_text(encoding="utf-8"))


def printed_by(page: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the Python blocks of a page print in a folder, by lines."""
    with contextlib.chdir(folder):
        exec(compile(python_of(page), page, "exec"), {"__name__": "page_example"})
    return capsys.readouterr().out.splitlines()


def test_the_python_of_the_readme_says_what_its_comments_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number, layers, *picture = printed_by("README.md", tmp_path, capsys)
    assert number == digits(product_graphon.expressions["integral_form"], {tau: 1, phi: sp.Rational(1, 2)}, 30)
    assert (len(layers.split(",")), len(picture)) == (2, 8)


def test_a_drawn_mask_is_near_its_graphon_on_the_page_of_masks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    distances, cycles = printed_by("book/howto_origin.md", tmp_path, capsys)
    low, high, flat_low, flat_high = map(float, re.findall(r"\d\.\d+", distances))
    assert low <= high < flat_low <= flat_high
    assert 0 < Fraction(cycles) < 1


def test_the_readme_is_short_and_can_be_read_in_any_window() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 200
    assert not [line for line in lines if len(line) > 140 and not line.startswith("|")]


def test_every_block_of_the_readme_is_run() -> None:
    """Examples and Python run here; the Makefile has the targets of make, and .ci/run has the rest, perhaps with more options."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert {language for language, _ in blocks} == {"", "python", "sh"}
    assert all(body.startswith("$ sparse-limits ") for language, body in blocks if not language)
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    commands = [f"make {target}" for target in targets]
    for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines():
        installed = re.sub(r"^\s*environment \w+ ", "pip install ", line)  # a function there: into a fresh environment
        commands.append(re.sub(r"^\s*([A-Z]+=\S+ )*", "", installed))
    for line in [line for language, body in blocks if language == "sh" for line in re.split(r"\n| && ", body.strip())]:
        assert any(f"{command} ".startswith(f"{line} ") for command in commands), line


def test_links_of_pages_lead_to_files() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "book").glob("howto_*.md")]:
        text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for link in re.findall(r"\]\(([^)]+)\)", text):
            assert re.match(r"https?://", link) or (page.parent / link).is_file(), f"{page.name}: {link}"


def test_the_worked_example_holds_and_leaves_no_survivor() -> None:
    namespace: dict[str, object] = {"__name__": "contributing_example"}
    exec(compile(python_of("CONTRIBUTING.md"), "CONTRIBUTING.md", "exec"), namespace)
    (claim,) = [value for value in namespace.values() if isinstance(value, Claim)]
    checks = [*reasons(claim), *(value for value in namespace.values() if isinstance(value, Check))]
    assert len(checks) == 2
    for check in checks:
        result = run(check)
        assert result.status == "holds", result.detail
        assert {control.status for control in result.controls} == {"refuted"}
    for name in claim.claimed:
        result = mutate_expression(claim, name, checks)
        assert result.mutants > 10
        assert not result.survivors
        assert not result.equivalent


def test_the_table_of_claims_is_that_of_the_ledger() -> None:
    """Topics, labels and numbers of core claims in README."""
    ledger = load_ledger()
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| ([A-Z0-9–, ]+) \| (\d+) of (\d+) \|", readme, re.MULTILINE)
    assert tuple(topic for topic, *_ in rows) == ledger.topics
    for topic, said, core, number in rows:
        entries = ledger.select([topic])
        families: dict[str, list[int]] = {}
        for entry in entries:
            families.setdefault(entry.label[0], []).append(reading_order(entry.label)[1])
        ends = {letter: sorted({min(numbers), max(numbers)}) for letter, numbers in families.items()}
        ranges = ["–".join(f"{letter}{number}" for number in numbers) for letter, numbers in ends.items()]
        assert said == ", ".join(ranges)
        assert (int(core), int(number)) == (sum(entry.core for entry in entries), len(entries)), topic


def test_the_closing_line_of_the_pages_counts_the_ledger() -> None:
    """Claims, checks and tests in the last line of the example run, in which all wrong forms are refuted."""
    entries = list(load_ledger())
    checks = [check for topic in load_ledger().topics for check in checks_of(topic)]
    tests = sum(check.tests for check in checks)
    line = re.compile(
        rf"{len(entries)} of {len(entries)} claims hold, 0 refuted, 0 open; {len(checks)} checks, (\d+) of \1 wrong forms "
        rf"refuted \(\d+ multiples\); false alarm ≤ {tests * LEVEL:.1e} \({tests} tests\);"
    )
    for name in ("README.md", "book/howto_run.md"):
        assert line.search(" ".join((ROOT / name).read_text(encoding="utf-8").split())), name


@pytest.mark.parametrize("page", pages_with_examples(torch=False))
def test_the_examples_of_a_page_print_what_it_shows(page: Path) -> None:
    """Every example but the run of the ledger, which the tests have already."""
    assert not (wrong := wrong_examples(page)), "\n".join(wrong)


def test_the_run_of_the_ledger_prints_what_the_pages_show(ledger_run) -> None:
    terminal = io.StringIO()
    print_summary(ledger_run, Console(file=terminal, width=120))
    shown = [each for page in docs_examples.pages() for each in docs_examples.examples(page.read_text("utf-8"))]
    wanted = [example for example in shown if example.call == docs_examples.LEDGER]
    assert wanted
    wrong = [line for each in wanted for line in docs_examples.differences(each, terminal.getvalue().strip("\n"))]
    assert not wrong, "python docs/examples.py writes them anew:\n" + "\n".join(wrong)


def test_the_page_of_commands_has_them_all_and_says_which_write_json() -> None:
    page = " ".join((ROOT / "book" / "howto_run.md").read_text(encoding="utf-8").split())
    assert set(re.findall(r"\| `([\w-]+)[^`]*` \|", page.split("## All commands")[1].split("## ")[0])) == set(COMMANDS)
    (listed,) = re.findall(r"`--json FILE`, of (.*?) and the studies, writes all numbers", page)
    written = set()
    for command in COMMANDS:
        parser = argparse.ArgumentParser()
        importlib.import_module(f"sparse_limits.numerics.commands.{command.replace('-', '_')}").configure(parser)
        groups = [
            action.choices.values() for action in parser._actions if isinstance(action, argparse._SubParsersAction)
        ]
        if any("--json" in each.format_help() for each in (parser, *(each for group in groups for each in group))):
            written.add(command)
    assert {*re.findall(r"`([\w-]+)`", listed), "study"} == written


def test_activations_are_all_told() -> None:
    page = (ROOT / "book" / "howto_network.md").read_text(encoding="utf-8")
    (row,) = re.findall(r"^\| `--activation gelu` \|(.*)\|$", page, re.MULTILINE)
    assert {"gelu", *re.findall(r"`(\w+)`", row)} == set(ACTIVATIONS)
    parser = argparse.ArgumentParser()
    network_options.add_network(parser)
    (told,) = [action.help for action in parser._actions if "--activation" in action.option_strings]
    assert told is not None
    assert set(re.findall(r"\w+", told)) == {*ACTIVATIONS, "default", "or"}


def test_how_near_the_floor_the_rules_come_is_that_of_the_table() -> None:
    """Errors over floors at width 4096 in the table of the page."""
    page = (ROOT / "book" / "howto_trust.md").read_text(encoding="utf-8")
    rows = [
        [float(cell.split("/")[-1]) for cell in row.split("|")]
        for row in re.findall(r"^\| (?:std|raw) \w+, [\w-]+ \|(.*)\|$", page, re.MULTILINE)
    ]
    assert len(rows) == 9
    assert all(row[0] > 3 * row[-1] for row in rows)
    p2, law = ([row[column] / row[-1] for row in rows] for column in (3, 4))
    words = (
        f"the row law comes down to the floor ({min(law):.1f} to {max(law):.1f} floors), and P2, a closed form, near it "
        f"({min(p2):.1f} to {max(p2):.1f} floors)"
    )
    assert words in " ".join(page.split())


def test_an_example_that_has_changed_is_noticed() -> None:
    (example,) = docs_examples.examples("```\n$ sparse-limits it \\\n    --so\none  0.5 in 3.1 s\n…\nlast 1,200\n```")
    assert example.call == "sparse-limits it \\\n    --so"
    assert docs_examples.differences(example, "one 0.5 in 9 s\nmore\nlast 1,200") == []
    assert docs_examples.differences(example, "one 0.7 in 9 s\nmore\nlast 1,200") == [
        "'one  0.5 in 3.1 s' is now 'one 0.7 in 9 s'"
    ]
    rows = ("S1 A model holds    2     3   0.023       24   4", "S1 A model holds    2     3   0.023       24  31")
    assert docs_examples.alike(*rows, docs_examples.nearly)  # the last column is a time
    assert not docs_examples.alike(rows[0], rows[0].replace("0.023", "0.031"), docs_examples.nearly)
    with pytest.raises(ValueError, match="expected 'last 1,200'"):
        list(docs_examples.fresh_lines(example.shown, ["one  0.5 in 2 s", "more"]))
    with pytest.raises(ValueError, match="expected 'one"):
        list(docs_examples.fresh_lines(example.shown, ["a new line", "one 0.5 in 3.1 s", "last 1,200"]))


def test_where_a_paragraph_breaks_is_no_difference() -> None:
    shown = ("found 12 of 14", "…", "2 of 3 claims hold, 1 refuted, in", "99.5 s; false", "alarm 0.011")
    printed = "found 12 of 14\nmore # 7\n2 of 3 claims hold, 1 refuted, in 101.2 s;\nfalse alarm 0.011"
    example = docs_examples.Example("it", shown)
    assert docs_examples.differences(example, printed) == []
    for old, new in (
        ("2 of 3", "2 of 9"),
        ("refuted", "open"),
        ("found 12", "found 17"),
        ("0.011", "0.011 more"),
        ("found", "is found"),
    ):
        assert docs_examples.differences(example, printed.replace(old, new, 1))
    assert docs_examples.differences(example, "first\n" + printed)
    assert docs_examples.differences(docs_examples.Example("it", (*shown[:1], "…")), printed) == []
    (counted,) = docs_examples.differences(docs_examples.Example(docs_examples.LEDGER, ("1264 checks",)), "1265 checks")
    assert counted == "'1264 checks' is now '1265 checks'"


def test_a_call_that_is_refused_prints_why_and_no_other_may_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = docs_examples.output("sparse-limits evaluate N1 bound \\\n  h=3 r=-1", tmp_path)
    assert printed == "sparse-limits: r=-1: r is half the width of the interval, expected a positive number"
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(subprocess.CalledProcessError):
        docs_examples.output("sparse-limits claims", tmp_path)


def test_pages_that_need_torch_are_known() -> None:
    assert docs_examples.needs_torch("```\n$ sparse-limits predict layers --model model.py:build\n…\n```\n")
    assert docs_examples.needs_torch("```\n$ sparse-limits fit net.pt\n…\n```\n")
    assert docs_examples.needs_torch("```python\nimport torch\n```\n")
    assert not docs_examples.needs_torch("```\n$ sparse-limits fit net.npz\n…\n```\n`net.pt` needs torch\n")


def test_a_page_runs_beside_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of docs/examples in a copy of its folder, of the book where docs/examples can be named; written as a reader sees it."""
    monkeypatch.setattr(docs_examples, "ROOT", tmp_path)
    monkeypatch.setattr(docs_examples, "output", lambda call, here: (here / call.split()[-1]).read_text("utf-8"))
    block = "```\n$ sparse-limits fit {}\nold\n$ sparse-limits fit {}\nline 2\n```\n"
    python = "```python\nfrom pathlib import Path\nfor name in ('made.txt', 'drawn.png'):\n    Path(name).write_text('line 2')\n```\n"
    texts = {
        "README.md": "nothing to run",
        "book/howto_it.md": block.format("docs/examples/one/mine.csv", "made.txt") + python,
        "docs/examples/one/README.md": block.format("mine.csv", "made.txt") + python,
        "docs/examples/one/mine.csv": "line 1",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    pages = docs_examples.pages()
    assert [docs_examples.name_of(page) for page in pages] == ["book/howto_it.md", "docs/examples/one/README.md"]
    for page in pages:
        (wrong,) = docs_examples.wrong_lines(page)
        assert wrong.endswith("expected 'old', printed is 'line 1'")
        assert docs_examples.write(page) == []
        assert docs_examples.wrong_lines(page) == []
        text = page.read_text("utf-8")
        assert text == texts[docs_examples.name_of(page)].replace("old", "line 1")
    assert (tmp_path / "docs/examples/one/drawn.png").is_file()
    assert not (tmp_path / "docs/examples/one/made.txt").exists()
