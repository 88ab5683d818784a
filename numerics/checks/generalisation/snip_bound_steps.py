"""Evidence for the steps of B6, besides their reasons: weak features keep no more; and more."""

import sympy as sp

from sparse_limits.numerics.checks.saliency.snip_product import noise_falls
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.generalisation.snip_bound import budget, p, snip_path_bound
from sparse_limits.theory.generalisation.water_filling import a, v
from sparse_limits.theory.kernel.snip_kernel import s
from sparse_limits.theory.saliency.model import phi, tau
from sparse_limits.theory.saliency.snip import product_graphon
from sparse_limits.theory.tails import t


@enclosed(snip_path_bound)
def weak_features_keep_no_more(strong_share: sp.Expr, trial: Trial) -> Findings:
    """The density that the strong features leave to the weak ones is at most that of the strong ones, whose coefficient is no smaller; so
    no weak density exceeds the cap.
    """
    yield trial.below((budget - p * strong_share) / (1 - p), strong_share)


@exact(snip_path_bound, step="alignment")
def profile_moves_the_threshold(energy_rate: sp.Expr, alignment: sp.Expr, trial: Trial) -> Findings:
    """The alignment is the rate in s times −d(τ/φ)/dφ; it is also a positive multiple of the rate at which the noise density of S4 falls,
    hence positive.
    """
    yield trial.same(alignment, -energy_rate.subs(s, tau / phi) * sp.diff(tau / phi, phi))
    noise = product_graphon.expressions["noise_density"]
    yield trial.same(alignment, -sp.diff(noise, t).subs(t, tau / phi) * tau**2 / phi**3)
    yield noise_falls(trial)


@enclosed(snip_path_bound)
def weak_features_keep_strictly_less(power_integrand: sp.Expr, trial: Trial) -> Findings:
    """The bound on the path density, β² over the integrand, strictly increases with the position; a constant profile, for which it does
    not, has a finite mean.
    """
    yield trial.below(0, sp.diff(v ** (2 * a) / power_integrand, v), strict=True)
