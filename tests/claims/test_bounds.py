"""How good bounds are: examples that attain them, factors by which they are beyond the truth, and what is not known."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import run
from sparse_limits.numerics.evidence.comparison import comparisons, factors
from sparse_limits.numerics.evidence.findings import Kind
from sparse_limits.numerics.ledger.verification import verify
from sparse_limits.numerics.reports.bounds import graded
from sparse_limits.theory.bounds import Loose, Sharp, Side, Unmeasured
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.entries import Ledger
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.quantities import Hypothesis, Quantity

a = sp.Symbol("a", positive=True)
ENTRIES = list(load_ledger())
SAID = re.compile(r"\battain|\bsharp\b")
OTHERWISE = {
    "S12": "no constant is claimed to be sharp",
    "S16.2": "sharp in its exponent: there is a bound from below",
    "G3.3": "sharp in order: a step has a known share of the bound",
    "E2": "sharp in its exponent: there is a bound from below",
    "K9": "sharp in order, with the part 2β of the constant: an example has that ratio",
    "L8.2": "sharp in order: n times the distance has a limit",
    "R1.2": "the order of the remainder is sharp: its next term is known",
}  # claims that speak of sharpness and name no sharp bound, and why
SOUNDS_LIKE_A_BOUND = re.compile(
    "bound|fail|error|tail|_least|at_most|upper|lower|width$|size$|success|rate$|neurons$|units$|needed|enough|radius"
    "|concentration|floor"
)
VALUES = {
    "S5": {"line_error"},
    "S6": {"equal_failure", "equal_concentration", "floor"},
    "G3.3": {"step_error"},
    "G5": {"mean_rate", "least_rate", "least_ranked_rate", "any_rate", "any_ranked_rate"},
    "G10.3": {"hidden_error"},
    "O4.3": {"block_floor"},
    "E1": {"tail_law"},
    "E2": {"exact_tail", "exponential_bound"},
    "E5.1": {"maurey_error"},
    "E6.2": {"product_units", "sup_error"},
    "E7": {"resampled_error"},
    "E12.2": {"interaction_floor", "two_relays_error"},
    "K5": {"energy_tail"},
    "K12": {"right_angle_error"},
    "B6": {"snip_bound"},
    "B8": {"mean_bound"},
    "L6": {"padding_errors"},
    "L11.2": {"isolated_at_least"},
    "L11.3": {"copies_rate", "isolated_rate", "variance_rate"},
    "L14.3": {"standstill_radius"},
    "L17.1": {"size"},
    "L17.2": {"two_layer_size"},
    "L21.1": {"size"},
    "R1.2": {"rate"},
    "R5.2": {"annealed_size"},
    "R7": {"rate"},
    "R9": {"enough"},
    "R10": {"success"},
    "R13": {"limit_rate"},
    "Q11.1": {"layer_error"},
    "Q11.2": {"uniform_least_looseness"},
    "Q12.4": {"error", "layer_error"},
    "N4.1": {"opposite_error"},
    "N4.2": {"axis_error", "flat_error"},
    "N7": {"odd_bin_error"},
    "N9.1": {"largest_error"},
    "N9.2": {"small_error"},
    "N11": {"enough", "needed"},
    "N12": {"radius"},
    "F1.2": {"best_rate", "stable_rate"},
    "F2.1": {"scaled_rate"},
}  # names that sound like bounds: of exact values, of limits, and of what another record has graded


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


def test_every_bound_of_the_ledger_says_how_good_it_is() -> None:
    """An expression whose name sounds like a bound is graded, or is known to be a value."""
    found: dict[str, set[str]] = {}
    for entry in ENTRIES:
        claim = entry.claim
        records = {
            *(each.expression for each in claim.sharp),
            *(each.expression for each in claim.loose),
            *(each.expression for each in claim.unmeasured),
        }
        for name, value in claim.expressions.items():
            if isinstance(value, sp.Expr) and SOUNDS_LIKE_A_BOUND.search(name) and name not in records:
                found.setdefault(entry.label, set()).add(name)
    assert found == VALUES


def test_tighter_is_smaller_from_above_and_larger_from_below() -> None:
    above, below = (Sharp(expression="value", example="it", check="tried", side=side) for side in Side)
    assert above.tighter(a) == a * 99 / 100
    assert below.tighter(a) == a * 101 / 100


def test_a_bound_that_is_no_formula_of_the_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="'other' is sharp, and no formula"):
        of_value(sharp=(Sharp(expression="other", example="it", check="tried"),))


def test_sharp_bounds_are_told_in_words() -> None:
    claim = of_value(sharp=(Sharp(expression="value", example="$x=[[value]]$", check="it_is_tried"),))
    assert [*map(str, graded(claim))] == ["value, from above, attained: $x={a}$ (check: it is tried)"]


def test_a_sharp_bound_without_its_check_leaves_the_claim_open() -> None:
    entry = load_ledger()["G3.2"]
    lost = replace(entry.claim.sharp[0], check="nowhere")
    claim = replace(entry.claim, sharp=(lost,))
    (result,) = verify(ledger=Ledger({"graphon": {entry.name: claim}})).claims
    assert (result.status, result.unchecked) == ("open", ("lipschitz_error, 1 % tighter",))


def test_points_are_printed_as_a_mathematician_would() -> None:
    raw = [
        f"{entry.label}: {bound}"
        for entry in load_ledger()
        for bound in graded(entry.claim)
        if re.search(r"\*\*|sqrt\(|exp\(|(?<![\\\w])(?:pi|tanh)\b", str(bound))
    ]
    assert not raw


def of_tail(**others: object) -> Claim:
    """The tail 1/n² of something and a bound 1/n, compared where others says."""
    return toy("Z1", {"tail": 1 / a**2, "bound": 1 / a}, **others)


def loose(**others: object) -> Loose:
    fields = {"expression": "bound", "truth": "tail", "at": ({a: 2}, {a: 3}), "lost": "a factor $a$", **others}
    return Loose(**fields)  # type: ignore[arg-type]


def test_a_loose_bound_is_compared_at_its_points() -> None:
    claim = of_tail(loose=(loose(),))
    (check,) = comparisons(claim)
    result = run(check)
    assert (result.status, check.kind) == ("holds", Kind.ENCLOSED)
    assert {each.status for each in result.controls} == {"refuted"}
    assert factors(claim, claim.loose[0]) == ("2", "3")
    (words,) = graded(claim)
    assert str(words) == "bound, from above, loose: 2, 3 times *tail* at $a=2, 3$. Lost: a factor $a$."


def test_a_bound_may_be_sharp_in_its_exponent_alone() -> None:
    (words,) = graded(of_tail(loose=(loose(exponent="by a step"),)))
    assert (words.grade, words.words[-27:]) == ("sharp in the exponent", "In its exponent: by a step.")


def test_a_bound_from_below_is_compared_the_other_way() -> None:
    swapped = loose(expression="tail", truth="bound", side=Side.BELOW, order="it stays")
    claim = of_tail(loose=(swapped,))
    (check,) = comparisons(claim)
    result = run(check)
    assert result.status == "holds"
    assert {each.status for each in result.controls} == {"refuted"}
    (words,) = graded(claim)
    assert words.words == "2, 3 times below *bound* at $a=2, 3$. Lost: a factor $a$. In order: it stays."


@pytest.mark.parametrize(
    ("points", "found"),
    [(({a: sp.Rational(1, 2)},), "refuted"), (({a: 1},), "refuted"), (({a: 10},), "error")],
    ids=["exceeded", "attained", "outside"],
)
def test_a_bound_that_does_not_hold_or_is_attained_is_not_loose(points, found) -> None:
    positive = Quantity(a, "a number", sp.Interval(0, 20), drawn=(1, 2))
    claim = of_tail(loose=(loose(at=points),), quantities=(positive,), hypotheses=(Hypothesis("below 8", a < 8),))
    (check,) = comparisons(claim)
    assert run(check).status == found


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"loose": (Loose(expression="bound", truth="other", at=({},), lost="it"),)}, "'other', which is no formula"),
        ({"unmeasured": (Unmeasured(expression="other", why="it"),)}, "other is a bound, and nothing that is claimed"),
        ({"loose": (loose(), loose())}, "two records say how good the bound bound is"),
    ],
)
def test_records_of_bounds_name_what_the_claim_has_once(wrong, words) -> None:
    with pytest.raises(ValueError, match=words):
        of_tail(**wrong)


@pytest.mark.parametrize("wrong", [{"at": ()}, {"lost": " "}, {"order": "it stays", "exponent": "it stays"}])
def test_a_loose_bound_says_where_and_why(wrong) -> None:
    with pytest.raises(ValueError, match="loose bound 'bound'"):
        loose(**wrong)


def test_a_bound_that_is_not_measured_says_why() -> None:
    with pytest.raises(ValueError, match="does not say why"):
        Unmeasured(expression="bound", why="")


@pytest.mark.parametrize("entry", [e for e in ENTRIES if e.claim.loose], ids=lambda entry: entry.label)
def test_the_truth_beside_a_loose_bound_is_held_to_account(entry) -> None:
    """An aid is the truth only if a check refutes a wrong one, or if it is what another claim claims."""
    elsewhere = {value for e in ENTRIES for value in e.claim.claimed.values() if isinstance(value, sp.Basic)}
    for bound in entry.claim.loose:
        changed = any(
            bound.truth in control.changes
            for check in checks_of(entry.topic)
            if check.claim is entry.claim
            for control in check.controls
        )
        assert changed or entry.claim.aids[bound.truth] in elsewhere


def test_long_fractions_of_a_point_are_rounded() -> None:
    """Those that a search or a formula gave: 4 digits of each, and others as they are."""
    b = sp.Symbol("b", positive=True)
    places = tuple({a: sp.Rational(10**150 + 1 + k, 3 * 10**150), b: sp.Rational(1, 200000)} for k in (0, 10**150))
    claim = of_value(loose=(Loose(expression="value", truth="value", at=places, lost="it"),))
    (words,) = (bound.words for bound in graded(claim, [("1.1", "1.1")]))
    assert r" at $a\approx 0.3333, \approx 0.6667$ ($b=1/200000$). " in words
