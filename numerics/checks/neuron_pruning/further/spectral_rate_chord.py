"""Evidence for N6.3: the mean slope of a power between two numbers of harmonics."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.neuron_pruning.further.spectral_rate import in_exponentials, p, spectral_rate, w, y


@exact(spectral_rate, step="chord")
def chord_of_a_power(chord: sp.Expr, geometric: sp.Expr, trial: Trial) -> Findings:
    """Its two ends; over a quotient of sinh, which is at most 1, it is a power of the geometric mean: 1/(1 + z) for the quotient."""
    low, high = sp.exp(w - y), sp.exp(w + y)
    rise = (sp.exp(-p * (w - y)) - sp.exp(-p * (w + y))) / p
    yield trial.same(chord, rise / (high - low), by=in_exponentials)
    quotient = sp.sinh(p * y) / (p * sp.sinh(y))
    yield trial.nonnegative(chord, sp.exp(-(p + 1) * w) * quotient, strict=True)
    spare = sp.Symbol("z", nonnegative=True)
    below = (geometric - chord).subs(sp.sinh(p * y), p * sp.sinh(y) / (1 + spare))
    yield trial.nonnegative(below, sp.exp(-(p + 1) * w) * spare / (1 + spare))
