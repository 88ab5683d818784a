"""What a claim and a ledger refuse, and the ledger itself: every claim holds and every control is refuted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib import import_module

import pytest
import sympy as sp
from toys.claims import toy

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import Trial
from sparse_limits.numerics.ledger.mutants import FINGERPRINT_POINTS, Fingerprint, mutants_of
from sparse_limits.numerics.ledger.pitfalls import failed_forms
from sparse_limits.numerics.reports.run import markdown_to_html
from sparse_limits.numerics.statistics.exact_tests import BUDGET, LEVEL
from sparse_limits.theory.claims import QUOTATION, Claim, Pitfall, Proof, Provenance, Remark, Source, formulas
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.ledger import TOPICS, claim, load_ledger
from sparse_limits.theory.places import places
from sparse_limits.theory.texts import TEXTS

a = sp.Symbol("a", positive=True)
ENTRIES = list(load_ledger())
each_claim = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.label)
each_pitfall = pytest.mark.parametrize(
    ("entry", "pitfall"),
    [pytest.param(e, pitfall, id=f"{e.label}-{pitfall.control}") for e in ENTRIES for pitfall in e.claim.pitfalls],
)


# One claim


@dataclass(frozen=True)
class Law:
    name: str
    survival: sp.Expr


@pytest.mark.parametrize("label", ["", "S", "4", "s4", "S4a", "SS4", "S-4", "S4 "])
def test_labels(label):
    with pytest.raises(ValueError, match="capital letter and a number"):
        toy(label, {"value": a})


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        0.5j,
        sp.Float("0.5"),
        a + 0.5,
        sp.exp(sp.Integral(a * sp.Float(2), (a, 0, 1))),
        (a, 0.5),
        [a, 0.5],
        {"one": {"two": a**0.5}},
        Law("law", 0.5 * a),
        (Law("law", sp.Float(1.0)),),
        sp.ImmutableMatrix([[a, 0.5]]),
        sp.Matrix([[a, 0.5]]),
        sp.Lambda(a, 0.5 * a),
    ],
    ids=str,
)
def test_floats_are_refused(value):
    with pytest.raises(ValueError, match="contains a float"):
        toy("Z1", {"value": value})


def test_exact_values_of_every_kind_are_taken():
    value = {"law": Law("law", a / 2), "pair": (1, True, "word"), "matrix": sp.ImmutableMatrix([[a, 1]])}
    assert a / 2 in formulas(toy("Z1", {"value": value}).expressions)


def test_a_claim_needs_expressions_and_slots_that_name_them():
    with pytest.raises(ValueError, match="at least one expression"):
        toy("Z1", {})
    with pytest.raises(ValueError, match=r"names \[\[other\]\]"):
        toy("Z1", {"value": a}, statement="[[other]]")
    claim = toy("Z1", {"value": a / 2}, statement="$x=[[value]]$, twice $[[value]]$")
    assert claim.latex_statement == r"$x={\frac{a}{2}}$, twice ${\frac{a}{2}}$"


def twice(**others: str) -> Pitfall:
    texts = {
        "said": "$2a$",
        "by": "“Twice.” (a book)",
        "why": "It is not.",
        "by_hand": "$a=1$.",
        "instead": "$[[value]]$",
    }
    return Pitfall(**{"control": "twice", "counterexample": "value", **texts, **others})


@pytest.mark.parametrize(
    ("provenance", "pitfalls", "place", "complaint"),
    [
        (Provenance.EXTENSION, (twice(),), "nowhere", "and nothing else, says which form fails"),
        (Provenance.PITFALL, (), "nowhere", "and nothing else, says which form fails"),
        (Provenance.CORRECTION, (), "nowhere", "and nothing else, says which form fails"),
        (Provenance.PITFALL, (twice(counterexample="one"),), "nowhere", "'one' is nothing of the claim"),
        (Provenance.PITFALL, (twice(instead="$[[other]]$"),), "nowhere", "which is no expression of it"),
        (Provenance.CORRECTION, (twice(), twice(by="Somebody.")), "nowhere", "quotes the text that it corrects"),
        (Provenance.STATED, (), "Theorem 1", "STATED quotes its source"),
        (Provenance.RECONSTRUCTED, (), "abstract", "RECONSTRUCTED quotes its source"),
    ],
)
def test_attributions_that_are_refused(provenance, pitfalls, place, complaint):
    source = Source("0000.00000", "v1", place)
    with pytest.raises(ValueError, match=complaint):
        toy("Z1", {"value": a}, provenance=provenance, pitfalls=pitfalls, source=source)


def test_attributions_that_are_taken():
    for provenance in (Provenance.PITFALL, Provenance.CORRECTION):
        assert toy("Z1", {"value": a}, provenance=provenance, pitfalls=(twice(),)).pitfalls
    assert toy(
        "Z1", {"value": a}, aids={"one": 1}, provenance=Provenance.PITFALL, pitfalls=(twice(counterexample="one"),)
    )
    toy(
        "Z1",
        {"value": a},
        provenance=Provenance.RECONSTRUCTED,
        source=Source("0000.00000", "v1", "abstract: “It holds”"),
    )
    with pytest.raises(ValueError, match="nothing under 'why'"):
        twice(why=" ")


def test_claims_compare_by_identity():
    one, two = toy("Z1", {"value": a}), toy("Z1", {"value": a})
    assert one != two
    assert len({one, two, one}) == 2


def test_a_source_names_its_paper():
    assert str(Source("2602.06675", "v1", "abstract")) == "arXiv:2602.06675v1, abstract"
    assert str(Source("2602.06675", "ICML 2026")) == "arXiv:2602.06675, ICML 2026"
    assert str(Source("2006.07990", place="no text at hand")) == "arXiv:2006.07990, no text at hand"


# A ledger


def ledger(**uses: tuple[str, ...]) -> Ledger:
    return Ledger({"topic": {label.lower(): toy(label, {"value": a}, uses=used) for label, used in uses.items()}})


def test_a_label_is_used_once():
    with pytest.raises(ValueError, match="Z1 is used twice: by one and by two"):
        Ledger({"topic": {"one": toy("Z1", {"value": a}), "two": toy("Z1", {"value": a})}})
    with pytest.raises(ValueError, match="Z1 is used twice"):
        Ledger({"first": {"one": toy("Z1", {"value": a})}, "second": {"one": toy("Z1", {"value": a})}})


def test_uses_are_known_and_not_circular():
    with pytest.raises(ValueError, match="Z1 uses Z2, which is no claim"):
        ledger(Z1=("Z2",))
    with pytest.raises(ValueError, match="circle: Z1 → Z2 → Z3 → Z1"):
        ledger(Z1=("Z2",), Z2=("Z3",), Z3=("Z1",))
    with pytest.raises(ValueError, match="circle: Z1 → Z1"):
        ledger(Z1=("Z1",))
    diamond = ledger(Z1=("Z2", "Z3"), Z2=("Z4",), Z3=("Z4",), Z4=())
    assert diamond.used_by["Z4"] == ("Z2", "Z3")
    assert diamond.used_by["Z1"] == ()


def test_reading_order_and_selection():
    found = ledger(Z10=(), Z2=(), A3=())
    assert [entry.label for entry in found] == ["A3", "Z2", "Z10"]
    assert len(found) == 3
    assert [entry.label for entry in found.select(["Z10", "A3", "Z10"])] == ["A3", "Z10"]
    assert len(found.select(["topic"])) == len(found.select([])) == 3
    assert (found["Z2"].name, found["Z2"].topic) == ("z2", "topic")
    with pytest.raises(ValueError, match="neither a label nor a topic"):
        found.select(["Z3"])
    with pytest.raises(ValueError, match="no claim 'z2'"):
        found["z2"]


# The ledger


def test_the_ledger_holds(ledger_run):
    """Every claim holds, nothing is open, every control is refuted, no check errs."""
    wrong = [
        f"{claim.entry.label} {check.name}: {check.status} {check.detail} {control.name}: {control.status}"
        for claim in ledger_run.claims
        for check in claim.checks
        for control in check.controls
        if check.status != "holds" or control.status != "refuted"
    ]
    assert not wrong
    assert {claim.entry.label: claim.status for claim in ledger_run.claims} == {e.label: "holds" for e in ENTRIES}
    assert not ledger_run.failed
    totals = ledger_run.totals
    assert totals["claims"] == totals["hold"] == len(ENTRIES)
    assert totals["refuted"] == totals["open"] == totals["errors"] == totals["survived"] == 0
    assert all(check.controls for claim in ledger_run.claims for check in claim.checks)


def test_every_form_that_fails_is_refuted_at_its_counterexample(ledger_run):
    for result in ledger_run.claims:
        forms = failed_forms(result)
        assert [form.pitfall for form in forms] == list(result.entry.claim.pitfalls)
        assert {form.control.status for form in forms} <= {"refuted"}
        assert all(form.check.kind in ("exact", "enclosed") for form in forms)


def test_a_form_that_no_check_tries_is_an_error(ledger_run):
    result = next(claim for claim in ledger_run.claims if claim.entry.claim.pitfalls)
    with pytest.raises(ValueError, match=r"no check of .* has the control"):
        failed_forms(replace(result, checks=()))


@each_pitfall
def test_a_check_computes_with_the_counterexample(entry, pitfall):
    """With anything else in its place the check breaks."""
    checks = [check for check in checks_of(entry.topic) if check.claim is entry.claim]
    (check, *_) = (check for check in checks if pitfall.counterexample in check.subjects)
    with pytest.raises((TypeError, AttributeError, sp.SympifyError)):
        list(check.findings(Trial(entry.claim, check.name), {pitfall.counterexample: object()}))


@each_claim
def test_quotations_stand_in_the_texts_at_hand(entry):
    """Those of a source in the version of its paper that the claim is about, those of a form that fails in any."""
    claim = entry.claim
    quoted = "\n".join(TEXTS[claim.source.paper][claim.source.version].sentences)
    for quotation in QUOTATION.findall(claim.source.place):
        assert quotation in quoted
    texts = (text for versions in TEXTS.values() for text in versions.values())
    everything = "\n".join(sentence for text in texts for sentence in text.sentences)
    for pitfall in claim.pitfalls:
        for quotation in QUOTATION.findall(pitfall.by):
            assert quotation in everything


def test_the_false_alarms_of_a_run_stay_within_the_budget(ledger_run):
    checks = [check for topic in TOPICS for check in checks_of(topic)]
    assert sum(check.tests for check in checks) * LEVEL <= BUDGET == 1e-6
    assert sum(check.alarm for claim in ledger_run.claims for check in claim.checks) <= BUDGET
    assert ledger_run.totals["tests"] == sum(check.tests for check in checks)


def test_every_check_belongs_to_a_claim_of_its_topic():
    for topic in TOPICS:
        claims = {entry.claim for entry in ENTRIES if entry.topic == topic}
        assert {check.claim for check in checks_of(topic)} == claims


@each_claim
def test_every_expression_is_taken_by_a_check(entry):
    checks = [check for check in checks_of(entry.topic) if check.claim is entry.claim]
    taken = {name for check in checks for name in check.subjects}
    assert {*entry.claim.expressions, *entry.claim.aids} <= taken


@each_claim
def test_a_remark_names_a_check_of_its_claim_or_says_that_there_is_none(entry):
    names = {check.name for check in checks_of(entry.topic) if check.claim is entry.claim}
    assert {remark.checked_by for remark in entry.claim.remarks} <= names | {""}
    assert all(words.endswith(")") for words in entry.claim.latex_remarks)


def test_a_remark_is_shown_with_what_carries_it():
    claim = toy("Z1", {"value": a}, remarks=(Remark("About $[[value]]$.", "measured_once"), Remark("Perhaps more.")))
    assert claim.latex_remarks == ("About ${a}$. (check: measured once)", "Perhaps more. (not checked)")


@each_claim
def test_every_field_is_set(entry):
    claim = entry.claim
    for text in (
        claim.title,
        claim.statement,
        *claim.latex_proof,
        *claim.assumed,
        *(quantity.meaning for quantity in claim.quantities),
        *(text for pitfall in claim.pitfalls for text in pitfall.texts),
        *claim.latex_remarks,
    ):
        assert text.strip()
        assert text.replace("\n", " ").isprintable()  # no \t of \theta, \f of \frac
    assert isinstance(claim.provenance, Provenance)
    assert isinstance(claim.proof, Proof)
    assert re.fullmatch(r"\d{4}\.\d{5}", claim.source.paper)
    assert claim.source.place
    assert "[[" not in claim.latex_statement
    assert all(reason.strip() for reason in claim.equivalent_mutants.values())


@each_claim
def test_statements_and_proofs_become_mathml(entry):
    """Every formula converts, and none is left behind as LaTeX."""
    for text in (
        entry.claim.latex_statement,
        *entry.claim.latex_proof,
        *entry.claim.assumed,
        *(quantity.meaning for quantity in entry.claim.quantities),
        *entry.claim.latex_remarks,
        *(entry.claim.filled(text) for pitfall in entry.claim.pitfalls for text in pitfall.texts),
    ):
        page = markdown_to_html(text)
        words = re.sub(r"<math.*?</math>", "", page, flags=re.DOTALL)
        assert "$" not in words
        assert not re.search(r"\\[a-zA-Z]+", words), words
        inside = "".join(re.findall(r">([^<]*)<", "".join(re.findall(r"<math.*?</math>", page, re.DOTALL))))
        assert not re.search(r"\\[a-zA-Z]+", inside), inside


@each_claim
def test_every_formula_can_be_told_from_its_mutants(entry):
    """A formula without a value at the points of its domain would have no mutants at all."""
    for subject, value in entry.claim.expressions.items():
        for path, formula, _ in places(value, subject):
            points = Trial(entry.claim, "mutants").points(formula, count=FINGERPRINT_POINTS)
            assert any(mark is not None for mark in Fingerprint(formula, points).all), path


def test_the_names_of_claims_are_their_variables():
    for entry in ENTRIES:
        assert getattr(import_module(f"sparse_limits.theory.{entry.topic}"), entry.name) is entry.claim
        assert isinstance(entry.claim, Claim)


def test_explained_mutants_exist():
    """A reason for a mutant that no longer is one has lost its subject. (The quick ones; `mutate` shows the others.)"""
    for entry in ENTRIES:
        explained = {
            name for name in entry.claim.equivalent_mutants if re.match(r"\w+", name)[0] in entry.claim.claimed
        }  # others are of pieces that several formulas share
        subjects = {re.match(r"\w+", name)[0] for name in explained}
        slow = {s for s in subjects if sp.sympify(next(formulas(entry.claim.claimed[s]))).has(sp.Integral, sp.Sum)}
        found = {mutant.name for subject in subjects - slow for mutant in mutants_of(entry.claim, subject)}
        assert {name for name in explained if re.match(r"\w+", name)[0] not in slow} <= found


# One claim without the others


@each_claim
def test_a_claim_is_found_by_its_label_alone(entry):
    assert claim(entry.label) is entry.claim


@pytest.mark.parametrize("label", ["", "s4", "S99", "Z1", "saliency"])
def test_a_label_without_a_claim(label):
    with pytest.raises(InputError, match=f"no claim '{label}'"):
        claim(label)


def test_a_number_is_no_label():
    with pytest.raises(InputError, match="no claim 0; expected one of S1"):
        load_ledger()[0]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("s4", "S4"),
        ("S44", "S4"),
        ("S 4", "S4"),
        ("S-04", "S4"),
        ("sS4.", "S4"),
        ("S4.2", "S4"),
        ("k13.9", "K13 (K13.1, K13.2, K13.3)"),
        ("K133", "K13 (K13.1, K13.2, K13.3)"),
        ("kernl", "kernel"),
        ("graphn", "graphon"),
        ("Saliency", "saliency"),
        ("", None),
        ("Z4", None),
        ("S" * 100, None),
        ("nothing", None),
    ],
)
def test_a_name_that_is_nearly_one_is_asked_for(name, near):
    """In every command: of several claims, and of one, which a topic is none of."""
    topic = near in TOPICS
    for call in (lambda: load_ledger().select([name]), lambda: claim(name)):
        with pytest.raises(InputError) as error:
            call()
        said = str(error.value)
        assert "\n" not in said
        assert len(said) < 400
        assert ("did you mean" in said) == (near is not None and not (topic and "no claim" in said))
        assert near is None or (f", did you mean {near}?" in said) or (topic and f"; {near} is a topic" in said)


def test_a_label_in_small_letters_is_asked_for():
    with pytest.raises(InputError, match=r"no claim 's4', did you mean S4\?"):
        claim("s4")
    with pytest.raises(InputError, match="no formula 'densty', did you mean noise_density"):
        sl.evaluate("S4", "densty")
