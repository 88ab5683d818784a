"""`sparse-limits predict` from outside: its tables and its JSON, the kernel, trained networks, comparisons and pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_data import made, wine

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.commands.predict import QUESTIONS
from sparse_limits.numerics.data import Dataset, digits
from sparse_limits.numerics.kernels.pruned import hold_out
from sparse_limits.numerics.prediction.first_layer.row_law import METHODS
from sparse_limits.numerics.prediction.methods import SMOOTHED
from sparse_limits.numerics.prediction.pruned_first_layer.kernel import MOST_TANGENTS


def call(*arguments: object, question: str = "columns") -> int:
    status = main(["predict", question, *map(str, arguments)])
    assert status == 0
    return status


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object, question: str = "columns") -> str:
    """The one line that says why the call is refused."""
    assert main(["predict", question, *map(str, arguments)]) == 2
    out, said = capsys.readouterr()
    assert out == ""
    assert said.startswith("sparse-limits: ")
    assert said.count("\n") == 1
    return said.removeprefix("sparse-limits: ")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.npz"
    data = made()
    np.savez(path, x=data.x, y=data.y[:, 0])
    return path


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} in the JSON")


@pytest.mark.parametrize("method", METHODS)
def test_the_command_reports(method: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = file.with_name("out.json")
    base = ("--method", method, "--density", 0.2, "--width", 128, "--data", file, "--fresh-rows", 1000)
    assert call(*base, "--networks", 2, "--json", out) == 0
    printed = capsys.readouterr().out
    assert "Column densities" in printed
    assert "noise floor" in printed
    assert "p-value" in printed
    found = json.loads(out.read_text(), parse_constant=refuse)
    assert found["method"] == method
    assert found["width"] == 128
    assert len(found["columns"]["observed"]) == 12
    assert found["predictor"] in found["columns"]["predicted"]
    assert set(found["errors"]) == set(found["columns"]["predicted"])
    assert len(found["test"]["p_values"]) == 2
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".")] == []
    assert call(*base, "--no-sample") == 0
    assert "observed " not in capsys.readouterr().out.split("What follows")[0]


def test_columns_that_a_closed_form_misses_are_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, path = wine(5.0, 2), tmp_path / "wine.npz"
    np.savez(path, x=data.x, y=data.y[:, 0])
    call("--method", "snip", "--data", path, "--no-sample", "--top", 2)
    printed = " ".join(capsys.readouterr().out.split())
    assert (
        "predictor row law: P2, closed form in the data's moments (S5), is not certified in 1 of 14 columns" in printed
    )
    assert re.search(r"\b13 0\.3\d+ 0\.4\d+ !", printed)
    call("--method", "snip", "--data", path, "--no-sample", "--json", "-")
    found = json.loads(capsys.readouterr().out, parse_constant=refuse)["certificate"]
    assert not found["holds"]
    assert found["predictor"] == "P2"
    assert [each["column"] for each in found["columns_off"]] == [13]
    call("--method", "magnitude", "--data", path, "--no-sample", "--json", "-")
    assert json.loads(capsys.readouterr().out)["certificate"] is None


def test_json_on_standard_output_stands_alone(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call("--method", "snip", "--data", file, "--width", 64, "--fresh-rows", 500, "--no-sample", "--json", "-")
    found = json.loads(capsys.readouterr().out, parse_constant=refuse)
    assert found["errors"] is None
    assert found["columns"]["observed"] is None


def test_the_same_seed_gives_the_same_numbers(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ("--method", "grasp", "--data", file, "--width", 64, "--fresh-rows", 500, "--json", "-")
    texts = []
    for seed in (3, 3, 4):
        call(*base, "--seed", seed)
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != texts[2]


def test_the_output_in_the_residual_is_announced(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ("--method", "snip", "--data", file, "--width", 64, "--fresh-rows", 500, "--residual", "output")
    for more in ((), ("--no-sample",)):
        call(*base, *more)
        printed = capsys.readouterr().out
        assert "residual f0 - y" in printed
        assert "exchangeable" in printed


def test_large_data_are_cut_to_a_batch(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call("--method", "snip", "--data", file, "--width", 64, "--fresh-rows", 500, "--samples", 20)
    assert "a random batch of 20 of the 60 samples, for prediction and network alike" in flat(capsys)
    for question, more in (("columns", ("--width", 64)), ("layers", ("--widths", 40, "--units", 64))):
        call("--method", "snip", "--data", file, *more, "--samples", 20, "--no-sample", question=question)
        said = flat(capsys)
        assert "a random batch of 20 of the 60 samples" in said
        assert "alike" not in said


def test_wanda_is_not_said_to_have_one_threshold(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = ("--data", file, "--widths", 8, "--units", 64, "--density", 0.3)
    call("--method", "wanda", "--no-sample", *layers, question="layers")
    assert "wanda at density 0.3, a threshold for each row" in flat(capsys)
    call(*layers, question="methods")
    assert "one threshold for all layers (wanda: for each row)" in flat(capsys)


def flat(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, in one line."""
    return " ".join(capsys.readouterr().out.split())


def test_predictors_are_compared(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = file.with_name("out.json")
    call(
        *("--method", "snip", "--data", file, "--labels", "as-is", "--raw", "--width", 64, 128),
        *("--networks", 1, "--fresh-rows", 500, "--json", out),
        question="predictors",
    )
    assert "P1iso" in capsys.readouterr().out
    rows = json.loads(out.read_text(), parse_constant=refuse)["rows"]
    assert [(row["setting"], row["width"]) for row in rows] == [
        ("raw as-is, -y", 64),
        ("raw as-is, -y", 128),
        ("raw as-is, f0-y", 64),
        ("raw as-is, f0-y", 128),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--method", "frog"), "method is 'frog'"),
        (("--method", "synflow-iterative"), "one-shot"),
        (("--method", "snip", "--depth", 3), "one hidden layer"),
        (("--method", "snip", "--density", 2), "--density is 2.0"),
        (("--method", "snip", "--fresh-rows", 99), "--fresh-rows is 99"),
        (("--method", "snip", "--networks", 10_001), "--networks is 10001, expected an integer from 1 to 10000"),
        (("--method", "snip", "--width", 0), "--width is 0"),
        (("layers", "--method", "snip", "--widths", 0, 16), "--widths is 0, 16, expected integers from 1"),
        (("--method", "snip", "--width", 3, 4), "unrecognized arguments: 4"),
        (
            ("--method", "snip", "--width", 10**7),
            "--width is 10000000: 1 network of depth 1 on 1797 samples would take about",
        ),
        (
            ("--method", "magnitude", "--width", 10**5, "--depth", 9),
            "or no sample (predict only)",
        ),
        (("layers", "--method", "magnitude", "--widths", *[10**5] * 9), "fewer samples or no sample (predict only)"),
        (("--method", "snip", "--networks", 0), "--networks is 0"),
        (("--method", "snip", "--samples", 1), "--samples is 1"),
        (("--method", "snip", "--seed", -1), "--seed is -1"),
        (("--method", "snip", "--top", 0), "--top is 0"),
        (("--method", "snip", "--residual", "both"), "--residual is 'both'"),
        (("--method", "snip", "--labels", "frog"), "labelling is 'frog'"),
        (("--method", "snip", "--labels", "ge:99"), "all alike"),
        (("--method", "snip", "--data", "nothing.csv"), "there is no such file"),
        (("--method", "snip", "--data", "nothing.txt"), "expected .csv, .tsv, .parquet, .npz, .npy, .pt or .pth"),
        (("--method", "snip", "--plot", "x.pdf"), "expected .png or .svg"),
        (("--method", "snip", "--plot", "no/where/x.png"), "does not exist"),
        (("--method", "snip", "--json", "no/where/x.json"), "does not exist"),
        (("predictors", "--method", "wanda"), "to compare"),
        (("predictors", "--method", "snip", "--residual", "both"), "--residual is 'both', expected target or output"),
        (("predictors", "--method", "snip", "--width", 64, 0), "--width is 0, expected an integer from 1"),
        (("predictors", "--method", "snip", "--networks", 0), "--networks is 0, expected an integer from 1"),
        (("kernel", "--method", "snip", "--train", "--no-sample"), "--no-sample is given, expected none with --train"),
        (("kernel", "--method", "snip", "--steps", 5), "--steps is given, expected --train with it"),
        (
            ("kernel", "--method", "snip", "--train", "--steps", 10**20),
            "--steps is 100000000000000000000, expected an integer from 1 to",
        ),
        (("kernel", "--method", "snip", "--test-share", 1), "--test-share is 1.0, expected"),
        (("kernel", "--method", "snip", "--test-share", "nan"), "--test-share is nan, expected"),
        (("kernel", "--method", "snip", "--kernel-rows", 10), "--kernel-rows is 10, expected"),
        (("kernel", "--method", "snip", "--kernel-rows", 10**6), "--kernel-rows is 1000000, expected at most 149379"),
        (("kernel", "--method", "snip", "--train", "--steps", 0), "--steps is 0, expected"),
        (("kernel", "--method", "snip", "--test-share", 0.9999), "leaves 0 of 1797 samples"),
        (
            ("kernel", "--method", "snip", "--train", "--labels", "onehot"),
            "--train is given: the tangent kernel of 10 outputs at 1348 samples would have 13480² entries, expected samples of at most 384",
        ),
        (
            ("kernel", "--method", "random", "--train", "--width", 20_000),
            "--width is 20000: training on 1797 samples would need arrays of 3.6e+07 numbers, expected at most 18672",
        ),
        (("kernel", "--method", "random", "--train", "--networks", 1000), "--networks is 1000, expected at most 55"),
    ],
)
def test_wrong_calls_are_refused_in_one_line(
    arguments: tuple[object, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    question, *rest = arguments if arguments[0] in QUESTIONS else ("columns", *arguments)
    assert message in refusal(capsys, *rest, question=str(question))


# The kernel and trained networks


SMALL = ("--width", 64, "--fresh-rows", 500, "--kernel-rows", 1024, "--density", 0.4)


@pytest.mark.parametrize("method", METHODS)
def test_the_kernel_is_reported(method: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = file.with_name("out.json")
    call("--method", method, "--data", file, *SMALL, "--json", out, question="kernel")
    printed = capsys.readouterr().out
    assert "no test error: labels are not ±1" in printed
    assert max(map(len, printed.splitlines())) <= 80
    found = json.loads(out.read_text(), parse_constant=refuse)
    kernel = found["kernel"]
    assert (kernel["training_samples"], kernel["test_samples"], kernel["rows"]) == (45, 15, 1024)
    assert found["data"]["samples_used"] == 45
    assert np.add(kernel["path_densities"]["first_layer"], kernel["path_densities"]["upper_layers"]) == pytest.approx(
        np.array(kernel["path_densities"]["sum"])
    )
    assert kernel["path_densities"]["kept"] == found["columns"]["predicted"][found["predictor"]]
    closed = method not in SMOOTHED
    for part in ("spectra", "energy", "regression"):
        assert set(kernel[part]) >= {"pruned", "dense", *(["closed"] if closed else [])}
    assert (kernel["closed_form_distance"] is not None) == closed
    low, high = kernel["spectra"]["pruned"]["HKH_intervals"]["trace_ratio"]
    assert low < kernel["spectra"]["pruned"]["HKH"]["trace_ratio"] < high
    assert "training" not in found


def test_the_kernel_leaves_the_rest_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The training part alone, given as data, is predicted alike: nothing looks at the test samples."""
    path, part = tmp_path / "data.npz", tmp_path / "part.npz"
    data = made()
    np.savez(path, x=data.x, y=data.y)
    held = hold_out(data, 0.25, np.random.default_rng(np.random.SeedSequence(7).spawn(4)[3]))
    np.savez(part, x=held.train.x, y=held.train.y)
    base = ("--method", "snip", "--width", 64, "--fresh-rows", 500, "--seed", 7, "--json", "-", "--data")
    call(*base, path, "--kernel-rows", 1024, question="kernel")
    with_kernel = json.loads(capsys.readouterr().out)
    call(*base, part)
    without = json.loads(capsys.readouterr().out)
    del with_kernel["kernel"]
    for found in (with_kernel, without):
        del found["data"], found["notes"]
    assert with_kernel == without


def test_networks_are_trained(capsys: pytest.CaptureFixture[str]) -> None:
    base = ("--method", "snip", "--samples", 80, *SMALL, "--train", "--steps", 30, "--networks", 2, "--top", 2)
    call(*base, question="kernel")
    printed = capsys.readouterr().out
    assert "2 networks of width 64, 30 steps" in printed
    assert "snip saw these labels" in printed
    assert max(map(len, printed.splitlines())) <= 80
    texts = []
    for seed in (3, 3, 4):
        call(*base, "--seed", seed, "--json", "-", question="kernel")
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1] != texts[2]
    training = json.loads(texts[0], parse_constant=refuse)["training"]
    assert training["steps"] == 30
    assert len(training["networks"]) == 2
    for run in training["networks"]:
        assert run["loss"] < 0.5
        assert run["error_interval"][0] <= run["error"] <= run["error_interval"][1]
        assert 0 < run["laziness"] < 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--method", "magnitude", "--depth", 3, "--samples", 60),
        ("--method", "snip", "--labels", "onehot", "--samples", 60),
        ("--method", "snip", "--residual", "output", "--samples", 60, "--networks", 2),
    ],
)
def test_training_covers_depth_outputs_and_residuals(
    arguments: tuple[object, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    call(*arguments, *SMALL, "--train", "--steps", 10, question="kernel")
    printed = " ".join(capsys.readouterr().out.split())
    assert "own kernel" in printed
    for option, said in {"--depth": "by layer one", "onehot": "one output only", "output": "first network's"}.items():
        assert (option in arguments) == (said in printed)


def test_too_few_rows_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    for samples, few in ((600, True), (400, False)):
        call("--method", "snip", "--no-sample", "--samples", samples, "--kernel-rows", 1024, question="kernel")
        assert (f"are few for {3 * samples // 4} samples" in " ".join(capsys.readouterr().out.split())) == few


def table(path: Path, x: np.ndarray, y: np.ndarray) -> Path:
    np.savez(path, x=x, y=y)
    return path


@pytest.mark.parametrize(
    ("rows", "labels", "expected"),
    [
        (lambda x: x[:4], [1, -1, 1, -1], "errors on 1 test sample"),
        (lambda x: np.ones_like(x), None, "inf: K cannot fit them"),
        (lambda x: np.where(np.arange(60)[:, None] < 20, 0.0, x), None, "inf: K cannot fit them"),
        (lambda x: np.vstack([x, x]), None, "none: a singular kernel"),
        (lambda x: x[:, :1], None, "no path leaves 0 of 1 input"),
    ],
)
def test_odd_data_are_survived(
    rows: Callable[[np.ndarray], np.ndarray],
    labels: list[float] | None,
    expected: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Four samples, samples that are all equal, zero inputs, duplicates and a single input."""
    x = rows(made().x)
    y = np.resize(np.sign(made().y[:, 0]), len(x)) if labels is None else np.array(labels)
    path = table(tmp_path / "odd.npz", x, y)
    asked = ("--method", "magnitude", "--data", path, *SMALL, "--train", "--steps", 10)
    call(*asked, "--json", tmp_path / "odd.json", question="kernel")
    assert expected in " ".join(capsys.readouterr().out.split())
    json.loads((tmp_path / "odd.json").read_text(), parse_constant=refuse)


def test_the_size_that_a_refusal_names_is_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    wanted = ("--method", "random", "--labels", "onehot", "--train", "--width", 8, "--steps", 1, "--kernel-rows", 1024)
    for share in (0.25, 0.61):
        said = refusal(capsys, *wanted, "--test-share", share, question="kernel")
        assert "expected samples of at most" in said
        samples = int(said.split()[-1])
        data = digits("onehot")
        few = Dataset(data.x[:samples], data.y[:samples], "few", "onehot")
        size = 10 * len(hold_out(few, share, np.random.default_rng(0)).train.x)
        assert 2800 < size <= MOST_TANGENTS**0.5


@pytest.mark.parametrize("density", [0.02, 0.99])
def test_extreme_densities_are_survived(density: float, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = [density if value == 0.4 else value for value in SMALL]
    call("--method", "magnitude", "--data", file, *small, "--train", "--steps", 10, question="kernel")
    assert "own linear" in capsys.readouterr().out


# Pictures


@pytest.mark.parametrize("method", ["snip", "wanda"])
@pytest.mark.parametrize("more", [(), ("--no-sample",)])
def test_pictures(method: str, more: tuple[str, ...], tmp_path: Path) -> None:
    suffix, start = (".png", b"\x89PNG") if method == "wanda" else (".svg", b"<?xml")
    path = tmp_path / f"picture{suffix}"
    assert call("--method", method, "--width", 64, "--fresh-rows", 500, "--plot", path, *more) == 0
    assert path.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [path]


def test_a_picture_needs_matplotlib(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sparse_limits.numerics.pictures.masks.find_spec", lambda name: None)
    assert "pip install matplotlib" in refusal(capsys, "--method", "snip", "--plot", "x.png")
