"""Laws of the noise |ξ| in a saliency, each by its survival function F̄(t) = P(|ξ| > t)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from sparse_limits.theory.formulas.three_normals import ThreeNormals

t = sp.Symbol("t", positive=True)
alpha = sp.Symbol("alpha", positive=True)


@dataclass(frozen=True)
class Tail:
    """A law on [0, ∞) by its survival function, an expression in `t` (t > 0)."""

    name: str
    survival: sp.Expr

    def at(self, x: sp.Expr) -> sp.Expr:
        """F̄(x)."""
        return self.survival.xreplace({t: sp.sympify(x, strict=True)})

    @cached_property
    def density(self) -> sp.Expr:
        """−F̄′(t)."""
        return -sp.diff(self.survival, t)


def modified_struve(order: int, x: sp.Expr) -> sp.Expr:
    """The modified Struve function L_order(x) as a hypergeometric function (DLMF 11.2.2)."""
    half = sp.Rational(1, 2)
    scale = (x / 2) ** (order + 1) / (sp.gamma(sp.Rational(3, 2)) * sp.gamma(order + 3 * half))
    return scale * sp.hyper([1], [3 * half, order + 3 * half], x**2 / 4)


def product_survival(x: sp.Expr) -> sp.Expr:
    """H(x) = P(|ab| > x) for independent standard normal a and b, in closed form (DLMF 10.43.2)."""
    return 1 - x * (sp.besselk(0, x) * modified_struve(-1, x) + sp.besselk(1, x) * modified_struve(0, x))


half_normal = Tail("half-normal", sp.erfc(t / sp.sqrt(2)))
exponential = Tail("exponential", sp.exp(-t))
pareto = Tail("Pareto", sp.Min(1, t**-alpha))
frechet = Tail("Fréchet", 1 - sp.exp(-(t**-alpha)))
product_normal = Tail("product of two normals", product_survival(t))
triple_normal = Tail("product of three normals", ThreeNormals(0, t))


def normal_density(x: sp.Expr) -> sp.Expr:
    """The density of a standard normal number; that of its modulus is twice this."""
    return sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)


def by_struve(expression: sp.Expr) -> sp.Expr:
    """Simplify derivatives of the series of modified Struve functions, and K₂ to K₀ and K₁."""
    half = sp.Rational(1, 2)

    def series(above: sp.Tuple, below: sp.Tuple, at: sp.Expr) -> sp.Expr:
        lower, upper = sp.hyper([1], [half, 3 * half], at), sp.hyper([1], [3 * half, 3 * half], at)
        derivatives = {
            (5 * half, 5 * half): 9 * (lower - upper) / (8 * at),  # of L₀
            (3 * half, 5 * half): 3 * (1 + 4 * at * upper - lower) / (8 * at),  # of t L₋₁
        }
        found = derivatives.get(tuple(sorted(below))) if tuple(above) == (2,) else None
        return sp.hyper(above, below, at) if found is None else found

    def bessel(order: sp.Expr, at: sp.Expr) -> sp.Expr:
        return sp.besselk(0, at) + 2 * sp.besselk(1, at) / at if order == 2 else sp.besselk(order, at)

    return sp.simplify(sp.expand(expression.replace(sp.hyper, series).replace(sp.besselk, bessel)))
