"""Evidence for B1: interpolants of one label by a kernel that distinguishes all inputs, whose risk is known."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.energy_bound import B_0, ONE_LABEL, T, b, epsilon, i, q, scale_free_energy
from sparse_limits.theory.graphon.symbols import m


@exact(scale_free_energy)
def one_label_is_interpolated(ridge_risk: sp.Expr, trial: Trial) -> Findings:
    """K = 11ᵀ + εI of up to four samples: the risk is 1 − Σα for the solution of Kα = 1, as a new input has the kernel 1 with every sample;
    the trace, the form and the radius at the stated point.
    """
    for count in range(1, 5):
        ones = sp.ones(count, 1)
        solved = ones / (count + epsilon)
        left = (ones * ones.T + epsilon * sp.eye(count)) * solved - ones
        yield trial.vanishes(sum(entry**2 for entry in left))
        yield trial.same(valued(ridge_risk, {m: sp.Integer(count)}), 1 - sum(solved))
    count, multiple = ONE_LABEL[m], ONE_LABEL[epsilon]
    yield trial.holds(ONE_LABEL[T] == count * (1 + multiple), "the trace")
    yield trial.holds(ONE_LABEL[q] == count / (count + multiple) == ONE_LABEL[B_0] ** 2, "the form is on the ball")
    yield trial.holds(ONE_LABEL[q] == (ONE_LABEL[b] * 2 ** ONE_LABEL[i]) ** 2, "and on that of the first step")
