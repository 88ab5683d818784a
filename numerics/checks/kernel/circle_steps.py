"""Evidence for the steps of K10.1 and K10.2: waves, the descending list, fits, and the distance at random points."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.kernel.circle import KERNELS, mean_square
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import delta, m
from sparse_limits.theory.kernel.circle import (
    circle_spectrum,
    decay,
    even_limit,
    exponent,
    fall,
    fit_slope,
    gap_ratio,
    high,
    k,
    low,
    ntk_eigenvalue,
    points,
    ramp_wave,
    rank,
    ranked,
    sine_wave,
    slope_eigenvalue,
    sum_x,
    sum_xx,
    sum_xy,
    sum_y,
    top_energy,
    trace_ratio,
    value_eigenvalue,
    wave,
)
from sparse_limits.theory.kernel.circle_sampling import (
    allowance,
    change,
    circle_sampling,
    excess,
    failure,
    feature_square,
    mean_distance,
    sampling_radius,
    squares,
)

ELEVEN, NINE, HALF = sp.Rational(11, 10), sp.Rational(9, 10), sp.Rational(1, 2)
theta = sp.Symbol("theta", positive=True)


@exact(circle_spectrum, step="waves")
@control("a sine", ramp_wave=sine_wave)
@control("of a full turn", ramp_wave=(1 - sp.cos(2 * wave * sp.pi)) / wave**2)
@control("10 % more", ramp_wave=ELEVEN * ramp_wave)
@control("a cosine", sine_wave=sp.sin(wave * sp.pi) / wave)
@control("sine 10 % less", sine_wave=NINE * sine_wave)
@control("squared", sine_wave=ramp_wave)
def waves_are_integrated(ramp_wave: sp.Expr, sine_wave: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Antiderivatives: their derivatives, and their values at π less those at 0."""
    ramp = (sp.pi - theta) * sp.sin(wave * theta) / wave - sp.cos(wave * theta) / wave**2
    sine = -sp.cos(wave * theta) / wave
    integrands = (sp.pi - theta) * sp.cos(wave * theta), sp.sin(wave * theta)
    for claimed, antiderivative, integrand in zip((ramp_wave, sine_wave), (ramp, sine), integrands, strict=True):
        yield trial.same(claimed, antiderivative.subs(theta, sp.pi) - antiderivative.subs(theta, 0))
        yield trial.same(sp.diff(antiderivative, theta), integrand)


def against_waves(ramp: sp.Expr, sine: sp.Expr, frequency: sp.Expr) -> list[sp.Expr]:
    """λ of cos θ κ₀ + κ₁, κ₀ and κ₁ at a frequency, from both integrals; at a = 0 these are π²/2 and 0."""

    def at(formula: sp.Expr, a: sp.Expr) -> sp.Expr:
        if a == 0:
            return sp.pi**2 / 2 if formula is ramp else sp.S.Zero
        return formula.subs(wave, a)

    up, down = frequency + 1, frequency - 1
    sign = -1 if down == -1 else 1  # cos is even and sin is odd
    down = sp.Abs(down) if down.is_number else down
    cosines = (at(ramp, up) + at(ramp, down)) / 2  # of (π − θ) cos θ cos kθ
    sines = (at(sine, up) - sign * at(sine, down)) / 2  # of sin θ cos kθ
    return [each / sp.pi**2 for each in (sines + 2 * cosines, at(ramp, frequency), sines + cosines)]


def parity(gap: sp.Expr) -> sp.Expr:
    """One fraction, with one letter for (−1)^k."""
    return sp.cancel(sp.expand_power_exp(gap).subs((-1) ** k, sp.Symbol("parity")))


@exact(circle_spectrum, step="eigenvalues", cost=0.4)
@control("decay of κ₁", ntk_eigenvalue=2 * value_eigenvalue)
@control("odd frequencies too", ntk_eigenvalue=ntk_eigenvalue.subs((-1) ** k, 1))
@control("10 % more", ntk_eigenvalue=ELEVEN * ntk_eigenvalue)
@control("even frequencies", slope_eigenvalue=slope_eigenvalue.subs((-1) ** k, (-1) ** (k + 1)))
@control("half of κ₀", slope_eigenvalue=slope_eigenvalue / 2)
@control("half of κ₁", value_eigenvalue=value_eigenvalue / 2)
@control("κ₁ 10 % less", value_eigenvalue=NINE * value_eigenvalue)
@control("ramp 10 % more", ramp_wave=ELEVEN * ramp_wave)
@control("sine 10 % less", sine_wave=NINE * sine_wave)
def eigenvalues_are_sums_of_waves(
    ramp_wave: sp.Expr,
    sine_wave: sp.Expr,
    ntk_eigenvalue: sp.Expr,
    slope_eigenvalue: sp.Expr,
    value_eigenvalue: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """For every frequency from 2 on, and for 0 and 1; the kernels as they are integrated."""
    claims = ntk_eigenvalue, slope_eigenvalue, value_eigenvalue
    for frequency in (k + 2, sp.S.Zero, sp.S.One):
        for claimed, found in zip(claims, against_waves(ramp_wave, sine_wave, frequency), strict=True):
            yield trial.same(claimed.subs(k, frequency), found, by=parity)
    ramp = (sp.pi - theta) * sp.cos(theta)
    for kernel, parts in zip(
        ("ntk", "slope", "value"), (sp.sin(theta) + 2 * ramp, sp.pi - theta, sp.sin(theta) + ramp), strict=True
    ):
        yield trial.same(sp.pi * KERNELS[kernel], parts)


@exact(circle_spectrum, step="fall")
@control("none", fall=sp.S.Zero)
@control("half", fall=fall / 2)
@control("10 % more", fall=ELEVEN * fall)
@control("decay of κ₁", ntk_eigenvalue=2 * value_eigenvalue)
def even_eigenvalues_fall(ntk_eigenvalue: sp.Expr, fall: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At k = 2j + 2, where all factors are positive; at k = 0; and the first three."""
    even = 2 * k + 2
    yield trial.same(ntk_eigenvalue.subs(k, even) - ntk_eigenvalue.subs(k, even + 2), fall.subs(k, even), by=sp.cancel)
    yield trial.nonnegative(fall.subs(k, even), positive_fall())
    yield trial.same(ntk_eigenvalue.subs(k, 0) - ntk_eigenvalue.subs(k, 2), fall.subs(k, 0))
    order = [ntk_eigenvalue.subs(k, each) for each in (0, 1, 2)]
    yield trial.holds(bool(order[0] > order[1]) and bool(order[1] > order[2]), f"{order} falls")


@enclosed(circle_spectrum)
@control("half", fall=fall / 2)
@control("10 % more", fall=ELEVEN * fall)
@control("decay of κ₁", ntk_eigenvalue=2 * value_eigenvalue)
@control("each frequency once", ranked=ntk_eigenvalue.subs(k, rank - 1))
def list_descends(ntk_eigenvalue: sp.Expr, fall: sp.Expr, ranked: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """From rank to rank, by the fall from an even frequency to the next, and no faster than the first over 1 + 3r²."""
    found = ntk_eigenvalue - ntk_eigenvalue.subs(k, k + 2)
    yield trial.below(fall, found, needed="fall")
    yield trial.below(found, fall, needed="fall")
    yield trial.below(ranked.subs(rank, rank + 1), ranked)
    yield trial.below(6 / (sp.pi**2 * (1 + 3 * rank**2)), ranked)


def positive_fall() -> sp.Expr:
    """The fall at k = 2j + 2, its factors by j."""
    sum_of_squares = 4 * k**2 + 12 * k + 13
    return 8 * sum_of_squares / (sp.pi**2 * (2 * k + 1) ** 2 * (2 * k + 3) * (2 * k + 5) ** 2)


@exact(circle_spectrum, step="list")
@control("each frequency once", ranked=ntk_eigenvalue.subs(k, rank - 1))
@control("a rank too early", ranked=ranked.subs(rank, rank + 1))
@control("10 % more", ranked=ELEVEN * ranked)
@control("decay of κ₁", ntk_eigenvalue=2 * value_eigenvalue)
@control("no fall", fall=-fall)
def list_has_each_frequency_twice(
    ntk_eigenvalue: sp.Expr, fall: sp.Expr, ranked: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Ranks 2j + 2 and 2j + 3 have the frequency 2j for all j; the first three; from 2j + 3 on the list falls."""
    at = ntk_eigenvalue.subs(k, 2 * rank)
    for place in (2 * rank + 2, 2 * rank + 3):
        yield trial.same(ranked.subs(rank, place), at, by=sp.cancel)
    for place, frequency in ((1, 0), (2, 1), (3, 1)):
        yield trial.same(ranked.subs(rank, place), ntk_eigenvalue.subs(k, frequency))
    step = ranked.subs(rank, 2 * rank + 3) - ranked.subs(rank, 2 * rank + 4)
    yield trial.same(step, fall.subs(k, 2 * rank), by=sp.cancel)


@exact(circle_spectrum, step="ratios")
@control("10 % less", trace_ratio=NINE * trace_ratio)
@control("over the second", trace_ratio=sp.Integer(4))
@control("half the trace", trace_ratio=trace_ratio / 2)
@control("twice", gap_ratio=2 * gap_ratio)
@control("its inverse", gap_ratio=1 / gap_ratio)
@control("gap 10 % more", gap_ratio=ELEVEN * gap_ratio)
@control("1/π² less", top_energy=top_energy - 1 / sp.pi**2)
@control("not over the trace", top_energy=2 * top_energy)
@control("10 % more", top_energy=ELEVEN * top_energy)
@control("list 10 % more", ranked=ELEVEN * ranked)
def ratios_are_those_of_the_list(
    ranked: sp.Expr, trace_ratio: sp.Expr, gap_ratio: sp.Expr, top_energy: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The first five of the list, and the kernel at the angle 0."""
    trace, order = KERNELS["ntk"].subs(theta, 0), [ranked.subs(rank, place) for place in range(1, 6)]
    yield trial.same(trace_ratio * order[0], trace)
    yield trial.same(gap_ratio * order[1], order[0])
    yield trial.same(top_energy * trace, sum(order))


@exact(circle_spectrum, step="least squares")
@control("through the origin", fit_slope=sum_xy / sum_xx)
@control("of x on y", fit_slope=1 / fit_slope)
@control("10 % more", fit_slope=ELEVEN * fit_slope)
def slopes_make_the_squares_least(fit_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Both derivatives of the sum of squares, at the offset where the first vanishes."""
    offset, slope, sum_yy = sp.symbols("o s S_yy")
    total = sum_yy - 2 * offset * sum_y - 2 * slope * sum_xy + 2 * offset * slope * sum_x
    total += points * offset**2 + slope**2 * sum_xx
    (best,) = sp.solve(sp.diff(total, offset), offset)
    yield trial.vanishes(sp.diff(total, slope).subs(offset, best).subs(slope, fit_slope))


@enclosed(circle_spectrum)
@control("of x on y", fit_slope=1 / fit_slope)
@control("through the origin", fit_slope=sum_xy / sum_xx)
def other_slopes_fit_no_better(fit_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Steeper or less steep: what the sum of squares at the best offset then has more."""
    across, square = sum_xy - sum_x * sum_y / points, sum_xx - sum_x**2 / points
    for step in (sp.S.One, -sp.S.One, sp.Rational(1, 100), sp.Rational(-1, 100)):
        yield trial.below(0, step * (2 * fit_slope + step) * square - 2 * step * across)


def over_ranks(term: sp.Expr) -> sp.Sum:
    return sp.Sum(term, (rank, low, high))


@exact(circle_spectrum, step="decay")
@control("the exponent", decay=sp.Integer(2))
@control("a rank more", decay=decay.subs(low, low - 1))
@control("10 % less", decay=NINE * decay)
@control("slope through the origin", fit_slope=sum_xy / sum_xx)
@control("list of squares", ranked=ranked**2)
def decays_are_fits_of_logarithms(
    ranked: sp.Expr, fit_slope: sp.Expr, decay: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Minus the slope at the sums of logarithms, first and last rank left open."""
    abscissa, ordinate = sp.log(rank), sp.log(ranked)
    sums = {sum_x: abscissa, sum_y: ordinate, sum_xx: abscissa**2, sum_xy: abscissa * ordinate}
    at = {letter: over_ranks(term) for letter, term in sums.items()}
    yield trial.same(decay, -valued(fit_slope, {points: high - low + 1, **at}), by=sp.expand)


@exact(circle_spectrum, step="large frequencies")
@control("of κ₁", even_limit=4 / sp.pi**2)
@control("of all frequencies", even_limit=even_limit / 2)
@control("10 % more", even_limit=ELEVEN * even_limit)
@control("decay of κ₁", ntk_eigenvalue=2 * value_eigenvalue)
def large_frequencies_have_the_limit(ntk_eigenvalue: sp.Expr, even_limit: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The limit over even frequencies."""
    even = 2 * k + 2
    yield trial.same(even_limit, sp.limit(sp.cancel(ntk_eigenvalue.subs(k, even) * even**2), k, sp.oo))


@exact(circle_spectrum, step="exponent")
@control("order 1", exponent=sp.Integer(1))
@control("that of κ₁", exponent=sp.Integer(4))
@control("10 % more", exponent=ELEVEN * exponent)
@control("slope through the origin", fit_slope=sum_xy / sum_xx)
@control("no limit", even_limit=sp.S.Zero)
def fits_of_powers_have_the_exponent(
    fit_slope: sp.Expr, even_limit: sp.Expr, exponent: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Ordinates on a line of slope −2, whatever its offset; λ k² has a limit that is not 0."""
    offset = sp.Symbol("o", real=True)
    line = {sum_y: points * offset - 2 * sum_x, sum_xy: offset * sum_x - 2 * sum_xx}
    yield trial.same(fit_slope.subs(line), -exponent)
    yield trial.holds(bool(even_limit > 0), f"λ k² → {even_limit}")


@exact(circle_sampling, step="sum of squares", cost=0.6)
@control("twice each square", squares=2 * squares)
@control("the square of the trace", squares=sp.Integer(4))
@control("10 % more", squares=ELEVEN * squares)
def squares_are_integrated(squares: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The mean of K² over the circle."""
    yield trial.same(squares, trial.once(mean_square, "ntk"))


@exact(circle_sampling, step="one point")
@control("the kernel", feature_square=sp.Integer(2))
@control("twice", feature_square=2 * feature_square)
@control("10 % more", feature_square=ELEVEN * feature_square)
def features_have_one_length(feature_square: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The square of the kernel at the angle 0."""
    yield trial.same(feature_square, KERNELS["ntk"].subs(theta, 0) ** 2)


@exact(circle_sampling, step="mean square")
@control("rate of one sample", mean_distance=4 - squares)
@control("forgets the mean", mean_distance=4 / m)
@control("10 % more", mean_distance=ELEVEN * mean_distance)
@control("squares twice", squares=2 * squares)
@control("one point twice", feature_square=2 * feature_square)
def mean_squares_grow_point_by_point(
    squares: sp.Expr, feature_square: sp.Expr, mean_distance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """m² times the distance: that of one point is E‖Φ⊗Φ‖² − ‖C‖²."""
    one = feature_square - squares
    yield trial.induction(m**2 * mean_distance, m, one, lambda term: term + one, start=1)
    yield trial.nonnegative(m * mean_distance, sp.Rational(10, 3) - 5 / (2 * sp.pi**2), strict=True)


@exact(circle_sampling, step="another point")
@control("of parallel features", change=4 / m)
@control("one feature", change=2 / m)
@control("10 % more", change=ELEVEN * change)
@control("one point twice", feature_square=2 * feature_square)
def changes_are_at_most_orthogonal(feature_square: sp.Expr, change: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What the square of the change lacks is 2K(x, x′)²/m²."""
    kernel = sp.Symbol("K", real=True)
    square = (2 * feature_square - 2 * kernel**2) / m**2
    yield trial.nonnegative(change**2 - square, 2 * kernel**2 / m**2)
    yield trial.holds(bool(change > 0), "a positive change")


@exact(circle_sampling, step="allowance")
@control("two-sided", allowance=2 * sp.sqrt(sp.log(2 / delta)) / sp.sqrt(m))
@control("half", allowance=allowance / 2)
@control("10 % more", allowance=ELEVEN * allowance)
@control("exponent doubled", failure=failure**2)
@control("change of one feature", change=2 / m)
def allowances_fail_with_delta(
    change: sp.Expr, failure: sp.Expr, allowance: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """McDiarmid's exponent at m equal changes; the logarithm of the failure at the allowance."""
    yield trial.same(sp.log(failure), -2 * excess**2 / (m * change**2), by=logarithms)
    at = sp.log(failure) + (excess**2 - allowance**2) * m / 4
    yield trial.same(at, sp.log(delta), by=logarithms)


def logarithms(gap: sp.Expr) -> sp.Expr:
    """Expand logarithms of positive numbers."""
    return sp.simplify(sp.expand_log(gap, force=False))


@exact(circle_sampling, step="radius")
@control("Hoeffding in one dimension", sampling_radius=allowance)
@control("the mean alone", sampling_radius=sp.sqrt(mean_distance))
@control("10 % more", sampling_radius=ELEVEN * sampling_radius)
@control("mean forgotten", mean_distance=4 / m)
@control("half the allowance", allowance=allowance / 2)
def radii_are_mean_and_allowance(
    mean_distance: sp.Expr, allowance: sp.Expr, sampling_radius: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The root of the mean square and the excess."""
    yield trial.same(sampling_radius, sp.sqrt(mean_distance) + allowance)
