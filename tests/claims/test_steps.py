"""Proofs in steps: what is refused before anything is computed, and how far the checks of a step reach."""

from __future__ import annotations

import re

import numpy as np
import pytest
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import Findings, Kind, Scope, Trial, Verdict, control, exact, run, statistical
from sparse_limits.numerics.ledger.links import step_link
from sparse_limits.numerics.ledger.mutation import mutate
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.links import Link, carried, step_links, weakest_links
from sparse_limits.theory.quantities import POSITIVE, UNIT, Quantity, whole_from
from sparse_limits.theory.steps import RULES, Carrier, Reach, Step, path

a, b = sp.symbols("a b", positive=True)
n = sp.Symbol("n", integer=True, nonnegative=True)
side, area, doubled = a + b, (a + b) ** 2, 2 * (a + b) ** 2
SIDE = Step(name="side", sentence="The side is $[[side]]$.", by=Carrier.DEFINED, gives={"side": side})
AREA = Step(name="area", sentence="Its square is $[[area]]$.", gives={"area": area}, uses=("side",))


def square(*steps: Step, **others: object) -> Claim:
    return toy("Z1", {"area": area}, "$[[area]]$", **{"proof_text": "", "steps": steps, **others})


def test_a_proof_in_steps() -> None:
    claim = square(SIDE, AREA)
    assert dict(claim.claimed) == {"side": side, "area": area}
    assert claim.filled(AREA.sentence) == "Its square is ${\\left(a + b\\right)^{2}}$."
    assert [step.name for step in path(claim.steps, "area")] == ["area", "side"]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((SIDE,), "no step gives area"),
        ((AREA,), "uses side, expected steps before it"),
        ((AREA, SIDE), "uses side, expected steps before it"),
        ((SIDE, SIDE, AREA), "two steps are called 'side'"),
        ((SIDE, AREA, Step(name="more", sentence="Twice.", gives={"area": area})), "both give area"),
        ((SIDE, Step(name="area", sentence="Twice.", gives={"area": doubled})), "gives another area than the claim"),
        (
            (SIDE, AREA, Step(name="aside", sentence="By the way.", by=Carrier.ARGUED)),
            "no expression rests on .* aside",
        ),
        ((SIDE, Step(name="area", sentence="$[[perimeter]]$", gives={"area": area}, uses=("side",))), "no step gives"),
    ],
)
def test_gaps_that_are_seen_without_reading(steps: tuple[Step, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        square(*steps)


def test_a_claim_uses_what_its_steps_rest_on() -> None:
    by = Step(name="R1", sentence="By R1.", by=Carrier.CLAIM, source="R1")
    found = square(by, Step(name="area", sentence="So.", gives={"area": area}, uses=("R1",)))
    assert found.uses == ("R1",)


def test_a_proof_is_in_steps_or_in_prose() -> None:
    for proof in ({"proof_text": "Obvious.", "steps": (SIDE, AREA)}, {"proof_text": " ", "steps": ()}):
        with pytest.raises(ValueError, match="in steps or in prose, not both"):
            square(**proof)
    with pytest.raises(ValueError, match="side is an aid, and a step gives it"):
        square(SIDE, AREA, aids={"side": side})


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"sentence": " "}, "says nothing"),
        ({"name": ""}, "no name"),
        ({}, "computed and gives nothing"),
        ({"by": Carrier.DEFINED}, "defined and gives nothing"),
        ({"by": Carrier.RULE, "source": "magic"}, "the rule 'magic', expected one of"),
        ({"by": Carrier.RULE}, "the rule ''"),
        ({"by": Carrier.CITED}, "its source is ''"),
        ({"by": Carrier.ARGUED, "source": "a book"}, "its source is 'a book'"),
        ({"by": Carrier.ARGUED, "limited": "a sum"}, "argued, expected computed, as its checks are limited"),
        ({"gives": {"area": area}, "limited": "a sum"}, "reaches all, and its limit is 'a sum'"),
        ({"gives": {"area": area}, "reach": Reach.POINTS}, "reaches points, and its limit is ''"),
        ({"gives": {"area": area}, "takes": ("area",)}, "computed, and takes area, expected a claim"),
    ],
)
def test_steps_that_are_none(fields: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Step(**{"name": "step", "sentence": "So it is.", **fields})


def test_a_step_that_is_not_for_all_values_says_why() -> None:
    step = Step(name="sum", sentence="So.", gives={"area": area}, reach=Reach.SIZES, limited="sums are written out")
    assert carried(step, Link.SIZES) == "computed at some sizes (sums are written out)"
    assert carried(AREA, Link.SIZES) == "computed at some sizes"


CLAIM = square(SIDE, AREA)


def test_checks_of_steps_that_are_refused() -> None:
    def takes_area(area: sp.Expr, trial: Trial) -> Findings:
        yield trial.same(area, side**2)

    def takes_side(side: sp.Expr, trial: Trial) -> Findings:
        yield trial.same(side, a + b)

    with pytest.raises(TypeError, match="'volume', which is none of Z1"):
        exact(CLAIM, step="volume")(control("twice", area=2 * area)(takes_area))
    with pytest.raises(TypeError, match="'side', which is defined"):
        exact(CLAIM, step="side")(control("twice", side=2 * side)(takes_side))
    with pytest.raises(TypeError, match="takes nothing that the step 'area' gives"):
        exact(CLAIM, step="area")(takes_side)  # with the control that it has


@exact(CLAIM, step="area")
@control("twice", area=2 * area)
@control("side twice", side=2 * side)
def free(side: sp.Expr, area: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(area, side**2)


@exact(CLAIM, step="area")
@control("twice", area=2 * area)
def one_letter(area: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(area.subs(b, 1), (a + 1) ** 2)


@exact(CLAIM, step="area")
@control("twice", area=2 * area)
def at_a_point(area: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(area, side**2, at=[{a: sp.Integer(1), b: sp.Integer(2)}])


@exact(CLAIM, step="area")
@control("twice", area=2 * area)
def number(area: sp.Expr, trial: Trial) -> Findings:
    yield trial.holds(area.subs({a: 1, b: 2}) == 9, "nine")


@exact(CLAIM, step="area")
@control("twice", area=2 * area)
def sizes(area: sp.Expr, trial: Trial) -> Findings:
    yield trial.at_sizes(((area.subs(b, k), a**2 + 2 * k * a + k**2) for k in range(1, 4)), "sides")


@exact(CLAIM, step="area")
@control("both", area=2 * area, side=2 * side)
def both_at_once(side: sp.Expr, area: sp.Expr, trial: Trial) -> Findings:
    yield trial.same(area, side**2)


def hits(rng: np.random.Generator, size: int) -> int:
    return int((rng.random(size) < 0.81).sum())


@statistical(CLAIM, tests=1, step="area")
@control("a half", area=area / 2)
def by_chance(area: sp.Expr, trial: Trial) -> Findings:
    n = trial.size(4000)
    yield trial.counts(trial.draw(hits, n), n, float(area.subs({a: sp.Rational(4, 10), b: sp.Rational(1, 2)})))


@pytest.mark.parametrize(
    ("check", "scope"),
    [
        (free, Scope.ALL),
        (one_letter, Scope.POINTS),  # b had a value
        (at_a_point, Scope.POINTS),
        (number, Scope.POINTS),
        (sizes, Scope.SIZES),
        (both_at_once, Scope.ALL),  # a multiple of the area alone
        (by_chance, Scope.SAMPLED),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_how_far_a_check_reaches(check, scope) -> None:
    result = run(check)
    assert result.status == "holds", result.detail
    assert result.reached.get("area") == scope


def test_a_step_is_carried_by_the_check_that_reached_farthest() -> None:
    links = [
        step_link(AREA, list(map(run, checks))) for checks in ((free, by_chance), (sizes, number), (by_chance,), ())
    ]
    assert links == [Link.ALL, Link.SIZES, Link.SAMPLED, Link.ARGUED]
    assert step_link(SIDE, []) is Link.ALL


def test_the_weakest_link_is_that_of_the_path() -> None:
    results = [run(free)]

    def weakest(claim: Claim) -> dict[str, Link]:
        links = step_links(claim, lambda step: step_link(step, results), {})
        return dict(weakest_links(claim, links).expressions)

    assert weakest(CLAIM) == {"area": Link.ALL}
    for carrier, source, link in (
        (Carrier.RULE, "induction", Link.RULE),
        (Carrier.CITED, "a book", Link.CITED),
        (Carrier.ARGUED, "", Link.ARGUED),
    ):
        first = Step(name="first", sentence="First.", by=carrier, source=source)
        last = Step(name="area", sentence="So.", gives={"area": area}, uses=("first",))
        assert weakest(square(first, last)) == {"area": link}
    assert weakest(toy("Z1", {"area": area})) == {"area": Link.ARGUED}


# The words of a trial that hold for all values

QUANTITIES = (Quantity(a, "a side", POSITIVE), Quantity(b, "a share", UNIT), Quantity(n, "a number", whole_from(0)))
TRIAL = Trial(toy("Z2", {"power": a**n, "share": b}, quantities=QUANTITIES), "check")


def test_induction_needs_its_start_and_its_step() -> None:
    found = TRIAL.induction(a**n, n, sp.S.One, lambda term: a * term, by=sp.powsimp)
    assert (found.verdict, found.scope, found.letters) == (Verdict.SUPPORTS, Scope.ALL, {a, n})
    wrong = TRIAL.induction(a**n, n, sp.S.One, lambda term: (a + 1) * term)
    assert wrong.verdict is Verdict.REFUTES
    assert "step" in wrong.detail
    late = TRIAL.induction(a ** (n + 1), n, sp.S.One, lambda term: a * term)
    assert late.verdict is Verdict.REFUTES
    assert "start" in late.detail


def test_a_certificate_is_what_its_signs_say() -> None:
    found = TRIAL.nonnegative(a**2 + b**2 - 2 * a * b + a, (a - b) ** 2 + a)
    assert (found.verdict, found.scope) == (Verdict.SUPPORTS, Scope.ALL)
    assert TRIAL.nonnegative(a - b, a).verdict is Verdict.REFUTES
    with pytest.raises(ValueError, match="do not show that a - b ≥ 0"):
        TRIAL.nonnegative(a - b, a - b)


def test_a_whole_range_is_all_that_the_claim_allows() -> None:
    whole, part = ((0, 1), (0, sp.Rational(1, 2)))
    assert TRIAL.everywhere(b, b**2 + 1, within={b: whole}).scope is Scope.ALL
    assert TRIAL.everywhere(b, b**2 + 1, within={b: part}).scope is None
    assert TRIAL.everywhere(a, a**2 + 1, within={a: (0, sp.oo)}).scope is Scope.ALL


def test_sizes_leave_a_letter_free() -> None:
    with pytest.raises(ValueError, match="cases 1 leaves no letter free"):
        TRIAL.at_sizes([(sp.Integer(2), sp.Integer(2))], "cases")
    with pytest.raises(ValueError, match="no cases"):
        TRIAL.at_sizes([], "cases")
    assert TRIAL.at_sizes([(a + a, 2 * a), (a, 2 * a)], "cases").verdict is Verdict.REFUTES


def test_letters_that_cancel_where_something_is_put_were_free():
    cancelled = TRIAL.same(a * b, sp.S.One, where={b: 1 / a})
    assert (cancelled.verdict, cancelled.reach(frozenset({a}))) == (Verdict.SUPPORTS, Scope.ALL)
    assert cancelled.reach(frozenset({a, b})) is Scope.POINTS  # b was given a value
    assert TRIAL.same(a * b, sp.S.One, where={a: 1, b: 1}).reach(frozenset({a})) is Scope.POINTS
    swapped = TRIAL.same(a - b, b - a, where={a: b, b: a})
    assert swapped.verdict is Verdict.REFUTES
    assert TRIAL.same(a * b, sp.Integer(2), where={b: 1 / a}).verdict is Verdict.REFUTES


def test_a_letter_is_put_where_it_stands_and_not_in_terms_of_itself():
    with pytest.raises(ValueError, match="no letter in `where`"):
        TRIAL.same(a, a, where={})
    slip = TRIAL.same(a, a, where={b: 2 * n})
    assert (slip.verdict, slip.detail) == (Verdict.UNDECIDED, "no b in the sides, which `where` replaces")
    assert TRIAL.same(a, 2 * a, where={b: 2}).verdict is Verdict.REFUTES  # as a control may be
    even = TRIAL.same((-1) ** n, sp.S.One, where={n: 2 * n})
    assert (even.verdict, even.reach(frozenset({n}))) == (Verdict.SUPPORTS, Scope.POINTS)
    places = TRIAL.same(a * b, b * a, where={a: b, b: a})
    assert places.reach(frozenset({a, b})) is Scope.ALL
    one_way = TRIAL.same(a + b, b + 7, where={a: b, b: sp.Integer(7)})
    assert (one_way.verdict, one_way.reach(frozenset({b}))) == (Verdict.REFUTES, Scope.POINTS)


def test_what_is_proved_at_a_point_is_not_proved_elsewhere():
    trial = Trial(square(SIDE, AREA), "test")
    difference = sp.gamma(a + 1) - a * sp.gamma(a)  # 0, which arithmetic alone does not show
    assert trial.vanishes(difference, by=lambda _: sp.S.Zero, at=[{a: sp.S.One}]).kind is Kind.EXACT
    assert trial.vanishes(difference, by=lambda each: each).kind is Kind.ENCLOSED
    assert trial.vanishes(difference, by=None, at=[{a: sp.S.One}]).kind is Kind.ENCLOSED  # not by the other way
    assert trial.vanishes(a - 1, at=[{a: sp.S.One}], by=lambda each: each.subs(a, 1)).verdict is Verdict.SUPPORTS
    assert trial.vanishes(a - 1, at=[{a: sp.Integer(2)}]).verdict is Verdict.REFUTES
    assert trial.vanishes(a - 1).verdict is Verdict.REFUTES


def test_what_holds_at_a_point_or_less_strictly_is_asked_again():
    trial = Trial(square(SIDE, AREA), "test")
    at = [{a: sp.S.One}]
    assert trial.below(a, sp.S.One, at=at).verdict is Verdict.SUPPORTS
    assert trial.below(a, sp.S.One, at=at, strict=True).verdict is not Verdict.SUPPORTS
    assert trial.below(a, sp.S.One, at=[{a: sp.Integer(2)}]).verdict is Verdict.REFUTES
    assert trial.below(a, sp.S.One).verdict is Verdict.REFUTES
    assert trial.at(1)._supported == {}  # other points


def test_a_finite_set_is_exhausted():
    found = TRIAL.exhausts([(1, sp.S.One), (sp.eye(2), sp.eye(2))], "signs")
    assert (found.verdict, found.reach(frozenset()), found.reach(frozenset({a}))) == (
        Verdict.SUPPORTS,
        Scope.ALL,
        Scope.POINTS,
    )
    missed = TRIAL.exhausts([(1, 1), (1, 2)], "signs")
    assert (missed.verdict, missed.detail) == (Verdict.REFUTES, "1 is not 2: signs 2")
    with pytest.raises(ValueError, match="no signs"):
        TRIAL.exhausts([], "signs")
    with pytest.raises(TypeError, match=r"0.5 is not exact"):
        TRIAL.exhausts([(0.5, sp.Rational(1, 2))], "halves")
    root = 1 + sp.sqrt(2)
    assert TRIAL.exhausts([(root**2, 3 + 2 * sp.sqrt(2))], "squares").verdict is Verdict.SUPPORTS  # in another form
    assert (
        TRIAL.exhausts([(root**2 * sp.eye(2), (3 + 2 * sp.sqrt(2)) * sp.eye(2))], "squares").verdict is Verdict.SUPPORTS
    )
    for wrong in (2 * sp.eye(2), sp.eye(3), sp.Integer(1)):
        assert TRIAL.exhausts([(sp.eye(2), wrong)], "matrices").verdict is Verdict.REFUTES


# The ledger

WITH_STEPS = [entry for entry in load_ledger() if entry.claim.steps]


@pytest.mark.parametrize("entry", WITH_STEPS, ids=lambda entry: entry.label)
def test_every_step_that_is_computed_has_a_check_that_reaches_what_it_gives(entry, ledger_run) -> None:
    (result,) = [claim for claim in ledger_run.claims if claim.entry.label == entry.label]
    assert result.status == "holds"
    assert not result.unchecked
    for step in entry.claim.steps:
        link = result.own_link(step)
        assert link is not Link.ARGUED or step.by is Carrier.ARGUED, step.name
        assert bool(step.limited) == (link in (Link.SIZES, Link.POINTS, Link.SAMPLED)), f"{step.name}: {link}"
    assert set(result.weakest) == set(entry.claim.expressions)


@pytest.mark.parametrize("entry", WITH_STEPS, ids=lambda entry: entry.label)
def test_what_a_step_gives_is_mutated_too(entry) -> None:
    inner = set(entry.claim.claimed) - set(entry.claim.expressions)
    taken = {name for check in checks_of(entry.topic) if check.claim is entry.claim for name in check.subjects}
    assert inner <= taken


@pytest.mark.parametrize("entry", WITH_STEPS, ids=lambda entry: entry.label)
def test_a_claim_says_what_it_uses_others_for(entry) -> None:
    """Each is the source of a step, or named where the claim speaks of it."""
    claim = entry.claim
    sources = {step.source for step in claim.steps if step.by is Carrier.CLAIM}
    said = [claim.statement, *(each.words for each in claim.hypotheses), *(step.sentence for step in claim.steps)]
    said += [remark.text for remark in claim.remarks] + [text for each in claim.pitfalls for text in each.texts]
    named = set(re.findall(r"\b[A-Z]\d+(?:\.\d+)?\b", " ".join(said)))
    assert set(claim.uses) <= sources | named


def test_rules_are_used_and_said() -> None:
    assert all(sentence.strip() for sentence in RULES.values())
    assert {step.source for entry in WITH_STEPS for step in entry.claim.steps if step.by is Carrier.RULE} <= set(RULES)


def test_mutants_of_a_step_are_refuted() -> None:
    found = {result.subject: result for result in mutate("R4").results}
    assert found["chord"].mutants > 5
    assert not found["chord"].survivors
