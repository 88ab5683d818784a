"""Claims in parts: how they are named, sorted, chosen, shown and evaluated."""

from __future__ import annotations

import re

import pytest
import sympy as sp
from toys.claims import toy

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.ledger import claim, load_ledger, parts
from sparse_limits.theory.selection import reading_order, whole

a = sp.Symbol("a", positive=True)
LABELS = [entry.label for entry in load_ledger()]


@pytest.mark.parametrize("label", ["G3.", ".1", "G.1", "G3.1.1", "G3.a", "G3,1", "G3.1 "])
def test_what_is_no_part(label: str) -> None:
    with pytest.raises(ValueError, match=re.escape("or a part, such as G3.1")):
        toy(label, {"value": a})


def test_parts_stand_in_their_order_and_go_by_the_name_of_the_whole() -> None:
    claims = {f"claim_{i}": toy(label, {"value": a}) for i, label in enumerate(["A2.10", "A10", "A2.2", "A1"])}
    ledger = Ledger({"toys": claims})
    assert [entry.label for entry in ledger] == ["A1", "A2.2", "A2.10", "A10"]
    assert [entry.label for entry in ledger.select(["A2"])] == ["A2.2", "A2.10"]
    assert [entry.label for entry in ledger.select(["A2.2", "A1"])] == ["A1", "A2.2"]
    with pytest.raises(InputError, match=r"'A3' is neither"):
        ledger.select(["A3"])


def test_a_claim_and_a_part_of_it_are_one_too_many() -> None:
    with pytest.raises(ValueError, match=re.escape("A2.1 is a part, and A2 a claim")):
        Ledger({"toys": {"whole": toy("A2", {"value": a}), "part": toy("A2.1", {"value": a})}})


def test_parts_of_the_ledger_are_numbered_from_one_on() -> None:
    divided = {whole(label) for label in LABELS if whole(label) != label}
    for label in divided:
        numbers = [reading_order(each)[2] for each in LABELS if whole(each) == label]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) > 1
        assert [each.label for each in parts(label)] == [f"{label}.{number}" for number in numbers]
        with pytest.raises(InputError, match=re.escape(f"{label} is in parts, expected one of {label}.1, {label}.2")):
            claim(label)


def test_a_formula_is_found_in_the_part_that_has_it() -> None:
    assert sl.evaluate("G3", "step_error", "m=2", exact=True).text == "1/4"
    assert sl.evaluate("G3", "lipschitz_error", "m=1", "n=1", "L=1", exact=True).text == "1/2"
    assert sl.evaluate("G3", "tail", "m=3", "j=3", exact=True).text == "3/2"  # of a step
    with pytest.raises(
        InputError, match=re.escape("none of G3.1, G3.2, G3.3 has a formula 'stp_error', did you mean step_error?")
    ):
        sl.evaluate("G3", "stp_error")


def test_all_parts_are_shown_and_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "G3"]) == 0
    out = capsys.readouterr().out
    assert [out.index(f"G3.{number}  ") for number in (1, 2, 3)] == sorted(out.index(f"G3.{n}  ") for n in (1, 2, 3))
    assert [result.entry.label for result in sl.verify(["G3"], jobs=1).claims] == ["G3.1", "G3.2", "G3.3"]
