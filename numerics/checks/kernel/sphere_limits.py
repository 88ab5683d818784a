"""Evidence for the steps of K11.2: how many harmonics a degree has, and what the eigenvalues tend to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp

from sparse_limits.numerics.checks.kernel.sphere_steps import EVEN, by_gammas
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.sphere import (
    constant,
    ell,
    exponent,
    fall_ratio,
    half_degree,
    k,
    monomials,
    multiplicity,
    plane,
    rank_power,
    space,
    sphere_eigenvalue,
    sphere_spectrum,
    two_more,
    wallis,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
u, v = sp.symbols("u v", integer=True, nonnegative=True)


def by_binomials(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, as a relation of Gamma functions."""
    return by_gammas(gap.rewrite(sp.gamma))


@exact(sphere_spectrum, step="monomials")
@control("of one variable more", monomials=monomials.subs(k, k + 1))
@control("in order", monomials=k**ell)
@control("10 % more", monomials=ELEVEN * monomials)
def monomials_with_and_without_a_variable(monomials: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One of degree 0, one of one variable; with a variable more those without it, and it times those of one degree less."""
    yield trial.same(monomials.subs(ell, 0), 1)
    yield trial.same(monomials.subs(k, 1), 1)
    higher = {ell: ell + 1}
    without, with_it = monomials.subs(higher), monomials.subs(k, k + 1)
    yield trial.same(monomials.subs({**higher, k: k + 1}, simultaneous=True), without + with_it, by=by_binomials)


@exact(sphere_spectrum, step="multiplicity")
@control("of polynomials", multiplicity=monomials)
@control("2, as on the circle", multiplicity=sp.Integer(2))
@control("10 % more", multiplicity=ELEVEN * multiplicity)
@control("monomials of one variable more", monomials=monomials.subs(k, k + 1))
def harmonics_are_what_degrees_add(monomials: sp.Expr, multiplicity: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Monomials of degree ℓ less those of ℓ − 2, for ℓ ≥ 2; at 0 and 1 there are none of these."""
    added = monomials.subs(ell, ell + 2) - monomials
    yield trial.same(multiplicity.subs(ell, ell + 2), added, by=by_binomials)
    for degree in (0, 1):
        yield trial.same(multiplicity.subs(ell, degree), monomials.subs(ell, degree), by=by_binomials)


def at_even_degrees(expression: sp.Expr) -> Callable[[int], sp.Expr]:
    """An expression at every even degree, so much more, with two inputs or more."""
    return lambda more: valued(expression, {ell: EVEN + more, k: k + 1})


@exact(sphere_spectrum, step="fall")
@control("of the circle", fall_ratio=fall_ratio.subs(k, 2))
@control("the square of the degrees alone", fall_ratio=((ell - 1) / (ell + k + 1)) ** 2)
@control("10 % more", fall_ratio=ELEVEN * fall_ratio)
@control("a wrong eigenvalue", sphere_eigenvalue=sphere_eigenvalue * (ell + 1))
def even_degrees_fall(sphere_eigenvalue: sp.Expr, fall_ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From ℓ to ℓ + 2, from 2 on and from 0; 1 less the factor has a numerator of terms that are positive."""
    values, factor = at_even_degrees(sphere_eigenvalue), at_even_degrees(fall_ratio)
    yield trial.same(values(4), factor(2) * values(2), by=by_gammas)
    yield trial.same(values(2).subs(ell, 0), factor(0).subs(ell, 0) * values(0).subs(ell, 0), by=by_gammas)
    for start in (2, 0):
        gap = 1 - fall_ratio.subs({ell: u + start if start else 0, k: v + 1})
        numerator, denominator = map(sp.expand, sp.fraction(sp.together(gap)))
        yield trial.nonnegative(gap, numerator / denominator, by=sp.cancel)


@exact(sphere_spectrum, step="plane")
@control("not by the degree", plane=plane / ell)
@control("10 % more", plane=ELEVEN * plane)
@control("twice", plane=2 * plane)
@control("a wrong eigenvalue", sphere_eigenvalue=sphere_eigenvalue * (ell + 1))
def two_inputs_are_the_circle(sphere_eigenvalue: sp.Expr, plane: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At every even degree from 2 on."""
    at = {k: 2, ell: EVEN + 2}
    yield trial.same(plane.subs(at), (sphere_eigenvalue * ell**2).subs(at), by=by_gammas)


@exact(sphere_spectrum, step="partial products")
@control("its inverse", wallis=1 / wallis)
@control("one factor more", wallis=wallis.subs(half_degree, half_degree + 1))
@control("10 % more", wallis=ELEVEN * wallis)
def products_grow_factor_by_factor(wallis: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 without a factor; one factor after another."""
    i = half_degree + 1
    yield trial.induction(wallis, half_degree, sp.S.One, lambda term: term * 4 * i**2 / (4 * i**2 - 1), by=by_gammas)
    yield trial.holds(wallis.subs(half_degree, 1) == sp.Rational(4, 3), "one factor is 4/3")


@exact(sphere_spectrum, step="space")
@control("not by the degree", space=space / ell)
@control("10 % more", space=ELEVEN * space)
@control("twice", space=2 * space)
@control("a wrong eigenvalue", sphere_eigenvalue=sphere_eigenvalue * (ell + 1))
@control("the inverse of the product", wallis=1 / wallis)
def three_inputs_are_a_product(
    sphere_eigenvalue: sp.Expr, wallis: sp.Expr, space: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At every even degree from 2 on, with as many factors as half the degree."""
    at = {k: 3, ell: EVEN + 2}
    product = wallis.subs(half_degree, ell + 1)
    yield trial.same(space.subs(at), (sphere_eigenvalue * ell**3).subs(at) * product, by=by_gammas)


@exact(sphere_spectrum, step="two inputs more")
@control("its limit", two_more=k**2)
@control("10 % more", two_more=ELEVEN * two_more)
@control("one input more", two_more=two_more.subs(k, k + 1))
@control("a wrong eigenvalue", sphere_eigenvalue=sphere_eigenvalue * (ell + k))
def two_inputs_more_are_a_factor(sphere_eigenvalue: sp.Expr, two_more: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At every even degree from 2 on, from k to k + 2; the power of ℓ as well."""
    one = sphere_eigenvalue * ell**k
    other = one.subs(k, k + 2)
    there = {ell: EVEN + 2}
    ratio = sp.powsimp((other / one).subs(there).subs((EVEN + 2) ** (k + 2), (EVEN + 2) ** k * (EVEN + 2) ** 2))
    yield trial.same(two_more.subs(there), ratio, by=by_gammas)


@exact(sphere_spectrum, step="large degrees")
@control("the circle's", constant=2 / sp.pi**2)
@control("10 % more", constant=ELEVEN * constant)
@control("without powers of 2", constant=constant / 2 ** (k - 2))
@control("plane twice", plane=2 * plane)
@control("space twice", space=2 * space)
@control("two more, 10 % more", two_more=ELEVEN * two_more)
def constants_are_limits(
    plane: sp.Expr, space: sp.Expr, two_more: sp.Expr, constant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At two and three inputs, where the product is π/2 in the limit; and from k to k + 2."""
    factor = sp.limit(sp.cancel(two_more), ell, sp.oo)
    yield trial.same(constant.subs(k, k + 2), factor * constant, by=lambda gap: by_gammas(sp.expand_power_exp(gap)))
    yield trial.same(constant.subs(k, 2), sp.limit(plane, ell, sp.oo))
    yield trial.same(constant.subs(k, 3), sp.limit(space, ell, sp.oo) / (sp.pi / 2))


@exact(sphere_spectrum, step="ranks")
@control("as many as inputs", rank_power=k)
@control("of one degree", rank_power=k - 2)
@control("twice", rank_power=2 * rank_power)
@control("monomials in order", monomials=k**ell)
@control("of polynomials", multiplicity=monomials)
def ranks_are_monomials(
    monomials: sp.Expr, multiplicity: sp.Expr, rank_power: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The harmonics of degrees 0, 2, 4, … add up; one input more brings about ℓ/k times as many, two inputs ℓ + 1."""
    yield trial.induction(rank_power, k, sp.S.One, lambda term: term + 1, start=2)
    yield trial.same(sp.limit(sp.gammasimp(monomials.subs(k, 2).rewrite(sp.gamma)) / ell, ell, sp.oo), 1)
    growth = sp.gammasimp((monomials.subs(k, k + 1) / monomials).rewrite(sp.gamma))
    yield trial.same(sp.limit(growth / ell, ell, sp.oo), 1 / k)
    yield trial.induction(
        monomials.subs(ell, EVEN),
        ell,
        multiplicity.subs(ell, 0),
        lambda term: term + multiplicity.subs(ell, EVEN + 2),
        by=by_binomials,
    )


@exact(sphere_spectrum, step="decay")
@control("exponent in the degree", exponent=k)
@control("10 % more", exponent=ELEVEN * exponent)
@control("of one input more", exponent=exponent.subs(k, k + 1))
@control("as many as inputs", rank_power=k)
def exponents_count_ranks(rank_power: sp.Expr, exponent: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """ℓ to −k, where the rank grows like ℓ to another power; it is positive."""
    yield trial.same(exponent.subs(k, k + 1) * rank_power.subs(k, k + 1), k + 1)
    more = sp.Symbol("x", integer=True, nonnegative=True)
    yield trial.nonnegative(exponent, (2 + more) / (1 + more), where={k: 2 + more}, strict=True)
