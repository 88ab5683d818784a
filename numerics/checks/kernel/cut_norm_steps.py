"""Evidence for the steps of K9: slopes of F, terms of the bound, the example at every distance, entries of masks."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.cut_norm import (
    beta,
    chance,
    constant,
    correlation,
    covariance,
    covariance_slope,
    covariance_term,
    cut_distance,
    cut_norm_continuity,
    delta,
    difference_slope,
    entry_distance,
    l1_distance,
    largest_slope,
    limit_ratio,
    own_layer_growth,
    own_layer_ratio,
    own_share,
    readout_ratio,
    s,
    variance,
    variance_term,
)
from sparse_limits.theory.kernel.dual import a, b, c, cosine, kappa_0, kappa_1, relu
from sparse_limits.theory.kernel.dual_activations import variance_slope
from sparse_limits.theory.saliency.model import u, v

ELEVEN, NINE, HALF = sp.Rational(11, 10), sp.Rational(9, 10), sp.Rational(1, 2)
theta, more, less = sp.symbols("theta x y", nonnegative=True)


@exact(cut_norm_continuity, step="covariance")
@control("half", covariance_slope=HALF)
@control("10 % more", covariance_slope=ELEVEN * covariance_slope)
@control("10 % less", covariance_slope=NINE * covariance_slope)
def gates_are_at_most_both_open(covariance_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The value at the cosine 1; at an angle θ it lacks θ/π of it, and is 0 where θ is the half turn."""
    yield trial.same(kappa_0.subs(cosine, 1), covariance_slope)
    yield trial.nonnegative(covariance_slope - kappa_0.subs(sp.acos(cosine), theta), theta / sp.pi)
    yield trial.vanishes(kappa_0.subs(sp.acos(cosine), sp.pi))


@exact(cut_norm_continuity, step="variances")
@control("not halved", largest_slope=2 * largest_slope)
@control("of equal variances", largest_slope=1 / (2 * sp.pi))
@control("10 % more", largest_slope=ELEVEN * largest_slope)
@control("10 % less", largest_slope=NINE * largest_slope)
@control("slope twice", variance_slope=2 * variance_slope)
@control("that of the other variance", variance_slope=variance_slope.subs({a: b, b: a}, simultaneous=True))
def slopes_in_a_variance_are_below(variance_slope: sp.Expr, largest_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The squares at a = s(1 + x), b = β/(1 + y); equal at no covariance, the least a and the largest b."""
    there = {a: s * (1 + more), b: beta / (1 + less)}
    gap = beta / s * (more + less + more * less) / ((1 + more) * (1 + less)) + (c / there[a]) ** 2
    square = valued(variance_slope, there) ** 2
    yield trial.nonnegative(largest_slope**2 - square, gap / (4 * sp.pi**2))
    yield trial.same(variance_slope.subs({a: s, b: beta, c: 0}), largest_slope)
    moved = relu.value.subs(c, cosine * sp.sqrt(a * b))  # F at a cosine: ∂_a F at fixed c, by the chain rule
    slope = sp.diff(moved, a) - cosine / 2 * sp.sqrt(b / a) * kappa_0
    yield trial.same(slope, variance_slope.subs(c, cosine * sp.sqrt(a * b)), at=trial.points(a, b, cosine))


@exact(cut_norm_continuity, step="term of the covariance")
@control("the sign of xx′ forgotten", covariance_term=beta)
@control("10 % more", covariance_term=ELEVEN * covariance_term)
@control("the square", covariance_term=2 * beta**2)
@control("half the slope", covariance_slope=HALF)
def products_are_a_difference(covariance_slope: sp.Expr, covariance_term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The largest positive and the largest negative part of xx′, at coordinates ±√β, each with the largest slope."""
    products = [first * second for first, second in product((sp.sqrt(beta), -sp.sqrt(beta)), repeat=2)]
    parts = sp.Max(*products, 0) + sp.Max(*(-each for each in products), 0)
    yield trial.same(covariance_term, covariance_slope * parts)


@exact(cut_norm_continuity, step="term of a variance")
@control("both variances", variance_term=2 * variance_term)
@control("10 % more", variance_term=ELEVEN * variance_term)
@control("without the largest square", variance_term=largest_slope)
@control("slope not halved", largest_slope=2 * largest_slope)
def squares_have_one_sign(largest_slope: sp.Expr, variance_term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The largest square with the largest slope."""
    yield trial.same(variance_term, largest_slope * sp.sqrt(beta) ** 2)


@exact(cut_norm_continuity, step="constant")
@control("one variance", constant=constant - variance_term)
@control("the covariance alone", constant=covariance_term)
@control("10 % more", constant=ELEVEN * constant)
@control("the sign of xx′ forgotten", covariance_term=beta)
@control("10 % less in a variance", variance_term=NINE * variance_term)
def three_terms_add_up(
    covariance_term: sp.Expr, variance_term: sp.Expr, constant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One of the covariance and two of variances."""
    yield trial.same(constant, covariance_term + 2 * variance_term)


@enclosed(cut_norm_continuity)
@control("the covariance alone", constant=2 * beta)
@control("the variances in the inverse ratio", constant=beta * (2 + sp.sqrt(s / beta) / sp.pi))
def constant_is_least_where_all_variances_are_the_largest(constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At s = β, as for inputs of signs of which all is kept."""
    yield trial.below(constant.subs(s, beta), constant)
    yield trial.below(beta * (2 + 1 / sp.pi), constant)


@exact(cut_norm_continuity, step="example")
@control("of all inputs", variance=sp.S.One)
@control("that depends on the distance", variance=(1 - delta) / 2)
@control("10 % more", variance=ELEVEN * variance)
@control("without the second half", covariance=(1 - delta) / 2)
@control("the correlation", covariance=correlation)
@control("covariance 10 % more", covariance=ELEVEN * covariance)
def example_has_the_covariances(variance: sp.Expr, covariance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Means over the halves of W′, whose inputs are 1 and 1, then 1 and −1; W is W′ at δ = 0."""
    halves = ((1 - delta, 1, 1), (delta, 1, -1))
    yield trial.same(variance, sum(weight * x * x for weight, x, _ in halves) / 2)
    yield trial.same(variance, sum(weight * y * y for weight, _, y in halves) / 2)
    yield trial.same(covariance, sum(weight * x * y for weight, x, y in halves) / 2)


@exact(cut_norm_continuity, step="distance of the example")
@control("without the size of a half", cut_distance=delta)
@control("10 % more", cut_distance=ELEVEN * cut_distance)
@control("10 % less", cut_distance=NINE * cut_distance)
@control("covariance 10 % more", covariance=ELEVEN * covariance)
def halves_are_the_best_cuts(covariance: sp.Expr, cut_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A share x/(1 + x) of the first half and y/(1 + y) of the second: either alone is best; it is half the gap of the covariances."""
    shares = more / (1 + more), less / (1 + less)
    cut = (delta * shares[0] - delta * shares[1]) / 2
    for sign, (kept, lost) in ((1, (more, less)), (-1, (less, more))):
        certificate = delta / 2 * (1 / (1 + kept) + lost / (1 + lost))
        yield trial.nonnegative(cut_distance - sign * cut, certificate)
    yield trial.same(cut_distance, sp.limit(cut.subs(less, 0), more, sp.oo))
    yield trial.same(2 * cut_distance, covariance.subs(delta, 0) - covariance)


@exact(cut_norm_continuity, step="ratio of the readout")
@control("cut norm δ", readout_ratio=readout_ratio / 2)
@control("10 % more", readout_ratio=ELEVEN * readout_ratio)
@control("first layer", readout_ratio=own_layer_ratio)
@control("variance of all inputs", variance=sp.S.One)
@control("covariance without the second half", covariance=(1 - delta) / 2)
@control("cut norm of a whole", cut_distance=delta)
def readouts_have_the_ratio(
    variance: sp.Expr, covariance: sp.Expr, cut_distance: sp.Expr, readout_ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """F at both covariances."""
    kernel = relu.value.subs({a: variance, b: variance})
    gap = kernel.subs(c, covariance.subs(delta, 0)) - kernel.subs(c, covariance)
    yield trial.same(readout_ratio, gap / cut_distance)


@exact(cut_norm_continuity, step="slope of the numerator")
@control("without the inner derivative", difference_slope=difference_slope / 2)
@control("the value", difference_slope=2 * kappa_1.subs(cosine, correlation))
@control("10 % more", difference_slope=ELEVEN * difference_slope)
@control("ratio 10 % less", readout_ratio=NINE * readout_ratio)
def numerators_have_the_slope(readout_ratio: sp.Expr, difference_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of δ times the ratio, which is 0 at δ = 0."""
    numerator = sp.expand(delta * readout_ratio)
    yield trial.same(sp.diff(numerator, delta), difference_slope)
    yield trial.vanishes(numerator.subs(delta, 0))


@exact(cut_norm_continuity, step="limit")
@control("1", limit_ratio=sp.S.One)
@control("10 % more", limit_ratio=ELEVEN * limit_ratio)
@control("the constant of the bound", limit_ratio=constant.subs({beta: 1, s: HALF}))
@control("slope without the inner derivative", difference_slope=difference_slope / 2)
@control("the sign of xx′ forgotten", covariance_term=beta)
def ratios_tend_to_the_term_of_the_covariance(
    difference_slope: sp.Expr, limit_ratio: sp.Expr, covariance_term: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The slope at δ = 0, over that of δ; and what the bound has for the covariance at β = 1."""
    yield trial.same(limit_ratio, difference_slope.subs(delta, 0))
    yield trial.same(limit_ratio, covariance_term.subs(beta, 1))


@exact(cut_norm_continuity, step="ratio of the first layer")
@control("readout", own_layer_ratio=readout_ratio)
@control("cut norm δ", own_layer_ratio=own_layer_ratio / 2)
@control("10 % less", own_layer_ratio=NINE * own_layer_ratio)
@control("variance of all inputs", variance=sp.S.One)
@control("covariance without the second half", covariance=(1 - delta) / 2)
@control("cut norm of a whole", cut_distance=delta)
def first_layers_have_the_ratio(
    variance: sp.Expr, covariance: sp.Expr, cut_distance: sp.Expr, own_layer_ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """c κ₀ at both covariances."""
    kernel = (c * relu.slope).subs({a: variance, b: variance})
    gap = kernel.subs(c, covariance.subs(delta, 0)) - kernel.subs(c, covariance)
    yield trial.same(own_layer_ratio, gap / cut_distance)


def half_angles(gap: sp.Expr) -> sp.Expr:
    """With 2 arcsin √δ for arccos(1 − 2δ)."""
    return sp.expand(gap.subs(sp.acos(correlation), 2 * sp.asin(sp.sqrt(delta))))


@exact(cut_norm_continuity, step="share")
@control("as much", own_share=sp.S.One)
@control("without the cosine", own_share=sp.pi * sp.sqrt(delta) + sp.asin(sp.sqrt(delta)) / sp.sqrt(delta))
@control("10 % more", own_share=ELEVEN * own_share)
@control("ratio 10 % less", own_layer_ratio=NINE * own_layer_ratio)
def first_layers_have_the_share(own_layer_ratio: sp.Expr, own_share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The angle is twice that of √δ: both are 0 at 0, and have one derivative."""
    angle, half = sp.acos(correlation), sp.asin(sp.sqrt(delta))
    yield trial.same(own_layer_ratio, 2 / (sp.pi * sp.sqrt(delta)) * own_share, by=half_angles)
    yield trial.same(sp.diff(angle, delta) ** 2, 4 * sp.diff(half, delta) ** 2)
    yield trial.vanishes((angle - 2 * half).subs(delta, 0))


@exact(cut_norm_continuity, step="growth")
@control("like 1/δ", own_layer_growth=2 / (sp.pi * delta))
@control("10 % more", own_layer_growth=ELEVEN * own_layer_growth)
@control("half", own_layer_growth=own_layer_growth / 2)
@control("twice the share", own_share=2 * own_share)
def shares_tend_to_one(own_share: sp.Expr, own_layer_growth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The ratio over its growth is the share, in w = √δ; arcsin w over w tends to its derivative at 0."""
    w = sp.Symbol("w", positive=True)
    share = sp.expand((own_layer_ratio / own_layer_growth).subs(sp.acos(correlation), 2 * sp.asin(sp.sqrt(delta))))
    yield trial.same(share, own_share, by=sp.expand)
    slope = sp.diff(sp.asin(w), w).subs(w, 0)
    yield trial.same(sp.expand(own_share.subs(delta, w**2)).subs(sp.asin(w), slope * w).subs(w, 0), sp.S.One)


@exact(cut_norm_continuity, step="an entry of a mask")
@control("the variance", entry_distance=chance * (1 - chance))
@control("the graphon", entry_distance=chance)
@control("10 % more", entry_distance=ELEVEN * entry_distance)
def entries_have_the_distance(entry_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """An entry that is 1 with the probability w, else 0."""
    yield trial.same(entry_distance, chance * (1 - chance) + (1 - chance) * chance)


@exact(cut_norm_continuity, step="a mask")
@control("masks converge in L¹", l1_distance=sp.S.Zero)
@control("variance for distance", l1_distance=l1_distance / 2)
@control("10 % more", l1_distance=ELEVEN * l1_distance)
@control("the variance of an entry", entry_distance=chance * (1 - chance))
def masks_have_the_distance(entry_distance: sp.Expr, l1_distance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The polynomial in u and v, integrated."""
    at = sp.expand(entry_distance.subs(chance, (u + v) / 2))
    yield trial.same(l1_distance, trial.once(sp.integrate, at, (u, 0, 1), (v, 0, 1)))
