"""Evidence for G1.1: the rates at which sampled masks concentrate in cut norm, derived."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.logarithms import expanded_logarithms, split_logarithms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.concentration import (
    bernstein_cumulant,
    bernstein_exponent,
    bernstein_failure,
    bernstein_rate,
    bernstein_tilt,
    centred_cumulant,
    cut_norm_rate,
    hoeffding_cumulant,
    hoeffding_exponent,
    hoeffding_failure,
    hoeffding_rate,
    hoeffding_tilt,
    k,
    least_factorial,
    moment,
    most_curvature,
    pairs,
    root,
    series,
    subsets,
    tilt,
    tilted,
)
from sparse_limits.theory.graphon.symbols import delta, m, n, p, s, variance

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
                sp.simplify(valued(failure, {m: rows, n: columns, s: 0}) - events) == 0,
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
@control("an entry that is not centred", centred_cumulant=centred_cumulant + tilt * p)
def cumulants_bound_that_of_an_entry(
    hoeffding_cumulant: sp.Expr, bernstein_cumulant: sp.Expr, centred_cumulant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """ln E e^(λ(M−p)) ≤ ψ(λ) on whole ranges; equal to order λ² (p = ½), and to order λ³ (p → 0)."""
    bernstein = bernstein_cumulant.subs(variance, p * (1 - p))
    for bound in (hoeffding_cumulant, bernstein):
        yield trial.everywhere(centred_cumulant, bound)
    half = centred_cumulant.subs(p, sp.Rational(1, 2))
    pairs = [(half, hoeffding_cumulant, 2), (centred_cumulant, bernstein, 2)]
    rare = [sp.diff(cumulant, p).subs(p, 0) for cumulant in (centred_cumulant, bernstein)]
    for entry, bound, order in [*pairs, (*rare, 3)]:
        for times in range(order + 1):
            yield trial.same(*(sp.diff(cumulant, tilt, times).subs(tilt, 0) for cumulant in (entry, bound)))


def outcomes() -> list[tuple[sp.Expr, sp.Expr, sp.Expr]]:
    """The two values of an entry: its chance, the value less p, and the modulus of that."""
    return [(p**value * (1 - p) ** (1 - value), value - p, (-1) ** (1 - value) * (value - p)) for value in (0, 1)]


odds, over = sp.symbols("x y", positive=True)
AT_ODDS = {p: odds / (1 + odds)}  # all p in (0, 1)


@exact(cut_norm_rate, step="entry")
@control("not centred", centred_cumulant=centred_cumulant + tilt * p)
@control("the entry's opposite", centred_cumulant=centred_cumulant.subs(p, 1 - p))
@control("10 % more", centred_cumulant=ELEVEN * centred_cumulant)
def cumulant_is_that_of_two_values(centred_cumulant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of e^(λ(M−p)) over both values, and of e^(−λ(M−p)) at 1 − p for p."""
    for sign, bound in ((1, centred_cumulant), (-1, centred_cumulant.subs(p, 1 - p))):
        mean = sum(chance * sp.exp(sign * tilt * value) for chance, value, _ in outcomes())
        yield trial.same(sp.exp(bound), mean)


@exact(cut_norm_rate, step="curvature")
@control("untilted", tilted=p)
@control("the tilt the other way", tilted=tilted.subs(tilt, -tilt))
@control("10 % more", tilted=ELEVEN * tilted)
@control("not centred", centred_cumulant=centred_cumulant + tilt * p)
def curvature_is_a_variance(centred_cumulant: sp.Expr, tilted: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """K′ = q − p, K″ = q(1 − q), and K = K′ = 0 at λ = 0."""
    yield trial.same(centred_cumulant.diff(tilt), tilted - p)
    yield trial.same(centred_cumulant.diff(tilt, 2), tilted * (1 - tilted))
    yield trial.same(tilted.subs(tilt, 0), p)
    yield trial.same(centred_cumulant.subs(tilt, 0), 0)


@exact(cut_norm_rate, step="a quarter")
@control("an eighth", most_curvature=sp.Rational(1, 8))
@control("a half", most_curvature=sp.Rational(1, 2))
@control("10 % less", most_curvature=NINE * most_curvature)
@control("the odds for the probability", tilted=tilted / (1 - tilted))
def curvature_is_at_most_a_quarter(tilted: sp.Expr, most_curvature: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What q(1 − q) leaves is (q − ½)², at all odds p : 1 − p; q(1 − q) is its value at q = ½."""
    q = valued(tilted, AT_ODDS)
    share = odds * sp.exp(tilt) / (1 + odds * sp.exp(tilt))
    yield trial.nonnegative(most_curvature - q * (1 - q), (share - sp.Rational(1, 2)) ** 2)


@exact(cut_norm_rate, step="Hoeffding's lemma")
@control("Hoeffding's lemma with 1/4", hoeffding_cumulant=tilt**2 / 4)
@control("Hoeffding's lemma 10 % less", hoeffding_cumulant=NINE * hoeffding_cumulant)
@control("with a slope", hoeffding_cumulant=hoeffding_cumulant + tilt)
@control("a curvature up to ½", most_curvature=2 * most_curvature)
def lemma_is_the_curvature_integrated_twice(
    most_curvature: sp.Expr, hoeffding_cumulant: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The integral of the integral of the largest curvature."""
    inner, middle = sp.symbols("x y", positive=True)
    slope = sp.integrate(most_curvature, (inner, 0, middle))
    yield trial.same(hoeffding_cumulant, sp.integrate(slope, (middle, 0, tilt)))


@exact(cut_norm_rate, step="moments")
@control("one value", moment=p * (1 - p) ** k)
@control("values exchanged", moment=(1 - p) * (1 - p) ** k + p * p**k)
@control("10 % more", moment=ELEVEN * moment)
def moments_do_not_grow(moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of |M − p|^k over both values; EM² − (EM)² at k = 2; its fall p²(1−p)^k + (1−p)²p^k from k to k + 1."""
    yield trial.same(moment, sum(chance * modulus**k for chance, _, modulus in outcomes()))
    yield trial.same(moment.subs(k, 2), p - p**2)
    fall = (odds**2 + odds**k) / (1 + odds) ** (k + 2)
    yield trial.nonnegative((moment - moment.subs(k, k + 1)).subs(AT_ODDS), fall, by=by_powers)


@enclosed(cut_norm_rate)
@control("one value", moment=p * (1 - p) ** k + p * (1 - p))
@control("a power less", moment=moment.subs(k, k - 1))
@control("10 % more", moment=ELEVEN * moment)
def no_moment_exceeds_the_variance(moment: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From the second on; the first is twice the variance."""
    yield trial.below(moment, p * (1 - p))


def by_powers(expression: sp.Expr) -> sp.Expr:
    """Quotients of positive numbers taken apart under powers."""
    return sp.simplify(sp.powsimp(sp.expand_power_base(sp.expand(expression))))


@exact(cut_norm_rate, step="factorials")
@control("powers of 4", least_factorial=2 * 4 ** (k - 2))
@control("powers of 2", least_factorial=2 ** (k - 1))
@control("from k = 1", least_factorial=3 ** (k - 1))
@control("10 % more", least_factorial=ELEVEN * least_factorial)
def factorials_grow_by_three_at_least(least_factorial: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """2! at k = 2 and a factor 3 for each k, where k! has k + 1 = j + 3."""
    j = sp.Symbol("j", integer=True, nonnegative=True)
    yield trial.induction(least_factorial, k, sp.factorial(2), lambda term: 3 * term, start=2)
    yield trial.nonnegative(sp.factorial(j + 3) / sp.factorial(j + 2) - 3, j, by=sp.gammasimp)


@exact(cut_norm_rate, step="series")
@control("without the ratio", series=tilt**2 / 2)
@control("with λ/2 for λ/3", series=tilt**2 / (2 * (1 - tilt / 2)))
@control("10 % less", series=NINE * series)
@control("from the next term", series=series * tilt / 3)
@control("powers of 2", least_factorial=2 ** (k - 1))
def series_is_geometric(least_factorial: sp.Expr, series: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """(λ/3)^(k−2) times the sum falls by the k-th term from k to k + 1 (and goes to 0 for λ < 3, as a power of λ/3)."""
    rest = series * (tilt / 3) ** (k - 2)
    yield trial.same(rest - rest.subs(k, k + 1), tilt**k / least_factorial)


@exact(cut_norm_rate, step="Bernstein's form")
@control("Bernstein without its linear term", bernstein_cumulant=variance * tilt**2 / 2)
@control("Bernstein with λ/2 for λ/3", bernstein_cumulant=variance * tilt**2 / (2 * (1 - tilt / 2)))
@control("Bernstein 10 % less", bernstein_cumulant=NINE * bernstein_cumulant)
@control("the deviation for the variance", bernstein_cumulant=sp.sqrt(variance) * series)
@control("the series without the ratio", series=tilt**2 / 2)
def logarithm_lies_below_its_argument(series: sp.Expr, bernstein_cumulant: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What x leaves of ln(1 + x), x = V times the series: 0 at V = 0, of a slope in V that is not negative for λ < 3."""
    left = bernstein_cumulant - sp.log(1 + variance * series)
    slope = variance * series**2 / (1 + variance * series)
    yield trial.same(left.diff(variance), slope)
    yield trial.same(left.subs(variance, 0), 0)
    inside = 3 * over / (1 + over)  # all λ in (0, 3)
    sum_inside = sp.Rational(9, 2) * over**2 / (1 + over)
    yield trial.nonnegative(
        left.diff(variance).subs(tilt, inside), variance * sum_inside**2 / (1 + variance * sum_inside)
    )


@exact(cut_norm_rate, step="Hoeffding's tilt")
@control("half the tilt", hoeffding_tilt=hoeffding_tilt / 2)
@control("10 % more", hoeffding_tilt=ELEVEN * hoeffding_tilt)
@control("half the exponent", hoeffding_exponent=hoeffding_exponent / 2)
@control("the exponent 10 % more", hoeffding_exponent=ELEVEN * hoeffding_exponent)
@control("Hoeffding's lemma with 1/4", hoeffding_cumulant=tilt**2 / 4)
def first_tilt_is_best(
    hoeffding_cumulant: sp.Expr, hoeffding_tilt: sp.Expr, hoeffding_exponent: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """ψ′ is s at the tilt, and λs − ψ the exponent."""
    yield trial.same(hoeffding_cumulant.diff(tilt).subs(tilt, hoeffding_tilt), s)
    yield trial.same(s * hoeffding_tilt - hoeffding_cumulant.subs(tilt, hoeffding_tilt), hoeffding_exponent)


@exact(cut_norm_rate, step="Bernstein's tilt")
@control("half the tilt", bernstein_tilt=bernstein_tilt / 2)
@control("the tilt of a small deviation", bernstein_tilt=s / variance)
@control("half the exponent", bernstein_exponent=bernstein_exponent / 2)
@control("the exponent of a small deviation", bernstein_exponent=s**2 / (2 * variance))
@control("Bernstein without its linear term", bernstein_cumulant=variance * tilt**2 / 2)
def second_tilt_is_best(
    bernstein_cumulant: sp.Expr, bernstein_tilt: sp.Expr, bernstein_exponent: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The same; the tilt lies below 3, and above 0, with 1 + y for the root of 1 + 2s/(3V)."""
    yield trial.same(bernstein_cumulant.diff(tilt).subs(tilt, bernstein_tilt), s)
    yield trial.same(s * bernstein_tilt - bernstein_cumulant.subs(tilt, bernstein_tilt), bernstein_exponent)
    yield trial.nonnegative(3 - bernstein_tilt, 3 / sp.sqrt(1 + 2 * s / (3 * variance)))
    at_root = bernstein_tilt.subs(s, 3 * variance * ((1 + over) ** 2 - 1) / 2)
    yield trial.nonnegative(at_root, 3 * over / (1 + over))


@exact(cut_norm_rate, step="events")
@control("one sign", pairs=pairs / 2)
@control("sets of rows alone", pairs=2 * 2**m)
@control("pairs of a row and a column", pairs=2 * m * n)
@control("no empty sets", pairs=2 * (2**m - 1) * (2**n - 1))
def each_row_and_column_is_in_or_out(pairs: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One event for each sign without rows and columns; each of these, in its set or not, doubles their number."""
    signs, choices = len((1, -1)), len((True, False))
    yield trial.induction(pairs, m, signs * choices**n, lambda term: choices * term)
    yield trial.induction(pairs, n, signs * choices**m, lambda term: choices * term)


@exact(cut_norm_rate, step="failures")
@control("Hoeffding with half the exponent", hoeffding_failure=2 * 2 ** (m + n) * sp.exp(-m * n * s**2))
@control("one set of rows", hoeffding_failure=hoeffding_failure / 2**m)
@control("Bernstein, one sign", bernstein_failure=bernstein_failure / 2)
@control("Bernstein for one row", bernstein_failure=pairs * sp.exp(-n * bernstein_exponent))
@control("sums of one sign", pairs=pairs / 2)
@control("half the first exponent", hoeffding_exponent=hoeffding_exponent / 2)
@control("the second exponent of a small deviation", bernstein_exponent=s**2 / (2 * variance))
def failures_add_up_the_events(
    pairs: sp.Expr,
    hoeffding_exponent: sp.Expr,
    hoeffding_failure: sp.Expr,
    bernstein_exponent: sp.Expr,
    bernstein_failure: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The logarithm of a failure: that of the number of events less mn times the exponent."""
    for exponent, failure in ((hoeffding_exponent, hoeffding_failure), (bernstein_exponent, bernstein_failure)):
        yield trial.same(sp.log(failure), sp.log(pairs) - m * n * exponent, by=split_logarithms)


@exact(cut_norm_rate, step="logarithm")
@control("one event", subsets=ONE_EVENT)
@control("one sign", subsets=subsets - sp.log(2))
@control("10 % more", subsets=ELEVEN * subsets)
@control("sums of one sign", pairs=pairs / 2)
def exponential_is_the_number_of_events_over_delta(pairs: sp.Expr, subsets: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """e^L = events/δ."""
    yield trial.same(sp.exp(subsets), pairs / delta)


@exact(cut_norm_rate, step="Hoeffding's rate")
@control("Hoeffding forgets the union over sets", hoeffding_rate=sp.sqrt(ONE_EVENT / (2 * m * n)))
@control(
    "Hoeffding with the leading constant 0.17", hoeffding_rate=sp.Rational(17, 100) * sp.sqrt((m + n) / (2 * m * n))
)
@control("Hoeffding 10 % more", hoeffding_rate=ELEVEN * hoeffding_rate)
@control("Hoeffding 10 % less", hoeffding_rate=NINE * hoeffding_rate)
@control("one set of rows", hoeffding_failure=hoeffding_failure / 2**m)
def first_failure_at_the_rate_is_delta(
    hoeffding_failure: sp.Expr, hoeffding_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The logarithm of the first bound at the rate, all letters free."""
    yield trial.same(sp.log(hoeffding_failure.subs(s, hoeffding_rate)), sp.log(delta), by=reduce)


@exact(cut_norm_rate, step="Bernstein's rate")
@control("without its half", root=2 * root - 1)
@control("less its root", root=2 - root)
@control("10 % more", root=ELEVEN * root)
@control("Bernstein without its linear term", bernstein_rate=sp.sqrt(2 * variance * EVENTS / (m * n)))
@control("one event", subsets=ONE_EVENT)
def rate_completes_the_square(
    subsets: sp.Expr, root: sp.Expr, bernstein_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """1 + 2s/(3V) at the rate; the root is above 1 by the positive part that L, V and mn leave."""
    yield trial.same(1 + 2 * bernstein_rate / (3 * variance), root**2, by=by_roots)
    yield trial.same((root - 1) ** 2 * 9 * variance * m * n / 2, subsets, by=by_roots)


def by_roots(expression: sp.Expr) -> sp.Expr:
    """Positive letters taken out of roots before expanding."""
    return sp.simplify(sp.expand(sp.expand_power_base(sp.expand(expression))))


@exact(cut_norm_rate, step="Bernstein's rate")
@control(
    "Bernstein forgets the union over sets",
    bernstein_rate=sp.sqrt(2 * variance * ONE_EVENT / (m * n)) + ONE_EVENT / (3 * m * n),
)
@control("Bernstein without its linear term", bernstein_rate=sp.sqrt(2 * variance * EVENTS / (m * n)))
@control("Bernstein 10 % more", bernstein_rate=ELEVEN * bernstein_rate)
@control("Bernstein 10 % less", bernstein_rate=NINE * bernstein_rate)
@control("one sign", bernstein_failure=bernstein_failure / 2)
@control("the root less its half", root=(1 + root) / 2)
def second_failure_at_the_rate_is_delta(
    bernstein_failure: sp.Expr, root: sp.Expr, bernstein_rate: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The logarithm of the second bound at the rate, the root of 1 + 2s/(3V) put in."""
    square_root = sp.Symbol("r", positive=True)
    failure = bernstein_failure.subs(sp.sqrt(1 + 2 * s / (3 * variance)), square_root)
    at_rate = expanded_logarithms(sp.log(failure)).subs(s, bernstein_rate).subs(square_root, root)
    yield trial.same(at_rate, sp.log(delta), by=lambda difference: by_roots(expanded_logarithms(difference)))
