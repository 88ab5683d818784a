"""Whether a function falls on a ray, proved from how it is built."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import sympy as sp
from flint import acb, arb

from sparse_limits.numerics.exact.balls.core import NoEnclosureError, Values, evaluate, is_real
from sparse_limits.numerics.exact.balls.rays import Ray, UnprovedError, ray
from sparse_limits.numerics.exact.balls.symbols import free_symbols
from sparse_limits.numerics.exact.balls.tails import analysed
from sparse_limits.theory.formulas.three_normals import ThreeNormals
from sparse_limits.theory.tails import product_survival

RISING = (sp.exp, sp.log, sp.erf, sp.tanh, sp.sinh, sp.atan, sp.Max, sp.Min, sp.floor, sp.ceiling)
FALLING_WHERE_POSITIVE = (sp.besselk, sp.expint)  # in the last argument


def falls(expression: sp.Expr, variable: sp.Symbol, values: Values, start: int = 0) -> bool:
    """Whether it is proved that the expression does not rise with its variable on (start, ∞)."""
    everywhere = ray(arb(start), None, (arb(start), arb(1)), (arb(start), arb(1)))
    try:
        return _direction(expression, variable, {variable: everywhere}, values) in (-1, 0)
    except (UnprovedError, NoEnclosureError, ZeroDivisionError):
        return False


def _direction(expression: sp.Expr, variable: sp.Symbol, rays: dict[sp.Symbol, Ray], values: Values) -> int:
    """1 where the expression does not fall, −1 where it does not rise, 0 where it is constant."""
    if variable not in free_symbols(expression):
        return 0
    if expression == variable:
        return 1

    def direction(part: sp.Expr) -> int:
        return _direction(part, variable, rays, values)

    kind = type(expression)
    if kind is sp.Add:
        return _common(_term(term, variable, values, direction) for term in expression.args)
    if kind is sp.Mul:
        fixed, moving = expression.as_independent(variable, as_Add=False)
        factors = moving.args if isinstance(moving, sp.Mul) else (moving,)
        if len(factors) > 1:
            for factor in factors:
                _nonnegative(factor, rays, values)
        return _sign(evaluate(fixed, values)) * _common(map(direction, factors))
    if kind is sp.Pow and variable not in free_symbols(expression.args[1]):
        base, exponent = expression.args
        _nonnegative(base, rays, values)
        return _sign(evaluate(exponent, values)) * direction(base)
    if kind in RISING:
        return _common(map(direction, expression.args))
    if kind is sp.erfc:
        return -direction(expression.args[0])
    if kind is sp.cosh:
        _nonnegative(expression.args[0], rays, values)
        return direction(expression.args[0])
    if kind in FALLING_WHERE_POSITIVE and variable not in free_symbols(expression.args[0]):
        _nonnegative(expression.args[1], rays, values)
        if is_real(evaluate(expression.args[0], values)):
            return -direction(expression.args[1])
    if kind is ThreeNormals and expression.args[0] == 0:  # a survival function
        _nonnegative(expression.args[1], rays, values)
        return -direction(expression.args[1])
    if kind is sp.binomial and variable not in free_symbols(expression.args[1]):
        n, k = expression.args
        below = evaluate(k, values).real
        if below.is_integer() and bool(below >= 0):  # from n = k − 1 on its factors n − j are not negative and rise
            _nonnegative(n - k + 1, rays, values)
            return direction(n)
    raise UnprovedError(f"no rule says whether {kind.__name__} falls")


def _term(term: sp.Expr, variable: sp.Symbol, values: Values, direction: Callable[[sp.Expr], int]) -> int:
    """The direction of a term of a sum, be it a multiple of H − 1 for the survival function H of a product (S4).

    H falls: H′ = −2K₀/π by (xK₁)′ = −xK₀, L₀′ = L₋₁ and (xL₋₁)′ = 2/π + xL₀.
    """
    for at in {part.args[1] for part in term.atoms(sp.besselk) if part.args[0] == 0}:
        multiple = _multiple(term, at)
        if variable not in free_symbols(multiple):
            return -_sign(evaluate(multiple, values)) * direction(at)
    return direction(term)


@lru_cache(maxsize=1024)
def _multiple(term: sp.Expr, at: sp.Expr) -> sp.Expr:
    return term / (product_survival(at) - 1)


def _nonnegative(part: sp.Expr, rays: dict[sp.Symbol, Ray], values: Values) -> None:
    found = analysed(part, rays, values)
    if not (found.real and found.low is not None and bool(found.low >= 0)):
        raise UnprovedError(f"{part} may be negative")


def _sign(x: acb) -> int:
    if is_real(x) and bool(x.real >= 0):
        return 1
    if is_real(x) and bool(x.real <= 0):
        return -1
    raise UnprovedError("the sign of a factor is not known")


def _common(directions: Iterable[int]) -> int:
    found = set(directions) - {0}
    if len(found) > 1:
        raise UnprovedError("a part rises and another falls")
    return found.pop() if found else 0
