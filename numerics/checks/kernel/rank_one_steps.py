"""Evidence for the steps of K8: the recursion of K2 at profiles left open, layer by layer, powers and blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, dense_ntk, depth, relu
from sparse_limits.theory.kernel.graphon_recursion import above as next_position
from sparse_limits.theory.kernel.graphon_recursion import backward, covariance, forward, gradient, own_layer, weight
from sparse_limits.theory.kernel.rank_one import (
    above,
    below,
    block_kernel,
    blocks,
    column,
    density_flow,
    feature_reweighting,
    mixture,
    overlap,
    own_factor,
    p,
    passed,
    power_flow,
    power_overlap,
    q,
    row,
    scaled_slope,
    scaled_value,
    scales,
    sent_back,
    share,
    surplus,
)
from sparse_limits.theory.saliency.model import u, v

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
rows, columns, nexts = (sp.Function(name, positive=True) for name in ("g", "h", "h_next"))
dense = sp.Symbol("D", real=True)  # of the dense network
ONE_LAYER = sp.sqrt(a * b) * dense_ntk.subs(depth, 1).unrolled().subs(cosine, c / sp.sqrt(a * b))


def at_profiles(formula: sp.Expr, upper: sp.Expr, lower: sp.Expr, actual: Mapping[sp.Expr, sp.Expr]) -> sp.Expr:
    """An integral of K2 at the graphon upper(u) · lower(v), ∫ g h of the layer called m."""
    found = formula.replace(weight, lambda at, of: upper(at) * lower(of)).subs(actual)
    return found.replace(lambda part: isinstance(part, sp.Integral), taken_out)


def taken_out(integral: sp.Integral) -> sp.Expr:
    """What does not depend on the position, times the overlap of the profiles."""
    total = integral.function
    for position, *_ in integral.limits:
        outer, inner = total.as_independent(position, as_Add=False)
        total = outer * inner.subs(rows(position) * nexts(position), overlap)
    return total


def scaled(expression: sp.Expr, first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """At `first` and `second` times the variances, and the geometric mean of the two times the covariance."""
    at = {a: first * a, b: second * b, c: sp.sqrt(first * second) * c}
    return valued(expression, at)


@exact(feature_reweighting, step="scales")
@control("of degree two", scaled_value=scales[0] * scales[1] * relu.value)
@control("the first input's", scaled_value=scales[0] * relu.value)
@control("10 % more", scaled_value=ELEVEN * scaled_value)
@control("a slope that grows", scaled_slope=sp.sqrt(scales[0] * scales[1]) * scaled_slope)
@control("slope 10 % less", scaled_slope=NINE * scaled_slope)
def values_scale_and_slopes_do_not(scaled_value: sp.Expr, scaled_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """F and its slope at inputs of other lengths."""
    yield trial.same(scaled(relu.value, *scales), scaled_value)
    yield trial.same(scaled(relu.slope, *scales), scaled_slope)


@enclosed(feature_reweighting)
@control("the other sign", scaled_value=-scaled_value)
@control("uncorrelated", scaled_value=scaled_value - sp.sqrt(a * b * scales[0] * scales[1]) / sp.pi - relu.value)
def values_of_inputs_of_any_length_are_positive(scaled_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """As the gates of two inputs that are neither 0 nor opposite are open together."""
    yield trial.below(0, scaled_value, strict=True)


@exact(feature_reweighting, step="forward")
@control("the row twice", passed=row * passed)
@control("no overlap", passed=passed / overlap)
@control("10 % more", passed=ELEVEN * passed)
@control("values doubled", scaled_value=2 * scaled_value)
@control("values 10 % less", scaled_value=NINE * scaled_value)
def covariances_go_forward(scaled_value: sp.Expr, passed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral of K2 over rows whose F is that of g B times a, b, c; profiles are open functions."""
    one = rows(v) * below
    values = valued(scaled_value, dict.fromkeys(scales, one))
    upper = sp.Function("g_next", positive=True)
    found = at_profiles(forward, upper, nexts, {covariance(v): values})
    yield trial.same(passed, found.subs(upper(u), row))


@exact(feature_reweighting, step="backward")
@control("the row twice", sent_back=column * sent_back)
@control("no slope", sent_back=column * overlap * above)
@control("10 % more", sent_back=ELEVEN * sent_back)
@control("a slope that grows", scaled_slope=sp.sqrt(scales[0] * scales[1]) * scaled_slope)
def gradients_go_back(scaled_slope: sp.Expr, sent_back: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral of K2 over rows of the next layer, times the slope at g B times a, b, c."""
    found = at_profiles(backward, rows, columns, {gradient(next_position): nexts(next_position) * above})
    yield trial.same(sent_back, found.subs(columns(u), column) * scaled_slope)


@exact(feature_reweighting, step="own layer")
@control("without its own overlap", own_factor=below * above)
@control("the layers below twice", own_factor=below * own_factor)
@control("10 % more", own_factor=ELEVEN * own_factor)
@control("no overlap of a layer", passed=passed / overlap)
@control("the row twice on the way back", sent_back=column * sent_back)
def layers_have_the_product_of_all_overlaps(
    passed: sp.Expr, sent_back: sp.Expr, own_factor: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Rows at g B, gradients at h A; one layer moved from above to below, or from below to above, changes nothing."""
    here = {gradient(u): nexts(u) * above, covariance(v): dense * below / columns(v)}
    found = own_layer.replace(weight, lambda at, of: rows(at) * columns(of)).subs(here)
    yield trial.same(own_factor * dense, found.replace(lambda part: isinstance(part, sp.Integral), taken_out))
    other = sp.Symbol("M", positive=True)  # the overlap of the next layer
    up, down = passed / (row * relu.value), sent_back / (column * relu.slope)
    first = own_factor.subs({overlap: other, below: up}, simultaneous=True)
    second = own_factor.subs(above, down.subs(overlap, other))
    yield trial.same(first, second)


@exact(feature_reweighting, step="overlap of powers")
@control("the product of the means", power_overlap=1 / ((p + 1) * (q + 1)))
@control("the value at the end", power_overlap=sp.S.One)
@control("10 % more", power_overlap=ELEVEN * power_overlap)
def powers_overlap(power_overlap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The antiderivative, 0 at 0, is the overlap at 1."""
    antiderivative = power_overlap * u ** (p + q + 1)
    yield trial.same(sp.diff(antiderivative, u), u**p * u**q, by=lambda gap: sp.simplify(sp.powsimp(gap)))


@exact(feature_reweighting, step="powers")
@control("mean densities", power_flow=density_flow)
@control("10 % more", power_flow=ELEVEN * power_flow)
@control("one layer more", power_flow=power_flow / (p + q + 1))
@control("a wrong overlap", power_overlap=1 / ((p + 1) * (q + 1)))
def powers_multiply_layer_by_layer(power_overlap: sp.Expr, power_flow: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One hidden layer, and one more."""
    yield trial.induction(power_flow, depth, power_overlap, lambda term: power_overlap * term, start=1)


@exact(feature_reweighting, step="surplus")
@control("none", surplus=sp.S.Zero)
@control("10 % more", surplus=ELEVEN * surplus)
@control("the sum", surplus=p + q)
@control("a wrong overlap", power_overlap=1 / ((p + 1) * (q + 1)))
def means_are_smaller(power_overlap: sp.Expr, surplus: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the inverse of the overlap lacks of the inverse of the two means."""
    yield trial.nonnegative((p + 1) * (q + 1) - 1 / power_overlap, p * q)
    yield trial.same((p + 1) * (q + 1) - 1 / power_overlap, surplus)


@exact(feature_reweighting, step="mean densities")
@control("the flow", density_flow=power_flow)
@control("of the rows", density_flow=(p + 1) ** (-depth))
@control("10 % more", density_flow=ELEVEN * density_flow)
@control("no surplus", surplus=sp.S.Zero)
@control("a flow with the exponent of the inputs", power_flow=power_flow.subs(depth, depth + 1))
def means_multiply_layer_by_layer(
    power_flow: sp.Expr, surplus: sp.Expr, density_flow: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Both means are integrals; their product is the power of p + q + 1 and the surplus."""
    means = sp.integrate(u**p, (u, 0, 1)) * sp.integrate(u**q, (u, 0, 1))
    yield trial.induction(density_flow, depth, means, lambda term: means * term, start=1)
    yield trial.same(density_flow.subs(depth, 1) * (1 / power_flow.subs(depth, 1) + surplus), sp.S.One)


@exact(feature_reweighting, step="one block")
@control("the readout alone", block_kernel=relu.value)
@control("the gates alone", block_kernel=c * relu.slope)
@control("10 % less", block_kernel=NINE * block_kernel)
def a_row_has_a_dense_kernel(block_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """√(ab) Θ₁ at the correlation."""
    yield trial.same(block_kernel, ONE_LAYER, by=sp.expand)


@exact(feature_reweighting, step="blocks")
@control("equal shares", mixture=mixture.subs(share, sp.Rational(1, 2)))
@control("the blocks exchanged", mixture=mixture.subs(share, 1 - share))
@control("10 % more", mixture=ELEVEN * mixture)
@control("one block of the gates alone", block_kernel=c * relu.slope)
def blocks_are_integrated(block_kernel: sp.Expr, mixture: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two constants over [0, s] and [s, 1]; one block at two dense kernels of the same inputs is none."""
    first, second = (
        sp.integrate(each, (u, *ends)) for each, ends in zip(blocks, ((0, share), (share, 1)), strict=True)
    )
    yield trial.same(mixture, first + second)
    yield trial.same(mixture.subs(dict.fromkeys(blocks, ONE_LAYER)), block_kernel, by=sp.expand)
