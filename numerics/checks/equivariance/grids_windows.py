"""Evidence for Q4: where windows, and offsets between cells, end."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.equivariance.grids import grid_maps


@enclosed(grid_maps)
def windows_and_pairs_fit(translations: sp.Expr, window: sp.Expr, uncrossed: sp.Expr, trial: Trial) -> Findings:
    """A window holds at most all differences; some of the pairs of an orbit do not cross an edge."""
    yield trial.below(window, translations, needed="window")
    yield trial.below(sp.S.Zero, uncrossed, strict=True, needed="uncrossed")
