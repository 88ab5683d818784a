"""Evidence for R5.4, besides its reasons: contractions are least at the reach."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.subset_sum.further.item_contractions import product_contractions
from sparse_limits.theory.subset_sum.potential import a, contraction, kappa
from sparse_limits.theory.subset_sum.product_laws import gaussian_product, t, uniform_product


@enclosed(product_contractions)
def contractions_are_least_at_the_reach(
    uniform_contraction: sp.Expr,
    gaussian_contraction: sp.Expr,
    uniform_reach: sp.Expr,
    gaussian_reach: sp.Expr,
    uniform_best: sp.Expr,
    gaussian_best: sp.Expr,
    trial: Trial,
) -> Findings:
    """R4 with half of the density at a; a flat and convex point of the contraction, and its value there."""
    densities = (uniform_product.density, gaussian_product.density)
    contractions = (uniform_contraction, gaussian_contraction)
    reaches, best = (uniform_reach, gaussian_reach), (uniform_best, gaussian_best)
    for density, shrunk, reach, least in zip(densities, contractions, reaches, best, strict=True):
        yield trial.same(shrunk, contraction.subs(kappa, density.subs(t, a) / 2), by=None)
        yield trial.same(sp.diff(shrunk, a).subs(a, reach), 0, by=None)
        yield trial.below(sp.S.Zero, sp.diff(shrunk, a, 2).subs(a, reach), at=[{}], strict=True)
        yield trial.same(least, shrunk.subs(a, reach), by=None)
