"""Evidence for the steps of K11.3: the first eigenvalue at neighbouring numbers of inputs, its limit, and its direction."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.kernel.sphere_steps import by_gammas
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.kernel.sphere import ell, half_degree, k, sphere_eigenvalue, wallis
from sparse_limits.theory.kernel.sphere_metrics import (
    few_inputs,
    first,
    gap_ratio,
    limit,
    neighbours,
    odd_first,
    ratio_fall,
    ratio_rise,
    second_even,
    sphere_metrics,
    top_energy,
    trace_ratio,
    two_apart,
)

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
v = sp.Symbol("v", integer=True, nonnegative=True)


@exact(sphere_metrics, step="first")
@control("of one input more", first=first.subs(k, k + 1))
@control("its limit", first=limit)
@control("10 % more", first=ELEVEN * first)
def first_is_of_degree_zero(first: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The eigenvalue at degree 0, for every number of inputs, and 1 at one."""
    yield trial.same(first, sphere_eigenvalue.subs(ell, 0), by=by_gammas)
    yield trial.same(first.subs(k, 1), 1)


@exact(sphere_metrics, step="neighbours")
@control("its limit", neighbours=limit**2)
@control("one input more", neighbours=neighbours.subs(k, k + 1))
@control("10 % more", neighbours=ELEVEN * neighbours)
@control("first 10 % more", first=ELEVEN * first)
def neighbours_have_a_rational_product(first: sp.Expr, neighbours: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The Gamma functions of k + 1 are those of k, crosswise."""
    yield trial.same(neighbours, first * first.subs(k, k + 1), by=by_gammas)


@exact(sphere_metrics, step="two apart")
@control("its inverse", two_apart=1 / two_apart)
@control("none", two_apart=sp.S.One)
@control("10 % more", two_apart=ELEVEN * two_apart)
@control("neighbours of one input more", neighbours=neighbours.subs(k, k + 1))
def two_apart_have_a_rational_ratio(neighbours: sp.Expr, two_apart: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One product over the next."""
    yield trial.same(two_apart * neighbours.subs(k, k + 1), neighbours, by=sp.cancel)


@exact(sphere_metrics, step="odd numbers")
@control("its inverse", odd_first=1 / odd_first)
@control("one factor more", odd_first=odd_first.subs(half_degree, half_degree + 1))
@control("10 % more", odd_first=ELEVEN * odd_first)
@control("first 10 % more", first=ELEVEN * first)
def odd_numbers_have_products(first: sp.Expr, odd_first: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At k = 2j + 1; and the rational factor over the product, from one j to the next."""
    yield trial.same(odd_first, first.subs(k, 2 * half_degree + 1), by=by_gammas)
    yield trial.holds(odd_first.subs(half_degree, 1) == sp.Rational(1, 2), "½ at three inputs")
    factor, i = (2 * half_degree + 1) / (half_degree + 1), half_degree + 1
    yield trial.induction(
        odd_first * factor, half_degree, sp.S.One, lambda term: term * (4 * i**2 - 1) / (4 * i**2), by=by_gammas
    )


@exact(sphere_metrics, step="limit")
@control("half", limit=limit / 2)
@control("that of the product", limit=2 / sp.pi)
@control("10 % more", limit=ELEVEN * limit)
@control("neighbours 10 % more", neighbours=ELEVEN * neighbours)
@control("odd numbers twice", odd_first=2 * odd_first)
def limits_follow_wallis(neighbours: sp.Expr, odd_first: sp.Expr, limit: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The rational factor in the limit, over π/2; and the limit of the products of neighbours is its square."""
    factor = sp.cancel(odd_first * wallis)
    yield trial.same(sp.limit(factor, half_degree, sp.oo) / (sp.pi / 2), limit)
    yield trial.same(sp.limit(neighbours, k, sp.oo), limit**2)


@exact(sphere_metrics, step="falls")
@control("its inverse", ratio_fall=1 / ratio_fall)
@control("of two apart", ratio_fall=two_apart)
@control("10 % more", ratio_fall=ELEVEN * ratio_fall)
@control("two apart, the inverse", two_apart=1 / two_apart)
@control("another limit", limit=1 / k)
def first_falls(two_apart: sp.Expr, limit: sp.Expr, ratio_fall: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From two ratios of numbers two apart; it is more than 1 by a fraction of positive terms. In the limit it is 1."""
    yield trial.same(ratio_fall * two_apart.subs(k, k + 1), two_apart, by=sp.cancel)
    gap = ratio_fall - 1
    numerator, denominator = map(sp.expand, sp.fraction(sp.together(gap)))
    yield trial.nonnegative(gap, numerator / denominator, by=sp.cancel)
    yield trial.same(limit / limit.subs(k, k + 1), 1)


@exact(sphere_metrics, step="rises")
@control("its inverse", ratio_rise=1 / ratio_rise)
@control("without k", ratio_rise=ratio_fall)
@control("10 % less", ratio_rise=NINE * ratio_rise)
@control("that of the fall, the inverse", ratio_fall=1 / ratio_fall)
def multiples_of_the_first_rise(ratio_fall: sp.Expr, ratio_rise: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With the ratio of k to k + 1, over that of k + 2 to k + 3; it is less than 1 by a fraction of positive terms."""
    multiples = (k / (k + 1)) / ((k + 2) / (k + 3))
    yield trial.same(ratio_rise, ratio_fall * multiples, by=sp.cancel)
    gap = (1 - ratio_rise).subs(k, v + 1)
    numerator, denominator = map(sp.expand, sp.fraction(sp.together(gap)))
    yield trial.nonnegative(gap, numerator / denominator, by=sp.cancel)
    yield trial.same(sp.limit(multiples, k, sp.oo), 1)


@exact(sphere_metrics, step="second even degree")
@control("as the first", second_even=first)
@control("10 % more", second_even=ELEVEN * second_even)
@control("of one input more", second_even=second_even.subs(k, k + 1))
@control("first 10 % more", first=ELEVEN * first)
def second_even_degree_is_below(first: sp.Expr, second_even: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The eigenvalue at degree 2; as the first is at most 1, 1/k exceeds it by at least (k³ + 2k + 1)/k(k + 1)³."""
    yield trial.same(second_even.subs(k, k + 1), sphere_eigenvalue.subs(ell, 2).subs(k, k + 1), by=by_gammas)
    share = by_ratio(second_even, first)
    yield trial.nonnegative(1 / k - share, (k**3 + 2 * k + 1) / (k * (k + 1) ** 3), by=sp.cancel)
    yield trial.same(first.subs(k, 1), 1)


def by_ratio(one: sp.Expr, other: sp.Expr) -> sp.Expr:
    """The quotient, its Gamma functions cancelled."""
    return sp.gammasimp(one / other)


@exact(sphere_metrics, step="ratios")
@control("λ₁ = λ₂", trace_ratio=2 * k)
@control("10 % less", trace_ratio=NINE * trace_ratio)
@control("falling with k", gap_ratio=1 / gap_ratio)
@control("10 % more", gap_ratio=ELEVEN * gap_ratio)
@control("first 10 % more", first=ELEVEN * first)
def ratios_are_those_of_the_first(
    first: sp.Expr, trace_ratio: sp.Expr, gap_ratio: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """2 over the first, and the first over 1/k."""
    yield trial.same(first, 2 / trace_ratio, by=by_gammas)
    yield trial.same(gap_ratio, first * k, by=by_gammas)


def by_steps(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, by Γ(x + 1) = xΓ(x), in x = k/2."""
    half = sp.Symbol("x", positive=True)
    return sp.factor(sp.expand_func(gap.subs(k, 2 * half)))


def limit_of_gammas(quotient: sp.Expr) -> sp.Expr:
    """The limit of a quotient of Γ functions for many inputs."""
    return sp.limit(sp.gammasimp(quotient), k, sp.oo)


@enclosed(sphere_metrics, step="five largest", cost=5)
@control("each eigenvalue once", top_energy=1 / trace_ratio + 1 / (2 * k))
@control("share 10 % less", top_energy=NINE * top_energy)
@control("not over the trace", top_energy=2 * top_energy)
@control("second even degree 10 % more", second_even=ELEVEN * second_even)
@control("from two inputs on", few_inputs=sp.ImmutableMatrix([[top_energy.subs(k, i) for i in (2, 3, 4, 5)]]))
@control("all of it", few_inputs=sp.ones(1, 4).as_immutable())
@control("few inputs 10 % more", few_inputs=ELEVEN * few_inputs)
def five_largest_add_up(
    second_even: sp.Expr, top_energy: sp.Expr, few_inputs: sp.Matrix, trial: Trial
) -> Iterator[Finding]:
    """From four inputs on λ₀ and four times 1/k, half of them; below, with some of λ₂ as well; the first four fall.

    Further on both fall: λ₀ over the next one is more than the same two inputs later, and tends to 1, so that it exceeds 1.
    """
    first = second_even * (k + 1) ** 3 / (3 * k + 1)
    many = {k: k + 3}
    yield trial.same(top_energy.subs(many), ((first + 4 / k) / 2).subs(many), by=by_gammas)
    for number, others in ((1, 0), (2, 2), (3, 1), (4, 0)):
        total = (first + 1 + others * second_even) / 2  # up to four inputs all of degree 1 are among the five
        yield trial.same(top_energy.subs(k, number), total.subs(k, number))
        yield trial.same(few_inputs[number - 1], total.subs(k, number))
    for number in (1, 2, 3):
        yield trial.below(few_inputs[number], few_inputs[number - 1], at=[{}], strict=True)
    quotient = first / first.subs(k, k + 1)
    more = (6 * k**3 + 21 * k**2 + 21 * k + 4) / ((k + 1) ** 5 * (k + 4))
    yield trial.nonnegative(1 - quotient.subs(k, k + 2) / quotient, more, by=by_steps, strict=True)
    yield trial.same(trial.once(limit_of_gammas, quotient), 1)
    yield trial.nonnegative(4 / k - 4 / (k + 1), 4 / (k * (k + 1)), strict=True)
