"""Evidence for R7, besides its reasons: spread is enough for the mean; the rate is that of a normal law; and more."""

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, empirical, enclosed
from sparse_limits.numerics.keyed import stream_name
from sparse_limits.numerics.statistics.distribution_free import clopper_pearson
from sparse_limits.numerics.statistics.exact_tests import LEVEL
from sparse_limits.numerics.subset_sum.laws import Law, Thinned, Uniform, UniformProduct
from sparse_limits.numerics.subset_sum.misses import Floats, subset_counts, subset_rates
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.miss_probability import S_1, S_2, conditional_poisson
from sparse_limits.theory.subset_sum.symbols import eps, n, z


@enclosed(conditional_poisson)
def spread_is_enough_for_the_mean(mean: sp.Expr, variance: sp.Expr, trial: Trial) -> Findings:
    """An item in the sum or not deviates equally from its mean, so n times the variance is at least the squared mean (Cauchy–Schwarz)."""
    yield trial.below(mean**2, n * variance)


ITEMS = (("1/2", "-1/3", "3/4"), ("1", "1/5", "-2/3", "-1/4"))


def moments(items: tuple[str, ...]) -> dict[str, sp.Rational]:
    """The sums of items and squares, and by all subsets the mean and the variance of a random one's sum."""
    x = [Fraction(item) for item in items]
    sums = [Fraction(0)]
    for item in x:
        sums += [total + item for total in sums]
    mean = sum(sums) / len(sums)
    found = {"S_1": sum(x), "S_2": sum(item**2 for item in x), "mean": mean}
    found["variance"] = sum((total - mean) ** 2 for total in sums) / len(sums)
    return {name: sp.Rational(value) for name, value in found.items()}


@enclosed(conditional_poisson)
def the_rate_is_that_of_a_normal_law(rate: sp.Expr, miss: sp.Expr, trial: Trial) -> Findings:
    """In z, log λ has the slope of a normal law with the moments of all subsets, and λ the mass 2ⁿ · 2ε. A miss has the Poisson probability
    of this rate, and the probability 0 where the empty subset hits.
    """
    for items in ITEMS:
        found = trial.once(moments, items)
        near = sp.Rational(1, 50)
        at = {n: sp.Integer(len(items)), eps: near, S_1: found["S_1"], S_2: found["S_2"]}
        here = valued(rate, at)
        yield trial.same(sp.diff(sp.log(here), z), (found["mean"] - z) / found["variance"])
        yield trial.same(sp.Integral(here, (z, -sp.oo, sp.oo)), 2 * near * 2 ** len(items), by=None)
    many, mean = sp.symbols("m c", positive=True)
    poisson = sp.limit((1 - mean / many) ** many, many, sp.oo)
    law = poisson.subs(mean, conditional_poisson.expressions["rate"])
    yield trial.same(miss.subs(z, eps + sp.Abs(z) + 1), law.subs(z, eps + sp.Abs(z) + 1), by=None)
    yield trial.same(miss, law, by=None, at=[{**at, z: near + sp.Rational(1, 100)}, {**at, z: -sp.S.One}])
    yield trial.same(miss, sp.S.Zero, at=[{**at, z: near}, {**at, z: -near}, {**at, z: sp.S.Zero}])


@stream_name("numerics.checks.subset_sum.miss_probability.Cell")
class Cell(NamedTuple):
    law: Law
    items: int
    near: str
    target: str


PRODUCTS = Thinned(UniformProduct(), 0.5)
CELLS = (
    Cell(Uniform(), 10, "1/100", "3/10"),
    Cell(Uniform(), 20, "1/10000", "3/10"),
    Cell(PRODUCTS, 24, "1/100", "3/20"),
)
MORE_CELLS = (
    Cell(Uniform(), 14, "1/1000", "3/10"),
    Cell(Uniform(), 18, "1/10000", "3/10"),
    Cell(PRODUCTS, 32, "1/1000", "3/20"),
)


def misses(rng: np.random.Generator, cell: Cell, draws: int) -> int:
    """How many samples have no subset within ε of the target, by counting them all."""
    items = cell.law.sample(rng, (draws, cell.items))
    return int(np.count_nonzero(subset_counts(items, sp.Rational(cell.target), sp.Rational(cell.near)) == 0))


def separate(rng: np.random.Generator, cell: Cell, draws: int) -> tuple[Floats, Floats]:
    """Items of other samples, and a uniform number for each sample."""
    return cell.law.sample(rng, (draws, cell.items)), rng.random(draws)


def chances(miss: sp.Expr, cell: Cell, items: Floats, trial: Trial) -> Floats | float:
    """The chance of a miss for each sample, or for all if it knows nothing of the items."""
    target, near = sp.Rational(cell.target), sp.Rational(cell.near)
    if miss.has(S_2):
        return subset_rates(items, float(target), float(near), miss)
    return trial.value(miss, {n: sp.Integer(cell.items), z: target, eps: near})


@empirical(conditional_poisson, step="misses", cost=0.6)
def counted_misses_agree_with_the_prediction(miss: sp.Expr, agreement: sp.Expr, trial: Trial) -> Findings:
    """Counted misses, and events of probability e^(−λ) in other samples: Clopper and Pearson's intervals, at level 1e-9, are apart by no
    more than the factor stated.
    """
    for cell in CELLS if trial.effort == "quick" else (*CELLS, *MORE_CELLS):
        draws, predictions = trial.size(1500), trial.size(40_000)
        missed = trial.draw(misses, cell, draws)
        items, uniform = trial.draw(separate, cell, predictions)
        foreseen = int(np.count_nonzero(uniform < chances(miss, cell, items, trial)))
        seen = clopper_pearson(missed, draws, 1 - LEVEL)
        said = clopper_pearson(foreseen, predictions, 1 - LEVEL)
        apart = max(1.0, seen.low / said.high, said.low / seen.high)
        detail = f"{cell.items} items: {missed / draws:.3g} of {draws} missed, {foreseen / predictions:.3g} predicted"
        yield trial.at_most(apart, float(agreement), f"{detail}; a factor of at least")
