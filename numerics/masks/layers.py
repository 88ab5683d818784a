"""All layers of a file, one at a time: masks and, where a layer has none, its weights; weights that are 0 count as pruned."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.masks.files import checked_level, file_of, kept_of, open_arrays
from sparse_limits.numerics.masks.names import (
    Shape,
    bare,
    is_mask,
    is_of_attention,
    is_weights,
    layer_name,
    listed,
    masks_in,
    scales_in,
    short_names,
)
from sparse_limits.numerics.masks.orientation import FIRST, LAST, Orientation
from sparse_limits.numerics.masks.quantised import SCALES, quantised
from sparse_limits.numerics.masks.stored import LONGEST_SIDE, Arrays, Stored
from sparse_limits.numerics.masks.transposed import BIAS, biases, hints, orientations
from sparse_limits.numerics.masks.weights import Sizes
from sparse_limits.numerics.printing.plain_text import plain

BYTES_OF_ENTRY, SECONDS_OF_ENTRY = 2.25, 1e-7  # of a layer: a byte each, and what its table of counts takes: measured
ROWS_AT_A_TIME = 2**22  # entries of the rows that are read as numbers at once

_EMBEDDING = re.compile(
    r"(^|[._/])(\w*emb(ed)?(ding|dings)?(_\w+)?|wte|wpe|relative_attention_bias)$", re.IGNORECASE
)  # of the layer's name
_OPTIMISER = re.compile(r"(^|[._/])(optim\w*|exp_avg\w*|momentum_buffer)([._/]|$)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of a file. kept [m, n]: which weights are kept, rows are outputs.

    name: of its array in the file. kind: "mask" or "weights". shape: of the array in the file. inputs: units that it
    reads, of which each has n / inputs columns (the kernel of a convolution). inputs_last: whether columns of one kernel
    place stand together, the inputs in order (transposed layers), not those of one input.
    notes: of weights that are whole numbers, or of two scales (`Sizes`).
    """

    name: str
    kind: str
    shape: Shape
    kept: NDArray[np.bool_]
    inputs: int
    inputs_last: bool
    notes: tuple[str, ...] = ()

    @property
    def outputs(self) -> int:
        return len(self.kept)

    @property
    def used_inputs(self) -> NDArray[np.bool_]:
        """Which input units keep a weight."""
        shape, across = ((-1, self.inputs), 0) if self.inputs_last else ((self.inputs, -1), 1)
        found: NDArray[np.bool_] = np.logical_or.reduce(self.kept.any(axis=0).reshape(shape), axis=across)
        return found

    def links(self) -> Iterator[tuple[slice, NDArray[np.float64]]]:
        """Rows by rows, how many weights are kept between each output and each input unit [rows, inputs]."""
        m, n = self.kept.shape
        step = max(1, ROWS_AT_A_TIME // n)
        for start in range(0, m, step):
            rows = self.kept[start : start + step]
            if self.inputs_last:
                links = rows.reshape(len(rows), -1, self.inputs).sum(axis=1)
            else:
                links = rows.reshape(len(rows), self.inputs, -1).sum(axis=2)
            yield slice(start, start + len(rows)), links.astype(np.float64)


@dataclass(frozen=True, eq=False)
class LayerFile:
    """The layers of a file, of which nothing has been read. left_out: names of other arrays, with the reason.

    shapes: as in the file, by the names of the layers, in the order of the file (.safetensors: the natural order of names,
    as that format keeps none). nonzero: masks too are what is not 0. orientations: which axis holds the outputs. below: weights of at most this modulus are pruned.
    hints: of layers that seem to store their inputs first.
    """

    path: Path
    shapes: Mapping[str, Shape]
    left_out: Mapping[str, str]
    nonzero: bool
    orientations: Mapping[str, Orientation]
    arrays: Arrays
    below: float
    hints: Mapping[str, str]

    @property
    def names(self) -> list[str]:
        return list(self.shapes)

    def units(self, name: str) -> tuple[int, int]:
        """Inputs and outputs of a layer: of a convolution its channels."""
        return self.orientation(name).units(self.shapes[name])

    def orientation(self, name: str) -> Orientation:
        """Which axis of the layer's array holds its outputs."""
        return self.orientations[name]

    @cached_property
    def shorts(self) -> Mapping[str, str]:
        """The shortest name by which `choose` finds each layer: without wrappers, `.weight` and `_mask` if no other has it too."""
        return short_names(self.arrays.shapes, self.names)

    def short(self, name: str) -> str:
        return self.shorts[name]

    def read(self, name: str) -> Layer:
        """A layer. InputError, with the file's name, if it is damaged, its mask holds other numbers than 0 and 1, or its weights are not finite."""
        kind = "mask" if is_mask(name) else "weights"
        shape, (inputs, _), sizes = self.shapes[name], self.units(name), Sizes()
        try:
            check_work(f"shape {shape}", BYTES_OF_ENTRY * prod(shape), SECONDS_OF_ENTRY * prod(shape))
            weights = kind == "weights"
            below, stored = self.below if weights else 0.0, self.arrays.read(name)
            kept = _kept(stored, self.nonzero or weights, self.orientation(name), sizes, below)
            if max(kept.shape) > LONGEST_SIDE:
                raise InputError(f"shape is {shape}, expected at most {LONGEST_SIDE} rows and columns")
        except InputError as error:
            raise InputError(f"{plain(self.path)}, {plain(name, 80)}: {error}") from error
        notes = (*((self.hints[name],) if name in self.hints else ()), *sizes.notes)
        return Layer(name, kind, shape, kept, inputs, self.orientation(name) == LAST, notes)

    def weights_name(self, name: str) -> str | None:
        """The array of a layer's weights: itself, or that beside its mask. None where the file has a mask alone."""
        if not is_mask(name):
            return name
        owner, shape = layer_name(name), self.shapes[name]
        found = (each for each, has in self.arrays.shapes.items() if has == shape and each != name)
        return next((each for each in found if layer_name(each) == owner), None)


def open_layers(
    path: str | PathLike[str],
    *,
    nonzero: bool = False,
    transpose: bool = False,
    transposed: str | Sequence[str] = (),
    below: float = 0.0,
) -> LayerFile:
    """The layers of a file of any kind that `load_mask` reads.

    A layer is a matrix or a convolution. Where a layer has a mask, the mask is taken and not its weights; vectors, biases,
    embeddings (matrices so named, without a bias or a mask), scales of weight_norm, norms over several axes, masks of attention and the state of an optimiser are left out. nonzero: masks need not be of 0 and 1, what is not 0 is kept, as
    it always is of weights. transpose: outputs are the last axis (Keras, Flax). transposed: names, or
    patterns of names, of layers that store their inputs first (`masks.transposed`). below: weights of at most this modulus are pruned.

    InputError, in one line, as in `load_mask`, for `below` that is no level, for `transposed` that names no layer, and if there is no layer or the file holds one sparse matrix.
    """
    level, file = checked_level(below), file_of(path)
    arrays = open_arrays(file)
    if arrays.shapes == {"": ()}:
        raise InputError(f"{file}: {arrays.alone}, expected layers by their names")
    masks = {name for name in masks_in(arrays.shapes) if not BIAS.search(bare(name))}
    biased, scales = biases(arrays.shapes), scales_in(arrays.shapes)
    try:
        packed = quantised(arrays)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    reasons = {
        name: packed.get(name) or _reason(name, shape, masks, biased, scales) for name, shape in arrays.shapes.items()
    }
    layers = {name: shape for name, shape in arrays.shapes.items() if not reasons[name]}
    if not layers:
        found = listed(list(arrays.shapes), arrays.shapes) or "no array"
        found += "".join(f" ({why})" for why in sorted({*packed.values()} - {SCALES}))
        raise InputError(f"{file}: holds {found}, expected the matrix of a layer")
    left_out = {name: why for name, why in reasons.items() if why}
    try:
        ways = orientations(transposed, layers, arrays.shapes, transpose=transpose)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error
    seen = {} if transpose else hints(list(layers), arrays.shapes)
    unnamed = {name: said for name, said in seen.items() if ways[name] == FIRST}
    return LayerFile(file, layers, left_out, nonzero, ways, arrays, level, unnamed)


def layers_of(path: str | PathLike[str], *, nonzero: bool = False, transpose: bool = False) -> Iterator[Layer]:
    """The layers of a file one after the other, each read when it is asked for. InputError as in `open_layers`.

    Examples:
        >>> import tempfile, numpy as np
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     held = {"0.weight": np.eye(3), "0.bias": np.ones(3), "2.weight_mask": np.ones((2, 3)), "2.weight_orig": np.ones((2, 3))}
        ...     np.savez(f"{folder}/m.npz", **held)
        ...     [(layer.name, layer.kind, int(layer.kept.sum())) for layer in layers_of(f"{folder}/m.npz")]
        [('0.weight', 'weights', 3), ('2.weight_mask', 'mask', 6)]
    """
    file = open_layers(path, nonzero=nonzero, transpose=transpose)
    for name in file.names:
        yield file.read(name)


def _reason(name: str, shape: Shape, masks: set[str], biased: Mapping[str, Shape], scales: set[str]) -> str:
    """Why an array is no layer of its own; nothing if it is one. masks: of weights; biased: shapes of biases by layers; scales: of weight_norm.

    What calls itself an embedding is a table that is looked up, unless it has a bias, a mask or the axes of a convolution.
    Weights with a bias of their own shape scale entry by entry, as those of a LayerNorm over several axes.
    """
    plainly = bare(name)
    named = is_weights(name) or is_mask(name)
    if name in scales:
        return "scales of weight_norm"
    if len(shape) < 2 or (len(shape) > 2 and prod(shape) == max(shape) and not named):
        return "vector"  # also with axes of length 1, as scales of channels and class tokens have
    if 0 in shape:
        return "empty"
    if BIAS.search(plainly):
        return "bias"
    if _OPTIMISER.search(plainly):
        return "optimiser"
    if name in masks:
        return ""
    if is_of_attention(name):
        return "mask of attention"
    owner, masked = layer_name(name), set(map(layer_name, masks))
    if biased.get(owner) == shape:
        return "norm"
    if _EMBEDDING.search(owner) and (len(shape) == 2 or not named) and owner not in masked | biased.keys():
        return "embedding"
    return "weights of a mask" if owner in masked else ""


def _kept(stored: Stored, nonzero: bool, orientation: Orientation, sizes: Sizes, below: float) -> NDArray[np.bool_]:
    """Which entries are kept [m, n]: a byte each, whatever their share."""
    flat = np.zeros(prod(stored.shape), bool)
    for positions, values in stored.pieces():
        flat[kept_of(positions, values, stored, nonzero, sizes, below)] = True
    if stored.order == "F":
        flat = flat.reshape(stored.shape, order="F").reshape(-1)
    return orientation.rows_of(flat, stored.shape)
