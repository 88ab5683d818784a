"""Weights of a torch module from a file: a state dict or a checkpoint of PyTorch, .npz or .safetensors, by the names of tensors."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import check_readable, reading
from sparse_limits.numerics.masks.names import bare
from sparse_limits.numerics.masks.stored import WHOLE
from sparse_limits.numerics.masks.tensor_files import tensors_of

OF_TORCH = (".pt", ".pth", ".ckpt", ".bin", ".tar")
SUFFIXES = (*OF_TORCH, ".npz", ".safetensors")
NEEDLESS = "num_batches_tracked"  # of batch normalisation: older checkpoints lack it, and no score reads it
NUMBERS = "biufc"  # NumPy's kinds of arrays that are tensors: others, such as names of classes, are no weights
MOST_NAMED = 4


def load_weights(module: nn.Module, file: str | Path) -> str:
    """Give a module, in place, the tensors of a file, and say which ones the module has no place for; nothing if there are none.

    Names count without wrappers such as `module.` and `state_dict.`, or another word that stands before all of them, as `model.`, and of a
    tied weight one name is enough. Nothing in a file is executed. InputError, and the module is as before, for a file that cannot be read, and for a tensor that is missing, has
    another shape, holds a mask, or stands there twice.
    """
    held = _tensors(Path(file))
    state = module.state_dict(keep_vars=True)  # the parameters themselves: a tied one is one under all its names
    places = {name: place for name, place in state.items() if isinstance(place, torch.Tensor)}
    found = {name: key for name in places if (key := _one(held, name, file)) is not None}
    missing = _missing(places, found)
    if missing and (before := _before_all(held, places, file)):
        found = {name: before + name for name in places if before + name in held}
        missing = []
    if missing:
        masked = any(f"{bare(each)}_mask" in map(bare, held) for each in missing)
        hint = (
            " (torch.nn.utils.prune keeps weights beside masks: save after prune.remove(part, 'weight'))"
            if masked
            else ""
        )
        raise InputError(
            f"{file}: there is no {_listed(missing)}, expected the weights of this module; the file has {_listed(held)}{hint}"
        )
    given = {name: held[key] for name, key in found.items()}
    for name, tensor in given.items():
        if tensor.shape != places[name].shape:
            raise InputError(
                f"{file}: {name} has the shape {tuple(tensor.shape)}, expected {tuple(places[name].shape)}, that of the module"
            )
        if tensor.dtype == torch.bool and places[name].dtype != torch.bool:
            raise InputError(f"{file}: {name} holds truth values, as a mask does, expected weights")
    module.load_state_dict(given, strict=False)
    used = set(found.values())
    unused = [name for name in held if name not in used]
    return f"tensors of {file} that the module has no place for: {_listed(unused)}" if unused else ""


def _missing(places: Mapping[str, torch.Tensor], found: Collection[str]) -> list[str]:
    """The tensors of a module that a file does not name; of a tied one, a name is enough."""
    there = {id(places[name]) for name in found}
    return [name for name, place in places.items() if id(place) not in there and not name.endswith(NEEDLESS)]


def _before_all(held: Mapping[str, torch.Tensor], places: Mapping[str, torch.Tensor], file: str | Path) -> str:
    """What stands before all names in a file, as `model.` in a checkpoint of training; "" where nothing does."""
    first = next(iter(places))
    starts = {key.removesuffix(first) for key in held if key.endswith(f".{first}")}
    fitting = sorted(each for each in starts if not _missing(places, [name for name in places if each + name in held]))
    if len(fitting) > 1:
        raise InputError(f"{file}: holds the weights under {_listed(fitting)}, expected them once")
    return fitting[0] if fitting else ""


def _one(held: Mapping[str, torch.Tensor], name: str, file: str | Path) -> str | None:
    """What the file calls a tensor of the module; None where it has none."""
    if name in held:
        return name
    found = [each for each in held if bare(each) == bare(name)]
    if len(found) > 1:
        raise InputError(f"{file}: {_listed(found)} may both be {name}, expected one of them")
    return found[0] if found else None


def _listed(names: Mapping[str, object] | list[str]) -> str:
    first = ", ".join(list(names)[:MOST_NAMED]) or "no tensor"
    return first if len(names) <= MOST_NAMED else f"{first} and {len(names) - MOST_NAMED} more"


def _tensor(array: NDArray[Any]) -> torch.Tensor:
    """In the byte order of this machine, the only one that torch takes."""
    return torch.from_numpy(array.astype(array.dtype.newbyteorder("="), copy=False))


def _tensors(file: Path) -> dict[str, torch.Tensor]:
    if file.suffix.lower() not in SUFFIXES:
        raise InputError(f"{file}: the suffix is {file.suffix!r}, expected one of {', '.join(SUFFIXES)}")
    check_readable(file)
    try:
        if file.suffix.lower() in OF_TORCH:
            return tensors_of(file)
        if file.suffix.lower() == ".npz":
            with reading(WHOLE), np.load(file, allow_pickle=False) as held:
                arrays = {name: held[name] for name in held.files}
                return {name: _tensor(array) for name, array in arrays.items() if array.dtype.kind in NUMBERS}
        if find_spec("safetensors") is None:
            raise InputError("safetensors is not installed, expected after pip install safetensors")
        from safetensors.torch import load_file

        with reading(WHOLE):
            return dict(load_file(file))
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
