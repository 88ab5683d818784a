"""Tickets for networks of irreducible fields: found, exact, within the bounds of Q12.4, and the door."""

from dataclasses import replace
from fractions import Fraction
from math import ceil, e, log

import numpy as np
import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance.fields import FieldNetwork, irreducible_fields
from sparse_limits.numerics.tickets.fields import field_widths, find_field_ticket
from sparse_limits.numerics.tickets.networks import REACH


def target(reflections=False, seed=0):
    rng = np.random.default_rng(seed)
    field = irreducible_fields(8, 3, reflections)
    shapes = [(2, 3, len(field.basis)), (3, 2, len(field.basis))]
    coeffs = [rng.uniform(-REACH, REACH, shape) for shape in shapes]
    return FieldNetwork(field, coeffs, [rng.uniform(0, 0.02, shape[1]) for shape in shapes])


def unit_inputs(channels, seed=1):
    x = np.random.default_rng(seed).standard_normal((10, channels, 2))
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


@pytest.mark.parametrize("reflections", [False, True])
def test_tickets_of_the_stated_widths_keep_the_error_and_the_symmetry(reflections):
    network, x = target(reflections), unit_inputs(2)
    asked = field_widths(network, 0.05, 0.1)
    ticket = find_field_ticket(network, [each.width for each in asked], [each.coefficient_error for each in asked], 7)
    assert all(found <= each.coefficient_error for found, each in zip(ticket.coef_errors, asked, strict=True))
    gap = np.linalg.norm(ticket.forward(x) - network.forward(x), axis=-1).max(axis=-1)
    assert (gap <= ticket.error_bound(x)).all()
    assert (ticket.error_bound(x) <= 0.05).all()
    field = network.field
    for turns in range(8):
        moved = ticket.forward(field.act(turns, x, reflections))
        np.testing.assert_allclose(moved, field.act(turns, ticket.forward(x), reflections), atol=1e-12)


def test_errors_of_coefficients_are_exact_and_what_is_kept_is_what_runs():
    network = target()
    ticket = find_field_ticket(network, 24, 1e-4, seed=2)
    for layer, (first, second), found in zip(network.layers, ticket.layers, ticket.coef_errors, strict=True):
        lambdas = [[Fraction(each) for each in row] for row in first.coeffs[:, :, 0].tolist()]
        for i, o, b in np.ndindex(layer.coeffs.shape):
            total = sum(Fraction(second.coeffs[k, o, b]) * lam for k, lam in enumerate(lambdas[i]) if lam)
            assert abs(total - Fraction(layer.coeffs[i, o, b])) <= found
        assert (first.coeffs[:, :, 1:] == 0).all()
    assert 0 < ticket.kept < ticket.total
    assert max(ticket.coef_errors) < 1e-4


def test_one_layer_is_as_wide_as_by_hand():
    """n ≥ ln(2a² B/(ε²δ))/−ln(1 − 1/4e), ε = ε_ℓ, for one channel before and after: t = ε/(Rs), ε_ℓ = st/hull = ε/√2."""
    network = FieldNetwork(irreducible_fields(8), [np.full((1, 1, 2), 0.1)], [[0.0]])
    (found,) = field_widths(network, 0.01, 0.1)
    near = 0.01 / 2**0.5
    assert found.coefficient_error == pytest.approx(near)
    assert found.width == ceil(log(2 * e**-2 * 2 / (near**2 * 0.1)) / -log(1 - 1 / (4 * e)))


def test_the_door():
    network = target()
    for widths, errors in (([1], 0.1), (0, 0.1), (8, [0.1]), (8, 0), (10**6, 0.1), ("88", 0.1), (8, "ab"), (np.array(8), 0.1),
                           (8, np.array(0.1)), (np.ones((2, 2), int), 0.1)):  # fmt: skip
        with pytest.raises(InputError):
            find_field_ticket(network, widths, errors)
    for given in ((0, 0.1), (100, 0.1), (0.05, 1.5), (0.05, 0.1, 0)):
        with pytest.raises(InputError):
            field_widths(network, *given)
    for largest in (-1, 0):
        with pytest.raises(InputError, match="largest"):
            field_widths(network, 0.05, 0.1, largest)
    for given in ((1e-320, 0.1), (5e-324, 0.1, 1e300), (1e-10, 0.1, 1e300)):
        with pytest.raises(InputError, match="nearer than"):
            field_widths(network, *given)
    ticket = find_field_ticket(network, 8, 0.1)
    for bad in ("ab", [[1, 1], [1]], np.ones((2, 2)) * 1j, np.full((2, 2), np.nan)):
        for asked in (ticket.forward, ticket.error_bound):
            with pytest.raises(InputError):
                asked(bad)
    wide = FieldNetwork(network.field, [np.full((1, 1, 2), 0.5)], [[0.0]])
    with pytest.raises(InputError, match=r"1/\(2e\)"):
        field_widths(wide, 0.01, 0.1)


def test_a_ticket_by_hand_is_checked():
    """Its errors count multiples of I in a first layer alone, so that none else may be kept."""
    ticket = find_field_ticket(target(), 8, 0.1)
    (first, second), other = ticket.masks
    turned, words = first.copy(), first.astype(int)
    turned[0, 0, 1] = True
    for masks, message in (
        (((turned, second), other), "the first mask of layer 0 keeps quarter turns"),
        (((words, second), other), "expected .*bool"),
        (((first[:1], second), other), "expected .*bool"),
        (((first, second),), "expected .*bool"),
        (((first, [[1], [1, 2]]), other), "ragged"),
    ):
        with pytest.raises(InputError, match=message):
            replace(ticket, masks=masks)
    for sources, message in (
        (ticket.sources[:1], "expected two for each of 2"),
        (ticket.sources[::-1], "expected channels from 2 to 3"),
        (tuple((a, replace(b, basis=-b.basis)) for a, b in ticket.sources), "another basis"),
        (tuple((a, replace(b, basis=np.ones((2, 3, 3)))) for a, b in ticket.sources), "another basis"),
    ):
        with pytest.raises(InputError, match=message):
            replace(ticket, sources=sources)
    kept = replace(ticket, masks=[[np.array(mask) for mask in pair] for pair in ticket.masks])
    assert kept.coef_errors == ticket.coef_errors
    assert not kept.masks[0][0].flags.writeable
