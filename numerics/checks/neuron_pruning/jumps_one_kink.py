"""Evidence for N5.1: the strengths that fit for a single kink, exactly."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import eps
from sparse_limits.theory.neuron_pruning.jumps import after, ahead, c, here, jump, kink_jumps, strength_density

X = sp.Symbol("x_l", positive=True)  # modulus of a strength


def by_sines(gap: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.expand_trig(gap))


@exact(kink_jumps)
def strengths_of_one_kink_fill_an_interval(one_length: sp.Expr, one_fits: sp.Expr, trial: Trial) -> Findings:
    """The interval is twice the jump for errors ε at the ends and −ε at the kink; the probability is the mass of the density of a strength
    on the interval.
    """
    farthest = valued(jump, {after: eps, ahead: eps, here: -eps})
    yield trial.same(one_length, 2 * farthest, by=by_sines)
    mass = 2 * sp.integrate(strength_density.subs(c, X), (X, 0, one_length / 2))
    yield trial.same(one_fits, mass, by=None)
