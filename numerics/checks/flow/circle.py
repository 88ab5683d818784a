"""Evidence for F2.3: eigenvalues of the circle in times, the limit over frequencies, and Fourier coefficients of a square wave."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.kernel.circle import coefficient
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.flow.circle import (
    circle_times,
    frequency_time,
    growth,
    masked_time,
    square_component,
    square_loss,
    square_plateau,
    tenth_time,
    wave_loss,
)
from sparse_limits.theory.flow.density import slowdown
from sparse_limits.theory.flow.linear import amplitude, eigenvalue, eta, mode_loss, plateau, time
from sparse_limits.theory.flow.times import lam, share, single_time
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.circle import even_limit, k, ntk_eigenvalue
from sparse_limits.theory.kernel.dual import depth

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
theta = sp.Symbol("theta", positive=True)
LEARNT = (1, 2, 4, 6, 8)
NEVER = (3, 5, 7, 9)
even = 2 * k + 2


@exact(circle_times, step="wave")
@control("a sum over both waves", wave_loss=2 * wave_loss)
@control("the exponent of the residual", wave_loss=wave_loss.subs(time, time / 2))
@control("the square of a wave without its mean", wave_loss=sp.exp(-2 * eta * ntk_eigenvalue * time) / 2)
@control("10 % more", wave_loss=ELEVEN * wave_loss)
def waves_are_modes(wave_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One mode of F1.1 with λ_k for λ/m; its squared component over m is the mean square of a cosine, integrated."""
    square = sp.integrate(sp.cos((k + 1) * theta) ** 2, (theta, 0, 2 * sp.pi)) / (2 * sp.pi)
    expected = mode_loss.subs({amplitude: sp.sqrt(m * square), eigenvalue: m * ntk_eigenvalue.subs(k, k + 1)})
    yield trial.same(wave_loss.subs(k, k + 1), expected)


@exact(circle_times, step="times")
@control("of the residual", frequency_time=2 * frequency_time)
@control("of the squared loss", frequency_time=frequency_time / 2)
@control("the inverse eigenvalue", frequency_time=frequency_time * ntk_eigenvalue**2)
@control("10 % less", frequency_time=NINE * frequency_time)
@control("loss of the residual", wave_loss=wave_loss.subs(time, time / 2))
def waves_reach_their_share(wave_loss: sp.Expr, frequency_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """All even frequencies from 2 on, and 1: what is left at the time; that of F1.3."""
    for frequency in (even, sp.S.One):
        at, value = frequency_time.subs(k, frequency), ntk_eigenvalue.subs(k, frequency)
        yield trial.same(wave_loss.subs(k, frequency), share / 4, where={time: at})
        yield trial.same(at, single_time.subs(lam, m * value))


@exact(circle_times, step="second frequency")
@control("of the residual", tenth_time=2 * tenth_time)
@control("in digits", tenth_time=sp.Rational(73, 10) / eta)
@control("of the first frequency", tenth_time=sp.log(10) / eta)
@control("10 % more", tenth_time=ELEVEN * tenth_time)
@control("times of the residual", frequency_time=2 * frequency_time)
def the_second_frequency_has_its_time(frequency_time: sp.Expr, tenth_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """k = 2 at a tenth of the loss."""
    yield trial.same(tenth_time, frequency_time.subs({k: 2, share: sp.Rational(1, 10)}))


@exact(circle_times, step="large frequencies")
@control("of all frequencies", growth=2 * growth)
@control("of the residual", growth=growth / 2)
@control("without π", growth=growth / sp.pi**2)
@control("10 % more", growth=ELEVEN * growth)
@control("times of the residual", frequency_time=2 * frequency_time)
def times_grow_with_the_square(frequency_time: sp.Expr, growth: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The limit over even frequencies; by the limit of K10.1 too."""
    at = sp.cancel(frequency_time.subs(k, even) / even**2)
    yield trial.same(growth, sp.limit(at, k, sp.oo))
    yield trial.same(growth, sp.log(1 / share) / (2 * eta * even_limit))


@exact(circle_times, step="masked")
@control("one layer masked", masked_time=masked_time.subs(sp.Symbol("rho", positive=True), 1))
@control("three layers", masked_time=masked_time * slowdown.subs(depth, 1))
@control("10 % more", masked_time=ELEVEN * masked_time)
@control("times of the residual", frequency_time=2 * frequency_time)
def masked_networks_take_longer(frequency_time: sp.Expr, masked_time: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The factor of F2.1 at one hidden layer, at all even frequencies and at 1."""
    for frequency in (even, sp.S.One):
        expected = slowdown.subs(depth, 1) * frequency_time.subs(k, frequency)
        yield trial.same(masked_time.subs(k, frequency), expected)


def along_cosine(frequency: sp.Expr) -> sp.Expr:
    """The component of the sign of cos θ along √2 cos kθ, integrated; it is even, and so twice that of θ in (0, π)."""
    half = sp.integrate(sp.cos(frequency * theta), (theta, 0, sp.pi / 2))
    rest = sp.integrate(sp.cos(frequency * theta), (theta, sp.pi / 2, sp.pi))
    return sp.sqrt(2) * (half - rest) / sp.pi


@exact(circle_times, step="components")
@control("half of the circle", square_component=square_component / 2)
@control("a plain cosine", square_component=square_component / sp.sqrt(2))
@control("that of a triangle", square_component=square_component / k)
@control("10 % less", square_component=NINE * square_component)
def square_waves_are_integrated(square_component: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Every frequency from one on; 0 at all even ones; and the mean of the wave is 0."""
    yield trial.same(square_component.subs(k, k + 1), along_cosine(k + 1))
    yield trial.same(square_component.subs(k, 2 * k + 2), sp.S.Zero)
    yield trial.holds(along_cosine(sp.S.Zero) == 0, "no part is constant")


@exact(circle_times, step="square wave")
@control("all of it fades", square_loss=sp.exp(-eta * time) / 2)
@control("without one half", square_loss=2 * square_loss)
@control("the residual's exponent", square_loss=square_loss.subs(time, time / 2))
@control("10 % more", square_loss=ELEVEN * square_loss)
@control("a wave without its mean", wave_loss=2 * wave_loss)
@control("a component of half of the circle", square_component=square_component / 2)
@control("components of a triangle", square_component=square_component / k)
def square_waves_have_odd_frequencies(
    wave_loss: sp.Expr, square_component: sp.Expr, square_loss: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The loss of √2 cos kθ times the squared component: k = 1, and the sum over all odd k ≥ 3, at which nothing fades."""
    odd = 2 * k + 3
    yield trial.same(wave_loss.subs(k, odd), sp.Rational(1, 4))
    stuck = 2 * wave_loss.subs(k, odd) * sp.simplify(square_component.subs(k, odd) ** 2)
    fading = 2 * wave_loss.subs(k, 1) * square_component.subs(k, 1) ** 2
    yield trial.same(square_loss, fading + trial.once(over_odd, sp.simplify(stuck)))


def over_odd(term: sp.Expr) -> sp.Expr:
    """The sum over k ≥ 0; of a power of 2k + 3 that of all whole numbers, less the even ones, less one."""
    number, power = term.as_independent(k)
    base, exponent = power.as_base_exp()
    if base != 2 * k + 3 or not exponent < -1:
        return sp.summation(term, (k, 0, sp.oo))
    return number * ((1 - 2**exponent) * sp.zeta(-exponent) - 1)


@exact(circle_times, step="what is left")
@control("a tenth", square_plateau=sp.Rational(1, 10))
@control("what is learnt", square_plateau=8 / sp.pi**2)
@control("of the loss itself", square_plateau=square_plateau / 2)
@control("10 % less", square_plateau=NINE * square_plateau)
@control("all of it fades", square_loss=sp.exp(-eta * time) / 2)
def square_waves_are_not_learnt(square_loss: sp.Expr, square_plateau: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The limit over the start; by the plateau of F1.1, of all but one squared component, too."""
    yield trial.same(
        square_plateau, trial.once(sp.limit, square_loss.subs(eta, 1), time, sp.oo) / square_loss.subs(time, 0)
    )
    stuck = plateau.subs(amplitude, sp.sqrt(m * (1 - along_cosine(sp.S.One) ** 2)))
    yield trial.same(square_plateau / 2, stuck)


@exact(circle_times, cost=0.5)
@control("decay of κ₁ alone", wave_loss=sp.exp(-2 * eta * time * (ntk_eigenvalue / 2)) / 4)
@control("the exponent of the residual", wave_loss=wave_loss.subs(time, time / 2))
@control("odd frequencies too", wave_loss=wave_loss.subs((-1) ** k, 1))
def losses_leave_the_start_as_the_kernel_says(wave_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The slope of the loss at the start is −η⟨r, Tr⟩, the kernel integrated against a wave, at five frequencies."""
    for frequency in (*LEARNT[:3], *NEVER[:2]):
        eigen = trial.once(coefficient, "ntk", sp.Integer(frequency))
        slope = sp.diff(wave_loss.subs(k, frequency), time).subs(time, 0)
        yield trial.same(slope, -eta * eigen / 2)
