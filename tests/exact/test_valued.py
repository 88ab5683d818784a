"""`theory.formulas.valued`: letters put in all at once, as `subs` does one after the other."""

import pytest
import sympy as sp

from theory.formulas.let import Let
from theory.formulas.no_guarantee import guaranteed, no_guarantee
from theory.formulas.valued import valued

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
