"""What arithmetic alone shows to be 0: never anything else, and most of what `simplify` shows."""

from __future__ import annotations

import pytest
import sympy as sp

from sparse_limits.numerics.exact.identities import is_zero
from sparse_limits.numerics.exact.polynomials import polynomial
from sparse_limits.theory.input_error import InputError

x, y = sp.symbols("x y", positive=True)
t = sp.Symbol("t", real=True)
z = sp.Symbol("z")
n = sp.Symbol("n", integer=True, positive=True)
third = sp.Rational(1, 3)

ZEROS = {
    "fractions": 1 / (1 - x) - 1 / (1 + x) - 2 * x / (1 - x**2),
    "a root of a letter": (1 - x) / (1 - sp.sqrt(x)) - 1 - sp.sqrt(x),
    "a root of a sum": (sp.sqrt(1 + x) + 1) * (sp.sqrt(1 + x) - 1) - x,
    "a root in a root": sp.sqrt(1 + sp.sqrt(1 + x)) ** 4 - 2 - x - 2 * sp.sqrt(1 + x),
    "the root of a fraction": x * sp.sqrt(1 + 1 / x) ** 2 - x - 1,
    "roots of numbers": sp.sqrt(2) * x * (x + sp.sqrt(6)) - sp.sqrt(2) * x**2 - 2 * sp.sqrt(3) * x,
    "the root of a rational number": sp.Rational(3, 2) ** (n + 1) * 2**n - 3 ** (n + 1) / sp.Integer(2),
    "a third root": (x + y) ** (4 * third) - x * (x + y) ** third - y * (x + y) ** third,
    "powers of numbers": 4 ** (n + 1) - 4 * (2**n) ** 2,
    "powers of a product": (x / (1 + x)) ** (n + 1) * (1 + x) - x * (x / (1 + x)) ** n,
    "exponentials": sp.exp(x + y) * sp.exp(-x) - sp.exp(y),
    "halves of exponents": (sp.exp(x / 2) - 1) * (sp.exp(x / 2) + 1) - sp.exp(x) + 1,
    "hyperbolic functions": sp.tanh(x) * sp.cosh(x) - sp.sinh(x),
    "circular functions": sp.sin(2 * t) - 2 * sp.sin(t) * sp.cos(t),
    "the imaginary unit": (1 + sp.I * z) * (1 - sp.I * z) - 1 - z**2,
    "functions as letters": sp.erf(x) * (1 + sp.erf(x)) - sp.erf(x) ** 2 - sp.erf(x),
    "functions of equal fractions": sp.acos(1 / (x + x**2)) - sp.acos(1 / x - 1 / (x + 1)),
    "roots of equal fractions": sp.sqrt(1 / (1 + z) + 1 / z) - sp.sqrt((1 + 2 * z) / (z**2 + z)),
    "functions of equal functions": sp.log(2 + sp.log(x**2 + 2 * x + 1)) - sp.log(2 + sp.log((1 + x) ** 2)),
    "the larger of equal fractions": sp.Max(1 / (1 + y), 1 / x - 1 / (x + 1))
    - sp.Max(1 / (x + x**2), y / (1 + y) ** 2 + 1 / (1 + y) ** 2),
    "an integral as a letter": (1 + x) * sp.Integral(sp.exp(-(z**4)), (z, 0, x))
    - x * sp.Integral(sp.exp(-(z**4)), (z, 0, x))
    - sp.Integral(sp.exp(-(z**4)), (z, 0, x)),
}
OTHERS = {
    "two letters": x - y,
    "the root of a square": sp.sqrt(t**2) - t,
    "functions of other fractions": sp.acos(1 / (x + x**2)) - sp.acos(1 / x + 1 / (x + 1)),
    "other functions of equal fractions": sp.acos(1 / (x + x**2)) - sp.asin(1 / x - 1 / (x + 1)),
    "other roots of equal fractions": sp.sqrt(1 / (1 + z) + 1 / z) - sp.cbrt((1 + 2 * z) / (z**2 + z)),
    "the larger and the smaller": sp.Max(x, y) - sp.Min(x, y),
    "the larger of fewer": sp.Max(1 / (1 + y), 1 / x - 1 / (x + 1)) - sp.Max(1 / (x + x**2), 1 / (2 + y)),
    "functions that change places": sp.besselj(x, 1 + y) - sp.besselj(1 + y, x),
    "a factor of two": sp.exp(x) ** 2 - 2 * sp.exp(x),
    "off by one": 2 ** (n + 1) - 2**n,
    "numbers": sp.sqrt(2) - sp.Rational(99, 70),
    "another sign": sp.sqrt(1 + x) ** 3 + (1 + x) * sp.sqrt(1 + x),
    "the other hyperbola": sp.cosh(x) ** 2 + sp.sinh(x) ** 2 - 1,
    "the sign of i": sp.I**3 * z - sp.I * z,
}
UNDECIDED = {
    "infinity": sp.Add(sp.oo, -x, evaluate=False),
    "no number": sp.nan,
    "a float": sp.Float(0.5) * x * (1 + x) - x / 2 - x**2 / 2,
    "what does not commute": sp.Symbol("A", commutative=False) * x - x,
    "0 divided by 0": 1 / sp.Add(x * (1 + y), -x, -x * y, evaluate=False),
    "high powers": (1 + x) ** 1000 - (1 + x) ** 999 * (1 + x + y),
    "too many terms": sp.Mul(*((1 + each) for each in sp.symbols("w:20"))) - 1,
    "too many letters": sp.Add(*sp.symbols("v:40")),
}


@pytest.mark.parametrize("name", ZEROS)
def test_what_is_zero_is_shown_to_be(name: str) -> None:
    assert ZEROS[name] != 0  # SymPy does not see it by itself
    assert is_zero(ZEROS[name])


@pytest.mark.parametrize("name", ZEROS)
@pytest.mark.parametrize("change", [x, 1, sp.sqrt(x), sp.exp(x)])
def test_what_is_not_zero_is_not(name: str, change: sp.Expr) -> None:
    assert not is_zero(ZEROS[name] + change)


@pytest.mark.parametrize("name", OTHERS | UNDECIDED)
def test_nothing_else_is_shown_to_be_zero(name: str) -> None:
    assert not is_zero((OTHERS | UNDECIDED)[name])


def test_values_on_the_branches_of_roots_are_principal() -> None:
    assert not is_zero((-1) ** third + 1)  # the principal third root of −1 is not −1
    assert not is_zero(sp.sqrt(z) * sp.sqrt(1 / z) - 1)  # which is −1 beside the negative axis
    assert not is_zero(sp.sqrt(z**2 - 1) - sp.sqrt(z - 1) * sp.sqrt(z + 1))
    assert not is_zero(sp.exp(z) ** sp.Rational(1, 2) - sp.exp(z / 2))
    assert not is_zero((z**n) ** third - z ** (n / 3))
    assert not is_zero((z**t) ** n - z ** (2 * t * n) / (z**t) ** n - x)


def test_powers_that_sympy_rewrites_are_not_taken_for_those_of_the_base() -> None:
    """Of even, odd and whole letters: (z²)^(1/2) is not z, whatever the square is written as."""
    m = sp.Symbol("m", integer=True)
    e, f = sp.symbols("e f", even=True)
    real, root = sp.Symbol("r", real=True), sp.cbrt(3) / 3
    assert not is_zero((z**t) ** (m / 2) - z ** (t * m / 2))
    assert not is_zero(sp.exp(z) ** (m / 2) - sp.exp(m * z / 2))
    assert not is_zero(sp.exp(z) ** (sp.floor(real) / 2) - sp.exp(sp.floor(real) * z / 2))
    assert not is_zero(sp.Abs(real) ** (e / 2) - real ** (e / 2))  # 6 at r = −3, e = 2
    assert not is_zero((-1) ** (e / 2) - (-1) ** (f / 2))  # −2 at e = 2, f = 4
    assert not is_zero(sp.exp(sp.I * sp.pi * e / 2) - sp.exp(sp.I * sp.pi * f / 2))
    assert not is_zero(-(root ** (e / 2)) + (-root) ** (e / 2))


def test_the_order_of_factors_that_do_not_commute_counts() -> None:
    A, B = sp.symbols("A B", commutative=False)
    assert not is_zero(sp.exp(A) * sp.exp(B) - sp.exp(B) * sp.exp(A))
    assert not is_zero(sp.sqrt(A) * sp.sqrt(B) - sp.sqrt(B) * sp.sqrt(A))


def test_polynomials_are_of_expressions():
    assert polynomial(3) == 3
    assert polynomial((x + y) ** 2 - x**2 - 2 * x * y - y**2) == 0
    with pytest.raises(InputError, match="'x' is text, expected a number or an expression"):
        polynomial("x")
