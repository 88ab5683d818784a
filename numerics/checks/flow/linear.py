"""Evidence for F1.1, besides its reasons: series are those of matrix powers."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.flow.linear import amplitude, eigenvalue, eta, linearised_flow, time
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m

ORDER = 7  # of the last coefficient of a series that is compared
TURN = sp.ImmutableMatrix([[1, 2, 2], [2, 1, -2], [2, -2, 1]]) / 3  # rows: an orthonormal basis of fractions
COMPONENTS = sp.symbols("c_1:4", real=True)
SPECTRUM = (0, 2, 5)


@exact(linearised_flow)
def series_are_those_of_matrix_powers(
    mode: sp.Expr, mode_loss: sp.Expr, mode_descent: sp.Expr, plateau: sp.Expr, trial: Trial
) -> Findings:
    """Three samples, a kernel of fractions and rank 2: Taylor coefficients of losses and of residuals, components free."""
    kernel = TURN.T * sp.diag(*SPECTRUM) * TURN
    start = TURN.T * sp.ImmutableMatrix(COMPONENTS)

    def over_modes(formula: sp.Expr) -> list[sp.Expr]:
        pairs = zip(SPECTRUM, COMPONENTS, strict=True)
        return [formula.xreplace({m: sp.Integer(3), eigenvalue: sp.sympify(value), amplitude: c}) for value, c in pairs]

    losses, descents = sum(over_modes(mode_loss)), sum(over_modes(mode_descent))
    samples = TURN.T * sp.ImmutableMatrix(over_modes(mode))
    slopes, power = (losses, descents, samples[0]), start
    for order in range(ORDER + 1):
        found, later, first = (valued(each, {time: 0}) for each in slopes)
        slopes = tuple(sp.diff(each, time) for each in slopes)
        yield trial.same(found, (-2 * eta / 3) ** order * start.dot(power) / 6, by=sp.expand)
        power, before = kernel * power, power
        yield trial.same(later, (-2 * eta / 3) ** (order + 1) * start.dot(power) / 6, by=sp.expand)
        yield trial.same(first, (-eta / 3) ** order * before[0], by=sp.expand)
    last = trial.once(sp.limit, losses.subs(eta, 1), time, sp.oo)
    yield trial.same(last, plateau.subs({m: 3, amplitude: COMPONENTS[0]}))
