"""What `fit CHECKPOINT` does, one call does from Python, by the same words."""

import json

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(0)
    for name, rows in (("a", 30), ("b", 40)):
        first, second = rng.random((rows, 20)) < 0.5, rng.random((rows, 10)) < 0.5
        np.savez(tmp_path / f"{name}.npz", **{"0.weight_mask": first.T, "2.weight_mask": second})
    return tmp_path / "a.npz", tmp_path / "b.npz"


def told(capsys, *words):
    assert main(["fit", *map(str, words), "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def test_one_file_and_several_have_the_numbers_of_the_command(files, capsys):
    one = sl.fit_layers(files[0], transpose=True, seed=2)
    assert len(one["layers"]) == 2
    assert one == told(capsys, files[0], "--transpose", "--seed", 2)
    assert sl.fit_layers(files) == told(capsys, *files)


def test_a_generator_serves_all_files(files):
    found = sl.fit_layers(files, seed=np.random.default_rng(1))["files"]
    assert found[0]["seed"] == found[1]["seed"]


@pytest.mark.parametrize("masks", [(), 3, [3]])
def test_what_names_no_file_is_refused(masks):
    with pytest.raises(sl.InputError, match="expected the name of a file, or several"):
        sl.fit_layers(masks)


def test_thousands_of_layers_are_estimated_before_they_are_read(tmp_path, monkeypatch):
    """The refusal names the estimate, and no layer is read for it."""
    np.savez(tmp_path / "many.npz", **{f"{place}.weight": np.eye(2) for place in range(5000)})
    monkeypatch.setattr("sparse_limits.numerics.masks.layers.LayerFile.read", lambda self, name: pytest.fail(name))
    with pytest.raises(InputError, match=r"a table of 5000 layers of 20000 weights would take about 25\.2 min"):
        sl.fit_layers(tmp_path / "many.npz")


def test_the_estimate_grows_with_the_lines_of_a_layer(tmp_path, monkeypatch):
    """Of 20,000 rows the counts are drawn; as many weights in few lines take a fraction of the time."""
    monkeypatch.setattr("sparse_limits.numerics.masks.layers.LayerFile.read", lambda self, name: pytest.fail(name))
    for name, shape in (("tall", (20_000, 30)), ("wide", (30, 20_000)), ("even", (775, 775))):
        np.savez(tmp_path / f"{name}.npz", **{f"{place}.weight": np.zeros(shape, np.int8) for place in range(4)})
        with sl.limit("1s"), pytest.raises(InputError) as caught:
            sl.fit_layers(tmp_path / f"{name}.npz")
        about = "1.27 min" if name != "even" else "6.63 s"
        assert f"a table of 4 layers of {4 * shape[0] * shape[1]} weights would take about {about}" in str(caught.value)
