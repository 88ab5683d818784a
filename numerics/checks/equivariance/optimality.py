"""Evidence for Q11.2: how many candidates stand for each parameter that is needed."""

import numpy as np
import sympy as sp

from sparse_limits.numerics.checks.equivariance.network_widths import bases
from sparse_limits.numerics.checks.equivariance.ticket import logarithm
from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.limits import exponent, limit_of_logarithms
from sparse_limits.numerics.exact.logarithms import split_logarithms
from sparse_limits.theory.equivariance.block_chances import coefficients
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.network_widths import radius
from sparse_limits.theory.equivariance.optimality import spread, ticket_optimality
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import failure, norms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

UNIFORM = {a: sp.exp(-1), kappa: sp.Rational(1, 2)}
POSITIVE = (n_in, n_out, B, delta)  # as the ledger has them, although 0 is a value of their symbols


@exact(ticket_optimality)
def constant_inputs_attain_the_spread(ball_spread: sp.Expr, trial: Trial) -> Findings:
    """Two layers with equal coefficients, those of the second larger by ε, at inputs R: their distance over ε is the spread, in whole
    numbers.
    """
    for name, before, far, step in (("dense", 3, 2, 1), ("points", 2, 5, 3), ("a ring", 4, 1, 2)):
        basis = bases(name)
        low, high = (EquivariantLayer(np.full((before, 2, len(basis)), w), basis) for w in (7, 7 + step))
        x = np.full((before, basis.shape[2]), far)
        apart = int(np.abs(high.apply(x) - low.apply(x)).max())
        norm = int(np.abs(basis).sum(axis=2).max(axis=1).sum())
        claimed = ball_spread.subs({radius: far, n_in: before, norms: norm})
        yield trial.holds(claimed * step == apart, f"{name}: apart by {apart}, ε = {step}, claimed {claimed}")


@exact(ticket_optimality, step="ratio")
def candidates_are_compared(
    width: sp.Expr, candidates: sp.Expr, parameters: sp.Expr, ratio: sp.Expr, trial: Trial
) -> Findings:
    """At this width Q7.1 fails with probability δ, and for the parameters Θ it is 2^Θ (4ε/a)^(n_in n_out B) = 1 − δ; the ratio is that of
    the candidates at the width to the parameters.
    """
    beyond = (n - width) * sp.log(1 - a * kappa / 4)
    yield trial.same(sp.log(failure.subs(eps, eps / spread)), sp.log(delta) + beyond, by=logarithm)
    masks = parameters * sp.log(2) + coefficients * sp.log(4 * eps / a)
    yield trial.same(masks, sp.log(1 - delta), by=lambda gap: split_logarithms(gap, 1 - delta))
    yield trial.same(ratio * parameters, candidates.subs(n, width), by=sp.expand)


@enclosed(ticket_optimality)
def quotients_have_their_signs(
    width: sp.Expr, ratio: sp.Expr, growth: sp.Expr, first_channels: sp.Expr, trial: Trial
) -> Findings:
    """The growth is positive, and the width times the ratio not negative; with half of δ the first channels of R13 grow by at least as many
    as those of R4, as θ ≤ 1.
    """
    yield trial.below(sp.S.Zero, growth, strict=True, needed="growth")
    yield trial.below(sp.S.Zero, width * ratio, needed="ratio")
    of_each = (sp.expand_log(each.subs(delta, delta / 2) - each, force=True) for each in (width, first_channels))
    yield trial.below(*map(sp.simplify, of_each))


@exact(ticket_optimality, step="small errors", cost=0.7)
def small_errors_leave_a_constant(ratio: sp.Expr, looseness: sp.Expr, trial: Trial) -> Findings:
    """The ratio tends to the claimed constant as ε → 0, all other letters free."""
    yield trial.same(trial.once(limit_of_logarithms, ratio, eps, sp.exp(-exponent), *POSITIVE), looseness)


@exact(ticket_optimality, step="small errors, whole source", cost=0.7)
def a_dense_layer_is_not_bounded(
    width: sp.Expr, parameters: sp.Expr, whole_source: sp.Expr, dense_looseness: sp.Expr, trial: Trial
) -> Findings:
    """The ratio for the whole source tends to the claimed expression as ε → 0, all other letters free."""
    yield trial.same(
        trial.once(limit_of_logarithms, whole_source.subs(n, width) / parameters, eps, sp.exp(-exponent), *POSITIVE),
        dense_looseness,
    )


@enclosed(ticket_optimality, step="uniform")
def uniform_coefficients_have_their_constant(looseness: sp.Expr, uniform_looseness: sp.Expr, trial: Trial) -> Findings:
    """At a = 1/e and κ = 1/2 the constant is 29.4481… times 1 + 1/(n_out B)."""
    yield trial.same(uniform_looseness, looseness.subs(UNIFORM))
    parts = (1 + 1 / (n_out * B)) * sp.Rational(2944812477515583, 10**14)
    inside = valued(sp.Abs(uniform_looseness - parts), {n_out: 4, B: 1})
    yield trial.everywhere(inside, sp.Rational(2, 10**14))


@enclosed(ticket_optimality, step="uniform, best phases")
def fewer_uniform_coefficients(
    least_looseness: sp.Expr, uniform_least_looseness: sp.Expr, uniform_looseness: sp.Expr, trial: Trial
) -> Findings:
    """At a = 1/e and κ = 1/2: between 18.05 and 18.06 apart from the coefficients in front, and less than with R4's channels."""
    yield trial.same(uniform_least_looseness, least_looseness.subs(UNIFORM))
    inside = uniform_least_looseness.subs({n_out: 4, B: 1}) / sp.Rational(5, 4)
    yield trial.everywhere(sp.Rational(1805, 100), inside)
    yield trial.everywhere(inside, sp.Rational(1806, 100))
    yield trial.everywhere(uniform_least_looseness, uniform_looseness, strict=True)
