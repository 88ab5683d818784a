"""The record of a run of everything says what the run printed, and how long its stages took."""

import pytest
from record import record

LOG = """== verification, after 70 s
219 of 219 claims hold, 0 refuted, 0 open; 2725 checks, 11655 of 11655 controls refuted; no statistical test; 80.1 s
mutate: N1 81 of 81 mutants refuted; 1 of 219 claims
131000 mutants of 2690 expressions: 130999 refuted, 1 equivalent, 0 unexplained survivors
0 tests of this commit had passed before
= 11301 passed, 128 skipped in 1500.21s (0:25:00) =
12 passed in 3.00s
"""


def test_a_record_has_the_closing_lines_and_the_stages() -> None:
    lines = record(LOG, "install\t80\t95\ntests\t1500\t2900\n", "abc123").splitlines()
    assert lines[0] == "# The last run of everything"
    assert "at commit `abc123`" in lines[2]
    assert [line for line in lines if line.startswith("- ")] == [
        "- ledger: 219 of 219 claims hold, 0 refuted, 0 open; 2725 checks, 11655 of 11655 controls refuted; no statistical test; 80.1 s",
        "- mutants: 131000 mutants of 2690 expressions: 130999 refuted, 1 equivalent, 0 unexplained survivors",
        "- tests: 11301 passed, 128 skipped in 1500.21s (0:25:00)",
        "- tests: 12 passed in 3.00s",
        "- before: 0 tests of this commit had passed before",
    ]
    assert lines[-2:] == ["| install | 80 | 95 |", "| tests | 1500 | 2900 |"]


@pytest.mark.parametrize(("line", "name"), [(1, "ledger"), (3, "mutants"), (4, "before"), (6, "tests")])
def test_a_stage_of_which_the_log_does_not_say_how_it_ended_is_none(line: int, name: str) -> None:
    """Such as the last one, if the log was read before it was there: half a record is none."""
    log = "\n".join(each for place, each in enumerate(LOG.splitlines()) if place != line)
    with pytest.raises(LookupError, match=f"of {name}, expected one of each stage"):
        record(log, "tests\t1500\t2900\ntests that need more\t20\t30\n", "abc123")
