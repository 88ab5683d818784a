"""Step functions in place of the functions that a formula leaves open: integrals become sums over the cells of the steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef, UndefinedFunction

from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.input_error import InputError


@dataclass(frozen=True)
class StepFunction:
    """A function on the unit interval or square that is constant on cells.

    ends: where the steps end, rising to 1, the same along each argument. values: of the cells, nested once for each
    argument; or one number, for a constant. A step owns its lower end, the last one also 1.
    """

    ends: tuple[sp.Expr, ...]
    values: Any

    @property
    def arguments(self) -> int | None:
        """How many there are; None for a constant, which may have any number."""
        if not isinstance(self.values, tuple):
            return None
        return 2 if isinstance(self.values[0], tuple) else 1

    def at(self, *places: sp.Expr) -> sp.Expr:
        """The value at numbers from 0 to 1."""
        value = self.values
        for place in places if self.arguments else ():
            value = value[min(sum(bool(end <= place) for end in self.ends), len(self.ends) - 1)]
        return value


Functions = Mapping[UndefinedFunction, StepFunction]
Cells = Mapping[sp.Symbol, sp.Expr]  # where a variable of integration is: the lower end of its cell


def in_steps(formula: sp.Expr, functions: Functions) -> sp.Expr:
    """The formula with these functions for its open ones; all other letters have values.

    Raises:
        InputError: for a function of another number of arguments, or at a place outside the unit interval.

    Examples:
        >>> x, f = sp.Symbol("x"), sp.Function("f")
        >>> steps = StepFunction((sp.Rational(1, 2), sp.S.One), (sp.S(3), sp.S(1)))
        >>> in_steps(sp.Integral(x * f(x) ** 2, (x, 0, 1)), {f: steps}).doit()
        3/2
    """
    for applied in formula.atoms(AppliedUndef):
        wanted, name = len(applied.args), applied.func
        if functions[name].arguments not in (None, wanted):
            shape = (
                "a number, a list or step(length:value, …)" if wanted == 1 else "a number or a square matrix [[…],[…]]"
            )
            raise InputError(f"{name} is a function of {wanted} argument{'s' * (wanted > 1)}, expected {shape}")
    return _replaced(formula, functions, {})


def _replaced(node: sp.Expr, functions: Functions, cells: Cells) -> sp.Expr:
    if not node.has(AppliedUndef):
        return node
    if isinstance(node, sp.Integral):
        return _integral(node.function, node.limits, functions, cells)
    if isinstance(node, sp.Sum) and any(set(node.variables) & each.free_symbols for each in node.atoms(AppliedUndef)):
        return _sum(node.function, node.limits, functions, cells)
    if isinstance(node, (sp.Derivative, sp.Subs)):
        raise InputError(f"{node}: steps have no derivative at their ends, expected a formula without one")
    if not isinstance(node, AppliedUndef):
        return node.func(*(_replaced(part, functions, cells) for part in node.args))
    places = [cells.get(place, place) for place in node.args]
    for place in places:
        if not (place.is_number and 0 <= place <= 1):
            raise InputError(f"{node}: {place} is no place of a step, expected a number from 0 to 1")
    return functions[node.func].at(*places)


def _sum(body: sp.Expr, limits: Sequence[sp.Tuple], functions: Functions, cells: Cells) -> sp.Expr:
    """The sum over places 1, 2, …, m, at which a list of m numbers has one each: the i-th of its cells begins at (i − 1)/m."""
    if not limits:
        return _replaced(body, functions, cells)
    *inner, (variable, low, high) = limits
    if low != 1 or not high.is_Integer or high < 1:
        raise InputError(f"{variable} goes from {low} to {high}, expected whole numbers from 1 on for a list of values")
    for each in {each.func for each in body.atoms(AppliedUndef) if variable in each.args}:
        given = functions[each]
        if given.arguments is not None and given.ends != tuple(sp.Rational(i, high) for i in range(1, high + 1)):
            raise InputError(
                f"{each} has {len(given.ends)} steps, expected a list of {high} numbers, for {variable} from 1 to {high}"
            )
    total = sp.S.Zero
    for place in range(1, int(high) + 1):
        part = _sum(body, inner, functions, {**cells, variable: sp.Rational(place - 1, high)})
        total += valued(part, {variable: place})
    return total


def _integral(body: sp.Expr, limits: Sequence[sp.Tuple], functions: Functions, cells: Cells) -> sp.Expr:
    """The sum over the cells of the outermost variable, each with the sum over those of the next."""
    if not limits:
        return _replaced(body, functions, cells)
    *inner, (variable, low, high) = limits
    stepping = {each.func for each in body.atoms(AppliedUndef) if variable in each.args}
    if not stepping:
        return sp.Integral(_integral(body, inner, functions, cells), (variable, low, high))
    if not (low.is_number and high.is_number):
        raise InputError(
            f"{variable} goes from {low} to {high}, expected numbers as the ends of an integral over steps"
        )
    if low > high:
        return -_integral(body, [*inner, sp.Tuple(variable, high, low)], functions, cells)
    if not (low >= 0 and high <= 1):  # the last step ends at 1
        raise InputError(f"{variable} goes from {low} to {high}, expected ends from 0 to 1 of an integral over steps")
    cuts = {low, high} | {end for each in stepping for end in functions[each].ends if low < end < high}
    total = sp.S.Zero
    for start, end in pairwise(sorted(cuts)):
        part = _integral(body, inner, functions, {**cells, variable: start})
        steady = variable not in part.free_symbols
        total += (end - start) * part if steady else sp.Integral(part, (variable, start, end))
    return total
