"""Domain mutants: what is added to ranges and relations, what checks say of it, and what is left unresolved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.checks import checks_of_claims
from sparse_limits.numerics.evidence import Check, Trial, Verdict, control, enclosed, exact, run
from sparse_limits.numerics.ledger.domains import formula_without_value, mutate_domains, outside
from sparse_limits.numerics.ledger.mutants import MutationResult
from sparse_limits.numerics.ledger.wider_claims import wider_claims
from sparse_limits.theory.claims import Claim, Provenance
from sparse_limits.theory.ledger import claim, load_ledger
from sparse_limits.theory.quantities import COUNT, UNIT, Hypothesis, Quantity, whole_from

a, b = sp.symbols("a b", positive=True)
x = sp.Symbol("x", real=True)
n = sp.Symbol("n", integer=True, positive=True)
HALF = sp.Rational(1, 2)
MOST_CONVENTIONS = 0.05  # of all that is added
UNRESOLVED = Path(__file__).with_name("unresolved_domains.json")


def added(*quantities: Quantity, hypotheses: tuple[Hypothesis, ...] = ()) -> list[str]:
    letters = [letter for quantity in quantities for letter in quantity.letters]
    wide = toy("Z1", {"value": sp.Add(*letters)}, quantities=quantities, hypotheses=hypotheses)
    return [each.name for each in wider_claims(wide)]


# What is added


@pytest.mark.parametrize(
    ("letter", "within", "names"),
    [
        (a, UNIT, ["a = 0", "a = 1", "1 < a ≤ 2"]),
        (a, sp.Interval.Lopen(0, HALF), ["a = 0", "1/2 < a ≤ 1"]),
        (a, sp.Interval(1, sp.oo), ["1/2 ≤ a < 1"]),
        (x, sp.Interval(0, 1), ["-1 ≤ x < 0", "1 < x ≤ 2"]),
        (x, sp.Interval(-2, -1), ["-4 ≤ x < -2", "-1 < x ≤ -1/2"]),
        (x, sp.S.Reals, []),
        (n, COUNT, ["n = 0"]),
        (n, whole_from(3), ["n = 2"]),
        (n, sp.Range(1, 5), ["n = 0", "n = 5"]),
        (x, sp.FiniteSet(-1, 1), []),
        (n, sp.Range(0, 2), []),
    ],
)
def test_each_end_of_a_range_is_moved_outwards(letter, within, names):
    assert added(Quantity(letter, "a letter", within)) == names


def test_what_the_word_for_a_quantity_excludes_stays_excluded():
    assert added(Quantity(a, "probability of an entry", UNIT)) == ["a = 0", "a = 1"]
    assert added(Quantity(x, "angle of two inputs", sp.Interval(0, sp.pi))) == []
    assert added(Quantity(x, "angle of two inputs", sp.Interval(0, sp.pi / 2))) == ["pi/2 < x ≤ pi"]
    assert added(Quantity(a, "density of a law at 0", sp.Interval(1, 2))) == ["1/2 ≤ a < 1", "2 < a ≤ 4"]


def test_relations_are_left_at_their_edge_and_beyond():
    letters = Quantity((a, b), "sides", UNIT)
    ends = len(added(letters))

    def relations(relation):
        return added(letters, hypotheses=(Hypothesis("as they are", relation),))[ends:]

    assert relations(a < b) == ["a = b", "a > b"]
    assert relations(a <= b) == ["a > b"]
    assert relations(sp.Ne(a, b)) == ["a = b"]
    assert relations(sp.Eq(a, b)) == ["a ≠ b"]
    assert relations((a <= b) & (a <= HALF)) == ["a > 1/2", "a > b"]


def test_points_lie_in_the_added_part_alone():
    letters = (Quantity(a, "a side", UNIT, drawn=(0, HALF)), Quantity(b, "a side", UNIT, drawn=(HALF, 1)))
    ordered = toy("Z1", {"value": a + b}, quantities=letters, hypotheses=(Hypothesis("sides in order", a < b),))
    names = {"b = 1", "1 < b ≤ 2", "a = b", "a > b"}
    points = {each.name: outside(each).points(a, b) for each in wider_claims(ordered) if each.name in names}
    assert set(points) == names
    assert all(1 < point[b] <= 2 and point[a] < point[b] for point in points["1 < b ≤ 2"])
    assert all(point[a] == point[b] < 1 for point in points["a = b"])
    assert all(1 > point[a] > point[b] for point in points["a > b"])  # the ranges drawn from would keep to a < b
    assert {len(each) for each in points.values()} == {6}


# What checks say of it


def side(within: sp.Set, **others: object) -> Claim:
    """That a(1 − a) is not negative, and its root is a number."""
    expressions = {"value": a * (1 - a)}
    return toy("Z1", expressions, quantities=(Quantity(a, "a side", within, **others),))


def signed(claim: Claim) -> Check:
    @enclosed(claim)
    @control("the other sign", value=-claim.expressions["value"])
    def is_not_negative(value, trial):
        yield trial.below(0, value)

    return is_not_negative


def of_whole_range(claim: Claim, top: sp.Expr) -> Check:
    @enclosed(claim)
    @control("the other sign", value=-claim.expressions["value"])
    def is_nowhere_negative(value, trial):
        yield trial.everywhere(value, within={a: (0, top)})

    return is_nowhere_negative


def an_identity(claim: Claim) -> Check:
    @exact(claim)
    @control("the other sign", value=-claim.expressions["value"])
    def is_what_it_is(value, trial):
        yield trial.same(value, a - a**2)

    return is_what_it_is


def two_signs(claim: Claim) -> Check:
    @exact(claim)
    @control("the other sign", value=-claim.expressions["value"])
    def is_of_two_signs(value, trial):
        yield trial.nonnegative(value / (1 - a), a)
        yield trial.nonnegative(value, b / (1 + b) ** 2, where={a: 1 / (1 + b)})

    return is_of_two_signs


def mutated(claim: Claim, *checks) -> MutationResult:
    return mutate_domains(claim, [make(claim) for make in checks])


def test_a_range_that_is_needed_is_seen_by_a_check_that_needs_it():
    whole = side(sp.Interval.Lopen(0, 1))
    assert mutated(whole, an_identity).survivors == ("a = 0", "1 < a ≤ 2")
    assert mutated(whole, signed).survivors == ("a = 0",)
    assert mutated(whole, lambda claim: of_whole_range(claim, 1)).survivors == ("a = 0",)
    assert mutated(whole, lambda claim: of_whole_range(claim, HALF)).survivors == ("a = 0", "1 < a ≤ 2")  # of a part


def test_a_sign_that_holds_beyond_leaves_the_next_to_be_asked():
    """An exact check takes no support from points, and one whose first question raises would ask no second."""
    whole = side(sp.Interval.Lopen(0, 1))
    assert run(two_signs(whole)).status == "holds"
    assert mutated(whole, two_signs).survivors == ("a = 0",)


def test_a_range_that_is_too_small_and_a_redundant_relation_are_reported():
    assert mutated(side(sp.Interval.Lopen(0, HALF)), signed).survivors == ("a = 0", "1/2 < a ≤ 1")
    letters = (Quantity(a, "a side", sp.Interval(1, sp.oo)), Quantity(b, "a side", sp.Interval(1, sp.oo)))
    ordered = toy("Z1", {"value": a * b}, quantities=letters, hypotheses=(Hypothesis("sides in order", a <= b),))

    @enclosed(ordered)
    @control("an inverse", value=1 / (2 * a * b))
    def is_no_less_than_one(value, trial):
        yield trial.below(1, value)

    found = mutate_domains(ordered, [is_no_less_than_one])
    assert found.survivors == ("a > b",)
    assert (found.mutants, found.killed) == (2, 1)  # a ≤ b leaves no b below 1


def test_a_formula_without_a_value_refutes_and_is_named():
    rooted = toy("Z1", {"root": sp.sqrt(1 - a), "pole": 1 / a}, quantities=(Quantity(a, "a side", UNIT),))
    names = {each.name: formula_without_value(rooted, each) for each in wider_claims(rooted)}
    assert names == {"a = 0": "pole", "a = 1": None, "1 < a ≤ 2": "root"}


def test_what_others_exclude_is_no_addition():
    letters = (Quantity(a, "a side", UNIT), Quantity(b, "a side", UNIT))
    ordered = toy("Z1", {"value": a + b}, quantities=letters, hypotheses=(Hypothesis("sides in order", a < b),))
    assert mutate_domains(ordered, []).survivors == (
        "a = 0",
        "b = 1",
        "1 < b ≤ 2",
        "a = b",
        "a > b",
    )  # b = 0, a ≥ 1: none


def test_a_convention_has_a_reason_and_is_no_survivor():
    found = mutated(side(sp.Interval.Lopen(0, HALF), convention="the larger side is 1 − a"), signed)
    assert (found.survivors, set(found.equivalent)) == ((), {"a = 0", "1/2 < a ≤ 1"})
    refuted = mutated(side(sp.Interval(0, 1), convention="none is needed"), signed)
    assert (refuted.killed, refuted.equivalent) == (1, {})


def test_points_keep_to_what_an_expression_needs_where_it_is_asked_for():
    sides = Quantity((a, b), "sides", UNIT)
    ordered = Hypothesis("sides in order", a < b, needed_by=("rest",))
    trial = Trial(toy("Z1", {"rest": b - a, "sum": a + b}, quantities=(sides,), hypotheses=(ordered,)), "check")
    assert trial.below(0, b - a, needed="rest").verdict is Verdict.SUPPORTS
    assert trial.below(0, b - a).verdict is Verdict.REFUTES
    assert trial.below(0, b - a, needed="sum").verdict is Verdict.REFUTES


def test_equal_sides_refute_a_strict_order():
    trial = Trial(toy("Z1", {"value": a}), "check")
    equal = {
        "low": sp.sqrt(2) * a,
        "high": sp.sqrt(2) * a + (a + 1) ** 2 - a**2 - 2 * a - 1,
        "at": [{a: sp.Rational(1, 3)}],
    }
    assert trial.below(**equal, strict=True).verdict is Verdict.REFUTES
    assert trial.below(**equal).verdict is Verdict.SUPPORTS


# The ledger


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("R13", "1 < theta ≤ 2"),
        ("D3.3", "rho = 1/4"),
        ("D3.3", "rho > 1/4"),
        ("S16.2", "p_0 > p_S"),
        ("S16.2", "p_0 = p_S"),
    ],
)
def test_known_wider_claims_are_refuted(label, name):
    checks = checks_of_claims(load_ledger()[label].topic, [label])
    wide = [each.name for each in wider_claims(claim(label))]
    first = wide.index(name)
    found = mutate_domains(claim(label), checks, every=len(wide), first=first)
    assert (found.mutants, found.killed) == (1, 1)


def unresolved() -> dict[str, list[str]]:
    """For each claim that was tried the wider claims that nothing refutes so far; the rest of the ledger is to come."""
    return json.loads(UNRESOLVED.read_text(encoding="utf-8"))


@pytest.mark.sliced
@pytest.mark.parametrize("label", unresolved())
def test_what_is_unresolved_becomes_less(label):
    """A wider claim that no check refutes is new, or one of the list is refuted: then it leaves the list.

    What ends by convention holds beyond, as far as the checks of the claim can tell.
    """
    found = mutate_domains(claim(label), checks_of_claims(load_ledger()[label].topic, [label]))
    assert list(found.survivors) == unresolved()[label]
    assert found.equivalent == {each.name: each.convention for each in wider_claims(claim(label)) if each.convention}


def test_of_what_the_papers_announce_nothing_is_left():
    core = {entry.label for entry in load_ledger() if entry.claim.provenance is not Provenance.EXTENSION}
    assert {label: unresolved()[label] for label in core if unresolved()[label]} == {}


def test_few_hypotheses_are_conventions():
    """At most one in twenty, each with a reason that says something."""
    claims = [entry.claim for entry in load_ledger()]
    wide = [each for claim in claims for each in wider_claims(claim)]
    marked = [each for each in wide if each.convention]
    assert len(marked) <= MOST_CONVENTIONS * len(wide)
    assert all(len(each.convention.split()) > 3 for each in marked)
