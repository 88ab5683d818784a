"""How the weights that are kept are shared among layers: Erdős and Rényi's densities, LAMP's scores, given densities."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.masks.allocation import allocation_of, erdos_renyi, given_densities, lamp, masks_at
from sparse_limits.numerics.masks.selection import global_masks

SHAPES = st.dictionaries(
    st.sampled_from("abcdef"),
    st.one_of(
        st.tuples(st.integers(1, 300), st.integers(1, 300)),
        st.tuples(st.integers(1, 64), st.integers(1, 64), st.integers(1, 5), st.integers(1, 5)),
    ),
    min_size=1,
)


@given(SHAPES, st.floats(0.01, 0.99), st.booleans())
def test_densities_are_proportional_below_1_and_keep_the_share_of_all(shapes, density, kernels) -> None:
    found = erdos_renyi(shapes, density, kernels=kernels)
    sizes = {name: prod(shape) for name, shape in shapes.items()}
    assert sum(found[name] * sizes[name] for name in shapes) == pytest.approx(density * sum(sizes.values()))
    scales = []
    for name, shape in shapes.items():
        sides = shape if kernels else shape[:2]
        scales.append((found[name] / (sum(sides) / prod(sides)), found[name]))
    below = [scale for scale, value in scales if value < 1]
    assert all(0 < value <= 1 for value in found.values())
    assert np.ptp(below) <= 1e-9 * max(below) if below else True
    for scale, value in scales:  # a layer is whole only where its part would be more
        assert value < 1 or not below or scale <= below[0] * (1 + 1e-9)


def test_a_kernel_counts_or_does_not() -> None:
    shapes = {"conv": (8, 4, 3, 3), "head": (10, 8)}
    plain, with_kernels = (erdos_renyi(shapes, 0.2, kernels=each) for each in (False, True))
    assert plain["conv"] / plain["head"] == pytest.approx((12 / 32) / (18 / 80))
    assert with_kernels["conv"] / with_kernels["head"] == pytest.approx((18 / 288) / (18 / 80))


def test_lamp_is_its_definition() -> None:
    rng = np.random.default_rng(0)
    scores = {"a": np.abs(rng.standard_normal((4, 5))), "b": 9 * np.abs(rng.standard_normal((3, 2, 2)))}
    for name, found in lamp(scores).items():
        score = scores[name]
        expected = [value**2 / (score[score >= value] ** 2).sum() for value in score.ravel()]
        np.testing.assert_allclose(found.ravel(), expected)
    assert (lamp({"none": np.zeros((2, 2))})["none"] == 0).all()
    one_each = global_masks(list(lamp(scores).values()), 2 / 32)
    assert [int(mask.sum()) for mask in one_each] == [1, 1]
    by_size = global_masks(list(scores.values()), 2 / 32)
    assert [int(mask.sum()) for mask in by_size] == [0, 2]


def test_densities_from_0_to_1() -> None:
    scores = {"a": np.arange(6.0).reshape(2, 3), "b": np.arange(4.0).reshape(2, 2), "c": np.ones((1, 3))}
    masks, tied = masks_at(scores, {"a": 0.5, "b": 0.0, "c": 1.0})
    assert (masks["a"].tolist(), tied) == ([[False] * 3, [True] * 3], None)
    assert not masks["b"].any()
    assert masks["c"].all()
    rows, _ = masks_at(scores, {"a": 1 / 3, "b": 0.5, "c": 1.0}, by_rows=True)
    assert rows["a"].sum(axis=1).tolist() == [1, 1]
    assert masks_at(scores, {"a": 5.5 / 6, "b": 0.9, "c": 1.0})[1] is None
    assert masks_at({"a": np.array([[1.0, 0.0, 0.0]])}, {"a": 2 / 3})[1] == "a"


@pytest.mark.parametrize(
    ("densities", "said"),
    [
        ({"a": 0.5}, "not in both b"),
        ({"a": 0.5, "b": 0.1, "c": 0.1}, "not in both c"),
        ({"a": 0.5, "b": 1.1}, "density has 1.1 for b, expected a number from 0 to 1"),
        ({"a": 0.5, "b": "0.1"}, "density has '0.1' for b"),
        ({"a": True, "b": 0.1}, "density has True for a"),
        ({"a": float("nan"), "b": 0.1}, "density has nan for a"),
    ],
)
def test_given_densities_are_of_the_layers(densities, said) -> None:
    with pytest.raises(InputError, match=said):
        given_densities(densities, ["a", "b"])


def test_given_densities_may_be_of_numpy() -> None:
    found = given_densities({"b": np.int64(1), "a": np.float32(0.5)}, ["a", "b"])
    assert list(found.items()) == [("a", 0.5), ("b", 1.0)]
    with pytest.raises(InputError, match=r"density has .*True"):
        given_densities({"a": np.bool_(True)}, ["a"])


NET = {"0": (16, 3, 3, 3), "1": (32, 16, 3, 3), "2": (64, 32, 3, 3), "3": (64, 128), "4": (10, 64)}


@pytest.mark.parametrize("density", [0.02, 0.1, 0.37])
def test_rules_are_recognised_and_others_are_not(density) -> None:
    rules = {
        "uniform": dict.fromkeys(NET, density),
        "erdos-renyi": erdos_renyi(NET, density),
        "erdos-renyi-kernel": erdos_renyi(NET, density, kernels=True),
    }
    for rule, densities in rules.items():
        kept = {name: round(value * prod(NET[name])) for name, value in densities.items()}
        assert allocation_of(NET, kept) == rule
        assert allocation_of(NET, {**kept, "2": kept["2"] + 12}) is None
    rng = np.random.default_rng(0)
    by_chance = {name: int(rng.binomial(prod(shape), density)) for name, shape in NET.items()}
    assert allocation_of(NET, by_chance) is None


def test_what_two_rules_would_leave_has_no_name() -> None:
    same = {"a": (30, 20), "b": (30, 20)}
    assert allocation_of(same, {"a": 60, "b": 60}) is None
    assert allocation_of(NET, {name: prod(shape) for name, shape in NET.items()}) is None
    assert allocation_of(NET, dict.fromkeys(NET, 0)) is None
    assert allocation_of({}, {}) is None
    one_left = erdos_renyi(NET, 0.8, kernels=True)
    assert [name for name, density in one_left.items() if density < 1] == ["2"]
    assert allocation_of(NET, {name: round(density * prod(NET[name])) for name, density in one_left.items()}) is None


def test_no_density_is_refused() -> None:
    for density in (0, 1, 1.5, float("nan")):
        with pytest.raises(InputError, match="density is"):
            erdos_renyi({"a": (3, 4)}, density)
