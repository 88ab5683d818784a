"""Evidence for Q4: where windows, and offsets between cells, end."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed
from sparse_limits.theory.equivariance.grids import K, grid_maps, v_1, v_2
from sparse_limits.theory.equivariance.symbols import D


@enclosed(grid_maps)
@control("both sides of the centre", window=(2 * K + 1) ** 2)
@control("shifts along one side", translations=D)
@control("the cells between", uncrossed=(D - 1 - sp.Abs(v_1)) * (D - 1 - sp.Abs(v_2)))
def windows_and_pairs_fit(
    translations: sp.Expr, window: sp.Expr, uncrossed: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """No window holds more than all differences; of the pairs of an orbit some do not cross an edge."""
    yield trial.below(window, translations, needed="window")
    yield trial.below(sp.S.Zero, uncrossed, strict=True, needed="uncrossed")
