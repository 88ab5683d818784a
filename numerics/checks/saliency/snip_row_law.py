"""Evidence for S6: the exact law of SNIP's rows, and how far kept fractions stray from it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.checks.saliency.snip import two_gradients
from sparse_limits.numerics.data import digits
from sparse_limits.numerics.evidence import Finding, Trial, control, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.rationals import rational
from sparse_limits.numerics.networks import random_network, single_precision, tangent_residual
from sparse_limits.numerics.prediction.methods import saliency
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.saliency.model import delta, dimension
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import a, g, h, w
from sparse_limits.theory.saliency.snip_row_law import (
    count_mean,
    equal_concentration,
    equal_failure,
    exponent,
    failure,
    fair_floor_error,
    floor,
    floor_error,
    frequency_variance,
    grasp_g,
    modulus_mean,
    pattern,
    row_law,
    slope,
    uniform_rate,
)
from sparse_limits.theory.tails import half_normal, t

Floats = NDArray[np.floating]
TENTH = sp.Rational(11, 10)


@exact(row_law, step="concentration")
@control("as if entries were independent", concentration=sp.sqrt(sp.log(2 / delta) / (2 * n * dimension)))
@control("one-sided", concentration=sp.sqrt(sp.log(1 / delta) / (2 * n)))
@control("10 % more", concentration=TENTH * sp.sqrt(sp.log(2 / delta) / (2 * n)))
@control("as if entries were independent in the failure", failure=failure.subs(n, n * dimension))
@control("one side", failure=failure / 2)
def concentration_solves_hoeffding(concentration: sp.Expr, failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its square times the rate in t² is ln(2/δ); the failure probability there is δ, and the deviation is positive at n = 100, δ = 1/20."""
    rate = sp.simplify(-sp.diff(failure, exponent) / failure / (2 * exponent))
    yield trial.same(concentration**2, sp.log(failure.subs(exponent, 0) / delta) / rate)
    yield trial.same(failure.subs(exponent, concentration), delta)
    example = trial.value(concentration, {n: 100, delta: sp.Rational(1, 20)})
    yield trial.holds(example > 0, f"{example:.4g} at n = 100, δ = 1/20")


@exact(row_law)
@control("as if entries were independent", concentration=sp.sqrt(sp.log(2 / delta) / (2 * n * dimension)))
@control("a third", concentration=sp.sqrt(sp.log(2 / delta) / (2 * n)) / 3)
def equal_entries_stay_within_the_concentration(concentration: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Rows of eight equal entries: the kept fraction is Bin(n, ρ)/n, and its exact tail beyond the bound is below δ."""
    for p, rows, allowed in ((Fraction(1, 10), 40, Fraction(1, 20)), (Fraction(1, 2), 60, Fraction(1, 100))):
        bound = trial.value(concentration, {n: rows, delta: sp.Rational(allowed), dimension: 8})
        beyond = [k for k in range(rows + 1) if abs(float(Fraction(k, rows) - p)) > bound]
        tail = sum((comb(rows, k) * p**k * (1 - p) ** (rows - k) for k in beyond), Fraction(0))
        yield trial.holds(tail <= allowed, f"ρ = {p}, n = {rows}: {float(tail):.3g} beyond the bound, δ = {allowed}")


def binomial_deviation(size: int, p: Fraction) -> Fraction:
    """E|Bin(n, p) − np| exactly (De Moivre)."""
    k = int(size * p) + 1
    return 2 * k * comb(size, k) * p**k * (1 - p) ** (size - k + 1)


def beyond_half(rows: int, far: Fraction) -> Fraction:
    """The probability that the share of heads among fair coins is farther than so much from a half."""
    ways = sum(comb(rows, k) for k in range(rows + 1) if abs(Fraction(k, rows) - Fraction(1, 2)) > far)
    return Fraction(ways, 2**rows)


@exact(row_law, step="fair rows")
@control("one side", equal_failure=equal_failure / 2)
@control("at least as far", equal_failure=valued(equal_failure, {exponent: exponent - 1 / sp.Integer(10**6)}))
@control("10 % less", equal_failure=sp.Rational(9, 10) * equal_failure)
def fair_rows_fail_like_coins(equal_failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All numbers of heads, between the shares, at them and at one half."""
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
@control("one row less", equal_concentration=equal_concentration - 1 / n)
@control("one row more", equal_concentration=equal_concentration + 1 / n)
@control("of one side", equal_concentration=equal_concentration.subs(delta, 2 * delta))
@control("one side", equal_failure=equal_failure / 2)
def fair_deviation_is_the_least(
    equal_concentration: sp.Expr, equal_failure: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """At most δ lies beyond it, and more than δ beyond what is a thousandth of 1/n less: four numbers of rows."""
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
@control("without the half", uniform_rate=2 * uniform_rate)
@control("of one pattern", uniform_rate=uniform_rate / 2**dimension)
@control("10 % more", uniform_rate=TENTH * uniform_rate)
@control("an error 10 % less", fair_floor_error=sp.Rational(9, 10) * fair_floor_error)
@control("the floor", fair_floor_error=floor.subs(count_mean, sp.Rational(1, 2)))
def uniform_patterns_and_fair_entries(
    uniform_rate: sp.Expr, fair_floor_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """E TV of uniform patterns, and the error of the floor of fair entries, from all numbers of rows."""
    for inputs, rows in ((1, 6), (2, 5), (3, 9)):
        chance = Fraction(1, 2**inputs)
        law = [comb(rows, k) * chance**k * (1 - chance) ** (rows - k) for k in range(rows + 1)]
        mean = sum((each * abs(Fraction(k, rows) - chance) for k, each in enumerate(law)), Fraction(0))
        yield trial.same(valued(uniform_rate, {dimension: inputs, n: rows}), sp.Rational(mean * 2**inputs / 2))
        if inputs == 1:
            gap = floor.subs({count_mean: sp.Rational(1, 2), n: rows}) - sp.Rational(mean)
            yield trial.same(fair_floor_error.subs(n, rows), gap)


@exact(row_law, step="frequency")
@control("a second moment", frequency_variance=pattern / n)
@control("of one row", frequency_variance=pattern * (1 - pattern))
@control("10 % more", frequency_variance=TENTH * frequency_variance)
def frequency_varies_like_a_mean(frequency_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n times the variance of one entry over n², from its two values; and it is below q/n."""
    outcomes = ((1 - pattern, 0), (pattern, 1))
    mean = sum(chance * value for chance, value in outcomes)
    yield trial.same(frequency_variance, n * sum(chance * (value - mean) ** 2 for chance, value in outcomes) / n**2)
    yield trial.nonnegative(pattern / n - frequency_variance, pattern**2 / n)


@exact(row_law, step="pattern rate")
@control("without the half", pattern_rate=sp.sqrt(2**dimension / n))
@control("2^d linearly", pattern_rate=2**dimension / (2 * sp.sqrt(n)))
@control("10 % less", pattern_rate=sp.Rational(9, 20) * sp.sqrt(2**dimension / n))
def uniform_patterns_attain_cauchy_schwarz(pattern_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """For uniform patterns ½ Σ √(q/n) is the rate exactly; and the exact E TV stays below it."""
    q = sp.Integer(2) ** (-dimension)
    yield trial.same(2**dimension * sp.sqrt(q / n) / 2, pattern_rate)
    for d, rows in ((2, 4), (3, 24), (4, 160)):
        distance = Fraction(2**d, 2) * binomial_deviation(rows, Fraction(1, 2**d)) / rows
        squared = sp.Rational(distance.numerator, distance.denominator) ** 2
        limit = sp.simplify(pattern_rate.subs({dimension: d, n: rows}) ** 2)
        yield trial.holds(squared <= limit, f"d = {d}, n = {rows}: (E TV)² = {float(squared):.4g} ≤ {float(limit):.4g}")


@exact(row_law, step="modulus")
@control("standard deviation", modulus_mean=sp.S.One)
@control("half of it", modulus_mean=1 / sp.sqrt(2 * sp.pi))
@control("10 % more", modulus_mean=TENTH * modulus_mean)
def modulus_of_a_normal(modulus_mean: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The integral of t times the half-normal density."""
    yield trial.same(modulus_mean, sp.integrate(t * half_normal.density, (t, 0, sp.oo)))


@exact(row_law, step="error of the floor")
@control("standard deviation for mean deviation", floor_error=sp.sqrt(count_mean * (1 - count_mean)) / n)
@control("half of it", floor_error=floor_error / 2)
@control("falls like a root", floor_error=floor_error * sp.sqrt(n))
@control("a second moment", frequency_variance=pattern / n)
def third_moment_of_an_entry(floor_error: sp.Expr, frequency_variance: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """E|M − p|³/σ³√n times σ/√n, σ² = n times the variance of a frequency; the third moment from the two values."""
    spread = n * frequency_variance.subs(pattern, count_mean)
    third = (1 - count_mean) * count_mean**3 + count_mean * (1 - count_mean) ** 3
    yield trial.same(floor_error, third / spread / n)


@exact(row_law, step="floor")
@control("standard deviation for mean deviation", floor=sp.sqrt(count_mean * (1 - count_mean) / n))
@control("Poisson", floor=sp.sqrt(2 / sp.pi) * sp.sqrt(count_mean / n))
@control("10 % more", floor=TENTH * floor)
@control("half of it", modulus_mean=1 / sp.sqrt(2 * sp.pi))
@control("a second moment", frequency_variance=pattern / n)
def floor_is_that_of_a_normal(
    floor: sp.Expr, modulus_mean: sp.Expr, frequency_variance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Its square is that of the mean modulus times the variance of a frequency, and it is positive at p = 1/10, n = 1."""
    yield trial.same(floor**2, modulus_mean**2 * frequency_variance.subs(pattern, count_mean))
    tenth = trial.value(floor, {count_mean: sp.Rational(1, 10), n: 1})
    yield trial.holds(tenth > 0, f"{tenth:.4g} at p = 1/10, n = 1")


@exact(row_law, step="floor")
@control("standard deviation for mean deviation", floor=sp.sqrt(count_mean * (1 - count_mean) / n))
@control("Poisson", floor=sp.sqrt(2 / sp.pi) * sp.sqrt(count_mean / n))
@control("10 % more", floor=TENTH * row_law.expressions["floor"])
@control("falls like the square", floor_error=floor_error / n)
def floor_is_the_mean_deviation(floor: sp.Expr, floor_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The exact mean deviation of binomial frequencies is within (p² + q²)/n of it (Goldstein 2010)."""
    for p, rows in ((Fraction(1, 10), 20_000), (Fraction(1, 2), 5_000), (Fraction(7, 10), 8_000)):
        mean = binomial_deviation(rows, p) / rows
        at = {count_mean: sp.Rational(p.numerator, p.denominator), n: rows}
        allowed, claimed = trial.value(floor_error, at), trial.value(floor, at)
        gap = abs(float(mean) - claimed)
        yield trial.holds(gap <= allowed, f"p = {p}, n = {rows}: off by {gap:.2g}, allowed {allowed:.2g}")


@exact(row_law, step="row")
@control("a factor √2", row_saliency=sp.sqrt(2) * sp.Abs(a) * sp.Abs(w) * sp.Abs(g))
@control("the residual alone", row_saliency=sp.Abs(a) * sp.Abs(w) * sp.Abs(h) / 2)
@control("readout weight squared", row_saliency=a**2 * sp.Abs(w) * sp.Abs(g))
@control("no modulus", row_saliency=a * w * g)
@control("derivative not divided by √n", slope=slope * sp.sqrt(n))
def row_is_weight_times_derivative(row_saliency: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """√(nd) times the modulus of weight times derivative."""
    yield trial.same(row_saliency, sp.sqrt(n * dimension) * sp.Abs(w * slope))


def network_slopes(weights: sp.Matrix, readout: sp.Matrix, data: sp.Matrix, residual: sp.Matrix) -> sp.Matrix:
    """∂E[r f]/∂w of f(x) = n^(−1/2) Σ a σ(w·x/√d), differentiated by SymPy at a rational point."""
    rows, inputs, size = weights.rows, weights.cols, data.rows
    symbols = sp.Matrix(rows, inputs, sp.symbols(f"w:{rows * inputs}", real=True))
    units = [[sp.Max(0, (symbols[i, :] * data[k, :].T)[0]) for i in range(rows)] for k in range(size)]
    outputs = [sum(readout[i] * unit[i] for i in range(rows)) / sp.sqrt(rows * inputs) for unit in units]
    loss = sum(residual[k] * output for k, output in enumerate(outputs)) / size
    at = dict(zip(symbols, weights, strict=True))
    return sp.Matrix(rows, inputs, lambda i, j: valued(sp.diff(loss, symbols[i, j]), at))


@exact(row_law, step="row")
@control("a factor √2", row_saliency=sp.sqrt(2) * sp.Abs(a) * sp.Abs(w) * sp.Abs(g))
@control("the residual alone", row_saliency=sp.Abs(a) * sp.Abs(w) * sp.Abs(h) / 2)
@control("readout weight squared", row_saliency=a**2 * sp.Abs(w) * sp.Abs(g))
@control("the other sign", slope=-slope)
@control("derivative not divided by √n", slope=slope * sp.sqrt(n))
def saliency_of_a_small_network(row_saliency: sp.Expr, slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Three units, two inputs: the derivative of the loss, by SymPy, and √(nd) times SNIP's saliency."""
    third = sp.Rational(1, 3)
    weights = sp.Matrix([[2, -1], [-third, 1], [1, third]])
    readout, data = sp.Matrix([third, -2, 5]), sp.Matrix([[1, 1], [-1, 2], [2, -third]])
    residual = sp.Matrix([1, -third, 2])
    slopes = network_slopes(weights, readout, data, residual)
    scale = sp.sqrt(weights.rows * weights.cols)
    for i in range(weights.rows):
        gates = [(weights[i, :] * data[k, :].T)[0] > 0 for k in range(data.rows)]
        for j in range(weights.cols):
            terms = [residual[k] * data[k, j] for k in range(data.rows)]
            gradient = sum(term for term, gate in zip(terms, gates, strict=True) if gate) / data.rows
            point = {a: readout[i], w: weights[i, j], g: gradient, h: sp.Rational(sum(terms)) / data.rows}
            yield trial.same(slopes[i, j], slope.subs({**point, n: weights.rows, dimension: weights.cols}))
            yield trial.same(scale * sp.Abs(weights[i, j] * slopes[i, j]), row_saliency.subs(point))


@statistical(row_law, tests=1)
@control("the network's own output in the residual", residual="of the network")
def rows_of_a_network_are_independent(residual: str, trial: Trial) -> Iterator[Finding]:
    """Two of four units on digits: g − h/2 is odd in the weights, so ⟨g₁ − h/2, g₂ − h/2⟩ is positive in half of all networks."""
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
@control("P0: the residual alone", row_saliency=sp.Abs(a) * sp.Abs(w) * sp.Abs(h) / 2)
@control("nothing of the data, at one scale", row_saliency=sp.Abs(a) * sp.Abs(w) / 20)
@control("GraSP's profile", row_saliency=sp.Abs(a) * sp.Abs(w) * sp.Abs(grasp_g))
@control("row factor forgotten", row_saliency=sp.Abs(w) * sp.Abs(g))
def network_rows_follow_the_row_law(row_saliency: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Columns kept by a pruned network on digits beside fresh rows of the law, at a fixed threshold (Fisher)."""
    for labelling, standardise in (("ge5", True), ("is0", True)):
        scores = trial.draw(network_rows, labelling, standardise)
        drawn = trial.draw(fresh_rows, labelling, standardise)
        fresh = numeric(tuple(drawn), row_saliency)(*drawn.values())
        level = 0.12 if labelling == "ge5" else 0.15  # near a density of 0.1, fixed in advance
        kept, expected = (scores > level).sum(axis=0), (np.broadcast_to(fresh, drawn[w].shape) > level).sum(axis=0)
        yield trial.two_counts(kept, ROWS, expected, FRESH)
