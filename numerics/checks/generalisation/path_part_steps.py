"""Evidence for the steps of B2.1 and B2.2, besides their reasons: kernel of opposite inputs; and more."""

from collections.abc import Mapping

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.generalisation.path_part import (
    S,
    best_linear_constant,
    c,
    correlation,
    linear,
    linear_part_bound,
    slope,
    value,
)
from sparse_limits.theory.kernel.dual import a, b, cosine, depth, kappa_0, kappa_1, relu
from sparse_limits.theory.kernel.dual import c as covariance


@exact(linear_part_bound, step="opposite inputs")
def kernel_of_opposite_inputs(opposite_kernel: sp.Matrix, trial: Trial) -> Findings:
    """Each entry is the value of the dual plus the covariance times its slope, at the variance S and the covariance S or −S."""
    same, opposite = (
        (relu.value + covariance * relu.slope).subs({covariance: sign * S}).subs({a: S, b: S}) for sign in (1, -1)
    )
    marks = sp.Matrix(2, 2, sp.symbols("e_1:5", positive=True))
    expected = sp.Matrix([[same, opposite], [opposite, same]])
    claimed, found = (sp.Add(*marks.multiply_elementwise(sp.Matrix(each))) for each in (opposite_kernel, expected))
    yield trial.same(claimed, found)


@exact(linear_part_bound, step="determinant")
def determinant_changes_its_sign_at_the_constant(
    opposite_kernel: sp.Matrix, constant: sp.Expr, antipodal_determinant: sp.Expr, trial: Trial
) -> Findings:
    """The determinant is that of K − cB; it is 0 at the constant of one hidden layer, and negative for c > 1."""
    linear_part = S * sp.Matrix([[1, -1], [-1, 1]])
    yield trial.same(antipodal_determinant, (sp.Matrix(opposite_kernel) - c * linear_part).det(), by=sp.expand)
    yield trial.same(antipodal_determinant.subs(c, constant.subs(depth, 1)), 0)
    y = sp.Symbol("y", positive=True)
    yield trial.nonnegative(-antipodal_determinant, 4 * S**2 * y, where={c: 1 + y}, strict=True)


# The best constants


def start_of(step: Mapping[str, sp.Expr]) -> Iterate:
    """A step, repeated from the correlation r and the kernel r at r = 0, each with its slope."""
    start = (cosine, sp.diff(cosine, cosine), cosine, sp.diff(cosine, cosine))
    order = (correlation, slope, value, linear)
    return Iterate(sp.Lambda(order, sp.Tuple(*step.values())), depth, tuple(each.subs(cosine, 0) for each in start))


@enclosed(best_linear_constant, step="Taylor coefficient")
def constant_is_the_last_entry(layer_step: Mapping[str, sp.Expr], best_constant: sp.Expr, trial: Trial) -> Findings:
    """The constant is the last entry of the step, repeated once for each layer."""
    yield trial.same(best_constant, start_of(layer_step), by=None)


@exact(best_linear_constant, step="odd coefficients")
def odd_coefficients_are_half_at_most(kernel_at_one: sp.Expr, odd_coefficients: sp.Expr, trial: Trial) -> Findings:
    """The odd coefficients add up to half of the kernel at equal inputs; κ₀ and κ₁ are 0 at opposite inputs and grow from there, κ₀ by its
    slope at r = (y − 1)/(y + 1), κ₁ by its slope κ₀.
    """
    yield trial.same(odd_coefficients, kernel_at_one / 2)
    yield trial.same(kappa_0.subs(cosine, -1), 0)
    yield trial.same(kappa_1.subs(cosine, -1), 0)
    y = sp.Symbol("y", positive=True)
    inside = {cosine: (y - 1) / (y + 1)}
    slope = (1 + y) / (2 * sp.pi * sp.sqrt(y))
    yield trial.nonnegative(sp.diff(kappa_0, cosine), slope, where=inside, strict=True)
    yield trial.same(sp.diff(kappa_1, cosine), kappa_0)
