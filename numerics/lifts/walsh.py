"""Functions on the cube {±1}^d by their Walsh coefficients: exact, or fast on arrays (L18.1).

A point, and a set S of inputs, is a number whose bit i − 1 says whether x_i = −1, or whether i belongs to S.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from flint import fmpq
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, checked_array, checked_integer
from sparse_limits.numerics.exact.conversion import converted
from sparse_limits.theory.lifts.coverage import p_0 as density
from sparse_limits.theory.lifts.degrees import n as units
from sparse_limits.theory.lifts.walsh import coverage_of, f_S, missing

Floats = NDArray[np.float64]
Variable: TypeAlias = int | str | sp.Symbol

MOST_INPUTS = 12  # of an exact transform: 4096 points
MOST_DIMENSIONS = 24  # of one on arrays: 128 MB
MOST_SUPPORTS = 8
MOST_UNITS = 10**6
INPUT = re.compile(r"x_?\{?([1-9]\d*)\}?")


def cube(d: int) -> Floats:
    """All points of {±1}^d in the order of this module: float[2^d, d]. InputError unless 0 ≤ d ≤ 24."""
    d = checked_integer("d", d, 0, MOST_DIMENSIONS)
    return np.where(np.arange(2**d)[:, None] >> np.arange(d) & 1, -1.0, 1.0)


def walsh_transform(values: ArrayLike) -> Floats:
    """All Walsh coefficients E f(x) Π_{i∈S} x_i of functions given by their values on the cube, in d·2^d additions.

    values: float[..., 2^d] in the order of `cube`; the result has the same shape, sets in the same order. 2^d times the
    transform of the transform is the function. InputError for another length or for nan and infinite numbers.
    """
    array = checked_array("values", values)
    if array.dtype.kind not in "iuf" or not array.ndim or array.shape[-1].bit_count() != 1:
        raise InputError(f"values have shape {array.shape} of {array.dtype}, expected real numbers [..., 2^d]")
    if not np.isfinite(array).all():
        raise InputError("values hold nan or infinite numbers, expected finite ones")
    transform: Floats = _butterflies(array.astype(float)) / array.shape[-1]
    return transform


def _butterflies(array: NDArray[Any]) -> NDArray[Any]:
    """Sums with the signs of all characters along the last axis, whatever the entries are."""
    found = array
    width = 1
    while width < array.shape[-1]:
        pairs = found.reshape(*array.shape[:-1], -1, 2, width)
        even, odd = pairs[..., 0, :], pairs[..., 1, :]
        found = np.stack([even + odd, even - odd], axis=-2).reshape(array.shape)
        width *= 2
    return found


def walsh_coefficients(f: sp.Expr) -> dict[frozenset[sp.Symbol], sp.Expr]:
    """The Walsh coefficients of f that are not 0, by the symbols of their sets, exactly; in f's symbols on {±1}.

    InputError if f has more than 12 symbols, holds a float, or has a value on the cube that is no real number.
    """
    symbols, parts = _transformed(f)
    found = {}
    for place in range(2 ** len(symbols)):
        value = sp.Add(*(sp.Rational(column[place]) * part for part, column in parts.items()))
        if value != 0:
            found[frozenset(symbol for i, symbol in enumerate(symbols) if place >> i & 1)] = value
    return found


def walsh_lower_bound(f: sp.Expr, family: Iterable[Iterable[Variable]]) -> sp.Expr:
    """½ Σ f̂(S)² over the sets S that lie in no member of the family: the least loss of sums of functions of its members.

    f: any SymPy expression of its symbols, on {±1}. A member of the family is a set of inputs: i or "x_i" for the
    symbol x_i, a name, or the symbol itself (inputs that f does not have may be named too); its subsets are members as
    well. Exact. InputError as `walsh_coefficients`, or for a family that is none.
    """
    if isinstance(family, (str, sp.Basic)) or not isinstance(family, Iterable):
        raise InputError(f"the family is {family!r:.60}, expected sets of inputs")
    named = {_key(symbol): symbol for symbol in _symbols(f)}
    inside = [frozenset(named[key] for key in keys if key in named) for keys in map(_member, family)]
    lost: dict[sp.Expr, int] = {}
    for support, value in walsh_coefficients(f).items():
        if not any(support <= member for member in inside):
            value = min(value, -value, key=sp.default_sort_key)  # the sign is squared away
            lost[value] = lost.get(value, 0) + 1
    return sp.Add(*(count * missing.subs(f_S, value) for value, count in lost.items()))


def support_coverage(p0: Fraction | int | float | str, monomials: Iterable[Collection[int]], n: int) -> Fraction:
    """P(each monomial lies inside the mask of some of n units), every input kept by each with probability p0 (L18.2).

    p0: exact, in [0, 1] (a float counts as the fraction it is). monomials: sets of inputs, at most 8 of them maximal;
    without any the probability is 1. InputError outside these ranges, or unless 1 ≤ n ≤ 10⁶.
    """
    chance = _probability("p0", p0)
    count = checked_integer("n", n, 1, MOST_UNITS)
    needed = maximal(frozenset(checked_integer("input", i, 0, 2**31) for i in each) for each in monomials)
    if len(needed) > MOST_SUPPORTS:
        raise InputError(f"{len(needed)} monomials lie in no other, expected at most {MOST_SUPPORTS}")
    formula = sp.lambdify((density, units), coverage_of(needed), modules=[])
    value = formula(fmpq(chance.numerator, chance.denominator), count) + fmpq(0)
    return Fraction(int(value.p), int(value.q))


def maximal(sets: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """Those that lie in no other, each once."""
    distinct = list(dict.fromkeys(sets))
    return [each for each in distinct if not any(each < other for other in distinct)]


def _probability(name: str, value: Fraction | int | float | str) -> Fraction:
    try:
        if isinstance(value, np.floating):
            exact = Fraction(*value.as_integer_ratio())
        else:
            exact = Fraction(str(value) if isinstance(value, sp.Rational) else value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        raise InputError(f"{name} is {value!r}, expected a number in [0, 1]") from error
    if isinstance(value, bool) or not 0 <= exact <= 1:
        raise InputError(f"{name} is {value!r}, expected a number in [0, 1]")
    return exact


def _transformed(f: sp.Expr) -> tuple[Sequence[sp.Symbol], dict[sp.Expr, NDArray[np.object_]]]:
    """f's symbols, and for each number of which its values are rational combinations the coefficients [2^d], exact."""
    f, symbols = converted(f), _symbols(f)
    size = 2 ** len(symbols)
    parts: dict[sp.Expr, NDArray[np.object_]] = {}
    for place in range(size):
        point = {symbol: 1 - 2 * (place >> i & 1) for i, symbol in enumerate(symbols)}
        value = sp.expand(f.subs(point))
        if value.free_symbols or not value.is_finite or not value.is_real:
            raise InputError(f"f is {value} at {point}, expected a real number")
        for part, times in value.as_coefficients_dict().items():
            column = parts.setdefault(part, np.full(size, Fraction(0), dtype=object))
            column[place] += Fraction(int(times.p), int(times.q))
    return symbols, {part: _butterflies(column) / size for part, column in parts.items()}


def _symbols(f: sp.Expr) -> list[sp.Symbol]:
    try:
        expression = converted(f)
    except (sp.SympifyError, TypeError) as error:
        raise InputError(f"f is {f!r:.60}, expected a SymPy expression") from error
    if not isinstance(expression, sp.Expr) or expression.atoms(sp.Float):
        raise InputError(f"f is {str(expression)[:60]}, expected a SymPy expression without floats")
    symbols = sorted(expression.free_symbols, key=lambda symbol: _key(symbol).rjust(12))
    if len(symbols) > MOST_INPUTS:
        raise InputError(f"f has {len(symbols)} inputs, expected at most {MOST_INPUTS}")
    if len(set(map(_key, symbols))) < len(symbols):
        raise InputError(f"f has the inputs {', '.join(map(str, symbols))}, expected one symbol for each")
    return symbols


def _member(member: Iterable[Variable]) -> frozenset[str]:
    if isinstance(member, (str, sp.Symbol)) or not isinstance(member, Iterable):
        raise InputError(f"a member of the family is {member!r}, expected a set of inputs")
    return frozenset(map(_key, member))


def _key(variable: Variable) -> str:
    """x_3, x3 and 3 are one input."""
    if isinstance(variable, bool) or not isinstance(variable, (int, np.integer, sp.Integer, str, sp.Symbol)):
        raise InputError(f"an input is {variable!r}, expected a number, a name or a symbol")
    named = INPUT.fullmatch(str(variable))
    return named[1] if named else str(variable)
