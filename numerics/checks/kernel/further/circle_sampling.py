"""Evidence for K10.2: the eigenvalues of one point on the circle beside those of the kernel."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.kernel.circle import rank, ranked
from sparse_limits.theory.kernel.dual import cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.further.circle_sampling import circle_sampling

RANKS = 20


@enclosed(circle_sampling)
def one_point_has_one_eigenvalue(one_point_distance: sp.Expr, trial: Trial) -> Findings:
    """K(x, x) = 2 beside the first twenty eigenvalues. The others are at most 3/rank² (tried at rank 21), so that their squares, at most
    9/rank⁴, add up to less than 3/20³.
    """
    own = (cosine * kappa_0 + kappa_1).subs(cosine, 1)
    least = (own - ranked.subs(rank, 1)) ** 2 + sum(ranked.subs(rank, place) ** 2 for place in range(2, RANKS + 1))
    yield trial.below(least, one_point_distance**2, at=[{}])
    yield trial.below(one_point_distance**2, least + sp.Rational(3, RANKS**3), at=[{}])
    yield trial.below(ranked.subs(rank, RANKS + 1), sp.Rational(3, (RANKS + 1) ** 2), at=[{}])
