"""The table of contents that `claims` and `show` read is that of the ledger."""

import json

import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.reports import contents as table
from sparse_limits.numerics.reports.contents import contents, lines_of, told
from sparse_limits.theory import load_ledger
from sparse_limits.theory.selection import select


def test_the_table_is_that_of_the_ledger():
    stored, fresh = contents(), lines_of(load_ledger())
    stale = [line.label for line in fresh if line not in stored]
    assert not stale, f"python -m sparse_limits.numerics.reports.contents writes the table anew, for {', '.join(stale)}"
    assert stored == fresh


def test_lines_are_selected_by_label_and_topic():
    lines = contents()
    assert [line.label for line in select(lines, ["N1", "S4"])] == ["S4", "N1"]
    assert {line.topic for line in select(lines, ["kernel"])} == {"kernel"}
    assert select(lines, []) == list(lines)
    with pytest.raises(InputError, match="'Z1' is neither a label nor a topic"):
        select(lines, ["Z1"])


def test_a_claim_is_told_with_those_that_use_it():
    whole = contents()
    (line, used_by) = told(["S4"])["S4"]
    assert line in whole
    assert list(used_by) == [each.label for each in whole if "S4" in each.uses]


def test_a_claim_that_the_table_lacks_is_one_line(tmp_path, monkeypatch, capsys):
    rows = [row for row in json.loads(table.TABLE.read_text("utf-8")) if row["label"] != "S4"]
    monkeypatch.setattr(table, "TABLE", tmp_path / "contents.json")
    table.TABLE.write_text(json.dumps(rows), "utf-8")
    table._stored.cache_clear()
    try:
        assert main(["show", "S4"]) == 2
    finally:
        table._stored.cache_clear()
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith(
        "sparse-limits: S4 is not in contents.json, expected after python -m sparse_limits.numerics.reports.contents"
    )
