"""Evidence for G1.1, besides its reasons: rates solve the union bound; and more."""

from itertools import product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact, statistical
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.numerics.masks.cut_norm import cut_norm_witness, exact_cut_norm
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.concentration import by_roots, cut_norm_rate, tilt
from sparse_limits.theory.graphon.symbols import delta, m, n, p, s, variance


def reduce(expression: sp.Expr) -> sp.Expr:
    """Simplify a formula in logarithms and in roots of squares, from the inside out."""
    inside = expression.replace(
        lambda e: isinstance(e, sp.Pow) and e.exp.is_Rational and not e.exp.is_integer,
        lambda e: sp.Pow(sp.factor(expanded_logarithms(e.base)), e.exp),
    )
    return split_logarithms(inside)


@exact(cut_norm_rate)
def rates_solve_the_union_bound(
    hoeffding_rate: sp.Expr,
    hoeffding_failure: sp.Expr,
    bernstein_rate: sp.Expr,
    bernstein_failure: sp.Expr,
    trial: Trial,
) -> Findings:
    """At either rate the failure probability is δ."""
    root = sp.Symbol("x", positive=True)
    chosen = 2 * 2 ** (m + n) * sp.exp(-m * n * variance * root**2 / 8)  # L = mnVx²/8 leaves no roots
    for rate, failure in ((hoeffding_rate, hoeffding_failure), (bernstein_rate, bernstein_failure)):
        yield trial.same(sp.log(failure.subs(s, rate.subs(delta, chosen))), sp.log(chosen), by=reduce)


@exact(cut_norm_rate)
def failures_are_the_number_of_events_times_the_best_tilt(
    hoeffding_cumulant: sp.Expr,
    hoeffding_failure: sp.Expr,
    bernstein_cumulant: sp.Expr,
    bernstein_failure: sp.Expr,
    trial: Trial,
) -> Findings:
    """Each failure is the number of signed pairs of sets times e^(−mn ψ*(s)), with equality in Young's inequality at λ = ψ*′(s)."""
    for cumulant, failure in ((hoeffding_cumulant, hoeffding_failure), (bernstein_cumulant, bernstein_failure)):
        for rows, columns in ((1, 1), (1, 3), (3, 2)):
            events = sum(1 for _ in product((1, -1), *[(0, 1)] * (rows + columns)))
            yield trial.holds(
                sp.simplify(valued(failure, {m: rows, n: columns, s: 0}) - events) == 0,
                f"{events} events for {rows} rows and {columns} columns",
            )
        exponent = -expanded_logarithms(sp.log(failure / failure.subs(s, 0))) / (m * n)
        best = sp.diff(exponent, s)
        yield trial.same(cumulant.subs(tilt, best), s * best - exponent)


@enclosed(cut_norm_rate)
def cumulants_bound_that_of_an_entry(
    hoeffding_cumulant: sp.Expr, bernstein_cumulant: sp.Expr, centred_cumulant: sp.Expr, trial: Trial
) -> Findings:
    """ln E e^(λ(M−p)) ≤ ψ(λ) on whole ranges; both sides agree to order λ² (at p = ½ for Hoeffding), and to order λ³ as p → 0."""
    bernstein = bernstein_cumulant.subs(variance, p * (1 - p))
    for bound in (hoeffding_cumulant, bernstein):
        yield trial.everywhere(centred_cumulant, bound)
    half = centred_cumulant.subs(p, sp.Rational(1, 2))
    pairs = [(half, hoeffding_cumulant, 2), (centred_cumulant, bernstein, 2)]
    rare = [sp.diff(cumulant, p).subs(p, 0) for cumulant in (centred_cumulant, bernstein)]
    for entry, bound, order in [*pairs, (*rare, 3)]:
        for times in range(order + 1):
            yield trial.same(*(sp.diff(cumulant, tilt, times).subs(tilt, 0) for cumulant in (entry, bound)))


@enclosed(cut_norm_rate)
def no_moment_exceeds_the_variance(moment: sp.Expr, trial: Trial) -> Findings:
    """No absolute moment from the second on exceeds the variance."""
    yield trial.below(moment, p * (1 - p))


@exact(cut_norm_rate, step="failures")
def failures_add_up_the_events(
    pairs: sp.Expr,
    hoeffding_exponent: sp.Expr,
    hoeffding_failure: sp.Expr,
    bernstein_exponent: sp.Expr,
    bernstein_failure: sp.Expr,
    trial: Trial,
) -> Findings:
    """The logarithm of either failure is that of the number of events, less mn times the exponent."""
    for exponent, failure in ((hoeffding_exponent, hoeffding_failure), (bernstein_exponent, bernstein_failure)):
        yield trial.same(sp.log(failure), sp.log(pairs) - m * n * exponent, by=split_logarithms)


@exact(cut_norm_rate, step="Hoeffding's rate")
def first_failure_at_the_rate_is_delta(hoeffding_failure: sp.Expr, hoeffding_rate: sp.Expr, trial: Trial) -> Findings:
    """The logarithm of the first bound at its rate is ln δ; all letters are free."""
    yield trial.same(sp.log(hoeffding_failure.subs(s, hoeffding_rate)), sp.log(delta), by=reduce)


@exact(cut_norm_rate, step="Bernstein's rate")
def second_failure_at_the_rate_is_delta(
    bernstein_failure: sp.Expr, root: sp.Expr, bernstein_rate: sp.Expr, trial: Trial
) -> Findings:
    """The logarithm of the second bound at its rate is ln δ, with the stated root of 1 + 2s/(3V)."""
    square_root = sp.Symbol("r", positive=True)
    failure = bernstein_failure.subs(sp.sqrt(1 + 2 * s / (3 * variance)), square_root)
    at_rate = expanded_logarithms(sp.log(failure)).subs(s, bernstein_rate).subs(square_root, root)
    yield trial.same(at_rate, sp.log(delta), by=lambda difference: by_roots(expanded_logarithms(difference)))


# Cut norms of drawn masks stay within the rates


def sparse_cut_norms(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """‖M − 1/10‖□ of square masks of independent entries of density 1/10, exactly."""
    mask = rng.integers(0, 10, size=(masks, side, side)) == 0
    return np.asarray(exact_cut_norm(10 * mask.astype(np.int64) - 1)) / 10


def sparse_cut_witnesses(rng: np.random.Generator, masks: int, side: int) -> NDArray[np.floating]:
    """The same for larger masks, by certified lower bounds."""
    mask = rng.integers(0, 10, size=(masks, side, side)) == 0
    return np.array([cut_norm_witness(10 * each.astype(np.int64) - 1, rng).value / 10 for each in mask])


def norms_within(rates: tuple[sp.Expr, ...], trial: Trial) -> Findings:
    """That cut norms of drawn masks of density 1/10 exceed rates no more often than with the probability δ (G1.1, G1.2)."""
    samples = (
        (10, sp.Rational(1, 2), trial.draw(sparse_cut_norms, trial.size(2000), 10)),
        (128, sp.Rational(1, 100), trial.draw(sparse_cut_witnesses, trial.size(16), 128)),
    )
    for side, failure, norms in samples:
        at = {m: side, n: side, delta: failure, variance: sp.Rational(9, 100)}
        for rate in rates:
            beyond = int((norms > trial.value(rate, at)).sum())
            yield trial.counts(beyond, len(norms), float(failure), side="above")


@statistical(cut_norm_rate, tests=4)
def cut_norms_stay_within_the_rates(hoeffding_rate: sp.Expr, bernstein_rate: sp.Expr, trial: Trial) -> Findings:
    """Cut norms of drawn masks exceed the rates no more often than stated: 10×10 exactly, 128×128 by certified lower bounds."""
    yield from norms_within((hoeffding_rate, bernstein_rate), trial)


@exact(cut_norm_rate)
def far_out_only_the_sum_of_all_coins_counts(all_alike: sp.Expr, trial: Trial) -> Findings:
    """From s = ½ − 1/2max(m, n) on, a cut norm exceeds s as often as stated, over all masks of 2×3 and 3×3 fair coins."""
    for rows, columns in ((2, 3), (3, 3)):
        signs = np.array(list(product((1, -1), repeat=rows * columns))).reshape(-1, rows, columns)
        cuts = np.rint(np.asarray(exact_cut_norm(signs)) * rows * columns).astype(np.int64)
        for far in (sp.Rational(1, 3), sp.Rational(2, 5), sp.Rational(9, 20)):
            share = sp.Rational(int((cuts > float(2 * far * rows * columns) + 1e-9).sum()), len(cuts))
            yield trial.same(written_out(all_alike, {m: sp.Integer(rows), n: sp.Integer(columns), s: far}), share)
