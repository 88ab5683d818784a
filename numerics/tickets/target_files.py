"""Networks from a user's file, to be found again in a random one.

| arrays in a .npz file | network |
|---|---|
| `weights_1`, `weights_2`, … [in, out], and maybe `biases_1`, … [out] | a perceptron with ReLU between its layers |
| `coefficients_1`, … [in, out, b] and `basis_1`, … [b, out coordinates, in coordinates] | equivariant layers |
| beside the latter, maybe `permutations_0`, … int[generators, coordinates] | a group on each level, level 0: inputs |

A .safetensors or .pt file holds a perceptron: NAME.weight [out, in], maybe NAME.bias [out], in the natural order of the names,
those of .pt in the order of the file; of a layer that `torch.nn.utils.prune` has pruned, NAME.weight_orig and NAME.weight_mask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.files.headers import Header
from sparse_limits.numerics.limits import Limit
from sparse_limits.numerics.printing.plain_text import plain
from sparse_limits.numerics.tickets.archives import OF_TORCH, Arrays, open_arrays
from sparse_limits.numerics.tickets.costs import LayerShape, reading
from sparse_limits.numerics.tickets.limits import USUAL
from sparse_limits.numerics.tickets.networks import checked_network, multilayer_perceptron
from sparse_limits.numerics.tickets.statement import read_statement
from sparse_limits.numerics.tickets.torch_names import torch_layers

Levels: TypeAlias = tuple[NDArray[np.int64], ...]
Headers: TypeAlias = Mapping[str, Header]
TICKET = re.compile(r"statement|masks_[1-9]\d*")  # so that a ticket's file is a file of its target
NO_OTHERS = "; no other orthogonal maps commute with ReLU (Q6)"
FILES_HOLD = "; files hold permutations only"
NAMES = re.compile(r"(weights|biases|coefficients|basis)_([1-9]\d*)|(permutations)_(0|[1-9]\d*)")
FROM_TORCH = (
    "numpy.savez(FILE, weights_1=model[0].weight.detach().numpy().T, biases_1=model[0].bias.detach().numpy(), …)"
)


@dataclass(frozen=True, eq=False)
class TargetFile:
    """A network as it is in a file.

    layers: with an input channel that holds 1 (`with_constant`) if biased; permutations: int[generators, coordinates] of a group
    on each level, from the inputs to the outputs, with which every basis element commutes; None if not given.
    """

    layers: tuple[EquivariantLayer, ...]
    biased: bool
    permutations: Levels | None
    remarks: tuple[str, ...] = ()


def load_target(path: str | PathLike[str], limit: Limit = USUAL) -> TargetFile:
    """The network in a .npz, .safetensors or .pt file; that of a ticket has the constant input that its statement says.

    InputError, in one line with the file's name, if it is missing, damaged, pickled or of another kind, if what it
    holds is no such network, and if it would take more than the limit, before room is made for it.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix in (".pkl", ".pickle"):
        said = f"expected .npz, .safetensors or .pt, as nothing is unpickled; from PyTorch: {FROM_TORCH}"
        raise InputError(f"{plain(path)}: {said}")
    with open_arrays(file, limit, torch=True) as held:
        remarks: tuple[str, ...] = ()
        source = held
        if suffix in (".safetensors", *OF_TORCH):
            source, remarks = torch_layers(held, ordered=suffix in OF_TORCH)
        names = [name for name in source.headers if not TICKET.fullmatch(name)]
        shapes, generators = _layer_shapes({name: source.headers[name] for name in names})
        limit.check("this network", reading(shapes, generators))
        constant = "statement" in held.headers and read_statement(held.read("statement")).constant_input
        return replace(_network({name: source.read(name) for name in names}, constant), remarks=remarks)


def equivariant_layers(
    coefficients: Sequence[NDArray[Any]], bases: Sequence[NDArray[Any]]
) -> tuple[EquivariantLayer, ...]:
    """Layers of arrays of numbers [in, out, b] and [b, out coordinates, in coordinates]. InputError for what does not fit."""
    if len(coefficients) != len(bases):
        raise InputError(f"{len(coefficients)} arrays of coefficients and {len(bases)} bases, expected as many")
    pairs = zip(coefficients, bases, strict=True)
    layers = [EquivariantLayer(w.astype(np.float64), basis.astype(np.float64)) for w, basis in pairs]
    return checked_network(layers)


def permutations_of_levels(layers: Sequence[EquivariantLayer], given: Mapping[int, NDArray[Any]]) -> Levels:
    """How generators of a group permute the coordinates of each level, x → x[p]; int[generators, coordinates] each.

    given: by level; on others the group acts as on the level before, or trivially on a single coordinate. InputError for
    what is no permutation, and for a level that is missing or does not exist.
    """
    sizes = [layers[0].basis.shape[2], *(layer.basis.shape[1] for layer in layers)]
    generators, *others = {len(array) if array.ndim else 0 for array in given.values()}
    if others or not generators:
        raise InputError(
            f"permutations of {[generators, *others]} generators, expected as many on each level, 1 or more"
        )
    if max(given) >= len(sizes):
        raise InputError(f"permutations_{max(given)}, expected at most permutations_{len(sizes) - 1}")
    levels: list[NDArray[np.int64]] = []
    for level, size in enumerate(sizes):
        if level in given:
            levels.append(_checked_permutations(level, given[level], size, 0 < level < len(sizes) - 1))
        elif size == 1:
            levels.append(np.zeros((generators, 1), np.int64))
        elif level and levels[-1].shape[1] == size:
            levels.append(levels[-1])
        else:
            raise InputError(f"permutations_{level} is missing, expected int[generators, {size}]")
    return tuple(levels)


def broken_symmetry(layers: Sequence[EquivariantLayer], levels: Levels) -> str | None:
    """The first basis element that does not commute with a generator, in words; None if all do, exactly."""
    for k, (layer, before, after) in enumerate(zip(layers, levels, levels[1:], strict=False), start=1):
        for generator, (p, q) in enumerate(zip(before, after, strict=True)):
            moved = (layer.basis[:, q][:, :, p] != layer.basis).any(axis=(1, 2))
            if moved.any():
                return f"basis_{k}[{int(moved.argmax())}] does not commute with generator {generator} of permutations"
    return None


def layer_shape(k: int, coefficients: Header, basis: Header) -> LayerShape:
    """Of layer k. InputError, as for `EquivariantLayer`, unless it can be one."""
    fits = len(coefficients.shape) == len(basis.shape) == 3 and coefficients.shape[2] == basis.shape[0]
    if not fits or not coefficients.size or not basis.size:
        raise InputError(
            f"layer {k}: coeffs {list(coefficients.shape)} and basis {list(basis.shape)}, expected [in, out, b] and "
            "[b, out, in], not empty"
        )
    return LayerShape(*coefficients.shape, *basis.shape[1:])


def generators_in(headers: Headers) -> int:
    """The largest number of generators that permutations are stated for. InputError unless these have two dimensions."""
    given = {name: header for name, header in headers.items() if name.startswith("permutations_")}
    last = sum(name.startswith("coefficients_") for name in headers)
    for name, header in given.items():
        if len(header.shape) != 2:
            reason = _reason(0 < int(name.partition("_")[2]) < last) if len(header.shape) == 3 else ""
            raise InputError(f"{name} {header}, expected permutations int[generators, coordinates]{reason}")
    return max((header.shape[0] for header in given.values()), default=0)


def _kinds(names: Iterable[str]) -> set[str]:
    """What the arrays of a network are. InputError unless they are those of one network."""
    given = list(names)
    matches = list(map(NAMES.fullmatch, given))
    kinds = {match[1] or match[3] for match in matches if match}
    perceptron = "weights" in kinds and kinds <= {"weights", "biases"}
    equivariant = {"coefficients", "basis"} <= kinds <= {"coefficients", "basis", "permutations"}
    if not all(matches) or not (perceptron or equivariant):
        held = sorted(given, key=lambda each: NAMES.fullmatch(each) is not None)[:6]
        raise InputError(
            f"holds {', '.join(held) or 'nothing'}{', …' * (len(given) > 6)}, expected weights_1, … [in, out] (and "
            "biases_1, …), or coefficients_1, … and basis_1, … (and permutations_0, …), and nothing else"
        )
    return kinds


def _layer_shapes(headers: Headers) -> tuple[list[LayerShape], int]:
    """The shapes of the layers, and the number of generators of a group on them."""
    kinds = _kinds(headers)
    if "weights" not in kinds:
        pairs = [_numbered(headers, kind) for kind in ("coefficients", "basis")]
        if len(pairs[0]) != len(pairs[1]):
            raise InputError(f"{len(pairs[0])} arrays of coefficients and {len(pairs[1])} bases, expected as many")
        layers = zip(*((headers[name] for name in names) for names in pairs), strict=True)
        return [layer_shape(k, *layer) for k, layer in enumerate(layers, start=1)], generators_in(headers)
    weights = [headers[name] for name in _numbered(headers, "weights")]
    if unlike := [header for header in weights if len(header.shape) != 2]:
        raise InputError(f"weights {unlike[0]}, expected finite numbers in 2 dimensions")
    one = "biases" in kinds  # the constant
    return [LayerShape(each.shape[0] + one, each.shape[1] + one, 1, 1, 1) for each in weights], 0


def _network(arrays: Arrays, constant: bool) -> TargetFile:
    kinds = _kinds(arrays)
    if "weights" in kinds:
        return TargetFile(_perceptron(arrays), "biases" in kinds, None)
    layers = equivariant_layers(
        *([arrays[name] for name in _numbered(arrays, kind)] for kind in ("coefficients", "basis"))
    )
    given = {int(name.partition("_")[2]): array for name, array in arrays.items() if name.startswith("permutations_")}
    levels = permutations_of_levels(layers, given) if given else None
    if levels is not None and (problem := broken_symmetry(layers, levels)):
        raise InputError(f"{problem}, expected an equivariant basis")
    return TargetFile(layers, constant, levels)


def _numbered(names: Iterable[str], kind: str) -> list[str]:
    """kind_1, kind_2, …, as many as there are."""
    given = {each for each in names if each.startswith(f"{kind}_")}
    expected = [f"{kind}_{k + 1}" for k in range(len(given))]
    if missing := [name for name in expected if name not in given]:
        raise InputError(f"{missing[0]} is missing, expected {kind}_1 to {expected[-1]}")
    return expected


def _perceptron(arrays: Arrays) -> tuple[EquivariantLayer, ...]:
    """Layers without a bias beside others that have one get zeros."""
    weights = [arrays[name] for name in _numbered(arrays, "weights")]
    biased = {name: array for name, array in arrays.items() if name.startswith("biases_")}
    if not biased:
        return multilayer_perceptron(weights)
    biases = [biased.pop(f"biases_{k}", np.zeros(each.shape[-1:])) for k, each in enumerate(weights, start=1)]
    if biased:
        raise InputError(f"holds {', '.join(biased)}, expected biases_1 to biases_{len(weights)}")
    return multilayer_perceptron(weights, biases)


def _checked_permutations(level: int, array: NDArray[Any], size: int, hidden: bool) -> NDArray[np.int64]:
    fits = array.dtype.kind in "iu" and array.shape == (len(array), size)
    if not fits or (np.sort(array, axis=1) != np.arange(size)).any():
        signs = fits and bool((array < 0).any())
        raise InputError(
            f"permutations_{level} {array.dtype}{list(array.shape)}, expected permutations int[generators, {size}] of 0 to "
            f"{size - 1}{_reason(hidden) if signs or array.ndim == 3 else ''}"
        )
    return array.astype(np.int64)


def _reason(hidden: bool) -> str:
    """Why a matrix, or a sign, is no permutation of a level: on hidden ones ReLU excludes it."""
    return NO_OTHERS if hidden else FILES_HOLD
