"""Evidence for S6: the exact law of SNIP's rows, and how far kept fractions stray from it."""

from fractions import Fraction
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.saliency.snip import two_gradients
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Findings, Trial, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.networks import random_network, single_precision, tangent_residual
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import delta, dimension
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import a, g, h, w
from sparse_limits.theory.saliency.snip_row_law import (
    binomial_deviation,
    count_mean,
    exponent,
    floor,
    grasp_g,
    pattern,
    row_law,
)

Floats = NDArray[np.floating]


@exact(row_law, step="concentration")
def concentration_solves_hoeffding(concentration: sp.Expr, failure: sp.Expr, trial: Trial) -> Findings:
    """At the stated deviation the failure probability is δ; the deviation is positive at n = 100, δ = 1/20.

    Its square times the rate in t² is ln(2/δ).
    """
    rate = sp.simplify(-sp.diff(failure, exponent) / failure / (2 * exponent))
    yield trial.same(concentration**2, sp.log(failure.subs(exponent, 0) / delta) / rate)
    yield trial.same(failure.subs(exponent, concentration), delta)
    example = trial.value(concentration, {n: 100, delta: sp.Rational(1, 20)})
    yield trial.holds(example > 0, f"{example:.4g} at n = 100, δ = 1/20")


@exact(row_law)
def equal_entries_stay_within_the_concentration(concentration: sp.Expr, trial: Trial) -> Findings:
    """In rows of eight equal entries the kept fraction is Bin(n, ρ)/n; its exact tail beyond the bound is at most δ."""
    for p, rows, allowed in ((Fraction(1, 10), 40, Fraction(1, 20)), (Fraction(1, 2), 60, Fraction(1, 100))):
        bound = trial.value(concentration, {n: rows, delta: sp.Rational(allowed), dimension: 8})
        beyond = [k for k in range(rows + 1) if abs(float(Fraction(k, rows) - p)) > bound]
        tail = sum((comb(rows, k) * p**k * (1 - p) ** (rows - k) for k in beyond), Fraction(0))
        yield trial.holds(tail <= allowed, f"ρ = {p}, n = {rows}: {float(tail):.3g} beyond the bound, δ = {allowed}")


def beyond_half(rows: int, far: Fraction) -> Fraction:
    """The probability that the share of heads among fair coins differs from a half by more than `far`."""
    ways = sum(comb(rows, k) for k in range(rows + 1) if abs(Fraction(k, rows) - Fraction(1, 2)) > far)
    return Fraction(ways, 2**rows)


@exact(row_law, step="fair rows")
def fair_rows_fail_like_coins(equal_failure: sp.Expr, trial: Trial) -> Findings:
    """The failure equals the share of throws of fair coins whose heads deviate from a half by more than t.

    Six deviations are tried: between possible ones, at possible ones, and 0.
    """
    for rows, far in (
        (4, Fraction(1, 5)),
        (4, Fraction(1, 4)),
        (10, Fraction(1, 10)),
        (10, Fraction(3, 11)),
        (7, Fraction(0)),
        (8, Fraction(0)),
    ):
        found = sp.Rational(beyond_half(rows, far))
        claimed = written_out(equal_failure, {n: sp.Integer(rows), exponent: sp.Rational(far)})
        yield trial.same(claimed, found)


@exact(row_law, step="fair deviation")
def fair_deviation_is_the_least(equal_concentration: sp.Expr, equal_failure: sp.Expr, trial: Trial) -> Findings:
    """At most δ lies beyond the stated deviation, and more than δ beyond one that is smaller by 1/(1000n), for four numbers of rows.

    At δ = 1 it is the least possible deviation.
    """
    cases = ((9, sp.Rational(1, 8)), (10, sp.Rational(1, 20)), (20, sp.Rational(1, 10)), (40, sp.Rational(1, 100)))
    for rows, allowed in cases:
        least = rational(equal_concentration, {n: rows, delta: allowed})
        tails = [
            written_out(equal_failure, {n: sp.Integer(rows), exponent: far})
            for far in (least, least - sp.Rational(1, 1000 * rows))
        ]
        yield trial.holds(bool(tails[0] <= allowed < tails[1]), f"{tails[0]} ≤ {allowed} < {tails[1]}")
        own = [
            sp.Rational(beyond_half(rows, Fraction(int(far.p), int(far.q))))
            for far in (least, least - sp.Rational(1, 1000 * rows))
        ]
        yield trial.holds(bool(own[0] <= allowed < own[1]), f"counted: {own[0]} ≤ {allowed} < {own[1]}")
    for rows in (9, 10):  # where nothing is asked the least value that is taken
        least = min(abs(Fraction(heads, rows) - Fraction(1, 2)) for heads in range(rows + 1))
        yield trial.same(rational(equal_concentration, {n: rows, delta: sp.S.One}), sp.Rational(least))


@exact(row_law)
def uniform_patterns_and_fair_entries(uniform_rate: sp.Expr, fair_floor_error: sp.Expr, trial: Trial) -> Findings:
    """E TV of uniform patterns, and the error of the floor of fair entries, equal sums over all binomial counts."""
    for inputs, rows in ((1, 6), (2, 5), (3, 9)):
        chance = Fraction(1, 2**inputs)
        law = [comb(rows, k) * chance**k * (1 - chance) ** (rows - k) for k in range(rows + 1)]
        mean = sum((each * abs(Fraction(k, rows) - chance) for k, each in enumerate(law)), Fraction(0))
        yield trial.same(valued(uniform_rate, {dimension: inputs, n: rows}), sp.Rational(mean * 2**inputs / 2))
        if inputs == 1:
            gap = floor.subs({count_mean: sp.Rational(1, 2), n: rows}) - sp.Rational(mean)
            yield trial.same(fair_floor_error.subs(n, rows), gap)


@exact(row_law, step="floor")
def floor_is_that_of_a_normal(
    floor: sp.Expr, modulus_mean: sp.Expr, frequency_variance: sp.Expr, trial: Trial
) -> Findings:
    """The floor is the mean modulus of a normal times the standard deviation of a frequency, and positive at p = 1/10, n = 1."""
    yield trial.same(floor**2, modulus_mean**2 * frequency_variance.subs(pattern, count_mean))
    tenth = trial.value(floor, {count_mean: sp.Rational(1, 10), n: 1})
    yield trial.holds(tenth > 0, f"{tenth:.4g} at p = 1/10, n = 1")


@exact(row_law, step="floor")
def floor_is_the_mean_deviation(floor: sp.Expr, floor_error: sp.Expr, trial: Trial) -> Findings:
    """The exact mean deviation of binomial frequencies differs from the floor by at most (p² + q²)/n (Goldstein 2010)."""
    for p, rows in ((Fraction(1, 10), 20_000), (Fraction(1, 2), 5_000), (Fraction(7, 10), 8_000)):
        mean = binomial_deviation(rows, p) / rows
        at = {count_mean: sp.Rational(p.numerator, p.denominator), n: rows}
        allowed, claimed = trial.value(floor_error, at), trial.value(floor, at)
        gap = abs(float(mean) - claimed)
        yield trial.holds(gap <= allowed, f"p = {p}, n = {rows}: off by {gap:.2g}, allowed {allowed:.2g}")


@statistical(row_law, tests=1)
def rows_of_a_network_are_independent(residual: str, trial: Trial) -> Findings:
    """For two of four neurons on digits, ⟨g₁ − h/2, g₂ − h/2⟩ is positive in half of all networks, as g − h/2 is odd in the weights."""
    networks = trial.size(1_500)
    gradients = trial.draw(two_gradients, networks, residual)
    alike = int(((gradients[:, 0] * gradients[:, 1]).sum(axis=1) > 0).sum())
    yield trial.counts(alike, networks, 0.5, observed=True)


ROWS, FRESH = 4096, 10_000


def network_rows(rng: np.random.Generator, labelling: str, standardise: bool) -> Floats:
    """SNIP scores √(nd)·S[n, d] of a network on digits."""
    bundle = digits(labelling, standardise)
    network = single_precision(random_network((64, ROWS, 1), rng))
    (scores,) = saliency("snip", network, bundle.x.astype(np.float32), -bundle.y.astype(np.float32), first_layer=True)
    rescaled: Floats = scores * np.sqrt(ROWS * 64)
    return rescaled


def fresh_rows(rng: np.random.Generator, labelling: str, standardise: bool) -> dict[sp.Symbol, Floats]:
    """Weights and gradients of rows drawn one by one from their law, with SNIP's and GraSP's g."""
    bundle = digits(labelling, standardise)
    x, r = bundle.x.astype(np.float32), -bundle.y.astype(np.float32)
    rows = rng.standard_normal((FRESH, 64), np.float32)
    smooth = tangent_residual(single_precision(random_network((64, 1024, 1), rng)), x, r)
    pulls = np.hstack([r * x, smooth * x]) / len(x)
    slopes = np.concatenate([(part @ x.T > 0).astype(np.float32) @ pulls for part in np.array_split(rows, 10)])
    return {
        a: rng.standard_normal((FRESH, 1)),
        w: rows,
        g: slopes[:, :64],
        h: np.broadcast_to((r * x).mean(axis=0), rows.shape),
        grasp_g: slopes[:, 64:],
    }


@statistical(row_law, tests=2, cost=5.0)
def network_rows_follow_the_row_law(row_saliency: sp.Expr, trial: Trial) -> Findings:
    """At a fixed threshold, each column of a pruned network on digits keeps entries as often as fresh rows of the law (Fisher's test)."""
    for labelling, standardise in (("ge5", True), ("is0", True)):
        scores = trial.draw(network_rows, labelling, standardise)
        drawn = trial.draw(fresh_rows, labelling, standardise)
        fresh = numeric(tuple(drawn), row_saliency)(*drawn.values())
        level = 0.12 if labelling == "ge5" else 0.15  # near a density of 0.1, fixed in advance
        kept, expected = (scores > level).sum(axis=0), (np.broadcast_to(fresh, drawn[w].shape) > level).sum(axis=0)
        yield trial.two_counts(kept, ROWS, expected, FRESH)
