"""What the sizes of weights say: whole numbers, and two scales."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from helpers import needs
from scipy.stats import binom

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
    level = float(said.rsplit("--below ", 1)[1])
    assert (weights > level).sum() == 500


def test_normal_weights_of_two_scales_overlap_and_are_seen() -> None:
    weights = RNG.standard_normal(200_000)
    weights[::2] *= 1e-6
    assert np.abs(weights[1::2]).min() < 100 * np.abs(weights[::2]).max()  # no gap of a thousand
    (said,) = notes(weights)
    level = float(said.rsplit("--below ", 1)[1])
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


LAWS = {
    "normal": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.uniform(-1, 1, shape),
    "laplace": lambda rng, shape: rng.laplace(size=shape),
}


def alarms(law: str, size: int, layers: int, seed: int = 0) -> int:
    draws = LAWS[law](np.random.default_rng(seed), (layers, size))
    return sum(bool(notes(each)) for each in draws)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("octaves", [3, 4])
def test_weights_of_one_scale_are_told_as_rarely_as_said(
    law: str, octaves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a narrower gap alarms can be counted: for each octave in which T weights may be below the upper end, a binomial chance.

    Of 30 weights T has any number from 2 to 28; an octave lies between two order statistics of uniform weights for
    1 / (T ln 2) of them. The density of normal and of Laplace weights falls, so that q is up to twice, thrice as large.
    """
    monkeypatch.setattr("sparse_limits.numerics.masks.weights.OCTAVES", octaves)
    q = {"uniform": 1, "normal": 2, "laplace": 3}[law] * 2.0**-octaves
    bound = sum(binom.sf(np.ceil(2 * t / 3) - 1, t, q) / (t * np.log(2)) for t in range(2, 29))
    layers = 3000
    told = alarms(law, 30, layers)
    assert told <= binom.ppf(1 - 1e-6, layers, bound)
    assert octaves > 3 or told > 0  # the count could have failed


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("size", [4, 30, 1000])
def test_layers_of_one_scale_have_no_note(law: str, size: int) -> None:
    """The chance of one alarm in as many layers is about a hundredth by the rate that is stated."""
    assert alarms(law, size, 2000 if size < 1000 else 300, seed=1) == 0


def test_trained_weights_have_no_note() -> None:
    """Of a network trained on digits, without the pixels that are always 0, whose weights decay."""
    from sklearn.datasets import load_digits
    from sklearn.neural_network import MLPClassifier

    x, y = load_digits(return_X_y=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it stops early
        net = MLPClassifier((64, 32), max_iter=15, random_state=0).fit(x[:, x.std(axis=0) > 0.1], y)
    assert all(notes(each) == () for each in net.coefs_)


@pytest.mark.parametrize("name", ["w.npz", "w.npy"])
def test_below_prunes_small_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    weights = (np.abs(RNG.standard_normal((40, 30))) + 0.1).astype(np.float32)
    small = RNG.random((40, 30)) < 0.6
    weights[small] *= 1e-8
    if name == "w.npz":
        masks = {"2.weight_mask": np.eye(40), "4.weight_mask": np.eye(40)}
        np.savez(tmp_path / name, **{"0.weight": weights, "0.bias": np.ones(40)}, **masks)
    else:
        np.save(tmp_path / name, weights)
    layer = "0" if name == "w.npz" else None
    found = load_mask(tmp_path / name, layer, below=1e-5)
    assert (found.mask.toarray() == ~small).all()
    assert found.notes == ()
    (first, *_) = fit_layers(tmp_path / name, below=1e-5)["layers"]
    assert (first["kept"], first["notes"]) == ((~small).sum(), [])
    assert load_mask(tmp_path / name, layer, nonzero=True).mask.nnz == weights.size
    assert main(["fit", str(tmp_path / name), "--below", "1e-5"]) == 0
    assert "above 1e-05" in " ".join(capsys.readouterr().out.split())


def test_below_compares_the_moduli_of_all_kinds_of_numbers(tmp_path: Path) -> None:
    held = {"int": [[-128, 1, 2]], "half": [[6e-8, 0.5, -0.5]]}
    kinds = {"int": np.int8, "half": np.float16}
    np.savez(tmp_path / "w.npz", **{f"{name}.weight": np.array(value, kinds[name]) for name, value in held.items()})

    def kept(name: str, below: float) -> list[bool]:
        return load_mask(tmp_path / "w.npz", name, below=below).mask.toarray()[0].tolist()

    assert kept("int", 1) == [True, False, True]  # at most this modulus; |-128| is none of int8
    assert kept("half", 1e-9) == [True, True, True]
    assert kept("half", 1e9) == [False, False, False]


@pytest.mark.parametrize("below", ["-1", "nan", "inf"])
def test_below_is_a_level(tmp_path: Path, capsys: pytest.CaptureFixture[str], below: str) -> None:
    np.savez(tmp_path / "w.npz", **{"0.weight": np.ones((3, 3)), "2.weight": np.ones((3, 3))})
    for options in ([], ["--layer", "0"]):
        assert main(["fit", str(tmp_path / "w.npz"), *options, f"--below={below}"]) == 2
        assert capsys.readouterr().err.endswith("expected a finite number from 0, such as 1e-6\n")


def test_below_of_masks_alone_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.savez(tmp_path / "w.npz", **{"0.weight_mask": np.ones((3, 3)), "2.weight_mask": np.ones((3, 3))})
    for options in ([], ["--layer", "0"]):
        assert main(["fit", str(tmp_path / "w.npz"), *options, "--below", "1e-3"]) == 2
        assert "expected weights" in capsys.readouterr().err
