"""Evidence for the steps of L15, besides their reasons: payment bounds the loss; payment bounds the square loss."""

import sympy as sp

from sparse_limits.numerics.checks.lifts.readout import STANDING
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.lifts.readout import HALF, Delta, T, e, h, readout_comparison
from sparse_limits.theory.lifts.tangent import L, epsilon


def in_roots(expression: sp.Expr) -> sp.Expr:
    """Simplify, with the squares below the roots found."""
    half = sp.Rational(1, 2)
    return sp.simplify(
        expression.replace(lambda part: part.is_Pow and part.exp == half, lambda part: sp.sqrt(sp.factor(part.base)))
    )


@exact(readout_comparison, step="moving features")
def payment_bounds_the_loss(paid: sp.Expr, standstill_end: sp.Expr, moving_bound: sp.Expr, trial: Trial) -> Findings:
    """Δ²/2 less what is paid is T times the bound less L; for an output that stands still, the bound at its end is its loss."""
    yield trial.same(HALF - paid, T * (moving_bound - L), by=sp.expand)
    case = STANDING[0]
    end = standstill_end.subs(h, case.output * case.slope)
    yield trial.same(moving_bound.subs({epsilon: e**2, T: end}), case.loss, by=sp.cancel)


@exact(readout_comparison, step="square loss")
def payment_bounds_the_square_loss(
    least_product: sp.Expr, standstill_end: sp.Expr, square_bound: sp.Expr, trial: Trial
) -> Findings:
    """Δ²/2 less what is paid has two roots √L, that of the bound and √ε less it; the case ε = 0, and an output that stands still."""
    root = sp.sqrt(square_bound)
    other = sp.sqrt(epsilon) - root
    left = -2 * T * (sp.sqrt(L) - root) * (sp.sqrt(L) - other)
    yield trial.same(HALF - T * least_product, left, by=sp.expand)
    yield trial.same(square_bound.subs(epsilon, 0), Delta**2 / (4 * T))
    case = STANDING[1]
    end = standstill_end.subs(h, case.output * case.slope)
    yield trial.same(square_bound.subs({epsilon: e**2, T: end}), case.loss, by=in_roots)
