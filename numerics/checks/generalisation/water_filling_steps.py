"""Evidence for the steps of B4 and B5: one feature at a price, a few with all letters free, and the integrals of a power law."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import beta
from sparse_limits.theory.generalisation.water_filling import (
    a,
    abundant,
    below_cap,
    best_densities,
    cap,
    capped,
    capped_value,
    cost,
    dense_value,
    density,
    edge,
    excess,
    first_capped,
    full,
    lam,
    optimum,
    over,
    over_square,
    power_optimum,
    power_profile,
    ratio,
    rest,
    share,
    spent,
    surplus,
    term,
    total,
    uncapped_optimum,
    uniform,
    uniform_excess,
    v,
    water_level,
)
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.saliency.model import rho

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
y, z = sp.symbols("y z", nonnegative=True)  # what a number exceeds its least value by


def settled(expression: sp.Expr) -> sp.Expr:
    """The expression with the smaller or the larger of two sides in place, where the signs of the letters decide."""

    def chosen(extremum: type[sp.Expr]) -> Callable[[sp.Expr, sp.Expr], sp.Expr]:
        def choose(first: sp.Expr, second: sp.Expr) -> sp.Expr:
            for low, high in ((first, second), (second, first)):
                gap = sp.fraction(sp.together(high - low))
                if all(sp.expand(part).is_nonnegative for part in gap):
                    return low if extremum is sp.Min else high
            return extremum(first, second)

        return choose

    return expression.replace(sp.Min, chosen(sp.Min)).replace(sp.Max, chosen(sp.Max))


def in_cases(
    *cases: Mapping[sp.Symbol, sp.Expr], by: Callable[[sp.Expr], sp.Expr] = sp.simplify
) -> Callable[[sp.Expr], sp.Expr]:
    """A simplification that shows a difference to be 0 in cases which together cover all values of some letters."""

    def simplified(gap: sp.Expr) -> sp.Expr:
        left = (by(settled(valued(gap, case))) for case in cases)
        return next((each for each in left if each != 0), sp.S.Zero)

    return simplified


# A coefficient up to the water level and from it on, of either sign
SIZES = tuple({beta: sign * lam * size} for sign in (1, -1) for size in (1 / (1 + y), 1 + y))


@exact(best_densities, step="one feature")
@control("in proportion to β²", share=sp.Min(1, beta**2 / lam**2))
@control("no cap", share=sp.Abs(beta) / lam)
@control("half of it", share=share / 2)
@control("10 % more", share=sp.Min(1, ELEVEN * sp.Abs(beta) / lam))
@control("the price once", cost=beta**2 / density + lam * density)
@control("the price twice", cost=cost + lam**2 * density)
def share_costs_least(cost: sp.Expr, share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What r = 1/(1 + z) costs more: a square over r, and at the cap what 1 − r saves too little, both of known sign."""
    at_cap = sp.Max(sp.Abs(beta), lam)
    certificate = (sp.Abs(beta) - at_cap / (1 + z)) ** 2 * (1 + z) + z / (1 + z) * sp.Max(0, beta**2 - lam**2)
    more = cost.subs(density, 1 / (1 + z)) - cost.subs(density, share)
    yield trial.nonnegative(more, certificate, by=in_cases(*SIZES, by=sp.cancel))


@exact(best_densities, step="one term")
@control("below the cap", term=lam * sp.Abs(beta))
@control("at the cap", term=beta**2)
@control("10 % more", term=ELEVEN * term)
@control("a share without a cap", share=sp.Abs(beta) / lam)
def term_is_the_square_over_the_share(share: sp.Expr, term: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """β² over the share, below the cap and at it."""
    yield trial.same(beta**2 / share, term, by=in_cases(*SIZES))


def coefficients(at_cap: int, below: int) -> tuple[list[sp.Expr], dict[sp.Symbol, sp.Expr]]:
    """Coefficients λ(1 + y_i) at the cap and λ/(1 + z_i) below it, all free, and what C, R and k are."""
    high = [lam * (1 + each) for each in sp.symbols(f"y_:{at_cap}", nonnegative=True)]
    low = [lam / (1 + each) for each in sp.symbols(f"z_:{below}", nonnegative=True)]
    sums = {full: sum((x**2 for x in high), sp.S.Zero), rest: sum(low, sp.S.Zero), capped: sp.Integer(at_cap)}
    return high + low, sums


FEATURES = ((0, 1), (0, 2), (1, 1), (2, 1), (1, 2))


@exact(best_densities, step="water level")
@control("without the cap", water_level=total / (d * rho))
@control("the number at the cap forgotten", water_level=rest / (d * rho))
@control("10 % less", water_level=NINE * water_level)
@control("a share without a cap", share=sp.Abs(beta) / lam)
def level_spends_the_budget(share: sp.Expr, water_level: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """k + R/λ; the level from the shares of a few features, whatever they are."""
    (place,) = sp.solve(capped + rest / lam - d * rho, lam)
    yield trial.same(water_level, place, by=sp.factor)

    def level(features: tuple[int, int]) -> sp.Expr:
        found, sums = coefficients(*features)
        spent = sum(settled(valued(share, {beta: each})) for each in found)
        return valued(water_level, {**sums, rho: spent / d})

    yield trial.at_sizes(((level(features), lam) for features in FEATURES), "sets of features", by=sp.factor)


@exact(best_densities, step="optimum")
@control("without the cap", optimum=uncapped_optimum)
@control("terms at the cap forgotten", optimum=optimum - full)
@control("10 % less", optimum=NINE * optimum)
@control("level 10 % less", water_level=NINE * water_level)
@control("terms below the cap", term=lam * sp.Abs(beta))
def terms_add_up(term: sp.Expr, water_level: sp.Expr, optimum: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """C + λR; the terms of a few features, whatever they are, at the budget that they spend."""
    yield trial.same(full + water_level * rest, optimum, by=sp.factor)

    def sides(features: tuple[int, int]) -> tuple[sp.Expr, sp.Expr]:
        found, sums = coefficients(*features)
        terms = sum(settled(valued(term, {beta: each})) for each in found)
        return terms, valued(optimum, {**sums, rho: (sums[capped] + sums[rest] / lam) / d})

    yield trial.at_sizes(map(sides, FEATURES), "sets of features", by=sp.factor)


@exact(best_densities, step="no cap")
@control("the level itself", uncapped_optimum=total / (d * rho))
@control("at every density one", uncapped_optimum=total**2 / d)
@control("10 % more", uncapped_optimum=ELEVEN * uncapped_optimum)
@control("level in the optimum", optimum=full + water_level)
def optimum_of_no_feature_at_the_cap(optimum: sp.Expr, uncapped_optimum: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The optimum at k = 0, C = 0 and R = A."""
    yield trial.same(optimum.subs({capped: 0, full: 0, rest: total}), uncapped_optimum, by=sp.factor)


@exact(best_densities, step="surplus")
@control("the squares alone", surplus=over_square)
@control("over the number at the cap", surplus=over_square - over**2 / capped)
@control("10 % more", surplus=ELEVEN * surplus)
@control("optimum 10 % less", optimum=NINE * optimum)
@control("at every density one", uncapped_optimum=total**2 / d)
def optimum_less_that_without_the_cap(
    optimum: sp.Expr, uncapped_optimum: sp.Expr, surplus: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Both from λ and the excess at the cap; at q = x²/k + y and dρ = k + z a sum of terms that are not negative."""
    sums = {full: capped * lam**2 + 2 * lam * over + over_square, rest: lam * (d * rho - capped)}
    both = optimum.subs(sums) - uncapped_optimum.subs(total, lam * d * rho + over)
    yield trial.same(both, surplus, by=sp.factor)
    number = sp.Symbol("number", positive=True)
    least = surplus.subs({over_square: over**2 / number + y, rho: (number + z) / d}, simultaneous=True)
    yield trial.nonnegative(least, y + over**2 * z / (number * (number + z)), by=sp.factor)


@exact(best_densities, step="budget to spare")
@control("twice", abundant=2 * abundant)
@control("10 % less", abundant=NINE * abundant)
@control("terms at the cap forgotten", optimum=optimum - full)
@control("in proportion to the density", cost=beta**2 * density + lam**2 * density)
def all_paths_are_best_where_they_are_free(
    cost: sp.Expr, optimum: sp.Expr, abundant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The optimum with nothing below the cap; β²/r − β² at r = 1/(1 + z)."""
    yield trial.same(optimum.subs(rest, 0), abundant)
    yield trial.nonnegative(cost.subs({density: 1 / (1 + z), lam: 0}) - beta**2, beta**2 * z, by=sp.expand)


# The power-law profile

# Densities that leave nothing at the cap, and those that put all from 1/(1 + y) on there
PIECES = ({rho: 1 / ((a + 1) * (1 + y))}, {rho: 1 - a / ((a + 1) * (1 + y))})


def power_integral(power: int, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    return sp.integrate(v ** (power * a), (v, low, high))


@exact(power_profile, step="nothing at the cap")
@control("at ρ", cap=rho)
@control("of the squares", cap=1 / (2 * a + 1))
@control("10 % more", cap=ELEVEN * cap)
def cap_is_the_mean_of_the_profile(cap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∫v^a from 0 to 1."""
    yield trial.same(cap, trial.once(power_integral, 1, sp.S.Zero, sp.S.One))


@exact(power_profile, step="value below the cap")
@control("one power", below_cap=1 / ((a + 1) * rho))
@control("10 % less", below_cap=NINE * below_cap)
@control("cap of the squares", cap=1 / (2 * a + 1))
def value_without_a_cap(cap: sp.Expr, below_cap: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """λ∫v^a at the level λ that the budget asks for."""
    yield trial.same(below_cap, cap / rho * trial.once(power_integral, 1, sp.S.Zero, sp.S.One))


@exact(power_profile, step="budget with a cap")
@control("capped features alone", spent=1 - first_capped)
@control("half of the rest", spent=1 - a * first_capped / (2 * (a + 1)))
@control("10 % more", spent=ELEVEN * spent)
def densities_with_a_cap_add_up(spent: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∫(v/w)^a from 0 to w, and 1 from there on."""
    w = first_capped
    yield trial.same(trial.once(power_integral, 1, sp.S.Zero, w) / w**a + 1 - w, spent)


@exact(power_profile, step="edge")
@control("without the profile", edge=sp.Min(1, 1 - rho))
@control("never at 1", edge=(1 - rho) * (a + 1) / a)
@control("10 % more", edge=ELEVEN * edge)
@control("half of the rest", spent=1 - a * first_capped / (2 * (a + 1)))
@control("cap of the squares", cap=1 / (2 * a + 1))
def edge_spends_the_budget(cap: sp.Expr, spent: sp.Expr, edge: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean density with a cap at the edge: the budget, or what is spent at w = 1 where that is more."""
    yield trial.same(spent.subs(first_capped, edge), sp.Max(rho, cap), by=in_cases(*PIECES))


@exact(power_profile, step="dense")
@control("of one power", dense=1 / (a + 1))
@control("10 % more", dense=ELEVEN * dense_value)
def dense_is_the_mean_square(dense: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∫v^(2a) from 0 to 1."""
    yield trial.same(dense, trial.once(power_integral, 2, sp.S.Zero, sp.S.One))


@exact(power_profile, step="value with a cap")
@control("the dense value", capped_value=dense_value)
@control("one power less", capped_value=dense_value + (capped_value - dense_value) / first_capped)
@control("10 % more", capped_value=ELEVEN * capped_value)
def value_of_capped_densities(capped_value: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The level times the integral below the edge, and the squares above it."""
    w = first_capped
    below, above = trial.once(power_integral, 1, sp.S.Zero, w), trial.once(power_integral, 2, w, sp.S.One)
    yield trial.same(w**a * below + above, capped_value)


@exact(power_profile, step="excess")
@control("of one power less", excess=excess / (1 - rho))
@control("10 % more", excess=ELEVEN * excess)
@control("the dense value", capped_value=dense_value)
@control("half of the rest", spent=1 - a * first_capped / (2 * (a + 1)))
@control("of one power", dense=1 / (a + 1))
def excess_at_the_edge_of_the_budget(
    spent: sp.Expr, dense: sp.Expr, capped_value: sp.Expr, excess: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The value with a cap less the dense one, where the mean density is ρ."""
    (place,) = sp.solve(spent - rho, first_capped)
    yield trial.same((capped_value - dense).subs(first_capped, place), excess)


@exact(power_profile, step="both pieces")
@control("below the cap at every density", optimum=below_cap)
@control("capped at every density", optimum=dense_value + excess)
@control("uniform", optimum=uniform)
@control("10 % less", optimum=NINE * power_optimum)
@control("edge without the profile", edge=sp.Min(1, 1 - rho))
@control("10 % more with a cap", capped_value=ELEVEN * capped_value)
@control("one power below it", below_cap=1 / ((a + 1) * rho))
def optimum_of_either_case(
    edge: sp.Expr, below_cap: sp.Expr, capped_value: sp.Expr, optimum: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The value at the edge, and the value below the cap where the edge is 1 and that is larger."""
    at_edge = capped_value.subs(first_capped, edge)
    yield trial.same(optimum, sp.Max(at_edge, below_cap * sp.Max(0, sp.sign(1 - (a + 1) * rho))), by=in_cases(*PIECES))


@exact(power_profile, step="uniform")
@control("with one power", uniform=1 / ((a + 1) * rho))
@control("10 % more", uniform=ELEVEN * uniform)
@control("of one power", dense=1 / (a + 1))
def uniform_divides_by_the_density(dense: sp.Expr, uniform: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """∫v^(2a)/ρ, and the dense value at ρ = 1."""
    yield trial.same(uniform, trial.once(power_integral, 2, sp.S.Zero, sp.S.One) / rho)
    yield trial.same(uniform.subs(rho, 1), dense)


@exact(power_profile, step="ratio")
@control("inverted", ratio=1 / ratio)
@control("10 % more", ratio=ELEVEN * ratio)
@control("one power", below_cap=1 / ((a + 1) * rho))
@control("uniform with one power", uniform=1 / ((a + 1) * rho))
def ratio_of_the_values(below_cap: sp.Expr, uniform: sp.Expr, ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The value below the cap over that of uniform densities; at most 1."""
    yield trial.same(ratio * uniform, below_cap)
    yield trial.nonnegative(1 - ratio, a**2 / (a + 1) ** 2)


@exact(power_profile, step="uniform excess")
@control("to first order", uniform_excess=(1 - rho) / (2 * a + 1))
@control("10 % more", uniform_excess=ELEVEN * uniform_excess)
@control("uniform with one power", uniform=1 / ((a + 1) * rho))
@control("dense of one power", dense=1 / (a + 1))
def uniform_less_dense(dense: sp.Expr, uniform: sp.Expr, uniform_excess: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What uniform densities exceed the dense value by."""
    yield trial.same(uniform - dense, uniform_excess)
