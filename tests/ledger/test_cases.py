"""Signs that are asked in a case of a claim: which bounds of the case go where the claim's domain is made wider."""

from __future__ import annotations

import pytest
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.checks import checks_of_claims
from sparse_limits.numerics.evidence import Check, control, exact, kills
from sparse_limits.numerics.evidence.findings import Kind
from sparse_limits.numerics.ledger.domains import Outside, mutate_domains
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.ledger import claim, load_ledger
from sparse_limits.theory.quantities import UNIT, Hypothesis, Quantity

a, b, y = sp.symbols("a b y", positive=True)
UP_TO_THREE = sp.Interval.Lopen(0, 3)


def positive(claim: Claim, certificate: sp.Expr, where: dict[sp.Symbol, sp.Expr]) -> Check:
    @exact(claim)
    @control("the other sign", value=-claim.expressions["value"])
    def is_positive_there(value, trial):
        yield trial.nonnegative(value, certificate, where=where, strict=True)

    return is_positive_there


def unrefuted(claim: Claim, certificate: sp.Expr, where: dict[sp.Symbol, sp.Expr]) -> tuple[str, ...]:
    return mutate_domains(claim, [positive(claim, certificate, where)]).survivors


def of_one(within: sp.Set) -> Claim:
    """2a − a², which is positive below 2 alone."""
    return toy("Z1", {"value": a * (2 - a)}, quantities=(Quantity(a, "a side", within),))


def of_two(first: sp.Set, second: sp.Set, value: sp.Expr, *hypotheses: Hypothesis) -> Claim:
    sides = Quantity(a, "a side", first), Quantity(b, "a side", second)
    return toy("Z1", {"value": value, "sum": a + b}, quantities=sides, hypotheses=hypotheses)


def test_a_case_says_nothing_beyond_its_own_bounds():
    """By itself the value is negative from 2 on: within the domain, too, so that this refutes nothing beyond 3."""
    case = 4 * y / (1 + y) ** 2, {a: 2 * y / (1 + y)}
    assert unrefuted(of_one(UP_TO_THREE), *case) == ("3 < a ≤ 6",)
    assert unrefuted(of_one(sp.Interval.open(0, 2)), *case) == ()
    assert unrefuted(of_one(sp.Interval.Lopen(0, 1)), *case) == ("1 < a ≤ 2",)


def test_a_range_to_draw_from_is_no_domain():
    drawn = Quantity(a, "a side", UP_TO_THREE, drawn=(0, 1))
    narrow = toy("Z1", {"value": a * (2 - a)}, quantities=(drawn,))
    assert unrefuted(narrow, 4 * y / (1 + y) ** 2, {a: 2 * y / (1 + y)}) == ("3 < a ≤ 6",)


def test_a_case_keeps_to_what_its_expression_needs():
    ordered = of_two(UNIT, UNIT, b - a, Hypothesis("sides in order", a < b, needed_by=("value",)))
    beyond = unrefuted(ordered, y, {b: a + y})
    assert {"a = b", "a > b"}.isdisjoint(beyond)
    assert {"b = 0", "a = 1", "1 < a ≤ 2"} <= set(beyond)  # there b − a is negative, and out of order


def test_of_several_roots_the_one_that_is_meant_is_taken():
    case = 4 * y * (1 + y), {a: (1 + 2 * y) ** 2}  # y = (√a − 1)/2
    square = toy("Z1", {"value": a - 1}, quantities=(Quantity(a, "a side", sp.Interval.open(1, 4)),))
    assert unrefuted(square, *case) == ("a = 4", "4 < a ≤ 8")


@pytest.mark.parametrize(("top", "refuted"), [(UNIT, set()), (sp.Interval.Lopen(0, 1), {"a = 1"})])
def test_a_letter_that_follows_from_others_keeps_to_its_own_range(top, refuted):
    """1 − b at b = a²: it is 0 at a = 1, if this b is allowed, and at a larger a there is no such b."""
    found = unrefuted(of_two(UNIT, top, 1 - b), y * (2 + y) / (1 + y) ** 2, {a: 1 / (1 + y), b: 1 / (1 + y) ** 2})
    assert {"a = 0", "a = 1", "1 < a ≤ 2"} - set(found) == refuted


@pytest.mark.parametrize("label", ["B1", "E3", "F1.2", "G7", "N5.1"])
def test_nothing_is_refuted_within_the_domain(label):
    """What is asked beyond is asked within, too: there a claim that holds passes."""
    stated = claim(label)
    for check in checks_of_claims(load_ledger()[label].topic, [label]):
        if check.kind <= Kind.ENCLOSED:
            assert kills(check, {}, Outside(stated, check.name)) is None
