"""SymPy expressions written out at exact values, sums and recursions step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.no_guarantee import NoGuarantee
from sparse_limits.theory.formulas.transfer import Transfer
from sparse_limits.theory.formulas.valued import valued

Values = Mapping[sp.Symbol, sp.Expr]
PLAIN = (sp.Add, sp.Mul, sp.Pow, sp.core.function.Application, Relational)  # known by the values of their parts
MOST_BITS, MOST_BITS_OF_ROOTS = 2**24, 2**12  # of a power that is written out, and of one whose root is tried
WHOLE_NUMBERS: dict[
    type, Callable[[sp.Expr, Values], sp.Integer | None]
] = {}  # `sparse_limits.numerics.exact.balls` adds its rules


class NotRationalError(ArithmeticError):
    """The value is irrational, is not known to be rational, or does not exist."""


def written_out(expression: sp.Basic, values: Values) -> sp.Expr:
    """The expression at exact values, written out; parts that are no fractions stay as they are."""
    if isinstance(expression, sp.Symbol):
        return values.get(expression, expression)
    if isinstance(expression, sp.Sum):
        return _sum(expression, values)
    if isinstance(expression, Iterate):
        return _iterate(expression, values)
    if isinstance(expression, sp.Piecewise):
        return _branch(expression, values)
    if isinstance(expression, Transfer):
        return valued(expression, values).unrolled()
    if isinstance(expression, Let):
        body, named = expression.args
        for name, value in named.args:
            values = {**values, name: written_out(value, values)}
        return written_out(body, values)
    if not expression.args:
        return expression
    whole = WHOLE_NUMBERS.get(type(expression))
    if whole is not None and (found := whole(expression, values)) is not None:
        return found
    if not isinstance(expression, PLAIN) or not all(isinstance(part, (sp.Expr, Boolean)) for part in expression.args):
        raise NotRationalError(f"no exact value is known of {type(expression).__name__}")
    parts = [written_out(part, values) for part in expression.args]
    for part in parts:
        if isinstance(part, NoGuarantee):
            return part
    if isinstance(expression, sp.Pow) and _is_huge(*parts):
        raise NotRationalError("the power has too many digits to be written out")
    return expression.func(*parts)


def one_by_one(expression: sp.Expr, values: Values) -> list[sp.Expr]:
    """The expression with values put in one letter after another, in an order and in the opposite one.

    So 0 stays 0 where a later letter leaves no value beside it; of 0·∞ this holds in one of the two orders alone.

    Examples:
        >>> x, y = sp.symbols("x y")
        >>> one_by_one(x * sp.gamma(y), {x: sp.S.Zero, y: sp.S.Zero})
        [0, nan]
    """
    found = [expression, expression]
    letters = sorted(values, key=sp.default_sort_key)
    for pair in zip(letters, reversed(letters), strict=True):
        found = [valued(exact, {letter: values[letter]}) for exact, letter in zip(found, pair, strict=True)]
    return [each.replace(_is_short, Iterate.unrolled) for each in found]


def _is_short(part: sp.Basic) -> bool:
    return isinstance(part, Iterate) and part.args[1] in (0, 1)


def _is_huge(base: sp.Expr, exponent: sp.Expr) -> bool:
    """Whether a power of rational numbers has too many digits: for b^(p/q) SymPy computes b^p, and tries to take its root."""
    if not (isinstance(base, sp.Rational) and isinstance(exponent, sp.Rational)) or abs(base) in (0, 1):
        return False
    most = MOST_BITS if exponent.q == 1 else MOST_BITS_OF_ROOTS
    return bool(max(abs(base.p), base.q).bit_length() * abs(exponent.p) > most)


def _sum(expression: sp.Sum, values: Values) -> sp.Expr:
    (index, low, high), *outer = reversed(expression.limits)
    body = sp.Sum(expression.function, *reversed(outer)) if outer else expression.function
    first, last = _whole(low, values), _whole(high, values)
    if last < first - 1:
        raise NotRationalError(f"the sum over {index} runs from {first} down to {last}")
    return sp.Add(*(written_out(body, {**values, index: sp.Integer(k)}) for k in range(first, last + 1)))


def _iterate(expression: Iterate, values: Values) -> sp.Expr:
    step, times, start = expression.args
    state = [written_out(entry, values) for entry in start]
    for _ in range(_whole(times, values)):
        here = {**values, **dict(zip(step.variables, state, strict=True))}
        state = [written_out(entry, here) for entry in step.expr]
    return state[-1]


def _branch(expression: sp.Piecewise, values: Values) -> sp.Expr:
    for value, condition in expression.args:
        truth = written_out(condition, values)
        if truth == sp.true:
            return written_out(value, values)
        if truth != sp.false:
            raise NotRationalError(f"it is not known whether {truth}")
    raise NotRationalError("the formula does not cover these values")


def _whole(bound: sp.Expr, values: Values) -> int:
    value = written_out(bound, values)
    if not isinstance(value, sp.Integer):
        raise NotRationalError(f"{bound}, the bound of a sum or a number of steps, is not an integer")
    return int(value)
