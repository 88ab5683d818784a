"""A network in a folder, or in shards with an index (Hugging Face): one model, of which one shard is open at a time.

An index is JSON whose `weight_map` says for each tensor which file beside it holds it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import reading
from sparse_limits.numerics.files.headers import once
from sparse_limits.numerics.masks.names import Shape, in_natural_order
from sparse_limits.numerics.masks.stored import Arrays, Stored
from sparse_limits.numerics.printing.plain_text import plain

MOST_INDEX = 10**8  # bytes
_LISTED = 6  # files in a message
_SAFE = ".safetensors"
# what Hugging Face's from_pretrained looks for, in its order
_KNOWN = tuple(
    f"{stem}{ending}"
    for stems, ending in (
        (("model", "diffusion_pytorch_model"), _SAFE),
        (("pytorch_model", "diffusion_pytorch_model"), ".bin"),
    )
    for stem in stems
    for ending in (ending, f"{ending}.index.json")
)


def model_file(path: Path, suffixes: tuple[str, ...]) -> Path:
    """The file to read a network from: of a folder its model as Hugging Face names it, else its only index or only file.

    suffixes: of files that are read. InputError for a folder that holds none, and for one that holds several.

    Examples:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as name:
        ...     for file in ("config.json", "training_args.bin", "model.safetensors"):
        ...         Path(name, file).touch()
        ...     model_file(Path(name), (".safetensors", ".bin")).name
        'model.safetensors'
    """
    if not os.path.isdir(path):  # Path.is_dir raises an error for a path that is too long
        return path
    with reading("a folder that can be listed"):
        held = {each.name: each for each in path.iterdir() if each.is_file()}
    known = [held[name] for name in _KNOWN if name in held]
    indices = [each for name, each in held.items() if name.endswith(".index.json")]
    arrays = [each for each in held.values() if each.suffix.lower() in suffixes and each.suffix != ".json"]
    found = known[:1] or indices or arrays
    if len(found) == 1:
        return found[0]
    said = ", ".join(plain(name, 80) for name in in_natural_order([each.name for each in found])[:_LISTED])
    if not found:
        raise InputError(
            f"{plain(path)}: is a folder without arrays, expected a file, or a folder with one, such as model.safetensors"
        )
    raise InputError(f"{plain(path)}: is a folder of {len(found)} files of arrays, expected the name of one: {said}")


def from_index(file: Path, open_shard: Callable[[Path], Arrays]) -> Arrays:
    """The tensors of all shards by an index, in the order of the shards (of .safetensors: in the natural order of names).

    open_shard: opens one. InputError for an index that names no shards, a shard elsewhere than beside it or one that is
    missing, a tensor that its shard does not hold, and one that two shards hold, or a shard and not the index.
    """
    places = _weight_map(file)
    names = in_natural_order(sorted(set(places.values())))
    shapes: dict[str, Shape] = {}
    for name in names:
        shard = file.parent / name
        if not os.path.isfile(shard):
            raise InputError(
                f"its shard {plain(name, 80)} is missing, expected {len(names)} files: {plain(shard)} among them"
            )
        held = open_shard(shard).shapes
        for tensor, shape in held.items():
            _check_place(tensor, name, places)
            shapes[tensor] = shape
        if lost := next((each for each, place in places.items() if place == name and each not in held), None):
            raise InputError(
                f"says that {plain(name, 80)} holds {plain(lost, 80)}, which it does not, expected a whole shard"
            )
    if all(name.lower().endswith(_SAFE) for name in names):
        shapes = {name: shapes[name] for name in in_natural_order(list(shapes))}
    opened: dict[str, Arrays] = {}

    def read(key: str) -> Stored:
        name = places[key]
        if name not in opened:
            opened.clear()  # first, so that one shard at a time is in memory
            opened[name] = open_shard(file.parent / name)
        return replace(opened[name].read(key), name=key)

    return Arrays(shapes, read)


def shards_of(file: Path) -> list[Path]:
    """The files that an index names; none for any other file. InputError as `from_index`."""
    if file.suffix.lower() != ".json":
        return []
    try:
        return [file.parent / name for name in in_natural_order(sorted(set(_weight_map(file).values())))]
    except InputError as error:
        raise InputError(f"{file}: {error}") from error


def _check_place(tensor: str, shard: str, places: dict[str, str]) -> None:
    said, stated = plain(tensor, 80), places.get(tensor)
    if stated is None:
        raise InputError(f"does not name {said}, which {plain(shard, 80)} holds, expected an index of all tensors")
    if stated != shard:
        raise InputError(
            f"says that {plain(stated, 80)} holds {said}, and {plain(shard, 80)} holds it too, expected one of them"
        )


def _weight_map(file: Path) -> dict[str, str]:
    """The shard of each tensor, a file beside the index. Links may lead elsewhere, as those of Hugging Face's cache do."""
    with reading("JSON of an index, such as model.safetensors.index.json"):
        if file.stat().st_size > MOST_INDEX:
            raise InputError(f"is of {file.stat().st_size} bytes, expected an index of at most {MOST_INDEX}")
        held = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=once)
    places = held.get("weight_map") if isinstance(held, dict) else None
    if not isinstance(places, dict) or not places or not all(isinstance(each, str) for each in places.values()):
        raise InputError(
            "has no weight_map from tensors to files, expected an index such as model.safetensors.index.json"
        )
    for name in places.values():
        outside = ".." in PurePosixPath(name).parts or PurePosixPath(name).is_absolute() or PureWindowsPath(name).anchor
        if outside or "\\" in name or not PurePosixPath(name).suffix or name.lower().endswith(".json"):
            raise InputError(
                f"names the shard {plain(name, 80)!r}, expected a file of arrays in the folder of the index"
            )
    return places
