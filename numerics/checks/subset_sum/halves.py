"""Checks that R8, Q7.1 and N4.1 share: units of either sign hold halves, and halves make a product."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.subset_sum.digits import by_moduli
from sparse_limits.numerics.evidence import Check, Finding, Trial, control, exact
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.subset_sum.block_counts import no_pair, no_pair_of_a_sign
from sparse_limits.theory.subset_sum.layer_error import w
from sparse_limits.theory.subset_sum.symbols import n
from sparse_limits.theory.subset_sum.two_layers import x

MORE = sp.Rational(11, 10)
y = sp.Symbol("y", positive=True)


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
    def units_hold_a_multiple_of_a_half(unit: sp.Expr, trial: Trial) -> Iterator[Finding]:
        """The unit is the positive part of w·x, for w of either sign and w = 0."""
        yield trial.same(unit, sp.Max(w * x, 0), by=by_sign)

    return units_hold_a_multiple_of_a_half


def makes_the_product(claim: Claim, unit: sp.Expr, halves: sp.Expr) -> Check:
    """The check of the step "halves" of a claim."""

    @exact(claim, step="halves")
    @control("one sign alone", halves=w * sp.Max(x, 0))
    @control("with the same sign", halves=w * sp.Max(x, 0) + w * sp.Max(-x, 0))
    @control("10 % more", halves=MORE * halves)
    def halves_make_the_product(unit: sp.Expr, halves: sp.Expr, trial: Trial) -> Iterator[Finding]:
        """The halves add up to w·x; the unit of a positive w less that of −w is the same."""
        yield trial.same(halves, w * x, by=by_moduli)
        both = unit.subs(w, y) - unit.subs(w, -y)
        yield trial.same(both, halves.subs(w, y), by=by_moduli)

    return halves_make_the_product


def counts_units_without_a_pair(claim: Claim) -> Check:
    """The check of the aid `no_pair_of_a_sign`: what a weight of either sign needs may be missing, for units of fair signs."""

    @exact(claim)
    @control("one positive entry", no_pair_of_a_sign=sp.Rational(1, 4) ** n)
    @control("both are added", no_pair_of_a_sign=2 * no_pair)
    @control("one of the two signs", no_pair_of_a_sign=no_pair)
    @control("10 % more", no_pair_of_a_sign=MORE * no_pair_of_a_sign)
    def units_without_a_pair_of_a_sign_are_counted(no_pair_of_a_sign: sp.Expr, trial: Trial) -> Iterator[Finding]:
        """The share of all signs of both entries of up to four units in which no unit has two positive entries, or none has two negative
        ones.
        """
        for units in range(1, 5):
            signs = list(product(product((1, -1), repeat=2), repeat=units))
            either = sum((1, 1) not in each or (-1, -1) not in each for each in signs)
            yield trial.same(no_pair_of_a_sign.subs(n, units), sp.Rational(either, len(signs)))

    return units_without_a_pair_of_a_sign_are_counted
