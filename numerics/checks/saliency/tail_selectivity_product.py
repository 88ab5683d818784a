"""Evidence for S15: the bounds of the tail of a product of two normals, by a convex factor."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.saliency.model import phi, tau
from sparse_limits.theory.saliency.snip import integral_form, x
from sparse_limits.theory.saliency.tail_selectivity import (
    hazard_upper,
    kappa,
    kappa_slope,
    mills_upper,
    product_lower,
    product_upper,
    s,
    tail_selectivity,
    weight_mass,
    weight_mean,
)
from sparse_limits.theory.tails import t

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


def position() -> sp.Expr:
    """dx/ds √(2s) at cosh x = 1 + s."""
    return sp.simplify(sp.diff(sp.acosh(1 + s), s) * sp.sqrt(2 * s))


def weight_moments() -> tuple[sp.Expr, sp.Expr]:
    """Mass and first moment of the weight e^(−ts)/√(2s)."""
    mass, first = (sp.integrate(s**k * sp.exp(-t * s) / sp.sqrt(2 * s), (s, 0, sp.oo)) for k in (0, 1))
    return mass, first


@exact(tail_selectivity, step="substitution")
@control("without dx", kappa=1 / (1 + s))
@control("without 1/cosh x", kappa=1 / sp.sqrt(1 + s / 2))
@control("10 % more", kappa=ELEVEN * kappa)
def factor_is_what_the_substitution_leaves(kappa: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What cosh x = 1 + s leaves of dx/cosh x beside ds/√(2s), and of the integrand of H."""
    yield trial.same(kappa * (1 + s), trial.once(position))
    body = integral_form.function.subs({tau: t, phi: 1}).subs(x, sp.acosh(1 + s))
    yield trial.same(body * trial.once(position), 2 / sp.pi * sp.exp(-t) * sp.exp(-t * s) * kappa)


@exact(tail_selectivity, step="weight")
@control("without the root", weight_mass=1 / t)
@control("of the exponential law", weight_mean=1 / t)
@control("10 % more mass", weight_mass=ELEVEN * weight_mass)
@control("10 % less mean", weight_mean=NINE * weight_mean)
def weight_has_its_moments(weight_mass: sp.Expr, weight_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """SymPy integrates the weight, and s times it."""
    mass, first = trial.once(weight_moments)
    yield trial.same(weight_mass, mass)
    yield trial.same(weight_mean * mass, first)


@exact(tail_selectivity, step="shape")
@control("one factor", kappa_slope=-1 / (1 + s))
@control("grows", kappa_slope=-kappa_slope)
@control("10 % less", kappa_slope=NINE * kappa_slope)
@control("without dx", kappa=1 / (1 + s))
def factor_falls_and_is_convex(kappa: sp.Expr, kappa_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of ln κ, that it is negative, and that it grows; κ(0) = 1."""
    yield trial.same(sp.diff(kappa, s), kappa_slope * kappa)
    yield trial.nonnegative(-kappa_slope, (5 + 3 * s) / (2 * (1 + s) * (2 + s)))
    yield trial.nonnegative(sp.diff(kappa_slope, s), (1 + s) ** -2 + 1 / (2 * (2 + s) ** 2))
    yield trial.same(kappa.subs(s, 0), 1)


@exact(tail_selectivity, step="bounds of the product")
@control("without the root", product_upper=2 / sp.pi * sp.exp(-t))
@control("Gaussian tail", product_upper=mills_upper)
@control("10 % less", product_upper=NINE * product_upper)
@control("lower 10 % more", product_lower=ELEVEN * product_lower)
@control(
    "lower at the mean of twice the weight", product_lower=product_upper / ((1 + 1 / t) * sp.sqrt(1 + 1 / (2 * t)))
)
@control("factor without dx", kappa=1 / (1 + s))
@control("10 % more mass", weight_mass=ELEVEN * weight_mass)
@control("10 % less mean", weight_mean=NINE * weight_mean)
def product_bounds_are_those_of_a_convex_factor(
    product_lower: sp.Expr,
    product_upper: sp.Expr,
    kappa: sp.Expr,
    weight_mass: sp.Expr,
    weight_mean: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The weight times κ(0) and, by Jensen, times κ at its mean; and the tangent of κ there, integrated under the weight."""
    scale = 2 / sp.pi * sp.exp(-t)
    yield trial.same(product_upper, scale * weight_mass * kappa.subs(s, 0))
    yield trial.same(product_lower, scale * weight_mass * kappa.subs(s, weight_mean))
    mass, first = trial.once(weight_moments)
    slope = sp.diff(kappa, s).subs(s, weight_mean)
    yield trial.same(product_lower, scale * (kappa.subs(s, weight_mean) * mass + slope * (first - weight_mean * mass)))


@exact(tail_selectivity, step="hazard")
@control("the mean doubled", hazard_upper=1 + 1 / t)
@control("half the mean", hazard_upper=1 + 1 / (4 * t))
@control("10 % more", hazard_upper=ELEVEN * hazard_upper)
@control("10 % less mean", weight_mean=NINE * weight_mean)
def hazard_is_the_mean_of_one_more(hazard_upper: sp.Expr, weight_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of 1 + s under the weight, over its mass; and its limit 1."""
    mass, first = trial.once(weight_moments)
    yield trial.same(hazard_upper * mass, mass + first)
    yield trial.same(hazard_upper, 1 + weight_mean)
    yield trial.same(sp.limit(hazard_upper, t, sp.oo), 1)
