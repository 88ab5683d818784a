"""Tickets of whole networks: enumeration, the dense source masked, fractions, and the door."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from network_cases import inputs, network

from sparse_limits.numerics.equivariance import EquivariantLayer, forward
from sparse_limits.numerics.subset_sum.batch import subsets_within
from sparse_limits.numerics.subset_sum.half_sums import search_each
from sparse_limits.numerics.tickets import certify, find_ticket, multilayer_perceptron, rescaled
from sparse_limits.numerics.tickets.certificate import UNIT_ROUNDOFF, _rounding, bounds_up_to

NAMES = ("perceptron", "ring", "pairs of three", "pairs of four")


def masked_source(ticket):
    """The dense source with everything pruned that the ticket does not keep, as one long network."""
    layers = []
    for k, mask in enumerate(ticket.masks):
        first, second = ticket.source.layers(k)
        diagonals, part_of = ticket.source.splits[k]
        parts = len(diagonals)
        masks = np.zeros(first.coeffs.shape, bool), np.zeros(second.coeffs.shape, bool)
        for i, width, out, b in zip(*np.nonzero(mask), strict=True):
            channel = (i * parts + part_of[b]) * ticket.width + width
            masks[0][i, channel, part_of[b]] = masks[1][channel, out, b] = True
        layers += [first.prune(masks[0]), second.prune(masks[1])]
    return layers


def errors_within(items, target):
    return {bits: abs(np.dot(bits, items) - target) for bits in product((0, 1), repeat=len(items))}


@pytest.mark.parametrize("near", [1e-3, 0.02, 0.3])
def test_a_subset_is_found_where_one_exists_and_else_the_nearest(near):
    rng = np.random.default_rng(2)
    items, targets = rng.uniform(-1, 1, (30, 7)) * rng.uniform(0, 1, (30, 7)), rng.uniform(-0.5, 0.5, 30)
    for row, target, mask in zip(items, targets, subsets_within(items, targets, near), strict=True):
        found, best = abs(row @ mask - target), min(errors_within(row, target).values())
        assert (found <= near) if best <= near else found == pytest.approx(best, abs=1e-14)


def test_windows_reach_the_last_items():
    """Windows 0…3, 4…7 and 5…8 of nine whole numbers, by the loop itself, uncompiled."""
    rng = np.random.default_rng(3)
    items, targets = rng.integers(-99, 100, (40, 9)), rng.integers(-60, 60, 40)
    masks = np.zeros(items.shape, bool)
    search_each(items, targets - 1, targets + 1, targets, 2, 4, masks)
    for row, target, mask in zip(items, targets, masks, strict=True):
        best = min(min(errors_within(row[k : k + 4], target).values()) for k in (0, 4, 5))
        found = abs(row @ mask - target)
        assert found <= 1 if best <= 1 else found == best


@pytest.mark.parametrize("scale", [2.0**-900, 1e-6, 1e9, 2.0**900])
def test_items_of_any_size(scale):
    items, targets = np.array([[3.0, 5, 9], [0, 0, 0]]), np.array([8.0, 1])
    assert subsets_within(items * scale, targets * scale, 1e-3 * scale).tolist() == [[True, True, False], [False] * 3]
    assert subsets_within(np.zeros((2, 0)), targets, scale).shape == (2, 0)


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_ticket_is_its_masked_source(name, signed):
    layers = network(name)
    ticket = find_ticket(layers, 14, 0.01, 5, signed)
    x, dense = inputs(layers, signed), masked_source(ticket)
    found = ticket.forward(x)
    h = x
    for k, (first, second) in enumerate(zip(dense[::2], dense[1::2], strict=True)):
        h = forward([first, second], h if k == 0 else np.maximum(h, 0))
    assert np.allclose(found, h, rtol=0, atol=1e-14)
    h = x
    for k, layer in enumerate(layers):
        h = h if k == 0 else np.maximum(h, 0)
        plus, minus = (EquivariantLayer(coeffs, layer.basis) for coeffs in ticket.effective(k))
        h = plus.apply(np.maximum(h, 0)) - minus.apply(np.maximum(-h, 0))
    assert np.allclose(found, h, rtol=0, atol=1e-14)
    kept = sum(np.count_nonzero(layer.coeffs) for layer in dense)
    assert kept == ticket.kept < ticket.candidates <= ticket.total == sum(layer.coeffs.size for layer in dense)


@pytest.mark.parametrize("name", NAMES)
def test_errors_are_exact(name):
    layers = network(name)
    ticket = find_ticket(layers, 10, 0.05, seed=2)
    for k, layer in enumerate(layers):
        worst = Fraction(0)
        for i, o, b in np.ndindex(layer.coeffs.shape):
            lambdas, mus = ticket.source.block(k, i)
            for sign in (1, -1) if k == 0 else (1,):
                chosen = ticket.masks[k][i, :, o, b] & (sign * lambdas[ticket.source.splits[k].part_of[b]] > 0)
                items = zip(lambdas[ticket.source.splits[k].part_of[b]][chosen], mus[chosen, o, b], strict=True)
                total = sum((Fraction(x) * Fraction(mu) for x, mu in items), Fraction(0))
                worst = max(worst, abs(total - Fraction(layer.coeffs[i, o, b])))
        assert ticket.coef_errors[k] == worst
        assert ticket.deviations(k).max() == float(worst)


def test_a_wide_source_reaches_every_coefficient():
    layers = network("pairs of three")
    calls = []
    ticket = find_ticket(layers, 200, 1e-5, progress=lambda done, total: calls.append((done, total)))
    assert max(ticket.coef_errors) <= Fraction(1e-5)
    assert calls == [(1, 3), (2, 3), (3, 3)]
    again, other = find_ticket(layers, 200, 1e-5), find_ticket(layers, 200, 1e-5, seed=1)
    assert all((one == two).all() for one, two in zip(ticket.masks, again.masks, strict=True))
    assert any((one != two).any() for one, two in zip(ticket.masks, other.masks, strict=True))


def test_coefficients_of_0_keep_nothing():
    layers = multilayer_perceptron([np.zeros((2, 3))])
    assert find_ticket(layers, 9, 0.1).kept == 0


def exact_network(layers, x):
    """In fractions. x: [in, coordinates]"""
    whole = [EquivariantLayer(*(np.vectorize(Fraction)(each) for each in (one.coeffs, one.basis))) for one in layers]
    return forward(whole, np.vectorize(Fraction)(x))


@pytest.mark.parametrize("name", ["perceptron", "ring"])
def test_certificates_hold_in_exact_arithmetic(name):
    layers = rescaled(network(name), 0.1)
    for width in (8, 24, 120):
        ticket = find_ticket(layers, width, 1e-9 if width == 120 else 1e-3, signed=False)
        x = inputs(layers, False, count=40)
        found = certify(ticket, x)
        assert (np.abs(found.target_outputs - found.ticket_outputs) <= found.bounds).all()
        assert (found.agree | ~found.certified).all()
        for k in range(3):
            target, pruned = exact_network(layers, x[k]), exact_network(masked_source(ticket), x[k])
            assert (np.abs(target - pruned) <= np.vectorize(Fraction)(found.bounds[k])).all()
            if found.certified[k]:
                assert target.argmax() == pruned.argmax()
    assert found.certified.mean() > 0.9
    assert found.bounds.max() < 1e-6


@pytest.mark.parametrize("size", [5e-324, 1e-300, 1.0])
def test_certificates_cover_rounding_and_underflow(size):
    """The target's coefficients are those of the ticket, rounded, so that outputs differ by little else."""
    layers = network("perceptron")
    ticket = find_ticket(layers, 40, 1e-3, signed=False)
    target = [replace(layer, coeffs=ticket.effective(k)[0]) for k, layer in enumerate(layers)]
    ticket = replace(ticket, target=tuple(target))
    x = size * np.random.default_rng(2).integers(0, 9, (8, 3, 1))
    found, dense = certify(ticket, x), masked_source(ticket)
    for k, values in enumerate(x):
        exact = exact_network(target, values), exact_network(dense, values)
        bounds = np.vectorize(Fraction)(found.bounds[k])
        assert (abs(exact[0] - exact[1]) <= bounds).all()
        for one, computed in zip(exact, (found.target_outputs[k], found.ticket_outputs[k]), strict=True):
            assert (abs(one - np.vectorize(Fraction)(computed)) <= bounds).all()
    assert found.certified.any() == (size == 1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kept", [False, True])
def test_allowances_count_every_rounding(name, kept):
    """Target: a sum over channels and basis in either order. Ticket: a product, a group of channels at most as many as a
    block has, the groups, the basis, and the parts of the identity.
    """
    layers, needed = network(name), 0
    ticket = find_ticket(layers, 7, 0.05)
    if kept:
        ticket = replace(ticket, masks=tuple(np.ones_like(mask) for mask in ticket.masks))
    for k, layer in enumerate(layers):
        (channels, _, elements), coordinates = layer.coeffs.shape, layer.basis.shape[2]
        groups = [list(ticket._groups(k, part, mine)) for part, (mine, _) in enumerate(ticket.source.readers[k])]
        assert max(len(group.lambdas) for each in groups for group in each) <= ticket.width
        assert max(map(len, groups)) <= channels
        needed += max(elements + channels * coordinates, channels + elements * coordinates)
        needed += 1 + ticket.width + channels - 1 + elements * coordinates + len(groups) - 1
    assert _rounding(ticket) >= needed * UNIT_ROUNDOFF / (1 - needed * UNIT_ROUNDOFF)


def test_overflow_certifies_nothing():
    layers = multilayer_perceptron([[[0.25, 0.125]]])
    ticket = find_ticket(layers, 30, 1e-6, signed=False)
    assert certify(ticket, [[[1.0]]]).certified.all()
    loud = replace(ticket, target=multilayer_perceptron([[[1e307, 0.125]]]))
    assert not certify(loud, [[[100.0]]]).certified.any()


@pytest.mark.parametrize("entries", [0, 2**22])
def test_sums_that_underflow_before_a_large_entry_certify_nothing(monkeypatch, entries):
    """Channels first and the whole matrix at once: 1e-200 times 1e-130 is no double, times 1e300 it is an output."""
    monkeypatch.setattr("sparse_limits.numerics.equivariance.layers.LARGE", entries)
    basis, coeffs = np.stack([1e300 * np.eye(2), np.eye(2)]), np.zeros((1, 8, 2))
    coeffs[0, 0, 0], coeffs[0, 1, 1] = 1e-200, 0.18
    layer = EquivariantLayer(coeffs, basis)
    ticket, x = find_ticket([layer], 60, 1e-3, signed=False), np.array([[[1e-130, 0.0]]])
    found = certify(ticket, x)
    target, pruned = exact_network([layer], x[0]), exact_network(masked_source(ticket), x[0])
    assert target.argmax() != pruned.argmax()
    assert not found.certified.any()
    for bounds in (found.bounds[0], bounds_up_to(ticket, x)[0]):
        assert (np.abs(target - pruned) <= np.vectorize(Fraction)(bounds)).all()
    assert (np.abs(target - np.vectorize(Fraction)(found.target_outputs[0])) <= found.bounds[0]).all()


@pytest.mark.parametrize("entries", [0, 2**22])
def test_sums_that_overflow_before_a_small_entry_certify_nothing(monkeypatch, entries):
    """ReLU would take −∞ to 0, where the exact sum is above 0 and 1e-300 of it is an ordinary number."""
    monkeypatch.setattr("sparse_limits.numerics.equivariance.layers.LARGE", entries)
    layers = [EquivariantLayer(np.full((3, 1, 1), 0.1), [[[1e-300]]]), EquivariantLayer([[[0.1], [0.05]]], [[[1.0]]])]
    x, overflowed = np.full((1, 3, 1), 5e307), 0
    for seed in range(6):
        ticket = find_ticket(layers, 100, 0.1, seed, signed=False)
        first = np.stack([ticket.source.block(0, i)[1] * (-1 if i else 1) < 0 for i in range(3)])
        ticket = replace(ticket, masks=(first, ticket.masks[1]))
        found, exact = certify(ticket, x), exact_network(masked_source(ticket), x[0])
        known = np.isfinite(found.bounds[0])
        overflowed += not known.all()
        pairs = zip(exact[known], found.ticket_outputs[0][known], found.bounds[0][known], strict=True)
        assert all(abs(one - Fraction(float(computed))) <= bound for one, computed, bound in pairs)
        assert known.all() or not found.certified.any()
    assert overflowed > 2


def test_masks_are_a_ticket_s_own():
    ticket = find_ticket(network("perceptron"), 4, 0.1)
    masks = [mask.copy() for mask in ticket.masks]
    again = replace(ticket, masks=masks)
    masks[0][:] = False
    assert (again.masks[0] == ticket.masks[0]).all()
    with pytest.raises(ValueError, match="read-only"):
        ticket.masks[0][:] = False
    for wrong in (masks[:1], [masks[0][:1], masks[1]], [masks[0].astype(float), masks[1]]):
        with pytest.raises(ValueError, match="expected"):
            replace(ticket, masks=wrong)
