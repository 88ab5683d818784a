"""Evidence for F1.4, besides its reasons: initial functions are forgotten."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed
from sparse_limits.theory.flow.further.start import after, forgotten_at, initial_part, random_start, variance
from sparse_limits.theory.flow.linear import eigenvalue, time


@enclosed(random_start)
def initial_functions_are_forgotten(forgotten_bound: sp.Expr, trial: Trial) -> Findings:
    """At all eigenvalues: the part over the bound is at most 1, and 1 at that which is remembered most."""
    x = sp.Symbol("x", positive=True)  # an eigenvalue over that one
    part = initial_part.subs(variance, eigenvalue).subs(eigenvalue, x * forgotten_at)
    share = sp.simplify((part / forgotten_bound).subs(time, after))
    times = {after: (0, 10)} if share.has(after) else {}  # it cancels, in the claim
    yield trial.everywhere(share, sp.S.One, within={x: (0, sp.oo), **times}, zero={x: (1, 2)})
