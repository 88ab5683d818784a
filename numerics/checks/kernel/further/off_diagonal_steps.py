"""Evidence for the steps of K13.3, besides their reasons: masked tangents grow coordinate by coordinate; and more."""

from collections.abc import Mapping

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.convergence import (
    N,
    advance,
    at_inputs,
    dense_second,
    limit,
    step,
    tangent_error,
    value_error,
    values_of,
)
from sparse_limits.theory.kernel.dual import c, cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.finite_width import fourth, n
from sparse_limits.theory.kernel.further.off_diagonal import column, entry, k, tangent_convergence
from sparse_limits.theory.kernel.further.width_one import (
    first_kernel,
    kernel_mean,
    kernel_square,
    next_cosine,
    next_slope,
    values_square,
)
from sparse_limits.theory.saliency.model import rho


@exact(tangent_convergence, step="tangents of a row")
def masked_tangents_grow_coordinate_by_coordinate(row_frobenius: sp.Expr, trial: Trial) -> Findings:
    """One more row and column: entries beside the diagonal are kept with ρ², that on it with ρ."""
    more = {k.product: k.product + (2 * column + entry**2) / n**2, k.diagonal: k.diagonal + entry**2 / n}
    gain = (2 * rho**2 * column + rho * entry**2) / (n * rho) ** 2
    square = row_frobenius**2
    yield trial.same(square.subs(more, simultaneous=True), square + gain)
    yield trial.vanishes(square.subs({k.product: 0, k.diagonal: 0}))
    yield trial.holds(row_frobenius.subs({k.product: 2, k.diagonal: 1, n: 1, rho: 1}) > 0, "a positive root")


@exact(tangent_convergence, step="curvature")
def curvatures_are_second_derivatives(curvature: sp.Expr, trial: Trial) -> Findings:
    """Of κ₀, and its sign at s = y/(1 + y); and κ₀ at −s is 1 less that at s: both are ½ at 0, with slopes alike."""
    yield trial.same(curvature, sp.diff(kappa_0, cosine, 2))
    y = sp.Symbol("y", nonnegative=True)
    bend = y * (1 + y) ** 2 / (sp.pi * (1 + 2 * y) ** sp.Rational(3, 2))
    yield trial.nonnegative(curvature, bend, where={cosine: y / (1 + y)})
    slope = sp.diff(kappa_0, cosine)
    yield trial.same(slope, slope.subs(cosine, -cosine))
    yield trial.same(kappa_0.subs(cosine, 0), sp.Rational(1, 2))


@exact(tangent_convergence, step="error of the gates")
def gates_err_by_chords_and_lengths(
    row_value: sp.Expr, row_norm: sp.Expr, chord: sp.Expr, gate_error: sp.Expr, trial: Trial
) -> Findings:
    """x(s − r) is the error of xs and r times that of x, up to sign; and Δ is xΔ and (1 − x)Δ."""
    x, s, gap = sp.symbols("x s Delta", real=True)
    yield trial.same(chord * row_value + chord * cosine * row_norm + row_norm, gate_error)
    yield trial.same(x * (s - cosine), (x * s - cosine) - cosine * (x - 1))
    yield trial.same(gap, x * gap + (1 - x) * gap)


@exact(tangent_convergence, step="gates and weights")
def open_gates_turn_the_weights(gate_shift: sp.Expr, trial: Trial) -> Findings:
    """2 cos² t − 1 and 2 cos t sin t, doubled for both gates, over the arc −π/2 + θ < t < π/2, as E R² = 2; the trace is 0."""
    t, theta = sp.Symbol("t", real=True), sp.acos(cosine)
    low, high = theta - sp.pi / 2, sp.pi / 2
    waves = [sp.integrate(wave, (t, low, high)) / sp.pi for wave in (sp.cos(2 * t), sp.sin(2 * t))]
    squared = 2 * sum(wave**2 for wave in waves)
    yield trial.same(gate_shift**2, sp.expand_trig(sp.expand(squared)))
    yield trial.holds(gate_shift.subs(cosine, 0) > 0, "a positive root")


@exact(tangent_convergence, step="tangents")
def tangents_err_by_five_pieces(
    row_value: sp.Expr,
    row_tangent: sp.Expr,
    row_frobenius: sp.Expr,
    gate_error: sp.Expr,
    steepest_shift: sp.Expr,
    tangent_step: sp.Expr,
    trial: Trial,
) -> Findings:
    """Fluctuation, gates with weights, both errors of the row, and the limit times the error of the gates."""
    pieces = steepest_shift * row_frobenius + row_value + row_tangent + sp.Abs(limit) * gate_error
    yield trial.same(tangent_step, sp.sqrt(step.tangents.diagonal / N) + pieces, by=sp.expand)
    A, T, gate, old = sp.symbols("A T kappa kappa_r", real=True)
    yield trial.same(gate * A - old * T, gate * (A - T) + T * (gate - old))


def roots_over_n(gap: sp.Expr) -> sp.Expr:
    """Expand, with √(x/n) as √x over √n."""

    def half(power: sp.Expr) -> sp.Expr:
        return sp.sqrt(sp.factor(sp.expand(power.base * n))) / sp.sqrt(n)

    def is_root(part: sp.Basic) -> bool:
        return bool(part.is_Pow and part.exp == sp.Rational(1, 2) and part.base.has(n))

    return sp.expand(gap.replace(is_root, half))


@exact(tangent_convergence, step="two layers")
def two_layers_have_the_bound(
    first_value: sp.Expr,
    first_tangent: sp.Expr,
    value_step: sp.Expr,
    tangent_step: sp.Expr,
    bound: sp.Expr,
    depth_two: sp.Expr,
    trial: Trial,
) -> Findings:
    """Both errors from the first layer to the second, dense, and the readout."""
    dense = {N: n, rho: sp.Integer(1)}
    known = advance(step, at_inputs(1), n, n, sp.Integer(1))
    here = {**values_of(known), value_error: first_value, tangent_error: first_tangent, **dense}
    errors = {value_error: value_step.xreplace(here), tangent_error: tangent_step.xreplace(here)}
    last = {**values_of(advance(step, known, n, n, sp.Integer(1))), **errors, **dense}
    yield trial.same(depth_two, bound.xreplace(last), by=roots_over_n)


@enclosed(tangent_convergence)
def first_layers_deviate_as_claimed(value_deviation: sp.Expr, tangent_deviation: sp.Expr, trial: Trial) -> Findings:
    """φφ′ = R²(cos θ + cos u) and φ̇φ̇′ = 2 where |u| < π − θ, u twice a direction; E R² = 2 and E R⁴ = 8. Positive, also at an obtuse angle."""
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
        yield trial.below(sp.S.Zero, claimed, at=[{cosine: sp.Rational(-1, 2), n: sp.Integer(4)}], strict=True)


# Second moments of two hidden layers of which the first has one neuron

G, P, weight, readout = sp.symbols(
    "G P v alpha", positive=True
)  # both gates of the first layer, product of preactivations
OPEN = {0: sp.Rational(1, 2), 2: sp.Rational(1, 2), 4: sp.Rational(3, 2)}  # E v^k 1{v > 0}
NORMAL = {0: sp.S.One, 2: sp.S.One, 4: sp.Integer(3)}
FIRST: Mapping[tuple[int, int], sp.Expr] = {  # E P^j G^k
    (1, 0): kappa_1 / 2,
    (1, 1): kappa_1 / 2,
    (0, 1): kappa_0 / 2,
    (0, 2): kappa_0 / 2,
    (2, 0): fourth / 4,
}
VALUE = 4 * weight**2 * P  # of φφ′ of a neuron of the second layer whose gate is open
TANGENT = 4 * P + 4 * weight**2 * c * G
KERNEL = VALUE + readout**2 * TANGENT


def mean(polynomial: sp.Expr) -> sp.Expr:
    """The mean of a polynomial in P, G, v and α where v > 0, by its terms."""
    terms = sp.Poly(sp.expand(polynomial), P, G, weight, readout).terms()
    found = sum(factor * FIRST[p, g].subs(cosine, c) * OPEN[v] * NORMAL[a] for (p, g, v, a), factor in terms)
    return sp.sympify(found)


def of_rows(row: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Mean and mean square of the mean of N rows: of two rows the gates and weights v are independent."""
    between = sp.expand(row).subs(weight**2, 1) / 2  # the mean over v, given the first layer
    terms = sp.Poly(sp.expand(between**2), P, G).terms()
    apart = sum(factor * FIRST[powers].subs(cosine, c) for powers, factor in terms)
    return mean(row), (mean(row**2) + (N - 1) * apart) / N


@exact(tangent_convergence)
def two_layers_from_one_neuron(
    values_distance: sp.Expr, tangents_distance: sp.Expr, kernel_distance: sp.Expr, trial: Trial
) -> Findings:
    """Term by term, from the moments of the first layer; and the kernel at one input, where it is that of K13.1."""
    for claimed, row, target in (
        (values_distance, VALUE, next_cosine),
        (tangents_distance, TANGENT, next_slope * first_kernel),
    ):
        average, square = of_rows(row)
        yield trial.same(claimed**2, square - 2 * average * target + target**2, by=sp.expand)
    average, square = mean(KERNEL), mean(KERNEL**2)
    target = next_cosine + next_slope * first_kernel
    yield trial.same(kernel_distance**2, square - 2 * average * target + target**2, by=sp.expand)
    yield trial.same(kernel_mean, average, by=sp.expand)
    yield trial.same(values_square, of_rows(VALUE)[1], by=sp.expand)
    yield trial.same(kernel_square.subs(c, 1), valued(dense_second, {n: 1, L: 2}))
