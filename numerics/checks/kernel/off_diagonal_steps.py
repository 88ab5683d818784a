"""Evidence for the steps of K13.3: the masks of a row, chords of κ₀, gates and weights, and the pieces of the bound."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.kernel.convergence import (
    N,
    advance,
    at_inputs,
    bound,
    chord,
    depth_two,
    gate_error,
    gate_shift,
    kept,
    limit,
    moments,
    row_frobenius,
    row_norm,
    row_tangent,
    row_value,
    sent,
    step,
    tangent_error,
    tangent_step,
    value_error,
    value_step,
    values_of,
)
from sparse_limits.theory.kernel.dual import cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.finite_width import n
from sparse_limits.theory.kernel.off_diagonal import (
    curvature,
    cusp,
    first_tangent,
    first_value,
    mask_variance,
    steepest_shift,
    tangent_convergence,
    tangent_deviation,
    value_deviation,
)
from sparse_limits.theory.saliency.model import rho

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
h, k = moments.values, moments.tangents
entry, column = sp.symbols(
    "Y Y_column", positive=True
)  # one more number, or entry on the diagonal, and its column squared


@exact(tangent_convergence, step="mask of a row")
@control("of one number", mask_variance=mask_variance * n)
@control("not in units of the density", mask_variance=rho**2 * mask_variance)
@control("10 % more", mask_variance=ELEVEN * mask_variance)
def masked_means_vary_number_by_number(mask_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One more number Y, kept with probability ρ: the variance of MY/(nρ); none without numbers."""
    one = (rho * entry**2 - (rho * entry) ** 2) / (n * rho) ** 2
    more = mask_variance.subs(h.diagonal, h.diagonal + entry**2 / n)
    yield trial.same(more, mask_variance + one)
    yield trial.vanishes(mask_variance.subs(h.diagonal, 0))


@exact(tangent_convergence, step="products of a row")
@control("the layer's", row_value=value_error)
@control("twice the mask", row_value=2 * row_value - value_error)
@control("10 % more", row_value=ELEVEN * row_value)
@control("the layer's tangent", row_tangent=tangent_error)
@control("that of values", row_tangent=row_value)
@control("tangent 10 % less", row_tangent=NINE * row_tangent)
@control("variance 10 % more", mask_variance=ELEVEN * mask_variance)
def rows_add_their_masks(
    mask_variance: sp.Expr, row_value: sp.Expr, row_tangent: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The error of the layer, and the root of the variance of its values or of its tangents."""
    root = sp.sqrt(mask_variance)
    yield trial.same(row_value, value_error + root)
    yield trial.same(row_tangent, tangent_error + root.subs(h.diagonal, k.diagonal))


@exact(tangent_convergence, step="norms of a row")
@control("of one input", row_norm=row_norm / sp.sqrt(2))
@control("the mean square", row_norm=sp.sqrt(2 * kept(h)))
@control("10 % more", row_norm=ELEVEN * row_norm)
def norms_have_their_variances(row_norm: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Twice E (a² − 1)² with E a² = 1, of a mean square o(h)."""
    square, mean = sp.symbols("a_4 a_2")
    one = sp.expand((mean - 1) ** 2).subs(mean**2, square).subs(mean, 1)
    yield trial.same(row_norm**2, 2 * one.subs(square, kept(h)))
    yield trial.holds(row_norm.subs({h.traces: 2, h.diagonal: 1, n: 1, rho: 1}) > 0, "a positive root")


@exact(tangent_convergence, step="tangents of a row")
@control("dense", row_frobenius=sp.sqrt(k.product))
@control("a form", row_frobenius=sp.sqrt(sent(k)))
@control("10 % less", row_frobenius=NINE * row_frobenius)
def masked_tangents_grow_coordinate_by_coordinate(row_frobenius: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One more row and column: entries beside the diagonal are kept with ρ², that on it with ρ."""
    more = {k.product: k.product + (2 * column + entry**2) / n**2, k.diagonal: k.diagonal + entry**2 / n}
    gain = (2 * rho**2 * column + rho * entry**2) / (n * rho) ** 2
    square = row_frobenius**2
    yield trial.same(square.subs(more, simultaneous=True), square + gain)
    yield trial.vanishes(square.subs({k.product: 0, k.diagonal: 0}))
    yield trial.holds(row_frobenius.subs({k.product: 2, k.diagonal: 1, n: 1, rho: 1}) > 0, "a positive root")


@exact(tangent_convergence, step="curvature")
@control("the slope", curvature=sp.diff(kappa_0, cosine))
@control("without π", curvature=sp.pi * curvature)
@control("10 % more", curvature=ELEVEN * curvature)
def curvatures_are_second_derivatives(curvature: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Of κ₀, and its sign at s = y/(1 + y); and κ₀ at −s is 1 less that at s: both are ½ at 0, with slopes alike."""
    yield trial.same(curvature, sp.diff(kappa_0, cosine, 2))
    y = sp.Symbol("y", nonnegative=True)
    bend = y * (1 + y) ** 2 / (sp.pi * (1 + 2 * y) ** sp.Rational(3, 2))
    yield trial.nonnegative(curvature, bend, where={cosine: y / (1 + y)})
    slope = sp.diff(kappa_0, cosine)
    yield trial.same(slope, slope.subs(cosine, -cosine))
    yield trial.same(kappa_0.subs(cosine, 0), sp.Rational(1, 2))


@exact(tangent_convergence, step="steepest chord")
@control("the slope at r", chord=1 / (sp.pi * sp.sqrt(1 - cosine**2)))
@control("from −1", chord=kappa_0 / (1 + cosine))
@control("10 % more", chord=ELEVEN * chord)
def chords_end_at_one(chord: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From r to 1; from 0 it is ½."""
    yield trial.same(chord * (1 - cosine), kappa_0.subs(cosine, 1) - kappa_0)
    yield trial.same(chord.subs(cosine, 0), sp.Rational(1, 2))


@exact(tangent_convergence, step="cusp")
@control("of the slope", cusp=1 / (2 * sp.pi**2))
@control("of the chord", cusp=sp.sqrt(2) / sp.pi)
@control("10 % more", cusp=ELEVEN * cusp)
@control("chord 10 % more", chord=ELEVEN * chord)
def chords_grow_like_a_root(chord: sp.Expr, cusp: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At r = cos θ the limit as θ → 0."""
    theta = sp.Symbol("theta", positive=True)
    square = (chord**2 * (1 - cosine)).subs(sp.acos(cosine), theta).subs(cosine, sp.cos(theta))
    yield trial.same(cusp, sp.limit(square, theta, 0))


@exact(tangent_convergence, step="error of the gates")
@control("lengths exact", gate_error=chord * row_value)
@control("lengths once", gate_error=chord * row_value + row_norm)
@control("10 % more", gate_error=ELEVEN * gate_error)
@control("chord 10 % more", chord=ELEVEN * chord)
@control("norms of one input", row_norm=row_norm / sp.sqrt(2))
@control("the layer's", row_value=value_error)
def gates_err_by_chords_and_lengths(
    row_value: sp.Expr, row_norm: sp.Expr, chord: sp.Expr, gate_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """x(s − r) is the error of xs and r times that of x, up to sign; and Δ is xΔ and (1 − x)Δ."""
    x, s, gap = sp.symbols("x s Delta", real=True)
    yield trial.same(chord * row_value + chord * cosine * row_norm + row_norm, gate_error)
    yield trial.same(x * (s - cosine), (x * s - cosine) - cosine * (x - 1))
    yield trial.same(gap, x * gap + (1 - x) * gap)


@exact(tangent_convergence, step="gates and weights")
@control("the first moment of the arc", gate_shift=2 * gate_shift)
@control("one entry", gate_shift=gate_shift / sp.sqrt(2))
@control("10 % less", gate_shift=NINE * gate_shift)
def open_gates_turn_the_weights(gate_shift: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """2 cos² t − 1 and 2 cos t sin t, doubled for both gates, over the arc −π/2 + θ < t < π/2, as E R² = 2; the trace is 0."""
    t, theta = sp.Symbol("t", real=True), sp.acos(cosine)
    low, high = theta - sp.pi / 2, sp.pi / 2
    waves = [sp.integrate(wave, (t, low, high)) / sp.pi for wave in (sp.cos(2 * t), sp.sin(2 * t))]
    squared = 2 * sum(wave**2 for wave in waves)
    yield trial.same(gate_shift**2, sp.expand_trig(sp.expand(squared)))
    yield trial.holds(gate_shift.subs(cosine, 0) > 0, "a positive root")


@exact(tangent_convergence, step="largest shift")
@control("of one entry", steepest_shift=1 / sp.pi)
@control("twice", steepest_shift=2 * steepest_shift)
@control("10 % less", steepest_shift=NINE * steepest_shift)
@control("shift twice", gate_shift=2 * gate_shift)
def shifts_are_largest_at_right_angles(gate_shift: sp.Expr, steepest_shift: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the square lacks is 2r²/π²."""
    yield trial.nonnegative(steepest_shift**2 - gate_shift**2, 2 * cosine**2 / sp.pi**2)
    yield trial.same(steepest_shift, gate_shift.subs(cosine, 0))


@exact(tangent_convergence, step="values")
@control("norms as of one input", value_step=value_step - row_norm + row_norm / sp.sqrt(2))
@control("no fluctuation", value_step=row_value + row_norm)
@control("10 % more", value_step=ELEVEN * value_step)
@control("the layer's", row_value=value_error)
@control("norms of one input", row_norm=row_norm / sp.sqrt(2))
def values_err_by_three_pieces(
    row_value: sp.Expr, row_norm: sp.Expr, value_step: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """x κ₁(s) with a slope between s and r: identity; then fluctuation, error of the row and of its lengths."""
    x, s, slope, value = sp.symbols("x s g kappa", real=True)
    found = x * (value + slope * (s - cosine)) - value
    yield trial.same(value_step, sp.sqrt(step.values.diagonal / N) + row_value + row_norm)
    yield trial.same(found, (x - 1) * (value - slope * cosine) + slope * (x * s - cosine))
    yield trial.same(kappa_1.subs(cosine, 1), 1)


@exact(tangent_convergence, step="tangents")
@control("gates independent of the weights", tangent_step=tangent_step - steepest_shift * row_frobenius)
@control("κ₀ at its limit", tangent_step=tangent_step - sp.Abs(limit) * gate_error)
@control("10 % more", tangent_step=ELEVEN * tangent_step)
@control("the layer's", row_value=value_error)
@control("the layer's tangent", row_tangent=tangent_error)
@control("dense tangents", row_frobenius=sp.sqrt(k.product))
@control("gates 10 % more", gate_error=ELEVEN * gate_error)
@control("shift of one entry", steepest_shift=1 / sp.pi)
def tangents_err_by_five_pieces(
    row_value: sp.Expr,
    row_tangent: sp.Expr,
    row_frobenius: sp.Expr,
    gate_error: sp.Expr,
    steepest_shift: sp.Expr,
    tangent_step: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Fluctuation, gates with weights, both errors of the row, and the limit times the error of the gates."""
    pieces = steepest_shift * row_frobenius + row_value + row_tangent + sp.Abs(limit) * gate_error
    yield trial.same(tangent_step, sp.sqrt(step.tangents.diagonal / N) + pieces, by=sp.expand)
    A, T, gate, old = sp.symbols("A T kappa kappa_r", real=True)
    yield trial.same(gate * A - old * T, gate * (A - T) + T * (gate - old))


@exact(tangent_convergence, step="first layer")
@control("a variance", first_value=sp.sqrt(2 / n))
@control("10 % more", first_value=ELEVEN * first_value)
@control("the fourth moment", first_value=sp.sqrt(3 / n))
@control("a gate that does not square", first_tangent=1 / sp.sqrt(n))
@control("that of values", first_tangent=first_value)
@control("tangent 10 % less", first_tangent=NINE * first_tangent)
def first_layers_fluctuate(first_value: sp.Expr, first_tangent: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The diagonals behind a dense layer, from inputs of any width and kurtosis, over n."""
    kurtosis, width = sp.Symbol("kurtosis", positive=True), sp.Symbol("d", integer=True, positive=True)
    found = advance(step, at_inputs(kurtosis), width, n, sp.Integer(1))
    yield trial.same(first_value, sp.sqrt(found.values.diagonal / n))
    yield trial.same(first_tangent, sp.sqrt(found.tangents.diagonal / n))


@exact(tangent_convergence, step="readout")
@control("the last weights at their mean", bound=bound - sp.sqrt(2) * row_frobenius)
@control("a fluctuation of one form", bound=bound + row_frobenius)
@control("10 % less", bound=NINE * bound)
@control("the layer's", row_value=value_error)
@control("the layer's tangent", row_tangent=tangent_error)
@control("dense tangents", row_frobenius=sp.sqrt(k.product))
def readouts_add_their_weights(
    row_value: sp.Expr, row_tangent: sp.Expr, row_frobenius: sp.Expr, bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Both errors of a row, and the root of 2‖MKM‖²: what a dense form has beside the square of its trace."""
    spread = (sent(k) - k.traces).subs(rho, 1)
    yield trial.same(spread, 2 * row_frobenius.subs(rho, 1) ** 2)
    yield trial.same(bound, row_value + row_tangent + sp.sqrt(spread / k.product) * row_frobenius)


def roots_over_n(gap: sp.Expr) -> sp.Expr:
    """Expand, with √(x/n) as √x over √n."""

    def half(power: sp.Expr) -> sp.Expr:
        return sp.sqrt(sp.factor(sp.expand(power.base * n))) / sp.sqrt(n)

    def is_root(part: sp.Basic) -> bool:
        return bool(part.is_Pow and part.exp == sp.Rational(1, 2) and part.base.has(n))

    return sp.expand(gap.replace(is_root, half))


@exact(tangent_convergence, step="two layers")
@control("1/√n more", depth_two=depth_two + 1 / sp.sqrt(n))
@control("10 % more", depth_two=ELEVEN * depth_two)
@control("κ₀ at its limit", depth_two=depth_two.subs(limit, 0))
@control("one layer alone", value_step=value_error)
@control("tangents stay", tangent_step=tangent_error)
@control("bound 10 % less", bound=NINE * bound)
@control("first 10 % more", first_value=ELEVEN * first_value)
@control("first tangent 10 % more", first_tangent=ELEVEN * first_tangent)
def two_layers_have_the_bound(
    first_value: sp.Expr,
    first_tangent: sp.Expr,
    value_step: sp.Expr,
    tangent_step: sp.Expr,
    bound: sp.Expr,
    depth_two: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """Both errors from the first layer to the second, dense, and the readout."""
    dense = {N: n, rho: sp.Integer(1)}
    known = advance(step, at_inputs(1), n, n, sp.Integer(1))
    here = {**values_of(known), value_error: first_value, tangent_error: first_tangent, **dense}
    errors = {value_error: value_step.xreplace(here), tangent_error: tangent_step.xreplace(here)}
    last = {**values_of(advance(step, known, n, n, sp.Integer(1))), **errors, **dense}
    yield trial.same(depth_two, bound.xreplace(last), by=roots_over_n)


@enclosed(tangent_convergence)
@control("the mean square", value_deviation=first_value * value_deviation)
@control("without the mean", tangent_deviation=cosine * sp.sqrt(2 * kappa_0 / n))
@control("without the cosine", tangent_deviation=tangent_deviation / cosine)
@control("10 % more", value_deviation=ELEVEN * value_deviation)
def first_layers_deviate_as_claimed(
    value_deviation: sp.Expr, tangent_deviation: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """φφ′ = R²(cos θ + cos u) and φ̇φ̇′ = 2 where |u| < π − θ, u twice a direction; E R² = 2 and E R⁴ = 8."""
    u, theta = sp.symbols("u theta", real=True)

    def mean(value: sp.Expr) -> sp.Expr:
        total = sp.integrate(sp.expand(value), (u, theta - sp.pi, sp.pi - theta)) / (4 * sp.pi)
        return total.subs(theta, sp.acos(cosine))

    size = sp.cos(theta) + sp.cos(u)
    for claimed, square, first in (
        (value_deviation, 8 * mean(size**2), 2 * mean(size)),
        (tangent_deviation, cosine**2 * mean(sp.Integer(4)), cosine * mean(sp.Integer(2))),
    ):
        yield trial.same(n * claimed**2, square - first**2, by=None)
