"""What tests of boxes share."""

from __future__ import annotations

import sympy as sp

R, oo = sp.Rational, sp.oo


a, b, t = sp.symbols("a b t", positive=True)


c, x, y = sp.symbols("c x y", real=True)


k = sp.Symbol("k", integer=True)


def kappa(cosine):
    return (sp.sqrt(1 - cosine**2) + (sp.pi - sp.acos(cosine)) * cosine) / sp.pi


# True inequalities are proved, and refuted once they are made false

MILLS = sp.sqrt(sp.pi / 2) * sp.erfc(t / sp.sqrt(2)) * sp.exp(t**2 / 2)


LAPLACE = sp.sqrt(sp.pi / (2 * t)) * sp.exp(-t)


SQUARE = {a: (R(1, 10), 4), b: (R(1, 10), 4)}


SMALL_SQUARE = {a: (R(1, 10), 2), b: (R(1, 10), 2)}


TRUE = {
    "kappa": (c, kappa(c), {c: (R(-1, 2), R(9, 10))}, R(98, 100)),
    "mills": (MILLS, 1 / t, {t: (R(1, 10), 6)}, R(97, 100)),
    "bessel": (sp.besselk(0, t), LAPLACE, {t: (R(1, 10), 8)}, R(98, 100)),
    "log": (a * b / (1 + a * b), sp.log(1 + a * b), SQUARE, R(99, 100)),
    "gordon": (
        2 / sp.sqrt(sp.pi) * sp.exp(-((a * b) ** 2)) / (a * b + sp.sqrt((a * b) ** 2 + 2)),
        sp.erfc(a * b),
        {a: (R(1, 10), R(3, 2)), b: (R(1, 10), R(3, 2))},
        R(97, 100),
    ),
    "erfc": (sp.erfc(a * b), sp.exp(-((a * b) ** 2)), SMALL_SQUARE, R(98, 100)),
}
