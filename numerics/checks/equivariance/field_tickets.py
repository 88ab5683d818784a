"""Evidence for Q12.4: items without signs, errors carried through whole networks of fields, and tickets found."""

from itertools import pairwise

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.equivariance.fields import FieldNetwork, irreducible_fields
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.exact.logarithms import split_logarithms, with_positive
from sparse_limits.numerics.tickets.fields import find_field_ticket
from sparse_limits.numerics.tickets.networks import REACH
from sparse_limits.theory.equivariance.architectures import before
from sparse_limits.theory.equivariance.field_tickets import field_ticket, hull, strength, strengths, strengths_before
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.network_widths import coefficient, depth, passed, radius
from sparse_limits.theory.equivariance.network_widths import t as share
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import inputs
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

y = sp.Symbol("y", positive=True)


def logarithm(gap: sp.Expr) -> sp.Expr:
    return split_logarithms(with_positive(gap, delta, B, n_in, n_out), 2 - a * kappa, 1 - a * kappa / 2)


def uniform_logarithm(gap: sp.Expr) -> sp.Expr:
    return split_logarithms(with_positive(gap, delta, B, n_in, n_out, share), 4 * sp.E - 1, 1 - sp.exp(-1) / 4)


@exact(field_ticket, step="size")
def the_layer_fails_with_its_part(failure: sp.Expr, size: sp.Expr, trial: Trial) -> Findings:
    """The bound is δ times 1 − aκ/2, which is below 1, for each channel beyond the size."""
    beyond = (n - size) * sp.log(1 - a * kappa / 2)
    yield trial.same(sp.log(failure), sp.log(delta) + beyond, by=logarithm)
    yield trial.nonnegative(1 - failure.subs(n, n + 1) / failure, a * kappa / 2, strict=True)


@exact(field_ticket, step="these errors")
def errors_grow_by_what_is_allowed(
    error: sp.Expr, allowed: sp.Expr, all_inputs: sp.Expr, step_error: sp.Expr, trial: Trial
) -> Findings:
    """The step's error is the error with the allowed coefficients and the largest inputs; larger inputs, and larger errors before, do not
    lower it.
    """
    yield trial.same(error.subs({eps: allowed, inputs: all_inputs}), step_error)
    yield trial.nonnegative(sp.diff(error, inputs), eps * hull)
    yield trial.nonnegative(sp.diff(step_error, before), strength * (1 + share))


@exact(field_ticket, step="share")
def shares_make_up_the_error(network_error: sp.Expr, excess: sp.Expr, trial: Trial) -> Findings:
    """The network's error is that with L log(1 + t) = log(1 + error/(radius · strengths)); at the claimed share t it is ε, and it grows
    with t.
    """
    last = network_error.subs({passed: depth, strengths_before: strengths})
    yield trial.same(depth * sp.log(1 + share), sp.log(1 + last / (radius * strengths)), by=sp.expand_log)
    yield trial.same(depth * sp.log(1 + excess), sp.log(1 + eps / (radius * strengths)), by=sp.expand_log)
    yield trial.nonnegative(sp.diff(last, share), depth * radius * strengths * (1 + share) ** (depth - 1))


@exact(field_ticket, step="small enough")
def errors_are_at_most_those_of_empty_sums(
    layer_error: sp.Expr,
    most: sp.Expr,
    largest_error: sp.Expr,
    largest_strength: sp.Expr,
    empty_error: sp.Expr,
    trial: Trial,
) -> Findings:
    """The layer's error is linear in the strength; with the largest strength it grows with ε, and at the largest ε it is the error of empty
    sums times 2^(1/L) − 1, which is 1 at L = 1 and falls with L.
    """
    yield trial.same(layer_error, empty_error * most, where={strength: largest_strength, eps: largest_error})
    yield trial.same(largest_strength.subs({n_in: 1, hull: 1}), empty_error)
    yield trial.same(strength * sp.diff(layer_error, strength), layer_error)
    largest = layer_error.subs(strength, largest_strength)
    growth = a * (1 + eps / (radius * strengths)) ** (1 / depth) / (2 * depth * (radius * strengths + eps))
    yield trial.nonnegative(sp.diff(largest, eps), growth)
    yield trial.same(most.subs(depth, 1), sp.S.One)
    yield trial.nonnegative(sp.diff(most.subs(depth, 1 / y), y), sp.log(2) * 2**y)


@exact(field_ticket, step="width")
def each_layer_fails_with_its_part(failure: sp.Expr, size: sp.Expr, width: sp.Expr, trial: Trial) -> Findings:
    """The size at ε_ℓ and δ/L; L times the failure at ε_ℓ is δ times 1 − aκ/2 for each channel beyond the width."""
    yield trial.same(width, valued(size, {eps: coefficient, delta: delta / depth}), by=logarithm)
    beyond = (n - width) * sp.log(1 - a * kappa / 2)
    each = failure.subs(eps, coefficient)
    yield trial.same(sp.log(depth) + sp.log(each), sp.log(delta) + beyond, by=logarithm)


@exact(field_ticket, step="uniform width")
def the_uniform_width_has_all_put_in(
    failure: sp.Expr, width: sp.Expr, layer_error: sp.Expr, uniform_width: sp.Expr, trial: Trial
) -> Findings:
    """The width at a = 1/e, κ = 1/2 and the error of a layer; there L times the failure at the error of a layer is δ."""
    law = {a: sp.exp(-1), kappa: sp.Rational(1, 2)}
    yield trial.same(uniform_width, width.subs({**law, coefficient: layer_error}))
    each = failure.subs(law).subs(eps, layer_error)
    beyond = (n - uniform_width) * sp.log(1 - sp.exp(-1) / 4)
    by_share = {eps: radius * strengths * ((1 + share) ** depth - 1)}  # any error, as t > 0
    gap = (sp.log(depth) + sp.log(each) - sp.log(delta) - beyond).subs(by_share)
    yield trial.same(gap, sp.S.Zero, by=uniform_logarithm)


# Networks that lose nothing: with all coefficients equal, maps and vectors are complex numbers

CHANNELS, EQUAL = (2, 3, 1, 2), (sp.Rational(1, 3), sp.Rational(2, 5), sp.Rational(1, 7))
SHARE, LENGTH = sp.Rational(1, 9), 3


def map_of_ones(name: str) -> sp.Expr:
    """Σ_b B_b as a complex number: 1 + i where the basis has a quarter turn."""
    basis = irreducible_fields(8, 1, name == "turns and reflections").basis
    return sp.Integer(int(basis[:, 0, 0].sum())) + sp.I * int(basis[:, 1, 0].sum())


@exact(field_ticket)
def the_error_is_attained(
    feature: sp.Expr, allowed: sp.Expr, gain: sp.Expr, network_error: sp.Expr, trial: Trial
) -> Findings:
    """In each layer lengths are multiplied by the strength, and with the errors by the gain. Networks of one to three layers, and the same
    with all coefficients larger by what is allowed, are apart by the claimed error, in exact complex numbers.
    """
    apart = feature + network_error
    yield trial.same(apart.subs({passed: 0, strengths_before: 1}), radius)
    further = valued(apart, {passed: passed + 1, strengths_before: strength * strengths_before})
    yield trial.same(further, gain.subs(eps, allowed) * apart, by=lambda gap: sp.expand(sp.powsimp(gap)))
    for name in ("turns", "turns and reflections"):
        ones = map_of_ones(name)
        norm, product, target, near = sp.Abs(ones), sp.S.One, sp.Integer(LENGTH), sp.Integer(LENGTH)
        for count, (channels, value) in enumerate(zip(CHANNELS, EQUAL, strict=False), 1):
            largest = channels * value * norm
            more = allowed.subs({hull: norm, strength: largest, n_in: channels, share: SHARE})
            target, near = channels * value * ones * target, channels * (value + more) * ones * near
            product *= largest
            gap = sp.Abs(sp.expand(near - target))
            claimed = network_error.subs({radius: LENGTH, strengths_before: product, passed: count, share: SHARE})
            apart = sp.simplify(gap - claimed)
            yield trial.holds(apart == 0, f"{name}, {count} layers: apart by {gap}, claimed {claimed}")


# Random networks, and tickets of the stated widths


def strayed(
    rng: np.random.Generator, reflections: bool, layers: int
) -> tuple[FieldNetwork, FieldNetwork, list[float], NDArray[np.float64]]:
    """A network of fields, one with other coefficients and the same thresholds, the largest errors, and inputs of length 1."""
    field = irreducible_fields(8, int(rng.integers(1, 4)), reflections)
    channels = rng.integers(1, 4, layers + 1)
    shapes = [(some, more, len(field.basis)) for some, more in pairwise(channels)]
    coeffs = [rng.uniform(-1, 1, shape) for shape in shapes]
    errors = rng.uniform(0.01, 0.2, layers)
    thresholds = [rng.uniform(0, 0.2, shape[1]) for shape in shapes]
    moved = [w + rng.choice([-1, 1], w.shape) * most for w, most in zip(coeffs, errors, strict=True)]
    x = rng.standard_normal((20, channels[0], 2))
    x /= np.linalg.norm(x, axis=-1, keepdims=True)
    return FieldNetwork(field, coeffs, thresholds), FieldNetwork(field, moved, thresholds), errors.tolist(), x


ROUNDING = 1e-9  # floating-point noise of these small networks is below 1e-13


@exact(field_ticket)
def networks_of_fields_stay_within(error: sp.Expr, trial: Trial) -> Findings:
    """Thresholds up to 1/5, one to three layers: no output vector is farther off than the bound, which is passed from layer to layer."""
    for reflections in (False, True):
        for layers in (1, 2, 3):
            target, near, errors, x = trial.draw(strayed, reflections, layers)
            features, others = target.features(x), near.features(x)
            found = np.zeros(len(x))
            for k, most in enumerate(errors):
                at = {
                    eps: most,
                    hull: float(target.field.hull),
                    strength: target.strengths[k],
                    n_in: features[k].shape[1],
                }
                step = sp.lambdify((inputs, before), valued(error, at))
                found = step(np.linalg.norm(features[k], axis=-1).sum(axis=-1), found)
            gap = np.linalg.norm(features[-1] - others[-1], axis=-1).max(axis=-1)
            worst = float((gap - found).max())
            yield trial.holds(worst <= ROUNDING, f"{layers} layers: {worst:.3g} beyond the bound")


ALLOWED, FAILS = sp.Rational(1, 20), sp.Rational(1, 10)


def small(rng: np.random.Generator, reflections: bool) -> tuple[FieldNetwork, NDArray[np.float64]]:
    """Two layers with coefficients up to 1/(2e), and inputs of length 1."""
    field = irreducible_fields(8, 1, reflections)
    shapes = ((2, 2, len(field.basis)), (2, 1, len(field.basis)))
    x = rng.standard_normal((8, 2, 2))
    x /= np.linalg.norm(x, axis=-1, keepdims=True)
    coeffs = [rng.uniform(-REACH, REACH, shape) for shape in shapes]
    return FieldNetwork(field, coeffs, [rng.uniform(0, 0.02, shape[1]) for shape in shapes]), x


@exact(field_ticket, cost=0.7)
def tickets_of_this_width_are_found(uniform_width: sp.Expr, layer_error: sp.Expr, trial: Trial) -> Findings:
    """Inputs up to 1, ε = 1/20, δ = 1/10: coefficients come as near as asked, and outputs are within ε."""
    for reflections in (False, True):
        target, x = trial.draw(small, reflections)
        product = sp.prod([sp.Rational(each) for each in target.strengths])
        shared = {hull: target.field.hull, strengths: product, radius: 1, depth: 2, eps: ALLOWED, delta: FAILS}
        near, sizes = [], []
        for layer, each in zip(target.layers, target.strengths, strict=True):
            at = {**shared, strength: sp.Rational(each), **dict(zip((n_in, n_out, B), layer.coeffs.shape, strict=True))}
            near.append(number(layer_error, at))
            sizes.append(max(1, int(np.ceil(number(uniform_width, at)))))
        ticket = find_field_ticket(target, sizes, [float(each) for each in near], seed=1)
        for reached, most in zip(ticket.coef_errors, near, strict=True):
            yield trial.holds(reached <= most, f"coefficients within {float(reached):.3g}, asked for {float(most):.3g}")
        gap = float(np.linalg.norm(ticket.forward(x) - target.forward(x), axis=-1).max())
        yield trial.holds(gap <= ALLOWED, f"outputs within {gap:.3g}, asked for {float(ALLOWED)}")


# How often all items of some coefficient have the wrong sign, for comparison with its bounds; and one layer alone

SIZES = ((1, 1, 1, 1), (4, 1, 1, 1), (2, 2, 1, 1), (1, 1, 2, 2), (3, 1, 2, 1))  # channels of a block, and of the layer


def share_missed(channels: int, before: int, after: int, elements: int) -> sp.Rational:
    """The share, of all signs of both layers, with which some coefficient has no item that is positive."""
    first, second = channels * before, channels * before * after * elements
    bits = np.arange(2 ** (first + second))[:, None] >> np.arange(first + second) & 1
    signs = 1 - 2 * bits
    items = signs[:, :first, None] * signs[:, first:].reshape(len(signs), first, -1)
    positive = (items > 0).reshape(len(signs), before, channels, -1).any(axis=2).reshape(len(signs), -1)
    return sp.Rational(int(np.count_nonzero(~positive.all(axis=1))), len(signs))


@exact(field_ticket)
def coefficients_without_an_item_of_their_sign_are_counted(one_sign: sp.Expr, trial: Trial) -> Findings:
    """All fair signs of both random layers; the items of all coefficients of a block share the sign of their first factor."""
    for sizes in SIZES:
        found = trial.once(share_missed, *sizes)
        yield trial.same(one_sign.subs(dict(zip((n, n_in, n_out, B), sizes, strict=True))), found)


@exact(field_ticket)
def as_many_channels_fail_with_their_part(
    one_sign: sp.Expr, needed: sp.Expr, needed_in_all: sp.Expr, trial: Trial
) -> Findings:
    """The probability at these numbers is δ for one layer, and that all of L layers succeed is 1 − δ."""
    yield trial.same(1 - one_sign.subs(n, needed), 1 - delta, by=sp.powdenest)
    yield trial.same((1 - one_sign.subs(n, needed_in_all)) ** depth, 1 - delta, by=sp.powdenest)


@enclosed(field_ticket)
def one_layer_has_all_of_the_error(layer_error: sp.Expr, trial: Trial) -> Findings:
    """n_in·ν·ε_1·R is ε for a network of one layer, whose strength is the product of all strengths."""
    whole = n_in * hull * radius * layer_error
    yield trial.same(whole, eps, where={depth: 1, strengths: strength})
    alone = sp.Piecewise((whole, sp.Eq(depth, 1)), (0, True))
    yield trial.below(alone, eps, needed="layer_error")
