"""Evidence for the steps of B3 and B8: forms with their largest values, and the antipodal and the even kernel."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.numerics.evidence.sums import adds_up
from sparse_limits.theory.expressivity.paths import rho_path
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import (
    antipodal_energy,
    antipodal_kernel,
    antipodal_part,
    beta,
    degree,
    direction,
    eigenvalue,
    energy,
    even_coefficient,
    even_rest,
    feature_part,
    kernel_eigenvalue,
    linear_constant,
    linear_term,
    mean_bound,
    mean_rest,
    mu,
    path_energy_bound,
    path_term,
    projection,
    reading,
    residual_term,
)
from sparse_limits.theory.generalisation.path_bound import path_residual_bound as path_residual_claim
from sparse_limits.theory.generalisation.path_part import S, constant, layer_constant
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.kernel.dual import a, b, c, cosine, depth, kappa_0, kappa_1, relu

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(path_energy_bound, step="dual form")
@control("half of it", energy=energy / 2)
@control("the eigenvalue upstairs", energy=projection**2 * kernel_eigenvalue)
@control("10 % more", energy=ELEVEN * energy)
def energy_is_the_largest_value(energy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """A square times k separates 2uy − ku² from it; it is attained where that square is 0."""
    u, k = direction, kernel_eigenvalue
    yield trial.nonnegative(energy - (2 * u * projection - k * u**2), k * (u - projection / k) ** 2, by=sp.expand)


def symbolic_forms() -> list[tuple[list[dict[sp.Symbol, sp.Expr]], sp.Expr]]:
    """For a few sizes: what w, β and ρ are for each feature, and 2uᵀXβ − c/d·uᵀX diag(ρ)Xᵀu, all entries free."""
    found = []
    for samples, features in ((1, 1), (2, 2), (2, 3), (3, 2)):
        X = sp.Matrix(samples, features, lambda i, j: sp.Symbol(f"x_{i}{j}", real=True))
        u = sp.Matrix(sp.symbols(f"u_:{samples}", real=True))
        target = sp.Matrix(sp.symbols(f"beta_:{features}", real=True))
        shares = sp.symbols(f"rho_:{features}", positive=True)
        form = 2 * u.T * X * target - constant / d * u.T * X * sp.diag(*shares) * X.T * u
        readings = X.T * u
        found.append(([{reading: readings[j], beta: target[j], rho_path: shares[j]} for j in range(features)], form[0]))
    return found


@exact(path_energy_bound, step="features")
@control("the target once", feature_part=feature_part - reading * beta)
@control("without the dimension", feature_part=feature_part.subs(d, 1))
@control("the constant of linear networks", feature_part=feature_part * linear_constant / constant)
@control("10 % more", feature_part=ELEVEN * feature_part)
def form_is_a_sum_over_features(feature_part: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One sample more, to any number: its label and its entries of the form, old and new; and small shapes multiplied out.

    Features have no entries in common: the form is the sum of what it is for each alone.
    """
    one, entry = sp.symbols("u_i x_ij", real=True)
    own = constant * rho_path / d * one * entry * (2 * reading + one * entry)
    yield adds_up(trial, feature_part, {reading: one * entry}, 2 * one * entry * beta - own)
    cases = trial.once(symbolic_forms)
    yield trial.at_sizes(((sum(valued(feature_part, at) for at in places), form) for places, form in cases), "shapes")


@exact(path_energy_bound, step="path term")
@control("density upstairs", path_term=d * beta**2 * rho_path / constant)
@control("half of it", path_term=path_term / 2)
@control("10 % more", path_term=ELEVEN * path_term)
@control("the target once", feature_part=feature_part - reading * beta)
def square_is_completed(feature_part: sp.Expr, path_term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What separates the part of a feature from the term is a multiple of a square, which is 0 for some w."""
    weight = constant * rho_path / d
    yield trial.nonnegative(path_term - feature_part, weight * (reading - beta / weight) ** 2, by=sp.factor)


def normal_square() -> sp.Expr:
    z = sp.Symbol("z", real=True)
    return sp.integrate(z**2 * sp.exp(-(z**2) / 2), (z, -sp.oo, sp.oo)) / sp.sqrt(2 * sp.pi)


def derivatives_squared(layers: int) -> sp.Expr:
    """The mean of the sum of squares of the derivatives of a product of x and standard normal weights, one a layer."""
    x = sp.Symbol("x", real=True)
    weights = sp.symbols(f"w_:{layers}", real=True)
    path = x * sp.prod(weights)
    return sum(sp.diff(path, w) ** 2 for w in weights).subs(dict.fromkeys(weights, 1))  # squares alone, of mean 1


@exact(path_energy_bound, step="linear networks")
@control("hidden layers alone", linear_constant=depth)
@control("the halvings of gates", linear_constant=constant)
@control("two for each layer", linear_constant=2 * depth)
def every_weight_of_a_path_adds_the_same(linear_constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One weight without hidden layers; one more multiplies what there is by its mean square, and adds that of the others."""
    x = sp.Symbol("x", real=True)
    square = trial.once(normal_square)
    yield trial.induction(linear_constant, depth, square, lambda term: term * square + square ** (depth + 1), start=0)
    yield trial.at_sizes(
        ((linear_constant.subs(depth, L) * x**2, trial.once(derivatives_squared, L + 1)) for L in (0, 1, 2, 3)),
        "depths",
    )


@exact(path_energy_bound, step="linear term")
@control("density upstairs", linear_term=d * beta**2 * rho_path / linear_constant)
@control("the constant of gates", linear_term=path_term)
@control("10 % more", linear_term=ELEVEN * linear_term)
@control("hidden layers alone", linear_constant=depth)
@control("without the dimension", feature_part=feature_part.subs(d, 1))
def derivative_vanishes_at_the_largest_value(
    feature_part: sp.Expr, linear_constant: sp.Expr, linear_term: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The part of a feature with the constant of linear networks, where its derivative in w is 0; it is concave."""
    first, second = (sp.expand(feature_part).coeff(reading, power) for power in (1, 2))
    part = first * reading + second * linear_constant / constant * reading**2
    place = -part.diff(reading).subs(reading, 0) / part.diff(reading, 2)
    yield trial.same(part.subs(reading, place), linear_term)
    yield trial.nonnegative(-part.diff(reading, 2), 2 * linear_constant * rho_path / d)


# B8


@exact(path_residual_claim, step="eigenvectors")
@control("without μ", residual_term=projection**2 / eigenvalue)
@control("the norm of the labels", residual_term=projection**2 / mu)
@control("half of it", residual_term=residual_term / 2)
@control("10 % more", residual_term=ELEVEN * residual_term)
def residual_is_the_largest_value(residual_term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What 2uy − (b + μ)u² lacks, times b + μ > 0, is a square."""
    u, weight = direction, eigenvalue + mu
    lacking = residual_term - (2 * u * projection - weight * u**2)
    yield trial.nonnegative(weight * lacking, (weight * u - projection) ** 2)


@exact(path_residual_claim, step="antipodal kernel")
@control("the covariance alone", antipodal_kernel=S)
@control("10 % more", antipodal_kernel=ELEVEN * antipodal_kernel)
def duals_at_opposite_inputs(antipodal_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Value and slope of the ReLU's dual at variances S: with the covariance S, and 0 with −S."""
    equal, opposite = (
        (relu.value + c * relu.slope).subs({c: sign * S}).subs({a: S, b: S}) for sign in (sp.S.One, -sp.S.One)
    )
    yield trial.same(antipodal_kernel, equal)
    yield trial.vanishes(opposite)


@exact(path_residual_claim, step="antipodal part")
@control("one of two terms", antipodal_part=S / 2)
@control("10 % more", antipodal_part=ELEVEN * antipodal_part)
@control("a halving less", weight=2 * layer_constant)
def two_terms_of_one_weight(antipodal_part: sp.Expr, weight: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The weight for each of two terms; and what is linear in the covariance, of the dual and of the gate's half."""
    kernel = relu.value + c * relu.slope
    yield trial.same(antipodal_part, 2 * weight.subs(depth, 1) * S)
    yield trial.same(antipodal_part, S * kernel.diff(c).subs(c, 0).subs({a: S, b: S}))


@exact(path_residual_claim, step="antipodal energy")
@control("half of it", antipodal_energy=antipodal_energy / 2)
@control("10 % off", antipodal_energy=ELEVEN * antipodal_energy)
@control("the covariance alone", antipodal_kernel=S)
def antipodal_labels(antipodal_kernel: sp.Expr, antipodal_energy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """yᵀK⁻¹y at (1, 1) and (1, −1), from the equations Ku = y."""
    for sign in (1, -1):
        labels = sp.Matrix([1, sign])
        solved = (antipodal_kernel * sp.eye(2)).LUsolve(labels)
        yield trial.same(antipodal_energy, (labels.T * solved)[0])


@exact(path_residual_claim, step="mean of the rest")
@control("twice as much", mean_rest=2 * mean_rest)
@control("10 % less", mean_rest=NINE * mean_rest)
@control("the covariance alone", antipodal_kernel=S)
@control("one of two terms", antipodal_part=antipodal_part / 2)
def rest_has_equal_entries(
    antipodal_kernel: sp.Expr, antipodal_part: sp.Expr, mean_rest: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """K − B times (1, 1) and (1, −1): twice the entry, and 0; B times (1, 1) is 0."""
    B = antipodal_part * sp.Matrix([[1, -1], [-1, 1]])
    rest = antipodal_kernel * sp.eye(2) - B
    both, differ = sp.Matrix([1, 1]), sp.Matrix([1, -1])
    for value in rest * both:
        yield trial.same(value, 2 * mean_rest)
    yield trial.same(rest.trace() / 2, mean_rest)
    for value in (*(rest * differ), *(B * both)):
        yield trial.vanishes(value)


@exact(path_residual_claim, step="mean for the floor")
@control("a mean that bounds", mean_bound=1 / S)
@control("10 % more", mean_bound=ELEVEN * mean_bound)
@control("without μ", residual_term=projection**2 / eigenvalue)
@control("half the truth", antipodal_energy=antipodal_energy / 2)
@control("one of two terms", antipodal_part=antipodal_part / 2)
@control("twice the mean", mean_rest=2 * mean_rest)
def mean_is_no_floor(
    antipodal_part: sp.Expr,
    mean_rest: sp.Expr,
    residual_term: sp.Expr,
    antipodal_energy: sp.Expr,
    mean_bound: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The equations (B + tI)u = y at (1, −1), the same along the eigenvector, and what the truth exceeds it by."""
    labels = sp.Matrix([1, -1])
    matrix = antipodal_part * sp.Matrix([[1, -1], [-1, 1]]) + mean_rest * sp.eye(2)
    yield trial.same(mean_bound, (labels.T * matrix.LUsolve(labels))[0])
    at = {projection: sp.sqrt(2), eigenvalue: 2 * antipodal_part, mu: mean_rest}
    yield trial.same(mean_bound, residual_term.subs(at))
    yield trial.nonnegative(antipodal_energy - mean_bound, 1 / (3 * S))


def arcsines(gap: sp.Expr) -> sp.Expr:
    return sp.expand(gap.rewrite(sp.asin))


@exact(path_residual_claim, step="even rest")
@control("the kernel itself", even_rest=even_rest + cosine)
@control("half of the angle", even_rest=even_rest - cosine * sp.asin(cosine) / sp.pi)
@control("10 % more", even_rest=ELEVEN * even_rest)
def kernel_less_its_linear_part_is_even(even_rest: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """rκ₀ + κ₁ − r of one hidden layer, where r is its linear part; the same at −r, and 1 at 1."""
    yield trial.same(even_rest, cosine * kappa_0 + kappa_1 - cosine, by=arcsines)
    yield trial.same(even_rest.subs(cosine, -cosine), even_rest)


@exact(path_residual_claim, step="even powers")
@control("one root less", even_coefficient=even_coefficient * (2 * degree - 1))
@control("of the arc sine alone", even_coefficient=even_coefficient * 2 / (2 * degree + 1))
@control("10 % more", even_coefficient=ELEVEN * even_coefficient)
@control("the kernel itself", even_rest=even_rest + cosine)
def second_derivative_is_a_binomial_series(
    even_rest: sp.Expr, even_coefficient: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The second derivative is (3 − 2r²)(1 − r²)^(−3/2)/π, whose power has a binomial series; value and derivative at 0."""
    i = degree
    yield trial.same(even_rest.diff(cosine, 2), (3 - 2 * cosine**2) * (1 - cosine**2) ** sp.Rational(-3, 2) / sp.pi)

    def term(power: sp.Expr) -> sp.Expr:  # of (1 − r²)^(−3/2)
        return sp.binomial(2 * power, power) * (2 * power + 1) / sp.Integer(4) ** power

    yield trial.induction(
        term(i), i, sp.S.One, lambda before: before * (i + sp.Rational(3, 2)) / (i + 1), by=sp.combsimp
    )
    second = (2 * i + 4) * (2 * i + 3) * even_coefficient.subs(i, i + 2)
    yield trial.same(second, (3 * term(i + 1) - 2 * term(i)) / sp.pi, by=sp.combsimp)
    yield trial.same(2 * even_coefficient.subs(i, 1), 3 * term(sp.S.Zero) / sp.pi)
    yield trial.same(even_rest.subs(cosine, 0), even_coefficient.subs(i, 0))
    yield trial.vanishes(even_rest.diff(cosine).subs(cosine, 0))
    central = sp.factorial(2 * i) / (sp.factorial(i) ** 2 * sp.Integer(4) ** i)
    least = (2 * i + 1) * central / (sp.pi * (2 * i - 1) ** 2)
    yield trial.nonnegative(even_coefficient, least, by=sp.combsimp, strict=True)
