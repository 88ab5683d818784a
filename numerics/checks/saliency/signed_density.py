"""Evidence for S10: the density of the moduli where no more than the positive half is kept."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.saliency.signed import signed_scores


@enclosed(signed_scores)
def moduli_keep_no_more_than_all(magnitude_density: sp.Expr, trial: Trial) -> Findings:
    """The density of the moduli is at most 1 where no more than the positive half of the scores is kept."""
    yield trial.below(magnitude_density, sp.S.One, needed="magnitude_density")
