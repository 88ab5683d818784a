"""Evidence for R5.1: the laws of products of two weights, and of sums of them."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact, statistical
from sparse_limits.numerics.exact.identities import is_zero
from sparse_limits.numerics.subset_sum import laws
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.item_products import ROOT, as_powers, item_products, y
from sparse_limits.theory.subset_sum.product_laws import HALF, order, sum_density, t, v, w, x
from sparse_limits.theory.subset_sum.symbols import k

# The laws at points


@enclosed(item_products)
@control("the law of one factor", uniform_density=HALF, uniform_distribution=(1 + t) / 2)
def uniform_products_spread_given_a_factor(
    uniform_density: sp.Expr, uniform_distribution: sp.Expr, trial: Trial
) -> Findings:
    """Given |X| = y, XY is uniform on [−y, y]: density and distribution as integrals over y, on both sides of 0, at 0 and beyond."""
    density = sp.integrate(1 / (2 * y), (y, x, 1))
    excess = sp.integrate(HALF, (y, 0, x)) + sp.integrate(x / (2 * y), (y, x, 1))
    for point in ("1/100", "1/3", "9/10"):
        value = sp.Rational(point)
        for side in (1, -1):
            yield trial.same(uniform_density.subs(t, side * value), density.subs(x, value), by=None)
            yield trial.same(uniform_distribution.subs(t, side * value), HALF + side * excess.subs(x, value), by=None)
    for place, below in ((-2, 0), (-1, 0), (0, HALF), (1, 1), (3, 1)):
        yield trial.same(uniform_distribution.subs(t, place), below, by=None)
        if abs(place) > 1:
            yield trial.same(uniform_density.subs(t, place), 0, by=None)


def mixed(size: int, at: sp.Rational) -> sp.Expr:
    """The density of a sum of products at a point: normal, of a χ² variance v = |t| e^w, integrated over w."""
    w = sp.Symbol("w", positive=True)
    scale = at ** sp.Rational(size - 1, 2) / (sp.sqrt(2 * sp.pi) * sp.sqrt(2) ** size * sp.gamma(sp.Rational(size, 2)))
    return 2 * scale * sp.Integral(sp.exp(-at * sp.cosh(w)) * sp.cosh(sp.Rational(size - 1, 2) * w), (w, 0, sp.oo))


@enclosed(item_products, cost=0.4)
@control("one order up", gaussian_density=sp.besselk(1, sp.Abs(t)) / sp.pi, sum_density=sum_density.subs(k, k + 1))
def sums_are_normal_of_random_variance(gaussian_density: sp.Expr, sum_density: sp.Expr, trial: Trial) -> Findings:
    """Given the second factors a sum is normal, and their squares add up to a χ² variance; both signs, and the peak."""
    for size in (4, 3, 2, 1):
        for point in ("1/3", "5/2"):
            value, here = sp.Rational(point), sum_density.subs(k, size)
            density = mixed(size, value)
            yield trial.same(here.subs(t, value), density, by=None)
            yield trial.same(here.subs(t, -value), density, by=None)
            if size == 1:
                yield trial.same(gaussian_density.subs(t, -value), density, by=None)
    v = sp.Symbol("v", positive=True)
    for size in (2, 3, 6):
        chi = (
            v ** sp.Rational(size - 2, 2)
            * sp.exp(-v / 2)
            / (2 ** sp.Rational(size, 2) * sp.gamma(sp.Rational(size, 2)))
        )
        peak = sp.integrate(chi / sp.sqrt(2 * sp.pi * v), (v, 0, sp.oo))
        yield trial.same(sum_density.subs({k: size, t: 0}), peak, by=None)


@enclosed(item_products, cost=0.4)
def distributions_integrate_the_densities(sum_distribution: sp.Expr, trial: Trial) -> Findings:
    """Differences of the distribution function are integrals of the density; it is ½ at 0, near ½ close to 0, and symmetric."""
    density = item_products.expressions["sum_density"]
    low, high, tiny = sp.Rational(1, 4), sp.Integer(2), sp.Rational(1, 10**9)
    for size in (4, 3, 1):
        here = sum_distribution.subs(k, size)
        part = sp.Integral(_positive(density, size), (x, low, high))
        yield trial.same(here.subs(t, high) - here.subs(t, low), part, by=None)
        yield trial.same(here.subs(t, -high) + here.subs(t, high), 1, by=None)
        yield trial.same(here.subs(t, 0), HALF, by=None)
        yield trial.below(sp.Abs(here.subs(t, tiny) - HALF), 100 * tiny)  # boxes: an integral


def _positive(density: sp.Expr, size: int) -> sp.Expr:
    """The density of a sum at a positive x."""
    here = density.args[1].expr if isinstance(density, sp.Piecewise) else density
    return here.subs(k, size).subs(t, x)


LEVELS = (sp.Rational(-1, 3), sp.Rational(1, 10), sp.Rational(3, 5))


def below_levels(rng: np.random.Generator, law: laws.Law, size: int, draws: int) -> list[int]:
    """How many sums of items do not exceed the levels."""
    sums = law.sample(rng, (draws, size)).sum(axis=1)
    return [int(np.count_nonzero(sums <= float(level))) for level in LEVELS]


@statistical(item_products, tests=2)
@control("the law of one factor", uniform_distribution=(1 + t) / 2, sum_distribution=(1 + sp.erf(t / sp.sqrt(6))) / 2)
def sampled_products_follow_the_laws(
    uniform_distribution: sp.Expr, sum_distribution: sp.Expr, trial: Trial
) -> Findings:
    """Single products of uniform numbers and sums of three products of normal ones, below three levels."""
    draws = trial.size(60_000)
    for law, size, formula in (
        (laws.UniformProduct(), 1, uniform_distribution),
        (laws.GaussianProduct(), 3, sum_distribution.subs(k, 3)),
    ):
        p = [trial.value(formula, {t: level}) for level in LEVELS]
        yield trial.counts_each(trial.draw(below_levels, law, size, draws), draws, p)


# Step by step


def reduced(gap: sp.Expr) -> sp.Expr:
    """A gap with its logarithms expanded, 0 at once where arithmetic alone shows it."""
    return sp.S.Zero if is_zero(gap) else sp.simplify(sp.expand_log(sp.simplify(gap)))


def transform(power: sp.Expr, rate: sp.Expr) -> sp.Expr:
    """∫₀^∞ v^(power − 1) e^(−rate·v) dv."""
    p, s = sp.symbols("p s", positive=True)
    integral = sp.integrate(v ** (p - 1) * sp.exp(-s * v), (v, 0, sp.oo))
    return integral.subs({p: power, s: rate}, simultaneous=True)


@exact(item_products, step="random variance")
def transforms_of_squares_multiply(chi_square: sp.Expr, trial: Trial) -> Findings:
    """The Laplace transform of the density, by Euler's integral at the rate less ½, is that of one normal square to the power k."""
    rate = sp.Symbol("lambda", positive=True)
    one = trial.once(sp.integrate, 2 * sp.exp(-rate * y**2) / ROOT, (y, 0, sp.oo))
    gamma_density = v ** (k / 2 - 1) * sp.exp(-rate * v) / trial.once(transform, k / 2, rate)
    yield trial.same(chi_square * sp.exp(-(rate - HALF) * v) / gamma_density / one**k, sp.S.One, by=as_powers)


def off_zero(gap: sp.Expr) -> sp.Expr:
    """What is left of it at t = ±x ≠ 0; 0 if nothing is."""
    left = (reduced(valued(gap, {t: at})) for at in (x, -x))
    return next((each for each in left if each != 0), sp.S.Zero)


@exact(item_products, step="density of a sum", cost=0.4)
def density_of_a_sum_is_the_integral(
    chi_square: sp.Expr, mixture: sp.Expr, sum_density: sp.Expr, trial: Trial
) -> Findings:
    """The density is 2K_ν times what the integrand has besides e^(νw − x cosh w); at 0 it is the mean of 1/√(2πv), by Euler's integral."""
    factor = sp.powsimp(mixture / sp.exp(order * w - x * sp.cosh(w))).subs(x, sp.Abs(t))
    yield trial.same(sum_density, factor * 2 * sp.besselk(order, sp.Abs(t)), by=off_zero)
    scale = (chi_square / (v ** (k / 2 - 1) * sp.exp(-v / 2))).subs(k, k + 1)
    yield trial.same(
        sum_density.subs(t, 0).subs(k, k + 1), scale * trial.once(transform, k / 2, HALF) / ROOT, by=by_gamma
    )


def by_gamma(gap: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.powsimp(sp.expand(sp.gammasimp(gap))))


@exact(item_products, step="normal density")
def sum_of_one_product_has_the_density(gaussian_density: sp.Expr, sum_density: sp.Expr, trial: Trial) -> Findings:
    """The density of a sum at k = 1."""
    yield trial.same(gaussian_density, sum_density.subs(k, 1), by=off_zero)


@exact(item_products, step="distribution of a sum", cost=0.4)
def distributions_are_half_and_the_integral(
    sum_density: sp.Expr, bessel_integral: sp.Expr, sum_distribution: sp.Expr, trial: Trial
) -> Findings:
    """½ plus, with the sign of t, the integral of s^ν K_ν times the other factor of the density; ½ at 0."""
    factor = trial.once(sp.simplify, sum_density.subs(t, x) / (x**order * sp.besselk(order, x)))
    here = HALF + sp.sign(t) * factor * bessel_integral.subs(x, sp.Abs(t))
    yield trial.same(sum_distribution, here, by=off_zero)
    yield trial.same(sum_distribution.subs(t, 0), HALF)
