"""Balls of an asked precision: around the value, as digits, as a float; and what each rests on without a check."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import sympy as sp
from flint import acb, arb, ctx

from numerics.exact.balls.core import HIGHEST_PRECISION, NoEnclosureError, evaluate
from numerics.exact.balls.steps import with_exact_steps
from numerics.exact.balls.symbols import free_symbols
from numerics.exact.balls.vouching import collecting, named, vouch


def enclose(
    expression: sp.Expr,
    values: Mapping[sp.Symbol, object] | None = None,
    digits: int = 17,
    highest: int | None = None,
    nonzero: bool = False,
) -> acb:
    """A ball around the value with relative radius below 10^-digits (absolute, where the value may be zero).

    `values` maps symbols to exact numbers (ints, fractions, SymPy rationals or any constant expression). With
    `nonzero` a ball around 0 will not do, however small: the radius is relative, or the value is 0 exactly.

    Raises:
        NoEnclosureError: if precision up to `highest` bits (default 4096, or four times the digits) gives no such ball.

    Examples:
        >>> import sympy as sp
        >>> x = sp.Symbol("x")
        >>> ball = enclose(sp.Integral(sp.exp(-(x**2)), (x, 0, sp.oo)), digits=30)
        >>> ball.real.overlaps(enclose(sp.sqrt(sp.pi) / 2, digits=30).real)
        True
    """
    exact = tuple(sorted((values or {}).items(), key=lambda item: item[0].sort_key()))
    point = tuple((s, sp.sympify(x)) for s, x in exact)
    ball, notes = _enclose(sp.sympify(expression), point, digits, highest, nonzero)
    vouch(notes)
    return ball


def vouched(expression: sp.Expr, values: Mapping[sp.Symbol, object] | None = None, digits: int = 17) -> tuple[str, ...]:
    """What the enclosure of the value rests on without a check: nothing, or one line for each assumption.

    Raises:
        NoEnclosureError: as `enclose`.
    """
    with collecting() as notes:
        enclose(expression, values, digits)
    return tuple(sorted(notes))


@lru_cache(maxsize=4096)
def _enclose(
    expression: sp.Expr,
    values: tuple[tuple[sp.Symbol, sp.Expr], ...],
    digits: int,
    highest: int | None,
    nonzero: bool,
) -> tuple[acb, frozenset[str]]:
    unknown = free_symbols(expression) - {symbol for symbol, _ in values}
    if unknown:
        raise NoEnclosureError(f"no value for {', '.join(sorted(map(str, unknown)))} in {expression}")
    wanted = 10 + int(digits * 3.3220)
    precision = wanted + 20
    highest = highest or max(HIGHEST_PRECISION, 4 * wanted)
    with collecting(alone=True) as exactly:
        expression = with_exact_steps(expression, dict(values), highest)
    while precision <= highest:
        with ctx.workprec(precision), collecting(alone=True) as notes:
            try:
                ball = evaluate(expression, {s: evaluate(x, {}) for s, x in values})
            except ZeroDivisionError as error:
                raise NoEnclosureError(f"{expression}: division by zero") from error
            if ball.is_finite() and _small(ball, wanted, nonzero):
                return ball, frozenset(exactly | notes)
        precision *= 2
    where = ", ".join(f"{symbol} = {x}" for symbol, x in values)
    raise NoEnclosureError(
        f"no enclosure of {named(expression)}{f' at {where}' if where else ''} within {highest} bits"
    )


def _small(ball: acb, bits: int, nonzero: bool) -> bool:
    """Whether the radius is below 2^-bits of the value, or of 1 where the value may be 0."""
    radius = max(ball.real.rad(), ball.imag.rad())
    size = ball.abs_lower()
    if bool(size > 0):
        return bool(radius <= size * arb(2) ** (-bits))
    return radius == 0 or (not nonzero and bool(radius <= arb(2) ** (-bits)))


def number(expression: sp.Expr, values: Mapping[sp.Symbol, object] | None = None) -> float:
    """The value as a float, from a ball of relative radius 1e-17 (absolute, where the value may be zero).

    Raises:
        NoEnclosureError: without such a ball, or if the value is proved not to be real.
    """
    ball = enclose(expression, values)
    if not ball.imag.contains(0):
        raise NoEnclosureError(f"{expression} is not real: {ball.str(6)}")
    return float(ball.real.mid())


def digits(expression: sp.Expr, values: Mapping[sp.Symbol, object] | None, count: int) -> str:
    """The value in decimal with `count` correct significant digits.

    Raises:
        NoEnclosureError: as `number`, or where the value cannot be told from 0.
    """
    ball = enclose(expression, values, digits=count + 3, nonzero=True)
    if not ball.imag.contains(0):
        raise NoEnclosureError(f"{expression} is not real: {ball.str(6)}")
    with ctx.workprec(int((count + 8) * 3.33) + 20):
        return ball.real.mid().str(count, radius=False)
