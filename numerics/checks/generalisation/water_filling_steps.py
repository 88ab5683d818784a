"""Evidence for the steps of B4 and B5, besides their reasons: level spends the budget; terms add up; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import beta
from sparse_limits.theory.generalisation.water_filling import (
    best_densities,
    capped,
    full,
    lam,
    over,
    over_square,
    rest,
    settled,
    total,
    y,
    z,
)
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.saliency.model import rho

# A coefficient up to the water level and from it on, of either sign


def coefficients(at_cap: int, below: int) -> tuple[list[sp.Expr], dict[sp.Symbol, sp.Expr]]:
    """Coefficients λ(1 + y_i) at the cap and λ/(1 + z_i) below it, all free, and what C, R and k are."""
    high = [lam * (1 + each) for each in sp.symbols(f"y_:{at_cap}", nonnegative=True)]
    low = [lam / (1 + each) for each in sp.symbols(f"z_:{below}", nonnegative=True)]
    sums = {full: sum((x**2 for x in high), sp.S.Zero), rest: sum(low, sp.S.Zero), capped: sp.Integer(at_cap)}
    return high + low, sums


FEATURES = ((0, 1), (0, 2), (1, 1), (2, 1), (1, 2))


@exact(best_densities, step="water level")
def level_spends_the_budget(share: sp.Expr, water_level: sp.Expr, trial: Trial) -> Findings:
    """The level solves k + R/λ = dρ; it is also found from the shares of a few features, coefficients free."""
    (place,) = sp.solve(capped + rest / lam - d * rho, lam)
    yield trial.same(water_level, place, by=sp.factor)

    def level(features: tuple[int, int]) -> sp.Expr:
        found, sums = coefficients(*features)
        spent = sum(settled(valued(share, {beta: each})) for each in found)
        return valued(water_level, {**sums, rho: spent / d})

    yield trial.at_sizes(((level(features), lam) for features in FEATURES), "sets of features", by=sp.factor)


@exact(best_densities, step="optimum")
def terms_add_up(term: sp.Expr, water_level: sp.Expr, optimum: sp.Expr, trial: Trial) -> Findings:
    """The optimum is C + λR, and the sum of the terms of a few features, coefficients free, at the budget that they spend."""
    yield trial.same(full + water_level * rest, optimum, by=sp.factor)

    def sides(features: tuple[int, int]) -> tuple[sp.Expr, sp.Expr]:
        found, sums = coefficients(*features)
        terms = sum(settled(valued(term, {beta: each})) for each in found)
        return terms, valued(optimum, {**sums, rho: (sums[capped] + sums[rest] / lam) / d})

    yield trial.at_sizes(map(sides, FEATURES), "sets of features", by=sp.factor)


@exact(best_densities, step="surplus")
def optimum_less_that_without_the_cap(
    optimum: sp.Expr, uncapped_optimum: sp.Expr, surplus: sp.Expr, trial: Trial
) -> Findings:
    """The surplus is the difference of both optima in terms of λ and the excess at the cap; at q = x²/k + y and dρ = k + z it is a sum of
    non-negative terms.
    """
    sums = {full: capped * lam**2 + 2 * lam * over + over_square, rest: lam * (d * rho - capped)}
    both = optimum.subs(sums) - uncapped_optimum.subs(total, lam * d * rho + over)
    yield trial.same(both, surplus, by=sp.factor)
    number = sp.Symbol("number", positive=True)
    least = surplus.subs({over_square: over**2 / number + y, rho: (number + z) / d}, simultaneous=True)
    yield trial.nonnegative(least, y + over**2 * z / (number * (number + z)), by=sp.factor)
