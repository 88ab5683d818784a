"""The masks of a torch module: a dictionary by the paths of layers that shows, applies and saves itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from os import PathLike
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.utils.prune import custom_from_mask

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import one_line, replacing
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF
from sparse_limits.numerics.prediction.modules.chosen import place_of
from sparse_limits.numerics.prediction.modules.masks_summary import LayerMask
from sparse_limits.numerics.prediction.modules.pruned import PRUNED
from sparse_limits.numerics.prediction.modules.uncalled import prune_uncalled
from sparse_limits.numerics.printing.plain_text import short_names

TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
SCREEN, LEAST = 80, 16  # letters of a line, and of a path that is cut to fit
MOST_NAMED = 4  # layers of a note
SUFFIXES = (".npz", ".pt", ".safetensors")  # of files that masks are written to


class ModuleMasks(dict[str, torch.Tensor]):
    """Bool tensors by the paths of layers, in the shapes of their weights.

    Examples:
        >>> module = nn.Linear(3, 2, bias=False)
        >>> masks = ModuleMasks({"": torch.tensor([[True, False, False], [False, False, False]])}, module)
        >>> print(masks)
        layer     shape    kept   empty rows   empty columns
        (itself)  2 x 3    16.7 %     1 of 2          2 of 3
        16.7 % of the weights of these layers are kept, 16.7 % of all parameters stay
        outputs that read nothing, and are constant: (itself) (1 of 2)
    """

    def __init__(self, masks: Mapping[str, torch.Tensor], module: nn.Module, notes: Iterable[str] = ()) -> None:
        super().__init__(masks)
        places = {path: place_of(module, path) for path in masks}
        self._names = {
            path: f"{path}.weight".lstrip(".") if name == "weight" else path for path, (_, name) in places.items()
        }
        self._swapped = {path for path, (part, _) in places.items() if isinstance(part, TRANSPOSED)}
        convolutional = (*PRUNED, *TRANSPOSED)
        self._groups = {
            path: getattr(part, "groups", 1) for path, (part, _) in places.items() if isinstance(part, convolutional)
        }
        first = {id(getattr(*place)): path for path, place in places.items()}
        self._weight = {path: first[id(getattr(*place))] for path, place in places.items()}  # of a tied one, one path
        self.parameters: int = sum({id(each): each.numel() for each in module.parameters()}.values())
        empty = [path or ITSELF for path, mask in masks.items() if not mask.any()]
        self.notes = (*notes, *([f"{', '.join(empty)}: no weight is kept"] if empty else []), *self._constant(places))

    def _constant(self, places: Mapping[str, tuple[nn.Module, str]]) -> Iterator[str]:
        """The outputs of linear and convolutional layers that are their bias alone, or 0, where a layer keeps some weights."""
        found = [
            f"{each['layer'] or ITSELF} ({each['empty_rows']} of {each['rows']})"
            for each in self.layers
            if isinstance(places[each["layer"]][0], PRUNED) and 0 < each["empty_rows"] < each["rows"]
        ]
        if found:
            more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
            yield f"outputs that read nothing, and are constant: {', '.join(found[:MOST_NAMED])}{more}"

    def _distinct(self) -> Iterable[torch.Tensor]:
        """The masks, that of a tied weight once."""
        return {self._weight.get(path, path): mask for path, mask in self.items()}.values()

    @property
    def compared(self) -> int:
        """How many weights these layers have, a tied weight counted once."""
        return sum(mask.numel() for mask in self._distinct())

    @property
    def kept(self) -> int:
        """How many of these are kept."""
        return sum(int(mask.sum()) for mask in self._distinct())

    @property
    def density(self) -> float:
        """The share of the weights of these layers that is kept, a tied weight counted once."""
        return self.kept / max(self.compared, 1)

    @property
    def remaining(self) -> float:
        """The share of all parameters of the module that stays, biases, normalisations and other parts included."""
        return (self.parameters - self.compared + self.kept) / self.parameters

    @property
    def inputs_first(self) -> list[str]:
        """The layers whose weights have their inputs first, as transposed convolutions; a file does not say so."""
        return [path for path in self if path in self._swapped]

    @property
    def layers(self) -> list[LayerMask]:
        """What each mask keeps."""
        return [_kept_by(path, mask, path in self._swapped, self._groups.get(path, 1)) for path, mask in self.items()]

    @property
    def table(self) -> str:
        """A line for each layer, and what is kept in all; paths are cut where lines would be longer than a screen."""
        layers = self.layers
        names = [each["layer"] or ITSELF for each in layers]
        rows: list[tuple[str, ...]] = [("layer", "shape", "kept", "empty rows", "empty columns")]
        rows += [
            (
                name,
                " x ".join(map(str, each["shape"])),
                f"{100 * each['density']:.1f} %",
                f"{each['empty_rows']} of {each['rows']}",
                f"{each['empty_columns']} of {each['columns']}",
            )
            for name, each in zip(names, layers, strict=True)
        ]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        if (beyond := sum(widths) + 2 * (len(widths) - 1) - SCREEN) > 0:
            short = short_names(names, max(LEAST, widths[0] - beyond))
            rows = [rows[0], *((name, *row[1:]) for name, row in zip(short, rows[1:], strict=True))]
            widths[0] = max(len(row[0]) for row in rows)
        lines = [
            "  ".join(
                cell.ljust(width) if place < 2 else cell.rjust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        total = (
            f"{100 * self.density:.1f} % of the weights of these layers are kept, "
            f"{100 * self.remaining:.1f} % of all parameters stay"
        )
        return "\n".join([*lines, total])

    def __str__(self) -> str:
        return "\n".join([self.table, *self.notes])

    def apply(self, module: nn.Module) -> nn.Module:
        """Prune a module by these masks, in place, as `torch.nn.utils.prune.custom_from_mask` does, and return it.

        Torch prunes a part when it is called. The output layer of `nn.MultiheadAttention`, which is not called, is pruned at each
        call of the attention, and parts without a forward, such as lists of parameters, at each call of the module. A layer whose
        weight a forward reads without calling the layer, as `F.linear(x, self.layer.weight)`, is pruned once: call it instead.
        InputError, before anything is changed, for a layer that the module lacks or that has another shape.
        """
        places = {}
        for path, mask in self.items():
            try:
                places[path] = place_of(module, path)
            except AttributeError as error:
                raise InputError(
                    f"the module has no weight at {path or ITSELF}, expected the module of the masks"
                ) from error
            weight = getattr(*places[path])
            if weight.shape != mask.shape:
                raise InputError(
                    f"{path or ITSELF} has the shape {tuple(weight.shape)}, expected {tuple(mask.shape)}, that of its mask"
                )
        for path, mask in self.items():
            part, name = places[path]
            custom_from_mask(part, name, mask.to(getattr(part, name).device))
        prune_uncalled(module, [part for part, _ in places.values()])
        return module

    def save(self, file: str | Path) -> None:
        """Write the masks under the names of their weights, as `sparse-limits fit` reads them: .npz, .pt or .safetensors.

        InputError for another suffix, a file that cannot be written, .safetensors without the library of this name, and a mask
        of a layer that had none when the masks were made.
        """
        check_masks_file(file)
        if odd := [path for path in self if path not in self._names]:
            raise InputError(f"there is a mask of {odd[0]!r:.60}, expected those of {', '.join(self._names):.300}")
        named = {self._names[path]: mask.cpu().contiguous() for path, mask in self.items()}
        with replacing(Path(file)) as temporary:
            try:
                _write(named, temporary)
            except RuntimeError as error:  # torch's, where it cannot write
                raise InputError(f"{file}: {one_line(error)}, expected a file that can be written") from error


def check_masks_file(file: str | Path) -> None:
    """InputError for a file of another kind than masks are written to, and for one whose library is not installed."""
    if not isinstance(file, (str, PathLike)):
        raise InputError(f"file is {file!r:.60}, expected the name of a file")
    suffix = Path(file).suffix
    if suffix not in SUFFIXES:
        raise InputError(f"{file}: the suffix is {suffix!r}, expected {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    if suffix == ".safetensors" and find_spec("safetensors") is None:
        raise InputError(
            f"{file}: safetensors is not installed, expected after pip install safetensors, or .npz or .pt"
        )


def _write(named: Mapping[str, torch.Tensor], target: Path) -> None:
    if target.suffix == ".npz":
        np.savez_compressed(target, **{name: mask.numpy() for name, mask in named.items()})
    elif target.suffix == ".pt":
        torch.save(dict(named), target)
    else:
        from safetensors import SafetensorError
        from safetensors.torch import save_file

        try:
            apart = {name: mask.clone() for name, mask in named.items()}  # those of a tied weight share memory
            save_file(apart, target)
        except SafetensorError as error:
            raise RuntimeError(str(error)) from error


def _kept_by(path: str, mask: torch.Tensor, swapped: bool, groups: int) -> LayerMask:
    """swapped: whether inputs come first, as in transposed convolutions. groups: of a convolution, each with its own inputs."""
    flat = mask.reshape(groups, len(mask) // groups, mask.shape[1], -1).any(dim=3)
    flat = flat.transpose(1, 2) if swapped else flat
    used_rows, used_columns = flat.any(dim=2), flat.any(dim=1)
    return {
        "layer": path,
        "shape": list(mask.shape),
        "weights": mask.numel(),
        "kept": int(mask.sum()),
        "density": float(mask.double().mean()),
        "rows": used_rows.numel(),
        "empty_rows": int((~used_rows).sum()),
        "columns": used_columns.numel(),
        "empty_columns": int((~used_columns).sum()),
    }
