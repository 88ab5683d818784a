"""Evidence for Q11.1, besides its reasons: the first layer fails with its part; and more."""

from fractions import Fraction
from math import ceil, prod
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.equivariance.ticket import logarithm
from sparse_limits.numerics.equivariance import EquivariantLayer, cyclic, equivariant_basis, forward, natural, symmetric
from sparse_limits.numerics.evidence import Findings, Trial, control, enclosed, exact
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.tickets import find_ticket
from sparse_limits.numerics.tickets.bounds import layer_sizes
from sparse_limits.numerics.tickets.networks import REACH
from sparse_limits.numerics.tickets.widths import layer_data
from sparse_limits.theory.equivariance.architectures import weight
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.network_widths import (
    coefficient,
    depth,
    gains,
    gains_before,
    layer_error,
    network_ticket,
    passed,
    radius,
    t,
    uniform_first_width,
    uniform_later_width,
)
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import norms
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum import two_layers
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.symbols import delta, eps, n


@exact(network_ticket, step="first layer")
def the_first_layer_fails_with_its_part(failure: sp.Expr, first_width: sp.Expr, trial: Trial) -> Findings:
    """The bound is δ/L times 1 − aκ/4 for each channel beyond the width. With one element it is R8's, of dense layers."""
    beyond = (n - first_width) * sp.log(1 - a * kappa / 4)
    yield trial.same(sp.log(failure), sp.log(delta / depth) + beyond, by=logarithm)
    dense = {two_layers.d_0: n_in, two_layers.d_1: n_out, eps: coefficient, delta: delta / depth}
    yield trial.same(first_width.subs(B, 1), two_layers.size.subs(dense, simultaneous=True), by=logarithm)


@exact(network_ticket, step="later layers")
def later_layers_fail_with_their_part(nonnegative_failure: sp.Expr, later_width: sp.Expr, trial: Trial) -> Findings:
    """As for the first layer, with one subset sum for each coefficient."""
    beyond = (n - later_width) * sp.log(1 - a * kappa / 4)
    yield trial.same(sp.log(nonnegative_failure), sp.log(delta / depth) + beyond, by=logarithm)


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
def the_error_is_attained(own_error: sp.Expr, network_error: sp.Expr, trial: Trial) -> Findings:
    """Networks of one to three layers, and the same with all coefficients larger by what is allowed, are apart by the claimed error, in
    fractions.
    """
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
def one_layer_has_all_of_the_error(layer_error: sp.Expr, trial: Trial) -> Findings:
    """n_in·β·ε_1·R is ε for a network of one layer, whose weight is the product of all weights."""
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
def tickets_of_these_widths_are_found(
    uniform_first_width: sp.Expr, uniform_later_width: sp.Expr, trial: Trial
) -> Findings:
    """Inputs up to 1, ε = 1/20, δ = 1/10: coefficients come as near as asked, and outputs are within ε."""
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
