"""The layers of a perceptron in a file of PyTorch's names: weights and biases, or what `torch.nn.utils.prune` makes of them.

A pruned layer has `weight_orig` and `weight_mask` in place of `weight`; their product is what the layer computes with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files.headers import Header, OpenArrays
from sparse_limits.numerics.printing.plain_text import plain

AXES = {"weight": 2, "bias": 1}
FOLD = "torch.nn.utils.fusion.fuse_linear_bn_eval(linear, norm) folds one into the linear layer in front of it"
_LISTED = 6  # names in a message
_PRUNED = re.compile(r"(weight|bias)_(orig|mask)")
_NORM = ("running_mean", "running_var", "num_batches_tracked")  # of a batch normalisation


class Layers(NamedTuple):
    """A perceptron: weights_k [in, out] and biases_k [out] to be read; remarks: what a report should say about the reading."""

    arrays: OpenArrays
    remarks: tuple[str, ...]


def torch_layers(held: OpenArrays, *, ordered: bool) -> Layers:
    """NAME.weight [out, in] and NAME.bias [out], or the products of pruned ones; ordered: in the order of the file, else the natural one of names.

    InputError for other names and shapes, among them normalisations, with the call that helps where one does, and for masks of
    anything but 0 and 1.
    """
    headers, products = _products(held.headers)
    _check_names(headers)
    modules = list(dict.fromkeys(_owner(name) for name in headers))
    if not ordered:
        modules.sort(key=_natural)
    _check_order(
        [(each, headers[name].shape) for each in modules if (name := _joined(each, "weight")) in headers], ordered
    )
    numbers = {module: k for k, module in enumerate(modules, start=1)}
    places = {f"{'weights' if name.endswith('weight') else 'biases'}_{numbers[_owner(name)]}": name for name in headers}

    def read(name: str) -> NDArray[Any]:
        place = places[name]
        return (_product(held, place) if place in products else held.read(place)).T

    shown = {name: Header(headers[place].shape[::-1], headers[place].dtype) for name, place in places.items()}
    said = f"{_listed(products)}: the product of _orig and _mask, as torch.nn.utils.prune computes it"
    return Layers(OpenArrays(shown, read), (said,) if products else ())


def _products(given: Mapping[str, Header]) -> tuple[dict[str, Header], list[str]]:
    """All arrays by name, where a pruned one has its name from before, and these names. InputError for half of a pair."""
    headers, products = dict[str, Header](), []
    for name, header in given.items():
        match = _PRUNED.fullmatch(name.rpartition(".")[2])
        if match is None:
            headers[name] = header
            continue
        whole = _joined(_owner(name), match[1])
        if whole in given:
            raise InputError(
                f"holds {plain(whole, 80)} and {plain(name, 80)}, expected one of them: which counts is not known"
            )
        other = f"{whole}_{'mask' if match[2] == 'orig' else 'orig'}"
        if other not in given or given[other].shape != header.shape:
            there = f"{list(given[other].shape)}" if other in given else "missing"
            raise InputError(
                f"holds {plain(name, 80)} {list(header.shape)} and {plain(other, 80)} is {there}, expected both alike, as "
                "torch.nn.utils.prune has them"
            )
        if match[2] == "orig":
            products.append(whole)
            headers[whole] = header
        else:
            headers.setdefault(whole, given[other])
    return headers, products


def _product(held: OpenArrays, name: str) -> NDArray[Any]:
    mask = held.read(f"{name}_mask")
    if not np.isin(mask, (0, 1)).all():
        raise InputError(f"{plain(name, 80)}_mask has entries other than 0 and 1, expected a mask")
    return np.asarray(held.read(f"{name}_orig") * mask.astype(np.float32))


def _check_names(headers: Mapping[str, Header]) -> None:
    """InputError for an array that is no layer's, in words that say what it may be."""
    filters = [name for name, header in headers.items() if _kind(name) == "weight" and len(header.shape) > 2]
    if filters:
        raise InputError(
            f"holds {plain(filters[0], 80)} {list(headers[filters[0]].shape)}, of a convolution, expected NAME.weight [out, in], "
            "NAME.bias [out]"
        )
    norms = {_owner(name) for name in headers if _kind(name) in _NORM}
    if norms:
        raise InputError(
            f"holds the batch normalisation{'s' * (len(norms) > 1)} {_listed(sorted(norms, key=_natural))}, expected linear layers alone: {FOLD}"
        )
    for name, header in headers.items():
        if ".parametrizations." in f".{name}":
            raise InputError(
                f"holds {plain(name, 80)}, expected weights as they are: torch.nn.utils.parametrize.remove_parametrizations "
                "leaves them"
            )
        kind = _kind(name)
        if AXES.get(kind) != len(header.shape):
            hint = ": a vector of weights is a normalisation's" if kind == "weight" and len(header.shape) == 1 else ""
            raise InputError(
                f"holds {plain(name, 80)} {list(header.shape)}, expected NAME.weight [out, in], NAME.bias [out]{hint}"
            )


def _check_order(weights: list[tuple[str, tuple[int, ...]]], ordered: bool) -> None:
    """InputError unless each layer takes what the one before gives."""
    for (below, (outputs, _)), (above, (_, inputs)) in pairwise(weights):
        if outputs != inputs:
            order = "that of the file" if ordered else "the natural one of their names"
            raise InputError(
                f"{below} gives {outputs} outputs, {above} after it takes {inputs}, expected as many: the order of layers is {order}"
            )


def _owner(name: str) -> str:
    return name.rpartition(".")[0]


def _kind(name: str) -> str:
    return name.rpartition(".")[2]


def _joined(owner: str, kind: str) -> str:
    return f"{owner}.{kind}" if owner else kind


def _listed(names: Iterable[str]) -> str:
    given = list(names)
    return ", ".join(plain(name, 80) for name in given[:_LISTED]) + f" and {len(given) - _LISTED} more" * (
        len(given) > _LISTED
    )


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """layer 2 before layer 10"""
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in re.split(r"(\d+)", name)]
