"""`report` of a checkpoint: sentences that follow from its layers, and from no other."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from question_cases import Page, called

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.fitting.layers import fit_layers
from sparse_limits.numerics.limits import limit
from sparse_limits.numerics.prediction.report.checkpoint import checkpoint_summary, report_checkpoint

RNG = np.random.default_rng(0)
UNET = ("down", "up", "leave")


def written(folder: Path, *layers: np.ndarray, names: tuple[str, ...] = ("fc1", "fc2", "fc3")) -> Path:
    file = folder / "masks.npz"
    np.savez(file, **{f"{name}.weight_mask": layer for name, layer in zip(names, layers, strict=False)})
    return file


def drawn(rows: int, columns: int, density: float) -> np.ndarray:
    """A mask without empty lines."""
    mask = RNG.random((rows, columns)) < density
    mask[np.arange(rows), np.arange(rows) % columns] = True
    mask[np.arange(columns) % rows, np.arange(columns)] = True
    return mask


@pytest.fixture
def whole(tmp_path):
    return report_checkpoint(written(tmp_path, drawn(40, 20, 0.3), drawn(10, 40, 0.3)))


def test_a_whole_network_is_not_said_to_be_cut(whole):
    said = " ".join(whole["means"])
    assert "every input reaches an output and every output is reached" in said
    assert not any(word in said for word in ("cut", "keeps no weight", "without incoming", "without a path"))
    advice = " ".join(whole["advice"])
    assert not any(word in advice for word in ("train on", "Take units", "To prune it"))


def test_a_layer_without_weights_cuts_the_network(tmp_path):
    found = report_checkpoint(written(tmp_path, drawn(40, 20, 0.3), np.zeros((10, 40), bool)))
    assert found["means"][1].startswith("Layer fc2 keeps no weight")
    assert "no path of kept weights leads from fc1 to fc2, the network is cut (O7)" in found["means"][2]
    assert found["advice"][0].startswith("Do not train on from here before the cut is repaired")


def test_a_cut_without_an_empty_layer_is_seen(tmp_path):
    """The units that the first layer reaches are others than those that the second reads."""
    first, second = drawn(40, 20, 0.3), drawn(10, 40, 0.3)
    first[:20], second[:, 20:] = False, False
    found = report_checkpoint(written(tmp_path, first, second))
    assert not any("keeps no weight" in line for line in found["means"])
    assert any("the network is cut" in line for line in found["means"])
    assert found["advice"][0].startswith("Do not train on")


def test_units_and_inputs_that_are_left_without_weights(tmp_path):
    first, second = drawn(40, 20, 0.3), drawn(10, 40, 0.3)
    first[:7], first[:, 3] = False, False
    found = report_checkpoint(written(tmp_path, first, second))
    said = " ".join(found["means"])
    assert (
        "Units without incoming weight, constant where nothing else is added to them: 7 (7 of 40 in layer fc1)" in said
    )
    assert "Inputs of layers that no weight reads: 1 (1 of 20 in layer fc1)" in said
    assert "from fc1 to fc2, 1 of 20 inputs without a path to an output (O7)" in said
    entries = 33 * 19 + 10 * 40
    (line,) = [each for each in found["advice"] if each.startswith("Take units")]
    assert f"the layers then have {entries} entries, {100 * entries / 1200:.1f}% of their present number" in line


@pytest.mark.parametrize(("density", "by"), [(0.1, "by rows (CSR)"), (0.7, "whole")])
def test_what_is_smaller_is_advised(density, by, tmp_path):
    from scipy.sparse import csr_array

    mask = drawn(100, 200, density)
    found = report_checkpoint(written(tmp_path, mask))
    (line,) = [each for each in found["advice"] if each.startswith("Store the layers")]
    assert line.startswith(f"Store the layers {by}")
    stored = csr_array(mask.astype(np.float32))
    taken = sum(each.nbytes for each in (stored.data, stored.indices, stored.indptr))
    assert f"CSR takes {taken / (1e6 if taken >= 1e5 else 1e3):.3g}" in line


def test_blocks_and_unpruned_files(tmp_path):
    halves = np.tile([True, True, False, False], (20, 10))
    halves = np.stack([np.concatenate([RNG.permutation(part) for part in np.split(row, 10)]) for row in halves])
    found = report_checkpoint(written(tmp_path, halves))
    assert any("keeps 2 of every 4 weights of a row" in line for line in found["means"])
    found = report_checkpoint(written(tmp_path, np.ones((8, 5), bool)))
    assert found["means"][0] == "Nothing is pruned: none of the 40 weights of 1 layer is 0."
    assert found["advice"][0].startswith("To prune it: sparse-limits prune")


def test_the_command_writes_one_page_and_all_numbers(tmp_path, capsys):
    file = written(tmp_path, drawn(40, 20, 0.3), np.zeros((10, 40), bool))
    page, numbers = tmp_path / "page.html", tmp_path / "numbers.json"
    called(str(file), "--html", str(page), "--json", str(numbers))
    out = capsys.readouterr().out
    heads = [line for line in out.splitlines() if line in ("What it means", "What to do", "What was read")]
    assert heads == ["What it means", "What to do", "What was read"]
    found = json.loads(numbers.read_text())
    assert found == json.loads(json.dumps(checkpoint_summary(fit_layers(file))))
    read = Page(page.read_text())
    assert not read.open
    assert all(line in read.text for line in found["means"] + found["advice"])


@pytest.fixture
def unet(tmp_path):
    """Masks of a U-Net, of whose transposed convolution [inputs, outputs, …] one output of four keeps no weight."""
    up = np.ones((8, 4, 2, 2), bool)
    up[:, 1] = False
    up[0, 0, 0, 0] = False
    return written(tmp_path, drawn(8, 27, 0.5).reshape(8, 3, 3, 3), up, np.ones((2, 4, 3, 3), bool), names=UNET)


def test_a_transposed_convolution_is_read_with_its_inputs_first_where_it_is_named(unet, tmp_path, capsys):
    numbers = tmp_path / "numbers.json"
    called(str(unet), "--transposed", "up", "--json", str(numbers))
    found = json.loads(numbers.read_text())
    assert found["read"] == json.loads(json.dumps(fit_layers(unet, transposed="up")))
    assert [each["layers"] for each in found["read"]["chains"]] == [[*UNET]]
    said = " ".join(found["means"])
    assert "Units without incoming weight, constant where nothing else is added to them: 1 (1 of 4 in layer up)" in said
    assert "no weight reads" not in said
    (line,) = [each for each in found["advice"] if each.startswith("For the noise of a layer")]
    assert f"sparse-limits fit {unet} --layer down --transposed up, with" in line
    otherwise = " ".join(report_checkpoint(unet)["means"])  # its rows are then its inputs
    assert "Inputs of layers that no weight reads: 1 (1 of 4 in layer up)" in otherwise
    assert "Units without" not in otherwise


@pytest.mark.parametrize("options", [{}, {"transpose": True}, {"transposed": "fc1"}])
def test_inputs_of_a_convolution_are_channels(options, tmp_path):
    """A place of the kernel that no output reads cannot be taken out while the channel has others that are read."""
    kernel = np.ones((4, 3, 2, 2), bool)
    kernel[:, 1], kernel[:, 0, 0, 0] = False, False
    axes = {"transpose": (2, 3, 1, 0), "transposed": (1, 0, 2, 3)}
    stored = kernel.transpose(axes[next(iter(options))]) if options else kernel
    found = report_checkpoint(written(tmp_path, stored), **options)
    (layer,) = found["read"]["layers"]
    assert (layer["inputs"], layer["dead_inputs"], layer["dead_columns"]) == (3, 1, 5)
    assert "Inputs of layers that no weight reads: 1 (1 of 3 in layer fc1)." in found["means"]
    (line,) = [each for each in found["advice"] if each.startswith("Take units")]
    assert f"the layers then have {4 * 2 * 4} entries, 66.7% of their present number" in line


def test_the_advised_call_of_fit_reads_what_was_read(tmp_path):
    file = tmp_path / "weights.npz"
    np.savez(file, up=drawn(20, 30, 0.4) * 0.5)
    for options, told in (
        ({"below": 1e-6, "transpose": True}, "--layer up --below 1e-06 --transpose, with"),
        ({"nonzero": True, "transposed": ("u*",)}, "--layer up --nonzero --transposed 'u*', with"),
    ):
        (line,) = [each for each in report_checkpoint(file, **options)["advice"] if each.startswith("For the noise")]
        assert told in line


@pytest.mark.parametrize("words", [("--transposed", "up"), ("--transpose",), ("--nonzero",), ("--below", "0")])
@pytest.mark.parametrize("data", [("mine.csv",), ("--widths", "3")])
def test_options_of_a_checkpoint_are_refused_without_one(words, data, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("mine.csv").write_text("a,b\n1,2\n3,5\n")
    assert main(["report", *data, *words]) == 2
    assert f"{words[0]} is given, expected a checkpoint or a file of masks with it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--transposed", "none"), "--transposed is 'none', which names no layer, expected one of fc1"),
        (("--transposed", "fc1", "--transpose"), "--transposed is given beside --transpose, expected one of them"),
        (("--density", "0.2"), "--density is given, expected none beside the checkpoint"),
        (("--no-learning",), "--no-learning is given"),
        (("--raw",), "--raw is given"),
        (("--data", "mine.csv"), "--data is given"),
        (("--data", "digits"), "--data is given"),
        (("--widths", "3"), "--widths is given"),
    ],
)
def test_options_of_data_and_networks_are_refused(words, said, tmp_path, capsys):
    assert main(["report", str(written(tmp_path, drawn(40, 20, 0.3))), *words]) == 2
    assert said in capsys.readouterr().err


def test_a_table_in_its_place_is_data(tmp_path, capsys):
    x = RNG.standard_normal((30, 2))
    file = tmp_path / "mine.csv"
    file.write_text("a,b,kind\n" + "".join(f"{a},{b},{'u' if a * b > 0 else 'v'}\n" for a, b in x))
    called(str(file), "--methods", "random", "--no-learning")
    assert "leave of 2 × 256 × 128 × 1, on the data" in capsys.readouterr().out
    called(str(file), "--methods", "random", "--no-learning", "--widths", "9")
    assert "leave of 2 × 9 × 1, on the data" in capsys.readouterr().out
    arrays = tmp_path / "mine.npz"
    np.savez(arrays, x=x, y=x[:, 0] > 0)
    called(str(arrays), "--methods", "random", "--no-learning")
    assert "leave of 2 × 256 × 128 × 1" in capsys.readouterr().out
    for other in (str(arrays), "digits"):
        assert main(["report", str(file), "--data", other]) == 2
        assert "--data is given, expected none beside" in capsys.readouterr().err


def test_arrays_beside_the_data_leave_them_data(tmp_path, capsys):
    x = RNG.standard_normal((30, 2))
    arrays = tmp_path / "mine.npz"
    np.savez(arrays, X=x, y=x[:, 0] > 0, x_test=x, y_test=x[:, 1] > 0)
    called(str(arrays), "--methods", "random", "--no-learning", "--widths", "9")
    assert "leave of 2 × 9 × 1" in capsys.readouterr().out
    called("digits", "--methods", "random", "--no-learning", "--widths", "9", "--samples", "50")
    assert "leave of 64 × 9 × 1, on the data digits" in capsys.readouterr().out


def test_no_fit_is_advised_that_would_be_refused(tmp_path):
    large, small = drawn(4000, 4300, 0.5), drawn(40, 4000, 0.5)
    file = written(tmp_path, large, small)
    with limit("2G,1min"):
        (line,) = [each for each in report_checkpoint(file)["advice"] if each.startswith("For the noise")]
    assert "--layer fc2" in line
    with limit("2G,1min"):
        assert not any("For the noise" in each for each in report_checkpoint(written(tmp_path, large))["advice"])
