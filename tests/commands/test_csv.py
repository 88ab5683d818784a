"""`--csv`: a row for each layer, with the numbers that `--json` has."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.reports.writing import write_csv

LAW = ["predict", "layers", "--method", "magnitude", "--widths", "30", "20", "--no-sample"]
METHODS = ["predict", "methods", "--widths", "30", "20", "--samples", "50", "--units", "256"]


@pytest.fixture
def network():
    rng = np.random.default_rng(0)
    shapes = {"0.weight": (30, 20), "2.weight": (10, 30)}
    np.savez(
        "net.npz", **{name: rng.standard_normal(shape) * (rng.random(shape) < 0.5) for name, shape in shapes.items()}
    )
    return ["fit", "net.npz"]


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_rows_are_those_of_json(capsys, network):
    for call in (LAW, network):
        assert main([*call, "--json", "-"]) == 0
        layers = json.loads(capsys.readouterr().out)["layers"]
        assert main([*call, "--csv", "-"]) == 0
        rows = read(capsys.readouterr().out)
        assert len(rows) == len(layers)
        for row, layer in zip(rows, layers, strict=True):
            assert row["shape"] == "x".join(map(str, layer["shape"]))
            for name, value in layer.items():
                if isinstance(value, float):
                    assert float(row[name]) == value  # in full
                elif value is None:  # a row within a row has its columns all the same
                    cells = [row[each] for each in row if each == name or each.startswith(f"{name}.")]
                    assert cells == [""] * len(cells) != []


def test_methods_and_files_are_named_in_each_row(capsys, network):
    assert main([*METHODS, "--csv", "kept.csv"]) == 0
    assert "method" in capsys.readouterr().out  # the tables are printed as well
    rows = read(Path("kept.csv").read_text(encoding="utf-8"))
    assert {row["layer"] for row in rows} == {"1", "2", "3"}
    assert {"random", "magnitude"} <= {row["method"] for row in rows}
    assert main([*network, "net.npz", "--csv", "-"]) == 0
    rows = read(capsys.readouterr().out)
    assert [(row["file"], row["layer"]) for row in rows] == [("net.npz", "0"), ("net.npz", "2")] * 2


def test_cells_of_lists_and_rows_within_rows():
    write_csv("t.csv", [{"a": [1, 2], "b": {"c": "x, y", "d": None}, "e": ["one", "two"], "f": []}])
    assert Path("t.csv").read_text(encoding="utf-8") == 'a,b.c,b.d,e,f\n1x2,"x, y",,one; two,\n'


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ([*LAW, "--csv", "there/is/no.csv"], "does not exist"),
        ([*LAW, "--csv", "same", "--json", "same"], "which --json writes too"),
        (["fit", "one.npy", "--csv", "out.csv"], "--csv is given for one layer"),
    ],
)
def test_what_cannot_be_written_is_refused(call, message, capsys):
    np.save("one.npy", np.eye(12, 10) > 0)
    assert main(call) == 2
    assert message in capsys.readouterr().err
