"""Evidence for the steps of K11.2, besides their reasons: monomials with and without a variable; and more."""

from collections.abc import Callable

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.sphere import EVEN, by_binomials, by_gammas, ell, k, sphere_spectrum

u, v = sp.symbols("u v", integer=True, nonnegative=True)


@exact(sphere_spectrum, step="monomials")
def monomials_with_and_without_a_variable(monomials: sp.Expr, trial: Trial) -> Findings:
    """There is one monomial of degree 0, and one of each degree in one variable.

    With one variable more, the monomials are those without it, and it times those of one degree less.
    """
    yield trial.same(monomials.subs(ell, 0), 1)
    yield trial.same(monomials.subs(k, 1), 1)
    higher = {ell: ell + 1}
    without, with_it = monomials.subs(higher), monomials.subs(k, k + 1)
    yield trial.same(monomials.subs({**higher, k: k + 1}, simultaneous=True), without + with_it, by=by_binomials)


def at_even_degrees(expression: sp.Expr) -> Callable[[int], sp.Expr]:
    """An expression at every even degree plus `more`, with two inputs or more."""
    return lambda more: valued(expression, {ell: EVEN + more, k: k + 1})


@exact(sphere_spectrum, step="fall")
def even_degrees_fall(sphere_eigenvalue: sp.Expr, fall_ratio: sp.Expr, trial: Trial) -> Findings:
    """From ℓ to ℓ + 2, at ℓ = 0 and at all even ℓ from 2 on, the eigenvalue is multiplied by the stated factor, which is below 1.

    1 less the factor has a numerator of positive terms.
    """
    values, factor = at_even_degrees(sphere_eigenvalue), at_even_degrees(fall_ratio)
    yield trial.same(values(4), factor(2) * values(2), by=by_gammas)
    yield trial.same(values(2).subs(ell, 0), factor(0).subs(ell, 0) * values(0).subs(ell, 0), by=by_gammas)
    for start in (2, 0):
        gap = 1 - fall_ratio.subs({ell: u + start if start else 0, k: v + 1})
        numerator, denominator = map(sp.expand, sp.fraction(sp.together(gap)))
        yield trial.nonnegative(gap, numerator / denominator, by=sp.cancel)


@exact(sphere_spectrum, step="two inputs more")
def two_inputs_more_are_a_factor(sphere_eigenvalue: sp.Expr, two_more: sp.Expr, trial: Trial) -> Findings:
    """From k to k + 2, λ_ℓ ℓ^k is multiplied by the stated factor, at every even degree from 2 on."""
    one = sphere_eigenvalue * ell**k
    other = one.subs(k, k + 2)
    there = {ell: EVEN + 2}
    ratio = sp.powsimp((other / one).subs(there).subs((EVEN + 2) ** (k + 2), (EVEN + 2) ** k * (EVEN + 2) ** 2))
    yield trial.same(two_more.subs(there), ratio, by=by_gammas)


@exact(sphere_spectrum, step="ranks")
def ranks_are_monomials(monomials: sp.Expr, multiplicity: sp.Expr, rank_power: sp.Expr, trial: Trial) -> Findings:
    """The harmonics of degrees 0, 2, 4, … add up to the number of monomials; two inputs have about ℓ monomials of degree ℓ.

    One input more brings about ℓ/k times as many, and raises the power of the rank by one.
    """
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
