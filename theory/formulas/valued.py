"""Letters of an expression replaced all at once, and no letter caught by a sum, an integral or a map that binds its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits

from sparse_limits.theory.formulas.let import Let, Told

Letters = Mapping[sp.Basic, sp.Basic]
Binder = Sequence[Any]  # a bound letter, then what stands beside it, outside its scope: the ends of a sum, a value


def valued(expression: sp.Expr, values: Mapping[sp.Symbol, Any]) -> sp.Expr:
    """The expression at exact values of its letters, or at formulas for them, put in together.

    SymPy's own `subs` lets an integral or a sum catch a letter of what is put in, and takes some ten times as long.

    Raises:
        SympifyError: for a value that is neither a number nor an expression; text is never evaluated.

    Examples:
        >>> x, y = sp.symbols("x y")
        >>> valued(x / y**2, {x: y, y: 2 * x})
        y/(4*x**2)
        >>> valued(sp.Piecewise((x / y, x < y), (1, True)), {x: 1, y: 2})
        1/2
        >>> valued(x + sp.Sum(x**2, (x, 1, 3)), {x: y})
        y + Sum(x**2, (x, 1, 3))
        >>> valued(sp.Integral(x * y, (y, 0, 1)), {x: y}).doit()  # `subs` makes the integral of y² of it
        y/2
        >>> valued(x + Let(x**2, [(x, y)]), {x: 2})
        Let(x**2, x = y) + 2
    """
    expression = sp.sympify(expression, strict=True)
    return _put(expression, {letter: sp.sympify(value, strict=True) for letter, value in values.items()})


def apart(expression: sp.Expr) -> sp.Expr:
    """The expression with a letter of its own for all that is bound: whatever SymPy puts in, nothing is caught.

    Examples:
        >>> x, y = sp.symbols("x y")
        >>> apart(y + sp.Integral(x * y, (y, 0, 1))).subs(x, y).doit()
        3*y/2
    """
    if not _bound(expression):
        return expression
    expression = expression.func(*map(apart, expression.args))
    return _within(expression, {}, frozenset(expression.atoms(sp.Symbol)))


def put_in(expression: sp.Expr) -> sp.Expr:
    """The values of the names of all `Told` in place of these: for algebra in the letters that are free.

    Examples:
        >>> x, y, z = sp.symbols("x y z")
        >>> put_in(2 * Told(x + y, [(x, z**2), (y, x + 1)]))
        4*z**2 + 2
    """
    return expression.replace(lambda part: isinstance(part, Told), named_put_in)


def named_put_in(part: Let) -> sp.Expr:
    """The body of a `Let` with the values in place of their names.

    Examples:
        >>> x, y = sp.symbols("x y")
        >>> named_put_in(Let(x + 1, [(x, y**2)]))
        y**2 + 1
    """
    body, named = part.args
    for name, value in reversed(named.args):
        body = valued(body, {name: value})
    return body


def _put(part: sp.Basic, values: Letters) -> sp.Basic:
    here = {letter: values[letter] for letter in values.keys() & _free(part)}  # the same name inside a sum is another
    if not here:
        return part
    if _bound(part).isdisjoint(here.keys() | _letters_in(here)):
        return part.xreplace(here)
    if _binders(part) is not None:
        return _within(part, here, _letters_in(here))
    if isinstance(part, sp.Derivative):
        return _at_a_place(part, here)
    if isinstance(part, sp.Subs) or _indefinite(part):  # SymPy knows what becomes of these
        return apart(part).subs(here, simultaneous=True)
    return part.func(*(_put(argument, here) for argument in part.args))


def _within(part: sp.Basic, values: Letters, taken: frozenset[sp.Basic]) -> sp.Basic:
    """A part with values in place of the letters that it does not bind; a bound letter that is taken gets another name."""
    found = _binders(part)
    if found is None:
        return part
    body, binders = found
    for place, (letter, *beside) in enumerate(binders):
        if letter in taken:
            fresh = {letter: sp.Dummy(letter.name, **letter.assumptions0)}
            body = _put(body, fresh)
            binders[:place] = [(inner, *(_put(each, fresh) for each in ends)) for inner, *ends in binders[:place]]
            binders[place] = (fresh[letter], *beside)
    for place, (letter, *beside) in enumerate(binders):
        further = {other for other, *_ in binders[place + 1 :]}
        seen = {each: value for each, value in values.items() if each not in further}
        binders[place] = (letter, *(_put(each, seen) for each in beside))
    bound = {letter for letter, *_ in binders}
    return _bound_again(part, _put(body, {x: value for x, value in values.items() if x not in bound}), binders)


def _at_a_place(slope: sp.Derivative, values: Letters) -> sp.Basic:
    """A derivative at values: its own letters, told apart from those of the values, keep to its function."""
    own = {letter: sp.Dummy(letter.name, **letter.assumptions0) for letter in slope.variables}
    if own.keys().isdisjoint(values.keys() | _letters_in(values)):
        return slope.func(_put(slope.expr, values), *slope.variable_count)
    function = _put(_put(slope.expr, own), values)
    there = slope.func(function, *((own[letter], count) for letter, count in slope.variable_count))
    return sp.Subs(there, tuple(own.values()), tuple(values.get(letter, letter) for letter in own))


def _binders(part: sp.Basic) -> tuple[sp.Basic, list[Binder]] | None:
    """The body of what binds letters, and these, the innermost first; None of what binds none."""
    if isinstance(part, ExprWithLimits) and not _indefinite(part):
        return part.function, [tuple(limit) for limit in part.limits]
    if isinstance(part, sp.Lambda) and all(isinstance(each, sp.Symbol) for each in part.signature):
        return part.expr, [(letter,) for letter in part.signature]
    if isinstance(part, Let):
        return part.args[0], [tuple(pair) for pair in reversed(part.args[1].args)]
    return None


def _bound_again(part: sp.Basic, body: sp.Basic, binders: Iterable[Binder]) -> sp.Basic:
    """The same kind of part, with another body and other binders."""
    if isinstance(part, sp.Lambda):
        return part.func(tuple(letter for (letter,) in binders), body)
    if isinstance(part, Let):
        return part.func(body, list(reversed([*binders])))
    return part.func(body, *binders)


def _indefinite(part: sp.Basic) -> bool:
    return isinstance(part, ExprWithLimits) and any(len(limit) == 1 for limit in part.limits)


def _letters_in(values: Letters) -> frozenset[sp.Basic]:
    return frozenset[sp.Basic]().union(*map(_free, values.values()))


@lru_cache(maxsize=4096)
def _free(part: sp.Basic) -> frozenset[sp.Basic]:
    """The free letters, remembered: to find them, SymPy puts every sum together anew with all that it adds up."""
    if isinstance(part, ExprWithLimits):
        found = _free(part.function)
        for letter, *ends in part.limits:
            found = (found - {letter}).union(*map(_free, ends)) if ends else found | {letter}
        return found
    if type(part).free_symbols is sp.Basic.free_symbols:
        return frozenset[sp.Basic]().union(*map(_free, part.args))
    return frozenset(part.free_symbols)


@lru_cache(maxsize=4096)
def _bound(part: sp.Basic) -> frozenset[sp.Basic]:
    """What is bound somewhere inside, as far as `xreplace` would replace it there."""
    found = frozenset[sp.Basic]().union(*map(_bound, part.args))
    if isinstance(part, (ExprWithLimits, sp.Lambda, sp.Derivative, sp.Subs)):
        return found.union(part.variables)
    return found.union(name for name, _ in part.args[1].args) if isinstance(part, Let) else found
