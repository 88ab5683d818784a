"""Checks that R8, Q7.1 and N4.1 share: of units, of the halves of a weight, and of sizes."""

from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.subset_sum.digits import by_moduli, negative, positive
from sparse_limits.numerics.evidence import Check, Findings, Trial, control, enclosed, exact
from sparse_limits.numerics.evidence.trial import Simplify
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.subset_sum.block_counts import no_pair, no_pair_of_a_sign
from sparse_limits.theory.subset_sum.layer_error import w
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.product_laws import t, uniform_product, uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import x

MORE = sp.Rational(11, 10)
y, z, u, v = sp.symbols("y z u v", positive=True)


def by_sign(gap: sp.Expr) -> sp.Expr:
    """What is left of it for a positive, a negative and a zero w; 0 if nothing is."""
    left = (by_moduli(gap.subs(w, value)) for value in (y, -y, sp.S.Zero))
    return next((each for each in left if each != 0), sp.S.Zero)


def holds_a_multiple_of_a_half(claim: Claim, unit: sp.Expr) -> Check:
    """The check of the step "unit" of a claim."""

    @exact(claim, step="unit")
    @control("without the sign", unit=sp.Abs(w) * sp.Max(x, 0))
    @control("without the modulus", unit=w * sp.Max(sp.sign(w) * x, 0))
    @control("10 % more", unit=MORE * unit)
    def units_hold_a_multiple_of_a_half(unit: sp.Expr, trial: Trial) -> Findings:
        """The unit is the positive part of w·x, for w of either sign and w = 0."""
        yield trial.same(unit, sp.Max(w * x, 0), by=by_sign)

    return units_hold_a_multiple_of_a_half


def makes_the_product(claim: Claim, unit: sp.Expr, halves: sp.Expr) -> Check:
    """The check of the step "halves" of a claim."""

    @exact(claim, step="halves")
    @control("one sign alone", halves=w * sp.Max(x, 0))
    @control("with the same sign", halves=w * sp.Max(x, 0) + w * sp.Max(-x, 0))
    @control("10 % more", halves=MORE * halves)
    def halves_make_the_product(unit: sp.Expr, halves: sp.Expr, trial: Trial) -> Findings:
        """The halves add up to w·x; the unit of a positive w less that of −w is the same."""
        yield trial.same(halves, w * x, by=by_moduli)
        both = unit.subs(w, y) - unit.subs(w, -y)
        yield trial.same(both, halves.subs(w, y), by=by_moduli)

    return halves_make_the_product


def uniform_density(at: sp.Expr) -> sp.Expr:
    """The density of a product of two uniform numbers at a positive number (R5.1)."""
    return uniform_product.density.args[0].expr.subs(t, at)


def uniform_products(size: sp.Expr, uniform_size: sp.Expr, by: Simplify, trial: Trial) -> Findings:
    """That the second size is the first at 1/e and the density there, ½, and that the density falls up to there (R8, Q7.1)."""
    density = uniform_density(y)
    yield trial.same(density.subs(y, uniform_reach), sp.Rational(1, 2))
    yield trial.same(uniform_size, size.subs({a: uniform_reach, kappa: density.subs(y, uniform_reach)}), by=by)
    yield trial.nonnegative(-sp.diff(density, y), 1 / (2 * y))


def error_of_a_half(input_error: sp.Expr, trial: Trial) -> Findings:
    """That a bound is at least the error, and its opposite, of errors of less than ε in both coefficients of a half (R8, Q7.1)."""
    first, second = eps * (u - v) / (u + v), eps * (y - z) / (y + z)
    for side in (1, -1):
        seen = side * (first * positive(x) + second * negative(x))
        low, lower = (v, z) if side == 1 else (u, y)
        spare = 2 * eps * (low * positive(x) / (u + v) + lower * negative(x) / (y + z))
        yield trial.nonnegative(input_error - seen, spare, by=by_moduli)


def solves_the_equation(claim: Claim, failure: sp.Expr) -> Check:
    """The check that both sizes make the failure δ, at points that are drawn for that of the claim."""

    @enclosed(claim)
    def sizes_solve_the_equation(size: sp.Expr, uniform_size: sp.Expr, trial: Trial) -> Findings:
        """At either size the bound is δ; products of two uniform numbers have the density −½ ln a at a, and a times the density has the
        slope 0 at 1/e.
        """
        density = -sp.log(a) / 2
        for count, law in ((size, {}), (uniform_size, {a: sp.exp(-1), kappa: density.subs(a, sp.exp(-1))})):
            at = trial.points(failure, delta, a, kappa)[:2]
            yield trial.same(failure.subs(law).subs(n, count), delta, by=None, at=at)
        yield trial.same(sp.diff(a * density, a).subs(a, sp.exp(-1)), 0, by=None, at=[{}])

    return sizes_solve_the_equation


def counts_units_without_a_pair(claim: Claim) -> Check:
    """The check of the aid `no_pair_of_a_sign`: what a weight of either sign needs may be missing, for units of fair signs."""

    @exact(claim)
    @control("one positive entry", no_pair_of_a_sign=sp.Rational(1, 4) ** n)
    @control("both are added", no_pair_of_a_sign=2 * no_pair)
    @control("one of the two signs", no_pair_of_a_sign=no_pair)
    @control("10 % more", no_pair_of_a_sign=MORE * no_pair_of_a_sign)
    def units_without_a_pair_of_a_sign_are_counted(no_pair_of_a_sign: sp.Expr, trial: Trial) -> Findings:
        """The share of all signs of both entries of up to four units in which no unit has two positive entries, or none has two negative
        ones.
        """
        for units in range(1, 5):
            signs = list(product(product((1, -1), repeat=2), repeat=units))
            either = sum((1, 1) not in each or (-1, -1) not in each for each in signs)
            yield trial.same(no_pair_of_a_sign.subs(n, units), sp.Rational(either, len(signs)))

    return units_without_a_pair_of_a_sign_are_counted
