"""Evidence for G1: the concentration of sampled masks in cut norm."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.exact.logarithms import expanded_logarithms, split_logarithms
from numerics.masks.cut_norm import cut_norm_witness, exact_cut_norm
from theory.graphon.concentration import (
    bernstein_cumulant,
    bernstein_failure,
    bernstein_rate,
    cut_norm_rate,
    hoeffding_cumulant,
    hoeffding_failure,
    hoeffding_rate,
    tilt,
)
from theory.graphon.symbols import delta, m, n, p, s, variance

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
EVENTS = (m + n) * sp.log(2) + sp.log(2 / delta)
ONE_EVENT = sp.log(2 / delta)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms and in roots of squares, from the inside out."""
    inside = expression.replace(
        lambda e: isinstance(e, sp.Pow) and e.exp.is_Rational and not e.exp.is_integer,
        lambda e: sp.Pow(sp.factor(expanded_logarithms(e.base)), e.exp),
    )
    return split_logarithms(inside)


@exact(cut_norm_rate)
@control("Hoeffding forgets the union over sets", hoeffding_rate=sp.sqrt(ONE_EVENT / (2 * m * n)))
@control(
    "Hoeffding with the leading constant 0.17", hoeffding_rate=sp.Rational(17, 100) * sp.sqrt((m + n) / (2 * m * n))
)
@control("Hoeffding 10 % more", hoeffding_rate=ELEVEN * hoeffding_rate)
@control("Hoeffding 10 % less", hoeffding_rate=NINE * hoeffding_rate)
@control("one set of rows", hoeffding_failure=hoeffding_failure / 2**m)
@control(
    "Bernstein forgets the union over sets",
    bernstein_rate=sp.sqrt(2 * variance * ONE_EVENT / (m * n)) + ONE_EVENT / (3 * m * n),
)
@control("Bernstein without its linear term", bernstein_rate=sp.sqrt(2 * variance * EVENTS / (m * n)))
@control("Bernstein 10 % more", bernstein_rate=ELEVEN * bernstein_rate)
@control("Bernstein 10 % less", bernstein_rate=NINE * bernstein_rate)
@control("one sign", bernstein_failure=bernstein_failure / 2)
def rates_solve_the_union_bound(
    hoeffding_rate: sp.Expr,
    hoeffding_failure: sp.Expr,
    bernstein_rate: sp.Expr,
    bernstein_failure: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The origin of the rates: at them the failure probability is δ."""
    root = sp.Symbol("x", positive=True)
    chosen = 2 * 2 ** (m + n) * sp.exp(-m * n * variance * root**2 / 8)  # L = mnVx²/8 leaves no roots
    for rate, failure in ((hoeffding_rate, hoeffding_failure), (bernstein_rate, bernstein_failure)):
        yield trial.same(sp.log(failure.subs(s, rate.subs(delta, chosen))), sp.log(chosen), by=reduce)


@exact(cut_norm_rate)
@control("Hoeffding with half the exponent", hoeffding_failure=2 * 2 ** (m + n) * sp.exp(-m * n * s**2))
@control("Hoeffding's lemma with 1/4", hoeffding_cumulant=tilt**2 / 4)
@control("Hoeffding's lemma 10 % less", hoeffding_cumulant=NINE * hoeffding_cumulant)
@control("one set of rows", hoeffding_failure=hoeffding_failure / 2**m)
@control("Bernstein without its linear term", bernstein_cumulant=variance * tilt**2 / 2)
@control("Bernstein, one sign", bernstein_failure=bernstein_failure / 2)
@control("Bernstein's cumulant 10 % more", bernstein_cumulant=ELEVEN * bernstein_cumulant)
def failures_are_the_number_of_events_times_the_best_tilt(
    hoeffding_cumulant: sp.Expr,
    hoeffding_failure: sp.Expr,
    bernstein_cumulant: sp.Expr,
    bernstein_failure: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """failure = (signs, sets of rows, sets of columns) · e^(−mn ψ*(s)), with Young's equality at λ = ψ*′(s)."""
    for cumulant, failure in ((hoeffding_cumulant, hoeffding_failure), (bernstein_cumulant, bernstein_failure)):
        for rows, columns in ((1, 1), (1, 3), (3, 2)):
            events = sum(1 for _ in product((1, -1), *[(0, 1)] * (rows + columns)))
            yield trial.holds(
                sp.simplify(failure.subs({m: rows, n: columns, s: 0}) - events) == 0,
                f"{events} events for {rows} rows and {columns} columns",
            )
        exponent = -expanded_logarithms(sp.log(failure / failure.subs(s, 0))) / (m * n)
        best = sp.diff(exponent, s)
        yield trial.same(cumulant.subs(tilt, best), s * best - exponent)


@enclosed(cut_norm_rate)
@control("Hoeffding's lemma 10 % less", hoeffding_cumulant=NINE * hoeffding_cumulant)
@control("Hoeffding's lemma 10 % more", hoeffding_cumulant=ELEVEN * hoeffding_cumulant)
@control("Bernstein without its linear term", bernstein_cumulant=variance * tilt**2 / 2)
@control("Bernstein with λ/2 for λ/3", bernstein_cumulant=variance * tilt**2 / (2 * (1 - tilt / 2)))
@control("Bernstein 10 % less", bernstein_cumulant=NINE * bernstein_cumulant)
def cumulants_bound_that_of_an_entry(
    hoeffding_cumulant: sp.Expr, bernstein_cumulant: sp.Expr, centred_cumulant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """ln E e^(λ(M−p)) ≤ ψ(λ) at random points; equal to order λ² (p = ½), and to order λ³ (p → 0)."""
    bernstein = bernstein_cumulant.subs(variance, p * (1 - p))
    for bound in (hoeffding_cumulant, bernstein):
        yield trial.below(centred_cumulant, bound)
    half = centred_cumulant.subs(p, sp.Rational(1, 2))
    pairs = [(half, hoeffding_cumulant, 2), (centred_cumulant, bernstein, 2)]
    rare = [sp.diff(cumulant, p).subs(p, 0) for cumulant in (centred_cumulant, bernstein)]
    for entry, bound, order in [*pairs, (*rare, 3)]:
        for k in range(order + 1):
            yield trial.same(*(sp.diff(cumulant, tilt, k).subs(tilt, 0) for cumulant in (entry, bound)))


def sparse_cut_norms(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """‖M − 1/10‖□ of square masks of independent entries of density 1/10, exactly."""
    mask = rng.integers(0, 10, size=(masks, side, side)) == 0
    return np.asarray(exact_cut_norm(10 * mask.astype(np.int64) - 1)) / 10


def sparse_cut_witnesses(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """The same for larger masks, by certified lower bounds."""
    mask = rng.integers(0, 10, size=(masks, side, side)) == 0
    return np.array([cut_norm_witness(10 * each.astype(np.int64) - 1, rng).value / 10 for each in mask])


@statistical(cut_norm_rate, tests=4)
@control(
    "Hoeffding with the leading constant 0.17", hoeffding_rate=sp.Rational(17, 100) * sp.sqrt((m + n) / (2 * m * n))
)
@control("Hoeffding forgets the union over sets", hoeffding_rate=sp.sqrt(ONE_EVENT / (2 * m * n)))
@control(
    "Bernstein forgets the union over sets",
    bernstein_rate=sp.sqrt(2 * variance * ONE_EVENT / (m * n)) + ONE_EVENT / (3 * m * n),
)
def cut_norms_stay_within_the_rates(
    hoeffding_rate: sp.Expr, bernstein_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The truth on samples: 10×10 masks with exact cut norms, 128×128 masks with certified lower bounds."""
    samples = (
        (10, sp.Rational(1, 2), trial.draw(sparse_cut_norms, trial.size(2000), 10)),
        (128, sp.Rational(1, 100), trial.draw(sparse_cut_witnesses, trial.size(16), 128)),
    )
    for side, failure, norms in samples:
        at = {m: side, n: side, delta: failure, variance: sp.Rational(9, 100)}
        for rate in (hoeffding_rate, bernstein_rate):
            beyond = int((norms > trial.value(rate, at)).sum())
            yield trial.counts(beyond, len(norms), float(failure), side="above")
