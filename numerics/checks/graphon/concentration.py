"""Evidence for G1.1, besides its reasons: rates solve the union bound; and more."""

from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
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
