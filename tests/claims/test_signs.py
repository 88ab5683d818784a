"""A sign, or a monotonicity, that the sentence of a computed step states is found by a check of the step, at its scope."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.evidence import Findings, Scope, Trial, control, enclosed, exact, run
from sparse_limits.numerics.evidence.outcomes import CheckResult
from sparse_limits.numerics.ledger.verification import Run
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.quantities import POSITIVE, Quantity
from sparse_limits.theory.steps import Carrier, Step

WORDS = re.compile(
    r"\]\]\$?\s*(?:\\ge|\\le|>|<)\s*[01]\b"
    r"|\b(?:not|nowhere|never) negative\b|\b(?:is|are) (?:positive|negative)\b|\bnegative beyond\b|\bsemidefinite\b"
    r"|\b(?:less than|below|above|exceeds?) 1\b"
    r"|\b(?:grows?|rises?|falls?|increases?|decreases?|convex|concave|monotone)\b"
)

# Steps in which such a word states no sign of what is computed, or a sign that is proved in another way
OTHERWISE = {
    ("S12", "midpoints"): "rises and falls are the names of what a kernel does, both of them letters",
    ("G3.3", "telescope"): "it falls by a difference that may have either sign",
    ("G5", "telescope"): "it falls by a difference that may have either sign",
    ("O2.2", "angles"): "a phase is turned until it is so",
    ("E11", "three counts"): "to fall short is an event",
    ("L16.1", "bound"): "the loss never grows, by the step *energy*",
    ("L17.3", "small neighbourhoods"): "a Lipschitz constant on less is no larger",
    (
        "R1.2",
        "envelopes",
    ): "the growth on all of (0, π] is shown by 40 exact terms of a series and Cauchy's bound of the others",
    ("R5.2", "annealed size"): "n grows without end: a limit",
    ("R5.3", "quenched size"): "√n grows slower: a limit",
    ("R9", "excess"): "a logarithm grows without end: a limit",
    ("Q3", "as many orbits as patterns"): "both grow by a number of partitions",
    ("Q11.3", "many coefficients"): "a number grows without end: a limit",
    ("N10.2", "two zones"): "that the root is positive is assumed",
    ("F2.3", "components"): "where a cosine is positive a wave is defined to be 1",
}

LEDGER = load_ledger()
STATED = {
    (entry.label, step.name)
    for entry in LEDGER
    for step in entry.claim.steps
    if step.by is Carrier.COMPUTED and WORDS.search(step.sentence)
}


def unsigned(claim: Claim, checks: Sequence[CheckResult]) -> list[str]:
    """The computed steps whose sentences state a sign that no check of theirs finds for the values that the step is for."""
    names = []
    for step in claim.steps:
        if step.by is not Carrier.COMPUTED or not WORDS.search(step.sentence):
            continue
        found = [check.ordered for check in checks if check.step == step.name and check.ordered is not None]
        if not found or min(found) > Scope[step.reach.name]:
            names.append(step.name)
    return names


@pytest.mark.parametrize("label", sorted({label for label, _ in STATED}))
def test_a_sign_that_a_computed_step_states_is_computed(label: str, ledger_run: Run) -> None:
    (result,) = [each for each in ledger_run.claims if each.entry.label == label]
    lacking = unsigned(result.entry.claim, result.checks)
    assert lacking == [step for name, step in OTHERWISE if name == label and step in lacking]


def test_what_is_excepted_is_stated_and_lacks_a_sign(ledger_run: Run) -> None:
    lacking = {
        (each.entry.label, name) for each in ledger_run.claims for name in unsigned(each.entry.claim, each.checks)
    }
    assert set(OTHERWISE) <= STATED & lacking
    assert all(reason.strip() for reason in OTHERWISE.values())


a, b = sp.symbols("a b", positive=True)
less = sp.Symbol("c", real=True)
AREA = Step(name="area", sentence="The area is $[[area]]$, which grows with $a$.", gives={"area": (a + b) ** 2})
CLAIM = toy("Z1", {"area": (a + b) ** 2}, "$[[area]]$", proof_text="", steps=(AREA,))


@exact(CLAIM, step="area")
@control("twice", area=2 * (a + b) ** 2)
def multiplied_out(area: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(area, a**2 + 2 * a * b + b**2)


@exact(CLAIM, step="area")
@control("falling", area=(a + b) ** -2)
def grows_with_a_side(area: sp.Expr, trial: Trial) -> Findings:
    yield trial.nonnegative(sp.diff(area, a), 2 * (a + b), strict=True)


@enclosed(CLAIM, step="area")
@control("falling", area=(a + b) ** -2)
def grows_at_points(area: sp.Expr, trial: Trial) -> Findings:
    yield trial.below(0, sp.diff(area, a))


def test_an_identity_is_no_sign_nor_one_at_points_for_all_values() -> None:
    assert unsigned(CLAIM, [run(multiplied_out)]) == ["area"]
    assert unsigned(CLAIM, [run(grows_at_points)]) == ["area"]
    assert unsigned(CLAIM, [run(multiplied_out), run(grows_with_a_side)]) == []
    assert run(grows_with_a_side).controls[0].status == "refuted"


def test_an_inequality_at_points_is_one_at_points() -> None:
    trial = Trial(toy("Z2", {"side": a}, quantities=(Quantity(a, "a side", POSITIVE),)), "check")
    for found in (trial.below(0, a), trial.everywhere(0, a, within={a: (1, 2)})):
        assert found.order
        assert found.reach(frozenset({a})) is not Scope.ALL
    assert not trial.same(a, a).order


def test_a_certificate_with_letters_in_place_of_a_share() -> None:
    trial, share = Trial(CLAIM, "check"), {less: 1 / (1 + a)}
    found = trial.nonnegative(1 - less, a / (1 + a), where=share, strict=True)
    assert (found.order, found.reach(frozenset())) == (True, Scope.ALL)
    assert trial.nonnegative(less - 1, a / (1 + a), where=share).verdict.name == "REFUTES"
    with pytest.raises(ValueError, match="do not show that a - 1 ≥ 0"):
        trial.nonnegative(a - 1, a - 1)
    with pytest.raises(ValueError, match=r"do not show that c\*\*2 > 0"):
        trial.nonnegative(less**2, less**2, strict=True)
