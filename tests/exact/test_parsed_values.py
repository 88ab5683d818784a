"""Lists, matrices and step functions for the letters of a formula."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import product
from math import lcm, prod

import numpy as np
import pytest
import sympy as sp

import sparse_limits as sl
from sparse_limits.numerics.exact.evaluation import paths, value_of
from sparse_limits.numerics.exact.parsed_values import parse
from sparse_limits.numerics.exact.step_functions import StepFunction, in_steps
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.values.admitted import check_assumptions

u, v, w = sp.symbols("u v w")
a, b = sp.symbols("a b", real=True)
W, f = sp.Function("W"), sp.Function("f")


def cells(*counts: int) -> list[Fraction]:
    """Middles of cells that all the equal parts are made of."""
    size = lcm(*counts)
    return [Fraction(2 * i + 1, 2 * size) for i in range(size)]


@pytest.mark.parametrize("seed", range(5))
def test_integrals_are_means_over_cells(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, steps = int(rng.integers(1, 4)), int(rng.integers(1, 5))
    matrix = rng.integers(-9, 9, (rows, rows))
    values = rng.integers(-9, 9, steps)
    given, functions = parse([W, f], [f"W={matrix.tolist()}", f"f={values.tolist()}"])
    assert not given
    inner = sp.Integral(W(u, v) * f(v) ** 2, (v, 0, 1))
    formula = sp.Integral((inner - f(u)) * W(u, w) * f(w), (u, 0, 1), (w, 0, 1))
    middles = cells(rows, steps)

    def at_matrix(x: Fraction, y: Fraction) -> int:
        return int(matrix[int(x * rows), int(y * rows)])

    def at_list(x: Fraction) -> int:
        return int(values[int(x * steps)])

    def mean_square(x: Fraction) -> Fraction:
        return sum((at_matrix(x, y) * Fraction(at_list(y)) ** 2 for y in middles), Fraction(0)) / len(middles)

    total = sum(
        ((mean_square(x) - at_list(x)) * at_matrix(x, z) * at_list(z) for x, z in product(middles, repeat=2)),
        Fraction(0),
    )
    assert in_steps(formula, functions) == sp.Rational(*(total / len(middles) ** 2).as_integer_ratio())


def test_lengths_of_steps_and_what_stands_beside_them() -> None:
    _, functions = parse([f], ["f=step(2/5:3/2, 3/5:3/10)"])
    assert in_steps(sp.Integral(f(u), (u, 0, 1)), functions) == sp.Rational(39, 50)
    weighted = in_steps(sp.Integral(u * f(u), (u, 0, 1)), functions)
    assert weighted.doit() == sp.Rational(3, 25) + sp.Rational(3, 10) * sp.Rational(21, 50)
    assert in_steps(f(sp.Rational(2, 5)), functions) == sp.Rational(3, 10), "a step owns its lower end"
    assert in_steps(f(sp.S.One) + f(sp.S.Zero), functions) == sp.Rational(9, 5)
    irrational = StepFunction((sp.sqrt(2) / 2, sp.S.One), (sp.S.One, sp.S.Zero))
    assert in_steps(sp.Integral(f(u), (u, 0, 1)), {f: irrational}) == sp.sqrt(2) / 2


def test_values_of_claims() -> None:
    """E1 and E9 by hand: means over halves of products of entries."""
    product_of_columns = sl.evaluate("E1", "wired_share", "v=[1/4,1/2,3/4]", "W=[[1/2,1/4],[1,3/4]]", exact=True).text
    halves = [
        prod(row) for row in ((Fraction(1, 2), Fraction(1, 4), Fraction(1, 4)), (1, Fraction(3, 4), Fraction(3, 4)))
    ]
    assert Fraction(product_of_columns) == Fraction(sum(halves)) / 2
    one_by_one = sl.evaluate("E1", "wired_share", "v_1=1/4", "v_2=1/2", "v_3=3/4", "W=[[1/2,1/4],[1,3/4]]", exact=True)
    assert one_by_one.text == product_of_columns
    layers = ["W_1=[[1,0],[0,1]]", "W_2=[[1/2,0],[0,1]]", "W_3=[1/3,1]"]
    assert sl.evaluate("E9", "path_density", "v=1/3", *layers, exact=True).text == "1/24"
    variance = sl.evaluate("E7", "projection_error", "f=[[1,0],[0,1]]", exact=True).text
    assert variance == sl.evaluate("E7", "resampled_error", "f=[[1,0],[0,1]]", exact=True).text == "1/4"
    assert sl.evaluate("D7", "dense_covariance", "P=2", "u_P=[1,2]", "t_P=[3,4]", exact=True).text == "11/2"
    by_numbers = sl.evaluate("G9", "trace", "alpha=[1/2,1/2]", "beta=[1/3,2/3]", "P=[[1/2,1/4],[1,3/4]]").text
    letters = "alpha_1=1/2 alpha_2=1/2 beta_1=1/3 beta_2=2/3 P_11=1/2 P_12=1/4 P_21=1 P_22=3/4"
    assert by_numbers == sl.evaluate("G9", "trace", *letters.split()).text


@pytest.mark.parametrize(
    ("label", "expression", "given", "words"),
    [
        ("E1", "wired_share", ["v=[1/4,1/2]"], "expected 3 numbers in brackets, for v_1, v_2, v_3"),
        ("E1", "wired_share", ["v=[[1/4,1/2,1]]"], "expected 3 numbers in brackets"),
        ("R3", "vector_count.2", ["z=[1/5]"], "expected 2 to 3 numbers in brackets, for z_1, z_2, z_3"),
        ("R3", "vector_count.2", ["z=[1/5,1/2,1/3,1/4]"], "expected 2 to 3 numbers in brackets"),
        ("R3", "vector_count.3", ["z=[1/5,1/2]"], "expected 3 numbers in brackets"),
        ("S4", "column_density", ["tau=1 # one", "phi=1/2"], "expected an exact number .*, without a comment$"),
        ("S4", "column_density", ["tau=1", "phi=(1/2#"], "expected an exact number .*, without a comment$"),
        ("S4", "column_density", ["tau=(1 +\n1)", "phi=1/2"], "expected an exact number"),
        (
            "S4",
            "column_density",
            ["tau=\N{FULLWIDTH LATIN SMALL LETTER E}xp(1)", "phi=1/2"],
            "expected an exact number",
        ),
        ("E1", "wired_share", ["v=[1/4,1/2,1 # one]", "W=[[1]]"], "without a comment$"),
        ("D7", "dense_covariance", ["P=3", "u_P=[1,2]", "t_P=[1,2]"], "has 2 steps, expected a list of 3 numbers"),
        ("E1", "wired_share", ["v=[]"], "expected an exact number"),
        ("E1", "wired_share", ["v=[1/4,1/2,1"], "expected a closing bracket"),
        ("E1", "wired_share", ["v=[1/4,1/2,2]"], "v_3=2: v_3 is position of an active input"),
        ("E1", "wired_share", ["v=[1/4,1/2,1]", "v_1=1/2"], "v_1 is given twice"),
        ("E1", "wired_share", ["v=[1/4,1/2,1]"], r"no value for W or graphon \(graphon"),
        ("E1", "wired_share", ["v=[1/4,1/2,1]", "W=[[2]]"], "expected a number from 0 to 1, not 2"),
        (
            "E1",
            "wired_share",
            ["v=[1/4,1/2,1]", "W=[1,1]"],
            "W is a function of 2 arguments, expected a number or a square matrix",
        ),
        ("E1", "wired_share", ["v=[1/4,1/2,1]", "W=[[1,1]]"], "expected a number, a list"),
        ("E1", "wired_share", ["v=[1/4,1/2,1]", "W=[[1,1],[1]]"], "expected a number, a list"),
        ("E1", "wired_share", ["v=[1/4,1/2,1]", "W=[[1]]", "W=[[1]]"], "W is given twice"),
        ("E1", "wired_share", ["v=[1/4,1/2,1]", "W=[]"], "expected an exact number"),
        ("E1", "wired_share", ["v=[1/4,1/2,1]", "W=x"], "x"),
        ("E1", "wired_share", ["v=[1/4,1/2,1]", "W=2"], "expected a number from 0 to 1"),
        ("E1", "wired_share", ["v=[1/4,1/2,1]", f"W={[[1] * 65] * 65}"], "65 steps, expected at most 64"),
        (
            "K2",
            "own_layer",
            ["W=[[1]]", "G=[[1]]", "Sigma=[1]"],
            "G is a function of 1 argument, expected a number, a list",
        ),
        ("K2", "own_layer", ["G=step(1/2:1)"], "add up to 1, not 1/2"),
        ("K2", "own_layer", ["G=step(3/2:1,-1/2:2)"], "expected lengths above 0"),
        ("K2", "own_layer", ["G=step(1)"], "expected an exact number"),
        ("K2", "own_layer", ["G=step()"], "expected an exact number"),
        ("K2", "own_layer", ["W=[[1]]"], "no value for G .*, since steps are put in together"),
        ("Q4", "uncrossed", ["D=2", "v=[5,5]"], "assumes cells of one grid"),
        ("N7", "ratio", ["k=7", "T=7"], "assumes a bin that is not broken"),
        ("R9", "doubling", ["Theta=40", "D=2", "c=1", "epsilon=1/10"], "assumes the intervals of the sums"),
        ("G9", "trace", ["P=[1/2,1/4,1,3/4]"], "expected 2 rows of 2 in brackets, for P_11, P_12, P_21, P_22"),
    ],
)
def test_what_is_no_list_or_step(label: str, expression: str, given: list[str], words: str) -> None:
    with pytest.raises(sl.InputError, match=words):
        sl.evaluate(label, expression, *given)


def test_a_number_is_a_constant_function():
    """Three inputs each wired with chance 1/2: a graphon of one value."""
    number, matrix = (
        sl.evaluate("E1", "wired_share", "v=[1/4,1/2,1]", f"W={w}", exact=True) for w in ("1/2", "[[1/2]]")
    )
    assert number.text == matrix.text == "1/8"


def test_a_list_may_stop_where_the_formula_does() -> None:
    """R3 has three targets, its formula for two subsets the first two of them."""
    others = ["epsilon=1/100", "n=20"]
    short, whole, one_by_one = (
        sl.evaluate("R3", "vector_count.2", *values, *others).text
        for values in (["z=[1/5,1/2]"], ["z=[1/5,1/2,1/3]"], ["z_1=1/5", "z_2=1/2"])
    )
    assert short == whole == one_by_one


def test_numbered_letters_are_counted_as_numbers() -> None:
    letters = sp.symbols("x_1:11")
    point, _ = parse(letters, [f"x={[*range(10)]}"])
    assert point == dict(zip(letters, map(sp.Integer, range(10)), strict=True))


def test_formulas_have_plain_names_and_no_name_twice() -> None:
    for entry in load_ledger():
        names = [name for name, _ in paths(entry.claim)]
        assert len(names) == len(set(names)), entry.label
        assert not [name for name in names if not re.fullmatch(r"\w[\w.,/+ -]*", name)], entry.label
    assert sl.evaluate("L4", "shares.0.1a", keep=True).text


def test_the_ends_of_an_integral_over_steps_have_their_order() -> None:
    x, a = sp.symbols("x a")
    f, g = sp.Function("f"), sp.Function("g")
    steps = StepFunction((sp.Rational(1, 2), sp.S.One), (sp.S(3), sp.S(1)))
    forwards, back = (sp.Integral(f(x), (x, low, high)) for low, high in ((0, 1), (1, 0)))
    assert in_steps(forwards, {f: steps}) == 2
    assert in_steps(back, {f: steps}) == -2
    assert in_steps(sp.Integral(f(x), (x, sp.Rational(3, 4), sp.Rational(1, 4))), {f: steps}) == -1
    beside = in_steps(sp.Integral(x * f(a), (x, 1, 0), (a, 0, 1)), {f: steps})
    assert beside.doit() == -1  # 2 times −1/2
    triangle = in_steps(sp.Integral(x * f(a), (x, 0, a), (a, 0, 1)), {f: steps})
    assert triangle.doit() == sp.Rational(3, 48) + sp.Rational(7, 48)
    square = StepFunction((sp.Rational(1, 2), sp.S.One), ((sp.S(3), sp.S(1)), (sp.S(1), sp.S(2))))
    with pytest.raises(InputError, match="expected numbers as the ends of an integral over steps"):
        in_steps(sp.Integral(g(x, a), (x, 0, a), (a, 0, 1)), {g: square})
    with pytest.raises(InputError, match="steps have no derivative at their ends"):
        in_steps(sp.Integral(sp.Derivative(f(x), x), (x, 0, 1)), {f: steps})


@pytest.mark.parametrize("ends", [(0, 2), (2, 0), (-1, 1), (2, 3), (0, sp.oo)])
def test_steps_go_from_0_to_1(ends: tuple[sp.Expr, sp.Expr]) -> None:
    x, f = sp.Symbol("x"), sp.Function("f")
    steps = StepFunction((sp.Rational(1, 2), sp.S.One), (sp.S(3), sp.S(1)))
    with pytest.raises(InputError, match="expected ends from 0 to 1 of an integral over steps"):
        in_steps(sp.Integral(f(x), (x, *ends)), {f: steps})


@pytest.mark.parametrize(
    ("label", "formula", "values"),
    [("K7.2", "mean_cosine", ["A=0", "B=0"]), ("L17.1", "mean_size", ["M=0", "q=0"])],
)
def test_0_over_0_has_no_value(label: str, formula: str, values: list[str]) -> None:
    with pytest.raises(InputError, match="the formula does not cover"):
        sl.evaluate(label, formula, *values)


@pytest.mark.parametrize(
    "formula",
    [
        a * sp.gamma(b),
        b * sp.gamma(a),
        a * sp.log(b),
        b * sp.log(a),
        b * sp.exp(1 / a),
        a * sp.Integral(1 / u, (u, 0, b + 1)),
    ],
)
def test_0_times_infinity_has_no_value_in_any_alphabet(formula: sp.Expr) -> None:
    with pytest.raises(InputError, match="no value"):
        value_of(formula, {a: sp.S.Zero, b: sp.S.Zero}, 15)


def test_0_times_a_number_is_0() -> None:
    at = {a: sp.S.Zero, b: sp.S.Zero}
    for formula in (a * b, a * sp.exp(b), a * sp.Integral(u, (u, 0, 1)), sp.sqrt(a + 2) * sp.sqrt(b + 3) - sp.sqrt(6)):
        assert value_of(formula, at, 15) == "0"


def test_a_whole_number_has_no_decimals_although_algebra_does_not_see_its_argument() -> None:
    three = sp.sqrt(5 + 2 * sp.sqrt(6)) - sp.sqrt(2) - sp.sqrt(3) + a
    assert value_of(sp.floor(three), {a: sp.S(3)}, 15) == value_of(sp.ceiling(three), {a: sp.S(3)}, 15) == "3"


def test_values_are_texts() -> None:
    with pytest.raises(InputError, match="expected a text name=value"):
        sl.evaluate("N1", "bound", {"h": 3, "r": 1})


@pytest.mark.parametrize(
    ("assumed", "value", "word"),
    [
        ({"negative": True}, 3, "a negative number"),
        ({"nonpositive": True}, 3, "a number that is not positive"),
        ({"even": True}, 3, "an even number"),
        ({"odd": True}, 2, "an odd number"),
    ],
)
def test_a_letter_takes_what_its_symbol_assumes(assumed: dict[str, bool], value: int, word: str) -> None:
    with pytest.raises(InputError, match=f"expected {word}"):
        check_assumptions(sp.Symbol("y", **assumed), sp.Integer(value))
