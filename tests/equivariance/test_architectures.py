"""Types of equivariant networks against their definitions, and tickets for them against the bounds of Q9."""

from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance import (
    EquivariantLayer,
    cyclic_irreducibles,
    defect,
    dihedral_irreducibles,
    equivariant_basis,
    forward,
    natural,
    regular,
    symmetric,
    within_window,
)
from sparse_limits.numerics.equivariance.architectures import (
    convolution,
    deep_sets,
    message_passing,
    pairs,
    perceptron,
    relabelled,
    rings,
    steerable,
)
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.tickets import find_ticket
from sparse_limits.numerics.tickets.bounds import equivariance_bound, error_bound, largest_pass, roundings
from sparse_limits.numerics.tickets.certificate import certify
from sparse_limits.theory import claim
from sparse_limits.theory.equivariance.rings import N, rings_in, rings_out

TURN, SQUARE = cyclic_irreducibles(4)["rotation"], dihedral_irreducibles(4)["E"]
GRAPH = np.array([[0, 1, 0, 0, 1], [1, 0, 1, 0, 0], [0, 1, 0, 1, 1], [0, 0, 1, 0, 1], [1, 0, 1, 1, 0]])
SYMMETRIC = {
    "convolution": convolution(4, 3),
    "C4": steerable(TURN, 4, 3),
    "D4": steerable(SQUARE, 3, 3, depth=1),
    "points": deep_sets(5),
    "pairs": pairs(4),
    "rings of C8": rings(8, 2),
    "rings of D8": rings(8, 2, reflections=True),
    "a ring of D5": rings(5, reflections=True),
}


def whole_network(architecture, channels, seed=0):
    """Random whole coefficients, a third of them pruned."""
    rng = np.random.default_rng(seed)
    shapes = architecture.shapes(channels)
    return architecture.network([rng.integers(-9, 10, shape) * (rng.random(shape) < 2 / 3) for shape in shapes])


@pytest.mark.parametrize("name", SYMMETRIC)
def test_pruned_networks_commute_with_the_group_exactly(name):
    architecture = SYMMETRIC[name]
    channels = (2, 3, 2)[: len(architecture.levels)]
    layers = whole_network(architecture, channels)
    before, after = architecture.levels[0], architecture.levels[-1]
    x = np.random.default_rng(1).integers(-99, 100, (channels[0], before.dimension))
    y = forward(layers, x)
    assert y.dtype == object
    assert y.any()
    for letter in range(len(before.images)):
        assert (forward(layers, before.act((letter,), x)) == after.act((letter,), y)).all()


def test_a_perceptron_is_a_product_of_matrices():
    first, second = np.random.default_rng(2).standard_normal((2, 3, 3))
    x = np.random.default_rng(3).standard_normal((4, 3))
    found = forward(perceptron().network([first[..., None], second[..., None]]), x[..., None])[..., 0]
    np.testing.assert_allclose(found, np.maximum(x @ first, 0) @ second, rtol=1e-12, atol=1e-12)


def test_a_convolution_is_a_sum_over_shifts():
    architecture = convolution(5, 3, depth=1)
    image = np.random.default_rng(4).integers(-9, 10, (5, 5))
    found = {tuple((matrix @ image.ravel()).tolist()) for matrix in architecture.bases[0]}
    shifted = {tuple(np.roll(image, (x, y), (0, 1)).ravel().tolist()) for x in (-1, 0, 1) for y in (-1, 0, 1)}
    assert found == shifted


def test_turning_kernels_are_all_maps_within_the_window():
    architecture = steerable(TURN, 4, 3)
    for basis, source, target in zip(architecture.bases, architecture.levels, architecture.levels[1:], strict=False):
        coordinates = source.dimension // 16, target.dimension // 16
        listed = within_window(equivariant_basis(source, target), 4, 3, *coordinates)
        assert {each.tobytes() for each in basis} == {each.astype(np.int64).tobytes() for each in listed}


@pytest.mark.parametrize(("plane", "order"), [(TURN, 4), (SQUARE, 8)])
def test_turning_kernels_are_as_many_as_characters_say(plane, order):
    architecture = steerable(plane, 3, 3)
    assert [len(basis) for basis in architecture.bases] == [9, order * 9]
    assert architecture.levels[-1].dimension == 9 * regular(plane.group).dimension
    assert all(defect(each, *architecture.levels[:2]) == 0 for each in architecture.bases[0])


@pytest.mark.parametrize(("points", "count"), [(1, 1), (2, 8), (3, 14), (4, 15), (5, 15)])
def test_pairs_have_a_truncated_bell_number_of_means(points, count):
    (basis,) = pairs(points, depth=1).bases
    assert len(basis) == count
    assert {total for each in basis for total in each.sum(axis=1)} <= {0, 1}


def test_ragged_coefficients_are_refused():
    with pytest.raises(InputError, match="coeffs is ragged"):
        perceptron(1).network([[[1], [2, 3]]])


def test_large_grids_are_refused():
    with limit("1G"), pytest.raises(InputError, match="for 128 × 128 cells would take about 36 GiB"):
        convolution(128, 3)


@pytest.mark.parametrize("points", range(1, 9))
def test_the_relators_of_symmetric_groups_hold(points):
    """They are not checked when such a group is made."""
    group = symmetric(points)
    assert {group.permutation(relator) for relator in group.relators} == {tuple(range(points))}


def test_deep_sets_take_the_own_value_and_the_mean():
    x = np.array([[3, 1, 8]])
    (layer,) = deep_sets(3, depth=1).network([[[[2, 5]]]])
    assert layer.apply(x).tolist() == [[2 * value + 5 * Fraction(12, 3) for value in (3, 1, 8)]]


@pytest.mark.parametrize("samples", [1, 2, 5, 8, 12])
def test_rings_have_as_many_elements_as_claimed(samples):
    expressions = claim("Q12.2").expressions
    for radii, (name, reflections) in product((1, 3), (("turning", False), ("reflecting", True))):
        (basis,) = rings(samples, radii, reflections, depth=1).bases
        at = {N: samples, rings_in: radii, rings_out: radii}
        assert len(basis) == expressions[name].subs(at)
        assert sum(int(each.sum(axis=1).max()) for each in basis) == expressions["ring_norms"].subs(at)


def test_samples_of_a_turned_function_are_permuted():
    level = rings(8, 2, reflections=True).levels[0]
    angles = np.tile(np.arange(8) * np.pi / 4, 2)
    points = np.repeat([1.0, 2.0], 8) * np.stack([np.cos(angles), np.sin(angles)])
    half = np.sqrt(0.5)

    def function(x, y):
        return x**3 - 2 * x * y + 0.3 * y

    for letter, back in ((0, [[half, half], [-half, half]]), (1, [[1, 0], [0, -1]])):
        moved = function(*(np.array(back) @ points))  # f∘g⁻¹
        np.testing.assert_allclose(moved, level.act((letter,), function(*points)), atol=1e-12)


def test_eight_turns_are_refused_on_grids_and_the_reason_is_given():
    for irreducibles, order, said in (
        (cyclic_irreducibles, 8, r"rings\(8\) and fields.irreducible_fields\(8\) carry"),
        (dihedral_irreducibles, 8, r"rings\(8, refl\w+=True\) and fields.irreducible_fields\(8, refl\w+=True\) carry"),
        (cyclic_irreducibles, 5000, r"6; fields.irreducible_fields\(5000\) carries"),
    ):
        with pytest.raises(InputError, match=rf"1/{order} of a turn .* keep no grid of the plane \(Q12.1\).*{said}"):
            irreducibles(order)
    with pytest.raises(InputError, match=r"signed permutations of the axes alone do \(Q12.1\)"):
        steerable(cyclic_irreducibles(3)["rotation"], 4, 3)
    for bad in ({"samples": 0}, {"samples": 2000}, {"samples": 8, "radii": 0}, {"samples": 1000, "radii": 11},
                {"samples": 1024}, {"samples": 64, "radii": 20}, {"samples": 8, "reflections": "x"}):  # fmt: skip
        with pytest.raises(InputError):
            rings(**bad)


def test_a_ticket_for_rings_is_found_and_certified():
    architecture = rings(8, reflections=True)
    rng = np.random.default_rng(12)
    shapes = architecture.shapes((1, 2, 1))
    target = architecture.network([rng.uniform(-0.18, 0.18, shape) for shape in shapes])
    ticket = find_ticket(target, 64, eps=1e-4, seed=1)
    x = rng.uniform(-1, 1, (5, 1, 8))
    gap = np.abs(ticket.forward(x) - forward(target, x)).max(axis=(-1, -2))
    assert max(ticket.coef_errors) <= 1e-4
    assert (gap <= error_bound(ticket, x)).all()
    level = architecture.levels[0]
    for letter in (0, 1):
        apart = ticket.forward(level.act((letter,), x)) - level.act((letter,), ticket.forward(x))
        assert np.abs(apart).max() <= equivariance_bound(ticket, x).max()


def test_messages_come_from_neighbours_and_the_graph_moves_along():
    layers = whole_network(message_passing(GRAPH), (2, 3, 2))
    x = np.random.default_rng(5).integers(-99, 100, (2, 5))
    level, letter = natural(symmetric(5)), 0
    moved = message_passing(relabelled(GRAPH, level.permutation((letter,))))
    same = moved.network([layer.coeffs for layer in layers])
    y = forward(layers, x)
    assert (forward(same, level.act((letter,), x)) == level.act((letter,), y)).all()
    assert (forward(layers, level.act((letter,), x)) != level.act((letter,), y)).any()
    (sums,) = message_passing(GRAPH, depth=1).network([[[[0, 1]]]])
    assert sums.apply(x[:1]).tolist() == [[sum(x[0, j] for j in range(5) if GRAPH[i, j]) for i in range(5)]]


def test_depth_and_shapes():
    deep = steerable(TURN, 3, 3, depth=3)
    assert deep.shapes((1, 2, 3, 4)) == [(1, 2, 9), (2, 3, 36), (3, 4, 36)]
    assert (len(deep.levels), len(perceptron(1).levels)) == (4, 2)
    assert len(whole_network(deep, (1, 1, 1, 1))) == 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: convolution(4, 2), "window 2"),
        (lambda: convolution(3, 5), "window"),
        (lambda: deep_sets(1), "points"),
        (lambda: pairs(0), "points"),
        (lambda: perceptron(0), "layers"),
        (lambda: message_passing([[0, 1], [1, 1]]), "itself"),
        (lambda: message_passing([[0, 0], [0, 0]]), "edges"),
        (lambda: message_passing([[0, 2], [1, 0]]), "0 and 1"),
        (lambda: message_passing([[0, 1, 0], [1, 0, 0]]), "square"),
        (lambda: relabelled([[0, 1], [1, 0]], [0, 0]), "permutation"),
        (lambda: relabelled([[0, 1], [1, 0]], [0]), "2 vertices"),
        (lambda: perceptron().shapes((2, 3)), "2 levels: expected 3"),
        (lambda: perceptron().network([np.ones((1, 1, 1))]), "1 layers: expected 2"),
        (lambda: perceptron(1).network([np.ones((1, 1, 2))]), "basis"),
    ],
)
def test_the_door(call, message):
    with pytest.raises(ValueError, match=message):
        call()


TYPES = {"perceptron": perceptron(), **SYMMETRIC, "messages": message_passing(GRAPH)}


def ticket_for(name, signed=True, seed=0):
    """A ticket of width 64 for random coefficients up to ½, and inputs that it is for."""
    architecture = TYPES[name]
    channels = (2, 3, 2)[: len(architecture.levels)]
    rng = np.random.default_rng(seed)
    layers = architecture.network([rng.uniform(-0.5, 0.5, shape) for shape in architecture.shapes(channels)])
    x = rng.uniform(-1 if signed else 0, 1, (5, 2, architecture.levels[0].dimension))
    return find_ticket(layers, 64, 1e-4, seed=seed, signed=signed), x


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("signed", [True, False])
def test_outputs_differ_by_no_more_than_the_bound(name, signed):
    ticket, x = ticket_for(name, signed)
    bounds = error_bound(ticket, x)
    assert bounds.shape == (5,)
    assert (np.abs(ticket.forward(x) - forward(ticket.target, x)).max(axis=(1, 2)) <= bounds).all()
    assert (certify(ticket, x).bounds.max(axis=(1, 2)) <= bounds * (1 + 1e-9)).all()  # entry by entry is no worse
    assert error_bound(ticket, x[2]) == pytest.approx(bounds[2])


@pytest.mark.parametrize("name", [*SYMMETRIC, "messages"])
def test_rounding_moves_outputs_by_no_more_than_the_bound(name):
    ticket, x = ticket_for(name)
    source, *_, target = TYPES[name].levels
    word = tuple(range(len(source.images)))
    there = ticket
    if name == "messages":
        moved = message_passing(relabelled(GRAPH, source.permutation(word)))
        there = replace(ticket, target=moved.network([layer.coeffs for layer in ticket.target]))
    gaps = np.abs(there.forward(source.act(word, x)) - target.act(word, ticket.forward(x))).max(axis=(1, 2))
    assert (gaps <= equivariance_bound(ticket, x)).all()
    assert (equivariance_bound(ticket, x) < 1e-9).all()


def test_the_pass_with_moduli_is_that_of_the_pruned_source():
    ticket, x = ticket_for("pairs", signed=False)
    layers = []
    for k, mask in enumerate(ticket.masks):
        first, second = ticket.source.layers(k)
        _, part_of = ticket.source.splits[k]
        channels = np.arange(first.coeffs.shape[1])  # (input, part, item)
        own = np.zeros(first.coeffs.shape, bool)
        own[channels // (2 * ticket.width), channels, channels // ticket.width % 2] = True
        kept = np.zeros((mask.shape[0], 2, *mask.shape[1:]), bool)
        kept[:, part_of, :, :, np.arange(mask.shape[3])] = mask.transpose(3, 0, 1, 2)
        layers += [first.prune(own), second.prune(kept.reshape(second.coeffs.shape))]
    np.testing.assert_allclose(forward(layers, x), ticket.forward(x), rtol=1e-10, atol=1e-12)
    moduli = [EquivariantLayer(np.abs(layer.coeffs), np.abs(layer.basis)) for layer in layers]
    np.testing.assert_allclose(largest_pass(ticket, x), forward(moduli, x).max(axis=(1, 2)), rtol=1e-12)


def test_a_ticket_is_evaluated_as_exactly_as_its_roundings_allow():
    ticket, x = ticket_for("perceptron")
    assert roundings(ticket) == (64 + 2 + 1) + (64 + 3 + 1)
    limit = roundings(ticket) * 2.0**-53 * 1.001
    for inputs in x:
        values = [Fraction(float(value)) for value in inputs[:, 0]]
        for k, mask in enumerate(ticket.masks):
            sums = [Fraction(0)] * mask.shape[2]
            for i, value in enumerate(values if k == 0 else [max(each, Fraction(0)) for each in values]):
                lambdas, mus = ticket.source.block(k, i)
                for item, out in zip(*np.nonzero(mask[i, :, :, 0]), strict=True):
                    hidden = max(Fraction(float(lambdas[0, item])) * value, Fraction(0))
                    sums[out] += Fraction(float(mus[item, out, 0])) * hidden
            values = sums
        gap = max(
            abs(Fraction(float(y)) - exact) for y, exact in zip(ticket.forward(inputs)[:, 0], values, strict=True)
        )
        assert gap <= limit * largest_pass(ticket, inputs)


def test_bounds_refuse_what_the_ticket_is_not_for():
    ticket, x = ticket_for("perceptron", signed=False)
    for bound in (error_bound, equivariance_bound):
        with pytest.raises(ValueError, match="expected none below 0"):
            bound(ticket, -x)
        with pytest.raises(ValueError, match="inputs"):
            bound(ticket, x[..., 0])
