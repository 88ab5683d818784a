"""What a ball says: digits, a float, and what it rests on without a check."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
from flint import ctx

from sparse_limits.numerics.exact.balls.core import NoEnclosureError
from sparse_limits.numerics.exact.balls.enclosures import enclose
from sparse_limits.numerics.exact.balls.vouching import collecting


def vouched(expression: sp.Expr, values: Mapping[sp.Symbol, object] | None = None, digits: int = 17) -> tuple[str, ...]:
    """What the enclosure of the value rests on without a check: nothing, or one line for each assumption.

    Raises:
        NoEnclosureError: as `enclose`.
    """
    with collecting() as notes:
        enclose(expression, values, digits)
    return tuple(sorted(notes))


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
        NoEnclosureError: as `number`, or where the value cannot be distinguished from 0.
    """
    ball = enclose(expression, values, digits=count + 3, nonzero=True)
    if not ball.imag.contains(0):
        raise NoEnclosureError(f"{expression} is not real: {ball.str(6)}")
    with ctx.workprec(int((count + 8) * 3.33) + 20):
        text: str = ball.real.mid().str(count, radius=False)
        return text
