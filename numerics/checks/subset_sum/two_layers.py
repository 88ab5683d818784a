"""Evidence for R8: tickets found in random networks of two layers, in whole numbers, and where the bounds come from."""

from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.checks.subset_sum.halves import counts_units_without_a_pair, solves_the_equation
from sparse_limits.numerics.equivariance import EquivariantLayer, Ticket, find_ticket, forward
from sparse_limits.numerics.evidence import Findings, Trial, control, exact, statistical
from sparse_limits.numerics.subset_sum import IntervalUnion
from sparse_limits.numerics.subset_sum.misses import subset_counts
from sparse_limits.numerics.subset_sum.potential import mean_next_measure
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.potential import a, kappa
from sparse_limits.theory.subset_sum.potential import failure as one_failure
from sparse_limits.theory.subset_sum.product_laws import t
from sparse_limits.theory.subset_sum.symbols import delta, eps, n
from sparse_limits.theory.subset_sum.two_layers import (
    before,
    d_0,
    d_1,
    failure,
    hidden_length,
    length,
    nonnegative_failure,
    row_norm,
    two_layer_ticket,
)

SIZES = ((2, 3), (3, 1), (1, 2))  # inputs and outputs
UNITS, SCALE = 40, 2**10  # hidden units for each input; entries are whole numbers up to SCALE
NEAR = SCALE**2 // 200
ONE = np.ones((1, 1, 1), dtype=np.int64)  # the basis of plain layers


def searched(rng: np.random.Generator, sizes: tuple[int, int], signed: bool) -> tuple[EquivariantLayer, Ticket]:
    """A random target with whole weights between NEAR and SCALE²/4, and a ticket for it in a random source.

    Its hidden units have each pair of signs equally often, so that no group lacks items of the sign that it needs.
    """
    inputs, outputs = sizes
    weights = rng.choice([-1, 1], (*sizes, 1)) * rng.integers(NEAR + 1, SCALE**2 // 4, (*sizes, 1))
    target = EquivariantLayer(weights, ONE)
    signs = np.resize([1, 1, -1, -1], inputs * UNITS), np.resize([1, -1], (inputs * UNITS, 1))
    entries = (
        rng.integers(1, SCALE + 1, (inputs, inputs * UNITS)),
        rng.integers(1, SCALE + 1, (inputs * UNITS, outputs)),
    )
    first, second = (EquivariantLayer((sign * size)[..., None], ONE) for sign, size in zip(signs, entries, strict=True))
    return target, find_ticket(target, (first, second), NEAR, signed)


def subset_sums(ticket: Ticket) -> int:
    """How many groups of kept entries there are: by input, sign and output."""
    first, second = (layer.coeffs[..., 0] for layer in ticket.layers)
    signs = (np.stack([first > 0, first < 0])).astype(np.int64)
    return int(np.count_nonzero(np.tensordot(signs, (second != 0).astype(np.int64), axes=1)))


@exact(two_layer_ticket, cost=0.4)
def every_group_of_a_ticket_may_fail(failure: sp.Expr, nonnegative_failure: sp.Expr, trial: Trial) -> Findings:
    """The bound counts as many subset sums as tickets keep groups of entries, each by R4 with half of the density."""
    one = one_failure.subs(kappa, kappa / 2)
    for sizes in SIZES:
        for signed, bound in ((True, failure), (False, nonnegative_failure)):
            _, found = trial.draw(searched, sizes, signed)
            here = dict(zip((d_0, d_1), sizes, strict=True))
            yield trial.same(bound.subs(here), subset_sums(found) * one)


def thinned_growth(reach: str, density: str) -> tuple[sp.Rational, sp.Rational]:
    """The covered share of a set, and its mean after an item that has the density on half of the draws and else is 0."""
    top = Fraction(reach)
    pieces = [(-top * Fraction(9, 20), -top / 5), (-top / 50, top / 10), (top / 3, top * Fraction(2, 5))]
    covered = IntervalUnion.of(pieces, (-top / 2, top / 2))
    grown = mean_next_measure(covered, top, Fraction(density) / 2, 0)
    return sp.Rational(covered.measure / top), sp.Rational(grown / top)


@exact(two_layer_ticket)
def half_of_the_items_cover_half_as_fast(failure: sp.Expr, nonnegative_failure: sp.Expr, trial: Trial) -> Findings:
    """One item more shrinks the bound by the factor that R4's chord gives for the exact mean growth by an item with half of the density."""
    for reach, density in (("1", "1/2"), ("2", "1/5"), ("1/2", "3/4")):
        share, grown = trial.once(thinned_growth, reach, density)
        shrinks = 1 - (grown / share - 1) / (1 - share) / 2
        for bound in (failure, nonnegative_failure):
            here = valued(bound, {a: sp.Rational(reach), kappa: sp.Rational(density), d_0: 2, d_1: 2, eps: share})
            yield trial.same(here.subs(n, 3), shrinks * here.subs(n, 2))


sizes_solve_the_equation = solves_the_equation(two_layer_ticket, failure)


def effective(ticket: Ticket) -> tuple[NDArray[Any], NDArray[Any]]:
    """What the pruned network multiplies σ(x) and σ(−x) by, in whole numbers. [in, out] each"""
    first, second = (layer.coeffs[..., 0] for layer in ticket.layers)
    return np.maximum(first, 0) @ second, np.maximum(-first, 0) @ second


@exact(two_layer_ticket, cost=0.3)
def tickets_act_as_their_targets(error: sp.Expr, signed: bool, trial: Trial) -> Findings:
    """In whole numbers: the pruned network is its effective matrices, and all outputs are within ε‖x‖₁ of the target's."""
    for sizes in SIZES:
        for replicate in range(trial.size(1)):
            target, found = trial.draw(searched, sizes, signed, replicate=replicate)
            plus, minus = effective(found)
            weights = target.coeffs[..., 0]
            wrong = max(np.abs(plus - weights).max(), np.abs(minus + weights).max() if signed else 0)
            yield trial.holds(wrong == found.coef_error, f"{sizes}: weights off by up to {wrong}")
            for x in trial.draw(random_inputs, sizes, replicate=replicate):
                seen = forward(found.layers, x[:, None])[:, 0]
                yield trial.holds(
                    (seen == np.maximum(x, 0) @ plus + np.maximum(-x, 0) @ minus).all(),
                    "the outputs are those of the effective matrices",
                )
                gap = np.abs(np.maximum(target.apply(x[:, None])[:, 0], 0) - np.maximum(seen, 0)).max()
                bound = error.subs({eps: found.coef_error, length: int(np.abs(x).sum())})
                yield trial.holds(gap <= bound, f"{sizes}: apart by {gap}, bound {bound}")


def random_inputs(rng: np.random.Generator, sizes: tuple[int, int]) -> NDArray[np.int64]:
    """Of both signs, the first all negative. int[inputs, in]"""
    x = rng.integers(-9, 10, (4, sizes[0]))
    x[0] = -1 - np.abs(x[0])
    return x


def stack(rng: np.random.Generator) -> tuple[list[EquivariantLayer], list[Ticket], NDArray[np.int64]]:
    """A target of two layers with a ticket for each, the second for values that are not negative, and inputs."""
    (one, first), (two, second) = searched(rng, (2, 3), True), searched(rng, (3, 2), False)
    return [one, two], [first, second], random_inputs(rng, (2, 3))


@exact(two_layer_ticket, cost=0.3)
def errors_are_attained_and_add_up(error: sp.Expr, next_error: sp.Expr, trial: Trial) -> Findings:
    """The error is attained where nothing is kept of weights ε, the next one where all errors point upwards; two tickets that were found,
    stacked, keep the bound.
    """
    near, size, push = Fraction(1, 7), (3, 2), Fraction(1, 2)
    x = np.array([1, 2, 4])[:, None]
    layer = EquivariantLayer(np.full((*size, 1), near, dtype=object), ONE)
    found, claimed = layer.apply(x).max(), error.subs({eps: near, length: 7})
    yield trial.holds(found == claimed, f"an error of {found}, claimed {claimed}")

    target = EquivariantLayer(np.full((*size, 1), 2), ONE)
    pruned = EquivariantLayer(np.full((*size, 1), 2 + near, dtype=object), ONE)
    found = (pruned.apply(x + np.full(x.shape, push, dtype=object)) - target.apply(x)).max()
    claimed = next_error.subs({eps: near, row_norm: 3 * (2 + near), before: push, hidden_length: 7})
    yield trial.holds(found == claimed, f"an error of {found} after the layer, claimed {claimed}")

    for replicate in range(trial.size(1)):
        targets, tickets, inputs = trial.draw(stack, replicate=replicate)
        for x in inputs:
            wanted, seen = (np.maximum(forward(layers, x[:, None]), 0) for layers in (targets[:1], tickets[0].layers))
            off = np.abs(seen - wanted).max()
            outputs = forward(targets, x[:, None]), forward([*tickets[1].layers], seen)
            gap = np.abs(np.maximum(outputs[0], 0) - np.maximum(outputs[1], 0)).max()
            here = {eps: tickets[1].coef_error, before: off, hidden_length: int(wanted.sum())}
            here[row_norm] = int(np.abs(effective(tickets[1])[0]).sum(axis=0).max())
            bound = next_error.subs(here)
            yield trial.holds(gap <= bound, f"apart by {float(gap):.3g} after two layers, bound {float(bound):.3g}")


WEIGHT = sp.Rational(9, 50)  # all weights, just below a/2
MOST = 40  # units of a block that are tried: more can only help


def failed(rng: np.random.Generator, sizes: tuple[int, int], units: int, near: sp.Rational, draws: int) -> int:
    """How many uniform sources, of which at most MOST units are tried, miss one of their subset sums."""
    inputs, outputs = sizes
    lambdas = rng.uniform(-1, 1, (draws, inputs, 1, 1, min(units, MOST)))
    items = lambdas * rng.uniform(-1, 1, (draws, inputs, outputs, 1, min(units, MOST)))
    signed = items * np.concatenate([lambdas > 0, lambdas < 0], axis=3)  # −w of −μ|λ| is w of μ|λ|
    counts = subset_counts(signed.reshape(-1, items.shape[-1]), WEIGHT, near)
    return int(np.count_nonzero((counts.reshape(draws, -1) == 0).any(axis=1)))


@statistical(two_layer_ticket, tests=4, cost=0.3)
@control("forgets ε", failure=failure * eps**2, nonnegative_failure=nonnegative_failure * eps**2)
def sources_fail_at_most_as_often(failure: sp.Expr, nonnegative_failure: sp.Expr, trial: Trial) -> Findings:
    """Uniform sources that miss a subset for a weight are at most as frequent as the bound: with few units, where it says nothing, and
    where it says ½.
    """
    draws = trial.size(400)
    for sizes, units, near in (((1, 1), 4, sp.Rational(1, 500)), ((2, 2), 108, sp.Rational(4, 25))):
        count = trial.draw(failed, sizes, units, near, draws)
        at = {a: sp.exp(-1), kappa: sp.Rational(1, 2), eps: near, n: units, d_0: sizes[0], d_1: sizes[1]}
        for bound in (failure, nonnegative_failure):
            yield trial.counts(count, draws, min(1.0, trial.value(bound.subs(at))), "above")


@statistical(two_layer_ticket, tests=2, cost=0.6)
def fewer_units_are_enough(uniform_size: sp.Expr, trial: Trial) -> Findings:
    """A fifth of the guaranteed units fails in at most one draw of ten, a twentieth of them in more."""
    sizes, near, chance, draws = (2, 2), sp.Rational(1, 100), sp.Rational(1, 10), trial.size(1000)
    guaranteed = trial.value(uniform_size, {d_0: sizes[0], d_1: sizes[1], eps: near, delta: chance})
    enough, few = (trial.draw(failed, sizes, floor(guaranteed / part), near, draws) for part in (5, 20))
    yield trial.counts(enough, draws, float(chance), "above", observed=True)
    yield trial.counts(draws - few, draws, float(1 - chance), "above", observed=True)


u, level = sp.symbols("u level", positive=True)  # logarithms of the moduli of one entry and of a product, negated


@exact(two_layer_ticket)
def product_of_moduli_is_uniform(modulus_density: sp.Expr, trial: Trial) -> Findings:
    """The density of a product of moduli is 1: an integral over the logarithm of one, by a primitive that grows by 1."""
    pair = modulus_density.subs(t, sp.exp(-u)) * modulus_density.subs(t, sp.exp(u - level))
    primitive = sp.asin(2 * u / level - 1) / sp.pi
    yield trial.same(pair**2, sp.diff(primitive, u) ** 2, by=sp.simplify)
    yield trial.same(primitive.subs(u, level) - primitive.subs(u, 0), sp.S.One)


@exact(two_layer_ticket)
def units_without_a_pair_are_fewer_by_a_quarter(no_pair: sp.Expr, trial: Trial) -> Findings:
    """The probability is 1 without units; one unit more has two positive entries in one case of four."""
    yield trial.same(no_pair.subs(n, 0), sp.S.One)
    yield trial.same(no_pair.subs(n, n + 1), sp.Rational(3, 4) * no_pair)


units_without_a_pair_of_a_sign_are_counted = counts_units_without_a_pair(two_layer_ticket)
