"""Evidence for the steps of R1.1 and R1.2, besides their reasons: sums of items are bounded; and more."""

import sympy as sp

from sparse_limits.numerics.checks.subset_sum.expected_count import half_gaussian, with_items
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.logarithms import with_positive
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.expected_count import count_expansion, empty_subset, r, subset_count, t, u, v
from sparse_limits.theory.subset_sum.symbols import eps, k, n, z


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
