"""What README.md, the how-to pages and CONTRIBUTING.md show is run here as it stands."""

import argparse
import contextlib
import importlib
import io
import re
import shutil
import subprocess
import sys
from collections import Counter
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
from sparse_limits.numerics.evidence import Check, run
from sparse_limits.numerics.exact.balls import digits
from sparse_limits.numerics.ledger.mutants import mutate_expression
from sparse_limits.numerics.prediction.architecture import ACTIVATIONS
from sparse_limits.numerics.reports.run import print_summary
from sparse_limits.numerics.statistics.exact_tests import LEVEL
from sparse_limits.theory.claims import Claim, Proof
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.links import Link, Status, announced, links_of, status
from sparse_limits.theory.places import places
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
    checks = [value for value in namespace.values() if isinstance(value, Check)]
    (claim,) = [value for value in namespace.values() if isinstance(value, Claim)]
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
    """Topics and labels in README and CHANGELOG."""
    ledger = load_ledger()
    readme, changelog = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CHANGELOG.md"))
    rows = dict(re.findall(r"^\| `(\w+)` \| ([A-Z0-9–, ]+) \|", readme, re.MULTILINE))
    assert tuple(rows) == ledger.topics
    for topic, said in rows.items():
        families: dict[str, list[int]] = {}
        for entry in ledger.select([topic]):
            families.setdefault(entry.label[0], []).append(reading_order(entry.label)[1])
        ranges = [f"{letter}{min(numbers)}–{letter}{max(numbers)}" for letter, numbers in families.items()]
        assert said == ", ".join(ranges)
        assert all(each in changelog for each in ranges)


def test_counts_of_the_pages_are_those_of_the_ledger() -> None:
    """Claims, checks, controls and tests in the last line of the example run; formulas that are mutated; proofs."""
    entries = list(load_ledger())
    checks = [check for topic in load_ledger().topics for check in checks_of(topic)]
    controls, tests = sum(len(check.controls) for check in checks), sum(check.tests for check in checks)
    formulas = sum(len(list(places(value, name))) for e in entries for name, value in e.claim.claimed.items())
    line = (
        f"{len(entries)} of {len(entries)} claims hold, 0 refuted, 0 open; {len(checks)} checks, {controls} of {controls} "
        f"controls refuted; false alarm ≤ {tests * LEVEL:.1e} ({tests} tests);"
    )
    for name in ("README.md", "book/howto_run.md"):
        page = " ".join((ROOT / name).read_text(encoding="utf-8").split())
        assert line in page, name
        assert f"each of the {formulas} formulas" in page, name
    proofs = Counter(status(entry.claim) for entry in entries)
    assert set(proofs) == {Status.PROVED, Status.CITED, Status.PARTLY, Status.MEASURED}
    found = links_of([entry.label for entry in entries], load_ledger().claim, lambda label, step: announced(step))
    links = [link for entry in entries for link in found[entry.label].expressions.values()]
    words = (
        f"Of {len(entries)} claims {proofs[Status.PROVED]} have proofs of which each step is computed, or follows by a named rule "
        f"or another claim. {proofs[Status.CITED]} cite steps from the literature, {proofs[Status.PARTLY]} more compute some at sizes or "
        f"points alone, and {proofs[Status.MEASURED]} are measured: what they say is counted, not proved. Of their {len(links)} formulas "
        f"{firm_share(Counter(map(str, links))):.0f} % rest on nothing weaker than a citation, from the definitions on"
    )
    assert words in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split()), words


def firm_share(links: Counter[str]) -> float:
    """Per cent of the weakest links that are all, rule or cited."""
    return 100 * sum(links[each] for each in ("all", "rule", "cited")) / links.total()


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


def test_the_weakest_links_that_are_told_are_those_of_the_run(ledger_run) -> None:
    """Of the claims whose proofs are lists of steps: how many there are, and what their expressions rest on."""
    claims = [claim for claim in ledger_run.claims if claim.entry.claim.steps]
    measured = [claim.entry.label for claim in claims if claim.entry.claim.proof is Proof.MEASURED]
    links = Counter(str(link) for claim in claims for link in claim.weakest.values())
    words = (
        f"Of the {len(ledger_run.claims)} claims {len(claims) - len(measured)} have proofs, which are lists of steps; "
        f"{len(ledger_run.claims) - len(claims) + len(measured)} are measured, {len(measured)} of them "
        f"({', '.join(measured[:-1])} and {measured[-1]}) with steps that lead to what is counted, the others in prose. "
        f"Of the {sum(links.values())} expressions of the {len(claims)} claims with steps "
        f"{links['all']} rest on computation for all values alone, {links['rule']} on named rules besides, {links['cited']} on a citation, "
        f"{links['sizes']} on some sizes, {links['points']} on points and {links['sampled']} on samples; of their "
        f"{sum(len(claim.links) for claim in claims)} steps none is argued. "
    )
    limited = sum(bool(step.limited) for claim in claims for step in claim.entry.claim.steps)
    words += f"The {limited} steps that are computed at some sizes, at points or on samples alone say why"
    assert words in " ".join((ROOT / "book" / "howto_run.md").read_text(encoding="utf-8").split())
    assert all(claim.entry.claim.proof is Proof.MEASURED for claim in ledger_run.claims if claim not in claims)
    assert not any(str(link) == "argued" for claim in claims for link in claim.links.values())


def test_the_weakest_links_of_each_topic_are_those_of_the_run(ledger_run) -> None:
    """The table in the page on reading a run: expressions by what they rest on, and how many of them on a citation at worst."""
    by_topic: dict[str, Counter[str]] = {}
    for claim in ledger_run.claims:
        by_topic.setdefault(claim.entry.topic, Counter()).update(map(str, claim.weakest.values()))
    kinds = [str(link) for link in Link if link is not Link.ARGUED]
    rows = [
        f"| {name} | {links.total()} | {' | '.join(str(links[kind] or '') for kind in kinds)} | {firm_share(links):.1f} % |"
        for name, links in (
            *((f"`{topic}`", links) for topic, links in by_topic.items()),
            ("together", sum(by_topic.values(), Counter())),
        )
    ]
    assert not any(links["argued"] for links in by_topic.values())
    page = (ROOT / "book" / "howto_run.md").read_text(encoding="utf-8")
    assert "\n".join(rows) in page, "\n".join(rows)


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
    assert docs_examples.alike(*rows)  # the last column is a time
    assert not docs_examples.alike(rows[0], rows[0].replace("0.023", "0.031"))
    with pytest.raises(ValueError, match="expected 'last 1,200'"):
        list(docs_examples.fresh_lines(example.shown, ["one  0.5 in 2 s", "more"]))
    with pytest.raises(ValueError, match="expected 'one"):
        list(docs_examples.fresh_lines(example.shown, ["a new line", "one 0.5 in 3.1 s", "last 1,200"]))


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
