"""Layers of a file that follow each other: paths through them, exactly (O7.1), and units that no path joins to an end.

A path takes one kept weight of each layer. Of a convolution each place of the kernel counts, and its units are channels.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.masks.layers import Layer, LayerFile

Counts = list[int]
_LIMB = 24  # bits: times LONGEST_SIDE = 2**27 entries of a row, sums stay below 2**53 and are exact in float64


@dataclass(frozen=True, eq=False)
class Chain:
    """Layers, from the input on, each of which has as many inputs as the one before has outputs.

    unused_inputs: numbers of the inputs that reach no output. unreached_outputs: those of the outputs that no input
    reaches. paths: through kept weights. possible: through all. density_product: of the densities of the layers, which
    need not be the share of kept paths (O7.3, E9). cuts: pairs of layers that follow each other and both keep weights, but
    none on both sides of any unit between them. stops_at: the first layer through which no path leads from an input, None
    while paths lead to the outputs.
    """

    layers: Sequence[str]
    inputs: int
    outputs: int
    unused_inputs: NDArray[np.int64]
    unreached_outputs: NDArray[np.int64]
    paths: int
    possible: int
    density_product: Fraction
    cuts: Sequence[tuple[str, str]]
    stops_at: str | None

    @property
    def share(self) -> Fraction:
        """The share of paths that are kept (O7.3)."""
        return Fraction(self.paths, self.possible)


def chains_in(file: LayerFile) -> list[list[str]]:
    """The runs of at least two layers in the order of the file whose shapes fit: matrices among themselves, convolutions too.

    Whether the network joins them so, a file does not say.
    """
    runs: list[list[str]] = []
    for name in file.names:
        before = runs[-1][-1] if runs else None
        if (
            before is not None
            and len(file.shapes[before]) == len(file.shapes[name])
            and file.units(before)[1] == file.units(name)[0]
        ):
            runs[-1].append(name)
        else:
            runs.append([name])
    return [run for run in runs if len(run) > 1]


def follow(names: Sequence[str], read: Callable[[str], Layer]) -> Chain:
    """The paths through layers, from the input on; each is read twice, one at a time.

    InputError unless there is a layer, and each has as many inputs as the one before has outputs.

    Examples:
        >>> import numpy as np
        >>> first, second = np.eye(3, dtype=bool), np.array([[True, True, False], [False, False, False]])
        >>> layers = {"a": Layer("a", "mask", (3, 3), first, 3, False), "b": Layer("b", "mask", (2, 3), second, 3, False)}
        >>> chain = follow(["a", "b"], layers.__getitem__)
        >>> chain.paths, chain.possible, chain.unused_inputs.tolist(), chain.unreached_outputs.tolist()
        (2, 18, [2], [1])
        >>> layers["b"] = Layer("b", "mask", (2, 3), np.array([[False, False, True]] * 2), 3, False)
        >>> layers["a"] = Layer("a", "mask", (3, 3), np.diag([True, True, False]), 3, False)
        >>> follow(["a", "b"], layers.__getitem__).cuts
        (('a', 'b'),)
    """
    if not names:
        raise InputError("names is empty, expected at least one layer")
    inputs, possible, product = 0, 1, Fraction(1)
    counts: Counts = []
    cuts: list[tuple[str, str]] = []
    stops_at: str | None = None
    fed = np.ones(0, bool)  # units between two layers to which the one before keeps a weight
    for place, name in enumerate(names):
        layer = read(name)
        if place == 0:
            inputs = layer.inputs
            counts, possible = [1] * inputs, inputs
        elif layer.inputs != len(counts):
            raise InputError(f"{name} has {layer.inputs} inputs, expected {len(counts)}, the outputs before it")
        m, n = layer.kept.shape
        possible *= m * n // layer.inputs
        product *= Fraction(int(np.count_nonzero(layer.kept)), m * n)
        counts = _onwards(layer, counts)
        used = layer.used_inputs
        if place and fed.any() and used.any() and not (fed & used).any():
            cuts.append((names[place - 1], name))
        if stops_at is None and not any(counts):
            stops_at = name
        fed = np.logical_or.reduce(layer.kept, axis=1)
    alive = np.ones(len(counts), bool)
    for name in reversed(names):
        alive = _backwards(read(name), alive)
    return Chain(
        tuple(names),
        inputs,
        len(counts),
        np.flatnonzero(~alive),
        np.flatnonzero(np.array([count == 0 for count in counts])),
        sum(counts),
        possible,
        product,
        tuple(cuts),
        stops_at,
    )


def _onwards(layer: Layer, counts: Counts) -> Counts:
    """Paths to each output, of those to each input: whole numbers of any size, in limbs that floats add exactly."""
    limbs = _limbs(counts)
    sums = np.empty((layer.outputs, limbs.shape[1]))
    for rows, links in layer.links():
        sums[rows] = links @ limbs
    whole = sums.astype(np.int64)
    totals = [0] * layer.outputs
    for place in range(limbs.shape[1]):
        totals = [
            total + (part << (_LIMB * place)) for total, part in zip(totals, whole[:, place].tolist(), strict=True)
        ]
    return totals


def _limbs(counts: Counts) -> NDArray[np.float64]:
    """Whole numbers by their digits to the base 2**24, the least first [numbers, digits]."""
    digits = max(1, -(-max(counts).bit_length() // _LIMB))
    return np.array(
        [[(count >> (_LIMB * place)) & (2**_LIMB - 1) for place in range(digits)] for count in counts], float
    )


def _backwards(layer: Layer, alive: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The inputs that have a kept weight to an output that is alive."""
    found = np.zeros(layer.inputs, bool)
    for rows, links in layer.links():
        found |= (links[alive[rows]] > 0).any(axis=0)
    return found
