"""Evidence for G7: in which cases the graphon of Pareto noise has rank one."""

from collections.abc import Mapping

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.theory.graphon.further.pareto import (
    column_mean,
    column_square,
    f,
    pareto_graphon,
    peak,
    row_mean,
    row_square,
)
from sparse_limits.theory.saliency.model import SaliencyModel, phi, rho, u, v
from sparse_limits.theory.tails import alpha


def rank_on_a_grid(model: SaliencyModel, cut: sp.Expr) -> int:
    """The rank of the values of the kernel for α = 2 on a grid of thirds, in rationals."""
    values = model.kernel(cut).subs(alpha, 2)
    rank: int = sp.Matrix(4, 4, lambda i, j: values.xreplace({u: sp.Rational(i, 3), v: sp.Rational(j, 3)})).rank()
    return rank


@exact(pareto_graphon)
def ranks_are_those_of_values_on_a_grid(
    rank_one: Mapping[str, bool], instances: Mapping[str, tuple[SaliencyModel, sp.Expr]], trial: Trial
) -> Findings:
    """A kernel of rank one has such values at all points; where it has not, some 2 × 2 minor is not zero."""
    for name, (model, cut) in instances.items():
        rank = trial.once(rank_on_a_grid, model, cut)
        yield trial.holds((rank == 1) == rank_one[name], f"{name}: rank {rank} on a grid")


MEANS = row_mean * column_mean
EDGE = {  # of two equal rows and columns: the threshold is their one product of profiles
    **dict.fromkeys((row_mean, column_mean, row_square, column_square, alpha, f), sp.S.One),
    rho: sp.Rational(1, 2),
    phi: sp.Integer(2),
    peak: sp.Integer(2),
}


@enclosed(pareto_graphon)
@control("power forgotten", rank_one_kernel=rho * (f * phi) ** (2 * alpha) / MEANS)
def nothing_is_saturated(
    threshold: sp.Expr,
    rank_one_kernel: sp.Expr,
    critical_density: sp.Expr,
    largest_singular_value: sp.Expr,
    linear_singular_value: sp.Expr,
    trial: Trial,
) -> Findings:
    """The threshold is the supremum or more, W at most that there, ρ* at most 1; σ₁ is the mean or more, 31/80 at most in the example."""
    equal = ({column_square: column_mean**2}, {row_square: row_mean**2})  # columns, or rows, of one profile
    for low, high, name in (
        (peak, threshold, "threshold"),
        (rank_one_kernel, rho * peak**alpha / MEANS, "rank_one_kernel"),
        (critical_density, sp.S.One, "critical_density"),
        *((rho, largest_singular_value.subs(each), "largest_singular_value") for each in equal),
        (linear_singular_value, sp.Rational(31, 80), "linear_singular_value"),
    ):
        yield trial.below(low, high, needed=name)
        at = {**EDGE, rho: sp.Rational(49, 144)} if name == "linear_singular_value" else EDGE
        yield trial.below(low, high, at=[at])
