"""Evidence for R13: sums with random signs, and the constant."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.power_potential import best_rate, counting_rate, two_phases
from sparse_limits.theory.subset_sum.power_potential_signs import (
    agreement,
    base,
    constant,
    item,
    level,
    limit_rate,
    missed,
    more_items,
    pair_ratio,
    part_of_sum,
    rare_agreement,
    short_pair,
    sign,
    sign_items,
    step,
)
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

LESS = sp.Rational(9, 10)


@exact(two_phases, step="signs")
@control("not halved", part_of_sum=2 * part_of_sum)
@control("the difference", part_of_sum=part_of_sum.subs(sign, -sign))
def subsets_take_all_of_an_item_or_nothing(part_of_sum: sp.Expr, trial: Trial) -> Iterator[Finding]:
    yield trial.same(part_of_sum + part_of_sum.subs(sign, -sign), item)
    yield trial.same(part_of_sum - part_of_sum.subs(sign, -sign), sign * item)


def normal_density(at: sp.Expr, variance: sp.Expr) -> sp.Expr:
    return sp.exp(-(at**2) / (2 * variance)) / sp.sqrt(2 * sp.pi * variance)


@exact(two_phases, step="normal ratio")
@control("P and Q have the density of their sum", pair_ratio=2 * pair_ratio)
@control("in the middle", pair_ratio=1 / sp.sqrt(1 - agreement**2))
@control("sums of subsets", pair_ratio=pair_ratio.subs(agreement, agreement + sp.Rational(1, 2)))
@control("the exponent halved", pair_ratio=pair_ratio.subs(level, level / 2))
def pairs_of_normal_sums(pair_ratio: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Variances of a third for each item; n cancels. The squares, and both are 1 where half of the signs agree."""
    items = sp.Symbol("n", positive=True, integer=True)  # one or more, for a density
    agreed, at = items * (1 + agreement) / 2, sp.sqrt(items * level)
    both = normal_density(at, agreed / 3) * normal_density(sp.Integer(0), (items - agreed) / 3) / 2
    ratio = both / normal_density(at, items / sp.Integer(3)) ** 2
    yield trial.same(ratio**2 / pair_ratio**2, sp.Integer(1))
    yield trial.same(pair_ratio.subs(agreement, 0), sp.Integer(1))


@exact(two_phases, step="rare agreements")
@control("half as far", rare_agreement=2 * sp.exp(-n / 32))
@control("on one side", rare_agreement=rare_agreement / 2)
def a_quarter_is_far_from_a_half(rare_agreement: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Hoeffding's bound for the share of agreements, the mean of n numbers 0 and 1, at a distance of ¼."""
    yield trial.same(rare_agreement, 2 * sp.exp(-2 * n * sp.Rational(1, 4) ** 2))


@exact(two_phases, step="short sums")
@control("of independent choices", short_pair=2 * short_pair)
@control("10 % less", short_pair=LESS * short_pair)
def two_items_have_the_largest_density(short_pair: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """P and Q are half of the sum and of the difference of the sums, whose determinant is 2: at densities of ½ for both."""
    turned = sp.Matrix([[1, 1], [1, -1]])
    yield trial.same(short_pair, sp.Rational(1, 2) ** 2 / abs(turned.det()))


@exact(two_phases, step="items with signs")
@control("as many as numbers", sign_items=sp.log(1 / eps) / sp.log(2))
@control("natural logarithms", sign_items=sign_items * sp.log(2))
def subsets_outnumber_the_targets(sign_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """2ⁿε, as a logarithm."""
    bits = sp.log(1 / eps) / sp.log(2)
    yield trial.same(sign_items * sp.log(2) + sp.log(eps), 2 * sp.log(bits))


@exact(two_phases, step="one item more")
@control("the density 1", still_missed=missed**2)
@control("one side", still_missed=missed**2 / 4)
@control("no square", still_missed=missed / 2)
def an_interval_meets_itself(still_missed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """U an interval no longer than 1: U and U + x share its length less |x|, on both sides."""
    shift = sp.Symbol("shift", positive=True)
    yield trial.same(still_missed, 2 * sp.integrate((missed - shift) / 2, (shift, 0, missed)))


def in_logarithms(number: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_log(sp.log(number), force=True), power_exp=True)


@exact(two_phases, step="squares of squares")
@control("the density 1", still_missed=missed**2)
@control("powers", doubly=delta * base**step / 2 ** (step + 2))
@control("the same δ for each item", doubly=delta * base ** (2**step) / 4)
@control("δ forgotten", doubly=base ** (2**step) / 2 ** (step + 2))
def measures_are_squared(doubly: sp.Expr, still_missed: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Markov's inequality with δ/2^(j + 2) for each item more, from a quarter of δw₀ on."""
    yield trial.same(doubly.subs(step, 0), delta * base / 4)
    following = still_missed.subs(missed, doubly) / (delta / 2 ** (step + 2))
    yield trial.same(in_logarithms(following), in_logarithms(doubly.subs(step, step + 1)))


@exact(two_phases, step="more items")
@control("one more", more_items=more_items + 1)
@control("the number of bits", more_items=sp.log(1 / eps) / sp.log(2))
def powers_fall_to_the_distance(more_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The exponent 2^j in bits."""
    yield trial.same(more_items * sp.log(2), sp.log(sp.log(1 / eps) / sp.log(2)))


@exact(two_phases, step="all targets")
@control("only the signs", sharp_items=sign_items + constant)
@control("no constant", sharp_items=sign_items + more_items)
@control("as many as numbers", sign_items=sp.log(1 / eps) / sp.log(2))
@control("one more", more_items=more_items + 1)
def items_add_up(sharp_items: sp.Expr, sign_items: sp.Expr, more_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    yield trial.same(sharp_items, sign_items + more_items + constant)


@exact(two_phases, step="limit")
@control("natural logarithms", limit_rate=sp.Integer(1))
@control("twice", limit_rate=2 * limit_rate)
@control("R13's limit", sharp_items=best_rate.subs({a: 1, kappa: sp.Rational(1, 2)}) * sp.log(1 / eps) + constant)
def only_the_first_logarithm_is_left(limit_rate: sp.Expr, sharp_items: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Over ln 1/ε, as that grows; and no less than counting asks for."""
    grown = sp.Symbol("grown", positive=True)
    rate = sp.expand(sharp_items.subs(eps, sp.exp(-grown)) / grown)
    yield trial.same(limit_rate, sp.limit(rate, grown, sp.oo))
    yield trial.same(limit_rate, counting_rate)
