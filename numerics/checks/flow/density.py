"""Evidence for F2.1: losses and steps of a multiplied kernel, and the constants of K3 and K8 as factors of times."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, exact
from sparse_limits.theory.flow.density import (
    density_times,
    mean_slowdown,
    profile_slowdown,
    readout_slowdown,
    scaled_loss,
    scaled_rate,
    slowdown,
    trained_slowdown,
)
from sparse_limits.theory.flow.descent import largest, stable_rate, step_loss
from sparse_limits.theory.flow.linear import eigenvalue, eta, mode_loss, time
from sparse_limits.theory.flow.times import lam, single_time
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.dual import dense_ntk, depth
from sparse_limits.theory.kernel.homogeneous import kernel as constant_kernel
from sparse_limits.theory.kernel.homogeneous import readout_dense, weights_trained
from sparse_limits.theory.kernel.rank_one import flow, p, q
from sparse_limits.theory.saliency.model import rho, u

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)


@exact(density_times, step="scaled")
@control("at the same time", scaled_loss=mode_loss)
@control("slower by the square", scaled_loss=scaled_loss.subs(flow, flow**2))
@control("a smaller loss", scaled_loss=flow * scaled_loss)
@control("10 % more", scaled_loss=ELEVEN * scaled_loss)
def multiplied_kernels_run_at_another_clock(scaled_loss: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The loss of F1.1 at the multiplied eigenvalue, and at the multiplied time; and by F1.3 the time to a share."""
    yield trial.same(scaled_loss, mode_loss.subs(eigenvalue, flow * eigenvalue))
    yield trial.same(scaled_loss, mode_loss.subs(time, flow * time))
    at = {eigenvalue: lam, time: single_time / flow}
    yield trial.same(scaled_loss.subs(at), mode_loss.subs({eigenvalue: lam, time: single_time}))


@exact(density_times, step="stable rates")
@control("the same rate", scaled_rate=stable_rate)
@control("a smaller rate", scaled_rate=flow * stable_rate)
@control("10 % more", scaled_rate=ELEVEN * scaled_rate)
@control("at the same time", scaled_loss=mode_loss)
def stable_rates_make_up_for_the_factor(scaled_loss: sp.Expr, scaled_rate: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The largest eigenvalue multiplied; at a share of either rate the loss after steps is the same, and that of the flow too."""
    yield trial.same(scaled_rate, stable_rate.subs(largest, flow * largest))
    share = sp.Symbol("s", positive=True)
    after = step_loss.subs(eigenvalue, flow * eigenvalue).subs(eta, share * scaled_rate)
    yield trial.same(after, step_loss.subs(eta, share * stable_rate))
    yield trial.same(scaled_loss.subs(eta, share * scaled_rate), mode_loss.subs(eta, share * stable_rate))


@exact(density_times, step="times")
@control("one layer of weights less", slowdown=readout_slowdown)
@control("one factor in all", slowdown=1 / rho)
@control("faster", slowdown=1 / slowdown)
@control("10 % more", slowdown=ELEVEN * slowdown)
@control("the readout pruned", readout_slowdown=slowdown)
@control("a dense first layer, too", readout_slowdown=rho * readout_slowdown)
@control("readout 10 % less", readout_slowdown=NINE * readout_slowdown)
@control("as if pruned", trained_slowdown=slowdown)
@control("trained 10 % less", trained_slowdown=NINE * trained_slowdown)
@control("a loss at the same time", scaled_loss=mode_loss)
def densities_divide_times(
    scaled_loss: sp.Expr,
    slowdown: sp.Expr,
    readout_slowdown: sp.Expr,
    trained_slowdown: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """At the longer time the pruned loss is the dense one; the factor of the whole kernel of K3, one for each layer of weights."""
    yield trial.same(constant_kernel, dense_ntk / slowdown, by=sp.powsimp)
    for factor, scale in (
        (slowdown, 1 / slowdown),
        (readout_slowdown, readout_dense),
        (trained_slowdown, weights_trained),
    ):
        run = sp.Symbol("T", nonnegative=True)
        slowed = {flow: scale, time: factor * run}
        yield trial.same(scaled_loss, mode_loss.subs(time, run), where=slowed)
    two_layers = 1 / rho**2
    yield trial.induction(slowdown, depth, two_layers, lambda term: term / rho, start=1)
    yield trial.induction(readout_slowdown, depth, 1 / rho, lambda term: term / rho, start=1)
    yield trial.induction(trained_slowdown, depth, 1 / rho, lambda term: term / rho, start=1)


@exact(density_times, step="times of profiles")
@control("by the mean densities", profile_slowdown=mean_slowdown)
@control("one layer more", profile_slowdown=profile_slowdown * (p + q + 1))
@control("10 % more", profile_slowdown=ELEVEN * profile_slowdown)
@control("by the overlap", mean_slowdown=profile_slowdown)
@control("rows alone", mean_slowdown=(p + 1) ** depth)
@control("10 % less", mean_slowdown=NINE * mean_slowdown)
@control("a loss at the same time", scaled_loss=mode_loss)
def profiles_divide_times(
    scaled_loss: sp.Expr, profile_slowdown: sp.Expr, mean_slowdown: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """One layer after the other, overlaps and means integrated; the quotient for one layer, which is no less than one."""
    overlap = sp.integrate(u ** (p + q), (u, 0, 1))
    means = sp.integrate(u**p, (u, 0, 1)) * sp.integrate(u**q, (u, 0, 1))
    yield trial.induction(profile_slowdown, depth, 1 / overlap, lambda term: term / overlap, start=1)
    yield trial.induction(mean_slowdown, depth, 1 / means, lambda term: term / means, start=1)
    yield trial.nonnegative((mean_slowdown / profile_slowdown).subs(depth, 1) - 1, p * q / (p + q + 1))
    pruned = scaled_loss.subs(flow, 1 / profile_slowdown).subs(time, profile_slowdown * time)
    yield trial.same(pruned, mode_loss)


@exact(density_times)
@control("one layer of weights less", slowdown=readout_slowdown)
@control("ten times as fast", slowdown=slowdown / 10)
def half_of_the_weights_take_longer(slowdown: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Two hidden layers at density one half: eight times as long; and m does not enter."""
    yield trial.same(slowdown.subs({rho: sp.Rational(1, 2), depth: 2}), sp.Integer(8))
    yield trial.holds(m not in slowdown.free_symbols, "no number of samples")
