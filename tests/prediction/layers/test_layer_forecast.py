"""`predict` and `sparse-limits predict layers`: numbers, agreement with drawn networks, errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from questions import predict_layers
from scipy.stats import ks_2samp
from small_data import made

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.evidence_level import evidence_level
from sparse_limits.numerics.prediction.layers.measured_errors import MISSED
from sparse_limits.numerics.prediction.layers.predicted import predicted
from sparse_limits.numerics.prediction.layers.residual import Residual
from sparse_limits.numerics.prediction.layers.summary import summarise_layers
from sparse_limits.numerics.prediction.settings import IN_ROUNDS, METHODS, SCOPES, Settings
from sparse_limits.numerics.statistics.exact_tests import LEVEL

pytestmark = pytest.mark.usefixtures("law_answers")  # of narrow layers, too: they are quick

RNG = np.random.default_rng

SIZES = {"widths": (24, 16), "samples": 60, "units": 256, "networks": 2, "seed": 3}


def told(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    assert main(["predict", "layers", *map(str, words), "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("method", [*METHODS, IN_ROUNDS])
def test_every_method_gives_the_numbers_of_the_command(capsys, method):
    found = predict_layers(method, **SIZES)
    words = ("--widths", 24, 16, "--samples", 60, "--units", 256, "--networks", 2, "--seed", 3)
    said = told(capsys, "--method", method, *words)
    assert said == json.loads(json.dumps(summarise_layers(found, seed=3)))
    assert [layer["weights"] for layer in said["layers"]] == [24 * 64, 16 * 24, 16]
    assert len(said["columns"]["predicted"]) == 64
    kept = sum(layer["kept"] for layer in said["layers"])
    assert kept / sum(layer["weights"] for layer in said["layers"]) == pytest.approx(0.1, abs=0.02)


@pytest.mark.parametrize(
    "options",
    [
        {"widths": (128, 128)},
        {"widths": (96, 128, 64), "density": 0.05},
        {"widths": (128, 128), "init": "torch", "bias": True, "loss": "cross-entropy", "activation": "tanh"},
        {"widths": (128, 128), "residual": "output"},
        {"widths": (128,), "init": "uniform"},
    ],
)
def test_snip_keeps_of_each_layer_what_is_predicted(options):
    """The network is the unit: six standard errors of networks and of the law, and 1/n of finite width (measured in D2)."""
    found = predict_layers("snip", samples=300, networks=8, units=4096, **options)
    narrowest = min(options["widths"])
    for layer in found.layers:
        assert layer.observed is not None
        assert layer.sd is not None
        allowed = 6 * np.hypot(layer.error, layer.sd / np.sqrt(8)) + 1 / narrowest
        assert abs(layer.predicted - layer.observed) < allowed, layer
    assert found.observed_columns is not None
    even = np.abs(found.observed_columns - found.observed_columns.mean()).mean()
    assert np.abs(found.observed_columns - found.columns).mean() < even / 2


def test_the_mean_field_guess_would_miss():
    """The control of the test above: that each layer keeps the density of all."""
    found = predict_layers("snip", widths=(128, 128), samples=300, networks=8, units=1024)
    readout = found.layers[-1]
    assert readout.observed is not None
    assert abs(readout.observed - 0.1) > 0.3


def test_synflow_in_rounds_keeps_what_networks_drawn_for_it_do():
    options = {"widths": (64, 48), "samples": 60, "networks": 8, "density": 0.05}
    found, once = (predict_layers(method, **options) for method in (IN_ROUNDS, "synflow"))
    assert found.path_share == 1
    for layer in found.layers:
        assert abs(layer.predicted - layer.observed) <= 6 * np.hypot(layer.error, layer.sd / np.sqrt(8)), layer
    first, other = found.layers[0], once.layers[0]
    assert abs(other.predicted - first.observed) > 6 * np.hypot(
        first.error, first.sd / np.sqrt(8)
    )  # one round is no limit


def test_one_round_of_synflow_is_one_shot():
    options = {"widths": (32, 16), "samples": 60, "networks": 3, "seed": 1}
    found, once = (predict_layers(method, **options) for method in (IN_ROUNDS, "synflow"))
    single = predict_layers(IN_ROUNDS, rounds=1, **options)
    assert [layer.observed for layer in single.layers] == [layer.observed for layer in once.layers]
    assert [layer.observed for layer in single.layers] != [layer.observed for layer in found.layers]


def test_an_initial_output_of_zero_has_two_names():
    found = [predict_layers("snip", residual=name, sample=False, **SIZES) for name in ("zero", "target")]
    assert summarise_layers(found[0], seed=3) == summarise_layers(found[1], seed=3)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("method", [*METHODS, IN_ROUNDS])
def test_densities_of_layers_rest_on_what_the_method_defines_or_on_its_law(method, scope):
    found = predict_layers(method, scope=scope, **SIZES)
    standing = evidence_level(found.settings, found.network)
    assert found.says == standing.layers
    exact = all(layer.predicted == pytest.approx(layer.observed, abs=1e-12) for layer in found.layers)
    assert (found.says == "theorem") == (scope == "layer" or method in ("random", "wanda"))
    assert exact or method == "random" or found.says != "theorem"


def test_layers_of_their_own_threshold_keep_the_same_share():
    found = predict_layers("snip", **SIZES, scope="layer")
    assert [layer.predicted for layer in found.layers] == [
        round(0.1 * layer.weights) / layer.weights for layer in found.layers
    ]
    assert found.layers[1].collapse == 1 / (24 * 16)


def test_scores_that_are_all_zero_are_refused():
    data = Dataset(made().x, np.zeros((60, 1)), "made", "as-is")
    with pytest.raises(InputError, match="the residual is 0"):
        predict_layers("snip", data, widths=(8, 8))


@pytest.mark.parametrize("method", ["snip", "grasp", "grasp-magnitude"])
def test_equal_samples_whose_residuals_cancel_are_refused(method):
    """What was scored there was rounding."""
    twice = np.repeat(made().x[:20], 2, axis=0)
    data = Dataset(twice, np.tile([[0.3], [-0.3]], (20, 1)), "made", "as-is")
    with pytest.raises(InputError, match="the residuals of equal samples add up to 0"):
        predict_layers(method, data, widths=(8, 8))
    told = Dataset(twice, np.tile([[0.3], [-0.2]], (20, 1)), "made", "as-is")
    assert predict_layers("snip", told, widths=(8, 8), units=64, sample=False).layers[0].predicted > 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"method": "snip-iterative"}, "method is 'snip-iterative': the first round leaves each row a mask of its own"),
        ({"rounds": 5}, "rounds is 5: the first round leaves each row a mask of its own"),
        ({"method": "synflow", "rounds": 5}, "expected synflow-iterative"),
        ({"method": "magnitude-iterative"}, "rounds of magnitude are not known here"),
        ({"method": "synflow-iterative", "rounds": 0}, "rounds is 0, expected an integer from 1"),
        ({"method": "synflow-iterative", "widths": (2000, 3000)}, "weights in 100 rounds are compared"),
        ({"method": "snap"}, "method is 'snap', expected one of snip"),
        ({"density": 0}, "density is 0, expected a number strictly between 0 and 1"),
        ({"density": 1.0}, "density is 1.0"),
        ({"scope": "row"}, "scope is 'row', expected one of first, global, layer"),
        ({"loss": "hinge"}, "loss is 'hinge', expected one of mse, cross-entropy"),
        ({"loss": "cross-entropy", "data": sl.DataSource(labels="ge5")}, "targets are ge5, expected onehot"),
        ({"residual": "none"}, "residual is 'none'"),
        ({"residual": "output", "sample": False}, "residual is 'output' without networks"),
        ({"networks": 0}, "networks is 0"),
        ({"units": 3}, "units is 3, expected an integer from 64"),
        ({"widths": (2**20, 2**20)}, "2 networks of widths 1048576, 1048576 on 60 samples would take about 44 TiB"),
        ({"widths": ()}, "widths is ()"),
        ({"widths": 7}, "widths is 7"),
        ({"seed": -1}, "seed is -1"),
        ({"samples": 1}, "samples is 1"),
        ({"density": 0.99}, "density is 0.99: non-zero scores have"),
    ],
)
def test_bad_input_gets_one_line(wrong, said):
    options = {"method": "snip", **SIZES, **wrong}
    with pytest.raises(InputError) as caught:
        predict_layers(options.pop("method"), **options)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--widths", "8", "--depth", "2"), "unrecognized arguments: --depth 2"),
        (("--widths", "8", "8", "--train"), "unrecognized arguments: --train"),
        (("--widths", "8", "--scope", "first"), "--scope is 'first', expected global or layer: predict columns"),
        (("--widths", "0"), "--widths is 0, expected integers from 1"),
        ((), "--widths and --model: neither is given, expected one of them"),
        (("--widths", *["8"] * 101), "--widths has 101 layers, expected at most 100"),
        (("--widths", "8", "--activation", "cube"), "activation is 'cube'"),
    ],
)
def test_options_that_do_not_fit_are_named(capsys, words, said):
    assert main(["predict", "layers", "--method", "snip", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_tables_have_a_line_for_each_layer(capsys):
    words = ("--widths", "24", "16", "--samples", "60", "--units", "256", "--networks", "2", "--top", "2")
    assert main(["predict", "layers", "--method", "snip", *words]) == 0
    printed = capsys.readouterr().out
    assert "Densities of layers, observed in 2 networks" in printed
    assert "In the limit the last path ends at density" in printed
    assert sum(line.startswith("readout") for line in printed.splitlines()) == 2
    assert main(["predict", "methods", *words[:7]]) == 0
    printed = capsys.readouterr().out
    assert all(sum(line.startswith(f"{method} ") for line in printed.splitlines()) >= 2 for method in METHODS)


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_picture_is_written(tmp_path, suffix):
    place = tmp_path / f"layers{suffix}"
    words = ("--widths", "24", "16", "--samples", "60", "--units", "256", "--networks", "2", "--plot", str(place))
    assert main(["predict", "layers", "--method", "snip", *words]) == 0
    assert place.stat().st_size > 5000
    assert main(["predict", "layers", "--method", "snip", "--no-sample", *words]) == 0


def test_residuals_are_derivatives_of_the_loss():
    rng = np.random.default_rng(0)
    output, y = rng.standard_normal((5, 3)), np.eye(3)[[0, 1, 2, 1, 0]]
    step = 1e-6

    def loss(f: np.ndarray) -> np.ndarray:
        return np.log(np.exp(f).sum(axis=1)) - (f * y).sum(axis=1)

    residual = Residual("cross-entropy", output, y)
    for k in range(3):
        moved = [loss(output + sign * step * np.eye(3)[k]) for sign in (1, -1)]
        quotient = (moved[0] - moved[1]) / (2 * step)
        np.testing.assert_allclose(residual.values[:, k], quotient, atol=1e-8)
    change = rng.standard_normal((5, 3))
    ahead, behind = (Residual("cross-entropy", output + sign * step * change, y).values for sign in (1, -1))
    np.testing.assert_allclose(residual.moved(change), (ahead - behind) / (2 * step), atol=1e-8)
    np.testing.assert_array_equal(Residual("mse", output, y).values, output - y)


def test_grasp_moves_the_residual_as_the_loss_does():
    """Cross-entropy at depth: closer to the networks than the law with the residual of a squared error would be."""
    options = {"widths": (128, 128), "samples": 200, "networks": 6, "units": 2048}
    right = predict_layers("grasp-magnitude", loss="cross-entropy", residual="output", **options)
    for layer in right.layers:
        assert layer.observed is not None
        assert abs(layer.predicted - layer.observed) < 0.06, layer


@pytest.mark.parametrize("method", ["grasp", "grasp-magnitude", "snip", "wanda"])
def test_nothing_to_score_is_refused(method):
    data = Dataset(np.zeros((5, 3)), np.ones((5, 1)), "made", "as-is")
    with pytest.raises(InputError, match=r"is 0 on all samples|within single precision|scores have 0"):
        predict_layers(method, data, widths=(8, 8), units=64)


def test_narrow_networks_are_quick():
    """Some four hundred networks of the limit: the jackknife leaves out blocks of them."""
    found = predict_layers("snip", widths=(16, 16), samples=50, sample=False)
    assert found.layers[0].error > 0


def test_wanda_keeps_whole_numbers_of_a_row():
    found = predict_layers("wanda", widths=(4, 4), density=0.1, samples=50)
    assert [layer.predicted for layer in found.layers] == [6 / 64, 0.0, 0.0]
    assert [layer.dead_rows for layer in found.layers] == [0.0, 4.0, 1.0]
    assert [layer.seen_dead_rows for layer in found.layers] == [0.0, 4.0, 1.0]
    assert found.layers[1].dead_columns == 4.0
    assert predict_layers("wanda", widths=(40, 40), samples=50).layers[1].dead_columns is None


def test_one_input_has_nearly_parallel_samples():
    rng = np.random.default_rng(0)
    data = Dataset(rng.standard_normal((40, 1)), rng.standard_normal((40, 1)), "made", "as-is")
    found = predict_layers("snip", data, widths=(8, 8), units=256)
    assert any("was added to variances" in note for note in found.notes)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"widths": (8,)}, "rows have exactly this law at every width (S6; S7.1, D1.2)"),
        ({"widths": (8, 8)}, "the law of wide layers (D2)"),
        ({"widths": (8,), "residual": "output"}, "the law of wide layers (D2)"),
        (
            {"widths": (8,), "norm": "batch"},
            "measured, not proved: the law of wide layers (D2) with batch normalisation",
        ),
    ],
)
def test_a_note_says_which_law_it_is(options, said):
    found = predict_layers("snip", samples=50, units=64, networks=1, **options)
    (told,) = (note for note in found.notes if "law of wide" in note or "exactly" in note)
    assert told.startswith(said)


@pytest.mark.parametrize(("setting", "error"), MISSED.items())
def test_errors_that_notes_name_are_those_of_the_page(setting, error):
    page = (Path(__file__).resolve().parents[3] / "book" / "howto_trust.md").read_text("utf-8")
    digits = 4 if error < 0.02 else 3
    assert f"{error:.{digits}f}"[1:] in page, setting


def test_what_is_not_proved_says_how_far_it_lay_from_networks():
    bare = {"widths": (16, 16), "samples": 30, "units": 64, "sample": False}
    measured = predict_layers("snip", **bare, norm="batch")
    assert sum("were off by 0.0153 on average" in note for note in measured.notes) == 1
    signed = predict_layers("grasp", **bare)
    assert sum("densities of layers of grasp-magnitude were off by 0.04 on" in note for note in signed.notes) == 1
    assert not any("were off by" in note for note in predict_layers("snip", **bare).notes)


def test_few_scores_beyond_a_threshold_are_told():
    found = predict_layers("snip", widths=(64, 64), density=1e-4, samples=50, units=512, sample=False)
    assert any("take more --units" in note for note in found.notes)


def test_a_layer_of_which_every_score_is_zero_asks_for_no_more_units():
    """Inputs of 0: biases alone reach the readout."""
    data = Dataset(np.zeros((10, 4)), np.ones((10, 1)), "made", "as-is")
    found = predict_layers("snip", data, widths=(8,), density=0.05, units=64, bias=True, sample=False)
    assert [layer.predicted for layer in found.layers] == pytest.approx([0, 0.25])
    assert found.layers[0].collapse is None
    assert not any("--units" in note for note in found.notes)


def test_what_narrow_networks_of_the_limit_do_not_tell_is_said(monkeypatch):
    """With the units that the note names, all of it is known and the note is gone."""
    monkeypatch.setattr("sparse_limits.numerics.prediction.layers.latents.MOST_WHOLE", 1.0)
    asked = {"widths": (40, 40), "samples": 50, "sample": False}
    found = predict_layers("snip", units=128, **asked)
    (note,) = (note for note in found.notes if "the last path" in note)
    assert note.startswith("where the last path ends is not known: the law draws networks with at most 8 units")
    assert note.endswith("--units 320 gives them whole")
    assert found.path_ends is None
    whole = predict_layers("snip", units=320, **asked)
    assert not any("not known" in note for note in whole.notes)
    assert whole.path_ends is not None
    for narrow, full in zip(found.layers, whole.layers, strict=True):
        assert 0.4 < narrow.collapse / full.collapse < 2.5
    assert not any("not known" in note for note in predict_layers("snip", units=128, scope="layer", **asked).notes)
    monkeypatch.setattr("sparse_limits.numerics.prediction.layers.law.MOST_WORK", 1.0)
    found = predict_layers("snip", units=128, **asked)
    assert found.layers[0].collapse is None
    (note,) = (note for note in found.notes if "the last path" in note)
    assert note.startswith("where one weight is left of layer")
    assert "(one left), and where the last path ends, is not known" in note


@pytest.mark.parametrize("method", ["snip", "grasp"])
def test_networks_drawn_whole_one_after_another_lose_their_last_path_as_those_drawn_at_once(monkeypatch, method):
    """By Kolmogorov and Smirnov, of 1500 networks each; controls: half the width, and scores with the other method's signs."""
    monkeypatch.setattr("sparse_limits.numerics.prediction.layers.predicted.WHOLE_NETWORKS", 1500)

    def ends(width: int, units: int, seed: int, method: str = method) -> np.ndarray:
        rng = RNG(seed)
        x, y = RNG(0).standard_normal((12, 6)), RNG(1).standard_normal((12, 1))
        settings = Settings(method=method, units=units, sample=False)
        (said,) = predicted(settings, Architecture(6, (width, width), 1), x, y, [], rng)
        return said.path_ends

    in_turn, at_once = ends(12, 64, 2), ends(12, 1500 * 12, 3)
    assert len(in_turn) == len(at_once) == 1500
    assert ks_2samp(in_turn, at_once).pvalue > LEVEL
    assert ks_2samp(in_turn, ends(6, 1500 * 6, 3)).pvalue < LEVEL
    assert ks_2samp(ends(12, 64, 2, "grasp" if method == "snip" else "snip"), at_once).pvalue < LEVEL


def test_several_residuals_share_the_networks_that_are_drawn_whole():
    found = predict_layers(
        "snip", widths=(40, 40), samples=50, units=128, residual="averaged", init="torch", sample=False
    )
    assert found.path_ends is not None
    assert 0 < found.path_ends[0] <= found.path_ends[1] <= found.path_ends[2] < 1
    assert not any("not known" in note for note in found.notes)


def test_a_curve_says_where_it_has_no_value():
    """Where too few drawn scores are beyond the threshold; elsewhere it says nothing."""
    words = {"widths": (64, 64), "samples": 60, "units": 256, "sample": False}
    known, unknown = (predict_layers("snip", **words, curve=curve) for curve in ((0.1,), (0.1, 0.0001)))
    assert np.isfinite(known.curve).all()
    assert not any("the curve has no value" in note for note in known.notes)
    assert np.isnan(unknown.curve[1]).any()
    (note,) = (note for note in unknown.notes if "the curve has no value" in note)
    assert note.startswith("the curve has no value for every layer at density 0.0001: too few")
    assert f"; there at most {unknown.curve[0, 0]:.2g} of layer 1" in note  # no more than under the lower threshold
