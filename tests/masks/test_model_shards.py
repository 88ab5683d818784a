"""A network in shards, or in a folder, is read as one file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers import needs

import sparse_limits as sl
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.masks import shards
from sparse_limits.numerics.masks.files import _READERS, file_of
from sparse_limits.numerics.masks.layers import open_layers

RNG = np.random.default_rng(0)
SHAPES = {"h.0.weight": (6, 5), "h.2.weight": (7, 6), "h.10.weight": (4, 7)}
HELD = {name: np.where(RNG.random(shape) < 0.5, 0, RNG.standard_normal(shape)) for name, shape in SHAPES.items()}
PLACES = {"h.0.weight": "b-1.npz", "h.2.weight": "b-2.npz", "h.10.weight": "b-1.npz"}


def index(folder: Path, places: object, name: str = "b.npz.index.json") -> Path:
    (folder / name).write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return folder / name


def in_shards(folder: Path, places: dict[str, str] = PLACES) -> Path:
    folder.mkdir(exist_ok=True)
    for shard in set(places.values()):
        np.savez(folder / shard, **{name: HELD[name] for name, place in places.items() if place == shard})
    return index(folder, places)


def without_file(found: dict) -> dict:
    return {key: value for key, value in found.items() if key != "file"}


@pytest.mark.parametrize("kind", ["safetensors", "bin"])
def test_hugging_face_folders_are_one_model(tmp_path: Path, kind: str) -> None:
    """In shards of both kinds, by the folder and by the index, the numbers are those of the one file."""
    torch = needs("torch")
    save = needs("safetensors.torch").save_file if kind == "safetensors" else torch.save
    held = {name: torch.tensor(value) for name, value in HELD.items()} | {"h.0.bias": torch.ones(6)}
    stem = "model" if kind == "safetensors" else "pytorch_model"
    parts = [["h.0.weight", "h.0.bias"], ["h.2.weight", "h.10.weight"]]
    places = {}
    for place, part in enumerate(parts, 1):
        shard = f"{stem}-0000{place}-of-00002.{kind}"
        save({name: held[name] for name in part}, tmp_path / shard)
        places |= dict.fromkeys(part, shard)
    (tmp_path / "config.json").write_text("{}")
    torch.save({"lr": 1}, tmp_path / "training_args.bin")
    file = index(tmp_path, dict(sorted(places.items())), f"{stem}.{kind}.index.json")
    save(held, tmp_path / f"whole.{kind}")
    found = sl.fit_layers(tmp_path)
    assert found["file"] == str(file)
    assert [layer["layer"] for layer in found["layers"]] == ["h.0", "h.2", "h.10"]
    assert len(found["chains"]) == 1
    assert found == sl.fit_layers(file)
    assert without_file(found) == without_file(sl.fit_layers(tmp_path / f"whole.{kind}"))
    (mask,) = (sl.load_mask(tmp_path, layer="h.2").mask,)
    assert (mask.toarray() == (HELD["h.2.weight"] != 0)).all()


def test_one_shard_is_open_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, opened, alive = in_shards(tmp_path), [], []
    read = _READERS[".npz"]

    def watched(path: Path):
        import weakref

        found = read(path)
        opened.append(path.name)
        alive.append(weakref.ref(found))
        assert sum(each() is not None for each in alive) == 1
        return found

    monkeypatch.setitem(_READERS, ".npz", watched)
    held = open_layers(file)
    assert opened == ["b-1.npz", "b-2.npz"]  # for the shapes
    for name in held.names:
        assert (held.read(name).kept == (HELD[name] != 0)).all()
    assert opened[2:] == ["b-1.npz", "b-2.npz"]  # each once more, as layers stand in the order of the shards
    assert held.names == ["h.0.weight", "h.10.weight", "h.2.weight"]


def test_links_may_lead_to_a_cache(tmp_path: Path) -> None:
    in_shards(tmp_path / "blobs")
    (tmp_path / "snapshot").mkdir()
    for name in set(PLACES.values()):
        (tmp_path / "snapshot" / name).symlink_to(tmp_path / "blobs" / name)
    index(tmp_path / "snapshot", PLACES)
    assert len(sl.fit_layers(tmp_path / "snapshot")["layers"]) == 3


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (PLACES | {"h.2.weight": "b-3.npz"}, "its shard b-3.npz is missing, expected 2 files"),
        (PLACES | {"h.2.weight": "b" * 300 + ".npz"}, "is missing, expected 2 files"),
        (PLACES | {"h.3.weight": "b-2.npz"}, "says that b-2.npz holds h.3.weight, which it does not"),
        (PLACES | {"h.2.weight": "b-1.npz"}, "says that b-1.npz holds h.2.weight, which it does not"),
        ({"h.2.weight": "b-2.npz", "h.0.weight": "b-1.npz"}, "does not name h.10.weight, which b-1.npz holds"),
        (
            PLACES | {"h.2.weight": "../b-2.npz"},
            "names the shard '../b-2.npz', expected a file of arrays in the folder",
        ),
        (PLACES | {"h.2.weight": "/b-2.npz"}, "names the shard '/b-2.npz'"),
        (PLACES | {"h.2.weight": "C:b-2.npz"}, "names the shard 'C:b-2.npz'"),
        (PLACES | {"h.2.weight": "b.npz.index.json"}, "names the shard 'b.npz.index.json'"),
        (PLACES | {"h.2.weight": "b-2.txt"}, "its shard b-2.txt is missing"),
        (PLACES | {"h.2.weight": 3}, "has no weight_map"),
        ({}, "has no weight_map"),
        ([], "has no weight_map"),
    ],
)
def test_a_wrong_index_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], places: object, said: str
) -> None:
    in_shards(tmp_path)
    file = index(tmp_path, places)
    assert main(["fit", str(file)]) == 2
    text = capsys.readouterr().err
    assert text.count("\n") == 1
    assert text.startswith(f"sparse-limits: {file}: ")
    assert said in text


def test_a_tensor_in_two_shards_is_refused(tmp_path: Path) -> None:
    file = in_shards(tmp_path)
    np.savez(tmp_path / "b-2.npz", **{name: HELD[name] for name in ("h.2.weight", "h.0.weight")})
    with pytest.raises(InputError, match=r"b-1.npz holds h.0.weight, and b-2.npz holds it too"):
        sl.fit_layers(file)


def test_a_damaged_index_or_shard_is_refused(tmp_path: Path) -> None:
    file = in_shards(tmp_path)
    (tmp_path / "b-2.npz").write_bytes(b"no archive")
    with pytest.raises(InputError, match=r"b-2.npz: damaged"):
        sl.fit_layers(file)
    for text in ("{", '{"weight_map": {"a": "b.npz", "a": "c.npz"}}', "3"):
        file.write_text(text)
        with pytest.raises(InputError, match="index"):
            sl.fit_layers(file)


def test_which_file_of_a_folder_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder without arrays"):
        file_of(tmp_path)
    for name in ("one.npz", "two.npz"):
        np.savez(tmp_path / name, a=np.eye(2))
    with pytest.raises(
        InputError, match=r"is a folder of 2 files of arrays, expected the name of one: one\.npz, two\.npz"
    ):
        file_of(tmp_path)
    (tmp_path / "two.npz").unlink()
    assert file_of(tmp_path).name == "one.npz"
    for name in ("pytorch_model.bin", "model.safetensors.index.json", "model.safetensors"):
        (tmp_path / name).touch()
        assert file_of(tmp_path).name == name  # each goes before those that were there
    assert shards.shards_of(tmp_path / "one.npz") == []


def test_no_shard_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_shards(tmp_path)
    for name in ("b-2.npz", "b.npz.index.json"):
        assert main(["fit", str(tmp_path), "--json", str(tmp_path / name)]) == 2
        assert "MASK" in capsys.readouterr().err
