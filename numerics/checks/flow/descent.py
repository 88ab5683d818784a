"""Evidence for F1.2, besides its reasons: two samples descend in fractions."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.flow.descent import count, gradient_descent, largest
from sparse_limits.theory.flow.linear import amplitude, eigenvalue, eta
from sparse_limits.theory.graphon.symbols import m

KERNEL = sp.ImmutableMatrix([[5, 2], [2, 2]])  # of two samples: 6 along (2, 1), 1 along (1, −2)
SPECTRUM = (6, (2, 1)), (1, (1, -2))
START = sp.symbols("r_1 r_2", real=True)


@exact(gradient_descent)
def two_samples_descend_in_fractions(
    step_mode: sp.Expr, step_loss: sp.Expr, stable_rate: sp.Expr, trial: Trial
) -> Findings:
    """Gradient descent with a kernel of whole numbers: loss and first residual after up to nine steps are sums over modes, residuals and
    rate free. At the stable rate the loss of the top mode stays.
    """
    residual = sp.ImmutableMatrix(START)

    def over_modes(formula: sp.Expr, power: int, number: int) -> sp.Expr:
        """The sum over modes of a formula in a component, `power` times the eigenvector's first coordinate."""
        total = sp.S.Zero
        for value, along in SPECTRUM:
            vector = sp.ImmutableMatrix(along) / sp.sqrt(5)
            numbers = {m: sp.Integer(2), eigenvalue: sp.sympify(value), count: sp.Integer(number)}
            here = numbers | {amplitude: vector.dot(sp.ImmutableMatrix(START))}
            total += vector[0] ** power * formula.xreplace(here)
        return total

    for number in range(10):
        yield trial.same(over_modes(step_loss, 0, number), residual.dot(residual) / 4, by=sp.expand)
        yield trial.same(over_modes(step_mode, 1, number), residual[0], by=sp.expand)
        residual = (residual - eta / 2 * KERNEL * residual).applyfunc(sp.expand)
    edge = {eta: stable_rate.subs({m: 2, largest: 6})}
    start = {START[0]: 2, START[1]: 1}
    yield trial.same(residual.dot(residual).subs(edge | start), sp.Integer(5))
