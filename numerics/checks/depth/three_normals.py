"""Evidence for D3.1: the product of three normals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from operator import add

import numpy as np
import sympy as sp
from flint import acb
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.sums import merged
from sparse_limits.theory.depth.three_normals import (
    bend,
    eighth,
    epsilon,
    h_3,
    height,
    integrand,
    k,
    moment,
    odd,
    one_moment,
    s,
    shrinking,
    slope,
    term,
    three_normals,
)
from sparse_limits.theory.formulas.three_normals import ThreeNormals
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.snip import product_density
from sparse_limits.theory.tails import half_normal, product_normal, t

HALF = sp.Rational(1, 2)


@exact(three_normals, step="one normal")
@control("a moment of the square", one_moment=2**s * sp.gamma(s + HALF) / sp.sqrt(sp.pi))
@control("one side alone", one_moment=one_moment / 2)
@control("one power less", one_moment=one_moment.subs(s, s - 1))
def one_moment_is_an_integral(one_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The power times the density of |g|, integrated by SymPy for every power."""
    yield trial.same(one_moment, trial.once(_moment_of, half_normal.density))


def _moment_of(density: sp.Expr) -> sp.Expr:
    return sp.integrate(t**s * density, (t, 0, sp.oo))


@exact(three_normals)
@control("two normals", moment=one_moment**2)
@control("a moment of the square", one_moment=2**s * sp.gamma(s + HALF) / sp.sqrt(sp.pi))
@control("π in place of its power", moment=moment * sp.sqrt(sp.pi))
@control("10 % more", moment=sp.Rational(11, 10) * moment)
def three_moments_are_a_product(moment: sp.Expr, one_moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Independent factors; and at the powers 2 and 4 the whole numbers 1 and 27."""
    yield trial.same(moment, one_moment**3)
    for power, value in ((2, 1), (4, 27)):
        yield trial.same(moment.subs(s, power), value)


@exact(three_normals)
@control("density in place of the tail", integrand=integrand * s)
@control("of the square", integrand=integrand.subs(t, t**2))
@control("two normals", moment=one_moment**2)
def integrand_is_the_mellin_transform(integrand: sp.Expr, moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The tail falls, so that t^(s−1) times it has the mean of X^s over s as its integral; then t^(−s) follows."""
    level = sp.Symbol("x", positive=True)
    below = sp.integrate(t ** (s - 1), (t, 0, level))  # all that a product of modulus x adds to the transform
    yield trial.same(integrand * t**s / moment, (below / level**s))


@exact(three_normals, step="logarithm at a pole")
@control("one gamma function", slope=slope / 3)
@control("harmonic number of the next pole", slope=slope + 3 / (k + 1))
@control("no Euler constant", slope=slope + 3 * sp.EulerGamma)
@control("ζ(2) for a half of it", bend=bend + sp.pi**2 / 4)
@control("squares not added", bend=sp.pi**2 / 4)
@control("sign of the logarithm", slope=slope + 2 * sp.log(eighth))
def logarithm_begins_so(slope: sp.Expr, bend: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At k = 0 the derivatives of 3 log Γ(1 + ε) − ε log(t²/8); each further pole takes 3 log(1 − ε/(k + 1)) off."""
    first = 3 * sp.loggamma(1 + epsilon) - epsilon * sp.log(eighth)
    more = -3 * sp.log(1 - epsilon / (k + 1))
    for claimed, order in ((slope, 1), (bend, 2)):
        start, step = (
            sp.diff(each, epsilon, order).subs(epsilon, 0).doit() / sp.factorial(order) for each in (first, more)
        )
        yield trial.induction(claimed, k, sp.expand_func(start), partial(add, step), by=merged)


@exact(three_normals, step="residue")
@control("double poles", term=height / odd * (slope + 2 / odd))
@control("the pole of 1/s left out", term=height / odd * (slope**2 / 2 + bend))
@control("ds for dε", term=term / 2)
@control("squares of the factorials", height=height * sp.factorial(k))
@control("signs not alternating", height=height * (-1) ** k)
@control("one gamma function", slope=slope / 3)
@control("squares not added", bend=sp.pi**2 / 4)
@control("10 % more", term=sp.Rational(11, 10) * term)
def term_is_the_residue(
    term: sp.Expr, height: sp.Expr, slope: sp.Expr, bend: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """For every k the coefficient of ε² of e^(slope ε + bend ε²) times height over 2k + 1 − 2ε, by two derivatives."""
    first, second = sp.symbols("c_1 c_2", real=True)
    series = sp.exp(first * epsilon + second * epsilon**2) / (odd - 2 * epsilon)
    coefficient = sp.diff(series, epsilon, 2).subs(epsilon, 0) / 2
    yield trial.same(term, height * coefficient.subs({first: slope, second: bend}))


@exact(three_normals, step="residue")
@control("ds for dε", height=height / 2)
@control("squares of the factorials", height=height * sp.factorial(k))
@control("signs not alternating", height=height * (-1) ** k)
@control("density in place of the tail", integrand=integrand * s)
@control("one pole farther", term=term.subs(k, k + 1))
def residues_of_the_integrand(integrand: sp.Expr, term: sp.Expr, height: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At the first four poles, t free: half the second derivative of ε³ times the integrand, Γ(ε − k) by Γ(1 + ε)."""
    for place in range(4):
        at = 2 * epsilon - 2 * place - 1
        moved = sp.gamma(1 + epsilon) / sp.Mul(*(epsilon - j for j in range(1, place + 1)))  # ε Γ(ε − k)
        gamma = sp.gamma((s + 1) / 2)
        plain = sp.powsimp((integrand / gamma**3).subs(s, at))
        near = 2 * plain * moved**3
        bent = sp.diff(near, epsilon, 2, simplify=False)
        yield trial.same(valued(bent, {epsilon: 0}) / 2, -valued(term, {k: place}).doit(), by=sp.expand)
        yield trial.same(near.subs(epsilon, 0), -height.subs(k, place) / (2 * place + 1), by=sp.expand)


@exact(three_normals, step="lines to the left")
@control("one gamma function", shrinking=eighth**k / sp.gamma(k + HALF) * sp.sqrt(sp.pi))
@control("factors from one on", shrinking=eighth**k / sp.factorial(k) ** 3)
@control("t for its square", shrinking=shrinking.subs(t, sp.sqrt(t)))
@control("an integrand of two normals", integrand=one_moment**2 * t**-s / s)
def lines_shrink(shrinking: sp.Expr, integrand: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From one line to the next as s times the integrand does, a step of 2 to the left, where its modulus is greatest."""
    here = integrand.subs(sp.gamma((s + 1) / 2), (s - 1) / 2 * sp.gamma((s - 1) / 2))
    passed = sp.simplify((s - 2) * integrand.subs(s, s - 2) / (s * here)).subs(s, -2 * k)

    def following(claimed: sp.Expr) -> sp.Expr:
        return claimed * -passed

    yield trial.induction(shrinking, k, sp.Integer(1), following, by=shifted)


def shifted(difference: sp.Expr) -> sp.Expr:
    """The difference with Γ(k + 3/2) written as (k + ½)Γ(k + ½)."""
    return sp.simplify(difference.subs(sp.gamma(k + 3 * HALF), (k + HALF) * sp.gamma(k + HALF)))


POINTS = (HALF, sp.Integer(1), sp.Integer(2))


def product_tail(x: sp.Expr) -> acb:
    """P(|g₁g₂g₃| > x) to eight digits, the mean of P(|g₃| > x/y) over the density of y = |g₁g₂|, in log y."""
    y = sp.Symbol("y", real=True)
    at = sp.exp(y)
    density = product_density.subs(t, at)
    return balls.enclose(sp.Integral(density * half_normal.at(x / at) * at, (y, -sp.oo, sp.oo)), digits=8)


@enclosed(three_normals)
@control("the product of two", h_3=product_normal.survival)
@control("sign of the terms", h_3=2 - h_3)
@control("its derivative", h_3=-ThreeNormals(1, t))
@control("at twice the value", h_3=h_3.subs(t, 2 * t))
def tail_is_that_of_the_product(h_3: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Balls of the series and of the integral that defines the tail overlap, at three values."""
    for at in POINTS:
        direct, claimed = trial.once(product_tail, at), balls.enclose(h_3, {t: at})
        yield trial.holds(claimed.overlaps(direct), f"{claimed.real.str(6)} at {at}, directly {direct.real.str(6)}")


LAST = 40  # terms, of which that is below 10^(−100) where t ≤ 4


@enclosed(three_normals)
@control("the product of two", h_3=product_normal.survival)
@control("its derivative", h_3=-ThreeNormals(1, t))
@control("10 % more of the terms", term=sp.Rational(11, 10) * term)
@control("without the first", term=term.subs(k, k + 1))
def tail_is_the_sum(h_3: sp.Expr, term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The terms up to the fortieth, and the derivatives that the enclosure knows: −t times the density and so on."""
    yield trial.same(h_3, 1 - sp.Sum(term, (k, 0, LAST)), by=None)
    yield trial.same(sp.diff(h_3, t), -sp.Sum(sp.diff(term, t), (k, 0, LAST)), by=None)


LEVELS = (0.5, 1.0, 2.0, 5.0)


def products_above(rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    """How many of `size` products of three normals exceed each level."""
    products = np.abs(rng.standard_normal((3, size)).prod(axis=0))
    return np.array([(products > level).sum() for level in LEVELS])


@statistical(three_normals, tests=1)
@control("the product of two", h_3=product_normal.survival)
@control("10 % more", h_3=sp.Rational(11, 10) * h_3)
@control("its derivative", h_3=-ThreeNormals(1, t))
def products_exceed_as_often(h_3: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Counts of sampled products above ½, 1, 2 and 5."""
    size = trial.size(200_000)
    chances = [trial.value(h_3, {t: sp.Rational(level)}) for level in LEVELS]
    yield trial.counts_each(trial.draw(products_above, size), size, chances)
