"""Labels are cited: each keeps its statement, or docs/labels.json says since when it has another one, and what changed."""

import json
import runpy
from dataclasses import replace

from helpers import ROOT

from sparse_limits.theory import claim
from sparse_limits.theory.ledger import load_ledger

labels = runpy.run_path(str(ROOT / "docs" / "labels.py"))
KNOWN = json.loads((ROOT / "docs" / "labels.json").read_text("utf-8"))


def test_no_label_changes_its_statement_unannounced() -> None:
    """`python docs/labels.py` adds a new one; with a label, and what changed, it announces a change."""
    expected = labels["current"](KNOWN)
    found = {entry.label: labels["digest"](entry.claim) for entry in load_ledger()}
    assert {label: each for label, each in found.items() if expected.get(label) != each} == {}


def test_no_label_is_forgotten_or_used_again() -> None:
    """A label that is gone stays in the list, so that no other claim takes it."""
    assert set(labels["current"](KNOWN)) >= {entry.label for entry in load_ledger()}
    assert all(change["what"] and change["version"] for change in KNOWN["changes"])


def test_another_statement_has_another_digest_and_another_line_has_not() -> None:
    found = claim("N1")
    assert labels["digest"](replace(found, statement=found.statement + " Always.")) != labels["digest"](found)
    assert labels["digest"](replace(found, statement=found.statement.replace(" ", "\n"))) == labels["digest"](found)
