"""Exact numbers from text: 3, 1/3, 0.25, 1e-3, sqrt(2), exp(-1), pi/4 and sums, products and powers of these; no code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

import sympy as sp

from sparse_limits.theory.input_error import InputError

MOST_DIGITS = 4_000  # of an integer: Python reads no longer ones
LONGEST = 200  # characters of what is no plain number
MOST_BITS = 10_000  # of a power
PLAIN = re.compile(r"[+-]?(\d+(/\d+)?|(\d+\.\d*|\.\d+|\d+)([eE][+-]?\d{1,4})?)")
NAMES = {"pi": sp.pi, "E": sp.E}
FUNCTIONS: Mapping[str, Callable[[sp.Expr], sp.Expr]] = {"sqrt": sp.sqrt, "exp": sp.exp, "log": sp.log}
CHARACTERS = re.compile(r"[A-Za-z0-9.+\-*/() ]*")  # Python's parser would take comments, other scripts and lines, too
EXPECTED = "expected an exact number such as 3, 1/3, 0.25, 1e-3, sqrt(2) or pi/4"


def exact_constant(name: str, text: str) -> sp.Expr:
    """Return the real number that a text says, exactly; name: of the quantity, for the message.

    Raises:
        InputError: for anything but digits, sqrt, exp, log, pi, E, + - * / ** and brackets; a number that is not finite
            and real; and one too long.

    Examples:
        >>> exact_constant("c", "0.25"), exact_constant("c", "sqrt(2)/2"), exact_constant("c", "2*exp(-1)")
        (1/4, sqrt(2)/2, 2*exp(-1))
    """
    if len(text) > MOST_DIGITS or (len(text) > LONGEST and not PLAIN.fullmatch(text)):
        most = MOST_DIGITS if PLAIN.fullmatch(text) else LONGEST
        raise InputError(f"{name}={text[:20]}…: {len(text)} characters, expected at most {most}")
    if not CHARACTERS.fullmatch(text):
        raise InputError(f"{name}={text:.60}: {EXPECTED}{', without a comment' if '#' in text else ''}")
    try:
        if PLAIN.fullmatch(text):
            value = _quotient(*map(sp.Rational, text.split("/")))
        else:
            value = _value(ast.parse(text, mode="eval").body, text)
    except ZeroDivisionError:
        raise InputError(f"{name}={text}: division by zero") from None
    except OverflowError:
        raise InputError(f"{name}={text}: too large, expected powers of at most {MOST_BITS} bits") from None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise InputError(f"{name}={text}: {EXPECTED}") from None
    if not value.is_real or not value.is_finite:
        raise InputError(f"{name}={text}: is {value}, expected a finite real number")
    return value


def _quotient(above: sp.Expr, below: sp.Expr = sp.S.One) -> sp.Expr:
    if below.is_zero or below.equals(0):
        raise ZeroDivisionError
    return above / below


def _value(node: ast.expr, text: str) -> sp.Expr:
    """The number at a node; ValueError for what is none."""
    match node:
        case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
            literal = ast.get_source_segment(text, node) or ""
            if not PLAIN.fullmatch(literal):  # 0x10, 1_000
                raise ValueError(literal)
            return sp.Rational(literal)
        case ast.Name(id=name) if name in NAMES:
            return NAMES[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=inner):
            return -_value(inner, text) if isinstance(node.op, ast.USub) else _value(inner, text)
        case ast.Call(func=ast.Name(id=name), args=[inner], keywords=[]) if name in FUNCTIONS:
            return _applied(name, _value(inner, text))
        case ast.BinOp(left=left, op=operation, right=right):
            return _combined(operation, _value(left, text), _value(right, text))
    raise ValueError(ast.dump(node))


def _combined(operation: ast.operator, left: sp.Expr, right: sp.Expr) -> sp.Expr:
    match operation:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return _quotient(left, right)
        case ast.Pow():
            return _power(left, right)
    raise ValueError(operation)


def _applied(name: str, argument: sp.Expr) -> sp.Expr:
    """A function's value; SymPy writes exp of logarithms as powers, so that its argument is bounded too."""
    if name == "exp" and abs(argument.evalf(20)) > MOST_BITS:
        raise OverflowError
    return FUNCTIONS[name](argument)


def _power(base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """The power; ZeroDivisionError for that of 0 to a negative number, OverflowError for one longer than anybody needs."""
    if base.is_zero and exponent.is_negative:
        raise ZeroDivisionError
    rational = isinstance(base, sp.Rational)
    longest = max(abs(int(base.p)).bit_length(), int(base.q).bit_length()) if rational else 1
    if abs(exponent.evalf(20)) * longest > MOST_BITS:
        raise OverflowError
    return base**exponent
