"""Layers are found by the names that checkpoints have, and .safetensors files are read as others are."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.masks import files as mask_files
from sparse_limits.numerics.masks import stored, tensor_files
from sparse_limits.numerics.masks.files import load_mask
from sparse_limits.numerics.masks.names import WRAPPERS, short_names

MASK = np.random.default_rng(0).random((7, 5)) < 0.4
OTHER = np.random.default_rng(1).random((4, 7)) < 0.4


@pytest.mark.parametrize("layer", ["2", "2.weight", "2.weight_mask", "module.2", "_orig_mod.2.weight"])
@pytest.mark.parametrize("before", ["", "module.", "_orig_mod.", "module._orig_mod.", "state_dict.module."])
def test_a_layer_has_one_name_whatever_wraps_it(tmp_path: Path, before: str, layer: str) -> None:
    held = {"2.weight_orig": 0.3 * MASK, "2.weight_mask": MASK, "12.weight_mask": ~MASK, "a.2.weight_mask": OTHER}
    np.savez(tmp_path / "m.npz", **{before + name: array for name, array in held.items()})
    assert (load_mask(tmp_path / "m.npz", layer).mask.toarray() == MASK).all()


@pytest.mark.parametrize("layer", ["2", "2.weight", "2.weight_mask", "model.2", "module.2.weight"])
def test_the_last_parts_of_a_name_do_if_no_other_has_them(tmp_path: Path, layer: str) -> None:
    np.savez(tmp_path / "m.npz", **{"model._orig_mod.2.weight_mask": MASK, "model._orig_mod.12.weight_mask": OTHER})
    assert (load_mask(tmp_path / "m.npz", layer).mask.toarray() == MASK).all()


@pytest.mark.parametrize("layer", ["2", "2.weight", "2.weight_mask"])
def test_weights_without_a_mask_are_found_by_its_name(tmp_path: Path, layer: str) -> None:
    np.savez(tmp_path / "m.npz", **{"2.weight": 0.3 * MASK, "2.bias": np.ones(7), "4.weight": OTHER})
    assert (load_mask(tmp_path / "m.npz", layer, nonzero=True).mask.toarray() == MASK).all()


def test_an_exact_name_goes_first(tmp_path: Path) -> None:
    np.savez(tmp_path / "m.npz", **{"2.weight": 0.3 * MASK, "2.weight_mask": MASK, "module.2.weight": 0.2 * OTHER})
    assert load_mask(tmp_path / "m.npz", "module.2.weight", nonzero=True).mask.shape == OTHER.shape


@pytest.mark.parametrize("layer", ["3", "weight"])
def test_a_name_of_several_layers_lists_them(tmp_path: Path, layer: str) -> None:
    np.savez(tmp_path / "m.npz", **{"a.3.weight_mask": MASK, "b.3.weight_mask": OTHER})
    with pytest.raises(InputError) as caught:
        load_mask(tmp_path / "m.npz", layer)
    assert str(caught.value).endswith(
        f"`layer` is {layer!r}, which names 2 matrices, expected one of a.3.weight_mask [7, 5], b.3.weight_mask [4, 7]"
    )


@pytest.mark.parametrize(
    "kind", ["bool", "uint8", "int64", "float16", "float32", "float64", "bfloat16", "float8_e4m3fn"]
)
def test_safetensors_of_any_type(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = needs("torch")
    save = needs("safetensors.torch").save_file
    tensors = {"2.weight_mask": torch.tensor(OTHER), "10.weight_mask": torch.tensor(MASK)}
    save({name: each.to(getattr(torch, kind)) for name, each in tensors.items()}, tmp_path / "m.safetensors")
    for module in (stored, tensor_files):  # two rows at a time
        monkeypatch.setattr(module, "PIECE", 11)
    assert (load_mask(tmp_path / "m.safetensors", "10").mask.toarray() == MASK).all()
    assert list(mask_files.open_arrays(tmp_path / "m.safetensors").shapes) == ["2.weight_mask", "10.weight_mask"]


def test_the_command_reads_safetensors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save = needs("safetensors.numpy").save_file
    weights = np.where(np.random.default_rng(0).random((40, 30)) < 0.3, -0.5, 0).astype(np.float16)
    save({"fc.weight": weights, "fc.bias": np.ones(40)}, tmp_path / "m.safetensors")
    np.save(tmp_path / "m.npy", weights != 0)
    assert main(["fit", str(tmp_path / "m.safetensors"), "--nonzero", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert main(["fit", str(tmp_path / "m.npy"), "--json", "-"]) == 0
    same = json.loads(capsys.readouterr().out)
    assert (found["distances"], found["homogeneity"]) == (same["distances"], same["homogeneity"])


def test_damaged_safetensors_take_one_line(tmp_path: Path) -> None:
    save = needs("safetensors.numpy").save_file
    path = tmp_path / "m.safetensors"
    save({"m": MASK, "bias": np.ones(5)}, path)
    whole = path.read_bytes()
    for content in (b"", whole[:5], whole[: len(whole) // 2], whole[:-1], whole + b"x", b"\xff" * 40):
        path.write_bytes(content)
        with pytest.raises(InputError, match="damaged") as caught:
            load_mask(path)
        assert "\n" not in str(caught.value)
    save({"v": np.ones(5), "s": np.array(1.0)}, path)
    with pytest.raises(InputError, match="expected a matrix"):
        load_mask(path)


def test_safetensors_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.safetensors").touch()
    monkeypatch.setattr(tensor_files, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="safetensors is not installed"):
        load_mask(tmp_path / "m.safetensors")


def test_large_tensors_are_read_in_pieces_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch = needs("torch")
    torch.save({"a": torch.tensor(MASK), "b": torch.tensor(MASK.T.copy()).t()}, tmp_path / "m.pt")
    for module in (stored, tensor_files):
        monkeypatch.setattr(module, "PIECE", 3)
    for name in ("a", "b"):
        assert (load_mask(tmp_path / "m.pt", name).mask.toarray() == MASK).all()


@pytest.mark.parametrize("names", [("2.weight", "4.weight"), ("2.weight",), ("Dense/kernel:0", "other/kernel:0")])
def test_what_calls_itself_weights_is_read_by_what_is_not_0(tmp_path: Path, names: tuple[str, ...]) -> None:
    """As the table of all layers reads it; nothing else is, as scores between 0 and 1 are no mask."""
    np.savez(tmp_path / "m.npz", **dict.fromkeys(names, MASK * 0.25))
    found = load_mask(tmp_path / "m.npz", names[0])
    assert (found.mask.toarray() == MASK).all()
    assert found.name.endswith("weights that are not 0")
    np.savez(tmp_path / "s.npz", scores=MASK * 0.25, more=MASK)
    with pytest.raises(InputError, match="expected 0 or 1"):
        load_mask(tmp_path / "s.npz", "scores")
    np.savez(tmp_path / "w.npz", **{"2.weight_mask": MASK * 0.25, "2.weight": MASK})
    with pytest.raises(InputError, match="expected 0 or 1"):
        load_mask(tmp_path / "w.npz", "2.weight_mask")


def test_short_names_take_time_in_proportion_to_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each name is looked at a few times, however many others there are, so that thousands of layers take no minutes."""
    looked = 0

    def counting(name: str) -> str:
        nonlocal looked
        looked += 1
        return WRAPPERS.sub("", name)

    monkeypatch.setattr("sparse_limits.numerics.masks.names.bare", counting)
    counts = []
    for layers in (50, 100):
        looked, shapes = 0, {f"module.{place}.weight": (3, 4) for place in range(layers)}
        assert list(short_names(shapes, shapes).values()) == [str(place) for place in range(layers)]
        counts.append(looked)
    assert counts[1] <= 2 * counts[0]
