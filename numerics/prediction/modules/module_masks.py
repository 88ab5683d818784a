"""The masks of a torch module: a dictionary by the paths of layers that shows, applies and saves itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.prune import custom_from_mask

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF


class ModuleMasks(dict[str, torch.Tensor]):
    """Bool tensors by the paths of layers, in the shapes of their weights.

    Examples:
        >>> module = nn.Linear(3, 2, bias=False)
        >>> masks = ModuleMasks({"": torch.tensor([[True, False, False], [False, False, False]])}, module)
        >>> print(masks)
        layer     shape    kept   empty rows   empty columns
        (itself)  2 x 3    16.7 %     1 of 2          2 of 3
        16.7 % of the weights of these layers are kept, 16.7 % of all parameters stay
    """

    def __init__(self, masks: Mapping[str, torch.Tensor], module: nn.Module) -> None:
        super().__init__(masks)
        every = {id(each): each.numel() for each in module.parameters()}
        weights = {id(module.get_submodule(path).weight): mask for path, mask in masks.items()}
        self.compared: int = sum(mask.numel() for mask in weights.values())
        self.kept: int = sum(int(mask.sum()) for mask in weights.values())
        self.parameters: int = sum(every.values())

    @property
    def density(self) -> float:
        """The share of the weights of these layers that is kept, a tied weight counted once."""
        return self.kept / self.compared

    @property
    def remaining(self) -> float:
        """The share of all parameters of the module that stays, biases, normalisations and other parts included."""
        return (self.parameters - self.compared + self.kept) / self.parameters

    def __str__(self) -> str:
        rows: list[tuple[str, ...]] = [("layer", "shape", "kept", "empty rows", "empty columns")]
        for path, mask in self.items():
            flat = mask.reshape(len(mask), mask.shape[1], -1).any(dim=2)
            empty = [f"{int((~flat.any(dim=axis)).sum())} of {flat.shape[1 - axis]}" for axis in (1, 0)]
            share = f"{100 * float(mask.double().mean()):.1f} %"
            rows.append((path or ITSELF, " x ".join(map(str, mask.shape)), share, *empty))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.ljust(width) if place < 2 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        lines.append(
            f"{100 * self.density:.1f} % of the weights of these layers are kept, "
            f"{100 * self.remaining:.1f} % of all parameters stay"
        )
        return "\n".join(lines)

    def apply(self, module: nn.Module) -> nn.Module:
        """Prune a module by these masks, in place, as `torch.nn.utils.prune.custom_from_mask` does, and return it.

        InputError, before anything is changed, for a layer that the module lacks or that has another shape.
        """
        for path, mask in self.items():
            try:
                weight = module.get_submodule(path).weight
            except AttributeError as error:
                raise InputError(
                    f"the module has no weight at {path or ITSELF}, expected the module of the masks"
                ) from error
            if weight.shape != mask.shape:
                raise InputError(
                    f"{path or ITSELF} has the shape {tuple(weight.shape)}, expected {tuple(mask.shape)}, that of its mask"
                )
        for path, mask in self.items():
            layer = module.get_submodule(path)
            custom_from_mask(layer, "weight", mask.to(layer.weight.device))
        return module

    def save(self, file: str | Path) -> None:
        """Write the masks under the names of their weights, as `sparse-limits fit` reads them: .npz, .pt or .safetensors.

        InputError for another suffix, a file that cannot be written, and .safetensors without the library of this name.
        """
        target = Path(file)
        beside = target.with_name(
            f".{target.stem}.part{target.suffix}"
        )  # so that a failure leaves an older file as it is
        named = {f"{path}.weight".lstrip("."): mask.cpu().contiguous() for path, mask in self.items()}
        try:
            if target.suffix == ".npz":
                np.savez_compressed(beside, **{name: mask.numpy() for name, mask in named.items()})
            elif target.suffix == ".pt":
                torch.save(named, beside)
            elif target.suffix == ".safetensors":
                _save_safetensors(named, beside)
            else:
                raise InputError(f"{target}: the suffix is {target.suffix!r}, expected .npz, .pt or .safetensors")
            beside.replace(target)
        except (OSError, RuntimeError) as error:  # torch raises RuntimeError where a folder is missing
            beside.unlink(missing_ok=True)
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
            raise InputError(f"{target}: {said}, expected a file that can be written") from error


def _save_safetensors(named: Mapping[str, torch.Tensor], target: Path) -> None:
    try:
        from safetensors.torch import save_file
    except ImportError as error:
        raise InputError(
            f"{target.suffix}: the library safetensors is not installed, expected it, or .npz or .pt"
        ) from error
    save_file(dict(named), target)
