"""Evidence for the steps of R1.1 and R1.2: one item more, subsets of a size, and the errors of the expansion one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sympy as sp

from sparse_limits.numerics.checks.subset_sum.expected_count import half_gaussian, with_items
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.logarithms import with_positive
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.expected_count import (
    averaged,
    count_expansion,
    empty_subset,
    expected_count,
    far_error,
    few_error,
    j,
    many_error,
    modulus,
    near_error,
    other_terms,
    quartic,
    r,
    rate,
    remainder,
    sextic,
    subset_count,
    sum_cdf,
    t,
    truncated,
    u,
)
from sparse_limits.theory.subset_sum.symbols import eps, k, n, z

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
v = sp.Symbol("v", positive=True)


@exact(subset_count, step="average of a power")
@control("not halved", averaged=2 * averaged)
@control("of an item on [0, 1]", averaged=averaged.subs(t, t - 1))
@control("of the same power", averaged=averaged.subs(k, k - 1))
@control("10 % more", averaged=MORE * averaged)
@control("without the factorial", truncated=truncated * sp.factorial(k))
def average_is_a_difference_of_antiderivatives(
    truncated: sp.Expr, averaged: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A power above 0, and 0 below; the next one is an antiderivative, above 0 and below; half of it from t − 1 to t + 1."""
    following = truncated.subs(k, k + 1)
    yield trial.same(truncated.subs(t, -v), 0)
    yield trial.same(truncated.subs(t, v), v**k / sp.factorial(k))
    for side in (1, -1):
        slope, value = sp.diff(following.subs(t, side * v), v), side * truncated.subs(t, side * v)
        yield trial.same(slope, value, by=lambda gap: sp.simplify(sp.combsimp(gap)))
    yield trial.same(averaged, (following.subs(t, t + 1) - following.subs(t, t - 1)) / 2, by=sp.expand)


def summand(formula: sp.Expr) -> sp.Expr:
    """What stands under the sums of a formula."""
    return formula.xreplace({each: each.function for each in formula.atoms(sp.Sum)})


@exact(subset_count, step="sum of items")
@control("no alternating sign", sum_cdf=sum_cdf.xreplace({(-1) ** j: sp.Integer(1)}))
@control("items on [0, 1]", sum_cdf=sum_cdf.subs(t, 2 * t - k))
@control("one item more", sum_cdf=sum_cdf.subs(k, k + 1))
@control("not halved", sum_cdf=2**k * sum_cdf)
@control("10 % more", sum_cdf=MORE * sum_cdf)
@control("the average not halved", averaged=2 * averaged)
@control("powers 10 % more", truncated=MORE * truncated)
def powers_are_averaged_by_the_rule_of_pascal(
    truncated: sp.Expr, averaged: sp.Expr, sum_cdf: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The factor of each power at k + 1 from those at k, for all k and j; and 1 for no item."""
    place = sp.Symbol("j_1", integer=True, positive=True)
    term = summand(sum_cdf)
    factor = term / truncated.subs(t, t + k - 2 * j)
    yield trial.same(factor.subs(k, 0).subs(j, 0), 1)
    here, before = factor.subs(j, place), factor.subs(j, place - 1)
    following = truncated.subs(k, k + 1)
    rest = here * (averaged.subs(t, t + k - 2 * place) + following.subs(t, t + k - 1 - 2 * place) / 2)
    shifted = before * following.subs(t, t + k + 1 - 2 * place) / 2
    power = term.subs(k, k + 1).subs(j, place)
    yield trial.same(power, rest - shifted, by=pascal(place))


def pascal(place: sp.Symbol) -> Callable[[sp.Expr], sp.Expr]:
    """A simplification of what is a multiple of (−1)^j C(k, j), whatever the maxima in it are."""

    def simplified(gap: sp.Expr) -> sp.Expr:
        hidden = gap.replace(sp.Max, sp.Function("largest"))
        signs = sp.expand(sp.powsimp(sp.expand_power_exp(hidden / (-1) ** place)))
        return sp.combsimp(signs / sp.binomial(k, place))

    return simplified


@enclosed(subset_count)
@control("no alternating sign", sum_cdf=sum_cdf.xreplace({(-1) ** j: sp.Integer(1)}))
@control("items on [0, 2]", sum_cdf=sum_cdf.subs(t, t - k))
@control("10 % more", sum_cdf=MORE * sum_cdf)
def sums_of_items_are_bounded(sum_cdf: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """No sum of k items is below −k, and all are up to k."""
    yield trial.same(sum_cdf.subs(t, -k - v), sp.S.Zero, by=None)
    yield trial.same(sum_cdf.subs(t, k + v), sp.S.One, by=None)


@enclosed(subset_count, step="count")
@control("forgets the empty subset", expected_count=expected_count - empty_subset)
@control("always counts the empty subset", expected_count=expected_count - empty_subset + 1)
@control("one side only", expected_count=expected_count.subs(z - eps, z))
@control("10 % more", expected_count=MORE * expected_count)
@control("no alternating sign", sum_cdf=sum_cdf.xreplace({(-1) ** j: sp.Integer(1)}))
def subsets_are_counted_by_their_size(sum_cdf: sp.Expr, expected_count: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The empty one, and binomial(n, k) of k items, each within ε of z by the distribution function."""
    hit = sum_cdf.subs(t, z + eps) - sum_cdf.subs(t, z - eps)
    yield trial.same(expected_count, empty_subset + sp.Sum(sp.binomial(n, k) * hit, (k, 1, n)), by=None)


# Large n


@exact(count_expansion, step="two items or more")
@control("pairs in order", other_terms=2 * other_terms)
@control("pairs alone", other_terms=other_terms / (1 + modulus) ** (n - 2))
@control("10 % less", other_terms=LESS * other_terms)
@control("one power less", other_terms=other_terms / modulus)
def terms_from_two_items_on(other_terms: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """y²/2 times the second derivative of (1 + y)ⁿ: each power yᵏ gets k(k − 1)/2, at k = 2 + i at least 1."""
    yield trial.same(other_terms, modulus**2 / 2 * sp.diff((1 + modulus) ** n, modulus, 2))
    i = sp.Symbol("i", integer=True, nonnegative=True)
    yield trial.nonnegative((2 + i) * (1 + i) / 2 - 1, (i**2 + 3 * i) / 2, by=sp.expand)


@exact(count_expansion, step="beyond π")
@control("from 1 on", many_error=many_error * sp.pi)
@control("not integrated", many_error=many_error * sp.pi**2)
@control("10 % less", many_error=LESS * many_error)
@control("pairs in order", other_terms=2 * other_terms)
def subsets_of_many_items_beyond_pi(other_terms: sp.Expr, many_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """y² at most u⁻², whose integral from π on is 1/π; the rest at 1/π; over π and 2ⁿ."""
    tail = -sp.Integral(1 / u**2, u).doit().subs(u, sp.pi)
    yield trial.same(many_error, (other_terms / modulus**2).subs(modulus, 1 / sp.pi) * tail / sp.pi / 2**n)


@exact(count_expansion, step="one item at most")
@control("the empty subset alone", few_error=1 / 2**n)
@control("without the density", few_error=(n + 1) / 2**n)
@control("10 % less", few_error=LESS * few_error)
def subsets_of_one_item_at_most(few_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """1 + n over [0, π], over π; and n items of the density ½."""
    yield trial.same(few_error, (sp.integrate(n + 1, (u, 0, sp.pi)) / sp.pi + n / 2) / 2**n)


def near(slope: sp.Symbol, fourth: sp.Symbol, sixth: sp.Symbol) -> sp.Expr:
    """Gaussian moments of the errors on [0, π], with the envelopes still open."""
    found = half_gaussian(n * sixth * u**6 + r**4 * u**4 / 24, n * u**2 / 12)
    return found + half_gaussian(n**2 * fourth**2 * u**8 / 2 + n * fourth * u**4 * r**2 * u**2 / 2, n * slope * u**2)


def far() -> sp.Expr:
    """Gaussian moments of the expansion beyond π."""
    return sp.exp(-n * sp.pi**2 / 24) * half_gaussian(1 + r**2 * u**2 / 2 + n * u**4 / 1440, n * u**2 / 24)


@exact(count_expansion, step="errors up to π", cost=0.4)
@control("forgets the target", near_error=near_error.subs(r, 0))
@control("10 % more", near_error=MORE * near_error)
@control("10 % less", near_error=LESS * near_error)
@control("looser sextic term", sextic=sextic * MORE)
@control("looser quartic term", quartic=quartic * MORE)
@control("slower decay", rate=rate / MORE)
def errors_up_to_pi_are_gaussian_moments(
    rate: sp.Expr, quartic: sp.Expr, sextic: sp.Expr, near_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Four errors, integrated over all u > 0, with the envelopes put in."""
    opened = sp.symbols("slope fourth sixth", positive=True)
    errors = valued(trial.once(near, *opened), dict(zip(opened, (rate, quartic, sextic), strict=True)))
    yield trial.same(near_error, errors, by=with_items)


@exact(count_expansion, step="expansion beyond π", cost=0.4)
@control("forgets the target", far_error=far_error.subs(r, 0))
@control("the whole exponent", far_error=far_error * sp.exp(-n * sp.pi**2 / 24))
@control("10 % less", far_error=LESS * far_error)
@control("10 % more", far_error=MORE * far_error)
def expansion_beyond_pi_is_small(far_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Three moments under half of the exponent."""
    yield trial.same(far_error, trial.once(far), by=with_items)


def expanded(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, multiplied out with powers joined."""
    return sp.expand(sp.powsimp(sp.expand(sp.expand_func(with_positive(gap, n)))))


@exact(count_expansion, step="remainder")
@control("forgets the target", remainder=remainder.subs(r, 0))
@control("forgets subsets of many items", remainder=remainder - remainder.coeff(2**-n) / 2**n)
@control("10 % tighter", remainder=remainder / MORE)
@control("10 % looser", remainder=remainder * MORE)
@control("far 10 % more", far_error=MORE * far_error)
@control("near 10 % more", near_error=MORE * near_error)
@control("the empty subset alone", few_error=1 / 2**n)
@control("from 1 on", many_error=many_error * sp.pi)
def remainder_is_the_sum_over_the_density(
    near_error: sp.Expr, far_error: sp.Expr, many_error: sp.Expr, few_error: sp.Expr, remainder: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Four errors, over √(3/πn); their sum grows with r."""
    density = sp.sqrt(3 / (sp.pi * n))
    claimed = (near_error + far_error + many_error + few_error) / density
    yield trial.same(remainder, claimed, by=expanded)
    items = sp.Symbol("n", positive=True, integer=True)
    yield trial.nonnegative(sp.diff(remainder, r), sp.diff(claimed, r).subs(n, items), by=expanded, where={n: items})
