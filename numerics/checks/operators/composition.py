"""Evidence for O7: composition of layers in cut norm and in L¹, and the share of paths they keep."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np
import sympy as sp
from scipy.sparse import csr_array

from numerics.checks.operators.norms import cut_norm
from numerics.evidence import Finding, Trial, control, enclosed, exact, statistical
from numerics.masks.composition import path_counts
from theory.formulas.level import level
from theory.graphon.rate import mean_deviation, mode
from theory.graphon.symbols import n, p
from theory.operators.composition import (
    composition_bound,
    deviation,
    deviation_error,
    first_cut,
    first_moment,
    path_density,
    rate_bound,
    relabelled_density,
    rho_1,
    rho_2,
    second_cut,
    second_moment,
    shared_latent,
    sorted_density,
    tau_1,
    tau_2,
)
from theory.tails import product_survival, t

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = sp.Rational(1, 2)


def composed_cuts(rng: np.random.Generator, count: int, layers: int) -> list[tuple[Fraction, list[Fraction]]]:
    """Distances of two compositions of 0/1 masks and those of their layers, exactly."""
    found = []
    for _ in range(count):
        widths = rng.integers(2, 8, size=layers + 1)
        share = rng.random()
        pairs = [(rng.random((2, b, a)) < share).astype(np.int64) for a, b in pairwise(widths)]
        one, other = (path_counts(masks).toarray() for masks in zip(*pairs, strict=True))
        hidden = int(np.prod(widths[1:-1]))
        found.append((cut_norm(one - other, hidden), [cut_norm(pair[0] - pair[1]) for pair in pairs]))
    return found


@exact(shared_latent)
@control("the larger of the two", composition_bound=sp.Max(first_cut, second_cut))
@control("half of the sum", composition_bound=composition_bound / 2)
@control("the product", composition_bound=first_cut * second_cut)
@control("10 % more", composition_bound=ELEVEN * composition_bound)
@control("10 % less", composition_bound=NINE * composition_bound)
def composition_is_lipschitz(composition_bound: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Attained to first order by U = 1, W = 1 − ε and by either layer alone; random masks of two and three layers."""
    for small in (sp.Rational(1, 10**3), sp.Rational(1, 10**6)):
        for share in ((1, 0), (0, 1), (1, 1), (1, 2)):
            first, second = (small * each for each in share)
            moved = 1 - (1 - first) * (1 - second)  # of constant kernels
            claimed = composition_bound.subs({first_cut: first, second_cut: second})
            yield trial.holds(moved <= claimed <= moved + first * second, f"moved {moved}, claimed {claimed}")
    for distance, parts in trial.draw(composed_cuts, trial.size(30), 2) + trial.draw(composed_cuts, trial.size(30), 3):
        claimed, *others = map(sp.Rational, parts)
        for each in others:
            claimed = composition_bound.subs({first_cut: claimed, second_cut: each}, simultaneous=True)
        yield trial.holds(sp.Rational(distance) <= claimed, f"compositions {distance} apart, claimed at most {claimed}")


@exact(shared_latent)
@control("a third of the root", rate_bound=1 / (3 * sp.sqrt(n)))
@control("the root", rate_bound=1 / sp.sqrt(n))
@control("like single masks", rate_bound=HALF)
@control("10 % more", rate_bound=ELEVEN * rate_bound)
@control("10 % less", rate_bound=NINE * rate_bound)
@control("no error", deviation_error=sp.Integer(0))
@control("error 10 % less", deviation_error=NINE * deviation_error)
@control("error of the order of the deviation", deviation_error=1 / sp.sqrt(n))
@control("the second moment", deviation=sp.sqrt(2 / sp.pi) * sp.sqrt(first_moment / n))
@control("a standard deviation", deviation=sp.sqrt((first_moment - second_moment) / n))
def deviations_from_moments_of_a_term(
    rate_bound: sp.Expr,
    deviation: sp.Expr,
    deviation_error: sp.Expr,
    term_variance: sp.Expr,
    third_moment: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """√(largest variance/n), attained at n = 1; E|N(0, 1)| times the root of the variance; E|X|³ ≤ Var X, as p → 0."""
    (worst,) = sp.solve(sp.diff(term_variance, p), p)
    yield trial.same(rate_bound, sp.sqrt(term_variance.subs(p, worst) / n))
    yield trial.same(rate_bound.subs(n, 1), mean_deviation.subs({n: 1, p: worst, mode: 1}))
    z = sp.Symbol("z", real=True)
    size = sp.integrate(2 * z * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, 0, sp.oo))
    yield trial.same(deviation, size * sp.sqrt((first_moment - second_moment) / n))
    yield trial.same(term_variance, p - p**2, by=sp.expand)
    ratio = sp.cancel(third_moment / term_variance)
    yield trial.same(deviation_error, ratio.subs(p, 0) / n)
    yield trial.same(ratio, 1 - 2 * term_variance, by=sp.expand)


def exact_deviation(tenths: tuple[int, ...], copies: int) -> tuple[int, sp.Rational, sp.Rational, sp.Rational]:
    """n, mean p, mean p² and E|S − ES|/n for a sum S of independent variables, `copies` of each probability."""
    law = np.array([1], dtype=object)
    for tenth in tenths * copies:
        law = np.append(law * (10 - tenth), 0) + np.insert(law * tenth, 0, 0)
    size, total = len(tenths) * copies, sum(tenths) * copies  # of ES in tenths
    spread = int((abs(10 * np.arange(size + 1) - total) * law).sum())
    moments = [sp.Rational(copies * sum(tenth**k for tenth in tenths), size * 10**k) for k in (1, 2)]
    return size, *moments, sp.Rational(spread, 10 * size * 10**size)


@enclosed(shared_latent, cost=0.4)
@control("variance of the mean kernel", deviation=sp.sqrt(2 / sp.pi) * sp.sqrt(first_moment * (1 - first_moment) / n))
@control("a standard deviation", deviation=sp.sqrt((first_moment - second_moment) / n))
@control("like single masks", deviation=2 * first_moment * (1 - first_moment))
@control("10 % more", deviation=ELEVEN * deviation)
@control("10 % less", deviation=NINE * deviation)
@control("a tenth of the error", deviation_error=1 / (1000 * n))
@control("a third of the root", rate_bound=1 / (3 * sp.sqrt(n)))
def deviations_of_a_composed_entry(
    deviation: sp.Expr, deviation_error: sp.Expr, rate_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """E|S − ES|/n beside its normal size, for hidden units of one kind (De Moivre, G5) and of several (convolution)."""
    entries = [
        ({n: size}, chance, chance**2, mean_deviation.subs({n: size, p: chance, mode: size * chance + 1}) / size)
        for size in (10, 40_000)
        for chance in (sp.Rational(1, 10), HALF, sp.Rational(4, 5))
    ]
    for tenths, copies in (((0, 10), 50), ((1, 9), 100), ((1, 4, 7), 50)):
        size, first, second, spread = trial.once(exact_deviation, tenths, copies)
        entries.append(({n: size}, first, second, spread))
    for at, first, second, spread in entries:
        claimed = deviation.subs({first_moment: first, second_moment: second})
        yield trial.below(spread - claimed, deviation_error, at=[at])
        yield trial.below(claimed - spread, deviation_error, at=[at])
        yield trial.below(spread, rate_bound, at=[at])


def kept_paths(rng: np.random.Generator, units: int) -> list[int]:
    """Paths through SNIP layers of one input, `units` hidden units and one output.

    With shared hidden units; with those of the second layer independent; with the second layer keeping |a| > 1.
    """
    size, other = np.abs(rng.standard_normal((2, units)))
    first = csr_array((size * np.abs(rng.standard_normal(units)) > 0.8)[:, None])
    readout = np.abs(rng.standard_normal(units))
    return [
        int(path_counts([first, csr_array(second[None])]).sum())
        for second in (size * readout > 1.5, other * readout > 1.5, size > 1)
    ]


AT = {tau_1: sp.Rational(4, 5), tau_2: sp.Rational(3, 2)}
DENSITIES = {rho_1: product_survival(AT[tau_1]), rho_2: product_survival(AT[tau_2])}
LARGEST = {**AT, rho_2: sp.erfc(1 / sp.sqrt(2))}  # |a| > 1


@statistical(shared_latent, tests=3, cost=0.5)
@control("the product of the densities", path_density=product_survival(tau_1) * product_survival(tau_2))
@control("10 % more", path_density=ELEVEN * path_density)
@control("10 % less", path_density=NINE * path_density)
@control("relabelled, the smaller density", relabelled_density=sp.Min(rho_1, rho_2))
@control("relabelled, 10 % less", relabelled_density=NINE * relabelled_density)
@control("sorted, the density of the layer", sorted_density=product_survival(tau_1))
@control("sorted, 10 % more", sorted_density=ELEVEN * sorted_density)
@control("sorted, no order", sorted_density=rho_2 * product_survival(tau_1))
def paths_are_kept_as_often(
    path_density: sp.Expr, relabelled_density: sp.Expr, sorted_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Counts over hidden units, which are iid at fixed thresholds."""
    units = trial.size(500_000)
    claimed = (
        trial.value(path_density.subs(AT)),
        trial.value(relabelled_density.subs(DENSITIES)),
        trial.value(sorted_density.subs(LARGEST)),
    )
    for count, share in zip(trial.draw(kept_paths, units), claimed, strict=True):
        yield trial.counts(count, units, share)


@enclosed(shared_latent, cost=0.4)
@control("the product of the densities", path_density=product_survival(tau_1) * product_survival(tau_2))
@control("10 % more", path_density=ELEVEN * path_density)
@control("the smaller density", relabelled_density=sp.Min(rho_1, rho_2))
@control("sorted, no order", sorted_density=rho_2 * product_survival(tau_1))
@control("sorted, half of it", sorted_density=sorted_density / 2)
def labellings_order_the_path_density(
    path_density: sp.Expr, relabelled_density: sp.Expr, sorted_density: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A layer that keeps all leaves the density of the other; shared labels lie strictly between the others.

    And the three numbers that the claim quotes at the densities (0.1, 0.3).
    """
    shared = path_density.subs(AT)
    yield trial.same(path_density.subs(tau_2, 0), product_survival(tau_1), by=None, at=[AT])
    yield trial.same(path_density.subs(tau_1, 0), product_survival(tau_2), by=None, at=[AT])
    yield trial.below(relabelled_density.subs(DENSITIES), shared, at=[{}], strict=True)
    yield trial.below(shared, sorted_density.subs({**AT, **DENSITIES}), at=[{}], strict=True)
    quoted = {rho_1: sp.Rational(1, 10), rho_2: sp.Rational(3, 10)}
    thresholds = [trial.once(trial.value, level(product_survival(t), t, density)) for density in quoted.values()]
    at = {**quoted, **dict(zip((tau_1, tau_2), map(sp.Rational, thresholds), strict=True))}
    for share, decimals in ((path_density, "0.0621"), (relabelled_density, "0.0300"), (sorted_density, "0.0866")):
        value = trial.value(share, {symbol: at[symbol] for symbol in share.free_symbols})
        yield trial.holds(f"{value:.4f}" == decimals, f"{value:.6f} at (0.1, 0.3), quoted {decimals}")
