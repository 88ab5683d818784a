"""A claim as plain data, its formulas as SymPy strings and LaTeX: what `sparse-limits claims --json` writes."""

from __future__ import annotations

from typing import TypeAlias, TypedDict

import sympy as sp

from sparse_limits.numerics.evidence.comparison import factors
from sparse_limits.theory.claims import Claim, Pitfall
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.latex import latex
from sparse_limits.theory.links import status, status_in_words
from sparse_limits.theory.quantities import in_words


class Letter(TypedDict):
    """latex: as formulas show it. name: that of the quantity in all claims, if it has one. within: its range, in words. convention: why
    the range ends there where the claim holds beyond, empty where it does not.
    """

    latex: str
    name: str | None
    meaning: str
    within: str
    convention: str


class Assumption(TypedDict):
    """relation: None for one in words alone. needed_by: expressions; of none, the whole claim needs the hypothesis. convention:
    why it is assumed where the claim holds without.
    """

    words: str
    relation: str | None
    needed_by: list[str]
    convention: str


class Note(TypedDict):
    """check: the check that carries a remark, if one does."""

    text: str
    check: str | None


class SharpBound(TypedDict):
    """expression: a bound that the example attains, from the side above or below; check: what computes with the example."""

    expression: str
    side: str
    example: str
    check: str


class LooseBound(TypedDict):
    """expression: a bound that is beyond truth, an object, by these factors at these points, values by letter.

    order: why the factor stays bounded, exponent: why the quotient of the logarithms does; empty where it does not.
    """

    expression: str
    side: str
    truth: str
    at: list[dict[str, str]]
    factors: list[str]
    lost: str
    order: str
    exponent: str


class UnmeasuredBound(TypedDict):
    """expression: a bound of which nobody here knows how loose it is; why: the reason."""

    expression: str
    side: str
    why: str


class Question(TypedDict):
    """asks: what is open; obstacle, known, evidence: where a proof stops, what is proved, what was computed; check: by which."""

    asks: str
    obstacle: str
    known: str
    evidence: str
    check: str | None


class FailedForm(TypedDict):
    """said: a form that fails, by: where; why, counterexample (an object that a check takes), by_hand, instead, control."""

    said: str
    by: str
    why: str
    counterexample: str
    by_hand: str
    instead: str
    control: str


class ProofStep(TypedDict):
    """sentence: with LaTeX in place. by: what carries the step. source: a rule, a label or a reference. gives: objects.

    takes: the expressions used of a claim that carries the step, all if none is named. reach: for which values a computed
    step holds (all, sizes, points, sampled); limited: why no more.
    """

    name: str
    sentence: str
    by: str
    source: str
    takes: list[str]
    gives: dict[str, Formula]
    uses: list[str]
    reach: str
    limited: str


class Formula(TypedDict):
    """text: of SymPy. latex: None for what is no expression, such as a graph."""

    text: str
    latex: str | None


class Listed(TypedDict):
    """A claim; proof_text: its proof in prose, where it is not in steps.

    headline: the statement in brief, if it is long. sentence_symbols: letters of the statement that no formula has.
    core: whether a paper announces the claim, or such a claim or an engine rests on it.
    proof: what it is by its steps (`sparse_limits.theory.links.Status`), proof_in_words: with these counted.
    """

    label: str
    name: str
    topic: str
    core: bool
    title: str
    headline: str
    statement: str
    assumptions: list[str]
    symbols: dict[str, Letter]
    sentence_symbols: dict[str, str]
    hypotheses: list[Assumption]
    remarks: list[Note]
    sharp: list[SharpBound]
    loose: list[LooseBound]
    unmeasured: list[UnmeasuredBound]
    open_questions: list[Question]
    steps: list[ProofStep]
    proof_text: str
    source: str
    version: str
    place: str
    provenance: str
    proof: str
    proof_in_words: str
    pitfalls: list[FailedForm]
    uses: list[str]
    expressions: dict[str, Formula]


Claims: TypeAlias = list[Listed]


def listed(entry: Entry) -> Listed:
    """Return a claim as plain data; keys are stable."""
    claim = entry.claim
    return {
        "label": claim.label,
        "name": entry.name,
        "topic": entry.topic,
        "core": entry.core,
        "title": claim.title,
        "headline": claim.latex_headline,
        "statement": claim.latex_statement.strip(),
        "assumptions": list(claim.assumed),
        "symbols": _letters(claim),
        "sentence_symbols": dict(claim.symbols),
        "hypotheses": [
            {
                "words": each.words,
                "relation": None if each.relation is None else str(each.relation),
                "needed_by": list(each.needed_by),
                "convention": each.convention,
            }
            for each in claim.hypotheses
        ],
        "remarks": [{"text": claim.filled(each.text), "check": each.checked_by or None} for each in claim.remarks],
        "sharp": [
            {"expression": each.expression, "side": str(each.side), "example": each.example, "check": each.check}
            for each in claim.sharp
        ],
        "loose": [
            {
                "expression": each.expression,
                "side": str(each.side),
                "truth": each.truth,
                "at": [{str(letter): str(value) for letter, value in point.items()} for point in each.at],
                "factors": list(factors(claim, each)),
                "lost": each.lost,
                "order": each.order,
                "exponent": each.exponent,
            }
            for each in claim.loose
        ],
        "unmeasured": [
            {"expression": each.expression, "side": str(each.side), "why": each.why} for each in claim.unmeasured
        ],
        "open_questions": [
            {
                "asks": claim.filled(each.asks),
                "obstacle": claim.filled(each.obstacle),
                "known": claim.filled(each.known),
                "evidence": claim.filled(each.evidence),
                "check": each.checked_by or None,
            }
            for each in claim.open_questions
        ],
        "steps": [
            {
                "name": step.name,
                "sentence": claim.filled(step.sentence),
                "by": str(step.by),
                "source": step.source,
                "takes": list(step.takes),
                "gives": {name: _formula(claim, name) for name in step.gives},
                "uses": list(step.uses),
                "reach": str(step.reach),
                "limited": step.limited,
            }
            for step in claim.steps
        ],
        "proof_text": claim.proof_text.strip(),
        "source": claim.source.paper,
        "version": claim.source.version,
        "place": claim.source.place,
        "provenance": str(claim.provenance),
        "proof": str(status(claim)),
        "proof_in_words": status_in_words(claim),
        "pitfalls": [_failed(claim, each) for each in claim.pitfalls],
        "uses": list(claim.uses),
        "expressions": {name: _formula(claim, name) for name in claim.expressions},
    }


def _letters(claim: Claim) -> dict[str, Letter]:
    return {
        str(letter): {
            "latex": latex(letter, [letter]),
            "name": quantity.name,
            "meaning": quantity.meaning,
            "within": in_words(quantity.within),
            "convention": quantity.convention,
        }
        for quantity in claim.quantities
        for letter in quantity.letters
    }


def _failed(claim: Claim, form: Pitfall) -> FailedForm:
    return {
        "said": claim.filled(form.said),
        "by": claim.filled(form.by),
        "why": claim.filled(form.why),
        "counterexample": form.counterexample,
        "by_hand": claim.filled(form.by_hand),
        "instead": claim.filled(form.instead),
        "control": form.control,
    }


def _formula(claim: Claim, name: str) -> Formula:
    value = claim.claimed[name]
    return {"text": str(value), "latex": claim.latex(name) if isinstance(value, sp.Basic) else None}
