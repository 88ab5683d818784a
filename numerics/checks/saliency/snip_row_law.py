"""Evidence for S6: the exact law of SNIP's rows, and how far kept fractions stray from it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.bridge import numeric
from numerics.checks.saliency.snip import two_gradients
from numerics.data import digits
from numerics.evidence import Finding, Trial, control, exact, statistical
from numerics.networks import random_network, tangent_residual
from numerics.pruning.methods import saliency
from theory.saliency.model import delta, dimension
from theory.saliency.model import width as n
from theory.saliency.snip import a, count_mean, exponent, g, grasp_g, h, row_law, w

Floats = NDArray[np.floating]
TENTH = sp.Rational(11, 10)


@exact(row_law)
@control("as if entries were independent", concentration=sp.sqrt(sp.log(2 / delta) / (2 * n * dimension)))
@control("one-sided", concentration=sp.sqrt(sp.log(1 / delta) / (2 * n)))
@control("10 % more", concentration=TENTH * sp.sqrt(sp.log(2 / delta) / (2 * n)))
def concentration_solves_hoeffding(concentration: sp.Expr, failure: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The failure probability at the stated deviation is δ, and the deviation is positive."""
    yield trial.same(failure.subs(exponent, concentration), delta)
    example = trial.value(concentration, {n: 100, delta: sp.Rational(1, 20)})
    yield trial.holds(example > 0, f"{example:.4g} at n = 100, δ = 1/20")


@exact(row_law)
@control("as if entries were independent", concentration=sp.sqrt(sp.log(2 / delta) / (2 * n * dimension)))
@control("a third", concentration=sp.sqrt(sp.log(2 / delta) / (2 * n)) / 3)
def equal_entries_stay_within_the_concentration(concentration: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Rows of eight equal entries: the kept fraction is Bin(n, ρ)/n, and its exact tail beyond the bound is below δ."""
    for p, rows, failure in ((Fraction(1, 10), 40, Fraction(1, 20)), (Fraction(1, 2), 60, Fraction(1, 100))):
        bound = trial.value(concentration, {n: rows, delta: sp.Rational(failure), dimension: 8})
        beyond = [k for k in range(rows + 1) if abs(float(Fraction(k, rows) - p)) > bound]
        tail = sum((comb(rows, k) * p**k * (1 - p) ** (rows - k) for k in beyond), Fraction(0))
        yield trial.holds(tail <= failure, f"ρ = {p}, n = {rows}: {float(tail):.3g} beyond the bound, δ = {failure}")


def binomial_deviation(size: int, p: Fraction) -> Fraction:
    """E|Bin(n, p) − np| exactly (De Moivre)."""
    k = int(size * p) + 1
    return 2 * k * comb(size, k) * p**k * (1 - p) ** (size - k + 1)


@exact(row_law)
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


@exact(row_law)
@control("standard deviation for mean deviation", floor=sp.sqrt(count_mean * (1 - count_mean) / n))
@control("Poisson", floor=sp.sqrt(2 / sp.pi) * sp.sqrt(count_mean / n))
@control("10 % more", floor=TENTH * row_law.expressions["floor"])
def floor_is_the_mean_deviation(floor: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The exact mean deviation of binomial frequencies is within (p² + q²)/n of it (Goldstein 2010)."""
    for p, rows in ((Fraction(1, 10), 20_000), (Fraction(1, 2), 5_000), (Fraction(7, 10), 8_000)):
        mean = binomial_deviation(rows, p) / rows
        allowed = float((p**2 + (1 - p) ** 2) / rows)
        claimed = trial.value(floor, {count_mean: sp.Rational(p.numerator, p.denominator), n: rows})
        gap = abs(float(mean) - claimed)
        yield trial.holds(gap <= allowed, f"p = {p}, n = {rows}: off by {gap:.2g}, allowed {allowed:.2g}")


def network_saliency(weights: sp.Matrix, readout: sp.Matrix, data: sp.Matrix, residual: sp.Matrix) -> sp.Matrix:
    """√(nd)·|w ∂E[r f]/∂w| of f(x) = n^(−1/2) Σ a σ(w·x/√d), differentiated by SymPy at a rational point."""
    rows, inputs, size = weights.rows, weights.cols, data.rows
    symbols = sp.Matrix(rows, inputs, sp.symbols(f"w:{rows * inputs}", real=True))
    units = [[sp.Max(0, (symbols[i, :] * data[k, :].T)[0]) for i in range(rows)] for k in range(size)]
    outputs = [sum(readout[i] * unit[i] for i in range(rows)) / sp.sqrt(rows * inputs) for unit in units]
    loss = sum(residual[k] * output for k, output in enumerate(outputs)) / size
    at = dict(zip(symbols, weights, strict=True))
    slopes = sp.Matrix(rows, inputs, lambda i, j: sp.diff(loss, symbols[i, j]).subs(at))
    return sp.Matrix(rows, inputs, lambda i, j: sp.Abs(weights[i, j] * slopes[i, j]) * sp.sqrt(rows * inputs))


@exact(row_law)
@control("a factor √2", row_saliency=sp.sqrt(2) * sp.Abs(a) * sp.Abs(w) * sp.Abs(g))
@control("the residual alone", row_saliency=sp.Abs(a) * sp.Abs(w) * sp.Abs(h) / 2)
@control("readout weight squared", row_saliency=a**2 * sp.Abs(w) * sp.Abs(g))
def saliency_of_a_small_network(row_saliency: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """On a network of three units and three inputs it is √(nd) times SNIP's saliency, differentiated by SymPy."""
    third = sp.Rational(1, 3)
    weights = sp.Matrix([[2, -1], [-third, 1], [1, third]])
    readout, data = sp.Matrix([third, -2, 5]), sp.Matrix([[1, 1], [-1, 2], [2, -third]])
    residual = sp.Matrix([1, -third, 2])
    scores = network_saliency(weights, readout, data, residual)
    for i in range(weights.rows):
        gates = [(weights[i, :] * data[k, :].T)[0] > 0 for k in range(data.rows)]
        for j in range(weights.cols):
            terms = [residual[k] * data[k, j] for k in range(data.rows)]
            gradient = sum(term for term, gate in zip(terms, gates, strict=True) if gate) / data.rows
            point = {a: readout[i], w: weights[i, j], g: gradient, h: sp.Rational(sum(terms)) / data.rows}
            yield trial.same(scores[i, j], row_saliency.subs(point))


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
    network = random_network((64, ROWS, 1), rng)
    (scores,) = saliency("snip", network, bundle.x, -bundle.y, first_layer=True)
    rescaled: Floats = scores * np.sqrt(ROWS * 64)
    return rescaled


def fresh_rows(rng: np.random.Generator, labelling: str, standardise: bool) -> dict[sp.Symbol, Floats]:
    """Weights and gradients of rows drawn one by one from their law, with SNIP's and GraSP's g."""
    bundle = digits(labelling, standardise)
    x, r = bundle.x, -bundle.y
    rows = rng.standard_normal((FRESH, 64))
    gates = (rows @ x.T) > 0
    smooth = tangent_residual(random_network((64, 1024, 1), rng), x, r)
    return {
        a: rng.standard_normal((FRESH, 1)),
        w: rows,
        g: gates @ (r * x) / len(x),
        h: np.broadcast_to((r * x).mean(axis=0), rows.shape),
        grasp_g: gates @ (smooth * x) / len(x),
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
