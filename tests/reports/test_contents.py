"""The table of contents that `claims` and `show` read is that of the ledger."""

import pytest

from numerics.arguments import InputError
from numerics.reports.contents import contents, lines_of
from theory import load_ledger
from theory.selection import select


def test_the_table_is_that_of_the_ledger():
    stored, fresh = contents(), lines_of(load_ledger())
    stale = [line.label for line in fresh if line not in stored]
    assert not stale, f"python -m numerics.reports.contents writes the table anew, for {', '.join(stale)}"
    assert stored == fresh


def test_lines_are_selected_by_label_and_topic():
    lines = contents()
    assert [line.label for line in select(lines, ["N1", "S4"])] == ["S4", "N1"]
    assert {line.topic for line in select(lines, ["kernel"])} == {"kernel"}
    assert select(lines, []) == list(lines)
    with pytest.raises(InputError, match="'Z1' is neither a label nor a topic"):
        select(lines, ["Z1"])
