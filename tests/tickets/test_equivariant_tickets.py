"""Tickets for one equivariant layer: brute force, exactness, and the door."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from sparse_limits.numerics.equivariance import (
    EquivariantLayer,
    equivariant_basis,
    find_ticket,
    forward,
    natural,
    symmetric,
    tensor_power,
)

POINTS = natural(symmetric(3))
BASIS = np.array(equivariant_basis(POINTS, POINTS))


def layers(channels=8, largest=9, seed=3, basis=BASIS, inputs=1):
    """A target and a source of whole coefficients."""
    rng = np.random.default_rng(seed)
    target = EquivariantLayer(rng.integers(-40, 41, (inputs, 1, len(basis))), basis)
    shapes = (inputs, channels, len(basis)), (channels, 1, len(basis))
    source = [EquivariantLayer(rng.integers(-largest, largest + 1, shape), basis) for shape in shapes]
    return target, source


def best_error(items, goal):
    return min(
        abs(sum(x for x, bit in zip(items, bits, strict=True) if bit) - goal)
        for bits in product((0, 1), repeat=len(items))
    )


def test_every_coefficient_is_the_best_that_all_subsets_offer():
    target, source = layers()
    ticket = find_ticket(target, source, Fraction(1, 2))
    lambdas, mus = source[0].coeffs[0, :, 0], source[1].coeffs[:, 0]
    worst = max(
        best_error(
            [mu * abs(x) for mu, x in zip(mus[:, b], lambdas, strict=True) if sign * x > 0],
            sign * target.coeffs[0, 0, b],
        )
        for b in (0, 1)
        for sign in (1, -1)
    )
    assert ticket.coef_error == worst


def test_an_exact_ticket_is_the_target():
    target, source = layers(channels=60)
    ticket = find_ticket(target, source, Fraction(1, 2))
    x = np.random.default_rng(0).integers(-99, 100, (5, 1, 3))
    assert ticket.coef_error == 0
    assert ticket.certified_bound(x[0]) == 0
    assert (forward(ticket.layers, x) == target.apply(x)).all()


@pytest.mark.parametrize("signed", [True, False])
def test_masks_make_the_layers_and_the_bound_holds(signed):
    pairs = tensor_power(POINTS, 2)
    target, source = layers(channels=2 * 2 * 6, basis=np.array(equivariant_basis(pairs, pairs)), inputs=2)
    ticket = find_ticket(target, source, 1, signed)
    for layer, mask, pruned in zip(source, ticket.masks, ticket.layers, strict=True):
        assert (np.where(mask, layer.coeffs, 0) == pruned.coeffs).all()
    assert ticket.kept == sum(mask.sum() for mask in ticket.masks) < ticket.total
    x = np.random.default_rng(1).integers(-9 if signed else 0, 10, (4, 2, 9))
    for each in x:
        gap = np.abs(np.maximum(target.apply(each), 0) - np.maximum(forward(ticket.layers, each), 0)).max()
        assert gap <= ticket.certified_bound(each)


def test_a_part_that_nothing_reads_keeps_nothing():
    rng = np.random.default_rng(0)
    parts, one = np.array([np.diag([1, 0]), np.diag([0, 1])]), np.array([np.diag([1, 0])])
    first, second = (EquivariantLayer(rng.uniform(-1, 1, s), b) for s, b in (((1, 80, 2), parts), ((80, 1, 1), one)))
    ticket = find_ticket(EquivariantLayer(np.array([[[0.3]]]), one), (first, second), 1e-3)
    assert ticket.coef_error < 1e-3
    assert ticket.masks[0][:, :40].any()
    assert not ticket.masks[0][:, 40:].any()


def test_floats_are_taken_exactly():
    rng = np.random.default_rng(5)
    shapes = (1, 1, 2), (1, 24, 2), (24, 1, 2)
    target, *source = (EquivariantLayer(rng.uniform(-0.5, 0.5, shape), BASIS) for shape in shapes)
    ticket = find_ticket(target, source, 0.25)
    gap = abs(target.apply(np.eye(3)[:1]) - forward(ticket.layers, np.eye(3)[:1])).max()
    assert gap <= ticket.coef_error + 1e-12
    assert ticket.coef_error < 1


def test_the_door():
    target, source = layers()
    first, second = source
    other = EquivariantLayer(first.coeffs, BASIS[::-1])
    mixed = EquivariantLayer(first.coeffs, np.array([np.ones((3, 3), int), 3 * np.eye(3, dtype=int) - 1]))
    wide = EquivariantLayer(np.ones((9, 1, 2)), BASIS)
    two_inputs, source_of_two = layers(channels=7, inputs=2)
    for given, expected in (
        ((target, source, 0), "above 0"),
        ((target, source, float("nan")), "eps"),
        ((target, [first], 1), "expected 2"),
        ((target, (first, EquivariantLayer(second.coeffs, BASIS[::-1])), 1), "one order"),
        ((target, (first, wide), 1), "channels"),
        ((target, (mixed, second), 1), "identity"),
        ((two_inputs, source_of_two, 1), "multiple of 2"),
        ((EquivariantLayer(target.coeffs * 10**150, BASIS), source, 1), "exceeds 1e[+]150"),
    ):
        with pytest.raises(ValueError, match=expected):
            find_ticket(*given)
    assert find_ticket(target, (other, second), 1).coef_error >= 0  # the order of the first basis is free
    ticket = find_ticket(target, source, 1, signed=False)
    for x, expected in (
        ([[1, 2]], "inputs"),
        ([[[1, 2, 3]]], r"\[in"),
        ([[1, -2, 3]], "below 0"),
        ([[1, np.nan, 3]], "nan"),
    ):
        with pytest.raises(ValueError, match=expected):
            ticket.certified_bound(x)
