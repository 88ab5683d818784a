"""Evidence for S14.3: how the densities of two layers compare as both are emptied."""

from collections.abc import Mapping

import sympy as sp

from sparse_limits.numerics.checks.saliency.layers import reduce_powers
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.limits import limit_by_logarithm
from sparse_limits.theory.saliency.layer_collapse import layer_collapse, noise_density, r, x
from sparse_limits.theory.saliency.layers import first_scale, second_scale
from sparse_limits.theory.saliency.model import tau
from sparse_limits.theory.tails import Tail, alpha, t


def limit_of_the_ratio(noise: Tail, first: int, second: int) -> sp.Expr:
    """The limit of F̄(τ/s₁)/F̄(τ/s₂) as τ → ∞ by l'Hôpital: that of the densities, found by SymPy."""
    density = noise_density(noise)
    ratio = density.subs(t, tau / first) / first / (density.subs(t, tau / second) / second)
    return sp.limit(sp.simplify(ratio), tau, sp.oo)


@enclosed(layer_collapse)
def ratios_fall_with_the_threshold(density_ratios: Mapping[str, sp.Expr], trial: Trial) -> Findings:
    """The ratio of the densities falls strictly from a threshold to twice the threshold, for the noises whose limit is 0."""
    for name in ("half_normal", "exponential", "product_normal"):
        yield trial.below(density_ratios[name].subs(x, 2 * x), density_ratios[name], strict=True)


@exact(layer_collapse, step="collapse")
def limits_are_those_of_the_densities(
    collapse: Mapping[str, sp.Expr], density_ratios: Mapping[str, sp.Expr], trial: Trial
) -> Findings:
    """The limits are those of the ratio of densities as x → ∞, at r = 1 + y with y > 0; for power laws, as x^(−α) → 0.

    For the product of two normals the ratio of the exponential law, which lies above, has the limit.
    """
    y, power = sp.symbols("y z", positive=True)
    scales = second_scale / first_scale
    for name in ("frechet", "pareto"):
        limit = trial.once(sp.limit, density_ratios[name].subs(x**-alpha, power), power, 0)
        yield trial.same(collapse[name], limit.subs(r, scales), by=reduce_powers)
    for name, above in (
        ("half_normal", "half_normal"),
        ("exponential", "exponential"),
        ("product_normal", "exponential"),
    ):
        limit = trial.once(limit_by_logarithm, density_ratios[above].subs(r, 1 + y), x)
        yield trial.same(collapse[name], limit)


@exact(layer_collapse, cost=0.5)
def ratios_tend_to_their_limits(collapse: Mapping[str, sp.Expr], noises: Mapping[str, Tail], trial: Trial) -> Findings:
    """At the scales 2 and 3 the ratio of the tails tends to the stated limit, which SymPy finds from the densities."""
    for name, noise in noises.items():
        found = trial.once(limit_of_the_ratio, noise, 2, 3)
        yield trial.same(collapse[name].subs({first_scale: 2, second_scale: 3}), found)


@enclosed(layer_collapse)
def layer_of_the_smaller_scale_keeps_less(collapse: Mapping[str, sp.Expr], trial: Trial) -> Findings:
    """For power laws, whose limit is not 0, the limit of the ratio is strictly below 1."""
    for limit in collapse.values():
        if limit.free_symbols:
            yield trial.below(limit, sp.S.One, strict=True)
