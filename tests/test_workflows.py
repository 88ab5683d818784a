"""Workflows: actions are pinned to a commit, and one run of the ledger serves all jobs of a push."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import yaml
from helpers import ROOT

FOLDER = ROOT / ".github"
FILES = sorted([*FOLDER.glob("workflows/*.yml"), *FOLDER.glob("actions/*/action.yml")])
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40}|\./\.github/actions/\w+")


def steps_of(told: dict) -> Iterator[dict]:
    """The steps of all jobs of a workflow, or those of an action."""
    for job in told["jobs"].values() if "jobs" in told else [told["runs"]]:
        yield from job["steps"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name + "/" + file.name)
def test_actions_are_pinned_to_a_commit(file) -> None:
    used = [step["uses"] for step in steps_of(yaml.safe_load(file.read_text("utf-8"))) if "uses" in step]
    assert used
    assert [each for each in used if not PINNED.fullmatch(each)] == []
    assert not PINNED.fullmatch("actions/checkout@v4")


def test_the_ledger_runs_once_for_a_push() -> None:
    jobs = yaml.safe_load((FOLDER / "workflows" / "ci.yml").read_text("utf-8"))["jobs"]
    jobs = {name: job for name, job in jobs.items() if "!= 'schedule'" in job["if"]}
    runs = {name: [step for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert [name for name, steps in runs.items() if any("verify" in step["run"] for step in steps)] == ["ledger"]
    for name, steps in runs.items():
        for step in steps:
            if step["run"].startswith(("pytest", "jupyter-book", "python docs/examples.py")):
                assert step["env"]["SPARSE_LIMITS_KEEP"].endswith("/store"), (name, step["run"])
                assert name == "ledger" or jobs[name]["needs"] == "ledger"


def test_values_are_tried_in_a_browser_with_the_package_that_the_book_names() -> None:
    """It is installed elsewhere than in the project's folder, where all books that tests build would have it."""
    (package,) = re.findall(
        r'^PACKAGE = "(pyodide@.+)"$', (ROOT / "book/_ext/evaluate.py").read_text("utf-8"), re.MULTILINE
    )
    steps = [step for file in FILES for step in steps_of(yaml.safe_load(file.read_text("utf-8")))]
    installs = [step["run"] for step in steps if step.get("run", "").startswith("npm install")]
    assert [each.split()[-1] for each in installs] == [package] * 2
    (tried,) = (step for step in steps if "PYODIDE" in step.get("env", {}))
    assert tried["run"].endswith("tests/test_evaluate_page.py::test_formulas_are_evaluated")
    folder = tried["env"]["PYODIDE"].replace("${{ runner.temp }}", "$RUNNER_TEMP")
    assert [each for each in installs if f'--prefix "{folder.removesuffix("/node_modules/pyodide")}"' in each] == [
        f'npm install --no-save --prefix "$RUNNER_TEMP/npm" {package}'
    ]
