"""Walsh coefficients and lower bounds, exact and on arrays; coverage; what is refused."""

from fractions import Fraction
from itertools import product
from math import prod

import numpy as np
import pytest
import sympy as sp

from sparse_limits.numerics.lifts.walsh import (
    cube,
    maximal,
    support_coverage,
    walsh_coefficients,
    walsh_lower_bound,
    walsh_transform,
)
from sparse_limits.theory.lifts.walsh import both_missing, one_missing, target, without_x_1

x1, x2, x3, x4 = sp.symbols("x_1:5")
y, z = sp.symbols("y z")


def by_definition(f, variables):
    """E f(x) Π_{i∈S} x_i for all S."""
    points = list(product((1, -1), repeat=len(variables)))
    return {
        frozenset(v for v, inside in zip(variables, chosen, strict=True) if inside): sp.expand(
            sum(
                prod(x for x, inside in zip(point, chosen, strict=True) if inside)
                * f.subs(dict(zip(variables, point, strict=True)))
                for point in points
            )
            / len(points)
        )
        for chosen in product((0, 1), repeat=len(variables))
    }


FUNCTIONS = [
    (sp.Integer(7), []),
    (x1 * x2 + sp.Rational(3, 2), [x1, x2]),
    (sp.Max(x1, x2, x3) ** 2 - sp.sqrt(3 + x1 * x3), [x1, x2, x3]),
    (sp.Piecewise((sp.exp(x2), x1 > 0), (sp.pi * y, True)), [x1, x2, y]),
    (sp.tanh(x1 + x2 - 2 * x4) / (3 + x3), [x1, x2, x3, x4]),
]


@pytest.mark.parametrize(("f", "variables"), FUNCTIONS)
def test_coefficients_are_those_of_the_definition(f, variables):
    expected = {chosen: value for chosen, value in by_definition(f, variables).items() if value != 0}
    found = walsh_coefficients(f)
    assert found.keys() == expected.keys()
    assert all(sp.expand(found[chosen] - value) == 0 for chosen, value in expected.items())


@pytest.mark.parametrize(("f", "variables"), FUNCTIONS)
@pytest.mark.parametrize("family", [[], [()], [{1}, {2, "y"}], [{1, 2, 3}, {x3, x4}], [{1, 2, 3, 4, "y", 77}]])
def test_the_bound_is_half_of_the_squares_outside(f, variables, family):
    named = [{sp.Symbol(f"x_{i}") if isinstance(i, int) else sp.Symbol(str(i)) for i in member} for member in family]
    outside = (v for s, v in by_definition(f, variables).items() if not any(s <= member for member in named))
    assert sp.expand(walsh_lower_bound(f, family) - sum(v**2 for v in outside) / 2) == 0


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_is_the_distance_from_sums_of_the_members(seed):
    rng = np.random.default_rng(seed)
    points = cube(4)
    f = rng.standard_normal(16)
    family = [tuple(rng.choice(4, size, replace=False) + 1) for size in rng.integers(0, 4, size=3)]
    tables = [
        np.all(points[:, np.array(member, int) - 1] == seen, axis=1)
        for member in family
        for seen in product((1, -1), repeat=len(member))
    ]
    fit = np.linalg.lstsq(np.array(tables, float).T, f, rcond=None)[0]
    distance = np.mean((np.array(tables, float).T @ fit - f) ** 2) / 2
    coefficients = walsh_transform(f)
    inside = [
        any({i + 1 for i in range(4) if place >> i & 1} <= set(member) for member in family) for place in range(16)
    ]
    assert distance == pytest.approx((coefficients[~np.array(inside)] ** 2).sum() / 2)


def test_the_transform_is_the_definition_and_its_own_inverse():
    rng = np.random.default_rng(0)
    for d in range(6):
        values = rng.standard_normal((3, 2**d))
        points = cube(d)
        characters = np.array([np.prod(points[:, [i for i in range(d) if s >> i & 1]], axis=1) for s in range(2**d)])
        found = walsh_transform(values)
        assert found == pytest.approx(values @ characters.T / 2**d)
        assert 2**d * walsh_transform(found) == pytest.approx(values)
        assert (found**2).sum() == pytest.approx((values**2).mean(axis=1).sum())  # Parseval


def test_the_transform_and_the_exact_coefficients_agree():
    points = cube(5)
    values = np.tanh(points[:, :3].sum(1)) - np.tanh(points[:, 2] + points[:, 3] - points[:, 4])
    exact = {sum(2 ** (int(str(v)[2:]) - 1) for v in s): float(c) for s, c in walsh_coefficients(target).items()}
    assert walsh_transform(values) == pytest.approx([exact.get(place, 0.0) for place in range(32)])


def test_bounds_of_the_example():
    pairs = [{i, j} for i in range(1, 6) for j in range(1, i)]
    assert sp.expand(walsh_lower_bound(target, pairs) - both_missing) == 0
    assert sp.expand(walsh_lower_bound(target, [*pairs, {1, 2, 3, 6}]) - one_missing) == 0
    assert sp.expand(walsh_lower_bound(target, [{2, 3, 4, 5, 6}]) - without_x_1) == 0
    assert walsh_lower_bound(target, [{1, 2, 3, 4, 5}]) == 0
    named = walsh_lower_bound(sp.tanh(y + z), [{"y"}, {z}])
    assert named == 0  # a pair's odd unit is additive on the cube
    assert walsh_lower_bound(y * z, [["y"], ["z"]]) == sp.Rational(1, 2)


@pytest.mark.parametrize("p", [Fraction(0), Fraction(1, 3), Fraction(1, 2), 0.75, 1])
def test_coverage_is_that_of_all_masks(p):
    monomials = [{1, 2}, {2, 3}, {4}, {1}]
    exact = Fraction(p)
    masks = [m for size in range(16) for m in [frozenset(i + 1 for i in range(4) if size >> i & 1)]]
    chance = {m: exact ** len(m) * (1 - exact) ** (4 - len(m)) for m in masks}
    for units in (1, 2, 3):
        covered = sum(
            prod(chance[m] for m in some)
            for some in product(masks, repeat=units)
            if all(any(s <= m for m in some) for s in monomials)
        )
        assert support_coverage(p, monomials, units) == covered


def test_coverage_at_its_ends():
    assert support_coverage("1/2", [{1, 2, 3}, {3, 4, 5}], 8) == 1 - 2 * Fraction(7, 8) ** 8 + Fraction(25, 32) ** 8
    assert support_coverage(Fraction(1, 2), [], 3) == 1
    assert support_coverage(0, [()], 3) == 1
    assert support_coverage(sp.Rational(1, 6), [{7}], 1) == Fraction(1, 6)
    assert support_coverage(np.float32(0.5), [{1}], 3) == Fraction(7, 8)
    assert 0.2 < support_coverage(0.1, [{i, i + 1} for i in range(8)], 200) < 1


def test_maximal_sets_contain_the_others():
    sets = [frozenset(each) for each in ({1}, {1, 2}, {3}, {1, 2}, ())]
    assert maximal(sets) == [frozenset({1, 2}), frozenset({3})]


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: walsh_lower_bound(0.5 * x1, []), "without floats"),
        (lambda: walsh_lower_bound(1 / (x1 + x2), []), "expected a real number"),
        (lambda: walsh_lower_bound(sp.sqrt(x1), []), "expected a real number"),
        (lambda: walsh_lower_bound(sum(sp.symbols("x_1:14")), []), "13 inputs"),
        (lambda: walsh_lower_bound(x1 + sp.Symbol("x1"), []), "one symbol for each"),
        (lambda: walsh_lower_bound("x_1 +", []), "expected a number or an expression of SymPy"),
        (lambda: walsh_lower_bound(x1, "12"), "sets of inputs"),
        (lambda: walsh_lower_bound(x1, [1]), "a set of inputs"),
        (lambda: walsh_lower_bound(x1, [{1.5}]), "a number, a name or a symbol"),
        (lambda: walsh_transform(np.ones(3)), "2\\^d"),
        (lambda: walsh_transform([1.0, np.nan]), "nan"),
        (lambda: walsh_transform(1.0), "2\\^d"),
        (lambda: cube(-1), "integer from 0"),
        (lambda: support_coverage(1.5, [{1}], 2), "in \\[0, 1\\]"),
        (lambda: support_coverage(float("nan"), [{1}], 2), "in \\[0, 1\\]"),
        (lambda: support_coverage(True, [{1}], 2), "in \\[0, 1\\]"),
        (lambda: support_coverage(0.5, [{1}], 0), "integer from 1"),
        (lambda: support_coverage(0.5, [{-1}], 1), "integer from 0"),
        (lambda: support_coverage(0.5, [{i} for i in range(9)], 1), "at most 8"),
    ],
)
def test_arguments_are_checked_at_the_door(call, why):
    with pytest.raises(ValueError, match=why) as refused:
        call()
    assert "\n" not in str(refused.value)
