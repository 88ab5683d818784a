"""Evidence for R5.4: what R4 makes of the products."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.subset_sum.item_contractions import product_contractions
from sparse_limits.theory.subset_sum.potential import a, contraction, kappa
from sparse_limits.theory.subset_sum.product_laws import (
    HALF,
    gaussian_best,
    gaussian_contraction,
    gaussian_product,
    gaussian_reach,
    quotient,
    quotient_slope,
    t,
    uniform_best,
    uniform_contraction,
    uniform_product,
    uniform_reach,
    x,
)

MORE = sp.Rational(11, 10)
y = sp.Symbol("y", positive=True)


@exact(product_contractions, step="contractions")
@control("every item usable", uniform_contraction=1 + a * sp.log(a) / 4)
@control("10 % less", uniform_contraction=uniform_contraction / MORE)
@control("every item usable, normal", gaussian_contraction=1 - a * sp.besselk(0, a) / (2 * sp.pi))
@control("10 % less, normal", gaussian_contraction=gaussian_contraction / MORE)
@control("density of one factor", uniform_density=HALF)
@control("one order up", gaussian_density=sp.besselk(1, sp.Abs(t)) / sp.pi)
def half_of_the_densities_contract(
    uniform_density: sp.Expr,
    gaussian_density: sp.Expr,
    uniform_contraction: sp.Expr,
    gaussian_contraction: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """R4 with half of the density at a, which is 1/(1 + y) for uniform weights; beyond a it is less, by its slope."""
    for density, shrunk, place in (
        (uniform_density, uniform_contraction, 1 / (1 + y)),
        (gaussian_density, gaussian_contraction, y),
    ):
        bound = contraction.subs(kappa, density.subs(t, a) / 2)
        yield trial.same(shrunk, bound, by=lambda gap, place=place: sp.simplify(gap.subs(a, place)))
    inside = uniform_product.density.args[0].expr.subs(t, x)
    yield trial.nonnegative(-sp.diff(inside, x), 1 / (2 * x))


@exact(product_contractions, step="uniform reach")
@control("reach 1/2", uniform_reach=HALF)
@control("10 % farther", uniform_reach=MORE * uniform_reach)
@control("at reach 1/2", uniform_best=1 - sp.log(2) / 16)
@control("10 % less", uniform_best=uniform_best / MORE)
@control("every item usable", uniform_contraction=1 + a * sp.log(a) / 4)
def the_uniform_contraction_is_convex(
    uniform_contraction: sp.Expr, uniform_reach: sp.Expr, uniform_best: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its curvature is 1/(8a) and its slope 0 at the reach; from 1 at 0 it falls by the integral of the slope."""
    slope = sp.diff(uniform_contraction, a)
    yield trial.nonnegative(sp.diff(slope, a), 1 / (8 * a))
    yield trial.same(slope.subs(a, uniform_reach), sp.S.Zero)
    yield trial.same(uniform_best, 1 + sp.integrate(sp.expand(slope), (a, 0, uniform_reach)))


def recurrence(gap: sp.Expr) -> sp.Expr:
    """K₂ = K₀ + 2K₁/a."""
    return sp.simplify(gap.subs(sp.besselk(2, a), sp.besselk(0, a) + 2 / a * sp.besselk(1, a)))


@exact(product_contractions, step="one crossing")
@control("of the integral", quotient=sp.besselk(0, a) / sp.besselk(1, a))
@control("10 % more", quotient=MORE * quotient)
@control("rises", quotient_slope=-quotient_slope)
@control("without the square", quotient_slope=quotient_slope * sp.besselk(1, a))
@control("10 % less", quotient_slope=quotient_slope / MORE)
def the_quotient_has_this_slope(quotient: sp.Expr, quotient_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its derivative, by the recurrence of the functions; with K₁ = K₀ + y it is negative."""
    yield trial.same(sp.diff(quotient, a), quotient_slope, by=recurrence)
    base = sp.Symbol("base", positive=True)
    slope = quotient_slope.subs(sp.besselk(1, a), base + y).subs(sp.besselk(0, a), base)
    yield trial.nonnegative(-slope, y * (2 * base + y) / (a * (base + y) ** 2))


def at_the_reach(gap: sp.Expr) -> sp.Expr:
    """What is left of it, K₀ at the reach being the reach times K₁."""
    found = sp.besselk(1, gaussian_reach) * gaussian_reach
    return sp.simplify(gap.subs(sp.besselk(0, gaussian_reach), found))


@exact(product_contractions, step="normal reach")
@control("reach of the density", gaussian_reach=sp.S.One)
@control("10 % farther", gaussian_reach=MORE * gaussian_reach)
@control("at reach 2", gaussian_best=gaussian_contraction.subs(a, 2))
@control("10 % less", gaussian_best=gaussian_best / MORE)
@control("every item usable, normal", gaussian_contraction=1 - a * sp.besselk(0, a) / (2 * sp.pi))
@control("another quotient", quotient=sp.besselk(0, a) / sp.besselk(1, a))
def the_normal_contraction_turns_there(
    gaussian_contraction: sp.Expr, quotient: sp.Expr, gaussian_reach: sp.Expr, gaussian_best: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its slope by the quotient; that is 1 at the reach; the value there by K₁, which has no slope in it."""
    slope = a * sp.besselk(1, a) / (4 * sp.pi) * (1 - quotient)
    yield trial.same(sp.diff(gaussian_contraction, a), slope, by=recurrence)
    yield trial.same(quotient.subs(a, gaussian_reach), sp.S.One, by=at_the_reach)
    value = 1 - gaussian_reach**2 * sp.besselk(1, gaussian_reach) / (4 * sp.pi)
    yield trial.same(gaussian_best, value, by=at_the_reach)


@enclosed(product_contractions)
@control("every item usable", uniform_contraction=1 + a * sp.log(a) / 4)
@control("every item usable, normal", gaussian_contraction=1 - a * sp.besselk(0, a) / (2 * sp.pi))
@control("10 % less", gaussian_contraction=gaussian_contraction / MORE)
@control("reach 1/2", uniform_reach=HALF)
@control("reach of the density", gaussian_reach=sp.S.One)
@control("10 % farther", gaussian_reach=MORE * gaussian_reach)
@control("at reach 1/2", uniform_best=1 - sp.log(2) / 16)
@control("at reach 2", gaussian_best=gaussian_contraction.subs(a, 2))
def contractions_are_least_at_the_reach(
    uniform_contraction: sp.Expr,
    gaussian_contraction: sp.Expr,
    uniform_reach: sp.Expr,
    gaussian_reach: sp.Expr,
    uniform_best: sp.Expr,
    gaussian_best: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """R4 with half of the density at a; a flat and convex point of the contraction, and its value there."""
    densities = (uniform_product.density, gaussian_product.density)
    contractions = (uniform_contraction, gaussian_contraction)
    reaches, best = (uniform_reach, gaussian_reach), (uniform_best, gaussian_best)
    for density, shrunk, reach, least in zip(densities, contractions, reaches, best, strict=True):
        yield trial.same(shrunk, contraction.subs(kappa, density.subs(t, a) / 2), by=None)
        yield trial.same(sp.diff(shrunk, a).subs(a, reach), 0, by=None)
        yield trial.below(sp.S.Zero, sp.diff(shrunk, a, 2).subs(a, reach), at=[{}], strict=True)
        yield trial.same(least, shrunk.subs(a, reach), by=None)
