"""Irreducible fields: what commutes with their turns, norm non-linearities, and the door."""

import numpy as np
import pytest

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance.fields import Field, FieldNetwork, irreducible_fields, shrink

FIELDS = [
    irreducible_fields(8),
    irreducible_fields(8, 3),
    irreducible_fields(8, 2, True),
    irreducible_fields(5, 2, True),
]


def network(field, seed=0):
    rng = np.random.default_rng(seed)
    shapes = [(2, 3, len(field.basis)), (3, 1, len(field.basis))]
    return FieldNetwork(field, [rng.standard_normal(each) for each in shapes], [[0.1, 0.0, 0.5], [0.2]])


@pytest.mark.parametrize("field", FIELDS)
def test_networks_of_fields_commute_with_all_elements(field):
    x = np.random.default_rng(1).standard_normal((4, 2, 2))
    target = network(field)
    y = target.forward(x)
    assert np.abs(y).max() > 0.1
    for turns in range(field.turns):
        for reflected in (False, True)[: 1 + field.reflections]:
            moved = target.forward(field.act(turns, x, reflected))
            np.testing.assert_allclose(moved, field.act(turns, y, reflected), atol=1e-12)


def test_the_action_is_one_of_the_group():
    field = irreducible_fields(8, 3, True)
    x = np.random.default_rng(2).standard_normal((3, 2))
    np.testing.assert_allclose(field.act(8, x), x, atol=1e-12)
    np.testing.assert_allclose(field.act(5, field.act(2, x)), field.act(7, x), atol=1e-12)
    np.testing.assert_allclose(field.act(3, field.act(2, x), True), field.act(1, x, True), atol=1e-12)
    assert np.abs(field.act(1, x) - irreducible_fields(8, 1).act(1, x)).max() > 0.1


def test_quarter_turns_commute_with_turns_and_not_with_reflections():
    x = np.random.default_rng(3).standard_normal((3, 2))
    quarter = irreducible_fields(8).basis[1]
    mirrored = irreducible_fields(8, 1, True)
    np.testing.assert_allclose(mirrored.act(1, x) @ quarter.T, mirrored.act(1, x @ quarter.T), atol=1e-12)
    assert np.abs(mirrored.act(0, x, True) @ quarter.T - mirrored.act(0, x @ quarter.T, True)).max() > 0.1
    assert [len(each.basis) for each in FIELDS] == [2, 2, 1, 1]


def test_vectors_are_shortened():
    found = shrink([[[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]]], [1.0, 0.5, 0.0])
    np.testing.assert_allclose(found, [[[2.4, 3.2], [0, 0], [0, 0]]], atol=1e-12)
    x = np.random.default_rng(4).standard_normal((50, 3, 2))
    np.testing.assert_allclose(shrink(x, np.zeros(3)), x)
    assert (
        np.linalg.norm(shrink(x, [0.2] * 3)[1:] - shrink(x, [0.2] * 3)[:-1], axis=-1)
        <= np.linalg.norm(x[1:] - x[:-1], axis=-1) + 1e-12
    ).all()


def test_strengths_are_norms_of_maps():
    target = network(irreducible_fields(8))
    for layer, strength in zip(target.layers, target.strengths, strict=True):
        maps = np.tensordot(layer.coeffs, layer.basis, axes=1)
        assert strength == pytest.approx(np.linalg.norm(maps, 2, axis=(2, 3)).sum(axis=0).max())


def test_lengths_whose_squares_overflow_are_shortened():
    np.testing.assert_allclose(
        shrink([[1e200, 0.0], [3e-200, 4e-200]], [5e199, 1e-200]), [[5e199, 0], [2.4e-200, 3.2e-200]]
    )
    np.testing.assert_array_equal(
        shrink([[1e308, 1e308], [5e-324, 0.0], [0.0, 0.0]], [1.5e308, 1e308, 0.0]) == 0, [[1, 1]] * 3
    )
    for bad in ([[np.nan, 1.0]], [[np.inf, 1.0]], [[1j, 1.0]], [["a", "b"]]):
        with pytest.raises(InputError, match="vectors"):
            shrink(bad, [0.1])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"turns": 2}, "turns of a field"),
        ({"turns": 8, "frequency": 0}, "frequency of a field of 8 turns"),
        ({"turns": 8, "frequency": 4}, "frequency of a field of 8 turns"),
    ],
)
def test_other_frequencies_are_refused(given, said):
    with pytest.raises(InputError, match=said):
        irreducible_fields(**given)


def test_the_door_of_networks():
    field, coeffs = Field(8), np.ones((2, 1, 2))
    for bad in (([], []), ([coeffs], []), ([coeffs], [[-0.1]]), ([coeffs], [[0.1, 0.2]]), ([coeffs, coeffs], [[0], [0]]),
                ([np.ones((2, 1, 1))], [[0.0]]), ([coeffs], [[np.nan]])):  # fmt: skip
        with pytest.raises(InputError):
            FieldNetwork(field, *bad)
    for bad in (([coeffs], [1j]), ([coeffs], [["a"]]), ([coeffs], None), (None, [[0]]), (3.0, [[0]]), ([coeffs], "a"),
                ([[[1, 2], [3]]], [[0]]), ([None], [[0]])):  # fmt: skip
        with pytest.raises(InputError):
            FieldNetwork(field, *bad)
    for given in (
        (0.5, [1, 1]),
        (np.nan, [1, 1]),
        ("1", [1, 1]),
        (1, [1, 1j]),
        (1, "ab"),
        (1, [[1, 1], [1]]),
        (1, [1, np.nan]),
    ):
        with pytest.raises(InputError):
            field.act(*given)
    for bad in (
        "ab",
        [[1, 1], [1]],
        np.ones((2, 2)) * 1j,
        np.full((2, 2), np.inf),
        [[10**400, 1], [1, 1]],
        np.ones((1, 2)),
    ):
        with pytest.raises(InputError):
            FieldNetwork(field, [coeffs], [[0.1]]).forward(bad)
    with pytest.raises(InputError, match="reflections is 'no'"):
        irreducible_fields(8, 1, "no")
    with pytest.raises(InputError, match="no reflection"):
        field.act(1, np.ones(2), reflected=True)
    with pytest.raises(InputError, match="last axis of 2"):
        field.act(1, np.ones(3))
    with pytest.raises(InputError, match="thresholds"):
        shrink(np.ones((2, 2)), [0.1])


def test_strengths_neither_overflow_nor_vanish():
    field = irreducible_fields(8)
    for size in (1e-200, 1e200):
        (strength,) = FieldNetwork(field, [np.full((1, 1, 2), size)], [[0.0]]).strengths
        assert strength == pytest.approx(2**0.5 * size)
    (strength,) = FieldNetwork(irreducible_fields(8, 1, True), [np.full((1, 1, 1), -2.0)], [[0.0]]).strengths
    assert strength == 2
    with pytest.raises(InputError, match="coeffs: holds numbers beyond the largest float"):
        _ = FieldNetwork(field, [[[[10**400, 1]]]], [[0]]).strengths
