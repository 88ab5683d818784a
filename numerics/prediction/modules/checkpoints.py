"""Weights of a torch module from a file: a state dict or a checkpoint of PyTorch, .npz or .safetensors, by the names of tensors."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import nn

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import check_readable, reading
from sparse_limits.numerics.masks.names import bare
from sparse_limits.numerics.masks.stored import WHOLE
from sparse_limits.numerics.masks.tensor_files import tensors_of

OF_TORCH = (".pt", ".pth", ".ckpt", ".bin", ".tar")
SUFFIXES = (*OF_TORCH, ".npz", ".safetensors")
NEEDLESS = "num_batches_tracked"  # of batch normalisation: older checkpoints lack it, and no score reads it
MOST_NAMED = 4


def load_weights(module: nn.Module, file: str | Path) -> str:
    """Give a module, in place, the tensors of a file, and say which ones the module has no place for; nothing if there are none.

    Names count without wrappers such as `module.` and `state_dict.`. Nothing in a file is executed. InputError, and the module is
    as before, for a file that cannot be read, and for a tensor that is missing, has another shape, or stands there twice.
    """
    held = _tensors(Path(file))
    places = module.state_dict()
    found = {name: _one(held, name, file) for name in places}
    missing = [name for name, tensor in found.items() if tensor is None and not name.endswith(NEEDLESS)]
    if missing:
        raise InputError(
            f"{file}: there is no {_listed(missing)}, expected the weights of this module; the file has {_listed(held)}"
        )
    given = {name: tensor for name, tensor in found.items() if tensor is not None}
    for name, tensor in given.items():
        if tensor.shape != places[name].shape:
            raise InputError(
                f"{file}: {name} has the shape {tuple(tensor.shape)}, expected {tuple(places[name].shape)}, that of the module"
            )
    module.load_state_dict(given, strict=False)
    unused = [name for name in held if bare(name) not in given and name not in given]
    return f"tensors of {file} that the module has no place for: {_listed(unused)}" if unused else ""


def _one(held: Mapping[str, torch.Tensor], name: str, file: str | Path) -> torch.Tensor | None:
    if name in held:
        return held[name]
    found = [each for each in held if bare(each) == bare(name)]
    if len(found) > 1:
        raise InputError(f"{file}: {_listed(found)} may both be {name}, expected one of them")
    return held[found[0]] if found else None


def _listed(names: Mapping[str, object] | list[str]) -> str:
    first = ", ".join(list(names)[:MOST_NAMED]) or "no tensor"
    return first if len(names) <= MOST_NAMED else f"{first} and {len(names) - MOST_NAMED} more"


def _tensors(file: Path) -> dict[str, torch.Tensor]:
    if file.suffix.lower() not in SUFFIXES:
        raise InputError(f"{file}: the suffix is {file.suffix!r}, expected one of {', '.join(SUFFIXES)}")
    check_readable(file)
    try:
        if file.suffix.lower() in OF_TORCH:
            return tensors_of(file)
        if file.suffix.lower() == ".npz":
            with reading(WHOLE), np.load(file, allow_pickle=False) as held:
                return {name: torch.from_numpy(held[name]) for name in held.files}
        if find_spec("safetensors") is None:
            raise InputError("safetensors is not installed, expected after pip install safetensors")
        from safetensors.torch import load_file

        with reading(WHOLE):
            return dict(load_file(file))
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
