"""Evidence for N6.3: the rate at which N dimensions leave less of a neuron."""

import sympy as sp

from sparse_limits.numerics.checks.neuron_pruning.spectral import between, demands, ends, where
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning import alignment
from sparse_limits.theory.neuron_pruning.alignment import N, eps
from sparse_limits.theory.neuron_pruning.further.spectral_rate import (
    by_powers,
    in_exponentials,
    of_degree,
    p,
    q,
    spectral_rate,
    tau,
    u,
    v,
    w,
    x,
    y,
    z,
)
from sparse_limits.theory.neuron_pruning.inputs import d
from sparse_limits.theory.neuron_pruning.spectral import delta, j, m, neurons, ranks, tail, total

large = where((2, 10**6), (3, 10**6), (5, 10**7), (8, 10**7), (30, 10**9), second=j)


@enclosed(spectral_rate)
def rate_is_that_of_the_eigenvalues(constant: sp.Expr, exponent: sp.Expr, lower: sp.Expr, trial: Trial) -> Findings:
    """What degree 2j takes off the bound approaches its eigenvalues: relative difference at most d²/j, at five points."""
    yield trial.same(lower, constant * N**exponent)
    ends = [ranks.subs(m, half) - d for half in (j - 1, j)]
    for bound in (lower, constant * N**exponent):
        ratio = (bound.subs(N, ends[0]) - bound.subs(N, ends[1])) / of_degree
        yield trial.below(sp.Abs(ratio - 1), d**2 / j, at=large)  # boxes: differences of powers that nearly cancel


@enclosed(spectral_rate, cost=0.3)
def the_bound_holds_and_is_attained_in_the_limit(lower: sp.Expr, trial: Trial) -> Findings:
    """T_d(N) itself: within 2 % at three points, and no less at N = 1 and beyond; degree by degree at nine points with d ≥ 4."""
    several = where((3, 2000), (2, 400), (4, 3000))
    yield trial.below(lower, tail, at=several)  # boxes: a sum as long as N says; for all N: the step *bound*
    yield trial.below(tail, sp.Rational(51, 50) * lower, at=several)
    yield trial.below(lower, tail, at=ends + between + where((12, 1), (300, 10**6)))
    # for all d ≥ 4 and degrees: the step *four inputs or more*
    steps = where((4, 1), (4, 9), (5, 1), (6, 40), (9, 2), (40, 1), (40, 30), (200, 1), (200, 5000), second=j)
    yield trial.below(
        lower.subs(N, ranks.subs(m, j - 1) - d) - lower.subs(N, ranks.subs(m, j) - d), of_degree, at=steps
    )


@enclosed(spectral_rate, cost=0.3)
def the_bound_is_below_the_number_and_beyond_alignment(neurons_bound: sp.Expr, trial: Trial) -> Findings:
    """At three points it is at most the smallest number, and that below twice the bound; N2 asks for less at three points with d ≥ 3."""
    for point in demands((2, 1000, 10**6), (3, 200, 40_000), (4, 100, 10_000)):
        number = sp.Rational(trial.value(neurons, point))
        yield trial.below(neurons_bound, number, at=[point])  # boxes: a smallest number; in general: the step *neurons*
        yield trial.below(number, 2 * neurons_bound, at=[point])
    aligned = alignment.neurons.subs(alignment.delta, 1)
    yield trial.below(aligned, neurons_bound, at=demands((3, 10**6, 10**12), (4, 10**6, 10**12), (7, 10**6, 10**12)))


# The mean slope of a power between two numbers of harmonics


@exact(spectral_rate, step="chord")
def chord_of_a_power(chord: sp.Expr, geometric: sp.Expr, trial: Trial) -> Findings:
    """Its two ends; over a quotient of sinh, which is at most 1, it is a power of the geometric mean: 1/(1 + z) for the quotient."""
    low, high = sp.exp(w - y), sp.exp(w + y)
    rise = (sp.exp(-p * (w - y)) - sp.exp(-p * (w + y))) / p
    yield trial.same(chord, rise / (high - low), by=in_exponentials)
    quotient = sp.sinh(p * y) / (p * sp.sinh(y))
    yield trial.nonnegative(chord, sp.exp(-(p + 1) * w) * quotient, strict=True)
    spare = sp.Symbol("z", nonnegative=True)
    below = (geometric - chord).subs(sp.sinh(p * y), p * sp.sinh(y) / (1 + spare))
    yield trial.nonnegative(below, sp.exp(-(p + 1) * w) * spare / (1 + spare))


# Constant is below the first degree; sides and their derivatives

HALF = sp.Rational(1, 2)


@enclosed(spectral_rate, step="one neuron")
def constant_is_below_the_first_degree(
    constant: sp.Expr, gamma_step: sp.Expr, constant_bound: sp.Expr, first_degree: sp.Expr, trial: Trial
) -> Findings:
    """The quotient of Gammas is the half step, and Γ(d)² the power (d − 1)^(d − 1), with x = d − 1; what is left is a number."""
    halves = sp.gamma(d / 2) / sp.gamma((d - 1) / 2)
    bounded = constant / halves / sp.gamma(d) ** (-3 / (d - 1)) * gamma_step * (d - 1) ** sp.Rational(-3, 2)
    yield trial.same(constant_bound, bounded, by=lambda gap: sp.simplify(gap.subs(d, x + 1)))
    yield trial.same(first_degree, d * (1 / (2 * d)) ** 2)
    yield trial.everywhere(constant_bound * (d - 1), sp.Rational(1, 20))
    share = first_degree.subs(d, x + 2) - 1 / (20 * (x + 1))
    yield trial.nonnegative(share, (4 * x + 3) / (20 * (x + 1) * (x + 2)), by=sp.cancel)


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
) -> Findings:
    """Logarithms of the modulus and of what is demanded of its square, over −(d + 2)/2 and −(d + 2); digammas by their integrals."""
    for side, density, step in ((left_side, left_density, 4), (right_side, right_density, 2)):
        yield trial.same(density, density_of(sp.diff(side, z), digamma_density, step), by=in_exponentials)
    unit = sp.log(sp.gamma(d / 2) / (4 * sp.pi))
    yield trial.same(left_side, -2 * (sp.log(modulus.subs(j, DEGREE)) - unit) / (d + 2), by=logarithms)
    asked = sp.log(demanded) - 2 * unit + power * sum(sp.log(volume.subs(m, each)) for each in (DEGREE - 1, DEGREE))
    yield trial.same(right_side, -asked / (d + 2), by=logarithms)


@exact(spectral_rate, step="planes and spaces")
def sums_in_the_plane_and_in_space(
    harmonics: sp.Expr, power_modulus: sp.Expr, leading: sp.Expr, plane_sum: sp.Expr, space_sum: sp.Expr, trial: Trial
) -> Findings:
    """Harmonics of degree 2m, m = z − (d − 2)/4, times the squared power; and the leading power of z."""
    for dimension, claimed in ((2, plane_sum), (3, space_sum)):
        number = sp.expand_func(harmonics.subs(d, dimension).subs(j, z - sp.Rational(dimension - 2, 4)))
        yield trial.same(sp.sqrt(claimed), sp.sqrt(number) * power_modulus.subs(d, dimension))
        yield trial.same(claimed, leading.subs(d, dimension) / z**4)


@exact(spectral_rate, step="fourth powers")
def fourth_powers_are_steps(plane_sum: sp.Expr, space_sum: sp.Expr, telescoping: sp.Expr, trial: Trial) -> Findings:
    """From z − ½ = v + ½ on; both sums are such powers, times 3/8 of the constants 1/(3π²) and 1/(12√2π)·2^(3/2)."""
    fall = telescoping.subs(v, v + HALF) - telescoping.subs(v, v + 3 * HALF)
    rest = (28 * v**2 + 56 * v + 19) / (
        (v + 1) ** 4 * (2 * v + 1) * (2 * v + 3) * (4 * v**2 + 4 * v + 3) * (4 * v**2 + 12 * v + 11)
    )
    yield trial.nonnegative((v + 1) ** -4 - fall, rest, by=sp.cancel)
    for claimed, factor in ((plane_sum, 1 / (8 * sp.pi**2)), (space_sum, 1 / (16 * sp.pi))):
        yield trial.same(claimed, factor * z**-4)


@exact(spectral_rate, step="place")
def numbers_exceed_a_square(ranks: sp.Expr, telescoping: sp.Expr, square_place: sp.Expr, trial: Trial) -> Findings:
    """At m = v − d/4; and the cube over 64 exceeds the square of 1/(3F)."""
    plane, space = (sp.expand_func(ranks.subs(d, each).subs(m, v - sp.Rational(each, 4))) for each in (2, 3))
    yield trial.nonnegative(
        (square_place / 4) ** 3 - 1 / (3 * telescoping) ** 2, v**2 / 12 + sp.Rational(1, 27), by=sp.cancel
    )
    yield trial.nonnegative(plane**2 - square_place, 8 * v + sp.Rational(8, 3), by=sp.expand)
    yield trial.nonnegative(2 * space - square_place, sp.Rational(53, 12) + 0 * v, by=sp.expand)


@exact(spectral_rate, step="many neurons")
def ranks_by_powers(
    volume: sp.Expr,
    constant: sp.Expr,
    exponent: sp.Expr,
    leading: sp.Expr,
    tail_power: sp.Expr,
    many: sp.Expr,
    trial: Trial,
) -> Findings:
    """The numbers up to degree 2u; with them the bound is the power of u that is left, the sum of those of the degrees."""
    yield trial.same(many * sp.gamma(d), by_powers(volume, m).subs(m, u))
    yield trial.same(
        tail_power, constant * many**exponent, by=lambda gap: sp.simplify(sp.powdenest(gap.subs(d, y + 1)))
    )
    yield trial.same(-sp.diff(tail_power, u), leading / u**4)
    more = sp.Symbol("x", integer=True, nonnegative=True)
    yield trial.nonnegative(-exponent, 3 / (1 + more), where={d: 2 + more}, strict=True)


@exact(spectral_rate, step="neurons")
def neurons_solve_the_bound(lower: sp.Expr, allowed: sp.Expr, neurons_bound: sp.Expr, trial: Trial) -> Findings:
    """So many make the bound as small as allowed: the squared error, and all that there is if it fails."""
    yield trial.same(allowed, eps**2 + delta * total)
    yield trial.same(
        valued(lower, {N: neurons_bound}), allowed, by=lambda gap: sp.simplify(sp.powdenest(valued(gap, {d: y + 1})))
    )
    more = sp.Symbol("x", integer=True, nonnegative=True)
    yield trial.nonnegative(-N * sp.diff(lower, N) / lower, 3 / (1 + more), where={d: 2 + more}, strict=True)


@enclosed(spectral_rate)
def a_modulus_is_positive(modulus: sp.Expr, trial: Trial) -> Findings:
    """From degree 2 on."""
    yield trial.below(sp.S.Zero, modulus, strict=True)
