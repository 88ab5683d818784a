"""Evidence for Q8, besides its reasons: both outputs ask for the same; masks are enough at the bound."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.numerics.exact.sums import by_cases
from sparse_limits.theory.equivariance.lower_bound import pruning_lower_bound, y_1
from sparse_limits.theory.subset_sum.symbols import delta, eps
from sparse_limits.theory.subset_sum.volume import p, q


@exact(pruning_lower_bound, step="one linear entry")
def both_outputs_ask_for_the_same(interval: sp.Expr, trial: Trial) -> Findings:
    """The overlap of [p − ε, p + ε] and [−q − ε, −q + ε], from its lower to its upper end, is the interval less |p + q|."""
    overlap = sp.Min(p + eps, -q + eps) - sp.Max(p - eps, -q - eps)
    yield trial.same(interval - sp.Abs(p + q), overlap, by=by_cases({p: y_1 - q}, {p: -y_1 - q}))


@exact(pruning_lower_bound, step="parameters")
def masks_are_enough_at_the_bound(
    relu_parameters: sp.Expr,
    linear_parameters: sp.Expr,
    relu_fraction: sp.Expr,
    linear_fraction: sp.Expr,
    weights: sp.Expr,
    trial: Trial,
) -> Findings:
    """The logarithm of the bound on the probability, with the fractions, is that of 1 − δ at so many parameters."""
    for needed, fraction in ((relu_parameters, relu_fraction), (linear_parameters, linear_fraction)):
        bound = needed * sp.log(2) + weights * sp.log(fraction)
        yield trial.same(bound, sp.log(1 - delta), by=lambda gap: split_logarithms(gap, 1 - delta))
