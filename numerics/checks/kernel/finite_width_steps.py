"""Evidence for the steps of K6: one neuron in polar coordinates, moments over the arc, the masks of a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, kappa_1, relu
from sparse_limits.theory.kernel.finite_width import (
    arc_cosine,
    arc_length,
    arc_square,
    deviation,
    diagonal_mean,
    diagonal_variance,
    equal_mean,
    equal_second,
    finite_width_moments,
    first_length,
    fourth,
    k,
    mean,
    n,
    neuron,
    q,
    radial,
    radial_fourth,
    radial_square,
    readout,
    readout_fourth,
    row_norm,
    row_square,
    second_length,
    second_moment,
    theta,
    variance,
    wave,
)
from sparse_limits.theory.saliency.model import rho

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
PLAIN = neuron.subs(readout, 0)


def mean_over(polynomial: sp.Expr, moments: Mapping[sp.Expr, tuple[sp.Expr, ...]]) -> sp.Expr:
    """The mean of a polynomial in independent variables, term by term: of xⁱ it is moments[x][i]."""
    total = sp.Poly(sp.expand(polynomial), *moments)
    terms = (
        factor * sp.prod([moments[x][i] for x, i in zip(moments, powers, strict=True)])
        for powers, factor in total.terms()
    )
    return sp.Add(*terms)


def at_covariance(expression: sp.Expr) -> sp.Expr:
    """A formula in lengths and the angle, at a, b and c."""
    polar = {first_length: sp.sqrt(a), second_length: sp.sqrt(b), theta: sp.acos(c / sp.sqrt(a * b))}
    return valued(expression, polar)


def one_sine(gap: sp.Expr) -> sp.Expr:
    """Expand with one letter for √(1 − c²/(ab)) and one for √(ab)."""
    S, root = sp.symbols("S G", positive=True)
    plain = gap.subs(sp.sqrt(1 - c**2 / (a * b)), S).subs(sp.sqrt(a) * sp.sqrt(b), root)
    return sp.simplify(
        sp.expand(sp.expand(plain.subs(c, cosine * root)).subs(S**2, 1 - cosine**2).subs(root**2, a * b))
    )


@exact(finite_width_moments, step="arc")
@control("the readout alone", neuron=neuron.subs(readout, 0))
@control("gates not squared", neuron=neuron.subs(readout, readout / sp.sqrt(2)))
@control("10 % more", neuron=ELEVEN * neuron)
def neurons_are_waves_on_the_arc(neuron: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """φφ′ and φ̇φ̇′c at t = (u + θ)/2; both cosines are positive inside the arc and one is 0 at either end."""
    direction = (wave + theta) / 2
    covariance = first_length * second_length * sp.cos(theta)
    values = 2 * first_length * second_length * radial**2 * sp.cos(direction) * sp.cos(direction - theta)
    yield trial.same(neuron, values + 2 * readout**2 * covariance, by=products_to_sums)
    ends = sp.cos(direction).subs(wave, sp.pi - theta), sp.cos(direction - theta).subs(wave, theta - sp.pi)
    for end in ends:
        yield trial.vanishes(end)


def products_to_sums(gap: sp.Expr) -> sp.Expr:
    """Products of cosines as sums of cosines."""
    return sp.expand(sp.fu(sp.expand(gap)))


@exact(finite_width_moments, step="lengths")
@control("of one normal number", radial_square=sp.S.One)
@control("10 % more", radial_square=ELEVEN * radial_square)
@control("the square of the mean", radial_fourth=sp.Integer(4))
@control("of one normal number, fourth", radial_fourth=sp.Integer(3))
@control("10 % less", radial_fourth=NINE * radial_fourth)
def lengths_have_their_moments(radial_square: sp.Expr, radial_fourth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Integrals of R³ and R⁵ times e^{−R²/2}."""
    for claimed, power in ((radial_square, 2), (radial_fourth, 4)):
        density = radial * sp.exp(-(radial**2) / 2)
        yield trial.same(claimed, sp.integrate(radial**power * density, (radial, 0, sp.oo)))


@exact(finite_width_moments, step="readout")
@control("signs", readout_fourth=sp.S.One)
@control("of a plane", readout_fourth=sp.Integer(8))
@control("10 % more", readout_fourth=ELEVEN * readout_fourth)
def readouts_have_their_moments(readout_fourth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Integrals over the normal law."""
    density = sp.exp(-(readout**2) / 2) * sp.sqrt(2 / sp.pi)
    yield trial.same(readout_fourth, sp.integrate(readout**4 * density, (readout, 0, sp.oo)))
    yield trial.same(1, sp.integrate(readout**2 * density, (readout, 0, sp.oo)))


@exact(finite_width_moments, step="averages")
@control("an arc of the other gates", arc_length=theta / (2 * sp.pi))
@control("half the plane", arc_length=sp.Rational(1, 2))
@control("10 % more", arc_length=ELEVEN * arc_length)
@control("no factor", arc_cosine=sp.sin(theta))
@control("the cosine of the angle", arc_cosine=sp.cos(theta) / (2 * sp.pi))
@control("cosine 10 % less", arc_cosine=NINE * arc_cosine)
@control("half of the arc", arc_square=arc_length / 2)
@control("the square of the mean", arc_square=arc_cosine**2)
@control("square 10 % more", arc_square=ELEVEN * arc_square)
@control("a neuron 10 % larger", neuron=ELEVEN * neuron)
def waves_are_integrated_over_the_arc(
    neuron: sp.Expr, arc_length: sp.Expr, arc_cosine: sp.Expr, arc_square: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Over |u| < π − θ with dt = du/2; a neuron without α has R² times the mean of 2 cos t cos(t − θ)."""
    for power, claimed in enumerate((arc_length, arc_cosine, arc_square)):
        yield trial.same(claimed, trial.once(mean_power, power))
    plain = neuron.subs({readout: 0, radial: 1, first_length: 1, second_length: 1})
    yield trial.same(mean_over(plain, {sp.cos(wave): (arc_length, arc_cosine)}), trial.once(mean_product))


def mean_power(power: int) -> sp.Expr:
    return sp.integrate(sp.cos(wave) ** power, (wave, theta - sp.pi, sp.pi - theta)) / (4 * sp.pi)


def mean_product() -> sp.Expr:
    t = sp.Symbol("t", real=True)
    return sp.integrate(2 * sp.cos(t) * sp.cos(t - theta), (t, theta - sp.pi / 2, sp.pi / 2)) / (2 * sp.pi)


@exact(finite_width_moments, step="mean")
@control("the readout term alone", mean=relu.value)
@control("without the gates' share", mean=relu.value + c)
@control("10 % more", mean=ELEVEN * mean)
@control("the readout alone in a neuron", neuron=PLAIN)
@control("R² of one number", radial_square=sp.S.One)
@control("all directions", arc_length=sp.S.One)
@control("cosine 10 % less", arc_cosine=NINE * arc_cosine)
def means_are_those_of_the_arc(
    neuron: sp.Expr, radial_square: sp.Expr, arc_length: sp.Expr, arc_cosine: sp.Expr, mean: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The neuron term by term, with E α² = 1."""
    moments = {radial: (1, 0, radial_square), readout: (1, 0, 1), sp.cos(wave): (arc_length, arc_cosine)}
    yield trial.same(mean, at_covariance(mean_over(neuron, moments)), by=one_sine)


@exact(finite_width_moments, step="squares")
@control("the square of κ₁", fourth=6 * kappa_1**2)
@control("no sine", fourth=fourth - 6 * cosine * sp.sqrt(1 - cosine**2) / sp.pi)
@control("10 % more", fourth=ELEVEN * fourth)
@control("a neuron 10 % larger", neuron=ELEVEN * neuron)
@control("the square of the mean length", radial_fourth=sp.Integer(4))
@control("all directions", arc_length=sp.S.One)
@control("cosine 10 % less", arc_cosine=NINE * arc_cosine)
@control("square 10 % more", arc_square=ELEVEN * arc_square)
def squares_are_those_of_the_arc(
    neuron: sp.Expr,
    radial_fourth: sp.Expr,
    arc_length: sp.Expr,
    arc_cosine: sp.Expr,
    arc_square: sp.Expr,
    fourth: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The square of the neuron without α, for inputs of length 1."""
    plain = neuron.subs({readout: 0, first_length: 1, second_length: 1})
    moments = {radial: (1, 0, 0, 0, radial_fourth), sp.cos(wave): (arc_length, arc_cosine, arc_square)}
    found = mean_over(plain**2, moments).subs(theta, sp.acos(cosine))
    yield trial.same(fourth, found, by=sp.expand)


@exact(finite_width_moments, step="second moment", cost=0.6)
@control("no cross term", second_moment=second_moment - 4 * c * relu.value)
@control("E α⁴ = 1", second_moment=second_moment - 4 * c**2 * relu.slope)
@control("10 % less", second_moment=NINE * second_moment)
@control("the readout alone in a neuron", neuron=PLAIN)
@control("R² of one number", radial_square=sp.S.One)
@control("the square of the mean length", radial_fourth=sp.Integer(4))
@control("signs as readout weights", readout_fourth=sp.S.One)
@control("all directions", arc_length=sp.S.One)
@control("cosine 10 % less", arc_cosine=NINE * arc_cosine)
@control("square 10 % more", arc_square=ELEVEN * arc_square)
@control("squares 10 % more", fourth=ELEVEN * fourth)
def second_moments_are_those_of_the_arc(
    neuron: sp.Expr,
    radial_square: sp.Expr,
    radial_fourth: sp.Expr,
    readout_fourth: sp.Expr,
    arc_length: sp.Expr,
    arc_cosine: sp.Expr,
    arc_square: sp.Expr,
    fourth: sp.Expr,
    second_moment: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The square of the neuron term by term; what has α is the rest beside the squares."""
    moments = {
        radial: (1, 0, radial_square, 0, radial_fourth),
        readout: (1, 0, 1, 0, readout_fourth),
        sp.cos(wave): (arc_length, arc_cosine, arc_square),
    }
    yield trial.same(second_moment, at_covariance(mean_over(neuron**2, moments)), by=one_sine)
    rest = at_covariance(mean_over(neuron**2 - neuron.subs(readout, 0) ** 2, moments))
    yield trial.same(second_moment - a * b * fourth.subs(cosine, c / sp.sqrt(a * b)), rest, by=one_sine)


@exact(finite_width_moments, step="variance")
@control("the second moment", variance=second_moment)
@control("10 % more", variance=ELEVEN * variance)
@control("the mean's square twice", variance=variance - mean**2)
@control("a mean 10 % larger", mean=ELEVEN * mean)
@control("a second moment 10 % smaller", second_moment=NINE * second_moment)
def variances_are_what_the_square_of_the_mean_leaves(
    mean: sp.Expr, second_moment: sp.Expr, variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """E X² less (E X)²."""
    yield trial.same(variance + mean**2, second_moment)


@exact(finite_width_moments, step="average")
@control("without the square's mean", deviation=sp.sqrt(second_moment / n))
@control("rate 1/n", deviation=sp.sqrt(variance) / n)
@control("10 % more", deviation=ELEVEN * deviation)
@control("another variance", variance=NINE * variance)
def variances_of_sums_grow_neuron_by_neuron(variance: sp.Expr, deviation: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n² times the square of the deviation is the variance of the sum; and it is positive on samples of a, b, c."""
    yield trial.induction(n**2 * deviation**2, n, variance, lambda term: term + variance, start=1, by=sp.expand)
    for point in trial.points(deviation)[:2]:
        yield trial.holds(trial.value(deviation, point) > 0, "a positive root")


@exact(finite_width_moments, step="equal inputs")
@control("the readout alone", equal_mean=a)
@control("10 % more", equal_mean=ELEVEN * equal_mean)
@control("the square of the mean", equal_second=4 * a**2)
@control("second moment 10 % less", equal_second=NINE * equal_second)
@control("mean without the gates", mean=relu.value)
@control("no cross term", second_moment=second_moment - 4 * c * relu.value)
def equal_inputs_have_simple_moments(
    mean: sp.Expr, second_moment: sp.Expr, equal_mean: sp.Expr, equal_second: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Both moments at b = c = a."""
    for claimed, known in ((equal_mean, mean), (equal_second, second_moment)):
        yield trial.same(claimed, known.subs({b: a, c: a}))


@exact(finite_width_moments, step="row")
@control("density squared", row_norm=rho**2 * q)
@control("10 % more", row_norm=ELEVEN * row_norm)
@control("dense", row_norm=q)
@control("the square of the mean", row_square=rho**2 * q**2)
@control("the variance", row_square=rho * (1 - rho) * k)
@control("square 10 % more", row_square=ELEVEN * row_square)
def rows_grow_coordinate_by_coordinate(row_norm: sp.Expr, row_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One more coordinate of square s, over d, kept with probability ρ: q gains s and k gains s²; without any both are 0."""
    s = sp.Symbol("s", positive=True)
    more = {q: q + s, k: k + s**2}
    for claimed, gain in ((row_norm, rho * s), (row_square, rho * (2 * s * row_norm + s**2))):
        yield trial.same(claimed.subs(more, simultaneous=True), claimed + gain)
        yield trial.vanishes(claimed.subs({q: 0, k: 0}))


@exact(finite_width_moments, step="diagonal")
@control("the value alone", diagonal_mean=rho * q)
@control("density squared", diagonal_mean=2 * rho**2 * q)
@control("10 % more", diagonal_mean=ELEVEN * diagonal_mean)
@control("masks averaged first", diagonal_variance=12 * rho**2 * q**2)
@control("the mean of conditional variances", diagonal_variance=12 * row_square)
@control("variance 10 % more", diagonal_variance=ELEVEN * diagonal_variance)
@control("the readout alone", equal_mean=a)
@control("second moment 10 % less", equal_second=NINE * equal_second)
@control("norm 10 % more", row_norm=ELEVEN * row_norm)
@control("square of the mean", row_square=rho**2 * q**2)
def diagonals_are_means_over_masks(
    equal_mean: sp.Expr,
    equal_second: sp.Expr,
    row_norm: sp.Expr,
    row_square: sp.Expr,
    diagonal_mean: sp.Expr,
    diagonal_variance: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Polynomials in a, term by term over the masks of a row."""
    powers = {a: (1, row_norm, row_square)}
    yield trial.same(diagonal_mean, mean_over(equal_mean, powers))
    yield trial.same(diagonal_variance, mean_over(equal_second, powers) - diagonal_mean**2)
