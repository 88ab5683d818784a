"""Evidence for R5, step by step: the laws of products, and the counts of subsets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import sympy as sp

from numerics.evidence import Finding, Trial, control, exact
from numerics.exact.logarithms import split_logarithms
from theory.subset_sum.item_products import item_products
from theory.subset_sum.product_laws import (
    HALF,
    annealed_size,
    bessel_integral,
    chi_square,
    closeness,
    eta,
    far,
    gaussian_pair,
    gaussian_product,
    leading,
    left_over,
    local_density,
    mixture,
    near,
    order,
    pair_share,
    quenched_size,
    side,
    spread,
    sum_density,
    sum_distribution,
    t,
    total,
    u,
    uniform_pair,
    uniform_product,
    v,
    variance,
    w,
    x,
)
from theory.subset_sum.symbols import eps, k, n

MORE = sp.Rational(11, 10)
y = sp.Symbol("y", positive=True)
ROOT = sp.sqrt(2 * sp.pi)


def by_places(*places: sp.Expr) -> Callable[[sp.Expr], sp.Expr]:
    """What is left of a gap in t at some places, on either side of 0; 0 if nothing is."""

    def reduce(gap: sp.Expr) -> sp.Expr:
        for place, sign in product(places, (1, -1)):
            if (left := sp.simplify(sp.expand_log(sp.simplify(gap.subs(t, sign * place))))) != 0:
                return left
        return sp.S.Zero

    return reduce


EVERYWHERE = by_places(1 / (1 + y), sp.S.One, 1 + y)  # but at 0


@exact(item_products, step="uniform density")
@control("positive factors", uniform_density=-sp.log(t))
@control("the law of one factor", uniform_density=HALF)
@control("10 % more", uniform_density=MORE * uniform_product.density)
def densities_given_a_factor_average(uniform_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of 1/(2y) over y from |t| to 1, for t of either sign, within [−1, 1] and beyond."""
    density = sp.integrate(1 / (2 * y), (y, x, 1))
    yield trial.same(uniform_density, density.subs(x, sp.Min(1, sp.Abs(t))), by=EVERYWHERE)


@exact(item_products, step="uniform distribution")
@control("the law of one factor", uniform_distribution=(1 + t) / 2)
@control("of one side", uniform_distribution=2 * uniform_product.distribution - HALF)
@control("10 % more", uniform_distribution=MORE * uniform_product.distribution)
def probabilities_given_a_factor_average(uniform_distribution: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """½ and, with the sign of t, the mean of ½ min(1, |t|/y); at 0 it is ½."""
    excess = sp.integrate(HALF, (y, 0, x)) + sp.integrate(x / (2 * y), (y, x, 1))
    here = HALF + sp.sign(t) * excess.subs(x, sp.Min(1, sp.Abs(t)))
    yield trial.same(uniform_distribution, here, by=EVERYWHERE)
    yield trial.same(uniform_distribution.subs(t, 0), HALF)


@exact(item_products, step="uniform characteristic")
@control("one factor", uniform_characteristic=sp.sin(u) / u)
@control("its square", uniform_characteristic=(sp.sin(u) / u) ** 2)
@control("10 % more", uniform_characteristic=MORE * sp.Si(u) / u)
def uniform_products_average_the_sine(uniform_characteristic: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """u φ(u) = ∫₀ᵘ sin(v)/v dv, since φ is the mean of sin(uX)/(uX); and φ is 1 at 0."""
    yield trial.same(sp.diff(u * uniform_characteristic, u), sp.sin(u) / u)
    yield trial.same(sp.limit(uniform_characteristic, u, 0), 1)


def mean_square(density: sp.Expr, end: sp.Expr) -> sp.Expr:
    """The mean of (xy)² for two independent numbers of an even density at x > 0, up to an end."""
    inner = sp.integrate(2 * (x * y) ** 2 * density.subs(x, y), (y, 0, end))
    return sp.integrate(2 * inner * density, (x, 0, end))


@exact(item_products, step="variances")
@control("one factor", uniform_variance=sp.Rational(1, 3))
@control("10 % more", uniform_variance=MORE / 9)
@control("of standard deviation 1/3", gaussian_variance=sp.Rational(1, 9))
@control("fourth moment", gaussian_variance=sp.Integer(3))
def variances_are_double_integrals(
    uniform_variance: sp.Expr, gaussian_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Of x²y² over both densities."""
    yield trial.same(uniform_variance, trial.once(mean_square, HALF, sp.S.One))
    yield trial.same(gaussian_variance, trial.once(mean_square, sp.exp(-(x**2) / 2) / ROOT, sp.oo))


def transform(power: sp.Expr, rate: sp.Expr) -> sp.Expr:
    """∫₀^∞ v^(power − 1) e^(−rate·v) dv."""
    p, s = sp.symbols("p s", positive=True)
    integral = sp.integrate(v ** (p - 1) * sp.exp(-s * v), (v, 0, sp.oo))
    return integral.subs({p: power, s: rate}, simultaneous=True)


@exact(item_products, step="random variance")
@control("one degree more", chi_square=chi_square.subs(k, k + 1))
@control("of half the variances", chi_square=2 * chi_square.subs(v, 2 * v))
@control("10 % more", chi_square=MORE * chi_square)
def transforms_of_squares_multiply(chi_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its Laplace transform, by Euler's integral, is that of one normal square to the power k."""
    rate = sp.Symbol("lambda", positive=True)
    one = sp.integrate(2 * sp.exp(-(HALF + rate) * y**2) / ROOT, (y, 0, sp.oo))
    gamma_density = v ** (k / 2 - 1) * sp.exp(-(HALF + rate) * v) / transform(k / 2, HALF + rate)
    yield trial.same(chi_square * sp.exp(-rate * v) / gamma_density / one**k, sp.S.One, by=as_powers)


@exact(item_products, step="mixture")
@control("without the measure", mixture=mixture * sp.exp(-w))
@control("one degree more", mixture=mixture.subs(k, k + 1))
@control("10 % less", mixture=mixture / MORE)
@control("another variance", chi_square=chi_square.subs(k, k + 1))
def densities_given_the_variance_change_variables(
    chi_square: sp.Expr, mixture: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The normal density of the variance v = x e^w times that of v, times dv/dw."""
    size = x * sp.exp(w)
    normal = sp.exp(-(x**2) / (2 * v)) / sp.sqrt(2 * sp.pi * v)
    changed = (chi_square * normal).subs(v, size) * sp.diff(size, w)
    yield trial.same(mixture / changed, sp.S.One, by=as_powers)


def as_powers(gap: sp.Expr) -> sp.Expr:
    """The gap, hyperbolic functions written as exponentials."""
    return sp.simplify(sp.powsimp(sp.expand_power_base(sp.expand(gap.rewrite(sp.exp)), force=False)))


def off_zero(gap: sp.Expr) -> sp.Expr:
    """What is left of it at t = ±x ≠ 0; 0 if nothing is."""
    return by_places(x)(gap)


@exact(item_products, step="density of a sum", cost=0.4)
@control("one order up", sum_density=sum_density.subs(k, k + 1))
@control("10 % less", sum_density=sum_density / MORE)
@control("one degree more", mixture=mixture.subs(k, k + 1))
@control("variance of one more", chi_square=chi_square.subs(k, k + 1))
def densities_of_sums_are_such_integrals(
    chi_square: sp.Expr, mixture: sp.Expr, sum_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What is left of the integrand beside e^(νw − x cosh w), times 2K_ν; at 0 the mean of 1/√(2πv), by Euler's integral."""
    factor = sp.powsimp(mixture / sp.exp(order * w - x * sp.cosh(w))).subs(x, sp.Abs(t))
    yield trial.same(sum_density, factor * 2 * sp.besselk(order, sp.Abs(t)), by=off_zero)
    scale = (chi_square / (v ** (k / 2 - 1) * sp.exp(-v / 2))).subs(k, k + 1)
    yield trial.same(sum_density.subs(t, 0).subs(k, k + 1), scale * transform(k / 2, HALF) / ROOT, by=by_gamma)


def by_gamma(gap: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.powsimp(sp.expand(sp.gammasimp(gap))))


@exact(item_products, step="normal density")
@control("one order up", gaussian_density=sp.besselk(1, sp.Abs(t)) / sp.pi)
@control("exponential", gaussian_density=sp.exp(-sp.Abs(t)) / 2)
@control("10 % less", gaussian_density=gaussian_product.density / MORE)
@control("one item more", sum_density=sum_density.subs(k, k + 1))
def one_product_is_such_a_sum(gaussian_density: sp.Expr, sum_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The density of a sum at k = 1."""
    yield trial.same(gaussian_density, sum_density.subs(k, 1), by=off_zero)


@exact(item_products, step="normal characteristic")
@control("one factor", gaussian_characteristic=sp.exp(-(u**2) / 2))
@control("two of them", gaussian_characteristic=1 / (1 + u**2))
def normal_products_average_the_bell(gaussian_characteristic: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of exp(−u²Y²/2)."""
    rate = sp.Symbol("rate", positive=True)
    mean = sp.integrate(2 * sp.exp(-rate * y**2) / ROOT, (y, 0, sp.oo))
    yield trial.same(gaussian_characteristic, mean.subs(rate, HALF + u**2 / 2))


@exact(item_products, step="distribution of a sum", cost=0.4)
@control("one order up", sum_distribution=sum_distribution.subs(k, k + 1))
@control("twice the part", sum_distribution=2 * sum_distribution - HALF)
@control("10 % more", sum_distribution=MORE * sum_distribution)
@control("half of the density", sum_density=sum_density / 2)
@control("half of the integral", bessel_integral=bessel_integral / 2)
def distributions_are_half_and_the_integral(
    sum_density: sp.Expr, bessel_integral: sp.Expr, sum_distribution: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """½ and, with the sign of t, the integral of s^ν K_ν times what the density has besides; ½ at 0."""
    factor = sp.simplify(sum_density.subs(t, x) / (x**order * sp.besselk(order, x)))
    here = HALF + sp.sign(t) * factor * bessel_integral.subs(x, sp.Abs(t))
    yield trial.same(sum_distribution, here, by=off_zero)
    yield trial.same(sum_distribution.subs(t, 0), HALF)


def by_sign(gap: sp.Expr) -> sp.Expr:
    """What is left of it for each sign of the nearer end; 0 if nothing is."""
    for sign in (1, 0, -1):
        if (left := sp.simplify(gap.subs(side, sign))) != 0:
            return left
    return sp.S.Zero


@exact(item_products, step="close")
@control("both ends on one side", closeness=closeness.subs(side, -side))
@control("the far end alone", closeness=closeness.subs(side, 0))
@control("one item more", closeness=closeness.subs(k, k + 1))
@control("10 % more", closeness=MORE * closeness)
@control("of one item more", sum_distribution=sum_distribution.subs(k, k + 1))
def probabilities_are_differences_at_both_ends(
    sum_distribution: sp.Expr, closeness: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The distribution function at h less that at s·l, for an end l that lies above 0, at it and below."""
    ends = {far: sp.Symbol("h", positive=True), near: sp.Symbol("l", positive=True)}
    difference = sum_distribution.subs(t, far) - sum_distribution.subs(t, side * near)
    yield trial.same(closeness, difference, by=lambda gap: by_sign(gap.subs(ends)))


# The mean count of subsets


@exact(item_products, step="weight of all subsets")
@control("every item usable", total=2**n)
@control("none left out", total=HALF**n)
@control("one item more", total=total.subs(n, n + 1))
def an_item_is_left_out_or_halved(total: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One item makes 1 + ½, and each item as much a factor."""
    yield trial.induction(total, n, 1 + HALF, lambda term: (1 + HALF) * term, start=1, by=sp.powsimp)


@exact(item_products, step="spread")
@control("every second item", spread=n * variance / 2)
@control("the square of the share", spread=spread / 3)
@control("10 % more", spread=MORE * spread)
@control("every item usable", total=2**n)
def every_third_item_adds_its_variance(total: sp.Expr, spread: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The weight ½ of an item that is taken, over that of both cases, times its variance; item by item."""
    one = HALF / total.subs(n, 1) * variance
    yield trial.induction(spread, n, one, lambda term: term + one, start=1)


@exact(item_products, step="density of two")
@control("of one item", uniform_pair=HALF)
@control("half the integral", uniform_pair=uniform_pair / 2)
@control("of three items", gaussian_pair=1 / sp.pi)
@control("10 % more", gaussian_pair=MORE * gaussian_pair)
@control("density of one more", sum_density=sum_density.subs(k, k + 1))
def densities_of_two_are_integrals_of_squares(
    uniform_pair: sp.Expr, gaussian_pair: sp.Expr, sum_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """∫(ln x/2)² over both sides; that of (K₀/π)², by the integral of a product, which is the peak of two."""
    yield trial.same(uniform_pair, 2 * sp.integrate((sp.log(x) / 2) ** 2, (x, 0, 1)))
    yield trial.same(gaussian_pair, sp.limit(sum_density.subs(k, 2).subs(t, x), x, 0))


@exact(item_products, step="pairs of items")
@control("one of the two", pair_share=2 / (k + 1))
@control("without the half", pair_share=pair_share / 2)
@control("10 % more", pair_share=MORE * pair_share)
def larger_subsets_hold_pairs(pair_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The quotient of the binomials; 1 less it, with only positive terms."""
    rest = sp.Symbol("rest", integer=True, nonnegative=True)  # n = k + 2 + rest
    share = sp.binomial(n, k + 2) / (sp.binomial(n, 2) * sp.binomial(n - 2, k))
    more = sp.gammasimp(share.subs(n, k + 2 + rest).rewrite(sp.factorial))
    yield trial.same(pair_share, more)
    yield trial.nonnegative(1 - pair_share, k * (k + 3) / ((k + 1) * (k + 2)))


@exact(item_products, step="local density")
@control("twice the variance", local_density=local_density / sp.sqrt(2))
@control("at one end", local_density=local_density / 2)
@control("10 % more", local_density=MORE * local_density)
@control("every item", spread=n * variance)
def the_limit_has_this_integral(spread: sp.Expr, local_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1/2π of the integral of e^(−u²·spread/2), by Gauß's integral."""
    rate = sp.Symbol("rate", positive=True)
    integral = 2 * sp.integrate(sp.exp(-(u**2) * rate / 2), (u, 0, sp.oo)) / (2 * sp.pi)
    yield trial.same(local_density, integral.subs(rate, spread))


@exact(item_products, step="local limit")
@control("variance n/2", leading=leading * sp.sqrt(sp.Rational(2, 3)))
@control("every item usable", leading=leading * sp.Rational(4, 3) ** n)
@control("half of the length", leading=leading / 2)
@control("all subsets usable", total=2**n)
@control("density at one end", local_density=local_density / 2)
def all_subsets_have_the_local_density(
    total: sp.Expr, local_density: sp.Expr, leading: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Times the length 2ε."""
    yield trial.same(leading, total * local_density * 2 * eps)


@exact(item_products, step="annealed size")
@control("logarithm to base 2", annealed_size=sp.log(1 / eps) / sp.log(2))
@control("10 % more", annealed_size=MORE * annealed_size)
@control("10 % less", annealed_size=annealed_size / MORE)
@control("all subsets usable", total=2**n)
@control("another rate", leading=leading * sp.Rational(4, 3) ** n)
def the_mean_is_one_there_up_to_a_power(
    total: sp.Expr, leading: sp.Expr, annealed_size: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All subsets times ε; the logarithm of what is left of the mean, over n, tends to 0."""
    yield trial.same(sp.log(total.subs(n, annealed_size)), -sp.log(eps), by=split_logarithms)
    rest = sp.expand_log(sp.log(sp.simplify(leading / (total * eps))))
    yield trial.same(sp.limit(rest / n, n, sp.oo), sp.S.Zero)


@exact(item_products, step="quenched size")
@control("annealed for quenched", quenched_size=annealed_size)
@control("every item usable", quenched_size=quenched_size / 2)
@control("10 % less", quenched_size=quenched_size / MORE)
@control("all of the distance", left_over=eps**eta)
@control("nothing", left_over=eps)
@control("10 % more", left_over=MORE * left_over)
def the_typical_count_is_left_over(quenched_size: sp.Expr, left_over: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """2^(E K) ε for K of Bin(n, ½), at 1 − η/2 of the items, and at all of them."""
    typical = sum(sp.binomial(6, i) * i for i in range(7)) / sp.Integer(2) ** 6 / 6
    count = typical * quenched_size
    logarithm = sp.log(eps) + (1 - eta / 2) * count * sp.log(2)
    yield trial.same(sp.log(left_over), logarithm, by=split_logarithms)
    yield trial.same(count * sp.log(2), -sp.log(eps), by=split_logarithms)
