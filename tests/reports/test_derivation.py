"""The derivations of the book: each step that is computed stands in displayed equations, and none can be left out."""

import re

import pytest

from sparse_limits.numerics.reports.derivation import displayed, not_derived
from sparse_limits.theory import claim
from sparse_limits.theory.claims import EXPRESSION_SLOT
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.steps import Carrier

DISPLAY = re.compile(r"\$\$\n(.+?)\n\$\$", re.DOTALL)


@pytest.mark.parametrize("entry", list(load_ledger()), ids=lambda entry: entry.label)
def test_what_a_step_gives_stands_in_its_equations(entry: Entry) -> None:
    """All that its sentence has in formulas is on the page, and what relates is on a line of its own."""
    found = entry.claim
    for step in found.steps:
        text = displayed(found, step)
        slots = set(EXPRESSION_SLOT.findall(step.sentence)) & step.gives.keys()
        assert [name for name in slots if found.latex(name) not in text] == [], step.name
        assert "[[" not in text, step.name
        assert re.sub(r"\W", "", found.filled(step.sentence)) in re.sub(r"\W", "", text), step.name


def test_most_computed_steps_have_a_line_of_their_own() -> None:
    steps = [
        (entry.claim, step) for entry in load_ledger() for step in entry.claim.steps if step.by is Carrier.COMPUTED
    ]
    assert sum(bool(DISPLAY.search(displayed(found, step))) for found, step in steps) > 0.8 * len(steps)


def test_each_computed_step_has_a_formula() -> None:
    """On a line of its own, or within its sentence where it is narrow, a number or a letter."""
    steps = [
        (entry.label, step.name)
        for entry in load_ledger()
        for step in entry.claim.steps
        if step.by is Carrier.COMPUTED and "$" not in displayed(entry.claim, step)
    ]
    assert steps == []


def test_what_ends_a_formula_ends_its_line() -> None:
    step = next(step for step in claim("G4.1").steps if step.name == "rounding")
    (line,) = DISPLAY.findall(displayed(claim("G4.1"), step))
    assert line.startswith(r"|\frac K{mn}-\rho|\le")
    assert line.endswith(".")


def test_a_derivation_leaves_out_no_computed_step() -> None:
    found = claim("G4.1")
    computed = [step.name for step in found.steps if step.by is Carrier.COMPUTED]
    others = [step.name for step in found.steps if step.by is not Carrier.COMPUTED]
    assert computed
    assert others
    assert not_derived(found, computed) == []
    assert not_derived(found, [*computed[1:], *others]) == computed[:1]
