"""Evidence for R12: blocks of units without a usable entry, and how often they occur."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact, statistical
from sparse_limits.numerics.exact.logarithms import with_positive
from sparse_limits.theory.subset_sum.block_counts import scheme_units, unlucky, weights
from sparse_limits.theory.subset_sum.block_scheme import block_scheme, least_units, one_output, size_slope, wide_excess
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.symbols import delta, n
from sparse_limits.theory.subset_sum.two_layers import d_0, d_1, size

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(block_scheme, step="one weight")
@control("usable entries are half", unlucky=sp.Rational(3, 4) ** n)
@control("one entry", unlucky=sp.Rational(1, 2))
@control("10 % more", unlucky=ELEVEN * unlucky)
def each_entry_halves_the_chance(unlucky: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """No entry, and one more."""
    yield trial.induction(unlucky, n, sp.S.One, lambda term: term / 2)


@exact(block_scheme, step="all weights")
@control("some weight", scheme_success=1 - unlucky**weights)
@control("one weight for each output", scheme_success=(1 - unlucky) ** d_1)
@control("union bound", scheme_success=1 - weights * unlucky)
@control("of one entry", unlucky=sp.Rational(1, 2))
def success_is_a_factor_for_each_weight(scheme_success: sp.Expr, unlucky: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One input, and the weights of one more, for one output and one more."""
    one = scheme_success.subs({d_0: 1, d_1: 1})
    yield trial.same(one, 1 - unlucky)
    yield trial.same(scheme_success.subs(d_0, d_0 + 1), scheme_success * (1 - unlucky) ** d_1, by=in_factors)
    yield trial.same(scheme_success.subs(d_1, d_1 + 1), scheme_success * (1 - unlucky) ** d_0, by=in_factors)


def in_factors(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability that a weight does not fail."""
    lucky = sp.Symbol("lucky", positive=True)
    return sp.simplify(sp.powsimp(sp.expand(expression.subs(1 - unlucky, lucky))))


@exact(block_scheme, step="units")
@control("union bound", scheme_units=sp.log(weights / delta) / sp.log(2))
@control("of one weight", scheme_units=-sp.log(delta) / sp.log(2))
@control("10 % more", scheme_units=ELEVEN * scheme_units)
@control("one weight for each output", scheme_success=(1 - unlucky) ** d_1)
@control("falling", scheme_success=(1 - unlucky) ** -weights)
def success_at_these_units(scheme_success: sp.Expr, scheme_units: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """It is 1 − δ there, as 2^(−n) is what one weight may fail with; and its logarithm has a positive derivative in n."""
    yield trial.same(2**-scheme_units, 1 - (1 - delta) ** (1 / weights))
    yield trial.same(scheme_success.subs(n, scheme_units), 1 - delta)
    slope = sp.diff(sp.log(scheme_success), n)
    yield trial.same(slope, weights * sp.log(2) * unlucky / (1 - unlucky))
    y = sp.Symbol("y", positive=True)
    more = sp.symbols("d_0 d_1", positive=True, integer=True)
    where = {n: sp.log(1 + y) / sp.log(2), **dict(zip((d_0, d_1), more, strict=True))}
    yield trial.nonnegative(slope, sp.Mul(*more) * sp.log(2) / y, where=where, strict=True)


@exact(block_scheme, step="fewer")
@control("for 1 − δ", least_units=sp.log(weights / delta) / sp.log(2))
@control("natural", least_units=sp.log(2) * least_units)
@control("of the inputs", least_units=least_units.subs(d_1, 1))
@control("of one weight", scheme_units=-sp.log(delta) / sp.log(2))
def exponential_is_replaced(scheme_units: sp.Expr, least_units: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 − 2^(−n) is e^(−y) at the one, by its logarithm, and 2^(−n) is y at the other."""
    y = -sp.log(1 - delta) / weights
    yield trial.same(2**-least_units, y)
    yield trial.same(sp.log(1 - 2**-scheme_units), -y, by=in_kept)


def in_kept(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability of success, logarithms of its powers taken apart."""
    kept = sp.Symbol("kept", positive=True)
    return sp.simplify(sp.expand_log(sp.simplify(with_positive(expression, d_0, d_1).subs(delta, 1 - kept))))


@exact(block_scheme, step="slope")
@control("of both factors of the item", size_slope=1 / -sp.log(1 - a * kappa / 2))
@control("of two logarithms", size_slope=2 * size_slope)
@control("10 % less", size_slope=NINE * size_slope)
def slope_is_that_of_the_units(size_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """R8's number of units, differentiated in the logarithms of the inputs and of the outputs."""
    for letter in (d_0, d_1):
        yield trial.same(size_slope, letter * sp.diff(size, letter))


@exact(block_scheme, step="excess")
@control("of both signs", wide_excess=2 * wide_excess)
@control("natural", wide_excess=wide_excess / sp.log(2))
@control("10 % less", wide_excess=NINE * wide_excess)
@control("of two logarithms", size_slope=2 * size_slope)
@control("least units twice", least_units=2 * least_units)
def slopes_have_this_quotient(
    size_slope: sp.Expr, least_units: sp.Expr, wide_excess: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The slope of the lower bound in the logarithms of the inputs and of the outputs times the quotient."""
    for letter in (d_0, d_1):
        yield trial.same(size_slope, wide_excess * letter * sp.diff(least_units, letter))


def lucky_sources(rng: np.random.Generator, sources: int, inputs: int, outputs: int, units: int) -> int:
    """Sources in which each weight has an entry of B that is positive, at an entry of A that is positive."""
    usable = rng.uniform(-1, 1, (sources, inputs, 1, units)) > 0
    positive = rng.uniform(-1, 1, (sources, inputs, outputs, units)) > 0
    helped = (usable & positive).any(axis=-1).reshape(sources, inputs * outputs)
    return int(helped.all(axis=1).sum())


@statistical(block_scheme, tests=3)
@control("usable entries are half", scheme_success=(1 - sp.Rational(3, 4) ** n) ** weights)
@control("a half for each weight", scheme_success=sp.Rational(1, 2) ** weights)
def drawn_sources_are_no_luckier(scheme_success: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Uniform entries: a usable entry for each weight is needed, and not yet enough."""
    sources = trial.size(20_000)
    for inputs, outputs, units in ((1, 8, 5), (2, 2, 3), (2, 6, 8)):
        bound = trial.value(scheme_success, {d_0: inputs, d_1: outputs, n: units})
        yield trial.counts(trial.draw(lucky_sources, sources, inputs, outputs, units), sources, bound, "above")


@exact(block_scheme)
@control("entries behind the units alone", one_output=(1 - unlucky) ** d_0)
@control("one input", one_output=one_output.subs(d_0, 1))
@control("a quarter", one_output=(1 - 4**-n) ** d_0)
@control("10 % more", one_output=ELEVEN * one_output)
def units_need_two_positive_entries(one_output: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All fair signs of both entries of up to three units for each of up to two inputs."""
    signs = list(product(range(2), repeat=2))
    for units, inputs in product((1, 2, 3), (1, 2)):
        blocks = list(product(product(signs, repeat=units), repeat=inputs))
        served = sum(all(any(map(all, block)) for block in each) for each in blocks)
        yield trial.same(one_output.subs({n: units, d_0: inputs}), sp.Rational(served, len(blocks)))
