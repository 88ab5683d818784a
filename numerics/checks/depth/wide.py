"""Evidence for D3.3: one sample, wide layers."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.depth.one_sample import density, first, hidden, readout
from sparse_limits.theory.depth.wide import (
    first_argument,
    limit_threshold,
    lost,
    scaled,
    share,
    single,
    whole,
    wide_density,
    wide_layers,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import rho, tau
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import product_density
from sparse_limits.theory.tails import product_normal, t, triple_normal

HALF = sp.Rational(1, 2)
TENTH = sp.Rational(11, 10)


@exact(wide_layers, step="arguments")
@control("as if the scale were 1/n", first_argument=scaled, readout_argument=scaled)
@control("width twice", first_argument=first_argument / sp.sqrt(n))
@control("one √2", hidden_argument=scaled / sp.sqrt(2))
@control("inputs for width", readout_argument=scaled / sp.sqrt(2 * d))
def arguments_are_those_of_the_tails(
    first_argument: sp.Expr, hidden_argument: sp.Expr, readout_argument: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """D3.2's probabilities at τ = u/n are those of S4 and D3.1 at the arguments."""
    for claimed, tail, law, gates in (
        (first_argument, first, product_normal, HALF),
        (hidden_argument, hidden, triple_normal, HALF**2),
        (readout_argument, readout, product_normal, HALF),
    ):
        yield trial.holds(claimed.is_positive, f"the sign of {claimed} is that of its letters")
        yield trial.same(gates * law.at(claimed), tail.subs(tau, scaled / n))


@exact(wide_layers, step="share of the hidden matrices")
@control("all hidden layers", share=L * n / (L * n + d + 1))
@control("half of all", share=share / 2)
@control("one matrix less", share=share.subs(L, L - 1))
def hidden_matrices_are_nearly_all(share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The rest is (d + 1)/n over that and L − 1; with 0 hidden matrices nothing is left, with one or more all."""
    more = sp.Symbol("k", integer=True, nonnegative=True)
    yield trial.same(share, 1 - (d + 1) / (d + 1 + (L - 1) * n))
    yield trial.same(sp.limit(share.subs(L, more + 2), n, sp.oo), 1)


@enclosed(wide_layers)
@control("all hidden layers", share=L * n / (L * n + 2 * d * n))
@control("half of all", share=share / 2)
def other_matrices_hold_little(share: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With two hidden layers or more, at most (d + 1)/n of all weights are in the first layer and in the readout."""
    yield trial.below(1 - (d + 1) / n, share, needed="share")


@exact(wide_layers, step="limit of the density")
@control("gates forgotten", wide_density=4 * wide_density)
@control("one gate", wide_density=2 * wide_density)
@control("two normals", wide_density=product_normal.at(scaled / 2) / 4)
@control("half of all", share=share / 2)
@control("one √2", hidden_argument=scaled / sp.sqrt(2))
def density_tends_to_that_of_hidden_matrices(
    wide_density: sp.Expr, share: sp.Expr, hidden_argument: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What is left of D3.2's mean once the share of the hidden matrices is 1; their probability has no n."""
    yield trial.same(wide_density, hidden.subs(tau, scaled / n))
    yield trial.same(wide_density, triple_normal.at(hidden_argument) / 4)
    least = share * wide_density  # other layers add to it at most their own share
    rest = density.subs(tau, scaled / n) - least
    yield trial.same(rest * (d + 1 + (L - 1) * n), (d * first + readout).subs(tau, scaled / n))


@enclosed(wide_layers)
@control("gates forgotten", limit_threshold=limit_threshold.subs(rho, rho / 4))
@control("10 % higher", limit_threshold=TENTH * limit_threshold)
@control("two normals", wide_density=product_normal.at(scaled / 2) / 4)
def threshold_is_the_root(limit_threshold: sp.Expr, wide_density: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """It is positive, and the limit of the density is ρ there."""
    yield trial.below(sp.S.Zero, limit_threshold, strict=True)  # boxes: a root without a closed form
    yield trial.same(wide_density.subs(scaled, limit_threshold), rho, by=None)


@exact(wide_layers, step="whole layers")
@control("nothing is lost to gates", whole=sp.Integer(1))
@control("two gates", whole=HALF**2)
@control("as if the scale were 1/n", first_argument=scaled)
@control("readout with fan-in of layer 1", readout_argument=scaled / sp.sqrt(2 * d))
def whole_layers_keep_their_open_gates(
    whole: sp.Expr, first_argument: sp.Expr, readout_argument: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """The arguments tend to 0 with 1/n; the probability there is that of an open gate."""
    for argument, tail in ((first_argument, first), (readout_argument, readout)):
        yield trial.same(sp.limit(argument, n, sp.oo), 0)
        yield trial.same(whole, sp.limit(tail.subs(tau, t), t, 0))


@exact(wide_layers, step="what is lost")
@control("without Euler's constant", lost=lost + 2 * t * sp.EulerGamma / sp.pi)
@control("without the 1", lost=lost - 2 * t / sp.pi)
@control("half the slope", lost=lost / 2)
@control("logarithm of 1/t", lost=lost - 2 * t * sp.log(2) / sp.pi)
@control("twice the density", noise=2 * product_density)
def little_is_lost(lost: sp.Expr, noise: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The density of S4 less the slope of what is lost is o(t), so that what is lost is known up to o(t²): both vanish at 0."""
    leading = 2 * (sp.log(2 / t) - sp.EulerGamma) / sp.pi
    yield trial.same(sp.diff(lost, t), leading)
    left = trial.once(slope_left, noise - leading)
    yield trial.holds(left == 0, f"the rest of the slope over t tends to {left}")
    yield trial.same(sp.limit(lost, t, 0), 0)


def slope_left(rest: sp.Expr) -> sp.Expr:
    """The limit of rest over t, by the series up to t."""
    return sp.limit(sp.series(rest, t, 0, 2).removeO() / t, t, 0)


@enclosed(wide_layers, step="what is lost")
@control("without Euler's constant", lost=lost + 2 * t * sp.EulerGamma / sp.pi)
@control("without the 1", lost=lost - 2 * t / sp.pi)
@control("10 % more", lost=TENTH * lost)
@control("twice the density", noise=2 * product_density)
def lost_share_lies_close(lost: sp.Expr, noise: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The density is minus the derivative of H; what is lost is within t³ log(1/t)/5 at t = 1/100 and 1/1000, from both sides."""
    yield trial.same(noise, -sp.diff(product_normal.survival, t), by=None)
    points = [{t: sp.Rational(1, power)} for power in (100, 1000)]
    away = 1 - product_normal.survival - lost
    room = t**3 * sp.log(1 / t) / 5
    yield trial.below(away, room, at=points)  # boxes: the tail of a product is an integral; as t → 0: the check above
    yield trial.below(-away, room, at=points)


@exact(wide_layers, step="one hidden layer")
@control("one hidden layer is kept whole too", single=whole)
@control("by numbers of layers", single=single.subs(d, 1))
@control("gates forgotten", single=2 * single)
@control("threshold over n", single=single.subs(scaled, scaled / sp.sqrt(n)))
def densities_of_one_layer_know_no_width(
    single: sp.Expr, one_layer: tuple[sp.Expr, ...], trial: Trial
) -> Iterator[Finding]:
    """D3.2 with one hidden layer of n and of 4n units, at u/√n: the same number, for every d and u."""
    depth, inputs, wider = one_layer
    for width in (n, wider):
        at = {L: depth, d: inputs, n: width, tau: scaled / sp.sqrt(width)}
        yield trial.same(single, valued(density, at))
