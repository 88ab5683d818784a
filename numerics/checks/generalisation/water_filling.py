"""Evidence for B4 and B5: optimality by its certificate in rationals, and the power-law profile by integration."""

from fractions import Fraction
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed, exact
from sparse_limits.numerics.kernels import water_filling
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.generalisation.path_bound import beta
from sparse_limits.theory.generalisation.water_filling import (
    a,
    best_densities,
    capped,
    full,
    lam,
    over,
    over_square,
    power_profile,
    rest,
    settled,
    total,
    y,
    z,
)
from sparse_limits.theory.graphon.fixed_inputs import inputs as d
from sparse_limits.theory.saliency.model import rho

POWER = power_profile.expressions


class Instance:
    """Weights of one target and a budget, in rationals; what the optimum is by trying every set of capped features."""

    def __init__(self, weights: list[int], density: Fraction) -> None:
        self.weights, self.density = weights, density
        self.budget = density * len(weights)
        sizes = sorted((abs(w) for w in weights), reverse=True)
        self.free = sum(w != 0 for w in weights) <= self.budget
        feasible = []
        for k in range(len(sizes)):
            left = self.budget - k
            if left > 0 and sum(sizes[k:]) >= sizes[k] * left:  # the level is not below the largest uncapped one
                feasible.append((sum(x * x for x in sizes[:k]) + Fraction(sum(sizes[k:]) ** 2, 1) / left, k))
        self.value, self.capped = min(feasible) if feasible else (Fraction(sum(x * x for x in sizes)), len(sizes))
        self.full = sum(x * x for x in sizes[: self.capped])
        self.rest = sum(sizes[self.capped :])

    @property
    def at(self) -> dict[sp.Symbol, sp.Expr]:
        known = {d: len(self.weights), capped: self.capped, full: self.full, rest: self.rest}
        return {**known, rho: sp.Rational(self.density), total: sum(map(abs, self.weights))}


def instances(rng: np.random.Generator, count: int) -> list[Instance]:
    """Small integer weights, zeros and ties among them, and budgets below the support; the first has one cap."""
    found = [Instance([6, 3, 2, 1], Fraction(5, 8))]
    while len(found) < count:
        size = int(rng.integers(3, 8))
        weights = [int(w) for w in rng.integers(-6, 7, size=size)]
        instance = Instance(weights, Fraction(int(rng.integers(1, 20)), 20))
        if not instance.free:
            found.append(instance)
    return found


@exact(best_densities, cost=0.5)
def certificate_proves_the_optimum(
    share: sp.Expr, term: sp.Expr, water_level: sp.Expr, optimum: sp.Expr, trial: Trial
) -> Findings:
    """Random rational targets: the budget is met, no density exceeds 1, and β² = λ²ρ² below the cap, β² ≥ λ² at it.

    These are the Kuhn–Tucker conditions of a convex problem; λ from the number k of capped features found by trial.
    """
    for instance in trial.draw(instances, trial.size(6)):
        level = valued(water_level, instance.at)
        cases = [{beta: sp.Integer(w), lam: level} for w in instance.weights]
        squares = [(case[beta] ** 2, share.xreplace(case)) for case in cases]
        conditions = [x == level**2 * r**2 if r < 1 else r == 1 and x >= level**2 for x, r in squares]
        text = f"β = {instance.weights}, density {instance.density}"
        yield trial.holds(sum(r for _, r in squares) == sp.Rational(instance.budget), f"{text}: the budget is met")
        yield trial.holds(all(conditions), f"{text}: level {level} meets the conditions")
        value = sum(x / r for x, r in squares if x)
        terms = [term.xreplace(case) for case in cases]
        yield trial.same(sum(terms), value)
        yield trial.same(optimum.subs(instance.at), value)


@exact(best_densities)
def uncapped_optimum_is_a_lower_bound(uncapped_optimum: sp.Expr, trial: Trial) -> Findings:
    """The uncapped optimum is below the optimum, found by trying all capped sets, and equal to it if and only if no feature is capped."""
    equal = 0
    for instance in trial.draw(instances, trial.size(20)):
        claimed, value = valued(uncapped_optimum, instance.at), sp.Rational(instance.value)
        tight = instance.capped == 0
        equal += tight
        yield trial.holds(claimed == value if tight else claimed < value, f"{claimed} beside the optimum {value}")
    yield trial.holds(equal > 0, f"{equal} targets without a cap")


@enclosed(best_densities)
def no_point_of_a_grid_is_better(share: sp.Expr, trial: Trial) -> Findings:
    """Four features, all densities in steps of 1/12 that keep the budget: none has a smaller Σβ²/ρ, by brute force.

    The shares are scaled to the budget, so only their ratios are tested.
    """
    for weights, budget in (((6, 3, 2, 1), 2), ((5, 4, 4, 3), 1), ((9, 2, 1, 1), Fraction(5, 2))):
        instance = Instance(list(weights), Fraction(budget) / 4)
        level = sp.Rational(instance.rest) / sp.Rational(instance.budget - instance.capped)
        shares = [share.xreplace({beta: sp.Integer(w), lam: level}) for w in weights]
        scale = sp.Rational(instance.budget) / sum(shares)
        value = sum(w**2 / (r * scale) for w, r in zip(weights, shares, strict=True))
        best = trial.once(best_on_grid, weights, str(budget))
        fits = all(r * scale <= 1 for r in shares)
        yield trial.holds(
            fits and value <= best, f"{weights}: Σβ²/ρ = {float(value):.5g}, on the grid {float(best):.5g}"
        )


def best_on_grid(weights: tuple[int, ...], budget: str) -> sp.Rational:
    steps = Fraction(budget) * 12
    grids = (point for point in product(range(1, 13), repeat=len(weights)) if sum(point) == steps)
    return sp.Rational(
        min(sum(Fraction(12 * w * w, r) for w, r in zip(weights, point, strict=True)) for point in grids)
    )


# The power-law profile


@exact(power_profile)
def optimum_is_in_two_pieces(optimum: sp.Expr, trial: Trial) -> Findings:
    """The optimum is the first formula below ρ = 1/(a + 1), the second above it, and both at it, for a = 1/2, 1 and 3."""
    below, above = POWER["below_cap"], POWER["dense"] + POWER["excess"]
    for profile in (sp.Rational(1, 2), sp.Integer(1), sp.Integer(3)):
        cap = 1 / (profile + 1)
        for density, pieces in ((cap / 3, [below]), (cap, [below, above]), ((2 + cap) / 3, [above])):
            for piece in pieces:
                yield trial.same(*(valued(part, {a: profile, rho: density}) for part in (optimum, piece)))


@empirical(power_profile)
def steps_enclose_the_optimum(optimum: sp.Expr, trial: Trial) -> Findings:
    """The optimum rises with |β|: it lies between those of step profiles below and above v^a, up to rounding (10⁻⁹)."""
    steps = trial.size(1000)
    places = np.arange(steps + 1) / steps
    for exponent, density in ((1, 0.3), (1, 0.8), (2, 0.9)):
        beta = places**exponent
        low, high = (water_filling(part, density).value / steps for part in (beta[:-1], beta[1:]))
        claimed = trial.value(optimum, {a: exponent, rho: sp.Rational(density)})
        yield trial.at_most(low - claimed, 1e-9 * low, f"a = {exponent}, ρ = {density}: lower end above {claimed:.5g}")
        yield trial.at_most(
            claimed - high, 1e-9 * high, f"a = {exponent}, ρ = {density}: upper end below {claimed:.5g}"
        )


@enclosed(best_densities)
def levels_and_surplus_are_not_negative(water_level: sp.Expr, surplus: sp.Expr, trial: Trial) -> Findings:
    """The water level is positive, and the surplus at least 0, where the budget pays for more than the capped features."""
    yield trial.below(sp.S.Zero, water_level, strict=True, needed="water_level")
    yield trial.below(sp.S.Zero, surplus, needed="surplus")


# Level spends the budget; terms add up

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
