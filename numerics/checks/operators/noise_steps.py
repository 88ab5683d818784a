"""Evidence for the steps of O4.1, O4.2 and O4.3, besides their reasons: optimum has the heights of the edge; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.identities import is_zero
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m, n, variance
from sparse_limits.theory.operators.further.noise_finite import block_noise, sparse_noise
from sparse_limits.theory.operators.noise import column_flow, column_resolvent, row_flow, row_resolvent
from sparse_limits.theory.saliency.blocks import block, kept

_others, _pruned = sp.symbols("K P", integer=True, nonnegative=True)
ROOTS = {block: 1 + sp.Symbol("r", positive=True) ** 2, m: sp.Symbol("a", positive=True) ** 2}
ROOTS[n] = sp.Symbol("b", positive=True) ** 2
SOME_KEPT = {block: 2 + _others + _pruned, kept: 1 + _others}  # of a block, with at least one pruned


# Sparse masks


@exact(sparse_noise)
def optimum_has_the_heights_of_the_edge(
    row_height: sp.Expr, column_height: sp.Expr, constant_edge: sp.Expr, trial: Trial
) -> Findings:
    """At a = √(n/V) and b = √(m/V), both heights are the edge of constant variance V."""
    a, b = sp.sqrt(n / variance), sp.sqrt(m / variance)
    flows = {row_resolvent: a, row_flow: variance * b, column_resolvent: b, column_flow: variance * a}
    for height in (row_height, column_height):
        yield trial.same(height.subs(flows, simultaneous=True), constant_edge)


# Blocks


def without_roots(gap: sp.Expr) -> sp.Expr:
    """Cancel by the roots of the sizes and of M − 1."""

    def factored(part: sp.Expr) -> sp.Expr:
        return sp.expand_power_base(sp.factor(part.base) ** part.exp)

    gap = valued(gap, ROOTS).replace(
        lambda part: part.is_Pow and part.exp.is_Rational and not part.exp.is_Integer, factored
    )
    return sp.S.Zero if is_zero(gap) else sp.cancel(sp.expand(gap))


@enclosed(block_noise, step="ends")
def ends_are_those_of_fewer_columns(
    block_eigenvalue: sp.Expr, constant_edge: sp.Expr, block_edge: sp.Expr, block_floor: sp.Expr, trial: Trial
) -> Findings:
    """The squares of both ends are those of m rows and n′ = n(1 − 1/M) columns of variance 1, times the eigenvalue and n′/n.

    The upper end has the sum of the two roots, the lower end their difference.
    """
    columns = n * (1 - 1 / block)
    for end, sign in ((block_edge, 1), (block_floor, -1)):
        root = constant_edge.subs({variance: 1, n: columns}).subs(sp.sqrt(m), sign * sp.sqrt(m))
        claimed = block_eigenvalue * root**2 * columns / n
        yield trial.same(end**2, claimed, by=without_roots)
        yield trial.same(end.subs(SOME_KEPT), sp.Abs(end.subs(SOME_KEPT)))
