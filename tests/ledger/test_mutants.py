"""Formula mutants: which there are, which are one, where they reach, and what a hollow check lets through."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

import pytest
import sympy as sp
import toys
from hypothesis import given, settings
from hypothesis import strategies as st
from toys.claims import drawn, toy

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.evidence import control, exact, in_order
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.ledger.mutants import Mutant, mutants_of, mutate_expression, variants
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.places import places

a, b, t = sp.symbols("a b t", positive=True)
n = sp.Symbol("n", integer=True, positive=True)
z = sp.Symbol("z")


def names(expression: object, **others: object) -> set[str]:
    return {mutant.name.removeprefix("value = ") for mutant in mutants(expression, **others)}


def mutants(expression: object, **others: object) -> list[Mutant]:
    return list(mutants_of(toy("Z1", {"value": expression}, **others), "value"))


# The expected sets


def test_mutants_of_a_symbol():
    assert names(a) == {"2*a", "a/2", "-a", "11*a/10", "9*a/10", "a**2", "sqrt(a)"}


def test_mutants_of_a_sum():
    found = names(a + b)
    assert {"b", "a", "-a + b", "a - b", "2*a + b", "a + 2*b", "a/2 + b", "a**2 + b", "a + sqrt(b)"} <= found
    assert "a + b" not in found
    assert len(found) == 5 + 4 + 8


def test_mutants_of_a_power_and_a_number():
    found = names(3 * sp.sqrt(a))
    assert {"3", "3*a", "3*a**(3/2)", "3/sqrt(a)"} <= found  # exponents off by a half or by one
    assert {"6*sqrt(a)", "3*sqrt(a)/2"} <= found
    assert names(sp.Integer(5)) == {"10", "5/2", "-5", "11/2", "9/2"}


def test_mutants_of_an_exponential_and_of_zero():
    assert {"exp(a)", "exp(-2*a)", "exp(-a/2)", "exp(-a**2)", "2*exp(-a)"} <= names(sp.exp(-a))
    assert names(sp.Integer(0)) == {"1", "-1"}


def test_two_symbols_are_swapped():
    assert "b/a" in names(a / b)
    assert "b - 2*n" not in names(a - 2 * b)
    assert "-2*a + b" in names(a - 2 * b)


def test_bound_variables_and_limits_are_left_alone():
    integral = sp.Integral(t * sp.exp(-a * t), (t, 0, b))
    total = sp.Sum(a**n, (n, 1, 4))
    for expression in (integral, total):
        for mutant in mutants(expression):
            inside = mutant.value.atoms(type(expression))
            assert {each.limits for each in inside} <= {expression.limits, expression.subs({a: b, b: a}).limits}
            assert mutant.value.free_symbols <= expression.free_symbols
    assert any("exp(-2*a*t)" in name or "exp(-a*t/2)" in name for name in names(integral))


def test_levels_and_pieces_are_entered_and_conditions_are_not():
    quantile = level(sp.exp(-t), t, a)
    found = mutants(quantile, quantities=drawn({a: (sp.Rational(1, 10), sp.Rational(9, 10))}))
    assert "Level(t: -a + exp(-sqrt(t)) = 0)" in {str(mutant.value) for mutant in found}
    assert all(mutant.value.free_symbols <= {a} for mutant in found)
    steps = sp.Piecewise((a, a < 2), (b, True))
    for mutant in mutants(steps):
        for piece in mutant.value.atoms(sp.Piecewise):
            assert {condition for _, condition in piece.args} <= {a < 2, b < 2, sp.true}


def test_structure_of_hypergeometric_functions_is_left_alone():
    function = sp.hyper([1], [sp.Rational(3, 2)], a)
    inside = {each for mutant in mutants(function) for each in mutant.value.atoms(sp.hyper)}
    assert {(each.ap, each.bq) for each in inside} == {(function.ap, function.bq)}
    assert {each.argument for each in inside} >= {a, 2 * a, a / 2, a**2}


# One value, one mutant


@settings(max_examples=40)
@given(
    st.recursive(
        st.sampled_from([a, b, sp.Integer(2), sp.Rational(1, 3)]),
        lambda parts: st.one_of(
            st.tuples(st.sampled_from((sp.Add, sp.Mul)), parts, parts).map(lambda three: three[0](*three[1:])),
            parts.map(sp.exp),
            parts.map(sp.sqrt),
            parts.map(lambda part: 1 / part),
        ),
        max_leaves=4,
    )
)
def test_mutants_differ_from_the_original_and_from_each_other(expression):
    found = [mutant.value for mutant in mutants(expression)]
    assert found
    at = {a: sp.Rational(1009, 733), b: sp.Rational(1987, 1201)}
    seen = []
    for value in (expression, *found):
        try:
            seen.append(balls.enclose(value, at, digits=12, highest=512).str(9, radius=False))
        except balls.NoEnclosureError:
            continue
    assert len(seen) == len(set(seen))


def test_disguises_are_no_mutants():
    assert len(names(sp.exp(a) * sp.exp(b))) < len(list(variants(sp.exp(a) * sp.exp(b))))


def test_a_formula_with_an_open_profile_has_mutants():
    f = sp.Function("f")
    assert names(f(a)) >= {"2*f(a)", "f(a)/2", "-f(a)"}


def test_what_has_no_value_is_no_mutant():
    assert names(sp.airyai(a)) == set()


# Plain values


@dataclass(frozen=True)
class Law:
    name: str
    survival: sp.Expr

    def __post_init__(self):
        if self.survival.subs(a, 0) != 1:
            raise ValueError("a survival function starts at 1")


def test_parts_of_plain_values():
    matrix = sp.ImmutableMatrix([[a, 1], [0, b]])
    subject = MappingProxyType({"laws": (Law("exponential", sp.exp(-a)),), "matrix": matrix, "words": "none"})
    found = {path: (formula, put) for path, formula, put in places(subject, "value")}
    assert set(found) == {
        "value[laws][0].survival",
        "value[matrix][0, 0]",
        "value[matrix][0, 1]",
        "value[matrix][1, 0]",
        "value[matrix][1, 1]",
    }
    _, put = found["value[matrix][0, 1]"]
    changed = put(sp.Integer(7))
    assert changed["matrix"] == sp.ImmutableMatrix([[a, 7], [0, b]])
    assert (subject["matrix"], changed["laws"], changed["words"]) == (matrix, subject["laws"], "none")
    _, put = found["value[laws][0].survival"]
    assert put(sp.exp(-2 * a))["laws"] == (Law("exponential", sp.exp(-2 * a)),)


def test_values_refused_at_construction_are_no_mutants():
    found = mutants(Law("exponential", sp.exp(-a)))
    assert {str(mutant.value.survival) for mutant in found} >= {"exp(-2*a)", "exp(a)", "exp(-a**2)"}
    assert all(mutant.value.survival.subs(a, 0) == 1 for mutant in found)
    assert all(mutant.value.name == "exponential" for mutant in found)


# Against checks


def against(value: object, body, **others) -> tuple[Claim, object]:
    claim = toy("Z1", {"value": value}, **others)
    return claim, mutate_expression(claim, "value", [exact(claim)(control("twice", value=2 * value)(body))])


def test_a_sharp_check_kills_every_mutant():
    def body(value, trial):
        yield trial.same(value, a * sp.exp(-b))

    _, result = against(a * sp.exp(-b), body)
    assert result.survivors == ()
    assert result.killed == result.mutants == 13


def test_a_hollow_check_leaves_survivors():
    def body(value, trial):
        yield trial.holds(True, "whatever it is")

    claim, result = against(a * sp.exp(-b), body)
    assert result.killed == 0
    assert set(result.survivors) == {mutant.name for mutant in mutants_of(claim, "value")}


def test_a_blind_spot_shows():
    def body(value, trial):
        yield trial.same(value**2, a**2)

    _, result = against(a, body)
    assert result.survivors == ("value = -a",)


def test_explained_survivors_are_told_apart():
    def body(value, trial):
        yield trial.same(value**2, a**2)

    _, result = against(a, body, equivalent_mutants={"value = -a": "used squared"})
    assert (result.survivors, result.equivalent) == ((), {"value = -a": "used squared"})
    assert result.mutants == result.killed + 1


def test_comparisons_of_loose_bounds_come_last():
    found = in_order([check for check in checks_of("neuron_pruning") if check.claim.label == "N9.1"])
    compared = [check.name for check in found if check.one_sided]
    assert compared == [check.name for check in found[-len(compared) :]]
    assert set(compared) == {"success_beside_seen_covered", "neurons_beside_enough"}


def test_an_error_kills_nothing():
    def body(value, trial):
        if value != a:
            raise RuntimeError("not a")
        yield trial.same(value, a)

    _, result = against(a, body)
    assert result.killed == 0


def test_an_expression_that_no_check_takes_keeps_its_mutants():
    claims = toys.load_ledger()
    claim = claims["Z19"].claim
    checks = [check for check in checks_of("toy_broken") if check.claim is claim]
    assert mutate_expression(claim, "forgotten", checks).killed == 0
    assert mutate_expression(claim, "value", checks).survivors == ()


@pytest.mark.parametrize("label", ["Z1", "Z2"])
def test_sound_toys_leave_no_survivor(label):
    entry = toys.load_ledger()[label]
    checks = [check for check in checks_of(entry.topic) if check.claim is entry.claim]
    for subject in entry.claim.expressions:
        assert mutate_expression(entry.claim, subject, checks).survivors == ()
