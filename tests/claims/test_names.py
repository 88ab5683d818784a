"""A quantity of several claims has one name in all of them, whatever letters they write for it."""

from __future__ import annotations

from collections import defaultdict

import pytest

import sparse_limits as sl
from sparse_limits.theory.ledger import claim, load_ledger
from sparse_limits.theory.names import MEANINGS, name_of
from sparse_limits.theory.quantities import Quantity
from sparse_limits.theory.selection import whole
from sparse_limits.theory.spelling import spelled

KNOWN = [(entry, quantity) for entry in load_ledger() for quantity in entry.claim.quantities]


def _means(name: str, quantity: Quantity) -> bool:
    meaning = MEANINGS[name]
    return quantity.meaning == meaning or quantity.meaning.startswith(f"{meaning},")


def test_a_name_has_one_meaning_and_a_meaning_one_name() -> None:
    assert len(set(MEANINGS.values())) == len(MEANINGS)
    nested = [(one, more) for one in MEANINGS.values() for more in MEANINGS.values() if more.startswith(f"{one},")]
    assert nested == []
    for entry, quantity in KNOWN:
        fits = [name for name in MEANINGS if _means(name, quantity)]
        assert fits == ([] if quantity.name is None else [quantity.name]), (entry.label, quantity.meaning)


def test_every_name_is_used_and_none_twice_in_a_claim() -> None:
    assert {quantity.name for _, quantity in KNOWN} - {None} == set(MEANINGS)
    for entry in load_ledger():
        names = [quantity.name for quantity in entry.claim.quantities if quantity.name]
        assert len(set(names)) == len(names), (entry.label, names)


def test_a_quantity_of_several_claims_has_a_name() -> None:
    claims = defaultdict(set)
    for entry, quantity in KNOWN:
        claims[quantity.meaning].add(whole(entry.label))
    assert not [meaning for meaning, labels in claims.items() if len(labels) > 1 and name_of(meaning) is None]


def test_a_letter_that_is_a_name_means_the_same() -> None:
    for entry, quantity in KNOWN:
        for letter in map(str, quantity.letters):
            assert letter not in MEANINGS or _means(letter, quantity), (entry.label, letter, quantity.meaning)


def test_a_name_is_typed_in_place_of_a_letter() -> None:
    assert any("m or rows: number of rows of the mask" in str(quantity) for quantity in claim("S13").quantities)
    for label, expression, letters, names in [
        ("S4", "column_density", "tau=1 phi=1/2", "threshold=1 column_value=1/2"),
        ("N2", "neurons", "epsilon=1/10 delta=1/2", "error=1/10 success=1/2"),
        (
            "E1",
            "wired_share",
            "v=[1/4,1/2,3/4] W=[[1/2,1/4],[1,3/4]]",
            "active_positions=[1/4,1/2,3/4] graphon=[[1/2,1/4],[1,3/4]]",
        ),
    ]:
        assert sl.evaluate(label, expression, *names.split()) == sl.evaluate(label, expression, *letters.split())
    with pytest.raises(sl.InputError, match="tau is given twice"):
        sl.evaluate("S4", "column_density", "tau=1", "threshold=1")
    with pytest.raises(sl.InputError, match=r"no value for tau or threshold \(threshold above which"):
        sl.evaluate("S4", "column_density", "phi=1/2")


@pytest.mark.parametrize(
    ("given", "meant"), [("τ", "tau"), ("treshold", "threshold"), ("Tau", "tau"), ("Threshold", "threshold")]
)
def test_a_name_that_is_nearly_one_is_asked_for(given: str, meant: str) -> None:
    with pytest.raises(
        sl.InputError, match=rf"^'{given}' is no letter of the formula, did you mean {meant}\?; expected phi or"
    ):
        sl.evaluate("S4", "column_density", f"{given}=1", "phi=1/2")


def test_greek_letters_are_spelled() -> None:
    assert [spelled(text) for text in ("λ_0", "ϕ", "Σ₁₂", "m")] == ["lambda_0", "phi", "Sigma_12", "m"]
