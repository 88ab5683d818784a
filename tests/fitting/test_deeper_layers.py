"""Masks of deeper layers against those of their own layer in drawn networks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_array

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset, digits
from sparse_limits.numerics.fitting.drawn_networks import _drawn, _explained, checked_network
from sparse_limits.numerics.fitting.explanation import METHODS
from sparse_limits.numerics.fitting.levels import ENOUGH_DRAWN, REJECTED
from sparse_limits.numerics.fitting.method_law import Setting
from sparse_limits.numerics.fitting.verdict import account

WIDTHS = (64, 64)


@cache
def data() -> Dataset:
    whole = digits("ge5")
    return replace(whole, x=whole.x[:60], y=whole.y[:60])


def mask_of(method: str, place: int, seed: int = 0) -> np.ndarray:
    network = sl.random_network((64, *WIDTHS, 1), np.random.default_rng([place, seed]))
    return sl.prune(method, network, data().x, -data().y, 0.2, rng=np.random.default_rng(1))[place - 1]


@pytest.mark.parametrize("method", ["random", "snip", "synflow", "wanda"])
def test_a_hidden_layer_is_left_by_its_method(method: str) -> None:
    """Each of two masks is rejected with chance 1 %, both with chance 1e-4."""
    found = []
    for seed in (1, 2):
        mask = mask_of(method, 2, seed)
        setting, rng = Setting(data()), np.random.default_rng(seed)
        drawn = [_drawn(method, setting, (64, *WIDTHS, 1), 2, int(mask.sum()), rng) for _ in range(ENOUGH_DRAWN)]
        found.append(_explained(method, [mask, *drawn], 2).p)
    assert max(found) > REJECTED


def test_a_hidden_layer_is_not_that_of_other_methods_nor_a_first_one() -> None:
    mask = mask_of("snip", 2)
    found = sl.fit(mask, data(), widths=WIDTHS, place=2)
    p = {each.method: each.p for each in found.methods.tested}
    assert set(p) == set(METHODS)
    assert max(p["random"], p["wanda"], p["synflow"]) <= REJECTED
    first = sl.fit(mask, data(), fresh_rows=1000)
    assert "snip" not in [name for law in account(first).methods for name in law]


@pytest.mark.parametrize("place", [1, 2])
def test_rows_of_less_than_half_a_weight_are_no_masks_of_wanda(place: int) -> None:
    mask = np.zeros((64, 64), bool)
    mask.flat[np.random.default_rng(0).choice(mask.size, 20, replace=False)] = True
    found = sl.fit(mask, data(), widths=WIDTHS, place=place).methods
    assert [(each.method, each.reason) for each in found.excluded if each.same_as is None] == [
        ("wanda", "at density 0.00488 it keeps none or all of the 64 weights of each row")
    ]
    assert all(each.p > 0 for each in found.tested)


def test_the_place_is_that_of_the_shape() -> None:
    mask = csr_array(np.eye(30, 64, dtype=bool))
    assert checked_network(mask, data(), (64, 30), None) == ((64, 64, 30, 1), 2)
    for widths, place, said in (
        ((30, 64, 30), None, "that of layers 1 and 3 of"),
        ((20,), None, "that of no layer of 64 - 20 - 1"),
        ((64, 30), 1, r"expected \(64, 64\), that of layer 1 of"),
        ((64, 30), 4, "place is 4"),
        ((64, 0), None, "widths is 0"),
        ((2**13, 30), 2, "the mask has shape"),
    ):
        with pytest.raises(InputError, match=said):
            checked_network(mask, data(), widths, place)


def test_the_command_names_the_layer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "net.npz", **{f"{at}.weight_mask": mask_of("random", at + 1) for at in range(3)})
    words = ["fit", str(tmp_path / "net.npz"), "--layer", "1", "--data", "digits", "--samples", "60"]
    assert main(words) == 2
    assert "1 is layer 2 of" in (said := capsys.readouterr().err)
    assert "not compared" in said
    assert main([*words, "--widths", "64", "64", "--place", "2"]) == 0
    assert "layer 2 of 64-64-64-1, ReLU" in " ".join(capsys.readouterr().out.split())


def test_places_go_with_widths() -> None:
    with pytest.raises(InputError, match="place is 2 and widths are None"):
        sl.fit(mask_of("random", 2), data(), place=2)
    with pytest.raises(InputError, match="widths is given and there are no data"):
        sl.fit(mask_of("random", 2), widths=WIDTHS)
