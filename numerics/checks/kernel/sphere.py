"""Evidence for K11.2 and K11.3: eigenvalues of the sphere as integrals and from pairs, multiplicities and metrics."""

from collections.abc import Callable

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel import circle
from sparse_limits.theory.kernel.dual import cosine
from sparse_limits.theory.kernel.further.sphere_metrics import sphere_metrics
from sparse_limits.theory.kernel.sphere import (
    EVEN,
    by_binomials,
    by_gammas,
    ell,
    k,
    multiplicity,
    sphere_eigenvalue,
    sphere_spectrum,
)


def harmonic(dimension: int, degree: int) -> sp.Expr:
    """The zonal harmonic of S^(dimension−1), 1 at cosine 1, from ∫P_i P_j = 0: Gegenbauer's recursion."""
    before, now = sp.Integer(1), cosine
    if degree == 0:
        return before
    for i in range(1, degree):
        before, now = now, ((2 * i + dimension - 2) * cosine * now - i * before) / (i + dimension - 2)
    return sp.expand(now)


THETA = sp.Symbol("theta", positive=True)
ON_SPHERE = (2 * (sp.pi - THETA) * sp.cos(THETA) + sp.sin(THETA)) / sp.pi  # cos θ κ₀ + κ₁


def funk_hecke(dimension: int, degree: int) -> sp.Expr:
    """The average of kernel times zonal harmonic over the sphere, as an integral."""
    weight = sp.sin(THETA) ** (dimension - 2)
    wave = harmonic(dimension, degree).subs(cosine, sp.cos(THETA))
    volume = sp.integrate(weight, (THETA, 0, sp.pi))
    return sp.Integral(sp.expand(ON_SPHERE * wave * weight / volume), (THETA, 0, sp.pi))


@enclosed(sphere_spectrum, cost=0.8)
def eigenvalues_are_funk_hecke_integrals(sphere_eigenvalue: sp.Expr, constant: sp.Expr, trial: Trial) -> Findings:
    """The eigenvalues are integrals against zonal harmonics, to 30 digits, and at k = 2 those of K10.1.

    λ_ℓ ℓ^k is within a relative 1e-4 of its limit at ℓ = 10⁶.
    """
    for dimension, degree in ((3, 0), (3, 1), (3, 2), (4, 3), (4, 4), (5, 2), (6, 0)):
        claimed = sphere_eigenvalue.subs({k: dimension, ell: degree})
        yield trial.same(claimed, trial.once(funk_hecke, dimension, degree), by=None, at=[{}])
    for degree in range(7):
        planar = circle.ntk_eigenvalue.subs(circle.k, degree)
        yield trial.same(sphere_eigenvalue.subs({k: 2, ell: degree}), planar, by=None, at=[{}])
    gap = sp.Abs(sphere_eigenvalue * ell**k / constant - 1)
    far = [{k: dimension, ell: 10**6} for dimension in (2, 3, 5, 6)]
    yield trial.below(gap, sp.Rational(1, 10**4), at=far)  # boxes: gamma functions at 10⁶; the limit: *large degrees*


@exact(sphere_spectrum)
def multiplicities_and_exponent(multiplicity: sp.Expr, exponent: sp.Expr, trial: Trial) -> Findings:
    """The multiplicities up to degree ℓ add up to the dimension of the polynomials of degree ≤ ℓ on the sphere.

    The exponent follows from λ ~ ℓ^−k and ranks ~ ℓ^(deg + 1).
    """
    for dimension in (2, 3, 5):
        total = 0
        for degree in range(7):
            total += multiplicity.subs({k: dimension, ell: degree})
            even = sp.binomial(degree + dimension - 1, dimension - 1)
            odd = sp.binomial(degree + dimension - 2, dimension - 1)
            yield trial.holds(total == even + odd, f"{even + odd} harmonics up to degree {degree}, claimed {total}")
    signs = [multiplicity.subs({k: 1, ell: degree}) for degree in range(4)]
    yield trial.holds(signs == [1, 1, 0, 0], f"{signs} functions on two points")
    for dimension in (2, 3, 5):
        number = sp.Poly(sp.expand_func(generic_multiplicity(multiplicity, dimension)), ell)
        yield trial.same(exponent.subs(k, dimension), sp.Rational(dimension, number.degree() + 1))


@enclosed(sphere_spectrum)
def a_degree_has_a_harmonic(multiplicity: sp.Expr, trial: Trial) -> Findings:
    """The multiplicity is at least one, at each degree that the sphere has."""
    yield trial.below(1, multiplicity, needed="sphere_eigenvalue")


def generic_multiplicity(multiplicity: sp.Expr, dimension: int) -> sp.Expr:
    """The multiplicity as a polynomial in the degree, from its values at degrees 2, 3, …."""
    values = [(degree, multiplicity.subs({k: dimension, ell: degree})) for degree in range(2, dimension + 5)]
    return sp.interpolate(values, ell)


@enclosed(sphere_metrics, cost=0.4)
def metrics_are_those_of_the_list(
    trace_ratio: sp.Expr, gap_ratio: sp.Expr, top_energy: sp.Expr, trial: Trial
) -> Findings:
    """The metrics are those of the list of S^(k−1), k = 1 … 7, sorted with multiplicities; tr = 2; both ratios rise with k.

    From k = 2 to 40, and at 10⁶, the first is within 4π/k of 2π, the second within a share 2/k of k/π.
    """
    for dimension in range(1, 8):
        order = trial.once(leading, dimension)
        at = {k: dimension}
        for claimed, seen in (
            (trace_ratio, 2 / order[0]),
            (gap_ratio, order[0] / order[1]),
            (top_energy, sum(order[:5]) / 2),
        ):
            yield trial.same(claimed.subs(at), seen, by=None, at=[{}])
        for rising in (trace_ratio, gap_ratio):  # for all k: the steps *falls* and *rises*
            yield trial.below(rising.subs(at), rising.subs(k, dimension + 1), at=[{}], strict=True)
    for away, room in ((trace_ratio - 2 * sp.pi, 4 * sp.pi / k), (gap_ratio * sp.pi / k - 1, 2 / k)):
        yield trial.everywhere(sp.Abs(away), room, within={k: (2, 40)})
        yield trial.below(sp.Abs(away), room, at=[{k: 10**6}])  # boxes: quotients of gamma functions at 10⁶


def leading(dimension: int) -> list[sp.Expr]:
    """The five largest eigenvalues with multiplicities."""
    order: list[sp.Expr] = []
    for degree in (0, 1, 2, 4, 6):
        at = {k: dimension, ell: degree}
        order += [sphere_eigenvalue.subs(at)] * int(multiplicity.subs(at))
    return (order + [sp.Integer(0)] * 5)[:5]


def sphere_pairs(rng: np.random.Generator, pairs: int, dimension: int) -> NDArray[np.floating]:
    """Kernel, and kernel times cosine, of pairs on the sphere. float[2, pairs]"""
    x = rng.standard_normal((2, pairs, dimension))
    x /= np.linalg.norm(x, axis=2, keepdims=True)
    r = np.clip((x[0] * x[1]).sum(axis=1), -1, 1)
    kernel = numeric((THETA,), ON_SPHERE)(np.arccos(r))
    return np.stack([kernel, kernel * r])


@statistical(sphere_spectrum, tests=2)
def pairs_on_the_sphere_have_the_eigenvalues(sphere_eigenvalue: sp.Expr, trial: Trial) -> Findings:
    """Over independent pairs on S⁴ the kernel averages to λ₀, and the kernel times the cosine to λ₁."""
    dimension = 5
    for degree, sample in enumerate(trial.draw(sphere_pairs, trial.size(60_000), dimension)):
        yield trial.averages(sample, trial.value(sphere_eigenvalue, {k: dimension, ell: degree}), -1.0, 2.0)


# Monomials with and without a variable

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
