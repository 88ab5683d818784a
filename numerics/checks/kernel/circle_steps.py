"""Evidence for the steps of K10.1 and K10.2, besides their reasons: eigenvalues are sums of waves; and more."""

import sympy as sp

from sparse_limits.numerics.checks.kernel.circle import mean_square
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.theory.kernel.circle import (
    circle_spectrum,
    k,
    points,
    rank,
    sum_x,
    sum_xx,
    sum_xy,
    sum_y,
    theta,
    wave,
)
from sparse_limits.theory.kernel.further.circle_sampling import KERNELS, circle_sampling


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
def eigenvalues_are_sums_of_waves(
    ramp_wave: sp.Expr,
    sine_wave: sp.Expr,
    ntk_eigenvalue: sp.Expr,
    slope_eigenvalue: sp.Expr,
    value_eigenvalue: sp.Expr,
    trial: Trial,
) -> Findings:
    """The eigenvalues are sums of the integrals of both waves, for every frequency from 2 on, and for 0 and 1.

    The kernels are the sums of ramps and sines that are integrated.
    """
    claims = ntk_eigenvalue, slope_eigenvalue, value_eigenvalue
    for frequency in (k + 2, sp.S.Zero, sp.S.One):
        for claimed, found in zip(claims, against_waves(ramp_wave, sine_wave, frequency), strict=True):
            yield trial.same(claimed.subs(k, frequency), found, by=parity)
    ramp = (sp.pi - theta) * sp.cos(theta)
    for kernel, parts in zip(
        ("ntk", "slope", "value"), (sp.sin(theta) + 2 * ramp, sp.pi - theta, sp.sin(theta) + ramp), strict=True
    ):
        yield trial.same(sp.pi * KERNELS[kernel], parts)


@enclosed(circle_spectrum)
def list_descends(ntk_eigenvalue: sp.Expr, fall: sp.Expr, ranked: sp.Expr, trial: Trial) -> Findings:
    """The list descends, and its entry of rank r is at least 6/π² over 1 + 3r².

    The fall is the difference between the eigenvalues of an even frequency and of the next even one.
    """
    found = ntk_eigenvalue - ntk_eigenvalue.subs(k, k + 2)
    yield trial.below(fall, found, needed="fall")
    yield trial.below(found, fall, needed="fall")
    yield trial.below(ranked.subs(rank, rank + 1), ranked)
    yield trial.below(6 / (sp.pi**2 * (1 + 3 * rank**2)), ranked)


@exact(circle_spectrum, step="ratios")
def ratios_are_those_of_the_list(
    ranked: sp.Expr, trace_ratio: sp.Expr, gap_ratio: sp.Expr, top_energy: sp.Expr, trial: Trial
) -> Findings:
    """The ratios are those of the first five eigenvalues of the list, and of the kernel at the angle 0."""
    trace, order = KERNELS["ntk"].subs(theta, 0), [ranked.subs(rank, place) for place in range(1, 6)]
    yield trial.same(trace_ratio * order[0], trace)
    yield trial.same(gap_ratio * order[1], order[0])
    yield trial.same(top_energy * trace, sum(order))


@enclosed(circle_spectrum)
def other_slopes_fit_no_better(fit_slope: sp.Expr, trial: Trial) -> Findings:
    """With a slope larger or smaller by 1 or 1/100, the sum of squares at the best offset is no smaller."""
    across, square = sum_xy - sum_x * sum_y / points, sum_xx - sum_x**2 / points
    for step in (sp.S.One, -sp.S.One, sp.Rational(1, 100), sp.Rational(-1, 100)):
        yield trial.below(0, step * (2 * fit_slope + step) * square - 2 * step * across)


@exact(circle_sampling, step="sum of squares", cost=0.6)
def squares_are_integrated(squares: sp.Expr, trial: Trial) -> Findings:
    """The sum of squares is the mean of K² over the circle."""
    yield trial.same(squares, trial.once(mean_square, "ntk"))
