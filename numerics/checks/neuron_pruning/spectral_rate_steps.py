"""Evidence for N6.3, step by step: quotients of Gamma functions against powers, whatever the degree."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.spectral import LESS, MORE
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import N, eps
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.spectral import allowed, delta, j, m, ranks, total
from sparse_limits.theory.neuron_pruning.spectral_rate import (
    c,
    constant,
    constant_bound,
    demanded,
    difference_density,
    digamma_density,
    first_degree,
    four_sines,
    gamma_step,
    harmonics,
    i,
    leading,
    left_density,
    left_side,
    lower,
    many,
    modulus,
    n,
    neurons_bound,
    of_degree,
    p,
    pair,
    plane_sum,
    power,
    power_modulus,
    q,
    right_density,
    right_side,
    s,
    space_sum,
    spectral_rate,
    square_place,
    tail_power,
    tau,
    telescoping,
    u,
    v,
    volume,
    w,
    x,
    y,
    z,
)

g, h = sp.symbols("g h", positive=True)
HALF = sp.Rational(1, 2)


@exact(spectral_rate, step="factorials")
@control("one factor less", pair=(i - 1) * (n - i - 1))
@control("the product", pair=i * (n + 1 - i))
@control("10 % more", pair=MORE * pair)
def pairs_of_factors_exceed_n(pair: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A factor of n! times the one as far from the other end; with i = g + 1 and n = g + h + 1 nothing is negative."""
    yield trial.same(i * (n + 1 - i), n + pair, by=sp.expand)
    yield trial.nonnegative(pair.subs({i: g + 1, n: g + h + 1}, simultaneous=True), g * h, by=sp.expand)


@enclosed(spectral_rate, step="one neuron")
@control("half as large", constant_bound=constant_bound / 2)
@control("of another power", constant_bound=constant_bound * sp.sqrt(d - 1))
@control("10 % less", constant_bound=LESS * constant_bound)
@control("all of degrees 0 and 1", first_degree=2 * first_degree)
@control("of one eigenvalue", first_degree=first_degree / d)
@control("10 % more", first_degree=MORE * first_degree)
@control("without the factorial", constant=constant * sp.gamma(d) ** (3 / (d - 1)))
@control("a whole step", gamma_step=gamma_step**2)
def constant_is_below_the_first_degree(
    constant: sp.Expr, gamma_step: sp.Expr, constant_bound: sp.Expr, first_degree: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The quotient of Gammas is the half step, and Γ(d)² the power (d − 1)^(d − 1), with x = d − 1; what is left is a number."""
    halves = sp.gamma(d / 2) / sp.gamma((d - 1) / 2)
    bounded = constant / halves / sp.gamma(d) ** (-3 / (d - 1)) * gamma_step * (d - 1) ** sp.Rational(-3, 2)
    yield trial.same(constant_bound, bounded, by=lambda gap: sp.simplify(gap.subs(d, x + 1)))
    yield trial.same(first_degree, d * (1 / (2 * d)) ** 2)
    yield trial.everywhere(constant_bound * (d - 1), sp.Rational(1, 20))
    share = first_degree.subs(d, x + 2) - 1 / (20 * (x + 1))
    yield trial.nonnegative(share, (4 * x + 3) / (20 * (x + 1) * (x + 2)), by=sp.cancel)


def reflected(gap: sp.Expr) -> sp.Expr:
    """Simplified by Γ(3/2 − j)² = π²/Γ(j − 1/2)² for whole j."""
    return sp.simplify(gap.subs(sp.gamma(sp.Rational(3, 2) - j), sp.pi / sp.gamma(j - HALF)))


@exact(spectral_rate, step="reflection")
@control("half of it", modulus=modulus / 2)
@control("one degree more", modulus=modulus.subs(j, j + 1))
@control("10 % more", modulus=MORE * modulus)
@control("each once", of_degree=of_degree / harmonics)
@control("one harmonic", harmonics=sp.S.One)
def modulus_of_an_even_coefficient(
    harmonics: sp.Expr, of_degree: sp.Expr, modulus: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its square, as often as there are harmonics, is what the degree adds."""
    yield trial.same(of_degree, harmonics * modulus**2, by=reflected)


def in_exponentials(gap: sp.Expr) -> sp.Expr:
    """A rational function of exponentials of what is free, over one denominator."""
    return sp.simplify(sp.expand(sp.numer(sp.together(gap.rewrite(sp.exp)))))


@exact(spectral_rate, step="differences")
@control("a whole step", difference_density=difference_density.subs(s, 2 * s))
@control("cosh", difference_density=difference_density.subs(sp.sinh(tau / 2), sp.cosh(tau / 2)))
@control("10 % more", difference_density=MORE * difference_density)
@control("of another sign", digamma_density=-digamma_density)
@control("without the denominator", digamma_density=sp.exp(-tau) - sp.exp(-x * tau))
def digammas_differ_by_a_sinh(digamma_density: sp.Expr, difference_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    yield trial.vanishes(valued(digamma_density, {x: 1}))
    high, low = (digamma_density.subs(x, c + HALF + sign * s) for sign in (1, -1))
    yield trial.same(difference_density, high - low, by=in_exponentials)


def by_gammas(gap: sp.Expr) -> sp.Expr:
    return sp.gammasimp(sp.combsimp(gap.rewrite(sp.gamma)))


@exact(spectral_rate, step="numbers of harmonics")
@control("of all polynomials", volume=volume * (2 * m + d))
@control("one dimension more", volume=volume.subs(d, d + 1))
@control("10 % more", volume=MORE * volume)
@control("without degree 1", ranks=ranks - d)
@control("one degree more", harmonics=harmonics.subs(j, j + 1))
def ranks_are_quotients_of_gammas(
    ranks: sp.Expr, harmonics: sp.Expr, volume: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Up to degree 2m, and in degree 2j."""
    yield trial.same(ranks, d + volume / sp.gamma(d), by=by_gammas)
    yield trial.same(harmonics * sp.gamma(d), volume.subs(m, j) - volume.subs(m, j - 1), by=by_gammas)


def doubled(gap: sp.Expr) -> sp.Expr:
    """Simplified by the duplication of Γ, in x = (d − 1)/2."""
    return sp.gammasimp(gap.subs(d, 2 * x + 1))


@exact(spectral_rate, step="what is demanded")
@control("a quarter", demanded=demanded / 4)
@control("one dimension more", demanded=demanded.subs(d, d + 1))
@control("10 % more", demanded=MORE * demanded)
@control("of both volumes", power=2 * power)
@control("one dimension less", power=power.subs(d, d - 1))
@control("without the factorial", constant=constant * sp.gamma(d) ** (3 / (d - 1)))
@control("exponent of the kernel", exponent=-d / (d - 1))
@control("the power itself", geometric=sp.exp(-p * w))
def demand_on_an_eigenvalue(
    exponent: sp.Expr, constant: sp.Expr, geometric: sp.Expr, demanded: sp.Expr, power: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The constant is Cp, times Γ(d) for the power of N and for the number of harmonics; w is half the logarithm of a product."""
    yield trial.same(demanded, -exponent * constant * sp.gamma(d) ** (1 - exponent), by=doubled)
    yield trial.same(geometric.subs({p: -exponent, w: x / 2}, simultaneous=True), sp.exp(power * x))


DEGREE = z - (d - 2) / 4  # half of it


def logarithms(gap: sp.Expr) -> sp.Expr:
    """Simplified with logarithms of products as sums; all Gamma functions are positive."""
    places = sorted({each.args[0] for each in gap.atoms(sp.gamma, sp.loggamma)}, key=str)
    values = dict(zip(places, sp.symbols(f"G_:{len(places)}", positive=True), strict=True))
    gap = gap.replace(sp.loggamma, lambda place: sp.log(values[place])).replace(sp.gamma, lambda place: values[place])
    return sp.simplify(sp.expand_log(gap))


def density_of(derivative: sp.Expr, density: sp.Expr, step: int) -> sp.Expr:
    """The integrand in q of a sum of digamma functions, tau = step·q, without the factor e^(−4zq)."""
    change = {tau: step * q}
    digammas = derivative.replace(sp.polygamma, lambda _, place: density.subs(x, place).subs(change))
    return step * digammas * sp.exp(4 * z * q)


@exact(spectral_rate, step="derivatives", cost=0.5)
@control("half", left_side=left_side / 2)
@control("one dimension more on the left", left_side=left_side.subs(d, d + 1))
@control("10 % more", left_side=MORE * left_side)
@control("of one volume", right_side=right_side + sp.log(2))
@control("one dimension more on the right", right_side=valued(right_side, {d: d + 1}))
@control("10 % less", right_side=LESS * right_side)
@control("half of the density", left_density=left_density / 2)
@control("cosh", left_density=left_density * sp.sinh(2 * q) / sp.cosh(2 * q))
@control("10 % more on the left", left_density=MORE * left_density)
@control("of one volume alone", right_density=right_density / 2)
@control("without cosh", right_density=right_density / sp.cosh(2 * q))
@control("10 % more on the right", right_density=MORE * right_density)
@control("half of it", modulus=modulus / 2)
@control("one dimension more", volume=volume.subs(d, d + 1))
@control("of both volumes", power=2 * power)
@control("a quarter", demanded=demanded / 4)
@control("of another sign", digamma_density=-digamma_density)
def sides_and_their_derivatives(
    digamma_density: sp.Expr,
    modulus: sp.Expr,
    volume: sp.Expr,
    demanded: sp.Expr,
    power: sp.Expr,
    left_side: sp.Expr,
    right_side: sp.Expr,
    left_density: sp.Expr,
    right_density: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Logarithms of the modulus and of what is demanded of its square, over −(d + 2)/2 and −(d + 2); digammas by their integrals."""
    for side, density, step in ((left_side, left_density, 4), (right_side, right_density, 2)):
        yield trial.same(density, density_of(sp.diff(side, z), digamma_density, step), by=in_exponentials)
    unit = sp.log(sp.gamma(d / 2) / (4 * sp.pi))
    yield trial.same(left_side, -2 * (sp.log(modulus.subs(j, DEGREE)) - unit) / (d + 2), by=logarithms)
    asked = sp.log(demanded) - 2 * unit + power * sum(sp.log(volume.subs(m, each)) for each in (DEGREE - 1, DEGREE))
    yield trial.same(right_side, -asked / (d + 2), by=logarithms)


@exact(spectral_rate, step="four sines")
@control("three of them", four_sines=four_sines - sp.sinh((d - 4) * q) / 4)
@control("the first alone", four_sines=sp.sinh((d + 2) * q))
@control("10 % more", four_sines=MORE * four_sines)
@control("half of the density", left_density=left_density / 2)
@control("without cosh", right_density=right_density / sp.cosh(2 * q))
def four_sines_and_their_slopes(
    left_density: sp.Expr, right_density: sp.Expr, four_sines: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The product as a sum; the quotient of the densities is the sum over its bound, of which it has the slope at 0."""
    yield trial.same(four_sines, sp.cosh(2 * q) * sp.cosh(q) * sp.sinh((d - 1) * q), by=in_exponentials)
    most = (d - 1) * sp.sinh((d + 2) * q) / (d + 2)
    yield trial.same(right_density * most, four_sines * left_density, by=in_exponentials)
    yield trial.same(sp.diff(four_sines, q).subs(q, 0), sp.diff(most, q).subs(q, 0))


def by_powers(quotient: sp.Expr, n: sp.Symbol) -> sp.Expr:
    """What a quotient of Gamma functions of cn + b is asymptotic to: (cn)^b for each; those with one c have to cancel."""

    def powered(each: sp.Expr) -> sp.Expr:
        scale = each.args[0].coeff(n)
        return (scale * n) ** (each.args[0] - scale * n) * sp.Symbol(f"G_{scale}", positive=True)

    return sp.powsimp(
        sp.expand_power_base(quotient.replace(lambda each: isinstance(each, sp.gamma) and each.has(n), powered))
    )


@exact(spectral_rate, step="leading power")
@control("half of it", leading=leading / 2)
@control("one dimension more", leading=leading.subs(d, d + 1))
@control("10 % more", leading=MORE * leading)
@control("half of the modulus", modulus=modulus / 2)
@control("exponent of the kernel", exponent=-d / (d - 1))
@control("of polynomials", harmonics=sp.binomial(2 * j + d - 1, d - 1))
@control("without the factorial", constant=constant * sp.gamma(d) ** (3 / (d - 1)))
def degrees_add_a_fourth_power(
    harmonics: sp.Expr, modulus: sp.Expr, constant: sp.Expr, exponent: sp.Expr, leading: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Three eighths of the constant; harmonics as a quotient of Gammas, and that times the squared modulus by powers."""
    yield trial.same(leading, sp.Rational(3, 8) * constant * sp.gamma(d) ** -exponent)
    number = sp.gamma(2 * j + d - 2) / (sp.gamma(2 * j + 1) * sp.gamma(d - 1))
    yield trial.same(harmonics, (4 * j + d - 2) * number, by=by_gammas)
    yield trial.same(leading, by_powers(4 * j * number * modulus**2, j) * j**4, by=doubled)


@exact(spectral_rate, step="planes and spaces")
@control("half of it", plane_sum=plane_sum / 2)
@control("of one harmonic more", plane_sum=sp.Rational(3, 2) * plane_sum)
@control("10 % more", plane_sum=MORE * plane_sum)
@control("one harmonic", space_sum=space_sum / (4 * z))
@control("half of the space", space_sum=space_sum / 2)
@control("10 % less", space_sum=LESS * space_sum)
@control("half of the modulus", power_modulus=power_modulus / 2)
@control("one degree more", harmonics=harmonics.subs(j, j + 1))
@control("half of the leading power", leading=leading / 2)
def sums_in_the_plane_and_in_space(
    harmonics: sp.Expr, power_modulus: sp.Expr, leading: sp.Expr, plane_sum: sp.Expr, space_sum: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Harmonics of degree 2m, m = z − (d − 2)/4, times the squared power; and the leading power of z."""
    for dimension, claimed in ((2, plane_sum), (3, space_sum)):
        number = sp.expand_func(harmonics.subs(d, dimension).subs(j, z - sp.Rational(dimension - 2, 4)))
        yield trial.same(sp.sqrt(claimed), sp.sqrt(number) * power_modulus.subs(d, dimension))
        yield trial.same(claimed, leading.subs(d, dimension) / z**4)


@exact(spectral_rate, step="fourth powers")
@control("three times as much", telescoping=3 * telescoping)
@control("without the half", telescoping=1 / (3 * v**3))
@control("10 % more", telescoping=MORE * telescoping)
@control("half of the plane", plane_sum=plane_sum / 2)
@control("half of the space", space_sum=space_sum / 2)
def fourth_powers_are_steps(
    plane_sum: sp.Expr, space_sum: sp.Expr, telescoping: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """From z − ½ = v + ½ on; both sums are such powers, times 3/8 of the constants 1/(3π²) and 1/(12√2π)·2^(3/2)."""
    fall = telescoping.subs(v, v + HALF) - telescoping.subs(v, v + 3 * HALF)
    rest = (28 * v**2 + 56 * v + 19) / (
        (v + 1) ** 4 * (2 * v + 1) * (2 * v + 3) * (4 * v**2 + 4 * v + 3) * (4 * v**2 + 12 * v + 11)
    )
    yield trial.nonnegative((v + 1) ** -4 - fall, rest, by=sp.cancel)
    for claimed, factor in ((plane_sum, 1 / (8 * sp.pi**2)), (space_sum, 1 / (16 * sp.pi))):
        yield trial.same(claimed, factor * z**-4)


@exact(spectral_rate, step="place")
@control("one more", square_place=4 * (v**2 + 1))
@control("a quarter", square_place=square_place / 4)
@control("10 % more", square_place=MORE * square_place)
@control("without degree 1", ranks=ranks - d)
@control("three times as much", telescoping=3 * telescoping)
def numbers_exceed_a_square(
    ranks: sp.Expr, telescoping: sp.Expr, square_place: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At m = v − d/4; and the cube over 64 exceeds the square of 1/(3F)."""
    plane, space = (sp.expand_func(ranks.subs(d, each).subs(m, v - sp.Rational(each, 4))) for each in (2, 3))
    yield trial.nonnegative(
        (square_place / 4) ** 3 - 1 / (3 * telescoping) ** 2, v**2 / 12 + sp.Rational(1, 27), by=sp.cancel
    )
    yield trial.nonnegative(plane**2 - square_place, 8 * v + sp.Rational(8, 3), by=sp.expand)
    yield trial.nonnegative(2 * space - square_place, sp.Rational(53, 12) + 0 * v, by=sp.expand)


@exact(spectral_rate, step="many neurons")
@control("of half the degree", many=many.subs(u, u / 2))
@control("without the factorial", many=many * sp.gamma(d))
@control("10 % more", many=MORE * many)
@control("one dimension more", volume=volume.subs(d, d + 1))
@control("twice as much left", tail_power=2 * tail_power)
@control("half of it", leading=leading / 2)
@control("half of the constant", constant=constant / 2)
@control("exponent of the kernel", exponent=-d / (d - 1))
def ranks_by_powers(
    volume: sp.Expr,
    constant: sp.Expr,
    exponent: sp.Expr,
    leading: sp.Expr,
    tail_power: sp.Expr,
    many: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The numbers up to degree 2u; with them the bound is the power of u that is left, the sum of those of the degrees."""
    yield trial.same(many * sp.gamma(d), by_powers(volume, m).subs(m, u))
    yield trial.same(
        tail_power, constant * many**exponent, by=lambda gap: sp.simplify(sp.powdenest(gap.subs(d, y + 1)))
    )
    yield trial.same(-sp.diff(tail_power, u), leading / u**4)
    more = sp.Symbol("x", integer=True, nonnegative=True)
    yield trial.nonnegative(-exponent, 3 / (1 + more), where={d: 2 + more}, strict=True)


@exact(spectral_rate, step="bound")
@control("of twice as many", lower=lower.subs(N, 2 * N))
@control("in the degree", lower=constant / N**3)
@control("10 % less", lower=LESS * lower)
@control("half of the constant", constant=constant / 2)
@control("exponent of the kernel", exponent=-d / (d - 1))
def bound_is_the_power(constant: sp.Expr, exponent: sp.Expr, lower: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """And it is convex in N."""
    yield trial.same(lower, constant * N**exponent)
    yield trial.same(sp.diff(lower, N, 2), exponent * (exponent - 1) * lower / N**2)


@exact(spectral_rate, step="neurons")
@control("power d − 1", neurons_bound=(constant / allowed) ** (d - 1))
@control("10 % more", neurons_bound=MORE * neurons_bound)
@control("10 % less", neurons_bound=LESS * neurons_bound)
@control("nothing for failure", allowed=eps**2)
@control("of twice as many", lower=lower.subs(N, 2 * N))
def neurons_solve_the_bound(
    lower: sp.Expr, allowed: sp.Expr, neurons_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """So many make the bound as small as allowed: the squared error, and all that there is if it fails."""
    yield trial.same(allowed, eps**2 + delta * total)
    yield trial.same(
        valued(lower, {N: neurons_bound}), allowed, by=lambda gap: sp.simplify(sp.powdenest(valued(gap, {d: y + 1})))
    )
    more = sp.Symbol("x", integer=True, nonnegative=True)
    yield trial.nonnegative(-N * sp.diff(lower, N) / lower, 3 / (1 + more), where={d: 2 + more}, strict=True)


@enclosed(spectral_rate)
@control("with its sign", modulus=-modulus)
def a_modulus_is_positive(modulus: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From degree 2 on."""
    yield trial.below(sp.S.Zero, modulus, strict=True)
