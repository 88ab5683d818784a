"""`fit` of several files, and what the table of layers says of noise and of methods."""

import json

import numpy as np
import pytest

import sparse_limits as sl
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.fitting.fit import work_in_depth
from sparse_limits.numerics.fitting.layer_noise import MOST_FITTED
from sparse_limits.numerics.fitting.layers import layer_summary
from sparse_limits.numerics.masks.allocation import erdos_renyi
from sparse_limits.numerics.masks.layers import Layer, open_layers


def summary_of(kept, seed=0):
    return layer_summary(Layer("fc", "mask", kept.shape, kept, kept.shape[1], False), "fc", seed=seed)


def uniform(shape, density, seed=0):
    return np.random.default_rng(seed).random(shape) < density


def test_several_files_have_a_table_and_a_section_each(tmp_path, capsys):
    first, second = tmp_path / "a.npz", tmp_path / "b.npy"
    np.savez(first, **{"0.weight": uniform((30, 20), 0.5), "2.weight": uniform((10, 30), 0.2)})
    np.save(second, uniform((12, 9), 0.4))
    found, page = tmp_path / "f.json", tmp_path / "f.html"
    assert main(["fit", str(first), str(second), "--json", str(found), "--html", str(page)]) == 0
    told = json.loads(found.read_text())["files"]
    assert [len(each["layers"]) for each in told] == [2, 1]
    alone = tmp_path / "alone.json"
    assert main(["fit", str(first), "--json", str(alone)]) == 0
    assert json.loads(alone.read_text()) == told[0]  # beside others a file says the same
    assert (
        page.read_text().count("<h2>") == 1 + 2 + 3 + 2
    )  # the table, files, tables of the first with its paths, of the second
    assert "(alone)" in capsys.readouterr().out


def test_what_went_and_came_back_is_counted(tmp_path, capsys):
    """Layers of one name and shape, whatever wraps the names and whether masks or weights are there."""
    old, new = uniform((30, 20), 0.5), uniform((30, 20), 0.6, seed=1)
    weights = np.random.default_rng(2).standard_normal((30, 20))
    files = [str(tmp_path / f"{name}.npz") for name in ("before", "after", "last")]
    np.savez(files[0], **{"0.weight_mask": old, "2.weight": uniform((10, 30), 0.2)})
    np.savez(files[1], **{"module.0.weight": np.where(new, weights, 0), "2.weight": uniform((11, 30), 0.2)})
    np.savez(files[2], **{"0.weight": np.where(new, weights, 0), "4.weight": uniform((5, 5), 0.5)})
    changed, same = sl.fit_layers(files)["changes"]
    gone, back = int((old & ~new).sum()), int((new & ~old).sum())
    assert changed["layers"] == [
        {"layer": "0", "weights": 600, "before": old.sum(), "after": new.sum(), "gone": gone, "back": back}
    ]
    assert (changed["others"], same["others"]) == (["2"], ["2", "4"])
    (layer,) = same["layers"]
    assert (layer["gone"], layer["back"]) == (0, 0)
    assert main(["fit", *files, "--html", str(tmp_path / "page.html")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for text in (said, (tmp_path / "page.html").read_text()):
        assert str(gone) in text
        assert str(back) in text
    assert f"0 600 {old.mean():.4g} {new.mean():.4g} {gone} {back}" in said


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize(("kernels", "rule"), [(False, "erdos-renyi"), (True, "erdos-renyi-kernel")])
def test_how_weights_are_shared_among_layers_is_named(tmp_path, capsys, kernels, rule, transpose):
    shapes = {"0": (8, 3, 3, 3), "1": (16, 8, 3, 3), "2": (10, 64)}
    masks = {}
    for name, density in erdos_renyi(shapes, 0.2, kernels=kernels).items():
        mask = (np.arange(np.prod(shapes[name])) < round(density * np.prod(shapes[name]))).reshape(shapes[name])
        masks[f"{name}.weight_mask"] = mask.T if transpose else mask
    np.savez(tmp_path / "net.npz", **masks)
    assert sl.fit_layers(tmp_path / "net.npz", transpose=transpose)["allocation"] == rule
    assert main(["fit", str(tmp_path / "net.npz"), *(["--transpose"] if transpose else [])]) == 0
    assert "shares as Erdős and Rényi's" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("option", [("--layer", "0"), ("--data", "digits"), ("--residual", "output")])
def test_what_concerns_one_layer_is_refused_beside_several_files(tmp_path, capsys, option):
    for name in "ab":
        np.save(tmp_path / f"{name}.npy", uniform((12, 9), 0.4))
    assert main(["fit", f"{tmp_path}/a.npy", f"{tmp_path}/b.npy", *option]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "2 files, expected one file beside it" in said


def test_no_file_is_written_over_that_is_read(tmp_path, capsys):
    for name in "ab":
        np.save(tmp_path / f"{name}.npy", uniform((12, 9), 0.4))
    assert main(["fit", f"{tmp_path}/a.npy", f"{tmp_path}/b.npy", "--json", f"{tmp_path}/b.npy"]) == 2
    assert "MASK 2" in capsys.readouterr().err


def test_the_noise_is_that_of_fit(tmp_path):
    rng = np.random.default_rng(3)
    left, right = np.exp(rng.normal(0, 0.8, 200)), np.exp(rng.normal(0, 0.5, 120))
    kept = rng.random((200, 120)) < np.minimum(0.2 * np.outer(left, right), 1)
    noise = summary_of(kept)["noise"]
    found = sl.fit(kept)
    assert found.model is not None
    assert found.spectrum is not None
    assert noise["family"] == found.model.best.family
    assert (noise["edge"], noise["visible"]) == (found.spectrum.edge, found.spectrum.visible)


def test_methods_of_the_class_and_none():
    assert summary_of(uniform((200, 100), 0.1))["methods"] == ["random", "magnitude", "deep synflow"]
    gone = uniform((200, 100), 0.3)
    gone[:80] = False
    structured = summary_of(gone)
    assert structured["methods"] == ["structured pruning"]
    assert structured["noise"]["visible"] == 1  # of the rest, which is uniform
    blocks = np.zeros((200, 100), bool)  # all counts are even, but two communities are not: no constant graphon
    blocks[:100, :50] = blocks[100:, 50:] = True
    mixed = blocks & uniform((200, 100), 0.6) | ~blocks & uniform((200, 100), 0.1, seed=1)
    found = summary_of(mixed)
    assert (found["class"], found["methods"]) == ("homogeneous", [])
    assert found["noise"]["visible"] == 2


def test_large_layers_keep_to_counts():
    kept = np.zeros((2, MOST_FITTED // 2 + 1), bool)
    kept[:, ::3] = True
    assert summary_of(kept)["noise"] is None


def test_the_table_says_why_a_large_layer_has_no_noise(tmp_path, capsys):
    kept = np.zeros((2, MOST_FITTED // 2 + 1), bool)
    kept[:, ::3] = True
    np.savez(tmp_path / "m.npz", large=kept, small=kept[:, :30])
    assert main(["fit", str(tmp_path / "m.npz")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"noise -: no graphon is fitted to layers of more than {MOST_FITTED} weights" in said


def test_a_layer_named_embed_is_one_with_a_bias_or_a_mask(tmp_path):
    held = {"module.embed.weight": np.ones((9, 5)), "module.embed.bias": np.ones(9), "wte.weight": np.ones((9, 5))} | {
        "patch_embed.weight": np.ones((4, 3, 2, 2)),
        "pos_embedding.weight_mask": np.ones((6, 5)),
        "pos_embedding.weight_orig": np.ones((6, 5)),
    }
    np.savez(tmp_path / "m.npz", **held)
    file = open_layers(tmp_path / "m.npz")
    assert file.names == ["module.embed.weight", "patch_embed.weight", "pos_embedding.weight_mask"]
    assert file.left_out["wte.weight"] == "embedding"


def test_a_bias_in_one_file_alone_does_not_hide_what_changed(tmp_path):
    """It says that a transposed convolution has two groups; a file of masks has none."""
    before, after = uniform((8, 2, 3, 3), 0.9), uniform((8, 2, 3, 3), 0.5, seed=1)
    np.savez(tmp_path / "before.npz", **{"up.weight": before * 1.0, "up.bias": np.ones(4)})
    np.savez(tmp_path / "after.npz", **{"up.weight_mask": after})
    for first, second, gone in (("before", "after", before & ~after), ("after", "before", after & ~before)):
        found = sl.fit_layers([str(tmp_path / f"{name}.npz") for name in (first, second)], transposed="up")
        ((layer,),) = (each["layers"] for each in found["changes"])
        assert (layer["weights"], layer["gone"]) == (144, int(gone.sum()))


def test_what_is_said_of_layers_names_their_file(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    layers = {"0.weight": uniform((20, 12), 0.6), "2.weight": uniform((12, 20), 0.6)}
    np.savez(tmp_path / "whole.npz", **layers)
    layers["0.weight"][:10], layers["2.weight"][:, 10:] = False, False
    np.savez(tmp_path / "cut.npz", **layers)
    files = [str(tmp_path / f"{name}.npz") for name in ("whole", "cut", "cut")]
    assert main(["fit", *files]) == 0
    lines = " ".join(capsys.readouterr().out.split())
    assert lines.count("cut.npz: the network is cut between 0 and 2") == 2
    assert "whole.npz: the network" not in lines
    assert lines.count("level of each test") == 1


def test_the_line_in_depth_reads_the_layer_as_the_table_does(tmp_path, capsys):
    file = str(tmp_path / "k.npz")
    np.savez(file, d1=uniform((30, 20), 0.5) * 255, d2=uniform((20, 30), 0.5) * 255)
    assert main(["fit", file, "--nonzero", "--transpose"]) == 0
    assert capsys.readouterr().out.split()[-4:] == ["--layer", "d1", "--nonzero", "--transpose"]


def test_the_columns_of_a_csv_are_those_of_any_other(tmp_path):
    lines = np.ones((30, 20), bool)
    lines[:5] = False
    files = {"dense": np.ones((6, 5), bool), "noise": uniform((30, 20), 0.5), "lines": lines}
    heads = []
    for name, mask in files.items():
        np.savez(tmp_path / f"{name}.npz", **{"0.weight": mask, "2.weight": mask.T})
        assert main(["fit", str(tmp_path / f"{name}.npz"), "--csv", str(tmp_path / f"{name}.csv"), "--quiet"]) == 0
        heads.append((tmp_path / f"{name}.csv").read_text().splitlines()[0])
    assert len(set(heads)) == 1
    assert "5 rows gone" in (tmp_path / "lines.csv").read_text()


def test_a_tall_mask_takes_memory_for_its_units():
    """Two tables of counts, of each of a million rows by the groups of its columns, are a gigabyte."""
    memory, _ = work_in_depth(10**6, (10**6, 64))
    assert memory > 2 * 8 * 64 * 10**6
    assert work_in_depth(10**6, (64, 10**6)) == work_in_depth(10**6, (10**6, 64))
