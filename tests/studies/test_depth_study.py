"""The study of depth: its settings, errors, sentences, and the command."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from json_cases import wrong

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers import drawn
from sparse_limits.numerics.prediction.layers.observation import pruned
from sparse_limits.numerics.prediction.settings import Settings as PruningSettings
from sparse_limits.numerics.studies import run_study, settings_of, study
from sparse_limits.numerics.studies.depth import (
    DATA,
    Case,
    Settings,
    compared,
    data_of,
    errors,
    measure,
    minibatch,
    pieces,
    summarise,
)
from sparse_limits.numerics.studies.depth_sentences import average, sentences
from sparse_limits.numerics.studies.depth_summary import DepthRow

SMALL = Settings(
    data=("wine",), activations=("relu", "tanh"), depths=(2,), densities=(0.1,), networks=3, width=24, units=256
)


@pytest.fixture(scope="module")
def digits_rows() -> list[DepthRow]:
    settings = Settings(width=128, units=2048)
    return measure(Case(settings, "digits", "cross-entropy", "relu", 2, "snip"))


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [("digits", (1797, 64), 10), ("wine", (178, 13), 3), ("breast-cancer", (569, 30), 2)],
)
def test_data_are_standardised_classes(name, shape, classes):
    data = data_of(name)
    assert data.x.shape == shape
    assert data.y.shape == (shape[0], classes)
    assert (data.y.sum(axis=1) == 1).all()
    np.testing.assert_allclose(data.x.mean(axis=0), 0, atol=1e-12)
    assert set(np.round(data.x.std(axis=0), 9)) <= {0.0, 1.0}
    part = minibatch(Settings(), name)
    assert len(part.x) == 128
    np.testing.assert_array_equal(part.x, minibatch(Settings(), name).x)


def test_snip_is_in_every_setting_and_the_others_with_one_activation():
    settings = Settings()
    kinds = settings.settings()
    assert len(pieces(settings)) == len(set(kinds)) == 3 * 2 * 3 * 3 + 2 * 3 * 2 * 3 + 2 * 3 * 3
    for method, losses in (("grasp-magnitude", {"mse", "cross-entropy"}), ("magnitude", {"mse"}), ("synflow", {"mse"})):
        found = {(loss, activation, norm) for _, loss, activation, _, each, norm in kinds if each == method}
        assert found == {(loss, "relu", "none") for loss in losses}
    normalised = {(method, activation, loss) for _, loss, activation, _, method, norm in kinds if norm == "batch"}
    assert normalised == {("snip", "relu", "mse"), ("snip", "relu", "cross-entropy")}
    assert {data for data, *_ in kinds} == set(DATA)


def test_errors_are_averages_of_what_the_rows_say(digits_rows):
    for row in digits_rows:
        for found, of, constant in (
            (row["layer_errors"], row["layers"], row["density"]),
            (row["column_errors"], row["columns"], row["layers"]["observed"][0]),
        ):
            observed = np.array(of["observed"])
            for name in ("target", "averaged", "output"):
                assert found[name] == pytest.approx(np.mean(np.abs(np.array(of[name]) - observed)), rel=1e-12)
            assert found["constant"] == pytest.approx(np.mean(np.abs(constant - observed)), rel=1e-12)
        assert len(row["layers"]["observed"]) == 3
        assert np.mean(row["columns"]["observed"]) == pytest.approx(row["layers"]["observed"][0], rel=1e-12)
        kept = np.array(row["layers"]["observed"]) @ [128 * 64, 128**2, 10 * 128]
        assert kept == pytest.approx(round(row["density"] * (128 * 64 + 128**2 + 1280)), abs=1)


def test_the_law_is_nearer_than_the_constant(digits_rows):
    """The control of the study: that every layer, and every column, keeps the same density."""
    for row in digits_rows:
        for found in (row["layer_errors"], row["column_errors"]):
            assert found["target"] < found["constant"] / 2


def test_networks_are_pruned_at_their_own_outputs(digits_rows):
    """Their residuals are no longer those of the output 0, and those of a network do not depend on the density."""
    data = minibatch(Settings(), "wine")
    x, y = np.asarray(data.x, float), np.asarray(data.y, float)
    rows = measure(Case(SMALL, "wine", "mse", "tanh", 2, "snip"))
    assert rows[0]["layers"]["output"] != rows[0]["layers"]["target"]
    from sparse_limits.numerics.keyed import keyed_seed

    network = Architecture(13, (24, 24), 3, "tanh", "torch", True)
    asked = PruningSettings(method="snip", density=0.1, loss="mse", residual="output")
    key = ("depth", "wine", "mse", "tanh", 2, "snip", "network")
    seen = [pruned(asked, network, x, y, np.random.default_rng(keyed_seed(0, *key, at))) for at in range(3)]
    assert all(np.abs(each.residual.values + y).max() > 0.01 for each in seen)
    expected = np.mean([each.kept.densities for each in seen], axis=0)
    np.testing.assert_allclose(rows[0]["layers"]["observed"], expected, rtol=1e-12)


def test_the_floor_is_what_exact_predictions_leave():
    """Normal densities around a prediction without error: the mean error over many entries is the floor."""
    rng = np.random.default_rng(0)
    truth = np.full(200_000, 0.3)
    drawn = [truth + 0.01 * rng.standard_normal(truth.size) for _ in range(30)]
    found = errors(compared(drawn, {"target": truth}), 0.3, 30)
    assert found["target"] == found["constant"]
    assert found["averaged"] is None
    assert found["floor"] == pytest.approx(found["target"], rel=0.02)  # the mean of sd is below σ by 1/4(K − 1)


def test_sentences_count():
    settings = Settings(data=("wine",), activations=("relu",), depths=(1,), densities=(0.2,), networks=2, width=8)
    exact = compared([np.array([0.2, 0.3]), np.array([0.4, 0.3])], {"target": np.array([0.3, 0.3])})
    full = exact | {"averaged": [0.3, 0.4], "output": [0.2, 0.3]}
    row = {
        "data": "wine",
        "loss": "mse",
        "activation": "relu",
        "depth": 1,
        "method": "snip",
        "norm": "none",
        "density": 0.2,
        "layers": full,
        "columns": full,
        "layer_errors": errors(full, 0.2, 2),
        "column_errors": errors(full, 0.3, 2),
        "sampling": 0.001,
        "second_term": None,
    }
    said = sentences([row], "the rest")
    assert "misses layers by 0.0000 (constant 0.1000, floor 0.0399)" in said[0]
    assert "nearer to the layers than the constant in 1 of them, to the columns in 0." in said[0]
    assert "layers 0.0000, 0.0500 and 0.0500" in said[1]
    assert "wine, relu, mse, 1 hidden layer, density 0.2" in said[2]
    assert said[-1] == "Not covered: the rest."
    bare = row | {"method": "synflow", "layer_errors": errors(exact, 0.2, 2), "column_errors": errors(exact, 0.3, 2)}
    assert len(sentences([bare], "x")) == 2
    grasp = sentences([bare | {"method": "grasp-magnitude", "second_term": share} for share in (0.2, 0.3)], "x")
    assert grasp[0].endswith("leaves out a term of 0.25 of the first's norm here (S8).")
    assert average([row["layer_errors"], bare["layer_errors"]], "output") is None
    normalised = sentences([row, row | {"norm": "batch"}], "x")
    assert [text.split(" misses")[0] for text in normalised[:2]] == [
        "snip, predicted before any weight is drawn,",
        "snip with batch normalisation, predicted before any weight is drawn,",
    ]
    assert "convolutions" in summarise(settings, [row])["sentences"][-1]


def test_the_command_has_the_numbers_of_the_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers, picture = tmp_path / "d.json", tmp_path / "d.svg"
    words = ["--data", "wine", "--depths", "1", "--width", "16", "--units", "128", "--quick", "--jobs", "1"]
    assert main(["study", "depth", *words, "--seed", "2", "--json", str(numbers), "--plot", str(picture)]) == 0
    assert wrong("study depth --json", json.loads(numbers.read_text("utf-8"))) == []
    out = capsys.readouterr().out
    for word in ("snip, relu, mse", "grasp-magnitude", "synflow", "Not covered: batch normalisation"):
        assert word in " ".join(out.split())
    found = study("depth", data=["wine"], depths=[1], width=16, units=128, quick=True, seed=2)
    assert json.loads(numbers.read_text("utf-8")) == json.loads(json.dumps(found))
    methods = [row["method"] for row in found["rows"]]
    assert methods == ["snip", "snip", "grasp-magnitude", "grasp-magnitude", "magnitude", "synflow"]
    assert found["protocol"]["networks"] == 3
    assert picture.stat().st_size > 5_000


def test_rows_are_the_same_for_any_number_of_processes():
    few = Settings(data=("wine",), losses=("mse",), activations=("tanh",), depths=(1, 2), densities=(0.2, 0.1))
    few = settings_of("depth", **{name: getattr(few, name) for name in few.__dataclass_fields__} | {"units": 64})
    assert run_study("depth", few, 1) == run_study("depth", few, 2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--data", "iris"], "data is 'iris', expected digits, wine, breast-cancer"),
        (["--methods", "wanda"], "methods is 'wanda', expected snip, grasp-magnitude, magnitude, synflow"),
        (["--norms", "layer"], "norms is 'layer', expected none, batch"),
        (["--methods", "synflow", "--norms", "batch"], "norms is 'batch', expected none for methods other than snip"),
        (["--methods", "synflow", "--losses", "cross-entropy"], "expected mse for methods that read no data"),
        (["--activations", "relo"], "activations is 'relo'"),
        (["--losses", "hinge"], "losses is 'hinge'"),
        (["--depths", "0"], "depths is 0"),
        (["--densities", "1"], "densities is 1.0"),
        (["--networks", "1"], "networks is 1"),
        (["--width", "1"], "width is 1"),
        (["--samples", "5"], "samples is 5"),
        (["--units", "5"], "units is 5"),
        (["--seed", "-1"], "seed is -1"),
        (["--plot", "o.gif"], "suffix is '.gif'"),
    ],
)
def test_bad_calls_take_one_line(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "depth", *words]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert said in error
    assert error.count("\n") == 1


def test_normalised_networks_have_the_weights_of_the_others_and_other_densities(monkeypatch):
    """Their own law is nearer to their layers than that of the others is."""
    weights: list[np.ndarray] = []
    draw = drawn.draw

    def recorded(network: Architecture, rng: np.random.Generator) -> drawn.DrawnNetwork:
        made = draw(network, rng)
        weights.append(made.weights[1])
        return made

    monkeypatch.setattr(drawn, "draw", recorded)
    settings = Settings(width=64, units=2048)
    plain, normalised = (
        measure(Case(settings, "digits", "cross-entropy", "relu", 2, "snip", norm))[0] for norm in ("none", "batch")
    )
    observed, right, wrong = (
        np.array(row["layers"][name])
        for row, name in ((normalised, "observed"), (normalised, "averaged"), (plain, "averaged"))
    )
    assert np.abs(right - observed).mean() < np.abs(wrong - observed).mean() / 2
    assert normalised["norm"] == "batch"
    kinds = len(weights) // 2
    for mine, theirs in zip(weights[:kinds], weights[kinds:], strict=True):
        np.testing.assert_array_equal(mine, theirs)
