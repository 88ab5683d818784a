"""Networks in files of PyTorch: tensors alone, by their names, such as `torch.save(model.state_dict(), FILE)` writes.

Nothing in a file is executed: whatever is not a tensor, a number, a name or a container of these is refused by PyTorch's own
reader, which unpickles no other type.
"""

from __future__ import annotations

import warnings
import zipfile
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files.headers import Header, OpenArrays, checked_header
from sparse_limits.numerics.masks.names import WRAPPERS
from sparse_limits.numerics.printing.plain_text import plain

TENSORS = "tensors alone, such as torch.save(model.state_dict(), FILE) writes"

STATES = ("state_dict", "model_state_dict", "model")  # names under which checkpoints keep it


def open_torch(path: Path, files: ExitStack) -> OpenArrays:
    """The tensors of a state dictionary, or of the one under `state_dict`, `model_state_dict` or `model`, without wrappers' names.

    files: of no use here, as the file is mapped. InputError if PyTorch is not installed, for files that hold anything but
    tensors of real numbers, and for two names that differ by wrappers alone.
    """
    if find_spec("torch") is None:
        raise InputError("PyTorch is not installed, expected after pip install torch")
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            held = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except Exception as error:  # a damaged or pickled file can raise nearly anything
        raise InputError(f"damaged, or holds pickled objects; expected {TENSORS}") from error
    inside = next((held[name] for name in STATES if isinstance(held, dict) and isinstance(held.get(name), dict)), held)
    if not isinstance(inside, dict) or not all(isinstance(each, torch.Tensor) for each in inside.values()):
        raise InputError(f"holds {plain(type(inside).__name__)}, expected {TENSORS}")
    tensors: dict[str, torch.Tensor] = {}
    for given, tensor in inside.items():
        name = WRAPPERS.sub("", str(given))
        if name in tensors:
            raise InputError(f"holds {plain(name, 80)} twice, with and without a wrapper's name, expected it once")
        if tensor.is_complex() or tensor.is_quantized or tensor.is_meta or tensor.layout != torch.strided:
            kind = plain(f"{tensor.dtype} {tensor.layout}", 60)
            raise InputError(
                f"{plain(name, 80)} is a tensor of {kind}, expected real numbers, neither sparse nor quantized"
            )
        tensors[name] = tensor.detach()

    def plainly(tensor: torch.Tensor) -> NDArray[Any]:
        narrow = tensor.is_floating_point() and tensor.dtype not in (torch.float16, torch.float32, torch.float64)
        known = tensor.float() if narrow else tensor  # NumPy knows no bfloat16, which is exact in float32
        array: NDArray[Any] = known.resolve_neg().numpy()
        return array

    headers: dict[str, Header] = {}
    for name, tensor in tensors.items():
        dtype = plainly(tensor.new_empty(0)).dtype  # no view, which is a copy for some strides
        headers[name] = checked_header(name, tuple(tensor.shape), dtype)
    return OpenArrays(headers, lambda name: np.array(plainly(tensors[name])))
