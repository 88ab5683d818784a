"""`predict` with scope first and `compare_predictors` from Python: the numbers of the command, and their errors."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from questions import predict_columns
from rich.console import Console
from small_data import made

import sparse_limits as sl
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.commands._prediction_report import show
from sparse_limits.numerics.prediction.pruned_first_layer.forecast import result_of
from sparse_limits.numerics.prediction.pruned_first_layer.summary import summarise
from sparse_limits.numerics.prediction.result import FirstLayer
from sparse_limits.numerics.reports.writing import write_json

SIZES = {"width": 64, "fresh_rows": 500, "samples": 200, "seed": 3}
KERNEL = {**SIZES, "density": 0.4, "kernel_rows": 1024, "test_share": 0.3}


def told(capsys: pytest.CaptureFixture[str], question: str, method: str, **options: Any) -> Any:
    """The JSON of the command with the same options."""
    words = ["predict", question, "--method", method, "--json", "-"]
    for name, value in options.items():
        option = f"--{name.replace('_', '-')}"
        values = [] if value is True else value if isinstance(value, list) else [value]
        words += [option, *map(str, values)]
    assert main(words) == 0
    return json.loads(capsys.readouterr().out)


def as_written(capsys: pytest.CaptureFixture[str], found: Any) -> Any:
    write_json("-", found)
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(("p_value", "withdrawn"), [(0.00101, False), (0.0005, False), (0.00049, True)])
def test_densities_that_the_networks_contradict_are_withdrawn(p_value, withdrawn):
    """Two networks are tested together: a half of the level .001 is the edge. The observed densities are then all there is to see."""
    found = predict_columns("snip", "digits", **SIZES, networks=2)
    assert found.withdrawn == ""
    cases = [replace(each, observation=replace(each.observation, p_value=p_value)) for each in found.first.cases]
    first = FirstLayer(tuple(cases))
    found = result_of(found.settings, found.network, found.data, found.given, found.notes, first)
    summary = summarise(found, seed=3)
    assert bool(found.withdrawn) == withdrawn
    assert (found.columns is None) == withdrawn
    assert (summary["withdrawn"] or "") == found.withdrawn
    terminal = io.StringIO()
    show(Console(file=terminal, width=200), summary, 2)
    printed = terminal.getvalue()
    assert ("contradict the row law (p =" in printed) == withdrawn
    assert ("P2 *" in printed) != withdrawn
    columns = printed[printed.index("Column densities, ") : printed.index("Mean absolute error")]
    assert ("P2" in columns) != withdrawn


def described(options):
    """Options as arguments: what describes data goes with them."""
    data = {name: options[name] for name in ("labels", "standardise") if name in options}
    rest = {name: value for name, value in options.items() if name not in ("data", *data)}
    return {"data": sl.DataSource(options.get("data", "digits"), **data), **rest}


@pytest.mark.parametrize("method", ["snip", "grasp", "random"])
def test_the_same_seed_gives_the_numbers_of_the_command(capsys, method):
    options = {**SIZES, "networks": 2}
    expected = told(capsys, "columns", method, **options)
    found = predict_columns(method, "digits", **options)
    assert found.first.predictor == expected["predictor"]
    assert np.array_equal(found.columns, expected["columns"]["predicted"][found.first.predictor])
    assert np.array_equal(found.observed_columns, expected["columns"]["observed"])
    assert list(found.notes) == expected["notes"]
    assert found.first.kernel is None
    assert as_written(capsys, summarise(found, seed=3)) == expected


@pytest.mark.parametrize(
    ("method", "more"),
    [
        ("snip", {"labels": "is0", "standardise": True}),
        ("magnitude", {"depth": 2, "labels": "onehot"}),
        ("snip", {"train": True, "steps": 20, "networks": 2}),
    ],
)
def test_the_kernel_and_the_training_are_those_of_the_command(capsys, method, more):
    expected = told(capsys, "kernel", method, **KERNEL, **more)
    doing: list[str] = []
    found = predict_columns(method, **described({**KERNEL, **more}), progress=doing.append)
    study, kernel = found.first.kernel, expected["kernel"]
    assert study.fits["pruned"].mse == kernel["regression"]["pruned"]["mse"]
    assert study.energies["dense"].norm == kernel["energy"]["dense"]["norm"]
    assert study.closed_form_distance == kernel["closed_form_distance"]
    assert (study.beside is not None) == ("training" in expected) == ("training" in doing)
    if study.beside is not None:
        losses = [each.descent.loss for each in study.beside.networks]
        assert losses == [each["loss"] for each in expected["training"]["networks"]]
    assert {"predicting", "averaging the kernel"} <= {*doing}
    assert len(found.data.x) == expected["data"]["samples_used"] < found.given
    assert as_written(capsys, summarise(found, seed=3)) == expected


def test_the_options_of_data_are_those_of_the_command(capsys, tmp_path: Path):
    data = made()
    np.savez(tmp_path / "data.npz", x=data.x, y=np.rint(data.y[:, 0]))
    options = {**SIZES, "labels": "ge:1", "standardise": True}
    expected = told(capsys, "columns", "snip", data=tmp_path / "data.npz", **options)
    found = predict_columns("snip", **described({"data": tmp_path / "data.npz", **options}))
    assert found.data.labelling == expected["data"]["labelling"] == "ge:1"
    assert np.array_equal(found.columns, expected["columns"]["predicted"][found.first.predictor])


COMPARED = {"fresh_rows": 500, "samples": 200, "seed": 3, "networks": 1}


def test_comparisons_are_those_of_the_command(capsys):
    options = {**COMPARED, "width": [32, 64], "labels": "is0"}
    expected = told(capsys, "predictors", "snip", **options)
    doing: list[str] = []
    rows = sl.compare_predictors("snip", **described(options), progress=doing.append)
    assert [asdict(row) for row in rows] == expected["rows"]
    assert len(rows) == len(doing) == 8
    assert doing[0] == "std is0, -y, width 32"


def test_a_comparison_takes_what_is_asked_for_alone(capsys):
    options = {**COMPARED, "width": 32}
    rows = sl.compare_predictors("snip", sl.DataSource(standardise=True), **options, residual="output")
    assert [row.setting for row in rows] == ["std ge5, f0-y", "std is0, f0-y"]
    again = told(capsys, "predictors", "snip", residual="output", standardise=True, **options)
    assert [asdict(row) for row in rows] == again["rows"]
    every = sl.compare_predictors("snip", "digits", **options)
    assert len(every) == 9
    assert [row for row in every if row in rows] == rows


def test_data_in_hand_are_compared_as_they_are():
    rows = sl.compare_predictors("grasp", made(), **COMPARED, width=[32])
    assert [row.setting for row in rows] == ["as-is, -y", "as-is, f0-y"]
    assert set(rows[0].errors) == {"limit", "realised", "+ second term", "SNIP's profile"}


@pytest.mark.parametrize("method", ["snip", "wanda"])
def test_the_layer_keeps_what_is_asked(method):
    """A whole number of weights, of the layer or of each row; the mean of the columns is the same."""
    (layer,) = (found := predict_columns(method, **SIZES, density=0.2, networks=2)).layers
    assert (layer.shape, layer.says, layer.sd) == ((64, 64), "theorem", 0.0)
    assert abs(layer.predicted - layer.observed) * layer.weights < (64 if method == "wanda" else 1)
    assert layer.observed == pytest.approx(found.observed_columns.mean())


def test_without_a_network_nothing_is_observed():
    assert predict_columns("random", width=16, fresh_rows=100, sample=False).observed_columns is None


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"samples": 1}, "samples is 1, expected an integer from 2"),
        ({"samples": -3}, "samples is -3"),
        ({"width": 1.5}, "widths is 1.5, expected integers from 1"),
        ({"networks": 0}, "networks is 0"),
        ({"networks": 10_001}, "networks is 10001, expected an integer from 1 to 10000"),
        ({"fresh_rows": 99}, "fresh_rows is 99, expected an integer from 100"),
        ({"density": np.nan}, "density is nan"),
        ({"residual": "both"}, "residual is 'both', expected target or output"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**128}, "seed is 3402.*, expected a whole number from 0, below"),
        ({"width": 10**7}, "width is 10000000: .* or no sample"),
        ({"data": 3}, "data is 3, expected digits, a file's name, two arrays"),
        ({"target": "y"}, r"target is given, expected in the data: data=DataSource\(..., target=...\) or load_data"),
        ({"method": "prayer"}, "method is 'prayer'"),
        ({"data": sl.DataSource(labels="frog")}, "digits: labelling is 'frog'"),
        ({"data": made(), "labels": "is0"}, "labels is given, expected in the data"),
        ({"kernel": True, "test_share": 1}, "test_share is 1, expected a number strictly between 0 and 1"),
        ({"kernel": True, "test_share": "half"}, "test_share is 'half', expected a number"),
        ({"kernel": True, "kernel_rows": 10}, "kernel_rows is 10, expected an integer from 1024"),
        ({"kernel": True, "kernel_rows": 10**6}, "kernel_rows is 1000000, expected at most 149379"),
        ({"kernel": True, "data": made(3000)}, "kernel is given: 3000 .* expected samples of at most 2048"),
        ({"train": True, "steps": 0}, "steps is 0, expected an integer from 1"),
        ({"train": True, "sample": False}, "train is given without networks to train, expected a sample"),
        ({"train": True, "width": 20_000, "method": "random"}, "width is 20000: training .*, expected at most 18672"),
        (
            {"train": True, "width": 10**7},
            "width is 10000000: 1 network .* TiB .*, or fewer samples or a narrower network",
        ),
        (
            {"train": True, "data": sl.DataSource(labels="onehot")},
            "train is given: .*, expected samples of at most 384",
        ),
        ({"train": True, "networks": 1000}, "networks is 1000, expected at most 55 to be trained here"),
    ],
)
def test_what_cannot_be_predicted_is_said_in_one_line(wrong, match):
    with pytest.raises(sl.InputError, match=f"^{match}") as error:
        predict_columns(**{"method": "snip", "width": 16, "fresh_rows": 100, **wrong})
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"method": "magnitude"}, "method is 'magnitude', expected one of snip, .* to compare predictors"),
        ({"method": "prayer"}, "method is 'prayer'"),
        ({"width": [16, 0]}, "width is 0, expected an integer from 1"),
        ({"width": []}, "width is empty, expected at least one"),
        ({"width": [16, 10**7]}, "width is 10000000: .*, or fewer samples or a narrower network$"),
        ({"networks": 0}, "networks is 0"),
        ({"fresh_rows": 9}, "fresh_rows is 9"),
        ({"residual": "both"}, "residual is 'both', expected target or output"),
        ({"seed": -1}, "seed is -1"),
        ({"samples": 1}, "samples is 1"),
        ({"density": 2}, "density is 2"),
        ({"data": made(), "labels": "is0"}, "labels is given, expected in the data"),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(wrong, match):
    with pytest.raises(sl.InputError, match=f"^{match}") as error:
        sl.compare_predictors(**{"method": "snip", "data": "digits", "width": 16, "fresh_rows": 100, **wrong})
    assert "\n" not in str(error.value)
