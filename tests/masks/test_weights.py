"""What the sizes of weights say: whole numbers, and two scales."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

from sparse_limits import fit_layers, load_mask
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.masks.weights import OCTAVES, Sizes

RNG = np.random.default_rng(0)


def notes(*pieces: np.ndarray) -> tuple[str, ...]:
    sizes = Sizes()
    for piece in pieces:
        sizes.add(piece)
    return sizes.notes


def test_weights_of_one_scale_say_nothing() -> None:
    for draw in (RNG.standard_normal, RNG.random, lambda size: RNG.standard_normal(size) ** 3):
        weights = draw(100_000)
        weights[::3] = 0
        assert notes(weights, weights.astype(np.float32)) == ()
    assert notes(np.zeros(5)) == notes(np.array([1e-12, 1.0, 2.0])) == notes(np.array([0, 1, 1], np.uint8)) == ()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_two_scales_are_seen_with_their_numbers(dtype: type) -> None:
    weights = np.abs(RNG.standard_normal(1000)) + 0.1
    weights[:500] *= 1e-6
    (said,) = notes(weights[:300].astype(dtype), weights[300:].astype(dtype))
    assert said.startswith("weights of two scales: 500 of the 1000 that are not 0 are below")
    level = float(said.rsplit("abs(w) > ", 1)[1])
    assert (weights > level).sum() == 500


def test_normal_weights_of_two_scales_overlap_and_are_seen() -> None:
    weights = RNG.standard_normal(200_000)
    weights[::2] *= 1e-6
    assert np.abs(weights[1::2]).min() < 100 * np.abs(weights[::2]).max()  # no gap of a thousand
    (said,) = notes(weights)
    level = float(said.rsplit("abs(w) > ", 1)[1])
    assert abs((np.abs(weights) > level).sum() - 100_000) < 2000
    weights[1000:] = np.abs(weights[1000:]) + 1  # a quarter of a per cent is no scale
    assert notes(weights) == ()


def test_the_gap_is_a_thousandfold() -> None:
    for octaves, seen in ((OCTAVES + 1, True), (OCTAVES, False)):
        assert bool(notes(np.array([1.0, 1.0, 2.0**-octaves, 2.0**-octaves]))) == seen


def test_whole_numbers_are_seen() -> None:
    assert notes(np.array([-3, 0, 2], np.int8)) == (
        "weights are whole numbers (int8): a 0 may be rounding and not pruning",
    )
    assert notes(np.array([0, 2], np.uint8))[0].startswith("weights are whole numbers (uint8)")


def test_files_of_weights_have_notes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = RNG.integers(-5, 6, (40, 30)).astype(np.int8)
    small = RNG.standard_normal((30, 40))
    small[:15] *= 1e-6
    small[:, ::4] = 0
    np.savez(
        tmp_path / "w.npz",
        **{"0.weight": whole, "2.weight": small, "4.weight_mask": np.eye(30), "6.weight_mask": np.eye(30)},
    )
    assert "int8" in load_mask(tmp_path / "w.npz", "0").notes[0]
    assert "of two scales" in load_mask(tmp_path / "w.npz", "2").notes[0]
    assert load_mask(tmp_path / "w.npz", "4").notes == ()
    assert [len(layer["notes"]) for layer in fit_layers(tmp_path / "w.npz")["layers"]] == [1, 1, 0, 0]
    assert main(["fit", str(tmp_path / "w.npz")]) == 0
    assert "0: weights are whole numbers (int8)" in " ".join(capsys.readouterr().out.split())
    assert main(["fit", str(tmp_path / "w.npz"), "--layer", "2"]) == 0
    assert "of the 900 that are not 0 are below" in " ".join(capsys.readouterr().out.split())


def test_quantised_tensors_are_whole_numbers(tmp_path: Path) -> None:
    torch = needs("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch means to give them up
        held = torch.quantize_per_tensor(torch.randn(20, 10), 0.1, 0, torch.qint8)
    torch.save({"0.weight": held, "0.bias": torch.ones(20)}, tmp_path / "q.pt")
    (note,) = load_mask(tmp_path / "q.pt", "0").notes
    assert "qint8" in note
