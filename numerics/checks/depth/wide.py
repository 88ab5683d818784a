"""Evidence for D3.3, besides its reasons: arguments are those of the tails; other matrices hold little; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.theory.depth.one_sample import first, hidden, readout
from sparse_limits.theory.depth.wide import scaled, wide_layers
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import rho, tau
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.tails import product_normal, t, triple_normal

HALF = sp.Rational(1, 2)


@exact(wide_layers, step="arguments")
@control("as if the scale were 1/n", first_argument=scaled, readout_argument=scaled)
def arguments_are_those_of_the_tails(
    first_argument: sp.Expr, hidden_argument: sp.Expr, readout_argument: sp.Expr, trial: Trial
) -> Findings:
    """At τ = u/n the probabilities of D3.2 are the tails of S4 and D3.1 at the stated arguments, times the chance of open gates."""
    for claimed, tail, law, gates in (
        (first_argument, first, product_normal, HALF),
        (hidden_argument, hidden, triple_normal, HALF**2),
        (readout_argument, readout, product_normal, HALF),
    ):
        yield trial.holds(claimed.is_positive, f"the sign of {claimed} is that of its letters")
        yield trial.same(gates * law.at(claimed), tail.subs(tau, scaled / n))


@enclosed(wide_layers)
def other_matrices_hold_little(share: sp.Expr, trial: Trial) -> Findings:
    """With two hidden layers or more, at most (d + 1)/n of all weights are in the first layer and in the readout."""
    yield trial.below(1 - (d + 1) / n, share, needed="share")


@enclosed(wide_layers)
def threshold_is_the_root(limit_threshold: sp.Expr, wide_density: sp.Expr, trial: Trial) -> Findings:
    """The limit of the threshold is positive, and the limit of the density is ρ there."""
    yield trial.below(sp.S.Zero, limit_threshold, strict=True)  # boxes: a root without a closed form
    yield trial.same(wide_density.subs(scaled, limit_threshold), rho, by=None)


@enclosed(wide_layers, step="what is lost")
def lost_share_lies_close(lost: sp.Expr, noise: sp.Expr, trial: Trial) -> Findings:
    """The noise density is minus the derivative of H; what is lost differs from 1 − H by at most t³ log(1/t)/5 at t = 1/100 and 1/1000."""
    yield trial.same(noise, -sp.diff(product_normal.survival, t), by=None)
    points = [{t: sp.Rational(1, power)} for power in (100, 1000)]
    away = 1 - product_normal.survival - lost
    room = t**3 * sp.log(1 / t) / 5
    yield trial.below(away, room, at=points)  # boxes: the tail of a product is an integral; as t → 0: the check above
    yield trial.below(-away, room, at=points)
