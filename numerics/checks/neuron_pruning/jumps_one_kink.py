"""Evidence for N5.1: the strengths that fit for a single kink, exactly."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import eps
from sparse_limits.theory.neuron_pruning.jumps import (
    after,
    ahead,
    c,
    g,
    h,
    here,
    jump,
    kink_jumps,
    one_fits,
    one_length,
    strength_density,
)

X = sp.Symbol("x_l", positive=True)  # modulus of a strength


def by_sines(gap: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.expand_trig(gap))


@exact(kink_jumps)
@control("without the kink itself", one_length=2 * eps * (1 / sp.sin(g) + 1 / sp.sin(h)))
@control("half", one_length=one_length / 2)
@control("sines at most 1", one_length=6 * eps / (sp.sin(g) * sp.sin(h)))
@control("one side", one_fits=one_fits / 2)
@control("the density at 0 throughout", one_fits=one_length / 2)
@control("of twice the length", one_fits=1 - sp.exp(-one_length))
def strengths_of_one_kink_fill_an_interval(one_length: sp.Expr, one_fits: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Errors of either sign at the ends and of the other one at the kink, where the sum of cotangents is positive; and the mass of the density."""
    farthest = valued(jump, {after: eps, ahead: eps, here: -eps})
    yield trial.same(one_length, 2 * farthest, by=by_sines)
    mass = 2 * sp.integrate(strength_density.subs(c, X), (X, 0, one_length / 2))
    yield trial.same(one_fits, mass, by=None)
