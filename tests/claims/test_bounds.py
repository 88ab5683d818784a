"""Sharp bounds: what a claim says of them, and the check that must refute each of them 1 % tighter."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sympy as sp
from toys.claims import toy

from numerics.checks import checks_of
from numerics.evidence.findings import Kind
from numerics.evidence.verification import verify
from theory.bounds import Sharp, Side
from theory.claims import Claim, Ledger
from theory.ledger import load_ledger

a = sp.Symbol("a", positive=True)
ENTRIES = list(load_ledger())
SAID = re.compile(r"\battain|\bsharp\b")
OTHERWISE = {
    "S12": "no constant is claimed to be sharp",
    "S13": "no constant is claimed to be sharp",
    "S16.2": "sharp in its exponent: there is a bound from below",
    "G3.3": "sharp in order: a step has a known share of the bound",
    "G4.1": "sharp in order, by G5",
    "E2": "sharp in its exponent: there is a bound from below",
    "K9": "sharp in order, with the part 2β of the constant: an example has that ratio",
    "L8.2": "sharp in order: n times the distance has a limit",
    "R1.2": "the order of the remainder is sharp: its next term is known",
}  # claims that speak of sharpness and name no sharp bound, and why


def of_value(**others: object) -> Claim:
    return toy("Z1", {"value": a}, **others)


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.claim.sharp], ids=lambda entry: entry.label)
def test_a_sharp_bound_has_an_example_in_exact_or_ball_arithmetic(entry) -> None:
    checks = {check.name: check for check in checks_of(entry.topic) if check.claim is entry.claim}
    for bound in entry.claim.sharp:
        check = checks[bound.check]
        assert check.kind <= Kind.ENCLOSED
        assert f"{bound.expression} 1 % tighter" in [control.name for control in check.controls]
        assert bound.example.strip()
    names = [bound.expression for bound in entry.claim.sharp]
    assert len(set(names)) == len(names)


def test_claims_that_speak_of_sharp_bounds_name_them() -> None:
    said = {e.label for e in ENTRIES if SAID.search(e.claim.statement) and not e.claim.sharp}
    assert said == set(OTHERWISE)


def test_tighter_is_smaller_from_above_and_larger_from_below() -> None:
    above, below = (Sharp(expression="value", example="it", check="tried", side=side) for side in Side)
    assert above.tighter(a) == a * 99 / 100
    assert below.tighter(a) == a * 101 / 100


def test_a_bound_that_is_no_formula_of_the_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="'other' is sharp, and no formula"):
        of_value(sharp=(Sharp(expression="other", example="it", check="tried"),))


def test_sharp_bounds_are_told_in_words() -> None:
    claim = of_value(sharp=(Sharp(expression="value", example="$x=[[value]]$", check="it_is_tried"),))
    assert claim.latex_sharp == ("value, from above: $x={a}$ (check: it is tried)",)


def test_a_sharp_bound_without_its_check_leaves_the_claim_open() -> None:
    entry = load_ledger()["G3.2"]
    lost = replace(entry.claim.sharp[0], check="nowhere")
    claim = replace(entry.claim, sharp=(lost,))
    (result,) = verify(ledger=Ledger({"graphon": {entry.name: claim}})).claims
    assert (result.status, result.unchecked) == ("open", ("lipschitz_error, 1 % tighter",))
