"""Evidence for R11: whole-number networks against their bound, and digits found in random networks."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.equivariance import EquivariantLayer, forward
from sparse_limits.numerics.evidence import Findings, Trial, empirical, exact
from sparse_limits.numerics.exact.identities import simplified
from sparse_limits.numerics.tickets import (
    Certificate,
    NetworkTicket,
    Source,
    certify,
    find_ticket,
    multilayer_perceptron,
)
from sparse_limits.numerics.tickets.certificate import rounding
from sparse_limits.numerics.tickets.targets import Target
from sparse_limits.numerics.tickets.targets.digits import DIGITS_STEPS, digits_mlp
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.subset_sum.further.digits import Pruned, d_2, digits_ticket, x, y
from sparse_limits.theory.subset_sum.layer_error import argument, d, e, h, other, other_error, shift, top, top_error, w
from sparse_limits.theory.subset_sum.symbols import n
from sparse_limits.theory.subset_sum.two_layers import d_0, d_1

ONE = np.ones((1, 1, 1), dtype=np.int64)  # the basis of plain layers
SIZES = ((3, 4, 2), (2, 3, 3, 2))


def negative(number: sp.Expr) -> sp.Expr:
    """How far it is below 0, if it is."""
    return sp.Max(-number, 0)


def positive(number: sp.Expr) -> sp.Expr:
    """How far it is above 0, if it is."""
    return sp.Max(number, 0)


def by_moduli(gap: sp.Expr) -> sp.Expr:
    """Expanded, with the larger of two as half of their sum and their distance."""
    return simplified(sp.expand(gap.rewrite(sp.Abs)))


def changes_of_products(change: sp.Expr, trial: Trial) -> Findings:
    """That both errors change the product of an entry and a value by this (R8, R11)."""
    yield trial.same(change, (w + d) * (h + shift) - w * h)


def distances_of_values(activation: sp.Expr, trial: Trial) -> Findings:
    """That an activation brings no two arguments farther apart, and keeps a positive one (R8, R11)."""
    second = sp.Symbol("second", real=True)
    apart = (argument - second) ** 2 - (activation - activation.subs(argument, second)) ** 2
    crossed = positive(argument) * negative(second) + positive(second) * negative(argument)
    yield trial.nonnegative(apart, (negative(argument) - negative(second)) ** 2 + 2 * crossed, by=by_moduli)
    yield trial.same(activation.subs(argument, y), y)


@exact(digits_ticket, step="change")
def products_change_by_both_errors(change: sp.Expr, trial: Trial) -> Findings:
    """The pruned network's entry times its value, less the target's."""
    yield from changes_of_products(change, trial)


@exact(digits_ticket, step="error")
def change_is_at_most_the_error(change: sp.Expr, error: sp.Expr, trial: Trial) -> Findings:
    """The error is at least the change and its opposite, for any shift e(x − y)/(x + y) of less than e: both gaps are sums of non-negative
    terms.
    """
    entry = w + d
    for side in (1, -1):
        spare = 2 * e * (x * negative(side * entry) + y * positive(side * entry)) / (x + y) + 2 * h * negative(side * d)
        here = change.subs(shift, e * (x - y) / (x + y))
        yield trial.nonnegative(error - side * here, spare, by=by_moduli)


@exact(digits_ticket, step="activation")
def positive_parts_move_by_no_more(activation: sp.Expr, trial: Trial) -> Findings:
    """The squared distance of two arguments is at least that of their values, by positive and negative parts of both; a positive argument
    stays.
    """
    yield from distances_of_values(activation, trial)


def pairs(
    rng: np.random.Generator, sizes: Sequence[int], low: int, samples: int
) -> tuple[list[NDArray[np.int64]], list[NDArray[np.int64]], NDArray[np.int64]]:
    """Matrices [in, out] of a target, their errors, and inputs, in whole numbers from `low` and 0 on."""
    shapes = list(pairwise(sizes))
    matrices = [rng.integers(low, 10, shape) for shape in shapes]
    return matrices, [rng.integers(low // 3, 4, shape) for shape in shapes], rng.integers(0, 10, (samples, sizes[0]))


def network(matrices: Sequence[NDArray[Any]]) -> list[EquivariantLayer]:
    return [EquivariantLayer(matrix[:, :, None], ONE) for matrix in matrices]


def bounds(
    error: sp.Expr, matrices: Sequence[NDArray[Any]], errors: Sequence[NDArray[Any]], x: NDArray[Any]
) -> NDArray[Any]:
    """The claimed bound for each output, from layer to layer. [samples, outputs]"""
    step = numeric((w, d, h, e), error)
    bound = np.zeros_like(x)
    for at, (matrix, off) in enumerate(zip(matrices, errors, strict=True)):
        bound = np.sum(step(matrix, off, x[:, :, None], bound[:, :, None]), axis=1)
        x = np.maximum(x @ matrix, 0) if at < len(matrices) - 1 else x
    return bound


@exact(digits_ticket)
def outputs_stay_within_the_bound(error: sp.Expr, trial: Trial) -> Findings:
    """Two and three layers in whole numbers: no output is farther off than the bound, with positive weights and errors all as far."""
    for sizes, low in product(SIZES, (1, -9)):
        matrices, errors, x = trial.draw(pairs, sizes, low, trial.size(50))
        pruned = [matrix + change for matrix, change in zip(matrices, errors, strict=True)]
        gap = np.abs(forward(network(pruned), x[..., None]) - forward(network(matrices), x[..., None]))[..., 0]
        bound = bounds(error, matrices, errors, x)
        attained = (gap == bound).all() if low > 0 else (gap <= bound).all()
        relation = "all as far as" if low > 0 else "none farther than"
        yield trial.holds(bool(attained), f"{len(x)} inputs, {len(matrices)} layers: {relation} the bound")


def small_ticket(rng: np.random.Generator) -> tuple[NetworkTicket, NDArray[np.float64]]:
    """A ticket for a random perceptron, too narrow to be a good one, and inputs."""
    target = multilayer_perceptron([rng.uniform(-0.2, 0.2, (4, 3)), rng.uniform(-0.2, 0.2, (3, 5))])
    return find_ticket(target, 16, 1e-6, seed=int(rng.integers(2**32)), signed=False), rng.random((50, 4, 1))


@np.errstate(invalid="ignore")  # a wrong formula may have no value
def decided(margin: sp.Expr, outputs: NDArray[np.float64], bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where the largest output keeps the claimed lead over all others. outputs, bounds: [samples, outputs]"""
    lead = numeric((top, other, top_error, other_error), margin)
    first = (np.arange(len(outputs)), outputs.argmax(axis=1))
    leads = lead(outputs[first][:, None], outputs, bounds[first][:, None], bounds)
    leads[first] = np.inf
    return np.asarray(leads.min(axis=1) > 0)


@exact(digits_ticket)
def certificates_repeat_the_bound(error: sp.Expr, margin: sp.Expr, trial: Trial) -> Findings:
    """What `certify` says of tickets that are not good: outputs and bounds, up to rounding, and whether choices agree and are certified."""
    for replicate in range(8):
        ticket, x = trial.draw(small_ticket, replicate=replicate)
        certificate = certify(ticket, x)
        matrices = [layer.coeffs[:, :, 0] for layer in ticket.target]
        pruned = [ticket.effective(k)[0][:, :, 0] for k in range(len(matrices))]
        expected = [forward(network(each), x)[:, :, 0] for each in (matrices, pruned)]
        found = [each[:, :, 0] for each in (certificate.target_outputs, certificate.ticket_outputs)]
        yield trial.holds(np.allclose(found, expected, rtol=0, atol=1e-12), "outputs of target and ticket")
        claimed = bounds(error, matrices, [b - a for a, b in zip(matrices, pruned, strict=True)], x[:, :, 0])
        repeated = np.abs(certificate.bounds[:, :, 0] - claimed) <= rounding(ticket, x)[:, :, 0]
        yield trial.holds(bool(repeated.all()), "the engine's bounds are the claimed ones")
        agree = np.equal(*(each.argmax(axis=1) for each in expected))
        yield trial.holds(bool((certificate.agree == agree).all()), "choices agree where they are the same")
        certified = decided(margin, expected[0], claimed)
        yield trial.holds(bool((certificate.certified == certified).all()), "certified is what leads")


@exact(digits_ticket)
def margin_is_the_least_lead(margin: sp.Expr, trial: Trial) -> Findings:
    """The margin is the least lead over all whole outputs within errors up to 2, of a top from 3 to 5 and another output from 1 to 5."""
    points = list(product(range(3, 6), range(1, 6), range(3), range(3)))
    for first, second, one, two in points:
        tops, others = (range(x - by, x + by + 1) for x, by in ((first, one), (second, two)))
        least = min(a - b for a, b in product(tops, others))
        claimed = valued(margin, {top: first, other: second, top_error: one, other_error: two})
        if claimed != least:
            yield trial.holds(False, f"a lead of {least} at least, claimed {claimed}")
    yield trial.holds(True, f"{len(points)} pairs of outputs")


def weights_of_arrays(
    claimed: Sequence[sp.Expr], target: Sequence[EquivariantLayer], width: int, signed: bool, trial: Trial
) -> Findings:
    """That the engine's arrays hold as many weights of the target, of its candidates and of the source as are claimed (R11, Q10)."""
    masks = tuple(np.ones((shape[0], width, *shape[1:]), bool) for shape in (each.coeffs.shape for each in target))
    ticket = NetworkTicket(tuple(target), width, 0.1, 0, signed, masks)
    source = [layer for k in range(len(target)) for layer in Source.of(target, width, 0).layers(k)]
    held, in_source = (sum(layer.coeffs.size for layer in layers) for layers in (target, source))
    counted = held, ticket.kept, ticket.candidates, in_source, ticket.total
    for here, there in zip((claimed[0], claimed[1], claimed[1], claimed[2], claimed[2]), counted, strict=True):
        yield trial.holds(here == there, f"{there} weights, claimed {here}")


@exact(digits_ticket)
def weights_are_counted(weights: sp.Expr, candidates: sp.Expr, total: sp.Expr, trial: Trial) -> Findings:
    """Counted in the engine's arrays: the target's weights, what a ticket could keep, and all weights of the source."""
    for inputs, hidden, outputs, width in ((2, 3, 2, 4), (5, 2, 3, 3), (1, 4, 1, 2)):
        target = multilayer_perceptron([np.full((inputs, hidden), 0.1), np.full((hidden, outputs), 0.1)])
        at = {d_0: inputs, d_1: hidden, d_2: outputs, n: width}
        claimed = [valued(each, at) for each in (weights, candidates, total)]
        yield from weights_of_arrays(claimed, target, width, False, trial)


NEAR = 1e-6  # of each weight, where 32 items suffice for it
QUICK_STEPS = 100  # of training, where little effort is asked for


@lru_cache(maxsize=2)
def trained(seed: int, steps: int) -> Target:
    return digits_mlp(seed, steps)


def searched(seed: int, steps: int, width: int) -> NetworkTicket:
    return find_ticket(trained(seed, steps).layers, width, NEAR, seed, signed=False)


def masked(ticket: NetworkTicket, masks: str, rng: np.random.Generator) -> NetworkTicket:
    """The ticket, or the same random network with other masks."""
    if masks == "found":
        return ticket
    if masks == "all":
        return replace(ticket, masks=tuple(map(np.ones_like, ticket.masks)))
    return replace(ticket, masks=tuple(rng.permutation(mask.ravel()).reshape(mask.shape) for mask in ticket.masks))


def certified_findings(certificate: Certificate, exceptions: sp.Expr, trial: Trial) -> Findings:
    """That bounds hold and certified choices agree, as they must, and that few samples are not certified."""
    within = np.abs(certificate.ticket_outputs - certificate.target_outputs) <= certificate.bounds
    yield trial.at_most(int((~within).sum()), 0, "outputs beyond their bound")
    differ = certificate.certified & ~certificate.agree
    yield trial.at_most(int(differ.sum()), 0, "certified samples with another choice")
    yield trial.at_most(float(np.mean(~certificate.certified)), float(exceptions), "share not certified")


@empirical(digits_ticket, step="found", cost=0.8)
def digits_are_found(found: Pruned, exceptions: sp.Expr, trial: Trial) -> Findings:
    """No output beyond its bound, no certified sample where the choices differ, and few that are not certified."""
    steps = QUICK_STEPS if trial.effort == "quick" else DIGITS_STEPS
    for replicate in range(trial.size(1)):
        seed = int(trial.generator("seed", replicate=replicate).integers(2**32))
        rng = trial.generator("masks", replicate=replicate)
        ticket = masked(trial.once(searched, seed, steps, found.width), found.masks, rng)
        certificate = certify(ticket, trained(seed, steps).x_test)
        yield from certified_findings(certificate, exceptions, trial)
