"""Evidence for the steps of K13.2, besides their reasons: masks add with the share of their layers."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.kernel.further.deep import tangent_fluctuations
from sparse_limits.theory.saliency.model import rho


@enclosed(tangent_fluctuations)
def masks_add_with_the_share_of_their_layers(width_constant: sp.Expr, trial: Trial) -> Findings:
    """At most eight times (1 − ρ)/ρ and the share L/(L + 1) of the layers that are masked: nothing, if none is."""
    added = width_constant - width_constant.subs(rho, 1)
    yield trial.below(added, 8 * L / (L + 1) * (1 - rho) / rho, needed="width_constant")
