"""Networks from a user's file, to be found again in a random one.

| arrays in a .npz file | network |
|---|---|
| `weights_1`, `weights_2`, … [in, out], and maybe `biases_1`, … [out] | a perceptron with ReLU between its layers |
| `coefficients_1`, … [in, out, b] and `basis_1`, … [b, out coordinates, in coordinates] | equivariant layers |
| beside the latter, maybe `permutations_0`, … int[generators, coordinates] | a group on each level, level 0: inputs |

A .safetensors file holds a perceptron: NAME.weight [out, in], maybe NAME.bias [out], in the natural order of the names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from numerics.equivariance import EquivariantLayer
from numerics.tickets.archives import Arrays, read_arrays
from numerics.tickets.networks import checked_network, multilayer_perceptron

MOST_ENTRIES = 2**27  # of the whole matrix of a layer, and of its projections to parts of the coordinates
Levels = tuple[NDArray[np.int64], ...]
TICKET = re.compile(r"statement|masks_[1-9]\d*")  # so that a ticket's file is a file of its target
NAMES = re.compile(r"(weights|biases|coefficients|basis)_([1-9]\d*)|(permutations)_(0|[1-9]\d*)")
FROM_TORCH = (
    "numpy.savez(FILE, weights_1=model[0].weight.detach().numpy().T, biases_1=model[0].bias.detach().numpy(), …)"
)


@dataclass(frozen=True, eq=False)
class TargetFile:
    """A network as it stands in a file.

    layers: with a channel that holds 1 (`with_constant`) if biased; permutations: int[generators, coordinates] of a group
    on each level, from the inputs to the outputs, with which every basis element commutes; None if not given.
    """

    layers: tuple[EquivariantLayer, ...]
    biased: bool
    permutations: Levels | None


def load_target(path: str | PathLike[str]) -> TargetFile:
    """The network in a .npz or .safetensors file.

    ValueError, in one line with the file's name, if it is missing, damaged, pickled or of another kind, and if what it
    holds is no such network.
    """
    file = Path(path)
    if file.suffix.lower() in (".pt", ".pth", ".pkl", ".pickle"):
        raise ValueError(f"{file}: expected .npz or .safetensors, as nothing is unpickled; from PyTorch: {FROM_TORCH}")
    arrays = read_arrays(file)
    try:
        if file.suffix.lower() == ".safetensors":
            arrays = _torch_names(arrays)
        return _network({name: array for name, array in arrays.items() if not TICKET.fullmatch(name)})
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error


def equivariant_layers(coefficients: Sequence[NDArray], bases: Sequence[NDArray]) -> tuple[EquivariantLayer, ...]:
    """Layers of arrays of numbers [in, out, b] and [b, out coordinates, in coordinates]. ValueError for what does not fit."""
    if len(coefficients) != len(bases):
        raise ValueError(f"{len(coefficients)} arrays of coefficients and {len(bases)} bases, expected as many")
    pairs = zip(coefficients, bases, strict=True)
    layers = [EquivariantLayer(w.astype(np.float64), basis.astype(np.float64)) for w, basis in pairs]
    for k, layer in enumerate(layers, start=1):
        (before, after, elements), (rows, columns) = layer.coeffs.shape, layer.basis.shape[1:]
        if (entries := max(before * columns * after * rows, elements * columns**2)) > MOST_ENTRIES:
            raise ValueError(f"layer {k} would need matrices of {entries:.3g} entries, expected at most {MOST_ENTRIES}")
    return checked_network(layers)


def permutations_of_levels(layers: Sequence[EquivariantLayer], given: Mapping[int, NDArray]) -> Levels:
    """How generators of a group permute the coordinates of each level, x → x[p]; int[generators, coordinates] each.

    given: by level; on others the group acts as on the level before, or trivially on a single coordinate. ValueError for
    what is no permutation, and for a level that is missing or does not exist.
    """
    sizes = [layers[0].basis.shape[2], *(layer.basis.shape[1] for layer in layers)]
    generators, *others = {len(array) if array.ndim else 0 for array in given.values()}
    if others or not generators:
        raise ValueError(
            f"permutations of {[generators, *others]} generators, expected as many on each level, 1 or more"
        )
    if max(given) >= len(sizes):
        raise ValueError(f"permutations_{max(given)}, expected at most permutations_{len(sizes) - 1}")
    levels: list[NDArray[np.int64]] = []
    for level, size in enumerate(sizes):
        if level in given:
            levels.append(_checked_permutations(level, given[level], size))
        elif size == 1:
            levels.append(np.zeros((generators, 1), np.int64))
        elif level and levels[-1].shape[1] == size:
            levels.append(levels[-1])
        else:
            raise ValueError(f"permutations_{level} is missing, expected int[generators, {size}]")
    return tuple(levels)


def broken_symmetry(layers: Sequence[EquivariantLayer], levels: Levels) -> str | None:
    """The first basis element that does not commute with a generator, in words; None if all do, exactly."""
    for k, (layer, before, after) in enumerate(zip(layers, levels, levels[1:], strict=False), start=1):
        for generator, (p, q) in enumerate(zip(before, after, strict=True)):
            moved = (layer.basis[:, q][:, :, p] != layer.basis).any(axis=(1, 2))
            if moved.any():
                return f"basis_{k}[{int(moved.argmax())}] does not commute with generator {generator} of permutations"
    return None


def _network(arrays: Arrays) -> TargetFile:
    kinds = {match[1] or match[3] for match in map(NAMES.fullmatch, arrays) if match}
    known = all(map(NAMES.fullmatch, arrays))
    if known and "weights" in kinds and kinds <= {"weights", "biases"}:
        return TargetFile(_perceptron(arrays), "biases" in kinds, None)
    if not known or not {"coefficients", "basis"} <= kinds <= {"coefficients", "basis", "permutations"}:
        held = sorted(arrays, key=lambda each: NAMES.fullmatch(each) is not None)[:6]
        raise ValueError(
            f"holds {', '.join(held) or 'nothing'}{', …' * (len(arrays) > 6)}, expected weights_1, … [in, out] (and "
            "biases_1, …), or coefficients_1, … and basis_1, … (and permutations_0, …), and nothing else"
        )
    layers = equivariant_layers(_numbered(arrays, "coefficients"), _numbered(arrays, "basis"))
    if "permutations" not in kinds:
        return TargetFile(layers, False, None)
    given = {
        int(each.removeprefix("permutations_")): arrays[each] for each in arrays if each.startswith("permutations")
    }
    levels = permutations_of_levels(layers, given)
    if problem := broken_symmetry(layers, levels):
        raise ValueError(f"{problem}, expected an equivariant basis")
    return TargetFile(layers, False, levels)


def _numbered(arrays: Arrays, kind: str) -> list[NDArray]:
    """kind_1, kind_2, …, as many as there are."""
    names = [f"{kind}_{k + 1}" for k in range(sum(each.startswith(f"{kind}_") for each in arrays))]
    if missing := [name for name in names if name not in arrays]:
        raise ValueError(f"{missing[0]} is missing, expected {kind}_1 to {names[-1]}")
    return [arrays[name] for name in names]


def _perceptron(arrays: Arrays) -> tuple[EquivariantLayer, ...]:
    """Layers without a bias beside others that have one get zeros."""
    weights = _numbered(arrays, "weights")
    biased = {name: array for name, array in arrays.items() if name.startswith("biases_")}
    if not biased:
        return multilayer_perceptron(weights)
    biases = [biased.pop(f"biases_{k}", np.zeros(each.shape[-1:])) for k, each in enumerate(weights, start=1)]
    if biased:
        raise ValueError(f"holds {', '.join(biased)}, expected biases_1 to biases_{len(weights)}")
    return multilayer_perceptron(weights, biases)


def _torch_names(arrays: Arrays) -> Arrays:
    """NAME.weight [out, in] and NAME.bias, in natural order, as weights_k [in, out] and biases_k."""
    modules = sorted({name.rpartition(".")[0] for name in arrays}, key=_natural)
    found = {}
    for k, module in enumerate(modules, start=1):
        for name, array in arrays.items():
            before, _, kind = name.rpartition(".")
            if before == module:
                if {"weight": 2, "bias": 1}.get(kind) != array.ndim:
                    raise ValueError(
                        f"holds {name} {list(array.shape)}, expected NAME.weight [out, in], NAME.bias [out]"
                    )
                found[f"weights_{k}" if kind == "weight" else f"biases_{k}"] = array.T
    return found


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """layer 2 before layer 10"""
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", name)]


def _checked_permutations(level: int, array: NDArray, size: int) -> NDArray[np.int64]:
    fits = array.dtype.kind in "iu" and array.shape == (len(array), size)
    if not fits or (np.sort(array, axis=1) != np.arange(size)).any():
        raise ValueError(
            f"permutations_{level} {array.dtype}{list(array.shape)}, expected permutations int[generators, {size}] of 0 to "
            f"{size - 1}"
        )
    return array.astype(np.int64)
