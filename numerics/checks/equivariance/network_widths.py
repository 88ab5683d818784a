"""Evidence for Q11.1: errors carried through whole networks, exactly; and the widths that keep them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, prod
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.equivariance.ticket_steps import logarithm
from sparse_limits.numerics.equivariance import EquivariantLayer, cyclic, equivariant_basis, forward, natural, symmetric
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.tickets import find_ticket
from sparse_limits.numerics.tickets.bounds import layer_sizes
from sparse_limits.numerics.tickets.networks import REACH
from sparse_limits.numerics.tickets.widths import layer_data
from sparse_limits.theory.equivariance.architectures import before, weight
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.network_widths import (
    all_inputs,
    coefficient,
    depth,
    excess,
    failure,
    feature,
    first_width,
    gains,
    gains_before,
    later_width,
    layer_error,
    most,
    network_error,
    network_ticket,
    nonnegative_failure,
    own_error,
    passed,
    radius,
    step_error,
    t,
    uniform_first_width,
    uniform_later_width,
)
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import inputs, norms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum import two_layers
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.product_laws import uniform_reach
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

MORE, LESS = sp.Rational(11, 10), sp.Rational(9, 10)
y = sp.Symbol("y", positive=True)


@exact(network_ticket, step="features")
@control("10 % more", feature=MORE * feature)
@control("the inputs alone", feature=radius)
@control("the weights alone", feature=gains_before)
def each_layer_multiplies_by_its_weight(feature: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The largest input in front of the first layer, and `weight` times as much behind a layer as before it."""
    yield trial.same(feature.subs(gains_before, 1), radius)
    yield trial.same(feature.subs(gains_before, weight * gains_before), weight * feature)


@exact(network_ticket, step="inputs of a layer")
@control("of one channel", all_inputs=feature)
@control("the square", all_inputs=n_in**2 * feature)
@control("10 % more", all_inputs=MORE * all_inputs)
@control("the inputs alone", feature=radius)
def channels_add_up(feature: sp.Expr, all_inputs: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """One channel more adds as much as one."""
    yield trial.induction(all_inputs, n_in, feature, lambda term: term + feature, start=1, by=sp.expand)


@exact(network_ticket, step="these errors")
@control("no errors before", step_error=step_error.subs(before, 0))
@control("errors before that the layer does not enlarge", step_error=weight * (t * feature + before))
@control("10 % less", step_error=LESS * step_error)
@control("one channel", all_inputs=feature)
@control("10 % more", own_error=MORE * own_error)
@control("errors of the norms alone", one_layer=coefficient * norms * inputs)
def errors_grow_by_what_is_allowed(
    one_layer: sp.Expr, own_error: sp.Expr, all_inputs: sp.Expr, step_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What Q9 says of such errors and inputs; and that larger inputs, and larger errors before, do not lower it."""
    yield trial.same(one_layer.subs({coefficient: own_error, inputs: all_inputs}), step_error)
    yield trial.nonnegative(sp.diff(one_layer, inputs), coefficient * norms)
    yield trial.nonnegative(sp.diff(step_error, before), weight * (1 + t))


@exact(network_ticket, step="layers passed")
@control("errors that add up", network_error=feature * passed * t)
@control("an exponential", network_error=feature * (sp.exp(passed * t) - 1))
@control("one layer more", network_error=network_error.subs(passed, passed + 1))
@control("10 % more", network_error=MORE * network_error)
@control("no errors before", step_error=step_error.subs(before, 0))
@control("errors of the inputs alone", step_error=weight * (t * radius + (1 + t) * before))
def errors_are_powers(step_error: sp.Expr, network_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """None in front of the first layer, and behind one more what a layer makes of the error before."""
    yield trial.same(network_error.subs({passed: 0, gains_before: 1}), sp.S.Zero)
    further = network_error.subs({passed: passed + 1, gains_before: weight * gains_before}, simultaneous=True)
    yield trial.same(further, step_error.subs(before, network_error), by=lambda gap: sp.expand(sp.powsimp(gap)))


@exact(network_ticket, step="share")
@control("an equal part of the error", excess=eps / (radius * gains * depth))
@control("without the radius", excess=excess.subs(radius, 1))
@control("without the weights", excess=excess.subs(gains, 1))
@control("one layer", excess=excess.subs(depth, 1))
@control("10 % more", excess=MORE * excess)
@control("errors that add up", network_error=feature * passed * t)
def shares_make_up_the_error(network_error: sp.Expr, excess: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """At this share L log(1 + t), to which the error leads, is what it is at ε; and the error grows with the share."""
    last = network_error.subs({passed: depth, gains_before: gains})
    yield trial.same(depth * sp.log(1 + t), sp.log(1 + last / (radius * gains)), by=sp.expand_log)
    yield trial.same(depth * sp.log(1 + excess), sp.log(1 + eps / (radius * gains)), by=sp.expand_log)
    yield trial.nonnegative(sp.diff(last, t), depth * radius * gains * (1 + t) ** (depth - 1))


@exact(network_ticket, step="error of a layer")
@control("without the norms", layer_error=layer_error * norms)
@control("without the channels", layer_error=layer_error * n_in)
@control("without the weight", layer_error=layer_error / weight)
@control("10 % less", layer_error=LESS * layer_error)
@control("an equal part of the error", excess=eps / (radius * gains * depth))
@control("10 % more", own_error=MORE * own_error)
def each_layer_has_its_error(
    own_error: sp.Expr, excess: sp.Expr, layer_error: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """What is allowed, at this share."""
    yield trial.same(layer_error, own_error.subs(t, excess))


@exact(network_ticket, step="small enough")
@control("the square of the share", most=most**2)
@control("an equal part of 1", most=1 / depth)
@control("10 % more", most=MORE * most)
@control("without the norms", layer_error=layer_error * norms)
@control("10 % more in a layer", layer_error=MORE * layer_error)
def errors_are_at_most_those_of_empty_sums(layer_error: sp.Expr, most: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """With the largest weight that coefficients can have: a/2 times the share, which grows up to 2^(1/L) − 1, at most its value 1 for L = 1."""
    largest = layer_error.subs(weight, n_in * norms * a / 2)
    yield trial.same(largest.subs(eps, radius * gains), a / 2 * most)
    growth = a * (1 + eps / (radius * gains)) ** (1 / depth) / (2 * depth * (radius * gains + eps))
    yield trial.nonnegative(sp.diff(largest, eps), growth)
    yield trial.same(most.subs(depth, 1), sp.S.One)
    yield trial.nonnegative(sp.diff(most.subs(depth, 1 / y), y), sp.log(2) * 2**y)  # so that it falls in L


@exact(network_ticket, step="first layer")
@control("one layer's probability", first_width=first_width.subs(depth, 1))
@control("one sign", first_width=later_width)
@control("all items usable", first_width=first_width.subs(kappa, 2 * kappa))
@control("10 % less", first_width=LESS * first_width)
@control("one sign in the failure", failure=nonnegative_failure)
@control("one output", failure=failure.subs(n_out, 1))
def the_first_layer_fails_with_its_part(failure: sp.Expr, first_width: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The bound is δ/L times 1 − aκ/4 for each channel beyond the width. With one element it is R8's, of dense layers."""
    beyond = (n - first_width) * sp.log(1 - a * kappa / 4)
    yield trial.same(sp.log(failure), sp.log(delta / depth) + beyond, by=logarithm)
    dense = {two_layers.d_0: n_in, two_layers.d_1: n_out, eps: coefficient, delta: delta / depth}
    yield trial.same(first_width.subs(B, 1), two_layers.size.subs(dense, simultaneous=True), by=logarithm)


@exact(network_ticket, step="later layers")
@control("one layer's probability", later_width=later_width.subs(depth, 1))
@control("both signs", later_width=first_width)
@control("all items usable", later_width=later_width.subs(kappa, 2 * kappa))
@control("10 % less", later_width=LESS * later_width)
@control("both signs in the failure", nonnegative_failure=failure)
@control("one element", nonnegative_failure=nonnegative_failure.subs(B, 1))
def later_layers_fail_with_their_part(
    nonnegative_failure: sp.Expr, later_width: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """As for the first layer, with one subset sum for each coefficient."""
    beyond = (n - later_width) * sp.log(1 - a * kappa / 4)
    yield trial.same(sp.log(nonnegative_failure), sp.log(delta / depth) + beyond, by=logarithm)


@exact(network_ticket, step="uniform widths")
@control(
    "all items usable", uniform_first_width=first_width.subs({a: uniform_reach, kappa: 1, coefficient: layer_error})
)
@control("one sign", uniform_first_width=uniform_later_width)
@control("the error of the network for that of a layer", uniform_first_width=uniform_first_width.subs(depth, 1))
@control("both signs", uniform_later_width=uniform_first_width)
@control("10 % less", uniform_later_width=LESS * uniform_later_width)
@control("without the channels", layer_error=layer_error * n_in)
@control("one layer's probability", first_width=first_width.subs(depth, 1))
@control("all items usable, later", later_width=later_width.subs(kappa, 2 * kappa))
def uniform_widths_have_all_put_in(
    first_width: sp.Expr,
    later_width: sp.Expr,
    layer_error: sp.Expr,
    uniform_first_width: sp.Expr,
    uniform_later_width: sp.Expr,
    trial: Trial,
) -> Iterator[Finding]:
    """The widths at a = 1/e, κ = 1/2 and the error of a layer."""
    law = {a: sp.exp(-1), kappa: sp.Rational(1, 2), coefficient: layer_error}
    yield trial.same(uniform_first_width, first_width.subs(law))
    yield trial.same(uniform_later_width, later_width.subs(law))


# Networks that lose nothing


def bases(name: str) -> NDArray[Any]:
    """Of one point; of three in any order; of a ring of four: bases of orbits, levels that are moved transitively."""
    level = {"dense": natural(symmetric(1)), "points": natural(symmetric(3)), "a ring": natural(cyclic(4))}[name]
    return np.array(equivariant_basis(level, level))


CHANNELS, WEIGHTS = (2, 3, 1, 2), (Fraction(1, 3), Fraction(2, 5), Fraction(1, 7))
SHARE, INPUT = Fraction(1, 9), 3


def network(name: str) -> list[EquivariantLayer]:
    """Three layers, all coefficients of each the same."""
    basis = bases(name)
    shapes = zip(CHANNELS, CHANNELS[1:], WEIGHTS, strict=False)
    return [
        EquivariantLayer(np.full((some, more, len(basis)), value, dtype=object), basis) for some, more, value in shapes
    ]


@exact(network_ticket)
@control("errors that add up", network_error=feature * passed * t)
@control("an exponential", network_error=feature * (sp.exp(passed * t) - 1))
@control("10 % less", network_error=LESS * network_error)
@control("10 % more", network_error=MORE * network_error)
@control("the inputs alone", network_error=radius * ((1 + t) ** passed - 1))
@control("without the norms", own_error=own_error * norms)
@control("without the channels", own_error=own_error * n_in)
def the_error_is_attained(own_error: sp.Expr, network_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Outputs of networks of one to three layers, and of those with all coefficients larger by what is allowed, in fractions."""
    for name in ("dense", "points", "a ring"):
        layers, near, product = network(name), [], sp.S.One
        given = features = np.full((CHANNELS[0], bases(name).shape[2]), Fraction(INPUT), dtype=object)
        for count, layer in enumerate(layers, 1):
            norm, size = layer_sizes(layer)
            at = {weight: rational(size), norms: rational(norm), n_in: CHANNELS[count - 1], t: rational(SHARE)}
            allowed = sp.Rational(own_error.subs(at))
            near.append(EquivariantLayer(layer.coeffs + Fraction(int(allowed.p), int(allowed.q)), layer.basis))
            features, product = layer.apply(features), product * rational(size)
            gap = rational(np.abs(forward(near, given) - features).max())
            claimed = valued(network_error, {radius: INPUT, gains_before: product, passed: count, t: rational(SHARE)})
            yield trial.holds(gap == claimed, f"{name}, {count} layers: apart by {gap}, claimed {claimed}")


@enclosed(network_ticket)
@control("without the weights", layer_error=layer_error.subs(gains, 1))
@control("10 % more", layer_error=MORE * layer_error)
def one_layer_has_all_of_the_error(layer_error: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """n_in·β·ε_1·R is ε for a network of one layer, whose weight is the product of all; so it is no more for any of one layer."""
    whole = n_in * norms * radius * layer_error
    yield trial.same(whole, eps, where={depth: 1, gains: weight})
    alone = sp.Piecewise((whole, sp.Eq(depth, 1)), (0, True))
    yield trial.below(alone, eps, needed="layer_error")


def rational(value: Fraction | int) -> sp.Rational:
    return sp.Rational(int(value.numerator), int(value.denominator))


# Tickets of the stated widths


ALLOWED, FAILS = sp.Rational(1, 20), sp.Rational(1, 10)


def target(rng: np.random.Generator, name: str) -> tuple[list[EquivariantLayer], NDArray[np.float64]]:
    """Two layers with coefficients up to 1/(2e), and inputs of modulus 1."""
    basis = bases(name)
    shapes = ((2, 3, len(basis)), (3, 2, len(basis)))
    x = rng.choice([-1.0, 1.0], (8, 2, basis.shape[2]))
    return [EquivariantLayer(rng.uniform(-REACH, REACH, shape), basis) for shape in shapes], x


@exact(network_ticket, cost=0.7)
@control(
    "a twentieth of the widths",
    uniform_first_width=uniform_first_width / 20,
    uniform_later_width=uniform_later_width / 20,
)
@control("a twentieth of the first", uniform_first_width=uniform_first_width / 20)
@control("a twentieth of the others", uniform_later_width=uniform_later_width / 20)
def tickets_of_these_widths_are_found(
    uniform_first_width: sp.Expr, uniform_later_width: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Inputs up to 1, ε = 1/20, δ = 1/10: coefficients come as near as they have to, and outputs are within ε."""
    for name in ("dense", "points"):
        layers, x = trial.draw(target, name)
        data = list(layer_data(layers))
        shared = {gains: prod(each[weight] for each in data), radius: 1, depth: len(data), eps: ALLOWED, delta: FAILS}
        seen = x
        for k, (layer, at, width) in enumerate(
            zip(layers, data, (uniform_first_width, uniform_later_width), strict=True)
        ):
            near, size = (number(each, {**at, **shared}) for each in (layer_error, width))
            ticket = find_ticket([layer], ceil(size), near, seed=k, signed=k == 0)
            found = max(map(float, ticket.coef_errors))
            detail = f"{name}, layer {k + 1}: coefficients within {found:.3g}, asked for {near:.3g}"
            yield trial.holds(found <= near, detail)
            seen = ticket.forward(seen if k == 0 else np.maximum(seen, 0))
        gap = float(np.abs(seen - forward(layers, x)).max())
        yield trial.holds(gap <= ALLOWED, f"{name}: outputs within {gap:.3g}, asked for {float(ALLOWED)}")
