"""The table of contents that `claims` and `show` read is that of the ledger."""

import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.reports import contents as table
from sparse_limits.numerics.reports.contents import contents, lines_of, told
from sparse_limits.theory import load_ledger
from sparse_limits.theory.selection import select


def test_the_table_is_that_of_the_ledger():
    stored, fresh = contents(), lines_of(load_ledger())
    stale = [line.label for line in fresh if line not in stored]
    assert not stale
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


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """A table of two lines elsewhere, and how often the ledger is read for it."""
    read = []

    def two_lines(entries):
        read.append(True)
        return lines_of(list(entries)[:2])

    monkeypatch.setattr(table, "TABLE", tmp_path / "contents.json")
    monkeypatch.setattr(table, "lines_of", two_lines)
    monkeypatch.setattr(table, "_code", lambda: "as it is")
    monkeypatch.setattr(table, "contents", lambda: table._stored.__wrapped__())
    return read


def test_the_table_is_made_once_and_again_after_a_change_of_the_code(kept, monkeypatch):
    first = table.contents()
    assert [line.label for line in first] == ["S1", "S2"]
    assert (table.contents(), len(kept)) == (first, 1)
    monkeypatch.setattr(table, "_code", lambda: "changed")
    assert (table.contents(), len(kept)) == (first, 2)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"code": "as it is", "lines": [{}]}'])
def test_a_table_that_cannot_be_read_is_made_anew(kept, text):
    table.TABLE.write_text(text, "utf-8")
    assert [line.label for line in table.contents()] == ["S1", "S2"]
    assert len(kept) == 1


def test_a_folder_that_cannot_be_written_costs_the_table_but_no_answer(kept, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(table, "TABLE", tmp_path / "file" / "contents.json")
    assert [line.label for line in table.contents()] == ["S1", "S2"]


def test_any_module_of_the_project_changes_the_digest(tmp_path, monkeypatch):
    for name in ("theory/a.py", "numerics/reports/contents.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(table, "TABLE", tmp_path / "numerics" / "reports" / "contents.json")
    seen = {table._code()}
    for name, text in (("theory/a.py", "1"), ("numerics/reports/contents.py", "1"), ("theory/b.py", "")):
        (tmp_path / name).write_text(text, "utf-8")
        seen.add(table._code())
    assert len(seen) == 4
