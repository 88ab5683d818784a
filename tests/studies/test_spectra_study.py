"""The study of spectra: its kernels and training beside others, its sentences, and the command."""

from __future__ import annotations

import json
from functools import partial
from math import inf
from pathlib import Path

import numpy as np
import pytest
import sympy as sp
from helpers import needs
from json_cases import wrong

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset, digits
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.kernels import dense_kernel
from sparse_limits.numerics.networks import ACTIVATIONS, Network, random_network, tangent_kernel
from sparse_limits.numerics.studies import run_study, settings_of, study
from sparse_limits.numerics.studies.spectra import (
    BATCH,
    QUICK,
    Case,
    Settings,
    _kernels,
    cross_entropy,
    mask_graphons,
    measure,
    own_kernel,
    spectrum,
    trained,
)
from sparse_limits.numerics.studies.spectra_figure import _median, _metric
from sparse_limits.numerics.studies.spectra_sentences import findings, own_over_masks, sentences
from sparse_limits.numerics.studies.spectra_summary import KERNELS, SpectraRow, Spectrum
from sparse_limits.theory.kernel import second_moment_graphon
from sparse_limits.theory.saliency.model import rho

RELU = ACTIVATIONS["normalised relu"]
TINY = Settings(**(QUICK | {"width": 16, "steps": 5, "depths": (2,), "networks": 1}))


@pytest.fixture(scope="module")
def small() -> tuple[Network, tuple[np.ndarray, ...], np.ndarray]:
    rng = np.random.default_rng(0)
    network = random_network((6, 40, 40, 3), rng, RELU)
    masks = tuple(rng.random(weight.shape) < 0.4 for weight in network.weights)
    return network, masks, rng.standard_normal((8, 6))


def test_the_kernel_of_masks_is_that_of_wide_copies_of_them(small):
    """K2: every unit of the masks many times over, weights drawn afresh."""
    _, masks, x = small
    copies, draws = 10, 40
    rng = np.random.default_rng(1)
    repeated = [
        np.kron(mask, np.ones((copies if at < len(masks) - 1 else 1, copies if at else 1)))
        for at, mask in enumerate(masks)
    ]
    seen = [
        own_kernel(random_network((6, 40 * copies, 40 * copies, 3), rng, RELU), tuple(each > 0 for each in repeated), x)
        for _ in range(draws)
    ]
    error = np.std(seen, axis=0, ddof=1) / np.sqrt(draws)
    found = _kernels(small[0], masks, x)["masks"]
    # 36 pairs, 39 degrees of freedom: beyond 5 deviations with a chance of 4e-4; and layers of 400 units are not infinite
    assert (np.abs(found - np.mean(seen, axis=0)) < 5 * error + np.trace(found) / len(x) / (40 * copies)).all()
    assert np.trace(_kernels(small[0], masks, x)["paper"]) > 1.5 * np.trace(found)


def test_without_pruning_all_limits_are_the_dense_kernel(small):
    network, masks, x = small
    whole = tuple(np.ones_like(mask) for mask in masks)
    dense = dense_kernel(x, depth=2).ntk
    for name in ("paper", "masks"):
        np.testing.assert_allclose(_kernels(network, whole, x)[name], dense, rtol=1e-9)


def test_the_own_kernel_is_the_mean_over_outputs(small):
    network, masks, x = small
    whole = tangent_kernel(network, x, masks=masks)
    np.testing.assert_allclose(own_kernel(network, masks, x), np.einsum("aobo->ab", whole) / 3, rtol=1e-10)


def test_a_kernel_that_vanishes_has_no_spectrum():
    assert spectrum(np.zeros((64, 64)), 1.0) is None
    flat = spectrum(np.eye(64), 32.0)
    assert flat is not None
    assert (flat["effective_rank"], flat["gap"], flat["trace"]) == (64, 1, 2)
    assert flat["top"] == pytest.approx(5 / 64)
    assert flat["decay"] == pytest.approx(0, abs=1e-12)
    single = spectrum(np.ones((64, 64)), 64.0)
    assert single is not None
    assert single["gap"] is single["decay"] is None


def test_graphons_have_a_block_for_each_entry(small):
    layers = mask_graphons(small[1])
    np.testing.assert_array_equal(layers[1].trained.values, small[1][1])
    np.testing.assert_allclose(layers[2].trained.values[0], small[1][2].mean(axis=0))


def test_training_is_that_of_torch(small):
    """Adam and descent, step for step."""
    torch = needs("torch")
    rng = np.random.default_rng(2)
    network, masks, _ = small
    x, y = rng.standard_normal((200, 6)), np.eye(3)[rng.integers(0, 3, 200)]
    data = Dataset(x, y, "drawn", "onehot")
    for optimiser, rate in (("adam", 1e-2), ("descent", 0.5)):
        scales = [w.shape[1] ** -0.5 if optimiser == "adam" else 1.0 for w in network.weights]
        held = [
            torch.tensor(w * m * s, requires_grad=True) for w, m, s in zip(network.weights, masks, scales, strict=True)
        ]
        moves = torch.optim.Adam(held, lr=rate) if optimiser == "adam" else torch.optim.SGD(held, lr=rate)
        losses, batches = [], np.random.default_rng(3)
        for _ in range(20):
            chosen = batches.choice(200, BATCH, replace=False)
            h = torch.tensor(x[chosen])
            for at, (weight, mask, scale) in enumerate(zip(held, masks, scales, strict=True)):
                h = h @ (weight * torch.tensor(mask.astype(float))).T / (scale * weight.shape[1] ** 0.5)
                h = torch.relu(h) * 2**0.5 if at < 2 else h
            loss = torch.nn.functional.cross_entropy(h, torch.tensor(y[chosen].argmax(axis=1)))
            losses.append(loss.item())
            moves.zero_grad()
            loss.backward()
            moves.step()
        found = trained(optimiser, network, masks, data, rate, 20, np.random.default_rng(3))
        assert found == pytest.approx(np.mean(losses), rel=1e-9)
        assert losses[-1] < losses[0]


def test_the_loss_is_the_cross_entropy():
    rng = np.random.default_rng(0)
    outputs, y = rng.standard_normal((5, 3)), np.eye(3)[[0, 1, 2, 1, 0]]
    loss, slope = cross_entropy(outputs, y)
    shares = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    assert loss == pytest.approx(-np.mean(np.log(shares[y == 1])))
    np.testing.assert_allclose(slope, shares - y)
    assert np.isfinite(cross_entropy(1e4 * outputs, y)[0])


def test_training_that_overflows_has_no_finite_loss():
    assert (
        trained(
            "descent",
            random_network((64, 16, 10), np.random.default_rng(0), RELU),
            (np.ones((16, 64), bool), np.ones((10, 16), bool)),
            digits("onehot"),
            1e200,
            5,
            np.random.default_rng(0),
        )
        == np.inf
    )


def test_dense_networks_come_first_and_have_their_own_trace():
    rows = measure(Case(TINY, 2, 0))
    assert [(row["method"], row["density"]) for row in rows] == [
        ("dense", 1.0),
        *((method, density) for method in TINY.methods for density in (0.5, 0.1)),
    ]
    for name in KERNELS:
        assert rows[0][name]["trace"] == 1
        assert all(row[name] is None or row[name]["trace"] < 1 for row in rows if row["method"] == "random")


def _row(method: str, density: float, loss: float, rank: float, network: int = 0) -> SpectraRow:
    found: Spectrum = {"decay": 1 / rank, "effective_rank": rank, "gap": rank, "top": 1 / rank, "trace": density**3}
    return {
        "depth": 2,
        "network": network,
        "method": method,
        "density": density,
        "adam": loss,
        "descent": -loss,
        "paper": found,
        "masks": found,
        "own": None,
    }


def test_sentences_hold_and_fail_where_they_should():
    rows = [
        _row(*of, network)  # type: ignore[arg-type]
        for network in range(6)
        for of in (
            ("dense", 1.0, 0.5, 5.0),
            ("random", 0.5, 1.0, 6.0),
            ("random", 0.1, 2.0, 6.1),
            ("snip", 0.5, 0.7, 4.0),
            ("snip", 0.1, 0.9, 3.0),
        )
    ]
    found = {(each["sentence"], each["method"], each["by"]): each for each in findings(rows)}
    assert found["falls faster than Random, always", "snip", "adam"]["of"] == 6
    for key, each in found.items():
        expected = {"adam": "holds", "paper": "holds", "masks": "holds", "descent": "fails", "own": "fails"}[each["by"]]
        assert each["verdict"] == expected, key
    said = sentences(findings(rows), rows)
    assert said[0] == "adam: of 5 sentences, 5 hold, 0 fail, 0 are open."
    assert not any("Random pruning" in each for each in said)  # a kernel vanishes
    whole = [{**row, "own": row["masks"]} for row in rows]
    assert "x is 1.00 ± 0.00 (paper), 1.00 ± 0.00 (masks), 1.00 ± 0.00 (own)" in sentences(findings(whole), whole)[-1]  # type: ignore[arg-type]


@pytest.mark.parametrize("vanishing", ["random", "snip"])
def test_where_a_kernel_vanishes_no_comparison_holds(vanishing: str) -> None:
    rows = [
        _row(*of, network)  # type: ignore[arg-type]
        for network in range(6)
        for of in (
            ("dense", 1.0, 0.5, 5.0),
            ("random", 0.5, 1.0, 6.0),
            ("random", 0.1, 2.0, 6.1),
            ("snip", 0.5, 0.7, 4.0),
            ("snip", 0.1, 0.9, 3.0),
        )
    ]
    for row in rows:
        row["own"] = None if (row["method"], row["density"]) == (vanishing, 0.1) else row["masks"]
    found = {each["by"]: each["holds"] for each in findings(rows) if each["sentence"] == "decay and rank change least"}
    assert found == {"paper": 6, "masks": 6, "own": 0}


def test_random_pruning_scales_the_kernels_by_one_power_more_than_the_paper_says():
    """c^L for the model of section 5, c^(L+1) for masks (K3)."""
    found = study("spectra", quick=True, methods=["random"], depths=[2], width=64, networks=4, steps=1)
    powers = {
        by: np.mean([np.log(row[by]["trace"]) / np.log(row["density"]) for row in found["rows"] if row["density"] < 1])
        for by in KERNELS
    }
    assert powers["paper"] == pytest.approx(2, abs=0.5)  # nearer than to 3
    assert powers["masks"] == pytest.approx(3, abs=0.5)


def test_weights_that_a_method_chose_enlarge_the_kernel():
    """(q/ρ)^L for magnitude (K4), 1 for masks that do not look at weights; SNIP's factor grows with the depth, too."""
    depths, density = (1, 2, 3), 0.1
    found = study(
        "spectra",
        methods=["random", "magnitude", "snip"],
        depths=list(depths),
        densities=[0.5, density],
        width=64,
        samples=60,
        networks=4,
        steps=1,
    )
    factors = {
        method: np.array([own_over_masks(found["rows"], method, depth, density) for depth in depths])
        for method in ("random", "magnitude", "snip")
    }
    energy = number(second_moment_graphon.expressions["second_moment"], {rho: sp.Rational(1, 10)}) / density
    np.testing.assert_allclose(np.log(factors["random"]), 0, atol=0.4)
    np.testing.assert_allclose(np.log(factors["magnitude"]), np.arange(1, 4) * np.log(energy), atol=0.4)
    assert (factors["snip"] > 2.0 ** np.arange(1, 4)).all()
    said = next(each for each in found["sentences"] if "fresh" in each)
    assert said.startswith("At density 0.1, with 1 and 3 hidden layers, the trace of own is that of masks")
    for method, of in factors.items():
        assert f"{of[0]:.3g} and {of[-1]:.3g} ({method})" in said


def test_where_the_kernel_of_masks_vanishes_no_factor_is_told():
    rows = [_row(*of) for of in (("random", 0.5, 1.0, 6.0), ("snip", 0.5, 0.7, 4.0))]
    assert rows[0]["masks"] is not None
    rows[0]["own"] = {**rows[0]["masks"], "trace": 3 * rows[0]["masks"]["trace"]}
    rows[1]["masks"] = None
    assert own_over_masks(rows, "random", 2, 0.5) == pytest.approx(3)
    assert own_over_masks(rows, "snip", 2, 0.5) is None
    (said,) = (each for each in sentences([], rows) if "fresh" in each)
    assert (
        "with 2 hidden layers, the trace of own is that of masks, whose weights are fresh, times 3 (random): " in said
    )
    rows[0]["own"] = None  # a pruned network without a path: nothing of the trace is left
    assert own_over_masks(rows, "random", 2, 0.5) == 0


def test_rows_are_the_same_for_any_number_of_processes():
    few = settings_of("spectra", quick=True, depths=[1], width=16, steps=2, densities=[0.5])
    assert run_study("spectra", few, 1) == run_study("spectra", few, 2)


def test_the_command_has_the_numbers_of_the_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers, picture = tmp_path / "s.json", tmp_path / "s.svg"
    words = ["--depths", "1", "--width", "16", "--steps", "3", "--quick", "--seed", "2"]
    assert main(["study", "spectra", *words, "--jobs", "1", "--json", str(numbers), "--plot", str(picture)]) == 0
    assert wrong("study spectra --json", json.loads(numbers.read_text("utf-8"))) == []
    out = " ".join(capsys.readouterr().out.split())
    assert "Kernels and training of pruned networks: 2 networks of each depth, 16 units a layer" in out
    assert "falls faster than Random" in out
    found = study("spectra", depths=[1], width=16, steps=3, quick=True, seed=2)
    assert json.loads(numbers.read_text("utf-8")) == json.loads(json.dumps(found))
    assert picture.stat().st_size > 5_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--methods", "wanda"], "methods is 'wanda', expected random, magnitude, snip, grasp, synflow"),
        (["--depths", "0"], "depths is 0, expected"),
        (["--densities", "1"], "densities is 1.0"),
        (["--width", "1"], "width is 1, expected"),
        (["--networks", "0"], "networks is 0, expected"),
        (["--samples", "59"], "samples is 59, expected"),
        (["--steps", "0"], "steps is 0, expected"),
        (["--seed", "-1"], "seed is -1"),
        (["--plot", "s.gif"], "suffix is '.gif'"),
    ],
)
def test_bad_input_is_named(words, said, capsys):
    assert main(["study", "spectra", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_an_infinite_metric_counts_in_the_median_of_the_picture():
    """Of four networks one whose decay is infinite is above the three others; None of a kernel is one that vanishes."""
    rows = [_row("random", 0.05, 1.0, rank, network) for network, rank in enumerate((0.25, 0.5, 1.0, 2.0))]
    rows[0]["paper"] = {**rows[0]["paper"], "decay": None}
    of = partial(_metric, "paper", "decay")
    assert _median({"rows": rows}, "random", 0.05, of) == 1.5
    rows[1]["paper"] = rows[2]["paper"] = {**rows[0]["paper"]}
    assert _median({"rows": rows}, "random", 0.05, of) == inf
    rows[0]["paper"] = rows[1]["paper"] = rows[2]["paper"] = None
    assert _median({"rows": rows}, "random", 0.05, of) == 0.5
