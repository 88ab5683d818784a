"""Evidence for R13, besides its reasons: pairs of normal sums; two items have the largest density; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.subset_sum.power_potential import counting_rate, two_phases
from sparse_limits.theory.subset_sum.power_potential_signs import agreement, base, level, missed, step
from sparse_limits.theory.subset_sum.symbols import delta, eps


def normal_density(at: sp.Expr, variance: sp.Expr) -> sp.Expr:
    return sp.exp(-(at**2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)


@exact(two_phases, step="normal ratio")
def pairs_of_normal_sums(pair_ratio: sp.Expr, trial: Trial) -> Findings:
    """The ratio for normal sums with a variance of a third for each item, by squares: n cancels. It is 1 where half of the signs agree."""
    items = sp.Symbol("n", positive=True, integer=True)  # one or more, for a density
    agreed, at = items * (1 + agreement) / 2, sp.sqrt(items * level)
    both = normal_density(at, agreed / 3) * normal_density(sp.Integer(0), (items - agreed) / 3) / 2
    ratio = both / normal_density(at, items / sp.Integer(3)) ** 2
    yield trial.same(ratio**2 / pair_ratio**2, sp.Integer(1))
    yield trial.same(pair_ratio.subs(agreement, 0), sp.Integer(1))


@exact(two_phases, step="short sums")
def two_items_have_the_largest_density(short_pair: sp.Expr, trial: Trial) -> Findings:
    """The two sums are P + Q and P − Q, a map of the determinant 2, so their density is ½ · ½ over 2 where P and Q have the density ½."""
    turned = sp.Matrix([[1, 1], [1, -1]])
    yield trial.same(short_pair, sp.Rational(1, 2) ** 2 / abs(turned.det()))


def in_logarithms(number: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_log(sp.log(number), force=True), power_exp=True)


@exact(two_phases, step="squares of squares")
def measures_are_squared(doubly: sp.Expr, still_missed: sp.Expr, trial: Trial) -> Findings:
    """For each item more the measure is squared and, by Markov's inequality, divided by δ/2^(j + 2); it starts at a quarter of δw₀."""
    yield trial.same(doubly.subs(step, 0), delta * base / 4)
    following = still_missed.subs(missed, doubly) / (delta / 2 ** (step + 2))
    yield trial.same(in_logarithms(following), in_logarithms(doubly.subs(step, step + 1)))


@exact(two_phases, step="limit")
def only_the_first_logarithm_is_left(limit_rate: sp.Expr, sharp_items: sp.Expr, trial: Trial) -> Findings:
    """The number of items over ln 1/ε tends to the limit rate as ln 1/ε grows; this is the rate that counting asks for."""
    grown = sp.Symbol("grown", positive=True)
    rate = sp.expand(sharp_items.subs(eps, sp.exp(-grown)) / grown)
    yield trial.same(limit_rate, sp.limit(rate, grown, sp.oo))
    yield trial.same(limit_rate, counting_rate)
