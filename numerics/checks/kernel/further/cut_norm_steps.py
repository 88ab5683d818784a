"""Evidence for the steps of K9, besides their reasons: slopes in a variance are below; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, kappa_0, relu
from sparse_limits.theory.kernel.further.cut_norm import beta, chance, cut_norm_continuity, less, more, s
from sparse_limits.theory.saliency.model import u, v


@exact(cut_norm_continuity, step="variances")
def slopes_in_a_variance_are_below(variance_slope: sp.Expr, largest_slope: sp.Expr, trial: Trial) -> Findings:
    """The squares at a = s(1 + x), b = β/(1 + y); equal at no covariance, the least a and the largest b."""
    there = {a: s * (1 + more), b: beta / (1 + less)}
    gap = beta / s * (more + less + more * less) / ((1 + more) * (1 + less)) + (c / there[a]) ** 2
    square = valued(variance_slope, there) ** 2
    yield trial.nonnegative(largest_slope**2 - square, gap / (4 * sp.pi**2))
    yield trial.same(variance_slope.subs({a: s, b: beta, c: 0}), largest_slope)
    moved = relu.value.subs(c, cosine * sp.sqrt(a * b))  # F at a cosine: ∂_a F at fixed c, by the chain rule
    slope = sp.diff(moved, a) - cosine / 2 * sp.sqrt(b / a) * kappa_0
    yield trial.same(slope, variance_slope.subs(c, cosine * sp.sqrt(a * b)), at=trial.points(a, b, cosine))


@enclosed(cut_norm_continuity)
def constant_is_least_where_all_variances_are_the_largest(constant: sp.Expr, trial: Trial) -> Findings:
    """At s = β, as for inputs of signs of which all is kept."""
    yield trial.below(constant.subs(s, beta), constant)
    yield trial.below(beta * (2 + 1 / sp.pi), constant)


@exact(cut_norm_continuity, step="a mask")
def masks_have_the_distance(entry_distance: sp.Expr, l1_distance: sp.Expr, trial: Trial) -> Findings:
    """The polynomial in u and v, integrated."""
    at = sp.expand(entry_distance.subs(chance, (u + v) / 2))
    yield trial.same(l1_distance, trial.once(sp.integrate, at, (u, 0, 1), (v, 0, 1)))
