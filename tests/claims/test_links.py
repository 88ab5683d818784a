"""What formulas rest on through the claims that their proofs cite, and what is said of a proof as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.ledger.summary import summarise
from sparse_limits.numerics.ledger.verification import verify
from sparse_limits.theory.claims import Claim, Proof
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.links import Link, Status, announced, carried, links_of, status, status_in_words
from sparse_limits.theory.steps import Carrier, Reach, Step

a = sp.Symbol("a", positive=True)
FEW = {"reach": Reach.SIZES, "limited": "sums are written out"}


def claim(label: str, *steps: Step, **others: object) -> Claim:
    """A claim whose expressions are all that its steps give."""
    given = {name: value for step in steps for name, value in step.gives.items()}
    return toy(label, given, **{"proof_text": "", "steps": steps, **others})


def given(name: str, **others: object) -> Step:
    return Step(name=name, sentence="So it is.", gives={name: a}, **others)


BELOW = claim(
    "Z1", given("free"), given("some", **FEW), Step(name="far", sentence="So.", gives={"far": a}, uses=("some",))
)


def above(*takes: str) -> Claim:
    by = Step(name="below", sentence="By Z1.", by=Carrier.CLAIM, source="Z1", takes=takes)
    return claim("Z2", by, given("up", uses=("below",)), given("aside"), uses=("Z1",))


def ledger(*takes: str) -> Ledger:
    return Ledger({"toys": {"below": BELOW, "above": above(*takes)}})


@pytest.mark.parametrize(
    ("takes", "link"),
    [
        (("free",), Link.RULE),
        (("some",), Link.SIZES),
        (("far",), Link.SIZES),  # by what it rests on
        (("free", "far"), Link.SIZES),
        ((), Link.SIZES),  # without names all of Z1
    ],
)
def test_a_step_by_a_claim_weighs_what_it_takes(takes: tuple[str, ...], link: Link) -> None:
    found = links_of(["Z2"], ledger(*takes).claim, lambda label, step: announced(step))
    assert found["Z2"].expressions == {"up": link, "aside": Link.ALL}
    assert found["Z1"].ambiguous
    assert not found["Z1"]._replace(expressions={"free": Link.ALL, "some": Link.RULE}).ambiguous


def test_what_has_no_formula_is_taken_by_the_name_of_its_step() -> None:
    strict = Step(name="strict", sentence="So.", by=Carrier.RULE, source="positivity", uses=("some",))
    below = claim("Z1", given("free"), given("some", **FEW), strict, given("far", uses=("strict",)))
    found = links_of(["Z2"], {"Z1": below, "Z2": above("strict")}.__getitem__, lambda label, step: announced(step))
    assert found["Z2"].expressions["up"] is Link.SIZES


def test_links_go_on_through_claims_that_cite_claims() -> None:
    on_top = Step(name="top", sentence="By Z2.", by=Carrier.CLAIM, source="Z2", takes=("up",))
    third = claim("Z3", on_top, given("end", uses=("top",)), uses=("Z2",))
    claims = {"Z1": BELOW, "Z2": above("some"), "Z3": third}
    found = links_of(["Z3"], claims.__getitem__, lambda label, step: announced(step))
    assert found["Z3"].expressions == {"end": Link.SIZES}
    cited = links_of(["Z3"], claims.__getitem__, lambda label, step: Link.CITED if label == "Z1" else announced(step))
    assert cited["Z3"].expressions == {"end": Link.CITED}  # as a run found it


def test_names_that_a_claim_does_not_have_are_refused() -> None:
    with pytest.raises(ValueError, match="Z2, step 'below' takes much, none of Z1"):
        ledger("free", "much")
    with pytest.raises(ValueError, match="Z2, step 'below' takes much, none of Z1"):
        Ledger({"toys": {"above": above("much")}}, beside={"Z1": BELOW})
    assert Ledger({"toys": {"above": above("free")}}, beside={"Z1": BELOW}).claim("Z1") is BELOW


def test_words_for_a_step_by_a_claim() -> None:
    (step, *_) = above("some", "far").steps
    assert carried(step, Link.RULE) == "by Z1 (some, far)"
    assert carried(step, Link.CITED) == "by Z1 (some, far), which rests on a citation"
    assert carried(above().steps[0], Link.SIZES) == "by Z1, which rests on what is computed at some sizes"


@pytest.mark.parametrize(
    ("steps", "word", "words"),
    [
        ((given("one"), given("two")), Status.PROVED, "proved: each of 2 steps is computed, or follows by a rule or another claim"),
        ((given("one"), given("two", by=Carrier.CITED, source="a book")), Status.CITED, "proved, 1 of 2 steps cited"),
        (
            (given("one", **FEW), given("two", by=Carrier.CITED, source="a book")),
            Status.PARTLY,
            "proved in part, 1 of 2 steps cited, 1 computed at some sizes",
        ),
        ((given("one", by=Carrier.ARGUED), given("two")), Status.ARGUED, "argued, 1 of 2 steps argued"),
        ((given("one"), given("two", **{**FEW, "reach": Reach.SAMPLED})), Status.MEASURED, "measured, not proved, 1 of 2 steps counted on samples"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_proof_is_computed_from_its_steps(steps: tuple[Step, ...], word: Status, words: str) -> None:
    found = claim("Z1", *steps)
    assert found.proof is (Proof.MEASURED if word is Status.MEASURED else Proof.PROVED)
    assert (status(found), status_in_words(found)) == (word, words)


def test_what_is_said_of_a_proof_in_prose() -> None:
    assert (status(toy("Z1", {"a": a})), status_in_words(toy("Z1", {"a": a}))) == (Status.ARGUED, "argued in prose")
    counted = toy("Z1", {"a": a}, proof=Proof.MEASURED)
    assert (status(counted), status_in_words(counted)) == (Status.MEASURED, "measured, not proved")


def test_a_word_that_the_steps_deny_is_refused() -> None:
    with pytest.raises(ValueError, match="Z1: MEASURED, expected"):
        claim("Z1", given("one"), proof=Proof.MEASURED)


# The ledger


def test_a_step_by_a_claim_names_what_it_takes_where_that_matters() -> None:
    """Where the expressions of the cited claim rest on links of different weight."""
    whole = load_ledger()
    found = links_of([entry.label for entry in whole], whole.claim, lambda label, step: announced(step))
    unsaid = [
        f"{entry.label}: {step.name} ({step.source})"
        for entry in whole
        for step in entry.claim.steps
        if step.by is Carrier.CLAIM and found[step.source].ambiguous and not step.takes
    ]
    assert not unsaid


def test_what_the_ledger_announces_is_what_its_run_finds(ledger_run) -> None:
    whole = load_ledger()
    found = links_of([entry.label for entry in whole], whole.claim, lambda label, step: announced(step))
    for result in ledger_run.claims:
        for step in result.entry.claim.steps:
            assert result.own_link(step) is announced(step), f"{result.entry.label}: {step.name}"
        assert result.weakest == found[result.entry.label].expressions, result.entry.label
        assert result.proof == status(result.entry.claim), result.entry.label
    assert ledger_run.announced == ()


def test_a_run_of_one_claim_says_which_it_took_as_announced() -> None:
    run = verify("Q7.2")
    (result,) = run.claims
    sources = {step.source for step in result.entry.claim.steps if step.by is Carrier.CLAIM}
    assert set(run.announced) == set(summarise(run)["announced"]) == sources != set()
    weaker = {
        label: each._replace(expressions=dict.fromkeys(each.expressions, Link.POINTS))
        for label, each in result.cited.items()
    }
    assert max(replace(result, cited=weaker).weakest.values()) is Link.POINTS
