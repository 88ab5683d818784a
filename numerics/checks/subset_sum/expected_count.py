"""Evidence for R1.1 and R1.2: the expected number of subsets that come close to a target."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.subset_sum.counting import equal
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.logarithms import with_positive
from sparse_limits.numerics.subset_sum import (
    all_subset_sums,
    excess_grows,
    expected_subsets,
    random_subset_sums,
    sum_distribution,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.expected_count import (
    correction,
    count_expansion,
    empty_subset,
    leading,
    r,
    subset_count,
    t,
    u,
    v,
)
from sparse_limits.theory.subset_sum.symbols import eps, k, n, z

# The exact count


@exact(subset_count)
def items_are_added_by_averaging(sum_cdf: sp.Expr, trial: Trial) -> Findings:
    """F_k for k ≤ 5 is ½∫F_{k−1}(t−x)dx, iterated: k + 1 points on each of its k polynomial pieces, and beyond."""
    for size in range(5, 0, -1):
        step = sp.Rational(2, size + 2)
        inside = [2 * piece - size + step * i for piece in range(size) for i in range(1, size + 2)]
        for point in (*inside, -size - 1, size + 1):
            at = {k: sp.Integer(size), t: sp.sympify(point)}
            yield equal(sum_cdf, sum_distribution(size, at[t]), at, trial)


def instances() -> Iterator[tuple[int, sp.Rational, sp.Rational]]:
    """Sizes, targets and distances: near 0 and far, at ε itself, of both signs, and out of reach."""
    targets = {"3/10": "1/20", "-7/10": "1/3", "0": "1/8", "-1/5": "1/4", "1/2": "1/2", "5/2": "2/3", "-8": "1"}
    for size in (6, 3, 2, 1, 0):
        for target, distance in targets.items():
            yield size, sp.Rational(target), sp.Rational(distance)


@exact(subset_count)
def counts_obey_the_recursion_over_items(expected_count: sp.Expr, trial: Trial) -> Findings:
    """E_{m+1}(z) = E_m(z) + ½∫E_m(z−x)dx from E_0 = 1{|z| ≤ ε}: the same rational numbers; at ε = 0 the empty subset alone."""
    for size, target, distance in instances():
        value = trial.once(expected_subsets, size, target, distance)
        yield equal(expected_count, value, {n: sp.Integer(size), z: target, eps: distance}, trial)
    for target in (sp.S.Zero, sp.Rational(1, 3)):
        yield equal(expected_count, Fraction(int(target == 0)), {n: sp.Integer(3), z: target, eps: sp.S.Zero}, trial)


TARGETS = ((6, 1), (0, 1), (-14, 5))  # z and ε in twentieths


def hits(rng: np.random.Generator, size: int, draws: int) -> list[int]:
    """For each target, how many random subsets of fresh items hit it."""
    sums = random_subset_sums(rng, size, draws)
    return [int(np.count_nonzero(np.abs(sums - a / 20) <= b / 20)) for a, b in TARGETS]


@statistical(subset_count, tests=4, cost=0.5)
def random_subsets_hit_as_often(expected_count: sp.Expr, trial: Trial) -> Findings:
    """One random subset of fresh items per draw hits with probability E N / 2ⁿ."""
    draws = trial.size(200_000)
    for size in (4, 6, 8, 10):
        at = [{n: sp.Integer(size), z: sp.Rational(a, 20), eps: sp.Rational(b, 20)} for a, b in TARGETS]
        p = [trial.value(expected_count / 2**n, point) for point in at]
        yield trial.counts_each(trial.draw(hits, size, draws), draws, p)


def counts(rng: np.random.Generator, size: int, draws: int, target: tuple[int, int]) -> NDArray[np.floating]:
    """The number N of subsets that hit, for fresh items in every draw."""
    found = np.empty(draws)
    for block in np.array_split(found, -(-draws // 10_000)):
        sums = all_subset_sums(rng, size, len(block))
        block[:] = np.count_nonzero(np.abs(sums - target[0] / 20) <= target[1] / 20, axis=1)
    return found


@statistical(subset_count, tests=2, cost=0.5)
def all_subsets_are_counted(expected_count: sp.Expr, trial: Trial) -> Findings:
    """The mean of N itself, over all 2ⁿ subsets of each sample."""
    for size, target in ((4, (-4, 5)), (6, (6, 1))):
        at = {n: sp.Integer(size), z: sp.Rational(target[0], 20), eps: sp.Rational(target[1], 20)}
        sample = trial.draw(counts, size, trial.size(60_000), target)
        yield trial.averages(sample, trial.value(expected_count, at), 0, 2**size)


# Large n


def half_gaussian(integrand: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """(1/π) ∫ integrand · exp(−exponent) du over u > 0, term by term."""
    integrand, exponent = (with_positive(each, n) for each in (integrand, exponent))
    terms = sp.Add.make_args(sp.expand(integrand))
    total = sum(sp.integrate(term * sp.exp(-exponent), (u, 0, sp.oo)) for term in terms) / sp.pi
    return total.subs(sp.Symbol("n", positive=True, integer=True), n)


def with_items(gap: sp.Expr) -> sp.Expr:
    """Simplified for one item or more."""
    return sp.simplify(with_positive(gap, n))


def second_order_count() -> sp.Expr:
    """2ⁿ ∫ of the expanded density over [z − ε, z + ε], from the moments of one item."""
    item, s = sp.symbols("item s", real=True)
    second, fourth = (sp.integrate(item**p / 2, (item, -1, 1)) / 2 for p in (2, 4))
    kurtosis = fourth - 3 * second**2
    expanded = 1 + n * kurtosis * u**4 / 24 - s**2 * u**2 / 2
    return sp.integrate(2**n * half_gaussian(expanded, n * second * u**2 / 2), (s, z - eps, z + eps))


@exact(count_expansion, step="Gaussian integral", cost=0.5)
def expansion_follows_from_two_cumulants(leading: sp.Expr, correction: sp.Expr, trial: Trial) -> Findings:
    """The Gaussian integral of φⁿ cos(su), expanded to second order and averaged over the interval."""
    count = trial.once(second_order_count)
    yield trial.same(leading * (1 + correction), count, by=with_items)


@enclosed(count_expansion, step="envelopes")
def envelopes_hold_up_to_pi(
    characteristic: sp.Expr, rate: sp.Expr, quartic: sp.Expr, sextic: sp.Expr, trial: Trial
) -> Findings:
    """The three envelopes of log φ are attained at π and hold from 1/4 to 3; the ratio from which they follow is proved to grow."""
    growth = trial.once(excess_grows)
    yield trial.holds(growth, "(log φ + u²/12 − u⁴/1440)/u⁶ increases on (0, π], by 40 exact terms and Cauchy's bound")
    excess = sp.log(characteristic) + u**2 / 12
    envelopes = (rate * -(u**2) + u**2 / 12, quartic * u**4, u**4 / 1440 + sextic * u**6)
    for envelope in envelopes:
        yield trial.same((excess - envelope).subs(u, sp.pi), 0)
    before = {u: (sp.Rational(1, 4), 3)}
    for envelope in envelopes:
        yield trial.everywhere(excess, envelope, within=before)
    yield trial.everywhere(u**4 / 1440, excess, within=before)


def cumulants_of_an_item() -> tuple[sp.Expr, sp.Expr]:
    """The coefficients of u⁴ and u⁶ in log φ."""
    item = sum((-1) ** i * u ** (2 * i) / sp.factorial(2 * i + 1) for i in range(4))  # sin(u)/u
    logarithm = sp.series(sp.log((1 + item) / 2), u, 0, 8).removeO()
    return logarithm.coeff(u, 4), logarithm.coeff(u, 6)


@enclosed(count_expansion, step="next term")
def the_order_of_the_remainder_is_sharp(next_term: sp.Expr, correction: sp.Expr, trial: Trial) -> Findings:
    """The next term is that of the cumulants of an item; n² times the relative error at z = 0, ε = 10⁻⁶ has at most 11/20 of its distance
    from this term at twice the n.
    """
    cumulants = trial.once(cumulants_of_an_item)
    moments = [sp.factorial2(i - 1) * 6 ** (i // 2) for i in (6, 8)]
    yield trial.same(next_term, moments[0] * cumulants[1] + moments[1] * cumulants[0] ** 2 / 2)
    distances = []
    for size in (12, 24, 48):
        at = {n: sp.Integer(size), z: sp.S.Zero, eps: sp.Rational(1, 10**6)}
        count = sp.Rational(trial.once(expected_subsets, size, at[z], at[eps])) - 1
        distances.append(sp.Abs(size**2 * (count / leading.subs(at) - 1 - correction.subs(at)) - next_term))
    for further, nearer in pairwise(distances):
        yield trial.below(nearer, sp.Rational(11, 20) * further, at=[{}])


@enclosed(count_expansion, cost=0.5)
def exact_counts_stay_within_the_remainder(
    leading: sp.Expr, correction: sp.Expr, remainder: sp.Expr, trial: Trial
) -> Findings:
    """The expansion against exact counts at n = 1, 2, 16 and 48; at n = 48 and z = −2 the remainder is at most twice the error."""
    for size in (1, 2, 16, 48):
        for target, distance in (("3/10", "1/20"), ("0", "1/1000"), ("-1/5", "1"), ("-2", "1/100")):
            at = {n: sp.Integer(size), z: sp.Rational(target), eps: sp.Rational(distance)}
            value = sp.Rational(trial.once(expected_subsets, size, at[z], at[eps])) - int(bool(abs(at[z]) <= at[eps]))
            error = sp.Abs(value / leading - 1 - correction)
            bound = valued(remainder, {r: abs(at[z]) + at[eps]})
            yield trial.below(error, bound, at=[at])
            if size == 48 and target == "-2":
                yield trial.below(bound / 2, error, at=[at])


@enclosed(count_expansion)
def expansion_lacks_so_much(lacking: sp.Expr, trial: Trial) -> Findings:
    """Two items and z = 0: each alone is within ε with probability ε, and their sum, with the density (2 − |s|)/4, with probability ε −
    ε²/4.
    """
    for width in (sp.Rational(1, 10), sp.Rational(1, 2), sp.S.One):
        count = 2 * width + sp.integrate((2 - t) / 2, (t, 0, width))
        main = (leading * (1 + correction)).subs({n: 2, z: 0, eps: width})
        lacks = sp.Abs(count - main) / leading.subs({n: 2, eps: width})
        yield trial.same(lacking, lacks, at=[{n: sp.Integer(2), z: sp.Integer(0), eps: width}], by=None)


# Sums of items are bounded


@enclosed(subset_count)
def sums_of_items_are_bounded(sum_cdf: sp.Expr, trial: Trial) -> Findings:
    """No sum of k items is below −k, and all are up to k."""
    yield trial.same(sum_cdf.subs(t, -k - v), sp.S.Zero, by=None)
    yield trial.same(sum_cdf.subs(t, k + v), sp.S.One, by=None)


@enclosed(subset_count, step="count")
def subsets_are_counted_by_their_size(sum_cdf: sp.Expr, expected_count: sp.Expr, trial: Trial) -> Findings:
    """The empty subset, and binomial(n, k) subsets of k items, each within ε of z by the distribution function."""
    hit = sum_cdf.subs(t, z + eps) - sum_cdf.subs(t, z - eps)
    yield trial.same(expected_count, empty_subset + sp.Sum(sp.binomial(n, k) * hit, (k, 1, n)), by=None)


# Large n


def near(slope: sp.Symbol, fourth: sp.Symbol, sixth: sp.Symbol) -> sp.Expr:
    """Gaussian moments of the errors on [0, π], with the envelopes still open."""
    found = half_gaussian(n * sixth * u**6 + r**4 * u**4 / 24, n * u**2 / 12)
    return found + half_gaussian(n**2 * fourth**2 * u**8 / 2 + n * fourth * u**4 * r**2 * u**2 / 2, n * slope * u**2)


def far() -> sp.Expr:
    """Gaussian moments of the expansion beyond π."""
    return sp.exp(-n * sp.pi**2 / 24) * half_gaussian(1 + r**2 * u**2 / 2 + n * u**4 / 1440, n * u**2 / 24)


@exact(count_expansion, step="errors up to π", cost=0.4)
def errors_up_to_pi_are_gaussian_moments(
    rate: sp.Expr, quartic: sp.Expr, sextic: sp.Expr, near_error: sp.Expr, trial: Trial
) -> Findings:
    """Four errors, integrated over all u > 0, with the envelopes put in."""
    opened = sp.symbols("slope fourth sixth", positive=True)
    errors = valued(trial.once(near, *opened), dict(zip(opened, (rate, quartic, sextic), strict=True)))
    yield trial.same(near_error, errors, by=with_items)


@exact(count_expansion, step="expansion beyond π", cost=0.4)
def expansion_beyond_pi_is_small(far_error: sp.Expr, trial: Trial) -> Findings:
    """The error is the sum of three Gaussian moments with half of the exponent; the other half is put in at π."""
    yield trial.same(far_error, trial.once(far), by=with_items)


def expanded(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, multiplied out with powers joined."""
    return sp.expand(sp.powsimp(sp.expand(sp.expand_func(with_positive(gap, n)))))


@exact(count_expansion, step="remainder")
def remainder_is_the_sum_over_the_density(
    near_error: sp.Expr, far_error: sp.Expr, many_error: sp.Expr, few_error: sp.Expr, remainder: sp.Expr, trial: Trial
) -> Findings:
    """The remainder is the sum of four errors over √(3/πn), and it grows with r."""
    density = sp.sqrt(3 / (sp.pi * n))
    claimed = (near_error + far_error + many_error + few_error) / density
    yield trial.same(remainder, claimed, by=expanded)
    items = sp.Symbol("n", positive=True, integer=True)
    yield trial.nonnegative(sp.diff(remainder, r), sp.diff(claimed, r).subs(n, items), by=expanded, where={n: items})
