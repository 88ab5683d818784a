"""What tests of balls share."""

from __future__ import annotations

import mpmath
import sympy as sp
from flint import acb, arb, ctx

x, y, z = sp.symbols("x y z")


k = sp.Symbol("k", integer=True)


R = sp.Rational


MPMATH = [{"expint": mpmath.expint, "Heaviside": lambda z, *_: mpmath.mpf(z > 0)}, "mpmath"]


def near(value: mpmath.mpc, places: int) -> acb:
    """A ball around a value known to `places` digits."""
    with mpmath.workdps(places + 20), ctx.workprec(4 * places + 40):
        slack = abs(value) * mpmath.mpf(10) ** -places + mpmath.mpf(10) ** (-2 * places)
        parts = (arb(mpmath.nstr(part, places + 15)) for part in (value.real, value.imag))
        return acb(*(part + arb(0, arb(mpmath.nstr(slack, 5))) for part in parts))


def assert_encloses(ball: acb, value: mpmath.mpc, places: int = 30) -> None:
    close = near(value, places)
    with ctx.workprec(400):
        assert ball.real.overlaps(close.real), (ball, value)
        assert ball.imag.overlaps(close.imag), (ball, value)
