"""Evidence for F2.1, besides its reasons: half of the weights take longer."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.flow.density import density_times
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.dual import depth
from sparse_limits.theory.saliency.model import rho


@exact(density_times)
def half_of_the_weights_take_longer(slowdown: sp.Expr, trial: Trial) -> Findings:
    """Two hidden layers at density one half take eight times as long, whatever the number m of samples is."""
    yield trial.same(slowdown.subs({rho: sp.Rational(1, 2), depth: 2}), sp.Integer(8))
    yield trial.holds(m not in slowdown.free_symbols, "no number of samples")
