"""Draws that several checks have in common."""

import numpy as np
import pytest
import sympy as sp
from toys.claims import toy

from sparse_limits.numerics.evidence import Trial, common
from sparse_limits.numerics.evidence.common import drawn_in_common
from sparse_limits.numerics.keyed import stream_name


@pytest.fixture(autouse=True)
def no_draws(monkeypatch):
    monkeypatch.setattr(common, "_draws", type(common._draws)())


def asked(label: str, seed: int = 0) -> Trial:
    return Trial(toy(label, {"value": sp.Symbol("a", positive=True)}), f"check of {label}", seed=seed)


@stream_name("test.normal")
def normal(rng: np.random.Generator, size: int) -> np.ndarray:
    return rng.standard_normal(size)


def test_checks_of_two_claims_share_a_draw():
    first, second = asked("Z1"), asked("Z2")
    assert drawn_in_common(first, normal, 3) is drawn_in_common(second, normal, 3)
    assert first.drew
    assert second.drew
    assert (first.draw(normal, 3) != second.draw(normal, 3)).all()


def test_another_seed_or_argument_is_another_draw():
    drawn = [drawn_in_common(asked("Z1", seed), normal, size) for seed in (0, 1) for size in (3, 4)]
    assert len({float(each[0]) for each in drawn}) == 4


def test_what_was_dropped_is_drawn_again_the_same():
    drawn = drawn_in_common(asked("Z1"), normal, 1)
    for size in range(2, common.KEPT + 3):
        drawn_in_common(asked("Z1"), normal, size)
    assert len(common._draws) == common.KEPT
    again = drawn_in_common(asked("Z2"), normal, 1)
    assert again is not drawn
    assert (again == drawn).all()
