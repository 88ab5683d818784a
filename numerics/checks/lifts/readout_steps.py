"""Evidence for the steps of L15: what convexity makes the distance pay for, and the examples beside it."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.checks.lifts.readout import STANDING, e
from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.lifts.readout import (
    Delta,
    R,
    T,
    doubled,
    fixed_bound,
    fixed_paid,
    h,
    interpolating_bound,
    least_product,
    linear_excess,
    mode_error,
    mode_loss,
    moving_bound,
    mu,
    paid,
    product_slope,
    readout_comparison,
    square_bound,
    standing_readout,
    standstill_end,
    worst_eigenvalue,
)
from sparse_limits.theory.lifts.tangent import L, epsilon, g, t

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
HALF = Delta**2 / 2


def in_roots(expression: sp.Expr) -> sp.Expr:
    """Simplify, with the squares below the roots found."""
    half = sp.Rational(1, 2)
    return sp.simplify(
        expression.replace(lambda part: part.is_Pow and part.exp == half, lambda part: sp.sqrt(sp.factor(part.base)))
    )


@exact(readout_comparison, step="standing output")
@control("a feature that stands still", standing_readout=Delta - h * t)
@control("half of the speed", standing_readout=sp.sqrt(Delta**2 - h * t))
@control("10 % more", standing_readout=ELEVEN * standing_readout)
@control("twice the time", standstill_end=2 * standstill_end)
@control("10 % less of the time", standstill_end=NINE * standstill_end)
def standing_readouts_vanish(standing_readout: sp.Expr, standstill_end: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Its square falls from Δ² at the rate 2h, to 0 in the end."""
    yield trial.same(standing_readout**2, Delta**2 - 2 * h * t, by=sp.expand)
    yield trial.same(standing_readout.subs(t, 0), Delta)
    yield trial.same(2 * h * (standstill_end - t), standing_readout**2, by=sp.expand)
    yield trial.vanishes(standing_readout.subs(t, standstill_end))
    yield trial.same(sp.diff(standing_readout, t) * standing_readout, -h)


@exact(readout_comparison, step="moving features")
@control("the constant of fixed features", moving_bound=fixed_bound)
@control("10 % more", moving_bound=ELEVEN * moving_bound)
@control("10 % less", moving_bound=NINE * moving_bound)
@control("half of the payment", paid=paid / 2)
@control("forgets ε", paid=T * L)
@control("twice the time", standstill_end=2 * standstill_end)
def payment_bounds_the_loss(
    paid: sp.Expr, standstill_end: sp.Expr, moving_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What Δ²/2 has left is T times what the bound has; the bound at the end of a standing output is its loss."""
    yield trial.same(HALF - paid, T * (moving_bound - L), by=sp.expand)
    case = STANDING[0]
    end = standstill_end.subs(h, case.output * case.slope)
    yield trial.same(moving_bound.subs({epsilon: e**2, T: end}), case.loss, by=sp.cancel)


@exact(readout_comparison, step="slope")
@control("of the loss itself", product_slope=sp.Integer(2))
@control("half of the root", product_slope=2 - sp.sqrt(epsilon / L) / 2)
@control("10 % more", product_slope=ELEVEN * product_slope)
@control("half of the residual", least_product=L - 2 * sp.sqrt(L * epsilon))
def product_of_residuals_grows(least_product: sp.Expr, product_slope: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The derivative; above ε it is at least 1, and there the product is positive."""
    yield trial.same(product_slope, sp.diff(least_product, L))
    more = sp.Symbol("u", positive=True)
    above = product_slope.subs({L: (e + more) ** 2, epsilon: e**2}, simultaneous=True) - 1
    yield trial.nonnegative(above, more / (e + more))
    yield trial.same(least_product.subs({L: e**2, epsilon: e**2}, simultaneous=True), 0)


@exact(readout_comparison, step="square loss")
@control("the square loss as in (b)", square_bound=fixed_bound)
@control("the square loss 10 % more", square_bound=ELEVEN * square_bound)
@control("the square loss 10 % less", square_bound=NINE * square_bound)
@control("half of the residual", least_product=L - 2 * sp.sqrt(L * epsilon))
@control("half of the product", least_product=least_product / 2)
@control("twice the time", standstill_end=2 * standstill_end)
def payment_bounds_the_square_loss(
    least_product: sp.Expr, standstill_end: sp.Expr, square_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What Δ²/2 has left has two roots √L, of which one is no more than 0; ε = 0; and a standing output."""
    root = sp.sqrt(square_bound)
    other = sp.sqrt(epsilon) - root
    left = -2 * T * (sp.sqrt(L) - root) * (sp.sqrt(L) - other)
    yield trial.same(HALF - T * least_product, left, by=sp.expand)
    yield trial.same(square_bound.subs(epsilon, 0), Delta**2 / (4 * T))
    case = STANDING[1]
    end = standstill_end.subs(h, case.output * case.slope)
    yield trial.same(square_bound.subs({epsilon: e**2, T: end}), case.loss, by=in_roots)


@exact(readout_comparison, step="payment of features that stand still")
@control("without the slope", fixed_paid=T * (L - epsilon) + R**2 / 2)
@control("without the distance", fixed_paid=fixed_paid - R**2 / 2)
@control("10 % more", fixed_paid=ELEVEN * fixed_paid)
@control("a loss that stands still", loss_before=L)
@control("twice the slope", loss_before=L + 2 * (T - t) * g**2)
def losses_are_integrated(loss_before: sp.Expr, fixed_paid: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Over the time up to T, where it is L, and half of the square of the distance that is left."""
    yield trial.same(fixed_paid, sp.integrate(sp.expand(loss_before - epsilon), (t, 0, T)) + R**2 / 2, by=sp.expand)
    yield trial.same(loss_before.subs(t, T), L)
    yield trial.same(sp.diff(loss_before, t), -(g**2))


@exact(readout_comparison, step="two payments")
@control("one payment", doubled=T * (L - epsilon))
@control("forgets ε", doubled=2 * T * L)
@control("10 % more", doubled=ELEVEN * doubled)
@control("without the slope", fixed_paid=T * (L - epsilon) + R**2 / 2)
def squares_pay_once_more(fixed_paid: sp.Expr, doubled: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Half the square of Tg − R, and T times what gR has more than L − ε, which is not negative."""
    yield trial.same(fixed_paid - doubled, (T * g - R) ** 2 / 2 + T * (g * R - (L - epsilon)), by=sp.expand)


@exact(readout_comparison, step="linear loss")
@control("a loss that stands still", linear_excess=g * Delta)
@control("half of the fall", linear_excess=g * Delta - g**2 * T / 2)
@control("10 % more", linear_excess=ELEVEN * linear_excess)
def linear_losses_fall_steadily(linear_excess: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """−g(a(0) + gT) above −g(a(0) + Δ)."""
    start = sp.Symbol("a_0", real=True)
    yield trial.same(linear_excess, g * (start + Delta) - g * (start + g * T), by=sp.expand)


@exact(readout_comparison, step="features that stand still")
@control("the constant of moving features", fixed_bound=moving_bound)
@control("fixed features 10 % more", fixed_bound=ELEVEN * fixed_bound)
@control("fixed features 10 % less", fixed_bound=NINE * fixed_bound)
@control("one payment", doubled=T * (L - epsilon))
@control("half of the fall", linear_excess=g * Delta - g**2 * T / 2)
def two_payments_bound_the_loss(
    doubled: sp.Expr, linear_excess: sp.Expr, fixed_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What Δ²/2 has left is 2T times what the bound has; the linear loss lacks a square, which is 0 at g = Δ/2T."""
    yield trial.same(HALF - doubled, 2 * T * (fixed_bound - L), by=sp.expand)
    yield trial.same(fixed_bound - epsilon - linear_excess, T * (g - Delta / (2 * T)) ** 2, by=sp.expand)


@exact(readout_comparison, step="one mode")
@control("the rate of the loss", mode_error=Delta * sp.exp(-2 * mu * T))
@control("10 % less of the error", mode_error=NINE * mode_error)
@control("the root of the rate", mode_error=Delta * sp.exp(-sp.sqrt(mu) * T))
@control("the rate of the readout for that of the loss", mode_loss=mu * Delta**2 * sp.exp(-mu * T) / 2)
@control("without the eigenvalue", mode_loss=mode_loss / mu)
@control("10 % less of a mode", mode_loss=NINE * mode_loss)
def modes_decay(mode_error: sp.Expr, mode_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """As the readout's error does, from Δ on."""
    yield trial.same(sp.diff(mode_error, T), -mu * mode_error)
    yield trial.same(mode_error.subs(T, 0), Delta)
    yield trial.same(mode_error, Delta * sp.exp(-mu * T))
    yield trial.same(mode_loss, mu * mode_error**2 / 2)


@exact(readout_comparison, step="worst mode")
@control("the eigenvalue 1/T", worst_eigenvalue=1 / T)
@control("10 % more", worst_eigenvalue=ELEVEN * worst_eigenvalue)
@control("10 % less", worst_eigenvalue=NINE * worst_eigenvalue)
@control("the rate of the readout for that of the loss", mode_loss=mu * Delta**2 * sp.exp(-mu * T) / 2)
def losses_of_modes_rise_and_fall(mode_loss: sp.Expr, worst_eigenvalue: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The logarithm of the loss has the derivative 1/μ less that at the worst; its signs below and above that."""
    yield trial.same(sp.diff(mode_loss, mu), mode_loss * (1 / mu - 1 / worst_eigenvalue))
    rise, y = sp.diff(mode_loss, mu) / mode_loss, sp.Symbol("y", positive=True)
    yield trial.nonnegative(rise, 2 * T * y, where={mu: worst_eigenvalue / (1 + y)}, strict=True)
    yield trial.nonnegative(-rise, 2 * T * y / (1 + y), where={mu: worst_eigenvalue * (1 + y)}, strict=True)


@exact(readout_comparison, step="all modes")
@control("the constant 1/8e", interpolating_bound=interpolating_bound / 2)
@control("that of any comparison", interpolating_bound=Delta**2 / (4 * T))
@control("10 % more", interpolating_bound=ELEVEN * interpolating_bound)
@control("10 % less", interpolating_bound=NINE * interpolating_bound)
@control("the eigenvalue 1/T", worst_eigenvalue=1 / T)
@control("10 % less of a mode", mode_loss=NINE * mode_loss)
def worst_mode_attains(
    mode_loss: sp.Expr, worst_eigenvalue: sp.Expr, interpolating_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The loss of a mode at the worst eigenvalue."""
    yield trial.same(interpolating_bound, mode_loss.subs(mu, worst_eigenvalue))
