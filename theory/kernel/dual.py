"""Dual activations: what an activation does to the covariance of two jointly normal preactivations."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

z = sp.Symbol("z", real=True)  # a preactivation
a, b = sp.symbols("a b", positive=True)  # variances of the preactivations of two inputs
c = sp.Symbol("c", real=True)  # their covariance, c² ≤ ab
cosine = sp.Symbol("r", real=True)  # their correlation c/√(ab)


@dataclass(frozen=True)
class DualActivation:
    """An activation φ and the closed forms of E φ(z)φ(z′) and E φ′(z)φ′(z′) at (z, z′) ~ N(0, [[a, c], [c, b]]).

    `function` is an expression in `z`, `value` and `slope` in `a`, `b`, `c`; slope = ∂value/∂c.
    """

    name: str
    function: sp.Expr
    value: sp.Expr
    slope: sp.Expr


kappa_0 = 1 - sp.acos(cosine) / sp.pi
kappa_1 = (sp.sqrt(1 - cosine**2) + (sp.pi - sp.acos(cosine)) * cosine) / sp.pi

_correlation = c / sp.sqrt(a * b)
_saturation = (1 + 2 * a) * (1 + 2 * b)

relu = DualActivation(
    "relu",
    sp.sqrt(2) * sp.Max(z, 0),  # so that E φ(z)² is the variance of z, and E φ′(z)² = 1
    sp.sqrt(a * b) * kappa_1.subs(cosine, _correlation),
    kappa_0.subs(cosine, _correlation),
)
erf = DualActivation(
    "erf",
    sp.erf(z),
    2 / sp.pi * sp.asin(2 * c / sp.sqrt(_saturation)),
    4 / (sp.pi * sp.sqrt(_saturation - 4 * c**2)),
)
linear = DualActivation("linear", z, c, sp.Integer(1))
