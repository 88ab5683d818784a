"""`sparse_limits.theory.formulas.valued`: letters put in all at once, as `subs` does one after the other."""

import pytest
import sympy as sp

from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.formulas.no_guarantee import guaranteed, no_guarantee
from sparse_limits.theory.formulas.valued import valued

x, y, z = sp.symbols("x y z", positive=True)


def test_letters_are_put_in_together():
    assert valued(x / y**2, {x: y, y: 2 * x}) == y / (4 * x**2)


@pytest.mark.parametrize("expression", [x, x / 2 + y, sp.Max(x, y) ** z, sp.Sum(x**z, (z, 1, y)), sp.Integer(3)])
def test_whole_numbers_stay_exact(expression):
    at = {x: 3, y: 2, z: 5}
    found = valued(expression, at)
    assert found == expression.subs(at)
    assert isinstance(found, sp.Expr)


@pytest.mark.parametrize(("place", "expected"), [(1, sp.Rational(1, 2)), (3, no_guarantee)])
def test_conditions_are_decided(place, expected):
    assert valued(guaranteed(x / y, x < y), {x: place, y: 2}) == expected


def test_bound_names_keep_their_meaning():
    assert valued(Let(x + y, [(x, y**2)]), {x: 5, y: 3}) == Let(x + 3, [(x, sp.Integer(9))])


def test_letters_that_are_bound_inside_are_told_apart():
    k, t, rho = sp.symbols("k t rho", positive=True)
    named = Let(x * y, [(x, k)])  # k·y, whatever x is elsewhere
    cases = [
        (x + Let(x**2, [(x, y)]), {x: 2}, 2 + y**2),
        (named, {y: x + 1}, k * (x + 1)),
        (x + named, {x: y, y: x}, y + k * x),
    ]
    for expression, values, expected in cases:
        body = valued(expression, values)
        for part in body.atoms(Let):
            (name, value), *_ = part.args[1].args
            body = body.xreplace({part: part.args[0].xreplace({name: value})})
        assert sp.expand(body - expected) == 0
    threshold = level(sp.exp(-t * x), t, rho)
    assert valued(threshold, {x: t + 1}).free_symbols == {t, rho}
    assert threshold.subs(x, t + 1).free_symbols == {t, rho}
    assert named.subs(y, x + 1).free_symbols == {x, k}
