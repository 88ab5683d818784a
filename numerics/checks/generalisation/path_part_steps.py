"""Evidence for the steps of B2.1 and B2.2: halvings layer by layer, two opposite inputs, and moments on a sphere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.evidence.simplifying import powers_together
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_part import (
    S,
    antipodal_determinant,
    best_constant,
    best_linear_constant,
    c,
    constant,
    correlation,
    gate_floor,
    kept_share,
    kernel_at_one,
    layer_constant,
    layer_step,
    linear,
    linear_part_bound,
    moment_ratio,
    odd_coefficients,
    one_sided_gap,
    opposite_kernel,
    plain_constant,
    slope,
    sphere_excess,
    value,
    value_floor,
)
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.kernel.dual import a, b, cosine, depth, kappa_0, kappa_1, relu
from sparse_limits.theory.kernel.dual import c as covariance

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = sp.Rational(1, 2)
place = sp.Symbol("l", integer=True, positive=True)  # the layer in which the gradient arises


@exact(linear_part_bound, step="halves")
@control("an open gate", gate_floor=sp.S.One)
@control("the gate 10 % more", gate_floor=ELEVEN * gate_floor)
@control("the constant of the value", value_floor=1 / sp.pi)
@control("a linear value", value_floor=sp.S.One)
def series_begin_with_halves(gate_floor: sp.Expr, value_floor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """κ₀ and the derivative of κ₁ at 0."""
    yield trial.same(gate_floor, kappa_0.subs(cosine, 0))
    yield trial.same(value_floor, sp.diff(kappa_1, cosine).subs(cosine, 0))


def term(value_left: sp.Expr, gate_left: sp.Expr) -> sp.Expr:
    """What l − 1 values below and L + 1 − l gates above leave."""
    return value_left ** (place - 1) * gate_left ** (depth + 1 - place)


@exact(linear_part_bound, step="one layer")
@control("all terms", layer_constant=constant)
@control("a halving more", layer_constant=layer_constant / 2)
@control("10 % more", layer_constant=ELEVEN * layer_constant)
@control("an open gate", gate_floor=sp.S.One)
@control("a linear value", value_floor=sp.S.One)
def every_term_halves_as_often(
    gate_floor: sp.Expr, value_floor: sp.Expr, layer_constant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The values below and the gates above, for all layers and depths."""
    yield trial.same(layer_constant, term(value_floor, gate_floor), by=powers_together)


@exact(linear_part_bound, step="independent masks")
@control("gates pass all", constant=depth + 1)
@control("hidden layers alone", constant=depth / 2**depth)
@control("10 % more", constant=ELEVEN * constant)
@control("a halving more", layer_constant=layer_constant / 2)
def terms_add_up(layer_constant: sp.Expr, constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The same weight for each of the layers, the readout among them."""
    layers = sp.Sum(layer_constant, (place, 1, depth + 1)).doit()
    yield trial.same(constant, layers, by=powers_together)


@exact(linear_part_bound, step="without √2")
@control("the dual of √2 ReLU", plain_constant=constant)
@control("a half of all", plain_constant=constant / 2)
@control("10 % less", plain_constant=NINE * plain_constant)
@control("gates pass all", constant=depth + 1)
def each_dual_is_half_as_large(constant: sp.Expr, plain_constant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The dual of max(z, 0) is half of that of √2 max(z, 0), once for each of L values and gates."""
    share = term(HALF * value_floor, HALF * gate_floor) / term(value_floor, gate_floor)
    yield trial.same(plain_constant, constant * share, by=powers_together)


@exact(linear_part_bound, step="opposite inputs")
@control("the gates alone", opposite_kernel=opposite_kernel / 2)
@control("as if equal", opposite_kernel=sp.ImmutableMatrix([[2 * S, 2 * S], [2 * S, 2 * S]]))
@control("10 % more", opposite_kernel=ELEVEN * opposite_kernel)
def kernel_of_opposite_inputs(opposite_kernel: sp.Matrix, trial: Trial) -> Iterator[Finding]:
    """Value, and covariance times gate, at the variance S and the covariances S and −S."""
    same, opposite = (
        (relu.value + covariance * relu.slope).subs({covariance: sign * S}).subs({a: S, b: S}) for sign in (1, -1)
    )
    marks = sp.Matrix(2, 2, sp.symbols("e_1:5", positive=True))
    expected = sp.Matrix([[same, opposite], [opposite, same]])
    claimed, found = (sp.Add(*marks.multiply_elementwise(sp.Matrix(each))) for each in (opposite_kernel, expected))
    yield trial.same(claimed, found)


@exact(linear_part_bound, step="determinant")
@control("1 minus c, once", antipodal_determinant=S**2 * (1 - c))
@control("linear in S", antipodal_determinant=4 * S * (1 - c))
@control("10 % more", antipodal_determinant=ELEVEN * antipodal_determinant)
@control("of equal inputs", opposite_kernel=sp.ImmutableMatrix([[2 * S, 2 * S], [2 * S, 2 * S]]))
@control("gates pass all", constant=depth + 1)
def determinant_changes_its_sign_at_the_constant(
    opposite_kernel: sp.Matrix, constant: sp.Expr, antipodal_determinant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """det(K − cB); it is 0 at the constant of one hidden layer, and negative above 1."""
    linear_part = S * sp.Matrix([[1, -1], [-1, 1]])
    yield trial.same(antipodal_determinant, (sp.Matrix(opposite_kernel) - c * linear_part).det(), by=sp.expand)
    yield trial.same(antipodal_determinant.subs(c, constant.subs(depth, 1)), 0)
    y = sp.Symbol("y", positive=True)
    yield trial.nonnegative(-antipodal_determinant, 4 * S**2 * y, where={c: 1 + y}, strict=True)


@exact(linear_part_bound, step="kept weights")
@control("all of them", kept_share=sp.S.One)
@control("10 % more", kept_share=ELEVEN * kept_share)
@control("energy of all", kept_energy=sp.S.One)
@control("the mean size", kept_energy=1 / sp.sqrt(2 * sp.pi))
def half_of_the_weights_are_kept(kept_share: sp.Expr, kept_energy: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 and w², weighted by the normal density over w > 0."""
    w = sp.Symbol("w", real=True)
    law = sp.exp(-(w**2) / 2) / sp.sqrt(2 * sp.pi)
    for claimed, weight in ((kept_share, sp.S.One), (kept_energy, w**2)):
        yield trial.same(claimed, sp.integrate(weight * law, (w, 0, sp.oo)))


@exact(linear_part_bound, step="closed gates")
@control("the gates of even masks", one_sided_gap=HALF)
@control("one layer's path density", one_sided_gap=-sp.Rational(1, 4))
@control("10 % more", one_sided_gap=ELEVEN * one_sided_gap)
@control("all of them", kept_share=sp.S.One)
@control("energy of all", kept_energy=sp.S.One)
@control("a halving more", layer_constant=layer_constant / 2)
def linear_part_of_closed_gates(
    layer_constant: sp.Expr, kept_share: sp.Expr, kept_energy: sp.Expr, one_sided_gap: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """0 less the weight times the paths: W in the first layer and a dense readout, or Q there."""
    yield trial.same(one_sided_gap, 0 - layer_constant.subs(depth, 1) * (kept_share + kept_energy))


# The best constants


def start_of(step: Mapping[str, sp.Expr]) -> Iterate:
    """A step, repeated from the correlation r and the kernel r at r = 0, each with its slope."""
    start = (cosine, sp.diff(cosine, cosine), cosine, sp.diff(cosine, cosine))
    order = (correlation, slope, value, linear)
    return Iterate(sp.Lambda(order, sp.Tuple(*step.values())), depth, tuple(each.subs(cosine, 0) for each in start))


@enclosed(best_linear_constant, step="Taylor coefficient")
@control("the crude constant", best_constant=constant)
@control("10 % less", best_constant=NINE * best_constant)
@control("one layer more", best_constant=best_constant.subs(depth, depth + 1))
@control("slope passed on", layer_step={**layer_step, "slope": slope})
@control("no new layer in the value", layer_step={**layer_step, "value": value * kappa_0.subs(cosine, correlation)})
def constant_is_the_last_entry(
    layer_step: Mapping[str, sp.Expr], best_constant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The step, repeated once for each layer."""
    yield trial.same(best_constant, start_of(layer_step), by=None)


@exact(best_linear_constant, step="moments")
@control("of a normal coordinate", moment_ratio=3 / d)
@control("the second moment", moment_ratio=1 / d)
@control("10 % more", moment_ratio=ELEVEN * moment_ratio)
@control("of a circle", moment_ratio=sp.Rational(3, 4))
def moments_of_a_coordinate_by_parts(moment_ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative of t³(1 − t²)^((d−1)/2), 0 at the ends, is 3t² less what the moment takes, times the weight."""
    t = sp.Symbol("t", real=True)
    weight = (1 - t**2) ** ((d - 3) / sp.Integer(2))
    derivative = sp.diff(t**3 * (1 - t**2) ** ((d - 1) / sp.Integer(2)), t)
    yield trial.same(derivative, weight * (3 * t**2 - 3 * t**4 / moment_ratio), by=over(weight))


def over(weight: sp.Expr) -> Callable[[sp.Expr], sp.Expr]:
    """A simplification of what is a multiple of a positive weight."""
    return lambda gap: sp.simplify(sp.powsimp(sp.expand(gap / weight)))


@exact(best_linear_constant, step="equal inputs")
@control("without the readout", kernel_at_one=depth)
@control("doubled by each layer", kernel_at_one=2**depth)
@control("10 % more", kernel_at_one=ELEVEN * kernel_at_one)
@control("no new layer in the value", layer_step={**layer_step, "value": value * kappa_0.subs(cosine, correlation)})
def layers_add_one_at_equal_inputs(
    layer_step: Mapping[str, sp.Expr], kernel_at_one: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The kernel of the next layer at the correlation 1, which stays 1: from one layer on."""
    yield trial.same(layer_step["correlation"].subs(correlation, 1), 1)

    def following(kernel: sp.Expr) -> sp.Expr:
        return valued(layer_step["value"], {correlation: 1, value: kernel})

    yield trial.induction(kernel_at_one, depth, following(sp.S.One), following, start=1)


@exact(best_linear_constant, step="odd coefficients")
@control("all of them", odd_coefficients=kernel_at_one)
@control("10 % less", odd_coefficients=NINE * odd_coefficients)
@control("one layer less", odd_coefficients=depth / 2)
@control("doubled by each layer", kernel_at_one=2**depth)
def odd_coefficients_are_half_at_most(
    kernel_at_one: sp.Expr, odd_coefficients: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Half of the kernel at equal inputs; gate and value are 0 at opposite ones, and grow from there, at r = (y − 1)/(y + 1)."""
    yield trial.same(odd_coefficients, kernel_at_one / 2)
    yield trial.same(kappa_0.subs(cosine, -1), 0)
    yield trial.same(kappa_1.subs(cosine, -1), 0)
    y = sp.Symbol("y", positive=True)
    inside = {cosine: (y - 1) / (y + 1)}
    slope = (1 + y) / (2 * sp.pi * sp.sqrt(y))
    yield trial.nonnegative(sp.diff(kappa_0, cosine), slope, where=inside, strict=True)
    yield trial.same(sp.diff(kappa_1, cosine), kappa_0)


@exact(best_linear_constant, step="excess")
@control("second moment for the fourth", sphere_excess=sphere_excess * (d + 2) / (3 * d))
@control("10 % more", sphere_excess=ELEVEN * sphere_excess)
@control("nothing taken off", sphere_excess=odd_coefficients * moment_ratio)
@control("all of them", odd_coefficients=kernel_at_one)
@control("of a normal coordinate", moment_ratio=3 / d)
@control("the crude constant", best_constant=constant)
def excess_is_what_odd_coefficients_add(
    moment_ratio: sp.Expr, odd_coefficients: sp.Expr, best_constant: sp.Expr, sphere_excess: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """All odd coefficients but the first, times the ratio of the moments."""
    yield trial.same(sphere_excess, (odd_coefficients - best_constant) * moment_ratio, by=sp.expand)
